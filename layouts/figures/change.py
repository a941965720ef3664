"""Before and after: a line for every enterprise while they are few, their distribution when they are many."""

import math
from typing import Any

import numpy as np
import pandas as pd

from layouts import theme
from layouts.frames import records
from layouts.theme import Figure
from layouts.words import (
    Names,
    _,
    change_of,
    direction,
    ngettext,
    number,
    out_of,
    percent,
    quantity,
    unit_name,
    unseen,
    wrapped,
)

FEWEST_FOR_DISTRIBUTION = 10
MOST_INDICATORS = 14
_BINS = 18


def improved(frame: pd.DataFrame, names: Names, most: int = MOST_INDICATORS) -> Figure:
    """Per indicator the share of enterprises that moved in the good direction, with its 95 % interval and n of N."""
    rows = frame.sort_values(["pairs", "better_share"], ascending=False).head(most)
    places = list(range(len(rows)))
    # Few pairs have a share and no interval; of a count under the base there is no share either.
    share, above, below = (
        [None if value != value else value * 100 for value in values.astype(float)]  # noqa: PLR0124 - NaN
        for values in (
            rows["better_share"],
            rows["better_high"] - rows["better_share"],
            rows["better_share"] - rows["better_low"],
        )
    )
    headings = []
    for at, row in enumerate(records(rows)):
        count = _("{count} better", count=out_of(row["better_count"], row["pairs"]))
        headings.append(theme.heading(f"{names('indicator', row['indicator'])}  <b>{count}</b>", at, across=True))
    return {
        "data": [
            {
                "type": "scatter",
                "mode": "markers",
                "x": share,
                "y": places,
                "marker": {"size": 12, "color": theme.AFTER, "line": {"color": theme.PAPER, "width": 1.5}},
                "error_x": {
                    "type": "data",
                    "symmetric": False,
                    "array": above,
                    "arrayminus": below,
                    "color": "#7fa9c6",
                    "thickness": 4,
                    "width": 0,
                },
                "hoverinfo": "skip",
                "cliponaxis": False,
            }
        ],
        "layout": theme.layout(
            50 * max(len(rows), 1) + 70,
            xaxis=theme.axis(range=[-2, 102], side="bottom", **_shares()),
            yaxis=theme.hidden_axis(range=[len(rows) - 0.5, -0.85]),
            shapes=[
                {"type": "line", "x0": 50, "x1": 50, "y0": 0, "y1": 1, "yref": "paper", "layer": "below",
                 "line": {"color": theme.MUTED, "width": 1, "dash": "dot"}}
            ],
            annotations=headings,
            margin={"l": 12, "r": 12, "t": 8, "b": 8, "pad": 0},
        ),
    }  # fmt: skip


def _shares() -> dict[str, Any]:
    """Marks of an axis from none to all."""
    marks = [0, 25, 50, 75, 100]
    return {"tickvals": marks, "ticktext": [percent(mark / 100) for mark in marks]}


def practices(frame: pd.DataFrame, names: Names, most: int = MOST_INDICATORS) -> Figure:
    """Per practice the share of reporting enterprises that had it before and have it after, a line between the two."""
    rows = frame.sort_values(["pairs", "indicator"], ascending=[False, True]).head(most)
    traces: list[dict[str, Any]] = []
    headings = []
    for at, row in enumerate(records(rows)):
        # A count under the base has no place of its own.
        before, after = (
            None if unseen(row[had]) else min(row[had], row["pairs"]) / row["pairs"] * 100
            for had in ("had_before", "had_after")
        )
        traces.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "showlegend": False,
                "x": [before, after],
                "y": [at, at],
                "line": {"color": theme.WORSE if row["worse_count"] > row["better_count"] else "#b9cfdd", "width": 4},
                "marker": {"size": 12, "color": [theme.BEFORE, theme.AFTER], "opacity": 1},
                "hoverinfo": "skip",
                "cliponaxis": False,
            }
        )
        count = _(
            "{before} → {after} of {pairs}",
            before=number(row["had_before"]), after=number(row["had_after"]), pairs=number(row["pairs"]),
        )  # fmt: skip
        headings.append(theme.heading(f"{names('indicator', row['indicator'])}  <b>{count}</b>", at, across=True))
    return {
        "data": [*traces, *_key()],
        "layout": theme.layout(
            50 * max(len(rows), 1) + 100,
            showlegend=True,
            legend=theme.legend(),
            xaxis=theme.axis(range=[-2, 102], **_shares()),
            yaxis=theme.hidden_axis(range=[len(rows) - 0.5, -0.85]),
            annotations=headings,
            margin={"l": 12, "r": 12, "t": 36, "b": 8, "pad": 0},
        ),
    }


