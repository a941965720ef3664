"""The headline figures of a selection: enterprises, people, visits and modules, one row each."""

from functools import partial
from typing import Any

import pandas as pd

from data.columns import Derived, Key, Text
from data.engine import counts
from data.exhibit import Exhibit
from data.privacy.table import marked, total_marked
from data.rests_on import ENTERPRISES
from data.view import View

_COUNTS, _TOTALS = frozenset({"enterprises", "trained", "workers_unknown"}), frozenset({"modules_completed"})


def numbers(view: View) -> pd.DataFrame:
    """One row per headline: its number, the number it is out of, and the code of a note."""
    n = counts.overview_counts(view.facts)
    if not view.threshold:
        n = _with_sums(n)
    # Under a threshold, rounds, places and partners are those of the whole scope: their exact number under a filter
    # would reveal something about single enterprises.
    reach = counts.reach_counts(view.scope if view.threshold else view.facts)
    # A viewer with a share link may not know the number of all rounds.
    on_record = None if view.viewer.limited else reach["rounds_on_record"]
    rows: list[tuple[str, Any, Any, str]] = [
        ("enterprises", n["enterprises"], None, "distinct"),
        ("trained", n["trained"], n["enterprises"], "of-enrolled"),
        ("workers_reached", n["workers_reached"], None, "size-known"),
        ("workers_unknown", n["workers_unknown"], n["trained"], "size-unknown"),
        ("people_trained", n["people_trained"], None, "participations"),
        ("women_trained", n["women_trained"], n["people_trained"], "women-counted"),
        ("visits", n["visits"], n["visits_planned"], "of-planned"),
        ("modules_completed", n["modules_completed"], n["modules_planned"], "enterprise-module"),
        ("rounds", reach["rounds"], on_record, "with-enterprise"),
        ("places", reach["places"], None, "with-enterprise"),
        ("partners", reach["partners"], None, "any-role"),
    ]
    if view.disclosure:
        rounding = view.disclosure.rounding
        mark_total = partial(total_marked, terms=view.modules)
        mark_by_name = dict.fromkeys(_COUNTS, marked) | dict.fromkeys(_TOTALS, mark_total)
        rows = [
            (name, *(mark_by_name[name](each, rounding) for each in (value, of)), note)
            if name in mark_by_name
            else (name, value, of, note)
            for name, value, of, note in rows
        ]
    return pd.DataFrame(rows, columns=["headline", "value", "of", "note"], dtype=object)


def _with_sums(n: dict[str, Any]) -> dict[str, Any]:
    """The counts with their sums replaced by :func:`_sum`: 0 where there is no term, None where no term is known."""
    known_sizes = n["trained"] - n["workers_unknown"]
    started = n["trainings"]
    return n | {
        "workers_reached": _sum(n, "workers_reached", terms=n["trained"], known_terms=known_sizes),
        "people_trained": _sum(n, "people_trained", terms=started, known_terms=n["trainings_with_head_count"]),
        "women_trained": _sum(n, "women_trained", terms=started, known_terms=n["trainings_with_women"]),
        "visits": _sum(n, "visits", terms=started, known_terms=n["trainings_with_visits"]),
        "visits_planned": n.get("visits_planned") if n["modules_planned"] else 0,
    }


def _sum(counts: dict[str, int], name: str, *, terms: int, known_terms: int) -> int | None:
    """A sum with `terms` terms, of which `known_terms` are known: 0 without terms, None where no term is known."""
    return counts.get(name, 0) if known_terms or not terms else None


EXHIBIT = Exhibit(
    code="overview",
    # One column has both counts and sums, so `numbers` protects it row by row.
    columns=(Key("headline"), Derived("value"), Derived("of"), Text("note")),
    numbers=numbers,
    rests_on=ENTERPRISES,
)
