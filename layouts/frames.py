"""Rows of a data frame as dictionaries, with unchanged values: pandas would turn withheld numbers into plain ones."""

from typing import Any

import pandas as pd


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame, each as a dictionary by column."""
    columns = [str(name) for name in frame.columns]
    values = (column.tolist() for _name, column in frame.items())
    return [dict(zip(columns, row, strict=True)) for row in zip(*values, strict=True)]
