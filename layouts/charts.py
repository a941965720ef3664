"""A slide's exhibit as a chart that can be edited: categories and series, read off the figure that is drawn of it."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from html import unescape
from itertools import pairwise
from typing import Any

import pandas as pd

from layouts import programme, theme
from layouts.figures import calendar, change, funnel, targets
from layouts.figures.map import METRICS, metric_name
from layouts.frames import records
from layouts.slides import Slide
from layouts.theme import Figure
from layouts.words import Names, _, change_of, known, language, number, percent, speaking, unit_name, wrapped

LABEL_WIDTH = 46
"""So many Latin letters of a category stand on a line."""

COUNT, VALUE = "#,##0", "General"


@dataclass(frozen=True)
class Series:
    """One number a category. ``hatched`` is "", "/" or "x", ``hatching`` its colour; ``dark`` is written on in white.

    ``colours`` are given where points differ; ``below`` and ``above`` are the lengths of an interval around each value.
    """

    name: str
    values: tuple[float, ...]
    colour: str
    hatched: str = ""
    hatching: str = theme.PAPER
    dark: bool = False
    colours: tuple[str, ...] = ()
    below: tuple[float, ...] = ()
    above: tuple[float, ...] = ()


@dataclass(frozen=True)
class Chart:
    """Bars (``upright`` or lying, ``stacked`` or beside one another) in the order they are read.

    ``format`` is how a spreadsheet writes the values, ``most`` where their axis ends, ``axis`` what the categories are;
    a value under ``fewest`` has no room to be printed.
    """

    categories: tuple[str, ...]
    series: tuple[Series, ...]
    upright: bool = False
    stacked: bool = False
    format: str = COUNT
    most: float | None = None
    fewest: float = 0
    axis: str = ""


@dataclass(frozen=True)
class Cell:
    """What stands in a coloured cell; one on ``dark`` is written in white."""

    text: str
    colour: str
    dark: bool


@dataclass(frozen=True)
class Grid:
    """Coloured cells by (row, column), a label a row and a column, and a key of what each colour says."""

    columns: tuple[str, ...]
    rows: tuple[str, ...]
    cells: dict[tuple[int, int], Cell]
    key: tuple[Cell, ...]


def chart(slide: Slide) -> Chart | None:
    """The chart of a slide; None where it has cards, a grid or nothing to draw. Of regions it is the ranking."""
    if not slide.figures or slide.exhibit not in _CHARTS or slide.frame is None or slide.names is None:
        return None
    with speaking(slide.language):
        return _CHARTS[slide.exhibit](slide.figures[-1], slide.frame, slide.names)


def grid(slide: Slide) -> Grid | None:
    """The grid of the slide that says who is where; None of every other slide."""
    if slide.exhibit != "matrix" or not slide.figures:
        return None
    (figure,) = slide.figures
    with speaking(slide.language):
        columns, rows = (tuple(map(_plain, figure["layout"][axis]["ticktext"])) for axis in ("xaxis", "yaxis"))
    cells: dict[tuple[int, int], Cell] = {}
    key = []
    for trace in figure["data"]:
        colour, dark = trace["marker"]["color"], trace["textfont"]["color"] == theme.PAPER
        key.append(Cell(trace["name"], colour, dark))
        places = [(y, x) for x, y in zip(trace["x"], trace["y"], strict=True) if x is not None]
        cells |= dict.fromkeys(places, Cell(trace["text"][0], colour, dark))
    return Grid(columns, rows, cells, tuple(key))


def _plain(text: str) -> str:
    """What a figure writes, without its tags."""
    # Chinese lines are broken inside words: there is no blank where they end.
    blank = "" if language() == "zh" else " "
    return unescape(re.sub(r"<[^>]+>", "", text.replace("<br>", blank))).strip()


def _labels(figure: Figure) -> tuple[str, ...]:
    """The rows of a figure: their headings, each with what is said behind it on a line of its own, or their ticks."""
    said = [each["text"] for each in figure["layout"].get("annotations", [])]
    return tuple(map(_label, said or figure["layout"]["yaxis"]["ticktext"]))


def _label(text: str) -> str:
    # Two blanks part a name from the numbers behind it.
    name, *numbers = (part for part in map(_plain, text.split("  ")) if part)
    return "\n".join(part for part in (_broken(name), " · ".join(numbers)) if part)


def _broken(name: str) -> str:
    return wrapped(name, LABEL_WIDTH).replace("<br>", "\n")


def _lengths(trace: dict[str, Any]) -> tuple[float, ...]:
    return tuple(map(float, trace["x"]))


def _shares(percentages: list[float]) -> tuple[float, ...]:
    """Shares of percentages; one that is not shown has no length."""
    return tuple(round((each or 0) / 100, 6) for each in percentages)


def _share_format() -> str:
    return "0%" if language() == "zh" else "0 %"


def _ranking(figure: Figure, _frame: pd.DataFrame, _names: Names) -> Chart:
    (bars,) = figure["data"]
    # The number behind each name is printed on its bar.
    names = tuple(label.split("\n")[0] for label in _labels(figure))
    return Chart(names, (Series(metric_name(METRICS[0]), _lengths(bars), theme.AFTER, dark=True),))


def _module_funnel(_figure: Figure, frame: pd.DataFrame, names: Names) -> Chart:
    frame = frame[frame["planned"] > 0]
    categories = []
    for row in records(frame):
        share = row["completed_share"]
        due = _("{share} of those due completed it", share=percent(share)) if known(share) else ""
        categories.append("\n".join(part for part in (names("module", row["module"]), due) if part))
    series = tuple(
        Series(funnel.step_name(step), tuple(map(float, frame[step])), colour)
        for step, colour in zip(funnel.STEPS, theme.STEPS, strict=True)
    )
    return Chart(tuple(categories), series, upright=True)


def _states(figure: Figure, frame: pd.DataFrame, _names: Names) -> Chart:
    frame = frame[frame["planned"] > 0]
    series = tuple(
        Series(
            trace["name"],
            _lengths(trace),
            trace["marker"]["color"],
            hatched=trace["marker"]["pattern"]["shape"],
            dark=trace["textfont"]["color"] == theme.PAPER,
        )
        for trace in figure["data"]
    )
    most = float(frame["planned"].max())
    return Chart(_labels(figure), series, stacked=True, most=most, fewest=most * funnel.ROOM)


def _journey(figure: Figure, frame: pd.DataFrame, _names: Names) -> Chart:
    recorded, without = figure["data"]
    series = (
        Series(_("With a record of its own"), _lengths(recorded), theme.AFTER, dark=True),
        Series(_("Reached by a later stage"), _lengths(without), theme.PALE, hatched="/", hatching=theme.AFTER),
    )
    most = float(frame["enterprises"].max())
    return Chart(_labels(figure), series, stacked=True, most=most, fewest=most * funnel.ROOM)


def _breadth(figure: Figure, frame: pd.DataFrame, _names: Names) -> Chart:
    _whole, bars = figure["data"]
    series = Series(_("Enterprises"), _lengths(bars), theme.AFTER, dark=True)
    return Chart(_labels(figure), (series,), most=float(frame["enrolled"].max()))


def _improved(figure: Figure, _frame: pd.DataFrame, _names: Names) -> Chart:
    (marks,) = figure["data"]
    around = marks["error_x"]
    better = Series(
        _("Share better, with its 95\u00a0% interval"),
        _shares(marks["x"]),
        theme.STEPS[1],
        below=_shares(around["arrayminus"]),
        above=_shares(around["array"]),
    )
    return Chart(_labels(figure), (better,), format=_share_format(), most=1)


def _practices(figure: Figure, _frame: pd.DataFrame, _names: Names) -> Chart:
    pairs = [trace["x"] for trace in figure["data"] if trace["mode"] == "lines+markers"]
    return Chart(_labels(figure), _before_and_after(map(_shares, pairs)), format=_share_format(), most=1)


def _before_and_after(pairs: Iterable[tuple[float, ...]]) -> tuple[Series, Series]:
    before, after = zip(*pairs, strict=True)
    return Series(_("Before"), before, theme.BEFORE), Series(_("After"), after, theme.AFTER, dark=True)


def _pairs(figure: Figure, frame: pd.DataFrame, names: Names) -> Chart:
    unit = frame["unit"].iloc[0]
    if unit == "yes-no":
        return _practice(figure)
    if figure["data"][0]["type"] == "bar":
        return _distribution(figure, frame)
    sign = unit_name(unit)
    written = f'{VALUE}" {sign}"' if sign else VALUE
    if "enterprise" not in frame:  # their median alone
        return Chart(_labels(figure), _before_and_after([_lengths(figure["data"][0])]), format=written)
    rows = records(frame)
    labels = tuple(
        f"{_broken(names('enterprise', row['enterprise']))}\n{change_of(row['change'], unit)}" for row in rows
    )
    series = _before_and_after((row["before"], row["after"]) for row in rows)
    return Chart(labels, series, format=written)


def _practice(figure: Figure) -> Chart:
    (bars,) = figure["data"]
    labels = tuple(f"{label}\n{_plain(said)}" for label, said in zip(_labels(figure), bars["text"], strict=True))
    colours = tuple(bars["marker"]["color"])
    return Chart(labels, (Series(_("Enterprises"), _lengths(bars), theme.AFTER, colours=colours),))


def _distribution(figure: Figure, frame: pd.DataFrame) -> Chart:
    counts, edges, _beyond = change.bins(frame["change"].to_numpy(float))
    between = tuple(f"{number(low)} … {number(high)}" for low, high in pairwise(edges))
    bars = Series(
        _("Enterprises"), tuple(map(float, counts)), theme.AFTER, colours=tuple(figure["data"][0]["marker"]["color"])
    )
    return Chart(between, (bars,), upright=True, axis=_plain(figure["layout"]["xaxis"]["title"]["text"]))


def _coverage(figure: Figure, _frame: pd.DataFrame, _names: Names) -> Chart:
    series = tuple(
        Series(trace["name"], _lengths(trace), trace["marker"]["color"], dark=trace["marker"]["color"] == theme.AFTER)
        for trace in figure["data"]
    )
    return Chart(_labels(figure), series)


def _targets(_figure: Figure, frame: pd.DataFrame, names: Names) -> Chart:
    labels = []
    rows = records(frame)
    for row in rows:
        about = f"{programme.target_status(row)} · {programme.target_values(row)}"
        labels.append(f"{_broken(targets.label(row, rows, names))}\n{_broken(about)}")
    reached = tuple(round(theme.length(row["attainment"]), 6) for row in rows)
    series = Series(_("Share of the target reached"), reached, theme.AFTER, dark=True)
    return Chart(tuple(labels), (series,), format=_share_format(), most=max([*reached, 1]))


def _capacity(figure: Figure, frame: pd.DataFrame, _names: Names) -> Chart:
    series = tuple(
        Series(
            trace["name"],
            _lengths(trace),
            trace["marker"]["color"],
            hatched=trace["marker"].get("pattern", {}).get("shape", ""),
            hatching=theme.MUTED,
            dark=trace["marker"]["color"] == theme.AFTER,
        )
        for trace in figure["data"]
    )
    most = max([*map(theme.length, frame["trainers"]), 1.0])
    return Chart(_labels(figure), series, stacked=True, most=most, fewest=most * funnel.ROOM)


def _events(figure: Figure, frame: pd.DataFrame, _names: Names) -> Chart:
    kinds = calendar.lanes(frame)[: len(figure["layout"]["annotations"])]
    statuses = [status for status in calendar.STATUSES if (frame["status"] == status).any()]
    colours = {"held": theme.AFTER, "planned": theme.PALE, "cancelled": theme.WORSE}
    series = tuple(
        Series(
            programme.event_status(status),
            tuple(float(((frame["kind"] == kind) & (frame["status"] == status)).sum()) for kind in kinds),
            colours[status],
            hatched="/" if status == "planned" else "",
            hatching=theme.AFTER,
            dark=status != "planned",
        )
        for status in statuses
    )
    most = float(frame["kind"].value_counts().max())
    return Chart(_labels(figure), series, stacked=True, most=most, fewest=most * funnel.ROOM)


_CHARTS: dict[str, Callable[[Figure, pd.DataFrame, Names], Chart]] = {
    "regions": _ranking,
    "module-funnel": _module_funnel,
    "states": _states,
    "journey-funnel": _journey,
    "breadth": _breadth,
    "change": _improved,
    "practices": _practices,
    "pairs": _pairs,
    "coverage": _coverage,
    "targets": _targets,
    "capacity": _capacity,
    "events": _events,
}
