"""Privacy for readers with a threshold: rounded counts, changed sums, smoothed medians, and hidden selections."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from itertools import combinations, product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from flask import g
from programme import PROGRAMME, load_rows
from sqlalchemy import update

from callbacks.requests.page_request import open_request
from data import exhibit, filter_options
from data.columns import Count, Key, Protection, Value
from data.decks import DeckSlide
from data.demo import write_demo
from data.editions.frozen_copies import LIVE
from data.engine.measures import median_ranks
from data.engine.slice import SliceFacts
from data.exhibit import BuiltExhibit, Part, SelectionRefused
from data.exhibits import EXHIBITS, SLIDES, build, regions, targets
from data.exports.csv_files import to_csv
from data.filters import Filters
from data.loading import load
from data.privacy import rounding as rounding_module
from data.privacy.rounding import Blurred, Rounding, Secrets, middle, near_rank
from data.privacy.selections import DIMENSIONS
from data.privacy.shown import About, Under, Withheld, share, significant
from data.privacy.table import Unprotected, marked, protected
from data.privacy.viewer import MANAGER, Permission, Scope, Viewer
from data.records import Record
from data.storage import schema
from data.storage.database import writing_engine
from data.view import View

KEY = b"a key of the tests" * 2


def reader(base: int = 5, scope: Scope | None = None, earlier: tuple[Scope, ...] = ()) -> Viewer:
    """A link viewer with a threshold."""
    return Viewer(
        frozenset({Permission.BROWSE, Permission.EXPORT}),
        scope or Scope(),
        "alias",
        limited=True,
        threshold=base,
        privacy_key=KEY,
        earlier=earlier,
    )


@pytest.fixture(scope="module")
def record(demo_url: str) -> Record:
    return Record(demo_url)


@pytest.fixture(scope="module")
def larger(tmp_path_factory: pytest.TempPathFactory) -> Record:
    """A synthetic programme of 1,000 enterprises."""
    folder = tmp_path_factory.mktemp("larger")
    write_demo(folder / "files", 1000, 1)
    engine = writing_engine(f"sqlite:///{folder}/results.db")
    load(engine, folder / "files")
    engine.dispose()
    return Record(f"sqlite:///{folder}/results.db")


def small(folder: Path, *, sectors: list[str], untrained: int = 0) -> Record:
    """A programme with one enterprise per given sector, all in one round; the first `untrained` have no training."""
    codes = [f"e{n:03}" for n in range(len(sectors))]
    keys = [{"enterprise": code, "round": "r1", "source": "sheet"} for code in codes]
    workshop = date(2013, 3, 10)
    rows = PROGRAMME | {
        "enterprise": [
            {"code": code, "name_en": code, "sector": sector, "place": "370200", "workers": 100}
            for code, sector in zip(codes, sectors, strict=True)
        ],
        "enrolment": [key | {"recruited_on": date(2013, 1, 10)} for key in keys],
        "training": [key | {"module": "m1", "workshop_on": workshop} for key in keys[untrained:]],
        "result": [],
        "reported_figure": [],
        "story": [],
        "target": [],
    }
    engine = writing_engine(f"sqlite:///{folder}/small-{untrained}.db")
    load_rows(engine, rows)
    engine.dispose()
    return Record(f"sqlite:///{folder}/small-{untrained}.db")


@pytest.fixture
def rounds() -> Callable[..., Rounding]:
    def made(enterprises: int = 4000, base: int = 5, **more: Any) -> Rounding:
        return Rounding(base, Secrets.of(KEY, [f"e{n}" for n in range(enterprises)]), **more)

    return made


# ---- counts


@pytest.mark.parametrize("base", [5, 10])
def test_shown_count_is_a_multiple_of_the_base_less_than_one_base_away(
    rounds: Callable[..., Rounding], base: int
) -> None:
    rounding = rounds(base=base)
    for n in range(60):
        for first in range(0, 2000, 97):
            shown = rounding.count(np.arange(first, first + n))
            assert shown % base == 0
            assert abs(shown - n) < base
    assert rounding.count(np.arange(0)) == 0


@pytest.mark.parametrize("base", [5, 10])
def test_rounding_is_unbiased(rounds: Callable[..., Rounding], base: int) -> None:
    rounding, random = rounds(base=base), np.random.default_rng(1)
    for n in range(1, base):
        off = [rounding.count(random.choice(4000, n, replace=False)) - n for _each in range(4000)]
        assert abs(np.mean(off)) < 0.05 * base


def test_equal_sets_have_equal_numbers_in_any_order_and_table(rounds: Callable[..., Rounding]) -> None:
    rounding = rounds()
    for size in range(1, 40):
        chosen = np.random.default_rng(size).choice(4000, size, replace=False)
        assert rounding.count(chosen) == rounding.count(np.sort(chosen))
        both = rounding.shown(np.full(2, size), np.full(2, rounding.secrets.numbers[chosen].sum()))
        assert both.tolist() == [rounding.count(chosen)] * 2


def test_count_equal_to_an_exact_total_is_exact(rounds: Callable[..., Rounding]) -> None:
    plain = rounds()
    rounding = rounds(exact={plain.key_of(np.arange(13)): 13})
    assert rounding.count(np.arange(13)) == 13
    assert rounding.count(np.arange(1, 14)) % 5 == 0


def test_different_privacy_key_gives_different_rounding() -> None:
    names = [f"e{n}" for n in range(500)]
    first, second = (Rounding(5, Secrets.of(key, names)) for key in (KEY, KEY[::-1]))
    sets = [np.arange(at, at + 3) for at in range(400)]
    same = sum(first.count(each) == second.count(each) for each in sets)
    assert 120 < same < 280  # 0.6² + 0.4² of them


def test_privacy_secrets_appear_in_no_representation() -> None:
    rounding = Rounding(5, Secrets.of(KEY, ["a", "b"]))
    viewer = reader()
    assert "key" not in repr(rounding.secrets) or repr(KEY) not in repr(rounding.secrets)
    for told in (repr(rounding), repr(viewer)):
        assert repr(KEY) not in told
        assert str(rounding.secrets.numbers[0]) not in told


# ---- sums


def test_size_factors_are_ten_to_twenty_per_cent_off_and_differ_by_measure() -> None:
    secrets = Secrets.of(KEY, [f"e{n}" for n in range(5000)])
    for factors in (secrets.workers, secrets.people):
        off = np.abs(factors - 1)
        assert off.min() >= 0.1
        assert off.max() <= 0.2
        assert abs(factors.mean() - 1) < 0.01
        assert 0.45 < (factors > 1).mean() < 0.55
    assert abs(np.corrcoef(secrets.workers, secrets.people)[0, 1]) < 0.05


def test_sums_are_approximate_or_withheld(rounds: Callable[..., Rounding]) -> None:
    rounding = rounds()
    assert rounding.sum_to_digits(12_345, 10) == 12_300
    assert isinstance(rounding.sum_to_digits(12_345, 10), About)
    assert isinstance(rounding.sum_to_digits(12_345, 5), Withheld)
    assert rounding.sum_to_base(123.4, 10) == 125
    assert isinstance(rounding.sum_to_base(123.4, 0), Withheld)
    assert str(Withheld()) == "withheld"
    assert isinstance(Withheld() + 3, Withheld)


def test_significant_rounds_to_the_given_number_of_digits() -> None:
    assert significant(0, 2) == 0
    assert significant(12_345, 3) == 12_300
    assert significant(-0.0456, 2) == -0.046


# ---- medians


def test_a_median_is_the_mean_of_the_five_middle_values() -> None:
    assert middle(np.array([1, 2, 3, 4, 5, 6, 70.0])) == 4
    # Of six middle values, the outer two count half.
    assert middle(np.array([0.0, 10, 20, 30, 40, 500])) == significant((0 / 2 + 10 + 20 + 30 + 40 + 500 / 2) / 5, 2)
    assert middle(np.arange(15.0)) == 7
    assert middle(np.random.default_rng(3).permutation(16.0 * np.arange(101))) == 800


def test_the_end_of_an_interval_is_the_mean_of_three_ranks() -> None:
    values = np.array([10.0, 20, 40, 80, 160])
    assert near_rank(values, 2) == significant(70 / 3, 2)
    assert near_rank(values, 1) == near_rank(values, 2)
    assert near_rank(values, 5) == significant(280 / 3, 2)


def test_median_is_shown_from_fifteen_shown_pairs(rounds: Callable[..., Rounding]) -> None:
    rounding = rounds()
    for first in range(0, 3000, 101):
        for n in range(9, 22):
            who = np.arange(first, first + n)
            by, values = Blurred(rounding, who), np.arange(n, dtype=float)
            enough = rounding.count(who) >= 15
            assert (by.median(values) is not None) == enough
            assert (by.interval(values) is not None) == enough
            if enough:
                low, high = median_ranks(n) or (0, 0)
                assert by.interval(values) == (near_rank(values, low), near_rank(values, high))


def test_share_is_computed_from_shown_numbers_and_at_most_one() -> None:
    assert share(10, 5) == 1
    assert share(5, 20) == 0.25
    assert share(Under(5), 20) is None
    assert share(5, Under(5)) is None


# ---- tables


def test_unrounded_count_is_refused() -> None:
    rounding = Rounding(5, Secrets.of(KEY, ["a"]), exact={1: 13})
    assert [str(marked(n, rounding)) for n in (0, 5, 13)] == ["<5", "5", "13"]
    assert marked(None, rounding) is None
    with pytest.raises(Unprotected):
        marked(7, rounding)
    with pytest.raises(Unprotected):
        protected(pd.DataFrame({"trained": [5, 6]}), ("trained",), {}, rounding)


def test_column_without_a_protection_rule_is_an_error_at_start_up() -> None:
    with pytest.raises(TypeError, match="trained"):
        Part(columns=(Key("place"), Count("trained"), Value("trained")), numbers=regions.numbers)
    with pytest.raises(TypeError, match="key"):
        Part(columns=(Count("trained"),), numbers=regions.numbers)


def test_undeclared_column_raises_an_error(record: Record) -> None:
    bare = replace(EXHIBITS["breadth"], columns=(Key("modules_at_least"),))
    with record.view(MANAGER, Filters()) as view, pytest.raises(TypeError, match="enterprises"):
        exhibit.build(view, bare)


def test_exhibit_that_counts_outside_the_rules_is_hidden_under_a_threshold(
    record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    def counts(_view: View) -> pd.DataFrame:
        return pd.DataFrame({"modules_at_least": [1], "enterprises": [7]})

    monkeypatch.setitem(
        EXHIBITS,
        "breadth",
        replace(EXHIBITS["breadth"], numbers=counts),
    )
    with record.view(reader(), Filters()) as view, pytest.raises(Unprotected):
        build(view, "breadth")


def test_threshold_without_the_privacy_key_shows_nothing(record: Record) -> None:
    viewer = Viewer(frozenset({Permission.BROWSE}), limited=True, threshold=5)
    with pytest.raises(ValueError, match="privacy key"), record.view(viewer, Filters()) as view:
        build(view, "overview")


def counts_of(code: str, table: pd.DataFrame) -> Iterator[Any]:
    """Every count in the table of an exhibit; in `compare` and `trend` those of the measures that count enterprises.

    Sums over modules are left out: they may have an exact term.
    """
    for name in EXHIBITS[code].protected_by(Protection.ROUNDED):
        yield from table[name]
    if code in ("compare", "trend"):
        counted = ~table["measure"].isin(["modules_completed", "overdue", "stale"])
        for name in {"value", "of", "new", "cumulative"} & set(table.columns):
            yield from table.loc[counted, name]


@pytest.mark.parametrize("base", [5, 10])
def test_every_count_of_every_exhibit_is_rounded(record: Record, base: int) -> None:
    with record.view(reader(base), Filters()) as view:
        exact = set(view.disclosure.rounding.exact.values())  # type: ignore[union-attr]
        for code in EXHIBITS:
            for built in with_options(view, code):
                for n in counts_of(code, built.table):
                    assert pd.isna(n) or n % base == 0 or n in exact, code
                    assert pd.isna(n) or n or str(n) == f"<{base}", code


def test_matrix_and_pairs_have_only_a_header_under_a_threshold(record: Record) -> None:
    with record.view(reader(), Filters()) as view:
        for code in ("matrix", "pairs"):
            assert to_csv(build(view, code)).count("\n") == 1


# ---- exact totals


def totals(view: View) -> tuple[Any, Any]:
    table = build(view, "overview").table.set_index("headline")["value"]
    return table["enterprises"], table["trained"]


def whole(record: Record) -> tuple[int, int]:
    with record.view(Viewer(frozenset(Permission)), Filters()) as view:
        return totals(view)


def test_totals_of_a_link_are_exact_in_every_exhibit(record: Record) -> None:
    enterprises, trained = whole(record)
    with record.view(reader(), Filters()) as view:
        assert totals(view) == (enterprises, trained)
        line = build(view, "overview").coverage
        assert (line.enterprises, line.trained) == (enterprises, trained)
        journey = build(view, "journey").table.set_index("stage")["of"]
        assert journey["enrolled"] == enterprises
        group = build(view, "coverage").table.set_index("group_kind")
        assert group.loc["total", "trained"] == trained


def test_narrower_of_two_totals_that_differ_by_few_is_rounded(tmp_path: Path) -> None:
    for untrained, exact in ((0, True), (1, False), (4, False), (5, True)):
        with small(tmp_path, sectors=["machinery"] * 42, untrained=untrained).view(reader(), Filters()) as view:
            enterprises, trained = totals(view)
            assert enterprises == 42
            assert (trained == 42 - untrained) == (exact or (42 - untrained) % 5 == 0)


def test_total_that_differs_by_few_from_an_earlier_links_total_is_rounded(tmp_path: Path) -> None:
    record = small(tmp_path, sectors=["machinery"] * 3 + ["garments"] * 30)
    narrower = Scope(sector=frozenset({"garments"}))
    with record.view(reader(), Filters()) as view:
        assert totals(view)[0] == 33
    with record.view(reader(scope=narrower, earlier=(Scope(),)), Filters()) as view:
        assert totals(view)[0] in (25, 30, 35)
        assert not view.disclosure.rounding.exact  # type: ignore[union-attr]
    with record.view(reader(earlier=(narrower,)), Filters()) as view:
        assert totals(view)[0] in (30, 35)
    with record.view(reader(earlier=(Scope(),)), Filters()) as view:
        assert totals(view)[0] == 33


# ---- selections


def selections(view: View, most: int) -> Iterator[Filters]:
    """Every selection of at most `most` filters that can be requested."""
    values = {name: sorted(view.visible(name)) for name in DIMENSIONS}
    for many in range(most + 1):
        for names in combinations(DIMENSIONS, many):
            for codes in product(*(values[name] for name in names)):
                filters = Filters()
                for name, code in zip(names, codes, strict=True):
                    filters = filters.with_codes(name, {code})
                yield filters


def enterprises(view: View, filters: Filters) -> frozenset[int]:
    facts = SliceFacts(view.facts.record, view.viewer.scope.narrow(filters, view.catalogue))
    return frozenset(facts.enterprises.nonzero()[0].tolist())


@pytest.mark.parametrize("base", [5, 10])
def test_nested_shown_selections_never_differ_by_only_a_few_enterprises(record: Record, base: int) -> None:
    with record.view(reader(base), Filters()) as view:
        disclosure = view.disclosure
        assert disclosure is not None
        assert disclosure.most_filters == 2
        shown = {enterprises(view, each) for each in selections(view, 2) if disclosure.shows(each)}
    assert len(shown) > 15
    sizes = sorted(shown, key=len)
    for at, wider in enumerate(sizes):
        for narrower in sizes[:at]:
            assert not (0 < len(wider) - len(narrower) < base and narrower < wider)
        assert len(wider) > base  # twice the base is shown


def test_selections_with_equal_sets_are_both_shown_or_both_hidden(record: Record) -> None:
    with record.view(reader(), Filters()) as view:
        answers: dict[frozenset[int], set[bool]] = {}
        for each in selections(view, 2):
            answers.setdefault(enterprises(view, each), set()).add(view.disclosure.shows(each))  # type: ignore[union-attr]
    assert all(len(each) == 1 for each in answers.values())


def test_one_filter_is_allowed_below_100_enterprises_and_two_from_100(record: Record, tmp_path: Path) -> None:
    with small(tmp_path, sectors=["machinery"] * 60).view(reader(), Filters()) as view:
        assert view.disclosure.most_filters == 1  # type: ignore[union-attr]
    with record.view(reader(), Filters()) as view:
        assert view.disclosure.most_filters == 2  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("requested", "got", "cut"),
    [
        ("partner=donor-2,donor-1", "partner=donor-1", True),
        ("partner=donor-1&as_of=2012-01-01", "partner=donor-1", True),
        ("partner=donor-1&sector=garment&place=320000", "partner=donor-1&sector=garment", True),
        ("partner=donor-1&sector=garment&module=m1,m2", "module=m1&partner=donor-1&sector=garment", True),
        ("partner=donor-1&module=m1", "module=m1&partner=donor-1", False),
        ("edition=another", "", False),
    ],
)
def test_address_with_too_many_filters_gives_the_nearest_allowed_view(
    record: Record, requested: str, got: str, cut: bool
) -> None:
    with record.view(reader(), Filters.from_search(requested)) as view:
        assert view.filters.query() == got
        assert view.cut == cut


def test_as_of_date_equal_to_the_record_date_is_not_a_filter(record: Record) -> None:
    on = record.catalogue().programme.as_of.isoformat()
    with record.view(reader(), Filters.from_search(f"as_of={on}")) as view:
        assert not view.cut


def test_hidden_selection_links_to_a_shown_one(record: Record) -> None:
    found = 0
    with record.view(reader(), Filters()) as view:
        refused = [each for each in selections(view, 2) if not view.disclosure.shows(each)]  # type: ignore[union-attr]
    for filters in refused[:: max(len(refused) // 40, 1)]:
        with record.view(reader(), filters) as view:
            with pytest.raises(SelectionRefused) as problem:
                build(view, "overview")
            assert set(filters.query().split("&")) > set(filter(None, problem.value.wider.query().split("&")))
        with record.view(reader(), problem.value.wider) as view:
            build(view, "overview")
        found += 1
    assert found > 20


def test_codes_outside_the_scope_and_unknown_codes_get_equal_responses(record: Record) -> None:
    scope = Scope(partner=frozenset({"donor-1"}))
    answers = set()
    with record.view(reader(scope=scope), Filters()) as view:
        outside = sorted(frozenset(view.catalogue.partner) - view.visible("partner"))
    for code in (outside[0], "no-such-partner"):
        with record.view(reader(scope=scope), Filters().with_codes("partner", {code})) as view:
            with pytest.raises(SelectionRefused) as problem:
                build(view, "overview")
            answers.add((view.filters, str(problem.value), problem.value.wider))
    assert len(answers) == 1


# ---- rows


KEYED = {
    "regions": ["place"],
    "coverage": ["group_kind", "group"],
    "change": ["indicator"],
    "capacity": ["module", "level"],
    "journey": ["stage"],
    "breadth": ["modules_at_least"],
    "compare": ["group_kind", "group", "measure"],
    "trend": ["quarter", "measure"],
}


def with_options(view: View, code: str) -> Iterator[BuiltExhibit]:
    """An exhibit with every choice of its options."""
    options = EXHIBITS[code].options
    for chosen in product(*(option.choices(view) for option in options.values())):
        yield build(view, code, options=dict(zip(options, chosen, strict=True)))


def test_table_rows_do_not_depend_on_the_filter(record: Record) -> None:
    def rows(view: View, code: str) -> set[tuple[Any, ...]]:
        tables = (each.table[KEYED[code]].astype(object) for each in with_options(view, code))
        return {row for table in tables for row in table.itertuples(index=False, name=None)}

    with record.view(reader(), Filters()) as view:
        everything = {code: rows(view, code) for code in KEYED}
        options = {name: set(filter_options.option_counts(view, name)) for name in DIMENSIONS}
        shown = [each for each in selections(view, 1) if view.disclosure.shows(each)]  # type: ignore[union-attr]
    assert len(shown) > 10
    for filters in shown:
        with record.view(reader(), filters) as view:
            assert {code: rows(view, code) for code in KEYED} == everything
            assert {name: set(filter_options.option_counts(view, name)) for name in DIMENSIONS} == options
            table = build(view, "overview").table.set_index("headline")["value"]
            for name in ("rounds", "places", "partners"):
                assert table[name] == totals_of_scope(record)[name]


def test_trend_and_comparison_have_rows_that_hang_on_no_single_enterprise(record: Record) -> None:
    with record.view(reader(), Filters()) as view:
        for built in with_options(view, "trend"):
            dated = built.table[built.table["quarter"].notna()]
            assert len(built.table) == len(dated) + 1, "the row without a date is always there"
            assert dated.empty or dated["cumulative"].iloc[0] > 0, "not from the very first fact"
        by_module = build(view, "compare", options={"by": "module", "measure": "trained"}).table
        assert list(by_module["group"]) == list(view.catalogue.module)


def test_comparison_says_nothing_of_a_group_whose_part_is_under_the_threshold(record: Record) -> None:
    with record.view(reader(), Filters()) as view:
        tables = [each.table for each in with_options(view, "compare")]
    rows = pd.concat([table[table["of"].notna()].astype(object) for table in tables])
    hidden = rows[[isinstance(value, Under) and of >= 10 for value, of in zip(rows["value"], rows["of"], strict=True)]]
    assert len(hidden)
    assert hidden[["share", "low", "high", "verdict"]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("target", "better", "expected"), [(3, "up", "not-reported"), (5, "up", "missed"), (4, "down", "reached")]
)
def test_target_is_decided_by_a_number_under_the_threshold_only_where_all_agree(
    target: int, better: str, expected: str
) -> None:
    actual = targets.Actual(Under(5), "=", date(2014, 6, 30), "day")
    assert targets.state(target, actual, actual, better, passed=True) == expected
    assert targets.attainment({"value": target, "baseline": None, "better": better}, actual) is None


def totals_of_scope(record: Record) -> dict[str, Any]:
    with record.view(reader(), Filters()) as view:
        found: dict[str, Any] = build(view, "overview").table.set_index("headline")["value"].to_dict()
        return found


def test_filter_options_have_only_selectable_values(record: Record) -> None:
    with record.view(reader(), Filters()) as view:
        for name in DIMENSIONS:
            for code, n in filter_options.option_counts(view, name).items():
                assert n >= 10, (name, code)


def test_rows_are_sorted_by_shown_numbers_and_then_by_name(record: Record) -> None:
    with record.view(reader(), Filters()) as view:
        table = build(view, "regions").table
    given = table[table["place"].notna()]
    expected = sorted(zip(-given["enterprises"].astype(int), given["name_en"], strict=True))
    assert list(zip(-given["enterprises"].astype(int), given["name_en"], strict=True)) == expected


# ---- accuracy of the rule


def test_shown_numbers_of_1000_enterprises_have_a_median_error_of_one_per_cent(larger: Record) -> None:
    off = []
    with larger.view(reader(), Filters()) as shown, larger.view(Viewer(frozenset(Permission)), Filters()) as true:
        for code in ("module-funnel", "journey", "breadth"):
            for name in EXHIBITS[code].protected_by(Protection.ROUNDED):
                for seen, n in zip(build(shown, code).table[name], build(true, code).table[name], strict=True):
                    off += [abs(seen - n) / n] if n and seen else []
    assert len(off) > 40
    assert np.median(off) <= 0.012


# ---- everything else is computed from shown numbers


class Replay:
    """Records the shown numbers of one record and returns the same for another, in the order of the calls."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.noted: list[Any] = []
        self.at: int | None = None
        for owner, name in (*((Rounding, name) for name in ("shown", "sum_to_digits", "sum_to_base")),
                            *((rounding_module, name) for name in ("middle", "near_rank"))):  # fmt: skip
            monkeypatch.setattr(owner, name, self.recording(getattr(owner, name)))

    def recording(self, made: Callable[..., Any]) -> Callable[..., Any]:
        def requested(*given: Any) -> Any:
            if self.at is None:
                self.noted.append(made(*given))
                return self.noted[-1]
            self.at += 1
            return self.noted[self.at - 1]

        return requested


