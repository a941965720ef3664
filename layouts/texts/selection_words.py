"""Texts about a selection: filters, coverage, edition, rounding, and the reason why it is not shown."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Protocol

from layouts.texts.code_words import filter_name
from layouts.words import _, day, known, labelled, listed, ngettext, number, percent, sentences


class Covered(Protocol):
    """Numbers of enterprises in a selection, as the viewer may see them.

    Number of pairs; enterprises with a pair, of these trained; with any report; trained; enrolled; and enrolled without
    a place.
    """

    @property
    def pairs(self) -> int: ...
    @property
    def paired(self) -> int: ...
    @property
    def paired_of_trained(self) -> int: ...
    @property
    def reported(self) -> int: ...
    @property
    def trained(self) -> int: ...
    @property
    def enterprises(self) -> int: ...
    @property
    def without_place(self) -> int: ...


def of_trainings(covered: Covered) -> str:
    """The coverage line under an exhibit of trainings."""
    return ngettext(
        "{n} enterprise, {trained} trained",
        "{n} enterprises, {trained} trained",
        covered.enterprises,
        trained=number(covered.trained),
    )


def of_places(covered: Covered) -> str:
    """The coverage line under an exhibit of places."""
    if not covered.without_place:
        return ngettext("{n} enterprise, with a place", "{n} enterprises, each with a place", covered.enterprises)
    return ngettext(
        "{n} enterprise, {without} without a place",
        "{n} enterprises, {without} without a place",
        covered.enterprises,
        without=number(covered.without_place),
    )


def of_results(covered: Covered) -> str:
    """The coverage line under an exhibit of results."""
    part, whole = covered.paired_of_trained, covered.trained
    pairs = ngettext("{n} pair", "{n} pairs", covered.pairs)
    if covered.paired != part:  # some are not trained, or each number is rounded on its own
        pairs = sentences(pairs, ngettext("from {n} enterprise;", "from {n} enterprises;", covered.paired))
        return sentences(pairs, _("{part} of the {n} trained", part=number(part), n=number(whole)))
    if not known(part, whole) or not 0 < whole >= part:
        return sentences(pairs, _("from {part} of {n} trained enterprises", part=number(part), n=number(whole)))
    return sentences(
        pairs,
        ngettext(
            "from {part} of {n} trained enterprise ({share})",
            "from {part} of {n} trained enterprises ({share})",
            whole,
            part=number(part),
            share=percent(part / whole),
        ),
    )


def edition_line(name: str, frozen_on: date, short: str) -> str:
    """The edition that the numbers are from; `short` is the start of its hash."""
    return _("edition {name}, frozen {date}, {hash}", name=name, date=day(frozen_on), hash=short)


def link_name(number: int, label: str) -> str:
    """The name of a share link: its number, and its label where it has one."""
    return _("Link {number} ({name})", number=number, name=label) if label else _("Link {number}", number=number)


def filtered(parts: list[tuple[str, list[str]]], as_of: Any = None) -> str:
    """The sentence of filters as plain text. `parts` are (filter, names) each; `as_of` only if the viewer chose it."""
    filters = [labelled(filter_name(dimension), listed(names)) for dimension, names in parts]
    if as_of is not None:
        filters.append(labelled(filter_name("as_of"), day(as_of)))
    if not filters:
        return _("Everything on record")
    return _("Filtered by {filters}", filters=" · ".join(filters))


def refusal(threshold: int, *, alone: bool = False) -> tuple[str, str]:
    """The title and reason where a selection is not shown under a threshold; `alone`: no selection is shown."""
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


def unknown(codes: Sequence[str]) -> str:
    """The warning that an address has codes that are not on record."""
    return _("Not on record, and left out: {codes}.", codes=listed(codes))


def wider() -> str:
    """The label of the link to the nearest selection that is shown."""
    return _("Show a wider selection")


def cut() -> str:
    """The warning that an address has filters that a viewer with a threshold may not choose."""
    return _(
        "This address asks for more than this link shows: several values of a filter, too many filters, or another "
        "date. You see the nearest selection that is shown."
    )


def cut_slide() -> str:
    """The same warning for a slide."""
    return _("This slide asks for more than its readers are shown: it is of the nearest selection.")


def rounded_sign(threshold: int) -> str:
    """The note on rounding in a few words."""
    return _("counts rounded to multiples of {k}", k=threshold)


def rounded(threshold: int) -> str:
    """The note on the rounding of numbers under a threshold, shown once per page."""
    return _(
        "To protect enterprises, counts are rounded at random to a multiple of {k} and may not add up; under {k} can "
        "mean none to {most}. Sums marked ≈ are not exact.",
        k=threshold,
        most=threshold - 1,
    )
