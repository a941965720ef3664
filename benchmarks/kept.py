"""A view that is asked for again, beside bytes that are merely sent, and beside the same view worked out each time.

    .venv/bin/python -m benchmarks.kept sqlite:///results.db [--scope partner=cec]

prints JSON: for a ``manager`` and a ``donor`` (scoped, with a threshold of 5) the answers to the Overview's callback
``per_second`` (minimum, median, maximum of the repeats) and the processor's time for one (``cpu``, milliseconds), where
they are ``kept``, where ``bytes`` of the same length are sent by the same server behind the same gate, and where
nothing is kept (``anew``); and what share of the bytes' rate the kept answers have (``share``, of the medians), by the
clock and by the processor, which does not mind who else is at work on the machine. All are measured in turn.
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
"""No worker is renewed while it is measured: at these rates it would be every few seconds."""


def sending() -> Any:
    """The application, which says to every callback, right behind the gate, as many bytes as it is told."""
    application = create_app()
    steps = application.server.before_request_funcs[None]

    def sent() -> Response | None:
        if request.path != UPDATE:
            return None
        # As what is kept: compressed already.
        return Response(said, headers={"Content-Type": "application/json", "Content-Encoding": "br"})

    said = bytes(int(os.environ["SCORE_BENCHMARK_BYTES"]))
    steps.insert(1, sent)
    return application


def anew() -> Any:
    """The application, which keeps nothing."""
    response_store.MAX_RESPONSE_BYTES = 0
    return create_app()


def measure(
    database_url: str, *, scope: str = "", searches: tuple[str, ...] = ("",), repeats: int = 3, seconds: int = 5
) -> dict[str, Any]:
    """See the module."""
    found: dict[str, Any] = {}
    start = partial(served, database_url, scope=scope, options=LASTING)
    with start(application=WAYS["kept"]) as kept, start(application=WAYS["anew"]) as anew:
        asked = bodies(kept, OVERVIEW, searches)
        for who in ("manager", "donor"):
            length = _length(kept, asked[0], who)
            with start(application=WAYS["bytes"], SCORE_BENCHMARK_BYTES=str(length)) as sends:
                servers = {"kept": kept, "bytes": sends, "anew": anew}
                told = _in_turn(servers, asked, who, repeats, seconds)
            share = {
                "clock": round(told["kept"]["per_second"]["median"] / told["bytes"]["per_second"]["median"], 2),
                "processor": round(told["bytes"]["cpu"]["median"] / told["kept"]["cpu"]["median"], 2),
            }
            found[who] = {**told, "share": share, "length": length}
    return found


def _in_turn(
    servers: dict[str, Served], asked: list[dict[str, Any]], who: str, repeats: int, seconds: int
) -> dict[str, dict[str, Any]]:
    done: dict[str, list[dict[str, float]]] = {way: [] for way in servers}
    for repeat in range(repeats + 1):
        for way, server in servers.items():
            headers = HEADERS | {"Cookie": server.cookies[who]}
            before = _worked(server)
            once = wrk(server.callbacks, asked, headers, seconds=seconds if repeat else 1)
            if repeat:  # the first is to warm up
                answers = max(once["per_second"] * seconds, 1)
                done[way].append(once | {"cpu": (_worked(server) - before) / answers * 1000})
            _rest(server)
    return {
        way: spreads(all_of, "per_second", "cpu", digits=2) | {"failed": sum(each["failed"] for each in all_of)}
        for way, all_of in done.items()
    }


def _worked(server: Served) -> float:
    """Seconds of the processor that a server's workers have had."""
    ticks = 0
    for pid in server.workers():
        told = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(") ", 1)[1].split()
        ticks += int(told[11]) + int(told[12])  # in user mode and in the system's
    return ticks / os.sysconf("SC_CLK_TCK")


def _rest(server: Served, most: float = 60) -> None:
    """Wait until a server has done what nobody waits for any more: it would be at the next one's cost."""
    end = monotonic() + most
    before = -1.0
    while before != (before := _worked(server)) and monotonic() < end:
        sleep(0.5)


def _length(server: Served, body: dict[str, Any], who: str) -> int:
    headers = HEADERS | {"Cookie": server.cookies[who]}
    with urlopen(Request(server.callbacks, json.dumps(body).encode(), headers), timeout=60) as answer:
        return len(answer.read())


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("database")
    parser.add_argument("--scope", default="")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=5)
    given = parser.parse_args()
    found = measure(given.database, scope=given.scope, repeats=given.repeats, seconds=given.seconds)
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
