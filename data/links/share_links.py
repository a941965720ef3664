"""The share links: create, find, pause, resume, revoke, extend, move to another edition. Nothing is cached.

The token is 256 random bits. Only the address of the link has it; the database stores its hash.
"""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any

from sqlalchemy import Engine, Row, Select, and_, func, insert, or_, select, true, union_all, update
from werkzeug.security import check_password_hash, generate_password_hash

from data.filters import Filters
from data.links.link_terms import DEFAULT_DAYS, LinkProblem, Terms, check, expiry_in, viewer_scope
from data.links.link_visits import SHOWED, log_earlier_edition, use_counts
from data.privacy import key
from data.privacy.viewer import Scope, Viewer
from data.storage.accounts import link, privacy_key, visit
from data.storage.database import now

_MAX_NUMBER = 2**31 - 1


@lru_cache(maxsize=1024)
def _stored_scope(text: str) -> Scope:
    """The scope that is stored as `text` in the database."""
    return viewer_scope(Filters.from_search(text))


@dataclass(frozen=True)
class Link:
    """A share link. Times are UTC. ``protected``: it has a password. ``opened`` and ``viewed`` are counts.

    ``edition_since`` is the time since which it shows its edition.
    """

    id: int
    label: str
    terms: Terms
    alias_key: str
    token_hash: str
    protected: bool
    expires_at: datetime
    paused: bool
    revoked_at: datetime | None
    made_by: str
    made_at: datetime
    edition_since: datetime | None = None
    opened: int = 0
    viewed: int = 0
    last_used_at: datetime | None = None

    def state(self, at: datetime) -> str:
        """One of active, paused, revoked, expired. At the second of its expiry a link has expired."""
        if self.revoked_at is not None:
            return "revoked"
        if at >= self.expires_at:
            return "expired"
        return "paused" if self.paused else "active"

    def viewer(self) -> Viewer:
        """The viewer with this link, without the privacy key and earlier scopes: :func:`viewer_of` adds them."""
        return self.terms.viewer(self.alias_key)


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def make(  # noqa: PLR0913 - a link has that many settings
    engine: Engine, terms: Terms, *, days: int = DEFAULT_DAYS, password: str = "", label: str = "", made_by: str = ""
) -> tuple[Link, str]:
    """Make a link. Returns it with its token, which cannot be read again. Raises :class:`LinkProblem`.

    The first link with a threshold also makes the privacy key.
    """
    terms.frozen()
    check(days=days, password=password, label=label)
    label = " ".join(label.split())
    expires_at, made_at = expiry_in(days), now()
    if terms.threshold is not None:
        key.make(engine)
    token = secrets.token_urlsafe(32)
    values = {
        "token_hash": _hash(token),
        "label": label,
        **terms.plain(),
        "password_hash": generate_password_hash(password) if password else None,
        "alias_key": secrets.token_hex(32),
        "expires_at": expires_at,
        "paused": False,
        "made_by": made_by,
        "made_at": made_at,
        "edition_since": made_at if terms.edition else None,
    }
    with engine.begin() as connection:
        (number,) = connection.execute(insert(link).values(values)).inserted_primary_key or (0,)
    return by_id(engine, int(number)), token


def by_token(engine: Engine, token: str) -> Link | None:
    """The link with this token, in any state; None if there is none."""
    return _one(engine, link.c.token_hash == _hash(token))


def by_id(engine: Engine, number: int) -> Link:
    """The link with this number. Raises :class:`LinkProblem` (link) if there is none."""
    known = _one(engine, link.c.id == number) if 0 < number <= _MAX_NUMBER else None
    if known is None:
        raise LinkProblem("link", str(number))
    return known


def _one(engine: Engine, condition: object) -> Link | None:
    with engine.connect() as connection:
        row = connection.execute(select(link).where(condition)).first()  # type: ignore[arg-type]
    return _link(row) if row else None


def links(engine: Engine) -> list[Link]:
    """Every link with its counts of use, newest first."""
    with engine.connect() as connection:
        return [_link_with_use(row) for row in connection.execute(_with_use().order_by(link.c.id.desc()))]


def with_use(engine: Engine, number: int) -> Link:
    """One link with its counts of use. Raises :class:`LinkProblem` (link) if there is none."""
    by_id(engine, number)
    with engine.connect() as connection:
        return _link_with_use(connection.execute(_with_use().where(link.c.id == number)).one())


def _with_use() -> Select[Any]:
    used = use_counts()
    return select(link, used.c.opened, used.c.viewed, used.c.last_used_at).outerjoin(used, used.c.link == link.c.id)


def _link_with_use(row: Row[Any]) -> Link:
    return _link(row, opened=row.opened or 0, viewed=row.viewed or 0, last_used_at=row.last_used_at)


def _link(row: Row[Any], **use: object) -> Link:
    return Link(
        id=row.id,
        label=row.label,
        terms=Terms.from_plain(dict(row._mapping)),  # noqa: SLF001 - SQLAlchemy's public spelling of "as a mapping"
        alias_key=row.alias_key,
        token_hash=row.token_hash,
        protected=row.password_hash is not None,
        expires_at=row.expires_at,
        paused=row.paused,
        revoked_at=row.revoked_at,
        made_by=row.made_by,
        made_at=row.made_at,
        edition_since=row.edition_since,
        **use,  # type: ignore[arg-type]
    )


