"""The Trainers page: the ladder, trainings held, providers with a licence, and what was published of capacity."""

from typing import Any

import pandas as pd
from dash import Dash, Input, Output

from callbacks import drawing
from callbacks.page_request import AppContext, Cacheable, PageRequest, cacheable, open_request
from data import exhibits
from data.tables import trainers
from layouts import ids, parts
from layouts.beside import beside
from layouts.frames import records
from layouts.programme import EVENT_SIGNS, event_days, event_name, event_status, partners_of
from layouts.tables import Link
from layouts.words import _, day, known, labelled, ngettext, number, quantity, unseen

ACTIVE = "active-trainers"
"""The indicator of a published number of trainers still active: no row of the record can say it."""


def register(app: Dash, context: AppContext) -> None:
    """Add the page's callback."""

    @app.callback(
        Output(ids.CAPACITY_HEADLINES, "content"),
        Output(ids.CAPACITY_BESIDE, "content"),
        *parts.outputs("capacity", "capacity"),
        Input(ids.ADDRESS, "search"),
    )
    @cacheable(Cacheable.UNDERSTOOD)
    def capacity(search: str | None) -> tuple[Any, ...]:
        with open_request(context, search, clears_notice=True) as request:
            built = exhibits.build(request.view, "capacity")
            events = exhibits.build(request.view, "events").table
            published = exhibits.build(request.view, "published").table
            figures = published[published["family"] == "capacity"]
            return (
                headlines(request, events, figures),
                [*licences(request, events), *printed(request, figures)],
                *drawing.filled(request, built, drawing.capacity),
            )


def headlines(request: PageRequest, events: pd.DataFrame, figures: pd.DataFrame) -> list[Any]:
    """Trainers, trainings held, licences, and who is still active."""
    everyone = trainers.ladder(request.view)["everyone"].iloc[0]
    active = figures[figures["indicator"] == ACTIVE].tail(1)
    told = [quantity(row["value"], row["unit"], row["operator"] or "=") for row in records(active)]
    dated = [day(row["as_of"], row["date_precision"]) for row in records(active)]
    context = events[events["status"] == "held"]
    licences_by = events.loc[events["kind"] == "licence", "status"].value_counts()
    return [
        parts.headline(
            _("Trainers on record"),
            number(everyone) if everyone or unseen(everyone) else "",
            "",
            _("each counted once, in all modules and levels"),
        ),
        *(_trainings(context[context["kind"] == kind], label) for kind, label in (
            ("tot", _("Trainings of trainers held")), ("toe", _("Trainings of enterprises held")))),
        parts.headline(
            _("Licences and agreements"),
            number(int(licences_by.get("held", 0))),
            "",
            _("signed; planned: {n}", n=number(int(licences_by.get("planned", 0)))),
        ),
        parts.headline(
            _("Trainers still active"),
            next(iter(told), ""),
            "",
            next(iter(dated), _("no published figure says it")),
        ),
    ]  # fmt: skip


def _trainings(context: pd.DataFrame, label: str) -> Any:
    counts = [n for n in context["participants"] if known(n) or unseen(n)]
    if not len(context):
        said = ""
    elif not counts:
        said = _("how many took part is not on record")
    else:
        said = ngettext("{people} participants in the {n} that says so", "{people} participants in the {n} that say so",
                        len(counts), people=number(sum(counts)))  # fmt: skip
    return parts.headline(label, number(len(context)), "", said)


def licences(request: PageRequest, events: pd.DataFrame) -> list[Any]:
    """Providers with a licence or an agreement, held or planned."""
    rows = [
        (
            f"{EVENT_SIGNS[row['status']]} {event_status(row['status'])} · {event_days(row)}",
            (partners_of(row, request.name) or _("partner not named"),),
            event_name(row),
            None,
        )
        for row in records(events[events["kind"] == "licence"])
    ]
    return [beside(_("Providers with a licence or an agreement"), rows, _("None in this selection."))]


def printed(request: PageRequest, figures: pd.DataFrame) -> list[Any]:
    """What others published of capacity, as printed: what one source says of one date and subject together."""
    told: dict[tuple[str, str, str | None], list[str]] = {}
    for row in records(figures):
        about = [request.name(table, row[table]) for table in ("place", "phase", "round", "partner") if row[table]]
        value = quantity(row["value"], row["unit"], row["operator"] or "=")
        dated = day(row["as_of"], row["date_precision"]) if row["as_of"] else _("no date given")
        said = labelled(request.name("indicator", row["indicator"]), value)
        told.setdefault((dated, " · ".join(about), row["source"]), []).append(said)
    rows = [
        (dated, said, about, Link(request.source_name(source), request.source_href(source)) if source else None)
        for (dated, about, source), said in told.items()
    ]
    return [beside(_("Published figures of capacity, as printed"), rows, _("None in this selection."))]
