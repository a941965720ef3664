"""The look of an exhibit: its texts, its table and its pictures, declared once.

Everything is drawn from a :class:`Material`: tables, names and addresses. A look does not know where they come from.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

import pandas as pd
from dash.development.base_component import Component

from layouts.figures.chart import Chart, Grid
from layouts.figures.map import Ground
from layouts.frames import records
from layouts.parts.tables import Cell, Column, Table
from layouts.texts import selection_words
from layouts.texts.selection_words import Covered
from layouts.theme import Figure
from layouts.words import Lazy, _

Row = Mapping[str, Any]
"""A row of an exhibit's table, by column."""


class Size(StrEnum):
    """The size of a picture."""

    PAGE = "page"
    SMALL = "small"  # on the overview, with a link to the page that shows more
    SLIDE = "slide"  # read from far away


@dataclass(frozen=True)
class Material:
    """The data for a picture: the numbers of an exhibit, and names and addresses for its codes.

    ``more`` returns a further table of the exhibit by name, ``name`` the name of a code (table, code), ``entry`` the
    columns of a code, ``codes`` all codes of a reference table in order, ``href`` an address under the same filters.
    ``rows``: single enterprises may be shown. ``chosen`` is the choice in the control of the page ("": none); for an
    exhibit by indicator it is the indicator.
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
        """Is the picture for a slide?"""
        return self.size is Size.SLIDE


@dataclass(frozen=True)
class Card:
    """A number in large type: its label, its value (blank: not on record), the number it is out of, and a remark.

    ``beside`` is the published figure in words; on a slide it is part of the remark.
    """

    label: str
    value: str
    of: str = ""
    note: str = ""
    beside: str = ""


@dataclass(frozen=True)
class Drawing:
    """One picture of an exhibit: the finding as title, and a figure or cards.

    ``caption`` is above the figure, ``under`` below it, ``notice`` below a map. A slide may have a ``second`` figure.
    ``chart`` is the figure for PowerPoint. ``ns`` are pairs (label, base of the number) for the speaker.
    ``table`` are the rows and ``columns`` the columns of a slide's table (None: all). ``table_at`` is the code of the
    table that a page shows instead of the picture's own.
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
    """A column in words: its description ``holds`` (for files and the method page), and its form in tables.

    ``name`` is the column of the exhibit, "" for a column made from several. A column without ``label`` is in no table.
    ``obvious``: the method page leaves it out. ``lone``: its cell can be written from one row alone.
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
    """Writes a frame as a table in words."""
    shown = [(column, column.write) for column in columns if column.label and column.write]
    rows = [[write(row, material) for _column, write in shown] for row in records(frame)]
    return Table(tuple(Column(str(column.label), column.numeric) for column, _write in shown), rows, note)


@dataclass(frozen=True)
class Picture:
    """One way to draw an exhibit.

    ``code`` identifies it in addresses and decks; the first picture of an exhibit has the exhibit's code. A picture
    without ``name`` is no slide; the slide ``slide`` is added to a deck instead. A picture with ``columns`` has its own
    table, made from the further table ``rows_of`` ("": from the exhibit's rows).
    """

    code: str
    draw: Callable[[Material], Drawing] | None
    name: Lazy | None = None
    slide: str = ""
    columns: Columns | None = None
    rows_of: str = ""


Materials = Callable[[str], Material]
"""A function that returns the material of an exhibit by its code, under the filters of the page."""


@dataclass(frozen=True)
class Control:
    """A choice on a page that its pictures follow.

    ``component`` is drawn before the picture it belongs to. ``choose`` takes the posted value and the page's materials,
    and returns the choice and the values of ``outputs``, (id, property) each. ``states`` are posted but not used.
    """

    id: str
    component: Callable[[], Component]
    outputs: tuple[tuple[str, str], ...]
    choose: Callable[[str | None, Materials], tuple[str, tuple[Any, ...]]]
    states: tuple[tuple[str, str], ...] = ()


def latest_first(table: pd.DataFrame) -> pd.DataFrame:
    """The rows in reverse order."""
    return table.iloc[::-1]


def _nobody(material: Material) -> str:
    return "" if material.coverage.enterprises else nobody()


def nobody() -> str:
    """The message of an exhibit in a selection without enterprises."""
    return _("No enterprise is enrolled in this selection.")


def all_rows_missing(text: Lazy) -> Callable[[Material], str]:
    """Returns a function for ``Look.missing``: the message `text` where the table has no row, else ""."""
    return lambda material: "" if len(material.table) else str(text)


@dataclass(frozen=True)
class Look:
    """The look of one exhibit: its name, its definition, its columns and its pictures.

    ``section`` is the heading of docs/measures.md that defines it. ``missing`` returns the message of an exhibit
    without numbers ("": it has numbers). ``covers`` writes the coverage line: a function of
    :mod:`layouts.texts.selection_words` (``of_trainings``, ``of_places``, ``of_results``); ``resting_on`` returns
    another line where the numbers are not of enterprises ("": they are). ``arranged`` puts the rows of its tables in
    order. Raises TypeError for a wrong declaration.
    """

    code: str
    name: Lazy
    definition: Lazy
    section: str
    columns: Columns
    pictures: tuple[Picture, ...]
    note: Lazy | None = None
    arranged: Callable[[pd.DataFrame], pd.DataFrame] = lambda table: table
    missing: Callable[[Material], str] = _nobody
    covers: Callable[[Covered], str] = selection_words.of_trainings
    resting_on: Callable[[pd.DataFrame], str] = lambda _table: ""

    def __post_init__(self) -> None:
        if not self.pictures or self.pictures[0].code != self.code:
            raise TypeError(f"{self.code}: its first picture has another code")
        incomplete = [column.name for column in self.columns if bool(column.label) != bool(column.write)]
        if incomplete:
            raise TypeError(f"{self.code}: a label without a writer, or a writer without a label: {incomplete}")

    @property
    def described(self) -> dict[str, Lazy]:
        """The description of each column, by column."""
        return {column.name: column.holds for column in self.columns if column.holds}

    def coverage_line(self, table: pd.DataFrame, covered: Covered) -> str:
        """The line under the exhibit that says what its numbers rest on."""
        return self.resting_on(table) or self.covers(covered)

    def table(self, material: Material, picture: Picture, drawing: Drawing | None = None) -> Table:
        """The table of one of its pictures."""
        frame = material.more(picture.rows_of) if picture.rows_of else material.table
        columns = picture.columns or self.columns
        if drawing is not None:
            frame = frame if drawing.table is None else drawing.table
            columns = columns if drawing.columns is None else drawing.columns
        return written(
            columns,
            frame if picture.columns else self.arranged(frame),
            material,
            str(self.note) if self.note and not picture.columns else "",
        )
