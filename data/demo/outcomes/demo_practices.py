"""Practices in place or not, before and after a module. Most enterprises report them."""

from collections.abc import Sequence
from typing import NamedTuple

from data.demo.basics.demo_parts import Enrolment, Step
from data.demo.basics.demo_writing import Writing
from data.demo.basics.form_gaps import VERIFIED, source_of
from data.demo.rounds.demo_trainings import values_taken_on

REPORTS_PRACTICES = 0.74
PRACTICE_ANSWERED = 0.96


class Practice(NamedTuple):
    """The module that works on a practice, and three shares: in place before, gained if absent, lost if present."""

    module: str
    had: float
    gained: float
    lost: float


PRACTICES = {
    "improvement-team-weekly": Practice("m1", 0.08, 0.72, 0.03),
    "suggestion-scheme": Practice("m1", 0.2, 0.66, 0.03),
    "five-s": Practice("m1", 0.3, 0.6, 0.04),
    "daily-meeting": Practice("m1", 0.35, 0.55, 0.03),
    "results-on-display": Practice("m1", 0.25, 0.5, 0.05),
    "defects-recorded": Practice("m2", 0.5, 0.45, 0.03),
    "check-at-source": Practice("m2", 0.4, 0.35, 0.05),
    "energy-metered": Practice("m3", 0.15, 0.25, 0.02),
    "maintenance-plan": Practice("m3", 0.45, 0.3, 0.05),
    "grievance-procedure": Practice("m4", 0.3, 0.3, 0.03),
    "induction": Practice("m4", 0.55, 0.35, 0.05),
    "osh-committee": Practice("m5", 0.2, 0.4, 0.03),
    "protective-equipment": Practice("m5", 0.45, 0.4, 0.06),
    "exits-blocked": Practice("m5", 0.3, 0.05, 0.7),
}


def write_practices(writing: Writing, enrolment: Enrolment, trained: Sequence[Step]) -> None:
    """Write all practices with the first module. Further modules write again the practices they work on."""
    chance = writing.chance
    if not chance.happens(REPORTS_PRACTICES):
        return
    state: dict[str, bool] = {}
    no_before = enrolment.baseline_on is None and chance.happens(0.6)
    for step in trained:
        first = step is trained[0]
        day = values_taken_on(chance, enrolment, step)
        for code, practice in PRACTICES.items():
            if not (first or practice.module == step.module) or not chance.happens(PRACTICE_ANSWERED):
                continue
            before = state.get(code, chance.happens(practice.had))
            changes = chance.happens(practice.lost if before else practice.gained)
            after = before != changes
            state[code] = before if day is None else after
            if day is None and no_before:
                continue
            writing.folder.add("result", {
                "enterprise": enrolment.enterprise.code, "round": enrolment.round.code, "module": step.module,
                "indicator": code,
                "before": None if no_before and first else "yes" if before else "no",
                "before_on": enrolment.written(enrolment.baseline_on) if first else None,
                "after": None if day is None else "yes" if after else "no",
                "after_on": enrolment.written(day), "operator": "=", "verified": chance.weighted(VERIFIED),
                "source": source_of(chance, day or enrolment.recruited_on),
            })  # fmt: skip
