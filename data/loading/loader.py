"""Loads a file into the results database in one transaction: everything, or nothing with every reason why not."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, func, select, update
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from data.database import DatabaseProblem, exists, now
from data.database import check as check_database
from data.loading.checking import Checked, check
from data.loading.findings import LoadWarning, Refusal
from data.loading.reading import read
from data.loading.reasons import sentences
from data.loading.rules import Fact
from data.loading.sheets import Reading
from data.loading.stored import Stored, key_columns
from data.schema import SCHEMA_VERSION, batch, results

Progress = Callable[[int, int], None]

_CHUNK = 1000
_ADVISORY_LOCK = 0x53434F5245  # any number of our own: "SCORE"


class LoadProblem(Exception):
    """The database cannot take the file now; ``reason`` is a key of :mod:`data.loading.reasons`."""

    def __init__(self, reason: str, detail: str = "") -> None:
        self.reason = reason
        self.english, self.chinese = sentences(reason, detail=detail)
        super().__init__(self.english)


@dataclass(frozen=True)
class Counts:
    """What became, or in a dry run would become, of the rows of one table in the file."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0


@dataclass(frozen=True)
class Report:
    """What a load did. ``loaded``: the database now holds everything in the file (never so after a dry run)."""

    refusals: tuple[Refusal, ...] = ()
    warnings: tuple[LoadWarning, ...] = ()
    tables: Mapping[str, Counts] = field(default_factory=dict)
    loaded: bool = False
    batch: int | None = None

    @property
    def added(self) -> int:
        """Rows added in all tables."""
        return sum(counts.added for counts in self.tables.values())

    @property
    def changed(self) -> int:
        """Rows changed in all tables."""
        return sum(counts.changed for counts in self.tables.values())

    @property
    def unchanged(self) -> int:
        """Rows in the file that are stored as they are."""
        return sum(counts.unchanged for counts in self.tables.values())


@dataclass(frozen=True)
class _Writing:
    """The rows of one table to add and to change, as parameters of a statement."""

    added: list[dict[str, Any]]
    changed: list[dict[str, Any]]
    unchanged: int

    def counts(self) -> Counts:
        return Counts(len(self.added), len(self.changed), self.unchanged)


class _Steps:
    """Tells the caller how far the load is: checking is one half of the way, writing the other."""

    def __init__(self, progress: Progress | None, reading: Reading) -> None:
        self._progress = progress
        self._total = 2 * sum(len(sheet.rows) for sheet in reading.sheets)
        self._done = 0

    def tick(self, rows: int) -> None:
        self._done += rows
        if self._progress is not None:
            self._progress(self._done, self._total)

    def finish(self) -> None:
        self.tick(self._total - self._done)


def _writing(facts: tuple[Fact, ...]) -> _Writing:
    added: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    unchanged = 0
    for fact in facts:
        written = {"date_precision": fact.precision()} if "date_precision" in fact.table.columns else {}
        if fact.stored is None:
            added.append({**fact.values, **written})
            continue
        keys = key_columns(fact.table)
        new = {name: value for name, value in {**fact.typed.values, **written}.items() if name not in keys}
        if all(fact.stored[name] == value for name, value in new.items()):
            unchanged += 1
        else:
            changed.append({**new, **{f"key_{name}": part for name, part in zip(keys, fact.key, strict=True)}})
    return _Writing(added, changed, unchanged)


def _write(connection: Connection, table_name: str, writing: _Writing, tick: Callable[[int], None]) -> None:
    table = results.tables[table_name]
    for start in range(0, len(writing.added), _CHUNK):
        part = writing.added[start : start + _CHUNK]
        connection.execute(table.insert(), part)
        tick(len(part))
    matching = [table.c[name] == bindparam(f"key_{name}") for name in key_columns(table)]
    for start in range(0, len(writing.changed), _CHUNK):
        part = writing.changed[start : start + _CHUNK]
        names = [name for name in part[0] if not name.startswith("key_")]
        connection.execute(update(table).where(*matching).values({name: bindparam(name) for name in names}), part)
        tick(len(part))


