"""Types the cells of a sheet by the schema. Refuses cells that cannot be typed and columns that do not exist."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from typing import Any, Never

from sqlalchemy import Column, Table

from data.loading.checks.cell_types import Dated, Raw, read_figure, read_level, reader_of, refuse_unread
from data.loading.checks.remarks import Refusal, Spot, Unfit, refusal
from data.loading.checks.stored_rows import Key, key_columns
from data.loading.files.sheets import Row, Sheet
from data.storage.note_languages import by_language
from data.storage.schema import Kind, contract_columns

Reader = Callable[[Raw], object]

_CACHE_SIZE = 4096
# Columns whose meaning depends on the unit of the row's indicator.
_BY_UNIT: dict[tuple[str, str], Callable[[Raw, str], float]] = {
    ("result", "before"): read_level,
    ("result", "after"): read_level,
    ("reported_figure", "value"): read_figure,
    ("target", "baseline"): read_figure,
    ("target", "value"): read_figure,
}


@dataclass(frozen=True)
class TypedRow:
    """One row with typed cells.

    ``values`` has every column of the file that could be read (blank: None, or '' in a key). ``precisions`` has the
    precision of each date. ``unfit`` has the columns that were refused.
    """

    sheet: Sheet
    row: Row
    positions: Mapping[str, int]
    values: Mapping[str, Any]
    precisions: Mapping[str, str]
    unfit: frozenset[str]

    def spot(self, *columns: str) -> Spot:
        """The cell of this row in the first of `columns` that the file has."""
        for column in columns:
            if column in self.positions:
                position = self.positions[column]
                return self.sheet.spot(self.row.number, position, column, self.row.cells.get(position))
        return self.sheet.spot(self.row.number, column=columns[0] if columns else "")

    def key(self, table: Table) -> Key | None:
        """The row's key; None if a part of it could not be read."""
        if self.unfit.isdisjoint(key_columns(table)) and self.values.keys() >= _needed(table):
            return tuple(self.values.get(name, "") for name in key_columns(table))
        return None


@cache
def _needed(table: Table) -> frozenset[str]:
    """The key columns of `table` that may not be blank."""
    return frozenset(name for name in key_columns(table) if table.c[name].info["required"])


_NOTE = "note"
"""A column of `programme` for a note in either language or both. It is stored as note_en and note_zh."""


_NOTE_BY_LANGUAGE = ("note_en", "note_zh")


def _is_note_in_both(name: str, sheet: Sheet, table: Table) -> bool:
    """True for a column `note` of a sheet that has neither ``note_en`` nor ``note_zh``: it holds both languages."""
    return name == _NOTE and table.name == "programme" and set(_NOTE_BY_LANGUAGE).isdisjoint(sheet.header.values())


def _reader(column: Column[Any]) -> Reader:
    signed_percent = column.info["kind"] is Kind.NUMBER and column.name.endswith("_percent")
    read = reader_of(column.info["kind"], column.info["choices"], signed_percent=signed_percent)
    if column.info["kind"] in {Kind.TEXT, Kind.IMAGE}:
        return read
    # A long sheet repeats the same text many times. Only text is cached: 1, 1.0 and TRUE are equal as cache keys but
    # are different cells.
    cached_read = lru_cache(_CACHE_SIZE)(read)
    return lambda raw: cached_read(raw) if type(raw) is str else read(raw)


def _blank(column: Column[Any]) -> Callable[[], object]:
    """The reader of a blank cell in the column: gives its default, or refuses it if the column is required."""
    value = column.info["default"] or ("" if column.info["key"] else None)
    return partial(_refuse_blank, column) if column.info["required"] else lambda: value


def _refuse_blank(column: Column[Any]) -> Never:
    if column.info["choices"]:
        raise Unfit("required-choice", choices=", ".join(column.info["choices"]))
    raise Unfit("required-date" if column.info["kind"] is Kind.DATE else "required")


