"""A pack's slides as PowerPoint: charts that can be edited, native shapes for the rest, the table in the notes."""

import io
import math
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_LEGEND_POSITION, XL_TICK_LABEL_POSITION, XL_TICK_MARK
from pptx.enum.dml import MSO_PATTERN
from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE, PP_ALIGN
from pptx.oxml import parse_xml
from pptx.oxml.ns import qn
from pptx.util import Inches, Pt

from layouts import charts, theme
from layouts.charts import Chart, Grid, Series
from layouts.slides import Card, Slide
from layouts.theme import Figure
from layouts.words import _, labelled, sentences, speaking

WIDTH, HEIGHT = 13.333, 7.5
MARGIN, TOP, BOTTOM, GAP = 0.4, 0.28, 0.2, 0.12
"""Inches."""

TITLE, SECOND, CAPTION, BODY, FOOT = 24, 17, 13, 12, 11
"""Points. What is read from the back of a room has 12 of them on a slide of this size; the foot is for the hand."""

FEW = 3
"""Up to so many categories bars would be too thick."""

LATIN, CHINESE = "Arial", "Microsoft YaHei"
"""Typefaces every PowerPoint has; elsewhere the system's own stand in."""

HIGHEST_FOOT = 2.5
"""Inches."""

DOTS = 144
"""Pixels an inch in which figures are drawn for slides: the projector's 1080 on 7.5 inches."""

Picture = Callable[[Figure, int, int], bytes]
"""Draws a figure as a PNG for a box of so many pixels."""


@dataclass(frozen=True)
class Box:
    """Where something stands on a slide, in inches."""

    left: float
    top: float
    width: float
    height: float

    @property
    def place(self) -> tuple[int, int, int, int]:
        """As python-pptx takes it."""
        return Inches(self.left), Inches(self.top), Inches(self.width), Inches(self.height)


@dataclass(frozen=True)
class Run:
    """A piece of text in one look."""

    text: str
    size: float = BODY
    bold: bool = False
    colour: str = theme.INK


class Line:
    """A paragraph in one language."""

    def __init__(self, language: str, *runs: Run, align: Any = PP_ALIGN.LEFT) -> None:
        self.language, self.align = language, align
        self.runs = [run for run in runs if run.text]

    def height(self, width: float) -> float:
        """Inches it takes in a column of so many inches."""
        text, size = "".join(run.text for run in self.runs), max(run.size for run in self.runs)
        return _height(text, size, width, bold=any(run.bold for run in self.runs))


def powerpoint(
    title: str, slides: Sequence[Mapping[str, Slide]], language: str, *, both: bool, picture: Picture | None
) -> bytes:
    """A slide a slide, in `language` or with the other's titles beneath; a map is left out where there is no `picture`.

    Raises whatever `picture` does.
    """
    presentation = Presentation()
    _widen(presentation)
    presentation.core_properties.title = title
    presentation.core_properties.author = "SCORE Results"
    presentation.core_properties.language = _tag(language)
    other = "en" if language == "zh" else "zh"
    for at, pair in enumerate(slides, 1):
        with speaking(language):
            _Page(presentation, pair[language], pair[other] if both else None, f"{at} / {len(slides)}").fill(picture)
    out = io.BytesIO()
    presentation.save(out)
    return out.getvalue()


def _widen(presentation: Any) -> None:
    """Make the built-in template's slides 16:9, and what stands on its masters and layouts with them."""
    stretch = Inches(WIDTH) / presentation.slide_width
    presentation.slide_width, presentation.slide_height = Inches(WIDTH), Inches(HEIGHT)
    for holder in (presentation.slide_master, *presentation.slide_layouts):
        for shape in holder.placeholders:
            left, top, width, height = shape.left, shape.top, shape.width, shape.height
            shape.left, shape.top, shape.width, shape.height = int(left * stretch), top, int(width * stretch), height


def _tag(language: str) -> str:
    return "zh-CN" if language == "zh" else "en-GB"


