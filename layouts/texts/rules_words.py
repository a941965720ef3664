"""Texts on the version of the rules that an edition was made under."""

from collections.abc import Sequence

from layouts.texts.code_words import headline_name
from layouts.words import _, ngettext, number

Number = tuple[float | None, float | None]
"""The value of a headline, and the number it is out of (None: blank, or out of nothing)."""


def older(version: int, today: int) -> str:
    """The sentence on an edition that was made under an older version of the rules."""
    return _(
        "This edition was made under version {version} of the rules; its numbers are shown by version {today}.",
        version=version,
        today=today,
    )


def marked(version: int, today: int) -> str:
    """The version of an edition's rules and of today's, in a few words beside the name of the edition."""
    return _("made under version {version} of the rules, shown by version {today}", version=version, today=today)


def count(otherwise: int) -> str:
    """The sentence on how many headlines had another number."""
    if not otherwise:
        return _("All headlines of the whole record had the same numbers.")
    return ngettext(
        "{n} headline of the whole record had another number:",
        "{n} headlines of the whole record had another number:",
        otherwise,
    )


def redefined(headlines: Sequence[str]) -> str:
    """The sentence on the headlines with another definition, where what they read is not shown."""
    names = " · ".join(headline_name(each) for each in headlines)  # a label may contain a comma
    return _(
        "These headlines are defined differently now: {names}. Others may have had other numbers, too.", names=names
    )


def lost() -> str:
    """The sentence on an edition of which the frozen tables are not what was frozen."""
    return _("What its headlines read then cannot be shown: the file of its tables was changed or is gone.")


def line(headline: str, then: Number, today: Number) -> str:
    """One headline: its number then, and its number by today's rules."""
    return _(
        "{headline}: {then} then, {today} by today's rules",
        headline=headline_name(headline),
        then=_said(then),
        today=_said(today),
    )


def _said(read: Number) -> str:
    value, of = read
    if value is None:
        return _("not on record")
    return number(value) if of is None else _("{value} of {base}", value=number(value), base=number(of))
