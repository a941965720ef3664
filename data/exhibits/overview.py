"""The headline figures of a selection: enterprises, people, visits and modules, one row each."""

from typing import Any

import pandas as pd

from data.columns import Derived, Key, Text, Value, dated
from data.engine import counts
from data.exhibit import Exhibit
from data.exhibits import published
from data.rests_on import ENTERPRISES
from data.view import View
from data.vocabulary import HEADLINES

INDICATORS = {
    "trained": "enterprises-trained",
    "people_trained": "people-trained",
    "visits": "enterprise-visits",
    "workers_reached": "workers-employed",
}
"""The indicator of the published figures that stand beside a headline."""

_COUNTS = frozenset({"enterprises", "trained", "workers_unknown", "reported", "paired"})
_TOTALS = frozenset({"modules_completed", "overdue", "stale"})

ROUNDED = _COUNTS | _TOTALS
"""The headlines that are counts, or sums of counts: a threshold rounds them."""

REACH = frozenset({"rounds", "places", "partners"})
"""The headlines that are those of the viewer's whole scope under a threshold, whatever is filtered."""


def numbers(view: View) -> pd.DataFrame:
    """One row per headline: its number, the number it is out of, and the published figure that stands beside it."""
    recorded = recorded_headlines(view)
    figures = figures_of_headlines(view)
    rows = [
        {"headline": name, "value": value, "of": of, **published.beside(published.foremost(view, figures[name]))}
        for name, (value, of) in recorded.items()
    ]
    return pd.DataFrame(rows, columns=[column.name for column in EXHIBIT.columns], dtype=object)


def recorded_headlines(view: View) -> dict[str, tuple[Any, Any]]:
    """The number of each headline and the number it is out of (None: nothing), as the viewer may see them."""
    n = counts.overview_counts(view.facts)
    if not view.threshold:
        n = _with_sums(n)
    # Under a threshold, rounds, places and partners are those of the whole scope: their exact number under a filter
    # would reveal something about single enterprises.
    reach = counts.reach_counts(view.scope if view.threshold else view.facts, view.lines("partner"))
    # A viewer with a share link may not know the number of all rounds.
    of = {
        "trained": n["enterprises"],
        "workers_unknown": n["trained"],
        "women_trained": n["women_counted_in"],
        "visits": n["visits_planned"],
        **dict.fromkeys(("modules_completed", "overdue", "stale"), n["modules_due"]),
        **dict.fromkeys(("reported", "paired"), n["trained"]),
        "rounds": None if view.viewer.limited else reach["rounds_seen"],
    }
    headlines = {name: ({**n, **reach}[name], of.get(name)) for name in HEADLINES}
    terms = dict.fromkeys(_COUNTS, 1) | dict.fromkeys(_TOTALS, view.modules)
    for name, of_each in terms.items():
        value, whole = headlines[name]
        headlines[name] = view.told(value, of_each), view.told(whole, of_each)
    return headlines


def _with_sums(n: dict[str, Any]) -> dict[str, Any]:
    """The counts with their sums replaced by :func:`_sum`: 0 where there is no term, None where no term is known."""
    started = n["trainings"]
    return n | {
        "workers_reached": _sum(n, "workers_reached", n["trained"], n["trained"] - n["workers_unknown"]),
        "people_trained": _sum(n, "people_trained", started, n["trainings_with_heads"]),
        "women_trained": _sum(n, "women_trained", started, n["trainings_with_women"]),
        "women_counted_in": _sum(n, "women_counted_in", started, n["trainings_with_women"]),
        "visits": _sum(n, "visits", started, n["trainings_with_visits"]),
        "visits_planned": _sum(n, "visits_planned", started, n["trainings_with_planned_visits"]),
    }


def _sum(counts: dict[str, int], name: str, terms: int, known_terms: int) -> int | None:
    """A sum with `terms` terms, of which `known_terms` are known: 0 without terms, None where no term is known."""
    return counts.get(name, 0) if known_terms or not terms else None


def figures_of_headlines(view: View) -> dict[str, list[dict[str, Any]]]:
    """The published figures of each headline in the selection, in the order of :mod:`data.exhibits.published`."""
    rows = published.figures(view)
    return {name: [row for row in rows if row["indicator"] == INDICATORS.get(name)] for name in HEADLINES}


EXHIBIT = Exhibit(
    code="overview",
    # One column has both counts and sums, so `numbers` protects it row by row.
    columns=(
        Key("headline"),
        Derived("value"),
        Derived("of"),
        Value("published"),
        Text("published_operator"),
        *dated("published_on"),
        Text("published_source", of="source"),
    ),
    numbers=numbers,
    rests_on=ENTERPRISES,
)
