"""Before and after per indicator: the share of enterprises that improved, and practices before and after."""

from typing import Any

import pandas as pd

from data.vocabulary import FEWEST_FOR_INTERVAL, YES_NO
from layouts import theme
from layouts.figures.chart import Category, Chart, Series, share_format
from layouts.figures.levels import before_and_after, key, percent_axis
from layouts.figures.slide_room import MOST_ROWS
from layouts.frames import records
from layouts.look import ColumnLook, Drawing, Look, Material, Picture, Row, Size
from layouts.parts.cell_writers import count, name
from layouts.texts import selection_words
from layouts.theme import Figure
from layouts.words import (
    _,
    _l,
    change_of,
    known,
    ngettext,
    number,
    percent,
    quantity,
    sentences,
    unseen,
    wrapped,
)

MOST_INDICATORS = 14
_SMALL_INDICATORS = 5


def by_pairs(table: pd.DataFrame) -> pd.DataFrame:
    """The rows sorted by number of pairs, figures before practices, because one chart shows all practices."""
    ranked = table.assign(figure=table["unit"] != YES_NO)
    return ranked.sort_values(["figure", "pairs", "other_facts"], ascending=False, kind="stable")


def unit_of(row: Row) -> str:
    """The unit of the levels of an indicator's pairs: money may be per month."""
    return f"{row['unit']}-per-month" if row["per_month"] else str(row["unit"])


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
    frame = material.table
    figures = frame[frame["unit"] != YES_NO]
    rated = figures[figures["better_count"].notna() & (figures["pairs"] > 0)]
    most = _most(material)
    counted = rated.assign(counted=rated["majority"].isin(_MARKS))
    drawn = counted.sort_values(["counted", "pairs", "better_share"], ascending=False, kind="stable").head(most)
    chart = _improved_chart(drawn, material) if len(drawn) else None
    small = material.size is Size.SMALL
    return Drawing(
        title=_title(frame),
        figure=_improved(chart, close=material.on_slide) if chart else None,
        caption=sentences(
            _together(frame) if chart else "",
            _caption(frame, rated) if chart and not small else "",
            _cut(rated, most) if chart else "",
            caution() if chart and material.on_slide else "",
        ),
        under=caution() if chart else "",
        chart=chart,
        ns=_ns(frame, material) if material.on_slide else (),
    )


def caution() -> str:
    """The caution that stands with every before/after exhibit."""
    return _(
        "Enterprises report about themselves, those that report are not all, the worst starters tend to improve "
        "anyway, and there is no comparison group."
    )


def _together(frame: pd.DataFrame) -> str:
    """The pairs of all indicators together, where none has enough and the title counts them together."""
    counted = frame[frame["better_count"].notna() & (frame["pairs"] > 0)]
    shown = known(*counted["pairs"], *counted["better_count"], *counted["same_count"], *counted["worse_count"])
    if len(counted) <= 1 or frame["majority"].notna().any() or not shown:
        return ""
    sums = {f"{each}_count": int(counted[f"{each}_count"].sum()) for each in ("better", "same", "worse")}
    return ngettext(
        "{n} pair in all: {verdicts}.", "{n} pairs in all: {verdicts}.", int(counted["pairs"].sum()),
        verdicts=verdicts(sums),
    )  # fmt: skip


def months_apart(frame: pd.DataFrame, *, practices: bool = False) -> str:
    """The months between before and after, over the indicators of a table; empty where none is known."""
    known_months = [n for n in frame["months_between"] if known(n)]
    if not known_months:
        return ""
    low, high = (number(each(known_months), 1) for each in (min, max))
    if len(known_months) == 1 or low == high:
        pairs = sum(n for n in frame["months_between_n"] if known(n))
        return ngettext(
            "{months} months between before and after, in {n} pair.",
            "{months} months between before and after, median of {n} pairs.",
            pairs,
            months=low,
        )
    if practices:
        return _("{low} to {high} months between before and after by practice (medians).", low=low, high=high)
    return _("{low} to {high} months between before and after by indicator (medians).", low=low, high=high)


def _caption(frame: pd.DataFrame, rated: pd.DataFrame) -> str:
    tested = frame[frame["majority"].notna()]
    practices = tested["unit"] == YES_NO
    left_out = len(frame) - len(tested)
    counted = tested["majority"] == "better"
    return sentences(
        _("Share better of those with before and after, with its 95\u00a0% interval from 6 pairs on.")
        if (rated["pairs"] >= FEWEST_FOR_INTERVAL).any()
        else "",
        _("{better} more than half improved, {worse} more than half got worse, beyond chance over all indicators.",
          better=_MARKS["better"], worse=_MARKS["worse"])
        if len(tested)
        else "",
        _("Improved: {figures} of {all_figures} figures, {practices} of {all_practices} practices.",
          figures=number(int((counted & ~practices).sum())), all_figures=number(int((~practices).sum())),
          practices=number(int((counted & practices).sum())), all_practices=number(int(practices.sum())))
        if practices.any()
        else "",
        ngettext(
            "{n} other indicator has fewer than 10 pairs or no direction.",
            "{n} other indicators have fewer than 10 pairs or no direction.",
            left_out,
        )
        if len(tested) and left_out
        else "",
        months_apart(rated),
    )  # fmt: skip


