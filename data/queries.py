"""One function per question: a slice in, a frame of counts or rows out. Shares and medians are made elsewhere."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    Select,
    Table,
    and_,
    case,
    distinct,
    func,
    literal,
    or_,
    select,
    union_all,
)

from data import facts, schema
from data.access import Slice
from data.catalogue import Entry, entry_of
from data.facts import FIRST_MODULE, STATES, among, flag, seen


def _frame(connection: Connection, question: Select[*tuple[Any, ...]]) -> pd.DataFrame:
    """The answer as a frame: numbers as numbers, missing codes and texts as None."""
    answer = connection.execute(question)
    frame = pd.DataFrame(answer.all(), columns=list(answer.keys()))
    objects = frame.select_dtypes(include=["object", "str"]).columns
    frame[objects] = frame[objects].astype(object).where(frame[objects].notna(), None)
    return frame


def _count(connection: Connection, question: Select[*tuple[Any, ...]]) -> dict[str, int]:
    row = connection.execute(question).one()
    return {name: int(value) for name, value in row._mapping.items() if value is not None}  # noqa: SLF001 - as a mapping


def _pair_key(table: CTE) -> ColumnElement[str]:
    """Enterprise and module as one value, since no database counts distinct pairs the same way."""
    return table.c.enterprise + literal("/") + table.c.module


def _where(condition: ColumnElement[bool], value: ColumnElement[Any]) -> ColumnElement[Any]:
    return distinct(case((condition, value)))


def overview_counts(connection: Connection, of: Slice) -> dict[str, int]:
    """Headline counts of the slice; a sum of which no term is known is absent."""
    enrolled = facts.enrolments(of)
    trained = facts.trainings(of, enrolled)
    counts = _count(
        connection,
        select(
            func.count(distinct(enrolled.c.enterprise)).label("enterprises"),
            func.count(distinct(enrolled.c.round)).label("rounds"),
            func.count(distinct(enrolled.c.place)).label("places"),
        ),
    )
    started = trained.c.started == 1
    counts |= _count(
        connection,
        select(
            func.count(_where(started, trained.c.enterprise)).label("trained"),
            func.count(distinct(_pair_key(trained))).label("modules_planned"),
            func.count(_where(trained.c.completion == 1, _pair_key(trained))).label("modules_completed"),
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
        ),
    )
    who = select(trained.c.enterprise).where(started).distinct().subquery("who")
    counts |= _count(
        connection,
        select(
            func.sum(schema.enterprise.c.workers).label("workers_reached"),
            func.sum(flag(schema.enterprise.c.workers.is_(None))).label("workers_unknown"),
        ).join(who, who.c.enterprise == schema.enterprise.c.code),
    )
    party = schema.round_partner.c.partner
    counts |= _count(
        connection,
        select(func.count(distinct(party)).label("partners"))
        .join(enrolled, enrolled.c.round == schema.round_partner.c.round)
        .where(among(party, of.visible_partners)),
    )
    counts |= _count(
        connection, select(func.count(schema.round_.c.code).label("rounds_on_record")).where(*_round_conditions(of))
    )
    return counts


def _round_conditions(of: Slice) -> list[ColumnElement[bool]]:
    """Rounds on record in the slice, with or without enterprises: sector and place are an enterprise's."""
    conditions = [among(schema.round_.c.code, of.round), among(schema.round_.c.phase, of.phase)]
    if of.partner is not None:
        rounds = select(schema.round_partner.c.round).where(among(schema.round_partner.c.partner, of.partner))
        conditions.append(schema.round_.c.code.in_(rounds))
    return conditions


