"""The same numbers as a table: an exhibit's frame as columns with names people read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from layouts.figures.funnel import STEPS, stage_name, state_name, step_name
from layouts.figures.map import METRICS, metric_name
from layouts.frames import records
from layouts.words import Names, _, change_of, day, measured, number, percent, quantity, sentences, signed

MOST_ROWS = 200
"""A table on screen shows so many rows, says how many there are, and links to them all."""


@dataclass(frozen=True)
class Column:
    """A column of a table: its label, and whether it holds numbers."""

    label: str
    numeric: bool = False


@dataclass(frozen=True)
class Link:
    """A cell that leads somewhere."""

    text: str
    href: str


Cell = str | Link
SourceLink = Callable[[str | None], Cell]
"""How a table names a source."""

EnterpriseLink = Callable[[str | None], Cell]
"""How a table names an enterprise."""


@dataclass(frozen=True)
class Table:
    """A table as people read it: rows of cells in the order of the columns; the first cell heads its row."""

    columns: tuple[Column, ...]
    rows: list[list[Cell]]
    note: str = ""

    @property
    def shown(self) -> list[list[Cell]]:
        """The rows that fit a page."""
        return self.rows[:MOST_ROWS]

    @property
    def cut(self) -> str:
        """What is said of the rows that do not."""
        if len(self.rows) <= MOST_ROWS:
            return ""
        return _("The first {shown} of {all} rows.", shown=number(MOST_ROWS), all=number(len(self.rows)))


def _n(*labels: str) -> tuple[Column, ...]:
    return tuple(Column(label, numeric=True) for label in labels)


def regions(frame: pd.DataFrame, names: Names) -> Table:
    """One row a place."""
    rows = [
        [
            names("place", row["place"]) if pd.notna(row["place"]) else _("Place not given"),
            names("place", row["province"]) if pd.notna(row["province"]) else "–",
            *(number(row[metric]) for metric in METRICS),
        ]
        for row in records(frame)
    ]
    columns = (Column(_("Place")), Column(_("Province")), *_n(*(metric_name(metric) for metric in METRICS)))
    return Table(columns, rows, note=_("Workers: of enterprises whose size is known; – means none is known."))


def module_funnel(frame: pd.DataFrame, names: Names) -> Table:
    """One row a module: counts, and shares of those due."""
    rows = [
        [
            names("module", row["module"]),
            *(number(row[step]) for step in STEPS),
            percent(row["completed_share"]),
            number(row["visited_without_record"]),
            number(row["assessed_without_record"]),
        ]
        for row in records(frame)
    ]
    labels = (
        *(step_name(step) for step in STEPS),
        _("Completed, share of those due"),
        _("Visited, without a record of it"),
        _("Assessed, without a record of it"),
    )
    return Table((Column(_("Module")), *_n(*labels)), rows)


def states(frame: pd.DataFrame, names: Names) -> Table:
    """One row a module: planned is the sum of the five states."""
    order = ("completed", "in_progress", "dropped", "overdue", "not_yet_due")
    rows = [
        [names("module", row["module"]), number(row["planned"]), *(number(row[state]) for state in order)]
        for row in records(frame)
    ]
    return Table((Column(_("Module")), *_n(_("Planned"), *(state_name(state) for state in order))), rows)


def journey(frame: pd.DataFrame) -> Table:
    """One row a stage."""
    rows = [
        [
            stage_name(row["stage"]),
            number(row["enterprises"]),
            number(row["without_record"]),
            percent(row["share_of_first"]),
            percent(row["share_of_previous"]),
        ]
        for row in records(frame)
    ]
    labels = (_("Enterprises"), _("Without a record of it"), _("Share of enrolled"), _("Share of the stage before"))
    return Table((Column(_("Stage")), *_n(*labels)), rows)


def breadth(frame: pd.DataFrame) -> Table:
    """One row per number of modules."""
    rows = [[number(row["modules_at_least"]), number(row["enterprises"])] for row in records(frame)]
    return Table(_n(_("Modules, at least"), _("Enterprises")), rows)


def matrix(frame: pd.DataFrame, names: Names, enterprise_link: EnterpriseLink) -> Table:
    """One row per enterprise × module."""
    rows: list[list[Cell]] = [
        [
            enterprise_link(row["enterprise"]),
            names("module", row["module"]),
            state_name(row["state"]),
            names("round", row["round"]),
        ]
        for row in records(frame)
    ]
    return Table(
        (Column(_("Enterprise")), Column(_("Module")), Column(_("State")), Column(_("Round"))),
        rows,
    )


def change(frame: pd.DataFrame, names: Names) -> Table:
    """One row an indicator."""
    rows = []
    for row in records(frame):
        unit = row["unit"]
        practice = unit == "yes-no"
        interval = (
            f"{change_of(row['change_low'], unit)} … {change_of(row['change_high'], unit)}"
            if pd.notna(row["change_low"])
            else _("too few")
            if row["pairs"] and not practice
            else "–"
        )
        rated = pd.notna(row["better_count"]) and row["pairs"]
        rows.append(
            [
                names("indicator", row["indicator"]),
                number(row["pairs"]),
                number(row["had_before"]) if practice else quantity(row["median_before"], unit),
                number(row["had_after"]) if practice else quantity(row["median_after"], unit),
                change_of(row["median_change"], unit),
                interval,
                f"{number(row['better_count'])} / {number(row['same_count'])} / {number(row['worse_count'])}"
                if rated
                else "–",
                _share_better(row) if rated else "–",
                number(row["other_facts"]),
            ]
        )
    labels = (
        _("Pairs"), _("Median before, or had it"), _("Median after, or have it"), _("Median change"),
        _("95\u00a0% interval"),
        _("Better / same / worse"), _("Share better (95\u00a0% interval)"), _("Facts that are no pairs"),
    )  # fmt: skip
    return Table((Column(_("Indicator")), *_n(*labels)), rows)


def _share_better(row: Mapping[Any, Any]) -> str:
    """The share better, with its interval where there are pairs enough for one."""
    share = percent(row["better_share"])
    if pd.isna(row["better_low"]):
        return share
    return f"{share} ({percent(row['better_low'])}–{percent(row['better_high'])})"


def pairs(
    frame: pd.DataFrame,
    units: Mapping[str, str],
    names: Names,
    source_link: SourceLink,
    enterprise_link: EnterpriseLink,
) -> Table:
    """One row a pair; `units` by indicator."""
    verdicts = {"better": _("better"), "same": _("same"), "worse": _("worse"), "context": "–"}
    rows: list[list[Cell]] = []
    for row in records(frame):
        unit = units[row["indicator"]]
        relative = row["relative_change"]
        rows.append(
            [
                enterprise_link(row["enterprise"]),
                names("indicator", row["indicator"]),
                quantity(row["before"], unit),
                quantity(row["after"], unit),
                change_of(row["change"], unit) if unit != "yes-no" else "–",
                _("no baseline to divide by") if pd.isna(relative) else percent_change(relative),
                verdicts[row["verdict"]],
                names("round", row["round"]) if row["round"] else "–",
                source_link(row["source"]),
            ]
        )
    columns = (
        Column(_("Enterprise")), Column(_("Indicator")),
        *_n(_("Before"), _("After"), _("Change"), _("Relative change")),
        Column(_("Verdict")), Column(_("Round")), Column(_("Source")),
    )  # fmt: skip
    return Table(columns, rows)


def percent_change(share: float) -> str:
    """A relative change as a signed percentage."""
    return measured(signed(share * 100), "%")


def other_facts(frame: pd.DataFrame, names: Names, source_link: SourceLink, enterprise_link: EnterpriseLink) -> Table:
    """Result rows that are no pairs, each marked as what it is. `frame` has the indicator's ``unit`` beside the row."""
    rows: list[list[Cell]] = []
    for row in records(frame):
        unit = row["unit"]
        if pd.notna(row["change_percent"]):
            kind, value = _("change only"), percent_change(row["change_percent"] / 100)
        elif row["operator"] != "=":
            kind, value = _("bound"), quantity(_level(row), unit, row["operator"])
        elif pd.notna(row["after"]):
            kind, value = _("after only"), quantity(row["after"], unit)
        else:
            kind, value = _("before only"), quantity(row["before"], unit)
        period = _("in {n} months", n=number(row["months"])) if pd.notna(row["months"]) else ""
        rows.append(
            [
                names("indicator", row["indicator"]),
                enterprise_link(row["enterprise"]),
                kind,
                sentences(value, period),
                day(row["after_on"] or row["before_on"], row["date_precision"]),
                source_link(row["source"]),
            ]
        )
    columns = (
        Column(_("Indicator")), Column(_("Enterprise")), Column(_("Kind")), Column(_("Value"), numeric=True),
        Column(_("Date")), Column(_("Source")),
    )  # fmt: skip
    return Table(columns, rows)


