"""Every rule of docs/measures.md on a programme small enough to work out by hand, in both counts.

Each expected number is written out with its reason. Rules that only say what a title or a line tells are held against
the recount alone.
"""

import pytest
from by_hand import (
    Cells,
    Count,
    by_product,
    by_recount,
    enrolments,
    enterprises,
    figure,
    programme,
    result,
    row,
    target,
    training,
)
from recount import Row, Tables, asked
from recount_enterprises import counted_twice
from recount_groups import coverage_line, stands
from recount_plans import reached, standings
from recount_results import holm, over_all_indicators, practices_moved, score_test
from recount_slice import Fact, flow, newly_overdue, unknown_codes


@pytest.fixture(params=[by_recount, by_product], ids=["recount", "product"])
def count(request: pytest.FixtureRequest) -> Count:
    """Either count."""
    found: Count = request.param
    return found


def by(rows: list[Cells], key: str) -> dict[str, Cells]:
    return {each[key]: each for each in rows}


def headline(count: Count, tables: Tables, name: str, search: str = "") -> tuple[str, str]:
    """The value of a headline, and what it is out of."""
    told = by(count(tables, "overview", search), "headline")[name]
    return told["value"], told["of"]


# When a fact is seen


@pytest.mark.parametrize(
    ("completed_on", "search", "completed"),
    [
        ("2014-09-30", "as_of=2014-09", "1"),  # September as a date of the viewer means its last day
        ("2014-09-30", "as_of=2014-09-29", "0"),
        ("2014-12-31", "as_of=2014", "1"),
        ("2014-09", "as_of=2014-09-29", "0"),  # some day in September: known for certain from the 30th on
        ("2014-09", "as_of=2014-09-30", "1"),
        ("2014", "as_of=2014-12-30", "0"),
        ("2014", "", "1"),
        ("by 2014-09-30", "as_of=2014-09-29", "0"),
        ("by 2014-09-30", "as_of=2014-09-30", "1"),
        ("2015-02-01", "", "0"),  # after the record date
        ("2015-02-01", "as_of=2015-02-01", "1"),  # a later day may be asked for
    ],
)
def test_date_counts_from_its_last_day(count: Count, completed_on: str, search: str, completed: str) -> None:
    tables = programme(training=[training(completed_on=completed_on)])
    assert headline(count, tables, "modules_completed", search)[0] == completed


@pytest.mark.parametrize("written", ["2014-05-10", "2014-05", "2014", "by 2014-05-31", ""])
def test_files_write_a_date_as_it_is_known(count: Count, written: str) -> None:
    tables = programme(reported_figure=[figure("f", 5, as_of=written or None)])
    assert count(tables, "published")[0]["as_of"] == written


@pytest.mark.parametrize(
    ("columns", "seen_on", "not_seen_on"),
    [
        ({"as_of": "2014-03"}, "2014-03-31", "2014-03-30"),
        ({"as_of": "2014-03", "source": "autumn"}, "2014-03-31", "2014-03-30"),  # its own date comes first
        ({"source": "spring"}, "2014-04-30", "2014-04-29"),  # published in April: by its last day
        ({"source": "autumn"}, "2014-09-30", "2014-09-29"),  # published by that day
        ({"source": "undated"}, "1999-01-01", None),  # nothing says when: always
        ({}, "1999-01-01", None),
    ],
)
def test_figure_is_seen_from_its_date_or_its_source(
    count: Count, columns: Row, seen_on: str, not_seen_on: str | None
) -> None:
    tables = programme(reported_figure=[figure("f", 5, **columns)])
    assert len(count(tables, "published", f"as_of={seen_on}")) == 1
    if not_seen_on:
        assert count(tables, "published", f"as_of={not_seen_on}") == []


@pytest.mark.parametrize(
    ("columns", "seen_on", "not_seen_on"),
    [
        ({"status": "held", "starts_on": "2014-06", "ends_on": "2014-08-01"}, "2014-06-30", "2014-06-29"),
        ({"status": "held", "ends_on": "2014-08-01"}, "2014-08-01", "2014-07-31"),
        ({"status": "held", "source": "spring"}, "2014-04-30", "2014-04-29"),
        # What is planned is known from who says so, not from the day it is planned for.
        ({"status": "planned", "starts_on": "2015-06-01", "source": "spring"}, "2014-04-30", "2014-04-29"),
        ({"status": "cancelled", "starts_on": "2013-06-01", "source": "spring"}, "2014-04-30", "2014-04-29"),
    ],
)
def test_event_is_seen_from_its_day_or_its_source(count: Count, columns: Row, seen_on: str, not_seen_on: str) -> None:
    tables = programme(event=[row(code="v", kind="visit", name_en="Visit", **columns)])
    assert len(count(tables, "events", f"as_of={seen_on}")) == 1
    assert count(tables, "events", f"as_of={not_seen_on}") == []


@pytest.mark.parametrize(
    ("columns", "seen_on", "not_seen_on"),
    [
        ({"started_on": "2014-05", "planned_start": "2014-03-01", "source": "autumn"}, "2014-05-31", "2014-05-30"),
        ({"planned_start": "2016-03-01", "source": "spring"}, "2014-04-30", "2014-04-29"),
    ],
)
def test_round_is_seen_from_its_start_or_its_source(count: Count, columns: Row, seen_on: str, not_seen_on: str) -> None:
    tables = programme(round=[row(code="r1", name_en="Round", **columns)])
    assert len(count(tables, "rounds", f"as_of={seen_on}")) == 1
    assert count(tables, "rounds", f"as_of={not_seen_on}") == []


def test_end_of_a_round_is_shown_when_it_is_reached(count: Count) -> None:
    tables = programme(round=[row(code="r1", name_en="Round", started_on="2014-05-02", ended_on="2014-08")])
    ends = [count(tables, "rounds", f"as_of=2014-08-{day}")[0]["ended_on"] for day in (30, 31)]
    assert ends == ["", "2014-08"]


def test_level_of_a_trainer_is_seen_from_its_date_or_its_source(count: Count) -> None:
    levels = [row(trainer="t1", module="m1", level="expert", reached_on="2014-02", source="autumn"),
              row(trainer="t2", module="m1", level="expert", source="spring")]  # fmt: skip
    tables = programme(trainer=[row(code="t1"), row(code="t2")], trainer_level=levels)
    told = [
        [each["trainers"] for each in count(tables, "capacity", f"as_of={day}")]
        for day in ("2014-02-27", "2014-02-28", "2014-04-30")
    ]
    assert told == [[], ["1"], ["2"]]


