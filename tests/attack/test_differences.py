"""Known subtraction attacks, each on a programme made for it, with everything that is shown."""

from collections.abc import Callable
from dataclasses import replace
from itertools import permutations, product

import numpy as np
import pytest
from programme import precise
from scipy.optimize import Bounds, LinearConstraint, milp

from attack.programmes import DONE, Enrolment, Enterprise, Programme, Round, Training, invented
from attack.shown import (
    BASE,
    Numbers,
    a_reader,
    everything_shown,
    is_count,
    reader_of,
    selections,
    shown_bounds,
)
from attack.solver import SMALL, Attack
from attack.truth import Cell, Selection, Truth, narrowed, size, stat_of
from data.editions import frozen_copies
from data.exhibits import EXHIBITS, build
from data.exports.csv_files import to_csv
from data.filters import Filters
from data.privacy.rounding import MOST_NOISE
from data.privacy.shown import About, Under, Withheld
from data.records import Records
from data.storage import schema
from data.storage.database import writing_engine

WAITING, LATE, BEGUN = Training(), Training(state="overdue"), Training(True, state="in-progress")

ALL = Cell("overview", ("enterprises",), "value")

Shape = Callable[[int], Enterprise]


def programme(rounds: tuple[Round, ...], shape: Shape, many: int) -> Programme:
    """A programme of `many` enterprises, each shaped by its number; with Module 1 only."""
    return Programme(rounds, tuple(shape(number) for number in range(many)), ("m1",))


def an_enterprise(
    number: int, round_code: str, training: Training, place: str = "110100", sector: str = "toys"
) -> Enterprise:
    enrolment = Enrolment(round_code, {"m1": training}, heads=(1, 5 + number % 7, 3))
    return Enterprise(f"e{number:03}", (enrolment,), sector, place, 50 + 13 * number)


def partners_apart() -> Programme:
    """Rounds of 20: `north` has two of them, `fund` the second alone, so that their difference is the first."""
    rounds = (Round("r1", "ph-a", ("north",)), Round("r2", "ph-b", ("north", "fund")), Round("r3", "ph-b", ("buyer",)))

    def shape(number: int) -> Enterprise:
        waits = number in (0, 1, 20, 21, 22, 23, 24, 25)
        return an_enterprise(number, f"r{number // 20 + 1}", WAITING if waits else DONE)

    return programme(rounds, shape, 60)


def four_names() -> Programme:
    """A round, its phase, its only partner and its sponsor hold the same 22 enterprises."""
    rounds = (Round("r1", "ph-a", ("north", "fund")), Round("r2", "ph-b", ("buyer",)))

    def shape(number: int) -> Enterprise:
        few = number in (0, 1, 2, 30, 31)
        return an_enterprise(number, "r1" if number < 22 else "r2", LATE if few else BEGUN)

    return programme(rounds, shape, 62)


def planned_less_workshop() -> Programme:
    """All planned enterprises but two began; the two are overdue."""
    rounds = (Round("r1", "ph-a", ("fund",)), Round("r2", "ph-b", ("buyer",)))

    def shape(number: int) -> Enterprise:
        late = number in (0, 1) or number % 9 == 8
        return an_enterprise(number, "r1" if number < 14 else "r2", LATE if late else BEGUN)

    return programme(rounds, shape, 48)


def regions_beside_funnel() -> Programme:
    """A place that is a row of the regions table and a selection of the funnel; four enterprises completed."""
    rounds = (Round("r1", "ph-a", ("north",)), Round("r2", "ph-b", ("buyer",)))

    def shape(number: int) -> Enterprise:
        here = number < 16
        done = number < 4 or (not here and number % 3 == 0)
        return an_enterprise(number, f"r{number % 2 + 1}", DONE if done else BEGUN, "130000" if here else "110100")

    return programme(rounds, shape, 50)


CASES = [partners_apart, four_names, planned_less_workshop, regions_beside_funnel]


@pytest.mark.parametrize("case", CASES, ids=[case.__name__ for case in CASES])
def test_subtracting_shown_numbers_never_reveals_a_small_cell(case, tmp_path):
    made = case()
    attack = Attack(made, shown_bounds(everything_shown(made, reader_of(made.write(tmp_path)))))
    assert attack.missed < 1e-9
    attack.run(60)
    assert not attack.open
    found = [each for each in attack.ranges if each.truth and each.members >= SMALL]
    assert found
    assert [(str(each.selection), each.cell, each.truth) for each in found if each.determined] == []


