"""The first fact of each enterprise for a measure, by the day from which it is seen."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from data.engine.days import joined, parted, quarters
from data.engine.facts import NEVER, PRECISIONS, Array
from data.engine.slice import SliceFacts

QUARTERS = 4
"""Quarters of a year."""

OVER_MODULES = "modules_completed"
"""The measure that is a sum over modules. The others count enterprises."""

MEASURES = ("enterprises", "trained", OVER_MODULES, "reported")
"""The measures with a trend."""

DATED = tuple(PRECISIONS.index(name) for name in ("day", "month"))
"""The precisions that tell a quarter."""


@dataclass(frozen=True)
class Firsts:
    """First facts, each of one ``enterprise`` and ``module`` (0 where the measure counts enterprises).

    ``quarter`` is the number of the quarter of each; ``undated`` marks those that have none: no date of their own, a
    year, or only the latest possible day.
    """

    enterprise: Array
    module: Array
    quarter: Array
    undated: Array

    def by(self, quarter: int) -> Array:
        """Marks the facts up to the end of a quarter."""
        mark: Array = ~self.undated & (self.quarter <= quarter)
        return mark

    def within(self, first: int, last: int) -> Array:
        """Marks the facts of some quarters."""
        mark: Array = self.by(last) & (self.quarter >= first)
        return mark

    def quarters(self, as_of: date) -> list[int]:
        """The quarters from that of the first fact to that of a date."""
        dated = self.quarter[~self.undated]
        last = int(quarters(np.array([as_of.toordinal()]))[0])
        return list(range(int(dated.min()), last + 1)) if len(dated) else []


def written(quarter: int) -> str:
    """A quarter as a text: ``2014-Q3``."""
    return f"{quarter // QUARTERS}-Q{quarter % QUARTERS + 1}"


def firsts(of: SliceFacts, measure: str) -> Firsts:
    """The earliest seen fact of each enterprise (and module) for one of :data:`MEASURES`."""
    record = of.record
    if measure == "enterprises":
        rows = of.enrolments
        table = record.enrolments
        return _first(table.enterprise[rows], None, joined(table.seen_from[rows], table.seen_by[rows]))
    trainings = record.trainings
    if measure == "trained":
        rows = of.trainings[of.started]
        return _first(trainings.enterprise[rows], None, joined(trainings.first[rows], trainings.first_by[rows]))
    if measure == OVER_MODULES:
        rows = of.trainings[trainings.completion[of.trainings] <= of.day]
        days = joined(trainings.completion[rows], trainings.completion_by[rows])
        return _first(trainings.enterprise[rows], trainings.module[rows], days)
    results = record.results
    rows = of.results[of.trained[results.enterprise[of.results]]]
    return _first(results.enterprise[rows], None, joined(results.seen_from[rows], results.seen_by[rows]))


def _first(enterprise: Array, module: Array | None, days: Array) -> Firsts:
    """The earliest of the `days` (as :func:`data.engine.days.joined`) per enterprise and module."""
    modules = np.zeros(len(enterprise), np.int64) if module is None else module.astype(np.int64)
    order = np.lexsort((days, modules, enterprise))
    enterprise, modules, days = enterprise[order], modules[order], days[order]
    changes = (np.diff(enterprise) != 0) | (np.diff(modules) != 0)
    first = np.flatnonzero(np.concatenate(([True] if len(order) else [], changes)))
    day, precision = parted(days[first])
    dated = np.isin(precision, DATED) & (day != NEVER)
    quarter = np.zeros(len(first), np.int64)
    quarter[dated] = quarters(day[dated])
    return Firsts(enterprise[first], modules[first], quarter, ~dated)
