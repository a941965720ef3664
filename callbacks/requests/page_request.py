"""The page request: an open view for a viewer, with the filters and the language of the address."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Any, TypeVar

from dash import set_props
from flask import g, request

from callbacks.requests.addresses import Addresses
from callbacks.requests.names import Names
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
    """The cache key of a page's response, in addition to the viewer, the language and the data version."""

    UNDERSTOOD = "understood"  # the parsed filters, and all other posted values
    POSTED = "posted"  # all posted values as they are: the exact address, and the changed inputs


def cacheable(how: Cacheable) -> Callable[[Callback], Callback]:
    """Mark a callback whose response may be cached and sent to every viewer with the same rights.

    Conditions: the callback reads only the posted values, the viewer's rights and the record. It reads the address only
    through :func:`open_request` (or is ``POSTED``). It changes nothing.
    """

    def mark(callback: Callback) -> Callback:
        callback.cacheable = how  # type: ignore[attr-defined]
        return callback

    return mark


@dataclass(frozen=True)
class AppContext:
    """The objects that all callbacks share: the records, and the ground of the maps by language."""

    records: Records
    grounds: dict[str, Ground]


@dataclass(frozen=True)
class PageRequest:
    """One request: the filters of its address, and the view of the record under them.

    ``ground`` is the ground of its maps. ``edition`` is the frozen copy that the view reads; None for the live record.
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
        """The codes of one dimension that the viewer's share link is limited to; empty where it has no limit."""
        codes: frozenset[str] | None = getattr(self.view.viewer.scope, dimension)
        return sorted(codes or ())

    def filtered(self) -> str:
        """The filter sentence as plain text, with the limits of the viewer's share link."""
        chosen = {name: sorted(self.filters.codes(name)) or self.scoped(name) for name in DIMENSIONS}
        parts = [(name, [self.names.of(name, code) for code in codes]) for name, codes in chosen.items() if codes]
        return selection_words.filtered(parts, self.filters.as_of)

    def basis(self, exhibit: BuiltExhibit) -> Basis:
        """The basis of an exhibit's numbers: coverage, filters, date, sources and rounding."""
        links = tuple(
            SourceLink(self.names.source(code), self.addresses.source(code), rows)
            for code, rows in exhibit.sources.items()
        )
        return Basis(
            coverage=LOOKS[exhibit.code].coverage_line(exhibit.table, exhibit.coverage),
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
        """The line that names the edition; empty for the live record."""
        frozen = self.edition
        return selection_words.edition_line(frozen.name, frozen.frozen_at.date(), frozen.short) if frozen else ""

    @property
    def unfiltered(self) -> Filters:
        """No filters, on the same edition."""
        return Filters(edition=self.filters.edition)

    @property
    def is_filtered(self) -> bool:
        """True where there is a filter in addition to the edition."""
        return self.filters != self.unfiltered

    @property
    def as_of(self) -> date:
        """The as-of date."""
        return self.view.of.as_of


def address_search() -> str:
    """The query of the address of a page without Dash, as text."""
    return request.query_string.decode("ascii", "ignore")


@contextmanager
def open_request(context: AppContext, search: str | None, *, clears_notice: bool = False) -> Iterator[PageRequest]:
    """Open the view that an address requests, and use its language, while the block runs.

    `clears_notice`: remove the notice at the top of the page after the block has succeeded. Callbacks of pages set it.
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
