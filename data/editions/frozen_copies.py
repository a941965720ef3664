"""Editions: frozen copies of the results database for a meeting, each with the SHA-256 of its file in its name.

Beside the database of an edition lies a ZIP with the tables of its exhibits (:mod:`data.editions.frozen_tables`).
"""

import fcntl
import os
import re
import unicodedata
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from hashlib import file_digest
from itertools import count
from pathlib import Path
from shutil import rmtree
from time import time_ns
from typing import Any, TypeVar

from sqlalchemy import (
    Column,
    Connection,
    Date,
    DateTime,
    Engine,
    Integer,
    MetaData,
    Table,
    Text,
    insert,
    inspect,
    select,
)
from sqlalchemy.exc import SQLAlchemyError

from data.editions import frozen_tables
from data.engine.precision import last_day
from data.rules_version import RULES_VERSION
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
    Column("rules_version", Integer, nullable=False),
)  # fmt: skip
_file = Table(
    "edition_file", _frozen,
    Column("path", Text, primary_key=True),
    Column("sha256", Text, nullable=False),
)  # fmt: skip
_FIRST_RULES = 1
"""The version of the rules of an edition that does not record one."""


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
    """A frozen copy: ``key`` (a code for addresses), name, time of freezing (UTC), date of the record, hash, file.

    ``rules_version`` is the version of the rules it was made under. ``tables`` are the frozen tables of its exhibits:
    (file, SHA-256) each; none where the edition was made before tables were frozen.
    """

    key: str
    name: str
    frozen_at: datetime
    as_of: date
    sha256: str
    path: Path
    rules_version: int
    tables: tuple[tuple[str, str], ...]
    synthetic: bool

    @property
    def short(self) -> str:
        """The first eight digits of the hash, for screens."""
        return self.sha256[:8]

    @property
    def tables_path(self) -> Path:
        """The ZIP with the frozen tables."""
        return self.path.with_suffix(".zip")

    @property
    def manifest(self) -> dict[str, Any]:
        """The manifest of the frozen tables: what they are of, and the SHA-256 of each file."""
        files = ((self.path.name, self.sha256), *self.tables)
        return {
            "edition": self.name,
            "key": self.key,
            "rules_version": self.rules_version,
            "frozen_at": f"{self.frozen_at.isoformat()}Z",
            "as_of": self.as_of.isoformat(),
            "synthetic": self.synthetic,
            "files": [{"path": path, "sha256": sha256} for path, sha256 in files],
        }


def freeze(engine: Engine, name: str, folder: Path) -> Edition:
    """Copy the results database, as it is at one moment, and its exhibits' tables into files that are never changed.

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
                tables = _copy(engine, name, unfinished)
                return _publish(unfinished, tables, folder)
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


def _copy(engine: Engine, name: str, path: Path) -> dict[str, bytes]:
    """Copy the record into a database at `path`. Returns the tables of its exhibits; the database has their hashes."""
    target = database.writing_engine(f"sqlite:///{path}")
    try:
        results.create_all(target)
        _frozen.create_all(target)
        with database.snapshot(engine) as source, target.begin() as copy:
            copy_rows(source, copy, _LEFT_OUT)
        with target.begin() as copy:
            as_of = copy.execute(select(programme.c.as_of, programme.c.as_of_precision)).one()
            about = {"name": name, "frozen_at": database.now(), "as_of": last_day(*as_of)}
            tables = frozen_tables.tables_of(copy)
            copy.execute(insert(_edition).values(**about, rules_version=RULES_VERSION))
            hashes = frozen_tables.hashes_of(tables).items()
            copy.execute(insert(_file), [{"path": file, "sha256": sha256} for file, sha256 in hashes])
        return tables
    finally:
        target.dispose()


def _publish(unfinished: Path, tables: dict[str, bytes], folder: Path) -> Edition:
    """Move the finished files to the editions, under their full names. Raises :class:`EditionProblem` (folder).

    The database comes last: it makes the edition, so there is none before all of it is there.
    """
    sha256 = _written(unfinished)
    named = unfinished.replace(unfinished.with_name(f"{unfinished.name}.{sha256}.db"))
    edition = _read(named)
    if edition is None:
        raise EditionProblem("folder", str(named))
    frozen_tables.write(edition.tables_path, tables, edition.manifest)
    _written(edition.tables_path)
    final = replace(edition, path=folder / named.name)
    edition.tables_path.replace(final.tables_path)
    try:
        named.replace(final.path)
    except OSError:
        final.tables_path.unlink()
        raise
    return final


def _written(path: Path) -> str:
    """Make sure that a file is on the disk, and make it read-only. Returns its SHA-256."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        sha256 = file_digest(file, "sha256").hexdigest()
    path.chmod(0o444)
    return sha256


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
        same = _remembered(edition.path, edition.path, lambda: _digest(edition.path)) == edition.sha256
    except FileNotFoundError as error:
        raise EditionProblem("gone", edition.name) from error
    except OSError as error:
        raise EditionProblem("changed", edition.name) from error
    if not same:
        raise EditionProblem("changed", edition.name)


