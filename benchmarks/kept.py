"""Cached responses, compared with plain bytes and with responses that are computed each time.

    .venv/bin/python -m benchmarks.kept sqlite:///results.db [--scope partner=cec]

prints JSON: for a ``manager`` and a ``donor`` (scoped, with a threshold of 5) the responses of the Overview's callback
``per_second`` (minimum, median, maximum of the repeats) and the processor time of one (``cpu``, milliseconds).
``kept``: with the cache. ``bytes``: the same server and gate send bytes of the same length. ``anew``: without a cache.
``share`` is the rate of cached responses as a share of the rate of bytes (medians), by the clock and by processor time,
which does not depend on other work of the machine. All are measured in turn.
"""

import argparse
import json
import os
from functools import partial
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.request import Request, urlopen

from flask import Response, request

from benchmarks.posting import HEADERS, OVERVIEW
from benchmarks.serving import Served, bodies, served, wrk
from benchmarks.spread import spreads
from dashboard.app import create_app
from dashboard.cache import response_store
from dashboard.pages.plain_pages import UPDATE

WAYS = {"kept": "dashboard.app:create_app()", "bytes": "benchmarks.kept:sending()", "anew": "benchmarks.kept:anew()"}

LASTING = ("--max-requests", "0")
"""Workers are not renewed during a measure: at these rates that would happen every few seconds."""


def sending() -> Any:
    """The application with a step after the gate that answers each callback with SCORE_BENCHMARK_BYTES bytes."""
    application = create_app()
    steps = application.server.before_request_funcs[None]

    def send_bytes() -> Response | None:
        if request.path != UPDATE:
            return None
        # Marked as compressed, like a cached response.
        return Response(content, headers={"Content-Type": "application/json", "Content-Encoding": "br"})

    content = bytes(int(os.environ["SCORE_BENCHMARK_BYTES"]))
    steps.insert(1, send_bytes)
    return application


def anew() -> Any:
    """The application without a response cache."""
    response_store.MAX_RESPONSE_BYTES = 0
    return create_app()


def measure(
    database_url: str, *, scope: str = "", searches: tuple[str, ...] = ("",), repeats: int = 3, seconds: int = 5
) -> dict[str, Any]:
    """The figures of both viewers; see the docstring of the module."""
    figures: dict[str, Any] = {}
    start = partial(served, database_url, scope=scope, options=LASTING)
    with start(application=WAYS["kept"]) as cached, start(application=WAYS["anew"]) as uncached:
        posted = bodies(cached, OVERVIEW, searches)
        for viewer in ("manager", "donor"):
            length = _length(cached, posted[0], viewer)
            with start(application=WAYS["bytes"], SCORE_BENCHMARK_BYTES=str(length)) as plain:
                servers = {"kept": cached, "bytes": plain, "anew": uncached}
                by_way = _measure_in_turn(servers, posted, viewer, repeats, seconds)
            share = {
                "clock": round(by_way["kept"]["per_second"]["median"] / by_way["bytes"]["per_second"]["median"], 2),
                "processor": round(by_way["bytes"]["cpu"]["median"] / by_way["kept"]["cpu"]["median"], 2),
            }
            figures[viewer] = {**by_way, "share": share, "length": length}
    return figures


def _measure_in_turn(
    servers: dict[str, Served], posted: list[dict[str, Any]], viewer: str, repeats: int, seconds: int
) -> dict[str, dict[str, Any]]:
    runs_by_way: dict[str, list[dict[str, float]]] = {way: [] for way in servers}
    for repeat in range(repeats + 1):
        for way, server in servers.items():
            headers = HEADERS | {"Cookie": server.cookies[viewer]}
            before = _processor_seconds(server)
            once = wrk(server.callbacks, posted, headers, seconds=seconds if repeat else 1)
            if repeat:  # the first is to warm up
                answers = max(once["per_second"] * seconds, 1)
                runs_by_way[way].append(once | {"cpu": (_processor_seconds(server) - before) / answers * 1000})
            _wait_until_idle(server)
    return {
        way: spreads(runs, "per_second", "cpu", digits=2) | {"failed": sum(each["failed"] for each in runs)}
        for way, runs in runs_by_way.items()
    }


def _processor_seconds(server: Served) -> float:
    """The processor time of a server's workers, in seconds."""
    ticks = 0
    for pid in server.workers():
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(") ", 1)[1].split()
        ticks += int(fields[11]) + int(fields[12])  # in user mode and in system mode
    return ticks / os.sysconf("SC_CLK_TCK")


def _wait_until_idle(server: Served, most: float = 60) -> None:
    """Wait until a server has finished its remaining work, which would slow down the next run."""
    end = monotonic() + most
    before = -1.0
    while before != (before := _processor_seconds(server)) and monotonic() < end:
        sleep(0.5)


def _length(server: Served, body: dict[str, Any], viewer: str) -> int:
    headers = HEADERS | {"Cookie": server.cookies[viewer]}
    with urlopen(Request(server.callbacks, json.dumps(body).encode(), headers), timeout=60) as response:
        return len(response.read())


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("database")
    parser.add_argument("--scope", default="")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=5)
    options = parser.parse_args()
    figures = measure(options.database, scope=options.scope, repeats=options.repeats, seconds=options.seconds)
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
