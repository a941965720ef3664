"""Path → page, and the words around it: brand, page links, language switch, notices, footer."""

from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State

from callbacks.asking import Asked, Held, asking
from data.filters import language_of
from layouts import ids, pages, parts, words
from layouts.words import _


def register(app: Dash, held: Held) -> None:
    """Add the callbacks."""

    @app.callback(Output(ids.PAGE, "children"), Input(ids.ADDRESS, "pathname"))
    def page(path: str | None) -> Any:
        found = pages.page_at(path)
        return pages.body(found) if found else parts.not_found()

    @app.callback(
        Output(ids.BRAND, "children"),
        Output(ids.NAV, "children"),
        Output(ids.NOTICE, "children"),
        Output(ids.FOOTER, "children"),
        Output(ids.DOCUMENT, "children"),
        Input(ids.ADDRESS, "pathname"),
        Input(ids.ADDRESS, "search"),
    )
    def around(path: str | None, search: str | None) -> tuple[Any, ...]:
        with asking(held, search) as asked:
            return frame(asked, path)

    for each in pages.PAGES:
        _heading(app, each)

    app.clientside_callback(
        ClientsideFunction("shell", "describe"),
        Output(ids.DOCUMENT, "title"),
        Input(ids.DOCUMENT, "children"),
    )


def _heading(app: Dash, page: pages.Page) -> None:
    @app.callback(
        Output(ids.page_title(page.code), "children"),
        Input(ids.ADDRESS, "search"),
        State(ids.page_title(page.code), "children"),
    )
    def heading(search: str | None, _before: Any) -> Any:
        with words.speaking(language_of(search)):
            return parts.page_heading(page.name(), page.lead())


def frame(asked: Asked, path: str | None) -> tuple[Any, ...]:
    """Brand, page links, notice, footer, and what the document says of itself."""
    programme = asked.view.catalogue.programme
    name = programme.entry.name(words.language())
    here = pages.page_at(path)
    links = [(page.name(), asked.href(page.path), page is here) for page in pages.PAGES]
    other = "en" if words.language() == "zh" else "zh"
    switch = (path or "/") + asked.filters.search(other)
    notice = [_("Synthetic data: every enterprise and every number here is invented for demonstration.")]
    return (
        parts.brand(name, asked.href("/", asked.filters)),
        parts.page_links(links, words.LANGUAGES[other], switch, other),
        parts.notice(notice) if programme.synthetic else [],
        parts.footer(name, programme.as_of, programme.entry.columns["note"], asked.view.catalogue.version.loaded_at),
        parts.document(f"{here.name() if here else '404'} · {name}", words.language()),
    )
