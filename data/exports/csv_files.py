"""Tables as CSV: a header, blanks where there is no value, shares to six significant digits."""

import csv
import io
import math
from collections.abc import Collection, Sequence
from typing import Any

import pandas as pd

from data.columns import Holds
from data.exhibit import BuiltExhibit
from data.exhibits import EXHIBITS
from data.privacy.shown import Withheld

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
"""The first characters of a text that a spreadsheet takes for a formula."""


def to_csv(exhibit: BuiltExhibit) -> str:
    """The exported columns of an exhibit. A text that a spreadsheet takes for a formula has an apostrophe before it."""
    declared = EXHIBITS[exhibit.code]
    shares = {column.name for column in declared.columns if column.holds is Holds.SHARE}
    return csv_of(exhibit.table, declared.exported, shares)


def csv_of(table: pd.DataFrame, columns: Sequence[str], shares: Collection[str] = ()) -> str:
    """Some columns of a table, `shares` to six digits and other numbers to twelve."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for row in table[list(columns)].itertuples(index=False):
        writer.writerow(_cell(value, share=name in shares) for name, value in zip(columns, row, strict=True))
    return text.getvalue()


def blank(value: Any) -> bool:
    """Is there no value in a cell? A withheld one is there."""
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
    # A sign alone is an operator, and no formula; numbers are none either.
    formula = isinstance(value, str) and len(text) > 1 and text.startswith(FORMULA_SIGNS)
    return unbroken(f"'{text}" if formula else text)


def unbroken(text: str) -> str:
    """A text as CSV can hold it: Python's writer leaves a carriage return bare, which breaks the row."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
