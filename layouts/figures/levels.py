"""Charts of before and after: the two colours, the key, and the axes of levels and changes."""

from collections.abc import Iterable
from typing import Any

from layouts import theme
from layouts.figures.chart import Numbers, Series
from layouts.words import _, direction, percent


def before_and_after(pairs: Iterable[Numbers]) -> tuple[Series, Series]:
    """The two series of levels, from one (before, after) per category."""
    before, after = zip(*pairs, strict=True)
    return Series(_("Before"), before, theme.BEFORE), Series(_("After"), after, theme.AFTER, dark=True)


def key() -> list[dict[str, Any]]:
    """The legend entries for before and after, in their two colours; the lines have no entry."""
    return [
        {"type": "scatter", "mode": "markers", "x": [None], "y": [None], "name": name, "showlegend": True,
         "marker": {"size": 12, "color": colour}}
        for name, colour in ((_("Before"), theme.BEFORE), (_("After"), theme.AFTER))
    ]  # fmt: skip


def percent_axis() -> dict[str, Any]:
    """The ticks of an axis from 0 to 100 percent."""
    marks = [0, 25, 50, 75, 100]
    return {"tickvals": marks, "ticktext": [percent(mark / 100) for mark in marks]}


def axis_title(text: str, better: str) -> dict[str, Any]:
    """The title of an axis, with the direction that is better."""
    words = direction(better)
    arrow = {"up": f"{words} →", "down": f"← {words}", "context": words}[better]
    return {"text": f"{text}  ·  {arrow}" if text else arrow, "font": {"size": 14, "color": theme.INK}, "standoff": 10}
