"""Targets: what was reached on the day of each, and what is reached by now; one bar per target."""

from typing import Any

import pandas as pd

from layouts import theme
from layouts.figures.chart import Category, Chart, Series, broken, share_format
from layouts.figures.slide_room import MOST_ROWS
from layouts.frames import records
from layouts.look import ColumnLook, Drawing, Look, Material, Picture, Row, all_rows_missing
from layouts.parts.cell_writers import dated, name, source
from layouts.texts.code_words import headline_name, scope_name
from layouts.theme import Figure
from layouts.words import (
    _,
    _l,
    day,
    known,
    labelled,
    listed,
    ngettext,
    number,
    percent,
    quantity,
    sentences,
    unseen,
    wrapped,
)

MOST_TARGETS = 40
LONGEST = 1.5
"""Maximum length of a bar, as a share of the target; the real share is printed next to it."""

STATES = ("missed", "reached-later", "not-reported", "on-the-way", "reached")
"""The states of a target, in the order of charts and tables: those to speak about first."""

SIGNS = {"missed": "✕", "reached-later": "◑", "not-reported": "?", "on-the-way": "…", "reached": "✓"}

_WIDTH = 42
_LINE, _CLOSE = 18, 50
"""Pixels of a line of text, and of a row where bars are close."""

_COLOURS = {
    "missed": theme.WORSE,
    "reached-later": theme.WORSE,
    "not-reported": theme.SAME,
    "on-the-way": "#6aaed6",
    "reached": theme.AFTER,
}
_HATCHED = {"shape": "/", "bgcolor": theme.WORSE, "fgcolor": "rgba(255,255,255,.6)", "size": 7}


def missed_first(frame: pd.DataFrame) -> pd.DataFrame:
    """The targets in the order of :data:`STATES`, within a state the latest due date first."""
    latest = frame.sort_values("due_on", ascending=False, kind="stable")
    return latest.sort_values("state", key=lambda states: states.map(STATES.index), kind="stable")


def draw(material: Material) -> Drawing:
    """The targets, those that were missed first; on a slide bars are close."""
    frame = missed_first(material.table)
    most = MOST_ROWS if material.on_slide else MOST_TARGETS
    cut = _("The first {n}; the table has all {all}.", n=most, all=len(frame)) if len(frame) > most else ""
    rows = records(frame.head(most))
    return Drawing(
        title=_title(frame),
        figure=_figure(rows, material),
        caption=sentences(_states(frame), _caption(rows), cut),
        chart=_chart(rows, material) if material.on_slide else None,
        ns=tuple((material.name("indicator", row["indicator"]), _words(row)) for row in records(frame))
        if material.on_slide
        else (),
    )


def _chart(rows: list[dict[str, Any]], material: Material) -> Chart:
    categories = tuple(
        Category(_label(row, rows, material), broken(f"{SIGNS[row['state']]} {_words(row)}")) for row in rows
    )
    reached = tuple(round(theme.length(row["attainment"]), 6) for row in rows)
    series = Series(
        _("Share of the target reached"), reached, theme.AFTER, dark=True,
        colours=tuple(_COLOURS[row["state"]] for row in rows),
    )  # fmt: skip
    return Chart(categories, (series,), format=share_format(), most=max([*reached, 1]))


def _figure(rows: list[dict[str, Any]], material: Material) -> Figure:
    """One bar per target, state by state; name and words are above it, or next to it where bars are close.

    The y axis is in pixels, because some headings have more lines than others.
    """
    close = material.on_slide
    states = [row["state"] for row in rows]
    y: list[float] = []
    headings: list[dict[str, Any]] = []
    at = 4.0
    for n, row in enumerate(rows):
        if close:
            y.append(at + _CLOSE / 2)
            at += _CLOSE
            continue
        if len(set(states)) > 1 and (not n or states[n - 1] != row["state"]):
            group = labelled(_state_name(row["state"]), number(states.count(row["state"])))
            headings.append(_above(f"<b>{SIGNS[row['state']]} {group}</b>", at + 30) | {"font": {"size": 16}})
            at += 44
        text = _heading(row, material)
        bar = at + _LINE * (text.count("<br>") + 1) + 18
        headings.append(_above(text, bar - 11))
        y.append(bar)
        at = bar + 24
    positioned = list(zip(y, rows, strict=True))
    missed = [each for each in positioned if each[1]["state"] in ("missed", "reached-later")]
    return {
        "data": [
            _bars([each for each in positioned if each not in missed]),
            _bars(missed) | {"marker": {"color": theme.WORSE, "pattern": _HATCHED}},
            {
                "type": "scatter",
                "mode": "text",
                # To the right of the bar, and of the line of the target where there is one.
                "x": [_end(row) + 2 for row in rows],
                "y": y,
                "text": [_in_brief(row) if close else _share(row) for row in rows],
                "textposition": "middle right",
                "textfont": {"color": theme.INK},
                "hoverinfo": "skip",
                "cliponaxis": False,
            },
            {
                "type": "scatter",
                "mode": "text",
                "x": [100 * LONGEST - 6 for _place, row in positioned if _is_cut(row)],
                "y": [place for place, row in positioned if _is_cut(row)],
                "text": ["<b>//</b>" for _place, row in positioned if _is_cut(row)],
                "textfont": {"color": theme.PAPER, "size": 17},
                "hoverinfo": "skip",
            },
        ],
        "layout": theme.layout(
            int(at) + 20,
            barmode="overlay",
            xaxis=theme.hidden_axis(range=[0, 100 * LONGEST * (2.9 if close else 1.25)]),
            yaxis=theme.axis(
                range=[at, 0],
                tickvals=y,
                ticktext=[wrapped(_label(row, rows, material), 40, 2) for row in rows],
                showgrid=False,
            )
            if close
            else theme.hidden_axis(range=[at, 0]),
            shapes=[
                {"type": "line", "x0": 100, "x1": 100, "y0": place - 14, "y1": place + 14, "layer": "above",
                 "line": {"color": theme.INK, "width": 2}}
                for place, row in positioned
                if known(row["attainment"])
            ],
            annotations=headings,
            margin={"l": 8, "r": 8, "t": 8, "b": 8, "pad": 4 if close else 0},
        ),
    }  # fmt: skip


