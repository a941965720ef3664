"""The results database as the application holds it, live or frozen: a read-only engine, reference tables in memory."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from threading import Lock
from weakref import finalize

from sqlalchemy.exc import SQLAlchemyError

from data import database, editions, upgrading
from data.access import Permission, Viewer
from data.catalogue import Catalogue, read_catalogue
from data.database import DatabaseProblem
from data.editions import Edition
from data.filters import Filters
from data.view import View


class Record:
    """Answers views of one results database; every failure to read it is a :class:`DatabaseProblem`.

    ``edition`` says which frozen copy this is; None for the live record.
    """

    def __init__(self, address: str, edition: Edition | None = None) -> None:
        self.edition = edition
        self.engine = database.reading_engine(address, frozen=edition is not None)
        self._catalogue: Catalogue | None = None
        self._lock = Lock()

    def catalogue(self) -> Catalogue:
        """The reference tables of the present data version."""
        try:
            version = database.data_version(self.engine)
            with self._lock:
                if self._catalogue is None or self._catalogue.version != version:
                    # A database of another schema would fail somewhere in a query: say so here, once a version.
                    database.check(self.engine)
                    self._catalogue = read_catalogue(self.engine)
                return self._catalogue
        except SQLAlchemyError as error:
            if "locked" not in str(error):  # asking what is wrong would wait as long again
                database.check(self.engine)
            raise DatabaseProblem("unreadable", str(error.__cause__ or error)) from error

    @contextmanager
    def view(self, viewer: Viewer, filters: Filters) -> Iterator[View]:
        """A view of the record for `viewer` as it is at one moment, open while the block runs."""
        catalogue = self.catalogue()
        try:
            with database.snapshot(self.engine) as connection:
                yield View.asked(connection, catalogue, viewer, filters)
        except SQLAlchemyError as error:
            raise DatabaseProblem("unreadable", str(error.__cause__ or error)) from error


class Records:
    """The live record and its editions, each opened once."""

    def __init__(self, address: str, folder: Path) -> None:
        self.live = Record(address)
        self.folder = folder
        self._editions: dict[str, Record] = {}
        self._copies = Path(mkdtemp(prefix="score-editions-"))
        finalize(self, rmtree, self._copies, ignore_errors=True)

    def asked(self, viewer: Viewer, filters: Filters) -> Record:
        """The record a viewer gets: the edition pinned for them, the one they chose where they may, else the live one.

        Raises :class:`data.editions.EditionProblem` where the edition is gone or its file was changed.
        """
        chosen = filters.edition if viewer.may(Permission.CHOOSE_EDITION) else None
        key = viewer.edition or chosen
        return self.edition(key) if key else self.live

    def edition(self, key: str) -> Record:
        """One edition by its key or name, verified."""
        found = editions.find(self.folder, key)
        editions.verify(found)
        held = self._editions.get(found.key)
        if held is None or held.edition != found:
            # What an older version froze is verified as it is, and read from a copy as this version has it.
            path = upgrading.upgraded_copy(found.path, self._copies)
            held = self._editions[found.key] = Record(f"sqlite:///{path}", found)
        return held
