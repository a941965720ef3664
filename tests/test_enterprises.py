"""The list of enterprises and the enterprise page: counted by hand on the ten-enterprise programme, and access."""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from programme import PROGRAMME, Tables, load_rows, with_more
from sqlalchemy import Engine
from test_figures import hold_to_rules
from visiting import PAGE, Visit, at, texts

from data.catalogue import read_catalogue
from data.engine.enterprise_lists import SORTS
from data.filters import Filters
from data.links import share_links
from data.links.link_terms import Audience, Terms
from data.lists import enterprise_list
from data.lists.enterprise_list import PAGE as ROWS
from data.lists.enterprise_list import ListRequest, listed, may_open, one
from data.privacy.viewer import MANAGER, Permission, Scope, Viewer
from data.storage.accounts import accounts_engine
from data.storage.database import writing_engine
from data.view import View
from layouts import ids
from layouts.figures.timeline import timeline, training_state
from layouts.frames import records
from layouts.lists import paged_list
from layouts.lists.enterprise_table import COLUMNS, LIST

pytestmark = pytest.mark.both_databases

NAMED = ("a", "e")
"""The enterprises that may be named."""

READS_NAMES = Viewer(frozenset({Permission.BROWSE, Permission.SEE_NAMES}), alias_key="key", limited=True)

Ask = Callable[..., View]


def opened() -> Tables:
    """The ten-enterprise programme as a public record: two enterprises may be named; a story of each kind."""
    tables = {name: list(rows) for name, rows in PROGRAMME.items()}
    tables["programme"] = [{**tables["programme"][0], "public": True}]
    tables["enterprise"] = [{**row, "may_be_named": row["code"] in NAMED} for row in tables["enterprise"]]
    tables["story"] = [
        {"code": "of-a", "enterprise": "a", "round": "r1", "title_en": "A trolley", "before_en": "Two carried it.",
         "after_zh": "一人推车。", "source": "sheet"},
        {"code": "of-b", "enterprise": "b", "round": "r1", "title_en": "A lamp", "source": "sheet"},
    ]  # fmt: skip
    return tables


@pytest.fixture(scope="module")
def view(new_database: Callable[[], str]) -> Iterator[Ask]:
    """The view of an address's filters on that record."""
    engine = writing_engine(new_database())
    load_rows(engine, opened())
    with engine.connect() as connection:
        catalogue = read_catalogue(connection)
        yield lambda search="", viewer=MANAGER: View.open(connection, catalogue, viewer, Filters.from_search(search))
    engine.dispose()


def codes(view: View, **wanted: Any) -> list[str]:
    return [row.enterprise for row in listed(view, ListRequest(**wanted)).rows]


# the list


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("name", "abcdefghi"),
        # Qingdao (a, b; d and i through r1's only place), Shandong, Shanghai; e has none.
        ("place", "abdicfghe"),
        # Garments, Machinery; e has none.
        ("sector", "cdghabfie"),
        # r1 began in 2013, r2 in 2014.
        ("rounds", "abcdiefgh"),
        # e completed Module 1, a two modules.
        ("completed", "bcdfghiea"),
        # a on 1 December 2013, e on 1 October 2014; the others have no result with a visible date.
        ("last_report", "aebcdfghi"),
    ],
)
def test_list_sorts_by_every_column_with_unknown_values_last(view: Ask, sort: str, expected: str) -> None:
    assert "".join(codes(view(), sort=sort)) == expected


def test_descending_sort_keeps_unknown_values_last(view: Ask) -> None:
    assert codes(view(), sort="sector", descending=True)[-1] == "e"
    assert codes(view(), sort="last_report", descending=True)[:2] == ["e", "a"]
    assert codes(view(), sort="name", descending=True) == list("ihgfedcba")


@pytest.mark.parametrize("sort", SORTS)
def test_empty_list_can_be_sorted(view: Ask, sort: str) -> None:
    assert codes(view("as_of=1990-01-01"), sort=sort) == []


