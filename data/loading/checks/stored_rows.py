"""Reads the stored rows that a file is checked against."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, Table, inspect, select, tuple_

from data.storage.schema import results

Key = tuple[Any, ...]
Values = dict[str, Any]


@cache
def key_columns(table: Table) -> tuple[str, ...]:
    """The names of the key columns of `table`."""
    return tuple(column.name for column in table.primary_key)


class Stored:
    """The rows of the database. There are none if the database or the table does not exist yet."""

    def __init__(self, connection: Connection | None) -> None:
        self._connection = connection
        self._tables = set(inspect(connection).get_table_names()) if connection is not None else set()
        self._empty: dict[str, bool] = {}

    def rows(self, table_name: str) -> dict[Key, Values]:
        """All rows of a short table: key → values by column name."""
        table = results.tables[table_name]
        return self._by_key(table, select(table))

    def matching(self, table: Table, keys: Sequence[Key]) -> dict[Key, Values]:
        """The rows of `table` with these keys. Accepts a few thousand keys at most."""
        if not keys or self._is_empty(table):
            return {}
        return self._by_key(table, select(table).where(tuple_(*table.primary_key).in_(keys)))

    def row(self, table: Table, key: Key) -> Values | None:
        """One row of `table`; None if there is no row with this key."""
        return self.matching(table, [key]).get(key)

    def keys(self, table: Table) -> set[Key]:
        """The keys of all rows of `table`."""
        return set(self.each(table, [column.name for column in table.primary_key]))

    def column(self, table_name: str, column: str) -> set[Any]:
        """The values of one column of the table."""
        table = results.tables[table_name]
        return {value for (value,) in self._each(table, select(table.c[column]).distinct())}

    def each(self, table: Table, columns: Iterable[str]) -> Iterator[tuple[Any, ...]]:
        """These columns of all rows of `table`, one row at a time."""
        return self._each(table, select(*(table.c[name] for name in columns)))

    def _is_empty(self, table: Table) -> bool:
        """True if the table had no rows at the first call. The result is cached."""
        if table.name not in self._empty:
            self._empty[table.name] = not list(self._each(table, select(table.primary_key.columns[0]).limit(1)))
        return self._empty[table.name]

    def _each(self, table: Table, query: Select[Any]) -> Iterator[tuple[Any, ...]]:
        if self._connection is None or table.name not in self._tables:
            return
        with self._connection.execute(query, execution_options={"yield_per": 1000}) as rows:
            yield from (tuple(row) for row in rows)

    def _by_key(self, table: Table, query: Select[Any]) -> dict[Key, Values]:
        if self._connection is None or table.name not in self._tables:
            return {}
        names = key_columns(table)
        rows = (dict(row) for row in self._connection.execute(query).mappings())
        return {tuple(row[name] for name in names): row for row in rows}
