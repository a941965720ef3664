"""Completeness: every count by hand on the ten-enterprise programme, the list behind each, and access."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from programme import PROGRAMME, Tables, load_rows
from sqlalchemy import Engine
from visiting import PAGE, Values, Visit, at

from data.catalogue import read_catalogue
from data.filters import Filters
from data.links import share_links
from data.links.link_terms import Audience, Terms
from data.lists import follow_up
from data.lists.enterprise_list import ListRequest
from data.lists.follow_up import FollowUpList, read
from data.privacy.viewer import MANAGER
from data.storage.accounts import accounts_engine
from data.storage.database import writing_engine
from data.view import View
from data.vocabulary import FORM_STATES, FORMS
from layouts import ids
from layouts.lists.follow_up_layout import LIST, duration, forms, reported_heading, silences

pytestmark = pytest.mark.both_databases

Ask = Callable[..., View]

FAR = (3, 4, 3, 2, 3, 4, 90, 3, 2)
"""The rise in output of nine enterprises: one of them is an outlier, probably a typing error."""


def with_one_far_off() -> Tables:
    """The ten-enterprise programme and nine pairs of one indicator, one far from the others."""
    tables = {name: list(rows) for name, rows in PROGRAMME.items()}
    tables["enterprise"] += [{"code": f"o{n}", "name_en": f"Output {n}", "source": "sheet"} for n in range(len(FAR))]
    tables["enrolment"] += [{"enterprise": f"o{n}", "round": "r3", "source": "sheet"} for n in range(len(FAR))]
    tables["result"] += [
        {"enterprise": f"o{n}", "round": "r3", "module": "", "indicator": "output", "before": 10, "after": 10 + rose,
         "operator": "=", "source": "report"}
        for n, rose in enumerate(FAR)
    ]  # fmt: skip
    return tables


@pytest.fixture(scope="module")
def view(new_database: Callable[[], str]) -> Iterator[Ask]:
    """The view of an address's filters on the ten-enterprise programme."""
    yield from asking_of(PROGRAMME, new_database())


@pytest.fixture(scope="module")
def far_off(new_database: Callable[[], str]) -> Iterator[Ask]:
    """The same view with an outlier."""
    yield from asking_of(with_one_far_off(), new_database())


def asking_of(tables: Tables, address: str) -> Iterator[Ask]:
    engine = writing_engine(address)
    load_rows(engine, tables)
    with engine.connect() as connection:
        catalogue = read_catalogue(connection)
        yield lambda search="": View.open(connection, catalogue, MANAGER, Filters.from_search(search))
    engine.dispose()


def members(view: View, path: str) -> str:
    """The enterprises of a list, by name."""
    which = read(path)
    assert which is not None
    return "".join(each.listed.enterprise for each in follow_up.page(view, ListRequest(), which)[1])


@pytest.mark.parametrize(
    ("form", "present", "partly", "missing", "not_yet_due"),
    [
        # i has a baseline in r2 and none in r1. c, f and h have none though something began; a's second round has
        # none either, but nothing of it is due yet.
        ("baseline", "abdeg", "i", "cfh", ""),
        # c's Module 1 began without a workshop on record and its Module 2 is overdue; g's is overdue. What b dropped
        # before it began, a's and f's Module 1 of 2015, are not due.
        ("training", "abdefhi", "", "cg", ""),
        # a's Module 2 is completed without an assessment; c was assessed, e too. Nobody else completed one.
        ("assessment", "ce", "a", "", "bdfghi"),
        # Pairs of a, b, d, e; c reported a before, g an after, h a bound, i a change. f was trained, and reported none.
        ("results", "abde", "cghi", "f", ""),
    ],
)
def test_every_form_of_every_enterprise_has_exactly_one_state(
    view: Ask, form: str, present: str, partly: str, missing: str, not_yet_due: str
) -> None:
    expected = {"present": present, "partly": partly, "missing": missing, "not-yet-due": not_yet_due}
    assert follow_up.form_counts(view())[form] == {state: len(codes) for state, codes in expected.items()}
    assert {state: members(view(), f"form/{form}/{state}") for state in expected} == expected


