"""Events and rounds on the calendar: what was planned, what came of it, and what comes next."""

from datetime import date
from typing import Any

import pandas as pd

from data import queries
from data.precision import first_day, last_day, slip
from data.view import View

EVENT_COLUMNS = (
    "event", "kind", "name_en", "name_zh", "status", "starts_on", "ends_on", "place", "participants", "women",
)  # fmt: skip
ROUND_COLUMNS = ("round", "planned_start", "planned_end", "started_on", "ended_on")


def events(view: View) -> pd.DataFrame:
    """One row an event, earliest first, undated last.

    ``first`` and ``last`` are the days it may fill (None: undated); ``partners`` those that may be named. A name that
    tells who may not be named is the kind's, and its code one that tells nothing; notes go to managers alone.
    """
    partners = queries.event_partners(view.connection, view.of)
    rows = [_row(view, row, tuple(partners.get(row["code"], ()))) for row in queries.events(view.connection, view.of)]
    beside = ("first", "last", "date_precision", "module", "round", "partners", "source", "note")
    return pd.DataFrame(rows, columns=[*EVENT_COLUMNS, *beside], dtype=object)


def _row(view: View, row: dict[str, Any], partners: tuple[str, ...]) -> dict[str, Any]:
    spelled_out = row["code"].replace("-", " ")
    hidden = any(view.names_hidden(text) for text in (row["name_en"], row["name_zh"], spelled_out))
    begins, ends, precision = row["starts_on"] or row["ends_on"], row["ends_on"] or row["starts_on"], "date_precision"
    return row | {
        "event": f"{row['kind']}-{view.viewer.alias_order(row['code'])[:8]}" if hidden else row["code"],
        "name_en": row["kind"] if hidden else row["name_en"],
        "name_zh": row["kind"] if hidden else row["name_zh"],
        "first": first_day(begins, row[precision]),
        "last": last_day(ends, row[precision]),
        "partners": partners,
        "round": row["round"] if not view.viewer.limited or row["round"] in view.visible("round") else None,
        "note": None if view.viewer.limited else row["note"],
        **_heads(view, row),
    }


def _heads(view: View, row: dict[str, Any]) -> dict[str, int | None]:
    """Those who came to an event, as the viewer is shown it: women are at most all."""
    if view.disclosure is None:
        return {name: row[name] for name in ("participants", "women")}
    count_at = view.disclosure.rounding.count_at
    people, women = (count_at(name, row["code"], row[name]) for name in ("participants", "women"))
    return {"participants": people, "women": women if people is None or women is None else min(people, women)}


def rounds(view: View) -> pd.DataFrame:
    """One row a round with any date: round, planned and actual dates, their ``date_precision``, ``slip``.

    ``slip`` is how much later than planned it began, in units of the precision; planned_first, planned_last, first and
    last are the days that plan and fact may fill.
    """
    rows = []
    for row in queries.round_dates(view.connection, view.of):
        if not any(row[name] for name in ("planned_start", "planned_end", "started_on", "ended_on")):
            continue
        precision = row["date_precision"]
        rows.append(
            row
            | {
                "slip": slip(row["planned_start"], row["started_on"], precision),
                "planned_first": first_day(row["planned_start"] or row["planned_end"], precision),
                "planned_last": last_day(row["planned_end"] or row["planned_start"], precision),
                "first": first_day(row["started_on"], precision),
                "last": last_day(row["ended_on"], precision),
            }
        )
    beside = ("date_precision", "slip", "planned_first", "planned_last", "first", "last", "source")
    return pd.DataFrame(rows, columns=[*ROUND_COLUMNS, *beside], dtype=object)


def ahead(frame: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Of :func:`events` those that come after a date, soonest first: planned, and not over by then."""
    planned = frame[frame["status"] == "planned"]
    later = [last is not None and last > as_of for last in planned["last"]]
    return planned[pd.Series(later, index=planned.index, dtype=bool)]
