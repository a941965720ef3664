"""The rows that name no source (docs/measures.md, "Completeness")."""

from collections.abc import Callable
from typing import Any

import pandas as pd
from sqlalchemy import CTE, Connection, Select, func, select

from data.privacy.viewer import Slice
from data.queries import slice_rows
from data.queries.asking import frame
from data.storage import schema

OF_SLICE = ("enterprise", "enrolment", "training", "result")
"""The tables whose rows belong to an enterprise: of them the slice's rows are looked at, of others all."""


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


_NARROWED: dict[str, Callable[[Slice, CTE], CTE]] = {
    "enrolment": lambda _of, enrolled: enrolled,
    "training": slice_rows.trainings,
    "result": slice_rows.results_seen,
}


def _sourced_rows(of: Slice, name: str) -> Select[Any]:
    enrolled, table = slice_rows.enrolments(of), schema.results.tables[name]
    if name in _NARROWED:
        rows = _NARROWED[name](of, enrolled)
        return select(*(rows.c[key] for key in key_of(name))).where(rows.c.source.is_(None))
    named = [table.c[column] for column in ("name_en", "name_zh", "title_en", "title_zh") if column in table.c]
    question = select(*(table.c[key] for key in key_of(name)), *named).where(table.c.source.is_(None))
    return question.where(table.c.code.in_(select(enrolled.c.enterprise))) if name == "enterprise" else question
