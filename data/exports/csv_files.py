"""Tables as CSV: a header row, a blank for no value, shares with six significant digits."""

import csv
import io
import math
from collections.abc import Collection, Sequence
from typing import Any

import pandas as pd

from data.columns import Holds
from data.engine.precision import written
from data.exhibit import BuiltExhibit
from data.exhibits import EXHIBITS
from data.privacy.shown import Withheld
from data.storage.schema import precision_of

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
"""First characters of a text that a spreadsheet reads as a formula."""


def to_csv(exhibit: BuiltExhibit) -> str:
    """The exported columns of an exhibit. A text that a spreadsheet would read as a formula gets an apostrophe."""
    declared = EXHIBITS[exhibit.code]
    shares = {column.name for column in declared.columns if column.holds is Holds.SHARE}
    return csv_of(with_written_dates(exhibit.table, declared.exported), declared.exported, shares)


def with_written_dates(table: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """A table with its dates as the import format writes them: ``2014-09`` for a month, ``by 2014-09-30``."""
    texts = {name: _written(table[name], table[precision_of(name)]) for name in dated_columns(table, columns)}
    return table.assign(**texts)


def dated_columns(table: pd.DataFrame, columns: Sequence[str]) -> list[str]:
    """Those of some columns that have a column with the precision of their dates beside them."""
    return [name for name in columns if precision_of(name) in table.columns]


def _written(dates: "pd.Series[Any]", precisions: "pd.Series[Any]") -> "pd.Series[Any]":
    pairs = zip(dates, precisions, strict=True)
    texts = [None if blank(when) else written(when, precision) for when, precision in pairs]
    return pd.Series(texts, index=dates.index, dtype=object)


def csv_of(table: pd.DataFrame, columns: Sequence[str], shares: Collection[str] = ()) -> str:
    """Some columns of a table: `shares` with six significant digits, other numbers with twelve."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for row in table[list(columns)].itertuples(index=False):
        writer.writerow(_cell(value, share=name in shares) for name, value in zip(columns, row, strict=True))
    return text.getvalue()


def blank(value: Any) -> bool:
    """Is a cell without a value? A withheld value counts as a value."""
    if isinstance(value, Withheld):
        return False
    return value is None or (isinstance(value, float) and math.isnan(value)) or value is pd.NaT


def _cell(value: Any, *, share: bool) -> str:
    if isinstance(value, Withheld):
        return str(value)
    if blank(value):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}" if share else f"{value:.12g}"
    text = str(value)
    # A single sign is an operator of a bound and no formula. Numbers are no formulas either.
    is_formula = isinstance(value, str) and len(text) > 1 and text.startswith(FORMULA_SIGNS)
    return unbroken(f"'{text}" if is_formula else text)


def unbroken(text: str) -> str:
    """A text without carriage returns: Python's CSV writer does not quote them, and they would break the row."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
