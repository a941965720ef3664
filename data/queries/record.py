"""What stands on record besides: published figures, names, filter options, sources."""

from typing import Any

import pandas as pd
from sqlalchemy import (
    CTE,
    Connection,
    Table,
    and_,
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
from data.facts import among, seen
from data.queries.answers import frame
from data.queries.trees import partner_line, place_line

_MOST_CODES = 30_000
"""So many codes are asked for at once: drivers take no more than 32,766 (SQLite) or 65,535 (PostgreSQL) parameters."""


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
    return frame(
        connection,
        select(figure, phase.label("of_phase"), schema.indicator.c.unit, schema.indicator.c.family)
        .join(schema.indicator, schema.indicator.c.code == figure.c.indicator)
        .outerjoin(round_, round_.c.code == figure.c.round)
        .where(*conditions)
        .order_by(figure.c.as_of.nulls_last(), figure.c.code),
    )


def enterprise_entries(connection: Connection, codes: list[str]) -> dict[str, Entry]:
    """Enterprises by code, for their names."""
    table = schema.enterprise
    found: dict[str, Entry] = {}
    for start in range(0, len(codes), _MOST_CODES):
        some = select(table).where(table.c.code.in_(codes[start : start + _MOST_CODES]))
        found |= {row.code: entry_of(row) for row in connection.execute(some)}
    return found


def enterprise_names(connection: Connection) -> dict[str, tuple[str | None, str | None]]:
    """The English and the Chinese name of every enterprise, by code."""
    enterprise = schema.enterprise.c
    found = connection.execute(select(enterprise.code, enterprise.name_en, enterprise.name_zh))
    return {row.code: (row.name_en, row.name_zh) for row in found}


def option_counts(connection: Connection, of: Slice, dimension: str) -> pd.DataFrame:
    """Enterprises per code of one filter dimension inside `of`, the slice without it. Columns: code, enterprises.

    A place or partner counts whatever lies below it as well.
    """
    enrolled = facts.enrolments(of)
    if dimension == "partner":
        line = partner_line(of)
        question = (
            select(line.c.ancestor.label("code"), func.count(distinct(enrolled.c.enterprise)).label("enterprises"))
            .select_from(enrolled)
            .join(schema.round_partner, schema.round_partner.c.round == enrolled.c.round)
            .join(line, line.c.code == schema.round_partner.c.partner)
            .group_by(line.c.ancestor)
        )
    elif dimension == "place":
        line = place_line()
        question = (
            select(line.c.ancestor.label("code"), func.count(distinct(enrolled.c.enterprise)).label("enterprises"))
            .select_from(enrolled)
            .join(line, line.c.code == enrolled.c.place)
            .group_by(line.c.ancestor)
        )
    else:
        column = enrolled.c[dimension]
        question = (
            select(column.label("code"), func.count(distinct(enrolled.c.enterprise)).label("enterprises"))
            .where(column.is_not(None))
            .group_by(column)
        )
    return frame(connection, question)


def memberships(connection: Connection, of: Slice) -> list[dict[str, Any]]:
    """Every enrolment of the slice: enterprise, and per filter the set of its codes ('' where one is not given)."""
    enrolled = facts.enrolments(of)
    party = schema.round_partner
    partners: dict[str, set[str]] = {}
    for row in connection.execute(
        select(party.c.round, party.c.partner).where(among(party.c.partner, of.visible_partners))
    ):
        partners.setdefault(row.round, set()).add(row.partner)
    columns = [enrolled.c[name] for name in ("enterprise", "sector", "round", "phase", "place")]
    return [
        {
            "enterprise": row.enterprise,
            "partner": frozenset(partners.get(row.round, {""})),
            **{name: frozenset({getattr(row, name) or ""}) for name in ("sector", "round", "phase", "place")},
        }
        for row in connection.execute(select(*columns))
    ]


def nameable_enterprises(connection: Connection) -> frozenset[str]:
    """The enterprises that may be named to others."""
    return frozenset(
        connection.scalars(select(schema.enterprise.c.code).where(schema.enterprise.c.may_be_named.is_(True)))
    )


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
    return frame(
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
    return frame(
        connection,
        select(each.c.source, each.c.table, func.count().label("rows")).group_by(each.c.source, each.c.table),
    )