def test_form_is_not_due_before_the_activity_began(view: Ask) -> None:
    # On 1 March 2013 five are recruited into r1; the first workshop is on the 10th.
    early = view("as_of=2013-03-01")
    assert members(early, "form/baseline/present") == "abd"
    assert members(early, "form/baseline/not-yet-due") == "ci"
    assert members(early, "form/training/not-yet-due") == "abcdi"
    assert members(early, "form/results/partly") == "ci"  # rows without a date are always visible


def test_forms_follow_the_filters(view: Ask) -> None:
    assert follow_up.form_counts(view("place=310000"))["training"] == {
        "present": 2, "partly": 0, "missing": 1, "not-yet-due": 0,
    }  # fmt: skip
    assert members(view("round=r1"), "form/baseline/missing") == "ci"


def test_days_since_the_last_report_count_trained_enterprises(view: Ask) -> None:
    # e's before of 1 October 2014 is 91 days old, a's last after 395; b, c, d, h, i reported without a date.
    assert follow_up.silences(view()) == {
        "90": 0, "180": 1, "365": 0, "longer": 1, "undated": 5, "never": 1,
    }  # fmt: skip
    assert members(view(), "silence/180") == "e"
    assert members(view(), "silence/undated") == "bcdhi"
    assert members(view(), "silence/never") == "f"
    first = follow_up.longest_silent(view())
    assert first is not None
    assert (first.listed.enterprise, first.days) == ("a", 395)


@pytest.mark.parametrize(
    ("days", "told"), [(1, "1 day"), (395, "395 days"), (711, "711 days"), (731, "2 years"), (2_768, "7.6 years")]
)
def test_long_silence_is_told_in_years(days: int, told: str) -> None:
    assert duration(days) == told


def test_forms_that_as_many_enterprises_miss_are_all_named() -> None:
    def title(**missing: int) -> str:
        counts = {form: {state: missing.get(form, 0) for state in FORM_STATES} for form in FORMS}
        addresses = {(form, state): "" for form in FORMS for state in FORM_STATES}
        return str(forms(counts, addresses)[0].children)

    assert title() == "No form that is due is missing"
    assert title(results=1) == "Results: missing for 1 enterprise"
    assert title(baseline=2, results=2) == "Baseline, Results: each missing for 2 enterprises"


def test_titles_say_what_is_on_record_and_not_what_never_happened() -> None:
    def titles(trained: int, never: int) -> tuple[str, str]:
        counts = {"90": trained - never, "never": never}
        first = silences(counts, dict.fromkeys(counts, ""), None)[0]
        return str(first.children), str(reported_heading(trained - never, trained)[0].children)

    nobody = "No enterprise is trained in this selection"
    assert titles(0, 0) == (nobody, nobody)
    assert titles(1, 1) == (
        "No report on record from 1 of 1 trained enterprise", "0 of 1 trained enterprise has a report on record"
    )  # fmt: skip
    assert titles(7, 2) == (
        "No report on record from 2 of 7 trained enterprises", "5 of 7 trained enterprises have a report on record"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("as_of", "silence"),
    [("2014-03-01", "90"), ("2014-03-02", "180"), ("2014-12-01", "365"), ("2014-12-02", "longer")],
)
def test_bands_of_days_include_day_90_and_day_365(view: Ask, as_of: str, silence: str) -> None:
    # 1 December 2013, a's last report, is 90 days before 1 March and 365 before 1 December 2014.
    assert members(view(f"as_of={as_of}"), f"silence/{silence}").startswith("a")


def test_reporting_by_group_agrees_with_the_coverage_exhibit(view: Ask) -> None:
    # All but g were trained; f alone reported nothing.
    assert members(view(), "group/trained/total") == "abcdefhi"
    assert members(view(), "group/silent/total") == "f"
    # fed has r1 through its office: a, b, c, d, i. buyer is in both rounds.
    assert members(view(), "group/reported/partner/fed") == "abcdi"
    assert members(view(), "group/silent/partner/buyer") == "f"
    # In r2: e, f, h, i were trained. a's headcount has no round, but a was not trained in r2.
    assert members(view(), "group/trained/round/r2") == "efhi"
    # i reported of r1 only.
    assert members(view(), "group/silent/round/r2") == "fi"


