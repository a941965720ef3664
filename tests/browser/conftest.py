"""A real browser on real servers: one Chromium, one server a database, and pages that are signed in."""

import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, Request, expect, sync_playwright
from visiting import Visit
from werkzeug.serving import make_server

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
PATIENCE = 20_000  # milliseconds; two slow shared cores draw a page in three seconds

DESK = {"width": 1440, "height": 1000}


@dataclass(frozen=True)
class Site:
    """A server on a free port: where it is, who is in (by the session of `visit`), and what its log complained of."""

    visit: Visit
    address: str

    def cookie(self) -> dict[str, str]:
        """The session of someone signed in, as a browser keeps it."""
        held = self.visit.client.get_cookie("score_session")
        assert held is not None
        return {"name": "score_session", "value": held.value, "url": self.address}


@dataclass
class Watched:
    """A page with everything it said and asked for."""

    page: Page
    site: Site
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def open(self, address: str) -> Page:
        """Open an address of the site and wait until its page is filled and nothing is under way."""
        self.page.goto(self.site.address + address)
        return self.settled()

    def settled(self) -> Page:
        """Wait until every callback has answered and every chart is drawn."""
        self.page.wait_for_load_state("networkidle")
        expect(self.page.locator("[data-dash-is-loading=true]")).to_have_count(0)
        return self.page


def serve(visit: Visit) -> Iterator[Site]:
    """Serve the visit's application from a thread."""
    server = make_server("127.0.0.1", 0, visit.app.server, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Site(visit, f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    thread.join()
    server.server_close()
