"""The independent definition of every exhibit as code: counted in plain Python over lists of rows.

`docs/measures.md` defines the numbers in words and this module in code; `data/engine` only computes them quickly.
`test_recount.py` holds the product against it, `recount_lists.py` does the same for lists. It is slow and obvious on
purpose, is written from the text and the import format alone, and shares no line with `data/`; where it and the product
disagree, the text decides. A change of a number begins in the text and here. A programme is a dict from table name to
rows; a row is a dict of typed values in which a column left out, ``None`` and ``""`` all mean blank.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from math import comb
from statistics import NormalDist, median
from typing import Any

Row = dict[str, Any]
Tables = dict[str, list[Row]]

MODULE_1 = "m1"
HEADLINES = (
    "enterprises", "trained", "workers_reached", "workers_unknown", "people_trained", "women_trained", "visits",
    "modules_completed", "rounds", "places", "partners",
)  # fmt: skip
STAGES = (
    "enrolled", "baseline", "m1_workshop", "m1_completed", "further_started", "further_completed",
    "all_planned_completed",
)  # fmt: skip
NOT_GIVEN = {"name_en": "Place not given", "name_zh": "未注明地点"}


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


# The slice


@dataclass(frozen=True)
class Asked:
    """A programme, its filters, the as-of date, and further groups it is limited to."""

    tables: Tables
    filters: dict[str, set[str]]
    as_of: date
    narrowings: tuple[Callable[[Row], bool], ...] = ()

    def narrowed(self, keep: Callable[[Row], bool]) -> "Asked":
        """The same slice with only the enrolments for which `keep` is true."""
        return replace(self, narrowings=(*self.narrowings, keep))

    def reached(self, day: date | None) -> bool:
        """True if the date is on record and not after `as_of`."""
        return day is not None and day <= self.as_of

    def wanted(self, dimension: str) -> set[str] | None:
        """The codes one filter requests, with everything below them; None: not filtered. Unknown codes are dropped."""
        table = self.tables.get(dimension, [])
        codes = self.filters.get(dimension, set()) & {row["code"] for row in table}
        if not codes:
            return None
        return below(table, codes) if dimension in ("partner", "place") else codes

    def passes(self, dimension: str, codes: Iterable[str | None]) -> bool:
        """True if there is no such filter, or if it requests one of `codes`."""
        wanted = self.wanted(dimension)
        return wanted is None or any(code in wanted for code in codes)

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

    @cached_property
    def enrolments(self) -> list[Row]:
        """The enrolments seen by `as_of` that pass every filter at once."""
        found = []
        for row in self.tables.get("enrolment", []):
            recruited_on = known(row, "recruited_on")
            if recruited_on is not None and recruited_on > self.as_of:
                continue
            if (
                self.passes("round", [row["round"]])
                and self.passes("phase", [self.phase_of(row["round"])])
                and self.passes("partner", self.partners_of(row["round"]))
                and self.passes("sector", [self.sector_of(row)])
                and self.passes("place", [self.place_of(row)])
                and all(keep(row) for keep in self.narrowings)
            ):
                found.append(row)
        return found

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
        """The trainings of the slice's enrolments in the requested modules, each with its enrolment's dates."""
        found = []
        for row in self.tables.get("training", []):
            enrolment = self.enrolment_of(row)
            if enrolment is not None and self.passes("module", [row["module"]]):
                dates = {"recruited_on": known(enrolment, "recruited_on"), "left_on": known(enrolment, "left_on")}
                found.append(row | dates)
        return found

    def modules(self) -> list[str]:
        """The requested modules, in the programme's order."""
        rows = sorted(self.tables.get("module", []), key=lambda row: (row["position"], row["code"]))
        return [row["code"] for row in rows if self.passes("module", [row["code"]])]


def asked(tables: Tables, filters: dict[str, set[str]] | None = None, as_of: date | None = None) -> Asked:
    """A slice of a programme; the default date is the record date."""
    return Asked(tables, filters or {}, as_of or tables["programme"][0]["as_of"])


