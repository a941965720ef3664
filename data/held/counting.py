"""The counts of :mod:`data.queries`, from a record held in memory: the same questions, the same answers."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from data.catalogue import Catalogue
from data.facts import FIRST_MODULE, STATES
from data.held.narrowed import (
    ASSESSMENT,
    COMPLETED,
    COMPLETION,
    DROPPED,
    STARTED,
    VISIT,
    WORKSHOP,
    EnterpriseModules,
    Narrowed,
)
from data.held.record import NONE, Array, runs


def _count(mask: Array) -> int:
    return int(np.count_nonzero(mask))


def _sum(values: Array) -> int | None:
    """A sum of what is known; None where nothing is."""
    known = values[~np.isnan(values)]
    return int(known.sum()) if len(known) else None


def overview_counts(of: Narrowed) -> dict[str, int]:
    """As :func:`data.queries.overview_counts`."""
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
        "enterprises": _count(of.enterprises),
        "rounds": len(np.unique(rounds)),
        "places": len(np.unique(places[places != NONE])),
        "trained": len(who),
        "modules_planned": len(completed),
        "modules_completed": _count(completed),
        "visits": _sum(done),
        "trainings_with_visits": _count(~np.isnan(done)),
        "visits_planned": _sum(planned),
        "trainings": len(began) if len(at) else None,
        "people_trained": int((np.nan_to_num(managers) + np.nan_to_num(workers)).sum()) if len(began) else None,
        "trainings_with_head_count": _count(heads) if len(at) else None,
        "women_trained": _sum(women),
        "trainings_with_women": _count(~np.isnan(women)) if len(at) else None,
        "people_trained_enterprises": _count(of.marked(rows.enterprise[began[heads]])),
        "women_trained_enterprises": _count(of.marked(rows.enterprise[began[~np.isnan(women)]])),
        "visits_enterprises": _count(of.marked(enterprise[done > 0])),
        "visits_planned_enterprises": _count(of.marked(enterprise[planned > 0])),
        "modules_completed_enterprises": _count(of.marked(modules.enterprise[completed])),
        "modules_planned_enterprises": _count(of.marked(enterprise)),
        "workers_reached": _sum(record.workers[who]),
        "workers_unknown": _count(np.isnan(record.workers[who])) if len(who) else None,
        "partners": _partners(of, rounds),
        "rounds_on_record": _count(of.rounds),  # with or without enterprises: sector and place are an enterprise's
    }
    return {name: n for name, n in counts.items() if n is not None}


def _partners(of: Narrowed, rounds: Array) -> int:
    visible = of.of.visible_partners
    there = np.zeros(len(of.record.rounds), bool)
    there[rounds] = True
    parties = of.record.parties.items()
    return sum(bool((has & there).any()) for code, has in parties if visible is None or code in visible)


def place_counts(of: Narrowed, region: Mapping[str, str] | None = None) -> pd.DataFrame:
    """As :func:`data.queries.place_counts`."""
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


def _largest_first(frame: pd.DataFrame) -> Any:
    sizes, codes = frame["enterprises"].tolist(), frame["place"].tolist()
    return lambda at: (-sizes[at], codes[at] is None, codes[at] or "")


def _module_bits(of: Narrowed) -> tuple[Array, Array, np.int64]:
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


def module_steps(of: Narrowed) -> pd.DataFrame:
    """As :func:`data.queries.module_steps`."""
    of_modules: EnterpriseModules = of.enterprise_modules
    steps, state = of_modules.steps, of_modules.state
    many = len(of.record.modules)

    def per_module(flags: Array) -> Array:
        return np.bincount(of_modules.module[flags], minlength=many)

    visited, assessed = steps & (VISIT | ASSESSMENT | COMPLETION) != 0, steps & (ASSESSMENT | COMPLETION) != 0
    frame = pd.DataFrame(
        {
            "module": pd.Series(of.record.modules, dtype=object),
            "planned": np.bincount(of_modules.module, minlength=many),
            "workshop": per_module(steps & STARTED != 0),
            "visited": per_module(visited),
            "assessed": per_module(assessed),
            "completed": per_module(steps & COMPLETION != 0),
            "visited_without_record": per_module(visited & (steps & VISIT == 0)),
            "assessed_without_record": per_module(assessed & (steps & ASSESSMENT == 0)),
            **{
                name.replace("-", "_"): per_module(state == number)
                for number, name in enumerate(STATES)
                if number != COMPLETED
            },
            "dropped_started": per_module((state == DROPPED) & (steps & STARTED != 0)),
        }
    )
    return frame[frame["planned"] > 0].reset_index(drop=True)


def journey_counts(of: Narrowed) -> dict[str, int]:
    """Per stage of :data:`data.queries.JOURNEY` ``<stage>:enterprises`` and ``<stage>:without_record``, and m1_only."""
    record, of_modules = of.record, of.enterprise_modules
    enterprise, steps = of_modules.enterprise, of_modules.steps
    first = of_modules.module == record.position["module"].get(FIRST_MODULE, NONE)
    begun, completed = steps & STARTED != 0, steps & COMPLETION != 0
    baseline = of.enrolments[record.enrolments.baseline_on[of.enrolments] <= of.day]
    planned, unfinished = of.marked(enterprise), of.marked(enterprise[~completed])
    reached = {
        "enrolled": of.enterprises,
        "baseline": of.marked(record.enrolments.enterprise[baseline]),
        "m1_workshop": of.marked(enterprise[first & begun]),
        "m1_completed": of.marked(enterprise[first & completed]),
        "further_started": of.marked(enterprise[~first & begun]),
        "further_completed": of.marked(enterprise[~first & completed]),
        "all_planned_completed": planned & ~unfinished,
    }
    own = reached | {"m1_workshop": of.marked(enterprise[first & (steps & WORKSHOP != 0)])}
    counts, later = {}, np.zeros(len(record.enterprises), bool)
    for stage in reversed(reached):
        later = later | reached[stage]
        counts[f"{stage}:enterprises"] = _count(later)
        counts[f"{stage}:without_record"] = _count(later & ~own[stage])
    further = of.marked(enterprise[~first])
    return counts | {"m1_only": _count(reached["all_planned_completed"] & ~further)}


def completed_module_counts(of: Narrowed) -> pd.DataFrame:
    """As :func:`data.queries.completed_module_counts`."""
    of_modules = of.enterprise_modules
    done = of_modules.enterprise[of_modules.steps & COMPLETION != 0]
    each = np.bincount(np.bincount(done, minlength=1))
    modules = [n for n in range(1, len(each)) if each[n]]
    return pd.DataFrame({"modules": modules, "enterprises": [int(each[n]) for n in modules]})


def option_counts(of: Narrowed, dimension: str, lines: Mapping[str, Iterable[str]]) -> pd.DataFrame:
    """As :func:`data.queries.option_counts`; `lines` are the codes of a tree that may be seen, with all below each."""
    record = of.record
    rows = record.enrolments
    enterprise = rows.enterprise[of.enrolments]
    counts: dict[str, int] = {}
    if dimension == "round":
        counts = _by_code(record.rounds, np.bincount(rows.round[of.enrolments], minlength=len(record.rounds)))
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


def sources_of_trainings(of: Narrowed) -> pd.DataFrame:
    """As :func:`data.queries.sources_of_trainings`."""
    record = of.record
    return _sources(of, record.enrolments.source[of.enrolments], record.trainings.source[of.trainings])


def sources_of_results(of: Narrowed, indicator: str | None = None) -> pd.DataFrame:
    """As :func:`data.queries.sources_of_results`."""
    rows, at = of.record.results, of.results
    if indicator is not None:
        at = at[rows.indicator[at] == of.record.indicators.index(indicator)]
    return _sources(of, rows.source[at])


def _sources(of: Narrowed, *named: Array) -> pd.DataFrame:
    codes = [*of.record.sources, None]
    counts = np.roll(np.sum([np.bincount(each + 1, minlength=len(codes)) for each in named], axis=0), -1)
    found = np.flatnonzero(counts)
    return pd.DataFrame({"source": np.array(codes, object)[found], "rows": counts[found]})


def enterprise_states(of: Narrowed, catalogue: Catalogue) -> pd.DataFrame:
    """As :func:`data.queries.enterprise_states`."""
    record, of_modules = of.record, of.enterprise_modules
    position = np.array([catalogue.module[code].columns["position"] for code in record.modules] or [0])
    order = np.lexsort((of_modules.module, position[of_modules.module], of_modules.enterprise))
    rounds = record.enrolments.round[record.trainings.enrolment[of_modules.training[order]]]

    def coded(codes: tuple[str, ...], positions: Array) -> Array:
        return np.array([*codes, None], dtype=object)[positions]

    return pd.DataFrame(
        {
            "enterprise": coded(record.enterprises, of_modules.enterprise[order]),
            "module": coded(record.modules, of_modules.module[order]),
            "state": coded(STATES, of_modules.state[order]),
            "round": coded(record.rounds, rounds),
        }
    )


def other_fact_counts(of: Narrowed) -> pd.DataFrame:
    """As :func:`data.queries.other_fact_counts`."""
    rows, at = of.record.results, of.results
    many = len(of.record.indicators)
    paired = np.zeros(int(rows.group[-1]) + 1 if len(rows.group) else 0, bool)
    paired[rows.group[of.pairs.before]] = True
    levels = (rows.before_from[at] <= of.day) | (rows.after_from[at] <= of.day)
    other = at[~(rows.exact[at] & levels & paired[rows.group[at]])]
    each = other[runs(rows.group[other])]
    frame = pd.DataFrame(
        {
            "indicator": pd.Series(of.record.indicators, dtype=object),
            "other_facts": np.bincount(rows.indicator[other], minlength=many),
            "other_enterprises": np.bincount(rows.indicator[each], minlength=many),
        }
    )
    return frame[np.bincount(rows.indicator[at], minlength=many) > 0].reset_index(drop=True)


def pair_levels(of: Narrowed) -> dict[str, tuple[Array, Array]]:
    """The before and the after of the pairs, by indicator, in the order of their enterprises."""
    rows, (before, after) = of.record.results, of.pairs
    indicators = rows.indicator[before]
    ends = np.searchsorted(indicators, np.arange(len(of.record.indicators) + 1))
    levels = rows.before[before], rows.after[after]
    return {
        code: (levels[0][begin:end], levels[1][begin:end])
        for code, begin, end in zip(of.record.indicators, ends, ends[1:], strict=False)
        if begin < end
    }
