"""The exhibits: code → table with fixed columns, with what it rests on. The one path every number takes to a viewer."""

import csv
import io
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from data import measures, queries
from data.engine import counts
from data.filters import Filters
from data.lists import story_list
from data.privacy.shown import Withheld
from data.tables import calendar, coverage, headlines, modules, places, programme, results, trainers
from data.tables.coverage import Coverage, coverage_line
from data.view import View


@dataclass(frozen=True)
class Exhibit:
    """One exhibit as a viewer may see it: its table, and what the numbers rest on.

    ``threshold`` is the base its counts are rounded to (None: they are not).
    ``sources`` maps source codes to the number of rows taken from each (None: not told); ``unsourced`` rows name none.
    """

    code: str
    table: pd.DataFrame
    coverage: Coverage
    threshold: int | None
    as_of: date
    sources: dict[str, int | None]
    unsourced: int


@dataclass(frozen=True)
class Definition:
    """How one exhibit is made: its rows, the columns everyone gets, what it rests on, and what protects enterprises.

    For a reader with a threshold ``counts`` are rounded counts, ``totals`` sums of such counts, ``sums`` are changed
    and rounded or withheld, and ``worked_out`` come of these; ``plain`` columns are keys, texts, dates and published
    numbers. Every column is one of them: TypeError otherwise. ``beside`` are counts that the page's chart draws beside,
    ``differences`` of two counts as well.
    """

    make: Callable[[View], pd.DataFrame]
    columns: tuple[str, ...]
    rests_on: str  # trainings, results, figures, targets, trainers or events (of rounds, their dates)
    counts: tuple[str, ...] = ()
    totals: tuple[str, ...] = ()
    sums: tuple[str, ...] = ()
    worked_out: tuple[str, ...] = ()
    plain: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    differences: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        kinds = (*self.counts, *self.totals, *self.sums, *self.worked_out, *self.plain)
        if sorted(kinds) != sorted(self.columns):
            odd = set(kinds) ^ set(self.columns) or {name for name in kinds if kinds.count(name) > 1}
            raise TypeError(f"columns that nothing, or two rules, protect: {', '.join(sorted(odd))}")


_SHARES = tuple(f"{step}_share" for step in modules.FUNNEL_STEPS)
_OF_MODULES = (
    "planned", *modules.FUNNEL_STEPS, "visited_without_record", "assessed_without_record",
    "in_progress", "dropped", "overdue", "not_yet_due",
)  # fmt: skip
_OF_PAIRS = (
    "pairs", "better_count", "same_count", "worse_count", "had_before", "had_after", "gained", "lost",
)  # fmt: skip
_OF_LEVELS = tuple(name for name in measures.Change.__dataclass_fields__ if name not in _OF_PAIRS)
_PAIR = (
    "enterprise", "indicator", "before", "after", "change", "relative_change", "verdict", "round", "module", "source",
)  # fmt: skip
_PUBLISHED = ("figure", "indicator", "place", "phase", "as_of", "operator", "value", "unit", "base", "source")
_OVERVIEW = ("headline", "value", "of", "note")
_INDICATOR = ("indicator", "unit", "better")
_MATRIX = ("enterprise", "module", "state", "round")

