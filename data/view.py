"""A view: the record as one viewer asks for it, and what of it the viewer may be shown."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd
from sqlalchemy import Connection
from werkzeug.utils import cached_property  # functools' holds a lock for all of a class

from data import measures, queries
from data.catalogue import Catalogue, Entry
from data.engine import fact_reader
from data.engine.facts import RecordFacts
from data.engine.slice import SliceFacts
from data.filters import OUTSIDE, Filters
from data.privacy import hidden_names
from data.privacy.hidden_names import NameIndex
from data.privacy.selections import DIMENSIONS, Disclosure, members
from data.privacy.shown import share as share_of_shown
from data.privacy.table import protected
from data.privacy.viewer import Permission, Scope, Slice, Viewer

Codes = frozenset[str]


@dataclass(frozen=True)
class View:
    """Everything an exhibit is made from: a connection, the reference tables, who asks and what is left for them.

    ``filters`` are those asked for that the viewer may choose and the record knows; ``cut`` says whether a threshold
    left some of them out. ``built`` keeps what was made.
    """

    connection: Connection
    catalogue: Catalogue
    viewer: Viewer
    filters: Filters
    of: Slice
    cut: bool = False
    built: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def open(cls, connection: Connection, catalogue: Catalogue, viewer: Viewer, filters: Filters) -> "View":
        """The view of `filters` inside what `viewer` may see."""
        viewer = viewer.looking_at(public=catalogue.programme.public)
        everything = Filters()
        view = cls(connection, catalogue, viewer, everything, viewer.scope.narrow(everything, catalogue))
        wanted = viewer.permitted(filters)
        if not viewer.limited:
            return view.with_filters(wanted.known(catalogue.codes))
        wanted = view.own(wanted)
        if wanted.as_of == catalogue.programme.as_of:  # the record's own date is no filter
            wanted = wanted.dated(None)
        allowed = view.disclosure.allowed(wanted) if view.disclosure else wanted
        return replace(view.with_filters(allowed), cut=allowed != wanted)

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
            lines = self.lines(dimension) if dimension in ("place", "partner") else {}
            self._visible[dimension] = members(self.scope, dimension, lines)
        return self._visible[dimension]

    @cached_property
    def _visible(self) -> dict[str, Codes]:
        found: dict[str, Codes] = self.catalogue.once.get(("visible", self.viewer.scope), dict)
        return found

    def with_filters(self, filters: Filters) -> "View":
        """The same viewer's view of other filters."""
        return replace(self, built={}, filters=filters, of=self.viewer.scope.narrow(filters, self.catalogue))

    @property
    def threshold(self) -> int | None:
        """The base that counts are rounded to; None shows every number as it is."""
        return self.viewer.threshold

    @property
    def disclosure(self) -> Disclosure | None:
        """What the viewer may be shown; None: everything.

        Raises ValueError for a viewer with a threshold and without the privacy key.
        """
        viewer = self.viewer
        if not viewer.threshold:
            return None
        name = "disclosure", viewer.scope, viewer.earlier, viewer.threshold, viewer.privacy_key
        found: Disclosure = self.catalogue.once.get(name, lambda: Disclosure.of(self._record, self.catalogue, viewer))
        return found

    @property
    def share(self) -> Callable[[Any, Any], float | None]:
        """How a share is made of two counts of the view."""
        return share_of_shown if self.threshold else measures.share

    def protected(
        self, table: pd.DataFrame, counts: Iterable[str], totals: Iterable[str] = (), differences: Iterable[str] = ()
    ) -> pd.DataFrame:
        """A table as the viewer may see it: some columns are counts of the view's facts, others sums of such counts
        over modules, or differences of two.
        """
        if self.disclosure is None:
            return table
        terms = dict.fromkeys(totals, self.modules) | dict.fromkeys(differences, 2)
        return protected(table, counts, terms, self.disclosure.rounding)

    @property
    def modules(self) -> int:
        """How many modules are looked at."""
        return len(self.catalogue.module) if self.of.module is None else len(self.of.module)

    @property
    def shown(self) -> bool:
        """May this selection be shown?"""
        return self.disclosure is None or self.disclosure.shows(self.filters)

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
        inside = None if self.viewer.scope == Scope() else self._named
        return hidden_names.mentions(text, self._hidden_names) or any(
            code not in self.nameable or not (inside is None or code in inside) for code in names.owners(text)
        )

    @cached_property
    def _hidden_names(self) -> frozenset[str]:
        """What lies outside the viewer's scope may be called."""
        return hidden_names.called(name for both in self._outside for name in both)

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
    def _named(self) -> Codes:
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
        """The facts of the slice: every count is made of them, and is as the viewer may see it."""
        return self.disclosure.facts(self.of) if self.disclosure else SliceFacts(self._record, self.of)

    @cached_property
    def scope(self) -> SliceFacts:
        """The facts of everything the viewer may see, whatever is filtered: what rows and lists there are."""
        everything = self.viewer.scope.narrow(Filters(), self.catalogue)
        return self.disclosure.facts(everything) if self.disclosure else SliceFacts(self._record, everything)

    def lines(self, tree: str) -> dict[str, Codes]:
        """The places or partners on record that the viewer may see, each with all that lies below it."""
        visible = self.of.visible_partners if tree == "partner" else None
        codes = (code for code in self.catalogue.table(tree) if visible is None or code in visible)
        return {code: self.catalogue.below(tree, {code}) for code in codes}
