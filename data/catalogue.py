"""The reference tables in memory: names in two languages, trees of places and partners, known codes."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from threading import RLock
from typing import Any

from sqlalchemy import Connection, Row, Table, select

from data.engine.precision import last_day
from data.storage import database, schema
from data.storage.database import DatabaseProblem, Version


@dataclass(frozen=True)
class Entry:
    """One row of a reference table: its code, its names, and the row's other columns."""

    code: str
    name_en: str | None
    name_zh: str | None
    columns: Mapping[str, Any]

    def name(self, language: str) -> str:
        """The name in `language`, else the name in the other language, else the code."""
        first, second = (self.name_zh, self.name_en) if language == "zh" else (self.name_en, self.name_zh)
        return first or second or self.code

    def is_fallback(self, language: str) -> bool:
        """Is there no name in `language`, so that :meth:`name` returns the other one or the code?"""
        return not (self.name_zh if language == "zh" else self.name_en)


@dataclass(frozen=True)
class Programme:
    """The one row of `programme`."""

    code: str
    entry: Entry
    as_of: date
    synthetic: bool
    public: bool

    def note(self, language: str) -> str:
        """The programme's note in `language`, else in the other language; '' if there is none."""
        first, second = ("note_zh", "note_en") if language == "zh" else ("note_en", "note_zh")
        return self.entry.columns[first] or self.entry.columns[second] or ""


class Once:
    """A cache of objects made of one data version. It has at most ``MOST`` objects: those used last."""

    MOST = 16

    def __init__(self) -> None:
        self._lock = RLock()
        self._cache: OrderedDict[Hashable, Any] = OrderedDict()

    def get(self, name: Hashable, make: Callable[[], Any]) -> Any:
        """The object with this name, made with `make` at the first call. Other threads wait until it is made."""
        with self._lock:
            if name not in self._cache:
                made = make()
                while len(self._cache) >= self.MOST:
                    self._cache.popitem(last=False)
                self._cache[name] = made
            self._cache.move_to_end(name)
            return self._cache[name]


@dataclass(frozen=True)
class Catalogue:
    """The reference tables of one data version, each from code to :class:`Entry` in the table's natural order."""

    version: Version
    programme: Programme
    phase: Mapping[str, Entry]
    place: Mapping[str, Entry]
    sector: Mapping[str, Entry]
    partner: Mapping[str, Entry]
    module: Mapping[str, Entry]
    indicator: Mapping[str, Entry]
    round: Mapping[str, Entry]
    source: Mapping[str, Entry]
    once: Once = field(default_factory=Once, repr=False, compare=False)

    def table(self, name: str) -> Mapping[str, Entry]:
        """The entries of one reference table by its name."""
        table: Mapping[str, Entry] = getattr(self, name)
        return table

    @cached_property
    def codes(self) -> dict[str, frozenset[str]]:
        """All known codes, per filter dimension."""
        return {
            name: frozenset(self.table(name)) for name in ("partner", "sector", "round", "phase", "place", "module")
        }

    def below(self, table: str, codes: Iterable[str]) -> frozenset[str]:
        """`codes` and all codes below them in the tree of `place` or `partner`."""
        below: set[str] = set()
        waiting = list(codes)
        while waiting:
            code = waiting.pop()
            if code not in below:
                below.add(code)
                waiting.extend(self._children[table].get(code, ()))
        return frozenset(below)

    def line(self, table: str, code: str) -> list[str]:
        """`code` and all codes above it in the tree, nearest first."""
        line: list[str] = []
        entries = self.table(table)
        at: str | None = code
        while at and at in entries and at not in line:
            line.append(at)
            at = entries[at].columns.get("parent")
        return line

    def province(self, place: str | None) -> str | None:
        """The province that `place` is or is in; None for a country, for a place abroad, and for no place."""
        for code in self.line("place", place) if place else ():
            if self.place[code].columns["level"] == "province":
                return code
        return None

    @cached_property
    def _children(self) -> dict[str, dict[str, list[str]]]:
        children: dict[str, dict[str, list[str]]] = {"place": {}, "partner": {}}
        for name, by_parent in children.items():
            for code, entry in self.table(name).items():
                if entry.columns.get("parent"):
                    by_parent.setdefault(entry.columns["parent"], []).append(code)
        return children


_ORDER: dict[str, tuple[str, ...]] = {
    "phase": ("starts_on", "code"),
    "module": ("position", "code"),
    "round": ("started_on", "planned_start", "number", "code"),
    "source": ("published_on", "code"),
}


def entry_of(row: Row[Any]) -> Entry:
    """A row with names (or titles) as an :class:`Entry`."""
    columns = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public spelling of "as a mapping"
    name = "title" if "title_en" in columns else "name"
    return Entry(columns["code"], columns[f"{name}_en"], columns[f"{name}_zh"], columns)


def _entries(connection: Connection, table: Table) -> dict[str, Entry]:
    order = [table.c[name].nulls_last() for name in _ORDER.get(table.name, ("code",))]
    return {row.code: entry_of(row) for row in connection.execute(select(table).order_by(*order))}


def read_catalogue(connection: Connection) -> Catalogue:
    """The reference tables and their version, read on `connection`. Raises :class:`DatabaseProblem` (empty)."""
    row = connection.execute(select(schema.programme)).first()
    if row is None:
        raise DatabaseProblem("empty")
    as_of = last_day(row.as_of, row.as_of_precision) or row.as_of
    programme = Programme(row.code, entry_of(row), as_of, bool(row.synthetic), bool(row.public))
    tables = {
        "phase": schema.phase, "place": schema.place, "sector": schema.sector, "partner": schema.partner,
        "module": schema.module, "indicator": schema.indicator, "round": schema.round_, "source": schema.source,
    }  # fmt: skip
    entries: dict[str, Any] = {name: _entries(connection, table) for name, table in tables.items()}
    return Catalogue(database.version_on(connection), programme, **entries)
