"""A results database that is slow, stopped or without free connections: reported, with automatic recovery."""

import logging
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import unquote

import pandas as pd
import pytest
from machines import Postgres, Rack, url
from programme import PROGRAMME, load_rows
from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url
from test_unreadable import language_and_texts
from visiting import Visit, at, notice

from dashboard.commands.console import stop_on_database_error
from dashboard.settings import Settings, SettingsProblem
from data.exhibits import EXHIBITS
from data.filters import Filters
from data.links import share_links
from data.links.link_terms import Terms
from data.loading.writes.record_writing import LoadProblem, as_load_problems
from data.privacy.viewer import MANAGER
from data.records import Record
from data.storage import database
from data.storage.accounts import accounts_engine
from data.storage.database import DatabaseProblem, reading_engine, writing_engine
from data.view import View
from layouts import ids

PAGE_SLOT = f"{ids.PAGE}.children"
HEADLINES = f"{ids.OVERVIEW_HEADLINES}.content"
ENDLESS = text("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT (i + 1) % 1000 FROM n) SELECT max(i) FROM n")
"""A query that runs until it is stopped, on any database."""


def programme_on(address: str, *, public: bool = False) -> str:
    engine = writing_engine(address)
    load_rows(engine, PROGRAMME | {"programme": [PROGRAMME["programme"][0] | {"public": public}]})
    engine.dispose()
    return address


# --- slow ---------------------------------------------------------------------------------------------------------


@pytest.mark.both_databases
def test_slow_query_is_stopped_and_the_next_one_runs(address: str) -> None:
    engine = reading_engine(programme_on(address), seconds=0.2)
    record = Record(address, seconds=0.2)
    for _time in range(2):
        with pytest.raises(DatabaseProblem) as caught, record.view(MANAGER, Filters()) as view:
            view.connection.execute(ENDLESS)
        assert (caught.value.reason, caught.value.passing) == ("slow", False)
        with record.view(MANAGER, Filters()) as view:
            assert view.connection.scalar(text("SELECT count(*) FROM enterprise")) == 10
    engine.dispose()


@pytest.mark.both_databases
def test_time_between_the_rows_of_a_streamed_result_does_not_count_as_query_time(address: str, monkeypatch) -> None:
    engine = reading_engine(programme_on(address), seconds=0.2)
    clock = iter(range(0, 1_000_000, 60))
    monkeypatch.setattr(database, "monotonic", lambda: next(clock))
    numbers = text("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000) SELECT i FROM n")
    with database.snapshot(engine) as connection:
        rows = connection.execute(numbers, execution_options={"yield_per": 1000})
        assert sum(1 for _row in rows) == 30_000
    engine.dispose()


@pytest.mark.both_databases
def test_page_shows_a_timeout_message_while_other_requests_work(address: str, monkeypatch) -> None:
    visit = Visit.to(programme_on(address), statement_seconds=0.2)
    whole = visit.answered(f"{ids.FOOTER}.content")

    def endless(view: View) -> pd.DataFrame:
        view.connection.execute(ENDLESS)
        raise AssertionError

    monkeypatch.setitem(EXHIBITS, "overview", replace(EXHIBITS["overview"], numbers=endless))
    english, chinese = (notice(visit.post(HEADLINES, at(language)).get_json()) for language in ("", "?lang=zh"))
    assert english[0] == "This took too long"
    assert not [line for line in (*english, *chinese) if "Traceback" in line or "SELECT" in line]
    page = visit.open("/export/overview.csv")
    assert page.status_code == 503
    assert language_and_texts(page.text)[1][0] == "This took too long"
    assert visit.open("/").status_code == 200
    assert visit.answered(f"{ids.FOOTER}.content") == whole


def test_command_reports_a_timeout(public_record_url: str, capsys) -> None:
    record = Record(public_record_url, seconds=0.2)
    with pytest.raises(SystemExit), stop_on_database_error(), record.view(MANAGER, Filters()) as view:
        view.connection.execute(ENDLESS)
    assert "cannot be read just now" in capsys.readouterr().err


