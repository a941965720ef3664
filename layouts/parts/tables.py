"""A table as people read it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Self

from layouts.words import _, number

MOST_ROWS = 200
"""Maximum number of rows of a table on screen; it says how many there are, and links to them all."""


@dataclass(frozen=True)
class Column:
    """A column of a table: its label, and whether it holds numbers."""

    label: str
    numeric: bool = False


@dataclass(frozen=True)
class Link:
    """A cell that leads somewhere."""

    text: str
    href: str


Cell = str | Link
LinkTo = Callable[[str | None], Cell]
"""How a table names a source or an enterprise."""


@dataclass(frozen=True)
class Table:
    """A table as people read it: rows of cells in the order of the columns; the first cell heads its row."""

    columns: tuple[Column, ...]
    rows: list[list[Cell]]
    note: str = ""

    @property
    def shown(self) -> list[list[Cell]]:
        """The rows that fit a page."""
        return self.rows[:MOST_ROWS]

    def without_links(self) -> Self:
        """The same with the text of each link alone."""
        rows: list[list[Cell]] = [[cell.text if isinstance(cell, Link) else cell for cell in row] for row in self.rows]
        return replace(self, rows=rows)

    @property
    def cut(self) -> str:
        """What is said of the rows that do not."""
        if len(self.rows) <= MOST_ROWS:
            return ""
        return _("The first {shown} of {all} rows.", shown=number(MOST_ROWS), all=number(len(self.rows)))
