"""Servers of other dashboard tools with the charts of :mod:`benchmarks.beside`; `make bench-peers` installs them."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.serving import ROOT, free_port, running

PEERS = ROOT / ".venv-peers"


@contextmanager
def peer(command: list[str], database_url: str, address: str, ready: str = "") -> Iterator[str]:
    """Serve a peer while the block runs; its address."""
    environ = {"BENCH_DATABASE_URL": database_url, "PYTHONPATH": str(ROOT)}
    with TemporaryDirectory() as folder, running(command, environ, address + ready, Path(folder) / "log"):
        yield address


def program(peer_name: str, name: str) -> str:
    """A program in a peer's own environment; raises FileNotFoundError where it is not installed."""
    path = PEERS / peer_name / "bin" / name
    if not path.exists():
        raise FileNotFoundError("not installed: make bench-peers")
    return str(path)


def gunicorn(python: str, application: str, port: int, threads: int = 4) -> list[str]:
    """The gunicorn command that serves an application in two processes, as ours is served."""
    options = ["--bind", f"127.0.0.1:{port}", "--workers", "2", "--threads", str(threads), "--timeout", "120"]
    return [python, "-m", "gunicorn", *options, "--config", os.devnull, application]


@contextmanager
def stock_dash(database_url: str) -> Iterator[str]:
    """Dash as in its documentation."""
    port = free_port()
    command = gunicorn(sys.executable, "benchmarks.beside.dash_page:server", port)
    with peer(command, database_url, f"http://127.0.0.1:{port}") as address:
        yield address


@contextmanager
def vizro(database_url: str) -> Iterator[str]:
    """Vizro."""
    port = free_port()
    command = gunicorn(program("vizro", "python"), "benchmarks.beside.vizro_page:server", port)
    with peer(command, database_url, f"http://127.0.0.1:{port}") as address:
        yield address


@contextmanager
def streamlit(database_url: str) -> Iterator[str]:
    """Streamlit."""
    port = free_port()
    settings = {"server.address": "127.0.0.1", "server.port": port, "server.headless": "true"}
    settings["browser.gatherUsageStats"] = "false"
    options = [part for name, value in settings.items() for part in (f"--{name}", str(value))]
    command = [program("streamlit", "streamlit"), "run", "benchmarks/beside/streamlit_page.py", *options]
    with peer(command, database_url, f"http://127.0.0.1:{port}", "/_stcore/health") as address:
        yield address