# One training


def workshop_held(of: Asked, training: Row) -> bool:
    return of.reached(known(training, "workshop_on"))


def visits_count(of: Asked, training: Row) -> bool:
    """Visits carry no date: they count once the workshop's date is reached, or where the workshop has no date."""
    return known(training, "workshop_on") is None or workshop_held(of, training)


def visited(of: Asked, training: Row) -> bool:
    return visits_count(of, training) and (known(training, "visits_done") or 0) >= 1


def assessed(of: Asked, training: Row) -> bool:
    return of.reached(known(training, "assessed_on"))


def completed(of: Asked, training: Row) -> bool:
    return of.reached(known(training, "completed_on"))


def started(of: Asked, training: Row) -> bool:
    """The workshop was held, or a later step (visit, assessment, completion) has evidence."""
    return workshop_held(of, training) or visited(of, training) or assessed(of, training) or completed(of, training)


def state(of: Asked, training: Row) -> str:
    if completed(of, training):
        return "completed"
    if of.reached(known(training, "dropped_on")) or of.reached(known(training, "left_on")):
        return "dropped"
    if started(of, training):
        return "in-progress"
    if of.reached(known(training, "due_on")):
        return "overdue"
    return "not-yet-due"


def deciding(of: Asked, trainings: list[Row]) -> Row:
    """The training that gives an enterprise's state in one module: a completed one, else the latest."""
    candidates = [training for training in trainings if completed(of, training)] or trainings
    return max(
        candidates,
        key=lambda row: (
            unknown_first(row["recruited_on"]),
            unknown_first(known(row, "due_on")),
            row["round"],
        ),
    )


def by_enterprise_and_module(of: Asked) -> dict[tuple[str, str], list[Row]]:
    planned: dict[tuple[str, str], list[Row]] = {}
    for training in of.trainings:
        planned.setdefault((training["enterprise"], training["module"]), []).append(training)
    return planned


def trained_enterprises(of: Asked) -> set[str]:
    return {training["enterprise"] for training in of.trainings if started(of, training)}


def started_before_the_latest(of: Asked, module: str) -> bool:
    """True if an enterprise started the module once and has it planned again, not yet due."""
    return any(
        its_module == module
        and state(of, deciding(of, trainings)) == "not-yet-due"
        and any(started(of, training) for training in trainings)
        for (_, its_module), trainings in by_enterprise_and_module(of).items()
    )


def completed_modules(of: Asked) -> set[tuple[str, str]]:
    return {(row["enterprise"], row["module"]) for row in of.trainings if completed(of, row)}


def workers_of(of: Asked, enterprises: Iterable[str]) -> list[int | None]:
    return [known(find(of.tables["enterprise"], code), "workers") for code in enterprises]


# Exhibits about enterprises and trainings


def overview(tables: Tables, filters: dict[str, set[str]] | None = None, as_of: date | None = None) -> list[Row]:
    of = asked(tables, filters, as_of)
    enterprises = of.enterprises
    trained = trained_enterprises(of)
    begun = [training for training in of.trainings if started(of, training)]
    workers = workers_of(of, trained)
    people = total(known(row, column) for row in begun for column in ("managers", "workers"))
    rounds = {row["round"] for row in of.enrolments}
    rounds_on_record = {
        row["code"]
        for row in tables.get("round", [])
        if of.passes("round", [row["code"]])
        and of.passes("phase", [known(row, "phase")])
        and of.passes("partner", of.partners_of(row["code"]))
    }
    places = {of.place_of(row) for row in of.enrolments} - {None}
    partners = {partner for round_code in rounds for partner in of.partners_of(round_code)}
    # Visits count once they may be seen; a training that has begun and of which none is known is an unknown term.
    visits = [(row, known(row, "visits_done") if visits_count(of, row) else None) for row in of.trainings]
    values: dict[str, tuple[float | None, float | None]] = {
        "enterprises": (len(enterprises), None),
        "trained": (len(trained), len(enterprises)),
        "workers_reached": (total(workers), None),
        "workers_unknown": (workers.count(None), len(trained)),
        "people_trained": (people, None),
        "women_trained": (total(known(row, "women") for row in begun), people),
        "visits": (
            total(count for row, count in visits if count is not None or started(of, row)),
            total(known(row, "visits_planned") for row in of.trainings),
        ),
        "modules_completed": (len(completed_modules(of)), len(by_enterprise_and_module(of))),
        "rounds": (len(rounds), len(rounds_on_record)),
        "places": (len(places), None),
        "partners": (len(partners), None),
    }
    return [{"headline": name, "value": values[name][0], "of": values[name][1], "note": None} for name in HEADLINES]


