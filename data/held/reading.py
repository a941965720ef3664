"""Reads the facts of a record into arrays."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Connection, String, func, select, type_coerce

from data.catalogue import Catalogue
from data.held.record import ALWAYS, MOST_MODULES, NEVER, NONE, Array, Enrolments, HeldRecord, Results, Trainings
from data.schema import enrolment, enterprise, result, round_partner, round_place, training

MOST_RESULTS = 20_000_000
"""A record with more results than this is counted by its database: in arrays it takes some 60 bytes a result."""

_CHUNK = 20_000


def read(connection: Connection, catalogue: Catalogue) -> HeldRecord | None:
    """The facts of the record as it is seen by `connection`; None where it is too large to be held."""
    results = connection.scalar(select(func.count()).select_from(result)) or 0
    if len(catalogue.module) > MOST_MODULES or results > MOST_RESULTS:
        return None
    return _Reading(connection, catalogue).record()


class _Days(dict[Any, int]):
    """Days by date, as drivers give them: as dates, or as texts."""

    def __missing__(self, day: Any) -> int:
        number = (day if isinstance(day, date) else date.fromisoformat(day)).toordinal()
        self[day] = number
        return number


def _numbers(values: Iterable[Any]) -> Array:
    """Numbers, NaN where there is none."""
    return np.array(list(values), dtype=float)


def _positions(values: Sequence[Any], known: dict[str, int]) -> Array:
    """Where codes stand among those known; :data:`NONE` where they do not."""
    return np.fromiter((known.get(value, NONE) for value in values), np.int32, len(values))


def _taken(column: Array, rows: Array, missing: int = NONE) -> Array:
    """The values of `column` at `rows`, `missing` where a row is :data:`NONE`."""
    return np.append(column, np.array(missing, column.dtype))[rows]


def _latest_first(days: Array) -> Array:
    return np.where(days == NEVER, 0, -days)


def _unknown_first(days: Array) -> Array:
    return np.where(days == NEVER, -1, days)


def _numbered(values: Array) -> Array:
    """Numbers from 0 for runs of one value."""
    return np.cumsum(np.concatenate(([0], values[1:] != values[:-1]))).astype(np.int32) if len(values) else values


@dataclass(frozen=True)
class _Reading:
    connection: Connection
    catalogue: Catalogue
    days: _Days = field(default_factory=lambda: _Days({None: NEVER}))

    def record(self) -> HeldRecord:
        _sector, _place, workers = self.enterprises[1]
        phases = [self.catalogue.round[code].columns["phase"] for code in self.codes("round")]
        return HeldRecord(
            enterprises=self.enterprises[0],
            rounds=self.codes("round"),
            phases=self.codes("phase"),
            sectors=self.codes("sector"),
            places=self.codes("place"),
            modules=self.codes("module"),
            indicators=self.codes("indicator"),
            sources=self.codes("source"),
            workers=workers,
            phase_of=_positions(phases, self.at["phase"]),
            parties=self.parties(),
            enrolments=self.enrolments,
            trainings=self.trainings(),
            results=self.results(),
        )

    def codes(self, table: str) -> tuple[str, ...]:
        return tuple(self.at[table])

    @cached_property
    def at(self) -> dict[str, dict[str, int]]:
        """Where each code of a table stands."""
        names = ("round", "phase", "sector", "place", "module", "indicator", "source")
        return {name: {code: n for n, code in enumerate(sorted(self.catalogue.table(name)))} for name in names}

    def columns(self, *asked: ColumnElement[Any]) -> list[list[Any]]:
        """The values of columns of one table, each as a list."""
        found: list[list[Any]] = [[] for _column in asked]
        # Dates come as the driver has them: to make a date of each text takes longer than all the rest.
        plain = (type_coerce(column, String) if str(column.type) == "DATE" else column for column in asked)
        answer = self.connection.execute(select(*plain), execution_options={"yield_per": _CHUNK})
        for rows in answer.partitions():
            for values, more in zip(found, zip(*rows, strict=True), strict=True):
                values.extend(more)
        return found

    def dates(self, values: Sequence[Any]) -> Array:
        """Days of dates; :data:`NEVER` where there is none."""
        return np.fromiter(map(self.days.__getitem__, values), np.int32, len(values))

    @cached_property
    def enterprises(self) -> tuple[tuple[str, ...], tuple[Array, Array, Array]]:
        """The codes in order; positions of sector and place, and workers."""
        table = enterprise.c
        codes, sectors, places, workers = self.columns(table.code, table.sector, table.place, table.workers)
        order = sorted(range(len(codes)), key=codes.__getitem__)
        own = _positions(sectors, self.at["sector"]), _positions(places, self.at["place"]), _numbers(workers)
        return tuple(codes[at] for at in order), tuple(column[order] for column in own)  # type: ignore[return-value]

    @cached_property
    def enterprise_at(self) -> dict[str, int]:
        return {code: at for at, code in enumerate(self.enterprises[0])}

    def single_places(self) -> Array:
        """The place of each round that has a single one."""
        found = np.full(len(self.at["round"]), NONE, np.int32)
        table = round_place.c
        single = select(table.round, func.min(table.place).label("place")).group_by(table.round)
        for row in self.connection.execute(single.having(func.count() == 1)):
            found[self.at["round"][row.round]] = self.at["place"].get(row.place, NONE)
        return found

    def parties(self) -> dict[str, Array]:
        found: dict[str, Array] = {}
        rounds = self.at["round"]
        for row in self.connection.execute(select(round_partner.c.partner, round_partner.c.round).distinct()):
            found.setdefault(row.partner, np.zeros(len(rounds), bool))[rounds[row.round]] = True
        return found

    @cached_property
    def enrolments(self) -> Enrolments:
        table = enrolment.c
        who, where, recruited, baseline, left, source = self.columns(
            table.enterprise, table.round, table.recruited_on, table.baseline_on, table.left_on, table.source
        )
        enterprises, rounds = _positions(who, self.enterprise_at), _positions(where, self.at["round"])
        sectors, own, _workers = self.enterprises[1]
        places = _taken(own, enterprises)
        places = np.where(places == NONE, _taken(self.single_places(), rounds), places)
        order = np.lexsort((rounds, places, enterprises))
        columns = (
            enterprises, rounds, _taken(sectors, enterprises), places, self.dates(recruited), self.dates(baseline),
            self.dates(left), _positions(source, self.at["source"]),
        )  # fmt: skip
        return Enrolments(*(column[order] for column in columns))

    @cached_property
    def enrolled(self) -> dict[int, int]:
        """The row of the enrolment of an enterprise in a round."""
        return {key: row for row, key in enumerate(self.keys(self.enrolments.enterprise, self.enrolments.round))}

    def keys(self, enterprises: Array, rounds: Array) -> list[int]:
        """Enterprise and round as one number."""
        found: list[int] = (enterprises.astype(np.int64) * (len(self.at["round"]) + 1) + rounds + 1).tolist()
        return found

    def enrolment_of(self, enterprises: Array, rounds: Array) -> Array:
        """The enrolment each fact belongs to."""
        found = (self.enrolled.get(key, NONE) for key in self.keys(enterprises, rounds))
        return np.fromiter(found, np.int32, len(enterprises))

    def trainings(self) -> Trainings:
        table = training.c
        who, where, what, due, workshop, assessed, completed, dropped, *counts, source = self.columns(
            table.enterprise, table.round, table.module, table.due_on, table.workshop_on, table.assessed_on,
            table.completed_on, table.dropped_on, table.visits_planned, table.visits_done, table.managers,
            table.workers, table.women, table.source,
        )  # fmt: skip
        enterprises, rounds = _positions(who, self.enterprise_at), _positions(where, self.at["round"])
        enrolments = self.enrolment_of(enterprises, rounds)
        modules, due_on, held_on = _positions(what, self.at["module"]), self.dates(due), self.dates(workshop)
        planned, done, managers, workers, women = map(_numbers, counts)
        # A visit has no date of its own: it counts once the workshop's date is reached, or where there is none.
        seen = np.where(held_on == NEVER, ALWAYS, held_on)
        recruited = _taken(self.enrolments.recruited_on, enrolments, NEVER)
        # The latest first; an unknown date counts as earlier than any known one.
        order = np.lexsort((-rounds, _latest_first(due_on), _latest_first(recruited), modules, enterprises))
        order = order[enrolments[order] != NONE]
        columns = (
            enterprises, enrolments, modules, due_on, held_on, np.where(done > 0, seen, NEVER), self.dates(assessed),
            self.dates(completed), np.minimum(self.dates(dropped), _taken(self.enrolments.left_on, enrolments, NEVER)),
            seen, planned, done, managers, workers, women, _positions(source, self.at["source"]),
        )  # fmt: skip
        return Trainings(*(column[order] for column in columns))

    def results(self) -> Results:
        table = result.c
        who, where, what, measured, *levels, before_on, after_on, operator, source = self.columns(
            table.enterprise, table.round, table.module, table.indicator, table.before, table.after,
            table.change_percent, table.before_on, table.after_on, table.operator, table.source,
        )  # fmt: skip
        enterprises, rounds = _positions(who, self.enterprise_at), _positions(where, self.at["round"])
        enrolments = self.enrolment_of(enterprises, rounds)
        modules, indicators = _positions(what, self.at["module"]), _positions(measured, self.at["indicator"])
        before, after, changed = map(_numbers, levels)
        first, last = self.dates(before_on), self.dates(after_on)
        # What was measured after a before that is not seen yet is not seen either.
        either = np.where(last == NEVER, first, last)
        since = [_since(level, day) for level, day in ((before, first), (after, either), (changed, either))]
        recruited = _taken(self.enrolments.recruited_on, enrolments, NEVER)
        position = self._order_of_modules(modules)
        group = indicators.astype(np.int64) * (len(self.enterprise_at) or 1) + enterprises
        order = np.lexsort((position, rounds, recruited, first, group))
        # A row without a round follows its enterprise; one of a round that is no enrolment counts nowhere.
        loose = np.fromiter((code == "" for code in where), bool, len(where))
        order = order[((enrolments != NONE) | loose)[order]]
        keys = (position, rounds, _unknown_first(recruited), _unknown_first(last), group)
        by_after = np.lexsort(tuple(key[order] for key in keys)).astype(np.int32)
        rank = np.empty_like(by_after)
        rank[by_after] = np.arange(len(by_after), dtype=np.int32)
        exact = np.fromiter((sign in {None, "="} for sign in operator), bool, len(operator))
        columns = (
            enterprises, enrolments, modules.astype(np.int16), indicators.astype(np.int16), before, after, since[0],
            since[1], np.minimum.reduce(since), exact, _positions(source, self.at["source"]).astype(np.int16),
            first, either, np.minimum(since[1], since[2]),
        )  # fmt: skip
        return Results(*[*(column[order] for column in columns), _numbered(group[order]), by_after, rank])

    def _order_of_modules(self, modules: Array) -> Array:
        """The position in the programme of each module; what has none comes first."""
        positions = [self.catalogue.module[code].columns["position"] for code in self.at["module"]]
        return _taken(np.array(positions, np.int32), modules)


def _since(level: Array, day: Array) -> Array:
    """The day from which a level is seen: from the beginning where it has no date, never where there is none."""
    return np.where(np.isnan(level), NEVER, np.where(day == NEVER, ALWAYS, day)).astype(np.int32)
