"""The facts that a slice leaves of a record: enrolments, trainings with their states, results as seen, pairs.

Every count and list starts from these, so that a slice narrows everything in one place (docs/measures.md, "Filters").
A fact dated after the slice's ``as_of`` is not seen. Enterprises are counted here alone: for a reader with a threshold
a count is rounded before anybody has it (docs/privacy.md).
"""

from typing import NamedTuple

import numpy as np
from werkzeug.utils import cached_property  # functools' holds a lock for all of a class

from data.engine.facts import NEVER, NONE, Array, RecordFacts, runs
from data.privacy.rounding import Rounding
from data.privacy.viewer import Slice
from data.vocabulary import STATES

WORKSHOP, VISIT, ASSESSMENT, COMPLETION, STARTED = (1 << bit for bit in range(5))
"""The steps of a training of which something is on record, as bits."""

COMPLETED, IN_PROGRESS, DROPPED, OVERDUE, NOT_YET_DUE = range(len(STATES))
"""Positions in :data:`data.vocabulary.STATES`."""


class EnterpriseModules(NamedTuple):
    """One row per enterprise × planned module: the steps of which any of its trainings has a record, its state, and the
    row of the training the state is of.
    """

    enterprise: Array
    module: Array
    steps: Array
    state: Array
    training: Array


class Pairs(NamedTuple):
    """One row per pair: the result rows that its before and its after are of."""

    before: Array
    after: Array


