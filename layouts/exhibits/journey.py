"""The journey through the programme: one bar per milestone."""

from typing import Any

import pandas as pd

from layouts import theme
from layouts.figures.bars import ROOM, bar, under_headings
from layouts.figures.chart import Category, Chart, Series
from layouts.frames import records
from layouts.look import ColumnLook, Drawing, Look, Material, Picture
from layouts.parts.cell_writers import count, share
from layouts.texts.code_words import stage_name
from layouts.words import _, _l, known, ngettext, number, percent, sentences, too_few_assumed, unseen, with_assumed


def draw(material: Material) -> Drawing:
    """The milestones from enrolment to all planned modules completed."""
    frame = material.table
    chart = _chart(frame)
    recorded, assumed = chart.series
    hatched = {"color": theme.PALE, "pattern": {"shape": "/", "bgcolor": theme.PALE, "fgcolor": theme.AFTER, "size": 6}}
    positions = list(range(len(frame)))
    due = [theme.length(n) for n in frame["of"]]
    base = dict.fromkeys(("offsetgroup", "alignmentgroup"), "one")
    traces = [
        bar(due, positions, marker={"color": theme.NOTHING_HERE}, width=0.4, **base),
        bar(list(recorded.lengths), positions, marker={"color": recorded.colour}, width=0.4, **base),
        bar(list(assumed.lengths), positions, marker=hatched, width=0.4, base=list(recorded.lengths), **base),
    ]
    return Drawing(
        title=_title(frame),
        figure=under_headings(chart, traces, 60 * len(frame) + 20, max([*due, 1]), barmode="overlay"),
        caption=_caption(frame),
        chart=chart,
        ns=tuple((stage_name(row["stage"]), _("of {n}", n=number(row["of"]))) for row in records(frame)),
    )


def _chart(frame: pd.DataFrame) -> Chart:
    """One bar per milestone: what is on record, and hatched what is assumed; neither is more than what is due."""
    due = [theme.length(n) for n in frame["of"]]
    recorded = tuple(min(theme.length(n), of) for n, of in zip(frame["recorded"], due, strict=True))
    # Rounded parts can be more than their rounded whole, so they are cut to it.
    assumed = tuple(
        min(theme.length(n), of - part) for n, of, part in zip(frame["assumed"], due, recorded, strict=True)
    )
    categories = tuple(
        Category(stage_name(row["stage"]), with_assumed(row["recorded"], row["assumed"]), _remark(row))
        for row in records(frame)
    )
    series = (
        Series(_("On record"), recorded, theme.AFTER, dark=True),
        Series(_("Assumed from a later step"), assumed, theme.PALE, hatched="/", hatching=theme.AFTER),
    )
    most = float(max(due, default=0))
    return Chart(categories, series, stacked=True, most=most, fewest=most * ROOM)


def _remark(row: dict[str, Any]) -> str:
    """The number for whom a milestone is due, and the share of them that have it on record."""
    if row["stage"] == "enrolled":
        return ""
    if not row["of"] and not unseen(row["of"]):
        return _("due for none")
    if not row["recorded"] and not unseen(row["recorded"]):
        return _("of {n}, none with a record of its own", n=number(row["of"]))
    if not known(row["share"]):
        return _("of {n}", n=number(row["of"]))
    return _("of {n} · {share} on record", n=number(row["of"]), share=percent(row["share"]))


def _title(frame: pd.DataFrame) -> str:
    """How many completed Module 1 on record, and started another module."""
    recorded = frame.set_index("stage")["recorded"]
    enrolled, first, further = (recorded[stage] for stage in ("enrolled", "m1_completed", "further_started"))
    numbers = {"first": number(first), "further": number(further)}
    if known(first, further) and not first and not further:
        return ngettext(
            "Of {n} enterprise, none completed Module 1 on record or started another module",
            "Of {n} enterprises, none completed Module 1 on record or started another module",
            enrolled,
        )
    if known(first) and not first:
        return ngettext(
            "Of {n} enterprise, none completed Module 1 on record and {further} started another module",
            "Of {n} enterprises, none completed Module 1 on record and {further} started another module",
            enrolled,
            **numbers,
        )
    if known(further) and not further:
        return ngettext(
            "Of {n} enterprise, {first} completed Module 1 on record and none started another module",
            "Of {n} enterprises, {first} completed Module 1 on record and none started another module",
            enrolled,
            **numbers,
        )
    if known(enrolled, first, further) and enrolled == first == further:
        return ngettext(
            "{n} enterprise of 1 completed Module 1 on record and started another module",
            "All {n} enterprises completed Module 1 on record and started another module",
            enrolled,
        )
    return ngettext(
        "Of {n} enterprise, {first} completed Module 1 on record and {further} started another module",
        "Of {n} enterprises, {first} completed Module 1 on record and {further} started another module",
        enrolled,
        **numbers,
    )


def _caption(frame: pd.DataFrame) -> str:
    """The key to the bars and their hatched parts."""
    return sentences(
        _("Pale: enterprises for whom the milestone is due."),
        _("Hatched: assumed from a later step, not on record.") if any(frame["assumed"]) else "",
        too_few_assumed(frame["assumed"]),
    )


LOOK = Look(
    code="journey",
    name=_l("The journey through the programme"),
    definition=_l(
        "Distinct enterprises by milestone, from enrolment to every planned module completed. A milestone is out of "
        "the enterprises for whom it is due: the start and completion of another module only of those with one "
        "planned and due. On record: the milestone has a record of its own. Assumed: it has none, but a later "
        "milestone has one, or for the Module 1 workshop a later step of Module 1. The baseline is never assumed. "
        "The share is what is on record of those due. After Module 1 the order of modules is the enterprise's own, "
        "so no module is a step behind another."
    ),
    section="Trainings",
    columns=(
        ColumnLook(
            "stage", _l("milestone, as a code"), _l("Milestone"), lambda row, _m: stage_name(row["stage"]),
            obvious=True,
        ),
        ColumnLook("of", _l("enterprises for whom the milestone is due"), _l("Due for"), count("of"), True),
        ColumnLook(
            "recorded", _l("of them with a record of the milestone itself"), _l("On record"), count("recorded"), True
        ),
        ColumnLook(
            "assumed", _l("of them without such a record, but with a later one"), _l("Assumed from a later step"),
            count("assumed"), True,
        ),
        ColumnLook("share", _l("recorded divided by of"), _l("Share on record"), share("share"), True),
    ),
    pictures=(Picture("journey", draw, _l("The journey through the programme")),),
)  # fmt: skip
