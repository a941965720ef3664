"""The slides of a deck, in every language, with the filters of the slide and of the show."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from callbacks.requests.materials import build, material_of
from callbacks.requests.page_request import AppContext, PageRequest, open_request
from data.decks import DeckSlide
from data.editions.frozen_copies import EditionProblem
from data.exhibit import BuiltExhibit, SelectionRefused
from data.exhibits import SLIDES
from data.filters import DIMENSIONS, Filters
from data.vocabulary import LANGUAGES
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
    """The slides of a deck by language, with the viewer's rights.

    A filter of the show replaces the slide's filter of the same dimension. Without `rows`, charts and tables have no
    rows of single enterprises.

    Raises EditionProblem where the edition of the whole show cannot be used.
    """
    by_filters: dict[Filters, list[tuple[int, DeckSlide]]] = {}
    for at, slide in enumerate(deck):
        by_filters.setdefault(merged_filters(Filters.from_search(slide.filters), show), []).append((at, slide))
    by_position: dict[int, dict[str, Slide]] = {}
    for filters, slides_of in by_filters.items():
        try:
            with open_request(context, filters.search()) as request:
                by_position |= {at: _in_languages(context, request, slide, show, rows=rows) for at, slide in slides_of}
        except EditionProblem:
            if filters.edition == show.edition:  # the whole show is of it
                raise
            by_position |= {
                at: {language: _without_edition(slide, language) for language in LANGUAGES} for at, slide in slides_of
            }
    return [by_position[at] for at in sorted(by_position)]


def _without_edition(slide: DeckSlide, language: str) -> Slide:
    """The slide that replaces one whose edition is gone or was changed."""
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


def merged_filters(own: Filters, show: Filters) -> Filters:
    """A slide's `own` filters. Filters of the `show` replace those of the same dimension, the date and the edition."""
    merged = own.dated(show.as_of or own.as_of).of_edition(show.edition or own.edition)
    for dimension in DIMENSIONS:
        if show.codes(dimension):
            merged = merged.with_codes(dimension, show.codes(dimension))
    return merged


def _in_languages(
    context: AppContext, request: PageRequest, slide: DeckSlide, show: Filters, *, rows: bool
) -> dict[str, Slide]:
    """One slide in every language, all from one exhibit."""
    try:
        built = _build(request, slide)
    except SelectionRefused as refused:
        return {language: _refused_slide(request, slide, refused, language) for language in LANGUAGES}
    by_language = {}
    for language in LANGUAGES:
        with words.speaking(language):
            # A new request: the names of enterprises are read again, in the current language.
            in_language = replace(request, ground=context.grounds[language])
            by_language[language] = _draw(in_language, slide, built, _gone(request, slide, show, built), rows=rows)
    return by_language


def _refused_slide(request: PageRequest, slide: DeckSlide, refusal: SelectionRefused, language: str) -> Slide:
    """The slide that replaces one whose selection the viewer's threshold refuses."""
    with words.speaking(language):
        title, text = selection_words.refusal(refusal.threshold, alone=refusal.wider is None)
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
class _Built:
    """The exhibit of a slide, and its indicator where it is by indicator ("": none is on record)."""

    exhibit: BuiltExhibit
    indicator: str = ""


def _build(request: PageRequest, slide: DeckSlide) -> _Built:
    exhibit = SLIDES[slide.exhibit]
    if not exhibit.by_indicator:
        return _Built(build(request, exhibit.code))
    indicator = slide.indicator or most_reported(request)
    if indicator not in request.view.catalogue.indicator:
        return _Built(build(request, exhibit.code))
    return _Built(build(request, exhibit.code, indicator), indicator)


def most_reported(request: PageRequest) -> str:
    """The indicator with most pairs; empty where nothing is reported."""
    return next(iter(by_pairs(build(request, "change").table)["indicator"]), "")


def _draw(request: PageRequest, slide: DeckSlide, built: _Built, gone: str, *, rows: bool) -> Slide:
    """One slide in the current language. Where its data is `gone`, it shows that message instead."""
    exhibit = built.exhibit
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
        indicator=built.indicator,
        source_list=basis.sources,
    )
    look, picture = PICTURES[slide.exhibit]
    material = material_of(request, look.code, built.indicator, size=Size.SLIDE, rows=rows, named=True)
    missing = gone or look.missing(material) or _unreported(request, built)
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


def _gone(request: PageRequest, slide: DeckSlide, show: Filters, built: _Built) -> str:
    """The message about a filter or indicator that is no longer on record; empty where there is none."""
    codes_on_record = request.view.catalogue.codes
    own = Filters.from_search(slide.filters)
    wanted = {dimension: own.codes(dimension) for dimension in DIMENSIONS if not show.codes(dimension)}
    if any(codes and not codes & codes_on_record[dimension] for dimension, codes in wanted.items()):
        return _("What this slide is filtered by is no longer on record.")
    if SLIDES[slide.exhibit].by_indicator and slide.indicator and not built.indicator:
        return _("The indicator of this slide is no longer on record.")
    return ""


def _unreported(request: PageRequest, built: _Built) -> str:
    """The message for a slide whose indicator has no report in the selection; empty otherwise."""
    reported = build(request, "change").table["indicator"] if built.indicator else ()
    if not built.indicator or built.indicator in set(reported):
        return ""
    return _(
        "Nobody in this selection has reported: {indicator}.", indicator=request.names.of("indicator", built.indicator)
    )
