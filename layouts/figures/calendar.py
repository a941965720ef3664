"""Events and rounds in time: a lane a kind of event, and the plan of each round against what came of it."""

from datetime import date, timedelta
from typing import Any

import pandas as pd

from layouts import theme
from layouts.frames import records
from layouts.programme import event_status, kind_name, round_plan
from layouts.theme import Figure
from layouts.words import Names, _, day, labelled, number, wrapped

KINDS = ("tot", "toe", "committee", "licence", "workshop", "seminar", "launch", "visit", "publication")
STATUSES = ("held", "planned", "cancelled")
MOST_ROUNDS = 20
_SYMBOLS = {
    "held": ("circle", theme.AFTER),
    "planned": ("circle-open", theme.AFTER),
    "cancelled": ("x-thin-open", theme.WORSE),
}
_MOST_TICKS = 8
_YEAR = 12


def lanes(frame: pd.DataFrame) -> list[str]:
    """The kinds of event that occur, those with most first."""
    counts = frame["kind"].value_counts()
    return sorted((kind for kind in KINDS if kind in counts), key=lambda kind: (-counts[kind], KINDS.index(kind)))


def events(frame: pd.DataFrame, as_of: date, most: int = len(KINDS)) -> Figure | None:
    """A lane a kind: each event a mark at its first day and a line to its last; None where none has a date."""
    kinds = lanes(frame)[:most]
    dated = [row for row in records(frame) if row["first"] is not None and row["kind"] in kinds]
    if not dated:
        return None
    traces: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "mode": "lines",
            "x": [x for row in dated for x in (row["first"].isoformat(), row["last"].isoformat(), None)],
            "y": [y for row in dated for y in (*[kinds.index(row["kind"])] * 2, None)],
            "line": {"color": "#9dbfd6", "width": 5},
            "hoverinfo": "skip",
            "showlegend": False,
        }
    ]
    for status, (symbol, colour) in _SYMBOLS.items():
        marked = [row for row in dated if row["status"] == status]
        if marked:
            traces.append(
                {
                    "type": "scatter",
                    "mode": "markers",
                    "name": event_status(status),
                    "x": [row["first"].isoformat() for row in marked],
                    "y": [kinds.index(row["kind"]) for row in marked],
                    "marker": {"symbol": symbol, "size": 12, "color": colour, "line": {"width": 2, "color": colour}},
                    "hoverinfo": "skip",
                    "cliponaxis": False,
                }
            )
    when = [each for row in dated for each in (row["first"], row["last"])]
    headings = [
        theme.heading(_lane(frame[frame["kind"] == kind], kind), at, across=True) for at, kind in enumerate(kinds)
    ]
    return _in_time(traces, when, as_of, headings, height=50)


def _lane(frame: pd.DataFrame, kind: str) -> str:
    counts = frame["status"].value_counts()
    said = [labelled(event_status(status), number(int(counts[status]))) for status in STATUSES if status in counts]
    return f"{kind_name(kind)}  <b>{' · '.join(said)}</b>"


def rounds(frame: pd.DataFrame, as_of: date, names: Names, most: int = MOST_ROUNDS) -> Figure | None:
    """A row a round, the latest: its plan thin, what came of it bold; None where no round has a date."""
    rows = records(frame.tail(most))
    when = [row[name] for row in rows for name in ("planned_first", "planned_last", "first", "last") if row[name]]
    if not when:
        return None
    plan = _lines(rows, "planned_first", "planned_last", 0.12)
    held = _lines([row | {"last": _until(row, as_of)} for row in rows], "first", "last", 0)
    traces = [
        {"type": "scatter", "mode": "lines+markers", "name": _("Planned"), **plan, "hoverinfo": "skip",
         "line": {"color": theme.BEFORE, "width": 3},
         "marker": {"symbol": "line-ns-open", "size": 10, "color": theme.BEFORE}},
        {"type": "scatter", "mode": "lines+markers", "name": _("Held"), **held, "hoverinfo": "skip",
         "line": {"color": theme.AFTER, "width": 9},
         "marker": {"symbol": "square", "size": 9, "color": theme.AFTER}},
    ]  # fmt: skip
    headings = []
    for at, row in enumerate(rows):
        said = wrapped(round_plan(row), 74, 2)
        text = (
            f"<b>{wrapped(names('round', row['round']), 50, 1)}</b>"
            f"<br><span style='color:{theme.MUTED};font-size:13px'>{said}</span>"
        )
        headings.append(theme.heading(text, at, across=True) | {"y": at - 0.14, "yanchor": "bottom"})
    return _in_time(traces, when, as_of, headings, height=84)


def _until(row: dict[str, Any], as_of: date) -> date | None:
    """Where the line of a round ends: at its end, or where the record stands while it runs as planned."""
    running = row["first"] and row["planned_last"] and row["planned_last"] >= as_of
    return row["last"] or (as_of if running else row["first"])


def _lines(rows: list[dict[str, Any]], first: str, last: str, lower: float) -> dict[str, Any]:
    x: list[str | None] = []
    y: list[float | None] = []
    for at, row in enumerate(rows):
        ends = [row[name] for name in (first, last) if row[name]]
        if ends:
            x += [min(ends).isoformat(), max(ends).isoformat(), None]
            y += [at + lower, at + lower, None]
    return {"x": x, "y": y}


def _in_time(
    traces: list[dict[str, Any]],
    when: list[date],
    as_of: date,
    headings: list[dict[str, Any]],
    *,
    height: int,
) -> Figure:
    """Traces over the dates they hold, the date looked back from marked; a heading a row, each so many pixels high."""
    margin = max((max(when) - min(when)) * 0.04, timedelta(days=30))
    first, last = min(when) - margin, max(when) + margin
    months = next((n for n in (1, 2, 3, 6, 12) if (last - first).days / 30 / n < _MOST_TICKS), 24)
    now = first <= as_of <= last
    line = {"type": "line", "x0": as_of.isoformat(), "x1": as_of.isoformat(), "y0": 0, "y1": 1, "yref": "paper",
            "layer": "below", "line": {"color": theme.WORSE, "width": 2, "dash": "dot"}}  # fmt: skip
    key = {"type": "scatter", "mode": "markers", "name": _("as of {date}", date=day(as_of)), "x": [None], "y": [None],
           "marker": {"symbol": "line-ns-open", "size": 12, "color": theme.WORSE, "line": {"width": 2}}}  # fmt: skip
    return {
        "data": [*traces, *([key] if now else [])],
        "layout": theme.layout(
            height * len(headings) + 110,
            showlegend=True,
            legend=theme.legend(),
            xaxis=theme.axis(
                type="date",
                range=[first.isoformat(), last.isoformat()],
                tickformat="%Y-%m" if months < _YEAR else "%Y",
                dtick=f"M{months}",
                tick0="2000-01-01",
            ),
            yaxis=theme.hidden_axis(range=[len(headings) - 0.5, -0.9]),
            shapes=[line] if now else [],
            annotations=headings,
            margin={"l": 8, "r": 8, "t": 40, "b": 8, "pad": 0},
        ),
    }
