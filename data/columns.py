"""The kinds of columns that an exhibit declares: the type of their cells, and their protection under a threshold."""

from dataclasses import dataclass
from enum import StrEnum

from data.storage.schema import precision_of


class Holds(StrEnum):
    """The type of the values in a column."""

    TEXT = "text"
    DATE = "date"
    COUNT = "count"  # a whole number
    NUMBER = "number"
    SHARE = "share"  # 0 to 1


class Protection(StrEnum):
    """The protection of enterprises in a column under a threshold (docs/privacy.md)."""

    PLAIN = "plain"  # a key, a text, a date or a published number: it reveals nothing about a single enterprise
    ROUNDED = "rounded"  # a count, rounded under its cell key
    TOTAL = "total"  # a sum of rounded counts over modules
    CHANGED = "changed"  # a sum whose terms were changed before they were added
    DERIVED = "derived"  # calculated from numbers that are already protected


@dataclass(frozen=True)
class Column:
    """One column of an exhibit.

    ``of`` is the reference table of its codes. A column that is not ``exported`` is on pages and slides only, and in
    no file.
    """

    name: str
    of: str = ""
    exported: bool = True
    key: bool = False
    holds: Holds = Holds.TEXT
    protection: Protection = Protection.PLAIN


@dataclass(frozen=True)
class Key(Column):
    """A column that identifies the rows, alone or together with other keys."""

    key: bool = True


@dataclass(frozen=True)
class Text(Column):
    """A code, a name or a remark."""


@dataclass(frozen=True)
class Day(Column):
    """A date. Where its table has a column of its name and ``_precision``, files write it at that precision."""

    holds: Holds = Holds.DATE


def dated(*names: str) -> tuple[Column, ...]:
    """The columns of some dates, each with its precision, which is in no file."""
    return tuple(column for name in names for column in (Day(name), Text(precision_of(name), exported=False)))


@dataclass(frozen=True)
class Count(Column):
    """A number of enterprises or people; rounded under a threshold."""

    holds: Holds = Holds.COUNT
    protection: Protection = Protection.ROUNDED


@dataclass(frozen=True)
class Total(Column):
    """A sum of counts over modules."""

    holds: Holds = Holds.COUNT
    protection: Protection = Protection.TOTAL


@dataclass(frozen=True)
class Sum(Column):
    """A sum of values of enterprises. Under a threshold the engine changes and rounds it, or withholds it."""

    holds: Holds = Holds.COUNT
    protection: Protection = Protection.CHANGED


@dataclass(frozen=True)
class Share(Column):
    """One count divided by another, 0 to 1."""

    holds: Holds = Holds.SHARE
    protection: Protection = Protection.DERIVED


@dataclass(frozen=True)
class Derived(Column):
    """A number calculated from counts, sums or pairs."""

    holds: Holds = Holds.NUMBER
    protection: Protection = Protection.DERIVED


@dataclass(frozen=True)
class Value(Column):
    """A number as it is in the record: published, planned, or of one enterprise."""

    holds: Holds = Holds.NUMBER
