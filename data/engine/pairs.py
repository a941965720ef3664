"""The results of a slice: pairs of before and after, and the results outside of pairs."""

from datetime import date
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from data.engine.days import months
from data.engine.facts import NEVER, NONE, PRECISIONS, Array, Results, coded, runs
from data.engine.slice import SliceFacts
from data.storage.schema import OPERATORS

_VERIFIED = (False, True)


class Levels(NamedTuple):
    """The pairs of one indicator: enterprises, before and after, and the months between the two (NaN: not known)."""

    enterprise: Array
    before: Array
    after: Array
    months_between: Array


def pair_levels(of: SliceFacts) -> dict[str, Levels]:
    """The levels of the pairs by indicator, sorted by enterprise."""
    rows, (before, after, _key) = of.record.results, of.pairs
    indicators = rows.indicator[before]
    ends = np.searchsorted(indicators, np.arange(len(of.record.indicators) + 1))
    levels = rows.enterprise[before], rows.before_level[before], rows.after_level[after], _months(rows, before, after)
    return {
        code: Levels(*(each[begin:end] for each in levels))
        for code, begin, end in zip(of.record.indicators, ends, ends[1:], strict=False)
        if begin < end
    }


def _months(rows: Results, before: Array, after: Array) -> Array:
    """The calendar months between the last days of the dates of pairs; NaN for an unknown date, or one that is "by"."""
    by = PRECISIONS.index("by")
    unknown = (rows.before_last[before] == NEVER) | (rows.after_last[after] == NEVER)
    unknown |= (rows.before_by[before] == by) | (rows.after_by[after] == by)
    known = ~unknown
    between = np.full(len(before), np.nan)
    between[known] = months(rows.after_last[after[known]]) - months(rows.before_last[before[known]])
    return between


def pair_rows(of: SliceFacts, indicator: str | None = None) -> pd.DataFrame:
    """One row per pair (of one indicator, or of all), sorted by indicator and enterprise.

    Columns: enterprise, indicator, before, before_on, after, after_on, the precisions of both dates, per_month, round,
    module, source, verified. The last four come from the result row of the after. per_month: before and after are
    amounts per month.
    """
    rows = of.record.results
    first, last, _key = of.pairs
    if indicator is not None:
        chosen = rows.indicator[first] == of.record.indicators.index(indicator)
        first, last = first[chosen], last[chosen]
    return _frame(
        {
            "enterprise": coded(of.record.enterprises, rows.enterprise[first]),
            "indicator": coded(of.record.indicators, rows.indicator[first]),
            "before": rows.before_level[first],
            "before_on": _dates(rows.before_on[first]),
            "before_on_precision": _precisions(rows.before_by[first]),
            "after": rows.after_level[last],
            "after_on": _dates(rows.after_on[last]),
            "after_on_precision": _precisions(rows.after_by[last]),
            "per_month": of.record.per_month[rows.indicator[first]],
            **_about(of, last),
        }
    )


def other_rows(of: SliceFacts, indicator: str | None = None) -> pd.DataFrame:
    """Results outside of pairs (of one indicator, or of all): bounds, changes without levels, single levels.

    Columns as :func:`result_rows`.
    """
    at = of.other_results
    if indicator is not None:
        at = at[of.record.results.indicator[at] == of.record.indicators.index(indicator)]
    return result_rows(of, at)


