"""Reads one cell into a typed value. Raises :class:`Unfit` with the reason if the cell holds no such value."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from math import isfinite

from data.engine.precision import last_day
from data.loading.checks.remarks import Unfit
from data.storage.schema import Kind
from data.vocabulary import YES_NO

MOST_TEXT = 4000
MOST_CODE = 80
MOST_COUNT = 2**31 - 1  # the widest integer every database has
YEARS = range(1900, 2100)


@dataclass(frozen=True)
class Unread:
    """A cell without a usable value: an error, a formula without a result, or a part of merged cells."""

    reason: str
    text: str

    def __str__(self) -> str:
        return self.text


Raw = str | int | float | bool | datetime | date | time | timedelta | Unread | None
"""The content of a cell in a CSV file or a workbook, before it is typed."""


@dataclass(frozen=True)
class Dated:
    """A date and its precision: ``day``, ``month``, ``year`` or ``by``.

    The date is the first day of its month or year. With ``by`` it is the last day that is possible.
    """

    date: date
    precision: str


ERRORS = frozenset(
    {"#N/A", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#NULL!", "#GETTING_DATA", "#SPILL!", "#CALC!"}
)
_INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
_SPACES = "\u00a0\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
# Only the full-width forms of ASCII. Unicode normalisation (NFKC) would turn 5² into 52 and ① into 1.
_FOLD: dict[int, str | None] = {
    **{0xFF00 + code: chr(0x20 + code) for code in range(1, 0x5F)},
    **{ord(space): " " for space in _SPACES},
    **dict.fromkeys(map(ord, _INVISIBLE)),
}
_HYPHENS = str.maketrans("−–—‐‑", "-----")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_CODE = re.compile(r"[a-z0-9][a-z0-9-]*")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_GROUPED = re.compile(r"[+-]?[1-9][0-9]{0,2}([, '’])[0-9]{3}(?:\1[0-9]{3})*(?:\.[0-9]+)?")
_YEAR = re.compile(r"([0-9]{4})年?")
_MONTH = re.compile(r"([0-9]{4})(?:[-/]([0-9]{1,2})|\s*年\s*([0-9]{1,2})\s*月)")
_DAY = re.compile(
    r"([0-9]{4})(?:([-/.])([0-9]{1,2})\2([0-9]{1,2})(?:[ T]00:00(?::00(?:\.0+)?)?)?"
    r"|\s*年\s*([0-9]{1,2})\s*月\s*([0-9]{1,2})\s*[日号])"
)
_BY = re.compile(r"(?:by\s|截至)\s*", re.IGNORECASE)
_YES_NO = {"yes": True, "no": False, "是": True, "否": False, "1": True, "0": False, "true": True, "false": False}


@lru_cache(maxsize=65536)
def folded(text: str) -> str:
    """`text` with full-width characters as ASCII, without invisible characters and without spaces around it."""
    return text.translate(_FOLD).strip()


def is_blank(raw: Raw) -> bool:
    """True if the cell is blank."""
    return raw is None or (isinstance(raw, str) and not (raw[:1].isalnum() or folded(raw)))


def _as_text(raw: Raw) -> str:
    """The text a person would type for this cell."""
    if isinstance(raw, bool):
        return "TRUE" if raw else "FALSE"
    if isinstance(raw, float) and raw.is_integer():
        return str(int(raw))
    if isinstance(raw, datetime) and raw.time() == time():
        return raw.date().isoformat()
    return str(raw)


def refuse_unread(raw: Raw) -> None:
    """Raise :class:`Unfit` if the cell has no readable value."""
    if isinstance(raw, Unread):
        raise Unfit(raw.reason, area=raw.text)
    if isinstance(raw, str) and "#" in raw and raw.strip().upper() in ERRORS:
        raise Unfit("excel-error")


def read_text(raw: Raw) -> str:
    """Text as it was written, without spaces around it."""
    text = _as_text(raw).replace("\r\n", "\n").replace("\r", "\n").strip().strip(_INVISIBLE)
    if _CONTROL.search(text):
        raise Unfit("control-character")
    if len(text) > MOST_TEXT:
        raise Unfit("text-length", length=len(text), most=MOST_TEXT)
    return text


def read_code(raw: Raw) -> str:
    """A code: lower-case letters, digits and hyphens. Capital letters become lower-case."""
    code = folded(_as_text(raw)).lower()
    if len(code) > MOST_CODE or not _CODE.fullmatch(code):
        raise Unfit("code", most=MOST_CODE)
    return code


def read_choice(raw: Raw, choices: tuple[str, ...]) -> str:
    """One of `choices`."""
    choice = folded(_as_text(raw)).lower()
    if choice not in choices:
        raise Unfit("choice", choices=", ".join(choices))
    return choice


@lru_cache(maxsize=65536)
def _date_of(text: str) -> Dated:
    text = folded(text).translate(_HYPHENS)
    if latest := _BY.match(text):
        known = _plain_date_of(text[latest.end() :])
        return Dated(last_day(known.date, known.precision) or known.date, "by")
    return _plain_date_of(text)


def _plain_date_of(text: str) -> Dated:
    """A day, month or year."""
    for pattern, precision in ((_DAY, "day"), (_MONTH, "month"), (_YEAR, "year")):
        match = pattern.fullmatch(text)
        if match:
            year, *rest = [int(part) for part in match.groups() if part and part.isdecimal()]
            try:
                known = date(year, *([*rest, 1, 1][:2]))
            except ValueError:
                break
            if year in YEARS:
                return Dated(known, precision)
            break
    raise Unfit("date")


def read_date(raw: Raw) -> Dated:
    """A date with the precision it was written in. A real spreadsheet date has the precision ``day``."""
    if isinstance(raw, datetime):
        raw = raw.date()
    if isinstance(raw, date):
        if raw.year not in YEARS:
            raise Unfit("date")
        return Dated(raw, "day")
    if isinstance(raw, bool | time | timedelta):
        raise Unfit("date")
    return _date_of(_as_text(raw))


def read_number(raw: Raw, *, percent_sign: bool = False) -> float:
    """A finite number. It may have thousands separators, and a percent sign at the end if `percent_sign` is true."""
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        number = float(raw)
    elif isinstance(raw, str):
        text = folded(raw).translate(_HYPHENS)
        if percent_sign:
            text = text.removesuffix("%").rstrip()
        if _GROUPED.fullmatch(text):
            text = re.sub(r"[, '’]", "", text)
        elif not _NUMBER.fullmatch(text):
            raise Unfit("number")
        number = float(text)
    else:
        raise Unfit("number")
    if not isfinite(number):
        raise Unfit("number")
    return number


def read_count(raw: Raw) -> int:
    """A whole number, never negative."""
    number = _whole(read_number(raw))
    if number < 0:
        raise Unfit("negative")
    if number > MOST_COUNT:
        raise Unfit("too-large")
    return int(number)


def _whole(number: float) -> float:
    if not number.is_integer():
        raise Unfit("whole-number")
    return number


def read_percent(raw: Raw) -> float:
    """A percentage from 0 to 100."""
    number = read_number(raw, percent_sign=True)
    if not 0 <= number <= 100:  # noqa: PLR2004 - the definition of a percentage
        raise Unfit("percent-range")
    return number


def read_yes_no(raw: Raw) -> bool:
    """Yes or no, in either language, as 1 or 0, or as the spreadsheet's own true and false."""
    answer = _YES_NO.get(folded(_as_text(raw)).lower())
    if answer is None:
        raise Unfit("yes-no")
    return answer


