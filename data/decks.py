"""Decks: exhibits in an order, each with filters and notes, for a meeting.

A save on top of somebody else's change is refused, so that no change is lost.
"""

import json
import secrets
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from sqlalchemy import Engine, Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from data.exhibits import SLIDES, current_code
from data.filters import Filters
from data.storage.accounts import deck
from data.storage.database import now

STANDARD = "standard"
"""Name of the deck that every programme has. It is not stored and cannot be changed."""

LONGEST_NAME = 120
"""Maximum length of a deck's name, in characters."""

MOST_SLIDES = 40
"""Maximum number of slides in a deck."""

LONGEST_NOTES = 4000
"""Maximum length of a slide's notes, in characters."""


class DeckProblem(Exception):
    """A deck cannot be read or saved; ``reason`` is one of deck, name, taken, changed, slides.

    For ``changed``, somebody else saved the deck in between; ``detail`` is their name.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True)
class DeckSlide:
    """One slide: its exhibit (a key of `data.exhibits.SLIDES`), indicator, filters (a query string) and notes.

    Raises :class:`DeckProblem` for an unknown exhibit and for notes that are too long.
    """

    exhibit: str
    indicator: str = ""
    filters: str = ""
    notes: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "exhibit", current_code(self.exhibit))
        if self.exhibit not in SLIDES:
            raise DeckProblem("slides", self.exhibit)
        if len(self.notes) > LONGEST_NOTES:
            raise DeckProblem("slides", "notes")
        object.__setattr__(self, "filters", Filters.from_search(self.filters).query())


@dataclass(frozen=True)
class Deck:
    """A deck; ``revision`` 0 is a deck that was never saved."""

    name: str
    slides: tuple[DeckSlide, ...]
    revision: int = 0
    changed_by: str = ""
    changed_at: datetime | None = None


STANDARD_SLIDES = tuple(
    DeckSlide(exhibit)
    for exhibit in ("overview", "regions", "module-funnel", "states", "journey", "change", "practices",
                    "coverage", "published")
)  # fmt: skip


def decks(engine: Engine) -> list[Deck]:
    """All stored decks, sorted by name."""
    with engine.connect() as connection:
        # Sorted here, because databases sort texts differently.
        return sorted((_deck(row) for row in connection.execute(select(deck))), key=lambda each: each.name)


def read(engine: Engine, name: str) -> Deck:
    """Reads a deck by its name; raises :class:`DeckProblem` where there is none."""
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
    """Saves a deck that was read at its ``revision`` (0: a new deck).

    Raises :class:`DeckProblem`: ``changed`` where somebody else saved in between, ``taken`` where the name of a new
    deck is in use, ``name`` and ``slides`` for values that are not allowed.
    """
    name = changed.name.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable() or name.lower() == STANDARD:
        raise DeckProblem("name", name)
    if not changed.slides or len(changed.slides) > MOST_SLIDES:
        raise DeckProblem("slides", str(len(changed.slides)))
    values = {
        # Random, so that a deck deleted and made again never has a revision of the old deck.
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
        unchanged = (deck.c.name == name) & (deck.c.revision == changed.revision)
        with engine.begin() as connection:
            saved = connection.execute(update(deck).where(unchanged).values(values)).rowcount
        if not saved:
            raise DeckProblem("changed", read(engine, name).changed_by)
    return read(engine, name)


def append(engine: Engine, name: str, slide: DeckSlide, by: str) -> Deck:
    """Adds a slide at the end of a stored deck; raises :class:`DeckProblem`.

    Reads the deck again where somebody else saves at the same time.
    """
    while True:
        stored = read(engine, name)
        try:
            return save(engine, replace(stored, slides=(*stored.slides, slide)), by)
        except DeckProblem as problem:
            if problem.reason != "changed":
                raise


def remove(engine: Engine, name: str) -> None:
    """Deletes a deck; raises :class:`DeckProblem` where there is none."""
    with engine.begin() as connection:
        if not connection.execute(delete(deck).where(deck.c.name == name)).rowcount:
            raise DeckProblem("deck", name)
