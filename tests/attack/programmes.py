"""Invented programmes full of small groups: partners that nest and overlap, phases that are unions of rounds, places
with parents, enterprises without a place or sector. Written straight into a results database.
"""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from programme import Tables, load_rows

from data.storage.database import writing_engine

AS_OF = date(2014, 12, 31)
PAST, FUTURE = AS_OF - timedelta(days=30), AS_OF + timedelta(days=90)


DAYS = (AS_OF - timedelta(days=400), AS_OF - timedelta(days=200), PAST)
"""The days on which something is on record. The first lies more than a year back."""

QUARTERS = ("2013-Q4", "2014-Q2", "2014-Q4")
"""The quarters of :data:`DAYS`."""

JOINED = ("2013-Q1", "2013-Q3")
"""The quarters in which enterprises were recruited."""

_RECRUITED = (date(2013, 2, 1), date(2013, 8, 1))

UNDATED = ""
"""The quarter of a fact without a day of its own. It comes first."""


class Training(NamedTuple):
    """One planned training: its record, its state, and the position in :data:`DAYS` of all its steps."""

    workshop: bool = False
    visit: bool = False
    assessment: bool = False
    completion: bool = False
    state: str = "not-yet-due"
    when: int = 2
    due_known: bool = True

    @property
    def begun(self) -> bool:
        return self.workshop or self.visit or self.assessment or self.completion

    @property
    def seen(self) -> "Taken":
        """What the record tells of an enterprise with this training alone."""
        quarter = QUARTERS[self.when]
        # Visits have no day of their own: they are seen from the workshop, and otherwise always.
        began = UNDATED if self.visit and not self.workshop else quarter
        return Taken(
            *self[:4],
            self.state,
            stale=self.state == "in-progress" and self.when == 0 and (self.workshop or self.assessment),
            without_due_date=self.state == "not-yet-due" and not self.due_known,
            began=began if self.begun else None,
            ended=quarter if self.completion else None,
        )


class Taken(NamedTuple):
    """What the record tells of an enterprise in a module: steps, state, and the quarters of begin and completion."""

    workshop: bool = False
    visit: bool = False
    assessment: bool = False
    completion: bool = False
    state: str = "not-yet-due"
    stale: bool = False
    without_due_date: bool = False
    began: str | None = None
    ended: str | None = None

    @property
    def begun(self) -> bool:
        return self.began is not None

    @property
    def due(self) -> bool:
        return self.state != "not-yet-due"


DONE = Training(True, True, True, True, "completed")
STEPS = [
    Training(workshop, visit, assessment, completion, when=when)
    for when in range(len(DAYS))
    for workshop in (False, True)
    for visit in (False, True)
    for assessment in (False, True)
    for completion in (False, True)
]
TRAININGS = [
    training._replace(state=state)._replace(due_known=known)
    for training in STEPS
    if training.begun or not training.when
    for state in (
        ("completed",) if training.completion
        else ("in-progress", "dropped") if training.begun
        else ("overdue", "not-yet-due", "dropped")
    )
    for known in ((True, False) if state == "not-yet-due" else (True,))
]  # fmt: skip
"""Every possible record of a training, with the states it can have."""


@dataclass(frozen=True)
class Round:
    """A round with its partners and places."""

    code: str
    phase: str | None
    partners: tuple[str, ...]
    places: tuple[str, ...] = ()


@dataclass(frozen=True)
class Enrolment:
    """The record of an enterprise in one round. ``heads`` are managers, workers and women of a training, ``visits``
    those of a visited one; ``results`` are before and after by indicator, ``when`` is the position in :data:`DAYS` of
    all of them. ``joined`` is that of the recruitment in :data:`JOINED`.
    """

    round: str
    trainings: dict[str, Training] = field(default_factory=dict)
    baseline: bool = False
    results: dict[str, tuple[float | None, float | None]] = field(default_factory=dict)
    heads: tuple[int, int, int] | None = None
    visits: int = 1
    when: int = 2
    joined: int = 0


@dataclass(frozen=True)
class Enterprise:
    """An enterprise with one enrolment, or with two; the second is the later one."""

    code: str
    enrolments: tuple[Enrolment, ...]
    sector: str | None = None
    place: str | None = None
    workers: int | None = None


PLACES = {
    "100000": ("country", None), "x-vn": ("country", None),
    "110000": ("province", "100000"), "110100": ("city", "110000"), "110200": ("city", "110000"),
    "120000": ("province", "100000"), "120100": ("city", "120000"),
    "130000": ("province", "100000"),
}  # fmt: skip
PARTNERS = {"nat": None, "north": "nat", "south": "nat", "fund": None, "buyer": None, "lone": None}
SECTORS = ("stone", "motors", "toys", "food")
MODULES = ("m1", "m2", "m3", "m4", "m5")
INDICATORS = {"waste": ("m1", "percent", "down"), "output": ("m2", "count", "up"), "plan": ("m3", "yes-no", "up")}
"""Indicators: the module each is reported in, its unit and its good direction."""

