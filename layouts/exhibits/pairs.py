"""One indicator before and after: one line per enterprise where they are few, else their distribution."""

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from dash.development.base_component import Component

from data.vocabulary import FEWEST_FOR_DISTRIBUTION, WITHOUT_RELATIVE_CHANGE, YES_NO
from layouts import ids, theme
from layouts.exhibits.change import LOOK as CHANGE
from layouts.exhibits.change import by_pairs, caution, months_apart, unit_of, unreported, verdicts
from layouts.figures.chart import VALUE, Category, Chart, Series, plain
from layouts.figures.levels import axis_title, before_and_after, key
from layouts.frames import records
from layouts.look import ColumnLook, Control, Drawing, Look, Material, Materials, Picture, Row
from layouts.parts import controls, exhibit_frame
from layouts.parts.cell_writers import dated, enterprise, name, source
from layouts.texts import selection_words
from layouts.theme import Figure
from layouts.words import (
    _,
    _l,
    change_of,
    known,
    ngettext,
    number,
    out_of,
    quantity,
    relative,
    sentences,
    unit_name,
    unseen,
    wrapped,
)

FEW_FACTS = 25
"""Maximum number of facts that are no pairs for a list of all indicators; above it, only of the chosen indicator."""

_BINS = 18

Numbers = dict[str, Any]
"""The row of the indicator in the exhibit `change`, by column."""


# ---- the choice of an indicator


def choose(posted: str | None, materials: Materials) -> tuple[str, tuple[Any, ...]]:
    """The posted indicator if it has results, else the one with most pairs; and the options."""
    material = materials("change")
    ranked = by_pairs(material.table)
    reported = ranked["indicator"].tolist()
    chosen = posted if posted in reported else next(iter(reported), None)
    options = [
        {"label": f"{material.name('indicator', row['indicator'])} · {_result_count(row)}", "value": row["indicator"]}
        for row in records(ranked)
    ]
    return chosen or "", (_("Indicator"), controls.dropdown_labels(), options, chosen)


def _result_count(row: Row) -> str:
    if row["pairs"] or unseen(row["pairs"]):
        return ngettext("{n} pair", "{n} pairs", row["pairs"])
    return ngettext("{n} other result", "{n} other results", row["other_facts"])


INDICATOR = Control(
    id=ids.RESULTS_INDICATOR,
    component=controls.indicator_chooser,
    outputs=(
        (ids.RESULTS_INDICATOR_LABEL, "children"),
        (ids.RESULTS_INDICATOR, "labels"),
        (ids.RESULTS_INDICATOR, "options"),
        (ids.RESULTS_INDICATOR, "value"),
    ),
    choose=choose,
)


def other_results(materials: Materials) -> list[Component]:
    """The other reported results: of the chosen indicator, or of all indicators where they are few."""
    material = materials("change")
    indicator = material.chosen
    if material.threshold or not indicator:  # the table has one row per enterprise
        return []
    change = material.table
    total = int(change["other_facts"].sum())
    few = total <= FEW_FACTS
    facts = total if few else int(change.loc[change["indicator"] == indicator, "other_facts"].iloc[0])
    if not facts:
        return []
    title = ngettext(
        "{n} other reported result (no before and after)",
        "{n} other reported results (no before and after)",
        facts,
    )
    address = material.href("/table/beside", indicator="" if few else indicator)
    return [exhibit_frame.table_at(address, title, opened=few)]


# ---- the picture


