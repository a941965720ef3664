"""A synthetic programme with the shape of the real one, written as an import folder: same seed, same bytes.

Everything in it is invented except the names and positions of places and the names of the modules.
"""

import csv
import math
import random
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import TypeVar

from data.demo_words import (
    AS_OF,
    BRANDS,
    CAPACITY,
    COMMITTEE,
    COUNTRY,
    INDICATORS,
    LEFT_REASONS,
    MODULES,
    PARTNERS,
    PHASES,
    PLACES,
    PROGRAMME_EVENTS,
    PROVIDERS,
    ROUND_EVENTS,
    SECTORS,
    SURVEYS,
    TALES,
    Named,
)
from data.schema import CONTRACT_TABLES, contract_columns

FIRST_YEAR = 2009

# --- How the programme grows: it starts with one city, trains a few hundred by hand, then rolls out. -----------

# Enterprises of one ordinary round: a workshop takes four or five, batches of five and six are on record.
BATCH_SIZES = {4: 25.0, 5: 55.0, 6: 20.0}
ROLL_OUT_SIZES = (20, 60)
# One workshop of a roll-out takes so many enterprises; the next follows so many days later.
GROUP_SIZE, GROUP_DAYS = 5, 12
# Share of enterprises that come in ordinary rounds, and the most there are: beyond it only roll-outs grow.
BATCH_SHARE = 0.55
BATCH_ENTERPRISES_AT_MOST = 2_000
# A programme this small has no roll-outs yet.
NO_ROLL_OUT_UP_TO = 60

# Half-years by the rounds that begin in them: 53 enterprises by 2013, 80 late in 2014, about a thousand later.
BATCH_STARTS = {
    (2009, 2): 1.0, (2010, 1): 1.0, (2010, 2): 1.5, (2011, 1): 2.0, (2011, 2): 2.0, (2012, 1): 2.5,
    (2012, 2): 2.5, (2013, 1): 2.5, (2013, 2): 3.0, (2014, 1): 6.0, (2014, 2): 8.0, (2015, 1): 9.0,
    (2015, 2): 10.0, (2016, 1): 12.0, (2016, 2): 13.0, (2017, 1): 11.0, (2017, 2): 3.0,
}  # fmt: skip
ROLL_OUT_STARTS = {(2015, 1): 1.0, (2015, 2): 2.0, (2016, 1): 3.0, (2016, 2): 3.0, (2017, 1): 1.5, (2017, 2): 0.25}
PHASE_2_FROM, PHASE_3_FROM = PHASES[1][3], PHASES[2][3]

# --- Where: province, the first year it takes part, its weight. The early pilots and the later expansion. --------

PROVINCES = {
    "210000": (2009, 8.0), "500000": (2010, 10.0), "510000": (2011, 18.0), "440000": (2011, 14.0),
    "310000": (2011, 6.0), "320000": (2013, 14.0), "330000": (2013, 20.0), "370000": (2014, 4.0),
    "340000": (2014, 3.0), "350000": (2015, 4.0), "420000": (2015, 3.0), "110000": (2016, 3.0),
    "430000": (2016, 4.0), "360000": (2016, 4.0),
}  # fmt: skip
# Roll-outs, where the authorities or buyers asked for many at once.
ROLL_OUT_PROVINCES = {
    "330000": 30.0, "510000": 20.0, "320000": 12.0, "440000": 11.0, "500000": 8.0, "430000": 6.0, "360000": 6.0,
    "370000": 4.0, "110000": 3.0,
}  # fmt: skip
EXPANSION = ("330000", "430000", "360000", "110000")
SEVERAL_PLACES = 0.25  # of buyers' rounds: four factories in four provinces are on record
PLACE_UNKNOWN = 0.04
PLACE_UNKNOWN_WHERE_SEVERAL = 0.75

# General weights of sectors, and the ones half the enterprises of a province come from.
SECTOR_WEIGHTS = {
    "machinery": 22.0, "auto-parts": 14.0, "garment": 13.0, "electronics": 9.0, "metal-products": 10.0,
    "rubber-plastic": 7.0, "textile": 8.0, "furniture": 5.0, "toys": 4.0, "sports-goods": 3.0, "food": 5.0,
    "appliances": 6.0,
}  # fmt: skip
LOCAL_SECTORS = {
    "210000": ("machinery", "garment"), "500000": ("auto-parts", "rubber-plastic"),
    "510000": ("machinery", "food"), "440000": ("electronics", "toys", "appliances"),
    "310000": ("auto-parts", "electronics"), "320000": ("machinery", "textile", "metal-products"),
    "330000": ("garment", "appliances", "furniture", "sports-goods"), "370000": ("food", "textile"),
    "340000": ("appliances", "garment"), "350000": ("sports-goods", "garment"), "420000": ("auto-parts",),
    "110000": ("food", "machinery"), "430000": ("fireworks",), "360000": ("fireworks",),
}  # fmt: skip
# Women among workers; where a sector is not named, about a third.
WOMEN_SHARE = {
    "garment": 0.72,
    "textile": 0.62,
    "toys": 0.6,
    "electronics": 0.55,
    "machinery": 0.24,
    "auto-parts": 0.27,
}
WORKERS_MIDDLE, WORKERS_SPREAD, WORKERS_RANGE = 170.0, 0.65, (18, 1_500)  # most between 50 and 500

# --- What: modules combine as they really do; Module 1 first, no ladder after it. --------------------------------

ROUTES: dict[tuple[str, ...], float] = {
    ("m1",): 30.0,
    ("m1", "m2"): 22.0,
    ("m1", "m5"): 18.0,
    ("m1", "m2", "m5"): 7.0,
    ("m1", "m3"): 4.0,
    ("m1", "m4"): 4.0,
    ("m1", "m2", "m3", "m4", "m5"): 11.0,
}
SAFETY_FROM = date(2014, 1, 1)  # the work safety authorities joined then
BUYER_OWNERS = {"buyer-a": 5.0, "buyer-b": 3.5, "vehicle-group": 1.5}
PLAIN_OWNERS = {"employers": 7.0, "association-textile": 0.8, "association-machinery": 0.8, "provider": 1.4}
PARTNER_CODES = frozenset(partner.code for partner in PARTNERS)

# Days from the due date of a workshop to the workshop: plans slip, by weeks more often than by months.
DELAYS = {(-5, 5): 25.0, (6, 45): 50.0, (46, 120): 20.0, (121, 240): 5.0}
NEVER_HELD = 0.03  # a further module of a round that was planned and is simply overdue
MISSED = 0.025  # an enterprise that did not come to its round's workshop
NEVER_ASSESSED = 0.05
DROPPED = 0.03
LEFT = 0.11  # drawn; about 8 % remain whose leaving falls before as_of
RETURNS = 0.045  # drawn for each enterprise of a round; about 3 % find someone to return
NO_BASELINE = 0.2
# Steps that happened and were not written down.
NO_VISIT_RECORD, NO_ASSESSMENT_RECORD, NO_WORKSHOP_RECORD = 0.04, 0.05, 0.02
MONTH_ONLY, MONTH_ONLY_EARLY = 0.04, 0.25  # rows that know no day; early ones more often
NO_SOURCE = 0.1

