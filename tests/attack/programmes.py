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


class Training(NamedTuple):
    """One planned training: its record and its state."""

    workshop: bool = False
    visit: bool = False
    assessment: bool = False
    completion: bool = False
    state: str = "not-yet-due"

    @property
    def begun(self) -> bool:
        return self.workshop or self.visit or self.assessment or self.completion


DONE = Training(True, True, True, True, "completed")
STEPS = [
    Training(workshop, visit, assessment, completion)
    for workshop in (False, True)
    for visit in (False, True)
    for assessment in (False, True)
    for completion in (False, True)
]
TRAININGS = [
    training._replace(state=state)
    for training in STEPS
    for state in (
        ("completed",) if training.completion
        else ("in-progress", "dropped") if training.begun
        else ("overdue", "not-yet-due", "dropped")
    )
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
    those of a visited one; ``results`` are before and after by indicator.
    """

    round: str
    trainings: dict[str, Training] = field(default_factory=dict)
    baseline: bool = False
    results: dict[str, tuple[float | None, float | None]] = field(default_factory=dict)
    heads: tuple[int, int, int] | None = None
    visits: int = 1


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
            for at, enrolment in enumerate(enterprise.enrolments):
                keys = {"enterprise": enterprise.code, "round": enrolment.round, "source": "sheet"}
                recruited = AS_OF - timedelta(days=600 - 300 * at)
                baseline = PAST if enrolment.baseline else None
                tables["enrolment"].append(keys | {"recruited_on": recruited, "baseline_on": baseline})
                for module, training in enrolment.trainings.items():
                    tables["training"].append(keys | {"module": module, **_columns(training, enrolment)})
                for code, (before, after) in enrolment.results.items():
                    levels = {"before": before, "after": after, "operator": "="}
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
    return {
        "due_on": FUTURE if training.state == "not-yet-due" else PAST,
        "workshop_on": PAST if training.workshop else None,
        "visits_planned": 2,
        "visits_done": enrolment.visits if training.visit else None,
        "assessed_on": PAST if training.assessment else None,
        "completed_on": PAST if training.completion else None,
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
    places = ("110100", None, "120100", "x-vn", "110200", "130000", "100000", "120000", "110000")
    return Enterprise(
        f"e{number:03}",
        tuple(_enrolment(draw, made, code, far[code], reports=at == reports) for at, code in enumerate(its_rounds)),
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
    )


def _training(draw: _Draw, far: float) -> Training:
    """A random training; steps are often recorded, and often missing before a later one."""
    reached = 0
    while reached < 4 and draw.chance(far):
        reached += 1
    steps = [n < reached and (n == reached - 1 or draw.chance(0.8)) for n in range(4)]
    if steps[3]:
        return Training(*steps, "completed")
    if reached:
        return Training(*steps, "dropped" if draw.chance(0.15) else "in-progress")
    return Training(*steps, draw.uneven(("not-yet-due", "overdue", "dropped"), 0.65))


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
