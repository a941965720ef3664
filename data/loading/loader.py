"""Loads a file into the results database in one transaction: everything, or nothing with every reason why not."""

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
    check_version,
    human_problems,
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
    """What a load did. ``loaded``: the database now holds everything in the file (never so after a dry run).

    Of refusals and warnings the first ``MOST_KEPT`` in the file are here; ``refused`` and ``warned`` say how many there
    are.
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
        """Rows in the file that are stored as they are."""
        return sum(counts.unchanged for counts in self.tables.values())


class _Steps:
    """Tells the caller how far the load is: a fifth of the way is reading, two are checking and two are writing."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._rows = self._done = 0

    def read(self, share: float) -> None:
        """So much of the file is read."""
        self._progress(int(_STEPS * _READING * min(share, 1.0)), _STEPS)

    def go_through(self, reading: Reading) -> None:
        """It is read; its rows are gone through twice from here on."""
        self._rows = 2 * sum(len(sheet.rows) for sheet in reading.sheets)
        self.read(1.0)

    def tick(self, rows: int) -> None:
        """So many rows more are checked or written."""
        self._done += rows
        self._progress(int(_STEPS * (_READING + (1 - _READING) * self._done / max(self._rows, 1))), _STEPS)

    def finish(self) -> None:
        """All is done."""
        self._progress(_STEPS, _STEPS)


@dataclass(frozen=True)
class _Load:
    """One file on its way in: where it lies, what is called its origin, who loads it."""

    reading: Reading
    origin: str
    by: str | None
    steps: _Steps

    def check(self, stored: Stored) -> Checked:
        return check(self.reading, stored, self.origin, self.steps.tick)

    def preview(self, checked: Checked, stored: Stored) -> Report:
        """What there is to say without having written anything."""
        if checked.refusals:
            return _report(checked)
        tables = {name: Counts() for name in _tables(checked)}
        for each in self.writings(checked, stored):
            tables[each.table.name] += each.counts()
        self.steps.finish()
        return _report(checked, _of_use(tables))

    def write(self, connection: Connection, checked: Checked, stored: Stored) -> Report:
        """Write the facts and say what was done."""
        results.create_all(connection)
        number, position = next_number(connection), 1
        tables = {name: Counts() for name in _tables(checked)}
        for each in self.writings(checked, stored):
            row_writing.write(connection, each)
            tables[each.table.name] += each.counts()
            if number > 1:  # the batch that makes the database cannot be taken out of it
                position = row_changes.write(connection, number, each.changes(), position)
        added, changed = (sum(getattr(c, kind) for c in tables.values()) for kind in ("added", "changed"))
        if added or changed:
            write_batch(connection, number, self.origin, added, changed, by=self.by)
        return _report(checked, _of_use(tables), loaded=True, batch=number if added or changed else None)

    def writings(self, checked: Checked, stored: Stored) -> Iterator[Writing]:
        """What is to be done to each table of the file, then to the pictures of its stories, some rows at a time."""
        for name in checked.tables:
            for facts in checked.facts(name):
                yield row_writing.of_facts(results.tables[name], facts)
                self.steps.tick(len(facts))
        if "story" in checked.tables:
            for facts in checked.facts("story"):
                yield from story_images.of_stories(facts, self.reading.folder, stored)


def _tables(checked: Checked) -> tuple[str, ...]:
    return (*checked.tables, story_image.name) if "story" in checked.tables else checked.tables


def _of_use(tables: Mapping[str, Counts]) -> dict[str, Counts]:
    """Pictures are told of where there are any."""
    return {name: counts for name, counts in tables.items() if name != story_image.name or counts != Counts()}


def _report(
    checked: Checked, tables: Mapping[str, Counts] | None = None, *, loaded: bool = False, batch: int | None = None
) -> Report:
    return Report(
        checked.refusals, checked.warnings, checked.refused, checked.warned, tables or {}, loaded=loaded, batch=batch
    )


def load(  # noqa: PLR0913 - who, how and under what name
    engine: Engine,
    path: str | os.PathLike[str],
    *,
    dry_run: bool = False,
    progress: Progress | None = None,
    by: str | None = None,
    origin: str | None = None,
    onto: int | None = None,
) -> Report:
    """Load the folder or workbook at `path`, whole or not at all; a dry run only says what would change.

    The file is gone through in parts: memory does not grow with it, but for its keys and codes. `progress` is called
    with steps done and steps in all; `by` and `origin` (else the name at `path`) are noted with
    the batch; `onto` is the batch that must still be the latest. Raises :class:`LoadProblem` where the database cannot
    take it: locked by another load, full, unwritable, unreachable, of another version, or changed since `onto`.
    """
    path = Path(path)
    steps = _Steps(progress or (lambda _done, _total: None))
    reading = read(path, steps.read)
    if reading.refusals and not reading.sheets:
        return Report(reading.refusals, refused=len(reading.refusals))
    steps.go_through(reading)
    load = _Load(reading, origin or path.name, by, steps)
    with human_problems():
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