_MARKS = {"better": "✓", "worse": "✕"}
"""The marks of indicators of which more than half of the enterprises improved, or got worse."""


def _marked(name: str, row: Row) -> str:
    mark = _MARKS.get(row["majority"] or "", "")
    return f"{mark} {name}" if mark else name


def verdicts(row: Row) -> str:
    """Better, same and worse, always as three numbers."""
    return _(
        "{better} better, {same} same, {worse} worse",
        better=number(row["better_count"]), same=number(row["same_count"]), worse=number(row["worse_count"]),
    )  # fmt: skip


def _improved_chart(rows: pd.DataFrame, material: Material) -> Chart:
    categories = []
    for row in records(rows):
        has_levels = row["pairs"] < FEWEST_FOR_INTERVAL and known(row["median_before"], row["median_after"])
        levels = (
            _("{before} → {after}", before=quantity(row["median_before"], unit_of(row)),
              after=quantity(row["median_after"], unit_of(row)))
            if has_levels
            else ""
        )  # fmt: skip
        counts = " · ".join(part for part in (levels, verdicts(row)) if part)
        categories.append(Category(_marked(material.name("indicator", row["indicator"]), row), counts))
    enough = rows["pairs"] >= FEWEST_FOR_INTERVAL
    # Few pairs have no point; a count under the rounding base has no share either.
    share, above, below = (
        tuple(None if value != value else value for value in values.where(enough).astype(float))  # noqa: PLR0124 - NaN
        for values in (
            rows["better_share"],
            rows["better_high"] - rows["better_share"],
            rows["better_share"] - rows["better_low"],
        )
    )
    colours = tuple({"better": theme.AFTER, "worse": theme.WORSE}.get(each, theme.SAME) for each in rows["majority"])
    better = Series(
        _("Share better, with its 95\u00a0% interval"), share, theme.STEPS[1], below=below, above=above, colours=colours
    )
    return Chart(tuple(categories), (better,), format=share_format(), most=1)


