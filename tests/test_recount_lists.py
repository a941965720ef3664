"""The lists against a recount of the same tables: their members, their order, and the values of each row."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import product
from random import Random
from typing import Any

import pandas as pd
import pytest
import recount_lists as recount
from hypothesis import example, given, settings
from hypothesis import strategies as st
from programme import PROGRAMME
from recount import Asked, Row, Tables, asked
from recount_lists import Lists, Scoped
from recount_slice import day_of
from test_recount import AS_OF, EARLIER, SEEDS, SOURCES, Invented, database_of, search_of

from data import filter_options
from data.engine.counts import overview_counts
from data.exhibits import build, regions
from data.exhibits import pairs as pairs_exhibit
from data.filters import DIMENSIONS, Filters
from data.links.link_terms import Terms
from data.lists import enterprise_list, follow_up
from data.lists.enterprise_list import ListRequest, listed
from data.lists.follow_up import FollowUpList
from data.lists.source_list import sources_of
from data.privacy.shown import About, Withheld
from data.privacy.viewer import MANAGER, Viewer
from data.view import View

pytestmark = pytest.mark.both_databases

NAMES_EN = ("ant works", "Ant Works", "ANT farm", "bee_line", "Bee 100%", "Zebra & Co", "Élan", "élan", None)
NAMES_ZH = ("厂 一", "苏州厂", "Ant 厂", "élan", None, None)
SEARCHES = ("e 1", "厂", "%", "_", "ANT w", "works ant", "Élan", "  ", "E1")
COPIES = 3
"""Number of enterprises of one kind: enough for ties, and for more enterprises than fit on a page."""

Compared = Iterator[tuple[str, Any, Any]]
"""The request, the product's result, and the recount's result."""


# Programmes with lists in them


def dressed(invented: Invented) -> Tables:
    """An invented programme, made public, with names to sort by, blanks, and outliers."""
    random = Random(len(invented.tables["result"]))
    tables = {name: [dict(row) for row in rows] for name, rows in invented.tables.items()}
    tables["programme"][0]["public"] = True
    for name in ("enterprise", "enrolment", "training", "result"):
        own = "code" if name == "enterprise" else "enterprise"
        again = [row | {own: f"{row[own]}-{at}"} for row in tables[name] for at in range(1, COPIES)]
        tables[name] += again
    for row in tables["enterprise"]:
        row |= {
            "name_en": random.choice(NAMES_EN), "name_zh": random.choice(NAMES_ZH),
            "may_be_named": random.choice((True, True, False, None)), "source": random.choice((*SOURCES, None)),
        }  # fmt: skip
    for row in tables["result"]:
        row |= {
            "months": random.choice((1, 2.5, None)), "verified": random.choice((True, False, None)),
        }  # fmt: skip
        if row["after"] and random.random() < 0.1 and row["indicator"] in ("output", "profit", "absence", "headcount"):
            row["after"] *= 40
    silent = [row["code"] for row in tables["enterprise"] if random.random() < 0.3]
    tables["result"] = [row for row in tables["result"] if row["enterprise"] not in silent]
    tables["training"] = [row for row in tables["training"] if row["enterprise"] not in silent[::2]]
    # Last reports of every age: the dates of a programme lie far apart.
    dated = [row for row in tables["result"] if row["after_on"]]
    for row in random.sample(dated, len(dated) // 3):
        if row["after_on"] < AS_OF:
            row["after_on"] = AS_OF - timedelta(days=random.choice((90, 91, 180, 181, 365, 366)))
            row |= {"after_on_precision": "day", "before_on": None, "before_on_precision": None}
    tables["sector"][0]["name_zh"], tables["sector"][1]["name_en"] = "机械", "Garments"
    tables["place"][1]["name_en"], tables["place"][4]["name_zh"] = "Place above", None
    return tables


def limited_to(scope: dict[str, set[str]]) -> Viewer:
    """A link viewer with a scope, with the names that may be shown, without a threshold."""
    return Terms(scope=Filters.from_search(search_of(scope, None)), threshold=None, names=True).viewer()


# Both results of every request


def plain(value: Any) -> Any:
    """A value of a frame as a plain Python value."""
    if not isinstance(value, (str, tuple, dict, list, Withheld)) and pd.isna(value):
        return None
    return value.item() if hasattr(value, "item") else value


def rows_of(frame: pd.DataFrame, columns: Iterable[str]) -> list[tuple[Any, ...]]:
    """Some columns of a frame, row by row, in a canonical order."""
    return in_no_order(tuple(row[name] for name in columns) for row in frame.to_dict("records"))


def in_no_order(rows: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Rows as plain values, numbers of one type, in an order equal for both counts."""
    plainly = (tuple(plain(value) for value in row) for row in rows)
    alike = (tuple(float(value) if type(value) is int else value for value in row) for row in plainly)
    return sorted(alike, key=repr)