def test_set_of_enterprises_selected_in_four_ways_shows_one_number(tmp_path):
    read = reader_of(four_names().write(tmp_path))
    names = (("round", "r1"), ("phase", "ph-a"), ("partner", "north"), ("partner", "fund"))
    first, *others = ([*_counts(read(Selection((name,))))] for name in names)
    assert first == others[0] == others[1] == others[2]


def test_row_of_the_regions_table_equals_the_module_funnel_of_its_place(tmp_path):
    read = reader_of(regions_beside_funnel().write(tmp_path))
    here = read(Selection((("place", "130000"),)))
    completed = {
        int(here[Cell("module-funnel", ("m1",), "completed")]),
        int(here[Cell("regions", ("130000",), "m1_completed")]),
        int(read(Selection())[Cell("regions", ("130000",), "m1_completed")]),
        int(here[Cell("journey", ("m1_completed",), "recorded")]),
    }
    assert len(completed) == 1


def _counts(numbers: Numbers) -> list[tuple[Cell, int]]:
    """The counts of the whole selection, by cell."""
    of_all = ("overview", "module-funnel", "journey", "breadth", "change")
    counts = [
        (cell, int(value))
        for cell, value in numbers.items()
        if cell.exhibit in of_all and stat_of(cell) and is_count(value)
    ]
    return sorted(counts, key=repr)


def test_funnel_steps_are_shown_when_the_planned_count_rounds_to_zero(tmp_path):
    """Two enterprises planned Module 2 and both began: equal sets, also when rounded to zero."""
    for spare in range(12):  # the rounding direction is random: over these keys, two is rounded up and down
        made = programme(
            (Round("r1", "ph-a", ("north",)),), lambda number: an_enterprise(number, "r1", BEGUN), 20 + spare
        )
        few = tuple(
            replace(each, enrolments=(replace(each.enrolments[0], trainings={"m1": BEGUN, "m2": training}),))
            for each, training in zip(made.enterprises[spare : spare + 3], (BEGUN, BEGUN, LATE), strict=True)
        )
        made = replace(
            made, enterprises=(*made.enterprises[:spare], *few, *made.enterprises[spare + 3 :]), modules=("m1", "m2")
        )
        folder = tmp_path / str(spare)
        folder.mkdir()
        numbers = reader_of(made.write(folder))(Selection())
        begun = {int(numbers[Cell("module-funnel", ("m2",), column)]) for column in ("workshop", "in_progress")}
        # All enterprises that began Module 2 began a further module.
        assert begun == {int(numbers[Cell("journey", ("further_started",), "recorded")])}


def test_exhibits_are_shown_when_every_enterprise_planned_module_1(tmp_path):
    """The planned number is then the exact total, and derived numbers need not be multiples of the base."""
    rounds = (Round("r1", "ph-a", ("north",)),)
    states = [WAITING] * 10 + [LATE] * 8 + [DONE] * 28
    made = programme(rounds, lambda number: an_enterprise(number, "r1", states[number]), 46)
    numbers = reader_of(made.write(tmp_path))(Selection())
    assert numbers[Cell("module-funnel", ("m1",), "planned")] == 46


# Selections and places that cannot be chosen


def country_and_not_given() -> Programme:
    """Four enterprises of a sector are abroad, seven have no place, the others are in China."""
    rounds = (Round("r1", "ph-a", ("north",)), Round("r2", "ph-b", ("buyer",)))

    def shape(number: int) -> Enterprise:
        sector = "stone" if number < 60 else "toys"
        place = "x-vn" if number < 4 or 60 <= number < 70 else "110100" if number < 40 else "120000"
        made = an_enterprise(number, f"r{number % 2 + 1}", DONE if number % 3 else LATE, place, sector)
        return replace(made, place=None) if 53 <= number < 60 or number > 100 else made

    return programme(rounds, shape, 112)


