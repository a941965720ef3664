"""Migrations of the results database: from an older version to the present one, step by step."""

from collections.abc import Callable
from pathlib import Path
from shutil import copyfile

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import JSON, Column, Connection, Engine, Integer, LargeBinary, String, Text, create_engine, func, select
from sqlalchemy.exc import DBAPIError

from data.storage.database import DatabaseProblem, hold, now
from data.storage.schema import SCHEMA_VERSION, batch


def version_of(connection: Connection) -> int | None:
    """The version that last wrote the database; None if nothing was loaded yet, or it has none of our tables."""
    if not connection.dialect.has_table(connection, batch.name):
        return None
    version: int | None = connection.scalar(select(func.max(batch.c.schema_version)))
    return version


def upgrade(engine: Engine) -> int | None:
    """Bring the database up to date in one transaction, and record this as a batch.

    Returns its old version, or None if it is up to date. Raises :class:`DatabaseProblem` (newer) if a newer version of
    the software wrote it.
    """
    with engine.begin() as connection:
        hold(connection)
        version = version_of(connection)
        if version is None or version == SCHEMA_VERSION:
            return None
        if version > SCHEMA_VERSION:
            raise DatabaseProblem("newer", f"{version}, not {SCHEMA_VERSION}")
        operations = Operations(MigrationContext.configure(connection))
        for step in range(version + 1, SCHEMA_VERSION + 1):
            _STEPS[step](operations)
        number = connection.scalar(select(func.max(batch.c.number))) or 0
        connection.execute(
            batch.insert().values(
                number=number + 1,
                loaded_at=now(),
                origin=f"score-dashboard upgrade {version} → {SCHEMA_VERSION}",
                added_count=0,
                changed_count=0,
                schema_version=SCHEMA_VERSION,
            )
        )
        return version


def upgraded_copy(path: Path, folder: Path) -> Path:
    """A SQLite file that the present version can read: the file itself, or a migrated copy of it in `folder`."""
    engine = create_engine(f"sqlite:///file:{path}?mode=ro&immutable=1&uri=true", hide_parameters=True)
    try:
        with engine.connect() as connection:
            version = version_of(connection)
    except DBAPIError:
        return path  # its reader reports the error
    finally:
        engine.dispose()
    if version is None or version >= SCHEMA_VERSION:
        return path
    copy = folder / path.name
    unfinished = folder / f"{path.name}.begun"  # an earlier copy may still be in use, so it is only replaced at the end
    copyfile(path, unfinished)
    engine = create_engine(f"sqlite:///{unfinished}", hide_parameters=True)
    try:
        upgrade(engine)
    finally:
        engine.dispose()
    return unfinished.replace(copy)


def _row_changes_and_pictures(operations: Operations) -> None:
    """Version 2: the person who loaded a batch, its change of each row, and the pictures of stories."""
    operations.add_column("batch", Column("loaded_by", Text))
    operations.add_column("batch", Column("undoes", Integer))
    operations.create_table(
        "batch_change",
        Column("batch", Integer, primary_key=True),
        Column("position", Integer, primary_key=True),
        Column("table_name", String(80), nullable=False),
        Column("row_key", String(400), nullable=False),
        Column("before", JSON(none_as_null=True)),
        Column("after", JSON(none_as_null=True)),
    )
    operations.create_index("batch_change_row", "batch_change", ["table_name", "row_key"])
    operations.create_table(
        "story_image",
        Column("story", String(80), primary_key=True),
        Column("side", String(6), primary_key=True),
        Column("media_type", String(20), nullable=False),
        Column("width", Integer, nullable=False),
        Column("height", Integer, nullable=False),
        Column("content", LargeBinary, nullable=False),
    )


_STEPS: dict[int, Callable[[Operations], None]] = {2: _row_changes_and_pictures}
"""The migration to each version from the version before."""
