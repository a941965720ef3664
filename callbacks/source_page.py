"""The Sources page: the documents of the record, with the number of rows from each."""

from typing import Any

from dash import Dash, Input, Output

from callbacks.requests.page_request import AppContext, Cacheable, PageRequest, cacheable, open_request
from data.lists.source_list import sources_of
from layouts import ids
from layouts.parts import cards


def register(app: Dash, context: AppContext) -> None:
    """Add the page's callback."""

    @app.callback(Output(ids.SOURCES_LIST, "content"), Input(ids.ADDRESS, "pathname"), Input(ids.ADDRESS, "search"))
    @cacheable(Cacheable.UNDERSTOOD)
    def sources(path: str | None, search: str | None) -> list[Any]:
        with open_request(context, search, clears_notice=True) as request:
            return page(request, (path or "").removeprefix("/sources").strip("/"))


def page(request: PageRequest, chosen: str) -> list[Any]:
    """The sources as cards; the `chosen` one is first and marked."""
    rows = sources_of(request.view)
    codes = sorted(rows, key=lambda code: code != chosen)
    return [
        cards.source_card(
            request.names.source(code),
            request.view.catalogue.source[code].columns,
            None if request.view.viewer.limited else rows[code],
            chosen=code == chosen,
        )
        for code in codes
    ]
