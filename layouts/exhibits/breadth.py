"""Enterprises by the number of modules they completed: one bar per number of modules."""

import pandas as pd

from layouts import theme
from layouts.figures.bars import bar, under_headings
from layouts.figures.chart import Category, Chart, Series
from layouts.look import ColumnLook, Drawing, Look, Material, Picture
from layouts.parts.cell_writers import count
from layouts.words import _, _l, known, ngettext, number, percent


def draw(material: Material) -> Drawing:
    """The number of enterprises that completed at least 1, 2, 3 and more modules, out of those enrolled."""
    enrolled = material.coverage.enterprises
    chart = _chart(material.table, enrolled)
    (completed,) = chart.series
    positions = list(range(len(chart.categories)))
    traces = [
        bar([theme.length(enrolled)] * len(positions), positions, marker={"color": theme.NOTHING_HERE}, width=0.4),
        bar(list(completed.lengths), positions, marker={"color": completed.colour}, width=0.4),
    ]
    height, most = 60 * max(len(positions), 1) + 20, max(theme.length(enrolled), 1)
    return Drawing(
        title=_title(material.table),
        figure=under_headings(chart, traces, height, most, barmode="overlay"),
        chart=chart,
        ns=((_("Enterprises enrolled"), number(enrolled)),),
    )


def _chart(frame: pd.DataFrame, enrolled: float) -> Chart:
    counts = frame["enterprises"].tolist()
    categories = tuple(
        Category(
            _("At least one module") if k == 1 else _("At least {n} modules", n=number(k)),
            number(n),
            _("{share} of enrolled", share=percent(min(n, enrolled) / enrolled))
            if enrolled and known(n, enrolled)
            else "",
        )
        for k, n in zip(frame["modules_at_least"], counts, strict=True)
    )
    completed = Series(_("Enterprises"), tuple(counts), theme.AFTER, dark=True)
    return Chart(categories, (completed,), most=float(enrolled))


def _title(frame: pd.DataFrame) -> str:
    """The number of enterprises that completed one module, and at least two."""
    counts = frame["enterprises"].tolist()
    if counts and not known(counts[0]):
        return _("Too few enterprises have completed a module to be shown")
    if not counts or not counts[0]:
        return _("No completion of a module is on record")
    more = counts[1] if len(counts) > 1 else 0
    if known(more) and not more:
        return ngettext(
            "{n} enterprise completed a module, and no second one",
            "{n} enterprises completed a module, none a second one",
            counts[0],
        )
    if known(more) and more == counts[0]:
        return ngettext(
            "{n} enterprise completed at least two modules",
            "{n} enterprises completed a module, all of them at least two",
            counts[0],
        )
    return ngettext(
        "{n} enterprise completed a module, {more} at least two",
        "{n} enterprises completed a module, {more} at least two",
        counts[0],
        more=number(more),
    )


LOOK = Look(
    code="breadth",
    name=_l("How many modules enterprises completed"),
    definition=_l(
        "Distinct enterprises with a completion on record of at least 1, 2, 3 and more modules, whichever these are."
    ),
    section="Trainings",
    columns=(
        ColumnLook("modules_at_least", _l("so many modules"), _l("Modules, at least"), count("modules_at_least"), True),
        ColumnLook(
            "enterprises", _l("enterprises that completed at least so many"), _l("Enterprises"), count("enterprises"),
            True,
        ),
    ),
    pictures=(Picture("breadth", draw, _l("How many modules enterprises completed")),),
)  # fmt: skip
