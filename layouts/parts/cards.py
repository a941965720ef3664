"""Cards and notices: headings of pages, headline figures, sources, the page for a wrong address."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from layouts.parts.tables import Cell, Link
from layouts.words import _, day, listed, number


def page_heading(name: str, lead: str) -> list[Component]:
    """The heading of a page: its name and its purpose."""
    return [html.H1(name), html.P(lead, className="lead-line")]


def headline(label: str, value: str, of: str, note: str, *, beside: tuple[Cell, str, str] | None = None) -> html.Div:
    """A headline figure with the number it is out of; a blank `value` is shown as not on record.

    `beside` is the published figure: its source, its text, and the address of the table that compares the two.
    """
    shown = [html.Span(value, className="headline-value"), html.Span(of, className="headline-of")]
    return html.Div(
        [
            html.Div(label, className="headline-label"),
            html.Div(shown if value else html.Span(_("not on record"), className="headline-unknown")),
            html.Div(note, className="headline-note"),
            *([] if beside is None else [_beside(*beside)]),
        ],
        className="headline",
    )


def _beside(source: Cell, text: str, compared: str) -> html.Div:
    """The published figure beside a headline, which leads to its source, and the way to the comparison."""
    figure: Component | str = dcc.Link(text, href=source.href, title=source.text) if isinstance(source, Link) else text
    return html.Div([figure, " · ", dcc.Link(_("compare"), href=compared)], className="headline-beside")


def notice(lines: Sequence[str], *, alone: bool = False, way: tuple[str, str] | None = None) -> list[Component]:
    """The lines of a notice and a link `way` (text, address); `alone`: there is no page below the notice."""
    paragraphs: list[Component] = [html.P(line) for line in lines]
    if way:
        paragraphs.append(html.P(html.A(way[0], href=way[1])))
    return [html.Div(paragraphs, className="alone")] if alone else paragraphs


def not_found() -> list[Component]:
    """The page for an address without a page."""
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
    """A row of `source`: title, publisher, date, address, and its number of rows per table (None: not shown)."""
    facts = [
        columns["publisher"],
        day(columns["published_on"], columns["published_on_precision"]) if columns["published_on"] else None,
        columns["code"],
    ]
    url = columns["url"]
    is_web_address = str(url).startswith(("http://", "https://"))
    used = [f"{table_name(table)} {number(count)}" for table, count in (rows or {}).items()]
    resting = (_("Rows resting on it: ") + listed(used)) if used else _("No row rests on it.")
    return html.Article(
        [
            html.H2(name),
            html.P(" · ".join(str(fact) for fact in facts if fact), className="source-facts"),
            *([html.P(html.A(url, href=url, rel="noreferrer noopener", target="_blank"))] if is_web_address else []),
            *([] if rows is None else [html.P(resting)]),
        ],
        className="source chosen" if chosen else "source",
        id=f"source-{columns['code']}",
    )


def table_name(table: str) -> str:
    """The name of a table of the record."""
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
