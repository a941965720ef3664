"""What enterprises reported before and after."""

import numpy as np
import pandas as pd

from data import measures
from data.engine import pairs
from data.privacy.rounding import Blurred
from data.tables.counting import by_enterprise
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


_NO_LEVELS = pairs.Levels(np.zeros(0, np.intp), np.zeros(0), np.zeros(0))


def change(view: View) -> pd.DataFrame:
    """One row an indicator with a result; for a reader with a threshold, with one in everything the link covers."""
    indicators = view.catalogue.indicator
    levels, others = pairs.pair_levels(view.facts), pairs.other_fact_counts(view.facts)
    reported = pairs.reported_indicators(view.scope if view.threshold else view.facts)
    rows = []
    for code in (code for code in indicators if code in reported):
        unit, better = (indicators[code].columns[name] for name in ("unit", "better"))
        enterprises, before, after = levels.get(code, _NO_LEVELS)
        by = Blurred(view.disclosure.rounding, enterprises) if view.disclosure else None
        numbers = measures.change_between(before, after, unit=unit, better=better, by=by)
        rows.append({"indicator": code, "unit": unit, "better": better, **vars(numbers)})
    frame = pd.DataFrame(rows, columns=["indicator", "unit", "better", *measures.Change.__dataclass_fields__])
    counts = [others[code] for code in frame["indicator"]]
    # As they are: pandas would make plain numbers of withheld ones.
    return frame.assign(other_facts=pd.Series(counts, dtype=object if view.threshold else int))