def lines(pairs: pd.DataFrame, unit: str, better: str, names: Names, *, beside: bool = False) -> Figure:
    """Every enterprise its own line from before to after, both values printed.

    The enterprise and its change stand above the line, or `beside` it where lines must stand close.
    """
    rows = pairs.reset_index(drop=True)
    traces: list[dict[str, Any]] = []
    headings, labels = [], []
    low, high = float(rows[["before", "after"]].min().min()), float(rows[["before", "after"]].max().max())
    room = (high - low or abs(high) or 1) * (0.36 if beside else 0.28)
    told = unit if unit == "percent" or not beside else "count"  # the unit stands at the axis
    for at, row in enumerate(records(rows)):
        rising = row["after"] >= row["before"]
        traces.append(
            {
                "type": "scatter",
                "mode": "lines+markers+text",
                "showlegend": False,
                "x": [row["before"], row["after"]],
                "y": [at, at],
                "line": {"color": theme.WORSE if row["verdict"] == "worse" else theme.LINE, "width": 4},
                "marker": {"size": 15, "color": [theme.BEFORE, theme.AFTER]},
                "text": [quantity(row["before"], told), f"<b>{quantity(row['after'], told)}</b>"],
                "textposition": ["middle left", "middle right"] if rising else ["middle right", "middle left"],
                "textfont": {"color": theme.INK, "size": 15},
                "hoverinfo": "skip",
                "cliponaxis": False,
            }
        )
        name, change = names("enterprise", row["enterprise"]), f"<b>{change_of(row['change'], told)}</b>"
        labels.append(f"{wrapped(name, 30, 2)}  {change}")
        headings.append(theme.heading(f"{name}  {change}", at, across=True))
    said = {"visible": True, "tickvals": list(range(len(rows))), "ticktext": labels} if beside else {}
    return {
        "data": [*traces, *_key()],
        "layout": theme.layout(
            (36 if beside else 84) * len(rows) + 96,
            showlegend=True,
            legend=theme.legend(),
            xaxis=theme.axis(range=[low - room, high + room], title=_axis_title(unit_name(unit), better)),
            yaxis=theme.hidden_axis(range=[len(rows) - 0.5, -0.5 if beside else -0.8], **said),
            annotations=[] if beside else headings,
            margin={"l": 12, "r": 12, "t": 36, "b": 8, "pad": 0},
        ),
    }


def middle(numbers: dict[str, Any], unit: str, better: str) -> Figure:
    """The median before and after, where single enterprises are not shown."""
    before, after = numbers["median_before"], numbers["median_after"]
    room = (abs(after - before) or abs(before) or 1) * 0.6
    rising = after >= before
    return {
        "data": [
            {
                "type": "scatter",
                "mode": "lines+markers+text",
                "showlegend": False,
                "x": [before, after],
                "y": [0, 0],
                "line": {"color": theme.LINE, "width": 6},
                "marker": {"size": 22, "color": [theme.BEFORE, theme.AFTER], "opacity": 1},
                "text": [quantity(before, unit), f"<b>{quantity(after, unit)}</b>"],
                "textposition": ["middle left", "middle right"] if rising else ["middle right", "middle left"],
                "textfont": {"color": theme.INK, "size": 17},
                "hoverinfo": "skip",
                "cliponaxis": False,
            },
            *_key(),
        ],
        "layout": theme.layout(
            220,
            showlegend=True,
            legend=theme.legend(),
            xaxis=theme.axis(
                range=[min(before, after) - room, max(before, after) + room],
                title=_axis_title(unit_name(unit), better),
            ),
            yaxis=theme.hidden_axis(range=[0.6, -0.9]),
            annotations=[
                theme.heading(
                    ngettext("Median of {n} enterprise", "Median of {n} enterprises", numbers["pairs"]), 0, across=True
                )
            ],
            margin={"l": 12, "r": 12, "t": 36, "b": 8, "pad": 0},
        ),
    }


def _key() -> list[dict[str, Any]]:
    """Legend entries: before and after in their two colours; the lines above keep out of it."""
    return [
        {"type": "scatter", "mode": "markers", "x": [None], "y": [None], "name": name, "showlegend": True,
         "marker": {"size": 12, "color": colour}}
        for name, colour in ((_("Before"), theme.BEFORE), (_("After"), theme.AFTER))
    ]  # fmt: skip


def _axis_title(text: str, better: str) -> dict[str, Any]:
    words = direction(better)
    arrow = {"up": f"{words} →", "down": f"← {words}", "context": words}[better]
    return {"text": f"{text}  ·  {arrow}" if text else arrow, "font": {"size": 14, "color": theme.INK}, "standoff": 10}


