"""What changed from one state of the record to another: new results apart from corrections of old ones."""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from heapq import merge
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Column, Connection, String, Table, select

from data.exhibits import build
from data.storage.schema import CONTRACT_TABLES, contract_columns
from data.view import View

_CHUNK = 1000
_THE_RECORD_ITSELF = {("programme", "as_of")}
"""Differs from meeting to meeting without anything having been found or corrected; it heads the comparison instead."""


class Kind(StrEnum):
    """What became of a row or a value."""

    NEW_ROW = "new-row"
    NEW_VALUE = "new-value"  # of a row that was there, in a cell that was blank
    CORRECTED = "corrected"
    WITHDRAWN_VALUE = "withdrawn-value"
    WITHDRAWN_ROW = "withdrawn-row"


NEW = frozenset({Kind.NEW_ROW, Kind.NEW_VALUE})
"""The kinds that are new results; the others correct what was known."""


@dataclass(frozen=True)
class Cell:
    """One column of a row before and after; None is blank."""

    column: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Change:
    """One change: ``key`` as the table's key columns have it; one cell, or every known cell of a whole row."""

    table: str
    key: tuple[Any, ...]
    kind: Kind
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class TableChanges:
    """What changed in one table: how many changes of each kind, and the first of them."""

    table: str
    counts: Mapping[Kind, int]
    new: tuple[Change, ...]
    corrections: tuple[Change, ...]

    @property
    def new_count(self) -> int:
        """All new rows and values."""
        return sum(count for kind, count in self.counts.items() if kind in NEW)

    @property
    def correction_count(self) -> int:
        """All that was corrected or withdrawn."""
        return sum(count for kind, count in self.counts.items() if kind not in NEW)


@dataclass(frozen=True)
class Headline:
    """A headline number of both; None is not on record."""

    headline: str
    before: int | None
    after: int | None


@dataclass(frozen=True)
class Comparison:
    """Two states of the record side by side: the headline numbers, and the tables in which anything changed."""

    headlines: tuple[Headline, ...]
    tables: tuple[TableChanges, ...]


def compare(before: View, after: View, most: int) -> Comparison:
    """Compare two states of the record; of each table at most so many new results and corrections are kept."""
    tables = [
        each
        for table in CONTRACT_TABLES
        if (each := _gathered(table.name, _changes(before.connection, after.connection, table), most)).counts
    ]
    return Comparison(_headlines(before, after), tuple(tables))


def changes(before: Connection, after: Connection) -> Iterator[Change]:
    """Every change, table by table in the order of the import format, then by key, then by column."""
    for table in CONTRACT_TABLES:
        yield from _changes(before, after, table)


def _gathered(table: str, found: Iterable[Change], most: int) -> TableChanges:
    counts: Counter[Kind] = Counter()
    new: list[Change] = []
    corrections: list[Change] = []
    for change in found:
        counts[change.kind] += 1
        kept = new if change.kind in NEW else corrections
        if len(kept) < most:
            kept.append(change)
    return TableChanges(table, {kind: counts[kind] for kind in Kind if kind in counts}, tuple(new), tuple(corrections))


def _headlines(before: View, after: View) -> tuple[Headline, ...]:
    was, now = (_overview(view) for view in (before, after))
    return tuple(Headline(name, was[name], now[name]) for name in now)


def _overview(view: View) -> dict[str, int | None]:
    table = build(view, "overview").table
    values = zip(table["headline"], table["value"], strict=True)
    return {name: None if value is None or value != value else int(value) for name, value in values}  # noqa: PLR0124


Row = tuple[Any, ...]
Keyed = tuple[Row, int, Row]
"""The key of a row, which of the two it stands in, and its other cells."""


def _changes(before: Connection, after: Connection, table: Table) -> Iterator[Change]:
    """The changes of one table. Both are read in the order of the key at the same pace: neither is held as a whole."""
    keys = list(table.primary_key)
    columns = [
        column
        for column in contract_columns(table)
        if not column.primary_key and (table.name, column.name) not in _THE_RECORD_ITSELF
    ]
    sides = merge(*(_keyed(each, keys, columns, side) for side, each in enumerate((before, after))))
    for key, group in groupby(sides, key=itemgetter(0)):
        rows = {side: row for _key, side, row in group}
        if len(rows) == 1:
            kind = Kind.NEW_ROW if 1 in rows else Kind.WITHDRAWN_ROW
            yield Change(table.name, key, kind, tuple(_cells(columns, rows.get(0), rows.get(1))))
        elif rows[0] != rows[1]:
            for cell in _cells(columns, rows[0], rows[1]):
                yield Change(table.name, key, _kind(cell), (cell,))


def _keyed(connection: Connection, keys: list[Column[Any]], columns: list[Column[Any]], side: int) -> Iterator[Keyed]:
    """The rows of a table in the order of their key: of its letters' numbers, whatever the database's own order is."""
    plain = connection.dialect.name == "sqlite"
    order = [key if plain or not isinstance(key.type, String) else key.collate("C") for key in keys]
    question = select(*keys, *columns).order_by(*order).execution_options(yield_per=_CHUNK)
    for row in connection.execute(question):
        yield row[: len(keys)], side, row[len(keys) :]


def _cells(columns: list[Column[Any]], before: Row | None, after: Row | None) -> Iterator[Cell]:
    blank = (None,) * len(columns)
    for column, was, now in zip(columns, before or blank, after or blank, strict=True):
        if _known(was) != _known(now):
            yield Cell(column.name, _known(was), _known(now))


def _known(value: Any) -> Any:
    return None if value == "" else value


def _kind(cell: Cell) -> Kind:
    if cell.before is None:
        return Kind.NEW_VALUE
    return Kind.WITHDRAWN_VALUE if cell.after is None else Kind.CORRECTED


CSV_COLUMNS = ("table", "key", "column", "before", "after", "kind")


def csv_lines(found: Iterable[Change]) -> Iterator[str]:
    """Changes as the lines of a CSV file, one a cell; a row that is only a key has one line without a column."""
    # A writer's row is whatever the file's `write` gives back.
    row = csv.writer(_Line(), lineterminator="\n").writerow
    yield str(row(CSV_COLUMNS))
    for change in found:
        for cell in change.cells or (Cell("", None, None),):
            values = written(cell.before), written(cell.after)
            yield str(row((change.table, written_key(change.key), cell.column, *values, change.kind)))


class _Line:
    """A file that keeps nothing."""

    def write(self, text: str) -> str:
        return text


def written_key(key: tuple[Any, ...]) -> str:
    """A key as one text: its parts with a slash between them, which no code holds."""
    return "/".join(written(part) for part in key)


def written(value: Any) -> str:
    """A value as the import format has it; empty where it is blank."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:.12g}"
        case date():
            return value.isoformat()
    return str(value)
