"""The set of enterprises behind each number of an exhibit, from the invented programme itself.

A number belongs to a selection and to a row of a table in it; the counted enterprises are found without a line
of the product. An enterprise in two rounds is one of three *units*: as its first enrolment, its second or both show it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from attack.programmes import PARTNERS, PLACES, Enterprise, Programme, Training

Stat = tuple[str, ...]
"""A statistic: its name, then its module, stage, indicator or number."""

Where = tuple[tuple[str, str | None], ...]
"""Conditions on one enrolment: a dimension and a code; ``at`` is a place itself, without the places below."""

STAGES = (
    "enrolled", "baseline", "m1_workshop", "m1_completed", "further_started", "further_completed",
    "all_planned_completed",
)  # fmt: skip
FUNNEL = (
    "planned", "workshop", "visited", "assessed", "completed", "visited_without_record", "assessed_without_record",
    "in_progress", "dropped", "overdue", "not_yet_due",
)  # fmt: skip
PRACTICE = ("had_before", "had_after", "gained", "lost")
VERDICTS = ("better_count", "same_count", "worse_count")


@dataclass(frozen=True)
class Facts:
    """The record of one unit under a module filter. ``better`` is the direction by indicator."""

    trainings: dict[str, Training] = field(default_factory=dict)
    baseline: bool = False
    results: dict[str, tuple[float | None, float | None]] = field(default_factory=dict)
    sized: bool = True
    better: dict[str, str] = field(default_factory=dict)


def is_counted(facts: Facts, stat: Stat) -> bool:
    """True if a statistic counts an enterprise with these facts."""
    name, about = stat[0], stat[-1]
    if name in FUNNEL or name == "held":
        return _funnel(name, facts.trainings.get(about))
    if name == "m1_alone":
        return about == STAGES[-1] and _module_1_alone(facts)
    if name in ("stage", "without", "own"):
        return _stage(name, STAGES.index(about), facts)
    if name in ("told", "pairs", *VERDICTS, *PRACTICE):
        return _result(name, facts.results.get(about), facts.better.get(about, "up"))
    trained, reported = any(each.begun for each in facts.trainings.values()), bool(facts.results)
    return {
        "enterprises": True, "trained": trained, "reported": reported, "trained_reported": trained and reported,
        "paired": any(None not in levels for levels in facts.results.values()),
        "workers_unknown": trained and not facts.sized,
        "at_least": sum(each.completion for each in facts.trainings.values()) >= int(about if about.isdigit() else 0),
    }[name]  # fmt: skip


def _module_1_alone(facts: Facts) -> bool:
    return set(facts.trainings) == {"m1"} and facts.trainings["m1"].completion


def _funnel(name: str, training: Training | None) -> bool:
    if training is None:
        return False
    assessed = training.assessment or training.completion
    visited = training.visit or assessed
    return {
        "planned": True, "workshop": training.begun, "visited": visited, "assessed": assessed,
        "completed": training.completion, "held": training.workshop,
        "visited_without_record": visited and not training.visit,
        "assessed_without_record": assessed and not training.assessment,
    }.get(name, training.state.replace("-", "_") == name)  # fmt: skip


def _stage(name: str, at: int, facts: Facts) -> bool:
    first, nothing = facts.trainings.get("m1"), Training()
    first_has = first or nothing
    further = [each for code, each in facts.trainings.items() if code != "m1"]
    own = (
        True, facts.baseline, first_has.workshop, first_has.completion,
        any(each.begun for each in further), any(each.completion for each in further),
        bool(facts.trainings) and all(each.completion for each in facts.trainings.values()),
    )  # fmt: skip
    reached = any(own[at:]) or (at <= STAGES.index("m1_workshop") and first_has.begun)
    return {"stage": reached, "own": own[at], "without": reached and not own[at]}[name]


def _result(name: str, levels: tuple[float | None, float | None] | None, better: str) -> bool:
    if levels is None:
        return False
    before, after = levels
    if name == "told":
        return True
    if before is None or after is None:
        return False
    gain = (after - before) * (1 if better == "up" else -1)
    return {
        "pairs": True, "better_count": gain > 0, "same_count": gain == 0, "worse_count": gain < 0,
        "had_before": before > 0, "had_after": after > 0,
        "gained": after > before, "lost": after < before,
    }[name]  # fmt: skip


def together(first: Training, second: Training) -> Training:
    """The combined record of two trainings of one module; the second is the later one."""
    steps = [one or other for one, other in zip(first[:4], second[:4], strict=True)]
    return Training(*steps, "completed" if steps[3] else second.state)


@dataclass(frozen=True)
class Selection:
    """A reader's choice: filter values and a module."""

    filters: tuple[tuple[str, str], ...] = ()
    module: str | None = None

    def __str__(self) -> str:
        chosen = [*self.filters, *((("module", self.module),) if self.module else ())]
        return " & ".join(f"{name}={code}" for name, code in chosen) or "no filter"