def bins(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, int]:
    """Counts, edges on round numbers with one at zero, and how many values beyond them are drawn in the outer bars.

    The edges cover the middle 98 % of the values.
    """
    low, high = np.percentile(values, [1, 99])
    low, high = min(float(low), 0.0), max(float(high), 0.0)
    rough = (high - low) / _BINS or 1.0
    size = 10 ** math.floor(math.log10(rough))
    width = next(size * step for step in (1, 2, 2.5, 5, 10) if size * step >= rough)
    first, last = math.floor(low / width), math.ceil(high / width)
    edges = np.arange(first, max(last, first + 1) + 1) * width
    beyond = int(((values < edges[0]) | (values > edges[-1])).sum())
    counts, _edges = np.histogram(np.clip(values, edges[0], edges[-1]), bins=edges)
    return counts, edges, beyond


def distribution(pairs: pd.DataFrame, unit: str, better: str, numbers: dict[str, Any]) -> Figure:
    """How the changes spread: bars of enterprises, coloured by direction, the median and its interval on top."""
    values = pairs["change"].to_numpy(float)
    counts, edges, _beyond = bins(values)
    middles = (edges[:-1] + edges[1:]) / 2
    good = {"up": middles > 0, "down": middles < 0, "context": np.zeros(len(middles), bool)}[better]
    colours = [theme.SAME if better == "context" else theme.BETTER if is_good else theme.WORSE for is_good in good]
    top = int(counts.max())
    median = numbers["median_change"]
    shapes: list[dict[str, Any]] = [
        {"type": "line", "x0": 0, "x1": 0, "y0": 0, "y1": 1, "yref": "paper", "line": {"color": theme.INK, "width": 1}},
        {"type": "line", "x0": median, "x1": median, "y0": 0, "y1": top * 1.12,
         "line": {"color": theme.INK, "width": 3}},
    ]  # fmt: skip
    if numbers["change_low"] is not None:
        shapes.append(
            {"type": "rect", "x0": numbers["change_low"], "x1": numbers["change_high"], "y0": 0, "y1": top * 1.12,
             "line": {"width": 0}, "fillcolor": "rgba(22,35,46,.14)", "layer": "above"}
        )  # fmt: skip
    label = "<b>{}</b>".format(_("median {change}", change=change_of(median, unit)))
    if numbers["change_low"] is not None:
        label += "<br>" + _("shaded: its 95\u00a0% interval")
    scale = _("percentage points") if unit == "percent" else unit_name(unit)
    # The label stays on the side of the median where there is room for it.
    anchor = "left" if median < (edges[0] + edges[-1]) / 2 else "right"
    return {
        "data": [
            {
                "type": "bar",
                "x": middles.tolist(),
                "y": counts.tolist(),
                "width": float(edges[1] - edges[0]) * 0.94,
                "marker": {"color": colours},
                "hoverinfo": "skip",
            }
        ],
        "layout": theme.layout(
            420,
            xaxis=theme.axis(
                range=[float(edges[0]), float(edges[-1])],
                title=_axis_title(_("Change, {unit}", unit=scale) if scale else _("Change"), better),
            ),
            yaxis=theme.axis(range=[0, top * 1.36], title={"text": _("Enterprises"), "standoff": 8}),
            shapes=shapes,
            annotations=[
                {"text": label, "align": anchor, "x": median, "y": top * 1.14, "yanchor": "bottom", "showarrow": False,
                 "xanchor": anchor,
                 "font": {"size": 16}, "bgcolor": theme.PAPER}
            ],
            bargap=0,
        ),
    }  # fmt: skip


def practice(numbers: dict[str, Any]) -> Figure:
    """A practice: how many had it before, have it after, gained and lost it, out of the pairs."""
    rows = (
        (_("Had it before"), numbers["had_before"], theme.BEFORE),
        (_("Have it after"), numbers["had_after"], theme.AFTER),
        (_("Gained it"), numbers["gained"], "#6aaed6"),
        (_("Lost it"), numbers["lost"], theme.WORSE),
    )
    said = [out_of(count, numbers["pairs"]) for _name, count, _colour in rows]
    whole = max(numbers["pairs"], 1)
    return {
        "data": [
            {
                "type": "bar",
                "orientation": "h",
                "x": [theme.length(count) for _name, count, _colour in rows],
                "y": list(range(len(rows))),
                "marker": {"color": [colour for _name, _count, colour in rows]},
                "text": [f"<b>{each}</b>" for each in said],
                "textposition": "outside",
                "width": 0.5,
                "hoverinfo": "skip",
                "cliponaxis": False,
            }
        ],
        "layout": theme.layout(
            310,
            xaxis=theme.hidden_axis(range=[0, whole * 1.3]),
            yaxis=theme.hidden_axis(range=[len(rows) - 0.6, -0.8]),
            annotations=[theme.heading(name, at) for at, (name, _count, _colour) in enumerate(rows)],
        ),
    }