def tables_state(edition: Edition) -> str:
    """How the frozen tables are: good, changed, gone, or none (the edition was made before tables were frozen)."""
    if not edition.tables:
        return "none"
    try:
        good = _remembered(edition, edition.tables_path, lambda: _checked(edition) is not None)
    except FileNotFoundError:
        return "gone"
    except OSError:
        return "changed"
    return "good" if good else "changed"


def tables_zip(edition: Edition) -> bytes | None:
    """The ZIP with the frozen tables; None where there is none, or where it is not what was frozen."""
    content, _files = _checked(edition) or (None, None)
    return content


def tables_of(edition: Edition) -> dict[str, bytes] | None:
    """The frozen tables by file name; None where there are none, or where they are not what was frozen."""
    _content, files = _checked(edition) or (None, None)
    return files


def _checked(edition: Edition) -> tuple[bytes, dict[str, bytes]] | None:
    """The ZIP with the frozen tables and its files by name; None where there is none, or it is not what was frozen."""
    with suppress(OSError):
        content = edition.tables_path.read_bytes()
        files = frozen_tables.read(content, dict(edition.tables), edition.manifest) if edition.tables else None
        return None if files is None else (content, files)
    return None


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


T = TypeVar("T")

_found: dict[Hashable, tuple[Stamp, Any]] = {}


def _remembered(key: Hashable, path: Path, read: Callable[[], T]) -> T:
    """What `read` finds in a file, read again only after the file has changed. `key` is what else it depends on."""
    stamp = _stamp(path)
    known = _found.get(key)
    if known and known[0] == stamp:
        found: T = known[1]
        return found
    found = read()
    if time_ns() - max(stamp[:2]) > _SETTLED_NS:
        _found[key] = stamp, found
    return found


def _digest(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


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
            return _edition_in(connection, path)
    except (SQLAlchemyError, ValueError, TypeError):  # the file is damaged
        return None


def _edition_in(connection: Connection, path: Path) -> Edition:
    """The edition of a frozen database. One made under the first rules records neither rules nor tables."""
    inspector = inspect(connection)
    recorded = {column["name"] for column in inspector.get_columns(_edition.name)}
    row = connection.execute(select(*(column for column in _edition.columns if column.name in recorded))).one()
    files = select(_file.c.path, _file.c.sha256)
    tables = connection.execute(files).all() if inspector.has_table(_file.name) else []
    return Edition(
        key=_key(path),
        name=str(row.name),
        frozen_at=row.frozen_at,
        as_of=row.as_of,
        sha256=path.name.split(".")[1],
        path=path,
        rules_version=getattr(row, _edition.c.rules_version.name, _FIRST_RULES),
        tables=tuple((each.path, each.sha256) for each in tables),
        synthetic=bool(connection.scalar(select(programme.c.synthetic))),
    )
