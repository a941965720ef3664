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
    """The dates of an event in words, each with its precision."""
    begins, ends = (row["starts_on"], row["starts_on_precision"]), (row["ends_on"], row["ends_on_precision"])
    if begins[0] is None and ends[0] is None:
        return _("no date given")
    if begins[0] is None:
        return day(*ends) if ends[1] == "by" else _("by {date}", date=day(*ends))
    return day(*begins) if ends[0] is None else days(*begins, *ends)


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
    """The planned and actual dates of a round and its delay (`slip`, in units of `slip_precision`), in words."""
    parts = [
        labelled(_("planned"), _span(row, "planned_start", "planned_end"))
        if row["planned_start"] or row["planned_end"]
        else "",
        labelled(_("held"), _span(row, "started_on", "ended_on"))
        if row["started_on"] or row["ended_on"]
        else _("not begun"),
        slipped(row["slip"], row["slip_precision"]),
    ]
    return " · ".join(part for part in parts if part)


def _span(row: Mapping[str, Any], first: str, last: str) -> str:
    """The dates in the columns `first` and `last`, of which one may be blank."""
    since, until = ((row[name], row[f"{name}_precision"]) for name in (first, last))
    if since[0] is None:
        return day(*until) if until[1] == "by" else _("to {date}", date=day(*until))
    if until[0] is None:
        return day(*since) if since[1] == "by" else _("from {date}", date=day(*since))
    return days(*since, *until)


def partners_of(row: Mapping[str, Any], name: Any) -> str:
    """The names of an event's partners."""
    return listed([name("partner", code) for code in row["partners"]])
