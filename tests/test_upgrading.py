"""A database of an older version is upgraded; an edition it froze is read as before."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner
from loading_files import small_programme, write_folder
from programme import PROGRAMME, Row, load_rows
from sqlalchemy import Engine, inspect, select

from dashboard.commands.cli import main
from data.editions import frozen_copies
from data.exhibits import EXHIBITS, build
from data.exports.csv_files import to_csv
from data.filters import Filters
from data.loading import load
from data.loading.writes.rolling_back import rollback
from data.privacy.viewer import MANAGER
from data.records import Record, Records
from data.storage import database, migrations
from data.storage.database import DatabaseProblem
from data.storage.schema import SCHEMA_VERSION, SIDES, batch, results

DATES = {
    "programme": ("as_of",),
    "source": ("published_on",),
    "phase": ("starts_on", "ends_on"),
    "round": ("planned_start", "planned_end", "started_on", "ended_on"),
    "enrolment": ("recruited_on", "baseline_on", "left_on"),
    "training": ("due_on", "workshop_on", "assessed_on", "completed_on", "dropped_on"),
    "result": ("before_on", "after_on"),
    "reported_figure": ("as_of",),
    "target": ("due_on",),
    "trainer_level": ("reached_on",),
    "event": ("starts_on", "ends_on"),
}
"""The tables of the second version that had one precision for all dates of a row."""
NEW_IN_THE_THIRD = {
    "programme": ("note_en", "note_zh", "contact", "iati_activity"),
    "indicator": ("key", "sdg"),
    "round_partner": ("source", "note"),
    "enterprise": ("note", "contact"),
    "target": (
        "baseline", "baseline_on", "baseline_on_precision", "measure", "level", "comment_en", "comment_zh",
    ),
}  # fmt: skip
SECOND = (
    *(f"ALTER TABLE {table} ADD COLUMN date_precision VARCHAR(5)" for table in DATES),
    *(f"ALTER TABLE {table} DROP COLUMN {name}_precision" for table, names in DATES.items() for name in names),
    *(f"ALTER TABLE {table} DROP COLUMN {name}" for table, names in NEW_IN_THE_THIRD.items() for name in names),
    "ALTER TABLE programme ADD COLUMN note TEXT",
    "UPDATE batch SET schema_version = 2",
)
"""The statements that turn a database of the current version into one of the second."""
FIRST = (
    *SECOND,
    "DROP TABLE batch_change",
    "DROP TABLE story_image",
    "ALTER TABLE batch DROP COLUMN loaded_by",
    "ALTER TABLE batch DROP COLUMN undoes",
    "UPDATE batch SET schema_version = 1",
)
"""The statements that turn a database of the current version into one of the first."""
BOTH_LANGUAGES = "Invented data. / 虚构数据。"


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


def run_on(engine: Engine, *statements: str) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def current_database(address: str) -> Engine:
    """An engine on a database of the current version with the small programme, at `address`."""
    engine = database.writing_engine(address)
    loaded = {"number": 1, "loaded_at": database.now(), "origin": "x", "added_count": 1, "changed_count": 0}
    load_rows(engine, PROGRAMME | {"batch": [loaded | {"schema_version": SCHEMA_VERSION}]})
    return engine


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database of the first version with the small programme."""
    path = tmp_path / "results.db"
    current_database(f"sqlite:///{path}").dispose()
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
    assert migrations.upgrade(engine) is None
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


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("row_precision", "start", "end", "start_precision", "end_precision"),
    [
        ("day", "2014-05-01", "2014-06-01", "day", "day"),
        ("month", "2014-05-01", "2014-06-12", "month", "day"),
        ("month", "2014-01-01", "2014-06-01", "month", "month"),
        ("year", "2014-01-01", "2014-06-01", "year", "month"),
        ("year", "2014-05-03", "2015-01-01", "day", "year"),
        (None, "2014-05-01", None, "day", None),
    ],
)
def test_each_date_gets_the_coarsest_precision_that_its_row_allows(
    address: str,
    row_precision: str | None,
    start: str,
    end: str | None,
    start_precision: str,
    end_precision: str | None,
) -> None:
    engine = current_database(address)
    row = f"{{'code': 'v', 'starts_on': {start!r}, 'ends_on': {end!r}, 'date_precision': {row_precision!r}}}"
    stored = row.replace("None", "null").replace("'", '"')
    values = ", ".join("NULL" if value is None else f"'{value}'" for value in (start, end, row_precision))
    run_on(
        engine,
        *SECOND,
        "INSERT INTO event (code, kind, status, name_en, starts_on, ends_on, date_precision) "
        f"VALUES ('v', 'visit', 'held', 'V', {values})",
        "INSERT INTO batch_change (batch, position, table_name, row_key, before, after) "
        f"VALUES (2, 1, 'event', '[\"v\"]', NULL, '{stored}')",
    )
    assert migrations.upgrade(engine) == 2
    event, change = results.tables["event"], results.tables["batch_change"]
    with engine.connect() as connection:
        written = connection.execute(select(event).where(event.c.code == "v")).mappings().one()
        logged = connection.execute(select(change.c.before, change.c.after)).one()
    engine.dispose()
    assert (written["starts_on_precision"], written["ends_on_precision"]) == (start_precision, end_precision)
    assert logged.before is None
    assert logged.after == {
        "code": "v", "starts_on": start, "ends_on": end, "starts_on_precision": start_precision,
        "ends_on_precision": end_precision,
    }  # fmt: skip


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("note", "english", "chinese"),
    [
        (BOTH_LANGUAGES, "Invented data.", "虚构数据。"), ("Invented / made up", "Invented / made up", None),
        ("仅含已公开的 SCORE 记录。", None, "仅含已公开的 SCORE 记录。"), (None, None, None),
    ],
)  # fmt: skip
def test_note_of_the_programme_goes_into_its_languages(
    address: str, note: str | None, english: str | None, chinese: str | None
) -> None:
    engine = current_database(address)
    run_on(engine, *SECOND, *([f"UPDATE programme SET note = '{note}'"] if note else []))
    migrations.upgrade(engine)
    programme = results.tables["programme"]
    with engine.connect() as connection:
        assert connection.execute(select(programme.c.note_en, programme.c.note_zh)).one() == (english, chinese)
    engine.dispose()


