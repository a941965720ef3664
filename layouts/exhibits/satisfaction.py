"""Satisfaction per module: a bar a module, of 100 %."""

import numpy as np
import pandas as pd

from layouts import theme
from layouts.figures.bars import bar, under_headings
from layouts.figures.chart import Category, Chart, Series, share_format
from layouts.frames import records
from layouts.look import ColumnLook, Drawing, Look, Material, Picture, Row
from layouts.parts.cell_writers import count, name
from layouts.texts.code_words import coded, short
from layouts.words import _, _l, known, named_at_most, ngettext, number, quantity


def draw(material: Material) -> Drawing:
    """The mean satisfaction of each module, with the number of enterprises that gave a value."""
    rated = material.table[np.array([known(value) for value in material.table["satisfaction"]], bool)]
    chart = _chart(rated, material)
    (satisfaction,) = chart.series
    places = list(range(len(rated)))
    traces = [
        bar([1] * len(places), places, marker={"color": theme.NOTHING_HERE}, width=0.4),
        bar(list(satisfaction.lengths), places, marker={"color": satisfaction.colour}, width=0.4),
    ]
    height = 60 * max(len(places), 1) + 20
    return Drawing(
        title=_title(rated, material),
        figure=under_headings(chart, traces, height, 1, barmode="overlay") if places else None,
        caption=_("Mean of the trainings that gave a value, as reported by their participants; 100 % is the best."),
        chart=chart if places else None,
        ns=tuple((_name(row, material), number(row["enterprises"])) for row in records(material.table)),
    )


def _chart(rated: pd.DataFrame, material: Material) -> Chart:
    categories = tuple(
        Category(
            _name(row, material),
            quantity(row["satisfaction"], "percent"),
            ngettext("{n} enterprise", "{n} enterprises", row["enterprises"]),
        )
        for row in records(rated)
    )
    values = tuple(value / 100 for value in rated["satisfaction"])
    satisfaction = Series(_("Satisfaction"), values, theme.AFTER, dark=True)
    return Chart(categories, (satisfaction,), format=share_format(), most=1)


def _title(rated: pd.DataFrame, material: Material) -> str:
    """The module that most enterprises rated, and its mean; of several such modules, the mean of each."""
    if rated.empty:
        return _("Too few enterprises rated any one module to be shown")
    rows = records(rated)
    most = max(row["enterprises"] for row in rows)
    first = [row for row in rows if row["enterprises"] == most]
    if len(first) > 1:
        codes = [short(row["module"], material.name("module", row["module"])) for row in first]
        means = [quantity(row["satisfaction"], "percent") for row in first]
        parts = [f"{code} {mean}" for code, mean in zip(codes, means, strict=True)]
        return ngettext(
            "Satisfaction on average, from {n} enterprise each: {parts}",
            "Satisfaction on average, from {n} enterprises each: {parts}",
            most,
            parts=named_at_most(parts),
        )
    return ngettext(
        "{module}: satisfaction of {percent}, from {n} enterprise",
        "{module}: satisfaction of {percent} on average, from {n} enterprises",
        most,
        module=_name(first[0], material),
        percent=quantity(first[0]["satisfaction"], "percent"),
    )


def _name(row: Row, material: Material) -> str:
    return coded(row["module"], material.name("module", row["module"]))


def missing(material: Material) -> str:
    """What is missing where no training gave a value."""
    if not material.coverage.enterprises:
        return _("No enterprise is enrolled in this selection.")
    return "" if len(material.table) else _("No training of this selection has a value for satisfaction.")


LOOK = Look(
    code="satisfaction",
    name=_l("Satisfaction by module"),
    definition=_l(
        "The mean of the satisfaction that the participants of a training reported, in percent, over the trainings of "
        "the module that have started and gave a value. An enterprise counts once per module. A training without a "
        "value is unknown, and enters no mean."
    ),
    section="Trainings",
    columns=(
        ColumnLook("module", _l("code of the module"), _l("Module"), name("module"), obvious=True),
        ColumnLook(
            "enterprises", _l("enterprises with at least one value"), _l("Enterprises that gave a value"),
            count("enterprises"), True,
        ),
        ColumnLook(
            "satisfaction", _l("mean of the values, in percent; blank for too few"), _l("Satisfaction"),
            lambda row, _m: quantity(row["satisfaction"], "percent"), True,
        ),
    ),
    pictures=(Picture("satisfaction", draw, _l("Satisfaction by module")),),
    missing=missing,
)  # fmt: skip
