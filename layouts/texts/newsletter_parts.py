"""The newsletter in sentences: parts with pieces of text, some of which lead somewhere; and the same as Markdown."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from layouts.words import _, change_of, day, labelled, language, listed, ngettext, number, percent, sentences, unseen

_LINK = re.compile("\x01(.*?)\x02(.*?)\x03", re.DOTALL)


@dataclass(frozen=True)
class Piece:
    """A piece of a sentence; where it has an address it leads there."""

    text: str
    href: str = ""


Sentence = tuple[Piece, ...]


@dataclass(frozen=True)
class Part:
    """A heading and what stands under it, an item a line."""

    heading: str
    items: tuple[Sentence, ...]


@dataclass(frozen=True)
class Letter:
    """A newsletter in one language; ``sign`` says that its data is invented, ``lead`` what period it tells of."""

    language: str
    title: str
    sign: str
    lead: tuple[Sentence, ...]
    parts: tuple[Part, ...]
    foot: tuple[Sentence, ...]


def linked(text: str, href: str) -> str:
    """A text that leads somewhere, to be put into a sentence; :func:`pieces` takes the sentence apart again."""
    return f"\x01{text}\x02{href}\x03"


def pieces(sentence: str) -> Sentence:
    """A sentence in pieces."""
    found, at = [], 0
    for match in _LINK.finditer(sentence):
        found += [Piece(sentence[at : match.start()]), Piece(match[1], match[2])]
        at = match.end()
    return tuple(piece for piece in (*found, Piece(sentence[at:])) if piece.text)


def part(heading: str, said: Iterable[str]) -> Part:
    """A part of whole sentences."""
    return Part(heading, tuple(pieces(each) for each in said))


def period(since: date, until: date) -> str:
    """A period in words."""
    return _("{since} to {until}", since=day(since), until=day(until))


def title(programme: str, since: date, until: date) -> str:
    """What the newsletter is called."""
    return _("{programme}: news of {period}", programme=programme, period=period(since, until))


def nothing(since: date, until: date) -> str:
    """An empty period, in one sentence."""
    return _("Nothing on record falls into {period}.", period=period(since, until))


def too_little(since: date, until: date) -> str:
    """A period of which too few enterprises have anything to tell, in one sentence."""
    return _("Too few enterprises have news of {period} to tell of it.", period=period(since, until))


def headings() -> dict[str, str]:
    """The parts of a newsletter by what they tell of."""
    return {
        "rounds": _("New rounds"),
        "completed": _("Modules completed"),
        "measured": _("New results"),
        "stories": _("Stories"),
        "held": _("Held"),
        "coming": _("Coming up"),
    }


def when(begins: date | None, ends: date | None, precision: str | None) -> str:
    """When something is, as well as it is known: "on 3 May 2014", "in May 2014", "3 May 2014 to 5 May 2014"."""
    if begins and ends and day(begins, precision) != day(ends, precision):
        return _("{since} to {until}", since=day(begins, precision), until=day(ends, precision))
    said = day(begins or ends, precision)
    if begins is None and ends is None:
        return _("on a day not on record")
    return _("in {month}", month=said) if precision in ("month", "year") else _("on {day}", day=said)


def new_round(
    name: str, begun: str, enterprises: tuple[str, date], *, partners: Sequence[str], places: Sequence[str]
) -> str:
    """A round that began; `enterprises` are how many, linked, with the date."""
    return sentences(
        _("{round} began {when}, with {enterprises} enrolled by {until}.",
          round=name, when=begun, enterprises=enterprises[0], until=day(enterprises[1])),
        _("Partners: {partners}.", partners=listed(list(partners))) if partners else "",
        _("Places: {places}.", places=listed(list(places))) if places else "",
    )  # fmt: skip


def enterprises(n: int) -> str:
    """So many enterprises."""
    return ngettext("{n} enterprise", "{n} enterprises", n)


def completed(n: int, module: str, before: tuple[str, date], by: tuple[str, date]) -> str:
    """How many completed a module; `before` and `by` are all that had, linked, with the date."""
    return ngettext(
        "{n} enterprise completed {module} ({before} by {eve}, {by} by {until}).",
        "{n} enterprises completed {module} ({before} by {eve}, {by} by {until}).",
        n, module=module, before=before[0], eve=day(before[1]), by=by[0], until=day(by[1]),
    )  # fmt: skip


def completed_in_all(n: int, module: str, by: str, until: date) -> str:
    """How many completed a module, of whatever round; `by` are all that had by the end, linked."""
    return ngettext(
        "{n} enterprise completed {module} ({by} by {until}).",
        "{n} enterprises completed {module} ({by} by {until}).",
        n, module=module, by=by, until=day(until),
    )  # fmt: skip


def through(named: Sequence[str], others: int, by: str, until: date) -> str:
    """Who completed every module they had planned; those who may not be named are counted."""
    told = list(named)
    if others:
        told.append(
            ngettext("{n} further enterprise", "{n} further enterprises", others) if named else enterprises(others)
        )
    return _(
        "Through with every module they had planned: {enterprises} ({by} by {until}).",
        enterprises=listed(told), by=by, until=day(until),
    )  # fmt: skip


def measured(indicator: str, found: str, by: str, until: date) -> str:
    """What was measured again of one indicator; `by` are all its pairs, linked."""
    return _(
        "{indicator}: {found} ({by} in all by {until}).", indicator=indicator, found=found, by=by, until=day(until)
    )


def pairs(n: int) -> str:
    """So many pairs."""
    return ngettext("{n} pair", "{n} pairs", n)


def too_few(each: Sequence[str]) -> str:
    """Indicators with pairs from which nothing follows for others."""
    return _("New pairs of before and after, too few to generalise: {indicators}.", indicators=listed(list(each)))


def few(indicator: str, n: int, by: str) -> str:
    """One of them; `by` are all its pairs, linked."""
    return _("{indicator} {n} ({by} in all)", indicator=indicator, n=number(n), by=by)


def middle(n: int, median: float | None, interval: tuple[float | None, float | None], unit: str) -> str:
    """The middle of the pairs' changes with its interval."""
    low, high = interval
    return _(
        "{n} new pairs of before and after, median change {median} (95\u00a0% interval {low} to {high})",
        n=number(n), median=change_of(median, unit), low=change_of(low, unit), high=change_of(high, unit),
    )  # fmt: skip


