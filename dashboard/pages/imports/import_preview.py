"""What an upload would do, found out on a copy of the record: refusals, or rows and the numbers that would move."""

import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from callbacks import picture_tables
from callbacks.page_request import AppContext, PageRequest
from dashboard.pages.imports.staged_uploads import Upload
from data.editions import changed_numbers
from data.editions.changed_numbers import Move
from data.filters import Filters
from data.loading import Finding, Report, load
from data.privacy.viewer import MANAGER
from data.records import Record
from data.storage import database, database_copy
from layouts import words
from layouts.exhibits import name_of
from layouts.parts.tables import Link
from layouts.words import _, labelled, listed

MOST_MOVES = 300
"""So many rows that move are put into words."""

Said = dict[str, Any]
"""One number that moves, in words: exhibit, of what, which number, before, after."""


def preview(context: AppContext, upload: Upload) -> None:
    """Load the upload into a copy of the record, and keep what came of it with the upload."""
    with tempfile.TemporaryDirectory(prefix="score-import-") as folder:
        before, after = Path(folder) / "before.db", Path(folder) / "after.db"
        database_copy.copy(context.records.live.engine, before)
        shutil.copyfile(before, after)
        engine = database.writing_engine(f"sqlite:///{after}")
        try:
            onto = database.data_version(engine).batch
            report = load(engine, upload.path, origin=upload.origin)
        finally:
            engine.dispose()
        moves = _moves(context, before, after) if report.batch else ([], 0)
    upload.write("refusals", [_finding(each) for each in report.refusals])
    upload.write("preview", {"onto": onto, **told(report), "moves": moves[0], "moved": moves[1]})


def told(report: Report) -> dict[str, Any]:
    return {
        "refused": report.refused,
        "warned": report.warned,
        "warnings": [_finding(each) for each in report.warnings],
        "tables": {name: asdict(counts) for name, counts in report.tables.items()},
        "changes": report.added + report.changed,
    }


def _finding(found: Finding) -> dict[str, Any]:
    return asdict(found)


def findings(kept: Iterable[dict[str, Any]]) -> list[Finding]:
    """The findings that were kept."""
    return [Finding(**each) for each in kept]


def _moves(context: AppContext, before: Path, after: Path) -> tuple[dict[str, list[Said]], int]:
    """The first rows that move in words, by language, and how many there are; as a manager sees them unfiltered."""
    was, now = (Record(f"sqlite:///{path}") for path in (before, after))
    try:
        with was.view(MANAGER, Filters()) as old, now.view(MANAGER, Filters()) as new:
            found = list(changed_numbers.moves(changed_numbers.published(old), changed_numbers.published(new)))
            said = {}
            for language in words.LANGUAGES:
                with words.speaking(language):
                    sides = [PageRequest(Filters(), view, context.grounds[language]) for view in (old, new)]
                    said[language] = [line for move in found[:MOST_MOVES] for line in _lines(sides[0], sides[1], move)]
            return said, len(found)
    finally:
        was.engine.dispose()
        now.engine.dispose()


def _lines(old: PageRequest, new: PageRequest, move: Move) -> list[Said]:
    """One line a number of the row; of a row that is new or gone one line for all it says."""
    before = None if move.before is None else _printed(old, move.exhibit, move.before)
    after = None if move.after is None else _printed(new, move.exhibit, move.after)
    name = name_of(move.exhibit)
    if before and after:
        of = after.heads()
        return [
            _said(name, of, label, was, now)
            for label, was, now in zip(after.labels, before.cells, after.cells, strict=True)
            if was != now and label not in after.named
        ]
    there = after or before
    if there is None:  # a move has one side at least
        return []
    whole = listed([labelled(label, cell) for label, cell in there.numbers()])
    sides = (_("not there"), whole) if after else (whole, _("not there"))
    return [_said(name, there.heads(), "", *sides)]


def _said(exhibit: str, of: str, number_of: str, before: str, after: str) -> Said:
    return {"exhibit": exhibit, "of": of, "number": number_of, "before": before, "after": after}


class _Printed:
    """One row of an exhibit as it is printed."""

    def __init__(self, labels: list[str], cells: list[str], numeric: list[bool]) -> None:
        self.labels, self.cells = labels, cells
        # What stands before the first number tells the row apart; a row of numbers alone is told apart by the first.
        first = max(numeric.index(True) if True in numeric else len(numeric), 1)
        self.named = labels[:first]
        self._first, self._numeric = first, numeric

    def heads(self) -> str:
        """What the row is about."""
        heads = [cell for cell in self.cells[: self._first] if cell not in ("", "–")]
        return " · ".join(heads) if not self._numeric[0] else labelled(self.labels[0], self.cells[0])

    def numbers(self) -> list[tuple[str, str]]:
        """What else is known of it, by label."""
        pairs = list(zip(self.labels, self.cells, strict=True))[self._first :]
        return [(label, cell) for label, cell in pairs if cell not in ("", "–")]


def _printed(page_request: PageRequest, code: str, row: pd.DataFrame) -> _Printed:
    table = picture_tables.of_rows(page_request, code, row)
    cells = [cell.text if isinstance(cell, Link) else cell for cell in table.rows[0]]
    return _Printed([each.label for each in table.columns], cells, [each.numeric for each in table.columns])
