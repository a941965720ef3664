"""The reader of the facts: from the results database into arrays."""

import logging
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from operator import itemgetter
from typing import Any

import numpy as np
from sqlalchemy import Column, Connection, Table, func, select

from data.catalogue import Catalogue
from data.engine.facts import ALWAYS, NEVER, NONE, PRECISIONS, Array, Enrolments, RecordFacts, Results, Trainings
from data.storage.database import DatabaseProblem
from data.storage.schema import OPERATORS, Kind, enrolment, enterprise, result, round_partner, round_place, training

log = logging.getLogger(__name__)

MOST_RESULTS = 20_000_000
"""Maximum number of results in the memory of a process: about 1.7 GB (docs/scale.md has the bytes per result)."""

MOST_MODULES = 52
"""Maximum number of modules. Each is a bit of a float, which has 53 exact bits."""

_CHUNK = 20_000


def read(connection: Connection, catalogue: Catalogue) -> RecordFacts:
    """Read the facts of the record as `connection` sees it.

    Raises :class:`DatabaseProblem` (large) for more than :data:`MOST_RESULTS` results or :data:`MOST_MODULES` modules.
    Logs a warning from half of that number of results on.
    """
    result_count = connection.scalar(select(func.count()).select_from(result)) or 0
    if result_count > MOST_RESULTS:
        raise DatabaseProblem("large", f"{result_count:,} results, at most {MOST_RESULTS:,}")
    if len(catalogue.module) > MOST_MODULES:
        raise DatabaseProblem("large", f"{len(catalogue.module)} modules, at most {MOST_MODULES}")
    if result_count > MOST_RESULTS // 2:
        log.warning(
            "The results database holds %s results, more than half of the %s that can be shown: see docs/scale.md.",
            f"{result_count:,}", f"{MOST_RESULTS:,}",
        )  # fmt: skip
    record = _FactReader(connection, catalogue).record()
    megabytes = (record.enterprise_bytes + record.result_bytes) / 1e6
    enterprise_count = len(record.enterprises)
    log.info("%s enterprises with %s results take %.0f MB.", f"{enterprise_count:,}", f"{result_count:,}", megabytes)
    return record


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
    **dict.fromkeys(
        ("before_on_precision", "after_on_precision"),
        _Positions({name: at for at, name in enumerate(PRECISIONS)}),
    ),
    "verified": _Positions({False: 0, True: 1}),
}
"""Columns with a closed list of values, each with the positions of these values."""


def _numbers(values: Sequence[Any]) -> Array:
    """The values as numbers; NaN for None."""
    return np.array(values, dtype=float)


def _positions(values: Sequence[Any], positions: dict[Any, int]) -> Array:
    return np.fromiter(map(positions.__getitem__, values), np.int32, len(values))


def _taken(column: Array, rows: Array, missing: int = NONE) -> Array:
    """The values of `column` at `rows`; `missing` where a row is :data:`NONE`."""
    return np.append(column, np.array(missing, column.dtype))[rows]


def _latest_first(days: Array) -> Array:
    return np.where(days == NEVER, 0, -days)


def _unknown_first(days: Array) -> Array:
    return np.where(days == NEVER, -1, days)


def _numbered(values: Array) -> Array:
    """The number of each run of equal values, from 0."""
    return np.cumsum(np.concatenate(([0], values[1:] != values[:-1]))).astype(np.int32) if len(values) else values


@dataclass(frozen=True)
class _Enterprises:
    """The enterprises, sorted by code: positions of sector and place, workers (NaN: unknown)."""

    codes: tuple[str, ...]
    sector: Array
    place: Array
    workers: Array