def province_of(tables: Tables, place: str | None) -> str | None:
    while place is not None:
        row = find(tables["place"], place)
        if row["level"] == "province":
            return place
        place = known(row, "parent")
    return None


def regions(tables: Tables, filters: dict[str, set[str]] | None = None, as_of: date | None = None) -> list[Row]:
    of = asked(tables, filters, as_of)
    rows = []
    for place in {of.place_of(row) for row in of.enrolments}:
        here = of.narrowed(lambda row, place=place: of.place_of(row) == place)
        named = find(tables["place"], place) if place is not None else NOT_GIVEN
        finished = completed_modules(here)
        rows.append(
            {
                "place": place,
                "name_en": known(named, "name_en"),
                "name_zh": known(named, "name_zh"),
                "level": known(named, "level"),
                "province": province_of(tables, place),
                "enterprises": len(here.enterprises),
                "trained": len(trained_enterprises(here)),
                "m1_completed": sum(module == MODULE_1 for _, module in finished),
                "modules_completed": len(finished),
                "workers": total(workers_of(here, trained_enterprises(here))),
            }
        )
    return rows


def module_funnel(tables: Tables, filters: dict[str, set[str]] | None = None, as_of: date | None = None) -> list[Row]:
    of = asked(tables, filters, as_of)
    steps = (workshop_held, visited, assessed, completed)
    rows = []
    for module in of.modules():
        planned = {
            enterprise: trainings
            for (enterprise, its_module), trainings in by_enterprise_and_module(of).items()
            if its_module == module
        }
        # Who has a record of each step in any training of the module, and who reached it by that or a later record.
        recorded = [
            {e for e, trainings in planned.items() if any(step(of, row) for row in trainings)} for step in steps
        ]
        reached = [set().union(*recorded[place:]) for place in range(len(steps))]
        states = [state(of, deciding(of, trainings)) for trainings in planned.values()]
        base = len(planned) - states.count("not-yet-due")
        rows.append(
            {
                "module": module,
                "planned": len(planned),
                "workshop": len(reached[0]),
                "visited": len(reached[1]),
                "assessed": len(reached[2]),
                "completed": len(reached[3]),
                "visited_without_record": len(reached[1] - recorded[1]),
                "assessed_without_record": len(reached[2] - recorded[2]),
                "in_progress": states.count("in-progress"),
                "dropped": states.count("dropped"),
                "overdue": states.count("overdue"),
                "not_yet_due": states.count("not-yet-due"),
                "workshop_share": share(len(reached[0]), base),
                "visited_share": share(len(reached[1]), base),
                "assessed_share": share(len(reached[2]), base),
                "completed_share": share(len(reached[3]), base),
            }
        )
    return rows


def satisfaction(tables: Tables, filters: dict[str, set[str]] | None = None, as_of: date | None = None) -> list[Row]:
    of = asked(tables, filters, as_of)
    rows = []
    for module in of.modules():
        rated = [
            row
            for row in of.trainings
            if row["module"] == module and started(of, row) and known(row, "satisfaction") is not None
        ]
        values = [known(row, "satisfaction") for row in rated]
        if values:
            enterprises = len({row["enterprise"] for row in rated})
            rows.append({"module": module, "enterprises": enterprises, "satisfaction": sum(values) / len(values)})
    return rows


