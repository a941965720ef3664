"""Everything one link shows of a programme: a number per cell and selection, and what it implies for certain."""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any

import pandas as pd

from attack.programmes import PARTNERS, PLACES, SECTORS, Programme
from attack.truth import Cell, Selection, module_of, narrowed, stat_of
from data.columns import Protection
from data.exhibit import Part, SelectionRefused
from data.exhibits import ALL, EXHIBITS, build, more
from data.filter_options import option_counts
from data.filters import Filters
from data.privacy.viewer import Permission, Scope, Viewer
from data.records import Record
from data.view import View

BASE = 5
TWO_FILTERS_FROM = 100
"""Minimum number of enterprises in the scope for a reader to combine two filters."""

NOT_OF_ENTERPRISES = frozenset({"capacity", "ladder", "events"})
"""Tables that count trainers and participants: the attack looks for enterprises."""


def counts(part: Part) -> bool:
    """True if a table has a column made of counts."""
    return any(column.protection is not Protection.PLAIN for column in part.columns)  # an overview has derived ones


def counting_parts() -> Iterator[tuple[str, str, Part]]:
    """Every table with counts: name, exhibit, table."""
    for exhibit in ALL:
        parts = {exhibit.code: exhibit, **{name: part for name, part in exhibit.more.items() if part not in ALL}}
        yield from ((name, exhibit.code, part) for name, part in parts.items() if counts(part))


ATTACKED: dict[str, tuple[str, Part]] = {
    name: (code, part) for name, code, part in counting_parts() if name not in NOT_OF_ENTERPRISES
}
"""The tables that count enterprises, by name, each with its exhibit. The line under every exhibit, the options of
filters and the targets that are measured by a headline are shown besides.
"""

WITH_MEASURE = ("compare", "trend")
"""The tables with rows of one measure."""

ROWS: dict[str, tuple[str, ...]] = {
    name: (*part.key, "measure") if name in WITH_MEASURE else part.key for name, (_code, part) in ATTACKED.items()
}
"""The columns that distinguish the rows of each table."""

_TARGET_ROWS = ("indicator", "place", "due_on", "scope")

FILTERS = ("partner", "sector", "round", "phase", "place")

Numbers = Mapping[Cell, Any]
Reader = Callable[[Selection], Numbers | None]
"""Returns the shown cells of a selection; None if the selection is not shown."""


def a_reader(base: int = BASE, scope: Scope | None = None, key: bytes = b"k" * 32) -> Viewer:
    """A link viewer with a threshold."""
    return Viewer(
        permissions=frozenset({Permission.BROWSE, Permission.EXPORT}),
        scope=scope or Scope(),
        limited=True,
        threshold=base,
        alias_key="x",
        privacy_key=key,
        earlier=(),
    )


def reader_of(address: str, viewer: Viewer | None = None) -> Reader:
    """The shown numbers of a record for a viewer (default: a reader with the usual threshold)."""
    record, asks = Record(address), viewer or a_reader()

    def read(selection: Selection) -> Numbers | None:
        codes: dict[str, Any] = {name: frozenset({code}) for name, code in selection.filters}
        if selection.module:
            codes["module"] = frozenset({selection.module})
        with record.view(asks, Filters(**codes)) as view:
            try:
                tables = {name: pd.concat([*_tables(view, name, code)]) for name, (code, _part) in ATTACKED.items()}
            except SelectionRefused:
                return None
            targets = build(view, "targets").table
            line = vars(build(view, "coverage").coverage)
            offered = {name: option_counts(view, name) for name in FILTERS}
        numbers = {
            Cell(code, row, column): value
            for code, table in tables.items()
            for column in table.columns
            if column not in ROWS[code]
            for row, value in zip(_rows(table, ROWS[code]), table[column], strict=True)
        }
        numbers |= {
            Cell("targets", row, column): value
            for column in ("actual_due", "actual_now")
            for row, value in zip(_rows(targets, _TARGET_ROWS), targets[column], strict=True)
        }
        numbers |= {Cell("line", (), column): value for column, value in line.items()}
        options = ((name, code, n) for name, codes in offered.items() for code, n in codes.items())
        return numbers | {Cell("options", (name, code), "enterprises"): n for name, code, n in options}

    return read


