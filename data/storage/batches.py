"""The batches of the record: who loaded what and when, and the last batch of each row."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, and_, func, select

from data.storage.row_changes import Key, written_key
from data.storage.schema import batch, batch_change

_CHUNK = 500


@dataclass(frozen=True)
class Batch:
    """One load or roll-back: time (UTC), file, person (None: on the command line), numbers of rows added and changed.

    ``undoes`` is the batch that this one rolled back, ``undone_by`` the batch that rolled this one back. ``first``: it
    created the database. ``logged``: its change of each row is stored.
    """

    number: int
    loaded_at: datetime
    origin: str
    loaded_by: str | None
    added: int
    changed: int
    undoes: int | None
    undone_by: int | None
    first: bool
    logged: bool


def batches(connection: Connection) -> list[Batch]:
    """Every batch, the latest first."""
    logged = set(connection.scalars(select(batch_change.c.batch).distinct()))
    rows = connection.execute(select(batch).order_by(batch.c.number)).all()
    undone = undone_by({row.number: row.undoes for row in rows})
    first = rows[0].number if rows else None
    return [_batch(row, undone, first, logged) for row in reversed(rows)]


def _batch(row: Row[tuple[object, ...]], undone: dict[int, int], first: int | None, logged: set[int]) -> Batch:
    return Batch(
        number=row.number,
        loaded_at=row.loaded_at,
        origin=row.origin,
        loaded_by=row.loaded_by,
        added=row.added_count,
        changed=row.changed_count,
        undoes=row.undoes,
        undone_by=undone.get(row.number),
        first=row.number == first,
        logged=row.number in logged,
    )


def undone_by(undoes: dict[int, int | None]) -> dict[int, int]:
    """Each batch that is rolled back, with the batch that did it. `undoes` has every batch.

    A roll-back that was itself rolled back undoes nothing: its batch is in force again.
    """
    undone: dict[int, int] = {}
    for number in sorted(undoes, reverse=True):
        target = undoes[number]
        if target is not None and number not in undone:
            undone[target] = number
    return undone


def batch_of(connection: Connection, table: str, keys: Iterable[Key]) -> dict[Key, Batch]:
    """The last batch of each row of `table`, by the row's key (a tuple, in the order of the table's key).

    A row without a logged change belongs to the first batch. A row whose batch is unknown is left out: an older version
    of the software did not log the changes of rows.
    """
    by_number = {each.number: each for each in batches(connection)}
    unlogged = [each for each in by_number.values() if not each.logged and (each.first or each.added or each.changed)]
    first = unlogged[0] if len(unlogged) == 1 else None
    written = {written_key(tuple(key)): tuple(key) for key in keys}
    latest = _latest(connection, table, list(written))
    last = {key: by_number[latest[row_key]] if row_key in latest else first for row_key, key in written.items()}
    return {key: each for key, each in last.items() if each is not None}


def _latest(connection: Connection, table: str, row_keys: list[str]) -> dict[str, int]:
    """The number of the last batch that changed each row."""
    latest: dict[str, int] = {}
    change = batch_change.c
    for start in range(0, len(row_keys), _CHUNK):
        chunk = row_keys[start : start + _CHUNK]
        statement = (
            select(change.row_key, func.max(change.batch))
            .where(and_(change.table_name == table, change.row_key.in_(chunk)))
            .group_by(change.row_key)
        )
        latest.update((row_key, number) for row_key, number in connection.execute(statement))
    return latest
