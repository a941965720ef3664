"""The section of each measure in the report: a table with a short explanation."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

_PEERS = """The same three charts (modules completed, enterprises by province, share that improved) with a filter by
sector, on the same database. The dashboard shows them with more beside them."""

_PEERS_ASKED = """Eight connections ask under changing filters. The dashboard answers with the whole Overview: it checks
who asks, keeps a donor to a scope and withholds small numbers, and nothing was kept before. Stock Dash answers with the
three charts and checks nothing. Superset answers with the numbers of one chart and checks who asks, its caches off; of
bare SQL one connection asks for the same numbers."""


def section(name: str, result: Mapping[str, Any] | None) -> str:
    """The section of a measure from its stored result."""
    if result is None:
        return "Not measured."
    if "failed" in result:
        return f"Not measured: {result['failed']}"
    figures = result["found"]
    try:
        return SECTIONS[name](figures)
    except (KeyError, TypeError, ValueError, AttributeError):
        return f"```json\n{json.dumps(figures, indent=1)}\n```"


def table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines)


def _spread(spread: Mapping[str, float]) -> str:
    values = [spread[name] for name in ("min", "median", "max")]
    return " / ".join(f"{value:,.0f}" if value >= 10 else f"{value:.1f}" for value in values)  # noqa: PLR2004


def _loads(figures: Any) -> str:
    rows = [
        (name, row["requests"], f"{row['wire'] / 1e6:.2f}", f"{row['decoded'] / 1e6:.2f}", _spread(row["drawn"]),
         _spread(row["work"]))
        for name, row in figures.items()
    ]  # fmt: skip
    return (
        "The Overview's charts in a browser that has seen nothing before: when all are drawn, and the page's own work "
        "until then, waiting left out.\n\n"
        + table(("", "requests", "MB on the wire", "MB decoded", "drawn, ms", "at work, ms"), rows)
    )


def _pages(figures: Any) -> str:
    rows = [
        (database, row["viewer"], row["page"], row["queries"], _spread(row["bare"]), _spread(row["callback"]),
         f"{row['bytes'] / 1000:.0f}")
        for database, each in figures.items()
        for row in each
    ]  # fmt: skip
    return (
        "Each page's whole callback, worked out anew. Counts come from facts held in memory: `bare` is the SQL that is "
        "still put, through the driver alone.\n\n"
        + table(("database", "viewer", "page", "queries", "bare, ms", "callback, ms", "kB"), rows)
    )


def _choices(figures: Any) -> str:
    rows = [
        (speed, *(" / ".join(f"{row[what][name]:.0f}" for name in ("p50", "p95")) for what in ("redrawn", "asking")),
         f"{row['inp']:.0f}", f"{row['cls']:.3f}")
        for speed, row in figures.items()
    ]  # fmt: skip
    return (
        "Choices in a filter of the Overview: from the key that closes it until the page's last change, and of that "
        "until the server's last answer; with the processor as it is and four times slower.\n\n"
        + table(("processor", "redrawn, p50 / p95 ms", "answered, p50 / p95 ms", "INP, ms", "CLS"), rows)
    )


def _repeated(figures: Any) -> str:
    rows = [
        (who, *(_spread(row[way]["per_second"]) for way in ("bytes", "kept", "anew")), *row["share"].values())
        for who, row in figures.items()
    ]
    return "Answers a second to the Overview's callback, eight connections.\n\n" + table(
        ("viewer", "mere bytes", "kept", "worked out anew", "kept ÷ bytes", "the same, of the processor's time"), rows
    )


def _settings(figures: Any) -> str:
    rows = [
        (
            f"{row['workers']} × {row['threads']}" + (", preloaded" if row["preload"] else ""),
            _spread(row["anew"]["per_second"]), _spread(row["anew"]["p95"]), _spread(row["kept"]["per_second"]),
            f"{row['memory_new']['rss']:.0f} / {row['memory_new']['pss']:.0f}",
            f"{row['memory']['rss']:.0f} / {row['memory']['pss']:.0f}",
            f"{row['exchange']['failed']:.0f} of {row['exchange']['answered']:.0f}" if row["exchange"] else "–",
        )
        for row in figures
    ]  # fmt: skip
    return (
        "gunicorn's settings, workers × threads; a donor with a scope and a threshold asks for the Overview. Memory is "
        "RSS / PSS a worker (PSS counts what several share in part).\n\n"
        + table(
            ("setting", "anew, a second", "p95, ms", "kept, a second", "MiB, new", "MiB, warm", "failed on SIGHUP"),
            rows,
        )
    )


def _sizes(figures: Any) -> str:
    rows = [
        (
            f"{int(size):,}",
            f"{row['rows']['result']:,}",
            server,
            _spread(row[server]["seconds"]),
            _spread(row[server]["memory"]),
        )
        for size, row in figures.items()
        for server in ("sqlite", "postgresql")
    ]
    return "`score-dashboard demo`, invented and loaded; the largest once.\n\n" + table(
        ("enterprises", "results", "database", "seconds", "MiB at most"), rows
    )


def _exhibits(figures: Any) -> str:
    rows = [
        (code, _spread(row["one"]), _spread(row["shards"]), f"{row['shards']['median'] / row['one']['median']:.1f}",
         "yes" if row["same"] else "**no**")
        for code, row in figures.items()
    ]  # fmt: skip
    return "Exhibits at 5,000 enterprises, one server beside two shards (docs/shards.sql).\n\n" + table(
        ("exhibit", "one server, ms", "two shards, ms", "ratio", "same"), rows
    )


def _events(figures: Any) -> str:
    rows = [
        (row["event"], row["right"], ", ".join(f"{n} × {why}" for why, n in row["in_vain"].items()) or "none",
         f"{row['longest']:.1f}", row["most_tries"])
        for row in figures
    ]  # fmt: skip
    return (
        "Fifty viewers of all three kinds, two web hosts, a primary and a replica, all on this one machine; each waits "
        "two seconds between answers.\n\n"
        + table(("what happened", "right answers", "tries in vain", "longest wait, s", "most tries in vain"), rows)
    )


def _attacks(figures: Any) -> str:
    rows = [
        (name, row["answered"], row["seconds"], f"{row['before']:,.0f} → {row['peak']:,.0f}", row["wait"])
        for name, row in figures.items()
    ]
    return (
        "Fields are sent to the sign-in page, lists to a callback, a file to *Import* while another process holds the "
        "record to itself. One worker.\n\n"
        + table(("posted", "answered", "after, s", "memory of the worker, MiB", "others waited, s"), rows)
    )


def _peers(figures: Any) -> str:
    browsers = [
        (
            name,
            row["requests"],
            f"{row['wire'] / 1e6:.2f}",
            _spread(row["drawn"]),
            _spread(row["changed"]) if "changed" in row else "–",
        )
        for name, row in figures["pages"].items()
        if "failed" not in row
    ]
    queries = [
        (name, _spread(row["per_second"]), _spread(row["p50"]), _spread(row["p95"]))
        for name, row in figures["queries"].items()
        if "failed" not in row
    ]
    failed = [f"{name}: {row['failed']}" for part in figures.values() for name, row in part.items() if "failed" in row]
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
"""The section writer of each measure. Figures that it cannot read are printed as JSON."""