@pytest.mark.parametrize(
    ("enrolment", "steps", "round_columns", "seen_on", "not_seen_on"),
    [
        ({"recruited_on": "2014-03-05"}, {}, {}, "2014-03-05", "2014-03-04"),
        ({"recruited_on": "2014-03-05", "baseline_on": "2014-02"}, {}, {}, "2014-02-28", "2014-02-27"),
        ({"recruited_on": "2014-09-05"}, {"workshop_on": "2014-03-01"}, {}, "2014-03-01", "2014-02-28"),
        ({"recruited_on": "2014-09-05"}, {"dropped_on": "by 2014-03-01"}, {}, "2014-03-01", "2014-02-28"),
        # A due date is a plan: it enrols nobody. The round's start does, where nothing else is known.
        ({}, {"due_on": "2014-01-01"}, {"started_on": "2014-05"}, "2014-05-31", "2014-05-30"),
        ({"source": "spring"}, {}, {"started_on": "2014-05"}, "2014-05-31", "2014-05-30"),
        ({"source": "spring"}, {}, {}, "2014-04-30", "2014-04-29"),
        ({}, {}, {}, "1999-01-01", None),
    ],
)
def test_enterprise_is_enrolled_from_its_first_sign(
    count: Count, enrolment: Row, steps: Row, round_columns: Row, seen_on: str, not_seen_on: str | None
) -> None:
    tables = programme(
        round=[row(code="r1", name_en="Round", **round_columns)],
        enrolment=[row(enterprise="e", round="r1", **enrolment)],
        training=[training(**steps)],
    )
    assert headline(count, tables, "enterprises", f"as_of={seen_on}")[0] == "1"
    if not_seen_on:
        assert headline(count, tables, "enterprises", f"as_of={not_seen_on}")[0] == "0"


@pytest.mark.parametrize(
    ("columns", "planned_on", "not_planned_on"),
    [
        ({"workshop_on": "2014-06-01"}, "2014-06-01", "2014-05-31"),
        ({"workshop_on": "2014-06-01", "source": "spring"}, "2014-04-30", "2014-04-29"),  # the source knew of it
        ({"workshop_on": "2014-06-01", "source": "autumn"}, "2014-06-01", "2014-05-31"),
        ({"due_on": "2014-02-01", "source": "spring"}, "2014-04-30", "2014-04-29"),  # before, it is not overdue
        ({"due_on": "2014-12-01"}, "2014-01-10", "2014-01-09"),  # with its enrolment
    ],
)
def test_training_is_planned_from_its_first_step_or_its_source(
    count: Count, columns: Row, planned_on: str, not_planned_on: str
) -> None:
    tables = programme(training=[training(**columns)])
    planned = [by(count(tables, "module-funnel", f"as_of={day}"), "module")["m1"]["planned"]
               for day in (planned_on, not_planned_on)]  # fmt: skip
    assert planned == ["1", "0"]


@pytest.mark.parametrize(
    ("columns", "seen_on", "not_seen_on"),
    [
        ({"workshop_on": "2014-06-01"}, "2014-06-01", "2014-05-31"),
        ({"workshop_on": "2014-06-01", "source": "spring"}, "2014-06-01", "2014-05-31"),
        ({"workshop_on": "2014-06-01", "source": "autumn"}, "2014-09-30", "2014-09-29"),  # the later of both
        ({"source": "spring"}, "2014-04-30", "2014-04-29"),
        ({}, "2014-01-10", "2014-01-09"),  # always, as soon as the enterprise is enrolled
    ],
)
def test_visits_are_seen_from_the_later_of_workshop_and_source(
    count: Count, columns: Row, seen_on: str, not_seen_on: str
) -> None:
    tables = programme(training=[training(visits_done=2, **columns)])
    seen = [by(count(tables, "module-funnel", f"as_of={day}"), "module")["m1"]["visited"]
            for day in (seen_on, not_seen_on)]  # fmt: skip
    assert seen == ["1", "0"]


def test_people_and_planned_visits_count_from_the_day_the_training_has_started(count: Count) -> None:
    tables = programme(training=[training(workshop_on="2014-06-01", source="spring", managers=2, workers=8, women=5,
                                          visits_planned=4)])  # fmt: skip
    # Planned since April, started in June.
    early, late = "as_of=2014-05-31", "as_of=2014-06-01"
    assert [headline(count, tables, "people_trained", each)[0] for each in (early, late)] == ["0", "10"]
    assert [headline(count, tables, "women_trained", each) for each in (early, late)] == [("0", "0"), ("5", "10")]
    # Started, and no word of visits done: of 4 planned, the number done is unknown.
    assert [headline(count, tables, "visits", each) for each in (early, late)] == [("0", "0"), ("", "4")]


@pytest.mark.parametrize(
    ("columns", "side", "seen_on", "not_seen_on"),
    [
        ({"before": 1, "before_on": "2014-03"}, "before", "2014-03-31", "2014-03-30"),
        ({"before": 1, "source": "spring"}, "before", "2014-04-30", "2014-04-29"),
        # The after was measured in March, so the before was known then, whenever it was published.
        ({"before": 1, "after": 2, "after_on": "2014-03-31", "source": "autumn"}, "both", "2014-03-31", "2014-03-30"),
        ({"before": 1, "after": 2, "before_on": "2014-03-01", "source": "autumn"}, "both", "2014-09-30", "2014-09-29"),
        # No source says when the after came; it was not ahead of its before.
        ({"before": 1, "after": 2, "before_on": "2014-03-01"}, "both", "2014-03-01", "2014-02-28"),
        ({"before": 1, "after": 2}, "both", "2014-01-10", "2014-01-09"),
        ({"change_percent": -5, "source": "spring"}, "change", "2014-04-30", "2014-04-29"),
    ],
)
def test_before_and_after_are_two_facts(count: Count, columns: Row, side: str, seen_on: str, not_seen_on: str) -> None:
    tables = programme(result=[result(**columns)])
    told = [by(count(tables, "change", f"as_of={day}"), "indicator").get("output") for day in (seen_on, not_seen_on)]
    assert told[0] is not None
    assert told[0]["pairs"] == ("1" if side == "both" else "0")
    assert told[1] is None or told[1]["pairs"] == "0"


def test_flow_counts_only_what_lies_in_the_period_for_certain() -> None:
    tables = programme(enterprise=enterprises(5), enrolment=enrolments(5), training=[
        training(f"e{n}", completed_on=written)
        for n, written in enumerate(("2014-08-10", "2014-09", "by 2014-09-30", "2014", "2014-06-30"))
    ])  # fmt: skip
    facts = [
        Fact(None if each["completed_on_precision"] == "year" else each["completed_on"], each["completed_on"],
             each["completed_on_precision"])
        for each in tables["training"]
    ]  # fmt: skip
    first, last = facts[0].when, facts[2].when
    assert first
    assert last
    # From July to September: the day in August and September itself; "by" the end of September is told apart.
    assert flow(facts, first.replace(month=7, day=1), last) == (2, 1)


