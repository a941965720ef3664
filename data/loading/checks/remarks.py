"""What is said about a file: refusals, which stop the load, and warnings, which do not."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from data.loading.checks.reasons import sentences

MOST_KEPT = 10_000
"""So many findings of a file are kept, the first in it; the others are counted."""

_SHOWN = 80


@dataclass(frozen=True)
class Spot:
    """Where something stands, as the person who sent the file sees it."""

    sheet: str
    row: int | None = None
    column: str = ""
    value: str = ""
    cell: str = ""


@dataclass(frozen=True)
class Finding:
    """One remark: sheet or file, row number as the spreadsheet shows it, column, value, the reason in two languages.

    ``cell`` is the address in the spreadsheet (``D7``), empty where the remark is about no cell.
    """

    sheet: str
    row: int | None
    column: str
    value: str
    reason: str
    english: str
    chinese: str
    cell: str = ""


class Refusal(Finding):
    """A finding that stops the whole load."""


class LoadWarning(Finding):
    """A finding worth a second look; the load goes on."""


F = TypeVar("F", bound=Finding)


class Findings(Generic[F]):
    """Findings as they are met; the first :data:`MOST_KEPT` in the order of `key` are kept, all are counted."""

    def __init__(self, key: Callable[[F], Any]) -> None:
        self.count = 0
        self._key = key
        self._kept: list[F] = []

    def add(self, found: Iterable[F]) -> None:
        """Keep these too; of those alike in order the one met first comes first."""
        for each in found:
            self.count += 1
            self._kept.append(each)
            if len(self._kept) >= 2 * MOST_KEPT:
                self._kept = list(self.first())

    def first(self) -> tuple[F, ...]:
        """Those that are kept, in order."""
        return tuple(sorted(self._kept, key=self._key)[:MOST_KEPT])


class Unfit(ValueError):
    """A cell, sheet or file that cannot be used; ``reason`` is a key of :mod:`data.loading.checks.reasons`."""

    def __init__(self, reason: str, **details: object) -> None:
        super().__init__(reason)
        self.reason = reason
        self.details = details


def shown(raw: object) -> str:
    """`raw` as a remark prints it: on one line, cut after 80 characters."""
    text = " ".join(("" if raw is None else str(raw)).split())
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


def refusal(spot: Spot, reason: str, **details: Any) -> Refusal:
    """The refusal of what stands at `spot`, with the sentences of `reason`."""
    english, chinese = sentences(reason, **details)
    return Refusal(spot.sheet, spot.row, spot.column, spot.value, reason, english, chinese, spot.cell)


def load_warning(spot: Spot, reason: str, **details: Any) -> LoadWarning:
    """The warning about what stands at `spot`, with the sentences of `reason`."""
    english, chinese = sentences(reason, **details)
    return LoadWarning(spot.sheet, spot.row, spot.column, spot.value, reason, english, chinese, spot.cell)
