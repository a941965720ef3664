"""The synthetic programmes of the benchmarks: made once below instance/bench/, copied to PostgreSQL where needed."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

import psycopg
from psycopg.types.json import Json
from sqlalchemy import create_engine, select, text

from benchmarks.serving import ROOT
from data.storage.database import create_tables, writing_engine
from data.storage.schema import results

sys.path.insert(0, str(ROOT / "tests"))  # the benchmarks use the machines of the tests

from machines import Postgres, rack, url

FOLDER = ROOT / "instance" / "bench"
SIZES = (1_000, 5_000, 100_000)
"""Numbers of enterprises: one office, the world's order of magnitude, and a stress test."""

DONOR = "place=330000,370000"
"""The scope of the donor of the benchmarks: two provinces."""


def programme_file(enterprises: int) -> Path:
    """The SQLite file of a synthetic programme with this number of enterprises. Makes it if it is missing."""
    path = FOLDER / f"demo-{enterprises}.db"
    if not path.exists():
        make(enterprises, path)
    return path


def make(enterprises: int, path: Path) -> tuple[float, float]:
    """Make a programme anew, with the command; returns the seconds and the peak memory in MiB."""
    unfinished = path.with_suffix(".part")
    unfinished.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    took = make_at(f"sqlite:///{unfinished}", enterprises)
    unfinished.replace(path)
    return took


def make_at(address: str, enterprises: int) -> tuple[float, float]:
    """Make a programme in a database, with separate editions and accounts; returns seconds and peak memory in MiB."""
    work = FOLDER / "work"
    work.mkdir(parents=True, exist_ok=True)
    environ = os.environ | {
        "SCORE_DATABASE_URL": address,
        "SCORE_ACCOUNTS_URL": f"sqlite:///{work}/accounts-{enterprises}.db",
        "SCORE_EDITIONS": str(work / "editions"),
        "SCORE_IMPORTS": str(work / "imports"),
        "TMPDIR": str(work),
    }
    started = perf_counter()
    with (work / "demo.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "dashboard", "demo", "--enterprises", str(enterprises)],
            env=environ, cwd=ROOT, stdout=log, stderr=log,
        )  # fmt: skip
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError((work / "demo.log").read_text(errors="replace")[-2000:])
    return perf_counter() - started, used.ru_maxrss / 1024


@contextmanager
def on_postgres(*copied: Path | None, host: str = "127.0.3") -> Iterator[list[Postgres]]:
    """PostgreSQL servers, each with a copy of a SQLite file, or with empty tables (None)."""
    with rack() as room:
        servers = [
            room.place(Postgres, f"{host}.{at}", f"postgres{at}").new("score") for at in range(1, len(copied) + 1)
        ]
        for server, path in zip(servers, copied, strict=True):
            engine = writing_engine(url("score", server))
            create_tables(engine)
            engine.dispose()
            if path is not None:
                copy(path, server)
        yield servers


def copy(path: Path, server: Postgres) -> None:
    """Copy all tables of a SQLite file into empty ones, and analyse them."""
    source = create_engine(f"sqlite:///{path}", hide_parameters=True)
    with source.connect() as read, psycopg.connect(server.conninfo()) as write:
        for table in results.sorted_tables:
            columns = ", ".join(f'"{column.name}"' for column in table.columns)
            rows = read.execution_options(stream_results=True).execute(select(table))
            with write.cursor().copy(f'COPY "{table.name}" ({columns}) FROM STDIN') as into:
                for row in rows:
                    into.write_row([Json(value) if isinstance(value, dict) else value for value in row])
    source.dispose()
    server.sql("VACUUM ANALYZE")


def counts(path: Path) -> dict[str, int]:
    """The number of enterprises, trainings and results in a file."""
    engine = create_engine(f"sqlite:///{path}", hide_parameters=True)
    with engine.connect() as connection:
        rows = {
            name: int(connection.scalar(text(f"SELECT count(*) FROM {name}")) or 0)
            for name in ("enterprise", "training", "result")
        }
    engine.dispose()
    return rows
