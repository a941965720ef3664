"""What was asked for: filters as they stand in an address, and back again in one canonical form."""

import re
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, Self
from urllib.parse import parse_qsl, quote, urlencode

DIMENSIONS = ("partner", "sector", "round", "phase", "place", "module")
"""The filters that hold codes; ``as_of`` holds a date and ``edition`` the key of a frozen copy of the record."""

LANGUAGES = ("en", "zh")

OUTSIDE = "-"
"""Stands in an address for codes that are none of the viewer's: they leave nothing, and tell nothing."""

_CODE = re.compile(r"[a-z0-9-]{1,80}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_LONGEST_SEARCH = 20_000  # an address beyond this is nobody's view of anything


@dataclass(frozen=True)
class Filters:
    """Codes wanted per dimension (empty: not filtered), and the date to look back from (None: the record's own).

    ``edition`` is the key of the edition to look into (None: the live record).
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
        """Read ``?partner=cec,saws&as_of=2014-12-31``; whatever is no code and no date is dropped, never an error."""
        wanted: dict[str, set[str]] = {}
        as_of, edition = None, None
        for name, value in _pairs(search):
            if name in DIMENSIONS:
                codes = (code.strip().lower() for code in value.split(","))
                wanted.setdefault(name, set()).update(code for code in codes if _CODE.fullmatch(code))
            elif name == "as_of":
                as_of = _day(value) or as_of
            elif name == "edition" and _CODE.fullmatch(value):
                edition = value
        return cls(**{name: frozenset(codes) for name, codes in wanted.items()}, as_of=as_of, edition=edition)

    def codes(self, dimension: str) -> frozenset[str]:
        """The codes wanted in one of :data:`DIMENSIONS`."""
        codes: frozenset[str] = getattr(self, dimension)
        return codes

    def known(self, codes: Mapping[str, AbstractSet[str]]) -> Self:
        """The same filters without codes the database does not know."""
        kept: dict[str, Any] = {name: self.codes(name) & codes[name] for name in DIMENSIONS}
        return replace(self, **kept)

    def without(self, dimension: str, code: str | None = None) -> Self:
        """The same filters with one code (or a whole dimension, the date, the edition) taken away."""
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
        """The same filters looked back on from another date."""
        return replace(self, as_of=as_of)

    def of_edition(self, edition: str | None) -> Self:
        """The same filters on an edition of the record, or on the live one."""
        return replace(self, edition=edition)

    def unfiltered(self) -> Self:
        """No filters, on the same edition."""
        return type(self)(edition=self.edition)

    def query(self, language: str = "en") -> str:
        """The canonical query string, without ``?``: names and codes sorted, English unsaid: equal views, one text."""
        parts = [(name, ",".join(sorted(self.codes(name)))) for name in DIMENSIONS if self.codes(name)]
        if self.as_of:
            parts.append(("as_of", self.as_of.isoformat()))
        if self.edition:
            parts.append(("edition", self.edition))
        if language != LANGUAGES[0]:
            parts.append(("lang", language))
        return urlencode(sorted(parts), safe=",", quote_via=quote)

    def search(self, language: str = "en") -> str:
        """:meth:`query` as an address wants it: with ``?``, or empty."""
        query = self.query(language)
        return f"?{query}" if query else ""

    def __bool__(self) -> bool:
        """Is anything filtered at all?"""
        return any(getattr(self, field.name) for field in fields(self))


def language_of(search: str | None) -> str:
    """The language an address asks for; English where it asks for none we speak."""
    asked = dict(_pairs(search)).get("lang", "")
    return asked if asked in LANGUAGES else LANGUAGES[0]


def _pairs(search: str | None) -> list[tuple[str, str]]:
    if not search or len(search) > _LONGEST_SEARCH:
        return []
    try:
        return parse_qsl(search.removeprefix("?"), max_num_fields=50)
    except ValueError:
        return []


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None
