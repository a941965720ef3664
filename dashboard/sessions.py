"""What a session says of who comes: a manager, the one visitor of the local mode, or a link looked through.

A session is a signed cookie; whether what it says still holds is looked up at every request.
"""

import hmac
import secrets
from typing import Any

from flask import session
from sqlalchemy import Engine

from data import links, managers
from data.access import MANAGER, Viewer
from data.database import now
from data.links import Link, LinkProblem, Terms
from data.managers import Manager


def begin_local(mark: str) -> None:
    """Begin the session of the local mode's one visitor."""
    session.clear()
    session["local"] = mark


def begin_manager(manager: Manager) -> None:
    """Begin a manager's session."""
    session.clear()
    session.permanent = True
    session["manager"] = [manager.id, manager.session_epoch]


def begin_link(link: Link) -> None:
    """Begin looking through a link; who is signed in as a manager stays so beneath."""
    leave()
    session.permanent = True
    session["link"] = [link.id, link.token_hash[:16]]
    session["mark"] = secrets.token_hex(4)  # tells browsers apart that came by one link: see Pace


def begin_preview(terms: Terms, back: str) -> None:
    """Let a manager look at what a link of these terms would show; `back` is where they come from."""
    leave()
    session["preview"] = terms.plain()
    session["back"] = back


def leave() -> str:
    """Look through no link any more; says where a manager came from, if that is known."""
    session.pop("link", None)
    session.pop("mark", None)
    session.pop("preview", None)
    back: str = session.pop("back", "")
    return back


def came_by_link() -> bool:
    """Does the session name a link, whether or not it is good any more?"""
    return "link" in session


def own(accounts: Engine, local: str | None) -> Viewer | None:
    """The manager whose session this is; `local` is the mark of the local mode's visitor, None on a server."""
    mark = session.get("local")
    if local and isinstance(mark, str) and hmac.compare_digest(mark, local):
        return _manager("local")
    match session.get("manager"):
        case [int(number), int(epoch)]:
            found = managers.of_session(accounts, number, epoch)
            return _manager(found.email) if found else None
    return None


def _manager(name: str) -> Viewer:
    return Viewer(MANAGER.permissions, name=name)


def through(accounts: Engine, *, own: bool) -> Link | Terms | None:
    """What is looked through: a manager's preview, or a link that is good at this moment."""
    preview: Any = session.get("preview")
    if own and isinstance(preview, dict):
        return Terms.from_plain(preview)
    match session.get("link"):
        case [int(number), str(mark)]:
            try:
                link = links.by_id(accounts, number)
            except LinkProblem:
                return None
            good = hmac.compare_digest(link.token_hash[:16], mark) and link.state(now()) == "active"
            return link if good else None
    return None
