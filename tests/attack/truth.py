"""The set of enterprises behind each number of an exhibit, from the invented programme itself.

A number belongs to a selection and to a row of a table in it; the counted enterprises are found without a line
of the product. An enterprise in two rounds is one of three *units*: as its first enrolment, its second or both show it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

from attack.programmes import JOINED, PARTNERS, PLACES, QUARTERS, TARGET_QUARTER, UNDATED, Enterprise, Programme, Taken

Stat = tuple[str, ...]
"""A statistic: its name, then its module, milestone, indicator, number or quarter."""

Where = tuple[tuple[str, str | None], ...]
"""Conditions on one enrolment: a dimension and a code; ``at`` is a place itself, without the places below."""

STAGES = (
    "enrolled", "baseline", "m1_workshop", "m1_completed", "further_started", "further_completed",
    "all_planned_completed",
)  # fmt: skip
FUNNEL = (
    "planned", "workshop", "visited", "assessed", "completed", "workshop_assumed", "visited_assumed",
    "assessed_assumed", "in_progress", "stale", "dropped", "overdue", "not_yet_due", "without_due_date", "due",
)  # fmt: skip
JOURNEY = ("of", "recorded", "assumed")
PRACTICE = ("had_before", "had_after", "gained", "lost")
VERDICTS = ("better_count", "same_count", "worse_count")

TRENDS = {"enterprises": "joined", "trained": "began", "modules_completed": "ended", "reported": "told"}
"""The statistics of a trend, by measure: ``_by`` a quarter, ``_in`` a year, ``_undated``."""


@dataclass(frozen=True)
class Facts:
    """The record of one unit under a module filter. ``better`` is the direction by indicator, ``told`` and ``joined``
    are the quarters of the first result and of the recruitment.
    """

    trainings: dict[str, Taken] = field(default_factory=dict)
    baseline: bool = False
    results: dict[str, tuple[float | None, float | None]] = field(default_factory=dict)
    sized: bool = True
    better: dict[str, str] = field(default_factory=dict)
    told: str | None = None
    joined: str | None = JOINED[0]

    @property
    def trained(self) -> bool:
        return any(each.begun for each in self.trainings.values())

    @property
    def paired(self) -> bool:
        return any(None not in levels for levels in self.results.values())

    def quarter(self, what: str) -> str | None:
        """The quarter of the first fact of a trend; None without a fact."""
        if what == "joined":
            return self.joined
        if what == "told":
            return self.told if self.trained else None
        quarters = (each.began if what == "began" else each.ended for each in self.trainings.values())
        return min((each for each in quarters if each is not None), default=None)


def is_counted(facts: Facts, stat: Stat) -> bool:
    """True if a statistic counts an enterprise with these facts."""
    name, about = stat[0], stat[-1]
    if name in FUNNEL or name == "begun":
        return _funnel(name, facts.trainings.get(about))
    if name in JOURNEY:
        return _milestone(name, STAGES.index(about), facts)
    if name in ("told", "pairs", *VERDICTS, *PRACTICE):
        return _result(name, facts.results.get(about), facts.better.get(about, "up"))
    what, _, how = name.rpartition("_")
    if how in ("by", "in", "undated") and what in TRENDS.values():
        return _in_time(how, facts.quarter(what), about)
    trained, reported = facts.trained, bool(facts.results)
    return {
        "enterprises": True, "trained": trained, "reported": reported, "trained_reported": trained and reported,
        "paired": facts.paired, "trained_paired": trained and facts.paired,
        "workers_unknown": trained and not facts.sized,
        # On the day of a target: what has no day of its own is seen.
        "trained_at": trained and (facts.quarter("began") or UNDATED) <= about,
        "at_least": sum(each.completion for each in facts.trainings.values()) >= int(about if about.isdigit() else 0),
    }[name]  # fmt: skip


def _in_time(how: str, quarter: str | None, about: str) -> bool:
    if how == "undated":
        return quarter == UNDATED
    return bool(quarter) and (quarter <= about if how == "by" else quarter.startswith(about))


def _funnel(name: str, training: Taken | None) -> bool:
    if training is None:
        return False
    workshop, visit, assessment, completion = training[:4]
    return {
        "planned": True, "begun": training.begun, "due": training.due, "stale": training.stale,
        "without_due_date": training.without_due_date,
        "workshop": workshop, "visited": visit, "assessed": assessment, "completed": completion,
        "workshop_assumed": not workshop and (visit or assessment or completion),
        "visited_assumed": not visit and (assessment or completion), "assessed_assumed": not assessment and completion,
    }.get(name, training.state.replace("-", "_") == name)  # fmt: skip


def _milestone(name: str, at: int, facts: Facts) -> bool:
    first = facts.trainings.get("m1") or Taken()
    further = [each for code, each in facts.trainings.items() if code != "m1"]
    every = [*facts.trainings.values()]
    recorded = (
        True, facts.baseline, first.workshop, first.completion, any(each.begun for each in further),
        any(each.completion for each in further), bool(every) and all(each.completion for each in every),
    )  # fmt: skip
    due_first, due_further = first.due, any(each.due for each in further)
    due = (
        True, True, due_first, due_first, due_further, due_further, bool(every) and all(each.due for each in every),
    )  # fmt: skip
    later = any(recorded[at + 1 :]) or (STAGES[at] == "m1_workshop" and first.begun)
    counted = {
        "of": True, "recorded": recorded[at], "assumed": later and not recorded[at] and STAGES[at] != "baseline",
    }  # fmt: skip
    return due[at] and counted[name]


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


def together(first: Taken, second: Taken) -> Taken:
    """The combined record of two trainings of one module; the second is the later one."""
    steps = [one or other for one, other in zip(first[:4], second[:4], strict=True)]
    began, ended = (
        min((each for each in pair if each is not None), default=None)
        for pair in ((first.began, second.began), (first.ended, second.ended))
    )
    if steps[3]:
        return Taken(*steps, "completed", began=began, ended=ended)
    return second._replace(**dict(zip(Taken._fields[:4], steps, strict=True)), began=began, ended=ended)


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
    first, second, *_others = *cell.row, None, None
    kind = str(first)
    if cell.exhibit == "targets":  # a filter chooses the target and not what is counted for it
        return (("place", second),)
    if cell.exhibit == "options":
        where = tuple(each for each in where if each[0] != kind)
    own: Where = {
        "regions": (("at", first),),
        "provinces": (("place", first),),
        "options": ((kind, second),),
        "coverage": ((kind, second),) if kind != "total" else (),
        "compare": ((kind, second),) if kind != "module" else (),
        "line": (("at", None),) if cell.column == "without_place" else (),
    }.get(cell.exhibit, ())
    return (*where, *own)


def module_of(selection: Selection, cell: Cell) -> str | None:
    """The module whose trainings and results a cell counts; None: of all."""
    if cell.exhibit == "targets":
        return None
    return cell.row[1] if cell.exhibit == "compare" and cell.row[0] == "module" else selection.module


COLUMNS: dict[str, dict[str, str]] = {
    "regions": {"enterprises": "enterprises", "trained": "trained", "m1_completed": "completed",
                "workers_unknown": "workers_unknown"},
    "module-funnel": dict(zip(FUNNEL, FUNNEL, strict=True)),
    "journey": dict(zip(JOURNEY, JOURNEY, strict=True)),
    "breadth": {"enterprises": "at_least"},
    "satisfaction": {"enterprises": "workshop"},
    "change": {name: name for name in ("pairs", *VERDICTS, *PRACTICE)} | {"months_between_n": "pairs"},
    "coverage": {name: name for name in ("enterprises", "trained", "reported", "paired", "trained_reported")},
    "line": {"enterprises": "enterprises", "trained": "trained", "reported": "reported", "paired": "paired",
             "paired_of_trained": "trained_paired",
             "without_place": "enterprises"},
    "options": {"enterprises": "enterprises"},
    "targets": {"actual_due": "trained_at", "actual_now": "trained"},
}  # fmt: skip
"""The statistic of each column that counts enterprises; those of headlines, compare and trend depend on the row."""

BY_ROW = ("overview", "reconciliation", "compare", "trend")
"""The exhibits in which the row decides what is counted."""

HEADLINES = {
    ("enterprises", "value"): "enterprises", ("trained", "value"): "trained", ("trained", "of"): "enterprises",
    ("workers_unknown", "value"): "workers_unknown", ("workers_unknown", "of"): "trained",
    ("reported", "value"): "trained_reported", ("reported", "of"): "trained",
    ("paired", "value"): "trained_paired", ("paired", "of"): "trained",
}  # fmt: skip
OVER_MODULES = {"modules_completed": "completed", "overdue": "overdue", "stale": "stale"}
"""The numbers that are sums over modules, and the statistic of one module: under a module filter there is only one."""

OF_A_ROW = ("module-funnel", "journey", "breadth", "satisfaction", "change")
"""The exhibits with one row per module, milestone, number or indicator."""


def stat_of(cell: Cell, module: str | None = None) -> Stat | None:
    """The statistic of a cell, under a module or none; None if it does not count enterprises."""
    by_row = {"overview": _headline, "reconciliation": _headline, "compare": _compared, "trend": _followed}
    if cell.exhibit in by_row:
        return by_row[cell.exhibit](cell, module)
    name = COLUMNS["regions" if cell.exhibit == "provinces" else cell.exhibit].get(cell.column)
    if name is None:
        return None
    of_places = {"completed": (name, "m1"), "trained_at": (name, TARGET_QUARTER)}
    return (name, str(cell.row[0])) if cell.exhibit in OF_A_ROW else of_places.get(name, (name,))


def _headline(cell: Cell, module: str | None) -> Stat | None:
    headline, column = str(cell.row[0]), "value" if cell.column == "recorded" else cell.column
    if headline in OVER_MODULES:
        return _of_module(headline, column, module)
    name = HEADLINES.get((headline, column))
    return (name,) if name else None


def _of_module(measure: str, column: str, module: str | None) -> Stat | None:
    if module is None or column not in ("value", "of"):
        return None
    return (OVER_MODULES[measure] if column == "value" else "due", module)


def _compared(cell: Cell, module: str | None) -> Stat | None:
    kind, code, measure = (str(each) for each in cell.row)
    if cell.column not in ("value", "of"):
        return None
    value = cell.column == "value"
    if measure in OVER_MODULES:
        return _of_module(measure, cell.column, module)
    if measure.endswith("_completed"):
        return ("completed" if value else "due", measure.removesuffix("_completed"))
    if measure.startswith("better-"):
        return ("better_count" if value else "pairs", measure.removeprefix("better-"))
    everybody: Stat = ("planned", code) if kind == "module" else ("enterprises",)
    of: dict[str, tuple[Stat, Stat | None]] = {
        "enterprises": (everybody, None), "trained": (("trained",), everybody),
        "reported": (("trained_reported",), ("trained",)),
    }  # fmt: skip
    return of[measure][not value]


def _followed(cell: Cell, module: str | None) -> Stat | None:
    quarter, measure = cell.row[0], str(cell.row[1])
    if cell.column not in ("new", "cumulative") or (measure == "modules_completed" and module is None):
        return None
    what = TRENDS[measure]
    if cell.column == "cumulative":
        return (f"{what}_by", quarter) if quarter else None
    return (f"{what}_in", quarter[:4]) if quarter else (f"{what}_undated",)


class Truth:
    """The enterprises each cell counts, as bits of an integer: enterprise 0 is the lowest bit."""

    def __init__(self, programme: Programme) -> None:
        self.programme = programme
        self.many = len(programme.enterprises)
        self.all = (1 << self.many) - 1
        self._having: dict[tuple[str, str | None], tuple[int, int]] = {}
        self._units: dict[Where, int] = {}
        self._holds: dict[tuple[Stat, str | None], int] = {}

    @cached_property
    def facts(self) -> list[list[Facts | None]]:
        """The facts of every enterprise per view (first enrolment, second, both); None without a second."""
        return [[self._facts(each, view) for each in self.programme.enterprises] for view in range(3)]

    def _facts(self, enterprise: Enterprise, view: int) -> Facts | None:
        if view and len(enterprise.enrolments) == 1:
            return None
        seen = enterprise.enrolments if view == 2 else (enterprise.enrolments[view],)
        trainings: dict[str, Taken] = {}
        for each in seen:
            for code, training in each.trainings.items():
                known = training.seen
                trainings[code] = together(trainings[code], known) if code in trainings else known
        results = {code: levels for each in seen for code, levels in each.results.items()}
        told = min((QUARTERS[each.when] for each in seen if each.results), default=None)
        joined = JOINED[min(each.joined for each in seen)]
        better = {code: direction for code, (_module, _unit, direction) in self.programme.indicators.items()}
        sized, baseline = enterprise.workers is not None, any(each.baseline for each in seen)
        return Facts(trainings, baseline, results, sized, better, told, joined)

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
        line = [*_line(place, {code: parent for code, (_level, parent) in PLACES.items()})]
        return {
            "round": {its_round.code}, "phase": {its_round.phase}, "sector": {enterprise.sector}, "at": {place},
            "place": set(line),
            "partner": {above for code in its_round.partners for above in _line(code, PARTNERS)} or {None},
            "province": {next((each for each in line if PLACES[each][0] == "province"), None)},
        }[dimension]  # fmt: skip

    def units(self, where: Where) -> int:
        """The units of a selection: three bits per enterprise, one view after the other."""
        if where in self._units:
            return self._units[where]
        first = self.all
        second = sum(1 << at for at, each in enumerate(self.programme.enterprises) if len(each.enrolments) == 2)
        for dimension, code in where:
            has_first, has_second = self.having(dimension, code)
            first, second = first & has_first, second & has_second
        both = first & second
        self._units[where] = (first & ~both) | (second & ~both) << self.many | both << 2 * self.many
        return self._units[where]

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
        told = facts.told if results else None
        return replace(facts, trainings=trainings, results=results, told=told)

    def counted(self, selection: Selection, cell: Cell) -> int | None:
        """The enterprises a cell counts; None if it does not count enterprises."""
        module = module_of(selection, cell)
        stat = stat_of(cell, module)
        if stat is None:
            return None
        return self.enterprises(self.units(narrowed(selection, cell)) & self.holds(stat, module))


def _line(code: str | None, parents: dict[str, str | None]) -> Iterator[str | None]:
    """A code and all its parents."""
    while code is not None:
        yield code
        code = parents[code]


def size(members: int) -> int:
    """The number of enterprises in a set."""
    return members.bit_count()
