"""Share links: made, read afresh at every request, paused, revoked, extended, moved to a newer edition; use is logged.

The token is 256 random bits and stands in the address alone; the database holds its hash.
"""

import logging
import secrets
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256
from typing import Any, Self
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import Engine, Row, Select, and_, func, insert, or_, select, true, union_all, update
from sqlalchemy.exc import InternalError, OperationalError
from werkzeug.security import check_password_hash, generate_password_hash

from data.editions.frozen_copies import LIVE
from data.filters import Filters
from data.privacy import key
from data.privacy.viewer import BASES, DEFAULT_THRESHOLD, Permission, Scope, Viewer
from data.storage.accounts import link, privacy_key, visit
from data.storage.database import now

log = logging.getLogger(__name__)

DEFAULT_DAYS = 90
MOST_DAYS = 3650
SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 200
LONGEST_LABEL = 200
LONGEST_SCOPE = 2000
"""Characters of a scope as in an address: a preview carries it in a cookie."""

_MOST_NUMBER = 2**31 - 1
_USES = ("opened", "viewed")
_SHOWED = "showed"
"""Notes among the visits of a link which edition it showed before it was moved, and since when."""

SCOPE_DIMENSIONS = ("partner", "sector", "round", "phase", "place")
"""What a link can be limited by; a module is no property of an enterprise."""


class Audience(StrEnum):
    """Whom a link is for."""

    DONOR = "donor"
    COMMITTEE = "committee"


class LinkProblem(Exception):
    """A link cannot be made or changed so.

    ``reason`` is one of audience, scope, long, threshold, public, edition (it needs one), deck, days, password, label,
    link (there is none), over (it was revoked), older (it shows this edition already, or a newer one), few (too few
    enterprises changed; ``detail`` is "CHANGED NEEDED").
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


def scope_of(text: str) -> Filters:
    """A scope written as in an address; raises :class:`LinkProblem` (scope) for whatever is not understood.

    An address drops what it does not understand; a scope that did so would show more than was meant.
    """
    try:
        pairs = parse_qsl(text.removeprefix("?"), keep_blank_values=True, strict_parsing=bool(text.removeprefix("?")))
    except ValueError as error:
        raise LinkProblem("scope", text) from error
    scope = Filters()
    for name, value in pairs:
        read = Filters.from_search(urlencode({name: value})).codes(name) if name in SCOPE_DIMENSIONS else frozenset()
        if read != {code.strip().lower() for code in value.split(",")}:
            raise LinkProblem("scope", f"{name}={value}")
        scope = scope.with_codes(name, scope.codes(name) | read)
    return scope


@dataclass(frozen=True)
class Terms:
    """What a link lets its holder see and do. ``edition`` and ``deck`` are names; ``threshold`` None withholds nothing.

    ``scope`` keeps codes of :data:`SCOPE_DIMENSIONS` alone. Raises :class:`LinkProblem`.

    A threshold of None is only good for a programme whose record is public: before another the default holds
    (`looking_at`). With a threshold a link shows an edition; one that has none yet, made
    before this was so, waits for it and shows nothing.
    """

    audience: Audience = Audience.DONOR
    scope: Filters = field(default_factory=Filters)
    threshold: int | None = DEFAULT_THRESHOLD
    names: bool = False
    export: bool = False
    edition: str | None = None
    deck: str | None = None

    def __post_init__(self) -> None:
        if self.threshold is not None and self.threshold not in BASES:
            raise LinkProblem("threshold", str(self.threshold))
        if self.deck is not None and self.audience is not Audience.COMMITTEE:
            raise LinkProblem("deck", self.deck)
        kept: dict[str, Any] = {name: self.scope.codes(name) for name in SCOPE_DIMENSIONS}
        scope = Filters(**kept)
        if len(scope.query()) > LONGEST_SCOPE:
            raise LinkProblem("long", str(LONGEST_SCOPE))
        object.__setattr__(self, "scope", scope)

    def fit(self, *, public: bool) -> Self:
        """These terms, fit for a new link.

        Raises :class:`LinkProblem`: public where nothing is withheld of a record not public, edition where they have a
        threshold and no edition.
        """
        if self.threshold is None and not public:
            raise LinkProblem("public")
        return self.frozen()

    def frozen(self) -> Self:
        """These terms; raises :class:`LinkProblem` (edition) where a threshold would stand before the live record."""
        if self.threshold is not None and self.edition in (None, LIVE):
            raise LinkProblem("edition")
        return self

    def waits(self, *, public: bool) -> bool:
        """Would a link of these terms show nothing, for want of an edition? ``public``: is the live record?"""
        return self.edition is None and self.viewer().looking_at(public=public).threshold is not None

    def gone(self, codes: Mapping[str, AbstractSet[str]]) -> dict[str, list[str]]:
        """What the scope names that is not among the known `codes`, per dimension."""
        missing = {name: sorted(self.scope.codes(name) - codes[name]) for name in SCOPE_DIMENSIONS}
        return {name: found for name, found in missing.items() if found}

    def empty(self, codes: Mapping[str, AbstractSet[str]]) -> bool:
        """Does a dimension name nothing that is known, so that the link shows nothing?"""
        return any(len(found) == len(self.scope.codes(name)) for name, found in self.gone(codes).items())

    def plain(self) -> dict[str, Any]:
        """The terms in JSON's types, as a session keeps them for a preview."""
        return asdict(self) | {"audience": self.audience.value, "scope": self.scope.query()}

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Self:
        """The terms that :meth:`plain` wrote."""
        terms: dict[str, Any] = {name: plain.get(name) for name in ("threshold", "names", "export", "edition", "deck")}
        return cls(audience=Audience(plain["audience"]), scope=Filters.from_search(plain["scope"]), **terms)

    def viewer(self, alias_key: str = "preview") -> Viewer:
        """Who comes with these terms; `alias_key` orders the enterprises whose names are not shown."""
        permissions = {Permission.BROWSE if self.audience is Audience.DONOR else Permission.PRESENT}
        if self.export:
            permissions.add(Permission.EXPORT)
        if self.names:
            permissions.add(Permission.SEE_NAMES)
        return Viewer(
            permissions=frozenset(permissions),
            scope=_most(self.scope),
            alias_key=alias_key,
            limited=True,
            threshold=self.threshold,
            edition=self.edition,
            deck=self.deck,
        )


