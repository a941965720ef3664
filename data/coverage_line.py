"""How much of what was trained was reported: the line under every exhibit."""

from dataclasses import dataclass

from data.engine import group_counts
from data.privacy.table import marked, total_marked
from data.view import View


@dataclass(frozen=True)
class Coverage:
    """Pairs, the enterprises they are ``paired`` from, and how many reported anything, were trained, are enrolled."""

    pairs: int = 0
    paired: int = 0
    reported: int = 0
    trained: int = 0
    enterprises: int = 0


def coverage_line(view: View) -> Coverage:
    """The coverage of a view; counted once a view."""
    if "coverage line" not in view.built:
        view.built["coverage line"] = _counted(view)
    coverage: Coverage = view.built["coverage line"]
    return coverage


def _counted(view: View) -> Coverage:
    totals = group_counts.coverage_totals(view.facts)
    rounding = view.disclosure.rounding if view.disclosure else None
    if rounding is None:
        return Coverage(**totals)
    pairs = total_marked(totals.pop("pairs"), rounding, len(view.catalogue.indicator))
    return Coverage(pairs, **{name: marked(n, rounding) for name, n in totals.items()})
