"""A view: the record as one viewer asks for it, and, where a threshold holds, what must be looked at beside it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import product
from math import prod
from typing import Any

from sqlalchemy import Connection
from werkzeug.utils import cached_property  # functools' holds a lock for all of a class

from data import disclosure, naming, queries
from data.access import Permission, Scope, Slice, Viewer
from data.catalogue import Catalogue, Entry
from data.disclosure import Members
from data.engine import reading
from data.engine.slice import SliceFacts
from data.filters import OUTSIDE, Filters
from data.naming import NameIndex
from data.population import DIMENSIONS, Codes, Enterprises, Population

MOST_COMPARED = 16
"""A selection that would have to be looked at beside more others than this is not shown."""


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

    @classmethod
    def asked(cls, connection: Connection, catalogue: Catalogue, viewer: Viewer, filters: Filters) -> "View":
        """The view of `filters` inside what `viewer` may see."""
        viewer = viewer.looking_at(public=catalogue.programme.public)
        everything = Filters()
        view = cls(connection, catalogue, viewer, everything, viewer.scope.narrow(everything, catalogue))
        filters = viewer.permitted(filters)
        return view.with_filters(view.own(filters) if viewer.limited else filters.known(catalogue.codes))

    def own(self, filters: Filters) -> Filters:
        """`filters` with one code in place of all outside the viewer's scope, on record or not: it tells neither."""
        for name in (*DIMENSIONS, "module"):
            codes = filters.codes(name)
            known = codes & (self.catalogue.codes["module"] if name == "module" else self.visible(name))
            filters = filters.with_codes(name, known | {OUTSIDE} if known != codes else known)
        return filters

    def visible(self, dimension: str) -> Codes:
        """The codes of one filter that have an enterprise in the viewer's scope, with whatever they lie in."""
        if dimension not in self._visible:  # a calendar asks of every event
            self._visible[dimension] = self._visible_of(dimension)
        return self._visible[dimension]

    @cached_property
    def _visible(self) -> dict[str, Codes]:
        return {}

    def _visible_of(self, dimension: str) -> Codes:
        values = self.population.values(dimension)
        if dimension not in ("place", "partner"):
            return frozenset(values)
        visible = self.of.visible_partners if dimension == "partner" else None
        lines = (code for value in values if value for code in self.catalogue.line(dimension, value))
        return frozenset(code for code in lines if visible is None or code in visible)

    def with_filters(self, filters: Filters) -> "View":
        """The same viewer's view of other filters."""
        return replace(self, built={}, filters=filters, of=self.viewer.scope.narrow(filters, self.catalogue))

    @property
    def threshold(self) -> int | None:
        """The fewest enterprises a number may rest on; None withholds nothing."""
        return self.viewer.threshold

    @cached_property
    def nameable(self) -> frozenset[str] | None:
        """The enterprises whose names the viewer may see; None: all."""
        if self.viewer.may(Permission.SEE_ALL_NAMES):
            return None
        if not self.viewer.may(Permission.SEE_NAMES):
            return frozenset()
        nameable: frozenset[str] = self.catalogue.once.get(
            "nameable", lambda: queries.nameable_enterprises(self.connection)
        )
        return nameable

    def enterprises(self, codes: Iterable[str]) -> dict[str, Entry]:
        """Enterprises by code, of those the viewer may see the names of."""
        shown = set(codes) if self.nameable is None else set(codes) & self.nameable
        return queries.enterprise_entries(self.connection, sorted(shown)) if shown else {}

    def names_hidden(self, text: str | None) -> bool:
        """Does a free text name an enterprise whose name this viewer may not see, or what lies outside their scope?"""
        if self.nameable is None or not text:
            return False
        names = self.catalogue.once.get("names", lambda: NameIndex(queries.enterprise_names(self.connection)))
        # An enterprise outside the scope is not named either.
        inside = None if self.viewer.scope == Scope() else self.population.named
        return naming.mentions(text, self._hidden_names) or any(
            code not in self.nameable or not (inside is None or code in inside) for code in names.owners(text)
        )

    @cached_property
    def _hidden_names(self) -> frozenset[str]:
        """What lies outside the viewer's scope may be called."""
        return naming.called(name for both in self._outside for name in both)

    @property
    def _outside(self) -> Iterator[tuple[str | None, str | None]]:
        """The names of what lies outside the viewer's scope, and holds nothing of it."""
        scope = self.viewer.scope.narrow(Filters(), self.catalogue)
        for dimension in DIMENSIONS:
            codes = scope.codes(dimension)
            if codes is None:
                continue
            holding = {above for code in codes for above in self.catalogue.line(dimension, code)}
            for code, entry in self.catalogue.table(dimension).items():
                if code not in codes and code not in holding:
                    yield entry.name_en, entry.name_zh

    @cached_property
    def facts(self) -> SliceFacts:
        """The facts of the slice: every count is made of them."""
        record = self.catalogue.once.get("facts", lambda: reading.read(self.connection, self.catalogue))
        return SliceFacts(record, self.of)

    def lines(self, tree: str) -> dict[str, Codes]:
        """The places or partners on record that the viewer may see, each with all that lies below it."""
        visible = self.of.visible_partners if tree == "partner" else None
        codes = (code for code in self.catalogue.table(tree) if visible is None or code in visible)
        return {code: self.catalogue.below(tree, {code}) for code in codes}

    @cached_property
    def population(self) -> Population:
        """Who is enrolled in the viewer's scope, whatever is filtered now."""
        scope = self.viewer.scope.narrow(Filters(), self.catalogue)
        found: Population = self.catalogue.once.get(("population", scope), lambda: self._population(scope))
        return found

    def _population(self, scope: Slice) -> Population:
        return Population.of_scope(replace(self, built={}, of=scope).facts, self._groups(scope))

    def members(self, dimension: str) -> Members:
        """The values of one filter inside the viewer's scope, whatever is filtered now."""
        return self.population.members(dimension)

    def _groups(self, scope: Slice) -> dict[str, dict[str, str]]:
        """Values with the group they stand in: a place's province, a round's phase, a partner's furthest parent."""
        catalogue, visible = self.catalogue, scope.visible_partners
        provinces = {code: catalogue.province(code) for code in catalogue.place}
        phases = {code: entry.columns["phase"] for code, entry in catalogue.round.items()}
        partners = [code for code in catalogue.partner if visible is None or code in visible]
        lines = {code: [at for at in catalogue.line("partner", code) if at in set(partners)] for code in partners}
        return {
            "place": {code: province for code, province in provinces.items() if province},
            "round": {code: phase for code, phase in phases.items() if phase},
            "partner": {code: line[-1] for code, line in lines.items()},
        }

    @cached_property
    def refusal(self) -> str:
        """Why this selection is not shown at all: ``few`` (it would single out too few enterprises), ``kept`` (the
        smallest value of a filter is kept back) or ``many`` (several values at once); empty where it is shown.
        """
        if not self.threshold:
            return ""
        # Two values of a filter less one of them are the other, and what both have in common.
        if any(len(self.filters.codes(name)) > 1 for name in DIMENSIONS):
            return "many"
        if any(self.is_between(name, code) for name in DIMENSIONS for code in self.filters.codes(name)):
            return "few"
        sets = [(name, codes) for name in DIMENSIONS for codes in self._chosen(name)]
        witnesses = [len(self._witnesses(name, codes)) for name, codes in sets]
        if any(each > disclosure.MOST_WITNESSES for each in witnesses):
            return "kept"
        if prod(each + 1 for each in witnesses) > MOST_COMPARED:
            return "many"
        count, tells = self.population.enterprises, self.population.tells
        chosen = self._selection(self.of)
        wider = [count({name: codes for name, codes in chosen.items() if name != left}) for left in chosen]
        looked_at = (count(self._selection(of)) for of in self._slices)
        few = tells(self._enterprises, self.threshold, wider) or any(
            0 < len(each) < self.threshold for each in looked_at
        )
        return "few" if few else ""

    def is_between(self, dimension: str, code: str) -> bool:
        """Does a place or partner stand between a group and its values: is it a city with counties of its own?"""
        members = self.members(dimension)
        if code in members.groups or dimension not in ("place", "partner"):
            return False
        return sum(value in members.values for value in self.catalogue.below(dimension, {code})) > 1

    @staticmethod
    def _selection(of: Slice) -> dict[str, Codes]:
        return {name: codes for name in DIMENSIONS if (codes := of.codes(name)) is not None}

    def tells(self, dimension: str, code: str, *, exactly: bool = False) -> bool:
        """Would this selection, narrowed to one more value, single out too few enterprises?

        A place or partner has everything below it, unless it is meant ``exactly``.
        """
        below = {code} if exactly or dimension not in ("place", "partner") else self.catalogue.below(dimension, {code})
        chosen = self._selection(self.of)
        within = chosen.get(dimension)
        narrowed = frozenset(below) if within is None else frozenset(below) & within
        if not any(self.filters.codes(name) for name in DIMENSIONS):
            return self.population.tells_alone(dimension, narrowed, self.threshold or 0)
        narrower = self.population.enterprises({**chosen, dimension: narrowed})
        return self.population.tells(narrower, self.threshold or 0, [self._enterprises])

    @cached_property
    def _enterprises(self) -> Enterprises:
        """Who is in the selection."""
        return self.population.enterprises(self._selection(self.of))

    @cached_property
    def compared(self) -> tuple["View", ...]:
        """The selections that give something of this one away where a number of theirs is small: see disclosure."""
        free = replace(self.viewer, threshold=None)
        return tuple(replace(self, viewer=free, of=of, built={}) for of in self._slices)

    @cached_property
    def _slices(self) -> list[Slice]:
        choices: dict[str, list[Codes]] = {}
        for name in DIMENSIONS:
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
        if dimension == "phase":
            return [frozenset({code}) for code in sorted(self.filters.phase)]
        members = self.members(dimension)
        found: list[Codes] = []
        for code in sorted(self.filters.codes(dimension)):
            if code in members.groups and dimension != "round":
                found.append(_of_group(members, code))
            else:
                below = self.catalogue.below(dimension, {code}) if dimension in ("place", "partner") else {code}
                found += [frozenset({value}) for value in sorted(below) if members.values.get(value)]
        return found

    def _witnesses(self, dimension: str, codes: Codes) -> list[Codes]:
        members = self.members(dimension)
        groups = {members.group_of.get(value, value) for value in codes}
        found = [_of_group(members, other) for group in groups for other in members.group_witnesses(group)]
        for group in groups:
            if codes != _of_group(members, group):
                found += [frozenset({other}) for value in codes for other in members.value_witnesses(value)]
        return found


def _of_group(members: Members, group: str) -> Codes:
    return frozenset(value for value in members.values if members.group_of.get(value, value) == group)
