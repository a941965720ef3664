"""How far enterprises got: steps and states of modules, stages of the journey."""

from collections.abc import Mapping

import pandas as pd
from sqlalchemy import ColumnElement, Connection, and_, func, literal, or_, select

from data import facts, schema
from data.access import Slice
from data.facts import FIRST_MODULE, STATES, flag
from data.queries.answers import count, frame


def module_steps(connection: Connection, of: Slice) -> pd.DataFrame:
    """Distinct enterprises per planned module.

    Columns: module, planned, workshop, visited, assessed, completed (reached, by own or later evidence),
    visited_without_record, assessed_without_record, one per state, and dropped_started (dropped, who began).
    """
    state = facts.enterprise_modules(facts.trainings(of, facts.enrolments(of)))
    visited = or_(state.c.visit == 1, state.c.assessment == 1, state.c.completion == 1)
    assessed = or_(state.c.assessment == 1, state.c.completion == 1)
    return frame(
        connection,
        select(
            state.c.module,
            func.count().label("planned"),
            func.sum(state.c.started).label("workshop"),
            func.sum(flag(visited)).label("visited"),
            func.sum(flag(assessed)).label("assessed"),
            func.sum(state.c.completion).label("completed"),
            func.sum(flag(and_(visited, state.c.visit == 0))).label("visited_without_record"),
            func.sum(flag(and_(assessed, state.c.assessment == 0))).label("assessed_without_record"),
            *(func.sum(flag(state.c.state == name)).label(name.replace("-", "_")) for name in STATES[1:]),
            func.sum(flag(and_(state.c.state == "dropped", state.c.started == 1))).label("dropped_started"),
        ).group_by(state.c.module),
    )


JOURNEY = (
    "enrolled", "baseline", "m1_workshop", "m1_completed", "further_started", "further_completed",
    "all_planned_completed",
)  # fmt: skip


def journey_counts(connection: Connection, of: Slice) -> pd.DataFrame:
    """Columns: stage, enterprises (reached, by own or later evidence), without_record; and m1_only, on the last stage:
    enterprises that completed all they planned, which was Module 1 alone.
    """
    enrolled = facts.enrolments(of)
    state = facts.enterprise_modules(facts.trainings(of, enrolled))
    first = state.c.module == FIRST_MODULE
    baseline = (
        select(enrolled.c.enterprise, func.max(enrolled.c.baseline).label("baseline"))
        .group_by(enrolled.c.enterprise)
        .subquery("baseline")
    )
    modules = (
        select(
            state.c.enterprise,
            func.max(flag(and_(first, state.c.workshop == 1))).label("m1_record"),
            func.max(flag(and_(first, state.c.started == 1))).label("m1_workshop"),
            func.max(flag(and_(first, state.c.completion == 1))).label("m1_completed"),
            func.max(flag(and_(~first, state.c.started == 1))).label("further_started"),
            func.max(flag(and_(~first, state.c.completion == 1))).label("further_completed"),
            func.min(state.c.completion).label("all_planned_completed"),
            func.max(flag(~first)).label("further_planned"),
        )
        .group_by(state.c.enterprise)
        .subquery("modules")
    )

    def evidence(stage: str) -> ColumnElement[bool]:
        if stage == "enrolled":
            return literal(value=True)
        return (baseline.c.baseline if stage == "baseline" else modules.c[stage]) == 1

    def record(stage: str) -> ColumnElement[bool]:
        return modules.c.m1_record == 1 if stage == "m1_workshop" else evidence(stage)

    columns = []
    for at, stage in enumerate(JOURNEY):
        reached = flag(or_(*(evidence(later) for later in JOURNEY[at:])))
        columns += [
            func.sum(reached).label(f"{stage}:enterprises"),
            func.sum(reached * (1 - flag(record(stage)))).label(f"{stage}:without_record"),
        ]
    only_first = and_(modules.c.all_planned_completed == 1, modules.c.further_planned == 0)
    counts = count(
        connection,
        select(*columns, func.sum(flag(only_first)).label("m1_only")).select_from(
            baseline.outerjoin(modules, modules.c.enterprise == baseline.c.enterprise)
        ),
    )
    return stages(counts)


def stages(counts: Mapping[str, int]) -> pd.DataFrame:
    """The frame of :func:`journey_counts`, from counts named ``<stage>:enterprises``, ``<stage>:…`` and m1_only."""
    frame = pd.DataFrame(
        {
            "stage": JOURNEY,
            "enterprises": [counts.get(f"{stage}:enterprises", 0) for stage in JOURNEY],
            "without_record": [counts.get(f"{stage}:without_record", 0) for stage in JOURNEY],
            "m1_only": 0,
        }
    )
    frame.loc[frame.index[-1], "m1_only"] = counts.get("m1_only", 0)
    return frame


def completed_module_counts(connection: Connection, of: Slice) -> pd.DataFrame:
    """Columns: modules (completed by one enterprise, at least 1), enterprises."""
    state = facts.enterprise_modules(facts.trainings(of, facts.enrolments(of)))
    each = (
        select(state.c.enterprise, func.sum(state.c.completion).label("modules"))
        .group_by(state.c.enterprise)
        .subquery("each")
    )
    return frame(
        connection,
        select(each.c.modules, func.count().label("enterprises")).where(each.c.modules > 0).group_by(each.c.modules),
    )


def enterprise_states(connection: Connection, of: Slice) -> pd.DataFrame:
    """One row per enterprise × planned module: enterprise, module, state, round."""
    enrolled = facts.enrolments(of)
    state = facts.enterprise_modules(facts.trainings(of, enrolled))
    return frame(
        connection,
        select(state.c.enterprise, state.c.module, state.c.state, state.c.round)
        .join(schema.module, schema.module.c.code == state.c.module)
        .order_by(state.c.enterprise, schema.module.c.position, state.c.module),
    )
