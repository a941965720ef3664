"""What is worth a second look and yet no reason to refuse: outliers, large changes, gaps in the record."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from statistics import fmean, median
from typing import Any

from data.loading.findings import LoadWarning, load_warning
from data.loading.rules import Fact
from data.loading.stored import Key

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


def outliers(
    facts: Sequence[Fact], stored: Mapping[Key, Mapping[str, Any]], units: Mapping[str, str]
) -> list[LoadWarning]:
    """The pairs of the file that lie far from the others of their indicator, those stored included."""
    replaced = {fact.key for fact in facts}
    changes: dict[str, list[float]] = defaultdict(list)
    pairs: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        change = _change(fact.values)
        if change is not None and units.get(fact.values["indicator"]) != "yes-no":
            changes[fact.values["indicator"]].append(change)
            pairs[fact.values["indicator"]].append(fact)
    for key, row in stored.items():
        change = _change(row)
        if change is not None and key not in replaced and row["indicator"] in pairs:
            changes[row["indicator"]].append(change)
    return [
        load_warning(
            fact.typed.spot("after", "before"),
            "outlier",
            change=_plain(change),
            others=len(changes[indicator]) - 1,
            median=_plain(median(changes[indicator])),
        )
        for indicator, of_file in pairs.items()
        if len(changes[indicator]) >= FEWEST_PAIRS
        for fact, change, score in zip(of_file, changes[indicator], modified_z_scores(changes[indicator]), strict=False)
        if score > HIGHEST_SCORE
    ]


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


def results_without_training(facts: Iterable[Fact], trained: set[str]) -> Iterator[LoadWarning]:
    """The first result of every enterprise that has no training."""
    told: set[str] = set()
    for fact in facts:
        enterprise = fact.values["enterprise"]
        if enterprise not in trained and enterprise not in told:
            told.add(enterprise)
            yield load_warning(fact.typed.spot("enterprise"), "no-training", enterprise=enterprise)
