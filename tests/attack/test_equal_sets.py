"""Equal sets of enterprises show equal numbers under any filter and exhibit; numbers are near the truth."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import product

import numpy as np
import pytest
import recount
import recount_groups

from attack.programmes import Programme, invented
from attack.shown import (
    ATTACKED,
    BASE,
    NOT_OF_ENTERPRISES,
    ROWS,
    Numbers,
    a_reader,
    counting_parts,
    everything_shown,
    is_count,
    reader_of,
    selections,
)
from attack.truth import BY_ROW, COLUMNS, TRENDS, Cell, Selection, Truth, module_of, size, stat_of
from data.columns import Protection
from data.demo import write_demo
from data.exhibits.compare import KINDS
from data.exhibits.compare import PLAIN_MEASURES as HEADLINE_MEASURES
from data.loading import load
from data.privacy.viewer import MANAGER
from data.storage.database import writing_engine

PROGRAMMES = {
    "one round each": (1, 46, 0.0, 3),
    "a quarter in two rounds": (4, 60, 0.25, 3),
    "two filters": (2, 110, 0.1, 2),
}

OF_ALL = ("overview", "module-funnel", "journey", "breadth", "change")
"""The exhibits that count the whole selection; the others have a row per group."""


class Opened:
    """A programme, its shown numbers, and the enterprises each number counts."""

    def __init__(self, programme: Programme, shown: dict[Selection, Numbers]) -> None:
        self.programme, self.shown = programme, shown
        truth = self.truth = Truth(programme)
        self.numbers: dict[int, dict[int, list[tuple[str, Cell]]]] = defaultdict(lambda: defaultdict(list))
        for selection, numbers in shown.items():
            for cell, value in numbers.items():
                members = truth.counted(selection, cell)
                if members is not None and is_count(value):
                    self.numbers[members][int(value)].append((str(selection), cell))


@pytest.fixture(scope="module")
def opened(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Opened:
    seed, many, twice, modules = PROGRAMMES[request.param]
    programme = invented(seed, many, twice=twice, modules=modules)
    read = reader_of(programme.write(tmp_path_factory.mktemp("programme")))
    return Opened(programme, everything_shown(programme, read))


MARKS: dict[str, Sequence[pytest.MarkDecorator]] = {
    "one round each": (),
    "a quarter in two rounds": (pytest.mark.slow,),
    "two filters": (pytest.mark.slow, pytest.mark.fuzz),
}

every = pytest.mark.parametrize("opened", [pytest.param(name, marks=MARKS[name]) for name in PROGRAMMES], indirect=True)


@every
def test_equal_sets_show_equal_numbers(opened):
    assert len(opened.numbers) > 300
    for members, values in opened.numbers.items():
        assert len(values) == 1, (size(members), {value: named[:3] for value, named in values.items()})


@every
def test_totals_of_the_whole_scope_are_exact_in_every_exhibit(opened):
    truth = opened.truth
    trained = truth.counted(Selection(), Cell("overview", ("trained",), "value"))
    assert set(opened.numbers[truth.all]) == {size(truth.all)}
    assert not 0 < size(truth.all) - size(trained) < BASE
    assert set(opened.numbers[trained]) == {size(trained)}
    others = {
        value for members, values in opened.numbers.items() if members not in (truth.all, trained) for value in values
    }
    assert {value % BASE for value in others} == {0}


@every
def test_every_shown_number_is_near_the_true_one_and_unbiased(opened, figures):
    errors = np.array([value - size(members) for members, values in opened.numbers.items() for value in values])
    assert np.abs(errors).max() < BASE
    figures(f"{opened.programme.name}: mean error of {len(errors)} sets {errors.mean() / BASE:+.3f} of the base")
    assert abs(errors.mean() / BASE) <= 0.05


@every
def test_no_share_exceeds_100_percent(opened):
    shares = [
        value
        for numbers in opened.shown.values()
        for cell, value in numbers.items()
        if "share" in cell.column and is_count(value) and not isinstance(value, str)
    ]
    assert len(shares) > 100
    assert 0 <= min(shares) <= max(shares) <= 1


@every
def test_table_rows_depend_on_the_scope_and_not_on_the_filter(opened):
    rows = defaultdict(set)
    for selection, numbers in opened.shown.items():
        # A module filter narrows the rows of breadth and of modules, whatever enterprises there are.
        for exhibit in ("regions", "provinces", "coverage", "change", "options", "trend"):
            rows[exhibit].add(frozenset(cell.row for cell in numbers if cell.exhibit == exhibit))
        for exhibit in ("module-funnel", "breadth", "compare"):
            rows[exhibit, selection.module].add(frozenset(cell.row for cell in numbers if cell.exhibit == exhibit))
    assert {name: len(found) for name, found in rows.items()} == dict.fromkeys(rows, 1)


def test_sums_over_modules_add_up_the_shown_numbers_of_each_module(tmp_path):
    programme = invented(1, 46, modules=3)
    for numbers in everything_shown(programme, reader_of(programme.write(tmp_path))).values():
        for headline, total, column in (
            ("modules_completed", "value", "completed"), ("overdue", "value", "overdue"), ("stale", "value", "stale"),
            ("modules_completed", "of", "due"), ("overdue", "of", "due"), ("stale", "of", "due"),
        ):  # fmt: skip
            parts = [
                value for cell, value in numbers.items() if (cell.exhibit, cell.column) == ("module-funnel", column)
            ]
            assert numbers[Cell("overview", (headline,), total)] == sum(parts)


def test_every_count_of_every_exhibit_is_covered_by_the_attack():
    """A new count needs a statistic here, or a reason why it does not count enterprises."""
    for name, (code, part) in ATTACKED.items():
        if name in BY_ROW:
            continue
        known = COLUMNS.get("regions" if name == "provinces" else code, {})
        unattacked = set(part.protected_by(Protection.ROUNDED)) - set(known)
        assert not unattacked, f"{name}: no statistic in attack/truth.py for {sorted(unattacked)}"
    every = {name for name, _code, _part in counting_parts()}
    assert every - set(ATTACKED) == NOT_OF_ENTERPRISES


def test_every_number_of_compare_and_trend_has_a_statistic_under_a_module(tmp_path):
    """Without a module some are sums over modules, of which each is attacked under its module."""
    programme = invented(1, 46, modules=2)
    numbers = reader_of(programme.write(tmp_path))(Selection(module="m1"))
    counted = ("value", "of", "new", "cumulative")
    for cell, value in numbers.items():
        if cell.exhibit in ("compare", "trend") and cell.column in counted and is_count(value):
            assert stat_of(cell, "m1") is not None, cell


def recounts(tables: recount.Tables, programme: Programme, name: str) -> Iterator[Callable[..., list[recount.Row]]]:
    """The recounts of a table, one for each choice of its options."""
    if name == "trend":
        yield from (partial(recount_groups.trend, tables, measure) for measure in TRENDS)
    elif name == "compare":
        measures = [*HEADLINE_MEASURES, *(f"{code}_completed" for code in programme.modules)]
        measures += [f"better-{code}" for code in programme.indicators]
        for by, measure in product(KINDS, measures):
            yield partial(recount_groups.compare, tables, by, measure)
    else:
        yield partial(recount.EXHIBITS[name], tables)


@pytest.mark.parametrize("twice", [0.0, 0.5])
def test_set_of_enterprises_behind_a_number_agrees_with_the_recount(twice):
    programme = invented(5, 30, twice=twice, modules=3)
    tables, truth, compared = programme.tables(), Truth(programme), Counter()
    for selection in [*selections(programme)][::7]:
        filters = {name: {code} for name, code in selection.filters}
        filters |= {"module": {selection.module}} if selection.module else {}
        for exhibit in (code for code in ROWS if code != "provinces"):
            for counted in recounts(tables, programme, exhibit):
                for row in counted(filters):
                    named = tuple(None if row[key] is None else str(row[key]) for key in ROWS[exhibit])
                    for column, value in row.items():
                        cell = Cell(exhibit, named, column)
                        # A recount of a trend is new per quarter; a reader with a threshold is told it per year.
                        if value is None or (column == "new" and row["quarter"]):
                            continue
                        if stat_of(cell, module_of(selection, cell)) is not None:
                            compared[exhibit] += 1
                            assert size(truth.counted(selection, cell)) == value, (str(selection), cell)
    assert set(compared) == set(ROWS) - {"provinces"}
    assert sum(compared.values()) > 5000


@pytest.mark.slow
def test_shown_numbers_of_a_large_programme_are_close_to_the_true_ones(tmp_path, figures):
    write_demo(tmp_path, 1000, 1)
    address = f"sqlite:///{tmp_path}/demo.db"
    engine = writing_engine(address)
    assert not load(engine, tmp_path).refusals
    engine.dispose()
    true, shown = (reader_of(address, viewer)(Selection()) for viewer in (MANAGER, a_reader()))
    errors: dict[bool, list[float]] = {True: [], False: []}
    for cell, value in shown.items():
        if stat_of(cell) and is_count(value) and value and true.get(cell):
            errors[cell.exhibit in OF_ALL].append(abs(int(value) - true[cell]) / true[cell])
    of_all, of_groups = (np.median(errors[each]) for each in (True, False))
    figures(
        f"demo of 1,000, no filter: median relative error {of_all:.2%} of {len(errors[True])} shown counts of all, "
        f"{of_groups:.2%} of {len(errors[False])} of places, provinces, groups and options"
    )
    assert len(errors[True]) > 200
    assert of_all <= 0.012