def journey_funnel(tables: Tables, filters: dict[str, set[str]] | None = None, as_of: date | None = None) -> list[Row]:
    of = asked(tables, filters, as_of)
    enterprises = of.enterprises
    trainings = of.trainings
    first = [row for row in trainings if row["module"] == MODULE_1]
    further = [row for row in trainings if row["module"] != MODULE_1]
    planned = by_enterprise_and_module(of)
    finished = completed_modules(of)
    recorded = [
        enterprises,
        {row["enterprise"] for row in of.enrolments if of.reached(known(row, "baseline_on"))},
        {row["enterprise"] for row in first if workshop_held(of, row)},
        {row["enterprise"] for row in first if completed(of, row)},
        {row["enterprise"] for row in further if started(of, row)},
        {row["enterprise"] for row in further if completed(of, row)},
        {
            enterprise
            for enterprise in {enterprise for enterprise, _ in planned}
            if all(pair in finished for pair in planned if pair[0] == enterprise)
        },
    ]
    # A visit to or an assessment of Module 1 stands behind its workshop as well, though it is no stage of the journey.
    behind = [set() for _ in STAGES]
    behind[2] = {row["enterprise"] for row in first if started(of, row)}
    reached = [set().union(*recorded[place:], *behind[place:]) for place in range(len(STAGES))]
    rows = []
    for place, stage in enumerate(STAGES):
        rows.append(
            {
                "stage": stage,
                "enterprises": len(reached[place]),
                "without_record": len(reached[place] - recorded[place]),
                "share_of_first": share(len(reached[place]), len(reached[0])),
                "share_of_previous": share(len(reached[place]), len(reached[place - 1])) if place else None,
            }
        )
    return rows


def breadth(tables: Tables, filters: dict[str, set[str]] | None = None, as_of: date | None = None) -> list[Row]:
    of = asked(tables, filters, as_of)
    finished = [enterprise for enterprise, _ in completed_modules(of)]
    return [
        {
            "modules_at_least": least,
            "enterprises": sum(finished.count(enterprise) >= least for enterprise in set(finished)),
        }
        for least in range(1, len(tables.get("module", [])) + 1)
    ]


def matrix(tables: Tables, filters: dict[str, set[str]] | None = None, as_of: date | None = None) -> list[Row]:
    of = asked(tables, filters, as_of)
    rows = []
    for (enterprise, module), trainings in by_enterprise_and_module(of).items():
        training = deciding(of, trainings)
        rows.append(
            {
                "enterprise": enterprise,
                "module": module,
                "state": state(of, training),
                "round": training["round"],
            }
        )
    return rows


# Results


def operator_of(row: Row) -> str:
    return known(row, "operator") or "="


def before_seen(of: Asked, row: Row) -> float | None:
    """The before, unless it is blank or dated after `as_of`."""
    day = known(row, "before_on")
    return None if day is not None and day > of.as_of else known(row, "before")


def after_is_seen(of: Asked, row: Row) -> bool:
    """True if the after is dated by `as_of`. Without a date it has the date of its before."""
    day = known(row, "after_on") or known(row, "before_on")
    return day is None or day <= of.as_of


def after_seen(of: Asked, row: Row) -> float | None:
    return known(row, "after") if after_is_seen(of, row) else None


def change_seen(of: Asked, row: Row) -> float | None:
    return known(row, "change_percent") if after_is_seen(of, row) else None


def results(of: Asked) -> list[Row]:
    """The result rows of the slice of which something is seen, each with when its enrolment was recruited."""
    found = []
    for row in of.tables.get("result", []):
        if known(row, "round") is None:
            if row["enterprise"] not in of.enterprises:
                continue
            recruited_on = None
        else:
            enrolment = of.enrolment_of(row)
            if enrolment is None:
                continue
            recruited_on = known(enrolment, "recruited_on")
        if of.wanted("module") is not None and not of.passes("module", [known(row, "module")]):
            continue
        if before_seen(of, row) is None and after_seen(of, row) is None and change_seen(of, row) is None:
            continue
        found.append(row | {"recruited_on": recruited_on})
    return found


