"""The sender's own workbook back, with every refused cell coloured and the reason as a comment."""

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

from data.loading.checks.cells import Unread
from data.loading.checks.remarks import Finding, Unfit
from data.loading.files.csv_folder import csv_files, records
from data.loading.files.sheets import Row
from data.loading.files.workbook import look_over, read_workbook

AUTHOR = "SCORE refusals"
_REFUSED = PatternFill("solid", fgColor="FFFFC7CE")
_HEADING = "▲ "  # where our words in a comment begin
_LONGEST_CELL = 32767


def _first_sheet(book: Workbook) -> Worksheet:
    sheet = book.active
    assert isinstance(sheet, Worksheet)  # noqa: S101 - we made it, or look at worksheets only
    return sheet


def _only_reasons(refusals: Iterable[Finding]) -> Workbook:
    """Where the file itself cannot be given back: a sheet with the reasons."""
    book = Workbook()
    sheet = _first_sheet(book)
    sheet.title = "README"
    for finding in refusals:
        sheet.append([finding.sheet, finding.english, finding.chinese])
    return book


def _write_text(cell: Cell | MergedCell, text: str) -> None:
    cell.value = ILLEGAL_CHARACTERS_RE.sub("\ufffd", text)[:_LONGEST_CELL]
    cell.data_type = "s"  # what begins with = is text here too, never a formula
    cell.number_format = "@"


def _of_folder(folder: Path) -> tuple[Workbook, dict[str, Worksheet]]:
    """A workbook made of the CSV files in `folder`, cell by cell as text, and its sheets by file name."""
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
            continue  # the part before the broken place is what we have to give back
    return book, sheets


def _sheet_title(stem: str, taken: set[str]) -> str:
    title = "".join("_" if sign in "[]:*?/\\'" else sign for sign in stem)[:31] or "sheet"
    while title.lower() in {name.lower() for name in taken}:
        title = title[:30] + "_"
    return title


def _of_workbook(path: Path) -> tuple[Workbook, dict[str, Worksheet]]:
    """The workbook at `path`, formulas and all, without the marks of an earlier time, and its sheets by name."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(path)
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.comment is not None and AUTHOR in cell.comment.author:
                    _unmark(cell)
    return book, {sheet.title: sheet for sheet in book.worksheets}


def _of_values(path: Path) -> tuple[Workbook, dict[str, Worksheet]]:
    """A workbook of the values alone, for files whose decoration openpyxl cannot read."""
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
    text = "\n\n".join(dict.fromkeys(f"{_HEADING}{found.english}\n{found.chinese}" for found in findings))
    author = AUTHOR
    if cell.comment is not None:
        text, author = f"{cell.comment.text}\n\n{text}", f"{cell.comment.author} + {AUTHOR}"
    cell.comment = Comment(text, author, height=min(400, 60 + 20 * text.count("\n") + len(text) // 2), width=360)
    cell.fill = _REFUSED


def _opened(path: Path) -> tuple[Workbook, dict[str, Worksheet]]:
    if path.is_dir():
        return _of_folder(path)
    look_over(path)
    try:
        return _of_workbook(path)
    except Exception:  # noqa: BLE001 - openpyxl stumbles over fills, filters and lists that our own reading passes over
        return _of_values(path)


def write_marked(path_in: Path, refusals: Iterable[Finding], path_out: Path) -> None:
    """Write what was sent from `path_in` (a workbook, or a folder as a workbook) to `path_out` with `refusals` marked.

    A refusal about no cell stands on the first cell of its row or sheet, one about no sheet on the first sheet. Of a
    file that must not be opened only the reasons are written. Charts and pictures inside the workbook are not kept.
    """
    refusals = list(refusals)
    if path_out.exists() and path_out.resolve() == path_in.resolve():
        raise ValueError("the marked workbook must not replace the file that was sent")
    try:
        book, sheets = _opened(path_in)
    except Exception:  # noqa: BLE001 - whatever made it unreadable is among the refusals
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
