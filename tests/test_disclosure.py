"""Withheld numbers: what a viewer with a threshold can fetch gives no small number away, by no subtraction."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import combinations, product
from random import Random
from typing import Any

import numpy as np
import pandas as pd
import pytest
from data.disclosure import Members, Rule, Withheld
from programme import Tables, load_rows
from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool

from data import disclosure, exhibits
from data.access import DEFAULT_THRESHOLD, Viewer
from data.catalogue import read_catalogue
from data.exhibits import EXHIBITS, SelectionRefused, build, to_csv
from data.filters import Filters
from data.links import Terms
from data.tables import coverage, places, results
from data.view import View

K = 3
AS_OF = date(2014, 12, 31)
PLACES = {"110100": "110000", "110200": "110000", "120100": "120000", "120200": "120000", "130100": "130000"}
SECTORS = ("machinery", "garments", "toys", "food")
ROUNDS = {"r1": "p1", "r2": "p1", "r3": "p2", "r4": "p2", "r5": "p3"}
PARTNERS = {"r1": "fed-north", "r2": "fed-south", "r3": "buyer", "r4": "fed-north", "r5": "bureau"}
MODULES = ("m1", "m2")
INDICATORS = {"defects": ("percent", "down"), "plan": ("yes-no", "up")}


def _named(code: str, **columns: Any) -> dict[str, Any]:
    return {"code": code, "name_en": code, **columns}


def invented(seed: int, enterprises: int = 45) -> Tables:
    """A programme of enterprises in one round each, unevenly spread, so that there are small groups of every kind."""
    random = Random(seed)

    def uneven(values: Any) -> Any:
        listed = list(values)
        return random.choices(listed, weights=[2.0 ** (4 - at) for at in range(len(listed))])[0]

    def day() -> date | None:
        return AS_OF - timedelta(days=random.randint(1, 300)) if random.random() < 0.6 else None

    tables: Tables = {
        "programme": [_named("score", as_of=AS_OF, synthetic=True, public=False)],
        "source": [{"code": "sheet", "title_en": "Sheet"}],
        "phase": [_named(code) for code in dict.fromkeys(ROUNDS.values())],
        "place": [
            *(_named(code, level="province") for code in dict.fromkeys(PLACES.values())),
            *(_named(code, level="city", parent=province) for code, province in PLACES.items()),
        ],
        "sector": [_named(code) for code in SECTORS],
        "partner": [
            *(_named(code, kind="employers") for code in ("fed", "buyer", "bureau")),
            *(_named(code, kind="employers", parent="fed") for code in ("fed-north", "fed-south")),
        ],
        "module": [_named(code, position=at) for at, code in enumerate(MODULES, 1)],
        "indicator": [
            _named(code, family="kpi", unit=unit, better=better) for code, (unit, better) in INDICATORS.items()
        ],
        "round": [_named(code, phase=phase) for code, phase in ROUNDS.items()],
        "round_partner": [{"round": code, "partner": partner, "role": "owner"} for code, partner in PARTNERS.items()],
        "enterprise": [], "enrolment": [], "training": [], "result": [],
    }  # fmt: skip
    for number in range(enterprises):
        code, round_code = f"e{number:02}", uneven(ROUNDS)
        place, sector = uneven([*PLACES, None]), uneven([*SECTORS, None])
        workers = random.choice([None, 50, 80])
        tables["enterprise"].append(_named(code, place=place, sector=sector, workers=workers))
        keys = {"enterprise": code, "round": round_code, "source": "sheet"}
        tables["enrolment"].append({**keys, "baseline_on": day()})
        for module in MODULES:
            if random.random() < 0.8:
                steps = {name: day() for name in ("due_on", "workshop_on", "assessed_on", "completed_on", "dropped_on")}
                training = {**keys, "module": module, **steps, "visits_done": random.choice([None, 0, 1])}
                tables["training"].append(training | {"managers": random.choice([None, 2])})
        for indicator in INDICATORS:
            if random.random() < 0.5:
                levels = {"before": random.choice([0, 1]), "after": random.choice([0, 1, 1, None])}
                tables["result"].append({**keys, "module": "m1", "indicator": indicator, "operator": "=", **levels})
    return tables


@dataclass(frozen=True)
class Opened:
    """A programme as a viewer of a threshold and as somebody who sees everything fetch it."""

    catalogue: Any
    connection: Any
    viewer: Viewer
    fetched: dict[str, dict[tuple[str, ...], Any]] = field(default_factory=dict)

    def view(self, viewer: Viewer, filters: Filters) -> View:
        return View.asked(self.connection, self.catalogue, viewer, filters)

    def shown(self, **codes: str) -> dict[tuple[str, ...], Any]:
        """Every cell of every exhibit under filters: a number, :class:`Withheld`, or nothing of it where refused."""
        name = repr(sorted(codes.items()))
        if name not in self.fetched:
            self.fetched[name] = self._cells(self.viewer, **codes)
        return self.fetched[name]

    def true(self, **codes: str) -> dict[tuple[str, ...], Any]:
        """The same cells as they are."""
        return self._cells(Viewer(), **codes)

    def _cells(self, viewer: Viewer, **codes: str) -> dict[tuple[str, ...], Any]:
        view = self.view(viewer, Filters(**{name: frozenset({code}) for name, code in codes.items()}))
        cells: dict[tuple[str, ...], Any] = {}
        for code, keys in COUNTS.items():
            try:
                table = build(view, code).table
            except SelectionRefused:
                return {}
            for row in table.to_dict("records"):
                name = tuple(str(row[key]) for key in keys[0])
                cells |= {(code, *name, column): row[column] for column in keys[1]}
        return cells


COUNTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "overview": (("headline",), ("value",)),
    "module-funnel": (
        ("module",),
        ("planned", "workshop", "visited", "assessed", "completed", "visited_without_record", "in_progress", "dropped",
         "overdue", "not_yet_due"),
    ),
    "journey-funnel": (("stage",), ("enterprises", "without_record")),
    "breadth": (("modules_at_least",), ("enterprises",)),
    "change": (("indicator",), ("pairs", "better_count", "same_count", "worse_count", "had_before", "gained", "lost")),
}  # fmt: skip
"""Exhibits whose rows do not depend on the filters: key and counts, which add up over the values of a filter."""

OF_ENTERPRISES = ("enterprises", "trained", "workers_unknown")
"""The headlines that count enterprises."""


def opened(tables: Tables) -> Iterator[Opened]:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    load_rows(engine, tables)
    with engine.connect() as connection:
        yield Opened(read_catalogue(connection), connection, Terms(threshold=K).viewer())
    engine.dispose()


def partitions(within: dict[str, str]) -> Iterator[tuple[dict[str, str], list[dict[str, str]]]]:
    """A selection and others that it is the sum of, with one that nobody can ask for where there is one."""
    families: dict[str, list[str]] = {
        "sector": list(SECTORS), "phase": list(dict.fromkeys(ROUNDS.values())), "round": list(ROUNDS),
        "place": list(dict.fromkeys(PLACES.values())),
    }  # fmt: skip
    for name, codes in families.items():
        if name not in within and not {name, *within} >= {"phase", "round"}:
            yield within, [{**within, name: code} for code in codes]
    for phase in dict.fromkeys(ROUNDS.values()):
        if not {"phase", "round"} & set(within):
            rounds = [code for code, of in ROUNDS.items() if of == phase]
            yield {**within, "phase": phase}, [{**within, "round": code} for code in rounds]
    for province in dict.fromkeys(PLACES.values()):
        if "place" not in within:
            cities = [code for code, of in PLACES.items() if of == province]
            yield {**within, "place": province}, [{**within, "place": code} for code in cities]


SINGLES = [
    {},
    *({"sector": code} for code in SECTORS),
    *({"phase": code} for code in dict.fromkeys(ROUNDS.values())),
    *({"round": code} for code in ROUNDS),
    *({"place": code} for code in (*PLACES, *dict.fromkeys(PLACES.values()))),
    *({"partner": code} for code in ("fed", "fed-north", "fed-south", "buyer", "bureau")),
]


@pytest.fixture(scope="module", params=[1, 2])
def any_programme(request: pytest.FixtureRequest) -> Iterator[Opened]:
    """One invented programme after the other."""
    yield from opened(invented(request.param))


def known(value: Any) -> bool:
    return value is not None and not pd.isna(value)


def counted(cell: tuple[str, ...]) -> bool:
    return cell[0] != "overview" or cell[1] in OF_ENTERPRISES


@pytest.mark.slow
def test_no_withheld_count_comes_back_by_subtracting_selections(any_programme):
    """Every selection by no filter and by one, less the selections by one filter more that it is the sum of."""
    compared = 0
    for within in SINGLES:
        for whole, parts in partitions(within):
            # Enterprises without a sector or place are a part as well, and nobody can ask for them.
            unasked = {"sector", "place"} & {name for part in parts for name in part} - set(whole)
            for cell, value in any_programme.shown(**whole).items():
                numbers = [any_programme.shown(**part).get(cell, np.nan) for part in parts]
                missing = len([number for number in numbers if not known(number)]) + bool(unasked)
                if counted(cell) and known(value) and missing == 1:
                    compared += 1
                    left = value - sum(number for number in numbers if known(number))
                    assert not 0 < left < K, (cell, whole, parts, left)
    assert compared


def test_no_two_selections_that_are_shown_differ_by_a_few_enterprises(any_programme):
    """Of all selections by no, one or two filters, one inside the other."""
    population = any_programme.view(any_programme.viewer, Filters()).population
    shown = {}
    pairs = [{**one, **other} for one, other in combinations(SINGLES, 2) if not set(one) & set(other)]
    for selection in [*SINGLES, *pairs]:
        filters = Filters(**{name: frozenset({code}) for name, code in selection.items()})
        view = any_programme.view(any_programme.viewer, filters)
        if not view.refusal:
            shown[repr(selection)] = population.enterprises(view._selection(view.of))
    assert len(shown) > 1
    for (one, few), (other, many) in product(shown.items(), repeat=2):
        assert not (few < many and 0 < len(many - few) < K), (one, other)
        assert not 0 < len(few) < K, one


def test_no_withheld_count_comes_back_inside_a_table(any_programme):
    for selection in SINGLES:
        cells = any_programme.shown(**selection)
        for module in MODULES:
            states = ("completed", "in_progress", "dropped", "overdue", "not_yet_due")
            _alone_in(cells, [("module-funnel", module, each) for each in ("planned", *states)])
        for indicator in INDICATORS:
            verdicts = ("pairs", "better_count", "same_count", "worse_count")
            _alone_in(cells, [("change", indicator, each) for each in verdicts])


SUMS = {
    ("overview", "modules_completed", "value"): [("module-funnel", module, "completed") for module in MODULES],
    ("overview", "modules_completed", "of"): [("module-funnel", module, "planned") for module in MODULES],
    ("coverage line",): [("change", indicator, "pairs") for indicator in INDICATORS],
}
"""Numbers of one exhibit that are sums of another's."""


