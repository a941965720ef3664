"""What the database holds already, as far as a file has to be held against it."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table, inspect, select

from data.schema import results

Key = tuple[Any, ...]
Values = dict[str, Any]


@cache
def key_columns(table: Table) -> tuple[str, ...]:
    """The names of the columns that make the key of `table`."""
    return tuple(column.name for column in table.primary_key)


def by_key(table: Table, rows: Iterable[Values]) -> dict[Key, Values]:
    """`rows` of `table` by their key."""
    names = key_columns(table)
    return {tuple(row[name] for name in names): row for row in rows}


class Stored:
    """The rows of the database, each table read once; empty where there is no database or no such table yet."""

    def __init__(self, connection: Connection | None) -> None:
        self._connection = connection
        self._tables = set(inspect(connection).get_table_names()) if connection is not None else set()
        self._rows: dict[str, dict[Key, Values]] = {}

    def rows(self, table_name: str) -> dict[Key, Values]:
        """The rows of the table by key: columns by name."""
        if table_name not in self._rows:
            table = results.tables[table_name]
            self._rows[table_name] = by_key(table, self._read(table))
        return self._rows[table_name]

    def row(self, table: Table, key: Key) -> Values | None:
        """One row of `table`, None where there is none; for tables too heavy to hold as a whole."""
        if self._connection is None or table.name not in self._tables:
            return None
        matching = [column == part for column, part in zip(table.primary_key, key, strict=True)]
        found = self._connection.execute(select(table).where(*matching)).mappings().first()
        return dict(found) if found else None

    def keys(self, table: Table) -> set[Key]:
        """The keys of all rows of `table`."""
        if self._connection is None or table.name not in self._tables:
            return set()
        return {tuple(row) for row in self._connection.execute(select(*table.primary_key))}

    def column(self, table_name: str, column: str) -> set[Any]:
        """The values of one column of the table."""
        if self._connection is None or table_name not in self._tables:
            return set()
        return set(self._connection.scalars(select(results.tables[table_name].c[column]).distinct()))

    def _read(self, table: Table) -> list[Values]:
        if self._connection is None or table.name not in self._tables:
            return []
        return [dict(row) for row in self._connection.execute(select(table)).mappings()]
