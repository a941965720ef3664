"""The Targets page."""

from typing import Any

from dash import Dash, Input

from callbacks import drawing
from callbacks.page_request import Held, Kept, kept, showing
from data import exhibits
from layouts import ids, parts


def register(app: Dash, held: Held) -> None:
    """Add the page's callback."""

    @app.callback(*parts.outputs("targets", "targets"), Input(ids.ADDRESS, "search"))
    @kept(Kept.UNDERSTOOD)
    def targets(search: str | None) -> tuple[Any, ...]:
        with showing(held, search) as asked:
            return drawing.filled(asked, exhibits.build(asked.view, "targets"), drawing.targets)
