"""The reader's language: sentences by gettext, numbers, quantities and dates as people write them."""

import re
import textwrap
from collections.abc import Iterator
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

LANGUAGES = {"en": "English", "zh": "中文"}
CATALOGUES = Path(__file__).parent / "locale"
_LOCALES = {"en": "en_GB", "zh": "zh_Hans_CN"}
NO_BREAK = "\u00a0"
_language: ContextVar[str] = ContextVar("language", default="en")


class Names(Protocol):
    """Gives the name of a code in the reader's language; ``table`` is a reference table or ``enterprise``."""

    def __call__(self, table: str, code: str | None) -> str: ...


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak `language` inside the block."""
    token = _language.set(language if language in LANGUAGES else "en")
    try:
        yield
    finally:
        _language.reset(token)


def language() -> str:
    """The language spoken now."""
    return _language.get()


@cache
def _translations(spoken: str) -> NullTranslations:
    path = CATALOGUES / spoken / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return NullTranslations()
    compiled = BytesIO()
    with path.open("rb") as text:
        write_mo(compiled, read_po(text, locale=spoken))
    compiled.seek(0)
    return Translations(compiled)


def _(text: str, **values: object) -> str:
    """`text` in the language spoken, with ``{name}`` places filled in."""
    said = _translations(language()).gettext(text)
    return said.format(**values) if values else said


@dataclass(frozen=True)
class Lazy:
    """A text that is translated when it is written: what is declared once is read in two languages."""

    text: str

    def __str__(self) -> str:
        return _translations(language()).gettext(self.text)


_l = Lazy


def ngettext(one: str, many: str, n: float, **values: object) -> str:
    """:func:`_` for a text that counts; ``{n}`` is the number as people write it."""
    counted = 2 if unseen(n) else int(n)  # "under 5" are many
    return _translations(language()).ngettext(one, many, counted).format(n=number(n), **values)


def unseen(value: object) -> str:
    """What stands in place of a number that a reader with a threshold does not see; empty where it is seen."""
    sign = getattr(value, "sign", "")
    if sign == "under":
        return _("under {k}", k=getattr(value, "base", ""))
    return _("withheld") if sign == "withheld" else ""


def is_about(value: object) -> bool:
    """Is this a sum that is not exact?"""
    return getattr(value, "sign", "") == "about"


def known(*values: object) -> bool:
    """Are these all numbers, none of them unknown, under a base or withheld?"""
    return all(value is not None and value == value and not unseen(value) for value in values)  # noqa: PLR0124 - NaN


def number(value: float | None, digits: int = 2) -> str:
    """A number with thousands separators, a real minus and at most `digits` decimals; a dash where there is none."""
    if unseen(value):
        return unseen(value)
    if value is None or value != value:  # noqa: PLR0124 - NaN
        return "–"
    rounded = round(value, digits) + 0  # what rounds to zero has no sign
    written = _written(rounded, digits, language())
    return f"≈{NO_BREAK}{written}" if is_about(value) else written


@lru_cache(maxsize=10_000)
def _written(rounded: float, digits: int, language: str) -> str:
    pattern = "#,##0." + "#" * digits if digits else "#,##0"
    return format_decimal(rounded, format=pattern, locale=_LOCALES[language]).replace("-", "−")


def out_of(part: float, whole: float) -> str:
    """A count out of another: "15 of 25". Counts rounded apart may part more than their whole: "10, in all 5"."""
    if known(part, whole) and part > whole:
        return _("{n} (in all {all})", n=number(part), all=number(whole))
    return _("{n} of {all}", n=number(part), all=number(whole))


def signed(value: float | None, digits: int = 2) -> str:
    """A change: always with its sign, a real minus."""
    if unseen(value):
        return unseen(value)
    if value is None or value != value:  # noqa: PLR0124 - NaN
        return "–"
    rounded = round(value, digits)
    sign = "+" if rounded > 0 else "−" if rounded < 0 else "±"
    return sign + number(abs(rounded), digits)


def percent(share: float | None) -> str:
    """A share (0–1) as a whole percentage; never rounded up to all or down to none."""
    if share is None or share != share:  # noqa: PLR0124 - NaN
        return "–"
    bound = ""
    if 0.995 <= share < 1:  # noqa: PLR2004 - what would round to all
        share, bound = 0.99, ">"
    elif 0 < share <= 0.005:  # noqa: PLR2004 - what would round to none
        share, bound = 0.01, "<"
    pattern = "0%" if language() == "zh" else f"0{NO_BREAK}%"
    return bound + format_percent(share, format=pattern, locale=_LOCALES[language()])


_SKELETONS = {
    "en": {"day": "d MMMM y", "month": "MMMM y", "year": "y"},
    "zh": {"day": "y年M月d日", "month": "y年M月", "year": "y年"},
}


def day(when: date | None, precision: str | None = "day") -> str:
    """A date at the precision it is known with; a dash where there is none."""
    if when is None or when != when:  # noqa: PLR0124 - pandas' NaT
        return "–"
    return format_date(when, format=_SKELETONS[language()][precision or "day"], locale=_LOCALES[language()])


_INTERVALS = {"day": "yMMMd", "month": "yMMMM", "year": "y"}


def days(first: date, last: date, precision: str | None = "day") -> str:
    """From one date to another at the precision they are known with: "22–23 Aug 2017"; one date where they are one."""
    if day(first, precision) == day(last, precision):
        return day(first, precision)
    return str(format_interval(first, last, _INTERVALS[precision or "day"], locale=_LOCALES[language()]))


def moment(when: datetime) -> str:
    """A moment (UTC) to the minute."""
    return f"{day(when.date())} {when:%H:%M} UTC"


def sentences(*parts: str) -> str:
    """Sentences after one another, as the language joins them."""
    return ("" if language() == "zh" else " ").join(part for part in parts if part)


def labelled(label: str, value: str) -> str:
    """A value behind what it is: "Partner: CEC"."""
    return _("{label}: {value}", label=label, value=value)


def listed(items: list[str]) -> str:
    """Items after one another in a sentence: "a, b"; Chinese "a、b"."""
    return ("、" if language() == "zh" else ", ").join(items)


def marked(name: str, *, borrowed: bool) -> str:
    """A name; one borrowed from the other language says so."""
    if not borrowed:
        return name
    return f"{name}（英）" if language() == "zh" else f"{name} (zh)"


def wrapped(text: str, width: int, lines: int = 3) -> str:
    """`text` broken into at most `lines` lines of about `width` Latin letters for a chart; what is left over is cut."""
    parts = _chinese_lines(text, width) if language() == "zh" and not text.isascii() else textwrap.wrap(text, width)
    cut = parts[:lines]
    if len(parts) > lines:
        cut[-1] = cut[-1].rstrip(" ,:") + "…"
    return "<br>".join(cut)


_PIECE = re.compile(r"(?:(?:\d+[年月日])+|[!-~]+|.)[，。；：、）”！？]*", re.DOTALL)
"""What stays on one line: a date, a word in Latin letters or a number, a character; with the mark that ends it."""


def _chinese_lines(text: str, width: int) -> list[str]:
    """Lines of `text`; a Chinese character is as wide as two Latin letters."""
    lines, used = [""], 0
    for piece in _PIECE.findall(text):
        wide = sum(2 if east_asian_width(letter) in "WF" else 1 for letter in piece)
        if used and used + wide > width:
            lines.append("")
            used = 0
        lines[-1] += piece if used else piece.lstrip()
        used += wide
    return [line.rstrip() for line in lines]


def unit_name(unit: str) -> str:
    """A unit as it stands behind a number; empty where the number says it all."""
    return {
        "percent": "%",
        "count": "",
        "count-per-month": _("a month"),
        "cny": _("CNY"),
        "usd": _("USD"),
        "days": _("days"),
        "kwh-per-unit": _("kWh per unit"),
        "yes-no": "",
        "other": "",
    }[unit]


def measured(said: str, unit: str) -> str:
    """A number already written out, and its unit: a line never ends between the two; Chinese sets them close."""
    return f"{said}{'' if language() == 'zh' else NO_BREAK}{unit}" if unit else said


def quantity(value: float | None, unit: str, operator: str = "=") -> str:
    """A value with its unit and, where it is a bound, the sign of it: "> 100 a month", "no"."""
    if unseen(value):
        return unseen(value)
    if value is None or value != value:  # noqa: PLR0124 - NaN
        return "–"
    if unit == "yes-no":
        return _("yes") if value else _("no")
    sign = {"=": "", ">": "> ", "<": "≤ ", "~": "≈ "}[operator]
    return measured(sign + number(value), unit_name(unit))


def change_of(value: float | None, unit: str) -> str:
    """A change with its unit: percentages change by points."""
    if unseen(value):
        return unseen(value)
    if value is None or value != value:  # noqa: PLR0124 - NaN
        return "–"
    return measured(signed(value), _("points") if unit == "percent" else unit_name(unit))


def relative(share: float) -> str:
    """A relative change as a signed percentage."""
    return measured(signed(share * 100), "%")


def direction(better: str) -> str:
    """Which direction is good, in words."""
    return {
        "up": _("higher is better"),
        "down": _("lower is better"),
        "context": _("neither direction is better"),
    }[better]
