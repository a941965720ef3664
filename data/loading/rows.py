"""A sheet's columns and rows held against the schema: every cell typed, every cell that cannot be is refused."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Column, Table

from data.loading.cells import Dated, Raw, read_figure, read_level, reader_of, refuse_unread
from data.loading.findings import Refusal, Spot, Unfit, refusal
from data.loading.sheets import Row, Sheet
from data.loading.stored import Key, key_columns
from data.schema import Kind, contract_columns

Reader = Callable[[Raw], object]
Tick = Callable[[int], None]

_TICK = 1000
# Columns whose meaning hangs on the unit of the row's indicator.
_BY_UNIT: dict[tuple[str, str], Callable[[Raw, str], float]] = {
    ("result", "before"): read_level,
    ("result", "after"): read_level,
    ("reported_figure", "value"): read_figure,
    ("target", "value"): read_figure,
}


@dataclass(frozen=True)
class TypedRow:
    """One row with its cells typed. ``values`` has every column of the file that could be read (blank: None, or ''
    in a key), ``precisions`` the precision of its dates, ``unfit`` the columns that were refused.
    """

    sheet: Sheet
    row: Row
    positions: Mapping[str, int]
    values: Mapping[str, Any]
    precisions: Mapping[str, str]
    unfit: frozenset[str]

    def spot(self, *columns: str) -> Spot:
        """The first of `columns` that the file has, in this row."""
        for column in columns:
            if column in self.positions:
                position = self.positions[column]
                return self.sheet.spot(self.row.number, position, column, self.row.cells.get(position))
        return self.sheet.spot(self.row.number, column=columns[0] if columns else "")

    def key(self, table: Table) -> Key | None:
        """The row's key; None where a part of it could not be read."""
        if self.unfit.isdisjoint(key_columns(table)) and self.values.keys() >= _needed(table):
            return tuple(self.values.get(name, "") for name in key_columns(table))
        return None


@cache
def _needed(table: Table) -> frozenset[str]:
    """The key columns of `table` that may not be blank."""
    return frozenset(name for name in key_columns(table) if table.c[name].info["required"])


def _reader(column: Column[Any]) -> Reader:
    signed_percent = column.info["kind"] is Kind.NUMBER and column.name.endswith("_percent")
    return reader_of(column.info["kind"], column.info["choices"], signed_percent=signed_percent)


def _blank(column: Column[Any]) -> object:
    if column.info["default"]:
        return column.info["default"]
    return "" if column.info["key"] else None


def _positions(sheet: Sheet, table: Table) -> tuple[dict[str, int], list[Refusal]]:
    """Where each column of `table` stands in the sheet, and what is wrong with the header."""
    columns = contract_columns(table)
    known = [column.name for column in columns]
    positions: dict[str, int] = {}
    refusals: list[Refusal] = []
    for position, name in sorted(sheet.header.items()):
        spot = sheet.spot(sheet.header_row, position, name, name)
        if name not in known:
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


class _Typist:
    """Types the rows of one sheet."""

    def __init__(self, sheet: Sheet, table: Table, units: Mapping[str, str]) -> None:
        self.sheet = sheet
        self.table = table
        self.units = units
        self.positions, self.refusals = _positions(sheet, table)
        columns = [column for column in contract_columns(table) if column.name in self.positions]
        # Values last: how they are read depends on the indicator.
        self.columns = sorted(columns, key=lambda column: (table.name, column.name) in _BY_UNIT)
        self.readers = {c.name: _reader(c) for c in columns if (table.name, c.name) not in _BY_UNIT}

    def type_row(self, row: Row) -> TypedRow:
        values: dict[str, Any] = {}
        precisions: dict[str, str] = {}
        unfit: set[str] = set()
        for position in row.cells.keys() - self.sheet.header.keys():
            spot = self.sheet.spot(row.number, position, raw=row.cells[position])
            self.refusals.append(refusal(spot, "no-header"))
        for column in self.columns:
            name = column.name
            raw = row.cells.get(self.positions[name])
            try:
                value = self._value(column, raw, values)
            except Unfit as problem:
                unfit.add(name)
                spot = self.sheet.spot(row.number, self.positions[name], name, raw)
                self.refusals.append(refusal(spot, problem.reason, **problem.details))
                continue
            if isinstance(value, Dated):
                precisions[name] = value.precision
                value = value.date
            values[name] = value
        return TypedRow(self.sheet, row, self.positions, values, precisions, frozenset(unfit))

    def _value(self, column: Column[Any], raw: Raw, values: Mapping[str, Any]) -> object:
        if raw is None:
            if column.info["required"]:
                raise Unfit("required")
            return _blank(column)
        if column.name in self.readers:
            return self.readers[column.name](raw)
        refuse_unread(raw)
        unit = self.units.get(values.get("indicator", ""), "")
        return _BY_UNIT[self.table.name, column.name](raw, unit)


def type_sheet(
    sheet: Sheet, table: Table, units: Mapping[str, str], tick: Tick = lambda _: None
) -> tuple[list[TypedRow], list[Refusal]]:
    """The rows of `sheet` typed as rows of `table`, and everything in it that is refused.

    `units` gives the unit of each indicator's code; `tick` hears how many rows were done since it was last called.
    """
    typist = _Typist(sheet, table, units)
    rows: list[TypedRow] = []
    for start in range(0, len(sheet.rows), _TICK):
        part = sheet.rows[start : start + _TICK]
        rows += [typist.type_row(row) for row in part]
        tick(len(part))
    return rows, typist.refusals
