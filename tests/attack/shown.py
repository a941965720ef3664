"""Everything one link shows of a programme: a number for each cell of each selection, and what it tells for certain."""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import pandas as pd

from attack.programmes import PARTNERS, PLACES, SECTORS, Programme
from attack.truth import Cell, Selection, narrowed, stat_of
from data.exhibits import SelectionRefused, build
from data.filters import Filters
from data.privacy.viewer import Permission, Scope, Viewer
from data.records import Record
from data.tables.places import option_counts, provinces

BASE = 5
TWO_FILTERS_FROM = 100
"""Enterprises in scope from which on a reader chooses two filters."""

ROWS: dict[str, tuple[str, ...]] = {
    "overview": ("headline",),
    "regions": ("place",),
    "provinces": ("place",),
    "module-funnel": ("module",),
    "journey-funnel": ("stage",),
    "breadth": ("modules_at_least",),
    "coverage": ("group_kind", "group"),
    "change": ("indicator",),
}
"""The exhibits that count enterprises, and the map's provinces, with the columns that name a row. The line under every
exhibit and the options of filters are shown besides.
"""

FILTERS = ("partner", "sector", "round", "phase", "place")

Numbers = Mapping[Cell, Any]
Reader = Callable[[Selection], Numbers | None]
"""Gives the cells of a selection as shown; None where the selection is not shown."""


def a_reader(base: int = BASE, scope: Scope | None = None, key: bytes = b"k" * 32) -> Viewer:
    """Who comes by a link with a threshold."""
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
    """What a viewer (without one a reader with the usual threshold) is shown of a record."""
    record, asks = Record(address), viewer or a_reader()

    def read(selection: Selection) -> Numbers | None:
        codes: dict[str, Any] = {name: frozenset({code}) for name, code in selection.filters}
        if selection.module:
            codes["module"] = frozenset({selection.module})
        with record.view(asks, Filters(**codes)) as view:
            try:
                tables = {code: build(view, code).table for code in ROWS if code != "provinces"}
            except SelectionRefused:
                return None
            tables["provinces"] = provinces(view)
            line = vars(build(view, "coverage").coverage)
            offered = {name: option_counts(view, name) for name in FILTERS}
        numbers = {
            Cell(code, row, column): value
            for code, table in tables.items()
            for column in table.columns
            if column not in ROWS[code]
            for row, value in zip(_rows(table, ROWS[code]), table[column], strict=True)
        }
        numbers |= {Cell("line", (), column): value for column, value in line.items()}
        options = ((name, code, n) for name, codes in offered.items() for code, n in codes.items())
        return numbers | {Cell("options", (name, code), "enterprises"): n for name, code, n in options}

    return read


def _rows(table: pd.DataFrame, names: tuple[str, ...]) -> Iterator[tuple[str | None, ...]]:
    return zip(*(map(_code, table[name]) for name in names), strict=True)


def _code(value: Any) -> str | None:
    return None if value is None or (isinstance(value, float) and math.isnan(value)) or value == "" else str(value)


def selections(programme: Programme) -> Iterator[Selection]:
    """Whatever a reader may choose, the widest first."""
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
class Told:
    """What a shown number says for certain: at least ``low`` and at most ``high`` enterprises."""

    selection: Selection
    cell: Cell
    value: int
    low: int
    high: int


BEGUN = (
    "trained", "workshop", "visited", "assessed", "completed", "visited_without_record", "assessed_without_record",
    "in_progress", "at_least",
)  # fmt: skip
"""Statistics of enterprises that were trained."""


def everything_shown(programme: Programme, read: Reader) -> dict[Selection, Numbers]:
    """The numbers of every selection that is shown."""
    found = {selection: read(selection) for selection in selections(programme)}
    return {selection: numbers for selection, numbers in found.items() if numbers is not None}


def told(shown: Mapping[Selection, Numbers], base: int = BASE) -> list[Told]:
    """What all counts of enterprises that are shown say, as intervals."""
    everything = shown[Selection()]
    enterprises = int(everything[Cell("overview", ("enterprises",), "value")])
    trained = _exact_trained(int(everything[Cell("overview", ("trained",), "value")]), enterprises, base)
    found = []
    for selection, numbers in shown.items():
        for cell, value in numbers.items():
            stat = stat_of(cell)
            if stat is None or not is_count(value):
                continue
            number = int(value)
            low, high = (number, number) if number % base else (max(0, number - base + 1), number + base - 1)
            if not number % base:
                # A set equal to all enterprises, or to all trained, had shown their number.
                high = min(high, enterprises - (number != enterprises))
                if stat[0] in BEGUN and trained[0] == trained[1]:
                    high = min(high, trained[1] - (number != trained[1]))
            if stat in (("trained",), ("stage", "m1_workshop")) and not (narrowed(selection, cell) or selection.module):
                low, high = trained
            found.append(Told(selection, cell, number, low, high))
    return found


def _exact_trained(value: int, enterprises: int, base: int) -> tuple[int, int]:
    """How many are trained of everything: exact, unless they are fewer than `base` less than the enterprises."""
    few_less = range(max(value, enterprises) - base + 1, min(value + base, enterprises))
    possible = [value] if value % base or not 0 < enterprises - value < base else []
    possible += [] if value % base else few_less
    return min(possible), max(possible)


def is_count(value: Any) -> bool:
    """Is a number shown, and not blank or withheld?"""
    return value is not None and not (isinstance(value, float) and math.isnan(value))
