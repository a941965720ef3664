"""Engines on the results database: a read-only one for whoever shows numbers, a writing one for the loader."""

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
    # A host that is gone without a word is noticed in seconds, not in the hours TCP would wait.
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,  # milliseconds
}
"""How PostgreSQL's library connects, unless the address says otherwise."""

_POOL: dict[str, Any] = {
    "pool_pre_ping": True,  # whatever broke meanwhile is replaced before anybody notices
    "pool_recycle": 300,  # after a failover connections find their way back to the standbys
    "pool_size": 5,
    "max_overflow": 5,
    "pool_timeout": 5,
}
"""Connections of one process to PostgreSQL; a thread holds one for an answer, two while it learns a new version."""

_PASSING = frozenset({"40001", "40P01", "57P01", "57P02", "57P03", "08000", "08003", "08006"})
"""SQLSTATEs of what is over as soon as it is tried again: the replica had to go on, a server was shut down."""

_ADVISORY_LOCK = 0x53434F5245  # any number of our own: "SCORE"

_STOPPED = "57014"
"""SQLSTATE of a statement that took longer than it may."""


class DatabaseProblem(Exception):
    """The results database cannot be read; ``reason`` is one of missing, unreadable, empty, schema, slow,
    large (more than the engine holds), newer (than this software, said by an upgrade).

    ``passing``: it may well be read when it is asked again at once.
    """

    def __init__(self, reason: str, detail: str = "", *, passing: bool = False) -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail
        self.passing = passing


def file_of(address: str) -> Path | None:
    """The file behind a SQLite address; None for other engines and for databases in memory."""
    url = make_url(address)
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        return None
    return Path(url.database)


def reading_engine(address: str, *, frozen: bool = False, seconds: float = 0) -> Engine:
    """An engine that cannot write: SQLite opens the file with ``mode=ro``, others begin read-only transactions.

    Of several hosts in the address a standby is preferred. A statement that takes longer than `seconds` is stopped
    (0: none is). A `frozen` file is read as it stands: no journal found beside it is played back into what is read.
    """
    url, path = make_url(address), file_of(address)
    if path is not None:
        query = {"mode": "ro", "uri": "true", "timeout": "3"} | ({"immutable": "1"} if frozen else {})
        read_only = URL.create("sqlite", database=f"file:{path.resolve()}", query=query)
        # No pool: a file that was replaced must not live on in an open connection.
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
    """The loader's engine; makes the folder of a SQLite file. Of several hosts in the address it takes the primary."""
    url, path = make_url(address), file_of(address)
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    if url.get_backend_name() == "postgresql":
        return _postgresql(url, "read-write")
    return create_engine(url, hide_parameters=True)


def _postgresql(url: URL, which: str, options: str = "") -> Engine:
    """An engine on PostgreSQL; `which` of several hosts it connects to is said in libpq's words."""
    said: dict[str, Any] = {}
    if url.get_driver_name() in ("psycopg", "psycopg2"):
        said = _LIBPQ | ({"target_session_attrs": which} if _several(url) else {})
        said = {name: value for name, value in said.items() if name not in url.query}
        if options:
            said["options"] = f"{url.query.get('options', '')} {options}".strip()
    return create_engine(url, hide_parameters=True, connect_args=said, **_POOL)


def _several(url: URL) -> bool:
    hosts = url.query.get("host", ())
    return "," in (hosts or url.host or "") if isinstance(hosts, str) else len(hosts) > 1


