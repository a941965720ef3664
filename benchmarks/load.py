"""The application under load: settings of gunicorn compared, with cached and computed responses.

    .venv/bin/python -m benchmarks.load sqlite:///results.db

prints JSON. For each setting (processes × threads, with or without preload): responses per second of the Overview's
callback, with eight connections at once, for a manager who previews a share link with a scope and a threshold; ``kept``
is the same address again, ``anew`` each address once. Also the memory per worker in MiB, new and warm, and the number
of failed requests while all workers are exchanged under load (``exchange``: SIGHUP).
"""

import argparse
import json
import os
import signal
import time
from itertools import product
from threading import Thread
from typing import Any

from benchmarks.databases import DONOR, programme_file
from benchmarks.posting import HEADERS, OVERVIEW
from benchmarks.serving import Served, bodies, memory, served, warm, wrk
from benchmarks.spread import spreads
from data.filters import Filters
from data.records import Record

SETTINGS = ((1, 4, False), (2, 2, False), (2, 4, False), (2, 8, False), (4, 2, False), (2, 4, True))
"""Settings of gunicorn: worker processes, threads of each, preload."""


def addresses(database_url: str, most: int = 3000) -> list[str]:
    """About `most` different addresses that a donor may request: combinations of sector, module, partner and phase."""
    names = ("sector", "module", "phase", "partner")
    record = Record(database_url)
    catalogue = record.catalogue()
    record.engine.dispose()
    tables = [[None, *catalogue.table(name)] for name in names]
    searches = []
    for codes in product(*tables):
        filters = Filters()
        for name, code in zip(names, codes, strict=True):
            filters = filters.with_codes(name, frozenset([code])) if code else filters
        searches.append(filters.search("en"))
    step = max(1, len(searches) // most)
    return searches[::step]


def measure(
    database_url: str, settings: tuple[tuple[int, int, bool], ...] = SETTINGS, repeats: int = 3, seconds: int = 4
) -> list[dict[str, Any]]:
    """The figures of each setting; see the docstring of the module."""
    searches = addresses(database_url)
    figures = []
    for workers, threads, preload in settings:
        options = ["--workers", str(workers), "--threads", str(threads), *(["--preload"] if preload else [])]
        with served(database_url, scope=DONOR, options=options) as server:
            before = memory(server.workers())
            kept, anew = bodies(server, OVERVIEW, [""]), bodies(server, OVERVIEW, searches)
            headers = HEADERS | {"Cookie": server.cookies["donor"]}
            warm(server.callbacks, kept, headers)
            runs: dict[str, list[dict[str, float]]] = {"kept": [], "anew": []}
            share = len(anew) // repeats
            for at in range(repeats):
                runs["anew"].append(
                    wrk(server.callbacks, anew[at * share : (at + 1) * share], headers, seconds=seconds)
                )
                runs["kept"].append(wrk(server.callbacks, kept, headers, seconds=seconds))
            figures.append(
                {
                    "workers": workers,
                    "threads": threads,
                    "preload": preload,
                    "memory_new": {name: round(value / workers, 1) for name, value in before.items()},
                    "memory": {name: round(value / workers, 1) for name, value in memory(server.workers()).items()},
                    "exchange": None if preload else exchange(server, kept, headers),
                }
                | {
                    name: spreads(run, "per_second", "p50", "p95") | {"failed": sum(each["failed"] for each in run)}
                    for name, run in runs.items()
                }
            )
    return figures


def exchange(server: Served, posted: list[Any], headers: dict[str, str]) -> dict[str, float]:
    """Exchange all workers under load; returns the number of responses, of failures and of exchanged workers."""
    before = server.workers()
    runs: list[dict[str, float]] = []
    client = Thread(target=lambda: runs.append(wrk(server.callbacks, posted, headers, seconds=8)))
    client.start()
    time.sleep(1.5)
    os.kill(server.process.pid, signal.SIGHUP)
    client.join()
    exchanged = [pid for pid in before if pid not in server.workers()]
    return {"answered": round(runs[0]["per_second"] * 8), "failed": runs[0]["failed"], "exchanged": len(exchanged)}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("database_url", nargs="?")
    options = parser.parse_args()
    print(json.dumps(measure(options.database_url or f"sqlite:///{programme_file(1000)}"), indent=2))


if __name__ == "__main__":
    main()
