"""The frame of an exhibit on a page: title, figure, table, and the basis of its numbers."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from dash import Output, dcc, html
from dash.development.base_component import Component

from layouts import ids, theme
from layouts.parts import download_menu
from layouts.parts.download_menu import ExhibitFiles
from layouts.parts.markup import Markup
from layouts.theme import GRAPH_CONFIG, Figure
from layouts.words import _, day, ngettext, number


@dataclass(frozen=True)
class SourceLink:
    """A source of an exhibit: its name, its address, and the number of rows taken from it (None: not shown)."""

    name: str
    href: str
    rows: int | None


@dataclass(frozen=True)
class Basis:
    """The basis of an exhibit's numbers.

    ``rounded`` describes the rounding for a viewer with a threshold. ``edition`` names the frozen copy of the record;
    empty for the live record. ``how`` is the address of the method page. ``deck`` is the address where a manager adds
    the exhibit to a deck; empty for others. ``downloads`` is None for a viewer who may not download.
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
    downloads: ExhibitFiles | None = None


@dataclass(frozen=True)
class Filled:
    """The contents of an exhibit's frame; ``leads_to`` is (text, address), ``table`` the address of its table."""

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
    """The empty frame of an exhibit; :func:`fill` returns the values of its :func:`outputs`.

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
    """The outputs of a page's callback for one exhibit, in the order of :func:`fill`."""
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
    """The values of an exhibit's frame, in the order of :func:`outputs`."""
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
    """The values of the frame of an exhibit without numbers, in the order of :func:`outputs`.

    `missing` is the message; `way_back` is the address without filters, empty where there are no filters. `absent`: the
    viewer can never see the exhibit, and it is left out of the page.
    """
    back = dcc.Link(_("Show everything again"), href=way_back, className="btn btn-outline-primary btn-sm")
    empty = html.Div([html.P(missing), *([back] if way_back else [])], className="empty", role="status")
    title: list[Any] = [html.H2(_("Nothing to show here")), empty]
    return title, theme.EMPTY, [], "", "", basis_lines(basis), "exhibit is-absent" if absent else "exhibit is-empty"


def table_at(address: str, title: str, *, opened: bool = False) -> html.Details:
    """A table behind its title, fetched when it is opened."""
    return html.Details(
        [html.Summary(title), html.Div(className="table-body")], open=opened, className="twin", **{"data-src": address}
    )


def basis_lines(basis: Basis, *, pictured: bool = False) -> list[Component]:
    """The basis of numbers in words, their sources and their downloads; `pictured`: there is a chart to download."""
    texts = [
        *([html.Strong(_("Synthetic data"))] if basis.synthetic else []),
        *([html.Span(basis.coverage)] if basis.coverage else []),
        html.Span(basis.filtered),
        html.Span(_("as of {date}", date=day(basis.as_of))),
        *([html.Span(basis.edition)] if basis.edition else []),
    ]
    how = [how_link(basis.how)] if basis.how else []
    deck = [html.A(_("Add to a deck"), href=basis.deck, className="to-deck")] if basis.deck else []
    downloads = [download_menu.of_exhibit(basis.downloads, pictured=pictured)] if basis.downloads else []
    return [html.P(texts, className="basis"), _sources(basis), *how, *deck, *downloads]


def how_link(href: str) -> Component:
    """A link to the method page of an exhibit."""
    return html.A(_("How these numbers were made"), href=href, className="to-how")


def sources_title(basis: Basis) -> str:
    """The number of sources and, where the viewer may see it, the number of rows taken from them."""
    row_counts = [source.rows for source in basis.sources if source.rows is not None]
    title = ngettext("{n} source", "{n} sources", len(basis.sources))
    if len(row_counts) == len(basis.sources):
        title += ngettext(", {n} row", ", {n} rows", sum(row_counts))
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
