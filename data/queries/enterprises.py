"""The enterprises one by one: a page of them searched and sorted by the database, and what is on record of each."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd
from sqlalchemy import CTE, ColumnElement, Connection, Select, and_, case, func, or_, select, true

from data import facts, schema
from data.access import Slice
from data.facts import among, seen
from data.queries.answers import distinct_where, frame

SORTS = ("name", "place", "sector", "rounds", "completed", "last_report")
"""What the list of enterprises can be sorted by."""


def only_place(enrolled: CTE) -> ColumnElement[Any]:
    """The place of an enterprise's enrolments where they have one in common; NULL where they have several."""
    first, last = func.min(enrolled.c.place), func.max(enrolled.c.place)
    return case((first == last, first))


def report_date(rows: CTE) -> ColumnElement[Any]:
    """The date a result row speaks for: of its after where that is seen, else of its before."""
    after = or_(rows.c.after.is_not(None), rows.c.change_percent.is_not(None))
    return func.coalesce(case((after, rows.c.after_on)), rows.c.before_on)


def _name(language: str) -> ColumnElement[str]:
    table = schema.enterprise
    first, second = (table.c.name_zh, table.c.name_en) if language == "zh" else (table.c.name_en, table.c.name_zh)
    return func.coalesce(first, second, table.c.code)


def _named(text: str, *, codes: bool) -> ColumnElement[bool]:
    """Every word of a text is found in a name, in either language (or in the code)."""
    table = schema.enterprise
    searched = [table.c.name_en, table.c.name_zh, *([table.c.code] if codes else [])]
    found = (or_(*(column.icontains(word, autoescape=True) for column in searched)) for word in text.split())
    return and_(true(), *found)


def _name_of(table: Any, code: Any, language: str) -> ColumnElement[Any]:
    first, second = (table.c.name_zh, table.c.name_en) if language == "zh" else (table.c.name_en, table.c.name_zh)
    return select(func.lower(func.coalesce(first, second, table.c.code))).where(table.c.code == code).scalar_subquery()


@dataclass(frozen=True)
class Facts:
    """The facts of a slice, of all its enterprises or of some, each laid out once in a question."""

    of: Slice
    enterprises: tuple[str, ...] | None = None

    @cached_property
    def enrolled(self) -> CTE:
        """The enrolments."""
        return facts.enrolments(self.of, self.enterprises)

    @cached_property
    def trained(self) -> CTE:
        """The trainings."""
        return facts.trainings(self.of, self.enrolled)

    @cached_property
    def rows(self) -> CTE:
        """The results as seen."""
        return facts.results_seen(self.of, self.enrolled, enterprises=self.enterprises)


Within = Callable[[Facts], Select[Any]]
"""The codes of some of the enterprises of a slice."""


def _listed(of: Facts, sort: str, language: str) -> tuple[Select[Any], ColumnElement[Any]]:
    """Every enterprise enrolled, once, and what it is sorted by."""
    table, enrolled = schema.enterprise, of.enrolled
    question = select(table.c.code.label("enterprise")).where(table.c.code.in_(select(enrolled.c.enterprise)))
    if sort == "sector":
        return question, _name_of(schema.sector, table.c.sector, language)
    if sort in ("place", "rounds"):
        round_ = schema.round_
        began = func.min(func.coalesce(round_.c.started_on, round_.c.planned_start)).label("began")
        member = (
            select(enrolled.c.enterprise, only_place(enrolled).label("place"), began)
            .join(round_, round_.c.code == enrolled.c.round)
            .group_by(enrolled.c.enterprise)
            .cte("member")
        )
        by = _name_of(schema.place, member.c.place, language) if sort == "place" else member.c.began
        return question.join(member, member.c.enterprise == table.c.code), by
    if sort == "completed":
        trained = of.trained
        done = func.count(distinct_where(trained.c.completion == 1, trained.c.module))
        each = select(trained.c.enterprise, done.label("completed")).group_by(trained.c.enterprise).cte("each")
        return question.outerjoin(each, each.c.enterprise == table.c.code), func.coalesce(each.c.completed, 0)
    if sort == "last_report":
        last = func.max(report_date(of.rows)).label("last")
        reports = select(of.rows.c.enterprise, last).group_by(of.rows.c.enterprise).cte("reports")
        return question.outerjoin(reports, reports.c.enterprise == table.c.code), reports.c.last
    return question, func.lower(_name(language))


