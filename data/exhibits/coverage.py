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
        groups = zip(frame["group_kind"], frame["group"], strict=True)
        frame = frame[np.array([_in_scope(view, *each) for each in groups], bool)]
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


def _in_scope(view: View, kind: str, group: str | None) -> bool:
    """Does the viewer's scope have an enterprise in the group? The rows do not depend on the filters."""
    if kind == "total":
        return True
    if group is None:
        sectors = view.scope.record.enrolments.sector[view.scope.enrolments]
        return bool((sectors == NONE).any())
    return group in view.visible(kind)


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
