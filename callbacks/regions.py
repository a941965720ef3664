"""The Regions page: the map by a chosen number."""

from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State

from callbacks import drawing
from callbacks.page_request import AppContext, Cacheable, cacheable, open_request
from data import exhibits
from layouts import ids, parts
from layouts.figures.map import METRICS, metric_name


def register(app: Dash, context: AppContext) -> None:
    """Add the page's callbacks."""
    app.clientside_callback(
        ClientsideFunction("shell", "placeOf"),
        Output(ids.PLACE_CHOSEN, "data"),
        Input(ids.REGIONS_MAP, "clickData"),
        prevent_initial_call=True,
    )

    @app.callback(
        Output(ids.REGIONS_METRIC, "options"),
        *parts.outputs("regions", "regions"),
        *parts.outputs("regions", "ranking"),
        Input(ids.ADDRESS, "search"),
        Input(ids.REGIONS_METRIC, "value"),
        State(ids.REGIONS_METRIC, "options"),
    )
    @cacheable(Cacheable.UNDERSTOOD)
    def regions(search: str | None, metric: str, _options: list[Any]) -> tuple[Any, ...]:
        metric = metric if metric in METRICS else METRICS[0]
        with open_request(context, search, clears_notice=True) as request:
            options = [{"label": metric_name(name), "value": name} for name in METRICS]
            exhibit = exhibits.build(request.view, "regions")
            return (
                options,
                *drawing.filled(request, exhibit, drawing.regions, metric),
                *drawing.filled(request, exhibit, drawing.ranking, metric),
            )
