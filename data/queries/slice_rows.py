"""The rows of a slice as common table expressions: enrolments, trainings, visible results.

Every query for rows starts from one of these. Counts do not: they come from the arrays of `data/engine`, which applies
the same rules (docs/measures.md, "Filters" and "When a fact is seen").
"""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

from sqlalchemy import CTE, ColumnElement, and_, case, exists, func, literal, or_, select
from sqlalchemy.sql.elements import KeyedColumnElement

from data.privacy.viewer import Slice
from data.storage.schema import (
    enrolment,
    enterprise,
    module,
    precision_of,
    result,
    round_,
    round_partner,
    round_place,
    source,
    training,
)


def among(column: ColumnElement[Any], codes: frozenset[str] | None) -> ColumnElement[bool]:
    """The condition that `column` is one of `codes`. None: no restriction; an empty set: no rows; '': "not given"."""
    if codes is None:
        return literal(value=True)
    is_code = column.in_(sorted(codes - {""}))
    return or_(is_code, column.is_(None)) if "" in codes else is_code


DateColumn = KeyedColumnElement[Any]
"""A column of dates in a table, or in a common table expression with all its columns."""


def seen(column: DateColumn, of: Slice) -> ColumnElement[bool]:
    """The condition that the fact with the date in `column` is seen: from its last possible day, else from its source.

    The source is the column ``source`` of the same table.
    """
    return or_(ended_by(column, of.as_of), and_(column.is_(None), source_seen(column.table.c["source"], of)))


def source_seen(source_code: ColumnElement[Any], of: Slice) -> ColumnElement[bool]:
    """The condition that a source was published by ``as_of`` for certain. True without a source or its date."""
    later = select(source.c.code).where(source.c.published_on.is_not(None), ~ended_by(source.c.published_on, of.as_of))
    return or_(source_code.is_(None), source_code.not_in(later))


def ended_by(column: DateColumn, day: date) -> ColumnElement[bool]:
    """The condition that the last day that the date in `column` can mean is not after `day`. Not true without a date.

    A month or year is stored as its first day: it has ended if it began before the month or year of the next day.
    """
    following, precision = day + timedelta(days=1), _beside(column)
    return case(
        (precision == "month", column < following.replace(day=1)),
        (precision == "year", column < following.replace(month=1, day=1)),
        else_=column <= day,
    )


def dated(column: DateColumn, when: ColumnElement[bool]) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """The date in `column` and its precision, under their own names; NULL except `when` the condition is true."""
    precision = _beside(column)
    return case((when, column)).label(column.name), case((when, precision)).label(precision.name)


def _beside(column: DateColumn) -> DateColumn:
    """The column with the precisions of the dates in `column`."""
    precision: DateColumn = column.table.c[precision_of(column.name)]  # type: ignore[attr-defined]
    return precision


def enrolments(of: Slice, enterprises: Collection[str] | None = None) -> CTE:
    """Enrolments in the slice, of some `enterprises` or of all. Columns: enterprise, round, place, source.

    ``place`` is that of the enterprise, else that of a round with a single place, else NULL.
    """
    single_place = (
        select(round_place.c.round, func.min(round_place.c.place).label("place"))
        .group_by(round_place.c.round)
        .having(func.count() == 1)
        .subquery("single_place")
    )
    place = func.coalesce(enterprise.c.place, single_place.c.place)
    conditions = [
        _enrolled(of),
        among(enrolment.c.enterprise, None if enterprises is None else frozenset(enterprises)),
        among(enrolment.c.round, of.round),
        among(round_.c.phase, of.phase),
        among(enterprise.c.sector, of.sector),
        among(place, of.place),
    ]
    if of.partner is not None:
        conditions.append(
            exists().where(round_partner.c.round == enrolment.c.round, among(round_partner.c.partner, of.partner))
        )
    return (
        select(
            enrolment.c.enterprise,
            enrolment.c.round,
            place.label("place"),
            enrolment.c.source,
        )
        .join(enterprise, enterprise.c.code == enrolment.c.enterprise)
        .join(round_, round_.c.code == enrolment.c.round)
        .outerjoin(single_place, single_place.c.round == enrolment.c.round)
        .where(*conditions)
        .cte("enrolments")
    )


_STEPS = (training.c.workshop_on, training.c.assessed_on, training.c.completed_on, training.c.dropped_on)