def draw(material: Material) -> Drawing:
    """One indicator: one line per enterprise, the distribution, or the median where no enterprise may be shown."""
    indicator, frame = material.chosen, material.table
    entry = material.entry("indicator", indicator)
    change = material.more("change")
    of_indicator = change[change["indicator"] == indicator]
    numbers = records(of_indicator)[0]
    unit, better = unit_of(numbers), entry["better"]
    figure, chart, beyond = _pictured(material, numbers, unit, better)
    definition = entry["definition"]
    return Drawing(
        title=_title(material, numbers, unit),
        figure=figure,
        caption=sentences(
            _caption(numbers, unit, beyond),
            months_apart(of_indicator) if numbers["pairs"] else "",
            caution() if numbers["pairs"] and material.on_slide else "",
        ),
        under=sentences(
            _("Definition: {definition}", definition=definition) if definition else "",
            caution() if numbers["pairs"] else "",
        ),
        chart=chart,
        ns=(
            (material.name("indicator", indicator), ngettext("{n} pair", "{n} pairs", numbers["pairs"])),
            (_("Enterprises trained"), number(material.coverage.trained)),
        ),
        # Where single enterprises may not be shown, the table has one row for the indicator.
        table=of_indicator if material.threshold or not material.rows else frame,
        columns=CHANGE.columns if material.threshold or not material.rows else None,
        table_at="change" if material.threshold else "",
    )


Pictured = tuple[Figure | None, Chart | None, int]
"""A figure, the same as a chart, and the number of enterprises beyond its ends, which are drawn in the outer bars."""


def _pictured(material: Material, numbers: Numbers, unit: str, better: str) -> Pictured:
    frame = material.table
    if not numbers["pairs"] or (unit != YES_NO and numbers["median_change"] is None):
        return None, None, 0
    if unit == YES_NO:
        chart = _practice_chart(numbers)
        return _practice(chart, numbers), chart, 0
    median_only = material.threshold or (len(frame) < FEWEST_FOR_DISTRIBUTION and not material.rows)
    if median_only:
        return _median(numbers, unit, better), _median_chart(numbers, unit), 0
    if len(frame) < FEWEST_FOR_DISTRIBUTION:
        return _lines(material, unit, better), _lines_chart(material, unit), 0
    counts, edges, beyond = bins(frame["change"].to_numpy(float))
    chart = _distribution_chart(counts, edges, unit, better)
    return _distribution(chart, edges, numbers, unit, better), chart, beyond


def _lines(material: Material, unit: str, better: str) -> Figure:
    """One line per enterprise from before to after, with both values.

    The enterprise and its change are above the line; on a slide, where lines are close, they are next to it.
    """
    close = material.on_slide
    rows = material.table.reset_index(drop=True)
    traces: list[dict[str, Any]] = []
    headings, labels = [], []
    low, high = float(rows[["before", "after"]].min().min()), float(rows[["before", "after"]].max().max())
    room = (high - low or abs(high) or 1) * (0.36 if close else 0.28)
    label_unit = unit if unit_name(unit) in ("%", "") or not close else "count"  # on a slide the axis has the unit
    for at, row in enumerate(records(rows)):
        rising = row["after"] >= row["before"]
        traces.append(
            {
                "type": "scatter",
                "mode": "lines+markers+text",
                "showlegend": False,
                "x": [row["before"], row["after"]],
                "y": [at, at],
                "line": {"color": theme.WORSE if row["verdict"] == "worse" else theme.LINE, "width": 4},
                "marker": {"size": 15, "color": [theme.BEFORE, theme.AFTER]},
                "text": [quantity(row["before"], label_unit), f"<b>{quantity(row['after'], label_unit)}</b>"],
                "textposition": ["middle left", "middle right"] if rising else ["middle right", "middle left"],
                "textfont": {"color": theme.INK, "size": 15},
                "hoverinfo": "skip",
                "cliponaxis": False,
            }
        )
        enterprise_name = material.name("enterprise", row["enterprise"])
        change = f"<b>{change_of(row['change'], label_unit)}</b>"
        labels.append(f"{wrapped(enterprise_name, 30, 2)}  {change}")
        headings.append(theme.heading(f"{enterprise_name}  {change}", at, across=True))
    ticks = {"visible": True, "tickvals": list(range(len(rows))), "ticktext": labels} if close else {}
    return {
        "data": [*traces, *key()],
        "layout": theme.layout(
            (36 if close else 84) * len(rows) + 96,
            showlegend=True,
            legend=theme.legend(),
            xaxis=theme.axis(range=[low - room, high + room], title=axis_title(unit_name(unit), better)),
            yaxis=theme.hidden_axis(range=[len(rows) - 0.5, -0.5 if close else -0.8], **ticks),
            annotations=[] if close else headings,
            margin={"l": 12, "r": 12, "t": 36, "b": 8, "pad": 0},
        ),
    }


