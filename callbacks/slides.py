"""Decks as slides: the pages' own pictures, each in every language, under the filters of the slide and of the show."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from callbacks.materials import build, material_of
from callbacks.page_request import AppContext, PageRequest, open_request
from data.decks import DeckSlide
from data.editions.frozen_copies import EditionProblem
from data.exhibit import BuiltExhibit, SelectionRefused
from data.exhibits import SLIDES
from data.filters import DIMENSIONS, LANGUAGES, Filters
from layouts import slide_model, words
from layouts.exhibits import PICTURES
from layouts.exhibits.change import by_pairs
from layouts.look import Size
from layouts.parts.tables import Table
from layouts.slide_model import Slide
from layouts.texts import selection_words
from layouts.words import _, day


def both_languages(
    context: AppContext, deck: Iterable[DeckSlide], show: Filters, *, rows: bool = True
) -> list[dict[str, Slide]]:
    """Every slide of a deck by language, as the viewer who asks may see it.

    What the show is filtered by takes the place of a slide's own filter of the same dimension. Without `rows` no chart
    and no table has a row an enterprise.
    """
    by_filters: dict[Filters, list[tuple[int, DeckSlide]]] = {}
    for at, slide in enumerate(deck):
        by_filters.setdefault(laid_over(Filters.from_search(slide.filters), show), []).append((at, slide))
    spoken: dict[int, dict[str, Slide]] = {}
    for filters, slides_of in by_filters.items():
        try:
            with open_request(context, filters.search()) as request:
                spoken |= {at: _spoken(context, request, slide, show, rows=rows) for at, slide in slides_of}
        except EditionProblem:
            if filters.edition == show.edition:  # the whole show is of it
                raise
            spoken |= {
                at: {language: _without_edition(slide, language) for language in LANGUAGES} for at, slide in slides_of
            }
    return [spoken[at] for at in sorted(spoken)]


def _without_edition(slide: DeckSlide, language: str) -> Slide:
    """The slide of an edition of its own that is gone, or not what was frozen."""
    with words.speaking(language):
        return Slide(
            exhibit=slide.exhibit,
            language=language,
            title=_("This edition is gone"),
            coverage="",
            filtered="",
            as_of="",
            sources="",
            empty=_("The slide is of a frozen edition that is gone or has been changed. Choose another in the deck."),
            notes=slide.notes,
        )


def laid_over(own: Filters, show: Filters) -> Filters:
    """A slide's `own` filters, with those of the `show` in place of the same dimensions, the date and the edition."""
    both = own.dated(show.as_of or own.as_of).of_edition(show.edition or own.edition)
    for dimension in DIMENSIONS:
        if show.codes(dimension):
            both = both.with_codes(dimension, show.codes(dimension))
    return both


def _spoken(
    context: AppContext, request: PageRequest, slide: DeckSlide, show: Filters, *, rows: bool
) -> dict[str, Slide]:
    """One slide in every language, all from one exhibit."""
    try:
        made = _made(request, slide)
    except SelectionRefused as refused:
        return {language: _refused(request, slide, refused, language) for language in LANGUAGES}
    spoken = {}
    for language in LANGUAGES:
        with words.speaking(language):
            # Names of enterprises are learnt anew: they are written in the language spoken.
            speaking = replace(request, ground=context.grounds[language])
            spoken[language] = _drawn(speaking, slide, made, _gone(request, slide, show, made), rows=rows)
    return spoken


def _refused(request: PageRequest, slide: DeckSlide, refused: SelectionRefused, language: str) -> Slide:
    """The slide of a selection that the viewer's threshold leaves nothing of."""
    with words.speaking(language):
        title, text = selection_words.refusal(refused.threshold, alone=refused.wider is None)
        return Slide(
            exhibit=slide.exhibit,
            language=language,
            title=title,
            coverage="",
            filtered=replace(request).filtered(),
            as_of=_("as of {date}", date=day(request.as_of)),
            sources="",
            edition=request.edition_line(),
            synthetic=slide_model.synthetic_sign() if request.view.catalogue.programme.synthetic else "",
            empty=text,
            notes=slide.notes,
        )


