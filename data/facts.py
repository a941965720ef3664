"""The facts inside a slice, as SELECTs to build on: enrolments, trainings with their state, results as seen.

Every query starts from one of these, so that a slice narrows everything in one place (docs/measures.md,
"Filters"). A fact dated after the slice's ``as_of`` is not seen.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import CTE, ColumnElement, and_, case, exists, func, literal, or_, select

from data.access import Slice
from data.schema import enrolment, enterprise, module, result, round_, round_partner, round_place, training

STATES = ("completed", "in-progress", "dropped", "overdue", "not-yet-due")
FIRST_MODULE = "m1"


def flag(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """1 where `condition` holds, 0 where it does not or is unknown: something every database can sum."""
    return case((condition, 1), else_=0)


def among(column: ColumnElement[Any], codes: frozenset[str] | None) -> ColumnElement[bool]:
    """`column` holds one of `codes`; None restricts nothing, an empty set leaves nothing, '' stands for "not given"."""
    if codes is None:
        return literal(value=True)
    named = column.in_(sorted(codes - {""}))
    return or_(named, column.is_(None)) if "" in codes else named


def seen(column: ColumnElement[Any], of: Slice) -> ColumnElement[bool]:
    """The date in `column` is not after ``as_of``; a value without a date is always seen."""
    return or_(column.is_(None), column <= of.as_of)


def enrolments(of: Slice, enterprises: Collection[str] | None = None) -> CTE:
    """Enrolments in the slice, of some `enterprises` or of all. Columns: enterprise, round, phase, sector, place,
    recruited_on, baseline and left (0/1), workers, source.

    ``place`` is the enterprise's own, else its round's single place, else NULL.
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
            round_.c.phase,
            enterprise.c.sector,
            place.label("place"),
            enrolment.c.recruited_on,
            flag(enrolment.c.baseline_on <= of.as_of).label("baseline"),
            flag(enrolment.c.left_on <= of.as_of).label("left"),
            enterprise.c.workers,
            enrolment.c.source,
        )
        .join(enterprise, enterprise.c.code == enrolment.c.enterprise)
        .join(round_, round_.c.code == enrolment.c.round)
        .outerjoin(single_place, single_place.c.round == enrolment.c.round)
        .where(*conditions)
        .cte("enrolments")
    )


def trainings(of: Slice, enrolled: CTE, name: str = "trainings") -> CTE:
    """Planned trainings of the enrolments: keys, recruited_on, due_on, head counts, visits, 0/1 evidence of each step.

    ``workshop``, ``visit``, ``assessment``, ``completion`` are each step's own record; ``started`` is any of them;
    ``dropped`` is the training's or the enrolment's own.
    """
    workshop = training.c.workshop_on <= of.as_of
    # A visit has no date of its own: it counts once the workshop's date is reached, or where there is none.
    visit = and_(training.c.visits_done > 0, seen(training.c.workshop_on, of))
    assessment = training.c.assessed_on <= of.as_of
    completion = training.c.completed_on <= of.as_of
    due = training.c.due_on <= of.as_of
    dropped = or_(training.c.dropped_on <= of.as_of, enrolled.c.left == 1)
    started = or_(workshop, visit, assessment, completion)
    state = case(
        (completion, "completed"), (dropped, "dropped"), (started, "in-progress"), (due, "overdue"), else_="not-yet-due"
    )
    return (
        select(
            training.c.enterprise,
            training.c.round,
            training.c.module,
            enrolled.c.recruited_on,
            training.c.due_on,
            training.c.managers,
            training.c.workers,
            training.c.women,
            training.c.visits_planned,
            case((seen(training.c.workshop_on, of), training.c.visits_done)).label("visits_done"),
            training.c.source,
            flag(workshop).label("workshop"),
            flag(visit).label("visit"),
            flag(assessment).label("assessment"),
            flag(completion).label("completion"),
            flag(started).label("started"),
            state.label("state"),
        )
        .join(
            enrolled,
            and_(enrolled.c.enterprise == training.c.enterprise, enrolled.c.round == training.c.round),
        )
        .where(among(training.c.module, of.module))
        .cte(name)
    )


