"""The enterprises of a slice one by one: which are in a list, in which order, what a list says of each, and which
forms are on record of each (docs/measures.md, "Completeness").
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
from werkzeug.utils import cached_property  # functools' holds a lock for all of a class

from data.catalogue import Catalogue, Entry
from data.engine.facts import NEVER, NONE, PRECISIONS, Array, coded, count, runs
from data.engine.slice import ASSESSMENT, COMPLETION, OVERDUE, STARTED, WORKSHOP, SliceFacts
from data.vocabulary import BANDS, FORM_STATES, FORMS, SILENCE, STATES, YES_NO

SORTS = ("name", "place", "sector", "rounds", "completed", "last_report")
"""Columns that a list of enterprises can be sorted by."""

PRESENT, PARTLY, MISSING, NOT_YET_DUE = range(len(FORM_STATES))
"""Positions in :data:`data.vocabulary.FORM_STATES`."""

UNKNOWN = -1
"""The day, or the rank, of what has none."""

_SMALL = {ord(capital): capital.lower() for capital in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}


def ranked(names: Iterable[str]) -> Array:
    """The rank of each name, small and capital letters alike, as databases order them: by code points."""
    folded = [name.translate(_SMALL) for name in names]
    ranks = {name: rank for rank, name in enumerate(sorted(set(folded)))}
    return np.fromiter((ranks[name] for name in folded), np.int32, len(folded))


def _ranks(entries: Mapping[str, Entry], codes: tuple[str, ...], language: str) -> Array:
    """The rank of each code by its name, and at the end :data:`UNKNOWN` for what has none."""
    return np.append(ranked(entries[code].name(language) for code in codes), UNKNOWN)


@dataclass(frozen=True)
class Listed:
    """What a list says of one enterprise; ``enterprise`` is a code, or "enterprise-1…n" where it may not be named.

    ``last_report`` is None where nothing was reported, or nothing with a date: then ``reported`` tells them apart.
    """

    enterprise: str
    place: str | None = None
    sector: str | None = None
    rounds: tuple[str, ...] = ()
    states: dict[str, str] = field(default_factory=dict)
    reported: bool = False
    last_report: date | None = None
    date_precision: str | None = None

    @property
    def completed(self) -> int:
        """How many modules it completed."""
        return sum(state == "completed" for state in self.states.values())


@dataclass(frozen=True)
class Lists:
    """The lists of one slice; every array has an answer per enterprise of the record."""

    of: SliceFacts
    catalogue: Catalogue

    def rank(self, sort: str, language: str, names: Array) -> Array:
        """What an enterprise is sorted by, :data:`UNKNOWN` where that is not known; `names` is the rank by name."""
        if sort == "place":
            return _ranks(self.catalogue.place, self.of.record.places, language)[self.place]
        if sort == "sector":
            return _ranks(self.catalogue.sector, self.of.record.sectors, language)[self.sector]
        if sort == "rounds":
            return self.began
        if sort == "completed":
            of_modules = self.of.enterprise_modules
            return self._summed(of_modules.enterprise, of_modules.steps & COMPLETION != 0)
        return self.last_report if sort == "last_report" else names

    def ordered(self, among: Array, rank: Array, names: Array, *, descending: bool) -> Array:
        """The enterprises `among` all, as rows: what is unknown last, whatever is equal by name, then by code."""
        found: Array = np.flatnonzero(among & self.of.enterprises)
        by = rank[found]
        direction = -1 if descending else 1
        order = np.lexsort((names[found], np.where(by == UNKNOWN, 0, direction * by), by == UNKNOWN))
        return np.asarray(found[order])

    def listed(self, enterprises: Array) -> list[Listed]:
        """What a list says of some enterprises of the slice (positions), in their order."""
        among = self.of.marked(enterprises)
        record, states, reports = self.of.record, self._states(among), self._reports(among)
        rounds: dict[int, list[str]] = defaultdict(list)
        rows = self.of.enrolments[among[self._enrolled]]
        table = record.enrolments
        for row in rows[np.lexsort((table.round[rows], table.recruited_on[rows]))].tolist():
            rounds[int(table.enterprise[row])].append(record.rounds[table.round[row]])
        places, sectors = coded(record.places, self.place[enterprises]), coded(record.sectors, self.sector[enterprises])
        return [
            Listed(
                record.enterprises[at], place, sector, tuple(rounds[at]), states[at],
                reported=bool(self.of.reported[at]), last_report=reports.get(at, (None, None))[0],
                date_precision=reports.get(at, (None, None))[1],
            )
            for at, place, sector in zip(enterprises.tolist(), places, sectors, strict=True)
        ]  # fmt: skip

    def _states(self, among: Array) -> dict[int, dict[str, str]]:
        """By enterprise its state in each module, in the order of the programme."""
        of_modules, modules = self.of.enterprise_modules, self.of.record.modules
        rank = np.array([self.catalogue.module[code].columns["position"] for code in modules] or [0])
        rows = np.flatnonzero(among[of_modules.enterprise])
        found: dict[int, dict[str, str]] = defaultdict(dict)
        for row in rows[np.lexsort((of_modules.module[rows], rank[of_modules.module[rows]]))].tolist():
            found[int(of_modules.enterprise[row])][modules[of_modules.module[row]]] = STATES[of_modules.state[row]]
        return found

    def _reports(self, among: Array) -> dict[int, tuple[date | None, str | None]]:
        """By enterprise that reported the day of its latest result, and how well that is known: of several results of
        one day as the least well known of them.
        """
        rows = self.of.record.results
        at = self.of.results[among[rows.enterprise[self.of.results]]]
        latest: dict[int, tuple[int, int]] = {}
        for who, day, precision in zip(
            rows.enterprise[at].tolist(), self._reported_on(at).tolist(), rows.precision[at].tolist(), strict=True
        ):
            latest[who] = max(latest.get(who, (UNKNOWN, NONE)), (day, precision))
        return {
            who: (None, None) if day == UNKNOWN else (date.fromordinal(day), (*PRECISIONS, None)[precision])
            for who, (day, precision) in latest.items()
        }

    def _reported_on(self, at: Array) -> Array:
        """The day each of some results speaks for: of its after where that is seen, else of its before."""
        rows = self.of.record.results
        ended = (rows.ended_from[at] <= self.of.day) & (rows.after_on[at] != NEVER)
        days = np.where(ended, rows.after_on[at], rows.before_on[at])
        return np.where(days == NEVER, UNKNOWN, days)

    @cached_property
    def _enrolled(self) -> Array:
        """The enterprise of each enrolment of the slice."""
        return self.of.record.enrolments.enterprise[self.of.enrolments]

    @cached_property
    def place(self) -> Array:
        """The place the enrolments of an enterprise have in common."""
        found = self._per_enterprise(NONE)
        places = self.of.record.enrolments.place[self.of.enrolments]
        known = places != NONE
        who, places = self._enrolled[known], places[known]  # by enterprise and place
        first = runs(who)
        last = np.append(first[1:], len(who))[: len(first)] - 1
        found[who[first]] = np.where(places[first] == places[last], places[first], NONE)
        return found

    @cached_property
    def sector(self) -> Array:
        """The sector of an enterprise."""
        found = self._per_enterprise(NONE)
        found[self._enrolled] = self.of.record.enrolments.sector[self.of.enrolments]
        return found

    @cached_property
    def began(self) -> Array:
        """The day the first round of an enterprise began, or was to begin."""
        rounds = (self.catalogue.round[code].columns for code in self.of.record.rounds)
        days = [each["started_on"] or each["planned_start"] for each in rounds]
        began = np.array([NEVER if day is None else day.toordinal() for day in days], np.int32)
        found = self._per_enterprise(NEVER)
        np.minimum.at(found, self._enrolled, began[self.of.record.enrolments.round[self.of.enrolments]])
        return np.where(found == NEVER, UNKNOWN, found)

    @cached_property
    def last_report(self) -> Array:
        """The day of the latest result of an enterprise; of its after where that is seen, else of its before."""
        at = self.of.results
        return self._greatest(self.of.record.results.enterprise[at], self._reported_on(at))

    @cached_property
    def forms(self) -> dict[str, Array]:
        """The state of each form, as a position in :data:`FORM_STATES`."""
        rows, at = self.of.record.trainings, self.of.trainings
        who, steps = rows.enterprise[at], self.of.steps
        begun = steps & STARTED != 0
        due = np.zeros(len(self.of.record.enrolments.enterprise), bool)
        due[rows.enrolment[at[begun | (rows.due[at] <= self.of.day)]]] = True
        baseline = self.of.record.enrolments.baseline_on[self.of.enrolments] <= self.of.day
        workshop = steps & WORKSHOP != 0
        assessed = steps & ASSESSMENT != 0
        lacking = ~assessed & (steps & COMPLETION != 0)
        results = np.select(
            [self.of.pair_counts > 0, self.of.reported, self.of.trained], [PRESENT, PARTLY, MISSING], NOT_YET_DUE
        )
        states = (
            self._state(self._enrolled, baseline, ~baseline & due[self.of.enrolments]),
            self._state(who, workshop, ~workshop & (begun | (self.of.states == OVERDUE))),
            self._state(who, assessed, lacking),
            results,
        )
        return dict(zip(FORMS, states, strict=True))

    def _state(self, who: Array, present: Array, missing: Array) -> Array:
        there, lacking = self.of.marked(who[present]), self.of.marked(who[missing])
        return np.select([there & lacking, there, lacking], [PARTLY, PRESENT, MISSING], NOT_YET_DUE)

    def form_counts(self) -> dict[tuple[str, str], int]:
        """Enterprises by form and state."""
        counts = {form: np.bincount(state[self.of.enterprises], minlength=len(FORM_STATES))
                  for form, state in self.forms.items()}  # fmt: skip
        return {(form, state): int(counts[form][at]) for form in FORMS for at, state in enumerate(FORM_STATES)}

    @cached_property
    def silence(self) -> Array:
        """How long ago an enterprise reported, as a position in :data:`SILENCE`."""
        last = self.last_report
        since = [last >= (self.of.slice.as_of - timedelta(days=days)).toordinal() for _name, days in BANDS if days]
        names = ["never", "undated", *(name for name, days in BANDS if days)]
        conditions = [~self.of.reported, last == UNKNOWN, *since]
        return np.select(conditions, [SILENCE.index(name) for name in names], SILENCE.index(BANDS[-1][0]))

    def silence_counts(self) -> dict[str, int]:
        """How long ago the trained enterprises reported: enterprises by :data:`SILENCE`."""
        counts = np.bincount(self.silence[self.of.trained], minlength=len(SILENCE))
        return {name: int(counts[at]) for at, name in enumerate(SILENCE)}

    def in_group(self, rounds: Array, which: str) -> Array:
        """Of the enrolments in some rounds (one answer a round) who was ``trained``; of those who ``reported``, who is
        ``silent``.
        """
        record = self.of.record
        # A result of no enrolment takes the last answer.
        among = np.append(self.of.enrolled & rounds[record.enrolments.round], False)
        began = self.of.trainings[self.of.started]
        trained = self.of.marked(record.trainings.enterprise[began[among[record.trainings.enrolment[began]]]])
        if which == "trained":
            return trained
        rows, at = record.results, self.of.results
        member = self.of.marked(record.enrolments.enterprise[np.flatnonzero(among[:-1])])
        own = among[rows.enrolment[at]] | ((rows.enrolment[at] == NONE) & member[rows.enterprise[at]])
        reported = self.of.marked(rows.enterprise[at[own]])
        return trained & reported if which == "reported" else trained & ~reported

    def beside(self, enterprise: int, kind: str, code: str) -> Array:
        """The other enterprises of a place or a sector (`kind`)."""
        codes = self.of.record.places if kind == "place" else self.of.record.sectors
        values = self.place if kind == "place" else self.sector
        found: Array = self.of.enterprises & (values == codes.index(code))
        found[enterprise] = False
        return found

    def completed_among(self, among: Array) -> dict[str, int]:
        """How many of some enterprises completed each module that is planned for any of them."""
        of_modules, modules = self.of.enterprise_modules, self.of.record.modules
        chosen = among[of_modules.enterprise]
        planned = np.bincount(of_modules.module[chosen], minlength=len(modules))
        done = chosen & (of_modules.steps & COMPLETION != 0)
        completed = np.bincount(of_modules.module[done], minlength=len(modules))
        return {code: int(completed[at]) for at, code in enumerate(modules) if planned[at]}

    def sources_among(self, among: Array) -> dict[str, int]:
        """The rows of trainings of some enterprises per source ("": none given)."""
        rows, at = self.of.record.trainings, self.of.trainings
        counts = np.bincount(rows.source[at[among[rows.enterprise[at]]]] + 1)
        return {code: int(n) for code, n in zip(("", *self.of.record.sources), counts, strict=False) if n}

    def levels(self) -> list[Array]:
        """Per indicator that is no practice its results with a before and an after that are no bounds, as rows."""
        rows, at = self.of.record.results, self.of.results
        exact = at[rows.exact[at] & (rows.before_from[at] <= self.of.day) & (rows.after_from[at] <= self.of.day)]
        units = [self.catalogue.indicator[code].columns["unit"] for code in self.of.record.indicators]
        exact = exact[np.array([unit != YES_NO for unit in units] or [False])[rows.indicator[exact]]]
        first = runs(rows.indicator[exact])  # they stand by indicator
        return np.split(exact, first[1:]) if len(exact) else []

    def unsourced(self) -> dict[str, int]:
        """How many rows of enrolments, trainings and results name no source, by table."""
        record = self.of.record
        rows = {
            "enrolment": record.enrolments.source[self.of.enrolments],
            "training": record.trainings.source[self.of.trainings],
            "result": record.results.source[self.of.results],
        }
        return {table: count(sources == NONE) for table, sources in rows.items()}

    def _per_enterprise(self, value: int) -> Array:
        return np.full(len(self.of.record.enterprises), value, np.int32)

    def _summed(self, who: Array, flags: Array) -> Array:
        sums: Array = np.bincount(who[flags], minlength=len(self.of.record.enterprises))
        return sums

    def _greatest(self, who: Array, values: Array) -> Array:
        found = self._per_enterprise(UNKNOWN)
        np.maximum.at(found, who, values)
        return found


Within = Callable[[Lists], Array]
"""Some of the enterprises of a slice: one answer an enterprise."""
