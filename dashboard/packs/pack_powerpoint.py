"""The slides of a pack as PowerPoint: editable charts, native shapes for the rest, the table in the notes."""

import io
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pptx import Presentation
from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Inches, Pt

from dashboard.packs.pack_charts import add_chart
from dashboard.packs.pack_text import (
    BODY,
    Line,
    Run,
    fill_cell,
    language_tag,
    letter_width,
    line_count,
    rgb,
    text_height,
    write,
)
from layouts import theme
from layouts.figures.chart import Chart, Grid
from layouts.slide_model import Card, Slide
from layouts.theme import Figure
from layouts.words import _, labelled, sentences, speaking

WIDTH, HEIGHT = 13.333, 7.5
MARGIN, TOP, BOTTOM, GAP = 0.4, 0.28, 0.2, 0.12
"""Inches."""

TITLE, SECOND, CAPTION, FOOT = 24, 17, 13, 11
"""Points. The foot is small: it is read on paper or on a screen."""

HIGHEST_FOOT = 2.5
"""Inches."""

DOTS = 144
"""Pixels per inch of figures on slides: 1080 pixels on 7.5 inches."""

Picture = Callable[[Figure, int, int], bytes]
"""A function that draws a figure as a PNG of a width and height in pixels."""


@dataclass(frozen=True)
class Box:
    """A rectangle on a slide, in inches."""

    left: float
    top: float
    width: float
    height: float

    @property
    def place(self) -> tuple[int, int, int, int]:
        """The rectangle as python-pptx expects it: left, top, width, height."""
        return Inches(self.left), Inches(self.top), Inches(self.width), Inches(self.height)


def powerpoint(
    title: str, slides: Sequence[Mapping[str, Slide]], language: str, *, both: bool, picture: Picture | None
) -> bytes:
    """A PowerPoint file of the slides, in `language` or with titles in the other one below. Without `picture`, no maps.

    Raises the errors of `picture`.
    """
    presentation = Presentation()
    _widen(presentation)
    presentation.core_properties.title = title
    presentation.core_properties.author = "SCORE Results"
    presentation.core_properties.language = language_tag(language)
    other = "en" if language == "zh" else "zh"
    for at, pair in enumerate(slides, 1):
        with speaking(language):
            _Page(presentation, pair[language], pair[other] if both else None, f"{at} / {len(slides)}").fill(picture)
    out = io.BytesIO()
    presentation.save(out)
    return out.getvalue()


def _widen(presentation: Any) -> None:
    """Make the slides of the built-in template 16:9, with the shapes on its masters and layouts."""
    stretch = Inches(WIDTH) / presentation.slide_width
    presentation.slide_width, presentation.slide_height = Inches(WIDTH), Inches(HEIGHT)
    for holder in (presentation.slide_master, *presentation.slide_layouts):
        for shape in holder.placeholders:
            left, top, width, height = shape.left, shape.top, shape.width, shape.height
            shape.left, shape.top, shape.width, shape.height = int(left * stretch), top, int(width * stretch), height


