"""How many there are: in all, per place, per option of a filter, per source."""

from collections.abc import Callable, Iterable, Mapping

import numpy as np
import pandas as pd

from data.engine.record import NONE, Array, count, runs
from data.engine.slice import COMPLETION, SliceFacts
from data.vocabulary import FIRST_MODULE


def _sum(values: Array) -> int | None:
    """A sum of what is known; None where nothing is."""
    known = values[~np.isnan(values)]
    return int(known.sum()) if len(known) else None


def overview_counts(of: SliceFacts) -> dict[str, int]:
    """Headline counts, with ``…_enterprises`` that a sum rests on; a sum of no known term is absent."""
    record, at, started = of.record, of.trainings, of.started
    enrolments, rows = record.enrolments, record.trainings
    enterprise = rows.enterprise[at]
    began = at[started]
    done = np.where(rows.visits_seen[at] <= of.day, rows.visits_done[at], np.nan)
    planned = rows.visits_planned[at]
    managers, workers, women = rows.managers[began], rows.workers[began], rows.women[began]
    heads = ~(np.isnan(managers) & np.isnan(workers))
    modules = of.enterprise_modules
    completed = modules.steps & COMPLETION != 0
    rounds, places = enrolments.round[of.enrolments], enrolments.place[of.enrolments]
    who = np.flatnonzero(of.trained)
    counts: dict[str, int | None] = {
        "enterprises": count(of.enterprises),
        "rounds": len(np.unique(rounds)),
        "places": len(np.unique(places[places != NONE])),
        "trained": len(who),
        "modules_planned": len(completed),
        "modules_completed": count(completed),
        "visits": _sum(done),
        "trainings_with_visits": count(~np.isnan(done)),
        "visits_planned": _sum(planned),
        "trainings": len(began) if len(at) else None,
        "people_trained": int((np.nan_to_num(managers) + np.nan_to_num(workers)).sum()) if len(began) else None,
        "trainings_with_head_count": count(heads) if len(at) else None,
        "women_trained": _sum(women),
        "trainings_with_women": count(~np.isnan(women)) if len(at) else None,
        "people_trained_enterprises": count(of.marked(rows.enterprise[began[heads]])),
        "women_trained_enterprises": count(of.marked(rows.enterprise[began[~np.isnan(women)]])),
        "visits_enterprises": count(of.marked(enterprise[done > 0])),
        "visits_planned_enterprises": count(of.marked(enterprise[planned > 0])),
        "modules_completed_enterprises": count(of.marked(modules.enterprise[completed])),
        "modules_planned_enterprises": count(of.marked(enterprise)),
        "workers_reached": _sum(record.workers[who]),
        "workers_unknown": count(np.isnan(record.workers[who])) if len(who) else None,
        "partners": _partners(of, rounds),
        "rounds_on_record": count(of.rounds),  # with or without enterprises: sector and place are an enterprise's
    }
    return {name: n for name, n in counts.items() if n is not None}


def _partners(of: SliceFacts, rounds: Array) -> int:
    visible = of.slice.visible_partners
    there = np.zeros(len(of.record.rounds), bool)
    there[rounds] = True
    parties = of.record.parties.items()
    return sum(bool((has & there).any()) for code, has in parties if visible is None or code in visible)


def place_counts(of: SliceFacts, region: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Counts per place of the slice, or per region where `region` maps places to regions.

    Columns: place (None: not given, or in no region), enterprises, trained, m1_completed, modules_completed,
    completed (enterprises that completed any), workers (NaN: unknown), workers_unknown and workers_known (trained
    enterprises whose size is unknown, or known); the largest first.
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

    enterprise, place = enterprise[starts], place[starts]
    begun, completed = together(begun), together(completed)
    workers, many = record.workers[enterprise], len(places) + 1
    trained, unknown = begun != 0, np.isnan(workers)

    def per_place(weights: Array) -> Array:
        return np.bincount(place + 1, weights=weights, minlength=many)

    n = {
        "enterprises": np.bincount(place + 1, minlength=many),
        "trained": per_place(trained),
        "m1_completed": per_place(completed & first_completed != 0),
        "modules_completed": per_place(np.bitwise_count(completed)),
        "completed": per_place(completed != 0),
        "workers": per_place(np.where(trained & ~unknown, workers, 0)),
        "workers_unknown": per_place(trained & unknown),
    }
    frame = pd.DataFrame({name: values.astype(np.int64) for name, values in n.items()})
    # Of nobody trained the sum is a plain 0; of sizes nobody knows it is unknown.
    known = frame["trained"] - frame["workers_unknown"]
    frame["workers"] = frame["workers"].astype(float).where((known > 0) | (frame["trained"] == 0))
    frame["workers_known"] = known
    frame.insert(0, "place", pd.Series([None, *places], dtype=object))
    frame = frame[frame["enterprises"] > 0]
    order = sorted(range(len(frame)), key=_largest_first(frame))
    return frame.iloc[order].reset_index(drop=True)


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


def option_counts(of: SliceFacts, dimension: str, lines: Mapping[str, Iterable[str]]) -> pd.DataFrame:
    """Enterprises per code of one filter inside a slice without it. Columns: code, enterprises.

    A place or partner counts whatever lies below it as well: `lines` are those that may be seen, with all below each.
    """
    record = of.record
    rows = record.enrolments
    enterprise = rows.enterprise[of.enrolments]
    counts: dict[str, int] = {}
    if dimension == "round":
        counts = enterprises_per_round(of)
    elif dimension == "sector":
        sectors = rows.sector[of.enrolments][runs(enterprise)]
        counts = _by_code(record.sectors, np.bincount(sectors + 1, minlength=len(record.sectors) + 1)[1:])
    elif dimension == "phase":
        phases = record.phase_of[rows.round[of.enrolments]]
        counts = {code: len(runs(enterprise[phases == at])) for at, code in enumerate(record.phases)}
    elif dimension == "partner":
        rounds = rows.round[of.enrolments]
        for code, below in lines.items():
            counts[code] = len(runs(enterprise[record.with_partner(below)[rounds]]))
    else:
        places = rows.place[of.enrolments]
        for code, below in lines.items():
            inside = np.zeros(len(record.places) + 1, bool)
            inside[[record.position["place"][each] for each in below]] = True
            counts[code] = len(runs(enterprise[inside[places]]))
    counted = [(code, n) for code, n in counts.items() if n]
    return pd.DataFrame(counted, columns=["code", "enterprises"])


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
    rounds = of.record.rounds
    return _by_code(rounds, np.bincount(of.record.enrolments.round[of.enrolments], minlength=len(rounds)))
