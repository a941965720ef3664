"""How much of what was trained was reported: the line under every exhibit, and the exhibit `coverage`."""

import math
from dataclasses import dataclass

import pandas as pd

from data import measures
from data.engine import group_counts
from data.engine.facts import NONE
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
    """The coverage line every exhibit of a view carries."""
    totals = group_counts.coverage_totals(view.facts)
    rounding = view.disclosure.rounding if view.disclosure else None
    if rounding is None:
        return Coverage(**totals)
    pairs = total_marked(totals.pop("pairs"), rounding, len(view.catalogue.indicator))
    return Coverage(pairs, **{name: marked(n, rounding) for name, n in totals.items()})


def coverage(view: View) -> pd.DataFrame:
    frame = group_counts.coverage_counts(view.facts, view.lines("partner"))
    if frame.empty:
        frame.loc[0] = {"group_kind": "total", "group": "", **dict.fromkeys(frame.columns[2:], 0)}
    if view.threshold:
        frame = frame[[_in_scope(view, *each) for each in zip(frame["group_kind"], frame["group"], strict=True)]]
    frame = frame.assign(reported_share=measures.ratio(frame["trained_reported"], frame["trained"], view.share))
    kinds = {kind: at for at, kind in enumerate(("total", "partner", "sector", "round"))}
    order = {
        kind: {code: at for at, code in enumerate(view.catalogue.table(kind))}
        for kind in ("partner", "sector", "round")
    }
    place = [
        (kinds[kind], order.get(kind, {}).get(group, math.inf))
        for kind, group in zip(frame["group_kind"], frame["group"], strict=True)
    ]
    return frame.iloc[sorted(range(len(frame)), key=place.__getitem__)].reset_index(drop=True)


def _in_scope(view: View, kind: str, group: str | None) -> bool:
    """Has the viewer's scope an enterprise in a group? Rows are those of the scope, whatever is filtered."""
    if kind == "total":
        return True
    if group is None:
        sectors = view.scope.record.enrolments.sector[view.scope.enrolments]
        return bool((sectors == NONE).any())
    return group in view.visible(kind)
