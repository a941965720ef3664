"""What enterprises reported: pairs, the facts that are none, and who reported at all."""

import pandas as pd
from sqlalchemy import CTE, Connection, and_, distinct, func, literal, or_, select, union_all

from data import facts, schema
from data.access import Slice
from data.facts import flag
from data.queries.answers import count, distinct_where, frame
from data.queries.trees import partner_line


def paired_results(connection: Connection, of: Slice, indicator: str | None = None) -> pd.DataFrame:
    """One row per pair (of one indicator, or of all): enterprise, indicator, before, before_on, after, after_on, round,
    module, source, months, verified, date_precision.
    """
    pairs = facts.pairs(facts.results_seen(of, facts.enrolments(of), indicator=indicator))
    return frame(connection, select(pairs).order_by(pairs.c.indicator, pairs.c.enterprise))


def _marked(of: Slice, indicator: str | None = None) -> CTE:
    """Results with ``other``: 1 where a row is no part of a pair (a bound, a change without levels, a level alone)."""
    rows = facts.results_seen(of, facts.enrolments(of), indicator=indicator)
    key = [rows.c.enterprise, rows.c.indicator]
    exact = rows.c.operator == "="
    level = and_(exact, or_(rows.c.before.is_not(None), rows.c.after.is_not(None)))
    both = [
        func.max(flag(and_(exact, value.is_not(None)))).over(partition_by=key)
        for value in (rows.c.before, rows.c.after)
    ]
    return select(rows, (1 - flag(level) * both[0] * both[1]).label("other")).cte("marked")


def other_fact_counts(connection: Connection, of: Slice) -> pd.DataFrame:
    """Every indicator with a result. Columns: indicator, other_facts (rows that are no pairs), other_enterprises."""
    rows = _marked(of)
    return frame(
        connection,
        select(
            rows.c.indicator,
            func.sum(rows.c.other).label("other_facts"),
            func.count(distinct_where(rows.c.other == 1, rows.c.enterprise)).label("other_enterprises"),
        )
        .group_by(rows.c.indicator)
        .order_by(rows.c.indicator),
    )


def other_facts(
    connection: Connection, of: Slice, indicator: str | None = None, limit: int | None = None
) -> pd.DataFrame:
    """Result rows that are no pairs (of one indicator, or of all), as :func:`facts.results_seen` gives them."""
    rows = _marked(of, indicator)
    order = (rows.c.indicator, rows.c.enterprise, rows.c.round, rows.c.module)
    return frame(connection, select(rows).where(rows.c.other == 1).order_by(*order).limit(limit))


def coverage_totals(connection: Connection, of: Slice) -> dict[str, int]:
    """The coverage line's counts for the whole slice: enterprises, trained, reported, pairs, paired (enterprises)."""
    enrolled = facts.enrolments(of)
    trained = facts.trainings(of, enrolled)
    rows = facts.results_seen(of, enrolled)
    exact = rows.c.operator == "="
    reports = (
        select(
            rows.c.enterprise,
            (
                func.max(flag(and_(exact, rows.c.before.is_not(None))))
                * func.max(flag(and_(exact, rows.c.after.is_not(None))))
            ).label("pair"),
        )
        .group_by(rows.c.enterprise, rows.c.indicator)
        .subquery("reports")
    )
    return {
        **count(connection, select(func.count(distinct(enrolled.c.enterprise)).label("enterprises"))),
        **count(
            connection,
            select(func.count(distinct_where(trained.c.started == 1, trained.c.enterprise)).label("trained")),
        ),
        **count(
            connection,
            select(
                func.count(distinct(reports.c.enterprise)).label("reported"),
                func.coalesce(func.sum(reports.c.pair), 0).label("pairs"),
                func.count(distinct_where(reports.c.pair == 1, reports.c.enterprise)).label("paired"),
            ),
        ),
    }


def coverage_counts(connection: Connection, of: Slice) -> pd.DataFrame:
    """Per group (total, partner, sector, round, phase) with an enterprise: who was trained, reported, gave a pair.

    Columns: group_kind, group (None: not given), enterprises, trained, reported, trained_reported, pairs, and paired
    (enterprises).
    A group's numbers are those of the slice narrowed to it; a partner's include its children's.
    """
    enrolled = facts.enrolments(of)
    trained = facts.trainings(of, enrolled)
    rows = facts.results_seen(of, enrolled)
    line = partner_line(of)
    keys = [enrolled.c.enterprise, enrolled.c.round]
    member = union_all(
        select(literal("total").label("kind"), literal("").label("code"), *keys),
        select(literal("partner"), line.c.ancestor, *keys)
        .join(schema.round_partner, schema.round_partner.c.round == enrolled.c.round)
        .join(line, line.c.code == schema.round_partner.c.partner)
        .distinct(),
        select(literal("sector"), enrolled.c.sector, *keys),
        select(literal("round"), enrolled.c.round, *keys),
        select(literal("phase"), enrolled.c.phase, *keys),
    ).cte("member")
    group = [member.c.kind, member.c.code]
    started = select(trained.c.enterprise, trained.c.round).where(trained.c.started == 1).distinct().cte("started")
    enterprises = (
        select(
            *group,
            member.c.enterprise,
            func.max(flag(started.c.enterprise.is_not(None))).label("trained"),
        )
        .outerjoin(started, and_(started.c.enterprise == member.c.enterprise, started.c.round == member.c.round))
        .group_by(*group, member.c.enterprise)
        .cte("member_enterprises")
    )
    exact = rows.c.operator == "="
    reports = (
        select(
            *group,
            member.c.enterprise,
            rows.c.indicator,
            (
                func.max(flag(and_(exact, rows.c.before.is_not(None))))
                * func.max(flag(and_(exact, rows.c.after.is_not(None))))
            ).label("pair"),
        )
        .join(
            rows,
            and_(rows.c.enterprise == member.c.enterprise, or_(rows.c.round == "", rows.c.round == member.c.round)),
        )
        .group_by(*group, member.c.enterprise, rows.c.indicator)
        .subquery("reports")
    )
    reporters = (
        select(reports.c.kind, reports.c.code, reports.c.enterprise, func.sum(reports.c.pair).label("pairs"))
        .group_by(reports.c.kind, reports.c.code, reports.c.enterprise)
        .subquery("reporters")
    )
    reported = reporters.c.enterprise.is_not(None)
    return frame(
        connection,
        select(
            enterprises.c.kind.label("group_kind"),
            enterprises.c.code.label("group"),
            func.count().label("enterprises"),
            func.sum(enterprises.c.trained).label("trained"),
            func.sum(flag(reported)).label("reported"),
            func.sum(flag(and_(reported, enterprises.c.trained == 1))).label("trained_reported"),
            func.coalesce(func.sum(reporters.c.pairs), 0).label("pairs"),
            func.sum(flag(reporters.c.pairs > 0)).label("paired"),
        )
        .outerjoin(
            reporters,
            and_(
                reporters.c.kind == enterprises.c.kind,
                reporters.c.code.is_not_distinct_from(enterprises.c.code),
                reporters.c.enterprise == enterprises.c.enterprise,
            ),
        )
        .group_by(enterprises.c.kind, enterprises.c.code)
        .order_by(enterprises.c.kind, enterprises.c.code),
    )
