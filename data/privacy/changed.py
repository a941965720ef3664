"""The number of enterprises that changed from one edition to another.

A viewer of both editions could compare them. If few enterprises changed, the difference would show their facts. So a
link moves to a newer edition only if many enterprises changed.
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from pandas.util import hash_array, hash_pandas_object

from data.engine import trends
from data.engine.facts import NEVER, Array
from data.engine.slice import NOT_YET_DUE, SliceFacts


def changed_enterprises(before: SliceFacts, after: SliceFacts) -> int:
    """The number of enterprises that are new, are gone, or have a different enrolment, training or result.

    Both slices have the same scope, each with its own record and date. Everything is compared by code, so the order of
    the records does not matter.
    """
    old, new = _digests(before), _digests(after)
    return sum(old.get(code) != new.get(code) for code in old.keys() | new.keys())


def _digests(of: SliceFacts) -> dict[str, int]:
    """The visible facts of each enterprise of a slice, as one number."""
    total = np.zeros(len(of.record.enterprises), np.uint64)
    tables = (_enrolments(of), _trainings(of), _results(of))
    for at, (enterprises, rows) in enumerate(tables):
        # A sum does not depend on the order of the rows.
        np.add.at(total, enterprises, hash_pandas_object(rows.assign(table=at), index=False).to_numpy())
    return {of.record.enterprises[at]: int(total[at]) for at in np.flatnonzero(of.enterprises)}


def _coded(codes: Iterable[str], positions: Array) -> Array:
    """A number for the code at each position, the same in every record. A missing code has a number too."""
    return hash_array(np.array([*codes, ""], dtype=object), categorize=False)[positions]


def _seen(of: SliceFacts, values: Array, since: Array) -> Array:
    """The values that are seen on the slice's date; NaN for the others. `since` is the day from which each is seen."""
    return np.where(since <= of.day, values, np.nan)


def _reached(of: SliceFacts, days: Array) -> Array:
    """The days up to the slice's date; :data:`NEVER` for later ones."""
    return np.where(days <= of.day, days, NEVER)


def _dated(of: SliceFacts, days: Array, precisions: Array) -> Array:
    """The days up to the slice's date that tell a quarter; :data:`NEVER` for the others."""
    return np.where(np.isin(precisions, trends.DATED), _reached(of, days), NEVER)


def _enrolments(of: SliceFacts) -> tuple[Array, pd.DataFrame]:
    record, rows, at = of.record, of.record.enrolments, of.enrolments
    return rows.enterprise[at], pd.DataFrame(
        {
            "round": _coded(record.rounds, rows.round[at]),
            "sector": _coded(record.sectors, rows.sector[at]),
            "place": _coded(record.places, rows.place[at]),
            "recruited_on": rows.recruited_on[at],
            "baseline_on": _reached(of, rows.baseline_on[at]),
            "left_on": _reached(of, rows.left_on[at]),
            "first_on": _dated(of, rows.seen_from[at], rows.seen_by[at]),
        }
    )


def _trainings(of: SliceFacts) -> tuple[Array, pd.DataFrame]:
    record, rows, at = of.record, of.record.trainings, of.trainings
    rounds = record.enrolments.round[rows.enrolment[at]]
    days = ("workshop", "visit", "assessment", "completion", "dropped")
    people = ("managers", "workers", "women")
    return rows.enterprise[at], pd.DataFrame(
        {
            "round": _coded(record.rounds, rounds),
            "module": _coded(record.modules, rows.module[at]),
            "state": of.states,
            **{name: _reached(of, getattr(rows, name)[at]) for name in days},
            "first_on": _dated(of, rows.first[at], rows.first_by[at]),
            "completed_on": _dated(of, rows.completion[at], rows.completion_by[at]),
            # A due date is seen only in the number of those not yet due without one.
            "has_due_date": (of.states == NOT_YET_DUE) & (rows.due[at] != NEVER),
            **{name: np.where(of.started, getattr(rows, name)[at], np.nan) for name in people},
            "visits_planned": rows.visits_planned[at],
            "visits_done": _seen(of, rows.visits_done[at], rows.visits_seen[at]),
        }
    )


def _results(of: SliceFacts) -> tuple[Array, pd.DataFrame]:
    record, rows, at = of.record, of.record.results, of.results
    rounds = np.append(record.enrolments.round, -1)[rows.enrolment[at]]
    before_from, after_from, ended_from = rows.before_from[at], rows.after_from[at], rows.ended_from[at]
    return rows.enterprise[at], pd.DataFrame(
        {
            "round": _coded(record.rounds, rounds),
            "module": _coded(record.modules, rows.module[at]),
            "indicator": _coded(record.indicators, rows.indicator[at]),
            "before": _seen(of, rows.before[at], before_from),
            "after": _seen(of, rows.after[at], after_from),
            "change_percent": _seen(of, rows.change_percent[at], ended_from),
            "months": rows.months[at],
            "exact": rows.exact[at],
            "first_on": _dated(of, rows.seen_from[at], rows.seen_by[at]),
            "before_on": _reached(of, rows.before_on[at]),
            "before_first": _reached(of, rows.before_first[at]),
            "after_on": _reached(of, rows.after_on[at]),
            "after_last": _reached(of, rows.after_last[at]),
            "operator": rows.operator[at],
            "verified": rows.verified[at],
        }
    )
