"""The headline figures: enterprises, people, visits and modules of a selection, one row each."""

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
    """One row a headline: its number, what it is out of, and a code for what its reader must know."""
    n = counts.overview_counts(view.facts)
    if not view.threshold:
        n = _sums(n)
    # Beside rounded counts, rounds, places and partners are those of everything the link covers: the number that a
    # filter leaves would tell of single enterprises.
    reach = counts.reach_counts(view.scope if view.threshold else view.facts)
    # The number of all rounds is more than a link says.
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
        in_all = partial(total_marked, terms=view.modules)
        marks = dict.fromkeys(_COUNTS, marked) | dict.fromkeys(_TOTALS, in_all)
        rows = [
            (name, *(marks[name](each, rounding) for each in (value, of)), note)
            if name in marks
            else (name, value, of, note)
            for name, value, of, note in rows
        ]
    return pd.DataFrame(rows, columns=["headline", "value", "of", "note"], dtype=object)


def _sums(n: dict[str, Any]) -> dict[str, Any]:
    """Sums: 0 over nothing, unknown where no term is known."""
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


EXHIBIT = Exhibit(
    code="overview",
    # Counts and sums are rows of one column here: the rows are protected one by one, above.
    columns=(Key("headline"), Derived("value"), Derived("of"), Text("note")),
    numbers=numbers,
    rests_on=ENTERPRISES,
)
