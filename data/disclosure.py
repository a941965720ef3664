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
        return self._value_orders.get(group, [])

    @cached_property
    def _value_orders(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for code in _smallest_first(self.values):
            found.setdefault(self.group_of.get(code, code), []).append(code)
        return found

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
    return found | {partner for code in found & set(order) if (partner := _partner(code, order)) is not None}


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


Flags = np.ndarray[Any, np.dtype[np.bool]]
Counts = np.ndarray[Any, np.dtype[np.float64]]


def flagged(frame: pd.DataFrame, rule: Rule, threshold: int, compared: Iterable[pd.DataFrame] = ()) -> pd.DataFrame:
    """Which counts of `frame` are withheld: small ones here or in a table it is `compared` with, and parts beside them.

    One row a row of `frame`, indexed by the key; one column a count.
    """
    counts = counts_of(frame, rule)
    numbers = _numbers(counts)
    flags = _closed(_small(numbers, threshold), numbers, rule, threshold)
    for other in compared:
        theirs = counts_of(other, rule)
        there = _closed(_small(_numbers(theirs), threshold), _numbers(theirs), rule, threshold)
        at = theirs.index.get_indexer(counts.index)
        flags[at >= 0] |= there[at[at >= 0]]
    return pd.DataFrame(_closed(flags, numbers, rule, threshold), counts.index, counts.columns)


def counts_of(frame: pd.DataFrame, rule: Rule) -> pd.DataFrame:
    """The counts of a table, indexed by its key."""
    return frame[list(rule.counts)].set_axis(_index(frame, rule))


def _numbers(counts: pd.DataFrame) -> Counts:
    return counts.to_numpy(float)


def _small(numbers: Counts, threshold: int) -> Flags:
    """Where a count is of 1 to `threshold` - 1 enterprises."""
    found: Flags = (numbers > 0) & (numbers < threshold)
    return found


def _closed(flags: Flags, numbers: Counts, rule: Rule, threshold: int) -> Flags:
    """`flags` with what would give a flagged count away inside the table: in its row, then down its column."""
    if not flags.any():
        return flags
    column = {name: at for at, name in enumerate(rule.counts)}
    while True:
        flags = _beside(flags, numbers, rule, threshold)
        for name in rule.down:
            at = column[name]
            more = _enough(flags[:, at], numbers[:, at], threshold)
            if (more != flags[:, at]).any():
                flags[:, at] = more
                break
        else:
            return flags


def _index(frame: pd.DataFrame, rule: Rule) -> pd.Index:
    if not rule.key:
        return pd.RangeIndex(len(frame))
    keys = [[NOT_GIVEN if pd.isna(value) else value for value in frame[name]] for name in rule.key]
    return pd.Index(keys[0], dtype=object) if len(keys) == 1 else pd.MultiIndex.from_arrays(keys)


def _beside(flags: Flags, numbers: Counts, rule: Rule, threshold: int) -> Flags:
    """`flags` and what would give a flagged count away inside its own row."""
    flags = flags.copy()
    column = {name: at for at, name in enumerate(rule.counts)}
    for group in rule.together:
        names = [column[name] for name in group]
        flags[:, names] |= flags[:, names].any(axis=1, keepdims=True)
    for whole, parts in rule.within:
        flags[:, [column[name] for name in parts]] |= flags[:, [column[whole]]]
    for whole, parts in rule.parts:
        names = [column[name] for name in parts]
        for at in np.flatnonzero(flags[:, [column[whole], *names]].any(axis=1)):
            # All with their whole, else as many as hide one another.
            hidden = flags[at, column[whole]] or _enough(flags[at, names], numbers[at, names], threshold)
            flags[at, names] = hidden
    return flags


def enough(flags: "pd.Series[bool]", counts: "pd.Series[Any]", threshold: int) -> "pd.Series[bool]":
    """`flags` of counts that have a known sum, with the next smallest until those flagged hide one another.

    One alone is the difference; a few that sum to less than `threshold`, or to their own number, are as good as told.
    """
    return pd.Series(_enough(flags.to_numpy(bool), counts.to_numpy(float), threshold), flags.index)


def _enough(flags: Flags, counts: Counts, threshold: int) -> Flags:
    if not flags.any():
        return flags
    numbers, flags = np.nan_to_num(counts), flags.copy()
    total, many = float(numbers[flags].sum()), int(flags.sum())
    # The smallest first, what is zero last.
    for at in np.lexsort((numbers, numbers == 0)):
        if flags[at]:
            continue
        if many > 1 and total >= max(threshold, many + 1):
            break
        flags[at] = True
        total, many = total + float(numbers[at]), many + 1
    return flags


def spread(flags: pd.DataFrame, counts: pd.DataFrame, order: Sequence[str], threshold: int) -> pd.DataFrame:
    """`flags` (indexed by the values of one filter) with the partners of whatever is flagged, column by column, and
    with as many others as hide one another.
    """
    codes = list(flags.index)
    wider = _spread(flags.to_numpy(bool), _numbers(counts[flags.columns]), codes, order, threshold)
    return pd.DataFrame(wider, flags.index, flags.columns)


def _spread(flags: Flags, numbers: Counts, codes: Sequence[str], order: Sequence[str], threshold: int) -> Flags:
    wider = flags.copy()
    at = {code: row for row, code in enumerate(codes)}
    for column in np.flatnonzero(flags.any(axis=0)):
        hidden = with_partners((codes[row] for row in np.flatnonzero(flags[:, column]).tolist()), order)
        wider[[at[code] for code in hidden if code in at], column] = True
        wider[:, column] = _enough(wider[:, column], numbers[:, column], threshold)
    return wider


def spread_values(
    flags: pd.DataFrame, counts: pd.DataFrame, members: Members, groups: pd.DataFrame, threshold: int
) -> pd.DataFrame:
    """`flags` of single values with their partners inside each group, and whatever lies in a flagged group."""
    wider, numbers = flags.to_numpy(bool).copy(), _numbers(counts[flags.columns])
    of_groups = dict(zip(groups.index, groups[flags.columns].to_numpy(bool), strict=True))
    rows: dict[str, list[int]] = {}
    for row, value in enumerate(flags.index):
        rows.setdefault(members.group_of.get(value, value), []).append(row)
    for group, inside in rows.items():
        codes = [flags.index[row] for row in inside]
        spread_out = _spread(wider[inside], numbers[inside], codes, members.value_order(group), threshold)
        wider[inside] = spread_out | of_groups.get(group, False)
    return pd.DataFrame(wider, flags.index, flags.columns)


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
