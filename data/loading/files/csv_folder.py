"""Reads a folder of CSV files: UTF-8, UTF-8 with BOM, UTF-16 or GB18030; comma, semicolon or tab."""

import csv
import re
from collections.abc import Callable, Iterator
from io import TextIOWrapper
from pathlib import Path

from data.loading.checks.cell_types import folded
from data.loading.checks.remarks import Refusal, Spot, Unfit, refusal
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
from data.storage.schema import CONTRACT_TABLES

_HEADER = 10_000
_CHUNK = 1024**2
_ROWS_PER_REPORT = 1000
_HAN = re.compile("[\u4e00-\u9fff]")
_COLUMNS = frozenset(column.name for table in CONTRACT_TABLES for column in table.columns)


def encoding_of(path: Path) -> str:
    """The encoding of the file. Raises :class:`Unfit` if it is not one of the supported encodings."""
    with path.open("rb") as file:
        start = file.read(2)
    if start in {b"\xff\xfe", b"\xfe\xff"}:  # Excel's "Unicode text"
        encoding = "utf-16"
    elif _is_encoded_in("utf-8-sig", path):
        return "utf-8-sig"
    else:
        encoding = "gb18030"
        # GB18030 decodes nearly any bytes. A UTF-8 file with one bad byte must be refused, not read as nonsense.
        han = bad = 0
        for text in _texts(path, "utf-8", errors="replace"):
            han, bad = han + len(_HAN.findall(text)), bad + text.count("\ufffd")
        if han > bad:
            raise Unfit("encoding")
    if not _is_encoded_in(encoding, path):
        raise Unfit("encoding")
    return encoding


def _texts(path: Path, encoding: str, errors: str = "strict") -> Iterator[str]:
    with path.open(encoding=encoding, errors=errors, newline="") as file:
        while text := file.read(_CHUNK):
            yield text


def _is_encoded_in(encoding: str, path: Path) -> bool:
    try:
        return all(_texts(path, encoding))
    except UnicodeError:
        return False


def _delimiter(text: str) -> str:
    """The delimiter that splits the first line into the most known column names."""
    first = next((line for line in text[:_HEADER].splitlines() if line.strip(" ,;\t\"'")), "")

    def known_count(delimiter: str) -> int:
        return sum(folded(cell).strip('"').lower() in _COLUMNS for cell in first.split(delimiter))

    return max(",;\t", key=known_count)


def records(path: Path, report_bytes: Callable[[int], None] = lambda _: None) -> Iterator[tuple[int, list[str]]]:
    """The rows of the file at `path`, with their row numbers as in a spreadsheet.

    `report_bytes` receives the number of bytes read so far, every thousand rows. Raises :class:`Unfit`, with ``row`` if
    a row cannot be split into cells.
    """
    number = 0
    with path.open("rb") as lines, TextIOWrapper(lines, encoding_of(path), newline="") as file:
        delimiter = _delimiter(file.read(_HEADER))
        file.seek(0)
        reader = csv.reader(file, delimiter=delimiter, strict=True)
        try:
            for number, record in enumerate(reader, start=1):
                yield number, record
                if number % _ROWS_PER_REPORT == 0:
                    report_bytes(lines.tell())
        except csv.Error as error:
            raise Unfit("broken-csv", row=number + 1, detail=str(error)) from error


def csv_files(folder: Path) -> list[Path]:
    """The CSV files of `folder` in order of name, without hidden files and files for people (README, notes)."""
    return sorted(
        path
        for path in folder.iterdir()
        if path.suffix.lower() == ".csv"
        and not path.name.startswith((".", "~"))
        and table_name(path.stem) not in IGNORED_SHEETS
        and path.is_file()
    )


def _read_file(path: Path, report_bytes: Callable[[int], None]) -> Sheet:
    return sheet_of(
        path.name,
        path.stem,
        ((number, dict(enumerate(record, start=1))) for number, record in records(path, report_bytes)),
    )


def read_folder(folder: Path, progress: ReadProgress = lambda _: None) -> Reading:
    """The sheets of all CSV files in `folder`.

    Raises :class:`Unfit` if no file is named after a table, or if the files together are too large.
    """
    tables = {table.name for table in CONTRACT_TABLES}
    files = csv_files(folder)
    if not any(table_name(path.stem) in tables for path in files):
        raise Unfit("empty-folder", example="programme.csv, enterprise.csv, result.csv")
    sizes = {path: path.stat().st_size for path in files}
    total = sum(sizes.values())
    if total > MOST_MEGABYTES * 1024**2:
        raise Unfit("too-big", limit=MOST_MEGABYTES)
    sheets: list[Sheet] = []
    refusals: list[Refusal] = []
    start = 0
    for path in files:
        try:
            sheets.append(_read_file(path, byte_progress(progress, start, total)))
        except Unfit as problem:
            details = dict(problem.details)
            row = details.pop("row", None)
            spot = Spot(path.name, row if isinstance(row, int) else None)
            refusals.append(refusal(spot, problem.reason, **details))
        except OSError:
            refusals.append(refusal(Spot(path.name), "unreadable"))
        start += sizes[path]
    broken = {table_name(path.stem) for path in files} - {sheet.table for sheet in sheets}
    return Reading(tuple(sheets), tuple(refusals), folder, frozenset(broken))
