"""Trainers, with codes instead of names: first candidate, most become certified, a few expert. Module 1 comes first."""

from datetime import date, timedelta

from data.demo.basics.demo_writing import Writing
from data.demo.basics.programme_dates import AS_OF
from data.demo.setting.demo_partners import PARTNERS, PROVIDERS
from data.demo.setting.demo_places import PROVINCES
from data.demo.setting.growth import BATCH_STARTS, draw_start

ENTERPRISES_PER_TRAINER = 15
FURTHER_MODULES = {"m2": 5.0, "m3": 2.0, "m4": 2.0, "m5": 4.0}
ORGANISATIONS = {code: 1.0 for code, partner in PARTNERS.items() if partner.kind in {"employers", "government"}}
ORGANISATIONS |= dict.fromkeys(PROVIDERS, 4.0)
# Levels, and the share of trainers of the previous level that reach each.
LEVELS = {"candidate": 1.0, "certified": 0.65, "expert": 0.15}
YEARS_ONLY_BEFORE = 2012  # the first lists of trainers give years


def write_trainers(writing: Writing) -> None:
    """Write trainers and their levels. Their number depends on the number of enterprises."""
    chance = writing.chance
    places = {code: province.weight for code, province in PROVINCES.items()}
    for number in range(1, 5 + writing.enterprise_count // ENTERPRISES_PER_TRAINER):
        code = f"trainer-{number}"
        writing.folder.add("trainer", {
            "code": code, "sex": chance.weighted({"f": 36.0, "m": 60.0, "": 4.0}),
            "organisation": chance.weighted(ORGANISATIONS),
            "place": chance.weighted(places) if chance.happens(0.9) else "", "source": "reports",
        })  # fmt: skip
        begins_on = draw_start(chance, BATCH_STARTS)
        for module in ["m1", *chance.several(FURTHER_MODULES, chance.pick((0, 0, 1, 1, 2)))]:
            begins_on += timedelta(chance.whole(0, 120))
            _write_levels(writing, code, module, begins_on)


def _write_levels(writing: Writing, trainer: str, module: str, reached_on: date) -> None:
    for level, share in LEVELS.items():
        if reached_on > AS_OF or not writing.chance.happens(share):
            return
        writing.folder.add("trainer_level", {
            "trainer": trainer, "module": module, "level": level, "source": "reports",
            "reached_on": reached_on.year if reached_on.year < YEARS_ONLY_BEFORE else reached_on,
        })  # fmt: skip
        reached_on += timedelta(writing.chance.whole(150, 500))
