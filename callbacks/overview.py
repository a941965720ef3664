"""The Overview page: headline figures, and a small map, funnel and change exhibit that lead on."""

from collections.abc import Mapping
from typing import Any

from dash import Dash, Input, Output

from callbacks import drawing
from callbacks.page_request import AppContext, Cacheable, PageRequest, cacheable, open_request
from data import exhibits
from layouts import ids, parts
from layouts.figures.map import SMALL
from layouts.frames import records
from layouts.words import _, known, number, unseen

# (headline, its label's headline of which it is a part): the two women/unknown headlines ride on their whole.
SHOWN = (
    "enterprises",
    "trained",
    "workers_reached",
    "people_trained",
    "modules_completed",
    "visits",
    "rounds",
    "partners",
)


def register(app: Dash, context: AppContext) -> None:
    """Add the page's callback."""

    @app.callback(
        Output(ids.OVERVIEW_HEADLINES, "content"),
        *(output for code in ("regions", "module-funnel", "change") for output in parts.outputs("overview", code)),
        Input(ids.ADDRESS, "search"),
    )
    @cacheable(Cacheable.UNDERSTOOD)
    def overview(search: str | None) -> tuple[Any, ...]:
        with open_request(context, search, clears_notice=True) as request:
            return page(request)


def page(request: PageRequest) -> tuple[Any, ...]:
    """Everything on the page."""
    build = exhibits.build
    return (
        [*headlines(exhibits.build(request.view, "overview")), parts.how_link(request.href("/how/overview"))],
        *drawing.filled(
            request,
            build(request.view, "regions"),
            drawing.regions,
            room=SMALL,
            leads_to=(_("All regions"), "/regions"),
        ),
        *drawing.filled(
            request,
            build(request.view, "module-funnel"),
            drawing.completion,
            leads_to=(_("Every step of every module"), "/modules"),
        ),
        *drawing.filled(
            request,
            build(request.view, "change"),
            drawing.improved,
            5,
            leads_to=(_("Every indicator, before and after"), "/results"),
        ),
    )


def headlines(exhibit: exhibits.Exhibit) -> list[Any]:
    """The headline figures, each with what it is out of."""
    rows = {row["headline"]: row for row in records(exhibit.table)}
    return [parts.headline(label(name), value(rows[name]), of(rows[name]), note(name, rows)) for name in SHOWN]


def value(row: Mapping[Any, Any]) -> str:
    """A headline's number; blank where it is not on record."""
    return number(row["value"]) if known(row["value"]) or unseen(row["value"]) else ""


def of(row: Mapping[Any, Any]) -> str:
    """What a headline's number is out of; blank where it is out of nothing."""
    return _("of {n}", n=number(row["of"])) if known(row["of"]) or unseen(row["of"]) else ""


def label(headline: str) -> str:
    """A headline in words."""
    return {
        "enterprises": _("Enterprises enrolled"),
        "trained": _("Enterprises trained"),
        "workers_reached": _("Workers employed in them"),
        "people_trained": _("People trained"),
        "modules_completed": _("Modules completed"),
        "visits": _("In-factory visits"),
        "rounds": _("Rounds"),
        "partners": _("Partners"),
        "workers_unknown": _("Trained enterprises of unknown size"),
        "women_trained": _("Of the people trained, women"),
        "places": _("Places"),
    }[headline]


def _participations(people: float | None, women: float | None) -> str:
    if not known(people) and not unseen(people):
        return _("no training gives a head count")
    if not known(women) and not unseen(women):
        return _("participations: two modules count twice; women were not counted")
    return _("participations: two modules count twice; {n} women", n=number(women))


_SUMS = frozenset({"workers_reached", "people_trained", "visits"})


def note(headline: str, rows: Mapping[Any, Any]) -> str:
    """What a headline is out of, or leaves out, in words."""
    if headline in _SUMS and unseen(rows[headline]["value"]):
        return _("too few enterprises")
    return {
        "enterprises": _("counted once each, in {n} places", n=number(rows["places"]["value"])),
        "trained": _("of those enrolled: a workshop held, or a later step"),
        "workers_reached": _("size unknown for {n} of the trained", n=number(rows["workers_unknown"]["value"])),
        "people_trained": _participations(rows["people_trained"]["value"], rows["women_trained"]["value"]),
        "modules_completed": _("enterprise × module, of those planned"),
        "visits": _("of those planned"),
        "rounds": _("of the rounds on record have an enterprise") if rows["rounds"]["of"] else _("with an enterprise"),
        "partners": _("in any role in these rounds"),
    }[headline]
