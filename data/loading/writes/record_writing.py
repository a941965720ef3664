"""Transactions that write to the results database: lock, batch, and errors as messages for people."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from data.loading.checks.reasons import sentences
from data.storage.database import DatabaseProblem, hold, now
from data.storage.database import check as check_database
from data.storage.schema import SCHEMA_VERSION, batch

WAIT = 5
"""Seconds a load waits for another load on PostgreSQL. SQLite's driver waits as long by default."""


class LoadProblem(Exception):
    """The database cannot be written now; ``reason`` is a key of :mod:`data.loading.checks.reasons`."""

    def __init__(self, reason: str, detail: str = "") -> None:
        self.reason = reason
        self.english, self.chinese = sentences(reason, detail=detail)
        super().__init__(self.english)


@contextmanager
def as_load_problems() -> Iterator[None]:
    """Turn the errors of drivers into a :class:`LoadProblem` with a message that a person can act on."""
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
    """Raise `DatabaseProblem` unless the database has the current schema version or is empty."""
    try:
        check_database(engine)
    except DatabaseProblem as problem:
        if problem.reason not in {"empty", "missing"}:
            raise


@contextmanager
def transaction(engine: Engine, *, writes: bool = True) -> Iterator[Connection]:
    """A transaction. One that writes locks the database against other loads until it ends."""
    with engine.begin() as connection:
        if writes:
            hold(connection, WAIT)
        yield connection


def next_number(connection: Connection) -> int:
    """The number of the next batch; 1 in a new database."""
    return (connection.scalar(select(func.max(batch.c.number))) or 0) + 1


def write_batch(  # noqa: PLR0913 - the columns of a batch
    connection: Connection,
    number: int,
    origin: str,
    added: int,
    changed: int,
    *,
    by: str | None = None,
    undoes: int | None = None,
) -> None:
    """Store a batch: its number is the version of the data from now on."""
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
