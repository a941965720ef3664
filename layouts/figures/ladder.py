"""The ladder of trainers: candidates, certified, experts, women and men apart."""

from typing import Any

import pandas as pd

from layouts import theme
from layouts.frames import records
from layouts.programme import level_name, women_share
from layouts.theme import Figure
from layouts.words import _, number, unseen, wrapped

SEXES = ("women", "men", "sex_unknown")


def sex_name(sex: str) -> str:
    """A part of a bar."""
    return {"women": _("Women"), "men": _("Men"), "sex_unknown": _("Sex not on record")}[sex]


def ladder(frame: pd.DataFrame) -> Figure:
    """One bar a level, in three parts where none of these is under the base."""
    rows = records(frame)
    places = list(range(len(rows)))
    whole = max([*(theme.length(row["trainers"]) for row in rows), 1])
    looks: dict[str, dict[str, Any]] = {
        "women": {"color": theme.AFTER},
        "men": {"color": "#9dbfd6"},
        "sex_unknown": {
            "color": theme.PALE,
            "pattern": {"shape": "/", "bgcolor": theme.PALE, "fgcolor": theme.MUTED, "size": 6},
        },
    }
    traces: list[dict[str, Any]] = [
        {
            "type": "bar",
            "orientation": "h",
            "name": sex_name(sex),
            "x": [_part(row, sex) for row in rows],
            "y": places,
            "width": 0.4,
            "marker": looks[sex],
            "hoverinfo": "skip",
        }
        for sex in SEXES
    ]
    # A bar that is not parted since a part is under the base.
    undivided = [theme.length(row["trainers"]) if not _parted(row) else 0 for row in rows]
    if any(undivided):
        traces.append(
            {"type": "bar", "orientation": "h", "name": _("Not parted"), "x": undivided, "y": places, "width": 0.4,
             "marker": {"color": theme.SAME}, "hoverinfo": "skip"}
        )  # fmt: skip
    return {
        "data": traces,
        "layout": theme.layout(
            78 * len(rows) + 50,
            barmode="stack",
            showlegend=True,
            legend=theme.legend(),
            xaxis=theme.hidden_axis(range=[0, whole]),
            yaxis=theme.hidden_axis(range=[len(rows) - 0.6, -0.75]),
            annotations=[
                theme.heading(
                    f"{level_name(row['level'])}  <b>{number(row['trainers'])}</b>  "
                    f"<span style='color:{theme.MUTED};font-size:13px'>{wrapped(women_share(row), 60, 1)}</span>",
                    at,
                )
                for at, row in enumerate(rows)
            ],
            margin={"l": 8, "r": 8, "t": 40, "b": 8, "pad": 0},
        ),
    }


def _parted(row: dict[str, Any]) -> bool:
    return not any(unseen(row[sex]) for sex in SEXES)


def _part(row: dict[str, Any], sex: str) -> float:
    return theme.length(row[sex]) if _parted(row) else 0
