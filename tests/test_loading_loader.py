"""A load is atomic: its effect on the database, and the rows it leaves unchanged."""

import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
from datetime import date
from pathlib import Path

import pytest
from both import fill_up, impatient_engine, is_locked, written_by_another
from loading_files import small_programme, write_folder, write_workbook
from sqlalchemy import create_engine, event, inspect, select, update

from data.engine.precision import written
from data.loading import LoadProblem, load
from data.loading.checks.remarks import MOST_FINDINGS
from data.storage.database import check, data_version, now, reading_engine, writing_engine
from data.storage.schema import CONTRACT_TABLES, SCHEMA_VERSION, batch, results

pytestmark = pytest.mark.both_databases


def put(engine, tmp_path, tables, **options):
    """Load the tables from a folder of their own."""
    number = len(list(tmp_path.glob("in*")))
    return load(engine, write_folder(tmp_path / f"in{number}", tables), **options)


def stored(engine, name):
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(select(results.tables[name])).mappings()]


def everything(engine):
    return {name: stored(engine, name) for name in results.tables}


def nothing_there(engine):
    """No file, or no table."""
    if engine.dialect.name == "sqlite":
        return not Path(engine.url.database).exists()
    return not inspect(engine).get_table_names()


@pytest.mark.parametrize("kind", ["folder", "workbook"])
def test_small_programme_is_stored_completely(engine, tmp_path, kind):
    tables = small_programme()
    write = {"folder": write_folder, "workbook": write_workbook}[kind]
    report = load(engine, write(tmp_path / ("in" if kind == "folder" else "in.xlsx"), tables))
    assert report.loaded
    assert {name: counts.added for name, counts in report.tables.items()} == {n: len(r) for n, r in tables.items()}
    assert (report.added, report.changed, report.unchanged) == (sum(map(len, tables.values())), 0, 0)
    check(engine)
    a, b = sorted(stored(engine, "result"), key=lambda row: row["enterprise"])
    assert (a["before"], a["after"], a["operator"]) == (4.5, 3.5, "=")
    assert (a["before_on_precision"], a["after_on_precision"]) == ("month", "day")
    assert (a["before_on"], a["after_on"]) == (date(2014, 6, 1), date(2014, 9, 2))
    assert (b["round"], b["module"], b["before"], b["after"], b["after_on_precision"]) == ("", "", 0.0, 1.0, None)
    (target,) = stored(engine, "target")
    assert (target["scope"], target["value"], target["due_on"]) == ("", 0.0, date(2015, 12, 1))
    assert target["due_on_precision"] == "month"
    (enterprise,) = [row for row in stored(engine, "enterprise") if row["code"] == "a"]
    assert (enterprise["may_be_named"], enterprise["name_en"], enterprise["place"]) == (False, None, None)


def test_batch_records_what_a_load_did(engine, tmp_path):
    before = now()
    report = put(engine, tmp_path, small_programme())
    (row,) = stored(engine, "batch")
    assert report.batch == row["number"] == data_version(engine).batch == 1
    assert (row["origin"], row["added_count"], row["changed_count"]) == ("in0", report.added, 0)
    assert row["schema_version"] == SCHEMA_VERSION
    assert before <= row["loaded_at"] <= now()


def test_second_load_of_the_same_file_changes_nothing_and_creates_no_batch(engine, tmp_path):
    first = put(engine, tmp_path, small_programme())
    before = everything(engine)
    second = put(engine, tmp_path, small_programme())
    assert second.loaded
    assert second.batch is None
    assert (second.added, second.changed, second.unchanged) == (0, 0, first.added)
    assert everything(engine) == before


def test_same_data_from_a_workbook_changes_nothing(engine, tmp_path):
    put(engine, tmp_path, small_programme())
    report = load(engine, write_workbook(tmp_path / "a.xlsx", small_programme()))
    assert (report.added, report.changed) == (0, 0)