def _unit_format(unit: str) -> str:
    sign = unit_name(unit)
    return f'{VALUE}" {sign}"' if sign else VALUE


def _lines_chart(material: Material, unit: str) -> Chart:
    rows = records(material.table)
    categories = tuple(
        Category(material.name("enterprise", row["enterprise"]), change_of(row["change"], unit)) for row in rows
    )
    series = before_and_after((row["before"], row["after"]) for row in rows)
    return Chart(categories, series, format=_unit_format(unit))


def _median_name(numbers: Numbers) -> str:
    return ngettext("Median of {n} enterprise", "Median of {n} enterprises", numbers["pairs"])


def _median_chart(numbers: Numbers, unit: str) -> Chart:
    levels = before_and_after([(float(numbers["median_before"]), float(numbers["median_after"]))])
    return Chart((Category(_median_name(numbers)),), levels, format=_unit_format(unit))


def _median(numbers: Numbers, unit: str, better: str) -> Figure:
    """The median before and after, where single enterprises are not shown."""
    before, after = numbers["median_before"], numbers["median_after"]
    room = (abs(after - before) or abs(before) or 1) * 0.6
    rising = after >= before
    return {
        "data": [
            {
                "type": "scatter",
                "mode": "lines+markers+text",
                "showlegend": False,
                "x": [before, after],
                "y": [0, 0],
                "line": {"color": theme.LINE, "width": 6},
                "marker": {"size": 22, "color": [theme.BEFORE, theme.AFTER], "opacity": 1},
                "text": [quantity(before, unit), f"<b>{quantity(after, unit)}</b>"],
                "textposition": ["middle left", "middle right"] if rising else ["middle right", "middle left"],
                "textfont": {"color": theme.INK, "size": 17},
                "hoverinfo": "skip",
                "cliponaxis": False,
            },
            *key(),
        ],
        "layout": theme.layout(
            220,
            showlegend=True,
            legend=theme.legend(),
            xaxis=theme.axis(
                range=[min(before, after) - room, max(before, after) + room],
                title=axis_title(unit_name(unit), better),
            ),
            yaxis=theme.hidden_axis(range=[0.6, -0.9]),
            annotations=[theme.heading(_median_name(numbers), 0, across=True)],
            margin={"l": 12, "r": 12, "t": 36, "b": 8, "pad": 0},
        ),
    }


def bins(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, int]:
    """Counts and edges of a histogram, and the number of values beyond the edges, which count in the outer bars.

    The edges are round numbers, one of them zero, and cover the middle 98 % of the values.
    """
    low, high = np.percentile(values, [1, 99])
    low, high = min(float(low), 0.0), max(float(high), 0.0)
    rough = (high - low) / _BINS or 1.0
    size = 10 ** math.floor(math.log10(rough))
    width = next(size * step for step in (1, 2, 2.5, 5, 10) if size * step >= rough)
    first, last = math.floor(low / width), math.ceil(high / width)
    edges = np.arange(first, max(last, first + 1) + 1) * width
    beyond = int(((values < edges[0]) | (values > edges[-1])).sum())
    counts, _edges = np.histogram(np.clip(values, edges[0], edges[-1]), bins=edges)
    return counts, edges, beyond


def _distribution_axis(unit: str, better: str) -> dict[str, Any]:
    scale = _("percentage points") if unit in ("percent", "percent-change") else unit_name(unit)
    return axis_title(_("Change, {unit}", unit=scale) if scale else _("Change"), better)


