"""The results framework as donors file it: one row per target with its baseline and what was reached."""

import pandas as pd

from data.columns import Holds, Key, Text, Value, dated
from data.exhibit import Exhibit
from data.exhibits import targets
from data.view import View


def numbers(view: View) -> pd.DataFrame:
    """One row per target. ``actual`` is what was reached on its day, or by now where the day is ahead or unreported."""
    table = targets.numbers(view).rename(columns={"told": "actual", "women": "target_women"})
    return table[[column.name for column in EXHIBIT.columns]]


EXHIBIT = Exhibit(
    code="framework",
    slides=(),
    columns=(
        Text("level"),
        Key("indicator", of="indicator"),
        Key("place", of="place"),
        Key("scope"),
        Value("baseline"),
        *dated("baseline_on"),
        Key("due_on", holds=Holds.DATE),
        Text("due_on_precision", exported=False),
        Value("target"),
        Value("target_women"),
        Value("actual"),
        Value("actual_women"),
        Text("source", of="source"),
        Text("comment_en"),
        Text("comment_zh"),
        Text("told_operator", exported=False),
        Text("actual_source", of="source", exported=False),
        Text("actual_figure", exported=False),
        Text("unit", exported=False),
    ),
    numbers=numbers,
    rests_on=targets.RESTS_ON,
)