@pytest.mark.parametrize("said", ["soon", "-1", "inf", "nan"])
def test_invalid_number_of_seconds_is_refused(said: str) -> None:
    with pytest.raises(SettingsProblem, match="SCORE_STATEMENT_SECONDS"):
        Settings.from_environment({"SCORE_SECRET_KEY": "s" * 40, "SCORE_STATEMENT_SECONDS": said})


# --- stopped and restarted ----------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def server_of_its_own(machines: Rack) -> Postgres:
    """A PostgreSQL server that can be stopped."""
    return machines.place(Postgres, "127.0.0.1", "gone").new("score")


def test_stopped_database_server_is_reported_and_recovery_is_automatic(
    server_of_its_own: Postgres, monkeypatch
) -> None:
    visit = Visit.to(programme_on(url("score", server_of_its_own)))
    before = visit.answered(HEADLINES)
    server_of_its_own.stop()
    page = visit.open("/")
    assert page.status_code == 503
    assert language_and_texts(page.text)[1][0] == "The results database cannot be read just now"
    assert "127.0.0.1" not in page.text
    assert notice(visit.post(HEADLINES, at("?sector=garments")).get_json())[0] == language_and_texts(page.text)[1][0]
    assert visit.client.get("/health").status_code == 503
    with (
        pytest.raises(LoadProblem) as caught,
        as_load_problems(),
        writing_engine(url("score", server_of_its_own)).begin(),
    ):
        pass
    assert caught.value.reason == "database"
    server_of_its_own.start()
    assert visit.open("/").status_code == 200
    assert visit.answered(HEADLINES) == before


def test_database_address_with_one_dead_host_can_be_read_and_written(postgres: Postgres, new_on) -> None:
    alive = make_url(programme_on(new_on("postgresql")))
    several = alive.set(query={"host": ["127.0.0.1:1", alive.query["host"]]}).render_as_string(hide_password=False)
    assert Record(several).catalogue().programme.code == "score"
    engine = writing_engine(several)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM story"))
    engine.dispose()


def test_unavailable_accounts_are_reported_and_recovery_is_automatic(server_of_its_own: Postgres, new_on) -> None:
    accounts = url("score", server_of_its_own)
    record = programme_on(new_on("sqlite"), public=True)
    visit = Visit.to(record, signed_in=False, local=False, accounts_url=accounts)
    managers_engine = accounts_engine(accounts)
    _made, token = share_links.make(managers_engine, Terms(threshold=None))
    managers_engine.dispose()
    visit.app.server.config["SESSION_COOKIE_SECURE"] = False
    assert visit.open(f"/s/{token}").status_code == 303
    server_of_its_own.stop()
    for path in ("/", f"/s/{token}", "/results?lang=zh"):
        page = visit.open(path)
        assert page.status_code == 503, path
        assert "127.0.0.1" not in page.text
    assert language_and_texts(visit.open("/").text)[1][0] == "Who you are cannot be looked up just now"
    server_of_its_own.start()
    assert visit.open("/").status_code == 200


# --- what no database can hold ------------------------------------------------------------------------------------


@pytest.mark.both_databases
@pytest.mark.parametrize("said", ["%00", "a%00b", "9" * 30])
def test_text_and_number_invalid_in_postgresql_match_nothing(new_database, said: str) -> None:
    visit = Visit.to(programme_on(new_database()), accounts_url=new_database())
    for path in ("/decks/edit?name=", "/present?deck="):
        assert visit.open(f"{path}{said}").status_code == 404, path
    for path in ("/enterprises/", "/stories/", "/sources/"):
        pathname = f"{path}{unquote(said)}"
        assert visit.post(PAGE_SLOT, at("", pathname)).status_code == 200, path
    assert visit.open(f"/?place={said}&sector={said}").status_code == 200
    assert visit.answered(HEADLINES, at(f"?place={said}"))


# --- cancelled queries --------------------------------------------------------------------------------------------


CONFLICT = "DO $$BEGIN RAISE 'canceling statement due to conflict with recovery' USING ERRCODE = '40001'; END$$"


