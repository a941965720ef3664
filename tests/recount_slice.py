"""What the recount is made of: dates, the slice that filters leave, its trainings, and what happened in a period.

See `recount.py`. A date `x` has its precision beside it, `x_precision`: day (or blank), month, year, or `by`, the
latest day it can be.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any

Row = dict[str, Any]
Tables = dict[str, list[Row]]
Filters = dict[str, set[str]]
Day = date | str | None
"""An as-of date: a day, or a text as an address writes it (`2014`, `2014-09`, `2014-09-10`); None: the record's own."""

PRECISIONS = ("day", "month", "year", "by")
TRAINING_STEPS = ("workshop_on", "assessed_on", "completed_on", "dropped_on")
STALE_AFTER = timedelta(days=365)


# Small things the rules are made of


def blank(value: Any) -> bool:
    return value is None or value == ""


def known(row: Row, column: str) -> Any:
    """The cell's value; None where it is blank."""
    value = row.get(column)
    return None if blank(value) else value


def total(terms: Iterable[float | None]) -> float | None:
    """A sum of which no term is known is blank, not zero; a sum over nothing is zero."""
    listed = list(terms)
    if listed and all(term is None for term in listed):
        return None
    return sum(term for term in listed if term is not None)


def share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def unknown_first(day: date | None) -> tuple[bool, date]:
    """A sorting key that puts an unknown date before every known one."""
    return (day is not None, day or date.min)


def unknown_last(day: date | None) -> tuple[bool, date]:
    """A sorting key that puts an unknown date after every known one."""
    return (day is None, day or date.max)


def earliest(*days: date | None) -> date | None:
    """The earliest of the known days; None where none is known."""
    return min((day for day in days if day is not None), default=None)


def latest(*days: date | None) -> date | None:
    """The latest of the known days; None where none is known."""
    return max((day for day in days if day is not None), default=None)


def find(rows: list[Row], code: str) -> Row:
    return next(row for row in rows if row["code"] == code)


def below(rows: list[Row], codes: Iterable[str]) -> set[str]:
    """The codes and everything below them, at any depth, by the rows' `parent`."""
    found = set(codes)
    while True:
        more = {row["code"] for row in rows if known(row, "parent") in found} - found
        if not more:
            return found
        found |= more


def above(rows: list[Row], codes: Iterable[str]) -> set[str]:
    """The codes and everything above them, at any depth."""
    found = set(codes)
    while True:
        more = {known(row, "parent") for row in rows if row["code"] in found} - found - {None}
        if not more:
            return found
        found |= more


# Dates and what they can mean


def precision_of(row: Row, column: str) -> str | None:
    """The precision of a date; None where there is no date."""
    return None if known(row, column) is None else known(row, f"{column}_precision") or "day"


def end_of(year: int, month: int) -> date:
    """The last day of a month."""
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def first_day(row: Row, column: str) -> date | None:
    """The first day that a date can mean; None where it has none, as "by" a date."""
    day, precision = known(row, column), precision_of(row, column)
    if day is None or precision == "by":
        return None
    if precision == "year":
        return date(day.year, 1, 1)
    return date(day.year, day.month, 1) if precision == "month" else day


def last_day(row: Row, column: str) -> date | None:
    """The last day that a date can mean: the day from which it counts."""
    day, precision = known(row, column), precision_of(row, column)
    if day is None or precision in ("day", "by"):
        return day
    return end_of(day.year, 12 if precision == "year" else day.month)


def written(row: Row, column: str) -> str | None:
    """A date as the import format writes it."""
    day, precision = known(row, column), precision_of(row, column)
    if day is None:
        return None
    text = day.isoformat()
    return {"year": text[:4], "month": text[:7], "by": f"by {text}"}.get(str(precision), text)


def day_of(tables: Tables, as_of: Day) -> date:
    """The day that an as-of date stands for: the last one of a month or a year."""
    if as_of is None:
        day = last_day(tables["programme"][0], "as_of")
        assert day is not None
        return day
    if isinstance(as_of, date):
        return as_of
    parts = [int(part) for part in as_of.split("-")]
    return end_of(parts[0], [*parts, 12][1]) if len(parts) < 3 else date(*parts)


