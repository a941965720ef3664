"""Access to the results database, live or frozen: a read-only engine, and reference tables in memory."""

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
"""Maximum number of editions that a process has open, each with its facts in memory. The last used ones stay."""


class Record:
    """Access to one results database. Every failure to read it is raised as a :class:`DatabaseProblem`.

    ``edition`` is the frozen copy; None for the live record. A statement that takes longer than `seconds` is stopped
    (0: no limit).
    """

    def __init__(self, address: str, edition: Edition | None = None, *, seconds: float = 0) -> None:
        self.edition = edition
        self.engine = database.reading_engine(address, frozen=edition is not None, seconds=seconds)
        finalize(self, self.engine.dispose)
        self._file = database.file_of(address)
        self._version_of_stamp: tuple[Stamp, Version] | None = None
        self._catalogue: Catalogue | None = None
        self._lock = Lock()

    def catalogue(self) -> Catalogue:
        """The reference tables of the present data version."""
        with self._database_problems():
            version, cached = self._version(), self._catalogue
            if cached is not None and cached.version == version:
                return cached
            with database.snapshot(self.engine) as connection:
                return self._catalogue_on(connection)

    def _version(self) -> Version:
        """The present data version. That of a file is cached until the file changes."""
        stamp = database.stamp_of(self._file) if self._file else None
        cached = self._version_of_stamp
        if stamp and cached and cached[0] == stamp:
            return cached[1]
        version = database.data_version(self.engine)
        self._version_of_stamp = (stamp, version) if stamp and stamp.settled else None
        return version

    @contextmanager
    def view(self, viewer: Viewer, filters: Filters) -> Iterator[View]:
        """A view for `viewer` of the record as it is at one moment. It is open while the block runs."""
        with self._database_problems(), database.snapshot(self.engine) as connection:
            # Version and numbers are read on one connection. Otherwise a load could mix new names with old numbers.
            yield View.open(connection, self._catalogue_on(connection), viewer, filters)

    def _catalogue_on(self, connection: Connection) -> Catalogue:
        version = database.version_on(connection)
        with self._lock:
            if self._catalogue is None or self._catalogue.version != version:
                # A database with another schema would fail in some query. Check it here, once per version.
                database.check(self.engine)
                self._catalogue = read_catalogue(connection)
            return self._catalogue

    @contextmanager
    def _database_problems(self) -> Iterator[None]:
        """Turn every error of the database in the block into a :class:`DatabaseProblem`."""
        try:
            yield
        except DataError:  # an error of the request: a text or a number that the database cannot store
            raise
        except SQLAlchemyError as error:
            if not database.is_plain(error):
                database.check(self.engine)
            raise database.problem_of(error) from error


@dataclass(frozen=True)
class RecordVersion:
    """The version of the data behind a response: the hash of the edition (empty: live record) and the data version."""

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
    """The live record and its editions, each opened once. At most :data:`MOST_EDITIONS` editions stay open."""

    def __init__(self, address: str, folder: Path, *, seconds: float = 0) -> None:
        self.live = Record(address, seconds=seconds)
        self.folder = folder
        self._seconds = seconds
        self._editions: LRUCache[str, Record] = LRUCache(MOST_EDITIONS)
        self._lock = Lock()
        self._copies = Path(mkdtemp(prefix="score-editions-"))
        finalize(self, rmtree, self._copies, ignore_errors=True)

    def record_for(self, viewer: Viewer, filters: Filters) -> Record:
        """The record for a viewer: the edition of their link, else the edition they may choose, else the live one.

        Raises :class:`EditionProblem`: gone or changed for a missing or changed file; waits for a viewer whose link
        rounds counts and has no edition, or if there is no privacy key. They must not see the live record, nor numbers
        without protection.
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
        """One edition by its key or name, verified. Raises :class:`EditionProblem` (gone, changed)."""
        from data.storage import migrations  # noqa: PLC0415 - imports Alembic, which commands on the live record do not need

        edition = frozen_copies.find(self.folder, key)
        frozen_copies.verify(edition)
        with self._lock:
            record = self._editions.get(edition.key)
            if record is None or record.edition != edition:
                # The file of an older version is verified unchanged, and read from a migrated copy.
                path = migrations.upgraded_copy(edition.path, self._copies)
                record = self._editions[edition.key] = Record(f"sqlite:///{path}", edition, seconds=self._seconds)
            return record

    def read_ahead(self) -> None:
        """Read the facts of the live record into memory. A problem is ignored here: the next request reports it."""
        with suppress(DatabaseProblem), self.live.view(MANAGER, Filters()) as view:
            _ = view.facts
