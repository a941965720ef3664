"""Every list counted a second time, in plain Python over lists of rows: the oracle of `test_recount_lists.py`.

The members of lists and their order, missing forms, values next to numbers, and the sources of numbers.
Like `recount.py` it is written from `docs/measures.md` and the import format alone and shares no line with `data/`.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cached_property
from statistics import mean, median
from typing import Any

from recount_enterprises import MODULE_1, figures, province_of
from recount_plans import events, level_from, standings
from recount_results import (
    after_is_seen,
    after_seen,
    before_from,
    before_seen,
    by_the_month,
    change_seen,
    level,
    operator_of,
    other_facts,
    pairs_of,
    results,
)
from recount_slice import (
    PRECISIONS,
    Asked,
    Row,
    Tables,
    asked,
    assessed,
    below,
    by_enterprise_and_module,
    completed,
    completed_modules,
    day_of,
    deciding,
    find,
    heads,
    known,
    last_day,
    precision_of,
    started,
    state,
    total,
    trained_enterprises,
    unknown_last,
    workers_of,
    workshop_held,
)

SORTS = ("name", "place", "sector", "rounds", "completed", "last_report")
FORMS = ("baseline", "training", "assessment", "results")
STATES = ("present", "partly", "missing", "not-yet-due")
SILENCES = ("90", "180", "365", "longer", "undated", "never")
DID = ("trained", "reported", "silent")
OF_SLICE = ("enterprise", "enrolment", "training", "result")
SOURCED = (
    "phase", "round", "round_partner", *OF_SLICE, "reported_figure", "target", "trainer", "trainer_level", "event",
    "story",
)  # fmt: skip
MOST_NAMED = 12
FEWEST_ROWS, HIGHEST_SCORE = 8, Fraction("3.5")

Key = tuple[str, ...]


# The view of a link viewer


@dataclass(frozen=True)
class Scoped(Asked):
    """A slice inside the scope of a link: codes per filter that no request can exceed."""

    scope: dict[str, set[str]] = field(default_factory=dict)

    def allowed(self, dimension: str) -> set[str] | None:
        """The codes of the scope, with everything below them; None: all."""
        codes = self.scope.get(dimension)
        if not codes:
            return None
        return below(self.tables.get(dimension, []), codes) if dimension in ("partner", "place") else codes

    def wanted(self, dimension: str) -> set[str] | None:
        """What a filter leaves of the scope. One outside it, or one unknown, leaves nothing, never everything; a
        partner above those of the scope is outside it.
        """
        allowed, asked_for = self.allowed(dimension), self.filters.get(dimension)
        if not asked_for:
            return allowed
        table = self.tables.get(dimension, [])
        codes = asked_for & {row["code"] for row in table}
        if dimension == "partner" and allowed is not None:
            codes &= allowed
        opened = below(table, codes) if dimension in ("partner", "place") else codes
        return opened if allowed is None else opened & allowed


def visible_partners(of: Asked) -> set[str]:
    """The partners that may be named under any filter."""
    allowed = of.allowed("partner") if isinstance(of, Scoped) else None
    return {row["code"] for row in of.tables.get("partner", []) if allowed is None or row["code"] in allowed}


# Names


def folded(text: str) -> str:
    """A text as it is compared: capital and small Latin letters alike, everything else as it is."""
    return "".join(letter.lower() if "A" <= letter <= "Z" else letter for letter in text)


def name_of(row: Row, language: str) -> str:
    """The name in a language; where it has none the other language's; where none at all, the code."""
    names = [known(row, "name_en"), known(row, "name_zh")]
    first, second = reversed(names) if language == "zh" else names
    return first or second or row["code"]


# The list of enterprises


