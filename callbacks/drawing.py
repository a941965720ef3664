"""Exhibits as pages show them: the table of data, drawn by layouts. One function per exhibit."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd

from callbacks import downloads
from callbacks.page_request import PageRequest
from data import exhibits
from data.exhibits import Exhibit
from data.privacy.viewer import Permission
from data.tables import calendar, places, results, trainers
from data.vocabulary import YES_NO
from layouts import enterprise_table, findings, parts, programme, programme_tables, tables
from layouts.figures import calendar as calendar_figure
from layouts.figures import change, funnel, ladder, map, matrix  # noqa: A004 - the map is what it draws
from layouts.figures import coverage as coverage_figure
from layouts.figures import targets as targets_figure
from layouts.figures.map import METRICS
from layouts.parts import Drawing
from layouts.tables import Link, Table
from layouts.words import _, sentences


def regions(request: PageRequest, exhibit: Exhibit, metric: str = METRICS[0], room: map.Room = map.WIDE) -> Drawing:
    """The map by `metric`."""
    frame = exhibit.table
    located = frame[frame["place"].notna()]
    entries = [request.view.catalogue.place[code].columns for code in located["place"]]
    points = located.assign(
        latitude=[entry["latitude"] for entry in entries],
        longitude=[entry["longitude"] for entry in entries],
        name=[request.name("place", code) for code in located["place"]],
    )
    # A province that is a place of its own (a municipality, or no city known) is filled, not dotted as well.
    dotted = points[points["level"].isin(["city", "county"])]
    provinces = _provinces(request)
    return Drawing(
        title=findings.regions(frame, provinces, metric, request.name, rounded=exhibit.threshold is not None),
        figure=map.regions(dotted, provinces, metric, request.ground, room),
        under=request.ground.notice,
    )


def ranking(request: PageRequest, exhibit: Exhibit, metric: str = METRICS[0], most: int = map.MOST_ROWS) -> Drawing:
    """The provinces as bars, with what lies in none."""
    provinces = _provinces(request)[["name", *METRICS]]
    outside = exhibit.table[exhibit.table["province"].isna()]
    names = [request.name("place", code) if code else _("Place not given") for code in outside["place"]]
    rows = pd.concat([provinces, outside.assign(name=names)[["name", *METRICS]]], ignore_index=True)
    return Drawing(
        title=_("{metric}, by province", metric=map.metric_name(metric)),
        figure=map.ranking(rows, metric, most),
        caption=_("Where no city or province is on record, the country; where nothing is: place not given."),
    )


def _provinces(request: PageRequest) -> pd.DataFrame:
    frame = places.provinces(request.view)
    return frame.assign(code=frame["place"], name=[request.name("place", code) for code in frame["place"]])


def module_funnel(request: PageRequest, exhibit: Exhibit, *, wide: bool = False) -> Drawing:
    """Planned to completed, module by module: one under the other, or for a `wide` area with the steps as columns."""
    frame = exhibit.table[exhibit.table["planned"] > 0]
    return Drawing(
        title=findings.module_funnel(frame, request.name),
        figure=(funnel.module_steps if wide else funnel.module_funnel)(frame, request.name),
        caption=_(
            "A step counts as reached when it or a later one has evidence. Those not due yet are left out of shares."
        ),
    )


def completion(request: PageRequest, exhibit: Exhibit) -> Drawing:
    """The small funnel: completed of due."""
    return Drawing(
        title=findings.module_funnel(exhibit.table, request.name),
        figure=funnel.completion(exhibit.table, request.name),
    )


def states(request: PageRequest, exhibit: Exhibit, *, every: bool = False) -> Drawing:
    """Where each planned training stands, with `every` number printed or those that have room."""
    return Drawing(
        title=findings.states(exhibit.table),
        figure=funnel.states(exhibit.table, request.name, every=every),
        caption=_("Enterprises per module; each is in exactly one state."),
        table=request.href("/table/states"),
    )


def journey(request: PageRequest, exhibit: Exhibit) -> Drawing:
    """From enrolment to every planned module completed."""
    del request
    return Drawing(
        title=findings.journey(exhibit.table),
        figure=funnel.journey(exhibit.table),
        caption=findings.journey_caption(exhibit.table),
    )


def breadth(request: PageRequest, exhibit: Exhibit) -> Drawing:
    """How many modules enterprises completed."""
    del request
    return Drawing(
        title=findings.breadth(exhibit.table),
        figure=funnel.breadth(exhibit.table, exhibit.coverage.enterprises),
    )


def who_is_where(
    request: PageRequest,
    exhibit: Exhibit,
    enterprises: int = matrix.MOST_ENTERPRISES,
    most: int = matrix.MOST_PATTERNS,
    *,
    rows: bool = True,
) -> Drawing:
    """Enterprise × module; past so many `enterprises`, or where they may not have `rows`, the most common patterns."""
    if not rows:
        enterprises = 0
    planned = set(exhibit.table["module"])
    modules = [code for code in request.view.catalogue.module if code in planned]
    many = exhibit.table["enterprise"].nunique() > enterprises
    return Drawing(
        title=matrix.pattern_title(exhibit.table, modules, request.name),
        figure=matrix.matrix(exhibit.table, modules, request.name, enterprises, most),
        caption=_combinations(len(matrix.patterns(exhibit.table, modules)), most, rows=rows) if many else "",
    )


def _combinations(all_of_them: int, most: int, *, rows: bool) -> str:
    if not rows:
        return (
            _("The {n} most common combinations of states.", n=most)
            if all_of_them > most
            else _("Every combination of states.")
        )
    if all_of_them > most:
        return _("The {n} most common combinations of states; the table names each enterprise.", n=most)
    return _("Every combination of states; the table names each enterprise.")


def improved(request: PageRequest, exhibit: Exhibit, most: int = change.MOST_INDICATORS) -> Drawing:
    """Share of enterprises that improved, per indicator that is a figure and not a practice."""
    figures = exhibit.table[exhibit.table["unit"] != YES_NO]
    rated = figures[figures["better_count"].notna() & (figures["pairs"] > 0)]
    caption = _(
        "Share of reporting enterprises that moved in the good direction, with its 95\u00a0% interval from 6 pairs on."
    )
    return Drawing(
        title=findings.change(figures),
        figure=change.improved(rated, request.name, most) if len(rated) else None,
        caption=sentences(caption, _most(rated, most)) if len(rated) else "",
    )


def practices(request: PageRequest, exhibit: Exhibit, most: int = change.MOST_INDICATORS) -> Drawing:
    """Share of enterprises with a practice, before and after."""
    of_practices = exhibit.table["unit"] == YES_NO
    frame = exhibit.table[of_practices & (exhibit.table["pairs"] > 0)]
    if not len(frame):
        return Drawing(_("No practice was reported before and after"), table=request.href("/table/change"))
    return Drawing(
        title=findings.practices(frame, rounded=exhibit.threshold is not None),
        figure=change.practices(frame, request.name, most),
        caption=sentences(_("Share of enterprises that reported both times."), _most(frame, most)),
        table=request.href("/table/change"),
    )


def _most(frame: pd.DataFrame, most: int) -> str:
    return _("The {n} indicators with most pairs; the table has all.", n=most) if len(frame) > most else ""


def pairs(request: PageRequest, exhibit: Exhibit, indicator: str, *, close: bool = False, rows: bool = True) -> Drawing:
    """One indicator: a line per enterprise while they are few, `close` to one another or not; else the distribution.

    Where enterprises may have no `rows` few of them are their median.
    """
    columns = request.view.catalogue.indicator[indicator].columns
    unit, better = columns["unit"], columns["better"]
    frame = exhibit.table
    numbers = exhibits.change_of(request.view, indicator)
    beyond = 0
    if not numbers["pairs"] or (unit != YES_NO and numbers["median_change"] is None):
        figure = None
    elif unit == YES_NO:
        figure = change.practice(numbers)
    elif request.view.threshold:
        figure = change.middle(numbers, unit, better)
    elif len(frame) < change.FEWEST_FOR_DISTRIBUTION:
        figure = (
            change.lines(frame, unit, better, request.name, beside=close)
            if rows
            else change.middle(numbers, unit, better)
        )
    else:
        figure = change.distribution(frame, unit, better, numbers)
        beyond = change.bins(frame["change"].to_numpy(float))[2]
    return Drawing(
        title=findings.pairs(indicator, numbers, unit, frame, request.name),
        figure=figure,
        caption=findings.pairs_caption(numbers, unit, beyond),
        under=_("Definition: {definition}", definition=definition)
        if (definition := request.definition(indicator))
        else "",
        table=request.href("/table/change" if request.view.threshold else "/table/pairs", indicator=indicator),
    )


def coverage(
    request: PageRequest, exhibit: Exhibit, most: int = coverage_figure.MOST_GROUPS, *, close: bool = False
) -> Drawing:
    """Who reported; so many partners and sectors at most, `close` to one another or not."""
    return Drawing(
        title=findings.coverage(exhibit.table),
        figure=coverage_figure.coverage(exhibit.table, request.name, most, beside=close),
        caption=_("Who did not report is unknown, not unchanged. The largest partners and sectors; the table has all."),
    )


def published(request: PageRequest, exhibit: Exhibit) -> Drawing:
    """Published figures as printed."""
    del request
    return Drawing(
        title=findings.published(exhibit.table),
        caption=_("Shown as printed, never added to counted numbers. A share without its base says so."),
    )


def targets(
    request: PageRequest, exhibit: Exhibit, most: int = targets_figure.MOST_TARGETS, *, close: bool = False
) -> Drawing:
    """Each target with what was reached of it; so many of the latest at most, `close` to one another or not."""
    frame = exhibit.table
    cut = _("The {n} that are due last; the table has all.", n=most) if len(frame) > most else ""
    return Drawing(
        title=programme.targets_found(frame),
        figure=targets_figure.targets(frame, request.name, most, close=close),
        caption=sentences(programme.targets_caption(frame), cut),
    )


def capacity(request: PageRequest, exhibit: Exhibit) -> Drawing:
    """The ladder of trainers."""
    del exhibit  # the ladder counts a trainer once in all modules
    steps = trainers.ladder(request.view)
    return Drawing(
        title=programme.ladder_found(steps),
        figure=ladder.ladder(steps),
        caption=_("A trainer counts at every level on record, once in all modules together."),
    )


def events(request: PageRequest, exhibit: Exhibit, most: int = len(calendar_figure.KINDS)) -> Drawing:
    """Events in time, a lane a kind; so many kinds at most."""
    frame = exhibit.table
    cut = _("The {n} kinds with most events; the table has all.", n=most) if frame["kind"].nunique() > most else ""
    return Drawing(
        title=programme.events_found(frame, request.as_of, len(calendar.ahead(frame, request.as_of))),
        figure=calendar_figure.events(frame, request.as_of, most),
        caption=sentences(programme.events_caption(frame, request.as_of), cut),
    )


def rounds(request: PageRequest, exhibit: Exhibit) -> Drawing:
    """Rounds against their plan."""
    return Drawing(
        title=programme.rounds_found(exhibit.table),
        figure=calendar_figure.rounds(exhibit.table, request.as_of, request.name),
        caption=_("Thin: as planned. Bold: as held, so far as its dates are on record."),
    )


def beside(request: PageRequest, indicator: str | None) -> pd.DataFrame:
    """The result rows that are no pairs, newest first, with the ``unit`` of their indicator."""
    frame = results.beside(request.view, indicator)
    newest = frame.sort_values("after_on", ascending=False, na_position="last", kind="stable")
    return newest.assign(unit=newest["indicator"].map(_units(request)))


def table(request: PageRequest, name: str, indicator: str | None = None) -> Table:
    """One of :data:`TABLES`, of one indicator or of all."""
    if name == "beside":
        frame = beside(request, indicator)
    elif name == "pairs" and indicator:
        frame = exhibits.build_pairs(request.view, indicator).table
    else:
        frame = exhibits.build(request.view, "module-funnel" if name == "states" else name).table
    request.meet(frame)
    return TABLES[name](request, frame)


TABLES: dict[str, Callable[[PageRequest, pd.DataFrame], Table]] = {
    "regions": lambda request, frame: tables.regions(frame, request.name),
    "module-funnel": lambda request, frame: tables.module_funnel(frame, request.name),
    "states": lambda request, frame: tables.states(frame, request.name),
    "journey-funnel": lambda _asked, frame: tables.journey(frame),
    "breadth": lambda _asked, frame: tables.breadth(frame),
    "matrix": lambda request, frame: tables.matrix(frame, request.name, enterprise_link(request)),
    "change": lambda request, frame: tables.change(frame, request.name),
    "pairs": lambda request, frame: tables.pairs(
        frame, _units(request), request.name, source_link(request), enterprise_link(request)
    ),
    "beside": lambda request, frame: tables.other_facts(
        frame, request.name, source_link(request), enterprise_link(request)
    ),
    "coverage": lambda request, frame: tables.coverage(frame, request.name),
    "targets": lambda request, frame: programme_tables.targets(frame, request.name, source_link(request)),
    "capacity": lambda request, frame: programme_tables.capacity(frame, request.name),
    "events": lambda request, frame: programme_tables.events(frame, request.as_of, request.name, source_link(request)),
    "rounds": lambda request, frame: programme_tables.rounds(frame, request.name),
    "published": lambda request, frame: tables.published(frame, request.name, source_link(request)),
}
"""The tables behind the exhibits on screen: of each exhibit, and of the states and the facts beside the pairs."""


def _units(request: PageRequest) -> dict[str, str]:
    return {code: entry.columns["unit"] for code, entry in request.view.catalogue.indicator.items()}


def source_link(request: PageRequest) -> tables.SourceLink:
    """How a table names a source: a link to its row."""

    def linked(code: str | None) -> tables.Cell:
        return Link(request.source_name(code), request.source_href(code)) if code else "–"

    return linked


def enterprise_link(request: PageRequest) -> tables.EnterpriseLink:
    """How a table names an enterprise: a link to its page where it has one."""

    def linked(code: str | None) -> tables.Cell:
        href = request.enterprise_href(code or "")
        name = request.name("enterprise", code)
        return Link(name, href) if href else name

    return linked


def filled(
    request: PageRequest,
    exhibit: Exhibit,
    draw: Callable[..., Drawing],
    *arguments: Any,
    leads_to: tuple[str, str] | None = None,
    **options: Any,
) -> tuple[Any, ...]:
    """An exhibit drawn by `draw`, as :func:`layouts.parts.outputs` takes it; an empty one says what is missing."""
    lacking = missing(exhibit)
    if lacking:
        drawing = Drawing(_("Nothing to show here"), empty=lacking)
    else:
        if "enterprise" in exhibit.table and exhibit.table["enterprise"].nunique() <= matrix.MOST_ENTERPRISES:
            request.meet(exhibit.table)  # of more no chart names one
        drawing = draw(request, exhibit, *arguments, **options)
        drawing = replace(drawing, table=drawing.table or request.href(f"/table/{exhibit.code}"))
        if leads_to:
            drawing = replace(drawing, leads_to=(leads_to[0], request.href(leads_to[1])))
    basis = replace(
        request.basis(exhibit),
        how=request.href(f"/how/{exhibit.code}", indicator=arguments[0] if exhibit.code == "pairs" else ""),
        deck=_to_deck(request, exhibit, draw, *arguments),
        take=downloads.offered(request, exhibit.code, _picture(exhibit, draw, *arguments)),
    )
    never = exhibit.code == "matrix" and exhibit.threshold is not None
    way_back = (request.href("", request.unfiltered) or "?") if request.is_filtered else ""
    return parts.fill(drawing, basis, way_back, absent=never)


def _picture(exhibit: Exhibit, draw: Callable[..., Drawing], *arguments: Any) -> str:
    """What a picture of an exhibit is called where its table is drawn in several ways."""
    if exhibit.code == "pairs":
        return f"pairs-{arguments[0]}" if arguments[0] else "pairs"
    others: dict[Callable[..., Drawing], str] = {ranking: "ranking", states: "states", practices: "practices"}
    return others.get(draw, exhibit.code)


def _to_deck(request: PageRequest, exhibit: Exhibit, draw: Callable[..., Drawing], *arguments: Any) -> str:
    """Where a manager adds an exhibit, as it is drawn here, to a deck; empty for who may not."""
    viewer = request.view.viewer
    if viewer.limited or not viewer.may(Permission.MANAGE_DECKS):
        return ""
    others: dict[Callable[..., Drawing], str] = {states: "states", practices: "practices", rounds: "events"}
    code = others.get(draw, exhibit.code)
    address = request.href("/decks/add", indicator=arguments[0] if code == "pairs" else "")
    return f"{address}{'&' if '?' in address else '?'}exhibit={code}"


def missing(exhibit: Exhibit) -> str:
    """What an empty exhibit lacks; empty where there is something to show."""
    code = exhibit.code
    if code in _NOTHING:
        return "" if len(exhibit.table) else _NOTHING[code](exhibit)
    if not exhibit.coverage.enterprises:
        return _("No enterprise is enrolled in this selection.")
    if code == "matrix" and exhibit.threshold:
        return enterprise_table.no_rows()
    if code in ("module-funnel", "matrix") and not _any_planned(exhibit):
        return _nothing_planned(exhibit)
    if code in ("change", "pairs") and not len(exhibit.table) and not exhibit.coverage.reported:
        return _(
            "None of the {n} trained enterprises of this selection has reported a result.", n=exhibit.coverage.trained
        )
    return ""


def _nothing_planned(exhibit: Exhibit) -> str:
    if exhibit.threshold:
        return _("Too few enterprises in any one module to be shown")
    return _("No training is planned for the {n} enterprises of this selection.", n=exhibit.coverage.enterprises)


def _no_trainer(_exhibit: Exhibit) -> str:
    return _("No trainer is on record in this selection; trainers have no sector, round or phase.")


_NOTHING: dict[str, Callable[[Exhibit], str]] = {
    "targets": lambda _exhibit: _(
        "No target speaks for this selection; targets have a place and a date, and no partner, sector or round."
    ),
    "capacity": _no_trainer,
    "events": lambda _exhibit: _("No event is on record in this selection; events have no sector."),
    "rounds": lambda _exhibit: _("No round of this selection has a date on record."),
    "published": lambda _exhibit: _(
        "No published figure speaks for this selection; none is split by sector or module."
    ),
}
"""What is missing of the exhibits that do not count enterprises."""


def _any_planned(exhibit: Exhibit) -> bool:
    return bool(sum(exhibit.table["planned"])) if "planned" in exhibit.table else bool(len(exhibit.table))
