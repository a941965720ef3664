"""The trainings of one enterprise in time, planned and held, one row per training."""

from datetime import date, timedelta
from typing import Any

import pandas as pd

from layouts import theme
from layouts.frames import records
from layouts.texts.code_words import STATE_SIGNS, state_name
from layouts.theme import Figure
from layouts.words import Names, _, day, known, labelled, number, wrapped

STEPS = ("due_on", "workshop_on", "assessed_on", "completed_on", "dropped_on")
_SYMBOLS = {
    "due_on": ("diamond-open", theme.MUTED),
    "workshop_on": ("circle", theme.STEPS[1]),
    "assessed_on": ("square", theme.STEPS[3]),
    "completed_on": ("star", theme.STATES["completed"]),
    "dropped_on": ("x", theme.STATES["dropped"]),
}
LINE_WIDTH = 70
"""Maximum number of Latin letters on a line of details of a training."""

MOST_TICKS = 8
"""Maximum number of labelled ticks on the time axis."""


def step_name(step: str) -> str:
    """The name of a date of a training."""
    return {
        "due_on": _("Planned for"),
        "workshop_on": _("Workshop"),
        "assessed_on": _("Assessed"),
        "completed_on": _("Completed"),
        "dropped_on": _("Dropped out"),
    }[step]


def timeline(frame: pd.DataFrame, as_of: date, names: Names) -> Figure | None:
    """One row per training: its dates as marks and in words, and the as-of date as a line. None without any date."""
    rows = records(frame)
    when = [row[step] for row in rows for step in STEPS if row[step]]
    if not when:
        return None
    traces: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "mode": "lines",
            "x": [x for row in rows for x in (*_span(row), None)],
            "y": [y for at, _row in enumerate(rows) for y in (at, at, None)],
            "line": {"color": theme.LINE, "width": 3},
            "hoverinfo": "skip",
            "showlegend": False,
        }
    ]
    for step, (symbol, colour) in _SYMBOLS.items():
        marked = [(row[step], at) for at, row in enumerate(rows) if row[step]]
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": step_name(step),
                "x": [x.isoformat() for x, _y in marked] or [None],
                "y": [y for _x, y in marked] or [None],
                "marker": {"symbol": symbol, "size": 13, "color": colour, "line": {"width": 2, "color": colour}},
                "hoverinfo": "skip",
                "cliponaxis": False,
            }
        )
    margin = max((max(when) - min(when)) * 0.04, timedelta(days=30))
    first, last = min(when) - margin, max(when) + margin
    months = next((n for n in (1, 2, 3, 6) if (last - first).days / 30 / n < MOST_TICKS), 12)
    return {
        "data": traces,
        "layout": theme.layout(
            96 * len(rows) + 110,
            showlegend=True,
            legend=theme.legend(),
            xaxis=theme.axis(
                type="date",
                range=[first.isoformat(), last.isoformat()],
                tickformat="%Y-%m",
                dtick=f"M{months}",
            ),
            yaxis=theme.hidden_axis(range=[len(rows) - 0.7, -0.9]),
            annotations=[_heading(row, at, names) for at, row in enumerate(rows)],
            shapes=[_line(as_of)] if first <= as_of <= last else [],
            margin={"l": 8, "r": 8, "t": 40, "b": 8, "pad": 0},
        ),
    }


def _line(as_of: date) -> dict[str, Any]:
    """The line at the as-of date. Everything to its right has not happened yet."""
    return {
        "type": "line",
        "x0": as_of.isoformat(),
        "x1": as_of.isoformat(),
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "layer": "below",
        "line": {"color": theme.MUTED, "width": 2, "dash": "dot"},
        "label": {"text": _("as of"), "textposition": "start", "textangle": 0, "xanchor": "right", "padding": 4},
    }


def _span(row: dict[str, Any]) -> tuple[str | None, str | None]:
    """From the first to the last date of a training."""
    when = [row[step] for step in STEPS if row[step]]
    return (min(when).isoformat(), max(when).isoformat()) if when else (None, None)


def _heading(row: dict[str, Any], at: float, names: Names) -> dict[str, Any]:
    state = f"{STATE_SIGNS[row['state']]} {training_state(row)}"
    title = f"<b>{wrapped(names('module', row['module']), 50, 1)}</b>  {names('round', row['round'])} · {state}"
    text_lines = "<br>".join(lines(details(row)))
    text = f"{title}<br><span style='color:{theme.MUTED};font-size:13px'>{text_lines}</span>"
    return theme.heading(text, at, across=True) | {"y": at - 0.12, "yanchor": "bottom"}


def training_state(row: dict[str, Any]) -> str:
    """The state of one training in words, and what is not on record of it."""
    missing = ""
    if row["stale"]:
        missing = _("no completion on record")
    elif row["state"] == "not-yet-due" and not row["due_on"]:
        missing = _("no due date on record")
    return f"{state_name(row['state'])} ({missing})" if missing else state_name(row["state"])


def lines(parts: list[str]) -> list[str]:
    """Joins parts into lines of at most :data:`LINE_WIDTH` letters. A part is never broken."""
    joined: list[str] = []
    for part in parts:
        line = f"{joined[-1]} · {part}" if joined else part
        # A Chinese character is as wide as two Latin letters.
        if joined and len(line) + sum(not letter.isascii() for letter in line) > LINE_WIDTH:
            joined.append(part)
        else:
            joined[-1:] = [line]
    return joined


def details(row: dict[str, Any]) -> list[str]:
    """The dates and visits of one training, one text each."""
    parts = []
    for step in STEPS:
        if row[step]:
            parts.append(labelled(step_name(step), day(row[step], row[f"{step}_precision"])))
        if step == "workshop_on" and (visits := visited(row)):
            parts.append(visits)
    return parts or [_("No date is on record.")]


def visited(row: dict[str, Any]) -> str:
    """The visits of a training in words; empty where none is known."""
    done, planned = row["visits_done"], row["visits_planned"]
    if known(done, planned):
        return _("Visits {done} of {planned}", done=number(done), planned=number(planned))
    if known(done):
        return labelled(_("Visits"), number(done))
    if known(planned):
        return _("Visits planned {planned}, none on record", planned=number(planned))
    return ""
