"""Which selections a reader with a threshold is shown: not too small, and not a few enterprises apart from a wider one.

Two selections of which one holds the other and few more tell of these few: one count less the other. So a selection is
only shown where no wider one that is shown is fewer than the base apart (docs/privacy.md).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import combinations
from threading import RLock
from typing import Any

import numpy as np
from cachetools import LRUCache

from data.catalogue import Catalogue
from data.engine.facts import NONE, Array, RecordFacts, count
from data.engine.slice import SliceFacts
from data.filters import OUTSIDE, Filters
from data.privacy.rounding import Rounding, Secrets
from data.privacy.viewer import BASES, Scope, Slice, Viewer

DIMENSIONS = ("partner", "sector", "round", "phase", "place")
"""The filters that choose enterprises; a module does not."""

MANY = 100
"""Shown enterprises of a scope from which on two filters may be combined."""

_MOST_TRIED = 16
"""So many values of one filter are looked at for the first that is shown: an address may name a thousand."""

_MOST_MASKS = 256
_MOST_ANSWERS = 65_536

Selection = frozenset[tuple[str, str]]
"""Values of different filters."""


def selection_of(filters: Filters) -> Selection:
    """The values that choose enterprises."""
    return frozenset((name, code) for name in DIMENSIONS for code in filters.codes(name))


@dataclass(frozen=True)
class Disclosure:
    """What one reader may be shown of a record: how its numbers are rounded, and which selections are answered.

    ``scope`` are the facts of everything the reader's link covers, with plain counts.
    """

    scope: SliceFacts
    catalogue: Catalogue
    limit: Scope
    rounding: Rounding
    _masks: LRUCache[tuple[str, str], Array] = field(default_factory=lambda: LRUCache(_MOST_MASKS), repr=False)
    _answers: LRUCache[Selection, bool] = field(default_factory=lambda: LRUCache(_MOST_ANSWERS), repr=False)
    _lock: Any = field(default_factory=RLock, repr=False, compare=False)

    @classmethod
    def of(cls, record: RecordFacts, catalogue: Catalogue, viewer: Viewer) -> "Disclosure":
        """What a viewer with a threshold is shown; ValueError without the privacy key."""
        key = viewer.privacy_key
        if not viewer.threshold or not key:
            raise ValueError("a threshold needs the privacy key")
        secrets: Secrets = catalogue.once.get(("secrets", key), lambda: Secrets.of(key, record.enterprises))
        rounding = Rounding(viewer.threshold, secrets)
        own, *others = (
            SliceFacts(record, scope.narrow(Filters(), catalogue)) for scope in (viewer.scope, *viewer.earlier)
        )
        return cls(own, catalogue, viewer.scope, replace(rounding, exact=_exact(rounding, own, others)))

    @property
    def size(self) -> int:
        """The shown number of enterprises in the scope."""
        return self._shown_count(self.scope.enterprises)

    @property
    def most_filters(self) -> int:
        """How many filters may be combined, beside the module."""
        return 2 if self.size >= MANY else 1

    def facts(self, slice_: Slice) -> SliceFacts:
        """The facts of a slice, whose counts are rounded."""
        return SliceFacts(self.scope.record, slice_, self.rounding)

    def allowed(self, filters: Filters) -> Filters:
        """The nearest filters that may be asked for: the first value of a filter, and the first filters."""
        kept, left = Filters(edition=filters.edition), self.most_filters
        for name in DIMENSIONS:
            values = _values(filters, name)[:_MOST_TRIED] if left else []
            narrowed = [kept.with_codes(name, {code}) for code in values]
            if narrowed:
                # The first that is shown: of several values the others are left out anyway.
                kept, left = next((each for each in narrowed if self.shows(each)), narrowed[0]), left - 1
        return kept.with_codes("module", _values(filters, "module")[:1])

    def shows(self, filters: Filters) -> bool:
        """Is the selection of allowed filters shown?"""
        with self._lock:
            return self._shows(selection_of(filters))

    def wider(self, filters: Filters) -> Filters | None:
        """A selection that is shown and has fewer filters: those of the first filters that can stay. None: none is."""
        names = [name for name in DIMENSIONS if filters.codes(name)]
        for name in reversed(names):
            less = filters.without(name)
            if self.shows(less):
                return less
        everything = Filters(module=filters.module, edition=filters.edition)
        return everything if self.shows(everything) else None

    def offered(self, dimension: str, codes: Iterable[str]) -> list[str]:
        """Of the values of a filter those whose shown number of enterprises in the scope is enough to be chosen."""
        with self._lock:
            return [code for code in codes if self._enough({(dimension, code)})]

    def _shown_count(self, enterprises: Array) -> int:
        return self.rounding.count(np.flatnonzero(enterprises))

    def _shows(self, selection: Selection) -> bool:
        if selection not in self._answers:
            self._answers[selection] = self._looked_at(selection)
        return self._answers[selection]

    def _looked_at(self, selection: Selection) -> bool:
        if not self._enough(selection):
            return False
        enterprises = self._enterprises(selection)
        size = count(enterprises)
        for wider in self._holding(enterprises):
            others = self._enterprises(wider)
            few_more = 0 < count(others) - size < self.rounding.base and not (enterprises & ~others).any()
            if few_more and self._shows(wider):  # it is wider, so that this ends
                return False
        return True

    def _enough(self, selection: Iterable[tuple[str, str]]) -> bool:
        return self.rounding.enough(self._shown_count(self._enterprises(selection)))

    def _enterprises(self, selection: Iterable[tuple[str, str]]) -> Array:
        rows = self.scope.enrolled
        for name, code in selection:
            rows = rows & self._mask(name, code)
        return self.scope.marked(self.scope.record.enrolments.enterprise[np.flatnonzero(rows)])

    def _mask(self, name: str, code: str) -> Array:
        """Which enrolments have a value of a filter."""
        if (name, code) not in self._masks:
            narrowed = self.limit.narrow(Filters().with_codes(name, {code}), self.catalogue)
            self._masks[name, code] = SliceFacts(self.scope.record, narrowed).enrolled
        found: Array = self._masks[name, code]
        return found

    def _holding(self, enterprises: Array) -> Iterator[Selection]:
        """Every selection that could hold some enterprises: it holds the one with the fewest enrolments."""
        rows = self.scope.enrolments
        of_each = self.scope.record.enrolments.enterprise[rows]
        inside = rows[enterprises[of_each]]
        who = self.scope.record.enrolments.enterprise[inside]
        fewest = np.bincount(who)[who].argmin()
        found: dict[Selection, None] = {frozenset(): None}
        for row in inside[who == who[fewest]]:
            values = list(self._values(int(row)))
            for many in range(1, self.most_filters + 1):
                for each in combinations(values, many):
                    if len({name for name, _code in each}) == many:
                        found[frozenset(each)] = None
        return iter(found)

    def _values(self, row: int) -> Iterator[tuple[str, str]]:
        """The values of filters that one enrolment has."""
        record, catalogue = self.scope.record, self.catalogue
        rows = record.enrolments
        round_of = rows.round[row]
        yield "round", record.rounds[round_of]
        if rows.sector[row] != NONE:
            yield "sector", record.sectors[rows.sector[row]]
        if record.phase_of[round_of] != NONE:
            yield "phase", record.phases[record.phase_of[round_of]]
        if rows.place[row] != NONE:
            for code in catalogue.line("place", record.places[rows.place[row]]):
                yield "place", code
        visible = self.scope.slice.visible_partners
        above = {at for code, has in record.parties.items() if has[round_of] for at in catalogue.line("partner", code)}
        yield from (("partner", code) for code in sorted(above) if visible is None or code in visible)


def _values(filters: Filters, name: str) -> list[str]:
    """The values of a filter in order; one outside the scope comes last."""
    return sorted(filters.codes(name), key=lambda code: (code == OUTSIDE, code))


def _exact(rounding: Rounding, own: SliceFacts, earlier: Iterable[SliceFacts]) -> dict[int, int]:
    """The totals that are told exactly: enterprises and trained of the scope, each unless another that is told is fewer
    than the base apart.
    """
    told: list[Array] = []

    def add(facts: SliceFacts, base: int) -> Iterator[Array]:
        for total in (facts.enterprises, facts.trained):
            apart = [count(total ^ other) for other in told]
            if not any(0 < each < base for each in apart):
                told.append(total)
                yield total

    for facts in earlier:  # with the smallest base most was told
        list(add(facts, BASES[0]))
    return {rounding.key_of(np.flatnonzero(total)): count(total) for total in add(own, rounding.base)}


def members(facts: SliceFacts, dimension: str, lines: Mapping[str, Iterable[str]]) -> frozenset[str]:
    """The values of one filter that an enrolment of the facts has, places and partners with whatever they lie in.

    `lines` are the places or partners that may be seen, each with all that lies below it.
    """
    record, rows = facts.record, facts.enrolments
    enrolments = record.enrolments
    rounds = np.unique(enrolments.round[rows])
    if dimension == "round":
        return frozenset(record.rounds[at] for at in rounds)
    if dimension == "phase":
        phases = np.unique(record.phase_of[rounds])
        return frozenset(record.phases[at] for at in phases if at != NONE)
    if dimension == "partner":
        return frozenset(code for code, below in lines.items() if record.with_partner(below)[rounds].any())
    codes, column = (record.sectors, enrolments.sector) if dimension == "sector" else (record.places, enrolments.place)
    there = {codes[at] for at in np.unique(column[rows]) if at != NONE}
    if dimension == "sector":
        return frozenset(there)
    return frozenset(code for code, below in lines.items() if not there.isdisjoint(below))
