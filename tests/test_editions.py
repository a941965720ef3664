"""Editions: frozen copies stay unchanged, are found by key or name, and are shown only if their file is unchanged."""

import io
import json
import os
import re
import shutil
import sqlite3
import stat
import threading
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from zipfile import ZipFile

import pytest
from programme import AS_OF, PROGRAMME, load_rows
from sqlalchemy import Engine, event, select

from data.editions import frozen_copies, frozen_tables
from data.editions.frozen_copies import (
    LONGEST_NAME,
    Edition,
    EditionProblem,
    find,
    freeze,
    tables_of,
    tables_state,
    unreadable,
    verify,
)
from data.editions.frozen_tables import MANIFEST
from data.exhibits import EXHIBITS, build
from data.exports.csv_files import to_csv
from data.filters import Filters
from data.privacy.viewer import MANAGER, Viewer
from data.records import Record, Records
from data.rules_version import RULES_VERSION
from data.storage import database, database_copy, schema
from data.storage.batches import batch_of
from data.storage.database import DatabaseProblem
from data.storage.schema import batch, batch_change, results


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A results database of the small programme."""
    path = tmp_path / "results.db"
    engine = database.writing_engine(f"sqlite:///{path}")
    load_rows(engine, PROGRAMME)
    engine.dispose()
    return path


@pytest.fixture
def live(path: Path) -> Iterator[Engine]:
    """The application's engine on it."""
    engine = database.reading_engine(f"sqlite:///{path}")
    yield engine
    engine.dispose()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of editions, which does not exist yet."""
    return tmp_path / "kept" / "editions"


def run_sql(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement)
        connection.commit()


def overwrite(path: Path, content: bytes) -> None:
    path.chmod(0o644)
    path.write_bytes(content)


def reason(call, *arguments) -> str:
    with pytest.raises(EditionProblem) as raised:
        call(*arguments)
    return raised.value.reason


def names(folder: Path) -> list[str]:
    return [each.name for each in frozen_copies.editions(folder)]


# --- freezing -----------------------------------------------------------------------------------------------------


def test_edition_is_a_read_only_file_with_its_own_hash_in_its_name(live, folder):
    made = freeze(live, "NTAC 6", folder)
    assert sorted(each.name for each in folder.iterdir()) == [f"ntac-6.{made.sha256}.{end}" for end in ("db", "zip")]
    assert sha256(made.path.read_bytes()).hexdigest() == made.sha256
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o444
    assert made.key == f"ntac-6-{made.sha256[:8]}"
    assert (made.name, made.as_of, made.short) == ("NTAC 6", AS_OF, made.sha256[:8])


def test_every_table_is_copied_whole(live, folder):
    copy = database.reading_engine(f"sqlite:///{freeze(live, 'NTAC 6', folder).path}", frozen=True)
    with live.connect() as one, copy.connect() as other:
        for table in results.sorted_tables:
            assert other.execute(select(table)).all() == one.execute(select(table)).all(), table.name


def test_edition_keeps_the_batch_of_a_row_but_neither_its_loader_nor_old_values(path, live, folder):
    with database.writing_engine(f"sqlite:///{path}").begin() as connection:
        loaded = {"loaded_at": database.now(), "added_count": 0, "changed_count": 1}
        loaded["schema_version"] = schema.SCHEMA_VERSION
        connection.execute(batch.insert().values(number=2, origin="x", loaded_by="who@example.org", **loaded))
        values = {"before": {"name_en": "Once secret"}, "after": {"name_en": "Now"}}
        touched = {"batch": 2, "position": 1, "table_name": "enterprise", "row_key": '["a"]'}
        connection.execute(batch_change.insert().values(**touched, **values))
    made = freeze(live, "NTAC 6", folder)
    content = made.path.read_bytes()
    assert b"who@example.org" not in content
    assert b"Once secret" not in content
    with database.reading_engine(f"sqlite:///{made.path}", frozen=True).connect() as connection:
        assert batch_of(connection, "enterprise", [("a",)])[("a",)].number == 2


def test_edition_with_more_rows_than_one_copy_step_is_complete(demo_url, folder, monkeypatch):
    monkeypatch.setattr(database_copy, "_CHUNK", 7)
    engine = database.reading_engine(demo_url)
    copy = database.reading_engine(f"sqlite:///{freeze(engine, 'Demo', folder).path}", frozen=True)
    with engine.connect() as one, copy.connect() as other:
        for table in (schema.training, schema.result, schema.batch):
            assert other.execute(select(table)).all() == one.execute(select(table)).all(), table.name


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("NTAC 6", "ntac-6"),
        ("第六次全国三方咨询委员会", "edition"),
        ("第 6 次会议", "6"),
        ("  Réunion   d’Été / 2014 ", "reunion-dete-2014"),
        ("…", "edition"),
        ("A" * LONGEST_NAME, "a" * 48),
    ],
)
def test_edition_key_is_url_safe_for_any_name(live, folder, name, slug):
    made = freeze(live, name, folder)
    assert made.key == f"{slug}-{made.short}"
    assert Filters.from_search(f"?edition={made.key}").edition == made.key
    assert find(folder, made.key) == find(folder, name) == made


@pytest.mark.parametrize("name", ["", "   ", "\n", "A" * (LONGEST_NAME + 1), "a\x00b", "live", " LIVE "])
def test_invalid_edition_name_is_refused_and_leaves_no_file(live, folder, name):
    assert reason(freeze, live, name, folder) == "name"
    assert not folder.exists()


@pytest.mark.parametrize("again", ["NTAC 6", "ntac 6", " NTAC  6 ", "ＮＴＡＣ ６"])
def test_edition_name_in_use_is_refused(live, folder, again):
    freeze(live, "NTAC 6", folder)
    assert reason(freeze, live, again, folder) == "taken"
    assert names(folder) == ["NTAC 6"]


def test_two_simultaneous_freezes_of_one_name_give_one_edition(live, folder):
    refused: list[str] = []

    def one() -> None:
        try:
            freeze(live, "NTAC 6", folder)
        except EditionProblem as problem:
            refused.append(problem.reason)

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (names(folder), refused) == (["NTAC 6"], ["taken"] * 3)


def test_freeze_of_a_missing_database_leaves_no_file(tmp_path, folder):
    with pytest.raises(DatabaseProblem, match="missing"):
        freeze(database.reading_engine(f"sqlite:///{tmp_path}/nothing.db"), "NTAC 6", folder)
    assert not folder.exists()


def test_unwritable_editions_folder_is_reported(live, tmp_path):
    (tmp_path / "file").touch()
    assert reason(freeze, live, "NTAC 6", tmp_path / "file" / "editions") == "folder"


def test_interrupted_freeze_leaves_no_edition_and_can_be_repeated(live, folder, monkeypatch):
    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(frozen_copies, "_publish", full)
        assert reason(freeze, live, "NTAC 6", folder) == "folder"
    assert not list(folder.iterdir())
    assert freeze(live, "NTAC 6", folder).name == "NTAC 6"


def test_leftover_of_a_killed_freeze_is_not_an_edition_and_is_removed(live, folder):
    left = folder / ".freezing"
    left.mkdir(parents=True)
    (left / "ntac-6").write_bytes(b"half")
    (left / "ntac-6-journal").write_bytes(b"half")
    assert (names(folder), unreadable(folder)) == ([], [])
    freeze(live, "NTAC 6", folder)
    assert len(list(folder.iterdir())) == 2


def test_freeze_reads_the_record_in_one_snapshot(path, live):
    with database.snapshot(live) as connection:
        connection.execute(select(schema.sector)).all()
        with closing(sqlite3.connect(path, timeout=0)) as writer:
            writer.execute("DELETE FROM sector")
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                writer.commit()
        assert len(connection.execute(select(schema.sector)).all()) == 2


# --- the frozen tables --------------------------------------------------------------------------------------------


def members(made: Edition) -> dict[str, bytes]:
    """The files of an edition's ZIP."""
    with ZipFile(made.tables_path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def rewrite(made: Edition, files: dict[str, bytes]) -> None:
    """Put other files into an edition's ZIP."""
    content = io.BytesIO()
    with ZipFile(content, "w") as archive:
        for name, each in files.items():
            archive.writestr(name, each)
    overwrite(made.tables_path, content.getvalue())


def test_edition_has_the_csv_of_every_exhibit_with_its_hash_in_manifest_and_database(path, live, folder):
    made = freeze(live, "NTAC 6", folder)
    expected = {f"{code}.csv": text.encode() for code, text in tables(Record(f"sqlite:///{path}")).items()}
    files = members(made)
    manifest = json.loads(files.pop(MANIFEST))
    assert files == expected
    hashes = {name: sha256(content).hexdigest() for name, content in files.items()}
    assert dict(made.tables) == hashes
    assert {each["path"]: each["sha256"] for each in manifest.pop("files")} == hashes | {made.path.name: made.sha256}
    assert manifest == {
        "edition": "NTAC 6",
        "key": made.key,
        "rules_version": RULES_VERSION,
        "frozen_at": f"{made.frozen_at.isoformat()}Z",
        "as_of": "2014-12-31",
        "synthetic": made.synthetic,
    }
    assert made.rules_version == RULES_VERSION
    assert stat.S_IMODE(made.tables_path.stat().st_mode) == 0o444
    assert (tables_state(made), tables_of(made)) == ("good", files)


def altered(made: Edition, how: str) -> None:
    files = members(made)
    manifest = json.loads(files[MANIFEST])
    match how:
        case "a value":
            files["overview.csv"] = files["overview.csv"].replace(b"trained,8", b"trained,9")
        case "a value and its hash in the manifest":
            files["overview.csv"] += b"\n"
            for each in manifest["files"]:
                if each["path"] == "overview.csv":
                    each["sha256"] = sha256(files["overview.csv"]).hexdigest()
            files[MANIFEST] = json.dumps(manifest).encode()
        case "the manifest":
            files[MANIFEST] = json.dumps(manifest | {"rules_version": 1}).encode()
        case "a file less":
            del files["regions.csv"]
        case "a file more":
            files["more.csv"] = b"x"
        case "no manifest":
            del files[MANIFEST]
    rewrite(made, files)


@pytest.mark.parametrize(
    "how",
    ["a value", "a value and its hash in the manifest", "the manifest", "a file less", "a file more", "no manifest"],
)
def test_altered_table_is_noticed_and_the_database_still_shown(path, live, folder, how):
    made = freeze(live, "NTAC 6", folder)
    before = made.tables_path.read_bytes()
    altered(made, how)
    assert made.tables_path.read_bytes() != before
    assert (tables_state(made), tables_of(made)) == ("changed", None)
    verify(made)
    assert tables(Records(f"sqlite:///{path}", folder).edition(made.key))


@pytest.mark.parametrize("cut", [0, 10, -30])
def test_damaged_zip_is_noticed(live, folder, cut):
    made = freeze(live, "NTAC 6", folder)
    overwrite(made.tables_path, made.tables_path.read_bytes()[:cut])
    assert tables_state(made) == "changed"


def test_damaged_byte_anywhere_in_the_zip_raises_no_error(live, folder):
    made = freeze(live, "NTAC 6", folder)
    good = made.tables_path.read_bytes()
    for at in range(0, len(good), 97):
        overwrite(made.tables_path, good[:at] + bytes([good[at] ^ 0xFF]) + good[at + 1 :])
        assert tables_state(made) in ("changed", "good")


def test_missing_zip_is_noticed(live, folder):
    made = freeze(live, "NTAC 6", folder)
    made.tables_path.unlink()
    assert (tables_state(made), tables_of(made)) == ("gone", None)


def test_tables_that_cannot_be_written_leave_no_edition(live, folder, monkeypatch):
    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(frozen_tables, "write", full)
        assert reason(freeze, live, "NTAC 6", folder) == "folder"
    assert not list(folder.iterdir())


def test_database_that_cannot_be_moved_leaves_no_tables(live, folder, monkeypatch):
    move = Path.replace

    def fails(self: Path, target: Path) -> Path:
        if self.suffix == ".db" and target.parent == folder:
            raise OSError(28, "No space left on device")
        return move(self, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", fails)
        assert reason(freeze, live, "NTAC 6", folder) == "folder"
    assert not list(folder.iterdir())


# --- listing and finding ------------------------------------------------------------------------------------------


def test_editions_are_listed_newest_first(live, folder):
    for name in ("One", "Two", "Three"):
        freeze(live, name, folder)
    assert names(folder) == ["Three", "Two", "One"]


def test_missing_folder_means_no_editions(tmp_path):
    assert (frozen_copies.editions(tmp_path / "nowhere"), unreadable(tmp_path / "nowhere")) == ([], [])
    assert reason(find, tmp_path / "nowhere", "ntac-6") == "gone"


def test_other_files_in_the_folder_are_ignored(live, folder):
    made = freeze(live, "NTAC 6", folder)
    digits = "0" * 64
    for foreign in ("notes.txt", f"{digits}.db", f"NTAC.{digits}.db", f"a.{digits}.db-journal", f"a.{digits[1:]}.db"):
        (folder / foreign).write_bytes(b"something")
    (folder / f"folder.{digits}.db").mkdir()
    (folder / f"nowhere.{digits}.db").symlink_to(folder / "nothing")
    assert (frozen_copies.editions(folder), unreadable(folder)) == ([made], [])


@pytest.mark.parametrize("content", [b"", b"garbage", b"SQLite format 3\x00 and then nothing"])
def test_unreadable_edition_is_listed_and_counts_as_changed(live, folder, content):
    spoilt, good = freeze(live, "One", folder), freeze(live, "Two", folder)
    overwrite(spoilt.path, content)
    assert names(folder) == ["Two"]
    assert unreadable(folder) == [spoilt.key]
    assert reason(find, folder, spoilt.key) == "changed"
    assert find(folder, good.key) == good


def test_edition_without_a_date_is_listed(live, folder):
    spoilt = freeze(live, "One", folder)
    spoilt.path.chmod(0o644)
    run_sql(spoilt.path, "UPDATE edition SET frozen_at = 'yesterday'")
    assert (names(folder), unreadable(folder)) == ([], [spoilt.key])


@pytest.mark.parametrize("asked", ["", "ntac-7", "NTAC", "../results", "ntac-6"])
def test_missing_edition_is_reported_gone(live, folder, asked):
    freeze(live, "NTAC 6", folder)
    assert reason(find, folder, asked) == "gone"


def test_edition_is_found_by_key_before_a_name_equal_to_that_key(live, folder):
    first = freeze(live, "One", folder)
    second = freeze(live, first.key, folder)
    assert find(folder, first.key) == first
    assert find(folder, second.key) == second


# --- verifying ----------------------------------------------------------------------------------------------------


def test_untouched_edition_is_verified(live, folder):
    verify(freeze(live, "NTAC 6", folder))


def test_edition_with_changed_numbers_is_refused(live, folder):
    made = freeze(live, "NTAC 6", folder)
    verify(made)
    made.path.chmod(0o644)
    run_sql(made.path, "UPDATE enterprise SET workers = 1000")
    assert reason(verify, made) == "changed"


def test_change_that_keeps_file_time_and_size_is_detected(live, folder, monkeypatch):
    monkeypatch.setattr(frozen_copies, "_SETTLED_NS", -1)
    made = freeze(live, "NTAC 6", folder)
    verify(made)
    before = made.path.stat()
    content = bytearray(made.path.read_bytes())
    content[-1] ^= 1
    overwrite(made.path, bytes(content))
    os.utime(made.path, ns=(before.st_atime_ns, before.st_mtime_ns))
    after = made.path.stat()
    assert (after.st_mtime_ns, after.st_size, after.st_ino) == (before.st_mtime_ns, before.st_size, before.st_ino)
    assert reason(verify, made) == "changed"


def test_replaced_edition_file_is_detected(live, folder, monkeypatch):
    monkeypatch.setattr(frozen_copies, "_SETTLED_NS", -1)
    one, two = freeze(live, "One", folder), freeze(live, "Two", folder)
    verify(one)
    shutil.copy2(two.path, folder / "copy")
    (folder / "copy").replace(one.path)
    assert reason(verify, one) == "changed"


def test_restored_edition_file_is_verified_again(live, folder):
    made = freeze(live, "NTAC 6", folder)
    good = made.path.read_bytes()
    overwrite(made.path, good[:-1])
    assert reason(verify, made) == "changed"
    overwrite(made.path, good)
    verify(made)


def test_deleted_edition_is_reported_gone(live, folder):
    made = freeze(live, "NTAC 6", folder)
    verify(made)
    made.path.unlink()
    assert reason(verify, made) == "gone"
    assert reason(find, folder, made.key) == "gone"


def test_unchanged_edition_file_is_hashed_once(live, folder, monkeypatch):
    made = freeze(live, "NTAC 6", folder)
    hashed: list[object] = []
    digest = frozen_copies.file_digest
    monkeypatch.setattr(frozen_copies, "file_digest", lambda file, name: hashed.append(name) or digest(file, name))
    verify(made)
    verify(made)
    assert len(hashed) == 2, "the times of a file this young do not tell two changes apart"
    monkeypatch.setattr(frozen_copies, "_SETTLED_NS", -1)
    for _ in range(3):
        verify(made)
    assert len(hashed) == 3


# --- showing an edition -------------------------------------------------------------------------------------------


def tables(record: Record, viewer: Viewer = MANAGER) -> dict[str, str]:
    with record.view(viewer, Filters()) as view:
        return {code: to_csv(build(view, code)) for code in EXHIBITS}


@pytest.mark.parametrize("which", ["public_record_url", "demo_url"])
def test_edition_gives_the_numbers_of_the_record_it_was_made_from(which, folder, request):
    records = Records(request.getfixturevalue(which), folder)
    made = freeze(records.live.engine, "NTAC 6", folder)
    assert tables(records.edition(made.key)) == tables(records.live)


def test_edition_is_unchanged_when_the_record_changes(path, folder):
    records = Records(f"sqlite:///{path}", folder)
    made = freeze(records.live.engine, "NTAC 6", folder)
    before = tables(records.live)
    run_sql(path, "DELETE FROM result WHERE indicator = 'plan'")
    run_sql(path, "UPDATE enterprise SET workers = 999 WHERE code = 'a'")
    run_sql(
        path, f"INSERT INTO batch VALUES (9, '2026-01-01 00:00:00', 'x', 0, 2, {schema.SCHEMA_VERSION}, NULL, NULL)"
    )
    assert tables(records.live) != before
    assert tables(records.edition("NTAC 6")) == before
    assert records.edition(made.key).edition == made


def test_edition_is_read_without_applying_a_leftover_journal(path, folder):
    """SQLite would apply a hot journal to its reads; the hash of the file does not cover the journal."""
    records = Records(f"sqlite:///{path}", folder)
    made = freeze(records.live.engine, "NTAC 6", folder)
    before = tables(records.edition(made.key))
    copy = path.with_name("copy.db")
    shutil.copy(made.path, copy)
    copy.chmod(0o644)
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("PRAGMA cache_size = 1")
        connection.execute("UPDATE training SET workers = 77")
        connection.execute("UPDATE result SET note = hex(randomblob(4000))")
        shutil.copy(f"{copy}-journal", f"{made.path}-journal")
    assert Path(f"{made.path}-journal").stat().st_size > 0
    assert tables(records.edition(made.key)) == before


def test_edition_is_shown_only_to_viewers_who_chose_it_or_are_pinned_to_it(path, folder):
    records = Records(f"sqlite:///{path}", folder)
    one, two = (freeze(records.live.engine, name, folder) for name in ("One", "Two"))
    chosen = Filters(edition=one.key)
    assert records.record_for(MANAGER, chosen).edition == one
    assert records.record_for(Viewer(), chosen) is records.live
    assert records.record_for(Viewer(edition="Two"), chosen).edition == two
    assert records.record_for(MANAGER, Filters()) is records.live


def test_edition_is_opened_once_and_refused_when_its_file_is_changed_or_deleted(path, folder):
    records = Records(f"sqlite:///{path}", folder)
    made = freeze(records.live.engine, "NTAC 6", folder)
    held = records.edition(made.key)
    assert records.edition("NTAC 6") is held
    good = made.path.read_bytes()
    overwrite(made.path, good + b"\x00")
    assert reason(records.edition, made.key) == "changed"
    made.path.unlink()
    assert reason(records.edition, made.key) == "gone"
    made.path.write_bytes(good)
    assert tables(records.edition(made.key)) == tables(records.live)


def test_new_edition_with_the_name_of_a_deleted_one_is_shown(path, folder):
    records = Records(f"sqlite:///{path}", folder)
    made = freeze(records.live.engine, "NTAC 6", folder)
    records.edition("NTAC 6")
    made.path.unlink()
    again = freeze(records.live.engine, "NTAC 6", folder)
    assert again.key != made.key
    assert records.edition("NTAC 6").edition == again


def test_edition_key_needs_no_url_escaping(live, folder):
    for name in ("?&=#", "a/b\\c", "<b>", "名称 Name", "%00"):
        assert re.fullmatch(r"[a-z0-9-]+", freeze(live, name, folder).key)


def test_recently_used_editions_stay_open_and_others_are_reopened(path, live, folder, monkeypatch):
    monkeypatch.setattr("data.records.MOST_EDITIONS", 2)
    keys = [freeze(live, name, folder).key for name in ("first", "second", "third")]
    records = Records(f"sqlite:///{path}", folder)
    opened = [records.edition(key) for key in keys]
    assert records.edition(keys[2]) is opened[2]
    assert records.edition(keys[1]) is opened[1]
    assert records.edition(keys[0]) is not opened[0]
    assert tables(records.edition(keys[0])) == tables(opened[0])


def test_preloaded_record_is_not_read_again(path, live):
    records = Records(f"sqlite:///{path}", path.parent)
    records.read_ahead()
    asked: list[str] = []
    event.listen(records.live.engine, "before_cursor_execute", lambda *about: asked.append(about[2]))
    with records.live.view(MANAGER, Filters()) as view:
        build(view, "module-funnel")
    assert not [each for each in asked if "FROM training" in each]


def test_preloading_a_missing_record_is_silent(tmp_path):
    Records(f"sqlite:///{tmp_path}/nothing.db", tmp_path).read_ahead()
