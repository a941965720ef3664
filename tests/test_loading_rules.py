"""Every refusal and every warning, each from one change to a programme that loads without warnings."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from loading_files import small_programme, write_folder
from PIL import Image

from data.loading import load
from data.loading.checks.plausibility import modified_z_scores
from data.loading.checks.reasons import SENTENCES
from data.storage.schema import CONTRACT_TABLES, Kind, contract_columns

pytestmark = pytest.mark.both_databases


def report_on(engine, tmp_path, tables):
    return load(engine, write_folder(tmp_path / "in", tables), dry_run=True)


def spots(findings):
    """The compared parts of findings: file, row, column, value, reason."""
    return [(found.sheet, found.row, found.column, found.value, found.reason) for found in findings]


def changed(table, row, **cells):
    tables = small_programme()
    tables[table][row].update(cells)
    return tables


def extended(table, *rows):
    tables = small_programme()
    tables[table] += rows
    return tables


def test_small_programme_is_loaded_without_warnings(engine, tmp_path):
    report = report_on(engine, tmp_path, small_programme())
    assert (report.refusals, report.warnings) == ((), ())
    assert set(report.tables) == {table.name for table in CONTRACT_TABLES}


@pytest.mark.parametrize(
    ("table", "row", "column", "value", "reason"),
    [
        ("source", 0, "published_on", "2014-13", "date"),
        ("enterprise", 0, "workers", "many", "number"),
        ("enterprise", 0, "workers", "100.5", "whole-number"),
        ("enterprise", 0, "workers", "-1", "negative"),
        ("enterprise", 0, "workers", "nan", "number"),
        ("enterprise", 0, "workers", "#DIV/0!", "excel-error"),
        ("enterprise", 0, "may_be_named", "perhaps", "yes-no"),
        ("enterprise", 0, "name_zh", "字" * 4001, "text-length"),
        ("enterprise", 0, "name_zh", "a\x07b", "control-character"),
        ("story", 0, "code", "", "required"),
        ("enterprise", 1, "sector", "textiles", "unknown-code"),
        ("enterprise", 1, "place", "999999", "unknown-code"),
        ("result", 1, "source", "s9", "unknown-code"),
        ("round_place", 0, "place", "x-nowhere", "unknown-code"),
        ("place", 0, "level", "village", "choice"),
        ("place", 0, "level", "", "required-choice"),
        ("indicator", 0, "better", "", "required-choice"),
        ("target", 0, "due_on", "", "required-date"),
        ("programme", 0, "as_of", "", "required-date"),
        ("place", 1, "latitude", "91", "coordinates"),
        ("story", 0, "code", "ST 1", "code"),
        ("training", 0, "women", "11", "women"),
        ("training", 0, "managers", "-4", "negative"),
        ("event", 0, "women", "13", "women"),
        ("enterprise", 0, "workers_women", "101", "women"),
        ("target", 0, "women_percent", "101", "percent-range"),
        ("training", 0, "satisfaction", "101", "percent-range"),
        ("result", 0, "before", "100.5", "percent-range"),
        ("result", 0, "after", "-1", "percent-range"),
        ("result", 0, "change_percent", "-22", "change-beside-levels"),
        ("result", 0, "months", "-1", "negative"),
        ("result", 0, "operator", "≈", "choice"),
        ("result", 1, "before", "0.5", "yes-no"),
        ("result", 0, "indicator", "", "required"),
        ("reported_figure", 0, "value", "-1", "negative"),
        ("reported_figure", 0, "value", "", "required"),
        ("reported_figure", 0, "scope", "m3", "choice"),
        ("training", 0, "completed_on", "2014-06-11", "order"),
        ("result", 0, "after_on", "2014-05", "order"),
        ("phase", 0, "ends_on", "2012", "order"),
        ("round", 0, "ended_on", "2014-05-31", "order"),
        ("event", 0, "ends_on", "2014-10-19", "order"),
        ("enrolment", 0, "left_on", "2014-04", "order"),
        ("training", 0, "assessed_on", "2014-06-11", "order"),
        ("training", 0, "dropped_on", "by 2014-05", "order"),
        ("event", 0, "starts_on", "2015-01-01", "future-event"),
        ("story", 0, "before_image", "missing.png", "image-missing"),
    ],
)  # fmt: skip
def test_cell_is_refused_with_its_position_and_value(engine, tmp_path, table, row, column, value, reason):
    tables = changed(table, row, **{column: value})
    if reason == "future-event":
        tables["event"][row]["ends_on"] = ""
    shown = re.sub(r"(?<=^.{80}).+", "…", value)
    report = report_on(engine, tmp_path, tables)
    assert spots(report.refusals) == [(f"{table}.csv", row + 2, column, shown, reason)]
    assert not report.loaded


@pytest.mark.parametrize("table", ["place", "partner"])
def test_parents_in_a_circle_are_refused_in_every_row_of_the_circle(engine, tmp_path, table):
    kind = {"level": "city"} if table == "place" else {"kind": "donor"}
    tables = small_programme()
    tables[table] = [
        {"code": code, "name_en": code, "parent": parent, **kind} for code, parent in ["ab", "bc", "ca", "da"]
    ]
    if table == "place":
        tables |= {"round_place": [], "target": []}
        tables["enterprise"][1]["place"] = ""
    else:
        tables |= {"round_partner": [], "event_partner": [], "trainer": [], "trainer_level": []}
    found = report_on(engine, tmp_path, tables).refusals
    assert spots(found) == [
        (f"{table}.csv", row, "parent", value, "cycle") for row, value in [(2, "b"), (3, "c"), (4, "a")]
    ]
    assert "a → b → c → a" in found[0].english


def test_parents_in_a_circle_over_stored_rows_are_refused(engine, tmp_path):
    assert load(engine, write_folder(tmp_path / "first", small_programme())).loaded
    later = [{"code": "x-cn", "name_en": "China", "level": "country", "parent": "510000"}]
    found = load(engine, write_folder(tmp_path / "later", {"place": later})).refusals
    assert spots(found) == [("place.csv", 2, "parent", "510000", "cycle")]


@pytest.mark.parametrize("table", [t.name for t in CONTRACT_TABLES if "name_en" in t.columns])
def test_row_without_a_name_is_refused(engine, tmp_path, table):
    tables = changed(table, 0, name_en="", name_zh=" ")
    assert [found.reason for found in report_on(engine, tmp_path, tables).refusals] == ["names"]


def test_duplicate_key_is_refused_at_the_second_row_and_names_the_first(engine, tmp_path):
    again = {"enterprise": "A ", "round": "", "module": "", "indicator": "team", "after": "yes"}
    tables = extended("result", {**again, "enterprise": "b"}, again)
    (found,) = report_on(engine, tmp_path, tables).refusals
    assert (found.sheet, found.row, found.column, found.reason) == ("result.csv", 4, "enterprise", "second-key")
    assert "Row 3 of result.csv" in found.english


def test_unreadable_key_is_not_treated_as_blank(engine, tmp_path):
    tables = extended("result", {"enterprise": "b", "round": "R 1", "indicator": "team"})
    assert spots(report_on(engine, tmp_path, tables).refusals) == [("result.csv", 4, "round", "R 1", "code")]


def test_unknown_columns_are_refused(engine, tmp_path):
    tables = changed("sector", 0, colour="red", name_precision="day")
    assert spots(report_on(engine, tmp_path, tables).refusals) == [
        ("sector.csv", 1, "colour", "colour", "unknown-column"),
        ("sector.csv", 1, "name_precision", "name_precision", "unknown-column"),
    ]


def test_duplicate_column_is_refused(engine, tmp_path):
    folder = write_folder(tmp_path / "in", small_programme())
    (folder / "sector.csv").write_text("code,name_en, Name_EN\nmachinery,M,N\n")
    assert spots(load(engine, folder).refusals) == [("sector.csv", 1, "name_en", "name_en", "second-column")]


def test_value_without_a_column_is_refused(engine, tmp_path):
    folder = write_folder(tmp_path / "in", small_programme())
    (folder / "sector.csv").write_text("code,name_en\nmachinery,M,234\n")
    assert spots(load(engine, folder).refusals) == [("sector.csv", 2, "", "234", "no-header")]


@pytest.mark.parametrize(
    ("table", "column"),
    [(t.name, c.name) for t in CONTRACT_TABLES for c in contract_columns(t) if c.info["required"]],
)
def test_missing_required_column_is_refused(engine, tmp_path, table, column):
    tables = small_programme()
    for row in tables[table]:
        del row[column]
    found = [each for each in report_on(engine, tmp_path, tables).refusals if each.sheet == f"{table}.csv"]
    assert (found[0].row, found[0].column, found[0].reason) == (1, column, "missing-column")
    assert {each.reason for each in found} == {"missing-column"}


def test_missing_code_column_does_not_make_references_to_it_unknown(engine, tmp_path):
    tables = small_programme()
    for row in tables["enterprise"]:
        del row["code"]
    assert [found.reason for found in report_on(engine, tmp_path, tables).refusals] == ["missing-column"]


def test_unreadable_file_does_not_make_references_to_it_unknown(engine, tmp_path):
    folder = write_folder(tmp_path / "in", small_programme())
    (folder / "enterprise.csv").write_text('code,name_en\n"a,A\n')
    assert [found.reason for found in load(engine, folder).refusals] == ["broken-csv"]


def test_unknown_table_is_refused(engine, tmp_path):
    tables = {**small_programme(), "factories": [{"code": "a"}]}
    assert spots(report_on(engine, tmp_path, tables).refusals) == [("factories.csv", None, "", "", "unknown-table")]


def test_duplicate_table_is_refused(engine, tmp_path):
    folder = write_folder(tmp_path / "in", small_programme())
    (folder / "SECTOR.csv").write_text("code,name_en\nfood,Food\n")
    assert [found.reason for found in load(engine, folder).refusals] == ["second-sheet"]


def test_all_refusals_are_reported_at_once_in_file_order(engine, tmp_path):
    tables = changed("enterprise", 0, workers="many", may_be_named="perhaps", place="999999")
    tables["enterprise"][1]["workers"] = "-1"
    tables["training"][0]["completed_on"] = "2014-06-11"
    assert spots(report_on(engine, tmp_path, tables).refusals) == [
        ("enterprise.csv", 2, "may_be_named", "perhaps", "yes-no"),
        ("enterprise.csv", 2, "workers", "many", "number"),
        ("enterprise.csv", 2, "place", "999999", "unknown-code"),
        ("enterprise.csv", 3, "workers", "-1", "negative"),
        ("training.csv", 2, "completed_on", "2014-06-11", "order"),
    ]


@pytest.mark.parametrize(
    ("workshop_on", "completed_on", "refused"),
    [
        ("2014-06-15", "2014-06", False), ("2014-06", "2014-06-01", False), ("2014-06-15", "2014", False),
        ("2014-06-15", "2014-05", True), ("2014-06", "2013", True), ("2015", "2014-12-31", True),
        ("2014-06-15", "2014-06-14", True), ("2014-06-15", "2014-06-15", False), ("", "2014-06", False),
        ("by 2014-12", "2014-06-14", False), ("2014-06-15", "by 2014-06", False), ("2014-06-15", "by 2014-05", True),
    ],
)  # fmt: skip
def test_dates_that_no_reading_of_their_precision_can_order_are_refused(
    engine, tmp_path, workshop_on, completed_on, refused
):
    tables = changed("training", 0, workshop_on=workshop_on, completed_on=completed_on)
    reasons = [found.reason for found in report_on(engine, tmp_path, tables).refusals]
    assert reasons == (["order"] if refused else [])


@pytest.mark.parametrize(
    ("as_of", "status", "starts_on", "ends_on", "refused"),
    [
        ("2014-12-31", "held", "2015-01-01", "", True), ("2014-12-31", "planned", "2015-01-01", "", False),
        ("2014-12-31", "cancelled", "2015-01-01", "", False), ("2014-12-31", "held", "2014-12-31", "2015-01-02", False),
        ("2014-12-31", "held", "", "2015-01-02", True), ("2014-12-31", "held", "", "", False),
        ("2014-12", "held", "2014-12-31", "", False), ("2014", "held", "2014-12-31", "", False),
        ("2014-06-15", "held", "2014-06", "", False), ("2014-06-15", "held", "2014-07", "", True),
        ("2014-06-15", "held", "by 2014-12", "", False), ("by 2014-06", "held", "2014-07-01", "", True),
    ],
)  # fmt: skip
def test_held_event_after_the_as_of_date_is_refused(engine, tmp_path, as_of, status, starts_on, ends_on, refused):
    tables = changed("event", 0, status=status, starts_on=starts_on, ends_on=ends_on)
    tables["programme"][0]["as_of"] = as_of
    reasons = [found.reason for found in report_on(engine, tmp_path, tables).refusals]
    assert reasons == (["future-event"] if refused else [])


@pytest.mark.parametrize(("public", "refused"), [("yes", True), ("no", False)])
def test_source_without_a_date_is_refused_in_a_public_record(engine, tmp_path, public, refused):
    tables = changed("source", 0, published_on="")
    tables["programme"][0]["public"] = public
    found = report_on(engine, tmp_path, tables).refusals
    assert spots(found) == ([("source.csv", 2, "published_on", "", "undated-source")] if refused else [])


def test_result_whose_after_is_certainly_before_its_before_is_refused(engine, tmp_path):
    dates = {"before_on": "2014-07", "after_on": "by 2014-06"}
    assert [each.reason for each in report_on(engine, tmp_path, changed("result", 0, **dates)).refusals] == ["order"]


def test_target_without_a_date_and_indicator_without_a_direction_are_told_what_to_write(engine, tmp_path):
    tables = changed("target", 0, due_on="")
    tables["indicator"][0]["better"] = ""
    direction, date = report_on(engine, tmp_path, tables).refusals
    assert "by 2014-09" in date.english
    assert "截至2014-09" in date.chinese
    assert "up, down, context" in direction.english
    assert "up, down, context" in direction.chinese


@pytest.mark.parametrize(
    ("table", "earlier", "later"),
    [
        ("enrolment", {"recruited_on": "", "baseline_on": "2014-05"}, {"left_on": "by 2014-04"}),
        ("training", {"assessed_on": "2014-09-03"}, {"completed_on": "2014-09-02"}),
        ("target", {"baseline_on": "2016"}, {"due_on": "2015-12"}),
    ],
)
def test_steps_of_a_row_are_refused_only_in_the_wrong_order(engine, tmp_path, table, earlier, later):
    tables = changed(table, 0, **earlier, **later)
    assert [each.reason for each in report_on(engine, tmp_path, tables).refusals] == ["order"]
    tables[table][0].update(dict.fromkeys(later, "2016"))
    assert not report_on(engine, tmp_path, tables).refusals


def test_held_event_is_checked_against_the_stored_as_of_date_if_the_file_has_none(engine, tmp_path):
    assert load(engine, write_folder(tmp_path / "first", small_programme())).loaded
    later = [{"code": "e2", "name_en": "Launch", "kind": "launch", "status": "held", "starts_on": "2015"}]
    found = load(engine, write_folder(tmp_path / "later", {"event": later})).refusals
    assert spots(found) == [("event.csv", 2, "starts_on", "2015", "future-event")]


@pytest.mark.parametrize(("managers", "workers"), [("", 6), (4, ""), ("", "")])
def test_women_are_not_compared_with_an_unknown_total(engine, tmp_path, managers, workers):
    tables = changed("training", 0, managers=managers, workers=workers, women=50)
    assert not report_on(engine, tmp_path, tables).refusals


@pytest.mark.parametrize("levels", [{"before": 5}, {"after": 5}])
def test_change_percent_with_one_level_is_refused(engine, tmp_path, levels):
    row = {"enterprise": "b", "indicator": "savings", "change_percent": 10, **levels}
    assert [f.reason for f in report_on(engine, tmp_path, extended("result", row)).refusals] == ["change-beside-levels"]


def test_change_percent_alone_is_accepted(engine, tmp_path):
    row = {"enterprise": "b", "indicator": "savings", "change_percent": "-12.5 %"}
    assert not report_on(engine, tmp_path, extended("result", row)).refusals


def test_level_of_a_count_below_zero_is_refused_and_of_money_accepted(engine, tmp_path):
    rows = [{"enterprise": "b", "indicator": code, "before": -2, "after": -1} for code in ("ideas", "savings")]
    assert spots(report_on(engine, tmp_path, extended("result", *rows)).refusals) == [
        ("result.csv", 4, "before", "-2", "negative"),
        ("result.csv", 4, "after", "-1", "negative"),
    ]


def test_level_of_an_unknown_indicator_is_refused_only_for_the_indicator(engine, tmp_path):
    rows = [{"enterprise": "b", "indicator": "mystery", "before": "no", "after": 7}]
    assert [f.reason for f in report_on(engine, tmp_path, extended("result", *rows)).refusals] == ["unknown-code"]


def test_second_programme_is_refused(engine, tmp_path):
    second = {"code": "other", "name_en": "Other", "as_of": "2014", "synthetic": "no", "public": "no"}
    assert spots(report_on(engine, tmp_path, extended("programme", second)).refusals) == [
        ("programme.csv", 3, "code", "other", "second-programme")
    ]


def test_new_database_without_a_programme_is_refused(engine, tmp_path):
    tables = small_programme()
    del tables["programme"]
    assert spots(report_on(engine, tmp_path, tables).refusals) == [("in", None, "", "", "no-programme")]


def test_programme_other_than_the_stored_one_is_refused(engine, tmp_path):
    assert load(engine, write_folder(tmp_path / "first", small_programme())).loaded
    tables = {"programme": changed("programme", 0, code="other")["programme"]}
    (found,) = load(engine, write_folder(tmp_path / "later", tables)).refusals
    assert (found.reason, found.value) == ("other-programme", "other")
    assert "demo" in found.english


@pytest.mark.parametrize(
    "name", ["../secret.png", "a/b.png", "a\\b.png", ".hidden.png", "a.gif", "a", "a" * 198 + ".png"]
)
def test_image_name_that_is_not_a_plain_file_name_is_refused(engine, tmp_path, name):
    Image.new("RGB", (2, 2)).save(tmp_path / "secret.png")
    tables = changed("story", 0, after_image=name)
    assert [found.reason for found in report_on(engine, tmp_path, tables).refusals] == ["image-name"]


def test_image_whose_content_matches_its_extension_is_accepted(engine, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    Image.new("RGB", (8, 8)).save(folder / "before.png")
    Image.new("RGB", (8, 8)).save(folder / "车间 after.JPG", format="JPEG")
    tables = changed("story", 0, before_image="before.png", after_image="车间 after.JPG")
    assert not report_on(engine, tmp_path, tables).refusals


@pytest.mark.parametrize("trick", ["other format", "text", "cut short", "empty"])
def test_image_whose_content_differs_from_its_extension_is_refused(engine, tmp_path, trick):
    folder = tmp_path / "in"
    folder.mkdir()
    path = folder / "before.jpg"
    Image.effect_noise((64, 64), 50).save(path, format="PNG" if trick == "other format" else "JPEG")
    content = path.read_bytes()
    path.write_bytes({"text": b"hello", "cut short": content[: len(content) // 2], "empty": b""}.get(trick, content))
    found = report_on(engine, tmp_path, changed("story", 0, before_image="before.jpg")).refusals
    assert spots(found) == [("story.csv", 2, "before_image", "before.jpg", "image-kind")]


def test_too_large_image_is_refused(engine, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    Image.new("1", (8000, 7000)).save(folder / "before.png")
    tables = changed("story", 0, before_image="before.png")
    assert [found.reason for found in report_on(engine, tmp_path, tables).refusals] == ["image-size"]


def pairs_of(indicator, changes):
    """A programme with one trained enterprise per change, and no other results."""
    tables = small_programme()
    tables["enterprise"] = [{"code": f"e{i}", "name_en": f"E{i}"} for i in range(len(changes))]
    tables["training"] = [{"enterprise": f"e{i}", "round": "r1", "module": "m1"} for i in range(len(changes))]
    tables["result"] = [
        {"enterprise": f"e{i}", "indicator": indicator, "before": 1000, "after": 1000 + change, "operator": "="}
        for i, change in enumerate(changes)
    ]
    return {**tables, "enrolment": [], "story": []}


def test_outlier_among_eight_pairs_gives_a_warning(engine, tmp_path):
    report = report_on(engine, tmp_path, pairs_of("savings", [1, 2, 3, 4, 5, 6, 7, 500]))
    assert spots(report.warnings) == [("result.csv", 9, "after", "1500", "outlier")]
    assert not report.refusals
    assert "500" in report.warnings[0].english
    assert "4.5" in report.warnings[0].chinese


def test_outlier_among_seven_pairs_gives_no_warning(engine, tmp_path):
    assert not report_on(engine, tmp_path, pairs_of("savings", [1, 2, 3, 4, 5, 6, 500])).warnings


def test_outliers_are_detected_only_among_pairs(engine, tmp_path):
    tables = pairs_of("savings", [1, 2, 3, 4, 5, 6, 7, 500])
    tables["result"][0]["operator"] = "~"
    assert not report_on(engine, tmp_path, tables).warnings


def test_outliers_are_detected_among_new_and_stored_pairs(engine, tmp_path):
    changes = [1, 2, 3, 4, 5, 6, 7, 8]
    assert load(engine, write_folder(tmp_path / "first", pairs_of("savings", changes))).loaded
    row = {"enterprise": "e0", "indicator": "savings", "before": 1000, "after": 1500}
    report = load(engine, write_folder(tmp_path / "later", {"result": [row]}), dry_run=True)
    assert [found.reason for found in report.warnings] == ["outlier"]
    assert "other 7" in report.warnings[0].english  # the stored row it replaces is not counted as well


def test_practice_gained_by_one_of_many_is_not_an_outlier(engine, tmp_path):
    tables = pairs_of("team", [0] * 8)
    for number, row in enumerate(tables["result"]):
        row.update(before="no", after="no" if number else "yes")
    assert not report_on(engine, tmp_path, tables).warnings


@given(st.lists(st.floats(-1e6, 1e6), min_size=8), st.floats(0.5, 4), st.floats(-100, 100))
def test_modified_z_scores_do_not_depend_on_unit_or_origin(changes, scale, shift):
    changes = [round(change, 3) for change in changes]
    moved = modified_z_scores([scale * change + shift for change in changes])
    for score, other in zip(modified_z_scores(changes), moved, strict=True):
        # If the deviation is close to zero, floating-point rounding decides whether it is zero.
        assert score == pytest.approx(other, rel=1e-3, abs=1e-3) or min(score, other) == 0 or scale * 1e-3 < 1e-6


@pytest.mark.parametrize(
    ("changes", "scores"),
    [
        ([5] * 8, [0] * 8),
        ([1, 2, 3, 4, 5], [0.6745 * 2, 0.6745, 0, 0.6745, 0.6745 * 2]),
        ([0] * 9 + [10], [0] * 9 + [10 / 1.253314]),
    ],
)
def test_modified_z_scores_equal_values_computed_by_hand(changes, scores):
    assert modified_z_scores(changes) == pytest.approx(scores)


@pytest.mark.parametrize(
    ("row", "warned"),
    [
        ({"indicator": "savings", "before": 10, "after": 21}, True),
        ({"indicator": "savings", "before": 10, "after": 20}, False),
        ({"indicator": "savings", "before": 10, "after": -1}, True),
        ({"indicator": "savings", "before": -10, "after": 1}, True),
        ({"indicator": "savings", "before": 0, "after": 1000}, False),
        ({"indicator": "savings", "before": 10, "after": 21, "operator": ">"}, False),
        ({"indicator": "savings", "change_percent": 101}, True),
        ({"indicator": "savings", "change_percent": -100}, False),
        ({"indicator": "savings", "change_percent": -101, "operator": "~"}, True),
    ],
)
def test_change_of_more_than_100_percent_gives_a_warning(engine, tmp_path, row, warned):
    report = report_on(engine, tmp_path, extended("result", {"enterprise": "a", **row}))
    assert [found.reason for found in report.warnings] == (["large-change"] if warned else [])
    assert not report.refusals


@pytest.mark.parametrize("visits", ["", 0])
def test_training_completed_without_a_visit_gives_a_warning(engine, tmp_path, visits):
    report = report_on(engine, tmp_path, changed("training", 0, visits_done=visits))
    assert [(found.row, found.reason) for found in report.warnings] == [(2, "no-visit")]


def test_enterprise_with_results_but_no_training_gives_one_warning(engine, tmp_path):
    rows = [{"enterprise": "c", "indicator": code, "after": 1} for code in ("savings", "ideas")]
    tables = extended("result", *rows)
    tables["enterprise"].append({"code": "c", "name_en": "C"})
    assert spots(report_on(engine, tmp_path, tables).warnings) == [("result.csv", 4, "enterprise", "c", "no-training")]


def test_enterprise_with_a_stored_training_gives_no_warning(engine, tmp_path):
    assert load(engine, write_folder(tmp_path / "first", small_programme())).loaded
    later = {"result": [{"enterprise": "b", "indicator": "ideas", "after": 1}]}
    assert not load(engine, write_folder(tmp_path / "later", later)).warnings


def test_every_reason_has_a_sentence_in_both_languages_with_equal_placeholders():
    for english, chinese in SENTENCES.values():
        assert sorted(re.findall(r"{(\w+)}", english)) == sorted(re.findall(r"{(\w+)}", chinese))
        assert re.search("[\u4e00-\u9fff]", chinese)
        assert not re.search("[\u4e00-\u9fff]", english.replace("是 or 否", ""))
        assert english.endswith(".")
        assert chinese.endswith("。")


def test_every_sentence_is_used_and_every_problem_has_a_sentence():
    """A reason without sentences would otherwise fail only for a user's file."""
    modules = [path for path in Path("data/loading").rglob("*.py") if path.name != "reasons.py"]
    source = "".join(path.read_text("utf-8") for path in modules)
    assert [reason for reason in SENTENCES if f'"{reason}"' not in source] == []
    raised = set(re.findall(r'(?:Unfit|Unread|LoadProblem)\(\s*"([a-z-]+)"', source))
    assert len(raised) > 20
    assert raised <= set(SENTENCES)


def test_small_programme_has_every_kind_of_column():
    """Otherwise the tests above would not cover every reader."""
    kinds = {t.columns[name].info["kind"] for t in CONTRACT_TABLES for row in small_programme()[t.name] for name in row}
    assert kinds == set(Kind) - {Kind.PERCENT, Kind.IMAGE}
