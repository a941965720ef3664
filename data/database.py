"""Engines on the results database: a read-only one for whoever shows numbers, a writing one for the loader."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, func, inspect, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from data.schema import SCHEMA_VERSION, batch, programme, results


class DatabaseProblem(Exception):
    """The results database cannot be read; ``reason`` is one of missing, unreadable, empty, schema."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


def _sqlite_path(url: URL) -> Path | None:
    """The file behind a SQLite address; None for other engines and for databases in memory."""
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        return None
    return Path(url.database)


def reading_engine(address: str, *, frozen: bool = False) -> Engine:
    """An engine that cannot write: SQLite opens the file with ``mode=ro``, others begin read-only transactions.

    A `frozen` file is read as it stands: no journal found beside it is played back into what is read.
    """
    url = make_url(address)
    path = _sqlite_path(url)
    if path is not None:
        query = {"mode": "ro", "uri": "true", "timeout": "3"} | ({"immutable": "1"} if frozen else {})
        read_only = URL.create("sqlite", database=f"file:{path.resolve()}", query=query)
        # No pool: a file that was replaced must not live on in an open connection.
        return create_engine(read_only, poolclass=NullPool)
    engine = create_engine(url, pool_pre_ping=True)
    if url.get_backend_name() == "postgresql":
        return engine.execution_options(postgresql_readonly=True)

    @event.listens_for(engine, "begin")
    def _read_only(connection: object) -> None:  # pragma: no cover - engines we do not ship a driver for
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")  # type: ignore[attr-defined]

    return engine


def writing_engine(address: str) -> Engine:
    """The loader's engine; makes the folder of a SQLite file and asks SQLite to hold foreign facts together."""
    url = make_url(address)
    path = _sqlite_path(url)
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    return create_engine(url)


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


def exists(address: str) -> bool:
    """Is there a database at `address`? Only a SQLite file can be told from outside; others are assumed."""
    path = _sqlite_path(make_url(address))
    return path is None or path.is_file()


def remove(address: str) -> bool:
    """Remove the SQLite file at `address`; False where the database is no file of ours to remove."""
    path = _sqlite_path(make_url(address))
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
    except (DBAPIError, SQLAlchemyError) as error:
        raise DatabaseProblem("unreadable", str(error.__cause__ or error)) from error


@dataclass(frozen=True)
class Version:
    """Which load the data is of: differs after every load, and between two databases."""

    batch: int
    loaded_at: datetime | None


_LATEST = select(batch.c.number, batch.c.loaded_at).order_by(batch.c.number.desc()).limit(1)


def data_version(engine: Engine) -> Version:
    """The version of the latest batch; batch 0 where nothing was loaded."""
    with engine.connect() as connection:
        return version_on(connection)


def version_on(connection: Connection) -> Version:
    """The data version that a connection reads."""
    row = connection.execute(_LATEST).first()
    return Version(row.number, row.loaded_at) if row else Version(0, None)


def now() -> datetime:
    """The present moment, UTC, without a zone (databases differ in what they do with one)."""
    return datetime.now(UTC).replace(tzinfo=None)
