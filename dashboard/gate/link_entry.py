"""The address of a share link: opens it, after its password where it has one; and the way back."""

from flask import Flask, Response, g, redirect, request
from sqlalchemy import Engine
from werkzeug.wrappers import Response as AnyResponse

from dashboard.gate import sessions
from dashboard.gate.login_attempts import Tries
from dashboard.pages import plain_pages
from data.links import link_terms, link_visits, share_links
from data.links.link_terms import Audience
from data.links.share_links import Link
from data.storage.database import now
from layouts import words
from layouts.words import _


def install(server: Flask, accounts: Engine, tries: Tries) -> None:
    """Add the routes."""

    @server.route("/s/<token>", methods=["GET", "POST"], endpoint="link")
    def link(token: str) -> AnyResponse:
        found = share_links.by_token(accounts, token)
        if found is None or found.state(now()) != "active":
            return plain_pages.link_ended()
        if request.method == "HEAD":  # previews look before anyone opens
            return Response(status=204)
        if found.protected:
            if request.method != "POST":
                return _ask()
            if not tries.allowed("link", found.token_hash):
                return _ask(429, _too_often())
            password = request.form.get("password", "")[: link_terms.LONGEST_PASSWORD]
            if not share_links.opens_with(accounts, found.id, password):
                return _ask(401, _not_it())
            tries.forget("link", found.token_hash)
        return _open(accounts, found)

    @server.post("/leave", endpoint="leave")
    def leave() -> AnyResponse:
        """Stop looking through a link; a manager is back in their own view."""
        back = sessions.leave()
        return redirect((back or "/share") if g.own else "/", code=303)


def _open(accounts: Engine, found: Link) -> AnyResponse:
    sessions.begin_link(found)
    link_visits.log_visit(accounts, found.id, "opened", "/")
    language = plain_pages.reader_language()
    start = "/present" if found.terms.audience is Audience.COMMITTEE else "/"
    return redirect(f"{start}?lang={language}" if language != "en" else start, code=303)


def _ask(status: int = 200, problem: str = "") -> Response:
    with words.speaking(plain_pages.reader_language()):
        return plain_pages.form(
            status,
            title=_("This link has a password"),
            text=_("Whoever sent you the link told you its password."),
            problem=problem,
            fields=[("password", "password", _("Password"), "off")],
            submit=_("Open"),
        )


def _not_it() -> str:
    with words.speaking(plain_pages.reader_language()):
        return _("That is not the password.")


def _too_often() -> str:
    with words.speaking(plain_pages.reader_language()):
        return _("Too many tries. Wait a quarter of an hour and try again.")
