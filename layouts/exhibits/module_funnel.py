"""The module funnel, and the state of each planned training."""

from typing import Any

import pandas as pd

from layouts import theme
from layouts.figures.bars import ROOM, bar, heading
from layouts.figures.chart import Category, Chart, Series
from layouts.frames import records
from layouts.look import ColumnLook, Drawing, Look, Material, Picture, Size
from layouts.parts.cell_writers import count, name, share
from layouts.texts.code_words import state_name, step_name
from layouts.theme import Figure
from layouts.words import _, _l, known, labelled, listed, number, percent, unseen, wrapped

STEPS = ("planned", "workshop", "visited", "assessed", "completed")
STATES = ("completed", "in_progress", "dropped", "overdue", "not_yet_due")

_HATCHED = {"dropped": "/", "overdue": "x"}  # distinguished without colour
_PALE = ("in_progress", "overdue", "not_yet_due")
_LONGEST = 0.42
"""Share of its column that the longest bar of a slide takes; the rest is for the numbers."""


# ---- from planned to completed


def draw(material: Material) -> Drawing:
    """The steps of each module: on a page as bars, on a slide as columns; small with one bar per module."""
    title = _title(material)
    if material.size is Size.SMALL:
        return Drawing(title, _completion(material))
    frame = material.table[material.table["planned"] > 0]
    caption = _(
        "A step counts as reached when it or a later one has evidence. Those not due yet are left out of shares."
    )
    if material.on_slide:
        chart, ns = _chart(frame, material), _planned_and_due(material)
        return Drawing(title, _columns(frame, material), caption, chart=chart, ns=ns)
    return Drawing(title, _rows(frame, material), caption)


def _title(material: Material) -> str:
    """The number of enterprises that completed the module in which most were due."""
    frame = material.table[material.table["planned"] > 0] if material.size is not Size.SMALL else material.table
    due = frame["due"].astype(int)
    if not due.any():
        too_few = not known(*frame["due"])
        return _("Too few enterprises in any one module to be shown") if too_few else _("No training is due yet")
    row = frame[due == due.max()].iloc[0]
    module = material.name("module", row["module"])
    if not known(row["completed"]):
        return _("{due} enterprises were due in {module}", due=number(due.max()), module=module)
    if row["completed"] > due.max():  # each number is rounded on its own
        return _("{done} enterprises completed {module}", done=number(row["completed"]), module=module)
    return _(
        "{done} of {due} enterprises due in it completed {module} ({share})",
        done=number(row["completed"]),
        due=number(due.max()),
        module=module,
        share=percent(row["completed_share"]),
    )


def _chart(frame: pd.DataFrame, material: Material) -> Chart:
    categories = []
    for row in records(frame):
        done = row["completed_share"]
        remark = _("{share} of those due completed it", share=percent(done)) if known(done) else ""
        categories.append(Category(material.name("module", row["module"]), remark=remark))
    series = tuple(
        Series(step_name(step), tuple(map(float, frame[step])), colour)
        for step, colour in zip(STEPS, theme.STEPS, strict=True)
    )
    return Chart(tuple(categories), series, upright=True)


def _planned_and_due(material: Material) -> tuple[tuple[str, str], ...]:
    return tuple(
        (
            material.name("module", row["module"]),
            _("{n} planned, {due} due", n=number(row["planned"]), due=number(row["due"])),
        )
        for row in records(material.table)
    )


def _not_due(row: dict[str, Any]) -> str:
    return _("{n} not yet due", n=number(row["not_yet_due"])) if row["not_yet_due"] else ""


