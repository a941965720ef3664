"""Lists of the enterprises of a slice: their members, order and columns, and the forms on record of each enterprise
(docs/measures.md, "Completeness").
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
from werkzeug.utils import cached_property  # functools' holds a lock for all of a class

from data.catalogue import Catalogue, Entry
from data.engine.facts import NEVER, NONE, PRECISIONS, Array, coded, count, runs
from data.engine.precision import last_day
from data.engine.slice import ASSESSMENT, COMPLETION, OVERDUE, STARTED, WORKSHOP, SliceFacts
from data.vocabulary import BANDS, FORM_STATES, FORMS, SILENCE, STATES, YES_NO

SORTS = ("name", "place", "sector", "rounds", "completed", "last_report")
"""The columns by which a list of enterprises can be sorted."""

PRESENT, PARTLY, MISSING, NOT_YET_DUE = range(len(FORM_STATES))
"""Positions in :data:`data.vocabulary.FORM_STATES`."""

UNKNOWN = -1
"""The value of an unknown day or rank."""

_LOWER_CASE = {ord(capital): capital.lower() for capital in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}


def ranked(names: Iterable[str]) -> Array:
    """The rank of each name, ordered by code points as in the databases. Upper and lower case are equal."""
    folded = [name.translate(_LOWER_CASE) for name in names]
    ranks = {name: rank for rank, name in enumerate(sorted(set(folded)))}
    return np.fromiter((ranks[name] for name in folded), np.int32, len(folded))


def _ranks(entries: Mapping[str, Entry], codes: tuple[str, ...], language: str) -> Array:
    """The rank of each code by its name, and at the end :data:`UNKNOWN` for a missing code."""
    return np.append(ranked(entries[code].name(language) for code in codes), UNKNOWN)


@dataclass(frozen=True)
class Listed:
    """One row of a list. ``enterprise`` is a code, or "enterprise-1…n" if its name is hidden.

    ``last_report`` is None if there is no report, or none with a date; ``reported`` distinguishes the two.
    """

    enterprise: str
    place: str | None = None
    sector: str | None = None
    rounds: tuple[str, ...] = ()
    states: dict[str, str] = field(default_factory=dict)
    reported: bool = False
    last_report: date | None = None
    last_report_precision: str | None = None

    @property
    def completed(self) -> int:
        """The number of modules completed."""
        return sum(state == "completed" for state in self.states.values())


@dataclass(frozen=True)
class Lists:
    """The lists of one slice. Every array has one value per enterprise of the record."""

    of: SliceFacts
    catalogue: Catalogue

    def rank(self, sort: str, language: str, names: Array) -> Array:
        """The sort key of each enterprise, or :data:`UNKNOWN`. `names` is the rank by name."""
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
        """The positions of the enterprises in `among`, sorted by rank, then name, then code. Unknown ranks are last."""
        members: Array = np.flatnonzero(among & self.of.enterprises)
        ranks = rank[members]
        direction = -1 if descending else 1
        order = np.lexsort((names[members], np.where(ranks == UNKNOWN, 0, direction * ranks), ranks == UNKNOWN))
        return np.asarray(members[order])

    def listed(self, enterprises: Array) -> list[Listed]:
        """The list rows of some enterprises of the slice, given by position, in the same order."""
        among = self.of.marked(enterprises)
        record, states = self.of.record, self._states(among)
        rounds: dict[int, list[str]] = defaultdict(list)
        rows = self.of.enrolments[among[self._enrolled]]
        table = record.enrolments
        for row in rows[np.lexsort((table.round[rows], table.recruited_on[rows]))].tolist():
            rounds[int(table.enterprise[row])].append(record.rounds[table.round[row]])
        places, sectors = coded(record.places, self.place[enterprises]), coded(record.sectors, self.sector[enterprises])
        return [
            Listed(
                record.enterprises[at], place, sector, tuple(rounds[at]), states[at],
                reported=bool(self.of.reported[at]), last_report=when, last_report_precision=precision,
            )
            for at, place, sector, (when, precision) in zip(
                enterprises.tolist(), places, sectors, self.reports(enterprises), strict=True
            )
        ]  # fmt: skip

    def _states(self, among: Array) -> dict[int, dict[str, str]]:
        """The states of the marked enterprises by module, in the order of the programme."""
        of_modules, modules = self.of.enterprise_modules, self.of.record.modules
        rank = np.array([self.catalogue.module[code].columns["position"] for code in modules] or [0])
        rows = np.flatnonzero(among[of_modules.enterprise])
        states: dict[int, dict[str, str]] = defaultdict(dict)
        for row in rows[np.lexsort((of_modules.module[rows], rank[of_modules.module[rows]]))].tolist():
            states[int(of_modules.enterprise[row])][modules[of_modules.module[row]]] = STATES[of_modules.state[row]]
        return states

    def _reports(self, among: Array) -> dict[int, tuple[date | None, str | None]]:
        """The date of the latest result of each marked enterprise that reported, and its precision.

        Of several results of one last day the most precise counts.
        """
        rows = self.of.record.results
        at = self.of.results[among[rows.enterprise[self.of.results]]]
        ended = self._ended(at)
        days = np.where(ended, rows.after_on[at], rows.before_on[at])
        precisions = np.where(ended, rows.after_by[at], rows.before_by[at])
        latest: dict[int, tuple[int, int, int]] = {}
        for enterprise, *report in zip(
            rows.enterprise[at].tolist(), self._reported_on(at).tolist(), precisions.tolist(), days.tolist(),
            strict=True,
        ):  # fmt: skip
            last, precision, day = report
            latest[enterprise] = max(latest.get(enterprise, (UNKNOWN, NONE, UNKNOWN)), (last, -precision, day))
        return {
            enterprise: (None, None) if last == UNKNOWN else (date.fromordinal(day), PRECISIONS[-precision])
            for enterprise, (last, precision, day) in latest.items()
        }

    def reports(self, enterprises: Array) -> list[tuple[date | None, str | None]]:
        """The date of the last report of some enterprises, given by position, and its precision."""
        dates = self._reports(self.of.marked(enterprises))
        return [dates.get(at, (None, None)) for at in enterprises.tolist()]

    def _ended(self, at: Array) -> Array:
        """Marks the results whose after is dated and seen."""
        rows = self.of.record.results
        ended: Array = (rows.ended_from[at] <= self.of.day) & (rows.after_on[at] != NEVER)
        return ended

    def _reported_on(self, at: Array) -> Array:
        """The last possible day of each of some results: of its after if that is seen, else of its before."""
        rows = self.of.record.results
        days = np.where(self._ended(at), rows.after_last[at], rows.before_last[at])
        return np.where(days == NEVER, UNKNOWN, days)

    @cached_property
    def _enrolled(self) -> Array:
        """The enterprise of each enrolment of the slice."""
        return self.of.record.enrolments.enterprise[self.of.enrolments]

    @cached_property
    def place(self) -> Array:
        """The place that all enrolments of an enterprise share; :data:`NONE` if they differ."""
        common = self._per_enterprise(NONE)
        places = self.of.record.enrolments.place[self.of.enrolments]
        known = places != NONE
        enterprises, places = self._enrolled[known], places[known]  # sorted by enterprise and place
        first = runs(enterprises)
        last = np.append(first[1:], len(enterprises))[: len(first)] - 1
        common[enterprises[first]] = np.where(places[first] == places[last], places[first], NONE)
        return common

    @cached_property
    def sector(self) -> Array:
        """The sector of each enterprise."""
        sectors = self._per_enterprise(NONE)
        sectors[self._enrolled] = self.of.record.enrolments.sector[self.of.enrolments]
        return sectors

    @cached_property
    def began(self) -> Array:
        """The last day of the actual or planned start of the first round of each enterprise."""
        rounds = (self.catalogue.round[code].columns for code in self.of.record.rounds)
        days = [
            last_day(each["started_on"], each["started_on_precision"])
            or last_day(each["planned_start"], each["planned_start_precision"])
            for each in rounds
        ]
        starts = np.array([NEVER if day is None else day.toordinal() for day in days], np.int32)
        earliest = self._per_enterprise(NEVER)
        np.minimum.at(earliest, self._enrolled, starts[self.of.record.enrolments.round[self.of.enrolments]])
        return np.where(earliest == NEVER, UNKNOWN, earliest)

    @cached_property
    def last_report(self) -> Array:
        """The day of the latest result of each enterprise: of its after if that is seen, else of its before."""
        at = self.of.results
        return self._greatest(self.of.record.results.enterprise[at], self._reported_on(at))

    @cached_property
    def forms(self) -> dict[str, Array]:
        """The state of each form per enterprise, as a position in :data:`FORM_STATES`."""
        rows, at = self.of.record.trainings, self.of.trainings
        enterprises, steps = rows.enterprise[at], self.of.steps
        begun = steps & STARTED != 0
        due = np.zeros(len(self.of.record.enrolments.enterprise), bool)
        due[rows.enrolment[at[begun | (rows.due[at] <= self.of.day)]]] = True
        baseline = self.of.record.enrolments.baseline_on[self.of.enrolments] <= self.of.day
        workshop = steps & WORKSHOP != 0
        assessed = steps & ASSESSMENT != 0
        unassessed = ~assessed & (steps & COMPLETION != 0)
        results = np.select(
            [self.of.pair_counts > 0, self.of.reported, self.of.trained], [PRESENT, PARTLY, MISSING], NOT_YET_DUE
        )
        states = (
            self._state(self._enrolled, baseline, ~baseline & due[self.of.enrolments]),
            self._state(enterprises, workshop, ~workshop & (begun | (self.of.states == OVERDUE))),
            self._state(enterprises, assessed, unassessed),
            results,
        )
        return dict(zip(FORMS, states, strict=True))

    def _state(self, enterprises: Array, present: Array, missing: Array) -> Array:
        has_present, has_missing = self.of.marked(enterprises[present]), self.of.marked(enterprises[missing])
        states = [PARTLY, PRESENT, MISSING]
        return np.select([has_present & has_missing, has_present, has_missing], states, NOT_YET_DUE)

    def form_counts(self) -> dict[tuple[str, str], int]:
        """Enterprises by form and state."""
        counts = {form: np.bincount(state[self.of.enterprises], minlength=len(FORM_STATES))
                  for form, state in self.forms.items()}  # fmt: skip
        return {(form, state): int(counts[form][at]) for form in FORMS for at, state in enumerate(FORM_STATES)}

    @cached_property
    def silence(self) -> Array:
        """The time since the last report of each enterprise, as a position in :data:`SILENCE`."""
        last = self.last_report
        since = [last >= (self.of.slice.as_of - timedelta(days=days)).toordinal() for _name, days in BANDS if days]
        names = ["never", "undated", *(name for name, days in BANDS if days)]
        conditions = [~self.of.reported, last == UNKNOWN, *since]
        return np.select(conditions, [SILENCE.index(name) for name in names], SILENCE.index(BANDS[-1][0]))

    def silence_counts(self) -> dict[str, int]:
        """Trained enterprises by the time since their last report (:data:`SILENCE`)."""
        counts = np.bincount(self.silence[self.of.trained], minlength=len(SILENCE))
        return {name: int(counts[at]) for at, name in enumerate(SILENCE)}

    def in_group(self, rounds: Array, which: str) -> Array:
        """Marks the enterprises of a group of rounds: those trained in it, or of these the ``reported`` or ``silent``.

        `rounds` marks the rounds of the group.
        """
        record = self.of.record
        # The last value is for results without an enrolment: their enrolment is -1.
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
        """Marks the other enterprises of a place or a sector (`kind`)."""
        codes = self.of.record.places if kind == "place" else self.of.record.sectors
        values = self.place if kind == "place" else self.sector
        mark: Array = self.of.enterprises & (values == codes.index(code))
        mark[enterprise] = False
        return mark

    def completed_among(self, among: Array) -> dict[str, int]:
        """The number of marked enterprises that completed each module, for the modules planned for any of them."""
        of_modules, modules = self.of.enterprise_modules, self.of.record.modules
        chosen = among[of_modules.enterprise]
        planned = np.bincount(of_modules.module[chosen], minlength=len(modules))
        is_completed = chosen & (of_modules.steps & COMPLETION != 0)
        completed = np.bincount(of_modules.module[is_completed], minlength=len(modules))
        return {code: int(completed[at]) for at, code in enumerate(modules) if planned[at]}

    def sources_among(self, among: Array) -> dict[str, int]:
        """The number of training rows of the marked enterprises per source ("": no source given)."""
        rows, at = self.of.record.trainings, self.of.trainings
        counts = np.bincount(rows.source[at[among[rows.enterprise[at]]]] + 1)
        return {code: int(n) for code, n in zip(("", *self.of.record.sources), counts, strict=False) if n}

    def levels(self) -> list[Array]:
        """The result rows with before and after and no bound, per indicator that is not a yes/no practice."""
        rows, at = self.of.record.results, self.of.results
        exact = at[
            (rows.operator[at] == 0) & (rows.before_from[at] <= self.of.day) & (rows.after_from[at] <= self.of.day)
        ]
        units = [self.catalogue.indicator[code].columns["unit"] for code in self.of.record.indicators]
        exact = exact[np.array([unit != YES_NO for unit in units] or [False])[rows.indicator[exact]]]
        first = runs(rows.indicator[exact])  # results are sorted by indicator
        return np.split(exact, first[1:]) if len(exact) else []

    def unsourced(self) -> dict[str, int]:
        """The number of enrolment, training and result rows without a source, by table."""
        record = self.of.record
        rows = {
            "enrolment": record.enrolments.source[self.of.enrolments],
            "training": record.trainings.source[self.of.trainings],
            "result": record.results.source[self.of.results],
        }
        return {table: count(sources == NONE) for table, sources in rows.items()}

    def _per_enterprise(self, value: int) -> Array:
        return np.full(len(self.of.record.enterprises), value, np.int32)

    def _summed(self, enterprises: Array, flags: Array) -> Array:
        sums: Array = np.bincount(enterprises[flags], minlength=len(self.of.record.enterprises))
        return sums

    def _greatest(self, enterprises: Array, values: Array) -> Array:
        greatest = self._per_enterprise(UNKNOWN)
        np.maximum.at(greatest, enterprises, values)
        return greatest


Within = Callable[[Lists], Array]
"""A function that marks the members of a list among the enterprises of the record."""
