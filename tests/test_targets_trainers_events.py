"""Targets, trainers and events of a programme small enough to count by hand, and access to them."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from programme import PROGRAMME, Tables, load_rows, with_more

from data.catalogue import read_catalogue
from data.engine.precision import first_day, last_day, slip
from data.exhibits import build, capacity, more
from data.exhibits.targets import Actual, attainment, state
from data.filters import Filters
from data.links.link_terms import Terms
from data.privacy.shown import Withheld
from data.privacy.viewer import MANAGER, Viewer
from data.storage.database import writing_engine
from data.view import View

pytestmark = pytest.mark.both_databases


def event(code: str, kind: str, state: str, name: str, **columns: Any) -> dict[str, Any]:
    return {"code": code, "kind": kind, "status": state, "name_en": name, "source": "sheet", **columns}


def figure(code: str, value: float, as_of: date | None = None, **columns: Any) -> dict[str, Any]:
    base = {"code": code, "indicator": "reach", "place": "370200", "value": value, "as_of": as_of, "operator": "="}
    return {**base, "source": "report", **columns}


TABLES: Tables = PROGRAMME | {
    "phase": [
        *({**row, "ends_on": date(2013, 12, 31)} for row in PROGRAMME["phase"][:1]),
        *PROGRAMME["phase"][1:],
    ],
    "target": [
        {"indicator": "reach", "place": "370200", "due_on": date(2013, 12, 1), "due_on_precision": "month",
         "scope": "", "value": 40, "source": "sheet"},
        {"indicator": "reach", "place": "370200", "due_on": date(2015, 6, 1), "scope": "", "value": 100},
        {"indicator": "reach", "place": "370200", "due_on": date(2015, 6, 1), "scope": "m1", "value": 0},
        {"indicator": "defects", "place": "310000", "due_on": date(2014, 12, 31), "scope": "", "value": 0},
        {"indicator": "reach", "place": "310000", "due_on": date(2014, 12, 31), "scope": "", "value": 9},
    ],
    "reported_figure": [
        figure("reached-1", 30, date(2013, 6, 30)),
        figure("reached-2", 50, date(2014, 6, 30)),
        figure("reached-3", 70, date(2015, 1, 31)),  # after the record's own date
        figure("undated", 999),
        figure("first-module", 5, scope="m1"),
        figure("faults", 3, date(2014, 1, 1), indicator="defects", place="310000"),
        figure("more-than", 8, date(2014, 1, 1), place="310000", operator=">"),
    ],
    "trainer": [
        {"code": f"t{n}", "sex": sex, "organisation": organisation, "place": place, "source": "sheet"}
        for n, sex, organisation, place in (
            (1, "f", "fed-qd", "370200"), (2, "m", "fed-qd", "370200"), (3, "m", "fed", "310000"),
            (4, None, "buyer", None), (5, "m", "buyer", "310000"), (6, "f", None, "370200"),
        )
    ],
    "trainer_level": [
        *({"trainer": f"t{n}", "module": "m1", "level": "candidate"} for n in range(1, 7)),
        *({"trainer": f"t{n}", "module": "m1", "level": "certified", "reached_on": date(2014, 1, 1)} for n in (1, 2)),
        {"trainer": "t3", "module": "m1", "level": "certified", "reached_on": date(2015, 1, 1)},
        {"trainer": "t4", "module": "m2", "level": "expert"},
    ],
    "event": [
        event("opening", "launch", "held", "An opening", place="370200", round="r1",
              starts_on=date(2013, 2, 1)),
        event("tot", "tot", "held", "Training of trainers", module="m1", participants=6, women=2,
              starts_on=date(2014, 12, 30), ends_on=date(2015, 1, 2)),
        event("late", "visit", "held", "Held in 2015", starts_on=date(2015, 1, 5)),
        event("ended", "toe", "held", "Had ended by December", ends_on=date(2014, 12, 1), ends_on_precision="month"),
        event("next", "committee", "planned", "A meeting", starts_on=date(2015, 2, 1), starts_on_precision="month"),
        event("overdue", "seminar", "planned", "A seminar", starts_on=date(2014, 5, 1)),
        event("off", "workshop", "cancelled", "Cancelled", starts_on=date(2015, 3, 1)),
        event("some-day", "publication", "planned", "A handbook"),
        event("visit-to-enterprise-b", "visit", "held", "Visit to Enterprise B", round="r1", starts_on=date(2014, 1, 1),
              note="Enterprise B was glad."),
    ],
    "event_partner": [{"event": "tot", "partner": "fed"}, {"event": "opening", "partner": "buyer"}],
}  # fmt: skip


@pytest.fixture(scope="module")
def open_view(new_database: Callable[[], str]) -> Iterator[Any]:
    """The view a viewer has under filters."""
    yield from views(new_database(), TABLES)


@pytest.fixture(scope="module")
def larger(new_database: Callable[[], str]) -> Iterator[Any]:
    """The same with 60 more enterprises, so that a viewer with a threshold is shown it."""
    yield from views(new_database(), with_more(TABLES))


def reader(**terms: Any) -> Viewer:
    """A link viewer with a threshold."""
    return replace(Terms(**terms).viewer(), privacy_key=b"key")


def views(address: str, tables: Tables) -> Iterator[Any]:
    engine = writing_engine(address)
    load_rows(engine, tables)
    with engine.connect() as connection:
        catalogue = read_catalogue(connection)

        def view(search: str = "", viewer: Viewer = MANAGER) -> View:
            return View.open(connection, catalogue, viewer, Filters.from_search(search))

        yield view
    engine.dispose()


def rows(view: View, code: str) -> list[dict[str, Any]]:
    table = build(view, code).table
    return [dict(zip(table.columns, row, strict=True)) for row in table.itertuples(index=False, name=None)]


def codes(view: View) -> set[str]:
    return {row["event"] for row in rows(view, "events")}


# ---- targets


def test_target_has_the_figure_of_its_day_and_the_latest_one(open_view):
    found = {(row["place"], row["due_on"], row["scope"]): row for row in rows(open_view(), "targets")}
    first = found["370200", date(2013, 12, 1), None]
    assert (first["target"], first["actual_due"], first["attainment"]) == (40, 30, 0.75)
    assert (first["actual_now"], first["state"]) == (999, "reached-later")  # undated: of the day of its source
    assert first["actual_as_of"] == date(2013, 6, 30)


def test_target_of_zero_or_figure_that_is_a_bound_has_no_attainment(open_view):
    found = {(row["indicator"], row["place"], row["scope"]): row for row in rows(open_view(), "targets")}
    assert found["defects", "310000", None]["attainment"] is None
    assert found["defects", "310000", None]["state"] == "missed"
    bound = found["reach", "310000", None]
    assert (bound["told"], bound["told_operator"], bound["attainment"], bound["state"]) == (
        8,
        ">",
        None,
        "not-reported",
    )


@pytest.mark.parametrize(
    ("target", "on_due", "now", "better", "passed", "stands"),
    [
        (4, (4, "="), (4, "="), "up", False, "reached"),
        (4, (2, "="), (2, "="), "up", False, "on-the-way"),
        (4, None, None, "up", False, "not-reported"),
        (4, (2, "="), (9, "="), "up", True, "reached-later"),
        (4, None, (9, "="), "up", True, "reached-later"),
        (4, None, (2, "="), "up", True, "not-reported"),
        (4, (2, "="), (2, "="), "up", True, "missed"),
        (4, (2, "="), (2, "="), "down", True, "reached"),
        (4, (4, ">"), (4, ">"), "up", True, "reached"),
        (4, (3, ">"), (3, ">"), "up", True, "not-reported"),
        (4, (3, "<"), (3, "<"), "up", True, "missed"),
        (4, (4, "~"), (4, "~"), "up", True, "reached"),
    ],
)
def test_state_of_a_target_goes_by_its_day(target, on_due, now, better, passed, stands):
    figures = [each and Actual(*each, None, None) for each in (on_due, now)]
    assert state(target, *figures, better, passed=passed) == stands


def test_attainment_is_the_part_of_the_way_from_the_baseline():
    assert attainment({"value": 20, "baseline": 40, "better": "down"}, Actual(25, "=", None, None)) == 0.75
    assert attainment({"value": 20, "baseline": None, "better": "down"}, Actual(25, "=", None, None)) is None


@pytest.mark.parametrize("search", ["partner=fed", "sector=machinery", "round=r1", "module=m1"])
def test_target_applies_only_to_its_own_place(open_view, search):
    assert rows(open_view(search), "targets") == []


def test_target_belongs_to_the_phase_of_its_due_date_and_to_its_place(open_view):
    assert {row["due_on"].year for row in rows(open_view("phase=p1"), "targets")} == {2013}
    assert {row["place"] for row in rows(open_view("place=370000"), "targets")} == {"370200"}


# ---- trainers


def test_trainers_count_once_per_module_and_level_reached_by_the_date(open_view):
    found = {(row["module"], row["level"]): (row["trainers"], row["women"]) for row in rows(open_view(), "capacity")}
    assert found == {("m1", "candidate"): (6, 2), ("m1", "certified"): (2, 1), ("m2", "expert"): (1, None)}
    later = {(row["module"], row["level"]): row["trainers"] for row in rows(open_view("as_of=2015-06-30"), "capacity")}
    assert later["m1", "certified"] == 3


def test_ladder_counts_every_trainer_once_in_all_modules(open_view):
    ladder = capacity.ladder(open_view())
    assert ladder["trainers"].tolist() == [6, 2, 1]
    assert ladder["everyone"].iloc[0] == 6
    assert ladder["women"].tolist() == [2, 1, None]


@pytest.mark.parametrize(
    ("search", "candidates"),
    [("partner=fed", 3), ("partner=fed-qd", 2), ("place=370000", 3), ("sector=machinery", 0), ("round=r1", 0),
     ("phase=p1", 0), ("module=m2", 0)],
)  # fmt: skip
def test_trainers_are_filtered_only_by_place_and_organisation(open_view, search, candidates):
    found = {row["level"]: row["trainers"] for row in rows(open_view(search), "capacity")}
    assert found.get("candidate", 0) == candidates


def test_trainer_counts_are_rounded_under_a_threshold_and_rows_stay(larger):
    view = larger(viewer=reader())
    found = {(row["module"], row["level"]): row for row in rows(view, "capacity")}
    assert found["m1", "candidate"]["trainers"] in (5, 10)  # 6
    assert found["m1", "candidate"]["women"] in (0, 5)  # 2
    assert found["m1", "certified"]["trainers"] in (0, 5)  # 2
    ladder = more(view, "capacity", "ladder")
    assert ladder["trainers"].iloc[0] == ladder["everyone"].iloc[0] == found["m1", "candidate"]["trainers"], (
        "equal sets"
    )
    told = [n for name in ("trainers", "women", "everyone") for n in ladder[name] if n is not None]
    assert {n % 5 for n in told} == {0}
    assert {str(n) for n in told} <= {"<5", "5", "10"}
    narrowed = larger("sector=machinery", reader())
    assert narrowed.shown
    few = {(row["module"], row["level"]): str(row["trainers"]) for row in rows(narrowed, "capacity")}
    assert few == dict.fromkeys(found, "<5")


# ---- events


def test_held_event_after_the_as_of_date_is_hidden_and_a_planned_one_is_shown(open_view):
    assert codes(open_view()) == {
        "opening", "tot", "ended", "next", "overdue", "off", "some-day", "visit-to-enterprise-b",
    }  # fmt: skip
    assert "tot" not in codes(open_view("as_of=2014-12-29"))


@pytest.mark.parametrize(
    ("search", "seen"),
    [
        ("partner=fed", {"opening", "tot", "visit-to-enterprise-b"}),  # own events, and those of a child's round
        ("partner=buyer", {"opening", "visit-to-enterprise-b"}),
        ("round=r1", {"opening", "visit-to-enterprise-b"}),
        ("phase=p1", {"opening", "visit-to-enterprise-b"}),
        ("place=370000", {"opening"}),
        ("module=m1", {"tot"}),
        ("sector=machinery", set()),
    ],
)
def test_events_are_filtered_by_place_partner_round_phase_and_module(open_view, search, seen):
    assert codes(open_view(search)) == seen


def test_upcoming_events_are_planned_and_not_over(open_view):
    assert [row["event"] for row in rows(open_view(), "events") if row["ahead"]] == ["next"]


def test_month_precise_event_spans_the_whole_month(open_view):
    found = {row["event"]: row for row in rows(open_view(), "events")}
    assert (found["ended"]["first"], found["ended"]["last"]) == (date(2014, 12, 1), date(2014, 12, 31))
    assert (found["next"]["first"], found["next"]["last"]) == (date(2015, 2, 1), date(2015, 2, 28))
    assert found["some-day"]["first"] is None


def test_event_naming_an_enterprise_hides_name_and_code_from_viewers_without_names(open_view, larger):
    assert "Visit to Enterprise B" in {row["name_en"] for row in rows(open_view(), "events")}
    told = rows(larger(viewer=reader(names=False)), "events")
    assert "enterprise b" not in str(told).casefold()
    assert "enterprise-b" not in str(told)
    (visit,) = [row for row in told if row["kind"] == "visit"]
    assert visit["name_en"] == visit["name_zh"] == "visit"
    assert all(row["note"] is None for row in told)


def test_event_does_not_name_partners_outside_the_scope(larger):
    viewer = reader(scope=Filters.from_search("partner=fed"))
    found = {row["event"]: row["partners"] for row in rows(larger(viewer=viewer), "events")}
    assert found["tot"] == ("fed",)
    assert found["opening"] == ()


def test_event_participants_are_rounded_under_a_threshold(larger):
    tot, opening = ({row["event"]: row for row in rows(larger(viewer=reader()), "events")}[each]
                    for each in ("tot", "opening"))  # fmt: skip
    assert tot["participants"] in (5, 10)  # 6
    assert tot["women"] in (0, 5)  # 2
    assert opening["participants"] is None


# ---- rounds and dates


@pytest.mark.parametrize(
    ("planned", "actual", "precision", "later"),
    [
        (date(2014, 3, 1), date(2014, 3, 4), "day", 3),
        (date(2014, 3, 1), date(2014, 2, 27), "day", -2),
        (date(2014, 12, 1), date(2014, 12, 19), "month", 0),
        (date(2014, 11, 30), date(2015, 2, 1), "month", 3),
        (date(2013, 1, 1), date(2014, 12, 1), "year", 1),
        (None, date(2014, 12, 1), "day", None),
        (date(2014, 12, 1), None, "day", None),
    ],
)
def test_delay_is_as_precise_as_the_dates(planned, actual, precision, later):
    assert slip(planned, actual, precision) == later


def test_period_of_a_month_or_year_covers_all_its_days():
    assert first_day(date(2016, 2, 14), "month") == date(2016, 2, 1)
    assert last_day(date(2016, 2, 14), "month") == date(2016, 2, 29)
    assert last_day(date(2016, 2, 14), "year") == date(2016, 12, 31)
    assert last_day(date(2016, 2, 14), "day") == date(2016, 2, 14)
    assert first_day(None, "month") is None


MEASURED: Tables = TABLES | {
    "target": [
        {"indicator": name, "place": "370200", "due_on": due, "due_on_precision": "day", "scope": "", "value": 1,
         "measure": measure, "comment_en": "Why it was missed.", "comment_zh": "未达成的原因。"}
        for name, measure, due in (
            ("reach", "trained", date(2013, 12, 1)),
            ("defects", "workers_reached", date(2013, 12, 1)),
            ("output", "rounds", date(2015, 12, 1)),
        )
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def measured(new_database: Callable[[], str]) -> Iterator[Any]:
    """A programme whose targets are measured by headlines."""
    yield from views(new_database(), with_more(MEASURED))


def test_headline_of_a_target_under_a_threshold_is_rounded_or_withheld(measured):
    def told(viewer: Viewer) -> dict[str, Any]:
        table = build(measured("", viewer), "targets").table
        return dict(zip(table["measure"], table["told"], strict=True))

    assert all(isinstance(value, float | int) and not hasattr(value, "sign") for value in told(MANAGER).values())
    seen = told(reader(threshold=5))
    assert seen["trained"] % 5 == 0
    assert isinstance(seen["workers_reached"], Withheld), "a sum of another day"
    assert isinstance(seen["rounds"], Withheld), "a threshold shows those of the whole scope"


@pytest.mark.parametrize("code", ["targets", "framework"])
def test_link_viewer_reads_no_comment_of_a_record_that_is_not_public(measured, code):
    for viewer, comments in ((MANAGER, {"Why it was missed."}), (reader(threshold=5), {None})):
        assert set(build(measured("", viewer), code).table["comment_en"]) == comments