def test_changed_row_is_updated_and_other_rows_are_unchanged(engine, tmp_path):
    put(engine, tmp_path, small_programme())
    later = {"enterprise": [{"code": "A", "name_zh": "甲厂", "workers": "1,200"}, {"code": "c", "name_en": "C"}]}
    report = put(engine, tmp_path, later)
    assert (report.tables["enterprise"].added, report.tables["enterprise"].changed, report.batch) == (1, 1, 2)
    rows = {row["code"]: row for row in stored(engine, "enterprise")}
    assert set(rows) == {"a", "b", "c"}
    assert (rows["a"]["workers"], rows["a"]["workers_women"], rows["a"]["may_be_named"]) == (1200, 40, False)
    assert stored(engine, "batch")[1]["changed_count"] == 1


def test_missing_column_keeps_the_stored_values_and_a_blank_cell_clears_one(engine, tmp_path):
    put(engine, tmp_path, small_programme())
    put(engine, tmp_path, {"enterprise": [{"code": "b", "sector": ""}]})
    (row,) = [row for row in stored(engine, "enterprise") if row["code"] == "b"]
    assert (row["name_en"], row["place"], row["sector"]) == ("Works B", "510000", None)


def test_new_row_without_a_name_is_refused_where_the_name_columns_are_missing(engine, tmp_path):
    put(engine, tmp_path, small_programme())
    (found,) = put(engine, tmp_path, {"enterprise": [{"code": "b"}, {"code": "c"}]}).refusals
    assert (found.row, found.reason, found.cell) == (3, "names", "")


def test_blank_operator_becomes_equal_and_a_missing_operator_column_keeps_the_stored_one(engine, tmp_path):
    put(engine, tmp_path, small_programme())
    figure = {"code": "f1", "indicator": "ideas", "value": 130}
    put(engine, tmp_path, {"reported_figure": [figure]})
    assert [(row["value"], row["operator"]) for row in stored(engine, "reported_figure")] == [(130.0, ">")]
    put(engine, tmp_path, {"reported_figure": [{**figure, "operator": ""}]})
    assert [row["operator"] for row in stored(engine, "reported_figure")] == ["="]


def test_rules_check_the_row_as_it_would_be_after_the_load(engine, tmp_path):
    put(engine, tmp_path, small_programme())
    key = {"enterprise": "a", "round": "r1", "module": "m1"}
    (found,) = put(engine, tmp_path, {"training": [{**key, "workshop_on": "2014-09-03"}]}).refusals
    assert (found.column, found.cell, found.reason) == ("workshop_on", "D2", "order")
    (found,) = put(engine, tmp_path, {"training": [{**key, "women": 11}]}).refusals
    assert found.reason == "women"


def test_each_date_has_its_own_precision_over_several_loads(engine, tmp_path):
    put(engine, tmp_path, small_programme())
    key = {"enterprise": "a", "round": "r1", "module": "m1"}
    names = ("due_on", "workshop_on", "assessed_on", "completed_on")

    def dates():
        row = next(row for row in stored(engine, "training") if row["enterprise"] == "a")
        return [written(row[name], row[f"{name}_precision"]) for name in names]

    assert dates() == ["", "2014-06-12", "", "2014-09-02"]
    put(engine, tmp_path, {"training": [{**key, "assessed_on": "by 2014-08", "due_on": "2015"}]})
    assert dates() == ["2015", "2014-06-12", "by 2014-08-31", "2014-09-02"]
    put(engine, tmp_path, {"training": [{**key, "due_on": "", "workshop_on": "2014-06"}]})
    assert dates() == ["", "2014-06", "by 2014-08-31", "2014-09-02"]
    assert put(engine, tmp_path, {"training": [{**key, "workshop_on": "2014-06"}]}).unchanged == 1
    assert put(engine, tmp_path, {"training": [{**key, "workshop_on": "2014-06-01"}]}).changed == 1


def test_note_of_the_programme_is_read_in_either_language_or_both(engine, tmp_path):
    tables = small_programme()

    def notes(**columns):
        put(engine, tmp_path, {"programme": [tables["programme"][0] | columns]})
        (row,) = stored(engine, "programme")
        return row["note_en"], row["note_zh"]

    put(engine, tmp_path, tables)
    assert notes(note="Invented data. / 虚构数据。") == ("Invented data.", "虚构数据。")
    assert notes(note="Only SCORE / its partners.") == ("Only SCORE / its partners.", None)
    assert notes(note="仅含 SCORE 数据。") == (None, "仅含 SCORE 数据。")
    assert notes(note_en="New") == ("New", "仅含 SCORE 数据。")
    (found,) = put(engine, tmp_path, {"programme": [tables["programme"][0] | {"note": "x", "note_en": "y"}]}).refusals
    assert (found.column, found.reason) == ("note", "unknown-column")


