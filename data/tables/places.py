"""Enterprises per place and province, and per value of a filter."""

import numpy as np
import pandas as pd

from data import disclosure
from data.disclosure import Rule, Withheld
from data.engine import counts
from data.tables.counting import flags_of, member_flags
from data.view import View

REGION_COLUMNS = (
    "place", "name_en", "name_zh", "level", "province",
    "enterprises", "trained", "m1_completed", "modules_completed", "workers",
)  # fmt: skip
NOT_GIVEN = ("Place not given", "未注明地点")


PLACES = Rule(
    key=("place",),
    counts=("enterprises", "trained", "m1_completed", "completed", "workers_known", "workers_unknown"),
    rests={
        "modules_completed": ("completed",),
        "workers": ("workers_known",),
        "workers_unknown": ("workers_known", "workers_unknown"),
    },
)


def _groups(view: View) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Counts of the provinces and of what lies in none, and what is withheld of them."""
    if "groups" not in view.built:
        frame = _grouped(view)
        flags = flags_of(view, frame, _grouped, PLACES)
        flags[np.fromiter((view.tells("place", code) for code in flags.index), bool)] = True
        numbers = disclosure.counts_of(frame, PLACES)
        flags = disclosure.spread(flags, numbers, view.members("place").group_order, view.threshold or 0)
        view.built["groups"] = frame, flags
    found: tuple[pd.DataFrame, pd.DataFrame] = view.built["groups"]
    return found


def _grouped(view: View) -> pd.DataFrame:
    """Counts per province, and per place that lies in none."""
    return counts.place_counts(view.facts, view.members("place").group_of)


def provinces(view: View) -> pd.DataFrame:
    """Counts per province with everything below it: place, and the columns of :data:`REGION_COLUMNS` that count."""
    if view.threshold:
        frame = _by_size(disclosure.withhold(_groups(view)[0], PLACES, _groups(view)[1], view.threshold))
    else:
        frame = _grouped(view)
    known = {view.catalogue.province(code) for code in view.catalogue.place} - {None}
    return frame[frame["place"].isin(known)].reset_index(drop=True)


def _by_size(frame: pd.DataFrame) -> pd.DataFrame:
    """Places by what is shown of their size: the order by their true size would tell it."""
    by_code = frame.sort_values("place", na_position="last")
    return by_code.sort_values("enterprises", ascending=False, na_position="last", kind="stable", ignore_index=True)


def _place_counts(view: View) -> pd.DataFrame:
    return counts.place_counts(view.facts)


def regions(view: View) -> pd.DataFrame:
    frame = _place_counts(view)
    if view.threshold:
        flags = flags_of(view, frame, _place_counts, PLACES)
        flags[np.fromiter((view.tells("place", code, exactly=True) for code in flags.index), bool)] = True
        numbers = disclosure.counts_of(frame, PLACES)
        flags = disclosure.spread_values(flags, numbers, view.members("place"), _groups(view)[1], view.threshold)
        frame = _by_size(disclosure.withhold(frame, PLACES, flags, view.threshold))
    entries = [view.catalogue.place.get(code) for code in frame["place"]]
    frame["name_en"] = [entry.name_en if entry else NOT_GIVEN[0] for entry in entries]
    frame["name_zh"] = [entry.name_zh if entry else NOT_GIVEN[1] for entry in entries]
    frame["level"] = [entry.columns["level"] if entry else None for entry in entries]
    frame["province"] = [view.catalogue.province(code) for code in frame["place"]]
    return frame[[*REGION_COLUMNS, "workers_unknown"]]


def option_counts(view: View, dimension: str) -> dict[str, int | None]:
    """Enterprises per code of one filter under the others, as the filter offers them; None where that is withheld."""
    others = view.with_filters(view.filters.without(dimension))
    if others.refusal:
        return dict.fromkeys(view.visible(dimension))

    def question(asked: View) -> pd.DataFrame:
        return _option_counts(asked, dimension)

    frame = question(others)
    if view.threshold:
        rule = Rule(key=("code",), counts=("enterprises",))
        flags = flags_of(others, frame, question, rule)
        phases = None
        if dimension == "round":
            of_phase = _option_counts(others, "phase")
            phases = disclosure.flagged(of_phase, rule, view.threshold), disclosure.counts_of(of_phase, rule)
        flags = member_flags(others, dimension, flags, disclosure.counts_of(frame, rule), phases)
        frame = disclosure.withhold(frame, rule, flags, view.threshold)
    offered = dict(zip(frame["code"], frame["enterprises"], strict=True))
    return {str(code): None if isinstance(n, Withheld) else int(n) for code, n in offered.items()}


def _option_counts(view: View, dimension: str) -> pd.DataFrame:
    lines = view.lines(dimension) if dimension in {"partner", "place"} else {}
    return counts.option_counts(view.facts, dimension, lines)
