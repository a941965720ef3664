"""Days as numbers in arrays: the last and the first day that a date can mean, and its quarter."""

import numpy as np

from data.engine.facts import ALWAYS, NEVER, PRECISIONS, Array

_EPOCH = 719_163
"""The ordinal of 1 January 1970, from which numpy counts days."""

_UNITS = {PRECISIONS.index("month"): "M", PRECISIONS.index("year"): "Y"}

_KINDS = 8
"""A day and its precision are one number, the day times this plus the precision."""


def _dates(days: Array) -> Array:
    return (days.astype(np.int64) - _EPOCH).astype("datetime64[D]")


def last_days(days: Array, precisions: Array) -> Array:
    """The last day that each date can mean. `precisions` are positions in :data:`PRECISIONS`."""
    last = days.astype(np.int32)
    for precision, unit in _UNITS.items():
        coarse = (precisions == precision) & (days != NEVER)
        ends = (_dates(days[coarse]).astype(f"datetime64[{unit}]") + 1).astype("datetime64[D]") - 1
        last[coarse] = ends.astype(np.int64) + _EPOCH
    return last


def first_days(days: Array, precisions: Array) -> Array:
    """The first day that each date can mean; :data:`ALWAYS` for no date and for a date that is only the latest day."""
    first: Array = np.where((days == NEVER) | (precisions == PRECISIONS.index("by")), ALWAYS, days).astype(np.int32)
    return first


def quarters(days: Array) -> Array:
    """The number of each day's quarter: four a year, from the year 0 on."""
    months = _dates(days).astype("datetime64[M]").astype(np.int64) + 1970 * 12
    number: Array = months // 3
    return number


def months(days: Array) -> Array:
    """The number of each day's month: twelve a year, from the year 0 on."""
    number: Array = _dates(days).astype("datetime64[M]").astype(np.int64) + 1970 * 12
    return number


def joined(days: Array, precisions: Array) -> Array:
    """A number for each day with its precision. An earlier day is less; on one day the more precise is less."""
    number: Array = days.astype(np.int64) * _KINDS + np.maximum(precisions, 0)
    return number


def parted(numbers: Array) -> tuple[Array, Array]:
    """The days and the precisions of :func:`joined`."""
    return (numbers // _KINDS).astype(np.int32), (numbers % _KINDS).astype(np.int8)
