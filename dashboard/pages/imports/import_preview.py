"""The preview of an upload, made on a copy of the record: refusals, or changed rows and numbers."""

import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from callbacks import picture_tables
from callbacks.requests.page_request import AppContext, PageRequest
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
"""Maximum number of changed rows that are described."""

MoveLine = dict[str, Any]
"""One changed number in words, with the keys exhibit, of, number, before, after."""


def preview(context: AppContext, upload: Upload) -> None:
    """Load the upload into a copy of the record, and store the result with the upload."""
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
    upload.write("preview", {"onto": onto, **summary(report), "moves": moves[0], "moved": moves[1]})


def summary(report: Report) -> dict[str, Any]:
    """The counts and warnings of a report, to be stored as JSON."""
    return {
        "refused": report.refused,
        "warned": report.warned,
        "warnings": [_finding(each) for each in report.warnings],
        "tables": {name: asdict(counts) for name, counts in report.tables.items()},
        "changes": report.added + report.changed,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return asdict(finding)


def findings(stored: Iterable[dict[str, Any]]) -> list[Finding]:
    """The findings that were stored."""
    return [Finding(**each) for each in stored]


def _moves(context: AppContext, before: Path, after: Path) -> tuple[dict[str, list[MoveLine]], int]:
    """The first changed rows in words, by language, and the number of all; as a manager sees them without filters."""
    old_record, new_record = (Record(f"sqlite:///{path}") for path in (before, after))
    try:
        with old_record.view(MANAGER, Filters()) as old, new_record.view(MANAGER, Filters()) as new:
            moves = list(changed_numbers.moves(changed_numbers.published(old), changed_numbers.published(new)))
            by_language = {}
            for language in words.LANGUAGES:
                with words.speaking(language):
                    sides = [PageRequest(Filters(), view, context.grounds[language]) for view in (old, new)]
                    by_language[language] = [
                        line for move in moves[:MOST_MOVES] for line in _lines(sides[0], sides[1], move)
                    ]
            return by_language, len(moves)
    finally:
        old_record.engine.dispose()
        new_record.engine.dispose()


def _lines(old: PageRequest, new: PageRequest, move: Move) -> list[MoveLine]:
    """One line per changed number of a row. A row that is new or gone has one line."""
    before = None if move.before is None else _printed(old, move.exhibit, move.before)
    after = None if move.after is None else _printed(new, move.exhibit, move.after)
    name = name_of(move.exhibit)
    if before and after:
        of = after.heads()
        return [
            _line(name, of, label, old_cell, new_cell)
            for label, old_cell, new_cell in zip(after.labels, before.cells, after.cells, strict=True)
            if old_cell != new_cell and label not in after.named
        ]
    printed = after or before
    if printed is None:  # a move has one side at least
        return []
    all_numbers = listed([labelled(label, cell) for label, cell in printed.numbers()])
    sides = (_("not there"), all_numbers) if after else (all_numbers, _("not there"))
    return [_line(name, printed.heads(), "", *sides)]


def _line(exhibit: str, of: str, number_of: str, before: str, after: str) -> MoveLine:
    return {"exhibit": exhibit, "of": of, "number": number_of, "before": before, "after": after}


class _Printed:
    """One row of an exhibit as text."""

    def __init__(self, labels: list[str], cells: list[str], numeric: list[bool]) -> None:
        self.labels, self.cells = labels, cells
        # The cells before the first number identify the row; where there are none, the first number does.
        first = max(numeric.index(True) if True in numeric else len(numeric), 1)
        self.named = labels[:first]
        self._first, self._numeric = first, numeric

    def heads(self) -> str:
        """The cells that identify the row."""
        heads = [cell for cell in self.cells[: self._first] if cell not in ("", "–")]
        return " · ".join(heads) if not self._numeric[0] else labelled(self.labels[0], self.cells[0])

    def numbers(self) -> list[tuple[str, str]]:
        """The other cells of the row, as (label, cell)."""
        pairs = list(zip(self.labels, self.cells, strict=True))[self._first :]
        return [(label, cell) for label, cell in pairs if cell not in ("", "–")]


def _printed(page_request: PageRequest, code: str, row: pd.DataFrame) -> _Printed:
    table = picture_tables.of_rows(page_request, code, row)
    cells = [cell.text if isinstance(cell, Link) else cell for cell in table.rows[0]]
    return _Printed([each.label for each in table.columns], cells, [each.numeric for each in table.columns])
