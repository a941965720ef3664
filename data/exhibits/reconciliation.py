"""Recorded numbers beside published ones: one row per headline and published figure."""

import pandas as pd

from data.columns import Derived, Key, Text, Value, dated
from data.exhibit import Exhibit
from data.exhibits import published
from data.exhibits.overview import figures_of_headlines, recorded_headlines
from data.rests_on import RestsOn, of_table
from data.view import View


def numbers(view: View) -> pd.DataFrame:
    """One row per headline and published figure of the selection. Under a sector or module filter there are none."""
    recorded = recorded_headlines(view)
    rows = [
        {
            "headline": name,
            "recorded": recorded[name][0],
            "published": figure["value"],
            **{column: figure[column] for column in _OF_FIGURE},
        }
        for name, figures in figures_of_headlines(view).items()
        for figure in figures
    ]
    return pd.DataFrame(rows, columns=[column.name for column in EXHIBIT.columns], dtype=object)


_OF_FIGURE = ("figure", "operator", "as_of", "as_of_precision", "phase", "place", "source", "note")

EXHIBIT = Exhibit(
    code="reconciliation",
    slides=(),
    columns=(
        Key("headline"),
        Derived("recorded"),
        Key("figure"),
        Value("published"),
        Text("operator"),
        *dated("as_of"),
        Text("phase", of="phase"),
        Text("place", of="place"),
        Text("source", of="source"),
        Text("note"),
    ),
    numbers=numbers,
    rests_on=RestsOn(of_table, {"reported_figure": published.rows_behind}),
)