def quarter_of(day: date) -> tuple[int, int]:
    return day.year, (day.month + 2) // 3


def quarter_start(day: date) -> date:
    return date(day.year, 3 * quarter_of(day)[1] - 2, 1)


@dataclass(frozen=True)
class Fact:
    """One fact: the day from which it is seen (None: always), and its own date with that date's precision, if any."""

    seen_from: date | None
    when: date | None = None
    precision: str | None = None

    @property
    def order(self) -> tuple[bool, date, int]:
        """Facts in the order in which they are seen: always first; on one day the more precise first."""
        return (*unknown_first(self.seen_from), PRECISIONS.index(self.precision) if self.precision else len(PRECISIONS))


def dated(row: Row, column: str) -> Fact:
    """The fact of a date that is on record."""
    return Fact(last_day(row, column), known(row, column), precision_of(row, column))


# The slice


@dataclass(frozen=True)
class Asked:
    """A programme, its filters, the as-of date, and further groups it is limited to."""

    tables: Tables
    filters: Filters
    as_of: date
    narrowings: tuple[Callable[[Row], bool], ...] = ()

    def narrowed(self, keep: Callable[[Row], bool]) -> "Asked":
        """The same slice with only the enrolments for which `keep` is true."""
        return replace(self, narrowings=(*self.narrowings, keep))

    def reached(self, day: date | None) -> bool:
        """True if the day is known and not after `as_of`."""
        return day is not None and day <= self.as_of

    def seen(self, day: date | None) -> bool:
        """True if a fact that is seen from `day` (None: always) is seen."""
        return day is None or day <= self.as_of

    def source_day(self, row: Row) -> date | None:
        """The last day on which the source of a row can have been published; None where none is on record."""
        code = known(row, "source")
        return None if code is None else last_day(find(self.tables["source"], code), "published_on")

    def wanted(self, dimension: str) -> set[str] | None:
        """The codes one filter requests, with everything below them; None: not filtered. Unknown codes are left out."""
        table = self.tables.get(dimension, [])
        codes = self.filters.get(dimension, set()) & {row["code"] for row in table}
        if not codes:
            return None
        return below(table, codes) if dimension in ("partner", "place") else codes

    def passes(self, dimension: str, codes: Iterable[str | None]) -> bool:
        """True if there is no such filter, or if it requests one of `codes`."""
        wanted = self.wanted(dimension)
        return wanted is None or any(code in wanted for code in codes)

    def filtered_by(self, *dimensions: str) -> bool:
        return any(self.wanted(dimension) is not None for dimension in dimensions)

    def partners_of(self, round_code: str | None) -> set[str]:
        return {row["partner"] for row in self.tables.get("round_partner", []) if row["round"] == round_code}

    def phase_of(self, round_code: str) -> str | None:
        return known(find(self.tables["round"], round_code), "phase")

    def place_of(self, enrolment: Row) -> str | None:
        """The enterprise's own place; else its round's single place; else none."""
        own = known(find(self.tables["enterprise"], enrolment["enterprise"]), "place")
        if own is not None:
            return own
        places = [row["place"] for row in self.tables.get("round_place", []) if row["round"] == enrolment["round"]]
        return places[0] if len(places) == 1 else None

    def sector_of(self, enrolment: Row) -> str | None:
        return known(find(self.tables["enterprise"], enrolment["enterprise"]), "sector")

    def trainings_on_record(self, enrolment: Row) -> list[Row]:
        """Every training of an enrolment, whatever is seen of it."""
        key = enrolment["enterprise"], enrolment["round"]
        return [row for row in self.tables.get("training", []) if (row["enterprise"], row["round"]) == key]

    def own_dates(self, enrolment: Row) -> list[Fact]:
        """The dates that show that an enterprise takes part in a round. A due date is a plan and shows nothing."""
        trainings = self.trainings_on_record(enrolment)
        cells = [(enrolment, column) for column in ("recruited_on", "baseline_on")]
        cells += [(row, column) for row in trainings for column in TRAINING_STEPS]
        return [dated(row, column) for row, column in cells if known(row, column) is not None]

    def enrolled_from(self, enrolment: Row) -> date | None:
        """The day from which an enrolment is seen; None: always."""
        own = earliest(*(fact.seen_from for fact in self.own_dates(enrolment)))
        began = last_day(find(self.tables["round"], enrolment["round"]), "started_on")
        return own or began or self.source_day(enrolment)

    @cached_property
    def enrolments(self) -> list[Row]:
        """The enrolments seen by `as_of` that pass every filter at once."""
        return [
            row
            for row in self.tables.get("enrolment", [])
            if self.passes("round", [row["round"]])
            and self.passes("phase", [self.phase_of(row["round"])])
            and self.passes("partner", self.partners_of(row["round"]))
            and self.passes("sector", [self.sector_of(row)])
            and self.passes("place", [self.place_of(row)])
            and all(keep(row) for keep in self.narrowings)
            and self.seen(self.enrolled_from(row))
        ]

    @cached_property
    def enterprises(self) -> set[str]:
        return {row["enterprise"] for row in self.enrolments}

    def enrolment_of(self, row: Row) -> Row | None:
        """The slice's enrolment of the same enterprise and round as a training or result."""
        for enrolment in self.enrolments:
            if (enrolment["enterprise"], enrolment["round"]) == (row["enterprise"], known(row, "round")):
                return enrolment
        return None

    @cached_property
    def trainings(self) -> list[Row]:
        """The trainings of the slice's enrolments that are seen, in the requested modules, with their enrolment's
        last days.
        """
        found = []
        for row in self.tables.get("training", []):
            enrolment = self.enrolment_of(row)
            if enrolment is not None and self.passes("module", [row["module"]]) and self.seen(planned_from(self, row)):
                days = {name: last_day(enrolment, name) for name in ("recruited_on", "left_on")}
                found.append(row | {f"{name}_last": day for name, day in days.items()})
        return found

    def modules(self) -> list[str]:
        """The requested modules, in the programme's order."""
        rows = sorted(self.tables.get("module", []), key=lambda row: (row["position"], row["code"]))
        return [row["code"] for row in rows if self.passes("module", [row["code"]])]


