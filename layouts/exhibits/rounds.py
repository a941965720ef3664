"""Rounds against their plan: one row per round, the plan as a thin line, the actual dates as a bold line."""

from datetime import date
from typing import Any

import pandas as pd

from layouts import theme
from layouts.figures.time_axis import in_time
from layouts.frames import records
from layouts.look import ColumnLook, Drawing, Look, Material, Picture, Row, all_rows_missing, latest_first
from layouts.parts.cell_writers import dated, name, source
from layouts.texts.code_words import role_name
from layouts.texts.event_words import round_plan, slipped
from layouts.theme import Figure
from layouts.words import _, _l, known, labelled, listed, ngettext, number, sentences, wrapped

MOST_ROUNDS = 20


def draw(material: Material) -> Drawing:
    """The latest rounds against their plan."""
    return Drawing(
        title=_title(material.table),
        figure=_figure(material),
        caption=_caption(material.table),
    )


def _figure(material: Material) -> Figure | None:
    """The figure; None where no round has a date."""
    rows, as_of = records(material.table.tail(MOST_ROUNDS)), material.as_of
    when = [row[each] for row in rows for each in ("planned_first", "planned_last", "first", "last") if row[each]]
    if not when:
        return None
    plan = _lines(rows, "planned_first", "planned_last", 0.12)
    held = _lines([row | {"last": _until(row, as_of)} for row in rows], "first", "last", 0)
    traces = [
        {"type": "scatter", "mode": "lines+markers", "name": _("Planned"), **plan, "hoverinfo": "skip",
         "line": {"color": theme.BEFORE, "width": 3},
         "marker": {"symbol": "line-ns-open", "size": 10, "color": theme.BEFORE}},
        {"type": "scatter", "mode": "lines+markers", "name": _("Held"), **held, "hoverinfo": "skip",
         "line": {"color": theme.AFTER, "width": 9},
         "marker": {"symbol": "square", "size": 9, "color": theme.AFTER}},
    ]  # fmt: skip
    headings = []
    for at, row in enumerate(rows):
        heading = (
            f"<b>{wrapped(material.name('round', row['round']), 50, 1)}</b>"
            f"<br><span style='color:{theme.MUTED};font-size:13px'>{wrapped(round_plan(row), 74, 2)}</span>"
        )
        headings.append(theme.heading(heading, at, across=True) | {"y": at - 0.14, "yanchor": "bottom"})
    return in_time(traces, when, as_of, headings, height=84)


def _until(row: Row, as_of: date) -> date | None:
    """The end of the line of a round: its last day, or the as-of date while it runs as planned."""
    running = row["first"] and row["planned_last"] and row["planned_last"] >= as_of
    return row["last"] or (as_of if running else row["first"])


def _lines(rows: list[dict[str, Any]], first: str, last: str, lower: float) -> dict[str, Any]:
    x: list[str | None] = []
    y: list[float | None] = []
    for at, row in enumerate(rows):
        ends = [row[each] for each in (first, last) if row[each]]
        if ends:
            x += [min(ends).isoformat(), max(ends).isoformat(), None]
            y += [at + lower, at + lower, None]
    return {"x": x, "y": y}


def _title(frame: pd.DataFrame) -> str:
    """The number of rounds that started later than planned, of those with both dates."""
    slips = [slip for slip in frame["slip"] if known(slip)]
    begun = int(frame["started_on"].notna().sum())
    n, late = len(slips), sum(slip > 0 for slip in slips)
    if not begun:
        return _("No round has started on record")
    if not n:
        return ngettext(
            "{n} round has started, with no plan to compare",
            "{n} rounds have started, none with a plan to compare",
            begun,
        )
    if not late:
        return ngettext(
            "The one round with a plan and a start did not start later than planned",
            "None of {n} rounds started later than planned",
            n,
        )
    if late == n:
        return ngettext(
            "The one round with a plan and a start started later than planned",
            "All {n} rounds started later than planned",
            n,
        )
    return ngettext(
        "{late} of {n} round started later than planned",
        "{late} of {n} rounds started later than planned",
        n,
        late=number(late),
    )


def _caption(frame: pd.DataFrame) -> str:
    """The two lines, and the rounds that the chart or the title leaves out."""
    n, comparable = len(frame), sum(known(slip) for slip in frame["slip"])
    return sentences(
        _("Thin: as planned. Bold: as held, so far as its dates are on record."),
        ngettext("{comparable} of {n} round has a planned and an actual start on record.",
                 "{comparable} of {n} rounds have a planned and an actual start on record.", n,
                 comparable=number(comparable))
        if 0 < comparable < n
        else "",
        _("The latest {n}; the table has all.", n=MOST_ROUNDS) if n > MOST_ROUNDS else "",
    )  # fmt: skip


def _partner(material: Material, partner: str, role: str) -> str:
    return f"{material.name('partner', partner)} ({role_name(role)})"


def _partners(row: Row, material: Material) -> str:
    """The partners of a round, each with its role."""
    return listed([_partner(material, partner, role) for partner, role, _note in row["partners"]]) or "–"


def _notes(row: Row, material: Material) -> str:
    """The notes on its partners, such as that a role is inferred."""
    notes = [(_partner(material, partner, role), note) for partner, role, note in row["partners"] if note]
    return sentences(*(labelled(partner, note) for partner, note in notes))


def _resting_on(frame: pd.DataFrame) -> str:
    return ngettext("{n} round with a date on record", "{n} rounds with a date on record", len(frame))


LOOK = Look(
    code="rounds",
    name=_l("Rounds against their plan"),
    definition=_l(
        "One row per round with any date on record: when it was planned to begin and end, and when it did, as far "
        "as that is known by the date of the data. How much later than planned it started is given where both "
        "dates are on record, and no finer than they are; a date known only as the latest possible day gives no delay."
    ),
    section="Events and rounds",
    columns=(
        ColumnLook("round", _l("code of the round"), _l("Round"), name("round"), obvious=True),
        ColumnLook("planned_start", _l("when the round was to begin"), _l("Planned start"),
                   dated("planned_start")),
        ColumnLook("started_on", _l("when the round began, where it has"), _l("Start"),
                   dated("started_on")),
        ColumnLook("planned_end", _l("when the round was to end"), _l("Planned end"),
                   dated("planned_end")),
        ColumnLook("ended_on", _l("when the round ended, where it has"), _l("End"),
                   dated("ended_on")),
        ColumnLook(label=_l("Start against the plan"),
                   write=lambda row, _m: slipped(row["slip"], row["slip_precision"]) or "–"),
        ColumnLook(label=_l("Partners"), write=_partners),
        ColumnLook(label=_l("Notes on the partners"), write=_notes),
        ColumnLook(label=_l("Source"), write=source()),
    ),
    arranged=latest_first,
    pictures=(Picture("rounds", draw, slide="events"),),
    missing=all_rows_missing(_l("No round of this selection has a date on record.")),
    resting_on=_resting_on,
)  # fmt: skip
