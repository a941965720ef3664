"""Everything that a reader is told by the pictures of a selection, as texts and numbers."""

import re
from calendar import month_name
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from attack.shown import a_reader

from callbacks.requests.materials import build, material_of
from callbacks.requests.page_request import PageRequest
from dashboard.app import grounds
from data.filters import Filters
from data.places import read_boundaries
from data.privacy.viewer import MANAGER, Viewer
from data.records import Record
from layouts.exhibits import PICTURES
from layouts.look import Drawing, Size
from layouts.parts.tables import Link, Table
from layouts.words import speaking

READERS: dict[str, Callable[[], Viewer]] = {"manager": lambda: MANAGER, "donor": a_reader}
"""A viewer without limits, and one whose link has a threshold."""

NUMBER = re.compile(r"(?<![A-Za-z\d.,])\d[\d,]*(?:\.\d+)?(?![A-Za-z\d])")
"""A number in a text; a digit in a code, such as that of M1, is none."""

ORDINAL = re.compile(r"(Modules?|meeting|模块|第) ?\d+")
"""A module or a meeting by its number, which is a name."""

MONTHS = "|".join(name for name in month_name if name)
DATES = re.compile(rf"(\d{{1,2}} )?({MONTHS}) \d{{4}}|\d{{4}}年(\d{{1,2}}月)?(\d{{1,2}}日)?")
"""A date in words: the foot of each picture says to which date it speaks."""


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
    """The numbers written in a text, without thousands separators; no dates, and not those in `names`."""
    for name in names:
        text = text.replace(name, " ")
    text = ORDINAL.sub(" ", DATES.sub(" ", text.replace("\u00a0", " ")))
    return [found.replace(",", "") for found in NUMBER.findall(text)]


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
    if isinstance(value, (int, float)) and value == value and abs(value) < 1e15:  # noqa: PLR0124 - NaN
        return {f"{abs(value):.12g}", f"{abs(value):.0f}", f"{abs(value) * 100:.0f}"}
    return set()


def _indicators(request: PageRequest) -> list[str]:
    """The indicators with most and with fewest pairs, and one without any: enough for each kind of title."""
    change = build(request, "change").table.sort_values("pairs", ascending=False, kind="stable")
    codes = list(change["indicator"])
    return list(dict.fromkeys([*codes[:4], *codes[-4:]]))


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
        chosen = _indicators(request) if look.code == "pairs" else [""]
        for indicator in chosen:
            material = material_of(request, look.code, indicator, named=True)
            if look.missing(material):
                continue
            for size in Size:
                sized = replace(material, size=size)
                drawing = picture.draw(sized)
                yield Told(code, size, drawing, look.table(sized, picture, drawing).without_links(), ordered, indicator)
