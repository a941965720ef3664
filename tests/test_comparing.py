"""Changes between two states of the record, counted by hand: new results and corrections."""

import copy
import csv
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from programme import PROGRAMME, Row, Tables, load_rows

from data.editions.frozen_copies import freeze
from data.editions.record_changes import CSV_COLUMNS, Cell, Change, Comparison, Kind, changes, compare, csv_lines
from data.filters import Filters
from data.privacy.viewer import MANAGER
from data.records import Record, Records
from data.storage.database import DatabaseProblem, writing_engine
from data.storage.schema import CONTRACT_TABLES, contract_columns

Changing = Callable[[Tables], None]


@pytest.fixture
def record(tmp_path: Path) -> Callable[[Tables], Record]:
    """Creates a record from rows."""
    made: list[Record] = []

    def make(rows: Tables) -> Record:
        address = f"sqlite:///{tmp_path}/{len(made)}.db"
        engine = writing_engine(address)
        load_rows(engine, rows)
        engine.dispose()
        made.append(Record(address))
        return made[-1]

    return make


@pytest.fixture
def changed(record) -> Callable[[Changing], list[Change]]:
    """The reported changes after a change of the small programme."""

    def reported_changes(change: Changing) -> list[Change]:
        rows = copy.deepcopy(PROGRAMME)
        change(rows)
        return between(record(PROGRAMME), record(rows))

    return reported_changes


def between(before: Record, after: Record) -> list[Change]:
    with before.view(MANAGER, Filters()) as was, after.view(MANAGER, Filters()) as now:
        return list(changes(was.connection, now.connection))


def compared(before: Record, after: Record, most: int = 100) -> Comparison:
    with before.view(MANAGER, Filters()) as was, after.view(MANAGER, Filters()) as now:
        return compare(was, now, most)


def row(rows: Tables, table: str, **where: object) -> Row:
    (reported_changes,) = (
        each for each in rows[table] if all(each.get(name) == value for name, value in where.items())
    )
    return reported_changes


def test_identical_records_have_no_changes(record):
    before, after = record(PROGRAMME), record(PROGRAMME)
    assert between(before, after) == []
    assert compared(before, after).tables == ()


def test_loading_order_of_rows_is_not_a_change(changed):
    assert changed(lambda rows: [each.reverse() for each in rows.values()]) == []


def test_added_row_is_new_with_all_its_values(changed):
    def change(rows: Tables) -> None:
        rows["training"].append(
            {"enterprise": "f", "round": "r2", "module": "m2", "workshop_on": date(2015, 1, 9), "workers": 0}
        )

    assert changed(change) == [
        Change(
            "training", ("f", "r2", "m2"), Kind.NEW_ROW,
            (Cell("workshop_on", None, date(2015, 1, 9)), Cell("workers", None, 0)),
        )
    ]  # fmt: skip


def test_added_row_with_only_a_key_is_new_without_values(changed):
    reported_changes = changed(lambda rows: rows["round_place"].append({"round": "r3", "place": "370200"}))
    assert reported_changes == [Change("round_place", ("r3", "370200"), Kind.NEW_ROW, ())]


def test_filled_blank_cell_is_a_new_result(changed):
    reported_changes = changed(lambda rows: row(rows, "enterprise", code="c").update(workers=75))
    assert reported_changes == [Change("enterprise", ("c",), Kind.NEW_VALUE, (Cell("workers", None, 75),))]


def test_changed_known_value_is_a_correction(changed):
    reported_changes = changed(lambda rows: row(rows, "result", enterprise="b", indicator="defects").update(after=1.5))
    assert reported_changes == [
        Change("result", ("b", "r1", "m1", "defects"), Kind.CORRECTED, (Cell("after", 2.0, 1.5),))
    ]


@pytest.mark.parametrize("blank", [None, ""])
def test_blanked_value_is_a_withdrawal(changed, blank):
    reported_changes = changed(lambda rows: row(rows, "enterprise", code="a").update(name_zh=blank))
    assert reported_changes == [
        Change("enterprise", ("a",), Kind.WITHDRAWN_VALUE, (Cell("name_zh", "Enterprise A（中）", None),))
    ]