def _write_batch(connection: Connection, origin: str, added: int, changed: int) -> int:
    number = (connection.scalar(select(func.max(batch.c.number))) or 0) + 1
    connection.execute(
        batch.insert().values(
            number=number,
            loaded_at=now(),
            origin=origin,
            added_count=added,
            changed_count=changed,
            schema_version=SCHEMA_VERSION,
        )
    )
    return number


def _lock(connection: Connection) -> None:
    """Hold the database against other loads until the transaction ends; readers go on."""
    if connection.dialect.name == "sqlite":
        # SQLite would begin writing only with the first change: too late for what was read before.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    elif connection.dialect.name == "postgresql" and not connection.scalar(
        select(func.pg_try_advisory_xact_lock(_ADVISORY_LOCK))
    ):
        raise LoadProblem("locked")


def _reason(detail: str, state: str | None = None) -> str:
    text = detail.lower()
    if "is locked" in text or state == "55P03":
        return "locked"
    if "is full" in text or state == "53100":
        return "full"
    if "readonly" in text or "unable to open" in text or state in {"42501", "25006"}:
        return "unwritable"
    return "database"


@contextmanager
def _human_problems() -> Iterator[None]:
    """Turn what drivers raise into a :class:`LoadProblem` a person can act on."""
    try:
        yield
    except SQLAlchemyError as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        raise LoadProblem(_reason(str(cause), getattr(cause, "sqlstate", None)), str(cause)) from error
    except DatabaseProblem as problem:
        reason = "schema" if problem.reason == "schema" else _reason(problem.detail)
        raise LoadProblem(reason, problem.detail or problem.reason) from problem


@contextmanager
def _transaction(engine: Engine, *, writes: bool) -> Iterator[Connection]:
    with engine.begin() as connection:
        if writes:
            _lock(connection)
        yield connection


def _check_version(engine: Engine) -> None:
    try:
        check_database(engine)
    except DatabaseProblem as problem:
        if problem.reason not in {"empty", "missing"}:
            raise


def _finish(connection: Connection | None, checked: Checked, origin: str, steps: _Steps) -> Report:
    """Write the facts and say what was done; without a connection only say what would be."""
    writings = {name: _writing(facts) for name, facts in checked.facts.items()}
    tables = {name: writing.counts() for name, writing in writings.items()}
    number = None
    if connection is not None:
        results.create_all(connection)
        for name, writing in writings.items():
            _write(connection, name, writing, steps.tick)
        added, changed = (sum(getattr(c, kind) for c in tables.values()) for kind in ("added", "changed"))
        if added or changed:
            number = _write_batch(connection, origin, added, changed)
    return Report((), checked.warnings, tables, loaded=connection is not None, batch=number)


def load(
    engine: Engine, path: str | os.PathLike[str], *, dry_run: bool = False, progress: Progress | None = None
) -> Report:
    """Load the folder or workbook at `path`, whole or not at all; a dry run only says what would change.

    `progress` is called with steps done and steps in all. Raises :class:`LoadProblem` where the database cannot
    take it: locked by another load, full, unwritable, unreachable, or of another version.
    """
    path = Path(path)
    reading = read(path)
    if reading.refusals and not reading.sheets:
        return Report(reading.refusals)
    steps = _Steps(progress, reading)
    with _human_problems():
        new = not exists(engine.url.render_as_string(hide_password=False))
        if new:
            # A refused file, or a dry run, must not leave an empty database behind.
            checked = check(reading, Stored(None), path.name, steps.tick)
            if checked.refusals or dry_run:
                return _unwritten(checked, path.name, steps)
        else:
            _check_version(engine)
        with _transaction(engine, writes=not dry_run) as connection:
            if not new:
                checked = check(reading, Stored(connection), path.name, steps.tick)
                if checked.refusals or dry_run:
                    return _unwritten(checked, path.name, steps)
            elif Stored(connection).rows("programme"):
                raise LoadProblem("locked")
            report = _finish(connection, checked, path.name, steps)
        steps.finish()
        return report


def _unwritten(checked: Checked, origin: str, steps: _Steps) -> Report:
    if checked.refusals:
        return Report(checked.refusals, checked.warnings)
    report = _finish(None, checked, origin, steps)
    steps.finish()
    return report
