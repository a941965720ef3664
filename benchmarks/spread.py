"""What a benchmark tells of its repeats."""

from collections.abc import Callable, Mapping, Sequence
from statistics import median
from time import perf_counter
from typing import TypeVar

Result = TypeVar("Result")


def spread(values: Sequence[float], digits: int = 1) -> dict[str, float]:
    """Minimum, median and maximum."""
    told = {"min": min(values), "median": median(values), "max": max(values)}
    return {name: round(value, digits) for name, value in told.items()}


def spreads(runs: Sequence[Mapping[str, float]], *names: str, digits: int = 1) -> dict[str, dict[str, float]]:
    """The spread of each of these figures over the runs."""
    return {name: spread([run[name] for run in runs], digits) for name in names}


def timed(action: Callable[[], Result]) -> tuple[float, Result]:
    """The milliseconds something takes, and what it gives."""
    began = perf_counter()
    given = action()
    return (perf_counter() - began) * 1000, given
