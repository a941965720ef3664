"""What a slide is made of, in one language: for the projector, for PowerPoint and for paper."""

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from layouts.parts import SourceLink
from layouts.tables import Table
from layouts.theme import Figure
from layouts.words import Names, _, labelled, listed, ngettext, number, sentences, speaking

MOST_ROWS, MOST_LINES, MOST_GROUPS = 7, 10, 3
"""So many rows with a heading each, lines without, and groups of one kind can be read from the back of a room."""

MOST_SOURCES = 2
"""So many sources are named on a slide; the speaker's window and the notes of a pack name all."""


@dataclass(frozen=True)
class Card:
    """A number in large type: what it is, its value (blank: not on record), what it is out of, and a remark."""

    label: str
    value: str
    of: str = ""
    note: str = ""


@dataclass(frozen=True)
class Slide:
    """One exhibit as one slide.

    ``exhibit`` is one of the codes a deck's slide has; ``title`` the finding. A slide shows ``figures`` (none to two;
    their height is the one they look right at) or ``cards``; ``table`` has the same numbers. Where there is nothing to
    show ``empty`` says so and all three are bare. ``coverage``, ``filtered``, ``as_of``, ``sources``, ``edition`` and
    ``synthetic`` stand in the foot, ``notice`` under a map. ``ns`` are (number, how many it rests on) for who speaks;
    ``notes`` are the deck's. ``frame`` is the exhibit's table and ``names`` names its codes, for native charts.
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
    frame: pd.DataFrame | None = field(default=None, repr=False, compare=False)
    names: Names | None = field(default=None, repr=False, compare=False)

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


def exhibit_name(exhibit: str) -> str:
    """What a slide of an exhibit shows, before any number is known."""
    return {
        "overview": _("Headline figures"),
        "regions": _("Map of the regions"),
        "module-funnel": _("Module by module, from planned to completed"),
        "states": _("Where each planned training stands"),
        "journey-funnel": _("The journey through the programme"),
        "breadth": _("How many modules enterprises completed"),
        "matrix": _("Enterprise by module"),
        "change": _("Share of enterprises that improved"),
        "practices": _("Practices before and after"),
        "pairs": _("One indicator before and after"),
        "coverage": _("Who reported"),
        "targets": _("Targets and what was reached"),
        "capacity": _("Trainers by module and level"),
        "events": _("Events, planned and held"),
        "rounds": _("Rounds against their plan"),
        "published": _("Published figures"),
    }[exhibit]


def headline_finding(trained: float | None, enterprises: float | None, modules: float | None) -> str:
    """The headline figures in one sentence."""
    return _(
        "{trained} of {enterprises} enterprises trained; {modules} modules completed",
        trained=number(trained), enterprises=number(enterprises), modules=number(modules),
    )  # fmt: skip


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