@pytest.mark.parametrize(
    ("due_on", "newly"),
    [("2014-10-01", 1), ("2014-12", 1), ("2014-09-30", 0), ("2014", 0), ("by 2014-12-01", 0), ("2015-01-01", 0)],
)
def test_newly_overdue_is_overdue_now_and_was_not_at_the_end_of_the_quarter_before(due_on: str, newly: int) -> None:
    # The year ends: a month is precise enough to say that it came in this quarter, a year is not.
    assert len(newly_overdue(programme(training=[training(due_on=due_on)]))) == newly


# Filters


def test_child_partner_counts_for_all_its_parents(count: Count) -> None:
    tables = programme(round_partner=[row(round="r1", partner="desk", role="owner")])
    assert headline(count, tables, "partners")[0] == "4"  # desk, city, north, fed
    for partner in ("fed", "north", "city", "desk"):
        assert headline(count, tables, "enterprises", f"partner={partner}")[0] == "1"
    groups = [each["group"] for each in count(tables, "coverage") if each["group_kind"] == "partner"]
    assert sorted(groups) == ["city", "desk", "fed", "north"]


def test_module_filter_limits_trainings_and_results_and_no_enterprise(count: Count) -> None:
    tables = programme(
        training=[training(completed_on="2014-05-01"), training(module="m2", completed_on="2014-06-01")],
        result=[result(before=1, after=2, module="m1"), result(indicator="absence", before=1, after=2)],
        reported_figure=[figure("f", 5)],
        target=[target(5, "2014-06-30")],
    )
    assert headline(count, tables, "enterprises", "module=m3") == ("1", "")
    assert headline(count, tables, "modules_completed", "module=m1") == ("1", "1")
    assert [each["module"] for each in count(tables, "module-funnel", "module=m1")] == ["m1"]
    # Nobody can complete more modules than are asked for.
    assert [tuple(each.values()) for each in count(tables, "breadth", "module=m1")] == [("1", "1")]
    # The result without a module leaves.
    assert [each["indicator"] for each in count(tables, "change", "module=m1")] == ["output"]
    assert [each["place"] for each in count(tables, "regions", "module=m3")] == ["370200"]
    for code in ("published", "reconciliation", "targets", "framework"):
        assert count(tables, code, "module=m1") == []


def test_unknown_codes_are_left_out_and_named(count: Count) -> None:
    tables = programme()
    assert headline(count, tables, "enterprises", "sector=shoes") == ("1", "")
    assert headline(count, tables, "enterprises", "sector=shoes,garments") == ("0", "")
    assert unknown_codes(asked(tables, {"sector": {"shoes", "garments"}})) == {"sector": {"shoes"}}


# Headlines


def test_women_are_out_of_the_heads_of_the_same_trainings(count: Count) -> None:
    tables = programme(enterprise=enterprises(4), enrolment=enrolments(4), training=[
        training("e0", workshop_on="2014-05-01", managers=2, workers=8, women=5),
        training("e1", workshop_on="2014-05-01", workers=7, women=2),  # no managers on record: they add nothing
        training("e2", workshop_on="2014-05-01", managers=3),  # no women on record
        training("e3", workshop_on="2014-05-01", women=4),  # women of how many?
    ])  # fmt: skip
    assert headline(count, tables, "people_trained") == ("20", "")  # 10 + 7 + 3
    assert headline(count, tables, "women_trained") == ("7", "17")  # 5 of 10 and 2 of 7


def test_visits_are_out_of_those_planned_in_started_trainings(count: Count) -> None:
    tables = programme(training=[
        training(workshop_on="2014-05-01", visits_planned=4, visits_done=3),
        training(module="m2", visits_planned=5),  # not started
        training(module="m3", completed_on="2014-05-01", visits_planned=1),  # no word of visits done
    ])  # fmt: skip
    assert headline(count, tables, "visits") == ("3", "5")


def test_modules_are_out_of_those_due(count: Count) -> None:
    tables = programme(enterprise=enterprises(4), enrolment=enrolments(4), training=[
        training("e0", completed_on="2014-05-01"),
        training("e1", due_on="2014-12"),  # overdue on the last day of the month
        training("e2", due_on="2015-01"),
        training("e3", workshop_on="2013-12-30"),  # 366 days ago
    ])  # fmt: skip
    told = [headline(count, tables, name) for name in ("modules_completed", "overdue", "stale")]
    assert told == [("1", "3"), ("1", "3"), ("1", "3")]


@pytest.mark.parametrize(
    ("columns", "stale"),
    [
        ({"workshop_on": "2013-12-30"}, "1"),  # 366 days before the end of 2014
        ({"workshop_on": "2013-12-31"}, "0"),  # 365
        ({"workshop_on": "2013-05-01", "assessed_on": "2014"}, "0"),  # seen on the last day of 2014
        ({"workshop_on": "2013-05-01", "assessed_on": "by 2013-06-01"}, "1"),
        ({"workshop_on": "2013-05-01", "visits_done": 1, "source": "spring"}, "0"),  # the visit is known since April
        ({"workshop_on": "2013-05-01", "visits_done": 0, "source": "spring"}, "1"),  # no visit at all
        ({"visits_done": 1}, "0"),  # started, and no day says when
        ({"workshop_on": "2013-05-01", "completed_on": "2013-06-01"}, "0"),
        ({"workshop_on": "2013-05-01", "dropped_on": "2013-06-01"}, "0"),
        ({"due_on": "2013-05-01"}, "0"),  # overdue, not in progress
    ],
)
def test_training_without_a_sign_for_more_than_a_year_is_stale(count: Count, columns: Row, stale: str) -> None:
    tables = programme(training=[training(**columns)])
    assert headline(count, tables, "stale")[0] == stale
    assert by(count(tables, "module-funnel"), "module")["m1"]["stale"] == stale


def test_reported_and_paired_are_out_of_the_trained(count: Count) -> None:
    tables = programme(
        enterprise=enterprises(3), enrolment=enrolments(3),
        training=[training("e0", workshop_on="2014-05-01"), training("e1", workshop_on="2014-05-01")],
        result=[result("e0", before=1, after=2), result("e2", before=1, after=2)],  # e2 was not trained
    )  # fmt: skip
    assert [headline(count, tables, name) for name in ("reported", "paired")] == [("1", "2"), ("1", "2")]
    total = count(tables, "coverage")[0]
    assert tuple(total.values()) == ("total", "", "2", "2", "2", "0.5")  # the columns count all, the share the trained
    line = coverage_line(asked(tables))
    assert (line["pairs"], line["paired"], line["paired_of_trained"], line["trained"]) == (2, 2, 1, 2)


def test_rounds_are_out_of_those_seen(count: Count) -> None:
    tables = programme(round=[
        row(code="r1", name_en="1"), row(code="r2", name_en="2", started_on="2014-06-01"),
        row(code="r3", name_en="3", source="autumn"), row(code="r4", name_en="4", started_on="2015-02-01"),
    ])  # fmt: skip
    assert headline(count, tables, "rounds") == ("1", "3")
    assert headline(count, tables, "rounds", "as_of=2014-08-31") == ("1", "2")


