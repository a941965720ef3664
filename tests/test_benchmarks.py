"""The benchmark runner: a failure stops nothing, results are stored, the report has every goal."""

import json
from dataclasses import replace

from benchmarks import __main__ as bench
from benchmarks import goals, report, sections
from benchmarks.__main__ import MEASURES, Measure, read, run, run_all


def test_failing_or_unknown_measure_is_reported_and_the_others_run(tmp_path, monkeypatch):
    monkeypatch.setattr(bench, "current_commit", lambda: "abc")
    taken = []

    def stub(name, measure, folder, commit):
        taken.append(name)
        came = {"failed": "no such program"} if name == "broken" else {"found": [name]}
        kept = {"commit": commit, "at": "2026-01-01 00:00 UTC", "load_before": 0.1, "took": 1} | came
        (folder / f"{name}.json").write_text(json.dumps(kept))
        return kept

    monkeypatch.setattr(bench, "run", stub)
    measures = {name: Measure("spread", lambda spread: spread) for name in ("broken", "whole")}
    run_all(measures, tmp_path)
    assert taken == ["broken", "whole"]
    run_all(measures, tmp_path)  # continues where it stopped
    assert taken == ["broken", "whole", "broken"]
    text = report.write_report(read(tmp_path), ["broken", "whole", "missing"])
    assert "Not measured: no such program" in text
    assert "## missing\n\nNot measured." in text
    assert all(goal.text in text for goal in goals.GOALS)


def test_reason_of_a_failed_measure_is_stored(tmp_path):
    measure = Measure("spread", lambda spread: spread)
    told = run("no such measure", measure, tmp_path, "abc")
    assert "invalid choice" in told["failed"]
    assert read(tmp_path) == {"no such measure": told}
    assert told["commit"] == "abc"
    told = run("no such measure", replace(measure, most=0), tmp_path, "abc")
    assert told["failed"] == "it took longer than 0 s"


def test_every_goal_has_a_measure_and_every_measure_has_a_report_section():
    assert {goal.measure for goal in goals.GOALS} <= set(MEASURES) == set(sections.SECTIONS)


def test_goals_are_met_or_missed_according_to_the_figures():
    loads = {
        name: {"requests": 9, "wire": 850_000, "decoded": 3_000_000, "drawn": {"median": drawn}}
        for name, drawn in (("application", 400), ("stock", 900))
    }
    told = {goal: (figure, met) for goal, figure, met in goals.goals({"first_load": loads})}
    assert told["First load of the Overview at most 0.9 MB compressed"] == ("0.85 MB", "yes")
    assert told["All its charts drawn in at most half of stock Dash's time"][1] == "yes"
    loads["application"]["drawn"]["median"] = 500
    told = {goal: (figure, met) for goal, figure, met in goals.goals({"first_load": loads})}
    assert told["All its charts drawn in at most half of stock Dash's time"][1] == "**no**"
    assert told["Repeated views at least half the rate of cached bytes"][1] == "not measured"


def test_worker_replacement_goal_is_missed_when_a_request_fails_or_a_worker_stays():
    exchange = {"answered": 900, "failed": 0, "exchanged": 2}
    load = [{"workers": 2, "exchange": exchange}, {"workers": 2, "exchange": None}]
    goal = "Workers are exchanged under load without a failed request"
    told = {text: (figure, met) for text, figure, met in goals.goals({"load": load})}
    assert told[goal] == ("0 of 900 requests failed, 2 of 2 workers exchanged", "yes")
    for name, value in (("exchanged", 1), ("failed", 1)):
        load[0]["exchange"] = exchange | {name: value}
        told = {text: met for text, _, met in goals.goals({"load": load})}
        assert told[goal] == "**no**"
