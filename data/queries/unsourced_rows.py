"""The rows without a source (docs/measures.md, "Completeness")."""

from collections.abc import Callable
from typing import Any

import pandas as pd
from sqlalchemy import CTE, Connection, Select, func, select

from data.privacy.viewer import Slice
from data.queries import slice_rows
from data.queries.execution import frame
from data.storage import schema

OF_SLICE = ("enterprise", "enrolment", "training", "result")
"""The tables whose rows belong to an enterprise. Filters apply to these tables only; of others all rows count."""


def tables_with_source() -> tuple[str, ...]:
    """The tables with a source column."""
    return tuple(table.name for table in schema.CONTRACT_TABLES if "source" in table.c)


def key_of(table: str) -> dict[str, str]:
    """The key columns of a table, each with the table it refers to ("": none)."""
    columns = schema.results.tables[table].columns
    return {column.name: column.info["refers"] for column in columns if column.info.get("key")}


def unsourced_count(connection: Connection, of: Slice, table: str) -> int:
    """The number of rows of a table without a source."""
    return connection.scalar(select(func.count()).select_from(_unsourced_rows(of, table).subquery("found"))) or 0


def unsourced(connection: Connection, of: Slice, table: str, *, limit: int | None) -> pd.DataFrame:
    """The rows of a table without a source: keys, and names if there are any, sorted by key.

    Tables of :data:`OF_SLICE` have the rows of the slice only, others the rows of the whole record.
    """
    statement = _unsourced_rows(of, table)
    order = [statement.selected_columns[name] for name in key_of(table)]
    return frame(connection, statement.order_by(*order).limit(limit))


_ROWS_OF_SLICE: dict[str, Callable[[Slice, CTE], CTE]] = {
    "enrolment": lambda _of, enrolled: enrolled,
    "training": slice_rows.trainings,
    "result": slice_rows.results_seen,
}


def _unsourced_rows(of: Slice, name: str) -> Select[Any]:
    enrolled, table = slice_rows.enrolments(of), schema.results.tables[name]
    if name in _ROWS_OF_SLICE:
        rows = _ROWS_OF_SLICE[name](of, enrolled)
        return select(*(rows.c[key] for key in key_of(name))).where(rows.c.source.is_(None))
    names = [table.c[column] for column in ("name_en", "name_zh", "title_en", "title_zh") if column in table.c]
    statement = select(*(table.c[key] for key in key_of(name)), *names).where(table.c.source.is_(None))
    return statement.where(table.c.code.in_(select(enrolled.c.enterprise))) if name == "enterprise" else statement
