"""From a request to an open view: who asks (the gate's word), what the address asks for, in which language."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Any, TypeVar

from dash import set_props
from flask import g

from callbacks.addresses import Addresses
from callbacks.names import Names
from data.editions.frozen_copies import Edition
from data.exhibit import BuiltExhibit
from data.filters import DIMENSIONS, Filters, language_of
from data.records import Records, RecordVersion
from data.view import View
from layouts import ids, words
from layouts.exhibits import LOOKS
from layouts.figures.map import Ground
from layouts.parts.exhibit_frame import Basis, SourceLink
from layouts.texts import selection_words

Callback = TypeVar("Callback", bound=Callable[..., Any])


class Cacheable(StrEnum):
    """What the answer of a page's callback is kept under, beside who asks, the language and the data version."""

    UNDERSTOOD = "understood"  # the filters as they are understood, and whatever else was posted
    POSTED = "posted"  # everything as it was posted: the address by the letter, and what had moved


def cacheable(how: Cacheable) -> Callable[[Callback], Callback]:
    """Say that a callback's answer may be kept and given to whoever sees the same.

    It may: where the callback reads nothing but what is posted, the viewer's rights and the record, the address through
    :func:`open_request` alone (or ``POSTED``), and changes nothing.
    """

    def marked(callback: Callback) -> Callback:
        callback.cacheable = how  # type: ignore[attr-defined]
        return callback

    return marked


@dataclass(frozen=True)
class AppContext:
    """What the application holds for its callbacks: the records, and the ground its maps are drawn on per language."""

    records: Records
    grounds: dict[str, Ground]


@dataclass(frozen=True)
class PageRequest:
    """One request: the filters of its address, and the view of them.

    ``ground`` is what its maps are drawn on; ``edition`` the frozen copy of the record that answers (None: the live
    one).
    """

    filters: Filters
    view: View
    ground: Ground
    edition: Edition | None = None

    @cached_property
    def names(self) -> Names:
        """Names for the codes of the view."""
        return Names(self.view)

    @cached_property
    def addresses(self) -> Addresses:
        """Addresses that keep the filters."""
        return Addresses(self.filters, self.view, self.names, self.edition)

    def scoped(self, dimension: str) -> list[str]:
        """The codes of one dimension that who comes by a link is limited to; empty where to none."""
        codes: frozenset[str] | None = getattr(self.view.viewer.scope, dimension)
        return sorted(codes or ())

    def filtered(self) -> str:
        """The filter sentence as plain text; what the viewer is limited to is part of it."""
        chosen = {name: sorted(self.filters.codes(name)) or self.scoped(name) for name in DIMENSIONS}
        parts = [(name, [self.names.of(name, code) for code in codes]) for name, codes in chosen.items() if codes]
        return selection_words.filtered(parts, self.filters.as_of)

    def basis(self, exhibit: BuiltExhibit) -> Basis:
        """What an exhibit's numbers rest on."""
        covered = exhibit.coverage
        links = tuple(
            SourceLink(self.names.source(code), self.addresses.source(code), rows)
            for code, rows in exhibit.sources.items()
        )
        return Basis(
            coverage=LOOKS[exhibit.code].resting_on(exhibit.table)
            or selection_words.coverage_line(covered.pairs, covered.paired, covered.reported, covered.trained),
            filtered=self.filtered(),
            as_of=exhibit.as_of,
            sources=links,
            unsourced=exhibit.unsourced,
            synthetic=self.view.catalogue.programme.synthetic,
            edition=self.edition_line(),
            rounded=words.sentences(
                selection_words.rounded(exhibit.threshold) if exhibit.threshold else "",
                selection_words.cut() if self.view.cut else "",
            ),
        )

    def edition_line(self) -> str:
        """Which frozen copy of the record answers; empty for the live one."""
        frozen = self.edition
        return selection_words.edition_line(frozen.name, frozen.frozen_at.date(), frozen.short) if frozen else ""

    @property
    def unfiltered(self) -> Filters:
        """No filters, on the record that is looked into."""
        return Filters(edition=self.filters.edition)

    @property
    def is_filtered(self) -> bool:
        """Is anything chosen beside the record that is looked into?"""
        return self.filters != self.unfiltered

    @property
    def as_of(self) -> date:
        """The date looked back from."""
        return self.view.of.as_of


@contextmanager
def open_request(context: AppContext, search: str | None, *, clears_notice: bool = False) -> Iterator[PageRequest]:
    """Opens the view that an address asks for and speaks its language while the block runs.

    `clears_notice`: the notice over the page goes once the block has succeeded; a callback of a page says so.
    """
    language = language_of(search)
    with words.speaking(language):
        filters = Filters.from_search(search)
        record = context.records.record_for(g.viewer, filters)
        with record.view(g.viewer, filters) as view:
            yield PageRequest(view.filters, view, context.grounds[language], record.edition)
            g.setdefault("record_versions", set()).add(RecordVersion.of(record, view.catalogue))
    if clears_notice:
        set_props(ids.PROBLEM, {"content": []})
