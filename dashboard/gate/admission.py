"""Before every request: who asks? A viewer from the session, or the way in. Nothing the client posts decides it."""

import hmac
import secrets
from datetime import timedelta
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, g, redirect, request
from sqlalchemy import Engine
from werkzeug.wrappers import Response as AnyResponse

from dashboard.gate import sessions
from dashboard.gate.rate_limit import Pace
from dashboard.pages import plain_pages
from dashboard.settings import Settings
from data.links import link_visits
from data.links.share_links import Link
from data.privacy.viewer import Permission, Viewer
from layouts import ids
from layouts.pages import page_at

OPEN_ENDPOINTS = frozenset({"enter", "health", "sign-in", "single-sign-on", "single-sign-on-back", "link"})
"""The routes that answer without a viewer; every other route, known or unknown, needs one."""

EVERY_VIEWER = frozenset(
    {
        "alive",
        "leave",
        "sign-out",
        "boundary",
        "_dash_assets.static",
        "/_dash-component-suites/<string:package_name>/<path:fingerprinted_path>",
    }
)
"""The routes that any viewer is answered: no number passes through them."""

NEEDED: dict[str, Permission] = {
    "export": Permission.EXPORT,
    "export-workbook": Permission.EXPORT,
    "export-selection": Permission.EXPORT,
    "export-package": Permission.EXPORT,
    "digest": Permission.MAKE_NEWSLETTERS,
    "digest-file": Permission.MAKE_NEWSLETTERS,
    "how-rows": Permission.SEE_DATA_QUALITY,
    "calendar": Permission.EXPORT,
    "enterprise-table": Permission.SEE_NAMES,
    "enterprise-table-csv": Permission.SEE_NAMES,
    "completeness-list": Permission.SEE_DATA_QUALITY,
    "completeness-list-csv": Permission.SEE_DATA_QUALITY,
    "present": Permission.PRESENT,
    "present-slides": Permission.PRESENT,
    "present-speaker": Permission.PRESENT,
    "share": Permission.MANAGE_LINKS,
    "share-make": Permission.MANAGE_LINKS,
    "share-preview": Permission.MANAGE_LINKS,
    "share-change": Permission.MANAGE_LINKS,
    "share-link": Permission.MANAGE_LINKS,
    "share-remarks": Permission.MANAGE_LINKS,
    "share-see": Permission.MANAGE_LINKS,
    "share-readers": Permission.MANAGE_LINKS,
    "decks": Permission.MANAGE_DECKS,
    "deck": Permission.MANAGE_DECKS,
    "deck-remove": Permission.MANAGE_DECKS,
    "deck-add": Permission.MANAGE_DECKS,
    "pack": Permission.MANAGE_DECKS,
    "editions": Permission.CHOOSE_EDITION,
    "edition-changes": Permission.CHOOSE_EDITION,
    "edition-freeze": Permission.MANAGE_EDITIONS,
    "import": Permission.IMPORT,
    "import-upload": Permission.IMPORT,
    "import-held": Permission.IMPORT,
    "import-decide": Permission.IMPORT,
    "import-marked": Permission.IMPORT,
    "batch": Permission.IMPORT,
    "batch-roll-back": Permission.IMPORT,
}
"""What a route asks of its viewer; a route named nowhere asks for the pages' own permission."""

WAYS_BACK = frozenset({"leave", "sign-out"})
"""Routes open to a manager whose link, looked through, has ended."""

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})


class OneTimeAddress:
    """The address that `serve` prints: lets one visitor in, once; ``session`` is what marks that visitor's session."""

    def __init__(self) -> None:
        self.token = secrets.token_urlsafe(32)
        self.session = secrets.token_urlsafe(16)
        self._lock = Lock()
        self._used = False

    def take(self, token: str) -> bool:
        """Is this the token, and the first time it is shown?"""
        with self._lock:
            if self._used or not hmac.compare_digest(token.encode(), self.token.encode()):
                return False
            self._used = True
            return True

    def end(self) -> None:
        """Sign the visitor out everywhere."""
        self.session = secrets.token_urlsafe(16)


def install(server: Flask, settings: Settings, one_time: OneTimeAddress, accounts: Engine) -> None:
    """Put the gate before every route of `server`."""
    server.secret_key = settings.secret_key
    server.config.update(
        SESSION_COOKIE_NAME="score_session",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        # Local mode speaks plain http on the loopback; everywhere else the cookie travels by https alone.
        SESSION_COOKIE_SECURE=not settings.local,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        # Twelve hours from signing in, however long a page stays open.
        SESSION_REFRESH_EACH_REQUEST=False,
    )

    @server.before_request
    def gate() -> AnyResponse | None:
        g.viewer = g.own = g.link = g.look = None
        if settings.local and _host() not in _LOOPBACK:
            return plain_pages.refusal(400)  # a foreign name that resolves to this machine is not this machine's user
        if request.method not in ("GET", "HEAD", "OPTIONS") and not _same_origin():
            return plain_pages.refusal(403)
        return None if request.endpoint in OPEN_ENDPOINTS else admit(one_time.session if settings.local else None)

    def admit(local: str | None) -> AnyResponse | None:
        g.own = sessions.own(accounts, local)
        own = g.own is not None
        look = g.look = sessions.through(accounts, own=own)
        if look is None and sessions.looks_through(own=own) and not (own and request.endpoint in WAYS_BACK):
            # A manager as well is told: on a projector their own view must not take the place of a link's by itself.
            return plain_pages.link_ended()
        g.viewer = look.viewer if look else g.own
        if g.viewer is None:
            return plain_pages.way_in(local=settings.local)
        g.link = look.link if look and look.held else None
        return _unpermitted(g.viewer)

    @server.get("/alive", endpoint="alive")
    def alive() -> tuple[str, int]:
        """An open page asks now and then whether it still may stand; the gate's answer is the answer."""
        return "", 204


def attend(server: Flask, accounts: Engine, pace: Pace) -> None:
    """Before what has to be worked out: who came by a link keeps its pace, and what they look at is noted.

    To be called once whatever answers without work has had its turn: a key held down that asks for the same few views
    over and over costs nothing.
    """

    @server.before_request
    def attended() -> AnyResponse | None:
        if g.link is None or request.endpoint in EVERY_VIEWER | OPEN_ENDPOINTS:
            return None
        wait = pace.wait(g.link)
        if wait:
            return plain_pages.too_much(wait)
        _log_view(accounts, g.link)
        return None


def _unpermitted(viewer: Viewer) -> AnyResponse | None:
    """The refusal of a route this viewer may not use: it says no more than that of an address that does not exist."""
    endpoint = request.endpoint
    if endpoint in EVERY_VIEWER:
        return None
    if viewer.may(NEEDED.get(endpoint or "", Permission.BROWSE)):
        return None
    if request.method == "GET" and request.path == "/" and viewer.may(Permission.PRESENT):
        return redirect("/present")
    return plain_pages.refusal(404)


def _log_view(accounts: Engine, link: Link) -> None:
    """Note which page is looked at: the slide show, or whatever fills the page slot."""
    page = None
    if request.endpoint == "present":
        page = "/present"
    elif request.path == plain_pages.UPDATE:
        body: Any = request.get_json(silent=True)
        if isinstance(body, dict) and body.get("output") == f"{ids.PAGE}.children":
            inputs = body.get("inputs")
            asked = [each.get("value") for each in inputs if isinstance(each, dict)] if isinstance(inputs, list) else []
            page = next((each for each in asked if isinstance(each, str) and page_at(each)), None)
    if page:
        link_visits.log_visit(accounts, link.id, "viewed", page)


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
