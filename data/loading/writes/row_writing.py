"""Writes rows of one table: inserts, updates and deletes, each with the row before the change."""

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
    """Number of rows of one table that were added, changed and unchanged; in a dry run, that would be."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.added + other.added, self.changed + other.changed, self.unchanged + other.unchanged)


@dataclass
class Writing:
    """The rows of one table to insert, update and delete. ``changed`` and ``removed`` include the row before."""

    table: Table
    added: list[dict[str, Any]] = field(default_factory=list)
    changed: list[tuple[Key, Values, Values]] = field(default_factory=list)  # key, row before, new values
    removed: list[tuple[Key, Values]] = field(default_factory=list)
    unchanged: int = 0

    def counts(self) -> Counts:
        """The counts of the rows. A deleted row counts as changed."""
        return Counts(len(self.added), len(self.changed) + len(self.removed), self.unchanged)

    def changes(self) -> Iterator[RowChange]:
        """The log entry of each row."""
        table, name, names = self.table, self.table.name, key_columns(self.table)
        for row in self.added:
            key = tuple(row[column] for column in names)
            yield RowChange(name, row_changes.written_key(key), None, row_changes.stored(table, row))
        for key, before, new in self.changed:
            stored_before, stored_after = (row_changes.stored(table, row) for row in (before, {**before, **new}))
            yield RowChange(name, row_changes.written_key(key), stored_before, stored_after)
        for key, before in self.removed:
            yield RowChange(name, row_changes.written_key(key), row_changes.stored(table, before), None)


def from_facts(table: Table, facts: Iterable[Fact]) -> Writing:
    """The rows to insert and update for these facts of a file."""
    writing = Writing(table)
    keys = key_columns(table)
    for fact in facts:
        precisions = fact.precisions()
        if fact.stored is None:
            writing.added.append({**fact.values, **precisions})
            continue
        new = {name: value for name, value in {**fact.typed.values, **precisions}.items() if name not in keys}
        if all(fact.stored[name] == value for name, value in new.items()):
            writing.unchanged += 1
        else:
            writing.changed.append((fact.key, fact.stored, new))
    return writing


def write(connection: Connection, writing: Writing) -> None:
    """Write the rows to the database. All changed rows must have the same new columns."""
    table = writing.table
    for start in range(0, len(writing.added), _CHUNK):
        connection.execute(table.insert(), writing.added[start : start + _CHUNK])
    has_key = and_(*(table.c[name] == bindparam(f"key_{name}") for name in key_columns(table)))
    for start in range(0, len(writing.changed), _CHUNK):
        rows = [{**new, **_key_parameters(table, key)} for key, _before, new in writing.changed[start : start + _CHUNK]]
        names = list(writing.changed[start][2])
        connection.execute(update(table).where(has_key).values({name: bindparam(name) for name in names}), rows)
    for start in range(0, len(writing.removed), _CHUNK):
        keys = [_key_parameters(table, key) for key, _before in writing.removed[start : start + _CHUNK]]
        connection.execute(delete(table).where(has_key), keys)


def _key_parameters(table: Table, key: Key) -> dict[str, Any]:
    return {f"key_{name}": part for name, part in zip(key_columns(table), key, strict=True)}
