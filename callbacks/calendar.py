"""The Calendar page: what comes next, events in lanes, rounds against their plan."""

from typing import Any

from dash import Dash, Input, Output

from callbacks import drawing
from callbacks.page_request import AppContext, Cacheable, PageRequest, cacheable, open_request
from data import exhibits
from data.exhibits import Exhibit
from data.privacy.viewer import Permission
from data.tables import calendar
from layouts import ids, parts
from layouts.beside import beside
from layouts.frames import records
from layouts.programme import event_days, event_name, kind_name, partners_of, round_plan
from layouts.words import _


def register(app: Dash, context: AppContext) -> None:
    """Add the page's callback."""

    @app.callback(
        Output(ids.CALENDAR_NEXT, "content"),
        *parts.outputs("calendar", "events"),
        *parts.outputs("calendar", "rounds"),
        Input(ids.ADDRESS, "search"),
    )
    @cacheable(Cacheable.UNDERSTOOD)
    def page(search: str | None) -> tuple[Any, ...]:
        with open_request(context, search, clears_notice=True) as request:
            events, rounds = (exhibits.build(request.view, code) for code in ("events", "rounds"))
            return (
                coming(request, events, rounds),
                *drawing.filled(request, events, drawing.events),
                *drawing.filled(request, rounds, drawing.rounds),
            )


def coming(request: PageRequest, events: Exhibit, rounds: Exhibit) -> list[Any]:
    """What is planned after the date looked back from, and the way to take the calendar along."""
    rows = [
        (
            event_days(row),
            (event_name(row),),
            " · ".join(
                part
                for part in (
                    kind_name(row["kind"]) if row["name_en"] != row["kind"] else "",
                    request.name("place", row["place"]) if row["place"] else "",
                    partners_of(row, request.name),
                )
                if part
            ),
            None,
        )
        for row in records(calendar.ahead(events.table, request.as_of))
    ]
    later = [
        row
        for row in records(rounds.table)
        if row["first"] is None and row["planned_last"] and row["planned_last"] > request.as_of
    ]
    rows += [(_("Round"), (request.name("round", row["round"]),), round_plan(row), None) for row in later]
    take = request.href("/calendar.ics") if request.view.viewer.may(Permission.EXPORT) else ""
    return [
        beside(
            _("What comes next"),
            rows,
            _("Nothing is planned after the date this record speaks for."),
            (_("Take along as a calendar file"), take) if take else None,
        )
    ]