@dataclass(frozen=True)
class Lists:
    """The lists of one slice; what takes long to count is counted once."""

    of: Asked

    @property
    def enterprises(self) -> set[str]:
        return self.of.enterprises

    @cached_property
    def trained(self) -> set[str]:
        return trained_enterprises(self.of)

    @cached_property
    def results(self) -> list[Row]:
        return results(self.of)

    @cached_property
    def reported(self) -> set[str]:
        return {row["enterprise"] for row in self.results}

    @cached_property
    def told(self) -> dict[str, Row]:
        """The list's row of each enterprise, by code."""
        return {code: told_of(self, code) for code in self.enterprises}

    @cached_property
    def forms(self) -> dict[str, dict[str, str]]:
        """The state of each form of each enterprise."""
        paired = {enterprise for enterprise, _ in pairs_of(self.of)}
        return {code: forms_of(self, code, paired) for code in self.enterprises}

    @cached_property
    def silence(self) -> dict[str, str]:
        """The time since the last report of each trained enterprise."""
        return {code: silence_of(self, code) for code in self.trained}


def enrolments_of(of: Asked, enterprise: str) -> list[Row]:
    """The enrolments of one enterprise, the first recruited first."""
    rows = [row for row in of.enrolments if row["enterprise"] == enterprise]
    return sorted(rows, key=lambda row: (unknown_last(last_day(row, "recruited_on")), row["round"]))


def only_place(of: Asked, enterprise: str) -> str | None:
    """The enterprise's own place, else the only one that its enrolments in the slice give."""
    places = {of.place_of(row) for row in enrolments_of(of, enterprise)} - {None}
    return places.pop() if len(places) == 1 else None


def module_order(tables: Tables) -> list[str]:
    rows = sorted(tables.get("module", []), key=lambda row: (row["position"], row["code"]))
    return [row["code"] for row in rows]


def states_of(of: Asked, enterprise: str) -> dict[str, str]:
    """The state of an enterprise in each module it has planned, in the order of the modules."""
    planned = {
        module: trainings for (who, module), trainings in by_enterprise_and_module(of).items() if who == enterprise
    }
    return {module: state(of, deciding(of, planned[module])) for module in module_order(of.tables) if module in planned}


def spoken_for(of: Asked, row: Row) -> str | None:
    """The column with the date a result speaks for: of the after (or the change) where it is seen and dated, else of
    the before; None where neither is dated.
    """
    spoken_after = after_seen(of, row) is not None or change_seen(of, row) is not None
    if spoken_after and known(row, "after_on") is not None:
        return "after_on"
    return "before_on" if known(row, "before_on") is not None else None


def last_report(lists: Lists, enterprise: str) -> tuple[Row, str] | None:
    """The result and the column that give the last report: the latest last day, of one day the most precise."""
    own = [row for row in lists.results if row["enterprise"] == enterprise]
    dates = [(row, column) for row in own if (column := spoken_for(lists.of, row)) is not None]
    return max(dates, key=lambda each: (last_day(*each), -PRECISIONS.index(str(precision_of(*each)))), default=None)


def told_of(lists: Lists, enterprise: str) -> Row:
    """What the list says of one enterprise."""
    of, last = lists.of, last_report(lists, enterprise)
    return {
        "place": only_place(of, enterprise),
        "sector": known(find(of.tables["enterprise"], enterprise), "sector"),
        "rounds": tuple(row["round"] for row in enrolments_of(of, enterprise)),
        "states": states_of(of, enterprise),
        "reported": enterprise in lists.reported,
        "last_report": known(*last) if last else None,
        "last_report_precision": precision_of(*last) if last else None,
        "last_report_day": last_day(*last) if last else None,
    }


def began(of: Asked, round_code: str) -> date | None:
    """The last day of the start of a round; if not on record, of its planned start."""
    row = find(of.tables["round"], round_code)
    return last_day(row, "started_on") or last_day(row, "planned_start")


def sorted_by(lists: Lists, enterprise: str, sort: str, language: str) -> Any:
    """The sorting value of an enterprise; None if it is unknown."""
    tables, told = lists.of.tables, lists.told[enterprise]
    if sort in ("place", "sector"):
        code = told[sort]
        return None if code is None else folded(name_of(find(tables[sort], code), language))
    if sort == "rounds":
        return min((day for code in told["rounds"] if (day := began(lists.of, code)) is not None), default=None)
    if sort == "completed":
        return list(told["states"].values()).count("completed")
    if sort == "last_report":
        return told["last_report_day"]
    return folded(name_of(find(tables["enterprise"], enterprise), language))


