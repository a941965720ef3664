"""Every exhibit of the ten-enterprise programme against numbers counted by hand, and the measures one by one.

`test_rules_by_hand.py` works each rule in a programme of its own.
"""

import csv
import io
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
import pytest
from programme import PROGRAMME, load_rows

from data.catalogue import read_catalogue
from data.coverage_line import Coverage
from data.engine import measures
from data.exhibits import EXHIBITS, build
from data.exports.csv_files import to_csv
from data.filters import Filters
from data.privacy.viewer import MANAGER
from data.storage.database import writing_engine
from data.view import View

pytestmark = pytest.mark.both_databases

Cells = dict[str, str]
Ask = Callable[..., dict[str, Cells]]


@pytest.fixture(scope="module")
def view(new_database: Callable[[], str]) -> Iterator[Callable[[str], View]]:
    """The view of an address's filters on the ten-enterprise programme."""
    engine = writing_engine(new_database())
    load_rows(engine, PROGRAMME)
    with engine.connect() as connection:
        catalogue = read_catalogue(connection)
        yield lambda search: View.open(connection, catalogue, MANAGER, Filters.from_search(search))
    engine.dispose()


@pytest.fixture(scope="module")
def exhibit_rows(view: Callable[[str], View]) -> Ask:
    """An exhibit's exported rows by their first column (or the given columns, joined by a space)."""

    def asked(code: str, search: str = "", by: tuple[str, ...] = ()) -> dict[str, Cells]:
        rows = list(csv.DictReader(io.StringIO(to_csv(build(view(search), code)))))
        keys = by or (EXHIBITS[code].exported[0],)
        found = {" ".join(row[key] for key in keys): row for row in rows}
        assert len(found) == len(rows)
        return found

    return asked


def picked(row: Cells, *columns: str) -> tuple[str, ...]:
    return tuple(row[column] for column in columns)


def column(rows: dict[str, Cells], name: str) -> dict[str, str]:
    return {key: row[name] for key, row in rows.items()}


# overview


def test_overview_of_everything_as_of_the_record_date(exhibit_rows: Ask) -> None:
    rows = exhibit_rows("overview")
    assert {key: picked(row, "value", "of") for key, row in rows.items()} == {
        # a to i; j is recruited in 2015. a and i are in two rounds and count once.
        "enterprises": ("9", ""),
        # All but g, which only ever had a due date. c has no workshop on record but was assessed.
        "trained": ("8", "9"),
        # a 100 + b 50 + d 200 + e 80 + f 120 + h 40 + i 60; c's size is unknown.
        "workers_reached": ("650", ""),
        "workers_unknown": ("1", "8"),
        # Managers and workers: a 13 and 10, b 1, d 8, e 5, f 5, h 7, i 4 and 4.
        "people_trained": ("57", ""),
        # a 4, b 1, d 3, e 5, f 0, h 2, i 1; unknown for a's m2, c and i in r2. Heads of the same: 13, 1, 8, 5, 5, 7, 4.
        "women_trained": ("16", "43"),
        # a 2, b 1, d 0, e 1, h 1, i 1; planned: a, b, d and e 2 each. What f plans has not started.
        "visits": ("6", "8"),
        # a m1 and m2, e m1; due: 8 × m1 (a and i once each, not f), 2 × m2 (a, c), 2 × m3 (b, f).
        "modules_completed": ("3", "12"),
        "overdue": ("2", "12"),  # c's m2, g's m1
        "stale": ("2", "12"),  # b's and c's m1: nothing since 2013. i began again, f in November.
        "reported": ("7", "8"),  # all trained but f
        "paired": ("4", "8"),  # a, b, d, e
        # r3 has no enterprise yet.
        "rounds": ("2", "3"),
        # Qingdao, Shandong (c), Shanghai.
        "places": ("3", ""),
        # fed-qd, its parent fed, and buyer, whose two roles are one partner.
        "partners": ("3", ""),
    }


