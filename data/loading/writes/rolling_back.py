"""Rolls a batch back: every row it touched is put back to what it was, in one transaction, as a batch of its own."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, Table, func, select

from data.loading.checks.reasons import sentences
from data.loading.checks.stored_rows import Key, key_columns
from data.loading.writes import row_writing
from data.loading.writes.record_writing import check_version, human_problems, next_number, transaction, write_batch
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
"""Which column of which table holds the code of a row of which other table."""


@dataclass(frozen=True)
class InTheWay:
    """A row that must stay as it is, and the later batch it came in with (None: not known)."""

    table: str
    key: Key
    batch: int | None


class RollbackProblem(Exception):
    """A batch cannot be rolled back; ``reason`` is a key of `reasons`, ``rows`` stand in the way."""

    def __init__(self, reason: str, rows: Iterable[InTheWay] = (), **details: object) -> None:
        self.reason = reason
        self.rows = tuple(rows)
        self.english, self.chinese = sentences(reason, **details)
        super().__init__(self.english)


@dataclass(frozen=True)
class Plan:
    """What rolling a batch back would do: its rows, each as it is (``before``) and as it would be (``after``)."""

    batch: Batch
    changes: tuple[RowChange, ...]

    def counts(self) -> dict[str, tuple[int, int, int]]:
        """Per table: rows taken away, put back to what they were, and brought back."""
        found: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
        for each in self.changes:
            found[each.table][0 if each.after is None else 2 if each.before is None else 1] += 1
        return {table: (gone, changed, back) for table, (gone, changed, back) in found.items()}


@dataclass(frozen=True)
class RolledBack:
    """What was done: the number of the new batch, and the rows of each table."""

    batch: int
    undoes: int
    tables: dict[str, Counts] = field(default_factory=dict)


def rollback(engine: Engine, number: int, *, by: str | None = None) -> RolledBack:
    """Put the rows batch `number` touched back to what they were before it, and note that as a batch `by` someone.

    A roll-back can itself be rolled back. Raises :class:`RollbackProblem` where the batch cannot, and
    `LoadProblem` where the database cannot take it now.
    """
    with human_problems():
        check_version(engine)
        with transaction(engine) as connection:
            found = plan(connection, number)
            writings = list(_writings(found.changes))
            for each in writings:
                row_writing.write(connection, each)
            counts = {each.table.name: each.counts() for each in writings}
            new = next_number(connection)
            added, changed = (sum(getattr(c, kind) for c in counts.values()) for kind in ("added", "changed"))
            write_batch(connection, new, found.batch.origin, added, changed, by=by, undoes=number)
            row_changes.write(connection, new, (change for each in writings for change in each.changes()))
            return RolledBack(new, number, counts)


def plan(connection: Connection, number: int) -> Plan:
    """What rolling batch `number` back would do; raises :class:`RollbackProblem` where it cannot be."""
    known = {each.number: each for each in batches(connection)}
    if number not in known:
        raise RollbackProblem("no-batch", number=number)
    found = known[number]
    if found.first:
        raise RollbackProblem("first-batch", number=number)
    if found.undone_by:
        raise RollbackProblem("rolled-back", number=number, by=found.undone_by)
    if not found.logged:
        raise RollbackProblem("no-log", number=number)
    later = [each.number for each in known.values() if each.number > number and _stands_beside(each, number)]
    if touched := _touched_since(connection, number, later):
        raise RollbackProblem("later-batches", touched, number=number)
    changes = tuple(_undone(connection, number))
    writings = list(_writings(changes))
    if referring := list(_still_referring(connection, writings)):
        raise RollbackProblem("still-referred", referring, number=number)
    if lacking := list(_lacking(connection, writings)):
        raise RollbackProblem("lacks-rows", lacking, number=number)
    return Plan(found, changes)


def _stands_beside(later: Batch, number: int) -> bool:
    """Does what the later batch did stand? A roll-back of a batch after `number` only took that one away again."""
    return later.undone_by is None and (later.undoes is None or later.undoes < number)


def _touched_since(connection: Connection, number: int, later: list[int]) -> list[InTheWay]:
    """The rows of batch `number` that a later one touched."""
    own, other = batch_change.alias("own"), batch_change.alias("other")
    question = (
        select(own.c.table_name, own.c.row_key, func.max(other.c.batch))
        .join(other, (other.c.table_name == own.c.table_name) & (other.c.row_key == own.c.row_key))
        .where(own.c.batch == number, other.c.batch.in_(later))
        .group_by(own.c.table_name, own.c.row_key)
        .order_by(own.c.table_name, own.c.row_key)
    )
    return [
        InTheWay(name, row_changes.read_key(results.tables[name], row_key), batch)
        for name, row_key, batch in connection.execute(question)
    ]


def _undone(connection: Connection, number: int) -> Iterator[RowChange]:
    rows = connection.execute(
        select(batch_change).where(batch_change.c.batch == number).order_by(batch_change.c.position.desc())
    )
    for row in rows:
        yield RowChange(row.table_name, row.row_key, before=row.after, after=row.before)


def _writings(changes: Iterable[RowChange]) -> Iterator[Writing]:
    by_table: dict[str, Writing] = {}
    for each in changes:
        table = results.tables[each.table]
        writing = by_table.setdefault(each.table, Writing(table))
        key = row_changes.read_key(table, each.row_key)
        before, after = (row_changes.values(table, kept) if kept else {} for kept in (each.before, each.after))
        if not each.after:
            writing.removed.append((key, before))
        elif not each.before:
            writing.added.append(after)
        else:
            names = key_columns(table)
            writing.changed.append((key, before, {name: after[name] for name in after if name not in names}))
    yield from by_table.values()


def _still_referring(connection: Connection, writings: list[Writing]) -> Iterator[InTheWay]:
    """Rows that would stay and refer to a row that would be gone."""
    own = {each.table.name: {key for key, _values in [*each.removed, *_changed(each)]} for each in writings}
    for writing in writings:
        gone = [key[0] for key, _before in writing.removed] if key_columns(writing.table) == ("code",) else []
        for table, column, _refers in (each for each in _REFERENCES if each[2] == writing.table.name and gone):
            found = _rows_with(connection, table, column, gone) - own.get(table.name, set())
            came = batch_of(connection, table.name, found)
            for key in sorted(found, key=repr):
                yield InTheWay(table.name, key, came[key].number if key in came else None)


def _changed(writing: Writing) -> list[tuple[Key, Any]]:
    return [(key, new) for key, _before, new in writing.changed]


def _lacking(connection: Connection, writings: list[Writing]) -> Iterator[InTheWay]:
    """Rows that would come back and refer to a row that is not there any more."""
    back: dict[str, dict[Key, dict[str, Any]]] = {}
    for each in writings:
        names = key_columns(each.table)
        back[each.table.name] = {tuple(row[name] for name in names): row for row in each.added}
        back[each.table.name] |= {key: dict(new) for key, _before, new in each.changed}
    for table, column, refers in _REFERENCES:
        rows: dict[Key, str] = {key: row[column] for key, row in back.get(table.name, {}).items() if row.get(column)}
        wanted = set(rows.values()) - {key[0] for key in back.get(refers, {})}
        if wanted:
            target = results.tables[refers]
            missing = wanted - {key[0] for key in _rows_with(connection, target, "code", wanted)}
            yield from (InTheWay(table.name, key, None) for key, code in rows.items() if code in missing)


def _rows_with(connection: Connection, table: Table, column: str, codes: Iterable[str]) -> set[Key]:
    """The keys of the rows of `table` that hold one of `codes` in `column`."""
    wanted = list(codes)
    found: set[Key] = set()
    for start in range(0, len(wanted), _CHUNK):
        part = wanted[start : start + _CHUNK]
        question = select(*table.primary_key).where(table.c[column].in_(part))
        found.update(tuple(row) for row in connection.execute(question))
    return found
