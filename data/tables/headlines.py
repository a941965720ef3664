"""The headline figures."""

from functools import partial
from typing import Any

import pandas as pd

from data.engine import counts
from data.privacy.table import marked, total_marked
from data.view import View

COUNTS, TOTALS = frozenset({"enterprises", "trained", "workers_unknown"}), frozenset({"modules_completed"})
"""The headlines that count enterprises, and those that sum such counts over modules."""


def overview(view: View) -> pd.DataFrame:
    n = counts.overview_counts(view.facts)
    size = "employed by the trained enterprises whose size is known"
    heads = "participations; one person in two modules counts twice"
    gender = "participations of women, where they were counted"
    if not view.threshold:
        n = _told_apart(n)
        size = f"employed by the {n['trained'] - n['workers_unknown']} trained enterprises whose size is known"
        heads = f"{heads}; head counts of {n['trainings_with_head_count']} of {n['trainings']} trainings"
        gender = f"participations; women counted in {n['trainings_with_women']} of {n['trainings']} trainings"
    # Beside rounded counts, rounds, places and partners are those of everything the link covers: how many a filter
    # leaves would tell of single enterprises.
    reach = counts.reach_counts(view.scope if view.threshold else view.facts)
    # How many rounds there are in all is more than a link says.
    on_record = None if view.viewer.limited else reach["rounds_on_record"]
    rows: list[tuple[str, Any, Any, str]] = [
        ("enterprises", n["enterprises"], None, "distinct enterprises enrolled"),
        ("trained", n["trained"], n["enterprises"], "of the enterprises enrolled"),
        ("workers_reached", n["workers_reached"], None, size),
        ("workers_unknown", n["workers_unknown"], n["trained"], "trained enterprises whose size is unknown"),
        ("people_trained", n["people_trained"], None, heads),
        ("women_trained", n["women_trained"], n["people_trained"], gender),
        ("visits", n["visits"], n["visits_planned"], "in-factory visits, of planned"),
        ("modules_completed", n["modules_completed"], n["modules_planned"], "enterprise × module, of those planned"),
        ("rounds", reach["rounds"], on_record, "rounds with an enterprise on record, of the rounds on record"),
        ("places", reach["places"], None, "places with an enterprise"),
        ("partners", reach["partners"], None, "partners of these rounds, in any role"),
    ]
    if view.disclosure:
        rounding = view.disclosure.rounding
        in_all = partial(total_marked, terms=view.modules)
        marks = dict.fromkeys(COUNTS, marked) | dict.fromkeys(TOTALS, in_all)
        rows = [
            (name, *(marks[name](each, rounding) for each in (value, of)), note)
            if name in marks
            else (name, value, of, note)
            for name, value, of, note in rows
        ]
    return pd.DataFrame(rows, columns=["headline", "value", "of", "note"], dtype=object)


def _told_apart(n: dict[str, Any]) -> dict[str, Any]:
    """Sums as they are told: 0 over nothing, unknown where no term is known."""
    known = n["trained"] - n["workers_unknown"]
    started = n["trainings"]
    return n | {
        "workers_reached": _sum(n, "workers_reached", of=n["trained"], known=known),
        "people_trained": _sum(n, "people_trained", of=started, known=n["trainings_with_head_count"]),
        "women_trained": _sum(n, "women_trained", of=started, known=n["trainings_with_women"]),
        "visits": _sum(n, "visits", of=started, known=n["trainings_with_visits"]),
        "visits_planned": n.get("visits_planned") if n["modules_planned"] else 0,
    }


def _sum(counts: dict[str, int], name: str, *, of: int, known: int) -> int | None:
    """A sum over `of` terms of which `known` are known: 0 of nothing, unknown where none is known."""
    return counts.get(name, 0) if known or not of else None
