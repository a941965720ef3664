"""The reference tables in memory: names in two languages, trees of places and partners, what codes are known."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from threading import RLock
from typing import Any

from sqlalchemy import Connection, Row, Table, select

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
        """The name in `language`; where it has none, the other language's; where none at all, the code."""
        first, second = (self.name_zh, self.name_en) if language == "zh" else (self.name_en, self.name_zh)
        return first or second or self.code

    def is_fallback(self, language: str) -> bool:
        """Is the name in `language` borrowed from the other one?"""
        return not (self.name_zh if language == "zh" else self.name_en)


@dataclass(frozen=True)
class Programme:
    """The one row of `programme`."""

    code: str
    entry: Entry
    as_of: date
    synthetic: bool
    public: bool


class Once:
    """What is worked out of a data version the first time it is asked for; of much, what was asked for last is kept."""

    MOST = 16

    def __init__(self) -> None:
        self._lock = RLock()
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()

    def get(self, name: Hashable, make: Callable[[], Any]) -> Any:
        """What is kept under a name; made by whoever asks first, while the others wait."""
        with self._lock:
            if name not in self._kept:
                made = make()
                while len(self._kept) >= self.MOST:
                    self._kept.popitem(last=False)
                self._kept[name] = made
            self._kept.move_to_end(name)
            return self._kept[name]


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
        """Every known code, per filter dimension."""
        return {
            name: frozenset(self.table(name)) for name in ("partner", "sector", "round", "phase", "place", "module")
        }

    def below(self, table: str, codes: Iterable[str]) -> frozenset[str]:
        """`codes` and everything that lies below them in the tree of `place` or `partner`."""
        found: set[str] = set()
        waiting = list(codes)
        while waiting:
            code = waiting.pop()
            if code not in found:
                found.add(code)
                waiting.extend(self._children[table].get(code, ()))
        return frozenset(found)

    def line(self, table: str, code: str) -> list[str]:
        """`code` and what it lies in, from near to far."""
        line: list[str] = []
        entries = self.table(table)
        at: str | None = code
        while at and at in entries and at not in line:
            line.append(at)
            at = entries[at].columns.get("parent")
        return line

    def province(self, place: str | None) -> str | None:
        """The province `place` is or lies in; None for a country, for abroad, and for no place."""
        for code in self.line("place", place) if place else ():
            if self.place[code].columns["level"] == "province":
                return code
        return None

    @cached_property
    def _children(self) -> dict[str, dict[str, list[str]]]:
        children: dict[str, dict[str, list[str]]] = {"place": {}, "partner": {}}
        for name, found in children.items():
            for code, entry in self.table(name).items():
                if entry.columns.get("parent"):
                    found.setdefault(entry.columns["parent"], []).append(code)
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
    """The reference tables that a connection reads, and their version; raises :class:`DatabaseProblem` where there is
    no programme.
    """
    row = connection.execute(select(schema.programme)).first()
    if row is None:
        raise DatabaseProblem("empty")
    programme = Programme(row.code, entry_of(row), row.as_of, bool(row.synthetic), bool(row.public))
    tables = {
        "phase": schema.phase, "place": schema.place, "sector": schema.sector, "partner": schema.partner,
        "module": schema.module, "indicator": schema.indicator, "round": schema.round_, "source": schema.source,
    }  # fmt: skip
    entries: dict[str, Any] = {name: _entries(connection, table) for name, table in tables.items()}
    return Catalogue(database.version_on(connection), programme, **entries)
