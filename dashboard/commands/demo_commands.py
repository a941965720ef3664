"""The command that makes a synthetic programme: a record in two batches, an edition of the first, and decks.

Imports are inside the functions, so that `--help` is fast.
"""

import os
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dashboard import settings
from dashboard.commands.console import accounts, stop, stop_on_database_error
from dashboard.commands.loading_commands import load_file, progress

if TYPE_CHECKING:
    from data.decks import Deck

EDITION = "Annual meeting (synthetic)"
MADE_BY = "score-dashboard demo"


@click.command()
@click.option("--enterprises", type=int, default=1000, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
def demo(enterprises: int, seed: int) -> None:
    """Make a synthetic programme in a database of its own (SCORE_DATABASE_URL, else instance/demo.db).

    An edition of it is saved in SCORE_EDITIONS, else instance/demo-editions; decks are saved in SCORE_ACCOUNTS_URL,
    else instance/demo-accounts.db.
    """
    from data.demo import hold_back, write_demo

    address = os.environ.get("SCORE_DATABASE_URL") or f"sqlite:///{settings.INSTANCE / 'demo.db'}"
    if enterprises < 0:
        stop(f"A programme has 0 enterprises or more, not {enterprises}.")
    _remove_earlier(address)
    origin = f"score-dashboard demo --seed {seed}"
    with tempfile.TemporaryDirectory() as root:
        folder, late = Path(root) / "programme", Path(root) / "late"
        with progress("Inventing a programme") as step:
            results = write_demo(folder, enterprises, seed, step)
        held_back = hold_back(folder, late, results)
        _load(address, folder, origin)
        _freeze(address)
        if held_back:
            _load(address, late, f"{origin}: late forms")
    _save_decks()
    click.echo(f"Synthetic programme of {enterprises} enterprises (seed {seed}) in {address}", err=True)


def _load(address: str, path: Path, origin: str) -> None:
    if load_file(address, path, origin=origin).refused:
        sys.exit(1)


def _freeze(address: str) -> None:
    """Freeze the programme as it is now. Replaces the edition of an earlier synthetic programme."""
    from data.editions import frozen_copies
    from data.editions.frozen_copies import EditionProblem
    from data.storage import database

    folder = Path(os.environ.get("SCORE_EDITIONS") or settings.INSTANCE / "demo-editions")
    for each in frozen_copies.editions(folder):
        if each.name == EDITION:
            each.path.unlink()
    engine = database.reading_engine(address)
    try:
        frozen_copies.freeze(engine, EDITION, folder)
    except EditionProblem as problem:
        stop(f"The edition cannot be written to {folder}: {problem.detail}")
    finally:
        engine.dispose()


def _save_decks() -> None:
    """Save two decks, unless there are decks of these names."""
    from data import decks
    from data.decks import DeckProblem

    address = os.environ.get("SCORE_ACCOUNTS_URL") or f"sqlite:///{settings.INSTANCE / 'demo-accounts.db'}"
    with accounts(address) as engine:
        for deck in _decks():
            with suppress(DeckProblem):  # there is one of this name
                decks.save(engine, deck, MADE_BY)


def _decks() -> list["Deck"]:
    from data.decks import STANDARD_SLIDES, Deck, DeckSlide

    meeting = [*STANDARD_SLIDES, DeckSlide("pairs", "defect-rate"), DeckSlide("targets")]
    buyers = [
        DeckSlide("overview", filters="partner=buyer-a", notes="Synthetic: every number is invented."),
        DeckSlide("module-funnel", filters="partner=buyer-a"),
        DeckSlide("change", filters="partner=buyer-a"),
        DeckSlide("pairs", "on-time-delivery", "partner=buyer-a"),
    ]
    return [Deck("Annual meeting", tuple(meeting)), Deck("Buyer initiative A", tuple(buyers))]


def _remove_earlier(address: str) -> None:
    """Remove an earlier synthetic programme, so that the two do not mix. Stops if the database has another record."""
    from data.records import Record
    from data.storage import database
    from data.storage.database import DatabaseProblem

    if not database.exists(address):
        return
    with stop_on_database_error():
        try:
            programme = Record(address).catalogue().programme
        except DatabaseProblem as problem:
            if problem.reason == "empty":
                return
            raise
    if not programme.synthetic or not database.remove(address):
        stop(f"{address} holds {programme.entry.name('en')}: name another database in SCORE_DATABASE_URL.")
