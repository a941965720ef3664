"""Tables as a reader with a threshold sees them: every column is one that is rounded, or one that tells nothing."""

from collections.abc import Iterable
from typing import Any

import pandas as pd

from data.privacy.rounding import Rounding
from data.privacy.shown import Under, Withheld


class Unprotected(Exception):
    """A table holds a true count where a rounded one is due: it is not shown to anybody with a threshold."""


def marked(value: Any, rounding: Rounding) -> Any:
    """A shown count as it stands in a table; raises :class:`Unprotected` for a number that was not rounded."""
    total = total_marked(value, rounding)
    if total is not None and total == total and total % rounding.base and total not in rounding.exact.values():  # noqa: PLR0124 - NaN
        raise Unprotected(str(total))
    return total


def total_marked(value: Any, rounding: Rounding) -> Any:
    """A sum of shown counts as it stands in a table: some of them may be exact."""
    if value is None or isinstance(value, Withheld) or value != value:  # noqa: PLR0124 - NaN
        return value
    return int(value) or Under(rounding.base)


def protected(table: pd.DataFrame, counts: Iterable[str], totals: Iterable[str], rounding: Rounding) -> pd.DataFrame:
    """`table` with its columns of counts and of sums of these as they may stand in it; raises :class:`Unprotected`."""
    found = table.copy()
    for names, mark in ((counts, marked), (totals, total_marked)):
        for name in names:
            if name in found:
                values = [mark(value, rounding) for value in found[name]]
                found[name] = pd.Series(values, index=found.index, dtype=object)
    return found
