"""What is on record of each enterprise and what is missing: forms, reports, rows without a source, pairs far off.

Defined in docs/measures.md, "Completeness".
"""

from datetime import date, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import CTE, ColumnElement, Connection, Select, and_, case, func, literal, or_, select, union_all

from data import facts, schema
from data.access import Slice
from data.facts import flag
from data.measures import YES_NO
from data.queries.answers import frame
from data.queries.enterprises import Facts, Within, report_date
from data.queries.trees import partner_line

FORMS = ("baseline", "training", "assessment", "results")
STATES = ("present", "partly", "missing", "not-yet-due")
BANDS: tuple[tuple[str, int | None], ...] = (("90", 90), ("180", 180), ("365", 365), ("longer", None))
"""How many days ago an enterprise reported at the longest."""

SILENCE = (*(name for name, _days in BANDS), "undated", "never")
"""Every trained enterprise is in exactly one: a band, reported without a date, never reported."""

OF_SLICE = ("enterprise", "enrolment", "training", "result")
"""The tables whose rows belong to an enterprise: of them the slice's rows are looked at, of others all."""


def forms(of: Facts) -> CTE:
    """One row an enterprise: enterprise, the state of each form, trained and reported (0/1), last_report."""
    enrolled, trained, rows = of.enrolled, of.trained, of.rows
    began = or_(trained.c.started == 1, trained.c.due_on <= of.of.as_of)
    own = and_(trained.c.enterprise == enrolled.c.enterprise, trained.c.round == enrolled.c.round)
    due = (
        select(enrolled.c.enterprise, enrolled.c.round, enrolled.c.baseline, func.max(flag(began)).label("due"))
        .outerjoin(trained, own)
        .group_by(enrolled.c.enterprise, enrolled.c.round, enrolled.c.baseline)
        .cte("baselines_due")
    )
    baselines = (
        select(
            due.c.enterprise,
            func.sum(due.c.baseline).label("present"),
            func.sum(due.c.due * (1 - due.c.baseline)).label("missing"),
        )
        .group_by(due.c.enterprise)
        .cte("baselines")
    )
    no_workshop = and_(trained.c.workshop == 0, or_(trained.c.started == 1, trained.c.state == "overdue"))
    modules = (
        select(
            trained.c.enterprise,
            func.sum(trained.c.workshop).label("held"),
            func.sum(flag(no_workshop)).label("unheld"),
            func.sum(trained.c.assessment).label("assessed"),
            func.sum(flag(and_(trained.c.assessment == 0, trained.c.completion == 1))).label("unassessed"),
            func.max(trained.c.started).label("trained"),
        )
        .group_by(trained.c.enterprise)
        .cte("modules")
    )
    exact = rows.c.operator == "="
    levels = [func.max(flag(and_(exact, value.is_not(None)))) for value in (rows.c.before, rows.c.after)]
    per_indicator = (
        select(
            rows.c.enterprise, (levels[0] * levels[1]).label("pair"), func.max(report_date(rows)).label("last_report")
        )
        .group_by(rows.c.enterprise, rows.c.indicator)
        .cte("per_indicator")
    )
    reports = (
        select(
            per_indicator.c.enterprise,
            func.max(per_indicator.c.pair).label("pair"),
            func.max(per_indicator.c.last_report).label("last_report"),
        )
        .group_by(per_indicator.c.enterprise)
        .cte("reporters")
    )
    results = case(
        (reports.c.pair == 1, "present"),
        (reports.c.pair == 0, "partly"),
        (modules.c.trained == 1, "missing"),
        else_="not-yet-due",
    )
    return (
        select(
            baselines.c.enterprise,
            _state(baselines.c.present, baselines.c.missing).label("baseline"),
            _state(modules.c.held, modules.c.unheld).label("training"),
            _state(modules.c.assessed, modules.c.unassessed).label("assessment"),
            results.label("results"),
            func.coalesce(modules.c.trained, 0).label("trained"),
            flag(reports.c.enterprise.is_not(None)).label("reported"),
            reports.c.last_report,
        )
        .outerjoin(modules, modules.c.enterprise == baselines.c.enterprise)
        .outerjoin(reports, reports.c.enterprise == baselines.c.enterprise)
        .cte("forms")
    )


def _state(present: ColumnElement[Any], missing: ColumnElement[Any]) -> ColumnElement[str]:
    """The state of a form of which so many are present and so many that are due are missing."""
    return case(
        (and_(present > 0, missing > 0), "partly"),
        (present > 0, "present"),
        (missing > 0, "missing"),
        else_="not-yet-due",
    )


def form_counts(connection: Connection, of: Slice) -> pd.DataFrame:
    """Columns: form, state, enterprises; the states that occur."""
    table = forms(Facts(of))
    each = [
        select(literal(form).label("form"), table.c[form].label("state"), func.count().label("enterprises")).group_by(
            table.c[form]
        )
        for form in FORMS
    ]
    return frame(connection, select(union_all(*each).subquery("counts")))


def forms_of(connection: Connection, of: Slice, codes: list[str]) -> pd.DataFrame:
    """The forms of some enterprises, as :func:`forms` has them."""
    return frame(connection, select(forms(Facts(of, tuple(codes)))))


