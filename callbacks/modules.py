"""The Modules page: funnel, states, journey, breadth and matrix."""

from typing import Any

from dash import Dash, Input

from callbacks import drawing
from callbacks.page_request import Held, Kept, kept, showing
from data import exhibits
from layouts import ids, parts

EXHIBITS = ("module-funnel", "states", "journey-funnel", "breadth", "matrix")


def register(app: Dash, held: Held) -> None:
    """Add the page's callback."""

    @app.callback(
        *(output for code in EXHIBITS for output in parts.outputs("modules", code)),
        Input(ids.ADDRESS, "search"),
    )
    @kept(Kept.UNDERSTOOD)
    def modules(search: str | None) -> tuple[Any, ...]:
        with showing(held, search) as asked:
            steps = exhibits.build(asked.view, "module-funnel")
            return (
                *drawing.filled(asked, steps, drawing.module_funnel),
                *drawing.filled(asked, steps, drawing.states),
                *drawing.filled(asked, exhibits.build(asked.view, "journey-funnel"), drawing.journey),
                *drawing.filled(asked, exhibits.build(asked.view, "breadth"), drawing.breadth),
                *drawing.filled(asked, exhibits.build(asked.view, "matrix"), drawing.who_is_where),
            )
