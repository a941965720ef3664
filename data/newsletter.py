"""The content of a newsletter for a period: new rounds, completions, results, stories, events. It has no words.

A newsletter is public: it names only enterprises that may be named, and counts the others. A fact belongs to the period
only if every day that its date may mean is in the period (docs/measures.md, "Flows"). Facts that are seen by its end,
and not before it, but are not known to be in it, are told apart.
"""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from data import queries as record_queries
from data.engine import measures, pairs, steps
from data.engine.counts import enterprises_per_round
from data.engine.measures import Change, Statistics
from data.engine.precision import first_day, last_day
from data.exhibits.events import numbers as event_rows
from data.lists import story_list
from data.privacy.rounding import Blurred
from data.privacy.table import records
from data.privacy.viewer import Permission
from data.queries import period_rows as queries
from data.storage.schema import precision_of
from data.view import View
from data.vocabulary import FEWEST_FOR_INTERVAL, YES_NO

Row = dict[str, Any]


@dataclass(frozen=True)
class Period:
    """A period from its first to its last day, both included."""

    since: date
    until: date

    @property
    def eve(self) -> date:
        """The day before the period."""
        return self.since - timedelta(days=1)

    def contains(self, when: date | None, precision: str | None) -> bool:
        """Is every day that a date may mean in the period?"""
        first, last = first_day(when, precision), last_day(when, precision)
        return first is not None and last is not None and self.since <= first and last <= self.until


@dataclass(frozen=True)
class NewRound:
    """A round that began in the period, with the number of enterprises enrolled in it by the end of the period."""

    round: str
    started_on: date
    started_on_precision: str | None
    enterprises: int
    partners: tuple[str, ...]
    places: tuple[str, ...]


@dataclass(frozen=True)
class Completed:
    """The number of enterprises that completed a module in a round in the period.

    ``before`` and ``by`` are the numbers before the period and by its end. ``before`` is None where the period does not
    explain the difference: some of ``by`` may be older. For a viewer with a threshold it is None too, and ``round`` is
    empty, since one round has too few enterprises.
    """

    module: str
    round: str
    enterprises: int
    before: int | None
    by: int


@dataclass(frozen=True)
class KnownComplete:
    """The number of enterprises known to have completed a module in a round by the end of the period, and not before
    it, on a day not on record. For a viewer with a threshold ``round`` is empty.
    """

    module: str
    round: str
    enterprises: int


@dataclass(frozen=True)
class NewlyOverdue:
    """The number of enterprises that became overdue in a module in the period; ``by`` are all overdue by its end."""

    module: str
    enterprises: int
    by: int


@dataclass(frozen=True)
class Through:
    """Enterprises that completed their last planned module in the period: the ``named`` ones and the number of others.

    ``by`` is the number of all enterprises that have done so by the end of the period.
    """

    named: tuple[str, ...]
    others: int
    by: int


@dataclass(frozen=True)
class Measured:
    """The pairs of one indicator whose after is of the period; ``by`` is the number of pairs by its end."""

    indicator: str
    unit: str
    better: str
    change: Change
    by: int

    @property
    def telling(self) -> bool:
        """Are there enough pairs for a median with an interval?"""
        median = self.change.had_before if self.unit == YES_NO else self.change.median_change
        return self.change.pairs >= FEWEST_FOR_INTERVAL and median is not None


@dataclass(frozen=True)
class ToldApart:
    """Facts that are known by the end of the period and not before it, on a day not on record: rounds begun, modules
    completed, the number of results, and events held.
    """

    rounds: tuple[str, ...] = ()
    completed: tuple[KnownComplete, ...] = ()
    results: int = 0
    held: tuple[Row, ...] = ()


@dataclass(frozen=True)
class Digest:
    """The content of a newsletter for a period.

    ``held`` are the events of the period. ``planned`` are rounds and ``coming`` events that are planned by the end of
    the period and still to come. ``unpaired`` is the number of reports without a pair.
    """

    period: Period
    rounds: tuple[NewRound, ...]
    completed: tuple[Completed, ...]
    through: Through
    overdue: tuple[NewlyOverdue, ...]
    measured: tuple[Measured, ...]
    unpaired: int
    stories: tuple[Row, ...]
    held: tuple[Row, ...]
    apart: ToldApart
    planned: tuple[Row, ...]
    coming: tuple[Row, ...]

    @property
    def empty(self) -> bool:
        """Is there no fact on record for the period?"""
        of_period = self.rounds or self.completed or self.overdue or self.measured or self.unpaired
        return not (of_period or self.stories or self.held or self.apart != ToldApart())


def outward(view: View, until: date) -> View:
    """The view for a newsletter: as of the end of the period, only with names of enterprises that may be named."""
    viewer = replace(view.viewer, permissions=view.viewer.permissions - {Permission.SEE_ALL_NAMES})
    return replace(view, viewer=viewer).with_filters(view.filters.dated(until))