def with_form(form: str, state: str) -> Within:
    """The enterprises of which a form is in a state."""

    def within(of: Facts) -> Select[Any]:
        table = forms(of)
        return select(table.c.enterprise).where(table.c[form] == state)

    return within


def _silence(last: ColumnElement[Any], reported: ColumnElement[Any], as_of: date) -> ColumnElement[str]:
    """Which of :data:`SILENCE` an enterprise is in."""
    bands = [(last >= as_of - timedelta(days=days), name) for name, days in BANDS if days is not None]
    return case((reported == 0, "never"), (last.is_(None), "undated"), *bands, else_=BANDS[-1][0])


def silence_counts(connection: Connection, of: Slice) -> pd.DataFrame:
    """How long ago the trained enterprises reported: silence, enterprises."""
    table = forms(Facts(of))
    silence = _silence(table.c.last_report, table.c.reported, of.as_of).label("silence")
    # Laid out before it is grouped by: PostgreSQL does not know two expressions with parameters for the same.
    each = select(silence).where(table.c.trained == 1).subquery("each")
    return frame(connection, select(each.c.silence, func.count().label("enterprises")).group_by(each.c.silence))


def in_silence(silence: str) -> Within:
    """The trained enterprises that reported so long ago."""

    def within(of: Facts) -> Select[Any]:
        table = forms(of)
        since = _silence(table.c.last_report, table.c.reported, of.of.as_of)
        return select(table.c.enterprise).where(table.c.trained == 1, since == silence)

    return within


def in_group(kind: str, code: str, which: str) -> Within:
    """Of a group of the exhibit `coverage` (total, a partner, a round) who was ``trained``; of those who ``reported``,
    who is ``silent``.
    """

    def within(of: Facts) -> Select[Any]:
        enrolled = _of_group(of, kind, code)
        trained = facts.trainings(of.of, enrolled, "group_trainings")
        question = select(trained.c.enterprise).where(trained.c.started == 1)
        if which == "trained":
            return question
        rows = facts.results_seen(of.of, enrolled, "group_results")
        reported = trained.c.enterprise.in_(select(rows.c.enterprise))
        return question.where(reported if which == "reported" else ~reported)

    return within


def _of_group(of: Facts, kind: str, code: str) -> CTE:
    enrolled = of.enrolled
    if kind == "round":
        return select(enrolled).where(enrolled.c.round == code).cte("of_group")
    if kind == "partner":
        line, party = partner_line(of.of), schema.round_partner
        rounds = select(party.c.round).join(line, line.c.code == party.c.partner).where(line.c.ancestor == code)
        return select(enrolled).where(enrolled.c.round.in_(rounds)).cte("of_group")
    return enrolled


def levels(connection: Connection, of: Slice) -> pd.DataFrame:
    """Every result row with a before and an after that are no bounds and no practice: enterprise, round, module,
    indicator, unit, before, after, after_on, date_precision, source.
    """
    rows, indicator = Facts(of).rows, schema.indicator
    columns = ("enterprise", "round", "module", "indicator", "before", "after", "after_on", "date_precision", "source")
    return frame(
        connection,
        select(*(rows.c[name] for name in columns), indicator.c.unit)
        .join(indicator, indicator.c.code == rows.c.indicator)
        .where(
            rows.c.operator == "=", rows.c.before.is_not(None), rows.c.after.is_not(None), indicator.c.unit != YES_NO
        )
        .order_by(rows.c.indicator, rows.c.enterprise, rows.c.round, rows.c.module),
    )


def tables_with_source() -> tuple[str, ...]:
    """The tables whose rows name a source."""
    return tuple(table.name for table in schema.CONTRACT_TABLES if "source" in table.c)


def key_of(table: str) -> dict[str, str]:
    """The columns that tell a row of a table from others, each with the table it refers to ("": none)."""
    columns = schema.results.tables[table].columns
    return {column.name: column.info["refers"] for column in columns if column.info.get("key")}


def unsourced_count(connection: Connection, of: Slice, table: str) -> int:
    """How many rows of a table name no source."""
    return connection.scalar(select(func.count()).select_from(_sourced_rows(of, table).subquery("found"))) or 0


def unsourced(connection: Connection, of: Slice, table: str, *, limit: int | None) -> pd.DataFrame:
    """The rows of a table that name no source, by their key (with their names, where they have any): those of the slice
    where they belong to an enterprise, else of the whole record.
    """
    question = _sourced_rows(of, table)
    order = [question.selected_columns[name] for name in key_of(table)]
    return frame(connection, question.order_by(*order).limit(limit))


def _sourced_rows(of: Slice, name: str) -> Select[Any]:
    seen, table = Facts(of), schema.results.tables[name]
    if name in ("enrolment", "training", "result"):
        rows = seen.enrolled if name == "enrolment" else seen.trained if name == "training" else seen.rows
        return select(*(rows.c[key] for key in key_of(name))).where(rows.c.source.is_(None))
    named = [table.c[column] for column in ("name_en", "name_zh", "title_en", "title_zh") if column in table.c]
    question = select(*(table.c[key] for key in key_of(name)), *named).where(table.c.source.is_(None))
    return question.where(table.c.code.in_(select(seen.enrolled.c.enterprise))) if name == "enterprise" else question
