"""The ways in for managers and out again: the local mode's one-time address, password, sign-out."""

import re
from urllib.parse import urlencode

from flask import Flask, Response, g, redirect, request, session
from sqlalchemy import Engine
from werkzeug.wrappers import Response as AnyResponse

from dashboard.gate import sessions
from dashboard.gate.admission import OneTimeAddress
from dashboard.gate.login_attempts import Tries
from dashboard.pages import plain_pages
from dashboard.settings import Settings
from data import managers
from layouts import words
from layouts.words import _

_OUR_PATH = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")
_WAYS_IN = re.compile(r"/(sign-in|enter)\b")


def install(server: Flask, settings: Settings, one_time: OneTimeAddress, accounts: Engine, tries: Tries) -> None:
    """Add the routes."""

    @server.get("/enter/<token>", endpoint="enter")
    def enter(token: str) -> AnyResponse:
        # Previews and virus checkers look with HEAD: that must not spend the address.
        if request.method != "GET" or not settings.local or not one_time.take(token):
            return plain_pages.refusal(401)
        sessions.begin_local(one_time.session)
        return redirect("/")

    @server.route("/sign-in", methods=["GET", "POST"], endpoint="sign-in")
    def sign_in() -> AnyResponse:
        if settings.local:
            return plain_pages.refusal(401)
        with words.speaking(plain_pages.reader_language()):
            status, problem = (200, "") if request.method != "POST" else _tried(accounts, tries)
            if sessions.own(accounts, None):
                return redirect(onward(request.args.get("next", "")), code=303)
            return _ask(settings, status, problem)

    @server.post("/sign-out", endpoint="sign-out")
    def sign_out() -> AnyResponse:
        """End every session of who signs out."""
        if g.own and g.own.name == "local":
            one_time.end()
        elif g.own:
            managers.end_sessions(accounts, g.own.name)
        session.clear()
        response = redirect("/", code=303)
        # The browser throws away what it has kept: somebody else may sit down before it now.
        response.headers["Clear-Site-Data"] = '"cache"'
        return response


def _tried(accounts: Engine, tries: Tries) -> tuple[int, str]:
    """Begin a session where address and password are right; else what to say, the same whatever is wrong."""
    email = _email()
    if not tries.allowed("manager", email):
        return 429, _("Too many tries. Wait a quarter of an hour and try again.")
    password = request.form.get("password", "")[: managers.LONGEST_PASSWORD]
    known = managers.with_password(accounts, email, password)
    if known is None:
        return 401, _("E-mail address or password is not right.")
    tries.forget("manager", email)
    sessions.begin_manager(known)
    return 200, ""


def _email() -> str:
    """The address typed, as long as one can be."""
    return request.form.get("email", "")[: managers.LONGEST_EMAIL]


def onward(asked: str) -> str:
    """Where to go once signed in: the page that was asked for, if it is one of ours; else the first page.

    Browsers read a backslash as a slash and skip tabs and line ends, so that neither may stand in it.
    """
    if _OUR_PATH.fullmatch(asked) and not _WAYS_IN.match(asked):
        return asked
    language = words.language()
    return f"/?lang={language}" if language != "en" else "/"


def _ask(settings: Settings, status: int, problem: str) -> Response:
    asked = {name: request.args[name] for name in ("next", "lang") if request.args.get(name)}
    single = "/sign-in/single" + (f"?{urlencode(asked)}" if asked else "")
    return plain_pages.form(
        status,
        title=_("Sign in"),
        text=_("For managers of the programme. Whoever was sent a link opens the link."),
        problem=problem,
        fields=[
            ("email", "email", _("E-mail address"), "username"),
            ("password", "password", _("Password"), "current-password"),
        ],
        filled={"email": _email()},
        submit=_("Sign in"),
        beside=(_("Sign in with your organisation's account"), single) if settings.provider else None,
    )
