"""The coverage line under every exhibit: the number of trained enterprises, and of those that reported."""

from dataclasses import dataclass

from data.engine import group_counts
from data.privacy.table import marked, total_marked
from data.view import View


@dataclass(frozen=True)
class Coverage:
    """Number of pairs; number of enterprises with a pair, with any report, trained, and enrolled."""

    pairs: int = 0
    paired: int = 0
    reported: int = 0
    trained: int = 0
    enterprises: int = 0


def coverage_line(view: View) -> Coverage:
    """The coverage of a view; counted once per view."""
    if "coverage line" not in view.built:
        view.built["coverage line"] = _count(view)
    coverage: Coverage = view.built["coverage line"]
    return coverage


def _count(view: View) -> Coverage:
    totals = group_counts.coverage_totals(view.facts)
    rounding = view.disclosure.rounding if view.disclosure else None
    if rounding is None:
        return Coverage(**totals)
    pairs = total_marked(totals.pop("pairs"), rounding, len(view.catalogue.indicator))
    return Coverage(pairs, **{name: marked(n, rounding) for name, n in totals.items()})
