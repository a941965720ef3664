"""The batches the record was made of: who loaded what and when, and the batch a row last came in with."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, and_, func, select

from data.storage.row_changes import Key, written_key
from data.storage.schema import batch, batch_change

_CHUNK = 500


@dataclass(frozen=True)
class Batch:
    """One load or roll-back: when (UTC), of which file, by whom (None: on the command line), how many rows.

    ``undoes`` is the batch this one rolled back, ``undone_by`` the one that rolled this one back; ``first``: it made
    the database. ``logged``: what it did to each row is known.
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
    """For each batch that does not stand the one that rolled it back; `undoes` has every batch.

    A roll-back that was rolled back itself undoes nothing: what it had taken away is there again.
    """
    found: dict[int, int] = {}
    for number in sorted(undoes, reverse=True):
        target = undoes[number]
        if target is not None and number not in found:
            found[target] = number
    return found


def batch_of(connection: Connection, table: str, keys: Iterable[Key]) -> dict[Key, Batch]:
    """The batch each row of `table` last came in with, by the row's key (a tuple, in the order of the table's key).

    A row no later batch touched came in with the first one. A row of which that is not known is left out: a version
    before this one noted no rows.
    """
    known = {each.number: each for each in batches(connection)}
    unlogged = [each for each in known.values() if not each.logged and (each.first or each.added or each.changed)]
    first = unlogged[0] if len(unlogged) == 1 else None
    written = {written_key(tuple(key)): tuple(key) for key in keys}
    latest = _latest(connection, table, list(written))
    found = {key: known[latest[row_key]] if row_key in latest else first for row_key, key in written.items()}
    return {key: each for key, each in found.items() if each is not None}


def _latest(connection: Connection, table: str, row_keys: list[str]) -> dict[str, int]:
    """The number of the last batch that touched each row."""
    found: dict[str, int] = {}
    change = batch_change.c
    for start in range(0, len(row_keys), _CHUNK):
        part = row_keys[start : start + _CHUNK]
        question = (
            select(change.row_key, func.max(change.batch))
            .where(and_(change.table_name == table, change.row_key.in_(part)))
            .group_by(change.row_key)
        )
        found.update((row_key, number) for row_key, number in connection.execute(question))
    return found
