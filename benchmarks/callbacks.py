"""The time of a page's whole callback, and the time of the bare driver for the same SQL.

    .venv/bin/python -m benchmarks.callbacks sqlite:///results.db [--scope partner=cec] [--filters sector=machinery]

prints JSON, one line per page and viewer: ``callback`` (milliseconds: minimum, median and maximum of the repeats),
``cpu`` (the same in processor time of this process, which does not depend on other work of the machine), ``queries``
(number of statements), ``in_sql`` (milliseconds in the driver's execute), ``bare`` (milliseconds of the same statements
through sqlite3 or psycopg alone) and ``bytes`` of the response. No response is cached; the engine is loaded before.
"""

import argparse
import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any

from dash import Dash
from flask import Flask, g
from plotly.io.json import to_json_plotly
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url

import callbacks
from benchmarks.posting import OVERVIEW, body
from benchmarks.spread import spread, timed
from callbacks.requests.page_request import AppContext
from callbacks.slides import both_languages
from dashboard.app import grounds
from dashboard.pages.plain_pages import UPDATE
from data import decks
from data.editions.frozen_copies import LIVE
from data.filters import Filters
from data.links.link_terms import Terms
from data.places import read_boundaries
from data.privacy.viewer import MANAGER, Viewer
from data.records import Records
from data.storage.accounts import accounts_engine
from layouts import ids
from layouts.parts.shell import shell

THRESHOLD = 5

PAGES: dict[str, tuple[str, str]] = {
    "filters": (f"{ids.CANONICAL}.data", "/"),
    "overview": (OVERVIEW, "/"),
    "regions": (f"{ids.REGIONS_METRIC}.options", "/regions"),
    "modules": ("modules-journey-figure.figure", "/modules"),
    "results": (f"{ids.RESULTS_INDICATOR}.options", "/results"),
    "targets": ("targets-targets-figure.figure", "/targets"),
    "capacity": (f"{ids.CAPACITY_HEADLINES}.content", "/capacity"),
    "events": (f"{ids.CALENDAR_NEXT}.content", "/calendar"),
}
"""A property each page's callback writes, and the page's path."""

Statement = tuple[str, Any]


@dataclass
class Watched:
    """The statements that one callback sent to the results database, and their seconds."""

    statements: list[Statement] = field(default_factory=list)
    seconds: float = 0.0


@contextmanager
def watching(engine: Engine) -> Iterator[Watched]:
    """Record the statements that the engine executes while the block runs."""
    watched = Watched()
    began = 0.0

    def before(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        nonlocal began
        if statement != "BEGIN":
            watched.statements.append((statement, parameters))
        began = perf_counter()

    def after(*_rest: Any) -> None:
        watched.seconds += perf_counter() - began

    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "after_cursor_execute", after)
    try:
        yield watched
    finally:
        event.remove(engine, "before_cursor_execute", before)
        event.remove(engine, "after_cursor_execute", after)


class Pages:
    """The application's callbacks on one database, posted as by a browser, with the rights of ``viewer``."""

    def __init__(self, address: str, folder: Path) -> None:
        self.viewer: Viewer = MANAGER
        self.context = AppContext(Records(address, folder / "editions"), grounds(read_boundaries()))
        self._accounts = accounts_engine(f"sqlite:///{folder}/accounts.db")
        server = Flask("benchmark")

        @server.before_request
        def _set_viewer() -> None:
            g.viewer = self.viewer

        self.app = Dash("benchmark", server=server, suppress_callback_exceptions=True)
        self.app.layout = shell()
        callbacks.register(self.app, self.context)
        self._client = server.test_client()
        self._dependencies = self._client.get("/_dash-dependencies").get_json()

    def post(self, output: str, path: str, search: str) -> bytes:
        """The response of the callback that writes `output`; raises RuntimeError where it fails."""
        answer = self._client.post(UPDATE, json=body(self._dependencies, output, search, path))
        if answer.status_code != HTTPStatus.OK:
            raise RuntimeError(answer.text[:500])
        return answer.data

    def show(self, search: str) -> bytes:
        """The slides of the standard deck in every language, as JSON."""
        with self.app.server.test_request_context():
            g.viewer = self.viewer
            deck = decks.read(self._accounts, decks.STANDARD)
            slides = both_languages(self.context, deck.slides, Filters.from_search(search))
            plain = [{language: slide.plain() for language, slide in each.items()} for each in slides]
            return to_json_plotly(plain).encode()

    def response(self, page: str, search: str) -> bytes:
        """The response of one page of :data:`PAGES`, or of the `slides`."""
        return self.show(search) if page == "slides" else self.post(*PAGES[page], search)


@contextmanager
def _bare(address: str) -> Iterator[Callable[[Statement], object]]:
    """A function that executes a statement with the bare driver and fetches all rows."""
    url = make_url(address)
    if url.get_backend_name() == "sqlite":
        plain = sqlite3.connect(f"file:{url.database}?mode=ro", uri=True)
        try:
            yield lambda statement: plain.execute(*statement).fetchall()
        finally:
            plain.close()
        return
    engine = create_engine(url, hide_parameters=True)
    bare: Any = engine.raw_connection().driver_connection  # psycopg's own, connected as the address says
    try:
        yield lambda statement: bare.execute(*statement).fetchall()
    finally:
        bare.close()
        engine.dispose()


def _bare_times(bare: Callable[[Statement], object], statements: Sequence[Statement], repeats: int) -> list[float]:
    return [sum(timed(partial(bare, each))[0] for each in statements) for _ in range(repeats)]


def measure(
    address: str,
    *,
    pages: Sequence[str] = (*PAGES, "slides"),
    scope: str = "",
    filters: str = "",
    repeats: int = 3,
) -> list[dict[str, Any]]:
    """The figures of each page, for a manager and for a donor with a threshold of 5 and a `scope`, with `filters`."""
    terms = Terms(scope=Filters.from_search(scope), threshold=THRESHOLD, edition=LIVE)
    donor = replace(terms.viewer(), privacy_key=b"benchmark" * 4)
    figures = []
    with TemporaryDirectory() as folder, _bare(address) as bare:
        application = Pages(address, Path(folder))
        engine = application.context.records.live.engine
        for who, viewer in (("manager", MANAGER), ("donor", donor)):
            application.viewer = viewer
            search = f"?{filters}" if filters else ""
            for page in pages:
                application.response(page, search)  # loads the engine and the catalogue
                times, cpu = [], []
                for _ in range(repeats):
                    started = process_time()
                    with watching(engine) as watched:
                        times.append(timed(partial(application.response, page, search))[0])
                    cpu.append((process_time() - started) * 1000)
                figures.append(
                    {
                        "page": page,
                        "viewer": who,
                        "callback": spread(times),
                        "cpu": spread(cpu),
                        "queries": len(watched.statements),
                        "in_sql": round(watched.seconds * 1000, 1),
                        "bytes": len(application.response(page, search)),
                        "bare": spread(_bare_times(bare, watched.statements, repeats)),
                    }
                )
        engine.dispose()
    return figures


def main() -> None:
    """Print the figures, one line per page and viewer."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("address")
    parser.add_argument("--scope", default="")
    parser.add_argument("--filters", default="")
    parser.add_argument("--pages", default=",".join((*PAGES, "slides")))
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    rows = measure(
        options.address,
        pages=options.pages.split(","),
        scope=options.scope,
        filters=options.filters,
        repeats=options.repeats,
    )
    for row in rows:
        print(json.dumps(row))


if __name__ == "__main__":
    main()
