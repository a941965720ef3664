"""What enterprises reported before and after."""

import pandas as pd

from data import measures, queries, tally
from data.disclosure import Rule
from data.tables.counting import by_enterprise, counted, most_rows
from data.view import View


def paired(view: View, indicator: str | None = None) -> pd.DataFrame:
    """The pairs with their change and verdict, of one indicator or of all."""
    better = {code: entry.columns["better"] for code, entry in view.catalogue.indicator.items()}
    pairs = queries.paired_results(view.connection, view.of, indicator, limit=most_rows(view))
    pairs = measures.with_change(pairs, better)
    order = {code: at for at, code in enumerate(view.catalogue.indicator)}
    listed = pairs.sort_values(
        ["indicator", "enterprise"], key=lambda column: column.map(order) if column.name == "indicator" else column
    )
    return by_enterprise(view, listed)


def beside(view: View, indicator: str | None = None) -> pd.DataFrame:
    """The result rows that are no pairs: bounds, changes without levels, counts and single levels."""
    limit = 0 if view.refusal else most_rows(view)
    return by_enterprise(view, queries.other_facts(view.connection, view.of, indicator, limit=limit))


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


def _changes(view: View) -> pd.DataFrame:
    """One row an indicator with a result, with the counts that a practice's own counts give away."""
    indicators = view.catalogue.indicator
    pairs = tally.pair_levels(view)
    others = tally.other_fact_counts(view).set_index("indicator")
    groups = dict(list(pairs.groupby("indicator", sort=False)))
    rows = []
    for code, entry in indicators.items():
        if code in others.index:
            unit, better = entry.columns["unit"], entry.columns["better"]
            of = groups.get(code, pairs.iloc[:0])
            numbers = measures.change(of, unit=unit, better=better)
            row = {"indicator": code, "unit": unit, "better": better, **vars(numbers)}
            rows.append(row | others.loc[code].astype(int).to_dict())
    columns = ["indicator", "unit", "better", *measures.Change.__dataclass_fields__, "other_facts", "other_enterprises"]
    frame = pd.DataFrame(rows, columns=columns)
    n = frame["pairs"].astype(float)
    had, has, lost = (frame[name].astype(float) for name in ("had_before", "had_after", "lost"))
    kept = had - lost
    return frame.assign(lacked_before=n - had, lacked_after=n - has, kept=kept, never_had=n - has - lost)


def change(view: View) -> pd.DataFrame:
    frame = counted(view, _changes, CHANGE)
    return frame.drop(columns=["other_enterprises", *_PRACTICE_REST])