# --- Results: few and self-reported. ----------------------------------------------------------------------------

REPORTS_KPI, REPORTS_KPI_BUYER = 0.42, 0.55
KPI_COUNTS = {1: 35.0, 2: 30.0, 3: 22.0, 4: 13.0}
REPORTS_PRACTICES = 0.74
PRACTICE_ANSWERED = 0.96
BETTER, SAME = 0.74, 0.1  # the rest is worse
# How a KPI is reported.
FORMS = {"pair": 76.0, "before": 8.0, "after": 3.0, "change": 7.0, "bound": 4.0, "about": 2.0}
NO_LEVEL_YET = 0.5  # of those asked too early to know what came of it
VERIFIED = {"yes": 3.0, "no": 57.0, "": 40.0}


@dataclass(frozen=True)
class Kpi:
    """How one KPI is drawn: log-normal levels, and the size of a change for the better.

    ``effect`` is relative (0.2 = 20 %), or in the indicator's own unit where ``points``. The medians over all
    reporters, the worse and the unchanged among them, come out about a quarter smaller.
    """

    weight: float
    module: str
    middle: float
    spread: float
    effect: float
    highest: float
    digits: int = 0
    points: bool = False
    zeros: float = 0.0  # share that starts at zero
    after_only: bool = False
    months: tuple[int, ...] = ()


# Effects follow published figures: defects −11 %, energy −13 % a unit, on-time delivery +4 points, savings of
# some USD 18,670; the rest is of the same order.
KPIS = {
    "defect-rate": Kpi(16, "m2", 3.2, 0.7, 0.2, 40, digits=2),
    "on-time-delivery": Kpi(12, "m1", 91, 0.06, 5.0, 100, digits=2, points=True),
    "capacity-per-head": Kpi(5, "m1", 40, 1.0, 0.12, 5_000, digits=1),
    "output-capacity": Kpi(4, "m2", 1_500, 1.0, 0.1, 500_000),
    "production-cost": Kpi(4, "m2", 60, 1.1, 0.08, 20_000, digits=2),
    "material-recovery": Kpi(2, "m3", 94, 0.03, 1.5, 100, digits=1, points=True),
    "waste": Kpi(4, "m3", 900, 1.0, 0.18, 100_000),
    "energy-per-unit": Kpi(7, "m3", 8, 1.0, 0.2, 2_000, digits=2),
    "suggestions-per-month": Kpi(9, "m1", 6, 0.8, 0.9, 900, zeros=0.25, months=(1,)),
    "suggestions-implemented": Kpi(3, "m1", 45, 0.4, 18.0, 100, digits=1, points=True),
    "absenteeism": Kpi(7, "m4", 3.5, 0.5, 0.15, 40, digits=2),
    "labour-turnover": Kpi(7, "m4", 4.5, 0.6, 0.18, 60, digits=2, months=(1,)),
    "accidents": Kpi(9, "m5", 3, 0.8, 0.45, 80, zeros=0.12, months=(6, 12)),
    "hazards-found": Kpi(4, "m5", 24, 0.8, 0.5, 2_000, months=(3, 6)),
    "inspections-held": Kpi(3, "m5", 6, 0.6, 0.6, 200, months=(3, 6)),
    "jobs": Kpi(3, "m1", 165, 0.6, 0.06, 1_500),
    "cycle-time": Kpi(5, "m2", 12, 0.6, 0.14, 200, digits=1),
    "problems-solved": Kpi(4, "m1", 35, 0.8, 0.0, 900, after_only=True, months=(3, 6)),
    "standards-written": Kpi(3, "m1", 18, 0.7, 0.0, 300, after_only=True, months=(3, 6)),
    "cost-savings": Kpi(11, "m1", 100_000, 1.0, 0.0, 9_000_000, after_only=True, months=(3, 6, 12)),
}

# Practice: the module that works on it, in place before, gained where it was absent, lost where it was there.
PRACTICES = {
    "improvement-team-weekly": ("m1", 0.08, 0.72, 0.03),
    "suggestion-scheme": ("m1", 0.2, 0.66, 0.03),
    "five-s": ("m1", 0.3, 0.6, 0.04),
    "daily-meeting": ("m1", 0.35, 0.55, 0.03),
    "results-on-display": ("m1", 0.25, 0.5, 0.05),
    "defects-recorded": ("m2", 0.5, 0.45, 0.03),
    "check-at-source": ("m2", 0.4, 0.35, 0.05),
    "energy-metered": ("m3", 0.15, 0.25, 0.02),
    "maintenance-plan": ("m3", 0.45, 0.3, 0.05),
    "grievance-procedure": ("m4", 0.3, 0.3, 0.03),
    "induction": ("m4", 0.55, 0.35, 0.05),
    "osh-committee": ("m5", 0.2, 0.4, 0.03),
    "protective-equipment": ("m5", 0.45, 0.4, 0.06),
    "exits-blocked": ("m5", 0.3, 0.05, 0.7),
}

STORIES_AT_MOST = 60
POOL_AT_MOST = 200  # enterprises of a province remembered as possible returners: memory stays bounded
ENTERPRISES_PER_TRAINER = 15

UNITS = {indicator.code: indicator.unit for indicator in INDICATORS}
DIRECTIONS = {indicator.code: {"up": 1, "down": -1}.get(indicator.better, 0) for indicator in INDICATORS}
NAMES = {place.code: Named(place.en, place.zh) for place in PLACES}
LEVELS = {place.code: place.level for place in PLACES}
PARTNER_NAMES = {partner.code: Named(partner.en, partner.zh) for partner in PARTNERS}

Cell = str | int | float | date | None
T = TypeVar("T")


def _parent(code: str) -> str:
    """The place above `code` in the table: city, province, country; GB/T 2260 codes nest by pairs of digits."""
    for above in (f"{code[:4]}00", f"{code[:2]}0000", COUNTRY):
        if above != code and above in NAMES:
            return above
    return ""


PARENTS = {place.code: _parent(place.code) for place in PLACES}
BELOW = {above: [code for code, parent in PARENTS.items() if parent == above] for above in PARENTS.values()}