@pytest.mark.parametrize(
    ("figures", "chosen"),
    [
        # None given is the highest place, then the country, the province, the city.
        ([figure("a", 1, place="370200"), figure("b", 2, place="100000"), figure("c", 3)], "c"),
        ([figure("a", 1, place="370200"), figure("b", 2, place="100000")], "b"),
        # Of one place, the figure that is narrowed the least.
        ([figure("a", 1, phase="p1"), figure("b", 2, phase="p1", scope="m1")], "a"),
        ([figure("a", 1, round="r1", as_of="2014-06-30"), figure("b", 2, as_of="2013-06-30")], "b"),
        # Then the latest by its last day; one without a date has that of its source.
        ([figure("a", 1, as_of="2014-03-31"), figure("b", 2, as_of="2014-03-30")], "a"),
        ([figure("a", 1, as_of="2014"), figure("b", 2, as_of="2014-10-01")], "a"),
        ([figure("a", 1, source="autumn"), figure("b", 2, as_of="2014-06-30")], "a"),
        ([figure("a", 1), figure("b", 2, as_of="2000-01-01")], "b"),
        # Then the greater code.
        ([figure("a", 1, as_of="2014-03-31"), figure("b", 2, as_of="2014-03-31")], "b"),
        # What is not seen yet is not in the selection.
        ([figure("a", 1, as_of="2014-03-31"), figure("b", 2, as_of="2015-03-31")], "a"),
    ],
)
def test_one_published_figure_stands_beside_the_headline(count: Count, figures: list[Row], chosen: str) -> None:
    value = {each["code"]: str(each["value"]) for each in figures}
    rows = by(count(programme(reported_figure=figures), "overview"), "headline")
    assert rows["trained"]["published"] == value[chosen]
    assert rows["enterprises"]["published"] == ""


def test_published_bound_keeps_its_sign_and_its_own_date(count: Count) -> None:
    figures = [figure("f", 300, "people-trained", operator=">", as_of="by 2014-06-30", source="autumn")]
    told = by(count(programme(reported_figure=figures), "overview"), "headline")["people_trained"]
    assert tuple(told.values()) == ("people_trained", "0", "", "300", ">", "by 2014-06-30", "autumn")
    undated = [figure("f", 300, "enterprise-visits", source="autumn")]
    told = by(count(programme(reported_figure=undated), "overview"), "headline")["visits"]
    assert (told["published"], told["published_on"], told["published_source"]) == ("300", "", "autumn")


def test_reconciliation_lists_every_figure_beside_the_same_number(count: Count) -> None:
    tables = programme(
        round=[row(code="r1", name_en="1", phase="p1")],
        training=[training(workshop_on="2014-05-01")],
        reported_figure=[
            figure("a", 3, as_of="2014-06", place="370000", source="spring", note="as printed"),
            figure("b", 4, round="r1", operator="~"), figure("c", 5, "output"), figure("d", 9, "workers-employed"),
        ],
    )  # fmt: skip
    assert [
        tuple(each.values()) for each in sorted(count(tables, "reconciliation"), key=lambda row: row["figure"])
    ] == [
        ("trained", "1", "a", "3", "=", "2014-06", "", "370000", "spring", "as printed"),
        ("trained", "1", "b", "4", "~", "", "p1", "", "", ""),  # the phase of its round
        # c is no figure of a headline. E's size is unknown, so the number of workers is blank.
        ("workers_reached", "", "d", "9", "=", "", "", "", "", ""),
    ]
    assert count(tables, "reconciliation", "sector=garments") == []


# Trainings


def test_steps_without_a_record_are_assumed_and_no_share_counts_them(count: Count) -> None:
    tables = programme(enterprise=enterprises(5), enrolment=enrolments(5), training=[
        training("e0", workshop_on="2014-05-01", visits_done=1, assessed_on="2014-06-01", completed_on="2014-07-01"),
        training("e1", completed_on="2014-07-01"),  # workshop, visit and assessment assumed
        training("e2", assessed_on="2014-06-01"),  # workshop and visit assumed
        training("e3", due_on="2015-06-01"),
        training("e4"),  # not yet due, and no due date
    ])  # fmt: skip
    told = by(count(tables, "module-funnel"), "module")["m1"]
    assert tuple(told.values())[1:] == (
        "5", "1", "1", "2", "2",  # planned; records of workshop, visit, assessment, completion
        "2", "2", "1",  # assumed: workshop e1 e2, visit e1 e2, assessment e1
        "1", "0", "0", "0", "2", "1",  # in progress e2; stale, dropped, overdue; not yet due e3 e4, one without a date
        "0.333333", "0.333333", "0.666667", "0.666667",  # of the three due
    )  # fmt: skip


def test_share_of_a_step_leaves_out_who_is_to_begin_again(count: Count) -> None:
    # E had its workshop in the first round, left, and is to begin again in the second: it is not due.
    tables = programme(
        round=[row(code="r1", name_en="1"), row(code="r2", name_en="2")],
        enrolment=[row(enterprise="e", round="r1", recruited_on="2013-01-01"),
                   row(enterprise="e", round="r2", recruited_on="2014-06-01")],
        training=[training(workshop_on="2013-02-01", dropped_on="2013-03-01"),
                  training(round_code="r2", due_on="2015-02-01")],
    )  # fmt: skip
    told = by(count(tables, "module-funnel"), "module")["m1"]
    assert (told["planned"], told["workshop"], told["not_yet_due"], told["workshop_share"]) == ("1", "1", "1", "")
    milestone = by(count(tables, "journey"), "stage")["m1_workshop"]
    assert tuple(milestone.values()) == ("m1_workshop", "0", "0", "0", "")


def test_journey_counts_each_milestone_among_those_for_whom_it_is_due(count: Count) -> None:
    tables = programme(enterprise=enterprises(5), enrolment=[
        row(enterprise="e0", round="r1", recruited_on="2014-01-01", baseline_on="2014-02"),
        *enrolments(5, recruited_on="2014-01-01")[1:],
    ], training=[
        training("e0", workshop_on="2014-03-01", completed_on="2014-05-01"),
        training("e0", "m2", visits_done=1),
        training("e1", assessed_on="2014-03-01"),
        training("e2", due_on="2014-02-01"),
        training("e2", "m2", workshop_on="2014-06-01"),
        training("e3", due_on="2015-02-01"),
    ])  # fmt: skip
    assert [tuple(each.values()) for each in count(tables, "journey")] == [
        ("enrolled", "5", "5", "0", "1"),
        ("baseline", "5", "1", "0", "0.2"),  # never assumed, though e1 and e2 went further
        # Due for e0, e1 and e2. e1 by its assessment, e2 because it started m2.
        ("m1_workshop", "3", "1", "2", "0.333333"),
        ("m1_completed", "3", "1", "1", "0.333333"),  # e2, by m2
        ("further_started", "2", "2", "0", "1"),  # e0 by a visit, e2 by a workshop
        ("further_completed", "2", "0", "0", "0"),
        # e3's only module is not yet due, e4 has planned nothing.
        ("all_planned_completed", "3", "0", "0", "0"),
    ]


