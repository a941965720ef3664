"""The slide show: its page, the data of all slides in one response, and the speaker's window."""

from dataclasses import replace
from typing import Any

from flask import Flask, Response, g, make_response, render_template, request
from plotly.io.json import to_json_plotly
from sqlalchemy import Engine

from callbacks import filter_bar as controls
from callbacks.requests.page_request import AppContext, address_search, open_request
from callbacks.slides import both_languages
from dashboard.gate import link_preview
from dashboard.pages import plain_pages
from dashboard.static_files import PLOTLY, asset_address
from data import decks
from data.decks import STANDARD, DeckProblem
from data.filters import Filters, language_of
from data.links.link_terms import Audience
from data.privacy.viewer import Permission, Viewer
from data.vocabulary import LANGUAGES
from layouts import words
from layouts.parts.shell import CONTROLS
from layouts.texts import selection_words, show_texts
from layouts.texts.code_words import filter_name
from layouts.theme import GRAPH_CONFIG
from layouts.words import _, labelled


def install(server: Flask, context: AppContext, accounts: Engine) -> None:
    """Add the routes."""

    @server.get("/present", endpoint="present")
    def present() -> Response:
        search = address_search()
        try:
            decks.read(accounts, deck_of(g.viewer, request.args.get("deck")))
        except DeckProblem:
            return _no_deck()
        with open_request(context, search):  # report a missing edition here, not in the middle of the show
            previewing = g.viewer.limited and g.own is not None
            return _page("present.html", title=_("Present"), leave=_way_back() if previewing else "")

    @server.get("/present/slides.json", endpoint="present-slides")
    def slides() -> Response:
        name = deck_of(g.viewer, request.args.get("deck"))
        try:
            deck = decks.read(accounts, name)
        except DeckProblem:
            return make_response("", 404)
        show_filters = Filters.from_search(address_search())
        show = {
            "deck": name,
            "language": language_of(address_search()),
            "browse": g.viewer.may(Permission.BROWSE),
            "decks": _choices(accounts, g.viewer),
            "readers": _readers(context, accounts, g.viewer),
            "config": GRAPH_CONFIG | {"staticPlot": True, "responsive": False},
            "slides": [
                {language: slide.plain() for language, slide in each.items()}
                for each in both_languages(context, deck.slides, show_filters)
            ],
            **_interface(context, show_filters),
        }
        return Response(to_json_plotly(show), mimetype="application/json")  # as Dash writes figures

    @server.get("/present/speaker", endpoint="present-speaker")
    def speaker() -> Response:
        with words.speaking(language_of(address_search())):
            return _page("speaker.html", title=_("Speaker's window"))


def deck_of(viewer: Viewer, wanted: str | None) -> str:
    """The name of a viewer's deck. Link viewers cannot choose one."""
    if viewer.limited or not wanted:
        return viewer.deck or STANDARD
    return wanted


def _choices(accounts: Engine, viewer: Viewer) -> list[str]:
    """The decks that can be chosen inside the show."""
    if not viewer.may(Permission.MANAGE_DECKS):
        return []
    return [STANDARD, *(deck.name for deck in decks.decks(accounts))]


def _readers(context: AppContext, accounts: Engine, viewer: Viewer) -> list[dict[str, Any]]:
    """The committees' share links whose view a manager may present: number, and name by language."""
    if not viewer.may(Permission.MANAGE_LINKS):
        return []
    committees = [
        each for each in link_preview.open_links(context, accounts) if each.terms.audience is Audience.COMMITTEE
    ]
    listed: list[dict[str, Any]] = [{"number": each.id} for each in committees]
    for language in LANGUAGES:
        with words.speaking(language):
            for each, entry in zip(committees, listed, strict=True):
                entry[language] = selection_words.link_name(each.id, each.label)
    return listed


def _way_back() -> str:
    """The text of the link back to a manager's own view, with the name of the previewed share link."""
    back, link = _("Back to my own view"), g.look.link
    return labelled(selection_words.link_name(link.id, link.label), back) if link else back


def _interface(context: AppContext, show_filters: Filters) -> dict[str, Any]:
    """The texts and filters of the show in every language, and the as-of date where it can be chosen."""
    texts, panel = {}, {}
    with open_request(context, show_filters.search()) as page_request:
        date_shown = not page_request.view.threshold
        for language in LANGUAGES:
            with words.speaking(language):
                in_language = replace(page_request)
                texts[language] = show_texts.words() | {"name": words.LANGUAGES[language]}
                panel[language] = [
                    {
                        "dimension": dimension,
                        "name": filter_name(dimension),
                        "options": controls.options(in_language, dimension),
                        "chosen": sorted(page_request.filters.codes(dimension)),
                    }
                    for dimension in CONTROLS
                ]
        return {
            "words": texts,
            "filters": panel,
            "as_of": page_request.as_of.isoformat() if date_shown else None,
            "record_date": page_request.view.catalogue.programme.as_of.isoformat(),
        }


def _page(template: str, **context: Any) -> Response:
    plotly = asset_address(PLOTLY)
    body = render_template(template, language=words.language(), plotly=plotly, said=show_texts.words(), **context)
    return make_response(body)


def _no_deck() -> Response:
    with words.speaking(language_of(address_search())):
        text = (
            _("Whoever sent you the link has removed it since. Ask for a new one.")
            if g.viewer.limited
            else _("Somebody has removed or renamed it since. Choose another one among the decks.")
        )
        return plain_pages.message(404, _("This deck is gone"), text)
