"""Migrations of the accounts database: from an older version to the present one, step by step."""

from collections.abc import Callable

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Column, DateTime, Engine, Integer, String, select, update

from data.storage.accounts import ACCOUNTS_VERSION, AccountsProblem, accounts_version, link, version_of
from data.storage.database import hold, now


def upgrade(engine: Engine) -> int | None:
    """Bring the database up to date in one transaction. Returns its old version, or None if it is up to date.

    Raises :class:`data.storage.accounts.AccountsProblem` (newer) if a newer version of the software made it.
    """
    with engine.begin() as connection:
        hold(connection)
        version = version_of(connection)
        if version is None or version == ACCOUNTS_VERSION:
            return None
        if version > ACCOUNTS_VERSION:
            raise AccountsProblem("newer", f"{version}, not {ACCOUNTS_VERSION}")
        operations = Operations(MigrationContext.configure(connection))
        for step in range(version + 1, ACCOUNTS_VERSION + 1):
            _STEPS[step](operations)
        connection.execute(update(accounts_version).values(version=ACCOUNTS_VERSION))
        return version


def waiting(engine: Engine) -> list[int]:
    """The numbers of the links that wait for an edition: with a threshold, not revoked, not expired.

    Empty if there are no accounts tables.
    """
    without_edition = link.c.threshold.is_not(None) & link.c.edition.is_(None)
    usable = link.c.revoked_at.is_(None) & (link.c.expires_at > now())
    with engine.connect() as connection:
        if version_of(connection) is None:
            return []
        return list(connection.scalars(select(link.c.id).where(without_edition & usable).order_by(link.c.id)))


def _privacy_key_and_editions(operations: Operations) -> None:
    """Version 2: a table of the version, the privacy key, ``edition_since`` of a link; thresholds of 5 and 10 only."""
    version = operations.create_table(
        "accounts_version",
        Column("id", Integer, primary_key=True, autoincrement=False),
        Column("version", Integer, nullable=False),
    )
    operations.bulk_insert(version, [{"id": 1, "version": 1}])
    operations.create_table(
        "privacy_key",
        Column("id", Integer, primary_key=True, autoincrement=False),
        Column("key", String(64), nullable=False),
        Column("made_at", DateTime, nullable=False),
    )
    operations.add_column("link", Column("edition_since", DateTime))
    operations.execute("UPDATE link SET edition_since = made_at WHERE edition IS NOT NULL")
    operations.execute(
        "UPDATE link SET threshold = CASE WHEN threshold < 8 THEN 5 ELSE 10 END WHERE threshold IS NOT NULL"
    )


_STEPS: dict[int, Callable[[Operations], None]] = {2: _privacy_key_and_editions}
"""The migration to each version from the version before."""
