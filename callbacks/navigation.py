"""Navigation: the page of a path, and its brand, page links, language switch, notices and footer."""

from typing import Any
from urllib.parse import urlencode

from dash import ClientsideFunction, Dash, Input, Output, State
from flask import g

from callbacks import downloads
from callbacks.requests import edition_note
from callbacks.requests.page_request import AppContext, Cacheable, PageRequest, cacheable, open_request
from data.filters import Filters, language_of
from data.privacy.viewer import Permission
from layouts import ids, pages, words
from layouts.parts import cards, download_menu, page_frame
from layouts.parts.page_frame import PageLink
from layouts.texts import selection_words
from layouts.words import _, day


def register(app: Dash, context: AppContext) -> None:
    """Add the callbacks."""

    @app.callback(Output(ids.PAGE, "children"), Input(ids.ADDRESS, "pathname"))
    def page(path: str | None) -> Any:
        target = pages.page_at(path)
        return pages.body(target, path) if target and may_see(target) else cards.not_found()

    @app.callback(
        Output(ids.BRAND, "content"),
        Output(ids.NAV, "content"),
        Output(ids.NOTICE, "content"),
        Output(ids.FOOTER, "content"),
        Output(ids.DOCUMENT, "data"),
        Input(ids.ADDRESS, "pathname"),
        Input(ids.ADDRESS, "search"),
    )
    @cacheable(Cacheable.UNDERSTOOD)
    def around(path: str | None, search: str | None) -> tuple[Any, ...]:
        with open_request(context, search) as request:
            return frame(request, path)

    for each in pages.PAGES:
        _heading(app, each)

    app.clientside_callback(
        ClientsideFunction("shell", "speak"),
        Output(ids.LANGUAGE, "data"),
        Input(ids.ADDRESS, "search"),
        State(ids.LANGUAGE, "data"),
    )
    app.clientside_callback(
        ClientsideFunction("shell", "describe"),
        Input(ids.DOCUMENT, "data"),
    )


def may_see(page: pages.Page) -> bool:
    """True where the viewer may see this page. A page that they may not see is shown as not found."""
    return bool(g.viewer.may(Permission(page.needs)))


def _heading(app: Dash, page: pages.Page) -> None:
    @app.callback(
        Output(ids.page_title(page.code), "content"),
        Input(ids.LANGUAGE, "data"),
        State(ids.page_title(page.code), "content"),
    )
    def heading(language: str | None, _old_heading: Any) -> Any:
        with words.speaking(language_of(language)):
            return cards.page_heading(page.name(), page.lead())


def frame(request: PageRequest, path: str | None) -> tuple[Any, ...]:
    """The brand, page links, notices and footer of a page, and the properties of the document."""
    programme = request.view.catalogue.programme
    name = programme.entry.name(words.language())
    here = pages.page_at(path)
    here = here if here and may_see(here) else None
    links = [
        PageLink(page.name(), request.addresses.of(page.path), here=page is here, main=page.main)
        for page in pages.PAGES
        if may_see(page)
    ]
    other = "en" if words.language() == "zh" else "zh"
    switch = (path or "/") + request.filters.search(other)
    document = {
        "title": f"{here.name() if here else '404'} · {name}",
        "lang": "zh-Hans" if words.language() == "zh" else "en",
        "single": request.view.threshold is not None,
    }
    # The programme's note is free text: it may mention data that the share link does not show.
    note = None if request.view.viewer.limited else programme.note(words.language())
    return (
        page_frame.brand(name, request.addresses.of("/", request.filters)),
        page_frame.page_links(links, words.LANGUAGES[other], switch, other, _menus(request, path)),
        notices(request),
        [
            *_download_menu(request),
            *page_frame.footer(name, programme.as_of, note, request.view.catalogue.version.loaded_at),
        ],
        document,
    )


def _download_menu(request: PageRequest) -> list[Any]:
    files = downloads.of_selection(request)
    return [download_menu.of_selection(files)] if files else []


def _menus(request: PageRequest, path: str | None) -> list[Any]:
    """The menus of a manager."""
    pages_of_tools, address = tools(request), readers(request, path)
    return [
        *([page_frame.tools(pages_of_tools)] if pages_of_tools else []),
        *([page_frame.readers(address)] if address else []),
    ]


def tools(request: PageRequest) -> list[tuple[str, str]]:
    """The manager's tools as (name, address), with the current filters where the page uses them."""
    viewer = request.view.viewer
    if viewer.limited:
        return []
    language = Filters().search(words.language())
    offered = [
        (Permission.PRESENT, _("Present"), request.addresses.of("/present")),
        (Permission.MANAGE_LINKS, _("Share"), request.addresses.of("/share")),
        (Permission.MANAGE_DECKS, _("Decks"), f"/decks{language}"),
        (Permission.MAKE_NEWSLETTERS, _("Newsletter"), f"/digest{language}"),
        (Permission.CHOOSE_EDITION, _("Editions"), f"/editions{language}"),
        (Permission.IMPORT, _("Import"), f"/import{language}"),
    ]
    return [(name, address) for permission, name, address in offered if viewer.may(permission)]


def readers(request: PageRequest, path: str | None) -> str:
    """The address of the list of share links to preview this page with; empty for a viewer who may not manage links."""
    viewer = request.view.viewer
    if viewer.limited or not viewer.may(Permission.MANAGE_LINKS):
        return ""
    query = {"page": request.addresses.of(path or "/")} | (
        {"lang": words.language()} if words.language() != "en" else {}
    )
    return f"/share/readers?{urlencode(query)}"


def notices(request: PageRequest) -> list[Any]:
    """The notices at the top of a page: synthetic data, a reduced selection, and the limits of a share link."""
    text = _("Synthetic data: every enterprise and every number here is invented for demonstration.")
    told = {
        text: request.view.catalogue.programme.synthetic,
        selection_words.cut(): request.view.cut,
        selection_words.unknown(request.view.unknown): bool(request.view.unknown),
    }
    shown = [*cards.notice([sentence for sentence, is_true in told.items() if is_true]), *_rules_note(request)]
    if not request.view.viewer.limited:
        return shown
    previewing = g.own is not None
    limits = [
        _preview_sentence() if previewing else "",
        _("Data of {date}.", date=day(request.edition.as_of)) if request.edition else "",
        selection_words.rounded(request.view.threshold) if request.view.threshold else "",
    ]
    return [*shown, page_frame.looking_through(limits, leave=previewing)] if any(limits) else shown


def _rules_note(request: PageRequest) -> list[Any]:
    """The note on an edition that was made under older rules."""
    note = edition_note.in_words(request.edition, request.view)
    return [page_frame.edition_note(*note)] if note else []


def _preview_sentence() -> str:
    """The sentence that names the share link that a manager previews.

    A cached response belongs to one link, so it may contain the name.
    """
    link = g.look.link
    if link is None:
        return _("You see what this link shows.")
    return _("You see what the readers of {link} see.", link=selection_words.link_name(link.id, link.label))
