"""Counts of a slice: in total, per place, per option of a filter, per source."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from data.engine.facts import NONE, Array, count, runs
from data.engine.slice import COMPLETION, OVERDUE, SliceFacts
from data.vocabulary import FIRST_MODULE


def _total(of: SliceFacts, enterprises: Array, values: Array, *, workers: bool = False, digits: bool = False) -> Any:
    """The sum of the known `values`, one row each of `enterprises`; None if no value is known.

    For a viewer with a threshold each value is multiplied by the noise factor of its enterprise (the factor of
    `workers`, or the one of people and visits). The sum is then rounded to significant `digits` or to a multiple of the
    base, or withheld.
    """
    known = values[~np.isnan(values)]
    rounding = of.rounding
    if rounding is None:
        return int(known.sum()) if len(known) else None
    factors = rounding.secrets.workers if workers else rounding.secrets.people
    sizes = np.nan_to_num(values)
    shown = of.count(of.marked(enterprises[sizes > 0]))
    total = float(sizes @ factors[enterprises])
    return rounding.sum_to_digits(total, shown) if digits else rounding.sum_to_base(total, shown)


def overview_counts(of: SliceFacts) -> dict[str, Any]:
    """Headline counts and sums. A sum without a known value is absent. Counts of plain rows are for managers only."""
    record, begun = of.record, of.trainings[of.started]
    rows = record.trainings
    enterprise = rows.enterprise[begun]
    visits_done = np.where(rows.visits_seen[begun] <= of.day, rows.visits_done[begun], np.nan)
    visits_planned = rows.visits_planned[begun]
    managers, workers, women = rows.managers[begun], rows.workers[begun], rows.women[begun]
    has_heads = ~(np.isnan(managers) & np.isnan(workers))
    people = np.where(has_heads, np.nan_to_num(managers) + np.nan_to_num(workers), np.nan)
    both = has_heads & ~np.isnan(women)
    trained = np.flatnonzero(of.trained)
    modules = of.enterprise_modules

    def module_count(flags: Array) -> int:
        per_module = of.tally(modules.enterprise[flags], modules.module[flags], len(record.modules))
        return int(per_module.sum())

    counts: dict[str, Any] = {
        "enterprises": of.count(of.enterprises),
        "trained": of.count(of.trained),
        "modules_due": module_count(modules.due),
        "modules_completed": module_count(modules.completed),
        "overdue": module_count(modules.state == OVERDUE),
        "stale": module_count(modules.stale),
        "reported": of.count(of.trained & of.reported),
        "paired": of.count(of.trained & (of.pair_counts > 0)),
        "visits": _total(of, enterprise, visits_done),
        "visits_planned": _total(of, enterprise, visits_planned),
        "people_trained": _total(of, enterprise, people, digits=True),
        "women_trained": _total(of, enterprise, np.where(both, women, np.nan)),
        "women_counted_in": _total(of, enterprise, np.where(both, people, np.nan), digits=True),
        "workers_reached": _total(of, trained, record.workers[trained], workers=True, digits=True),
        "workers_unknown": of.count(of.trained & np.isnan(record.workers)),
    }
    if of.rounding is None:
        counts |= {
            "trainings": len(begun),
            "trainings_with_visits": count(~np.isnan(visits_done)),
            "trainings_with_planned_visits": count(~np.isnan(visits_planned)),
            "trainings_with_heads": count(has_heads),
            "trainings_with_women": count(both),
        }
    return {name: n for name, n in counts.items() if n is not None}


def reach_counts(of: SliceFacts, lines: Mapping[str, Iterable[str]]) -> dict[str, int]:
    """Numbers of rounds, places and partners with an enterprise in the slice, and rounds_seen: all that it leaves.

    `lines` are the visible partners, each with all partners below it.
    """
    enrolments = of.record.enrolments
    rounds, places = enrolments.round[of.enrolments], enrolments.place[of.enrolments]
    chosen = np.zeros(len(of.record.rounds), bool)
    chosen[rounds] = True
    return {
        "rounds": count(chosen),
        "places": len(np.unique(places[places != NONE])),
        "partners": sum(bool((of.record.with_partner(below) & chosen).any()) for below in lines.values()),
        # With or without enterprises: a filter on sector or place applies to enterprises, not to rounds.
        "rounds_seen": count(of.rounds & (of.record.rounds_from <= of.day)),
    }


def place_counts(of: SliceFacts, region: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Counts per place, or per region if `region` maps places to regions, largest first.

    Columns: place (None: not given, or in no region), enterprises, trained, m1_completed, modules_completed, workers
    (NaN: unknown), workers_unknown (trained enterprises of unknown size). Places without an enterprise in the slice
    have no row, except for viewers with a threshold.
    """
    record = of.record
    places: tuple[str, ...] = record.places
    enrolments = record.enrolments
    place_of = enrolments.place
    if region is not None:
        places = tuple(sorted(set(region.values())))
        position = {code: at for at, code in enumerate(places)}
        region_of = np.array([position.get(region.get(code, ""), NONE) for code in record.places] + [NONE], np.int32)
        place_of = region_of[place_of]
    begun, completed, module_1 = _module_bits(of)
    # An enterprise counts once in each place of its enrolments in the slice.
    rows = of.enrolments
    if region is not None:
        rows = rows[np.lexsort((place_of[rows], enrolments.enterprise[rows]))]
    enterprise, place = enrolments.enterprise[rows], place_of[rows]
    starts = runs(enterprise.astype(np.int64) * (len(places) + 1) + place)

    def combined(bits: Array) -> Array:
        return np.bitwise_or.reduceat(bits[rows], starts) if len(starts) else bits[rows]

    enterprise, place = enterprise[starts], place[starts] + 1
    begun, completed = combined(begun), combined(completed)
    row_count = len(places) + 1
    trained, unknown = begun != 0, np.isnan(record.workers[enterprise])

    def per_place(flags: Array) -> Array:
        return of.tally(enterprise[flags], place[flags], row_count)

    per_module = (per_place(completed & (np.int64(1) << module) != 0) for module in range(len(record.modules)))
    counts = {
        "enterprises": per_place(np.ones(len(place), bool)),
        "trained": per_place(trained),
        "m1_completed": per_place(completed & module_1 != 0),
        "modules_completed": sum(per_module, np.zeros(row_count, np.int64)),
    }
    frame = pd.DataFrame(counts | {"workers_unknown": per_place(trained & unknown)})
    frame.insert(4, "workers", _workers(of, enterprise[trained & ~unknown], place[trained & ~unknown], frame))
    frame.insert(0, "place", pd.Series([None, *places], dtype=object))
    if of.rounding is not None:
        return frame
    frame = frame[frame["enterprises"] > 0]
    order = sorted(range(len(frame)), key=_largest_first(frame))
    return frame.iloc[order].reset_index(drop=True)


