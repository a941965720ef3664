"""Titles of the exhibits of enterprises: none, one, ties, all equal, rounded; every number of a title is shown."""

from typing import Any

import pandas as pd
import pytest

from data.coverage_line import Coverage as Covered
from data.privacy.shown import Under, Withheld
from data.vocabulary import HEADLINES, JOURNEY
from layouts.exhibits import breadth, journey, matrix, module_funnel, overview, reconciliation, regions, satisfaction
from layouts.figures.map import METRICS
from layouts.look import Drawing, Material, Size
from layouts.texts import selection_words

NAMES = {"m1": "Cooperation", "m2": "Quality", "m3": "Production", "m4": "Workforce"}
UNDER = Under(5)


class NoGround:
    """A map without shapes."""

    notice = ""


def material(
    rows: list[dict[str, Any]], *, covered: Covered | None = None, threshold: int | None = None, **settings: Any
) -> Material:
    """Rows of an exhibit as its look receives them; codes of modules have names, other codes are names."""
    frame = pd.DataFrame(rows, dtype=object)
    base: dict[str, Any] = {
        "table": frame,
        "more": lambda _name: frame,
        "threshold": threshold,
        "coverage": covered or Covered(),
        "as_of": None,
        "name": lambda _table, code: NAMES.get(code, str(code)),
        "entry": lambda _table, _code: {"publisher": "ILO"},
        "codes": lambda _table: list(NAMES),
        "source": str,
        "enterprise": str,
        "href": str,
        "ground": NoGround(),
        "size": Size.PAGE,
    }
    return Material(**base | settings)


def module(code: str, planned: Any, **counts: Any) -> dict[str, Any]:
    """A row of the module funnel; what is not given is 0, and the rest of those planned has completed."""
    columns = (
        "workshop", "visited", "assessed", "completed", "workshop_assumed", "visited_assumed", "assessed_assumed",
        "in_progress", "stale", "dropped", "overdue", "not_yet_due", "without_due_date",
    )  # fmt: skip
    row = dict.fromkeys(columns, 0) | counts
    due = planned - row["not_yet_due"]
    shares = {f"{step}_share": row[step] / due if due else None
              for step in ("workshop", "visited", "assessed", "completed")}  # fmt: skip
    return {"module": code, "planned": planned, "due": counts.get("due", due)} | row | shares


def funnel(*rows: dict[str, Any]) -> str:
    return module_funnel.draw(material(list(rows), size=Size.SLIDE)).title


def states(*rows: dict[str, Any]) -> Drawing:
    return module_funnel.draw_states(material(list(rows)))


def test_funnel_names_the_module_in_which_most_were_due():
    assert funnel(module("m1", 34, completed=16), module("m2", 7, completed=7)) == (
        "M1 Cooperation: completion on record for 16 of 34 (47 %)".replace(" %", "\u00a0%")
    )
    assert funnel(module("m1", 1)).startswith("M1 Cooperation: completion on record for 0 of 1")


def test_funnel_names_every_module_of_a_tie():
    assert funnel(module("m1", 6), module("m2", 6, completed=6)) == (
        "Completion on record, of those due: M1 0 of 6 and M2 6 of 6"
    )
    four = funnel(*(module(code, 6, completed=at) for at, code in enumerate(NAMES)))
    assert four.endswith("M1 0 of 6, M2 1 of 6, M3 2 of 6 and 1 other")
    assert funnel(module("m1", 6, completed=3), module("m2", 6, completed=3)) == (
        "M1 and M2: completion on record for 3 of 6 (50\u00a0%) each"
    )


def test_funnel_says_nothing_about_what_is_not_due():
    assert funnel(module("m1", 3, not_yet_due=3)) == "No training is due yet"
    undated = funnel(module("m1", 3, not_yet_due=3, without_due_date=2))
    assert undated == "No training is known to be due: 2 have no due date"


