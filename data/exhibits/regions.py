"""Enterprises per place, and per province with all places in it."""

import numpy as np
import pandas as pd

from data.columns import Count, Key, Sum, Text, Total, Value
from data.engine import counts
from data.exhibit import Exhibit, Part
from data.rests_on import ENTERPRISES
from data.view import View

_NOT_GIVEN = ("Place not given", "未注明地点")
_COUNTS = (
    Count("enterprises"),
    Count("trained"),
    Count("m1_completed"),
    Total("modules_completed"),
    Sum("workers"),
    Count("workers_unknown", exported=False),
)


def numbers(view: View) -> pd.DataFrame:
    """One row per place, the largest first; ``latitude`` and ``longitude`` in degrees (None: not on record)."""
    frame = _of_scope(view, counts.place_counts(view.facts), _places(view))
    entries = [view.catalogue.place.get(code) for code in frame["place"]]
    frame["name_en"] = [entry.name_en if entry else _NOT_GIVEN[0] for entry in entries]
    frame["name_zh"] = [entry.name_zh if entry else _NOT_GIVEN[1] for entry in entries]
    for name in ("level", "latitude", "longitude"):
        frame[name] = [entry.columns[name] if entry else None for entry in entries]
    frame["province"] = [view.catalogue.province(code) for code in frame["place"]]
    return frame


def provinces(view: View) -> pd.DataFrame:
    """One row per province with all places in it: place, and the counts of :func:`numbers`."""
    of_province = {code: province for code in view.catalogue.place if (province := view.catalogue.province(code))}
    frame = counts.place_counts(view.facts, of_province)
    in_scope = {of_province.get(code or "") for code in _places(view)}
    return _of_scope(view, frame[frame["place"].notna()], in_scope)


def _places(view: View) -> set[str | None]:
    """The places of the viewer's scope, with None where an enterprise has no place."""
    record = view.scope.record
    indexes = np.unique(record.enrolments.place[view.scope.enrolments])
    return {(*record.places, None)[index] for index in indexes}


def _of_scope(view: View, frame: pd.DataFrame, places: set[str | None]) -> pd.DataFrame:
    """Under a threshold: one row per place of the scope, sorted by the rounded number.

    Rows that appear and disappear with the filters would reveal something about single enterprises, and so would the
    order by the exact number.
    """
    if not view.threshold:
        return frame.reset_index(drop=True)
    known = view.catalogue.place
    rows = frame[np.array([place in places for place in frame["place"]], bool)]
    names = [(known[place].name_en or place) if place in known else "" for place in rows["place"]]
    order = sorted(range(len(rows)), key=lambda at: (-rows["enterprises"].iloc[at], not names[at], names[at]))
    return rows.iloc[order].reset_index(drop=True)


EXHIBIT = Exhibit(
    code="regions",
    columns=(
        Key("place", of="place"),
        Text("name_en"),
        Text("name_zh"),
        Text("level"),
        Text("province", of="place"),
        *_COUNTS,
        Value("latitude", exported=False),
        Value("longitude", exported=False),
    ),
    numbers=numbers,
    rests_on=ENTERPRISES,
    more={"provinces": Part(columns=(Key("place", of="place"), *_COUNTS), numbers=provinces)},
)