def row_order(of: Asked, row: Row) -> tuple[str, int]:
    """The sorting key of a row by round and module: rounds by code, modules by position, blank first."""
    module = known(row, "module")
    return known(row, "round") or "", -1 if module is None else find(of.tables["module"], module)["position"]


def pairs_of(of: Asked) -> dict[tuple[str, str], tuple[Row, Row]]:
    """Per enterprise and indicator, the row of the first before and the row of the last after."""
    exact = [row for row in results(of) if operator_of(row) == "="]
    found = {}
    for enterprise, indicator in {(row["enterprise"], row["indicator"]) for row in exact}:
        rows = [row for row in exact if (row["enterprise"], row["indicator"]) == (enterprise, indicator)]
        befores = [row for row in rows if before_seen(of, row) is not None]
        afters = [row for row in rows if after_seen(of, row) is not None]
        if befores and afters:
            first = min(
                befores,
                key=lambda row: (
                    unknown_last(known(row, "before_on")),
                    unknown_last(row["recruited_on"]),
                    *row_order(of, row),
                ),
            )
            last = max(
                afters,
                key=lambda row: (
                    unknown_first(known(row, "after_on")),
                    unknown_first(row["recruited_on"]),
                    *row_order(of, row),
                ),
            )
            found[enterprise, indicator] = (first, last)
    return found


def other_facts(of: Asked) -> list[Row]:
    """Bounds, changes without levels, and levels of an enterprise and indicator that make no pair."""
    made = pairs_of(of)
    found = []
    for row in results(of):
        a_bound = operator_of(row) != "="
        a_change_alone = change_seen(of, row) is not None
        without_a_pair = (row["enterprise"], row["indicator"]) not in made
        if a_bound or a_change_alone or without_a_pair:
            found.append(row)
    return found


def verdict(better: str, change: float) -> str:
    if better == "context":
        return "context"
    if change == 0:
        return "same"
    return "better" if (change > 0) == (better == "up") else "worse"


def pairs(tables: Tables, filters: dict[str, set[str]] | None = None, as_of: date | None = None) -> list[Row]:
    of = asked(tables, filters, as_of)
    rows = []
    for (enterprise, indicator), (first, last) in pairs_of(of).items():
        before, after = first["before"], last["after"]
        change = after - before
        rows.append(
            {
                "enterprise": enterprise,
                "indicator": indicator,
                "before": before,
                "after": after,
                "change": change,
                "relative_change": change / abs(before) if before != 0 else None,
                "verdict": verdict(find(tables["indicator"], indicator)["better"], change),
                "round": known(last, "round"),
                "module": known(last, "module"),
                "source": known(last, "source"),
            }
        )
    return rows


