"""The meeting pack: a deck as a file, and the name of that file."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

from callbacks.requests.page_request import AppContext, open_request
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
"""The media type of each format, by file ending."""

BOTH = "both"
LANGUAGES = (*words.LANGUAGES, BOTH)
"""The languages of a pack. With both, Chinese is below the English."""


@dataclass(frozen=True)
class Pack:
    """A pack as a file.

    ``without_map``: Chromium is missing, so the map is left out and its slide says so. ``rounded``: the pack is for
    readers with a threshold.
    """

    name: str
    content: bytes
    synthetic: bool
    without_map: bool
    rounded: bool


@dataclass(frozen=True)
class Packer:
    """Makes packs; ``shapes`` are the boundary files by their address in figures."""

    context: AppContext
    shapes: Shapes

    @classmethod
    def on(cls, context: AppContext, boundaries: Boundaries) -> Self:
        """A packer that draws maps with these boundaries."""
        shapes: dict[str, bytes] = {}
        for ground in context.grounds.values():
            shapes |= {ground.provinces: boundaries.provinces, ground.inset: boundaries.south_china_sea}
        return cls(context, shapes)

    def make(  # noqa: PLR0913 - the content and the options of a pack
        self, deck: Deck, show: Filters, form: str, language: str, *, notes: bool, rows: bool
    ) -> Pack:
        """The pack of a deck, in one of :data:`FORMATS` and :data:`LANGUAGES`, with the viewer's rights.

        A pack is passed on to others, so it contains the speaker's `notes` and `rows` of single enterprises only on
        request.

        Raises :class:`PrintingProblem`, `EditionProblem`, `DatabaseProblem`.
        """
        both = language == BOTH
        main_language = "en" if both else language
        if form == "pdf":
            chromium.chromium()  # fail early where there is none
        with words.speaking(main_language), open_request(self.context, show.search(main_language)) as page_request:
            deck_name = _("Standard deck") if deck.name == STANDARD else deck.name
            title = f"{page_request.view.catalogue.programme.entry.name(main_language)} · {deck_name}"
            # The file name tells whether the numbers are rounded.
            rounded = page_request.view.threshold is not None
            base_name = "-".join(
                [page_request.addresses.file_name(_slug(deck.name)), *(["rounded"] if rounded else [])]
            )
            name = f"{base_name}-{'en-zh' if both else main_language}.{form}"
            synthetic = page_request.view.catalogue.programme.synthetic
        shown = deck.slides if notes else [replace(slide, notes="") for slide in deck.slides]
        slides = both_languages(self.context, shown, show, rows=rows)
        if form == "pdf":
            content = pack_pages.pdf(title, slides, self.shapes, main_language, both=both)
            return Pack(name, content, synthetic, without_map=False, rounded=rounded)
        picture = self._picture(main_language)
        content = powerpoint(title, slides, main_language, both=both, picture=picture)
        return Pack(name, content, synthetic, without_map=picture is None and _has_map(slides), rounded=rounded)

    def _picture(self, language: str) -> Picture | None:
        """A function that draws maps; None where there is no Chromium."""
        try:
            chromium.chromium()
        except PrintingProblem:
            return None
        return lambda figure, width, height: pack_pages.picture(figure, self.shapes, language, width, height)


def _has_map(slides: Sequence[Mapping[str, Slide]]) -> bool:
    return any(len(slide.figures) > 1 for pair in slides for slide in pair.values())


def _slug(name: str) -> str:
    """The name of a deck as part of a file name, in any script."""
    return re.sub(r"[^\w]+", "-", name.lower()).strip("-_") or "deck"
