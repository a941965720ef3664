"""A view: the record with the filters of one viewer, as far as the viewer may see it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd
from sqlalchemy import Connection
from werkzeug.utils import cached_property  # functools' holds a lock for all of a class

from data import queries
from data.catalogue import Catalogue, Entry
from data.engine import fact_reader, measures
from data.engine.facts import RecordFacts
from data.engine.slice import SliceFacts
from data.filters import DIMENSIONS as FILTER_NAMES
from data.filters import OUTSIDE, Filters
from data.privacy import hidden_names
from data.privacy.hidden_names import NameIndex
from data.privacy.selections import DIMENSIONS, Disclosure, members
from data.privacy.shown import share as share_of_shown
from data.privacy.table import marked, protected, total_marked
from data.privacy.viewer import Permission, Scope, Slice, Viewer

Codes = frozenset[str]


@dataclass(frozen=True)
class View:
    """The input of an exhibit: a connection, the reference tables, the viewer and the slice that they may see.

    ``filters`` are the requested filters, without those that the viewer may not use or the record does not know.
    ``cut``: some were dropped because of a threshold. ``unknown`` are the codes that the record does not know; a viewer
    with a link is not told them. ``of`` is the slice for the filters. ``built`` is a cache of objects made of the view.
    """

    connection: Connection
    catalogue: Catalogue
    viewer: Viewer
    filters: Filters
    of: Slice
    cut: bool = False
    unknown: tuple[str, ...] = ()
    built: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def open(cls, connection: Connection, catalogue: Catalogue, viewer: Viewer, filters: Filters) -> "View":
        """The view of `filters` inside what `viewer` may see."""
        viewer = viewer.looking_at(public=catalogue.programme.public)
        everything = Filters()
        view = cls(connection, catalogue, viewer, everything, viewer.scope.narrow(everything, catalogue))
        requested = viewer.permitted(filters)
        if not viewer.limited:
            known = requested.known(catalogue.codes)
            unknown = {code for name in FILTER_NAMES for code in requested.codes(name) - known.codes(name)}
            return replace(view.with_filters(known), unknown=tuple(sorted(unknown)))
        requested = view.own(requested)
        if requested.as_of == catalogue.programme.as_of:  # the date of the record is no filter
            requested = requested.dated(None)
        allowed = view.disclosure.allowed(requested) if view.disclosure else requested
        return replace(view.with_filters(allowed), cut=allowed != requested)

    def own(self, filters: Filters) -> Filters:
        """`filters` with :data:`OUTSIDE` in place of all codes outside the viewer's scope, on record or not."""
        for name in (*DIMENSIONS, "module"):
            codes = filters.codes(name)
            known = codes & (self.catalogue.codes["module"] if name == "module" else self.visible(name))
            filters = filters.with_codes(name, known | {OUTSIDE} if known != codes else known)
        return filters

    def visible(self, dimension: str) -> Codes:
        """The codes of one filter with an enterprise in the viewer's scope, and those above them in the tree."""
        if dimension not in self._visible:  # cached, since a calendar needs it for every event
            lines = self.lines(dimension) if dimension in ("place", "partner") else {}
            self._visible[dimension] = members(self.scope, dimension, lines)
        return self._visible[dimension]

    @cached_property
    def _visible(self) -> dict[str, Codes]:
        cache: dict[str, Codes] = self.catalogue.once.get(("visible", self.viewer.scope), dict)
        return cache

    def with_filters(self, filters: Filters) -> "View":
        """The view of the same viewer with other filters."""
        return replace(self, built={}, filters=filters, of=self.viewer.scope.narrow(filters, self.catalogue))

    @property
    def threshold(self) -> int | None:
        """The base of the rounding of counts; None: no rounding."""
        return self.viewer.threshold

    @property
    def disclosure(self) -> Disclosure | None:
        """The disclosure rules for the viewer; None: no restriction.

        Raises ValueError for a viewer with a threshold and without the privacy key.
        """
        viewer = self.viewer
        if not viewer.threshold:
            return None
        key = "disclosure", viewer.scope, viewer.earlier, viewer.threshold, viewer.privacy_key
        rules: Disclosure = self.catalogue.once.get(key, lambda: Disclosure.of(self._record, self.catalogue, viewer))
        return rules

    @property
    def share(self) -> Callable[[Any, Any], float | None]:
        """The function that makes a share of two counts of the view."""
        return share_of_shown if self.threshold else measures.share

    def protected(self, table: pd.DataFrame, counts: Iterable[str], totals: Iterable[str] = ()) -> pd.DataFrame:
        """A table as the viewer may see it: `counts` are columns of counts, `totals` of sums of counts over modules."""
        if self.disclosure is None:
            return table
        return protected(table, counts, dict.fromkeys(totals, self.modules), self.disclosure.rounding)

    def told(self, count: Any, terms: int = 1) -> Any:
        """A count, or a sum of `terms` counts, as the viewer may see it. Raises `Unprotected` as :func:`marked`."""
        if self.disclosure is None or count is None:
            return count
        rounding = self.disclosure.rounding
        return marked(count, rounding) if terms == 1 else total_marked(count, rounding, terms)

    @property
    def modules(self) -> int:
        """The number of modules in the slice."""
        return len(self.catalogue.module) if self.of.module is None else len(self.of.module)

    @property
    def shown(self) -> bool:
        """May this selection be shown?"""
        return self.disclosure is None or self.disclosure.shows(self.filters)

    @cached_property
    def nameable(self) -> frozenset[str] | None:
        """The codes of the enterprises whose names the viewer may see; None: all."""
        if self.viewer.may(Permission.SEE_ALL_NAMES):
            return None
        if not self.viewer.may(Permission.SEE_NAMES):
            return frozenset()
        nameable: frozenset[str] = self.catalogue.once.get(
            "nameable", lambda: queries.nameable_enterprises(self.connection)
        )
        return nameable

    def enterprises(self, codes: Iterable[str]) -> dict[str, Entry]:
        """The entries of enterprises by code, only those whose names the viewer may see."""
        shown = set(codes) if self.nameable is None else set(codes) & self.nameable
        return queries.enterprise_entries(self.connection, sorted(shown)) if shown else {}

    def names_hidden(self, text: str | None) -> bool:
        """Does a free text contain a name that is hidden from this viewer, or a name from outside their scope?"""
        if self.nameable is None or not text:
            return False
        names = self.catalogue.once.get("names", lambda: NameIndex(queries.enterprise_names(self.connection)))
        # The names of enterprises outside the scope are hidden too.
        inside = None if self.viewer.scope == Scope() else self._scope_enterprises
        return hidden_names.mentions(text, self._hidden_names) or any(
            code not in self.nameable or not (inside is None or code in inside) for code in names.owners(text)
        )

    def readable(self, note: str | None) -> str | None:
        """A note of the record. A link viewer reads it only if the programme is public and it names nothing hidden."""
        hidden = self.viewer.limited and (not self.catalogue.programme.public or self.names_hidden(note))
        return None if hidden else note

    @cached_property
    def _hidden_names(self) -> frozenset[str]:
        """The forms of the names of places, partners and other codes outside the viewer's scope."""
        return hidden_names.called(name for names in self._names_outside for name in names)

    @property
    def _names_outside(self) -> Iterator[tuple[str | None, str | None]]:
        """The names of the codes outside the viewer's scope that have no code of the scope below them."""
        scope = self.viewer.scope.narrow(Filters(), self.catalogue)
        for dimension in DIMENSIONS:
            codes = scope.codes(dimension)
            if codes is None:
                continue
            above_scope = {above for code in codes for above in self.catalogue.line(dimension, code)}
            for code, entry in self.catalogue.table(dimension).items():
                if code not in codes and code not in above_scope:
                    yield entry.name_en, entry.name_zh

    @cached_property
    def _scope_enterprises(self) -> Codes:
        """The codes of the enterprises of the viewer's scope."""
        scope = self.scope
        return frozenset(scope.record.enterprises[at] for at in scope.enterprises.nonzero()[0])

    @property
    def _record(self) -> RecordFacts:
        record: RecordFacts = self.catalogue.once.get(
            "facts", lambda: fact_reader.read(self.connection, self.catalogue)
        )
        return record

    @cached_property
    def facts(self) -> SliceFacts:
        """The facts of the slice. Every count is made of them, rounded if the viewer has a threshold."""
        return self.disclosure.facts(self.of) if self.disclosure else SliceFacts(self._record, self.of)

    @cached_property
    def scope(self) -> SliceFacts:
        """The facts of everything the viewer may see, without filters."""
        everything = self.viewer.scope.narrow(Filters(), self.catalogue)
        return self.disclosure.facts(everything) if self.disclosure else SliceFacts(self._record, everything)

    def lines(self, tree: str) -> dict[str, Codes]:
        """The places or partners that the viewer may see, each with all codes below it."""
        visible = self.of.visible_partners if tree == "partner" else None
        codes = (code for code in self.catalogue.table(tree) if visible is None or code in visible)
        return {code: self.catalogue.below(tree, {code}) for code in codes}
