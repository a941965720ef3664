"""The application under load: settings of gunicorn beside each other, answers worked out anew and answers kept.

    .venv/bin/python -m benchmarks.load sqlite:///results.db

prints JSON. For each setting (processes × threads, loaded before the workers part or by each worker): answers per
second of the Overview's one callback to somebody signed in who looks through a link with a scope and a threshold, asked
by eight connections at once, ``kept`` (the same address again) and ``anew`` (every address once); memory per worker in
MiB, new and warm; and what failed while every worker was exchanged under load (``exchange``: SIGHUP).
"""

import argparse
import json
import os
import signal
import time
from itertools import product
from threading import Thread
from typing import Any

from benchmarks.databases import DONOR, made
from benchmarks.posting import HEADERS, OVERVIEW
from benchmarks.serving import Served, bodies, memory, served, warm, wrk
from benchmarks.spread import spreads
from data.filters import Filters
from data.records import Record

SETTINGS = ((1, 4, False), (2, 2, False), (2, 4, False), (2, 8, False), (4, 2, False), (2, 4, True))
"""Worker processes, threads of each, and whether the application is loaded before they part."""


def addresses(database_url: str, most: int = 3000) -> list[str]:
    """Different addresses a donor may ask for: every sector, module, partner and phase with every other."""
    names = ("sector", "module", "phase", "partner")
    record = Record(database_url)
    catalogue = record.catalogue()
    record.engine.dispose()
    tables = [[None, *catalogue.table(name)] for name in names]
    found = []
    for codes in product(*tables):
        filters = Filters()
        for name, code in zip(names, codes, strict=True):
            filters = filters.with_codes(name, frozenset([code])) if code else filters
        found.append(filters.search("en"))
    step = max(1, len(found) // most)
    return found[::step]


def measure(
    database_url: str, settings: tuple[tuple[int, int, bool], ...] = SETTINGS, repeats: int = 3, seconds: int = 4
) -> list[dict[str, Any]]:
    """Each setting: see the module."""
    every = addresses(database_url)
    found = []
    for workers, threads, preload in settings:
        options = ["--workers", str(workers), "--threads", str(threads), *(["--preload"] if preload else [])]
        with served(database_url, scope=DONOR, options=options) as one:
            before = memory(one.workers())
            kept, anew = bodies(one, OVERVIEW, [""]), bodies(one, OVERVIEW, every)
            headers = HEADERS | {"Cookie": one.cookies["donor"]}
            warm(one.callbacks, kept, headers)
            runs: dict[str, list[dict[str, float]]] = {"kept": [], "anew": []}
            share = len(anew) // repeats
            for at in range(repeats):
                runs["anew"].append(wrk(one.callbacks, anew[at * share : (at + 1) * share], headers, seconds=seconds))
                runs["kept"].append(wrk(one.callbacks, kept, headers, seconds=seconds))
            found.append(
                {
                    "workers": workers,
                    "threads": threads,
                    "preload": preload,
                    "memory_new": {name: round(value / workers, 1) for name, value in before.items()},
                    "memory": {name: round(value / workers, 1) for name, value in memory(one.workers()).items()},
                    "exchange": None if preload else exchange(one, kept, headers),
                }
                | {
                    name: spreads(run, "per_second", "p50", "p95") | {"failed": sum(each["failed"] for each in run)}
                    for name, run in runs.items()
                }
            )
    return found


def exchange(one: Served, posted: list[Any], headers: dict[str, str]) -> dict[str, float]:
    """Every worker is exchanged for a new one while it is asked: how many answers, how many failed."""
    before = one.workers()
    told: list[dict[str, float]] = []
    asked = Thread(target=lambda: told.append(wrk(one.callbacks, posted, headers, seconds=8)))
    asked.start()
    time.sleep(1.5)
    os.kill(one.process.pid, signal.SIGHUP)
    asked.join()
    gone = [pid for pid in before if pid not in one.workers()]
    return {"answered": round(told[0]["per_second"] * 8), "failed": told[0]["failed"], "exchanged": len(gone)}


def main() -> None:
    """Measure what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("database_url", nargs="?")
    asked = parser.parse_args()
    print(json.dumps(measure(asked.database_url or f"sqlite:///{made(1000)}"), indent=2))


if __name__ == "__main__":
    main()