def test_no_withheld_count_comes_back_by_laying_exhibits_side_by_side(any_programme):
    for selection in SINGLES:
        view = any_programme.view(
            any_programme.viewer, Filters(**{name: frozenset({code}) for name, code in selection.items()})
        )
        if view.refusal:
            continue
        cells = dict(any_programme.shown(**selection))
        overview = build(view, "overview").table.set_index("headline")
        cells |= {("overview", "modules_completed", "of"): overview.loc["modules_completed", "of"]}
        cells |= {("coverage line",): coverage.coverage_line(view).pairs}
        for whole, parts in SUMS.items():
            _alone_in(cells, [whole, *(part for part in parts if part in cells)], whole_hides_parts=False)
        breadth = [name for name in cells if name[0] == "breadth"]
        _alone_in(cells, [("overview", "modules_completed", "value"), *breadth], whole_hides_parts=False)
        # In progress is whoever began and neither completed nor dropped out.
        for module in MODULES:
            names = [("module-funnel", module, each) for each in ("workshop", "completed", "in_progress")]
            began, completed, in_progress = (cells.get(name) for name in names)
            if isinstance(in_progress, Withheld) and known(began) and known(completed):
                dropped = cells[("module-funnel", module, "dropped")]
                assert isinstance(dropped, Withheld) or dropped or began - completed >= K


