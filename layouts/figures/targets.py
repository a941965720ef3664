"""Targets and what was reached of them: a bar against the line of the target, numbers printed."""

from typing import Any

import pandas as pd

from layouts import theme
from layouts.frames import records
from layouts.programme import scope_name, target_brief, target_status, target_values
from layouts.theme import Figure
from layouts.words import Names, _, day, known, percent, wrapped

MOST_TARGETS = 40
LONGEST = 1.5
"""A bar ends here, whatever was reached beyond; the share stands beside it."""

_WIDTH = 46
_COLOURS = {
    "done": theme.AFTER,
    "in-progress": "#6aaed6",
    "late": theme.WORSE,
    "not-started": theme.SAME,
    "not-planned": theme.SAME,
    "unknown": theme.SAME,
}
_LATE = {
    "color": theme.WORSE,
    "pattern": {"shape": "/", "bgcolor": theme.WORSE, "fgcolor": "rgba(255,255,255,.6)", "size": 7},
}


def targets(frame: pd.DataFrame, names: Names, most: int = MOST_TARGETS, *, close: bool = False) -> Figure:
    """A bar a target, phase by phase; name and numbers stand above it, or beside it where bars must stand `close`."""
    rows = records(frame.tail(most))
    phases = [row["phase"] for row in rows]
    y: list[float] = []
    headings: list[dict[str, Any]] = []
    at = 0.0
    height = 50 if close else 86 + 36 * any("<br>" in wrapped(name(row, names), _WIDTH, 2) for row in rows)
    for n, row in enumerate(rows):
        if not close and len(set(phases)) > 1 and (not n or phases[n - 1] != row["phase"]):
            at += 0.5 if n else 0.1
            phase = names("phase", row["phase"]) if row["phase"] else _("In no phase on record")
            headings.append(theme.heading(f"<b>{phase}</b>", at) | {"y": at - 0.62})
        y.append(at)
        if not close:
            headings.append(_heading(row, at, names))
        at += 1
    return {
        "data": [
            _bars([(place, row) for place, row in zip(y, rows, strict=True) if row["status"] != "late"], close=close),
            _bars([(place, row) for place, row in zip(y, rows, strict=True) if row["status"] == "late"], close=close)
            | {"marker": _LATE},
            {
                "type": "scatter",
                "mode": "text",
                # Beyond the bar, and beyond the line of the target where there is one.
                "x": [_end(row) + 2 for row in rows],
                "y": y,
                "text": [_beside(row) if close else _share(row) for row in rows],
                "textposition": "middle right",
                "textfont": {"color": theme.INK},
                "hoverinfo": "skip",
                "cliponaxis": False,
            },
        ],
        "layout": theme.layout(
            int(height * max(at, 1)) + 30,
            barmode="overlay",
            xaxis=theme.hidden_axis(range=[0, 100 * LONGEST * (2.6 if close else 1.25)]),
            yaxis=theme.axis(
                range=[at - 0.5, -0.5],
                tickvals=y,
                ticktext=[wrapped(label(row, rows, names), 40, 2) for row in rows],
                showgrid=False,
            )
            if close
            else theme.hidden_axis(range=[at - 0.6, -0.95]),
            shapes=[
                {"type": "line", "x0": 100, "x1": 100, "y0": place - 0.19, "y1": place + 0.19, "layer": "above",
                 "line": {"color": theme.INK, "width": 2}}
                for place, row in zip(y, rows, strict=True)
                if row["attainment"] is not None
            ],
            annotations=headings,
            margin={"l": 8, "r": 8, "t": 8, "b": 8, "pad": 4 if close else 0},
        ),
    }  # fmt: skip


def _bars(rows: list[tuple[float, dict[str, Any]]], *, close: bool) -> dict[str, Any]:
    return {
        "type": "bar",
        "orientation": "h",
        "x": [_length(row) for _place, row in rows],
        "y": [place for place, _row in rows],
        "width": 0.5 if close else 0.24,
        "marker": {"color": [_COLOURS[row["status"]] for _place, row in rows]},
        "hoverinfo": "skip",
    }


def name(row: dict[str, Any], names: Names) -> str:
    """What is to be reached, with the modules it is about."""
    parts = (names("indicator", row["indicator"]), scope_name(row["scope"]))
    return " · ".join(part for part in parts if part)


def label(row: dict[str, Any], rows: list[dict[str, Any]], names: Names) -> str:
    """The name of a target with as much of its place and date as tells it from the others of `rows`."""
    same = [other for other in rows if name(other, names) == name(row, names)]
    told = [name(row, names)]
    if len({other["place"] for other in same}) > 1:
        told.append(names("place", row["place"]))
    if sum(other["place"] == row["place"] for other in same) > 1:
        told.append(day(row["due_on"], row["due_precision"]))
    return " · ".join(told)


def _length(row: dict[str, Any]) -> float:
    return min(theme.length(row["attainment"]), LONGEST) * 100


def _end(row: dict[str, Any]) -> float:
    return max(_length(row), 100 if known(row["attainment"]) else 0)


def _share(row: dict[str, Any]) -> str:
    return f"<b>{percent(row['attainment'])}</b>" if known(row["attainment"]) else ""


def _beside(row: dict[str, Any]) -> str:
    return "  ".join(part for part in (_share(row), target_brief(row)) if part)


def _heading(row: dict[str, Any], at: float, names: Names) -> dict[str, Any]:
    phase = [names("phase", row["phase"])] if row["phase"] else []
    due = _("due {date}", date=day(row["due_on"], row["due_precision"]))
    about = " · ".join([*phase, names("place", row["place"]), due])
    text = (
        f"<b>{wrapped(name(row, names), _WIDTH, 2)}</b><br>{target_status(row)} · {target_values(row)}"
        f"<br><span style='color:{theme.MUTED};font-size:13px'>{wrapped(about, 60, 1)}</span>"
    )
    return theme.heading(text, at) | {"y": at - 0.16, "yanchor": "bottom"}
