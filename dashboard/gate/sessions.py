"""Sessions of a manager, of the one visitor in local mode, and of a share link, opened or previewed by a manager.

A session is a signed cookie. The account or link it names is looked up at every request.
"""

import hmac
import secrets
from dataclasses import dataclass, replace
from typing import Any

from flask import session
from sqlalchemy import Engine

from data import managers
from data.links import share_links
from data.links.link_terms import LinkProblem, Terms
from data.links.share_links import Link
from data.managers import Manager
from data.privacy.viewer import MANAGER, Viewer
from data.storage.database import now


def begin_local(mark: str) -> None:
    """Begin the session of the one visitor in local mode."""
    session.clear()
    session["local"] = mark


def begin_manager(manager: Manager) -> None:
    """Begin a manager's session."""
    session.clear()
    session.permanent = True
    session["manager"] = [manager.id, manager.session_epoch]


def begin_link(link: Link) -> None:
    """Begin the session of a link. A manager stays signed in."""
    leave()
    session.permanent = True
    session["link"] = [link.id, link.token_hash[:16]]
    session["mark"] = secrets.token_hex(4)  # distinguishes browsers with the same link: see RateLimit


def begin_preview(terms: Terms, back: str) -> None:
    """Begin a manager's preview of a link with these terms; `back` is the address to return to."""
    leave()
    session["preview"] = terms.plain()
    session["back"] = back


def begin_link_preview(link: Link, deck: str, back: str) -> None:
    """Begin a manager's preview of a link. `deck` replaces the deck of the link; empty: no replacement."""
    leave()
    session["seeing"] = [link.id, link.token_hash[:16], deck]
    session["back"] = back


def leave() -> str:
    """Leave the link or preview; the address to return to, or empty."""
    session.pop("link", None)
    session.pop("mark", None)
    session.pop("preview", None)
    session.pop("seeing", None)
    back: str = session.pop("back", "")
    return back


def names_link(*, is_manager: bool) -> bool:
    """True if the session names a link or, for a manager, a preview. The link may have ended."""
    return "link" in session or (is_manager and ("preview" in session or "seeing" in session))


def signed_in_manager(accounts: Engine, local: str | None) -> Viewer | None:
    """The manager who is signed in; `local` is the mark of the visitor in local mode, None on a server."""
    mark = session.get("local")
    if local and isinstance(mark, str) and hmac.compare_digest(mark, local):
        return _manager("local")
    match session.get("manager"):
        case [int(number), int(epoch)]:
            manager = managers.of_session(accounts, number, epoch)
            return _manager(manager.email) if manager else None
    return None


def _manager(name: str) -> Viewer:
    return Viewer(MANAGER.permissions, name=name)


@dataclass(frozen=True)
class LinkAccess:
    """A request through a link or a preview.

    ``link`` is None if the previewed link is not made yet. ``is_recipient``: the viewer opened the link themselves, so
    the visit counts; False for a preview.
    """

    viewer: Viewer
    link: Link | None
    is_recipient: bool = False


def link_access(accounts: Engine, *, is_manager: bool) -> LinkAccess | None:
    """The active link or preview of this session; else None."""
    preview: Any = session.get("preview")
    if is_manager and isinstance(preview, dict):
        try:
            return LinkAccess(share_links.viewer_of(accounts, Terms.from_plain(preview)), None)
        except LinkProblem:  # terms that were valid in an older version of this software
            return None
    match session.get("link"), session.get("seeing"):
        case [int(number), str(mark)], _:
            link = _active_link(accounts, number, mark)
            return LinkAccess(share_links.viewer_of(accounts, link), link, is_recipient=True) if link else None
        case _, [int(number), str(mark), str(deck)] if is_manager:
            link = _active_link(accounts, number, mark)
            if link is None:
                return None
            viewer = share_links.viewer_of(accounts, link)
            return LinkAccess(replace(viewer, deck=deck) if deck else viewer, link)
    return None


def _active_link(accounts: Engine, number: int, mark: str) -> Link | None:
    """The link a session names, if it is active; else None."""
    try:
        link = share_links.by_id(accounts, number)
    except LinkProblem:
        return None
    active = hmac.compare_digest(link.token_hash[:16], mark) and link.state(now()) == "active"
    return link if active else None
