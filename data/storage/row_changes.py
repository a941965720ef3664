"""What a batch did to each row, as the database keeps it: keys and values as JSON, so that they can be put back."""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Date, LargeBinary, Table

from data.storage.schema import batch_change

_CHUNK = 1000

Key = tuple[Any, ...]
Stored = Mapping[str, Any]
"""The values of a row by column, in what JSON knows: dates as text, bytes as base64."""


@dataclass(frozen=True)
class RowChange:
    """One row a batch added (``before`` is None), took away (``after`` is None) or changed."""

    table: str
    row_key: str
    before: Stored | None
    after: Stored | None


def written_key(key: Key) -> str:
    """A row's key as the log has it: its parts in the order of the table, as JSON."""
    return json.dumps([each.isoformat() if isinstance(each, date) else each for each in key], ensure_ascii=False)


def read_key(table: Table, row_key: str) -> Key:
    """The key that was written, typed."""
    parts = json.loads(row_key)
    return tuple(_read(column.type, part) for column, part in zip(table.primary_key, parts, strict=True))


def stored(table: Table, values: Mapping[str, Any]) -> Stored:
    """The values of a row as the log keeps them."""
    found = dict(values)
    for name, kind in _unlike_json(table).items():
        if found.get(name) is not None:
            found[name] = found[name].isoformat() if kind is Date else b64encode(found[name]).decode()
    return found


def values(table: Table, kept: Stored) -> dict[str, Any]:
    """The values of a row as the table takes them."""
    return {name: _read(table.c[name].type, value) for name, value in kept.items()}


@cache
def _unlike_json(table: Table) -> dict[str, type]:
    """The columns whose values JSON does not know, each with its kind."""
    kinds = (Date, LargeBinary)
    return {column.name: kind for column in table.columns for kind in kinds if isinstance(column.type, kind)}


def _read(column_type: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(column_type, Date):
        return date.fromisoformat(value)
    return b64decode(value) if isinstance(column_type, LargeBinary) else value


def write(connection: Connection, number: int, changes: Iterable[RowChange], first: int = 1) -> int:
    """Note what batch `number` did, in the order it was done, from position `first` on; the position that is next."""
    rows = (
        {
            "batch": number,
            "position": position,
            "table_name": each.table,
            "row_key": each.row_key,
            "before": each.before,
            "after": each.after,
        }
        for position, each in enumerate(changes, start=first)
    )
    position = first
    while part := list(islice(rows, _CHUNK)):
        connection.execute(batch_change.insert(), part)
        position += len(part)
    return position
