"""Engines on the results database: a read-only one for showing numbers, a writing one for the loader."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, time_ns
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, func, inspect, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoneFree
from sqlalchemy.pool import NullPool

from data.storage.schema import SCHEMA_VERSION, batch, programme, results

_LIBPQ = {
    "application_name": "score-dashboard",
    "connect_timeout": 3,  # seconds, for each host
    # The loss of a host is noticed in seconds. By default TCP would wait for hours.
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,  # milliseconds
}
"""Options of PostgreSQL's client library (libpq). Options in the address override them."""

_POOL: dict[str, Any] = {
    "pool_pre_ping": True,  # replaces a broken connection before its use
    "pool_recycle": 300,  # seconds; after a failover connections return to the standbys
    "pool_size": 5,
    "max_overflow": 5,
    "pool_timeout": 5,
}
"""Connection pool of one process to PostgreSQL. A thread uses one connection for a response, and two while it reads a
new data version.
"""

_PASSING = frozenset({"40001", "40P01", "57P01", "57P02", "57P03", "08000", "08003", "08006"})
"""SQLSTATEs of errors that a retry usually solves: a conflict on the replica, a server that was shut down."""

_ADVISORY_LOCK = 0x53434F5245  # an arbitrary number: "SCORE" in ASCII

_STOPPED = "57014"
"""SQLSTATE of a statement that took longer than its limit."""


class DatabaseProblem(Exception):
    """The results database cannot be read. ``reason`` is one of missing, unreadable, empty, schema, slow,
    large (more than fits into memory), newer (than this software; only from an upgrade).

    ``passing``: an immediate retry may succeed.
    """

    def __init__(self, reason: str, detail: str = "", *, passing: bool = False) -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail
        self.passing = passing


def file_of(address: str) -> Path | None:
    """The file of a SQLite address; None for other databases and for databases in memory."""
    url = make_url(address)
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        return None
    return Path(url.database)


def reading_engine(address: str, *, frozen: bool = False, seconds: float = 0) -> Engine:
    """An engine that cannot write: SQLite opens the file with ``mode=ro``, other databases use read-only transactions.

    With several hosts in the address it prefers a standby. A statement that takes longer than `seconds` is stopped
    (0: no limit). A `frozen` file is read as it is: SQLite ignores a journal file next to it.
    """
    url, path = make_url(address), file_of(address)
    if path is not None:
        query = {"mode": "ro", "uri": "true", "timeout": "3"} | ({"immutable": "1"} if frozen else {})
        read_only = URL.create("sqlite", database=f"file:{path.resolve()}", query=query)
        # No pool: an open connection would still read a file that was replaced.
        engine = create_engine(read_only, hide_parameters=True, poolclass=NullPool)
        if seconds:
            _stop_after(engine, seconds)
        return engine
    if url.get_backend_name() == "postgresql":
        options = f"-c statement_timeout={round(seconds * 1000)}" if seconds else ""
        return _postgresql(url, "prefer-standby", options).execution_options(postgresql_readonly=True)
    engine = create_engine(url, hide_parameters=True, pool_pre_ping=True)

    @event.listens_for(engine, "begin")
    def _read_only(connection: object) -> None:  # pragma: no cover - engines we do not ship a driver for
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")  # type: ignore[attr-defined]

    return engine


def writing_engine(address: str) -> Engine:
    """The loader's engine. Creates the folder of a SQLite file. Of several hosts in the address it uses the primary."""
    url, path = make_url(address), file_of(address)
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    if url.get_backend_name() == "postgresql":
        return _postgresql(url, "read-write")
    return create_engine(url, hide_parameters=True)


def _postgresql(url: URL, session_attrs: str, options: str = "") -> Engine:
    """An engine on PostgreSQL. `session_attrs` chooses one of several hosts (libpq's ``target_session_attrs``)."""
    arguments: dict[str, Any] = {}
    if url.get_driver_name() in ("psycopg", "psycopg2"):
        arguments = _LIBPQ | ({"target_session_attrs": session_attrs} if _has_several_hosts(url) else {})
        arguments = {name: value for name, value in arguments.items() if name not in url.query}
        if options:
            arguments["options"] = f"{url.query.get('options', '')} {options}".strip()
    return create_engine(url, hide_parameters=True, connect_args=arguments, **_POOL)


def _has_several_hosts(url: URL) -> bool:
    hosts = url.query.get("host", ())
    return "," in (hosts or url.host or "") if isinstance(hosts, str) else len(hosts) > 1


