"""The rows behind an exhibit: their number per table and, for the people who maintain the data, the rows themselves."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from data import queries
from data.engine.counts import row_counts
from data.privacy.viewer import Permission
from data.queries import exhibit_rows
from data.queries.exhibit_rows import Rows
from data.storage import schema
from data.storage.batches import Batch, batch_of
from data.tables import programme
from data.view import View


@dataclass(frozen=True)
class UsedRow:
    """One row of the record, by column, and its last batch (None: unknown)."""

    cells: dict[str, Any]
    batch: Batch | None


def counts(view: View, code: str, indicator: str | None = None) -> dict[str, int | None]:
    """The number of rows of each table behind an exhibit; None for a viewer with a threshold.

    An `indicator` is for the exhibit `pairs` only, whose rows are results.
    """
    if view.threshold:
        return dict.fromkeys(_TABLES[code])
    from_facts = row_counts(view.facts, indicator)
    return {
        table: from_facts[table]
        if table in from_facts
        else exhibit_rows.row_count(view.connection, _rows(view, code, table, indicator))
        for table in _TABLES[code]
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
    selected = _TABLES[code][table](view)
    return selected if indicator is None else selected.where(schema.result.c.indicator == indicator)


def _figures(view: View) -> Rows:
    return exhibit_rows.coded_rows(schema.reported_figure, programme.published(view)["figure"])


def _actuals(view: View) -> Rows:
    return exhibit_rows.coded_rows(schema.reported_figure, programme.targets(view)["actual_figure"].dropna())


def _targets(view: View) -> Rows:
    frame = programme.targets(view)
    keys = zip(frame["indicator"], frame["place"], frame["due_on"], frame["scope"].fillna(""), strict=True)
    return exhibit_rows.keyed_rows(schema.target, keys)


def _trainers(view: View) -> Rows:
    return exhibit_rows.coded_rows(schema.trainer, queries.trainer_levels(view.connection, view.of)["trainer"].unique())


def _trainer_levels(view: View) -> Rows:
    frame = queries.trainer_levels(view.connection, view.of)
    return exhibit_rows.keyed_rows(
        schema.trainer_level, zip(frame["trainer"], frame["module"], frame["level"], strict=True)
    )


def _events(view: View) -> Rows:
    return exhibit_rows.coded_rows(schema.event, (row["code"] for row in queries.events(view.connection, view.of)))


def _rounds(view: View) -> Rows:
    return exhibit_rows.coded_rows(
        schema.round_, (row["round"] for row in queries.round_dates(view.connection, view.of))
    )


def _enrolments(view: View) -> Rows:
    return exhibit_rows.enrolment_rows(view.of)


def _trainings(view: View) -> Rows:
    return exhibit_rows.training_rows(view.of)


def _results(view: View) -> Rows:
    return exhibit_rows.result_rows(view.of)


Tables = Mapping[str, Callable[[View], Rows]]

_ENTERPRISES: Tables = {"enterprise": lambda view: exhibit_rows.enterprise_rows(view.of)}
_TRAINED: Tables = {"enrolment": _enrolments, "training": _trainings}

_TABLES: Mapping[str, Tables] = {
    "overview": {**_ENTERPRISES, **_TRAINED},
    "regions": {**_ENTERPRISES, **_TRAINED},
    "module-funnel": _TRAINED,
    "journey-funnel": _TRAINED,
    "breadth": _TRAINED,
    "matrix": _TRAINED,
    "change": {"result": _results},
    "pairs": {"result": _results},
    "coverage": {**_TRAINED, "result": _results},
    "targets": {"target": _targets, "reported_figure": _actuals},
    "capacity": {"trainer": _trainers, "trainer_level": _trainer_levels},
    "events": {"event": _events},
    "rounds": {"round": _rounds},
    "published": {"reported_figure": _figures},
}
"""The tables behind each exhibit, each with the function that selects its rows."""