def in_order(
    lists: Lists, enterprises: Iterable[str], sort: str = "name", *, descending: bool = False, language: str = "en"
) -> list[str]:
    """Enterprises in the order of the list: the unknown last whichever way it is sorted, equals by name, then code."""
    by_name = sorted(enterprises, key=lambda code: (sorted_by(lists, code, "name", language), code))
    value = {code: sorted_by(lists, code, sort, language) for code in by_name}
    sure = [code for code in by_name if value[code] is not None]
    return [*sorted(sure, key=value.__getitem__, reverse=descending), *(e for e in by_name if value[e] is None)]


def nameable(tables: Tables) -> set[str]:
    """The enterprises that viewers other than managers may see by name."""
    return {row["code"] for row in tables.get("enterprise", []) if row.get("may_be_named") is True}


def found(tables: Tables, text: str, *, codes: bool) -> set[str]:
    """The enterprises of which every word of a text is in a name, in either language (or in the code)."""
    columns = ("name_en", "name_zh", *(("code",) if codes else ()))
    return {
        row["code"]
        for row in tables.get("enterprise", [])
        if all(any(folded(word) in folded(known(row, name) or "") for name in columns) for word in text.split())
    }


# What is missing


def form_state(present: int, missing: int) -> str:
    """The state of a form of which so many parts are on record, and so many that are due are not."""
    if present:
        return "partly" if missing else "present"
    return "missing" if missing else "not-yet-due"


def forms_of(lists: Lists, enterprise: str, paired: set[str]) -> dict[str, str]:
    of = lists.of
    trainings = [row for row in of.trainings if row["enterprise"] == enterprise]
    baselines = []
    for enrolment in enrolments_of(of, enterprise):
        own = [row for row in trainings if row["round"] == enrolment["round"]]
        due = any(started(of, row) or of.reached(last_day(row, "due_on")) for row in own)
        baselines.append((of.reached(last_day(enrolment, "baseline_on")), due))
    workshops = [
        (workshop_held(of, row), started(of, row) or state(of, row) == "overdue") for row in trainings
    ]  # what was dropped before it began is not due
    assessments = [(assessed(of, row), completed(of, row)) for row in trainings]
    if enterprise in paired:
        of_results = "present"
    elif enterprise in lists.reported:
        of_results = "partly"
    else:
        of_results = "missing" if enterprise in lists.trained else "not-yet-due"

    def of_parts(parts: list[tuple[bool, bool]]) -> str:
        on_record = sum(there for there, _ in parts)
        return form_state(on_record, sum(due and not there for there, due in parts))

    return {
        "baseline": of_parts(baselines),
        "training": of_parts(workshops),
        "assessment": of_parts(assessments),
        "results": of_results,
    }


def form_counts(lists: Lists) -> dict[str, dict[str, int]]:
    """Enterprises by form and state."""
    return {form: {state: len(with_form(lists, form, state)) for state in STATES} for form in FORMS}


def with_form(lists: Lists, form: str, state: str) -> set[str]:
    return {code for code, states in lists.forms.items() if states[form] == state}


def days_since(lists: Lists, enterprise: str) -> int | None:
    """Days from the last day of the last report to the slice's date; None where there is none with a date."""
    last = lists.told[enterprise]["last_report_day"]
    return None if last is None else (lists.of.as_of - last).days


def silence_of(lists: Lists, enterprise: str) -> str:
    """The band of a trained enterprise by days since its last report."""
    if enterprise not in lists.reported:
        return "never"
    days = days_since(lists, enterprise)
    if days is None:
        return "undated"
    return next((str(most) for most in (90, 180, 365) if days <= most), "longer")


def silence_counts(lists: Lists) -> dict[str, int]:
    """Trained enterprises by how long ago they reported."""
    return {silence: list(lists.silence.values()).count(silence) for silence in SILENCES}


def in_silence(lists: Lists, silence: str) -> set[str]:
    return {code for code, its in lists.silence.items() if its == silence}


def longest_silent(lists: Lists) -> int | None:
    """The days since the earliest of the last reports of trained enterprises; None where no report has a date."""
    return max((days for code in lists.trained if (days := days_since(lists, code)) is not None), default=None)