def _above(text: str, y: float) -> dict[str, Any]:
    """A heading that ends at `y` pixels."""
    return theme.heading(text, y) | {"y": y, "yanchor": "bottom"}


def _bars(rows: list[tuple[float, dict[str, Any]]]) -> dict[str, Any]:
    return {
        "type": "bar",
        "orientation": "h",
        "x": [_length(row) for _place, row in rows],
        "y": [place for place, _row in rows],
        "width": 20,
        "marker": {"color": [_COLOURS[row["state"]] for _place, row in rows]},
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
    return max(min(theme.length(row["attainment"]), LONGEST), 0) * 100


def _is_cut(row: Row) -> bool:
    return known(row["attainment"]) and row["attainment"] > LONGEST


def _end(row: Row) -> float:
    return max(_length(row), 100 if known(row["attainment"]) else 0)


def _share(row: Row) -> str:
    """The percentage at the end of the bar; without one the reason, where there is a figure."""
    if known(row["attainment"]):
        return f"<b>{percent(row['attainment'])}</b>"
    return _attainment(row) if known(row["told"]) else ""


def _in_brief(row: Row) -> str:
    """The state of a target for a slide: the percentage, the figure of its day and, where it was late, the latest."""
    share = f"<b>{percent(row['attainment'])}</b>" if known(row["attainment"]) else ""
    if not known(row["told"]):
        return f"{SIGNS[row['state']]} {_state_name(row['state'])}"
    when = day(row["actual_as_of"], row["actual_as_of_precision"]) if row["actual_as_of"] else ""
    told = _against({**row, "women": None}, row["told"], row["told_operator"], None)
    told = _("{values}, {date}", values=told, date=when) if when else told
    if row["state"] == "reached-later" and _has_due(row):
        value = quantity(row["actual_now"], row["unit"], row["operator"])
        told = _joined(told, _("{value} reported since", value=value))
    return "  ".join(part for part in (share, SIGNS[row["state"]], told) if part)


def _heading(row: Row, material: Material) -> str:
    phase = [material.name("phase", row["phase"])] if row["phase"] else []
    due = _("due {date}", date=day(row["due_on"], row["due_on_precision"]))
    details = " · ".join([*phase, material.name("place", row["place"]), due])
    return (
        f"<b>{wrapped(_name(row, material), _WIDTH, 2)}</b><br>{wrapped(_words(row), _WIDTH, 4)}"
        f"<br><span style='color:{theme.MUTED};font-size:13px'>{wrapped(details, 60, 1)}</span>"
    )


# ---- the texts


def _state_name(state: str) -> str:
    return {
        "missed": _("Missed on its day"),
        "reached-later": _("Reached later"),
        "not-reported": _("Not reported"),
        "on-the-way": _("On the way"),
        "reached": _("Reached"),
    }[state]


def _words(row: Row) -> str:
    """The state of a target in words, with the figures and dates that it follows from."""
    state = row["state"]
    told = _against(row, row["told"], row["told_operator"], row["actual_women"])
    when = day(row["actual_as_of"], row["actual_as_of_precision"]) if row["actual_as_of"] else ""
    on_day = _("{values}, {date}", values=told, date=when) if when else told
    due = day(row["due_on"], row["due_on_precision"])
    since = _since(row)
    if state == "missed":
        return _joined(_missed(on_day), since)
    if state == "reached-later":
        if not _has_due(row):
            return _("Not reported by {due}; reached since ({values})", due=due, values=on_day)
        return _joined(_missed(on_day), since)
    if state == "on-the-way":
        return labelled(_("On the way"), on_day)
    if state == "reached":
        return _joined(labelled(_("Reached"), on_day), since)
    return _not_reported(row, on_day)


def _missed(values: str) -> str:
    if "(" in values:
        return labelled(_("Missed on its day"), values)
    return _("Missed on its day ({values})", values=values)


def _not_reported(row: Row, values: str) -> str:
    """The words for a target of which nobody knows whether it was reached, with the reason."""
    if unseen(row["told"]):
        return labelled(_("Cannot be told"), _("what was reached is withheld"))
    if not known(row["told"]):
        return _("Not reported (target {target})", target=_target(row))
    if not _has_due(row):
        return _("Not reported by its day; since then {values}", values=values)
    return labelled(_("Cannot be told"), _("only a bound is on record ({values})", values=values))


def _has_due(row: Row) -> bool:
    return known(row["actual_due"])


def _since(row: Row) -> str:
    """The latest figure, where it is another one than that of the target's day."""
    now = row["now_as_of"], row["now_as_of_precision"]
    if not known(row["actual_now"]) or now == (row["actual_as_of"], row["actual_as_of_precision"]):
        return ""
    value = quantity(row["actual_now"], row["unit"], row["operator"])
    if not now[0]:
        return _("{value} reported since", value=value)
    return _("{value} reported since ({date})", value=value, date=day(*now))


def _joined(first: str, second: str) -> str:
    return _("{first}; {second}", first=first, second=second) if second else first


def _against(row: Row, actual: float | None, operator: str | None, women: float | None) -> str:
    """The value reached beside the target: "15 of 30"; "4, target 0" where the value is no part of the target."""
    if not known(actual):
        return quantity(actual, row["unit"])
    reached = _with_women(quantity(actual, row["unit"], operator or "="), women)
    if row["unit"] == "count" and row["better"] == "up" and row["target"] > 0 and not known(row["women"]):
        return _("{reached} of {target}", reached=reached, target=_target(row))
    return _("{actual}, target {target}", actual=reached, target=_target(row))


def _actual(row: Row, _material: Material | None = None) -> str:
    """The value reached on the day of the target; the latest one while the day is ahead."""
    if unseen(row["actual_due"]):
        return unseen(row["actual_due"])
    if not _has_due(row):
        return _("not reported")
    is_told = (row["told"], row["told_operator"]) == (row["actual_due"], row["operator_due"])
    women = row["actual_women"] if is_told else None
    return _with_women(quantity(row["actual_due"], row["unit"], row["operator_due"]), women)


def _latest(row: Row, _material: Material | None = None) -> str:
    """The latest value, with its date."""
    if not known(row["actual_now"]):
        return unseen(row["actual_now"]) or _("not reported")
    value = quantity(row["actual_now"], row["unit"], row["operator"])
    when = day(row["now_as_of"], row["now_as_of_precision"]) if row["now_as_of"] else ""
    return _("{value} ({date})", value=value, date=when) if when else value


def _target(row: Row, _material: Material | None = None) -> str:
    """The value of the target."""
    return _with_women(quantity(row["target"], row["unit"]), row["women"])


def _baseline(row: Row, _material: Material) -> str:
    """The level that the target starts from, with its date."""
    if not known(row["baseline"]):
        return "–"
    value = quantity(row["baseline"], row["unit"])
    if not row["baseline_on"]:
        return value
    return _("{value} ({date})", value=value, date=day(row["baseline_on"], row["baseline_on_precision"]))


def _with_women(value: str, women: float | None) -> str:
    if women is None or not known(women):
        return value
    return sentences(value, _("({share} women)", share=percent(women / 100)))


def _attainment(row: Row, _material: Material | None = None) -> str:
    """The part of the target that was reached, or why there is none."""
    if known(row["attainment"]):
        return percent(row["attainment"])
    if not known(row["told"]):
        return "–"
    if row["told_operator"] != "=":
        return _("no percentage: the figure is a bound")
    if row["target"] == 0 and not known(row["baseline"]):
        return _("no percentage: the target is 0")
    return _("no percentage: no baseline on record")


def _measure(row: Row, _material: Material) -> str:
    return headline_name(row["measure"]) if row["measure"] else _("published figures")


def _status(row: Row, _material: Material | None = None) -> str:
    return f"{SIGNS[row['state']]} {_words(row)}"


def _title(frame: pd.DataFrame) -> str:
    """The number of targets in each state."""
    counts = frame["state"].value_counts()
    n = len(frame)
    if n == 1:
        return labelled(_("1 target"), _state_name(frame["state"].iloc[0]))
    if len(counts) == 1:
        return {
            "missed": _("All {n} targets were missed on their day", n=number(n)),
            "reached-later": _("All {n} targets were reached later than their day", n=number(n)),
            "not-reported": _("None of {n} targets has been reported on", n=number(n)),
            "on-the-way": _("All {n} targets are on the way", n=number(n)),
            "reached": _("All {n} targets were reached", n=number(n)),
        }[str(counts.index[0])]
    words = [text for state, text in _counted(frame).items() if state in counts]
    return labelled(_("{n} targets", n=number(n)), listed(words))


def _states(frame: pd.DataFrame) -> str:
    """The number of targets in every state, also where it is zero."""
    return _("{n} in all: {states}.", n=number(len(frame)), states=listed(list(_counted(frame).values())))


def _counted(frame: pd.DataFrame) -> dict[str, str]:
    counts = frame["state"].value_counts()
    return {
        "reached": _("{n} reached", n=number(int(counts.get("reached", 0)))),
        "missed": _("{n} missed on their day", n=number(int(counts.get("missed", 0)))),
        "reached-later": _("{n} reached later", n=number(int(counts.get("reached-later", 0)))),
        "on-the-way": _("{n} on the way", n=number(int(counts.get("on-the-way", 0)))),
        "not-reported": _("{n} not reported", n=number(int(counts.get("not-reported", 0)))),
    }


def _caption(rows: list[dict[str, Any]]) -> str:
    """The explanation of the bars."""
    return sentences(
        _("The line is the target; a bar says how much of it was reached on its day, by now where the day is ahead."),
        _("//: the bar is longer than drawn.") if any(map(_is_cut, rows)) else "",
    )


def _resting_on(frame: pd.DataFrame) -> str:
    actual = int(frame["actual_now"].notna().sum())
    targets = ngettext("{n} target", "{n} targets", len(frame))
    return sentences(targets, "·", _("{n} with a figure", n=number(actual)))


LOOK = Look(
    code="targets",
    name=_l("Targets and what was reached"),
    definition=_l(
        "A target and, against it, two figures of the same indicator, place and modules: the latest by the day of the "
        "target, and the latest by the date of the data. Figures of one round or partner do not count. A target that "
        "names a headline is measured by that headline, of its own place and modules. Reached and missed go by the "
        "figure of the target's day; what was reached later is told apart. A bound decides only where it is certain. "
        "The percentage is the part of the way from the baseline to the target; without a baseline the figure divided "
        "by the target, where more is better. Filters choose targets, not figures."
    ),
    section="Targets",
    columns=(
        ColumnLook("indicator", _l("code of the indicator"), _l("Indicator"), name("indicator"), obvious=True),
        ColumnLook(
            "state",
            _l("reached, missed (on its day), reached-later, on-the-way (the day is ahead), or not-reported"),
            _l("State"), _status,
        ),
        ColumnLook("scope", _l("m1: Module 1 alone, m2-5: the further modules, blank: all"), _l("Modules"),
                   lambda row, _m: scope_name(row["scope"]) or "–"),
        ColumnLook("place", _l("code of the place; blank where it is not given"), _l("Place"), name("place"),
                   obvious=True),
        ColumnLook(label=_l("Phase"), write=name("phase")),
        ColumnLook("due_on", _l("when the target is to be reached"), _l("Due"), dated("due_on")),
        ColumnLook("baseline", _l("the baseline: the level that the target starts from, where it is on record"),
                   _l("Baseline"), _baseline, True),
        ColumnLook("target", _l("the target"), _l("Target"), _target, True, obvious=True),
        ColumnLook("actual_due", _l("the latest figure by the day of the target; by now, where the day is ahead"),
                   _l("On its day"), _actual, True),
        ColumnLook("actual_now", _l("the latest figure by the date of the data"), _l("Latest"), _latest, True),
        ColumnLook(
            "attainment",
            _l("part of the way from the baseline, else of the target, on its day (by now where it is ahead, or "
               "nothing was reported by then); blank where the figure is a bound or there is nothing to divide by"),
            _l("Reached"), _attainment, True,
        ),
        ColumnLook("actual_as_of", _l("the date of the figure that state and percentage follow from"),
                   _l("Date of the figure"), dated("actual_as_of")),
        ColumnLook(label=_l("Measured by"), write=_measure),
        ColumnLook(label=_l("Source of the target"), write=source()),
        ColumnLook(label=_l("Source of the figure"), write=source("actual_source")),
    ),
    note=_l("On its day: the latest figure by the day of the target, of the same indicator, place and modules."),
    arranged=missed_first,
    pictures=(Picture("targets", draw, _l("Targets and what was reached")),),
    missing=all_rows_missing(
        _l("No target speaks for this selection; targets have a place and a date, and no partner, sector or round.")
    ),
    resting_on=_resting_on,
)  # fmt: skip
