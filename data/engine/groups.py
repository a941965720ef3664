"""Counts of trained and reporting enterprises and of pairs: in all, and per partner, sector, round and phase."""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from data.engine.record import NONE, Array, count, runs
from data.engine.slice import SliceFacts


def coverage_totals(of: SliceFacts) -> dict[str, int]:
    """The counts of the coverage line: enterprises, trained, reported, paired (enterprises) and pairs."""
    pairs = of.pair_counts
    who = {"enterprises": of.enterprises, "trained": of.trained, "reported": of.reported, "paired": pairs > 0}
    return {name: count(each) for name, each in who.items()} | {"pairs": int(pairs.sum())}


MEASURES = ("enterprises", "trained", "reported", "trained_reported", "pairs", "paired")

Group = tuple[str, str | None]
"""A kind of group, and its code (None: not given)."""


def coverage_counts(of: SliceFacts, lines: Mapping[str, Iterable[str]]) -> pd.DataFrame:
    """Per group (total, partner, sector, round, phase) with an enterprise: who was trained, reported, gave a pair.

    Columns: group_kind, group (None: not given), enterprises, trained, reported, trained_reported, pairs, and paired
    (enterprises). A group's numbers are those of the slice narrowed to it; a partner's include its children's: `lines`
    are the partners that may be seen, each with all below it.

    An enterprise with one enrolment in the slice brings all it has to each group that has the enrolment; one with
    several brings to a round, phase or partner what it has in those enrolments that are in it.
    """
    record, rows = of.record, of.enrolments
    enterprise, rounds = record.enrolments.enterprise[rows], record.enrolments.round[rows]
    values = _measures(of)
    first = runs(enterprise)
    by_sector = _summed(values[enterprise[first]], record.enrolments.sector[rows[first]] + 1, len(record.sectors) + 1)
    inside: dict[Group, Array] = {("partner", code): record.with_partner(below) for code, below in lines.items()}
    inside |= {("phase", code): record.phase_of == at for at, code in enumerate((None, *record.phases), NONE)}
    alone = np.bincount(enterprise, minlength=len(record.enterprises))[enterprise] == 1
    by_round = _summed(values[enterprise[alone]], rounds[alone], len(record.rounds))
    groups = np.array([*inside.values()]).reshape(len(inside), len(record.rounds))
    of_groups = groups.astype(np.int64) @ by_round
    if not alone.all():
        several = rows[~alone]
        by_round += _measured(of, several, np.eye(len(record.rounds), dtype=bool))
        of_groups += _measured(of, several, groups)
    found: dict[Group, Array] = {("total", ""): values.sum(axis=0)}
    found |= dict(zip(inside, of_groups, strict=True))
    found |= {("sector", code): by_sector[at] for at, code in enumerate((None, *record.sectors))}
    found |= {("round", code): by_round[at] for at, code in enumerate(record.rounds)}
    counted = [(*group, *map(int, n)) for group, n in found.items() if n[0]]
    frame = pd.DataFrame(counted, columns=["group_kind", "group", *MEASURES])
    frame["group"] = frame["group"].astype(object).where(frame["group"].notna(), None)
    return frame


def _measures(of: SliceFacts) -> Array:
    """What each enterprise has in the whole slice: one row an enterprise, one column a measure."""
    pairs = of.pair_counts
    columns = (of.enterprises, of.trained, of.reported, of.reported & of.trained, pairs, pairs > 0)
    return np.stack([column.astype(np.int64) for column in columns], axis=1)


def _summed(values: Array, groups: Array, many: int) -> Array:
    columns = [np.bincount(groups, weights=column, minlength=many) for column in values.T]
    return np.stack(columns, axis=1).astype(np.int64)


def _measured(of: SliceFacts, enrolments: Array, groups: Array) -> Array:
    """What the enterprises of some enrolments have in groups of rounds (one row a group, one column a round): one row a
    group, one column a measure.
    """
    record = of.record
    rows, trainings, results = record.enrolments, record.trainings, record.results
    among = np.zeros(len(rows.enterprise) + 1, bool)
    among[enrolments] = True
    chosen = of.marked(rows.enterprise[enrolments])
    began = of.trainings[of.started]
    began = np.unique(trainings.enrolment[began[among[trainings.enrolment[began]]]])
    reports = of.results[chosen[results.enterprise[of.results]]]
    # A row without a round stands with every enrolment of its enterprise.
    own = results.enrolment[reports] != NONE
    row, enrolment = _joined(results.enterprise[reports[~own]], rows.enterprise[enrolments])
    reports, enrolment = (
        np.concatenate((reports[own], reports[~own][row])),
        np.concatenate((results.enrolment[reports[own]], enrolments[enrolment])),
    )
    many = np.int64(len(record.enterprises))
    round_of, group_of = np.nonzero(groups.T)

    def in_groups(enrolments: Array) -> tuple[Array, Array]:
        """Each enrolment with each group it is in: where it stands in the list, and the group × enterprise."""
        at, row = _joined(rows.round[enrolments], round_of)
        return at, group_of[row] * many + rows.enterprise[enrolments[at]]

    who, trained = np.unique(in_groups(enrolments)[1]), np.unique(in_groups(began)[1])
    at, member = in_groups(enrolment)
    row = reports[at]
    reported = np.unique(member)
    of_indicator = member * len(record.indicators) + results.indicator[row]
    exact = results.exact[row]
    pairs = np.intersect1d(
        of_indicator[exact & (results.before_from[row] <= of.day)],
        of_indicator[exact & (results.after_from[row] <= of.day)],
    ) // (len(record.indicators) or 1)
    keys = (who, trained, reported, np.intersect1d(trained, reported), pairs, np.unique(pairs))
    return np.stack([np.bincount(key // many, minlength=len(groups)) for key in keys], axis=1)


def _joined(left: Array, right: Array) -> tuple[Array, Array]:
    """Every position in `left` with every position in `right` of the same value."""
    order = np.argsort(right, kind="stable")
    begins, ends = (np.searchsorted(right[order], left, side) for side in ("left", "right"))
    many = ends - begins
    at = np.repeat(np.arange(len(left)), many)
    within = np.arange(len(at)) - np.repeat(np.cumsum(many) - many, many)
    return at, order[np.repeat(begins, many) + within]
