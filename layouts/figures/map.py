"""A map with filled provinces and places as points, drawn as SVG from the project's own boundary files."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from layouts import theme
from layouts.frames import records
from layouts.texts.code_words import metric_name
from layouts.theme import Figure
from layouts.words import is_about, labelled, number, unseen

METRICS = ("enterprises", "trained", "m1_completed", "modules_completed", "workers")


@dataclass(frozen=True)
class Ground:
    """The ground of a map: addresses of the boundary files, codes of their shapes, and the notice under the map.

    ``inset_bounds`` is (west, south, east, north) of the inset, in degrees of its own frame.
    """

    provinces: str
    inset: str
    province_codes: tuple[str, ...]
    inset_codes: tuple[str, ...]
    inset_bounds: tuple[float, float, float, float]
    notice: str


# The base layer of plotly is off, because it draws borders that are not ours.
_NO_BASE = {
    "visible": False,
    "showframe": False,
    "showland": False,
    "showcoastlines": False,
    "bgcolor": "rgba(0,0,0,0)",
}


def _fill(url: str, codes: list[str], values: list[float], **settings: Any) -> dict[str, Any]:
    base: dict[str, Any] = {
        "type": "choropleth",
        "geojson": url,
        "featureidkey": "properties.id",
        "locations": codes,
        "z": values,
        "showscale": False,
        "marker": {"line": {"color": "#8fa1b3", "width": 0.7}},
        "hoverinfo": "skip",
    }
    return base | settings


@dataclass(frozen=True)
class Room:
    """The limits of a map of some size: number of names, their distance, and the size of the largest point (pixels).

    ``apart`` is a factor on the distance between names. ``chosen``: places can be chosen by a click, so that each
    point carries its code.
    """

    names: int
    largest: int
    apart: float = 1.0
    chosen: bool = False


WIDE, HALF, SMALL = Room(14, 15, chosen=True), Room(4, 8, 2.2), Room(3, 9, 4.0)


def map_of(points: pd.DataFrame, provinces: pd.DataFrame, metric: str, ground: Ground, room: Room = WIDE) -> Figure:
    """Fills provinces by `metric`, draws places as points of different size, and names the largest places.

    `points`: place, name, latitude, longitude and the metric, one row per place with coordinates.
    `provinces`: place (the code in the boundary file), code (the code in the record), name, and the metric.
    """
    drawn = provinces[provinces["place"].isin(ground.province_codes)]
    known = drawn[drawn[metric] > 0]
    few = drawn[np.array([bool(unseen(value)) for value in drawn[metric]], bool)]
    empty = [code for code in ground.province_codes if code not in {*known["place"], *few["place"]}]
    top = float(known[metric].max()) if len(known) else 1.0
    name = metric_name(metric)
    west, south, east, north = ground.inset_bounds
    traces = [
        _fill(
            ground.provinces, empty, [0.0] * len(empty), colorscale=[[0, theme.NOTHING_HERE], [1, theme.NOTHING_HERE]]
        ),
        _fill(
            ground.inset,
            list(ground.inset_codes),
            [0.0] * len(ground.inset_codes),
            colorscale=[[0, "#9aa8b5"], [1, "#9aa8b5"]],
            marker={"line": {"color": "#9aa8b5", "width": 0.6}},
            geo="geo2",
        ),
        _fill(
            ground.provinces,
            known["place"].tolist(),
            known[metric].astype(float).tolist(),
            zmin=0,
            zmax=top,
            colorscale=theme.SCALE,
            hoverinfo=None,
            **({"customdata": known["code"].tolist()} if room.chosen else {}),
            text=known["name"].tolist(),
            hovertemplate="<b>%{text}</b><br>" + labelled(name, "%{z:,}") + "<extra></extra>",
        ),
    ]
    if any(is_about(value) for value in known[metric]):
        traces[-1] |= _hover_texts(known, metric, name)
    if len(few):
        flat = [[0, theme.FEW], [1, theme.FEW]]
        traces.append(
            _fill(ground.provinces, few["place"].tolist(), [0.0] * len(few), colorscale=flat, hoverinfo=None)
            | _hover_texts(few, metric, name)
        )
    shown = points[(points[metric] > 0) & points["latitude"].notna()].sort_values(metric, ascending=False)
    if len(shown):
        traces.append(_points(shown, metric, name, room))
    return {
        "data": traces,
        "layout": theme.layout(
            None,
            margin={"l": 0, "r": 0, "t": 0, "b": 0, "pad": 0},
            # Without these domains plotly would divide the area between the two maps.
            geo=_NO_BASE
            | {
                "domain": {"x": [0, 1], "y": [0, 1]},
                "projection": {"type": "conic equal area", "parallels": [25, 47], "rotation": {"lon": 105}},
                "lonaxis": {"range": [80, 130]},
                "lataxis": {"range": [17, 54.3]},
            },
            geo2=_NO_BASE
            | {
                "domain": {"x": [0.87, 0.99], "y": [0.02, 0.26]},
                "projection": {"type": "equirectangular"},
                "lonaxis": {"range": [west - 0.1, east + 0.1]},
                "lataxis": {"range": [south - 0.1, north + 0.1]},
            },
            clickmode="event",
        ),
    }


def _hover_texts(provinces: pd.DataFrame, metric: str, name: str) -> dict[str, Any]:
    """The hover texts of provinces whose numbers are rounded or withheld, written as everywhere else."""
    texts = [f"<b>{row['name']}</b><br>{labelled(name, number(row[metric]))}" for row in records(provinces)]
    return {"text": texts, "hovertemplate": "%{text}<extra></extra>"}


def _points(shown: pd.DataFrame, metric: str, name: str, room: Room) -> dict[str, Any]:
    top = float(shown[metric].max())
    named = _named_places(shown, room)
    rows = records(shown)
    texts = [f"<b>{row['name']}</b> {number(row[metric])}" if row["place"] in named else "" for row in rows]
    return {
        "type": "scattergeo",
        "mode": "markers+text",
        "lat": shown["latitude"].tolist(),
        "lon": shown["longitude"].tolist(),
        "text": texts,
        "textposition": [_side(row["latitude"], row["longitude"], room) for row in rows],
        # The white shadow keeps a name readable on a dark province.
        "textfont": {
            "size": 13,
            "color": theme.INK,
            "shadow": "0 0 3px #fff, 0 0 3px #fff, 0 0 4px #fff, 0 0 5px #fff",
        },
        **({"customdata": shown["place"].tolist()} if room.chosen else {}),
        "hovertext": [f"<b>{row['name']}</b><br>{labelled(name, number(row[metric]))}" for row in rows],
        "hoverinfo": "text",
        "marker": {
            "size": [6 + room.largest * (value / top) ** 0.5 for value in shown[metric].astype(float)],
            "color": "#e8a33d",
            "opacity": 0.92,
            "line": {"color": theme.INK, "width": 1},
        },
    }


def _side(latitude: float, longitude: float, room: Room) -> str:
    """The side of a point where its name is: left next to the inset and at the edge of a small map, else right."""
    near_inset, at_the_edge = latitude < 24 and longitude > 108, room is SMALL and longitude > 116  # noqa: PLR2004 - degrees
    return "middle left" if near_inset or at_the_edge else "middle right"


def _named_places(shown: pd.DataFrame, room: Room) -> set[str]:
    """The places to name, largest first, without names that would overlap.

    On a wide map a name takes about 1.1 degrees of latitude and 4.5 degrees of longitude.
    """
    named: list[tuple[str, float, float]] = []
    for row in records(shown):
        near = any(
            abs(row["latitude"] - latitude) < 1.1 * room.apart and abs(row["longitude"] - longitude) < 4.5 * room.apart
            for _place, latitude, longitude in named
        )
        if not near and len(named) < room.names:
            named.append((row["place"], row["latitude"], row["longitude"]))
    return {place for place, _latitude, _longitude in named}
