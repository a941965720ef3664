"""The newsletter: parts and sentences with links, and the same as Markdown."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from layouts.words import _, change_of, day, labelled, listed, ngettext, number, percent, sentences, unseen

_LINK = re.compile("\x01(.*?)\x02(.*?)\x03", re.DOTALL)


@dataclass(frozen=True)
class Piece:
    """A piece of a sentence; with an address it is a link."""

    text: str
    href: str = ""


Sentence = tuple[Piece, ...]


@dataclass(frozen=True)
class Part:
    """A heading with its items, one per line."""

    heading: str
    items: tuple[Sentence, ...]


@dataclass(frozen=True)
class Letter:
    """A newsletter in one language. ``sign`` marks synthetic data; ``lead`` introduces the period."""

    language: str
    title: str
    sign: str
    lead: tuple[Sentence, ...]
    parts: tuple[Part, ...]
    foot: tuple[Sentence, ...]


def linked(text: str, href: str) -> str:
    """A text with a link, to be put into a sentence; :func:`pieces` splits the sentence again."""
    return f"\x01{text}\x02{href}\x03"


def pieces(sentence: str) -> Sentence:
    """Splits a sentence into pieces with and without a link."""
    split, at = [], 0
    for match in _LINK.finditer(sentence):
        split += [Piece(sentence[at : match.start()]), Piece(match[1], match[2])]
        at = match.end()
    return tuple(piece for piece in (*split, Piece(sentence[at:])) if piece.text)


def part(heading: str, sentences: Iterable[str]) -> Part:
    """Makes a part from sentences."""
    return Part(heading, tuple(pieces(sentence) for sentence in sentences))


def period(since: date, until: date) -> str:
    """A period in words."""
    return _("{since} to {until}", since=day(since), until=day(until))


def title(programme: str, since: date, until: date) -> str:
    """The title of the newsletter."""
    return _("{programme}: news of {period}", programme=programme, period=period(since, until))


def nothing(since: date, until: date) -> str:
    """The sentence for a period without news."""
    return _("Nothing on record falls into {period}.", period=period(since, until))


def too_little(since: date, until: date) -> str:
    """The sentence for a period in which too few enterprises have news."""
    return _("Too few enterprises have news of {period} to tell of it.", period=period(since, until))


def headings() -> dict[str, str]:
    """The headings of the parts of a newsletter, by subject."""
    return {
        "rounds": _("New rounds"),
        "completed": _("Modules completed"),
        "overdue": _("Newly overdue"),
        "measured": _("New results"),
        "stories": _("Stories"),
        "held": _("Held"),
        "coming": _("Coming up"),
    }


Dated = tuple[date | None, str | None]
"""A date and its precision."""


def when(begins: Dated, ends: Dated = (None, None)) -> str:
    """A date with its precision: "on 3 May 2014", "in May 2014", "by 31 May 2014", "3 May 2014 to 5 May 2014"."""
    if begins[0] and ends[0] and day(*begins) != day(*ends):
        return _("{since} to {until}", since=day(*begins), until=day(*ends))
    known_date, precision = begins if begins[0] else ends
    if known_date is None:
        return _("on a day not on record")
    date_text = day(known_date, precision)
    if precision == "by":
        return date_text
    return _("in {month}", month=date_text) if precision in ("month", "year") else _("on {day}", day=date_text)


def new_round(
    name: str, begun: str, enterprises: tuple[str, date], *, partners: Sequence[str], places: Sequence[str]
) -> str:
    """A round that began; `enterprises` is their number with its link, and the date."""
    return sentences(
        _("{round} began {when}, with {enterprises} enrolled by {until}.",
          round=name, when=begun, enterprises=enterprises[0], until=day(enterprises[1])),
        _("Partners: {partners}.", partners=listed(list(partners))) if partners else "",
        _("Places: {places}.", places=listed(list(places))) if places else "",
    )  # fmt: skip


def rounds_apart(rounds: Sequence[str], until: date) -> str:
    """The rounds that are known to have begun by the end of the period, on a day not on record."""
    return ngettext(
        "{n} round is known to have begun by {until}, date not on record: {rounds}.",
        "{n} rounds are known to have begun by {until}, dates not on record: {rounds}.",
        len(rounds), until=day(until), rounds=listed(list(rounds)),
    )  # fmt: skip


def planned_round(name: str, when: str) -> str:
    """A round that is planned to begin; `when` is the date in words."""
    return _("{round}: planned to begin {when}", round=name, when=when)


def enterprises(n: int) -> str:
    """A number of enterprises in words."""
    return ngettext("{n} enterprise", "{n} enterprises", n)


def completed(n: int, module: str, before: tuple[str, date], by: tuple[str, date]) -> str:
    """The enterprises that completed a module in the period.

    `before` and `by` are the total at the start and at the end of the period, each the number with its link, and the
    date.
    """
    return ngettext(
        "{n} enterprise completed {module} ({before} by {eve}, {by} by {until}).",
        "{n} enterprises completed {module} ({before} by {eve}, {by} by {until}).",
        n, module=module, before=before[0], eve=day(before[1]), by=by[0], until=day(by[1]),
    )  # fmt: skip


def completed_in_all(n: int, module: str, by: str, until: date) -> str:
    """The enterprises that completed a module; `by` is the total by the end of the period, with its link."""
    return ngettext(
        "{n} enterprise completed {module} ({by} by {until}).",
        "{n} enterprises completed {module} ({by} by {until}).",
        n, module=module, by=by, until=day(until),
    )  # fmt: skip


def known_complete(module: str, by_round: Sequence[tuple[str, int]]) -> str:
    """The completions of a module on days not on record: the number by round, or the only number where it has none."""
    counts = [labelled(round_, number(n)) if round_ else number(n) for round_, n in by_round]
    return f"{module} ({listed(counts)})"


def completed_apart(n: int, each: Sequence[str], until: date) -> str:
    """The line about `n` completions on days not on record; `each` is one module of them."""
    return ngettext(
        "{n} completion is known by {until}, date not on record: {modules}.",
        "{n} completions are known by {until}, dates not on record: {modules}.",
        n, until=day(until), modules=listed(list(each)),
    )  # fmt: skip


def newly_overdue(n: int, module: str, by: str, until: date) -> str:
    """The enterprises that became overdue in a module; `by` are all overdue by the end, with their link."""
    return ngettext(
        "{module}: {n} enterprise became overdue ({by} overdue on {until}).",
        "{module}: {n} enterprises became overdue ({by} overdue on {until}).",
        n, module=module, by=by, until=day(until),
    )  # fmt: skip


def overdue_means() -> str:
    """The definition of overdue."""
    return _("Overdue: the due date is reached, and no start of the training is on record.")


def through(named: Sequence[str], others: int, by: str, until: date) -> str:
    """The enterprises that completed all planned modules: names, and the number of those that may not be named."""
    parts = list(named)
    if others:
        parts.append(
            ngettext("{n} further enterprise", "{n} further enterprises", others) if named else enterprises(others)
        )
    return _(
        "Through with every module they had planned: {enterprises} ({by} by {until}).",
        enterprises=listed(parts), by=by, until=day(until),
    )  # fmt: skip


def measured(indicator: str, result: str, by: str, until: date) -> str:
    """The new results of one indicator; `by` is the number of all its pairs, with its link."""
    return _(
        "{indicator}: {found} ({by} in all by {until}).", indicator=indicator, found=result, by=by, until=day(until)
    )


def pairs(n: int) -> str:
    """A number of pairs in words."""
    return ngettext("{n} pair", "{n} pairs", n)


def too_few(each: Sequence[str]) -> str:
    """The sentence about indicators with too few new pairs to generalise."""
    return _("New pairs of before and after, too few to generalise: {indicators}.", indicators=listed(list(each)))


def few(indicator: str, n: int, by: str) -> str:
    """One indicator with too few new pairs; `by` is the number of all its pairs, with its link."""
    return _("{indicator} {n} ({by} in all)", indicator=indicator, n=number(n), by=by)


def middle(n: int, median: float | None, interval: tuple[float | None, float | None], unit: str) -> str:
    """The median change of the new pairs with its interval."""
    low, high = interval
    return _(
        "{n} new pairs of before and after, median change {median} (95\u00a0% interval {low} to {high})",
        n=number(n), median=change_of(median, unit), low=change_of(low, unit), high=change_of(high, unit),
    )  # fmt: skip


def practice(n: int, had: int, have: int) -> str:
    """The number of enterprises that had a practice before, and that have it after."""
    return _(
        "{n} new pairs of before and after; {had} had it before, {have} have it after",
        n=number(n), had=_with_share(had, n), have=_with_share(have, n),
    )  # fmt: skip


def _with_share(count: int, n: int) -> str:
    """A count with its share of `n`; without the share where the count is hidden."""
    return number(count) if unseen(count) else _("{n} ({share})", n=number(count), share=percent(min(count, n) / n))


def unpaired(n: int) -> str:
    """The number of new results that are in no pair."""
    return ngettext(
        "{n} further report makes no pair of before and after.",
        "{n} further reports make no pair of before and after.",
        n,
    )


def results_apart(n: int, until: date) -> str:
    """The number of results that are known by the end of the period, measured on days not on record."""
    return ngettext(
        "{n} result is known by {until}, date not on record.",
        "{n} results are known by {until}, dates not on record.",
        n, until=day(until),
    )  # fmt: skip


def no_cause() -> str:
    """The warning that a change proves no cause."""
    return _("Enterprises report these themselves; there is no comparison group, and no change proves a cause.")


def happening(name: str, when: str, place: str, people: int | None) -> str:
    """An event: its name with its link, its date in words, its place, and its number of participants."""
    facts = [when, *([place] if place else [])]
    if people is not None:
        facts.append(ngettext("{n} participant", "{n} participants", people))
    return labelled(name, listed(facts))


def held_apart(names: Sequence[str], until: date) -> str:
    """The events that are known to have been held by the end of the period, on a day not on record."""
    return ngettext(
        "{n} event is known to have been held by {until}, date not on record: {events}.",
        "{n} events are known to have been held by {until}, dates not on record: {events}.",
        len(names), until=day(until), events=listed(list(names)),
    )  # fmt: skip


def how_counted() -> str:
    """The note on how a newsletter counts and names enterprises."""
    return _(
        "Enterprises that may not be named are counted. Every number leads to the dashboard as of its date; what is "
        "entered later changes it there."
    )


def invented() -> str:
    """The sign of a synthetic programme."""
    return _("Synthetic data: every enterprise and every number here is invented for demonstration.")


_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~])")


def markdown(letters: Sequence[Letter]) -> str:
    """Newsletters one after another, as Markdown."""
    return "\n\n---\n\n".join(map(_markdown, letters)) + "\n"


def _markdown(letter: Letter) -> str:
    lines = [f"# {_escape(letter.title)}"]
    lines += [f"**{_escape(letter.sign)}**"] if letter.sign else []
    lines += [_markdown_of(sentence) for sentence in letter.lead]
    for each in letter.parts:
        items = "\n".join(f"- {_markdown_of(sentence)}" for sentence in each.items)
        lines += [f"## {_escape(each.heading)}", items]
    lines += [f"*{_markdown_of(sentence)}*" for sentence in letter.foot]
    return "\n\n".join(lines)


def _markdown_of(sentence: Sentence) -> str:
    return "".join(
        f"[{_escape(piece.text)}]({piece.href})" if piece.href else _escape(piece.text) for piece in sentence
    )


def _escape(text: str) -> str:
    """Escapes a text for Markdown, on one line."""
    return _SPECIAL.sub(r"\\\1", re.sub(r"\s+", " ", text))
