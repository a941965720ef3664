"""Who asks, what they may see, and the slice that is left of what they asked for."""

import hmac
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from data.catalogue import Catalogue
from data.filters import DIMENSIONS, Filters

BASES = (5, 10)
"""What a link may round its counts to; nothing lower protects anybody."""

DEFAULT_THRESHOLD = BASES[0]
"""The base of a link whose maker says nothing else."""


class Permission(StrEnum):
    """What code checks for; never the kind of viewer."""

    BROWSE = "browse"  # the pages
    PRESENT = "present"  # the slide show
    EXPORT = "export"
    SEE_NAMES = "see-names"  # of enterprises that may be named
    SEE_ALL_NAMES = "see-all-names"
    CHOOSE_EDITION = "choose-edition"
    MANAGE_EDITIONS = "manage-editions"
    MANAGE_LINKS = "manage-links"
    MANAGE_DECKS = "manage-decks"
    SEE_DATA_QUALITY = "see-data-quality"
    IMPORT = "import"
    MAKE_NEWSLETTERS = "make-newsletters"


@dataclass(frozen=True)
class Slice:
    """What queries take: the codes left per dimension, trees already opened out, and the date to look back from.

    None is "no restriction"; an empty set is "nothing left" and yields no rows.
    ``visible_partners`` are the partners that may be named at all, whatever the filters.
    """

    as_of: date
    partner: frozenset[str] | None = None
    sector: frozenset[str] | None = None
    round: frozenset[str] | None = None
    phase: frozenset[str] | None = None
    place: frozenset[str] | None = None
    module: frozenset[str] | None = None
    visible_partners: frozenset[str] | None = None

    def codes(self, dimension: str) -> frozenset[str] | None:
        """The codes left in one dimension."""
        codes: frozenset[str] | None = getattr(self, dimension)
        return codes


@dataclass(frozen=True)
class Scope:
    """The most a viewer may see: codes allowed per dimension; None allows all."""

    partner: frozenset[str] | None = None
    sector: frozenset[str] | None = None
    round: frozenset[str] | None = None
    phase: frozenset[str] | None = None
    place: frozenset[str] | None = None
    module: frozenset[str] | None = None

    def narrow(self, filters: Filters, catalogue: Catalogue) -> Slice:
        """What is left of the scope when `filters` are laid on it: a filter outside the scope leaves nothing."""
        left = {name: self._left(name, filters.codes(name), catalogue) for name in DIMENSIONS}
        return Slice(
            as_of=filters.as_of or catalogue.programme.as_of,
            visible_partners=_opened("partner", self.partner, catalogue),
            **left,
        )

    def _left(self, dimension: str, wanted: frozenset[str], catalogue: Catalogue) -> frozenset[str] | None:
        allowed = _opened(dimension, getattr(self, dimension), catalogue)
        if not wanted:
            return allowed
        opened = _opened(dimension, wanted, catalogue) or frozenset()
        return opened if allowed is None else opened & allowed


def _opened(dimension: str, codes: frozenset[str] | None, catalogue: Catalogue) -> frozenset[str] | None:
    """A place or partner stands for everything below it as well."""
    if codes is None or dimension not in ("place", "partner"):
        return codes
    return catalogue.below(dimension, codes)


@dataclass(frozen=True)
class Viewer:
    """Someone who asks: what they may do, and what they may see.

    ``limited`` viewers come by a link. ``threshold`` is the base that their counts are rounded to under the
    ``privacy_key`` (docs/privacy.md); ``earlier`` are the scopes of links that showed the same edition before theirs.
    ``edition`` and ``deck`` are the only ones they get. ``name`` is a manager's, for what they make.
    """

    permissions: frozenset[Permission] = frozenset()
    scope: Scope = field(default_factory=Scope)
    alias_key: str = ""
    limited: bool = False
    threshold: int | None = None
    privacy_key: bytes = field(default=b"", repr=False)
    earlier: tuple[Scope, ...] = ()
    edition: str | None = None
    deck: str | None = None
    name: str = ""

    def may(self, permission: Permission) -> bool:
        """Has the viewer this permission?"""
        return permission in self.permissions

    def looking_at(self, *, public: bool) -> "Viewer":
        """The viewer before a record: only of a public one may somebody who comes by a link see every number."""
        if self.limited and self.threshold is None and not public:
            return replace(self, threshold=DEFAULT_THRESHOLD)
        return self

    def permitted(self, filters: Filters) -> Filters:
        """`filters` less an edition, where this viewer cannot choose one."""
        return filters if self.may(Permission.CHOOSE_EDITION) else filters.of_edition(None)

    def alias_order(self, enterprise: str) -> str:
        """Where an enterprise stands among its like when names are hidden: no alphabet, no code, no loading order.

        Keyed by the viewer, so that two viewers' "enterprise 3" cannot be joined.
        """
        return hmac.new(self.alias_key.encode(), enterprise.encode(), "sha256").hexdigest()


MANAGER = Viewer(frozenset(Permission))
"""A signed-in manager: everything, with names."""
