"""Before and after per indicator: the share of enterprises that improved, and practices before and after."""

from typing import Any

import pandas as pd

from data.vocabulary import FEWEST_FOR_INTERVAL, YES_NO
from layouts import theme
from layouts.figures.chart import Category, Chart, Series, share_format
from layouts.figures.levels import before_and_after, key, percent_axis
from layouts.figures.slide_room import MOST_ROWS
from layouts.frames import records
from layouts.look import ColumnLook, Drawing, Look, Material, Picture, Row
from layouts.parts.cell_writers import count, name
from layouts.theme import Figure
from layouts.words import (
    _,
    _l,
    change_of,
    known,
    ngettext,
    number,
    out_of,
    percent,
    quantity,
    sentences,
    unseen,
)

HALF = 0.5
MOST_INDICATORS = 14
_SMALL_INDICATORS = 5


def by_pairs(table: pd.DataFrame) -> pd.DataFrame:
    """The rows sorted by number of pairs, figures before practices, because one chart shows all practices."""
    ranked = table.assign(figure=table["unit"] != YES_NO)
    return ranked.sort_values(["figure", "pairs", "other_facts"], ascending=False, kind="stable")


def _most(material: Material) -> int:
    return {"page": MOST_INDICATORS, "small": _SMALL_INDICATORS, "slide": MOST_ROWS}[material.size]


def _cut(frame: pd.DataFrame, most: int) -> str:
    return _("The {n} indicators with most pairs; the table has all.", n=most) if len(frame) > most else ""


def _ns(frame: pd.DataFrame, material: Material) -> tuple[tuple[str, str], ...]:
    return tuple(
        (material.name("indicator", row["indicator"]), ngettext("{n} pair", "{n} pairs", row["pairs"]))
        for row in records(by_pairs(frame))
    )


# ---- the share that improved


def draw(material: Material) -> Drawing:
    """The share of enterprises that improved, per indicator that is a figure and not a practice."""
    figures = material.table[material.table["unit"] != YES_NO]
    rated = figures[figures["better_count"].notna() & (figures["pairs"] > 0)]
    most = _most(material)
    chart = _improved_chart(rated, material, most) if len(rated) else None
    caption = _(
        "Share of reporting enterprises that moved in the good direction, with its 95\u00a0% interval from 6 pairs on."
    )
    return Drawing(
        title=_title(figures),
        figure=_improved(chart) if chart else None,
        caption=sentences(caption, _cut(rated, most)) if chart else "",
        chart=chart,
        ns=_ns(figures, material) if material.on_slide else (),
        table=figures,
    )


def _improved_chart(rated: pd.DataFrame, material: Material, most: int) -> Chart:
    rows = rated.sort_values(["pairs", "better_share"], ascending=False).head(most)
    categories = tuple(
        Category(
            material.name("indicator", row["indicator"]),
            _("{count} better", count=out_of(row["better_count"], row["pairs"])),
        )
        for row in records(rows)
    )
    # Few pairs have a share but no interval; a count under the rounding base has no share either.
    share, above, below = (
        tuple(None if value != value else value for value in values.astype(float))  # noqa: PLR0124 - NaN
        for values in (
            rows["better_share"],
            rows["better_high"] - rows["better_share"],
            rows["better_share"] - rows["better_low"],
        )
    )
    better = Series(_("Share better, with its 95\u00a0% interval"), share, theme.STEPS[1], below=below, above=above)
    return Chart(categories, (better,), format=share_format(), most=1)


def _improved(chart: Chart) -> Figure:
    """One dot per indicator with its interval; its counts are in the heading."""
    (better,) = chart.series
    share, above, below = (
        [None if value is None else value * 100 for value in values]
        for values in (better.values, better.above, better.below)  # noqa: PD011 - a series of a chart
    )
    rows = len(chart.categories)
    return {
        "data": [
            {
                "type": "scatter",
                "mode": "markers",
                "x": share,
                "y": list(range(rows)),
                "marker": {"size": 12, "color": theme.AFTER, "line": {"color": theme.PAPER, "width": 1.5}},
                "error_x": {
                    "type": "data",
                    "symmetric": False,
                    "array": above,
                    "arrayminus": below,
                    "color": "#7fa9c6",
                    "thickness": 4,
                    "width": 0,
                },
                "hoverinfo": "skip",
                "cliponaxis": False,
            }
        ],
        "layout": theme.layout(
            50 * max(rows, 1) + 70,
            xaxis=theme.axis(range=[-2, 102], side="bottom", **percent_axis()),
            yaxis=theme.hidden_axis(range=[rows - 0.5, -0.85]),
            shapes=[
                {"type": "line", "x0": 50, "x1": 50, "y0": 0, "y1": 1, "yref": "paper", "layer": "below",
                 "line": {"color": theme.MUTED, "width": 1, "dash": "dot"}}
            ],
            annotations=_headings(chart),
            margin={"l": 12, "r": 12, "t": 8, "b": 8, "pad": 0},
        ),
    }  # fmt: skip


