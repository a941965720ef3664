"""The columns of the exhibits as a file declares them: what a cell may hold, which columns tell rows apart."""

from enum import StrEnum

from data.exhibits import SHARES


class Holds(StrEnum):
    """What the cells of a column hold."""

    TEXT = "text"
    DATE = "date"
    COUNT = "count"  # a whole number
    NUMBER = "number"
    SHARE = "share"  # 0 to 1


_DATES = frozenset(
    {
        "as_of",
        "due_on",
        "actual_as_of",
        "starts_on",
        "ends_on",
        "planned_start",
        "planned_end",
        "started_on",
        "ended_on",
    }
)
_COUNTS = frozenset(
    {
        "enterprises", "trained", "m1_completed", "modules_completed", "workers", "planned", "workshop", "visited",
        "assessed", "completed", "visited_without_record", "assessed_without_record", "in_progress", "dropped",
        "overdue", "not_yet_due", "without_record", "modules_at_least", "pairs", "better_count", "same_count",
        "worse_count", "had_before", "had_after", "gained", "lost", "other_facts", "reported", "paired", "trainers",
        "women", "participants", "base",
    }
)  # fmt: skip
_NUMBERS = frozenset(
    {
        "value", "of", "median_before", "median_after", "median_change", "change_low", "change_high", "before",
        "after", "change", "target", "actual",
    }
)  # fmt: skip

KEYS: dict[str, tuple[str, ...]] = {
    "overview": ("headline",),
    "regions": ("place",),
    "module-funnel": ("module",),
    "journey-funnel": ("stage",),
    "breadth": ("modules_at_least",),
    "matrix": ("enterprise", "module"),
    "change": ("indicator",),
    "pairs": ("enterprise", "indicator"),
    "coverage": ("group_kind", "group"),
    "targets": ("indicator", "place", "due_on", "scope"),
    "capacity": ("module", "level"),
    "events": ("event",),
    "rounds": ("round",),
    "published": ("figure",),
}
"""What tells the rows of an exhibit apart."""


def holds(column: str) -> Holds:
    """What a column of an exhibit holds, by its name: one name means the same in every exhibit."""
    if column.endswith(SHARES):
        return Holds.SHARE
    if column in _DATES:
        return Holds.DATE
    if column in _COUNTS:
        return Holds.COUNT
    return Holds.NUMBER if column in _NUMBERS else Holds.TEXT
