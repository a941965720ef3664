"""Decks as slides: the pages' own exhibits, each in every language, under the filters of the slide and of the show."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pandas as pd

from callbacks import drawing, overview, results
from callbacks.page_request import AppContext, PageRequest, open_request
from data import exhibits
from data.decks import DeckSlide
from data.editions.frozen_copies import EditionProblem
from data.exhibits import Exhibit, SelectionRefused
from data.filters import DIMENSIONS, LANGUAGES, Filters
from data.tables import trainers
from data.vocabulary import YES_NO
from layouts import findings, programme, slides, words
from layouts.figures.map import HALF
from layouts.frames import records
from layouts.parts import Drawing
from layouts.slides import MOST_GROUPS, MOST_LINES, MOST_ROWS, Card, Slide
from layouts.tables import Cell, Column, Link, Table
from layouts.theme import Figure
from layouts.words import _, day, labelled, ngettext, number, percent, quantity, sentences

MOST_FIGURES = 8
"""So many published figures stand on a slide."""

Ns = list[tuple[str, str]]


@dataclass(frozen=True)
class Shown:
    """An exhibit ready for a slide: the page's drawing, other figures in place of its own, cards, table, ns."""

    drawing: Drawing
    table: Table
    ns: Ns
    figures: tuple[Figure, ...] = ()
    cards: tuple[Card, ...] = ()
    frame: pd.DataFrame | None = None


Draw = dict[str, Callable[[PageRequest, Exhibit, str], Shown]]


def both_languages(
    context: AppContext, deck: Iterable[DeckSlide], show: Filters, *, rows: bool = True
) -> list[dict[str, Slide]]:
    """Every slide of a deck by language, as the viewer who asks may see it.

    What the show is filtered by takes the place of a slide's own filter of the same dimension. Without `rows` no chart
    and no table has a row an enterprise.
    """
    draw = SHOWN if rows else SHOWN | _WITHOUT_ROWS
    by_filters: dict[Filters, list[tuple[int, DeckSlide]]] = {}
    for at, slide in enumerate(deck):
        by_filters.setdefault(laid_over(Filters.from_search(slide.filters), show), []).append((at, slide))
    spoken: dict[int, dict[str, Slide]] = {}
    for filters, slides_of in by_filters.items():
        try:
            with open_request(context, filters.search()) as request:
                spoken |= {at: _spoken(context, request, slide, show, draw) for at, slide in slides_of}
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


def _spoken(context: AppContext, request: PageRequest, slide: DeckSlide, show: Filters, draw: Draw) -> dict[str, Slide]:
    """One slide in every language, all from one exhibit."""
    try:
        made = _made(request, slide)
    except SelectionRefused as refused:
        return {language: _refused(request, slide, refused, language) for language in LANGUAGES}
    spoken = {}
    for language in LANGUAGES:
        with words.speaking(language):
            # Names of enterprises are learnt anew: they are written in the language spoken.
            speaking = replace(request, ground=context.grounds[language], enterprises={})
            spoken[language] = _drawn(speaking, slide, made, _gone(request, slide, show, made), draw)
    return spoken


def _refused(request: PageRequest, slide: DeckSlide, refused: SelectionRefused, language: str) -> Slide:
    """The slide of a selection that the viewer's threshold leaves nothing of."""
    with words.speaking(language):
        title, text = findings.refusal(refused.threshold, alone=refused.wider is None)
        return Slide(
            exhibit=slide.exhibit,
            language=language,
            title=title,
            coverage="",
            filtered=replace(request, enterprises={}).filtered(),
            as_of=_("as of {date}", date=day(request.as_of)),
            sources="",
            edition=request.edition_line(),
            synthetic=slides.synthetic_sign() if request.view.catalogue.programme.synthetic else "",
            empty=text,
            notes=slide.notes,
        )


@dataclass(frozen=True)
class _Made:
    """The exhibit of a slide and what keeps it from being drawn: a filter or an indicator no longer on record."""

    exhibit: Exhibit
    indicator: str = ""


def _made(request: PageRequest, slide: DeckSlide) -> _Made:
    code, build = slide.exhibit, exhibits.build
    if code != "pairs":
        return _Made(build(request.view, {"states": "module-funnel", "practices": "change"}.get(code, code)))
    ranked = results.by_pairs(build(request.view, "change").table)["indicator"].tolist()
    indicator = slide.indicator or next(iter(ranked), "")
    if indicator not in request.view.catalogue.indicator:
        return _Made(build(request.view, "pairs"))
    return _Made(exhibits.build_pairs(request.view, indicator), indicator)