def _distribution_chart(counts: np.ndarray, edges: np.ndarray, unit: str, better: str) -> Chart:
    middles = (edges[:-1] + edges[1:]) / 2
    good = {"up": middles > 0, "down": middles < 0, "context": np.zeros(len(middles), bool)}[better]
    colours = tuple(theme.SAME if better == "context" else theme.BETTER if is_good else theme.WORSE for is_good in good)
    categories = tuple(Category(f"{number(low)} … {number(high)}") for low, high in pairwise(edges))
    bars = Series(_("Enterprises"), tuple(map(float, counts)), theme.AFTER, colours=colours)
    axis = plain(_distribution_axis(unit, better)["text"])
    return Chart(categories, (bars,), upright=True, axis=axis)


def _distribution(chart: Chart, edges: np.ndarray, numbers: Numbers, unit: str, better: str) -> Figure:
    """The distribution of the changes: bars coloured by direction, with the median and its interval."""
    (bars,) = chart.series
    middles = (edges[:-1] + edges[1:]) / 2
    counts = [int(each) for each in bars.lengths]
    top = max(counts)
    median = numbers["median_change"]
    shapes: list[dict[str, Any]] = [
        {"type": "line", "x0": 0, "x1": 0, "y0": 0, "y1": 1, "yref": "paper", "line": {"color": theme.INK, "width": 1}},
        {"type": "line", "x0": median, "x1": median, "y0": 0, "y1": top * 1.12,
         "line": {"color": theme.INK, "width": 3}},
    ]  # fmt: skip
    if numbers["change_low"] is not None:
        shapes.append(
            {"type": "rect", "x0": numbers["change_low"], "x1": numbers["change_high"], "y0": 0, "y1": top * 1.12,
             "line": {"width": 0}, "fillcolor": "rgba(22,35,46,.14)", "layer": "above"}
        )  # fmt: skip
    label = "<b>{}</b>".format(_("median {change}", change=change_of(median, unit)))
    if numbers["change_low"] is not None:
        label += "<br>" + _("shaded: its 95\u00a0% interval")
    # The label is on the side of the median with more room; in the middle it needs both.
    place = (median - edges[0]) / (edges[-1] - edges[0])
    anchor = "left" if place < 1 / 3 else "right" if place > 2 / 3 else "center"
    return {
        "data": [
            {
                "type": "bar",
                "x": middles.tolist(),
                "y": counts,
                "width": float(edges[1] - edges[0]) * 0.94,
                "marker": {"color": list(bars.colours)},
                "hoverinfo": "skip",
            }
        ],
        "layout": theme.layout(
            420,
            xaxis=theme.axis(range=[float(edges[0]), float(edges[-1])], title=_distribution_axis(unit, better)),
            yaxis=theme.axis(range=[0, top * 1.5], title={"text": _("Enterprises"), "standoff": 8}),
            shapes=shapes,
            annotations=[
                {"text": label, "align": anchor, "x": median, "y": top * 1.14, "yanchor": "bottom", "showarrow": False,
                 "xanchor": anchor,
                 "font": {"size": 16}, "bgcolor": theme.PAPER}
            ],
            bargap=0,
        ),
    }  # fmt: skip


def _practice_chart(numbers: Numbers) -> Chart:
    """A practice: the enterprises that had it before, have it after, gained and lost it, out of the pairs."""
    rows = (
        (_("Had it before"), numbers["had_before"], theme.BEFORE),
        (_("Have it after"), numbers["had_after"], theme.AFTER),
        (_("Gained it"), numbers["gained"], "#6aaed6"),
        (_("Lost it"), numbers["lost"], theme.WORSE),
    )
    categories = tuple(Category(label, out_of(count, numbers["pairs"])) for label, count, _colour in rows)
    counts = tuple(theme.length(count) for _label, count, _colour in rows)
    colours = tuple(colour for _label, _count, colour in rows)
    return Chart(categories, (Series(_("Enterprises"), counts, theme.AFTER, colours=colours),))


