"""Targets and their actual values: one bar per target against the line of the target, with the numbers."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from layouts import theme
from layouts.figures.chart import Category, Chart, Series, broken, share_format
from layouts.figures.slide_room import MOST_ROWS
from layouts.frames import records
from layouts.look import ColumnLook, Drawing, Look, Material, Picture, Row, all_rows_missing
from layouts.parts.cell_writers import dated, name, share, source
from layouts.texts.code_words import scope_name
from layouts.theme import Figure
from layouts.words import _, _l, day, known, labelled, ngettext, number, percent, quantity, sentences, wrapped

MOST_TARGETS = 40
LONGEST = 1.5
"""Maximum length of a bar, as a share of the target; the real share is printed next to it."""

SIGNS = {"done": "✓", "in-progress": "…", "late": "!", "not-started": "○", "not-planned": "–", "unknown": "?"}

_WIDTH = 46
_COLOURS = {
    "done": theme.AFTER,
    "in-progress": "#6aaed6",
    "late": theme.WORSE,
    "not-started": theme.SAME,
    "not-planned": theme.SAME,
    "unknown": theme.SAME,
}
_LATE = {
    "color": theme.WORSE,
    "pattern": {"shape": "/", "bgcolor": theme.WORSE, "fgcolor": "rgba(255,255,255,.6)", "size": 7},
}


def draw(material: Material) -> Drawing:
    """The targets due last, each with its actual value; on a slide bars are close."""
    frame = material.table
    most = MOST_ROWS if material.on_slide else MOST_TARGETS
    cut = _("The {n} that are due last; the table has all.", n=most) if len(frame) > most else ""
    rows = records(frame.tail(most))
    return Drawing(
        title=_title(frame),
        figure=_figure(rows, material),
        caption=sentences(_caption(frame), cut),
        chart=_chart(rows, material) if material.on_slide else None,
        ns=tuple((material.name("indicator", row["indicator"]), _values(row)) for row in records(frame))
        if material.on_slide
        else (),
    )


def _chart(rows: list[dict[str, Any]], material: Material) -> Chart:
    categories = tuple(
        Category(_label(row, rows, material), broken(f"{_status(row)} · {_values(row)}")) for row in rows
    )
    reached = tuple(round(theme.length(row["attainment"]), 6) for row in rows)
    series = Series(_("Share of the target reached"), reached, theme.AFTER, dark=True)
    return Chart(categories, (series,), format=share_format(), most=max([*reached, 1]))


def _figure(rows: list[dict[str, Any]], material: Material) -> Figure:
    """One bar per target, phase by phase; name and numbers are above it, or next to it where bars are close."""
    close = material.on_slide
    phases = [row["phase"] for row in rows]
    y: list[float] = []
    headings: list[dict[str, Any]] = []
    at = 0.0
    height = 50 if close else 86 + 36 * any("<br>" in wrapped(_name(row, material), _WIDTH, 2) for row in rows)
    for n, row in enumerate(rows):
        if not close and len(set(phases)) > 1 and (not n or phases[n - 1] != row["phase"]):
            at += 0.5 if n else 0.1
            phase = material.name("phase", row["phase"]) if row["phase"] else _("In no phase on record")
            headings.append(theme.heading(f"<b>{phase}</b>", at) | {"y": at - 0.62})
        y.append(at)
        if not close:
            headings.append(_heading(row, at, material))
        at += 1
    positioned = list(zip(y, rows, strict=True))
    return {
        "data": [
            _bars([each for each in positioned if each[1]["status"] != "late"], close=close),
            _bars([each for each in positioned if each[1]["status"] == "late"], close=close) | {"marker": _LATE},
            {
                "type": "scatter",
                "mode": "text",
                # To the right of the bar, and of the line of the target where there is one.
                "x": [_end(row) + 2 for row in rows],
                "y": y,
                "text": [_share_and_values(row) if close else _share(row) for row in rows],
                "textposition": "middle right",
                "textfont": {"color": theme.INK},
                "hoverinfo": "skip",
                "cliponaxis": False,
            },
        ],
        "layout": theme.layout(
            int(height * max(at, 1)) + 30,
            barmode="overlay",
            xaxis=theme.hidden_axis(range=[0, 100 * LONGEST * (2.6 if close else 1.25)]),
            yaxis=theme.axis(
                range=[at - 0.5, -0.5],
                tickvals=y,
                ticktext=[wrapped(_label(row, rows, material), 40, 2) for row in rows],
                showgrid=False,
            )
            if close
            else theme.hidden_axis(range=[at - 0.6, -0.95]),
            shapes=[
                {"type": "line", "x0": 100, "x1": 100, "y0": place - 0.19, "y1": place + 0.19, "layer": "above",
                 "line": {"color": theme.INK, "width": 2}}
                for place, row in positioned
                if row["attainment"] is not None
            ],
            annotations=headings,
            margin={"l": 8, "r": 8, "t": 8, "b": 8, "pad": 4 if close else 0},
        ),
    }  # fmt: skip


def _bars(rows: list[tuple[float, dict[str, Any]]], *, close: bool) -> dict[str, Any]:
    return {
        "type": "bar",
        "orientation": "h",
        "x": [_length(row) for _place, row in rows],
        "y": [place for place, _row in rows],
        "width": 0.5 if close else 0.24,
        "marker": {"color": [_COLOURS[row["status"]] for _place, row in rows]},
        "hoverinfo": "skip",
    }


def _name(row: Row, material: Material) -> str:
    """The name of a target: its indicator and its modules."""
    parts = (material.name("indicator", row["indicator"]), scope_name(row["scope"]))
    return " · ".join(part for part in parts if part)


def _label(row: Row, rows: list[dict[str, Any]], material: Material) -> str:
    """The name of a target, with its place and date where these are needed to distinguish it from others in `rows`."""
    name = _name(row, material)
    same = [other for other in rows if _name(other, material) == name]
    parts = [name]
    if len({other["place"] for other in same}) > 1:
        parts.append(material.name("place", row["place"]))
    if sum(other["place"] == row["place"] for other in same) > 1:
        parts.append(day(row["due_on"], row["due_on_precision"]))
    return " · ".join(parts)


def _length(row: Row) -> float:
    return min(theme.length(row["attainment"]), LONGEST) * 100


def _end(row: Row) -> float:
    return max(_length(row), 100 if known(row["attainment"]) else 0)


def _share(row: Row) -> str:
    return f"<b>{percent(row['attainment'])}</b>" if known(row["attainment"]) else ""


def _share_and_values(row: Row) -> str:
    return "  ".join(part for part in (_share(row), _brief(row)) if part)


def _heading(row: Row, at: float, material: Material) -> dict[str, Any]:
    phase = [material.name("phase", row["phase"])] if row["phase"] else []
    due = _("due {date}", date=day(row["due_on"], row["due_on_precision"]))
    details = " · ".join([*phase, material.name("place", row["place"]), due])
    text = (
        f"<b>{wrapped(_name(row, material), _WIDTH, 2)}</b><br>{_status(row)} · {_values(row)}"
        f"<br><span style='color:{theme.MUTED};font-size:13px'>{wrapped(details, 60, 1)}</span>"
    )
    return theme.heading(text, at) | {"y": at - 0.16, "yanchor": "bottom"}


# ---- the texts


def _status_name(status: str) -> str:
    return {
        "done": _("Done"),
        "in-progress": _("In progress"),
        "late": _("Late"),
        "not-started": _("Not started"),
        "not-planned": _("Not planned"),
        "unknown": _("Cannot be told"),
    }[status]


def _values(row: Row) -> str:
    """Target and actual as printed, with the share of women where one is given."""
    return _("target {target}, actual {actual}", target=_target(row), actual=_actual(row))


def _brief(row: Row) -> str:
    """The status and the values of a target in few words."""
    target, operator = quantity(row["target"], row["unit"]), row["operator"] or "="
    if not known(row["actual"]):
        return sentences(SIGNS[row["status"]], _("target {target}, no actual on record", target=target))
    actual = quantity(row["actual"], row["unit"], operator)
    values = _("target {target}, actual {actual}", target=target, actual=actual)
    return f"{SIGNS[row['status']]} {_status_name(row['status'])} · {values}"


def _actual(row: Row, _material: Material | None = None) -> str:
    """The actual value, with the sign of a bound."""
    if not known(row["actual"]):
        return _("not on record")
    return _with_women(quantity(row["actual"], row["unit"], row["operator"]), row["actual_women"])


def _target(row: Row, _material: Material | None = None) -> str:
    """The value of the target."""
    return _with_women(quantity(row["target"], row["unit"]), row["women"])


def _with_women(value: str, women: float | None) -> str:
    return value if women is None else sentences(value, _("({share} women)", share=percent(women / 100)))


def _status(row: Mapping[str, Any], _material: Material | None = None) -> str:
    """The sign and name of a target's status, with the reason where it is unknown."""
    status = row["status"]
    if status == "unknown":
        reason = _("no actual on record") if not known(row["actual"]) else _("the actual is a bound")
        return f"{SIGNS[status]} {labelled(_status_name(status), reason)}"
    return f"{SIGNS[status]} {_status_name(status)}"


