"""An exhibit: how it is declared, and how one is built for a viewer. Every number reaches a viewer this way."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from data.columns import Column, Protection
from data.coverage_line import Coverage, coverage_line
from data.filters import Filters
from data.rests_on import RestsOn
from data.view import View


@dataclass(frozen=True, kw_only=True)
class Part:
    """A table and what protects it: its columns are ``columns``, others are an error.

    ``numbers`` makes the table of a view; where the exhibit is by indicator, of a view and an indicator ("": all).
    One with ``row_per_enterprise`` has no row where a threshold holds. TypeError for columns of one name, or no key.
    """

    columns: tuple[Column, ...]
    numbers: Callable[..., pd.DataFrame]
    row_per_enterprise: bool = False

    def __post_init__(self) -> None:
        twice = [name for name, times in Counter(column.name for column in self.columns).items() if times > 1]
        if twice or not self.key:
            raise TypeError(f"columns declared twice: {twice}; key: {self.key}")

    @property
    def exported(self) -> tuple[str, ...]:
        """The names of the columns that files have."""
        return tuple(column.name for column in self.columns if column.exported)

    @property
    def key(self) -> tuple[str, ...]:
        """The names of the columns that distinguish the rows."""
        return tuple(column.name for column in self.columns if column.key)

    def protected_by(self, protection: Protection) -> tuple[str, ...]:
        """The names of the columns with one kind of protection."""
        return tuple(column.name for column in self.columns if column.protection is protection)

    def table(self, view: View, *arguments: str) -> pd.DataFrame:
        """The table as the viewer may see it. Raises `Unprotected` where a count was not rounded."""
        names = [column.name for column in self.columns]
        if self.row_per_enterprise and view.threshold:
            return pd.DataFrame(columns=names, dtype=object)
        made = self.numbers(view, *arguments)
        undeclared = set(made.columns) ^ set(names)
        if undeclared:
            raise TypeError(f"columns undeclared or missing: {sorted(undeclared)}")
        kinds = (Protection.ROUNDED, Protection.TOTAL, Protection.DIFFERENCE)
        return view.protected(made[names], *map(self.protected_by, kinds))


@dataclass(frozen=True, kw_only=True)
class Exhibit(Part):
    """The numbers of one exhibit, without a word of how they look.

    One ``by_indicator`` can be of a single indicator. ``more`` are further tables that its pictures draw.
    ``of_enterprises``: its numbers come of the enterprises enrolled in a selection. ``slides`` are the codes a deck
    knows it by: its own (None), or those of its pictures that are slides.
    """

    code: str
    rests_on: RestsOn
    more: Mapping[str, Part] = field(default_factory=dict)
    slides: tuple[str, ...] | None = None
    by_indicator: bool = False
    of_enterprises: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.slides is None:
            object.__setattr__(self, "slides", (self.code,))


@dataclass(frozen=True)
class BuiltExhibit:
    """One exhibit as a viewer may see it: its table, and what the numbers rest on.

    ``threshold`` is the base its counts are rounded to (None: they are not).
    ``sources`` maps source codes to the number of rows taken from each (None: not told); ``unsourced`` rows name none.
    """

    code: str
    table: pd.DataFrame
    coverage: Coverage
    threshold: int | None
    as_of: date
    sources: dict[str, int | None]
    unsourced: int


class SelectionRefused(Exception):
    """A selection is not shown to this viewer: it holds too few enterprises, or is a few apart from one that is shown.

    ``wider`` are filters that are shown; None where everything together is too few.
    """

    def __init__(self, threshold: int, wider: Filters | None) -> None:
        super().__init__("too few enterprises, or a few apart from another selection")
        self.threshold = threshold
        self.wider = wider


def admit(view: View) -> None:
    """Raise :class:`SelectionRefused` where the selection may not be shown."""
    if view.disclosure and not view.shown:
        raise SelectionRefused(view.disclosure.rounding.base, view.disclosure.wider(view.filters))


def build(view: View, exhibit: Exhibit, indicator: str = "") -> BuiltExhibit:
    """Builds an exhibit of a view, once; `indicator` for one that is by indicator.

    Raises :class:`SelectionRefused` where the viewer's threshold leaves nothing of the selection, and `Unprotected`
    where a count was not rounded.
    """
    at = exhibit.code, indicator
    if at not in view.built:
        admit(view)
        table = exhibit.table(view, *([indicator] if exhibit.by_indicator else []))
        sources, unsourced = _sources(view, exhibit, table, indicator)
        view.built[at] = BuiltExhibit(
            exhibit.code, table, coverage_line(view), view.threshold, view.of.as_of, sources, unsourced
        )
    built: BuiltExhibit = view.built[at]
    return built


def _sources(view: View, exhibit: Exhibit, table: pd.DataFrame, indicator: str) -> tuple[dict[str, int | None], int]:
    """Source codes with the rows taken from each, and the number of rows that name none; no numbers where a threshold
    holds.
    """
    counted = exhibit.rests_on.sources(view, table, indicator)
    known = counted[counted["source"].notna()]
    if view.threshold:
        return dict.fromkeys(known["source"], None), 0
    sources: dict[str, int | None] = {
        str(code): int(rows) for code, rows in zip(known["source"], known["rows"], strict=True)
    }
    return sources, int(counted.loc[counted["source"].isna(), "rows"].sum())
