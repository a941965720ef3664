"""Admits a request: finds its viewer in the session and checks the permission. Nothing the client posts decides it."""

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
from dashboard.gate.rate_limit import RateLimit
from dashboard.pages import plain_pages
from dashboard.settings import Settings
from data.links import link_visits
from data.links.share_links import Link
from data.privacy.viewer import Permission, Viewer
from layouts import ids
from layouts.pages import page_at

OPEN_ENDPOINTS = frozenset({"enter", "health", "sign-in", "single-sign-on", "single-sign-on-back", "link"})
"""Routes without a viewer. Every other route, known or unknown, needs one."""

VIEWER_ENDPOINTS = frozenset(
    {
        "alive",
        "leave",
        "sign-out",
        "boundary",
        "_dash_assets.static",
        "/_dash-component-suites/<string:package_name>/<path:fingerprinted_path>",
    }
)
"""Routes for every viewer. They show no number."""

REQUIRED_PERMISSIONS: dict[str, Permission] = {
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
    "edition-tables": Permission.CHOOSE_EDITION,
    "edition-freeze": Permission.MANAGE_EDITIONS,
    "import": Permission.IMPORT,
    "import-upload": Permission.IMPORT,
    "import-held": Permission.IMPORT,
    "import-decide": Permission.IMPORT,
    "import-marked": Permission.IMPORT,
    "batch": Permission.IMPORT,
    "batch-roll-back": Permission.IMPORT,
}
"""The permission each route requires. Other routes require the permission to browse the pages."""

EXIT_ENDPOINTS = frozenset({"leave", "sign-out"})
"""Routes that a manager may use when the link they look through has ended."""

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})


class OneTimeAddress:
    """The address that `serve` prints. It signs in one visitor, once; ``session`` marks their session."""

    def __init__(self) -> None:
        self.token = secrets.token_urlsafe(32)
        self.session = secrets.token_urlsafe(16)
        self._lock = Lock()
        self._used = False

    def redeem(self, token: str) -> bool:
        """Use up the address; True if the token is right and was not used before."""
        with self._lock:
            if self._used or not hmac.compare_digest(token.encode(), self.token.encode()):
                return False
            self._used = True
            return True

    def sign_out(self) -> None:
        """Sign the visitor out everywhere."""
        self.session = secrets.token_urlsafe(16)


def install(server: Flask, settings: Settings, one_time: OneTimeAddress, accounts: Engine) -> None:
    """Check every request to `server`."""
    server.secret_key = settings.secret_key
    server.config.update(
        SESSION_COOKIE_NAME="score_session",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        # Local mode uses plain http on the loopback. Everywhere else the cookie is sent over https only.
        SESSION_COOKIE_SECURE=not settings.local,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        # A session ends twelve hours after sign-in, even if a page stays open.
        SESSION_REFRESH_EACH_REQUEST=False,
    )

    @server.before_request
    def gate() -> AnyResponse | None:
        g.viewer = g.own = g.link = g.look = None
        if settings.local and _host() not in _LOOPBACK:
            return plain_pages.refusal(400)  # another host name that resolves to this machine (DNS rebinding)
        if request.method not in ("GET", "HEAD", "OPTIONS") and not _same_origin():
            return plain_pages.refusal(403)
        return None if request.endpoint in OPEN_ENDPOINTS else admit(one_time.session if settings.local else None)

    def admit(local: str | None) -> AnyResponse | None:
        g.own = sessions.signed_in_manager(accounts, local)
        is_manager = g.own is not None
        access = g.look = sessions.link_access(accounts, is_manager=is_manager)
        may_leave = is_manager and request.endpoint in EXIT_ENDPOINTS
        if access is None and sessions.names_link(is_manager=is_manager) and not may_leave:
            # A manager gets this page too: on a projector, their own view must not replace the view of a link.
            return plain_pages.link_ended()
        g.viewer = access.viewer if access else g.own
        if g.viewer is None:
            return plain_pages.sign_in_required(local=settings.local)
        g.link = access.link if access and access.is_recipient else None
        return _refusal(g.viewer)

    @server.get("/alive", endpoint="alive")
    def alive() -> tuple[str, int]:
        """An open page requests this now and then, to learn whether its viewer is still admitted."""
        return "", 204


def limit_link_viewers(server: Flask, accounts: Engine, rate_limit: RateLimit) -> None:
    """Apply the rate limit to viewers with a share link, and log the pages they view.

    Call it after the response cache is installed: cached responses cost nothing and are not counted.
    """

    @server.before_request
    def limit() -> AnyResponse | None:
        if g.link is None or request.endpoint in VIEWER_ENDPOINTS | OPEN_ENDPOINTS:
            return None
        seconds = rate_limit.seconds_to_wait(g.link)
        if seconds:
            return plain_pages.too_many_requests(seconds)
        _log_view(accounts, g.link)
        return None


def _refusal(viewer: Viewer) -> AnyResponse | None:
    """The refusal of a route this viewer may not use, the same as for an unknown address; None if they may use it."""
    endpoint = request.endpoint
    if endpoint in VIEWER_ENDPOINTS:
        return None
    if viewer.may(REQUIRED_PERMISSIONS.get(endpoint or "", Permission.BROWSE)):
        return None
    if request.method == "GET" and request.path == "/" and viewer.may(Permission.PRESENT):
        return redirect("/present")
    return plain_pages.refusal(404)


def _log_view(accounts: Engine, link: Link) -> None:
    """Log the page that is viewed: the slide show, or the page in the page slot."""
    page = None
    if request.endpoint == "present":
        page = "/present"
    elif request.path == plain_pages.UPDATE:
        body: Any = request.get_json(silent=True)
        if isinstance(body, dict) and body.get("output") == f"{ids.PAGE}.children":
            inputs = body.get("inputs")
            values = (
                [each.get("value") for each in inputs if isinstance(each, dict)] if isinstance(inputs, list) else []
            )
            page = next((each for each in values if isinstance(each, str) and page_at(each)), None)
    if page:
        link_visits.log_visit(accounts, link.id, "viewed", page)


def _host() -> str:
    host = request.host
    return host[: host.index("]") + 1] if host.startswith("[") and "]" in host else host.split(":")[0]


def _same_origin() -> bool:
    """True if the request comes from this site. Browsers send a header that says so; without a header it is allowed."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host
