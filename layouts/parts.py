"""What pages are built of: the exhibit with everything it must say, tables, the empty state, KPI cards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import dash_bootstrap_components as dbc
from dash import Output, dcc, html
from dash.development.base_component import Component

from layouts import download_menu, ids, theme
from layouts.download_menu import TakeAway
from layouts.markup import Markup
from layouts.theme import GRAPH_CONFIG, Figure
from layouts.words import _, day, labelled, listed, ngettext, number, sentences


@dataclass(frozen=True)
class SourceLink:
    """A row of `source` as an exhibit names it: how many of its rows were used (None: not told), where it stands."""

    name: str
    href: str
    rows: int | None


@dataclass(frozen=True)
class Basis:
    """What an exhibit's numbers rest on; ``rounded`` says how they are rounded for who comes by a link.

    ``edition`` says which frozen copy of the record they are from; empty for the live one. ``how`` is where it is
    told how they were made; ``deck`` is where a manager adds the exhibit to a deck, empty for others; ``take`` what may
    be taken away, None for who may take nothing.
    """

    coverage: str
    filtered: str
    as_of: date
    sources: tuple[SourceLink, ...]
    unsourced: int
    synthetic: bool
    rounded: str = ""
    edition: str = ""
    how: str = ""
    deck: str = ""
    take: TakeAway | None = None


def frame(
    page: str,
    exhibit: str,
    before: Component | None = None,
    after: Component | None = None,
    *,
    table_open: bool = False,
) -> html.Section:
    """The empty skeleton of an exhibit; :func:`fill` gives what its :func:`outputs` take.

    The table is fetched when it is opened: a few hundred cells as components would take seconds to draw.
    """
    return html.Section(
        [
            Markup(ids.part(page, exhibit, "title"), className="exhibit-title"),
            *([] if before is None else [before]),
            html.Div(
                dcc.Graph(
                    id=ids.part(page, exhibit, "figure"),
                    figure=theme.EMPTY,
                    config=GRAPH_CONFIG,
                    className="exhibit-figure",
                ),
                className="exhibit-picture",
            ),
            *([] if after is None else [after]),
            Markup(ids.part(page, exhibit, "foot"), className="exhibit-foot"),
            html.Details(
                [Markup(ids.part(page, exhibit, "table-title"), tag="summary"), html.Div(className="table-body")],
                id=ids.part(page, exhibit, "table"),
                open=table_open,
                className="twin",
            ),
            Markup(ids.part(page, exhibit, "basis"), className="exhibit-basis"),
        ],
        id=ids.part(page, exhibit, "section"),
        className="exhibit",
    )


def outputs(page: str, exhibit: str) -> list[Output]:
    """What a page's callback fills of one exhibit, in the order of :func:`fill`."""
    return [
        Output(ids.part(page, exhibit, "title"), "content"),
        Output(ids.part(page, exhibit, "figure"), "figure"),
        Output(ids.part(page, exhibit, "foot"), "content"),
        Output(ids.part(page, exhibit, "table-title"), "content"),
        Output(ids.part(page, exhibit, "table"), "data-src"),
        Output(ids.part(page, exhibit, "basis"), "content"),
        Output(ids.part(page, exhibit, "section"), "className"),
    ]


@dataclass(frozen=True)
class Filled:
    """What stands in the frame of an exhibit; ``leads_to`` is (text, address), ``table`` the address of its table."""

    title: str
    figure: Figure | None = None
    caption: str = ""
    under: str = ""
    table: str = ""
    leads_to: tuple[str, str] | None = None


def fill(filled: Filled, basis: Basis) -> tuple[Any, ...]:
    """The parts of an exhibit in the order of :func:`outputs`."""
    title: list[Any] = [html.H2(filled.title)]
    if filled.caption:
        title.append(html.P(filled.caption, className="exhibit-caption"))
    foot: list[Any] = [html.P(filled.under, className="notice-under")] if filled.under else []
    if filled.leads_to:
        foot.append(dcc.Link([filled.leads_to[0], " →"], href=filled.leads_to[1], className="leads-to"))
    return (
        title,
        filled.figure or theme.EMPTY,
        foot,
        _("The same numbers as a table"),
        filled.table,
        basis_lines(basis, pictured=filled.figure is not None),
        "exhibit" if filled.figure else "exhibit no-figure",
    )