def result_rows(of: SliceFacts, at: Array) -> pd.DataFrame:
    """Some results of the slice, sorted by indicator, enterprise, round and module.

    Columns as :func:`pair_rows`, with change_percent, operator and months in place of per_month. A level, change or
    date after the as-of date is missing.
    """
    rows = of.record.results
    at = at[result_order(of, at)]

    def reached(days: Array, last: Array) -> Array:
        return _dates(np.where(last[at] <= of.day, days[at], NEVER))

    def precision(precisions: Array, last: Array) -> Array:
        return _precisions(np.where(last[at] <= of.day, precisions[at], NONE))

    def seen(values: Array, since: Array) -> Array:
        return np.where(since[at] <= of.day, values[at], np.nan)

    return _frame(
        {
            "enterprise": coded(of.record.enterprises, rows.enterprise[at]),
            "indicator": coded(of.record.indicators, rows.indicator[at]),
            "before": seen(rows.before, rows.before_from),
            "before_on": reached(rows.before_on, rows.before_last),
            "before_on_precision": precision(rows.before_by, rows.before_last),
            "after": seen(rows.after, rows.after_from),
            "after_on": reached(rows.after_on, rows.after_last),
            "after_on_precision": precision(rows.after_by, rows.after_last),
            "change_percent": seen(rows.change_percent, rows.ended_from),
            "operator": coded(OPERATORS, rows.operator[at]),
            "months": rows.months[at],
            **_about(of, at),
        }
    )


def results_since(of: SliceFacts, eve: date) -> pd.DataFrame:
    """The results of the slice whose after or change is seen after `eve`. Columns as :func:`result_rows`."""
    seen_from = of.record.results.ended_from[of.results]
    return result_rows(of, of.results[(seen_from > eve.toordinal()) & (seen_from <= of.day)])


def result_order(of: SliceFacts, at: Array) -> Array:
    """The order of some results by indicator, enterprise, round and module."""
    rows = of.record.results
    return np.lexsort((rows.module[at], _rounds(of, at), rows.group[at]))


def _about(of: SliceFacts, at: Array) -> dict[str, Array]:
    """The other columns of some results."""
    record, rows = of.record, of.record.results
    return {
        "round": coded(record.rounds, _rounds(of, at), ""),
        "module": coded(record.modules, rows.module[at], ""),
        "source": coded(record.sources, rows.source[at]),
        "verified": np.array([*_VERIFIED, None], dtype=object)[rows.verified[at]],
    }


def _rounds(of: SliceFacts, at: Array) -> Array:
    """The rounds of some results; :data:`NONE` for those without an enrolment."""
    rounds: Array = np.append(of.record.enrolments.round, np.int32(NONE))[of.record.results.enrolment[at]]
    return rounds


def _dates(days: Array) -> Array:
    """The days as dates; None for :data:`NEVER`."""
    known, at = np.unique(days, return_inverse=True)
    dates = [None if day == NEVER else date.fromordinal(day) for day in known.tolist()]
    return np.array(dates, dtype=object)[at]


def _precisions(positions: Array) -> Array:
    """The codes of some precisions; None where there is no date."""
    return coded(PRECISIONS, positions)


def _frame(columns: dict[str, Array]) -> pd.DataFrame:
    """A frame of the columns with their types: pandas would turn codes with None into texts with NaN."""
    return pd.DataFrame({name: pd.Series(values, dtype=values.dtype) for name, values in columns.items()})


def reported_indicators(of: SliceFacts) -> frozenset[str]:
    """The indicators with a result."""
    return frozenset(of.record.indicators[at] for at in np.unique(of.record.results.indicator[of.results]))


def other_fact_counts(of: SliceFacts) -> dict[str, Any]:
    """The number of results outside of pairs, by indicator."""
    rows, other = of.record.results, of.other_results
    indicators, indicator_count = rows.indicator[other], len(of.record.indicators)
    if of.rounding is None:
        counts = np.bincount(indicators, minlength=indicator_count)
        return dict(zip(of.record.indicators, map(int, counts), strict=True))
    first_of_group = other[runs(rows.group[other])]
    enterprises = of.tally(rows.enterprise[first_of_group], rows.indicator[first_of_group], indicator_count)
    factors = of.rounding.secrets.people[rows.enterprise[other]]
    totals = np.bincount(indicators, weights=factors, minlength=indicator_count)
    shown = (of.rounding.sum_to_base(*both) for both in zip(totals, enterprises, strict=True))
    return dict(zip(of.record.indicators, shown, strict=True))