def digest(view: View, period: Period) -> Digest:
    """The content of the newsletter for a period, from an :func:`outward` view."""
    earlier = view.with_filters(view.filters.dated(period.eve))
    begun = _parts(queries.rounds_begun(view.connection, view.of, period.eve), "started_on", period)
    completions = _parts(queries.completions(view.connection, view.of, period.eve), "completed_on", period)
    reports = _parts(pairs.results_since(view.facts, period.eve), "after_on", period)
    measured, paired = _measured(view, period)
    reported = reports.inside.drop_duplicates(["enterprise", "indicator"])
    story_rounds = set(begun.inside["round"])
    if not view.threshold:  # a viewer with a threshold must not learn in which rounds completions were
        story_rounds |= set(completions.inside["round"])
    events = event_rows(view)
    held, held_apart = _held(events, event_rows(earlier), period)
    return Digest(
        period=period,
        rounds=_rounds(view, begun.inside),
        completed=_completed(view, earlier, completions.inside),
        through=_through(view, earlier, completions.inside),
        overdue=_newly_overdue(view, earlier, period),
        measured=measured,
        unpaired=0 if view.threshold else max(len(reported) - paired, 0),
        stories=_stories(view, story_rounds),
        held=held,
        apart=ToldApart(
            rounds=tuple(begun.apart["round"]),
            completed=_known_complete(view, earlier, completions),
            results=0 if view.threshold else len(reports.apart.drop_duplicates(["enterprise", "indicator"])),
            held=held_apart,
        ),
        planned=_planned_rounds(view, period),
        coming=tuple(records(events[events["ahead"]])),
    )


class _Parts(NamedTuple):
    """The facts that are in the period for certain, and the others."""

    inside: pd.DataFrame
    apart: pd.DataFrame


def _parts(frame: pd.DataFrame, name: str, period: Period) -> _Parts:
    """The parts of facts that are seen by the end of the period and not before it, by their date `name`."""
    dates = zip(frame[name], frame[precision_of(name)], strict=True)
    inside = pd.Series([period.contains(*each) for each in dates], index=frame.index, dtype=bool)
    return _Parts(frame[inside], frame[~inside])


def _more(completions: pd.DataFrame, completed: AbstractSet[tuple[str, str]]) -> pd.DataFrame:
    """The completions of modules that the enterprise had not `completed`."""
    rows = zip(completions["enterprise"], completions["module"], strict=True)
    return completions[pd.Series([row not in completed for row in rows], index=completions.index, dtype=bool)]


def _rounds(view: View, begun: pd.DataFrame) -> tuple[NewRound, ...]:
    enterprises = enterprises_per_round(view.facts)
    related = queries.partners_and_places(view.connection, view.of, begun["round"].tolist())

    def codes(round_: str, table: str) -> tuple[str, ...]:
        return tuple(related.loc[(related["round"] == round_) & (related["table"] == table), "code"])

    return tuple(
        NewRound(
            row["round"], row["started_on"], row["started_on_precision"],
            view.told(enterprises[row["round"]]), codes(row["round"], "partner"), codes(row["round"], "place"),
        )
        for row in records(begun)
    )  # fmt: skip


def _planned_rounds(view: View, period: Period) -> tuple[Row, ...]:
    """The rounds that are planned to begin after the period and are not known to have begun."""
    rows = record_queries.round_dates(view.connection, view.of)
    ends = [last_day(row["planned_start"], row["planned_start_precision"]) for row in rows]
    return tuple(
        row
        for row, end in zip(rows, ends, strict=True)
        if row["started_on"] is None and end is not None and end > period.until
    )


def _completed(view: View, earlier: View, completions: pd.DataFrame) -> tuple[Completed, ...]:
    """Completions by round and module, with the numbers of the round's `module-funnel` before and at the end."""
    if view.disclosure:
        by = steps.module_steps(view.facts).set_index("module")["completed"]
        return tuple(
            Completed(module, "", n, None, view.told(by.get(module, 0)))
            for module, n in _shown_by_module(view, _more(completions, steps.completed_modules(earlier.facts))).items()
        )
    before, by_end = (steps.completed_by_round(each.facts) for each in (earlier, view))
    return tuple(
        Completed(module, round_, n, known if (known := before.get(key, 0)) + n == by_end[key] else None, by_end[key])
        for key, n in _by_round_and_module(view, completions).items()
        for round_, module in [key]
    )


def _known_complete(view: View, earlier: View, completions: _Parts) -> tuple[KnownComplete, ...]:
    """The completions told apart, by round and module."""
    if view.disclosure:
        inside = set(zip(completions.inside["enterprise"], completions.inside["module"], strict=True))
        more = _more(completions.apart, steps.completed_modules(earlier.facts) | inside)
        return tuple(KnownComplete(module, "", n) for module, n in _shown_by_module(view, more).items())
    counts = _by_round_and_module(view, completions.apart)
    return tuple(KnownComplete(module, round_, n) for (round_, module), n in counts.items())