@pytest.mark.both_databases
def test_batch_of_the_second_version_can_be_rolled_back(address: str, tmp_path: Path) -> None:
    engine = database.writing_engine(address)
    assert load(engine, write_folder(tmp_path / "first", small_programme())).loaded
    note = {"code": "demo", "name_en": "Demo", "as_of": "2015", "synthetic": "yes", "public": "no", "note": "Later"}
    tables = {
        "programme": [note],
        "target": [{"indicator": "ideas", "place": "510000", "due_on": "2015-12", "value": 3}],
        "training": [{"enterprise": "a", "round": "r1", "module": "m1", "workshop_on": "2014-05"}],
    }
    assert load(engine, write_folder(tmp_path / "later", tables)).batch == 2
    change = results.tables["batch_change"]
    precision_of_row = {"programme": "year", "target": "month", "training": "month"}
    with engine.begin() as connection:
        for row in connection.execute(select(change)).mappings().all():
            sides = {side: second_version(row["table_name"], row[side], precision_of_row) for side in SIDES}
            at = (change.c.batch == row["batch"]) & (change.c.position == row["position"])
            connection.execute(change.update().where(at).values(sides))
    run_on(
        engine,
        *SECOND,
        *(f"UPDATE {table} SET date_precision = '{precision}'" for table, precision in precision_of_row.items()),
        "UPDATE programme SET note = 'Later'",
    )
    migrations.upgrade(engine)
    rollback(engine, 2)
    programme, training, target = (results.tables[name] for name in ("programme", "training", "target"))
    with engine.connect() as connection:
        about = connection.execute(select(programme)).mappings().one()
        mine = connection.execute(select(training).where(training.c.enterprise == "a")).mappings().one()
        targets = connection.execute(select(target)).mappings().all()
    engine.dispose()
    assert (about["as_of"], about["as_of_precision"], about["note_en"]) == (date(2014, 12, 31), "day", None)
    assert (mine["workshop_on"], mine["workshop_on_precision"]) == (date(2014, 6, 12), "day")
    assert [row["due_on_precision"] for row in targets] == ["month"] * len(targets)


def second_version(table: str, row: Row | None, precision_of_row: dict[str, str]) -> Row | None:
    """A row of a batch as the second version stored it."""
    if row is None:
        return None
    new = {*NEW_IN_THE_THIRD.get(table, ()), *(f"{name}_precision" for name in DATES[table])}
    old = {name: value for name, value in row.items() if name not in new}
    note = {"note": row["note_en"]} if table == "programme" else {}
    return old | note | {"date_precision": precision_of_row[table]}


@pytest.mark.parametrize("statements", [FIRST, SECOND], ids=["first", "second"])
def test_edition_of_an_older_version_reads_the_same_and_its_file_is_unchanged(
    engine: Engine, path: Path, tmp_path: Path, statements: tuple[str, ...]
) -> None:
    migrations.upgrade(engine)
    live = f"sqlite:///{path}"
    expected = exported(Record(live))
    folder = tmp_path / "editions"
    reading = database.reading_engine(live)
    frozen = frozen_copies.freeze(reading, "NTAC 6", folder)
    reading.dispose()
    frozen.path.chmod(0o644)
    run_sql(frozen.path, *statements)
    digest = sha256(frozen.path.read_bytes()).hexdigest()
    name = frozen.path.name.split(".")
    older = frozen.path.rename(frozen.path.with_name(".".join([name[0], digest, *name[2:]])))
    (found,) = frozen_copies.editions(folder)
    assert exported(Records(live, folder).edition(found.key)) == expected
    assert sha256(older.read_bytes()).hexdigest() == digest
