"""A sheet as it came: rows with their numbers, cells with their positions, nothing interpreted yet."""

import pickle
import weakref
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from tempfile import SpooledTemporaryFile

from openpyxl.utils import get_column_letter

from data.loading.checks.cells import Raw, folded, is_blank
from data.loading.checks.remarks import Refusal, Spot, shown

IGNORED_SHEETS = frozenset({"readme", "notes", "说明"})
"""Sheets people write for people; the template's first one is among them."""
MOST_MEGABYTES = 200
"""What a file may unpack to."""

Heard = Callable[[float], None]
"""Is told how much of a file is read, from 0 to 1."""

_PART = 1000
_IN_MEMORY = 4 * 1024**2  # a sheet longer than this is set aside on disk


@dataclass(frozen=True)
class Row:
    """One row: its number as the spreadsheet shows it, and its cells that are not blank, by position."""

    number: int
    cells: Mapping[int, Raw]


class Rows:
    """The rows of one sheet, set aside as they were read and taken up again in parts, as often as need be.

    Only the numbers of the rows stay in memory. A file changed by its owner meanwhile changes nothing here.
    `marks` are cells to lay over those of the rows, by row number and position.
    """

    def __init__(self, rows: Iterable[Row]) -> None:
        self.numbers = array("q")
        self.marks: Mapping[int, Mapping[int, Raw]] = {}
        self._starts: list[int] = []
        self._file = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - closed with the last who holds the rows
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
        """All rows in order, some at a time."""
        return (self._part(index) for index in range(len(self._starts)))

    def at(self, places: Iterable[int]) -> Iterator[tuple[int, Row]]:
        """The rows at these places (the first is 0), each with its place, in order."""
        index, part = -1, []
        for place in sorted(places):
            if place // _PART != index:
                index = place // _PART
                part = self._part(index)
            yield place, part[place % _PART]

    def _part(self, index: int) -> list[Row]:
        self._file.seek(self._starts[index])
        rows = pickle.load(self._file)  # noqa: S301 - we wrote it
        return [Row(number, {**cells, **self.marks.get(number, {})}) for number, cells in rows]


@dataclass(frozen=True)
class Sheet:
    """One sheet of a workbook or one CSV file; ``origin`` is its name as a person sees it."""

    table: str
    origin: str
    header_row: int
    header: Mapping[int, str]
    rows: Rows

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


def told_in_bytes(heard: Heard, before: int, whole: int) -> Callable[[int], None]:
    """Of a part that begins after `before` of `whole` bytes: is told how many bytes of the part are read."""
    return lambda done: heard((before + done) / whole)


def table_name(name: str) -> str:
    """A sheet's or file's name as table names are written."""
    return folded(name).lower()


def sheet_of(origin: str, name: str, records: Iterable[tuple[int, Mapping[int, Raw]]]) -> Sheet:
    """The sheet made of `records` (row number, cells by position); the first row not blank names the columns."""
    filled = _filled(records)
    header_row, first = next(filled, (1, {}))
    header = {position: folded(str(raw)).lower() for position, raw in first.items()}
    return Sheet(table_name(name), origin, header_row, header, Rows(Row(*each) for each in filled))


def _filled(records: Iterable[tuple[int, Mapping[int, Raw]]]) -> Iterator[tuple[int, dict[int, Raw]]]:
    """The records that are not blank, without their blank cells."""
    for number, cells in records:
        filled = {position: raw for position, raw in cells.items() if not is_blank(raw)}
        if filled:
            yield number, filled
