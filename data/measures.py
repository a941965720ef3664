"""How numbers are made of counts and pairs: shares, paired change, intervals. Defined in docs/measures.md."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import binom, binomtest

CONFIDENCE = 0.95
FEWEST_FOR_INTERVAL = 6
FEWEST_FOR_DISTRIBUTION = 10
YES_NO = "yes-no"


def share(part: float | None, whole: float | None) -> float | None:
    """`part` / `whole`, 0 to 1; None where there is nothing to divide by."""
    return None if part is None or not whole else part / whole


def median_interval(values: np.ndarray) -> tuple[float, float] | None:
    """The distribution-free interval of the median from order statistics, coverage at least 95 %.

    Ranks j and n+1-j with the largest j for which P(Binomial(n, 1/2) < j) is at most 2.5 %
    (David & Nagaraja, *Order Statistics*, 7.1). None where fewer than 6 values leave no such rank.
    """
    n = len(values)
    rank = int(binom.ppf((1 - CONFIDENCE) / 2, n, 0.5)) if n else 0
    if rank < 1:
        return None
    ordered = np.sort(values)
    return float(ordered[rank - 1]), float(ordered[n - rank])


def wilson_interval(count: int, n: int) -> tuple[float, float] | None:
    """The Wilson 95 % interval of a share (Wilson 1927); None where n is 0."""
    if not n:
        return None
    interval = binomtest(count, n).proportion_ci(CONFIDENCE, method="wilson")
    return float(interval.low), float(interval.high)


def with_change(pairs: pd.DataFrame, better: dict[str, str]) -> pd.DataFrame:
    """`pairs` (enterprise, indicator, before, after, …) with change, relative_change (NaN: before is 0) and verdict.

    change is after - before in the indicator's unit; relative_change is change / |before|;
    verdict is better, same, worse, or context where neither direction is good; `better` maps indicators to directions.
    """
    frame = pairs.copy()
    before, after = frame["before"].astype(float), frame["after"].astype(float)
    # Sums in decimal: 0.61 - 4.13 is -3.52, not -3.5199999999999996.
    frame["change"] = (after - before).round(12)
    frame["relative_change"] = frame["change"] / before.abs().where(before != 0)
    direction = frame["indicator"].map(better).map({"up": 1.0, "down": -1.0, "context": np.nan}).astype(float)
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
    """The :class:`Change` of one indicator's pairs, as :func:`with_change` gives them."""
    numbers: dict[str, Any] = {}
    if unit == YES_NO:
        had, has = pairs["before"] > 0, pairs["after"] > 0
        numbers |= {
            "had_before": int(had.sum()), "had_after": int(has.sum()),
            "gained": int((has & ~had).sum()), "lost": int((had & ~has).sum()),
        }  # fmt: skip
    elif len(pairs):
        low, high = median_interval(pairs["change"].to_numpy(float)) or (None, None)
        numbers |= {
            "median_before": _median(pairs["before"]), "median_after": _median(pairs["after"]),
            "median_change": _median(pairs["change"]), "change_low": low, "change_high": high,
            "median_relative_change": _median(pairs["relative_change"]),
        }  # fmt: skip
    if better != "context":
        count = {verdict: int((pairs["verdict"] == verdict).sum()) for verdict in ("better", "same", "worse")}
        low, high = wilson_interval(count["better"], len(pairs)) or (None, None)
        numbers |= {f"{verdict}_count": n for verdict, n in count.items()}
        numbers |= {"better_share": share(count["better"], len(pairs)), "better_low": low, "better_high": high}
    return Change(pairs=len(pairs), **numbers)


def _median(values: pd.Series) -> float | None:
    known = values.dropna()
    return round(float(known.median()), 12) if len(known) else None


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
