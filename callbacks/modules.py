"""The Modules page: funnel, states, journey, breadth and matrix."""

from typing import Any

from dash import Dash, Input

from callbacks import drawing
from callbacks.page_request import AppContext, Cacheable, cacheable, open_request
from data import exhibits
from layouts import ids, parts

EXHIBITS = ("module-funnel", "states", "journey-funnel", "breadth", "matrix")


def register(app: Dash, context: AppContext) -> None:
    """Add the page's callback."""

    @app.callback(
        *(output for code in EXHIBITS for output in parts.outputs("modules", code)),
        Input(ids.ADDRESS, "search"),
    )
    @cacheable(Cacheable.UNDERSTOOD)
    def modules(search: str | None) -> tuple[Any, ...]:
        with open_request(context, search, clears_notice=True) as request:
            steps = exhibits.build(request.view, "module-funnel")
            return (
                *drawing.filled(request, steps, drawing.module_funnel),
                *drawing.filled(request, steps, drawing.states),
                *drawing.filled(request, exhibits.build(request.view, "journey-funnel"), drawing.journey),
                *drawing.filled(request, exhibits.build(request.view, "breadth"), drawing.breadth),
                *drawing.filled(request, exhibits.build(request.view, "matrix"), drawing.who_is_where),
            )
