"""The attack: linear programs over everything a link shows; the attacker knows the members of every selection.

The attacker does not know how far each enterprise got. Enterprises that no selection distinguishes are an *atom*;
the unknowns are the numbers of enterprises of an atom in each *class*. A class is the value of all statistics: per
module (its steps on record and its state), for the journey, for the number of modules completed, per indicator and for
reports. The classes of several modules together would be too many: modules, journey and reports are tied to one another
by what holds between them (who completed Module 2 completed a further module, …).

Every solution is a programme that shows the same numbers, and speaks of all cells at once: a cell that two solutions
give different numbers is not determined. Only cells on which all solutions found so far agree are solved one by one.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product

import numpy as np
from scipy.optimize import LinearConstraint, milp
from scipy.sparse import csr_array

from attack.programmes import (
    DONE,
    INDICATORS,
    QUARTERS,
    TARGET_QUARTER,
    TRAININGS,
    UNDATED,
    Programme,
    Taken,
)
from attack.shown import Bounds
from attack.truth import (
    FUNNEL,
    JOURNEY,
    PRACTICE,
    STAGES,
    VERDICTS,
    Cell,
    Facts,
    Selection,
    Stat,
    Truth,
    Where,
    is_counted,
    module_of,
    narrowed,
    size,
    stat_of,
    together,
)

SMALL = 5
"""Cells with a true count below this are attacked."""

EXACT = 1e-5
"""Tolerance of a solution at its bounds."""

Row = dict[int, float]
"""A sum of unknowns: the factor of each column."""


@dataclass(frozen=True)
class Block:
    """The classes that some statistics distinguish: each a tuple of their values. ``module`` is the one they are of."""

    stats: tuple[Stat, ...]
    classes: tuple[tuple[bool, ...], ...]
    module: str | None = None

    @classmethod
    def of(cls, stats: Iterable[Stat], examples: Iterable[Facts], module: str | None = None) -> "Block":
        """The classes of every possible record of an enterprise."""
        listed = tuple(stats)
        found = dict.fromkeys(tuple(is_told(facts, stat) for stat in listed) for facts in examples)
        return cls(listed, tuple(found), module)

    def class_of(self, facts: Facts) -> int:
        """The class of an enterprise; ValueError if no example has its facts."""
        return self.classes.index(tuple(is_told(facts, stat) for stat in self.stats))


def is_told(facts: Facts, stat: Stat) -> bool:
    """:func:`is_counted`, also for a statistic of one module: its name, ``of``, what it is about, and the module."""
    if len(stat) == 4 and stat[1] == "of":
        name, _of, about, module = stat
        return is_counted(_under(facts, module), (name, about))
    return is_counted(facts, stat)


def _under(facts: Facts, module: str) -> Facts:
    trainings = {code: each for code, each in facts.trainings.items() if code == module}
    results = {code: each for code, each in facts.results.items() if INDICATORS[code][0] == module}
    return replace(facts, trainings=trainings, results=results, told=facts.told if results else None)


def of_module(name: str, module: str, about: str = "") -> Stat:
    """A statistic under a module."""
    return (name, "of", about, module)


def blocks(programme: Programme, *, both: bool) -> tuple[Block, ...]:
    """The classes of enterprises as one enrolment shows them, or `both`: of modules, their course, indicators, journey,
    breadth, the course of everything, and reports.
    """
    modules = programme.modules
    single = dict.fromkeys(each.seen for each in TRAININGS)
    # An enterprise that began in one round may not be due in the next.
    taken = dict.fromkeys(together(one, other) for one in single for other in single) if both else single
    made = [_module_steps(code, taken) for code in modules]
    made += [_module_course(code, taken) for code in modules]
    for code, about in programme.indicators.items():
        made += _indicator_blocks(code, *about)
    made.append(Block.of([("recorded", "baseline")], [Facts(baseline=each) for each in (False, True)]))
    made.append(_journey(taken, both=both))
    counts = [("at_least", str(n)) for n in range(1, len(modules) + 1)]
    done = DONE.seen
    made.append(Block.of(counts, [Facts(dict.fromkeys(modules[:n], done)) for n in range(len(modules) + 1)]))
    begun = [Facts({"m1": Taken(began=each)}) for each in (None, UNDATED, *QUARTERS)]
    made.append(Block.of([("trained",), *_course("began")], begun))
    reports = [
        Facts({"m1": Taken(began=began)}, results=levels, told=told)
        for began in (None, UNDATED)
        for levels in ({"waste": (0.0, None)}, {"waste": (0.0, 1.0)})
        for told in QUARTERS
    ]
    reports += [Facts(), Facts({"m1": Taken(began=UNDATED)})]
    links = [("trained",), ("reported",), ("paired",), ("trained_reported",), ("trained_paired",)]
    made.append(Block.of([*links, *_course("told")], reports))
    return tuple(made)


def _module_steps(code: str, taken: Iterable[Taken]) -> Block:
    stats = [(name, code) for name in (*FUNNEL, "begun")]
    return Block.of(stats, [Facts(), *(Facts({code: each}) for each in taken)], code)


def _module_course(code: str, taken: Iterable[Taken]) -> Block:
    """The quarters in which a module was begun and completed."""
    stats = [("begun", code), ("completed", code), ("stale", code)]
    stats += [of_module(*stat[:1], code, *stat[1:]) for stat in (*_course("began"), *_course("ended"))]
    return Block.of(stats, [Facts(), *(Facts({code: each}) for each in taken)], code)


def _course(what: str) -> list[Stat]:
    """The statistics of the course of one thing."""
    years = dict.fromkeys(quarter[:4] for quarter in QUARTERS)
    at = [("trained_at", TARGET_QUARTER)] if what == "began" else []
    return [
        *((f"{what}_by", quarter) for quarter in QUARTERS), *((f"{what}_in", year) for year in years),
        (f"{what}_undated",), *at,
    ]  # fmt: skip


def _indicator_blocks(code: str, module: str, unit: str, better: str) -> Iterable[Block]:
    levels = [None, (0.0, None), *product((0.0, 1.0), repeat=2)]
    stats = [(name, code) for name in ("told", "pairs", *VERDICTS, *(PRACTICE if unit == "yes-no" else ()))]
    yield Block.of(
        stats, [Facts(results={code: each} if each else {}, better={code: better}) for each in levels], module
    )
    stats = [("told", code), ("pairs", code), ("begun", module)]
    stats += [of_module(name, module) for name in ("trained_reported", "trained_paired")]
    stats += [of_module(*stat[:1], module, *stat[1:]) for stat in _course("told")]
    begun = ({}, {module: Taken(began=UNDATED)})
    examples = [
        Facts(trainings, results={code: each} if each else {}, told=told if each else None)
        for trainings in begun
        for each in levels[:3]
        for told in QUARTERS
    ]
    yield Block.of(stats, examples, module)


def _journey(taken: Iterable[Taken], *, both: bool) -> Block:
    stats = [(name, stage) for stage in STAGES if stage not in ("enrolled", "baseline") for name in JOURNEY]
    links = [("trained",), ("at_least", "1"), *((name, "m1") for name in ("planned", "workshop", "begun"))]
    links += [("completed", "m1"), ("due", "m1")]
    quarter = QUARTERS[0]
    waits, begins, late = Taken(), Taken(True, state="in-progress", began=quarter), Taken(state="overdue")
    done = Taken(True, True, True, True, "completed", began=quarter, ended=quarter)
    further = [None, waits, begins, late, done]
    if both:
        further.append(Taken(True, began=quarter))
    examples = [
        Facts({code: each for code, each in zip(("m1", "m2", "m3"), some, strict=True) if each})
        for some in product([None, *taken], further, further)
    ]
    return Block.of([*stats, *links], examples)


def statistic(programme: Programme, selection: Selection, cell: Cell) -> Stat | None:
    """The statistic of a cell as the blocks name it; None if they have no such statistic."""
    module = module_of(selection, cell)
    stat = stat_of(cell, module)
    if stat is None or stat[0].startswith("joined_") or stat[0] in ("enterprises", "workers_unknown"):
        return None
    if module is None:
        return None if stat[0].startswith("ended_") else stat
    return _statistic_under(programme, stat, module)


def _statistic_under(programme: Programme, stat: Stat, module: str) -> Stat | None:
    name, about = stat[0], "" if len(stat) == 1 else stat[1]
    indicators = [code for code, of in programme.indicators.items() if of[0] == module]
    if name in ("trained_reported", "trained_paired") or name.startswith("told_"):
        return of_module(name, module, about) if indicators else None
    if name.startswith(("began_", "ended_")):
        return of_module(name, module, about)
    if name in (*JOURNEY, "at_least"):
        return None
    renamed: dict[str, Stat | None] = {"trained": ("begun", module), "reported": None, "paired": None}
    if indicators:
        renamed |= {"reported": ("told", indicators[0]), "paired": ("pairs", indicators[0])}
    return renamed.get(name, stat if about in (module, *indicators) else None)


class Unknowns:
    """The columns of the linear program and the constraints between them."""

    def __init__(self, programme: Programme, only: str | None = None) -> None:
        self.programme = programme
        self.only = only
        self.truth = Truth(programme)
        once, both = (blocks(programme, both=both) for both in (False, True))
        if only:
            once, both = (tuple(each for each in some if each.module == only) for some in (once, both))
        self.blocks = (once, once, both)
        """By view: an enterprise's first enrolment, its second, both."""
        self._rows: dict[tuple[int, int, Stat], Row] = {}
        self._views()
        self.value = np.zeros(self.many)
        for (atom, view), columns in self.columns.items():
            for block, begin in zip(self.blocks[view], columns, strict=True):
                for enterprise in self.atoms[atom]:
                    facts = self.truth.facts[view][enterprise]
                    assert facts is not None
                    self.value[begin + block.class_of(facts)] += 1

    def _views(self) -> None:
        programme = self.programme
        grouped: dict[object, list[int]] = defaultdict(list)
        for at, each in enumerate(programme.enterprises):
            seen = tuple((one.round, programme.place_of(each, one)) for one in each.enrolments)
            grouped[each.sector, seen].append(at)
        self.atoms = list(grouped.values())
        self.columns: dict[tuple[int, int], list[int]] = {}
        self.many = 0
        for atom, enterprises in enumerate(self.atoms):
            twice = len(programme.enterprises[enterprises[0]].enrolments) == 2
            for view in range(3 if twice else 1):
                begins = []
                for block in self.blocks[view]:
                    begins.append(self.many)
                    self.many += len(block.classes)
                self.columns[atom, view] = begins

    def knows(self, stat: Stat) -> bool:
        """True if the unknowns have this statistic."""
        return any(stat in block.stats for block in self.blocks[0])

    def row(self, atom: int, view: int, stat: Stat) -> Row:
        """The sum of unknowns for the enterprises of an atom that a statistic counts."""
        if (atom, view, stat) not in self._rows:
            self._rows[atom, view, stat] = next(self._every(atom, view, stat))
        return self._rows[atom, view, stat]

    def _every(self, atom: int, view: int, stat: Stat) -> Iterable[Row]:
        for block, begin in zip(self.blocks[view], self.columns[atom, view], strict=True):
            if stat in block.stats:
                at = block.stats.index(stat)
                yield {begin + n: 1.0 for n, each in enumerate(block.classes) if each[at]}

    @cached_property
    def representatives(self) -> list[int]:
        return [enterprises[0] for enterprises in self.atoms]

    def of_cell(self, where: Where, stat: Stat) -> Row:
        """The sum of unknowns for the enterprises a cell counts, over all atoms of the selection."""
        units, found = self.truth.units(where), {}
        for atom, enterprise in enumerate(self.representatives):
            for view in range(3):
                if units >> (enterprise + view * self.truth.many) & 1:
                    found |= self.row(atom, view, stat)
        return found

    def members(self, where: Where) -> int:
        """The number of enterprises in a selection, which the attacker knows."""
        return size(self.truth.enterprises(self.truth.units(where)))

    def ties(self) -> Iterable[tuple[Row, float, float]]:
        """The constraints of every programme: sums of unknowns with minimum and maximum."""
        shared = [stat for stat, many in _counted(stat for block in self.blocks[0] for stat in block.stats) if many > 1]
        modules = self.programme.modules
        for (atom, view), begins in self.columns.items():
            many = float(len(self.atoms[atom]))

            def of(*stat: str, atom: int = atom, view: int = view) -> Row:
                return self.row(atom, view, stat)

            for block, begin in zip(self.blocks[view], begins, strict=True):
                yield dict.fromkeys(range(begin, begin + len(block.classes)), 1.0), many, many
            if view == 2:
                yield from self._ties_of_views(atom)
            for stat in shared:
                first, *others = self._every(atom, view, stat)
                for other in others:
                    yield _sum(first, (-1, other)), 0, 0
            if self.only:
                continue
            completed = [of("completed", code) for code in modules]
            yield (
                _sum(*((1, of("at_least", str(n + 1))) for n in range(len(modules))), *((-1, c) for c in completed)),
                0,
                0,
            )
            begun, due = ([of(name, code) for code in modules] for name in ("begun", "due"))
            yield from _union(of("trained"), begun)
            yield from _union(of("of", "further_started"), due[1:])
            yield _sum(of("recorded", "further_started"), *((-1, each) for each in begun[1:])), -np.inf, 0
            yield from _union(of("recorded", "further_completed"), completed[1:])
            yield from self._ties_of_time(atom, view)
            yield from _union(of("reported"), [of("told", code) for code in self.programme.indicators])
            yield from _union(of("paired"), [of("pairs", code) for code in self.programme.indicators])
            unfinished = [_sum(of("planned", code), (-1, done)) for code, done in zip(modules, completed, strict=True)]
            through = of("recorded", "all_planned_completed")
            for each in unfinished:
                yield _sum(through, each), 0, many
            yield _sum(through, (-1, of("at_least", "1")), *unfinished), 0, np.inf

    def _ties_of_time(self, atom: int, view: int) -> Iterable[tuple[Row, float, float]]:
        """The constraints between the course of each module and that of everything."""

        def by_module(name: str, about: str = "") -> list[Row]:
            return [self.row(atom, view, of_module(name, code, about)) for code in self.programme.modules]

        undated = by_module("began_undated")
        yield from _union(self.row(atom, view, ("began_undated",)), undated)
        for quarter in QUARTERS:
            begun = by_module("began_by", quarter)
            any_day = [_sum(*each) for each in zip(undated, begun, strict=True)]
            whole = _sum(self.row(atom, view, ("began_undated",)), self.row(atom, view, ("began_by", quarter)))
            yield from _union(whole, any_day)

    def _ties_of_views(self, atom: int) -> Iterable[tuple[Row, float, float]]:
        """The constraints between an enterprise's two enrolments and both together."""
        for block in self.blocks[0]:
            for stat in block.stats:
                first, second, both = (self.row(atom, view, stat) for view in range(3))
                if stat[0] in ("told", "pairs", *VERDICTS, *PRACTICE):
                    # An enterprise reports an indicator in one of its rounds.
                    yield _sum(both, (-1, first), (-1, second)), 0, 0
                elif stat[0] in (
                    "planned",
                    "workshop",
                    "visited",
                    "assessed",
                    "completed",
                    "begun",
                    "trained",
                    "reported",
                    "paired",
                ) or stat == ("recorded", "baseline"):
                    yield from _union(both, [first, second])
                elif stat[0] == "at_least":
                    yield _sum(both, (-1, first)), 0, np.inf
                    yield _sum(both, (-1, second)), 0, np.inf
                elif stat[0] in ("in_progress", "stale", "dropped", "overdue", "not_yet_due", "without_due_date"):
                    # The later enrolment's state counts unless the module was completed in the earlier one.
                    yield _sum(first, second, (-1, both)), 0, np.inf
                    yield _sum(both, (-1, second), self.row(atom, 0, ("completed", stat[1]))), 0, np.inf


