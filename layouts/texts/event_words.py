"""Events and rounds in words: names, dates, partners, and plan against fact."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from layouts.words import _, day, days, labelled, language, listed, ngettext

EVENT_SIGNS = {"held": "●", "planned": "○", "cancelled": "✕"}


def kind_name(kind: str) -> str:
    """The name of a kind of event."""
    return {
        "tot": _("Training of trainers"),
        "toe": _("Training of enterprises"),
        "committee": _("Committee meeting"),
        "licence": _("Licence or agreement"),
        "workshop": _("Workshop"),
        "seminar": _("Seminar"),
        "launch": _("Launch"),
        "visit": _("Visit"),
        "publication": _("Publication"),
    }[kind]


def event_status(status: str) -> str:
    """The name of an event's status."""
    return {"held": _("Held"), "planned": _("Planned"), "cancelled": _("Cancelled")}[status]


def event_name(row: Mapping[str, Any]) -> str:
    """The name of an event, or its kind where the viewer may not see the name."""
    first, second = ("name_zh", "name_en") if language() == "zh" else ("name_en", "name_zh")
    name = row[first] or row[second] or row["kind"]
    return kind_name(name) if name == row["kind"] else str(name)


def event_days(row: Mapping[str, Any]) -> str:
    """The dates of an event in words, with their precision."""
    begins, ends, precision = row["starts_on"], row["ends_on"], row["date_precision"]
    if begins is None and ends is None:
        return _("no date given")
    if begins is None:
        return _("by {date}", date=day(ends, precision))
    return days(begins, ends or begins, precision)


def lapsed(row: Mapping[str, Any], as_of: date) -> bool:
    """Is an event still "planned" although its dates have passed?"""
    return row["status"] == "planned" and row["last"] is not None and row["last"] <= as_of


def slipped(slip: int | None, precision: str | None) -> str:
    """The delay of a round's start against its plan, in units of the precision; empty where it is unknown."""
    if slip is None:
        return ""
    if not slip:
        return {
            "month": _("in the month planned"),
            "year": _("in the year planned"),
        }.get(precision or "day", _("on the day planned"))
    late = slip > 0
    size = abs(slip)
    if precision == "year":
        return (
            ngettext("{n} year later than planned", "{n} years later than planned", size)
            if late
            else ngettext("{n} year earlier than planned", "{n} years earlier than planned", size)
        )
    if precision == "month":
        return (
            ngettext("{n} month later than planned", "{n} months later than planned", size)
            if late
            else ngettext("{n} month earlier than planned", "{n} months earlier than planned", size)
        )
    return (
        ngettext("{n} day later than planned", "{n} days later than planned", size)
        if late
        else ngettext("{n} day earlier than planned", "{n} days earlier than planned", size)
    )


def round_plan(row: Mapping[str, Any]) -> str:
    """The planned and actual dates of a round and its delay, in words."""
    precision = row["date_precision"]
    parts = [
        labelled(_("planned"), _span(row["planned_start"], row["planned_end"], precision))
        if row["planned_start"] or row["planned_end"]
        else "",
        labelled(_("held"), _span(row["started_on"], row["ended_on"], precision))
        if row["started_on"] or row["ended_on"]
        else _("not begun"),
        slipped(row["slip"], precision),
    ]
    return " · ".join(part for part in parts if part)


def _span(first: date | None, last: date | None, precision: str | None) -> str:
    if first is None:
        return _("to {date}", date=day(last, precision))
    if last is None:
        return _("from {date}", date=day(first, precision))
    return days(first, last, precision)


def partners_of(row: Mapping[str, Any], name: Any) -> str:
    """The names of an event's partners."""
    return listed([name("partner", code) for code in row["partners"]])
