"""The form of a deck: the posted draft, the effect of its buttons, and messages about missing data."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Self

from flask import g, request

from callbacks.requests.page_request import AppContext, PageRequest, open_request
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
    """The deck in the form. ``opened`` is the index of the slide whose filters are shown."""

    name: str
    slides: tuple[DeckSlide, ...]
    revision: int = 0
    opened: int | None = None

    @classmethod
    def posted(cls) -> Self:
        """The posted draft; raises :class:`DeckProblem` where the data cannot come from this form."""
        form = request.form
        fields = ("exhibit", "indicator", "filters", "notes")
        # Browsers send a line end as two characters; it counts as one.
        columns = [[text.replace("\r\n", "\n") for text in form.getlist(name)] for name in fields]
        if len({len(column) for column in columns}) != 1:
            raise DeckProblem("slides", "form")
        slides = [DeckSlide(*row) for row in zip(*columns, strict=True)]
        opened = _number(form.get("opened"))
        if opened is not None and opened < len(slides):
            slides[opened] = replace(slides[opened], filters=_posted_filters().query())
        return cls(form.get("name", ""), tuple(slides), _number(form.get("revision")) or 0, opened)

    def pressed(self, button: str) -> Self:
        """The draft after a button: up-N, down-N, remove-N, filters-N or add. Other buttons change nothing."""
        kind, _dash, number = button.partition("-")
        at = _number(number)
        slides, opened = list(self.slides), None
        if kind == "add" and len(slides) < MOST_SLIDES:
            slides.append(DeckSlide(request.form.get("new", next(iter(SLIDES)))))
        elif at is not None and at < len(slides):
            if kind == "filters":
                opened = at
            elif kind == "remove":
                del slides[at]
            elif kind in ("up", "down"):
                to = min(max(at + (1 if kind == "down" else -1), 0), len(slides) - 1)
                slides.insert(to, slides.pop(at))
        return replace(self, slides=tuple(slides), opened=opened)

    def deck(self, name: str | None = None) -> Deck:
        """The deck to save. With another `name` it is a new deck."""
        return Deck(self.name, self.slides, self.revision) if name is None else Deck(name, self.slides)


def _number(text: str | None) -> int | None:
    """An index or a revision from our own forms, of at most ten digits; None for other text."""
    return int(text) if text and re.fullmatch(r"[0-9]{1,10}", text) else None


def _posted_filters() -> Filters:
    """The posted filters of the opened slide."""
    form = request.form
    filters = Filters.from_search(f"as_of={form.get('as_of', '')}&edition={form.get('edition', '')}")
    for name in DIMENSIONS:
        filters = filters.with_codes(name, form.getlist(name))
    return filters


@dataclass(frozen=True)
class Row:
    """One slide in the form. ``lacking``: messages about missing data. ``filters``: choices where it is opened."""

    slide: DeckSlide
    filtered: str
    lacking: tuple[str, ...]
    exhibits: tuple[Choice, ...]
    indicators: tuple[Choice, ...]
    filters: tuple[tuple[str, str, list[Choice]], ...] = ()
    records: tuple[Choice, ...] = ()
    as_of: str = ""


def rows(draft: Draft, context: AppContext) -> list[Row]:
    """The rows of the form, one per slide."""
    return [_row(slide, context, opened=at == draft.opened) for at, slide in enumerate(draft.slides)]


def _row(slide: DeckSlide, context: AppContext, *, opened: bool) -> Row:
    wanted = Filters.from_search(slide.filters)
    with _open_record(context, wanted) as page_request:
        # Where all its codes are unknown, the text "everything on record" would be wrong.
        filtered = page_request.filtered() if page_request.filters or not wanted else ""
        row = Row(
            slide,
            filtered=" · ".join(part for part in (filtered, _edition(page_request)) if part),
            lacking=tuple(missing_data(slide, context)),
            exhibits=tuple(exhibits(slide.exhibit)),
            indicators=tuple(_indicators(page_request, slide.indicator)),
        )
    if not opened:
        return row
    # Offer all codes, not only those that the slide's own filters leave.
    with _open_record(context, Filters(edition=wanted.edition)) as page_request:
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
def _open_record(context: AppContext, filters: Filters) -> Iterator[PageRequest]:
    """Open the record of a slide; the live record where its edition cannot be used."""
    try:
        context.records.record_for(g.viewer, filters)
    except EditionProblem:
        filters = filters.of_edition(None)
    with open_request(context, filters.search(words.language())) as page_request:
        yield page_request


def _edition(page_request: PageRequest) -> str:
    return _("edition: {name}", name=page_request.edition.name) if page_request.edition else ""


def exhibits(chosen: str) -> Iterator[Choice]:
    """The choice of exhibits for a slide."""
    for code in SLIDES:
        yield Choice(code, name_of(code), code == chosen)


def _indicators(page_request: PageRequest, chosen: str) -> Iterator[Choice]:
    yield Choice("", _("the one with most pairs"), not chosen)
    known = page_request.view.catalogue.indicator
    if chosen and chosen not in known:
        yield Choice(chosen, _("{code} (not in the record)", code=chosen), chosen=True)
    for code in known:
        yield Choice(code, page_request.names.of("indicator", code), code == chosen)


def missing_data(slide: DeckSlide, context: AppContext) -> Iterator[str]:
    """The messages about data of a slide that is not on record, with the effect on the slide."""
    wanted = Filters.from_search(slide.filters)
    try:
        record = context.records.record_for(g.viewer, wanted)
    except EditionProblem as problem:
        yield words.sentences(*errors.edition_words(problem))
        return
    catalogue = record.catalogue()
    is_empty = False
    for name in DIMENSIONS:
        gone = sorted(wanted.codes(name) - catalogue.codes[name])
        if gone and wanted.codes(name) == frozenset(gone):
            is_empty = True
            yield _("Left with nothing: what it is filtered by is not in the record ({codes}).", codes=listed(gone))
        elif gone:
            yield _("Part of what it is filtered by is not in the record ({codes}).", codes=listed(gone))
    if SLIDES[slide.exhibit].by_indicator and slide.indicator and slide.indicator not in catalogue.indicator:
        is_empty = True
        yield _("Left with nothing: its indicator is not in the record ({codes}).", codes=slide.indicator)
    if wanted and not is_empty and SLIDES[slide.exhibit].of_enterprises:
        with record.view(g.viewer, wanted) as view:
            if not coverage_line(view).enterprises:
                yield _("Left with nothing: no enterprise is enrolled in this selection.")
