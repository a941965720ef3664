"""How the figures of each measure are told: a table, and what is to be known of it."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

_PEERS = """The same three charts (modules completed, enterprises by province, share that improved) with a filter by
sector, on the same database. The dashboard shows them with more beside them."""

_PEERS_ASKED = """Eight connections ask under changing filters. The dashboard answers with the whole Overview: it checks
who asks, keeps a donor to a scope and withholds small numbers, and nothing was kept before. Stock Dash answers with the
three charts and checks nothing. Superset answers with the numbers of one chart and checks who asks, its caches off; of
bare SQL one connection asks for the same numbers."""


def section(name: str, told: Mapping[str, Any] | None) -> str:
    """What was kept of a measure, as a text."""
    if told is None:
        return "Not measured."
    if "failed" in told:
        return f"Not measured: {told['failed']}"
    found = told["found"]
    try:
        return SECTIONS[name](found)
    except (KeyError, TypeError, ValueError, AttributeError):
        return f"```json\n{json.dumps(found, indent=1)}\n```"


def table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines)


def _spread(told: Mapping[str, float]) -> str:
    values = [told[name] for name in ("min", "median", "max")]
    return " / ".join(f"{value:,.0f}" if value >= 10 else f"{value:.1f}" for value in values)  # noqa: PLR2004


def _loads(found: Any) -> str:
    rows = [
        (name, told["requests"], f"{told['wire'] / 1e6:.2f}", f"{told['decoded'] / 1e6:.2f}", _spread(told["drawn"]),
         _spread(told["work"]))
        for name, told in found.items()
    ]  # fmt: skip
    return (
        "The Overview's charts in a browser that has seen nothing before: when all are drawn, and the page's own work "
        "until then, waiting left out.\n\n"
        + table(("", "requests", "MB on the wire", "MB decoded", "drawn, ms", "at work, ms"), rows)
    )


def _pages(found: Any) -> str:
    rows = [
        (database, row["viewer"], row["page"], row["queries"], _spread(row["bare"]), _spread(row["callback"]),
         f"{row['bytes'] / 1000:.0f}")
        for database, each in found.items()
        for row in each
    ]  # fmt: skip
    return (
        "Each page's whole callback, worked out anew. Counts come from facts held in memory: `bare` is the SQL that is "
        "still put, through the driver alone.\n\n"
        + table(("database", "viewer", "page", "queries", "bare, ms", "callback, ms", "kB"), rows)
    )


def _choices(found: Any) -> str:
    rows = [
        (speed, *(" / ".join(f"{told[what][name]:.0f}" for name in ("p50", "p95")) for what in ("redrawn", "asking")),
         f"{told['inp']:.0f}", f"{told['cls']:.3f}")
        for speed, told in found.items()
    ]  # fmt: skip
    return (
        "Choices in a filter of the Overview: from the key that closes it until the page's last change, and of that "
        "until the server's last answer; with the processor as it is and four times slower.\n\n"
        + table(("processor", "redrawn, p50 / p95 ms", "answered, p50 / p95 ms", "INP, ms", "CLS"), rows)
    )


def _repeated(found: Any) -> str:
    rows = [
        (who, *(_spread(told[way]["per_second"]) for way in ("bytes", "kept", "anew")), *told["share"].values())
        for who, told in found.items()
    ]
    return "Answers a second to the Overview's callback, eight connections.\n\n" + table(
        ("viewer", "mere bytes", "kept", "worked out anew", "kept ÷ bytes", "the same, of the processor's time"), rows
    )


def _settings(found: Any) -> str:
    rows = [
        (
            f"{told['workers']} × {told['threads']}" + (", preloaded" if told["preload"] else ""),
            _spread(told["anew"]["per_second"]), _spread(told["anew"]["p95"]), _spread(told["kept"]["per_second"]),
            f"{told['memory_new']['rss']:.0f} / {told['memory_new']['pss']:.0f}",
            f"{told['memory']['rss']:.0f} / {told['memory']['pss']:.0f}",
            f"{told['exchange']['failed']:.0f} of {told['exchange']['answered']:.0f}" if told["exchange"] else "–",
        )
        for told in found
    ]  # fmt: skip
    return (
        "gunicorn's settings, workers × threads; a donor with a scope and a threshold asks for the Overview. Memory is "
        "RSS / PSS a worker (PSS counts what several share in part).\n\n"
        + table(
            ("setting", "anew, a second", "p95, ms", "kept, a second", "MiB, new", "MiB, warm", "failed on SIGHUP"),
            rows,
        )
    )


def _sizes(found: Any) -> str:
    rows = [
        (
            f"{int(size):,}",
            f"{told['rows']['result']:,}",
            server,
            _spread(told[server]["seconds"]),
            _spread(told[server]["memory"]),
        )
        for size, told in found.items()
        for server in ("sqlite", "postgresql")
    ]
    return "`score-dashboard demo`, invented and loaded; the largest once.\n\n" + table(
        ("enterprises", "results", "database", "seconds", "MiB at most"), rows
    )


def _exhibits(found: Any) -> str:
    rows = [
        (code, _spread(told["one"]), _spread(told["shards"]), f"{told['shards']['median'] / told['one']['median']:.1f}",
         "yes" if told["same"] else "**no**")
        for code, told in found.items()
    ]  # fmt: skip
    return "Exhibits at 5,000 enterprises, one server beside two shards (docs/shards.sql).\n\n" + table(
        ("exhibit", "one server, ms", "two shards, ms", "ratio", "same"), rows
    )


def _events(found: Any) -> str:
    rows = [
        (told["event"], told["right"], ", ".join(f"{n} × {why}" for why, n in told["in_vain"].items()) or "none",
         f"{told['longest']:.1f}", told["most_tries"])
        for told in found
    ]  # fmt: skip
    return (
        "Fifty viewers of all three kinds, two web hosts, a primary and a replica, all on this one machine; each waits "
        "two seconds between answers.\n\n"
        + table(("what happened", "right answers", "tries in vain", "longest wait, s", "most tries in vain"), rows)
    )


def _attacks(found: Any) -> str:
    rows = [
        (name, told["answered"], told["seconds"], f"{told['before']:,.0f} → {told['peak']:,.0f}", told["wait"])
        for name, told in found.items()
    ]
    return (
        "Fields are sent to the sign-in page, lists to a callback, a file to *Import* while another process holds the "
        "record to itself. One worker.\n\n"
        + table(("posted", "answered", "after, s", "memory of the worker, MiB", "others waited, s"), rows)
    )


def _peers(found: Any) -> str:
    browsers = [
        (
            name,
            told["requests"],
            f"{told['wire'] / 1e6:.2f}",
            _spread(told["drawn"]),
            _spread(told["changed"]) if "changed" in told else "–",
        )
        for name, told in found["pages"].items()
        if "failed" not in told
    ]
    queries = [
        (name, _spread(told["per_second"]), _spread(told["p50"]), _spread(told["p95"]))
        for name, told in found["queries"].items()
        if "failed" not in told
    ]
    failed = [f"{name}: {told['failed']}" for part in found.values() for name, told in part.items() if "failed" in told]
    return "\n\n".join(
        [
            _PEERS,
            table(("page", "requests", "MB on the wire", "first load, ms", "filter change, ms"), browsers),
            _PEERS_ASKED,
            table(("", "answers a second", "p50, ms", "p95, ms"), queries),
            *([f"Not measured: {'; '.join(failed)}"] if failed else []),
        ]
    )


SECTIONS: dict[str, Callable[[Any], str]] = {
    "first_load": _loads,
    "callbacks_5000": _pages,
    "callbacks_100000": _pages,
    "kept": _repeated,
    "load": _settings,
    "size": _sizes,
    "filter_change": _choices,
    "shards": _exhibits,
    "failover": _events,
    "peers": _peers,
    "attacks": _attacks,
}
"""How a measure's figures are told; those that cannot be stand as they are."""