def test_outlier_is_shown_with_the_figures_that_make_it_one(far_off: Ask) -> None:
    found = follow_up.outliers(far_off())
    assert found[["enterprise", "change", "median", "others"]].to_numpy().tolist() == [["o6", 80 + 10, 3, 8]]
    # Distances from 3: 0, 1, 0, 1, 0, 1, 87, 0, 1; their median is 1.
    assert found["score"].tolist() == pytest.approx([87 * 0.6745])


def test_fewer_than_eight_pairs_have_no_outlier(view: Ask) -> None:
    assert follow_up.outliers(view()).empty


def test_rows_without_a_source_are_counted_per_table(view: Ask) -> None:
    # a's headcount; two phases, three rounds, their five partners and two figures of the programme name none either.
    assert follow_up.unsourced_counts(view()) == {
        "phase": 2, "round": 3, "round_partner": 5, "result": 1, "reported_figure": 2,
    }  # fmt: skip
    assert follow_up.unsourced(view(), "result").to_numpy().tolist() == [["a", "", "", "headcount"]]
    assert "result" not in follow_up.unsourced_counts(view("sector=garments"))


@pytest.mark.parametrize(
    "path",
    ["", "form", "form/x/present", "form/baseline/x", "form/baseline/present/x", "group/x/total/", "group/silent",
     "group/silent/sector/garments", "silence/7", "outliers/x", "unsourced/module", "unsourced/batch", "../x"],
)  # fmt: skip
def test_address_of_an_unknown_list_is_rejected(path: str) -> None:
    assert read(path) is None


def test_list_address_round_trips() -> None:
    for which in (
        FollowUpList("form", ("baseline", "partly")),
        FollowUpList("group", ("silent", "total", "")),
        FollowUpList("outliers"),
        FollowUpList("group", ("silent", "partner", "fed")),
        FollowUpList("unsourced", ("round",)),
    ):
        assert read(which.path) == which


# on the page


@pytest.fixture(scope="module")
def accounts(new_database: Callable[[], str]) -> Iterator[Engine]:
    engine = accounts_engine(new_database())
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def served(new_database: Callable[[], str], accounts: Engine) -> Visit:
    """A manager on the programme with one outlier, as a public record."""
    engine = writing_engine(address := new_database())
    tables = with_one_far_off()
    load_rows(engine, tables | {"programme": [{**tables["programme"][0], "public": True}]})
    engine.dispose()
    return Visit.to(address, accounts_url=str(accounts.url))


COUNTS_OUT = f"{ids.COMPLETENESS_FORMS}.content"
ROWS_OUT = f"{ids.of_list(LIST, 'rows')}.content"
ONE_OUT = f"{ids.COMPLETENESS_ONE}.content"


def links_in(drawn: Any) -> Iterator[tuple[str, str]]:
    """Every link in a callback's response: its text and its address."""
    if isinstance(drawn, list):
        for each in drawn:
            yield from links_in(each)
    elif isinstance(drawn, dict):
        props = drawn.get("props", {})
        if "href" in props and isinstance(props.get("children"), str):
            yield props["children"], props["href"]
        yield from links_in(props.get("children"))


def numbers(visit: Visit, search: str = "") -> Iterator[tuple[int, str]]:
    """Every number of the page with the address of its list."""
    answer: Values = visit.answered(COUNTS_OUT, at(search, "/completeness"))
    for text, href in links_in(list(answer.values())):
        if href.startswith("/completeness/"):
            yield int(text.replace(",", "")), href
    table = visit.client.get(f"/completeness-lists/reported{search}").text
    for href, text in re.findall(r'<a href="(/completeness/[^"]+)">([\d,]+)</a>', table):
        yield int(text.replace(",", "")), href.replace("&amp;", "&")


