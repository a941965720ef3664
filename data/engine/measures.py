"""Measures of counts and pairs: shares, paired change, intervals. Defined in docs/measures.md."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import bdtr, bdtrik, ndtr, ndtri

from data.vocabulary import FEWEST_FOR_DISTRIBUTION, FEWEST_FOR_INTERVAL, WITHOUT_RELATIVE_CHANGE, YES_NO

CONFIDENCE = 0.95

_LIMIT = 3.0902
"""Standard errors between the whole and the limits of a funnel plot: 99.8 % lie between them."""


def share(part: float | None, whole: float | None) -> float | None:
    """`part` / `whole`, 0 to 1; None if the whole is 0 or unknown."""
    return None if part is None or not whole else part / whole


def median_interval(values: np.ndarray) -> tuple[float, float] | None:
    """The distribution-free interval of the median from order statistics, with a coverage of at least 95 %.

    Its ends have the ranks j and n+1-j, with the largest j for which P(Binomial(n, 1/2) < j) is at most 2.5 %
    (David & Nagaraja, *Order Statistics*, 7.1). None for fewer than 6 values, which have no such rank.
    """
    ranks = median_ranks(len(values))
    if ranks is None:
        return None
    low, high = (rank - 1 for rank in ranks)
    ordered = np.partition(values, (low, high))
    return float(ordered[low]), float(ordered[high])


def median_ranks(n: int) -> tuple[int, int] | None:
    """The ranks (from 1) of the ends of the median's interval among `n` values; None if there is no interval."""
    rank = _median_rank(n)
    return (rank, n + 1 - rank) if rank >= 1 else None


@lru_cache(maxsize=4096)
def _median_rank(n: int) -> int:
    """The smallest j with P(Binomial(n, 1/2) <= j) of at least 2.5 %; 0 if n is 0.

    The calculation is that of `scipy.stats.binom.ppf`. The import of `scipy.stats` would take longer than the rest of a
    command.
    """
    if not n:
        return 0
    tail = (1 - CONFIDENCE) / 2
    above = math.ceil(float(bdtrik(tail, n, 0.5)))
    return above - 1 if above and bdtr(above - 1, n, 0.5) >= tail else above


@lru_cache(maxsize=4096)
def wilson_interval(count: int, n: int) -> tuple[float, float] | None:
    """The Wilson 95 % interval of a share (Wilson 1927); None if n is 0."""
    if not n:
        return None
    z, p = float(ndtri(0.5 + 0.5 * CONFIDENCE)), count / n
    whole = 2 * (n + z**2)
    centre = (2 * n * p + z**2) / whole
    half = z / whole * math.sqrt(4 * n * p * (1 - p) + z**2)
    return centre - half if count else 0.0, centre + half if count < n else 1.0


_DIRECTIONS = {"up": 1.0, "down": -1.0, "context": math.nan}


