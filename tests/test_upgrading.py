"""A database of an older version is upgraded; an edition it froze is read as before."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner
from programme import PROGRAMME, load_rows
from sqlalchemy import Engine, inspect, select

from dashboard.commands.cli import main
from data.editions import frozen_copies
from data.exhibits import EXHIBITS, build
from data.exports.csv_files import to_csv
from data.filters import Filters
from data.privacy.viewer import MANAGER
from data.records import Record, Records
from data.storage import database, migrations
from data.storage.database import DatabaseProblem
from data.storage.schema import SCHEMA_VERSION, batch, results

FIRST = (
    "DROP TABLE batch_change",
    "DROP TABLE story_image",
    "ALTER TABLE batch DROP COLUMN loaded_by",
    "ALTER TABLE batch DROP COLUMN undoes",
    "UPDATE batch SET schema_version = 1",
)
"""The statements that turn a database of the current version into one of the first."""


def run_sql(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def shape(engine: Engine) -> dict[str, object]:
    have = inspect(engine)
    return {
        name: (
            sorted((column["name"], str(column["type"]), column["nullable"]) for column in have.get_columns(name)),
            have.get_pk_constraint(name)["constrained_columns"],
            sorted((index["name"], index["column_names"]) for index in have.get_indexes(name)),
        )
        for name in results.tables
    }


def exported(record: Record) -> dict[str, str]:
    with record.view(MANAGER, Filters()) as view:
        return {code: to_csv(build(view, code)) for code in EXHIBITS}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database of the first version with the small programme."""
    path = tmp_path / "results.db"
    engine = database.writing_engine(f"sqlite:///{path}")
    loaded = {"number": 1, "loaded_at": database.now(), "origin": "x", "added_count": 1, "changed_count": 0}
    load_rows(engine, PROGRAMME | {"batch": [loaded | {"schema_version": SCHEMA_VERSION}]})
    engine.dispose()
    run_sql(path, *FIRST)
    return path


@pytest.fixture
def engine(path: Path) -> Iterator[Engine]:
    engine = database.writing_engine(f"sqlite:///{path}")
    yield engine
    engine.dispose()


def test_upgraded_database_has_the_tables_of_a_new_one_and_an_upgrade_batch(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(DatabaseProblem, match="schema"):
        database.check(engine)
    assert migrations.upgrade(engine) == 1
    database.check(engine)
    new = database.writing_engine(f"sqlite:///{tmp_path / 'new.db'}")
    database.create_tables(new)
    assert shape(engine) == shape(new)
    with engine.connect() as connection:
        last = connection.execute(select(batch).order_by(batch.c.number.desc())).first()
    assert last is not None
    assert (last.number, last.schema_version, last.added_count) == (2, SCHEMA_VERSION, 0)
    new.dispose()


def test_current_or_newer_database_is_not_changed(engine: Engine) -> None:
    migrations.upgrade(engine)
    assert migrations.upgrade(engine) is None
    with engine.begin() as connection:
        connection.execute(batch.update().values(schema_version=SCHEMA_VERSION + 1))
    with pytest.raises(DatabaseProblem, match="newer"):
        migrations.upgrade(engine)


def test_failed_upgrade_step_leaves_the_database_unchanged(engine: Engine, path: Path, monkeypatch) -> None:
    def fails(operations: object) -> None:
        migrations._row_changes_and_pictures(operations)
        raise RuntimeError

    monkeypatch.setitem(migrations._STEPS, 2, fails)
    before = sha256(path.read_bytes()).hexdigest()
    with pytest.raises(RuntimeError):
        migrations.upgrade(engine)
    assert "batch_change" not in inspect(engine).get_table_names()
    assert sha256(path.read_bytes()).hexdigest() == before


def test_command_upgrades_once_and_then_has_nothing_to_do(path: Path, monkeypatch) -> None:
    monkeypatch.setenv("SCORE_DATABASE_URL", f"sqlite:///{path}")
    monkeypatch.setenv("SCORE_ACCOUNTS_URL", f"sqlite:///{path.with_name('accounts.db')}")
    refused = CliRunner().invoke(main, ["export", "breadth"])
    assert refused.exit_code == 1
    assert "score-dashboard upgrade" in refused.stderr
    assert "from version 1" in CliRunner().invoke(main, ["upgrade"]).stderr
    assert CliRunner().invoke(main, ["export", "breadth"]).exit_code == 0
    assert "nothing to do" in CliRunner().invoke(main, ["upgrade"]).stderr


def test_command_without_a_database_reports_it(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("SCORE_DATABASE_URL", f"sqlite:///{tmp_path / 'none.db'}")
    monkeypatch.setenv("SCORE_ACCOUNTS_URL", f"sqlite:///{tmp_path / 'no-accounts.db'}")
    answer = CliRunner().invoke(main, ["upgrade"])
    assert answer.exit_code == 1
    assert "no database" in answer.stderr
    assert list(tmp_path.iterdir()) == []


def test_edition_of_the_first_version_reads_the_same_and_its_file_is_unchanged(
    engine: Engine, path: Path, tmp_path: Path
) -> None:
    migrations.upgrade(engine)
    live = f"sqlite:///{path}"
    expected = exported(Record(live))
    folder = tmp_path / "editions"
    reading = database.reading_engine(live)
    frozen = frozen_copies.freeze(reading, "NTAC 6", folder)
    reading.dispose()
    frozen.path.chmod(0o644)
    run_sql(frozen.path, *FIRST)
    digest = sha256(frozen.path.read_bytes()).hexdigest()
    name = frozen.path.name.split(".")
    older = frozen.path.rename(frozen.path.with_name(".".join([name[0], digest, *name[2:]])))
    (found,) = frozen_copies.editions(folder)
    assert exported(Records(live, folder).edition(found.key)) == expected
    assert sha256(older.read_bytes()).hexdigest() == digest
