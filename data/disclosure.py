"""Small numbers withheld from viewers with a threshold: which cells, and which others so that none comes back.

Defined in docs/measures.md, "Withheld numbers". A cell is a number under a selection of filters. A cell counting 1 to
k-1 enterprises is withheld, and with it the cells in which its values are replaced by their *partners*: the smallest
other value of the same filter. Partners make a block of cells in which one more here and one less there changes no
sum that is shown; so no arithmetic over whatever is shown, under any filters, gives one of them away.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Self

import numpy as np
import pandas as pd

NOT_GIVEN = ""
"""The value of whoever has none: an enterprise without a sector, or without a place."""

MOST_WITNESSES = 3
"""A value is looked at in the light of so many others; one that would need more is kept back always."""


class Withheld(float):
    """A number that is not shown, since it or one beside it rests on fewer than ``fewer_than`` enterprises.

    It is not a number (NaN), and whatever is calculated from it is withheld as well.
    """

    fewer_than: int
    __array_ufunc__ = None  # numpy's numbers leave arithmetic with it to it

    def __new__(cls, fewer_than: int) -> Self:
        """Withheld under a threshold."""
        number = super().__new__(cls, "nan")
        number.fewer_than = fewer_than
        return number

    def _still(self, _other: object) -> "Withheld":
        return self

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _still

    def __str__(self) -> str:
        """As a table for machines has it."""
        return f"<{self.fewer_than}"


@dataclass(frozen=True)
class Members:
    """The values of one filter inside a viewer's scope, with how many enterprises each has.

    Values stand in groups, a city in its province, a local partner under its national one; a filter without a tree has
    groups of one. ``groups`` and ``values`` count enterprises; ``group_of`` maps values to groups.
    """

    groups: Mapping[str, int]
    values: Mapping[str, int]
    group_of: Mapping[str, str]

    @cached_property
    def group_order(self) -> list[str]:
        """Groups, smallest first."""
        return _smallest_first(self.groups)

    def value_order(self, group: str) -> list[str]:
        """The values of one group, smallest first."""
        return _smallest_first({code: n for code, n in self.values.items() if self.group_of.get(code, code) == group})

    def group_witnesses(self, group: str) -> list[str]:
        """The groups that, if withheld, have this one withheld with them."""
        return _witnesses(group, self.group_order)

    def value_witnesses(self, value: str) -> list[str]:
        """The same for a value inside its group."""
        return _witnesses(value, self.value_order(self.group_of.get(value, value)))


def _smallest_first(counts: Mapping[str, int]) -> list[str]:
    """Codes by size; what is not given comes first, since nobody can filter by it anyway."""
    return sorted(counts, key=lambda code: (code != NOT_GIVEN, counts[code], code))


def _partner(code: str, order: Sequence[str]) -> str | None:
    """What is withheld along with `code`: the smallest other."""
    return next((other for other in order if other != code), None)


def _witnesses(code: str, order: Sequence[str]) -> list[str]:
    return [other for other in order if other != code and _partner(other, order) == code]


def with_partners(small: Iterable[str], order: Sequence[str]) -> set[str]:
    """The codes withheld where those in `small` are."""
    found = set(small)
    return found | {partner for code in found if code in order and (partner := _partner(code, order)) is not None}


@dataclass(frozen=True)
class Rule:
    """What the columns of a table are.

    ``key`` names a row; ``counts`` count enterprises; ``rests`` maps a column to the counts it is worked out from;
    ``parts`` lists (whole, parts) where the parts sum to the whole, ``within`` where they only lie in it; ``together``
    lists counts that give one another away, so that all go where one goes. ``down`` names counts whose sum over the
    rows stands in another exhibit.
    """

    key: tuple[str, ...] = ()
    counts: tuple[str, ...] = ()
    rests: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    parts: tuple[tuple[str, tuple[str, ...]], ...] = ()
    within: tuple[tuple[str, tuple[str, ...]], ...] = ()
    together: tuple[tuple[str, ...], ...] = ()
    down: tuple[str, ...] = ()


def small(counts: pd.DataFrame, threshold: int) -> pd.DataFrame:
    """Where a count is of 1 to `threshold` - 1 enterprises."""
    numbers = counts.astype(float)
    return (numbers > 0) & (numbers < threshold)


def flagged(frame: pd.DataFrame, rule: Rule, threshold: int, compared: Iterable[pd.DataFrame] = ()) -> pd.DataFrame:
    """Which counts of `frame` are withheld: small ones here or in a table it is `compared` with, and parts beside them.

    One row a row of `frame`, indexed by the key; one column a count.
    """
    counts = counts_of(frame, rule)
    flags = _closed(small(counts, threshold), counts, rule, threshold)
    for other in compared:
        theirs = counts_of(other, rule)
        flags |= _closed(small(theirs, threshold), theirs, rule, threshold).reindex(counts.index, fill_value=False)
    return _closed(flags, counts, rule, threshold)


def counts_of(frame: pd.DataFrame, rule: Rule) -> pd.DataFrame:
    """The counts of a table, indexed by its key."""
    return frame[list(rule.counts)].set_axis(_index(frame, rule))


def _closed(flags: pd.DataFrame, counts: pd.DataFrame, rule: Rule, threshold: int) -> pd.DataFrame:
    """`flags` with what would give a flagged count away inside the table: in its row, then down its column."""
    if not flags.to_numpy().any():
        return flags
    closed = _beside(flags, counts, rule, threshold)
    for column in rule.down:
        more = enough(closed[column], counts[column], threshold)
        if not more.equals(closed[column]):
            return _closed(closed.assign(**{column: more}), counts, rule, threshold)
    return closed


def _index(frame: pd.DataFrame, rule: Rule) -> pd.Index:
    if not rule.key:
        return pd.RangeIndex(len(frame))
    keys = [[NOT_GIVEN if pd.isna(value) else value for value in frame[name]] for name in rule.key]
    return pd.Index(keys[0], dtype=object) if len(keys) == 1 else pd.MultiIndex.from_arrays(keys)


def _beside(flags: pd.DataFrame, counts: pd.DataFrame, rule: Rule, threshold: int) -> pd.DataFrame:
    """`flags` and what would give a flagged count away inside its own row."""
    flags = flags.copy()
    for group in rule.together:
        names = list(group)
        flags.loc[flags[names].any(axis=1), names] = True
    for whole, parts in rule.within:
        flags.loc[flags[whole], list(parts)] = True
    for whole, parts in rule.parts:
        names = list(parts)
        for at in np.flatnonzero(flags[[whole, *names]].to_numpy().any(axis=1)):
            # All with their whole, else as many as hide one another.
            hidden = flags.iloc[at][whole] or enough(flags.iloc[at][names], counts.iloc[at][names], threshold)
            flags.iloc[at, [flags.columns.get_loc(name) for name in names]] = hidden  # type: ignore[index]
    return flags


def enough(flags: "pd.Series[bool]", counts: "pd.Series[Any]", threshold: int) -> "pd.Series[bool]":
    """`flags` of counts that have a known sum, with the next smallest until those flagged hide one another.

    One alone is the difference; a few that sum to less than `threshold`, or to their own number, are as good as told.
    """
    numbers = counts.astype(float).fillna(0.0)
    flags = flags.astype(bool).copy()
    left = sorted(flags.index[~flags], key=lambda name: (not numbers[name], numbers[name]))
    while flags.any() and left:
        total, many = float(numbers[flags].sum()), int(flags.sum())
        if many > 1 and total >= max(threshold, many + 1):
            break
        flags[left.pop(0)] = True
    return flags


def spread(flags: pd.DataFrame, counts: pd.DataFrame, order: Sequence[str], threshold: int) -> pd.DataFrame:
    """`flags` (indexed by the values of one filter) with the partners of whatever is flagged, column by column, and
    with as many others as hide one another.
    """
    wider = flags.copy()
    for column in [name for name in wider.columns if wider[name].any()]:
        hidden = with_partners(wider.index[wider[column]], order)
        wider.loc[[code for code in wider.index if code in hidden], column] = True
        wider[column] = enough(wider[column], counts[column], threshold)
    return wider


def spread_values(
    flags: pd.DataFrame, counts: pd.DataFrame, members: Members, groups: pd.DataFrame, threshold: int
) -> pd.DataFrame:
    """`flags` of single values with their partners inside each group, and whatever lies in a flagged group."""
    wider = flags.copy()
    group_of = [members.group_of.get(value, value) for value in wider.index]
    for group in dict.fromkeys(group_of):
        inside = np.array([each == group for each in group_of])
        wider[inside] = spread(wider[inside], counts[inside], members.value_order(group), threshold).to_numpy()
        if group in groups.index:
            wider[inside] |= groups.loc[group].to_numpy()
    return wider


def withhold(frame: pd.DataFrame, rule: Rule, flags: pd.DataFrame, threshold: int) -> pd.DataFrame:
    """`frame` with :class:`Withheld` in the flagged counts and in whatever rests on them."""
    hidden = {name: flags[name] for name in rule.counts}
    hidden |= {name: flags[list(bases)].any(axis=1) for name, bases in rule.rests.items()}
    changed = frame.copy()
    for name, rows in hidden.items():
        if name in changed and rows.any():
            values = [Withheld(threshold) if over else value for over, value in zip(rows, changed[name], strict=True)]
            changed[name] = pd.Series(values, index=changed.index, dtype=object)  # as floats they were plain NaN
    return changed
