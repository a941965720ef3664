"""The texts of the import pages: batches, refusals, warnings, changes and error messages."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from dashboard.pages.imports.import_preview import MOST_MOVES
from dashboard.pages.imports.staged_uploads import UploadProblem
from data.editions.record_changes import written_key
from data.loading import LoadProblem
from data.loading.writes.rolling_back import Plan, RollbackProblem
from data.storage.batches import Batch
from layouts import words
from layouts.parts.cards import table_name
from layouts.words import _, ngettext, number

MOST_FINDINGS = 300
"""Maximum number of refusals on the page, and of warnings."""

MOST_MARKED = 5000
"""Maximum number of refusals marked in the workbook. A mark takes a hundred times longer than a line on the page."""

MOST_BLOCKING_ROWS = 100


@dataclass(frozen=True)
class Line:
    """A refusal or a warning: sheet and row, column, value, and message."""

    where: str
    column: str
    value: str
    text: str


@dataclass(frozen=True)
class UploadPage:
    """The page of an upload; ``state`` is refused, ready, same (nothing would change) or done."""

    state: str
    title: str
    lead: str
    refusals: list[Line]
    refusals_cut: str
    warnings: list[Line]
    warnings_cut: str
    tables: list[tuple[str, ...]]
    moves: list[dict[str, str]]
    moves_cut: str
    batch: int | None

    @classmethod
    def of(
        cls, preview: Mapping[str, Any], done: Mapping[str, Any] | None, refusals: list[dict[str, Any]]
    ) -> "UploadPage":
        """The page of an upload from its stored results; `done` is None before it is loaded."""
        state = "done" if done else "refused" if preview["refused"] else "ready" if preview["changes"] else "same"
        warnings = preview["warnings"]
        title, lead = _headings(state, preview, done)
        moves = preview["moves"].get(words.language(), []) if preview["moves"] else []
        return cls(
            state=state,
            title=title,
            lead=lead,
            refusals=[_line(each) for each in refusals[:MOST_FINDINGS]],
            refusals_cut=_cut(preview["refused"], _marked_note(preview["refused"])),
            warnings=[_line(each) for each in warnings[:MOST_FINDINGS]],
            warnings_cut=_cut(preview.get("warned", 0), ""),
            tables=[
                (table_name(name), *(number(counts[kind]) for kind in ("added", "changed", "unchanged")))
                for name, counts in (done or preview)["tables"].items()
            ],
            moves=moves,
            moves_cut=""
            if preview["moved"] <= MOST_MOVES
            else _("The first {n} of {all} rows that move.", n=number(MOST_MOVES), all=number(preview["moved"])),
            batch=done["batch"] if done else None,
        )


def _headings(state: str, preview: Mapping[str, Any], done: Mapping[str, Any] | None) -> tuple[str, str]:
    if state == "done":
        return _("Loaded as batch {number}", number=(done or {})["batch"]), _(
            "Every page shows the new numbers from now on. A batch can be rolled back."
        )
    if state == "refused":
        return (
            ngettext("{n} cell or row is refused", "{n} cells or rows are refused", preview["refused"]),
            _(
                "Nothing was loaded. Take the marked workbook, put right what is coloured in it, and send it again: "
                "a file is loaded whole or not at all."
            ),
        )
    if state == "same":
        return _("Nothing would change"), _("Everything in the file is on record as it is.")
    return (
        ngettext("{n} row would be added or changed", "{n} rows would be added or changed", preview["changes"]),
        _("Nothing was loaded yet. Look at what would change, then load the file or discard it."),
    )


def _line(finding: Mapping[str, Any]) -> Line:
    text = finding["chinese"] if words.language() == "zh" else finding["english"]
    row = finding["row"]
    where = finding["sheet"] if row is None else _("{sheet}, row {row}", sheet=finding["sheet"], row=row)
    return Line(where, finding["column"], finding["value"], text)


def _marked_note(count: int) -> str:
    if count <= MOST_MARKED:
        return _("The marked workbook has all of them.")
    return _("The marked workbook has the first {n}.", n=number(MOST_MARKED))


def _cut(count: int, rest: str) -> str:
    if count <= MOST_FINDINGS:
        return ""
    return words.sentences(_("The first {n} of {all}.", n=number(MOST_FINDINGS), all=number(count)), rest)


@dataclass(frozen=True)
class BatchRow:
    """A batch in the history; ``offered``: the page offers to roll it back."""

    number: int
    when: str
    who: str
    origin: str
    added: str
    changed: str
    became: str
    offered: bool


def batch_row(batch: Batch) -> BatchRow:
    """A batch in the history. Its roll-back is offered unless the batch itself rules it out."""
    if batch.undone_by:
        became = _("rolled back by batch {number}", number=batch.undone_by)
    elif batch.undoes:
        became = _("rolls back batch {number}", number=batch.undoes)
    else:
        became = _("made the database") if batch.first else ""
    return BatchRow(
        batch.number,
        words.moment(batch.loaded_at),
        batch.loaded_by or _("on the command line"),
        batch.origin,
        number(batch.added),
        number(batch.changed),
        became,
        offered=batch.logged and not batch.first and not batch.undone_by,
    )


def plan_rows(plan: Plan) -> list[tuple[str, ...]]:
    """The effect of a roll-back, per table."""
    return [(table_name(table), *(number(each) for each in counts)) for table, counts in plan.counts().items()]


@dataclass(frozen=True)
class RollbackRefusal:
    """The reason why a batch cannot be rolled back, and the rows that block it: (table, key, batch)."""

    text: str
    rows: list[tuple[str, str, int | None]]
    cut: str


def rollback_refusal(problem: RollbackProblem) -> RollbackRefusal:
    """The reason why a batch cannot be rolled back."""
    rows = [(table_name(each.table), written_key(each.key), each.batch) for each in problem.rows[:MOST_BLOCKING_ROWS]]
    cut = ""
    if len(problem.rows) > len(rows):
        cut = _("The first {n} of {all}.", n=number(len(rows)), all=number(len(problem.rows)))
    return RollbackRefusal(problem.chinese if words.language() == "zh" else problem.english, rows, cut)


def load_error(problem: LoadProblem) -> str:
    """The error message of a load, in the current language."""
    return problem.chinese if words.language() == "zh" else problem.english


def too_large_error(megabytes: int) -> str:
    """The error message of an upload that is too large."""
    return _(
        "The files are larger than {limit} MB together. Nothing was taken: send the workbook without pictures that are "
        "not of stories, or in parts.",
        limit=megabytes,
    )


def upload_error(problem: UploadProblem) -> str:
    """The error message of files that cannot be stored."""
    if problem.reason == "none":
        return _("There is no workbook and no CSV file among what was chosen. Choose one, with its pictures if any.")
    if problem.reason == "several":
        return _("Send one workbook at a time. Several CSV files may be sent together.")
    if problem.reason == "mixed":
        return _("Send either one workbook or CSV files, not both.")
    if problem.reason == "twice":
        return _("There are two files called {name}. Rename one of them.", name=problem.detail)
    if problem.reason == "name":
        return _("A file cannot be called {name} here. Rename it.", name=problem.detail)
    return _("The files could not be kept: {why}. Nothing was changed.", why=problem.detail)


def marked_file_name(origin: str) -> str:
    """The file name of the marked workbook, after the uploaded file."""
    return f"{PurePath(origin.split(', ', maxsplit=1)[0]).stem[:80]}-marked.xlsx"
