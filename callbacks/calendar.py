"""The Calendar page: what comes next, events in lanes, rounds against their plan."""

from typing import Any

from dash import Dash, Input, Output

from callbacks import drawing
from callbacks.page_request import Asked, Held, Kept, kept, showing
from data import exhibits
from data.exhibits import Exhibit
from data.privacy.viewer import Permission
from data.tables import calendar
from layouts import ids, parts
from layouts.beside import beside
from layouts.frames import records
from layouts.programme import event_days, event_name, kind_name, partners_of, round_plan
from layouts.words import _


def register(app: Dash, held: Held) -> None:
    """Add the page's callback."""

    @app.callback(
        Output(ids.CALENDAR_NEXT, "content"),
        *parts.outputs("calendar", "events"),
        *parts.outputs("calendar", "rounds"),
        Input(ids.ADDRESS, "search"),
    )
    @kept(Kept.UNDERSTOOD)
    def page(search: str | None) -> tuple[Any, ...]:
        with showing(held, search) as asked:
            events, rounds = (exhibits.build(asked.view, code) for code in ("events", "rounds"))
            return (
                coming(asked, events, rounds),
                *drawing.filled(asked, events, drawing.events),
                *drawing.filled(asked, rounds, drawing.rounds),
            )


def coming(asked: Asked, events: Exhibit, rounds: Exhibit) -> list[Any]:
    """What is planned after the date looked back from, and the way to take the calendar along."""
    rows = [
        (
            event_days(row),
            (event_name(row),),
            " · ".join(
                part
                for part in (
                    kind_name(row["kind"]) if row["name_en"] != row["kind"] else "",
                    asked.name("place", row["place"]) if row["place"] else "",
                    partners_of(row, asked.name),
                )
                if part
            ),
            None,
        )
        for row in records(calendar.ahead(events.table, asked.as_of))
    ]
    later = [
        row
        for row in records(rounds.table)
        if row["first"] is None and row["planned_last"] and row["planned_last"] > asked.as_of
    ]
    rows += [(_("Round"), (asked.name("round", row["round"]),), round_plan(row), None) for row in later]
    take = asked.href("/calendar.ics") if asked.view.viewer.may(Permission.EXPORT) else ""
    return [
        beside(
            _("What comes next"),
            rows,
            _("Nothing is planned after the date this record speaks for."),
            (_("Take along as a calendar file"), take) if take else None,
        )
    ]
