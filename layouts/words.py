"""Texts in the viewer's language: sentences by gettext; numbers, quantities and dates in the usual form."""

import re
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path
from typing import Protocol
from unicodedata import east_asian_width

from babel.dates import format_date, format_interval
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent
from babel.support import NullTranslations, Translations

from data.vocabulary import YES_NO

LANGUAGES = {"en": "English", "zh": "中文"}
CATALOGUES = Path(__file__).parent / "locale"
_LOCALES = {"en": "en_GB", "zh": "zh_Hans_CN"}
NO_BREAK = "\u00a0"
_language: ContextVar[str] = ContextVar("language", default="en")


class Names(Protocol):
    """Returns the name of a code in the viewer's language; ``table`` is a reference table or ``enterprise``."""

    def __call__(self, table: str, code: str | None) -> str: ...


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Sets the language of all texts inside the ``with`` block; English for an unknown language."""
    token = _language.set(language if language in LANGUAGES else "en")
    try:
        yield
    finally:
        _language.reset(token)


def language() -> str:
    """The current language."""
    return _language.get()


@cache
def _translations(language: str) -> NullTranslations:
    path = CATALOGUES / language / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return NullTranslations()
    compiled = BytesIO()
    with path.open("rb") as text:
        write_mo(compiled, read_po(text, locale=language))
    compiled.seek(0)
    return Translations(compiled)


def _(text: str, **values: object) -> str:
    """Translates `text` into the current language and fills in its ``{name}`` places."""
    translated = _translations(language()).gettext(text)
    return translated.format(**values) if values else translated


@dataclass(frozen=True)
class Lazy:
    """A text that is translated when it is written, so that one declaration serves both languages."""

    text: str

    def __str__(self) -> str:
        return _translations(language()).gettext(self.text)


_l = Lazy


def ngettext(one: str, many: str, n: float, **values: object) -> str:
    """Translates a text with a count, like :func:`_`; ``{n}`` is the number by :func:`number`."""
    count = 2 if unseen(n) else int(n)  # "under 5" takes the plural
    return _translations(language()).ngettext(one, many, count).format(n=number(n), **values)


def unseen(value: object) -> str:
    """The text in place of a number that a threshold hides ("under 5", "withheld"); empty for any other number."""
    sign = getattr(value, "sign", "")
    if sign == "under":
        return _("under {k}", k=getattr(value, "base", ""))
    return _("withheld") if sign == "withheld" else ""


def is_about(value: object) -> bool:
    """Is this an approximate sum?"""
    return getattr(value, "sign", "") == "about"


def known(*values: object) -> bool:
    """Are all values known numbers? False where one is unknown, under a base or withheld."""
    return all(value is not None and value == value and not unseen(value) for value in values)  # noqa: PLR0124 - NaN


def number(value: float | None, digits: int = 2) -> str:
    """A number with thousands separators, a real minus and at most `digits` decimals; a dash for no value."""
    if unseen(value):
        return unseen(value)
    if value is None or value != value:  # noqa: PLR0124 - NaN
        return "–"
    rounded = round(value, digits) + 0  # + 0 turns -0.0 into 0.0
    text = _decimal(rounded, digits, language())
    return f"≈{NO_BREAK}{text}" if is_about(value) else text


@lru_cache(maxsize=10_000)
def _decimal(rounded: float, digits: int, language: str) -> str:
    pattern = "#,##0." + "#" * digits if digits else "#,##0"
    return format_decimal(rounded, format=pattern, locale=_LOCALES[language]).replace("-", "−")


def out_of(part: float, whole: float) -> str:
    """A count out of another: "15 of 25". A rounded part can be more than its rounded whole: "10 (in all 5)"."""
    if known(part, whole) and part > whole:
        return _("{n} (in all {all})", n=number(part), all=number(whole))
    return _("{n} of {all}", n=number(part), all=number(whole))


def with_assumed(recorded: float, assumed: float) -> str:
    """A number on record, and the number assumed from later steps where there is any: "0 + 16 assumed"."""
    if not assumed and not unseen(assumed):
        return number(recorded)
    return _("{n} + {assumed} assumed", n=number(recorded), assumed=number(assumed))


def signed(value: float | None, digits: int = 2) -> str:
    """A change, always with a sign; the minus is a real minus."""
    if unseen(value):
        return unseen(value)
    if value is None or value != value:  # noqa: PLR0124 - NaN
        return "–"
    rounded = round(value, digits)
    sign = "+" if rounded > 0 else "−" if rounded < 0 else "±"
    return sign + number(abs(rounded), digits)


def percent(share: float | None) -> str:
    """A share (0 to 1) as a whole percentage; never rounded up to 100 % or down to 0 %."""
    if share is None or share != share:  # noqa: PLR0124 - NaN
        return "–"
    bound = ""
    if 0.995 <= share < 1:  # noqa: PLR2004 - would round to 100 %
        share, bound = 0.99, ">"
    elif 0 < share <= 0.005:  # noqa: PLR2004 - would round to 0 %
        share, bound = 0.01, "<"
    pattern = "0%" if language() == "zh" else f"0{NO_BREAK}%"
    return bound + format_percent(share, format=pattern, locale=_LOCALES[language()])


_SKELETONS = {
    "en": {"day": "d MMMM y", "month": "MMMM y", "year": "y"},
    "zh": {"day": "y年M月d日", "month": "y年M月", "year": "y年"},
}


def day(when: date | None, precision: str | None = "day") -> str:
    """A date with its precision (day, month, year, or `by` the latest day); a dash for no date."""
    if when is None or when != when:  # noqa: PLR0124 - pandas' NaT
        return "–"
    if precision == "by":
        return _("by {date}", date=day(when))
    return format_date(when, format=_SKELETONS[language()][precision or "day"], locale=_LOCALES[language()])


_INTERVALS = {"day": "yMMMd", "month": "yMMMM", "year": "y"}


def days(first: date, first_precision: str | None, last: date, last_precision: str | None) -> str:
    """A range of dates with their precisions: "22–23 Aug 2017"; a single date where both are the same."""
    since, until = day(first, first_precision), day(last, last_precision)
    if since == until:
        return since
    if last_precision == "by":
        return _("{since} to {until} at the latest", since=since, until=day(last))
    if (first_precision or "day") != (last_precision or "day") or first_precision == "by":
        return _("{since} to {until}", since=since, until=until)
    return str(format_interval(first, last, _INTERVALS[first_precision or "day"], locale=_LOCALES[language()]))


def moment(when: datetime) -> str:
    """A time (UTC) to the minute."""
    return f"{day(when.date())} {when:%H:%M} UTC"


def sentences(*parts: str) -> str:
    """Joins sentences as the language does: with a blank, in Chinese without."""
    return ("" if language() == "zh" else " ").join(part for part in parts if part)


def labelled(label: str, value: str) -> str:
    """A value after its label: "Partner: CEC"."""
    return _("{label}: {value}", label=label, value=value)


def listed(items: Sequence[str]) -> str:
    """Joins items in a sentence: "a, b"; Chinese "a、b"."""
    return ("、" if language() == "zh" else ", ").join(items)


MOST_NAMED = 3
"""Maximum number of names that a title gives where several have the same number."""


def named_at_most(names: Sequence[str], most: int = MOST_NAMED) -> str:
    """Joins names in a title, at most `most` and the number of the others: "A, B and C", "A, B, C and 2 others"."""
    more = len(names) - most
    if more > 0:
        return ngettext("{names} and {n} other", "{names} and {n} others", more, names=listed(names[:most]))
    if len(names) > 1:
        return _("{names} and {last}", names=listed(names[:-1]), last=names[-1])
    return "".join(names)


def marked(name: str, *, borrowed: bool) -> str:
    """A name; a name that is only known in the other language is marked."""
    if not borrowed:
        return name
    return f"{name}（英）" if language() == "zh" else f"{name} (zh)"


def wrapped(text: str, width: int, lines: int = 3) -> str:
    """Breaks `text` into at most `lines` lines of about `width` Latin letters for a chart; the rest is cut off."""
    parts = _chinese_lines(text, width) if language() == "zh" and not text.isascii() else textwrap.wrap(text, width)
    cut = parts[:lines]
    if len(parts) > lines:
        cut[-1] = cut[-1].rstrip(" ,:") + "…"
    return "<br>".join(cut)


_PIECE = re.compile(r"(?:(?:\d+[年月日])+|[!-~]+|.)[，。；：、）”！？]*", re.DOTALL)
"""A piece that is never broken: a date, a Latin word, a number or a character, with the punctuation after it."""


def _chinese_lines(text: str, width: int) -> list[str]:
    """Breaks `text` into lines; a Chinese character is as wide as two Latin letters."""
    lines, used = [""], 0
    for piece in _PIECE.findall(text):
        piece_width = sum(2 if east_asian_width(letter) in "WF" else 1 for letter in piece)
        if used and used + piece_width > width:
            lines.append("")
            used = 0
        lines[-1] += piece if used else piece.lstrip()
        used += piece_width
    return [line.rstrip() for line in lines]


def unit_name(unit: str) -> str:
    """The text of a unit after a number; empty where the number needs none."""
    return {
        "percent": "%",
        "percent-change": "%",
        "count": "",
        "net-count": "",
        "count-per-month": _("a month"),
        "cny": _("CNY"),
        "usd": _("USD"),
        "cny-per-month": _("CNY a month"),
        "usd-per-month": _("USD a month"),
        "days": _("days"),
        "kwh-per-unit": _("kWh per unit"),
        YES_NO: "",
        "other": "",
    }[unit]


def measured(number_text: str, unit: str) -> str:
    """A number and its unit, which stay on one line; Chinese has no blank between them."""
    return f"{number_text}{'' if language() == 'zh' else NO_BREAK}{unit}" if unit else number_text


_SIGNED = ("percent-change", "net-count")
"""Units whose values are changes themselves: a value always has its sign."""


def quantity(value: float | None, unit: str, operator: str = "=") -> str:
    """A value with its unit; a bound with its sign: "> 100 a month"; a practice as yes or no."""
    if unseen(value):
        return unseen(value)
    if value is None or value != value:  # noqa: PLR0124 - NaN
        return "–"
    if unit == YES_NO:
        return _("yes") if value else _("no")
    sign = {"=": "", ">": "> ", "<": "≤ ", "~": "≈ "}[operator]
    return measured(sign + (signed(value) if unit in _SIGNED else number(value)), unit_name(unit))


def change_of(value: float | None, unit: str) -> str:
    """A change with its unit; a change of a percentage is in points."""
    if unseen(value):
        return unseen(value)
    if value is None or value != value:  # noqa: PLR0124 - NaN
        return "–"
    return measured(signed(value), _("points") if unit in ("percent", "percent-change") else unit_name(unit))


def relative(share: float) -> str:
    """A relative change as a signed percentage."""
    return measured(signed(share * 100), "%")


def direction(better: str) -> str:
    """The direction that is better, in words."""
    return {
        "up": _("higher is better"),
        "down": _("lower is better"),
        "context": _("neither direction is better"),
    }[better]
