"""Rolls a batch back: restores every row it changed, in one transaction, as a new batch."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, Table, func, select

from data.loading.checks.reasons import sentences
from data.loading.checks.stored_rows import Key, key_columns
from data.loading.writes import row_writing
from data.loading.writes.record_writing import as_load_problems, check_version, next_number, transaction, write_batch
from data.loading.writes.row_writing import Counts, Writing
from data.storage import row_changes
from data.storage.batches import Batch, batch_of, batches
from data.storage.row_changes import RowChange
from data.storage.schema import CONTRACT_TABLES, batch_change, contract_columns, results, story_image

_CHUNK = 500

_REFERENCES: tuple[tuple[Table, str, str], ...] = (
    *((t, column.name, column.info["refers"]) for t in CONTRACT_TABLES for column in contract_columns(t)
      if column.info["refers"]),
    (story_image, "story", "story"),
)  # fmt: skip
"""References between tables: (table, column, the table whose code is in that column)."""


@dataclass(frozen=True)
class InTheWay:
    """A row that prevents a rollback, and the later batch that wrote it (None: not known)."""

    table: str
    key: Key
    batch: int | None


class RollbackProblem(Exception):
    """A batch cannot be rolled back; ``reason`` is a key of :mod:`data.loading.checks.reasons`, ``rows`` prevent it."""

    def __init__(self, reason: str, rows: Iterable[InTheWay] = (), **details: object) -> None:
        self.reason = reason
        self.rows = tuple(rows)
        self.english, self.chinese = sentences(reason, **details)
        super().__init__(self.english)


@dataclass(frozen=True)
class Plan:
    """The changes of a rollback: the rows of the batch as they are (``before``) and as they will be (``after``)."""

    batch: Batch
    changes: tuple[RowChange, ...]

    def counts(self) -> dict[str, tuple[int, int, int]]:
        """Per table: number of rows deleted, changed back, and inserted again."""
        counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
        for change in self.changes:
            counts[change.table][0 if change.after is None else 2 if change.before is None else 1] += 1
        return {table: (deleted, changed, inserted) for table, (deleted, changed, inserted) in counts.items()}


@dataclass(frozen=True)
class RolledBack:
    """The result of a rollback: the number of the new batch, the batch it undoes, and the counts of each table."""

    batch: int
    undoes: int
    tables: dict[str, Counts] = field(default_factory=dict)


def rollback(engine: Engine, number: int, *, by: str | None = None) -> RolledBack:
    """Restore the rows that batch `number` changed, as a new batch loaded `by` this account.

    A rollback can itself be rolled back. Raises :class:`RollbackProblem` if the batch cannot be rolled back, and
    `LoadProblem` if the database cannot be written now.
    """
    with as_load_problems():
        check_version(engine)
        with transaction(engine) as connection:
            planned = plan(connection, number)
            writings = list(_writings(planned.changes))
            for writing in writings:
                row_writing.write(connection, writing)
            counts = {writing.table.name: writing.counts() for writing in writings}
            new = next_number(connection)
            added, changed = (sum(getattr(c, kind) for c in counts.values()) for kind in ("added", "changed"))
            write_batch(connection, new, planned.batch.origin, added, changed, by=by, undoes=number)
            row_changes.write(connection, new, (change for writing in writings for change in writing.changes()))
            return RolledBack(new, number, counts)


def plan(connection: Connection, number: int) -> Plan:
    """The plan to roll batch `number` back. Raises :class:`RollbackProblem` if it cannot be rolled back."""
    known = {each.number: each for each in batches(connection)}
    if number not in known:
        raise RollbackProblem("no-batch", number=number)
    batch = known[number]
    if batch.first:
        raise RollbackProblem("first-batch", number=number)
    if batch.undone_by:
        raise RollbackProblem("rolled-back", number=number, by=batch.undone_by)
    if not batch.logged:
        raise RollbackProblem("no-log", number=number)
    later = [each.number for each in known.values() if each.number > number and _is_in_effect(each, number)]
    if blocking := _changed_by_later(connection, number, later):
        raise RollbackProblem("later-batches", blocking, number=number)
    changes = tuple(_reversed_changes(connection, number))
    writings = list(_writings(changes))
    if blocking := list(_references_to_deleted(connection, writings)):
        raise RollbackProblem("still-referred", blocking, number=number)
    if blocking := list(_references_to_missing(connection, writings)):
        raise RollbackProblem("lacks-rows", blocking, number=number)
    return Plan(batch, changes)


def _is_in_effect(later: Batch, number: int) -> bool:
    """True if the later batch still has an effect. The rollback of a batch after `number` has none of its own."""
    return later.undone_by is None and (later.undoes is None or later.undoes < number)


def _changed_by_later(connection: Connection, number: int, later: list[int]) -> list[InTheWay]:
    """The rows of batch `number` that one of the `later` batches changed."""
    own, other = batch_change.alias("own"), batch_change.alias("other")
    query = (
        select(own.c.table_name, own.c.row_key, func.max(other.c.batch))
        .join(other, (other.c.table_name == own.c.table_name) & (other.c.row_key == own.c.row_key))
        .where(own.c.batch == number, other.c.batch.in_(later))
        .group_by(own.c.table_name, own.c.row_key)
        .order_by(own.c.table_name, own.c.row_key)
    )
    return [
        InTheWay(name, row_changes.read_key(results.tables[name], row_key), latest)
        for name, row_key, latest in connection.execute(query)
    ]


def _reversed_changes(connection: Connection, number: int) -> Iterator[RowChange]:
    """The changes of the batch with before and after exchanged, last change first."""
    rows = connection.execute(
        select(batch_change).where(batch_change.c.batch == number).order_by(batch_change.c.position.desc())
    )
    for row in rows:
        yield RowChange(row.table_name, row.row_key, before=row.after, after=row.before)


def _writings(changes: Iterable[RowChange]) -> Iterator[Writing]:
    by_table: dict[str, Writing] = {}
    for change in changes:
        table = results.tables[change.table]
        writing = by_table.setdefault(change.table, Writing(table))
        key = row_changes.read_key(table, change.row_key)
        before, after = (row_changes.values(table, row) if row else {} for row in (change.before, change.after))
        if not change.after:
            writing.removed.append((key, before))
        elif not change.before:
            writing.added.append(after)
        else:
            names = key_columns(table)
            writing.changed.append((key, before, {name: after[name] for name in after if name not in names}))
    yield from by_table.values()


def _references_to_deleted(connection: Connection, writings: list[Writing]) -> Iterator[InTheWay]:
    """Rows that would stay and refer to a row that would be deleted."""
    own = {writing.table.name: {key for key, _values in [*writing.removed, *_changed(writing)]} for writing in writings}
    for writing in writings:
        deleted = [key[0] for key, _before in writing.removed] if key_columns(writing.table) == ("code",) else []
        for table, column, _refers in (each for each in _REFERENCES if each[2] == writing.table.name and deleted):
            keys = _rows_with(connection, table, column, deleted) - own.get(table.name, set())
            batches_by_key = batch_of(connection, table.name, keys)
            for key in sorted(keys, key=repr):
                yield InTheWay(table.name, key, batches_by_key[key].number if key in batches_by_key else None)


def _changed(writing: Writing) -> list[tuple[Key, Any]]:
    return [(key, new) for key, _before, new in writing.changed]


def _references_to_missing(connection: Connection, writings: list[Writing]) -> Iterator[InTheWay]:
    """Rows that would be restored and refer to a row that no longer exists."""
    restored: dict[str, dict[Key, dict[str, Any]]] = {}
    for writing in writings:
        names = key_columns(writing.table)
        restored[writing.table.name] = {tuple(row[name] for name in names): row for row in writing.added}
        restored[writing.table.name] |= {key: dict(new) for key, _before, new in writing.changed}
    for table, column, refers in _REFERENCES:
        rows: dict[Key, str] = {
            key: row[column] for key, row in restored.get(table.name, {}).items() if row.get(column)
        }
        referred = set(rows.values()) - {key[0] for key in restored.get(refers, {})}
        if referred:
            target = results.tables[refers]
            missing = referred - {key[0] for key in _rows_with(connection, target, "code", referred)}
            yield from (InTheWay(table.name, key, None) for key, code in rows.items() if code in missing)


def _rows_with(connection: Connection, table: Table, column: str, codes: Iterable[str]) -> set[Key]:
    """The keys of the rows of `table` that have one of `codes` in `column`."""
    searched = list(codes)
    keys: set[Key] = set()
    for start in range(0, len(searched), _CHUNK):
        part = searched[start : start + _CHUNK]
        query = select(*table.primary_key).where(table.c[column].in_(part))
        keys.update(tuple(row) for row in connection.execute(query))
    return keys
