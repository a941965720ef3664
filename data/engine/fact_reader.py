"""The reader of the facts: from the results database into arrays."""

import logging
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, fields
from datetime import date
from functools import cached_property
from operator import itemgetter
from typing import Any

import numpy as np
from sqlalchemy import Column, Connection, Table, func, select

from data.catalogue import Catalogue
from data.engine.days import first_days, joined, last_days, parted
from data.engine.facts import (
    ALWAYS,
    ENTIRE,
    LENT,
    NEVER,
    NONE,
    PRECISIONS,
    Array,
    Enrolments,
    RecordFacts,
    Results,
    Trainings,
)
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
    "verified": _Positions({False: 0, True: 1}),
}
"""Columns with a closed list of values, each with the positions of these values."""

_PRECISION = _Positions({name: at for at, name in enumerate(PRECISIONS)})

_MONEY = ("cny", "usd")
"""The units of money. An amount is compared per month where the lengths of its periods are on record."""


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
            rounds_from=self.rounds_from(),
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

    def dates(self, read: dict[str, Array], *names: str) -> None:
        """Replaces some dates by the last days that they can mean."""
        for name in names:
            read[name] = last_days(read[name], read[f"{name}_precision"])

    def _last_days_of(self, table: str, name: str) -> tuple[Array, Array]:
        """The last day that a date of each code of a reference table can mean, and its precision."""
        entries = (self.catalogue.table(table)[code].columns for code in self.codes(table))
        rows = [(self.days[each[name]], _PRECISION[each[f"{name}_precision"]]) for each in entries]
        days, precisions = np.array(rows, np.int32).reshape(len(rows), 2).T
        return last_days(days, precisions), precisions

    @cached_property
    def source_days(self) -> Array:
        """The last day on which each source can have been published; :data:`NEVER`: not known, or no source."""
        return np.append(self._last_days_of("source", "published_on")[0], np.int32(NEVER))

    @cached_property
    def round_starts(self) -> Array:
        """The start of each round with its precision, as :func:`joined`."""
        return joined(*self._last_days_of("round", "started_on"))

    def rounds_from(self) -> Array:
        """The day from which each round is seen: of its start, else of its source, else always."""
        sources = [self.catalogue.round[code].columns["source"] for code in self.codes("round")]
        sourced = self._sourced(_positions(sources, self.at["source"]))
        return parted(np.where(_known(self.round_starts), self.round_starts, sourced))[0]

    @cached_property
    def raw_enrolments(self) -> dict[str, Array]:
        """The columns of the enrolments as in :class:`Enrolments`, and the precisions of their dates."""
        names = ("recruited_on", "baseline_on", "left_on")
        read = self.columns(enrolment, "enterprise", "round", *_dated(names), "source")
        self.dates(read, *names)
        own = _taken(self.enterprises.place, read["enterprise"])
        places = np.where(own == NONE, _taken(self.single_places(), read["round"]), own)
        order = np.lexsort((read["round"], places, read["enterprise"]))
        columns = read | {"place": places, "sector": _taken(self.enterprises.sector, read["enterprise"])}
        return _ordered(columns, order)

    @cached_property
    def raw_trainings(self) -> dict[str, Array]:
        """The columns of the trainings, the precisions of their dates, and the enrolment of each."""
        names = ("due_on", "workshop_on", "assessed_on", "completed_on", "dropped_on")
        read = self.columns(
            training, "enterprise", "round", "module", *_dated(names), "visits_planned", "visits_done", "managers",
            "workers", "women", "satisfaction", "source",
        )  # fmt: skip
        self.dates(read, *names)
        return read | {"enrolment": self.enrolment_of(read["enterprise"], read["round"])}

    @cached_property
    def enrolments(self) -> Enrolments:
        read, trainings = dict(self.raw_enrolments), self.raw_trainings
        first = np.minimum(_numbers_of(read, "recruited_on"), _numbers_of(read, "baseline_on"))
        steps = _first_of(trainings, "workshop_on", "assessed_on", "completed_on", "dropped_on")
        enrolled = trainings["enrolment"] != NONE
        np.minimum.at(first, trainings["enrolment"][enrolled], steps[enrolled])
        # Without a date of its own an enrolment is seen from the start of its round, then from its source.
        started = parted(self.round_starts)[0][read["round"]]
        later = np.where(started == NEVER, self._sourced(read["source"]), joined(started, np.full(len(started), LENT)))
        seen = np.where(_known(first), first, later)
        read["seen_from"], read["seen_by"] = parted(seen)
        return Enrolments(**{each.name: read[each.name] for each in fields(Enrolments)})

    def _sourced(self, sources: Array) -> Array:
        """The day from which a fact without a date is seen, as :func:`joined`: that of its source, else always."""
        days = self.source_days[sources]
        known = days != NEVER
        return joined(np.where(known, days, ALWAYS), np.where(known, LENT, ENTIRE))

    def keys(self, enterprises: Array, rounds: Array) -> Array:
        """The key of each enterprise and round, as one number."""
        keys: Array = enterprises.astype(np.int64) * (len(self.at["round"]) + 1) + rounds + 1
        return keys

    @cached_property
    def enrolled(self) -> tuple[Array, Array]:
        """The sorted keys of the enrolments, and their rows."""
        keys = self.keys(self.raw_enrolments["enterprise"], self.raw_enrolments["round"])
        order = np.argsort(keys)
        return keys[order], order.astype(np.int32)

    def enrolment_of(self, enterprises: Array, rounds: Array) -> Array:
        """The enrolment of each fact; :data:`NONE` if there is none."""
        sorted_keys, rows = self.enrolled
        keys = self.keys(enterprises, rounds)
        at = np.searchsorted(sorted_keys, keys)
        return np.where(_taken(sorted_keys, at) == keys, _taken(rows, at), NONE)

    def trainings(self) -> Trainings:
        read = dict(self.raw_trainings)
        enrolments, workshop, source = read["enrolment"], read["workshop_on"], self.source_days[read["source"]]
        # Visits have no date of their own: they are seen from the later of the workshop and the source.
        both = np.where(workshop == NEVER, source, np.where(source == NEVER, workshop, np.maximum(workshop, source)))
        visits_seen = np.where(both == NEVER, ALWAYS, both)
        visit = np.where(read["visits_done"] > 0, visits_seen, NEVER)
        visit_by = np.where(both == NEVER, ENTIRE, LENT)
        dated = _first_of(read, "workshop_on", "assessed_on", "completed_on")
        first, first_by = parted(np.minimum(dated, joined(visit, visit_by)))
        own = np.minimum(np.minimum(parted(dated)[0], read["dropped_on"]), source)
        enrolled = _taken(self.enrolments.seen_from, enrolments, NEVER)
        recruited = _taken(self.enrolments.recruited_on, enrolments, NEVER)
        # Latest first. An unknown date is earlier than any known one.
        order = np.lexsort(
            (-read["round"], _latest_first(read["due_on"]), _latest_first(recruited), read["module"],
             read["enterprise"])
        )  # fmt: skip
        columns = read | {
            "seen_from": np.where(own == NEVER, enrolled, own),
            "due": read["due_on"],
            "workshop": workshop,
            "visit": visit,
            "assessment": read["assessed_on"],
            "completion": read["completed_on"],
            "completion_by": read["completed_on_precision"],
            "dropped": np.minimum(read["dropped_on"], _taken(self.enrolments.left_on, enrolments, NEVER)),
            "first": first,
            "first_by": first_by,
            "visits_seen": visits_seen,
        }
        columns = {each.name: columns[each.name] for each in fields(Trainings)}
        return Trainings(**_ordered(columns, order[enrolments[order] != NONE]))

    def results(self) -> Results:
        read = self.columns(
            result, "enterprise", "round", "module", "indicator", "before", "after", *_dated(("before_on", "after_on")),
            "change_percent", "operator", "months", "verified", "source",
        )  # fmt: skip
        rounds, source = read["round"], self._sourced(read["source"])
        before_by, after_by = read["before_on_precision"], read["after_on_precision"]
        before_last, after_last = last_days(read["before_on"], before_by), last_days(read["after_on"], after_by)
        enrolments = self.enrolment_of(read["enterprise"], rounds)
        sourced = parted(source)[0]
        # A before without a date is seen with its after at the latest. An after without a date is not seen ahead of it.
        before_day = np.where(before_last == NEVER, np.minimum(sourced, after_last), before_last)
        ahead = np.where(before_last == NEVER, ALWAYS, before_last)
        after_day = np.where(after_last == NEVER, np.maximum(sourced, ahead), after_last)
        before_from, after_from = _since(read["before"], before_day), _since(read["after"], after_day)
        ended_from = np.minimum(after_from, _since(read["change_percent"], after_day))
        undated = parted(source)[1]
        seen = np.minimum(
            joined(before_from, np.where(before_last == NEVER, undated, before_by)),
            joined(ended_from, np.where(after_last == NEVER, undated, after_by)),
        )
        recruited = _taken(self.enrolments.recruited_on, enrolments, NEVER)
        position = self._order_of_modules(read["module"])
        group = read["indicator"].astype(np.int64) * (len(self.enterprise_at) or 1) + read["enterprise"]
        order = np.lexsort((position, rounds, recruited, before_last, group))
        # A row without a round belongs to its enterprise. A row with a round but no enrolment is left out.
        order = order[((enrolments != NONE) | (rounds == NONE))[order]]
        keys = (position, rounds, _unknown_first(recruited), _unknown_first(after_last), group)
        by_after = np.lexsort(tuple(key[order] for key in keys)).astype(np.int32)
        rank = np.empty_like(by_after)
        rank[by_after] = np.arange(len(by_after), dtype=np.int32)
        columns = read | self._levels(read) | {
            "enrolment": enrolments,
            "before_by": before_by,
            "before_first": first_days(read["before_on"], before_by),
            "before_last": before_last,
            "after_by": after_by,
            "after_last": after_last,
            "before_from": before_from,
            "after_from": after_from,
            "ended_from": ended_from,
        }  # fmt: skip
        columns["seen_from"], columns["seen_by"] = parted(seen)
        columns |= {name: columns[name].astype(np.int16) for name in ("module", "indicator", "source")}
        of_rows = {each.name: columns[each.name] for each in fields(Results) if each.name in columns}
        return Results(
            **_ordered(of_rows, order), group=_numbered(group[order]), by_after=by_after, after_rank=rank
        )  # fmt: skip

    def _levels(self, read: dict[str, Array]) -> dict[str, Array]:
        """The levels of the results as they are compared, and whether a row can be part of a pair."""
        units = [self.catalogue.indicator[code].columns["unit"] for code in self.codes("indicator")]
        indicator, known = read["indicator"], read["months"] > 0
        # An indicator of money is compared per month where any of its rows has the length of its period.
        monthly = np.zeros(len(units) + 1, bool)
        monthly[indicator[~np.isnan(read["months"])]] = True
        monthly[:-1] &= np.array([unit in _MONEY for unit in units], bool)
        per_month = monthly[indicator]
        length = np.where(per_month & known, read["months"], 1.0)
        return {
            "before_level": read["before"] / length,
            "after_level": read["after"] / length,
            "exact": (read["operator"] == 0) & (known | ~per_month),
        }

    def _order_of_modules(self, modules: Array) -> Array:
        """The position of each module in the programme. A row without a module comes first."""
        positions = [self.catalogue.module[code].columns["position"] for code in self.at["module"]]
        return _taken(np.array(positions, np.int32), modules)


def _dated(names: Iterable[str]) -> tuple[str, ...]:
    """The names of dates, each with the column of its precision."""
    return tuple(column for name in names for column in (name, f"{name}_precision"))


def _numbers_of(read: dict[str, Array], name: str) -> Array:
    """The days of a date with their precisions, as :func:`joined`."""
    return joined(read[name], read[f"{name}_precision"])


def _first_of(read: dict[str, Array], *names: str) -> Array:
    """The first of some dates of each row with its precision, as :func:`joined`."""
    first: Array = np.minimum.reduce([_numbers_of(read, name) for name in names])
    return first


def _known(numbers: Array) -> Array:
    """Marks the days of :func:`joined` that are known."""
    known: Array = parted(numbers)[0] != NEVER
    return known


def _ordered(columns: dict[str, Array], order: Array) -> dict[str, Array]:
    return {name: column[order] for name, column in columns.items()}


def _since(level: Array, day: Array) -> Array:
    """The day from which a level is seen: never without a level."""
    return np.where(np.isnan(level), NEVER, day).astype(np.int32)
