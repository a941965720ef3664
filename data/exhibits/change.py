"""The change between the results before and after, one row per indicator."""

import numpy as np
import pandas as pd

from data.columns import Count, Derived, Key, Share, Sum, Text
from data.engine import measures, pairs
from data.exhibit import Exhibit
from data.privacy.rounding import Blurred
from data.rests_on import RESULTS
from data.view import View

_NO_LEVELS = pairs.Levels(np.zeros(0, np.intp), np.zeros(0), np.zeros(0), np.zeros(0))


def numbers(view: View) -> pd.DataFrame:
    """One row per indicator with a result. Under a threshold, with a result anywhere in the scope of the link.

    ``per_month``: its amounts of money are per month.
    """
    indicators, record = view.catalogue.indicator, view.facts.record
    levels, others = pairs.pair_levels(view.facts), pairs.other_fact_counts(view.facts)
    reported = pairs.reported_indicators(view.scope if view.threshold else view.facts)
    per_month, rows = dict(zip(record.indicators, record.per_month.tolist(), strict=True)), []
    for code in (code for code in indicators if code in reported):
        unit, better = (indicators[code].columns[name] for name in ("unit", "better"))
        enterprises, before, after, months = levels.get(code, _NO_LEVELS)
        by = Blurred(view.disclosure.rounding, enterprises) if view.disclosure else None
        numbers = measures.change_between(before, after, unit=unit, better=better, by=by)
        rows.append(
            {"indicator": code, "unit": unit, "better": better, **vars(numbers), **measures.time_between(months, by)}
            | {"per_month": per_month[code]}
        )
    names = ("months_between", "months_between_n", "per_month")
    frame = pd.DataFrame(rows, columns=["indicator", "unit", "better", *measures.Change.__dataclass_fields__, *names])
    counts = [others[code] for code in frame["indicator"]]
    frame["majority"] = measures.majorities(frame["pairs"], frame["better_count"], frame["worse_count"])
    # dtype object: pandas would turn withheld numbers into plain ones.
    return frame.assign(other_facts=pd.Series(counts, dtype=object if view.threshold else int))


EXHIBIT = Exhibit(
    code="change",
    slides=("change", "practices"),
    columns=(
        Key("indicator", of="indicator"),
        Text("unit"),
        Text("better"),
        Count("pairs"),
        Derived("median_before"),
        Derived("median_after"),
        Derived("median_change"),
        Derived("change_low"),
        Derived("change_high"),
        Share("median_relative_change"),
        Count("better_count"),
        Count("same_count"),
        Count("worse_count"),
        Share("better_share"),
        Share("better_low"),
        Share("better_high"),
        Count("had_before"),
        Count("had_after"),
        Count("gained"),
        Count("lost"),
        Derived("months_between"),
        Count("months_between_n"),
        Sum("other_facts"),
        Text("majority", exported=False),
        Text("per_month", exported=False),
    ),
    numbers=numbers,
    rests_on=RESULTS,
)
