"""The changes from one state of the record to another: new results, and corrections of old ones."""

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
from data.storage.schema import CONTRACT_TABLES, shared_columns
from data.view import View

_CHUNK = 1000
_NOT_COMPARED = {("programme", "as_of")}
"""Columns that are not compared. The date of the record always differs; it is in the title of the comparison instead.
"""


class Kind(StrEnum):
    """The kind of a change of a row or a value."""

    NEW_ROW = "new-row"
    NEW_VALUE = "new-value"  # in a blank cell of an existing row
    CORRECTED = "corrected"
    WITHDRAWN_VALUE = "withdrawn-value"
    WITHDRAWN_ROW = "withdrawn-row"


NEW = frozenset({Kind.NEW_ROW, Kind.NEW_VALUE})
"""The kinds that are new results. The others are corrections."""


@dataclass(frozen=True)
class Cell:
    """The value of one cell before and after; None is blank."""

    column: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Change:
    """One change. ``key`` has the values of the table's key columns; ``cells`` is one cell, or those of a whole row."""

    table: str
    key: tuple[Any, ...]
    kind: Kind
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class TableChanges:
    """The changes of one table: their number per kind, and the first of them."""

    table: str
    counts: Mapping[Kind, int]
    new: tuple[Change, ...]
    corrections: tuple[Change, ...]

    @property
    def new_count(self) -> int:
        """The number of new rows and values."""
        return sum(count for kind, count in self.counts.items() if kind in NEW)

    @property
    def correction_count(self) -> int:
        """The number of corrected and withdrawn rows and values."""
        return sum(count for kind, count in self.counts.items() if kind not in NEW)


@dataclass(frozen=True)
class Headline:
    """A headline number in both states; None if not on record."""

    headline: str
    before: int | None
    after: int | None


@dataclass(frozen=True)
class Comparison:
    """The comparison of two states of the record: the headline numbers, and the tables with changes."""

    headlines: tuple[Headline, ...]
    tables: tuple[TableChanges, ...]


def compare(before: View, after: View, most: int) -> Comparison:
    """Compare two states of the record. Of each table it returns at most `most` new results and `most` corrections."""
    tables = [
        each
        for table in CONTRACT_TABLES
        if (each := _table_changes(table.name, _changes(before.connection, after.connection, table), most)).counts
    ]
    return Comparison(_headlines(before, after), tuple(tables))


def changes(before: Connection, after: Connection) -> Iterator[Change]:
    """Every change, table by table in the order of the import format, then by key, then by column."""
    for table in CONTRACT_TABLES:
        yield from _changes(before, after, table)


def _table_changes(table: str, table_changes: Iterable[Change], most: int) -> TableChanges:
    counts: Counter[Kind] = Counter()
    new: list[Change] = []
    corrections: list[Change] = []
    for change in table_changes:
        counts[change.kind] += 1
        first = new if change.kind in NEW else corrections
        if len(first) < most:
            first.append(change)
    return TableChanges(table, {kind: counts[kind] for kind in Kind if kind in counts}, tuple(new), tuple(corrections))


def _headlines(before: View, after: View) -> tuple[Headline, ...]:
    old, new = (_overview(view) for view in (before, after))
    return tuple(Headline(name, old[name], new[name]) for name in new)


def _overview(view: View) -> dict[str, int | None]:
    table = build(view, "overview").table
    values = zip(table["headline"], table["value"], strict=True)
    return {name: None if value is None or value != value else int(value) for name, value in values}  # noqa: PLR0124


Row = tuple[Any, ...]
Keyed = tuple[Row, int, Row]
"""The key of a row, its side (0: before, 1: after), and its other cells."""


def _changes(before: Connection, after: Connection, table: Table) -> Iterator[Change]:
    """The changes of one table. Both sides are read in parallel, sorted by key, so neither is in memory as a whole."""
    keys = list(table.primary_key)
    columns = [
        column
        for column in shared_columns(table)
        if not column.primary_key and (table.name, column.name) not in _NOT_COMPARED
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
    """The rows of a table, sorted by key. Texts are sorted by code points, whatever the database's own order is."""
    is_sqlite = connection.dialect.name == "sqlite"
    order = [key if is_sqlite or not isinstance(key.type, String) else key.collate("C") for key in keys]
    statement = select(*keys, *columns).order_by(*order).execution_options(yield_per=_CHUNK)
    for row in connection.execute(statement):
        yield row[: len(keys)], side, row[len(keys) :]


def _cells(columns: list[Column[Any]], before: Row | None, after: Row | None) -> Iterator[Cell]:
    blank = (None,) * len(columns)
    for column, old, new in zip(columns, before or blank, after or blank, strict=True):
        if _none_if_blank(old) != _none_if_blank(new):
            yield Cell(column.name, _none_if_blank(old), _none_if_blank(new))


def _none_if_blank(value: Any) -> Any:
    return None if value == "" else value


def _kind(cell: Cell) -> Kind:
    if cell.before is None:
        return Kind.NEW_VALUE
    return Kind.WITHDRAWN_VALUE if cell.after is None else Kind.CORRECTED


CSV_COLUMNS = ("table", "key", "column", "before", "after", "kind")


def csv_lines(listed: Iterable[Change]) -> Iterator[str]:
    """The lines of a CSV file, one per changed cell. A row without other cells than its key has one line."""
    # The writer returns the result of the file's `write`: here the line itself.
    line = csv.writer(_LineFile(), lineterminator="\n").writerow
    yield str(line(CSV_COLUMNS))
    for change in listed:
        for cell in change.cells or (Cell("", None, None),):
            values = written(cell.before), written(cell.after)
            yield str(line((change.table, written_key(change.key), cell.column, *values, change.kind)))


class _LineFile:
    """A file that stores nothing and returns each line that is written."""

    def write(self, text: str) -> str:
        return text


def written_key(key: tuple[Any, ...]) -> str:
    """A key as one text: its parts joined by slashes, which cannot occur in a code."""
    return "/".join(written(part) for part in key)


def written(value: Any) -> str:
    """A value in the import format; empty if blank."""
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
