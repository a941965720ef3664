"""The facts of one slice of a record: enrolments, trainings with their states, visible results, pairs.

Every count and list starts from these facts, so filters are applied in one place (docs/measures.md, "Filters"). A fact
dated after the slice's ``as_of`` is not seen. Enterprises are counted only here: for a viewer with a threshold a count
is rounded before any other code gets it (docs/privacy.md).
"""

from typing import NamedTuple

import numpy as np
from werkzeug.utils import cached_property  # functools' holds a lock for all of a class

from data.engine.facts import ALWAYS, NEVER, NONE, Array, RecordFacts, runs
from data.privacy.rounding import Rounding
from data.privacy.viewer import Slice
from data.vocabulary import STATES

WORKSHOP, VISIT, ASSESSMENT, COMPLETION, STARTED = (1 << bit for bit in range(5))
"""The steps of a training that are on record, as bits."""

COMPLETED, IN_PROGRESS, DROPPED, OVERDUE, NOT_YET_DUE = range(len(STATES))
"""Positions in :data:`data.vocabulary.STATES`."""

STALE_AFTER = 365
"""Days after the latest step of a training in progress, after which it is stale."""


class EnterpriseModules(NamedTuple):
    """One row per enterprise × planned module: the steps on record in any of its trainings, its state, and the row of
    the training that determines the state.

    ``stale`` marks those in progress whose latest step is more than a year old, ``without_due_date`` those not yet due
    for want of a due date.
    """

    enterprise: Array
    module: Array
    steps: Array
    state: Array
    training: Array
    stale: Array
    without_due_date: Array

    @property
    def completed(self) -> Array:
        """Marks the rows with a completion on record."""
        mark: Array = self.steps & COMPLETION != 0
        return mark

    @property
    def due(self) -> Array:
        """Marks the rows that are due: all but those not yet due."""
        mark: Array = self.state != NOT_YET_DUE
        return mark


class OneTraining(NamedTuple):
    """The state of one training, whether it has begun, and whether it is stale."""

    state: str
    begun: bool
    stale: bool


class Pairs(NamedTuple):
    """One row per pair: the result row of its before, the result row of its after, and the key it was found by."""

    before: Array
    after: Array
    key: Array


