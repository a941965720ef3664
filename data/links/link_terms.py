"""The terms of a share link: audience, scope, threshold, what it permits; and the checks of a new link's settings."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self
from urllib.parse import parse_qsl, urlencode

from data.editions.frozen_copies import LIVE
from data.filters import Filters
from data.privacy.viewer import BASES, DEFAULT_THRESHOLD, Permission, Scope, Viewer
from data.storage.database import now

DEFAULT_DAYS = 90
MOST_DAYS = 3650
SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 200
LONGEST_LABEL = 200
LONGEST_SCOPE = 2000
"""Maximum characters of a scope as a query string. A preview stores it in a cookie."""

SCOPE_DIMENSIONS = ("partner", "sector", "round", "phase", "place")
"""Filters that can limit a link. A module is no property of an enterprise, so it cannot."""


class Audience(StrEnum):
    """The audience of a link."""

    DONOR = "donor"
    COMMITTEE = "committee"


class LinkProblem(Exception):
    """A link cannot be made or changed as requested.

    ``reason`` is one of audience, scope, long, threshold, public, edition (the link needs one), deck, days, password,
    label, link (no such link), over (the link is revoked), older (the link already shows this edition or a newer one),
    few (too few enterprises changed; ``detail`` is "CHANGED NEEDED").
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


def scope_of(text: str) -> Filters:
    """The scope in a query string. Raises :class:`LinkProblem` (scope) for anything that is not understood.

    A page address ignores what it does not understand. A scope that did so would show more than was meant.
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
    """The data and actions that a link gives access to. ``edition`` and ``deck`` are names.

    ``scope`` keeps only the codes of :data:`SCOPE_DIMENSIONS`. Raises :class:`LinkProblem`.

    A ``threshold`` of None withholds nothing. It is valid only for a programme whose record is public; for any other
    record the default threshold applies (:meth:`data.privacy.viewer.Viewer.looking_at`). A link with a threshold shows
    an edition. A link from an older version may have a threshold and no edition: it shows nothing until it has one.
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
        codes: dict[str, Any] = {name: self.scope.codes(name) for name in SCOPE_DIMENSIONS}
        scope = Filters(**codes)
        if len(scope.query()) > LONGEST_SCOPE:
            raise LinkProblem("long", str(LONGEST_SCOPE))
        object.__setattr__(self, "scope", scope)

    def fit(self, *, public: bool) -> Self:
        """These terms, if they are valid for a new link.

        Raises :class:`LinkProblem`: public if nothing is withheld and the record is not public, edition if there is a
        threshold and no edition.
        """
        if self.threshold is None and not public:
            raise LinkProblem("public")
        return self.frozen()

    def frozen(self) -> Self:
        """These terms. Raises :class:`LinkProblem` (edition) for a threshold on the live record."""
        if self.threshold is not None and self.edition in (None, LIVE):
            raise LinkProblem("edition")
        return self

    def waits(self, *, public: bool) -> bool:
        """Does a link of these terms show nothing until it has an edition? ``public``: the live record is public."""
        return self.edition is None and self.viewer().looking_at(public=public).threshold is not None

    def gone(self, codes: Mapping[str, AbstractSet[str]]) -> dict[str, list[str]]:
        """Codes of the scope that are not in the known `codes`, per dimension."""
        missing = {name: sorted(self.scope.codes(name) - codes[name]) for name in SCOPE_DIMENSIONS}
        return {name: unknown for name, unknown in missing.items() if unknown}

    def empty(self, codes: Mapping[str, AbstractSet[str]]) -> bool:
        """Are all codes of one dimension unknown? Then the link shows nothing."""
        return any(len(unknown) == len(self.scope.codes(name)) for name, unknown in self.gone(codes).items())

    def plain(self) -> dict[str, Any]:
        """The terms in JSON types. A session stores them for a preview."""
        return asdict(self) | {"audience": self.audience.value, "scope": self.scope.query()}

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Self:
        """The terms that :meth:`plain` wrote."""
        terms: dict[str, Any] = {name: plain.get(name) for name in ("threshold", "names", "export", "edition", "deck")}
        return cls(audience=Audience(plain["audience"]), scope=Filters.from_search(plain["scope"]), **terms)

    def viewer(self, alias_key: str = "preview") -> Viewer:
        """The viewer with these terms. `alias_key` orders the enterprises whose names are hidden."""
        permissions = {Permission.BROWSE if self.audience is Audience.DONOR else Permission.PRESENT}
        if self.export:
            permissions.add(Permission.EXPORT)
        if self.names:
            permissions.add(Permission.SEE_NAMES)
        return Viewer(
            permissions=frozenset(permissions),
            scope=viewer_scope(self.scope),
            alias_key=alias_key,
            limited=True,
            threshold=self.threshold,
            edition=self.edition,
            deck=self.deck,
        )


def viewer_scope(scope: Filters) -> Scope:
    """The scope of a link as the scope of its viewer."""
    return Scope(**{name: scope.codes(name) or None for name in SCOPE_DIMENSIONS})


def check(*, days: int, password: str, label: str) -> None:
    """Raise :class:`LinkProblem` if no link can have these settings, whatever its terms are."""
    if password and not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise LinkProblem("password", str(SHORTEST_PASSWORD))
    if len(" ".join(label.split())) > LONGEST_LABEL:
        raise LinkProblem("label", str(LONGEST_LABEL))
    expiry_in(days)


def expiry_in(days: int) -> datetime:
    """The expiry time (UTC) of a link that is valid for `days` from now. Raises :class:`LinkProblem` (days)."""
    if not 1 <= days <= MOST_DAYS:
        raise LinkProblem("days", str(days))
    return now() + timedelta(days=days)
