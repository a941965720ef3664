"""The controls of a page: the number on the map, the indicator, and the sentence of filters."""

from collections.abc import Sequence

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from layouts import ids
from layouts.words import _, labelled


def metric_chooser() -> html.Div:
    """The choice of the number on the map. A callback fills in the options in the viewer's language."""
    return html.Div(
        dbc.RadioItems(id=ids.REGIONS_METRIC, options=[], value="enterprises", inline=True, className="chooser"),
        className="chooser-row",
    )


def indicator_chooser() -> html.Div:
    """The choice of the indicator that is drawn."""
    return html.Div(
        [
            html.Label(id=ids.RESULTS_INDICATOR_LABEL, htmlFor=ids.RESULTS_INDICATOR),
            dcc.Dropdown(id=ids.RESULTS_INDICATOR, options=[], clearable=False),
        ],
        className="chooser-row",
    )


def dropdown_labels() -> dict[str, str]:
    """The texts of a dropdown."""
    return {
        "select_all": _("Select all"),
        "deselect_all": _("Select none"),
        "selected_count": _("{num_selected} selected"),  # the browser fills in the number
        "search": _("Search"),
        "clear_search": _("Clear the search"),
        "clear_selection": _("Clear the selection"),
        "no_options_found": _("Nothing found"),
    }


def filter_sentence(
    chosen: list[tuple[str, str, str]],
    reset: str,
    edition: tuple[str, str, str] | None = None,
    scope: Sequence[tuple[str, str]] = (),
) -> list[Component]:
    """The filters as chips, each removed by a click: (filter, name, address without it). `reset` removes all of them.

    `scope` are the fixed filters of a share link (filter, names). The `edition` (label, name, address of the live
    record) is last; its address is empty where the viewer may not leave the edition.
    """
    limits = [_pinned(label, names) for label, names in scope]
    edition_chip = []
    if edition:
        label, name, live = edition
        edition_chip.append(_chip(label, name, live, _("Back to the live record")) if live else _pinned(label, name))
    if not chosen:
        whole = _("Everything this link shows") if scope else _("Everything on record")
        return [html.Span(whole, className="sentence-text"), *limits, *edition_chip]
    return [
        html.Span(_("Filtered by"), className="sentence-text"),
        *(_chip(label, name, href, _("Remove this filter")) for label, name, href in chosen),
        dcc.Link(_("Reset"), href=reset, className="chip reset"),
        *limits,
        *edition_chip,
    ]


def _pinned(label: str, name: str) -> Component:
    return html.Span([html.Span(labelled(label, ""), className="chip-filter"), name], className="chip pinned")


def _chip(label: str, name: str, href: str, title: str) -> Component:
    return dcc.Link(
        [html.Span(labelled(label, ""), className="chip-filter"), name, html.Span(" ×", className="chip-x")],
        href=href,
        className="chip",
        title=title,
    )
