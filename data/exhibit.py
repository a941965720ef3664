"""Exhibits: how they are declared, and how they are built for a viewer. Every number reaches a viewer this way."""

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
    """A table with exactly the columns ``columns``, which declare their protection.

    ``numbers`` makes the table from a view; in an exhibit by indicator, from a view and an indicator ("": all).
    With ``row_per_enterprise`` the table is empty under a threshold. Raises TypeError for two columns of one name, and
    where no column is a key.
    """

    columns: tuple[Column, ...]
    numbers: Callable[..., pd.DataFrame]
    row_per_enterprise: bool = False

    def __post_init__(self) -> None:
        counts = Counter(column.name for column in self.columns)
        duplicates = [name for name, count in counts.items() if count > 1]
        if duplicates or not self.key:
            raise TypeError(f"columns declared twice: {duplicates}; key: {self.key}")

    @property
    def exported(self) -> tuple[str, ...]:
        """The names of the columns that are written to files."""
        return tuple(column.name for column in self.columns if column.exported)

    @property
    def key(self) -> tuple[str, ...]:
        """The names of the columns that distinguish the rows."""
        return tuple(column.name for column in self.columns if column.key)

    def protected_by(self, protection: Protection) -> tuple[str, ...]:
        """The names of the columns with one kind of protection."""
        return tuple(column.name for column in self.columns if column.protection is protection)

    def table(self, view: View, *arguments: str) -> pd.DataFrame:
        """The table as the viewer may see it.

        Raises `Unprotected` for a count that is not rounded, and TypeError for columns that are not as declared.
        """
        names = [column.name for column in self.columns]
        if self.row_per_enterprise and view.threshold:
            return pd.DataFrame(columns=names, dtype=object)
        frame = self.numbers(view, *arguments)
        undeclared = set(frame.columns) ^ set(names)
        if undeclared:
            raise TypeError(f"columns undeclared or missing: {sorted(undeclared)}")
        kinds = (Protection.ROUNDED, Protection.TOTAL)
        return view.protected(frame[names], *map(self.protected_by, kinds))


@dataclass(frozen=True)
class Option:
    """A parameter of an exhibit: its default, and the values that it can have in a view."""

    default: str
    choices: Callable[[View], tuple[str, ...]]

    def chosen(self, view: View, value: str | None) -> str:
        """The value, or the default where it is not one of the choices."""
        return value if value is not None and value in self.choices(view) else self.default


@dataclass(frozen=True, kw_only=True)
class Exhibit(Part):
    """The numbers of one exhibit, without anything about how they look.

    ``by_indicator``: it can be limited to one indicator. ``options`` are its further parameters by name. ``more`` are
    further tables for its pictures. ``of_enterprises``: its numbers come from the enterprises enrolled in a selection.
    ``slides`` are its codes in a deck: its own code (None), or the codes of its pictures that are slides.
    """

    code: str
    rests_on: RestsOn
    more: Mapping[str, Part] = field(default_factory=dict)
    slides: tuple[str, ...] | None = None
    by_indicator: bool = False
    options: Mapping[str, Option] = field(default_factory=dict)
    of_enterprises: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.slides is None:
            object.__setattr__(self, "slides", (self.code,))


@dataclass(frozen=True)
class BuiltExhibit:
    """One exhibit as a viewer may see it: its table, its coverage and its sources.

    ``threshold`` is the base its counts are rounded to (None: they are not rounded).
    ``sources`` maps source codes to the number of rows taken from each (None: not shown). ``unsourced`` is the number
    of rows without a source.
    """

    code: str
    table: pd.DataFrame
    coverage: Coverage
    threshold: int | None
    as_of: date
    sources: dict[str, int | None]
    unsourced: int


class SelectionRefused(Exception):
    """A selection may not be shown: it has too few enterprises, or only a few fewer than another that is shown.

    ``wider`` are the filters of a selection that may be shown; None where the whole scope has too few enterprises.
    """

    def __init__(self, threshold: int, wider: Filters | None) -> None:
        super().__init__("too few enterprises, or a few apart from another selection")
        self.threshold = threshold
        self.wider = wider


def admit(view: View) -> None:
    """Raises :class:`SelectionRefused` where the viewer may not see the selection."""
    if view.disclosure and not view.shown:
        raise SelectionRefused(view.disclosure.rounding.base, view.disclosure.wider(view.filters))


def build(view: View, exhibit: Exhibit, indicator: str = "", options: Mapping[str, str] | None = None) -> BuiltExhibit:
    """Builds an exhibit once per view; `indicator` is for an exhibit by indicator, `options` for one with options.

    Raises :class:`SelectionRefused` where the viewer may not see the selection, and `Unprotected` for a count that is
    not rounded.
    """
    chosen = {name: option.chosen(view, (options or {}).get(name)) for name, option in exhibit.options.items()}
    key = exhibit.code, indicator, tuple(chosen.values())
    if key not in view.built:
        admit(view)
        table = exhibit.table(view, *([indicator] if exhibit.by_indicator else []), *chosen.values())
        sources, unsourced = _sources(view, exhibit, table, indicator)
        view.built[key] = BuiltExhibit(
            exhibit.code, table, coverage_line(view, indicator), view.threshold, view.of.as_of, sources, unsourced
        )
    built: BuiltExhibit = view.built[key]
    return built


def _sources(view: View, exhibit: Exhibit, table: pd.DataFrame, indicator: str) -> tuple[dict[str, int | None], int]:
    """Source codes with the number of rows from each, and the number of rows without a source.

    Under a threshold no number is given.
    """
    row_counts = exhibit.rests_on.sources(view, table, indicator)
    named = row_counts[row_counts["source"].notna()]
    if view.threshold:
        return dict.fromkeys(named["source"], None), 0
    sources: dict[str, int | None] = {
        str(code): int(rows) for code, rows in zip(named["source"], named["rows"], strict=True)
    }
    return sources, int(row_counts.loc[row_counts["source"].isna(), "rows"].sum())