def test_responses_depend_only_on_shown_numbers(
    demo_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from benchmarks.callbacks import PAGES, Pages  # noqa: PLC0415 - imports every page

    replay = Replay(monkeypatch)
    answers = []
    for name in ("one", "another"):
        folder = tmp_path / name
        folder.mkdir()
        engine = writing_engine(f"sqlite:///{folder}/results.db")
        load(engine, demo_folder)
        if name == "another":
            change_facts(engine)
            replay.at = 0
        engine.dispose()
        pages = Pages(f"sqlite:///{folder}/results.db", folder)
        pages.viewer = replace(reader(), edition=LIVE)
        told = []
        for search in ("", "?lang=zh", "?partner=donor-1", "?module=m1&sector=garment"):
            for output, path in PAGES.values():
                told.append(json.loads(pages.post(output, path, search) or "null"))
            with pages.app.server.test_request_context():
                g.viewer = pages.viewer
                told += exports_and_methods(pages, search)
                told += slides_of(pages, search)
        answers.append(told)
        if name == "another":
            assert replay.at == len(replay.noted)
    first, second = (json.dumps(each, sort_keys=True, default=str) for each in answers)
    assert first == second


def exports_and_methods(pages: Any, search: str) -> Iterator[Any]:
    """Every export, method page and list of options."""
    from callbacks import method  # noqa: PLC0415 - imports every page

    with open_request(pages.context, search) as requested:
        for code in EXHIBITS:
            yield from map(to_csv, with_options(requested.view, code))
            yield method.method_of(requested, code, method.chosen_indicator(requested, code, None))
        for name in DIMENSIONS:
            yield list(filter_options.option_counts(requested.view, name).items())


def slides_of(pages: Any, search: str) -> Iterator[Any]:
    """Every kind of slide."""
    from callbacks.slides import both_languages  # noqa: PLC0415 - imports every page

    for each in both_languages(pages.context, [DeckSlide(code) for code in SLIDES], Filters.from_search(search)):
        yield {language: slide.plain() for language, slide in each.items()}


def change_facts(engine: Any) -> None:
    """Change completions, visits, workers and reports of enterprises: rows and exact totals stay the same."""
    training, enterprise, result = schema.training, schema.enterprise, schema.result
    both = result.c.before.is_not(None) & result.c.after.is_not(None)
    with engine.begin() as connection:
        for changed in (
            update(enterprise).where(enterprise.c.code.like("%7")).values(workers=enterprise.c.workers + 17),
            update(training)
            .where(training.c.enterprise.like("%7"), training.c.workshop_on.is_not(None))
            .values(completed_on=None, visits_done=3, women=1),
            update(result).where(result.c.enterprise.like("%7"), both).values(after=result.c.before),
        ):
            assert connection.execute(changed).rowcount > 5


@pytest.fixture(autouse=True)
def _no_viewer_left() -> Iterator[None]:
    yield
    if g:
        g.pop("viewer", None)