def test_enterprise_without_a_place_in_two_rounds_is_told_as_counted_twice(count: Count) -> None:
    tables = programme(
        round=[row(code="r1", name_en="1"), row(code="r2", name_en="2")],
        round_place=[row(round="r1", place="370200"), row(round="r2", place="310000")],
        enterprise=[row(code="e", name_en="E")],
        enrolment=[row(enterprise="e", round="r1"), row(enterprise="e", round="r2")],
    )
    rows = {each["place"]: each["enterprises"] for each in count(tables, "regions")}
    assert rows == {"370200": "1", "310000": "1"}
    assert counted_twice(asked(tables))["enterprises"] == 1


# Before and after


@pytest.mark.parametrize(
    ("before_on", "after_on", "pairs"),
    [
        ("2014-05-02", "2014-05-01", "0"),
        ("2014-05-01", "2014-05-01", "1"),
        ("2014-05", "2014-05-01", "1"),  # the before may be of the first of May
        ("2014-06", "2014-05-31", "0"),
        ("2014-05-02", "2014-05", "1"),  # the after may be of the last of May
        ("2014", "2013-12-31", "0"),
        ("by 2014-05-02", "2014-05-01", "1"),  # a "by" date has no first day
        ("2014-05-02", "by 2014-05-01", "0"),  # and it has a last one
        ("2014-05-02", None, "1"),
    ],
)
def test_after_from_before_its_before_makes_no_pair(
    count: Count, before_on: str, after_on: str | None, pairs: str
) -> None:
    tables = programme(result=[result(before=1, before_on=before_on, after=2, after_on=after_on)])
    told = count(tables, "change")[0]
    assert (told["pairs"], told["other_facts"]) == (pairs, "1" if pairs == "0" else "0")


def test_no_other_row_is_tried_for_a_pair(count: Count) -> None:
    tables = programme(result=[
        result(module="m1", before=1, before_on="2014-06-01", after=2, after_on="2014-03-01"),
        result(module="m2", before=3, before_on="2014-07-01", after=4),
    ])  # fmt: skip
    # First before: June. Last after: March, since one without a date is the first. 3 and 4 would make a pair.
    told = count(tables, "change")[0]
    assert (told["pairs"], told["other_facts"]) == ("0", "2")


def test_dates_of_pairs_are_ordered_by_their_last_days(count: Count) -> None:
    tables = programme(result=[
        result(module="m1", before=1, before_on="2014", after=2, after_on="2014-03-01"),
        result(module="m2", before=3, before_on="2014-02-01", after=4, after_on="by 2014-03-02"),
    ])  # fmt: skip
    told = count(tables, "pairs")[0]
    assert (told["before"], told["after"], told["module"]) == ("3", "4", "m2")


def test_money_is_compared_by_the_month_where_any_row_has_months(count: Count) -> None:
    tables = programme(enterprise=enterprises(3), enrolment=enrolments(3), result=[
        result("e0", "profit", module="m1", before=1200, before_on="2013-12", months=12),
        result("e0", "profit", module="m2", after=300, after_on="2014-10", months=2),
        result("e1", "profit", before=10, after=20),  # of how many months?
        result("e2", "profit", before=100, after=200, months=3),
        result("e2", "output", before=10, after=20, months=3),  # not money
    ])  # fmt: skip
    pairs = {(each["enterprise"], each["indicator"]): each for each in count(tables, "pairs")}
    assert set(pairs) == {("e0", "profit"), ("e2", "profit"), ("e2", "output")}
    # 1,200 in a year are 100 a month, 300 in two months are 150.
    assert tuple(pairs["e0", "profit"].values())[2:6] == ("100", "150", "50", "0.5")
    assert tuple(pairs["e2", "profit"].values())[2:4] == ("33.3333", "66.6667")
    assert tuple(pairs["e2", "output"].values())[2:4] == ("10", "20")
    told = by(count(tables, "change"), "indicator")["profit"]
    assert (told["pairs"], told["other_facts"]) == ("2", "1")


def test_money_without_months_is_compared_as_written(count: Count) -> None:
    tables = programme(result=[result(indicator="profit", before=10, after=20)])
    assert tuple(count(tables, "pairs")[0].values())[2:5] == ("10", "20", "10")


def test_equal_money_by_the_month_is_the_same(count: Count) -> None:
    before = result(indicator="profit", module="m1", before=0.1, before_on="2014-01", months=3)
    after = result(indicator="profit", module="m2", after=0.3, after_on="2014-09", months=9)
    tables = programme(result=[before, after])
    told = count(tables, "pairs")[0]
    assert (told["change"], told["verdict"]) == ("0", "same")


@pytest.mark.parametrize(
    ("before_on", "after_on", "months"),
    [
        ("2014-01-31", "2014-02-01", "1"),  # calendar months, whatever the days
        ("2013-11", "2014-02-28", "3"),
        ("2013", "2014-06-01", "6"),  # December to June
        ("by 2014-01-31", "2014-06-30", ""),
        ("2014-01-31", "by 2014-06-30", ""),
        (None, "2014-06-30", ""),
    ],
)
def test_months_between_are_calendar_months_of_last_days(
    count: Count, before_on: str | None, after_on: str, months: str
) -> None:
    tables = programme(result=[result(before=1, before_on=before_on, after=2, after_on=after_on)])
    told = count(tables, "change")[0]
    assert (told["months_between"], told["months_between_n"]) == (months, "1" if months else "0")


@pytest.mark.parametrize("indicator", ["growth", "jobs", "plan"])
def test_signed_units_and_practices_have_no_relative_change(count: Count, indicator: str) -> None:
    tables = programme(result=[result(indicator=indicator, before=1, after=0)])
    assert count(tables, "pairs")[0]["relative_change"] == ""
    assert count(tables, "change")[0]["median_relative_change"] == ""


def six_better(count_of: int, better: int) -> Tables:
    """So many pairs, of which so many are better and the rest the same."""
    return programme(
        enterprise=enterprises(count_of),
        enrolment=enrolments(count_of),
        result=[result(f"e{n}", before=1, after=2 if n < better else 1) for n in range(count_of)],
    )


def test_intervals_begin_at_six_pairs(count: Count) -> None:
    five, six = (count(six_better(n, n), "change")[0] for n in (5, 6))
    intervals = ("change_low", "change_high", "better_low", "better_high")
    assert [five[name] for name in intervals] == ["", "", "", ""]
    # Six of six: the lower end is 6 ÷ (6 + 1.959964²) = 0.609666.
    assert [six[name] for name in intervals] == ["1", "1", "0.609666", "1"]


