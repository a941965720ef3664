"""The progress of enterprises: steps and states of modules, milestones of the journey."""

import numpy as np
import pandas as pd

from data.catalogue import Catalogue
from data.engine.facts import NONE, Array, coded
from data.engine.measures import Statistics
from data.engine.slice import (
    ASSESSMENT,
    COMPLETION,
    DROPPED,
    IN_PROGRESS,
    OVERDUE,
    STARTED,
    VISIT,
    WORKSHOP,
    SliceFacts,
)
from data.vocabulary import FIRST_MODULE, JOURNEY, STATES

_STEPS = {"workshop": WORKSHOP, "visited": VISIT, "assessed": ASSESSMENT, "completed": COMPLETION}


def module_steps(of: SliceFacts) -> pd.DataFrame:
    """Enterprises per module of the record.

    Columns: module, planned; workshop, visited, assessed, completed (with a record of the step in any training of the
    module); workshop_assumed, visited_assumed, assessed_assumed (without one, but with a later step); one column per
    state but completed; stale (of those in progress); without_due_date (of those not yet due); due; workshop_due,
    visited_due, assessed_due, completed_due (of those due, with a record of the step).
    """
    of_modules = of.enterprise_modules
    steps, due = of_modules.steps, of_modules.due

    def per_module(flags: Array) -> Array:
        return of.tally(of_modules.enterprise[flags], of_modules.module[flags], len(of.record.modules))

    recorded = {name: steps & bit != 0 for name, bit in _STEPS.items()}
    later = {"workshop": VISIT | ASSESSMENT | COMPLETION, "visited": ASSESSMENT | COMPLETION, "assessed": COMPLETION}
    flags = {
        "planned": np.ones(len(steps), bool),
        **recorded,
        **{f"{name}_assumed": ~recorded[name] & (steps & bits != 0) for name, bits in later.items()},
        "in_progress": of_modules.state == IN_PROGRESS,
        "stale": of_modules.stale,
        "dropped": of_modules.state == DROPPED,
        "overdue": of_modules.state == OVERDUE,
        "not_yet_due": ~due,
        "without_due_date": of_modules.without_due_date,
        "due": due,
        **{f"{name}_due": mark & due for name, mark in recorded.items()},
    }
    modules = pd.Series(of.record.modules, dtype=object)
    return pd.DataFrame({"module": modules, **{name: per_module(mark) for name, mark in flags.items()}})


def journey_counts(of: SliceFacts) -> pd.DataFrame:
    """Enterprises per milestone.

    Columns: stage, of (for whom it is due), recorded (of these, with a record of it), assumed (of these, without one,
    but with one of a later milestone; for the workshop of Module 1 also with a later step of Module 1).
    """
    record, of_modules = of.record, of.enterprise_modules
    enterprise, due, completed = of_modules.enterprise, of_modules.due, of_modules.completed
    begun = of_modules.steps & STARTED != 0
    first = of_modules.module == record.position["module"].get(FIRST_MODULE, NONE)
    baseline = of.enrolments[record.enrolments.baseline_on[of.enrolments] <= of.day]
    due_first, due_further = of.marked(enterprise[first & due]), of.marked(enterprise[~first & due])
    due_all = of.marked(enterprise) & ~of.marked(enterprise[~due])
    milestones = {
        "enrolled": (of.enterprises, of.enterprises),
        "baseline": (of.enterprises, of.marked(record.enrolments.enterprise[baseline])),
        "m1_workshop": (due_first, of.marked(enterprise[first & (of_modules.steps & WORKSHOP != 0)])),
        "m1_completed": (due_first, of.marked(enterprise[first & completed])),
        "further_started": (due_further, of.marked(enterprise[~first & begun])),
        "further_completed": (due_further, of.marked(enterprise[~first & completed])),
        "all_planned_completed": (due_all, due_all & ~of.marked(enterprise[~completed])),
    }
    rows, later = [], np.zeros(len(record.enterprises), bool)
    for stage in reversed(JOURNEY):
        base, recorded = milestones[stage]
        behind = later | of.marked(enterprise[first & begun]) if stage == "m1_workshop" else later
        assumed = base & ~recorded & behind & (stage != "baseline")
        rows.append((stage, of.count(base), of.count(base & recorded), of.count(assumed)))
        later = later | recorded
    return pd.DataFrame(rows[::-1], columns=["stage", "of", "recorded", "assumed"])


