"""Who is enrolled inside a viewer's scope, and under which values of the filters: what a threshold is held against."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from itertools import combinations
from operator import or_
from typing import NamedTuple

import numpy as np
from werkzeug.utils import cached_property  # functools' holds a lock for all of a class

from data.disclosure import NOT_GIVEN, Members
from data.engine.record import Array
from data.engine.slice import SliceFacts

Codes = frozenset[str]
Selection = Mapping[str, Codes]
"""Codes per filter, trees opened out; all of a selection bears on one enrolment."""

DIMENSIONS = ("partner", "sector", "round", "phase", "place")
"""The filters of a viewer with a threshold."""


@dataclass(frozen=True)
class Enterprises:
    """A set of enterprises of one population, as the bits of a number: sets are compared hundreds of times a page."""

    bits: int

    def __len__(self) -> int:
        return self.bits.bit_count()

    def __bool__(self) -> bool:
        return self.bits != 0

    def __and__(self, other: "Enterprises") -> "Enterprises":
        return Enterprises(self.bits & other.bits)

    def __or__(self, other: "Enterprises") -> "Enterprises":
        return Enterprises(self.bits | other.bits)

    def __sub__(self, other: "Enterprises") -> "Enterprises":
        return Enterprises(self.bits & ~other.bits)

    def __lt__(self, other: "Enterprises") -> bool:
        return self.bits != other.bits and self.bits & other.bits == self.bits


class Coded(NamedTuple):
    """One value an enrolment: positions in ``codes``, whose last is :data:`NOT_GIVEN`."""

    codes: Sequence[str]
    positions: Array


Label = tuple[str, str, str]
"""One of the sets a filter can hold: "value" or "group", filter, code; of everybody all three are empty."""

EVERYBODY: Label = ("", "", "")


@dataclass(frozen=True)
class Population:
    """The enrolments of a scope.

    ``enterprise`` is the position of each enrolment's enterprise in ``codes``, ``columns`` its values per filter but
    partner; ``parties`` says per partner which positions of the rounds have it. ``groups`` maps, per filter, values to
    the group they stand in where it is another.
    """

    codes: Sequence[str]
    enterprise: Array
    columns: Mapping[str, Coded]
    parties: Mapping[str, Array]
    groups: Mapping[str, Mapping[str, str]]
    _values: dict[tuple[str, str], int] = field(default_factory=dict, repr=False, compare=False)
    _sets: dict[Label, Enterprises] = field(default_factory=dict, repr=False, compare=False)
    _overlaps: dict[tuple[Label, Label], int] = field(default_factory=dict, repr=False, compare=False)
    _told: dict[tuple[str, Codes, int], bool] = field(default_factory=dict, repr=False, compare=False)
    _members: dict[str, Members] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of_scope(cls, of: SliceFacts, groups: Mapping[str, Mapping[str, str]]) -> "Population":
        """The population of a scope, from its facts."""
        record, at = of.record, of.enrolments
        rows, visible = record.enrolments, of.slice.visible_partners
        round_of = rows.round[at]
        columns = {
            "sector": Coded((*record.sectors, NOT_GIVEN), rows.sector[at]),
            "round": Coded((*record.rounds, NOT_GIVEN), round_of),
            "phase": Coded((*record.phases, NOT_GIVEN), record.phase_of[round_of]),
            "place": Coded((*record.places, NOT_GIVEN), rows.place[at]),
        }
        parties = {code: has for code, has in record.parties.items() if visible is None or code in visible}
        return cls(record.enterprises, rows.enterprise[at], columns, parties, groups)

    @cached_property
    def named(self) -> Codes:
        """The codes of the enterprises."""
        return frozenset(self.codes[at] for at in np.unique(self.enterprise))

    @cached_property
    def _laid_out(self) -> tuple[Array, list[tuple[int, int]], Array]:
        """The bit of each enrolment, planes of bits, and each enterprise's rank.

        Enterprises are ranked by how many enrolments they have, the fewest first. The bit of a first enrolment is the
        enterprise's rank; second enrolments make a plane of bits above these, in the same order, third ones another:
        enrolments become enterprises when the planes are laid upon each other. A plane is where it begins, and the rank
        of its first enterprise.
        """
        order = np.argsort(self.enterprise, kind="stable")
        who, begins, many = np.unique(self.enterprise[order], return_index=True, return_counts=True)
        ranked = np.argsort(many, kind="stable")
        rank = np.full(int(who[-1]) + 1 if len(who) else 0, -1)
        rank[who[ranked]] = np.arange(len(who))
        nth = np.empty(len(order), np.int64)
        nth[order] = np.arange(len(order)) - np.repeat(begins, many)
        planes, bit, at = [], rank[self.enterprise] if len(who) else nth, len(who)
        for plane in range(1, int(many.max()) if len(who) else 1):
            first = int(np.count_nonzero(many <= plane))
            planes.append((at, first))
            of_plane = nth == plane
            bit[of_plane] += at - first
            at += len(who) - first
        return bit, planes, rank

    @cached_property
    def _everybody(self) -> int:
        return (1 << len(np.unique(self.enterprise))) - 1

    def _bits(self, chosen: Array) -> int:
        """Some enrolments as the bits of a number."""
        bits = self._laid_out[0][chosen]
        flat = np.zeros(len(self.enterprise) // 8 + 1, np.uint8)
        np.bitwise_or.at(flat, bits >> 3, (1 << (bits & 7)).astype(np.uint8))
        return int.from_bytes(flat.tobytes(), "little")

    def _of_enrolments(self, bits: int) -> Enterprises:
        """The enterprises of some enrolments."""
        found = bits & self._everybody
        for at, first in self._laid_out[1]:
            found |= (bits >> at & self._everybody >> first) << first
        return Enterprises(found)

    @cached_property
    def _rows(self) -> dict[str, tuple[Array, Array]]:
        """Per filter the enrolments value by value, and where each value's begin."""
        found = {}
        for name, (codes, positions) in self.columns.items():
            known = positions % len(codes)
            found[name] = np.argsort(known, kind="stable"), np.searchsorted(np.sort(known), np.arange(len(codes) + 1))
        return found

    @cached_property
    def _at(self) -> dict[str, dict[str, int]]:
        return {name: {code: at for at, code in enumerate(column.codes)} for name, column in self.columns.items()}

    def _value(self, dimension: str, code: str) -> int:
        """The enrolments with one value of a filter, as bits."""
        key = dimension, code
        if key not in self._values:
            if dimension == "partner":
                chosen = np.flatnonzero(self._party(code)[self.columns["round"].positions])
            elif (at := self._at[dimension].get(code)) is None:
                chosen = np.zeros(0, np.intp)
            else:
                order, begins = self._rows[dimension]
                chosen = order[begins[at] : begins[at + 1]]
            self._values[key] = self._bits(chosen)
        return self._values[key]

    def _party(self, partner: str) -> Array:
        """Which rounds have a partner, or none at all."""
        nobody = np.zeros(len(self.columns["round"].codes) - 1, bool)
        if partner == NOT_GIVEN:
            return ~reduce(np.logical_or, self.parties.values(), nobody)
        return self.parties.get(partner, nobody)

    def enterprises(self, selection: Selection) -> Enterprises:
        """The enterprises enrolled under a selection."""
        left = (1 << len(self.enterprise)) - 1
        for name, codes in selection.items():
            left &= reduce(or_, (self._value(name, code) for code in codes), 0)
        return self._of_enrolments(left)

    def values(self, dimension: str) -> tuple[str, ...]:
        """The values of one filter that anybody has."""
        return self._there[dimension]

    @cached_property
    def _there(self) -> dict[str, tuple[str, ...]]:
        found = {
            name: tuple(codes[at] for at in np.unique(positions)) for name, (codes, positions) in self.columns.items()
        }
        rounds = np.zeros(len(self.columns["round"].codes) - 1, bool)
        rounds[self.columns["round"].positions] = True
        partners = (code for code in (*self.parties, NOT_GIVEN) if (self._party(code) & rounds).any())
        return found | {"partner": tuple(partners)}

    def members(self, dimension: str) -> Members:
        """The values of one filter with how many enterprises each has."""
        if dimension not in self._members:
            values = self.values(dimension)
            groups = dict.fromkeys(self._group(dimension, value) for value in values)
            self._members[dimension] = Members(
                {group: len(self._set(("group", dimension, group))) for group in groups},
                {value: len(self._of_enrolments(self._value(dimension, value))) for value in values},
                self.groups.get(dimension, {}),
            )
        return self._members[dimension]

    def _group(self, dimension: str, value: str) -> str:
        return self.groups.get(dimension, {}).get(value, value)

    def _set(self, label: Label) -> Enterprises:
        """The enterprises under a label."""
        if label not in self._sets:
            kind, dimension, code = label
            if kind == "value":
                bits = self._value(dimension, code)
            elif kind == "group":
                inside = (value for value in self.values(dimension) if self._group(dimension, value) == code)
                bits = reduce(or_, (self._value(dimension, value) for value in inside), 0)
            else:
                bits = (1 << len(self.enterprise)) - 1
            self._sets[label] = self._of_enrolments(bits)
        return self._sets[label]

    @cached_property
    def _by_rank(self) -> tuple[Array, Array]:
        """Enrolments by the rank of their enterprise, and where each rank's begin."""
        ranks = self._laid_out[2][self.enterprise]
        order = np.argsort(ranks, kind="stable")
        return order, np.searchsorted(ranks[order], np.arange(self._everybody.bit_length() + 1))

    def _labels(self, enterprises: Enterprises) -> Iterator[Label]:
        """What every filter by one value or one group, and the whole scope, is called that could hold some enterprises:
        each holds the first of them.
        """
        yield EVERYBODY
        order, begins = self._by_rank
        rank = (enterprises.bits & -enterprises.bits).bit_length() - 1
        for row in order[begins[rank] : begins[rank + 1]]:
            values = [(name, codes[positions[row]]) for name, (codes, positions) in self.columns.items()]
            round_of = self.columns["round"].positions[row]
            values += [("partner", code) for code, has in self.parties.items() if has[round_of]]
            for dimension, value in values:
                if value != NOT_GIVEN:
                    yield "value", dimension, value
                    yield "group", dimension, self._group(dimension, value)

    def _overlap(self, one: Label, other: Label) -> int:
        key = one, other
        if key not in self._overlaps:
            self._overlaps[key] = len(self._set(one) & self._set(other))
        return self._overlaps[key]

    def tells(self, enterprises: Enterprises, threshold: int, beside: Iterable[Enterprises] = ()) -> bool:
        """Does a selection of these enterprises single out fewer than `threshold`?

        By its own size, or as what is left of a wider one: of any filter by one value or two, or of one `beside` it.
        """
        if not enterprises:
            return False
        size = len(enterprises)
        if size < threshold or any(0 < len(each - enterprises) < threshold for each in beside):
            return True
        around = [label for label in dict.fromkeys(self._labels(enterprises)) if enterprises < self._set(label)]
        # What is left of two that hold the selection is what both have, less the selection.
        both = (*((each, each) for each in around), *combinations(around, 2))
        return any(0 < self._overlap(one, other) - size < threshold for one, other in both)

    def tells_alone(self, dimension: str, codes: Codes, threshold: int) -> bool:
        """Does a filter by these values alone single out fewer than `threshold`?"""
        key = dimension, codes, threshold
        if key not in self._told:
            self._told[key] = self.tells(self.enterprises({dimension: codes}), threshold)
        return self._told[key]
