"""The frame of an exhibit on a page: title, figure, table, and everything that must be said of its numbers."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from dash import Output, dcc, html
from dash.development.base_component import Component

from layouts import ids, theme
from layouts.parts import download_menu
from layouts.parts.download_menu import TakeAway
from layouts.parts.markup import Markup
from layouts.theme import GRAPH_CONFIG, Figure
from layouts.words import _, day, ngettext, number


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


@dataclass(frozen=True)
class Filled:
    """What stands in the frame of an exhibit; ``leads_to`` is (text, address), ``table`` the address of its table."""

    title: str
    figure: Figure | None = None
    caption: str = ""
    under: str = ""
    table: str = ""
    leads_to: tuple[str, str] | None = None


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