def test_overview_of_a_parent_partner_includes_its_child_partner(exhibit_rows: Ask) -> None:
    # fed: r1 through fed-qd, and r3 of its own, which is planned. In r1: a, b, c, d, i.
    rows = exhibit_rows("overview", "partner=fed")
    assert column(rows, "value") == {
        "enterprises": "5",
        "trained": "5",
        "workers_reached": "410",  # a 100, b 50, d 200, i 60
        "workers_unknown": "1",  # c
        "people_trained": "36",  # a 13 + 10, b 1, d 8, i 4 (in r1)
        "women_trained": "9",  # a 4, b 1, d 3, i 1
        "visits": "4",  # a 2, b 1, d 0, i 1
        "modules_completed": "2",  # a's
        "overdue": "1",  # c's m2
        "stale": "2",  # b's and c's m1; i's was dropped
        "reported": "5",
        "paired": "3",  # a, b, d
        "rounds": "1",
        "places": "2",  # Qingdao and Shandong
        "partners": "3",  # fed, fed-qd, buyer
    }
    assert rows["rounds"]["of"] == "2"


def test_filters_apply_to_the_same_enrolment(exhibit_rows: Ask) -> None:
    # a and i met fed in r1; what they did in r2 is not fed's.
    rows = exhibit_rows("overview", "partner=fed&round=r2")
    assert set(column(rows, "value").values()) == {"0"}


def test_place_filter_includes_places_below_and_the_single_place_of_a_round(exhibit_rows: Ask) -> None:
    # Shandong: c itself; a and b in Qingdao; d and i (in r1 only) through r1's single place.
    rows = exhibit_rows("overview", "place=370000")
    assert picked(rows["enterprises"], "value") == ("5",)
    assert picked(rows["rounds"], "value", "of") == ("2", "3")  # a is in r2 too, with its own place
    # i's training in r2 has no place: 13 + 10 + 1 + 8 + 4.
    assert picked(rows["people_trained"], "value") == ("36",)


def test_overview_in_mid_2013_excludes_later_events(exhibit_rows: Ask) -> None:
    rows = exhibit_rows("overview", "as_of=2013-06-30")
    # Round 1 only. a has completed m1, not yet m2 (workshop in September), so 13 + 1 + 8 + 4 people.
    assert picked(rows["enterprises"], "value") == ("5",)
    assert picked(rows["trained"], "value") == ("5",)
    assert picked(rows["people_trained"], "value") == ("26",)
    assert picked(rows["modules_completed"], "value", "of") == ("1", "5")  # 5 × m1; nothing else is due yet
    # r2 begins in 2014. r3 has neither a start nor a source, and is seen always.
    assert picked(rows["rounds"], "value", "of") == ("1", "2")


def test_sum_of_only_unknown_terms_is_blank_and_an_empty_sum_is_zero(exhibit_rows: Ask) -> None:
    # In garments and m2 only c planned anything, and it never started: nothing to sum.
    nothing = exhibit_rows("overview", "sector=garments&module=m2")
    assert picked(nothing["trained"], "value") == ("0",)
    assert picked(nothing["workers_reached"], "value") == ("0",)
    assert picked(nothing["people_trained"], "value") == ("0",)
    assert picked(nothing["visits"], "value") == ("0",)
    # In Shandong outside Qingdao there is only c: trained, but its size, its people and its visits are unknown.
    unknown = exhibit_rows("regions")["370000"]
    assert picked(unknown, "trained", "workers") == ("1", "")
    # F's m3: five people, none of them a woman (known), and no word of visits.
    third = exhibit_rows("overview", "module=m3")
    assert picked(third["people_trained"], "value") == ("5",)
    assert picked(third["women_trained"], "value", "of") == ("0", "5")
    assert picked(third["visits"], "value") == ("",)
    # a's m2: ten people, and no word of how many were women, so no heads to compare women with.
    second = exhibit_rows("overview", "module=m2")
    assert picked(second["people_trained"], "value") == ("10",)
    assert picked(second["women_trained"], "value", "of") == ("", "")


