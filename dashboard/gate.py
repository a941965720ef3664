"""Before every request: who asks? A viewer from the session, or the way in. Nothing the client posts decides it."""

import hmac
import secrets
from threading import Lock
from urllib.parse import urlsplit

from flask import Flask, Response, g, redirect, request, session
from werkzeug.wrappers import Response as AnyResponse

from dashboard import pages
from dashboard.settings import Settings
from data.access import MANAGER

OPEN_ENDPOINTS = frozenset({"enter", "health"})
"""The routes that answer without a viewer; every other route, known or unknown, needs one."""

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
_LOCAL = "local"


class OneTimeAddress:
    """The address that `serve` prints: lets one visitor in, once."""

    def __init__(self) -> None:
        self.token = secrets.token_urlsafe(32)
        self._lock = Lock()
        self._used = False

    def take(self, token: str) -> bool:
        """Is this the token, and the first time it is shown?"""
        with self._lock:
            if self._used or not hmac.compare_digest(token.encode(), self.token.encode()):
                return False
            self._used = True
            return True


def install(server: Flask, settings: Settings, one_time: OneTimeAddress) -> None:
    """Put the gate before every route of `server`."""
    server.secret_key = settings.secret_key
    server.config.update(
        SESSION_COOKIE_NAME="score_session",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        # Local mode speaks plain http on the loopback; everywhere else the cookie travels by https alone.
        SESSION_COOKIE_SECURE=not settings.local,
    )

    @server.before_request
    def gate() -> Response | None:
        if settings.local and _host() not in _LOOPBACK:
            return pages.refusal(400)  # a foreign name that resolves to this machine is not this machine's user
        if request.method not in ("GET", "HEAD", "OPTIONS") and not _same_origin():
            return pages.refusal(403)
        if request.endpoint in OPEN_ENDPOINTS:
            return None
        if settings.local and session.get("viewer") == _LOCAL:
            g.viewer = MANAGER
            return None
        return pages.refusal(401)

    @server.get("/enter/<token>", endpoint="enter")
    def enter(token: str) -> AnyResponse:
        # Previews and virus checkers look with HEAD: that must not spend the address.
        if request.method != "GET" or not settings.local or not one_time.take(token):
            return pages.refusal(401)
        session.clear()
        session["viewer"] = _LOCAL
        return redirect("/")


def _host() -> str:
    host = request.host
    return host[: host.index("]") + 1] if host.startswith("[") and "]" in host else host.split(":")[0]


def _same_origin() -> bool:
    """Browsers say where an unsafe request comes from; programs that say nothing carry no session by accident."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host