def _counted(stats: Iterable[Stat]) -> Iterable[tuple[Stat, int]]:
    found: dict[Stat, int] = defaultdict(int)
    for stat in stats:
        found[stat] += 1
    return found.items()


def _sum(*terms: Row | tuple[int, Row]) -> Row:
    """The sum of rows; a row may have a factor."""
    found: dict[int, float] = defaultdict(float)
    for term in terms:
        factor, row = term if isinstance(term, tuple) else (1, term)
        for column, value in row.items():
            found[column] += factor * value
    return {column: value for column, value in found.items() if value}


def _union(whole: Row, parts: list[Row]) -> Iterable[tuple[Row, float, float]]:
    """The constraints of a union: at least each part, at most all parts together."""
    for part in parts:
        yield _sum(whole, (-1, part)), 0, np.inf
    yield _sum(*parts, (-1, whole)), 0, np.inf


@dataclass
class Range:
    """One cell under attack: its true count, its maximum, and its values in the solutions.

    ``direction`` is 1 if only larger values are possible, -1 if only smaller; ``solved`` if both ends are known.
    """

    selection: Selection
    cell: Cell
    row: Row
    truth: int
    members: int
    low: float
    high: float
    direction: float = 0
    solved: bool = False

    @property
    def determined(self) -> bool:
        """True if only one whole number is between the solutions."""
        return np.floor(self.high + EXACT) == np.ceil(self.low - EXACT)

    @property
    def remaining(self) -> float:
        """The share of uncertainty (0 to 1) the shown numbers leave, against knowing only the members (to 4)."""
        return min(self.high - self.low, 4) / min(self.members, 4)

    def seen(self, value: float) -> None:
        self.low, self.high = min(self.low, value), max(self.high, value)