def test_list_describes_each_enterprise_as_of_the_date(view: Ask) -> None:
    rows = {row.enterprise: row for row in listed(view(), ListRequest()).rows}
    assert rows["a"].rounds == ("r1", "r2")
    assert rows["a"].states == {"m1": "completed", "m2": "completed"}
    assert (rows["a"].completed, rows["a"].last_report) == (2, date(2013, 12, 1))
    assert rows["i"].place == "370200"  # through r1's only place; r2 has two
    assert (rows["f"].reported, rows["f"].last_report) == (False, None)
    assert (rows["b"].reported, rows["b"].last_report) == (True, None)
    assert "j" not in rows  # recruited in 2015
    later = {row.enterprise: row for row in listed(view("as_of=2015-12-31"), ListRequest()).rows}
    assert later["e"].last_report == date(2015, 1, 31)
    assert later["j"].states == {"m1": "in-progress"}


def test_list_applies_the_filters(view: Ask) -> None:
    assert codes(view("place=310000")) == list("fgh")
    assert codes(view("partner=fed")) == list("abcdi")


def test_search_matches_every_word_in_either_language_and_the_code(view: Ask) -> None:
    assert codes(view(), text="prise C") == ["c"]
    assert codes(view(), text="（中）") == list("abcdefghi")
    assert codes(view(), text="%") == []
    assert codes(view(), text="Enterprise nobody") == []


def test_list_pages_have_a_fixed_size_and_the_last_has_the_rest(engine: Engine) -> None:
    load_rows(engine, with_more(PROGRAMME))
    with engine.connect() as connection:
        view = View.open(connection, read_catalogue(connection), MANAGER, Filters())
        pages = [listed(view, ListRequest(page=page)) for page in (1, 2, 3)]
        assert [len(page.rows) for page in pages] == [ROWS, ROWS, 69 - 2 * ROWS]
        assert [row.enterprise for page in pages for row in page.rows] == [
            *"abcdefghi",
            *(f"x{n:02}" for n in range(60)),
        ]
        assert {(page.count, page.pages) for page in pages} == {(69, 3)}
        beyond = listed(view, ListRequest(page=99))
        assert (beyond.page, len(beyond.rows)) == (3, 69 - 2 * ROWS)
        assert listed(view, ListRequest(page=-3)).page == 1


# viewers who may not see every name


def test_viewer_who_may_see_some_names_gets_the_others_as_numbers_at_the_end(view: Ask) -> None:
    found = listed(view(viewer=READS_NAMES), ListRequest())
    assert [row.enterprise for row in found.rows] == ["a", "e", *(f"enterprise-{n}" for n in range(1, 8))]
    assert (found.count, found.unnamed) == (9, 7)


def test_order_of_unnamed_enterprises_depends_neither_on_sorting_nor_on_codes(view: Ask) -> None:
    hidden = sorted(set("bcdfghi"), key=READS_NAMES.alias_order)
    shown = view(viewer=READS_NAMES)
    told = [listed(shown, ListRequest(sort=sort, descending=down)).rows[2:] for sort in SORTS for down in (False, True)]
    facts = [[(row.sector, row.rounds, row.states) for row in rows] for rows in told]
    everything = {row.enterprise: row for row in listed(view(), ListRequest()).rows}
    assert facts[0] == [(everything[code].sector, everything[code].rounds, everything[code].states) for code in hidden]
    assert all(each == facts[0] for each in facts)
    assert hidden != sorted(hidden)


@pytest.mark.parametrize("text", ["Enterprise B", "b", "enterprise-1", "（中）"])
def test_search_does_not_match_hidden_names(view: Ask, text: str) -> None:
    found = listed(view(viewer=READS_NAMES), ListRequest(text=text))
    assert {row.enterprise for row in found.rows} <= set(NAMED)
    assert found.count == len(found.rows)


