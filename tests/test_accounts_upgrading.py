"""Accounts of an older version are upgraded; until then, and if they are newer, a message says so."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from threading import Barrier

import pytest
from click.testing import CliRunner, Result
from first_accounts import LINKS, MADE, make_first
from programme import PROGRAMME, load_rows
from sqlalchemy import Engine, inspect, select, text, update
from test_unreadable import language_and_texts
from test_upgrading import FIRST
from visiting import PAGE, Visit, at

from dashboard.commands.cli import main
from data import decks, managers
from data.links import link_visits, share_links
from data.links.link_terms import Terms
from data.privacy import key
from data.storage import accounts_migrations, database, migrations
from data.storage.accounts import (
    ACCOUNTS_VERSION,
    AccountsProblem,
    accounts,
    accounts_engine,
    accounts_version,
    link,
    privacy_key,
    version_of,
)
from data.storage.schema import SCHEMA_VERSION
from layouts import ids

pytestmark = pytest.mark.both_databases

ROOT = Path(__file__).parent.parent


def shape(engine: Engine) -> dict[str, object]:
    have = inspect(engine)
    return {
        name: (
            sorted((column["name"], str(column["type"]), column["nullable"]) for column in have.get_columns(name)),
            have.get_pk_constraint(name)["constrained_columns"],
            sorted(column for each in have.get_unique_constraints(name) for column in each["column_names"]),
            sorted((each["constrained_columns"], each["referred_table"]) for each in have.get_foreign_keys(name)),
            sorted((each["name"], each["column_names"]) for each in have.get_indexes(name) if not each["unique"]),
        )
        for name in accounts.tables
    }


def now_of(engine: Engine) -> int | None:
    with engine.connect() as connection:
        return version_of(connection)


def set_version(engine: Engine, version: int) -> None:
    with engine.begin() as connection:
        connection.execute(update(accounts_version).values(version=version))


def concurrently(*calls: Callable[[], object]) -> list[object]:
    """The results of calls made at the same time."""
    barrier = Barrier(len(calls))

    def make(call: Callable[[], object]) -> object:
        barrier.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(make, calls))


@pytest.fixture
def first(address: str, engine: Engine) -> Engine:
    """Accounts of the first version, made without the application."""
    make_first(address)
    return engine


# --- new ----------------------------------------------------------------------------------------------------------


def test_new_accounts_have_the_current_schema_version(address, engine):
    accounts_engine(address).dispose()
    assert now_of(engine) == ACCOUNTS_VERSION
    assert accounts_migrations.upgrade(engine) is None
    assert accounts_migrations.waiting(engine) == []


def test_new_accounts_opened_by_several_processes_are_created_once(address, engine):
    made = concurrently(*[lambda: accounts_engine(address)] * 4)
    for each in made:
        each.dispose()
    with engine.connect() as connection:
        assert connection.execute(select(accounts_version)).all() == [(1, ACCOUNTS_VERSION)]


# --- brought up to date -------------------------------------------------------------------------------------------


def test_upgraded_accounts_have_the_tables_of_new_ones(first, new_database):
    assert now_of(first) == 1
    assert accounts_migrations.upgrade(first) == 1
    assert now_of(first) == ACCOUNTS_VERSION
    new = accounts_engine(new_database())
    assert shape(first) == shape(new)
    new.dispose()


def test_upgrade_keeps_the_data_and_sets_thresholds_to_5_or_10(first, address):
    accounts_migrations.upgrade(first)
    engine = accounts_engine(address)
    (mei,) = managers.managers(engine)
    assert mei.email == "mei@example.org"
    assert decks.read(engine, "Spring").name == "Spring"
    assert [kind for _at, kind, _page in link_visits.visits(engine, 1)] == ["opened"]
    now = {each.id: each for each in share_links.links(engine)}
    thresholds = {number: each.terms.threshold for number, each in now.items()}
    assert thresholds == {1: 5, 2: 5, 3: 5, 4: 10, 5: 10, 6: None, 7: 5, 8: 5}
    for number, each in now.items():
        said = {"edition": None, "paused": False} | LINKS[number]
        assert (each.terms.edition, each.paused) == (said["edition"], said["paused"])
        assert (each.label, each.terms.scope.query(), each.terms.export) == ("Spring", "partner=eti", True)
        assert (each.revoked_at is not None) == ("revoked_at" in LINKS[number])
    with engine.connect() as connection:
        since = dict(connection.execute(select(link.c.id, link.c.edition_since)).all())
        assert connection.execute(select(privacy_key)).all() == [], "no key is made silently"
    made = datetime.fromisoformat(MADE)
    assert since == {number: made if "edition" in said else None for number, said in LINKS.items()}
    assert share_links.make(engine, Terms(edition="spring"))[0].id == len(LINKS) + 1
    engine.dispose()


def test_second_upgrade_has_nothing_to_do(first):
    accounts_migrations.upgrade(first)
    with first.connect() as connection:
        before = connection.execute(select(link).order_by(link.c.id)).all()
    assert accounts_migrations.upgrade(first) is None
    with first.connect() as connection:
        assert connection.execute(select(link).order_by(link.c.id)).all() == before


def test_active_links_wait_for_an_edition_after_the_upgrade(first):
    accounts_migrations.upgrade(first)
    assert accounts_migrations.waiting(first) == [2, 3, 4]


def test_failed_upgrade_step_leaves_accounts_unchanged(first, monkeypatch):
    def fails(operations: object) -> None:
        accounts_migrations._privacy_key_and_editions(operations)
        raise RuntimeError

    monkeypatch.setitem(accounts_migrations._STEPS, 2, fails)
    before = inspect(first).get_table_names()
    with pytest.raises(RuntimeError):
        accounts_migrations.upgrade(first)
    assert inspect(first).get_table_names() == before
    with first.connect() as connection:
        thresholds = list(connection.scalars(text("SELECT threshold FROM link ORDER BY id")))
    assert thresholds == [each["threshold"] for each in LINKS.values()]


def test_concurrent_upgrades_run_once(first, address):
    engines = [database.writing_engine(address) for _each in range(3)]
    done = concurrently(*[lambda engine=engine: accounts_migrations.upgrade(engine) for engine in engines])
    assert sorted(done, key=str) == [1, None, None]
    for each in engines:
        each.dispose()


def test_newer_accounts_are_not_changed(address, engine):
    accounts_engine(address).dispose()
    set_version(engine, ACCOUNTS_VERSION + 1)
    with pytest.raises(AccountsProblem) as refused:
        accounts_migrations.upgrade(engine)
    assert refused.value.reason == "newer"
    assert now_of(engine) == ACCOUNTS_VERSION + 1


# --- refused ------------------------------------------------------------------------------------------------------


@pytest.fixture(params=["older", "newer"])
def other(request: pytest.FixtureRequest, address: str, engine: Engine) -> str:
    """Turn the accounts at `address` into another version; returns which."""
    if request.param == "older":
        make_first(address)
    else:
        accounts_engine(address).dispose()
        set_version(engine, ACCOUNTS_VERSION + 1)
    return request.param


SAID = {"older": "run `score-dashboard upgrade`", "newer": "made by a newer version of this software"}


def test_accounts_of_another_version_are_neither_opened_nor_changed(other, address, engine):
    before = inspect(engine).get_table_names(), now_of(engine)
    with pytest.raises(AccountsProblem) as refused:
        accounts_engine(address)
    assert refused.value.reason == other
    assert (inspect(engine).get_table_names(), now_of(engine)) == before


@pytest.mark.parametrize("command", [["link", "list"], ["manager", "list"], ["privacy-key"], ["serve"]])
def test_command_on_accounts_of_another_version_stops_with_a_message(other, address, monkeypatch, command):
    monkeypatch.setenv("SCORE_ACCOUNTS_URL", address)
    answer = CliRunner().invoke(main, command)
    assert (answer.exit_code, answer.stdout) == (1, "")
    assert SAID[other] in answer.stderr


def test_server_on_accounts_of_another_version_does_not_start_and_gives_the_reason(other, address, new_on, tmp_path):
    told = {"SCORE_ACCOUNTS_URL": address, "SCORE_DATABASE_URL": new_on("sqlite"), "SCORE_SECRET_KEY": "s" * 40}
    serve = [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py", "dashboard.app:create_app()"]
    run = subprocess.run(
        serve, env=os.environ | told, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert run.returncode == 1
    assert SAID[other] in run.stderr
    assert "Traceback" not in run.stderr


# --- under a running server ---------------------------------------------------------------------------------------


class Running:
    """A server with a link viewer on its pages, and a backup of its accounts."""

    def __init__(self, results: str, folder: Path) -> None:
        self.path, address = folder / "accounts.db", f"sqlite:///{folder}/accounts.db"
        self.engine = accounts_engine(address)
        self.token = share_links.make(self.engine, Terms(threshold=None))[1]
        self.visit = Visit.to(results, signed_in=False, local=False, accounts_url=address)
        self.visit.app.server.config["SESSION_COOKIE_SECURE"] = False
        assert self.visit.open(f"/s/{self.token}").status_code == 303
        assert self.visit.open("/").status_code == 200
        assert self.visit.callbacks

    def replace(self, other: Path) -> None:
        for each in self.path.parent.glob(f"{self.path.name}*"):
            each.unlink()
        other.rename(self.path)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> str:
    address = f"sqlite:///{tmp_path_factory.mktemp('results')}/results.db"
    engine = database.writing_engine(address)
    loaded = {"number": 1, "loaded_at": database.now(), "origin": "x", "added_count": 1, "changed_count": 0}
    public = {"programme": [PROGRAMME["programme"][0] | {"public": True}]}
    load_rows(engine, PROGRAMME | public | {"batch": [loaded | {"schema_version": SCHEMA_VERSION}]})
    engine.dispose()
    return address


@pytest.fixture
def running(results: str, tmp_path: Path) -> Iterator[Running]:
    running = Running(results, tmp_path)
    yield running
    running.engine.dispose()


def test_running_server_reports_older_accounts_until_they_are_upgraded(running, tmp_path, caplog):
    with running.engine.connect() as connection:
        hashed = connection.scalar(select(link.c.token_hash))
    make_first(f"sqlite:///{tmp_path}/backup.db", {1: {"threshold": None, "token_hash": hashed}})
    running.replace(tmp_path / "backup.db")
    for path in ("/", "/results", f"/s/{running.token}"):
        answer = running.visit.open(path)
        assert answer.status_code == 503, path
        assert (
            language_and_texts(answer.text)[1][0]
            == "The accounts database was made by another version of this software"
        )
        assert "score-dashboard upgrade" in answer.text
    chinese = running.visit.client.get("/?lang=zh", headers=PAGE)
    assert (chinese.status_code, "账户数据库由本软件的另一版本建立" in chinese.text) == (503, True)
    assert running.visit.post(f"{ids.OVERVIEW_HEADLINES}.content", at("")).status_code == 503
    assert "older than this software" in caplog.text
    assert "Traceback" not in caplog.text
    engine = database.writing_engine(f"sqlite:///{running.path}")
    assert accounts_migrations.upgrade(engine) == 1
    engine.dispose()
    assert running.visit.open("/").status_code == 200, "without a restart"


def test_running_server_reports_newer_accounts(running, tmp_path):
    newer = accounts_engine(f"sqlite:///{tmp_path}/newer.db")
    set_version(newer, ACCOUNTS_VERSION + 1)
    newer.dispose()
    running.replace(tmp_path / "newer.db")
    answer = running.visit.open("/")
    assert answer.status_code == 503
    assert "if it is of a newer version, start that one" in answer.text


# --- the command --------------------------------------------------------------------------------------------------


@pytest.fixture
def older_results(new_database: Callable[[], str]) -> str:
    """The address of results of the first version."""
    address = new_database()
    engine = database.writing_engine(address)
    loaded = {"number": 1, "loaded_at": database.now(), "origin": "x", "added_count": 1, "changed_count": 0}
    load_rows(engine, PROGRAMME | {"batch": [loaded | {"schema_version": SCHEMA_VERSION}]})
    with engine.begin() as connection:
        for statement in FIRST:
            connection.exec_driver_sql(statement)
    engine.dispose()
    return address


@pytest.fixture
def upgrade(older_results: str, address: str, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Result]:
    """The command on both databases."""
    monkeypatch.setenv("SCORE_DATABASE_URL", older_results)
    monkeypatch.setenv("SCORE_ACCOUNTS_URL", address)
    return lambda: CliRunner().invoke(main, ["upgrade"])


def test_command_upgrades_both_databases_and_lists_the_waiting_links(upgrade, first):
    waiting = (
        "Links 2, 3 and 4 wait for an edition: nothing is shown until a manager gives one, on Share or by "
        "`score-dashboard link move NUMBER EDITION`."
    )
    done = upgrade()
    results, theirs, made, last = done.stderr.splitlines()
    assert (done.exit_code, results, theirs) == (
        0,
        *(f"{of}: brought up to date from version 1" for of in ("results", "accounts")),
    )
    assert made.startswith("accounts: a privacy key was made for the links that round counts")
    assert last == waiting
    again = upgrade()
    assert again.exit_code == 0
    assert again.stderr.splitlines() == ["results: nothing to do", "accounts: nothing to do", waiting]
    with first.begin() as connection:
        connection.execute(update(link).where(link.c.id != 3).values(edition="ntac-6-0a1b2c3d"))
    assert upgrade().stderr.splitlines()[2].startswith("Link 3 waits for an edition")
    with first.begin() as connection:
        connection.execute(update(link).values(edition="ntac-6-0a1b2c3d"))
    assert upgrade().stderr.splitlines() == ["results: nothing to do", "accounts: nothing to do"]


def test_command_with_newer_accounts_exits_with_1_and_upgrades_the_results(upgrade, address, engine):
    accounts_engine(address).dispose()
    set_version(engine, ACCOUNTS_VERSION + 1)
    done = upgrade()
    assert done.exit_code == 1
    results, theirs = done.stderr.splitlines()
    assert results == "results: brought up to date from version 1"
    assert theirs.startswith("accounts: made by a newer version of this software")


def test_command_with_newer_results_exits_with_1_and_upgrades_the_accounts(upgrade, older_results, first):
    engine = database.writing_engine(older_results)
    with engine.begin() as connection:
        connection.execute(text(f"UPDATE batch SET schema_version = {SCHEMA_VERSION + 1}"))
    engine.dispose()
    done = upgrade()
    assert done.exit_code == 1
    results, theirs, _made, _waiting = done.stderr.splitlines()
    assert results.startswith("results: made by a newer version of this software")
    assert theirs == "accounts: brought up to date from version 1"


def test_concurrent_upgrades_of_the_results_run_once(older_results):
    engines = [database.writing_engine(older_results) for _each in range(3)]
    done = concurrently(*[lambda engine=engine: migrations.upgrade(engine) for engine in engines])
    assert sorted(done, key=str) == [1, None, None]
    for each in engines:
        each.dispose()


@pytest.mark.parametrize("missing", ["results", "accounts"])
def test_command_upgrades_the_only_database_that_exists(upgrade, first, tmp_path, monkeypatch, missing):
    name = {"results": "SCORE_DATABASE_URL", "accounts": "SCORE_ACCOUNTS_URL"}[missing]
    monkeypatch.setenv(name, f"sqlite:///{tmp_path}/none.db")
    done = upgrade()
    assert done.exit_code == 0
    assert f"{missing}: there is no database at" in done.stderr
    assert "brought up to date from version 1" in done.stderr
    assert not (tmp_path / "none.db").exists()


def test_accounts_in_the_database_of_the_results_are_upgraded_with_them(upgrade, older_results, monkeypatch):
    make_first(older_results)
    monkeypatch.setenv("SCORE_ACCOUNTS_URL", older_results)
    done = upgrade()
    assert done.exit_code == 0, done.stderr
    assert done.stderr.count("brought up to date from version 1") == 2
    accounts_engine(older_results).dispose()


def test_accounts_file_that_is_not_a_database_is_reported_and_not_changed(upgrade, tmp_path, monkeypatch):
    path = tmp_path / "accounts.db"
    path.write_text("not a database, but a text that is longer than the header of one" * 20)
    monkeypatch.setenv("SCORE_ACCOUNTS_URL", f"sqlite:///{path}")
    before = sha256(path.read_bytes()).hexdigest()
    done = upgrade()
    assert done.exit_code == 1
    assert "accounts: cannot be brought up to date, nothing was changed: file is not a database" in done.stderr
    assert sha256(path.read_bytes()).hexdigest() == before


def test_backup_contains_the_privacy_key_and_the_schema_version(tmp_path):
    engine = accounts_engine(f"sqlite:///{tmp_path}/accounts.db")
    made = key.make(engine)
    paths = (tmp_path / "accounts.db", tmp_path / "backup.db")
    with closing(sqlite3.connect(paths[0])) as source, closing(sqlite3.connect(paths[1])) as target:
        source.backup(target)
    engine.dispose()
    backup = accounts_engine(f"sqlite:///{paths[1]}")
    assert key.read(backup) == made
    backup.dispose()
