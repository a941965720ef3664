"""The results database as the application holds it, live or frozen: a read-only engine, reference tables in memory."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from threading import Lock
from typing import Self
from weakref import finalize

from cachetools import LRUCache
from sqlalchemy import Connection
from sqlalchemy.exc import DataError, SQLAlchemyError

from data.catalogue import Catalogue, read_catalogue
from data.editions import frozen_copies
from data.editions.frozen_copies import Edition, EditionProblem
from data.filters import Filters
from data.privacy.viewer import MANAGER, Permission, Viewer
from data.storage import database
from data.storage.database import DatabaseProblem, Stamp, Version
from data.view import View

MOST_EDITIONS = 8
"""Editions a process keeps open, each with its facts in memory: those used last."""


class Record:
    """Answers views of one results database; every failure to read it is a :class:`DatabaseProblem`.

    ``edition`` says which frozen copy this is; None for the live record. A question that takes longer than `seconds` is
    given up (0: none is).
    """

    def __init__(self, address: str, edition: Edition | None = None, *, seconds: float = 0) -> None:
        self.edition = edition
        self.engine = database.reading_engine(address, frozen=edition is not None, seconds=seconds)
        finalize(self, self.engine.dispose)
        self._file = database.file_of(address)
        self._read: tuple[Stamp, Version] | None = None
        self._catalogue: Catalogue | None = None
        self._lock = Lock()

    def catalogue(self) -> Catalogue:
        """The reference tables of the present data version."""
        with self._told():
            version, known = self._version(), self._catalogue
            if known is not None and known.version == version:
                return known
            with database.snapshot(self.engine) as connection:
                return self._catalogue_on(connection)

    def _version(self) -> Version:
        """The present data version; of a file only read again once it has changed."""
        stamp = database.stamp_of(self._file) if self._file else None
        known = self._read
        if stamp and known and known[0] == stamp:
            return known[1]
        version = database.data_version(self.engine)
        self._read = (stamp, version) if stamp and stamp.settled else None
        return version

    @contextmanager
    def view(self, viewer: Viewer, filters: Filters) -> Iterator[View]:
        """A view of the record for `viewer` as it is at one moment, open while the block runs."""
        with self._told(), database.snapshot(self.engine) as connection:
            # The version is read where the numbers are: a load between the two would mix its names with older numbers.
            yield View.open(connection, self._catalogue_on(connection), viewer, filters)

    def _catalogue_on(self, connection: Connection) -> Catalogue:
        version = database.version_on(connection)
        with self._lock:
            if self._catalogue is None or self._catalogue.version != version:
                # A database of another schema would fail somewhere in a query: say so here, once a version.
                database.check(self.engine)
                self._catalogue = read_catalogue(connection)
            return self._catalogue

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Whatever goes wrong with the database inside the block is told as a :class:`DatabaseProblem`."""
        try:
            yield
        except DataError:  # of what was asked, not of the database: a text or a number that it cannot hold
            raise
        except SQLAlchemyError as error:
            if not database.is_plain(error):
                database.check(self.engine)
            raise database.problem_of(error) from error


@dataclass(frozen=True)
class RecordVersion:
    """What answers rest on: a frozen edition by its hash (empty: the live record), and the data version."""

    edition: str
    batch: int
    loaded_at: str

    @classmethod
    def of(cls, record: Record, catalogue: Catalogue) -> Self:
        """The version of `record` that has these reference tables."""
        version = catalogue.version
        edition = record.edition.sha256 if record.edition else ""
        return cls(edition, version.batch, version.loaded_at.isoformat() if version.loaded_at else "")


class Records:
    """The live record and its editions, each opened once; of editions the :data:`MOST_EDITIONS` used last."""

    def __init__(self, address: str, folder: Path, *, seconds: float = 0) -> None:
        self.live = Record(address, seconds=seconds)
        self.folder = folder
        self._seconds = seconds
        self._editions: LRUCache[str, Record] = LRUCache(MOST_EDITIONS)
        self._lock = Lock()
        self._copies = Path(mkdtemp(prefix="score-editions-"))
        finalize(self, rmtree, self._copies, ignore_errors=True)

    def record_for(self, viewer: Viewer, filters: Filters) -> Record:
        """The record a viewer gets: the edition pinned for them, the one they chose where they may, else the live one.

        Raises `EditionProblem` where the edition is gone or its file was changed, and (waits)
        where somebody comes by a link that rounds counts and has no edition, or there is no privacy key: of
        a record that goes on, or unprotected, they see nothing.
        """
        chosen = filters.edition if viewer.may(Permission.CHOOSE_EDITION) else None
        key = viewer.edition or chosen
        if viewer.limited and viewer.threshold and not (viewer.edition and viewer.privacy_key):
            raise EditionProblem("waits")
        record = self.edition(key) if key and key != frozen_copies.LIVE else self.live
        if viewer.limited and viewer.looking_at(public=record.catalogue().programme.public) != viewer:
            raise EditionProblem("waits")
        return record

    def edition(self, key: str) -> Record:
        """One edition by its key or name, verified."""
        from data.storage import migrations  # noqa: PLC0415 - brings Alembic along, which a command on the live record can spare

        found = frozen_copies.find(self.folder, key)
        frozen_copies.verify(found)
        with self._lock:
            held = self._editions.get(found.key)
            if held is None or held.edition != found:
                # What an older version froze is verified as it is, and read from a copy as this version has it.
                path = migrations.upgraded_copy(found.path, self._copies)
                held = self._editions[found.key] = Record(f"sqlite:///{path}", found, seconds=self._seconds)
            return held

    def read_ahead(self) -> None:
        """Read what every answer from the live record needs; what is wrong with it will be told to who asks."""
        with suppress(DatabaseProblem), self.live.view(MANAGER, Filters()) as view:
            _ = view.facts
