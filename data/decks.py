"""Decks: exhibits in an order, each with filters and notes, for a meeting. One change at a time, nothing lost."""

import json
import secrets
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from sqlalchemy import Engine, Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from data.exhibits import SLIDES
from data.filters import Filters
from data.storage.accounts import deck
from data.storage.database import now

STANDARD = "standard"
"""The deck every programme has: not stored, not changed, and reached by this name."""

LONGEST_NAME = 120
MOST_SLIDES = 40
LONGEST_NOTES = 4000


class DeckProblem(Exception):
    """A deck cannot be read or saved; ``reason`` is one of deck, name, taken, changed, slides.

    ``changed``: somebody saved since; ``detail`` says who.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True)
class DeckSlide:
    """One slide: what it shows (one of `data.exhibits.SLIDES`), its indicator, filters as in an address, notes."""

    exhibit: str
    indicator: str = ""
    filters: str = ""
    notes: str = ""

    def __post_init__(self) -> None:
        if self.exhibit not in SLIDES:
            raise DeckProblem("slides", self.exhibit)
        if len(self.notes) > LONGEST_NOTES:
            raise DeckProblem("slides", "notes")
        object.__setattr__(self, "filters", Filters.from_search(self.filters).query())


@dataclass(frozen=True)
class Deck:
    """A deck as it stands; ``revision`` 0 is one that was never saved."""

    name: str
    slides: tuple[DeckSlide, ...]
    revision: int = 0
    changed_by: str = ""
    changed_at: datetime | None = None


STANDARD_SLIDES = tuple(
    DeckSlide(exhibit)
    for exhibit in ("overview", "regions", "module-funnel", "states", "journey-funnel", "change", "practices",
                    "coverage", "published")
)  # fmt: skip


def decks(engine: Engine) -> list[Deck]:
    """Every stored deck by name."""
    with engine.connect() as connection:
        # Sorted here: databases differ in how they sort a text.
        return sorted((_deck(row) for row in connection.execute(select(deck))), key=lambda each: each.name)


def read(engine: Engine, name: str) -> Deck:
    """A deck by its name; raises :class:`DeckProblem` where it is gone."""
    if name == STANDARD:
        return Deck(STANDARD, STANDARD_SLIDES)
    with engine.connect() as connection:
        row = connection.execute(select(deck).where(deck.c.name == name)).first()
    if row is None:
        raise DeckProblem("deck", name)
    return _deck(row)


def _deck(row: Row[tuple[object, ...]]) -> Deck:
    slides = tuple(DeckSlide(**slide) for slide in json.loads(row.slides))
    return Deck(row.name, slides, row.revision, row.changed_by, row.changed_at)


def save(engine: Engine, changed: Deck, by: str) -> Deck:
    """Save a deck read at its ``revision`` (0: a new one); raises :class:`DeckProblem`.

    Reason ``changed`` where somebody saved in between, ``taken`` where a new deck's name is in use.
    """
    name = changed.name.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable() or name.lower() == STANDARD:
        raise DeckProblem("name", name)
    if not changed.slides or len(changed.slides) > MOST_SLIDES:
        raise DeckProblem("slides", str(len(changed.slides)))
    values = {
        # A deck that was deleted and made anew is another one: its revisions are never those of the old.
        "revision": changed.revision + 1 if changed.revision else 1 + secrets.randbelow(2**30),
        "slides": json.dumps([asdict(slide) for slide in changed.slides], ensure_ascii=False),
        "changed_by": by,
        "changed_at": now(),
    }
    if not changed.revision:
        try:
            with engine.begin() as connection:
                connection.execute(insert(deck).values(name=name, **values))
        except IntegrityError as error:
            raise DeckProblem("taken", name) from error
    else:
        same = (deck.c.name == name) & (deck.c.revision == changed.revision)
        with engine.begin() as connection:
            saved = connection.execute(update(deck).where(same).values(values)).rowcount
        if not saved:
            raise DeckProblem("changed", read(engine, name).changed_by)
    return read(engine, name)


def append(engine: Engine, name: str, slide: DeckSlide, by: str) -> Deck:
    """Add a slide at the end of a stored deck, after whatever others save meanwhile; raises :class:`DeckProblem`."""
    while True:
        known = read(engine, name)
        try:
            return save(engine, replace(known, slides=(*known.slides, slide)), by)
        except DeckProblem as problem:
            if problem.reason != "changed":
                raise


def remove(engine: Engine, name: str) -> None:
    """Delete a deck; raises :class:`DeckProblem` where it is gone already."""
    with engine.begin() as connection:
        if not connection.execute(delete(deck).where(deck.c.name == name)).rowcount:
            raise DeckProblem("deck", name)
