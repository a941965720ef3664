"""Planned and actual dates of the rounds."""

import pandas as pd

from data import queries
from data.columns import Day, Key, Text, Value
from data.engine.precision import first_day, last_day, slip
from data.exhibit import Exhibit
from data.queries import exhibit_rows
from data.queries.exhibit_rows import Rows
from data.rests_on import RestsOn, of_table
from data.storage import schema
from data.view import View


def numbers(view: View) -> pd.DataFrame:
    """One row per round with any date: planned and actual dates, and their ``date_precision``.

    ``slip`` is the delay of the start against the plan, in units of the precision. planned_first, planned_last, first
    and last are the earliest and latest days possible for the planned and for the actual dates.
    """
    rows = []
    for row in queries.round_dates(view.connection, view.of):
        if not any(row[name] for name in ("planned_start", "planned_end", "started_on", "ended_on")):
            continue
        precision = row["date_precision"]
        rows.append(
            row
            | {
                "slip": slip(row["planned_start"], row["started_on"], precision),
                "planned_first": first_day(row["planned_start"] or row["planned_end"], precision),
                "planned_last": last_day(row["planned_end"] or row["planned_start"], precision),
                "first": first_day(row["started_on"], precision),
                "last": last_day(row["ended_on"], precision),
            }
        )
    return pd.DataFrame(rows, columns=[column.name for column in EXHIBIT.columns], dtype=object)


def _rows(view: View) -> Rows:
    rounds = queries.round_dates(view.connection, view.of)
    return exhibit_rows.coded_rows(schema.round_, (row["round"] for row in rounds))


EXHIBIT = Exhibit(
    code="rounds",
    slides=(),
    columns=(
        Key("round", of="round"),
        Day("planned_start"),
        Day("planned_end"),
        Day("started_on"),
        Day("ended_on"),
        Text("date_precision", exported=False),
        Value("slip", exported=False),
        Day("planned_first", exported=False),
        Day("planned_last", exported=False),
        Day("first", exported=False),
        Day("last", exported=False),
        Text("source", of="source", exported=False),
    ),
    numbers=numbers,
    rests_on=RestsOn(of_table, {"round": _rows}),
)