def completed_module_counts(of: SliceFacts) -> pd.DataFrame:
    """Enterprises by number of completed modules.

    Columns: modules_at_least (1 to the number of modules of the programme, or of those asked for), enterprises (with at
    least that number).
    """
    of_modules = of.enterprise_modules
    completed = of_modules.enterprise[of_modules.steps & COMPLETION != 0]
    modules = np.bincount(completed, minlength=len(of.record.enterprises))
    levels = range(1, of.module_count + 1)
    return pd.DataFrame(
        {"modules_at_least": list(levels), "enterprises": [of.count(modules >= level) for level in levels]}
    )


def enterprise_states(of: SliceFacts, catalogue: Catalogue) -> pd.DataFrame:
    """One row per enterprise × planned module: enterprise, module, state, round. Modules in the programme's order."""
    record, of_modules = of.record, of.enterprise_modules
    position = np.array([catalogue.module[code].columns["position"] for code in record.modules] or [0])
    order = np.lexsort((of_modules.module, position[of_modules.module], of_modules.enterprise))
    rounds = record.enrolments.round[record.trainings.enrolment[of_modules.training[order]]]

    return pd.DataFrame(
        {
            "enterprise": coded(record.enterprises, of_modules.enterprise[order]),
            "module": coded(record.modules, of_modules.module[order]),
            "state": coded(STATES, of_modules.state[order]),
            "round": coded(record.rounds, rounds),
        }
    )


def completed_by_round(of: SliceFacts) -> dict[tuple[str, str], int]:
    """Enterprises that completed a module in a round, by round and module. Equal to the module funnel of the round."""
    record, rows = of.record, of.record.trainings
    completed = of.trainings[of.steps & COMPLETION != 0]
    # An enrolment has each module at most once, so each row is another enterprise.
    rounds = record.enrolments.round[rows.enrolment[completed]].astype(np.int64)
    keys, counts = np.unique(rounds * len(record.modules) + rows.module[completed], return_counts=True)
    return {
        (record.rounds[key // len(record.modules)], record.modules[key % len(record.modules)]): int(n)
        for key, n in zip(keys.tolist(), counts, strict=True)
    }


def completed_modules(of: SliceFacts) -> frozenset[tuple[str, str]]:
    """The enterprises with the modules that they completed."""
    record, of_modules = of.record, of.enterprise_modules
    rows = np.flatnonzero(of_modules.completed)
    enterprises, modules = of_modules.enterprise[rows].tolist(), of_modules.module[rows].tolist()
    return frozenset(
        (record.enterprises[at], record.modules[module]) for at, module in zip(enterprises, modules, strict=True)
    )


def completed_all_planned(of: SliceFacts) -> frozenset[str]:
    """The enterprises that completed every module planned for them."""
    of_modules = of.enterprise_modules
    unfinished = of.marked(of_modules.enterprise[of_modules.steps & COMPLETION == 0])
    completed = np.flatnonzero(of.marked(of_modules.enterprise) & ~unfinished)
    return frozenset(of.record.enterprises[at] for at in completed)


def module_satisfaction(of: SliceFacts, by: Statistics) -> pd.DataFrame:
    """Satisfaction of the trainings that have started, per module with any.

    Columns: module, enterprises (with at least one value), satisfaction (mean of the values of `by`, in percent).
    """
    rows = of.record.trainings
    begun = of.trainings[of.started]
    rated = begun[~np.isnan(rows.satisfaction[begun])]
    enterprise, module, many = rows.enterprise[rated], rows.module[rated], len(of.record.modules)
    # An enterprise may have trainings of one module in two rounds: it counts once.
    keys = np.unique(module.astype(np.int64) * len(of.record.enterprises) + enterprise)
    counted = of.tally(keys % len(of.record.enterprises), keys // len(of.record.enterprises), many)
    there = np.flatnonzero(np.bincount(module, minlength=many))
    return pd.DataFrame(
        {
            "module": [of.record.modules[at] for at in there],
            "enterprises": counted[there],
            "satisfaction": pd.Series(
                [by.mean(rows.satisfaction[rated[module == at]], int(counted[at])) for at in there], dtype=object
            ),
        }
    )