# regions


def test_regions_of_everything(exhibit_rows: Ask) -> None:
    counts = ("level", "province", "enterprises", "trained", "m1_completed", "modules_completed", "workers")
    assert {key: picked(row, *counts) for key, row in exhibit_rows("regions").items()} == {
        # a, b, and through r1 d and i; a's two modules; 100 + 50 + 200 + 60.
        "370200": ("city", "370000", "4", "4", "1", "2", "410"),
        # c alone, of unknown size.
        "370000": ("province", "370000", "1", "1", "0", "0", ""),
        # f, g, h; g not trained; 120 + 40.
        "310000": ("province", "310000", "3", "2", "0", "0", "160"),
        # e, and i once more for r2, whose two places do not say which is i's; 80 + 60.
        "": ("", "", "2", "2", "1", "1", "140"),
    }


def test_regions_of_one_place_exclude_enterprises_without_a_place(exhibit_rows: Ask) -> None:
    assert set(exhibit_rows("regions", "place=310000")) == {"310000"}
    assert set(exhibit_rows("regions", "sector=garments")) == {"370200", "370000", "310000"}


# module-funnel and matrix


def test_module_funnel_of_everything(exhibit_rows: Ask) -> None:
    rows = exhibit_rows("module-funnel")
    assert picked(rows["m1"], "planned", "workshop", "visited", "assessed", "completed") == (
        "9",  # everyone but j
        "6",  # a, b, d, e, h, i; not f, g
        "5",  # a, b, e, h, i (in r1); d had no visit
        "3",  # a, c, e
        "2",  # a, e
    )
    # c was assessed without a record of a workshop or a visit.
    assert picked(rows["m1"], "workshop_assumed", "visited_assumed", "assessed_assumed") == ("1", "1", "0")
    assert picked(rows["m1"], "in_progress", "stale", "dropped", "overdue", "not_yet_due", "without_due_date") == (
        "3",  # b, c, i (its later training decides)
        "2",  # b, c
        "2",  # d, h
        "1",  # g, due on the very day
        "1",  # f; a's second m1 is not yet due either, but a has completed the first
        "0",
    )
    # Of the 9 planned less the 1 not yet due.
    assert picked(rows["m1"], "workshop_share", "visited_share", "assessed_share", "completed_share") == (
        "0.75", "0.625", "0.375", "0.25",
    )  # fmt: skip
    # a completed without a record of visit and assessment; c is overdue.
    assert list(rows["m2"].values()) == [
        "m2", "2", "1", "0", "0", "1", "0", "1", "1", "0", "0", "0", "1", "0", "0", "0.5", "0", "0", "0.5",
    ]  # fmt: skip
    # b dropped before it began; f is in progress with a workshop only.
    assert list(rows["m3"].values()) == [
        "m3", "2", "1", "0", "0", "0", "0", "0", "0", "1", "0", "1", "0", "0", "0", "0.5", "0", "0", "0",
    ]  # fmt: skip


def test_module_funnel_of_round_2_and_one_module(exhibit_rows: Ask) -> None:
    rows = exhibit_rows("module-funnel", "round=r2&module=m1")
    assert list(rows) == ["m1"]
    # a and f not yet due, e completed, g overdue, h dropped, i in progress. Base 4; workshops e, h, i.
    assert list(rows["m1"].values()) == [
        "m1", "6", "3", "2", "1", "1", "0", "0", "0", "1", "0", "1", "1", "2", "0", "0.75", "0.5", "0.25", "0.25",
    ]  # fmt: skip


def test_module_funnel_without_due_enterprises_has_no_shares(exhibit_rows: Ask) -> None:
    # In the middle of 2013 m2 is planned for a and c and due for neither.
    row = exhibit_rows("module-funnel", "as_of=2013-06-30")["m2"]
    assert picked(row, "planned", "not_yet_due", "workshop_share", "completed_share") == ("2", "2", "", "")


