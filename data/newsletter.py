"""What a newsletter tells of a period: new rounds, completions, results, stories, events; put together, no words.

A newsletter goes out: it names enterprises that may be named, and counts the others. A fact belongs to the period only
if every day that its date may mean lies in it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from data import measures
from data.engine import pairs, steps
from data.engine.counts import enterprises_per_round
from data.exhibits.events import ahead
from data.exhibits.events import numbers as event_rows
from data.lists import story_list
from data.measures import Change, Statistics
from data.precision import first_day, last_day
from data.privacy.rounding import Blurred
from data.privacy.table import marked
from data.privacy.viewer import Permission
from data.queries import period_rows as queries
from data.view import View
from data.vocabulary import YES_NO

Row = dict[str, Any]


@dataclass(frozen=True)
class Period:
    """From the first to the last day, both included."""

    since: date
    until: date

    @property
    def eve(self) -> date:
        """The day before it."""
        return self.since - timedelta(days=1)

    def holds(self, when: date | None, precision: str | None) -> bool:
        """Does every day that a date may mean lie in the period?"""
        first, last = first_day(when, precision), last_day(when, precision)
        return first is not None and last is not None and self.since <= first and last <= self.until

    def meets(self, when: date | None, precision: str | None) -> bool:
        """Does any of them?"""
        first, last = first_day(when, precision), last_day(when, precision)
        return first is not None and last is not None and first <= self.until and self.since <= last


@dataclass(frozen=True)
class NewRound:
    """A round that began, with the enterprises enrolled in it by the end of the period."""

    round: str
    started_on: date
    date_precision: str
    enterprises: int
    partners: tuple[str, ...]
    places: tuple[str, ...]


@dataclass(frozen=True)
class Completed:
    """Enterprises that completed a module in a round in the period, and all that had before it and by its end.

    For a reader with a threshold ``round`` is empty, since a round alone has too few, and ``before`` is None.
    """

    module: str
    round: str
    enterprises: int
    before: int | None
    by: int


@dataclass(frozen=True)
class Through:
    """Enterprises that completed the last module they had planned: those to name, how many others, and all by now."""

    named: tuple[str, ...]
    others: int
    by: int


@dataclass(frozen=True)
class Measured:
    """The pairs of one indicator whose after was taken in the period, and how many there are by its end."""

    indicator: str
    unit: str
    better: str
    change: Change
    by: int

    @property
    def telling(self) -> bool:
        """Are the pairs enough for a middle with an interval?"""
        middle = self.change.had_before if self.unit == YES_NO else self.change.median_change
        return self.change.pairs >= measures.FEWEST_FOR_INTERVAL and middle is not None


@dataclass(frozen=True)
class Digest:
    """A period. ``unpaired`` reports make no pair; ``partly`` facts are dated so roughly that they may lie outside."""

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
        """Did nothing happen in the period, as far as is on record?"""
        return not (self.rounds or self.completed or self.measured or self.unpaired or self.stories or self.held)


def outward(view: View, until: date) -> View:
    """A view as others may read it: at the end of the period, with names of those alone that may be named."""
    viewer = replace(view.viewer, permissions=view.viewer.permissions - {Permission.SEE_ALL_NAMES})
    return replace(view, viewer=viewer).with_filters(view.filters.dated(until))


def digest(view: View, period: Period) -> Digest:
    """What happened in a period, from an :func:`outward` view."""
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
    told = set(within["started_on"]["round"])
    if not view.threshold:  # of whom completed something, a reader with a threshold is told rounded numbers
        told |= set(within["completed_on"]["round"])
    met = sum(
        _meeting(frame, name, period) for name, frame in zip(within, (begun, completions, reports), strict=True)
    ) + sum(period.meets(*_begins(row)) for row in held)
    taken = tuple(row for row in held if period.holds(*_begins(row)))
    reported = within["after_on"].drop_duplicates(["enterprise", "indicator"])
    return Digest(
        period=period,
        rounds=rounds,
        completed=_completed(view, within["completed_on"], period),
        through=_through(view, within["completed_on"], period),
        measured=measured,
        unpaired=0 if view.threshold else max(len(reported) - paired, 0),
        stories=_stories(view, told),
        held=taken,
        coming=tuple(_rows(ahead(events, period.until))),
        partly=0 if view.threshold else met - sum(map(len, within.values())) - len(taken),
    )


def _within(frame: pd.DataFrame, name: str, period: Period) -> pd.DataFrame:
    return frame[_each(frame, name, period.holds)]


def _meeting(frame: pd.DataFrame, name: str, period: Period) -> int:
    return int(_each(frame, name, period.meets).sum())


def _each(frame: pd.DataFrame, name: str, asked: Callable[[date | None, str | None], bool]) -> "pd.Series[bool]":
    answers = [asked(when, precision) for when, precision in zip(frame[name], frame["date_precision"], strict=True)]
    return pd.Series(answers, index=frame.index, dtype=bool)


def _rounds(view: View, begun: pd.DataFrame) -> tuple[NewRound, ...]:
    enterprises = enterprises_per_round(view.facts)
    around = queries.partners_and_places(view.connection, view.of, begun["round"].tolist())

    def codes(round_: str, table: str) -> tuple[str, ...]:
        return tuple(around.loc[(around["round"] == round_) & (around["table"] == table), "code"])

    return tuple(
        NewRound(
            row["round"], row["started_on"], row["date_precision"], _marked(view, enterprises[row["round"]]),
            codes(row["round"], "partner"), codes(row["round"], "place"),
        )
        for row in _rows(begun)
    )  # fmt: skip


def _completed(view: View, completions: pd.DataFrame, period: Period) -> tuple[Completed, ...]:
    """By round and module, with what the exhibit `module-funnel` of the round says before the period and at its end."""
    if view.disclosure:
        return _completed_in_all(view, completions)
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


def _completed_in_all(view: View, completions: pd.DataFrame) -> tuple[Completed, ...]:
    """By module, of those of which enough is shown."""
    by = steps.module_steps(view.facts).set_index("module")["completed"]
    new = {module: _count(view, rows["enterprise"]) for module, rows in completions.groupby("module")}
    return tuple(
        Completed(module, "", new[module], None, _marked(view, by.get(module, 0)))
        for module in view.catalogue.module
        if new.get(module)
    )


def _count(view: View, enterprises: Iterable[str]) -> int:
    """How many enterprises these are, as the viewer is shown it."""
    return view.facts.count(view.facts.record.marked(enterprises))


def _marked(view: View, count: int) -> int:
    """A shown count as it stands in a table."""
    shown: int = marked(count, view.disclosure.rounding) if view.disclosure else count
    return shown


def _through(view: View, completions: pd.DataFrame, period: Period) -> Through:
    by = steps.completed_all_planned(view.facts)
    earlier = view.with_filters(view.filters.dated(period.eve))
    new = (by - steps.completed_all_planned(earlier.facts)) & set(completions["enterprise"])
    nameable = new if view.nameable is None else new & view.nameable
    return Through(tuple(sorted(nameable)), _count(view, new - nameable), _marked(view, _count(view, by)))


def _measured(view: View, period: Period) -> tuple[tuple[Measured, ...], int]:
    """By indicator, and how many pairs in all."""
    rows = pairs.pair_rows(view.facts)
    new = _within(rows, "after_on", period)
    found = []
    for code, entry in view.catalogue.indicator.items():
        here, by = new[new["indicator"] == code], rows.loc[rows["indicator"] == code, "enterprise"]
        unit, better = entry.columns["unit"], entry.columns["better"]
        change = measures.change(here, unit=unit, better=better, by=_statistics(view, here["enterprise"]))
        if change.pairs:
            found.append(Measured(code, unit, better, change, _marked(view, _count(view, by))))
    return tuple(found), len(new)


def _statistics(view: View, enterprises: Iterable[str]) -> Statistics | None:
    """How numbers are made of values of some enterprises, one each."""
    if view.disclosure is None:
        return None
    at = view.facts.record.enterprise_at
    return Blurred(view.disclosure.rounding, np.array([at[code] for code in enterprises], np.intp))


def _stories(view: View, rounds: Iterable[str]) -> tuple[Row, ...]:
    """Those of the rounds told of, without those that name who may not be named."""
    found = story_list.stories(view)
    told = found[found["round"].isin(list(rounds))]
    return tuple(row for row in _rows(told) if not any(view.names_hidden(row[text]) for text in story_list.TEXTS))


def _begins(row: Row) -> tuple[date | None, str | None]:
    """An event belongs to when it began."""
    return row["starts_on"] or row["ends_on"], row["date_precision"]


def _rows(frame: pd.DataFrame) -> list[Row]:
    names = [str(name) for name in frame.columns]
    columns = (list(frame[name].astype(object)) for name in frame.columns)
    return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]