def test_p_of_21_better_of_30_is_that_of_the_definition() -> None:
    assert score_test(21, 30) == pytest.approx(0.0285, abs=5e-5)
    assert score_test(15, 30) == 1  # not above one half
    assert score_test(0, 0) == 1
    assert holm({"a": score_test(21, 30), "b": 1, "c": 1}) == set()  # 0.028 is above 0.05 ÷ 3
    assert holm({"a": 0.028}) == {"a"}
    assert holm({"a": 0.01, "b": 0.03, "c": 0.04}) == {"a"}  # 0.03 is above 0.025, and ends it
    assert holm({"a": 0.01, "b": 0.02, "c": 0.04}) == {"a", "b", "c"}


def test_title_over_all_indicators_names_what_counts_and_what_is_left_out() -> None:
    tables = six_better(10, 10)
    tables["result"] += [result(f"e{n}", "absence", before=1, after=2) for n in range(10)]  # less is better
    tables["result"] += [result(f"e{n}", "plan", before=0, after=int(n < 6)) for n in range(10)]  # p = 0.53
    tables["result"] += [result(f"e{n}", "size", before=1, after=2) for n in range(10)]  # context
    tables["result"] += [result(f"e{n}", "growth", before=1, after=2) for n in range(9)]  # too few
    assert over_all_indicators(asked(tables)) == {
        "tested": {"output", "absence", "plan"},
        "improved": {"output"},
        "worse": {"absence"},
        "left_out": {"size", "growth"},
    }
    assert practices_moved(asked(tables)) == ({"plan"}, {"plan"})


# Groups beside each other


@pytest.mark.parametrize(
    ("value", "verdict"),
    # p = 0.56, of = 40: 0.56 ± 3.0902 × √(0.56 × 0.44 ÷ 40) = 0.317 to 0.803, that is 12.7 to 32.1 of 40.
    [(12, "below"), (13, "as-expected"), (32, "as-expected"), (33, "above")],
)
def test_verdict_needs_more_than_chance(value: int, verdict: str) -> None:
    assert stands(value, 40, 0.56) == verdict
    assert stands(9, 9, 0.1) == "too-few"


def test_compare_of_sectors(count: Count) -> None:
    sectors = ["machinery"] * 20 + ["garments"] * 12 + [None] * 2
    tables = programme(
        enterprise=[row(code=f"e{n}", name_en="E", sector=sector) for n, sector in enumerate(sectors)],
        enrolment=enrolments(34),
        # All of machinery, none of garments, one of the two without a sector: 21 of 34 = 0.617647.
        training=[training(f"e{n}", workshop_on="2014-05-01") for n in [*range(20), 32]],
    )
    rows = by(count(tables, "compare", "", "sector", "trained"), "group")
    told = {group: (each["value"], each["of"], each["share"], each["verdict"]) for group, each in rows.items()}
    assert told == {
        # 0.617647 ± 3.0902 × √(0.617647 × 0.382353 ÷ 20) = 0.28 to 0.95.
        "machinery": ("20", "20", "1", "above"),
        # ± 3.0902 × 0.140286 = 0.184 to 1.05.
        "garments": ("0", "12", "0", "below"),
        "": ("1", "2", "0.5", "too-few"),
    }
    assert (rows["machinery"]["low"], rows["machinery"]["high"]) == ("0.838875", "1")  # 20 ÷ (20 + 3.841459)
    plain = by(count(tables, "compare", "", "sector", "enterprises"), "group")["machinery"]
    assert tuple(plain.values()) == ("sector", "machinery", "enterprises", "20", "", "", "", "", "")


def test_compare_of_modules_counts_trainings_and_results_of_the_module(count: Count) -> None:
    tables = programme(enterprise=enterprises(3), enrolment=enrolments(3), training=[
        training("e0", completed_on="2014-05-01"), training("e0", "m2", due_on="2014-05-01"),
        training("e1", workshop_on="2014-05-01"),
    ], result=[result("e0", module="m1", before=1, after=2), result("e1", before=1, after=2)])  # fmt: skip
    told = {
        measure: {each["group"]: (each["value"], each["of"])
                  for each in count(tables, "compare", "", "module", measure)}
        for measure in ("enterprises", "trained", "modules_completed", "m1_completed", "reported", "better-output")
    }  # fmt: skip
    assert told == {
        "enterprises": {"m1": ("2", ""), "m2": ("1", "")},  # e2 has no training
        "trained": {"m1": ("2", "2"), "m2": ("0", "1")},
        "modules_completed": {"m1": ("1", "2"), "m2": ("0", "1")},
        "m1_completed": {"m1": ("1", "2"), "m2": ("0", "0")},
        "reported": {"m1": ("1", "2"), "m2": ("0", "0")},  # the result without a module is of no row
        "better-output": {"m1": ("1", "1"), "m2": ("0", "0")},
    }


def test_compare_has_a_group_for_what_has_no_value(count: Count) -> None:
    tables = programme(
        round=[row(code="r1", name_en="1", phase="p1"), row(code="r2", name_en="2")],
        round_partner=[row(round="r1", partner="city", role="owner")],
        enterprise=[row(code="e0", name_en="E", place="370200"), row(code="e1", name_en="E", place="100000")],
        enrolment=[row(enterprise="e0", round="r1"), row(enterprise="e1", round="r2")],
    )
    groups = {
        kind: {each["group"]: each["value"] for each in count(tables, "compare", "", kind, "enterprises")}
        for kind in ("partner", "phase", "province", "round")
    }
    assert groups == {
        "partner": {"fed": "1", "north": "1", "city": "1", "": "1"},  # the parents have what is below them
        "phase": {"p1": "1", "": "1"},
        "province": {"370000": "1", "": "1"},  # China lies in no province
        "round": {"r1": "1", "r2": "1"},
    }


# The course of time


def test_trend_has_every_quarter_and_tells_apart_what_has_none(count: Count) -> None:
    completed = ("2014-02-10", "2014-03", "2014-09-30", "2014", "by 2014-06-30", "2015-01-01")
    tables = programme(
        enterprise=enterprises(6),
        enrolment=enrolments(6, recruited_on="2013-01-01"),
        training=[training(f"e{n}", completed_on=written) for n, written in enumerate(completed)],
    )
    assert [tuple(each.values()) for each in count(tables, "trend", "", "modules_completed")] == [
        ("", "modules_completed", "2", ""),  # a year, and a "by" date
        ("2014-Q1", "modules_completed", "2", "2"),
        ("2014-Q2", "modules_completed", "0", "2"),
        ("2014-Q3", "modules_completed", "1", "3"),
        ("2014-Q4", "modules_completed", "0", "3"),
    ]
    assert headline(count, tables, "modules_completed") == ("5", "5")  # 3 + 2


