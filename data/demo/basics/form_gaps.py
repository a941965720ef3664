"""What real forms leave out: some give no day, some have no source, few are verified."""

from datetime import date

from data.demo.basics.chance import Chance
from data.demo.basics.programme_dates import AS_OF

# Rows that know no day; early ones more often.
MONTH_ONLY, MONTH_ONLY_EARLY = 0.04, 0.25
EARLY_UNTIL = date(2014, 1, 1)
NO_SOURCE = 0.1
VERIFIED = {"yes": 3.0, "no": 57.0, "": 40.0}


def only_months(chance: Chance, start: date) -> bool:
    """Do the forms of a round that starts then give months without days?"""
    return chance.happens(MONTH_ONLY_EARLY if start < EARLY_UNTIL else MONTH_ONLY)


def as_written(day: date | None, *, months: bool) -> str | None:
    """The day as a form gives it: without the day of the month where it knows only `months`."""
    if day is None:
        return None
    return day.isoformat()[:7] if months else day.isoformat()


def source_of(chance: Chance, day: date) -> str:
    """The code of the form of that year, or blank where nobody knows."""
    return "" if chance.happens(NO_SOURCE) else f"form-{min(day, AS_OF).year}"