def test_viewer_with_a_threshold_gets_no_list_and_no_enterprise_page(engine: Engine) -> None:
    load_rows(engine, with_more(opened()))
    with engine.connect() as connection:
        viewer = replace(READS_NAMES, threshold=5, privacy_key=b"key")
        shown = View.open(connection, read_catalogue(connection), viewer, Filters())
        assert shown.shown
        assert listed(shown, ListRequest()).rows == ()
        assert not may_open(shown, "a")


def test_enterprise_page_opens_only_for_viewers_who_may_see_its_name(view: Ask) -> None:
    assert all(may_open(view(), code) for code in "abcdefghi")
    assert not may_open(view(), "j")  # not yet recruited
    assert not may_open(view(), "nobody")
    assert [code for code in "abcdefghij" if may_open(view(viewer=READS_NAMES), code)] == list(NAMED)
    of_buyer_s_sector = replace(READS_NAMES, scope=Scope(sector=frozenset({"machinery"})))
    assert [code for code in "abcdefghij" if may_open(view(viewer=of_buyer_s_sector), code)] == ["a"]


def test_filters_do_not_affect_an_enterprise_page(view: Ask) -> None:
    assert one(view("sector=garments"), "a") is not None
    found = one(view("round=r2&module=m1"), "a")
    assert found is not None
    assert len(found.trainings) == 3


# the enterprise page


def test_enterprise_page_shows_the_facts_as_of_the_date(view: Ask) -> None:
    found = one(view(), "a")
    assert found is not None
    assert {name: found.facts[name] for name in ("place", "sector", "workers")} == {
        "place": "370200", "sector": "machinery", "workers": 100,
    }  # fmt: skip
    assert found.enrolments["round"].tolist() == ["r1", "r2"]
    assert found.enrolments["baseline_on"].tolist() == [date(2013, 1, 15), None]
    assert found.partners[["round", "partner", "role"]].to_numpy().tolist() == [
        ["r1", "fed-qd", "owner"], ["r1", "buyer", "sponsor"], ["r2", "buyer", "funder"], ["r2", "buyer", "owner"],
    ]  # fmt: skip
    trainings = found.trainings.set_index(["round", "module"])
    assert trainings["state"].to_dict() == {
        ("r1", "m1"): "completed", ("r1", "m2"): "completed", ("r2", "m1"): "not-yet-due",
    }  # fmt: skip
    assert trainings.loc[("r1", "m1"), "assessed_on"] == date(2013, 5, 20)
    assert trainings.loc[("r2", "m1"), "due_on"] == date(2015, 3, 1)  # a plan is visible before its date
    assert found.stories["code"].tolist() == ["of-a"]


def test_enterprise_page_hides_later_facts(view: Ask) -> None:
    found = one(view("as_of=2013-05-31"), "a")
    assert found is not None
    assert found.enrolments["round"].tolist() == ["r1"]
    first = found.trainings.iloc[0]
    assert (first["state"], first["completed_on"]) == ("in-progress", None)
    # The before is of 1 March 2013; the after of June is not visible, so there is nothing to judge.
    defects = found.results[found.results["indicator"] == "defects"].iloc[0]
    assert (defects["before"], defects["after"]) == (10, None) or defects["after"] != defects["after"]
    assert defects["verdict"] != "better"


def test_enterprise_page_shows_every_result_and_judges_those_with_both_levels(view: Ask) -> None:
    found = one(view(), "a")
    assert found is not None
    told = found.results[["indicator", "module", "before", "after", "change", "verdict"]].to_numpy().tolist()
    assert told == [
        ["defects", "m1", 10, 8, -2, "better"],
        ["defects", "m2", 8, 5, -3, "better"],
        ["headcount", "", 100, 110, 10, "context"],
        ["plan", "m1", 0, 1, 1, "better"],
    ]
    bound = one(view(), "h")
    assert bound is not None
    assert bound.results["operator"].tolist() == ["<"]
    assert bound.results["verdict"].isna().all()


