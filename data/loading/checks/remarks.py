"""Findings about a file: refusals stop the load, warnings do not."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from data.loading.checks.reasons import sentences

MOST_FINDINGS = 10_000
"""Maximum number of findings listed for a file. Further findings are only counted."""

_VALUE_LENGTH = 80


@dataclass(frozen=True)
class Spot:
    """A position in the file, as the sender sees it."""

    sheet: str
    row: int | None = None
    column: str = ""
    value: str = ""
    cell: str = ""


@dataclass(frozen=True)
class Finding:
    """One finding: sheet or file, row number as the spreadsheet shows it, column, value, the reason in two languages.

    ``cell`` is the address in the spreadsheet (``D7``), or empty if the finding is not about a cell.
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
    """A finding that the sender should check; the load goes on."""


F = TypeVar("F", bound=Finding)


class Findings(Generic[F]):
    """Counts findings, and lists the first :data:`MOST_FINDINGS` of them in the order of `key`."""

    def __init__(self, key: Callable[[F], Any]) -> None:
        self.count = 0
        self._key = key
        self._findings: list[F] = []

    def add(self, findings: Iterable[F]) -> None:
        """Add findings. Findings with equal keys stay in the order they were added."""
        for finding in findings:
            self.count += 1
            self._findings.append(finding)
            if len(self._findings) >= 2 * MOST_FINDINGS:
                self._findings = list(self.first())

    def first(self) -> tuple[F, ...]:
        """The listed findings, in order."""
        return tuple(sorted(self._findings, key=self._key)[:MOST_FINDINGS])


class Unfit(ValueError):
    """A cell, sheet or file that cannot be used; ``reason`` is a key of :mod:`data.loading.checks.reasons`."""

    def __init__(self, reason: str, **details: object) -> None:
        super().__init__(reason)
        self.reason = reason
        self.details = details


def shown(raw: object) -> str:
    """`raw` as a finding shows it: on one line, cut after 80 characters."""
    text = " ".join(("" if raw is None else str(raw)).split())
    return text if len(text) <= _VALUE_LENGTH else text[:_VALUE_LENGTH] + "…"


def refusal(spot: Spot, reason: str, **details: Any) -> Refusal:
    """The refusal of the content at `spot`, with the sentences of `reason`."""
    english, chinese = sentences(reason, **details)
    return Refusal(spot.sheet, spot.row, spot.column, spot.value, reason, english, chinese, spot.cell)


def load_warning(spot: Spot, reason: str, **details: Any) -> LoadWarning:
    """The warning about the content at `spot`, with the sentences of `reason`."""
    english, chinese = sentences(reason, **details)
    return LoadWarning(spot.sheet, spot.row, spot.column, spot.value, reason, english, chinese, spot.cell)
