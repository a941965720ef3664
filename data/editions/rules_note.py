"""Headlines of an edition whose numbers under its own, older rules differ from those of the current rules."""

from collections.abc import Mapping
from dataclasses import dataclass

from data.editions import first_rules, frozen_copies, frozen_tables
from data.editions.frozen_copies import Edition
from data.exhibits.overview import recorded_headlines
from data.filters import Filters
from data.privacy.viewer import Scope
from data.rules_version import RULES_VERSION, redefined_since
from data.view import View

Number = tuple[int | None, int | None]
"""The value of a headline, and the number it is out of (None: blank, or out of nothing)."""

_HIDDEN_FROM_LINKS = "rounds"
"""The headline of which a viewer with a link may not know the number that it is out of."""


@dataclass(frozen=True)
class Reading:
    """A headline of the whole record as it read when the edition was made, and as it reads today."""

    headline: str
    then: Number
    today: Number


@dataclass(frozen=True)
class RulesNote:
    """The note on an edition that was made under an older version of the rules, ``version``.

    ``readings`` are the headlines whose number has changed; None where the viewer may not see them, or where they are
    not on record (``lost``). ``redefined`` are the headlines of which the definition itself was changed since.
    """

    version: int
    redefined: tuple[str, ...]
    readings: tuple[Reading, ...] | None
    lost: bool = False


def rules_note(edition: Edition | None, view: View) -> RulesNote | None:
    """The note on an edition for a viewer; None for the live record, and for an edition made under today's rules.

    What it read is exact and of the whole record. So nobody sees it whose link has a threshold or a limit.
    """
    if edition is None or edition.rules_version >= RULES_VERSION:
        return None
    version, redefined = edition.rules_version, redefined_since(edition.rules_version)
    if view.threshold or view.viewer.scope != Scope():
        return RulesNote(version, redefined, None)
    then = _then(edition, view)
    if then is None:
        return RulesNote(version, redefined, None, lost=True)
    return RulesNote(version, redefined, differing(then, _today(view), limited=view.viewer.limited))


def differing(then: Mapping[str, Number], today: Mapping[str, Number], *, limited: bool = False) -> tuple[Reading, ...]:
    """The headlines whose number has changed, in today's order; only those that both sides have."""
    readings = [Reading(name, then[name], today[name]) for name in today if name in then]
    if limited:
        readings = [_without_whole(each) if each.headline == _HIDDEN_FROM_LINKS else each for each in readings]
    return tuple(each for each in readings if each.then != each.today)


def _without_whole(reading: Reading) -> Reading:
    return Reading(reading.headline, (reading.then[0], None), (reading.today[0], None))


def _then(edition: Edition, view: View) -> Mapping[str, Number] | None:
    """The headlines as they read when the edition was made; None if its frozen tables are not what was frozen."""
    if edition.tables and frozen_copies.tables_state(edition) != "good":
        return None
    headlines: Mapping[str, Number] | None = view.catalogue.once.get(
        ("headlines then", edition),
        lambda: _frozen(edition) if edition.tables else first_rules.headlines(view.connection),
    )
    return headlines


def _frozen(edition: Edition) -> Mapping[str, Number] | None:
    tables = frozen_copies.tables_of(edition)
    return frozen_tables.headlines_of(tables["overview.csv"]) if tables else None


def _today(view: View) -> Mapping[str, Number]:
    """The headlines of the whole record as they read today, without rounding; counted once per version of the data."""
    headlines: Mapping[str, Number] = view.catalogue.once.get(
        ("headlines today", view.viewer.limited), lambda: recorded_headlines(view.with_filters(Filters()))
    )
    return headlines