def _practice(chart: Chart, numbers: Numbers) -> Figure:
    (bars,) = chart.series
    rows = len(chart.categories)
    return {
        "data": [
            {
                "type": "bar",
                "orientation": "h",
                "x": list(bars.lengths),
                "y": list(range(rows)),
                "marker": {"color": list(bars.colours)},
                "text": [f"<b>{each.number}</b>" for each in chart.categories],
                "textposition": "outside",
                "width": 0.5,
                "hoverinfo": "skip",
                "cliponaxis": False,
            }
        ],
        "layout": theme.layout(
            310,
            xaxis=theme.hidden_axis(range=[0, max(numbers["pairs"], 1) * 1.3]),
            yaxis=theme.hidden_axis(range=[rows - 0.6, -0.8]),
            annotations=[theme.heading(each.name, at) for at, each in enumerate(chart.categories)],
        ),
    }


# ---- the texts


def _title(material: Material, numbers: Numbers, unit: str) -> str:
    """The finding from the pairs of the indicator."""
    indicator = material.name("indicator", material.chosen)
    n = numbers["pairs"]
    if unseen(n):
        return _("{indicator}: too few pairs to be shown", indicator=indicator)
    if not n:
        return _("{indicator}: no before/after pair", indicator=indicator)
    practice = unit == YES_NO
    # A rounded part can be more than its rounded whole, and few pairs have no median.
    if max(numbers["had_before"], numbers["had_after"]) > n if practice else numbers["median_change"] is None:
        return _("{indicator}: {n} enterprises reported before and after", indicator=indicator, n=number(n))
    if practice:
        return _(
            "{indicator}: {before} of {n} had it before, {after} have it after",
            indicator=indicator, n=number(n), before=number(numbers["had_before"]), after=number(numbers["had_after"]),
        )  # fmt: skip
    if n == 1:
        row = material.table.iloc[0]
        return _(
            "{indicator}: {before} before, {after} after, in the one enterprise that reported both",
            indicator=indicator, before=quantity(row["before"], unit), after=quantity(row["after"], unit),
        )  # fmt: skip
    return _(
        "{indicator}: median change {change} in {n} enterprises",
        indicator=indicator, change=change_of(numbers["median_change"], unit), n=number(n),
    )  # fmt: skip


def _caption(numbers: Numbers, unit: str, beyond: int) -> str:
    """The median before and after, the interval, and the number of enterprises beyond the ends."""
    n = numbers["pairs"]
    if not n or unit == YES_NO or numbers["median_change"] is None:
        return ""
    texts = []
    if n > 1:
        texts.append(
            _(
                "Medians of {n} enterprises: before {before}, after {after}, change {change} (the middle of the "
                "enterprises' own changes).",
                n=number(n),
                before=quantity(numbers["median_before"], unit),
                after=quantity(numbers["median_after"], unit),
                change=change_of(numbers["median_change"], unit),
            )
        )
    if known(numbers["better_count"]) or unseen(numbers["better_count"]):
        texts.append(_("{verdicts}.", verdicts=verdicts(numbers)))
    if not known(numbers["change_low"]):
        texts.append(_("Too few for an interval."))
    else:
        texts.append(
            _(
                "95\u00a0% interval of the median change: {low} to {high}.",
                low=change_of(numbers["change_low"], unit),
                high=change_of(numbers["change_high"], unit),
            )
        )
    if beyond:
        texts.append(
            ngettext(
                "{n} enterprise lies beyond the ends and is drawn in the outer bars.",
                "{n} enterprises lie beyond the ends and are drawn in the outer bars.",
                beyond,
            )
        )
    return sentences(*texts)


# ---- the tables


def _unit(row: Row, material: Material) -> str:
    return str(material.entry("indicator", row["indicator"])["unit"])


def _pair_unit(row: Row, material: Material) -> str:
    return unit_of({**row, "unit": _unit(row, material)})


def _level(column: str) -> Any:
    return lambda row, material: quantity(row[column], _pair_unit(row, material))


def _change(row: Row, material: Material) -> str:
    unit = _pair_unit(row, material)
    return change_of(row["change"], unit) if unit != YES_NO else "–"