class Chance:
    """Draws from one seed, through ``random()`` alone: the one sequence Python promises not to change."""

    def __init__(self, seed: int) -> None:
        self.share: Callable[[], float] = random.Random(seed).random  # noqa: S311 - a sample, not a secret

    def happens(self, probability: float) -> bool:
        """True with this probability."""
        return self.share() < probability

    def whole(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return low + int(self.share() * (high - low + 1))

    def pick(self, options: Sequence[T]) -> T:
        """One of the options."""
        return options[int(self.share() * len(options))]

    def weighted(self, weights: Mapping[T, float]) -> T:
        """One of the keys, by weight."""
        reached = self.share() * sum(weights.values())
        options = list(weights)
        for option in options[:-1]:
            reached -= weights[option]
            if reached < 0:
                return option
        return options[-1]

    def several(self, weights: Mapping[T, float], count: int) -> list[T]:
        """Up to `count` different keys, by weight."""
        rest = dict(weights)
        chosen: list[T] = []
        while rest and len(chosen) < count:
            chosen.append(self.weighted(rest))
            del rest[chosen[-1]]
        return chosen

    def normal(self) -> float:
        """About a standard normal number: twelve uniform ones less six, the same on every machine."""
        share = self.share
        return sum([share() for _ in range(12)]) - 6.0

    def around(self, middle: float, spread: float) -> float:
        """A log-normal number with this median."""
        return middle * math.exp(spread * self.normal())

    def binomial(self, count: int, probability: float) -> int:
        """How many of `count` (a few) are drawn with this probability."""
        return sum([self.share() < probability for _ in range(count)])


class Folder:
    """The CSV files of an import folder, one per table of the contract, written row by row."""

    def __init__(self, path: Path, stack: ExitStack) -> None:
        path.mkdir(parents=True, exist_ok=True)
        self._columns = {table.name: [c.name for c in contract_columns(table)] for table in CONTRACT_TABLES}
        self._writers = {}
        for name, columns in self._columns.items():
            file = stack.enter_context((path / f"{name}.csv").open("w", encoding="utf-8", newline=""))
            self._writers[name] = csv.writer(file, lineterminator="\n")
            self._writers[name].writerow(columns)

    def add(self, table: str, row: Mapping[str, Cell]) -> None:
        """Write one row; columns left out are blank. Raises KeyError for a column the table does not have."""
        columns = self._columns[table]
        if not row.keys() <= set(columns):
            raise KeyError(f"{table}: {', '.join(sorted(row.keys() - set(columns)))}")
        self._writers[table].writerow([row.get(column) for column in columns])


@dataclass(frozen=True)
class Enterprise:
    """An enterprise as later rounds need to know it."""

    code: str
    sector: str
    women_share: float
    completed: frozenset[str] = frozenset()
    free_from: date | None = None

    @property
    def returning(self) -> bool:
        """Was it in an earlier round?"""
        return self.free_from is not None


@dataclass(frozen=True)
class Workshop:
    """A module's workshop for one group of enterprises; ``held_on`` is None where it was not held by as_of."""

    module: str
    due_on: date
    held_on: date | None


@dataclass(frozen=True)
class Round:
    """A round as planned and as it went."""

    code: str
    name: Named
    number: int
    phase: str
    places: tuple[str, ...]
    owner: str
    route: tuple[str, ...]
    start: date
    size: int

    @property
    def of_buyer(self) -> bool:
        """Is it a round for the suppliers of a buyer?"""
        return self.owner in BUYER_OWNERS


@dataclass(frozen=True)
class Enrolment:
    """An enterprise in a round; ``months`` says that its forms give no days."""

    enterprise: Enterprise
    round: Round
    recruited_on: date
    baseline_on: date | None
    left_on: date | None
    months: bool

    def open_on(self, day: date | None) -> bool:
        """Can something have happened on that day: by as_of, and before the enterprise left?"""
        return day is not None and day <= AS_OF and (self.left_on is None or day <= self.left_on)

    def written(self, day: date | None) -> str | None:
        """The day as its forms give it."""
        if day is None:
            return None
        return day.isoformat()[:7] if self.months else day.isoformat()


@dataclass(frozen=True)
class Step:
    """What truly happened to one enterprise in one module."""

    module: str
    due_on: date
    workshop_on: date | None = None
    assessed_on: date | None = None
    completed_on: date | None = None
    dropped_on: date | None = None

    @property
    def last_on(self) -> date:
        """The last day it is busy with this module."""
        return self.completed_on or self.dropped_on or self.assessed_on or self.workshop_on or self.due_on


@dataclass
class Tally:
    """What the published figures of the programme are counted from, by year."""

    enterprises: Counter[int] = field(default_factory=Counter)
    people: Counter[int] = field(default_factory=Counter)
    visits: Counter[int] = field(default_factory=Counter)
    provinces: Counter[str] = field(default_factory=Counter)
    story_count: int = 0

    def until(self, counts: Counter[int], year: int) -> int:
        """The sum of `counts` up to and including `year`."""
        return sum(count for each, count in counts.items() if each <= year)


@dataclass
class Demo:
    """The state of one writing: the draws, the files and the little that is remembered between rounds."""

    chance: Chance
    folder: Folder
    enterprise_count: int
    tally: Tally = field(default_factory=Tally)
    batch_numbers: Counter[str] = field(default_factory=Counter)
    pool: dict[str, deque[Enterprise]] = field(default_factory=lambda: defaultdict(deque))
    written: int = 0
    figure_count: int = 0

    def source(self, day: date) -> str:
        """The form of that year, or blank where nobody knows."""
        return "" if self.chance.happens(NO_SOURCE) else f"form-{min(day, AS_OF).year}"


def write_demo(
    folder: Path, enterprises: int, seed: int = 1, progress: Callable[[int, int], None] | None = None
) -> None:
    """Write the synthetic programme with so many `enterprises` as CSV files into `folder`, which is made if need be.

    `progress` is told (enterprises written, enterprises in all) after every round. Raises ValueError where
    `enterprises` is below 1.
    """
    if enterprises < 1:
        raise ValueError(f"A programme needs at least 1 enterprise, not {enterprises}.")
    with ExitStack() as stack:
        demo = Demo(Chance(seed), Folder(folder, stack), enterprises)
        _write_reference(demo.folder)
        for start, size in _starts_and_sizes(demo.chance, enterprises):
            _write_round(demo, _round(demo, start, size))
            if progress is not None and size:
                progress(demo.written, enterprises)
        _write_trainers(demo)
        _write_programme_events(demo)
        _write_published(demo)
        _write_targets(demo)


# --- Reference tables --------------------------------------------------------------------------------------------


def _write_reference(folder: Folder) -> None:
    folder.add("programme", {
        "code": "score-demo",
        "name_en": "SCORE demonstration programme (synthetic)", "name_zh": "SCORE 示范项目（合成数据）",
        "as_of": AS_OF, "synthetic": "yes", "public": "no",
        "note": "Invented data. Partners and enterprises do not exist. / 虚构数据，合作伙伴和企业均不存在。",
    })  # fmt: skip
    for year in range(FIRST_YEAR, AS_OF.year + 1):
        _write_source(folder, f"form-{year}", Named(f"Monitoring forms {year}", f"{year}年监测表"), date(year, 12, 31))
    _write_source(folder, "plans", Named("Work plans", "工作计划"), None)
    _write_source(folder, "reports", Named("Progress reports", "进展报告"), None)
    _write_source(folder, "survey", Named("Survey of participants", "学员调查"), date(2016, 11, 1))
    for code, name_en, name_zh, starts_on, ends_on in PHASES:
        folder.add("phase", {
            "code": code, "name_en": name_en, "name_zh": name_zh, "starts_on": starts_on, "ends_on": ends_on,
            "source": "plans",
        })  # fmt: skip
    for place in PLACES:
        folder.add("place", {
            "code": place.code, "name_en": place.en, "name_zh": place.zh, "level": place.level,
            "parent": PARENTS[place.code], "latitude": place.latitude, "longitude": place.longitude,
        })  # fmt: skip
    for code, (name, isic, _) in SECTORS.items():
        folder.add("sector", {"code": code, "name_en": name.en, "name_zh": name.zh, "isic": isic})
    for partner in PARTNERS:
        folder.add("partner", {
            "code": partner.code, "name_en": partner.en, "name_zh": partner.zh, "kind": partner.kind,
            "parent": partner.parent,
        })  # fmt: skip
    for position, (code, name) in enumerate(MODULES.items(), start=1):
        folder.add("module", {"code": code, "position": position, "name_en": name.en, "name_zh": name.zh})
    for indicator in INDICATORS:
        folder.add("indicator", {
            "code": indicator.code, "name_en": indicator.en, "name_zh": indicator.zh, "family": indicator.family,
            "unit": indicator.unit, "better": indicator.better, "definition_en": indicator.definition_en,
            "definition_zh": indicator.definition_zh,
        })  # fmt: skip


def _write_source(folder: Folder, code: str, title: Named, year_end: date | None) -> None:
    published_on = None if year_end is None else min(year_end, AS_OF)
    folder.add("source", {
        "code": code, "title_en": f"{title.en} (synthetic)", "title_zh": f"{title.zh}（合成）",
        "publisher": "Synthetic / 合成", "published_on": published_on,
    })  # fmt: skip


# --- Rounds ------------------------------------------------------------------------------------------------------


def _starts_and_sizes(chance: Chance, enterprises: int) -> list[tuple[date, int]]:
    """Planned start and number of new enterprises of every round, in order of time; 0 = announced, nobody yet."""
    in_batches = min(int(enterprises * BATCH_SHARE), BATCH_ENTERPRISES_AT_MOST)
    if enterprises <= NO_ROLL_OUT_UP_TO:
        in_batches = enterprises
    rounds = []
    while in_batches > 0:
        size = min(chance.weighted(BATCH_SIZES), in_batches)
        rounds.append((_start(chance, BATCH_STARTS), size))
        in_batches -= size
    in_roll_outs = enterprises - sum(size for _, size in rounds)
    while in_roll_outs > 0:
        size = min(chance.whole(*ROLL_OUT_SIZES), in_roll_outs)
        rounds.append((_start(chance, ROLL_OUT_STARTS), size))
        in_roll_outs -= size
    announced = min(1 + enterprises // 400, 12)
    rounds += [(PHASE_3_FROM + timedelta(chance.whole(0, 150)), 0) for _ in range(announced)]
    return sorted(rounds)


def _start(chance: Chance, half_years: Mapping[tuple[int, int], float]) -> date:
    year, half = chance.weighted(half_years)
    return date(year, 1 if half == 1 else 7, 1) + timedelta(chance.whole(0, 180))


def _round(demo: Demo, start: date, size: int) -> Round:
    """Decide route, owner, places and name of the round that is planned to start then."""
    chance = demo.chance
    route = chance.weighted(ROUTES)
    since = {code: weight for code, (year, weight) in PROVINCES.items() if year <= start.year}
    roll_out = size > max(BATCH_SIZES)
    province = chance.pick(EXPANSION) if size == 0 else chance.weighted(ROLL_OUT_PROVINCES if roll_out else since)
    owner = _owner(chance, route, province, start)
    if roll_out or size == 0:
        places: tuple[str, ...] = (province,)
    elif owner in BUYER_OWNERS and chance.happens(SEVERAL_PLACES):
        places = tuple(chance.several(since, chance.whole(2, 4)))
    else:
        places = (_place_below(chance, province),)
    label = owner if len(places) > 1 else _slug(places[0]) + ("-roll-out" if roll_out else "")
    demo.batch_numbers[label] += 1
    number = demo.batch_numbers[label]
    return Round(
        code=f"{label}-{number}",
        name=_round_name(PARTNER_NAMES[owner] if len(places) > 1 else NAMES[places[0]], number, roll_out=roll_out),
        number=number,
        phase=_phase(chance, start),
        places=places,
        owner=owner,
        route=route,
        start=start,
        size=size,
    )


def _slug(place: str) -> str:
    return NAMES[place].en.lower().replace(" (", "-").replace(")", "")


def _round_name(subject: Named, number: int, *, roll_out: bool) -> Named:
    if roll_out:
        return Named(f"{subject.en}: roll-out {number}", f"{subject.zh}：推广第{number}批")
    return Named(f"{subject.en}: batch {number}", f"{subject.zh}：第{number}批")


def _phase(chance: Chance, start: date) -> str:
    """A recorded fact, not a matter of the date alone: the last months of Phase II belong to either."""
    if start < PHASE_2_FROM:
        return "phase-1"
    return "phase-3" if start >= PHASE_3_FROM and chance.happens(0.7) else "phase-2"


def _owner(chance: Chance, route: tuple[str, ...], province: str, start: date) -> str:
    if len(route) == len(MODULES):
        return chance.weighted(BUYER_OWNERS)
    kind = "safety" if "m5" in route and start >= SAFETY_FROM else chance.weighted(PLAIN_OWNERS)
    if kind == "provider":
        return chance.pick(PROVIDERS)
    if kind not in {"safety", "employers"}:
        return kind
    local = f"{kind}-{province}"
    return local if local in PARTNER_CODES else f"{kind}-national"


def _place_below(chance: Chance, place: str) -> str:
    """A city of the province, or at times a county of it; the place itself where nothing lies below."""
    if place not in BELOW:
        return place
    below = chance.pick(BELOW[place])
    if below in BELOW and chance.happens(0.3):
        return chance.pick(BELOW[below])
    return below


def _workshops(chance: Chance, route: tuple[str, ...], start: date) -> tuple[Workshop, ...]:
    """Due dates and workshops of one group: Module 1 first, later ones not before the earlier is digested."""
    workshops: list[Workshop] = []
    due_on = start + timedelta(chance.whole(0, 20))
    earliest = date.min
    for module in route:
        held_on = max(due_on + timedelta(chance.whole(*chance.weighted(DELAYS))), earliest)
        never = module != "m1" and chance.happens(NEVER_HELD)
        waits = bool(workshops) and workshops[0].held_on is None
        if never or waits or held_on > AS_OF:
            workshops.append(Workshop(module, due_on, None))
        else:
            workshops.append(Workshop(module, due_on, held_on))
            earliest = held_on + timedelta(40)
        due_on += timedelta(chance.whole(90, 210))
    return tuple(workshops)


def _write_round(demo: Demo, round_: Round) -> None:
    chance = demo.chance
    group_count = 1 if round_.size <= max(BATCH_SIZES) else math.ceil(round_.size / GROUP_SIZE)
    groups = [
        _workshops(chance, round_.route, round_.start + timedelta(GROUP_DAYS * group)) for group in range(group_count)
    ]
    for index in range(round_.size):
        workshops = groups[min(index // GROUP_SIZE, group_count - 1)]
        _write_enrolment(demo, round_, _write_enterprise(demo, round_), workshops)
        if chance.happens(RETURNS):
            returner = _returner(demo, round_)
            if returner is not None:
                _write_enrolment(demo, round_, returner, workshops)
    _write_round_row(demo, round_, groups)
    _write_round_partners(demo, round_)
    _write_round_event(demo, round_, groups[0][0])


def _write_round_row(demo: Demo, round_: Round, groups: Sequence[tuple[Workshop, ...]]) -> None:
    chance = demo.chance
    workshops = [workshop for group in groups for workshop in group] if round_.size else []
    held = [workshop.held_on for workshop in workshops if workshop.held_on is not None]
    ended_on = None
    if held and len(held) == len(workshops) and max(held) + timedelta(220) <= AS_OF:
        ended_on = max(held) + timedelta(chance.whole(150, 220))
    months = chance.happens(MONTH_ONLY_EARLY if round_.start < SAFETY_FROM else MONTH_ONLY)
    planned_end = round_.start + timedelta(200 + 150 * (len(round_.route) - 1))
    # Ten were planned and four came: plans are kept as they were.
    planned = max(1, (round_.size or 5) + chance.pick((-1, 0, 0, 0, 0, 1, 2, 5)))

    def written(day: date | None) -> str | None:
        return None if day is None else day.isoformat()[:7] if months else day.isoformat()

    demo.folder.add("round", {
        "code": round_.code, "name_en": round_.name.en, "name_zh": round_.name.zh, "phase": round_.phase,
        "number": round_.number, "planned_enterprises": planned, "planned_start": written(round_.start),
        "planned_end": written(planned_end), "started_on": written(min(held, default=None)),
        "ended_on": written(ended_on), "source": "plans",
    })  # fmt: skip
    for place in round_.places:
        demo.folder.add("round_place", {"round": round_.code, "place": place})


def _write_round_partners(demo: Demo, round_: Round) -> None:
    chance = demo.chance
    partners = [(round_.owner, "owner")]
    if chance.happens(0.75):
        partners.append((chance.pick(PROVIDERS), "provider"))
    if round_.owner == "buyer-a" and chance.happens(0.5):
        partners.append(("buyer-a-member", "sponsor"))
    elif chance.happens(0.15):
        partners.append((chance.pick(("association-textile", "association-machinery", "vehicle-group")), "sponsor"))
    partners += [(donor, "funder") for donor, share in (("donor-1", 0.7), ("donor-2", 0.45)) if chance.happens(share)]
    for partner, role in partners:
        demo.folder.add("round_partner", {"round": round_.code, "partner": partner, "role": role})


def _write_round_event(demo: Demo, round_: Round, first: Workshop) -> None:
    """One round in three is announced, or begins with a training of trainers."""
    chance = demo.chance
    if not chance.happens(0.35):
        return
    kind = chance.weighted({"tot": 4.0, "toe": 3.0, "launch": 2.0, "visit": 1.0})
    day = first.held_on if round_.size else None
    status = "held" if day is not None else "cancelled" if chance.happens(0.1) else "planned"
    if day is None:
        day = max(round_.start, AS_OF + timedelta(chance.whole(5, 60)))
    words = ROUND_EVENTS[kind]
    event: dict[str, Cell] = {
        "code": f"{round_.code}-{kind}", "kind": kind, "status": status,
        "name_en": f"{words.en}, {round_.name.en}", "name_zh": f"{round_.name.zh}{words.zh}",
        "place": round_.places[0] if len(round_.places) == 1 else "",
        "module": "m1" if kind in {"tot", "toe"} else "", "round": round_.code,
    }  # fmt: skip
    _write_event(demo, event, day, (round_.owner,))


def _write_event(demo: Demo, event: Mapping[str, Cell], day: date, partners: Sequence[str]) -> None:
    """Add length and participants; only a held event has participants."""
    chance = demo.chance
    held = event["status"] == "held"
    ends_on = day + timedelta(chance.pick((0, 0, 1, 2)))
    participants = chance.whole(8, 60) if held and chance.happens(0.85) else None
    women = chance.binomial(participants, 0.42) if participants and chance.happens(0.8) else None
    demo.folder.add("event", dict(event) | {
        "starts_on": day, "ends_on": min(ends_on, AS_OF) if held else ends_on,
        "participants": participants, "women": women, "source": "reports" if held else "plans",
    })  # fmt: skip
    for partner in partners:
        demo.folder.add("event_partner", {"event": event["code"], "partner": partner})


# --- Enterprises in a round --------------------------------------------------------------------------------------


def _write_enterprise(demo: Demo, round_: Round) -> Enterprise:
    chance = demo.chance
    demo.written += 1
    serial = f"{demo.written:0{max(4, len(str(demo.enterprise_count)))}d}"
    base = chance.pick(round_.places)
    sector = _sector(chance, base)
    brand, kind = chance.pick(BRANDS), SECTORS[sector][2]
    unknown = PLACE_UNKNOWN_WHERE_SEVERAL if len(round_.places) > 1 else PLACE_UNKNOWN
    low, high = WORKERS_RANGE
    workers = min(high, max(low, round(chance.around(WORKERS_MIDDLE, WORKERS_SPREAD))))
    women_share = min(0.95, max(0.03, WOMEN_SHARE.get(sector, 0.35) + 0.1 * chance.normal()))
    size_known, women_known = not chance.happens(0.1), not chance.happens(0.2)
    demo.folder.add("enterprise", {
        "code": f"demo-{serial}",
        "name_en": f"{brand.en} {kind.en} (synthetic {serial})", "name_zh": f"{brand.zh}{kind.zh}（合成{serial}）",
        "may_be_named": chance.weighted({"no": 82.0, "yes": 8.0, "": 10.0}),
        "place": "" if chance.happens(unknown) else _enterprise_place(chance, base),
        "sector": "" if chance.happens(0.04) else sector,
        "workers": workers if size_known else None,
        "workers_women": round(workers * women_share) if size_known and women_known else None,
        "source": demo.source(round_.start),
    })  # fmt: skip
    return Enterprise(f"demo-{serial}", sector, women_share)


def _enterprise_place(chance: Chance, base: str) -> str:
    """Where in the round's place: anywhere below a province, mostly the city itself in a city."""
    if LEVELS[base] == "province":
        return _place_below(chance, base)
    return chance.pick(BELOW[base]) if base in BELOW and chance.happens(0.3) else base


def _sector(chance: Chance, place: str) -> str:
    if chance.happens(0.5):
        return chance.pick(LOCAL_SECTORS[_province(place)])
    return chance.weighted(SECTOR_WEIGHTS)


def _province(place: str) -> str:
    return f"{place[:2]}0000"


def _returner(demo: Demo, round_: Round) -> Enterprise | None:
    """An enterprise of the province that is free again and to which the round offers something new."""
    pool = demo.pool[_province(round_.places[0])]
    free_by = min(round_.start, AS_OF) - timedelta(130)  # before the round recruits
    for enterprise in pool:
        if (
            enterprise.free_from is not None
            and enterprise.free_from <= free_by
            and not enterprise.completed.issuperset(round_.route)
        ):
            pool.remove(enterprise)
            return enterprise
    return None


def _write_enrolment(demo: Demo, round_: Round, enterprise: Enterprise, workshops: tuple[Workshop, ...]) -> None:
    enrolment = _enrolment(demo.chance, round_, enterprise, workshops[0].held_on)
    demo.folder.add("enrolment", {
        "enterprise": enterprise.code, "round": round_.code,
        "recruited_on": enrolment.written(enrolment.recruited_on),
        "baseline_on": enrolment.written(enrolment.baseline_on),
        "left_on": enrolment.written(enrolment.left_on),
        "left_reason": demo.chance.pick(LEFT_REASONS) if enrolment.left_on and demo.chance.happens(0.8) else "",
        "source": demo.source(enrolment.recruited_on),
    })  # fmt: skip
    steps = _steps(demo.chance, enrolment, [w for w in workshops if w.module not in enterprise.completed])
    for step in steps:
        _write_training(demo, enrolment, step)
    trained = [step for step in steps if step.workshop_on is not None]
    if trained:
        if not enterprise.returning:
            _count_trained(demo, enrolment, trained)
        _write_kpis(demo, enrolment, trained)
        _write_practices(demo, enrolment, trained)
        _write_story(demo, enrolment, trained)
    _remember(demo, enrolment, steps)


def _enrolment(chance: Chance, round_: Round, enterprise: Enterprise, workshop_on: date | None) -> Enrolment:
    recruited_on = round_.start - timedelta(chance.whole(30, 110))
    recruited_on = min(recruited_on, AS_OF - timedelta(chance.whole(0, 40)))
    left_on = None
    if chance.happens(LEFT):
        left_on = recruited_on + timedelta(chance.whole(45, 500))
        left_on = left_on if left_on <= AS_OF else None
    latest = min(day for day in (workshop_on or round_.start, AS_OF, left_on) if day is not None)
    baseline_on = None
    if latest > recruited_on and not chance.happens(NO_BASELINE):
        baseline_on = recruited_on + timedelta(chance.whole(1, (latest - recruited_on).days))
    early = round_.start < SAFETY_FROM
    months = chance.happens(MONTH_ONLY_EARLY if early else MONTH_ONLY)
    return Enrolment(enterprise, round_, recruited_on, baseline_on, left_on, months)


def _steps(chance: Chance, enrolment: Enrolment, workshops: Sequence[Workshop]) -> list[Step]:
    """What becomes of each planned module; after Module 1 was missed or dropped nothing follows."""
    steps: list[Step] = []
    out_since: date | None = None
    missed_first = False
    for workshop in workshops:
        if out_since is not None or missed_first:
            step = Step(workshop.module, workshop.due_on, dropped_on=out_since)
        else:
            step = _step(chance, enrolment, workshop)
        steps.append(step)
        if step.dropped_on is not None:
            out_since = step.dropped_on
        missed_first = missed_first or (step.module == "m1" and step.workshop_on is None)
    return steps


def _step(chance: Chance, enrolment: Enrolment, workshop: Workshop) -> Step:
    module, due_on, held_on = workshop.module, workshop.due_on, workshop.held_on
    if held_on is None or not enrolment.open_on(held_on):
        return Step(module, due_on)
    if chance.happens(MISSED):
        given_up = held_on + timedelta(chance.whole(30, 200))
        known = enrolment.open_on(given_up) and chance.happens(0.4)
        return Step(module, due_on, dropped_on=given_up if known else None)
    if chance.happens(DROPPED):
        dropped_on = held_on + timedelta(chance.whole(10, 150))
        return Step(module, due_on, held_on, dropped_on=dropped_on if enrolment.open_on(dropped_on) else None)
    assessed_on = held_on + timedelta(chance.whole(75, 190))
    if chance.happens(NEVER_ASSESSED) or not enrolment.open_on(assessed_on):
        return Step(module, due_on, held_on)
    completed_on = assessed_on + timedelta(chance.whole(0, 30))
    return Step(module, due_on, held_on, assessed_on, completed_on if enrolment.open_on(completed_on) else None)


def _write_training(demo: Demo, enrolment: Enrolment, step: Step) -> None:
    """One row, with the gaps real forms have: a step that happened may lack its record."""
    chance = demo.chance
    planned = chance.pick((3, 3, 4)) if step.module == "m1" else chance.pick((2, 3, 3))
    until = step.completed_on or step.dropped_on or enrolment.left_on or AS_OF
    row: dict[str, Cell] = {
        "enterprise": enrolment.enterprise.code,
        "round": enrolment.round.code,
        "module": step.module,
        "due_on": enrolment.written(step.due_on),
        "visits_planned": planned,
        "dropped_on": enrolment.written(step.dropped_on),
        "source": demo.source(step.workshop_on or enrolment.recruited_on),
    }
    if step.workshop_on is not None:
        year = step.workshop_on.year
        row |= _participants(demo, enrolment, year)
        row["visits_done"] = visits = _visits(chance, step, planned, until)
        if not (step.completed_on and chance.happens(NO_WORKSHOP_RECORD)):
            row["workshop_on"] = enrolment.written(step.workshop_on)
        if not (step.completed_on and chance.happens(NO_ASSESSMENT_RECORD)):
            row["assessed_on"] = enrolment.written(step.assessed_on)
        row["completed_on"] = enrolment.written(step.completed_on)
        demo.tally.visits[year] += visits or 0
    demo.folder.add("training", row)


def _participants(demo: Demo, enrolment: Enrolment, year: int) -> dict[str, Cell]:
    """Two managers and two workers as a rule; now and then more, at times nobody wrote it down."""
    chance = demo.chance
    if chance.happens(0.06):
        return {}
    managers, workers = (2, 2) if chance.happens(0.6) else (chance.whole(1, 5), chance.whole(1, 9))
    women = chance.binomial(managers, 0.25) + chance.binomial(workers, enrolment.enterprise.women_share)
    demo.tally.people[year] += managers + workers
    satisfaction = min(100.0, max(40.0, round(88 + 7 * chance.normal(), 1)))
    return {
        "managers": managers,
        "workers": workers,
        "women": None if chance.happens(0.1) else women,
        "satisfaction": satisfaction if chance.happens(0.6) else None,
    }


def _visits(chance: Chance, step: Step, planned: int, until: date) -> int | None:
    """Visits made by then: about one a month after the workshop, sometimes fewer than planned."""
    if step.completed_on is not None and chance.happens(NO_VISIT_RECORD):
        return None
    possible = (until - step.workshop_on).days // 25 if step.workshop_on else 0
    return max(0, min(planned - (1 if chance.happens(0.25) else 0), possible))


def _count_trained(demo: Demo, enrolment: Enrolment, trained: Sequence[Step]) -> None:
    year = min(step.workshop_on for step in trained if step.workshop_on).year
    demo.tally.enterprises[year] += 1
    if len(enrolment.round.places) == 1:
        demo.tally.provinces[_province(enrolment.round.places[0])] += 1


def _remember(demo: Demo, enrolment: Enrolment, steps: Sequence[Step]) -> None:
    """Keep the enterprise in mind for a later round, once: most that return completed something before."""
    completed = frozenset(step.module for step in steps if step.completed_on)
    pool = demo.pool[_province(enrolment.round.places[0])]
    if enrolment.enterprise.returning or len(completed) == len(MODULES) or len(pool) >= POOL_AT_MOST:
        return
    if not completed and not demo.chance.happens(0.3):
        return
    free_from = max([step.last_on for step in steps] + ([enrolment.left_on] if enrolment.left_on else []))
    known = enrolment.enterprise
    pool.append(Enterprise(known.code, known.sector, known.women_share, completed, free_from))


# --- Results -----------------------------------------------------------------------------------------------------


def _after_on(chance: Chance, enrolment: Enrolment, step: Step) -> date | None:
    """The day the values after the module were taken, None where there was none by as_of."""
    if step.assessed_on is not None or step.workshop_on is None:
        return step.assessed_on
    day = step.workshop_on + timedelta(chance.whole(100, 220))
    return day if enrolment.open_on(day) and chance.happens(0.5) else None


def _write_kpis(demo: Demo, enrolment: Enrolment, trained: Sequence[Step]) -> None:
    chance = demo.chance
    if not chance.happens(REPORTS_KPI_BUYER if enrolment.round.of_buyer else REPORTS_KPI):
        return
    by_module = {step.module: step for step in trained}
    # What a module works on is asked for first.
    weights = {code: kpi.weight * (2.5 if kpi.module in by_module else 0.6) for code, kpi in KPIS.items()}
    for code in chance.several(weights, chance.weighted(KPI_COUNTS)):
        step = by_module.get(KPIS[code].module, trained[0])
        values = _kpi_values(chance, enrolment, step, code)
        if values is None:
            continue
        module, round_code = step.module, enrolment.round.code
        if chance.happens(0.03):
            module = ""
        elif not enrolment.enterprise.returning and chance.happens(0.05):
            module = round_code = ""
        demo.folder.add("result", {
            "enterprise": enrolment.enterprise.code, "round": round_code, "module": module, "indicator": code,
            "months": chance.pick(KPIS[code].months) if KPIS[code].months else None,
            "verified": chance.weighted(VERIFIED), "source": demo.source(step.workshop_on or AS_OF),
        } | values)  # fmt: skip


def _kpi_values(chance: Chance, enrolment: Enrolment, step: Step, code: str) -> dict[str, Cell] | None:
    """The value columns of one result as its form gives them; None where nothing can be known yet."""
    kpi = KPIS[code]
    before_on = enrolment.baseline_on if chance.happens(0.85) else None
    day = _after_on(chance, enrolment, step)
    after_on = enrolment.written(day)
    form = "after" if kpi.after_only else chance.weighted(FORMS)
    before, after = _levels(chance, code)
    if day is None:
        if kpi.after_only or chance.happens(NO_LEVEL_YET):
            return None
        form = "before"
    started: dict[str, Cell] = {"before": before, "before_on": enrolment.written(before_on)}
    ended: dict[str, Cell] = {"after": after, "after_on": after_on}
    if form == "before":
        return started
    if form == "after":
        return ended | {"operator": ">" if kpi.after_only and chance.happens(0.08) else "="}
    if form == "change" and before:
        return {"change_percent": round(100 * (after / before - 1), 1), "after_on": after_on}
    if form == "bound":
        return ended | {"operator": ">" if DIRECTIONS[code] >= 0 else "<"}
    return started | ended | {"operator": "~" if form == "about" else "="}


def _levels(chance: Chance, code: str) -> tuple[float, float]:
    """Before and after of one KPI: most better, some the same, some worse, with a long tail."""
    kpi = KPIS[code]
    direction = DIRECTIONS[code] or chance.pick((-1, 1))
    before = 0.0 if chance.happens(kpi.zeros) else chance.around(kpi.middle, kpi.spread)
    before = _rounded(min(before, kpi.highest), kpi.digits)
    fate = chance.share()
    if BETTER <= fate < BETTER + SAME:
        return before, before
    size = chance.around(kpi.effect, 0.7)
    if fate >= BETTER:
        direction, size = -direction, size / 2
    if before == 0:
        # Suggestions begin; accidents stay at none, or the first one happens.
        after = chance.around(kpi.middle, kpi.spread) if DIRECTIONS[code] > 0 else float(fate >= BETTER)
    elif kpi.points:
        after = before + direction * size
    else:
        after = before * (1 + direction * min(size, 0.95 if direction < 0 else 4.0))
    return before, _rounded(min(max(after, 0.0), kpi.highest), kpi.digits)


def _rounded(value: float, digits: int) -> float:
    return round(value, digits) if digits else int(value + 0.5)


def _write_practices(demo: Demo, enrolment: Enrolment, trained: Sequence[Step]) -> None:
    """Asked for all practices with the first module, and again for its own ones with every further module."""
    chance = demo.chance
    if not chance.happens(REPORTS_PRACTICES):
        return
    state: dict[str, bool] = {}
    no_before = enrolment.baseline_on is None and chance.happens(0.6)
    for step in trained:
        first = step is trained[0]
        day = _after_on(chance, enrolment, step)
        for code, (module, had, gains, loses) in PRACTICES.items():
            if not (first or module == step.module) or not chance.happens(PRACTICE_ANSWERED):
                continue
            before = state.get(code, chance.happens(had))
            changes = chance.happens(loses if before else gains)
            after = before != changes
            state[code] = before if day is None else after
            if day is None and no_before:
                continue
            demo.folder.add("result", {
                "enterprise": enrolment.enterprise.code, "round": enrolment.round.code, "module": step.module,
                "indicator": code,
                "before": None if no_before and first else "yes" if before else "no",
                "before_on": enrolment.written(enrolment.baseline_on) if first else None,
                "after": None if day is None else "yes" if after else "no",
                "after_on": enrolment.written(day), "operator": "=", "verified": chance.weighted(VERIFIED),
                "source": demo.source(day or enrolment.recruited_on),
            })  # fmt: skip


def _write_story(demo: Demo, enrolment: Enrolment, trained: Sequence[Step]) -> None:
    chance = demo.chance
    wanted = min(0.05, STORIES_AT_MOST / demo.enterprise_count)
    completed = [step.module for step in trained if step.completed_on]
    if not completed or demo.tally.story_count >= STORIES_AT_MOST or not chance.happens(wanted):
        return
    tale = chance.pick([tale for tale in TALES if tale.module in completed])
    demo.tally.story_count += 1
    demo.folder.add("story", {
        "code": f"story-{demo.tally.story_count}", "enterprise": enrolment.enterprise.code,
        "round": enrolment.round.code, "module": tale.module, "title_en": tale.title.en, "title_zh": tale.title.zh,
        "before_en": tale.before.en, "before_zh": tale.before.zh, "after_en": tale.after.en,
        "after_zh": tale.after.zh, "source": "reports",
    })  # fmt: skip


# --- The programme's own people, meetings and published figures --------------------------------------------------


def _write_trainers(demo: Demo) -> None:
    """Trainers under codes: a candidate first, certified for most, an expert here and there; Module 1 before others."""
    chance = demo.chance
    organisations = {partner.code: 1.0 for partner in PARTNERS if partner.kind in {"employers", "government"}}
    organisations |= dict.fromkeys(PROVIDERS, 4.0)
    places = {code: weight for code, (_, weight) in PROVINCES.items()}
    further = {"m2": 5.0, "m3": 2.0, "m4": 2.0, "m5": 4.0}
    for number in range(1, 5 + demo.enterprise_count // ENTERPRISES_PER_TRAINER):
        code = f"trainer-{number}"
        demo.folder.add("trainer", {
            "code": code, "sex": chance.weighted({"f": 36.0, "m": 60.0, "": 4.0}),
            "organisation": chance.weighted(organisations),
            "place": chance.weighted(places) if chance.happens(0.9) else "", "source": "reports",
        })  # fmt: skip
        reached_on = _start(chance, BATCH_STARTS)
        for module in ["m1", *chance.several(further, chance.pick((0, 0, 1, 1, 2)))]:
            reached_on += timedelta(chance.whole(0, 120))
            _write_levels(demo, code, module, reached_on)


def _write_levels(demo: Demo, trainer: str, module: str, reached_on: date) -> None:
    for level, share in (("candidate", 1.0), ("certified", 0.65), ("expert", 0.15)):
        if reached_on > AS_OF or not demo.chance.happens(share):
            return
        demo.folder.add("trainer_level", {
            "trainer": trainer, "module": module, "level": level, "reached_on": reached_on, "source": "reports",
        })  # fmt: skip
        reached_on += timedelta(demo.chance.whole(150, 500))


def _write_programme_events(demo: Demo) -> None:
    meetings = [date(year, month, 20) for year in range(2012, 2018) for month in (4, 10)]
    for number, day in enumerate(meetings, start=1):
        event: dict[str, Cell] = {
            "code": f"committee-{number}", "kind": "committee", "status": _status(day), "place": "110000",
            "name_en": f"Advisory committee, meeting {number}", "name_zh": f"咨询委员会第{number}次会议",
        }  # fmt: skip
        _write_event(demo, event, day, COMMITTEE)
    for number, (kind, name, place, day, partners) in enumerate(PROGRAMME_EVENTS, start=1):
        event = {
            "code": f"{kind}-{number}", "kind": kind, "status": _status(day), "place": place,
            "name_en": name.en, "name_zh": name.zh,
        }  # fmt: skip
        _write_event(demo, event, day, partners)


def _status(day: date) -> str:
    return "held" if day <= AS_OF else "planned"


def _write_published(demo: Demo) -> None:
    """Totals as the programme published them year by year, capacity figures, and surveys without rows behind them."""
    tally = demo.tally
    totals = (
        ("enterprises-trained", tally.enterprises),
        ("people-trained", tally.people),
        ("enterprise-visits", tally.visits),
    )
    for year in range(2012, AS_OF.year + 1):
        day = min(date(year, 12, 31), AS_OF)
        for indicator, counts in totals:
            _write_figure(demo, indicator, {"as_of": day, "place": COUNTRY, "value": tally.until(counts, year)})
    for province in PROVINCES:
        count = tally.provinces[province]
        _write_figure(demo, "enterprises-trained", {"as_of": AS_OF, "place": province, "value": count})
    for day, sheet in CAPACITY.items():
        for indicator, scope, _, (value, women) in sheet:
            row: dict[str, Cell] = {"scope": scope, "as_of": day, "place": COUNTRY, "value": value}
            _write_figure(demo, indicator, row | {"women_percent": women})
    for indicator, value, base, operator in SURVEYS:
        row = {"as_of": date(2016, 11, 1), "phase": "phase-2", "value": value, "base": base, "operator": operator}
        _write_figure(demo, indicator, row | {"place": COUNTRY, "source": "survey"})


def _write_figure(demo: Demo, indicator: str, row: Mapping[str, Cell]) -> None:
    demo.figure_count += 1
    code = f"figure-{demo.figure_count}"
    demo.folder.add("reported_figure", {"code": code, "indicator": indicator, "source": "reports"} | dict(row))


def _write_targets(demo: Demo) -> None:
    """Capacity targets as in a country sheet; enterprises to be trained somewhat above what came of it."""
    for due_on, sheet in CAPACITY.items():
        for indicator, scope, (value, women), _ in sheet:
            demo.folder.add("target", {
                "indicator": indicator, "place": COUNTRY, "due_on": due_on, "scope": scope, "value": value,
                "women_percent": women, "source": "plans",
            })  # fmt: skip
    goals = [(COUNTRY, date(2015, 12, 31), demo.tally.until(demo.tally.enterprises, 2015))]
    goals += [(COUNTRY, date(2017, 12, 31), demo.enterprise_count)]
    goals += [(province, date(2017, 12, 31), demo.tally.provinces[province]) for province in EXPANSION]
    for place, due_on, reached in goals:
        demo.folder.add("target", {
            "indicator": "enterprises-trained", "place": place, "due_on": due_on, "scope": "",
            "value": 10 * math.ceil(reached * 1.15 / 10), "source": "plans",
        })  # fmt: skip
