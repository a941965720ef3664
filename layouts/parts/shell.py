"""The static, data-free frame every visitor of the gate gets: address, filter bar, notices, page slot."""

import dash_bootstrap_components as dbc
from dash import dcc, html

from layouts import ids
from layouts.parts.markup import Markup

CONTROLS = ("partner", "sector", "round", "phase", "place")
"""Filter dimensions with a control of their own; ``module`` is reached through addresses."""


def shell() -> html.Div:
    """The layout of the application: the same bytes for everyone."""
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
