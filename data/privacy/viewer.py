"""Viewers: their permissions, their scope, and the slice of the data for their filters."""

import hmac
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from data.catalogue import Catalogue
from data.filters import DIMENSIONS, Filters

BASES = (5, 10)
"""The possible bases for the rounding of a link. A lower base would protect nobody."""

DEFAULT_THRESHOLD = BASES[0]
"""The base of a link if its author chooses none."""


class Permission(StrEnum):
    """The permissions of a viewer. Code checks these, never the kind of viewer."""

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
    """The input of queries: the codes per dimension, with all places and partners below them, and the as-of date.

    None is "no restriction"; an empty set yields no rows. ``visible_partners`` are the partners that may be named,
    whatever the filters.
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
        """The codes of one dimension."""
        codes: frozenset[str] | None = getattr(self, dimension)
        return codes


@dataclass(frozen=True)
class Scope:
    """The limit of what a viewer may see: the codes allowed per dimension; None allows all."""

    partner: frozenset[str] | None = None
    sector: frozenset[str] | None = None
    round: frozenset[str] | None = None
    phase: frozenset[str] | None = None
    place: frozenset[str] | None = None
    module: frozenset[str] | None = None

    def narrow(self, filters: Filters, catalogue: Catalogue) -> Slice:
        """The slice of the scope for `filters`. A filter outside the scope yields an empty slice."""
        codes = {name: self._codes(name, filters.codes(name), catalogue) for name in DIMENSIONS}
        return Slice(
            as_of=filters.as_of or catalogue.programme.as_of,
            visible_partners=_with_children("partner", self.partner, catalogue),
            **codes,
        )

    def _codes(self, dimension: str, wanted: frozenset[str], catalogue: Catalogue) -> frozenset[str] | None:
        allowed = _with_children(dimension, getattr(self, dimension), catalogue)
        if not wanted:
            return allowed
        with_children = _with_children(dimension, wanted, catalogue) or frozenset()
        return with_children if allowed is None else with_children & allowed


def _with_children(dimension: str, codes: frozenset[str] | None, catalogue: Catalogue) -> frozenset[str] | None:
    """The codes and, for places and partners, everything below them."""
    if codes is None or dimension not in ("place", "partner"):
        return codes
    return catalogue.below(dimension, codes)


@dataclass(frozen=True)
class Viewer:
    """A viewer of the data, with permissions and scope.

    ``limited``: a viewer with a share link. ``threshold`` is the base of the rounding of counts, with the
    ``privacy_key`` (docs/privacy.md). ``earlier`` has the scopes of links that showed the same edition before. If
    ``edition`` or ``deck`` is set, the viewer gets no other. ``name`` is that of a manager, for the things they make.
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
        """Does the viewer have this permission?"""
        return permission in self.permissions

    def looking_at(self, *, public: bool) -> "Viewer":
        """The viewer for one record. A link viewer without a threshold gets the default one unless it is public."""
        if self.limited and self.threshold is None and not public:
            return replace(self, threshold=DEFAULT_THRESHOLD)
        return self

    def permitted(self, filters: Filters) -> Filters:
        """`filters`, without the edition if this viewer may not choose one."""
        return filters if self.may(Permission.CHOOSE_EDITION) else filters.of_edition(None)

    def alias_order(self, enterprise: str) -> str:
        """The sort key of an enterprise whose name is hidden. It reveals no name, no code and no order of loading.

        It depends on the viewer, so the "enterprise 3" of one viewer is not that of another.
        """
        return hmac.new(self.alias_key.encode(), enterprise.encode(), "sha256").hexdigest()


MANAGER = Viewer(frozenset(Permission))
"""A signed-in manager: everything, with names."""
