"""A measure over time: new and cumulative per quarter."""

import itertools
from typing import Any

import numpy as np
import pandas as pd

from data.columns import Derived, Key, Text
from data.engine import trends
from data.engine.slice import SliceFacts
from data.engine.trends import MEASURES, OVER_MODULES, QUARTERS, Firsts
from data.exhibit import Exhibit, Option
from data.rests_on import TRAININGS_AND_RESULTS
from data.view import View


def numbers(view: View, measure: str) -> pd.DataFrame:
    """One row per quarter, from the first of the measure to that of the date.

    A row without a quarter, the first, has those whose first fact has no date of its own, or none more precise than a
    year. Under a threshold that row is always there, the quarters are those of the viewer's scope, and ``new`` is told
    per year, in the last row of the year.
    """
    firsts = trends.firsts(view.facts, measure)
    quarters = _quarters_of_scope(view, measure) if view.threshold else firsts.quarters(view.of.as_of)
    terms = view.modules if measure == OVER_MODULES else 1
    rows: list[tuple[Any, ...]] = []
    if view.threshold or firsts.undated.any():
        rows.append((None, measure, view.told(_counted(view.facts, firsts, firsts.undated), terms), None))
    for quarter in quarters:
        new = view.told(_new(view, firsts, quarter, last=quarter == quarters[-1]), terms)
        cumulative = view.told(_counted(view.facts, firsts, firsts.by(quarter)), terms)
        rows.append((trends.written(quarter), measure, new, cumulative))
    return _frame(rows)


def _quarters_of_scope(view: View, measure: str) -> list[int]:
    """The quarters of the viewer's scope from the first with a shown number above 0.

    The quarter of the very first fact is that of a single enterprise.
    """
    firsts = trends.firsts(view.scope, measure)
    quarters = firsts.quarters(view.of.as_of)
    under = itertools.takewhile(lambda quarter: not _counted(view.scope, firsts, firsts.by(quarter)), quarters)
    return quarters[len(list(under)) :]


def _new(view: View, firsts: Firsts, quarter: int, *, last: bool) -> int | None:
    """The number that is new in a quarter; under a threshold in its year, and None before the last row of the year."""
    if not view.threshold:
        return _counted(view.facts, firsts, firsts.within(quarter, quarter))
    begin = quarter - quarter % QUARTERS
    if quarter < begin + QUARTERS - 1 and not last:
        return None
    return _counted(view.facts, firsts, firsts.within(begin, quarter))


def _counted(of: SliceFacts, firsts: Firsts, chosen: np.ndarray[Any, Any]) -> int:
    """The number of some first facts, each of an enterprise, or of an enterprise and a module."""
    many = len(of.record.modules) or 1
    return int(of.tally(firsts.enterprise[chosen], firsts.module[chosen], many).sum())


def _frame(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=[column.name for column in EXHIBIT.columns], dtype=object)


EXHIBIT = Exhibit(
    code="trend",
    slides=(),
    columns=(Key("quarter"), Text("measure"), Derived("new"), Derived("cumulative")),
    numbers=numbers,
    rests_on=TRAININGS_AND_RESULTS,
    options={"measure": Option(MEASURES[0], lambda _view: MEASURES)},
)
