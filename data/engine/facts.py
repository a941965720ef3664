"""The facts of one data version as arrays, in the order that lets a slice be counted without sorting anything."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]

NEVER = 2**31 - 1
"""The day of what has none: it is not reached by any date."""

ALWAYS = 0
"""The day from which a value without a date is seen."""

NONE = -1
"""The position of a code that is not given."""

PRECISIONS = ("day", "month", "year")
"""How well a date is known."""


@dataclass(frozen=True)
class Enrolments:
    """By enterprise, place and round. Positions of enterprise, round, sector, place (:data:`NONE`), source; days."""

    enterprise: Array
    round: Array
    sector: Array
    place: Array
    recruited_on: Array
    baseline_on: Array
    left_on: Array
    source: Array


@dataclass(frozen=True)
class Trainings:
    """Planned trainings of enrolments, by enterprise and module, the latest first.

    Of each step the day it was reached; ``visits_seen`` is the day from which ``visits_done`` is known. Counts are NaN
    where they are not known.
    """

    enterprise: Array
    enrolment: Array
    module: Array
    due: Array
    workshop: Array
    visit: Array
    assessment: Array
    completion: Array
    dropped: Array
    visits_seen: Array
    visits_planned: Array
    visits_done: Array
    managers: Array
    workers: Array
    women: Array
    source: Array


@dataclass(frozen=True)
class Results:
    """Results of enrolments, or of an enterprise alone (``enrolment`` is :data:`NONE`), by indicator and enterprise.

    Of one indicator and enterprise the row whose before counts stands first; ``by_after`` lists rows so that the one
    whose after counts stands last, ``after_rank`` is a row's position in it. ``group`` numbers indicator × enterprise.
    ``before_on`` and ``after_on`` are the days on record. ``before_from``, ``after_from``, ``ended_from`` and
    ``seen_from`` are the days from which before, after, an after or a change, and anything at all is seen.
    ``operator`` and ``precision`` are positions in `OPERATORS` and :data:`PRECISIONS`, ``verified`` is 1,
    0 or :data:`NONE`; numbers are NaN where they are not known.
    """

    enterprise: Array
    enrolment: Array
    module: Array
    indicator: Array
    before: Array
    after: Array
    change_percent: Array
    months: Array
    before_on: Array
    after_on: Array
    before_from: Array
    after_from: Array
    ended_from: Array
    seen_from: Array
    operator: Array
    verified: Array
    precision: Array
    source: Array
    group: Array
    by_after: Array
    after_rank: Array

    @cached_property
    def exact(self) -> Array:
        """Which rows hold a value itself and no bound."""
        found: Array = self.operator == 0
        return found

    @cached_property
    def without_enrolment(self) -> Array:
        """The rows that follow their enterprise."""
        return np.flatnonzero(self.enrolment == NONE)


@dataclass(frozen=True)
class RecordFacts:
    """The facts of one data version. Codes are held as positions in these tuples of codes, each in order.

    ``workers`` is the size of each enterprise (NaN: unknown), ``phase_of`` the phase of each round, ``parties``
    per partner which rounds it is a partner of.
    """

    enterprises: tuple[str, ...]
    rounds: tuple[str, ...]
    phases: tuple[str, ...]
    sectors: tuple[str, ...]
    places: tuple[str, ...]
    modules: tuple[str, ...]
    indicators: tuple[str, ...]
    sources: tuple[str, ...]
    workers: Array
    phase_of: Array
    parties: dict[str, Array]
    enrolments: Enrolments
    trainings: Trainings
    results: Results

    @cached_property
    def enterprise_at(self) -> dict[str, int]:
        """Where each enterprise stands."""
        return {code: at for at, code in enumerate(self.enterprises)}

    @cached_property
    def position(self) -> dict[str, dict[str, int]]:
        """Where each code stands, per filter."""
        listed = {"round": self.rounds, "phase": self.phases, "sector": self.sectors, "place": self.places,
                  "module": self.modules}  # fmt: skip
        return {name: {code: at for at, code in enumerate(codes)} for name, codes in listed.items()}

    @property
    def enterprise_bytes(self) -> int:
        """Bytes of memory of all enterprises with their enrolments and trainings."""
        return self.workers.nbytes + _bytes(self.enrolments) + _bytes(self.trainings)

    @property
    def result_bytes(self) -> int:
        """Bytes of memory of all results."""
        return _bytes(self.results)

    def with_partner(self, partners: Iterable[str]) -> Array:
        """Which rounds have any of some partners, by position."""
        found = np.zeros(len(self.rounds), bool)
        for code in partners:
            if code in self.parties:
                found |= self.parties[code]
        return found

    def marked(self, codes: Iterable[str]) -> Array:
        """Which enterprises have one of some codes, by position; codes that are not known are left out."""
        mark = np.zeros(len(self.enterprises), bool)
        mark[[self.enterprise_at[code] for code in codes if code in self.enterprise_at]] = True
        return mark


def _bytes(table: Enrolments | Trainings | Results) -> int:
    return sum(int(getattr(table, each.name).nbytes) for each in fields(table))


def count(mask: Array) -> int:
    """How many answers are yes."""
    return int(np.count_nonzero(mask))


def runs(values: Array) -> Array:
    """Where each run of equal values begins."""
    if not len(values):
        return np.zeros(0, np.intp)
    return np.flatnonzero(np.concatenate(([True], values[1:] != values[:-1])))


def coded(codes: Iterable[str], positions: Array, missing: str | None = None) -> Array:
    """The codes at some positions, `missing` at :data:`NONE`."""
    return np.array([*codes, missing], dtype=object)[positions]
