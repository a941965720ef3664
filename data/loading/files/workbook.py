"""Reads one ``.xlsx`` workbook from Excel or WPS. Checks it first, then reads values; never evaluates formulas."""

import re
import warnings
import zipfile
from pathlib import Path

from defusedxml.ElementTree import fromstring
from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.numbers import BUILTIN_FORMATS
from openpyxl.utils.cell import range_boundaries
from openpyxl.xml.constants import ARC_STYLE, SHEET_MAIN_NS

from data.loading.checks.cell_types import Raw, Unread
from data.loading.checks.remarks import Unfit
from data.loading.files.sheets import (
    IGNORED_SHEETS,
    MOST_MEGABYTES,
    Reading,
    ReadProgress,
    Sheet,
    byte_progress,
    sheet_of,
    table_name,
)
from data.loading.files.worksheet import Book, read_cells
from data.storage.schema import CONTRACT_TABLES

_CHUNK = 1024**2
_MACROS = re.compile(rb"vbaproject|macroenabled|macrosheet", re.IGNORECASE)
_LINKS = re.compile(rb"externallink", re.IGNORECASE)
# Date formats that Chinese Excel and WPS store as a number only, without the format code.
_CHINESE_FORMATS = {
    **dict.fromkeys((27, 36, 50, 52, 57), "yyyy年m月"),
    **dict.fromkeys((28, 29, 51, 53, 54, 58), "m月d日"),
    30: "m-d-yy",
    31: "yyyy年m月d日",
    **dict.fromkeys((32, 33, 34, 35, 55, 56), "h:mm:ss"),
}


def _unpack(package: zipfile.ZipFile, most_megabytes: int) -> None:
    """Unpack every part and count its bytes: the sizes in the package index may be false. Raises :class:`Unfit`."""
    limit = most_megabytes * _CHUNK
    if sum(part.file_size for part in package.infolist()) > limit:
        raise Unfit("too-big", limit=most_megabytes)
    unpacked = 0
    for part in package.infolist():
        with package.open(part) as stream:
            while chunk := stream.read(_CHUNK):
                unpacked += len(chunk)
                if unpacked > limit:
                    raise Unfit("too-big", limit=most_megabytes)


def check_workbook(path: Path, most_megabytes: int = MOST_MEGABYTES) -> None:
    """Raise :class:`Unfit` unless the file is a workbook within the size limit, without macros and external links."""
    suffix = path.suffix.lower()
    with path.open("rb") as file:
        start = file.read(8)
    if start == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" and suffix == ".xlsx":
        raise Unfit("locked-workbook")
    if not zipfile.is_zipfile(path):
        raise Unfit("unreadable" if suffix == ".xlsx" else "no-workbook")
    with zipfile.ZipFile(path) as package:
        _unpack(package, most_megabytes)
        names = set(package.namelist())
        searched = "\n".join(names).encode()
        for name in names & {"[Content_Types].xml", "xl/_rels/workbook.xml.rels"}:
            searched += package.read(name)
    if _MACROS.search(searched):
        raise Unfit("macros")
    if _LINKS.search(searched):
        raise Unfit("external-links")
    if suffix != ".xlsx" or "[Content_Types].xml" not in names:
        raise Unfit("no-workbook")


def _formats(package: zipfile.ZipFile) -> list[str]:
    """The number format of every cell style, by its index.

    The other styles are not read: openpyxl fails on the fills and fonts that some programs write.
    """
    if ARC_STYLE not in package.namelist():
        return []
    root = fromstring(package.read(ARC_STYLE))
    space = {"m": SHEET_MAIN_NS}
    formats = root.iterfind("m:numFmts/m:numFmt", space)
    own = {int(each.get("numFmtId", 0)): each.get("formatCode", "") for each in formats}
    codes = {**_CHINESE_FORMATS, **BUILTIN_FORMATS, **own}
    styles = root.iterfind("m:cellXfs/m:xf", space)
    return [codes.get(int(style.get("numFmtId", 0)), "General") for style in styles]


def _mark_merged(sheet: Sheet, areas: list[str]) -> None:
    """Mark the cells that are empty because they were merged, in rows that are not blank.

    A merged value is stored in the top-left cell only. The other cells must not be read as blank: the row would lose a
    value without any message.
    """
    if not areas:
        return
    present = set(sheet.rows.numbers)
    last = max(present, default=0)
    marks: dict[int, dict[int, Raw]] = {}
    for area in areas:
        left, top, right, bottom = (bound or 0 for bound in range_boundaries(area))
        for number in present.intersection(range(top, min(bottom, last) + 1)):
            for position in sheet.header:
                if left <= position <= right and (number, position) != (top, left):
                    marks.setdefault(number, {})[position] = Unread("merged", area)
    sheet.rows.marks = marks


def _read_sheets(path: Path, progress: ReadProgress) -> list[Sheet]:
    known = {table.name for table in CONTRACT_TABLES}
    sheets: list[Sheet] = []
    # openpyxl runs step by step: a complete load fails on parts that are not needed, and reads every sheet twice.
    reader = ExcelReader(str(path), read_only=True, data_only=True, keep_links=False)
    with reader.archive as package:
        reader.read_manifest()
        reader.read_strings()
        reader.read_workbook()
        book = Book(reader.shared_strings, _formats(package), reader.wb.epoch)
        parts = [
            (entry, package.getinfo(link.target))
            for entry, link in reader.parser.find_sheets()
            if table_name(entry.name) not in IGNORED_SHEETS and "chartsheet" not in link.Type
        ]
        total = sum(part.file_size for _entry, part in parts) or 1
        start = 0
        for entry, part in parts:
            areas: list[str] = []
            with package.open(part) as stream:
                records = read_cells(stream, book, areas, byte_progress(progress, start, total))
                sheet = sheet_of(entry.name, entry.name, records)
            start += part.file_size
            # A new workbook has empty sheets of its own (Sheet1): they are ignored.
            if sheet.table in known or sheet.header:
                _mark_merged(sheet, areas)
                sheets.append(sheet)
    return sheets


def read_workbook(path: Path, progress: ReadProgress = lambda _: None) -> Reading:
    """The sheets of the workbook at `path`. Raises :class:`Unfit` if it cannot or must not be read."""
    try:
        check_workbook(path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of decoration that it drops
            sheets = _read_sheets(path, progress)
    except Unfit:
        raise
    except Exception as error:  # XML, zip and openpyxl raise many kinds of errors for broken packages
        raise Unfit("unreadable") from error
    return Reading(tuple(sheets), (), path.parent)