def in_group(lists: Lists, did: str, kind: str, code: str) -> set[str]:
    """Of all, of a partner's rounds, or of a round: who was trained; of these who reported anything, and who did not.

    A group's numbers are those of the slice narrowed to it.
    """
    of = lists.of
    if kind == "total":
        narrowed = of
    elif kind == "round":
        narrowed = of.narrowed(lambda row: row["round"] == code)
    else:
        family = below(of.tables.get("partner", []), {code} & visible_partners(of))
        narrowed = of.narrowed(lambda row: bool(of.partners_of(row["round"]) & family))
    trained = trained_enterprises(narrowed)
    reported = {row["enterprise"] for row in results(narrowed)}
    return {"trained": trained, "reported": trained & reported, "silent": trained - reported}[did]


def outliers(lists: Lists) -> set[Key]:
    """The keys of the results whose change lies far from the others of their indicator.

    A modified z-score is the distance from the median in median absolute deviations (in mean ones, where more than
    half of the changes are equal), scaled to what a standard deviation would be.
    """
    of = lists.of
    changes: dict[str, dict[Key, Fraction]] = {}
    for row in lists.results:
        before, after = before_seen(of, row), after_seen(of, row)
        practice = find(of.tables["indicator"], row["indicator"])["unit"] == "yes-no"
        if before is None or after is None or operator_of(row) != "=" or practice:
            continue
        changes.setdefault(row["indicator"], {})[key_of("result", row)] = Fraction(str(after)) - Fraction(str(before))
    far = set()
    for of_indicator in changes.values():
        if len(of_indicator) < FEWEST_ROWS:
            continue
        middle = median(of_indicator.values())
        distance = {key: abs(change - middle) for key, change in of_indicator.items()}
        spread = median(distance.values()) / Fraction("0.6745") or mean(distance.values()) * Fraction("1.253314")
        far |= {key for key, distant in distance.items() if spread and distant / spread > HIGHEST_SCORE}
    return far


KEYS: dict[str, tuple[str, ...]] = {
    "round_partner": ("round", "partner", "role"),
    "enrolment": ("enterprise", "round"),
    "training": ("enterprise", "round", "module"),
    "result": ("enterprise", "round", "module", "indicator"),
    "target": ("indicator", "place", "due_on", "scope"),
    "trainer_level": ("trainer", "module", "level"),
}


def key_of(table: str, row: Row) -> tuple[Any, ...]:
    """The key of a row of a table; blank parts stay blank."""
    return tuple(known(row, name) or "" for name in KEYS.get(table, ("code",)))


def unsourced(lists: Lists, table: str) -> list[tuple[Any, ...]]:
    """The rows of a table that name no source: in the slice where they belong to an enterprise, else on record."""
    of = lists.of
    rows = {
        "enterprise": [row for row in of.tables.get("enterprise", []) if row["code"] in of.enterprises],
        "enrolment": of.enrolments,
        "training": of.trainings,
        "result": lists.results,
    }.get(table, of.tables.get(table, []))
    return sorted(key_of(table, row) for row in rows if known(row, "source") is None)


def unsourced_counts(lists: Lists, tables: Iterable[str] = SOURCED) -> dict[str, int]:
    """How many rows of each table name no source, of the tables that have any."""
    counts = {table: len(unsourced(lists, table)) for table in tables}
    return {table: count for table, count in counts.items() if count}


# What a filter offers


def option_counts(of: Asked, dimension: str) -> dict[str, int]:
    """Enterprises per code of one filter in a slice without it, of the codes that have any.

    A place or partner counts whatever lies below it as well.
    """
    tables = of.tables

    def enterprises(keep: Callable[[Row], bool]) -> int:
        return len({row["enterprise"] for row in of.enrolments if keep(row)})

    counts = {}
    for code in {row["code"] for row in tables.get(dimension, [])}:
        if dimension == "partner":
            family = below(tables["partner"], [code]) if code in visible_partners(of) else set()
            counts[code] = enterprises(lambda row, family=family: bool(of.partners_of(row["round"]) & family))
        elif dimension == "place":
            inside = below(tables["place"], [code])
            counts[code] = enterprises(lambda row, inside=inside: of.place_of(row) in inside)
        else:
            counts[code] = enterprises(lambda row, code=code: value_of(of, row, dimension) == code)
    return {code: count for code, count in counts.items() if count}


