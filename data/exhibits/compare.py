"""A measure compared between partners, sectors, rounds, phases, provinces or modules, one row each."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from data.columns import Derived, Key, Share, Text
from data.engine import measures
from data.engine.facts import NONE, Array
from data.engine.grouped import Grouped, GroupFacts
from data.engine.slice import OVERDUE, SliceFacts
from data.exhibit import Exhibit, Option
from data.rests_on import TRAININGS_AND_RESULTS
from data.view import View
from data.vocabulary import BETTER, COMPLETED, FEWEST_FOR_INTERVAL

KINDS = ("partner", "sector", "round", "phase", "province", "module")
"""The kinds of groups: the values of ``by``."""

PLAIN_MEASURES = ("enterprises", "trained", "modules_completed", "overdue", "stale", "reported")
"""The measures of every record. There is one more per module (``m1_completed``) and indicator (``better-…``)."""


def measures_of(view: View) -> tuple[str, ...]:
    """The measures of a record: the plain ones, one per module, and one per indicator with a direction."""
    indicators = view.catalogue.indicator.items()
    judged = (code for code, entry in indicators if entry.columns["better"] != "context")
    modules = (f"{code}{COMPLETED}" for code in view.catalogue.module)
    return (*PLAIN_MEASURES, *modules, *(f"{BETTER}{code}" for code in judged))


@dataclass(frozen=True)
class _Counts:
    """The number counted in each group, and the number it is out of (None: nothing).

    ``terms`` is the number of counts of which each is a sum.
    """

    value: Array
    of: Array | None
    terms: int = 1


def numbers(view: View, by: str, measure: str) -> pd.DataFrame:
    """One row per value of `by` with an enterprise in the selection, in the order of the record; "not given" is last.

    Under a threshold the rows are those of the viewer's scope. ``verdict`` compares a share with that of the whole
    selection: above, below, as-expected, too-few, or None without a share (Spiegelhalter 2005).
    """
    codes = _codes(view, by)
    if not codes:
        return _frame([])
    counts = _counts(view, view.facts, by, codes, measure)
    rows = view.facts.enrolments
    whole = _counted(view, GroupFacts(view.facts, rows, np.zeros(len(rows), np.intp), 1), measure)
    overall = None if whole.of is None else view.share(int(whole.value[0]), int(whole.of[0]))
    fewest = FEWEST_FOR_INTERVAL if measure.startswith(BETTER) else 1
    bases = [None] * len(codes) if counts.of is None else counts.of.tolist()
    return _frame(
        (
            by,
            code,
            measure,
            *(view.told(each, counts.terms) for each in (value, of)),
            *_rated(view, value, of, overall, fewest),
        )
        for code, value, of in zip(codes, counts.value.tolist(), bases, strict=True)
    )


def _rated(view: View, value: int, of: int | None, overall: float | None, fewest: int) -> tuple[Any, ...]:
    """The share, the ends of its interval, and its verdict. An interval is given from `fewest` on."""
    if of is None:
        return (None,) * 4
    share = view.share(value, of)
    interval = measures.wilson_interval(min(value, of), of) if share is not None and of >= fewest else None
    return share, *(interval or (None, None)), measures.funnel_verdict(share, of, overall)


def _frame(rows: Iterable[tuple[Any, ...]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=[column.name for column in EXHIBIT.columns], dtype=object)


def _codes(view: View, by: str) -> list[str | None]:
    """The values of `by` with an enrolment in the selection; under a threshold, in the viewer's scope."""
    of = view.scope if view.threshold else view.facts
    if by == "module":
        asked = view.of.module
        modules = {of.record.modules[at] for at in np.unique(of.record.trainings.module[of.trainings])}
        return [code for code in view.catalogue.module if code in modules and (asked is None or code in asked)]
    _rows, groups, codes = _groups(view, of, by)
    there = set(np.unique(groups).tolist())
    return [code for at, code in enumerate(codes) if at in there]


def _counts(view: View, of: SliceFacts, by: str, codes: list[str | None], measure: str) -> _Counts:
    if by == "module":
        each = [_counted(view, _of_module(view, code or "", measure), measure) for code in codes]
        return _Counts(
            np.concatenate([one.value for one in each]),
            None if each[0].of is None else np.concatenate([one.of for one in each if one.of is not None]),
        )
    rows, groups, every = _groups(view, of, by)
    counted = _counted(view, GroupFacts(of, rows, groups, len(every)), measure)
    chosen = [every.index(code) for code in codes]
    return _Counts(counted.value[chosen], None if counted.of is None else counted.of[chosen], counted.terms)


