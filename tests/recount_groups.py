"""Groups beside each other and the course of time, recounted: `coverage`, `compare` and `trend`.

See `recount.py`.
"""

import math
from dataclasses import replace
from typing import Any

from recount_enterprises import province_of
from recount_results import (
    FEWEST_FOR_INTERVAL,
    FEWEST_FOR_VERDICT,
    facts_of,
    pair_rows,
    paired_enterprises,
    pairs_of,
    reporters,
    results,
    wilson,
)
from recount_slice import (
    Asked,
    Day,
    Fact,
    Filters,
    Row,
    Tables,
    asked,
    assessed,
    below,
    by_enterprise_and_module,
    completed,
    completed_modules,
    dated,
    due,
    in_state,
    quarter_of,
    share,
    stale_modules,
    started,
    trained_enterprises,
    visited,
    visits_from,
    workshop_held,
)

GROUPS = ("partner", "sector", "round", "phase", "province", "module")
TRENDS = ("enterprises", "trained", "modules_completed", "reported")
CONTROL_LIMIT = 3.0902


# Coverage


def coverage(tables: Tables, filters: Filters | None = None, as_of: Day = None) -> list[Row]:
    of = asked(tables, filters, as_of)

    def line(kind: str, group: str | None, group_slice: Asked) -> Row:
        trained, reported = trained_enterprises(group_slice), reporters(group_slice)
        return {
            "group_kind": kind,
            "group": group,
            "trained": len(trained),
            "reported": len(reported),
            "paired": len(paired_enterprises(group_slice)),
            "reported_share": share(len(trained & reported), len(trained)),
        }

    rows = [line("total", None, of)]
    for kind in ("partner", "sector", "round"):
        with_blank = kind == "sector"
        rows += [line(kind, code, its) for code, its in groups(of, kind) if code is not None or with_blank]
    return rows


def coverage_line(of: Asked, indicator: str | None = None) -> dict[str, int]:
    """The numbers of the line under an exhibit: under one indicator only its pairs and its results."""
    made = {pair for pair in pairs_of(of) if indicator in (None, pair[1])}
    paired = {enterprise for enterprise, _ in made}
    reported = {row["enterprise"] for row in results(of) if indicator in (None, row["indicator"])}
    trained = trained_enterprises(of)
    return {
        "pairs": len(made),
        "paired": len(paired),
        "paired_of_trained": len(paired & trained),
        "reported": len(reported),
        "trained": len(trained),
        "enterprises": len(of.enterprises),
        "without_place": len({row["enterprise"] for row in of.enrolments if of.place_of(row) is None}),
    }


# Groups beside each other, and the course of time


def groups(of: Asked, by: str) -> list[tuple[str | None, Asked]]:
    """The groups of the slice with an enrolment, each with its part of the slice; None: the enrolments of no group.

    A partner has all below it. A group of `module` is the slice under a filter of that module.
    """
    if by == "module":
        planned = {module for _, module in by_enterprise_and_module(of)}
        return [
            (code, replace(of, filters=of.filters | {"module": {code}})) for code in of.modules() if code in planned
        ]
    table = "place" if by == "province" else by
    found = []
    for code in [*(row["code"] for row in of.tables.get(table, [])), None]:
        family = below(of.tables[table], [code]) if by == "partner" and code is not None else {code}
        its = of.narrowed(lambda row, family=family: bool(group_codes(of, row, by) & family))
        if its.enrolments:
            found.append((code, its))
    return found


def group_codes(of: Asked, enrolment: Row, by: str) -> set[str | None]:
    """The groups of an enrolment; None where it has none."""
    if by == "partner":
        return set(of.partners_of(enrolment["round"])) or {None}
    return {
        {
            "sector": of.sector_of,
            "round": lambda row: row["round"],
            "phase": lambda row: of.phase_of(row["round"]),
            "province": lambda row: province_of(of.tables, of.place_of(row)),
        }[by](enrolment)
    }


def compare_measures(of: Asked) -> list[str]:
    """The measures by which groups can be compared."""
    judged = [row["code"] for row in of.tables["indicator"] if row["better"] != "context"]
    return [
        "enterprises", "trained", "modules_completed", *(f"{module}_completed" for module in of.modules()), "overdue",
        "stale", "reported", *(f"better-{code}" for code in judged),
    ]  # fmt: skip


