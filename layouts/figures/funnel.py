"""Funnels as bars with printed counts and shares: the area of a drawn funnel would mislead at these sizes."""

from typing import Any

import pandas as pd

from layouts import theme
from layouts.frames import records
from layouts.theme import Figure
from layouts.words import Names, _, known, labelled, listed, number, percent, unseen, wrapped

STEPS = ("planned", "workshop", "visited", "assessed", "completed")
STATES = ("completed", "in_progress", "dropped", "overdue", "not_yet_due")
_PATTERN = {"dropped": "/", "overdue": "x"}  # told apart without colour


def step_name(step: str) -> str:
    """A step of the module funnel."""
    return {
        "planned": _("Planned"),
        "workshop": _("Workshop held"),
        "visited": _("Visited"),
        "assessed": _("Assessed"),
        "completed": _("Completed"),
    }[step]


def state_name(state: str) -> str:
    """A state of a training."""
    return {
        "completed": _("Completed"),
        "in-progress": _("In progress"),
        "dropped": _("Dropped out"),
        "overdue": _("Overdue"),
        "not-yet-due": _("Not yet due"),
    }[state.replace("_", "-")]


def stage_name(stage: str) -> str:
    """A stage of the journey funnel."""
    return {
        "enrolled": _("Enrolled"),
        "baseline": _("Baseline assessed"),
        "m1_workshop": _("Module 1 workshop"),
        "m1_completed": _("Module 1 completed"),
        "further_started": _("A further module started"),
        "further_completed": _("A further module completed"),
        "all_planned_completed": _("All planned modules completed"),
    }[stage]


def _bar(x: list[Any], y: list[Any], **settings: Any) -> dict[str, Any]:
    base: dict[str, Any] = {
        "type": "bar",
        "orientation": "h",
        "x": x,
        "y": y,
        "cliponaxis": False,
        "hoverinfo": "skip",
        "textfont": {"color": theme.INK},
        "constraintext": "none",  # plotly would make words as small as a bar is thin
    }
    return base | settings


def module_funnel(frame: pd.DataFrame, names: Names) -> Figure:
    """Five bars a module, planned to completed, with the share of those due and of the step before printed."""
    x: list[int] = []
    y: list[float] = []
    labels: list[str] = []
    colours: list[str] = []
    headings: list[dict[str, Any]] = []
    at = 0.0
    for row in records(frame):
        aside = _("{n} not yet due", n=number(row["not_yet_due"])) if row["not_yet_due"] else ""
        headings.append(_heading(f"<b>{wrapped(names('module', row['module']), 44, 1)}</b>", aside, at + 0.5))
        before = 0
        for step, colour in zip(STEPS, theme.STEPS, strict=True):
            at += 1
            count = row[step]
            x.append(theme.length(count))
            y.append(at)
            colours.append(colour)
            labels.append(_step_label(step, count, row.get(f"{step}_share"), before))
            before = count
        at += 1.5
    return {
        "data": [_bar(x, y, marker={"color": colours}, text=labels, textposition="outside", width=0.82)],
        "layout": theme.layout(
            int(26 * (at + 0.2)) + 10,
            xaxis=theme.hidden_axis(range=[0, max([*x, 1]) * 2.9]),
            yaxis=theme.axis(
                range=[at - 0.4, -0.7],
                tickvals=y,
                ticktext=[step_name(step) for _each in range(len(frame)) for step in STEPS],
                showgrid=False,
            ),
            annotations=headings,
            bargap=0,
        ),
    }


def module_steps(frame: pd.DataFrame, names: Names) -> Figure:
    """The same for a wide area: a row a module, a column a step, the count and its share of those due behind each bar.

    Every step has the same scale, so that bars compare along a row and down a column.
    """
    top = max([*map(theme.length, frame["planned"]), 1])
    x: list[float] = []
    y: list[int] = []
    starts: list[int] = []
    labels: list[str] = []
    colours: list[str] = []
    headings: list[dict[str, Any]] = []
    for at, row in enumerate(records(frame)):
        aside = _("{n} not yet due", n=number(row["not_yet_due"])) if row["not_yet_due"] else ""
        headings.append(_heading(f"<b>{wrapped(names('module', row['module']), 60, 1)}</b>", aside, at))
        for column, (step, colour) in enumerate(zip(STEPS, theme.STEPS, strict=True)):
            share = row.get(f"{step}_share")
            known = step != "planned" and share is not None and share == share  # noqa: PLR0124 - NaN
            x.append(theme.length(row[step]) / top * _LONGEST)
            y.append(at)
            starts.append(column)
            colours.append(colour)
            labels.append(f"<b>{number(row[step])}</b>" + (f"  {percent(share)}" if known else ""))
    columns = [
        {"text": step_name(step), "x": column, "xref": "x", "xanchor": "left", "y": -0.82, "yref": "y",
         "yanchor": "bottom", "showarrow": False, "font": {"color": theme.MUTED}}
        for column, step in enumerate(STEPS)
    ]  # fmt: skip
    bars = {"base": starts, "marker": {"color": colours}, "text": labels, "textposition": "outside", "width": 0.36}
    return {
        "data": [_bar(x, y, **bars)],
        "layout": theme.layout(
            76 * max(len(frame), 1) + 36,
            xaxis=theme.hidden_axis(range=[0, len(STEPS)]),
            yaxis=theme.hidden_axis(range=[len(frame) - 0.65, -0.85]),
            annotations=[*columns, *headings],
            margin={"l": 8, "r": 8, "t": 28, "b": 8, "pad": 0},
        ),
    }


