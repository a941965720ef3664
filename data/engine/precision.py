"""Dates of limited precision. A month means any of its days, so a delay in it is counted in months, not in days."""

from calendar import monthrange
from datetime import date


def first_day(when: date | None, precision: str | None) -> date | None:
    """The first day that `when` may mean, with the precision day, month or year."""
    if when is None or precision not in ("month", "year"):
        return when
    return when.replace(day=1) if precision == "month" else date(when.year, 1, 1)


def last_day(when: date | None, precision: str | None) -> date | None:
    """The last day that `when` may mean."""
    if when is None or precision not in ("month", "year"):
        return when
    return when.replace(day=monthrange(when.year, when.month)[1]) if precision == "month" else date(when.year, 12, 31)


def slip(planned: date | None, actual: date | None, precision: str | None) -> int | None:
    """The delay of a start against the plan, in units of `precision`; None if either date is not on record."""
    if planned is None or actual is None:
        return None
    if precision == "year":
        return actual.year - planned.year
    if precision == "month":
        return (actual.year - planned.year) * 12 + actual.month - planned.month
    return (actual - planned).days
