"""The download menus of a page: an exhibit as tables and pictures, and the whole selection."""

from collections.abc import Sequence
from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from layouts.words import _

PICTURES = ("png", "svg")


@dataclass(frozen=True)
class ExhibitFiles:
    """The files of an exhibit for download: (label, address) each, and the file name of a picture of its chart."""

    files: tuple[tuple[str, str], ...]
    name: str


def of_exhibit(offered: ExhibitFiles, *, pictured: bool) -> Component:
    """The files of an exhibit and, where it has a chart (`pictured`), the chart; a script draws it (assets/take.js)."""
    files = [html.Li(html.A(label, href=address, download="")) for label, address in offered.files]
    pictures = [html.Li(_picture_button(offered, kind)) for kind in PICTURES if pictured]
    failed = _("The picture could not be drawn. Reload the page and try again.")
    status = html.Span(role="status", **{"data-failed": failed})
    return html.Details([html.Summary(_("Take away")), html.Ul([*files, *pictures]), status], className="take-away")


def _picture_button(offered: ExhibitFiles, kind: str) -> Component:
    attributes = {
        "data-format": kind,
        "data-name": offered.name,
        "aria-label": _("The chart as {kind}", kind=kind.upper()),
    }
    return html.Button(kind.upper(), type="button", className="take-picture", **attributes)


def of_selection(files: Sequence[tuple[str, str]]) -> Component:
    """The files of the whole selection, (label, address) each."""
    links = [html.A(name, href=address, download="") for name, address in files]
    return html.P([html.Span(_("Take this selection away")), *links], className="take-selection")
