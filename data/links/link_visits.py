"""The log of use of the share links: links opened, pages viewed, and the editions a link showed before a move."""

import logging
from datetime import date, datetime

from sqlalchemy import Connection, Engine, Subquery, func, insert, select
from sqlalchemy.exc import InternalError, OperationalError

from data.storage.accounts import visit
from data.storage.database import now

log = logging.getLogger(__name__)

_USES = ("opened", "viewed")

SHOWED = "showed"
"""The kind of visit that records an edition (as page) shown before a move to a newer one, and since when (as time)."""


def log_visit(engine: Engine, number: int, kind: str, page: str) -> None:
    """Log that a link was ``opened`` or that a page was ``viewed`` with it. Nothing about the person is stored.

    If the accounts database is read-only, the request still succeeds: a warning goes to the application log instead.
    """
    try:
        with engine.begin() as connection:
            connection.execute(insert(visit).values(link=number, kind=kind, page=page[:200], at=now()))
    except (InternalError, OperationalError) as error:
        log.warning("a visit of link %d was not noted: %s", number, error.orig)


def log_earlier_edition(connection: Connection, number: int, edition: str, since: datetime) -> None:
    """Log that a link showed an edition (a key) since a time, until now."""
    connection.execute(insert(visit).values(link=number, kind=SHOWED, page=edition, at=since))


def visits(engine: Engine, number: int, most: int = 200) -> list[tuple[datetime, str, str]]:
    """The latest uses of a link: time, kind, page."""
    statement = select(visit.c.at, visit.c.kind, visit.c.page).where(visit.c.link == number, visit.c.kind.in_(_USES))
    with engine.connect() as connection:
        rows = connection.execute(statement.order_by(visit.c.at.desc(), visit.c.id.desc()).limit(most))
        return [(row.at, row.kind, row.page) for row in rows]


def days_used(engine: Engine, number: int) -> list[tuple[date, int, int]]:
    """The days (UTC) with uses of a link, latest first: day, times opened, pages viewed."""
    day = func.date(visit.c.at)
    counts = [func.count().filter(visit.c.kind == kind) for kind in _USES]
    used = (visit.c.link == number) & visit.c.kind.in_(_USES)
    statement = select(day, *counts).where(used).group_by(day).order_by(day.desc())
    with engine.connect() as connection:
        return [(date.fromisoformat(str(on)), opened, viewed) for on, opened, viewed in connection.execute(statement)]


def use_counts() -> Subquery:
    """The use of every link that was used. Columns: link, opened, viewed, last_used_at."""
    return (
        select(
            visit.c.link,
            func.count().filter(visit.c.kind == "opened").label("opened"),
            func.count().filter(visit.c.kind == "viewed").label("viewed"),
            func.max(visit.c.at).label("last_used_at"),
        )
        .where(visit.c.kind.in_(_USES))
        .group_by(visit.c.link)
        .subquery()
    )
