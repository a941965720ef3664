"""Which published numbers move from one state of the record to another: exhibits compared row by row."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from data.exhibit import Exhibit
from data.exhibits import ALL, build
from data.view import View

COMPARED: dict[str, Exhibit] = {each.code: each for each in ALL if not each.row_per_enterprise}
"""The exhibits whose rows stand for more than one enterprise."""


@dataclass(frozen=True)
class Move:
    """A row of an exhibit before and after, each a frame of one row; None where it is not there."""

    exhibit: str
    before: pd.DataFrame | None
    after: pd.DataFrame | None


def published(view: View) -> dict[str, pd.DataFrame]:
    """The tables of the exhibits of :data:`COMPARED`."""
    return {code: build(view, code).table for code in COMPARED}


def moves(before: dict[str, pd.DataFrame], after: dict[str, pd.DataFrame]) -> Iterator[Move]:
    """Every row that is another, new, or gone, exhibit by exhibit in the order of the rows as they would stand."""
    for code, exhibit in COMPARED.items():
        was, now = (_keyed(tables[code], exhibit.key) for tables in (before, after))
        for each, (values, at) in now.items():
            if each not in was:
                yield Move(code, None, after[code].iloc[[at]])
            elif was[each][0] != values:
                yield Move(code, before[code].iloc[[was[each][1]]], after[code].iloc[[at]])
        for each, (_values, at) in was.items():
            if each not in now:
                yield Move(code, before[code].iloc[[at]], None)


Values = tuple[Any, ...]


def _keyed(table: pd.DataFrame, key: tuple[str, ...]) -> dict[Values, tuple[Values, int]]:
    """Rows by key: their values, unknown ones alike, and where they stand."""
    plain = table.astype(object).where(table.notna(), None)
    names = list(plain.columns)
    at = [names.index(name) for name in key]
    rows = enumerate(plain.itertuples(index=False, name=None))
    return {tuple(row[part] for part in at): (row, position) for position, row in rows}