def test_matrix_shows_the_round_that_determines_the_state(exhibit_rows: Ask) -> None:
    rows = exhibit_rows("matrix", by=("enterprise", "module"))
    assert {key: picked(row, "state", "round") for key, row in rows.items()} == {
        "a m1": ("completed", "r1"),
        "a m2": ("completed", "r1"),
        "b m1": ("in-progress", "r1"),
        "b m3": ("dropped", "r1"),
        "c m1": ("in-progress", "r1"),
        "c m2": ("overdue", "r1"),
        "d m1": ("dropped", "r1"),
        "e m1": ("completed", "r2"),
        "f m1": ("not-yet-due", "r2"),
        "f m3": ("in-progress", "r2"),
        "g m1": ("overdue", "r2"),
        "h m1": ("dropped", "r2"),
        "i m1": ("in-progress", "r2"),
    }


def test_matrix_of_the_first_round_shows_the_states_in_that_round(exhibit_rows: Ask) -> None:
    rows = exhibit_rows("matrix", "round=r1&sector=machinery", by=("enterprise", "module"))
    assert column(rows, "state") == {
        "a m1": "completed",
        "a m2": "completed",
        "b m1": "in-progress",
        "b m3": "dropped",
        "i m1": "dropped",
    }


# journey and breadth


def test_journey_of_everything(exhibit_rows: Ask) -> None:
    assert [list(row.values()) for row in exhibit_rows("journey").values()] == [
        ["enrolled", "9", "9", "0", "1"],
        # a, b, d, e, g, i. c, f and h went further without one, and a baseline is never assumed.
        ["baseline", "9", "6", "0", "0.666667"],
        # Due for all but f. a, b, d, e, h, i by the date; c by its assessment.
        ["m1_workshop", "8", "6", "1", "0.75"],
        # a and e. f started m3, but its m1 is not due yet.
        ["m1_completed", "8", "2", "0", "0.25"],
        # Due for a and c (m2), b and f (m3); a and f began.
        ["further_started", "4", "2", "0", "0.5"],
        # a.
        ["further_completed", "4", "1", "0", "0.25"],
        # Due for all but f; a, and e, which planned m1 alone.
        ["all_planned_completed", "8", "2", "0", "0.25"],
    ]


def test_breadth_counts_completed_modules_per_enterprise(exhibit_rows: Ask) -> None:
    # a completed m1 and m2, e m1.
    assert column(exhibit_rows("breadth"), "enterprises") == {"1": "2", "2": "1", "3": "0"}
    assert column(exhibit_rows("breadth", "partner=fed"), "enterprises") == {"1": "1", "2": "1", "3": "0"}
    assert column(exhibit_rows("breadth", "as_of=2013-06-30"), "enterprises") == {"1": "1", "2": "0", "3": "0"}


# pairs, change and coverage


def test_pairs_take_the_first_before_and_the_last_after(exhibit_rows: Ask) -> None:
    rows = exhibit_rows("pairs", by=("enterprise", "indicator"))
    assert {key: tuple(row.values())[2:] for key, row in rows.items()} == {
        "a defects": ("10", "5", "-5", "-0.5", "better", "r1", "m2", "sheet"),
        "b defects": ("0", "2", "2", "", "worse", "r1", "m1", "sheet"),  # no baseline to divide by
        "d defects": ("4", "4", "0", "0", "same", "r1", "m1", "sheet"),
        "a headcount": ("100", "110", "10", "0.1", "context", "", "", ""),
        "a plan": ("0", "1", "1", "", "better", "r1", "m1", "sheet"),
        "b plan": ("1", "1", "0", "", "same", "r1", "m1", "sheet"),
        "d plan": ("1", "0", "-1", "", "worse", "r1", "m1", "sheet"),  # a practice has no relative change
        "e plan": ("0", "0", "0", "", "same", "r2", "m1", "sheet"),
    }


