"""The content of a newsletter for a period: new rounds, completions, results, stories, events. It has no words.

A newsletter is public: it names only enterprises that may be named, and counts the others. A fact belongs to the period
only if every day that its date may mean is in the period.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from data.engine import measures, pairs, steps
from data.engine.counts import enterprises_per_round
from data.engine.measures import Change, Statistics
from data.engine.precision import first_day, last_day
from data.exhibits.events import ahead
from data.exhibits.events import numbers as event_rows
from data.lists import story_list
from data.privacy.rounding import Blurred
from data.privacy.table import marked
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

    def overlaps(self, when: date | None, precision: str | None) -> bool:
        """Is any day that a date may mean in the period?"""
        first, last = first_day(when, precision), last_day(when, precision)
        return first is not None and last is not None and first <= self.until and self.since <= last


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

    ``before`` and ``by`` are the numbers before the period and by its end. For a viewer with a threshold ``round`` is
    empty, since one round has too few enterprises, and ``before`` is None.
    """

    module: str
    round: str
    enterprises: int
    before: int | None
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
class Digest:
    """The content of a newsletter for a period.

    ``held`` are the events of the period, ``coming`` the planned events after it. ``unpaired`` is the number of reports
    without a pair, ``partly`` the number of facts with dates so imprecise that they may be outside the period.
    """

    period: Period
    rounds: tuple[NewRound, ...]
    completed: tuple[Completed, ...]
    through: Through
    measured: tuple[Measured, ...]
    unpaired: int
    stories: tuple[Row, ...]
    held: tuple[Row, ...]
    coming: tuple[Row, ...]
    partly: int

    @property
    def empty(self) -> bool:
        """Is there no fact on record for the period?"""
        return not (self.rounds or self.completed or self.measured or self.unpaired or self.stories or self.held)


def outward(view: View, until: date) -> View:
    """The view for a newsletter: as of the end of the period, only with names of enterprises that may be named."""
    viewer = replace(view.viewer, permissions=view.viewer.permissions - {Permission.SEE_ALL_NAMES})
    return replace(view, viewer=viewer).with_filters(view.filters.dated(until))


def digest(view: View, period: Period) -> Digest:
    """The content of the newsletter for a period, from an :func:`outward` view."""
    begun = queries.rounds_begun(view.connection, view.of, period.since)
    completions = queries.completions(view.connection, view.of, period.since)
    reports = queries.reports(view.connection, view.of, period.since)
    events = event_rows(view)
    held = [row for row in _rows(events) if row["status"] == "held"]
    within = {
        "started_on": _within(begun, "started_on", period),
        "completed_on": _within(completions, "completed_on", period),
        "after_on": _within(reports, "after_on", period),
    }
    rounds = _rounds(view, within["started_on"])
    measured, paired = _measured(view, period)
    story_rounds = set(within["started_on"]["round"])
    if not view.threshold:  # a viewer with a threshold must not learn in which rounds completions were
        story_rounds |= set(within["completed_on"]["round"])
    overlapping = sum(
        _overlapping_count(frame, name, period)
        for name, frame in zip(within, (begun, completions, reports), strict=True)
    ) + sum(period.overlaps(*_start(row)) for row in held)
    held_within = tuple(row for row in held if period.contains(*_start(row)))
    reported = within["after_on"].drop_duplicates(["enterprise", "indicator"])
    return Digest(
        period=period,
        rounds=rounds,
        completed=_completed(view, within["completed_on"], period),
        through=_through(view, within["completed_on"], period),
        measured=measured,
        unpaired=0 if view.threshold else max(len(reported) - paired, 0),
        stories=_stories(view, story_rounds),
        held=held_within,
        coming=tuple(_rows(ahead(events, period.until))),
        partly=0 if view.threshold else overlapping - sum(map(len, within.values())) - len(held_within),
    )


def _within(frame: pd.DataFrame, name: str, period: Period) -> pd.DataFrame:
    return frame[_mask(frame, name, period.contains)]


def _overlapping_count(frame: pd.DataFrame, name: str, period: Period) -> int:
    return int(_mask(frame, name, period.overlaps).sum())