def questions_of_lists(view: View, lists: Lists, turn: int | None = None) -> Compared:
    """Every list of enterprises with its row values, in both directions and with every search; where requests take
    turns, in one direction and with some of the searches.
    """
    for at, (sort, descending) in enumerate(product(recount.SORTS, (False, True))):
        wanted = ListRequest(sort=sort, descending=descending, language=("en", "zh", "zh")[(at + (turn or 0)) % 3])
        if is_due(at, turn):
            yield from question_of_list(view, lists, wanted)
    for at, text in enumerate(SEARCHES):
        if is_due(at, turn):
            yield from question_of_list(view, lists, ListRequest(text, sort="completed"))


def is_due(at: int, turn: int | None) -> bool:
    """True if this request is due: every other one in turns, otherwise all."""
    return turn is None or (at + turn + at // 2) % 2 == 0


def question_of_list(view: View, lists: Lists, wanted: ListRequest) -> Compared:
    pages = pages_of(view, wanted)
    rows = [row for page in pages for row in page.rows]
    codes, unnamed = listed_codes(view, lists, wanted)
    yield f"enterprises: {wanted}", [row.enterprise for row in rows], [alias for alias, _ in codes]
    yield (
        f"said of: {wanted}",
        [shown_values(row) for row in rows],
        [expected_values(lists.told[code]) for _, code in codes],
    )
    yield f"how many: {wanted}", (pages[0].count, pages[0].unnamed), (len(codes), unnamed)


def pages_of(view: View, wanted: ListRequest) -> list[enterprise_list.EnterpriseList]:
    """A list, page after page."""
    first = listed(view, wanted)
    pages = [first, *(listed(view, replace(wanted, page=page)) for page in range(2, first.pages + 1))]
    assert all(len(page.rows) == enterprise_list.PAGE for page in pages[:-1])
    return pages


def listed_codes(view: View, lists: Lists, wanted: ListRequest) -> tuple[list[tuple[str, str]], int]:
    """The members of a list under their shown names, and the number of unnamed ones at the end."""
    tables, among, hidden = lists.of.tables, lists.enterprises, []
    if view.viewer.limited:
        named = recount.nameable(tables)
        hidden = [] if wanted.text.strip() else sorted(among - named, key=view.viewer.alias_order)
        among = among & named
    among = among & recount.found(tables, wanted.text, codes=not view.viewer.limited)
    order = recount.in_order(lists, among, wanted.sort, descending=wanted.descending, language=wanted.language)
    aliased = [(f"enterprise-{n}", code) for n, code in enumerate(hidden, 1)]
    return [*((code, code) for code in order), *aliased], len(hidden)


def shown_values(row: enterprise_list.Listed) -> tuple[Any, ...]:
    states = [*row.states.items()]
    return (
        row.place,
        row.sector,
        row.rounds,
        states,
        row.reported,
        plain(row.last_report),
        plain(row.last_report_precision),
    )


def expected_values(told: Row) -> tuple[Any, ...]:
    states = [*told["states"].items()]
    about = ("place", "sector", "rounds", "states", "reported", "last_report", "last_report_precision")
    return tuple((told | {"states": states})[name] for name in about)


def questions_of_completeness(view: View, lists: Lists, turn: int | None = None) -> Compared:
    """The completeness numbers, and the list behind every number; where requests take turns, behind every other."""
    yield "forms", follow_up.form_counts(view), recount.form_counts(lists)
    yield "silences", follow_up.silences(view), recount.silence_counts(lists)
    yield "outliers", follow_up.outlier_count(view), len(recount.outliers(lists))
    key = recount.KEYS["result"]
    yield "outliers by key", rows_of(follow_up.outliers(view), key), in_no_order(recount.outliers(lists))
    tables = recount.OF_SLICE if view.viewer.limited else recount.SOURCED
    yield "unsourced", follow_up.unsourced_counts(view), recount.unsourced_counts(lists, tables)
    if view.viewer.limited:
        return
    for table in recount.SOURCED:
        key = recount.KEYS.get(table, ("code",))
        given = rows_of(follow_up.unsourced(view, table), key)
        yield f"unsourced {table}", given, in_no_order(recount.unsourced(lists, table))
    for at, (which, members) in enumerate(lists_of_enterprises(lists)):
        if is_due(at, turn):
            yield from question_of_members(view, lists, which, members)
    found = follow_up.longest_silent(view)
    yield "longest silent", found and found.days, recount.longest_silent(lists)
    yield from question_of_everyone(view, lists)


def lists_of_enterprises(lists: Lists) -> Iterator[tuple[FollowUpList, set[str]]]:
    """The lists of enterprises behind the numbers, with their members."""
    for form, state in product(recount.FORMS, recount.STATES):
        yield FollowUpList("form", (form, state)), recount.with_form(lists, form, state)
    for silence in recount.SILENCES:
        yield FollowUpList("silence", (silence,)), recount.in_silence(lists, silence)
    partners, rounds = ([row["code"] for row in lists.of.tables[name]] for name in ("partner", "round"))
    groups = [("total", ""), *(("partner", code) for code in [*partners, "no-such-partner"]),
              *(("round", code) for code in [*rounds, "no-such-round"])]  # fmt: skip
    for did, (kind, code) in product(recount.DID, groups):
        yield FollowUpList("group", (did, kind, code)), recount.in_group(lists, did, kind, code)


def question_of_members(view: View, lists: Lists, which: FollowUpList, members: set[str]) -> Compared:
    found, forms = follow_up.page(view, ListRequest(sort="last_report"), which)
    order = recount.in_order(lists, members, "last_report")[: enterprise_list.PAGE]
    yield which.path, [each.listed.enterprise for each in forms], order
    yield f"how many {which.path}", found.count, len(members)
    given = [(each.states, each.days) for each in forms]
    yield f"forms of {which.path}", given, [(lists.forms[code], recount.days_since(lists, code)) for code in order]


def question_of_everyone(view: View, lists: Lists) -> Compared:
    for language, which in (("en", None), ("zh", FollowUpList("form", ("results", "present")))):
        members = lists.enterprises if which is None else recount.with_form(lists, "results", "present")
        frame = follow_up.everyone(view, which, language)
        given = [tuple(plain(value) for value in row) for row in frame.itertuples(index=False, name=None)]
        expected = [
            (code, told["place"], told["sector"], *(lists.forms[code][form] for form in recount.FORMS),
             told["last_report"], told["last_report_precision"], recount.days_since(lists, code))
            for code in recount.in_order(lists, members, language=language)
            for told in [lists.told[code]]
        ]  # fmt: skip
        yield f"everyone {which}", given, expected


def questions_of_filters(view: View, of: Asked) -> Compared:
    """The options of each filter under the others, and the enterprises of each province."""
    for dimension in ("partner", "sector", "round", "phase", "place"):
        others = {name: codes for name, codes in of.filters.items() if name != dimension}
        counts = recount.option_counts(of_filters(of, others), dimension)
        yield f"options of {dimension}", filter_options.option_counts(view, dimension), counts
    given = {row["place"]: row for row in regions.provinces(view).to_dict("records")}
    expected = recount.provinces(of)
    yield "provinces", set(given), set(expected)
    for place, counts in expected.items():
        yield f"province {place}", {name: plain(given[place][name]) for name in counts}, counts


def of_filters(of: Asked, filters: dict[str, set[str]]) -> Asked:
    """The same slice under other filters."""
    if isinstance(of, Scoped):
        return Scoped(of.tables, filters, of.as_of, scope=of.scope)
    return asked(of.tables, filters, of.as_of)


def questions_of_sources(view: View, of: Asked, turn: int | None = None) -> Compared:
    """The sources of exhibits and lists."""
    trainings, reported = recount.sources_of_trainings(of), recount.sources_of_results(of)
    for code in ("overview", "regions", "module-funnel", "journey", "breadth", "matrix"):
        yield f"sources of {code}", rests_on(build(view, code)), trainings
    for code in ("change", "pairs", "coverage"):
        yield f"sources of {code}", rests_on(build(view, code)), reported
    for code in indicators_due(of, turn):
        yield f"sources of {code}", rests_on(build(view, "pairs", code)), recount.sources_of_results(of, code)
    yield "sources of the list", enterprise_list.sources(view), trainings + reported


def indicators_due(of: Asked, turn: int | None) -> list[str]:
    return [row["code"] for at, row in enumerate(of.tables["indicator"]) if is_due(at, turn)]


def rests_on(exhibit: Any) -> dict[str, int]:
    return exhibit.sources | ({"": exhibit.unsourced} if exhibit.unsourced else {})


def questions_of_neighbours(view: View, lists: Lists) -> Compared:
    """The neighbours of an enterprise in everything the viewer may see: filters do not apply."""
    whole = Lists(of_filters(lists.of, {}))
    named = recount.nameable(lists.of.tables) if view.viewer.limited else whole.enterprises
    for code in [*sorted(whole.enterprises)[:2], *sorted(whole.enterprises)[-2:]]:
        found = enterprise_list.one(view, code)
        yield f"page of {code}", found is not None, code in named
        if found is None:
            continue
        expected = [each for kind in ("place", "sector") if (each := recount.neighbours(whole, code, kind))]
        yield f"how many beside {code}", len(found.neighbours), len(expected)
        for shown, beside in zip(found.neighbours, expected, strict=False):
            kind = f"{shown.kind} {shown.code} beside {code}"
            completed = {module: count for module, count in shown.completed.items() if count}
            in_order = [each for each in beside["named"] if each in named][: recount.MOST_NAMED]
            yield kind, (shown.kind, shown.code, shown.count), (beside["kind"], beside["code"], beside["count"])
            yield f"{kind}: completed", completed, beside["completed"]
            yield f"{kind}: sources", shown.sources, beside["sources"]
            yield f"{kind}: names", [*shown.named], in_order


DATES = ("before_on", "before_on_precision", "after_on", "after_on_precision")
BESIDE = ("enterprise", "round", "module", "indicator", "before", "after", *DATES, "change_percent", "operator",
          "months", "source")  # fmt: skip
BESIDE_LEVELS = ("before", "after", *DATES, "verified", "module", "per_month")


def questions_of_results(view: View, of: Asked, turn: int | None = None) -> Compared:
    """The facts in addition to the pairs, and the further columns of each pair."""
    for indicator in (None, *indicators_due(of, turn)):
        facts = recount.facts_beside(of, indicator)
        named = names_shown(view, of.tables, {row["enterprise"] for row in facts})
        given = (
            tuple(row[name] for name in BESIDE)
            for row in pairs_exhibit.other_results(view, indicator).to_dict("records")
        )
        expected = (tuple((row | {"enterprise": named[row["enterprise"]]})[name] for name in BESIDE) for row in facts)
        yield f"beside the pairs of {indicator}", in_no_order(given), in_no_order(expected)
    pairs = recount.pair_columns(of)
    named = names_shown(view, of.tables, {enterprise for enterprise, _ in pairs})
    expected = (
        (named[enterprise], indicator, *((row | {"module": row["module"] or ""})[name] for name in BESIDE_LEVELS))
        for (enterprise, indicator), row in pairs.items()
    )
    columns = ("enterprise", "indicator", *BESIDE_LEVELS)
    yield "columns of the pairs", rows_of(pairs_exhibit.numbers(view), columns), in_no_order(expected)


def names_shown(view: View, tables: Tables, codes: set[str]) -> dict[str, str]:
    """The shown codes of the enterprises of a table: their code, or a number if they may not be named."""
    hidden = codes - recount.nameable(tables) if view.viewer.limited else set()
    aliases = {code: f"enterprise-{n}" for n, code in enumerate(sorted(hidden, key=view.viewer.alias_order), 1)}
    return {code: aliases.get(code, code) for code in codes}


def questions_of_headlines(view: View, of: Asked) -> Compared:
    """The notes next to the headlines: known terms of each sum."""
    n = overview_counts(view.facts)
    known = {
        "workers_reached": [n["trained"] - n["workers_unknown"]],
        "people_trained": [n["trainings_with_heads"], n["trainings"]],
        "women_trained": [n["trainings_with_women"], n["trainings"]],
    }
    for headline, counts in recount.head_counts(of).items():
        yield f"terms of {headline}", known[headline], counts


def questions_of_everything(view: View, of: Asked, turn: int | None = None) -> Compared:
    lists = Lists(of)
    yield from questions_of_lists(view, lists, turn)
    yield from questions_of_completeness(view, lists, turn)
    yield from questions_of_filters(view, of)
    yield from questions_of_sources(view, of, turn)
    yield from questions_of_neighbours(view, lists)
    yield from questions_of_results(view, of, turn)
    yield from questions_of_headlines(view, of)


def disagreements(told: Compared) -> list[str]:
    """All differences between the product and the recount."""
    return [f"{what}: {given}, recount {expected}" for what, given, expected in told if given != expected]


def slices(tables: Tables, codes: dict[str, set[str]], as_of: Any, scope: dict[str, set[str]]) -> Iterator[Any]:
    """A manager and a link viewer, each with the slice that remains of their request."""
    yield MANAGER, asked(tables, codes, as_of)
    yield limited_to(scope), Scoped(tables, codes, day_of(tables, as_of), scope=scope)


@pytest.mark.slow
@settings(SEEDS, max_examples=1)
@given(seed=st.integers(min_value=0, max_value=2**32 - 1))
@example(seed=380)
@example(seed=382)
@example(seed=386)
def test_every_list_agrees_with_the_recount_under_any_filter(new_database: Callable[[], str], seed: int) -> None:
    invented = Invented(seed)
    questions, scopes = list(invented.questions()), [invented.one_filter(name) for name in ("partner", "place")]
    tables = dressed(invented)
    with database_of(tables, new_database()) as (connection, catalogue):
        for turn, (codes, as_of) in enumerate(questions, seed):
            search = search_of(codes, as_of)
            for viewer, of in slices(tables, codes, as_of, scopes[turn % 2]):
                view = View.open(connection, catalogue, viewer, Filters.from_search(search))
                wrong = disagreements(questions_of_everything(view, of, turn))
                assert not wrong, "\n".join([f"seed {seed}, {search}, limited: {viewer.limited}", *wrong])


# r3 has no enterprise yet; on 10 March 2013 the first trainings are due that day. Shandong contains Qingdao.
@pytest.mark.parametrize(
    ("search", "scope"),
    [
        ("", {"partner": {"buyer"}}),
        ("?partner=fed&as_of=2015-06-30", {"partner": {"buyer"}}),
        ("?place=370000&module=m1,m3", {"place": {"370200"}}),
        ("?round=r3", {"sector": {"garments"}}),
        ("?as_of=2013-03-10", {"round": {"r1"}}),
    ],
)
def test_every_list_of_the_ten_enterprises_agrees_with_the_recount(
    address: str, search: str, scope: dict[str, set[str]]
) -> None:
    tables = PROGRAMME | {"programme": [{**PROGRAMME["programme"][0], "public": True}]}
    filters = Filters.from_search(search)
    codes = {name: set(filters.codes(name)) for name in DIMENSIONS}
    with database_of(tables, address) as (connection, catalogue):
        for viewer, of in slices(tables, codes, filters.as_of, scope):
            view = View.open(connection, catalogue, viewer, filters)
            wrong = disagreements(questions_of_everything(view, of))
            assert not wrong, "\n".join([search, *wrong])


@pytest.mark.parametrize("recruited", [(2, 1), (1, 2), (1, 1), (None, 1), (1, None)])
def test_results_of_one_date_are_ordered_alike_in_both_counts(
    address: str, recruited: tuple[int | None, int | None]
) -> None:
    # Two rounds and two modules with the same measurement days; the recruitment date decides.
    tables = {name: [dict(row) for row in rows] for name, rows in PROGRAMME.items()}
    days = {code: n and AS_OF - timedelta(days=100 - n) for code, n in zip(("r1", "r2"), recruited, strict=True)}
    for row in tables["enrolment"]:
        if row["enterprise"] == "i":
            row["recruited_on"] = days[row["round"]]
    dates = {"before_on": AS_OF - timedelta(days=60), "after_on": AS_OF - timedelta(days=30), "operator": "="}
    tables["result"] += [
        {"enterprise": "i", "round": code, "module": module, "indicator": "headcount", "before": n, "after": 10 + 2 * n,
         "months": n, "source": "sheet", **dates}
        for n, (code, module) in enumerate(product(("r1", "r2"), ("m2", "", "m1")))
    ]  # fmt: skip
    with database_of(tables, address) as (connection, catalogue):
        view = View.open(connection, catalogue, MANAGER, Filters())
        wrong = disagreements(questions_of_results(view, asked(tables)))
        assert not wrong, "\n".join(wrong)


def test_invented_programmes_have_rows_for_every_list() -> None:
    outliers, pages, silences, states = 0, 0, set(), set()
    for seed, day in product((380, 382, 386), (AS_OF, EARLIER)):
        lists = Lists(asked(dressed(Invented(seed)), {}, day))
        outliers += len(recount.outliers(lists))
        pages = max(pages, len(lists.enterprises))
        silences |= set(lists.silence.values())
        states |= {(form, state) for told in lists.forms.values() for form, state in told.items()}
    assert outliers
    assert pages > enterprise_list.PAGE
    assert silences == set(recount.SILENCES)
    assert states == set(product(recount.FORMS, recount.STATES))


def test_pairs_show_no_date_after_the_as_of_date(address: str) -> None:
    # The before of e is of October 2014, its after of January 2015, which is not visible at the end of 2014.
    with database_of(PROGRAMME, address) as (connection, catalogue):
        view = View.open(connection, catalogue, MANAGER, Filters())
        columns = ("enterprise", "before_on", "after_on")
        facts = recount.facts_beside(asked(PROGRAMME), "defects")
        expected = in_no_order(tuple(row[name] for name in columns) for row in facts)
        assert rows_of(pairs_exhibit.other_results(view, "defects"), columns) == expected


@pytest.mark.parametrize("dimension", ["partner", "place", "phase", "sector"])
@pytest.mark.parametrize("seed", [380, 386])
def test_visible_sources_are_those_the_scope_of_the_viewer_rests_on(address: str, seed: int, dimension: str) -> None:
    invented = Invented(seed)
    scope, tables = invented.one_filter(dimension), with_sources_of_their_own(dressed(invented))
    with database_of(tables, address) as (connection, catalogue):
        asked_for = {
            viewer: sources_of(View.open(connection, catalogue, viewer, Filters()))
            for viewer in (MANAGER, limited_to({}), limited_to(scope))
        }
    everything, unscoped, scoped = asked_for.values()
    assert everything == recount.rows_of_sources(tables)
    assert set(unscoped) == recount.sources_in_scope(tables, {})
    assert set(scoped) == recount.sources_in_scope(tables, scope)
    assert not any([*unscoped.values(), *scoped.values()])


def with_sources_of_their_own(tables: Tables) -> Tables:
    """The tables with sources that a single row of them names."""
    alone = ("reported_figure", "target", "trainer_level", "event")
    for name in alone:
        for row in tables[name][:1]:
            row["source"] = f"{name}-list".replace("_", "-")
            tables["source"].append({"code": row["source"], "title_en": name})
    return tables


def test_source_of_only_a_trainer_is_visible_to_viewers_who_may_count_trainers(address: str) -> None:
    tables = dressed(Invented(385))
    tables["source"].append({"code": "trainer-list", "title_en": "List of trainers"})
    tables["trainer"] = [{"code": "t", "organisation": "fed", "source": "trainer-list"}]
    tables["trainer_level"] = [{"trainer": "t", "module": "m1", "level": "expert", "source": "sheet"}]
    with database_of(tables, address) as (connection, catalogue):
        view = View.open(connection, catalogue, limited_to({"partner": {"fed"}}), Filters())
        assert "trainer-list" in build(view, "capacity").sources
        assert set(sources_of(view)) == recount.sources_in_scope(tables, {"partner": {"fed"}})


@pytest.mark.parametrize("seed", [380, 382, 386])
def test_sum_over_few_enterprises_is_withheld_and_over_many_is_approximate(address: str, seed: int) -> None:
    base, tables = 5, dressed(Invented(seed))
    held = recount.rest_on(asked(tables))
    with database_of(tables, address) as (connection, catalogue):
        viewer = replace(Terms(threshold=base).viewer(), privacy_key=b"key")
        view = View.open(connection, catalogue, viewer, Filters())
        assert view.shown
        shown = {("headline", row["headline"]): row["value"] for row in records(view, "overview")}
        shown |= {("workers", plain(row["place"]) or ""): row["workers"] for row in records(view, "regions")}
        shown |= {("other_facts", row["indicator"]): row["other_facts"] for row in records(view, "change")}
    few = {cell for cell, count in held.items() if count <= base}  # these are never shown as twice the base
    many = {cell for cell, count in held.items() if count >= 2 * base}
    assert few
    assert many
    assert [cell for cell in few if not isinstance(shown[cell], Withheld)] == []
    assert [cell for cell in many if not isinstance(shown[cell], About)] == []


def records(view: View, code: str) -> list[Row]:
    """The rows of an exhibit, with withheld values unchanged: to_dict would convert them to plain numbers."""
    table = build(view, code).table
    return [dict(zip(table, row, strict=True)) for row in table.itertuples(index=False, name=None)]
