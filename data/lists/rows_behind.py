"""The rows behind an exhibit: their number per table and, for the people who maintain the data, the rows themselves."""

from dataclasses import dataclass
from typing import Any

from data.engine.counts import row_counts
from data.exhibits import EXHIBITS
from data.privacy.viewer import Permission
from data.queries import exhibit_rows
from data.queries.exhibit_rows import Rows
from data.storage import schema
from data.storage.batches import Batch, batch_of
from data.view import View


@dataclass(frozen=True)
class UsedRow:
    """One row of the record, by column, and its last batch (None: unknown)."""

    cells: dict[str, Any]
    batch: Batch | None


def counts(view: View, code: str, indicator: str | None = None) -> dict[str, int | None]:
    """The number of rows of each table behind an exhibit; None for a viewer with a threshold.

    An `indicator` narrows the rows of results.
    """
    if view.threshold:
        return dict.fromkeys(EXHIBITS[code].rests_on.tables)
    from_facts = row_counts(view.facts, indicator)
    return {
        table: from_facts[table]
        if table in from_facts
        else exhibit_rows.row_count(view.connection, _rows(view, code, table, indicator))
        for table in EXHIBITS[code].rests_on.tables
    }


def rows(view: View, code: str, table: str, indicator: str | None = None, limit: int | None = None) -> list[UsedRow]:
    """The rows of one of the tables; with a `limit` only the first.

    Raises KeyError if the exhibit has no such table, or the viewer may not see rows.
    """
    if not view.viewer.may(Permission.SEE_DATA_QUALITY):
        raise KeyError(table)
    listed = exhibit_rows.listed(
        view.connection, schema.results.tables[table], _rows(view, code, table, indicator), limit
    )
    names = [column.name for column in schema.results.tables[table].primary_key]
    keys = [tuple(row[name] for name in names) for row in listed]
    batches = batch_of(view.connection, table, keys)
    return [UsedRow(row, batches.get(key)) for row, key in zip(listed, keys, strict=True)]


def columns(table: str) -> list[str]:
    """The columns of a table, in order."""
    return [column.name for column in schema.results.tables[table].columns]


def _rows(view: View, code: str, table: str, indicator: str | None) -> Rows:
    found = EXHIBITS[code].rests_on.tables[table](view)
    return found if indicator is None else found.where(schema.result.c.indicator == indicator)
