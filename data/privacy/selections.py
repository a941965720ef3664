"""The selections that a viewer with a threshold may see. They are large, and differ enough from wider ones.

If one selection contains another and only a few enterprises more, the difference of their counts reveals these few. So
a selection is shown only if every wider shown selection differs by at least the base (docs/privacy.md).
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
"""The filters that select enterprises. The module filter does not."""

MANY = 100
"""Minimum number of enterprises in a scope, as shown, for combining two filters."""

_MOST_TRIED = 16
"""Maximum number of values of one filter that are tried. An address may contain a thousand."""

_MOST_MASKS = 256
_MOST_DECISIONS = 65_536

Selection = frozenset[tuple[str, str]]
"""Pairs of filter and value, at most one per filter."""


def selection_of(filters: Filters) -> Selection:
    """The filter values that select enterprises."""
    return frozenset((name, code) for name in DIMENSIONS for code in filters.codes(name))


@dataclass(frozen=True)
class Disclosure:
    """The disclosure rules for one viewer of a record: the rounding of numbers, and the selections allowed.

    ``scope`` has the facts of everything that the viewer's link covers, with true counts.
    """

    scope: SliceFacts
    catalogue: Catalogue
    limit: Scope
    rounding: Rounding
    _masks: LRUCache[tuple[str, str], Array] = field(default_factory=lambda: LRUCache(_MOST_MASKS), repr=False)
    _decisions: LRUCache[Selection, bool] = field(default_factory=lambda: LRUCache(_MOST_DECISIONS), repr=False)
    _lock: Any = field(default_factory=RLock, repr=False, compare=False)

    @classmethod
    def of(cls, record: RecordFacts, catalogue: Catalogue, viewer: Viewer) -> "Disclosure":
        """The rules for a viewer with a threshold. Raises ValueError without the privacy key."""
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
        """The number of filters that may be combined, not counting the module."""
        return 2 if self.size >= MANY else 1

    def facts(self, slice_: Slice) -> SliceFacts:
        """The facts of a slice, with rounded counts."""
        return SliceFacts(self.scope.record, slice_, self.rounding)

    def allowed(self, filters: Filters) -> Filters:
        """The allowed filters nearest to `filters`: one value per filter, and only the first filters."""
        allowed, remaining = Filters(edition=filters.edition), self.most_filters
        for name in DIMENSIONS:
            values = _sorted_values(filters, name)[:_MOST_TRIED] if remaining else []
            candidates = [allowed.with_codes(name, {code}) for code in values]
            if candidates:
                # Only one value can remain, so take the first whose selection is shown.
                shown = (each for each in candidates if self.shows(each))
                allowed, remaining = next(shown, candidates[0]), remaining - 1
        return allowed.with_codes("module", _sorted_values(filters, "module")[:1])

    def shows(self, filters: Filters) -> bool:
        """May the selection of these filters be shown?"""
        with self._lock:
            return self._shows(selection_of(filters))

    def wider(self, filters: Filters) -> Filters | None:
        """A shown selection with one filter less (the last possible one), or with no filter; None if there is none."""
        names = [name for name in DIMENSIONS if filters.codes(name)]
        for name in reversed(names):
            fewer = filters.without(name)
            if self.shows(fewer):
                return fewer
        everything = Filters(module=filters.module, edition=filters.edition)
        return everything if self.shows(everything) else None

    def offered(self, dimension: str, codes: Iterable[str]) -> list[str]:
        """The values of a filter that can be chosen: those with enough enterprises in the scope, as shown."""
        with self._lock:
            return [code for code in codes if self._enough({(dimension, code)})]

    def _shown_count(self, enterprises: Array) -> int:
        return self.rounding.count(np.flatnonzero(enterprises))

    def _shows(self, selection: Selection) -> bool:
        if selection not in self._decisions:
            self._decisions[selection] = self._decide(selection)
        return self._decisions[selection]

    def _decide(self, selection: Selection) -> bool:
        if not self._enough(selection):
            return False
        enterprises = self._enterprises(selection)
        size = count(enterprises)
        for wider in self._possible_supersets(enterprises):
            others = self._enterprises(wider)
            few_more = 0 < count(others) - size < self.rounding.base and not (enterprises & ~others).any()
            if few_more and self._shows(wider):  # the recursion ends, since each selection is wider than the last
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
        """Marks the enrolments with a value of a filter."""
        if (name, code) not in self._masks:
            slice_ = self.limit.narrow(Filters().with_codes(name, {code}), self.catalogue)
            self._masks[name, code] = SliceFacts(self.scope.record, slice_).enrolled
        mask: Array = self._masks[name, code]
        return mask

    def _possible_supersets(self, enterprises: Array) -> Iterator[Selection]:
        """The selections that may contain all these enterprises: those of the enterprise with the fewest enrolments."""
        rows = self.scope.enrolments
        enrolled = self.scope.record.enrolments.enterprise[rows]
        inside = rows[enterprises[enrolled]]
        enterprise = self.scope.record.enrolments.enterprise[inside]
        fewest = np.bincount(enterprise)[enterprise].argmin()
        selections: dict[Selection, None] = {frozenset(): None}
        for row in inside[enterprise == enterprise[fewest]]:
            values = list(self._values(int(row)))
            for filter_count in range(1, self.most_filters + 1):
                for each in combinations(values, filter_count):
                    if len({name for name, _code in each}) == filter_count:
                        selections[frozenset(each)] = None
        return iter(selections)

    def _values(self, row: int) -> Iterator[tuple[str, str]]:
        """The filter values of one enrolment."""
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


def _sorted_values(filters: Filters, name: str) -> list[str]:
    """The sorted values of a filter. The code for values outside the scope is last."""
    return sorted(filters.codes(name), key=lambda code: (code == OUTSIDE, code))


def _exact(rounding: Rounding, own: SliceFacts, earlier: Iterable[SliceFacts]) -> dict[int, int]:
    """The totals that are shown exactly, by cell key: all enterprises and trained enterprises of the scope.

    A total is not shown exactly if it differs from another exact total by fewer enterprises than the base.
    """
    exact_totals: list[Array] = []

    def add(facts: SliceFacts, base: int) -> Iterator[Array]:
        for total in (facts.enterprises, facts.trained):
            differences = [count(total ^ other) for other in exact_totals]
            if not any(0 < each < base for each in differences):
                exact_totals.append(total)
                yield total

    for facts in earlier:  # the smallest base allows the most exact totals, so assume it
        list(add(facts, BASES[0]))
    return {rounding.key_of(np.flatnonzero(total)): count(total) for total in add(own, rounding.base)}


def members(facts: SliceFacts, dimension: str, lines: Mapping[str, Iterable[str]]) -> frozenset[str]:
    """The values of one filter in the enrolments of some facts. Places and partners include those above them.

    `lines` are the visible places or partners, each with all codes below it.
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
    own = {codes[at] for at in np.unique(column[rows]) if at != NONE}
    if dimension == "sector":
        return frozenset(own)
    return frozenset(code for code, below in lines.items() if not own.isdisjoint(below))
