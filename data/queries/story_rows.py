"""Stories of before and after, with their sector and place, and their pictures."""

from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Connection, Row, Select, and_, exists, func, literal, or_, select

from data.privacy.selections import DIMENSIONS
from data.privacy.viewer import Slice
from data.queries import slice_rows
from data.queries.execution import frame
from data.queries.slice_rows import among
from data.storage import schema
from data.storage.schema import SIDES


def stories(connection: Connection, of: Slice) -> pd.DataFrame:
    """Every story of the slice: all columns of `story`, sector, place, and the width and height of each side's picture.

    A story belongs to the enrolments of its enterprise (if it has a round, to the enrolment in that round). Without an
    enterprise it belongs to its round. A story of neither is shown only without filters. ``place`` is that of the
    enterprise, else that of a round with a single place.
    """
    story, enterprise = schema.story, schema.enterprise
    pictures = {side: schema.story_image.alias(f"{side}_picture") for side in SIDES}
    sizes = [
        column.label(f"{side}_{column.name}")
        for side, picture in pictures.items()
        for column in (picture.c.width, picture.c.height)
    ]
    place = func.coalesce(enterprise.c.place, _single_place())
    statement = (
        select(story, enterprise.c.sector, place.label("place"), *sizes)
        .outerjoin(enterprise, enterprise.c.code == story.c.enterprise)
        .outerjoin(schema.round_, schema.round_.c.code == story.c.round)
    )
    for side, picture in pictures.items():
        statement = statement.outerjoin(picture, and_(picture.c.story == story.c.code, picture.c.side == side))
    return frame(connection, _in_slice(statement, of).order_by(story.c.code))


def story_picture(connection: Connection, code: str, side: str) -> Row[Any, Any] | None:
    """The media_type and content of the picture of one side of a story; None if there is none."""
    picture = schema.story_image
    return connection.execute(
        select(picture.c.media_type, picture.c.content).where(picture.c.story == code, picture.c.side == side)
    ).first()


def _single_place() -> ColumnElement[Any]:
    places = schema.round_place
    only = select(func.min(places.c.place)).where(places.c.round == schema.story.c.round).having(func.count() == 1)
    return only.scalar_subquery()


def _in_slice(statement: Select[Any], of: Slice) -> Select[Any]:
    story, enrolment, round_ = schema.story, schema.enrolment, schema.round_
    enrolled = slice_rows.enrolments(of)

    def in_round(column: ColumnElement[Any]) -> ColumnElement[bool]:
        return or_(story.c.round.is_(None), story.c.round == column)

    by_enrolment = exists().where(enrolled.c.enterprise == story.c.enterprise, in_round(enrolled.c.round))
    by_round = and_(
        story.c.enterprise.is_(None),
        story.c.round.is_not(None),
        among(story.c.round, of.round),
        among(round_.c.phase, of.phase),
        among(_single_place(), of.place),
        literal(of.sector is None),
    )
    if of.partner is not None:
        party = schema.round_partner
        by_round &= exists().where(party.c.round == story.c.round, among(party.c.partner, of.partner))
    has_enrolment = exists().where(enrolment.c.enterprise == story.c.enterprise, in_round(enrolment.c.round))
    without_owner = and_(
        literal(all(of.codes(name) is None for name in DIMENSIONS)),
        ~has_enrolment,
        or_(story.c.enterprise.is_not(None), story.c.round.is_(None)),
    )
    return statement.where(or_(by_enrolment, by_round, without_owner), among(story.c.module, of.module))
