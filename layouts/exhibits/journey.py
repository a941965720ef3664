"""The journey through the programme: one bar per stage."""

from typing import Any

import pandas as pd

from layouts import theme
from layouts.figures.bars import ROOM, bar, under_headings
from layouts.figures.chart import Category, Chart, Series
from layouts.frames import records
from layouts.look import ColumnLook, Drawing, Look, Material, Picture
from layouts.parts.cell_writers import count, share
from layouts.texts.code_words import stage_name
from layouts.words import _, _l, known, ngettext, number, percent, sentences


def draw(material: Material) -> Drawing:
    """The stages from enrolment to all planned modules completed."""
    frame = material.table
    chart = _chart(frame)
    recorded, without = chart.series
    hatched = {"color": theme.PALE, "pattern": {"shape": "/", "bgcolor": theme.PALE, "fgcolor": theme.AFTER, "size": 6}}
    positions = list(range(len(frame)))
    traces = [
        bar(list(recorded.lengths), positions, marker={"color": recorded.colour}, width=0.4),
        bar(list(without.lengths), positions, marker=hatched, width=0.4),
    ]
    most = max([*(theme.length(n) for n in frame["enterprises"]), 1])
    return Drawing(
        title=_title(frame),
        figure=under_headings(chart, traces, 60 * len(frame) + 20, most, barmode="stack"),
        caption=_caption(frame),
        chart=chart,
        ns=tuple((stage_name(row["stage"]), number(row["enterprises"])) for row in records(frame)),
    )


def _chart(frame: pd.DataFrame) -> Chart:
    """One bar per stage; the part without a record of the stage itself is hatched."""
    counts = [theme.length(n) for n in frame["enterprises"]]
    # A rounded part can be more than its rounded whole, so it is cut to the whole.
    without = tuple(min(theme.length(b), a) for a, b in zip(counts, frame["without_record"], strict=True))
    recorded = tuple(a - b for a, b in zip(counts, without, strict=True))
    categories = tuple(
        Category(stage_name(row["stage"]), number(row["enterprises"]), _shares(at, row))
        for at, row in enumerate(records(frame))
    )
    series = (
        Series(_("With a record of its own"), recorded, theme.AFTER, dark=True),
        Series(_("Reached by a later stage"), without, theme.PALE, hatched="/", hatching=theme.AFTER),
    )
    most = float(max(counts, default=0))
    return Chart(categories, series, stacked=True, most=most, fewest=most * ROOM)


def _shares(at: int, row: dict[str, Any]) -> str:
    """The shares of a stage in words. The first stage has none; the second has one, because both are the same."""
    if not at:
        return ""
    if at == 1:
        return _("{share} of enrolled", share=percent(row["share_of_first"]))
    return _(
        "{share} of enrolled · {previous} of the stage before",
        share=percent(row["share_of_first"]),
        previous=percent(row["share_of_previous"]),
    )


def _title(frame: pd.DataFrame) -> str:
    """The number enrolled, through Module 1, and in a further module."""
    stages = frame.set_index("stage")
    n = stages["enterprises"]
    # "recorded", because an enterprise that planned only Module 1 counts as through every stage without starting more.
    further = stages["recorded"]["further_started"]
    if not known(n["enrolled"], n["m1_completed"]):
        return _("From enrolment to every planned module completed")
    if not known(further):
        return _(
            "Of {enrolled} enterprises enrolled, {first} completed Module 1",
            enrolled=number(n["enrolled"]),
            first=number(n["m1_completed"]),
        )
    return _(
        "Of {enrolled} enterprises enrolled, {first} completed Module 1 and {further} started a further one",
        enrolled=number(n["enrolled"]),
        first=number(n["m1_completed"]),
        further=number(further),
    )


def _caption(frame: pd.DataFrame) -> str:
    """The meaning of the hatched parts."""
    only_first = sum(frame["m1_only"])
    hatched = _("Hatched: reached by a later stage, without a record of its own.")
    if not only_first:
        return hatched if sum(frame["without_record"]) else ""
    alone = ngettext(
        "{n} enterprise planned Module 1 alone and completed it: it counts as through every stage.",
        "{n} enterprises planned Module 1 alone and completed it: they count as through every stage.",
        only_first,
    )
    return sentences(hatched, alone)


LOOK = Look(
    code="journey",
    name=_l("The journey through the programme"),
    definition=_l(
        "Distinct enterprises from enrolment to every planned module completed. A stage counts as reached when it "
        "or any later stage has evidence; how many reached it without a record of their own is given. After "
        "Module 1 the order of modules is the enterprise's own, so no module is a step behind another."
    ),
    section="Trainings",
    columns=(
        ColumnLook(
            "stage", _l("stage of the journey, as a code"), _l("Stage"), lambda row, _m: stage_name(row["stage"]),
            obvious=True,
        ),
        ColumnLook(
            "enterprises", _l("enterprises that reached the stage, or a later one"), _l("Enterprises"),
            count("enterprises"), True,
        ),
        ColumnLook(
            "without_record", _l("of them without a record of the stage itself"), _l("Without a record of it"),
            count("without_record"), True,
        ),
        ColumnLook(
            "share_of_first", _l("of the enterprises enrolled"), _l("Share of enrolled"), share("share_of_first"), True
        ),
        ColumnLook(
            "share_of_previous", _l("of the enterprises at the stage before"), _l("Share of the stage before"),
            share("share_of_previous"), True,
        ),
    ),
    pictures=(Picture("journey", draw, _l("The journey through the programme")),),
)  # fmt: skip
