"""The progress of enterprises: steps and states of modules, stages of the journey."""

import numpy as np
import pandas as pd

from data.catalogue import Catalogue
from data.engine.facts import NONE, Array, coded
from data.engine.measures import Statistics
from data.engine.slice import (
    ASSESSMENT,
    COMPLETED,
    COMPLETION,
    STARTED,
    VISIT,
    WORKSHOP,
    SliceFacts,
)
from data.vocabulary import FIRST_MODULE, JOURNEY, STATES


def module_steps(of: SliceFacts) -> pd.DataFrame:
    """Enterprises per planned module.

    Columns: module, planned; workshop, visited, assessed, completed (a step counts as reached if it or a later step is
    on record); visited_without_record, assessed_without_record; and one column per state.
    """
    of_modules = of.enterprise_modules
    steps, state = of_modules.steps, of_modules.state
    module_count = len(of.record.modules)

    def per_module(flags: Array) -> Array:
        return of.tally(of_modules.enterprise[flags], of_modules.module[flags], module_count)

    visited, assessed = steps & (VISIT | ASSESSMENT | COMPLETION) != 0, steps & (ASSESSMENT | COMPLETION) != 0
    frame = pd.DataFrame(
        {
            "module": pd.Series(of.record.modules, dtype=object),
            "planned": of.tally(of_modules.enterprise, of_modules.module, module_count),
            "workshop": per_module(steps & STARTED != 0),
            "visited": per_module(visited),
            "assessed": per_module(assessed),
            "completed": per_module(steps & COMPLETION != 0),
            "visited_without_record": per_module(visited & (steps & VISIT == 0)),
            "assessed_without_record": per_module(assessed & (steps & ASSESSMENT == 0)),
            **{
                name.replace("-", "_"): per_module(state == number)
                for number, name in enumerate(STATES)
                if number != COMPLETED
            },
        }
    )
    # A rounded total may be 0 although one of its parts is not 0.
    return frame if of.rounding else frame[frame["planned"] > 0].reset_index(drop=True)


def journey_counts(of: SliceFacts) -> pd.DataFrame:
    """Enterprises per stage of the journey.

    Columns: stage, enterprises (a stage counts as reached if it or a later stage is on record), without_record, m1_only
    (only on the last stage: enterprises that planned and completed nothing but Module 1), and recorded (with a record
    of the stage itself).
    """
    record, of_modules = of.record, of.enterprise_modules
    enterprise, steps = of_modules.enterprise, of_modules.steps
    first = of_modules.module == record.position["module"].get(FIRST_MODULE, NONE)
    begun, completed = steps & STARTED != 0, steps & COMPLETION != 0
    baseline = of.enrolments[record.enrolments.baseline_on[of.enrolments] <= of.day]
    planned, unfinished = of.marked(enterprise), of.marked(enterprise[~completed])
    reached = {
        "enrolled": of.enterprises,
        "baseline": of.marked(record.enrolments.enterprise[baseline]),
        "m1_workshop": of.marked(enterprise[first & begun]),
        "m1_completed": of.marked(enterprise[first & completed]),
        "further_started": of.marked(enterprise[~first & begun]),
        "further_completed": of.marked(enterprise[~first & completed]),
        "all_planned_completed": planned & ~unfinished,
    }
    on_record = reached | {"m1_workshop": of.marked(enterprise[first & (steps & WORKSHOP != 0)])}
    further = of.marked(enterprise[~first])
    m1_only = of.count(reached["all_planned_completed"] & ~further)
    rows, later = [], np.zeros(len(record.enterprises), bool)
    for stage in reversed(JOURNEY):
        later = later | reached[stage]
        recorded = of.count(later & on_record[stage])
        without_record = of.count(later & ~on_record[stage])
        rows.append((stage, of.count(later), without_record, m1_only if stage == JOURNEY[-1] else 0, recorded))
    return pd.DataFrame(rows[::-1], columns=["stage", "enterprises", "without_record", "m1_only", "recorded"])


def completed_module_counts(of: SliceFacts) -> pd.DataFrame:
    """Enterprises by number of completed modules.

    Columns: modules_at_least (1 to the number of modules of the programme), enterprises (with at least that number).
    """
    of_modules = of.enterprise_modules
    completed = of_modules.enterprise[of_modules.steps & COMPLETION != 0]
    modules = np.bincount(completed, minlength=len(of.record.enterprises))
    levels = range(1, len(of.record.modules) + 1)
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
