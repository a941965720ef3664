"""Targets, trainers and events in words: their names, what was found of them, and what that rests on."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from layouts.words import (
    _,
    day,
    days,
    known,
    labelled,
    language,
    listed,
    ngettext,
    number,
    percent,
    quantity,
    sentences,
    unseen,
)

SIGNS = {"done": "✓", "in-progress": "…", "late": "!", "not-started": "○", "not-planned": "–", "unknown": "?"}
EVENT_SIGNS = {"held": "●", "planned": "○", "cancelled": "✕"}


def status_name(status: str) -> str:
    """How a target stands."""
    return {
        "done": _("Done"),
        "in-progress": _("In progress"),
        "late": _("Late"),
        "not-started": _("Not started"),
        "not-planned": _("Not planned"),
        "unknown": _("Cannot be told"),
    }[status]


def scope_name(scope: str | None) -> str:
    """Which modules a target or figure speaks for; empty where for all."""
    return {"m1": _("Module 1"), "m2-5": _("Modules 2 to 5")}.get(scope or "", "")


def level_name(level: str) -> str:
    """A step of the ladder of trainers."""
    return {"candidate": _("Candidates"), "certified": _("Certified trainers"), "expert": _("Expert trainers")}[level]


def kind_name(kind: str) -> str:
    """A kind of event."""
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
    """Whether an event took place."""
    return {"held": _("Held"), "planned": _("Planned"), "cancelled": _("Cancelled")}[status]


def event_name(row: Mapping[str, Any]) -> str:
    """What an event is called: its name, or its kind where the name is not this reader's to see."""
    first, second = ("name_zh", "name_en") if language() == "zh" else ("name_en", "name_zh")
    name = row[first] or row[second] or row["kind"]
    return kind_name(name) if name == row["kind"] else str(name)


def event_days(row: Mapping[str, Any]) -> str:
    """When an event was or is to be, as well as it is known."""
    begins, ends, precision = row["starts_on"], row["ends_on"], row["date_precision"]
    if begins is None and ends is None:
        return _("no date given")
    if begins is None:
        return _("by {date}", date=day(ends, precision))
    return days(begins, ends or begins, precision)


def lapsed(row: Mapping[str, Any], as_of: date) -> bool:
    """Is an event still called planned, though its days are over?"""
    return row["status"] == "planned" and row["last"] is not None and row["last"] <= as_of


# ---- targets


def target_values(row: Mapping[str, Any]) -> str:
    """Target and actual as printed, with the share of women where one is given."""
    return _("target {target}, actual {actual}", target=target_value(row), actual=actual_value(row))


def target_brief(row: Mapping[str, Any]) -> str:
    """How a target stands, where there is room for few words."""
    target, operator = quantity(row["target"], row["unit"]), row["operator"] or "="
    if not known(row["actual"]):
        return sentences(SIGNS[row["status"]], _("target {target}, no actual on record", target=target))
    actual = quantity(row["actual"], row["unit"], operator)
    values = _("target {target}, actual {actual}", target=target, actual=actual)
    return f"{SIGNS[row['status']]} {status_name(row['status'])} · {values}"


def actual_value(row: Mapping[str, Any]) -> str:
    """What was reached, with its sign where it is a bound."""
    if not known(row["actual"]):
        return _("not on record")
    return _with_women(quantity(row["actual"], row["unit"], row["operator"]), row["actual_women"])


def target_value(row: Mapping[str, Any]) -> str:
    """What was to be reached."""
    return _with_women(quantity(row["target"], row["unit"]), row["women"])


def _with_women(value: str, women: float | None) -> str:
    return value if women is None else sentences(value, _("({share} women)", share=percent(women / 100)))


def target_status(row: Mapping[str, Any]) -> str:
    """Sign and word of how a target stands, and why where that cannot be told."""
    status = row["status"]
    if status == "unknown":
        why = _("no actual on record") if not known(row["actual"]) else _("the actual is a bound")
        return f"{SIGNS[status]} {labelled(status_name(status), why)}"
    return f"{SIGNS[status]} {status_name(status)}"


def targets_found(frame: pd.DataFrame) -> str:
    """How many targets were reached."""
    counts = frame["status"].value_counts()
    late = int(counts.get("late", 0))
    reached = ngettext(
        "{done} of {n} target reached",
        "{done} of {n} targets reached",
        len(frame),
        done=number(int(counts.get("done", 0))),
    )
    return _("{reached}; {late} late", reached=reached, late=number(late)) if late else reached


def targets_caption(frame: pd.DataFrame) -> str:
    """How to read the bars, and what has none."""
    zero = int((frame["target"] == 0).sum())
    said = ngettext(
        "{n} target is zero: of nothing there is no share.",
        "{n} targets are zero: of nothing there is no share.",
        zero,
    )
    return sentences(_("The line is the target; a bar says how much of it was reached."), said if zero else "")


