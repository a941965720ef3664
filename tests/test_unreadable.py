"""An unreadable results database: a message for every reason, never numbers."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, event
from visiting import PAGE, Visit, at, notice

from data.loading import load
from data.storage import database
from data.storage.database import create_tables, writing_engine
from data.storage.schema import SCHEMA_VERSION
from layouts import ids, pages

STATES = (
    "missing",
    "empty",
    "without a programme",
    "locked",
    "older schema",
    "other version",
    "no database",
    "a folder",
)
CHINESE = re.compile(r"[\u4e00-\u9fff]")

Spoil = Callable[[str], Path]


def _in_file(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement)
        connection.commit()


@pytest.fixture
def no_lock_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes SQLite give up on a locked file at once instead of after seconds."""
    patient = database.reading_engine

    def reading_engine(address: str, **how: bool) -> Engine:
        engine = patient(address, **how)

        @event.listens_for(engine, "connect")
        def hurry(connection: sqlite3.Connection, _record: object) -> None:
            connection.execute("PRAGMA busy_timeout = 10")

        return engine

    monkeypatch.setattr(database, "reading_engine", reading_engine)


@pytest.fixture
def unreadable_database(  # noqa: C901 - one short branch per kind of trouble
    tmp_path: Path, public_record_url: str, no_lock_wait: None
) -> Iterator[Spoil]:
    """Creates an unreadable results database of a kind; returns its path."""
    held: list[sqlite3.Connection] = []

    def make(state: str) -> Path:
        path = tmp_path / "results.db"
        good = Path(public_record_url.removeprefix("sqlite:///")).read_bytes()
        match state:
            case "missing":
                pass
            case "empty":
                path.touch()
            case "without a programme":
                engine = writing_engine(f"sqlite:///{path}")
                create_tables(engine)
                engine.dispose()
            case "no database":
                path.write_bytes(b"PK\x03\x04 this is a workbook someone renamed" * 100)
            case "a folder":
                path.mkdir()
            case _:
                path.write_bytes(good)
        if state == "locked":
            held.append(sqlite3.connect(path))
            held[0].execute("BEGIN EXCLUSIVE")
        elif state == "older schema":
            _in_file(path, "ALTER TABLE training DROP COLUMN satisfaction")
        elif state == "other version":
            _in_file(path, "UPDATE batch SET schema_version = 0")
        return path

    yield make
    for connection in held:
        connection.close()


def language_and_texts(page: str) -> tuple[str, list[str]]:
    """The declared language of a plain page, and its heading and text."""
    language = re.search(r'<html lang="([^"]+)"', page)
    assert language
    return language[1], re.findall(r"<(?:h1|p)>(.*?)</(?:h1|p)>", page, re.DOTALL)


@pytest.mark.parametrize("state", STATES)
def test_page_on_an_unreadable_database_is_503_with_instructions_in_both_languages(unreadable_database, state):
    visit = Visit.to(f"sqlite:///{unreadable_database(state)}")
    for path in ("/", "/results"):
        english, chinese = visit.open(path), visit.open(f"{path}?lang=zh")
        assert english.status_code == chinese.status_code == 503
        language, said = language_and_texts(english.text)
        assert language == "en"
        assert len(said) == 2
        assert not CHINESE.search("".join(said))
        in_chinese, said_in_chinese = language_and_texts(chinese.text)
        assert in_chinese == "zh-Hans"
        assert len(said_in_chinese) == 2
        assert all(CHINESE.search(each) for each in said_in_chinese)
        for page in (english.text, chinese.text):
            assert "Traceback" not in page
            assert "sqlite" not in page.lower()
            assert "results.db" not in page
        if state in ("missing", "empty", "without a programme"):
            assert "score-dashboard load" in said[1]
            assert "score-dashboard load" in said_in_chinese[1]


def test_kinds_of_database_trouble_have_different_headings(unreadable_database):
    headings = {}
    for state in ("missing", "no database", "older schema", "empty"):
        path = unreadable_database(state)
        headings[state] = language_and_texts(Visit.to(f"sqlite:///{path}").open("/").text)[1][0]
        path.unlink(missing_ok=True)
    assert len(set(headings.values())) == len(headings)


