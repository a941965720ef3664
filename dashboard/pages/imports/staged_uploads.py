"""Uploads held until a manager has looked at what they would change: files in a folder that several servers share."""

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

KEPT_FOR = timedelta(days=1)
PICTURES = (".png", ".jpg", ".jpeg")
LONGEST_NAME = 200
_LONGEST_BYTES = 240  # what file systems take
_KEY = re.compile(r"[0-9a-f]{32}")


class HoldingProblem(Exception):
    """Files cannot be held; ``reason`` is one of none, name, twice, mixed, several, folder; ``detail`` says which."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True)
class Upload:
    """Files a manager has sent: ``origin`` is what they are called together."""

    key: str
    folder: Path
    owner: str
    origin: str

    @property
    def path(self) -> Path:
        """What is to be loaded: the one workbook, or the folder of sheets; pictures lie beside either."""
        files = self.folder / "files"
        books = [each for each in files.iterdir() if _kind(each.name) == "book"]
        return books[0] if books else files

    def note(self, name: str, content: Any) -> None:
        """Keep what is known of the upload, whole or not at all."""
        unfinished = self.folder / f".{name}.{secrets.token_hex(4)}"
        unfinished.write_text(json.dumps(content, ensure_ascii=False), "utf-8")
        unfinished.replace(self.folder / f"{name}.json")

    def noted(self, name: str) -> Any:
        """What was kept; None where nothing was."""
        with suppress(FileNotFoundError):
            return json.loads((self.folder / f"{name}.json").read_text("utf-8"))
        return None

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the upload, so that two who press the same button at once follow each other."""
        held = os.open(self.folder, os.O_RDONLY)
        try:
            fcntl.flock(held, fcntl.LOCK_EX)
            yield
        finally:
            os.close(held)

    def empty(self) -> None:
        """Remove the files; what is known of them stays until it is too old."""
        rmtree(self.folder / "files", ignore_errors=True)

    def discard(self) -> None:
        """Remove everything."""
        rmtree(self.folder, ignore_errors=True)


@dataclass(frozen=True)
class Holding:
    """The folder of held uploads."""

    folder: Path

    def hold(self, owner: str, files: Iterable[FileStorage]) -> Upload:
        """Keep the files of an upload; raises :class:`HoldingProblem`."""
        named = _named(files)
        key = secrets.token_hex(16)
        unfinished = self.folder / f".{key}"
        try:
            (unfinished / "files").mkdir(parents=True)
            for name, file in named.items():
                file.save(unfinished / "files" / name)
            upload = Upload(key, unfinished, owner, _origin(named))
            upload.note("upload", {"owner": owner, "origin": upload.origin})
            unfinished.rename(self.folder / key)
        except OSError as error:
            rmtree(unfinished, ignore_errors=True)
            raise HoldingProblem("folder", error.strerror or str(error)) from error
        return Upload(key, self.folder / key, owner, upload.origin)

    def find(self, key: str, owner: str) -> Upload | None:
        """An upload of this owner's that is not too old; None where there is none."""
        self.clear()
        folder = self.folder / key
        if not _KEY.fullmatch(key) or not folder.is_dir():
            return None
        upload = Upload(key, folder, owner, "")
        known = upload.noted("upload")
        if known is None or known["owner"] != owner:
            return None
        return Upload(key, folder, owner, known["origin"])

    def clear(self) -> None:
        """Remove what is older than a day, finished or cut short."""
        oldest = datetime.now(UTC) - KEPT_FOR
        with suppress(FileNotFoundError):
            for each in list(os.scandir(self.folder)):
                with suppress(FileNotFoundError):
                    if _KEY.fullmatch(each.name.removeprefix(".")) and _made_at(Path(each.path)) < oldest:
                        rmtree(each.path, ignore_errors=True)


def _made_at(folder: Path) -> datetime:
    known = folder / "upload.json"
    return datetime.fromtimestamp((known if known.is_file() else folder).stat().st_mtime, UTC)


def _named(files: Iterable[FileStorage]) -> dict[str, FileStorage]:
    """The files by the name they are kept under: their own without folders, else the upload is not taken."""
    found: dict[str, FileStorage] = {}
    for file in files:
        name = unicodedata.normalize("NFC", re.split(r"[/\\]", file.filename or "")[-1]).strip()
        if not name:
            continue  # the browser's way of saying that no file was chosen
        unfit = name.startswith((".", "~")) or not name.isprintable() or len(name) > LONGEST_NAME
        if unfit or len(name.encode()) > _LONGEST_BYTES:
            raise HoldingProblem("name", name)
        if name.casefold() in {each.casefold() for each in found}:
            raise HoldingProblem("twice", name)
        found[name] = file
    kinds = [_kind(name) for name in found]
    if not set(kinds) - {"picture"}:
        raise HoldingProblem("none")
    if kinds.count("book") > 1:
        raise HoldingProblem("several")
    if {"book", "sheet"} <= set(kinds):
        raise HoldingProblem("mixed")
    return found


def _kind(name: str) -> str:
    """Sheet (CSV), picture, or book: whatever else it is, the loader says why it cannot be read."""
    suffix = Path(name).suffix.lower()
    return "sheet" if suffix == ".csv" else "picture" if suffix in PICTURES else "book"


def _origin(named: Iterable[str]) -> str:
    return ", ".join(sorted(name for name in named if _kind(name) != "picture"))
