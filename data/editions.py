"""Editions: frozen copies of the results database for a meeting, each with the SHA-256 of its file in its name."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path


class EditionProblem(Exception):
    """An edition cannot be made or used; ``reason`` is one of name, taken, gone, changed."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True)
class Edition:
    """A frozen copy: its ``key`` (a code, as in addresses), its name, when it was frozen (UTC), the record's date."""

    key: str
    name: str
    frozen_at: datetime
    as_of: date
    sha256: str
    path: Path

    @property
    def short(self) -> str:
        """The first eight digits of the hash, as screens show it."""
        return self.sha256[:8]


def find(folder: Path, key: str) -> Edition:
    """The edition with this key or name; raises :class:`EditionProblem` (gone)."""
    raise EditionProblem("gone", f"{folder}: {key}")


def verify(edition: Edition) -> None:
    """Raise :class:`EditionProblem` (changed) where the file is not what its name says."""
    raise EditionProblem("changed", edition.name)