def _workers(of: SliceFacts, enterprises: Array, places: Array, counts: pd.DataFrame) -> "pd.Series[Any]":
    """The workers per place of the trained `enterprises` of known size; `counts` has one row per place."""
    sizes, row_count = of.record.workers[enterprises], len(counts)
    if of.rounding is None:
        workers = pd.Series(np.bincount(places, weights=sizes, minlength=row_count))
        # Without trained enterprises the sum is 0. If there are some, all of unknown size, it is unknown.
        known = counts["trained"] - counts["workers_unknown"]
        return workers.where((known > 0) | (counts["trained"] == 0))
    shown = of.tally(enterprises[sizes > 0], places[sizes > 0], row_count)
    totals = np.bincount(places, weights=sizes * of.rounding.secrets.workers[enterprises], minlength=row_count)
    return pd.Series([of.rounding.sum_to_digits(*each) for each in zip(totals, shown, strict=True)], dtype=object)


def _largest_first(frame: pd.DataFrame) -> Callable[[int], tuple[int, bool, str]]:
    sizes, codes = frame["enterprises"].tolist(), frame["place"].tolist()
    return lambda at: (-sizes[at], codes[at] is None, codes[at] or "")


def _module_bits(of: SliceFacts) -> tuple[Array, Array, np.int64]:
    """The modules begun and the modules completed per enrolment of the record, as bits; and the bit of Module 1."""
    rows, at = of.record.trainings, of.trainings
    enrolment_count = len(of.record.enrolments.enterprise)
    bit = np.left_shift(np.int64(1), rows.module[at].astype(np.int64))

    def per_enrolment(flags: Array) -> Array:
        # An enrolment has each module at most once, so the sum of the bits is their union.
        bits = np.where(flags, bit, 0)
        return np.bincount(rows.enrolment[at], weights=bits, minlength=enrolment_count).astype(np.int64)

    first = of.record.position["module"].get(FIRST_MODULE)
    module_1 = np.int64(0 if first is None else 1 << first)
    return per_enrolment(of.started), per_enrolment(of.steps & COMPLETION != 0), module_1


