"""Exhibits from one PostgreSQL server, compared with results and trainings on two shards (docs/shards.sql).

    .venv/bin/python -m benchmarks.shards

prints JSON by exhibit: milliseconds on ``one`` server and on ``shards`` (minimum, median, maximum), and whether both
give the ``same`` table. An exhibit that takes longer than twenty seconds is not repeated.
"""

import json
from functools import partial
from typing import Any

from benchmarks.databases import on_postgres, programme_file, url
from benchmarks.spread import spread, timed
from data.exhibits import EXHIBITS, build
from data.exports.csv_files import to_csv
from data.filters import Filters
from data.privacy.viewer import MANAGER
from data.records import Record

from machines import shard  # isort: skip - found by benchmarks.databases

TOO_LONG = 20_000
"""Milliseconds; a slower exhibit is not repeated."""


def measure(enterprises: int = 5_000, repeats: int = 3) -> dict[str, Any]:
    """The figures of each exhibit, with a manager's rights."""
    path = programme_file(enterprises)
    figures: dict[str, Any] = {}
    with on_postgres(path, path, None, None) as (one, many, first, second):
        shard(many, (first, second))
        records = {"one": Record(url("score", one)), "shards": Record(url("score", many))}
        for code in EXHIBITS:
            tables, figures[code] = {}, {}
            for name, record in records.items():
                times = []
                for _ in range(repeats):
                    with record.view(MANAGER, Filters()) as view:
                        took, exhibit = timed(partial(build, view, code))
                    times.append(took)
                    if took > TOO_LONG:
                        break
                tables[name] = to_csv(exhibit)
                figures[code][name] = spread(times)
            figures[code]["same"] = tables["one"] == tables["shards"]
        for record in records.values():
            record.engine.dispose()
    return figures


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))
