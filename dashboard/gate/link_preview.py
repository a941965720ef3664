"""Managers see what the readers of a link see: on the page they are on, or as a show.

They go the way of who was sent the link: the same viewer, edition and threshold. Only no visit is noted.
"""

import re
from urllib.parse import parse_qs, urlencode, urlsplit

from flask import Flask, abort, flash, redirect, render_template, request
from sqlalchemy import Engine
from werkzeug.wrappers import Response as AnyResponse

from callbacks.page_request import AppContext
from dashboard.gate import sessions
from dashboard.pages import plain_pages
from dashboard.pages.share.share_remarks import named
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
_BELOW = re.compile(r"/[a-z0-9/-]{0,200}")


def install(server: Flask, context: AppContext, accounts: Engine) -> None:
    """Add the routes."""

    @server.get("/share/readers", endpoint="share-readers")
    def readers() -> str:
        """The links that open something, for the menu of a page."""
        with words.speaking(plain_pages.reader_language()):
            found = [(each.id, named(each)) for each in open_links(context, accounts)]
            page, language = request.args.get("page", ""), Filters().search(words.language())
            return render_template(
                "share_readers.html", readers=found, page=page, asking_language=language,
                none=_("No link opens anything now."),
            )  # fmt: skip

    @server.post("/share/<int:link>/see", endpoint="share-see")
    def see(link: int) -> AnyResponse:
        with words.speaking(plain_pages.reader_language()):
            return _see(context, accounts, link)


def open_links(context: AppContext, accounts: Engine) -> list[Link]:
    """The links that open something now, newest first."""
    at, known = now(), key.read(accounts)
    return [
        each
        for each in share_links.links(accounts)
        if each.state(at) == "active" and not link_editions.waits(context.records, each, known)
    ]


def start(terms: Terms) -> str:
    """Where the readers of a link begin."""
    return SHOW if terms.audience is Audience.COMMITTEE else "/"


def _see(context: AppContext, accounts: Engine, number: int) -> AnyResponse:
    try:
        link = share_links.by_id(accounts, number)
    except LinkProblem:
        abort(404)
    back = own_page(request.form.get("page", ""))
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
    sessions.begin_seeing(link, deck, back or f"/share{language}")
    return redirect(_kept(back, link.viewer()) or start(link.terms) + language, code=303)


def own_page(page_request: str) -> str:
    """A page or the show as an address of ours, with its filters, deck and language; empty for whatever is neither."""
    parts = urlsplit(page_request)
    page = page_at(parts.path)
    if (page is None and parts.path != SHOW) or not _BELOW.fullmatch(parts.path):
        return ""
    query = Filters.from_search(parts.query).query(language_of(parts.query))
    if page is None and (deck := parse_qs(parts.query).get("deck", [""])[-1]):
        query = "&".join(part for part in (urlencode({"deck": deck}), query) if part)
    return f"{parts.path}?{query}" if query else parts.path


def _kept(page_request: str, viewer: Viewer) -> str:
    """The page a manager is on, where the readers of the link may see it."""
    page = page_at(urlsplit(page_request).path) if page_request else None
    return page_request if page and viewer.may(Permission(page.needs)) else ""
