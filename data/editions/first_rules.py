"""The headlines of the whole record by version 1 of the rules, for editions that were made under it.

Nothing else of version 1 is kept. Each function reads the frozen database, and says the rule that it follows:

- A date is seen from its first day; `as_of` is the first day of the record's own date.
- An enrolment is seen from `recruited_on`, and always without it.
- Wholes count everything planned: visits and modules of all trainings, all rounds on record.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Table, select

from data.storage.schema import enrolment, enterprise, programme, round_, round_partner, round_place, training

Number = int | None


@dataclass(frozen=True)
class _Seen:
    """The enrolments (enterprise, round) and the trainings that version 1 sees on a day; ``begun`` of these."""

    day: date
    enrolments: frozenset[tuple[str, str]]
    trainings: tuple[Any, ...]
    begun: tuple[Any, ...]


def headlines(connection: Connection) -> dict[str, tuple[Number, Number]]:
    """The value of each headline of version 1, and the number it is out of (None: blank, or out of nothing)."""
    seen = _seen(connection)
    workers = {row.code: row.workers for row in _rows(connection, enterprise)}
    trained = {row.enterprise for row in seen.begun}
    sizes = [workers[code] for code in trained]
    people = _sum([_heads(row) for row in seen.begun])
    visits = [row.visits_done for row in seen.trainings if _reached(row.workshop_on, seen.day, without=True)]
    rounds = {name for _enterprise, name in seen.enrolments}
    completed = [row for row in seen.trainings if _reached(row.completed_on, seen.day)]
    enterprises = len({code for code, _round in seen.enrolments})
    return {
        "enterprises": (enterprises, None),
        "trained": (len(trained), enterprises),
        "workers_reached": (_sum(sizes), None),
        "workers_unknown": (sizes.count(None), len(trained)),
        "people_trained": (people, None),
        "women_trained": (_sum([row.women for row in seen.begun]), people),
        "visits": (_sum(visits, of=seen.begun), _sum([row.visits_planned for row in seen.trainings])),
        "modules_completed": (_pairs(completed), _pairs(seen.trainings)),
        "rounds": (len(rounds), len(_rows(connection, round_))),
        "places": (len(_places(connection, seen)), None),
        "partners": (len({row.partner for row in _rows(connection, round_partner) if row.round in rounds}), None),
    }


def _seen(connection: Connection) -> _Seen:
    day = connection.execute(select(programme.c.as_of)).scalar_one()
    enrolments = frozenset(
        (row.enterprise, row.round)
        for row in _rows(connection, enrolment)
        if _reached(row.recruited_on, day, without=True)
    )
    trainings = tuple(row for row in _rows(connection, training) if (row.enterprise, row.round) in enrolments)
    return _Seen(day, enrolments, trainings, tuple(row for row in trainings if _begun(row, day)))


def _begun(row: Any, day: date) -> bool:
    """Did a training begin: is its workshop or a later step seen? Visits are seen from the workshop, or always."""
    steps = (row.workshop_on, row.assessed_on, row.completed_on)
    visited = (row.visits_done or 0) > 0 and _reached(row.workshop_on, day, without=True)
    return visited or any(_reached(step, day) for step in steps)


def _reached(when: date | None, day: date, *, without: bool = False) -> bool:
    """True if a date is on or before a day; `without` if there is no date."""
    return without if when is None else when <= day


def _heads(row: Any) -> Number:
    """Managers and workers together; None where both are blank."""
    return None if row.managers is None and row.workers is None else (row.managers or 0) + (row.workers or 0)


def _sum(values: list[Number], of: Iterable[Any] | None = None) -> Number:
    """The sum of the known values: 0 without terms (``of``, by default the values), None where no value is known."""
    known = [value for value in values if value is not None]
    terms = values if of is None else list(of)
    return sum(known) if known or not terms else None


def _pairs(trainings: Iterable[Any]) -> int:
    """The number of pairs of enterprise and module."""
    return len({(row.enterprise, row.module) for row in trainings})


def _places(connection: Connection, seen: _Seen) -> set[str]:
    """The places of the enterprises; without one, that of the round if it has exactly one."""
    own = {row.code: row.place for row in _rows(connection, enterprise)}
    of_round: dict[str, list[str]] = {}
    for row in _rows(connection, round_place):
        of_round.setdefault(row.round, []).append(row.place)
    single = {name: places[0] for name, places in of_round.items() if len(places) == 1}
    places = (own[code] or single.get(name) for code, name in seen.enrolments)
    return {place for place in places if place}


def _rows(connection: Connection, table: Table) -> list[Any]:
    return list(connection.execute(select(table)).all())
