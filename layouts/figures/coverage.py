"""Who reported at all: the coverage of the before/after exhibits, per group."""

from typing import Any

import pandas as pd

from layouts import theme
from layouts.frames import records
from layouts.theme import Figure
from layouts.words import Names, _, number, wrapped

MOST_GROUPS = 8


def coverage(frame: pd.DataFrame, names: Names, most: int = MOST_GROUPS, *, beside: bool = False) -> Figure:
    """Per group: trained, of them reported anything, of them a pair; the largest partners and sectors.

    The group's name stands above its bars, or `beside` them where bars must stand close.
    """
    kinds = [(kind, frame[frame["group_kind"] == kind]) for kind in ("total", "partner", "sector")]
    rows = [
        (kind, row)
        for kind, group in kinds
        for row in records(group.sort_values("trained", ascending=False, kind="stable").head(most))
        if row["trained"]
    ]
    y: list[float] = []
    labels: list[str] = []
    headings: list[dict[str, Any]] = []
    said: list[str] = []
    at = 0.0
    for index, (kind, row) in enumerate(rows):
        if index and kind != rows[index - 1][0]:
            at += 0.3 if beside else 0.6
        y.append(at)
        labels.append(
            _("{reported} of {trained} reported · {paired} with a pair", reported=number(row["trained_reported"]),
              trained=number(row["trained"]), paired=number(row["paired"]))
        )  # fmt: skip
        name = _group_name(kind, row["group"], names)
        said.append(wrapped(name, 44, 2) if kind != "total" else name)
        headings.append(theme.heading(name, at))
        at += 1
    bar = {
        "type": "bar",
        "orientation": "h",
        "y": y,
        "width": 0.5 if beside else 0.36,
        "hoverinfo": "skip",
        "cliponaxis": False,
        "constraintext": "none",
    }
    trained = [theme.length(row["trained"]) for _kind, row in rows]
    return {
        "data": [
            bar | {"x": trained, "name": _("Trained"), "marker": {"color": theme.PALE}, "text": labels,
                   "textposition": "outside", "textfont": {"color": theme.INK}},
            bar | {"x": [theme.length(row["trained_reported"]) for _kind, row in rows], "name": _("Reported anything"),
                   "marker": {"color": "#6aaed6"}},
            bar | {"x": [theme.length(row["paired"]) for _kind, row in rows], "name": _("Gave a before/after pair"),
                   "marker": {"color": theme.AFTER}},
        ],
        "layout": theme.layout(
            int((44 if beside else 54) * max(at, 1)) + 60,
            barmode="overlay",
            showlegend=True,
            legend=theme.legend(),
            xaxis=theme.hidden_axis(range=[0, max([*trained, 1]) * 2.2]),
            yaxis=theme.axis(range=[at - 0.5, -0.5], tickvals=y, ticktext=said, showgrid=False)
            if beside
            else theme.hidden_axis(range=[at - 0.5, -0.85]),
            annotations=[] if beside else headings,
            margin={"l": 8, "r": 8, "t": 40, "b": 8, "pad": 0},
        ),
    }  # fmt: skip


def _group_name(kind: str, code: str | None, names: Names) -> str:
    if kind == "total":
        everyone = _("All enterprises")
        return f"<b>{everyone}</b>"
    return names(kind, code) if code else _("Sector not given")
