"""Tables in words."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Self

from layouts.words import _, number

MOST_ROWS = 200
"""Maximum number of rows of a table on screen. The note under it gives the number of all rows."""


@dataclass(frozen=True)
class Column:
    """A column of a table: its label, and whether it holds numbers."""

    label: str
    numeric: bool = False


@dataclass(frozen=True)
class Link:
    """A cell with a link."""

    text: str
    href: str


Cell = str | Link
LinkTo = Callable[[str | None], Cell]
"""A function that returns the cell for a source or an enterprise, by its code."""


@dataclass(frozen=True)
class Table:
    """A table in words: rows of cells in the order of the columns; the first cell of a row is its heading."""

    columns: tuple[Column, ...]
    rows: list[list[Cell]]
    note: str = ""

    @property
    def shown(self) -> list[list[Cell]]:
        """The rows that are shown, at most :data:`MOST_ROWS`."""
        return self.rows[:MOST_ROWS]

    def without_links(self) -> Self:
        """The same table with the text of each link only."""
        rows: list[list[Cell]] = [[cell.text if isinstance(cell, Link) else cell for cell in row] for row in self.rows]
        return replace(self, rows=rows)

    @property
    def cut(self) -> str:
        """The note about the rows that are not shown; empty where all are shown."""
        if len(self.rows) <= MOST_ROWS:
            return ""
        return _("The first {shown} of {all} rows.", shown=number(MOST_ROWS), all=number(len(self.rows)))