def _most(scope: Filters) -> Scope:
    """A scope as a link has it, as the most that its holder may see."""
    return Scope(**{name: scope.codes(name) or None for name in SCOPE_DIMENSIONS})


@lru_cache(maxsize=1024)
def _kept_scope(text: str) -> Scope:
    """A scope as the database has it."""
    return _most(Filters.from_search(text))


@dataclass(frozen=True)
class Link:
    """One link as it stands; times are UTC. ``protected`` by a password; opened and viewed are counts.

    ``edition_since`` is when it began to show its edition.
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
        """One of active, paused, revoked, expired; from its expiry second on a link has expired."""
        if self.revoked_at is not None:
            return "revoked"
        if at >= self.expires_at:
            return "expired"
        return "paused" if self.paused else "active"

    def viewer(self) -> Viewer:
        """Who comes by this link, less what the accounts know beside it: see :func:`viewer_of`."""
        return self.terms.viewer(self.alias_key)


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def make(  # noqa: PLR0913 - a link is described by that many words
    engine: Engine, terms: Terms, *, days: int = DEFAULT_DAYS, password: str = "", label: str = "", made_by: str = ""
) -> tuple[Link, str]:
    """Make a link; returns it with its token, which is shown this once. Raises :class:`LinkProblem`.

    A link with a threshold brings the privacy key along, where there is none yet.
    """
    terms.frozen()
    check(days=days, password=password, label=label)
    label = " ".join(label.split())
    expires_at, made_at = _in_days(days), now()
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


def check(*, days: int, password: str, label: str) -> None:
    """Raise :class:`LinkProblem` where no link could be made with these words, whatever it showed."""
    if password and not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise LinkProblem("password", str(SHORTEST_PASSWORD))
    if len(" ".join(label.split())) > LONGEST_LABEL:
        raise LinkProblem("label", str(LONGEST_LABEL))
    _in_days(days)


def _in_days(days: int) -> datetime:
    if not 1 <= days <= MOST_DAYS:
        raise LinkProblem("days", str(days))
    return now() + timedelta(days=days)


def by_token(engine: Engine, token: str) -> Link | None:
    """The link a token opens, whatever its state; None where there is none."""
    return _one(engine, link.c.token_hash == _hash(token))


def by_id(engine: Engine, number: int) -> Link:
    """One link; raises :class:`LinkProblem` where there is none."""
    found = _one(engine, link.c.id == number) if 0 < number <= _MOST_NUMBER else None
    if found is None:
        raise LinkProblem("link", str(number))
    return found


def _one(engine: Engine, condition: object) -> Link | None:
    with engine.connect() as connection:
        row = connection.execute(select(link).where(condition)).first()  # type: ignore[arg-type]
    return _link(row) if row else None


def links(engine: Engine) -> list[Link]:
    """Every link with how often it was opened and its pages viewed, newest first."""
    with engine.connect() as connection:
        return [_used(row) for row in connection.execute(_with_use().order_by(link.c.id.desc()))]


def with_use(engine: Engine, number: int) -> Link:
    """One link with its counts of use; raises :class:`LinkProblem` where there is none."""
    by_id(engine, number)
    with engine.connect() as connection:
        return _used(connection.execute(_with_use().where(link.c.id == number)).one())


def _with_use() -> Select[Any]:
    used = (
        select(
            visit.c.link,
            func.count().filter(visit.c.kind == "opened").label("opened"),
            func.count().filter(visit.c.kind == "viewed").label("viewed"),
            func.max(visit.c.at).label("last_used_at"),
        )
        .where(visit.c.kind.in_(_USES))
        .group_by(visit.c.link)
        .subquery()
    )
    return select(link, used.c.opened, used.c.viewed, used.c.last_used_at).outerjoin(used, used.c.link == link.c.id)


def _used(row: Row[Any]) -> Link:
    return _link(row, opened=row.opened or 0, viewed=row.viewed or 0, last_used_at=row.last_used_at)


def _link(row: Row[Any], **used: object) -> Link:
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
        **used,  # type: ignore[arg-type]
    )


def opens_with(engine: Engine, number: int, password: str) -> bool:
    """Does this password open the link?"""
    with engine.connect() as connection:
        stored = connection.scalar(select(link.c.password_hash).where(link.c.id == number))
    return stored is not None and check_password_hash(stored, password)


def pause(engine: Engine, number: int) -> None:
    """Let the link open nothing until it is resumed; raises :class:`LinkProblem` where it is over or unknown."""
    _change(engine, number, paused=True)


def resume(engine: Engine, number: int) -> None:
    """Let a paused link open again."""
    _change(engine, number, paused=False)


def revoke(engine: Engine, number: int) -> None:
    """End the link for good: the very next request by it is refused."""
    _change(engine, number, revoked_at=now())


def extend(engine: Engine, number: int, days: int) -> None:
    """Let the link, expired or not, live so many days from now."""
    _change(engine, number, expires_at=_in_days(days))


def _change(engine: Engine, number: int, **values: object) -> None:
    number = by_id(engine, number).id
    # Who revokes while another extends wins: what is over is not changed.
    standing = (link.c.id == number) & link.c.revoked_at.is_(None)
    with engine.begin() as connection:
        if not connection.execute(update(link).where(standing).values(values)).rowcount:
            raise LinkProblem("over", str(number))


def show(engine: Engine, found: Link, edition: str, threshold: int | None) -> None:
    """Let a link show this edition (a key) from now on, under this threshold; what it showed before is noted.

    Raises :class:`LinkProblem`: edition for None before a live record, over where the link was revoked, older where
    somebody else moved it meanwhile.
    """
    same = link.c.edition == found.terms.edition if found.terms.edition else link.c.edition.is_(None)
    standing = (link.c.id == found.id) & link.c.revoked_at.is_(None)
    if threshold is not None:
        key.make(engine)
    with engine.begin() as connection:
        shown = {"edition": edition, "edition_since": now(), "threshold": threshold}
        if not connection.execute(update(link).where(standing & same).values(shown)).rowcount:
            over = connection.scalar(select(link.c.revoked_at).where(link.c.id == found.id)) is not None
            raise LinkProblem("over" if over else "older", str(found.id))
        if found.terms.edition:
            since = found.edition_since or found.made_at
            noted = {"link": found.id, "kind": _SHOWED, "page": found.terms.edition, "at": since}
            connection.execute(insert(visit).values(noted))


def viewer_of(engine: Engine, looked_through: Terms | Link) -> Viewer:
    """Who comes by a link, or by one that would have these terms.

    With a threshold and an edition they bring the privacy key (empty where none was made), and what other links showed
    of the same edition before: see :func:`earlier_scopes`.
    """
    viewer = looked_through.viewer()
    if viewer.threshold is None or viewer.edition is None:
        return viewer
    made = looked_through if isinstance(looked_through, Link) else None
    since, number = (made.edition_since or made.made_at, made.id) if made else (now(), None)
    before = _before(viewer.edition, since, number).subquery()
    question = select(privacy_key.c.key, before.c.scope).select_from(privacy_key.outerjoin(before, true()))
    with engine.connect() as connection:
        rows = connection.execute(question.order_by(before.c.since, before.c.id)).all()
    if not rows:
        return viewer
    earlier = tuple(_kept_scope(row.scope) for row in rows if row.scope is not None)
    return replace(viewer, privacy_key=bytes.fromhex(rows[0].key), earlier=earlier)


def earlier_scopes(engine: Engine, edition: str, since: datetime, number: int | None) -> tuple[Scope, ...]:
    """What the other links with a threshold that showed this edition (a key) before link `number` may see, in order.

    Paused, expired and revoked ones too, and such as were moved on to a newer one: an exact total was told by each.
    Without a `number`, of a link not made yet, it is every link that ever showed it, whatever `since` says.
    """
    before = _before(edition, since, number).subquery()
    with engine.connect() as connection:
        rows = connection.execute(select(before.c.scope).order_by(before.c.since, before.c.id))
        return tuple(_kept_scope(row.scope) for row in rows)


def _before(edition: str, since: datetime, number: int | None) -> Select[Any]:
    """Scopes that were shown of an edition before, each once, with since when and by which link first."""
    began, rounds = func.coalesce(link.c.edition_since, link.c.made_at), link.c.threshold.is_not(None)
    shown = select(link.c.id, link.c.scope, began.label("since")).where(link.c.edition == edition, rounds)
    # Only of a link that was moved the visits are looked through, of which there may be many.
    moved = rounds & (link.c.edition_since > link.c.made_at)
    showed = (visit.c.kind == _SHOWED) & (visit.c.page == edition)
    once = select(link.c.id, link.c.scope, visit.c.at.label("since")).join_from(link, visit).where(moved, showed)
    every = union_all(shown, once).subquery()
    first = select(every.c.scope, func.min(every.c.since).label("since"), func.min(every.c.id).label("id"))
    if number is not None:
        earlier = or_(every.c.since < since, and_(every.c.since == since, every.c.id < number))
        first = first.where(every.c.id != number, earlier)
    return first.group_by(every.c.scope)


def log_visit(engine: Engine, number: int, kind: str, page: str) -> None:
    """Note that a link was ``opened``, or that a page was ``viewed`` by it: when and which, nothing of who.

    While the accounts cannot be written, only read, nobody is refused a page for it: the log has a warning instead.
    """
    try:
        with engine.begin() as connection:
            connection.execute(insert(visit).values(link=number, kind=kind, page=page[:200], at=now()))
    except (InternalError, OperationalError) as error:
        log.warning("a visit of link %d was not noted: %s", number, error.orig)


def visits(engine: Engine, number: int, most: int = 200) -> list[tuple[datetime, str, str]]:
    """The latest uses of a link: when, kind, page."""
    question = select(visit.c.at, visit.c.kind, visit.c.page).where(visit.c.link == number, visit.c.kind.in_(_USES))
    with engine.connect() as connection:
        rows = connection.execute(question.order_by(visit.c.at.desc(), visit.c.id.desc()).limit(most))
        return [(row.at, row.kind, row.page) for row in rows]


def days_used(engine: Engine, number: int) -> list[tuple[date, int, int]]:
    """The days (UTC) a link was used on, latest first: day, times opened, pages viewed."""
    day = func.date(visit.c.at)
    counts = [func.count().filter(visit.c.kind == kind) for kind in _USES]
    used = (visit.c.link == number) & visit.c.kind.in_(_USES)
    question = select(day, *counts).where(used).group_by(day).order_by(day.desc())
    with engine.connect() as connection:
        return [(date.fromisoformat(str(on)), opened, viewed) for on, opened, viewed in connection.execute(question)]
