"""Batches: loader, time and file, the batch of a row, and the rollback of a batch."""

import io
import os
import re
import signal
import subprocess
import sys
import textwrap

import pytest
from both import fill_up, impatient_engine, written_by_another
from click.testing import CliRunner
from PIL import Image
from sqlalchemy import delete, select

from dashboard.commands.cli import main
from data.loading import LoadProblem, load
from data.loading.writes.rolling_back import InTheWay, RollbackProblem, plan, rollback
from data.storage.batches import batch_of, batches, undone_by
from data.storage.database import data_version
from data.storage.schema import CONTRACT_TABLES, batch, batch_change, results
from tests.loading_files import small_programme, write_folder

KEPT = {*(table.name for table in CONTRACT_TABLES), "story_image"}


pytestmark = pytest.mark.both_databases


@pytest.fixture
def engine(engine, tmp_path):
    """A database created by a first batch."""
    put(engine, tmp_path, small_programme())
    return engine


def put(engine, tmp_path, tables, **options):
    folder = write_folder(tmp_path / f"in{len(list(tmp_path.glob('in*')))}", tables)
    report = load(engine, folder, **options)
    assert not report.refusals, report.refusals
    return report


def everything(engine):
    """All rows of the record, and pictures."""
    with engine.connect() as connection:
        return {
            name: sorted((tuple(row) for row in connection.execute(select(results.tables[name]))), key=repr)
            for name in KEPT
        }


def listed(engine):
    with engine.connect() as connection:
        return {each.number: each for each in batches(connection)}


def refused(engine, number):
    before = everything(engine), data_version(engine)
    with pytest.raises(RollbackProblem) as caught:
        rollback(engine, number)
    assert (everything(engine), data_version(engine)) == before
    return caught.value


RENAMED = {"enterprise": [{"code": "a", "name_en": "Renamed", "workers": 77}]}
NEW = {"enterprise": [{"code": "new", "name_en": "New"}]}


def test_batch_records_who_loaded_it_and_the_file_name(engine, tmp_path):
    put(engine, tmp_path, NEW, by="li@example.org", origin="March.xlsx")
    first, second = listed(engine)[1], listed(engine)[2]
    assert (first.loaded_by, first.origin, first.first) == (None, "in0", True)
    assert (second.loaded_by, second.origin, second.first) == ("li@example.org", "March.xlsx", False)
    assert (second.added, second.changed, second.undoes, second.undone_by) == (1, 0, None, None)


def test_batches_are_listed_newest_first(engine, tmp_path):
    put(engine, tmp_path, NEW)
    with engine.connect() as connection:
        assert [each.number for each in batches(connection)] == [2, 1]


def test_batch_records_every_row_before_and_after_the_change(engine, tmp_path):
    put(engine, tmp_path, {"enterprise": [*RENAMED["enterprise"], *NEW["enterprise"]]})
    with engine.connect() as connection:
        found = {row.row_key: row for row in connection.execute(select(batch_change))}
    assert set(found) == {'["a"]', '["new"]'}
    assert (found['["new"]'].before, found['["new"]'].after["name_en"]) == (None, "New")
    before, after = found['["a"]'].before, found['["a"]'].after
    assert {name for name in before if before[name] != after[name]} == {"name_en", "workers"}
    assert (after["name_en"], after["workers"]) == ("Renamed", 77)


def test_recorded_dates_and_keys_with_dates_can_be_restored(engine, tmp_path):
    put(engine, tmp_path, {"target": [{**small_programme()["target"][0], "value": 5}]})
    with engine.connect() as connection:
        row = connection.execute(select(batch_change)).one()
    assert '"2015-12-01"' in row.row_key
    assert (row.before["due_on"], row.before["value"], row.after["value"]) == ("2015-12-01", 0, 5)


def test_batch_that_creates_the_database_records_no_rows(engine):
    with engine.connect() as connection:
        assert connection.execute(select(batch_change)).all() == []


def test_loading_the_same_file_again_creates_no_batch(engine, tmp_path):
    put(engine, tmp_path, RENAMED)
    assert put(engine, tmp_path, RENAMED).batch is None
    assert list(listed(engine)) == [2, 1]