class _Page:
    """One slide being filled, from the title down and from the foot up; what is left in between is the picture's."""

    def __init__(self, presentation: Any, slide: Slide, second: Slide | None, number: str) -> None:
        self.page = presentation.slides.add_slide(presentation.slide_layouts[5])  # a title and nothing else
        self.slide, self.second, self.number = slide, second, number

    def fill(self, picture: Picture | None) -> None:
        """Everything on the slide, and its notes."""
        slide = self.slide
        ranking = slide.figures[1:] if slide.exhibit == "regions" else ()
        if ranking and picture is None:
            left_out = _("The picture of the map is left out: no Chromium was found to draw it.")
            slide = replace(slide, caption=sentences(slide.caption, left_out), notice="")
        top = self._head(slide)
        bottom = self._foot(slide)
        room = Box(MARGIN, top + GAP, WIDTH - 2 * MARGIN, max(bottom - top - 2 * GAP, 1))
        chart, grid = charts.chart(slide), charts.grid(slide)
        if slide.empty:
            said = Line(slide.language, Run(slide.empty, 20, colour=theme.MUTED), align=PP_ALIGN.CENTER)
            self._text(room, [said], anchor=MSO_ANCHOR.MIDDLE)
        elif slide.cards:
            self._cards(room, slide.cards)
        elif grid:
            self._grid(room, grid)
        elif chart:
            if ranking and picture:
                room = self._map(room, slide.figures[0], picture)
            self._chart(room, chart)
        self._notes(slide)

    # ---- words

    def _head(self, slide: Slide) -> float:
        """Title, the other language's, captions; returns where they end."""
        width = WIDTH - 2 * MARGIN
        size = next((each for each in (TITLE, 22, 20) if _lines(slide.title, each, width, bold=True) <= 2), 18)  # noqa: PLR2004
        height = _height(slide.title, size, width, bold=True)
        title = self.page.shapes.title
        title.left, title.top, title.width, title.height = Box(MARGIN, TOP, width, height).place
        _write(title.text_frame, [Line(slide.language, Run(slide.title, size, bold=True))])
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
        """Notice, basis, sources and page number at the bottom; returns where they begin."""
        side = 0.8
        width = WIDTH - 2 * MARGIN - side
        second = self.second
        said = [
            (slide.language, "", slide.notice),
            (slide.language, slide.synthetic, _beside(slide.coverage, slide.filtered, slide.as_of)),
            (second.language, second.synthetic, _beside(second.filtered, second.as_of)) if second else ("", "", ""),
            (slide.language, "", _beside(slide.sources, slide.edition)),
        ]
        # Hundreds of names filtered by are set smaller rather than cut.
        for size in (FOOT, 9, 7):
            lines = [
                Line(language, Run(f"{sign}  " if sign else "", size, bold=True, colour=theme.WORSE), Run(text, size))
                for language, sign, text in said
                if text
            ]
            height = max(sum(line.height(width) for line in lines), 0.26)
            if height < HIGHEST_FOOT:
                break
        top = HEIGHT - BOTTOM - height
        rule = self.page.shapes.add_shape(
            MSO_SHAPE.RECTANGLE, *Box(MARGIN, top - 0.06, WIDTH - 2 * MARGIN, 0.015).place
        )
        _plain(rule, theme.LINE)
        if lines:
            self._text(Box(MARGIN, top, width, height), lines, anchor=MSO_ANCHOR.BOTTOM)
        number = Line(slide.language, Run(self.number, BODY, bold=True), align=PP_ALIGN.RIGHT)
        self._text(Box(WIDTH - MARGIN - side, HEIGHT - BOTTOM - 0.26, side, 0.26), [number], anchor=MSO_ANCHOR.BOTTOM)
        return top - 0.06

    def _text(self, box: Box, lines: Sequence[Line], anchor: Any = MSO_ANCHOR.TOP) -> None:
        _write(self.page.shapes.add_textbox(*box.place).text_frame, lines, anchor=anchor)

    def _notes(self, slide: Slide) -> None:
        """Who speaks reads: the deck's notes, what each number rests on, then the table and where it is from."""
        table = slide.table
        parts = [slide.notes]
        if table.rows:
            rows = [[column.label for column in table.columns], *([str(cell) for cell in row] for row in table.shown)]
            parts.append("\n".join("\t".join(" ".join(cell.split()) for cell in row) for row in rows))
            parts.append(sentences(table.note, table.cut))
        parts.append(_beside(slide.synthetic, slide.coverage, slide.filtered, slide.as_of, slide.edition))
        sources = "\n".join(source.name for source in slide.source_list)
        heading = labelled(_("Sources"), "")
        parts.append(f"{heading}\n{sources}" if sources else slide.sources)
        self.page.notes_slide.notes_text_frame.text = "\n\n".join(part for part in parts if part)

    # ---- pictures

    def _map(self, room: Box, figure: Figure, picture: Picture) -> Box:
        """The map on the left; returns what is left of the room."""
        width = room.width * 0.58
        png = picture(figure, round(width * DOTS), round(room.height * DOTS))
        shape = self.page.shapes.add_picture(io.BytesIO(png), *replace(room, width=width).place)
        self._describe(shape)
        return Box(room.left + width + 0.2, room.top, room.width - width - 0.2, room.height)

    def _describe(self, shape: Any) -> None:
        """What the shape shows, for who does not see it."""
        shape._element._nvXxPr.cNvPr.set("descr", sentences(self.slide.title + ".", self.slide.caption))  # noqa: SLF001

    def _chart(self, room: Box, drawn: Chart) -> None:
        data = CategoryChartData(number_format=drawn.format)
        data.categories = drawn.categories
        for series in drawn.series:
            data.add_series(series.name, series.values)
        shape = self.page.shapes.add_chart(_kind(drawn), *room.place, data)
        self._describe(shape)
        chart = shape.chart
        _look(chart.font, BODY)
        chart.has_title = False
        chart.has_legend = len(drawn.series) > 1 or bool(drawn.series[0].above)
        if chart.has_legend:
            chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.TOP, False
            _look(chart.legend.font, BODY)
        _axes(chart, drawn)
        plot = chart.plots[0]
        plot.vary_by_categories = False
        plot.gap_width = 8 if drawn.axis else 55 if len(drawn.categories) > FEW else 160
        plot.overlap = 100 if drawn.stacked else 0
        for series, made in zip(drawn.series, plot.series, strict=True):
            _paint(made, series)
            _print_values(made, series, drawn)
            if series.above:
                _error_bars(made, series)

    def _cards(self, room: Box, cards: Sequence[Card]) -> None:
        columns = 4
        rows = max(math.ceil(len(cards) / columns), 2)
        width, height = (room.width - 0.2 * (columns - 1)) / columns, (room.height - 0.2 * (rows - 1)) / rows
        longest = max(2.5, *(sum(map(_em, card.value)) for card in cards))
        size = max(16, min(44, (width - 0.4) * 72 / (longest * 1.15)))
        for at, card in enumerate(cards):
            left, top = room.left + at % columns * (width + 0.2), room.top + at // columns * (height + 0.2)
            shape = self.page.shapes.add_shape(MSO_SHAPE.ROUNDED_RECTANGLE, *Box(left, top, width, height).place)
            shape.adjustments[0] = 0.05
            _plain(shape, theme.PAPER, theme.LINE)
            value = Run(card.value, size, bold=True, colour=theme.AFTER)
            said = [
                Run(card.label, 15, bold=True),
                value if card.value else Run(_("not on record"), 16, colour=theme.MUTED),
                Run(card.of, 14, colour=theme.MUTED),
                Run(card.note, BODY, colour=theme.MUTED),
            ]
            lines = [Line(self.slide.language, run) for run in said if run.text]
            _write(shape.text_frame, lines, anchor=MSO_ANCHOR.MIDDLE, margin=0.18)

    def _grid(self, room: Box, grid: Grid) -> None:
        columns, rows, language = len(grid.columns), len(grid.rows), self.slide.language
        key = self._table(replace(room, height=0.34), 1, len(grid.key))
        for at, each in enumerate(grid.key):
            _cell(key.cell(0, at), each.text, each.colour, language, dark=each.dark)
        head, top = 0.75, room.top + 0.34 + GAP
        height = min(0.42, (room.height - 0.34 - GAP - head) / max(rows, 1))
        table = self._table(Box(room.left, top, room.width, head + height * rows), rows + 1, columns + 1)
        label = min(3.4, room.width * 0.3)
        table.columns[0].width = Inches(label)
        for at in range(columns):
            table.columns[at + 1].width = Inches((room.width - label) / columns)
            _cell(table.cell(0, at + 1), grid.columns[at], theme.PAPER, language)
        _cell(table.cell(0, 0), "", theme.PAPER, language)
        table.rows[0].height = Inches(head)
        for row in range(rows):
            table.rows[row + 1].height = Inches(height)
            _cell(table.cell(row + 1, 0), grid.rows[row], theme.PAPER, language, align=PP_ALIGN.LEFT)
            for column in range(columns):
                found = grid.cells.get((row, column))
                text, colour, dark = (found.text, found.colour, found.dark) if found else ("", theme.PAPER, False)
                _cell(table.cell(row + 1, column + 1), text, colour, language, dark=dark)

    def _table(self, box: Box, rows: int, columns: int) -> Any:
        shape = self.page.shapes.add_table(rows, columns, *box.place)
        self._describe(shape)
        shape.table.first_row, shape.table.horz_banding = rows > 1, False
        return shape.table


