"""Copies of a results database, of any kind, in a SQLite file."""

import sqlite3
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, Engine, Table, insert, select
from sqlalchemy.exc import SQLAlchemyError

from data.storage import database
from data.storage.database import DatabaseProblem
from data.storage.schema import results

_CHUNK = 1000


def copy_rows(source: Connection, target: Connection, blank: Collection[Column[Any]] = ()) -> None:
    """Copy every row of every table, without the values of the `blank` columns.

    Raises :class:`DatabaseProblem` if the source cannot be read.
    """
    for table in results.sorted_tables:
        blanks = {column.name: None for column in blank if column.table is table}
        for rows in _rows(source, table):
            target.execute(insert(table), [row | blanks for row in rows])


def _rows(source: Connection, table: Table) -> Iterator[list[dict[str, Any]]]:
    """The rows of a table in chunks. Raises :class:`DatabaseProblem`: an error here is one of the source."""
    try:
        result = source.execute(select(table).execution_options(yield_per=_CHUNK))
        for rows in result.mappings().partitions():
            yield [dict(row) for row in rows]
    except SQLAlchemyError as error:
        raise DatabaseProblem("unreadable", str(error.__cause__ or error)) from error


def copy(engine: Engine, path: Path) -> None:
    """Copy the database, as it is at one moment, into a new file at `path`. It may be written to at the same time.

    Raises :class:`DatabaseProblem`, also if a SQLite file stays locked for longer than `engine` waits.
    """
    target = database.writing_engine(f"sqlite:///{path}")
    try:
        if engine.dialect.name == "sqlite":
            with engine.connect() as source, target.connect() as into:
                # Page by page: a hundred times faster than row by row.
                driver_connection: Any = source.connection.driver_connection
                driver_connection.backup(into.connection.driver_connection, progress=_stop_if_locked)
        else:
            results.create_all(target)
            with database.snapshot(engine) as source, target.begin() as into:
                copy_rows(source, into)
    except SQLAlchemyError as error:
        raise DatabaseProblem("unreadable", str(error.__cause__ or error)) from error
    finally:
        target.dispose()


def _stop_if_locked(status: int, _remaining: int, _pages: int) -> None:
    """Stop the copy if the database is locked: the connection has waited already, and the copy would wait for ever."""
    if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        raise DatabaseProblem("unreadable", "database is locked")