def test_columns_for_donors_are_stored(engine, tmp_path):
    tables = small_programme()
    tables["programme"][0] |= {"contact": "Office, 1 Road", "iati_activity": "XM-DAC-1"}
    tables["indicator"][0] |= {"key": "是", "sdg": "8.2"}
    tables["round_partner"][0] |= {"source": "s1", "note": "inferred"}
    tables["enterprise"][0] |= {"note": "moved", "contact": "Office 000"}
    tables["target"][0] |= {
        "baseline": 2, "baseline_on": "by 2013", "measure": "people_trained", "level": "output", "comment_zh": "待定",
    }  # fmt: skip
    assert put(engine, tmp_path, tables).loaded
    assert stored(engine, "programme")[0]["iati_activity"] == "XM-DAC-1"
    (indicator,) = [row for row in stored(engine, "indicator") if row["code"] == "defects"]
    assert (indicator["key"], indicator["sdg"]) == (True, "8.2")
    assert stored(engine, "round_partner")[0]["source"] == "s1"
    (target,) = stored(engine, "target")
    assert (target["baseline"], target["baseline_on"], target["baseline_on_precision"]) == (
        2.0,
        date(2013, 12, 31),
        "by",
    )
    assert (target["measure"], target["level"], target["comment_zh"]) == ("people_trained", "output", "待定")


@pytest.mark.parametrize("table", [table.name for table in CONTRACT_TABLES])
def test_one_invalid_row_in_any_table_leaves_the_database_unchanged(engine, tmp_path, table):
    put(engine, tmp_path, small_programme())
    before = everything(engine)
    tables = small_programme()
    tables["enterprise"].append({"code": "new", "name_en": "New"})
    tables[table].append(dict(tables[table][0]))  # a duplicate key
    report = put(engine, tmp_path, tables)
    assert not report.loaded
    assert {found.reason for found in report.refusals} & {"second-key", "second-programme"}
    assert everything(engine) == before


def test_failure_during_a_write_leaves_the_database_unchanged(engine, tmp_path):
    put(engine, tmp_path, small_programme())
    before = everything(engine)
    tables = small_programme()
    tables["enterprise"].append({"code": "new", "name_en": "New"})
    tables["story"].append({"code": "st2", "title_en": "Forbidden"})
    fill_up(engine, "story")
    with pytest.raises(LoadProblem) as caught:
        put(engine, tmp_path, tables)
    assert caught.value.reason == "full"
    assert everything(engine) == before


def test_refused_file_creates_no_database(engine, tmp_path):
    tables = small_programme()
    tables["enterprise"][0]["workers"] = "many"
    assert put(engine, tmp_path, tables).refusals
    assert nothing_there(engine)


def test_dry_run_reports_the_changes_and_makes_none(engine, tmp_path):
    report = put(engine, tmp_path, small_programme(), dry_run=True)
    assert (report.added, report.loaded, report.batch) == (sum(map(len, small_programme().values())), False, None)
    assert nothing_there(engine)
    put(engine, tmp_path, small_programme())
    before = everything(engine)
    tables = small_programme()
    tables["enterprise"][0]["workers"] = 101
    tables["enterprise"].append({"code": "c", "name_en": "C"})
    report = put(engine, tmp_path, tables, dry_run=True)
    counts = report.tables["enterprise"]
    assert (counts.added, counts.changed, counts.unchanged, report.loaded) == (1, 1, 1, False)
    assert everything(engine) == before


def test_file_without_rows_is_loaded_without_a_change(engine, tmp_path):
    put(engine, tmp_path, small_programme())
    report = put(engine, tmp_path, {"sector": [{"code": "", "name_en": ""}]})
    assert report.loaded
    assert (report.added, report.changed, report.unchanged) == (0, 0, 0)