def _change(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """The difference, rounded to decimals: 0.61 - 4.13 is -3.52, not -3.5199999999999996."""
    difference: np.ndarray = np.round(after - before, 12)
    return difference


def gains(before: np.ndarray, after: np.ndarray, better: str) -> np.ndarray:
    """The changes towards the good direction `better` (up or down): positive is better, negative is worse."""
    return _change(before, after) * _DIRECTIONS[better]


def funnel_verdict(share: float | None, n: int, overall: float | None) -> str | None:
    """How a share of `n` stands to that of the whole: above, below, as-expected, or too-few where `n` is under 10.

    None where one of the shares is not known: a part under the threshold has none. The limits are those of a funnel
    plot at 99.8 % (Spiegelhalter 2005).
    """
    if n < FEWEST_FOR_DISTRIBUTION:
        return "too-few"
    if share is None or overall is None:
        return None
    half = _LIMIT * math.sqrt(overall * (1 - overall) / n)
    if share > overall + half:
        return "above"
    return "below" if share < overall - half else "as-expected"


def with_change(pairs: pd.DataFrame, better: dict[str, str], units: dict[str, str]) -> pd.DataFrame:
    """`pairs` (enterprise, indicator, before, after, …) with change, relative_change and verdict.

    change is after - before in the indicator's unit. relative_change is change / |before|; NaN where before is 0 or the
    unit has none. verdict is better, same, worse, or context if neither direction is good. `better` and `units` map
    indicators to directions and units.
    """
    frame = pairs.copy()
    before, after = frame["before"].astype(float), frame["after"].astype(float)
    frame["change"] = _change(before.to_numpy(), after.to_numpy())
    has_relative = (before != 0) & ~frame["indicator"].map(units).isin(WITHOUT_RELATIVE_CHANGE)
    frame["relative_change"] = frame["change"] / before.abs().where(has_relative)
    direction = frame["indicator"].map(better).map(_DIRECTIONS).astype(float)
    gain = np.sign(frame["change"]) * direction
    frame["verdict"] = gain.map({1.0: "better", 0.0: "same", -1.0: "worse"}).astype(object).fillna("context")
    return frame


@dataclass(frozen=True)
class Change:
    """The measures of the pairs of one indicator. None: not defined for the unit, or no pairs. Shares are 0 to 1."""

    pairs: int
    median_before: float | None = None
    median_after: float | None = None
    median_change: float | None = None
    change_low: float | None = None
    change_high: float | None = None
    median_relative_change: float | None = None
    better_count: int | None = None
    same_count: int | None = None
    worse_count: int | None = None
    better_share: float | None = None
    better_low: float | None = None
    better_high: float | None = None
    had_before: int | None = None
    had_after: int | None = None
    gained: int | None = None
    lost: int | None = None


class Statistics:
    """Statistics of values, one per enterprise, without rounding."""

    def count(self, mask: np.ndarray) -> int:
        """The number of True values."""
        return int(np.count_nonzero(mask))

    def median(self, values: np.ndarray) -> float | None:
        """The median of the known values; None if no value is known."""
        known = values[~np.isnan(values)]
        return round(float(np.median(known)), 12) if len(known) else None

    def mean(self, values: np.ndarray, _enterprises: int) -> float | None:
        """The mean of values of a number of enterprises; None if there is no value."""
        return round(float(values.mean()), 12) if len(values) else None

    def interval(self, values: np.ndarray) -> tuple[float, float] | None:
        """The interval of the median; None for too few values."""
        return median_interval(values)

    def share(self, part: int, whole: int) -> float | None:
        """The share of a part in a whole; None if the whole is 0."""
        return share(part, whole)

    def share_interval(self, part: int, whole: int) -> tuple[float, float] | None:
        """The interval of a share; None if the whole is 0."""
        return wilson_interval(part, whole)


def change(pairs: pd.DataFrame, *, unit: str, better: str, by: Statistics | None = None) -> Change:
    """The :class:`Change` of the pairs of one indicator, calculated with the statistics `by`."""
    before, after = (pairs[name].to_numpy(float) for name in ("before", "after"))
    return change_between(before, after, unit=unit, better=better, by=by)


def change_between(
    before: np.ndarray, after: np.ndarray, *, unit: str, better: str, by: Statistics | None = None
) -> Change:
    """The :class:`Change` of the pairs of one indicator, given as two arrays of levels."""
    by = by or Statistics()
    numbers: dict[str, Any] = {}
    n = by.count(np.ones(len(before), bool))
    difference = _change(before, after)
    if unit == YES_NO:
        had_before, had_after = before > 0, after > 0
        numbers |= {
            "had_before": by.count(had_before), "had_after": by.count(had_after),
            "gained": by.count(had_after & ~had_before), "lost": by.count(had_before & ~had_after),
        }  # fmt: skip
    elif len(before):
        low, high = by.interval(difference) or (None, None)
        nonzero = (before != 0) & (unit not in WITHOUT_RELATIVE_CHANGE)
        relative = np.full(len(before), np.nan)
        relative[nonzero] = difference[nonzero] / np.abs(before[nonzero])
        numbers |= {
            "median_before": by.median(before), "median_after": by.median(after),
            "median_change": by.median(difference), "change_low": low, "change_high": high,
            "median_relative_change": by.median(relative),
        }  # fmt: skip
    if better != "context":
        gain = gains(before, after, better)
        count = {"better": by.count(gain > 0), "same": by.count(gain == 0), "worse": by.count(gain < 0)}
        interval = by.share_interval(count["better"], n) if n >= FEWEST_FOR_INTERVAL else None
        low, high = interval or (None, None)
        numbers |= {f"{verdict}_count": n_of_verdict for verdict, n_of_verdict in count.items()}
        numbers |= {"better_share": by.share(count["better"], n), "better_low": low, "better_high": high}
    return Change(pairs=n, **numbers)


def time_between(months: np.ndarray, by: Statistics | None = None) -> dict[str, Any]:
    """The median of the months between before and after, and the number of pairs for which they are known (not NaN)."""
    by = by or Statistics()
    return {"months_between": by.median(months), "months_between_n": by.count(~np.isnan(months))}


def majorities(pairs: pd.Series, better: pd.Series, worse: pd.Series) -> pd.Series:
    """For each indicator: did more than half of its enterprises improve or get worse, beyond chance?

    ``better`` or ``worse``, ``neither``, or None for an indicator that is not tested: one with fewer than 10 pairs or
    without a direction. The score test of the larger share against one half is two-sided, and 1 where the share is not
    above one half. Over all indicators tested, Holm's procedure holds the error at 5 % (Holm 1979).
    """
    tested = {
        at: _score_p(max(better[at], worse[at]), pairs[at])
        for at in pairs.index
        if pairs[at] >= FEWEST_FOR_DISTRIBUTION and better[at] is not None and better[at] == better[at]
    }
    verdicts: dict[Any, str | None] = dict.fromkeys(pairs.index)
    verdicts |= dict.fromkeys(tested, "neither")
    for place, at in enumerate(sorted(tested, key=tested.__getitem__)):
        if tested[at] > (1 - CONFIDENCE) / (len(tested) - place):
            break
        verdicts[at] = "better" if better[at] > worse[at] else "worse"
    return pd.Series(verdicts, index=pairs.index, dtype=object)


def _score_p(part: float, whole: float) -> float:
    """The two-sided p of the score test of a share against one half; 1 where it is not above one half."""
    if 2 * part <= whole:
        return 1.0
    z = (part / whole - 0.5) / (0.5 / math.sqrt(whole))
    return float(2 * ndtr(-z))


def ratio(part: pd.Series, whole: pd.Series, of: Callable[[Any, Any], float | None] = share) -> pd.Series:
    """The share of each part in its whole, by default `part` / `whole`; NaN if the whole is 0 or unknown."""
    shares = [None if each != each else of(n, each) for n, each in zip(part, whole, strict=True)]  # noqa: PLR0124 - NaN
    return pd.Series(shares, index=part.index, dtype=float)