def _title(frame: pd.DataFrame) -> str:
    """The number of targets reached, and late."""
    counts = frame["status"].value_counts()
    late = int(counts.get("late", 0))
    reached = ngettext(
        "{done} of {n} target reached",
        "{done} of {n} targets reached",
        len(frame),
        done=number(int(counts.get("done", 0))),
    )
    return _("{reached}; {late} late", reached=reached, late=number(late)) if late else reached


def _caption(frame: pd.DataFrame) -> str:
    """The explanation of the bars, and the number of targets without one."""
    zero = int((frame["target"] == 0).sum())
    none = ngettext(
        "{n} target is zero: of nothing there is no share.",
        "{n} targets are zero: of nothing there is no share.",
        zero,
    )
    return sentences(_("The line is the target; a bar says how much of it was reached."), none if zero else "")


def _resting_on(frame: pd.DataFrame) -> str:
    actual = int(frame["actual"].notna().sum())
    targets = ngettext("{n} target", "{n} targets", len(frame))
    return sentences(targets, "·", _("{n} with an actual", n=number(actual)))


LOOK = Look(
    code="targets",
    name=_l("Targets and what was reached"),
    definition=_l(
        "A target and, against it, the newest published figure of the same indicator, place and scope that is "
        "seen by the date looked back from; counted rows and figures are never mixed. Attainment is the actual "
        "divided by the target, only where the target is above zero and the actual is exact: a target of zero "
        "is shown beside its actual, without a share."
    ),
    section="Targets",
    columns=(
        ColumnLook("indicator", _l("code of the indicator"), _l("Indicator"), name("indicator"), obvious=True),
        ColumnLook("scope", _l("m1: Module 1 alone, m2-5: the further modules, blank: all"), _l("Modules"),
                   lambda row, _m: scope_name(row["scope"]) or "–"),
        ColumnLook("place", _l("code of the place; blank where it is not given"), _l("Place"), name("place"),
                   obvious=True),
        ColumnLook(label=_l("Phase"), write=name("phase")),
        ColumnLook("due_on", _l("when the target is to be reached"), _l("Due"), dated("due_on")),
        ColumnLook("target", _l("the target"), _l("Target"), _target, True, obvious=True),
        ColumnLook("actual", _l("the newest published figure of the same indicator, place and scope"), _l("Actual"),
                   _actual, True),
        ColumnLook("attainment", _l("actual divided by target, where the target is above zero"), _l("Reached"),
                   share("attainment"), True),
        ColumnLook(label=_l("State"), write=_status),
        ColumnLook("actual_as_of", _l("the date the actual speaks for"), _l("Date of the actual"),
                   dated("actual_as_of")),
        ColumnLook(label=_l("Source of the target"), write=source()),
        ColumnLook(label=_l("Source of the actual"), write=source("actual_source")),
    ),
    note=_l("The actual is the newest published figure of the same indicator, place and modules."),
    pictures=(Picture("targets", draw, _l("Targets and what was reached")),),
    missing=all_rows_missing(
        _l("No target speaks for this selection; targets have a place and a date, and no partner, sector or round.")
    ),
    resting_on=_resting_on,
)  # fmt: skip
