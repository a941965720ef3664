"""Migrations of the results database: from an older version to the present one, step by step."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from shutil import copyfile
from typing import Any

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Date,
    Engine,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    and_,
    bindparam,
    case,
    create_engine,
    extract,
    func,
    null,
    select,
)
from sqlalchemy import column as named
from sqlalchemy import table as named_table
from sqlalchemy.exc import DBAPIError

from data.storage.database import DatabaseProblem, hold, now
from data.storage.note_languages import by_language
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


_DATES: dict[str, tuple[str, ...]] = {
    "programme": ("as_of",),
    "source": ("published_on",),
    "phase": ("starts_on", "ends_on"),
    "round": ("planned_start", "planned_end", "started_on", "ended_on"),
    "enrolment": ("recruited_on", "baseline_on", "left_on"),
    "training": ("due_on", "workshop_on", "assessed_on", "completed_on", "dropped_on"),
    "result": ("before_on", "after_on"),
    "reported_figure": ("as_of",),
    "target": ("due_on",),
    "trainer_level": ("reached_on",),
    "event": ("starts_on", "ends_on"),
}
"""The dates of version 2, by table. Each row had one precision for all its dates."""

_CHUNK = 1000


def _text(kind: type[String], length: int | None = None) -> String:
    """A text type that PostgreSQL sorts by code points, too."""
    return kind(length).with_variant(kind(length, collation="C"), "postgresql")


def _precision_of_each_date(operations: Operations) -> None:
    """Version 3: the precision of each date, both languages of the programme's note, and more columns for donors."""
    code, text = _text(String, 80), _text(Text)
    added: dict[str, dict[str, Any]] = {
        table: {f"{name}_precision": String(5) for name in dates} for table, dates in _DATES.items()
    }
    added["programme"] |= dict.fromkeys(("note_en", "note_zh", "contact", "iati_activity"), text)
    added["indicator"] = {"key": Boolean(), "sdg": text}
    added["round_partner"] = {"source": code, "note": text}
    added["enterprise"] = {"note": text, "contact": text}
    added["target"] |= {
        "baseline": Float(),
        "baseline_on": Date(),
        "baseline_on_precision": String(5),
        "measure": code,
        "level": code,
        "comment_en": text,
        "comment_zh": text,
    }
    for table, columns in added.items():
        for name, kind in columns.items():
            operations.add_column(table, Column(name, kind))
    connection = operations.get_bind()
    for table, dates in _DATES.items():
        _fill_precisions(connection, table, dates)
        operations.drop_column(table, "date_precision")
    _split_notes(connection)
    operations.drop_column("programme", "note")
    _convert_row_changes(connection)


def _fill_precisions(connection: Connection, table: str, dates: tuple[str, ...]) -> None:
    """Give each date the coarsest precision it can have that is not coarser than the one of its row."""
    row_precision: ColumnElement[Any] = named("date_precision")

    def precision(name: str) -> ColumnElement[Any]:
        when: ColumnElement[Any] = named(name, Date())
        is_first = extract("day", when) == 1
        return case(
            (when.is_(None), null()),
            (and_(row_precision == "year", extract("month", when) == 1, is_first), "year"),
            (and_(row_precision.in_(("month", "year")), is_first), "month"),
            else_="day",
        )

    precisions = {f"{name}_precision": precision(name) for name in dates}
    written = named_table(table, row_precision, *(named(name) for name in (*dates, *precisions)))
    connection.execute(written.update().values(precisions))


def _split_notes(connection: Connection) -> None:
    columns = (named(name, Text()) for name in ("code", "note", "note_en", "note_zh"))
    programme = named_table("programme", *columns)
    for row in connection.execute(select(programme.c.code, programme.c.note)).all():
        english, chinese = by_language(row.note)
        values = programme.update().values(note_en=english, note_zh=chinese)
        connection.execute(values.where(programme.c.code == row.code))


def _convert_row_changes(connection: Connection) -> None:
    """Convert the stored rows of earlier batches, so that they can still be rolled back."""
    change = Table(
        "batch_change", MetaData(),
        Column("batch", Integer, primary_key=True),
        Column("position", Integer, primary_key=True),
        Column("table_name", String(80)),
        Column("before", JSON(none_as_null=True)),
        Column("after", JSON(none_as_null=True)),
    )  # fmt: skip
    convert = (
        change.update()
        .where(change.c.batch == bindparam("of_batch"), change.c.position == bindparam("at_position"))
        .values(
            before=bindparam("row_before", type_=change.c.before.type),
            after=bindparam("row_after", type_=change.c.after.type),
        )
    )
    for chunk in _row_change_chunks(connection, change):
        connection.execute(
            convert,
            [
                {
                    "of_batch": row.batch,
                    "at_position": row.position,
                    "row_before": _converted(row.table_name, row.before),
                    "row_after": _converted(row.table_name, row.after),
                }
                for row in chunk
            ],
        )


def _row_change_chunks(connection: Connection, change: Table) -> Iterator[list[Any]]:
    """The changes of rows with a date, in chunks. Each chunk is read as a whole before it is changed."""
    last = (0, 0)
    while chunk := connection.execute(
        select(change)
        .where(
            change.c.table_name.in_(_DATES),
            (change.c.batch > last[0]) | and_(change.c.batch == last[0], change.c.position > last[1]),
        )
        .order_by(change.c.batch, change.c.position)
        .limit(_CHUNK)
    ).all():
        yield list(chunk)
        last = (chunk[-1].batch, chunk[-1].position)


def _converted(table: str, stored: dict[str, Any] | None) -> dict[str, Any] | None:
    """The stored row of version 2 as one of version 3. A row may have some of its columns only."""
    if stored is None:
        return None
    row = dict(stored)
    coarsest = row.pop("date_precision", None)
    for name in _DATES[table]:
        if name in row:
            row[f"{name}_precision"] = _precision(row[name], coarsest)
    if table == "programme" and "note" in row:
        row["note_en"], row["note_zh"] = by_language(row.pop("note"))
    return row


def _precision(when: str | None, coarsest: str | None) -> str | None:
    """The precision of a date in the import format, as :func:`_fill_precisions` gives it."""
    if when is None:
        return None
    day = date.fromisoformat(when)
    if coarsest == "year" and (day.month, day.day) == (1, 1):
        return "year"
    return "month" if coarsest in ("month", "year") and day.day == 1 else "day"


_STEPS: dict[int, Callable[[Operations], None]] = {
    2: _row_changes_and_pictures,
    3: _precision_of_each_date,
}
"""The migration to each version from the version before."""
