"""The results database as the application holds it: one read-only engine, reference tables kept per data version."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from sqlalchemy.exc import SQLAlchemyError

from data import database
from data.access import Viewer
from data.catalogue import Catalogue, read_catalogue
from data.database import DatabaseProblem
from data.exhibits import View
from data.filters import Filters


class Record:
    """Answers views of one results database; every failure to read it is a :class:`DatabaseProblem`."""

    def __init__(self, address: str) -> None:
        self.engine = database.reading_engine(address)
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
        """A view of the record for `viewer`, open while the block runs."""
        catalogue = self.catalogue()
        try:
            with self.engine.connect() as connection:
                yield View.asked(connection, catalogue, viewer, filters)
        except SQLAlchemyError as error:
            raise DatabaseProblem("unreadable", str(error.__cause__ or error)) from error
