"""Who is where: enterprise × module while rows can be read, patterns of states where there are too many."""

from typing import Any

import pandas as pd

from layouts import theme
from layouts.figures.funnel import state_name
from layouts.theme import Figure
from layouts.words import Names, _, ngettext, number, wrapped

MOST_ENTERPRISES = 40
MOST_PATTERNS = 15
STATES = ("completed", "in-progress", "dropped", "overdue", "not-yet-due")
SIGNS = {"completed": "✓", "in-progress": "…", "dropped": "✕", "overdue": "!", "not-yet-due": "○"}


def patterns(frame: pd.DataFrame, modules: list[str]) -> pd.DataFrame:
    """How many enterprises share each combination of states: a column a module, and ``enterprises``; most first."""
    wide = _wide(frame, modules)
    counted = wide.fillna("").groupby(modules, sort=False).size().rename("enterprises").reset_index()
    return counted.sort_values(["enterprises", *modules], ascending=[False, *[True] * len(modules)], ignore_index=True)


def _wide(frame: pd.DataFrame, modules: list[str]) -> pd.DataFrame:
    states = frame.set_index(["enterprise", "module"])["state"]
    return states.unstack("module").reindex(columns=modules)  # noqa: PD010 - states are texts, nothing is aggregated


def matrix(
    frame: pd.DataFrame,
    modules: list[str],
    names: Names,
    enterprises: int = MOST_ENTERPRISES,
    most: int = MOST_PATTERNS,
) -> Figure:
    """Squares of state, a row an enterprise; past so many `enterprises` a row per pattern of states with its count."""
    if frame["enterprise"].nunique() <= enterprises:
        wide = _wide(frame, modules).fillna("")
        rows = wide.reset_index(names="label")
        rows["label"] = [names("enterprise", code) for code in rows["label"]]
    else:
        rows = patterns(frame, modules).head(most)
        rows["label"] = [ngettext("{n} enterprise", "{n} enterprises", int(n)) for n in rows["enterprises"]]
    return _squares(rows, modules, names)


def _squares(rows: pd.DataFrame, modules: list[str], names: Names) -> Figure:
    traces: list[dict[str, Any]] = []
    for state in STATES:
        cells = [
            (x, y) for y, row in enumerate(rows[modules].to_numpy()) for x, value in enumerate(row) if value == state
        ]
        pale = state in ("in-progress", "overdue", "not-yet-due")
        traces.append(
            {
                "type": "scatter",
                "mode": "markers+text",
                "name": f"{SIGNS[state]} {state_name(state)}",
                "x": [x for x, _y in cells] or [None],
                "y": [y for _x, y in cells] or [None],
                "text": [SIGNS[state]] * max(len(cells), 1),
                "textfont": {"color": theme.INK if pale else theme.PAPER, "size": 13},
                "marker": {"symbol": "square", "size": 21, "color": theme.STATES[state]},
                "hoverinfo": "skip",
                "cliponaxis": False,
            }
        )
    return {
        "data": traces,
        "layout": theme.layout(
            27 * len(rows) + 148,
            showlegend=True,
            legend=theme.legend(xref="container", yref="container", yanchor="top"),
            xaxis=theme.axis(
                side="top",
                range=[-0.5, len(modules) - 0.5],
                tickvals=list(range(len(modules))),
                ticktext=[wrapped(names("module", code), 16, 4) for code in modules],
                tickangle=0,
                showgrid=False,
            ),
            yaxis=theme.axis(
                range=[len(rows) - 0.5, -0.5],
                tickvals=list(range(len(rows))),
                ticktext=rows["label"].tolist(),
                gridcolor=theme.LINE,
            ),
            margin={"l": 8, "r": 8, "t": 122, "b": 8, "pad": 4},
        ),
    }  # fmt: skip


def pattern_title(frame: pd.DataFrame, modules: list[str], names: Names) -> str:
    """The finding: what most enterprises completed."""
    done = frame[frame["state"] == "completed"]
    total = int(frame["enterprise"].nunique())
    if done.empty:
        return _("No enterprise has completed a module yet")
    completed = _wide(done, modules).notna().value_counts()
    common = [names("module", code) for code, has in zip(modules, completed.index[0], strict=True) if has]
    return ngettext(
        "{n} of {all} enterprises completed exactly: {modules}",
        "{n} of {all} enterprises completed exactly: {modules}",
        int(completed.iloc[0]),
        all=number(total),
        modules=" + ".join(common),
    )
