"""The Targets page."""

from typing import Any

from dash import Dash, Input

from callbacks import drawing
from callbacks.page_request import AppContext, Cacheable, cacheable, open_request
from data import exhibits
from layouts import ids, parts


def register(app: Dash, context: AppContext) -> None:
    """Add the page's callback."""

    @app.callback(*parts.outputs("targets", "targets"), Input(ids.ADDRESS, "search"))
    @cacheable(Cacheable.UNDERSTOOD)
    def targets(search: str | None) -> tuple[Any, ...]:
        with open_request(context, search, clears_notice=True) as request:
            return drawing.filled(request, exhibits.build(request.view, "targets"), drawing.targets)