class Attack:
    """One linear program and the cells to attack.

    With `only`, the attack is limited to one module: a large programme has too many unknowns.
    """

    def __init__(self, programme: Programme, shown_bounds: Iterable[Bounds], only: str | None = None) -> None:
        self.unknowns = Unknowns(programme, only)
        self.ranges: list[Range] = []
        self.members: dict[tuple[tuple[int, float], ...], int] = {}
        self.solved = 0
        intervals: dict[tuple[tuple[int, float], ...], list[float]] = {}
        for each in shown_bounds:
            stat = statistic(programme, each.selection, each.cell)
            if stat is None or not self.unknowns.knows(stat):
                continue
            where = narrowed(each.selection, each.cell)
            members = self.unknowns.members(where)
            row = self.unknowns.of_cell(where, stat)
            if not row:
                continue
            key = tuple(sorted(row.items()))
            if key not in intervals:
                intervals[key] = [0, float(members)]
                self.members[key] = members
                truth = round(sum(self.unknowns.value[column] * n for column, n in row.items()))
                if truth < SMALL:
                    self.ranges.append(Range(each.selection, each.cell, row, truth, members, truth, truth))
            interval = intervals[key]
            interval[0], interval[1] = max(interval[0], each.low), min(interval[1], each.high)
        rows = list(self.unknowns.ties())
        # Bounds implied by the members alone are omitted.
        rows += [
            (dict(key), low, high) for key, (low, high) in intervals.items() if low > 0 or high < self.members[key]
        ]
        for each in self.ranges:
            low, high = intervals[tuple(sorted(each.row.items()))]
            each.direction = (each.truth <= low) - (each.truth >= high)
            each.solved = low == high
        self.shown = len(intervals)
        self.matrix = _matrix([row for row, _low, _high in rows], self.unknowns.many)
        self.low = np.array([low for _row, low, _high in rows])
        self.high = np.array([high for _row, _low, high in rows])
        self.cells = _matrix([each.row for each in self.ranges], self.unknowns.many)

    @property
    def missed(self) -> float:
        """The maximum violation of the bounds by the truth: above zero is an error in the model or the product."""
        values = self.matrix @ self.unknowns.value
        return float(np.maximum(self.low - values, values - self.high).max(initial=0))

    def solve(self, aim: np.ndarray) -> np.ndarray:
        """The cells in the programme that shows the same numbers and minimises `aim`."""
        answer = milp(aim, constraints=LinearConstraint(self.matrix, self.low, self.high))
        assert answer.status == 0, answer.message
        found: np.ndarray = self.cells @ answer.x
        for each, value in zip(self.ranges, found, strict=True):
            each.seen(float(value))
        self.solved += 1
        return found

    def run(self, most: int, seed: int = 1) -> None:
        """Attack all cells with at most `most` linear programs; each pushes all open cells up or down."""
        draw = np.random.default_rng(seed)
        while self.solved < most and self.open:
            # Cells at an end of their range can move one way only: if they do not move together, none moves.
            at_ends = [at for at in self.open if self.ranges[at].direction]
            group = at_ends or self.open
            moved = self._push(group, draw)
            if at_ends and moved < EXACT:
                for at in group:
                    self.ranges[at].solved = True
            elif all(self.ranges[at].determined for at in group):
                self._solve_alone(group[int(draw.integers(len(group)))])
        # The remaining programs show the range of the others.
        while self.solved < most:
            self._push([at for at, each in enumerate(self.ranges) if each.remaining < 1 and not each.solved], draw)

    @property
    def open(self) -> list[int]:
        """The cells not yet known to be determined or not."""
        return [at for at, each in enumerate(self.ranges) if each.determined and not each.solved]

    def _push(self, chosen: list[int], draw: np.random.Generator) -> float:
        """Solve for some cells together, each in a possible direction; returns how far their sum moved."""
        signs, truth = np.zeros(len(self.ranges)), np.array([each.truth for each in self.ranges], float)
        signs[chosen] = [self.ranges[at].direction or draw.choice((-1.0, 1.0)) for at in chosen]
        signs *= draw.exponential(size=len(signs))  # so that the next round moves others
        return float(signs @ (self.solve(-signs @ self.cells) - truth))

    def _solve_alone(self, at: int) -> None:
        aim, direction = self.cells[[at]].toarray()[0], self.ranges[at].direction
        for sign in (-direction,) if direction else (1.0, -1.0):
            self.solve(sign * aim)
        self.ranges[at].solved = True


def _matrix(rows: list[Row], columns: int) -> csr_array:
    at = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
    column = np.fromiter((column for row in rows for column in row), int)
    value = np.fromiter((value for row in rows for value in row.values()), float)
    return csr_array((value, (at, column)), shape=(len(rows), columns))