def _improved(chart: Chart, *, close: bool) -> Figure:
    """One dot per indicator with its interval; its counts are in the heading."""
    (better,) = chart.series
    share, above, below = (
        [None if value is None else value * 100 for value in values]
        for values in (better.values, better.above, better.below)  # noqa: PD011 - a series of a chart
    )
    rows = len(chart.categories)
    plotted = any(value is not None for value in share)
    scale = theme.axis(range=[-2, 102], side="bottom", **percent_axis()) if plotted else theme.hidden_axis(range=[0, 1])
    half = {"type": "line", "x0": 50, "x1": 50, "y0": 0, "y1": 1, "yref": "paper", "layer": "below",
            "line": {"color": theme.INK, "width": 1.5, "dash": "dot"}}  # fmt: skip
    return {
        "data": [
            {
                "type": "scatter",
                "mode": "markers",
                "x": share,
                "y": list(range(rows)),
                "marker": {
                    "size": 12, "color": list(better.colours), "opacity": 1,
                    "line": {"color": theme.PAPER, "width": 1.5},
                },
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
            (50 if close else 66 if plotted else 52) * max(rows, 1) + (70 if plotted else 24),
            xaxis=scale,
            yaxis=theme.hidden_axis(range=[rows - 0.5, -0.85]),
            shapes=[half] if plotted else [],
            annotations=_headings(chart, close=close),
            margin={"l": 12, "r": 12, "t": 8, "b": 8, "pad": 0},
        ),
    }  # fmt: skip


def _headings(chart: Chart, *, close: bool) -> list[dict[str, Any]]:
    """The heading of each row: its name and numbers, in two lines unless rows are close."""
    if close:
        return [
            theme.heading(f"{each.name}  <b>{each.number}</b>", at, across=True)
            for at, each in enumerate(chart.categories)
        ]
    return [
        theme.heading(f"{wrapped(each.name, 60, 1)}<br><b>{each.number}</b>", at, across=True)
        | {"y": at - 0.16, "yanchor": "bottom"}
        for at, each in enumerate(chart.categories)
    ]


def _title(frame: pd.DataFrame) -> str:
    """The number of indicators in which more than half of the enterprises improved, and got worse."""
    tested = frame["majority"].dropna()
    if len(tested):
        n, better, worse = len(tested), *(int((tested == each).sum()) for each in ("better", "worse"))
        return _title_of_one(tested.iloc[0]) if n == 1 else _title_of_many(n, better, worse)
    counts = ("pairs", "better_count", "same_count", "worse_count")
    if any(unseen(each) for column in counts for each in frame[column]):
        return _("Too few before/after pairs of any one indicator to be shown")
    return _title_of_few(frame)


def _title_of_one(majority: str) -> str:
    return {
        "better": _("In the one indicator with 10 or more pairs, more than half of the enterprises improved"),
        "worse": _("In the one indicator with 10 or more pairs, more than half of the enterprises got worse"),
        "neither": _("In the one indicator with 10 or more pairs, no clear majority improved or got worse"),
    }[majority]


def _title_of_many(n: int, better: int, worse: int) -> str:
    if not better and not worse:
        return _(
            "In none of {n} indicators with 10 or more pairs did a clear majority improve or get worse", n=number(n)
        )
    if better == n:
        return _("In all {n} indicators with 10 or more pairs, more than half of the enterprises improved", n=number(n))
    if worse == n:
        return _(
            "In all {n} indicators with 10 or more pairs, more than half of the enterprises got worse", n=number(n)
        )
    return _(
        "In {better} of {n} indicators with 10 or more pairs, more than half of the enterprises improved; "
        "in {worse} more than half got worse",
        better=number(better), worse=number(worse), n=number(n),
    )  # fmt: skip


def _title_of_few(frame: pd.DataFrame) -> str:
    """The pairs one by one, where no indicator has enough of them."""
    rated = frame[frame["better_count"].notna()]
    pairs, rated_pairs = int(frame["pairs"].sum()), int(rated["pairs"].sum())
    if not pairs:
        return _("No before/after pair in this selection")
    if not rated_pairs:
        return ngettext(
            "{n} before/after pair, of an indicator without a good direction",
            "{n} before/after pairs, all of indicators without a good direction",
            pairs,
        )
    better, same, worse = (number(int(rated[f"{each}_count"].sum())) for each in ("better", "same", "worse"))
    title = ngettext(
        "{n} before/after pair: {better} better, {same} same, {worse} worse; too few to generalise",
        "{n} before/after pairs: {better} better, {same} same, {worse} worse; too few to generalise",
        rated_pairs,
        better=better, same=same, worse=worse,
    )  # fmt: skip
    if pairs == rated_pairs:
        return title
    without = pairs - rated_pairs
    return _("{title}; {n} more without a good direction", title=title, n=number(without))


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
    directed = [row for row in records(frame) if row["better"] != "context"]
    moved = sum(map(_moved_well, directed))
    good = (
        _(
            "{sign} {n} of {all} moved in the good direction: more enterprises moved there than back.",
            sign=_MARKS["better"],
            n=number(moved),
            all=number(len(directed)),
        )
        if moved and _all_told(directed)
        else ""
    )
    return Drawing(
        title=_practices_title(frame),
        figure=_practices(rows, chart, close=material.on_slide),
        caption=sentences(
            _("Share of enterprises that reported both times."),
            good,
            _cut(frame, most),
            months_apart(frame, practices=True),
            caution() if material.on_slide else "",
        ),
        under=caution(),
        chart=chart,
        ns=ns,
        table=practices,
    )


def _moved_well(row: Row) -> bool:
    return known(row["better_count"], row["worse_count"]) and row["better_count"] > row["worse_count"]


def _all_told(rows: list[dict[str, Any]]) -> bool:
    """True if the direction of every practice that has a good one is known: no count is under the threshold."""
    return all(known(row["better_count"], row["worse_count"]) for row in rows if row["better"] != "context")


def _practices_chart(rows: pd.DataFrame, material: Material) -> Chart:
    categories, pairs = [], []
    told = _all_told(records(rows))
    for row in records(rows):
        counts = _(
            "{before} → {after} of {pairs}",
            before=number(row["had_before"]), after=number(row["had_after"]), pairs=number(row["pairs"]),
        )  # fmt: skip
        name = material.name("indicator", row["indicator"])
        categories.append(Category(f"{_MARKS['better']} {name}" if told and _moved_well(row) else name, counts))
        # A count under the rounding base has no point.
        pairs.append(
            tuple(
                None if unseen(row[had]) else min(row[had], row["pairs"]) / row["pairs"]
                for had in ("had_before", "had_after")
            )
        )
    return Chart(tuple(categories), before_and_after(pairs), format=share_format(), most=1)


def _practices(rows: pd.DataFrame, chart: Chart, *, close: bool) -> Figure:
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
            "line": {"color": theme.WORSE if _moved_badly(row) else "#b9cfdd", "width": 4},
            "marker": {"size": 12, "color": [theme.BEFORE, theme.AFTER], "opacity": 1},
            "hoverinfo": "skip",
            "cliponaxis": False,
        }
        for at, (row, both) in enumerate(zip(records(rows), levels, strict=True))
    ]
    return {
        "data": [*traces, *key()],
        "layout": theme.layout(
            (50 if close else 66) * max(len(rows), 1) + 100,
            showlegend=True,
            legend=theme.legend(),
            xaxis=theme.axis(range=[-2, 102], **percent_axis()),
            yaxis=theme.hidden_axis(range=[len(rows) - 0.5, -0.85]),
            annotations=_headings(chart, close=close),
            margin={"l": 12, "r": 12, "t": 36, "b": 8, "pad": 0},
        ),
    }


