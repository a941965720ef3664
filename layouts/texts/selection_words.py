"""What is said of a selection: filters, coverage, edition, rounding, and why one is not shown."""

from datetime import date
from typing import Any

from layouts.texts.code_words import filter_name
from layouts.words import _, day, labelled, listed, ngettext, number, sentences


def coverage_line(pairs: int, paired: int, reported: int, trained: int) -> str:
    """The coverage line every exhibit carries."""
    return " · ".join(
        (
            sentences(
                ngettext("{n} pair", "{n} pairs", pairs),
                ngettext("from {n} enterprise", "from {n} enterprises", paired),
            ),
            _("{n} reported anything", n=number(reported)),
            _("{n} trained", n=number(trained)),
        )
    )


def edition_line(name: str, frozen_on: date, short: str) -> str:
    """Which frozen copy of the record the numbers are from."""
    return _("edition {name}, frozen {date}, {hash}", name=name, date=day(frozen_on), hash=short)


def link_name(number: int, label: str) -> str:
    """A share link by its number, and its name where it has one."""
    return _("Link {number} ({name})", number=number, name=label) if label else _("Link {number}", number=number)


def filtered(parts: list[tuple[str, list[str]]], as_of: Any = None) -> str:
    """The filter sentence as plain text: [(dimension, names)]; ``as_of`` only where the viewer chose it."""
    said = [labelled(filter_name(dimension), listed(names)) for dimension, names in parts]
    if as_of is not None:
        said.append(labelled(filter_name("as_of"), day(as_of)))
    if not said:
        return _("Everything on record")
    return _("Filtered by {filters}", filters=" · ".join(said))


def refusal(threshold: int, *, alone: bool = False) -> tuple[str, str]:
    """Why a selection is not shown to a viewer with a threshold; `alone`: nor is any other."""
    if alone:
        return _("There is too little to show"), _(
            "Everything that is open to you holds fewer than {fewest} enterprises: single ones could be told apart.",
            fewest=2 * threshold,
        )
    return _("This selection is not shown"), _(
        "It holds fewer than {fewest} enterprises, or only a few fewer than a wider selection that is shown: single "
        "enterprises could be worked out from it.",
        fewest=2 * threshold,
    )


def wider() -> str:
    """The link to the nearest selection that is shown."""
    return _("Show a wider selection")


def cut() -> str:
    """That an address asked for more than a viewer with a threshold may choose."""
    return _(
        "This address asks for more than this link shows: several values of a filter, too many filters, or another "
        "date. You see the nearest selection that is shown."
    )


def cut_slide() -> str:
    """The same of a slide."""
    return _("This slide asks for more than its readers are shown: it is of the nearest selection.")


def rounded_sign(threshold: int) -> str:
    """The same where there is little room."""
    return _("counts rounded to multiples of {k}", k=threshold)


def rounded(threshold: int) -> str:
    """How the numbers of a viewer with a threshold are told, once a page."""
    return _(
        "To protect enterprises, counts are rounded at random to a multiple of {k} and may not add up; under {k} can "
        "mean none to {most}. Sums marked ≈ are not exact.",
        k=threshold,
        most=threshold - 1,
    )
