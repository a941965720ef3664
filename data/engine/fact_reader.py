"""The reader of the facts: the columns of the results database, with the days from which facts are seen, in order."""

import logging
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
from sqlalchemy import Connection, func, select

from data.catalogue import Catalogue
from data.engine.column_reader import ColumnReader, with_precisions
from data.engine.days import first_days, joined, last_days, parted
from data.engine.facts import ALWAYS, ENTIRE, LENT, NEVER, NONE, Array, Enrolments, RecordFacts, Results, Trainings
from data.storage.database import DatabaseProblem
from data.storage.schema import enrolment, result, training

log = logging.getLogger(__name__)

MOST_RESULTS = 20_000_000
"""Maximum number of results in the memory of a process: about 1.7 GB (docs/scale.md has the bytes per result)."""

MOST_MODULES = 52
"""Maximum number of modules. Each is a bit of a float, which has 53 exact bits."""


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
    record = _FactReader(ColumnReader(connection, catalogue)).record()
    megabytes = (record.enterprise_bytes + record.result_bytes) / 1e6
    enterprise_count = len(record.enterprises)
    log.info("%s enterprises with %s results take %.0f MB.", f"{enterprise_count:,}", f"{result_count:,}", megabytes)
    return record


_MONEY = ("cny", "usd")
"""The units of money."""


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
class _FactReader:
    reader: ColumnReader

    def record(self) -> RecordFacts:
        reader = self.reader
        return RecordFacts(
            enterprises=reader.enterprises.codes,
            rounds=reader.codes("round"),
            phases=reader.codes("phase"),
            sectors=reader.codes("sector"),
            places=reader.codes("place"),
            modules=reader.codes("module"),
            indicators=reader.codes("indicator"),
            sources=reader.codes("source"),
            workers=reader.enterprises.workers,
            phase_of=reader.referred("round", "phase"),
            rounds_from=self.rounds_from(),
            parties=reader.parties(),
            per_month=self.per_month,
            enrolments=self.enrolments,
            trainings=self.trainings(),
            results=self.results(),
        )

    def dates(self, read: dict[str, Array], *names: str) -> None:
        """Replaces some dates by the last days that they can mean."""
        for name in names:
            read[name] = last_days(read[name], read[f"{name}_precision"])

    def _last_days_of(self, table: str, name: str) -> tuple[Array, Array]:
        """The last day that a date of each code of a reference table can mean, and its precision."""
        days, precisions = self.reader.dates(table, name)
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
        sourced = self._sourced(self.reader.referred("round", "source"))
        return parted(np.where(_known(self.round_starts), self.round_starts, sourced))[0]

    @cached_property
    def raw_enrolments(self) -> dict[str, Array]:
        """The columns of the enrolments as in :class:`Enrolments`, and the precisions of their dates."""
        names = ("recruited_on", "baseline_on", "left_on")
        read = self.reader.columns(enrolment, "enterprise", "round", *with_precisions(names), "source")
        self.dates(read, *names)
        own = _taken(self.reader.enterprises.place, read["enterprise"])
        places = np.where(own == NONE, _taken(self.reader.single_places(), read["round"]), own)
        order = np.lexsort((read["round"], places, read["enterprise"]))
        columns = read | {"place": places, "sector": _taken(self.reader.enterprises.sector, read["enterprise"])}
        return _ordered(columns, order)

    @cached_property
    def raw_trainings(self) -> dict[str, Array]:
        """The columns of the trainings, the precisions of their dates, and the enrolment of each."""
        names = ("due_on", "workshop_on", "assessed_on", "completed_on", "dropped_on")
        read = self.reader.columns(
            training, "enterprise", "round", "module", *with_precisions(names), "visits_planned", "visits_done",
            "managers", "workers", "women", "satisfaction", "source",
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
        keys: Array = enterprises.astype(np.int64) * (len(self.reader.at["round"]) + 1) + rounds + 1
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

    @cached_property
    def raw_results(self) -> dict[str, Array]:
        """The columns of the results, and the precisions of their dates."""
        return self.reader.columns(
            result, "enterprise", "round", "module", "indicator", "before", "after",
            *with_precisions(("before_on", "after_on")), "change_percent", "operator", "months", "verified", "source",
        )  # fmt: skip

    @cached_property
    def per_month(self) -> Array:
        """Marks the indicators of money of which any row has the length of its period."""
        read, units = self.raw_results, self.reader.entries("indicator", "unit")
        timed = np.zeros(len(units) + 1, bool)
        timed[read["indicator"][~np.isnan(read["months"])]] = True
        per_month: Array = timed[:-1] & np.array([unit in _MONEY for unit in units], bool)
        return per_month

    def results(self) -> Results:
        read = self.raw_results
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
        group = read["indicator"].astype(np.int64) * (len(self.reader.enterprise_at) or 1) + read["enterprise"]
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
        per_month, known = _taken(self.per_month, read["indicator"], False), read["months"] > 0
        length = np.where(per_month & known, read["months"], 1.0)
        return {
            "before_level": read["before"] / length,
            "after_level": read["after"] / length,
            "exact": (read["operator"] == 0) & (known | ~per_month),
        }

    def _order_of_modules(self, modules: Array) -> Array:
        """The position of each module in the programme. A row without a module comes first."""
        return _taken(np.array(self.reader.entries("module", "position"), np.int32), modules)


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
