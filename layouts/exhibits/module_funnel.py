"""The module funnel, and the state of each planned training."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from layouts import theme
from layouts.figures.bars import ROOM, bar, heading
from layouts.figures.chart import Category, Chart, Series
from layouts.frames import records
from layouts.look import ColumnLook, Drawing, Look, Material, Picture, Row, Size, Write
from layouts.parts.cell_writers import count, share
from layouts.parts.tables import Cell
from layouts.texts.code_words import coded, short, state_name, step_name
from layouts.theme import Figure
from layouts.words import (
    _,
    _l,
    known,
    labelled,
    listed,
    named_at_most,
    ngettext,
    number,
    out_of,
    percent,
    sentences,
    unseen,
    with_assumed,
    wrapped,
)

STEPS = ("planned", "workshop", "visited", "assessed", "completed")
STATES = ("completed", "recent", "stale", "dropped", "overdue", "not_yet_due")
"""The parts of the trainings planned. ``recent`` is in progress less ``stale``."""

_COLOURS = {
    **{state: theme.STATES[state.replace("_", "-")] for state in ("completed", "dropped", "overdue", "not_yet_due")},
    "recent": theme.STATES["in-progress"],
    "stale": theme.STATES["in-progress"],
}
_HATCHED = {"stale": ".", "dropped": "/", "overdue": "x"}  # distinguished without colour
_PALE = ("recent", "stale", "overdue", "not_yet_due")
_LONGEST = 0.42
"""Share of its column that the longest bar of a slide takes; the rest is for the numbers."""


def _name(row: Row, material: Material) -> str:
    return coded(row["module"], material.name("module", row["module"]))


def module(row: Row, material: Material) -> Cell:
    """The code and name of a module."""
    return _name(row, material)


def step(name: str) -> Write:
    """The number of enterprises with a step on record, and the number of whom it is assumed."""
    return lambda row, _material: with_assumed(row[name], row[f"{name}_assumed"])


def _assumed(row: Row, name: str) -> float:
    """The number of whom a step is assumed: none for the plan and the completion."""
    return row.get(f"{name}_assumed", 0)


# ---- from planned to completed


def draw(material: Material) -> Drawing:
    """The steps of each module: on a page as bars, on a slide as columns; small with one bar per module."""
    title = _title(material)
    if material.size is Size.SMALL:
        return Drawing(title, _completion(material))
    frame = material.table[material.table["planned"] > 0]
    caption = sentences(
        _("Solid: on record. Hatched: assumed from a later step, not on record.")
        if any(n or unseen(n) for name in STEPS[1:-1] for n in frame[f"{name}_assumed"])
        else "",
        _("Shares are of those due."),
    )
    if material.on_slide:
        chart, ns = _chart(frame, material), _planned_and_due(material)
        return Drawing(title, _columns(frame, material), caption, chart=chart, ns=ns)
    return Drawing(title, _rows(frame, material), caption)


def _title(material: Material) -> str:
    """The number of enterprises that completed the module in which most were due; of several such modules, of each."""
    frame = material.table
    due = frame["due"].astype(int)
    if not due.any():
        if not known(*frame["due"]):
            return _("Too few enterprises in any one module to be shown")
        undated = sum(frame["without_due_date"])
        if not undated:
            return _("No training is due yet")
        return ngettext(
            "No training is known to be due: {n} has no due date",
            "No training is known to be due: {n} have no due date",
            undated,
        )
    most = records(frame[due == due.max()])
    if len(most) > 1:
        return _tied(most, material)
    return _("{module}: completion on record for {share}", module=_name(most[0], material), share=_done(most[0]))


def _done(row: Row) -> str:
    """The number completed out of the number due, and the share where both are known."""
    done, due = row["completed"], row["due"]
    if not known(done, row["completed_share"]) or done > due:  # each number is rounded on its own
        return out_of(done, due)
    return _("{n} of {all} ({share})", n=number(done), all=number(due), share=percent(row["completed_share"]))


def _tied(rows: Sequence[Row], material: Material) -> str:
    """Several modules in which equally many were due."""
    codes = [short(row["module"], material.name("module", row["module"])) for row in rows]
    if len({(row["completed"], unseen(row["completed"])) for row in rows}) == 1:
        return _("{modules}: completion on record for {share} each", modules=named_at_most(codes), share=_done(rows[0]))
    parts = [f"{code} {out_of(row['completed'], row['due'])}" for code, row in zip(codes, rows, strict=True)]
    return _("Completion on record, of those due: {parts}", parts=named_at_most(parts))


def _chart(frame: pd.DataFrame, material: Material) -> Chart:
    categories = []
    for row in records(frame):
        done = row["completed_share"]
        assumed = [
            f"{step_name(name)} {number(_assumed(row, name))}"
            for name in STEPS
            if _assumed(row, name) or unseen(_assumed(row, name))
        ]
        remarks = (
            _("{share} of those due completed it", share=percent(done)) if known(done) else "",
            labelled(_("Assumed, not on record"), listed(assumed)) if assumed else "",
        )
        categories.append(Category(_name(row, material), remark=" · ".join(filter(None, remarks))))
    series = tuple(
        Series(step_name(step), tuple(map(float, frame[step])), colour)
        for step, colour in zip(STEPS, theme.STEPS, strict=True)
    )
    return Chart(tuple(categories), series, upright=True)


def _planned_and_due(material: Material) -> tuple[tuple[str, str], ...]:
    return tuple(
        (_name(row, material), _("{n} planned, {due} due", n=number(row["planned"]), due=number(row["due"])))
        for row in records(material.table)
    )


def _due(row: Row) -> str:
    """The number due, and the number not yet due, of these without a due date."""
    due = _("{n} due", n=number(row["due"]))
    if not row["not_yet_due"] and not unseen(row["not_yet_due"]):
        return due
    return f"{due} · {_waiting(row['not_yet_due'], row['without_due_date'])}"


def _waiting(waiting: float, undated: float) -> str:
    """The number not yet due, and how many of these have no due date."""
    if not undated and not unseen(undated):
        return _("{n} not yet due", n=number(waiting))
    if known(waiting, undated) and waiting == undated:
        return _("{n} not started, without a due date", n=number(undated))
    return _("{n} not yet due, {undated} of them without a due date", n=number(waiting), undated=number(undated))


def _bars(x: list[float], assumed: list[float], y: list[float], starts: list[int], **settings: Any) -> list[Any]:
    """Solid bars of what is on record, and hatched bars of what is assumed behind them; the text is after both."""
    colours, text, width = settings["colours"], settings["text"], settings["width"]
    ends = [a + b for a, b in zip(starts, x, strict=True)]
    hatching = {"shape": "/", "bgcolor": theme.PAPER, "fgcolor": colours, "size": 6}
    return [
        bar(x, y, base=starts, marker={"color": colours}, width=width),
        bar(
            assumed, y, base=ends, text=text, textposition="outside", width=width,
            marker={"color": theme.PAPER, "pattern": hatching},
        ),
    ]  # fmt: skip


def _rows(frame: pd.DataFrame, material: Material) -> Figure:
    """Five bars per module, with the share of those due."""
    x: list[float] = []
    assumed: list[float] = []
    y: list[float] = []
    labels: list[str] = []
    colours: list[str] = []
    headings: list[dict[str, Any]] = []
    at = 0.0
    for row in records(frame):
        headings.append(heading(f"<b>{wrapped(_name(row, material), 64, 1)}</b>", _due(row), at + 0.5))
        for name, colour in zip(STEPS, theme.STEPS, strict=True):
            at += 1
            x.append(theme.length(row[name]))
            assumed.append(theme.length(_assumed(row, name)))
            y.append(at)
            colours.append(colour)
            labels.append(_step_label(name, row, _("{share} of those due", share=percent(row.get(f"{name}_share")))))
        at += 1.5
    longest = max([*(a + b for a, b in zip(x, assumed, strict=True)), 1])
    return {
        "data": _bars(x, assumed, y, [0] * len(x), colours=colours, text=labels, width=0.82),
        "layout": theme.layout(
            int(26 * (at + 0.2)) + 10,
            barmode="overlay",
            xaxis=theme.hidden_axis(range=[0, longest * 2.5]),
            yaxis=theme.axis(
                range=[at - 0.4, -0.7],
                tickvals=y,
                ticktext=[step_name(name) for _each in range(len(frame)) for name in STEPS],
                showgrid=False,
            ),
            annotations=headings,
            bargap=0,
        ),
    }


def _step_label(name: str, row: Row, of_due: str) -> str:
    """The number with a step on record, the number assumed, and the share on record of those due."""
    reached = f"<b>{number(row[name])}</b>"
    assumed = _assumed(row, name)
    if assumed or unseen(assumed):
        reached = _("{n} + {assumed} assumed", n=reached, assumed=number(assumed))
    share = row.get(f"{name}_share")
    return reached if name == "planned" or not known(share) else f"{reached}  {of_due}"


def _columns(frame: pd.DataFrame, material: Material) -> Figure:
    """One row per module, one column per step; after each bar its count and its share of those due.

    All steps have the same scale, so that bars can be compared along a row and down a column.
    """
    top = max([*map(theme.length, frame["planned"]), 1])
    x: list[float] = []
    assumed: list[float] = []
    y: list[float] = []
    starts: list[int] = []
    labels: list[str] = []
    colours: list[str] = []
    headings: list[dict[str, Any]] = []
    for at, row in enumerate(records(frame)):
        headings.append(heading(f"<b>{wrapped(_name(row, material), 64, 1)}</b>", _due(row), at))
        for column, (name, colour) in enumerate(zip(STEPS, theme.STEPS, strict=True)):
            x.append(theme.length(row[name]) / top * _LONGEST)
            assumed.append(theme.length(_assumed(row, name)) / top * _LONGEST)
            y.append(at)
            starts.append(column)
            colours.append(colour)
            labels.append(_step_label(name, row, percent(row.get(f"{name}_share"))))
    columns = [
        {"text": step_name(name), "x": column, "xref": "x", "xanchor": "left", "y": -0.82, "yref": "y",
         "yanchor": "bottom", "showarrow": False, "font": {"color": theme.MUTED}}
        for column, name in enumerate(STEPS)
    ]  # fmt: skip
    return {
        "data": _bars(x, assumed, y, starts, colours=colours, text=labels, width=0.36),
        "layout": theme.layout(
            76 * max(len(frame), 1) + 36,
            barmode="overlay",
            xaxis=theme.hidden_axis(range=[0, len(STEPS)]),
            yaxis=theme.hidden_axis(range=[len(frame) - 0.65, -0.85]),
            annotations=[*columns, *headings],
            margin={"l": 8, "r": 8, "t": 28, "b": 8, "pad": 0},
        ),
    }


def _completion(material: Material) -> Figure:
    """One bar per module: completed on top of due."""
    frame = material.table[material.table["planned"] > 0]
    rows = records(frame)
    due, done = ([theme.length(n) for n in frame[name]] for name in ("due", "completed"))
    positions = list(range(len(frame)))
    labels = [_done_of_due(row["completed"], row["due"]) for row in rows]
    headings = [heading(wrapped(_name(row, material), 64, 1), "", at) for at, row in enumerate(rows)]
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
        return _("none known to be due")
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
        caption=_states_caption(frame),
        chart=chart,
        ns=_planned_and_due(material) if material.on_slide else (),
    )


def _states_caption(frame: pd.DataFrame) -> str:
    """The number planned, and the trainings of which nobody knows whether they are overdue."""
    undated = sum(frame["without_due_date"])
    return sentences(
        ngettext(
            "{n} planned training: one enterprise and one module.",
            "{n} planned trainings: each is one enterprise and one module, in exactly one state.",
            sum(frame["planned"]),
        ),
        ngettext(
            "{n} has not started and has no due date: whether it is overdue is unknown.",
            "{n} have not started and have no due date: whether they are overdue is unknown.",
            undated,
        )
        if undated
        else "",
        _("No completion on record: the last record of the training is over a year old.")
        if any(n or unseen(n) for n in frame["stale"])
        else "",
    )


def _states_title(frame: pd.DataFrame) -> str:
    """The number of trainings planned, and of each state that has any."""
    rows = records(frame)
    if any(total is None for total in (_total(rows, "planned"), *(_total(rows, state) for state in STATES))):
        return _("Where each planned training stands")
    planned, total = sum(frame["planned"]), {state: _total(rows, state) or 0 for state in STATES}
    if total["completed"] == planned:
        return ngettext("{n} planned training, completed", "All {n} planned trainings are completed", planned)
    said = {
        "completed": _("{n} completed", n=number(total["completed"])),
        "recent": _("{n} in progress within a year", n=number(total["recent"])),
        "stale": _("{n} without a completion on record", n=number(total["stale"])),
        "dropped": _("{n} dropped out", n=number(total["dropped"])),
        "overdue": _("{n} overdue", n=number(total["overdue"])),
        "not_yet_due": _waiting(total["not_yet_due"], sum(frame["without_due_date"])),
    }
    return ngettext(
        "{n} planned training: {states}",
        "{n} planned trainings: {states}",
        planned,
        states=listed([text for state, text in said.items() if total[state]]),
    )


def _total(rows: Sequence[Row], state: str) -> float | None:
    """The number of a part over all modules; None where it is 0 only because single numbers are not shown."""
    numbers = [_part(row, state) for row in rows]
    return sum(numbers) or (None if any(map(unseen, numbers)) else 0)


def _part(row: Row, state: str) -> float:
    """The number of a part in a row. A rounded part can be more than its rounded whole, so nothing is below 0."""
    if state != "recent":
        return row[state]
    return max(row["in_progress"] - row["stale"], 0) if row["stale"] else row["in_progress"]


def _part_name(state: str) -> str:
    """The name of a part of the trainings planned."""
    return {"recent": _("In progress within a year"), "stale": _("No completion on record")}.get(state) or state_name(
        state
    )


def _states_chart(frame: pd.DataFrame, material: Material) -> Chart:
    """One bar per module, one part per state; parts too small for their number are in the remark."""
    # Rounded states can add up to a little more or less than the number planned.
    rows = records(frame)
    stacked = [sum(theme.length(_part(row, state)) for state in STATES) for row in rows]
    planned = [theme.length(n) for n in frame["planned"]]
    whole = max([*planned, *stacked, 1])
    categories = []
    for row in rows:
        name = _name(row, material)
        remark = _small_states(row, whole) if material.on_slide else _few_states(row)
        categories.append(Category(wrapped(name, 64, 1) if remark and not material.on_slide else name, "", remark))
    series = tuple(
        Series(
            _legend(rows, state),
            tuple(theme.length(_part(row, state)) for row in rows),
            _COLOURS[state],
            hatched=_HATCHED.get(state, ""),
            dark=state not in _PALE,
        )
        for state in _shown(rows)
    )
    most = float(max([*planned, 0]))
    return Chart(tuple(categories), series, stacked=True, most=most, fewest=most * ROOM)


def _legend(rows: Sequence[Row], state: str) -> str:
    """The name of a part and its number over all modules."""
    total = _total(rows, state)
    return _part_name(state) if total is None else f"{_part_name(state)} {number(total)}"


def _shown(rows: Sequence[Row]) -> list[str]:
    """The parts that any module has, or may have."""
    return [state for state in STATES if _total(rows, state) != 0]


def _states(frame: pd.DataFrame, chart: Chart, material: Material) -> Figure:
    rows = records(frame)
    modules = [_name(row, material) for row in rows]
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
            hovertemplate="%{customdata}<br>" + labelled(_part_name(state), "%{x}") + "<extra></extra>",
            hoverinfo=None,
            width=0.5,
        )
        for state, series in zip(_shown(rows), chart.series, strict=True)
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


def _few_states(row: Row) -> str:
    """The states under the rounding base, which have no bar."""
    few = [state for state in STATES if unseen(_part(row, state))]
    return labelled(unseen(_part(row, few[0])), listed([_part_name(state) for state in few])) if few else ""


def _small_states(row: Row, whole: float) -> str:
    """The states whose segments are too small for their number."""
    small = [state for state in STATES if unseen(_part(row, state)) or 0 < _part(row, state) < whole * ROOM]
    return " · ".join(labelled(_part_name(state), number(_part(row, state))) for state in small)


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
        "Distinct enterprises per module. Workshop, visit, assessment and completion are counted where any training "
        "of the module has a record of that very step. Assumed: no such record, but a later step has one. In progress: "
        "started, and neither completed nor dropped; of these, no completion on record: the last record is older than "
        "365 days. Not yet due includes trainings without a due date, of which nobody can say whether they are "
        "overdue. Shares are what is on record of those due: planned less not yet due, so that a young round does "
        "not look like a failing one."
    ),
    section="Trainings",
    columns=(
        ColumnLook("module", _l("code of the module"), _l("Module"), module, obvious=True),
        ColumnLook(
            "planned", _l("enterprises with a training of the module planned"), _l("Planned"), count("planned"), True
        ),
        ColumnLook(
            "workshop", _l("of them with a workshop on record"), _l("Workshop held"), step("workshop"), True
        ),
        ColumnLook("visited", _l("of them with a visit on record"), _l("Visited"), step("visited"), True),
        ColumnLook(
            "assessed", _l("of them with an assessment of progress on record"), _l("Assessed"), step("assessed"), True
        ),
        ColumnLook(
            "completed", _l("of them with a completion on record"), _l("Completed"), count("completed"), True
        ),
        ColumnLook(label=_l("Completed, share of those due"), write=share("completed_share"), numeric=True),
        ColumnLook("workshop_assumed", _l("without a workshop on record, but with a later step")),
        ColumnLook("visited_assumed", _l("without a visit on record, but with a later step")),
        ColumnLook("assessed_assumed", _l("without an assessment on record, but with the module completed")),
        ColumnLook("in_progress", _l("started, not completed and not dropped")),
        ColumnLook("stale", _l("of those in progress, the last record is older than 365 days")),
        ColumnLook("dropped", _l("dropped from the module, or left the round")),
        ColumnLook("overdue", _l("due, but not started")),
        ColumnLook("not_yet_due", _l("neither started nor due yet")),
        ColumnLook("without_due_date", _l("of those not yet due, without a due date")),
        ColumnLook("workshop_share", _l("workshop on record, of those planned less those not yet due")),
        ColumnLook("visited_share", _l("visit on record, of those planned less those not yet due")),
        ColumnLook("assessed_share", _l("assessment on record, of those planned less those not yet due")),
        ColumnLook("completed_share", _l("completion on record, of those planned less those not yet due")),
    ),
    pictures=(
        Picture("module-funnel", draw, _l("Module by module, from planned to completed")),
        Picture(
            "states",
            draw_states,
            _l("Where each planned training stands"),
            columns=(
                ColumnLook(label=_l("Module"), write=module),
                ColumnLook(label=_l("Planned"), write=count("planned"), numeric=True),
                ColumnLook(label=_l("Completed"), write=count("completed"), numeric=True),
                ColumnLook(label=_l("In progress"), write=count("in_progress"), numeric=True),
                ColumnLook(label=_l("of these, no completion on record"), write=count("stale"), numeric=True),
                ColumnLook(label=_l("Dropped out"), write=count("dropped"), numeric=True),
                ColumnLook(label=_l("Overdue"), write=count("overdue"), numeric=True),
                ColumnLook(label=_l("Not yet due"), write=count("not_yet_due"), numeric=True),
                ColumnLook(label=_l("of these, without a due date"), write=count("without_due_date"), numeric=True),
            ),
        ),
    ),
    missing=missing,
)  # fmt: skip