@pytest.mark.parametrize("made", [country_and_not_given(), invented(1, 46, modules=1)], ids=["country", "invented"])
def test_size_of_a_small_group_cannot_be_determined(made, tmp_path):
    """The attacker knows no member and uses all shown numbers of enterprises."""
    truth = Truth(made)
    shown = shown_bounds(everything_shown(made, reader_of(made.write(tmp_path))))
    atoms = {}
    for at, each in enumerate(made.enterprises):
        (enrolment,) = each.enrolments
        atoms.setdefault((enrolment.round, each.sector, made.place_of(each, enrolment)), at)
    first = list(atoms.values())

    def row(selection: Selection, cell: Cell) -> tuple[float, ...]:
        members = truth.enterprises(truth.units(narrowed(selection, cell)))
        return tuple(float(members >> at & 1) for at in first)

    rows = {}
    for each in shown:
        if stat_of(each.cell) == ("enterprises",) and each.cell.exhibit != "line":
            key = row(each.selection, each.cell)
            low, high = rows.get(key, (0, np.inf))
            # This attacker treats only the total of everything as exact.
            everything = each.value == size(truth.all)
            rows[key] = (
                max(low, each.value if everything else each.low),
                min(high, each.value if everything else each.high),
            )
    bounds = LinearConstraint(np.array(list(rows)), *np.array(list(rows.values())).T)
    asked = {row(selection, ALL) for selection in selections(made)}
    asked |= {row(Selection(one.filters + other.filters), ALL) for one, other in product(_singles(made), repeat=2)}
    small = [each for each in asked | set(rows) if 0 < _size(truth, first, each, atoms, made) < SMALL]
    assert len(small) > 2
    for each in small:
        ends = [milp(sign * np.array(each), constraints=bounds) for sign in (1, -1)]
        assert [end.status for end in ends] == [0, 0]
        low, high = ends[0].fun, -ends[1].fun
        assert np.floor(high + 1e-6) > np.ceil(low - 1e-6), (each, low, high)


def _singles(made: Programme) -> list[Selection]:
    return [each for each in selections(made) if len(each.filters) == 1 and each.module is None]


def _size(truth: Truth, first: list[int], row: tuple[float, ...], atoms: object, made: Programme) -> int:
    """The number of enterprises in the atoms of a row."""
    kinds = {at for at, inside in zip(first, row, strict=True) if inside}
    of = {}
    for each in made.enterprises:
        (enrolment,) = each.enrolments
        key = (enrolment.round, each.sector, made.place_of(each, enrolment))
        of[key] = of.get(key, 0) + 1
    return sum(of[key] for key, at in atoms.items() if at in kinds)


@pytest.mark.parametrize(
    ("seed", "many", "twice"), [(1, 46, 0), (4, 60, 0.25), pytest.param(1, 120, 0, marks=pytest.mark.slow)]
)
def test_shown_selections_never_differ_by_only_a_few_enterprises(seed, many, twice, tmp_path):
    made = invented(seed, many, twice=twice, modules=1)
    truth = Truth(made)
    shown = {
        selection.filters: truth.enterprises(truth.units(selection.filters))
        for selection in everything_shown(made, reader_of(made.write(tmp_path)))
    }
    assert len(shown) > 10
    for one, other in permutations(shown, 2):
        if shown[one] & shown[other] == shown[one]:
            assert not 0 < size(shown[other] & ~shown[one]) < BASE, (one, other)


def test_enterprise_added_to_the_live_record_leaves_an_edition_unchanged(tmp_path):
    made = invented(2, 46, modules=3)
    address = made.write(tmp_path)
    engine = writing_engine(address)
    edition = frozen_copies.freeze(engine, "June", tmp_path / "editions")
    reader = replace(a_reader(), edition=edition.key)

    def bytes_shown() -> list[str]:
        records = Records(address, tmp_path / "editions")
        with records.record_for(reader, Filters()).view(reader, Filters()) as view:
            return [to_csv(build(view, code)) for code in EXHIBITS]

    before = bytes_shown()
    newcomer = an_enterprise(999, made.rounds[0].code, DONE)
    with engine.begin() as connection:
        for name, rows in replace(made, enterprises=(newcomer,)).tables().items():
            if name in ("enterprise", "enrolment", "training"):
                table = schema.results.tables[name]
                blank = {column.name: "" if column.primary_key else None for column in table.columns}
                connection.execute(table.insert(), [blank | precise(row, blank) | row for row in rows])
    engine.dispose()
    assert bytes_shown() == before
    live = reader_of(address)(Selection())
    assert live[Cell("overview", ("enterprises",), "value")] == 47


# Sums of sizes


