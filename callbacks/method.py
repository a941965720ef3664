"""The method page of an exhibit: definition, selection, the rows used and their batches."""

from typing import Any

import pandas as pd

from callbacks.requests.materials import build, material_of
from callbacks.requests.page_request import PageRequest
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


def method_of(request: PageRequest, code: str, indicator: str) -> How:
    """The method of one exhibit; for an exhibit by indicator, of one indicator."""
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
    """The requested indicator of an exhibit by indicator, else the one with most pairs; empty for other exhibits."""
    if not EXHIBITS[code].by_indicator:
        return ""
    if wanted in request.view.catalogue.indicator:
        return str(wanted)
    return most_reported(request)


def _counts(request: PageRequest, code: str, indicator: str) -> dict[str, int | None]:
    return rows_behind.counts(request.view, code, indicator or None)


def _selection(request: PageRequest, exhibit: BuiltExhibit) -> list[tuple[str, str]]:
    """The filters, date, edition, coverage and protection of the selection, as (label, text)."""
    threshold = request.view.threshold
    lines = [
        (_("Selection"), request.filtered()),
        (filter_name("as_of"), words.day(exhibit.as_of)),
        (filter_name("edition"), request.edition_line() or _("the live record")),
        (_("Coverage"), request.basis(exhibit).coverage),
    ]
    if request.view.cut:
        lines.append((_("Notice"), selection_words.cut()))
    if threshold:
        lines.append((_("Protection of enterprises"), selection_words.rounded(threshold)))
    return lines


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
    """The rows, with the column names of the loaded sheets; columns without a value are left out."""
    if not rows:
        return None
    names = [name for name in rows[0].cells if any(row.cells[name] not in (None, "") for row in rows)]
    columns = (*(Column(name) for name in names), Column(_("Came in with")))
    return Table(columns, [[*(_cell(row.cells[name]) for name in names), _batch_text(row)] for row in rows])


def _batch_text(row: UsedRow) -> str:
    batch = row.batch
    return (
        method_texts.came_in(batch.number, batch.loaded_at, batch.origin, batch.loaded_by)
        if batch
        else method_texts.batch_unknown()
    )


def _cell(value: Any) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def rows_csv(request: PageRequest, code: str, table: str, indicator: str) -> str:
    """The rows of one table behind an exhibit as CSV: the column names of the sheets, then the batch of each row."""
    used = rows_behind.rows(request.view, code, table, indicator or None)
    batches = ("batch", "loaded_at", "origin", "loaded_by")
    rows = [row.cells | dict(zip(batches, _batch(row), strict=True)) for row in used]
    columns = [*rows_behind.columns(table), *batches]
    return csv_of(pd.DataFrame(rows, columns=columns, dtype=object), columns)


def _batch(row: UsedRow) -> tuple[Any, ...]:
    batch = row.batch
    return (
        (batch.number, f"{batch.loaded_at:%Y-%m-%d %H:%M} UTC", batch.origin, batch.loaded_by) if batch else (None,) * 4
    )