def read_level(raw: Raw, unit: str) -> float:
    """A level of an indicator measured in `unit`. Yes is 1, no is 0. An empty unit accepts yes, no and numbers."""
    if unit == YES_NO:
        return float(read_yes_no(raw))
    if not unit and folded(_as_text(raw)).lower() in _YES_NO:
        return float(read_yes_no(raw))
    return read_figure(raw, unit)


def read_figure(raw: Raw, unit: str) -> float:
    """A total or share of an indicator measured in `unit`. A yes-no indicator accepts yes, no or a number."""
    if unit == "percent":
        return read_percent(raw)
    if unit == "net-count":
        return _whole(read_number(raw))
    if unit == YES_NO and folded(_as_text(raw)).lower() in _YES_NO:
        return float(read_yes_no(raw))
    number = read_number(raw, percent_sign=unit in {"", "percent-change", YES_NO})
    if number < 0 and unit in {"count", "count-per-month"}:
        raise Unfit("negative")
    return number


READERS: dict[Kind, Callable[[Raw], object]] = {
    Kind.CODE: read_code,
    Kind.TEXT: read_text,
    Kind.DATE: read_date,
    Kind.COUNT: read_count,
    Kind.NUMBER: read_number,
    Kind.PERCENT: read_percent,
    Kind.YES_NO: read_yes_no,
    Kind.IMAGE: read_text,
}
"""The reader of each kind of cell. ``Kind.VALUE`` is missing here: it depends on the indicator's unit."""


def reader_of(kind: Kind, choices: tuple[str, ...] = (), *, signed_percent: bool = False) -> Callable[[Raw], object]:
    """The reader of a column: refuses unreadable cells, then reads by `kind`. `signed_percent` accepts ``-12 %``."""
    if choices:
        read: Callable[[Raw], object] = lambda raw: read_choice(raw, choices)  # noqa: E731
    elif signed_percent:
        read = lambda raw: read_number(raw, percent_sign=True)  # noqa: E731
    else:
        read = READERS[kind]

    def guarded(raw: Raw) -> object:
        refuse_unread(raw)
        return read(raw)

    return guarded
