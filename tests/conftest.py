"""Shared fixtures: a clean environment, databases on both servers, visits to an application.

A test module with the mark `both_databases` runs on SQLite and on PostgreSQL; every other one on SQLite.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from hashlib import sha256
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from both import BOTH
from hypothesis import settings
from machines import Postgres, Rack, rack, url
from sqlalchemy import Engine, event
from sqlalchemy.engine import make_url
from visiting import Visit

from dashboard.settings import PUBLIC_RECORD
from data.demo import write_demo
from data.loading import load
from data.records import Record
from data.storage.database import writing_engine

# No deadline, because a shared machine is slow at times; the same examples each time, so that a red run stays red.
settings.register_profile("project", deadline=None, derandomize=True)
settings.load_profile("project")


@event.listens_for(Engine, "connect")
def _wait_for_no_disk(connection: Any, _record: object) -> None:
    """Turn off SQLite's synchronous writes: after a power loss the tests are lost anyway."""
    if isinstance(connection, sqlite3.Connection):
        (patience,) = connection.execute("PRAGMA busy_timeout").fetchone()
        connection.execute("PRAGMA busy_timeout=0")
        with suppress(sqlite3.Error):  # locked or no database: the test may want it so
            connection.execute("PRAGMA synchronous=OFF")
        connection.execute(f"PRAGMA busy_timeout={patience}")


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove the settings of the machine from the environment of a test."""
    for name in list(os.environ):
        if name.startswith(("SCORE_", "DASH_")):
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def same_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same privacy keys at every run, so that rounding and the offered options stay the same."""
    numbers = count(1)
    drawn = SimpleNamespace(token_bytes=lambda size: sha256(b"%d" % next(numbers)).digest()[:size])
    monkeypatch.setattr("data.privacy.key.secrets", drawn)


MARKED = {"browser": "browser", "machines": "servers", "postgres": "servers"}
"""The mark of a test that uses a fixture directly or through another fixture."""


def pytest_configure(config: pytest.Config) -> None:
    """Register the marks: of modules whose tests run twice, and of tests that `make check` skips."""
    config.addinivalue_line("markers", "both_databases: whatever is kept in a database, on SQLite and on PostgreSQL")
    config.addinivalue_line("markers", "browser: starts Chromium; set by itself with the fixture `browser`")
    config.addinivalue_line("markers", "servers: starts servers; set by itself with `machines` and `postgres`")
    config.addinivalue_line("markers", "slow: takes many seconds by itself")
    config.addinivalue_line("markers", "fuzz: the whole attack on what a link shows, an hour or two; `make fuzz`")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run database tests on both servers if their module is marked `both_databases`."""
    if "server" in metafunc.fixturenames and metafunc.definition.get_closest_marker("both_databases"):
        both = (BOTH[0], pytest.param(BOTH[1], marks=pytest.mark.servers))
        metafunc.parametrize("server", both, indirect=True, scope="session")


@pytest.hookimpl(tryfirst=True)  # before marks are chosen by `-m`
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what starts a browser or servers."""
    for item in items:
        for fixture in MARKED.keys() & set(getattr(item, "fixturenames", ())):
            item.add_marker(MARKED[fixture])


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest) -> str:
    """The server of the databases of a test."""
    return getattr(request, "param", BOTH[0])


@pytest.fixture(scope="session")
def machines() -> Iterator[Rack]:
    """A rack of servers that run until the last test."""
    with rack() as machines:
        yield machines


@pytest.fixture(scope="session")
def postgres(machines: Rack) -> Postgres:
    """A PostgreSQL server for the tests; its databases sort text by English rules and not by bytes."""
    postgres = machines.place(Postgres, "127.0.0.1", "postgres").new("score")
    postgres.sql("CREATE DATABASE english TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US'", database="score")
    return postgres


@pytest.fixture(scope="session")
def new_on(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    """Creates a new, empty database on a server; returns its address."""
    numbers = count(1)

    def new(server: str) -> str:
        if server == "sqlite":
            return f"sqlite:///{tmp_path_factory.mktemp('database')}/results.db"
        postgres, name = request.getfixturevalue("postgres"), f"score_{next(numbers)}"
        postgres.sql(f"CREATE DATABASE {name} TEMPLATE english")
        return url(name, postgres)

    return new


@pytest.fixture(scope="session")
def new_database(server: str, new_on: Callable[[str], str]) -> Callable[[], str]:
    """Creates a new, empty database on the server of the test; returns its address."""
    return lambda: new_on(server)


@pytest.fixture
def address(request: pytest.FixtureRequest, server: str, new_database: Callable[[], str]) -> Iterator[str]:
    """The address of an empty database on the server of the test."""
    address = new_database()
    if server == "sqlite":
        yield address
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    yield address
    # Dropped at once: a thousand databases would take minutes to drop together.
    postgres.sql(f"DROP DATABASE {make_url(address).database} WITH (FORCE)")


@pytest.fixture
def engine(address: str) -> Iterator[Engine]:
    """A writing engine on an empty database, on the server of the test."""
    engine = writing_engine(address)
    yield engine
    engine.dispose()


def _loaded(folder: Path, address: str) -> str:
    engine = writing_engine(address)
    try:
        report = load(engine, folder)
    finally:
        engine.dispose()
    assert not report.refusals, [finding.english for finding in report.refusals[:5]]
    return address


@pytest.fixture(scope="session")
def public_record_on(new_on: Callable[[str], str]) -> Callable[[str], str]:
    """A database of the public record on a server."""
    return cache(lambda server: _loaded(PUBLIC_RECORD, new_on(server)))


@pytest.fixture(scope="session")
def public_record_url(server: str, public_record_on: Callable[[str], str]) -> str:
    """A database of the public record."""
    return public_record_on(server)


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The synthetic programme of 120 enterprises as files."""
    folder = tmp_path_factory.mktemp("demo")
    write_demo(folder, 120, 1)
    return folder


@pytest.fixture(scope="session")
def demo_on(new_on: Callable[[str], str], demo_folder: Path) -> Callable[[str], str]:
    """A database of the synthetic programme on a server."""
    return cache(lambda server: _loaded(demo_folder, new_on(server)))


@pytest.fixture(scope="session")
def demo_url(server: str, demo_on: Callable[[str], str]) -> str:
    """A database of the synthetic programme."""
    return demo_on(server)


@pytest.fixture(scope="module", params=["public", "demo"])
def record(request: pytest.FixtureRequest) -> Record:
    """Each of the two records in turn, without a server."""
    url: str = request.getfixturevalue({"public": "public_record_url", "demo": "demo_url"}[request.param])
    return Record(url)


@pytest.fixture(scope="session")
def public(public_record_url: str) -> Visit:
    """A signed-in visitor on the public record."""
    return Visit.to(public_record_url)


@pytest.fixture(scope="session")
def demo(demo_url: str) -> Visit:
    """A signed-in visitor on the synthetic programme."""
    return Visit.to(demo_url)


@pytest.fixture(scope="session")
def visits(public: Visit, demo: Visit) -> dict[str, Visit]:
    """A signed-in visitor on each database."""
    return {"public": public, "demo": demo}
