"""The same exhibits over results and trainings spread over two PostgreSQL servers (docs/shards.sql), beside one server.

    .venv/bin/python -m benchmarks.shards

prints JSON, an exhibit a line: milliseconds on ``one`` server and on ``shards`` (minimum, median, maximum), and whether
both give the ``same`` table. What takes longer than twenty seconds is not repeated.
"""

import json
from functools import partial
from typing import Any

from benchmarks.databases import made, on_postgres, url
from benchmarks.spread import spread, timed
from data.exhibits import EXHIBITS, build
from data.exports.csv_files import to_csv
from data.filters import Filters
from data.privacy.viewer import MANAGER
from data.records import Record

from machines import shard  # isort: skip - found by benchmarks.databases

TOO_LONG = 20_000
"""Milliseconds."""


def measure(enterprises: int = 5_000, repeats: int = 3) -> dict[str, Any]:
    """Every exhibit as a manager sees it."""
    path = made(enterprises)
    found: dict[str, Any] = {}
    with on_postgres(path, path, None, None) as (one, many, first, second):
        shard(many, (first, second))
        records = {"one": Record(url("score", one)), "shards": Record(url("score", many))}
        for code in EXHIBITS:
            tables, found[code] = {}, {}
            for name, record in records.items():
                times = []
                for _ in range(repeats):
                    with record.view(MANAGER, Filters()) as view:
                        took, exhibit = timed(partial(build, view, code))
                    times.append(took)
                    if took > TOO_LONG:
                        break
                tables[name] = to_csv(exhibit)
                found[code][name] = spread(times)
            found[code]["same"] = tables["one"] == tables["shards"]
        for record in records.values():
            record.engine.dispose()
    return found


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))
