"""The tables of the exhibits as they were when an edition was frozen: CSV files in one ZIP beside its database.

They are the exhibits of the whole record without filters, as a manager sees them, each with its default options. Their
hashes are stored in the frozen database, so the hash of an edition covers them too. A manifest in the ZIP repeats the
hashes for readers without the database.
"""

import csv
import io
import json
import zlib
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

from sqlalchemy import Connection

from data.catalogue import read_catalogue
from data.exhibits import EXHIBITS, build
from data.exports.csv_files import to_csv
from data.filters import Filters
from data.privacy.viewer import MANAGER
from data.view import View

MANIFEST = "manifest.json"

_UNREADABLE = (OSError, BadZipFile, EOFError, ValueError, KeyError, RuntimeError, zlib.error)
"""The errors of a ZIP that is damaged or not a ZIP."""


def tables_of(connection: Connection) -> dict[str, bytes]:
    """The CSV of every exhibit by file name."""
    view = View.open(connection, read_catalogue(connection), MANAGER, Filters())
    return {f"{code}.csv": to_csv(build(view, code)).encode() for code in EXHIBITS}


def hashes_of(files: Mapping[str, bytes]) -> dict[str, str]:
    """The SHA-256 of each file by name."""
    return {name: sha256(content).hexdigest() for name, content in files.items()}


def write(path: Path, files: Mapping[str, bytes], manifest: Mapping[str, Any]) -> None:
    """Write the files and the manifest into a ZIP at `path`."""
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
        archive.writestr(MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=2) + "\n")


def read(content: bytes, hashes: Mapping[str, str], manifest: Mapping[str, Any]) -> dict[str, bytes] | None:
    """The files of a ZIP by name; None unless they are exactly those of the `hashes`, with this `manifest`."""
    try:
        with ZipFile(io.BytesIO(content)) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
        same = json.loads(files.pop(MANIFEST)) == manifest
    except _UNREADABLE:
        return None
    return files if same and hashes_of(files) == dict(hashes) else None


def headlines_of(overview: bytes) -> dict[str, tuple[int | None, int | None]]:
    """The headlines of a frozen ``overview.csv``: value, and the number it is out of (None: blank)."""
    rows = csv.DictReader(io.StringIO(overview.decode()))
    return {row["headline"]: (_count(row["value"]), _count(row["of"])) for row in rows}


def _count(text: str) -> int | None:
    return int(float(text)) if text else None