def test_removed_row_is_a_withdrawal_of_all_its_values(changed):
    reported_changes = changed(
        lambda rows: rows["result"].remove(row(rows, "result", enterprise="g", indicator="output"))
    )
    assert reported_changes == [
        Change(
            "result", ("g", "r2", "", "output"), Kind.WITHDRAWN_ROW,
            (Cell("after", 5.0, None), Cell("operator", "=", None), Cell("source", "sheet", None)),
        )
    ]  # fmt: skip


def test_zero_and_no_are_known_values(changed):
    def change(rows: Tables) -> None:
        row(rows, "training", enterprise="d", module="m1").update(visits_done=None)
        row(rows, "enterprise", code="b").update(may_be_named=False)

    assert [(each.kind, each.cells) for each in changed(change)] == [
        (Kind.NEW_VALUE, (Cell("may_be_named", None, False),)),
        (Kind.WITHDRAWN_VALUE, (Cell("visits_done", 0, None),)),
    ]


def test_row_with_a_correction_and_a_new_value_counts_as_both(changed):
    reported_changes = changed(
        lambda rows: row(rows, "training", enterprise="b", module="m1").update(
            managers=2, completed_on=date(2014, 12, 1), women=None
        )
    )
    assert [(each.kind, each.cells[0].column) for each in reported_changes] == [
        (Kind.NEW_VALUE, "completed_on"),
        (Kind.CORRECTED, "managers"),
        (Kind.WITHDRAWN_VALUE, "women"),
    ]


def test_changed_code_is_a_different_row(changed):
    def change(rows: Tables) -> None:
        row(rows, "reported_figure", code="undated")["code"] = "dated"

    assert [(each.key, each.kind) for each in changed(change)] == [
        (("dated",), Kind.NEW_ROW),
        (("undated",), Kind.WITHDRAWN_ROW),
    ]


def test_row_is_identified_by_dates_and_blank_cells_in_its_key(record):
    target = {"indicator": "reach", "due_on": date(2014, 12, 31), "value": 30.0}
    later = target | {"due_on": date(2015, 12, 31), "value": 60.0}
    before = record(PROGRAMME | {"target": [target]})
    after = record(PROGRAMME | {"target": [later, target | {"value": 0.0}]})
    assert between(before, after) == [
        Change("target", ("reach", "", date(2014, 12, 31), ""), Kind.CORRECTED, (Cell("value", 30.0, 0.0),)),
        Change("target", ("reach", "", date(2015, 12, 31), ""), Kind.NEW_ROW, (Cell("value", None, 60.0),)),
    ]


def test_change_of_the_record_date_is_neither_a_new_result_nor_a_correction(changed):
    assert changed(lambda rows: rows["programme"][0].update(as_of=date(2015, 3, 1))) == []


@pytest.mark.parametrize("side", ["before", "after"])
def test_codes_are_matched_in_any_database_sort_order(record, side):
    """Hyphen, digits, letters and Chinese: most databases sort them differently from their code points."""
    sectors = [{"code": code} for code in ("a-b", "a1", "ab", "a-c", "ac", "b", "服装", "é")]
    full, fewer = record(PROGRAMME | {"sector": sectors}), record(PROGRAMME | {"sector": sectors[::2]})
    reported_changes = between(*((fewer, full) if side == "after" else (full, fewer)))
    assert {each.key[0] for each in reported_changes} == {each["code"] for each in sectors[1::2]}
    assert {each.kind for each in reported_changes} == {Kind.NEW_ROW if side == "after" else Kind.WITHDRAWN_ROW}


def test_changes_are_sorted_by_table_then_key_then_column(changed):
    def change(rows: Tables) -> None:
        for table in ("enterprise", "training", "sector"):
            for each in rows[table]:
                each.update(
                    {"name_zh": "新", "name_en": "New"} if table != "training" else {"note": "New", "women": 99}
                )

    reported_changes = changed(change)
    tables = [table.name for table in CONTRACT_TABLES]
    columns = {table.name: [column.name for column in contract_columns(table)] for table in CONTRACT_TABLES}
    places = [
        (tables.index(each.table), each.key, columns[each.table].index(each.cells[0].column))
        for each in reported_changes
    ]
    assert places == sorted(places)
    assert len(reported_changes) == 2 * (10 + 2 + len(PROGRAMME["training"]))


