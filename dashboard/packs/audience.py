"""The readers of a file that a manager makes: the committee (rounded, as with a share link) or managers."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import g
from sqlalchemy import Engine

from callbacks.requests.page_request import AppContext
from data.editions.frozen_copies import LIVE
from data.links import share_links
from data.links.link_terms import Audience, Terms
from data.privacy import key
from data.privacy.viewer import Viewer
from layouts.words import _

COMMITTEE, MANAGERS = "committee", "managers"


def readers() -> dict[str, str]:
    """The choice of readers in words; the first is the default."""
    return {
        COMMITTEE: _("For the committee: counts rounded, no rows of enterprises"),
        MANAGERS: _("For managers: every number as it is"),
    }


def committee(accounts: Engine, edition: str | None) -> Viewer:
    """The committee as a viewer: it sees everything, rounded, in an edition or in the live record."""
    return share_links.viewer_of(accounts, Terms(Audience.COMMITTEE, edition=edition or LIVE))


@contextmanager
def seen_by(whom: str, context: AppContext, accounts: Engine, edition: str | None) -> Iterator[None]:
    """Use the rights of a file's readers inside the block. Nothing is rounded where the record is public."""
    own, record = g.viewer, context.records.edition(edition) if edition else context.records.live
    if whom != MANAGERS and not record.catalogue().programme.public:
        key.make(accounts)  # only a manager gets here
        g.viewer = committee(accounts, edition)
    try:
        yield
    finally:
        g.viewer = own