def _relative(row: Row, material: Material) -> str:
    if _unit(row, material) in WITHOUT_RELATIVE_CHANGE:
        return "–"
    return _("no baseline to divide by") if pd.isna(row["relative_change"]) else relative(row["relative_change"])


def _verdict(row: Row, _material: Material) -> str:
    return {"better": _("better"), "same": _("same"), "worse": _("worse"), "context": "–"}[row["verdict"]]


def _kind(row: Row, _material: Material) -> str:
    """The kind of a result that is no pair."""
    if pd.notna(row["change_percent"]):
        return _("change only")
    if row["operator"] != "=":
        return _("bound")
    return _("after only") if pd.notna(row["after"]) else _("before only")


def _fact(row: Row, material: Material) -> str:
    """The value of a result that is no pair, with its period."""
    unit = _unit(row, material)
    level: float = row["after"] if pd.notna(row["after"]) else row["before"]
    is_bound = row["operator"] != "="
    if pd.notna(row["change_percent"]):
        value = relative(row["change_percent"] / 100)
    else:
        value = quantity(level, unit, row["operator"]) if is_bound else quantity(level, unit)
    period = _("in {n} months", n=number(row["months"])) if pd.notna(row["months"]) else ""
    return sentences(value, period)


def _fact_date(row: Row, material: Material) -> Any:
    return dated("after_on" if row["after_on"] else "before_on")(row, material)


LOOK = Look(
    code="pairs",
    name=_l("One indicator before and after"),
    definition=_l(
        "One row per pair: of several results of one enterprise and indicator the first before and the last after; "
        "where that after is older than the before there is no pair. Bounds, changes without levels, levels without a "
        "counterpart and money of an unknown period make no pair: they stand beside as other reported results, and "
        "enter no median. Money is per month where the record says how long its periods are, and is never converted. "
        "The relative change is the change divided by the size of the before; there is none from zero, for practices "
        "and for values that are changes themselves. The median change is the middle of the enterprises' own changes. "
        "Enterprises report about themselves, those that report are not all, the worst starters tend to improve "
        "anyway, and there is no comparison group: no change proves a cause."
    ),
    section="Before and after",
    columns=(
        ColumnLook(
            "enterprise", _l("code of the enterprise; a number of its own where it is not named"), _l("Enterprise"),
            enterprise, obvious=True,
        ),
        ColumnLook("indicator", _l("code of the indicator"), _l("Indicator"), name("indicator"), obvious=True),
        ColumnLook(
            "before", _l("value before, in the indicator's unit, money per month where the record has lengths of "
                         "periods; 1 and 0 are yes and no"),
            _l("Before"), _level("before"), True,
        ),
        ColumnLook(
            "after", _l("value after, as before"), _l("After"), _level("after"), True, obvious=True,
        ),
        ColumnLook("change", _l("after less before"), _l("Change"), _change, True, obvious=True),
        ColumnLook(
            "relative_change",
            _l("change divided by the size of the before; blank from zero, for practices and for changes"),
            _l("Relative change"), _relative, True,
        ),
        ColumnLook(
            "verdict", _l("better, same or worse by the indicator's direction; context where neither is better"),
            _l("Verdict"), _verdict,
        ),
        ColumnLook("round", _l("the round of the after"), _l("Round"), name("round")),
        ColumnLook("module", _l("the module of the after")),
        ColumnLook("source", _l("the source of the after"), _l("Source"), source()),
    ),
    pictures=(
        Picture("pairs", draw, _l("One indicator before and after")),
        Picture(
            "beside",
            None,
            rows_of="other-results",
            columns=(
                ColumnLook(label=_l("Indicator"), write=name("indicator")),
                ColumnLook(label=_l("Enterprise"), write=enterprise),
                ColumnLook(label=_l("Kind"), write=_kind),
                ColumnLook(label=_l("Value"), write=_fact, numeric=True),
                ColumnLook(label=_l("Date"), write=_fact_date),
                ColumnLook(label=_l("Source"), write=source()),
            ),
        ),
    ),
    covers=selection_words.of_results,
    missing=unreported,
)  # fmt: skip