def sums_shown(shown: dict[Selection, Numbers]) -> list[tuple[Selection, Cell, int]]:
    """The shown sums of workers and people, by selection."""
    found = []
    for selection, numbers in shown.items():
        for cell, value in numbers.items():
            is_sum = cell.exhibit == "overview" and cell.row[0] in SUMS and cell.column == "value"
            if (is_sum or (cell.exhibit in ("regions", "provinces") and cell.column == "workers")) and is_count(value):
                found.append((selection, cell, int(value)))
    return found


SUMS = ("workers_reached", "people_trained", "women_trained", "visits")


def weights(made: Programme, truth: Truth, selection: Selection, cell: Cell) -> tuple[str, np.ndarray]:
    """The value a sum is of and each enterprise's weight: the attacker knows who was trained in how many modules."""
    inside = truth.enterprises(truth.units(narrowed(selection, cell)))
    modules = [code for code in made.modules if selection.module in (None, code)]
    what = "workers_reached" if cell.column == "workers" else str(cell.row[0])
    often = np.zeros(len(made.enterprises))
    for at, each in enumerate(made.enterprises):
        (enrolment,) = each.enrolments
        trainings = [enrolment.trainings[code] for code in modules if code in enrolment.trainings]
        begun, visited = sum(one.begun for one in trainings), sum(one.visit for one in trainings)
        if inside >> at & 1:
            often[at] = {"workers_reached": begun > 0, "visits": visited}.get(what, begun)
    return what, often


def value_of(each: Enterprise, what: str) -> float:
    (enrolment,) = each.enrolments
    managers, workers, women = enrolment.heads or (0, 0, 0)
    values = {"workers_reached": each.workers, "people_trained": managers + workers, "women_trained": women}
    return float(values.get(what, enrolment.visits) or 0)


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow), pytest.param(3, marks=pytest.mark.slow)])
def test_size_of_one_enterprise_cannot_be_estimated_within_ten_per_cent(seed, tmp_path, figures):
    """The attacker knows the members and weights of every sum and the size of the factors, but not their direction."""
    made = invented(seed, 60, modules=2)
    truth = Truth(made)
    sums = sums_shown(everything_shown(made, reader_of(made.write(tmp_path))))
    for what in SUMS:
        rows, lows, highs = [], [], []
        true = np.array([value_of(each, what) for each in made.enterprises])
        for selection, cell, value in sums:
            name, often = weights(made, truth, selection, cell)
            if name != what:
                continue
            makers = int(((often > 0) & (true > 0)).sum())
            assert makers > BASE, (str(selection), cell, makers)
            half = BASE / 2 if what in ("visits", "women_trained") else max(10 ** (len(str(value)) - 3), 1) / 2
            rows.append(often), lows.append(value - half - 1e-9), highs.append(value + half + 1e-9)
        assert len(rows) > 2, what
        # Each size times its factor, the same in every sum.
        bounds = LinearConstraint(np.array(rows), lows, highs)
        aims = [at for at in range(len(true)) if true[at] and any(row[at] for row in rows)]
        near = Bounds(true * (1 - MOST_NOISE), true * (1 + MOST_NOISE))
        widest = []
        for at in aims:
            aim = np.zeros(len(true))
            aim[at] = 1
            ends = [milp(sign * aim, constraints=bounds, bounds=near) for sign in (1, -1)]
            assert [end.status for end in ends] == [0, 0], (what, "no factors of 1 ± 20 % make these sums")
            free = [milp(sign * aim, constraints=bounds) for sign in (1, -1)]
            least, most = free[0].fun / (1 + MOST_NOISE), -free[1].fun / (1 - MOST_NOISE)
            assert least - 1e-6 <= true[at] <= most + 1e-6
            # A single value would be within a tenth of all possible ones.
            assert most / max(least, 1e-9) > 1.1 / 0.9
            widest.append(least > 0)
        figures(f"{made.name}, {what}: {len(rows)} sums; of {len(aims)} sizes {sum(widest)} have a least above none")


@pytest.mark.parametrize("case", CASES, ids=[case.__name__ for case in CASES])
def test_sums_and_zero_counts_are_marked_approximate_withheld_or_below_the_base(case, tmp_path):
    for numbers in everything_shown(case(), reader_of(case().write(tmp_path))).values():
        for cell, value in numbers.items():
            if cell.exhibit == "overview" and cell.row[0] in SUMS and cell.column == "value":
                assert isinstance(value, About | Withheld)
            if stat_of(cell) and is_count(value) and not value:
                assert isinstance(value, Under), cell
                assert str(value) == f"<{BASE}"
