"""Tables as a workbook: real numbers and dates, everything else as text that is never read as a formula."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO, Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from data.columns import Holds
from data.engine.precision import written
from data.exhibit import BuiltExhibit
from data.exhibits import EXHIBITS
from data.exports.csv_files import FORMULA_SIGNS, blank, dated_columns
from data.privacy.shown import Under, Withheld
from data.storage.schema import precision_of

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_LONGEST_TITLE = 31
_LONGEST_CELL = 32767
_NARROW, _WIDE = 12, 40
_NOTE_WIDTHS = [28, 110]
_ROWS_MEASURED = 200  # the width of a column follows its first rows
_BOLD = Font(bold=True)
_WRAPPED = Alignment(wrap_text=True, vertical="top")


@dataclass(frozen=True)
class Sheet:
    """One sheet: its title, the names of its columns, and its rows.

    A sheet without columns is a sheet of notes with two texts per row. ``shares`` are the columns with shares.
    """

    title: str
    columns: tuple[str, ...]
    rows: Iterable[Sequence[Any]]
    shares: frozenset[str] = frozenset()


def sheet_of(exhibit: BuiltExhibit) -> Sheet:
    """The exported columns of an exhibit as a sheet; its title is the code of the exhibit."""
    declared = EXHIBITS[exhibit.code]
    columns = declared.exported
    dates = dated_columns(exhibit.table, columns)
    # Column by column: row by row, pandas turns withheld numbers into plain ones.
    values = (_dates(exhibit.table, name) if name in dates else list(exhibit.table[name]) for name in columns)
    rows = zip(*values, strict=True)
    shares = frozenset(column.name for column in declared.columns if column.holds is Holds.SHARE)
    return Sheet(exhibit.code, columns, rows, shares)


def _dates(table: pd.DataFrame, name: str) -> list[Any]:
    """The dates of a column. One that is not exact to the day is a text in the import format."""
    pairs = zip(table[name], table[precision_of(name)], strict=True)
    return [
        value if blank(value) or blank(precision) or precision == "day" else written(value, precision)
        for value, precision in pairs
    ]


def write(to: IO[bytes], sheets: Iterable[Sheet]) -> None:
    """Writes a workbook sheet by sheet; a finished sheet is in a temporary file and no longer in memory."""
    book = Workbook(write_only=True)
    for sheet in sheets:
        _write(book.create_sheet(sheet.title[:_LONGEST_TITLE]), sheet)
    book.save(to)


def _write(page: WriteOnlyWorksheet, sheet: Sheet) -> None:
    rows = [list(row) for row in sheet.rows]
    for at, width in enumerate(_widths(sheet.columns, rows), 1):
        page.column_dimensions[get_column_letter(at)].width = width  # type: ignore[attr-defined]
    if sheet.columns:
        page.freeze_panes = "A2"
        page.append([_text(page, name, bold=True) for name in sheet.columns])
    for row in rows:
        page.append([_cell(page, value, sheet, at) for at, value in enumerate(row)])


def _widths(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[int]:
    if not columns:
        return _NOTE_WIDTHS
    measured = rows[:_ROWS_MEASURED]
    lengths = [max([len(name), *(len(str(row[at])) for row in measured)]) for at, name in enumerate(columns)]
    return [min(max(length + 2, _NARROW), _WIDE) for length in lengths]


def _cell(page: WriteOnlyWorksheet, value: Any, sheet: Sheet, at: int) -> Any:
    if blank(value):
        return None
    if not sheet.columns:
        return _text(page, value, bold=at == 0, wrapped=True)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (str, Under, Withheld)):
        return _text(page, str(value))
    if isinstance(value, date):
        cell = WriteOnlyCell(page, datetime(value.year, value.month, value.day))  # noqa: DTZ001 - a day has no zone
        cell.number_format = "yyyy-mm-dd"
        return cell
    return _number(page, value, share=sheet.columns[at] in sheet.shares)


def _number(page: WriteOnlyWorksheet, value: Any, *, share: bool) -> Any:
    number = float(value)
    if not share:
        return int(number) if number.is_integer() else float(f"{number:.12g}")
    cell = WriteOnlyCell(page, float(f"{number:.6g}"))
    cell.number_format = "0.0%"
    return cell


def _text(page: WriteOnlyWorksheet, text: str, *, bold: bool = False, wrapped: bool = False) -> Any:
    legal = ILLEGAL_CHARACTERS_RE.sub("\ufffd", text)[:_LONGEST_CELL]
    if not (bold or wrapped or legal.startswith(FORMULA_SIGNS)):
        return legal  # a plain text is written fastest
    cell = WriteOnlyCell(page, legal)
    cell.data_type = "s"
    if legal.startswith(FORMULA_SIGNS):
        cell.quotePrefix = True  # stays text when somebody edits it
    if bold:
        cell.font = _BOLD
    if wrapped:
        cell.alignment = _WRAPPED
    return cell