def practice(n: int, had: int, have: int) -> str:
    """How many had a practice before and have it after."""
    return _(
        "{n} new pairs of before and after; {had} had it before, {have} have it after",
        n=number(n), had=_of(had, n), have=_of(have, n),
    )  # fmt: skip


def _of(count: int, n: int) -> str:
    """A count with its share of all, where it is seen."""
    return number(count) if unseen(count) else _("{n} ({share})", n=number(count), share=percent(min(count, n) / n))


def unpaired(n: int) -> str:
    """Reports that are no pairs."""
    return ngettext(
        "{n} further report makes no pair of before and after.",
        "{n} further reports make no pair of before and after.",
        n,
    )


def no_cause() -> str:
    """What results do not say."""
    return _("Enterprises report these themselves; there is no comparison group, and no change proves a cause.")


def happening(name: str, said: str, place: str, people: int | None) -> str:
    """An event: its name, linked, when and where it is, how many took part."""
    facts = [said, *([place] if place else [])]
    if people is not None:
        facts.append(ngettext("{n} participant", "{n} participants", people))
    return labelled(name, listed(facts))


def partly(n: int) -> str:
    """Facts that are left out since their date is rough."""
    return ngettext(
        "{n} fact is dated by its month or year alone and may lie outside the period: it is left out.",
        "{n} facts are dated by their month or year alone and may lie outside the period: they are left out.",
        n,
    )


def how_counted() -> str:
    """How a newsletter counts and names."""
    return _(
        "Enterprises that may not be named are counted. Every number leads to the dashboard as of its date; what is "
        "entered later changes it there."
    )


def invented() -> str:
    """The sign of a synthetic programme."""
    return _("Synthetic data: every enterprise and every number here is invented for demonstration.")


_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~])")


def markdown(letters: Sequence[Letter]) -> str:
    """Newsletters one after another, as Markdown to paste."""
    return "\n\n---\n\n".join(map(_markdown, letters)) + "\n"


def _markdown(letter: Letter) -> str:
    lines = [f"# {_plain(letter.title)}"]
    lines += [f"**{_plain(letter.sign)}**"] if letter.sign else []
    lines += [_written(sentence) for sentence in letter.lead]
    for each in letter.parts:
        items = "\n".join(f"- {_written(sentence)}" for sentence in each.items)
        lines += [f"## {_plain(each.heading)}", items]
    lines += [f"*{_written(sentence)}*" for sentence in letter.foot]
    return "\n\n".join(lines)


def _written(sentence: Sentence) -> str:
    return "".join(f"[{_plain(piece.text)}]({piece.href})" if piece.href else _plain(piece.text) for piece in sentence)


def _plain(text: str) -> str:
    """Text that Markdown takes as it stands."""
    return _SPECIAL.sub(r"\\\1", re.sub(r"\s+", " ", text))


def spoken() -> str:
    """The language spoken, as HTML names it."""
    return "zh-Hans" if language() == "zh" else "en"