def _stop_after(engine: Engine, seconds: float) -> None:
    """Have SQLite stop a statement that takes longer. What is streamed is taken at the pace of whoever takes it."""

    @event.listens_for(engine, "connect")
    def _watch(connection: Any, record: Any) -> None:
        record.info["until"] = math.inf
        connection.set_progress_handler(lambda: monotonic() > record.info["until"], 10_000)

    @event.listens_for(engine, "before_cursor_execute")
    def _begin(connection: Connection, _cursor: Any, _statement: str, _given: Any, context: Any, _many: bool) -> None:
        streamed = context is not None and context.execution_options.get("yield_per")
        connection.info["until"] = math.inf if streamed else monotonic() + seconds


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """A connection on which everything is read as it was at one moment, whatever is loaded meanwhile."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            # Python's driver begins a transaction before it writes, but not before it reads.
            connection.exec_driver_sql("BEGIN")
        else:
            connection.execution_options(isolation_level="REPEATABLE READ")
        yield connection


def hold(connection: Connection, seconds: float = 5) -> None:
    """Hold the database against other loads and upgrades until the transaction ends; readers go on.

    On PostgreSQL another one is waited for so many seconds, on SQLite for as long as its driver waits.
    """
    if connection.dialect.name == "sqlite":
        # SQLite's driver would begin with the first change of data: too late for what was read or made before.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    elif connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{round(seconds * 1000)}ms'")
        connection.execute(select(func.pg_advisory_xact_lock(_ADVISORY_LOCK)))
        connection.exec_driver_sql("SET LOCAL lock_timeout = DEFAULT")


def exists(address: str) -> bool:
    """Is there a database at `address`? Only a SQLite file can be told from outside; others are assumed."""
    path = file_of(address)
    return path is None or path.is_file()


def remove(address: str) -> bool:
    """Remove the SQLite file at `address`; False where the database is no file of ours to remove."""
    path = file_of(address)
    if path is None:
        return False
    path.unlink(missing_ok=True)
    return True


def create_tables(engine: Engine) -> None:
    """Create every table that is not there yet."""
    results.create_all(engine)


def check(engine: Engine) -> None:
    """Raise :class:`DatabaseProblem` unless the database answers, has our tables, and holds a programme."""
    path = engine.url.database if engine.url.get_backend_name() == "sqlite" else None
    if path and path.startswith("file:") and not Path(path.removeprefix("file:")).is_file():
        raise DatabaseProblem("missing", path.removeprefix("file:"))
    try:
        with engine.connect() as connection:
            have = inspect(connection)
            names = set(have.get_table_names())
            if not names & set(results.tables):
                raise DatabaseProblem("empty")
            for table in results.sorted_tables:
                if table.name not in names:
                    raise DatabaseProblem("schema", table.name)
                lacking = {c.name for c in table.columns} - {c["name"] for c in have.get_columns(table.name)}
                if lacking:
                    raise DatabaseProblem("schema", f"{table.name}.{min(lacking)}")
            version = connection.scalar(select(func.max(batch.c.schema_version)))
            if version is not None and version != SCHEMA_VERSION:
                raise DatabaseProblem("schema", f"{version}, not {SCHEMA_VERSION}")
            if connection.scalar(select(func.count()).select_from(programme)) != 1:
                raise DatabaseProblem("empty")
    except SQLAlchemyError as error:
        raise problem_of(error) from error


def problem_of(error: SQLAlchemyError) -> DatabaseProblem:
    """What a driver's error is to a reader."""
    cause = error.orig if isinstance(error, DBAPIError) else None
    state = getattr(cause, "sqlstate", None)
    detail = str(cause or error)
    if state == _STOPPED or detail == "interrupted":
        return DatabaseProblem("slow", detail)
    lost = isinstance(error, DBAPIError) and error.connection_invalidated
    return DatabaseProblem("unreadable", detail, passing=lost or state in _PASSING)


def is_plain(error: SQLAlchemyError) -> bool:
    """Does an error say itself what is wrong? Asking the database further would only wait as long again."""
    problem = problem_of(error)
    return problem.passing or problem.reason == "slow" or isinstance(error, NoneFree) or "locked" in problem.detail


@dataclass(frozen=True)
class Version:
    """Which load the data is of: differs after every load, and between two databases."""

    batch: int
    loaded_at: datetime | None


@dataclass(frozen=True)
class Stamp:
    """What changes whenever a SQLite file does, or the log of writes beside it."""

    files: tuple[tuple[int, ...], ...]
    settled: bool = field(compare=False)
    """Is the last change long past? File times are coarse: two changes within one tick look like one."""


_SETTLED_NS = 1_000_000_000


def stamp_of(path: Path) -> Stamp | None:
    """The stamp of a SQLite file; None where it is not there."""
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
    """The version of the latest batch; batch 0 where nothing was loaded."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        return version_on(connection)


def version_on(connection: Connection) -> Version:
    """The data version that a connection reads."""
    row = connection.execute(_LATEST).first()
    return Version(row.number, row.loaded_at) if row else Version(0, None)


def now() -> datetime:
    """The present moment, UTC, without a zone (databases differ in what they do with one)."""
    return datetime.now(UTC).replace(tzinfo=None)
