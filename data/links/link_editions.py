"""Which edition a link shows: the latest there is, moving a link to a newer one; and whom it shows of it."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace

import numpy as np
from sqlalchemy import Engine

from data.catalogue import Catalogue
from data.editions import frozen_copies
from data.editions.frozen_copies import Edition, EditionProblem
from data.engine.facts import Array, RecordFacts, count
from data.engine.slice import SliceFacts
from data.filters import Filters
from data.links import share_links
from data.links.share_links import Link, LinkProblem, Terms
from data.privacy import key
from data.privacy.changed import changed_enterprises
from data.privacy.key import PrivacyKey
from data.privacy.viewer import DEFAULT_THRESHOLD, MANAGER, Scope
from data.records import Record, Records
from data.storage.database import now

LEAST_CHANGED = 5
"""So many times its base enterprises of a link's scope must have changed before it shows a newer edition."""


FREEZE = "freeze"
"""Stands in terms for an edition that is frozen when the link is made; no edition has this key."""


def frozen(records: Records, terms: Terms) -> Terms:
    """`terms` with the record frozen now, where they ask for that; raises :class:`EditionProblem`."""
    if terms.edition != FREEZE:
        return terms
    return replace(terms, edition=frozen_copies.freeze_today(records.live.engine, records.folder).key)


def latest(records: Records) -> Edition | None:
    """The newest edition that is as it was frozen; None where there is none."""
    for each in frozen_copies.editions(records.folder):
        with suppress(EditionProblem):
            return records.edition(each.key).edition
    return None


def is_outdated(records: Records, edition: Edition) -> bool:
    """Was anything loaded into the live record, or taken back, since this was frozen of it?"""
    return records.edition(edition.key).catalogue().version != records.live.catalogue().version


def newer(records: Records, terms: Terms, found: Edition | None) -> Edition | None:
    """`found`, the latest edition, where a link of these terms shows an older one and may ask to be moved to it."""
    if found is None or terms.edition is None:
        return None
    with suppress(EditionProblem):
        if _frozen(records.edition(terms.edition)).frozen_at < found.frozen_at:
            return found
    return None


def _frozen(record: Record) -> Edition:
    if record.edition is None:
        raise EditionProblem("gone")
    return record.edition


def waits(records: Records, link: Link, known: PrivacyKey | None) -> bool:
    """Does a link show nothing, for want of an edition or of the privacy key?"""
    if link.terms.threshold is not None:
        return link.terms.edition is None or known is None
    return link.terms.waits(public=records.live.catalogue().programme.public)


def give(engine: Engine, records: Records, number: int) -> Edition:
    """Let a link that waits show the latest edition: one frozen now, where there is none or the record went on since.

    One that has an edition keeps it, and waited for the privacy key. Raises :class:`LinkProblem` (over) and
    :class:`EditionProblem`.
    """
    link = share_links.by_id(engine, number)
    if link.terms.edition:
        key.make(engine)
        return _frozen(records.edition(link.terms.edition))
    found = latest(records)
    if found is None or is_outdated(records, found):
        found = frozen_copies.freeze_today(records.live.engine, records.folder)
    return move(engine, records, number, found.key)


def move(engine: Engine, records: Records, number: int, name: str) -> Edition:
    """Let a link show another edition, by its key or name; of one that waited, any.

    Raises :class:`LinkProblem`: over, older, few; and :class:`EditionProblem` where either edition cannot be used:
    what is not known to have changed enough is not shown.
    """
    link = share_links.by_id(engine, number)
    if link.revoked_at is not None:
        raise LinkProblem("over", str(number))
    after, threshold = records.edition(name), link.terms.threshold
    edition = _frozen(after)
    if link.terms.edition:
        before = records.edition(link.terms.edition)
        if edition.frozen_at <= _frozen(before).frozen_at:
            raise LinkProblem("older", str(number))
        if threshold is not None:
            scope = link.viewer().scope
            changed, needed = changed_enterprises(facts(before, scope), facts(after, scope)), LEAST_CHANGED * threshold
            if changed < needed:
                raise LinkProblem("few", f"{changed} {needed}")
    if threshold is None and not after.catalogue().programme.public:
        threshold = DEFAULT_THRESHOLD
    share_links.show(engine, link, edition.key, threshold)
    return edition


def facts(record: Record, scope: Scope) -> SliceFacts:
    """Everything that a record, live or frozen, has inside a scope."""
    every, catalogue = _facts(record)
    return SliceFacts(every, scope.narrow(Filters(), catalogue))


def _facts(record: Record) -> tuple[RecordFacts, Catalogue]:
    with record.view(MANAGER, Filters()) as view:
        return view.facts.record, view.catalogue


def overlap(record: Record, terms: Terms, others: Iterable[Link]) -> tuple[int, list[Link]]:
    """How many enterprises of a record terms show, and which of `others` that are not over show one of them too.

    A link that withholds nothing is none of those: what it shows is public.
    """
    every, catalogue = _facts(record)

    def shown(scope: Scope) -> Array:
        return SliceFacts(every, scope.narrow(Filters(), catalogue)).enterprises

    own, at = shown(terms.viewer().scope), now()
    standing = [each for each in others if each.state(at) in ("active", "paused") and each.terms.threshold is not None]
    return count(own), [each for each in standing if np.any(own & shown(each.viewer().scope))]
