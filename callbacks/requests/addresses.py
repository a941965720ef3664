"""Addresses of pages and tables that keep the filters of a request, and names for files."""

from dataclasses import dataclass, field

from callbacks.requests.names import Names
from data.editions.frozen_copies import Edition
from data.filters import Filters
from data.view import View
from layouts import words


@dataclass(frozen=True)
class Addresses:
    """The addresses of links on a page. ``edition`` is the frozen copy of the view; None for the live record."""

    filters: Filters
    view: View
    names: Names
    edition: Edition | None = None
    _queries: dict[str, str] = field(default_factory=dict, repr=False, compare=False)

    def of(self, path: str, filters: Filters | None = None, *, indicator: str = "") -> str:
        """The address of a path with these filters (or others), in the current language; `indicator` limits a table."""
        query = self._query(words.language()) if filters is None else filters.query(words.language())
        parts = [part for part in (f"indicator={indicator}" if indicator else "", query) if part]
        return f"{path}?{'&'.join(parts)}" if parts else path

    def _query(self, language: str) -> str:
        if language not in self._queries:
            self._queries[language] = self.filters.query(language)
        return self._queries[language]

    def enterprise(self, code: str) -> str:
        """The page of an enterprise; empty where the viewer may not see its name, or the name was not read."""
        return self.of(f"/enterprises/{code}") if code in self.names.enterprises else ""

    def source(self, code: str) -> str:
        """The page of a source."""
        return self.of(f"/sources/{code}")

    def file_name(self, what: str) -> str:
        """The name of a downloaded file: synthetic or not, programme, contents, as-of date, edition."""
        programme = self.view.catalogue.programme
        parts = ["synthetic"] if programme.synthetic else []
        parts += [programme.code, what, self.view.of.as_of.isoformat()]
        return "-".join([*parts, self.edition.key] if self.edition else parts)
