"""Others' dashboards with the three charts of :mod:`benchmarks.beside`, served; `make bench-peers` installs them."""

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
    """A peer, served; its address."""
    told = {"BENCH_DATABASE_URL": database_url, "PYTHONPATH": str(ROOT)}
    with TemporaryDirectory() as folder, running(command, told, address + ready, Path(folder) / "log"):
        yield address


def program(peer_name: str, name: str) -> str:
    """A program of a peer's own environment; raises FileNotFoundError where it is not installed."""
    path = PEERS / peer_name / "bin" / name
    if not path.exists():
        raise FileNotFoundError("not installed: make bench-peers")
    return str(path)


def gunicorn(python: str, application: str, port: int, threads: int = 4) -> list[str]:
    """The command that serves an application as ours is served, in two processes."""
    bound = ["--bind", f"127.0.0.1:{port}", "--workers", "2", "--threads", str(threads), "--timeout", "120"]
    return [python, "-m", "gunicorn", *bound, "--config", os.devnull, application]


@contextmanager
def stock_dash(database_url: str) -> Iterator[str]:
    """Dash as its documentation has it."""
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
    said = {"server.address": "127.0.0.1", "server.port": port, "server.headless": "true"}
    said["browser.gatherUsageStats"] = "false"
    options = [part for name, value in said.items() for part in (f"--{name}", str(value))]
    command = [program("streamlit", "streamlit"), "run", "benchmarks/beside/streamlit_page.py", *options]
    with peer(command, database_url, f"http://127.0.0.1:{port}", "/_stcore/health") as address:
        yield address
