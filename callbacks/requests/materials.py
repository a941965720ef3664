"""The material that a look draws: an exhibit built for the viewer, with names and addresses for its codes."""

from collections.abc import Mapping
from typing import Any

from callbacks.requests.page_request import PageRequest
from data import exhibits
from data.exhibit import BuiltExhibit
from data.exhibits import EXHIBITS
from data.privacy.viewer import Permission
from layouts.exhibits.matrix import MOST_ENTERPRISES
from layouts.look import Material, Size
from layouts.parts.tables import Cell, Link


def build(request: PageRequest, code: str, chosen: str = "") -> BuiltExhibit:
    """Build an exhibit. Of an exhibit by indicator, keep only the rows of the `chosen` indicator ("": all)."""
    return exhibits.build(request.view, code, _indicator(code, chosen))


def material_of(  # noqa: PLR0913 - what a picture depends on
    request: PageRequest,
    code: str,
    chosen: str = "",
    *,
    size: Size = Size.PAGE,
    rows: bool = True,
    named: bool | None = None,
) -> Material:
    """The material of an exhibit; `chosen` is the value of the page's control.

    `named`: read the names of its enterprises. None reads them where a chart has room for all of them.
    """
    view, table = request.view, build(request, code, chosen).table
    fits = "enterprise" in table and table["enterprise"].nunique() <= MOST_ENTERPRISES
    if fits if named is None else named:
        request.names.learn(table)

    def more(name: str) -> Any:
        frame = exhibits.more(view, code, name, _indicator(code, chosen))
        request.names.learn(frame)
        return frame

    return Material(
        table=table,
        more=more,
        threshold=view.threshold,
        coverage=build(request, code, chosen).coverage,
        as_of=request.as_of,
        name=request.names.of,
        entry=lambda name, each: _entry(request, name, each),
        codes=lambda name: list(view.catalogue.table(name)),
        source=lambda each: Link(request.names.source(each), request.addresses.source(each)) if each else "–",
        enterprise=lambda each: enterprise(request, each),
        href=request.addresses.of,
        ground=request.ground,
        size=size,
        rows=rows,
        may_export=view.viewer.may(Permission.EXPORT),
        chosen=chosen,
    )


def _indicator(code: str, chosen: str) -> str:
    return chosen if EXHIBITS[code].by_indicator else ""


def _entry(request: PageRequest, table: str, code: str) -> Mapping[str, Any]:
    """The columns of a code; for an indicator, with its definition in the current language."""
    columns = request.view.catalogue.table(table)[code].columns
    return {**columns, "definition": request.names.definition(code)} if "definition_en" in columns else columns


def enterprise(request: PageRequest, code: str | None) -> Cell:
    """A link to the page of an enterprise, or its name where it has none."""
    href = request.addresses.enterprise(code or "")
    name = request.names.of("enterprise", code)
    return Link(name, href) if href else name


def source(request: PageRequest, code: str | None) -> Cell:
    """A link to the row of a source."""
    return Link(request.names.source(code), request.addresses.source(code)) if code else "–"