def _write(frame: Any, lines: Sequence[Line], *, anchor: Any = MSO_ANCHOR.TOP, margin: float = 0) -> None:
    """Fill a shape with paragraphs. Where its typeface is missing and another is wider, LibreOffice makes them fit."""
    frame.word_wrap, frame.auto_size, frame.vertical_anchor = True, MSO_AUTO_SIZE.TEXT_TO_FIT_SHAPE, anchor
    frame.margin_left = frame.margin_right = Inches(margin)
    frame.margin_top = frame.margin_bottom = Inches(margin / 2)
    _fill(frame, lines)


def _fill(frame: Any, lines: Sequence[Line]) -> None:
    for at, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if at == 0 else frame.add_paragraph()
        paragraph.alignment, paragraph.line_spacing = line.align, 1.0
        for each in line.runs:
            run = paragraph.add_run()
            run.text = each.text
            _look(run.font, each.size, bold=each.bold, colour=each.colour)
            run.font._rPr.set("lang", _tag(line.language))  # noqa: SLF001 - python-pptx's names of lxml elements


def _cell(  # noqa: PLR0913 - what a cell is
    cell: Any, text: str, colour: str, language: str, *, dark: bool = False, align: Any = PP_ALIGN.CENTER
) -> None:
    cell.fill.solid()
    cell.fill.fore_color.rgb = _rgb(colour)
    cell.margin_left = cell.margin_right = Inches(0.05)
    cell.margin_top = cell.margin_bottom = Inches(0.02)
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE
    run = Run(text, BODY, bold=dark, colour=theme.PAPER if dark else theme.INK)
    _fill(cell.text_frame, [Line(language, run, align=align)])


