"""A view: the record as one viewer asks for it, and, where a threshold holds, what must be looked at beside it."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product
from typing import Any

from sqlalchemy import Connection

from data import disclosure, queries
from data.access import Permission, Slice, Viewer
from data.catalogue import Catalogue, Entry
from data.disclosure import Members
from data.filters import Filters

FILTERED = ("partner", "sector", "round", "phase", "place")
"""The filters of a viewer with a threshold."""

MOST_COMPARED = 16
"""A selection that would have to be looked at beside more others than this is not shown."""

Codes = frozenset[str]


@dataclass(frozen=True)
class View:
    """Everything an exhibit is made from: a connection, the reference tables, who asks and what is left for them.

    ``filters`` are those asked for that the viewer may choose and the record knows; ``built`` keeps what was made.
    """

    connection: Connection
    catalogue: Catalogue
    viewer: Viewer
    filters: Filters
    of: Slice
    built: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)
    _members: dict[str, Members] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def asked(cls, connection: Connection, catalogue: Catalogue, viewer: Viewer, filters: Filters) -> "View":
        """The view of `filters` inside what `viewer` may see."""
        viewer = viewer.looking_at(public=catalogue.programme.public)
        filters = viewer.permitted(filters).known(catalogue.codes)
        return cls(connection, catalogue, viewer, filters, viewer.scope.narrow(filters, catalogue))

    def with_filters(self, filters: Filters) -> "View":
        """The same viewer's view of other filters."""
        return replace(self, built={}, filters=filters, of=self.viewer.scope.narrow(filters, self.catalogue))

    @property
    def threshold(self) -> int | None:
        """The fewest enterprises a number may rest on; None withholds nothing."""
        return self.viewer.threshold

    @property
    def sees_names(self) -> bool:
        """May the viewer see the names of at least some enterprises?"""
        return self.viewer.may(Permission.SEE_NAMES)

    @cached_property
    def nameable(self) -> frozenset[str] | None:
        """The enterprises whose names the viewer may see; None: all."""
        if self.viewer.may(Permission.SEE_ALL_NAMES):
            return None
        return queries.nameable_enterprises(self.connection) if self.sees_names else frozenset()

    def enterprises(self, codes: Iterable[str]) -> dict[str, Entry]:
        """Enterprises by code, of those the viewer may see the names of."""
        shown = set(codes) if self.nameable is None else set(codes) & self.nameable
        return queries.enterprise_entries(self.connection, sorted(shown)) if shown else {}

    def members(self, dimension: str) -> Members:
        """The values of one filter inside the viewer's scope, whatever is filtered now."""
        if dimension not in self._members:
            scope = self.viewer.scope.narrow(Filters(), self.catalogue)
            group_of = self._groups(dimension, scope)
            values = queries.member_counts(self.connection, scope, dimension)
            groups = queries.member_counts(self.connection, scope, dimension, group_of) if group_of else values
            self._members[dimension] = Members(groups, values, group_of)
        return self._members[dimension]

    def _groups(self, dimension: str, scope: Slice) -> dict[str, str]:
        """Values with the group they stand in where it is another: a place's province, a partner's furthest parent."""
        if dimension == "place":
            found = {code: self.catalogue.province(code) for code in self.catalogue.place}
            return {code: province for code, province in found.items() if province}
        if dimension == "partner":
            visible = scope.visible_partners
            lines = {code: self.catalogue.line("partner", code) for code in self.catalogue.partner}
            return {
                code: [at for at in line if visible is None or at in visible][-1]
                for code, line in lines.items()
                if visible is None or code in visible
            }
        return {}

    @cached_property
    def refusal(self) -> str:
        """Why this selection is not shown at all: ``few`` (it would single out too few enterprises), ``kept`` (the
        smallest value of a filter is kept back) or ``many`` (too many values at once); empty where it is shown.
        """
        if not self.threshold:
            return ""
        chosen = {name: self._chosen(name) for name in FILTERED if self.filters.codes(name)}
        witnesses = {name: [self._witnesses(name, codes) for codes in sets] for name, sets in chosen.items()}
        if any(len(each) > disclosure.MOST_WITNESSES for sets in witnesses.values() for each in sets):
            return "kept"
        if len(self._slices) > MOST_COMPARED:
            return "many"
        count = self._count(self.of)
        wider = [self._count(self.with_filters(self.filters.without(name)).of) - count for name in chosen]
        fewer = [
            count - self._count(self.with_filters(self.filters.without(name, code)).of)
            for name in chosen
            for code in self.filters.codes(name)
            if len(self.filters.codes(name)) > 1
        ]
        telling = [count, *wider, *fewer, *(self._count(of) for of in self._slices)]
        return "few" if any(0 < each < self.threshold for each in telling) else ""

    def _count(self, of: Slice) -> int:
        return queries.enterprise_count(self.connection, of)

    @cached_property
    def compared(self) -> tuple["View", ...]:
        """The selections that give something of this one away where a number of theirs is small: see disclosure."""
        free = replace(self.viewer, threshold=None)
        return tuple(replace(self, viewer=free, of=of, built={}) for of in self._slices)

    @cached_property
    def _slices(self) -> list[Slice]:
        choices: dict[str, list[Codes]] = {}
        for name in FILTERED:
            if self.filters.codes(name):
                chosen = self._chosen(name)
                others = [other for codes in chosen for other in self._witnesses(name, codes)]
                itself = [self.of.codes(name) or frozenset()] if len(chosen) == 1 else chosen
                choices[name] = list(dict.fromkeys([*itself, *others]))
        found = []
        for codes in product(*choices.values()) if choices else ():
            changed: dict[str, Any] = dict(zip(choices, codes, strict=True))
            found.append(replace(self.of, **changed))
        return [of for of in found if of != self.of]

    def _chosen(self, dimension: str) -> list[Codes]:
        """What is filtered in one dimension: a set of values per group, or per value where a group is split."""
        members = self.members(dimension)
        found: list[Codes] = []
        for code in sorted(self.filters.codes(dimension)):
            if code in members.groups:
                found.append(self._of_group(members, code))
            else:
                below = self.catalogue.below(dimension, {code}) if dimension in ("place", "partner") else {code}
                found += [frozenset({value}) for value in sorted(below) if members.values.get(value)]
        return found

    @staticmethod
    def _of_group(members: Members, group: str) -> Codes:
        return frozenset(value for value in members.values if members.group_of.get(value, value) == group)

    def _witnesses(self, dimension: str, codes: Codes) -> list[Codes]:
        members = self.members(dimension)
        groups = {members.group_of.get(value, value) for value in codes}
        found = [self._of_group(members, other) for group in groups for other in members.group_witnesses(group)]
        for group in groups:
            if codes != self._of_group(members, group):
                found += [frozenset({other}) for value in codes for other in members.value_witnesses(value)]
        return found