def _by_round_and_module(view: View, completions: pd.DataFrame) -> dict[tuple[str, str], int]:
    """Enterprises by round and module, in the order of the catalogue."""
    counts = completions.groupby(["round", "module"])["enterprise"].nunique().to_dict()
    keys = ((round_, module) for round_ in view.catalogue.round for module in view.catalogue.module)
    return {key: int(counts[key]) for key in keys if key in counts}


def _shown_by_module(view: View, completions: pd.DataFrame) -> dict[str, int]:
    """Enterprises by module for a viewer with a threshold, without modules whose shown number is 0."""
    shown = {module: _count(view, rows["enterprise"]) for module, rows in completions.groupby("module")}
    return {module: shown[module] for module in view.catalogue.module if shown.get(module)}


def _newly_overdue(view: View, earlier: View, period: Period) -> tuple[NewlyOverdue, ...]:
    """Enterprises by module that are overdue at the end of the period and were not before it.

    Their due date is in the period and known to the day or the month.
    """
    dues = queries.dues(view.connection, view.of, period.eve)
    inside = _parts(dues[dues["due_on_precision"].isin(("day", "month"))], "due_on", period).inside
    before, by = (_overdue(each) for each in (earlier, view))
    known = before[["enterprise", "module"]].assign(known=True)
    rows = by.merge(inside).merge(known, how="left", on=["enterprise", "module"])
    new = rows[rows["known"].isna()]
    counts = _shown_by_module(view, new)
    in_all = steps.module_steps(view.facts).set_index("module")["overdue"]
    return tuple(NewlyOverdue(module, n, view.told(int(in_all[module]))) for module, n in counts.items())


def _overdue(view: View) -> pd.DataFrame:
    """The enterprise × modules overdue, with the round of the training that is. Columns: enterprise, module, round."""
    states = steps.enterprise_states(view.facts, view.catalogue)
    return states.loc[states["state"] == "overdue", ["enterprise", "module", "round"]]


def _count(view: View, enterprises: Iterable[str]) -> int:
    """The number of some enterprises, rounded for the viewer."""
    return view.facts.count(view.facts.record.marked(enterprises))


def _through(view: View, earlier: View, completions: pd.DataFrame) -> Through:
    by = steps.completed_all_planned(view.facts)
    last = _more(completions, steps.completed_modules(earlier.facts))
    new = (by - steps.completed_all_planned(earlier.facts)) & set(last["enterprise"])
    nameable = new if view.nameable is None else new & view.nameable
    return Through(tuple(sorted(nameable)), _count(view, new - nameable), view.told(_count(view, by)))


def _held(events: pd.DataFrame, earlier: pd.DataFrame, period: Period) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
    """The events held in the period, and those told apart; `earlier` are the events before it."""
    before = set(earlier.loc[earlier["status"] == "held", "event"])
    came = [row for row in records(events) if row["status"] == "held" and row["event"] not in before]
    inside = [period.contains(*_start(row)) for row in came]
    return (
        tuple(row for row, within in zip(came, inside, strict=True) if within),
        tuple(row for row, within in zip(came, inside, strict=True) if not within),
    )


def _measured(view: View, period: Period) -> tuple[tuple[Measured, ...], int]:
    """The new pairs by indicator, and their total number."""
    rows = pairs.pair_rows(view.facts)
    new = _parts(rows, "after_on", period).inside
    measured = []
    for code, entry in view.catalogue.indicator.items():
        here, by = new[new["indicator"] == code], rows.loc[rows["indicator"] == code, "enterprise"]
        unit, better = entry.columns["unit"], entry.columns["better"]
        change = measures.change(here, unit=unit, better=better, by=_statistics(view, here["enterprise"]))
        if change.pairs:
            measured.append(Measured(code, unit, better, change, view.told(_count(view, by))))
    return tuple(measured), len(new)


def _statistics(view: View, enterprises: Iterable[str]) -> Statistics | None:
    """The statistics for values of some enterprises, one each; None: without rounding."""
    if view.disclosure is None:
        return None
    at = view.facts.record.enterprise_at
    return Blurred(view.disclosure.rounding, np.array([at[code] for code in enterprises], np.intp))


def _stories(view: View, rounds: Iterable[str]) -> tuple[Row, ...]:
    """The stories of some rounds, without those that contain a hidden name."""
    stories = story_list.stories(view)
    of_rounds = stories[stories["round"].isin(list(rounds))]
    return tuple(
        row for row in records(of_rounds) if not any(view.names_hidden(row[text]) for text in story_list.TEXTS)
    )


def _start(row: Row) -> tuple[date | None, str | None]:
    """The start of an event, or its end if no start is on record, and the precision."""
    name = "starts_on" if row["starts_on"] else "ends_on"
    return row[name], row[precision_of(name)]
