"""Who is enrolled inside a viewer's scope, and under which values of the filters: what a threshold is held against."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, reduce
from itertools import combinations
from operator import or_

from data.disclosure import NOT_GIVEN, Members

Codes = frozenset[str]
Selection = Mapping[str, Codes]
"""Codes per filter, trees opened out; all of a selection bears on one enrolment."""

DIMENSIONS = ("partner", "sector", "round", "phase", "place")
"""The filters of a viewer with a threshold."""


@dataclass(frozen=True)
class Enrolled:
    """One enrolment: the enterprise, and its values per filter ('' where one is not given)."""

    enterprise: str
    values: Mapping[str, Codes]


@dataclass(frozen=True)
class Population:
    """The enrolments of a scope. ``groups`` maps, per filter, values to the group they stand in where it is another."""

    enrolments: tuple[Enrolled, ...]
    groups: Mapping[str, Mapping[str, str]]
    _members: dict[str, Members] = field(default_factory=dict, repr=False, compare=False)
    _found: dict[frozenset[tuple[str, Codes]], Codes] = field(default_factory=dict, repr=False, compare=False)

    def enterprises(self, selection: Selection) -> Codes:
        """The enterprises enrolled under a selection."""
        key = frozenset(selection.items())
        if key not in self._found:
            left = (1 << len(self.enrolments)) - 1
            for name, codes in selection.items():
                left &= reduce(or_, (self._bits[name].get(code, 0) for code in codes), 0)
            listed = (self.enrolments[at] for at, bit in enumerate(reversed(f"{left:b}")) if bit == "1")
            self._found[key] = frozenset(each.enterprise for each in listed)
        return self._found[key]

    @cached_property
    def _bits(self) -> dict[str, dict[str, int]]:
        """Enrolments per filter and value, as the bits of a number: a selection is asked for dozens of times a page."""
        found: dict[str, dict[str, int]] = {name: {} for name in DIMENSIONS}
        for at, each in enumerate(self.enrolments):
            for name in DIMENSIONS:
                for value in each.values[name]:
                    found[name][value] = found[name].get(value, 0) | 1 << at
        return found

    def members(self, dimension: str) -> Members:
        """The values of one filter with how many enterprises each has."""
        if dimension not in self._members:
            groups = self.groups.get(dimension, {})
            by_value = self.by_value[dimension]
            by_group: dict[str, set[str]] = {}
            for value, enterprises in by_value.items():
                by_group.setdefault(groups.get(value, value), set()).update(enterprises)
            self._members[dimension] = Members(
                {group: len(enterprises) for group, enterprises in by_group.items()},
                {value: len(enterprises) for value, enterprises in by_value.items()},
                groups,
            )
        return self._members[dimension]

    @cached_property
    def by_value(self) -> dict[str, dict[str, set[str]]]:
        """Enterprises per filter and value."""
        found: dict[str, dict[str, set[str]]] = {name: {} for name in DIMENSIONS}
        for each in self.enrolments:
            for name in DIMENSIONS:
                for value in each.values[name]:
                    found[name].setdefault(value, set()).add(each.enterprise)
        return found

    @cached_property
    def single(self) -> frozenset[Codes]:
        """What every filter by one value or one group holds, and the whole scope."""
        sets = {frozenset(each.enterprise for each in self.enrolments)}
        for name, by_value in self.by_value.items():
            groups = self.groups.get(name, {})
            by_group: dict[str, set[str]] = {}
            for value, enterprises in by_value.items():
                if value != NOT_GIVEN:
                    sets.add(frozenset(enterprises))
                    by_group.setdefault(groups.get(value, value), set()).update(enterprises)
            sets |= {frozenset(enterprises) for enterprises in by_group.values()}
        return frozenset(sets)

    def tells(self, enterprises: Codes, threshold: int, beside: Iterable[Codes] = ()) -> bool:
        """Does a selection of these enterprises single out fewer than `threshold`?

        By its own size, or as what is left of a wider one: of any filter by one value or two, or of one `beside` it.
        """
        if not enterprises:
            return False
        around = [wider for wider in self.single if enterprises < wider]
        wider = {*beside, *around, *(one & other for one, other in combinations(around, 2))}
        return len(enterprises) < threshold or any(0 < len(each - enterprises) < threshold for each in wider)