EXHIBITS: dict[str, Definition] = {
    # A headline counts or sums: its table is made of shown numbers row by row.
    "overview": Definition(
        headlines.overview, _OVERVIEW, "trainings", worked_out=("value", "of"), plain=("headline", "note")
    ),
    "regions": Definition(
        places.regions, places.REGION_COLUMNS, "trainings",
        counts=places.COUNTS[:3], totals=places.TOTALS, sums=("workers",),
        plain=places.REGION_COLUMNS[:5], beside=("workers_unknown",),
    ),
    "module-funnel": Definition(
        modules.module_funnel, ("module", *_OF_MODULES, *_SHARES), "trainings",
        counts=_OF_MODULES, worked_out=_SHARES, plain=("module",), differences=("due",),
    ),
    "journey-funnel": Definition(
        modules.journey, ("stage", "enterprises", "without_record", "share_of_first", "share_of_previous"), "trainings",
        counts=("enterprises", "without_record"), worked_out=("share_of_first", "share_of_previous"), plain=("stage",),
        beside=("recorded", "m1_only"),
    ),
    "breadth": Definition(
        modules.breadth, ("modules_at_least", "enterprises"), "trainings",
        counts=("enterprises",), plain=("modules_at_least",),
    ),
    # Without a row where a threshold holds.
    "matrix": Definition(modules.matrix, _MATRIX, "trainings", plain=_MATRIX),
    "change": Definition(
        results.change, (*_INDICATOR, *measures.Change.__dataclass_fields__, "other_facts"), "results",
        counts=_OF_PAIRS, sums=("other_facts",), worked_out=_OF_LEVELS, plain=_INDICATOR,
    ),
    "pairs": Definition(results.paired, _PAIR, "results", plain=_PAIR),
    "coverage": Definition(
        coverage.coverage, ("group_kind", "group", "trained", "reported", "paired", "reported_share"), "results",
        counts=("trained", "reported", "paired"), worked_out=("reported_share",), plain=("group_kind", "group"),
        beside=("enterprises", "trained_reported"),
    ),
    "targets": Definition(programme.targets, programme.TARGET_COLUMNS, "targets", plain=programme.TARGET_COLUMNS),
    "capacity": Definition(
        trainers.capacity, trainers.CAPACITY_COLUMNS, "trainers",
        counts=("trainers", "women"), plain=("module", "level"), beside=("men", "sex_unknown"),
    ),
    "events": Definition(
        calendar.events, calendar.EVENT_COLUMNS, "events",
        counts=calendar.EVENT_COLUMNS[-2:], plain=calendar.EVENT_COLUMNS[:-2],
    ),
    "rounds": Definition(calendar.rounds, calendar.ROUND_COLUMNS, "events", plain=calendar.ROUND_COLUMNS),
    "published": Definition(programme.published, _PUBLISHED, "figures", plain=_PUBLISHED),
}  # fmt: skip


class SelectionRefused(Exception):
    """A selection is not shown to this viewer: it holds too few enterprises, or is a few apart from one that is shown.

    ``wider`` are filters that are shown; None where everything together is too few.
    """

    def __init__(self, threshold: int, wider: Filters | None) -> None:
        super().__init__("too few enterprises, or a few apart from another selection")
        self.threshold = threshold
        self.wider = wider


def build(view: View, code: str) -> Exhibit:
    """The exhibit `code` of a view; KeyError where there is no such exhibit.

    ``table`` holds the columns of its :class:`Definition` first, then what the page's chart draws besides. Raises
    :class:`SelectionRefused` where the viewer's threshold leaves nothing of the selection.
    """
    definition = EXHIBITS[code]
    if code not in view.built:
        admit(view)
        counts = (*definition.counts, *definition.beside)
        table = view.protected(definition.make(view), counts, definition.totals, definition.differences)
        rest = [column for column in table.columns if column not in definition.columns]
        view.built[code] = _exhibit(view, code, table[[*definition.columns, *rest]])
    exhibit: Exhibit = view.built[code]
    return exhibit


def build_pairs(view: View, indicator: str) -> Exhibit:
    """The exhibit `pairs` of one indicator alone."""
    admit(view)
    return _exhibit(view, "pairs", results.paired(view, indicator), indicator)


def change_of(view: View, indicator: str) -> dict[str, Any]:
    """The row of exhibit `change` of one indicator that has results in the view, by column."""
    table = build(view, "change").table
    return {str(name): value for name, value in table[table["indicator"] == indicator].iloc[0].items()}


def admit(view: View) -> None:
    """Raise :class:`SelectionRefused` where the selection may not be shown."""
    if view.disclosure and not view.shown:
        raise SelectionRefused(view.disclosure.rounding.base, view.disclosure.wider(view.filters))


def _exhibit(view: View, code: str, table: pd.DataFrame, indicator: str | None = None) -> Exhibit:
    if "coverage line" not in view.built:
        view.built["coverage line"] = coverage_line(view)
    sources, unsourced = _rests_on(view, EXHIBITS[code], table, indicator)
    return Exhibit(code, table, view.built["coverage line"], view.threshold, view.of.as_of, sources, unsourced)