def place_counts(connection: Connection, of: Slice, region: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Counts per place of the slice, or per region where `region` maps places to regions.

    Columns: place (None: not given), enterprises, trained, m1_completed, modules_completed, workers (NaN: unknown),
    workers_unknown (trained enterprises whose size is unknown).
    """
    enrolled = facts.enrolments(of)
    trained = facts.trainings(of, enrolled)

    def where(place: ColumnElement[Any]) -> ColumnElement[Any]:
        return case(dict(region), value=place) if region else place

    members = (
        select(where(enrolled.c.place).label("place"), func.count(distinct(enrolled.c.enterprise)).label("enterprises"))
        .group_by(where(enrolled.c.place))
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
            func.count(_where(located.c.started == 1, located.c.enterprise)).label("trained"),
            func.count(
                _where(and_(located.c.module == FIRST_MODULE, located.c.completion == 1), located.c.enterprise)
            ).label("m1_completed"),
            func.count(_where(located.c.completion == 1, _pair_key(located))).label("modules_completed"),
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
            # Of nobody trained the sum is a plain 0; of sizes nobody knows it is unknown.
            case((func.coalesce(steps.c.trained, 0) == 0, 0), else_=size.c.workers).label("workers"),
            func.coalesce(size.c.workers_unknown, 0).label("workers_unknown"),
        )
        .outerjoin(steps, steps.c.place.is_not_distinct_from(members.c.place))
        .outerjoin(size, size.c.place.is_not_distinct_from(members.c.place))
        .order_by(members.c.enterprises.desc(), members.c.place.nulls_last())
    )
    if region:
        question = question.where(members.c.place.is_not(None))
    frame = _frame(connection, question)
    frame["workers"] = pd.to_numeric(frame["workers"])
    return frame


def module_steps(connection: Connection, of: Slice) -> pd.DataFrame:
    """Distinct enterprises per planned module.

    Columns: module, planned, workshop, visited, assessed, completed (reached, by own or later evidence),
    visited_without_record, assessed_without_record, and one per state.
    """
    state = facts.enterprise_modules(facts.trainings(of, facts.enrolments(of)))
    visited = or_(state.c.visit == 1, state.c.assessment == 1, state.c.completion == 1)
    assessed = or_(state.c.assessment == 1, state.c.completion == 1)
    return _frame(
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
    counts = _count(
        connection,
        select(*columns, func.sum(flag(only_first)).label("m1_only")).select_from(
            baseline.outerjoin(modules, modules.c.enterprise == baseline.c.enterprise)
        ),
    )
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
    return _frame(
        connection,
        select(each.c.modules, func.count().label("enterprises")).where(each.c.modules > 0).group_by(each.c.modules),
    )


def enterprise_states(connection: Connection, of: Slice) -> pd.DataFrame:
    """One row per enterprise × planned module: enterprise, module, state, round."""
    enrolled = facts.enrolments(of)
    state = facts.enterprise_modules(facts.trainings(of, enrolled))
    return _frame(
        connection,
        select(state.c.enterprise, state.c.module, state.c.state, state.c.round)
        .join(schema.module, schema.module.c.code == state.c.module)
        .order_by(state.c.enterprise, schema.module.c.position, state.c.module),
    )


def paired_results(connection: Connection, of: Slice, indicator: str | None = None) -> pd.DataFrame:
    """One row per pair (of one indicator, or of all): enterprise, indicator, before, before_on, after, after_on, round,
    module, source, months, verified, date_precision.
    """
    pairs = facts.pairs(facts.results_seen(of, facts.enrolments(of)))
    question = select(pairs).order_by(pairs.c.indicator, pairs.c.enterprise)
    return _frame(connection, question if indicator is None else question.where(pairs.c.indicator == indicator))


def _marked(of: Slice) -> CTE:
    """Results with ``other``: 1 where a row is no part of a pair (a bound, a change without levels, a level alone)."""
    rows = facts.results_seen(of, facts.enrolments(of))
    key = [rows.c.enterprise, rows.c.indicator]
    exact = rows.c.operator == "="
    level = and_(exact, or_(rows.c.before.is_not(None), rows.c.after.is_not(None)))
    both = [
        func.max(flag(and_(exact, value.is_not(None)))).over(partition_by=key)
        for value in (rows.c.before, rows.c.after)
    ]
    return select(rows, (1 - flag(level) * both[0] * both[1]).label("other")).cte("marked")


def other_fact_counts(connection: Connection, of: Slice) -> pd.DataFrame:
    """Every indicator with a result. Columns: indicator, other_facts (rows that are no pairs)."""
    rows = _marked(of)
    return _frame(
        connection,
        select(rows.c.indicator, func.sum(rows.c.other).label("other_facts"))
        .group_by(rows.c.indicator)
        .order_by(rows.c.indicator),
    )


def other_facts(connection: Connection, of: Slice, indicator: str | None = None) -> pd.DataFrame:
    """Result rows that are no pairs (of one indicator, or of all), as :func:`facts.results_seen` gives them."""
    rows = _marked(of)
    question = (
        select(rows).where(rows.c.other == 1).order_by(rows.c.indicator, rows.c.enterprise, rows.c.round, rows.c.module)
    )
    return _frame(connection, question if indicator is None else question.where(rows.c.indicator == indicator))


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
        **_count(connection, select(func.count(distinct(enrolled.c.enterprise)).label("enterprises"))),
        **_count(connection, select(func.count(_where(trained.c.started == 1, trained.c.enterprise)).label("trained"))),
        **_count(
            connection,
            select(
                func.count(distinct(reports.c.enterprise)).label("reported"),
                func.coalesce(func.sum(reports.c.pair), 0).label("pairs"),
                func.count(_where(reports.c.pair == 1, reports.c.enterprise)).label("paired"),
            ),
        ),
    }


def coverage_counts(connection: Connection, of: Slice) -> pd.DataFrame:
    """Per group (total, partner, sector, round) with an enrolled enterprise: who was trained, reported, gave a pair.

    Columns: group_kind, group (None: not given), enterprises, trained, reported, trained_reported, pairs, and paired
    (enterprises).
    A group's numbers are those of the slice narrowed to it; a partner's include its children's.
    """
    enrolled = facts.enrolments(of)
    trained = facts.trainings(of, enrolled)
    rows = facts.results_seen(of, enrolled)
    line = _partner_line(of)
    keys = [enrolled.c.enterprise, enrolled.c.round]
    member = union_all(
        select(literal("total").label("kind"), literal("").label("code"), *keys),
        select(literal("partner"), line.c.ancestor, *keys)
        .join(schema.round_partner, schema.round_partner.c.round == enrolled.c.round)
        .join(line, line.c.partner == schema.round_partner.c.partner)
        .distinct(),
        select(literal("sector"), enrolled.c.sector, *keys),
        select(literal("round"), enrolled.c.round, *keys),
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
    return _frame(
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


def _partner_line(of: Slice) -> CTE:
    """Every partner with itself and each of its ancestors, as far as the viewer may see partners: partner, ancestor."""
    partner = schema.partner
    line = select(partner.c.code.label("partner"), partner.c.code.label("ancestor")).cte("line", recursive=True)
    above = (
        select(line.c.partner, partner.c.parent)
        .join(partner, partner.c.code == line.c.ancestor)
        .where(partner.c.parent.is_not(None))
    )
    line = line.union(above)
    return select(line).where(among(line.c.ancestor, of.visible_partners)).cte("visible_line")


def reported_figures(connection: Connection, of: Slice) -> pd.DataFrame:
    """Published figures the slice leaves: all columns of `reported_figure` with the indicator's unit and family.

    A figure says which place, phase, round and partner it speaks for; it has no sector and no module, so a filter
    on these leaves none. A figure about a round that names no phase or partner itself speaks for the round's.
    """
    figure, round_ = schema.reported_figure, schema.round_
    phase = func.coalesce(figure.c.phase, round_.c.phase)
    conditions = [
        seen(figure.c.as_of, of),
        among(figure.c.place, of.place),
        among(figure.c.round, of.round),
        among(phase, of.phase),
    ]
    if of.partner is not None:
        rounds = select(schema.round_partner.c.round).where(among(schema.round_partner.c.partner, of.partner))
        about_round = and_(figure.c.partner.is_(None), figure.c.round.in_(rounds))
        conditions.append(or_(among(figure.c.partner, of.partner), about_round))
    if of.sector is not None or of.module is not None:
        conditions.append(literal(value=False))
    return _frame(
        connection,
        select(figure, phase.label("of_phase"), schema.indicator.c.unit, schema.indicator.c.family)
        .join(schema.indicator, schema.indicator.c.code == figure.c.indicator)
        .outerjoin(round_, round_.c.code == figure.c.round)
        .where(*conditions)
        .order_by(figure.c.as_of.nulls_last(), figure.c.code),
    )


def enterprise_entries(connection: Connection, codes: list[str]) -> dict[str, Entry]:
    """Enterprises by code, for their names."""
    found = connection.execute(select(schema.enterprise).where(schema.enterprise.c.code.in_(codes)))
    return {row.code: entry_of(row) for row in found}


def option_counts(connection: Connection, of: Slice, dimension: str) -> pd.DataFrame:
    """Enterprises per code of one filter dimension inside `of`, the slice without it. Columns: code, enterprises.

    A place or partner counts whatever lies below it as well.
    """
    enrolled = facts.enrolments(of)
    if dimension == "partner":
        line = _partner_line(of)
        question = (
            select(line.c.ancestor.label("code"), func.count(distinct(enrolled.c.enterprise)).label("enterprises"))
            .select_from(enrolled)
            .join(schema.round_partner, schema.round_partner.c.round == enrolled.c.round)
            .join(line, line.c.partner == schema.round_partner.c.partner)
            .group_by(line.c.ancestor)
        )
    elif dimension == "place":
        line = _place_line()
        question = (
            select(line.c.ancestor.label("code"), func.count(distinct(enrolled.c.enterprise)).label("enterprises"))
            .select_from(enrolled)
            .join(line, line.c.place == enrolled.c.place)
            .group_by(line.c.ancestor)
        )
    else:
        column = enrolled.c[dimension]
        question = (
            select(column.label("code"), func.count(distinct(enrolled.c.enterprise)).label("enterprises"))
            .where(column.is_not(None))
            .group_by(column)
        )
    return _frame(connection, question)


def _place_line() -> CTE:
    """Every place with itself and each place it lies in: place, ancestor."""
    place = schema.place
    line = select(place.c.code.label("place"), place.c.code.label("ancestor")).cte("place_line", recursive=True)
    above = (
        select(line.c.place, place.c.parent)
        .join(place, place.c.code == line.c.ancestor)
        .where(place.c.parent.is_not(None))
    )
    return line.union(above)


def sources_of_trainings(connection: Connection, of: Slice) -> pd.DataFrame:
    """Which sources the enrolments and trainings of the slice rest on. Columns: source (None: not given), rows."""
    enrolled = facts.enrolments(of)
    trained = facts.trainings(of, enrolled)
    return _sources(connection, enrolled, trained)


def sources_of_results(connection: Connection, of: Slice, indicator: str | None = None) -> pd.DataFrame:
    """Which sources the results of the slice rest on, of one indicator or of all. Columns: source (None), rows."""
    rows = facts.results_seen(of, facts.enrolments(of))
    if indicator is not None:
        rows = select(rows).where(rows.c.indicator == indicator).cte("of_indicator")
    return _sources(connection, rows)


def _sources(connection: Connection, *tables: CTE) -> pd.DataFrame:
    each = union_all(*(select(table.c.source) for table in tables)).subquery("each")
    return _frame(
        connection, select(each.c.source, func.count().label("rows")).group_by(each.c.source).order_by(each.c.source)
    )


def rows_of_source(connection: Connection) -> pd.DataFrame:
    """How many rows of each table name each source, in the whole record. Columns: source, table, rows."""
    tables: list[Table] = [table for table in schema.CONTRACT_TABLES if "source" in table.c and table.name != "source"]
    each = union_all(
        *(
            select(table.c.source, literal(table.name).label("table")).where(table.c.source.is_not(None))
            for table in tables
        )
    ).subquery("each")
    return _frame(
        connection,
        select(each.c.source, each.c.table, func.count().label("rows")).group_by(each.c.source, each.c.table),
    )