@pytest.mark.parametrize(
    ("undoes", "gone"),
    [
        ({1: None, 2: None}, {}),
        ({1: None, 2: None, 3: 2}, {2: 3}),
        ({1: None, 2: None, 3: 2, 4: 3}, {3: 4}),  # what batch 3 removed is back
        ({1: None, 2: None, 3: 2, 4: 3, 5: 4}, {2: 3, 4: 5}),
    ],
)
def test_rolled_back_rollback_changes_nothing(undoes, gone):
    assert undone_by(undoes) == gone


def test_row_belongs_to_the_batch_that_last_changed_it_or_else_to_the_first(engine, tmp_path):
    put(engine, tmp_path, RENAMED, by="li@example.org")
    put(engine, tmp_path, NEW)
    with engine.connect() as connection:
        found = batch_of(connection, "enterprise", [("a",), ("b",), ("new",)])
        key = tuple(connection.execute(select(*results.tables["target"].primary_key)).one())
        target = batch_of(connection, "target", [key])
    assert {key: each.number for key, each in found.items()} == {("a",): 2, ("b",): 1, ("new",): 3}
    assert found["a",].loaded_by == "li@example.org"
    assert found["b",].first
    assert {each.number for each in target.values()} == {1}


def test_row_of_unknown_batch_is_omitted(engine, tmp_path):
    """Batches of a version that recorded no rows: one of them added the row, and it is not known which."""
    put(engine, tmp_path, NEW)
    with engine.begin() as connection:
        connection.execute(delete(batch_change))
        assert batch_of(connection, "enterprise", [("a",)]) == {}


def test_rollback_restores_everything(engine, tmp_path):
    before = everything(engine)
    tables = small_programme()
    for name in ("enterprise", "training", "result", "target", "event", "round"):
        tables[name] = [{**row, **({"note": "other"} if "note" in row else {})} for row in tables[name]]
    tables["enterprise"][0]["workers"] = 12345
    tables["training"][0] |= {"workshop_on": "2014-06", "visits_done": 4}
    tables["result"][0]["before"] = 99
    tables["target"][0]["value"] = 12
    tables["enterprise"].append({"code": "new", "name_en": "New"})
    tables["result"].append({"enterprise": "new", "indicator": tables["indicator"][0]["code"], "after": 1})
    report = put(engine, tmp_path, tables)
    assert report.added == 2
    assert report.changed >= 4
    assert everything(engine) != before
    done = rollback(engine, report.batch, by="li@example.org")
    assert everything(engine) == before
    assert (done.batch, done.undoes) == (3, 2)
    made = listed(engine)[3]
    assert (made.undoes, made.loaded_by, made.changed) == (2, "li@example.org", report.added + report.changed)
    assert listed(engine)[2].undone_by == 3


def test_rollback_changes_the_data_version(engine, tmp_path):
    put(engine, tmp_path, NEW)
    before = data_version(engine)
    rollback(engine, 2)
    assert data_version(engine).batch == before.batch + 1


def test_rolling_back_a_rollback_restores_the_batch(engine, tmp_path):
    put(engine, tmp_path, {"enterprise": [*RENAMED["enterprise"], *NEW["enterprise"]]})
    loaded = everything(engine)
    rollback(engine, 2)
    rollback(engine, 3)
    assert everything(engine) == loaded
    assert (listed(engine)[2].undone_by, listed(engine)[3].undone_by) == (None, 4)
    # …and any number of times, for either of the two.
    rollback(engine, 2)
    assert listed(engine)[2].undone_by == 5
    assert refused(engine, 4).reason == "later-batches"
    rollback(engine, 5)
    assert everything(engine) == loaded
    rollback(engine, 4)
    assert everything(engine) != loaded


def picture(colour):
    content = io.BytesIO()
    Image.new("RGB", (8, 8), colour).save(content, "PNG")
    return content.getvalue()


