"""The synthetic programmes the benchmarks read: made once below instance/bench/, copied to PostgreSQL where asked."""

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

sys.path.insert(0, str(ROOT / "tests"))  # the machines of the tests are those of the benchmarks

from machines import Postgres, rack, url

FOLDER = ROOT / "instance" / "bench"
SIZES = (1_000, 5_000, 100_000)
"""Enterprises: an office's, the world's order of magnitude, and the size of stress."""

DONOR = "place=330000,370000"
"""What the donor of the benchmarks is limited to: two provinces."""


def made(enterprises: int) -> Path:
    """The SQLite file of a synthetic programme of so many enterprises, made if it is not there."""
    path = FOLDER / f"demo-{enterprises}.db"
    if not path.exists():
        make(enterprises, path)
    return path


def make(enterprises: int, path: Path) -> tuple[float, float]:
    """Make a programme with the command, anew; seconds it took, and the most memory it held, in MiB."""
    unfinished = path.with_suffix(".part")
    unfinished.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    took = make_at(f"sqlite:///{unfinished}", enterprises)
    unfinished.replace(path)
    return took


def make_at(address: str, enterprises: int) -> tuple[float, float]:
    """Make a programme at an address, beside a folder of editions and accounts of its own."""
    work = FOLDER / "work"
    work.mkdir(parents=True, exist_ok=True)
    environ = os.environ | {
        "SCORE_DATABASE_URL": address,
        "SCORE_ACCOUNTS_URL": f"sqlite:///{work}/accounts-{enterprises}.db",
        "SCORE_EDITIONS": str(work / "editions"),
        "SCORE_IMPORTS": str(work / "imports"),
        "TMPDIR": str(work),
    }
    began = perf_counter()
    with (work / "demo.log").open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "dashboard", "demo", "--enterprises", str(enterprises)],
            env=environ, cwd=ROOT, stdout=said, stderr=said,
        )  # fmt: skip
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError((work / "demo.log").read_text(errors="replace")[-2000:])
    return perf_counter() - began, used.ru_maxrss / 1024


@contextmanager
def on_postgres(*copied: Path | None, host: str = "127.0.3") -> Iterator[list[Postgres]]:
    """PostgreSQL servers, each with a copy of a SQLite file, or (None) with empty tables."""
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
    """Copy every table of a SQLite file into empty ones, and let PostgreSQL look at them."""
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
    """How many enterprises, trainings and results a file holds."""
    engine = create_engine(f"sqlite:///{path}", hide_parameters=True)
    with engine.connect() as connection:
        found = {
            name: int(connection.scalar(text(f"SELECT count(*) FROM {name}")) or 0)
            for name in ("enterprise", "training", "result")
        }
    engine.dispose()
    return found
