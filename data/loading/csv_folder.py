"""A folder of CSV files as offices save them: UTF-8, UTF-8 with BOM or GB18030; comma, semicolon or tab."""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

from data.loading.cells import folded
from data.loading.findings import Refusal, Spot, Unfit, refusal
from data.loading.sheets import IGNORED_SHEETS, MOST_MEGABYTES, Reading, Sheet, sheet_of, table_name
from data.schema import CONTRACT_TABLES

_HEADER = 10_000
_HAN = re.compile("[\u4e00-\u9fff]")
_COLUMNS = frozenset(column.name for table in CONTRACT_TABLES for column in table.columns)


def decode(content: bytes) -> str:
    """The text in `content`; raises :class:`Unfit` where it is in none of the encodings we take."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):  # Excel's "Unicode text"
        encoding = "utf-16"
    else:
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError:
            encoding = "gb18030"
        # GB18030 makes something of nearly any bytes: a UTF-8 file with one bad byte must not become nonsense.
        attempt = content.decode("utf-8", errors="replace")
        if len(_HAN.findall(attempt)) > attempt.count("\ufffd"):
            raise Unfit("encoding")
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise Unfit("encoding") from error


def _delimiter(text: str) -> str:
    """The sign that splits the first line into the most column names we know."""
    first = next((line for line in text[:_HEADER].splitlines() if line.strip(" ,;\t\"'")), "")

    def known(delimiter: str) -> int:
        return sum(folded(cell).strip('"').lower() in _COLUMNS for cell in first.split(delimiter))

    return max(",;\t", key=known)


def records(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The rows of the file at `path` with the numbers a spreadsheet gives them; raises :class:`Unfit`, with ``row``."""
    text = decode(path.read_bytes())
    number = 0
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        for number, record in enumerate(reader, start=1):
            yield number, record
    except csv.Error as error:
        raise Unfit("broken-csv", row=number + 1, detail=str(error)) from error


def csv_files(folder: Path) -> list[Path]:
    """The CSV files of `folder` that are meant for us, by name."""
    return sorted(
        path
        for path in folder.iterdir()
        if path.suffix.lower() == ".csv"
        and not path.name.startswith((".", "~"))
        and table_name(path.stem) not in IGNORED_SHEETS
        and path.is_file()
    )


def _read_file(path: Path) -> Sheet:
    return sheet_of(
        path.name,
        path.stem,
        ((number, dict(enumerate(record, start=1))) for number, record in records(path)),
    )


def read_folder(folder: Path) -> Reading:
    """Every CSV file of `folder`; raises :class:`Unfit` where there is none named after a table."""
    tables = {table.name for table in CONTRACT_TABLES}
    files = csv_files(folder)
    if not any(table_name(path.stem) in tables for path in files):
        raise Unfit("empty-folder", example="programme.csv, enterprise.csv, result.csv")
    if sum(path.stat().st_size for path in files) > MOST_MEGABYTES * 1024**2:
        raise Unfit("too-big", limit=MOST_MEGABYTES)
    sheets: list[Sheet] = []
    refusals: list[Refusal] = []
    for path in files:
        try:
            sheets.append(_read_file(path))
        except Unfit as problem:
            details = dict(problem.details)
            row = details.pop("row", None)
            spot = Spot(path.name, row if isinstance(row, int) else None)
            refusals.append(refusal(spot, problem.reason, **details))
        except OSError:
            refusals.append(refusal(Spot(path.name), "unreadable"))
    broken = {table_name(path.stem) for path in files} - {sheet.table for sheet in sheets}
    return Reading(tuple(sheets), tuple(refusals), folder, frozenset(broken))
