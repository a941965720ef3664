"""The facts that are seen by the date of a slice, and not on an earlier day, with the precision of their dates."""

from datetime import date

import pandas as pd
from sqlalchemy import ColumnElement, Connection, and_, select

from data.privacy.viewer import Slice
from data.queries import slice_rows
from data.queries.execution import frame
from data.queries.slice_rows import DateColumn, among, ended_by
from data.storage import schema


def rounds_begun(connection: Connection, of: Slice, eve: date) -> pd.DataFrame:
    """Rounds of the slice that began after `eve`. Columns: round, started_on, started_on_precision."""
    round_ = schema.round_
    conditions = [
        _reached(round_.c.started_on, of, eve),
        among(round_.c.code, of.round),
        among(round_.c.phase, of.phase),
    ]
    if of.partner is not None:
        party = schema.round_partner.c
        conditions.append(round_.c.code.in_(select(party.round).where(among(party.partner, of.partner))))
    if of.place is not None:
        place = schema.round_place.c
        conditions.append(round_.c.code.in_(select(place.round).where(among(place.place, of.place))))
    return frame(
        connection,
        select(
            round_.c.code.label("round"),
            round_.c.started_on,
            round_.c.started_on_precision,
        )
        .where(*conditions)
        .order_by(round_.c.started_on, round_.c.code),
    )


def partners_and_places(connection: Connection, of: Slice, rounds: list[str]) -> pd.DataFrame:
    """The partners and places of some rounds. Columns: round, table (partner or place), code."""
    party, place = schema.round_partner.c, schema.round_place.c
    frames = [
        frame(connection, statement).assign(table=table)
        for table, statement in (
            (
                "partner",
                select(party.round, party.partner.label("code"))
                .where(party.round.in_(rounds), among(party.partner, of.visible_partners))
                .distinct()
                .order_by(party.round, party.partner),
            ),
            (
                "place",
                select(place.round, place.place.label("code"))
                .where(place.round.in_(rounds), among(place.place, of.place))
                .order_by(place.round, place.place),
            ),
        )
    ]
    return pd.concat(frames, ignore_index=True)


def completions(connection: Connection, of: Slice, eve: date) -> pd.DataFrame:
    """Trainings completed after `eve`. Columns: enterprise, round, module, completed_on, completed_on_precision."""
    return _trainings(connection, of, eve, "completed_on")


def dues(connection: Connection, of: Slice, eve: date) -> pd.DataFrame:
    """Trainings that became due after `eve`. Columns: enterprise, round, module, due_on, due_on_precision."""
    return _trainings(connection, of, eve, "due_on")


def _trainings(connection: Connection, of: Slice, eve: date, name: str) -> pd.DataFrame:
    """The trainings of the slice whose date `name` is reached after `eve`."""
    trained = slice_rows.trainings(of, slice_rows.enrolments(of))
    columns = ("enterprise", "round", "module", name, schema.precision_of(name))
    return frame(
        connection,
        select(*(trained.c[column] for column in columns))
        .where(_reached(trained.c[name], of, eve))
        .order_by(trained.c.enterprise, trained.c.round, trained.c.module),
    )


def _reached(column: DateColumn, of: Slice, eve: date) -> ColumnElement[bool]:
    """The condition that the last day that a date can mean is after `eve` and not after the date of the slice."""
    return and_(ended_by(column, of.as_of), ~ended_by(column, eve))