def test_very_many_refusals_are_all_counted_and_the_first_are_listed(engine, tmp_path):
    wrong = [{"code": f"e{i}", "name_en": "E", "workers": "many"} for i in range(2 * MOST_FINDINGS + 500)]
    report = put(
        engine, tmp_path, {"enterprise": wrong, "programme": small_programme()["programme"], "sector": [{"code": "?"}]}
    )
    assert report.refused == len(wrong) + 1
    assert len(report.refusals) == MOST_FINDINGS
    assert [found.row for found in report.refusals[:3]] == [2, 3, 4]
    assert {found.sheet for found in report.refusals} == {"enterprise.csv"}


def test_number_of_statements_grows_linearly_with_the_rows(engine, tmp_path):
    put(engine, tmp_path, small_programme())
    said = []
    event.listen(engine, "before_cursor_execute", lambda *heard: said.append(heard[2]))
    counts = []
    for thousands in (2, 4, 6):
        rows = [{"code": f"e{i}", "name_en": f"E{i} of {thousands}"} for i in range(1000 * thousands)]
        said.clear()
        report = put(engine, tmp_path, {"enterprise": rows})
        assert report.added + report.changed == len(rows)
        counts.append(len(said))
    assert counts[2] - counts[1] == counts[1] - counts[0] <= 20


MEASURED = """
    import re, sys
    from pathlib import Path
    from data.storage.database import writing_engine
    from data.loading import load

    assert load(writing_engine(sys.argv[1]), sys.argv[2]).loaded
    print(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
"""


@pytest.mark.slow
def test_memory_of_a_load_hardly_grows_with_the_file(tmp_path):
    peaks, sizes = [], (5_000, 45_000)
    for size in sizes:
        rows = [{"code": f"e{i}", "name_en": f"Works {i}", "workers": 100 + i % 900} for i in range(size)]
        folder = write_folder(
            tmp_path / str(size), {**small_programme(), "enterprise": [*small_programme()["enterprise"], *rows]}
        )
        command = [sys.executable, "-c", textwrap.dedent(MEASURED), f"sqlite:///{tmp_path}/{size}.db", str(folder)]
        peaks.append(1024 * int(subprocess.run(command, capture_output=True, text=True, check=True).stdout))
    assert (peaks[1] - peaks[0]) / (sizes[1] - sizes[0]) < 700  # bytes per row; complete rows in memory take thousands


def test_progress_increases_to_the_end(engine, tmp_path):
    tables = small_programme()
    tables["enterprise"] += [{"code": f"e{i}", "name_en": f"E{i}"} for i in range(2500)]
    steps = []
    put(engine, tmp_path, tables, progress=lambda done, total: steps.append((done, total)))
    done = [step for step, _ in steps]
    (total,) = {each for _, each in steps}
    assert done == sorted(done)
    assert done[-1] == total
    assert len(set(done)) > 5


def test_database_of_another_version_is_refused(engine, tmp_path):
    put(engine, tmp_path, small_programme())
    with engine.begin() as connection:
        connection.execute(update(batch).values(schema_version=SCHEMA_VERSION + 1))
    before = everything(engine)
    with pytest.raises(LoadProblem) as caught:
        put(engine, tmp_path, small_programme())
    assert caught.value.reason == "schema"
    assert f"{SCHEMA_VERSION + 1}, not {SCHEMA_VERSION}" in caught.value.english
    assert everything(engine) == before


def test_database_with_a_missing_column_is_refused(engine, tmp_path):
    put(engine, tmp_path, small_programme())
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE sector DROP COLUMN isic")
    with pytest.raises(LoadProblem, match=r"sector\.isic"):
        put(engine, tmp_path, small_programme())


def test_file_that_is_not_a_database_is_refused_with_a_message(tmp_path):
    (tmp_path / "results.db").write_bytes(b"This is a letter, not a database. " * 100)
    with pytest.raises(LoadProblem) as caught:
        put(writing_engine(f"sqlite:///{tmp_path}/results.db"), tmp_path, small_programme())
    assert caught.value.reason == "database"
    assert "not a database" in caught.value.english
    assert "数据库" in caught.value.chinese


def test_read_only_database_is_refused_with_a_message(engine, address, tmp_path):
    put(engine, tmp_path, small_programme())
    path = f"file:{engine.url.database}?mode=ro"
    on_sqlite = engine.dialect.name == "sqlite"
    read_only = (
        create_engine("sqlite://", creator=lambda: sqlite3.connect(path, uri=True))
        if on_sqlite
        else reading_engine(address)
    )
    with pytest.raises(LoadProblem) as caught:
        put(read_only, tmp_path, {"enterprise": [{"code": "c", "name_en": "C"}]})
    assert caught.value.reason == "unwritable"
    read_only.dispose()


