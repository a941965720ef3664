"""Uploads that wait for a manager's decision: files in a folder that several servers share."""

import fcntl
import json
import os
import re
import secrets
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import rmtree
from typing import Any

from werkzeug.datastructures import FileStorage

MAX_AGE = timedelta(days=1)
PICTURES = (".png", ".jpg", ".jpeg")
LONGEST_NAME = 200
_LONGEST_BYTES = 240  # below the limit of file systems
_KEY = re.compile(r"[0-9a-f]{32}")


class UploadProblem(Exception):
    """Files cannot be stored; ``reason`` is none, name, twice, mixed, several or folder; ``detail`` says more."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True)
class Upload:
    """Files that a manager has uploaded; ``origin`` is their names."""

    key: str
    folder: Path
    owner: str
    origin: str

    @property
    def path(self) -> Path:
        """The path to load: the workbook, or the folder of CSV files. Pictures are in the same folder."""
        files = self.folder / "files"
        books = [each for each in files.iterdir() if _kind(each.name) == "book"]
        return books[0] if books else files

    def write(self, name: str, content: Any) -> None:
        """Store a result about the upload as JSON, whole or not at all."""
        unfinished = self.folder / f".{name}.{secrets.token_hex(4)}"
        unfinished.write_text(json.dumps(content, ensure_ascii=False), "utf-8")
        unfinished.replace(self.folder / f"{name}.json")

    def read(self, name: str) -> Any:
        """A stored result; None if there is none."""
        with suppress(FileNotFoundError):
            return json.loads((self.folder / f"{name}.json").read_text("utf-8"))
        return None

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Lock the upload for the block, so that two requests about it run one after the other."""
        descriptor = os.open(self.folder, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def remove_files(self) -> None:
        """Remove the files. The results about them stay until they are too old."""
        rmtree(self.folder / "files", ignore_errors=True)

    def discard(self) -> None:
        """Remove the files and the results about them."""
        rmtree(self.folder, ignore_errors=True)


@dataclass(frozen=True)
class UploadStore:
    """The folder of uploads."""

    folder: Path

    def add(self, owner: str, files: Iterable[FileStorage]) -> Upload:
        """Store the files of an upload; raises :class:`UploadProblem`."""
        named = _by_name(files)
        key = secrets.token_hex(16)
        unfinished = self.folder / f".{key}"
        try:
            (unfinished / "files").mkdir(parents=True)
            for name, file in named.items():
                file.save(unfinished / "files" / name)
            upload = Upload(key, unfinished, owner, _origin(named))
            upload.write("upload", {"owner": owner, "origin": upload.origin})
            unfinished.rename(self.folder / key)
        except OSError as error:
            rmtree(unfinished, ignore_errors=True)
            raise UploadProblem("folder", error.strerror or str(error)) from error
        return Upload(key, self.folder / key, owner, upload.origin)

    def find(self, key: str, owner: str) -> Upload | None:
        """The upload with this key if this owner has one that is not too old; else None."""
        self.remove_old()
        folder = self.folder / key
        if not _KEY.fullmatch(key) or not folder.is_dir():
            return None
        upload = Upload(key, folder, owner, "")
        stored = upload.read("upload")
        if stored is None or stored["owner"] != owner:
            return None
        return Upload(key, folder, owner, stored["origin"])

    def remove_old(self) -> None:
        """Remove uploads older than a day, also interrupted ones."""
        oldest = datetime.now(UTC) - MAX_AGE
        with suppress(FileNotFoundError):
            for each in list(os.scandir(self.folder)):
                with suppress(FileNotFoundError):
                    if _KEY.fullmatch(each.name.removeprefix(".")) and _made_at(Path(each.path)) < oldest:
                        rmtree(each.path, ignore_errors=True)


def _made_at(folder: Path) -> datetime:
    file = folder / "upload.json"
    return datetime.fromtimestamp((file if file.is_file() else folder).stat().st_mtime, UTC)


def _by_name(files: Iterable[FileStorage]) -> dict[str, FileStorage]:
    """The files by name, without folders; raises :class:`UploadProblem` if they cannot be loaded together."""
    named: dict[str, FileStorage] = {}
    for file in files:
        name = unicodedata.normalize("NFC", re.split(r"[/\\]", file.filename or "")[-1]).strip()
        if not name:
            continue  # browsers send an empty name if no file was chosen
        unfit = name.startswith((".", "~")) or not name.isprintable() or len(name) > LONGEST_NAME
        if unfit or len(name.encode()) > _LONGEST_BYTES:
            raise UploadProblem("name", name)
        if name.casefold() in {each.casefold() for each in named}:
            raise UploadProblem("twice", name)
        named[name] = file
    kinds = [_kind(name) for name in named]
    if not set(kinds) - {"picture"}:
        raise UploadProblem("none")
    if kinds.count("book") > 1:
        raise UploadProblem("several")
    if {"book", "sheet"} <= set(kinds):
        raise UploadProblem("mixed")
    return named


def _kind(name: str) -> str:
    """The kind of a file: sheet (CSV), picture, or book. If a book cannot be read, the loader reports why."""
    suffix = Path(name).suffix.lower()
    return "sheet" if suffix == ".csv" else "picture" if suffix in PICTURES else "book"


def _origin(named: Iterable[str]) -> str:
    return ", ".join(sorted(name for name in named if _kind(name) != "picture"))