_LONGEST = 0.42
"""How much of its column the longest bar takes: the rest is for the numbers."""


def _heading(name: str, aside: str, at: float) -> dict[str, Any]:
    """A heading with something said aside in smaller type."""
    small = f"  <span style='color:{theme.MUTED};font-size:13px'>{aside}</span>" if aside else ""
    return theme.heading(name + small, at)


def _step_label(step: str, count: float, of_due: float | None, before: float) -> str:
    if step == "planned" or not known(of_due):
        return f"<b>{number(count)}</b>"
    of_previous = percent(min(count, before) / before) if before else "–"
    if step == "workshop":  # the step before is the first step
        of_first = _("{share} of those due", share=percent(of_due))
        return f"<b>{number(count)}</b>  {of_first}"
    return "<b>{}</b>  {}".format(
        number(count),
        _("{share} of those due · {previous} of the step before", share=percent(of_due), previous=of_previous),
    )


def completion(frame: pd.DataFrame, names: Names) -> Figure:
    """The small funnel: one bar a module, completed on top of those due."""
    frame = frame[frame["planned"] > 0]
    due = frame["due"].tolist()
    done = frame["completed"].tolist()
    labels = [_done_of_due(a, b) for a, b in zip(done, due, strict=True)]
    due, done = [theme.length(n) for n in due], [theme.length(n) for n in done]
    places = list(range(len(frame)))
    headings = [_heading(wrapped(names("module", code), 44, 1), "", at) for at, code in enumerate(frame["module"])]
    return {
        "data": [
            _bar(due, places, marker={"color": theme.PALE}, text=labels, textposition="outside", width=0.42),
            _bar(done, places, marker={"color": theme.AFTER}, width=0.42),
        ],
        "layout": theme.layout(
            58 * max(len(frame), 1) + 24,
            barmode="overlay",
            xaxis=theme.hidden_axis(range=[0, max([*due, 1]) * 1.75]),
            yaxis=theme.hidden_axis(range=[len(frame) - 0.55, -0.85]),
            annotations=headings,
        ),
    }


def _done_of_due(done: float, due: float) -> str:
    if not known(done, due):
        return _("{done} of {due}", done=number(done), due=number(due))
    if not due:
        return _("none due yet")
    if done > due:  # rounded apart from one another
        return _("{done} completed, {due} due", done=number(done), due=number(due))
    return _("{done} of {due} · {share}", done=number(done), due=number(due), share=percent(done / due))


def states(frame: pd.DataFrame, names: Names, *, every: bool = False) -> Figure:
    """One stacked bar a module: every planned enterprise in exactly one state.

    Segments too small for their number are told by the table, or with `every` number printed beside the module's name.
    """
    frame = frame[frame["planned"] > 0]
    modules = [names("module", code) for code in frame["module"]]
    places = list(range(len(frame)))
    # Rounded states add up to a little more or less than what is planned.
    stacked = [sum(theme.length(row[state]) for state in STATES) for row in records(frame)]
    whole = max([*map(theme.length, frame["planned"]), *stacked, 1])
    traces = []
    for state in STATES:
        counts = [theme.length(n) for n in frame[state]]
        pale = state in ("in_progress", "overdue", "not_yet_due")
        traces.append(
            _bar(
                counts,
                places,
                name=state_name(state),
                marker={
                    "color": theme.STATES[state.replace("_", "-")],
                    "pattern": {
                        "shape": _PATTERN.get(state, ""),
                        "bgcolor": theme.STATES[state.replace("_", "-")],
                        "fgcolor": "rgba(255,255,255,.6)",
                        "size": 7,
                    },
                    "line": {"color": theme.PAPER, "width": 1},
                },
                # A number is printed where its segment has room for it; the table has them all.
                text=[f"<b>{number(n)}</b>" if n >= whole * ROOM else "" for n in counts],
                textposition="inside",
                insidetextanchor="middle",
                textangle=0,
                textfont={
                    "color": theme.INK if pale else theme.PAPER,
                    # A number must be read on its pattern too.
                    **({"shadow": _halo(theme.STATES[state])} if state in _PATTERN else {}),
                },
                customdata=modules,
                hovertemplate="%{customdata}<br>" + labelled(state_name(state), "%{x}") + "<extra></extra>",
                hoverinfo=None,
                width=0.5,
            )
        )
    asides = [_small_states(row, whole) if every else _unseen(row) for row in records(frame)]
    headings = [
        _heading(wrapped(name, 30, 1) if aside and not every else name, aside, at)
        for at, (name, aside) in enumerate(zip(modules, asides, strict=True))
    ]
    return {
        "data": traces,
        "layout": theme.layout(
            78 * max(len(frame), 1) + 60,
            barmode="stack",
            showlegend=True,
            legend=theme.legend(),
            xaxis=theme.hidden_axis(range=[0, whole]),
            yaxis=theme.hidden_axis(range=[len(frame) - 0.55, -0.8]),
            annotations=headings,
            margin={"l": 8, "r": 8, "t": 40, "b": 8, "pad": 0},
        ),
    }  # fmt: skip