def test_comparison_counts_all_changes_and_lists_the_first_ones(record):
    rows = copy.deepcopy(PROGRAMME)
    for each in rows["enterprise"]:
        each["workers"] = (each["workers"] or 0) + 1
    rows["training"] = rows["training"][2:]
    reported_changes = compared(record(PROGRAMME), record(rows), most=3)
    assert [(each.table, each.new_count, each.correction_count) for each in reported_changes.tables] == [
        ("enterprise", 2, 8),
        ("training", 0, 2),
    ]
    (enterprises, trainings) = reported_changes.tables
    assert enterprises.counts == {Kind.NEW_VALUE: 2, Kind.CORRECTED: 8}
    assert [each.key[0] for each in enterprises.new] == ["c", "g"]
    assert [each.key[0] for each in enterprises.corrections] == ["a", "b", "d"]
    assert trainings.counts == {Kind.WITHDRAWN_ROW: 2}


def test_comparison_gives_headline_numbers_of_both_records(record):
    rows = copy.deepcopy(PROGRAMME)
    row(rows, "enterprise", code="a").update(workers=110)
    for each in rows["training"]:
        each.update(women=None)
    headlines = {
        each.headline: (each.before, each.after) for each in compared(record(PROGRAMME), record(rows)).headlines
    }
    assert headlines["enterprises"] == (9, 9)
    before, after = headlines["workers_reached"]
    assert after == before + 10
    assert headlines["women_trained"][0] > 0
    assert headlines["women_trained"][1] is None, "not on record is not 0"


def test_every_row_is_new_compared_with_a_record_of_only_the_programme(record):
    bare = {name: rows if name == "programme" else [] for name, rows in PROGRAMME.items()}
    reported_changes = compared(record(bare), record(PROGRAMME))
    assert {each.table: each.counts for each in reported_changes.tables} == {
        name: {Kind.NEW_ROW: len(rows)} for name, rows in PROGRAMME.items() if name != "programme"
    }


def test_edition_is_compared_with_the_current_record(tmp_path, record):
    address = str(record(PROGRAMME).engine.url.database).removeprefix("file:")
    records = Records(f"sqlite:///{address}", tmp_path / "editions")
    freeze(records.live.engine, "NTAC 6", records.folder)
    assert between(records.edition("NTAC 6"), records.live) == []
    writing = writing_engine(f"sqlite:///{address}")
    with writing.begin() as connection:
        connection.exec_driver_sql("UPDATE enterprise SET workers = 51 WHERE code = 'b'")
    writing.dispose()
    assert between(records.edition("NTAC 6"), records.live) == [
        Change("enterprise", ("b",), Kind.CORRECTED, (Cell("workers", 50, 51),))
    ]


def test_record_of_another_schema_is_not_compared(record):
    good, other = record(PROGRAMME), record(PROGRAMME)
    writing = writing_engine(f"sqlite:///{str(other.engine.url.database).removeprefix('file:')}")
    with writing.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE training DROP COLUMN women")
    writing.dispose()
    with pytest.raises(DatabaseProblem, match="schema"):
        between(good, other)


def test_csv_has_one_line_per_cell_with_values_as_in_the_sheets():
    reported_changes = [
        Change("round_place", ("r3", "370200"), Kind.NEW_ROW, ()),
        Change("enterprise", ("c",), Kind.NEW_VALUE, (Cell("may_be_named", None, True),)),
        Change(
            "result", ("g", "r2", "", "output"), Kind.WITHDRAWN_ROW,
            (Cell("after", 0.1 + 0.2, None), Cell("after_on", date(2014, 6, 1), None), Cell("note", 'a "b",\nc', None)),
        ),
    ]  # fmt: skip
    header, *lines = csv.reader("".join(csv_lines(reported_changes)).splitlines(keepends=True))
    assert tuple(header) == CSV_COLUMNS == ("table", "key", "column", "before", "after", "kind")
    assert lines == [
        ["round_place", "r3/370200", "", "", "", "new-row"],
        ["enterprise", "c", "may_be_named", "", "yes", "new-value"],
        ["result", "g/r2//output", "after", "0.3", "", "withdrawn-row"],
        ["result", "g/r2//output", "after_on", "2014-06-01", "", "withdrawn-row"],
        ["result", "g/r2//output", "note", 'a "b",\nc', "", "withdrawn-row"],
    ]
