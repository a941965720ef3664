"""A deck in its form: what was filled in, what a button does to it, and what its slides lack."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Self

from flask import g, request

from callbacks.page_request import AppContext, PageRequest, open_request
from dashboard.pages import errors
from dashboard.show import form_choices
from dashboard.show.form_choices import Choice
from data.coverage_line import coverage_line
from data.decks import MOST_SLIDES, Deck, DeckProblem, DeckSlide
from data.editions.frozen_copies import EditionProblem
from data.exhibits import SLIDES
from data.filters import DIMENSIONS, Filters
from layouts import words
from layouts.exhibits import name_of
from layouts.texts.code_words import filter_name
from layouts.words import _, listed


@dataclass(frozen=True)
class Draft:
    """A deck as it stands in the form. ``opened`` is the slide whose filters are being chosen."""

    name: str
    slides: tuple[DeckSlide, ...]
    revision: int = 0
    opened: int | None = None

    @classmethod
    def posted(cls) -> Self:
        """The draft as it was filled in; raises :class:`DeckProblem` for what no form of ours sends."""
        form = request.form
        fields = ("exhibit", "indicator", "filters", "notes")
        # A line's end travels as two characters and counts as one.
        columns = [[text.replace("\r\n", "\n") for text in form.getlist(name)] for name in fields]
        if len({len(column) for column in columns}) != 1:
            raise DeckProblem("slides", "form")
        found = [DeckSlide(*row) for row in zip(*columns, strict=True)]
        opened = _whole(form.get("opened"))
        if opened is not None and opened < len(found):
            found[opened] = replace(found[opened], filters=_chosen().query())
        return cls(form.get("name", ""), tuple(found), _whole(form.get("revision")) or 0, opened)

    def pressed(self, button: str) -> Self:
        """The draft after one of its buttons: up-N, down-N, remove-N, filters-N, add; any other changes nothing."""
        kind, _dash, number = button.partition("-")
        at = _whole(number)
        found, opened = list(self.slides), None
        if kind == "add" and len(found) < MOST_SLIDES:
            found.append(DeckSlide(request.form.get("new", next(iter(SLIDES)))))
        elif at is not None and at < len(found):
            if kind == "filters":
                opened = at
            elif kind == "remove":
                del found[at]
            elif kind in ("up", "down"):
                to = min(max(at + (1 if kind == "down" else -1), 0), len(found) - 1)
                found.insert(to, found.pop(at))
        return replace(self, slides=tuple(found), opened=opened)

    def deck(self, name: str | None = None) -> Deck:
        """The deck to save; under another `name` a new one."""
        return Deck(self.name, self.slides, self.revision) if name is None else Deck(name, self.slides)


def _whole(text: str | None) -> int | None:
    """A number as our own forms write it: a place, or a revision (the longest has ten digits)."""
    return int(text) if text and re.fullmatch(r"[0-9]{1,10}", text) else None


def _chosen() -> Filters:
    """The filters chosen for the slide that is opened."""
    said = request.form
    filters = Filters.from_search(f"as_of={said.get('as_of', '')}&edition={said.get('edition', '')}")
    for name in DIMENSIONS:
        filters = filters.with_codes(name, said.getlist(name))
    return filters


@dataclass(frozen=True)
class Row:
    """One slide in the form: what it is filtered by in words, what it lacks, and its filters to choose where opened."""

    slide: DeckSlide
    filtered: str
    lacking: tuple[str, ...]
    exhibits: tuple[Choice, ...]
    indicators: tuple[Choice, ...]
    filters: tuple[tuple[str, str, list[Choice]], ...] = ()
    records: tuple[Choice, ...] = ()
    as_of: str = ""


def rows(draft: Draft, context: AppContext) -> list[Row]:
    """Every slide of a draft as its form shows it."""
    return [_row(slide, context, opened=at == draft.opened) for at, slide in enumerate(draft.slides)]


def _row(slide: DeckSlide, context: AppContext, *, opened: bool) -> Row:
    wanted = Filters.from_search(slide.filters)
    with _looking(context, wanted) as page_request:
        # Where nothing of its filters is known, "everything on record" would not be what it shows.
        filtered = page_request.filtered() if page_request.filters or not wanted else ""
        row = Row(
            slide,
            filtered=" · ".join(part for part in (filtered, _edition(page_request)) if part),
            lacking=tuple(lacking(slide, context)),
            exhibits=tuple(exhibits(slide.exhibit)),
            indicators=tuple(_indicators(page_request, slide.indicator)),
        )
    if not opened:
        return row
    # Every code is offered, not only those that the slide's own filters leave.
    with _looking(context, Filters(edition=wanted.edition)) as page_request:
        return replace(
            row,
            filters=tuple(
                (name, filter_name(name), form_choices.codes(page_request, name, wanted.codes(name)))
                for name in DIMENSIONS
            ),
            records=tuple(form_choices.records(context, wanted.edition or "")),
            as_of=wanted.as_of.isoformat() if wanted.as_of else "",
        )


@contextmanager
def _looking(context: AppContext, filters: Filters) -> Iterator[PageRequest]:
    """The record a slide is of; the live one where its edition cannot be used."""
    try:
        context.records.record_for(g.viewer, filters)
    except EditionProblem:
        filters = filters.of_edition(None)
    with open_request(context, filters.search(words.language())) as page_request:
        yield page_request


def _edition(page_request: PageRequest) -> str:
    return _("edition: {name}", name=page_request.edition.name) if page_request.edition else ""


def exhibits(chosen: str) -> Iterator[Choice]:
    """What a slide can show, in words."""
    for code in SLIDES:
        yield Choice(code, name_of(code), code == chosen)


def _indicators(page_request: PageRequest, chosen: str) -> Iterator[Choice]:
    yield Choice("", _("the one with most pairs"), not chosen)
    known = page_request.view.catalogue.indicator
    if chosen and chosen not in known:
        yield Choice(chosen, _("{code} (not in the record)", code=chosen), chosen=True)
    for code in known:
        yield Choice(code, page_request.names.of("indicator", code), code == chosen)


def lacking(slide: DeckSlide, context: AppContext) -> Iterator[str]:
    """What a slide asks for that is not on record (any more), and what comes of it."""
    wanted = Filters.from_search(slide.filters)
    try:
        record = context.records.record_for(g.viewer, wanted)
    except EditionProblem as problem:
        yield words.sentences(*errors.edition_words(problem))
        return
    catalogue = record.catalogue()
    nothing = False
    for name in DIMENSIONS:
        gone = sorted(wanted.codes(name) - catalogue.codes[name])
        if gone and wanted.codes(name) == frozenset(gone):
            nothing = True
            yield _("Left with nothing: what it is filtered by is not in the record ({codes}).", codes=listed(gone))
        elif gone:
            yield _("Part of what it is filtered by is not in the record ({codes}).", codes=listed(gone))
    if SLIDES[slide.exhibit].by_indicator and slide.indicator and slide.indicator not in catalogue.indicator:
        nothing = True
        yield _("Left with nothing: its indicator is not in the record ({codes}).", codes=slide.indicator)
    if wanted and not nothing and SLIDES[slide.exhibit].of_enterprises:
        with record.view(g.viewer, wanted) as view:
            if not coverage_line(view).enterprises:
                yield _("Left with nothing: no enterprise is enrolled in this selection.")
