"""Sign-in and sign-out of managers: the one-time address of the local mode, and the password."""

import re
from urllib.parse import urlencode

from flask import Flask, Response, g, redirect, request, session
from sqlalchemy import Engine
from werkzeug.wrappers import Response as AnyResponse

from dashboard.gate import sessions
from dashboard.gate.admission import OneTimeAddress
from dashboard.gate.login_attempts import LoginAttempts
from dashboard.pages import plain_pages
from dashboard.settings import Settings
from data import managers
from layouts import words
from layouts.words import _

_LOCAL_PATH = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")
_SIGN_IN_PATH = re.compile(r"/(sign-in|enter)\b")


def install(
    server: Flask, settings: Settings, one_time: OneTimeAddress, accounts: Engine, login_attempts: LoginAttempts
) -> None:
    """Add the routes."""

    @server.get("/enter/<token>", endpoint="enter")
    def enter(token: str) -> AnyResponse:
        # Link previews and virus checkers send HEAD. That must not use up the address.
        if request.method != "GET" or not settings.local or not one_time.redeem(token):
            return plain_pages.refusal(401)
        sessions.begin_local(one_time.session)
        return redirect("/")

    @server.route("/sign-in", methods=["GET", "POST"], endpoint="sign-in")
    def sign_in() -> AnyResponse:
        if settings.local:
            return plain_pages.refusal(401)
        with words.speaking(plain_pages.reader_language()):
            status, problem = (200, "") if request.method != "POST" else _sign_in(accounts, login_attempts)
            if sessions.signed_in_manager(accounts, None):
                return redirect(next_page(request.args.get("next", "")), code=303)
            return _form(settings, status, problem)

    @server.post("/sign-out", endpoint="sign-out")
    def sign_out() -> AnyResponse:
        """End every session of the manager."""
        if g.own and g.own.name == "local":
            one_time.sign_out()
        elif g.own:
            managers.end_sessions(accounts, g.own.name)
        session.clear()
        response = redirect("/", code=303)
        # The browser clears its cache, because the next person at this computer may be somebody else.
        response.headers["Clear-Site-Data"] = '"cache"'
        return response


def _sign_in(accounts: Engine, login_attempts: LoginAttempts) -> tuple[int, str]:
    """Begin a session if address and password are right.

    Returns the status and an error message. The message is the same for a wrong address and a wrong password.
    """
    email = _email()
    if not login_attempts.allowed("manager", email):
        return 429, _("Too many tries. Wait a quarter of an hour and try again.")
    password = request.form.get("password", "")[: managers.LONGEST_PASSWORD]
    manager = managers.with_password(accounts, email, password)
    if manager is None:
        return 401, _("E-mail address or password is not right.")
    login_attempts.reset("manager", email)
    sessions.begin_manager(manager)
    return 200, ""


def _email() -> str:
    """The address from the form, cut at the maximum length."""
    return request.form.get("email", "")[: managers.LONGEST_EMAIL]


def next_page(requested: str) -> str:
    """The page to show after sign-in: the requested one if it is on this site; else the first page.

    Browsers read a backslash as a slash, and skip tabs and line ends. So these characters are not allowed.
    """
    if _LOCAL_PATH.fullmatch(requested) and not _SIGN_IN_PATH.match(requested):
        return requested
    language = words.language()
    return f"/?lang={language}" if language != "en" else "/"


def _form(settings: Settings, status: int, problem: str) -> Response:
    parameters = {name: request.args[name] for name in ("next", "lang") if request.args.get(name)}
    single_sign_on = "/sign-in/single" + (f"?{urlencode(parameters)}" if parameters else "")
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
        alternative=(_("Sign in with your organisation's account"), single_sign_on) if settings.provider else None,
    )
