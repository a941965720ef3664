"""Reads the cells of one worksheet as values, as a stream. Cells without a usable value become :class:`Unread`."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import IO, Any
from xml.etree.ElementTree import XMLParser

from openpyxl.styles.numbers import is_date_format, is_timedelta_format
from openpyxl.utils import column_index_from_string
from openpyxl.utils.datetime import from_excel
from openpyxl.xml.constants import SHEET_MAIN_NS

from data.loading.checks.cell_types import Raw, Unread
from data.loading.checks.remarks import Unfit

_CHUNK = 2**16
_WIDEST_ROW = 16384
_ROW, _CELL, _VALUE, _FORMULA, _TEXT, _PHONETIC, _MERGED = (
    f"{{{SHEET_MAIN_NS}}}{name}" for name in ("row", "c", "v", "f", "t", "rPh", "mergeCell")
)
_LITERAL = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.')


@dataclass(frozen=True)
class Book:
    """The data of a workbook that its cells refer to: shared texts, number formats by style, first day of dates."""

    texts: Sequence[str]
    formats: Sequence[str]
    epoch: datetime


@lru_cache(maxsize=1024)
def _position(letters: str) -> int:
    return column_index_from_string(letters)


def _as_displayed(value: Any, code: str) -> Raw:
    """The value. A date whose format hides the day, or day and month, becomes ``2014-05`` or ``2014``."""
    if not isinstance(value, date) or value.day != 1:
        return value  # type: ignore[no-any-return]
    bare = _LITERAL.sub("", code.split(";", maxsplit=1)[0]).lower()
    if "d" in bare or "y" not in bare:
        return value
    if "m" in bare:
        return f"{value:%Y-%m}"
    return f"{value:%Y}" if value.month == 1 else value


def _percent(number: float) -> str:
    """A number with a percent format as the spreadsheet shows it: 0.85 is ``85%``."""
    text = f"{Decimal(repr(number)) * 100:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) + "%"


class _Cells:
    """The target of the XML parser: collects complete rows until the caller takes them."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.dates = {style for style, code in enumerate(book.formats) if is_date_format(code)}
        self.spans = {style for style in self.dates if is_timedelta_format(book.formats[style])}
        self.percents = {style for style, code in enumerate(book.formats) if "%" in _LITERAL.sub("", code)}
        self.percents -= self.dates
        self.rows: list[tuple[int, dict[int, Raw]]] = []
        self.areas: list[str] = []
        self.row, self.column = 0, 0
        self.cells: dict[int, Raw] = {}
        self.attributes: Mapping[str, str] = {}
        self.parts: list[str] | None = None
        self.value: str | None = None
        self.inline: list[str] = []
        self.formula: str | None = None
        self.phonetic = False

    def doctype(self, *_: object) -> None:
        """Refuse document types: spreadsheets never have one, entity bombs need one."""
        raise Unfit("unreadable")

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == _CELL:
            letters = attributes.get("r", "").rstrip("0123456789")
            self.column = _position(letters) if letters else self.column + 1
            if self.column > _WIDEST_ROW:
                raise Unfit("unreadable")
            self.attributes, self.value, self.formula, self.inline = attributes, None, None, []
        elif tag in {_VALUE, _TEXT, _FORMULA}:
            self.parts = []
        elif tag == _ROW:
            self.row = int(float(attributes["r"])) if "r" in attributes else self.row + 1
            self.column, self.cells = 0, {}
        elif tag == _PHONETIC:
            self.phonetic = True
        elif tag == _MERGED:
            self.areas.append(attributes.get("ref", ""))

    def data(self, text: str) -> None:
        if self.parts is not None:
            self.parts.append(text)

    def end(self, tag: str) -> None:
        if tag == _CELL:
            raw = self.read_cell()
            if raw is not None:
                self.cells[self.column] = raw
        elif tag == _ROW:
            self.rows.append((self.row, self.cells))
        elif tag == _PHONETIC:
            self.phonetic = False
        elif self.parts is not None:
            text, self.parts = "".join(self.parts), None
            if tag == _VALUE:
                self.value = text
            elif tag == _FORMULA:
                self.formula = text
            elif not self.phonetic:
                self.inline.append(text)

    def read_cell(self) -> Raw:  # noqa: PLR0911 - one return for each kind of cell
        kind, text = self.attributes.get("t", "n"), self.value
        if kind == "inlineStr":
            return "".join(self.inline).replace("_x000D_", "\r")
        if not text:
            # Empty text is a valid result of a formula. Any other formula without a result was never calculated.
            return None if self.formula is None or kind == "str" else Unread("formula", "=" + self.formula)
        if kind == "n":
            return self.read_number(text)
        if kind == "s":
            return self.book.texts[int(text)].replace("_x000D_", "\r")
        if kind == "b":
            return text == "1"
        if kind == "e":
            return Unread("excel-error", text)
        return text  # the text of a formula, and dates in ISO form

    def read_number(self, text: str) -> Raw:
        style = int(self.attributes.get("s", 0))
        try:
            number = float(text) if "." in text or "e" in text or "E" in text else int(text)
            if style in self.dates:
                value = from_excel(number, self.book.epoch, timedelta=style in self.spans)
                return _as_displayed(value, self.book.formats[style])
        except (ValueError, OverflowError):
            return text
        return _percent(number) if style in self.percents else number


def read_cells(
    stream: IO[bytes], book: Book, areas: list[str], report_bytes: Callable[[int], None] = lambda _: None
) -> Iterator[tuple[int, dict[int, Raw]]]:
    """The rows of a worksheet: row number, and cells by position.

    `report_bytes` receives the number of bytes read so far. When the iterator is finished, `areas` has the merged cells
    (``A2:A4``).
    """
    cells = _Cells(book)
    parser = XMLParser(target=cells)  # noqa: S314 - `doctype` refuses entity bombs
    while chunk := stream.read(_CHUNK):
        parser.feed(chunk)
        yield from cells.rows
        cells.rows.clear()
        report_bytes(stream.tell())
    parser.close()
    yield from cells.rows
    areas += cells.areas
