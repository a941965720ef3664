"""Trainings: the progress of an enterprise in each module of its round, and the rows of its forms."""

from collections.abc import Sequence
from datetime import date, timedelta

from data.demo.basics.chance import Chance
from data.demo.basics.demo_parts import Enrolment, Step, Workshop
from data.demo.basics.demo_writing import Writing
from data.demo.basics.folder import Cell
from data.demo.basics.form_gaps import source_of
from data.demo.basics.programme_dates import AS_OF
from data.demo.setting.demo_places import province_of

MISSED = 0.025  # share of enterprises that do not come to a workshop
NEVER_ASSESSED = 0.05
DROPPED = 0.03
# Shares of steps that happened but were not recorded.
NO_VISIT_RECORD, NO_ASSESSMENT_RECORD, NO_WORKSHOP_RECORD = 0.04, 0.05, 0.02


def write_trainings(writing: Writing, enrolment: Enrolment, workshops: Sequence[Workshop]) -> list[Step]:
    """Write a training for every workshop whose module is new to the enterprise. Returns the true steps."""
    new = [workshop for workshop in workshops if workshop.module not in enrolment.enterprise.completed]
    steps = _draw_steps(writing.chance, enrolment, new)
    for step in steps:
        _write_training(writing, enrolment, step)
    trained_on = [step.workshop_on for step in steps if step.workshop_on is not None]
    if trained_on and not enrolment.enterprise.returning:
        writing.tally.enterprises[min(trained_on).year] += 1
        if len(enrolment.round.places) == 1:
            writing.tally.provinces[province_of(enrolment.round.places[0])] += 1
    return steps


def values_taken_on(chance: Chance, enrolment: Enrolment, step: Step) -> date | None:
    """The day the values after the module were measured; None if not measured by the as-of date."""
    if step.assessed_on is not None or step.workshop_on is None:
        return step.assessed_on
    day = step.workshop_on + timedelta(chance.whole(100, 220))
    return day if enrolment.open_on(day) and chance.happens(0.5) else None


def _draw_steps(chance: Chance, enrolment: Enrolment, workshops: Sequence[Workshop]) -> list[Step]:
    """The step of each planned module. After a missed Module 1 or a dropped module there are no further workshops."""
    steps: list[Step] = []
    out_since: date | None = None
    missed_first = False
    for workshop in workshops:
        if out_since is not None or missed_first:
            step = Step(workshop.module, workshop.due_on, dropped_on=out_since)
        else:
            step = _draw_step(chance, enrolment, workshop)
        steps.append(step)
        if step.dropped_on is not None:
            out_since = step.dropped_on
        missed_first = missed_first or (step.module == "m1" and step.workshop_on is None)
    return steps


def _draw_step(chance: Chance, enrolment: Enrolment, workshop: Workshop) -> Step:
    module, due_on, held_on = workshop.module, workshop.due_on, workshop.held_on
    if held_on is None or not enrolment.open_on(held_on):
        return Step(module, due_on)
    if chance.happens(MISSED):
        dropped_on = held_on + timedelta(chance.whole(30, 200))
        recorded = enrolment.open_on(dropped_on) and chance.happens(0.4)
        return Step(module, due_on, dropped_on=dropped_on if recorded else None)
    if chance.happens(DROPPED):
        dropped_on = held_on + timedelta(chance.whole(10, 150))
        return Step(module, due_on, held_on, dropped_on=dropped_on if enrolment.open_on(dropped_on) else None)
    assessed_on = held_on + timedelta(chance.whole(75, 190))
    if chance.happens(NEVER_ASSESSED) or not enrolment.open_on(assessed_on):
        return Step(module, due_on, held_on)
    completed_on = assessed_on + timedelta(chance.whole(0, 30))
    return Step(module, due_on, held_on, assessed_on, completed_on if enrolment.open_on(completed_on) else None)


def _write_training(writing: Writing, enrolment: Enrolment, step: Step) -> None:
    """Write one row with gaps as in real forms: some steps that happened are not recorded."""
    chance = writing.chance
    planned = chance.pick((3, 3, 4)) if step.module == "m1" else chance.pick((2, 3, 3))
    until = step.completed_on or step.dropped_on or enrolment.left_on or AS_OF
    row: dict[str, Cell] = {
        "enterprise": enrolment.enterprise.code,
        "round": enrolment.round.code,
        "module": step.module,
        "due_on": enrolment.written(step.due_on),
        "visits_planned": planned,
        "dropped_on": enrolment.written(step.dropped_on),
        "source": source_of(chance, step.workshop_on or enrolment.recruited_on),
    }
    if step.workshop_on is not None:
        year = step.workshop_on.year
        row |= _participants(writing, enrolment, year)
        row["visits_done"] = visits = _visits(chance, step, planned, until)
        if not (step.completed_on and chance.happens(NO_WORKSHOP_RECORD)):
            row["workshop_on"] = enrolment.written(step.workshop_on)
        if not (step.completed_on and chance.happens(NO_ASSESSMENT_RECORD)):
            row["assessed_on"] = enrolment.written(step.assessed_on)
        row["completed_on"] = enrolment.reported(step.completed_on)
        writing.tally.visits[year] += visits or 0
    writing.folder.add("training", row)


def _participants(writing: Writing, enrolment: Enrolment, year: int) -> dict[str, Cell]:
    """The participants: mostly two managers and two workers, sometimes more, sometimes not recorded."""
    chance = writing.chance
    if chance.happens(0.06):
        return {}
    managers, workers = (2, 2) if chance.happens(0.6) else (chance.whole(1, 5), chance.whole(1, 9))
    women = chance.binomial(managers, 0.25) + chance.binomial(workers, enrolment.enterprise.women_share)
    writing.tally.people[year] += managers + workers
    satisfaction = min(100.0, max(40.0, round(88 + 7 * chance.normal(), 1)))
    return {
        "managers": managers,
        "workers": workers,
        "women": None if chance.happens(0.1) else women,
        "satisfaction": satisfaction if chance.happens(0.6) else None,
    }


def _visits(chance: Chance, step: Step, planned: int, until: date) -> int | None:
    """The number of visits made until that day: about one a month after the workshop, sometimes fewer than planned."""
    if step.completed_on is not None and chance.happens(NO_VISIT_RECORD):
        return None
    possible = (until - step.workshop_on).days // 25 if step.workshop_on else 0
    return max(0, min(planned - (1 if chance.happens(0.25) else 0), possible))
