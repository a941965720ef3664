"""Text on the slides of a pack: its look, its language, and the room it takes."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pptx.dml.color import RGBColor
from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Inches, Pt

from layouts import theme

BODY = 12
"""Font size in points that can be read from the back of a room."""

LATIN, CHINESE = "Arial", "Microsoft YaHei"
"""Fonts of every PowerPoint; other programs replace them."""


@dataclass(frozen=True)
class Run:
    """A piece of text with one look."""

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
        """The height of the paragraph, in inches, in a column of this width."""
        text, size = "".join(run.text for run in self.runs), max(run.size for run in self.runs)
        return text_height(text, size, width, bold=any(run.bold for run in self.runs))


def language_tag(language: str) -> str:
    return "zh-CN" if language == "zh" else "en-GB"


def write(frame: Any, lines: Sequence[Line], *, anchor: Any = MSO_ANCHOR.TOP, margin: float = 0) -> None:
    """Fill a shape with paragraphs. LibreOffice shrinks them where it replaces the font with a wider one."""
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
            look(run.font, each.size, bold=each.bold, colour=each.colour)
            run.font._rPr.set("lang", language_tag(line.language))  # noqa: SLF001 - python-pptx's names of lxml elements


def fill_cell(  # noqa: PLR0913 - the properties of a cell
    cell: Any, text: str, colour: str, language: str, *, dark: bool = False, align: Any = PP_ALIGN.CENTER
) -> None:
    cell.fill.solid()
    cell.fill.fore_color.rgb = rgb(colour)
    cell.margin_left = cell.margin_right = Inches(0.05)
    cell.margin_top = cell.margin_bottom = Inches(0.02)
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE
    run = Run(text, BODY, bold=dark, colour=theme.PAPER if dark else theme.INK)
    _fill(cell.text_frame, [Line(language, run, align=align)])


def look(font: Any, size: float, *, bold: bool = False, colour: str = theme.INK) -> None:
    font.size, font.bold, font.name = Pt(size), bold, LATIN
    font.color.rgb = rgb(colour)
    latin = font._rPr.find(qn("a:latin"))  # noqa: SLF001
    if font._rPr.find(qn("a:ea")) is None:  # noqa: SLF001
        latin.addnext(latin.makeelement(qn("a:ea"), {"typeface": CHINESE}))


def rgb(colour: str) -> RGBColor:
    return RGBColor.from_string(colour.removeprefix("#").upper())


def text_height(text: str, size: float, width: float, *, bold: bool = False) -> float:
    """The height of a text of `size` points, in inches, in a column of this width."""
    return line_count(text, size, width, bold=bold) * size * 1.22 / 72 + 0.04


def line_count(text: str, size: float, width: float, *, bold: bool = False) -> int:
    """The estimated number of lines of a text, rather too high: the font is unknown until the file is opened."""
    room = width * 72 / size
    lines, used = 1, 0.0
    for word in _pieces(text):
        wide = sum(map(letter_width, word)) * (1.06 if bold else 1)
        if used + wide > room and used:
            lines, used = lines + 1, 0.0
        used += wide
    return lines


def _pieces(text: str) -> list[str]:
    """The pieces after which a line may break: words, and single Chinese characters."""
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


def letter_width(letter: str) -> float:
    """The width of a letter as a share of the font size."""
    if _wide(letter):
        return 1.0
    return 0.32 if letter in " iljtfr.,:;|'·()/-" else 0.72 if letter.isupper() or letter in "mw—%" else 0.55