@pytest.mark.parametrize("what", ["added", "replaced", "taken away"])
def test_rollback_restores_pictures(engine, tmp_path, what):
    (tmp_path / "in1").mkdir()
    (tmp_path / "in1" / "a.png").write_bytes(picture("red"))
    load(engine, write_folder(tmp_path / "in1", {"story": [{"code": "st1", "before_image": "a.png"}]}))
    before = everything(engine)
    assert len(before["story_image"]) == 1
    (tmp_path / "in2").mkdir()
    (tmp_path / "in2" / "a.png").write_bytes(picture("blue"))
    cells = {
        "added": {"code": "st2", "title_en": "Another", "before_image": "a.png"},
        "replaced": {"code": "st1", "before_image": "a.png"},
        "taken away": {"code": "st1", "before_image": None},
    }
    assert load(engine, write_folder(tmp_path / "in2", {"story": [cells[what]]})).batch == 3
    after = everything(engine)
    assert after["story_image"] != before["story_image"]
    rollback(engine, 3)
    assert everything(engine) == before
    rollback(engine, 4)
    assert everything(engine) == after


def test_unknown_batch_cannot_be_rolled_back(engine):
    assert refused(engine, 9).reason == "no-batch"


def test_batch_that_created_the_database_cannot_be_rolled_back(engine, tmp_path):
    put(engine, tmp_path, NEW)
    assert refused(engine, 1).reason == "first-batch"


def test_batch_cannot_be_rolled_back_twice(engine, tmp_path):
    put(engine, tmp_path, NEW)
    rollback(engine, 2)
    problem = refused(engine, 2)
    assert problem.reason == "rolled-back"
    assert "batch 3" in problem.english
    assert "第 3 批" in problem.chinese


def test_batch_without_recorded_changes_cannot_be_rolled_back(engine, tmp_path):
    put(engine, tmp_path, NEW)
    with engine.begin() as connection:
        connection.execute(delete(batch_change))
    assert refused(engine, 2).reason == "no-log"


def test_refused_rollback_lists_later_changed_rows_with_their_batch(engine, tmp_path):
    put(engine, tmp_path, {"enterprise": [*RENAMED["enterprise"], *NEW["enterprise"]]})
    put(engine, tmp_path, {"enterprise": [{"code": "a", "workers": 95}]})
    problem = refused(engine, 2)
    assert (problem.reason, problem.rows) == ("later-batches", (InTheWay("enterprise", ("a",), 3),))
    rollback(engine, 3)
    rollback(engine, 2)
    assert listed(engine)[2].undone_by == 5


def test_restored_later_batch_blocks_the_rollback_again(engine, tmp_path):
    put(engine, tmp_path, RENAMED)
    put(engine, tmp_path, {"enterprise": [{"code": "a", "workers": 95}]})
    rollback(engine, 3)
    rollback(engine, 4)
    assert [each.batch for each in refused(engine, 2).rows] == [3]


def test_row_that_other_rows_refer_to_blocks_the_rollback(engine, tmp_path):
    put(engine, tmp_path, NEW)
    put(engine, tmp_path, {"result": [{"enterprise": "new", "indicator": "absence", "after": 1}]} | _indicator())
    problem = refused(engine, 2)
    assert problem.reason == "still-referred"
    assert problem.rows == (InTheWay("result", ("new", "", "", "absence"), 3),)


def _indicator():
    row = {"code": "absence", "name_en": "Absence", "family": "kpi", "unit": "percent", "better": "down"}
    return {"indicator": [row]}


def test_row_is_not_restored_without_the_row_it_refers_to(engine, tmp_path):
    put(engine, tmp_path, NEW | _indicator())
    put(engine, tmp_path, {"result": [{"enterprise": "new", "indicator": "absence", "after": 1}]})
    rollback(engine, 3)  # 4
    rollback(engine, 2)  # 5
    problem = refused(engine, 4)
    assert problem.reason == "lacks-rows"
    assert [each.table for each in problem.rows][:1] == ["result"]
    rollback(engine, 5)
    rollback(engine, 4)


