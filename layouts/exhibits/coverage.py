"""The enterprises that reported, per group."""

from typing import Any

import pandas as pd

from layouts import theme
from layouts.figures.chart import Category, Chart, Series
from layouts.figures.slide_room import MOST_GROUPS as MOST_GROUPS_ON_SLIDE
from layouts.frames import records
from layouts.look import ColumnLook, Drawing, Look, Material, Picture, Row
from layouts.parts.cell_writers import count, share
from layouts.texts import selection_words
from layouts.theme import Figure
from layouts.words import _, _l, known, ngettext, number, unseen, wrapped

MOST_GROUPS = 8


def draw(material: Material) -> Drawing:
    """Trained enterprises, of them with any report, of them with a pair; for the largest partners and sectors."""
    frame = material.table
    rows = _rows(frame, MOST_GROUPS_ON_SLIDE if material.on_slide else MOST_GROUPS)
    chart = _chart(rows, material)
    return Drawing(
        title=_title(frame),
        figure=_figure(rows, chart, close=material.on_slide),
        caption=_("Who did not report is unknown, not unchanged. The largest partners and sectors; the table has all."),
        chart=chart,
        ns=_ns(frame, material) if material.on_slide else (),
    )


def _ns(frame: pd.DataFrame, material: Material) -> tuple[tuple[str, str], ...]:
    return tuple((_group(row, material), _("{n} trained", n=number(row["trained"]))) for row in records(frame))


def _rows(frame: pd.DataFrame, most: int) -> list[dict[str, Any]]:
    kinds = [frame[frame["group_kind"] == kind] for kind in ("total", "partner", "sector")]
    return [
        row
        for kind in kinds
        for row in records(kind.sort_values("trained", ascending=False, kind="stable").head(most))
        if row["trained"]
    ]


def _chart(rows: list[dict[str, Any]], material: Material) -> Chart:
    names = [_group(row, material) for row in rows]
    categories = tuple(
        Category(f"<b>{name}</b>" if row["group_kind"] == "total" else name)
        for name, row in zip(names, rows, strict=True)
    )

    def series_of(column: str, label: str, colour: str) -> Series:
        values = tuple(theme.length(row[column]) for row in rows)
        return Series(label, values, colour, dark=colour == theme.AFTER)

    return Chart(
        categories,
        (
            series_of("trained", _("Trained"), theme.PALE),
            series_of("trained_reported", _("Reported results"), "#6aaed6"),
            series_of("paired", _("With before and after"), theme.AFTER),
        ),
    )


def _figure(rows: list[dict[str, Any]], chart: Chart, *, close: bool) -> Figure:
    """One overlaid bar per group. The group's name is above its bar or, where bars are `close`, to its left."""
    y: list[float] = []
    at = 0.0
    for index, row in enumerate(rows):
        if index and row["group_kind"] != rows[index - 1]["group_kind"]:
            at += 0.3 if close else 0.6
        y.append(at)
        at += 1
    labels = [_label(row, close=close) for row in rows]
    bar = {
        "type": "bar",
        "orientation": "h",
        "y": y,
        "width": 0.5 if close else 0.36,
        "hoverinfo": "skip",
        "cliponaxis": False,
        "constraintext": "none",
    }
    traces = [
        bar | {"x": list(series.lengths), "name": series.name, "marker": {"color": series.colour}}
        for series in chart.series
    ]
    traces[0] |= {"text": labels, "textposition": "outside", "textfont": {"color": theme.INK}}
    names = [each.name for each in chart.categories]
    return {
        "data": traces,
        "layout": theme.layout(
            int((44 if close else 54) * max(at, 1)) + 60,
            barmode="overlay",
            showlegend=True,
            legend=theme.legend(),
            xaxis=theme.hidden_axis(range=[0, max([*chart.series[0].lengths, 1]) * (2.8 if close else 2.2)]),
            yaxis=theme.axis(
                range=[at - 0.5, -0.5],
                tickvals=y,
                ticktext=[
                    name if row["group_kind"] == "total" else wrapped(name, 44, 2)
                    for name, row in zip(names, rows, strict=True)
                ],
                showgrid=False,
            )
            if close
            else theme.hidden_axis(range=[at - 0.5, -0.85]),
            annotations=[] if close else [theme.heading(name, place) for name, place in zip(names, y, strict=True)],
            margin={"l": 8, "r": 8, "t": 40, "b": 8, "pad": 0},
        ),
    }