def test_neighbours_share_place_or_sector_and_are_shown_with_their_progress(view: Ask) -> None:
    found = one(view(), "b")
    assert found is not None
    place, sector = found.neighbours
    # Neighbours of b in Qingdao: a, d and i. Of these, a completed Module 1 and 2.
    assert (place.code, place.count, place.named) == ("370200", 3, ("a", "d", "i"))
    assert place.completed == {"m1": 1, "m2": 1}
    # Neighbours of b in machinery: a, f and i.
    assert (sector.code, sector.count, sector.named) == ("machinery", 3, ("a", "f", "i"))
    alone = one(view(), "e")
    assert alone is not None
    assert alone.neighbours == ()  # it has no place and no sector


def test_hidden_neighbours_are_counted_and_not_named(view: Ask) -> None:
    found = one(view(viewer=READS_NAMES), "a")
    assert found is not None
    assert [(each.count, each.named) for each in found.neighbours] == [(3, ()), (3, ())]


# by address and by callback


@pytest.fixture(scope="module")
def accounts(new_database: Callable[[], str]) -> Iterator[Engine]:
    engine = accounts_engine(new_database())
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def served(new_database: Callable[[], str], accounts: Engine) -> Visit:
    """A manager on that record."""
    engine = writing_engine(address := new_database())
    load_rows(engine, opened())
    engine.dispose()
    return Visit.to(address, accounts_url=str(accounts.url))


def link_viewer(served: Visit, accounts: Engine, **terms: Any) -> Visit:
    """A viewer who opened a link with these terms."""
    _made, token = share_links.make(accounts, served.fit(Terms(**terms)))
    client = served.stranger()
    client.get(f"/s/{token}", headers=PAGE)
    return replace(served, client=client)


ROWS_OUT = f"{ids.of_list(LIST, 'rows')}.content"
ONE_OUT = f"{ids.ENTERPRISE}.children"


def callback_text(visit: Visit, output: str, path: str, search: str = "", **values: Any) -> list[str]:
    """The text a callback returns to a visitor."""
    return list(texts(visit.answered(output, at(search, path) | values)[output]))


def test_manager_reads_names_codes_and_links(served: Visit) -> None:
    answer = served.answered(ROWS_OUT, at("?sector=garments&lang=zh", "/enterprises"))
    assert "4" in answer[f"{ids.of_list(LIST, 'count')}.children"]
    first = answer[ROWS_OUT][0]["props"]["children"][0]["props"]["children"]
    assert first[0]["props"]["children"] == "Enterprise C（中）"
    assert first[0]["props"]["href"] == "/enterprises/c?lang=zh&sector=garments"
    assert first[1]["props"]["children"] == "c"


def test_training_without_a_completion_for_a_year_says_what_is_not_on_record(view: Ask) -> None:
    def told(code: str, search: str = "") -> list[str]:
        enterprise = one(view(search), code)
        assert enterprise is not None
        return [training_state(row) for row in records(enterprise.trainings)]

    # b's last step is the workshop of 10 March 2013; a step of 365 days ago is not old yet.
    assert told("b") == ["In progress (no completion on record)", "Dropped out"]
    assert told("b", "as_of=2014-03-10")[0] == "In progress"
    assert told("b", "as_of=2014-03-11")[0] == "In progress (no completion on record)"
    planned = {"state": "not-yet-due", "stale": False, "due_on": None}
    assert training_state(planned) == "Not yet due (no due date on record)"
    assert training_state(planned | {"due_on": date(2015, 3, 1)}) == "Not yet due"


def test_module_state_is_shown_by_a_symbol_and_in_words(served: Visit) -> None:
    row = served.answered(ROWS_OUT, at("", "/enterprises"))[ROWS_OUT][0]["props"]["children"]
    chip = row[4]["props"]["children"][0]["props"]
    assert (chip["children"], chip["aria-label"]) == ("1 ✓", "Module 1: Completed")