@pytest.mark.parametrize("search", ["", "?as_of=2013-12-31&partner=fed"])
def test_every_number_links_to_a_list_with_that_many_rows(served: Visit, search: str) -> None:
    led = list(numbers(served, search))
    assert len({href for _count, href in led}) > 15
    for count, href in led:
        path, query = href.split("?")[0], f"?{href.split('?')[1]}" if "?" in href else ""
        name = path.removeprefix("/completeness/")
        rows = csv.DictReader(io.StringIO(served.client.get(f"/completeness-lists/{name}.csv{query}").text))
        assert len(list(rows)) == count, href
        which = read(name)
        assert which is not None
        if which.of_enterprises:
            shown = served.answered(ROWS_OUT, at(query, path))
            assert shown[f"{ids.COMPLETENESS_LIST}.hidden"] is False
            assert len(shown[ROWS_OUT]) == count, href
        else:
            fragment = served.client.get(f"/completeness-lists/{name}{query}").text
            assert fragment.count("<tr>") == 1 + count, href


def test_list_keeps_the_filters_and_has_a_title(served: Visit) -> None:
    for count, href in numbers(served, "?place=310000&lang=zh"):
        assert href.endswith("?lang=zh&place=310000"), (count, href)
    answer = served.answered(ONE_OUT, at("?lang=en", "/completeness/group/silent/round/r2"))
    assert "Round 2: Trained, no report on record" in str(answer[ONE_OUT])


def test_listed_row_links_to_its_enterprise(served: Visit) -> None:
    table = served.client.get("/completeness-lists/outliers").text
    assert '<a href="/enterprises/o6">Output 6</a>' in table
    assert '<a href="/enterprises/a">Enterprise A</a>' in served.client.get("/completeness-lists/unsourced/result").text


def test_list_of_all_enterprises_with_their_forms_can_be_downloaded(served: Visit) -> None:
    rows = list(csv.DictReader(io.StringIO(served.client.get("/completeness-lists/all.csv").text)))
    assert len(rows) == 9 + len(FAR)
    assert rows[0] == {
        "enterprise": "a", "place": "370200", "sector": "machinery", "baseline": "present", "training": "present",
        "assessment": "partly", "results": "present", "last_report": date(2013, 12, 1).isoformat(), "days": "395",
    }  # fmt: skip


def test_unknown_list_is_not_found(served: Visit) -> None:
    assert "404" in str(served.answered(ONE_OUT, at("", "/completeness/nothing"))[ONE_OUT])
    assert served.answered(ROWS_OUT, at("", "/completeness/nothing"))[f"{ids.COMPLETENESS_LIST}.hidden"] is True
    for path in ("nothing", "form/baseline/present", "nothing.csv", "reported.csv"):
        assert served.client.get(f"/completeness-lists/{path}").status_code == 404, path


@pytest.mark.parametrize(
    "terms",
    [
        {"threshold": None, "names": True, "export": True},
        {"threshold": 5, "names": True},
        {"audience": Audience.COMMITTEE, "threshold": None, "names": True, "export": True},
    ],
    ids=["donor", "donor with a threshold", "committee"],
)
def test_donors_and_the_committee_never_get_a_list(served: Visit, accounts: Engine, terms: dict[str, Any]) -> None:
    _made, token = share_links.make(accounts, served.fit(Terms(**terms)))
    client = served.stranger()
    client.get(f"/s/{token}", headers=PAGE)
    donor = replace(served, client=client)
    for path in ("outliers", "reported", "all.csv", "form/baseline/missing.csv", "unsourced/result", "outliers.csv"):
        assert client.get(f"/completeness-lists/{path}").status_code == 404, path
    looks = terms.get("audience") is not Audience.COMMITTEE  # refused by the gate on every page
    for output in (COUNTS_OUT, ROWS_OUT, ONE_OUT):
        for path in ("/completeness", "/completeness/form/results/missing", "/completeness/outliers"):
            answer = client.post("/_dash-update-component", json=served.body(output, at("", path)))
            assert answer.status_code == (204 if looks else 404), (output, path)
            assert b"Output" not in answer.data
    if looks:
        page = f"{ids.PAGE}.children"
        assert donor.answered(page, at("", "/completeness")) == donor.answered(page, at("", "/nothing"))
        assert "/completeness" not in str(donor.answered(f"{ids.NAV}.content", at()))
        # The coverage is theirs.
        assert client.get("/table/coverage").status_code == 200
