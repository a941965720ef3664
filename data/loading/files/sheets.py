"""Sheets as they are in the file: rows with row numbers, cells with positions. Cells are not typed yet."""

import pickle
import weakref
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from tempfile import SpooledTemporaryFile

from openpyxl.utils import get_column_letter

from data.loading.checks.cell_types import Raw, folded, is_blank
from data.loading.checks.remarks import Refusal, Spot, shown

IGNORED_SHEETS = frozenset({"readme", "notes", "说明"})
"""Names of sheets that people write for people, such as the first sheet of the template. They are not read."""
MOST_MEGABYTES = 200
"""Maximum size of a file after unpacking, in megabytes."""

ReadProgress = Callable[[float], None]
"""Receives the share of a file that has been read so far, from 0 to 1."""

_PART = 1000
_IN_MEMORY = 4 * 1024**2  # a sheet larger than this, in bytes, goes to a temporary file


@dataclass(frozen=True)
class Row:
    """One row: its row number as the spreadsheet shows it, and its cells by position, without blank cells."""

    number: int
    cells: Mapping[int, Raw]


class Rows:
    """The rows of one sheet, stored in a temporary file. They can be read again, in parts, any number of times.

    Only the row numbers stay in memory. A later change of the original file has no effect here.
    `marks` are cells that replace those of the rows, by row number and position.
    """

    def __init__(self, rows: Iterable[Row]) -> None:
        self.numbers = array("q")
        self.marks: Mapping[int, Mapping[int, Raw]] = {}
        self._starts: list[int] = []
        self._file = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - closed when the rows are no longer used
        weakref.finalize(self, self._file.close)
        rest = iter(rows)
        while part := [(row.number, row.cells) for row in islice(rest, _PART)]:
            self.numbers.extend(number for number, _cells in part)
            self._starts.append(self._file.tell())
            pickle.dump(part, self._file, pickle.HIGHEST_PROTOCOL)

    def __len__(self) -> int:
        return len(self.numbers)

    def __iter__(self) -> Iterator[Row]:
        for part in self.parts():
            yield from part

    def parts(self) -> Iterator[list[Row]]:
        """All rows in order, in parts."""
        return (self._part(part_number) for part_number in range(len(self._starts)))

    def at(self, indexes: Iterable[int]) -> Iterator[tuple[int, Row]]:
        """The rows at these indexes (the first is 0), each with its index, in order."""
        part_number, part = -1, []
        for index in sorted(indexes):
            if index // _PART != part_number:
                part_number = index // _PART
                part = self._part(part_number)
            yield index, part[index % _PART]

    def _part(self, part_number: int) -> list[Row]:
        self._file.seek(self._starts[part_number])
        rows = pickle.load(self._file)  # noqa: S301 - written by this class
        return [Row(number, {**cells, **self.marks.get(number, {})}) for number, cells in rows]


@dataclass(frozen=True)
class Sheet:
    """One sheet of a workbook, or one CSV file. ``origin`` is its name as the sender sees it."""

    table: str
    origin: str
    header_row: int
    header: Mapping[int, str]
    rows: Rows

    def spot(self, row: int | None = None, position: int | None = None, column: str = "", raw: object = None) -> Spot:
        """The position of a finding in this sheet."""
        cell = f"{get_column_letter(position)}{row}" if row is not None and position is not None else ""
        return Spot(self.origin, row, column, shown(raw), cell)


@dataclass(frozen=True)
class Reading:
    """The result of reading a file: sheets, refusals, and the folder of the story images.

    ``broken`` has the names of tables whose file exists but could not be read.
    """

    sheets: tuple[Sheet, ...]
    refusals: tuple[Refusal, ...]
    folder: Path
    broken: frozenset[str] = frozenset()


def byte_progress(progress: ReadProgress, start: int, total: int) -> Callable[[int], None]:
    """Reports progress in bytes within a part of the file that begins at byte `start` of `total`."""
    return lambda done: progress((start + done) / total)


def table_name(name: str) -> str:
    """The name of a sheet or file, in the form of a table name."""
    return folded(name).lower()


def sheet_of(origin: str, name: str, records: Iterable[tuple[int, Mapping[int, Raw]]]) -> Sheet:
    """The sheet made of `records` (row number, cells by position). The first row that is not blank is the header."""
    filled = _filled(records)
    header_row, first = next(filled, (1, {}))
    header = {position: folded(str(raw)).lower() for position, raw in first.items()}
    return Sheet(table_name(name), origin, header_row, header, Rows(Row(*record) for record in filled))


def _filled(records: Iterable[tuple[int, Mapping[int, Raw]]]) -> Iterator[tuple[int, dict[int, Raw]]]:
    """The records without blank rows and blank cells."""
    for number, cells in records:
        filled = {position: raw for position, raw in cells.items() if not is_blank(raw)}
        if filled:
            yield number, filled
