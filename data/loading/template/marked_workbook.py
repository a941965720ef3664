"""Makes a copy of the sender's workbook in which every refused cell is coloured and has the reason as a comment."""

import warnings
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import openpyxl
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.utils import coordinate_to_tuple
from openpyxl.worksheet.worksheet import Worksheet

from data.loading.checks.cell_types import Unread
from data.loading.checks.remarks import Finding, Unfit
from data.loading.files.csv_folder import csv_files, records
from data.loading.files.sheets import Row
from data.loading.files.workbook import check_workbook, read_workbook

AUTHOR = "SCORE refusals"
_REFUSED = PatternFill("solid", fgColor="FFFFC7CE")
_HEADING = "▲ "  # the start of our text in a comment
_LONGEST_CELL = 32767


def _first_sheet(book: Workbook) -> Worksheet:
    sheet = book.active
    assert isinstance(sheet, Worksheet)  # noqa: S101 - a new workbook has a worksheet
    return sheet


def _only_reasons(refusals: Iterable[Finding]) -> Workbook:
    """A workbook with the reasons only, for a file that cannot be copied."""
    book = Workbook()
    sheet = _first_sheet(book)
    sheet.title = "README"
    for finding in refusals:
        sheet.append([finding.sheet, finding.english, finding.chinese])
    return book


def _write_text(cell: Cell | MergedCell, text: str) -> None:
    cell.value = ILLEGAL_CHARACTERS_RE.sub("\ufffd", text)[:_LONGEST_CELL]
    cell.data_type = "s"  # text that begins with = must not become a formula
    cell.number_format = "@"


def _from_folder(folder: Path) -> tuple[Workbook, dict[str, Worksheet]]:
    """A workbook made of the CSV files in `folder`, with all cells as text, and its sheets by file name."""
    book = Workbook()
    book.remove(_first_sheet(book))
    sheets: dict[str, Worksheet] = {}
    for path in csv_files(folder):
        sheet = sheets[path.name] = book.create_sheet(_sheet_title(path.stem, set(book.sheetnames)))
        try:
            for number, record in records(path):
                for position, text in enumerate(record, start=1):
                    if text:
                        _write_text(sheet.cell(number, position), text)
        except (Unfit, OSError):
            continue  # the sheet keeps the rows before the error
    return book, sheets


def _sheet_title(stem: str, used: set[str]) -> str:
    title = "".join("_" if character in "[]:*?/\\'" else character for character in stem)[:31] or "sheet"
    while title.lower() in {name.lower() for name in used}:
        title = title[:30] + "_"
    return title


def _from_workbook(path: Path) -> tuple[Workbook, dict[str, Worksheet]]:
    """The workbook at `path` with its formulas and without earlier marks, and its sheets by name."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(path)
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.comment is not None and AUTHOR in cell.comment.author:
                    _unmark(cell)
    return book, {sheet.title: sheet for sheet in book.worksheets}


def _from_values(path: Path) -> tuple[Workbook, dict[str, Worksheet]]:
    """A workbook with the values only, for files with styles that openpyxl cannot read."""
    book = Workbook()
    book.remove(_first_sheet(book))
    sheets: dict[str, Worksheet] = {}
    for read in read_workbook(path).sheets:
        sheet = sheets[read.origin] = book.create_sheet(_sheet_title(read.origin, set(book.sheetnames)))
        for row in (Row(read.header_row, read.header), *read.rows):
            for position, raw in row.cells.items():
                cell = sheet.cell(row.number, position)
                if isinstance(raw, str | Unread):
                    _write_text(cell, str(raw))
                else:
                    cell.value = raw
    return book, sheets


def _unmark(cell: Cell | MergedCell) -> None:
    own, author = (cell.comment.text, cell.comment.author) if cell.comment else ("", "")
    own = own.partition(_HEADING)[0].rstrip("\n")
    cell.comment = Comment(own, author.removesuffix(AUTHOR).rstrip(" +")) if own else None
    cell.fill = PatternFill()


def _mark(sheet: Worksheet, address: str, findings: list[Finding]) -> None:
    row, column = coordinate_to_tuple(address)
    for area in sheet.merged_cells.ranges:
        if area.min_row <= row <= area.max_row and area.min_col <= column <= area.max_col:
            row, column = area.min_row, area.min_col  # only the top-left cell of merged cells can be marked
    cell = sheet.cell(row, column)
    text = "\n\n".join(dict.fromkeys(f"{_HEADING}{finding.english}\n{finding.chinese}" for finding in findings))
    author = AUTHOR
    if cell.comment is not None:
        text, author = f"{cell.comment.text}\n\n{text}", f"{cell.comment.author} + {AUTHOR}"
    cell.comment = Comment(text, author, height=min(400, 60 + 20 * text.count("\n") + len(text) // 2), width=360)
    cell.fill = _REFUSED


def _open(path: Path) -> tuple[Workbook, dict[str, Worksheet]]:
    if path.is_dir():
        return _from_folder(path)
    check_workbook(path)
    try:
        return _from_workbook(path)
    except Exception:  # noqa: BLE001 - openpyxl fails on fills, filters and lists that our own reader ignores
        return _from_values(path)


def write_marked(path_in: Path, refusals: Iterable[Finding], path_out: Path) -> None:
    """Write a copy of `path_in` (a workbook, or a folder as a workbook) to `path_out`, with `refusals` marked.

    A refusal without a cell marks the first cell of its row or sheet; one without a sheet marks the first sheet. If the
    file must not be opened, only the reasons are written. Charts and pictures in the workbook are lost. Raises
    ValueError if `path_out` is `path_in`.
    """
    refusals = list(refusals)
    if path_out.exists() and path_out.resolve() == path_in.resolve():
        raise ValueError("the marked workbook must not replace the file that was sent")
    try:
        book, sheets = _open(path_in)
    except Exception:  # noqa: BLE001 - the refusals include the reason why it is unreadable
        sheets = {}
    if not sheets:
        _only_reasons(refusals).save(path_out)
        return
    first = next(iter(sheets.values()))
    marks: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in refusals:
        sheet = sheets.get(finding.sheet, first)
        marks[sheet.title, finding.cell or f"A{finding.row or 1}"].append(finding)
    for (title, address), findings in marks.items():
        _mark(book[title], address, findings)
    book.save(path_out)
