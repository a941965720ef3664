"""Horizontal bars with printed counts, and the headings above them."""

from collections.abc import Iterable
from typing import Any

from layouts import theme
from layouts.figures.chart import Category, Chart
from layouts.theme import Figure
from layouts.words import wrapped

ROOM = 0.035
"""Share of the longest bar that a segment needs, so that its number fits inside."""


def bar(x: list[Any], y: list[Any], **settings: Any) -> dict[str, Any]:
    """A trace of horizontal bars."""
    base: dict[str, Any] = {
        "type": "bar",
        "orientation": "h",
        "x": x,
        "y": y,
        "cliponaxis": False,
        "hoverinfo": "skip",
        "textfont": {"color": theme.INK},
        "constraintext": "none",  # otherwise plotly shrinks the text to the width of the bar
    }
    return base | settings


def heading(name: str, remark: str, at: float) -> dict[str, Any]:
    """A heading above a bar with a remark in smaller type."""
    small = f"  <span style='color:{theme.MUTED};font-size:13px'>{remark}</span>" if remark else ""
    return theme.heading(name + small, at)


def headings(categories: Iterable[Category], width: int = 0) -> list[dict[str, Any]]:
    """One heading per category; `width` is the maximum number of Latin letters of its name (0: no maximum)."""
    return [
        heading(
            (wrapped(each.name, width, 1) if width else each.name) + (f"  <b>{each.number}</b>" if each.number else ""),
            each.remark,
            at,
        )
        for at, each in enumerate(categories)
    ]


def under_headings(chart: Chart, traces: list[dict[str, Any]], height: int, most: float, **settings: Any) -> Figure:
    """Bars under the headings of their categories; `height` in pixels, `most` is the end of the axis."""
    return {
        "data": traces,
        "layout": theme.layout(
            height,
            xaxis=theme.hidden_axis(range=[0, most]),
            yaxis=theme.hidden_axis(range=[len(chart.categories) - 0.65, -0.75]),
            annotations=headings(chart.categories),
            **settings,
        ),
    }