def test_places_stand_in_an_order_that_tells_nothing_of_what_is_withheld(any_programme):
    for selection in SINGLES:
        filters = Filters(**{name: frozenset({code}) for name, code in selection.items()})
        view = any_programme.view(any_programme.viewer, filters)
        if not view.refusal:
            table = build(view, "regions").table
            hidden = [
                row["place"] for row in table.to_dict("records") if not known(row["enterprises"]) and row["place"]
            ]
            assert hidden == sorted(hidden)


def test_several_values_of_a_filter_are_not_shown_and_cost_no_query(programme, monkeypatch):
    several = Filters(sector=frozenset({"machinery", "garments"}), place=frozenset(PLACES))
    view = programme.view(programme.viewer, several)
    assert view.refusal == "many"
    with pytest.raises(SelectionRefused):
        build(view, "overview")
    monkeypatch.setattr("data.engine.counts.option_counts", lambda *_asked: pytest.fail("counted what is not shown"))
    assert set(places.option_counts(view, "round").values()) == {None}


def _alone_in(
    cells: dict[tuple[str, ...], Any], names: list[tuple[str, ...]], *, whole_hides_parts: bool = True
) -> None:
    """A whole and its parts: never is one part withheld alone, nor do those withheld add up to a few."""
    if names[0] not in cells:
        return
    whole, *parts = (cells[name] for name in names)
    hidden = [part for part in parts if isinstance(part, Withheld)]
    if isinstance(whole, Withheld):
        assert len(hidden) == len(parts) or not whole_hides_parts
    elif hidden:
        assert len(hidden) > 1
        left = whole - sum(part for part in parts if not isinstance(part, Withheld))
        assert left >= K or len(hidden) == len(parts)


