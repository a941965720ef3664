"""Loads a file into the results database in one transaction: everything, or nothing with every reason why not."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection, Engine

from data import row_changes
from data.database import exists
from data.loading import row_writing, story_images
from data.loading.checking import Checked, check
from data.loading.findings import LoadWarning, Refusal
from data.loading.reading import read
from data.loading.row_writing import Counts, Writing
from data.loading.sheets import Reading
from data.loading.stored import Stored
from data.loading.writing import (
    LoadProblem,
    check_version,
    human_problems,
    next_number,
    transaction,
    write_batch,
)
from data.schema import results

Progress = Callable[[int, int], None]


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


def _writings(checked: Checked, folder: Path, stored: Stored) -> list[Writing]:
    """What is to be done to each table of the file, and to the pictures of its stories."""
    found = [row_writing.of_facts(results.tables[name], facts) for name, facts in checked.facts.items()]
    pictures = story_images.of_stories(checked.facts.get("story", ()), folder, stored)
    return [*found, pictures] if pictures.counts() != Counts() else found


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
            return Report(checked.refusals, checked.warnings)
        writings = _writings(checked, self.reading.folder, stored)
        self.steps.finish()
        return Report((), checked.warnings, {each.table.name: each.counts() for each in writings})

    def write(self, connection: Connection, checked: Checked, stored: Stored) -> Report:
        """Write the facts and say what was done."""
        results.create_all(connection)
        writings = _writings(checked, self.reading.folder, stored)
        tables = {each.table.name: each.counts() for each in writings}
        for each in writings:
            row_writing.write(connection, each, self.steps.tick)
        added, changed = (sum(getattr(c, kind) for c in tables.values()) for kind in ("added", "changed"))
        number = None
        if added or changed:
            number = next_number(connection)
            write_batch(connection, number, self.origin, added, changed, by=self.by)
            if number > 1:  # the batch that makes the database cannot be taken out of it
                row_changes.write(connection, number, (change for each in writings for change in each.changes()))
        return Report((), checked.warnings, tables, loaded=True, batch=number)


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

    `progress` is called with steps done and steps in all; `by` and `origin` (else the name at `path`) are noted with
    the batch; `onto` is the batch that must still be the latest. Raises :class:`LoadProblem` where the database cannot
    take it: locked by another load, full, unwritable, unreachable, of another version, or changed since `onto`.
    """
    path = Path(path)
    reading = read(path)
    if reading.refusals and not reading.sheets:
        return Report(reading.refusals)
    load = _Load(reading, origin or path.name, by, _Steps(progress, reading))
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
        load.steps.finish()
        return report
