"""The calendar file: events and rounds of a selection as iCalendar, in whole days."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask, Response, make_response
from icalendar import Calendar, Event

from callbacks.requests.page_request import AppContext, PageRequest, address_search, open_request
from data import exhibits
from data.storage.schema import precision_of
from layouts import words
from layouts.frames import records
from layouts.texts.event_words import event_days, event_name, event_status, kind_name, partners_of, round_plan
from layouts.words import _, labelled, number

STATUSES = {"held": "CONFIRMED", "planned": "TENTATIVE", "cancelled": "CANCELLED"}


def install(server: Flask, context: AppContext) -> None:
    """Add the route."""

    @server.get("/calendar.ics", endpoint="calendar")
    def calendar() -> Response:
        with open_request(context, address_search()) as page_request:
            response = make_response(calendar_of(page_request))
            name = f"{page_request.addresses.file_name('calendar')}.ics"
        response.mimetype = "text/calendar"
        response.headers["Content-Disposition"] = f"attachment; filename={name}"
        return response


def calendar_of(page_request: PageRequest) -> bytes:
    """The calendar of a view, in the current language: events and rounds that have a date."""
    programme = page_request.view.catalogue.programme
    calendar = Calendar()
    calendar.add("prodid", "-//SCORE results dashboard//calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", _titled(page_request, programme.entry.name(words.language())))
    for row in records(exhibits.build(page_request.view, "events").table):
        if row["first"] is not None:
            calendar.add_component(_event(page_request, row))
    for row in records(exhibits.build(page_request.view, "rounds").table):
        if row["first"] or row["planned_first"]:
            calendar.add_component(_round(page_request, row))
    return bytes(calendar.to_ical())


def _event(page_request: PageRequest, row: Mapping[str, Any]) -> Event:
    details = [
        kind_name(row["kind"]),
        labelled(event_status(row["status"]), event_days(row)),
        _precision_note(row, "starts_on", "ends_on"),
        partners_of(row, page_request.names.of),
    ]
    if row["participants"] is not None:
        details.append(labelled(_("Participants"), number(row["participants"])))
    entry = _entry(page_request, f"event-{row['event']}", event_name(row), details)
    entry.add("dtstart", row["first"])
    entry.add("dtend", row["last"] + timedelta(days=1))  # the day after the last
    entry.add("status", STATUSES[row["status"]])
    if row["place"]:
        entry.add("location", page_request.names.of("place", row["place"]))
    return entry


def _round(page_request: PageRequest, row: Mapping[str, Any]) -> Event:
    """The entry of a round, on the days it was held, else on its planned days."""
    first = row["first"] or row["planned_first"]
    last = row["last"] or row["planned_last"] or first
    dates = ("started_on", "ended_on") if row["first"] else ("planned_start", "planned_end")
    details = [round_plan(row), _precision_note(row, *dates)]
    entry = _entry(
        page_request,
        f"round-{row['round']}",
        labelled(_("Round"), page_request.names.of("round", row["round"])),
        details,
    )
    entry.add("dtstart", first)
    entry.add("dtend", max(first, last) + timedelta(days=1))
    entry.add("status", STATUSES["held" if row["first"] else "planned"])
    return entry


def _entry(page_request: PageRequest, uid: str, summary: str, details: list[str]) -> Event:
    programme, version = page_request.view.catalogue.programme, page_request.view.catalogue.version
    entry = Event()
    entry.add("uid", f"{uid}@{programme.code}.score-results")
    # The time of loading, so that the same record gives the same file.
    entry.add(
        "dtstamp", version.loaded_at.replace(tzinfo=UTC) if version.loaded_at else datetime(1970, 1, 1, tzinfo=UTC)
    )
    entry.add("summary", _titled(page_request, summary))
    entry.add("description", "\n".join(part for part in details if part))
    entry.add("transp", "TRANSPARENT")  # does not mark anyone as busy
    return entry


def _titled(page_request: PageRequest, name: str) -> str:
    return labelled(_("Synthetic data"), name) if page_request.view.catalogue.programme.synthetic else name


def _precision_note(row: Mapping[str, Any], *dates: str) -> str:
    """The note of an entry that covers a whole month or year because its days are unknown; empty otherwise.

    `dates` are the columns with the dates of the entry.
    """
    precisions = {row[precision_of(name)] for name in dates}
    if "year" in precisions:
        return _("Only the year is on record; the entry spans all of it.")
    return _("Only the month is on record; the entry spans all of it.") if "month" in precisions else ""
