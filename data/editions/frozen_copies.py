"""Editions: frozen copies of the results database for a meeting, each with the SHA-256 of its file in its name."""

import fcntl
import os
import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from hashlib import file_digest
from itertools import count
from pathlib import Path
from shutil import rmtree
from time import time_ns

from sqlalchemy import Column, Date, DateTime, Engine, MetaData, Table, Text, insert, select
from sqlalchemy.exc import SQLAlchemyError

from data.engine.precision import last_day
from data.storage import database
from data.storage.database_copy import copy_rows
from data.storage.schema import CONFIDENTIAL, batch, batch_change, programme, results

LIVE = "live"
"""The name of the live record in lists of editions. No edition can have this name."""

LONGEST_NAME = 120
_LONGEST_SLUG = 48
_UNFINISHED = ".freezing"
_FILE = re.compile(r"([a-z0-9-]{1,60})\.([0-9a-f]{64})\.db")
_SETTLED_NS = 1_000_000_000  # file times are coarse: two changes in quick succession may have the same time

_frozen = MetaData()
_edition = Table(
    "edition", _frozen,
    Column("name", Text, nullable=False),
    Column("frozen_at", DateTime, nullable=False),
    Column("as_of", Date, nullable=False),
)  # fmt: skip


class EditionProblem(Exception):
    """An edition cannot be made or used. ``reason`` is one of name, taken, folder, gone, changed,
    waits (a link shows nothing until it has an edition).
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True)
class Edition:
    """A frozen copy: ``key`` (a code for addresses), name, time of freezing (UTC), date of the record, hash, file."""

    key: str
    name: str
    frozen_at: datetime
    as_of: date
    sha256: str
    path: Path

    @property
    def short(self) -> str:
        """The first eight digits of the hash, for screens."""
        return self.sha256[:8]


def freeze(engine: Engine, name: str, folder: Path) -> Edition:
    """Copy the results database, as it is at one moment, into a file that is never changed again.

    Raises :class:`EditionProblem` (name, taken, folder) and :class:`data.storage.database.DatabaseProblem`.
    """
    name = " ".join(unicodedata.normalize("NFC", name).split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable() or _normal_name(name) == LIVE:
        raise EditionProblem("name", name)
    database.check(engine)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _locked(folder):
            if any(_normal_name(each.name) == _normal_name(name) for each in editions(folder)):
                raise EditionProblem("taken", name)
            with _work_folder(folder) as work_folder:
                unfinished = work_folder / _slug(name)
                _copy(engine, name, unfinished)
                return _publish(unfinished, folder)
    except (OSError, SQLAlchemyError) as error:
        raise EditionProblem("folder", str(error.__cause__ or error)) from error


def freeze_today(engine: Engine, folder: Path) -> Edition:
    """Freeze the record with today's date (UTC) as its name, numbered if it is taken. Raises as :func:`freeze`."""
    today = database.now().date().isoformat()
    for number in count(1):
        try:
            return freeze(engine, today if number == 1 else f"{today} ({number})", folder)
        except EditionProblem as problem:
            if problem.reason != "taken":
                raise
    raise AssertionError("there is always another number")


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Lock the folder, so that two simultaneous freezes cannot use the same name."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def _work_folder(folder: Path) -> Iterator[Path]:
    """A temporary folder for an unfinished copy. Files of an interrupted freeze are deleted first."""
    work_folder = folder / _UNFINISHED
    rmtree(work_folder, ignore_errors=True)
    work_folder.mkdir()
    try:
        yield work_folder
    finally:
        rmtree(work_folder, ignore_errors=True)


_LEFT_OUT = (batch.c.loaded_by, batch_change.c.before, batch_change.c.after, *CONFIDENTIAL)
"""Columns that are not copied. An edition may be given to others: it must not contain managers, earlier values, or what
only managers see.
"""


def _copy(engine: Engine, name: str, path: Path) -> None:
    target = database.writing_engine(f"sqlite:///{path}")
    try:
        results.create_all(target)
        _frozen.create_all(target)
        with database.snapshot(engine) as source, target.begin() as copy:
            copy_rows(source, copy, _LEFT_OUT)
            as_of = copy.execute(select(programme.c.as_of, programme.c.as_of_precision)).one()
            copy.execute(insert(_edition).values(name=name, frozen_at=database.now(), as_of=last_day(*as_of)))
    finally:
        target.dispose()


