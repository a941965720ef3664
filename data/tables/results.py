"""What enterprises reported before and after."""

from dataclasses import asdict

import pandas as pd

from data import measures, queries
from data.disclosure import Rule
from data.tables.counting import by_enterprise, counted
from data.view import View


def _paired(view: View, indicator: str | None = None) -> pd.DataFrame:
    better = {code: entry.columns["better"] for code, entry in view.catalogue.indicator.items()}
    pairs = measures.with_change(queries.paired_results(view.connection, view.of, indicator), better)
    order = {code: at for at, code in enumerate(view.catalogue.indicator)}
    return pairs.sort_values(
        ["indicator", "enterprise"], key=lambda column: column.map(order) if column.name == "indicator" else column
    )


def paired(view: View, indicator: str | None = None) -> pd.DataFrame:
    """The pairs with their change and verdict, of one indicator or of all."""
    return by_enterprise(view, _paired(view, indicator))


def beside(view: View, indicator: str | None = None) -> pd.DataFrame:
    """The result rows that are no pairs: bounds, changes without levels, counts and single levels."""
    if view.refusal:
        return queries.other_facts(view.connection, view.of, indicator).iloc[:0]
    return by_enterprise(view, queries.other_facts(view.connection, view.of, indicator))


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


def _change_numbers(view: View) -> pd.DataFrame:
    """One row an indicator with a result, with the counts that a practice's own counts give away."""
    pairs = _paired(view)
    others = queries.other_fact_counts(view.connection, view.of).set_index("indicator")
    rows = []
    for code, entry in view.catalogue.indicator.items():
        if code in others.index:
            unit, better = entry.columns["unit"], entry.columns["better"]
            numbers = measures.change(pairs[pairs["indicator"] == code], unit=unit, better=better)
            row = {"indicator": code, "unit": unit, "better": better, **asdict(numbers)}
            rows.append(row | others.loc[code].astype(int).to_dict())
    columns = ["indicator", "unit", "better", *measures.Change.__dataclass_fields__, "other_facts", "other_enterprises"]
    frame = pd.DataFrame(rows, columns=columns)
    n = frame["pairs"].astype(float)
    had, has, lost = (frame[name].astype(float) for name in ("had_before", "had_after", "lost"))
    kept = had - lost
    return frame.assign(lacked_before=n - had, lacked_after=n - has, kept=kept, never_had=n - has - lost)


def change(view: View) -> pd.DataFrame:
    frame = counted(view, _change_numbers, CHANGE)
    return frame.drop(columns=["other_enterprises", *_PRACTICE_REST])
