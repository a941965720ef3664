"""The stored rows of the tables behind the numbers of an exhibit."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import CTE, Connection, Select, Table, and_, func, or_, select

from data.privacy.viewer import Slice
from data.queries import slice_rows
from data.queries.execution import rows
from data.storage import schema

Rows = Select[tuple[Any, ...]]


def enterprise_rows(of: Slice) -> Rows:
    """The enterprises enrolled."""
    enrolled = slice_rows.enrolments(of)
    return select(schema.enterprise).where(schema.enterprise.c.code.in_(select(enrolled.c.enterprise)))


def enrolment_rows(of: Slice) -> Rows:
    """The enrolments of the slice."""
    return _joined(schema.enrolment, slice_rows.enrolments(of))


def training_rows(of: Slice) -> Rows:
    """The planned trainings of the slice."""
    return _joined(schema.training, slice_rows.trainings(of, slice_rows.enrolments(of)))


def result_rows(of: Slice) -> Rows:
    """The results of the slice."""
    return _joined(schema.result, slice_rows.results_seen(of, slice_rows.enrolments(of)))


def coded_rows(table: Table, codes: Iterable[str]) -> Rows:
    """The rows of a table with one of some codes."""
    return select(table).where(table.c.code.in_(sorted(codes)))


def keyed_rows(table: Table, keys: Iterable[tuple[Any, ...]]) -> Rows:
    """The rows of a table with one of some keys of several columns."""
    columns = list(table.primary_key)
    each = [and_(*(column == value for column, value in zip(columns, key, strict=True))) for key in keys]
    return select(table).where(or_(*each) if each else columns[0].in_([]))


def row_count(connection: Connection, selected: Rows) -> int:
    """The number of rows."""
    return connection.scalar(select(func.count()).select_from(selected.subquery("rows"))) or 0


def listed(connection: Connection, table: Table, selected: Rows, limit: int | None = None) -> list[dict[str, Any]]:
    """The rows in the order of their key; with a `limit` only the first."""
    return rows(connection, selected.order_by(*table.primary_key).limit(limit))


def _joined(table: Table, of_slice: CTE) -> Rows:
    """The rows of a table whose keys are in `of_slice`."""
    key = [column.name for column in table.primary_key]
    return select(table).join(of_slice, and_(*(table.c[name] == of_slice.c[name] for name in key)))
