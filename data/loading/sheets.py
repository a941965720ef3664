"""A sheet as it came: rows with their numbers, cells with their positions, nothing interpreted yet."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from openpyxl.utils import get_column_letter

from data.loading.cells import Raw, folded, is_blank
from data.loading.findings import Refusal, Spot, shown

IGNORED_SHEETS = frozenset({"readme", "notes", "说明"})
"""Sheets people write for people; the template's first one is among them."""
MOST_MEGABYTES = 200
"""What a file may unpack to."""


@dataclass(frozen=True)
class Row:
    """One row: its number as the spreadsheet shows it, and its cells that are not blank, by position."""

    number: int
    cells: Mapping[int, Raw]


@dataclass(frozen=True)
class Sheet:
    """One sheet of a workbook or one CSV file; ``origin`` is its name as a person sees it."""

    table: str
    origin: str
    header_row: int
    header: Mapping[int, str]
    rows: tuple[Row, ...]

    def spot(self, row: int | None = None, position: int | None = None, column: str = "", raw: object = None) -> Spot:
        """The place a finding speaks of."""
        cell = f"{get_column_letter(position)}{row}" if row is not None and position is not None else ""
        return Spot(self.origin, row, column, shown(raw), cell)


@dataclass(frozen=True)
class Reading:
    """What was read: the sheets, the refusals met on the way, and the folder story images lie in.

    ``broken`` names the tables whose file is there but could not be read.
    """

    sheets: tuple[Sheet, ...]
    refusals: tuple[Refusal, ...]
    folder: Path
    broken: frozenset[str] = frozenset()


def table_name(name: str) -> str:
    """A sheet's or file's name as table names are written."""
    return folded(name).lower()


def sheet_of(origin: str, name: str, records: Iterable[tuple[int, Mapping[int, Raw]]]) -> Sheet:
    """The sheet made of `records` (row number, cells by position); the first row not blank names the columns."""
    header: dict[int, str] = {}
    header_row = 1
    rows: list[Row] = []
    for number, cells in records:
        filled = {position: raw for position, raw in cells.items() if not is_blank(raw)}
        if not filled:
            continue
        if header:
            rows.append(Row(number, filled))
        else:
            header_row = number
            header = {position: folded(str(raw)).lower() for position, raw in filled.items()}
    return Sheet(table_name(name), origin, header_row, header, tuple(rows))