@dataclass(frozen=True)
class Cell:
    """A number of an exhibit: its row (for coverage a kind and a group) and its column."""

    exhibit: str
    row: tuple[str | None, ...]
    column: str


def narrowed(selection: Selection, cell: Cell) -> Where:
    """The conditions on the enrolments that a cell of a selection counts."""
    where: Where = selection.filters
    if cell.exhibit == "regions":
        return (*where, ("at", cell.row[0]))
    if cell.exhibit == "provinces":
        return (*where, ("place", cell.row[0]))
    if cell.exhibit == "options":
        name, code = str(cell.row[0]), cell.row[1]
        return (*(each for each in where if each[0] != name), (name, code))
    if cell.exhibit == "coverage" and cell.row[0] != "total":
        return (*where, (str(cell.row[0]), cell.row[1]))
    return where


STATS: dict[str, dict[str, str]] = {
    "regions": {"enterprises": "enterprises", "trained": "trained", "m1_completed": "completed",
                "workers_unknown": "workers_unknown"},
    "module-funnel": dict(zip(FUNNEL, FUNNEL, strict=True)),
    "journey-funnel": {"enterprises": "stage", "without_record": "without", "recorded": "own",
                       "m1_only": "m1_alone"},
    "breadth": {"enterprises": "at_least"},
    "satisfaction": {"enterprises": "held"},
    "change": {name: name for name in ("pairs", *VERDICTS, *PRACTICE)},
    "coverage": {name: name for name in ("enterprises", "trained", "reported", "paired", "trained_reported")},
    "line": {name: name for name in ("enterprises", "trained", "reported", "paired")},
    "options": {"enterprises": "enterprises"},
}  # fmt: skip
"""The statistic of each column that counts enterprises."""

HEADLINES = {
    ("enterprises", "value"): "enterprises", ("trained", "value"): "trained", ("trained", "of"): "enterprises",
    ("workers_unknown", "value"): "workers_unknown", ("workers_unknown", "of"): "trained",
}  # fmt: skip
OF_A_ROW = ("module-funnel", "journey-funnel", "breadth", "satisfaction", "change")
"""The exhibits with one row per module, stage, number or indicator."""


def stat_of(cell: Cell) -> Stat | None:
    """The statistic of a cell; None if it does not count enterprises."""
    if cell.exhibit == "overview":
        name = HEADLINES.get((str(cell.row[0]), cell.column))
    else:
        name = STATS["regions" if cell.exhibit == "provinces" else cell.exhibit].get(cell.column)
    if name is None:
        return None
    if name == "completed" and cell.exhibit not in OF_A_ROW:
        return (name, "m1")
    return (name, str(cell.row[0])) if cell.exhibit in OF_A_ROW else (name,)


