"""Rows of a frame as dictionaries, values as they are: pandas makes plain numbers of withheld ones."""

from typing import Any

import pandas as pd


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Every row by column."""
    columns = [str(name) for name in frame.columns]
    return [
        dict(zip(columns, values, strict=True))
        for values in zip(*(list(frame[name]) for name in frame.columns), strict=True)
    ]
