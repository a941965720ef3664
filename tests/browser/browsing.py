"""A served application for browser tests: its address, and monitored tabs."""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from wsgiref.types import StartResponse, WSGIEnvironment

from playwright.sync_api import BrowserContext, Page, Request, expect
from visiting import Visit
from werkzeug import Response
from werkzeug.serving import WSGIRequestHandler, make_server

NewContext = Callable[..., BrowserContext]
"""Creates a browser context with the given options: its own cookies, its own cache."""

QUIET = """async () => {
  for (let turn = 0; turn < 10; turn++) {
    if (document.readyState !== "complete") return false;
    if (document.getElementById("react-entry-point")) {
      const state = window.store?.getState();
      if (state?.appLifecycle !== "HYDRATED" || state.isLoading) return false;
    }
    if (document.querySelector("[data-dash-is-loading=true], .dash-graph--pending")) return false;
    await new Promise((done) => setTimeout(done, 10));
  }
  return true;
}"""
"""True if no request of a page is pending or about to start: a response soon leads to the next request."""


@dataclass(frozen=True)
class Site:
    """A server on a free port, with a visitor signed in without a browser."""

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
    """A tab on a site, with every error of its page and every requested address."""

    page: Page
    site: Site
    complaints: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    answers: int = 0
    under_way: set[Request] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.page.on("request", self._asks)
        self.page.on("requestfinished", self._is_answered)
        self.page.on("requestfailed", self._is_answered)

    def _asks(self, request: Request) -> None:
        self.asked.append(request.url)
        self.under_way.add(request)

    def _is_answered(self, request: Request) -> None:
        self.answers += 1
        self.under_way.discard(request)

    def open(self, address: str) -> Page:
        """Open an address of the site and wait until its page is filled and drawn."""
        self.page.goto(self.site.address + address)
        return self.settle()

    def settle(self) -> Page:
        """Wait until no request is pending."""
        for _turn in range(200):
            before = self.answers
            self.page.wait_for_function(QUIET)
            if not self.under_way and self.answers == before:
                return self.page
        raise AssertionError(f"without an answer: {[request.url for request in self.under_way]}")

    def is_at(self, address: str) -> Page:
        """Assert that the tab reaches an address of the site, and wait until its page is filled and drawn."""
        expect(self.page).to_have_url(self.site.address + address)
        return self.settle()

    @property
    def foreign(self) -> list[str]:
        """Requests to other sites."""
        return [each for each in self.asked if not each.startswith((self.site.address + "/", "data:", "blob:"))]


class _Silent(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        del code, size


def painted(page: Page) -> None:
    """Wait until everything received so far is painted."""
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))")


@contextmanager
def serving(visit: Visit) -> Iterator[Site]:
    """Serve the visit's application from a thread."""

    def whole(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        # A file sent in parts would stay open when the tab that reads it is closed.
        return Response.from_app(visit.app.server, environ, buffered=True)(environ, start_response)

    server = make_server("127.0.0.1", 0, whole, threaded=True, request_handler=_Silent)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)  # seconds until it sees its end
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
    try:
        yield tab
    finally:
        tab.page.close()
