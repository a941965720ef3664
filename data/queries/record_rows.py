"""What stands on record besides: published figures, names, sources."""

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
from data.queries.asking import frame
from data.queries.slice_rows import among, seen
from data.storage import schema

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


def nameable_enterprises(connection: Connection) -> frozenset[str]:
    """The enterprises that may be named to others."""
    return frozenset(
        connection.scalars(select(schema.enterprise.c.code).where(schema.enterprise.c.may_be_named.is_(True)))
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