def _of_module(view: View, code: str, measure: str) -> GroupFacts:
    """The facts of the selection under a filter of one module.

    Enterprises are those with a training of it. Its pairs are all: a result need not have a training on record.
    """
    of = view.with_filters(view.filters.with_codes("module", {code})).facts
    rows = of.enrolments
    if not measure.startswith(BETTER):
        planned = of.marked(of.record.trainings.enterprise[of.trainings])
        rows = rows[planned[of.record.enrolments.enterprise[rows]]]
    return GroupFacts(of, rows, np.zeros(len(rows), int), 1)


def _groups(view: View, of: SliceFacts, by: str) -> tuple[Array, Array, list[str | None]]:
    """The enrolments of the slice with their groups, and the codes of the groups. An enrolment may be in several."""
    enrolments, rows, record = of.record.enrolments, of.enrolments, of.record
    if by == "partner":
        lines = view.lines("partner")
        groups = np.array([record.with_partner(below) for below in lines.values()], bool)
        groups = groups.reshape(len(lines), len(record.rounds))
        at, group = np.nonzero(np.vstack([groups, ~groups.any(axis=0)]).T[enrolments.round[rows]])
        return rows[at], group, [*lines, None]
    codes: tuple[str, ...] = {"sector": record.sectors, "round": record.rounds, "phase": record.phases}.get(by, ())
    if by == "province":
        codes = tuple(code for code, entry in view.catalogue.place.items() if entry.columns["level"] == "province")
        position = {code: at for at, code in enumerate(codes)}
        provinces = [position.get(view.catalogue.province(code) or "", NONE) for code in record.places]
        group = np.array([*provinces, NONE])[enrolments.place[rows]]
    else:
        group = {
            "sector": enrolments.sector, "round": enrolments.round, "phase": record.phase_of[enrolments.round],
        }[by][rows]  # fmt: skip
    known = [code for code in view.catalogue.table("place" if by == "province" else by) if code in codes]
    order = np.array([known.index(code) for code in codes] + [len(known)])
    return rows, order[group], [*known, None]


def _counted(view: View, by_group: GroupFacts, measure: str) -> _Counts:
    """The number counted for a measure in each group, and the number it is out of."""
    of, many = by_group.of, by_group.many
    if measure == "enterprises":
        return _Counts(by_group.tally(by_group.enrolled), None)
    if measure == "trained":
        return _Counts(by_group.tally(by_group.trained), by_group.tally(by_group.enrolled))
    if measure == "reported":
        return _Counts(by_group.tally(by_group.trained_reported), by_group.tally(by_group.trained))
    if measure.startswith(BETTER):
        return _better(view, by_group, measure.removeprefix(BETTER))
    group, modules = by_group.modules
    flags = {"overdue": modules.state == OVERDUE, "stale": modules.stale}.get(measure, modules.completed)
    count = len(of.record.modules) or 1
    code = measure.removesuffix(COMPLETED)
    one = of.record.modules.index(code) if measure.endswith(COMPLETED) and code in view.catalogue.module else None

    def per_group(flags: Array) -> Array:
        keys = group[flags] * count + modules.module[flags]
        cells = of.tally(modules.enterprise[flags], keys, many * count).reshape(many, count)
        return np.asarray(cells.sum(axis=1) if one is None else cells[:, one])

    return _Counts(per_group(flags), per_group(modules.due), view.modules if one is None else 1)


def _better(view: View, by_group: GroupFacts, indicator: str) -> _Counts:
    """The pairs of an indicator that are better, of all its pairs."""
    results = by_group.of.record.results
    group, (before, after, _key) = by_group.pairs(by_group.of.record.indicators.index(indicator))
    direction = view.catalogue.indicator[indicator].columns["better"]
    better = measures.gains(results.before_level[before], results.after_level[after], direction) > 0
    enterprise = results.enterprise[before]
    pairs = Grouped(group, enterprise)
    return _Counts(by_group.tally(Grouped(group[better], enterprise[better])), by_group.tally(pairs))


EXHIBIT = Exhibit(
    code="compare",
    slides=(),
    columns=(
        Key("group_kind"),
        Key("group"),
        Text("measure"),
        Derived("value"),
        Derived("of"),
        Share("share"),
        Share("low"),
        Share("high"),
        Text("verdict"),
    ),
    numbers=numbers,
    rests_on=TRAININGS_AND_RESULTS,
    options={"by": Option(KINDS[0], lambda _view: KINDS), "measure": Option("trained", measures_of)},
)
