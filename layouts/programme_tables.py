"""Targets, trainers, events and rounds as tables people read."""

from datetime import date

import pandas as pd

from layouts.frames import records
from layouts.programme import (
    EVENT_SIGNS,
    actual_value,
    event_days,
    event_name,
    event_status,
    kind_name,
    lapsed,
    level_name,
    partners_of,
    scope_name,
    slipped,
    target_status,
    target_value,
)
from layouts.tables import Cell, Column, SourceLink, Table
from layouts.words import Names, _, day, number, percent


def targets(frame: pd.DataFrame, names: Names, source_link: SourceLink) -> Table:
    """One row a target."""
    rows: list[list[Cell]] = [
        [
            names("indicator", row["indicator"]),
            scope_name(row["scope"]) or "–",
            names("place", row["place"]),
            names("phase", row["phase"]),
            day(row["due_on"], row["due_precision"]),
            target_value(row),
            actual_value(row),
            percent(row["attainment"]),
            target_status(row),
            day(row["actual_as_of"], row["actual_precision"]),
            source_link(row["source"]),
            source_link(row["actual_source"]),
        ]
        for row in records(frame)
    ]
    columns = (
        Column(_("Indicator")), Column(_("Modules")), Column(_("Place")), Column(_("Phase")), Column(_("Due")),
        Column(_("Target"), numeric=True), Column(_("Actual"), numeric=True), Column(_("Reached"), numeric=True),
        Column(_("State")), Column(_("Date of the actual")), Column(_("Source of the target")),
        Column(_("Source of the actual")),
    )  # fmt: skip
    return Table(
        columns, rows, note=_("The actual is the newest published figure of the same indicator, place and modules.")
    )


def capacity(frame: pd.DataFrame, names: Names) -> Table:
    """One row per module and level."""
    rows: list[list[Cell]] = [
        [
            names("module", row["module"]),
            level_name(row["level"]),
            number(row["trainers"]),
            number(row["women"]),
            number(row["sex_unknown"]),
        ]
        for row in records(frame)
    ]
    columns = (Column(_("Module")), Column(_("Level")), Column(_("Trainers"), numeric=True),
               Column(_("Women"), numeric=True), Column(_("Sex not on record"), numeric=True))  # fmt: skip
    return Table(columns, rows, note=_("One trainer counts at every level and in every module on record."))


def events(frame: pd.DataFrame, as_of: date, names: Names, source_link: SourceLink) -> Table:
    """One row an event, the latest first."""
    rows: list[list[Cell]] = []
    for row in reversed(records(frame)):
        silent = lapsed(row, as_of)
        state = _("Planned; no word that it was held") if silent else event_status(row["status"])
        rows.append(
            [
                event_name(row),
                kind_name(row["kind"]),
                f"{EVENT_SIGNS[row['status']]} {state}",
                event_days(row),
                names("place", row["place"]),
                number(row["participants"]),
                number(row["women"]),
                partners_of(row, names) or "–",
                source_link(row["source"]),
                row["note"] or "",
            ]
        )
    columns = (
        Column(_("Event")), Column(_("Kind")), Column(_("State")), Column(_("Date")), Column(_("Place")),
        Column(_("Participants"), numeric=True), Column(_("Women"), numeric=True), Column(_("Partners")),
        Column(_("Source")), Column(_("Note")),
    )  # fmt: skip
    return Table(columns, rows)


def rounds(frame: pd.DataFrame, names: Names) -> Table:
    """One row a round with a date, the latest first."""
    rows: list[list[Cell]] = [
        [
            names("round", row["round"]),
            *(
                day(row[name], row["date_precision"])
                for name in ("planned_start", "started_on", "planned_end", "ended_on")
            ),
            slipped(row["slip"], row["date_precision"]) or "–",
        ]
        for row in reversed(records(frame))
    ]
    columns = (
        Column(_("Round")), Column(_("Planned start")), Column(_("Start")), Column(_("Planned end")), Column(_("End")),
        Column(_("Start against the plan")),
    )  # fmt: skip
    return Table(columns, rows)