class SliceFacts:
    """The facts of one slice. Each kind is computed once. With a `rounding` all counts are rounded, not true counts."""

    def __init__(self, record: RecordFacts, slice_: Slice, rounding: Rounding | None = None) -> None:
        self.record = record
        self.slice = slice_
        self.rounding = rounding
        self.day = slice_.as_of.toordinal()

    def cells(self, enterprises: Array, groups: Array, many: int) -> Array:
        """Enterprises per group before rounding, for `many` groups. Cells of disjoint groups can be added.

        An enterprise occurs at most once per group. The result has one column per group: a row of counts, and with a
        rounding a row of the sums of secret numbers.
        """
        counts = np.bincount(groups, minlength=many)
        if self.rounding is None:
            return counts[np.newaxis]
        # The sums stay far below 2^53, so floats are exact.
        numbers = np.bincount(groups, weights=self.rounding.secrets.numbers[enterprises], minlength=many)
        return np.stack([counts, numbers.astype(np.int64)])

    def shown(self, cells: Array) -> Array:
        """The counts of some cells, rounded for the viewer."""
        counts: Array = cells[0]
        return counts if self.rounding is None else self.rounding.shown(counts, cells[1])

    def each_shown(self, cells: Array) -> Array:
        """The counts of several :meth:`cells`, rounded for the viewer, one row each."""
        return np.stack([self.shown(each) for each in cells])

    def tally(self, enterprises: Array, groups: Array, many: int) -> Array:
        """Enterprises per group, rounded for the viewer, for `many` groups. An enterprise occurs once per group."""
        return self.shown(self.cells(enterprises, groups, many))

    def count(self, enterprises: Array) -> int:
        """The number of marked enterprises, rounded for the viewer. One value per enterprise of the record."""
        at = np.flatnonzero(enterprises)
        return int(self.tally(at, np.zeros(len(at), np.intp), 1)[0])

    def among(self, dimension: str) -> Array | None:
        """Marks the codes of a filter that are in the slice, and at the end the missing code. None: no restriction."""
        codes = self.slice.codes(dimension)
        if codes is None:
            return None
        positions = self.record.position[dimension]
        table = np.zeros(len(positions) + 1, bool)
        table[[positions[code] for code in codes if code in positions]] = True
        table[NONE] = "" in codes
        return table

    @property
    def module_count(self) -> int:
        """The number of modules in the slice: of the programme, or of those asked for."""
        modules = self.among("module")
        return len(self.record.modules) if modules is None else int(np.count_nonzero(modules[:-1]))

    @cached_property
    def rounds(self) -> Array:
        """Marks the rounds of the slice, by position."""
        mark = np.ones(len(self.record.rounds), bool)
        rounds, phases, partners = self.among("round"), self.among("phase"), self.slice.partner
        if rounds is not None:
            mark &= rounds[:-1]
        if phases is not None:
            mark &= phases[self.record.phase_of]
        if partners is not None:
            mark &= self.record.with_partner(partners)
        return mark

    @cached_property
    def enrolled(self) -> Array:
        """Marks the enrolments of the slice. One value per enrolment of the record."""
        rows = self.record.enrolments
        mark: Array = rows.seen_from <= self.day
        if not self.rounds.all():
            mark &= self.rounds[rows.round]
        for dimension, column in (("sector", rows.sector), ("place", rows.place)):
            codes = self.among(dimension)
            if codes is not None:
                mark &= codes[column]
        return mark

    @cached_property
    def enrolments(self) -> Array:
        """The rows of the enrolments of the slice."""
        return np.flatnonzero(self.enrolled)

    @cached_property
    def enterprises(self) -> Array:
        """Marks the enterprises enrolled in the slice."""
        return self.marked(self.record.enrolments.enterprise[self.enrolments])

    def marked(self, enterprises: Array) -> Array:
        """Marks the enterprises at some positions, which may occur several times."""
        mark = np.zeros(len(self.record.enterprises), bool)
        mark[enterprises] = True
        return mark

    @cached_property
    def trainings(self) -> Array:
        """The rows of the trainings of the slice that are seen."""
        rows = self.record.trainings
        if not len(rows.enrolment):
            return np.zeros(0, np.intp)
        mark = self.enrolled[rows.enrolment] & (rows.seen_from <= self.day)
        modules = self.among("module")
        return np.flatnonzero(mark if modules is None else mark & modules[rows.module])

    @cached_property
    def steps(self) -> Array:
        """The steps on record of each training of the slice, as bits."""
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
        """Marks the trainings of the slice that have begun."""
        began: Array = self.steps != 0
        return began

    @cached_property
    def states(self) -> Array:
        """The state of each training of the slice, as a position in :data:`data.vocabulary.STATES`."""
        rows, at = self.record.trainings, self.trainings
        reached = [self.steps & COMPLETION != 0, rows.dropped[at] <= self.day, self.started, rows.due[at] <= self.day]
        return np.select(reached, [COMPLETED, DROPPED, IN_PROGRESS, OVERDUE], NOT_YET_DUE).astype(np.int8)

    def trainings_of(self, enterprise: str) -> dict[tuple[str, str], OneTraining]:
        """The trainings of one enterprise, by round and module."""
        record, rows = self.record, self.record.trainings
        at = record.enterprise_at[enterprise]
        begin, end = np.searchsorted(rows.enterprise[self.trainings], (at, at + 1)).tolist()
        trainings = {}
        for each in range(begin, end):
            row = self.trainings[each]
            key = record.rounds[record.enrolments.round[rows.enrolment[row]]], record.modules[rows.module[row]]
            trainings[key] = OneTraining(STATES[self.states[each]], bool(self.started[each]), bool(self.stale[each]))
        return trainings

    @cached_property
    def last_steps(self) -> Array:
        """The latest day from which a workshop, visit or assessment of each training is seen; 0: no such day."""
        rows, at = self.record.trainings, self.trainings
        days = (reached[at] for reached in (rows.workshop, rows.visit, rows.assessment))
        latest: Array = np.max([np.where(day <= self.day, day, ALWAYS) for day in days], axis=0)
        return latest

    @cached_property
    def stale(self) -> Array:
        """Marks the trainings of the slice in progress whose latest step is more than a year old."""
        old = (self.last_steps > ALWAYS) & (self.day - self.last_steps > STALE_AFTER)
        mark: Array = (self.states == IN_PROGRESS) & old
        return mark

    @cached_property
    def trained(self) -> Array:
        """Marks the enterprises that have begun a training of the slice."""
        return self.marked(self.record.trainings.enterprise[self.trainings[self.started]])

    @cached_property
    def enterprise_modules(self) -> EnterpriseModules:
        """The state of each enterprise in each module planned for it, from all its trainings in the slice."""
        rows, at = self.record.trainings, self.trainings
        # Trainings are sorted by enterprise and module, latest first.
        keys = rows.enterprise[at].astype(np.int64) * (len(self.record.modules) or 1) + rows.module[at]
        return self.decided(np.arange(len(at)), keys)

    def decided(self, positions: Array, keys: Array) -> EnterpriseModules:
        """The states from some trainings of the slice, given by their positions in :attr:`trainings`.

        `keys` are sorted; one key stands for one enterprise and module, with the latest training first.
        """
        first = runs(keys)
        steps = np.bitwise_or.reduceat(self.steps[positions], first) if len(first) else self.steps[:0]
        chosen = first
        if len(first) < len(positions):
            # The latest completed training determines the state. If none is completed, the latest training does.
            completed = np.flatnonzero(self.steps[positions] & COMPLETION)
            run = np.searchsorted(first, completed, "right") - 1
            chosen, of_run = first.copy(), runs(run)
            chosen[run[of_run]] = completed[of_run]
        decisive = positions[chosen]
        training, state = self.trainings[decisive], self.states[decisive]
        rows = self.record.trainings
        return EnterpriseModules(
            enterprise=rows.enterprise[training],
            module=rows.module[training],
            steps=steps,
            state=state,
            training=training,
            stale=self.stale[decisive],
            without_due_date=(state == NOT_YET_DUE) & (rows.due[training] == NEVER),
        )

    @cached_property
    def results(self) -> Array:
        """The result rows of the slice of which at least one value is seen."""
        rows = self.record.results
        if not len(rows.enrolment):
            return np.zeros(0, np.intp)
        # The last value is for rows without an enrolment: their enrolment is -1.
        mark = np.append(self.enrolled, False)[rows.enrolment]
        without_enrolment = rows.without_enrolment
        mark[without_enrolment] = self.enterprises[rows.enterprise[without_enrolment]]
        mark &= rows.seen_from <= self.day
        modules = self.among("module")
        return np.flatnonzero(mark if modules is None else mark & modules[rows.module])

    def results_of(self, indicator: str | None) -> Array:
        """The result rows of one indicator, or of all."""
        at: Array = self.results
        if indicator is not None:
            at = at[self.record.results.indicator[at] == self.record.indicators.index(indicator)]
        return at

    @cached_property
    def reported(self) -> Array:
        """Marks the enterprises with a result in the slice."""
        return self.marked(self.record.results.enterprise[self.results])

    @cached_property
    def pairs(self) -> Pairs:
        """The pairs of the slice, sorted by indicator and enterprise."""
        return self.paired(self.results, self.record.results.group[self.results])

    def paired(self, at: Array, keys: Array) -> Pairs:
        """The pairs among some result rows of the slice: one per key with a before and an after, sorted by key.

        `keys` are sorted; one key stands for one indicator and enterprise, with its rows in the order of the record.
        """
        rows = self.record.results
        has_before = rows.exact[at] & (rows.before_from[at] <= self.day)
        has_after = rows.exact[at] & (rows.after_from[at] <= self.day)
        befores, before_keys = at[has_before], keys[has_before]
        first = runs(before_keys)
        befores, before_keys = befores[first], before_keys[first]
        afters, after_keys = at[has_after], keys[has_after]
        starts = runs(after_keys)
        if not len(starts):
            return Pairs(befores[:0], afters, keys[:0])
        afters, after_keys = rows.by_after[np.maximum.reduceat(rows.after_rank[afters], starts)], after_keys[starts]
        match = np.searchsorted(after_keys, before_keys)
        match[match == len(after_keys)] = 0
        afters = afters[match]
        # An after that is older than its before makes no pair. An unknown date refuses none.
        in_order = rows.after_last[afters] >= rows.before_first[befores]
        is_pair = (after_keys[match] == before_keys) & in_order
        return Pairs(befores[is_pair], afters[is_pair], before_keys[is_pair])

    @cached_property
    def other_results(self) -> Array:
        """The result rows outside of pairs: bounds, changes without levels, single levels."""
        rows, at = self.record.results, self.results
        paired = np.zeros(int(rows.group[-1]) + 1 if len(rows.group) else 0, bool)
        paired[rows.group[self.pairs.before]] = True
        has_level = (rows.before_from[at] <= self.day) | (rows.after_from[at] <= self.day)
        other: Array = at[~(rows.exact[at] & has_level & paired[rows.group[at]])]
        return other

    @cached_property
    def pair_counts(self) -> Array:
        """The number of pairs of each enterprise."""
        return np.bincount(self.record.results.enterprise[self.pairs.before], minlength=len(self.record.enterprises))