def test_column_heading_sorts_and_a_second_click_reverses(served: Visit) -> None:
    button = f"{ids.of_list(LIST, 'label-place')}.n_clicks"
    pressed = at("", "/enterprises") | {button: 1}
    answer = served.answered(ROWS_OUT, pressed, (button,))
    assert answer[f"{ids.of_list(LIST, 'head-place')}.aria-sort"] == "ascending"
    assert answer[f"{ids.of_list(LIST, 'head-name')}.aria-sort"] == "none"
    order = answer[f"{ids.of_list(LIST, 'order')}.data"]
    again = served.answered(ROWS_OUT, pressed | {f"{ids.of_list(LIST, 'order')}.data": order}, (button,))
    assert again[f"{ids.of_list(LIST, 'head-place')}.aria-sort"] == "descending"


@pytest.mark.parametrize("order", [None, [], "x", {"sort": "; drop", "page": "x", "descending": 1}, {"page": 10**40}])
def test_list_responds_to_any_posted_sort_order(served: Visit, order: Any) -> None:
    for moved in ("label-sector", *paged_list.TURNS):
        button = f"{ids.of_list(LIST, moved)}.n_clicks"
        values = at("", "/enterprises") | {f"{ids.of_list(LIST, 'order')}.data": order, button: 1}
        answer = served.answered(ROWS_OUT, values | {f"{ids.ENTERPRISES_SEARCH}.value": {"x": 1}}, (button,))
        assert len(answer[ROWS_OUT]) == 9


def test_enterprise_page_shows_names_dates_and_sources(served: Visit) -> None:
    words = callback_text(served, ONE_OUT, "/enterprises/a")
    for each in (
        "Enterprise A", "Enterprise A（中） · a", "Qingdao", "owner: Federation, Qingdao office · sponsor: Buyer",
        "10 January 2013", "not on record", "A trolley", "Two carried it.", "一人推车。", "3 others in Qingdao",
        "as of 31 December 2014",
    ):  # fmt: skip
        assert any(each in word for word in words), each


def test_timeline_marks_every_visible_date_and_describes_it_in_words(view: Ask) -> None:
    found = one(view(), "a")
    assert found is not None
    figure = timeline(found.trainings, date(2014, 12, 31), lambda _table, code: code or "")
    assert figure is not None
    hold_to_rules({"timeline": figure})
    marks = {trace["name"]: trace["x"] for trace in figure["data"][1:]}
    assert marks == {
        "Planned for": ["2013-03-10", "2013-09-01", "2015-03-01"], "Workshop": ["2013-03-10", "2013-09-01"],
        "Assessed": ["2013-05-20"], "Completed": ["2013-06-01", "2013-12-01"], "Dropped out": [None],
    }  # fmt: skip
    first = figure["layout"]["annotations"][0]["text"]
    for each in ("Workshop: 10 March 2013", "Visits 2 of 2", "Completed: 1 June 2013"):
        assert each in first
    assert figure["layout"]["shapes"][0]["x0"] == "2014-12-31"
    assert timeline(found.trainings.iloc[:0], date(2014, 12, 31), lambda _table, code: code or "") is None


def test_enterprise_tables_are_complete_and_can_be_downloaded(served: Visit) -> None:
    table = served.client.get("/enterprise-tables/a/results").text
    assert table.count("<tr>") == 1 + 4
    rows = list(csv.DictReader(io.StringIO(served.client.get("/enterprise-tables/a/trainings.csv").text)))
    assert [(row["round"], row["module"], row["state"]) for row in rows] == [
        ("r1", "m1", "completed"), ("r1", "m2", "completed"), ("r2", "m1", "not-yet-due"),
    ]  # fmt: skip
    assert "/enterprises/a" in served.client.get("/table/matrix").text
    assert "/enterprises/a" in served.client.get("/table/pairs").text


def test_link_viewer_with_names_sees_only_enterprises_that_may_be_named(served: Visit, accounts: Engine) -> None:
    donor = link_viewer(served, accounts, threshold=None, names=True)
    words = callback_text(donor, ROWS_OUT, "/enterprises")
    assert "Enterprise A" in words
    assert "Enterprise 7" in words
    assert not {f"Enterprise {code.upper()}" for code in "bcdfghij"} & set(words)
    assert "a" not in words  # no codes
    assert callback_text(donor, ROWS_OUT, "/enterprises", **{f"{ids.ENTERPRISES_SEARCH}.value": "Enterprise B"}) == []


