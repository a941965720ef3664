"""The newsletter of a period: what happened in it, said in a language, every number with its way to the dashboard."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from callbacks.page_request import AppContext, PageRequest, open_request
from data import newsletter as facts
from data.exhibit import admit
from data.filters import Filters
from data.newsletter import Completed, Digest, Measured, NewRound, Period
from layouts import words
from layouts.texts import newsletter_parts as said
from layouts.texts import selection_words
from layouts.texts.event_words import event_name
from layouts.texts.newsletter_parts import Letter
from layouts.words import _

MOST_COMING = 12
"""So many coming events are told of, the soonest."""


def letters(
    context: AppContext, filters: Filters, period: Period, languages: tuple[str, ...], server: str
) -> list[Letter]:
    """The newsletter in each of some languages; `server` is where people reach the dashboard."""
    found = []
    for language in languages:
        with open_request(context, filters.search(language)) as request:
            found.append(letter(request, period, server))
    return found


def letter(request: PageRequest, period: Period, server: str) -> Letter:
    """The newsletter of a period in the language spoken."""
    admit(request.view)
    period = held_to(request, period)
    request = replace(request, view=facts.outward(request.view, period.until))
    told = facts.digest(request.view, period)
    programme = request.view.catalogue.programme
    headings = said.headings()
    ways = Ways(request, period, server)
    parts = {
        "rounds": [_new_round(ways, each) for each in told.rounds],
        "completed": list(_completed(ways, told)),
        "measured": list(_measured(ways, told)),
        "stories": [_story(ways, row) for row in told.stories],
        "held": [_event(ways, row) for row in told.held],
        "coming": [_event(ways, row) for row in told.coming[:MOST_COMING]],
    }
    foot = [said.partly(told.partly)] if told.partly else []
    foot += [selection_words.rounded(request.view.threshold)] if request.view.threshold else []
    return Letter(
        language=words.language(),
        title=said.title(programme.entry.name(words.language()), period.since, period.until),
        sign=said.invented() if programme.synthetic else "",
        lead=(said.pieces(_nothing(request, period)),) if told.empty else (),
        parts=tuple(said.part(headings[name], lines) for name, lines in parts.items() if lines),
        foot=tuple(said.pieces(each) for each in (*foot, said.how_counted())),
    )


def _nothing(request: PageRequest, period: Period) -> str:
    """That a newsletter is empty; of rounded counts that does not mean that nothing is on record."""
    tell = said.too_little if request.view.threshold else said.nothing
    return tell(period.since, period.until)


def held_to(request: PageRequest, period: Period) -> Period:
    """The period that a reader may be told of: with a threshold it ends on the day of the data, since the numbers of
    another day would tell of the enterprises between the two.
    """
    if not request.view.threshold:
        return period
    return Period(min(period.since, request.as_of), request.as_of)


class Ways:
    """Where the numbers of a newsletter stand: addresses on the server, with names for codes."""

    def __init__(self, request: PageRequest, period: Period, server: str) -> None:
        self.request, self.period, self._server = request, period, server

    def name(self, table: str, code: str | None) -> str:
        """The name of a code."""
        return self.request.names.of(table, code)

    def to(self, path: str, day: date, indicator: str = "", **codes: str) -> str:
        """The address of an exhibit as of a day, narrowed to some codes; readers with a threshold choose no day."""
        filters = self.request.filters.dated(None if self.request.view.threshold else day)
        for dimension, code in codes.items():
            filters = filters.with_codes(dimension, {code})
        return self._server + self.request.addresses.of(path, filters, indicator=indicator)

    def number(self, text: str, path: str, day: date, indicator: str = "", **codes: str) -> str:
        """A number that leads to where it stands."""
        return said.linked(text, self.to(path, day, indicator, **codes))


def _new_round(ways: Ways, new: NewRound) -> str:
    until = ways.period.until
    return said.new_round(
        ways.name("round", new.round),
        said.when(new.started_on, None, new.date_precision),
        (ways.number(said.enterprises(new.enterprises), "/", until, round=new.round), until),
        partners=[ways.name("partner", code) for code in new.partners],
        places=[ways.name("place", code) for code in new.places],
    )


def _completed(ways: Ways, told: Digest) -> Iterator[str]:
    for each in told.completed:
        yield _module(ways, each)
    new, until = told.through, ways.period.until
    if new.named or new.others:
        ways.request.names.enterprises.update(ways.request.view.enterprises(new.named))
        named = [ways.name("enterprise", code) for code in new.named]
        yield said.through(named, new.others, ways.number(words.number(new.by), "/modules", until), until)


def _module(ways: Ways, new: Completed) -> str:
    eve, until = ways.period.eve, ways.period.until
    module = ways.name("module", new.module)
    if new.before is None:
        return said.completed_in_all(
            new.enterprises, module, ways.number(words.number(new.by), "/modules", until), until
        )
    before, by = (
        (ways.number(words.number(n), "/modules", day, round=new.round), day)
        for n, day in ((new.before, eve), (new.by, until))
    )
    return words.labelled(ways.name("round", new.round), said.completed(new.enterprises, module, before, by))


def _measured(ways: Ways, told: Digest) -> Iterator[str]:
    until = ways.period.until
    few = []
    for each in told.measured:
        name = ways.name("indicator", each.indicator)
        if each.telling:
            by = ways.number(said.pairs(each.by), "/how/pairs", until, each.indicator)
            yield said.measured(name, _found(each), by, until)
        else:
            by = ways.number(words.number(each.by), "/how/pairs", until, each.indicator)
            few.append(said.few(name, each.change.pairs, by))
    if few:
        yield said.too_few(few)
    if told.unpaired:
        yield said.unpaired(told.unpaired)
    if told.measured or told.unpaired:
        yield said.no_cause()


def _found(new: Measured) -> str:
    change = new.change
    if change.had_before is not None and change.had_after is not None:
        return said.practice(change.pairs, change.had_before, change.had_after)
    return said.middle(change.pairs, change.median_change, (change.change_low, change.change_high), new.unit)


def _story(ways: Ways, row: dict[str, Any]) -> str:
    until = ways.period.until
    first, second = ("title_zh", "title_en") if words.language() == "zh" else ("title_en", "title_zh")
    title = row[first] or row[second] or _("A story without a title")
    where = ways.name("round", row["round"])
    return words.labelled(where, ways.number(title, f"/stories/{row['address']}", until))


def _event(ways: Ways, row: dict[str, Any]) -> str:
    return said.happening(
        ways.number(event_name(row), "/calendar", ways.period.until),
        said.when(row["starts_on"], row["ends_on"], row["date_precision"]),
        ways.name("place", row["place"]) if row["place"] else "",
        row["participants"],
    )
