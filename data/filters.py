"""Filters: read from the query string of an address, and written back in one canonical form."""

import re
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, Self
from urllib.parse import parse_qsl, quote, urlencode

from data.engine.precision import last_day
from data.vocabulary import LANGUAGES

DIMENSIONS = ("partner", "sector", "round", "phase", "place", "module")
"""The filters with codes. In addition there are ``as_of`` (a date) and ``edition`` (the key of a frozen copy)."""


OUTSIDE = "-"
"""The code that replaces all codes outside the viewer's scope. It selects nothing and reveals nothing."""

_CODE = re.compile(r"[a-z0-9-]{1,80}")
_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
_LONGEST_SEARCH = 20_000  # characters; no real view has a longer query string


@dataclass(frozen=True)
class Filters:
    """The codes selected per dimension (empty: no filter), and the as-of date (None: the date of the record).

    ``edition`` is the key of an edition (None: the live record).
    """

    partner: frozenset[str] = frozenset()
    sector: frozenset[str] = frozenset()
    round: frozenset[str] = frozenset()
    phase: frozenset[str] = frozenset()
    place: frozenset[str] = frozenset()
    module: frozenset[str] = frozenset()
    as_of: date | None = None
    edition: str | None = None

    @classmethod
    def from_search(cls, search: str | None) -> Self:
        """The filters in ``?partner=cec,saws&as_of=2014-12-31``. Invalid codes and dates are ignored without error."""
        selected: dict[str, set[str]] = {}
        as_of, edition = None, None
        for name, value in _pairs(search):
            if name in DIMENSIONS:
                codes = (code.strip().lower() for code in value.split(","))
                selected.setdefault(name, set()).update(code for code in codes if _CODE.fullmatch(code))
            elif name == "as_of":
                as_of = _day(value) or as_of
            elif name == "edition" and _CODE.fullmatch(value):
                edition = value
        return cls(**{name: frozenset(codes) for name, codes in selected.items()}, as_of=as_of, edition=edition)

    def codes(self, dimension: str) -> frozenset[str]:
        """The codes selected in one of :data:`DIMENSIONS`."""
        codes: frozenset[str] = getattr(self, dimension)
        return codes

    def known(self, codes: Mapping[str, AbstractSet[str]]) -> Self:
        """The same filters, with only the codes in `codes` (all known codes per dimension)."""
        known: dict[str, Any] = {name: self.codes(name) & codes[name] for name in DIMENSIONS}
        return replace(self, **known)

    def without(self, dimension: str, code: str | None = None) -> Self:
        """The same filters without one code, or without a whole dimension, the date or the edition."""
        if dimension == "as_of":
            return self.dated(None)
        if dimension == "edition":
            return self.of_edition(None)
        return self.with_codes(dimension, self.codes(dimension) - {code} if code else ())

    def with_codes(self, dimension: str, codes: Iterable[str]) -> Self:
        """The same filters with the codes of one dimension replaced."""
        changed: dict[str, Any] = {dimension: frozenset(codes)}
        return replace(self, **changed)

    def dated(self, as_of: date | None) -> Self:
        """The same filters with another as-of date; None: the date of the record."""
        return replace(self, as_of=as_of)

    def of_edition(self, edition: str | None) -> Self:
        """The same filters with another edition; None: the live record."""
        return replace(self, edition=edition)

    def unfiltered(self) -> Self:
        """Empty filters with the same edition."""
        return type(self)(edition=self.edition)

    def query(self, language: str = "en") -> str:
        """The canonical query string, without ``?``. Names and codes are sorted, so equal filters have equal texts."""
        parts = [(name, ",".join(sorted(self.codes(name)))) for name in DIMENSIONS if self.codes(name)]
        if self.as_of:
            parts.append(("as_of", self.as_of.isoformat()))
        if self.edition:
            parts.append(("edition", self.edition))
        if language != LANGUAGES[0]:
            parts.append(("lang", language))
        return urlencode(sorted(parts), safe=",", quote_via=quote)

    def search(self, language: str = "en") -> str:
        """The query string for an address: :meth:`query` with ``?``, or an empty text."""
        query = self.query(language)
        return f"?{query}" if query else ""

    def __bool__(self) -> bool:
        """Is there any filter, as-of date or edition?"""
        return any(getattr(self, field.name) for field in fields(self))


def language_of(search: str | None) -> str:
    """The language in a query string; English if there is none, or it is not supported."""
    language = dict(_pairs(search)).get("lang", "")
    return language if language in LANGUAGES else LANGUAGES[0]


def _pairs(search: str | None) -> list[tuple[str, str]]:
    if not search or len(search) > _LONGEST_SEARCH:
        return []
    try:
        return parse_qsl(search.removeprefix("?"), max_num_fields=50)
    except ValueError:
        return []


def _day(text: str) -> date | None:
    """The day that an as-of date stands for: the last one of a month or a year. None for a text that is no date."""
    if not _DATE.fullmatch(text):
        return None
    year, month, day = (*map(int, text.split("-")), 1, 1)[:3]
    try:
        return last_day(date(year, month, day), ("year", "month", "day")[text.count("-")])
    except ValueError:
        return None
