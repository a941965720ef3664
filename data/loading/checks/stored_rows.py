"""What the database holds already, as far as a file has to be held against it."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, Table, inspect, select, tuple_

from data.storage.schema import results

Key = tuple[Any, ...]
Values = dict[str, Any]


@cache
def key_columns(table: Table) -> tuple[str, ...]:
    """The names of the columns that make the key of `table`."""
    return tuple(column.name for column in table.primary_key)


class Stored:
    """The rows of the database; none where there is no database or no such table yet."""

    def __init__(self, connection: Connection | None) -> None:
        self._connection = connection
        self._tables = set(inspect(connection).get_table_names()) if connection is not None else set()
        self._empty: dict[str, bool] = {}

    def rows(self, table_name: str) -> dict[Key, Values]:
        """The rows of a short table by key: columns by name."""
        table = results.tables[table_name]
        return self._by_key(table, select(table))

    def matching(self, table: Table, keys: Sequence[Key]) -> dict[Key, Values]:
        """The rows of `table` with these keys, of a few thousand at most."""
        if not keys or self._is_empty(table):
            return {}
        return self._by_key(table, select(table).where(tuple_(*table.primary_key).in_(keys)))

    def row(self, table: Table, key: Key) -> Values | None:
        """One row of `table`, None where there is none."""
        return self.matching(table, [key]).get(key)

    def keys(self, table: Table) -> set[Key]:
        """The keys of all rows of `table`."""
        return set(self.each(table, [column.name for column in table.primary_key]))

    def column(self, table_name: str, column: str) -> set[Any]:
        """The values of one column of the table."""
        table = results.tables[table_name]
        return {value for (value,) in self._each(table, select(table.c[column]).distinct())}

    def each(self, table: Table, columns: Iterable[str]) -> Iterator[tuple[Any, ...]]:
        """Those columns of all rows of `table`, a row at a time."""
        return self._each(table, select(*(table.c[name] for name in columns)))

    def _is_empty(self, table: Table) -> bool:
        """Had the table no rows when this was first asked?"""
        if table.name not in self._empty:
            self._empty[table.name] = not list(self._each(table, select(table.primary_key.columns[0]).limit(1)))
        return self._empty[table.name]

    def _each(self, table: Table, question: Select[Any]) -> Iterator[tuple[Any, ...]]:
        if self._connection is None or table.name not in self._tables:
            return
        with self._connection.execute(question, execution_options={"yield_per": 1000}) as found:
            yield from (tuple(row) for row in found)

    def _by_key(self, table: Table, question: Select[Any]) -> dict[Key, Values]:
        if self._connection is None or table.name not in self._tables:
            return {}
        names = key_columns(table)
        found = (dict(row) for row in self._connection.execute(question).mappings())
        return {tuple(row[name] for name in names): row for row in found}