def _moved_badly(row: Row) -> bool:
    return known(row["better_count"], row["worse_count"]) and row["worse_count"] > row["better_count"]


def _practices_title(frame: pd.DataFrame) -> str:
    """The number of practices that moved in the good direction, of those that have one."""
    directed = [row for row in records(frame) if row["better"] != "context"]
    n = len(directed)
    if not n:
        return ngettext(
            "{n} practice, without a good direction", "{n} practices, none with a good direction", len(frame)
        )
    if not _all_told(directed):
        return ngettext("{n} practice, before and after", "{n} practices, before and after", n)
    good = sum(map(_moved_well, directed))
    if good == n:
        return ngettext(
            "The one practice moved in the good direction", "All {n} practices moved in the good direction", n
        )
    return ngettext(
        "The one practice did not move in the good direction",
        "{good} of {n} practices moved in the good direction",
        n,
        good=number(good),
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
        return number(row[practice]) if row["unit"] == YES_NO else quantity(row[figure], unit_of(row))

    return write


def _interval(row: Row, _material: Material) -> str:
    unit = unit_of(row)
    if pd.notna(row["change_low"]):
        return f"{change_of(row['change_low'], unit)} … {change_of(row['change_high'], unit)}"
    return _("too few") if row["pairs"] and unit != YES_NO else "–"


def _is_rated(row: Row) -> bool:
    return bool(pd.notna(row["better_count"]) and row["pairs"])


def _majority(row: Row, _material: Material) -> str:
    """Did more than half improve, or get worse? As it counts in the title."""
    return {
        "better": _("{sign} improved", sign=_MARKS["better"]),
        "worse": _("{sign} got worse", sign=_MARKS["worse"]),
        "neither": _("neither"),
    }.get(row["majority"] or "", _("not tested"))


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
        "A pair is a before and an after of one enterprise and indicator, both exact: the first before and the last "
        "after, which must not be the older one. The change is after less before, in the indicator's own unit; "
        "percentages in points. Money is per month where the record says how long its periods are. The middle is the "
        "median of the enterprises' own changes, so it need not be the difference of the two medians. Its 95\u00a0% "
        "interval is distribution-free; the share better has a Wilson interval. Below 6 pairs there is no interval. "
        "Better, same and worse go by the direction that is good for the indicator. Practices are counted: had before, "
        "have after, gained, lost. The title counts indicators with 10 or more pairs and a direction of which more "
        "than half improved or got worse, by a score test against one half; over all of them Holm's procedure holds "
        "the error at 5\u00a0%. Enterprises report about themselves, those that report are not all, the worst starters "
        "tend to improve anyway, and there is no comparison group: no change proves a cause."
    ),
    section="Before and after",
    columns=(
        ColumnLook("indicator", _l("code of the indicator"), _l("Indicator"), name("indicator"), obvious=True),
        ColumnLook("unit", _l("unit, as a code; money is per month where the record has lengths of periods")),
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
            _l("Median change"), lambda row, _m: change_of(row["median_change"], unit_of(row)), True,
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
        ColumnLook(label=_l("More than half"), write=_majority),
        ColumnLook("had_before", _l("enterprises that had the practice before"), obvious=True),
        ColumnLook("had_after", _l("enterprises that have the practice after"), obvious=True),
        ColumnLook("gained", _l("enterprises that gained the practice"), obvious=True),
        ColumnLook("lost", _l("enterprises that lost the practice"), obvious=True),
        ColumnLook(
            "months_between", _l("calendar months between before and after, the median of the pairs with both dates"),
            _l("Months between"), _months_between, True,
        ),
        ColumnLook(
            "months_between_n",
            _l("pairs with both dates on record, neither as a latest possible day: the base of the months between"),
        ),
        ColumnLook(
            "other_facts", _l("other reported results: rows that are part of no pair"), _l("Other results"),
            count("other_facts"), True,
        ),
    ),
    arranged=by_pairs,
    pictures=(
        Picture("change", draw, _l("Share of enterprises that improved")),
        Picture("practices", draw_practices, _l("Practices before and after")),
    ),
    covers=selection_words.of_results,
    note=_l("The median change is the middle of the enterprises' own changes."),
    missing=unreported,
)  # fmt: skip
