"""Figures over a time axis, with a line at the as-of date."""

from datetime import date, timedelta
from typing import Any

from layouts import theme
from layouts.theme import Figure
from layouts.words import _, day

_MOST_TICKS = 8
_YEAR = 12  # months


def in_time(
    traces: list[dict[str, Any]],
    when: list[date],
    as_of: date,
    headings: list[dict[str, Any]],
    *,
    height: int,
) -> Figure:
    """A figure of traces over the dates `when`, with the as-of date marked; a row is `height` pixels high."""
    margin = max((max(when) - min(when)) * 0.04, timedelta(days=30))
    first, last = min(when) - margin, max(when) + margin
    months = next((n for n in (1, 2, 3, 6, 12) if (last - first).days / 30 / n < _MOST_TICKS), 24)
    as_of_visible = first <= as_of <= last
    line = {"type": "line", "x0": as_of.isoformat(), "x1": as_of.isoformat(), "y0": 0, "y1": 1, "yref": "paper",
            "layer": "below", "line": {"color": theme.WORSE, "width": 2, "dash": "dot"}}  # fmt: skip
    key = {"type": "scatter", "mode": "markers", "name": _("as of {date}", date=day(as_of)), "x": [None], "y": [None],
           "marker": {"symbol": "line-ns-open", "size": 12, "color": theme.WORSE, "line": {"width": 2}}}  # fmt: skip
    return {
        "data": [*traces, *([key] if as_of_visible else [])],
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
            shapes=[line] if as_of_visible else [],
            annotations=headings,
            margin={"l": 8, "r": 8, "t": 40, "b": 8, "pad": 0},
        ),
    }
