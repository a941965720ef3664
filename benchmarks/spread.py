"""Figures from the repeats of a benchmark."""

from collections.abc import Callable, Mapping, Sequence
from statistics import median
from time import perf_counter
from typing import TypeVar

Result = TypeVar("Result")


def spread(values: Sequence[float], digits: int = 1) -> dict[str, float]:
    """Minimum, median and maximum."""
    figures = {"min": min(values), "median": median(values), "max": max(values)}
    return {name: round(value, digits) for name, value in figures.items()}


def spreads(runs: Sequence[Mapping[str, float]], *names: str, digits: int = 1) -> dict[str, dict[str, float]]:
    """The spread of each of these figures over the runs."""
    return {name: spread([run[name] for run in runs], digits) for name in names}


def timed(action: Callable[[], Result]) -> tuple[float, Result]:
    """Run an action; returns its milliseconds and its result."""
    started = perf_counter()
    result = action()
    return (perf_counter() - started) * 1000, result
