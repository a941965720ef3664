"""How many there are: in all, and per place."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from sqlalchemy import CTE, ColumnElement, Connection, and_, case, distinct, func, literal, or_, select

from data import facts, schema
from data.access import Slice
from data.facts import FIRST_MODULE, among, flag
from data.queries.answers import count, distinct_where, frame, pair_key


def overview_counts(connection: Connection, of: Slice) -> dict[str, int]:
    """Headline counts of the slice, with ``…_enterprises`` that a sum rests on; a sum of no known term is absent."""
    enrolled = facts.enrolments(of)
    trained = facts.trainings(of, enrolled)
    counts = count(
        connection,
        select(
            func.count(distinct(enrolled.c.enterprise)).label("enterprises"),
            func.count(distinct(enrolled.c.round)).label("rounds"),
            func.count(distinct(enrolled.c.place)).label("places"),
        ),
    )
    started = trained.c.started == 1
    counts |= count(
        connection,
        select(
            func.count(distinct_where(started, trained.c.enterprise)).label("trained"),
            func.count(distinct(pair_key(trained))).label("modules_planned"),
            func.count(distinct_where(trained.c.completion == 1, pair_key(trained))).label("modules_completed"),
            func.sum(trained.c.visits_done).label("visits"),
            func.count(trained.c.visits_done).label("trainings_with_visits"),
            func.sum(trained.c.visits_planned).label("visits_planned"),
            func.sum(trained.c.started).label("trainings"),
            func.sum(case((started, func.coalesce(trained.c.managers, 0) + func.coalesce(trained.c.workers, 0)))).label(
                "people_trained"
            ),
            func.sum(flag(and_(started, or_(trained.c.managers.is_not(None), trained.c.workers.is_not(None))))).label(
                "trainings_with_head_count"
            ),
            func.sum(case((started, trained.c.women))).label("women_trained"),
            func.sum(flag(and_(started, trained.c.women.is_not(None)))).label("trainings_with_women"),
            *(
                func.count(distinct_where(condition, trained.c.enterprise)).label(name)
                for name, condition in _counted_on(trained).items()
            ),
        ),
    )
    who = select(trained.c.enterprise).where(started).distinct().subquery("who")
    counts |= count(
        connection,
        select(
            func.sum(schema.enterprise.c.workers).label("workers_reached"),
            func.sum(flag(schema.enterprise.c.workers.is_(None))).label("workers_unknown"),
        ).join(who, who.c.enterprise == schema.enterprise.c.code),
    )
    party = schema.round_partner.c.partner
    counts |= count(
        connection,
        select(func.count(distinct(party)).label("partners"))
        .join(enrolled, enrolled.c.round == schema.round_partner.c.round)
        .where(among(party, of.visible_partners)),
    )
    counts |= count(
        connection, select(func.count(schema.round_.c.code).label("rounds_on_record")).where(*_round_conditions(of))
    )
    return counts


def _counted_on(trained: CTE) -> dict[str, ColumnElement[bool]]:
    """Whose enterprises the sums over trainings rest on."""
    started = trained.c.started == 1
    heads = or_(trained.c.managers.is_not(None), trained.c.workers.is_not(None))
    return {
        "people_trained_enterprises": and_(started, heads),
        "women_trained_enterprises": and_(started, trained.c.women.is_not(None)),
        "visits_enterprises": trained.c.visits_done > 0,
        "visits_planned_enterprises": trained.c.visits_planned > 0,
        "modules_completed_enterprises": trained.c.completion == 1,
        "modules_planned_enterprises": literal(value=True),
    }


def _round_conditions(of: Slice) -> list[ColumnElement[bool]]:
    """Rounds on record in the slice, with or without enterprises: sector and place are an enterprise's."""
    conditions = [among(schema.round_.c.code, of.round), among(schema.round_.c.phase, of.phase)]
    if of.partner is not None:
        rounds = select(schema.round_partner.c.round).where(among(schema.round_partner.c.partner, of.partner))
        conditions.append(schema.round_.c.code.in_(rounds))
    return conditions


def place_counts(connection: Connection, of: Slice, region: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Counts per place of the slice, or per region where `region` maps places to regions.

    Columns: place (None: not given, or in no region), enterprises, trained, m1_completed, modules_completed,
    completed (enterprises that completed any), workers (NaN: unknown), workers_unknown and workers_known (trained
    enterprises whose size is unknown, or known).
    """
    enrolled = facts.enrolments(of)
    trained = facts.trainings(of, enrolled)

    def where(place: ColumnElement[Any]) -> ColumnElement[Any]:
        return case(dict(region), value=place) if region else place

    # Laid out before it is grouped by: PostgreSQL does not know two expressions with parameters for the same.
    at = select(where(enrolled.c.place).label("place"), enrolled.c.enterprise).cte("enrolled_at")
    members = (
        select(at.c.place, func.count(distinct(at.c.enterprise)).label("enterprises"))
        .group_by(at.c.place)
        .subquery("members")
    )
    located = (
        select(where(enrolled.c.place).label("place"), trained)
        .join(enrolled, and_(enrolled.c.enterprise == trained.c.enterprise, enrolled.c.round == trained.c.round))
        .cte("located")
    )
    steps = (
        select(
            located.c.place,
            func.count(distinct_where(located.c.started == 1, located.c.enterprise)).label("trained"),
            func.count(
                distinct_where(and_(located.c.module == FIRST_MODULE, located.c.completion == 1), located.c.enterprise)
            ).label("m1_completed"),
            func.count(distinct_where(located.c.completion == 1, pair_key(located))).label("modules_completed"),
            func.count(distinct_where(located.c.completion == 1, located.c.enterprise)).label("completed"),
        )
        .group_by(located.c.place)
        .subquery("steps")
    )
    who = select(located.c.place, located.c.enterprise).where(located.c.started == 1).distinct().subquery("who")
    size = (
        select(
            who.c.place,
            func.sum(schema.enterprise.c.workers).label("workers"),
            func.sum(flag(schema.enterprise.c.workers.is_(None))).label("workers_unknown"),
        )
        .join(schema.enterprise, schema.enterprise.c.code == who.c.enterprise)
        .group_by(who.c.place)
        .subquery("size")
    )
    question = (
        select(
            members.c.place,
            members.c.enterprises,
            func.coalesce(steps.c.trained, 0).label("trained"),
            func.coalesce(steps.c.m1_completed, 0).label("m1_completed"),
            func.coalesce(steps.c.modules_completed, 0).label("modules_completed"),
            func.coalesce(steps.c.completed, 0).label("completed"),
            # Of nobody trained the sum is a plain 0; of sizes nobody knows it is unknown.
            case((func.coalesce(steps.c.trained, 0) == 0, 0), else_=size.c.workers).label("workers"),
            func.coalesce(size.c.workers_unknown, 0).label("workers_unknown"),
        )
        .outerjoin(steps, steps.c.place.is_not_distinct_from(members.c.place))
        .outerjoin(size, size.c.place.is_not_distinct_from(members.c.place))
        .order_by(members.c.enterprises.desc(), members.c.place.nulls_last())
    )
    counted = frame(connection, question)
    counted["workers"] = pd.to_numeric(counted["workers"])
    counted["workers_known"] = counted["trained"] - counted["workers_unknown"]
    return counted