def _mask(frame: pd.DataFrame, name: str, condition: Callable[[date | None, str | None], bool]) -> "pd.Series[bool]":
    dates = zip(frame[name], frame[precision_of(name)], strict=True)
    return pd.Series([condition(when, precision) for when, precision in dates], index=frame.index, dtype=bool)


def _rounds(view: View, begun: pd.DataFrame) -> tuple[NewRound, ...]:
    enterprises = enterprises_per_round(view.facts)
    related = queries.partners_and_places(view.connection, view.of, begun["round"].tolist())

    def codes(round_: str, table: str) -> tuple[str, ...]:
        return tuple(related.loc[(related["round"] == round_) & (related["table"] == table), "code"])

    return tuple(
        NewRound(
            row["round"], row["started_on"], row["started_on_precision"],
            _marked(view, enterprises[row["round"]]), codes(row["round"], "partner"), codes(row["round"], "place"),
        )
        for row in _rows(begun)
    )  # fmt: skip


def _completed(view: View, completions: pd.DataFrame, period: Period) -> tuple[Completed, ...]:
    """Completions by round and module, with the numbers of the round's `module-funnel` before and at the end."""
    if view.disclosure:
        return _completed_by_module(view, completions)
    before, by = (
        steps.completed_by_round(view.with_filters(view.filters.dated(day)).facts) for day in (period.eve, period.until)
    )
    new = completions.groupby(["round", "module"])["enterprise"].nunique().to_dict()
    return tuple(
        Completed(module, round_, int(new[key]), before.get(key, 0), by.get(key, 0))
        for round_ in view.catalogue.round
        for module in view.catalogue.module
        if (key := (round_, module)) in new
    )


def _completed_by_module(view: View, completions: pd.DataFrame) -> tuple[Completed, ...]:
    """Completions by module, without modules whose shown number is 0."""
    by = steps.module_steps(view.facts).set_index("module")["completed"]
    new = {module: _count(view, rows["enterprise"]) for module, rows in completions.groupby("module")}
    return tuple(
        Completed(module, "", new[module], None, _marked(view, by.get(module, 0)))
        for module in view.catalogue.module
        if new.get(module)
    )


def _count(view: View, enterprises: Iterable[str]) -> int:
    """The number of some enterprises, rounded for the viewer."""
    return view.facts.count(view.facts.record.marked(enterprises))


def _marked(view: View, count: int) -> int:
    """The table value of a shown count."""
    shown: int = marked(count, view.disclosure.rounding) if view.disclosure else count
    return shown


def _through(view: View, completions: pd.DataFrame, period: Period) -> Through:
    by = steps.completed_all_planned(view.facts)
    earlier = view.with_filters(view.filters.dated(period.eve))
    new = (by - steps.completed_all_planned(earlier.facts)) & set(completions["enterprise"])
    nameable = new if view.nameable is None else new & view.nameable
    return Through(tuple(sorted(nameable)), _count(view, new - nameable), _marked(view, _count(view, by)))


def _measured(view: View, period: Period) -> tuple[tuple[Measured, ...], int]:
    """The new pairs by indicator, and their total number."""
    rows = pairs.pair_rows(view.facts)
    new = _within(rows, "after_on", period)
    measured = []
    for code, entry in view.catalogue.indicator.items():
        here, by = new[new["indicator"] == code], rows.loc[rows["indicator"] == code, "enterprise"]
        unit, better = entry.columns["unit"], entry.columns["better"]
        change = measures.change(here, unit=unit, better=better, by=_statistics(view, here["enterprise"]))
        if change.pairs:
            measured.append(Measured(code, unit, better, change, _marked(view, _count(view, by))))
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
    return tuple(row for row in _rows(of_rounds) if not any(view.names_hidden(row[text]) for text in story_list.TEXTS))


def _start(row: Row) -> tuple[date | None, str | None]:
    """The start of an event, or its end if no start is on record, and the precision."""
    name = "starts_on" if row["starts_on"] else "ends_on"
    return row[name], row[precision_of(name)]


def _rows(frame: pd.DataFrame) -> list[Row]:
    names = [str(name) for name in frame.columns]
    columns = (list(frame[name].astype(object)) for name in frame.columns)
    return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]
