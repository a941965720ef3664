"""Pairs of a result before and a result after, one row per pair; and the results that are in no pair."""

import pandas as pd

from data.columns import Day, Holds, Key, Text, Value, dated
from data.engine import measures, pairs
from data.exhibit import Exhibit, Part
from data.exhibits import change
from data.privacy.aliases import by_enterprise
from data.rests_on import RESULTS
from data.view import View


def numbers(view: View, indicator: str = "") -> pd.DataFrame:
    """The pairs of one indicator ("": of all) with their change and verdict."""
    better, units = (
        {code: entry.columns[name] for code, entry in view.catalogue.indicator.items()} for name in ("better", "unit")
    )
    rows = measures.with_change(pairs.pair_rows(view.facts, indicator or None), better, units)
    order = {code: at for at, code in enumerate(view.catalogue.indicator)}
    sorted_rows = rows.sort_values(
        ["indicator", "enterprise"], key=lambda column: column.map(order) if column.name == "indicator" else column
    )
    return by_enterprise(view, sorted_rows)


def other_results(view: View, indicator: str = "") -> pd.DataFrame:
    """The result rows that are in no pair: bounds, changes without levels, counts and single levels."""
    return by_enterprise(view, pairs.other_rows(view.facts, indicator or None))


EXHIBIT = Exhibit(
    code="pairs",
    columns=(
        Key("enterprise", of="enterprise"),
        Key("indicator", of="indicator"),
        Value("before"),
        Value("after"),
        Value("change"),
        Value("relative_change", holds=Holds.SHARE),
        Text("verdict"),
        Text("round", of="round"),
        Text("module", of="module"),
        Text("source", of="source"),
        Day("before_on", exported=False),
        Text("before_on_precision", exported=False),
        Day("after_on", exported=False),
        Text("after_on_precision", exported=False),
        Text("verified", exported=False),
        Text("per_month", exported=False),
    ),
    numbers=numbers,
    rests_on=RESULTS,
    more={
        "change": change.EXHIBIT,
        "other-results": Part(
            columns=(
                Key("enterprise", of="enterprise"),
                Key("round", of="round"),
                Key("module", of="module"),
                Key("indicator", of="indicator"),
                Value("before"),
                *dated("before_on"),
                Value("after"),
                *dated("after_on"),
                Value("change_percent"),
                Text("operator"),
                Value("months"),
                Text("verified"),
                Text("source", of="source"),
            ),
            numbers=other_results,
            row_per_enterprise=True,
        ),
    },
    row_per_enterprise=True,
    by_indicator=True,
)
