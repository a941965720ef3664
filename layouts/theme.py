"""Colours, fonts and the settings that all charts share.

Blue, grey, amber and rust also differ in lightness, so that they can be distinguished without colour.
"""

from typing import Any

Figure = dict[str, Any]

INK = "#16232e"
MUTED = "#55636f"
LINE = "#d9dfe4"
PAPER = "#ffffff"
BEFORE = "#8b98a5"  # always this grey…
AFTER = "#0b5c8f"  # …and always this blue
ACCENT = "#0b5c8f"
PALE = "#dce9f2"
BETTER = "#0b5c8f"
SAME = "#8b98a5"
WORSE = "#b4501e"

STATES = {
    "completed": "#0b5c8f",
    "in-progress": "#6aaed6",
    "dropped": "#b4501e",
    "overdue": "#e8a33d",
    "not-yet-due": "#dfe4e8",
}
STEPS = ("#c9d3db", "#9dbfd6", "#6aa3c8", "#3a80af", "#0b5c8f")
SCALE = [[0.0, "#e3eef6"], [0.35, "#9cc4de"], [0.7, "#4a8fbd"], [1.0, "#0b4f7d"]]
NOTHING_HERE = "#eef1f3"
FEW = "#d3dae0"

FONT = (
    "'Noto Sans', 'Segoe UI', 'Helvetica Neue', Arial, 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"
)

GRAPH_CONFIG: dict[str, Any] = {
    "displayModeBar": False,
    "responsive": True,
    "scrollZoom": False,
    "showTips": False,
    # Otherwise plotly.js offers to send the chart's data to a cloud.
    "showSendToCloud": False,
    "plotlyServerURL": "",
}


def length(value: float | None) -> float:
    """The length of the bar of a number; 0 where the number is unknown or not shown."""
    return 0 if value is None or value != value else value  # noqa: PLR0124 - NaN


def layout(height: int | None, **settings: Any) -> dict[str, Any]:
    """The base layout of all charts; `height` in pixels, or None where the style sheet sets it."""
    base: dict[str, Any] = {
        **({"height": height} if height else {}),
        "autosize": True,
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8, "pad": 4},
        "font": {"family": FONT, "size": 14, "color": INK},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "hoverlabel": {"bgcolor": PAPER, "bordercolor": LINE, "font": {"family": FONT, "size": 14, "color": INK}},
        "showlegend": False,
        "dragmode": False,
    }
    return base | settings


def axis(**settings: Any) -> dict[str, Any]:
    """An axis with a light grid, an automatic margin for its labels, and no zoom."""
    base: dict[str, Any] = {
        "automargin": True,
        "fixedrange": True,
        "gridcolor": LINE,
        "zeroline": False,
        "linecolor": LINE,
        "tickfont": {"color": INK},
        "title": {"font": {"color": MUTED, "size": 13}, "standoff": 8},
    }
    return base | settings


def hidden_axis(**settings: Any) -> dict[str, Any]:
    """An invisible axis that only sets the scale; the values are printed on the marks."""
    return axis(visible=False, showgrid=False) | settings


def heading(text: str, at: float, *, across: bool = False) -> dict[str, Any]:
    """A heading above the mark at `at` on the y axis, from the start of the bars; `across`: from the left edge."""
    settings: dict[str, Any] = {"bgcolor": PAPER, "borderpad": 1} if across else {}
    return {
        "text": text,
        "x": 0,
        "xref": "paper" if across else "x",
        "xanchor": "left",
        "y": at - HEADING_RISE,
        "yref": "y",
        "yanchor": "middle",
        "align": "left",
        "showarrow": False,
    } | settings


HEADING_RISE = 0.42
"""Distance of a heading above its mark, in steps of the y axis."""


def legend(**settings: Any) -> dict[str, Any]:
    """A legend above the chart; a click on it hides nothing."""
    base: dict[str, Any] = {"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "traceorder": "normal"}
    return base | {"itemclick": False, "itemdoubleclick": False} | settings


EMPTY: Figure = {"data": [], "layout": layout(120, xaxis={"visible": False}, yaxis={"visible": False})}