def value_of(of: Asked, enrolment: Row, dimension: str) -> str | None:
    """An enrolment's sector, round, phase or place."""
    if dimension == "round":
        return enrolment["round"]
    if dimension == "phase":
        return of.phase_of(enrolment["round"])
    return of.sector_of(enrolment) if dimension == "sector" else of.place_of(enrolment)


def memberships(of: Asked) -> list[Row]:
    """Every enrolment of the slice: its enterprise, and per filter the set of its codes, '' where there is none."""
    visible = visible_partners(of)
    return [
        {
            "enterprise": row["enterprise"],
            "partner": frozenset(of.partners_of(row["round"]) & visible or {""}),
            **{name: frozenset({value_of(of, row, name) or ""}) for name in ("sector", "round", "phase", "place")},
        }
        for row in of.enrolments
    ]


# Sources


def by_source(rows: Iterable[Row]) -> Counter[str]:
    """Rows per source; '' where none is given."""
    return Counter(known(row, "source") or "" for row in rows)


def sources_of_trainings(of: Asked) -> Counter[str]:
    """The enrolments and trainings of the slice, by source."""
    return by_source([*of.enrolments, *of.trainings])


def sources_of_results(of: Asked, indicator: str | None = None) -> Counter[str]:
    """The results of the slice, of one indicator or of all, by source."""
    return by_source(row for row in results(of) if indicator in (None, row["indicator"]))


def rows_of_sources(tables: Tables) -> dict[str, dict[str, int]]:
    """The number of rows per table and source, in the whole record."""
    counts = {row["code"]: Counter[str]() for row in tables.get("source", [])}
    for table in SOURCED:
        for row in tables.get(table, []):
            if known(row, "source"):
                counts[row["source"]][table] += 1
    return {code: dict(found) for code, found in counts.items()}


def sources_in_scope(tables: Tables, scope: dict[str, set[str]]) -> set[str]:
    """The sources that anything in the scope of a link rests on (stories aside, whose filters are their own)."""
    of = Scoped(tables, {}, day_of(tables, None), scope=scope)
    limited = asked(tables, scope)
    codes = {row["event"] for row in events(tables, scope)}
    held = [row for row in tables.get("event", []) if row["code"] in codes]
    due = [each.row for each in standings(limited)]
    named = by_source([*of.enrolments, *of.trainings, *results(of), *figures(limited), *held, *due, *levels_of(of)])
    return set(named) - {""}


def levels_of(of: Asked) -> list[Row]:
    """The levels that the slice's trainers reached, and these trainers."""
    if any(of.wanted(name) is not None for name in ("sector", "round", "phase")):
        return []
    trainers = {row["code"]: row for row in of.tables.get("trainer", [])}
    levels = [
        row
        for row in of.tables.get("trainer_level", [])
        if of.seen(level_from(of, row))
        and of.passes("module", [row["module"]])
        and of.passes("place", [known(trainers[row["trainer"]], "place")])
        and of.passes("partner", [known(trainers[row["trainer"]], "organisation")])
    ]
    return [*levels, *(trainers[code] for code in {row["trainer"] for row in levels})]


# Beside one enterprise


def neighbours(lists: Lists, enterprise: str, kind: str) -> Row | None:
    """The other enterprises of the slice in the same place or sector: how many, how many of them completed each
    module, by name, and the trainings this rests on by source; None where the enterprise has no place or sector.
    """
    code = lists.told[enterprise][kind]
    if code is None:
        return None
    others = {each for each, told in lists.told.items() if each != enterprise and told[kind] == code}
    done = Counter(module for who, module in completed_modules(lists.of) if who in others)
    return {
        "kind": kind,
        "code": code,
        "count": len(others),
        "completed": dict(done),
        "named": in_order(lists, others),
        "sources": dict(by_source(row for row in lists.of.trainings if row["enterprise"] in others)),
    }


# Beside the pairs