def asked(tables: Tables, filters: Filters | None = None, as_of: Day = None) -> Asked:
    """A slice of a programme; the default date is the record date."""
    return Asked(tables, filters or {}, day_of(tables, as_of))


def unknown_codes(of: Asked) -> Filters:
    """The codes of each filter that are not on record: they are left out, and named."""
    unknown = {
        dimension: codes - {row["code"] for row in of.tables.get(dimension, [])}
        for dimension, codes in of.filters.items()
    }
    return {dimension: codes for dimension, codes in unknown.items() if codes}


# One training


def planned_from(of: Asked, training: Row) -> date | None:
    """The day from which a training is planned: its first step, or its source if that is earlier.

    None where there is no such day: with its enrolment.
    """
    return earliest(*(last_day(training, step) for step in TRAINING_STEPS), of.source_day(training))


def workshop_held(of: Asked, training: Row) -> bool:
    return of.reached(last_day(training, "workshop_on"))


def visits_from(of: Asked, training: Row) -> date | None:
    """The day from which the number of visits is seen; None: always."""
    return latest(last_day(training, "workshop_on"), of.source_day(training))


def visits_done(of: Asked, training: Row) -> int | None:
    return known(training, "visits_done") if of.seen(visits_from(of, training)) else None


def visited(of: Asked, training: Row) -> bool:
    return (visits_done(of, training) or 0) >= 1


def assessed(of: Asked, training: Row) -> bool:
    return of.reached(last_day(training, "assessed_on"))


def completed(of: Asked, training: Row) -> bool:
    return of.reached(last_day(training, "completed_on"))


def started(of: Asked, training: Row) -> bool:
    """The workshop was held, or a later step (visit, assessment, completion) is on record."""
    return workshop_held(of, training) or visited(of, training) or assessed(of, training) or completed(of, training)


def state(of: Asked, training: Row) -> str:
    if completed(of, training):
        return "completed"
    if of.reached(last_day(training, "dropped_on")) or of.reached(training["left_on_last"]):
        return "dropped"
    if started(of, training):
        return "in-progress"
    if of.reached(last_day(training, "due_on")):
        return "overdue"
    return "not-yet-due"