def fill_empty(missing: str, basis: Basis, way_back: str, *, absent: bool = False) -> tuple[Any, ...]:
    """The same of an exhibit without numbers, which says what is `missing`; `way_back` is the address without filters,
    empty where there are none. One that its viewer can never have is `absent` from their page.
    """
    back = dcc.Link(_("Show everything again"), href=way_back, className="btn btn-outline-primary btn-sm")
    empty = html.Div([html.P(missing), *([back] if way_back else [])], className="empty", role="status")
    title: list[Any] = [html.H2(_("Nothing to show here")), empty]
    return title, theme.EMPTY, [], "", "", basis_lines(basis), "exhibit is-absent" if absent else "exhibit is-empty"


def table_at(address: str, title: str, *, opened: bool = False) -> html.Details:
    """A table of its own behind its title, fetched when opened."""
    return html.Details(
        [html.Summary(title), html.Div(className="table-body")], open=opened, className="twin", **{"data-src": address}
    )


def basis_lines(basis: Basis, *, pictured: bool = False) -> list[Component]:
    """What numbers rest on, in words, the sources behind them, and how they are taken away, `pictured` or not."""
    said = [
        *([html.Strong(_("Synthetic data"))] if basis.synthetic else []),
        *([html.Span(basis.coverage)] if basis.coverage else []),
        html.Span(basis.filtered),
        html.Span(_("as of {date}", date=day(basis.as_of))),
        *([html.Span(basis.edition)] if basis.edition else []),
    ]
    how = [how_link(basis.how)] if basis.how else []
    deck = [html.A(_("Add to a deck"), href=basis.deck, className="to-deck")] if basis.deck else []
    take = [download_menu.of_exhibit(basis.take, pictured=pictured)] if basis.take else []
    return [html.P(said, className="basis"), _sources(basis), *how, *deck, *take]


def how_link(href: str) -> Component:
    """Leads to how an exhibit's numbers were made."""
    return html.A(_("How these numbers were made"), href=href, className="to-how")


def sources_title(basis: Basis) -> str:
    """How many sources there are and how many rows were taken from them, as far as that is told."""
    told = [source.rows for source in basis.sources if source.rows is not None]
    title = ngettext("{n} source", "{n} sources", len(basis.sources))
    if len(told) == len(basis.sources):
        title += ngettext(", {n} row", ", {n} rows", sum(told))
    if basis.unsourced:
        title += ngettext("; {n} row without a source", "; {n} rows without a source", basis.unsourced)
    return title


def _sources(basis: Basis) -> Component:
    title = sources_title(basis)
    links = [
        html.Li([dcc.Link(each.name, href=each.href), "" if each.rows is None else f" ({number(each.rows)})"])
        for each in basis.sources
    ]
    if not links:
        return html.P(title, className="basis-sources")
    return html.Details([html.Summary(title), html.Ul(links)], className="basis-sources")


def page_heading(name: str, lead: str) -> list[Component]:
    """A page's name and what it is for."""
    return [html.H1(name), html.P(lead, className="lead-line")]


def headline(label: str, value: str, of: str, note: str) -> html.Div:
    """A headline figure with what it is out of; a blank `value` is not on record."""
    shown = [html.Span(value, className="headline-value"), html.Span(of, className="headline-of")]
    return html.Div(
        [
            html.Div(label, className="headline-label"),
            html.Div(shown if value else html.Span(_("not on record"), className="headline-unknown")),
            html.Div(note, className="headline-note"),
        ],
        className="headline",
    )


def metric_chooser() -> html.Div:
    """Which number the map shows; options arrive with the reader's language."""
    return html.Div(
        dbc.RadioItems(id=ids.REGIONS_METRIC, options=[], value="enterprises", inline=True, className="chooser"),
        className="chooser-row",
    )