def enterprise_modules(trained: CTE) -> CTE:
    """One row per enterprise × planned module: enterprise, module, round, state, and 0/1 own records of each step.

    ``round`` and ``state`` are of the completed training where there is one, else of the latest one
    (by ``recruited_on``, then ``due_on``; an unknown date counts as earlier than any known one).
    """
    pair = [trained.c.enterprise, trained.c.module]
    ranked = select(
        *pair,
        trained.c.round,
        trained.c.state,
        *(
            func.max(trained.c[step]).over(partition_by=pair).label(step)
            for step in ("workshop", "visit", "assessment", "completion", "started")
        ),
        func.row_number()
        .over(
            partition_by=pair,
            order_by=[
                trained.c.completion.desc(),
                trained.c.recruited_on.desc().nulls_last(),
                trained.c.due_on.desc().nulls_last(),
                trained.c.round.desc(),
            ],
        )
        .label("rank"),
    ).subquery("ranked")
    columns = [column for column in ranked.c if column.name != "rank"]
    return select(*columns).where(ranked.c.rank == 1).cte("enterprise_modules")


def results_seen(
    of: Slice,
    enrolled: CTE,
    name: str = "results_seen",
    *,
    indicator: str | None = None,
    enterprises: Collection[str] | None = None,
) -> CTE:
    """Result rows in the slice, of one indicator or of all, with only the values seen at ``as_of``; rows of which
    nothing is seen are left out. Where the enrolments are of some `enterprises` alone it helps to say so.

    A result belongs to its enrolment; one without a round follows its enterprise. Columns: keys, before, after,
    change_percent, operator, months, verified, their dates, source, note, recruited_on, position (of the module).
    """
    before = case((seen(result.c.before_on, of), result.c.before))
    # What was measured after a before that is not seen yet is not seen either.
    after_on = func.coalesce(result.c.after_on, result.c.before_on)
    after = case((seen(after_on, of), result.c.after))
    change = case((seen(after_on, of), result.c.change_percent))
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
            after.label("after"),
            result.c.after_on,
            change.label("change_percent"),
            func.coalesce(result.c.operator, "=").label("operator"),
            result.c.months,
            result.c.verified,
            result.c.source,
            result.c.note,
            result.c.date_precision,
            enrolled.c.recruited_on,
            module.c.position,
        )
        .outerjoin(enrolled, own)
        .outerjoin(module, module.c.code == result.c.module)
        .where(
            or_(enrolled.c.enterprise.is_not(None), roundless),
            among(result.c.module, of.module),
            among(result.c.indicator, None if indicator is None else frozenset({indicator})),
            among(result.c.enterprise, None if enterprises is None else frozenset(enterprises)),
            or_(before.is_not(None), after.is_not(None), change.is_not(None)),
        )
        .cte(name)
    )


def pairs(facts: CTE) -> CTE:
    """One row per pair: enterprise, indicator, before, after, and round, module, source, dates, months of the after.

    Only operator ``=``; of several rows of an enterprise and indicator the first before and the last after,
    by date, then by when the enterprise was recruited, then by round and module.
    """
    key = [facts.c.enterprise, facts.c.indicator]
    exact = facts.c.operator == "="
    first = (
        select(
            *key,
            facts.c.before,
            facts.c.before_on,
            func.row_number()
            .over(
                partition_by=key,
                order_by=[
                    facts.c.before_on.nulls_last(),
                    facts.c.recruited_on.nulls_last(),
                    facts.c.round,
                    facts.c.position.nulls_first(),
                ],
            )
            .label("rank"),
        )
        .where(exact, facts.c.before.is_not(None))
        .subquery("first_before")
    )
    last = (
        select(
            *key,
            facts.c.after,
            facts.c.after_on,
            facts.c.round,
            facts.c.module,
            facts.c.source,
            facts.c.months,
            facts.c.verified,
            facts.c.date_precision,
            func.row_number()
            .over(
                partition_by=key,
                order_by=[
                    facts.c.after_on.desc().nulls_last(),
                    facts.c.recruited_on.desc().nulls_last(),
                    facts.c.round.desc(),
                    facts.c.position.desc().nulls_last(),
                ],
            )
            .label("rank"),
        )
        .where(exact, facts.c.after.is_not(None))
        .subquery("last_after")
    )
    return (
        select(
            first.c.enterprise,
            first.c.indicator,
            first.c.before,
            first.c.before_on,
            *(c for c in last.c if c.name not in ("enterprise", "indicator", "rank")),
        )
        .join(last, and_(last.c.enterprise == first.c.enterprise, last.c.indicator == first.c.indicator))
        .where(first.c.rank == 1, last.c.rank == 1)
        .cte("pairs")
    )