def _unseen(row: dict[str, Any]) -> str:
    """The states that are under the base, and have no bar."""
    small = [state for state in STATES if unseen(row[state])]
    names = listed([state_name(state) for state in small])
    return labelled(unseen(row[small[0]]), names) if small else ""


ROOM = 0.035
"""The share of the longest bar that a segment needs for its number."""


def _halo(colour: str) -> str:
    return f"0 0 3px {colour}, 0 0 3px {colour}, 0 0 4px {colour}"


def _small_states(row: dict[str, Any], whole: int) -> str:
    """The states whose segments have no room for their number."""
    small = [state for state in STATES if unseen(row[state]) or 0 < row[state] < whole * ROOM]
    return " · ".join(labelled(state_name(state), number(row[state])) for state in small)


def journey(frame: pd.DataFrame) -> Figure:
    """One bar a stage; the part reached without its own record is hatched."""
    counts = [theme.length(n) for n in frame["enterprises"]]
    # The part is at most its whole, rounded or not.
    without = [min(theme.length(b), a) for a, b in zip(counts, frame["without_record"], strict=True)]
    places = list(range(len(frame)))
    recorded = [a - b for a, b in zip(counts, without, strict=True)]
    hatched = {"color": theme.PALE, "pattern": {"shape": "/", "bgcolor": theme.PALE, "fgcolor": theme.AFTER, "size": 6}}
    return {
        "data": [
            _bar(recorded, places, marker={"color": theme.AFTER}, width=0.4),
            _bar(without, places, marker=hatched, width=0.4),
        ],
        "layout": theme.layout(
            60 * len(frame) + 20,
            barmode="stack",
            xaxis=theme.hidden_axis(range=[0, max([*counts, 1])]),
            yaxis=theme.hidden_axis(range=[len(frame) - 0.65, -0.75]),
            annotations=[
                _heading(
                    f"{stage_name(row['stage'])}  <b>{number(row['enterprises'])}</b>",
                    _stage_shares(at, row),
                    at,
                )
                for at, row in enumerate(records(frame))
            ],
        ),
    }


def _stage_shares(at: int, row: dict[str, Any]) -> str:
    """Both shares of a stage; the first has none, and for the second they are the same."""
    if not at:
        return ""
    if at == 1:
        return _("{share} of enrolled", share=percent(row["share_of_first"]))
    return _(
        "{share} of enrolled · {previous} of the stage before",
        share=percent(row["share_of_first"]),
        previous=percent(row["share_of_previous"]),
    )


def _modules_at_least(k: int) -> str:
    return _("At least one module") if k == 1 else _("At least {n} modules", n=number(k))


def breadth(frame: pd.DataFrame, most: float) -> Figure:
    """One bar per number of modules; `most` is the number of enterprises enrolled, which the bars are out of."""
    counts = frame["enterprises"].tolist()
    places = list(range(len(frame)))
    headings = [
        _heading(
            f"{_modules_at_least(k)}  <b>{number(n)}</b>",
            _("{share} of enrolled", share=percent(min(n, most) / most)) if most and known(n, most) else "",
            at,
        )
        for at, (k, n) in enumerate(zip(frame["modules_at_least"], counts, strict=True))
    ]
    return {
        "data": [
            _bar([theme.length(most)] * len(counts), places, marker={"color": theme.NOTHING_HERE}, width=0.4),
            _bar([theme.length(n) for n in counts], places, marker={"color": theme.AFTER}, width=0.4),
        ],
        "layout": theme.layout(
            60 * max(len(frame), 1) + 20,
            barmode="overlay",
            xaxis=theme.hidden_axis(range=[0, max(theme.length(most), 1)]),
            yaxis=theme.hidden_axis(range=[len(frame) - 0.65, -0.75]),
            annotations=headings,
        ),
    }
