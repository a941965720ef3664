"""The accounts database: managers, links, decks. It is separate from the results, so loading data cannot change it."""

import sqlite3
from pathlib import Path
from time import monotonic
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    DateTime,
    Engine,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    event,
    insert,
    select,
)
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DisconnectionError

from data.storage.database import file_of, hold, writing_engine

ACCOUNTS_VERSION = 2

accounts = MetaData()

accounts_version = Table(
    "accounts_version", accounts,
    Column("id", Integer, primary_key=True, autoincrement=False),  # always 1: the table has one row
    Column("version", Integer, nullable=False),  # of the tables
)  # fmt: skip

manager = Table(
    "manager", accounts,
    Column("id", Integer, primary_key=True),
    Column("email", String(254), nullable=False, unique=True),  # lower case
    Column("password_hash", Text),  # NULL: the manager uses single sign-on only
    Column("disabled", Boolean, nullable=False),
    Column("session_epoch", Integer, nullable=False),  # an increase by one ends every session of the manager
    Column("made_at", DateTime, nullable=False),
)  # fmt: skip

link = Table(
    "link", accounts,
    Column("id", Integer, primary_key=True),
    Column("token_hash", String(64), nullable=False, unique=True),  # the token itself is not stored
    Column("label", Text, nullable=False),
    Column("audience", String(20), nullable=False),
    Column("scope", Text, nullable=False),  # a query string: partner=eti&sector=footwear
    Column("threshold", Integer),  # NULL: nothing is withheld; only for a public record
    Column("names", Boolean, nullable=False),
    Column("export", Boolean, nullable=False),
    Column("edition", String(120)),
    Column("edition_since", DateTime),  # start of showing this edition
    Column("deck", Text),
    Column("password_hash", Text),
    Column("alias_key", String(64), nullable=False),
    Column("expires_at", DateTime, nullable=False),
    Column("paused", Boolean, nullable=False),
    Column("revoked_at", DateTime),
    Column("made_by", Text, nullable=False),
    Column("made_at", DateTime, nullable=False),
)  # fmt: skip

visit = Table(
    "visit", accounts,
    Column("id", Integer, primary_key=True),
    Column("link", Integer, ForeignKey("link.id"), nullable=False, index=True),
    Column("kind", String(10), nullable=False),  # opened, viewed; showed: the edition before a move
    Column("page", String(200), nullable=False),
    Column("at", DateTime, nullable=False),
)  # fmt: skip

deck = Table(
    "deck", accounts,
    Column("name", String(120), primary_key=True),
    Column("revision", Integer, nullable=False),  # plus one at every change, to detect a change of an older revision
    Column("slides", Text, nullable=False),  # JSON
    Column("changed_by", Text, nullable=False),
    Column("changed_at", DateTime, nullable=False),
)  # fmt: skip

privacy_key = Table(
    "privacy_key", accounts,
    Column("id", Integer, primary_key=True, autoincrement=False),  # always 1: there is one key, or none yet
    Column("key", String(64), nullable=False),  # 32 random bytes, as hex
    Column("made_at", DateTime, nullable=False),
)  # fmt: skip


