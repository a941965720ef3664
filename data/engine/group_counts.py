"""Counts of trained and reporting enterprises and of pairs: in total, and per partner, sector and round."""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from data.engine.facts import NONE, Array, runs
from data.engine.slice import SliceFacts


def coverage_totals(of: SliceFacts) -> dict[str, int]:
    """The counts of the coverage line: enterprises, trained, reported, paired (all enterprises), and pairs."""
    rows, first = of.record.results, of.pairs.before
    pairs = of.tally(rows.enterprise[first], rows.indicator[first], len(of.record.indicators))
    marks = {
        "enterprises": of.enterprises,
        "trained": of.trained,
        "reported": of.reported,
        "paired": of.pair_counts > 0,
    }
    return {name: of.count(mark) for name, mark in marks.items()} | {"pairs": int(pairs.sum())}


MEASURES = ("enterprises", "trained", "reported", "trained_reported", "paired")

Group = tuple[str, str | None]
"""A kind of group (total, partner, sector, round) and its code (None: not given)."""


def coverage_counts(of: SliceFacts, lines: Mapping[str, Iterable[str]]) -> pd.DataFrame:
    """Enterprises per group (total, partner, sector, round): trained, reported, with a pair.

    Columns: group_kind, group (None: not given), enterprises, trained, reported, trained_reported, paired. The numbers
    of a group are those of the slice with a filter on the group. A partner includes its children: `lines` are the
    visible partners, each with all partners below it. Groups without an enterprise have no row, except for viewers with
    a threshold.

    An enterprise with one enrolment in the slice counts with all its facts in each group of the enrolment. With several
    enrolments, it counts in a round or partner with the facts of the enrolments in that group only.
    """
    record, rows = of.record, of.enrolments
    enterprise, rounds = record.enrolments.enterprise[rows], record.enrolments.round[rows]
    pairs = of.pair_counts > 0
    # One row per enterprise, one column per measure.
    has = np.stack([of.enterprises, of.trained, of.reported, of.reported & of.trained, pairs], axis=1)
    first = runs(enterprise)
    sectors = record.enrolments.sector[rows[first]] + 1
    by_sector = _cells(of, enterprise[first], has[enterprise[first]], sectors, len(record.sectors) + 1)
    partners = {code: record.with_partner(below) for code, below in lines.items()}
    single = np.bincount(enterprise, minlength=len(record.enterprises))[enterprise] == 1
    by_round = _cells(of, enterprise[single], has[enterprise[single]], rounds[single], len(record.rounds))
    groups = np.array([*partners.values()]).reshape(len(partners), len(record.rounds))
    by_partner = np.stack([cells @ groups.T.astype(np.int64) for cells in by_round])
    if not single.all():
        several = rows[~single]
        by_round = by_round + _cells_of_enrolments(of, several, np.eye(len(record.rounds), dtype=bool))
        by_partner = by_partner + _cells_of_enrolments(of, several, groups)
    total = np.array([of.count(each) for each in has.T])[:, np.newaxis]
    kinds: list[tuple[str, Iterable[str | None], Array]] = [
        ("total", ("",), total),
        ("partner", partners, of.each_shown(by_partner)),
        ("sector", (None, *record.sectors), of.each_shown(by_sector)),
        ("round", record.rounds, of.each_shown(by_round)),
    ]
    counts = [
        (kind, code, *map(int, n))
        for kind, codes, numbers in kinds
        for code, n in zip(codes, numbers.T, strict=True)
        if n[0] or of.rounding is not None
    ]
    frame = pd.DataFrame(counts, columns=["group_kind", "group", *MEASURES])
    frame["group"] = frame["group"].astype(object).where(frame["group"].notna(), None)
    return frame


def _cells(of: SliceFacts, enterprises: Array, has: Array, groups: Array, group_count: int) -> Array:
    """The cells per measure and group: measures × rows of cells × groups. `has` has one column per measure."""
    return np.stack([of.cells(enterprises[flags], groups[flags], group_count) for flags in has.T])


def _cells_of_enrolments(of: SliceFacts, enrolments: Array, groups: Array) -> Array:
    """The cells of some enrolments per measure and group of rounds: measures × rows of cells × groups.

    `groups` has one row per group and one column per round.
    """
    record = of.record
    rows, trainings, results = record.enrolments, record.trainings, record.results
    among = np.zeros(len(rows.enterprise) + 1, bool)
    among[enrolments] = True
    chosen = of.marked(rows.enterprise[enrolments])
    began = of.trainings[of.started]
    began = np.unique(trainings.enrolment[began[among[trainings.enrolment[began]]]])
    reports = of.results[chosen[results.enterprise[of.results]]]
    # A result without a round belongs to every enrolment of its enterprise.
    own = results.enrolment[reports] != NONE
    row, enrolment = _joined(results.enterprise[reports[~own]], rows.enterprise[enrolments])
    reports, enrolment = (
        np.concatenate((reports[own], reports[~own][row])),
        np.concatenate((results.enrolment[reports[own]], enrolments[enrolment])),
    )
    enterprise_count = np.int64(len(record.enterprises))
    round_of, group_of = np.nonzero(groups.T)

    def in_groups(enrolments: Array) -> tuple[Array, Array]:
        """Each enrolment with each of its groups: its position in the list, and the group × enterprise as a number."""
        at, row = _joined(rows.round[enrolments], round_of)
        return at, group_of[row] * enterprise_count + rows.enterprise[enrolments[at]]

    enrolled, trained = np.unique(in_groups(enrolments)[1]), np.unique(in_groups(began)[1])
    at, member = in_groups(enrolment)
    row = reports[at]
    reported = np.unique(member)
    of_indicator = member * len(record.indicators) + results.indicator[row]
    exact = results.exact[row]
    pairs = np.intersect1d(
        of_indicator[exact & (results.before_from[row] <= of.day)],
        of_indicator[exact & (results.after_from[row] <= of.day)],
    ) // (len(record.indicators) or 1)
    keys = (enrolled, trained, reported, np.intersect1d(trained, reported), np.unique(pairs))
    return np.stack([of.cells(key % enterprise_count, key // enterprise_count, len(groups)) for key in keys])


def _joined(left: Array, right: Array) -> tuple[Array, Array]:
    """Each position in `left` with each position in `right` of the same value."""
    order = np.argsort(right, kind="stable")
    begins, ends = (np.searchsorted(right[order], left, side) for side in ("left", "right"))
    match_counts = ends - begins
    at = np.repeat(np.arange(len(left)), match_counts)
    within = np.arange(len(at)) - np.repeat(np.cumsum(match_counts) - match_counts, match_counts)
    return at, order[np.repeat(begins, match_counts) + within]
