"""How an exhibit's numbers were made: definition, selection, the rows used and the batch they came in with."""

from typing import Any

import pandas as pd

from callbacks.materials import build, material_of
from callbacks.page_request import PageRequest
from callbacks.slides import most_reported
from data.exhibit import BuiltExhibit
from data.exhibits import EXHIBITS
from data.exports.csv_files import csv_of
from data.lists import rows_behind
from data.lists.rows_behind import UsedRow
from data.privacy.viewer import Permission
from layouts import words
from layouts.exhibits import LOOKS
from layouts.look import Size
from layouts.parts import cards, exhibit_frame
from layouts.parts.tables import Column, Table
from layouts.texts import method_texts, selection_words
from layouts.texts.code_words import filter_name
from layouts.texts.method_texts import How, Used
from layouts.words import _, labelled, ngettext, number

FIRST_ROWS = 50
"""Maximum number of rows on the page; the file has all."""


def made(request: PageRequest, code: str, indicator: str) -> How:
    """What is said of one exhibit; of one that is by indicator for one indicator."""
    exhibit = build(request, code, indicator)
    look = LOOKS[code]
    picture = look.pictures[0]
    material = material_of(request, code, indicator, size=Size.SLIDE, named=True)
    missing = look.missing(material)
    drawing = None
    if not missing and picture.draw and bool(indicator) == EXHIBITS[code].by_indicator:
        drawing = picture.draw(material)
    basis = request.basis(exhibit)
    return How(
        name=str(look.name),
        finding=drawing.title if drawing else _("Nothing to show here"),
        empty=missing,
        table=look.table(material, picture, drawing).without_links() if drawing else None,
        definition=str(look.definition),
        of_indicator=request.names.definition(indicator) if indicator else "",
        columns={column.name: str(column.holds) for column in look.columns if column.holds and not column.obvious},
        section=look.section,
        selection=_selection(request, exhibit),
        used=[_used(request, code, indicator, table, n) for table, n in _counts(request, code, indicator).items()],
        sources=exhibit_frame.sources_title(basis),
        source_links=[(each.name, each.href, "" if each.rows is None else number(each.rows)) for each in basis.sources],
    )


def chosen_indicator(request: PageRequest, code: str, wanted: str | None) -> str:
    """The indicator of an exhibit that is by indicator: the one asked for, else that with most pairs; else empty."""
    if not EXHIBITS[code].by_indicator:
        return ""
    if wanted in request.view.catalogue.indicator:
        return str(wanted)
    return most_reported(request)


def _counts(request: PageRequest, code: str, indicator: str) -> dict[str, int | None]:
    return rows_behind.counts(request.view, code, indicator or None)


def _selection(request: PageRequest, exhibit: BuiltExhibit) -> list[tuple[str, str]]:
    """Filters, date, edition and what the viewer is limited to, each behind its label."""
    threshold = request.view.threshold
    said = [
        (_("Selection"), request.filtered()),
        (filter_name("as_of"), words.day(exhibit.as_of)),
        (filter_name("edition"), request.edition_line() or _("the live record")),
        (_("Coverage"), request.basis(exhibit).coverage),
    ]
    if request.view.cut:
        said.append((_("Notice"), selection_words.cut()))
    if threshold:
        said.append((_("Protection of enterprises"), selection_words.rounded(threshold)))
    return said


def _used(request: PageRequest, code: str, indicator: str, table: str, n: int | None) -> Used:
    name = cards.table_name(table)
    title = name if n is None else labelled(name, ngettext("{n} row", "{n} rows", n))
    if not request.view.viewer.may(Permission.SEE_DATA_QUALITY):
        return Used(table, title)
    first = rows_behind.rows(request.view, code, table, indicator or None, FIRST_ROWS)
    cut = (
        _("The first {shown} of {all} rows.", shown=number(FIRST_ROWS), all=number(n)) if (n or 0) > FIRST_ROWS else ""
    )
    return Used(table, title, _table(first), cut, request.addresses.of(f"/how/{code}/{table}.csv", indicator=indicator))


def _table(rows: list[UsedRow]) -> Table | None:
    """The rows with their columns as the sheets that are loaded call them, but for columns that hold nothing here."""
    if not rows:
        return None
    names = [name for name in rows[0].cells if any(row.cells[name] not in (None, "") for row in rows)]
    columns = (*(Column(name) for name in names), Column(_("Came in with")))
    return Table(columns, [[*(_cell(row.cells[name]) for name in names), _came_in(row)] for row in rows])


def _came_in(row: UsedRow) -> str:
    came = row.batch
    return (
        method_texts.came_in(came.number, came.loaded_at, came.origin, came.loaded_by)
        if came
        else method_texts.batch_unknown()
    )


def _cell(value: Any) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def rows_csv(request: PageRequest, code: str, table: str, indicator: str) -> str:
    """Every row of one table behind an exhibit, as the sheets call the columns, with the batch it came in with."""
    found = rows_behind.rows(request.view, code, table, indicator or None)
    batches = ("batch", "loaded_at", "origin", "loaded_by")
    rows = [row.cells | dict(zip(batches, _batch(row), strict=True)) for row in found]
    columns = [*rows_behind.columns(table), *batches]
    return csv_of(pd.DataFrame(rows, columns=columns, dtype=object), columns)


def _batch(row: UsedRow) -> tuple[Any, ...]:
    came = row.batch
    return (came.number, f"{came.loaded_at:%Y-%m-%d %H:%M} UTC", came.origin, came.loaded_by) if came else (None,) * 4
