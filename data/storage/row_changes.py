"""The change that a batch made to each row. Keys and values are stored as JSON, so that they can be restored."""

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
"""The values of a row by column, in JSON types: dates as text, bytes as base64."""


@dataclass(frozen=True)
class RowChange:
    """One row that a batch added (``before`` is None), deleted (``after`` is None) or changed."""

    table: str
    row_key: str
    before: Stored | None
    after: Stored | None


def written_key(key: Key) -> str:
    """A row's key as stored: its parts in the order of the table, as JSON."""
    return json.dumps([each.isoformat() if isinstance(each, date) else each for each in key], ensure_ascii=False)


def read_key(table: Table, row_key: str) -> Key:
    """The typed key from its stored form, the reverse of :func:`written_key`."""
    parts = json.loads(row_key)
    return tuple(_read(column.type, part) for column, part in zip(table.primary_key, parts, strict=True))


def stored(table: Table, values: Mapping[str, Any]) -> Stored:
    """The values of a row in JSON types."""
    converted = dict(values)
    for name, kind in _columns_to_convert(table).items():
        if converted.get(name) is not None:
            converted[name] = converted[name].isoformat() if kind is Date else b64encode(converted[name]).decode()
    return converted


def values(table: Table, stored_values: Stored) -> dict[str, Any]:
    """The values of a row in the types of the table, the reverse of :func:`stored`."""
    return {name: _read(table.c[name].type, value) for name, value in stored_values.items()}


@cache
def _columns_to_convert(table: Table) -> dict[str, type]:
    """The columns whose values have no JSON type, each with its SQL type."""
    kinds = (Date, LargeBinary)
    return {column.name: kind for column in table.columns for kind in kinds if isinstance(column.type, kind)}


def _read(column_type: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(column_type, Date):
        return date.fromisoformat(value)
    return b64decode(value) if isinstance(column_type, LargeBinary) else value


def write(connection: Connection, number: int, changes: Iterable[RowChange], first: int = 1) -> int:
    """Store the changes of batch `number` in their order, from position `first` on. Returns the next position."""
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
    while chunk := list(islice(rows, _CHUNK)):
        connection.execute(batch_change.insert(), chunk)
        position += len(chunk)
    return position