MEASURED = "enterprises-trained"
"""The indicator of a published figure, and of the targets that are measured by the enterprises trained."""

TARGET_PLACES, TARGET_DAY, TARGET_QUARTER = ("100000", "110000", "110100"), date(2014, 6, 30), QUARTERS[1]
"""The places and the day of the targets; and the quarter that ends with the day."""


@dataclass(frozen=True)
class Programme:
    """An invented programme before it is written to a database."""

    rounds: tuple[Round, ...]
    enterprises: tuple[Enterprise, ...]
    modules: tuple[str, ...] = MODULES[:3]
    name: str = ""

    @property
    def indicators(self) -> dict[str, tuple[str, str, str]]:
        return {code: about for code, about in INDICATORS.items() if about[0] in self.modules}

    @property
    def phases(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(each.phase for each in self.rounds if each.phase))

    def round_of(self, enrolment: Enrolment) -> Round:
        return next(each for each in self.rounds if each.code == enrolment.round)

    def place_of(self, enterprise: Enterprise, enrolment: Enrolment) -> str | None:
        """The enterprise's own place; otherwise the single place of its round."""
        places = self.round_of(enrolment).places
        return enterprise.place or (places[0] if len(places) == 1 else None)

    def tables(self) -> Tables:
        """The rows of a results database."""
        tables: Tables = {
            "programme": [_named("score", as_of=AS_OF, synthetic=True, public=False)],
            "source": [{"code": "sheet", "title_en": "Sheet"}],
            "phase": [_named(code) for code in self.phases],
            "place": [_named(code, level=level, parent=parent) for code, (level, parent) in PLACES.items()],
            "sector": [_named(code) for code in SECTORS],
            "partner": [_named(code, kind="employers", parent=parent) for code, parent in PARTNERS.items()],
            "module": [_named(code, position=at) for at, code in enumerate(self.modules, 1)],
            "indicator": [
                _named(code, family="practice" if unit == "yes-no" else "kpi", unit=unit, better=better)
                for code, (_module, unit, better) in self.indicators.items()
            ] + [_named(MEASURED, family="reach", unit="count", better="context")],
            "reported_figure": [{"code": "all", "indicator": MEASURED, "value": 500, "operator": ">", "as_of": PAST}],
            "target": [
                {"indicator": MEASURED, "place": place, "due_on": TARGET_DAY, "scope": "", "value": 20,
                 "measure": "trained"}
                for place in TARGET_PLACES
            ],
            "round": [_named(each.code, phase=each.phase) for each in self.rounds],
            "round_place": [{"round": each.code, "place": place} for each in self.rounds for place in each.places],
            "round_partner": [
                {"round": each.code, "partner": partner, "role": "owner"}
                for each in self.rounds
                for partner in each.partners
            ],
            "enterprise": [
                _named(each.code, place=each.place, sector=each.sector, workers=each.workers)
                for each in self.enterprises
            ],
            "enrolment": [], "training": [], "result": [],
        }  # fmt: skip
        for enterprise in self.enterprises:
            for enrolment in enterprise.enrolments:
                keys = {"enterprise": enterprise.code, "round": enrolment.round, "source": "sheet"}
                recruited = _RECRUITED[enrolment.joined]
                baseline = PAST if enrolment.baseline else None
                tables["enrolment"].append(keys | {"recruited_on": recruited, "baseline_on": baseline})
                for module, training in enrolment.trainings.items():
                    tables["training"].append(keys | {"module": module, **_columns(training, enrolment)})
                for code, (before, after) in enrolment.results.items():
                    day = DAYS[enrolment.when]
                    levels = {"before": before, "before_on": day, "after": after, "operator": "="}
                    levels |= {"after_on": None if after is None else day}
                    row = {"module": self.indicators[code][0], "indicator": code}
                    tables["result"].append(keys | row | levels)
        return tables

    def write(self, folder: Path) -> str:
        """Write a results database of the programme into `folder`; returns its address."""
        address = f"sqlite:///{folder}/results.db"
        engine = writing_engine(address)
        load_rows(engine, self.tables())
        engine.dispose()
        return address


def _named(code: str, **columns: Any) -> dict[str, Any]:
    return {"code": code, "name_en": code, **columns}


def _columns(training: Training, enrolment: Enrolment) -> dict[str, Any]:
    managers, workers, women = enrolment.heads if enrolment.heads and training.begun else (None, None, None)
    day = DAYS[training.when]
    due_on = FUTURE if training.due_known else None
    return {
        "due_on": due_on if training.state == "not-yet-due" else PAST,
        "workshop_on": day if training.workshop else None,
        "visits_planned": 2,
        "visits_done": enrolment.visits if training.visit else None,
        "assessed_on": day if training.assessment else None,
        "completed_on": day if training.completion else None,
        "dropped_on": PAST if training.state == "dropped" else None,
        "managers": managers, "workers": workers, "women": women,
        "satisfaction": 80 if training.workshop else None,
    }  # fmt: skip


