"""The Sources page: the documents of the record, and how many rows rest on each."""

from typing import Any

from dash import Dash, Input, Output

from callbacks.asking import Asked, Held, showing
from data import queries
from layouts import ids, parts


def register(app: Dash, held: Held) -> None:
    """Add the page's callback."""

    @app.callback(Output(ids.SOURCES_LIST, "children"), Input(ids.ADDRESS, "pathname"), Input(ids.ADDRESS, "search"))
    def sources(path: str | None, search: str | None) -> list[Any]:
        with showing(held, search) as asked:
            return page(asked, (path or "").removeprefix("/sources").strip("/"))


def page(asked: Asked, chosen: str) -> list[Any]:
    """Every source as a card; `chosen` first and marked."""
    counted = queries.rows_of_source(asked.view.connection)
    rows = {
        str(code): dict(zip(group["table"], group["rows"], strict=True)) for code, group in counted.groupby("source")
    }
    codes = sorted(asked.view.catalogue.source, key=lambda code: code != chosen)
    return [
        parts.source_card(
            asked.source_name(code),
            asked.view.catalogue.source[code].columns,
            rows.get(code, {}),
            chosen=code == chosen,
        )
        for code in codes
    ]
