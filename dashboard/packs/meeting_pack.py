"""The meeting pack: a deck as a file to take away, and what that file is called."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

from callbacks.page_request import AppContext, open_request
from callbacks.slides import both_languages
from dashboard.packs import chromium, pack_pages
from dashboard.packs.chromium import PrintingProblem
from dashboard.packs.pack_pages import Shapes
from dashboard.packs.pack_powerpoint import Picture, powerpoint
from data.decks import STANDARD, Deck
from data.filters import Filters
from data.places import Boundaries
from layouts import words
from layouts.slide_model import Slide
from layouts.words import _

FORMATS = {
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "pdf": "application/pdf",
}
"""What a pack can be, by the ending of its name."""

BOTH = "both"
LANGUAGES = (*words.LANGUAGES, BOTH)
"""What a pack can speak: with both, Chinese stands beneath the English."""


@dataclass(frozen=True)
class Pack:
    """A pack as a file. ``without_map``: there was no Chromium to draw the map, and its slide says so; ``rounded``:
    it is for readers with a threshold.
    """

    name: str
    content: bytes
    synthetic: bool
    without_map: bool
    rounded: bool


@dataclass(frozen=True)
class Packer:
    """Makes packs; ``shapes`` are the boundary files by the address figures name them with."""

    context: AppContext
    shapes: Shapes

    @classmethod
    def on(cls, context: AppContext, boundaries: Boundaries) -> Self:
        """The packer whose maps are drawn on these boundaries."""
        shapes: dict[str, bytes] = {}
        for ground in context.grounds.values():
            shapes |= {ground.provinces: boundaries.provinces, ground.inset: boundaries.south_china_sea}
        return cls(context, shapes)

    def make(  # noqa: PLR0913 - what a pack is made of, how, and what may stand in it
        self, deck: Deck, show: Filters, form: str, language: str, *, notes: bool, rows: bool
    ) -> Pack:
        """The pack of a deck, in one of :data:`FORMATS` and :data:`LANGUAGES`, for the viewer who asks.

        A pack is sent round: `notes` of who speaks and `rows` that each tell of one enterprise are in it where they are
        asked for alone.

        Raises :class:`PrintingProblem`, `EditionProblem`, `DatabaseProblem`.
        """
        both = language == BOTH
        spoken = "en" if both else language
        if form == "pdf":
            chromium.chromium()  # that there is none is said before anything is worked out
        with words.speaking(spoken), open_request(self.context, show.search(spoken)) as page_request:
            named = _("Standard deck") if deck.name == STANDARD else deck.name
            title = f"{page_request.view.catalogue.programme.entry.name(spoken)} · {named}"
            # For whom it is can be read off its name.
            rounded = page_request.view.threshold is not None
            called = "-".join([page_request.addresses.file_name(_slug(deck.name)), *(["rounded"] if rounded else [])])
            name = f"{called}-{'en-zh' if both else spoken}.{form}"
            synthetic = page_request.view.catalogue.programme.synthetic
        shown = deck.slides if notes else [replace(slide, notes="") for slide in deck.slides]
        slides = both_languages(self.context, shown, show, rows=rows)
        if form == "pdf":
            content = pack_pages.pdf(title, slides, self.shapes, spoken, both=both)
            return Pack(name, content, synthetic, without_map=False, rounded=rounded)
        draw = self._picture(spoken)
        content = powerpoint(title, slides, spoken, both=both, picture=draw)
        return Pack(name, content, synthetic, without_map=draw is None and _has_map(slides), rounded=rounded)

    def _picture(self, language: str) -> Picture | None:
        """Draws maps; None where there is no browser to do it."""
        try:
            chromium.chromium()
        except PrintingProblem:
            return None
        return lambda figure, width, height: pack_pages.picture(figure, self.shapes, language, width, height)


def _has_map(slides: Sequence[Mapping[str, Slide]]) -> bool:
    return any(len(slide.figures) > 1 for pair in slides for slide in pair.values())


def _slug(name: str) -> str:
    """The name of a deck as part of a file's, in whatever script."""
    return re.sub(r"[^\w]+", "-", name.lower()).strip("-_") or "deck"