def enterprise_codes(  # noqa: PLR0913 - a page of a list is described by that many words
    connection: Connection,
    of: Slice,
    *,
    text: str = "",
    sort: str = SORTS[0],
    descending: bool = False,
    language: str = "en",
    nameable: bool = False,
    within: Within | None = None,
    limit: int | None,
    offset: int = 0,
) -> tuple[int, list[str]]:
    """How many enterprises of the slice a search finds, and the codes of one page of them (or of all).

    ``nameable`` leaves those that may be named alone, and codes out of the search; ``within`` leaves some alone. What
    is unknown stands last whichever way the list is sorted; whatever is equal stands by name.
    """
    seen_facts = Facts(of)
    question, by = _listed(seen_facts, sort, language)
    question = question.where(_named(text, codes=not nameable))
    if nameable:
        question = question.where(schema.enterprise.c.may_be_named.is_(True))
    if within:
        question = question.where(schema.enterprise.c.code.in_(within(seen_facts)))
    count = connection.scalar(select(func.count()).select_from(question.subquery("found"))) or 0
    order = [by.is_(None), by.desc() if descending else by, func.lower(_name(language)), schema.enterprise.c.code]
    return count, list(connection.scalars(question.order_by(*order).limit(limit).offset(offset)))


def found_by_name(connection: Connection, text: str, *, codes: bool) -> list[str]:
    """The enterprises on record that a search finds, by their names (or codes)."""
    return list(connection.scalars(select(schema.enterprise.c.code).where(_named(text, codes=codes))))


def unnamed_codes(connection: Connection, of: Slice) -> list[str]:
    """The enterprises of the slice that may not be named."""
    enrolled = facts.enrolments(of)
    table = schema.enterprise
    return list(
        connection.scalars(
            select(enrolled.c.enterprise)
            .distinct()
            .join(table, table.c.code == enrolled.c.enterprise)
            .where(or_(table.c.may_be_named.is_(None), table.c.may_be_named.is_(False)))
        )
    )


def enterprise_facts(connection: Connection, of: Slice, codes: list[str]) -> pd.DataFrame:
    """One row an enterprise of `codes` that is in the slice: enterprise, place (its own, else the only one its rounds
    give), sector, workers, workers_women, source.
    """
    enrolled = facts.enrolments(of, codes)
    member = (
        select(enrolled.c.enterprise, only_place(enrolled).label("place")).group_by(enrolled.c.enterprise).cte("member")
    )
    table = schema.enterprise
    columns = [table.c.sector, table.c.workers, table.c.workers_women, table.c.source]
    return frame(connection, select(member, *columns).join(table, table.c.code == member.c.enterprise))


def enrolments_of(connection: Connection, of: Slice, codes: list[str]) -> pd.DataFrame:
    """The enrolments of some enterprises: enterprise, round, recruited_on, baseline_on, left_on (where seen),
    left_reason, date_precision, source; the first recruited first.
    """
    enrolled = facts.enrolments(of, codes)
    table = schema.enrolment
    left = seen(table.c.left_on, of)
    return frame(
        connection,
        select(
            enrolled.c.enterprise,
            enrolled.c.round,
            table.c.recruited_on,
            case((seen(table.c.baseline_on, of), table.c.baseline_on)).label("baseline_on"),
            case((left, table.c.left_on)).label("left_on"),
            case((left, table.c.left_reason)).label("left_reason"),
            table.c.date_precision,
            enrolled.c.source,
        )
        .join(table, and_(table.c.enterprise == enrolled.c.enterprise, table.c.round == enrolled.c.round))
        .order_by(enrolled.c.enterprise, table.c.recruited_on.nulls_last(), enrolled.c.round),
    )


def states_of(connection: Connection, of: Slice, codes: list[str]) -> pd.DataFrame:
    """The states of some enterprises, module by module: enterprise, module, state; in the order of the modules."""
    state = facts.enterprise_modules(facts.trainings(of, facts.enrolments(of, codes)))
    return frame(
        connection,
        select(state.c.enterprise, state.c.module, state.c.state)
        .join(schema.module, schema.module.c.code == state.c.module)
        .order_by(state.c.enterprise, schema.module.c.position, state.c.module),
    )


def last_reports(connection: Connection, of: Slice, codes: list[str]) -> pd.DataFrame:
    """Of some enterprises that reported anything the date of the latest result: enterprise, last_report (None: no
    result of theirs has a date), date_precision.
    """
    rows = Facts(of, tuple(codes)).rows
    when = report_date(rows)
    rank = func.row_number().over(partition_by=rows.c.enterprise, order_by=when.desc().nulls_last())
    ranked = select(rows.c.enterprise, when.label("last_report"), rows.c.date_precision, rank.label("rank")).subquery(
        "ranked"
    )
    columns = [ranked.c.enterprise, ranked.c.last_report, ranked.c.date_precision]
    return frame(connection, select(*columns).where(ranked.c.rank == 1))