class Truth:
    """The enterprises each cell counts, as bits of an integer: enterprise 0 is the lowest bit."""

    def __init__(self, programme: Programme) -> None:
        self.programme = programme
        self.many = len(programme.enterprises)
        self.all = (1 << self.many) - 1
        self._having: dict[tuple[str, str | None], tuple[int, int]] = {}
        self._holds: dict[tuple[Stat, str | None], int] = {}

    @cached_property
    def facts(self) -> list[list[Facts | None]]:
        """The facts of every enterprise per view (first enrolment, second, both); None without a second."""
        return [[self._facts(each, view) for each in self.programme.enterprises] for view in range(3)]

    def _facts(self, enterprise: Enterprise, view: int) -> Facts | None:
        if view and len(enterprise.enrolments) == 1:
            return None
        seen = enterprise.enrolments if view == 2 else (enterprise.enrolments[view],)
        trainings: dict[str, Training] = {}
        for each in seen:
            for code, training in each.trainings.items():
                trainings[code] = together(trainings[code], training) if code in trainings else training
        results = {code: levels for each in seen for code, levels in each.results.items()}
        better = {code: direction for code, (_module, _unit, direction) in self.programme.indicators.items()}
        return Facts(trainings, any(each.baseline for each in seen), results, enterprise.workers is not None, better)

    def having(self, dimension: str, code: str | None) -> tuple[int, int]:
        """The enterprises whose first and whose second enrolment has a code."""
        if (dimension, code) not in self._having:
            masks = [0, 0]
            for at, enterprise in enumerate(self.programme.enterprises):
                for which in range(len(enterprise.enrolments)):
                    if code in self._codes(dimension, enterprise, which):
                        masks[which] |= 1 << at
            self._having[dimension, code] = (masks[0], masks[1])
        return self._having[dimension, code]

    def _codes(self, dimension: str, enterprise: Enterprise, which: int) -> set[str | None]:
        enrolment = enterprise.enrolments[which]
        its_round = self.programme.round_of(enrolment)
        place = self.programme.place_of(enterprise, enrolment)
        return {
            "round": {its_round.code}, "phase": {its_round.phase}, "sector": {enterprise.sector}, "at": {place},
            "place": set(_line(place, {code: parent for code, (_level, parent) in PLACES.items()})),
            "partner": {above for code in its_round.partners for above in _line(code, PARTNERS)},
        }[dimension]  # fmt: skip

    def units(self, where: Where) -> int:
        """The units of a selection: three bits per enterprise, one view after the other."""
        first = self.all
        second = sum(1 << at for at, each in enumerate(self.programme.enterprises) if len(each.enrolments) == 2)
        for dimension, code in where:
            has_first, has_second = self.having(dimension, code)
            first, second = first & has_first, second & has_second
        both = first & second
        return (first & ~both) | (second & ~both) << self.many | both << 2 * self.many

    def enterprises(self, units: int) -> int:
        """The enterprises of some units."""
        return (units | units >> self.many | units >> 2 * self.many) & self.all

    def holds(self, stat: Stat, module: str | None = None) -> int:
        """The units a statistic counts, under a module filter or none."""
        if (stat, module) not in self._holds:
            found = 0
            for view, listed in enumerate(self.facts):
                for at, facts in enumerate(listed):
                    if facts is not None and is_counted(self._under(facts, module), stat):
                        found |= 1 << (at + view * self.many)
            self._holds[stat, module] = found
        return self._holds[stat, module]

    def _under(self, facts: Facts, module: str | None) -> Facts:
        if module is None:
            return facts
        trainings = {code: each for code, each in facts.trainings.items() if code == module}
        results = {
            code: levels for code, levels in facts.results.items() if self.programme.indicators[code][0] == module
        }
        return Facts(trainings, facts.baseline, results, facts.sized, facts.better)

    def counted(self, selection: Selection, cell: Cell) -> int | None:
        """The enterprises a cell counts; None if it does not count enterprises."""
        stat = stat_of(cell)
        if stat is None:
            return None
        return self.enterprises(self.units(narrowed(selection, cell)) & self.holds(stat, selection.module))


def _line(code: str | None, parents: dict[str, str | None]) -> Iterator[str | None]:
    """A code and all its parents."""
    while code is not None:
        yield code
        code = parents[code]


def size(members: int) -> int:
    """The number of enterprises in a set."""
    return members.bit_count()
