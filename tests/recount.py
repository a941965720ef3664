"""The independent definition of every exhibit as code: counted in plain Python over lists of rows.

`docs/measures.md` defines the numbers in words and this module in code; `data/engine` only computes them quickly.
`test_recount.py` holds the product against it, `recount_lists.py` does the same for lists. It is slow and obvious on
purpose, is written from the text and the import format alone, and shares no line with `data/`; where it and the product
disagree, the text decides. A change of a number begins in the text and here. A programme is a dict from table name to
rows; a row is a dict of typed values in which a column left out, ``None`` and ``""`` all mean blank.

The parts: `recount_slice.py` (dates, filters, trainings), `recount_results.py` (before and after),
`recount_enterprises.py` (headlines, places, modules), `recount_groups.py` (groups and quarters), `recount_plans.py`
(targets, trainers, events, rounds).
"""

from collections.abc import Callable

from recount_enterprises import (
    breadth,
    journey,
    matrix,
    module_funnel,
    overview,
    published,
    reconciliation,
    regions,
    satisfaction,
)
from recount_groups import coverage
from recount_plans import capacity, events, framework, rounds, targets
from recount_results import change, pairs
from recount_slice import Asked, Row, Tables, asked

__all__ = ["EXHIBITS", "KEYS", "Asked", "Row", "Tables", "asked"]

EXHIBITS: dict[str, Callable[..., list[Row]]] = {
    "overview": overview,
    "reconciliation": reconciliation,
    "regions": regions,
    "module-funnel": module_funnel,
    "journey": journey,
    "breadth": breadth,
    "matrix": matrix,
    "satisfaction": satisfaction,
    "change": change,
    "pairs": pairs,
    "coverage": coverage,
    "targets": targets,
    "framework": framework,
    "capacity": capacity,
    "events": events,
    "rounds": rounds,
    "published": published,
}
"""The exhibits of a selection. `compare` and `trend` also need what is compared or followed."""

KEYS: dict[str, tuple[str, ...]] = {
    "overview": ("headline",),
    "reconciliation": ("headline", "figure"),
    "regions": ("place",),
    "module-funnel": ("module",),
    "journey": ("stage",),
    "breadth": ("modules_at_least",),
    "matrix": ("enterprise", "module"),
    "satisfaction": ("module",),
    "change": ("indicator",),
    "pairs": ("enterprise", "indicator"),
    "coverage": ("group_kind", "group"),
    "compare": ("group_kind", "group", "measure"),
    "trend": ("quarter", "measure"),
    "targets": ("indicator", "place", "due_on", "scope"),
    "framework": ("indicator", "place", "due_on", "scope"),
    "capacity": ("module", "level"),
    "events": ("event",),
    "rounds": ("round",),
    "published": ("figure",),
}
