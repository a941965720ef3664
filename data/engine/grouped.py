"""The facts of a slice per group of enrolments, such as those of each partner.

The numbers of a group are those of a filter on it.
"""

from typing import NamedTuple

import numpy as np
from werkzeug.utils import cached_property  # functools' holds a lock for all of a class

from data.engine.facts import NONE, Array, runs
from data.engine.slice import EnterpriseModules, Pairs, SliceFacts


class Grouped(NamedTuple):
    """Values with the group of each."""

    group: Array
    of: Array


class GroupedModules(NamedTuple):
    """The state of each enterprise in each module planned for it, with the group of each row."""

    group: Array
    of: EnterpriseModules


class GroupedPairs(NamedTuple):
    """Pairs, with the group of each."""

    group: Array
    of: Pairs


class GroupFacts:
    """The facts of some enrolments of a slice, per group. An enrolment may be in several groups or in none.

    `enrolments` are rows of the record, `groups` the group of each, from 0 to `many` - 1.
    """

    def __init__(self, of: SliceFacts, enrolments: Array, groups: Array, many: int) -> None:
        self.of = of
        self.enrolments = enrolments
        self.groups = groups
        self.many = many

    def tally(self, members: Grouped) -> Array:
        """The number of enterprises per group, rounded for the viewer."""
        return self.of.tally(members.of, members.group, self.many)

    def _distinct(self, groups: Array, enterprises: Array) -> Grouped:
        """The enterprises of each group, each once."""
        count = len(self.of.record.enterprises) or 1
        keys = np.unique(groups.astype(np.int64) * count + enterprises)
        return Grouped(keys // count, keys % count)

    @cached_property
    def enrolled(self) -> Grouped:
        """The enterprises enrolled."""
        return self._distinct(self.groups, self.of.record.enrolments.enterprise[self.enrolments])

    @cached_property
    def _trainings(self) -> Grouped:
        """The trainings as positions in those of the slice, in the order of the slice within each group."""
        enrolments = self.of.record.trainings.enrolment[self.of.trainings]
        positions, at = joined(enrolments, self.enrolments)
        groups = self.groups[at]
        order = np.argsort(groups, kind="stable")
        return Grouped(groups[order], positions[order])

    @cached_property
    def trained(self) -> Grouped:
        """The enterprises with a training that has started."""
        groups, positions = self._trainings
        begun = self.of.started[positions]
        return self._distinct(groups[begun], self.of.record.trainings.enterprise[self.of.trainings[positions[begun]]])

    @cached_property
    def modules(self) -> GroupedModules:
        """The states of the enterprises in their modules, each from the trainings of the group."""
        groups, positions = self._trainings
        record, rows = self.of.record, self.of.trainings[positions]
        enterprises = groups.astype(np.int64) * (len(record.enterprises) or 1) + record.trainings.enterprise[rows]
        keys = enterprises * (len(record.modules) or 1) + record.trainings.module[rows]
        return GroupedModules(groups[runs(keys)], self.of.decided(positions, keys))

    @cached_property
    def _results(self) -> Grouped:
        """The result rows, in the order of the record within each group."""
        record, at = self.of.record, self.of.results
        results = record.results
        own = results.enrolment[at] != NONE
        rows, of_rows = joined(results.enrolment[at[own]], self.enrolments)
        # A result without a round belongs to every enrolment of its enterprise.
        others, of_others = joined(results.enterprise[at[~own]], record.enrolments.enterprise[self.enrolments])
        groups = np.concatenate((self.groups[of_rows], self.groups[of_others])).astype(np.int64)
        rows = np.concatenate((at[own][rows], at[~own][others]))
        count = len(results.group) or 1
        keys = np.unique(groups * count + rows)
        return Grouped(keys // count, keys % count)

    @cached_property
    def reported(self) -> Grouped:
        """The enterprises with a result."""
        groups, rows = self._results
        return self._distinct(groups, self.of.record.results.enterprise[rows])

    @cached_property
    def trained_reported(self) -> Grouped:
        """The trained enterprises with a result."""
        count = len(self.of.record.enterprises) or 1
        trained, reported = (each.group * count + each.of for each in (self.trained, self.reported))
        both = np.intersect1d(trained, reported, assume_unique=True)
        return Grouped(both // count, both % count)

    def pairs(self, indicator: int | None = None) -> GroupedPairs:
        """The pairs of each group: of one indicator, given by position, or of all."""
        groups, at = self._results
        results = self.of.record.results
        if indicator is not None:
            chosen = results.indicator[at] == indicator
            groups, at = groups[chosen], at[chosen]
        count = int(results.group[-1]) + 1 if len(results.group) else 1
        keys = groups * count + results.group[at]
        pairs = self.of.paired(at, keys)
        return GroupedPairs(pairs.key // count, pairs)

    @cached_property
    def paired(self) -> Grouped:
        """The enterprises with a pair of any indicator."""
        groups, pairs = self.pairs()
        return self._distinct(groups, self.of.record.results.enterprise[pairs.before])


def joined(left: Array, right: Array) -> tuple[Array, Array]:
    """Each position in `left` with each position in `right` of the same value."""
    order = np.argsort(right, kind="stable")
    begins, ends = (np.searchsorted(right[order], left, side) for side in ("left", "right"))
    match_counts = ends - begins
    at = np.repeat(np.arange(len(left)), match_counts)
    within = np.arange(len(at)) - np.repeat(np.cumsum(match_counts) - match_counts, match_counts)
    return at, order[np.repeat(begins, match_counts) + within]