def _plain(shape: Any, colour: str, line: str = "") -> None:
    """A shape in one colour; without its style it has no shadow, in LibreOffice neither."""
    shape._element.remove(shape._element.find(qn("p:style")))  # noqa: SLF001
    shape.fill.solid()
    shape.fill.fore_color.rgb = _rgb(colour)
    if line:
        shape.line.color.rgb, shape.line.width = _rgb(line), Pt(1.25)
    else:
        shape.line.fill.background()


def _kind(drawn: Chart) -> Any:
    if drawn.upright:
        return XL_CHART_TYPE.COLUMN_STACKED if drawn.stacked else XL_CHART_TYPE.COLUMN_CLUSTERED
    return XL_CHART_TYPE.BAR_STACKED if drawn.stacked else XL_CHART_TYPE.BAR_CLUSTERED


def _axes(chart: Any, drawn: Chart) -> None:
    """Categories in reading order without marks; the values' axis only gives the scale, for they are printed."""
    names, values = chart.category_axis, chart.value_axis
    names.reverse_order = not drawn.upright
    names.major_tick_mark = XL_TICK_MARK.NONE
    names.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    names.has_major_gridlines = False
    names.format.line.color.rgb = _rgb(theme.LINE)
    _look(names.tick_labels.font, BODY)
    # Otherwise long names would be turned on end.
    names._element.find(qn("c:txPr")).find(qn("a:bodyPr")).attrib.update({"rot": "0", "vert": "horz"})  # noqa: SLF001
    if drawn.axis:
        names.has_title = True
        run = names.axis_title.text_frame.paragraphs[0].add_run()
        run.text = drawn.axis
        _look(run.font, BODY)
    values.visible = False
    values.has_major_gridlines = False
    if all(value >= 0 for series in drawn.series for value in series.values):
        values.minimum_scale = 0
    if drawn.most:
        # Behind a bar stands its number, but for those that have it inside.
        inside = drawn.stacked or bool(drawn.series[0].above)
        values.maximum_scale = drawn.most * (1 if inside else 1.08)


def _paint(made: Any, series: Series) -> None:
    fill = made.format.fill
    if series.hatched:
        fill.patterned()
        fill.pattern = MSO_PATTERN.WIDE_UPWARD_DIAGONAL if series.hatched == "/" else MSO_PATTERN.DIAGONAL_CROSS
        fill.fore_color.rgb, fill.back_color.rgb = _rgb(series.hatching), _rgb(series.colour)
    else:
        fill.solid()
        fill.fore_color.rgb = _rgb(series.colour)
    made.invert_if_negative = False
    for at, colour in enumerate(series.colours):
        if colour != series.colour:
            point = made.points[at].format.fill
            point.solid()
            point.fore_color.rgb = _rgb(colour)