def _label(row: Row, *, close: bool) -> str:
    """The numbers of a group; in few words where bars are `close`."""
    reported, trained, paired = (number(row[name]) for name in ("trained_reported", "trained", "paired"))
    if close:
        return _(
            "{reported} of {trained} · {paired} before and after", reported=reported, trained=trained, paired=paired
        )
    return _(
        "{reported} of {trained} reported · {paired} with before and after",
        reported=reported, trained=trained, paired=paired,
    )  # fmt: skip


def _group(row: Row, material: Material) -> str:
    if row["group_kind"] == "total":
        return _("All enterprises")
    return material.name(row["group_kind"], row["group"]) if row["group"] else _("Sector not given")


def _kind(row: Row, _material: Material) -> str:
    kinds = {"total": _("All"), "partner": _("Partner"), "sector": _("Sector"), "round": _("Round")}
    return kinds[row["group_kind"]]


def _title(frame: pd.DataFrame) -> str:
    """The number of trained enterprises, and of those that reported and gave a pair."""
    total = frame[frame["group_kind"] == "total"].iloc[0]
    trained, reported, paired = (total[each] for each in ("trained", "trained_reported", "paired"))
    if unseen(trained):
        return _("Too few trained enterprises to be shown")
    if not trained:
        return _("No enterprise is trained in this selection")
    if not reported and not unseen(reported):
        return ngettext("The one trained enterprise has not reported a result",
                        "None of {n} trained enterprises has reported a result", trained)  # fmt: skip
    if known(reported) and reported > trained:  # each number is rounded on its own
        return _(
            "Trained enterprises: {trained}; reported results: {reported}, with before and after: {paired}",
            trained=number(trained), reported=number(reported), paired=number(paired),
        )  # fmt: skip
    return ngettext(
        "{reported} of {n} trained enterprise reported results, {paired} with before and after",
        "{reported} of {n} trained enterprises reported results, {paired} with before and after",
        trained,
        reported=number(reported),
        paired=number(paired),
    )


LOOK = Look(
    code="coverage",
    name=_l("Who reported"),
    definition=_l(
        "Who reported: of the trained enterprises those with any result, and the enterprises with a before and after, "
        "in all and for each partner (with the partners below it), sector and round. Who did not report is unknown, "
        "not unchanged. An enterprise in two groups counts in both, so groups need not sum to the total."
    ),
    section="Before and after",
    columns=(
        ColumnLook("group", _l("code of the group; blank for all, and where no sector is given"), _l("Group"), _group,
                   obvious=True),
        ColumnLook("group_kind", _l("total, partner, sector or round"), _l("Kind"), _kind),
        ColumnLook("trained", _l("enterprises with a training started"), _l("Trained"), count("trained"), True),
        ColumnLook("reported", _l("enterprises with any result, trained or not"), _l("Reported, trained or not"),
                   count("reported"), True),
        ColumnLook("paired", _l("enterprises with a before/after pair, trained or not"),
                   _l("With before and after"), count("paired"), True),
        ColumnLook("reported_share", _l("of the trained enterprises those that reported"),
                   _l("Share of trained that reported"), share("reported_share"), True),
    ),
    covers=selection_words.of_results,
    note=_l("An enterprise counts once in each group it belongs to; groups need not sum to the total."),
    pictures=(Picture("coverage", draw, _l("Who reported")),),
)  # fmt: skip