def test_pair_under_a_module_filter_uses_the_row_of_that_module(exhibit_rows: Ask) -> None:
    first = exhibit_rows("pairs", "module=m1", by=("enterprise", "indicator"))
    assert picked(first["a defects"], "before", "after", "module", "source") == ("10", "8", "m1", "report")
    assert "a headcount" not in first  # of no module: unknown is no evidence
    assert picked(exhibit_rows("pairs", "module=m2")["a"], "before", "after") == ("8", "5")


def test_change_of_a_percentage_that_should_fall(exhibit_rows: Ask) -> None:
    row = exhibit_rows("change")["defects"]
    # a 10 → 5, b 0 → 2, d 4 → 4; relative: a −½ and d 0, none for b.
    assert picked(row, "pairs", "median_before", "median_after", "median_change") == ("3", "4", "4", "0")
    assert row["median_relative_change"] == "-0.25"
    assert picked(row, "change_low", "change_high") == ("", "")  # below 6 pairs
    assert picked(row, "better_count", "same_count", "worse_count", "better_share") == ("1", "1", "1", "0.333333")
    assert picked(row, "better_low", "better_high") == ("", "")  # below 6 pairs as well
    assert picked(row, "had_before", "had_after", "gained", "lost") == ("", "", "", "")
    # a from March to December 2013; b and d gave no dates.
    assert picked(row, "months_between", "months_between_n") == ("9", "1")
    # e's before whose after is not seen yet, h's bound, i's change without levels.
    assert row["other_facts"] == "3"


def test_change_of_a_practice_has_counts_and_no_median(exhibit_rows: Ask) -> None:
    row = exhibit_rows("change")["plan"]
    assert picked(row, "pairs", "had_before", "had_after", "gained", "lost") == ("4", "2", "2", "1", "1")
    assert picked(row, "better_count", "same_count", "worse_count", "better_share") == ("1", "2", "1", "0.25")
    assert (
        picked(
            row, "median_before", "median_after", "median_change", "change_low", "change_high", "median_relative_change"
        )
        == ("",) * 6
    )
    assert row["other_facts"] == "1"  # c's before alone; f's empty row reports nothing


def test_change_of_a_context_indicator_is_neither_better_nor_worse(exhibit_rows: Ask) -> None:
    row = exhibit_rows("change")["headcount"]
    assert picked(row, "pairs", "median_change", "median_relative_change") == ("1", "10", "0.1")
    assert (
        picked(row, "better_count", "same_count", "worse_count", "better_share", "better_low", "better_high")
        == ("",) * 6
    )


def test_change_of_an_indicator_without_pairs_is_listed_with_its_other_facts(exhibit_rows: Ask) -> None:
    row = exhibit_rows("change")["output"]
    assert picked(row, "pairs", "better_count", "same_count", "worse_count", "other_facts") == ("0", "0", "0", "0", "1")
    assert picked(row, "median_change", "better_share", "better_low", "better_high") == ("", "", "", "")


def test_change_omits_indicators_without_a_result(exhibit_rows: Ask) -> None:
    assert list(exhibit_rows("change")) == ["defects", "headcount", "output", "plan"]
    # g has no module, a's headcount neither.
    assert list(exhibit_rows("change", "module=m1")) == ["defects", "plan"]


def test_change_half_a_year_later_includes_the_later_after_values(exhibit_rows: Ask) -> None:
    row = exhibit_rows("change", "as_of=2015-06-30")["defects"]
    # a −5, b +2, d 0, and now e −3 and j −8: five pairs, median −3, still too few for an interval.
    assert picked(row, "pairs", "median_change", "change_low", "better_count") == ("5", "-3", "", "3")
    assert row["other_facts"] == "2"


