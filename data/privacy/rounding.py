"""The rounding of true numbers to shown ones: counts by cell key, sums by noise factors, medians by a mean.

Counts are rounded at random, without bias, to a multiple of the base. The direction comes from a keyed hash of the
*cell key*, which is the sum of the secret numbers of the enterprises counted. Equal sets of enterprises have equal cell
keys and so equal numbers, whatever the filters or the exhibit. (Cell keys: Fraser & Wooton 2005, Australian Bureau of
Statistics; noise factors: Evans, Zayatz & Slanta 1998.)
"""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from data.engine.facts import Array
from data.engine.measures import Statistics, median_ranks, wilson_interval
from data.privacy.shown import About, Withheld, share, significant, under

_KEYS = 2**31
"""Cell keys are sums modulo this."""

LEAST_NOISE, MOST_NOISE = 0.10, 0.20
"""Minimum and maximum relative change of a size, up or down."""

MIDDLE, NEAREST = 5, 3
"""Number of values whose mean is shown as the median, and as the end of an interval."""

FEWEST_FOR_MEDIAN = 15
"""Minimum number of pairs, as shown, for a median."""

SIZE_DIGITS, MEDIAN_DIGITS = 3, 2
"""Significant digits of a sum and of a median."""


@dataclass(frozen=True)
class Secrets:
    """The secret values of each enterprise of a record, by position: its number and its noise factors.

    ``workers`` is the factor of the people it employs, ``people`` the factor of visits and of people trained. With one
    factor for both, their ratio would be exact.
    """

    key: bytes = field(repr=False)
    numbers: Array = field(repr=False)
    workers: Array = field(repr=False)
    people: Array = field(repr=False)

    @classmethod
    def of(cls, key: bytes, enterprises: Iterable[str]) -> "Secrets":
        """The secrets of enterprises for a privacy key."""
        digests = b"".join(hmac.digest(key, f"enterprise:{code}".encode(), "sha256") for code in enterprises)
        random = np.frombuffer(digests, ">u8").reshape(-1, 4)
        numbers = (random[:, 0] % _KEYS).astype(np.int64)
        return cls(key, numbers, _factor(random[:, 1]), _factor(random[:, 2]))

    def number(self, kind: str, code: str) -> int:
        """The secret number of something other than an enterprise, such as a trainer."""
        return int.from_bytes(hmac.digest(self.key, f"{kind}:{code}".encode(), "sha256")[:8]) % _KEYS

    def draw(self, cell_key: int) -> float:
        """A pseudo-random number from 0 to 1, always the same for a cell key."""
        return int.from_bytes(hmac.digest(self.key, b"cell:%d" % cell_key, "sha256")[:7]) / 2**56


def _factor(random: Array) -> Array:
    """Noise factors of 1 ± 10 to 20 %, from random numbers of 64 bits."""
    part = (random >> np.uint64(1)).astype(float) / 2**63
    sign = np.where(random & np.uint64(1), 1.0, -1.0)
    factors: Array = 1 + sign * (LEAST_NOISE + (MOST_NOISE - LEAST_NOISE) * part)
    return factors