class AccountsProblem(Exception):
    """The accounts database has another version. ``reason`` is older or newer, ``detail`` names the version."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


def version_of(connection: Connection) -> int | None:
    """The version of the accounts tables; None if there are no tables."""
    if connection.dialect.has_table(connection, accounts_version.name):
        version: int | None = connection.scalar(select(accounts_version.c.version))
        return version
    has_links = connection.dialect.has_table(connection, link.name)
    return 1 if has_links else None  # version 1 had no table with its version


def accounts_engine(address: str) -> Engine:
    """An engine on the accounts database. Creates the tables if there are none.

    Raises :class:`AccountsProblem` if the tables have another version. Every later connection checks this again, since
    the database may be replaced by one of another version.

    With several PostgreSQL hosts it uses the primary. While there is no primary it uses a standby: sessions and links
    can be read, and writes fail. With SQLite it always uses the file that is at the address now.
    """
    engine, path = writing_engine(address), file_of(address)
    if path is not None:
        if not path.exists():
            path.touch()
        _follow_replaced_file(engine, path.resolve())
    if engine.dialect.driver in ("psycopg", "psycopg2"):  # libpq supports several hosts
        _use_standby_without_primary(engine)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def _settings(connection: object, _record: object) -> None:
            cursor = connection.cursor()  # type: ignore[attr-defined]
            # In WAL mode readers do not wait for a writer, such as the log of visits.
            cursor.execute("PRAGMA journal_mode=WAL")
            cursor.execute("PRAGMA foreign_keys=ON")
            cursor.close()

    try:
        _create_tables(engine)
        event.listen(engine, "engine_connect", _check_once)
        engine.connect().close()
    except BaseException:
        engine.dispose()
        raise
    return engine


def _create_tables(engine: Engine) -> None:
    """Create the tables if there are none. Two processes may do so at once: the second changes nothing."""
    with engine.connect() as connection:
        if version_of(connection) is not None:
            return
    with engine.begin() as connection:
        hold(connection)
        if version_of(connection) is None:
            accounts.create_all(connection)
            connection.execute(insert(accounts_version).values(id=1, version=ACCOUNTS_VERSION))


def _check_once(connection: Connection) -> None:
    """Check the version once per connection."""
    if "checked" in connection.info:
        return
    try:
        _expect_this_version(connection)
    except BaseException:
        connection.close()  # the caller never gets it, so cannot close it
        raise
    connection.info["checked"] = True


def _expect_this_version(connection: Connection) -> None:
    """Raise :class:`AccountsProblem` if the tables have another version. Without tables the next query will fail."""
    version = version_of(connection)
    connection.rollback()
    if version is not None and version != ACCOUNTS_VERSION:
        raise AccountsProblem("older" if version < ACCOUNTS_VERSION else "newer", f"{version}, not {ACCOUNTS_VERSION}")


_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_IOERR)


def _follow_replaced_file(engine: Engine, path: Path) -> None:
    """Refuse open connections to a file that was replaced or removed. Never create a new file in its place.

    Otherwise an open connection to the old file would still accept a link that is revoked in the new file.
    """

    @event.listens_for(engine, "do_connect")
    def _open(_dialect: object, record: Any, args: list[Any], options: dict[str, Any]) -> None:
        record.info["file"] = _identity(path)  # before the connection: a replacement in between shows at the next use
        args[:], options["uri"] = [f"{path.as_uri()}?mode=rw"], True

    @event.listens_for(engine, "checkout")
    def _compare(_connection: object, record: Any, _proxy: object) -> None:
        if record.info["file"] != _identity(path):
            raise DisconnectionError

    @event.listens_for(engine, "handle_error")
    def _disconnect_if_damaged(context: ExceptionContext) -> None:
        # A damaged file may be repaired in place, and an open connection would not notice.
        code = getattr(context.original_exception, "sqlite_errorcode", 0)
        context.is_disconnect = context.is_disconnect or code & 0xFF in _DAMAGED


def _identity(path: Path) -> tuple[int, int] | None:
    """Device and inode of a file; None if it cannot be read."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_dev, stat.st_ino


_STANDBY_SECONDS = 10.0
"""Seconds that a connection to a standby is used before the primary is tried again."""


def _use_standby_without_primary(engine: Engine) -> None:
    @event.listens_for(engine, "do_connect")
    def _connect(dialect: Any, _record: object, args: Any, options: dict[str, Any]) -> Any:
        try:
            return dialect.connect(*args, **options)
        except dialect.dbapi.OperationalError:
            if "target_session_attrs" not in options:
                raise
            return dialect.connect(*args, **options | {"target_session_attrs": "any"})

    @event.listens_for(engine, "connect")
    def _record_time(_connection: object, record: Any) -> None:
        record.info["since"] = monotonic()

    @event.listens_for(engine, "checkout")
    def _retry_primary(connection: Any, record: Any, _proxy: object) -> None:
        # A standby that becomes the primary reports it on the open connection.
        standby = connection.info.parameter_status("in_hot_standby") == "on"
        if standby and monotonic() - record.info["since"] > _STANDBY_SECONDS:
            raise DisconnectionError