def test_hidden_unknown_and_out_of_scope_enterprises_get_equal_responses(served: Visit, accounts: Engine) -> None:
    donor = link_viewer(
        served, accounts, threshold=None, names=True, scope=Filters.from_search("round=r1"), export=True
    )
    assert any("Enterprise A" in word for word in callback_text(donor, ONE_OUT, "/enterprises/a"))
    unknown = donor.answered(ONE_OUT, at("", "/enterprises/nobody"))
    for code in ("b", "e", "j"):
        assert donor.answered(ONE_OUT, at("", f"/enterprises/{code}")) == unknown
        for path in (f"/enterprise-tables/{code}/results", f"/enterprise-tables/{code}/trainings.csv"):
            answer, other = donor.client.get(path), donor.client.get(path.replace(f"/{code}/", "/nobody/"))
            assert (answer.status_code, answer.data) == (other.status_code, other.data)
            assert answer.status_code == 404


def test_enterprise_page_respects_the_scope_of_a_link(served: Visit, accounts: Engine) -> None:
    donor = link_viewer(
        served, accounts, threshold=None, names=True, scope=Filters.from_search("round=r1"), export=True
    )
    words = " ".join(callback_text(donor, ONE_OUT, "/enterprises/a?"))
    assert "Round 2" not in words
    assert "r2" not in donor.client.get("/enterprise-tables/a/trainings.csv").text
    assert "A trolley" not in words  # a story is free text


def test_viewer_with_a_threshold_sees_why_there_is_no_list(address: str, engine: Engine, accounts: Engine) -> None:
    load_rows(engine, with_more(opened()))
    served = Visit.to(address, accounts_url=str(accounts.url))
    donor = link_viewer(served, accounts, threshold=5, names=True)
    assert donor.open("/enterprises").status_code == 200
    answer = donor.answered(ROWS_OUT, at("", "/enterprises"))
    assert answer[ROWS_OUT] == []
    assert (
        "this link shows counts of enterprises, and no single ones" in answer[f"{ids.of_list(LIST, 'count')}.children"]
    )
    assert callback_text(donor, ONE_OUT, "/enterprises/a") == callback_text(donor, ONE_OUT, "/enterprises/nobody")
    assert donor.client.get("/enterprise-tables/a/results").status_code == 404


def test_enterprises_need_the_permission_in_menu_address_and_callback(served: Visit, accounts: Engine) -> None:
    donor = link_viewer(served, accounts, threshold=None, export=True)
    assert "/enterprises" not in str(donor.answered(f"{ids.NAV}.content", at())[f"{ids.NAV}.content"])
    page = f"{ids.PAGE}.children"
    assert donor.answered(page, at("", "/enterprises")) == donor.answered(page, at("", "/nothing"))
    assert donor.answered(page, at("", "/enterprises/a")) == donor.answered(page, at("", "/nothing"))
    for output, path in ((ROWS_OUT, "/enterprises"), (ONE_OUT, "/enterprises/a")):
        answer = donor.post(output, at("", path))
        assert (answer.status_code, answer.data) == (204, b"")
    assert donor.client.get("/enterprise-tables/a/results").status_code == 404


def test_committee_cannot_open_the_tables_of_an_enterprise(served: Visit, accounts: Engine) -> None:
    committee = link_viewer(served, accounts, audience=Audience.COMMITTEE, threshold=None, names=True)
    assert committee.client.get("/enterprise-tables/a/results").status_code == 404


def test_sortable_columns_are_those_the_list_query_supports() -> None:
    assert {column.name for column in COLUMNS if column.sorts} == set(SORTS)
    assert enterprise_list.MOST_NEIGHBOURS > 0
