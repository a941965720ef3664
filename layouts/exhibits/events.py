"""Events in time, one lane per kind of event; and the list of coming events."""

from datetime import date
from typing import Any

import pandas as pd
from dash.development.base_component import Component

from layouts import theme
from layouts.figures.bars import ROOM
from layouts.figures.chart import Category, Chart, Series
from layouts.figures.slide_room import MOST_ROWS
from layouts.figures.time_axis import in_time
from layouts.frames import records
from layouts.look import ColumnLook, Drawing, Look, Material, Materials, Picture, Row, all_rows_missing, latest_first
from layouts.parts.cell_writers import count, name, source, text
from layouts.parts.short_list import short_list
from layouts.texts.event_words import (
    EVENT_SIGNS,
    event_days,
    event_name,
    event_status,
    kind_name,
    lapsed,
    partners_of,
    round_plan,
)
from layouts.theme import Figure
from layouts.words import _, _l, day, labelled, listed, ngettext, number, sentences

KINDS = ("tot", "toe", "committee", "licence", "workshop", "seminar", "launch", "visit", "publication")
STATUSES = ("held", "planned", "cancelled")
_SYMBOLS = {
    "held": ("circle", theme.AFTER),
    "planned": ("circle-open", theme.AFTER),
    "cancelled": ("x-thin-open", theme.WORSE),
}


def draw(material: Material) -> Drawing:
    """Events in time; on a slide the kinds with most events."""
    frame, as_of = material.table, material.as_of
    most = MOST_ROWS if material.on_slide else len(KINDS)
    cut = _("The {n} kinds with most events; the table has all.", n=most) if frame["kind"].nunique() > most else ""
    kinds = _lanes(frame)[:most]
    chart = _chart(frame, kinds)
    counts = frame["kind"].value_counts()
    return Drawing(
        title=_title(frame, as_of),
        figure=_figure(frame, as_of, kinds, chart),
        caption=sentences(_caption(frame, as_of), cut),
        chart=chart,
        ns=tuple((kind_name(str(kind)), number(int(n))) for kind, n in counts.items()),
        # A note may name an enterprise.
        table=None if material.rows else frame.assign(note=None),
    )


def _lanes(frame: pd.DataFrame) -> list[str]:
    """The kinds of event that occur, those with most events first."""
    counts = frame["kind"].value_counts()
    return sorted((kind for kind in KINDS if kind in counts), key=lambda kind: (-counts[kind], KINDS.index(kind)))


def _chart(frame: pd.DataFrame, kinds: list[str]) -> Chart:
    """One bar per kind, with one part per status."""
    categories = []
    for kind in kinds:
        counts = frame.loc[frame["kind"] == kind, "status"].value_counts()
        by_status = [labelled(event_status(each), number(int(counts[each]))) for each in STATUSES if each in counts]
        categories.append(Category(kind_name(kind), " · ".join(by_status)))
    colours = {"held": theme.AFTER, "planned": theme.PALE, "cancelled": theme.WORSE}
    series = tuple(
        Series(
            event_status(status),
            tuple(float(((frame["kind"] == kind) & (frame["status"] == status)).sum()) for kind in kinds),
            colours[status],
            hatched="/" if status == "planned" else "",
            hatching=theme.AFTER,
            dark=status != "planned",
        )
        for status in STATUSES
        if (frame["status"] == status).any()
    )
    most = float(frame["kind"].value_counts().max())
    return Chart(tuple(categories), series, stacked=True, most=most, fewest=most * ROOM)


def _figure(frame: pd.DataFrame, as_of: date, kinds: list[str], chart: Chart) -> Figure | None:
    """One mark per event at its first day, with a line to its last day; None where no event has a date."""
    dated = [row for row in records(frame) if row["first"] is not None and row["kind"] in kinds]
    if not dated:
        return None
    traces: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "mode": "lines",
            "x": [x for row in dated for x in (row["first"].isoformat(), row["last"].isoformat(), None)],
            "y": [y for row in dated for y in (*[kinds.index(row["kind"])] * 2, None)],
            "line": {"color": "#9dbfd6", "width": 5},
            "hoverinfo": "skip",
            "showlegend": False,
        }
    ]
    for status, (symbol, colour) in _SYMBOLS.items():
        marked = [row for row in dated if row["status"] == status]
        if marked:
            traces.append(
                {
                    "type": "scatter",
                    "mode": "markers",
                    "name": event_status(status),
                    "x": [row["first"].isoformat() for row in marked],
                    "y": [kinds.index(row["kind"]) for row in marked],
                    "marker": {"symbol": symbol, "size": 12, "color": colour, "line": {"width": 2, "color": colour}},
                    "hoverinfo": "skip",
                    "cliponaxis": False,
                }
            )
    when = [each for row in dated for each in (row["first"], row["last"])]
    headings = [
        theme.heading(f"{each.name}  <b>{each.number}</b>", at, across=True) for at, each in enumerate(chart.categories)
    ]
    return in_time(traces, when, as_of, headings, height=50)


