"""What the page of imports says: batches, refusals, what would change, and why something cannot be done."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from dashboard.pages.imports.import_preview import MOST_MOVES
from dashboard.pages.imports.staged_uploads import HoldingProblem
from data.editions.record_changes import written_key
from data.loading import LoadProblem
from data.loading.writes.rolling_back import Plan, RollbackProblem
from data.storage.batches import Batch
from layouts import words
from layouts.parts import table_name
from layouts.words import _, ngettext, number

MOST_FINDINGS = 300
"""So many refusals and warnings stand on the page…"""

MOST_MARKED = 5000
"""…and so many are marked in the workbook: a mark takes a hundred times longer than a refusal."""

MOST_IN_THE_WAY = 100


@dataclass(frozen=True)
class Line:
    """A refusal or a warning: where it stands, what stands there, what is wrong with it."""

    where: str
    column: str
    value: str
    text: str


@dataclass(frozen=True)
class Looked:
    """An upload as its page shows it: refused, ready to be loaded, without a change, or done."""

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
    def of(cls, known: Mapping[str, Any], done: Mapping[str, Any] | None, refusals: list[dict[str, Any]]) -> "Looked":
        """The page of an upload of which this is known."""
        state = "done" if done else "refused" if known["refused"] else "ready" if known["changes"] else "same"
        warnings = known["warnings"]
        title, lead = _headings(state, known, done)
        moves = known["moves"].get(words.language(), []) if known["moves"] else []
        return cls(
            state=state,
            title=title,
            lead=lead,
            refusals=[_line(each) for each in refusals[:MOST_FINDINGS]],
            refusals_cut=_cut(known["refused"], _marked(known["refused"])),
            warnings=[_line(each) for each in warnings[:MOST_FINDINGS]],
            warnings_cut=_cut(known.get("warned", 0), ""),
            tables=[
                (table_name(name), *(number(counts[kind]) for kind in ("added", "changed", "unchanged")))
                for name, counts in (done or known)["tables"].items()
            ],
            moves=moves,
            moves_cut=""
            if known["moved"] <= MOST_MOVES
            else _("The first {n} of {all} rows that move.", n=number(MOST_MOVES), all=number(known["moved"])),
            batch=done["batch"] if done else None,
        )


def _headings(state: str, known: Mapping[str, Any], done: Mapping[str, Any] | None) -> tuple[str, str]:
    if state == "done":
        return _("Loaded as batch {number}", number=(done or {})["batch"]), _(
            "Every page shows the new numbers from now on. A batch can be rolled back."
        )
    if state == "refused":
        return (
            ngettext("{n} cell or row is refused", "{n} cells or rows are refused", known["refused"]),
            _(
                "Nothing was loaded. Take the marked workbook, put right what is coloured in it, and send it again: "
                "a file is loaded whole or not at all."
            ),
        )
    if state == "same":
        return _("Nothing would change"), _("Everything in the file is on record as it is.")
    return (
        ngettext("{n} row would be added or changed", "{n} rows would be added or changed", known["changes"]),
        _("Nothing was loaded yet. Look at what would change, then load the file or discard it."),
    )


def _line(found: Mapping[str, Any]) -> Line:
    text = found["chinese"] if words.language() == "zh" else found["english"]
    row = found["row"]
    where = found["sheet"] if row is None else _("{sheet}, row {row}", sheet=found["sheet"], row=row)
    return Line(where, found["column"], found["value"], text)


def _marked(count: int) -> str:
    if count <= MOST_MARKED:
        return _("The marked workbook has all of them.")
    return _("The marked workbook has the first {n}.", n=number(MOST_MARKED))


def _cut(count: int, rest: str) -> str:
    if count <= MOST_FINDINGS:
        return ""
    return words.sentences(_("The first {n} of {all}.", n=number(MOST_FINDINGS), all=number(count)), rest)


@dataclass(frozen=True)
class Listed:
    """A batch in the history."""

    number: int
    when: str
    who: str
    origin: str
    added: str
    changed: str
    became: str
    offered: bool


def listed(batch: Batch) -> Listed:
    """A batch as the history shows it; rolling it back is offered where nothing speaks against it at first sight."""
    if batch.undone_by:
        became = _("rolled back by batch {number}", number=batch.undone_by)
    elif batch.undoes:
        became = _("rolls back batch {number}", number=batch.undoes)
    else:
        became = _("made the database") if batch.first else ""
    return Listed(
        batch.number,
        words.moment(batch.loaded_at),
        batch.loaded_by or _("on the command line"),
        batch.origin,
        number(batch.added),
        number(batch.changed),
        became,
        offered=batch.logged and not batch.first and not batch.undone_by,
    )


def planned(found: Plan) -> list[tuple[str, ...]]:
    """What rolling a batch back would do, per table."""
    return [(table_name(table), *(number(each) for each in counts)) for table, counts in found.counts().items()]


@dataclass(frozen=True)
class Refused:
    """Why a batch cannot be rolled back, and the rows that stand in the way: table, key, batch."""

    text: str
    rows: list[tuple[str, str, int | None]]
    cut: str


def in_the_way(problem: RollbackProblem) -> Refused:
    """Why a batch cannot be rolled back."""
    rows = [(table_name(each.table), written_key(each.key), each.batch) for each in problem.rows[:MOST_IN_THE_WAY]]
    cut = ""
    if len(problem.rows) > len(rows):
        cut = _("The first {n} of {all}.", n=number(len(rows)), all=number(len(problem.rows)))
    return Refused(problem.chinese if words.language() == "zh" else problem.english, rows, cut)


def said(problem: LoadProblem) -> str:
    """What a load met, in the language spoken."""
    return problem.chinese if words.language() == "zh" else problem.english


def too_much(megabytes: int) -> str:
    """The refusal of an upload that is too large."""
    return _(
        "The files are larger than {limit} MB together. Nothing was taken: send the workbook without pictures that are "
        "not of stories, or in parts.",
        limit=megabytes,
    )


def not_held(problem: HoldingProblem) -> str:
    """Why files were not taken in."""
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


def marked_name(origin: str) -> str:
    """What the marked workbook is called: like the file that was sent."""
    return f"{PurePath(origin.split(', ', maxsplit=1)[0]).stem[:80]}-marked.xlsx"