def opens_with(engine: Engine, number: int, password: str) -> bool:
    """Is this the password of the link?"""
    with engine.connect() as connection:
        stored = connection.scalar(select(link.c.password_hash).where(link.c.id == number))
    return stored is not None and check_password_hash(stored, password)


def pause(engine: Engine, number: int) -> None:
    """Pause the link until it is resumed. Raises :class:`LinkProblem` (over, link)."""
    _change(engine, number, paused=True)


def resume(engine: Engine, number: int) -> None:
    """Resume a paused link. Raises :class:`LinkProblem` (over, link)."""
    _change(engine, number, paused=False)


def revoke(engine: Engine, number: int) -> None:
    """Revoke the link for good. The next request with it is refused. Raises :class:`LinkProblem` (over, link)."""
    _change(engine, number, revoked_at=now())


def extend(engine: Engine, number: int, days: int) -> None:
    """Make the link, expired or not, valid for `days` from now. Raises :class:`LinkProblem` (days, over, link)."""
    _change(engine, number, expires_at=expiry_in(days))


def _change(engine: Engine, number: int, **values: object) -> None:
    number = by_id(engine, number).id
    # A revoked link is never changed: if two people revoke and extend it at once, it stays revoked.
    not_revoked = (link.c.id == number) & link.c.revoked_at.is_(None)
    with engine.begin() as connection:
        if not connection.execute(update(link).where(not_revoked).values(values)).rowcount:
            raise LinkProblem("over", str(number))


def show(engine: Engine, known: Link, edition: str, threshold: int | None) -> None:
    """Make a link show this edition (a key) with this threshold from now on. Its earlier edition is logged.

    Raises :class:`LinkProblem`: over if the link is revoked, older if somebody else moved it in the meantime.
    """
    same_edition = link.c.edition == known.terms.edition if known.terms.edition else link.c.edition.is_(None)
    not_revoked = (link.c.id == known.id) & link.c.revoked_at.is_(None)
    if threshold is not None:
        key.make(engine)
    with engine.begin() as connection:
        values = {"edition": edition, "edition_since": now(), "threshold": threshold}
        if not connection.execute(update(link).where(not_revoked & same_edition).values(values)).rowcount:
            revoked = connection.scalar(select(link.c.revoked_at).where(link.c.id == known.id)) is not None
            raise LinkProblem("over" if revoked else "older", str(known.id))
        if known.terms.edition:
            log_earlier_edition(connection, known.id, known.terms.edition, known.edition_since or known.made_at)


def viewer_of(engine: Engine, terms_or_link: Terms | Link) -> Viewer:
    """The viewer with a link, or with a link that would have these terms.

    If there are a threshold and an edition, the viewer gets the privacy key (empty if there is none yet) and the scopes
    that other links showed of the same edition before: see :func:`earlier_scopes`.
    """
    viewer = terms_or_link.viewer()
    if viewer.threshold is None or viewer.edition is None:
        return viewer
    made = terms_or_link if isinstance(terms_or_link, Link) else None
    since, number = (made.edition_since or made.made_at, made.id) if made else (now(), None)
    earlier_scope = _earlier_scopes(viewer.edition, since, number).subquery()
    statement = select(privacy_key.c.key, earlier_scope.c.scope).select_from(
        privacy_key.outerjoin(earlier_scope, true())
    )
    with engine.connect() as connection:
        rows = connection.execute(statement.order_by(earlier_scope.c.since, earlier_scope.c.id)).all()
    if not rows:
        return viewer
    earlier = tuple(_stored_scope(row.scope) for row in rows if row.scope is not None)
    return replace(viewer, privacy_key=bytes.fromhex(rows[0].key), earlier=earlier)


def earlier_scopes(engine: Engine, edition: str, since: datetime, number: int | None) -> tuple[Scope, ...]:
    """The scopes of the other links with a threshold that showed this edition (a key) before link `number`, in order.

    Paused, expired, revoked and moved links count too: each of them showed an exact total. Without a `number` (the link
    is not made yet) every link that ever showed the edition counts, and `since` is ignored.
    """
    earlier_scope = _earlier_scopes(edition, since, number).subquery()
    with engine.connect() as connection:
        rows = connection.execute(select(earlier_scope.c.scope).order_by(earlier_scope.c.since, earlier_scope.c.id))
        return tuple(_stored_scope(row.scope) for row in rows)


def _earlier_scopes(edition: str, since: datetime, number: int | None) -> Select[Any]:
    """The scopes shown of an edition before, each once. Columns: scope; since and id of the first link with it."""
    shown_since, has_threshold = func.coalesce(link.c.edition_since, link.c.made_at), link.c.threshold.is_not(None)
    now_shown = select(link.c.id, link.c.scope, shown_since.label("since")).where(
        link.c.edition == edition, has_threshold
    )
    # Visits are many. Only those of links that were moved can record an earlier edition.
    moved = has_threshold & (link.c.edition_since > link.c.made_at)
    showed = (visit.c.kind == SHOWED) & (visit.c.page == edition)
    once_shown = select(link.c.id, link.c.scope, visit.c.at.label("since")).join_from(link, visit).where(moved, showed)
    every = union_all(now_shown, once_shown).subquery()
    first = select(every.c.scope, func.min(every.c.since).label("since"), func.min(every.c.id).label("id"))
    if number is not None:
        earlier = or_(every.c.since < since, and_(every.c.since == since, every.c.id < number))
        first = first.where(every.c.id != number, earlier)
    return first.group_by(every.c.scope)