def test_funnel_under_a_threshold():
    assert funnel(module("m1", 15, completed=UNDER)) == "M1 Cooperation: completion on record for under 5 of 15"
    assert funnel(module("m1", 10, completed=15)) == "M1 Cooperation: completion on record for 15 (in all 10)"
    hidden = module("m1", 5, due=UNDER)
    assert "under 5 are left out" in module_funnel.draw(material([module("m1", 15, visited_assumed=UNDER)])).caption
    assert funnel(hidden) == "Too few enterprises in any one module to be shown"


def test_funnel_prints_what_is_assumed():
    drawing = module_funnel.draw(material([module("m1", 34, workshop=18, workshop_assumed=16, visited_assumed=16)]))
    recorded, assumed = drawing.figure["data"]
    assert recorded["x"] == [34, 18, 0, 0, 0]
    assert assumed["x"] == [0, 16, 16, 0, 0]
    assert assumed["base"] == recorded["x"], "what is assumed begins where the record ends"
    assert assumed["marker"]["pattern"]["shape"] == "/"
    assert assumed["text"][1].startswith("<b>18</b> + 16 assumed")
    assert assumed["text"][2].startswith("<b>0</b> + 16 assumed")


def test_states_leave_out_what_no_training_is():
    drawing = states(module("m1", 34, completed=16, in_progress=18, stale=18), module("m2", 29, completed=19,
                            in_progress=10, stale=10))  # fmt: skip
    assert drawing.title == "63 planned trainings: 35 completed, 28 without a completion on record"
    assert [trace["name"] for trace in drawing.figure["data"]] == ["Completed 35", "No completion on record 28"]


def test_states_tell_recent_trainings_from_stale_ones():
    drawing = states(module("m1", 10, in_progress=6, stale=2, dropped=1, overdue=1, not_yet_due=2, without_due_date=1))
    assert drawing.title == ("10 planned trainings: 2 without a completion on record, 1 dropped out, 1 overdue")
    assert drawing.caption.startswith("10 planned trainings")
    assert "1 has not started and has no due date" in drawing.caption


def test_states_name_all_parts_where_these_are_few():
    drawing = states(module("m1", 8, in_progress=6, stale=2, not_yet_due=2, without_due_date=1))
    assert drawing.title == (
        "8 planned trainings: 4 in progress within a year, 2 without a completion on record, "
        "2 not yet due, 1 of them without a due date"
    )


def test_states_never_say_that_none_is_overdue_of_trainings_without_a_due_date():
    drawing = states(module("m1", 3, not_yet_due=3, without_due_date=3))
    assert drawing.title == "3 planned trainings: 3 not started, without a due date"
    assert "overdue" not in " ".join(trace["name"].lower() for trace in drawing.figure["data"])


def test_states_of_one_and_of_all_alike():
    assert states(module("m1", 1, completed=1)).title == "1 planned training, completed"
    assert states(module("m1", 2, completed=2)).title == "All 2 planned trainings are completed"
    assert states(module("m1", 1, overdue=1)).title == "1 planned training: 1 overdue"


def test_states_under_a_threshold_say_no_sum_of_hidden_counts():
    assert states(module("m1", 15, completed=15, stale=UNDER)).title == "Where each planned training stands"


def milestones(**recorded: Any) -> list[dict[str, Any]]:
    """Rows of the journey; `recorded` by milestone, and 0 for the others."""
    enrolled = recorded.get("enrolled", 34)
    assumed = recorded.pop("assumed", {})
    return [{"stage": stage, "of": enrolled, "recorded": recorded.get(stage, 0), "assumed": assumed.get(stage, 0),
             "share": None} for stage in JOURNEY]  # fmt: skip


