"""What enterprises reported before and after."""

from typing import Any

import numpy as np
import pandas as pd

from data import measures
from data.disclosure import Rule
from data.engine import pairs
from data.tables.counting import by_enterprise, counted
from data.view import View

_PAIR = (
    "enterprise", "indicator", "before", "before_on", "after", "after_on", "round", "module", "source", "months",
    "verified", "date_precision", "change", "relative_change", "verdict",
)  # fmt: skip


def paired(view: View, indicator: str | None = None) -> pd.DataFrame:
    """The pairs with their change and verdict, of one indicator or of all."""
    if view.threshold:
        return pd.DataFrame(columns=_PAIR, dtype=object)
    better = {code: entry.columns["better"] for code, entry in view.catalogue.indicator.items()}
    judged = measures.with_change(pairs.pair_rows(view.facts, indicator), better)
    order = {code: at for at, code in enumerate(view.catalogue.indicator)}
    listed = judged.sort_values(
        ["indicator", "enterprise"], key=lambda column: column.map(order) if column.name == "indicator" else column
    )
    return by_enterprise(view, listed)


def beside(view: View, indicator: str | None = None) -> pd.DataFrame:
    """The result rows that are no pairs: bounds, changes without levels, counts and single levels."""
    return by_enterprise(view, pairs.other_rows(view.facts, indicator))


_VERDICTS = ("better_count", "same_count", "worse_count")
_PRACTICE = ("had_before", "had_after", "gained", "lost")
_PRACTICE_REST = ("lacked_before", "lacked_after", "kept", "never_had")
_MIDDLE = (
    "median_before", "median_after", "median_change", "change_low", "change_high", "median_relative_change",
)  # fmt: skip
CHANGE = Rule(
    key=("indicator",),
    counts=("pairs", *_VERDICTS, *_PRACTICE, *_PRACTICE_REST, "other_enterprises"),
    rests={
        **dict.fromkeys(_MIDDLE, ("pairs",)),
        **dict.fromkeys(("better_share", "better_low", "better_high"), ("pairs", "better_count")),
        "other_facts": ("other_enterprises",),
    },
    parts=(("pairs", _VERDICTS),),
    down=("pairs",),
    within=(("pairs", (*_PRACTICE, *_PRACTICE_REST)),),
    together=((*_PRACTICE, *_PRACTICE_REST),),
)


_NO_LEVELS = np.zeros(0)


def _changes(view: View) -> pd.DataFrame:
    """One row an indicator with a result, with the counts that a practice's own counts give away."""
    indicators = view.catalogue.indicator
    levels = pairs.pair_levels(view.facts)
    others: dict[str, Any] = {row["indicator"]: row for row in pairs.other_fact_counts(view.facts).to_dict("records")}
    rows = []
    for code in indicators:
        if code in others:
            unit, better = (indicators[code].columns[name] for name in ("unit", "better"))
            numbers = measures.change_between(*levels.get(code, (_NO_LEVELS, _NO_LEVELS)), unit=unit, better=better)
            rows.append({"unit": unit, "better": better, **vars(numbers), **others[code]})
    columns = ["indicator", "unit", "better", *measures.Change.__dataclass_fields__, "other_facts", "other_enterprises"]
    frame = pd.DataFrame(rows, columns=columns)
    n = frame["pairs"].astype(float)
    had, has, lost = (frame[name].astype(float) for name in ("had_before", "had_after", "lost"))
    kept = had - lost
    return frame.assign(lacked_before=n - had, lacked_after=n - has, kept=kept, never_had=n - has - lost)


def change(view: View) -> pd.DataFrame:
    frame = counted(view, _changes, CHANGE)
    return frame.drop(columns=["other_enterprises", *_PRACTICE_REST])