def breaking_off(times: int) -> Callable[[View], pd.DataFrame]:
    """Makes the overview fail the first `times` times, as when a replica cancels a query to continue replication."""
    left, make = [times], EXHIBITS["overview"].numbers

    def broken_off(view: View) -> pd.DataFrame:
        if left[0]:
            left[0] -= 1
            view.connection.execute(text(CONFLICT))
        return make(view)

    return broken_off


@pytest.mark.servers
def test_query_cancelled_by_a_replica_is_retried_once(new_on, monkeypatch, caplog) -> None:
    visit = Visit.to(programme_on(new_on("postgresql")))
    caplog.set_level(logging.WARNING)
    table, headlines = visit.open("/export/overview.csv").text, visit.answered(HEADLINES)
    definition = EXHIBITS["overview"]
    for times in (1, 2):
        monkeypatch.setitem(EXHIBITS, "overview", replace(definition, numbers=breaking_off(times)))
        answer = visit.open(f"/export/overview.csv?sector=machinery&as_of=2014-12-{31 - times}")
        assert answer.status_code == (200 if times == 1 else 503)
        monkeypatch.setitem(EXHIBITS, "overview", replace(definition, numbers=breaking_off(times)))
        said = notice(visit.post(HEADLINES, at(f"?sector=garments&as_of=2014-12-{31 - times}")).get_json())
        assert said == [] if times == 1 else said[0] == "The results database cannot be read just now"
    assert "asked again" in caplog.text
    assert (visit.open("/export/overview.csv").text, visit.answered(HEADLINES)) == (table, headlines)


def test_connection_lost_during_a_query_is_replaced(new_on, postgres: Postgres) -> None:
    address = programme_on(new_on("postgresql"))
    record = Record(address)

    def ask(view: View) -> None:
        number = view.connection.scalar(text("SELECT pg_backend_pid()"))
        postgres.sql(f"SELECT pg_terminate_backend({number}, 5000)")
        view.connection.execute(text("SELECT 1"))

    with pytest.raises(DatabaseProblem) as caught, record.view(MANAGER, Filters()) as view:
        ask(view)
    assert (caught.value.reason, caught.value.passing) == ("unreadable", True)
    with record.view(MANAGER, Filters()) as view:
        assert view.connection.scalar(text("SELECT 1")) == 1


# --- full disk ----------------------------------------------------------------------------------------------------


def test_database_server_without_free_connections_is_reported(new_on, postgres: Postgres) -> None:
    address = make_url(programme_on(new_on("postgresql")))
    postgres.sql(
        "CREATE ROLE crowded LOGIN CONNECTION LIMIT 0", "GRANT pg_read_all_data TO crowded", database=address.database
    )
    visit = Visit.to(address.set(username="crowded").render_as_string(hide_password=False))
    page = visit.open("/")
    assert page.status_code == 503
    assert language_and_texts(page.text)[1][0] == "The results database cannot be read just now"
    postgres.sql("ALTER ROLE crowded CONNECTION LIMIT 10")
    assert visit.open("/").status_code == 200


@pytest.mark.servers
def test_threads_that_get_no_connection_report_it(new_on, monkeypatch) -> None:
    monkeypatch.setitem(database._POOL, "pool_timeout", 0.1)
    record = Record(programme_on(new_on("postgresql")))
    held = [record.engine.connect() for _each in range(10)]
    with pytest.raises(DatabaseProblem) as caught:
        record.catalogue()
    assert caught.value.reason == "unreadable"
    for each in held:
        each.close()
    assert record.catalogue().programme.code == "score"


@pytest.mark.both_databases
def test_load_reports_a_full_disk(address: str) -> None:
    engine = writing_engine(programme_on(address))

    def fill(connection: Connection) -> None:
        if connection.dialect.name == "sqlite":
            connection.execute(text("PRAGMA max_page_count = 1"))  # as many as it has
            for number in range(10_000):
                connection.execute(text(f"INSERT INTO sector (code) VALUES ('{'x' * 70}{number}')"))
        connection.execute(text("DO $$BEGIN RAISE 'no space left' USING ERRCODE = 'disk_full'; END$$"))

    with pytest.raises(LoadProblem) as caught, as_load_problems(), engine.begin() as connection:
        fill(connection)
    assert caught.value.reason == "full"
    engine.dispose()
