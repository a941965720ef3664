"""Counts of trained and reporting enterprises and of pairs: in total, and per partner, sector and round."""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from data.engine.facts import NONE, Array, runs
from data.engine.grouped import GroupFacts
from data.engine.slice import SliceFacts


def coverage_totals(of: SliceFacts, indicator: str | None = None) -> dict[str, int]:
    """The counts of the line under an exhibit: enterprises, without_place, trained, reported, paired, and pairs.

    With an `indicator`, reported, paired and pairs are those of it. reported and paired count all enterprises,
    paired_of_trained the trained ones.
    """
    rows, first, results = of.record.results, of.pairs.before, of.results_of(indicator)
    if indicator is not None:
        first = first[rows.indicator[first] == of.record.indicators.index(indicator)]
    pairs = of.tally(rows.enterprise[first], rows.indicator[first], len(of.record.indicators))
    enrolments = of.record.enrolments
    without_place = enrolments.place[of.enrolments] == NONE
    paired = of.marked(rows.enterprise[first])
    marks = {
        "enterprises": of.enterprises,
        "without_place": of.marked(enrolments.enterprise[of.enrolments[without_place]]),
        "trained": of.trained,
        "reported": of.marked(rows.enterprise[results]),
        "paired": paired,
        "paired_of_trained": paired & of.trained,
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
    at, group = np.nonzero(groups.T[of.record.enrolments.round[enrolments]])
    by_group = GroupFacts(of, enrolments[at], group, len(groups))
    members = (by_group.enrolled, by_group.trained, by_group.reported, by_group.trained_reported, by_group.paired)
    return np.stack([of.cells(each.of, each.group, len(groups)) for each in members])