def interval_rank(count: int) -> int | None:
    """The greatest rank k for which the k-th smallest and k-th greatest hold the median with at least 95 %.

    They miss it where fewer than k of `count` values fall on one side: probability twice P(binomial(n, ½) < k).
    """
    best = None
    for rank in range(1, count // 2 + 1):
        missed = 2 * sum((Fraction(comb(count, below_), 2**count) for below_ in range(rank)), Fraction(0))
        if 1 - missed >= Fraction(95, 100):
            best = rank
    return best


def median_interval(values: list[float]) -> tuple[float | None, float | None]:
    rank = interval_rank(len(values))
    if rank is None:
        return None, None
    ordered = sorted(values)
    return ordered[rank - 1], ordered[-rank]


def wilson(successes: int, count: int) -> tuple[float | None, float | None]:
    if not count:
        return None, None
    z = NormalDist().inv_cdf(0.975)
    part = successes / count
    middle = (part + z * z / (2 * count)) / (1 + z * z / count)
    half = z * math.sqrt(part * (1 - part) / count + z * z / (4 * count * count)) / (1 + z * z / count)
    return max(0.0, middle - half), min(1.0, middle + half)


def change(tables: Tables, filters: dict[str, set[str]] | None = None, as_of: date | None = None) -> list[Row]:
    of = asked(tables, filters, as_of)
    every_pair = pairs(tables, filters, as_of)
    others = [row["indicator"] for row in other_facts(of)]
    rows = []
    for indicator in {row["indicator"] for row in results(of)}:
        about = find(tables["indicator"], indicator)
        its_pairs = [row for row in every_pair if row["indicator"] == indicator]
        changes = [row["change"] for row in its_pairs]
        relative = [row["relative_change"] for row in its_pairs if row["relative_change"] is not None]
        verdicts = [row["verdict"] for row in its_pairs]
        yes_no = about["unit"] == "yes-no"
        judged = about["better"] != "context"
        low, high = (None, None) if yes_no else median_interval(changes)
        better_low, better_high = (
            wilson(verdicts.count("better"), len(verdicts)) if judged and len(verdicts) >= 6 else (None, None)
        )

        def middle(values: list[float], *, yes_no: bool = yes_no) -> float | None:
            return None if yes_no or not values else median(values)

        rows.append(
            {
                "indicator": indicator,
                "unit": about["unit"],
                "better": about["better"],
                "pairs": len(its_pairs),
                "median_before": middle([row["before"] for row in its_pairs]),
                "median_after": middle([row["after"] for row in its_pairs]),
                "median_change": middle(changes),
                "change_low": low,
                "change_high": high,
                "median_relative_change": middle(relative),
                "better_count": verdicts.count("better") if judged else None,
                "same_count": verdicts.count("same") if judged else None,
                "worse_count": verdicts.count("worse") if judged else None,
                "better_share": share(verdicts.count("better"), len(verdicts)) if judged else None,
                "better_low": better_low,
                "better_high": better_high,
                "had_before": sum(row["before"] == 1 for row in its_pairs) if yes_no else None,
                "had_after": sum(row["after"] == 1 for row in its_pairs) if yes_no else None,
                "gained": sum(row["change"] == 1 for row in its_pairs) if yes_no else None,
                "lost": sum(row["change"] == -1 for row in its_pairs) if yes_no else None,
                "other_facts": others.count(indicator),
            }
        )
    return rows


def coverage(tables: Tables, filters: dict[str, set[str]] | None = None, as_of: date | None = None) -> list[Row]:
    of = asked(tables, filters, as_of)

    def line(kind: str, group: str | None, group_slice: Asked) -> Row:
        trained = trained_enterprises(group_slice)
        reported = {row["enterprise"] for row in results(group_slice)}
        return {
            "group_kind": kind,
            "group": group,
            "trained": len(trained),
            "reported": len(reported),
            "paired": len({enterprise for enterprise, _ in pairs_of(group_slice)}),
            "reported_share": share(len(trained & reported), len(trained)),
        }

    rows = [line("total", None, of)]
    for row in tables.get("partner", []):
        family = below(tables["partner"], [row["code"]])
        group_slice = of.narrowed(lambda e, family=family: bool(of.partners_of(e["round"]) & family))
        if group_slice.enterprises:
            rows.append(line("partner", row["code"], group_slice))
    for sector in [*(row["code"] for row in tables.get("sector", [])), None]:
        group_slice = of.narrowed(lambda e, sector=sector: of.sector_of(e) == sector)
        if group_slice.enterprises:
            rows.append(line("sector", sector, group_slice))
    for row in tables.get("round", []):
        group_slice = of.narrowed(lambda e, code=row["code"]: e["round"] == code)
        if group_slice.enterprises:
            rows.append(line("round", row["code"], group_slice))
    return rows


def coverage_line(of: Asked) -> dict[str, int]:
    """The numbers of the coverage line of every exhibit."""
    made = pairs_of(of)
    return {
        "pairs": len(made),
        "paired": len({enterprise for enterprise, _ in made}),
        "reported": len({row["enterprise"] for row in results(of)}),
        "trained": len(trained_enterprises(of)),
        "enterprises": len(of.enterprises),
    }


# What others published


def published(tables: Tables, filters: dict[str, set[str]] | None = None, as_of: date | None = None) -> list[Row]:
    of = asked(tables, filters, as_of)
    if of.wanted("sector") is not None or of.wanted("module") is not None:
        return []
    rows = []
    for row in tables.get("reported_figure", []):
        day, round_code = known(row, "as_of"), known(row, "round")
        phase, partners = known(row, "phase"), [known(row, "partner")]
        if round_code is not None:
            phase = phase or of.phase_of(round_code)
            partners = [known(row, "partner")] if known(row, "partner") else list(of.partners_of(round_code))
        if (
            (day is None or day <= of.as_of)
            and of.passes("place", [known(row, "place")])
            and of.passes("round", [round_code])
            and of.passes("phase", [phase])
            and of.passes("partner", partners)
        ):
            rows.append(
                {
                    "figure": row["code"],
                    "indicator": row["indicator"],
                    "place": known(row, "place"),
                    "phase": phase,
                    "as_of": day,
                    "operator": operator_of(row),
                    "value": row["value"],
                    "unit": find(tables["indicator"], row["indicator"])["unit"],
                    "base": known(row, "base"),
                    "source": known(row, "source"),
                }
            )
    return rows


# What the programme plans and builds up


def lasts(row: Row, column: str) -> date | None:
    """The last day a date can mean, at the precision of its row."""
    day = known(row, column)
    if day is None or known(row, "date_precision") not in ("month", "year"):
        return day
    month = day.month if row["date_precision"] == "month" else 12
    return date(day.year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def lies_in(phase: Row, day: date) -> bool:
    """True if the day is in the phase; a phase without an end still runs, one without a beginning contains no day."""
    begins, ends = known(phase, "starts_on"), lasts(phase, "ends_on")
    return begins is not None and begins <= day and (ends is None or day <= ends)


def targets(tables: Tables, filters: dict[str, set[str]] | None = None, as_of: date | None = None) -> list[Row]:
    of = asked(tables, filters, as_of)
    if any(of.wanted(dimension) is not None for dimension in ("partner", "sector", "round", "module")):
        return []
    shown = {row["figure"] for row in published(tables, filters, as_of)}
    phases = of.wanted("phase")
    rows = []
    for row in tables.get("target", []):
        inside = [phase["code"] for phase in tables.get("phase", []) if lies_in(phase, row["due_on"])]
        if not of.passes("place", [row["place"]]) or (phases is not None and not phases & set(inside)):
            continue
        same = [
            figure
            for figure in tables.get("reported_figure", [])
            if figure["code"] in shown
            and (figure["indicator"], known(figure, "place"), known(figure, "scope"))
            == (row["indicator"], row["place"], known(row, "scope"))
        ]
        dated = [figure for figure in same if known(figure, "as_of")] or same
        newest = max(dated, key=lambda figure: (known(figure, "as_of") or date.min, figure["code"]), default=None)
        exact = newest is not None and operator_of(newest) == "=" and row["value"] > 0
        rows.append(
            {
                "indicator": row["indicator"],
                "place": row["place"],
                "due_on": row["due_on"],
                "scope": known(row, "scope"),
                "target": row["value"],
                "actual": newest["value"] if newest else None,
                "actual_as_of": known(newest, "as_of") if newest else None,
                "attainment": newest["value"] / row["value"] if newest and exact else None,
            }
        )
    return rows


def capacity(tables: Tables, filters: dict[str, set[str]] | None = None, as_of: date | None = None) -> list[Row]:
    of = asked(tables, filters, as_of)
    if any(of.wanted(dimension) is not None for dimension in ("sector", "round", "phase")):
        return []
    trainers: dict[tuple[str, str], list[Row]] = {}
    for level in tables.get("trainer_level", []):
        trainer = find(tables["trainer"], level["trainer"])
        day = known(level, "reached_on")
        if (
            (day is None or day <= of.as_of)
            and of.passes("module", [level["module"]])
            and of.passes("place", [known(trainer, "place")])
            and of.passes("partner", [known(trainer, "organisation")])
        ):
            trainers.setdefault((level["module"], level["level"]), []).append(trainer)
    rows = []
    for (module, level), reached in trainers.items():
        sexes = [known(trainer, "sex") for trainer in reached if known(trainer, "sex")]
        women = sexes.count("f") if sexes else None
        rows.append({"module": module, "level": level, "trainers": len(reached), "women": women})
    return rows


def events(tables: Tables, filters: dict[str, set[str]] | None = None, as_of: date | None = None) -> list[Row]:
    of = asked(tables, filters, as_of)
    if of.wanted("sector") is not None:
        return []
    rows = []
    for row in tables.get("event", []):
        day, round_code = known(row, "starts_on") or known(row, "ends_on"), known(row, "round")
        if row["status"] == "held" and day is not None and day > of.as_of:
            continue
        own = {each["partner"] for each in tables.get("event_partner", []) if each["event"] == row["code"]}
        if (
            of.passes("place", [known(row, "place")])
            and of.passes("module", [known(row, "module")])
            and of.passes("round", [round_code])
            and of.passes("phase", [of.phase_of(round_code) if round_code else None])
            and of.passes("partner", own | of.partners_of(round_code))
        ):
            columns = (
                "kind", "name_en", "name_zh", "status", "starts_on", "ends_on", "place", "participants", "women",
            )  # fmt: skip
            rows.append({"event": row["code"]} | {column: known(row, column) for column in columns})
    return rows


def rounds(tables: Tables, filters: dict[str, set[str]] | None = None, as_of: date | None = None) -> list[Row]:
    of = asked(tables, filters, as_of)
    if of.wanted("sector") is not None or of.wanted("module") is not None:
        return []
    rows = []
    for row in tables.get("round", []):
        places = [each["place"] for each in tables.get("round_place", []) if each["round"] == row["code"]]
        if not (
            of.passes("round", [row["code"]])
            and of.passes("phase", [known(row, "phase")])
            and of.passes("partner", of.partners_of(row["code"]))
            and of.passes("place", places)
        ):
            continue
        began, ended = known(row, "started_on"), known(row, "ended_on")
        seen = began is None or began <= of.as_of
        dates = {
            "planned_start": known(row, "planned_start"),
            "planned_end": known(row, "planned_end"),
            "started_on": began if seen else None,
            "ended_on": ended if seen and ended is not None and ended <= of.as_of else None,
        }
        if any(dates.values()):
            rows.append({"round": row["code"]} | dates)
    return rows


def never_increases(counts: Iterable[float]) -> bool:
    """True if counts never increase, as in every funnel."""
    return all(former >= latter for former, latter in pairwise(counts))


EXHIBITS: dict[str, Callable[..., list[Row]]] = {
    "overview": overview,
    "regions": regions,
    "module-funnel": module_funnel,
    "journey-funnel": journey_funnel,
    "breadth": breadth,
    "matrix": matrix,
    "satisfaction": satisfaction,
    "change": change,
    "pairs": pairs,
    "coverage": coverage,
    "targets": targets,
    "capacity": capacity,
    "events": events,
    "rounds": rounds,
    "published": published,
}

KEYS: dict[str, tuple[str, ...]] = {
    "overview": ("headline",),
    "regions": ("place",),
    "module-funnel": ("module",),
    "journey-funnel": ("stage",),
    "breadth": ("modules_at_least",),
    "matrix": ("enterprise", "module"),
    "satisfaction": ("module",),
    "change": ("indicator",),
    "pairs": ("enterprise", "indicator"),
    "coverage": ("group_kind", "group"),
    "targets": ("indicator", "place", "due_on", "scope"),
    "capacity": ("module", "level"),
    "events": ("event",),
    "rounds": ("round",),
    "published": ("figure",),
}
