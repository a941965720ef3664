"""Writing into the results database beside others: the lock, the transaction, the batch, and what can go wrong."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from data.loading.checks.reasons import sentences
from data.storage.database import DatabaseProblem, hold, now
from data.storage.database import check as check_database
from data.storage.schema import SCHEMA_VERSION, batch

WAIT = 5
"""Seconds a load waits for another one to finish on PostgreSQL, as SQLite's driver does by default."""


class LoadProblem(Exception):
    """The database cannot take the file now; ``reason`` is a key of `reasons`."""

    def __init__(self, reason: str, detail: str = "") -> None:
        self.reason = reason
        self.english, self.chinese = sentences(reason, detail=detail)
        super().__init__(self.english)


@contextmanager
def human_problems() -> Iterator[None]:
    """Turn what drivers raise into a :class:`LoadProblem` a person can act on."""
    try:
        yield
    except SQLAlchemyError as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        raise LoadProblem(_reason(str(cause), getattr(cause, "sqlstate", None)), str(cause)) from error
    except DatabaseProblem as problem:
        reason = "schema" if problem.reason == "schema" else _reason(problem.detail)
        raise LoadProblem(reason, problem.detail or problem.reason) from problem


def _reason(detail: str, state: str | None = None) -> str:
    text = detail.lower()
    if "is locked" in text or state == "55P03":
        return "locked"
    if "is full" in text or state == "53100":
        return "full"
    if "readonly" in text or "unable to open" in text or state in {"42501", "25006"}:
        return "unwritable"
    return "database"


def check_version(engine: Engine) -> None:
    """Raise `DatabaseProblem` unless the database is of this version, or holds nothing yet."""
    try:
        check_database(engine)
    except DatabaseProblem as problem:
        if problem.reason not in {"empty", "missing"}:
            raise


@contextmanager
def transaction(engine: Engine, *, writes: bool = True) -> Iterator[Connection]:
    """A transaction; one that writes holds the database against other loads until it ends."""
    with engine.begin() as connection:
        if writes:
            hold(connection, WAIT)
        yield connection


def next_number(connection: Connection) -> int:
    """The number the next batch gets; 1 where the database is new."""
    return (connection.scalar(select(func.max(batch.c.number))) or 0) + 1


def write_batch(  # noqa: PLR0913 - what a batch is
    connection: Connection,
    number: int,
    origin: str,
    added: int,
    changed: int,
    *,
    by: str | None = None,
    undoes: int | None = None,
) -> None:
    """Note a batch: from now on the data is of its version."""
    connection.execute(
        batch.insert().values(
            number=number,
            loaded_at=now(),
            origin=origin,
            added_count=added,
            changed_count=changed,
            schema_version=SCHEMA_VERSION,
            loaded_by=by,
            undoes=undoes,
        )
    )
