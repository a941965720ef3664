"""A chart as categories, series and texts: described once, drawn by plotly on pages and by PowerPoint in packs."""

import re
from dataclasses import dataclass
from html import unescape

from layouts import theme
from layouts.words import language, wrapped

LABEL_WIDTH = 46
"""Latin letters on one line of a category's label in PowerPoint."""

COUNT, VALUE = "#,##0", "General"

Numbers = tuple[float | None, ...]


def share_format() -> str:
    """How a spreadsheet writes a share as a percentage."""
    return "0%" if language() == "zh" else "0 %"


@dataclass(frozen=True)
class Category:
    """One row or column of a chart: its name, the number that is printed with it, and a remark in smaller type."""

    name: str
    number: str = ""
    remark: str = ""


@dataclass(frozen=True)
class Series:
    """One number a category (None: not shown). ``hatched`` is "", "/" or "x", ``hatching`` its colour.

    ``dark``: numbers on it are white. ``colours`` are given where points differ; ``below`` and ``above`` are the
    lengths of an interval around each value.
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
        """The values as lengths of bars: what is not shown has none."""
        return tuple(map(theme.length, self.values))


@dataclass(frozen=True)
class Chart:
    """Bars (``upright`` or lying, ``stacked`` or beside one another) in the order they are read.

    ``format`` is how a spreadsheet writes the values, ``most`` where their axis ends, ``axis`` what the categories are;
    a value under ``fewest`` has no room to be printed. ``numbers_on_bars``: labels need not give them.
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
        """The categories as PowerPoint writes them: a name in lines, then its number and remark."""
        return tuple(map(self._label, self.categories))

    def _label(self, category: Category) -> str:
        name = plain(category.name) if self.upright else broken(plain(category.name))
        if self.numbers_on_bars:
            return name
        about = " · ".join(part for part in map(plain, (category.number, category.remark)) if part)
        return "\n".join(part for part in (name, about) if part)


@dataclass(frozen=True)
class Cell:
    """A coloured cell and its text; on ``dark`` the text is white."""

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


def plain(text: str) -> str:
    """A text of a figure without its tags."""
    # Chinese lines are broken inside words: there is no blank where they end.
    blank = "" if language() == "zh" else " "
    return unescape(re.sub(r"<[^>]+>", "", text.replace("<br>", blank))).strip()


def broken(name: str) -> str:
    """A name in lines that fit beside a chart of PowerPoint."""
    return wrapped(name, LABEL_WIDTH).replace("<br>", "\n")