def _positions(sheet: Sheet, table: Table) -> tuple[dict[str, int], list[Refusal]]:
    """The position of each column of `table` in the sheet, and the refusals of the header."""
    columns = contract_columns(table)
    known = [column.name for column in columns]
    positions: dict[str, int] = {}
    refusals: list[Refusal] = []
    for position, name in sorted(sheet.header.items()):
        spot = sheet.spot(sheet.header_row, position, name, name)
        if _is_note_in_both(name, sheet, table) and _NOTE_BY_LANGUAGE[0] not in positions:
            positions |= dict.fromkeys(_NOTE_BY_LANGUAGE, position)
        elif name not in known:
            refusals.append(refusal(spot, "unknown-column", table=table.name, known=", ".join(known)))
        elif name in positions:
            refusals.append(refusal(spot, "second-column"))
        else:
            positions[name] = position
    if sheet.header:
        refusals += [
            refusal(
                sheet.spot(sheet.header_row, column=column.name),
                "missing-column",
                table=table.name,
                column=column.name,
            )
            for column in columns
            if column.info["required"] and column.name not in positions
        ]
    return positions, refusals


class RowParser:
    """Types the rows of one sheet as rows of `table`.

    `units` gives the unit of each indicator by code. With `only`, other columns are ignored. Refusals of the header and
    of cells are collected until :meth:`take_refusals` is called.
    """

    def __init__(
        self, sheet: Sheet, table: Table, units: Mapping[str, str] | None = None, only: Collection[str] = ()
    ) -> None:
        self.sheet = sheet
        self.table = table
        self.units = units or {}
        self.positions, self.refusals = _positions(sheet, table)
        columns = [c for c in contract_columns(table) if c.name in self.positions and (not only or c.name in only)]
        # Columns by unit come last: their reader needs the indicator of the row.
        columns.sort(key=lambda column: (table.name, column.name) in _BY_UNIT)
        self._columns = [(c.name, self.positions[c.name], self._reader(c), _blank(c)) for c in columns]

    def parts(self) -> Iterator[list[TypedRow]]:
        """The rows of the sheet, in parts."""
        for part in self.sheet.rows.parts():
            yield [self.parse(row) for row in part]

    def at(self, indexes: Iterable[int]) -> Iterator[tuple[int, TypedRow]]:
        """The rows at these indexes in the sheet, each with its index, in order."""
        for index, row in self.sheet.rows.at(indexes):
            yield index, self.parse(row)

    def take_refusals(self) -> list[Refusal]:
        """The refusals since the last call."""
        taken, self.refusals = self.refusals, []
        return taken

    def parse(self, row: Row) -> TypedRow:
        """The typed row. Collects the refusals of its cells."""
        values: dict[str, Any] = {}
        precisions: dict[str, str] = {}
        unfit: set[str] = set()
        for position in row.cells.keys() - self.sheet.header.keys():
            spot = self.sheet.spot(row.number, position, raw=row.cells[position])
            self.refusals.append(refusal(spot, "no-header"))
        for name, position, read, blank in self._columns:
            raw = row.cells.get(position)
            try:
                value = blank() if raw is None else read(raw, values)
            except Unfit as problem:
                unfit.add(name)
                self.refusals.append(
                    refusal(self.sheet.spot(row.number, position, name, raw), problem.reason, **problem.details)
                )
                continue
            if isinstance(value, Dated):
                precisions[name] = value.precision
                value = value.date
            values[name] = value
        return TypedRow(self.sheet, row, self.positions, values, precisions, frozenset(unfit))

    def _reader(self, column: Column[Any]) -> Callable[[Raw, Mapping[str, Any]], object]:
        """The reader of a cell in the column. It receives the cell and the values of the row that are already known."""
        by_unit = _BY_UNIT.get((self.table.name, column.name))
        if by_unit is None:
            read = _reader(column)
            if _is_note_in_both(self.sheet.header[self.positions[column.name]], self.sheet, self.table):
                language = _NOTE_BY_LANGUAGE.index(column.name)
                return lambda raw, _values: by_language(str(read(raw)))[language]
            return lambda raw, _values: read(raw)

        def read_by_unit(raw: Raw, values: Mapping[str, Any]) -> float:
            refuse_unread(raw)
            return by_unit(raw, self.units.get(values.get("indicator", ""), ""))

        return read_by_unit