def indicator_chooser() -> html.Div:
    """Which indicator is drawn."""
    return html.Div(
        [
            html.Label(id=ids.RESULTS_INDICATOR_LABEL, htmlFor=ids.RESULTS_INDICATOR),
            dcc.Dropdown(id=ids.RESULTS_INDICATOR, options=[], clearable=False),
        ],
        className="chooser-row",
    )


def dropdown_labels() -> dict[str, str]:
    """What a dropdown says of itself."""
    return {
        "select_all": _("Select all"),
        "deselect_all": _("Select none"),
        "selected_count": _("{num_selected} selected"),  # the browser fills in the number
        "search": _("Search"),
        "clear_search": _("Clear the search"),
        "clear_selection": _("Clear the selection"),
        "no_options_found": _("Nothing found"),
    }


def notice(lines: Sequence[str], *, alone: bool = False, way: tuple[str, str] | None = None) -> list[Component]:
    """Lines of a notice and a `way` on (text, address); one that stands `alone` has nothing of the page beneath it."""
    said: list[Component] = [html.P(line) for line in lines]
    if way:
        said.append(html.P(html.A(way[0], href=way[1])))
    return [html.Div(said, className="alone")] if alone else said


def filter_sentence(
    chosen: list[tuple[str, str, str]],
    reset: str,
    edition: tuple[str, str, str] | None = None,
    scope: Sequence[tuple[str, str]] = (),
) -> list[Component]:
    """What is filtered: (filter, name, address without it), each taken away by one click; `reset` takes all of them.

    `scope` is what a viewer is limited to (filter, names), and nothing takes it away. The `edition` looked into stands
    last, without an address where it is not the viewer's to leave.
    """
    limits = [_pinned(label, names) for label, names in scope]
    looked_into = []
    if edition:
        label, name, live = edition
        looked_into.append(_chip(label, name, live, _("Back to the live record")) if live else _pinned(label, name))
    if not chosen:
        whole = _("Everything this link shows") if scope else _("Everything on record")
        return [html.Span(whole, className="sentence-text"), *limits, *looked_into]
    return [
        html.Span(_("Filtered by"), className="sentence-text"),
        *(_chip(label, name, href, _("Remove this filter")) for label, name, href in chosen),
        dcc.Link(_("Reset"), href=reset, className="chip reset"),
        *limits,
        *looked_into,
    ]


def _pinned(label: str, name: str) -> Component:
    return html.Span([html.Span(labelled(label, ""), className="chip-filter"), name], className="chip pinned")


def _chip(label: str, name: str, href: str, does: str) -> Component:
    return dcc.Link(
        [html.Span(labelled(label, ""), className="chip-filter"), name, html.Span(" ×", className="chip-x")],
        href=href,
        className="chip",
        title=does,
    )


def brand(programme: str, href: str) -> Component:
    """Whose results these are."""
    return dcc.Link([html.Strong("SCORE"), html.Span(programme, className="brand-programme")], href=href)


@dataclass(frozen=True)
class PageLink:
    """A link to a page; ``here`` is the page shown, a ``main`` one stands in the bar and not in a menu."""

    name: str
    href: str
    here: bool
    main: bool


def page_links(
    links: Sequence[PageLink], other: str, switch: str, code: str, managers: Sequence[Component] = ()
) -> list[Component]:
    """Links to the pages, the rest of the record in a menu, a manager's menus, then the language."""
    pages = [_page_link(link) for link in links if link.main]
    rest = [link for link in links if not link.main]
    button = html.Button(_("Filters"), id="filters-toggle", className="filters-toggle", **{"aria-expanded": "false"})
    language = html.Span(dcc.Link(other, href=switch, className="language"), lang="zh-Hans" if code == "zh" else "en")
    return [html.Ul(pages), *([_menu(rest)] if rest else []), *managers, language, button]


def _page_link(link: PageLink) -> Component:
    marked = {"aria-current": "page"} if link.here else {}
    return html.Li(dcc.Link(link.name, href=link.href), className="here" if link.here else "", **marked)


