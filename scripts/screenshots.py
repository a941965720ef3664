"""Makes the pictures of the README from the public record and the synthetic programme, in Chromium."""

import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from dashboard.app import create_app
from dashboard.gate.admission import OneTimeAddress
from dashboard.settings import PUBLIC_RECORD, Settings
from data.demo import write_demo
from data.editions import frozen_copies
from data.filters import Filters
from data.links import share_links
from data.links.link_terms import Terms
from data.loading import load
from data.storage import database
from data.storage.accounts import accounts_engine

IMAGES = Path(__file__).parent.parent / "docs" / "images"
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PICTURES = {
    "public": {"overview": "/"},
    "demo": {"regions": "/regions", "results": "/results", "share": "/share?partner=buyer-a"},
}
SLIDE = "/present#3"
DONOR = "partner=donor-1"


@contextmanager
def served(folder: Path, name: str) -> Iterator[tuple[str, OneTimeAddress, str]]:
    """Serve a record of `folder` while the block runs: its address, the one-time address, and its accounts."""
    one_time = OneTimeAddress()
    settings = Settings(
        database_url=f"sqlite:///{folder}/{name}.db",
        accounts_url=f"sqlite:///{folder}/accounts-{name}.db",
        editions=folder / "editions",
        secret_key="screenshots",
        local=True,
    )
    server = make_server("127.0.0.1", 0, create_app(settings, one_time).server, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", one_time, settings.accounts_url
    server.shutdown()


def take(page: Page, address: str, name: str, shown: str) -> None:
    """Take a picture of an address after the element `shown` is visible."""
    page.goto(address, wait_until="networkidle")
    page.locator(shown).first.wait_for()
    page.wait_for_timeout(2500)  # plotly draws after the last request
    page.screenshot(path=IMAGES / f"{name}.png")
    print(IMAGES / f"{name}.png")


def photograph(browser: Browser, folder: Path, name: str) -> None:
    """Take all pictures of one record."""
    with served(folder, name) as (address, one_time, accounts):
        page = browser.new_page(viewport={"width": 1600, "height": 1000})
        page.goto(f"{address}/enter/{one_time.token}")
        for picture, path in PICTURES[name].items():
            take(page, address + path, picture, "h1, .exhibit h2")
        if name == "demo":
            page.set_viewport_size({"width": 1600, "height": 900})
            take(page, address + SLIDE, "present", "h1")
            engine = accounts_engine(accounts)
            record = database.reading_engine(f"sqlite:///{folder}/{name}.db")
            edition = frozen_copies.freeze_today(record, folder / "editions").key
            _link, token = share_links.make(engine, Terms(scope=Filters.from_search(DONOR), edition=edition))
            engine.dispose()
            donor = browser.new_context(viewport={"width": 1600, "height": 1000}).new_page()
            donor.goto(f"{address}/s/{token}")
            take(donor, f"{address}/", "donor", ".exhibit h2")
        page.close()


def main() -> None:
    """Load both records into a temporary folder and take their pictures."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        folder = Path(temporary)
        write_demo(folder / "demo", 1000)
        browser = playwright.chromium.launch(executable_path=CHROMIUM if CHROMIUM.exists() else None, args=FLAGS)
        for name, source in {"public": PUBLIC_RECORD, "demo": folder / "demo"}.items():
            engine = database.writing_engine(f"sqlite:///{folder}/{name}.db")
            load(engine, source)
            engine.dispose()
            photograph(browser, folder, name)
        browser.close()


if __name__ == "__main__":
    main()
