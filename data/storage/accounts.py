"""The accounts database: managers, links, decks. Apart from the results, so that loading data touches none."""

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
    Column("id", Integer, primary_key=True, autoincrement=False),  # 1: there is one row
    Column("version", Integer, nullable=False),  # of the tables
)  # fmt: skip

manager = Table(
    "manager", accounts,
    Column("id", Integer, primary_key=True),
    Column("email", String(254), nullable=False, unique=True),  # lower case
    Column("password_hash", Text),  # none: comes by single sign-on alone
    Column("disabled", Boolean, nullable=False),
    Column("session_epoch", Integer, nullable=False),  # raised by one, every session of the manager has ended
    Column("made_at", DateTime, nullable=False),
)  # fmt: skip

link = Table(
    "link", accounts,
    Column("id", Integer, primary_key=True),
    Column("token_hash", String(64), nullable=False, unique=True),  # the token itself is kept nowhere
    Column("label", Text, nullable=False),
    Column("audience", String(20), nullable=False),
    Column("scope", Text, nullable=False),  # as in an address: partner=eti&sector=footwear
    Column("threshold", Integer),  # none: nothing is withheld, for a public record alone
    Column("names", Boolean, nullable=False),
    Column("export", Boolean, nullable=False),
    Column("edition", String(120)),
    Column("edition_since", DateTime),  # since when the link shows this edition
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
    Column("kind", String(10), nullable=False),  # opened, viewed; showed: an edition before a move
    Column("page", String(200), nullable=False),
    Column("at", DateTime, nullable=False),
)  # fmt: skip

deck = Table(
    "deck", accounts,
    Column("name", String(120), primary_key=True),
    Column("revision", Integer, nullable=False),  # raised by one at every change: who changes an older one is told
    Column("slides", Text, nullable=False),  # JSON
    Column("changed_by", Text, nullable=False),
    Column("changed_at", DateTime, nullable=False),
)  # fmt: skip

privacy_key = Table(
    "privacy_key", accounts,
    Column("id", Integer, primary_key=True, autoincrement=False),  # 1: there is one key, or none yet
    Column("key", String(64), nullable=False),  # 32 random bytes, as hex
    Column("made_at", DateTime, nullable=False),
)  # fmt: skip


class AccountsProblem(Exception):
    """The accounts database is not of this version; ``reason`` is older or newer, ``detail`` says its version."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


def version_of(connection: Connection) -> int | None:
    """The version of the accounts' tables; None where there are none."""
    if connection.dialect.has_table(connection, accounts_version.name):
        version: int | None = connection.scalar(select(accounts_version.c.version))
        return version
    there = connection.dialect.has_table(connection, link.name)
    return 1 if there else None  # the first version did not say which it is


def accounts_engine(address: str) -> Engine:
    """An engine on the accounts database, its tables made where there are none yet.

    Raises :class:`AccountsProblem` where they are of another version, as every later connection to such a database
    does: one of another version may be put in its place.

    Of several PostgreSQL hosts it takes the primary. While there is none it takes a standby: sessions and links are
    read there, and what would write fails. Of a SQLite file it uses whichever stands at the address.
    """
    engine, path = writing_engine(address), file_of(address)
    if path is not None:
        if not path.exists():
            path.touch()
        _follow(engine, path.resolve())
    if engine.dialect.driver in ("psycopg", "psycopg2"):  # libpq knows of several hosts
        _read_on_without_primary(engine)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def _settings(connection: object, _record: object) -> None:
            cursor = connection.cursor()  # type: ignore[attr-defined]
            # Readers do not wait for whoever logs a visit.
            cursor.execute("PRAGMA journal_mode=WAL")
            cursor.execute("PRAGMA foreign_keys=ON")
            cursor.close()

    try:
        _make(engine)
        event.listen(engine, "engine_connect", _check)
        engine.connect().close()
    except BaseException:
        engine.dispose()
        raise
    return engine


def _make(engine: Engine) -> None:
    """Make the tables where there are none; whoever comes second finds them."""
    with engine.connect() as connection:
        if version_of(connection) is not None:
            return
    with engine.begin() as connection:
        hold(connection)
        if version_of(connection) is None:
            accounts.create_all(connection)
            connection.execute(insert(accounts_version).values(id=1, version=ACCOUNTS_VERSION))


def _check(connection: Connection) -> None:
    """Look once at what each connection leads to."""
    if "checked" in connection.info:
        return
    try:
        _expect_this_version(connection)
    except BaseException:
        connection.close()  # it is handed to nobody who would
        raise
    connection.info["checked"] = True


def _expect_this_version(connection: Connection) -> None:
    """Raise :class:`AccountsProblem` where the tables are of another version; where there are none, whatever is asked
    of them says so.
    """
    version = version_of(connection)
    connection.rollback()
    if version is not None and version != ACCOUNTS_VERSION:
        raise AccountsProblem("older" if version < ACCOUNTS_VERSION else "newer", f"{version}, not {ACCOUNTS_VERSION}")


_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_IOERR)


def _follow(engine: Engine, path: Path) -> None:
    """Refuse open connections to a file that was replaced or removed, and make no new file where one is gone.

    Otherwise a link revoked in a file that was put back would go on opening what another file, gone, says it opens.
    """

    @event.listens_for(engine, "do_connect")
    def _open(_dialect: object, record: Any, given: list[Any], named: dict[str, Any]) -> None:
        record.info["file"] = _identity(path)  # first: a file replaced meanwhile is found out at the next use
        given[:], named["uri"] = [f"{path.as_uri()}?mode=rw"], True

    @event.listens_for(engine, "checkout")
    def _look(_connection: object, record: Any, _proxy: object) -> None:
        if record.info["file"] != _identity(path):
            raise DisconnectionError

    @event.listens_for(engine, "handle_error")
    def _let_go(context: ExceptionContext) -> None:
        # What was damaged may be put right in its place, and an open connection would not notice.
        code = getattr(context.original_exception, "sqlite_errorcode", 0)
        context.is_disconnect = context.is_disconnect or code & 0xFF in _DAMAGED


def _identity(path: Path) -> tuple[int, int] | None:
    """Device and inode of a file; None where it cannot be read."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_dev, stat.st_ino


_STANDBY_FOR = 10.0
"""Seconds a connection to a standby is used before the primary is looked for again."""


def _read_on_without_primary(engine: Engine) -> None:
    @event.listens_for(engine, "do_connect")
    def _connect(dialect: Any, _record: object, given: Any, named: dict[str, Any]) -> Any:
        try:
            return dialect.connect(*given, **named)
        except dialect.dbapi.OperationalError:
            if "target_session_attrs" not in named:
                raise
            return dialect.connect(*given, **named | {"target_session_attrs": "any"})

    @event.listens_for(engine, "connect")
    def _note(_connection: object, record: Any) -> None:
        record.info["since"] = monotonic()

    @event.listens_for(engine, "checkout")
    def _look_for_primary(connection: Any, record: Any, _proxy: object) -> None:
        # A standby that became the primary says so by itself.
        standby = connection.info.parameter_status("in_hot_standby") == "on"
        if standby and monotonic() - record.info["since"] > _STANDBY_FOR:
            raise DisconnectionError
