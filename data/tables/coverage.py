"""How much of what was trained was reported: the line under every exhibit, and the exhibit `coverage`."""

import math
from dataclasses import dataclass

import pandas as pd

from data import disclosure, measures
from data.disclosure import Rule
from data.engine import groups
from data.tables.counting import counted, flags_of, member_flags
from data.view import View


@dataclass(frozen=True)
class Coverage:
    """Pairs, the enterprises they are ``paired`` from, and how many reported anything, were trained, are enrolled."""

    pairs: int = 0
    paired: int = 0
    reported: int = 0
    trained: int = 0
    enterprises: int = 0


COVERAGE = Rule(
    counts=("paired", "reported", "trained", "enterprises"),
    rests={"pairs": ("paired",)},
)  # fmt: skip


def coverage_line(view: View) -> Coverage:
    """The coverage line every exhibit of a view carries."""
    frame = counted(view, lambda asked: pd.DataFrame([groups.coverage_totals(asked.facts)]), COVERAGE)
    return Coverage(**frame.astype(object).iloc[0])  # plain numbers, and withheld ones as they are


GROUPS = Rule(
    key=("group_kind", "group"),
    counts=("enterprises", "trained", "reported", "trained_reported", "paired"),
    rests={"pairs": ("paired",)},
)


def _coverage_counts(view: View) -> pd.DataFrame:
    frame = groups.coverage_counts(view.facts, view.lines("partner"))
    if frame.empty:
        frame.loc[0] = {"group_kind": "total", "group": "", **dict.fromkeys(frame.columns[2:], 0)}
    return frame


def coverage(view: View) -> pd.DataFrame:
    frame = _coverage_counts(view)
    if view.threshold:
        flags = flags_of(view, frame, _coverage_counts, GROUPS)
        kind = flags.index.get_level_values(0)
        counts = disclosure.counts_of(frame, GROUPS)
        phases = flags[kind == "phase"].droplevel(0), counts[kind == "phase"].droplevel(0)
        for name in ("partner", "sector", "round"):
            of_kind, number = flags[kind == name].droplevel(0), counts[kind == name].droplevel(0)
            of_phases = phases if name == "round" else None
            flags[kind == name] = member_flags(view, name, of_kind, number, of_phases).to_numpy()
        frame = disclosure.withhold(frame, GROUPS, flags, view.threshold)
    frame = frame[frame["group_kind"] != "phase"]
    frame = frame.assign(reported_share=measures.ratio(frame["trained_reported"], frame["trained"]))
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
