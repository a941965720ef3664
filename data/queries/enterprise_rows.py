"""The rows of single enterprises, and the search for enterprises by name."""

from typing import Any

import pandas as pd
from sqlalchemy import CTE, ColumnElement, Connection, and_, case, func, or_, select, true

from data.privacy.viewer import Slice
from data.queries import slice_rows
from data.queries.execution import frame, rows
from data.queries.slice_rows import among, dated, ended_by
from data.storage import schema
from data.vocabulary import YES_NO


def report_date(rows: CTE) -> ColumnElement[Any]:
    """The date of a result row: of its after if that is seen, else of its before."""
    after = or_(rows.c.after.is_not(None), rows.c.change_percent.is_not(None))
    return func.coalesce(case((after, rows.c.after_on)), rows.c.before_on)


def _matches_name(text: str, *, codes: bool) -> ColumnElement[bool]:
    """The condition that every word of a text occurs in a name, in either language (or in the code)."""
    table = schema.enterprise
    searched = [table.c.name_en, table.c.name_zh, *([table.c.code] if codes else [])]
    conditions = (or_(*(column.icontains(word, autoescape=True) for column in searched)) for word in text.split())
    return and_(true(), *conditions)


def found_by_name(connection: Connection, text: str, *, codes: bool) -> list[str]:
    """The codes of the enterprises that match a search by name (with `codes` also by code)."""
    return list(connection.scalars(select(schema.enterprise.c.code).where(_matches_name(text, codes=codes))))


def enterprise_row(connection: Connection, code: str) -> dict[str, Any]:
    """One enterprise: workers, workers_women, source, note."""
    table = schema.enterprise.c
    columns = (table.workers, table.workers_women, table.source, table.note)
    (row,) = rows(connection, select(*columns).where(table.code == code))
    return row


def enrolments_of(connection: Connection, of: Slice, codes: list[str]) -> pd.DataFrame:
    """The enrolments of some enterprises, earliest recruitment first.

    Columns: enterprise, round, recruited_on, baseline_on and left_on (if seen), left_reason, source, and the precision
    of each date.
    """
    enrolled = slice_rows.enrolments(of, codes)
    table = schema.enrolment
    left = or_(table.c.left_on.is_(None), ended_by(table.c.left_on, of.as_of))
    return frame(
        connection,
        select(
            enrolled.c.enterprise,
            enrolled.c.round,
            *dated(table.c.recruited_on, ended_by(table.c.recruited_on, of.as_of)),
            *dated(table.c.baseline_on, ended_by(table.c.baseline_on, of.as_of)),
            *dated(table.c.left_on, left),
            case((left, table.c.left_reason)).label("left_reason"),
            enrolled.c.source,
        )
        .join(table, and_(table.c.enterprise == enrolled.c.enterprise, table.c.round == enrolled.c.round))
        .order_by(enrolled.c.enterprise, table.c.recruited_on.nulls_last(), enrolled.c.round),
    )


def trainings_of(connection: Connection, of: Slice, enterprise: str) -> pd.DataFrame:
    """Every planned training of an enterprise, in order of time. A date that is not seen is None.

    Columns: round, module, due_on, workshop_on, assessed_on, completed_on, dropped_on, visits_planned, visits_done,
    managers, workers, women, satisfaction, source, note, and the precision of each date.
    """
    trained, module = slice_rows.trainings(of, slice_rows.enrolments(of, [enterprise])), schema.module
    dates = [
        column
        for name in ("workshop_on", "assessed_on", "completed_on", "dropped_on")
        for column in dated(trained.c[name], ended_by(trained.c[name], of.as_of))
    ]
    other_columns = ("managers", "workers", "women", "satisfaction", "source", "note")
    return frame(
        connection,
        select(
            trained.c.round, trained.c.module, trained.c.due_on, trained.c.due_on_precision, *dates,
            trained.c.visits_planned,
            case((slice_rows.visits_seen(trained, of), trained.c.visits_done)).label("visits_done"),
            *(trained.c[name] for name in other_columns),
        )
        .join(module, module.c.code == trained.c.module)
        .order_by(
            func.coalesce(trained.c.due_on, trained.c.workshop_on, trained.c.completed_on).nulls_last(),
            module.c.position,
            trained.c.round,
        ),
    )  # fmt: skip


def results_of(connection: Connection, of: Slice, enterprise: str) -> pd.DataFrame:
    """Every result row of an enterprise: figures first, then practices, each sorted by indicator and date.

    Columns as :func:`data.queries.slice_rows.results_seen`, and the indicator's unit and better.
    """
    seen_rows = slice_rows.results_seen(of, slice_rows.enrolments(of, [enterprise]))
    indicator = schema.indicator
    return frame(
        connection,
        select(seen_rows, indicator.c.unit, indicator.c.better)
        .join(indicator, indicator.c.code == seen_rows.c.indicator)
        .order_by(
            indicator.c.unit == YES_NO,
            seen_rows.c.indicator,
            report_date(seen_rows).nulls_last(),
            seen_rows.c.round,
            seen_rows.c.position.nulls_first(),
        ),
    )


def round_partners(connection: Connection, of: Slice, rounds: list[str]) -> pd.DataFrame:
    """The partners of some rounds that may be named. Columns: round, partner, role, note."""
    party = schema.round_partner
    return frame(
        connection,
        select(party.c.round, party.c.partner, party.c.role, party.c.note)
        .where(party.c.round.in_(rounds), among(party.c.partner, of.visible_partners))
        .order_by(party.c.round, party.c.role, party.c.partner),
    )


def stories_of(connection: Connection, of: Slice, enterprise: str) -> pd.DataFrame:
    """The stories of an enterprise, without those of rounds and modules outside the slice: all columns of `story`."""
    story = schema.story
    enrolled = slice_rows.enrolments(of)
    rounds = select(enrolled.c.round).where(enrolled.c.enterprise == enterprise)
    return frame(
        connection,
        select(story)
        .where(
            story.c.enterprise == enterprise,
            or_(story.c.round.is_(None), story.c.round.in_(rounds)),
            or_(story.c.module.is_(None), among(story.c.module, of.module)),
        )
        .order_by(story.c.code),
    )
