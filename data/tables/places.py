"""Enterprises per place and province, and per value of a filter."""

from typing import Any

import numpy as np
import pandas as pd

from data.engine import counts
from data.privacy.table import marked
from data.view import View

REGION_COLUMNS = (
    "place", "name_en", "name_zh", "level", "province",
    "enterprises", "trained", "m1_completed", "modules_completed", "workers",
)  # fmt: skip
COUNTS, TOTALS = ("enterprises", "trained", "m1_completed", "workers_unknown"), ("modules_completed",)
NOT_GIVEN = ("Place not given", "未注明地点")


def provinces(view: View) -> pd.DataFrame:
    """Counts per province with everything below it: place, and the columns of :data:`REGION_COLUMNS` that count."""
    of_province = {code: province for code in view.catalogue.place if (province := view.catalogue.province(code))}
    frame = counts.place_counts(view.facts, of_province)
    there = {of_province.get(code or "") for code in _places(view)}
    return view.protected(_of_scope(view, frame[frame["place"].notna()], there), COUNTS, TOTALS)


def regions(view: View) -> pd.DataFrame:
    frame = _of_scope(view, counts.place_counts(view.facts), _places(view))
    entries = [view.catalogue.place.get(code) for code in frame["place"]]
    frame["name_en"] = [entry.name_en if entry else NOT_GIVEN[0] for entry in entries]
    frame["name_zh"] = [entry.name_zh if entry else NOT_GIVEN[1] for entry in entries]
    frame["level"] = [entry.columns["level"] if entry else None for entry in entries]
    frame["province"] = [view.catalogue.province(code) for code in frame["place"]]
    return frame[[*REGION_COLUMNS, "workers_unknown"]]


def _places(view: View) -> set[str | None]:
    """The places of the viewer's scope; None where an enterprise has none."""
    record = view.scope.record
    at = np.unique(record.enrolments.place[view.scope.enrolments])
    return {(*record.places, None)[each] for each in at}


def _of_scope(view: View, frame: pd.DataFrame, places: set[str | None]) -> pd.DataFrame:
    """For a reader with a threshold a row for each place of the scope, by what is shown: rows that came and went with
    the filters would tell of single enterprises, and so would the order by the true size.
    """
    if not view.threshold:
        return frame.reset_index(drop=True)
    known = view.catalogue.place
    rows = frame[[place in places for place in frame["place"]]]
    names = [(known[place].name_en or place) if place in known else "" for place in rows["place"]]
    order = sorted(range(len(rows)), key=lambda at: (-rows["enterprises"].iloc[at], not names[at], names[at]))
    return rows.iloc[order].reset_index(drop=True)


def option_counts(view: View, dimension: str) -> dict[str, int | None]:
    """Enterprises per code of one filter under the others, as the filter offers them; None where that is not shown.

    For a reader with a threshold the codes are those of the scope that may be chosen, whatever the other filters are.
    """
    others = view.with_filters(view.filters.without(dimension))
    lines = view.lines(dimension) if dimension in {"partner", "place"} else {}
    if not view.disclosure:
        found: dict[str, Any] = counts.option_counts(others.facts, dimension, lines)
        return {code: n for code, n in found.items() if n}
    offered = view.disclosure.offered(dimension, view.visible(dimension))
    if not others.shown:
        return dict.fromkeys(offered)
    found, rounding = counts.option_counts(others.facts, dimension, lines), view.disclosure.rounding
    return {code: marked(found.get(code, 0), rounding) for code in offered}
