"""Coverage of the results: trained enterprises with any result and with a pair, per partner, sector and round."""

import math

import numpy as np
import pandas as pd

from data.columns import Count, Key, Share
from data.engine import group_counts, measures
from data.engine.facts import NONE
from data.exhibit import Exhibit
from data.rests_on import TRAININGS_AND_RESULTS
from data.view import View


def numbers(view: View) -> pd.DataFrame:
    """One row per group; ``trained_reported`` counts the trained enterprises with any result."""
    frame = group_counts.coverage_counts(view.facts, view.lines("partner"))
    if frame.empty:
        frame.loc[0] = {"group_kind": "total", "group": "", **dict.fromkeys(frame.columns[2:], 0)}
    if view.threshold:
        there = {kind: _in_scope(view, kind) for kind in ("partner", "sector", "round")} | {"total": {""}}
        groups = zip(frame["group_kind"], frame["group"], strict=True)
        frame = frame[np.array([group in there[kind] for kind, group in groups], bool)]
    frame = frame.assign(reported_share=measures.ratio(frame["trained_reported"], frame["trained"], view.share))
    kind_order = {kind: at for at, kind in enumerate(("total", "partner", "sector", "round"))}
    code_order = {
        kind: {code: at for at, code in enumerate(view.catalogue.table(kind))}
        for kind in ("partner", "sector", "round")
    }
    sort_keys = [
        (kind_order[kind], code_order.get(kind, {}).get(group, math.inf))
        for kind, group in zip(frame["group_kind"], frame["group"], strict=True)
    ]
    return frame.iloc[sorted(range(len(frame)), key=sort_keys.__getitem__)].reset_index(drop=True)


def _in_scope(view: View, kind: str) -> set[str | None]:
    """The groups of a kind with an enterprise in the viewer's scope. The rows do not depend on the filters."""
    groups: set[str | None] = set(view.visible(kind))
    sectors = view.scope.record.enrolments.sector[view.scope.enrolments]
    return groups | {None} if (sectors == NONE).any() else groups


EXHIBIT = Exhibit(
    code="coverage",
    columns=(
        Key("group_kind"),
        Key("group"),
        Count("trained"),
        Count("reported"),
        Count("paired"),
        Share("reported_share"),
        Count("enterprises", exported=False),
        Count("trained_reported", exported=False),
    ),
    numbers=numbers,
    rests_on=TRAININGS_AND_RESULTS,
)
