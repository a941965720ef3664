"""The facts of one data version as arrays, in an order that makes sorting unnecessary when a slice is counted."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]

NEVER = 2**31 - 1
"""The day of a missing date. It is later than any as-of date."""

ALWAYS = 0
"""The day from which a value without a date is seen. It is earlier than any as-of date."""

NONE = -1
"""The position of a missing code."""

PRECISIONS = ("day", "month", "year", "by")
"""The precisions of a date, the most precise first. `by` means this day or any earlier one."""

ENTIRE, LENT = len(PRECISIONS), len(PRECISIONS) + 1
"""The precisions of a day that is no date of the fact: it is always seen, or from the day of its source or round."""


@dataclass(frozen=True)
class Enrolments:
    """Enrolments, sorted by enterprise, place and round.

    Positions of enterprise, round, sector, place, source (:data:`NONE`: not given). Days are the last that a date can
    mean. ``seen_from`` is the day from which the enrolment is seen, and ``seen_by`` the precision of that day.
    """

    enterprise: Array
    round: Array
    sector: Array
    place: Array
    recruited_on: Array
    baseline_on: Array
    left_on: Array
    seen_from: Array
    seen_by: Array
    source: Array


@dataclass(frozen=True)
class Trainings:
    """Trainings of enrolments, sorted by enterprise and module, latest first.

    Days are the last that a date can mean: ``workshop`` to ``dropped`` those on which a step was reached,
    ``visits_seen`` the one from which ``visits_done`` is known, ``seen_from`` the one from which the training is seen.
    ``first`` and ``first_by`` are the day and the precision of the first step on record, ``completion_by`` is the
    precision of the completion. An unknown count is NaN.
    """

    enterprise: Array
    enrolment: Array
    module: Array
    seen_from: Array
    due: Array
    workshop: Array
    visit: Array
    assessment: Array
    completion: Array
    completion_by: Array
    dropped: Array
    first: Array
    first_by: Array
    visits_seen: Array
    visits_planned: Array
    visits_done: Array
    managers: Array
    workers: Array
    women: Array
    satisfaction: Array
    source: Array


@dataclass(frozen=True)
class Results:
    """Results of enrolments, or of an enterprise without one (``enrolment`` is :data:`NONE`).

    Sorted by indicator and enterprise; ``group`` numbers each indicator × enterprise. In a group the first row has the
    before that counts. ``by_after`` is another order of the rows: in it the last row of a group has the after that
    counts. ``after_rank`` is the position of a row in ``by_after``.

    ``before_on`` and ``after_on`` are the days on record, with the precisions ``before_by`` and ``after_by``.
    ``before_first`` is the first day that the date of the before can mean (:data:`ALWAYS`: none), ``before_last`` and
    ``after_last`` are the last days. ``before_from``, ``after_from``, ``ended_from`` and ``seen_from`` are the days
    from which the before, the after, the after or the change, and any of them are seen; ``seen_by`` is the precision of
    the last. ``before_level`` and ``after_level`` are the levels as they are compared: per month where the indicator is
    marked in ``per_month`` of :class:`RecordFacts`. ``exact`` marks the rows that can be part of a pair: neither a
    bound nor an amount of an unknown period. ``operator`` and the precisions are positions in `OPERATORS` and
    :data:`PRECISIONS`; ``verified`` is 1, 0 or :data:`NONE`. An unknown number is NaN.
    """

    enterprise: Array
    enrolment: Array
    module: Array
    indicator: Array
    before: Array
    after: Array
    before_level: Array
    after_level: Array
    exact: Array
    change_percent: Array
    months: Array
    before_on: Array
    before_by: Array
    before_first: Array
    before_last: Array
    after_on: Array
    after_by: Array
    after_last: Array
    before_from: Array
    after_from: Array
    ended_from: Array
    seen_from: Array
    seen_by: Array
    operator: Array
    verified: Array
    source: Array
    group: Array
    by_after: Array
    after_rank: Array

    @cached_property
    def without_enrolment(self) -> Array:
        """The positions of the rows that belong to an enterprise, not to an enrolment."""
        return np.flatnonzero(self.enrolment == NONE)


@dataclass(frozen=True)
class RecordFacts:
    """The facts of one data version. The arrays refer to codes by their positions in the sorted tuples of codes.

    ``workers`` is the size of each enterprise (NaN: unknown). ``phase_of`` is the phase of each round, ``rounds_from``
    the day from which it is seen. ``parties`` marks the rounds of each partner. ``per_month`` marks the indicators that
    are compared per month: those of money of which any result has the length of its period.
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
    rounds_from: Array
    parties: dict[str, Array]
    per_month: Array
    enrolments: Enrolments
    trainings: Trainings
    results: Results

    @cached_property
    def enterprise_at(self) -> dict[str, int]:
        """The position of each enterprise by code."""
        return {code: at for at, code in enumerate(self.enterprises)}

    @cached_property
    def position(self) -> dict[str, dict[str, int]]:
        """The position of each code, per filter."""
        dimensions = {"round": self.rounds, "phase": self.phases, "sector": self.sectors, "place": self.places,
                      "module": self.modules}  # fmt: skip
        return {name: {code: at for at, code in enumerate(codes)} for name, codes in dimensions.items()}

    @property
    def enterprise_bytes(self) -> int:
        """Memory in bytes of all enterprises with their enrolments and trainings."""
        return self.workers.nbytes + _bytes(self.enrolments) + _bytes(self.trainings)

    @property
    def result_bytes(self) -> int:
        """Memory in bytes of all results."""
        return _bytes(self.results)

    def with_partner(self, partners: Iterable[str]) -> Array:
        """Marks the rounds that have any of the `partners`."""
        mark = np.zeros(len(self.rounds), bool)
        for code in partners:
            if code in self.parties:
                mark |= self.parties[code]
        return mark

    def marked(self, codes: Iterable[str]) -> Array:
        """Marks the enterprises with one of the `codes`. Unknown codes are ignored."""
        mark = np.zeros(len(self.enterprises), bool)
        mark[[self.enterprise_at[code] for code in codes if code in self.enterprise_at]] = True
        return mark


def _bytes(table: Enrolments | Trainings | Results) -> int:
    return sum(int(getattr(table, each.name).nbytes) for each in fields(table))


def count(mask: Array) -> int:
    """The number of True values."""
    return int(np.count_nonzero(mask))


def runs(values: Array) -> Array:
    """The position where each run of equal values begins."""
    if not len(values):
        return np.zeros(0, np.intp)
    return np.flatnonzero(np.concatenate(([True], values[1:] != values[:-1])))


def coded(codes: Iterable[str], positions: Array, missing: str | None = None) -> Array:
    """The codes at `positions`; `missing` for :data:`NONE`."""
    return np.array([*codes, missing], dtype=object)[positions]
