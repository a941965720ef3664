"""Enterprises per place: the map, and the provinces as bars."""

from dataclasses import replace
from typing import Any

import pandas as pd
from dash.development.base_component import Component

from layouts import ids, theme
from layouts.figures.bars import headings
from layouts.figures.chart import Category, Chart, Series
from layouts.figures.map import HALF, METRICS, SMALL, WIDE, map_of
from layouts.figures.slide_room import MOST_ROWS
from layouts.frames import records
from layouts.look import ColumnLook, Control, Drawing, Look, Material, Materials, Picture, Size
from layouts.parts import controls
from layouts.parts.cell_writers import count
from layouts.texts import selection_words
from layouts.texts.code_words import counted_metric, metric_name
from layouts.theme import Figure
from layouts.words import _, _l, known, labelled, named_at_most, ngettext, number, sentences, unseen

_MOST_BARS = 16
_ROOMS = {Size.PAGE: WIDE, Size.SMALL: SMALL, Size.SLIDE: HALF}


def choose(posted: str | None, _materials: Materials) -> tuple[str, tuple[Any, ...]]:
    """The chosen number on the map, and the options."""
    options = [{"label": metric_name(each), "value": each} for each in METRICS]
    return (posted if posted in METRICS else METRICS[0]), (options,)


def chooser() -> Component:
    """The control for the number on the map."""
    return controls.metric_chooser()


METRIC = Control(
    id=ids.REGIONS_METRIC,
    component=chooser,
    outputs=((ids.REGIONS_METRIC, "options"),),
    states=((ids.REGIONS_METRIC, "options"),),
    choose=choose,
)


def draw(material: Material) -> Drawing:
    """The map; on a slide with the largest provinces as bars next to it."""
    metric, frame = material.chosen or METRICS[0], material.table
    located = frame[frame["place"].notna()]
    points = located.assign(name=[material.name("place", code) for code in located["place"]])
    # Only cities and counties are points: a province is filled already.
    cities = points[points["level"].isin(["city", "county"])]
    provinces = _provinces(material)
    drawing = Drawing(
        title=_title(material, provinces, metric),
        figure=map_of(cities, provinces, metric, material.ground, _ROOMS[material.size]),
        caption=_caption(material, metric),
        notice=material.ground.notice,
    )
    if not material.on_slide:
        return drawing
    chart = _ranked(material, metric, MOST_ROWS)
    ns = tuple(
        (
            material.name("place", row["place"]) if pd.notna(row["place"]) else _("Place not given"),
            number(row["enterprises"]),
        )
        for row in records(frame)
    )
    return replace(drawing, second=_bars(chart), chart=chart, ns=ns)


def draw_ranking(material: Material) -> Drawing:
    """The provinces as bars, with the places outside all provinces."""
    metric = material.chosen or METRICS[0]
    chart = _ranked(material, metric, _MOST_BARS)
    return Drawing(
        title=_("{metric}, by province", metric=metric_name(metric)),
        figure=_bars(chart),
        caption=_("Where no city or province is on record, the country; where nothing is: place not given."),
        chart=chart,
    )


def _provinces(material: Material) -> pd.DataFrame:
    frame = material.more("provinces")
    return frame.assign(code=frame["place"], name=[material.name("place", code) for code in frame["place"]])


def _ranked(material: Material, metric: str, most: int) -> Chart:
    """The provinces and the places outside all provinces, largest first."""
    provinces = _provinces(material)[["name", *METRICS]]
    outside = material.table[material.table["province"].isna()]
    names = [material.name("place", code) if code else _("Place not given") for code in outside["place"]]
    rows = pd.concat([provinces, outside.assign(name=names)[["name", *METRICS]]], ignore_index=True)
    shown = records(rows[rows[metric] > 0].sort_values(metric, ascending=False, kind="stable").head(most))
    categories = tuple(Category(row["name"], number(row[metric])) for row in shown)
    series = Series(metric_name(metric), tuple(float(row[metric]) for row in shown), theme.AFTER, dark=True)
    return Chart(categories, (series,), numbers_on_bars=True)


def _bars(chart: Chart) -> Figure:
    (series,) = chart.series
    return {
        "data": [
            {"type": "bar", "orientation": "h", "x": list(series.lengths), "y": list(range(len(chart.categories))),
             "width": 0.34, "hoverinfo": "skip", "marker": {"color": series.colour}}
        ],
        "layout": theme.layout(
            46 * max(len(chart.categories), 1) + 20,
            xaxis=theme.hidden_axis(range=[0, max([*series.lengths, 1])]),
            yaxis=theme.hidden_axis(range=[len(chart.categories) - 0.65, -0.75]),
            annotations=headings(chart.categories),
        ),
    }  # fmt: skip


