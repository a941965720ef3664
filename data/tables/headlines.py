"""The headline figures."""

from typing import Any

import pandas as pd

from data.disclosure import Rule
from data.engine import counts
from data.tables.counting import counted
from data.view import View

_SUMS = ("people_trained", "women_trained", "visits", "visits_planned", "modules_completed", "modules_planned")
OVERVIEW = Rule(
    counts=("enterprises", "trained", "workers_unknown", "workers_known", *(f"{name}_enterprises" for name in _SUMS)),
    rests={
        "workers_reached": ("workers_known",),
        "workers_unknown": ("workers_known", "workers_unknown"),
        **{name: (f"{name}_enterprises",) for name in _SUMS},
    },
)


def _overview_counts(view: View) -> pd.DataFrame:
    """One row with every count a headline needs."""
    n = counts.overview_counts(view.facts)
    n = {"trainings": 0, "trainings_with_head_count": 0, "trainings_with_women": 0, "workers_unknown": 0} | n
    n["workers_known"] = n["trained"] - n["workers_unknown"]
    started, planned = n["trainings"], n["modules_planned"]
    sums = {
        "workers_reached": _sum(n, "workers_reached", of=n["trained"], known=n["workers_known"]),
        "people_trained": _sum(n, "people_trained", of=started, known=n["trainings_with_head_count"]),
        "women_trained": _sum(n, "women_trained", of=started, known=n["trainings_with_women"]),
        "visits": _sum(n, "visits", of=started, known=n["trainings_with_visits"]),
        "visits_planned": n.get("visits_planned") if planned else 0,
    }
    return pd.DataFrame([n | sums])


def overview(view: View) -> pd.DataFrame:
    n = counted(view, _overview_counts, OVERVIEW).iloc[0]
    started = n["trainings"]
    size = "employed by the trained enterprises whose size is known"
    heads = "participations; one person in two modules counts twice"
    gender = "participations of women, where they were counted"
    if not view.threshold:
        size = f"employed by the {n['workers_known']} trained enterprises whose size is known"
        heads = f"{heads}; head counts of {n['trainings_with_head_count']} of {started} trainings"
        gender = f"participations; women counted in {n['trainings_with_women']} of {started} trainings"
    # How many rounds there are in all is more than a link says.
    on_record = None if view.viewer.limited else n["rounds_on_record"]
    rows: list[tuple[str, Any, Any, str]] = [
        ("enterprises", n["enterprises"], None, "distinct enterprises enrolled"),
        ("trained", n["trained"], n["enterprises"], "of the enterprises enrolled"),
        ("workers_reached", n["workers_reached"], None, size),
        ("workers_unknown", n["workers_unknown"], n["trained"], "trained enterprises whose size is unknown"),
        ("people_trained", n["people_trained"], None, heads),
        ("women_trained", n["women_trained"], n["people_trained"], gender),
        ("visits", n["visits"], n["visits_planned"], "in-factory visits, of planned"),
        ("modules_completed", n["modules_completed"], n["modules_planned"], "enterprise × module, of those planned"),
        ("rounds", n["rounds"], on_record, "rounds with an enterprise on record, of the rounds on record"),
        ("places", n["places"], None, "places with an enterprise"),
        ("partners", n["partners"], None, "partners of these rounds, in any role"),
    ]
    return pd.DataFrame(rows, columns=["headline", "value", "of", "note"], dtype=object)


def _sum(counts: dict[str, int], name: str, *, of: int, known: int) -> int | None:
    """A sum over `of` terms of which `known` are known: 0 of nothing, unknown where none is known."""
    return counts.get(name, 0) if known or not of else None
