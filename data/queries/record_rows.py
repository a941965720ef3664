"""Other rows of the record: published figures, names, sources."""

import pandas as pd
from sqlalchemy import (
    Connection,
    Table,
    and_,
    func,
    literal,
    or_,
    select,
    union_all,
)

from data.catalogue import Entry, entry_of
from data.privacy.viewer import Slice
from data.queries.execution import frame
from data.queries.slice_rows import among, seen
from data.storage import schema

_MOST_CODES = 30_000
"""Maximum number of codes in one statement. Drivers accept 32,766 (SQLite) or 65,535 (PostgreSQL) parameters."""


def reported_figures(connection: Connection, of: Slice) -> pd.DataFrame:
    """Published figures of the slice: all columns of `reported_figure`, of_phase, and the indicator's unit and family.

    A figure can have a place, phase, round and partner. It has no sector and no module: a filter on these leaves no
    figure. A figure of a round without its own phase or partner has those of the round.
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
    """The entries of some enterprises by code, with their names."""
    table = schema.enterprise
    entries: dict[str, Entry] = {}
    for start in range(0, len(codes), _MOST_CODES):
        chunk = select(table).where(table.c.code.in_(codes[start : start + _MOST_CODES]))
        entries |= {row.code: entry_of(row) for row in connection.execute(chunk)}
    return entries


def enterprise_names(connection: Connection) -> dict[str, tuple[str | None, str | None]]:
    """The English and the Chinese name of every enterprise, by code."""
    enterprise = schema.enterprise.c
    rows = connection.execute(select(enterprise.code, enterprise.name_en, enterprise.name_zh))
    return {row.code: (row.name_en, row.name_zh) for row in rows}


def nameable_enterprises(connection: Connection) -> frozenset[str]:
    """The codes of the enterprises that may be named."""
    return frozenset(
        connection.scalars(select(schema.enterprise.c.code).where(schema.enterprise.c.may_be_named.is_(True)))
    )


def rows_of_source(connection: Connection) -> pd.DataFrame:
    """The number of rows per source and table, in the whole record. Columns: source, table, rows."""
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
