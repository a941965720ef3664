"""Targets, each with its newest published figure."""

import math
from collections.abc import Iterable
from datetime import date
from typing import Any

import pandas as pd

from data import queries
from data.catalogue import Entry
from data.columns import Day, Holds, Key, Text, Value
from data.engine.precision import first_day, last_day
from data.exhibit import Exhibit
from data.queries import exhibit_rows
from data.queries.exhibit_rows import Rows
from data.rests_on import RestsOn, by_source
from data.storage import schema
from data.view import View

STATUSES = ("done", "in-progress", "late", "not-started", "not-planned", "unknown")


def numbers(view: View) -> pd.DataFrame:
    """One row per target, earliest due date first, with the newest published figure of its indicator, place and
    scope.
    """
    figures = _newest_figures(view)
    rows = []
    for row in queries.targets(view.connection, view.of):
        phase = phase_of(row["due_on"], _phases(view))
        if view.of.phase is None or phase:
            figure = figures.get((row["indicator"], row["place"], row["scope"] or ""))
            rows.append(_target_row(row, figure, view.of.as_of) | {"phase": phase})
    return pd.DataFrame(rows, columns=[column.name for column in EXHIBIT.columns], dtype=object)


def _newest_figures(view: View) -> dict[tuple[str, str | None, str], dict[str, Any]]:
    """The newest published figure per indicator, place and scope; of two with the same date the greater code wins."""
    frame = queries.reported_figures(view.connection, view.of).astype(object)
    figures = (dict(zip(map(str, frame.columns), row, strict=True)) for row in frame.itertuples(index=False))
    by_date = sorted(figures, key=lambda row: (row["as_of"] or date.min, row["code"]))
    return {(row["indicator"], row["place"], row["scope"] or ""): row for row in by_date}


def _phases(view: View) -> list[Entry]:
    phases = view.catalogue.phase.values()
    return [entry for entry in phases if view.of.phase is None or entry.code in view.of.phase]


def phase_of(day: date, phases: Iterable[Entry]) -> str | None:
    """The first of `phases` whose dates contain a day; a phase without an end date has not ended."""
    for phase in phases:
        begins, ends, precision = (phase.columns[name] for name in ("starts_on", "ends_on", "date_precision"))
        first, last = first_day(begins, precision), last_day(ends, precision)
        if first and first <= day and (last is None or day <= last):
            return phase.code
    return None


def _target_row(target: dict[str, Any], figure: dict[str, Any] | None, as_of: date) -> dict[str, Any]:
    value = target["value"]
    actual = figure["value"] if figure else None
    operator = (figure["operator"] or "=") if figure else None
    rated = operator == "=" and value > 0
    due = last_day(target["due_on"], target["date_precision"]) or target["due_on"]
    return {
        "indicator": target["indicator"],
        "place": target["place"],
        "due_on": target["due_on"],
        "scope": target["scope"] or None,
        "target": value,
        "actual": actual,
        "actual_as_of": figure["as_of"] if figure else None,
        "attainment": actual / value if actual is not None and rated else None,
        "unit": target["unit"],
        "better": target["better"],
        "status": status(value, actual, operator or "=", target["better"], passed=due <= as_of),
        "operator": operator,
        "due_precision": target["date_precision"],
        "actual_precision": figure["date_precision"] if figure else None,
        "women": _none_for_nan(target["women_percent"]),
        "actual_women": _none_for_nan(figure["women_percent"]) if figure else None,
        "source": target["source"],
        "actual_source": figure["source"] if figure else None,
        "actual_figure": figure["code"] if figure else None,
    }


def _none_for_nan(value: float | None) -> float | None:
    return None if value is None or math.isnan(value) else value


def status(target: float, actual: float | None, operator: str, better: str, *, passed: bool) -> str:
    """The status of a target, one of :data:`STATUSES`; `passed`: its due date has passed.

    A target of zero is "not-planned", unless less is better. The status is "unknown" without an actual, and where the
    actual is a bound that may lie on either side of the target.
    """
    if target == 0 and better != "down":
        return "not-planned"
    reached = None if actual is None else _reached(target, actual, operator, less=better == "down")
    if reached is None:
        return "unknown"
    if reached:
        return "done"
    if passed:
        return "late"
    return "not-started" if actual == 0 and better != "down" else "in-progress"


def _reached(target: float, actual: float, operator: str, *, less: bool) -> bool | None:
    if operator == "=":
        return actual <= target if less else actual >= target
    # "More than 40" reaches 40, but may or may not reach 50. "Up to 40" does not reach 50.
    if operator == ("<" if less else ">"):
        return True if (actual <= target if less else actual >= target) else None
    if operator == (">" if less else "<"):
        return False if (actual >= target if less else actual < target) else None
    return None


def _sources(_view: View, table: pd.DataFrame, _indicator: str) -> pd.DataFrame:
    reached = table.loc[table["actual"].notna(), "actual_source"]
    return by_source(pd.concat([table["source"], reached], ignore_index=True))


def _rows(view: View) -> Rows:
    targets = numbers(view)
    keys = zip(targets["indicator"], targets["place"], targets["due_on"], targets["scope"].fillna(""), strict=True)
    return exhibit_rows.keyed_rows(schema.target, keys)


def _actual_rows(view: View) -> Rows:
    return exhibit_rows.coded_rows(schema.reported_figure, numbers(view)["actual_figure"].dropna())


EXHIBIT = Exhibit(
    code="targets",
    columns=(
        Key("indicator", of="indicator"),
        Key("place", of="place"),
        Key("due_on", holds=Holds.DATE),
        Key("scope"),
        Value("target"),
        Value("actual"),
        Day("actual_as_of"),
        Value("attainment", holds=Holds.SHARE),
        Text("unit", exported=False),
        Text("better", exported=False),
        Text("status", exported=False),
        Text("operator", exported=False),
        Text("due_precision", exported=False),
        Text("actual_precision", exported=False),
        Value("women", exported=False),
        Value("actual_women", exported=False),
        Text("phase", of="phase", exported=False),
        Text("source", of="source", exported=False),
        Text("actual_source", of="source", exported=False),
        Text("actual_figure", exported=False),
    ),
    numbers=numbers,
    rests_on=RestsOn(_sources, {"target": _rows, "reported_figure": _actual_rows}),
)
