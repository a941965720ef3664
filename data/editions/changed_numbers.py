"""Compares the exhibits of two states of the record row by row, and lists the rows that changed."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from data.exhibit import Exhibit
from data.exhibits import ALL, build
from data.view import View

COMPARED: dict[str, Exhibit] = {each.code: each for each in ALL if not each.row_per_enterprise}
"""The exhibits that are compared: all without a row per enterprise."""


@dataclass(frozen=True)
class Move:
    """A row of an exhibit before and after, each a frame of one row; None where the row does not exist."""

    exhibit: str
    before: pd.DataFrame | None
    after: pd.DataFrame | None


def published(view: View) -> dict[str, pd.DataFrame]:
    """The tables of the exhibits of :data:`COMPARED`."""
    return {code: build(view, code).table for code in COMPARED}


def moves(before: dict[str, pd.DataFrame], after: dict[str, pd.DataFrame]) -> Iterator[Move]:
    """All rows that are changed, new or removed, per exhibit: first in the order of `after`, then the removed rows."""
    for code, exhibit in COMPARED.items():
        old, new = (_rows_by_key(tables[code], exhibit.key) for tables in (before, after))
        for key, (values, position) in new.items():
            if key not in old:
                yield Move(code, None, after[code].iloc[[position]])
            elif old[key][0] != values:
                yield Move(code, before[code].iloc[[old[key][1]]], after[code].iloc[[position]])
        for key, (_values, position) in old.items():
            if key not in new:
                yield Move(code, before[code].iloc[[position]], None)


Values = tuple[Any, ...]


def _rows_by_key(table: pd.DataFrame, key: tuple[str, ...]) -> dict[Values, tuple[Values, int]]:
    """The values and the position of each row, by key. Every unknown value is None, so that two are equal."""
    plain = table.astype(object).where(table.notna(), None)
    names = list(plain.columns)
    key_columns = [names.index(name) for name in key]
    rows = enumerate(plain.itertuples(index=False, name=None))
    return {tuple(row[at] for at in key_columns): (row, position) for position, row in rows}
