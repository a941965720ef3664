"""How many there are: in all, per place, per option of a filter, per source."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from data.engine.facts import NONE, Array, count, runs
from data.engine.slice import COMPLETION, SliceFacts
from data.vocabulary import FIRST_MODULE


def _total(of: SliceFacts, enterprises: Array, values: Array, *, workers: bool = False, digits: bool = False) -> Any:
    """A sum over rows of enterprises, of what is known; None where nothing is.

    For a reader with a threshold each value is changed by the factor of its enterprise (that of `workers`, or of people
    and visits), and the sum is rounded to `digits` or to a multiple of the base, or withheld.
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
    """Headline counts and sums; a sum of no known term is absent. What rests on plain rows is a manager's alone."""
    record, at, started = of.record, of.trainings, of.started
    rows = record.trainings
    enterprise = rows.enterprise[at]
    began = at[started]
    done = np.where(rows.visits_seen[at] <= of.day, rows.visits_done[at], np.nan)
    managers, workers, women = rows.managers[began], rows.workers[began], rows.women[began]
    heads = ~(np.isnan(managers) & np.isnan(workers))
    modules = of.enterprise_modules
    completed = modules.steps & COMPLETION != 0
    who = np.flatnonzero(of.trained)
    people = np.where(heads, np.nan_to_num(managers) + np.nan_to_num(workers), np.nan)

    def of_modules(flags: Array) -> int:
        counted = of.tally(modules.enterprise[flags], modules.module[flags], len(record.modules))
        return int(counted.sum())

    counts: dict[str, Any] = {
        "enterprises": of.count(of.enterprises),
        "trained": of.count(of.trained),
        "modules_planned": of_modules(np.ones(len(completed), bool)),
        "modules_completed": of_modules(completed),
        "visits": _total(of, enterprise, done),
        "visits_planned": _total(of, enterprise, rows.visits_planned[at]),
        "people_trained": _total(of, rows.enterprise[began], people, digits=True),
        "women_trained": _total(of, rows.enterprise[began], women),
        "workers_reached": _total(of, who, record.workers[who], workers=True, digits=True),
        "workers_unknown": of.count(of.trained & np.isnan(record.workers)),
    }
    if of.rounding is None:
        counts |= {
            "trainings": len(began),
            "trainings_with_visits": count(~np.isnan(done)),
            "trainings_with_head_count": count(heads),
            "trainings_with_women": count(~np.isnan(women)),
        }
    return {name: n for name, n in counts.items() if n is not None}


def reach_counts(of: SliceFacts) -> dict[str, int]:
    """How far a slice reaches: rounds, places and partners with an enterprise, and rounds_on_record of the slice."""
    enrolments = of.record.enrolments
    rounds, places = enrolments.round[of.enrolments], enrolments.place[of.enrolments]
    return {
        "rounds": len(np.unique(rounds)),
        "places": len(np.unique(places[places != NONE])),
        "partners": _partners(of, rounds),
        "rounds_on_record": count(of.rounds),  # with or without enterprises: sector and place are an enterprise's
    }


def _partners(of: SliceFacts, rounds: Array) -> int:
    visible = of.slice.visible_partners
    there = np.zeros(len(of.record.rounds), bool)
    there[rounds] = True
    parties = of.record.parties.items()
    return sum(bool((has & there).any()) for code, has in parties if visible is None or code in visible)