def test_story_whose_picture_was_added_later_blocks_the_rollback(engine, tmp_path):
    story = {"story": [{"code": "st2", "title_en": "Another", "before_image": "a.png"}]}
    for number, colour in enumerate(("red", "blue"), start=1):
        (tmp_path / f"in{number}").mkdir()
        (tmp_path / f"in{number}" / "a.png").write_bytes(picture(colour))
        load(engine, write_folder(tmp_path / f"in{number}", story))
    assert refused(engine, 2).rows == (InTheWay("story_image", ("st2", "before"), 3),)


def test_rollback_plan_counts_removed_changed_and_restored_rows_per_table(engine, tmp_path):
    put(engine, tmp_path, {"enterprise": [*RENAMED["enterprise"], *NEW["enterprise"]]})
    with engine.connect() as connection:
        assert plan(connection, 2).counts() == {"enterprise": (1, 1, 0)}
    rollback(engine, 2)
    with engine.connect() as connection:
        assert plan(connection, 3).counts() == {"enterprise": (0, 1, 1)}


def test_rollback_during_a_load_is_refused_with_a_request_to_wait(engine, address, tmp_path, monkeypatch):
    put(engine, tmp_path, NEW)
    other = impatient_engine(address, monkeypatch)
    with written_by_another(engine), pytest.raises(LoadProblem) as caught:
        rollback(other, 2)
    other.dispose()
    assert caught.value.reason == "locked"
    assert listed(engine)[2].undone_by is None


def test_failed_rollback_leaves_the_batch_in_place(engine, tmp_path):
    put(engine, tmp_path, NEW)
    before = everything(engine)
    fill_up(engine, "batch_change")
    with pytest.raises(LoadProblem) as caught:
        rollback(engine, 2)
    assert caught.value.reason == "full"
    assert everything(engine) == before


CHILD = """
    import sys, time
    from data.loading.writes import row_writing
    from data.loading.writes import rolling_back
    from data.storage.database import writing_engine

    def write(connection, number, changes, real=rolling_back.row_changes.write):
        real(connection, number, changes)
        print("written", flush=True)
        time.sleep(60)

    rolling_back.row_changes.write = write
    rolling_back.rollback(writing_engine(sys.argv[1]), 2)
"""


def test_killed_rollback_leaves_the_batch_in_place(engine, tmp_path):
    put(engine, tmp_path, {"enterprise": [{"code": f"e{i}", "name_en": f"E{i}"} for i in range(3000)]})
    before = everything(engine)
    child = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(CHILD), str(engine.url)], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout.readline() == "written\n"
    os.kill(child.pid, signal.SIGKILL)
    child.communicate()
    assert everything(engine) == before
    assert listed(engine)[2].undone_by is None
    rollback(engine, 2)


@pytest.fixture
def run(engine, monkeypatch):
    monkeypatch.setenv("SCORE_DATABASE_URL", str(engine.url))
    return lambda *words: CliRunner().invoke(main, [str(word) for word in words])


def test_command_lists_batches(engine, tmp_path, run):
    put(engine, tmp_path, NEW, by="li@example.org")
    rollback(engine, 2)
    done = run("batches")
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert [line.split("\t")[0] for line in lines] == ["3", "2", "1"]
    assert "rolls back 2" in lines[0]
    assert re.search(r"1 added, 0 changed\tin1\tby li@example.org\trolled back by 3", lines[1])


def test_command_rolls_a_batch_back(engine, tmp_path, run):
    before = everything(engine)
    put(engine, tmp_path, NEW)
    done = run("rollback", 2)
    assert (done.exit_code, done.stderr) == (0, "Batch 2 is rolled back: 1 rows, by batch 3.\n")
    assert everything(engine) == before


def test_command_gives_the_refusal_in_both_languages_and_lists_the_rows(engine, tmp_path, run):
    put(engine, tmp_path, RENAMED)
    put(engine, tmp_path, {"enterprise": [{"code": "a", "workers": 95}]})
    done = run("rollback", 2)
    assert done.exit_code == 1
    assert "Roll back those first" in done.stderr
    assert "撤回" in done.stderr
    assert "enterprise: a (batch 3)" in done.stderr
    with engine.connect() as connection:
        assert connection.scalars(select(batch.c.number)).all() == [1, 2, 3]
