"""Dates of limited precision: a day, a month, a year, or `by` the latest day that is possible.

A month means any of its days, so a delay in it is counted in months, not in days. A `by` date has no first day.
"""

from calendar import monthrange
from datetime import date

_FINE_TO_COARSE = ("day", "month", "year")
_LENGTHS = {"month": 7, "year": 4}  # characters of 2014-05 and 2014


def first_day(when: date | None, precision: str | None) -> date | None:
    """The first day that `when` may mean; None for no date, and for a `by` date. No precision means the day."""
    if when is None or precision == "by":
        return None
    if precision == "year":
        return date(when.year, 1, 1)
    return when.replace(day=1) if precision == "month" else when


def last_day(when: date | None, precision: str | None) -> date | None:
    """The last day that `when` may mean; None for no date."""
    if when is None or precision not in ("month", "year"):
        return when
    return when.replace(day=monthrange(when.year, when.month)[1]) if precision == "month" else date(when.year, 12, 31)


def written(when: date | None, precision: str | None) -> str:
    """The date in the import format: ``2014-09-10``, ``2014-09``, ``2014`` or ``by 2014-09-30``; '' for no date."""
    if when is None:
        return ""
    text = when.isoformat()[: _LENGTHS.get(precision or "day")]
    return f"by {text}" if precision == "by" else text


def coarser(first: str | None, second: str | None) -> str:
    """The coarser of two precisions; `by` where one of them is, since such a date has no first day."""
    both = (first or "day", second or "day")
    return "by" if "by" in both else max(both, key=_FINE_TO_COARSE.index)


def slip(planned: date | None, actual: date | None, precision: str | None) -> int | None:
    """The delay of a start against the plan in units of `precision`, the coarser one of the two dates.

    None if either date is not on record or a `by` date.
    """
    if planned is None or actual is None or precision == "by":
        return None
    if precision == "year":
        return actual.year - planned.year
    if precision == "month":
        return (actual.year - planned.year) * 12 + actual.month - planned.month
    return (actual - planned).days
