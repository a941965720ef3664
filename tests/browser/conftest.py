"""A real browser on real servers: one Chromium, one server per database, signed-in and monitored tabs."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import NewContext, Site, Tab, serving, tab_of
from playwright.sync_api import Browser, BrowserContext, Error, expect, sync_playwright
from visiting import Visit

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    # Disables the browser's own background pages, which take a third of its time.
    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup",
]  # fmt: skip
PATIENCE = 20_000
"""Milliseconds to wait for an expected state: two slow shared cores draw a page in three seconds."""


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


@pytest.fixture(scope="session")
def new_context(browser: Browser) -> Iterator[NewContext]:
    """Creates a browser context: its own cookies, its own cache."""
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
    """A tab on the public record; on closing, it must have no errors and no requests to other sites."""
    with tab_of(*contexts["public"]) as tab:
        yield tab
        assert tab.complaints == []
        assert tab.foreign == []