@pytest.mark.parametrize(
    ("enrolled", "first", "further", "title"),
    [
        (34, 16, 17, "Of 34 enterprises, 16 completed Module 1 on record and 17 started another module"),
        (34, 0, 0, "Of 34 enterprises, none completed Module 1 on record or started another module"),
        (34, 0, 3, "Of 34 enterprises, none completed Module 1 on record and 3 started another module"),
        (34, 16, 0, "Of 34 enterprises, 16 completed Module 1 on record and none started another module"),
        (4, 4, 4, "All 4 enterprises completed Module 1 on record and started another module"),
        (1, 1, 0, "Of 1 enterprise, 1 completed Module 1 on record and none started another module"),
        (60, UNDER, 15, "Of 60 enterprises, under 5 completed Module 1 on record and 15 started another module"),
    ],
)
def test_journey_title(enrolled, first, further, title):
    rows = milestones(enrolled=enrolled, m1_completed=first, further_started=further)
    assert journey.draw(material(rows)).title == title


def test_journey_prints_records_and_what_is_assumed():
    rows = milestones(enrolled=34, m1_workshop=0, m1_completed=16, assumed={"m1_workshop": 16, "m1_completed": 5})
    drawing = journey.draw(material(rows))
    texts = [each["text"] for each in drawing.figure["layout"]["annotations"]]
    assert "<b>0</b>" in texts[1]
    assert "none with a record of its own" in texts[1]
    assert "<b>0 + 16 assumed</b>" in texts[2]
    assert "<b>16 + 5 assumed</b>" in texts[3]
    _due, recorded, assumed = drawing.figure["data"]
    assert (recorded["x"][3], assumed["x"][3]) == (16, 5)
    assert "Hatched" in drawing.caption


def test_journey_says_where_a_milestone_is_due_for_none():
    rows = milestones(enrolled=4)
    rows[4]["of"] = 0
    assert "due for none" in journey.draw(material(rows)).figure["layout"]["annotations"][4]["text"]


def places(**numbers: Any) -> list[dict[str, Any]]:
    """Rows of places that are provinces of their own, all metrics with one number."""
    return [{"place": code or None, "code": code, "province": code, "level": "province", "latitude": None,
             "longitude": None} | dict.fromkeys(METRICS, n) for code, n in numbers.items()]  # fmt: skip


def of_places(rows: list[dict[str, Any]], metric: str = "enterprises", **settings: Any) -> str:
    one = material(rows, **settings)
    return regions._title(one, one.table, metric)


@pytest.mark.parametrize(
    ("numbers", "title"),
    [
        ({"A": 11, "B": 5}, "16 enterprises enrolled, most in A (11)"),
        ({"A": 5, "B": 5, "C": 1}, "11 enterprises enrolled, most in A and B (5 each)"),
        (dict.fromkeys("ABCDE", 2), "10 enterprises enrolled, most in A, B, C and 2 others (2 each)"),
        ({"A": 1}, "1 enterprise enrolled, all in A"),
    ],
)
def test_regions_title(numbers, title):
    covered = Covered(enterprises=sum(numbers.values()))
    assert of_places(places(**numbers), covered=covered) == title


def test_regions_title_without_places_or_numbers():
    nowhere = [places(A=4)[0] | {"place": None}]
    one = material(nowhere, covered=Covered(enterprises=4))
    assert regions._title(one, one.table.iloc[:0], "enterprises") == (
        "4 enterprises enrolled, none with a place on record"
    )
    assert of_places(places(A=0), "m1_completed") == "0 enterprises completed Module 1"
    unknown = [places(A=4)[0] | {"workers": None}]
    assert of_places(unknown, "workers") == "Workers reached: not on record"


def test_regions_title_under_a_threshold():
    rounded = {"covered": Covered(enterprises=20), "threshold": 5}
    assert of_places(places(A=15, B=UNDER), **rounded) == "20 enterprises enrolled, most in A (15)"
    assert of_places(places(A=UNDER), "m1_completed", **rounded) == (
        "Module 1 completed: too few in any one province to be shown"
    )
    assert of_places([places(A=15)[0] | {"workers": Withheld()}], "workers", **rounded) == (
        "Workers reached: too few in any one province to be shown"
    )