def _headings(chart: Chart) -> list[dict[str, Any]]:
    return [
        theme.heading(f"{each.name}  <b>{each.number}</b>", at, across=True) for at, each in enumerate(chart.categories)
    ]


def _title(frame: pd.DataFrame) -> str:
    """The number of pairs and the direction of their changes; `frame` has no practices."""
    pairs = sum(frame["pairs"])
    with_interval = frame[frame["better_count"].notna() & (frame["pairs"] >= FEWEST_FOR_INTERVAL)]
    if with_interval.empty and any(unseen(n) for each in ("pairs", "better_count") for n in frame[each]):
        return _("Too few before/after pairs of any one indicator to be shown")
    if not pairs:
        return _("No before/after pair in this selection")
    if with_interval.empty:
        return ngettext(
            "{n} before/after pair: {better} better, {worse} worse; too few to generalise",
            "{n} before/after pairs: {better} better, {worse} worse; too few to generalise",
            pairs,
            better=number(frame["better_count"].sum()),
            worse=number(frame["worse_count"].sum()),
        )
    return _(
        "For {clear} of {all} indicators clearly more than half of the reporting enterprises improved",
        clear=number(int((with_interval["better_low"] > HALF).sum())),
        all=number(len(with_interval)),
    )


# ---- practices


def draw_practices(material: Material) -> Drawing:
    """The share of enterprises with a practice, before and after."""
    practices = material.table[material.table["unit"] == YES_NO]
    frame = practices[practices["pairs"] > 0]
    ns = _ns(practices, material) if material.on_slide else ()
    if not len(frame):
        return Drawing(_("No practice was reported before and after"), ns=ns, table=practices)
    most = _most(material)
    rows = frame.sort_values(["pairs", "indicator"], ascending=[False, True]).head(most)
    chart = _practices_chart(rows, material)
    return Drawing(
        title=_practices_title(frame, rounded=material.threshold is not None),
        figure=_practices(rows, chart),
        caption=sentences(_("Share of enterprises that reported both times."), _cut(frame, most)),
        chart=chart,
        ns=ns,
        table=practices,
    )


def _practices_chart(rows: pd.DataFrame, material: Material) -> Chart:
    categories, pairs = [], []
    for row in records(rows):
        counts = _(
            "{before} → {after} of {pairs}",
            before=number(row["had_before"]), after=number(row["had_after"]), pairs=number(row["pairs"]),
        )  # fmt: skip
        categories.append(Category(material.name("indicator", row["indicator"]), counts))
        # A count under the rounding base has no point.
        pairs.append(
            tuple(
                None if unseen(row[had]) else min(row[had], row["pairs"]) / row["pairs"]
                for had in ("had_before", "had_after")
            )
        )
    return Chart(tuple(categories), before_and_after(pairs), format=share_format(), most=1)


def _practices(rows: pd.DataFrame, chart: Chart) -> Figure:
    """One line per practice, from before to after."""
    before, after = chart.series
    levels = zip(before.values, after.values, strict=True)
    traces = [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "showlegend": False,
            "x": [None if level is None else level * 100 for level in both],
            "y": [at, at],
            "line": {"color": theme.WORSE if row["worse_count"] > row["better_count"] else "#b9cfdd", "width": 4},
            "marker": {"size": 12, "color": [theme.BEFORE, theme.AFTER], "opacity": 1},
            "hoverinfo": "skip",
            "cliponaxis": False,
        }
        for at, (row, both) in enumerate(zip(records(rows), levels, strict=True))
    ]
    return {
        "data": [*traces, *key()],
        "layout": theme.layout(
            50 * max(len(rows), 1) + 100,
            showlegend=True,
            legend=theme.legend(),
            xaxis=theme.axis(range=[-2, 102], **percent_axis()),
            yaxis=theme.hidden_axis(range=[len(rows) - 0.5, -0.85]),
            annotations=_headings(chart),
            margin={"l": 12, "r": 12, "t": 36, "b": 8, "pad": 0},
        ),
    }


def _practices_title(frame: pd.DataFrame, *, rounded: bool) -> str:
    """The number of practices that became more common; with `rounded` counts only the number of practices."""
    if rounded:
        return ngettext("{n} practice, before and after", "{n} practices, before and after", len(frame))
    return ngettext(
        "{n} of {all} practices is more common after than before",
        "{n} of {all} practices are more common after than before",
        int((frame["had_after"] > frame["had_before"]).sum()),
        all=number(len(frame)),
    )


def unreported(material: Material) -> str:
    """The message where no enterprise has reported; empty where one has."""
    if not material.coverage.enterprises:
        return _("No enterprise is enrolled in this selection.")
    if len(material.table) or material.coverage.reported:
        return ""
    return _(
        "None of the {n} trained enterprises of this selection has reported a result.", n=material.coverage.trained
    )


# ---- the table