def test_whatever_is_shown_is_true_and_rests_on_enough(any_programme):
    for selection in SINGLES:
        true = any_programme.true(**selection)
        for cell, value in any_programme.shown(**selection).items():
            if known(value):
                assert value == true[cell]
                assert not (counted(cell) and 0 < value < K), (cell, selection)


@pytest.fixture
def programme() -> Iterator[Opened]:
    yield from opened(invented(7))


def test_withheld_cell_reads_less_than_k_in_the_table_for_machines(programme):
    view = programme.view(programme.viewer, Filters())
    text = to_csv(build(view, "coverage"))
    assert f",<{K}" in text
    assert "nan" not in text


def test_tables_with_a_row_an_enterprise_have_none_for_a_viewer_with_a_threshold(programme):
    view = programme.view(programme.viewer, Filters())
    for code in ("matrix", "pairs"):
        assert len(build(view, code).table) == 0
        assert len(build(programme.view(Viewer(), Filters()), code).table) > 0
    assert len(results.beside(view)) == 0
    assert len(exhibits.build_pairs(view, "defects").table) == 0


def test_manager_sees_every_number(programme):
    for code in EXHIBITS:
        assert not build(programme.view(Viewer(), Filters()), code).withholds


def test_viewer_by_a_link_without_a_threshold_gets_the_usual_one_before_a_record_that_is_not_public(programme):
    free = Terms(threshold=None).viewer()
    assert programme.view(free, Filters()).threshold == DEFAULT_THRESHOLD
    assert free.looking_at(public=True).threshold is None