class SliceFacts:
    """The facts of one slice; each kind is found once. With a `rounding` its counts are shown numbers and not true."""

    def __init__(self, record: RecordFacts, slice_: Slice, rounding: Rounding | None = None) -> None:
        self.record = record
        self.slice = slice_
        self.rounding = rounding
        self.day = slice_.as_of.toordinal()

    def cells(self, enterprises: Array, groups: Array, many: int) -> Array:
        """Enterprises per group, each named once a group, before they are rounded: cells of disjoint groups add up.

        One row of counts, and where they are rounded one of the sums of secret numbers; one column a group.
        """
        counts = np.bincount(groups, minlength=many)
        if self.rounding is None:
            return counts[np.newaxis]
        # Sums stay far below 2^53, where floats are exact.
        numbers = np.bincount(groups, weights=self.rounding.secrets.numbers[enterprises], minlength=many)
        return np.stack([counts, numbers.astype(np.int64)])

    def shown(self, cells: Array) -> Array:
        """The counts of some cells, as the reader is shown them."""
        counts: Array = cells[0]
        return counts if self.rounding is None else self.rounding.shown(counts, cells[1])

    def each_shown(self, cells: Array) -> Array:
        """:meth:`shown` of several cells: one row each."""
        return np.stack([self.shown(each) for each in cells])

    def tally(self, enterprises: Array, groups: Array, many: int) -> Array:
        """Enterprises per group, each named once a group, as the reader is shown them."""
        return self.shown(self.cells(enterprises, groups, many))

    def count(self, enterprises: Array) -> int:
        """How many enterprises are marked, as the reader is shown it. One answer an enterprise."""
        at = np.flatnonzero(enterprises)
        return int(self.tally(at, np.zeros(len(at), np.intp), 1)[0])

    def among(self, dimension: str) -> Array | None:
        """Which codes of a filter are left, by position, and at the end whether "not given" is; None: all."""
        codes = self.slice.codes(dimension)
        if codes is None:
            return None
        positions = self.record.position[dimension]
        table = np.zeros(len(positions) + 1, bool)
        table[[positions[code] for code in codes if code in positions]] = True
        table[NONE] = "" in codes
        return table

    @cached_property
    def rounds(self) -> Array:
        """Which rounds are left, by position."""
        left = np.ones(len(self.record.rounds), bool)
        rounds, phases, partners = self.among("round"), self.among("phase"), self.slice.partner
        if rounds is not None:
            left &= rounds[:-1]
        if phases is not None:
            left &= phases[self.record.phase_of]
        if partners is not None:
            left &= self.record.with_partner(partners)
        return left

    @cached_property
    def enrolled(self) -> Array:
        """Is an enrolment in the slice? One answer a row of the record's enrolments."""
        rows = self.record.enrolments
        left: Array = (rows.recruited_on <= self.day) | (rows.recruited_on == NEVER)
        if not self.rounds.all():
            left &= self.rounds[rows.round]
        for dimension, column in (("sector", rows.sector), ("place", rows.place)):
            table = self.among(dimension)
            if table is not None:
                left &= table[column]
        return left

    @cached_property
    def enrolments(self) -> Array:
        """The enrolments of the slice, as rows."""
        return np.flatnonzero(self.enrolled)

    @cached_property
    def enterprises(self) -> Array:
        """Is an enterprise enrolled in the slice? One answer an enterprise."""
        return self.marked(self.record.enrolments.enterprise[self.enrolments])

    def marked(self, enterprises: Array) -> Array:
        """Which enterprises are named in a list, which may name them several times."""
        mark = np.zeros(len(self.record.enterprises), bool)
        mark[enterprises] = True
        return mark

    @cached_property
    def trainings(self) -> Array:
        """The planned trainings of the slice, as rows."""
        rows = self.record.trainings
        if not len(rows.enrolment):
            return np.zeros(0, np.intp)
        left = self.enrolled[rows.enrolment]
        modules = self.among("module")
        return np.flatnonzero(left if modules is None else left & modules[rows.module])

    @cached_property
    def steps(self) -> Array:
        """What is on record of each training of the slice, as bits."""
        rows, at, day = self.record.trainings, self.trainings, self.day
        steps: Array = np.zeros(len(at), np.uint8)
        for bit, reached in (
            (WORKSHOP, rows.workshop), (VISIT, rows.visit), (ASSESSMENT, rows.assessment), (COMPLETION, rows.completion)
        ):  # fmt: skip
            steps |= (reached[at] <= day).astype(np.uint8) * np.uint8(bit)
        steps |= (steps != 0).astype(np.uint8) * np.uint8(STARTED)
        return steps

    @cached_property
    def started(self) -> Array:
        """Has each training of the slice begun?"""
        began: Array = self.steps != 0
        return began

    @cached_property
    def states(self) -> Array:
        """The state of each training of the slice."""
        rows, at = self.record.trainings, self.trainings
        reached = [self.steps & COMPLETION != 0, rows.dropped[at] <= self.day, self.started, rows.due[at] <= self.day]
        return np.select(reached, [COMPLETED, DROPPED, IN_PROGRESS, OVERDUE], NOT_YET_DUE).astype(np.int8)

    def trainings_of(self, enterprise: str) -> dict[tuple[str, str], tuple[str, bool]]:
        """By round and module of one enterprise's trainings: the state of each, and whether it has begun."""
        record, rows = self.record, self.record.trainings
        at = record.enterprise_at[enterprise]
        begin, end = np.searchsorted(rows.enterprise[self.trainings], (at, at + 1)).tolist()
        found = {}
        for each in range(begin, end):
            row = self.trainings[each]
            key = record.rounds[record.enrolments.round[rows.enrolment[row]]], record.modules[rows.module[row]]
            found[key] = STATES[self.states[each]], bool(self.started[each])
        return found

    @cached_property
    def trained(self) -> Array:
        """Has an enterprise begun any training of the slice? One answer an enterprise."""
        return self.marked(self.record.trainings.enterprise[self.trainings[self.started]])

    @cached_property
    def enterprise_modules(self) -> EnterpriseModules:
        """The state of each enterprise in each module planned for it, from all its trainings in the slice."""
        rows, at = self.record.trainings, self.trainings
        enterprise, module = rows.enterprise[at], rows.module[at]
        # They stand by enterprise and module, the latest first.
        first = runs(enterprise.astype(np.int64) * (len(self.record.modules) or 1) + module)
        if len(first) == len(at):
            return EnterpriseModules(enterprise, module, self.steps, self.states, at)
        steps = np.bitwise_or.reduceat(self.steps, first) if len(first) else self.steps
        # The state is of the latest that was completed, where any was.
        completed = np.flatnonzero(self.steps & COMPLETION)
        run = np.searchsorted(first, completed, "right") - 1
        chosen, of_run = first.copy(), runs(run)
        chosen[run[of_run]] = completed[of_run]
        return EnterpriseModules(enterprise[first], module[first], steps, self.states[chosen], at[chosen])

    @cached_property
    def results(self) -> Array:
        """The result rows of the slice of which anything is seen."""
        rows = self.record.results
        if not len(rows.enrolment):
            return np.zeros(0, np.intp)
        # A row of no enrolment takes the last answer, which is no enrolment's.
        left = np.append(self.enrolled, False)[rows.enrolment]
        loose = rows.without_enrolment
        left[loose] = self.enterprises[rows.enterprise[loose]]
        left &= rows.seen_from <= self.day
        modules = self.among("module")
        return np.flatnonzero(left if modules is None else left & modules[rows.module])

    def results_of(self, indicator: str | None) -> Array:
        """The result rows of one indicator, or of all."""
        at: Array = self.results
        if indicator is not None:
            at = at[self.record.results.indicator[at] == self.record.indicators.index(indicator)]
        return at

    @cached_property
    def reported(self) -> Array:
        """Has an enterprise reported anything? One answer an enterprise."""
        return self.marked(self.record.results.enterprise[self.results])

    @cached_property
    def pairs(self) -> Pairs:
        """The pairs of the slice, by indicator and enterprise."""
        rows = self.record.results
        exact = self.results[rows.exact[self.results]]
        befores, afters = exact[rows.before_from[exact] <= self.day], exact[rows.after_from[exact] <= self.day]
        befores = befores[runs(rows.group[befores])]
        groups = rows.group[afters]
        starts = runs(groups)
        if len(starts):
            afters = rows.by_after[np.maximum.reduceat(rows.after_rank[afters], starts)]
        # Both stand by group, each once: a before has its after where the two lists meet.
        where = np.searchsorted(rows.group[afters], rows.group[befores])
        where[where == len(afters)] = 0
        met = rows.group[afters][where] == rows.group[befores] if len(afters) else np.zeros(len(befores), bool)
        return Pairs(befores[met], afters[where[met]])

    @cached_property
    def other_results(self) -> Array:
        """The result rows that are no part of a pair: bounds, changes without levels, a level of one side alone."""
        rows, at = self.record.results, self.results
        paired = np.zeros(int(rows.group[-1]) + 1 if len(rows.group) else 0, bool)
        paired[rows.group[self.pairs.before]] = True
        levels = (rows.before_from[at] <= self.day) | (rows.after_from[at] <= self.day)
        found: Array = at[~(rows.exact[at] & levels & paired[rows.group[at]])]
        return found

    @cached_property
    def pair_counts(self) -> Array:
        """How many pairs each enterprise gave."""
        return np.bincount(self.record.results.enterprise[self.pairs.before], minlength=len(self.record.enterprises))
