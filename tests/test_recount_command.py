"""What `score-dashboard export` writes, against the exhibits and the recount."""

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest
from click.testing import CliRunner
from programme import load_rows
from recount import EXHIBITS as RECOUNTED
from recount import Row, asked
from recount_groups import GROUPS, TRENDS, compare, trend
from test_recount import Invented, differences

from dashboard.commands.cli import main
from data.catalogue import read_catalogue
from data.exhibits import build
from data.exports.csv_files import to_csv
from data.filters import DIMENSIONS, Filters
from data.privacy.viewer import MANAGER
from data.storage.database import writing_engine
from data.view import View

SEARCHES = ("", "as_of=2014-09", "partner=fed&as_of=2015", "module=m1,m2&place=100000", "sector=nobody,garments")
TABLES = Invented(1192).tables


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a results database with one invented programme."""
    path = tmp_path_factory.mktemp("results") / "results.db"
    engine = writing_engine(f"sqlite:///{path}")
    load_rows(engine, TABLES)
    engine.dispose()
    return f"sqlite:///{path}"


@pytest.fixture(scope="module")
def connected(address: str) -> Iterator[Any]:
    """The view of a search."""
    engine = writing_engine(address)
    with engine.connect() as connection:
        catalogue = read_catalogue(connection)
        yield lambda search: View.open(connection, catalogue, MANAGER, Filters.from_search(search))
    engine.dispose()


@pytest.fixture
def run(address: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs `export` and returns what it writes."""
    monkeypatch.setenv("SCORE_DATABASE_URL", address)

    def export(code: str, search: str, *options: str) -> str:
        done = CliRunner().invoke(main, ["export", code, "--filters", search, *options])
        assert done.exit_code == 0, done.output
        return done.stdout

    return export


def sliced(search: str) -> Any:
    """The recount's slice of a search."""
    filters = Filters.from_search(search)
    return asked(TABLES, {name: set(filters.codes(name)) for name in DIMENSIONS}, filters.as_of)


def rows(text: str) -> list[Row]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize("search", SEARCHES)
def test_command_writes_the_exhibit_and_the_recount(run: Any, connected: Any, search: str) -> None:
    of, view = sliced(search), connected(search)
    for code, recounted in RECOUNTED.items():
        written = run(code, search)
        assert written == to_csv(build(view, code))
        assert differences(rows(written), recounted(of.tables, of.filters, of.as_of), code) == []


@pytest.mark.parametrize("by", GROUPS)
def test_command_compares_by_what_is_asked_for(run: Any, connected: Any, by: str) -> None:
    search = "as_of=2014-09"
    of, view = sliced(search), connected(search)
    for measure in ("enterprises", "modules_completed", "m1_completed", "stale", "reported", "better-output"):
        written = run("compare", search, "--by", by, "--measure", measure)
        assert written == to_csv(build(view, "compare", options={"by": by, "measure": measure}))
        assert differences(rows(written), compare(TABLES, by, measure, as_of=of.as_of), "compare") == []


@pytest.mark.parametrize("measure", TRENDS)
def test_command_follows_what_is_asked_for(run: Any, connected: Any, measure: str) -> None:
    search = "partner=fed&as_of=2015"
    of, view = sliced(search), connected(search)
    written = run("trend", search, "--measure", measure)
    assert written == to_csv(build(view, "trend", options={"measure": measure}))
    assert differences(rows(written), trend(TABLES, measure, of.filters, of.as_of), "trend") == []
