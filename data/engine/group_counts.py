"""Counts of trained and reporting enterprises and of pairs: in all, and per partner, sector and round."""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from data.engine.facts import NONE, Array, runs
from data.engine.slice import SliceFacts


def coverage_totals(of: SliceFacts) -> dict[str, int]:
    """The counts of the coverage line: enterprises, trained, reported, paired (enterprises) and pairs."""
    rows, first = of.record.results, of.pairs.before
    pairs = of.tally(rows.enterprise[first], rows.indicator[first], len(of.record.indicators))
    who = {"enterprises": of.enterprises, "trained": of.trained, "reported": of.reported, "paired": of.pair_counts > 0}
    return {name: of.count(each) for name, each in who.items()} | {"pairs": int(pairs.sum())}


MEASURES = ("enterprises", "trained", "reported", "trained_reported", "paired")

Group = tuple[str, str | None]
"""A kind of group, and its code (None: not given)."""


def coverage_counts(of: SliceFacts, lines: Mapping[str, Iterable[str]]) -> pd.DataFrame:
    """Per group (total, partner, sector, round) who was trained, reported, gave a pair.

    Columns: group_kind, group (None: not given), enterprises, trained, reported, trained_reported, paired. A group's
    numbers are those of the slice narrowed to it; a partner's include its children's: `lines` are the partners that may
    be seen, each with all below it. Groups without an enterprise are left out; for a reader with a threshold they have
    rows as well.

    An enterprise with one enrolment in the slice brings all it has to each group that has the enrolment; one with
    several brings to a round or partner what it has in those enrolments that are in it.
    """
    record, rows = of.record, of.enrolments
    enterprise, rounds = record.enrolments.enterprise[rows], record.enrolments.round[rows]
    pairs = of.pair_counts > 0
    # One row an enterprise, one column a measure: has it that?
    has = np.stack([of.enterprises, of.trained, of.reported, of.reported & of.trained, pairs], axis=1)
    first = runs(enterprise)
    sectors = record.enrolments.sector[rows[first]] + 1
    by_sector = _cells(of, enterprise[first], has[enterprise[first]], sectors, len(record.sectors) + 1)
    partners = {code: record.with_partner(below) for code, below in lines.items()}
    alone = np.bincount(enterprise, minlength=len(record.enterprises))[enterprise] == 1
    by_round = _cells(of, enterprise[alone], has[enterprise[alone]], rounds[alone], len(record.rounds))
    groups = np.array([*partners.values()]).reshape(len(partners), len(record.rounds))
    by_partner = np.stack([cells @ groups.T.astype(np.int64) for cells in by_round])
    if not alone.all():
        several = rows[~alone]
        by_round = by_round + _measured(of, several, np.eye(len(record.rounds), dtype=bool))
        by_partner = by_partner + _measured(of, several, groups)
    total = np.array([of.count(each) for each in has.T])[:, np.newaxis]
    found: list[tuple[str, Iterable[str | None], Array]] = [
        ("total", ("",), total),
        ("partner", partners, of.each_shown(by_partner)),
        ("sector", (None, *record.sectors), of.each_shown(by_sector)),
        ("round", record.rounds, of.each_shown(by_round)),
    ]
    counted = [
        (kind, code, *map(int, n))
        for kind, codes, numbers in found
        for code, n in zip(codes, numbers.T, strict=True)
        if n[0] or of.rounding is not None
    ]
    frame = pd.DataFrame(counted, columns=["group_kind", "group", *MEASURES])
    frame["group"] = frame["group"].astype(object).where(frame["group"].notna(), None)
    return frame


def _cells(of: SliceFacts, enterprises: Array, has: Array, groups: Array, many: int) -> Array:
    """Cells of what enterprises have (one column a measure) per group: measures × rows of cells × groups."""
    return np.stack([of.cells(enterprises[flags], groups[flags], many) for flags in has.T])


def _measured(of: SliceFacts, enrolments: Array, groups: Array) -> Array:
    """Cells of what the enterprises of some enrolments have in groups of rounds (one row a group, one column a round):
    measures × rows of cells × groups.
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
    keys = (who, trained, reported, np.intersect1d(trained, reported), np.unique(pairs))
    return np.stack([of.cells(key % many, key // many, len(groups)) for key in keys])


def _joined(left: Array, right: Array) -> tuple[Array, Array]:
    """Every position in `left` with every position in `right` of the same value."""
    order = np.argsort(right, kind="stable")
    begins, ends = (np.searchsorted(right[order], left, side) for side in ("left", "right"))
    many = ends - begins
    at = np.repeat(np.arange(len(left)), many)
    within = np.arange(len(at)) - np.repeat(np.cumsum(many) - many, many)
    return at, order[np.repeat(begins, many) + within]
