"""How an exhibit looks: its words, its table and its pictures, declared once and drawn from numbers alone.

What is drawn comes as a :class:`Material`: tables, names and addresses. No look knows where they come from.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Protocol

import pandas as pd
from dash.development.base_component import Component

from layouts.figures.chart import Chart, Grid
from layouts.figures.map import Ground
from layouts.frames import records
from layouts.parts.tables import Cell, Column, Table
from layouts.theme import Figure
from layouts.words import Lazy, _

Row = Mapping[str, Any]
"""A row of an exhibit's table by column."""

Choice = tuple[str, str]
"""A code that can be chosen, and its label."""


class Size(StrEnum):
    """How much room a picture has, and how far away its reader is."""

    PAGE = "page"
    SMALL = "small"  # it leads on to a page
    SLIDE = "slide"


class Covered(Protocol):
    """How many enterprises a selection has, and how many of them were trained and reported."""

    @property
    def enterprises(self) -> int: ...
    @property
    def trained(self) -> int: ...
    @property
    def reported(self) -> int: ...


@dataclass(frozen=True)
class Material:
    """What a picture is drawn from: the numbers of an exhibit, and names and addresses for their codes.

    ``more`` gives a further table of the exhibit by name; ``name`` a code's name (table, code), ``entry`` its columns,
    ``codes`` all codes of a reference table in order, ``href`` an address under the same filters. ``rows``: may single
    enterprises be shown? ``chosen`` is what the control of the page chooses ("": nothing), the indicator of an exhibit
    that is by indicator.
    """

    table: pd.DataFrame
    more: Callable[[str], pd.DataFrame]
    threshold: int | None
    coverage: Covered
    as_of: date
    name: Callable[[str, str | None], str]
    entry: Callable[[str, str], Mapping[str, Any]]
    codes: Callable[[str], Sequence[str]]
    source: Callable[[str | None], Cell]
    enterprise: Callable[[str | None], Cell]
    href: Callable[..., str]
    ground: Ground
    size: Size = Size.PAGE
    rows: bool = True
    may_export: bool = False
    chosen: str = ""

    @property
    def on_slide(self) -> bool:
        """Is a slide drawn?"""
        return self.size is Size.SLIDE


@dataclass(frozen=True)
class Card:
    """A number in large type: what it is, its value (blank: not on record), what it is out of, and a remark."""

    label: str
    value: str
    of: str = ""
    note: str = ""


@dataclass(frozen=True)
class Drawing:
    """One picture of an exhibit: the finding as title, and a figure or cards.

    ``caption`` is above the figure, ``under`` below it, ``notice`` below a map. A slide may have a ``second`` figure;
    ``chart`` is the figure as PowerPoint draws it. ``ns`` are (what, the number it rests on) for the speaker.
    ``table`` are the rows of a slide's table where they are not all (None), ``columns`` its columns likewise;
    ``table_at`` is the table that a page shows in place of the picture's own.
    """

    title: str
    figure: Figure | None = None
    caption: str = ""
    under: str = ""
    notice: str = ""
    second: Figure | None = None
    cards: tuple[Card, ...] = ()
    chart: Chart | Grid | None = None
    ns: tuple[tuple[str, str], ...] = ()
    table: pd.DataFrame | None = None
    columns: tuple["ColumnLook", ...] | None = None
    table_at: str = ""


Write = Callable[[Row, Material], Cell]


@dataclass(frozen=True)
class ColumnLook:
    """A column in words: what it ``holds`` (for files and the method page) and how tables show it.

    ``name`` is the column of the exhibit, "" for one that is made of several. Without a ``label`` no table shows it.
    ``obvious``: the method page leaves it out. ``lone``: a row by itself is enough to write it.
    """

    name: str = ""
    holds: Lazy | None = None
    label: Lazy | None = None
    write: Write | None = None
    numeric: bool = False
    obvious: bool = False
    lone: bool = True


Columns = tuple[ColumnLook, ...]


def written(columns: Columns, frame: pd.DataFrame, material: Material, note: str = "") -> Table:
    """A table as people read it."""
    shown = [(column, column.write) for column in columns if column.label and column.write]
    rows = [[write(row, material) for _column, write in shown] for row in records(frame)]
    return Table(tuple(Column(str(column.label), column.numeric) for column, _write in shown), rows, note)


@dataclass(frozen=True)
class Picture:
    """One way to draw an exhibit.

    ``code`` is its address in files and decks; the first picture of an exhibit has the exhibit's code. A picture
    without ``name`` is no slide: it is added to a deck as ``slide``. One with ``columns`` has a table of its own, of
    the further table ``rows_of`` ("": of the exhibit's rows).
    """

    code: str
    draw: Callable[[Material], Drawing] | None
    name: Lazy | None = None
    slide: str = ""
    columns: Columns | None = None
    rows_of: str = ""


Materials = Callable[[str], Material]
"""The material of an exhibit by its code, under the filters of the page."""


@dataclass(frozen=True)
class Control:
    """Something to choose on a page: what its pictures show follows.

    ``component`` is drawn before the picture it belongs to. ``choose`` takes the posted value and the page's materials;
    it returns what is chosen and the values of ``outputs``, (id, property) each. ``states`` are posted, not looked at.
    """

    id: str
    component: Callable[[], Component]
    outputs: tuple[tuple[str, str], ...]
    choose: Callable[[str | None, Materials], tuple[str, tuple[Any, ...]]]
    states: tuple[tuple[str, str], ...] = ()


def _nobody(material: Material) -> str:
    return "" if material.coverage.enterprises else nobody()


def nobody() -> str:
    """What an exhibit of enterprises says where there is none."""
    return _("No enterprise is enrolled in this selection.")


def all_rows_missing(text: Lazy) -> Callable[[Material], str]:
    """What an exhibit says that is missing where its table has no row."""
    return lambda material: "" if len(material.table) else str(text)


@dataclass(frozen=True)
class Look:
    """How one exhibit looks: what it is called, how its numbers are made, its columns and its pictures.

    ``section`` is the heading of docs/measures.md that defines it. ``missing`` says what an exhibit without numbers
    lacks ("": nothing); ``resting_on`` what it rests on where that is no enterprises ("": it is). ``latest_first``: its
    tables begin with the last row.
    """

    code: str
    name: Lazy
    definition: Lazy
    section: str
    columns: Columns
    pictures: tuple[Picture, ...]
    note: Lazy | None = None
    latest_first: bool = False
    missing: Callable[[Material], str] = _nobody
    resting_on: Callable[[pd.DataFrame], str] = lambda _table: ""

    def __post_init__(self) -> None:
        if not self.pictures or self.pictures[0].code != self.code:
            raise TypeError(f"{self.code}: its first picture has another code")
        bare = [column.name for column in self.columns if bool(column.label) != bool(column.write)]
        if bare:
            raise TypeError(f"{self.code}: a label without a writer, or a writer without a label: {bare}")

    @property
    def described(self) -> dict[str, Lazy]:
        """What each column holds."""
        return {column.name: column.holds for column in self.columns if column.holds}

    def table(self, material: Material, picture: Picture, drawing: Drawing | None = None) -> Table:
        """The table of one of its pictures."""
        frame = material.more(picture.rows_of) if picture.rows_of else material.table
        columns = picture.columns or self.columns
        if drawing is not None:
            frame = frame if drawing.table is None else drawing.table
            columns = columns if drawing.columns is None else drawing.columns
        frame = frame.iloc[::-1] if self.latest_first else frame
        return written(columns, frame, material, str(self.note) if self.note and not picture.columns else "")