def measured(of: Asked, measure: str, *, of_module: bool = False) -> tuple[int, int | None]:
    """A measure of a slice, and what it is out of (None: of nothing).

    With `of_module` the enterprises are those with a training, as in a row of a module.
    """
    enterprises = {row["enterprise"] for row in of.trainings} if of_module else of.enterprises
    trained = trained_enterprises(of)
    if measure == "enterprises":
        return len(enterprises), None
    if measure == "trained":
        return len(trained), len(enterprises)
    if measure == "reported":
        return len(trained & reporters(of)), len(trained)
    if measure.startswith("better-"):
        verdicts = [row["verdict"] for row in pair_rows(of) if row["indicator"] == measure.removeprefix("better-")]
        return verdicts.count("better"), len(verdicts)
    return modules_measured(of, measure)


def modules_measured(of: Asked, measure: str) -> tuple[int, int]:
    """A measure that counts enterprise and module, of those due."""
    due_modules = due(of)
    if measure == "overdue":
        return len(in_state(of, "overdue")), len(due_modules)
    if measure == "stale":
        return len(stale_modules(of)), len(due_modules)
    done = completed_modules(of)
    if measure == "modules_completed":
        return len(done), len(due_modules)
    module = measure.removesuffix("_completed")
    return sum(its == module for _, its in done), sum(its == module for _, its in due_modules)


def compare(tables: Tables, by: str, measure: str, filters: Filters | None = None, as_of: Day = None) -> list[Row]:
    of = asked(tables, filters, as_of)
    everything = share(*measured(of, measure)) if measure != "enterprises" else None
    rows = []
    for group, its in groups(of, by):
        value, whole = measured(its, measure, of_module=by == "module")
        low, high = wilson(value, whole or 0)
        if measure.startswith("better-") and (whole or 0) < FEWEST_FOR_INTERVAL:
            low, high = None, None
        rows.append(
            {
                "group_kind": by,
                "group": group,
                "measure": measure,
                "value": value,
                "of": whole,
                "share": share(value, whole or 0),
                "low": low,
                "high": high,
                "verdict": None if whole is None else stands(value, whole, everything),
            }
        )
    return rows


def stands(value: int, whole: int, everything: float | None) -> str:
    """Where a share stands against that of the whole selection, given how far chance alone would carry it."""
    if whole < FEWEST_FOR_VERDICT or everything is None:
        return "too-few"
    limit = CONTROL_LIMIT * math.sqrt(everything * (1 - everything) / whole)
    if value / whole > everything + limit:
        return "above"
    return "below" if value / whole < everything - limit else "as-expected"


def step_facts(of: Asked, training: Row) -> list[Fact]:
    """The steps of a training that are seen: workshop, visits, assessment, completion. Visits have no date."""
    steps = [("workshop_on", workshop_held), ("assessed_on", assessed), ("completed_on", completed)]
    facts = [dated(training, column) for column, step in steps if step(of, training)]
    return [*facts, Fact(visits_from(of, training))] if visited(of, training) else facts


def trend_facts(of: Asked, measure: str) -> list[tuple[Any, list[Fact]]]:
    """Who comes to be counted (an enterprise, or an enterprise and a module), and the facts by which it may be."""
    if measure == "enterprises":
        return [(row["enterprise"], of.own_dates(row) or [Fact(of.enrolled_from(row))]) for row in of.enrolments]
    if measure == "trained":
        return [(row["enterprise"], step_facts(of, row)) for row in of.trainings if started(of, row)]
    if measure == "modules_completed":
        done = [row for row in of.trainings if completed(of, row)]
        return [((row["enterprise"], row["module"]), [dated(row, "completed_on")]) for row in done]
    trained = trained_enterprises(of)
    return [(row["enterprise"], facts_of(of, row)) for row in results(of) if row["enterprise"] in trained]


def first_facts(of: Asked, measure: str) -> list[Fact]:
    """The first fact of each."""
    found: dict[Any, list[Fact]] = {}
    for who, facts in trend_facts(of, measure):
        found.setdefault(who, []).extend(facts)
    return [min(facts, key=lambda fact: fact.order) for facts in found.values()]


def trend(tables: Tables, measure: str, filters: Filters | None = None, as_of: Day = None) -> list[Row]:
    of = asked(tables, filters, as_of)
    first = first_facts(of, measure)
    quarters = [quarter_of(fact.when) for fact in first if fact.when and fact.precision in ("day", "month")]
    rows: list[Row] = []
    if len(quarters) < len(first):
        apart = len(first) - len(quarters)
        rows.append({"quarter": None, "measure": measure, "new": apart, "cumulative": None})
    at, cumulative = min(quarters, default=None), 0
    while at is not None and at <= quarter_of(of.as_of):
        cumulative += quarters.count(at)
        name = f"{at[0]}-Q{at[1]}"
        rows.append({"quarter": name, "measure": measure, "new": quarters.count(at), "cumulative": cumulative})
        at = (at[0], at[1] + 1) if at[1] < 4 else (at[0] + 1, 1)
    return rows
