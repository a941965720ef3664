"""Draws from one seed, the same on every machine."""

import math
import random
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")


class Chance:
    """Draws from one seed, through ``random()`` alone: the one sequence Python promises not to change."""

    def __init__(self, seed: int) -> None:
        self.share: Callable[[], float] = random.Random(seed).random  # noqa: S311 - a sample, not a secret

    def happens(self, probability: float) -> bool:
        """True with this probability."""
        return self.share() < probability

    def whole(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return low + int(self.share() * (high - low + 1))

    def pick(self, options: Sequence[T]) -> T:
        """One of the options."""
        return options[int(self.share() * len(options))]

    def weighted(self, weights: Mapping[T, float]) -> T:
        """One of the keys, by weight."""
        reached = self.share() * sum(weights.values())
        options = list(weights)
        for option in options[:-1]:
            reached -= weights[option]
            if reached < 0:
                return option
        return options[-1]

    def several(self, weights: Mapping[T, float], count: int) -> list[T]:
        """Up to `count` different keys, by weight."""
        rest = dict(weights)
        chosen: list[T] = []
        while rest and len(chosen) < count:
            chosen.append(self.weighted(rest))
            del rest[chosen[-1]]
        return chosen

    def normal(self) -> float:
        """About a standard normal number: twelve uniform ones less six, the same on every machine."""
        share = self.share
        return sum([share() for _ in range(12)]) - 6.0

    def around(self, middle: float, spread: float) -> float:
        """A log-normal number with this median."""
        return middle * math.exp(spread * self.normal())

    def binomial(self, count: int, probability: float) -> int:
        """How many of `count` (a few) are drawn with this probability."""
        return sum([self.share() < probability for _ in range(count)])