def _drawn(request: PageRequest, slide: DeckSlide, made: _Made, gone: str, draw: Draw) -> Slide:
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
        sources=slides.sources_sentence(basis.sources, basis.unsourced),
        edition=" · ".join(part for part in (basis.edition, _rounded(exhibit)) if part),
        synthetic=slides.synthetic_sign() if basis.synthetic else "",
        notes=slide.notes,
        indicator=made.indicator,
        source_list=basis.sources,
        frame=exhibit.table,
        names=request.name,
    )
    lacking = gone or drawing.missing(exhibit) or _unreported(request, made)
    if lacking:
        return replace(bare, empty=lacking)
    request.meet(exhibit.table)
    shown = draw[slide.exhibit](request, exhibit, made.indicator)
    first = shown.figures or tuple(each for each in (shown.drawing.figure,) if each)
    return replace(
        bare,
        title=shown.drawing.title,
        caption=words.sentences(shown.drawing.caption, findings.cut_slide() if request.view.cut else ""),
        figures=first,
        cards=shown.cards,
        table=shown.table,
        ns=tuple(shown.ns),
        notice=shown.drawing.under if slide.exhibit == "regions" else "",
        frame=exhibit.table if shown.frame is None else shown.frame,
        empty="" if first or shown.cards else _undrawn(shown.table),
    )


def _rounded(exhibit: Exhibit) -> str:
    return findings.rounded_sign(exhibit.threshold) if exhibit.threshold else ""


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
    if slide.exhibit == "pairs" and slide.indicator and not made.indicator:
        return _("The indicator of this slide is no longer on record.")
    return ""


def _unreported(request: PageRequest, made: _Made) -> str:
    """What a slide of one indicator says where nobody in the selection has reported it."""
    reported = exhibits.build(request.view, "change").table["indicator"] if made.indicator else ()
    if not made.indicator or made.indicator in set(reported):
        return ""
    return _("Nobody in this selection has reported: {indicator}.", indicator=request.name("indicator", made.indicator))


def _overview(_asked: PageRequest, exhibit: Exhibit, _indicator: str) -> Shown:
    rows = {row["headline"]: row for row in records(exhibit.table)}
    cards = tuple(
        Card(overview.label(name), overview.value(rows[name]), overview.of(rows[name]), overview.note(name, rows))
        for name in overview.SHOWN
    )
    columns = (Column(_("Headline")), Column(_("Value"), numeric=True), Column(_("Out of")), Column(_("Note")))
    return Shown(
        Drawing(
            slides.headline_finding(*(rows[name]["value"] for name in ("trained", "enterprises", "modules_completed")))
        ),
        Table(columns, [[card.label, card.value or _("not on record"), card.of or "–", card.note] for card in cards]),
        [(card.label, f"{card.value} {card.of}".strip() if card.value else _("not on record")) for card in cards],
        cards=cards,
    )


def _regions(request: PageRequest, exhibit: Exhibit, _indicator: str) -> Shown:
    first = drawing.regions(request, exhibit, room=HALF)
    second = drawing.ranking(request, exhibit, most=MOST_ROWS)
    figures = tuple(each for each in (first.figure, second.figure) if each)
    ns = [
        (
            request.name("place", row["place"]) if pd.notna(row["place"]) else _("Place not given"),
            number(row["enterprises"]),
        )
        for row in records(exhibit.table)
    ]
    return Shown(first, _table(request, "regions", exhibit.table), ns, figures=figures)


def _module_funnel(request: PageRequest, exhibit: Exhibit, _indicator: str) -> Shown:
    return Shown(
        drawing.module_funnel(request, exhibit, wide=True),
        _table(request, "module-funnel", exhibit.table),
        _planned(request, exhibit.table),
    )


def _states(request: PageRequest, exhibit: Exhibit, _indicator: str) -> Shown:
    return Shown(
        drawing.states(request, exhibit, every=True),
        _table(request, "states", exhibit.table),
        _planned(request, exhibit.table),
    )


