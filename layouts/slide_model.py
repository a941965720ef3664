"""What a slide is made of, in one language: for the projector, for PowerPoint and for paper."""

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

    ``exhibit`` is one of the codes a deck's slide has; ``title`` the finding. A slide shows ``figures`` (none to two;
    their height is the one they look right at) or ``cards``; ``table`` has the same numbers. Where there is nothing to
    show ``empty`` says so and all three are bare. ``coverage``, ``filtered``, ``as_of``, ``sources``, ``edition`` and
    ``synthetic`` stand in the foot, ``notice`` under a map. ``ns`` are (number, how many it rests on) for who speaks;
    ``notes`` are the deck's. ``chart`` is the figure as PowerPoint draws it.
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
        """The slide in JSON's types, for the script that draws it."""
        with speaking(self.language):
            cut = sentences(self.table.note, self.table.cut)
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
                "note": cut,
            },
            "source_list": [source.name for source in self.source_list],
        }  # fmt: skip


def sources_sentence(sources: tuple[SourceLink, ...], unsourced: int) -> str:
    """Where the numbers are from: the sources with most rows by name, how many more, how many rows name none."""
    named = sorted(sources, key=lambda source: -(source.rows or 0))
    names = [source.name for source in named[:MOST_SOURCES]]
    more = len(named) - len(names)
    said = []
    if names:
        text = listed(names)
        if more:
            text = ngettext("{names} and {n} more", "{names} and {n} more", more, names=text)
        said.append(labelled(_("Sources") if len(named) > 1 else _("Source"), text))
    if unsourced:
        said.append(ngettext("{n} row without a source", "{n} rows without a source", unsourced))
    return " · ".join(said) or _("No source on record")


def synthetic_sign() -> str:
    """What stands on every slide of an invented programme."""
    return _("Synthetic data")
