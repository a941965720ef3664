"""Engines on the results database: read-only access, and the reason when it cannot be read."""

import sqlite3
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from loading_files import small_programme, write_folder
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from data.filters import Filters
from data.loading import load
from data.privacy.viewer import MANAGER
from data.records import Record
from data.storage import database, schema
from data.storage.database import DatabaseProblem
from data.storage.schema import SCHEMA_VERSION, batch


def test_reading_engine_refuses_to_write(public_record_url: str):
    engine = database.reading_engine(public_record_url)
    with pytest.raises(OperationalError, match="readonly"), engine.begin() as connection:
        connection.execute(schema.sector.insert().values(code="new", name_en="New"))
    engine.dispose()


def test_reading_engine_creates_no_file(tmp_path: Path):
    engine = database.reading_engine(f"sqlite:///{tmp_path / 'none.db'}")
    with pytest.raises(DatabaseProblem) as problem:
        database.check(engine)
    assert problem.value.reason == "missing"
    assert list(tmp_path.iterdir()) == []


def test_check_passes_on_a_loaded_database(public_record_url: str):
    database.check(database.reading_engine(public_record_url))


def _with(tmp_path: Path, *statements: str) -> Record:
    path = tmp_path / "some.db"
    with sqlite3.connect(path) as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()
    return Record(f"sqlite:///{path}")


def test_database_without_our_tables_is_reported_empty(tmp_path: Path):
    with pytest.raises(DatabaseProblem) as problem:
        _with(tmp_path, "CREATE TABLE other (a)").catalogue()
    assert problem.value.reason == "empty"


def test_database_with_a_missing_column_has_another_schema(tmp_path: Path):
    with pytest.raises(DatabaseProblem) as problem:
        _with(tmp_path, "CREATE TABLE programme (code TEXT)").catalogue()
    assert problem.value.reason == "schema"


def test_database_of_another_schema_version_is_refused(tmp_path: Path, public_record_url: str):
    path = tmp_path / "older.db"
    path.write_bytes(Path(public_record_url.removeprefix("sqlite:///")).read_bytes())
    engine = database.writing_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        connection.execute(batch.update().values(schema_version=SCHEMA_VERSION + 1))
    engine.dispose()
    with pytest.raises(DatabaseProblem) as problem:
        Record(f"sqlite:///{path}").catalogue()
    assert problem.value.reason == "schema"


def test_file_that_is_not_a_database_is_unreadable(tmp_path: Path):
    path = tmp_path / "text.db"
    path.write_text("This is a letter, not a database. " * 50)
    with pytest.raises(DatabaseProblem) as problem:
        Record(f"sqlite:///{path}").catalogue()
    assert problem.value.reason == "unreadable"


def test_record_notices_a_new_batch_and_a_replaced_file_at_once(
    tmp_path: Path, demo_folder: Path, public_record_url: str
):
    path = tmp_path / "results.db"
    path.write_bytes(Path(public_record_url.removeprefix("sqlite:///")).read_bytes())
    record = Record(f"sqlite:///{path}")
    assert record.catalogue().programme.code == "score-china"

    engine = database.writing_engine(f"sqlite:///{path}")
    (tmp_path / "sector.csv").write_text("code,name_en\nballoons,Balloons\n")
    (tmp_path / "only").mkdir()
    (tmp_path / "sector.csv").rename(tmp_path / "only" / "sector.csv")
    assert load(engine, tmp_path / "only").loaded
    assert "balloons" in record.catalogue().sector

    engine.dispose()
    path.unlink()
    assert load(engine, demo_folder).loaded
    engine.dispose()
    assert record.catalogue().programme.code == "score-demo"


def test_names_and_numbers_of_a_view_come_from_one_data_version(tmp_path: Path, public_record_url: str, monkeypatch):
    """A load during the opening of a view is in all of the view or in none of it."""
    path = tmp_path / "results.db"
    path.write_bytes(Path(public_record_url.removeprefix("sqlite:///")).read_bytes())
    record = Record(f"sqlite:///{path}")
    before = record.catalogue().version
    writing = database.writing_engine(f"sqlite:///{path}")
    snapshot = database.snapshot

    def after_a_load(engine: Engine) -> AbstractContextManager[Connection]:
        load(writing, write_folder(tmp_path / "in", {"sector": [{"code": "balloons", "name_en": "Balloons"}]}))
        return snapshot(engine)

    monkeypatch.setattr(database, "snapshot", after_a_load)
    with record.view(MANAGER, Filters()) as view:
        assert view.catalogue.version == database.version_on(view.connection) != before
        assert "balloons" in view.catalogue.sector
    writing.dispose()


def test_data_version_of_an_unchanged_file_is_not_read_again(tmp_path: Path, public_record_url: str, monkeypatch):
    path = tmp_path / "results.db"
    path.write_bytes(Path(public_record_url.removeprefix("sqlite:///")).read_bytes())
    record = Record(f"sqlite:///{path}")
    asked: list[Engine] = []
    read = database.data_version
    monkeypatch.setattr(database, "data_version", lambda engine: asked.append(engine) or read(engine))
    record.catalogue()
    record.catalogue()
    assert len(asked) == 2, "a change within the same tick of the clock would not be seen"
    monkeypatch.setattr(database, "_SETTLED_NS", -1)
    first = record.catalogue().version
    assert record.catalogue().version == first
    assert len(asked) == 3
    writing = database.writing_engine(f"sqlite:///{path}")
    for mode in ("DELETE", "WAL"):  # the operator of the database may have set either
        with writing.connect() as connection:
            connection.exec_driver_sql(f"PRAGMA journal_mode={mode}")
        before = record.catalogue().version
        assert load(
            writing, write_folder(tmp_path / mode, {"sector": [{"code": mode.lower(), "name_en": mode}]})
        ).loaded
        assert record.catalogue().version.batch == before.batch + 1
        assert mode.lower() in record.catalogue().sector
    writing.dispose()


def test_file_overwritten_in_place_is_read_again(tmp_path: Path, public_record_url: str, monkeypatch):
    monkeypatch.setattr(database, "_SETTLED_NS", -1)
    path = tmp_path / "results.db"
    path.write_bytes(Path(public_record_url.removeprefix("sqlite:///")).read_bytes())
    record = Record(f"sqlite:///{path}")
    before = record.catalogue().version
    other = database.writing_engine(f"sqlite:///{tmp_path}/other.db")
    assert load(other, write_folder(tmp_path / "other", small_programme())).loaded
    other.dispose()
    path.write_bytes((tmp_path / "other.db").read_bytes())
    assert record.catalogue().version.batch == before.batch == 1
    assert record.catalogue().version != before
    assert record.catalogue().programme.code == "demo"
