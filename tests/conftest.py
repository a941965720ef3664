"""What every test may ask for: a clean environment, the two databases of the project, and visits to an application."""

import os
from pathlib import Path

import pytest
from hypothesis import settings
from visiting import Visit

from dashboard.settings import PUBLIC_RECORD
from data.database import writing_engine
from data.demo import write_demo
from data.loading import load

# A shared machine has slow moments, which are no failure; and the same examples each time, so that a red run stays red.
settings.register_profile("project", deadline=None, derandomize=True)
settings.load_profile("project")


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the machine the tests run on reaches a test."""
    for name in list(os.environ):
        if name.startswith(("SCORE_", "DASH_")):
            monkeypatch.delenv(name)


def _loaded(folder: Path, database: Path) -> str:
    address = f"sqlite:///{database}"
    engine = writing_engine(address)
    try:
        report = load(engine, folder)
    finally:
        engine.dispose()
    assert not report.refusals, [finding.english for finding in report.refusals[:5]]
    return address


@pytest.fixture(scope="session")
def public_record_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database of the public record."""
    return _loaded(PUBLIC_RECORD, tmp_path_factory.mktemp("public") / "public.db")


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The synthetic programme of 120 enterprises as files."""
    folder = tmp_path_factory.mktemp("demo")
    write_demo(folder, 120, 1)
    return folder


@pytest.fixture(scope="session")
def demo_url(tmp_path_factory: pytest.TempPathFactory, demo_folder: Path) -> str:
    """A database of the synthetic programme."""
    return _loaded(demo_folder, tmp_path_factory.mktemp("synthetic") / "demo.db")


@pytest.fixture(scope="session")
def public(public_record_url: str) -> Visit:
    """Someone signed in, on the public record."""
    return Visit.to(public_record_url)


@pytest.fixture(scope="session")
def demo(demo_url: str) -> Visit:
    """Someone signed in, on the synthetic programme."""
    return Visit.to(demo_url)


@pytest.fixture(scope="session")
def visits(public: Visit, demo: Visit) -> dict[str, Visit]:
    """Someone signed in on each database."""
    return {"public": public, "demo": demo}
