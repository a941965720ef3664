"""The Sources page: the documents of the record, and how many rows rest on each."""

from typing import Any

from dash import Dash, Input, Output

from callbacks.page_request import Asked, Held, Kept, kept, showing
from data import exhibits
from layouts import ids, parts


def register(app: Dash, held: Held) -> None:
    """Add the page's callback."""

    @app.callback(Output(ids.SOURCES_LIST, "content"), Input(ids.ADDRESS, "pathname"), Input(ids.ADDRESS, "search"))
    @kept(Kept.UNDERSTOOD)
    def sources(path: str | None, search: str | None) -> list[Any]:
        with showing(held, search) as asked:
            return page(asked, (path or "").removeprefix("/sources").strip("/"))


def page(asked: Asked, chosen: str) -> list[Any]:
    """Every source as a card; `chosen` first and marked."""
    rows = exhibits.sources_of(asked.view)
    codes = sorted(rows, key=lambda code: code != chosen)
    return [
        parts.source_card(
            asked.source_name(code),
            asked.view.catalogue.source[code].columns,
            None if asked.view.viewer.limited else rows[code],
            chosen=code == chosen,
        )
        for code in codes
    ]
