"""The content of a slide in one language: for the projector, for PowerPoint and for paper."""

from dataclasses import dataclass, field
from typing import Any

from layouts.figures.chart import Chart, Grid
from layouts.look import Card
from layouts.parts.exhibit_frame import SourceLink
from layouts.parts.tables import Table
from layouts.theme import Figure
from layouts.words import _, labelled, listed, ngettext, sentences, speaking

MOST_SOURCES = 2
"""Maximum number of sources named on a slide; the speaker's window and the notes of a pack name all."""


@dataclass(frozen=True)
class Slide:
    """One exhibit as one slide.

    ``exhibit`` is the code of the slide in a deck; ``title`` is the finding. A slide shows up to two ``figures`` (at
    the height they are made for) or ``cards``; ``table`` has the same numbers. Without numbers, all three are empty and
    ``empty`` is the message. ``coverage``, ``filtered``, ``as_of``, ``sources``, ``edition`` and ``synthetic`` are in
    the foot; ``notice`` is under a map. ``ns`` are pairs (number, its base) for the speaker; ``notes`` are the notes of
    the deck. ``chart`` is the figure for PowerPoint.
    """

    exhibit: str
    language: str
    title: str
    coverage: str
    filtered: str
    as_of: str
    sources: str
    caption: str = ""
    figures: tuple[Figure, ...] = ()
    cards: tuple[Card, ...] = ()
    table: Table = field(default_factory=lambda: Table((), []))
    ns: tuple[tuple[str, str], ...] = ()
    notice: str = ""
    edition: str = ""
    synthetic: str = ""
    empty: str = ""
    notes: str = ""
    indicator: str = ""
    source_list: tuple[SourceLink, ...] = ()
    chart: Chart | Grid | None = field(default=None, repr=False, compare=False)

    def plain(self) -> dict[str, Any]:
        """The slide in JSON types, for the script that draws it."""
        with speaking(self.language):
            note = sentences(self.table.note, self.table.cut)
        return {
            name: getattr(self, name)
            for name in (
                "exhibit", "title", "caption", "figures", "coverage", "filtered", "as_of", "sources", "edition",
                "synthetic", "notice", "ns", "empty", "notes",
            )
        } | {
            "cards": [vars(card) for card in self.cards],
            "table": {
                "columns": [vars(column) for column in self.table.columns],
                "rows": self.table.shown,
                "note": note,
            },
            "source_list": [source.name for source in self.source_list],
        }  # fmt: skip


def sources_sentence(sources: tuple[SourceLink, ...], unsourced: int) -> str:
    """The sources line of a slide: the sources with most rows, the number of others, the number of rows without any."""
    named = sorted(sources, key=lambda source: -(source.rows or 0))
    names = [source.name for source in named[:MOST_SOURCES]]
    more = len(named) - len(names)
    parts = []
    if names:
        text = listed(names)
        if more:
            text = ngettext("{names} and {n} more", "{names} and {n} more", more, names=text)
        parts.append(labelled(_("Sources") if len(named) > 1 else _("Source"), text))
    if unsourced:
        parts.append(ngettext("{n} row without a source", "{n} rows without a source", unsourced))
    return " · ".join(parts) or _("No source on record")


def synthetic_sign() -> str:
    """The sign on every slide of a synthetic programme."""
    return _("Synthetic data")