def invented(seed: int, enterprises: int, *, twice: float = 0.0, modules: int = 5) -> Programme:
    """A random programme from a seed; a share of `twice` is enrolled in two rounds."""
    draw = _Draw(np.random.default_rng([seed, enterprises]))
    rounds = tuple(_rounds(draw.random))
    far = dict(zip((each.code for each in rounds), draw.random.uniform(0.35, 0.95, len(rounds)), strict=True))
    codes = [each.code for each in rounds]
    draw.random.shuffle(codes)
    made = Programme(rounds, (), MODULES[:modules], f"{enterprises} enterprises, seed {seed}")
    return replace(made, enterprises=tuple(_enterprise(draw, made, n, codes, far, twice) for n in range(enterprises)))


class _Draw(NamedTuple):
    random: np.random.Generator

    def chance(self, probability: float) -> bool:
        return bool(self.random.random() < probability)

    def when(self) -> int:
        """A random position in :data:`DAYS`."""
        return int(self.random.integers(len(DAYS)))

    def uneven(self, values: Any, fall: float) -> Any:
        """A random value; each is chosen less often than the one before."""
        weights = fall ** np.arange(len(values))
        return values[int(self.random.choice(len(values), p=weights / weights.sum()))]


def _enterprise(
    draw: _Draw, made: Programme, number: int, rounds: list[str], far: dict[str, float], twice: float
) -> Enterprise:
    first = draw.uneven(rounds, 0.75)
    its_rounds = [first]
    if draw.chance(twice):
        its_rounds = sorted({first, draw.uneven([code for code in rounds if code != first], 0.75)})
    reports = int(draw.random.integers(len(its_rounds)))
    # The second of two rounds is the later one.
    first_joined = 0 if len(its_rounds) == 2 else int(draw.random.integers(2))
    places = ("110100", None, "120100", "x-vn", "110200", "130000", "100000", "120000", "110000")
    return Enterprise(
        f"e{number:03}",
        tuple(
            replace(_enrolment(draw, made, code, far[code], reports=at == reports), joined=at or first_joined)
            for at, code in enumerate(its_rounds)
        ),
        draw.uneven((*SECTORS, None), 0.65),
        draw.uneven(places, 0.8),
        int(draw.random.lognormal(5, 1)) + 10 if draw.chance(0.9) else None,
    )


def _enrolment(draw: _Draw, made: Programme, round_code: str, far: float, *, reports: bool) -> Enrolment:
    planned = {
        code: _training(draw, far - 0.12 * at)
        for at, code in enumerate(made.modules)
        if draw.chance(0.7 if at else 0.95)
    }
    results = {}
    for code, (_module, unit, _better) in made.indicators.items() if reports else ():
        if draw.chance(0.45):
            before, after = (float(each) for each in draw.random.integers(*((0, 2) if unit == "yes-no" else (1, 5)), 2))
            results[code] = (before, after if draw.chance(0.8) else None)
    managers, workers = int(draw.random.integers(0, 6)), int(draw.random.integers(3, 30))
    heads = (managers, workers, int(draw.random.integers(0, managers + workers + 1)))
    return Enrolment(
        round_code,
        planned,
        draw.chance(0.5),
        results,
        heads if draw.chance(0.9) else None,
        int(draw.random.integers(1, 5)),
        draw.when(),
    )


def _training(draw: _Draw, far: float) -> Training:
    """A random training; steps are often recorded, and often missing before a later one."""
    reached = 0
    while reached < 4 and draw.chance(far):
        reached += 1
    steps = [n < reached and (n == reached - 1 or draw.chance(0.8)) for n in range(4)]
    if steps[3]:
        return Training(*steps, "completed", draw.when())
    if reached:
        return Training(*steps, "dropped" if draw.chance(0.15) else "in-progress", draw.when())
    state = draw.uneven(("not-yet-due", "overdue", "dropped"), 0.65)
    return Training(*steps, state, due_known=state != "not-yet-due" or draw.chance(0.6))


def _rounds(draw: np.random.Generator) -> list[Round]:
    """Six rounds in three phases, one in none; nested, overlapping and single-round partners."""
    owners = ["north", "north", "south", "south", "nat", "fund"]
    draw.shuffle(owners)
    phases = ("ph-a", "ph-a", "ph-b", "ph-b", "ph-c", None)
    lone = int(draw.integers(6))
    made = []
    for at, (phase, owner) in enumerate(zip(phases, owners, strict=True)):
        beside = [code for code in ("fund", "buyer") if draw.random() < 0.4] + (["lone"] if at == lone else [])
        places = [("110100",), ("110100", "120100"), ()][int(draw.integers(3))]
        made.append(Round(f"r{at + 1}", phase, tuple(dict.fromkeys((owner, *beside))), places))
    return made
