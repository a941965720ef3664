"""Small programmes to count by hand, and both counts of them: the recount's and the product's.

The rows of an exhibit are dicts of texts, as in a file; numbers have six digits.
"""

import io
from collections.abc import Callable
from csv import DictReader
from datetime import date
from typing import Any
from urllib.parse import parse_qsl

import recount
from recount import Row, Tables
from recount_groups import compare, trend
from test_recount import compared, database_of, followed

from data.exhibits import build
from data.exports.csv_files import to_csv
from data.filters import Filters
from data.privacy.viewer import MANAGER
from data.view import View

Cells = dict[str, str]
Count = Callable[..., list[Cells]]
"""Counts an exhibit: its tables, its code, the search of an address, and what `compare` or `trend` also need."""

BY_CHOICE: dict[str, Callable[..., list[Row]]] = {"compare": compare, "trend": trend}


def cell(value: Any) -> str:
    """A value as a file has it, numbers with six digits."""
    if value is None or value == "":
        return ""
    return f"{float(value):.6g}" if isinstance(value, (int, float)) else str(value)


def number_or_text(text: str) -> str:
    """The cell of a file with its number, if it is one, in six digits. A place code is a text."""
    try:
        return text if len(text) == 6 and text.isdigit() else f"{float(text):.6g}"
    except ValueError:
        return text


def by_recount(tables: Tables, code: str, search: str = "", *choice: str) -> list[Cells]:
    asked = dict(parse_qsl(search))
    as_of = asked.pop("as_of", None)
    filters = {name: set(codes.split(",")) for name, codes in asked.items()}
    counted = BY_CHOICE.get(code) or recount.EXHIBITS[code]
    rows = counted(tables, *choice, filters=filters, as_of=as_of)
    return [{name: cell(value) for name, value in row.items()} for row in rows]


def by_product(tables: Tables, code: str, search: str = "", *choice: str) -> list[Cells]:
    with database_of(tables) as (connection, catalogue):
        view = View.open(connection, catalogue, MANAGER, Filters.from_search(search))
        if code in BY_CHOICE:
            rows = {"compare": compared, "trend": followed}[code](view, *choice)
        else:
            rows = list(DictReader(io.StringIO(to_csv(build(view, code)))))
    return [{name: number_or_text(text) for name, text in row.items()} for row in rows]


# The parts of a small programme


def day(text: str, column: str = "x") -> Row:
    """A date as the import format writes it (`2014-09-10`, `2014-09`, `2014`, `by 2014-09-30`), as it is stored."""
    written = text.removeprefix("by ")
    parts = [int(part) for part in written.split("-")]
    precision = "by" if text.startswith("by ") else ("year", "month", "day")[len(parts) - 1]
    return {column: date(*[*parts, 1, 1][:3]), f"{column}_precision": precision}


DATES = ("as_of", "planned_start", "planned_end")


def row(**cells: Any) -> Row:
    """A row of a table; columns in :data:`DATES`, and those that end in `_on`, are dates as the import writes them."""
    found: Row = {}
    for name, value in cells.items():
        is_date = isinstance(value, str) and (name.endswith("_on") or name in DATES)
        found |= day(value, name) if is_date else {name: value}
    return found


def programme(**tables: list[Row]) -> Tables:
    """A programme of one round and the tables given; its record date is the last day of 2014."""
    base: Tables = {
        "programme": [row(code="score", name_en="Programme", as_of="2014-12-31", synthetic=True, public=False)],
        "source": [row(code="spring", published_on="2014-04"), row(code="autumn", published_on="by 2014-09-30"),
                   row(code="undated")],
        "place": [row(code="100000", name_en="China", level="country"),
                  row(code="370000", name_en="Shandong", level="province", parent="100000"),
                  row(code="370200", name_en="Qingdao", level="city", parent="370000"),
                  row(code="310000", name_en="Shanghai", level="province", parent="100000")],
        "phase": [row(code="p1", name_en="Phase 1", starts_on="2013", ends_on="2014-06"),
                  row(code="p2", name_en="Phase 2", starts_on="2014-07")],
        "sector": [row(code="machinery", name_en="Machinery"), row(code="garments", name_en="Garments")],
        "partner": [row(code=code, name_en=code, kind="employers", parent=parent)
                    for code, parent in (("fed", None), ("north", "fed"), ("city", "north"), ("desk", "city"))],
        "module": [row(code=f"m{n}", position=n, name_en=f"Module {n}") for n in (1, 2, 3)],
        "indicator": [row(code=code, name_en=code, family="kpi", unit=unit, better=better)
                      for code, unit, better in INDICATORS],
        "round": [row(code="r1", name_en="Round 1")],
        "enterprise": [row(code="e", name_en="E", place="370200")],
        "enrolment": [row(enterprise="e", round="r1", recruited_on="2014-01-10")],
    }  # fmt: skip
    return base | tables


INDICATORS = (
    ("output", "percent", "up"), ("absence", "days", "down"), ("size", "count", "context"), ("profit", "cny", "up"),
    ("growth", "percent-change", "up"), ("jobs", "net-count", "up"), ("plan", "yes-no", "up"),
    ("enterprises-trained", "count", "up"), ("people-trained", "count", "up"), ("enterprise-visits", "count", "up"),
    ("workers-employed", "count", "up"),
)  # fmt: skip


def enterprises(count: int, **columns: Any) -> list[Row]:
    """Enterprises e0, e1, …"""
    return [row(code=f"e{n}", name_en=f"E{n}", **columns) for n in range(count)]


def enrolments(count: int, round_code: str = "r1", **columns: Any) -> list[Row]:
    """Their enrolments in one round."""
    return [row(enterprise=f"e{n}", round=round_code, **columns) for n in range(count)]


def training(enterprise: str = "e", module: str = "m1", round_code: str = "r1", **columns: Any) -> Row:
    return row(enterprise=enterprise, round=round_code, module=module, **columns)


def result(enterprise: str = "e", indicator: str = "output", *, module: str = "", **columns: Any) -> Row:
    return row(enterprise=enterprise, round="r1", module=module, indicator=indicator, **columns)


def figure(code: str, value: float, indicator: str = "enterprises-trained", **columns: Any) -> Row:
    return row(code=code, indicator=indicator, value=value, **{"operator": "=", **columns})


def target(value: float, due_on: str, indicator: str = "enterprises-trained", **columns: Any) -> Row:
    return row(indicator=indicator, place="370000", due_on=due_on, value=value, **{"scope": "", **columns})