def place_counts(of: SliceFacts, region: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Counts per place, or per region where `region` maps places to regions; the largest first.

    Columns: place (None: not given, or in no region), enterprises, trained, m1_completed, modules_completed, workers
    (NaN: unknown), workers_unknown (trained enterprises whose size is unknown). Places without an enterprise in the
    slice are left out; for a reader with a threshold they have rows as well.
    """
    record = of.record
    places: tuple[str, ...] = record.places
    enrolments = record.enrolments
    place_of = enrolments.place
    if region is not None:
        places = tuple(sorted(set(region.values())))
        at = {code: position for position, code in enumerate(places)}
        table = np.array([at.get(region.get(code, ""), NONE) for code in record.places] + [NONE], np.int32)
        place_of = table[place_of]
    begun, completed, first_completed = _module_bits(of)
    # An enterprise stands once in each place of its enrolments in the slice.
    rows = of.enrolments
    if region is not None:
        rows = rows[np.lexsort((place_of[rows], enrolments.enterprise[rows]))]
    enterprise, place = enrolments.enterprise[rows], place_of[rows]
    starts = runs(enterprise.astype(np.int64) * (len(places) + 1) + place)

    def together(bits: Array) -> Array:
        return np.bitwise_or.reduceat(bits[rows], starts) if len(starts) else bits[rows]

    enterprise, place = enterprise[starts], place[starts] + 1
    begun, completed = together(begun), together(completed)
    many = len(places) + 1
    trained, unknown = begun != 0, np.isnan(record.workers[enterprise])

    def per_place(which: Array) -> Array:
        return of.tally(enterprise[which], place[which], many)

    of_modules = (per_place(completed & (np.int64(1) << module) != 0) for module in range(len(record.modules)))
    n = {
        "enterprises": per_place(np.ones(len(place), bool)),
        "trained": per_place(trained),
        "m1_completed": per_place(completed & first_completed != 0),
        "modules_completed": sum(of_modules, np.zeros(many, np.int64)),
    }
    frame = pd.DataFrame(n | {"workers_unknown": per_place(trained & unknown)})
    frame.insert(4, "workers", _workers(of, enterprise[trained & ~unknown], place[trained & ~unknown], frame))
    frame.insert(0, "place", pd.Series([None, *places], dtype=object))
    if of.rounding is not None:
        return frame
    frame = frame[frame["enterprises"] > 0]
    order = sorted(range(len(frame)), key=_largest_first(frame))
    return frame.iloc[order].reset_index(drop=True)


def _workers(of: SliceFacts, enterprises: Array, places: Array, counted: pd.DataFrame) -> "pd.Series[Any]":
    """What the trained enterprises of known size employ, per place."""
    sizes, many = of.record.workers[enterprises], len(counted)
    if of.rounding is None:
        workers = pd.Series(np.bincount(places, weights=sizes, minlength=many))
        # Of nobody trained the sum is a plain 0; of sizes nobody knows it is unknown.
        known = counted["trained"] - counted["workers_unknown"]
        return workers.where((known > 0) | (counted["trained"] == 0))
    shown = of.tally(enterprises[sizes > 0], places[sizes > 0], many)
    totals = np.bincount(places, weights=sizes * of.rounding.secrets.workers[enterprises], minlength=many)
    return pd.Series([of.rounding.sum_to_digits(*each) for each in zip(totals, shown, strict=True)], dtype=object)


def _largest_first(frame: pd.DataFrame) -> Callable[[int], tuple[int, bool, str]]:
    sizes, codes = frame["enterprises"].tolist(), frame["place"].tolist()
    return lambda at: (-sizes[at], codes[at] is None, codes[at] or "")


def _module_bits(of: SliceFacts) -> tuple[Array, Array, np.int64]:
    """Per enrolment of the record the modules begun and completed in it, as bits; and the bit of Module 1."""
    rows, at = of.record.trainings, of.trainings
    many = len(of.record.enrolments.enterprise)
    bit = np.left_shift(np.int64(1), rows.module[at].astype(np.int64))

    def of_enrolments(flags: Array) -> Array:
        # A module is planned once an enrolment, so that its bits can be summed.
        return np.bincount(rows.enrolment[at], weights=np.where(flags, bit, 0), minlength=many).astype(np.int64)

    first = of.record.position["module"].get(FIRST_MODULE)
    one = np.int64(0 if first is None else 1 << first)
    return of_enrolments(of.started), of_enrolments(of.steps & COMPLETION != 0), one


def option_counts(of: SliceFacts, dimension: str, lines: Mapping[str, Iterable[str]]) -> dict[str, int]:
    """Enterprises per code of one filter inside a slice without it; codes without one have 0 or are absent.

    A place or partner counts whatever lies below it as well: `lines` are those that may be seen, with all below each.
    """
    record = of.record
    rows = record.enrolments
    enterprise = rows.enterprise[of.enrolments]

    def each(which: Array) -> int:
        """Enterprises of some of the enrolments, which stand by enterprise."""
        chosen = enterprise[which]
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
        return {code: each(phases == at) for at, code in enumerate(record.phases)}
    if dimension == "partner":
        rounds = rows.round[of.enrolments]
        return {code: each(record.with_partner(below)[rounds]) for code, below in lines.items()}
    places = rows.place[of.enrolments]
    found = {}
    for code, below in lines.items():
        inside = np.zeros(len(record.places) + 1, bool)
        inside[[record.position["place"][at] for at in below]] = True
        found[code] = each(inside[places])
    return found


def _by_code(codes: tuple[str, ...], counts: Array) -> dict[str, int]:
    return dict(zip(codes, map(int, counts), strict=True))


def sources_of_trainings(of: SliceFacts) -> pd.DataFrame:
    """Rows of enrolments and trainings by source. Columns: source (None: not given), rows."""
    record = of.record
    return _sources(of, record.enrolments.source[of.enrolments], record.trainings.source[of.trainings])


def sources_of_results(of: SliceFacts, indicator: str | None = None) -> pd.DataFrame:
    """Rows of results by source, of one indicator or of all. Columns: source (None: not given), rows."""
    return _sources(of, of.record.results.source[of.results_of(indicator)])


def _sources(of: SliceFacts, *named: Array) -> pd.DataFrame:
    codes = (*of.record.sources, None)
    counts = np.roll(np.sum([np.bincount(each + 1, minlength=len(codes)) for each in named], axis=0), -1)
    found = np.flatnonzero(counts)
    # As objects: pandas would make NaN of "not given".
    return pd.DataFrame({"source": pd.Series([codes[at] for at in found], dtype=object), "rows": counts[found]})


def row_counts(of: SliceFacts, indicator: str | None = None) -> dict[str, int]:
    """Rows of each table that a slice leaves; of results those of one indicator or of all."""
    return {
        "enterprise": count(of.enterprises),
        "enrolment": len(of.enrolments),
        "training": len(of.trainings),
        "result": len(of.results_of(indicator)),
    }


def enterprises_per_round(of: SliceFacts) -> dict[str, int]:
    """Enterprises enrolled in each round."""
    rounds, rows = of.record.rounds, of.record.enrolments
    return _by_code(rounds, of.tally(rows.enterprise[of.enrolments], rows.round[of.enrolments], len(rounds)))