def _tables(view: View, name: str, code: str) -> Iterator[pd.DataFrame]:
    """The table of a name with every choice of its options; as objects, since pandas would make marks numbers."""
    if name != code:
        yield more(view, code, name).astype(object)
    elif name not in WITH_MEASURE:
        yield build(view, code).table.astype(object)
    else:  # without the line under each, which is the same
        build(view, code)
        for chosen in product(*(option.choices(view) for option in EXHIBITS[code].options.values())):
            yield EXHIBITS[code].table(view, *chosen).astype(object)


def _rows(table: pd.DataFrame, names: tuple[str, ...]) -> Iterator[tuple[str | None, ...]]:
    return zip(*(map(_code, table[name]) for name in names), strict=True)


def _code(value: Any) -> str | None:
    return None if value is None or (isinstance(value, float) and math.isnan(value)) or value == "" else str(value)


def selections(programme: Programme) -> Iterator[Selection]:
    """Every selection a reader can choose, the widest first."""
    values = {
        "partner": tuple(PARTNERS),
        "sector": SECTORS,
        "round": tuple(each.code for each in programme.rounds),
        "phase": programme.phases,
        "place": tuple(PLACES),
    }
    chosen: list[tuple[tuple[str, str], ...]] = [()]
    chosen += [((name, code),) for name, codes in values.items() for code in codes]
    if len(programme.enterprises) >= TWO_FILTERS_FROM:
        chosen += [(one, other) for (one,), (other,) in combinations(chosen[1:], 2) if one[0] != other[0]]
    for filters in chosen:
        for module in (None, *programme.modules):
            yield Selection(filters, module)


@dataclass(frozen=True)
class Bounds:
    """The certain bounds a shown number implies: at least ``low`` and at most ``high`` enterprises."""

    selection: Selection
    cell: Cell
    value: int
    low: int
    high: int


BEGUN = (
    "trained", "begun", "workshop", "visited", "assessed", "completed", "workshop_assumed", "visited_assumed",
    "assessed_assumed", "in_progress", "stale", "at_least", "trained_reported", "trained_paired", "trained_at",
    "began_by", "began_in", "began_undated", "ended_by", "ended_in", "told_by", "told_in",
)  # fmt: skip
"""The statistics of trained enterprises."""


def everything_shown(programme: Programme, read: Reader) -> dict[Selection, Numbers]:
    """The numbers of every shown selection."""
    found = {selection: read(selection) for selection in selections(programme)}
    return {selection: numbers for selection, numbers in found.items() if numbers is not None}


def shown_bounds(shown: Mapping[Selection, Numbers], base: int = BASE) -> list[Bounds]:
    """The bounds implied by all shown counts of enterprises."""
    everything = shown[Selection()]
    enterprises = int(everything[Cell("overview", ("enterprises",), "value")])
    trained = _exact_trained(int(everything[Cell("overview", ("trained",), "value")]), enterprises, base)
    found = []
    for selection, numbers in shown.items():
        for cell, value in numbers.items():
            module = module_of(selection, cell)
            stat = stat_of(cell, module)
            if stat is None or not is_count(value):
                continue
            number = int(value)
            low, high = (number, number) if number % base else (max(0, number - base + 1), number + base - 1)
            if not number % base:
                # A set equal to all enterprises, or to all trained, had shown their number.
                high = min(high, enterprises - (number != enterprises))
                if stat[0] in BEGUN and trained[0] == trained[1]:
                    high = min(high, trained[1] - (number != trained[1]))
            if stat == ("trained",) and not (narrowed(selection, cell) or module):
                low, high = trained
            found.append(Bounds(selection, cell, number, low, high))
    return found


def _exact_trained(value: int, enterprises: int, base: int) -> tuple[int, int]:
    """The number of trained enterprises in everything: exact, unless it differs from the total by less than `base`."""
    few_less = range(max(value, enterprises) - base + 1, min(value + base, enterprises))
    possible = [value] if value % base or not 0 < enterprises - value < base else []
    possible += [] if value % base else few_less
    return min(possible), max(possible)


def is_count(value: Any) -> bool:
    """True if the value is a shown number, not blank and not withheld."""
    return value is not None and not (isinstance(value, float) and math.isnan(value))
