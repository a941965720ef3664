"""Exhibits about enterprises and trainings, recounted; and the figures that others published beside them.

See `recount.py`.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from recount_results import operator_of, paired_enterprises, reporters
from recount_slice import (
    Asked,
    Day,
    Filters,
    Row,
    Tables,
    above,
    asked,
    assessed,
    by_enterprise_and_module,
    completed,
    completed_modules,
    decided,
    due,
    find,
    heads,
    in_state,
    known,
    last_day,
    share,
    stale_modules,
    started,
    total,
    trained_enterprises,
    unknown_first,
    visited,
    visits_done,
    workers_of,
    workshop_held,
    written,
)

MODULE_1 = "m1"
HEADLINES = (
    "enterprises", "trained", "workers_reached", "workers_unknown", "people_trained", "women_trained", "visits",
    "modules_completed", "overdue", "stale", "reported", "paired", "rounds", "places", "partners",
)  # fmt: skip
MILESTONES = (
    "enrolled", "baseline", "m1_workshop", "m1_completed", "further_started", "further_completed",
    "all_planned_completed",
)  # fmt: skip
PUBLISHED_AS = {
    "trained": "enterprises-trained",
    "people_trained": "people-trained",
    "visits": "enterprise-visits",
    "workers_reached": "workers-employed",
}
"""The headlines that others publish too, with the code of the indicator they publish them under."""
LEVELS = ("country", "province", "city", "county")
NOT_GIVEN = {"name_en": "Place not given", "name_zh": "未注明地点"}


# Published figures


def figure_day(of: Asked, figure: Row) -> date | None:
    """The day of a published figure: its own, else that of its source."""
    return last_day(figure, "as_of") or of.source_day(figure)


def phase_of_figure(of: Asked, figure: Row) -> str | None:
    """The phase of a figure: its own, else that of its round."""
    round_code = known(figure, "round")
    return known(figure, "phase") or (of.phase_of(round_code) if round_code is not None else None)


def figures(of: Asked) -> list[Row]:
    """The published figures of the selection."""
    if of.filtered_by("sector", "module"):
        return []
    found = []
    for row in of.tables.get("reported_figure", []):
        own = known(row, "partner")
        partners = {own} if own is not None else of.partners_of(known(row, "round"))
        if (
            of.seen(figure_day(of, row))
            and of.passes("place", [known(row, "place")])
            and of.passes("round", [known(row, "round")])
            and of.passes("phase", [phase_of_figure(of, row)])
            and of.passes("partner", partners)
        ):
            found.append(row)
    return found


def published(tables: Tables, filters: Filters | None = None, as_of: Day = None) -> list[Row]:
    of = asked(tables, filters, as_of)
    return [
        {
            "figure": row["code"],
            "indicator": row["indicator"],
            "place": known(row, "place"),
            "phase": phase_of_figure(of, row),
            "as_of": written(row, "as_of"),
            "operator": operator_of(row),
            "value": row["value"],
            "unit": find(tables["indicator"], row["indicator"])["unit"],
            "base": known(row, "base"),
            "source": known(row, "source"),
        }
        for row in figures(of)
    ]


# Enterprises and trainings


def seen_rounds(of: Asked) -> list[Row]:
    """The rounds seen: from their start, else from their source."""
    rows = of.tables.get("round", [])
    return [row for row in rows if of.seen(last_day(row, "started_on") or of.source_day(row))]


def headlines(of: Asked) -> dict[str, tuple[float | None, float | None]]:
    """The value of each headline, and what it is out of."""
    enterprises, trained, due_modules = of.enterprises, trained_enterprises(of), due(of)
    begun = [training for training in of.trainings if started(of, training)]
    workers = workers_of(of, trained)
    with_women = [
        (row["women"], heads(row)) if known(row, "women") is not None and heads(row) is not None else (None, None)
        for row in begun
    ]
    rounds = {row["round"] for row in of.enrolments}
    rounds_left = [
        row
        for row in seen_rounds(of)
        if of.passes("round", [row["code"]])
        and of.passes("phase", [known(row, "phase")])
        and of.passes("partner", of.partners_of(row["code"]))
    ]
    partners = {partner for round_code in rounds for partner in of.partners_of(round_code)}
    return {
        "enterprises": (len(enterprises), None),
        "trained": (len(trained), len(enterprises)),
        "workers_reached": (total(workers), None),
        "workers_unknown": (workers.count(None), len(trained)),
        "people_trained": (total(heads(row) for row in begun), None),
        "women_trained": (total(women for women, _ in with_women), total(people for _, people in with_women)),
        "visits": (
            total(visits_done(of, row) for row in begun),
            total(known(row, "visits_planned") for row in begun),
        ),
        "modules_completed": (len(completed_modules(of)), len(due_modules)),
        "overdue": (len(in_state(of, "overdue")), len(due_modules)),
        "stale": (len(stale_modules(of)), len(due_modules)),
        "reported": (len(trained & reporters(of)), len(trained)),
        "paired": (len(trained & paired_enterprises(of)), len(trained)),
        "rounds": (len(rounds), len(rounds_left)),
        "places": (len({of.place_of(row) for row in of.enrolments} - {None}), None),
        "partners": (len(above(of.tables.get("partner", []), partners)), None),
    }


def overview(tables: Tables, filters: Filters | None = None, as_of: Day = None) -> list[Row]:
    of = asked(tables, filters, as_of)
    rows = []
    for name, (value, whole) in headlines(of).items():
        figure = beside(of, name) or {}
        rows.append(
            {
                "headline": name,
                "value": value,
                "of": whole,
                "published": known(figure, "value"),
                "published_operator": operator_of(figure) if figure else None,
                "published_on": written(figure, "as_of"),
                "published_source": known(figure, "source"),
            }
        )
    return rows


def figures_of(of: Asked, headline: str) -> list[Row]:
    """The published figures in the selection that give the same number as a headline."""
    return [row for row in figures(of) if row["indicator"] == PUBLISHED_AS.get(headline)]


def beside(of: Asked, headline: str) -> Row | None:
    """The published figure that stands beside a headline.

    That of the highest place (none given is the highest); then the one that names the fewest of phase, round, partner
    and scope; then the latest, an undated one by its source; then the one with the greater code.
    """

    def order(row: Row) -> tuple[Any, ...]:
        place = known(row, "place")
        height = -1 if place is None else LEVELS.index(find(of.tables["place"], place)["level"])
        names = sum(known(row, column) is not None for column in ("phase", "round", "partner", "scope"))
        return -height, -names, unknown_first(figure_day(of, row)), row["code"]

    return max(figures_of(of, headline), key=order, default=None)


def reconciliation(tables: Tables, filters: Filters | None = None, as_of: Day = None) -> list[Row]:
    of = asked(tables, filters, as_of)
    return [
        {
            "headline": name,
            "recorded": value,
            "figure": row["code"],
            "published": row["value"],
            "operator": operator_of(row),
            "as_of": written(row, "as_of"),
            "phase": phase_of_figure(of, row),
            "place": known(row, "place"),
            "source": known(row, "source"),
            "note": known(row, "note"),
        }
        for name, (value, _) in headlines(of).items()
        for row in figures_of(of, name)
    ]


def province_of(tables: Tables, place: str | None) -> str | None:
    while place is not None:
        row = find(tables["place"], place)
        if row["level"] == "province":
            return place
        place = known(row, "parent")
    return None


def regions(tables: Tables, filters: Filters | None = None, as_of: Day = None) -> list[Row]:
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


def counted_twice(of: Asked) -> dict[str, int]:
    """By how many the sums of the rows of `regions` exceed the numbers of the selection."""
    rows = regions(of.tables, of.filters, of.as_of)
    done = completed_modules(of)
    whole = {
        "enterprises": len(of.enterprises),
        "trained": len(trained_enterprises(of)),
        "m1_completed": sum(module == MODULE_1 for _, module in done),
        "modules_completed": len(done),
    }
    return {column: sum(row[column] for row in rows) - count for column, count in whole.items()}


FUNNEL: dict[str, Callable[[Asked, Row], bool]] = {
    "workshop": workshop_held,
    "visited": visited,
    "assessed": assessed,
    "completed": completed,
}
"""The steps of a training, and whether one of them is on record."""


def module_funnel(tables: Tables, filters: Filters | None = None, as_of: Day = None) -> list[Row]:
    of = asked(tables, filters, as_of)
    trainings, states, due_modules, stopped = by_enterprise_and_module(of), decided(of), due(of), stale_modules(of)
    rows = []
    for module in of.modules():
        planned = {enterprise for enterprise, its_module in trainings if its_module == module}
        due_here = {enterprise for enterprise in planned if (enterprise, module) in due_modules}
        # Who has a record of each step in any training of the module.
        recorded = {
            name: {e for e in planned if any(step(of, row) for row in trainings[e, module])}
            for name, step in FUNNEL.items()
        }
        names = list(FUNNEL)
        assumed = {
            name: set().union(*(recorded[later] for later in names[at + 1 :])) - recorded[name]
            for at, name in enumerate(names)
        }
        its_states = [states[enterprise, module][1] for enterprise in planned]
        rows.append(
            {
                "module": module,
                "planned": len(planned),
                **{name: len(recorded[name]) for name in names},
                **{f"{name}_assumed": len(assumed[name]) for name in names[:-1]},
                "in_progress": its_states.count("in-progress"),
                "stale": sum((enterprise, module) in stopped for enterprise in planned),
                "dropped": its_states.count("dropped"),
                "overdue": its_states.count("overdue"),
                "not_yet_due": its_states.count("not-yet-due"),
                "without_due_date": sum(
                    its_state == "not-yet-due" and known(training, "due_on") is None
                    for training, its_state in (states[enterprise, module] for enterprise in planned)
                ),
                **{f"{name}_share": share(len(recorded[name] & due_here), len(due_here)) for name in names},
            }
        )
    return rows


def satisfaction(tables: Tables, filters: Filters | None = None, as_of: Day = None) -> list[Row]:
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


def milestones(of: Asked) -> list[tuple[str, set[str], set[str], set[str]]]:
    """Each milestone with the enterprises for which it is due, and of these those with a record, and those without
    one of which a later milestone is recorded.
    """
    enterprises, trainings = of.enterprises, of.trainings
    first = [row for row in trainings if row["module"] == MODULE_1]
    further = [row for row in trainings if row["module"] != MODULE_1]
    planned, due_modules, done = set(by_enterprise_and_module(of)), due(of), completed_modules(of)
    has_plan = {enterprise for enterprise, _ in planned}
    first_due = {enterprise for enterprise, module in due_modules if module == MODULE_1}
    further_due = {enterprise for enterprise, module in due_modules if module != MODULE_1}
    is_due = {
        "enrolled": enterprises,
        "baseline": enterprises,
        "m1_workshop": first_due,
        "m1_completed": first_due,
        "further_started": further_due,
        "further_completed": further_due,
        "all_planned_completed": has_plan - {enterprise for enterprise, _ in planned - due_modules},
    }
    recorded = {
        "enrolled": enterprises,
        "baseline": {row["enterprise"] for row in of.enrolments if of.reached(last_day(row, "baseline_on"))},
        "m1_workshop": {row["enterprise"] for row in first if workshop_held(of, row)},
        "m1_completed": {row["enterprise"] for row in first if completed(of, row)},
        "further_started": {row["enterprise"] for row in further if started(of, row)},
        "further_completed": {row["enterprise"] for row in further if completed(of, row)},
        "all_planned_completed": has_plan - {enterprise for enterprise, _ in planned - done},
    }
    rows = []
    for at, name in enumerate(MILESTONES):
        behind = set().union(*(recorded[later] for later in MILESTONES[at + 1 :]))
        if name == "m1_workshop":
            behind |= {row["enterprise"] for row in first if started(of, row)}
        assumed = set() if name == "baseline" else behind - recorded[name]
        rows.append((name, is_due[name], recorded[name] & is_due[name], assumed & is_due[name]))
    return rows


def journey(tables: Tables, filters: Filters | None = None, as_of: Day = None) -> list[Row]:
    of = asked(tables, filters, as_of)
    return [
        {
            "stage": name,
            "of": len(whole),
            "recorded": len(recorded),
            "assumed": len(assumed),
            "share": share(len(recorded), len(whole)),
        }
        for name, whole, recorded, assumed in milestones(of)
    ]


def breadth(tables: Tables, filters: Filters | None = None, as_of: Day = None) -> list[Row]:
    of = asked(tables, filters, as_of)
    finished = [enterprise for enterprise, _ in completed_modules(of)]
    return [
        {
            "modules_at_least": least,
            "enterprises": sum(finished.count(enterprise) >= least for enterprise in set(finished)),
        }
        for least in range(1, len(of.modules()) + 1)
    ]


def matrix(tables: Tables, filters: Filters | None = None, as_of: Day = None) -> list[Row]:
    of = asked(tables, filters, as_of)
    return [
        {"enterprise": enterprise, "module": module, "state": its_state, "round": training["round"]}
        for (enterprise, module), (training, its_state) in decided(of).items()
    ]