# ---- trainers


def women_share(row: Mapping[str, Any]) -> str:
    """How many are women, out of those whose sex is on record."""
    if not row["trainers"] or any(unseen(row[name]) for name in ("trainers", "women", "sex_unknown")):
        return ""
    of = row["trainers"] - row["sex_unknown"]
    if row["women"] and row["women"] > of:  # rounded apart from one another
        return _("women {women}", women=number(row["women"]))
    if not of:
        return _("of nobody is the sex on record")
    if not row["sex_unknown"]:
        return _("women {women} of {n}", women=number(row["women"]), n=number(of))
    return _("women {women} of {n} whose sex is on record", women=number(row["women"]), n=number(of))


def ladder_found(ladder: pd.DataFrame) -> str:
    """How many stand on each step."""
    steps = {row.level: row.trainers for row in ladder.itertuples(index=False)}
    return _(
        "{candidates} candidates, {certified} certified trainers and {experts} experts on record",
        candidates=number(steps["candidate"]),
        certified=number(steps["certified"]),
        experts=number(steps["expert"]),
    )


# ---- events


def events_found(frame: pd.DataFrame, as_of: date, ahead: int) -> str:
    """How many were held, and how many are to come."""
    held = int((frame["status"] == "held").sum())
    said = ngettext("{n} event held by {date}", "{n} events held by {date}", held, date=day(as_of))
    return _("{held}, {n} to come", held=said, n=number(ahead)) if ahead else _("{held}, none to come", held=said)


def events_caption(frame: pd.DataFrame, as_of: date) -> str:
    """What the marks leave out or cannot say."""
    undated = int(frame["first"].isna().sum())
    silent = sum(lapsed(row, as_of) for row in frame.to_dict("records"))
    return sentences(
        ngettext(
            "{n} planned event is past its date without word that it was held.",
            "{n} planned events are past their date without word that they were held.",
            silent,
        )
        if silent
        else "",
        ngettext("{n} without a date stands in the table.", "{n} without a date stand in the table.", undated)
        if undated
        else "",
    )


def rounds_found(frame: pd.DataFrame) -> str:
    """How many rounds began, and how many of them later than planned."""
    slips = [slip for slip in frame["slip"] if slip is not None]
    begun = int(frame["started_on"].notna().sum())
    if not slips:
        return ngettext(
            "{n} round has begun; no plan to hold it against",
            "{n} rounds have begun; no plans to hold them against",
            begun,
        )
    return ngettext(
        "{late} of {n} round with a plan and a start on record began later than planned",
        "{late} of {n} rounds with a plan and a start on record began later than planned",
        len(slips),
        late=number(sum(slip > 0 for slip in slips)),
    )


def slipped(slip: int | None, precision: str | None) -> str:
    """How much later than planned a round began, no finer than its dates are known; empty where that is unknown."""
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
    """Plan against fact of one round, in words."""
    precision = row["date_precision"]
    said = [
        labelled(_("planned"), _span(row["planned_start"], row["planned_end"], precision))
        if row["planned_start"] or row["planned_end"]
        else "",
        labelled(_("held"), _span(row["started_on"], row["ended_on"], precision))
        if row["started_on"] or row["ended_on"]
        else _("not begun"),
        slipped(row["slip"], precision),
    ]
    return " · ".join(part for part in said if part)


def _span(first: date | None, last: date | None, precision: str | None) -> str:
    if first is None:
        return _("to {date}", date=day(last, precision))
    if last is None:
        return _("from {date}", date=day(first, precision))
    return days(first, last, precision)


# ---- what each rests on


def resting_on(exhibit: str, frame: pd.DataFrame) -> str:
    """What an exhibit of the programme rests on, where enterprises and their pairs say nothing of it; else empty."""
    if exhibit == "targets":
        actual = int(frame["actual"].notna().sum())
        return sentences(
            ngettext("{n} target", "{n} targets", len(frame)), "·", _("{n} with an actual", n=number(actual))
        )
    if exhibit == "capacity":
        return ngettext(
            "{n} level of a module reached by trainers", "{n} levels of modules reached by trainers", len(frame)
        )
    if exhibit == "events":
        told = int(frame["participants"].notna().sum())
        return sentences(
            ngettext("{n} event", "{n} events", len(frame)), "·", _("{n} with a head count", n=number(told))
        )
    if exhibit == "rounds":
        return ngettext("{n} round with a date on record", "{n} rounds with a date on record", len(frame))
    if exhibit == "published":
        return ngettext("{n} published figure", "{n} published figures", len(frame))
    return ""


def partners_of(row: Mapping[str, Any], name: Any) -> str:
    """Whose event it is."""
    return listed([name("partner", code) for code in row["partners"]])
