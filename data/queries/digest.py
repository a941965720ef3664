"""What happened in a period: each fact with the days it may mean, since a period takes only what lies in it whole."""

from datetime import date

import pandas as pd
from sqlalchemy import Connection, and_, distinct, func, or_, select

from data import facts, schema
from data.access import Slice
from data.facts import among
from data.queries.answers import frame


def rounds_begun(connection: Connection, of: Slice, since: date) -> pd.DataFrame:
    """Rounds of the slice that began since a day. Columns: round, started_on, date_precision, enterprises."""
    enrolled = facts.enrolments(of)
    round_ = schema.round_
    conditions = [
        round_.c.started_on >= _earliest(since),
        round_.c.started_on <= of.as_of,
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
            round_.c.date_precision,
            func.count(enrolled.c.enterprise).label("enterprises"),
        )
        .outerjoin(enrolled, enrolled.c.round == round_.c.code)
        .where(*conditions)
        .group_by(round_.c.code, round_.c.started_on, round_.c.date_precision)
        .order_by(round_.c.started_on, round_.c.code),
    )


def partners_and_places(connection: Connection, of: Slice, rounds: list[str]) -> pd.DataFrame:
    """Who and where rounds are. Columns: round, table (partner or place), code."""
    party, place = schema.round_partner.c, schema.round_place.c
    found = [
        frame(connection, question).assign(table=table)
        for table, question in (
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
    return pd.concat(found, ignore_index=True)


def completions(connection: Connection, of: Slice, since: date) -> pd.DataFrame:
    """Trainings completed since a day. Columns: enterprise, round, module, completed_on, date_precision."""
    trained = facts.trainings(of, facts.enrolments(of))
    training = schema.training
    same = [training.c[name] == trained.c[name] for name in ("enterprise", "round", "module")]
    return frame(
        connection,
        select(
            trained.c.enterprise,
            trained.c.round,
            trained.c.module,
            training.c.completed_on,
            training.c.date_precision,
        )
        .join(training, and_(*same))
        .where(trained.c.state == "completed", training.c.completed_on >= _earliest(since))
        .order_by(trained.c.enterprise),
    )


def completed_by_round(connection: Connection, of: Slice) -> pd.DataFrame:
    """Columns: round, module, enterprises that completed the module in the round, as a module's funnel counts them."""
    trained = facts.trainings(of, facts.enrolments(of))
    keys = [trained.c.round, trained.c.module]
    counted = func.count(distinct(trained.c.enterprise)).label("enterprises")
    return frame(connection, select(*keys, counted).where(trained.c.completion == 1).group_by(*keys))


def through_everything(connection: Connection, of: Slice) -> frozenset[str]:
    """The enterprises that completed every module they planned."""
    state = facts.enterprise_modules(facts.trainings(of, facts.enrolments(of)))
    question = select(state.c.enterprise).group_by(state.c.enterprise).having(func.min(state.c.completion) == 1)
    return frozenset(connection.scalars(question))


def reports(connection: Connection, of: Slice, since: date) -> pd.DataFrame:
    """Results measured again since a day. Columns: enterprise, indicator, after_on, date_precision."""
    rows = facts.results_seen(of, facts.enrolments(of))
    return frame(
        connection,
        select(rows.c.enterprise, rows.c.indicator, rows.c.after_on, rows.c.date_precision)
        .where(
            rows.c.after_on >= _earliest(since),
            rows.c.after_on <= of.as_of,
            or_(rows.c.after.is_not(None), rows.c.change_percent.is_not(None)),
        )
        .order_by(rows.c.indicator, rows.c.enterprise),
    )


def _earliest(since: date) -> date:
    """A fact of a year is stored as its first day: one from the year before may reach into the period."""
    return since.replace(month=1, day=1)