def _level(row: dict[str, Any]) -> float:
    value: float = row["after"] if pd.notna(row["after"]) else row["before"]
    return value


def coverage(frame: pd.DataFrame, names: Names) -> Table:
    """One row a group."""
    kinds = {"total": _("All"), "partner": _("Partner"), "sector": _("Sector"), "round": _("Round")}
    rows = [
        [
            _("All enterprises")
            if row["group_kind"] == "total"
            else names(row["group_kind"], row["group"])
            if row["group"]
            else _("Sector not given"),
            kinds[row["group_kind"]],
            *(number(row[name]) for name in ("trained", "reported", "paired")),
            percent(row["reported_share"]),
        ]
        for row in records(frame)
    ]
    columns = (
        Column(_("Group")), Column(_("Kind")),
        *_n(_("Trained"), _("Reported anything"), _("Gave a pair"), _("Share of trained that reported")),
    )  # fmt: skip
    return Table(
        columns,
        rows,
        note=_("An enterprise counts once in each group it belongs to; groups need not sum to the total."),
    )


def published(frame: pd.DataFrame, names: Names, source_link: SourceLink) -> Table:
    """One row a figure, as printed."""
    rows = []
    for row in records(frame):
        about = [names(table, row[table]) for table in ("place", "phase", "round", "partner") if row[table]]
        value = quantity(row["value"], row["unit"], row["operator"] or "=")
        if pd.notna(row["women_percent"]):
            value = sentences(value, _("({share} women)", share=percent(row["women_percent"] / 100)))
        rows.append(
            [
                names("indicator", row["indicator"]),
                value,
                number(row["base"]) if pd.notna(row["base"]) else _("not given"),
                " · ".join(about) or "–",
                day(row["as_of"], row["date_precision"]),
                source_link(row["source"]),
                row["note"] if pd.notna(row["note"]) else "",
            ]
        )
    columns = (
        Column(_("Figure")), Column(_("Value"), numeric=True), Column(_("Based on (n)"), numeric=True),
        Column(_("About")), Column(_("Date")), Column(_("Source")), Column(_("Note")),
    )  # fmt: skip
    return Table(columns, rows)