@dataclass(frozen=True)
class Rounding:
    """The rounding of the numbers of one viewer: to multiples of ``base``, except the totals that are shown exactly.

    ``exact`` has these totals by cell key.
    """

    base: int
    secrets: Secrets
    exact: dict[int, int] = field(default_factory=dict)

    def key_of(self, enterprises: Array) -> int:
        """The cell key of some enterprises, given by position, each once."""
        return int(self.secrets.numbers[enterprises].sum()) % _KEYS

    def shown(self, counts: Array, keys: Array) -> Array:
        """The shown counts for true `counts` and the sums of their secret numbers (`keys`). 0 is "under the base"."""
        base = self.base
        n = counts.astype(np.int64)
        remainder = n % base
        rounded = n - remainder
        cell_keys = keys.astype(np.int64) % _KEYS
        for at in np.flatnonzero(remainder):
            if self.exact.get(int(cell_keys.flat[at])) == n.flat[at]:
                rounded.flat[at] = n.flat[at]
            elif self.secrets.draw(int(cell_keys.flat[at])) * base < remainder.flat[at]:
                rounded.flat[at] += base
        return rounded

    def count(self, enterprises: Array) -> int:
        """The shown number of enterprises, given by position, each once."""
        return int(self.shown(np.array([len(enterprises)]), self.secrets.numbers[enterprises].sum(keepdims=True))[0])

    def count_coded(self, kind: str, codes: Iterable[str]) -> int:
        """The shown number of people of a kind with a code each, such as trainers."""
        numbers = [self.secrets.number(kind, code) for code in set(codes)]
        return int(self.shown(np.array([len(numbers)]), np.array([sum(numbers)]))[0])

    def count_at(self, kind: str, code: str, count: int | None) -> int | None:
        """The shown number of people at one event, whose true number is `count`. None stays unknown."""
        if count is None:
            return None
        return int(self.shown(np.array([count]), np.array([self.secrets.number(kind, code)]))[0])

    def enough(self, shown: Any) -> bool:
        """Is the shown number of enterprises large enough to show a sum over them?"""
        return bool(shown >= 2 * self.base)

    def sum_to_digits(self, total: float, enterprises: int) -> About | Withheld:
        """A sum with noise over `enterprises` (shown number), to three significant digits; withheld if they are few."""
        return About(significant(total, SIZE_DIGITS)) if self.enough(enterprises) else Withheld()

    def sum_to_base(self, total: float, enterprises: int) -> About | Withheld:
        """A sum with noise over `enterprises` (shown number), to a multiple of the base; withheld if they are few."""
        return About(self.base * round(total / self.base)) if self.enough(enterprises) else Withheld()


class Blurred(Statistics):
    """Statistics for a viewer with a threshold: of the values of some enterprises, one value each."""

    def __init__(self, rounding: Rounding, enterprises: Array) -> None:
        self._rounding = rounding
        self._enterprises = enterprises

    def count(self, mask: Array) -> int:
        """The shown number of enterprises with True."""
        return self._rounding.count(self._enterprises[mask]) or under(self._rounding.base)

    def median(self, values: Array) -> float | None:
        """The median of the known values, as :func:`middle`; None for too few values."""
        known = ~np.isnan(values)
        return middle(values[known]) if self.count(known) >= FEWEST_FOR_MEDIAN else None

    def mean(self, values: Array, enterprises: int) -> float | None:
        """The mean of values of `enterprises` (shown number), to 2 significant digits; None for too few."""
        return significant(float(values.mean()), MEDIAN_DIGITS) if enterprises >= FEWEST_FOR_MEDIAN else None

    def interval(self, values: Array) -> tuple[float, float] | None:
        """The interval of the median; None for too few values."""
        ranks = median_ranks(len(values))
        if ranks is None or self.count(np.ones(len(values), bool)) < FEWEST_FOR_MEDIAN:
            return None
        low, high = (near_rank(values, rank) for rank in ranks)
        return low, high

    def share(self, part: int, whole: int) -> float | None:
        """The share of a part of a whole, both as shown."""
        return share(part, whole)

    def share_interval(self, part: int, whole: int) -> tuple[float, float] | None:
        """The interval of a share of two shown counts; None if the part is under the base."""
        return wilson_interval(min(part, whole), whole) if part else None


def middle(values: Array) -> float:
    """The mean of the 5 middle values. For an even number of values: of 6 middle values, the outer two count half."""
    n = len(values)
    ordered = np.sort(values)
    low, high = (n - MIDDLE) / 2, (n + MIDDLE) / 2
    weights = np.clip(np.minimum(np.arange(n) + 1, high) - np.maximum(np.arange(n), low), 0, None)
    return float(significant(float(ordered @ weights) / MIDDLE, MEDIAN_DIGITS))


def near_rank(values: Array, rank: int) -> float:
    """The mean of the 3 values at and next to a rank (from 1)."""
    begin = min(max(rank - 2, 0), max(len(values) - NEAREST, 0))
    return float(significant(float(np.sort(values)[begin : begin + NEAREST].mean()), MEDIAN_DIGITS))
