"""Servers as they run in earnest, and Chromium looking at them: what the benchmarks of the browser share."""

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
    """The system's Chromium, else Playwright's own."""
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM if CHROMIUM.exists() else None, args=FLAGS)
        yield found
        found.close()


@contextmanager
def application(found: Browser, database_url: str) -> Iterator[tuple[str, Any]]:
    """The application on a record, served to one person on the loopback: its address, and the cookies that let in."""
    port = free_port()
    command = [sys.executable, "-m", "dashboard", "serve", "--port", str(port)]
    with TemporaryDirectory() as folder:
        told = {
            "SCORE_DATABASE_URL": database_url,
            "SCORE_ACCOUNTS_URL": f"sqlite:///{folder}/accounts.db",
            "SCORE_EDITIONS": f"{folder}/editions",
            "SCORE_IMPORTS": f"{folder}/imports",
        }
        log = Path(folder) / "log"
        with running(command, told, f"http://127.0.0.1:{port}/health", log):
            entrance = re.search(r"(http://\S+/)enter/\S+", log.read_text(encoding="utf-8"))
            assert entrance is not None  # said before the first answer
            yield entrance[1], _enter(found, entrance[0])


def _enter(found: Browser, entrance: str) -> Any:
    """Use up the address that lets in once; the cookies it gives."""
    context = found.new_context()
    context.request.get(entrance)
    cookies = context.cookies()
    context.close()
    return cookies


@contextmanager
def stock_dash(charts: Path, *, compress: bool) -> Iterator[str]:
    """The charts of a file on a page of plain Dash; its address."""
    port = free_port()
    address = f"http://127.0.0.1:{port}/"
    options = ["--config", os.devnull, "--no-control-socket", "--bind", f"127.0.0.1:{port}", "--threads", "8"]
    command = [sys.executable, "-m", "gunicorn", *options, "benchmarks.stock_dash:server"]
    told = {"CHARTS": str(charts), "COMPRESS": "1" if compress else "0"}
    with TemporaryDirectory() as folder, running(command, told, address, Path(folder) / "log"):
        yield address


@dataclass
class Traffic:
    """What a page has loaded: bytes of each answer on the wire, headers included, and of each part decoded."""

    wire: list[float] = field(default_factory=list)
    decoded: list[float] = field(default_factory=list)

    def told(self) -> dict[str, float]:
        """How many requests, how many bytes."""
        return {"requests": len(self.wire), "wire": sum(self.wire), "decoded": sum(self.decoded)}


def traffic(session: CDPSession) -> Traffic:
    """What the page of a session loads from now on."""
    found = Traffic()
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda told: found.wire.append(told["encodedDataLength"]))
    session.on("Network.dataReceived", lambda told: found.decoded.append(told["dataLength"]))
    return found


def quiet(page: Page) -> None:
    """Wait until nothing is under way any more."""
    page.wait_for_load_state("networkidle")
    page.locator("[data-dash-is-loading=true]").first.wait_for(state="detached")


def percentiles(values: list[float]) -> dict[str, float]:
    """The 50th and the 95th percentile, and the largest."""
    ordered = sorted(values)
    at = min(len(ordered) - 1, round(0.95 * len(ordered)))
    return {"p50": round(median(ordered), 1), "p95": round(ordered[at], 1), "max": round(ordered[-1], 1)}