@pytest.mark.parametrize(
    ("columns", "quarter"),
    [
        ({"workshop_on": "2014-02-10", "completed_on": "2014-08-01"}, "2014-Q1"),
        ({"workshop_on": "2014-08-10", "assessed_on": "2014-05-01"}, "2014-Q2"),  # the first on record, whichever
        # The number of visits is known by the end of April, on no day of its own, and before the assessment.
        ({"visits_done": 1, "assessed_on": "2014-05-01", "source": "spring"}, ""),
        ({"visits_done": 1, "assessed_on": "2014-05-01", "source": "autumn"}, "2014-Q2"),
        ({"visits_done": 1, "assessed_on": "2014-05-01"}, ""),  # seen always: before everything
        # On one day the more precise: the workshop is of the 30th, the assessment of some day until then.
        ({"workshop_on": "2014-04-30", "assessed_on": "by 2014-04-30"}, "2014-Q2"),
        ({"workshop_on": "2014-05", "assessed_on": "by 2014-04-30"}, ""),
    ],
)
def test_trained_is_counted_in_the_quarter_of_the_first_step(count: Count, columns: Row, quarter: str) -> None:
    tables = programme(training=[training(**columns)])
    new = [each["quarter"] for each in count(tables, "trend", "", "trained") if each["new"] == "1"]
    assert new == [quarter]


def test_enrolment_known_by_its_round_alone_is_told_apart(count: Count) -> None:
    tables = programme(
        round=[row(code="r1", name_en="1", started_on="2014-02-01")],
        enterprise=enterprises(2),
        enrolment=[row(enterprise="e0", round="r1"), row(enterprise="e1", round="r1", baseline_on="2014-10")],
    )
    assert [tuple(each.values()) for each in count(tables, "trend", "", "enterprises")] == [
        ("", "enterprises", "1", ""),
        ("2014-Q4", "enterprises", "1", "1"),
    ]


def test_reported_is_counted_for_the_trained_by_the_first_result(count: Count) -> None:
    tables = programme(
        enterprise=enterprises(3), enrolment=enrolments(3),
        training=[training(f"e{n}", workshop_on="2014-05-01") for n in (0, 1)],
        result=[
            result("e0", before=1, before_on="2014-05-01", after=2, after_on="2014-11-01"),
            result("e1", before=1, after=2, after_on="2014-11-01"),  # its before is seen with the after
            result("e2", before=1, before_on="2014-05-01"),  # not trained
        ],
    )  # fmt: skip
    rows = count(tables, "trend", "", "reported")
    # The before of e1 has no date and no source: it is seen always, so e1's first fact has no day.
    assert [tuple(each.values()) for each in rows] == [
        ("", "reported", "1", ""),
        ("2014-Q2", "reported", "1", "1"),
        ("2014-Q3", "reported", "0", "1"),
        ("2014-Q4", "reported", "0", "1"),
    ]


# Targets


def target_row(count: Count, figures: list[Row], goal: Row, search: str = "", **tables: list[Row]) -> Cells:
    placed = [{"place": "370000"} | each for each in figures]
    return count(programme(reported_figure=placed, target=[goal], **tables), "targets", search)[0]


@pytest.mark.parametrize(
    ("figures", "state", "actual_due", "actual_now"),
    [
        ([figure("a", 40, as_of="2014-06")], "reached", "40", "40"),
        ([figure("a", 39, as_of="2014-06")], "missed", "39", "39"),
        ([figure("a", 39, as_of="2014-06"), figure("b", 40, as_of="2014-07-01")], "reached-later", "39", "40"),
        ([figure("b", 40, as_of="2014-07-01")], "reached-later", "", "40"),
        ([figure("b", 39, as_of="2014-07-01")], "not-reported", "", "39"),
        ([], "not-reported", "", ""),
        ([figure("a", 40, as_of="2015-01-01")], "not-reported", "", ""),  # not seen yet
        # The latest on the day decides, of one day the greater code; reached once is not reached at the end.
        ([figure("a", 50, as_of="2014-05-01"), figure("b", 30, as_of="2014-06-30")], "missed", "30", "30"),
        ([figure("a", 50, as_of="2014-06-30"), figure("b", 30, as_of="2014-06-30")], "missed", "30", "30"),
        # A figure of a round or a partner is no actual; one of a phase is.
        ([figure("a", 40, as_of="2014-05-01", round="r1")], "not-reported", "", ""),
        ([figure("a", 40, as_of="2014-05-01", partner="fed")], "not-reported", "", ""),
        ([figure("a", 40, as_of="2014-05-01", phase="p1")], "reached", "40", "40"),
        ([figure("a", 40, as_of="2014-05-01", scope="m1")], "not-reported", "", ""),
        # A figure without a date has the day of its source; with neither it has none.
        ([figure("a", 40, source="spring")], "reached", "40", "40"),
        ([figure("a", 40, source="autumn")], "reached-later", "", "40"),
        ([figure("a", 40, source="undated")], "not-reported", "", ""),
        # More than 40 is 40 or more; at most 39 is not; at most 40 may be.
        ([figure("a", 40, as_of="2014-05-01", operator=">")], "reached", "40", "40"),
        ([figure("a", 39, as_of="2014-05-01", operator="<")], "missed", "39", "39"),
        ([figure("a", 40, as_of="2014-05-01", operator="<")], "not-reported", "40", "40"),
        ([figure("a", 39, as_of="2014-05-01", operator=">")], "not-reported", "39", "39"),
        ([figure("a", 40, as_of="2014-05-01", operator="~")], "reached", "40", "40"),
    ],
)
def test_state_of_a_target_whose_day_has_passed(
    count: Count, figures: list[Row], state: str, actual_due: str, actual_now: str
) -> None:
    told = target_row(count, figures, target(40, "2014-06"))
    assert (told["state"], told["actual_due"], told["actual_now"]) == (state, actual_due, actual_now)


@pytest.mark.parametrize(
    ("figures", "state"),
    [
        ([figure("a", 40, as_of="2014-05-01")], "reached"),
        ([figure("a", 39, as_of="2014-05-01")], "on-the-way"),
        ([figure("a", 0, as_of="2014-05-01")], "on-the-way"),
        ([figure("a", 39, as_of="2014-05-01", operator=">")], "on-the-way"),
        ([], "not-reported"),
    ],
)
def test_state_of_a_target_before_its_day(count: Count, figures: list[Row], state: str) -> None:
    told = target_row(count, figures, target(40, "2015-06"))
    assert told["state"] == state
    assert told["actual_due"] == told["actual_now"]


def test_day_of_a_target_is_the_last_day_it_can_mean(count: Count) -> None:
    told = [
        target_row(count, [figure("a", 39, as_of="2014-05-01")], target(40, "2014-06"), f"as_of={day}")["state"]
        for day in ("2014-06-29", "2014-06-30")
    ]
    assert told == ["on-the-way", "missed"]


