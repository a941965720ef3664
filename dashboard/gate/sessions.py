"""What a session says of who comes: a manager, the one visitor of the local mode, or a link looked through: by who was
sent it, or by a manager who wants to see what its readers see.

A session is a signed cookie; whether what it says still holds is looked up at every request.
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


def begin_seeing(link: Link, deck: str, back: str) -> None:
    """Let a manager see what the readers of a link see; `deck` is one of their own to be shown (empty: the link's)."""
    leave()
    session["seeing"] = [link.id, link.token_hash[:16], deck]
    session["back"] = back


def leave() -> str:
    """Look through no link any more; says where a manager came from, if that is known."""
    session.pop("link", None)
    session.pop("mark", None)
    session.pop("preview", None)
    session.pop("seeing", None)
    back: str = session.pop("back", "")
    return back


def looks_through(*, own: bool) -> bool:
    """Does the session name a link, made or not, whether or not it is good any more? Only managers preview one."""
    return "link" in session or (own and ("preview" in session or "seeing" in session))


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


@dataclass(frozen=True)
class Look:
    """What somebody looks through, and who they are by it.

    ``link`` is the one that was made, None for a preview; ``held``: they were sent it, and their visit counts.
    """

    viewer: Viewer
    link: Link | None
    held: bool = False


def through(accounts: Engine, *, own: bool) -> Look | None:
    """What is looked through: a manager's preview, or a link that is good at this moment; else None."""
    preview: Any = session.get("preview")
    if own and isinstance(preview, dict):
        try:
            return Look(share_links.viewer_of(accounts, Terms.from_plain(preview)), None)
        except LinkProblem:  # terms that were good for an older version of this software
            return None
    match session.get("link"), session.get("seeing"):
        case [int(number), str(mark)], _:
            link = _good(accounts, number, mark)
            return Look(share_links.viewer_of(accounts, link), link, held=True) if link else None
        case _, [int(number), str(mark), str(deck)] if own:
            link = _good(accounts, number, mark)
            if link is None:
                return None
            viewer = share_links.viewer_of(accounts, link)
            return Look(replace(viewer, deck=deck) if deck else viewer, link)
    return None


def _good(accounts: Engine, number: int, mark: str) -> Link | None:
    """The link a session means, if it opens anything now."""
    try:
        link = share_links.by_id(accounts, number)
    except LinkProblem:
        return None
    good = hmac.compare_digest(link.token_hash[:16], mark) and link.state(now()) == "active"
    return link if good else None