def _print_values(made: Any, series: Series, drawn: Chart) -> None:
    """Every value at its bar, but those whose bar has no room: their format leaves them out, edited or not."""
    labels = made.data_labels
    labels.show_value = True
    labels.number_format, labels.number_format_is_linked = drawn.format, False
    if drawn.stacked or drawn.axis:
        labels.number_format = f'[<{max(drawn.fewest, 0.5):g}]"";{drawn.format}'
    if drawn.stacked:
        labels.position = XL_LABEL_POSITION.CENTER
    else:
        labels.position = XL_LABEL_POSITION.INSIDE_BASE if series.above else XL_LABEL_POSITION.OUTSIDE_END
    on_dark = drawn.stacked and series.dark
    _look(labels.font, BODY, bold=drawn.stacked or len(drawn.series) == 1, colour=theme.PAPER if on_dark else theme.INK)
    if series.hatched:
        # On a pattern no number can be read: it has ground of its own.
        ground = parse_xml(
            f'<c:spPr xmlns:c="{_C}" xmlns:a="{_A}"><a:solidFill><a:srgbClr val="{series.colour[1:]}"/></a:solidFill>'
            "</c:spPr>"
        )
        labels._element.find(qn("c:txPr")).addprevious(ground)  # noqa: SLF001


_C = "http://schemas.openxmlformats.org/drawingml/2006/chart"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"


def _error_bars(made: Any, series: Series) -> None:
    """The interval around each value, which python-pptx has no words for."""
    bars = parse_xml(
        f'<c:errBars xmlns:c="{_C}" xmlns:a="{_A}"><c:errBarType val="both"/><c:errValType val="cust"/>'
        f'<c:noEndCap val="0"/>{_numbers("plus", series.above)}{_numbers("minus", series.below)}'
        f'<c:spPr><a:ln w="28575"><a:solidFill><a:srgbClr val="{theme.AFTER[1:]}"/></a:solidFill></a:ln></c:spPr>'
        "</c:errBars>"
    )
    made._element.find(qn("c:cat")).addprevious(bars)  # noqa: SLF001


def _numbers(name: str, values: Sequence[float]) -> str:
    points = "".join(f'<c:pt idx="{at}"><c:v>{value:.6f}</c:v></c:pt>' for at, value in enumerate(values))
    return (
        f"<c:{name}><c:numLit><c:formatCode>General</c:formatCode>"
        f'<c:ptCount val="{len(values)}"/>{points}</c:numLit></c:{name}>'
    )


def _look(font: Any, size: float, *, bold: bool = False, colour: str = theme.INK) -> None:
    font.size, font.bold, font.name = Pt(size), bold, LATIN
    font.color.rgb = _rgb(colour)
    latin = font._rPr.find(qn("a:latin"))  # noqa: SLF001
    if font._rPr.find(qn("a:ea")) is None:  # noqa: SLF001
        latin.addnext(latin.makeelement(qn("a:ea"), {"typeface": CHINESE}))


def _rgb(colour: str) -> RGBColor:
    return RGBColor.from_string(colour.removeprefix("#").upper())


def _beside(*parts: str) -> str:
    return "  |  ".join(part for part in parts if part)


# ---- how much room words take


def _height(text: str, size: float, width: float, *, bold: bool = False) -> float:
    """Inches that lines of `size` points take in a column of so many inches."""
    return _lines(text, size, width, bold=bold) * size * 1.22 / 72 + 0.04


def _lines(text: str, size: float, width: float, *, bold: bool = False) -> int:
    """On how many lines a text is set, somewhat generously: no typeface is known before the file is opened."""
    room = width * 72 / size
    lines, used = 1, 0.0
    for word in _pieces(text):
        wide = sum(map(_em, word)) * (1.06 if bold else 1)
        if used + wide > room and used:
            lines, used = lines + 1, 0.0
        used += wide
    return lines


def _pieces(text: str) -> list[str]:
    """What a line may end behind: words, and every Chinese character."""
    pieces = [""]
    for letter in text:
        if _wide(letter):
            pieces += [letter, ""]
        else:
            pieces[-1] += letter
            if letter == " ":
                pieces.append("")
    return [piece for piece in pieces if piece]


def _wide(letter: str) -> bool:
    return unicodedata.east_asian_width(letter) in "WF"


def _em(letter: str) -> float:
    """The width of a letter in sizes of its typeface."""
    if _wide(letter):
        return 1.0
    return 0.32 if letter in " iljtfr.,:;|'·()/-" else 0.72 if letter.isupper() or letter in "mw—%" else 0.55
