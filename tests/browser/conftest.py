"""A real browser on real servers: one Chromium, one server a database, and tabs that are signed in and watched."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect, sync_playwright
from visiting import Visit
from werkzeug.serving import WSGIRequestHandler, make_server

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
PATIENCE = 20_000
"""Milliseconds to wait for what must happen: two slow shared cores draw a page in three seconds."""


@dataclass(frozen=True)
class Site:
    """A server on a free port, and someone signed in there without a browser."""

    visit: Visit
    address: str

    def sign_in(self, context: BrowserContext) -> BrowserContext:
        """Give a browser's context the session."""
        held = self.visit.client.get_cookie("score_session")
        assert held is not None
        context.add_cookies([{"name": "score_session", "value": held.value, "url": self.address}])
        return context


@dataclass
class Tab:
    """A tab on a site, with everything its page complained of and every address it asked for."""

    page: Page
    site: Site
    complaints: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def open(self, address: str) -> Page:
        """Open an address of the site and wait until its page is filled and drawn."""
        self.page.goto(self.site.address + address)
        return self.settle()

    def settle(self) -> Page:
        """Wait until nothing is under way any more."""
        self.page.wait_for_load_state("networkidle")
        expect(self.page.locator("[data-dash-is-loading=true]")).to_have_count(0)
        return self.page

    def is_at(self, address: str) -> Page:
        """Hold that the tab comes to an address of the site, and wait until its page is filled and drawn."""
        expect(self.page).to_have_url(self.site.address + address)
        return self.settle()

    @property
    def foreign(self) -> list[str]:
        """What was asked for elsewhere than at the site."""
        return [each for each in self.asked if not each.startswith((self.site.address + "/", "data:", "blob:"))]


class _Silent(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        del code, size


@contextmanager
def serving(visit: Visit) -> Iterator[Site]:
    """Serve the visit's application from a thread."""
    server = make_server("127.0.0.1", 0, visit.app.server, threaded=True, request_handler=_Silent)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Site(visit, f"http://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def tab_of(context: BrowserContext, site: Site) -> Iterator[Tab]:
    """A new tab, closed afterwards."""
    tab = Tab(context.new_page(), site)
    tab.page.on(
        "console",
        lambda said: tab.complaints.append(f"{said.type}: {said.text}") if said.type in ("error", "warning") else None,
    )
    tab.page.on("pageerror", lambda error: tab.complaints.append(f"uncaught: {error}"))
    tab.page.on("request", lambda request: tab.asked.append(request.url))
    try:
        yield tab
    finally:
        tab.page.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium, else Playwright's own; without either the tests fail."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=CHROMIUM if CHROMIUM.exists() else None, args=FLAGS)
        except Error as error:
            pytest.fail(f"No browser to test with: install chromium, or run `playwright install chromium`. {error}")
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def public_site(public: Visit) -> Iterator[Site]:
    """The public record, served."""
    with serving(public) as site:
        yield site


@pytest.fixture(scope="session")
def demo_site(demo: Visit) -> Iterator[Site]:
    """The synthetic programme, served."""
    with serving(demo) as site:
        yield site


NewContext = Callable[..., BrowserContext]


@pytest.fixture(scope="session")
def new_context(browser: Browser) -> Iterator[NewContext]:
    """Makes a browser's context: its own cookies, its own cache."""
    made: list[BrowserContext] = []

    def make(**options: object) -> BrowserContext:
        made.append(browser.new_context(**({"viewport": {"width": 1440, "height": 1000}} | options)))
        made[-1].set_default_timeout(PATIENCE)
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture(scope="session")
def contexts(new_context: NewContext, public_site: Site, demo_site: Site) -> dict[str, tuple[BrowserContext, Site]]:
    """A signed-in context on each database; tests share its cache, so that plotly.js is read once."""
    sites = {"public": public_site, "demo": demo_site}
    return {name: (site.sign_in(new_context()), site) for name, site in sites.items()}


@pytest.fixture
def tab(contexts: dict[str, tuple[BrowserContext, Site]]) -> Iterator[Tab]:
    """A tab on the public record; once closed, it must have complained of nothing and asked nobody else."""
    with tab_of(*contexts["public"]) as tab:
        yield tab
        assert tab.complaints == []
        assert tab.foreign == []
