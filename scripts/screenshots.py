"""Makes the README's pictures: the public record and the synthetic programme, in real Chromium."""

import tempfile
import threading
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright
from werkzeug.serving import make_server

from dashboard.app import create_app
from dashboard.gate import OneTimeAddress
from dashboard.settings import PUBLIC_RECORD, Settings
from data import database
from data.demo import write_demo
from data.loading import load

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
PICTURES = {"public": {"overview": "/"}, "demo": {"regions": "/regions", "results": "/results"}}


def take(browser: Browser, address: str, pictures: dict[str, str]) -> None:
    """Photograph `pictures` (file name → page) of the record at `address`."""
    one_time = OneTimeAddress()
    app = create_app(Settings(database_url=address, secret_key="screenshots", local=True), one_time)
    server = make_server("127.0.0.1", 0, app.server, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    page = browser.new_page(viewport={"width": 1600, "height": 1000})
    page.goto(f"http://127.0.0.1:{server.server_port}/enter/{one_time.token}")
    for name, path in pictures.items():
        page.goto(f"http://127.0.0.1:{server.server_port}{path}", wait_until="networkidle")
        page.locator(".exhibit h2").first.wait_for()
        page.wait_for_timeout(1500)  # plotly draws after the network is quiet
        page.screenshot(path=IMAGES / f"{name}.png")
        print(IMAGES / f"{name}.png")
    page.close()
    server.shutdown()


def main() -> None:
    """Build both records in a temporary folder and photograph them."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        write_demo(Path(folder) / "demo", 1000)
        records = {"public": PUBLIC_RECORD, "demo": Path(folder) / "demo"}
        browser = playwright.chromium.launch(executable_path=CHROMIUM if CHROMIUM.exists() else None, args=FLAGS)
        for name, source in records.items():
            address = f"sqlite:///{folder}/{name}.db"
            engine = database.writing_engine(address)
            load(engine, source)
            engine.dispose()
            take(browser, address, PICTURES[name])
        browser.close()


if __name__ == "__main__":
    main()
