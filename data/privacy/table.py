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
    if value is None or isinstance(value, Withheld) or value != value:  # noqa: PLR0124 - NaN
        return value
    number = int(value)
    if number % rounding.base and number not in rounding.exact.values():
        raise Unprotected(str(number))
    return number or Under(rounding.base)


def protected(table: pd.DataFrame, counts: Iterable[str], rounding: Rounding) -> pd.DataFrame:
    """`table` with the columns of counts as they may stand in it; raises :class:`Unprotected`."""
    found = table.copy()
    for name in counts:
        if name in found:
            values = [marked(value, rounding) for value in found[name]]
            found[name] = pd.Series(values, index=found.index, dtype=object)
    return found
