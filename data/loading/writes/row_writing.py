"""Rows of one table on their way into the database: what is added, changed and taken away, and how it was before."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Table, and_, bindparam, delete, update

from data.loading.checks.rules import Fact
from data.loading.checks.stored_rows import Key, key_columns
from data.storage import row_changes
from data.storage.row_changes import RowChange

_CHUNK = 1000

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Counts:
    """What became, or in a dry run would become, of the rows of one table in the file."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.added + other.added, self.changed + other.changed, self.unchanged + other.unchanged)


@dataclass
class Writing:
    """The rows of one table to add, change and take away; ``changed`` and ``removed`` with the row as it was."""

    table: Table
    added: list[dict[str, Any]] = field(default_factory=list)
    changed: list[tuple[Key, Values, Values]] = field(default_factory=list)  # key, before, the columns that are new
    removed: list[tuple[Key, Values]] = field(default_factory=list)
    unchanged: int = 0

    def counts(self) -> Counts:
        """How many of each; a row taken away changed what is on record."""
        return Counts(len(self.added), len(self.changed) + len(self.removed), self.unchanged)

    def changes(self) -> Iterator[RowChange]:
        """What is to be noted of each row."""
        name, names, of = self.table.name, key_columns(self.table), self.table
        for row in self.added:
            key = tuple(row[each] for each in names)
            yield RowChange(name, row_changes.written_key(key), None, row_changes.stored(of, row))
        for key, before, new in self.changed:
            was, now = (row_changes.stored(of, values) for values in (before, {**before, **new}))
            yield RowChange(name, row_changes.written_key(key), was, now)
        for key, before in self.removed:
            yield RowChange(name, row_changes.written_key(key), row_changes.stored(of, before), None)


def of_facts(table: Table, facts: Iterable[Fact]) -> Writing:
    """What a file's facts do to their table."""
    writing = Writing(table)
    keys = key_columns(table)
    for fact in facts:
        written = {"date_precision": fact.precision()} if "date_precision" in table.columns else {}
        if fact.stored is None:
            writing.added.append({**fact.values, **written})
            continue
        new = {name: value for name, value in {**fact.typed.values, **written}.items() if name not in keys}
        if all(fact.stored[name] == value for name, value in new.items()):
            writing.unchanged += 1
        else:
            writing.changed.append((fact.key, fact.stored, new))
    return writing


def write(connection: Connection, writing: Writing) -> None:
    """Carry it out; the rows changed must all have the same new columns."""
    table = writing.table
    for start in range(0, len(writing.added), _CHUNK):
        connection.execute(table.insert(), writing.added[start : start + _CHUNK])
    matching = and_(*(table.c[name] == bindparam(f"key_{name}") for name in key_columns(table)))
    for start in range(0, len(writing.changed), _CHUNK):
        rows = [{**new, **_bound(table, key)} for key, _before, new in writing.changed[start : start + _CHUNK]]
        names = list(writing.changed[start][2])
        connection.execute(update(table).where(matching).values({name: bindparam(name) for name in names}), rows)
    for start in range(0, len(writing.removed), _CHUNK):
        keys = [_bound(table, key) for key, _before in writing.removed[start : start + _CHUNK]]
        connection.execute(delete(table).where(matching), keys)


def _bound(table: Table, key: Key) -> dict[str, Any]:
    return {f"key_{name}": part for name, part in zip(key_columns(table), key, strict=True)}
