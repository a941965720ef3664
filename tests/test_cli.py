"""The command line: its output, its messages and its exit status."""

import csv
import io
import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result
from loading_files import small_programme, write_folder, write_workbook

from dashboard import settings
from dashboard.commands.cli import main
from data.exhibits import EXHIBITS
from data.storage.schema import CONTRACT_TABLES

ROOT = Path(__file__).resolve().parent.parent
Run = Callable[..., Result]

THREE_PAIRS = {
    ("yucheng-futong-electric", "defect-rate", "4.13", "0.61"),
    ("yucheng-futong-electric", "on-time-delivery", "88.6", "92.58"),
    ("teho-metal", "material-recovery", "97.5", "98.5"),
}


@pytest.fixture
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The path of a results database that does not exist yet, named in the environment."""
    path = tmp_path / "results.db"
    monkeypatch.setenv("SCORE_DATABASE_URL", f"sqlite:///{path}")
    return path


@pytest.fixture
def run() -> Run:
    """Runs a command line and returns its result."""
    return lambda *words: CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder in place of the instance folder, with no database configured."""
    folder = tmp_path / "instance"
    monkeypatch.setattr(settings, "INSTANCE", folder)
    return folder


def run_sql(path: Path, statement: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(statement).fetchall()


def refused_programme() -> dict[str, list[dict[str, object]]]:
    """A programme with three faults in three sheets."""
    tables = small_programme()
    tables["enterprise"][0]["workers"] = "many"
    tables["round"][0]["phase"] = "seventh"
    tables["result"][0]["before"] = "a lot"
    return tables


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


# --- load ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["folder", "workbook"])
def test_load_accepts_a_folder_or_a_workbook_and_reports_the_row_count(run, results, tmp_path, kind):
    write = {"folder": write_folder, "workbook": write_workbook}[kind]
    path = write(tmp_path / ("in" if kind == "folder" else "in.xlsx"), small_programme())
    first = run("load", path)
    assert (first.exit_code, first.stdout) == (0, "")
    count = sum(len(table) for table in small_programme().values())
    assert f"{count} rows were added, 0 changed, 0 are" in first.stderr
    again = run("load", path)
    assert again.exit_code == 0
    assert f"0 rows were added, 0 changed, {count} are" in again.stderr
    assert run_sql(results, "SELECT count(*) FROM enterprise") == [(len(small_programme()["enterprise"]),)]


def test_refused_load_exits_with_1_lists_every_reason_and_creates_no_database(run, results, tmp_path):
    done = run("load", write_folder(tmp_path / "in", refused_programme()))
    assert (done.exit_code, done.stdout) == (1, "")
    said = [line for line in done.stderr.splitlines() if line.startswith("refused:")]
    assert len(said) == 3
    for sheet, column, value in (
        ("enterprise", "workers", "many"),
        ("round", "phase", "seventh"),
        ("result", "before", "a lot"),
    ):
        (line,) = [each for each in said if sheet in each.split(",")[0]]
        assert f", row 2, {column} [{value}]: " in line
        assert any("\u4e00" <= letter <= "\u9fff" for letter in line), "each reason stands in Chinese as well"
    assert "3 refused" in done.stderr
    assert not results.exists()


def test_refused_load_leaves_an_existing_database_unchanged(run, results, tmp_path):
    assert run("load", write_folder(tmp_path / "good", small_programme())).exit_code == 0
    before = results.read_bytes()
    assert run("load", write_folder(tmp_path / "bad", refused_programme())).exit_code == 1
    assert results.read_bytes() == before


def test_dry_run_reports_the_changes_and_makes_none(run, results, tmp_path):
    folder = write_folder(tmp_path / "in", small_programme())
    done = run("load", folder, "--dry-run")
    assert done.exit_code == 0
    assert "rows would be added" in done.stderr
    assert not results.exists()
    run("load", folder)
    before = results.read_bytes()
    changed = small_programme()
    changed["enterprise"][0]["workers"] = 321
    done = run("load", write_folder(tmp_path / "changed", changed), "--dry-run")
    assert (done.exit_code, results.read_bytes()) == (0, before)
    assert "0 rows would be added, 1 changed" in done.stderr


def test_dry_run_of_a_refused_folder_exits_with_1(run, results, tmp_path):
    assert run("load", write_folder(tmp_path / "in", refused_programme()), "--dry-run").exit_code == 1
    assert not results.exists()


def test_marked_workbook_is_written_only_when_something_is_refused(run, results, tmp_path):
    marked = tmp_path / "marked.xlsx"
    assert run("load", write_workbook(tmp_path / "good.xlsx", small_programme()), "--marked", marked).exit_code == 0
    assert not marked.exists()
    done = run("load", write_workbook(tmp_path / "bad.xlsx", refused_programme()), "--marked", marked)
    assert done.exit_code == 1
    assert str(marked) in done.stderr
    notes = [
        cell.comment.text for sheet in openpyxl.load_workbook(marked) for row in sheet for cell in row if cell.comment
    ]
    assert len(notes) == 3


def test_load_of_a_missing_path_exits_with_1_and_a_message(run, results, tmp_path):
    done = run("load", tmp_path / "nowhere")
    assert done.exit_code == 1
    assert "Traceback" not in done.output
    assert "nowhere" in done.stderr
    assert not results.exists()


def test_load_into_a_database_of_another_version_exits_with_1_and_changes_nothing(run, results, tmp_path):
    folder = write_folder(tmp_path / "in", small_programme())
    run("load", folder)
    with closing(sqlite3.connect(results)) as connection:
        connection.execute("UPDATE batch SET schema_version = 0")
        connection.commit()
    before = results.read_bytes()
    done = run("load", folder)
    assert done.exit_code == 1
    assert done.stderr.strip()
    assert "Traceback" not in done.output
    assert results.read_bytes() == before


# --- template -----------------------------------------------------------------------------------------------------


def test_template_has_a_sheet_for_every_table(run, tmp_path):
    done = run("template", tmp_path / "template.xlsx")
    assert (done.exit_code, done.stdout) == (0, "")
    assert set(openpyxl.load_workbook(tmp_path / "template.xlsx").sheetnames) > {
        table.name for table in CONTRACT_TABLES
    }


def test_template_does_not_overwrite_a_folder(run, tmp_path):
    assert run("template", tmp_path).exit_code == 2


# --- export -------------------------------------------------------------------------------------------------------


@pytest.fixture
def public_record(public_record_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The public record as the database named in the environment."""
    monkeypatch.setenv("SCORE_DATABASE_URL", public_record_url)


def test_export_of_pairs_from_the_public_record_has_its_three_pairs(run, public_record):
    done = run("export", "pairs")
    assert (done.exit_code, done.stderr) == (0, "")
    found = rows(done.stdout)
    assert {(row["enterprise"], row["indicator"], row["before"], row["after"]) for row in found} == THREE_PAIRS
    assert len(found) == 3
    assert {row["verdict"] for row in found} == {"better"}
    assert all(row["source"] for row in found)


@pytest.mark.parametrize("code", sorted(EXHIBITS))
def test_export_of_every_exhibit_has_its_columns(run, public_record, code):
    done = run("export", code)
    assert (done.exit_code, done.stderr) == (0, "")
    assert tuple(next(csv.reader(io.StringIO(done.stdout)))) == EXHIBITS[code].exported


def test_export_to_a_file_equals_standard_output(run, public_record, tmp_path):
    out = tmp_path / "out.csv"
    done = run("export", "regions", "--out", out)
    assert (done.exit_code, done.stdout) == (0, "")
    assert out.read_bytes() == run("export", "regions").stdout_bytes
    assert b"\r" not in out.read_bytes()
    assert "德阳市" in out.read_text(encoding="utf-8")


def test_export_accepts_filters_as_written_in_an_address(run, public_record):
    def enterprises(*words: str) -> int:
        found = rows(run("export", "overview", *words).stdout)
        return next(int(row["value"]) for row in found if row["headline"] == "enterprises")

    everything = enterprises()
    assert 0 < enterprises("--filters", "place=510000") < everything
    assert enterprises("--filters", "?place=510000") == enterprises("--filters", "place=510000")
    assert enterprises("--filters", "place=nowhere&colour=red") == everything


def test_export_command_and_server_give_the_same_bytes(run, public_record, public):
    for code in EXHIBITS:
        assert (
            run("export", code, "--filters", "partner=saws").stdout
            == public.client.get(f"/export/{code}.csv?partner=saws").text
        )


def test_export_of_synthetic_data_is_marked_synthetic(run, demo_url, monkeypatch):
    monkeypatch.setenv("SCORE_DATABASE_URL", demo_url)
    done = run("export", "overview")
    assert done.exit_code == 0
    assert "Synthetic" in done.stderr
    assert "合成" in done.stderr
    assert "Synthetic" not in done.stdout


def test_export_of_an_unknown_exhibit_lists_the_known_ones(run, public_record):
    done = run("export", "nothing")
    assert done.exit_code != 0
    assert done.stdout == ""
    assert all(code in done.stderr for code in EXHIBITS)


def test_export_from_a_missing_database_explains_what_to_do(run, results):
    done = run("export", "pairs")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "score-dashboard load" in done.stderr
    assert "Traceback" not in done.output
    assert not results.exists(), "asking makes no database"


@pytest.mark.parametrize("content", [b"", b"no database" * 500])
def test_export_from_a_file_that_is_not_a_results_database_reports_it(run, results, content):
    results.write_bytes(content)
    done = run("export", "pairs")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.strip()
    assert results.read_bytes() == content


def test_export_builds_the_embedded_database_from_the_public_record_once(run, instance):
    first = run("export", "pairs")
    assert first.exit_code == 0
    assert len(rows(first.stdout)) == 3
    assert first.stderr.strip()
    built = (instance / "results.db").read_bytes()
    second = run("export", "pairs")
    assert (second.stdout, second.stderr) == (first.stdout, "")
    assert (instance / "results.db").read_bytes() == built


# --- demo ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", ["-1", "many"])
def test_demo_of_a_negative_number_of_enterprises_is_refused(run, results, number):
    done = run("demo", "--enterprises", number)
    assert done.exit_code != 0
    assert done.stderr.strip()
    assert "Traceback" not in done.output
    assert not results.exists()


def test_demo_has_the_requested_number_of_enterprises_marked_synthetic(run, results, instance):
    done = run("demo", "--enterprises", "7", "--seed", "3")
    assert (done.exit_code, done.stdout) == (0, "")
    assert run_sql(results, "SELECT count(*) FROM enterprise") == [(7,)]
    assert run_sql(results, "SELECT synthetic FROM programme") == [(1,)]
    origin = "score-dashboard demo --seed 3"
    assert run_sql(results, "SELECT origin FROM batch") == [(origin,), (f"{origin}: late forms",)]


def test_demo_has_its_own_database_next_to_the_results(run, instance):
    assert run("demo", "--enterprises", "3").exit_code == 0
    assert {path.name for path in instance.iterdir()} == {"demo.db", "demo-editions", "demo-accounts.db"}


def test_demo_comes_with_an_edition_before_the_late_forms_and_with_decks(run, results, instance):
    assert run("demo", "--enterprises", "60").exit_code == 0
    (edition,) = (instance / "demo-editions").glob("*.db")
    (before,), (after,) = (run_sql(path, "SELECT count(*) FROM result") for path in (edition, results))
    assert 0 < after[0] - before[0] < after[0] / 20
    assert run_sql(instance / "demo-accounts.db", "SELECT count(*) FROM deck") == [(2,)]


def test_new_demo_replaces_the_previous_one(run, results, instance):
    for number in (5, 0, 3):
        assert run("demo", "--enterprises", number).exit_code == 0
        assert run_sql(results, "SELECT count(*) FROM enterprise") == [(number,)]


def test_demo_is_never_loaded_into_a_real_programme(run, results, instance):
    assert run("load", settings.PUBLIC_RECORD).exit_code == 0
    before = results.read_bytes()
    done = run("demo", "--enterprises", "3")
    assert done.exit_code == 1
    assert done.stderr.strip()
    assert results.read_bytes() == before


# --- serve, help --------------------------------------------------------------------------------------------------


def started(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The result of the command line run as a separate program."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SCORE_")}
    command = [sys.executable, "-m", "dashboard", *words]
    return subprocess.run(
        command, cwd=ROOT, env=clean | environment, capture_output=True, text=True, check=False, timeout=60
    )


def test_serve_with_unreadable_boundaries_reports_it_and_prints_no_address(public_record_url, tmp_path):
    nowhere = str(tmp_path / "nowhere")
    with closing(socket.socket()) as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    done = started("serve", "--port", str(port), SCORE_DATABASE_URL=public_record_url, SCORE_BOUNDARIES=nowhere)
    assert done.returncode == 1
    assert nowhere in done.stderr
    assert "Traceback" not in done.stderr
    assert "/enter/" not in done.stdout


@pytest.mark.parametrize("command", ["", *main.commands])
def test_help_of_every_command_has_a_sentence_and_its_options(run, command):
    for flag in ("--help", "-h"):
        done = run(*([command] if command else []), flag)
        assert done.exit_code == 0
        assert "Usage:" in done.stdout
    if not command:
        assert {"load", "template", "export", "demo", "serve"} <= set(main.commands)
        assert all(name in done.stdout for name in main.commands)


def test_running_the_package_as_a_program_starts_the_command_line():
    done = started("--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert all(name in done.stdout for name in main.commands)


def test_version_option_prints_the_package_version(run):
    done = run("--version")
    assert done.exit_code == 0
    assert any(letter.isdigit() for letter in done.stdout)