def _menu(links: Sequence[PageLink]) -> Component:
    """Pages in a menu, called after the one shown."""
    here = next((link.name for link in links if link.here), "")
    summary = html.Summary(here or _("The record"), className="here" if here else "")
    return html.Details([summary, html.Ul([_page_link(link) for link in links])], className="tools menu")


def tools(pages: Sequence[tuple[str, str]]) -> Component:
    """What a manager works with: pages of their own (name, address), and the way out."""
    out = html.Form(html.Button(_("Sign out"), className="sign-out"), action="/sign-out", method="POST")
    links = [html.Li(html.A(name, href=href)) for name, href in pages]
    return html.Details([html.Summary(_("Tools")), html.Ul([*links, html.Li(out)])], className="tools")


def readers(address: str) -> Component:
    """The links through which a manager may see the page; they come from an address once the menu is opened."""
    body = [html.Summary(_("See as …")), html.Div(className="table-body")]
    return html.Details(body, className="tools readers", **{"data-src": address})


def looking_through(said: Sequence[str], *, leave: bool) -> Component:
    """What who comes by a link is told of what they see; `leave`: the way back of a manager who looks through one."""
    back = html.Form(
        html.Button(_("Back to my own view"), className="btn btn-sm btn-outline-primary"),
        action="/leave",
        method="POST",
    )
    return html.Div([html.P(sentences(*said)), *([back] if leave else [])], className="looking-through")


def footer(programme: str, as_of: date, note: str | None, loaded_at: date | None) -> list[Component]:
    """The programme, the date the record speaks for, and its note."""
    said = _(
        "{programme} · record as of {date} · loaded on {loaded}",
        programme=programme,
        date=day(as_of),
        loaded=day(loaded_at),
    )
    lines = [html.P(said)]
    if note:
        lines.append(html.P(note, className="foot-note"))
    caveat = _("Outcome figures are few and reported by the enterprises themselves; there is no comparison group.")
    return [*lines, html.P(caveat)]


def not_found() -> list[Component]:
    """No such page."""
    return [
        html.Div(
            [
                html.H1("404"),
                html.P("There is no page at this address. · 此地址没有页面。"),
                dcc.Link("Overview · 总览", href="/", className="btn btn-outline-primary"),
            ],
            className="empty",
        )
    ]


def source_card(name: str, columns: Mapping[str, Any], rows: Mapping[str, int] | None, *, chosen: bool) -> Component:
    """A row of `source`: title, publisher, date, address, and how many rows of each table rest on it (None: untold)."""
    facts = [
        columns["publisher"],
        day(columns["published_on"], columns["date_precision"]) if columns["published_on"] else None,
        columns["code"],
    ]
    url = columns["url"]
    web = str(url).startswith(("http://", "https://"))
    used = [f"{table_name(table)} {number(count)}" for table, count in (rows or {}).items()]
    resting = (_("Rows resting on it: ") + listed(used)) if used else _("No row rests on it.")
    return html.Article(
        [
            html.H2(name),
            html.P(" · ".join(str(fact) for fact in facts if fact), className="source-facts"),
            *([html.P(html.A(url, href=url, rel="noreferrer noopener", target="_blank"))] if web else []),
            *([] if rows is None else [html.P(resting)]),
        ],
        className="source chosen" if chosen else "source",
        id=f"source-{columns['code']}",
    )


def table_name(table: str) -> str:
    """A table of the record in words."""
    return {
        "programme": _("programme"),
        "source": _("sources"),
        "phase": _("phases"),
        "place": _("places"),
        "sector": _("sectors"),
        "partner": _("partners"),
        "module": _("modules"),
        "indicator": _("indicators"),
        "round": _("rounds"),
        "round_place": _("places of rounds"),
        "round_partner": _("partners of rounds"),
        "enterprise": _("enterprises"),
        "enrolment": _("enrolments"),
        "training": _("trainings"),
        "result": _("results"),
        "reported_figure": _("published figures"),
        "target": _("targets"),
        "trainer": _("trainers"),
        "trainer_level": _("trainer levels"),
        "event": _("events"),
        "event_partner": _("partners of events"),
        "story": _("stories"),
        "story_image": _("pictures of stories"),
    }.get(table, table)
