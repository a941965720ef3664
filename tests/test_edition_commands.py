"""Editions on the command line: output, files and exit status of freeze, list, verify and diff."""

import csv
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from programme import PROGRAMME, load_rows

from dashboard import settings
from dashboard.commands.cli import main
from data.storage.database import writing_engine

Run = Callable[..., Result]


@pytest.fixture
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A results database of the small programme, named in the environment with a folder for editions."""
    path = tmp_path / "results.db"
    engine = writing_engine(f"sqlite:///{path}")
    load_rows(engine, PROGRAMME)
    engine.dispose()
    monkeypatch.setenv("SCORE_DATABASE_URL", f"sqlite:///{path}")
    monkeypatch.setenv("SCORE_EDITIONS", str(tmp_path / "editions"))
    return path


@pytest.fixture
def run() -> Run:
    """Runs `edition …` and returns its result."""
    return lambda *words: CliRunner().invoke(main, ["edition", *(str(word) for word in words)])


def run_sql(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def frozen(run: Run, name: str) -> tuple[str, Path, str]:
    """Freeze, and return what was printed: key, path, hash."""
    done = run("freeze", name)
    assert (done.exit_code, done.stderr) == (0, "")
    lines = [line.split(maxsplit=1) for line in done.stdout.splitlines()]
    assert [label for label, _value in lines] == ["key", "file", "SHA-256", "tables", "rules"]
    key, path, sha256 = (value for _label, value in lines[:3])
    return key, Path(path), sha256


def damage(path: Path) -> None:
    path.chmod(0o644)
    path.write_bytes(path.read_bytes() + b"\x00")


def test_freeze_prints_key_path_and_hash_of_the_new_file(run, results, tmp_path):
    key, path, sha256 = frozen(run, "NTAC 6")
    assert path.is_file()
    assert path.parent == tmp_path / "editions"
    assert path.name == f"ntac-6.{sha256}.db"
    assert key == f"ntac-6-{sha256[:8]}"


def test_freeze_builds_the_embedded_database_when_none_is_configured(run, tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "INSTANCE", tmp_path / "instance")
    done = run("freeze", "NTAC 6")
    assert done.exit_code == 0
    assert "Building the results database" in done.stderr
    assert {path.name for path in (tmp_path / "instance").iterdir()} == {"results.db", "editions"}


@pytest.mark.parametrize(("name", "said"), [("", "needs a name"), ("live", "needs a name"), ("ntac 6", "already")])
def test_freeze_with_an_invalid_name_gives_the_reason_and_exits_with_1(run, results, name, said):
    frozen(run, "NTAC 6")
    done = run("freeze", name)
    assert (done.exit_code, done.stdout) == (1, "")
    assert said in done.stderr
    assert len(run("list").stdout.splitlines()) == 1


def test_freeze_without_a_database_explains_what_to_do(run, results):
    results.unlink()
    done = run("freeze", "NTAC 6")
    assert done.exit_code == 1
    assert "score-dashboard load" in done.stderr
    assert "Traceback" not in done.output


def test_list_has_one_line_per_edition_newest_first_and_marks_unreadable_ones(run, results):
    assert "no edition yet" in run("list").stderr
    one, path, _sha256 = frozen(run, "One")
    two, _path, _sha256 = frozen(run, "第二次")
    lines = run("list").stdout.splitlines()
    assert [line.split("\t")[0] for line in lines] == [two, one]
    assert re.fullmatch(rf"{two}\t\d{{4}}-\d\d-\d\d \d\d:\d\d UTC\tas of 2014-12-31\t第二次", lines[0])
    path.chmod(0o644)
    path.write_bytes(b"garbage")
    done = run("list")
    assert done.exit_code == 0
    assert len(done.stdout.splitlines()) == 1
    assert one in done.stderr


def test_verify_names_an_edition_whose_tables_are_changed_or_gone(run, results):
    one, path, _sha256 = frozen(run, "One")
    damage(path.with_suffix(".zip"))
    assert run("verify").exit_code == 0, "a byte after the end of a ZIP changes none of its files"
    path.with_suffix(".zip").write_bytes(b"no ZIP")
    done = run("verify", "One")
    assert done.exit_code == 1
    assert f"{one} (One): the file of its tables is not what was frozen." in done.stderr
    path.with_suffix(".zip").unlink()
    done = run("verify")
    assert done.exit_code == 1
    assert "the file of its tables is gone." in done.stderr


def test_verify_of_all_exits_with_1_and_names_the_changed_edition(run, results):
    assert run("verify").exit_code == 0
    one, path, _sha256 = frozen(run, "One")
    two, _path, _sha256 = frozen(run, "Two")
    assert run("verify").exit_code == 0
    damage(path)
    done = run("verify")
    assert done.exit_code == 1
    assert one in done.stderr
    assert two not in done.stderr
    assert two in done.stdout


def test_verify_of_one_edition_ignores_the_others(run, results):
    one, path, _sha256 = frozen(run, "One")
    frozen(run, "Two")
    damage(path)
    assert [run("verify", name).exit_code for name in ("One", one, "Two", "Three")] == [1, 1, 0, 1]
    path.write_bytes(b"garbage")
    assert [run("verify", *name).exit_code for name in ([one], [])] == [1, 1]


def test_diff_separates_new_results_from_corrections(run, results):
    frozen(run, "NTAC 6")
    run_sql(
        results,
        "UPDATE enterprise SET workers = 110 WHERE code = 'a'",
        "UPDATE enterprise SET workers = 75 WHERE code = 'c'",
        "UPDATE training SET managers = NULL WHERE enterprise = 'd'",
        "DELETE FROM result WHERE enterprise = 'g'",
        "INSERT INTO sector (code, name_en) VALUES ('toys', 'Toys')",
    )
    done = run("diff", "NTAC 6", "live")
    assert done.exit_code == 0
    said = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert said[0].startswith("NTAC 6, frozen ")
    assert said[1] == "live record, as of 2014-12-31"
    assert any(line.startswith("workers_reached ") for line in said)
    tables, at = said.index("tables new corrections"), said.index("sector: new results")
    assert said[tables + 1 : at - 1] == ["sector 1 0", "enterprise 1 1", "training 0 1", "result 0 1"]
    assert [line for line in said[at:] if line] == [
        "sector: new results", "+ toys name_en Toys",
        "enterprise: new results", "+ c workers 75",
        "enterprise: corrections", "~ a workers 100 → 110",
        "training: corrections", "- d/r1/m1 withdrawn: managers 2",
        "result: corrections", "- g/r2//output row withdrawn: after 5, operator =, source sheet",
    ]  # fmt: skip
    assert "Synthetic data" in done.stderr


def test_diff_accepts_keys_or_names_in_either_order_and_the_same_edition_twice(run, results):
    key, _path, _sha256 = frozen(run, "NTAC 6")
    run_sql(results, "UPDATE enterprise SET workers = 75 WHERE code = 'c'")
    assert "+ c workers 75" in run("diff", key, "live").stdout
    assert "withdrawn: workers 75" in run("diff", "live", "NTAC 6").stdout
    assert "Nothing changed." in run("diff", key, "NTAC 6").stdout
    assert "Nothing changed." in run("diff", "live", "live").stdout


def test_diff_writes_all_changes_to_a_file_and_counts_those_not_printed(run, results, tmp_path, monkeypatch):
    monkeypatch.setattr("dashboard.commands.edition_commands.MOST_PRINTED", 3)
    frozen(run, "NTAC 6")
    run_sql(results, "UPDATE enterprise SET workers = 500")
    done = run("diff", "NTAC 6", "live", "--csv", tmp_path / "changes.csv")
    assert done.exit_code == 0
    assert "… and 5 more" in done.stdout
    with (tmp_path / "changes.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {(row["table"], row["column"], row["after"]) for row in rows} == {("enterprise", "workers", "500")}
    assert [row["kind"] for row in rows].count("corrected") == 8
    assert [row["key"] for row in rows if row["kind"] == "new-value"] == ["c", "g"]


def test_diff_of_a_missing_or_changed_edition_or_unwritable_file_exits_with_1(run, results, tmp_path):
    _key, path, _sha256 = frozen(run, "NTAC 6")
    gone = run("diff", "NTAC 5", "live")
    unwritten = run("diff", "NTAC 6", "live", "--csv", tmp_path / "nowhere" / "changes.csv")
    damage(path)
    changed = run("diff", "live", "NTAC 6")
    for done, said in (
        (gone, 'no edition "NTAC 5"'),
        (unwritten, "cannot be written"),
        (changed, "not what was frozen"),
    ):
        assert done.exit_code == 1
        assert said in done.stderr
        assert "Traceback" not in done.output


def test_multi_line_text_is_printed_on_one_line(run, results):
    frozen(run, "NTAC 6")
    run_sql(results, "UPDATE training SET note = 'one' || char(10) || 'two' WHERE enterprise = 'g'")
    assert "+ g/r2/m1 note one two" in run("diff", "NTAC 6", "live").stdout
