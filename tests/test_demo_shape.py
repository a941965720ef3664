"""The synthetic programme has its stated proportions, at a thousand enterprises."""

import re
from collections import Counter, defaultdict
from statistics import median

import pytest
from demo_folders import AS_OF, day, folders, last_day, rows_of


@pytest.fixture(scope="module")
def programme(tmp_path_factory):
    return folders(tmp_path_factory)


def state(training, left_on):
    """The state of one training as of the record date, from its row."""
    if training["completed_on"]:
        return "completed"
    if training["dropped_on"] or left_on:
        return "dropped"
    if training["workshop_on"] or training["assessed_on"] or int(training["visits_done"] or 0):
        return "in progress"
    return "overdue" if day(training["due_on"]) <= AS_OF else "not yet due"


def states(folder):
    left = {(row["enterprise"], row["round"]): row["left_on"] for row in rows_of(folder, "enrolment")}
    return Counter(state(row, left[row["enterprise"], row["round"]]) for row in rows_of(folder, "training"))


def trained(folder):
    rows = rows_of(folder, "training")
    return {row["enterprise"] for row in rows if row["workshop_on"] or row["assessed_on"] or row["completed_on"]}


def results_of(folder, family):
    codes = {row["code"] for row in rows_of(folder, "indicator") if row["family"] == family}
    return [row for row in rows_of(folder, "result") if row["indicator"] in codes]


def relative_changes(folder, indicator):
    return [
        float(row["after"]) / float(row["before"]) - 1
        for row in rows_of(folder, "result")
        if row["indicator"] == indicator and row["before"] not in {"", "0"} and row["after"] and row["operator"] == "="
    ]


@pytest.mark.parametrize("seed", [1, 2])
def test_programme_of_three_hundred_has_every_training_state(programme, seed):
    counts = states(programme(300, seed))
    assert set(counts) == {"completed", "in progress", "dropped", "overdue", "not yet due"}


def test_training_states_have_the_stated_proportions(programme):
    counts = states(programme(1000))
    bands = {
        "completed": (0.35, 0.6), "in progress": (0.08, 0.25), "dropped": (0.05, 0.2), "overdue": (0.02, 0.15),
        "not yet due": (0.05, 0.3),
    }  # fmt: skip
    for name, (low, high) in bands.items():
        assert low < counts[name] / counts.total() < high, (name, counts)


def test_rounds_are_small_but_for_a_few_roll_outs(programme):
    sizes = sorted(Counter(row["round"] for row in rows_of(programme(1000), "enrolment")).values())
    assert 4 <= median(sizes) <= 6
    assert sizes[-1] >= 20
    assert sum(size > 9 for size in sizes) < len(sizes) / 5


def test_some_rounds_have_not_started_and_some_have_several_places(programme):
    folder = programme(1000)
    rounds = rows_of(folder, "round")
    enrolled = {row["round"] for row in rows_of(folder, "enrolment")}
    assert [row for row in rounds if row["code"] not in enrolled and not row["started_on"]]
    assert [row for row in rounds if row["code"] in enrolled and not row["started_on"]]
    assert {row["phase"] for row in rounds} == {"phase-1", "phase-2", "phase-3"}
    planned = {row["code"]: int(row["planned_enterprises"]) for row in rounds}
    actual = Counter(row["round"] for row in rows_of(folder, "enrolment"))
    assert [code for code in enrolled if planned[code] != actual[code]]
    places = Counter(row["round"] for row in rows_of(folder, "round_place"))
    several = {code for code, count in places.items() if count > 1}
    placeless = {row["code"] for row in rows_of(folder, "enterprise") if not row["place"]}
    assert [r for r in rows_of(folder, "enrolment") if r["round"] in several and r["enterprise"] in placeless]


def test_module_1_comes_first_and_enterprises_take_various_sets_of_modules(programme):
    folder = programme(1000)
    routes = defaultdict(list)
    for row in rows_of(folder, "training"):
        routes[row["enterprise"]].append(row["module"])
    assert {route[0] for route in routes.values()} == {"m1"}
    kinds = Counter(tuple(sorted(set(route))) for route in routes.values())
    for route in (("m1",), ("m1", "m2"), ("m1", "m5"), ("m1", "m2", "m3", "m4", "m5")):
        assert kinds[route] > 30, kinds


