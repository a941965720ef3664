"""The time and memory to make and load a synthetic programme, for the sizes of the benchmarks.

    .venv/bin/python -m benchmarks.size

prints JSON, for each number of enterprises and each database: ``seconds``, ``memory`` (peak, in MiB), and the number of
rows. The largest programme is made once, the others three times.
"""

import json
from typing import Any

from benchmarks.databases import FOLDER, SIZES, counts, make, make_at, on_postgres, url
from benchmarks.spread import spread


def measure(sizes: tuple[int, ...] = SIZES, repeats: int = 3) -> dict[str, Any]:
    """Make each programme in SQLite and in PostgreSQL."""
    figures: dict[str, Any] = {}
    for enterprises in sizes:
        times = repeats if enterprises < max(sizes) else 1
        path = FOLDER / f"demo-{enterprises}.db"
        sqlite = [make(enterprises, path) for _ in range(times)]
        postgresql = []
        for _ in range(times):
            with on_postgres(None) as (server,):
                server.sql("DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
                postgresql.append(make_at(url("score", server), enterprises))
        figures[str(enterprises)] = {"rows": counts(path)} | {
            name: {"seconds": spread([each[0] for each in runs]), "memory": spread([each[1] for each in runs])}
            for name, runs in (("sqlite", sqlite), ("postgresql", postgresql))
        }
    return figures


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))