def stale(of: Asked, training: Row) -> bool:
    """In progress, and nothing was seen of it for more than 365 days."""
    steps = []
    if workshop_held(of, training):
        steps.append(last_day(training, "workshop_on"))
    if visited(of, training):
        steps.append(visits_from(of, training))
    if assessed(of, training):
        steps.append(last_day(training, "assessed_on"))
    last = latest(*steps)
    return state(of, training) == "in-progress" and last is not None and last + STALE_AFTER < of.as_of


def heads(training: Row) -> int | None:
    """Managers and workers who took part; a blank one adds nothing where the other is known."""
    counts = [known(training, column) for column in ("managers", "workers")]
    return None if counts == [None, None] else sum(count or 0 for count in counts)


def deciding(of: Asked, trainings: list[Row]) -> Row:
    """The training that gives an enterprise's state in one module: a completed one, else the latest."""
    candidates = [training for training in trainings if completed(of, training)] or trainings
    return max(
        candidates,
        key=lambda row: (
            unknown_first(row["recruited_on_last"]),
            unknown_first(last_day(row, "due_on")),
            row["round"],
        ),
    )


def by_enterprise_and_module(of: Asked) -> dict[tuple[str, str], list[Row]]:
    planned: dict[tuple[str, str], list[Row]] = {}
    for training in of.trainings:
        planned.setdefault((training["enterprise"], training["module"]), []).append(training)
    return planned


def decided(of: Asked) -> dict[tuple[str, str], tuple[Row, str]]:
    """The deciding training and the state of each enterprise in each module it has planned."""
    found = {}
    for pair, trainings in by_enterprise_and_module(of).items():
        training = deciding(of, trainings)
        found[pair] = training, state(of, training)
    return found


def due(of: Asked) -> set[tuple[str, str]]:
    """Enterprise and module: planned, less not yet due."""
    return {pair for pair, (_, its_state) in decided(of).items() if its_state != "not-yet-due"}


def in_state(of: Asked, wanted: str) -> set[tuple[str, str]]:
    return {pair for pair, (_, its_state) in decided(of).items() if its_state == wanted}


def stale_modules(of: Asked) -> set[tuple[str, str]]:
    return {pair for pair, (training, _) in decided(of).items() if stale(of, training)}


def trained_enterprises(of: Asked) -> set[str]:
    return {training["enterprise"] for training in of.trainings if started(of, training)}


def completed_modules(of: Asked) -> set[tuple[str, str]]:
    return {(row["enterprise"], row["module"]) for row in of.trainings if completed(of, row)}


def workers_of(of: Asked, enterprises: Iterable[str]) -> list[int | None]:
    return [known(find(of.tables["enterprise"], code), "workers") for code in enterprises]


# Flows: what happened in a period


def lies_inside(fact: Fact, first: date, last: date) -> bool:
    """True if every day that the fact's own date can mean is in the period. A "by" date has no first day."""
    row = {"x": fact.when, "x_precision": fact.precision}
    begins, ends = first_day(row, "x"), last_day(row, "x")
    return begins is not None and ends is not None and first <= begins and ends <= last


def flow(facts: Iterable[Fact], first: date, last: date) -> tuple[int, int]:
    """The facts inside a period, and those told apart: seen by its end, not before it, but not known to lie inside."""
    listed = list(facts)
    inside = sum(lies_inside(fact, first, last) for fact in listed)
    came = sum(fact.seen_from is not None and first <= fact.seen_from <= last for fact in listed)
    return inside, came - inside


def newly_overdue(tables: Tables, filters: Filters | None = None, as_of: Day = None) -> set[tuple[str, str]]:
    """Overdue at `as_of` and not at the end of the quarter before, by a due date of day or month precision."""
    of = asked(tables, filters, as_of)
    before = replace(of, as_of=quarter_start(of.as_of) - timedelta(days=1))
    return {
        pair
        for pair in in_state(of, "overdue") - in_state(before, "overdue")
        if precision_of(decided(of)[pair][0], "due_on") in ("day", "month")
    }
