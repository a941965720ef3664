"""The coverage line under every exhibit: the number of trained enterprises, and of those that reported."""

from dataclasses import dataclass

from data.engine import group_counts
from data.view import View


@dataclass(frozen=True)
class Coverage:
    """Number of pairs; number of enterprises with a pair, of these trained; with any report; trained; enrolled; and
    enrolled without a place.
    """

    pairs: int = 0
    paired: int = 0
    paired_of_trained: int = 0
    reported: int = 0
    trained: int = 0
    enterprises: int = 0
    without_place: int = 0


def coverage_line(view: View, indicator: str = "") -> Coverage:
    """The coverage of a view, of the results of one indicator or of all; counted once per view."""
    key = "coverage line", indicator
    if key not in view.built:
        view.built[key] = _count(view, indicator)
    coverage: Coverage = view.built[key]
    return coverage


def _count(view: View, indicator: str) -> Coverage:
    totals = group_counts.coverage_totals(view.facts, indicator or None)
    terms = {"pairs": 1 if indicator else len(view.catalogue.indicator)}
    return Coverage(**{name: view.told(n, terms.get(name, 1)) for name, n in totals.items()})
