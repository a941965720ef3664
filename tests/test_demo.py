"""The synthetic programme: equal bytes for equal seeds, and valid in the import format."""

import csv
import hashlib
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from demo_folders import AS_OF, day, folders, rows_of

from data.demo import write_demo
from data.loading import load
from data.storage.database import writing_engine
from data.storage.schema import CONTRACT_TABLES, Kind, contract_columns

KEYS = {table.name: [c.name for c in contract_columns(table) if c.info["key"]] for table in CONTRACT_TABLES}
# Dates of past facts; due_on, planned dates, ends of phases and events not yet held may be in the future.
HAPPENED = {
    "source": ["published_on"],
    "round": ["started_on", "ended_on"],
    "enrolment": ["recruited_on", "baseline_on", "left_on"],
    "training": ["workshop_on", "assessed_on", "completed_on", "dropped_on"],
    "result": ["before_on", "after_on"],
    "reported_figure": ["as_of"],
    "trainer_level": ["reached_on"],
}
# Of two dates in one row, the first is never later.
IN_ORDER = {
    "phase": [("starts_on", "ends_on")],
    "round": [("planned_start", "planned_end"), ("started_on", "ended_on")],
    "enrolment": [("recruited_on", "baseline_on"), ("recruited_on", "left_on"), ("baseline_on", "left_on")],
    "training": [
        ("workshop_on", "assessed_on"),
        ("assessed_on", "completed_on"),
        ("workshop_on", "completed_on"),
        ("workshop_on", "dropped_on"),
    ],
    "result": [("before_on", "after_on")],
    "event": [("starts_on", "ends_on")],
}
YES_NO = {"yes", "no"}


def digest(folder):
    whole = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        whole.update(path.name.encode() + path.read_bytes())
    return whole.hexdigest()


@pytest.fixture(scope="module")
def programme(tmp_path_factory):
    return folders(tmp_path_factory)


SIZES = pytest.mark.parametrize(("enterprises", "seed"), [(0, 1), (1, 1), (1, 2), (1, 3), (7, 1), (7, 5), (300, 1)])


# --- Reproducible bytes -------------------------------------------------------------------------------------------


def test_equal_seeds_write_equal_bytes(programme, tmp_path):
    write_demo(tmp_path, 80, seed=4)
    assert digest(tmp_path) == digest(programme(80, 4))


def test_different_seeds_write_different_bytes(programme):
    assert digest(programme(80, 4)) != digest(programme(80, 5))


def test_hash_seed_does_not_change_the_bytes(programme, tmp_path):
    code = (
        f"from pathlib import Path; from data.demo import write_demo; write_demo(Path({str(tmp_path)!r}), 80, seed=4)"
    )
    environment = os.environ | {"PYTHONHASHSEED": "4321"}
    root = Path(__file__).parents[1]
    subprocess.run([sys.executable, "-c", code], check=True, cwd=root, env=environment, timeout=60)
    assert digest(tmp_path) == digest(programme(80, 4))


def test_writing_over_a_larger_programme_removes_all_of_it(programme, tmp_path):
    write_demo(tmp_path, 120, seed=9)
    write_demo(tmp_path, 80, seed=4)
    assert digest(tmp_path) == digest(programme(80, 4))


# --- Validity in the import format --------------------------------------------------------------------------------


def test_negative_number_of_enterprises_is_refused_and_nothing_is_written(tmp_path):
    with pytest.raises(ValueError, match="0 enterprises or more, not -1"):
        write_demo(tmp_path / "folder", -1)
    assert not (tmp_path / "folder").exists()


@SIZES
def test_every_table_has_a_file_with_the_columns_of_the_import_format(programme, enterprises, seed):
    folder = programme(enterprises, seed)
    pictures = {row[side] for row in rows_of(folder, "story") for side in ("before_image", "after_image")} - {""}
    assert {path.name for path in folder.iterdir()} == {f"{table.name}.csv" for table in CONTRACT_TABLES} | pictures
    for table in CONTRACT_TABLES:
        with (folder / f"{table.name}.csv").open(encoding="utf-8", newline="") as file:
            assert next(csv.reader(file)) == [column.name for column in contract_columns(table)]


