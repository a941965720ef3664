"""Servers as in production, and Chromium: shared by the benchmarks that use a browser."""

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page, ViewportSize, sync_playwright

from benchmarks.serving import free_port, running

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
SIZE: ViewportSize = {"width": 1280, "height": 800}


@contextmanager
def browser() -> Iterator[Browser]:
    """Chromium: the system's own, else Playwright's."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM if CHROMIUM.exists() else None, args=FLAGS)
        yield chromium
        chromium.close()


@contextmanager
def application(chromium: Browser, database_url: str) -> Iterator[tuple[str, Any]]:
    """The application on a record, served on the loopback: its address, and the cookies of a session."""
    port = free_port()
    command = [sys.executable, "-m", "dashboard", "serve", "--port", str(port)]
    with TemporaryDirectory() as folder:
        environ = {
            "SCORE_DATABASE_URL": database_url,
            "SCORE_ACCOUNTS_URL": f"sqlite:///{folder}/accounts.db",
            "SCORE_EDITIONS": f"{folder}/editions",
            "SCORE_IMPORTS": f"{folder}/imports",
        }
        log = Path(folder) / "log"
        with running(command, environ, f"http://127.0.0.1:{port}/health", log):
            entrance = re.search(r"(http://\S+/)enter/\S+", log.read_text(encoding="utf-8"))
            assert entrance is not None  # printed before the first response
            yield entrance[1], _enter(chromium, entrance[0])


def _enter(chromium: Browser, entrance: str) -> Any:
    """Open the one-time address; returns the cookies of the session."""
    context = chromium.new_context()
    context.request.get(entrance)
    cookies = context.cookies()
    context.close()
    return cookies


@contextmanager
def stock_dash(charts: Path, *, compress: bool) -> Iterator[str]:
    """A page of plain Dash with the charts of a file; its address."""
    port = free_port()
    address = f"http://127.0.0.1:{port}/"
    options = ["--config", os.devnull, "--no-control-socket", "--bind", f"127.0.0.1:{port}", "--threads", "8"]
    command = [sys.executable, "-m", "gunicorn", *options, "benchmarks.stock_dash:server"]
    environ = {"CHARTS": str(charts), "COMPRESS": "1" if compress else "0"}
    with TemporaryDirectory() as folder, running(command, environ, address, Path(folder) / "log"):
        yield address


@dataclass
class Traffic:
    """The traffic of a page: bytes of each response on the wire, with headers, and of each decoded part."""

    wire: list[float] = field(default_factory=list)
    decoded: list[float] = field(default_factory=list)

    def totals(self) -> dict[str, float]:
        """The number of requests, and the bytes."""
        return {"requests": len(self.wire), "wire": sum(self.wire), "decoded": sum(self.decoded)}


def traffic(session: CDPSession) -> Traffic:
    """Record what the page of a session loads from now on."""
    loaded = Traffic()
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda event: loaded.wire.append(event["encodedDataLength"]))
    session.on("Network.dataReceived", lambda event: loaded.decoded.append(event["dataLength"]))
    return loaded


def quiet(page: Page) -> None:
    """Wait until no request and no callback is running."""
    page.wait_for_load_state("networkidle")
    page.locator("[data-dash-is-loading=true]").first.wait_for(state="detached")


def percentiles(values: list[float]) -> dict[str, float]:
    """The 50th and the 95th percentile, and the largest."""
    ordered = sorted(values)
    at = min(len(ordered) - 1, round(0.95 * len(ordered)))
    return {"p50": round(median(ordered), 1), "p95": round(ordered[at], 1), "max": round(ordered[-1], 1)}
