"""A short list next to the exhibits of a page."""

from collections.abc import Sequence

from dash import dcc, html
from dash.development.base_component import Component

from layouts.parts.tables import Link


def short_list(
    title: str,
    rows: Sequence[tuple[str, Sequence[str], str, Link | None]],
    none: str,
    leads_to: tuple[str, str] | None = None,
) -> Component:
    """A short list next to the exhibits. `rows` are (date or state, names, details, source); `none` is for no row."""
    items = [
        html.Li(
            [
                html.Span(when, className="beside-when"),
                *(html.Strong(each) for each in what),
                *([html.Span(more, className="beside-more")] if more else []),
                *([dcc.Link(source.text, href=source.href, className="beside-source")] if source else []),
            ]
        )
        for when, what, more, source in rows
    ]
    way = [html.A(leads_to[0], href=leads_to[1], className="leads-to")] if leads_to else []
    return html.Section([html.H2(title), html.Ul(items) if items else html.P(none), *way], className="beside-list")