@pytest.mark.parametrize(
    ("operator", "value", "up", "down"),
    [
        ("=", 4, True, True), ("=", 5, True, False), ("=", 3, False, True), ("~", 3, False, True),
        (">", 4, True, False), (">", 5, True, False), (">", 3, None, None),  # more than 4 is not at most 4
        ("<", 4, None, True), ("<", 3, False, True), ("<", 5, None, None),  # at most 4 may be 4
    ],
)  # fmt: skip
def test_bound_decides_a_target_only_where_it_is_certain(
    operator: str, value: float, up: bool | None, down: bool | None
) -> None:
    tables = programme(
        target=[target(4, "2014-06-30")],
        reported_figure=[figure("a", value, operator=operator, place="370000", as_of="2014-05-01")],
    )
    actual = standings(asked(tables))[0].now
    assert reached(4, actual, "up") is reached(4, actual, "context") is up
    assert reached(4, actual, "down") is down


@pytest.mark.parametrize(
    ("goal", "figures", "attainment", "as_of"),
    [
        # Without a baseline actual ÷ target, for more is better and a target above zero.
        (target(40, "2014-06"), [figure("a", 30, as_of="2014-05")], "0.75", "2014-05"),
        (target(0, "2014-06"), [figure("a", 30, as_of="2014-05")], "", "2014-05"),
        (target(40, "2014-06", "absence"), [figure("a", 30, "absence", as_of="2014-05")], "", "2014-05"),
        # From 20 to 40, half the way; down from 10 to 5, three fifths.
        (target(40, "2014-06", baseline=20), [figure("a", 30, as_of="2014-05")], "0.5", "2014-05"),
        (target(5, "2014-06", "absence", baseline=10), [figure("a", 7, "absence", as_of="2014-05")], "0.6", "2014-05"),
        (target(0, "2014-06", "absence", baseline=10), [figure("a", 7, "absence", as_of="2014-05")], "0.3", "2014-05"),
        # A baseline equal to the target is no way to go.
        (target(40, "2014-06", baseline=40), [figure("a", 30, as_of="2014-05")], "0.75", "2014-05"),
        (target(40, "2014-06"), [figure("a", 30, as_of="2014-05", operator="~")], "", "2014-05"),
        # Of the actual on the day where there is one, else of the latest.
        (
            target(40, "2014-06"),
            [figure("a", 30, as_of="2014-05"), figure("b", 40, as_of="2014-08")],
            "0.75",
            "2014-05",
        ),
        (target(40, "2014-06"), [figure("b", 20, as_of="2014-08")], "0.5", "2014-08"),
        (target(40, "2015-06"), [figure("b", 20, as_of="2014-08")], "0.5", "2014-08"),
        (target(40, "2014-06"), [figure("b", 20, source="autumn")], "0.5", "by 2014-09-30"),  # the day of its source
    ],
)
def test_attainment_is_the_part_of_the_way(
    count: Count, goal: Row, figures: list[Row], attainment: str, as_of: str
) -> None:
    told = target_row(count, figures, goal)
    assert (told["attainment"], told["actual_as_of"]) == (attainment, as_of)


def test_target_with_a_measure_is_held_against_the_headline_of_its_place_and_scope(count: Count) -> None:
    tables = programme(
        enterprise=[*enterprises(3, place="370200"), row(code="far", name_en="Far", place="310000")],
        enrolment=[*enrolments(3), row(enterprise="far", round="r1")],
        training=[
            training("e0", completed_on="2014-05-01"), training("e1", completed_on="2014-09-01"),
            training("e2", "m2", completed_on="2014-05-01"), training("far", completed_on="2014-05-01"),
        ],
        target=[target(2, "2014-06", measure="modules_completed", scope="m1"),
                target(3, "2014-06", measure="modules_completed")],
    )  # fmt: skip
    told = {each["scope"]: tuple(each.values())[6:] for each in count(tables, "targets")}
    assert told == {
        # In Shandong e0 had completed Module 1 by the end of June, e0 and e1 have by now.
        "m1": ("1", "2", "2014-06-30", "reached-later", "0.5"),
        # In any module e0 and e2 had, and e1 has by now.
        "": ("2", "3", "2014-06-30", "reached-later", "0.666667"),
    }


def test_filters_choose_targets_and_not_the_figures_beside_them(count: Count) -> None:
    figures = [figure("a", 40, as_of="2014-05-01", phase="p2")]
    goal = target(40, "2014-06")
    # June is the end of phase 1; the figure of phase 2 is still the actual.
    assert target_row(count, figures, goal, "phase=p1")["state"] == "reached"
    tables = programme(target=[goal], reported_figure=figures)
    assert count(tables, "targets", "phase=p2") == []
    assert count(tables, "targets", "place=310000") == []
    for search in ("partner=fed", "sector=garments", "round=r1"):
        assert count(tables, "targets", search) == []


def test_target_is_seen_from_its_source(count: Count) -> None:
    tables = programme(target=[target(40, "2015-06", source="spring")])
    assert [len(count(tables, "targets", f"as_of=2014-04-{day}")) for day in (29, 30)] == [0, 1]


def test_framework_has_a_row_for_each_target(count: Count) -> None:
    goal = target(40, "2014-06", baseline=20, baseline_on="2013", women_percent=50, level="outcome", comment_en="Late.",
                  comment_zh="晚了。", source="spring")  # fmt: skip
    figures = [figure("a", 30, as_of="2014-05", women_percent=45, place="370000", source="autumn")]
    assert [tuple(each.values()) for each in count(programme(target=[goal], reported_figure=figures), "framework")] == [
        ("outcome", "enterprises-trained", "370000", "", "20", "2013", "2014-06", "40", "50", "30", "45", "spring",
         "Late.", "晚了。"),
    ]  # fmt: skip


# Where nothing is seen


def test_nothing_seen_leaves_rows_of_zeros_and_blank_shares(count: Count) -> None:
    nothing = "as_of=2000-01-01"
    tables = programme()
    assert headline(count, tables, "trained", nothing) == ("0", "0")
    assert [each["planned"] for each in count(tables, "module-funnel", nothing)] == ["0", "0", "0"]
    assert {(each["of"], each["recorded"], each["share"]) for each in count(tables, "journey", nothing)} == {
        ("0", "0", "")
    }
    assert [each["enterprises"] for each in count(tables, "breadth", nothing)] == ["0", "0", "0"]
    assert [tuple(each.values()) for each in count(tables, "coverage", nothing)] == [("total", "", "0", "0", "0", "")]
    for code in ("regions", "matrix", "change", "pairs", "targets", "capacity", "events", "published"):
        assert count(tables, code, nothing) == []
    assert count(tables, "trend", nothing, "enterprises") == []
    assert count(tables, "compare", nothing, "sector", "trained") == []