def _stop_after(engine: Engine, seconds: float) -> None:
    """Make SQLite stop a statement that takes longer. Streamed rows have no limit: their reader sets the pace."""

    @event.listens_for(engine, "connect")
    def _set_handler(connection: Any, record: Any) -> None:
        record.info["until"] = math.inf
        connection.set_progress_handler(lambda: monotonic() > record.info["until"], 10_000)

    @event.listens_for(engine, "before_cursor_execute")
    def _set_limit(
        connection: Connection, _cursor: Any, _statement: str, _parameters: Any, context: Any, _many: bool
    ) -> None:
        streamed = context is not None and context.execution_options.get("yield_per")
        connection.info["until"] = math.inf if streamed else monotonic() + seconds


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """A connection that reads everything as it was at one moment. A load in the meantime does not change it."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            # Python's driver begins a transaction before a write, but not before a read.
            connection.exec_driver_sql("BEGIN")
        else:
            connection.execution_options(isolation_level="REPEATABLE READ")
        yield connection


def hold(connection: Connection, seconds: float = 5) -> None:
    """Lock the database against other loads and upgrades until the transaction ends. Readers are not blocked.

    On PostgreSQL it waits at most `seconds` for another lock, on SQLite as long as the driver waits.
    """
    if connection.dialect.name == "sqlite":
        # SQLite's driver would lock at the first write: too late for the reads before it.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    elif connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{round(seconds * 1000)}ms'")
        connection.execute(select(func.pg_advisory_xact_lock(_ADVISORY_LOCK)))
        connection.exec_driver_sql("SET LOCAL lock_timeout = DEFAULT")


def exists(address: str) -> bool:
    """Is there a database at `address`? Only a SQLite file can be checked; any other database is assumed to exist."""
    path = file_of(address)
    return path is None or path.is_file()


def remove(address: str) -> bool:
    """Remove the SQLite file at `address`. Returns False if the database is not a file."""
    path = file_of(address)
    if path is None:
        return False
    path.unlink(missing_ok=True)
    return True


def create_tables(engine: Engine) -> None:
    """Create every missing table."""
    results.create_all(engine)


def check(engine: Engine) -> None:
    """Raise :class:`DatabaseProblem` unless the database responds, has all tables, and contains one programme."""
    path = engine.url.database if engine.url.get_backend_name() == "sqlite" else None
    if path and path.startswith("file:") and not Path(path.removeprefix("file:")).is_file():
        raise DatabaseProblem("missing", path.removeprefix("file:"))
    try:
        with engine.connect() as connection:
            inspector = inspect(connection)
            names = set(inspector.get_table_names())
            if not names & set(results.tables):
                raise DatabaseProblem("empty")
            for table in results.sorted_tables:
                if table.name not in names:
                    raise DatabaseProblem("schema", table.name)
                missing = {c.name for c in table.columns} - {c["name"] for c in inspector.get_columns(table.name)}
                if missing:
                    raise DatabaseProblem("schema", f"{table.name}.{min(missing)}")
            version = connection.scalar(select(func.max(batch.c.schema_version)))
            if version is not None and version != SCHEMA_VERSION:
                raise DatabaseProblem("schema", f"{version}, not {SCHEMA_VERSION}")
            if connection.scalar(select(func.count()).select_from(programme)) != 1:
                raise DatabaseProblem("empty")
    except SQLAlchemyError as error:
        raise problem_of(error) from error


def problem_of(error: SQLAlchemyError) -> DatabaseProblem:
    """The problem to report for a driver's error."""
    cause = error.orig if isinstance(error, DBAPIError) else None
    state = getattr(cause, "sqlstate", None)
    detail = str(cause or error)
    if state == _STOPPED or detail == "interrupted":
        return DatabaseProblem("slow", detail)
    lost = isinstance(error, DBAPIError) and error.connection_invalidated
    return DatabaseProblem("unreadable", detail, passing=lost or state in _PASSING)


def is_plain(error: SQLAlchemyError) -> bool:
    """Does the error itself explain the problem? Then a check of the database would only wait as long again."""
    problem = problem_of(error)
    return problem.passing or problem.reason == "slow" or isinstance(error, NoneFree) or "locked" in problem.detail


@dataclass(frozen=True)
class Version:
    """The data version: it differs after every load, and between two databases."""

    batch: int
    loaded_at: datetime | None


@dataclass(frozen=True)
class Stamp:
    """A mark that changes with every change of a SQLite file or of its write-ahead log."""

    files: tuple[tuple[int, ...], ...]
    settled: bool = field(compare=False)
    """Is the last change old enough? File times are coarse: two changes in quick succession may have the same time."""


_SETTLED_NS = 1_000_000_000
"""Age in nanoseconds from which a change of a file is settled."""


def stamp_of(path: Path) -> Stamp | None:
    """The stamp of a SQLite file; None if there is no file."""
    files, latest = [], 0
    for each in (path, path.with_name(f"{path.name}-wal")):
        try:
            stat = each.stat()
        except FileNotFoundError:
            if each is path:
                return None
            continue
        files.append((stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns))
        latest = max(latest, stat.st_mtime_ns, stat.st_ctime_ns)
    return Stamp(tuple(files), time_ns() - latest > _SETTLED_NS)


_LATEST = select(batch.c.number, batch.c.loaded_at).order_by(batch.c.number.desc()).limit(1)


def data_version(engine: Engine) -> Version:
    """The version of the latest batch; batch 0 if nothing was loaded."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        return version_on(connection)


def version_on(connection: Connection) -> Version:
    """The data version that a connection reads."""
    row = connection.execute(_LATEST).first()
    return Version(row.number, row.loaded_at) if row else Version(0, None)


def now() -> datetime:
    """The current time in UTC, without a time zone, since databases differ in how they store one."""
    return datetime.now(UTC).replace(tzinfo=None)
