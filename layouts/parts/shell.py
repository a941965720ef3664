"""The static layout without data that every visitor receives: address, filter bar, notices, place for the page."""

import dash_bootstrap_components as dbc
from dash import dcc, html

from layouts import ids
from layouts.parts.markup import Markup

CONTROLS = ("partner", "sector", "round", "phase", "place")
"""The filters with a control. The filter ``module`` has none; it is only set by addresses."""


def shell() -> html.Div:
    """The layout of the application; it is the same for everyone."""
    return html.Div(
        [
            dcc.Location(id=ids.ADDRESS, refresh="callback-nav"),
            dcc.Store(id=ids.LANGUAGE),
            dcc.Store(id=ids.DOCUMENT),
            dcc.Store(id=ids.PLACE_CHOSEN),
            dcc.Store(id=ids.CANONICAL),
            html.A("Skip to content · 跳至正文", href="#" + ids.PAGE, className="skip visually-hidden-focusable"),
            html.Header(
                [
                    Markup(ids.BRAND, className="brand"),
                    Markup(ids.NAV, tag="nav", className="pages", **{"aria-label": "Pages 页面"}),
                ],
                className="top",
            ),
            Markup(ids.NOTICE, tag="aside", className="notice", **{"aria-label": "Notice 提示"}),
            html.Div(
                [
                    Markup(ids.SENTENCE, className="sentence", **{"aria-live": "polite"}),
                    html.Div(
                        [
                            *(
                                html.Div(
                                    [
                                        html.Label(
                                            id=ids.filter_label(dimension), htmlFor=ids.filter_control(dimension)
                                        ),
                                        dcc.Dropdown(
                                            id=ids.filter_control(dimension), options=[], multi=True, debounce=True
                                        ),
                                    ],
                                    className="filter",
                                )
                                for dimension in CONTROLS
                            ),
                            html.Div(
                                [
                                    html.Label(id=ids.AS_OF_LABEL, htmlFor=ids.AS_OF),
                                    dbc.Input(id=ids.AS_OF, type="date", debounce=True),
                                ],
                                id=ids.AS_OF_BOX,
                                className="filter as-of",
                            ),
                        ],
                        id=ids.FILTERS,
                        className="filters",
                    ),
                ],
                className="filter-bar",
                role="search",
                **{"aria-label": "Filters 筛选"},
            ),
            Markup(ids.PROBLEM, className="problem", role="alert"),
            html.Main(id=ids.PAGE, className="page", tabIndex=-1),
            Markup(ids.FOOTER, tag="footer", className="foot"),
        ],
        className="shell",
    )
