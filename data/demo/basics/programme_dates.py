"""Dates of the programme: first year, as-of date, survey and phases."""

from datetime import date
from typing import NamedTuple

FIRST_YEAR = 2009
AS_OF = date(2017, 6, 30)
SURVEYED_ON = date(2016, 11, 1)


class Phase(NamedTuple):
    """A phase of the programme, both days included."""

    en: str
    zh: str
    starts_on: date
    ends_on: date


# As recorded by donors: the last months of Phase II overlap with Phase III.
PHASES = {
    "phase-1": Phase("Phase I", "第一期", date(2009, 1, 1), date(2012, 12, 31)),
    "phase-2": Phase("Phase II", "第二期", date(2013, 1, 1), date(2017, 12, 31)),
    "phase-3": Phase("Phase III", "第三期", date(2017, 10, 1), date(2021, 12, 31)),
}