def test_database_in_a_missing_folder_is_refused_with_a_message(tmp_path):
    engine = writing_engine(f"sqlite:///{tmp_path}/gone/results.db")
    (tmp_path / "gone").rmdir()
    with pytest.raises(LoadProblem) as caught:
        put(engine, tmp_path, small_programme())
    assert caught.value.reason == "unwritable"


def test_load_during_another_load_is_refused_with_a_request_to_wait(engine, address, tmp_path, monkeypatch):
    put(engine, tmp_path, small_programme())
    hurried = impatient_engine(address, monkeypatch)
    with written_by_another(engine), pytest.raises(LoadProblem) as caught:
        put(hurried, tmp_path, {"enterprise": [{"code": "c", "name_en": "C"}]})
    assert caught.value.reason == "locked"
    assert put(hurried, tmp_path, {"enterprise": [{"code": "c", "name_en": "C"}]}).loaded
    hurried.dispose()


def test_first_load_after_a_concurrent_first_load_is_refused_with_a_request_to_retry(engine, tmp_path, monkeypatch):
    put(engine, tmp_path, small_programme())
    monkeypatch.setattr("data.loading.loader.exists", lambda _: False)  # as it was when this load began
    with pytest.raises(LoadProblem) as caught:
        put(engine, tmp_path, small_programme())
    assert caught.value.reason == "locked"


CHILD = """
    import sys, time
    from data.storage.database import writing_engine
    from data.loading import load

    def progress(done, total):
        if {pause} and done > 0.7 * total:  # reading and checking take less
            print("writing", flush=True)
            time.sleep(60)

    report = load(writing_engine(sys.argv[1]), sys.argv[2], progress=progress)
    print(report.added, report.batch)
"""


def start_load(engine, folder, *, pause):
    code = textwrap.dedent(CHILD).format(pause=pause)
    command = [sys.executable, "-c", code, str(engine.url), str(folder)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_load_killed_during_a_write_leaves_the_database_unchanged(engine, tmp_path):
    put(engine, tmp_path, small_programme())
    before = everything(engine)
    more = {"enterprise": [{"code": f"e{i}", "name_en": f"E{i}"} for i in range(3000)]}
    child = start_load(engine, write_folder(tmp_path / "more", more), pause=True)
    assert child.stdout.readline() == "writing\n"
    os.kill(child.pid, signal.SIGKILL)
    child.communicate()
    assert everything(engine) == before
    assert put(engine, tmp_path, more).added == 3000


def test_two_simultaneous_loads_run_one_after_the_other(engine, tmp_path):
    put(engine, tmp_path, small_programme())
    folders = [
        write_folder(tmp_path / name, {"enterprise": [{"code": f"{name}{i}", "name_en": name} for i in range(500)]})
        for name in ("x", "y")
    ]
    children = [start_load(engine, folder, pause=False) for folder in folders]
    said = sorted(child.communicate()[0] for child in children)
    assert [child.returncode for child in children] == [0, 0]
    assert said == ["500 2\n", "500 3\n"]
    assert len(stored(engine, "enterprise")) == 1002


def test_load_takes_the_lock_before_it_reads_the_stored_rows(engine, address, tmp_path, monkeypatch):
    """Two loads that both read before either wrote would each check against outdated rows."""
    put(engine, tmp_path, small_programme())
    seen = []

    def progress(_done, _total):
        seen.append(is_locked(address, monkeypatch))

    put(engine, tmp_path, {"enterprise": [{"code": "c", "name_en": "C"}]}, progress=progress)
    assert seen[:2] == [False, True]  # the file is read, and its first rows are checked


def test_refused_load_releases_the_lock(engine, address, tmp_path, monkeypatch):
    """A refused load releases the lock at once."""
    put(engine, tmp_path, small_programme())
    assert put(engine, tmp_path, {"enterprise": [{"code": "c"}]}).refusals
    assert not is_locked(address, monkeypatch)
    assert put(engine, tmp_path, {"enterprise": [{"code": "c", "name_en": "C"}]}).loaded
