"""The goals of the benchmarks, and whether the figures meet them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Figures = Mapping[str, Any]
"""The figures by measure, without measures that failed."""


@dataclass(frozen=True)
class Goal:
    """A goal: its text, its measure, and a function that returns the figure as a text and whether it is met."""

    text: str
    measure: str
    figure: Callable[[Figures], tuple[str, bool]]


def _first_load(figures: Figures) -> tuple[str, bool]:
    wire = figures["first_load"]["application"]["wire"] / 1e6
    return f"{wire:.2f} MB", wire <= 0.9


def _drawn(figures: Figures) -> tuple[str, bool]:
    ours, stock = (figures["first_load"][name]["drawn"]["median"] for name in ("application", "stock"))
    return f"{ours:.0f} ms of {stock:.0f} ms: {ours / stock:.2f}", ours <= stock / 2


def _changed(figures: Figures) -> tuple[str, bool]:
    p50, p95 = (figures["filter_change"]["usual"]["redrawn"][name] for name in ("p50", "p95"))
    return f"p50 {p50:.0f} ms, p95 {p95:.0f} ms", p50 <= 100 and p95 <= 200


def _slowed(figures: Figures) -> tuple[str, bool]:
    inp = figures["filter_change"]["slow"]["inp"]
    return f"{inp:.0f} ms", inp <= 200


def _shifted(figures: Figures) -> tuple[str, bool]:
    cls = figures["filter_change"]["usual"]["cls"]
    return f"{cls:.3f}", cls <= 0.05


def _donors_pages(figures: Figures, measure: str) -> list[tuple[str, Mapping[str, Any]]]:
    """The donor's rows of a measure, as (database, row), without slides."""
    rows_by_database = ((name, row) for name, rows in figures[measure].items() for row in rows)
    return [(name, row) for name, row in rows_by_database if row["viewer"] == "donor" and row["page"] != "slides"]


def _within(figures: Figures, measure: str, most: float) -> tuple[str, bool]:
    """The number of a measure's pages that take at most `most` milliseconds, and the slowest page."""
    pages = _donors_pages(figures, measure)
    name, worst = max(pages, key=lambda each: each[1]["callback"]["median"])
    fast = sum(row["callback"]["median"] <= most for _, row in pages)
    slowest = f"{worst['page']} on {name}, {worst['callback']['median']:.0f} ms"
    return f"{fast} of {len(pages)}; slowest: {slowest}", fast == len(pages)


def _kept(figures: Figures) -> tuple[str, bool]:
    share = figures["kept"]["donor"]["share"]["clock"]
    return f"{share:.2f} of the rate of bytes", share >= 0.5


def _linear(figures: Figures) -> tuple[str, bool]:
    """Time per enterprise and memory: the largest size compared with the middle one."""
    sizes = sorted(figures["size"], key=int)
    texts, met = [], True
    for server in ("sqlite", "postgresql"):
        middle, largest = (figures["size"][size][server] for size in sizes[-2:])
        per = [each["seconds"]["median"] / int(size) for each, size in zip((middle, largest), sizes[-2:], strict=True)]
        memory = largest["memory"]["median"]
        texts.append(
            f"{server}: {largest['seconds']['median']:.0f} s, × {per[1] / per[0]:.2f} an enterprise, {memory:.0f} MiB"
        )
        met = met and per[1] <= 1.5 * per[0] and memory <= 2 * middle["memory"]["median"]
    return "; ".join(texts), met


def _before_peers(figures: Figures) -> tuple[str, bool]:
    rates = figures["peers"]["queries"]
    ours = rates["application"]["per_second"]["median"]
    others = {name: rate["per_second"]["median"] for name, rate in rates.items() if name in ("superset", "stock_dash")}
    return (
        f"{ours:.0f}/s" + "".join(f"; {name} {rate:.0f}/s" for name, rate in others.items()),
        all(ours > rate for rate in others.values()),
    )


def _sharded(figures: Figures) -> tuple[str, bool]:
    same = [exhibit["same"] for exhibit in figures["shards"].values()]
    return f"{sum(same)} of {len(same)} exhibits the same", all(same)


def _failover(figures: Figures) -> tuple[str, bool]:
    """Met where there are figures: their test fails on a wrong response and on more than a short retry."""
    tries = max(event["most_tries"] for event in figures["failover"])
    right = sum(event["right"] for event in figures["failover"])
    return f"{right} answers, all right; at most {tries} tries in vain in a row", True


def _exchanged(figures: Figures) -> tuple[str, bool]:
    """Not met where old workers still run: then nothing was tested."""
    settings = [each for each in figures["load"] if each["exchange"]]
    failed, answered, exchanged = (
        sum(each["exchange"][name] for each in settings) for name in ("failed", "answered", "exchanged")
    )
    workers = sum(each["workers"] for each in settings)
    text = f"{failed:.0f} of {answered:.0f} requests failed, {exchanged} of {workers} workers exchanged"
    return text, failed == 0 and exchanged == workers


GOALS = (
    Goal("First load of the Overview at most 0.9 MB compressed", "first_load", _first_load),
    Goal("All its charts drawn in at most half of stock Dash's time", "first_load", _drawn),
    Goal("Filter change to all charts redrawn: p50 at most 100 ms, p95 at most 200 ms", "filter_change", _changed),
    Goal("With the processor slowed down four times, INP at most 200 ms", "filter_change", _slowed),
    Goal("Layout shift (CLS) at most 0.05", "filter_change", _shifted),
    Goal(
        "A page's whole callback, as a scoped donor, worked out anew: at most 60 ms at 5,000 enterprises, on both "
        "databases", "callbacks_5000", lambda figures: _within(figures, "callbacks_5000", 60),
    ),
    Goal(
        "The same at most 150 ms at 100,000 enterprises and 1,000,000 results", "callbacks_100000",
        lambda figures: _within(figures, "callbacks_100000", 150),
    ),
    Goal("Repeated views at least half the rate of cached bytes", "kept", _kept),
    Goal("Making and loading a programme: memory bounded, time linear", "size", _linear),
    Goal("More answers a second than any peer, with sign-in, scope and withholding", "peers", _before_peers),
    Goal("The same numbers over two shards", "shards", _sharded),
    Goal("Hosts die: no wrong number, no lost session, at most a short retry", "failover", _failover),
    Goal("Workers are exchanged under load without a failed request", "load", _exchanged),
)  # fmt: skip


def goals(figures: Figures) -> Iterator[tuple[str, str, str]]:
    """The goals, each with its figure and whether it is met: yes, no or not measured."""
    for goal in GOALS:
        try:
            figure, met = goal.figure(figures)
        except (KeyError, TypeError, ValueError, IndexError, ZeroDivisionError):
            yield goal.text, f"see `{goal.measure}` below", "not measured"
        else:
            yield goal.text, figure, "yes" if met else "**no**"