def coming(materials: Materials) -> list[Component]:
    """The list of events and rounds planned after the as-of date, with the link to download the calendar."""
    events, rounds = materials("events"), materials("rounds")
    rows: list[tuple[str, tuple[str, ...], str, None]] = [
        (event_days(row), (event_name(row),), " · ".join(part for part in _details(row, events) if part), None)
        for row in records(events.table[events.table["ahead"].astype(bool)])
    ]
    coming_rounds = [
        row
        for row in records(rounds.table)
        if row["first"] is None and row["planned_last"] and row["planned_last"] > rounds.as_of
    ]
    rows += [(_("Round"), (rounds.name("round", row["round"]),), round_plan(row), None) for row in coming_rounds]
    download = (_("Take along as a calendar file"), events.href("/calendar.ics")) if events.may_export else None
    none = _("Nothing is planned after the date this record speaks for.")
    return [short_list(_("What comes next"), rows, none, download)]


def _details(row: Row, material: Material) -> tuple[str, ...]:
    return (
        kind_name(row["kind"]) if row["name_en"] != row["kind"] else "",
        material.name("place", row["place"]) if row["place"] else "",
        partners_of(row, material.name),
    )


def _title(frame: pd.DataFrame, as_of: date) -> str:
    """The number of events held, and of events to come."""
    ahead = int(frame["ahead"].sum())
    held = int((frame["status"] == "held").sum())
    if held:
        by_now = ngettext("{n} event held by {date}", "{n} events held by {date}", held, date=day(as_of))
    else:
        by_now = _("No event on record as held by {date}", date=day(as_of))
    return _("{held}, {n} to come", held=by_now, n=number(ahead)) if ahead else _("{held}, none to come", held=by_now)


def _caption(frame: pd.DataFrame, as_of: date) -> str:
    """The number of events held, to come, past without news and cancelled, and of those without a date."""
    undated = int(frame["first"].isna().sum())
    held, cancelled = (int((frame["status"] == status).sum()) for status in ("held", "cancelled"))
    lapsed_count = sum(lapsed(row, as_of) for row in records(frame))
    parts = (
        (_("{n} held", n=number(held)), held),
        (_("{n} to come", n=number(frame["ahead"].sum())), frame["ahead"].sum()),
        (_("{n} planned for a past date, without word that it was held", n=number(lapsed_count)), lapsed_count),
        (_("{n} cancelled", n=number(cancelled)), cancelled),
    )
    told = listed([part for part, n in parts if n])
    return sentences(
        ngettext("{n} event on record: {parts}.", "{n} events on record: {parts}.", len(frame), parts=told)
        if told
        else "",
        ngettext("{n} without a date stands in the table.", "{n} without a date stand in the table.", undated)
        if undated
        else "",
    )


def _state(row: Row, material: Material) -> str:
    is_lapsed = lapsed(row, material.as_of)
    state = _("Planned; no word that it was held") if is_lapsed else event_status(row["status"])
    return f"{EVENT_SIGNS[row['status']]} {state}"


def _resting_on(frame: pd.DataFrame) -> str:
    with_count = int(frame["participants"].notna().sum())
    events = ngettext("{n} event", "{n} events", len(frame))
    return sentences(events, "·", _("{n} with a head count", n=number(with_count)))


LOOK = Look(
    code="events",
    name=_l("Events, planned and held"),
    definition=_l(
        "One row per event, planned, held or cancelled, with the people who took part where that is on record. "
        "A held event is seen from its first day on (a month or year from its last day), a planned or cancelled one "
        "from the date of its source. Each date is written as precisely as it is known; by a date means on that day "
        "at the latest."
    ),
    section="Events and rounds",
    columns=(
        ColumnLook("event", _l("code of the event"), _l("Event"), lambda row, _m: event_name(row), obvious=True),
        ColumnLook("kind", _l("kind of event, as a code"), _l("Kind"), lambda row, _m: kind_name(row["kind"]),
                   obvious=True),
        ColumnLook("name_en", _l("name in English"), obvious=True),
        ColumnLook("name_zh", _l("name in Chinese"), obvious=True),
        ColumnLook("status", _l("planned, held or cancelled"), _l("State"), _state),
        ColumnLook("starts_on", _l("first day, as precise as it is known: 2014-09-10, 2014-09, 2014, by 2014-09-30")),
        ColumnLook("ends_on", _l("last day, as precise as it is known")),
        ColumnLook(label=_l("Date"), write=lambda row, _m: event_days(row)),
        ColumnLook("place", _l("code of the place; blank where it is not given"), _l("Place"), name("place"),
                   obvious=True),
        ColumnLook("participants", _l("people who took part, where on record"), _l("Participants"),
                   count("participants"), True),
        ColumnLook("women", _l("women among the participants"), _l("Women"), count("women"), True),
        ColumnLook(label=_l("Partners"), write=lambda row, m: partners_of(row, m.name) or "–"),
        ColumnLook(label=_l("Source"), write=source()),
        ColumnLook(label=_l("Note"), write=text("note")),
    ),
    arranged=latest_first,
    pictures=(Picture("events", draw, _l("Events, planned and held")),),
    missing=all_rows_missing(_l("No event is on record in this selection; events have no sector.")),
    resting_on=_resting_on,
)  # fmt: skip