def _rows(frame: pd.DataFrame, material: Material) -> Figure:
    """Five bars per module, with the share of those due and of the step before."""
    x: list[int] = []
    y: list[float] = []
    labels: list[str] = []
    colours: list[str] = []
    headings: list[dict[str, Any]] = []
    at = 0.0
    for row in records(frame):
        module = wrapped(material.name("module", row["module"]), 44, 1)
        headings.append(heading(f"<b>{module}</b>", _not_due(row), at + 0.5))
        before = 0
        for step, colour in zip(STEPS, theme.STEPS, strict=True):
            at += 1
            reached = row[step]
            x.append(theme.length(reached))
            y.append(at)
            colours.append(colour)
            labels.append(_step_label(step, reached, row.get(f"{step}_share"), before))
            before = reached
        at += 1.5
    return {
        "data": [bar(x, y, marker={"color": colours}, text=labels, textposition="outside", width=0.82)],
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


def _step_label(step: str, reached: float, of_due: float | None, before: float) -> str:
    if step == "planned" or not known(of_due):
        return f"<b>{number(reached)}</b>"
    of_previous = percent(min(reached, before) / before) if before else "–"
    if step == "workshop":  # the step before is the first step
        of_first = _("{share} of those due", share=percent(of_due))
        return f"<b>{number(reached)}</b>  {of_first}"
    return "<b>{}</b>  {}".format(
        number(reached),
        _("{share} of those due · {previous} of the step before", share=percent(of_due), previous=of_previous),
    )


def _columns(frame: pd.DataFrame, material: Material) -> Figure:
    """One row per module, one column per step; after each bar its count and its share of those due.

    All steps have the same scale, so that bars can be compared along a row and down a column.
    """
    top = max([*map(theme.length, frame["planned"]), 1])
    x: list[float] = []
    y: list[int] = []
    starts: list[int] = []
    labels: list[str] = []
    colours: list[str] = []
    headings: list[dict[str, Any]] = []
    for at, row in enumerate(records(frame)):
        module = wrapped(material.name("module", row["module"]), 60, 1)
        headings.append(heading(f"<b>{module}</b>", _not_due(row), at))
        for column, (step, colour) in enumerate(zip(STEPS, theme.STEPS, strict=True)):
            of_due = row.get(f"{step}_share")
            has_share = step != "planned" and of_due is not None and of_due == of_due  # noqa: PLR0124 - NaN
            x.append(theme.length(row[step]) / top * _LONGEST)
            y.append(at)
            starts.append(column)
            colours.append(colour)
            labels.append(f"<b>{number(row[step])}</b>" + (f"  {percent(of_due)}" if has_share else ""))
    columns = [
        {"text": step_name(step), "x": column, "xref": "x", "xanchor": "left", "y": -0.82, "yref": "y",
         "yanchor": "bottom", "showarrow": False, "font": {"color": theme.MUTED}}
        for column, step in enumerate(STEPS)
    ]  # fmt: skip
    bars = {"base": starts, "marker": {"color": colours}, "text": labels, "textposition": "outside", "width": 0.36}
    return {
        "data": [bar(x, y, **bars)],
        "layout": theme.layout(
            76 * max(len(frame), 1) + 36,
            xaxis=theme.hidden_axis(range=[0, len(STEPS)]),
            yaxis=theme.hidden_axis(range=[len(frame) - 0.65, -0.85]),
            annotations=[*columns, *headings],
            margin={"l": 8, "r": 8, "t": 28, "b": 8, "pad": 0},
        ),
    }


def _completion(material: Material) -> Figure:
    """One bar per module: completed on top of due."""
    frame = material.table[material.table["planned"] > 0]
    due, done = frame["due"].tolist(), frame["completed"].tolist()
    labels = [_done_of_due(a, b) for a, b in zip(done, due, strict=True)]
    due, done = [theme.length(n) for n in due], [theme.length(n) for n in done]
    positions = list(range(len(frame)))
    headings = [
        heading(wrapped(material.name("module", code), 44, 1), "", at) for at, code in enumerate(frame["module"])
    ]
    return {
        "data": [
            bar(due, positions, marker={"color": theme.PALE}, text=labels, textposition="outside", width=0.42),
            bar(done, positions, marker={"color": theme.AFTER}, width=0.42),
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
    if done > due:  # each number is rounded on its own
        return _("{done} completed, {due} due", done=number(done), due=number(due))
    return _("{done} of {due} · {share}", done=number(done), due=number(due), share=percent(done / due))


# ---- the states


def draw_states(material: Material) -> Drawing:
    """The state of each planned training; on a slide with all numbers."""
    frame = material.table[material.table["planned"] > 0]
    chart = _states_chart(frame, material)
    return Drawing(
        title=_states_title(material.table),
        figure=_states(frame, chart, material),
        caption=_("Enterprises per module; each is in exactly one state."),
        chart=chart,
        ns=_planned_and_due(material) if material.on_slide else (),
    )


def _states_title(frame: pd.DataFrame) -> str:
    """The number of trainings planned, in progress, dropped and overdue."""
    total = {each: sum(frame[each]) for each in ("planned", "in_progress", "dropped", "overdue", "not_yet_due")}
    if any(unseen(n) for each in total for n in frame[each]) and not all(total.values()):
        return _("Where each planned training stands")
    return _(
        "Of {planned} planned, {progress} are in progress, {dropped} dropped out, {overdue} are overdue",
        planned=number(total["planned"]),
        progress=number(total["in_progress"]),
        dropped=number(total["dropped"]),
        overdue=number(total["overdue"]),
    )


def _states_chart(frame: pd.DataFrame, material: Material) -> Chart:
    """One bar per module, one part per state; parts too small for their number are in the remark."""
    # Rounded states can add up to a little more or less than the number planned.
    stacked = [sum(theme.length(row[state]) for state in STATES) for row in records(frame)]
    planned = [theme.length(n) for n in frame["planned"]]
    whole = max([*planned, *stacked, 1])
    categories = []
    for row in records(frame):
        module = material.name("module", row["module"])
        remark = _small_states(row, whole) if material.on_slide else _few_states(row)
        categories.append(Category(wrapped(module, 30, 1) if remark and not material.on_slide else module, "", remark))
    series = tuple(
        Series(
            state_name(state),
            tuple(theme.length(n) for n in frame[state]),
            theme.STATES[state.replace("_", "-")],
            hatched=_HATCHED.get(state, ""),
            dark=state not in _PALE,
        )
        for state in STATES
    )
    most = float(max([*planned, 0]))
    return Chart(tuple(categories), series, stacked=True, most=most, fewest=most * ROOM)


def _states(frame: pd.DataFrame, chart: Chart, material: Material) -> Figure:
    modules = [material.name("module", code) for code in frame["module"]]
    positions = list(range(len(frame)))
    stacked = [sum(parts) for parts in zip(*(series.lengths for series in chart.series), strict=True)]
    whole = max([*map(theme.length, frame["planned"]), *stacked, 1])
    traces = [
        bar(
            list(series.lengths),
            positions,
            name=series.name,
            marker={
                "color": series.colour,
                "pattern": {
                    "shape": series.hatched, "bgcolor": series.colour, "fgcolor": "rgba(255,255,255,.6)", "size": 7,
                },
                "line": {"color": theme.PAPER, "width": 1},
            },
            # A number is printed only where it fits into its segment; the table has all numbers.
            text=[f"<b>{number(n)}</b>" if n >= whole * ROOM else "" for n in series.lengths],
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            textfont={
                "color": theme.PAPER if series.dark else theme.INK,
                # The halo keeps a number readable on a hatched segment.
                **({"shadow": _halo(series.colour)} if series.hatched else {}),
            },
            customdata=modules,
            hovertemplate="%{customdata}<br>" + labelled(series.name, "%{x}") + "<extra></extra>",
            hoverinfo=None,
            width=0.5,
        )
        for series in chart.series
    ]  # fmt: skip
    return {
        "data": traces,
        "layout": theme.layout(
            78 * max(len(frame), 1) + 60,
            barmode="stack",
            showlegend=True,
            legend=theme.legend(),
            xaxis=theme.hidden_axis(range=[0, whole]),
            yaxis=theme.hidden_axis(range=[len(frame) - 0.55, -0.8]),
            annotations=[heading(each.name, each.remark, at) for at, each in enumerate(chart.categories)],
            margin={"l": 8, "r": 8, "t": 40, "b": 8, "pad": 0},
        ),
    }


def _halo(colour: str) -> str:
    return f"0 0 3px {colour}, 0 0 3px {colour}, 0 0 4px {colour}"


def _few_states(row: dict[str, Any]) -> str:
    """The states under the rounding base, which have no bar."""
    few = [state for state in STATES if unseen(row[state])]
    return labelled(unseen(row[few[0]]), listed([state_name(state) for state in few])) if few else ""


def _small_states(row: dict[str, Any], whole: float) -> str:
    """The states whose segments are too small for their number."""
    small = [state for state in STATES if unseen(row[state]) or 0 < row[state] < whole * ROOM]
    return " · ".join(labelled(state_name(state), number(row[state])) for state in small)


# ---- the texts


def missing(material: Material) -> str:
    """The message where no training is planned."""
    if not material.coverage.enterprises:
        return _("No enterprise is enrolled in this selection.")
    if sum(material.table["planned"]):
        return ""
    if material.threshold:
        return _("Too few enterprises in any one module to be shown")
    return _("No training is planned for the {n} enterprises of this selection.", n=material.coverage.enterprises)


LOOK = Look(
    code="module-funnel",
    name=_l("Module by module, from planned to completed"),
    definition=_l(
        "Distinct enterprises per module: planned, workshop held, at least one visit, progress assessed, "
        "completed. A step counts as reached when it or any later step has evidence; how many reached it without "
        "a record of their own is given. Shares are of those planned less those not yet due, so that a young "
        "round does not look like a failing one."
    ),
    section="Trainings",
    columns=(
        ColumnLook("module", _l("code of the module"), _l("Module"), name("module"), obvious=True),
        ColumnLook(
            "planned", _l("enterprises with a training of the module planned"), _l("Planned"), count("planned"), True
        ),
        ColumnLook(
            "workshop", _l("of them with the workshop held, or a later step"), _l("Workshop held"), count("workshop"),
            True,
        ),
        ColumnLook(
            "visited", _l("of them with at least one visit, or a later step"), _l("Visited"), count("visited"), True
        ),
        ColumnLook(
            "assessed", _l("of them with progress assessed, or the module completed"), _l("Assessed"),
            count("assessed"), True,
        ),
        ColumnLook("completed", _l("of them with the module completed"), _l("Completed"), count("completed"), True),
        ColumnLook(label=_l("Completed, share of those due"), write=share("completed_share"), numeric=True),
        ColumnLook(
            "visited_without_record", _l("counted as visited by a later step alone"),
            _l("Visited, without a record of it"), count("visited_without_record"), True,
        ),
        ColumnLook(
            "assessed_without_record", _l("counted as assessed by a later step alone"),
            _l("Assessed, without a record of it"), count("assessed_without_record"), True,
        ),
        ColumnLook("in_progress", _l("started, not completed and not dropped")),
        ColumnLook("dropped", _l("dropped from the module, or left the round")),
        ColumnLook("overdue", _l("due, but not started")),
        ColumnLook("not_yet_due", _l("neither started nor due yet")),
        ColumnLook("workshop_share", _l("workshop held, of those planned less those not yet due")),
        ColumnLook("visited_share", _l("visited, of those planned less those not yet due")),
        ColumnLook("assessed_share", _l("assessed, of those planned less those not yet due")),
        ColumnLook("completed_share", _l("completed, of those planned less those not yet due")),
    ),
    pictures=(
        Picture("module-funnel", draw, _l("Module by module, from planned to completed")),
        Picture(
            "states",
            draw_states,
            _l("Where each planned training stands"),
            columns=(
                ColumnLook(label=_l("Module"), write=name("module")),
                ColumnLook(label=_l("Planned"), write=count("planned"), numeric=True),
                ColumnLook(label=_l("Completed"), write=count("completed"), numeric=True),
                ColumnLook(label=_l("In progress"), write=count("in_progress"), numeric=True),
                ColumnLook(label=_l("Dropped out"), write=count("dropped"), numeric=True),
                ColumnLook(label=_l("Overdue"), write=count("overdue"), numeric=True),
                ColumnLook(label=_l("Not yet due"), write=count("not_yet_due"), numeric=True),
            ),
        ),
    ),
    missing=missing,
)  # fmt: skip
