"""Copies of a results database in a SQLite file, whatever the database itself runs on."""

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
    """Copy every row of every table, but for columns left `blank`; what is wrong with the source is a
    :class:`DatabaseProblem`.
    """
    for table in results.sorted_tables:
        left_out = {column.name: None for column in blank if column.table is table}
        for rows in _rows(source, table):
            target.execute(insert(table), [row | left_out for row in rows])


def _rows(source: Connection, table: Table) -> Iterator[list[dict[str, Any]]]:
    """The rows of a table, so many at a time; what is wrong here is wrong with the record, not with the copy."""
    try:
        found = source.execute(select(table).execution_options(yield_per=_CHUNK))
        for rows in found.mappings().partitions():
            yield [dict(row) for row in rows]
    except SQLAlchemyError as error:
        raise DatabaseProblem("unreadable", str(error.__cause__ or error)) from error


def copy(engine: Engine, path: Path) -> None:
    """Copy the database as it is at one moment into a new file at `path`; it may be written while it is copied.

    Raises :class:`DatabaseProblem`, also where somebody holds a SQLite file to themselves longer than `engine` waits.
    """
    target = database.writing_engine(f"sqlite:///{path}")
    try:
        if engine.dialect.name == "sqlite":
            with engine.connect() as source, target.connect() as into:
                # Page by page: a hundred times faster than row by row.
                plain: Any = source.connection.driver_connection
                plain.backup(into.connection.driver_connection, progress=_give_up)
        else:
            results.create_all(target)
            with database.snapshot(engine) as source, target.begin() as into:
                copy_rows(source, into)
    except SQLAlchemyError as error:
        raise DatabaseProblem("unreadable", str(error.__cause__ or error)) from error
    finally:
        target.dispose()


def _give_up(status: int, _remaining: int, _pages: int) -> None:
    """End a copy that met somebody else's lock: the connection has waited its time, and the copy would for ever."""
    if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        raise DatabaseProblem("unreadable", "database is locked")