def trainings_of(connection: Connection, of: Slice, enterprise: str) -> pd.DataFrame:
    """Every planned training of an enterprise, each date of it where it is seen, its head counts, state and source.

    Columns: round, module, state, due_on, workshop_on, visits_planned, visits_done, assessed_on, completed_on,
    dropped_on, managers, workers, women, satisfaction, date_precision, source, note; as they follow one another.
    """
    trained = facts.trainings(of, facts.enrolments(of, [enterprise]))
    table = schema.training
    dates = [
        case((seen(table.c[name], of), table.c[name])).label(name)
        for name in ("workshop_on", "assessed_on", "completed_on", "dropped_on")
    ]
    # Who took part is known of a training that has begun; its plan is not how it went.
    people = [
        case((trained.c.started == 1, table.c[name])).label(name)
        for name in ("managers", "workers", "women", "satisfaction")
    ]
    return frame(
        connection,
        select(
            trained.c.round, trained.c.module, trained.c.state, trained.c.due_on, *dates,
            trained.c.visits_planned, trained.c.visits_done, *people,
            table.c.date_precision, trained.c.source, table.c.note,
        )
        .join(
            table,
            and_(
                table.c.enterprise == trained.c.enterprise,
                table.c.round == trained.c.round,
                table.c.module == trained.c.module,
            ),
        )
        .join(schema.module, schema.module.c.code == trained.c.module)
        .order_by(
            func.coalesce(table.c.due_on, table.c.workshop_on, table.c.completed_on).nulls_last(),
            schema.module.c.position,
            trained.c.round,
        ),
    )  # fmt: skip


def results_of(connection: Connection, of: Slice, enterprise: str) -> pd.DataFrame:
    """Every result row of an enterprise, as :func:`data.facts.results_seen` gives them, with the indicator's unit and
    better; the figures before the practices, each in the order of its dates.
    """
    rows = Facts(of, (enterprise,)).rows
    indicator = schema.indicator
    return frame(
        connection,
        select(rows, indicator.c.unit, indicator.c.better)
        .join(indicator, indicator.c.code == rows.c.indicator)
        .order_by(
            indicator.c.unit == "yes-no",
            rows.c.indicator,
            report_date(rows).nulls_last(),
            rows.c.round,
            rows.c.position.nulls_first(),
        ),
    )


def round_partners(connection: Connection, of: Slice, rounds: list[str]) -> pd.DataFrame:
    """Who stands behind some rounds, of the partners that may be named: round, partner, role."""
    party = schema.round_partner
    return frame(
        connection,
        select(party.c.round, party.c.partner, party.c.role)
        .where(party.c.round.in_(rounds), among(party.c.partner, of.visible_partners))
        .order_by(party.c.round, party.c.role, party.c.partner),
    )


def neighbours(connection: Connection, of: Slice, enterprise: str, kind: str, code: str) -> dict[str, Any]:
    """The other enterprises of the slice in a place or a sector (``kind``): their number as ``count``, by module how
    many completed it as ``completed``, by source the rows of trainings this rests on as ``sources``.
    """
    enrolled = facts.enrolments(of)
    member = (
        select(enrolled.c.enterprise, enrolled.c.sector, only_place(enrolled).label("place"))
        .where(enrolled.c.enterprise != enterprise)
        .group_by(enrolled.c.enterprise, enrolled.c.sector)
        .cte("member")
    )
    others = select(member.c.enterprise).where(member.c[kind] == code).cte("others")
    among_them = select(enrolled).where(enrolled.c.enterprise.in_(select(others.c.enterprise))).cte("narrowed")
    trained = facts.trainings(of, among_them)
    done = func.count(distinct_where(trained.c.completion == 1, trained.c.enterprise))
    completed = connection.execute(select(trained.c.module, done).group_by(trained.c.module))
    sources = connection.execute(select(trained.c.source, func.count()).group_by(trained.c.source))
    return {
        "count": connection.scalar(select(func.count()).select_from(others)) or 0,
        "completed": {module: int(n) for module, n in completed},
        "sources": {source or "": int(n) for source, n in sources},
    }


def neighbour_codes(  # noqa: PLR0913 - as above
    connection: Connection, of: Slice, enterprise: str, kind: str, code: str, *, nameable: bool, limit: int
) -> list[str]:
    """The first few other enterprises of the slice in a place or a sector, of those that may be named or of all."""
    enrolled = facts.enrolments(of)
    table = schema.enterprise
    question = (
        select(enrolled.c.enterprise)
        .join(table, table.c.code == enrolled.c.enterprise)
        .where(enrolled.c.enterprise != enterprise)
        .group_by(enrolled.c.enterprise, enrolled.c.sector, table.c.code, table.c.name_en, table.c.name_zh)
        .having((only_place(enrolled) if kind == "place" else enrolled.c.sector) == code)
    )
    if nameable:
        question = question.where(table.c.may_be_named.is_(True))
    return list(connection.scalars(question.order_by(func.lower(_name("en")), table.c.code).limit(limit)))


def stories_of(connection: Connection, of: Slice, enterprise: str) -> pd.DataFrame:
    """The stories of an enterprise, but for those of rounds and modules outside the slice: all columns of `story`."""
    story = schema.story
    enrolled = facts.enrolments(of)
    rounds = select(enrolled.c.round).where(enrolled.c.enterprise == enterprise)
    return frame(
        connection,
        select(story)
        .where(
            story.c.enterprise == enterprise,
            or_(story.c.round.is_(None), story.c.round.in_(rounds)),
            or_(story.c.module.is_(None), among(story.c.module, of.module)),
        )
        .order_by(story.c.code),
    )
