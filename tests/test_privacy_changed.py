"""The number of enterprises that changed between two states of the record, as seen by a reader of both."""

import copy
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from programme import PROGRAMME, Tables, load_rows

from data.links import link_editions
from data.links.link_terms import Terms, scope_of
from data.privacy.changed import changed_enterprises
from data.privacy.viewer import Scope
from data.records import Record
from data.storage.database import writing_engine

Changing = Callable[[Tables], None]
EVERYTHING = Scope()


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
def changed(record) -> Callable[..., int]:
    """The number of changed enterprises in a scope after a change of the small programme."""

    def counted(change: Changing, scope: str = "") -> int:
        rows = copy.deepcopy(PROGRAMME)
        change(rows)
        within = Terms(scope=scope_of(scope)).viewer().scope
        before, after = (link_editions.facts(record(each), within) for each in (PROGRAMME, rows))
        back = changed_enterprises(after, before)
        there = changed_enterprises(before, after)
        assert there == back, "it does not matter from which one looks"
        return there

    return counted


def put(table: str, at: int, **columns: object) -> Changing:
    """A change of one row."""

    def change(rows: Tables) -> None:
        rows[table][at] |= columns

    return change


def test_copy_of_a_record_has_no_changed_enterprises(changed):
    assert changed(lambda _rows: None) == 0


def test_row_order_and_new_codes_change_no_enterprise(changed):
    def shuffle(rows: Tables) -> None:
        for name in ("enterprise", "enrolment", "training", "result"):
            rows[name].reverse()
        # New codes before, between and after the known ones: positions change, the meaning does not.
        for table in ("sector", "module", "indicator"):
            known = rows[table][0]
            extra = {"position": 9} if table == "module" else {}
            rows[table].insert(0, known | {"code": "0", "name_en": "First"} | extra)
        rows["place"].append(dict(rows["place"][1], code="110000"))
        rows["round"].insert(0, dict(rows["round"][2], code="r0", number=9))
        rows["enterprise"].insert(0, dict(rows["enterprise"][0], code="0"))

    assert changed(shuffle) == 0, "an enterprise in no round is in no scope either"


@pytest.mark.parametrize(
    "change",
    [
        put("training", 3, completed_on=date(2013, 9, 1)),
        put("training", 3, workshop_on=date(2013, 3, 11)),
        put("training", 3, visits_done=2),
        put("training", 3, women=0),
        put("training", 3, dropped_on=date(2014, 1, 1)),
        put("enrolment", 1, left_on=date(2014, 1, 1)),
        put("enterprise", 1, sector="garments"),
        put("enterprise", 1, place="310000"),
        put("result", 2, after=3),
        put("result", 2, operator="<"),
        lambda rows: rows["result"].pop(2),
        lambda rows: rows["training"].pop(3),
        lambda rows: rows["training"].append(rows["training"][3] | {"module": "m2"}),
        lambda rows: rows["result"].append(rows["result"][2] | {"indicator": "output"}),
    ],
)
def test_changed_enterprise_counts_only_in_its_own_scope(changed, change):
    assert changed(change) == 1
    assert changed(change, "round=r1") == 1
    assert changed(change, "round=r2") == 0


def test_rows_swapped_between_two_enterprises_count_as_two_changes(changed):
    def swap(rows: Tables) -> None:
        rows["training"][3]["enterprise"], rows["training"][7]["enterprise"] = "d", "b"

    assert changed(swap) == 2


def test_added_or_removed_enterprise_counts_as_changed(changed):
    def leave(rows: Tables) -> None:
        for name in ("enrolment", "training", "result"):
            rows[name] = [row for row in rows[name] if row["enterprise"] != "b"]

    assert changed(leave) == 1
    assert changed(leave, "partner=fed") == 1
    # Enrolled in another round: removed from one, added to the other, and one change in both together.
    assert changed(put("enrolment", 2, round="r2")) == 1
    assert changed(put("enrolment", 2, round="r2"), "round=r1") == 1
    assert changed(put("enrolment", 2, round="r2"), "round=r2") == 1


@pytest.mark.parametrize(
    "change",
    [
        put("training", 1, source="report"),
        put("enterprise", 1, workers=51, name_en="Renamed"),
        put("training", 0, completed_on=date(2013, 6, 1)),
        put("result", 4, after=4),  # measured after the record date
        put("training", 15, workers=9),  # of an enterprise recruited later
        put("training", 9, due_on=date(2015, 4, 1)),  # planned later, and not due either way
        lambda rows: [
            row.update(due_on=None, due_on_precision=None)
            for row in rows["training"]
            if row.get("completed_on") and row["completed_on"] < date(2014, 1, 1)
        ],  # completed: due or not
    ],
)
def test_change_that_no_count_shows_is_not_counted(changed, change):
    assert changed(change) == 0


def test_later_record_date_changes_enterprises_with_newly_visible_facts(changed):
    """At the end of March 2015 j is recruited and trained, e measured again; f and a (in r2) are due."""
    assert changed(put("programme", 0, as_of=date(2015, 3, 31))) == len("aefj")
    assert changed(put("programme", 0, as_of=date(2015, 1, 15))) == 0