def test_regions_caption_says_by_how_many_the_rows_exceed_the_whole():
    one = material(places(A=5, B=4), covered=Covered(enterprises=8, without_place=1))
    assert regions._caption(one, "enterprises") == (
        "8 enterprises, 1 without a place. The rows add up to 1 more: it stands in the rows of two places."
    )
    assert regions._title(one, one.table, "enterprises") == "8 enterprises enrolled, most in A (5)"
    for metric, name in (("m1_completed", "Module 1 completed"), ("modules_completed", "Modules completed")):
        assert regions._title(one, one.table, metric) == f"{name}: most in A (5)", "no sum that counts one twice"


@pytest.mark.parametrize(
    ("counts", "title"),
    [
        ([16, 7], "16 enterprises completed a module, 7 at least two"),
        ([16, 0], "16 enterprises completed a module, none a second one"),
        ([1], "1 enterprise completed a module, and no second one"),
        ([4, 4], "4 enterprises completed a module, all of them at least two"),
        ([0], "No completion of a module is on record"),
        ([UNDER], "Too few enterprises have completed a module to be shown"),
        ([15, UNDER], "15 enterprises completed a module, under 5 at least two"),
    ],
)
def test_breadth_title(counts, title):
    rows = [{"modules_at_least": at, "enterprises": n} for at, n in enumerate(counts, 1)]
    assert breadth.draw(material(rows, covered=Covered(enterprises=34))).title == title


def of_enterprises(*completed: str) -> Drawing:
    """A matrix of one enterprise per text: the codes of its completed modules; it has m1 planned at least."""
    rows = [
        {"enterprise": f"e{at}", "module": code, "state": "completed" if code in codes.split() else "in-progress"}
        for at, codes in enumerate(completed)
        for code in {"m1", *codes.split()}
    ]
    return matrix.draw(material(rows))


@pytest.mark.parametrize(
    ("completed", "title"),
    [
        (["m1", "m1", ""], "2 of 3 enterprises completed M1 Cooperation and nothing else"),
        (
            ["m1", "", ""],
            "2 of 3 enterprises have no completion on record; 1 completed M1 Cooperation and nothing else",
        ),
        (["m1", "m1 m2"], "Of 2 enterprises, 1 each completed only M1 Cooperation and M1 + M2"),
        (["m1 m2", "m1 m2"], "All 2 enterprises completed M1 + M2 and nothing else"),
        (["m1"], "1 enterprise completed M1 Cooperation and nothing else"),
        (["", ""], "No completion on record for any of 2 enterprises"),
    ],
)
def test_matrix_title(completed, title):
    drawing = of_enterprises(*completed)
    assert drawing.title == title
    assert drawing.caption.startswith("Completed by the ")


@pytest.mark.parametrize(
    ("rated", "title"),
    [
        (
            {"m1": (88.5, 4), "m2": (90, 3)},
            "M1 Cooperation: satisfaction of 88.5\u00a0% on average, from 4 enterprises",
        ),
        ({"m1": (88.5, 1)}, "M1 Cooperation: satisfaction of 88.5\u00a0%, from 1 enterprise"),
        (
            {"m1": (88, 4), "m2": (90, 4)},
            "Satisfaction on average, from 4 enterprises each: M1 88\u00a0% and M2 90\u00a0%",
        ),
        ({"m1": (Withheld(), UNDER)}, "Too few enterprises rated any one module to be shown"),
    ],
)
def test_satisfaction_title(rated, title):
    rows = [{"module": code, "satisfaction": mean, "enterprises": n} for code, (mean, n) in rated.items()]
    assert satisfaction.draw(material(rows)).title == title


def headlines(**values: Any) -> Drawing:
    """The cards of some headlines, each a number or (number, base); published figures stand beside `trained`."""
    nothing = dict.fromkeys(("published", "published_operator", "published_on", "published_on_precision",
                             "published_source"))  # fmt: skip
    pairs = {name: values.get(name, 0) for name in HEADLINES}
    rows = [
        {"headline": name, "value": told[0] if isinstance(told, tuple) else told,
         "of": told[1] if isinstance(told, tuple) else None} | nothing
        for name, told in pairs.items()
    ]  # fmt: skip
    rows[1] |= {"published": 80, "published_operator": "=", "published_source": "s"}
    return overview.draw(material(rows))


