"""Objects shared by the files of `data.demo`: enterprise, round, workshop, enrolment and step."""

from dataclasses import dataclass
from datetime import date

from data.demo.basics.bilingual import Named
from data.demo.basics.form_gaps import as_reported, as_written
from data.demo.basics.programme_dates import AS_OF
from data.demo.setting.demo_partners import BUYER_OWNERS


@dataclass(frozen=True)
class Enterprise:
    """The data of an enterprise that later rounds need."""

    code: str
    sector: str
    women_share: float
    completed: frozenset[str] = frozenset()
    free_from: date | None = None

    @property
    def returning(self) -> bool:
        """True if the enterprise was in an earlier round."""
        return self.free_from is not None


@dataclass(frozen=True)
class Workshop:
    """A module's workshop for one group of enterprises; ``held_on`` is None if it was not held by the as-of date."""

    module: str
    due_on: date
    held_on: date | None


@dataclass(frozen=True)
class Round:
    """A planned round. ``route`` has its modules in order, ``size`` is its number of new enterprises."""

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
        """True for a round for the suppliers of a buyer."""
        return self.owner in BUYER_OWNERS


@dataclass(frozen=True)
class Enrolment:
    """An enterprise in a round; ``months`` is true if its forms give months without days."""

    enterprise: Enterprise
    round: Round
    recruited_on: date
    baseline_on: date | None
    left_on: date | None
    months: bool

    def open_on(self, day: date | None) -> bool:
        """True if something can have happened on that day: not after the as-of date, not after the enterprise left."""
        return day is not None and day <= AS_OF and (self.left_on is None or day <= self.left_on)

    def written(self, day: date | None) -> str | None:
        """The day as the forms of the enrolment give it."""
        return as_written(day, months=self.months)

    def reported(self, day: date | None) -> str | None:
        """The day as known from a report alone: where the forms give months, it is the latest possible date."""
        return as_reported(day, months=self.months)


@dataclass(frozen=True)
class Step:
    """The true dates of one enterprise in one module. The written rows may have gaps."""

    module: str
    due_on: date
    workshop_on: date | None = None
    assessed_on: date | None = None
    completed_on: date | None = None
    dropped_on: date | None = None

    @property
    def last_on(self) -> date:
        """The last day the enterprise spends on this module."""
        return self.completed_on or self.dropped_on or self.assessed_on or self.workshop_on or self.due_on