def test_chinese_browser_gets_the_error_page_in_chinese(unreadable_database):
    visit = Visit.to(f"sqlite:///{unreadable_database('missing')}")
    answer = visit.client.get("/", headers=PAGE | {"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5"})
    assert language_and_texts(answer.text)[0] == "zh-Hans"
    answer = visit.client.get("/?lang=en", headers=PAGE | {"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5"})
    assert language_and_texts(answer.text)[0] == "en"


@pytest.mark.parametrize("state", STATES)
def test_callback_on_an_unreadable_database_shows_only_a_notice(unreadable_database, state):
    visit = Visit.to(f"sqlite:///{unreadable_database(state)}")
    headlines = f"{ids.OVERVIEW_HEADLINES}.content"
    for language in ("", "?lang=zh"):
        response = visit.post(headlines, at(language))
        assert response.status_code == 200
        answer = response.get_json()
        assert not answer.get("response")
        said = notice(answer)
        # The same message as on a newly opened page.
        assert said == [
            line.replace("&#34;", '"').replace("&#39;", "'")
            for line in language_and_texts(visit.open(f"/{language}").text)[1]
        ]


@pytest.mark.parametrize("state", STATES)
def test_health_table_and_export_of_an_unreadable_database_are_503(unreadable_database, state):
    visit = Visit.to(f"sqlite:///{unreadable_database(state)}")
    for address in ("/health", "/table/change", "/export/change.csv"):
        assert visit.client.get(address).status_code == 503, address
    assert visit.stranger().get("/", headers=PAGE).status_code == 401, "a stranger is not told of the trouble"


def test_database_created_while_the_server_runs_is_read_without_a_restart(unreadable_database, demo_folder):
    path = unreadable_database("missing")
    visit = Visit.to(f"sqlite:///{path}")
    assert visit.open("/").status_code == 503
    engine = writing_engine(f"sqlite:///{path}")
    load(engine, demo_folder)
    engine.dispose()
    assert visit.open("/").status_code == 200
    assert visit.answered(f"{ids.OVERVIEW_HEADLINES}.content")


def test_temporarily_locked_database_is_read_again_afterwards(unreadable_database):
    path = unreadable_database("other version")
    visit = Visit.to(f"sqlite:///{path}")
    assert visit.open("/").status_code == 503
    _in_file(path, f"UPDATE batch SET schema_version = {SCHEMA_VERSION}")
    assert visit.open("/").status_code == 200
    with closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert visit.open("/").status_code == 503
        other.rollback()
    assert visit.open("/").status_code == 200


def test_next_request_shows_a_load_made_while_the_server_runs(unreadable_database, tmp_path):
    path = unreadable_database("good")
    visit = Visit.to(f"sqlite:///{path}")
    footer = f"{ids.FOOTER}.content"
    before = visit.answered(footer)
    _in_file(path, "UPDATE programme SET name_en = 'Renamed programme'")
    _in_file(
        path,
        "INSERT INTO batch SELECT number + 1, loaded_at, origin, 0, 1, schema_version, NULL, NULL FROM batch"
        " ORDER BY number DESC LIMIT 1",
    )
    after = visit.answered(footer)
    assert before != after
    assert "Renamed programme" in str(after)


def test_database_is_opened_read_only(unreadable_database):
    path = unreadable_database("good")
    visit = Visit.to(f"sqlite:///{path}")
    before = path.read_bytes()
    for page in pages.PAGES:
        assert visit.open(page.path).status_code == 200
    for output in visit.callbacks:
        visit.post(output.strip(".").split("...")[0])
    assert path.read_bytes() == before
    assert sorted(each.name for each in path.parent.iterdir()) == ["results.db"]


def test_callbacks_of_an_open_page_report_an_unreadable_database(unreadable_database):
    path = unreadable_database("good")
    visit = Visit.to(f"sqlite:///{path}")
    for page in pages.PAGES:
        assert visit.open(page.path).status_code == 200
    path.write_bytes(b"overwritten")
    for output in visit.callbacks:
        response = visit.post(output.strip(".").split("...")[0])
        answer = response.get_json()
        if notice(answer):
            assert not answer.get("response")
        else:  # outputs without data: the page slot, its headings and the labels of the filters
            named = output.endswith("-heading.content") or f"{ids.AS_OF_LABEL}." in output
            assert named or output.startswith(ids.PAGE), output
