"""Reads the facts of a record into arrays."""

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
from data.held.record import ALWAYS, MOST_MODULES, NEVER, NONE, Array, Enrolments, HeldRecord, Results, Trainings
from data.schema import Kind, enrolment, enterprise, result, round_partner, round_place, training

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


class _Known(dict[Any, int]):
    """Where codes stand among those known; :data:`NONE` where they do not."""

    def __missing__(self, code: Any) -> int:
        return NONE


_EXACT = _Known({None: 0, "=": 0})


def _numbers(values: Sequence[Any]) -> Array:
    """Numbers, NaN where there is none."""
    return np.array(values, dtype=float)


def _positions(values: Sequence[Any], known: dict[Any, int]) -> Array:
    return np.fromiter(map(known.__getitem__, values), np.int32, len(values))


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
    def at(self) -> dict[str, _Known]:
        """Where each code of a table stands."""
        names = ("round", "phase", "sector", "place", "module", "indicator", "source")
        return {name: _Known({code: n for n, code in enumerate(sorted(self.catalogue.table(name)))}) for name in names}

    def columns(self, table: Table, *names: str) -> list[Array]:
        """Columns of one table: days, numbers, or the positions of codes."""
        made = [self._made(table.c[name]) for name in names]
        found: list[list[Array]] = [[make(())] for make in made]
        # Rows as the driver has them: to make a date of each text, and a row of each tuple, takes longer than the rest.
        asked = select(*(table.c[name] for name in names)).compile(self.connection)
        # PostgreSQL's driver would hold the whole answer, unless the cursor has a name.
        named = {"name": "facts"} if self.connection.dialect.name == "postgresql" else {}
        with closing(self.connection.connection.cursor(**named)) as cursor:
            cursor.execute(str(asked))
            while rows := cursor.fetchmany(_CHUNK):
                for make, parts, values in zip(made, found, zip(*rows, strict=True), strict=True):
                    parts.append(make(values))
        return [np.concatenate(parts) for parts in found]

    def _made(self, column: Column[Any]) -> Callable[[Sequence[Any]], Array]:
        """How the values of a column become numbers."""
        kind, refers = column.info["kind"], column.info["refers"]
        if kind == Kind.DATE:
            return lambda values: _positions(values, self.days)
        if kind != Kind.CODE:
            return _numbers
        known = _EXACT if not refers else self.enterprise_at if refers == enterprise.name else self.at[refers]
        return lambda values: _positions(values, known)

    @cached_property
    def enterprises(self) -> tuple[tuple[str, ...], tuple[Array, Array, Array]]:
        """The codes in order; positions of sector and place, and workers."""
        table = enterprise.c
        rows = self.connection.execute(select(table.code, table.sector, table.place, table.workers)).all()
        codes, sectors, places, workers = zip(*sorted(rows, key=itemgetter(0)), strict=True) if rows else [()] * 4
        own = _positions(sectors, self.at["sector"]), _positions(places, self.at["place"]), _numbers(workers)
        return codes, own

    @cached_property
    def enterprise_at(self) -> _Known:
        return _Known({code: at for at, code in enumerate(self.enterprises[0])})

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
        enterprises, rounds, *dates_and_source = self.columns(
            enrolment, "enterprise", "round", "recruited_on", "baseline_on", "left_on", "source"
        )
        sectors, own, _workers = self.enterprises[1]
        places = _taken(own, enterprises)
        places = np.where(places == NONE, _taken(self.single_places(), rounds), places)
        order = np.lexsort((rounds, places, enterprises))
        columns = (enterprises, rounds, _taken(sectors, enterprises), places, *dates_and_source)
        return Enrolments(*(column[order] for column in columns))

    def keys(self, enterprises: Array, rounds: Array) -> Array:
        """Enterprise and round as one number."""
        found: Array = enterprises.astype(np.int64) * (len(self.at["round"]) + 1) + rounds + 1
        return found

    @cached_property
    def enrolled(self) -> tuple[Array, Array]:
        """The keys of the enrolments in order, and the rows they are of."""
        keys = self.keys(self.enrolments.enterprise, self.enrolments.round)
        order = np.argsort(keys)
        return keys[order], order.astype(np.int32)

    def enrolment_of(self, enterprises: Array, rounds: Array) -> Array:
        """The enrolment each fact belongs to."""
        known, rows = self.enrolled
        keys = self.keys(enterprises, rounds)
        at = np.searchsorted(known, keys)
        return np.where(_taken(known, at) == keys, _taken(rows, at), NONE)

    def trainings(self) -> Trainings:
        enterprises, rounds, modules, due_on, held_on, assessed, completed, dropped, planned, done, *people, source = (
            self.columns(
                training, "enterprise", "round", "module", "due_on", "workshop_on", "assessed_on", "completed_on",
                "dropped_on", "visits_planned", "visits_done", "managers", "workers", "women", "source",
            )
        )  # fmt: skip
        enrolments = self.enrolment_of(enterprises, rounds)
        # A visit has no date of its own: it counts once the workshop's date is reached, or where there is none.
        seen = np.where(held_on == NEVER, ALWAYS, held_on)
        recruited = _taken(self.enrolments.recruited_on, enrolments, NEVER)
        # The latest first; an unknown date counts as earlier than any known one.
        order = np.lexsort((-rounds, _latest_first(due_on), _latest_first(recruited), modules, enterprises))
        order = order[enrolments[order] != NONE]
        columns = (
            enterprises, enrolments, modules, due_on, held_on, np.where(done > 0, seen, NEVER), assessed,
            completed, np.minimum(dropped, _taken(self.enrolments.left_on, enrolments, NEVER)), seen, planned, done,
            *people, source,
        )  # fmt: skip
        return Trainings(*(column[order] for column in columns))

    def results(self) -> Results:
        enterprises, rounds, modules, indicators, before, after, changed, first, last, operator, source = self.columns(
            result, "enterprise", "round", "module", "indicator", "before", "after", "change_percent", "before_on",
            "after_on", "operator", "source",
        )  # fmt: skip
        enrolments = self.enrolment_of(enterprises, rounds)
        # What was measured after a before that is not seen yet is not seen either.
        either = np.where(last == NEVER, first, last)
        since = [_since(level, day) for level, day in ((before, first), (after, either), (changed, either))]
        recruited = _taken(self.enrolments.recruited_on, enrolments, NEVER)
        position = self._order_of_modules(modules)
        group = indicators.astype(np.int64) * (len(self.enterprise_at) or 1) + enterprises
        order = np.lexsort((position, rounds, recruited, first, group))
        # A row without a round follows its enterprise; one of a round that is no enrolment counts nowhere.
        order = order[((enrolments != NONE) | (rounds == NONE))[order]]
        keys = (position, rounds, _unknown_first(recruited), _unknown_first(last), group)
        by_after = np.lexsort(tuple(key[order] for key in keys)).astype(np.int32)
        rank = np.empty_like(by_after)
        rank[by_after] = np.arange(len(by_after), dtype=np.int32)
        columns = (
            enterprises, enrolments, modules.astype(np.int16), indicators.astype(np.int16), before, after, since[0],
            since[1], np.minimum.reduce(since), operator != NONE, source.astype(np.int16),
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
