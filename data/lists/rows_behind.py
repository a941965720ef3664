"""The rows behind an exhibit: how many of which tables, and for who looks after the data the rows themselves."""

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
    """One row as on record, by column, and the batch it last came in with (None: not known)."""

    cells: dict[str, Any]
    batch: Batch | None


def counts(view: View, code: str, indicator: str | None = None) -> dict[str, int | None]:
    """How many rows of each table the numbers of an exhibit are made of; None where a threshold holds: not told.

    An `indicator` narrows the rows of results.
    """
    if view.threshold:
        return dict.fromkeys(EXHIBITS[code].rests_on.tables)
    counted = row_counts(view.facts, indicator)
    return {
        table: counted[table]
        if table in counted
        else exhibit_rows.row_count(view.connection, _rows(view, code, table, indicator))
        for table in EXHIBITS[code].rests_on.tables
    }


def rows(view: View, code: str, table: str, indicator: str | None = None, limit: int | None = None) -> list[UsedRow]:
    """The rows of one of the tables, all or the first; KeyError where there is no such table, or the viewer may not."""
    if not view.viewer.may(Permission.SEE_DATA_QUALITY):
        raise KeyError(table)
    found = exhibit_rows.listed(
        view.connection, schema.results.tables[table], _rows(view, code, table, indicator), limit
    )
    names = [column.name for column in schema.results.tables[table].primary_key]
    keys = [tuple(row[name] for name in names) for row in found]
    came = batch_of(view.connection, table, keys)
    return [UsedRow(row, came.get(key)) for row, key in zip(found, keys, strict=True)]


def columns(table: str) -> list[str]:
    """The columns of a table, in order."""
    return [column.name for column in schema.results.tables[table].columns]


def _rows(view: View, code: str, table: str, indicator: str | None) -> Rows:
    found = EXHIBITS[code].rests_on.tables[table](view)
    return found if indicator is None else found.where(schema.result.c.indicator == indicator)
