"""The rows of the programme itself: targets, trainers, events, and the dates of rounds."""

from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Connection, Select, and_, func, literal, or_, select

from data.privacy.viewer import Slice
from data.queries.execution import frame, rows
from data.queries.slice_rows import among, dated, ended_by, seen, source_seen
from data.storage import schema


def _empty_if_filtered(of: Slice, *dimensions: str) -> list[ColumnElement[bool]]:
    """A condition that yields no rows if the slice has a filter or scope on a dimension that the rows do not have."""
    return [literal(value=False)] if any(of.codes(name) is not None for name in dimensions) else []


def targets(connection: Connection, of: Slice) -> list[dict[str, Any]]:
    """Targets of the slice's places: all columns of `target`, with the indicator's unit and better.

    A target belongs to a place only. A filter on partner, sector, round or module leaves no target.
    """
    target, indicator = schema.target, schema.indicator
    return rows(
        connection,
        select(target, indicator.c.unit, indicator.c.better)
        .join(indicator, indicator.c.code == target.c.indicator)
        .where(
            source_seen(target.c.source, of),
            among(target.c.place, of.place),
            *_empty_if_filtered(of, "partner", "sector", "round", "module"),
        )
        .order_by(target.c.due_on, target.c.indicator, target.c.place, target.c.scope),
    )


def trainer_levels(connection: Connection, of: Slice) -> pd.DataFrame:
    """Levels reached by trainers. Columns: trainer, sex, module, level, source, trainer_source.

    A trainer has a place and an organisation, but no sector, round or phase. A level without a date
    is seen from its source.
    """
    trainer, level = schema.trainer, schema.trainer_level
    return frame(
        connection,
        select(
            level.c.trainer,
            trainer.c.sex,
            level.c.module,
            level.c.level,
            level.c.source,
            trainer.c.source.label("trainer_source"),
        )
        .join(trainer, trainer.c.code == level.c.trainer)
        .where(
            seen(level.c.reached_on, of),
            among(level.c.module, of.module),
            among(trainer.c.place, of.place),
            among(trainer.c.organisation, of.partner),
            *_empty_if_filtered(of, "sector", "round", "phase"),
        )
        .order_by(level.c.trainer, level.c.module, level.c.level),
    )


def trainers_without_level(connection: Connection, of: Slice) -> list[str]:
    """The trainers of whom no level is seen, from their source on. They have no module, sector, round or phase."""
    trainer, level = schema.trainer, schema.trainer_level
    reached = select(level.c.trainer).where(seen(level.c.reached_on, of))
    conditions = (
        source_seen(trainer.c.source, of),
        trainer.c.code.not_in(reached),
        among(trainer.c.place, of.place),
        among(trainer.c.organisation, of.partner),
        *_empty_if_filtered(of, "sector", "round", "phase", "module"),
    )
    return list(connection.scalars(select(trainer.c.code).where(*conditions)))


def events(connection: Connection, of: Slice) -> list[dict[str, Any]]:
    """Events of the slice: all columns of `event`. An event is seen from its start, else from its
    end; a planned or cancelled one from its source.

    An event has the phase of its round, and the partners of the event or of its round. It has no sector.
    """
    event, round_ = schema.event, schema.round_
    conditions = [
        or_(
            and_(event.c.status != "held", source_seen(event.c.source, of)),
            and_(event.c.status == "held", ended_by(event.c.starts_on, of.as_of)),
            and_(event.c.status == "held", event.c.starts_on.is_(None), seen(event.c.ends_on, of)),
        ),
        among(event.c.place, of.place),
        among(event.c.round, of.round),
        among(round_.c.phase, of.phase),
        among(event.c.module, of.module),
        *_empty_if_filtered(of, "sector"),
    ]
    if of.partner is not None:
        own = select(schema.event_partner.c.event).where(among(schema.event_partner.c.partner, of.partner))
        conditions.append(or_(event.c.code.in_(own), event.c.round.in_(_rounds_of_partners(of))))
    return rows(
        connection,
        select(event)
        .outerjoin(round_, round_.c.code == event.c.round)
        .where(*conditions)
        .order_by(func.coalesce(event.c.starts_on, event.c.ends_on).nulls_last(), event.c.code),
    )


def event_partners(connection: Connection, of: Slice) -> dict[str, list[str]]:
    """The partners of each event that may be named, by event."""
    party = schema.event_partner.c
    statement = select(party.event, party.partner).where(among(party.partner, of.visible_partners))
    partners: dict[str, list[str]] = {}
    for row in connection.execute(statement.order_by(party.event, party.partner)):
        partners.setdefault(row.event, []).append(row.partner)
    return partners


def round_dates(connection: Connection, of: Slice) -> list[dict[str, Any]]:
    """Rounds of the slice, with or without enterprises.

    Columns: round, planned_start, planned_end, started_on, ended_on (if seen), the precision of each date, source. A
    round has partners, a phase and places, and no sector.
    """
    round_ = schema.round_
    conditions = [
        seen(round_.c.started_on, of),
        among(round_.c.code, of.round),
        among(round_.c.phase, of.phase),
        *_empty_if_filtered(of, "sector"),
    ]
    if of.partner is not None:
        conditions.append(round_.c.code.in_(_rounds_of_partners(of)))
    if of.place is not None:
        in_place = select(schema.round_place.c.round).where(among(schema.round_place.c.place, of.place))
        conditions.append(round_.c.code.in_(in_place))
    return rows(
        connection,
        select(
            round_.c.code.label("round"),
            round_.c.planned_start,
            round_.c.planned_start_precision,
            round_.c.planned_end,
            round_.c.planned_end_precision,
            round_.c.started_on,
            round_.c.started_on_precision,
            *dated(round_.c.ended_on, ended_by(round_.c.ended_on, of.as_of)),
            round_.c.source,
        )
        .where(*conditions)
        .order_by(func.coalesce(round_.c.started_on, round_.c.planned_start).nulls_last(), round_.c.code),
    )


def _rounds_of_partners(of: Slice) -> Select[tuple[str]]:
    return select(schema.round_partner.c.round).where(among(schema.round_partner.c.partner, of.partner))
