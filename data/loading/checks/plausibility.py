"""Warnings about rows that are valid but may be wrong: outliers, large changes, gaps in the record."""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from statistics import fmean, median
from typing import Any

from data.loading.checks.remarks import LoadWarning, load_warning
from data.loading.checks.rules import Fact
from data.loading.checks.typed_rows import TypedRow
from data.vocabulary import YES_NO

FEWEST_PAIRS = 8
HIGHEST_SCORE = 3.5
_LARGE_CHANGE = 100


def modified_z_scores(changes: Sequence[float]) -> list[float]:
    """The distance of each change from the median, in median absolute deviations (0.6745 of them are one sigma).

    If more than half of the changes are equal, the median deviation is 0; the mean absolute deviation is used instead
    (Iglewicz and Hoaglin). If all changes are equal, every score is 0.
    """
    middle = median(changes)
    distances = [abs(change - middle) for change in changes]
    spread = median(distances) / 0.6745 or fmean(distances) * 1.253314
    return [distance / spread if spread else 0.0 for distance in distances]


def _change(values: Mapping[str, Any]) -> float | None:
    """The change from before to after; None if the row is not an exact pair."""
    if values["before"] is None or values["after"] is None or values["operator"] != "=":
        return None
    return float(values["after"]) - float(values["before"])


def _plain(number: float) -> str:
    return f"{number:.10g}"


class Outliers:
    """Finds pairs in a file that are far from the other pairs of their indicator, in the file or stored.

    Keeps in memory one number for each pair, and the row index of each pair of the file.
    """

    def __init__(self, units: Mapping[str, str]) -> None:
        self._units = units
        self._changes: dict[str, array[float]] = defaultdict(lambda: array("d"))
        self._indexes: dict[str, array[int]] = defaultdict(lambda: array("q"))

    def add(self, values: Mapping[str, Any], index: int) -> None:
        """Add a row of the file and its index in the sheet."""
        change, indicator = _change(values), values["indicator"]
        if change is not None and self._units.get(indicator) != YES_NO:
            self._changes[indicator].append(change)
            self._indexes[indicator].append(index)

    def add_stored(self, values: Mapping[str, Any]) -> None:
        """Add a stored row that the file does not change. Call this after all rows of the file are added."""
        change = _change(values)
        if change is not None and values["indicator"] in self._changes:
            self._changes[values["indicator"]].append(change)

    def find(self) -> Iterator[tuple[int, dict[str, object]]]:
        """The row index of every outlier, with the details of its warning."""
        for indicator, indexes in self._indexes.items():
            changes = self._changes[indicator]
            if len(changes) < FEWEST_PAIRS:
                continue
            middle = _plain(median(changes))
            # There may be more changes than indexes: stored rows come last and have no index.
            for index, change, score in zip(indexes, changes, modified_z_scores(changes), strict=False):
                if score > HIGHEST_SCORE:
                    yield index, {"change": _plain(change), "others": len(changes) - 1, "median": middle}


def outlier(typed: TypedRow, details: Mapping[str, object]) -> LoadWarning:
    """The warning about an outlier."""
    return load_warning(typed.spot("after", "before"), "outlier", **details)


def large_changes(facts: Iterable[Fact], units: Mapping[str, str]) -> Iterator[LoadWarning]:
    """Warnings about results that changed by more than 100 % of their first value."""
    for fact in facts:
        change, percent = _change(fact.values), fact.values["change_percent"]
        if change is not None and fact.values["before"] and units.get(fact.values["indicator"]) != YES_NO:
            percent = 100 * change / abs(fact.values["before"])
        if percent is not None and abs(percent) > _LARGE_CHANGE:
            spot = fact.typed.spot("change_percent" if change is None else "after", "before")
            yield load_warning(spot, "large-change", percent=_plain(percent))


def completed_without_visit(facts: Iterable[Fact]) -> Iterator[LoadWarning]:
    """Warnings about trainings that are completed without a recorded visit."""
    for fact in facts:
        if fact.values["completed_on"] is not None and not fact.values["visits_done"]:
            yield load_warning(fact.typed.spot("visits_done", "completed_on"), "no-visit")


def no_training(typed: TypedRow) -> LoadWarning:
    """The warning about a result whose enterprise has no training."""
    return load_warning(typed.spot("enterprise"), "no-training", enterprise=typed.values["enterprise"])
