"""Stories of before and after, with where they belong and which pictures there are of them."""

from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Connection, Row, Select, and_, exists, func, literal, or_, select

from data.privacy.selections import DIMENSIONS
from data.privacy.viewer import Slice
from data.queries import slice_rows
from data.queries.asking import frame
from data.queries.slice_rows import among
from data.storage import schema

SIDES = ("before", "after")


def stories(connection: Connection, of: Slice) -> pd.DataFrame:
    """Every story of the slice: all columns of `story`, sector, place, and per side of a picture its width and height.

    A story belongs to its enterprise's enrolments (where it names a round, to the one in that round), else to its own
    round; one that belongs to neither stands where nothing is filtered. ``place`` is the enterprise's own, else the
    single place of the story's round.
    """
    story, enterprise = schema.story, schema.enterprise
    pictures = {side: schema.story_image.alias(f"{side}_picture") for side in SIDES}
    sizes = [
        column.label(f"{side}_{column.name}")
        for side, picture in pictures.items()
        for column in (picture.c.width, picture.c.height)
    ]
    place = func.coalesce(enterprise.c.place, _single_place())
    question = (
        select(story, enterprise.c.sector, place.label("place"), *sizes)
        .outerjoin(enterprise, enterprise.c.code == story.c.enterprise)
        .outerjoin(schema.round_, schema.round_.c.code == story.c.round)
    )
    for side, picture in pictures.items():
        question = question.outerjoin(picture, and_(picture.c.story == story.c.code, picture.c.side == side))
    return frame(connection, _inside(question, of).order_by(story.c.code))


def story_picture(connection: Connection, code: str, side: str) -> Row[Any, Any] | None:
    """The media_type and content of one side's picture of a story; None where there is none."""
    picture = schema.story_image
    return connection.execute(
        select(picture.c.media_type, picture.c.content).where(picture.c.story == code, picture.c.side == side)
    ).first()


def _single_place() -> ColumnElement[Any]:
    places = schema.round_place
    only = select(func.min(places.c.place)).where(places.c.round == schema.story.c.round).having(func.count() == 1)
    return only.scalar_subquery()


def _inside(question: Select[Any], of: Slice) -> Select[Any]:
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
    recorded = exists().where(enrolment.c.enterprise == story.c.enterprise, in_round(enrolment.c.round))
    of_nothing = and_(
        literal(all(of.codes(name) is None for name in DIMENSIONS)),
        ~recorded,
        or_(story.c.enterprise.is_not(None), story.c.round.is_(None)),
    )
    return question.where(or_(by_enrolment, by_round, of_nothing), among(story.c.module, of.module))
