"""What is worth a second look and yet no reason to refuse: outliers, large changes, gaps in the record."""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from statistics import fmean, median
from typing import Any

from data.loading.checks.remarks import LoadWarning, load_warning
from data.loading.checks.rules import Fact
from data.loading.checks.typed_rows import TypedRow

FEWEST_PAIRS = 8
HIGHEST_SCORE = 3.5
_LARGE_CHANGE = 100


def modified_z_scores(changes: Sequence[float]) -> list[float]:
    """The distance of each change from the median, in median absolute deviations (0.6745 of them are one sigma).

    Where more than half of the changes are equal that deviation is 0, and the mean absolute deviation serves
    instead (Iglewicz and Hoaglin); where all are equal every score is 0.
    """
    middle = median(changes)
    distances = [abs(change - middle) for change in changes]
    spread = median(distances) / 0.6745 or fmean(distances) * 1.253314
    return [distance / spread if spread else 0.0 for distance in distances]


def _change(values: Mapping[str, Any]) -> float | None:
    """The change of a pair; None where the row is none."""
    if values["before"] is None or values["after"] is None or values["operator"] != "=":
        return None
    return float(values["after"]) - float(values["before"])


def _plain(number: float) -> str:
    return f"{number:.10g}"


class Outliers:
    """Finds the pairs of a file that lie far from the others of their indicator, those stored included.

    Holds a number a pair, and where it stands in the file.
    """

    def __init__(self, units: Mapping[str, str]) -> None:
        self._units = units
        self._changes: dict[str, array[float]] = defaultdict(lambda: array("d"))
        self._places: dict[str, array[int]] = defaultdict(lambda: array("q"))

    def add(self, values: Mapping[str, Any], place: int) -> None:
        """Take in a row of the file and its place there."""
        change, indicator = _change(values), values["indicator"]
        if change is not None and self._units.get(indicator) != "yes-no":
            self._changes[indicator].append(change)
            self._places[indicator].append(place)

    def add_stored(self, values: Mapping[str, Any]) -> None:
        """Take in a row that is stored and stays as it is, after those of the file."""
        change = _change(values)
        if change is not None and values["indicator"] in self._changes:
            self._changes[values["indicator"]].append(change)

    def found(self) -> Iterator[tuple[int, dict[str, object]]]:
        """The place of every outlier, and what is to be said of it."""
        for indicator, places in self._places.items():
            changes = self._changes[indicator]
            if len(changes) < FEWEST_PAIRS:
                continue
            middle = _plain(median(changes))
            # There may be more changes than places: those stored come after those of the file.
            for place, change, score in zip(places, changes, modified_z_scores(changes), strict=False):
                if score > HIGHEST_SCORE:
                    yield place, {"change": _plain(change), "others": len(changes) - 1, "median": middle}


def outlier(typed: TypedRow, details: Mapping[str, object]) -> LoadWarning:
    """The warning of an outlier."""
    return load_warning(typed.spot("after", "before"), "outlier", **details)


def large_changes(facts: Iterable[Fact], units: Mapping[str, str]) -> Iterator[LoadWarning]:
    """The results that changed by more than 100 % of where they began."""
    for fact in facts:
        change, percent = _change(fact.values), fact.values["change_percent"]
        if change is not None and fact.values["before"] and units.get(fact.values["indicator"]) != "yes-no":
            percent = 100 * change / abs(fact.values["before"])
        if percent is not None and abs(percent) > _LARGE_CHANGE:
            spot = fact.typed.spot("change_percent" if change is None else "after", "before")
            yield load_warning(spot, "large-change", percent=_plain(percent))


def completed_without_visit(facts: Iterable[Fact]) -> Iterator[LoadWarning]:
    """The trainings that are completed though no visit is on record."""
    for fact in facts:
        if fact.values["completed_on"] is not None and not fact.values["visits_done"]:
            yield load_warning(fact.typed.spot("visits_done", "completed_on"), "no-visit")


def no_training(typed: TypedRow) -> LoadWarning:
    """The warning of a result whose enterprise has no training."""
    return load_warning(typed.spot("enterprise"), "no-training", enterprise=typed.values["enterprise"])
