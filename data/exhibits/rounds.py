"""Planned and actual dates of the rounds."""

import pandas as pd

from data import queries
from data.columns import Day, Key, Text, Value, dated
from data.engine.precision import coarser, first_day, last_day, slip
from data.exhibit import Exhibit
from data.queries import enterprise_rows, exhibit_rows
from data.queries.exhibit_rows import Rows
from data.rests_on import RestsOn, of_table
from data.storage import schema
from data.storage.schema import precision_of
from data.view import View

_DATES = ("planned_start", "planned_end", "started_on", "ended_on")


def numbers(view: View) -> pd.DataFrame:
    """One row per round with any date: planned and actual dates, each with its precision.

    ``slip`` is the delay of the start against the plan, in units of ``slip_precision``, the coarser of the two dates.
    planned_first, planned_last, first and last are the earliest and latest days possible for the planned and for the
    actual dates. ``partners`` are (partner, role, note or None) each, as far as the viewer may know them.
    """
    rows = []
    dates = queries.round_dates(view.connection, view.of)
    partners = _partners(view, [row["round"] for row in dates])
    for row in dates:
        if not any(row[name] for name in _DATES):
            continue
        ends = {name: last_day(row[name], row[precision_of(name)]) for name in _DATES}
        begins = {name: first_day(row[name], row[precision_of(name)]) or ends[name] for name in _DATES}
        precision = coarser(row["planned_start_precision"], row["started_on_precision"])
        rows.append(
            row
            | {
                "slip": slip(row["planned_start"], row["started_on"], precision),
                "slip_precision": precision,
                "planned_first": begins["planned_start"] or begins["planned_end"],
                "planned_last": ends["planned_end"] or ends["planned_start"],
                "first": begins["started_on"],
                "last": ends["ended_on"],
                "partners": partners.get(row["round"], ()),
            }
        )
    return pd.DataFrame(rows, columns=[column.name for column in EXHIBIT.columns], dtype=object)


def _partners(view: View, rounds: list[str]) -> dict[str, tuple[tuple[str, str, str | None], ...]]:
    frame = enterprise_rows.round_partners(view.connection, view.of, rounds)
    partners: dict[str, tuple[tuple[str, str, str | None], ...]] = {}
    for code, *party, note in frame[["round", "partner", "role", "note"]].itertuples(index=False, name=None):
        partners[code] = (*partners.get(code, ()), (*party, view.readable(note)))
    return partners


def _rows(view: View) -> Rows:
    rounds = queries.round_dates(view.connection, view.of)
    return exhibit_rows.coded_rows(schema.round_, (row["round"] for row in rounds))


EXHIBIT = Exhibit(
    code="rounds",
    slides=(),
    columns=(
        Key("round", of="round"),
        *dated(*_DATES),
        Value("slip", exported=False),
        Text("slip_precision", exported=False),
        Day("planned_first", exported=False),
        Day("planned_last", exported=False),
        Day("first", exported=False),
        Day("last", exported=False),
        Text("partners", exported=False),
        Text("source", of="source", exported=False),
    ),
    numbers=numbers,
    rests_on=RestsOn(of_table, {"round": _rows}),
)