def test_coverage_of_every_group(exhibit_rows: Ask) -> None:
    rows = exhibit_rows("coverage", by=("group_kind", "group"))
    assert {key: tuple(row.values())[2:] for key, row in rows.items()} == {
        # Trained: all but g. Reported: all but f, so g without a training; 7 of the 8 trained. Paired: a, b, d, e.
        "total ": ("8", "8", "4", "0.875"),
        # r1 through the child: a, b, c, d, i, who all reported something of r1; pairs of a, b, d.
        "partner fed": ("5", "5", "3", "1"),
        "partner fed-qd": ("5", "5", "3", "1"),
        # Partner of both rounds.
        "partner buyer": ("8", "8", "4", "0.875"),
        # a, b, f, i; f reported nothing; a and b have pairs.
        "sector machinery": ("4", "3", "2", "0.75"),
        # c, d, g, h; g reported without a training; d has pairs.
        "sector garments": ("3", "4", "1", "1"),
        # e.
        "sector ": ("1", "1", "1", "1"),
        "round r1": ("5", "5", "3", "1"),
        # Trained in r2: e, f, h, i. Reported: e, g, h, and a by its headcount, which names no round; i's change is of
        # r1. So e and h of the four; pairs of e and (headcount) a.
        "round r2": ("4", "4", "2", "0.5"),
    }


def test_coverage_line_and_sources_accompany_the_exhibit(view: Callable[[str], View]) -> None:
    exhibit = build(view(""), "change")
    assert exhibit.coverage == Coverage(
        # e, and i in round 2, have no place.
        pairs=8, paired=4, paired_of_trained=4, reported=8, trained=8, enterprises=9,
        without_place=2,
    )  # fmt: skip
    # The seen results of enterprises enrolled by then: 12 from the sheet, one from the report, one from nowhere.
    assert (exhibit.sources, exhibit.unsourced) == ({"sheet": 12, "report": 1}, 1)


# published


@pytest.mark.parametrize(
    ("search", "figures"),
    [
        ("", {"qingdao-2013", "round-2", "undated"}),
        ("as_of=2015-12-31", {"qingdao-2013", "round-2", "undated", "next-year"}),
        ("as_of=2013-12-31", {"qingdao-2013", "undated"}),
        ("place=370000", {"qingdao-2013"}),  # Qingdao lies in Shandong
        ("round=r2", {"round-2"}),
        ("phase=p1", {"qingdao-2013"}),
        ("phase=p2", {"round-2"}),  # r2's phase
        ("partner=buyer", {"round-2"}),  # r2's partner
        ("partner=fed", {"undated"}),  # a child's figure is its parent's
        ("partner=buyer&place=370000", set()),
        ("sector=garments", set()),  # it cannot be split
        ("module=m1", set()),
    ],
)
def test_published_figures_under_a_filter(exhibit_rows: Ask, search: str, figures: set[str]) -> None:
    assert set(exhibit_rows("published", search)) == figures


def test_published_figures_are_shown_as_printed(exhibit_rows: Ask) -> None:
    rows = exhibit_rows("published")
    columns = ("indicator", "place", "as_of", "operator", "value", "unit", "base", "source")
    assert picked(rows["qingdao-2013"], *columns) == (
        "reach", "370200", "2013-12-31", ">", "300", "count", "", "report",
    )  # fmt: skip
    assert picked(rows["round-2"], *columns) == ("defects", "", "2014-06-30", "=", "20.5", "percent", "12", "report")
    assert picked(rows["undated"], *columns) == ("reach", "", "", "~", "0", "count", "", "")


# The measures


@pytest.mark.parametrize(
    ("count", "low", "high"),
    [
        (6, 1, 6),  # 1 − 2/64 = 0.969
        (8, 1, 8),  # ranks 2 and 7 would hold it with 1 − 2·9/256 = 0.930
        (9, 2, 8),  # 1 − 2·10/512 = 0.961
        (10, 2, 9),  # 1 − 2·11/1024 = 0.979; ranks 3 and 8 0.891
        (20, 6, 15),  # 0.959
        (100, 40, 61),  # 0.965
    ],
)
def test_median_interval_has_the_known_ranks(count: int, low: int, high: int) -> None:
    values = np.random.default_rng(count).permutation(np.arange(1, count + 1)).astype(float)
    assert measures.median_interval(values) == (low, high)


