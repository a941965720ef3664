"""Tables for viewers with a threshold: every column is either rounded or reveals nothing. Rows that keep its signs."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

import pandas as pd

from data.privacy.rounding import Rounding
from data.privacy.shown import Withheld, under


class Unprotected(Exception):
    """A table has a true count in place of a rounded one. It must not be shown to a viewer with a threshold."""


def marked(value: Any, rounding: Rounding) -> Any:
    """The table value of a shown count. Raises :class:`Unprotected` for a number that is not rounded."""
    count = total_marked(value, rounding)
    if count is not None and count == count and count % rounding.base and count not in rounding.exact.values():  # noqa: PLR0124 - NaN
        raise Unprotected(str(count))
    return count


def total_marked(value: Any, rounding: Rounding, terms: int = 1) -> Any:
    """The table value of a sum of shown counts, of which some may be exact.

    `terms` is the number of counts. If all are under the base, their sum is under `terms` times the base.
    """
    if value is None or isinstance(value, Withheld) or value != value:  # noqa: PLR0124 - NaN
        return value
    return int(value) or under(rounding.base * terms)


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table, each by column. Values are unchanged: pandas would turn withheld numbers into plain ones."""
    names = [str(name) for name in table.columns]
    columns = (column.tolist() for _name, column in table.items())
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def protected(
    table: pd.DataFrame, counts: Iterable[str], totals: Mapping[str, int], rounding: Rounding
) -> pd.DataFrame:
    """`table` with the table values of its `counts`, and of its `totals` (columns with their numbers of terms).

    Raises :class:`Unprotected`.
    """
    frame = table.copy()
    converters = {name: partial(marked, rounding=rounding) for name in counts}
    converters |= {name: partial(total_marked, rounding=rounding, terms=terms) for name, terms in totals.items()}
    for name, convert in converters.items():
        if name in frame:
            frame[name] = pd.Series([convert(value) for value in frame[name]], index=frame.index, dtype=object)
    return frame
