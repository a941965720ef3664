"""Everything that a reader is told by the pictures of a selection, as texts and numbers."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from callbacks.requests.materials import material_of
from callbacks.requests.page_request import PageRequest
from dashboard.app import grounds
from data.filters import Filters
from data.places import read_boundaries
from data.privacy.viewer import Viewer
from data.records import Record
from layouts.exhibits import PICTURES
from layouts.look import Drawing, Size
from layouts.parts.tables import Link, Table
from layouts.words import speaking

NUMBER = re.compile(r"(?<![A-Za-z\d.,])\d[\d,]*(?:\.\d+)?(?![A-Za-z\d])")
"""A number in a text; a digit in a code, such as that of M1, is none."""

MODULE = re.compile(r"(Modules?|模块) ?\d")
"""A module by its number, which is a name."""


@dataclass(frozen=True)
class Told:
    """One picture as a reader of a page or slide sees it; ``names`` are the names of codes, which may hold digits."""

    picture: str
    size: Size
    drawing: Drawing
    table: Table
    names: tuple[str, ...]
    indicator: str = ""

    @property
    def texts(self) -> Iterator[str]:
        """The words beside the title."""
        drawing = self.drawing
        yield from (drawing.caption, drawing.under, drawing.notice, self.table.note)
        yield from (text for card in drawing.cards for text in (card.label, card.value, card.of, card.note))
        yield from (column.label for column in self.table.columns)
        yield from (cell.text if isinstance(cell, Link) else cell for row in self.table.rows for cell in row)

    @property
    def in_title(self) -> list[str]:
        """The numbers of the title."""
        return numbers(self.drawing.title, self.names)

    @property
    def beside(self) -> set[str]:
        """The numbers in the chart, the table and the caption."""
        written = {number for text in self.texts for number in numbers(text)}
        figures = [each for each in (self.drawing.figure, self.drawing.second) if each]
        return written.union(*(numbers_of(value) for figure in figures for value in values(figure)))


def numbers(text: str, names: tuple[str, ...] = ()) -> list[str]:
    """The numbers written in a text, without thousands separators; not those in `names`."""
    for name in names:
        text = text.replace(name, " ")
    return [found.replace(",", "") for found in NUMBER.findall(MODULE.sub(" ", text).replace("\u00a0", " "))]


def values(figure: Any) -> Iterator[Any]:
    """Every text and number of a figure."""
    if isinstance(figure, dict):
        for value in figure.values():
            yield from values(value)
    elif isinstance(figure, (list, tuple)):
        for value in figure:
            yield from values(value)
    else:
        yield figure


def numbers_of(value: Any) -> set[str]:
    """The ways to write a value of a figure: the numbers of a text; a number as it is, and a share in per cent."""
    if isinstance(value, str):
        return set(numbers(value))
    if isinstance(value, (int, float)) and value == value and abs(value) < 1e15:  # noqa: PLR0124, PLR2004 - NaN
        return {f"{abs(value):.12g}", f"{abs(value):.0f}", f"{abs(value) * 100:.0f}"}
    return set()


@cache
def _grounds() -> Any:
    return grounds(read_boundaries())


@contextmanager
def asked(record: Record, viewer: Viewer, search: str, language: str) -> Iterator[PageRequest]:
    """A request of a viewer in a language, without a server."""
    with speaking(language), record.view(viewer, Filters.from_search(search)) as view:
        yield PageRequest(view.filters, view, _grounds()[language])


def pictures(request: PageRequest, language: str) -> Iterator[Told]:
    """Every picture of the selection that draws something, for a page and for a slide; by indicator, for each."""
    catalogue = request.view.catalogue
    names = {
        entry.columns[column]
        for table in ("module", "place", "sector", "partner", "phase", "round", "indicator")
        for entry in catalogue.table(table).values()
        for column in (f"name_{language}", f"title_{language}")
        if entry.columns.get(column)
    }
    ordered = tuple(sorted(names, key=len, reverse=True))
    for code, (look, picture) in PICTURES.items():
        if picture.draw is None:
            continue
        chosen = list(catalogue.indicator) if look.code == "pairs" else [""]
        for indicator in chosen:
            material = material_of(request, look.code, indicator, named=True)
            if look.missing(material):
                continue
            for size in Size:
                sized = replace(material, size=size)
                drawing = picture.draw(sized)
                yield Told(code, size, drawing, look.table(sized, picture, drawing).without_links(), ordered, indicator)