class _Page:
    """One slide that is filled from the title down and from the foot up. The picture gets the space between."""

    def __init__(self, presentation: Any, slide: Slide, second: Slide | None, number: str) -> None:
        self.page = presentation.slides.add_slide(presentation.slide_layouts[5])  # a title and nothing else
        self.slide, self.second, self.number = slide, second, number

    def fill(self, picture: Picture | None) -> None:
        """Fill the slide and its notes."""
        slide = self.slide
        ranking = slide.figures[1:]  # a map with its ranking: the map is a picture, the ranking a chart
        if ranking and picture is None:
            left_out = _("The picture of the map is left out: no Chromium was found to draw it.")
            slide = replace(slide, caption=sentences(slide.caption, left_out), notice="")
        top = self._head(slide)
        bottom = self._foot(slide)
        box = Box(MARGIN, top + GAP, WIDTH - 2 * MARGIN, max(bottom - top - 2 * GAP, 1))
        if slide.empty:
            message = Line(slide.language, Run(slide.empty, 20, colour=theme.MUTED), align=PP_ALIGN.CENTER)
            self._text(box, [message], anchor=MSO_ANCHOR.MIDDLE)
        elif slide.cards:
            self._cards(box, slide.cards)
        elif isinstance(slide.chart, Grid):
            self._grid(box, slide.chart)
        elif slide.chart:
            if ranking and picture:
                box = self._map(box, slide.figures[0], picture)
            self._chart(box, slide.chart)
        self._notes(slide)

    # ---- texts

    def _head(self, slide: Slide) -> float:
        """Add the titles and captions; returns their lower edge in inches."""
        width = WIDTH - 2 * MARGIN
        size = next((each for each in (TITLE, 22, 20) if line_count(slide.title, each, width, bold=True) <= 2), 18)  # noqa: PLR2004
        height = text_height(slide.title, size, width, bold=True)
        title = self.page.shapes.title
        title.left, title.top, title.width, title.height = Box(MARGIN, TOP, width, height).place
        write(title.text_frame, [Line(slide.language, Run(slide.title, size, bold=True))])
        second = self.second
        rest = [
            (second.language, Run(second.title, SECOND, bold=True, colour=theme.ACCENT)) if second else None,
            (slide.language, Run(slide.caption, CAPTION, colour=theme.MUTED)),
            (second.language, Run(second.caption, BODY, colour=theme.MUTED)) if second else None,
        ]
        lines = [Line(*each) for each in rest if each and each[1].text]
        if not lines:
            return TOP + height
        below = Box(MARGIN, TOP + height, width, sum(line.height(width) for line in lines))
        self._text(below, lines)
        return below.top + below.height

    def _foot(self, slide: Slide) -> float:
        """Add notice, basis, sources and page number at the bottom; returns their upper edge in inches."""
        side = 0.8
        width = WIDTH - 2 * MARGIN - side
        second = self.second
        texts = [
            (slide.language, "", slide.notice),
            (slide.language, slide.synthetic, _joined(slide.coverage, slide.filtered, slide.as_of)),
            (second.language, second.synthetic, _joined(second.filtered, second.as_of)) if second else ("", "", ""),
            (slide.language, "", _joined(slide.sources, slide.edition)),
        ]
        # A filter of hundreds of names is printed smaller, not cut.
        for size in (FOOT, 9, 7):
            lines = [
                Line(language, Run(f"{sign}  " if sign else "", size, bold=True, colour=theme.WORSE), Run(text, size))
                for language, sign, text in texts
                if text
            ]
            height = max(sum(line.height(width) for line in lines), 0.26)
            if height < HIGHEST_FOOT:
                break
        top = HEIGHT - BOTTOM - height
        rule = self.page.shapes.add_shape(
            MSO_SHAPE.RECTANGLE, *Box(MARGIN, top - 0.06, WIDTH - 2 * MARGIN, 0.015).place
        )
        _paint(rule, theme.LINE)
        if lines:
            self._text(Box(MARGIN, top, width, height), lines, anchor=MSO_ANCHOR.BOTTOM)
        number = Line(slide.language, Run(self.number, BODY, bold=True), align=PP_ALIGN.RIGHT)
        self._text(Box(WIDTH - MARGIN - side, HEIGHT - BOTTOM - 0.26, side, 0.26), [number], anchor=MSO_ANCHOR.BOTTOM)
        return top - 0.06

    def _text(self, box: Box, lines: Sequence[Line], anchor: Any = MSO_ANCHOR.TOP) -> None:
        write(self.page.shapes.add_textbox(*box.place).text_frame, lines, anchor=anchor)

    def _notes(self, slide: Slide) -> None:
        """Add the speaker's notes: the deck's notes, the table, the basis of the numbers, the sources."""
        table = slide.table
        parts = [slide.notes]
        if table.rows:
            rows = [[column.label for column in table.columns], *([str(cell) for cell in row] for row in table.shown)]
            parts.append("\n".join("\t".join(" ".join(cell.split()) for cell in row) for row in rows))
            parts.append(sentences(table.note, table.cut))
        parts.append(_joined(slide.synthetic, slide.coverage, slide.filtered, slide.as_of, slide.edition))
        sources = "\n".join(source.name for source in slide.source_list)
        heading = labelled(_("Sources"), "")
        parts.append(f"{heading}\n{sources}" if sources else slide.sources)
        self.page.notes_slide.notes_text_frame.text = "\n\n".join(part for part in parts if part)

    # ---- pictures

    def _map(self, room: Box, figure: Figure, picture: Picture) -> Box:
        """Add the map on the left; returns the rest of the box."""
        width = room.width * 0.58
        png = picture(figure, round(width * DOTS), round(room.height * DOTS))
        shape = self.page.shapes.add_picture(io.BytesIO(png), *replace(room, width=width).place)
        self._describe(shape)
        return Box(room.left + width + 0.2, room.top, room.width - width - 0.2, room.height)

    def _describe(self, shape: Any) -> None:
        """Add a text alternative to a shape."""
        shape._element._nvXxPr.cNvPr.set("descr", sentences(self.slide.title + ".", self.slide.caption))  # noqa: SLF001

    def _chart(self, room: Box, drawn: Chart) -> None:
        self._describe(add_chart(self.page.shapes, room.place, drawn))

    def _cards(self, room: Box, cards: Sequence[Card]) -> None:
        columns = 4
        rows = max(math.ceil(len(cards) / columns), 2)
        width, height = (room.width - 0.2 * (columns - 1)) / columns, (room.height - 0.2 * (rows - 1)) / rows
        longest = max(2.5, *(sum(map(letter_width, card.value)) for card in cards))
        size = max(16, min(44, (width - 0.4) * 72 / (longest * 1.15)))
        for at, card in enumerate(cards):
            left, top = room.left + at % columns * (width + 0.2), room.top + at // columns * (height + 0.2)
            shape = self.page.shapes.add_shape(MSO_SHAPE.ROUNDED_RECTANGLE, *Box(left, top, width, height).place)
            shape.adjustments[0] = 0.05
            _paint(shape, theme.PAPER, theme.LINE)
            value = Run(card.value, size, bold=True, colour=theme.AFTER)
            runs = [
                Run(card.label, 15, bold=True),
                value if card.value else Run(_("not on record"), 16, colour=theme.MUTED),
                Run(card.of, 14, colour=theme.MUTED),
                Run(card.note, BODY, colour=theme.MUTED),
            ]
            lines = [Line(self.slide.language, run) for run in runs if run.text]
            write(shape.text_frame, lines, anchor=MSO_ANCHOR.MIDDLE, margin=0.18)

    def _grid(self, room: Box, grid: Grid) -> None:
        columns, rows, language = len(grid.columns), len(grid.rows), self.slide.language
        key = self._table(replace(room, height=0.34), 1, len(grid.key))
        for at, each in enumerate(grid.key):
            fill_cell(key.cell(0, at), each.text, each.colour, language, dark=each.dark)
        head, top = 0.75, room.top + 0.34 + GAP
        height = min(0.42, (room.height - 0.34 - GAP - head) / max(rows, 1))
        table = self._table(Box(room.left, top, room.width, head + height * rows), rows + 1, columns + 1)
        label = min(3.4, room.width * 0.3)
        table.columns[0].width = Inches(label)
        for at in range(columns):
            table.columns[at + 1].width = Inches((room.width - label) / columns)
            fill_cell(table.cell(0, at + 1), grid.columns[at], theme.PAPER, language)
        fill_cell(table.cell(0, 0), "", theme.PAPER, language)
        table.rows[0].height = Inches(head)
        for row in range(rows):
            table.rows[row + 1].height = Inches(height)
            fill_cell(table.cell(row + 1, 0), grid.rows[row], theme.PAPER, language, align=PP_ALIGN.LEFT)
            for column in range(columns):
                cell = grid.cells.get((row, column))
                text, colour, dark = (cell.text, cell.colour, cell.dark) if cell else ("", theme.PAPER, False)
                fill_cell(table.cell(row + 1, column + 1), text, colour, language, dark=dark)

    def _table(self, box: Box, rows: int, columns: int) -> Any:
        shape = self.page.shapes.add_table(rows, columns, *box.place)
        self._describe(shape)
        shape.table.first_row, shape.table.horz_banding = rows > 1, False
        return shape.table


def _paint(shape: Any, colour: str, line: str = "") -> None:
    """Give a shape one colour. Without its style it has no shadow, also in LibreOffice."""
    shape._element.remove(shape._element.find(qn("p:style")))  # noqa: SLF001
    shape.fill.solid()
    shape.fill.fore_color.rgb = rgb(colour)
    if line:
        shape.line.color.rgb, shape.line.width = rgb(line), Pt(1.25)
    else:
        shape.line.fill.background()


def _joined(*parts: str) -> str:
    return "  |  ".join(part for part in parts if part)
