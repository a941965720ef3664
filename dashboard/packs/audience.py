"""For whom a manager makes a file to send round: for the committee, as a link would show it, or for managers."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import g
from sqlalchemy import Engine

from callbacks.page_request import AppContext
from data.editions.frozen_copies import LIVE
from data.links import share_links
from data.links.link_terms import Audience, Terms
from data.privacy import key
from data.privacy.viewer import Viewer
from layouts.words import _

COMMITTEE, MANAGERS = "committee", "managers"


def readers() -> dict[str, str]:
    """For whom a file can be, in words; the first unless a manager says otherwise."""
    return {
        COMMITTEE: _("For the committee: counts rounded, no rows of enterprises"),
        MANAGERS: _("For managers: every number as it is"),
    }


def committee(accounts: Engine, edition: str | None) -> Viewer:
    """The committee as a viewer: it sees everything, rounded, of an edition or else of the live record."""
    return share_links.viewer_of(accounts, Terms(Audience.COMMITTEE, edition=edition or LIVE))


@contextmanager
def seen_by(whom: str, context: AppContext, accounts: Engine, edition: str | None) -> Iterator[None]:
    """Let who reads a file be who asks in the block; of a public record nothing is rounded for anybody."""
    own, record = g.viewer, context.records.edition(edition) if edition else context.records.live
    if whom != MANAGERS and not record.catalogue().programme.public:
        key.make(accounts)  # a manager asks for it here
        g.viewer = committee(accounts, edition)
    try:
        yield
    finally:
        g.viewer = own