def _title(material: Material, provinces: pd.DataFrame, metric: str) -> str:
    """The total, and the provinces with most. A total that rounded rows do not add up to is left out."""
    total = _total(material, metric)
    most = max((n for n in provinces[metric] if known(n)), default=0)
    leading = [row for row in records(provinces) if known(row[metric]) and row[metric] == most]
    names = [material.name("place", row["code"]) for row in leading]
    if total:
        where = _where(material, metric, names, most)
        counted = counted_metric(metric, total)
        return _("{counted}, {where}", counted=counted, where=where) if where else counted
    if total == 0 and not unseen(total):
        return counted_metric(metric, total)
    if most:
        return labelled(metric_name(metric), _most(names, most))
    if material.threshold is None:
        return _("{metric}: not on record", metric=metric_name(metric))
    return _("{metric}: too few in any one province to be shown", metric=metric_name(metric))


def _where(material: Material, metric: str, names: list[str], most: float) -> str:
    """Where most are, after a total; empty where that is not shown."""
    rows = records(material.table)
    if not any(row["place"] and (unseen(row[metric]) or theme.length(row[metric])) for row in rows):
        return _("none with a place on record")
    if not most:
        return _("none inside a province") if material.threshold is None else ""
    if len(names) == 1 and most == _total(material, metric):
        return _("all in {province}", province=names[0])
    return _most(names, most)


def _most(names: list[str], most: float) -> str:
    """The provinces with most: one with its number, several of equal number all by name."""
    if len(names) == 1:
        return _("most in {province} ({n})", province=names[0], n=number(most))
    return _("most in {provinces} ({n} each)", provinces=named_at_most(names), n=number(most))


def _total(material: Material, metric: str) -> float | None:
    """The number of the whole selection, as the headlines have it; None where it is not known or not shown."""
    if metric in ("enterprises", "trained"):
        return material.coverage.enterprises if metric == "enterprises" else material.coverage.trained
    numbers = [n for n in material.table[metric] if known(n)]
    if material.threshold is not None or (len(material.table) and not numbers) or _in_two_rows(material) > 0:
        return None
    return sum(numbers)


def _in_two_rows(material: Material) -> int:
    """The number by which the rows exceed the enterprises: one in rounds of several places stands in a row of each."""
    if material.threshold is not None:  # each number is rounded on its own
        return 0
    return int(sum(material.table["enterprises"])) - material.coverage.enterprises


def _caption(material: Material, metric: str) -> str:
    """The number of the title, the enterprises, and by how many the rows exceed them."""
    total = _total(material, metric)
    more = _in_two_rows(material)
    return sentences(
        _("{counted}.", counted=counted_metric(metric, total)) if total and metric != "enterprises" else "",
        _("{covered}.", covered=selection_words.of_places(material.coverage)),
        ngettext(
            "The rows add up to {n} more: it stands in the rows of two places.",
            "The rows add up to {n} more: enterprises in rounds of several places stand in a row of each.",
            more,
        )
        if more > 0
        else "",
    )


def _metric(metric: str, holds: Any) -> ColumnLook:
    labels = {
        "enterprises": _l("Enterprises enrolled"),
        "trained": _l("Enterprises trained"),
        "m1_completed": _l("Module 1 completed"),
        "modules_completed": _l("Modules completed"),
        "workers": _l("Workers reached"),
    }
    return ColumnLook(metric, holds, labels[metric], count(metric), numeric=True)


LOOK = Look(
    code="regions",
    name=_l("Map of the regions"),
    definition=_l(
        "Distinct enterprises per place, each at its own place. An enterprise without a place counts at the place of "
        "each of its rounds that has a single one, else under place not given. One in rounds of two places stands in "
        "both rows, so the sum of a column can exceed the number of enterprises, and the sum of Module 1 completed "
        "that of the module. The total in a title is that of the headlines; where the rows do not add up to it, the "
        "title has none."
    ),
    section="People and enterprises",
    columns=(
        ColumnLook(
            "place", _l("code of the place; blank where it is not given"), _l("Place"),
            lambda row, m: m.name("place", row["place"]) if pd.notna(row["place"]) else _("Place not given"),
            obvious=True,
        ),
        ColumnLook("name_en", _l("name in English"), obvious=True),
        ColumnLook("name_zh", _l("name in Chinese"), obvious=True),
        ColumnLook("level", _l("what the place is: country, province, city or county")),
        ColumnLook(
            "province", _l("the province the place is or lies in"), _l("Province"),
            lambda row, m: m.name("place", row["province"]) if pd.notna(row["province"]) else "–",
        ),
        _metric("enterprises", _l("distinct enterprises enrolled")),
        _metric("trained", _l("of them with a training started")),
        _metric("m1_completed", _l("of them with a completion of Module 1 on record")),
        _metric("modules_completed", _l("distinct pairs of enterprise and module completed")),
        _metric("workers", _l("workers of the trained enterprises whose size is known")),
    ),
    covers=selection_words.of_places,
    note=_l("Workers: of enterprises whose size is known; – means none is known."),
    pictures=(
        Picture("regions", draw, _l("Map of the regions")),
        Picture("ranking", draw_ranking, slide="regions"),
    ),
)  # fmt: skip
