"""Previews of share links for managers: on their present page, or as a slide show.

A preview has the same viewer, edition and threshold as the link. It is not logged as a visit.
"""

import re
from urllib.parse import parse_qs, urlencode, urlsplit

from flask import Flask, abort, flash, redirect, render_template, request
from sqlalchemy import Engine
from werkzeug.wrappers import Response as AnyResponse

from callbacks.requests.page_request import AppContext
from dashboard.gate import sessions
from dashboard.pages import plain_pages
from dashboard.pages.share.share_remarks import link_name
from data import decks
from data.decks import DeckProblem
from data.filters import Filters, language_of
from data.links import link_editions, share_links
from data.links.link_terms import Audience, LinkProblem, Terms
from data.links.share_links import Link
from data.privacy import key
from data.privacy.viewer import Permission, Viewer
from data.storage.database import now
from layouts import words
from layouts.pages import page_at
from layouts.words import _

SHOW = "/present"
_PATH = re.compile(r"/[a-z0-9/-]{0,200}")


def install(server: Flask, context: AppContext, accounts: Engine) -> None:
    """Add the routes."""

    @server.get("/share/readers", endpoint="share-readers")
    def readers() -> str:
        """The links that can be previewed, for the menu of a page."""
        with words.speaking(plain_pages.reader_language()):
            links = [(each.id, link_name(each)) for each in open_links(context, accounts)]
            page, language = request.args.get("page", ""), Filters().search(words.language())
            return render_template(
                "share_readers.html", readers=links, page=page, asking_language=language,
                none=_("No link opens anything now."),
            )  # fmt: skip

    @server.post("/share/<int:link>/see", endpoint="share-see")
    def see(link: int) -> AnyResponse:
        with words.speaking(plain_pages.reader_language()):
            return _begin_preview(context, accounts, link)


def open_links(context: AppContext, accounts: Engine) -> list[Link]:
    """The active links that have an edition if they need one, newest first."""
    at, privacy_key = now(), key.read(accounts)
    return [
        each
        for each in share_links.links(accounts)
        if each.state(at) == "active" and not link_editions.waits(context.records, each, privacy_key)
    ]


def start_page(terms: Terms) -> str:
    """The first page of a link."""
    return SHOW if terms.audience is Audience.COMMITTEE else "/"


def _begin_preview(context: AppContext, accounts: Engine, number: int) -> AnyResponse:
    try:
        link = share_links.by_id(accounts, number)
    except LinkProblem:
        abort(404)
    back = safe_page(request.form.get("page", ""))
    language = Filters().search(words.language())
    if link.id not in {each.id for each in open_links(context, accounts)}:
        flash(_("Link {number} opens nothing now.", number=number))
        return redirect(f"/share{language}", code=303)
    deck = request.form.get("deck", "") if link.terms.audience is Audience.COMMITTEE else ""
    if deck:
        try:
            decks.read(accounts, deck)
        except DeckProblem:
            abort(404)
    sessions.begin_link_preview(link, deck, back or f"/share{language}")
    return redirect(_permitted_page(back, link.viewer()) or start_page(link.terms) + language, code=303)


def safe_page(requested: str) -> str:
    """The requested page or slide show with its filters, deck and language; empty for any other address."""
    parts = urlsplit(requested)
    page = page_at(parts.path)
    if (page is None and parts.path != SHOW) or not _PATH.fullmatch(parts.path):
        return ""
    query = Filters.from_search(parts.query).query(language_of(parts.query))
    if page is None and (deck := parse_qs(parts.query).get("deck", [""])[-1]):
        query = "&".join(part for part in (urlencode({"deck": deck}), query) if part)
    return f"{parts.path}?{query}" if query else parts.path


def _permitted_page(address: str, viewer: Viewer) -> str:
    """The page at an address if the viewer may see it; else empty."""
    page = page_at(urlsplit(address).path) if address else None
    return address if page and viewer.may(Permission(page.needs)) else ""