@SIZES
def test_every_cell_is_valid_for_its_column(programme, enterprises, seed):
    folder = programme(enterprises, seed)
    checks = {
        Kind.CODE: lambda text: re.fullmatch(r"[a-z0-9-]+", text) or text in "=<>~",
        Kind.TEXT: lambda text: len(text) <= 4000,
        Kind.DATE: day,
        Kind.COUNT: lambda text: text.isdecimal(),
        Kind.NUMBER: lambda text: re.fullmatch(r"-?\d+(\.\d+)?", text),
        Kind.PERCENT: lambda text: 0 <= float(text) <= 100,
        Kind.YES_NO: YES_NO.__contains__,
        Kind.VALUE: lambda text: text in YES_NO or re.fullmatch(r"\d+(\.\d+)?", text),
        Kind.IMAGE: lambda text: (folder / text).is_file(),
    }
    for table in CONTRACT_TABLES:
        for row in rows_of(folder, table.name):
            for column in contract_columns(table):
                text = row[column.name]
                if not text:
                    assert not column.info["required"], (table.name, column.name, row)
                    continue
                assert checks[column.info["kind"]](text), (table.name, column.name, text)
                assert not column.info["choices"] or text in column.info["choices"], (table.name, column.name, text)


@SIZES
def test_keys_are_unique_and_references_resolve(programme, enterprises, seed):
    folder = programme(enterprises, seed)
    codes = {name: {row["code"] for row in rows_of(folder, name)} for name, key in KEYS.items() if key == ["code"]}
    for table in CONTRACT_TABLES:
        rows = rows_of(folder, table.name)
        keys = Counter(tuple(row[name] for name in KEYS[table.name]) for row in rows)
        assert not [key for key, count in keys.items() if count > 1], table.name
        for column in contract_columns(table):
            if column.info["refers"]:
                unknown = {row[column.name] for row in rows} - codes[column.info["refers"]] - {""}
                assert not unknown, (table.name, column.name)


@SIZES
def test_every_training_and_result_of_a_round_has_an_enrolment(programme, enterprises, seed):
    folder = programme(enterprises, seed)
    enrolled = {(row["enterprise"], row["round"]) for row in rows_of(folder, "enrolment")}
    for table in ("training", "result"):
        assert {(r["enterprise"], r["round"]) for r in rows_of(folder, table) if r["round"]} <= enrolled, table


@SIZES
def test_nothing_happens_after_the_as_of_date(programme, enterprises, seed):
    folder = programme(enterprises, seed)
    assert [row["as_of"] for row in rows_of(folder, "programme")] == [AS_OF.isoformat()]
    for table, columns in HAPPENED.items():
        for row in rows_of(folder, table):
            assert all(day(row[column]) <= AS_OF for column in columns if row[column]), (table, row)
    for row in rows_of(folder, "event"):
        ended = day(row["ends_on"] or row["starts_on"])
        assert ended <= AS_OF if row["status"] == "held" else day(row["starts_on"]) > AS_OF, row


@SIZES
def test_dates_of_a_row_are_in_order(programme, enterprises, seed):
    folder = programme(enterprises, seed)
    for table, pairs in IN_ORDER.items():
        for row in rows_of(folder, table):
            for first, second in pairs:
                if row[first] and row[second]:
                    assert day(row[first]) <= day(row[second]), (table, first, second, row)


@SIZES
def test_enterprise_has_no_events_before_recruitment_or_after_leaving(programme, enterprises, seed):
    folder = programme(enterprises, seed)
    enrolments = {(row["enterprise"], row["round"]): row for row in rows_of(folder, "enrolment")}
    for table in ("training", "result"):
        for row in rows_of(folder, table):
            enrolment = enrolments.get((row["enterprise"], row["round"]))
            for column in HAPPENED[table]:
                if enrolment and row[column]:
                    assert day(row[column]) >= day(enrolment["recruited_on"]), row
                    assert not enrolment["left_on"] or day(row[column]) <= day(enrolment["left_on"]), row