def test_some_enrolments_have_no_baseline_or_end_early(programme):
    enrolments = rows_of(programme(1000), "enrolment")
    assert 0.1 < sum(not row["baseline_on"] for row in enrolments) / len(enrolments) < 0.3
    left = [row for row in enrolments if row["left_on"]]
    assert 0.04 < len(left) / len(enrolments) < 0.14
    assert sum(bool(row["left_reason"]) for row in left) > len(left) / 2
    twice = [code for code, count in Counter(row["enterprise"] for row in enrolments).items() if count == 2]
    assert 0.01 < len(twice) / 1000 < 0.06


def test_some_completed_trainings_have_no_record_of_a_step(programme):
    completed = [row for row in rows_of(programme(1000), "training") if row["completed_on"]]
    for column in ("workshop_on", "visits_done", "assessed_on"):
        assert 0.003 < sum(not row[column] for row in completed) / len(completed) < 0.1, column


def test_some_dates_are_known_only_by_month(programme):
    due = [row["due_on"] for row in rows_of(programme(1000), "training")]
    assert 0.01 < sum(len(text) == 7 for text in due) / len(due) < 0.15


@pytest.mark.parametrize("enterprises", [120, 1000])
def test_dates_of_every_precision_occur(programme, enterprises):
    folder = programme(enterprises)
    completed = [row["completed_on"] for row in rows_of(folder, "training") if row["completed_on"]]
    assert 0.01 < sum(text.startswith("by ") for text in completed) / len(completed) < 0.15
    levels = [row["reached_on"] for row in rows_of(folder, "trainer_level")]
    assert 0 < sum(len(text) == len("2011") for text in levels) < len(levels) / 4
    assert {len(row["due_on"]) for row in rows_of(folder, "target")} == {len("2017"), len("2017-06-30")}
    assert {len(row["starts_on"]) for row in rows_of(folder, "event")} == {len("2016-11"), len("2016-11-08")}


def test_columns_for_donors_are_filled(programme):
    folder = programme(120)
    [about] = rows_of(folder, "programme")
    assert about["note_en"]
    assert about["note_zh"]
    assert about["contact"]
    keys = [row["code"] for row in rows_of(folder, "indicator") if row["key"] == "yes"]
    assert 3 < len(keys) < 12
    assert all(re.fullmatch(r"Office / 办公室: 000-\d+", row["contact"]) for row in rows_of(folder, "enterprise"))
    assert all(row["source"] for row in rows_of(folder, "round_partner"))
    targets = rows_of(folder, "target")
    assert {row["level"] for row in targets} == {"outcome", "output"}
    assert [row for row in targets if row["measure"]]
    assert [row for row in targets if row["baseline"] and row["baseline_on"]]
    assert [row for row in targets if row["comment_en"] and row["comment_zh"]]


def test_results_are_few_and_mostly_practices(programme):
    folder = programme(1000)
    base = trained(folder)
    kpi = {row["enterprise"] for row in results_of(folder, "kpi")}
    practice = {row["enterprise"] for row in results_of(folder, "practice")}
    assert kpi | practice <= base
    assert 0.75 < len(base) / 1000 < 0.97
    assert 0.3 < len(kpi) / len(base) < 0.5
    assert 0.6 < len(practice) / len(base) < 0.85
    assert 8 < len(rows_of(folder, "result")) / 1000 < 12


def test_kpis_occur_in_every_form(programme):
    rows = results_of(programme(1000), "kpi")
    pairs = [row for row in rows if row["before"] and row["after"]]
    assert 0.35 < len(pairs) / len(rows) < 0.75
    assert [row for row in rows if row["before"] and not row["after"]]
    assert [row for row in rows if row["after"] and not row["before"]]
    assert [row for row in rows if row["change_percent"]]
    assert [row for row in pairs if row["before"] == "0"]
    assert {row["operator"] for row in rows} == {"", "=", ">", "<", "~"}
    assert 0 < sum(row["verified"] == "yes" for row in rows) / len(rows) < 0.1
    assert [row for row in rows if not row["round"] and not row["module"]]
    assert [row for row in rows if not row["source"]]