def test_date_and_module_are_not_chosen_where_numbers_are_withheld(programme):
    asked = Filters(module=frozenset({"m1"}), as_of=date(2014, 6, 1), sector=frozenset({"machinery"}))
    view = programme.view(programme.viewer, asked)
    assert view.filters == Filters(sector=frozenset({"machinery"}))
    assert view.of.as_of == AS_OF


def test_smallest_value_of_a_filter_is_kept_back_where_too_many_others_lean_on_it(programme, monkeypatch):
    def refusals() -> dict[str, str]:
        codes = programme.view(programme.viewer, Filters()).members("sector").group_order
        views = {code: programme.view(programme.viewer, Filters(sector=frozenset({code}))) for code in codes if code}
        return {code: view.refusal for code, view in views.items()}

    assert "kept" not in refusals().values(), "so few sectors can all be looked at beside one another"
    monkeypatch.setattr(disclosure, "MOST_WITNESSES", 1)
    smallest, *_others = refusals()
    assert [code for code, refusal in refusals().items() if refusal == "kept"] == [smallest]


def test_who_has_no_sector_stands_for_the_smallest_since_nobody_can_ask_for_them():
    assert Members({"": 9, "toys": 2}, {"": 9, "toys": 2}, {}).group_order == ["", "toys"]


def test_filter_outside_the_scope_leaves_nothing_and_tells_nothing(programme):
    viewer = Terms(threshold=K, scope=Filters(sector=frozenset({"machinery"}))).viewer()
    view = programme.view(viewer, Filters(sector=frozenset({"garments"})))
    assert not view.refusal
    assert build(view, "overview").table.set_index("headline").loc["enterprises", "value"] == 0


def test_options_of_a_filter_leave_out_what_is_withheld(programme):
    view = programme.view(programme.viewer, Filters())
    for name in ("partner", "sector", "round", "phase", "place"):
        for code, number in places.option_counts(view, name).items():
            assert number is None or number >= K, (name, code)


# The parts of it


def test_withheld_stays_withheld_whatever_is_calculated_from_it():
    hidden = Withheld(5)
    for made in (hidden + 1, 1 - hidden, hidden / 2, 2 / hidden, np.int64(3) + hidden, sum([1, hidden, 2])):
        assert isinstance(made, Withheld)
    assert str(hidden) == "<5"
    assert hidden != hidden  # noqa: PLR0124 - it is no number


def test_partner_of_a_value_is_the_smallest_other():
    order = ["tiny", "small", "big"]
    assert disclosure.with_partners({"big"}, order) == {"big", "tiny"}
    assert disclosure.with_partners({"tiny"}, order) == {"tiny", "small"}
    assert disclosure.with_partners(set(), order) == set()


def test_witnesses_are_the_values_one_is_the_partner_of():
    members = Members({"a": 1, "b": 5, "c": 9}, {"a": 1, "b": 5, "c": 9}, {})
    assert members.group_witnesses("a") == ["b", "c"]
    assert members.group_witnesses("b") == ["a"]
    assert members.group_witnesses("c") == []


def test_parts_are_withheld_until_they_hide_one_another():
    rule = Rule(counts=("whole", "a", "b", "c"), parts=(("whole", ("a", "b", "c")),))
    frame = pd.DataFrame([{"whole": 30, "a": 2, "b": 8, "c": 20}, {"whole": 30, "a": 2, "b": 0, "c": 28}])
    flags = disclosure.flagged(frame, rule, 5)
    assert flags.to_numpy().tolist() == [[False, True, True, False], [False, True, False, True]]