@SIZES
def test_parts_never_exceed_their_whole(programme, enterprises, seed):
    folder = programme(enterprises, seed)
    for row in rows_of(folder, "training"):
        if row["women"]:
            assert int(row["women"]) <= int(row["managers"]) + int(row["workers"]), row
        if row["visits_done"]:
            assert int(row["visits_done"]) <= int(row["visits_planned"]), row
    for row in rows_of(folder, "event"):
        assert not row["women"] or int(row["women"]) <= int(row["participants"]), row
    for row in rows_of(folder, "enterprise"):
        assert not row["workers_women"] or int(row["workers_women"]) <= int(row["workers"]), row


@SIZES
def test_values_fit_their_indicator(programme, enterprises, seed):
    folder = programme(enterprises, seed)
    units = {row["code"]: row["unit"] for row in rows_of(folder, "indicator")}
    for row in rows_of(folder, "result"):
        levels = [row[column] for column in ("before", "after") if row[column]]
        assert bool(levels) != bool(row["change_percent"]), row
        if units[row["indicator"]] == "yes-no":
            assert set(levels) <= YES_NO, row
        elif units[row["indicator"]] == "percent":
            assert all(0 <= float(level) <= 100 for level in levels), row
        elif units[row["indicator"]].startswith("count"):
            assert all(level.isdecimal() for level in levels), row


@SIZES
def test_every_enterprise_is_enrolled_and_named_once_in_both_languages(programme, enterprises, seed):
    folder = programme(enterprises, seed)
    rows = rows_of(folder, "enterprise")
    assert len(rows) == enterprises
    assert {row["code"] for row in rows} == {row["enterprise"] for row in rows_of(folder, "enrolment")}
    for column, word in (("name_en", "(synthetic "), ("name_zh", "（合成")):
        assert len({row[column] for row in rows}) == enterprises
        assert all(word in row[column] for row in rows)


@SIZES
def test_every_name_is_in_both_languages(programme, enterprises, seed):
    folder = programme(enterprises, seed)
    for table in CONTRACT_TABLES:
        if "name_en" in table.columns:
            assert all(row["name_en"] and row["name_zh"] for row in rows_of(folder, table.name)), table.name


@SIZES
def test_loader_accepts_the_synthetic_programme_without_refusals(programme, tmp_path, enterprises, seed):
    engine = writing_engine(f"sqlite:///{tmp_path / 'results.db'}")
    report = load(engine, programme(enterprises, seed))
    engine.dispose()
    assert report.refusals == ()
    assert report.loaded


def test_synthetic_programme_is_marked_synthetic_and_names_no_real_institution(programme):
    folder = programme(7)
    [row] = rows_of(folder, "programme")
    assert (row["code"], row["synthetic"], row["public"]) == ("score-demo", "yes", "no")
    assert "synthetic" in row["name_en"]
    assert "合成" in row["name_zh"]
    assert all("synthetic" in r["title_en"] and "合成" in r["title_zh"] for r in rows_of(folder, "source"))
    real = re.compile(
        r"ILO|SECO|NORAD|BSCI|amfori|CEC|SAWS|COOP|SGS|TUV|UNIDO|国际劳工|企业联合会|总局|商会", re.IGNORECASE
    )
    for partner in rows_of(folder, "partner"):
        assert not real.search(partner["name_en"] + partner["name_zh"]), partner


def test_progress_is_reported_up_to_the_last_enterprise(tmp_path):
    told = []
    write_demo(tmp_path, 90, seed=1, progress=lambda done, total: told.append((done, total)))
    assert len(told) > 5
    assert [done for done, _ in told] == sorted({done for done, _ in told})
    assert {total for _, total in told} == {90}
    assert told[-1] == (90, 90)