def _planned(request: PageRequest, frame: pd.DataFrame) -> Ns:
    return [
        (
            request.name("module", row["module"]),
            _("{n} planned, {due} due", n=number(row["planned"]), due=number(row["due"])),
        )
        for row in records(frame)
    ]


def _journey(request: PageRequest, exhibit: Exhibit, _indicator: str) -> Shown:
    table = _table(request, "journey-funnel", exhibit.table)
    return Shown(drawing.journey(request, exhibit), table, _first_two(table))


def _breadth(request: PageRequest, exhibit: Exhibit, _indicator: str) -> Shown:
    ns = [(_("Enterprises enrolled"), number(exhibit.coverage.enterprises))]
    frame = exhibit.table.assign(enrolled=exhibit.coverage.enterprises)
    return Shown(drawing.breadth(request, exhibit), _table(request, "breadth", exhibit.table), ns, frame=frame)


def _matrix(request: PageRequest, exhibit: Exhibit, _indicator: str, *, rows: bool = True) -> Shown:
    ns = [(_("Enterprises with a module planned"), number(exhibit.table["enterprise"].nunique()))]
    table = _table(request, "matrix", exhibit.table) if rows else Table((), [])
    return Shown(drawing.who_is_where(request, exhibit, MOST_LINES, MOST_LINES, rows=rows), table, ns)


def _change(request: PageRequest, exhibit: Exhibit, _indicator: str) -> Shown:
    frame = exhibit.table[exhibit.table["unit"] != YES_NO]
    return Shown(
        drawing.improved(request, exhibit, MOST_ROWS),
        _table(request, "change", frame),
        _paired(request, frame),
        frame=frame,
    )


def _practices(request: PageRequest, exhibit: Exhibit, _indicator: str) -> Shown:
    frame = exhibit.table[exhibit.table["unit"] == YES_NO]
    return Shown(
        drawing.practices(request, exhibit, MOST_ROWS),
        _table(request, "change", frame),
        _paired(request, frame),
        frame=frame,
    )


def _paired(request: PageRequest, frame: pd.DataFrame) -> Ns:
    return [
        (request.name("indicator", row["indicator"]), ngettext("{n} pair", "{n} pairs", row["pairs"]))
        for row in records(results.by_pairs(frame))
    ]


def _pairs(request: PageRequest, exhibit: Exhibit, indicator: str, *, rows: bool = True) -> Shown:
    pairs = exhibits.change_of(request.view, indicator)["pairs"]
    ns = [
        (request.name("indicator", indicator), ngettext("{n} pair", "{n} pairs", pairs)),
        (_("Enterprises trained"), number(exhibit.coverage.trained)),
    ]
    columns = request.view.catalogue.indicator[indicator].columns
    frame = exhibit.table.assign(unit=columns["unit"], better=columns["better"])
    if request.view.threshold or not rows:  # no table has a row an enterprise
        change = exhibits.build(request.view, "change").table
        row = change[change["indicator"] == indicator]
        table = _table(request, "change", row)
        frame = row if request.view.threshold else frame
    else:
        table = _table(request, "pairs", exhibit.table)
    drawn = drawing.pairs(request, exhibit, indicator, close=True, rows=rows)
    return Shown(drawn, table, ns, frame=frame if rows else frame.drop(columns="enterprise", errors="ignore"))


def _coverage(request: PageRequest, exhibit: Exhibit, _indicator: str) -> Shown:
    table = _table(request, "coverage", exhibit.table)
    ns = [
        (str(row[0]), _("{n} trained", n=number(trained)))
        for row, trained in zip(table.rows, exhibit.table["trained"], strict=True)
    ]
    return Shown(drawing.coverage(request, exhibit, MOST_GROUPS, close=True), table, ns)


def _targets(request: PageRequest, exhibit: Exhibit, _indicator: str) -> Shown:
    frame = exhibit.table
    ns = [(request.name("indicator", row["indicator"]), programme.target_values(row)) for row in records(frame)]
    drawn = drawing.targets(request, exhibit, MOST_ROWS, close=True)
    return Shown(drawn, _table(request, "targets", frame), ns, frame=frame.tail(MOST_ROWS))


def _capacity(request: PageRequest, exhibit: Exhibit, _indicator: str) -> Shown:
    steps = trainers.ladder(request.view)
    ns = [(programme.level_name(row["level"]), number(row["trainers"])) for row in records(steps)]
    return Shown(drawing.capacity(request, exhibit), _table(request, "capacity", exhibit.table), ns, frame=steps)