@dataclass(frozen=True)
class _Made:
    """The exhibit of a slide, and the indicator that is drawn of one by indicator ("": none is on record)."""

    exhibit: BuiltExhibit
    indicator: str = ""


def _made(request: PageRequest, slide: DeckSlide) -> _Made:
    exhibit = SLIDES[slide.exhibit]
    if not exhibit.by_indicator:
        return _Made(build(request, exhibit.code))
    indicator = slide.indicator or most_reported(request)
    if indicator not in request.view.catalogue.indicator:
        return _Made(build(request, exhibit.code))
    return _Made(build(request, exhibit.code, indicator), indicator)


def most_reported(request: PageRequest) -> str:
    """The indicator with most pairs; empty where nothing was reported."""
    return next(iter(by_pairs(build(request, "change").table)["indicator"]), "")


def _drawn(request: PageRequest, slide: DeckSlide, made: _Made, gone: str, *, rows: bool) -> Slide:
    """One slide in the language spoken; where something is `gone` that it would show, it says that instead."""
    exhibit = made.exhibit
    basis = request.basis(exhibit)
    bare = Slide(
        exhibit=slide.exhibit,
        language=words.language(),
        title=_("Nothing to show here"),
        coverage=basis.coverage,
        filtered=basis.filtered,
        as_of=_("as of {date}", date=day(basis.as_of)),
        sources=slide_model.sources_sentence(basis.sources, basis.unsourced),
        edition=" · ".join(part for part in (basis.edition, _rounded(exhibit)) if part),
        synthetic=slide_model.synthetic_sign() if basis.synthetic else "",
        notes=slide.notes,
        indicator=made.indicator,
        source_list=basis.sources,
    )
    look, picture = PICTURES[slide.exhibit]
    material = material_of(request, look.code, made.indicator, size=Size.SLIDE, rows=rows, named=True)
    missing = gone or look.missing(material) or _unreported(request, made)
    if missing or picture.draw is None:
        return replace(bare, empty=missing)
    drawing = picture.draw(material)
    table = look.table(material, picture, drawing).without_links()
    figures = tuple(each for each in (drawing.figure, drawing.second) if each)
    return replace(
        bare,
        title=drawing.title,
        caption=words.sentences(drawing.caption, selection_words.cut_slide() if request.view.cut else ""),
        figures=figures,
        cards=drawing.cards,
        table=table,
        ns=drawing.ns,
        notice=drawing.notice,
        chart=drawing.chart if figures else None,
        empty="" if figures or drawing.cards else _undrawn(table),
    )


def _rounded(exhibit: BuiltExhibit) -> str:
    return selection_words.rounded_sign(exhibit.threshold) if exhibit.threshold else ""


def _undrawn(table: Table) -> str:
    if table.rows:
        return _("There is nothing to draw; the table has what is on record.")
    return _("Nothing of this is on record for this selection.")


def _gone(request: PageRequest, slide: DeckSlide, show: Filters, made: _Made) -> str:
    """What a slide asks for that is no longer on record: without it the slide would say something else."""
    known = request.view.catalogue.codes
    own = Filters.from_search(slide.filters)
    cacheable = {dimension: own.codes(dimension) for dimension in DIMENSIONS if not show.codes(dimension)}
    if any(codes and not codes & known[dimension] for dimension, codes in cacheable.items()):
        return _("What this slide is filtered by is no longer on record.")
    if SLIDES[slide.exhibit].by_indicator and slide.indicator and not made.indicator:
        return _("The indicator of this slide is no longer on record.")
    return ""


def _unreported(request: PageRequest, made: _Made) -> str:
    """What a slide of one indicator says where nobody in the selection has reported it."""
    reported = build(request, "change").table["indicator"] if made.indicator else ()
    if not made.indicator or made.indicator in set(reported):
        return ""
    return _(
        "Nobody in this selection has reported: {indicator}.", indicator=request.names.of("indicator", made.indicator)
    )
