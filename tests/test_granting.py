"""The role of a web process: it reads every exhibit and every table of a later load, and changes nothing."""

import re
from collections.abc import Callable, Iterator

import pytest
from click.testing import CliRunner, Result
from loading_files import small_programme, write_folder
from machines import Postgres
from sqlalchemy import Engine, create_engine, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, ProgrammingError

from dashboard.commands.cli import main
from data.exhibits import EXHIBITS, build
from data.exports.csv_files import to_csv
from data.filters import Filters
from data.loading import load
from data.privacy.viewer import MANAGER
from data.records import Record
from data.storage import database_roles
from data.storage.accounts import accounts_engine
from data.storage.database import reading_engine, writing_engine
from data.storage.database_roles import GrantProblem, grant

Run = Callable[..., Result]


@pytest.fixture
def address(new_on: Callable[[str], str], tmp_path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database on PostgreSQL with the small programme, named in the environment."""
    engine = writing_engine(address := new_on("postgresql"))
    assert load(engine, write_folder(tmp_path / "first", small_programme())).loaded
    engine.dispose()
    monkeypatch.setenv("SCORE_DATABASE_URL", address)
    return address


@pytest.fixture
def engine(address: str) -> Iterator[Engine]:
    engine = writing_engine(address)
    yield engine
    engine.dispose()


@pytest.fixture
def run(address: str, postgres: Postgres) -> Iterator[Run]:
    """Runs `grant`; its roles are dropped at the end, because they belong to the server and not to the database."""
    yield lambda *words, typed="": CliRunner().invoke(main, ["grant", *words], input=typed)
    database = make_url(address).database
    for role in ("score_web", 'we"b role'):
        quoted = '"{}"'.format(role.replace('"', '""'))
        if postgres.sql(f"SELECT count(*) FROM pg_roles WHERE rolname = '{role}'", database=database):
            postgres.sql(f"DROP OWNED BY {quoted}", f"DROP ROLE {quoted}", database=database)


def reads(address: str) -> dict[str, str]:
    record = Record(address)
    with record.view(MANAGER, Filters()) as view:
        return {code: to_csv(build(view, code)) for code in EXHIBITS}


def test_role_reads_every_exhibit_and_cannot_change_anything(run: Run, address: str) -> None:
    done = run()
    assert done.exit_code == 0, done.stderr
    theirs = done.stdout.strip()
    assert make_url(theirs).username == "score_web"
    assert reads(theirs) == reads(address)
    as_them = create_engine(theirs)
    for read_only in (True, False):
        with as_them.connect() as connection:
            connection.execute(text(f"SET default_transaction_read_only = {'on' if read_only else 'off'}"))
            connection.commit()
            for statement in (
                "DELETE FROM sector", "UPDATE sector SET name_en = 'x'", "INSERT INTO sector (code) VALUES ('x')",
                "DROP TABLE sector", "TRUNCATE sector", "CREATE TABLE mine (a int)",
            ):  # fmt: skip
                with pytest.raises(DBAPIError, match=r"read-only|permission denied|must be owner"):
                    connection.execute(text(statement))
                connection.rollback()
    as_them.dispose()  # the previous setting is gone
    with as_them.connect() as connection:
        assert connection.scalar(text("SHOW default_transaction_read_only")) == "on"
        assert connection.scalar(text("SHOW statement_timeout")) == "10s"
    as_them.dispose()


def test_tables_made_later_can_be_read_too(run: Run, engine: Engine) -> None:
    theirs = run().stdout.strip()
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE later (a int)"))
    as_them = reading_engine(theirs)
    with as_them.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM later")) == 0
    as_them.dispose()


def test_administrator_can_grant_for_a_loader_that_may_not_create_roles(
    run: Run, engine: Engine, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with engine.begin() as connection:
        connection.execute(text("CREATE ROLE loading LOGIN"))
        connection.execute(text("GRANT ALL ON SCHEMA public TO loading"))
        for table in inspect(connection).get_table_names():
            connection.execute(text(f'ALTER TABLE "{table}" OWNER TO loading'))
    loading = make_url(address).set(username="loading").render_as_string(hide_password=False)
    try:
        monkeypatch.setenv("SCORE_DATABASE_URL", loading)
        refused = run()
        assert refused.exit_code == 1
        assert "administrator" in refused.stderr
        monkeypatch.setenv("SCORE_DATABASE_URL", address)
        done = run()
        assert "those loading makes there later" in done.stderr
        as_loading = create_engine(loading)
        with as_loading.begin() as connection:
            connection.execute(text("CREATE TABLE later (a int)"))
        as_loading.dispose()
        theirs = reading_engine(done.stdout.strip())
        with theirs.connect() as connection:
            assert connection.scalar(text("SELECT count(*) FROM later")) == 0
        theirs.dispose()
    finally:
        with engine.begin() as connection:
            connection.execute(text("DROP OWNED BY loading"))
            connection.execute(text("DROP ROLE loading"))


def test_repeated_grant_restores_the_rights_and_prints_nothing(run: Run, address: str, engine: Engine) -> None:
    theirs = run().stdout.strip()
    with engine.begin() as connection:
        connection.execute(text("REVOKE SELECT ON result FROM score_web"))
        connection.execute(text("GRANT INSERT, UPDATE ON sector TO score_web"))
    again = run()
    assert (again.exit_code, again.stdout) == (0, "")
    assert "brought up to date" in again.stderr
    assert reads(theirs) == reads(address)
    with engine.connect() as connection:
        assert not connection.scalar(text("SELECT has_table_privilege('score_web', 'sector', 'INSERT, UPDATE')"))


def test_password_is_generated_once_or_given_and_appears_nowhere_else(run: Run, postgres: Postgres) -> None:
    first = make_url(run().stdout.strip()).password
    assert first is not None
    assert len(first) >= 32
    given = run("--password-file", "-", typed="a password of ours\n")
    assert (given.exit_code, given.stdout) == (0, "")
    assert "with a new password" in given.stderr
    kept = postgres.sql("SELECT rolpassword FROM pg_authid WHERE rolname = 'score_web'")
    assert kept.startswith("SCRAM-SHA-256$")
    second = make_url(run("--new-password").stdout.strip()).password
    assert second not in (None, first)
    assert kept != postgres.sql("SELECT rolpassword FROM pg_authid WHERE rolname = 'score_web'")
    assert not [word for word in (first, second, "a password of ours") if str(word) in postgres.log.read_text()]


def test_empty_password_file_is_refused_and_nothing_is_changed(run: Run, postgres: Postgres) -> None:
    run()
    kept = postgres.sql("SELECT rolpassword FROM pg_authid WHERE rolname = 'score_web'")
    refused = run("--password-file", "-", typed="\n")
    assert refused.exit_code == 1
    assert "password file is empty" in refused.stderr
    assert kept == postgres.sql("SELECT rolpassword FROM pg_authid WHERE rolname = 'score_web'")


def test_role_can_have_any_name(run: Run, address: str) -> None:
    done = run("--role", 'we"b role')
    assert done.exit_code == 0, done.stderr
    assert reads(done.stdout.strip()) == reads(address)


@pytest.mark.parametrize(
    ("before", "role", "reason"),
    [
        ((), "score", "is the role that loads"),
        (("CREATE ROLE score_web CREATEDB",), "score_web", "may make roles or databases"),
        (("CREATE ROLE score_web IN ROLE pg_write_all_data",), "score_web", "INSERT on"),
        (("GRANT DELETE ON sector TO PUBLIC",), "score_web", "DELETE on sector"),
    ],
)
def test_role_with_more_rights_is_refused_and_nothing_is_changed(
    run: Run, engine: Engine, before: tuple[str, ...], role: str, reason: str
) -> None:
    with engine.begin() as connection:
        for statement in before:
            connection.execute(text(statement))
    done = run("--role", role)
    assert (done.exit_code, done.stdout) == (1, "")
    assert reason in done.stderr
    assert "Nothing was changed" in done.stderr
    with engine.connect() as connection:
        known = database_roles.exists(engine, "score_web")
        assert not (known and connection.scalar(text("SELECT has_table_privilege('score_web', 'result', 'SELECT')")))


def test_role_cannot_read_accounts_in_the_same_database(run: Run, address: str) -> None:
    accounts_engine(address).dispose()
    theirs = reading_engine(run().stdout.strip())
    with theirs.connect() as connection, pytest.raises(ProgrammingError, match="permission denied"):
        connection.execute(text("SELECT * FROM manager"))
    theirs.dispose()


@pytest.mark.servers
def test_database_without_results_is_refused(new_on: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> None:
    engine = writing_engine(new_on("postgresql"))
    with pytest.raises(GrantProblem, match="empty"):
        grant(engine, "score_web", seconds=10)
    assert not database_roles.exists(engine, "score_web")
    engine.dispose()


def test_grant_on_sqlite_has_nothing_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setenv("SCORE_DATABASE_URL", f"sqlite:///{tmp_path}/results.db")
    done = CliRunner().invoke(main, ["grant"])
    assert (done.exit_code, done.stdout) == (0, "")
    assert re.search("Nothing to do.*only read it", done.stderr)
    assert list(tmp_path.iterdir()) == []


def test_unreachable_database_server_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCORE_DATABASE_URL", "postgresql+psycopg://score@127.0.0.1:1/score")
    done = CliRunner().invoke(main, ["grant"])
    assert done.exit_code == 1
    assert "Nothing was changed" in done.stderr
    assert "Traceback" not in done.stderr