def _events_without_notes(request: PageRequest, exhibit: Exhibit, indicator: str) -> Shown:
    return _events(request, replace(exhibit, table=exhibit.table.assign(note=None)), indicator)


def _events(request: PageRequest, exhibit: Exhibit, _indicator: str) -> Shown:
    counts = exhibit.table["kind"].value_counts()
    ns = [(programme.kind_name(str(kind)), number(int(n))) for kind, n in counts.items()]
    return Shown(drawing.events(request, exhibit, MOST_ROWS), _table(request, "events", exhibit.table), ns)


def _published(request: PageRequest, exhibit: Exhibit, _indicator: str) -> Shown:
    frame = exhibit.table
    chosen = most_telling(frame, {code: entry.columns for code, entry in request.view.catalogue.indicator.items()})
    cards = []
    for row in records(chosen):
        about = [request.name(table, row[table]) for table in ("place", "phase", "round", "partner") if row[table]]
        said = [*about, *([day(row["as_of"], row["date_precision"])] if row["as_of"] else [])]
        value = quantity(row["value"], row["unit"], row["operator"] or "=")
        women = row["women_percent"]
        if pd.notna(women):
            value = sentences(value, _("({share} women)", share=percent(women / 100)))
        # A count is out of nothing; a share or a mean that does not say what it is out of says that.
        base = "" if row["unit"] in ("count", "count-per-month") else _("base not given")
        base = labelled("n", number(row["base"])) if pd.notna(row["base"]) else base
        cards.append(Card(request.name("indicator", row["indicator"]), value, base, " · ".join(said)))
    drawn, left = drawing.published(request, exhibit), len(frame) - len(chosen)
    more = ngettext("{n} more stands in the table.", "{n} more stand in the table.", left) if left else ""
    return Shown(
        replace(drawn, caption=sentences(drawn.caption, more)),
        _table(request, "published", frame),
        [(card.label, sentences(card.value, card.of)) for card in cards],
        cards=tuple(cards),
    )


_FAMILIES = ("reach", "kpi", "survey", "capacity", "cost", "practice")


def most_telling(figures: pd.DataFrame, indicators: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """The published figures a slide shows: one an indicator, results before circumstances, the wide before the narrow.

    Among those of one indicator the newest of the widest.
    """
    narrow = figures[["round", "partner"]].notna().sum(axis=1)
    ranked = figures.assign(
        circumstance=[indicators[code]["better"] == "context" for code in figures["indicator"]],
        narrow=narrow,
        at=[_FAMILIES.index(family) for family in figures["family"]],
        newest=pd.to_datetime(figures["as_of"]).rsub(pd.Timestamp.max),
    ).sort_values(["circumstance", "narrow", "at", "newest"], kind="stable", na_position="last")
    return ranked.drop_duplicates("indicator").head(MOST_FIGURES)


def _table(request: PageRequest, name: str, frame: pd.DataFrame) -> Table:
    """The table of an exhibit as a slide has it: on a slide nothing leads anywhere."""
    table = drawing.TABLES[name](request, frame)
    rows: list[list[Cell]] = [[cell.text if isinstance(cell, Link) else cell for cell in row] for row in table.rows]
    return replace(table, rows=rows)


def _first_two(table: Table) -> Ns:
    return [(str(row[0]), str(row[1])) for row in table.rows]


SHOWN: Draw = {
    "overview": _overview,
    "regions": _regions,
    "module-funnel": _module_funnel,
    "states": _states,
    "journey-funnel": _journey,
    "breadth": _breadth,
    "matrix": _matrix,
    "change": _change,
    "practices": _practices,
    "pairs": _pairs,
    "coverage": _coverage,
    "targets": _targets,
    "capacity": _capacity,
    "events": _events,
    "published": _published,
}
"""How each of :data:`data.decks.SLIDES` is drawn; the last argument is the indicator of `pairs`."""

_WITHOUT_ROWS: Draw = {
    "matrix": partial(_matrix, rows=False),
    "pairs": partial(_pairs, rows=False),
    "events": _events_without_notes,
}
"""Those of them that have a row an enterprise, drawn without; of events without notes, which may name an enterprise."""