def _level(practice: str, figure: str) -> Any:
    def write(row: Row, _material: Material) -> str:
        return number(row[practice]) if row["unit"] == YES_NO else quantity(row[figure], row["unit"])

    return write


def _interval(row: Row, _material: Material) -> str:
    unit = row["unit"]
    if pd.notna(row["change_low"]):
        return f"{change_of(row['change_low'], unit)} … {change_of(row['change_high'], unit)}"
    return _("too few") if row["pairs"] and unit != YES_NO else "–"


def _is_rated(row: Row) -> bool:
    return bool(pd.notna(row["better_count"]) and row["pairs"])


def _verdicts(row: Row, _material: Material) -> str:
    if not _is_rated(row):
        return "–"
    return " / ".join(number(row[each]) for each in ("better_count", "same_count", "worse_count"))


def _share_better(row: Row, _material: Material) -> str:
    """The share better, with its interval where there are enough pairs."""
    if not _is_rated(row):
        return "–"
    share = percent(row["better_share"])
    if pd.isna(row["better_low"]):
        return share
    return f"{share} ({percent(row['better_low'])}–{percent(row['better_high'])})"


def _months_between(row: Row, _material: Material) -> str:
    """The months between before and after, with the number of pairs behind them."""
    if not known(row["months_between"]):
        return unseen(row["months_between"]) or "–"
    return _("{months} ({n})", months=number(row["months_between"], 1), n=number(row["months_between_n"]))


LOOK = Look(
    code="change",
    name=_l("Share of enterprises that improved"),
    definition=_l(
        "A pair is a before and an after of one enterprise and indicator, both exact. The change is after less "
        "before in the indicator's own unit. The middle is the median of the changes with its distribution-free "
        "95\u00a0% interval. Better, same and worse go by the direction that is good for the indicator; the share "
        "better has a Wilson 95\u00a0% interval. Below 6 pairs there is no interval. Practices are counted: had "
        "before, have after, gained, lost. There is no comparison group: no change proves a cause."
    ),
    section="Before and after",
    columns=(
        ColumnLook("indicator", _l("code of the indicator"), _l("Indicator"), name("indicator"), obvious=True),
        ColumnLook("unit", _l("unit, as a code"), obvious=True),
        ColumnLook("better", _l("the direction that is good: up, down, or context where neither is")),
        ColumnLook("pairs", _l("before/after pairs, one an enterprise"), _l("Pairs"), count("pairs"), True),
        ColumnLook(
            "median_before", _l("median before, in the unit"), _l("Median before, or had it"),
            _level("had_before", "median_before"), True, obvious=True,
        ),
        ColumnLook(
            "median_after", _l("median after, in the unit"), _l("Median after, or have it"),
            _level("had_after", "median_after"), True, obvious=True,
        ),
        ColumnLook(
            "median_change", _l("the middle of the pairs' changes, in the indicator's unit; percentages in points"),
            _l("Median change"), lambda row, _m: change_of(row["median_change"], row["unit"]), True,
        ),
        ColumnLook("change_low", _l("lower end of the 95\u00a0% interval of the median change")),
        ColumnLook("change_high", _l("upper end of the 95\u00a0% interval of the median change")),
        ColumnLook(label=_l("95\u00a0% interval"), write=_interval, numeric=True),
        ColumnLook("median_relative_change", _l("the middle of the changes divided by the size of their before")),
        ColumnLook("better_count", _l("enterprises that moved in the good direction"), obvious=True),
        ColumnLook("same_count", _l("enterprises that stayed the same"), obvious=True),
        ColumnLook("worse_count", _l("enterprises that moved the other way"), obvious=True),
        ColumnLook(label=_l("Better / same / worse"), write=_verdicts, numeric=True),
        ColumnLook("better_share", _l("better of all pairs, 0 to 1")),
        ColumnLook("better_low", _l("lower end of the 95\u00a0% interval of the share better")),
        ColumnLook("better_high", _l("upper end of the 95\u00a0% interval of the share better")),
        ColumnLook(label=_l("Share better (95\u00a0% interval)"), write=_share_better, numeric=True),
        ColumnLook("had_before", _l("enterprises that had the practice before"), obvious=True),
        ColumnLook("had_after", _l("enterprises that have the practice after"), obvious=True),
        ColumnLook("gained", _l("enterprises that gained the practice"), obvious=True),
        ColumnLook("lost", _l("enterprises that lost the practice"), obvious=True),
        ColumnLook(
            "months_between", _l("calendar months between before and after, the median of the pairs with both dates"),
            _l("Months between"), _months_between, True,
        ),
        ColumnLook("months_between_n", _l("pairs of which both dates are on record, neither as a latest possible day")),
        ColumnLook(
            "other_facts", _l("result rows that are part of no pair"), _l("Facts that are no pairs"),
            count("other_facts"), True,
        ),
    ),
    pictures=(
        Picture("change", draw, _l("Share of enterprises that improved")),
        Picture("practices", draw_practices, _l("Practices before and after")),
    ),
    missing=unreported,
)  # fmt: skip
