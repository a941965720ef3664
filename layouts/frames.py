"""Rows of a frame as dictionaries, values as they are: pandas makes plain numbers of withheld ones."""

from typing import Any

import pandas as pd


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Every row by column."""
    columns = [str(name) for name in frame.columns]
    values = (column.tolist() for _name, column in frame.items())
    return [dict(zip(columns, row, strict=True)) for row in zip(*values, strict=True)]
