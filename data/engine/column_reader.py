"""The reader of columns: from the results database into arrays of days, numbers and positions of codes."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from operator import itemgetter
from typing import Any

import numpy as np
from sqlalchemy import Column, Connection, Table, func, select

from data.catalogue import Catalogue
from data.engine.facts import NEVER, NONE, PRECISIONS, Array
from data.storage.schema import OPERATORS, Kind, enterprise, round_partner, round_place

_CHUNK = 20_000


class _Days(dict[Any, int]):
    """Day numbers by date. Drivers return dates as dates or as texts."""

    def __missing__(self, day: Any) -> int:
        number = (day if isinstance(day, date) else date.fromisoformat(day)).toordinal()
        self[day] = number
        return number


class _Positions(dict[Any, int]):
    """The positions of the known codes; :data:`NONE` for any other code."""

    def __missing__(self, code: Any) -> int:
        return NONE


_CLOSED = {
    "operator": _Positions({None: 0} | {operator: at for at, operator in enumerate(OPERATORS)}),
    "verified": _Positions({False: 0, True: 1}),
}
"""Columns with a closed list of values, each with the positions of these values."""

_PRECISION = _Positions({name: at for at, name in enumerate(PRECISIONS)})


def _numbers(values: Sequence[Any]) -> Array:
    """The values as numbers; NaN for None."""
    return np.array(values, dtype=float)


def _positions(values: Sequence[Any], positions: dict[Any, int]) -> Array:
    return np.fromiter(map(positions.__getitem__, values), np.int32, len(values))


def with_precisions(names: Iterable[str]) -> tuple[str, ...]:
    """The names of dates, each with the column of its precision."""
    return tuple(column for name in names for column in (name, f"{name}_precision"))


@dataclass(frozen=True)
class Enterprises:
    """The enterprises, sorted by code: positions of sector and place, workers (NaN: unknown)."""

    codes: tuple[str, ...]
    sector: Array
    place: Array
    workers: Array


@dataclass(frozen=True)
class ColumnReader:
    """Reads the tables of the record, as `connection` sees them, and the reference tables of `catalogue`."""

    connection: Connection
    catalogue: Catalogue
    days: _Days = field(default_factory=lambda: _Days({None: NEVER}))

    def codes(self, table: str) -> tuple[str, ...]:
        """The sorted codes of a reference table."""
        return tuple(self.at[table])

    @cached_property
    def at(self) -> dict[str, _Positions]:
        """The position of each code, per table."""
        names = ("round", "phase", "sector", "place", "module", "indicator", "source")
        return {
            name: _Positions({code: n for n, code in enumerate(sorted(self.catalogue.table(name)))}) for name in names
        }

    def entries(self, table: str, column: str) -> list[Any]:
        """One column of a reference table, a value per code."""
        return [self.catalogue.table(table)[code].columns[column] for code in self.codes(table)]

    def referred(self, table: str, column: str) -> Array:
        """The positions of the codes in a column of a reference table; the column has the name of their table."""
        return _positions(self.entries(table, column), self.at[column])

    def dates(self, table: str, column: str) -> tuple[Array, Array]:
        """The dates in a column of a reference table, and their precisions."""
        days, precisions = (self.entries(table, name) for name in with_precisions([column]))
        return _positions(days, self.days), _positions(precisions, _PRECISION)

    def columns(self, table: Table, *names: str) -> dict[str, Array]:
        """The columns of one table by name: days, numbers, or positions of codes."""
        converters = [self._converter(table.c[name]) for name in names]
        chunks: list[list[Array]] = [[convert(())] for convert in converters]
        # Raw rows of the driver: SQLAlchemy's conversion of dates and rows would take longer than everything else.
        statement = select(*(table.c[name] for name in names)).compile(self.connection)
        # Without a named cursor PostgreSQL's driver would load all rows into memory at once.
        options = {"name": "facts"} if self.connection.dialect.name == "postgresql" else {}
        with closing(self.connection.connection.cursor(**options)) as cursor:
            cursor.execute(str(statement))
            while rows := cursor.fetchmany(_CHUNK):
                for convert, arrays, values in zip(converters, chunks, zip(*rows, strict=True), strict=True):
                    arrays.append(convert(values))
        return {name: np.concatenate(arrays) for name, arrays in zip(names, chunks, strict=True)}

    def _converter(self, column: Column[Any]) -> Callable[[Sequence[Any]], Array]:
        """The function that turns the values of a column into numbers."""
        if column.name in _CLOSED:
            return lambda values: _positions(values, _CLOSED[column.name]).astype(np.int8)
        if column.name.endswith("_precision"):
            return lambda values: _positions(values, _PRECISION).astype(np.int8)
        kind, refers = column.info["kind"], column.info["refers"]
        if kind == Kind.DATE:
            return lambda values: _positions(values, self.days)
        if kind != Kind.CODE:
            return _numbers
        known = self.enterprise_at if refers == enterprise.name else self.at[refers]
        return lambda values: _positions(values, known)

    @cached_property
    def enterprises(self) -> Enterprises:
        """The enterprises, sorted by code."""
        table = enterprise.c
        rows = self.connection.execute(select(table.code, table.sector, table.place, table.workers)).all()
        codes, sectors, places, workers = zip(*sorted(rows, key=itemgetter(0)), strict=True) if rows else [()] * 4
        return Enterprises(
            codes=codes,
            sector=_positions(sectors, self.at["sector"]),
            place=_positions(places, self.at["place"]),
            workers=_numbers(workers),
        )

    @cached_property
    def enterprise_at(self) -> _Positions:
        """The position of each enterprise."""
        return _Positions({code: at for at, code in enumerate(self.enterprises.codes)})

    def single_places(self) -> Array:
        """The place of each round that has exactly one place, else :data:`NONE`."""
        places = np.full(len(self.at["round"]), NONE, np.int32)
        table = round_place.c
        single = select(table.round, func.min(table.place).label("place")).group_by(table.round)
        for row in self.connection.execute(single.having(func.count() == 1)):
            places[self.at["round"][row.round]] = self.at["place"].get(row.place, NONE)
        return places

    def parties(self) -> dict[str, Array]:
        """Marks of the rounds of each partner."""
        parties: dict[str, Array] = {}
        rounds = self.at["round"]
        for row in self.connection.execute(select(round_partner.c.partner, round_partner.c.round).distinct()):
            parties.setdefault(row.partner, np.zeros(len(rounds), bool))[rounds[row.round]] = True
        return parties
