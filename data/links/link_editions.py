"""The edition that a link shows: the latest one, the move to a newer one, and the enterprises it shows."""

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
from data.links.link_terms import LinkProblem, Terms
from data.links.share_links import Link
from data.privacy import key
from data.privacy.changed import changed_enterprises
from data.privacy.key import PrivacyKey
from data.privacy.viewer import DEFAULT_THRESHOLD, MANAGER, Scope
from data.records import Record, Records
from data.storage.database import now

LEAST_CHANGED = 5
"""Minimum number of changed enterprises in a link's scope before it shows a newer edition, as a multiple of its base.
"""

FREEZE = "freeze"
"""The value of ``Terms.edition`` for an edition that is frozen when the link is made. No edition has this key."""


def frozen(records: Records, terms: Terms) -> Terms:
    """`terms` with an edition frozen now if they request one. Raises :class:`EditionProblem`."""
    if terms.edition != FREEZE:
        return terms
    return replace(terms, edition=frozen_copies.freeze_today(records.live.engine, records.folder).key)


def latest(records: Records) -> Edition | None:
    """The newest edition whose file is unchanged; None if there is none."""
    for each in frozen_copies.editions(records.folder):
        with suppress(EditionProblem):
            return records.edition(each.key).edition
    return None


def is_outdated(records: Records, edition: Edition) -> bool:
    """Has anything been loaded into the live record, or rolled back, since this edition was frozen?"""
    return records.edition(edition.key).catalogue().version != records.live.catalogue().version


def newer(records: Records, terms: Terms, newest: Edition | None) -> Edition | None:
    """`newest`, the latest edition, if a link of these terms shows an older one."""
    if newest is None or terms.edition is None:
        return None
    with suppress(EditionProblem):
        if _edition_of(records.edition(terms.edition)).frozen_at < newest.frozen_at:
            return newest
    return None


def _edition_of(record: Record) -> Edition:
    if record.edition is None:
        raise EditionProblem("gone")
    return record.edition


def waits(records: Records, link: Link, privacy_key: PrivacyKey | None) -> bool:
    """Does a link show nothing because it has no edition, or because there is no privacy key?"""
    if link.terms.threshold is not None:
        return link.terms.edition is None or privacy_key is None
    return link.terms.waits(public=records.live.catalogue().programme.public)


def give(engine: Engine, records: Records, number: int) -> Edition:
    """Make a waiting link show the latest edition. If there is none, or the record has changed since, freeze one now.

    A link that already has an edition keeps it: it waited for the privacy key. Raises :class:`LinkProblem` (over) and
    :class:`EditionProblem`.
    """
    link = share_links.by_id(engine, number)
    if link.terms.edition:
        key.make(engine)
        return _edition_of(records.edition(link.terms.edition))
    edition = latest(records)
    if edition is None or is_outdated(records, edition):
        edition = frozen_copies.freeze_today(records.live.engine, records.folder)
    return move(engine, records, number, edition.key)


def move(engine: Engine, records: Records, number: int, name: str) -> Edition:
    """Make a link show another edition, given by key or name. A waiting link can show any edition.

    Raises :class:`LinkProblem` (over, older, few), and :class:`EditionProblem` if either edition cannot be used:
    without both it is unknown whether enough enterprises changed.
    """
    link = share_links.by_id(engine, number)
    if link.revoked_at is not None:
        raise LinkProblem("over", str(number))
    after, threshold = records.edition(name), link.terms.threshold
    edition = _edition_of(after)
    if link.terms.edition:
        before = records.edition(link.terms.edition)
        if edition.frozen_at <= _edition_of(before).frozen_at:
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
    """All facts of a record, live or frozen, inside a scope."""
    record_facts, catalogue = _facts(record)
    return SliceFacts(record_facts, scope.narrow(Filters(), catalogue))


def _facts(record: Record) -> tuple[RecordFacts, Catalogue]:
    with record.view(MANAGER, Filters()) as view:
        return view.facts.record, view.catalogue


def overlap(record: Record, terms: Terms, others: Iterable[Link]) -> tuple[int, list[Link]]:
    """The number of enterprises that `terms` show of a record, and the `others` that show at least one of them too.

    Only active and paused links with a threshold are compared: a link without a threshold shows public data.
    """
    record_facts, catalogue = _facts(record)

    def shown(scope: Scope) -> Array:
        return SliceFacts(record_facts, scope.narrow(Filters(), catalogue)).enterprises

    own, at = shown(terms.viewer().scope), now()
    compared = [each for each in others if each.state(at) in ("active", "paused") and each.terms.threshold is not None]
    return count(own), [each for each in compared if np.any(own & shown(each.viewer().scope))]
