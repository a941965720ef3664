"""The newsletter of a period in words. Each number links to its place in the dashboard."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from callbacks.requests.page_request import AppContext, PageRequest, open_request
from data import newsletter as facts
from data.exhibit import admit
from data.filters import Filters
from data.newsletter import Completed, Digest, KnownComplete, Measured, NewRound, Period
from layouts import words
from layouts.texts import newsletter_parts, selection_words
from layouts.texts.code_words import coded
from layouts.texts.event_words import event_name
from layouts.texts.newsletter_parts import Letter
from layouts.words import _

MOST_COMING = 12
"""Maximum number of coming events in a newsletter; the earliest are listed."""


def letters(
    context: AppContext, filters: Filters, period: Period, languages: tuple[str, ...], server: str
) -> list[Letter]:
    """The newsletter in each of some languages; `server` is the public address of the dashboard."""
    written = []
    for language in languages:
        with open_request(context, filters.search(language)) as request:
            written.append(letter(request, period, server))
    return written


def letter(request: PageRequest, period: Period, server: str) -> Letter:
    """The newsletter of a period in the current language."""
    admit(request.view)
    period = limited_period(request, period)
    request = replace(request, view=facts.outward(request.view, period.until))
    digest = facts.digest(request.view, period)
    programme = request.view.catalogue.programme
    headings = newsletter_parts.headings()
    links = NumberLinks(request, period, server)
    parts = {
        "rounds": list(_rounds(links, digest)),
        "completed": list(_completed(links, digest)),
        "overdue": list(_overdue(links, digest)),
        "measured": list(_measured(links, digest)),
        "stories": [_story(links, row) for row in digest.stories],
        "held": list(_held(links, digest)),
        "coming": [
            *(_planned_round(links, row) for row in digest.planned),
            *(_event(links, row) for row in digest.coming[:MOST_COMING]),
        ],
    }
    foot = [selection_words.rounded(request.view.threshold)] if request.view.threshold else []
    return Letter(
        language=words.language(),
        title=newsletter_parts.title(programme.entry.name(words.language()), period.since, period.until),
        sign=newsletter_parts.invented() if programme.synthetic else "",
        lead=(newsletter_parts.pieces(_nothing(request, period)),) if digest.empty else (),
        parts=tuple(newsletter_parts.part(headings[name], lines) for name, lines in parts.items() if lines),
        foot=tuple(newsletter_parts.pieces(each) for each in (*foot, newsletter_parts.how_counted())),
    )


def _nothing(request: PageRequest, period: Period) -> str:
    """The sentence for a period without news. With a threshold it says that there is too little to show."""
    sentence = newsletter_parts.too_little if request.view.threshold else newsletter_parts.nothing
    return sentence(period.since, period.until)


def limited_period(request: PageRequest, period: Period) -> Period:
    """The period that a reader may see. With a threshold it ends on the as-of date of the data.

    The difference between the numbers of two dates could reveal single enterprises.
    """
    if not request.view.threshold:
        return period
    return Period(min(period.since, request.as_of), request.as_of)


class NumberLinks:
    """The links from the numbers of a newsletter to the dashboard, and names for codes."""

    def __init__(self, request: PageRequest, period: Period, server: str) -> None:
        self.request, self.period, self._server = request, period, server

    def name(self, table: str, code: str | None) -> str:
        """The name of a code."""
        return self.request.names.of(table, code)

    def module(self, code: str) -> str:
        """The code and name of a module."""
        return coded(code, self.name("module", code))

    def to(self, path: str, day: date, indicator: str = "", **codes: str) -> str:
        """The address of an exhibit on a date, filtered by some codes. For readers with a threshold it has no date."""
        filters = self.request.filters.dated(None if self.request.view.threshold else day)
        for dimension, code in codes.items():
            filters = filters.with_codes(dimension, {code})
        return self._server + self.request.addresses.of(path, filters, indicator=indicator)

    def number(self, text: str, path: str, day: date, indicator: str = "", **codes: str) -> str:
        """A number with a link to its exhibit."""
        return newsletter_parts.linked(text, self.to(path, day, indicator, **codes))


def _rounds(links: NumberLinks, digest: Digest) -> Iterator[str]:
    for each in digest.rounds:
        yield _new_round(links, each)
    if digest.apart.rounds:
        yield newsletter_parts.rounds_apart(
            [links.name("round", code) for code in digest.apart.rounds], links.period.until
        )


def _new_round(links: NumberLinks, new: NewRound) -> str:
    until = links.period.until
    return newsletter_parts.new_round(
        links.name("round", new.round),
        newsletter_parts.when((new.started_on, new.started_on_precision)),
        (links.number(newsletter_parts.enterprises(new.enterprises), "/", until, round=new.round), until),
        partners=[links.name("partner", code) for code in new.partners],
        places=[links.name("place", code) for code in new.places],
    )


def _planned_round(links: NumberLinks, row: dict[str, Any]) -> str:
    start = row["planned_start"], row["planned_start_precision"]
    name = links.number(links.name("round", row["round"]), "/calendar", links.period.until)
    return newsletter_parts.planned_round(name, newsletter_parts.when(start))


def _completed(links: NumberLinks, digest: Digest) -> Iterator[str]:
    for each in digest.completed:
        yield _module(links, each)
    if digest.apart.completed:
        yield _known_complete(links, digest.apart.completed)
    new, until = digest.through, links.period.until
    if new.named or new.others:
        links.request.names.enterprises.update(links.request.view.enterprises(new.named))
        named = [links.name("enterprise", code) for code in new.named]
        yield newsletter_parts.through(named, new.others, links.number(words.number(new.by), "/modules", until), until)


def _module(links: NumberLinks, new: Completed) -> str:
    eve, until = links.period.eve, links.period.until
    module = links.module(new.module)
    codes = {"round": new.round} if new.round else {}
    by = links.number(words.number(new.by), "/modules", until, **codes)
    if new.before is None:
        sentence = newsletter_parts.completed_in_all(new.enterprises, module, by, until)
    else:
        before = links.number(words.number(new.before), "/modules", eve, **codes)
        sentence = newsletter_parts.completed(new.enterprises, module, (before, eve), (by, until))
    return words.labelled(links.name("round", new.round), sentence) if new.round else sentence


def _known_complete(links: NumberLinks, completed: Sequence[KnownComplete]) -> str:
    """The line about completions on days not on record, by module."""
    until = links.period.until
    by_module: dict[str, list[tuple[str, int]]] = {}
    for each in completed:
        # The name has the link, since the exhibit counts older completions too.
        name = links.number(links.name("round", each.round), "/modules", until, round=each.round) if each.round else ""
        by_module.setdefault(each.module, []).append((name, each.enterprises))
    return newsletter_parts.completed_apart(
        sum(each.enterprises for each in completed),
        [newsletter_parts.known_complete(links.module(code), counts) for code, counts in by_module.items()],
        until,
    )


def _overdue(links: NumberLinks, digest: Digest) -> Iterator[str]:
    until = links.period.until
    for each in digest.overdue:
        by = links.number(words.number(each.by), "/modules", until)
        yield newsletter_parts.newly_overdue(each.enterprises, links.module(each.module), by, until)
    if digest.overdue:
        yield newsletter_parts.overdue_means()


def _measured(links: NumberLinks, digest: Digest) -> Iterator[str]:
    until = links.period.until
    few = []
    for each in digest.measured:
        name = links.name("indicator", each.indicator)
        if each.telling:
            by = links.number(newsletter_parts.pairs(each.by), "/how/pairs", until, each.indicator)
            yield newsletter_parts.measured(name, _finding(each), by, until)
        else:
            by = links.number(words.number(each.by), "/how/pairs", until, each.indicator)
            few.append(newsletter_parts.few(name, each.change.pairs, by))
    if few:
        yield newsletter_parts.too_few(few)
    if digest.unpaired:
        yield newsletter_parts.unpaired(digest.unpaired)
    if digest.apart.results:
        yield newsletter_parts.results_apart(digest.apart.results, until)
    if digest.measured or digest.unpaired:
        yield newsletter_parts.no_cause()


def _finding(new: Measured) -> str:
    change = new.change
    if change.had_before is not None and change.had_after is not None:
        return newsletter_parts.practice(change.pairs, change.had_before, change.had_after)
    return newsletter_parts.middle(
        change.pairs, change.median_change, (change.change_low, change.change_high), new.unit
    )


def _story(links: NumberLinks, row: dict[str, Any]) -> str:
    until = links.period.until
    first, second = ("title_zh", "title_en") if words.language() == "zh" else ("title_en", "title_zh")
    title = row[first] or row[second] or _("A story without a title")
    where = links.name("round", row["round"])
    return words.labelled(where, links.number(title, f"/stories/{row['address']}", until))


def _held(links: NumberLinks, digest: Digest) -> Iterator[str]:
    for row in digest.held:
        yield _event(links, row)
    if digest.apart.held:
        until = links.period.until
        yield newsletter_parts.held_apart(
            [links.number(event_name(row), "/calendar", until) for row in digest.apart.held], until
        )


def _event(links: NumberLinks, row: dict[str, Any]) -> str:
    return newsletter_parts.happening(
        links.number(event_name(row), "/calendar", links.period.until),
        newsletter_parts.when(
            (row["starts_on"], row["starts_on_precision"]), (row["ends_on"], row["ends_on_precision"])
        ),
        links.name("place", row["place"]) if row["place"] else "",
        row["participants"],
    )