def _rests_on(
    view: View, definition: Definition, table: pd.DataFrame, indicator: str | None
) -> tuple[dict[str, int | None], int]:
    """Source codes with the rows taken from each, and the rows that name none; where a threshold holds no numbers, and
    the sources of everything the link covers: some that a filter leaves out would tell of single enterprises.
    """
    facts = view.scope if view.threshold else view.facts
    if definition.rests_on in ("figures", "events"):
        counted = _by_source(table["source"])
    elif definition.rests_on == "targets":
        reached = table.loc[table["actual"].notna(), "actual_source"]
        counted = _by_source(pd.concat([table["source"], reached], ignore_index=True))
    elif definition.rests_on == "trainers":
        counted = _by_source(trainers.sources(view))
    elif definition.rests_on == "results":
        counted = counts.sources_of_results(facts, indicator)
    else:
        counted = counts.sources_of_trainings(facts)
    known = counted[counted["source"].notna()]
    if view.threshold:
        return dict.fromkeys(known["source"], None), 0
    sources: dict[str, int | None] = {
        str(code): int(rows) for code, rows in zip(known["source"], known["rows"], strict=True)
    }
    return sources, int(counted.loc[counted["source"].isna(), "rows"].sum())


def _by_source(named: "pd.Series[Any]") -> pd.DataFrame:
    """Rows per source: source (None: not given), rows."""
    return named.rename("source").to_frame().groupby("source", dropna=False).size().rename("rows").reset_index()


def sources_of(view: View) -> dict[str, dict[str, int]]:
    """The sources a viewer may know of, with the rows of each table that rest on them: for a manager those of the whole
    record; for others those that their scope rests on, without numbers.
    """
    if not view.viewer.limited:
        counted = queries.rows_of_source(view.connection)
        rows = {
            str(code): dict(zip(group["table"], group["rows"], strict=True))
            for code, group in counted.groupby("source")
        }
        return {code: rows.get(code, {}) for code in view.catalogue.source}
    scope = view.with_filters(Filters())
    levels = queries.trainer_levels(scope.connection, scope.of)
    named = (
        counts.sources_of_trainings(scope.facts)["source"],
        counts.sources_of_results(scope.facts)["source"],
        queries.reported_figures(scope.connection, scope.of)["source"],
        levels["source"],
        levels["trainer_source"],
        programme.targets(scope)["source"],
        (row["source"] for row in queries.events(scope.connection, scope.of)),
        story_list.stories(scope)["source"],
    )
    used = {code for each in named for code in each}
    return {code: {} for code in view.catalogue.source if code in used}


def to_csv(exhibit: Exhibit) -> str:
    """The exhibit's fixed columns as CSV: header, blanks where there is no value, shares to 6 significant digits.

    A text that a spreadsheet would take for a formula has an apostrophe before it.
    """
    return csv_of(exhibit.table, EXHIBITS[exhibit.code].columns)


def csv_of(table: pd.DataFrame, columns: Sequence[str]) -> str:
    """Some columns of a table as CSV, written the same way."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for row in table[list(columns)].itertuples(index=False):
        writer.writerow(_cell(value, name) for name, value in zip(columns, row, strict=True))
    return text.getvalue()


SHARES = (
    "_share",
    "share_of_first",
    "share_of_previous",
    "relative_change",
    "better_low",
    "better_high",
    "attainment",
)
"""How the names of columns end that hold a share."""

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
"""What a text begins with that a spreadsheet would take for a formula."""


def blank(value: Any) -> bool:
    """Is there no value in a cell? A withheld one is there."""
    if isinstance(value, Withheld):
        return False
    return value is None or (isinstance(value, float) and math.isnan(value)) or value is pd.NaT


def _cell(value: Any, column: str) -> str:
    if isinstance(value, Withheld):
        return str(value)
    if blank(value):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}" if column.endswith(SHARES) else f"{value:.12g}"
    text = str(value)
    # A sign alone is an operator, and no formula; numbers are none either.
    told = isinstance(value, str) and len(text) > 1 and text.startswith(FORMULA_SIGNS)
    return unbroken(f"'{text}" if told else text)


def unbroken(text: str) -> str:
    """A text as a CSV can hold it: Python's writer would leave a carriage return bare, and the row were broken."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
