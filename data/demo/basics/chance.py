"""Random draws from one seed. They are the same on every machine."""

import math
import random
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")


class Chance:
    """Random draws from one seed. Uses ``random()`` only: Python guarantees that this sequence does not change."""

    def __init__(self, seed: int) -> None:
        self.share: Callable[[], float] = random.Random(seed).random  # noqa: S311 - a sample, not a secret

    def happens(self, probability: float) -> bool:
        """True with this probability."""
        return self.share() < probability

    def whole(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + int(self.share() * (high - low + 1))

    def pick(self, options: Sequence[T]) -> T:
        """One of the options, all equally likely."""
        return options[int(self.share() * len(options))]

    def weighted(self, weights: Mapping[T, float]) -> T:
        """One of the keys, by weight."""
        remaining = self.share() * sum(weights.values())
        options = list(weights)
        for option in options[:-1]:
            remaining -= weights[option]
            if remaining < 0:
                return option
        return options[-1]

    def several(self, weights: Mapping[T, float], count: int) -> list[T]:
        """Up to `count` different keys, by weight."""
        remaining = dict(weights)
        chosen: list[T] = []
        while remaining and len(chosen) < count:
            chosen.append(self.weighted(remaining))
            del remaining[chosen[-1]]
        return chosen

    def normal(self) -> float:
        """A number from about the standard normal distribution: the sum of twelve uniform draws, minus six."""
        share = self.share
        return sum([share() for _ in range(12)]) - 6.0

    def around(self, middle: float, spread: float) -> float:
        """A log-normal number with this median."""
        return middle * math.exp(spread * self.normal())

    def binomial(self, count: int, probability: float) -> int:
        """A binomial number: the number of successes in `count` trials. Use it for a small `count`."""
        return sum([self.share() < probability for _ in range(count)])
