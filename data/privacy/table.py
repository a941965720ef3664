"""Tables as a reader with a threshold sees them: every column is one that is rounded, or one that tells nothing."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

import pandas as pd

from data.privacy.rounding import Rounding
from data.privacy.shown import Under, Withheld


class Unprotected(Exception):
    """A table holds a true count where a rounded one is due: it is not shown to anybody with a threshold."""


def marked(value: Any, rounding: Rounding) -> Any:
    """A shown count as it stands in a table; raises :class:`Unprotected` for a number that was not rounded."""
    count = total_marked(value, rounding)
    if count is not None and count == count and count % rounding.base and count not in rounding.exact.values():  # noqa: PLR0124 - NaN
        raise Unprotected(str(count))
    return count


def total_marked(value: Any, rounding: Rounding, terms: int = 1) -> Any:
    """A sum or difference of so many shown counts as it stands in a table: some of them may be exact. A sum of counts
    that are all under the base is under so many times the base.
    """
    if value is None or isinstance(value, Withheld) or value != value:  # noqa: PLR0124 - NaN
        return value
    return int(value) or Under(rounding.base * terms)


def protected(
    table: pd.DataFrame, counts: Iterable[str], totals: Mapping[str, int], rounding: Rounding
) -> pd.DataFrame:
    """`table` with its columns of counts, and of sums of so many of these, as they may stand in it; raises
    :class:`Unprotected`.
    """
    found = table.copy()
    marks = {name: partial(marked, rounding=rounding) for name in counts}
    marks |= {name: partial(total_marked, rounding=rounding, terms=terms) for name, terms in totals.items()}
    for name, mark in marks.items():
        if name in found:
            found[name] = pd.Series([mark(value) for value in found[name]], index=found.index, dtype=object)
    return found