def date_cells(row: Row, column: str) -> Row:
    """A date and its precision, under the names of their columns."""
    return {column: known(row, column), f"{column}_precision": precision_of(row, column)}


NO_DATE: dict[str, Row] = {name: date_cells({}, name) for name in ("before_on", "after_on")}


def facts_beside(of: Asked, indicator: str | None = None) -> list[Row]:
    """The results that are no part of a pair, as far as they are seen: a date after the slice's own is not."""
    return [
        {name: known(row, name) or "" for name in KEYS["result"]}
        | {name: known(row, name) for name in ("months", "source")}
        | {
            "before": before_seen(of, row),
            **(date_cells(row, "before_on") if of.seen(before_from(of, row)) else NO_DATE["before_on"]),
            "after": after_seen(of, row),
            **(date_cells(row, "after_on") if after_is_seen(of, row) else NO_DATE["after_on"]),
            "change_percent": change_seen(of, row),
            "operator": operator_of(row),
        }
        for row in other_facts(of)
        if indicator in (None, row["indicator"])
    ]


def pair_columns(of: Asked) -> dict[tuple[str, str], Row]:
    """The levels of each pair and its further columns: the dates of both, and the facts of the row of the after."""
    return {
        pair: {"before": float(level(of, first, "before")), "after": float(level(of, last, "after"))}
        | date_cells(first, "before_on")
        | date_cells(last, "after_on")
        | {name: known(last, name) for name in ("verified", "module")}
        | {"per_month": by_the_month(of, last["indicator"])}
        for pair, (first, last) in pairs_of(of).items()
    }


# Beside the exhibits


def provinces(of: Asked) -> dict[str, Row]:
    """The counts of each province of the slice's enrolments, with everything below it."""
    counts = {}
    for province in {province_of(of.tables, of.place_of(row)) for row in of.enrolments} - {None}:
        here = of.narrowed(lambda row, province=province: province_of(of.tables, of.place_of(row)) == province)
        counts[province] = counts_of(here)
    return counts


def counts_of(of: Asked) -> Row:
    """The counts in the row of a place."""
    done, workers = completed_modules(of), workers_of(of, trained_enterprises(of))
    return {
        "enterprises": len(of.enterprises),
        "trained": len(trained_enterprises(of)),
        "m1_completed": sum(module == MODULE_1 for _, module in done),
        "modules_completed": len(done),
        "workers": total(workers),
        "workers_unknown": workers.count(None),
    }


def head_counts(of: Asked) -> Row:
    """The notes of the headlines: the number of known terms of each sum."""
    begun = [row for row in of.trainings if started(of, row)]
    return {
        "workers_reached": [sum(n is not None for n in workers_of(of, trained_enterprises(of)))],
        "people_trained": [sum(heads(row) is not None for row in begun), len(begun)],
        "women_trained": [len(with_women(begun)), len(begun)],
    }


def with_women(trainings: list[Row]) -> list[Row]:
    """The trainings with women and heads on record."""
    return [row for row in trainings if known(row, "women") is not None and heads(row) is not None]


def rest_on(of: Asked) -> dict[tuple[str, str], int]:
    """How many enterprises with a value above zero make each sum: per headline, per place (its workers), and per
    indicator (the facts beside its pairs).
    """
    begun = [row for row in of.trainings if started(of, row)]
    found = {
        ("headline", "workers_reached"): employers(of),
        ("headline", "people_trained"): len({row["enterprise"] for row in begun if heads(row)}),
        ("headline", "women_trained"): len({row["enterprise"] for row in with_women(begun) if row["women"]}),
    }
    for place in {of.place_of(row) for row in of.enrolments}:
        here = of.narrowed(lambda row, place=place: of.place_of(row) == place)
        found["workers", place or ""] = employers(here)
    for indicator in {row["indicator"] for row in results(of)}:
        beside = {row["enterprise"] for row in other_facts(of) if row["indicator"] == indicator}
        found["other_facts", indicator] = len(beside)
    return found


def employers(of: Asked) -> int:
    """Trained enterprises that are known to employ anybody."""
    return sum(bool(n) for n in workers_of(of, trained_enterprises(of)))
