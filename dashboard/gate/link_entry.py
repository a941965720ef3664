"""The address of a share link: opens the link, after its password if it has one. Also the way out of a link."""

from flask import Flask, Response, g, redirect, request
from sqlalchemy import Engine
from werkzeug.wrappers import Response as AnyResponse

from dashboard.gate import sessions
from dashboard.gate.login_attempts import LoginAttempts
from dashboard.pages import plain_pages
from data.links import link_terms, link_visits, share_links
from data.links.link_terms import Audience
from data.links.share_links import Link
from data.storage.database import now
from layouts import words
from layouts.words import _


def install(server: Flask, accounts: Engine, login_attempts: LoginAttempts) -> None:
    """Add the routes."""

    @server.route("/s/<token>", methods=["GET", "POST"], endpoint="link")
    def open_link(token: str) -> AnyResponse:
        link = share_links.by_token(accounts, token)
        if link is None or link.state(now()) != "active":
            return plain_pages.link_ended()
        if request.method == "HEAD":  # mail programs check an address before anyone opens it
            return Response(status=204)
        if link.protected:
            if request.method != "POST":
                return _password_form()
            if not login_attempts.allowed("link", link.token_hash):
                return _password_form(429, _too_many_attempts())
            password = request.form.get("password", "")[: link_terms.LONGEST_PASSWORD]
            if not share_links.opens_with(accounts, link.id, password):
                return _password_form(401, _wrong_password())
            login_attempts.reset("link", link.token_hash)
        return _open(accounts, link)

    @server.post("/leave", endpoint="leave")
    def leave() -> AnyResponse:
        """Leave the link; a manager returns to their own view."""
        back = sessions.leave()
        return redirect((back or "/share") if g.own else "/", code=303)


def _open(accounts: Engine, link: Link) -> AnyResponse:
    sessions.begin_link(link)
    link_visits.log_visit(accounts, link.id, "opened", "/")
    language = plain_pages.reader_language()
    start = "/present" if link.terms.audience is Audience.COMMITTEE else "/"
    return redirect(f"{start}?lang={language}" if language != "en" else start, code=303)


def _password_form(status: int = 200, problem: str = "") -> Response:
    with words.speaking(plain_pages.reader_language()):
        return plain_pages.form(
            status,
            title=_("This link has a password"),
            text=_("Whoever sent you the link told you its password."),
            problem=problem,
            fields=[("password", "password", _("Password"), "off")],
            submit=_("Open"),
        )


def _wrong_password() -> str:
    with words.speaking(plain_pages.reader_language()):
        return _("That is not the password.")


def _too_many_attempts() -> str:
    with words.speaking(plain_pages.reader_language()):
        return _("Too many tries. Wait a quarter of an hour and try again.")