def option_counts(of: SliceFacts, dimension: str, lines: Mapping[str, Iterable[str]]) -> dict[str, int]:
    """Enterprises per code of one filter, in a slice without this filter. Codes without enterprises have 0 or no entry.

    A place or partner includes everything below it: `lines` are the visible codes, each with all codes below it.
    """
    record = of.record
    rows = record.enrolments
    enterprise = rows.enterprise[of.enrolments]

    def enterprise_count(flags: Array) -> int:
        # Enrolments are sorted by enterprise.
        chosen = enterprise[flags]
        chosen = chosen[runs(chosen)]
        return int(of.tally(chosen, np.zeros(len(chosen), np.intp), 1)[0])

    if dimension == "round":
        return enterprises_per_round(of)
    if dimension == "sector":
        first = runs(enterprise)
        sectors = rows.sector[of.enrolments][first] + 1
        return _by_code(record.sectors, of.tally(enterprise[first], sectors, len(record.sectors) + 1)[1:])
    if dimension == "phase":
        phases = record.phase_of[rows.round[of.enrolments]]
        return {code: enterprise_count(phases == at) for at, code in enumerate(record.phases)}
    if dimension == "partner":
        rounds = rows.round[of.enrolments]
        return {code: enterprise_count(record.with_partner(below)[rounds]) for code, below in lines.items()}
    places = rows.place[of.enrolments]
    counts = {}
    for code, below in lines.items():
        inside = np.zeros(len(record.places) + 1, bool)
        inside[[record.position["place"][at] for at in below]] = True
        counts[code] = enterprise_count(inside[places])
    return counts


def _by_code(codes: tuple[str, ...], counts: Array) -> dict[str, int]:
    return dict(zip(codes, map(int, counts), strict=True))


def sources_of_trainings(of: SliceFacts) -> pd.DataFrame:
    """Numbers of enrolment and training rows by source. Columns: source (None: not given), rows."""
    record = of.record
    return _sources(of, record.enrolments.source[of.enrolments], record.trainings.source[of.trainings])


def sources_of_results(of: SliceFacts, indicator: str | None = None) -> pd.DataFrame:
    """Numbers of result rows by source, of one indicator or of all. Columns: source (None: not given), rows."""
    return _sources(of, of.record.results.source[of.results_of(indicator)])


def _sources(of: SliceFacts, *positions: Array) -> pd.DataFrame:
    codes = (*of.record.sources, None)
    counts = np.roll(np.sum([np.bincount(each + 1, minlength=len(codes)) for each in positions], axis=0), -1)
    used = np.flatnonzero(counts)
    # As objects: pandas would turn None into NaN.
    return pd.DataFrame({"source": pd.Series([codes[at] for at in used], dtype=object), "rows": counts[used]})


def row_counts(of: SliceFacts, indicator: str | None = None) -> dict[str, int]:
    """Numbers of rows of each table in a slice; results of one indicator or of all."""
    return {
        "enterprise": count(of.enterprises),
        "enrolment": len(of.enrolments),
        "training": len(of.trainings),
        "result": len(of.results_of(indicator)),
    }


def enterprises_per_round(of: SliceFacts) -> dict[str, int]:
    """Enterprises enrolled in each round, by round code."""
    rounds, rows = of.record.rounds, of.record.enrolments
    return _by_code(rounds, of.tally(rows.enterprise[of.enrolments], rows.round[of.enrolments], len(rounds)))