def test_effects_have_the_published_size_and_some_are_worse(programme):
    folder = programme(1000)
    defects = relative_changes(folder, "defect-rate")
    assert -0.3 < median(defects) < -0.04
    assert min(defects) < -0.4
    assert sum(change > 0 for change in defects) > 0
    assert sum(change == 0 for change in defects) > 0
    assert -0.4 < median(relative_changes(folder, "energy-per-unit")) < -0.02
    points = [
        float(row["after"]) - float(row["before"])
        for row in rows_of(folder, "result")
        if row["indicator"] == "on-time-delivery" and row["before"] and row["after"]
    ]
    assert 1 < median(points) < 6
    savings = [float(r["after"]) for r in rows_of(folder, "result") if r["indicator"] == "cost-savings" and r["after"]]
    assert 50_000 < median(savings) < 200_000
    assert {row["months"] for row in rows_of(folder, "result") if row["indicator"] == "cost-savings"} == {
        "3",
        "6",
        "12",
    }


def test_practices_are_gained_more_often_than_lost(programme):
    pairs = [row for row in results_of(programme(1000), "practice") if row["before"] and row["after"]]
    moves = Counter((row["before"], row["after"]) for row in pairs if row["indicator"] != "exits-blocked")
    assert moves["no", "yes"] > 5 * moves["yes", "no"] > 0


def test_targets_include_zeros_split_scopes_and_future_dates(programme):
    folder = programme(1000)
    targets = rows_of(folder, "target")
    assert {row["scope"] for row in targets} == {"", "m1", "m2-5"}
    assert [row for row in targets if row["value"] == "0"]
    assert [row for row in targets if row["women_percent"]]
    assert [row for row in targets if last_day(row["due_on"]) > AS_OF]
    reported = {(row["indicator"], row["place"], row["scope"]) for row in rows_of(folder, "reported_figure")}
    assert {(row["indicator"], row["place"], row["scope"]) for row in targets} <= reported


def test_published_totals_agree_with_the_rows_behind_them(programme):
    folder = programme(1000)
    latest = {
        row["indicator"]: int(row["value"])
        for row in rows_of(folder, "reported_figure")
        if row["place"] == "100000" and row["as_of"] == AS_OF.isoformat() and not row["scope"]
    }
    trainings = rows_of(folder, "training")
    assert latest["enterprise-visits"] == sum(int(row["visits_done"] or 0) for row in trainings)
    assert latest["people-trained"] == sum(int(r["managers"] or 0) + int(r["workers"] or 0) for r in trainings)
    # An enterprise counts in its first round; if it dropped out there, the published total does not include it.
    assert 0 <= len(trained(folder)) - latest["enterprises-trained"] <= 10


def test_trainers_are_certified_after_being_candidates(programme):
    order = ("candidate", "certified", "expert")
    reached = defaultdict(list)
    for row in rows_of(programme(1000), "trainer_level"):
        reached[row["trainer"], row["module"]].append((row["level"], day(row["reached_on"])))
    for levels in reached.values():
        assert [level for level, _ in levels] == list(order[: len(levels)])
        assert [reached_on for _, reached_on in levels] == sorted(reached_on for _, reached_on in levels)
    assert {len(levels) for levels in reached.values()} == {1, 2, 3}
    assert {row["sex"] for row in rows_of(programme(1000), "trainer")} >= {"f", "m"}


def test_stories_are_about_a_completed_module(programme):
    folder = programme(1000)
    completed = {
        (row["enterprise"], row["round"], row["module"]) for row in rows_of(folder, "training") if row["completed_on"]
    }
    stories = rows_of(folder, "story")
    assert len(stories) > 10
    assert {(row["enterprise"], row["round"], row["module"]) for row in stories} <= completed
    assert all(row["before_en"] and row["before_zh"] and row["after_en"] and row["after_zh"] for row in stories)