def _enrolled(of: Slice) -> ColumnElement[bool]:
    """The condition that an enrolment is seen: from its first date, else from the start of its round or its source."""
    own = (enrolment.c.recruited_on, enrolment.c.baseline_on)
    of_enrolment = exists().where(
        training.c.enterprise == enrolment.c.enterprise, training.c.round == enrolment.c.round
    )  # fmt: skip
    begun = of_enrolment.where(or_(*(ended_by(step, of.as_of) for step in _STEPS)))
    dated_step = of_enrolment.where(or_(*(step.is_not(None) for step in _STEPS)))
    undated = and_(*(date_.is_(None) for date_ in own), ~dated_step.correlate(enrolment))
    by_round = or_(
        ended_by(round_.c.started_on, of.as_of),
        and_(round_.c.started_on.is_(None), source_seen(enrolment.c.source, of)),
    )
    return or_(
        *(ended_by(date_, of.as_of) for date_ in own), begun.correlate(enrolment), and_(undated, by_round)
    )  # fmt: skip


def trainings(of: Slice, enrolled: CTE) -> CTE:
    """Trainings of the enrolments that are seen: all columns of `training`.

    A training is seen from its first step or its source, whichever is first; without either, with its enrolment.
    """
    key = and_(enrolled.c.enterprise == training.c.enterprise, enrolled.c.round == training.c.round)
    published = exists().where(source.c.code == training.c.source, source.c.published_on.is_not(None))
    published_by = published.where(ended_by(source.c.published_on, of.as_of))
    undated = and_(*(step.is_(None) for step in _STEPS), ~published.correlate(training))
    is_seen = or_(
        *(ended_by(step, of.as_of) for step in _STEPS), published_by.correlate(training), undated
    )  # fmt: skip
    return select(training).join(enrolled, key).where(among(training.c.module, of.module), is_seen).cte("trainings")


def visits_seen(trained: CTE, of: Slice) -> ColumnElement[bool]:
    """The condition that the visits of trainings are seen: from the later of the workshop and the source."""
    workshop = trained.c.workshop_on
    return and_(or_(workshop.is_(None), ended_by(workshop, of.as_of)), source_seen(trained.c.source, of))


def results_seen(of: Slice, enrolled: CTE) -> CTE:
    """Result rows of the enrolments, with the values seen at ``as_of`` only. Rows without such a value are left out.

    A result belongs to its enrolment; a result without a round belongs to its enterprise. Columns: keys, before, after,
    change_percent, operator, months, verified, their dates and precisions, source, note, position (of the module).
    """
    # A before without a date is seen with its after at the latest; an after without a date is not seen ahead of it.
    before_on, after_on, published = result.c.before_on, result.c.after_on, source_seen(result.c.source, of)
    before_ended, after_ended = ended_by(before_on, of.as_of), ended_by(after_on, of.as_of)
    before_seen = or_(before_ended, and_(before_on.is_(None), or_(published, after_ended)))
    after_seen = or_(after_ended, and_(after_on.is_(None), published, or_(before_on.is_(None), before_ended)))
    before = case((before_seen, result.c.before))
    after = case((after_seen, result.c.after))
    change = case((after_seen, result.c.change_percent))
    own = and_(enrolled.c.enterprise == result.c.enterprise, enrolled.c.round == result.c.round)
    roundless = and_(
        result.c.round == "", exists().where(enrolled.c.enterprise == result.c.enterprise).correlate(result)
    )
    return (
        select(
            result.c.enterprise,
            result.c.round,
            result.c.module,
            result.c.indicator,
            before.label("before"),
            result.c.before_on,
            result.c.before_on_precision,
            after.label("after"),
            result.c.after_on,
            result.c.after_on_precision,
            change.label("change_percent"),
            func.coalesce(result.c.operator, "=").label("operator"),
            result.c.months,
            result.c.verified,
            result.c.source,
            result.c.note,
            module.c.position,
        )
        .outerjoin(enrolled, own)
        .outerjoin(module, module.c.code == result.c.module)
        .where(
            or_(enrolled.c.enterprise.is_not(None), roundless),
            among(result.c.module, of.module),
            or_(before.is_not(None), after.is_not(None), change.is_not(None)),
        )
        .cte("results_seen")
    )
