"""Targets, each with what was reached on its day and what is reached by now."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from data import queries
from data.catalogue import Entry
from data.columns import Day, Holds, Key, Text, Value, dated
from data.engine.precision import first_day, last_day
from data.exhibit import Exhibit
from data.exhibits import published
from data.exhibits.overview import REACH, ROUNDED, recorded_headlines
from data.filters import Filters
from data.privacy.shown import Under, Withheld
from data.queries import exhibit_rows
from data.queries.exhibit_rows import Rows
from data.rests_on import RestsOn, by_source
from data.storage import schema
from data.view import View


@dataclass(frozen=True)
class Actual:
    """A number that a target is compared with: a published figure, or a headline of the record on one day."""

    value: Any
    operator: str
    as_of: date | None
    precision: str | None
    figure: str | None = None
    source: str | None = None
    women: float | None = None


def numbers(view: View) -> pd.DataFrame:
    """One row per target, earliest due date first. Filters choose targets, not the figures they are compared with.

    ``actual_due`` is what was reached on the day of the target, ``actual_now`` by the date of the view.
    """
    figures, rows = _figures(view), []
    for target in queries.targets(view.connection, view.of):
        due = last_day(target["due_on"], target["due_on_precision"])
        phase = phase_of(due, _phases(view))
        if view.of.phase is None or phase:
            same = figures.get((target["indicator"], target["place"], target["scope"] or ""), [])
            rows.append(_row(view, target, due, same) | {"phase": phase})
    return pd.DataFrame(rows, columns=[column.name for column in EXHIBIT.columns], dtype=object)


def _figures(view: View) -> dict[tuple[str, str, str], list[tuple[date, Actual]]]:
    """The published figures by indicator, place and scope, each with its day, the latest last.

    A figure that names a round or a partner is of a part only and says nothing about a target. Of two figures of one
    day the one with the greater code is the later.
    """
    everything = view.with_filters(Filters(as_of=view.filters.as_of, edition=view.filters.edition))
    figures: dict[tuple[str, str, str], list[tuple[date, Actual]]] = {}
    for row in sorted(published.figures(everything), key=lambda row: (published.day_of(view, row), row["figure"])):
        day = published.day_of(view, row)
        if row["place"] and not row["round"] and not row["partner"] and day != date.min:
            when, precision = published.date_of(view, row)
            actual = Actual(
                row["value"], row["operator"] or "=", when, precision, row["figure"], row["source"],
                _none_for_nan(row["women_percent"]),
            )  # fmt: skip
            figures.setdefault((row["indicator"], row["place"], row["scope"] or ""), []).append((day, actual))
    return figures


def _phases(view: View) -> list[Entry]:
    phases = view.catalogue.phase.values()
    return [entry for entry in phases if view.of.phase is None or entry.code in view.of.phase]


def phase_of(day: date | None, phases: Iterable[Entry]) -> str | None:
    """The first of `phases` whose dates contain a day; a phase without an end date has not ended.

    A phase that began "by" a day is known to run from that day on.
    """
    for phase in phases:
        of = phase.columns
        first = first_day(of["starts_on"], of["starts_on_precision"]) or of["starts_on"]
        last = last_day(of["ends_on"], of["ends_on_precision"])
        if day and first and first <= day and (last is None or day <= last):
            return phase.code
    return None


def _row(view: View, target: dict[str, Any], due: date | None, figures: list[tuple[date, Actual]]) -> dict[str, Any]:
    as_of = view.of.as_of
    passed = due is not None and due <= as_of
    days = (min(due, as_of) if due else as_of, as_of)
    if target["measure"]:
        on_due, now = (_headline(view, target, day) for day in days)
    else:
        on_due, now = (next((each for on, each in reversed(figures) if on <= day), None) for day in days)
    told = on_due if passed and on_due else now
    value = target["value"]
    return {
        **{name: target[name] for name in _OF_TARGET},
        **_comments(view, target),
        "scope": target["scope"] or None,
        "target": value,
        "actual_due": on_due.value if on_due else None,
        "actual_now": now.value if now else None,
        "actual_as_of": told.as_of if told else None,
        "actual_as_of_precision": told.precision if told else None,
        "now_as_of": now.as_of if now else None,
        "now_as_of_precision": now.precision if now else None,
        "state": state(value, on_due, now, target["better"], passed=passed),
        "attainment": attainment(target, told),
        "operator_due": on_due.operator if on_due else None,
        "operator": now.operator if now else None,
        "told": told.value if told else None,
        "told_operator": told.operator if told else None,
        "women": _none_for_nan(target["women_percent"]),
        "actual_women": told.women if told else None,
        "actual_source": told.source if told else None,
        "actual_figure": told.figure if told else None,
    }


_OF_TARGET = (
    "indicator", "place", "due_on", "due_on_precision", "baseline", "baseline_on", "baseline_on_precision", "unit",
    "better", "level", "measure", "source",
)  # fmt: skip


def _comments(view: View, target: dict[str, Any]) -> dict[str, str | None]:
    """The comments of a target; none where the viewer may not read it in one of the languages."""
    comments = {name: target[name] for name in ("comment_en", "comment_zh")}
    hidden = any(view.readable(comment) != comment for comment in comments.values())
    return dict.fromkeys(comments) if hidden else comments


def _headline(view: View, target: dict[str, Any], day: date) -> Actual | None:
    """The headline that a target is measured by, of its place and scope, on a day; None where it is not known.

    Under a threshold it is rounded like every other number, and withheld where the place may not be selected. The day
    is that of the target: a viewer cannot choose it. Rounds, places and partners are withheld, because a threshold
    shows those of the whole scope; so are sums of another day than today, because two of them could differ by one
    enterprise.
    """
    chosen = Filters(place=frozenset({target["place"]}), edition=view.filters.edition)
    measure = target["measure"]
    told = measure in ROUNDED or (measure not in REACH and day == view.of.as_of)
    if view.disclosure and not (told and view.disclosure.shows(chosen)):
        return Actual(Withheld(), "=", day, "day")
    if target["scope"]:
        chosen = chosen.with_codes("module", _modules(view, target["scope"]))
    of = view.with_filters(chosen.dated(day))
    key = "headlines", of.filters
    if key not in view.built:
        view.built[key] = recorded_headlines(of)
    value, _of = view.built[key][measure]
    return None if value is None else Actual(value, "=", day, "day")


def _modules(view: View, scope: str) -> frozenset[str]:
    """The modules of the scope of a target: ``m1``, or ``m2-5``."""
    first, _, last = scope.removeprefix("m").partition("-")
    numbers = range(int(first), int(last or first) + 1)
    return frozenset(f"m{number}" for number in numbers) & frozenset(view.catalogue.module)


def _none_for_nan(value: float | None) -> float | None:
    return None if value is None or math.isnan(value) else value


def state(target: float, on_due: Actual | None, now: Actual | None, better: str, *, passed: bool) -> str:
    """The state of a target: reached, missed, reached-later, on-the-way or not-reported; `passed`: its day has passed.

    A bound decides only where it is certain.
    """
    reached_by_now = _reached(target, now, better)
    if not passed:
        return "reached" if reached_by_now else ("on-the-way" if _is_told(now) else "not-reported")
    reached_on_due = _reached(target, on_due, better)
    if reached_on_due:
        return "reached"
    if reached_by_now:
        return "reached-later"
    return "missed" if reached_on_due is False else "not-reported"


def _is_told(actual: Actual | None) -> bool:
    return actual is not None and not isinstance(actual.value, Withheld)


def _reached(target: float, actual: Actual | None, better: str) -> bool | None:
    """Has a figure reached a target? None: not known. "<" includes its value."""
    if actual is None or isinstance(actual.value, Withheld):
        return None
    value, operator, less = actual.value, actual.operator, better == "down"
    if isinstance(value, Under):  # none, or any number under the base
        value, operator = value.base - 1, "<"
    if operator in ("=", "~"):
        return bool(value <= target if less else value >= target)
    # "More than 40" reaches 40, but may or may not reach 50. "Up to 40" does not reach 50.
    if operator == ("<" if less else ">"):
        return True if (value <= target if less else value >= target) else None
    return False if (value >= target if less else value < target) else None


def attainment(target: dict[str, Any], actual: Actual | None) -> float | None:
    """The part of a target that was reached: of the way from its baseline, or of the target; None: not known."""
    if actual is None or actual.operator != "=" or isinstance(actual.value, Withheld | Under):
        return None
    value, baseline = target["value"], target["baseline"]
    if baseline is not None and baseline != value:
        return float((actual.value - baseline) / (value - baseline))
    if value > 0 and target["better"] == "up":
        return float(actual.value / value)
    return None


def _sources(_view: View, table: pd.DataFrame, _indicator: str) -> pd.DataFrame:
    return by_source(pd.concat([table["source"], table["actual_source"].dropna()], ignore_index=True))


def rows_behind(view: View) -> Rows:
    """The rows of the targets."""
    targets = numbers(view)
    keys = zip(targets["indicator"], targets["place"], targets["due_on"], targets["scope"].fillna(""), strict=True)
    return exhibit_rows.keyed_rows(schema.target, keys)


def _actual_rows(view: View) -> Rows:
    return exhibit_rows.coded_rows(schema.reported_figure, numbers(view)["actual_figure"].dropna())


RESTS_ON = RestsOn(_sources, {"target": rows_behind, "reported_figure": _actual_rows})

EXHIBIT = Exhibit(
    code="targets",
    columns=(
        Key("indicator", of="indicator"),
        Key("place", of="place"),
        Key("due_on", holds=Holds.DATE),
        Text("due_on_precision", exported=False),
        Key("scope"),
        Value("baseline"),
        Value("target"),
        Value("actual_due"),
        Value("actual_now"),
        *dated("actual_as_of"),
        Text("state"),
        Value("attainment", holds=Holds.SHARE),
        Day("now_as_of", exported=False),
        Text("now_as_of_precision", exported=False),
        Day("baseline_on", exported=False),
        Text("baseline_on_precision", exported=False),
        Text("unit", exported=False),
        Text("better", exported=False),
        Text("level", exported=False),
        Text("measure", exported=False),
        Text("comment_en", exported=False),
        Text("comment_zh", exported=False),
        Text("operator_due", exported=False),
        Text("operator", exported=False),
        Value("told", exported=False),
        Text("told_operator", exported=False),
        Value("women", exported=False),
        Value("actual_women", exported=False),
        Text("phase", of="phase", exported=False),
        Text("source", of="source", exported=False),
        Text("actual_source", of="source", exported=False),
        Text("actual_figure", exported=False),
    ),
    numbers=numbers,
    rests_on=RESTS_ON,
)
