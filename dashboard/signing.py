"""The ways in for managers and out again: the local mode's one-time address, password, sign-out."""

from flask import Flask, g, redirect, request, session
from sqlalchemy import Engine
from werkzeug.wrappers import Response as AnyResponse

from dashboard import pages, sessions
from dashboard.gate import OneTimeAddress
from dashboard.settings import Settings
from data import managers


def install(server: Flask, settings: Settings, one_time: OneTimeAddress, accounts: Engine) -> None:
    """Add the routes."""

    @server.get("/enter/<token>", endpoint="enter")
    def enter(token: str) -> AnyResponse:
        # Previews and virus checkers look with HEAD: that must not spend the address.
        if request.method != "GET" or not settings.local or not one_time.take(token):
            return pages.refusal(401)
        sessions.begin_local(one_time.session)
        return redirect("/")

    @server.post("/sign-out", endpoint="sign-out")
    def sign_out() -> AnyResponse:
        """End every session of who signs out."""
        if g.own and g.own.name == "local":
            one_time.end()
        elif g.own:
            managers.end_sessions(accounts, g.own.name)
        session.clear()
        return redirect("/", code=303)
