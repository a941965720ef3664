"""The goals, and how far the figures that the measures found meet them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Found = Mapping[str, Any]
"""What the measures found, by name; those that failed are not in it."""


@dataclass(frozen=True)
class Goal:
    """A goal: the measure it rests on, the figure as a text, and whether that meets it."""

    text: str
    measure: str
    figure: Callable[[Found], tuple[str, bool]]


def _first_load(found: Found) -> tuple[str, bool]:
    wire = found["first_load"]["application"]["wire"] / 1e6
    return f"{wire:.2f} MB", wire <= 0.9


def _drawn(found: Found) -> tuple[str, bool]:
    ours, stock = (found["first_load"][name]["drawn"]["median"] for name in ("application", "stock"))
    return f"{ours:.0f} ms of {stock:.0f} ms: {ours / stock:.2f}", ours <= stock / 2


def _changed(found: Found) -> tuple[str, bool]:
    p50, p95 = (found["filter_change"]["usual"]["redrawn"][name] for name in ("p50", "p95"))
    return f"p50 {p50:.0f} ms, p95 {p95:.0f} ms", p50 <= 100 and p95 <= 200


def _slowed(found: Found) -> tuple[str, bool]:
    inp = found["filter_change"]["slow"]["inp"]
    return f"{inp:.0f} ms", inp <= 200


def _shifted(found: Found) -> tuple[str, bool]:
    cls = found["filter_change"]["usual"]["cls"]
    return f"{cls:.3f}", cls <= 0.05


def _donors_pages(found: Found, measure: str) -> list[tuple[str, Mapping[str, Any]]]:
    """The rows of a measure's pages as a donor sees them, each with its database; slides are no page."""
    told = ((name, row) for name, rows in found[measure].items() for row in rows)
    return [(name, row) for name, row in told if row["viewer"] == "donor" and row["page"] != "slides"]


def _within(found: Found, measure: str, most: float) -> tuple[str, bool]:
    """How many of a measure's pages take at most so many milliseconds, and which takes longest."""
    pages = _donors_pages(found, measure)
    name, worst = max(pages, key=lambda each: each[1]["callback"]["median"])
    met = sum(row["callback"]["median"] <= most for _, row in pages)
    slowest = f"{worst['page']} on {name}, {worst['callback']['median']:.0f} ms"
    return f"{met} of {len(pages)}; slowest: {slowest}", met == len(pages)


def _kept(found: Found) -> tuple[str, bool]:
    share = found["kept"]["donor"]["share"]["clock"]
    return f"{share:.2f} of the rate of bytes", share >= 0.5


def _linear(found: Found) -> tuple[str, bool]:
    """Time per enterprise, and memory, at the largest size beside the middle one."""
    sizes = sorted(found["size"], key=int)
    said, met = [], True
    for server in ("sqlite", "postgresql"):
        middle, largest = (found["size"][size][server] for size in sizes[-2:])
        per = [each["seconds"]["median"] / int(size) for each, size in zip((middle, largest), sizes[-2:], strict=True)]
        held = largest["memory"]["median"]
        said.append(
            f"{server}: {largest['seconds']['median']:.0f} s, × {per[1] / per[0]:.2f} an enterprise, {held:.0f} MiB"
        )
        met = met and per[1] <= 1.5 * per[0] and held <= 2 * middle["memory"]["median"]
    return "; ".join(said), met


def _before_peers(found: Found) -> tuple[str, bool]:
    rates = found["peers"]["queries"]
    ours = rates["application"]["per_second"]["median"]
    others = {name: told["per_second"]["median"] for name, told in rates.items() if name in ("superset", "stock_dash")}
    return (
        f"{ours:.0f}/s" + "".join(f"; {name} {rate:.0f}/s" for name, rate in others.items()),
        all(ours > rate for rate in others.values()),
    )


def _sharded(found: Found) -> tuple[str, bool]:
    same = [told["same"] for told in found["shards"].values()]
    return f"{sum(same)} of {len(same)} exhibits the same", all(same)


def _failover(found: Found) -> tuple[str, bool]:
    """Met where there are figures: the test they come from fails on a wrong answer and on more than a short retry."""
    tries = max(event["most_tries"] for event in found["failover"])
    right = sum(event["right"] for event in found["failover"])
    return f"{right} answers, all right; at most {tries} tries in vain in a row", True


def _exchanged(found: Found) -> tuple[str, bool]:
    """Not met either where workers are still the old ones: then nothing was put to the test."""
    told = [each for each in found["load"] if each["exchange"]]
    failed, answered, gone = (
        sum(each["exchange"][name] for each in told) for name in ("failed", "answered", "exchanged")
    )
    workers = sum(each["workers"] for each in told)
    said = f"{failed:.0f} of {answered:.0f} requests failed, {gone} of {workers} workers exchanged"
    return said, failed == 0 and gone == workers


GOALS = (
    Goal("First load of the Overview at most 0.9 MB compressed", "first_load", _first_load),
    Goal("All its charts drawn in at most half of stock Dash's time", "first_load", _drawn),
    Goal("Filter change to all charts redrawn: p50 at most 100 ms, p95 at most 200 ms", "filter_change", _changed),
    Goal("With the processor slowed down four times, INP at most 200 ms", "filter_change", _slowed),
    Goal("Layout shift (CLS) at most 0.05", "filter_change", _shifted),
    Goal(
        "A page's whole callback, as a scoped donor, worked out anew: at most 60 ms at 5,000 enterprises, on both "
        "databases", "callbacks_5000", lambda found: _within(found, "callbacks_5000", 60),
    ),
    Goal(
        "The same at most 150 ms at 100,000 enterprises and 1,000,000 results", "callbacks_100000",
        lambda found: _within(found, "callbacks_100000", 150),
    ),
    Goal("Repeated views at least half the rate of cached bytes", "kept", _kept),
    Goal("Making and loading a programme: memory bounded, time linear", "size", _linear),
    Goal("More answers a second than any peer, with sign-in, scope and withholding", "peers", _before_peers),
    Goal("The same numbers over two shards", "shards", _sharded),
    Goal("Hosts die: no wrong number, no lost session, at most a short retry", "failover", _failover),
    Goal("Workers are exchanged under load without a failed request", "load", _exchanged),
)  # fmt: skip


def goals(found: Found) -> Iterator[tuple[str, str, str]]:
    """Each goal, its figure, and whether it is met: yes, no or not measured."""
    for goal in GOALS:
        try:
            figure, met = goal.figure(found)
        except (KeyError, TypeError, ValueError, IndexError, ZeroDivisionError):
            yield goal.text, f"see `{goal.measure}` below", "not measured"
        else:
            yield goal.text, figure, "yes" if met else "**no**"
