"""What travels between the files here: an enterprise, a round and its workshops, an enrolment and its steps."""

from dataclasses import dataclass
from datetime import date

from data.demo.basics.bilingual import Named
from data.demo.basics.form_gaps import as_written
from data.demo.basics.programme_dates import AS_OF
from data.demo.setting.demo_partners import BUYER_OWNERS


@dataclass(frozen=True)
class Enterprise:
    """An enterprise as later rounds need to know it."""

    code: str
    sector: str
    women_share: float
    completed: frozenset[str] = frozenset()
    free_from: date | None = None

    @property
    def returning(self) -> bool:
        """Was it in an earlier round?"""
        return self.free_from is not None


@dataclass(frozen=True)
class Workshop:
    """A module's workshop for one group of enterprises; ``held_on`` is None where it was not held by as_of."""

    module: str
    due_on: date
    held_on: date | None


@dataclass(frozen=True)
class Round:
    """A round as planned and as it went."""

    code: str
    name: Named
    number: int
    phase: str
    places: tuple[str, ...]
    owner: str
    route: tuple[str, ...]
    start: date
    size: int

    @property
    def of_buyer(self) -> bool:
        """Is it a round for the suppliers of a buyer?"""
        return self.owner in BUYER_OWNERS


@dataclass(frozen=True)
class Enrolment:
    """An enterprise in a round; ``months`` says that its forms give no days."""

    enterprise: Enterprise
    round: Round
    recruited_on: date
    baseline_on: date | None
    left_on: date | None
    months: bool

    def open_on(self, day: date | None) -> bool:
        """Can something have happened on that day: by as_of, and before the enterprise left?"""
        return day is not None and day <= AS_OF and (self.left_on is None or day <= self.left_on)

    def written(self, day: date | None) -> str | None:
        """The day as its forms give it."""
        return as_written(day, months=self.months)


@dataclass(frozen=True)
class Step:
    """What truly happened to one enterprise in one module."""

    module: str
    due_on: date
    workshop_on: date | None = None
    assessed_on: date | None = None
    completed_on: date | None = None
    dropped_on: date | None = None

    @property
    def last_on(self) -> date:
        """The last day it is busy with this module."""
        return self.completed_on or self.dropped_on or self.assessed_on or self.workshop_on or self.due_on
