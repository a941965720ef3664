"""The tables of the Completeness page: reports per group, outliers, rows without a source."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from layouts.frames import records
from layouts.parts.tables import Cell, Column, Link, LinkTo, Table
from layouts.words import Names, _, change_of, day, number, percent, quantity


@dataclass(frozen=True)
class Group:
    """One group of the coverage with its counts and the addresses of their lists (trained, reported, silent)."""

    name: str
    kind: str
    counts: Mapping[str, int]
    lists: Mapping[str, str]


def reported(groups: Sequence[Group]) -> Table:
    """The number of enterprises per group that reported, each with a link to its list."""
    kinds = {"total": _("All"), "partner": _("Partner"), "round": _("Round")}
    rows: list[list[Cell]] = []
    for group in groups:
        numbers: list[Cell] = [
            Link(number(count), group.lists[what]) if count else number(count) for what, count in group.counts.items()
        ]
        trained = group.counts["trained"]
        share = percent(group.counts["reported"] / trained) if trained else "–"
        rows.append([group.name, kinds[group.kind], *numbers, share])
    labels = (_("Trained"), _("Reported anything"), _("Reported nothing"), _("Share of trained that reported"))
    columns = (Column(_("Group")), Column(_("Kind")), *(Column(each, numeric=True) for each in labels))
    return Table(
        columns,
        rows,
        note=_("An enterprise counts once in each group it belongs to; groups need not sum to the total."),
    )


def outliers(frame: pd.DataFrame, names: Names, enterprise_link: LinkTo, source_link: LinkTo) -> Table:
    """The outliers: one row per result that is far from the others of its indicator."""
    rows: list[list[Cell]] = []
    for row in records(frame):
        unit = row["unit"]
        rows.append(
            [
                enterprise_link(row["enterprise"]),
                names("indicator", row["indicator"]),
                quantity(row["before"], unit),
                quantity(row["after"], unit),
                change_of(row["change"], unit),
                change_of(row["median"], unit),
                number(row["others"]),
                number(row["score"], 1),
                names("module", row["module"]) if row["module"] else "–",
                names("round", row["round"]) if row["round"] else "–",
                day(row["after_on"], row["after_on_precision"]),
                source_link(row["source"]),
            ]
        )
    labels = (
        _("Before"), _("After"), _("Change"), _("Median of the changes"), _("Others with both"), _("Modified z-score"),
    )  # fmt: skip
    columns = (
        Column(_("Enterprise")), Column(_("Indicator")), *(Column(each, numeric=True) for each in labels),
        Column(_("Module")), Column(_("Round")), Column(_("Date")), Column(_("Source")),
    )  # fmt: skip
    return Table(
        columns, rows, note=_("A modified z-score above 3.5 among at least 8; a reason to look again, no error.")
    )


def unsourced(frame: pd.DataFrame, key: Mapping[str, str], names: Names, enterprise_link: LinkTo) -> Table:
    """The rows of the record without a source, by their key; `key` maps its columns to the tables they refer to."""
    name_columns = [column for column in _NAMES if column in frame and "enterprise" not in key.values()]
    rows: list[list[Cell]] = [
        [
            *(_key_cell(row[column], table, names, enterprise_link) for column, table in key.items()),
            *([next((str(row[column]) for column in name_columns if row[column]), "–")] if name_columns else []),
        ]
        for row in records(frame)
    ]
    columns = [Column(_key_name(column, table)) for column, table in key.items()]
    return Table((*columns, *([Column(_("Name"))] if name_columns else [])), rows)


_NAMES = ("name_en", "name_zh", "title_en", "title_zh")


def _key_cell(value: Any, table: str, names: Names, enterprise_link: LinkTo) -> Cell:
    if table == "enterprise":
        return enterprise_link(value)
    if table in ("round", "module", "indicator", "place", "partner"):
        return names(table, value) if value else "–"
    return str(value) if value else "–"


def _key_name(column: str, table: str) -> str:
    return {
        "enterprise": _("Enterprise"), "round": _("Round"), "module": _("Module"), "indicator": _("Indicator"),
        "place": _("Place"), "partner": _("Partner"), "due_on": _("Due on"), "scope": _("Scope"), "level": _("Level"),
        "role": _("Role"),
    }.get(table or column, _("Code"))  # fmt: skip
