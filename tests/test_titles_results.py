"""Titles of results, targets, trainers, rounds and published figures: none, one, ties, all equal, withheld."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from data.privacy.shown import Under, Withheld
from layouts.exhibits import capacity, change, coverage, events, framework, pairs, published, rounds, targets
from layouts.words import speaking

UNDER = Under(5)


@pytest.fixture(autouse=True)
def english() -> Any:
    with speaking("en"):
        yield


def frame(rows: list[dict[str, Any]], **defaults: Any) -> pd.DataFrame:
    return pd.DataFrame([defaults | row for row in rows], dtype=object)


def material(table: pd.DataFrame, **settings: Any) -> Any:
    base = {"table": table, "name": lambda _table, code: code, "chosen": "x", "threshold": None, "rows": True}
    return SimpleNamespace(**(base | settings))


# ---- change


def indicators(*rows: tuple[Any, Any, Any, Any, str | None]) -> pd.DataFrame:
    names = ("pairs", "better_count", "same_count", "worse_count", "majority")
    return frame([dict(zip(names, row, strict=True)) for row in rows], unit="percent")


IN_THREE = (
    "In 1 of 3 indicators with 10 or more pairs, more than half of the enterprises improved; "
    "in 1 more than half got worse"
)
MANY = (30, 25, 0, 5, "better")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([], "No before/after pair in this selection"),
        ([(0, 0, 0, 0, None)], "No before/after pair in this selection"),
        ([(1, 0, 1, 0, None)], "1 before/after pair: 0 better, 1 same, 0 worse; too few to generalise"),
        ([(2, 1, 0, 1, None), (1, 1, 0, 0, None)],
         "3 before/after pairs: 2 better, 0 same, 1 worse; too few to generalise"),
        ([(12, None, None, None, None)], "12 before/after pairs, all of indicators without a good direction"),
        ([(2, 1, 0, 1, None), (3, None, None, None, None)],
         "2 before/after pairs: 1 better, 0 same, 1 worse; too few to generalise; 3 more without a good direction"),
        ([(UNDER, UNDER, UNDER, UNDER, None)], "Too few before/after pairs of any one indicator to be shown"),
        ([MANY], "In the one indicator with 10 or more pairs, more than half of the enterprises improved"),
        ([(12, 1, 0, 11, "worse")],
         "In the one indicator with 10 or more pairs, more than half of the enterprises got worse"),
        ([(12, 6, 0, 6, "neither")],
         "In the one indicator with 10 or more pairs, no clear majority improved or got worse"),
        ([MANY, MANY], "In all 2 indicators with 10 or more pairs, more than half of the enterprises improved"),
        ([(12, 6, 0, 6, "neither")] * 2,
         "In none of 2 indicators with 10 or more pairs did a clear majority improve or get worse"),
        ([MANY, (12, 6, 0, 6, "neither"), (12, 1, 0, 11, "worse"), (3, 3, 0, 0, None)],
         IN_THREE),
    ],
)  # fmt: skip
def test_title_of_change(rows, said):
    table = indicators(*rows) if rows else indicators((0, 0, 0, 0, None)).head(0)
    assert change._title(table) == said


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([("up", 3, 1)], "The one practice moved in the good direction"),
        ([("up", 1, 1)], "The one practice did not move in the good direction"),
        ([("up", 3, 1), ("down", 3, 1), ("context", None, None)], "All 2 practices moved in the good direction"),
        ([("up", 3, 1), ("down", 1, 3)], "1 of 2 practices moved in the good direction"),
        ([("up", 0, 0), ("up", 0, 0)], "0 of 2 practices moved in the good direction"),
        ([("context", None, None)], "1 practice, without a good direction"),
        ([("up", UNDER, UNDER), ("up", 10, 5)], "2 practices, before and after"),
    ],
)
def test_title_of_practices_goes_by_the_good_direction(rows, said):
    names = ("better", "better_count", "worse_count")
    assert change._practices_title(frame([dict(zip(names, row, strict=True)) for row in rows])) == said


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ({"pairs": 0}, "x: no before/after pair"),
        ({"pairs": UNDER}, "x: too few pairs to be shown"),
        ({"pairs": 1, "median_change": -3.52},
         "x: 4.13\u00a0% before, 0.61\u00a0% after, in the one enterprise that reported both"),
        ({"pairs": 3, "median_change": -1.5}, "x: median change −1.5\u00a0points in 3 enterprises"),
        ({"pairs": 5, "median_change": None}, "x: 5 enterprises reported before and after"),
    ],
)  # fmt: skip
def test_title_of_pairs(numbers, said):
    table = frame([{"before": 4.13, "after": 0.61}])
    assert pairs._title(material(table), numbers, "percent") == said


def test_money_that_was_divided_says_per_month():
    row = {"unit": "cny", "per_month": True}
    assert change.quantity(100, change.unit_of(row)) == "100\u00a0CNY a month"
    assert change.unit_of(row | {"per_month": False}) == "cny"


@pytest.mark.parametrize(
    ("trained", "reported", "paired", "said"),
    [
        (0, 0, 0, "No enterprise is trained in this selection"),
        (1, 0, 0, "The one trained enterprise has not reported a result"),
        (9, 0, 0, "None of 9 trained enterprises has reported a result"),
        (1, 1, 0, "1 of 1 trained enterprise reported results, 0 with before and after"),
        (34, 6, 2, "6 of 34 trained enterprises reported results, 2 with before and after"),
        (UNDER, UNDER, UNDER, "Too few trained enterprises to be shown"),
        (10, UNDER, UNDER, "under 5 of 10 trained enterprises reported results, under 5 with before and after"),
        (5, 10, 5, "Trained enterprises: 5; reported results: 10, with before and after: 5"),
    ],
)
def test_title_of_coverage(trained, reported, paired, said):
    row = {"group_kind": "total", "trained": trained, "trained_reported": reported, "paired": paired}
    assert coverage._title(frame([row])) == said


# ---- targets


@pytest.mark.parametrize(
    ("states", "said"),
    [
        (["missed"], "1 target: Missed on its day"),
        (["reached"] * 3, "All 3 targets were reached"),
        (["missed"] * 2, "All 2 targets were missed on their day"),
        (["not-reported"] * 2, "None of 2 targets has been reported on"),
        (["reached", "missed", "reached-later", "on-the-way", "not-reported", "missed"],
         "6 targets: 1 reached, 2 missed on their day, 1 reached later, 1 on the way, 1 not reported"),
    ],
)  # fmt: skip
def test_title_of_targets_counts_states(states, said):
    assert targets._title(frame([{"state": state} for state in states])) == said


DECEMBER, JUNE = date(2014, 12, 1), date(2016, 6, 1)


def target(**columns: Any) -> dict[str, Any]:
    base = {
        "unit": "count", "better": "up", "target": 30, "women": None, "actual_women": None, "due_on": DECEMBER,
        "due_on_precision": "month", "told": 15, "told_operator": "=", "actual_due": 15, "operator_due": "=",
        "actual_as_of": DECEMBER, "actual_as_of_precision": "month", "actual_now": 15, "operator": "=",
        "now_as_of": DECEMBER, "now_as_of_precision": "month", "state": "missed", "baseline": None,
        "attainment": None,
    }  # fmt: skip
    return base | columns


LATER = {"actual_now": 105, "now_as_of": JUNE}
NONE = {"told": None, "actual_due": None, "actual_now": None, "actual_as_of": None, "now_as_of": None}


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (target(), "Missed on its day (15 of 30, December 2014)"),
        (target(**LATER, state="reached-later"),
         "Missed on its day (15 of 30, December 2014); 105 reported since (June 2016)"),
        (target(told=105, actual_due=None, actual_as_of=JUNE, **LATER, state="reached-later"),
         "Not reported by December 2014; reached since (105 of 30, June 2016)"),
        (target(state="on-the-way"), "On the way: 15 of 30, December 2014"),
        (target(told=40, actual_due=40, actual_now=40, state="reached"), "Reached: 40 of 30, December 2014"),
        (target(target=0, better="down", unit="count"), "Missed on its day (15, target 0, December 2014)"),
        (target(**NONE, state="not-reported"), "Not reported (target 30)"),
        (target(told=40, told_operator=">", target=50, state="not-reported"),
         "Cannot be told: only a bound is on record (> 40 of 50, December 2014)"),
        (target(told=Withheld(), actual_due=Withheld(), state="not-reported"),
         "Cannot be told: what was reached is withheld"),
    ],
)  # fmt: skip
def test_target_is_told_on_its_day_and_since(row, said):
    assert targets._words(row) == said


def test_missed_targets_come_first():
    table = frame([{"state": state, "due_on": DECEMBER} for state in ("reached", "on-the-way", "missed")])
    assert targets.missed_first(table)["state"].tolist() == ["missed", "on-the-way", "reached"]


def test_title_of_the_framework():
    assert framework._title(frame([{"level": None}])) == "Results framework with 1 target"
    levels = frame([{"level": "outcome"}, {"level": "output"}, {"level": "output"}])
    assert framework._title(levels) == "Results framework with 3 targets"
    assert framework._caption(levels.assign(baseline=None, actual=[1, None, 2])) == (
        "Outcome: 1, Output: 2. Of 3 targets, 0 with a baseline on record and 2 with a figure of what was reached."
    )


# ---- trainers, events, rounds, published figures


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ((6, 0, 1), "On record: 6 candidates, 0 certified trainers, 1 expert"),
        ((1, 1, 2), "On record: 1 candidate, 1 certified trainer, 2 experts"),
        ((UNDER, 5, UNDER), "On record: under 5 candidates, 5 certified trainers, under 5 experts"),
    ],
)
def test_title_of_trainers_says_on_record(numbers, said):
    levels = ("candidate", "certified", "expert")
    ladder = [{"level": level, "trainers": n} for level, n in zip(levels, numbers, strict=True)]
    assert capacity._title(frame(ladder)) == said


@pytest.mark.parametrize(
    ("statuses", "said"),
    [
        ([("held", False)], "1 event held by 30 June 2017, none to come"),
        ([("planned", True)], "No event on record as held by 30 June 2017, 1 to come"),
        ([("held", False), ("held", False), ("planned", True)], "2 events held by 30 June 2017, 1 to come"),
    ],
)
def test_title_of_events(statuses, said):
    table = frame([{"status": status, "ahead": ahead} for status, ahead in statuses])
    assert events._title(table, date(2017, 6, 30)) == said


@pytest.mark.parametrize(
    ("slips", "said"),
    [
        ([], "No round has started on record"),
        ([None, None], "2 rounds have started, none with a plan to compare"),
        ([0], "The one round with a plan and a start did not start later than planned"),
        ([3], "The one round with a plan and a start started later than planned"),
        ([0, -1], "None of 2 rounds started later than planned"),
        ([2, 2], "All 2 rounds started later than planned"),
        ([2, 0, -1, None], "1 of 3 rounds started later than planned"),
    ],
)
def test_title_of_rounds(slips, said):
    table = pd.DataFrame({"slip": slips, "started_on": [DECEMBER] * len(slips)}, dtype=object)
    assert rounds._title(table) == said


SHARE, COUNT = {"unit": "percent", "family": "survey"}, {"unit": "count", "family": "reach"}
AVERAGE = {"unit": "usd", "family": "kpi"}


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([COUNT], "1 published figure"),
        ([COUNT, COUNT], "2 published figures"),
        ([COUNT, SHARE], "2 published figures; the share or average does not state its base"),
        ([COUNT, SHARE, AVERAGE], "3 published figures; none of the 2 shares and averages states its base"),
        ([SHARE | {"base": 9}], "1 published figure; the share or average states its base"),
        ([SHARE | {"base": 9}, AVERAGE | {"base": 3}],
         "2 published figures; all 2 shares and averages state their base"),
        ([SHARE | {"base": 9}, AVERAGE], "2 published figures; 1 of 2 shares and averages state their base"),
    ],
)  # fmt: skip
def test_title_of_published_figures(rows, said):
    assert published._title(frame(rows, base=None)) == said