@dataclass(frozen=True)
class _FactReader:
    connection: Connection
    catalogue: Catalogue
    days: _Days = field(default_factory=lambda: _Days({None: NEVER}))

    def record(self) -> RecordFacts:
        phases = [self.catalogue.round[code].columns["phase"] for code in self.codes("round")]
        return RecordFacts(
            enterprises=self.enterprises.codes,
            rounds=self.codes("round"),
            phases=self.codes("phase"),
            sectors=self.codes("sector"),
            places=self.codes("place"),
            modules=self.codes("module"),
            indicators=self.codes("indicator"),
            sources=self.codes("source"),
            workers=self.enterprises.workers,
            phase_of=_positions(phases, self.at["phase"]),
            parties=self.parties(),
            enrolments=self.enrolments,
            trainings=self.trainings(),
            results=self.results(),
        )

    def codes(self, table: str) -> tuple[str, ...]:
        return tuple(self.at[table])

    @cached_property
    def at(self) -> dict[str, _Positions]:
        """The position of each code, per table."""
        names = ("round", "phase", "sector", "place", "module", "indicator", "source")
        return {
            name: _Positions({code: n for n, code in enumerate(sorted(self.catalogue.table(name)))}) for name in names
        }

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
        kind, refers = column.info["kind"], column.info["refers"]
        if kind == Kind.DATE:
            return lambda values: _positions(values, self.days)
        if kind != Kind.CODE:
            return _numbers
        known = self.enterprise_at if refers == enterprise.name else self.at[refers]
        return lambda values: _positions(values, known)

    @cached_property
    def enterprises(self) -> _Enterprises:
        """The enterprises, sorted by code."""
        table = enterprise.c
        rows = self.connection.execute(select(table.code, table.sector, table.place, table.workers)).all()
        codes, sectors, places, workers = zip(*sorted(rows, key=itemgetter(0)), strict=True) if rows else [()] * 4
        return _Enterprises(
            codes=codes,
            sector=_positions(sectors, self.at["sector"]),
            place=_positions(places, self.at["place"]),
            workers=_numbers(workers),
        )

    @cached_property
    def enterprise_at(self) -> _Positions:
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
        parties: dict[str, Array] = {}
        rounds = self.at["round"]
        for row in self.connection.execute(select(round_partner.c.partner, round_partner.c.round).distinct()):
            parties.setdefault(row.partner, np.zeros(len(rounds), bool))[rounds[row.round]] = True
        return parties

    @cached_property
    def enrolments(self) -> Enrolments:
        read = self.columns(enrolment, "enterprise", "round", "recruited_on", "baseline_on", "left_on", "source")
        own = _taken(self.enterprises.place, read["enterprise"])
        places = np.where(own == NONE, _taken(self.single_places(), read["round"]), own)
        order = np.lexsort((read["round"], places, read["enterprise"]))
        columns = read | {"place": places, "sector": _taken(self.enterprises.sector, read["enterprise"])}
        return Enrolments(**_ordered(columns, order))

    def keys(self, enterprises: Array, rounds: Array) -> Array:
        """The key of each enterprise and round, as one number."""
        keys: Array = enterprises.astype(np.int64) * (len(self.at["round"]) + 1) + rounds + 1
        return keys

    @cached_property
    def enrolled(self) -> tuple[Array, Array]:
        """The sorted keys of the enrolments, and their rows."""
        keys = self.keys(self.enrolments.enterprise, self.enrolments.round)
        order = np.argsort(keys)
        return keys[order], order.astype(np.int32)

    def enrolment_of(self, enterprises: Array, rounds: Array) -> Array:
        """The enrolment of each fact; :data:`NONE` if there is none."""
        sorted_keys, rows = self.enrolled
        keys = self.keys(enterprises, rounds)
        at = np.searchsorted(sorted_keys, keys)
        return np.where(_taken(sorted_keys, at) == keys, _taken(rows, at), NONE)

    def trainings(self) -> Trainings:
        read = self.columns(
            training, "enterprise", "round", "module", "due_on", "workshop_on", "assessed_on", "completed_on",
            "dropped_on", "visits_planned", "visits_done", "managers", "workers", "women", "satisfaction", "source",
        )  # fmt: skip
        enrolments = self.enrolment_of(read["enterprise"], read["round"])
        # A visit has no date of its own: it is seen from the date of the workshop on, or always without such a date.
        seen = np.where(read["workshop_on"] == NEVER, ALWAYS, read["workshop_on"])
        recruited = _taken(self.enrolments.recruited_on, enrolments, NEVER)
        # Latest first. An unknown date is earlier than any known one.
        order = np.lexsort(
            (-read["round"], _latest_first(read["due_on"]), _latest_first(recruited), read["module"],
             read["enterprise"])
        )  # fmt: skip
        columns = {name: read[name] for name in (
            "enterprise", "module", "visits_planned", "visits_done", "managers", "workers", "women", "satisfaction",
            "source",
        )} | {
            "enrolment": enrolments,
            "due": read["due_on"],
            "workshop": read["workshop_on"],
            "visit": np.where(read["visits_done"] > 0, seen, NEVER),
            "assessment": read["assessed_on"],
            "completion": read["completed_on"],
            "dropped": np.minimum(read["dropped_on"], _taken(self.enrolments.left_on, enrolments, NEVER)),
            "visits_seen": seen,
        }  # fmt: skip
        return Trainings(**_ordered(columns, order[enrolments[order] != NONE]))

    def results(self) -> Results:
        read = self.columns(
            result, "enterprise", "round", "module", "indicator", "before", "before_on", "after", "after_on",
            "change_percent", "operator", "months", "verified", "source", "before_on_precision", "after_on_precision",
        )  # fmt: skip
        rounds = read.pop("round")
        before_on, after_on = read["before_on"], read["after_on"]
        before_precision, after_precision = read.pop("before_on_precision"), read.pop("after_on_precision")
        precision = np.where(after_on == NEVER, before_precision, after_precision)
        enrolments = self.enrolment_of(read["enterprise"], rounds)
        # As long as the before is not seen, the after is not seen either.
        ended_on = np.where(after_on == NEVER, before_on, after_on)
        before_from, after_from = _since(read["before"], before_on), _since(read["after"], ended_on)
        ended_from = np.minimum(after_from, _since(read["change_percent"], ended_on))
        recruited = _taken(self.enrolments.recruited_on, enrolments, NEVER)
        position = self._order_of_modules(read["module"])
        group = read["indicator"].astype(np.int64) * (len(self.enterprise_at) or 1) + read["enterprise"]
        order = np.lexsort((position, rounds, recruited, before_on, group))
        # A row without a round belongs to its enterprise. A row with a round but no enrolment is left out.
        order = order[((enrolments != NONE) | (rounds == NONE))[order]]
        keys = (position, rounds, _unknown_first(recruited), _unknown_first(after_on), group)
        by_after = np.lexsort(tuple(key[order] for key in keys)).astype(np.int32)
        rank = np.empty_like(by_after)
        rank[by_after] = np.arange(len(by_after), dtype=np.int32)
        columns = read | {
            "enrolment": enrolments,
            "before_from": before_from,
            "after_from": after_from,
            "ended_from": ended_from,
            "seen_from": np.minimum(before_from, ended_from),
            "precision": precision,
        }
        columns |= {name: columns[name].astype(np.int16) for name in ("module", "indicator", "source")}
        return Results(**_ordered(columns, order), group=_numbered(group[order]), by_after=by_after, after_rank=rank)

    def _order_of_modules(self, modules: Array) -> Array:
        """The position of each module in the programme. A row without a module comes first."""
        positions = [self.catalogue.module[code].columns["position"] for code in self.at["module"]]
        return _taken(np.array(positions, np.int32), modules)


def _ordered(columns: dict[str, Array], order: Array) -> dict[str, Array]:
    return {name: column[order] for name, column in columns.items()}


def _since(level: Array, day: Array) -> Array:
    """The day from which a level is seen: always without a date, never without a level."""
    return np.where(np.isnan(level), NEVER, np.where(day == NEVER, ALWAYS, day)).astype(np.int32)