@pytest.mark.parametrize("count", [0, 1, 5])
def test_median_interval_of_fewer_than_six_values_is_none(count: int) -> None:
    # At 5 even the whole range holds the median with 1 − 2/32 = 0.9375 only.
    assert measures.median_interval(np.arange(count, dtype=float)) is None


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    # With x = 0 the upper end is z²/(n + z²) = 3.841459/13.841459, and with x = n the mirror image.
    [(0, 10, 0.0, 0.277533), (10, 10, 0.722467, 1.0), (5, 10, 0.236593, 0.763407), (1, 4, 0.045587, 0.699358)],
)
def test_wilson_interval_agrees_with_known_values(count: int, of: int, low: float, high: float) -> None:
    assert measures.wilson_interval(count, of) == pytest.approx((low, high), abs=1e-6)


def test_wilson_interval_of_nothing_is_none() -> None:
    assert measures.wilson_interval(0, 0) is None


def pairs_of(indicator: str, levels: list[tuple[float, float]]) -> pd.DataFrame:
    before, after = zip(*levels, strict=True)
    return pd.DataFrame({"indicator": indicator, "before": before, "after": after})


def test_relative_change_divides_by_the_absolute_baseline_and_never_by_zero() -> None:
    frame = measures.with_change(pairs_of("x", [(4, 5), (-4, -2), (0, 3), (0, 0)]), {"x": "up"}, {"x": "days"})
    assert list(frame["change"]) == [1, 2, 3, 0]
    assert list(frame["relative_change"].head(2)) == [0.25, 0.5]
    assert frame["relative_change"].tail(2).isna().all()
    assert list(frame["verdict"]) == ["better", "better", "better", "same"]


@pytest.mark.parametrize(
    ("direction", "verdicts"),
    [
        ("up", ["better", "same", "worse"]),
        ("down", ["worse", "same", "better"]),
        ("context", ["context", "context", "context"]),
    ],
)
def test_change_is_judged_by_the_direction_of_the_indicator(direction: str, verdicts: list[str]) -> None:
    frame = measures.with_change(pairs_of("x", [(1, 2), (2, 2), (3, 2)]), {"x": direction}, {"x": "days"})
    assert list(frame["verdict"]) == verdicts


def test_change_of_only_floating_point_noise_is_no_change() -> None:
    frame = measures.with_change(pairs_of("x", [(0.3, 0.1 + 0.2), (4.13, 0.61)]), {"x": "up"}, {"x": "days"})
    assert list(frame["verdict"]) == ["same", "worse"]
    assert list(frame["change"]) == [0, -3.52]


def test_change_of_pairs_with_zero_baselines_has_no_relative_median() -> None:
    frame = measures.with_change(pairs_of("x", [(0, 1), (0, 3)]), {"x": "up"}, {"x": "days"})
    numbers = measures.change(frame, unit="count", better="up")
    assert (numbers.median_change, numbers.median_relative_change) == (2, None)


def test_change_of_an_undesired_practice_counts_a_loss_as_better() -> None:
    pairs = pairs_of("fines", [(1, 0), (1, 0), (0, 1), (1, 1), (0, 0)])
    frame = measures.with_change(pairs, {"fines": "down"}, {"fines": "yes-no"})
    numbers = measures.change(frame, unit="yes-no", better="down")
    assert (numbers.had_before, numbers.had_after, numbers.gained, numbers.lost) == (3, 2, 1, 2)
    assert (numbers.better_count, numbers.same_count, numbers.worse_count) == (2, 2, 1)
    assert (numbers.median_before, numbers.median_change, numbers.change_low) == (None, None, None)


def test_share_of_a_zero_total_is_none() -> None:
    assert measures.share(0, 0) is None
    assert measures.share(0, 4) == 0
    assert measures.share(1, 4) == 0.25