def _publish(unfinished: Path, folder: Path) -> Edition:
    """Move the finished copy to the editions, under its full name. Raises :class:`EditionProblem` (folder)."""
    with unfinished.open("rb") as file:
        os.fsync(file.fileno())
        sha256 = file_digest(file, "sha256").hexdigest()
    unfinished.chmod(0o444)
    path = folder / f"{unfinished.name}.{sha256}.db"
    unfinished.replace(path)
    edition = _read(path)
    if edition is None:
        raise EditionProblem("folder", str(path))
    return edition


def _slug(name: str) -> str:
    """A name as part of a code; "edition" if none of its characters is allowed in a code."""
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_name).strip("-")[:_LONGEST_SLUG].strip("-") or "edition"


def _normal_name(name: str) -> str:
    """A name in normal form for comparison with others."""
    return " ".join(unicodedata.normalize("NFKC", name).split()).casefold()


def editions(folder: Path) -> list[Edition]:
    """Every edition in a folder, newest first. Other files and files that cannot be opened are left out."""
    readable = [edition for path in _files(folder) if (edition := _read(path))]
    return sorted(readable, key=lambda edition: (edition.frozen_at, edition.key), reverse=True)


def unreadable(folder: Path) -> list[str]:
    """The keys of the editions whose files cannot be opened."""
    return sorted(_key(path) for path in _files(folder) if _read(path) is None)


def find(folder: Path, key: str) -> Edition:
    """The edition with this key or name. Raises :class:`EditionProblem`: gone, or changed if it cannot be opened."""
    known = editions(folder)
    for edition in known:
        if edition.key == key:
            return edition
    for edition in known:
        if _normal_name(edition.name) == _normal_name(key):
            return edition
    raise EditionProblem("changed" if key in unreadable(folder) else "gone", key)


def verify(edition: Edition) -> None:
    """Raise :class:`EditionProblem` if the file does not match the hash in its name (changed) or is missing (gone)."""
    try:
        same = _digest(edition.path) == edition.sha256
    except FileNotFoundError as error:
        raise EditionProblem("gone", edition.name) from error
    except OSError as error:
        raise EditionProblem("changed", edition.name) from error
    if not same:
        raise EditionProblem("changed", edition.name)


def _files(folder: Path) -> list[Path]:
    with suppress(FileNotFoundError, NotADirectoryError), os.scandir(folder) as entries:
        return [Path(entry.path) for entry in entries if _FILE.fullmatch(entry.name) and entry.is_file()]
    return []


def _key(path: Path) -> str:
    slug, sha256, _suffix = path.name.split(".")
    return f"{slug}-{sha256[:8]}"


Stamp = tuple[int, int, int, int]


def _stamp(path: Path) -> Stamp:
    """A mark that changes with every change of a file."""
    stat = path.stat()
    return stat.st_mtime_ns, stat.st_ctime_ns, stat.st_size, stat.st_ino


_digests: dict[Path, tuple[Stamp, str]] = {}


def _digest(path: Path) -> str:
    """The SHA-256 of a file, calculated again only after the file has changed."""
    stamp = _stamp(path)
    known = _digests.get(path)
    if known and known[0] == stamp:
        return known[1]
    with path.open("rb") as file:
        sha256 = file_digest(file, "sha256").hexdigest()
    if time_ns() - max(stamp[:2]) > _SETTLED_NS:
        _digests[path] = stamp, sha256
    return sha256


def _read(path: Path) -> Edition | None:
    """The edition in the file at `path`; None if it cannot be opened."""
    try:
        return _read_cached(path, _stamp(path))
    except OSError:
        return None


@lru_cache(maxsize=1024)
def _read_cached(path: Path, _stamp_of_path: Stamp) -> Edition | None:
    engine = database.reading_engine(f"sqlite:///{path}", frozen=True)
    try:
        with engine.connect() as connection:
            row = connection.execute(select(_edition)).one()
    except (SQLAlchemyError, ValueError, TypeError):  # the file is damaged
        return None
    return Edition(_key(path), str(row.name), row.frozen_at, row.as_of, path.name.split(".")[1], path)
