"""How numbers are made of counts and pairs: shares, paired change, intervals. Defined in docs/measures.md."""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import bdtr, bdtrik, ndtri

from data.vocabulary import YES_NO

CONFIDENCE = 0.95
FEWEST_FOR_INTERVAL = 6
FEWEST_FOR_DISTRIBUTION = 10


def share(part: float | None, whole: float | None) -> float | None:
    """`part` / `whole`, 0 to 1; None where there is nothing to divide by."""
    return None if part is None or not whole else part / whole


def median_interval(values: np.ndarray) -> tuple[float, float] | None:
    """The distribution-free interval of the median from order statistics, coverage at least 95 %.

    Ranks j and n+1-j with the largest j for which P(Binomial(n, 1/2) < j) is at most 2.5 %
    (David & Nagaraja, *Order Statistics*, 7.1). None where fewer than 6 values leave no such rank.
    """
    n = len(values)
    rank = _median_rank(n)
    if rank < 1:
        return None
    ordered = np.partition(values, (rank - 1, n - rank))
    return float(ordered[rank - 1]), float(ordered[n - rank])


@lru_cache(maxsize=4096)
def _median_rank(n: int) -> int:
    """The smallest j with P(Binomial(n, 1/2) <= j) of at least 2.5 %; 0 where n is 0.

    It is found as `scipy.stats.binom.ppf` finds it: importing `scipy.stats` takes longer than all else a command needs.
    """
    if not n:
        return 0
    tail = (1 - CONFIDENCE) / 2
    above = math.ceil(float(bdtrik(tail, n, 0.5)))
    return above - 1 if above and bdtr(above - 1, n, 0.5) >= tail else above


@lru_cache(maxsize=4096)
def wilson_interval(count: int, n: int) -> tuple[float, float] | None:
    """The Wilson 95 % interval of a share (Wilson 1927); None where n is 0."""
    if not n:
        return None
    z, p = float(ndtri(0.5 + 0.5 * CONFIDENCE)), count / n
    whole = 2 * (n + z**2)
    centre = (2 * n * p + z**2) / whole
    half = z / whole * math.sqrt(4 * n * p * (1 - p) + z**2)
    return centre - half if count else 0.0, centre + half if count < n else 1.0


_DIRECTIONS = {"up": 1.0, "down": -1.0, "context": math.nan}


def _change(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Sums in decimal: 0.61 - 4.13 is -3.52, not -3.5199999999999996."""
    difference: np.ndarray = np.round(after - before, 12)
    return difference


def with_change(pairs: pd.DataFrame, better: dict[str, str]) -> pd.DataFrame:
    """`pairs` (enterprise, indicator, before, after, …) with change, relative_change (NaN: before is 0) and verdict.

    change is after - before in the indicator's unit; relative_change is change / |before|;
    verdict is better, same, worse, or context where neither direction is good; `better` maps indicators to directions.
    """
    frame = pairs.copy()
    before, after = frame["before"].astype(float), frame["after"].astype(float)
    frame["change"] = _change(before.to_numpy(), after.to_numpy())
    frame["relative_change"] = frame["change"] / before.abs().where(before != 0)
    direction = frame["indicator"].map(better).map(_DIRECTIONS).astype(float)
    gain = np.sign(frame["change"]) * direction
    frame["verdict"] = gain.map({1.0: "better", 0.0: "same", -1.0: "worse"}).astype(object).fillna("context")
    return frame


@dataclass(frozen=True)
class Change:
    """What the pairs of one indicator say. None where it has no meaning or no pairs; shares 0 to 1."""

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


def change(pairs: pd.DataFrame, *, unit: str, better: str) -> Change:
    """The :class:`Change` of one indicator's pairs, from their before and after."""
    return change_between(pairs["before"].to_numpy(float), pairs["after"].to_numpy(float), unit=unit, better=better)


def change_between(before: np.ndarray, after: np.ndarray, *, unit: str, better: str) -> Change:
    """The same of the levels alone, pair by pair."""
    numbers: dict[str, Any] = {}
    n = len(before)
    difference = _change(before, after)
    if unit == YES_NO:
        had, has = before > 0, after > 0
        numbers |= {
            "had_before": _count(had), "had_after": _count(has),
            "gained": _count(has & ~had), "lost": _count(had & ~has),
        }  # fmt: skip
    elif n:
        low, high = median_interval(difference) or (None, None)
        based = before != 0
        numbers |= {
            "median_before": _median(before), "median_after": _median(after),
            "median_change": _median(difference), "change_low": low, "change_high": high,
            "median_relative_change": _median(difference[based] / np.abs(before[based])),
        }  # fmt: skip
    if better != "context":
        gain = difference * _DIRECTIONS[better]
        count = {"better": _count(gain > 0), "same": _count(gain == 0), "worse": _count(gain < 0)}
        low, high = wilson_interval(count["better"], n) or (None, None)
        numbers |= {f"{verdict}_count": many for verdict, many in count.items()}
        numbers |= {"better_share": share(count["better"], n), "better_low": low, "better_high": high}
    return Change(pairs=n, **numbers)


def _count(mask: np.ndarray) -> int:
    return int(np.count_nonzero(mask))


def _median(values: np.ndarray) -> float | None:
    return round(float(np.median(values)), 12) if len(values) else None


def ratio(part: pd.Series, whole: pd.Series) -> pd.Series:
    """`part` / `whole` row by row; NaN where there is nothing to divide by, withheld where either is."""
    return part / whole.where(whole != 0, math.nan)


def stage_shares(stages: pd.DataFrame) -> pd.DataFrame:
    """`stages` (enterprises, from first to last) with share_of_first and share_of_previous."""
    counts = stages["enterprises"].astype(object)
    first = pd.Series([counts.iloc[0]] * len(counts), index=counts.index, dtype=object)
    return stages.assign(
        share_of_first=ratio(counts, first),
        share_of_previous=ratio(counts, counts.shift().where(counts.shift().notna(), math.nan)),
    )


def funnel_shares(steps: pd.DataFrame, names: tuple[str, ...]) -> pd.DataFrame:
    """`steps` (planned, not_yet_due and `names`) with `<name>_share` of those planned and due; NaN where none is."""
    frame = steps.copy()
    due = frame["planned"] - frame["not_yet_due"]
    for name in names:
        frame[f"{name}_share"] = ratio(frame[name], due)
    return frame


def at_least(completed: pd.DataFrame, most: int) -> pd.DataFrame:
    """From (modules, enterprises) to (modules_at_least, enterprises) for 1…`most` modules."""
    levels = range(1, most + 1)
    counts = [int(completed.loc[completed["modules"] >= level, "enterprises"].sum()) for level in levels]
    return pd.DataFrame({"modules_at_least": list(levels), "enterprises": counts})
