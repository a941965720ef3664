"""One ``.xlsx`` workbook from Excel or WPS: looked over before it is read, then read as values, never evaluated."""

import re
import warnings
import zipfile
from pathlib import Path

from defusedxml.ElementTree import fromstring
from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.numbers import BUILTIN_FORMATS
from openpyxl.utils.cell import range_boundaries
from openpyxl.xml.constants import ARC_STYLE, SHEET_MAIN_NS

from data.loading.checks.cells import Raw, Unread
from data.loading.checks.remarks import Unfit
from data.loading.files.sheets import (
    IGNORED_SHEETS,
    MOST_MEGABYTES,
    Heard,
    Reading,
    Sheet,
    sheet_of,
    table_name,
    told_in_bytes,
)
from data.loading.files.worksheet import Book, read_cells
from data.storage.schema import CONTRACT_TABLES

_CHUNK = 1024**2
_MACROS = re.compile(rb"vbaproject|macroenabled|macrosheet", re.IGNORECASE)
_LINKS = re.compile(rb"externallink", re.IGNORECASE)
# Date formats that Chinese Excel and WPS use by number alone, without writing down what they look like.
_CHINESE_FORMATS = {
    **dict.fromkeys((27, 36, 50, 52, 57), "yyyy年m月"),
    **dict.fromkeys((28, 29, 51, 53, 54, 58), "m月d日"),
    30: "m-d-yy",
    31: "yyyy年m月d日",
    **dict.fromkeys((32, 33, 34, 35, 55, 56), "h:mm:ss"),
}


def _unpack(package: zipfile.ZipFile, most_megabytes: int) -> None:
    """Unpack every part once and count, since the sizes a package claims may be lies."""
    most = most_megabytes * _CHUNK
    if sum(part.file_size for part in package.infolist()) > most:
        raise Unfit("too-big", limit=most_megabytes)
    unpacked = 0
    for part in package.infolist():
        with package.open(part) as stream:
            while chunk := stream.read(_CHUNK):
                unpacked += len(chunk)
                if unpacked > most:
                    raise Unfit("too-big", limit=most_megabytes)


def look_over(path: Path, most_megabytes: int = MOST_MEGABYTES) -> None:
    """Raise :class:`Unfit` unless the file is a workbook of bearable size without macros and external links."""
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
        telling = "\n".join(names).encode()
        for name in names & {"[Content_Types].xml", "xl/_rels/workbook.xml.rels"}:
            telling += package.read(name)
    if _MACROS.search(telling):
        raise Unfit("macros")
    if _LINKS.search(telling):
        raise Unfit("external-links")
    if suffix != ".xlsx" or "[Content_Types].xml" not in names:
        raise Unfit("no-workbook")


def _formats(package: zipfile.ZipFile) -> list[str]:
    """The number format of every cell style, by its index.

    Nothing else of the styles is looked at: what some programs write about fills and fonts makes openpyxl give up.
    """
    if ARC_STYLE not in package.namelist():
        return []
    root = fromstring(package.read(ARC_STYLE))
    space = {"m": SHEET_MAIN_NS}
    own = {int(one.get("numFmtId", 0)): one.get("formatCode", "") for one in root.iterfind("m:numFmts/m:numFmt", space)}
    codes = {**_CHINESE_FORMATS, **BUILTIN_FORMATS, **own}
    styles = root.iterfind("m:cellXfs/m:xf", space)
    return [codes.get(int(style.get("numFmtId", 0)), "General") for style in styles]


def _mark_merged(sheet: Sheet, areas: list[str]) -> None:
    """Mark the cells that merging emptied as such, in the rows that hold anything else.

    A merged value belongs to its top-left cell alone; to read the others as blank would break a row silently.
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


def _read_sheets(path: Path, heard: Heard) -> list[Sheet]:
    known = {table.name for table in CONTRACT_TABLES}
    sheets: list[Sheet] = []
    # Step by step, since a whole load would stumble over parts we have no use for, and read every sheet twice.
    reader = ExcelReader(str(path), read_only=True, data_only=True, keep_links=False)
    with reader.archive as package:
        reader.read_manifest()
        reader.read_strings()
        reader.read_workbook()
        book = Book(reader.shared_strings, _formats(package), reader.wb.epoch)
        found = [
            (entry, package.getinfo(link.target))
            for entry, link in reader.parser.find_sheets()
            if table_name(entry.name) not in IGNORED_SHEETS and "chartsheet" not in link.Type
        ]
        whole = sum(part.file_size for _entry, part in found) or 1
        before = 0
        for entry, part in found:
            areas: list[str] = []
            with package.open(part) as stream:
                records = read_cells(stream, book, areas, told_in_bytes(heard, before, whole))
                sheet = sheet_of(entry.name, entry.name, records)
            before += part.file_size
            # A new workbook comes with empty sheets of its own: they say nothing.
            if sheet.table in known or sheet.header:
                _mark_merged(sheet, areas)
                sheets.append(sheet)
    return sheets


def read_workbook(path: Path, heard: Heard = lambda _: None) -> Reading:
    """The sheets of the workbook at `path`; `heard` is told the share that is read.

    Raises :class:`Unfit` where it cannot or must not be read.
    """
    try:
        look_over(path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl remarks on decoration it will not keep
            sheets = _read_sheets(path, heard)
    except Unfit:
        raise
    except Exception as error:  # broken packages fail in every way XML, zip and openpyxl know
        raise Unfit("unreadable") from error
    return Reading(tuple(sheets), (), path.parent)
