"""The rows of a slice as common table expressions: enrolments, trainings, visible results.

Every query for rows starts from one of these. Counts do not: they come from the arrays of `data/engine`, which applies
the same filter rules (docs/measures.md, "Filters"). A fact dated after the slice's ``as_of`` is not seen.
"""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

from sqlalchemy import CTE, ColumnElement, KeyedColumnElement, and_, case, exists, func, literal, or_, select

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
    """The condition that the last day that the date in `column` can mean is not after ``as_of``.

    A value without a date is always seen.
    """
    return or_(column.is_(None), ended_by(column, of.as_of))


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
        seen(enrolment.c.recruited_on, of),
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


def trainings(of: Slice, enrolled: CTE) -> CTE:
    """Planned trainings of the enrolments: all columns of `training`."""
    key = and_(enrolled.c.enterprise == training.c.enterprise, enrolled.c.round == training.c.round)
    return select(training).join(enrolled, key).where(among(training.c.module, of.module)).cte("trainings")


def results_seen(of: Slice, enrolled: CTE) -> CTE:
    """Result rows of the enrolments, with the values seen at ``as_of`` only. Rows without such a value are left out.

    A result belongs to its enrolment; a result without a round belongs to its enterprise. Columns: keys, before, after,
    change_percent, operator, months, verified, their dates and precisions, source, note, position (of the module).
    """
    before = case((seen(result.c.before_on, of), result.c.before))
    # As long as the before is not seen, the after is not seen either.
    is_undated = result.c.after_on.is_(None)
    after_seen = or_(and_(is_undated, seen(result.c.before_on, of)), and_(~is_undated, seen(result.c.after_on, of)))
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
