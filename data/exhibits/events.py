"""Events of the programme: planned, held and cancelled."""

from typing import Any

import pandas as pd

from data import queries
from data.columns import Count, Day, Key, Text, dated
from data.engine.precision import first_day, last_day
from data.exhibit import Exhibit
from data.queries import exhibit_rows
from data.queries.exhibit_rows import Rows
from data.rests_on import RestsOn, of_table
from data.storage import schema
from data.storage.schema import precision_of
from data.view import View


def numbers(view: View) -> pd.DataFrame:
    """One row per event, earliest first, events without a date last.

    ``first`` and ``last`` are the earliest and latest day possible (None: no date). ``ahead``: the event is still to
    come, planned and not over by the date of the view. ``partners`` are the partners that may be named. Where the name
    contains a hidden name, the event has the name of its kind and an alias as code. Only managers see notes.
    """
    partners = queries.event_partners(view.connection, view.of)
    rows = [_row(view, row, tuple(partners.get(row["code"], ()))) for row in queries.events(view.connection, view.of)]
    columns = [column.name for column in EXHIBIT.columns if column.name != "ahead"]
    frame = pd.DataFrame(rows, columns=columns, dtype=object)
    dates = zip(frame["status"], frame["last"], strict=True)
    ahead = [status == "planned" and last is not None and last > view.of.as_of for status, last in dates]
    return frame.assign(ahead=pd.Series(ahead, index=frame.index, dtype=bool))


def _row(view: View, row: dict[str, Any], partners: tuple[str, ...]) -> dict[str, Any]:
    code_words = row["code"].replace("-", " ")
    hidden = any(view.names_hidden(text) for text in (row["name_en"], row["name_zh"], code_words))
    begins, ends = ("starts_on", "ends_on") if row["starts_on"] else ("ends_on", "ends_on")
    ends = ends if row["ends_on"] else begins
    return row | {
        "event": f"{row['kind']}-{view.viewer.alias_order(row['code'])[:8]}" if hidden else row["code"],
        "name_en": row["kind"] if hidden else row["name_en"],
        "name_zh": row["kind"] if hidden else row["name_zh"],
        "first": first_day(row[begins], row[precision_of(begins)]) or row[begins],
        "last": last_day(row[ends], row[precision_of(ends)]),
        "partners": partners,
        "round": row["round"] if not view.viewer.limited or row["round"] in view.visible("round") else None,
        "note": None if view.viewer.limited else row["note"],
        **_participant_counts(view, row),
    }


def _participant_counts(view: View, row: dict[str, Any]) -> dict[str, int | None]:
    """The participants of an event and the women among them, as the viewer may see it. Women are at most all."""
    if view.disclosure is None:
        return {name: row[name] for name in ("participants", "women")}
    count_at = view.disclosure.rounding.count_at
    people, women = (count_at(name, row["code"], row[name]) for name in ("participants", "women"))
    return {"participants": people, "women": women if people is None or women is None else min(people, women)}


def _rows(view: View) -> Rows:
    events = queries.events(view.connection, view.of)
    return exhibit_rows.coded_rows(schema.event, (row["code"] for row in events))


EXHIBIT = Exhibit(
    code="events",
    columns=(
        Key("event"),
        Text("kind"),
        Text("name_en"),
        Text("name_zh"),
        Text("status"),
        *dated("starts_on", "ends_on"),
        Text("place", of="place"),
        Count("participants"),
        Count("women"),
        Day("first", exported=False),
        Day("last", exported=False),
        Text("module", of="module", exported=False),
        Text("round", of="round", exported=False),
        Text("partners", of="partner", exported=False),
        Text("source", of="source", exported=False),
        Text("note", exported=False),
        Text("ahead", exported=False),
    ),
    numbers=numbers,
    rests_on=RestsOn(of_table, {"event": _rows}),
)
