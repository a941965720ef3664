"""Charts as categories, series and texts: described once, drawn by plotly on pages and by PowerPoint in packs."""

import re
from dataclasses import dataclass
from html import unescape

from layouts import theme
from layouts.words import language, wrapped

LABEL_WIDTH = 46
"""Number of Latin letters on one line of a category's label in PowerPoint."""

COUNT, VALUE = "#,##0", "General"

Numbers = tuple[float | None, ...]


def share_format() -> str:
    """The number format of a spreadsheet for a share as a percentage."""
    return "0%" if language() == "zh" else "0 %"


@dataclass(frozen=True)
class Category:
    """One row or column of a chart: its name, the number that is printed with it, and a remark in smaller type."""

    name: str
    number: str = ""
    remark: str = ""


@dataclass(frozen=True)
class Series:
    """One number per category (None: not shown). ``hatched`` is "", "/" or "x"; ``hatching`` is its colour.

    ``dark``: the numbers on the bars are white. ``colours`` has one colour per point where they differ. ``below`` and
    ``above`` are the lengths of an interval around each value.
    """

    name: str
    values: Numbers
    colour: str
    hatched: str = ""
    hatching: str = theme.PAPER
    dark: bool = False
    colours: tuple[str, ...] = ()
    below: Numbers = ()
    above: Numbers = ()

    @property
    def lengths(self) -> tuple[float, ...]:
        """The values as lengths of bars; 0 for a value that is not shown."""
        return tuple(map(theme.length, self.values))


@dataclass(frozen=True)
class Chart:
    """Bars (``upright`` or horizontal, ``stacked`` or side by side) in reading order.

    ``format`` is the number format of the values, ``most`` the end of their axis, ``axis`` the title of the category
    axis. A value below ``fewest`` is not printed, for lack of room. ``numbers_on_bars``: the labels have no numbers.
    """

    categories: tuple[Category, ...]
    series: tuple[Series, ...]
    upright: bool = False
    stacked: bool = False
    format: str = COUNT
    most: float | None = None
    fewest: float = 0
    axis: str = ""
    numbers_on_bars: bool = False

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of the categories in PowerPoint: the name, then the number and the remark."""
        return tuple(map(self._label, self.categories))

    def _label(self, category: Category) -> str:
        name = plain(category.name) if self.upright else broken(plain(category.name))
        if self.numbers_on_bars:
            return name
        details = " · ".join(part for part in map(plain, (category.number, category.remark)) if part)
        return "\n".join(part for part in (name, details) if part)


@dataclass(frozen=True)
class Cell:
    """A coloured cell and its text; the text is white on ``dark`` cells."""

    text: str
    colour: str
    dark: bool


@dataclass(frozen=True)
class Grid:
    """Coloured cells by (row, column), the labels of rows and columns, and the key of the colours."""

    columns: tuple[str, ...]
    rows: tuple[str, ...]
    cells: dict[tuple[int, int], Cell]
    key: tuple[Cell, ...]


def plain(text: str) -> str:
    """A text of a figure without its HTML tags."""
    # Chinese has no blanks between words, so joined lines need none.
    blank = "" if language() == "zh" else " "
    return unescape(re.sub(r"<[^>]+>", "", text.replace("<br>", blank))).strip()


def broken(name: str) -> str:
    """A name broken into lines that fit next to a chart in PowerPoint."""
    return wrapped(name, LABEL_WIDTH).replace("<br>", "\n")