@pytest.mark.parametrize(
    ("trained", "enterprises", "modules", "title"),
    [
        (880, 1000, 966, "880 of 1,000 enterprises trained; 966 modules completed"),
        (34, 34, 1, "All 34 enterprises trained; 1 module completed"),
        (1, 1, 0, "1 enterprise enrolled and trained; no module completed on record"),
        (0, 3, 0, "3 enterprises enrolled, none trained; no module completed on record"),
        (UNDER, 15, UNDER, "under 5 of 15 enterprises trained; under 5 modules completed"),
    ],
)
def test_overview_title(trained, enterprises, modules, title):
    assert headlines(trained=trained, enterprises=enterprises, modules_completed=modules).title == title


def test_overview_card_has_its_base_and_the_published_figure_beside_it():
    drawing = headlines(trained=(34, 34), women_trained=(2368, 6929), people_trained=7743, visits=(3445, 4382))
    by_label = {card.label: card for card in drawing.cards}
    assert by_label["Enterprises trained"].value == "34"
    assert by_label["Enterprises trained"].beside == "80 published by ILO"
    assert by_label["In-factory visits"].of == "of 4,382 planned"
    assert "2,368 women of 6,929" in by_label["People trained"].note
    assert by_label["Enterprises enrolled"].beside == ""


def test_overview_says_for_which_trainings_none_is_overdue():
    by_label = {card.label: card for card in headlines(overdue=(0, 63)).cards}
    assert by_label["Overdue"].of == "of 63 due"
    assert "only where a due date is on record" in by_label["Overdue"].note


def figures(*published: tuple[str, Any, float, str]) -> str:
    rows = [{"headline": name, "recorded": recorded, "published": n, "operator": operator}
            for name, recorded, n, operator in published]  # fmt: skip
    return reconciliation.draw(material(rows)).title


def test_reconciliation_title():
    many = figures(("trained", 34, 5, "="), ("trained", 34, 80, "="), ("visits", None, 224, "="))
    assert many == "Enterprises trained: 34 on record, up to 80 published"
    assert figures(("trained", 34, 80, ">")) == "Enterprises trained: 34 on record, > 80 published"
    assert figures(("visits", None, 224, "=")) == "In-factory visits: not on record, 224 published"
    assert figures(("trained", UNDER, 5, "=")) == "Enterprises trained: under 5 on record, 5 published"


def test_coverage_lines():
    covered = Covered(pairs=65, paired=65, paired_of_trained=65, trained=880, enterprises=1000, without_place=13)
    assert selection_words.of_results(covered) == "65 pairs from 65 of 880 trained enterprises (7\u00a0%)"
    assert selection_words.of_places(covered) == "1,000 enterprises, 13 without a place"
    assert selection_words.of_trainings(covered) == "1,000 enterprises, 880 trained"
    one = Covered(pairs=1, paired=1, paired_of_trained=1, trained=1, enterprises=1)
    assert selection_words.of_results(one) == "1 pair from 1 of 1 trained enterprise (100\u00a0%)"
    beyond = Covered(pairs=3, paired=3, paired_of_trained=2, trained=4, enterprises=5)
    assert selection_words.of_results(beyond) == "3 pairs from 3 enterprises; 2 of the 4 trained"
    assert selection_words.of_results(Covered()) == "0 pairs from 0 of 0 trained enterprises"
    hidden = Covered(pairs=UNDER, paired=UNDER, paired_of_trained=UNDER, trained=15, enterprises=20)
    assert selection_words.of_results(hidden) == "under 5 pairs from under 5 of 15 trained enterprises"
    assert selection_words.of_places(Covered(enterprises=1)) == "1 enterprise, with a place"
