"""Loads a file into the results database in one transaction: all of it, or nothing with a reason for each refusal."""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection, Engine

from data.loading.checks.file_check import Checked, check
from data.loading.checks.remarks import LoadWarning, Refusal
from data.loading.checks.stored_rows import Stored
from data.loading.files.sheets import Reading
from data.loading.files.source_files import read
from data.loading.writes import row_writing, story_images
from data.loading.writes.record_writing import (
    LoadProblem,
    as_load_problems,
    check_version,
    next_number,
    transaction,
    write_batch,
)
from data.loading.writes.row_writing import Counts, Writing
from data.storage import row_changes
from data.storage.database import exists
from data.storage.schema import results, story_image

Progress = Callable[[int, int], None]

_STEPS = 1000
_READING = 0.2


@dataclass(frozen=True)
class Report:
    """The result of a load. ``loaded`` is true if the file was written to the database; never after a dry run.

    ``refusals`` and ``warnings`` list the first ``MOST_FINDINGS`` in the file. ``refused`` and ``warned`` are the
    complete counts.
    """

    refusals: tuple[Refusal, ...] = ()
    warnings: tuple[LoadWarning, ...] = ()
    refused: int = 0
    warned: int = 0
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
        """Rows in the file that are equal to the stored rows, in all tables."""
        return sum(counts.unchanged for counts in self.tables.values())


class _Steps:
    """Reports progress to the caller: one fifth for reading, two for checking, two for writing."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._rows = self._done = 0

    def read(self, share: float) -> None:
        """Report the share of the file that has been read."""
        self._progress(int(_STEPS * _READING * min(share, 1.0)), _STEPS)

    def start_rows(self, reading: Reading) -> None:
        """Report the end of reading. From here on every row counts twice: checked, then written."""
        self._rows = 2 * sum(len(sheet.rows) for sheet in reading.sheets)
        self.read(1.0)

    def tick(self, rows: int) -> None:
        """Report that `rows` more rows were checked or written."""
        self._done += rows
        self._progress(int(_STEPS * (_READING + (1 - _READING) * self._done / max(self._rows, 1))), _STEPS)

    def finish(self) -> None:
        """Report the end of the load."""
        self._progress(_STEPS, _STEPS)


@dataclass(frozen=True)
class _Load:
    """The load of one file; ``origin`` and ``by`` are stored with its batch."""

    reading: Reading
    origin: str
    by: str | None
    steps: _Steps

    def check(self, stored: Stored) -> Checked:
        return check(self.reading, stored, self.origin, self.steps.tick)

    def preview(self, checked: Checked, stored: Stored) -> Report:
        """The report of a dry run or a refused file. Writes nothing."""
        if checked.refusals:
            return _report(checked)
        tables = {name: Counts() for name in _tables(checked)}
        for writing in self.writings(checked, stored):
            tables[writing.table.name] += writing.counts()
        self.steps.finish()
        return _report(checked, _reported(tables))

    def write(self, connection: Connection, checked: Checked, stored: Stored) -> Report:
        """Write the facts and their batch. Returns the report."""
        results.create_all(connection)
        number, position = next_number(connection), 1
        tables = {name: Counts() for name in _tables(checked)}
        for writing in self.writings(checked, stored):
            row_writing.write(connection, writing)
            tables[writing.table.name] += writing.counts()
            if number > 1:  # the first batch cannot be rolled back and needs no log
                position = row_changes.write(connection, number, writing.changes(), position)
        added, changed = (sum(getattr(c, kind) for c in tables.values()) for kind in ("added", "changed"))
        if added or changed:
            write_batch(connection, number, self.origin, added, changed, by=self.by)
        return _report(checked, _reported(tables), loaded=True, batch=number if added or changed else None)

    def writings(self, checked: Checked, stored: Stored) -> Iterator[Writing]:
        """The rows to write for each table of the file, then for the pictures of its stories, in parts."""
        for name in checked.tables:
            for facts in checked.facts(name):
                yield row_writing.from_facts(results.tables[name], facts)
                self.steps.tick(len(facts))
        if "story" in checked.tables:
            for facts in checked.facts("story"):
                yield from story_images.from_stories(facts, self.reading.folder, stored)


def _tables(checked: Checked) -> tuple[str, ...]:
    return (*checked.tables, story_image.name) if "story" in checked.tables else checked.tables


def _reported(tables: Mapping[str, Counts]) -> dict[str, Counts]:
    """The counts that the report shows: pictures only if there are any."""
    return {name: counts for name, counts in tables.items() if name != story_image.name or counts != Counts()}


def _report(
    checked: Checked, tables: Mapping[str, Counts] | None = None, *, loaded: bool = False, batch: int | None = None
) -> Report:
    return Report(
        checked.refusals,
        checked.warnings,
        checked.refusal_count,
        checked.warning_count,
        tables or {},
        loaded=loaded,
        batch=batch,
    )


def load(  # noqa: PLR0913 - all of these are options of one load
    engine: Engine,
    path: str | os.PathLike[str],
    *,
    dry_run: bool = False,
    progress: Progress | None = None,
    by: str | None = None,
    origin: str | None = None,
    onto: int | None = None,
) -> Report:
    """Load the folder or workbook at `path`: all of it, or nothing. A dry run only reports the changes.

    The file is processed in parts: only its keys and codes stay in memory. `progress` receives the steps done and the
    total steps. `by` and `origin` (default: the file name) are stored with the batch. `onto` is the number of the batch
    that must still be the latest.

    Raises :class:`LoadProblem` if the database is locked by another load, full, unwritable, unreachable, of another
    version, or changed since `onto`.
    """
    path = Path(path)
    steps = _Steps(progress or (lambda _done, _total: None))
    reading = read(path, steps.read)
    if reading.refusals and not reading.sheets:
        return Report(reading.refusals, refused=len(reading.refusals))
    steps.start_rows(reading)
    load = _Load(reading, origin or path.name, by, steps)
    with as_load_problems():
        new = not exists(engine.url.render_as_string(hide_password=False))
        if new:
            # A refused file, or a dry run, must not leave an empty database behind.
            checked = load.check(Stored(None))
            if checked.refusals or dry_run:
                return load.preview(checked, Stored(None))
        else:
            check_version(engine)
        with transaction(engine, writes=not dry_run) as connection:
            if onto is not None and next_number(connection) != onto + 1:
                raise LoadProblem("changed-since")
            stored = Stored(connection)
            if not new:
                checked = load.check(stored)
                if checked.refusals or dry_run:
                    return load.preview(checked, stored)
            elif stored.rows("programme"):
                raise LoadProblem("locked")
            report = load.write(connection, checked, stored)
        steps.finish()
        return report
