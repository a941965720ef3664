"""Servers as they run in earnest, and Chromium looking at them: what the benchmarks of the browser share."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import create_server
from statistics import median
from tempfile import TemporaryDirectory
from urllib.request import urlopen

from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
SIZE = {"width": 1280, "height": 800}
BIN = Path(sys.executable).parent
PATIENCE = 30.0
"""Seconds a server has to come up."""


@contextmanager
def browser() -> Iterator[Browser]:
    """The system's Chromium, else Playwright's own."""
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM if CHROMIUM.exists() else None, args=FLAGS)
        yield found
        found.close()


@contextmanager
def application(database_url: str) -> Iterator[str]:
    """The application on a record, served to one person on the loopback; the address that lets a browser in."""
    port = _free_port()
    command = [sys.executable, "-m", "dashboard", "serve", "--port", str(port)]
    with TemporaryDirectory() as folder:
        told = {
            "SCORE_DATABASE_URL": database_url,
            "SCORE_ACCOUNTS_URL": f"sqlite:///{folder}/accounts.db",
            "SCORE_EDITIONS": f"{folder}/editions",
            "SCORE_IMPORTS": f"{folder}/imports",
        }
        with _running(command, told, pipe=True) as process:
            assert process.stdout is not None
            for line in process.stdout:
                if entrance := re.search(r"http://\S+/enter/\S+", line):
                    yield entrance.group()
                    return
    raise SystemExit("The application did not start.")


@contextmanager
def stock_dash(charts: Path, *, compress: bool) -> Iterator[str]:
    """The charts of a file on a page of plain Dash; its address."""
    port = _free_port()
    address = f"http://127.0.0.1:{port}/"
    options = ["--config", os.devnull, "--no-control-socket", "--bind", f"127.0.0.1:{port}", "--threads", "8"]
    command = [BIN / "gunicorn", *options, "benchmarks.stock_dash:server"]
    with _running(command, {"CHARTS": str(charts), "COMPRESS": "1" if compress else "0"}):
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                urlopen(address).close()
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
        yield address


@contextmanager
def _running(command: list[str | Path], told: dict[str, str], *, pipe: bool = False) -> Iterator[subprocess.Popen[str]]:
    output = subprocess.PIPE if pipe else subprocess.DEVNULL
    process = subprocess.Popen(
        command, env=os.environ | told, stdout=output, stderr=subprocess.DEVNULL, text=True,
        cwd=Path(__file__).parent.parent,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _free_port() -> int:
    with create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


def enter(found: Browser, entrance: str) -> list[dict[str, str]]:
    """Use up the address that lets in once; the cookies it gives."""
    context = found.new_context()
    context.request.get(entrance)
    cookies = context.cookies()
    context.close()
    return cookies


def spread(values: list[float]) -> dict[str, float]:
    """Minimum, median and maximum."""
    return {"min": round(min(values), 1), "median": round(median(values), 1), "max": round(max(values), 1)}


def quiet(page: Page) -> None:
    """Wait until nothing is under way any more."""
    page.wait_for_load_state("networkidle")
    page.locator("[data-dash-is-loading=true]").first.wait_for(state="detached")


def percentiles(values: list[float]) -> dict[str, float]:
    """The 50th and the 95th percentile, and the largest."""
    ordered = sorted(values)
    at = min(len(ordered) - 1, round(0.95 * len(ordered)))
    return {"p50": round(median(ordered), 1), "p95": round(ordered[at], 1), "max": round(ordered[-1], 1)}
