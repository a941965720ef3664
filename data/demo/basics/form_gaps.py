"""Gaps as in real forms: some dates have no day or only a latest day, some rows have no source, few are verified."""

from datetime import date

from data.demo.basics.chance import Chance
from data.demo.basics.programme_dates import AS_OF

# Share of rounds with months only; higher for early rounds.
MONTH_ONLY, MONTH_ONLY_EARLY = 0.04, 0.25
EARLY_UNTIL = date(2014, 1, 1)
NO_SOURCE = 0.1
VERIFIED = {"yes": 3.0, "no": 57.0, "": 40.0}


def only_months(chance: Chance, start: date) -> bool:
    """True if the forms of a round with this start give months without days."""
    return chance.happens(MONTH_ONLY_EARLY if start < EARLY_UNTIL else MONTH_ONLY)


def as_written(day: date | None, *, months: bool) -> str | None:
    """The day in ISO form, or only year and month if `months` is true; None if there is no day."""
    if day is None:
        return None
    return day.isoformat()[:7] if months else day.isoformat()


def as_reported(day: date | None, *, months: bool) -> str | None:
    """The day in ISO form. If `months` is true, only the month of the report that lists the fact: ``by 2013-05``."""
    written = as_written(day, months=months)
    return f"by {written}" if written and months else written


def source_of(chance: Chance, day: date) -> str:
    """The source code of the form of that year; sometimes blank."""
    return "" if chance.happens(NO_SOURCE) else f"form-{min(day, AS_OF).year}"
