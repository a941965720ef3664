"""The facts of a period, with the precision of their dates. The caller keeps those that are in the period for sure."""

from datetime import date

import pandas as pd
from sqlalchemy import Connection, or_, select

from data.privacy.viewer import Slice
from data.queries import slice_rows
from data.queries.execution import frame
from data.queries.slice_rows import among, ended_by
from data.storage import schema


def rounds_begun(connection: Connection, of: Slice, since: date) -> pd.DataFrame:
    """Rounds of the slice that began on `since` or later. Columns: round, started_on, started_on_precision."""
    round_ = schema.round_
    conditions = [
        round_.c.started_on >= _earliest(since),
        ended_by(round_.c.started_on, of.as_of),
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
                .where(place.round.in_(rounds))
                .order_by(place.round, place.place),
            ),
        )
    ]
    return pd.concat(frames, ignore_index=True)


def completions(connection: Connection, of: Slice, since: date) -> pd.DataFrame:
    """Trainings completed on `since` or later.

    Columns: enterprise, round, module, completed_on, completed_on_precision.
    """
    trained = slice_rows.trainings(of, slice_rows.enrolments(of))
    columns = ("enterprise", "round", "module", "completed_on", "completed_on_precision")
    return frame(
        connection,
        select(*(trained.c[name] for name in columns))
        .where(trained.c.completed_on >= _earliest(since), ended_by(trained.c.completed_on, of.as_of))
        .order_by(trained.c.enterprise),
    )


def reports(connection: Connection, of: Slice, since: date) -> pd.DataFrame:
    """Results whose after is of `since` or later. Columns: enterprise, indicator, after_on, after_on_precision."""
    rows = slice_rows.results_seen(of, slice_rows.enrolments(of))
    return frame(
        connection,
        select(rows.c.enterprise, rows.c.indicator, rows.c.after_on, rows.c.after_on_precision)
        .where(
            rows.c.after_on >= _earliest(since),
            ended_by(rows.c.after_on, of.as_of),
            or_(rows.c.after.is_not(None), rows.c.change_percent.is_not(None)),
        )
        .order_by(rows.c.indicator, rows.c.enterprise),
    )


def _earliest(since: date) -> date:
    """The first stored date of a fact that may be in the period: a date known to the year is stored as 1 January."""
    return since.replace(month=1, day=1)
