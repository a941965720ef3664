"""One name, one number: whatever has one name is one number in every exhibit of a selection, for every reader."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pandas as pd
import pytest
from told import READERS

from data.columns import Key
from data.exhibits import EXHIBITS, build
from data.exhibits.compare import KINDS
from data.exhibits.trend import MEASURES
from data.filters import Filters
from data.privacy.viewer import MANAGER
from data.records import Record
from data.view import View
from layouts.frames import records

SELECTIONS = ("", "as_of=2014-06", "phase={phase}", "sector={sector}", "partner={partner}", "module={module}")


class Exhibits:
    """The exhibits of one view, as tables; `cell` reads one number by the key of its row."""

    def __init__(self, view: View) -> None:
        self.view = view

    def table(self, code: str, indicator: str = "", **options: str) -> pd.DataFrame:
        return build(self.view, code, indicator, options).table

    def cell(self, code: str, column: str, *key: str, **options: str) -> Any:
        """The number in a row; 0 where there is no such row: a comparison lists only what is in the selection."""
        rows = list(self.rows(code, *key, **options))
        return written(rows[0][column] if rows else 0)

    def rows(self, code: str, *key: str, **options: str) -> Iterator[Mapping[str, Any]]:
        keys = [column.name for column in EXHIBITS[code].columns if isinstance(column, Key)]
        for row in records(self.table(code, **options)):  # pandas' own rows lose the signs
            if all(row[name] == value for name, value in zip(keys, key, strict=False)):
                yield row

    def total(self, code: str, *columns: str, less: str = "", **options: str) -> int:
        frame = self.table(code, **options)
        return int(sum(frame[column].sum() for column in columns) - (frame[less].sum() if less else 0))


def written(value: Any) -> Any:
    """A number with the sign it is shown with, and the base of the sign; None for a blank."""
    if value is None or value != value:  # noqa: PLR0124 - NaN
        return None
    return getattr(value, "sign", ""), getattr(value, "base", None), float(value)


Reading = Callable[[Exhibits], Any]


def headline(code: str, column: str = "value") -> Reading:
    return lambda of: of.cell("overview", column, code)


def last_of_trend(measure: str) -> Reading:
    """The last cumulative number and those that no quarter has."""

    def read(of: Exhibits) -> Any:
        frame = of.table("trend", measure=measure)
        if frame.empty:
            return written(0)
        apart = sum(frame.loc[frame["quarter"].isna(), "new"])
        known = frame["cumulative"].dropna()
        return written(apart + (known.iloc[-1] if len(known) else 0))

    return read


SAME: dict[str, tuple[Reading, ...]] = {
    "enterprises": (
        headline("enterprises"),
        headline("trained", "of"),
        lambda of: of.cell("journey", "of", "enrolled"),
        lambda of: of.cell("journey", "recorded", "enrolled"),
        lambda of: of.cell("journey", "of", "baseline"),
    ),
    "trained": (
        headline("trained"),
        headline("reported", "of"),
        headline("paired", "of"),
        lambda of: of.cell("coverage", "trained", "total"),
    ),
    "modules due": (headline("modules_completed", "of"), headline("overdue", "of"), headline("stale", "of")),
    "modules due, of one module": (
        lambda of: of.cell("compare", "of", "module", "m1", by="module", measure="modules_completed"),
        lambda of: of.cell("compare", "of", "module", "m1", by="module", measure="overdue"),
    ),
    "Module 1 completed": (
        lambda of: of.cell("module-funnel", "completed", "m1"),
        lambda of: of.cell("journey", "recorded", "m1_completed"),
        lambda of: of.cell("compare", "value", "module", "m1", by="module", measure="modules_completed"),
    ),
    "Module 1 overdue": (
        lambda of: of.cell("module-funnel", "overdue", "m1"),
        lambda of: of.cell("compare", "value", "module", "m1", by="module", measure="overdue"),
    ),
    "Module 1 without a completion": (
        lambda of: of.cell("module-funnel", "stale", "m1"),
        lambda of: of.cell("compare", "value", "module", "m1", by="module", measure="stale"),
    ),
}
"""Names, and everywhere they have a number. The first is the one the others are held against."""

SUMS: dict[str, tuple[Reading, ...]] = {
    "enterprises": (headline("enterprises"), last_of_trend("enterprises")),
    "trained": (headline("trained"), last_of_trend("trained")),
    "reported": (
        headline("reported"),
        last_of_trend("reported"),
        lambda of: of.cell("coverage", "trained_reported", "total"),
    ),
    "modules completed": (
        headline("modules_completed"),
        last_of_trend("modules_completed"),
        lambda of: written(of.total("module-funnel", "completed")),
        lambda of: written(of.total("breadth", "enterprises")),
        lambda of: written(int((of.table("matrix")["state"] == "completed").sum())),
        lambda of: written(of.total("compare", "value", by="module", measure="modules_completed")),
    ),
    "modules due": (
        headline("modules_completed", "of"),
        lambda of: written(of.total("module-funnel", "planned", less="not_yet_due")),
        lambda of: written(of.total("compare", "of", by="module", measure="stale")),
    ),
    "modules planned": (
        lambda of: written(of.total("module-funnel", "planned")),
        lambda of: written(of.total("module-funnel", "completed", "in_progress", "dropped", "overdue", "not_yet_due")),
        lambda of: written(len(of.table("matrix"))),
    ),
    "overdue": (headline("overdue"), lambda of: written(of.total("module-funnel", "overdue"))),
    "without a completion on record": (headline("stale"), lambda of: written(of.total("module-funnel", "stale"))),
}
"""Names whose number is a sum elsewhere. Under a threshold each number is rounded by itself, and sums differ."""


def selections(record: Record) -> Iterator[Filters]:
    """The selections to look at, with the first code on record of each filter."""
    with record.view(MANAGER, Filters()) as view:
        codes = {name: next(iter(view.catalogue.table(name))) for name in ("phase", "sector", "partner", "module")}
    return (Filters.from_search(search.format(**codes)) for search in SELECTIONS)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("name", SAME)
def test_one_name_is_one_number_in_every_exhibit(record: Record, reader: str, name: str) -> None:
    shown = 0
    for filters in selections(record):
        with record.view(READERS[reader](), filters) as view:
            if view.shown:
                first, *others = [read(Exhibits(view)) for read in SAME[name]]
                assert others == [first] * len(others), filters.search()
                shown += 1
    assert shown > 1


@pytest.mark.parametrize("name", SUMS)
def test_one_name_is_the_sum_of_its_parts(record: Record, name: str) -> None:
    for filters in selections(record):
        with record.view(MANAGER, filters) as view:
            first, *others = [read(Exhibits(view)) for read in SUMS[name]]
        assert others == [first] * len(others), filters.search()


@pytest.mark.parametrize("measure", [each for each in MEASURES if each != "enterprises"])
def test_trend_under_a_filter_ends_at_the_headline(record: Record, measure: str) -> None:
    for filters in selections(record):
        with record.view(MANAGER, filters) as view:
            assert last_of_trend(measure)(Exhibits(view)) == headline(measure)(Exhibits(view)), filters.search()


@pytest.mark.parametrize("by", [kind for kind in KINDS if kind != "module"])
@pytest.mark.parametrize("measure", ["enterprises", "trained", "modules_completed", "overdue", "reported"])
def test_row_of_a_comparison_is_the_headline_under_its_filter(record: Record, by: str, measure: str) -> None:
    with record.view(MANAGER, Filters()) as view:
        rows = [row for row in Exhibits(view).rows("compare", by=by, measure=measure) if row["group"]]
    assert rows
    dimension = "place" if by == "province" else by
    for row in rows[:8]:
        with record.view(MANAGER, Filters().with_codes(dimension, [row["group"]])) as view:
            of = Exhibits(view)
            assert headline(measure)(of) == written(row["value"]), row["group"]
            if measure != "enterprises":
                assert headline(measure, "of")(of) == written(row["of"]), row["group"]


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(
    ("measure", "column"), [("modules_completed", "completed"), ("overdue", "overdue"), ("stale", "stale")]
)
def test_row_of_a_module_is_that_of_the_module_funnel(record: Record, reader: str, measure: str, column: str) -> None:
    for filters in selections(record):
        with record.view(READERS[reader](), filters) as view:
            if not view.shown:
                continue
            of = Exhibits(view)
            funnel = {row["module"]: written(row[column]) for row in of.rows("module-funnel")}
            compared = {row["group"]: written(row["value"]) for row in of.rows("compare", by="module", measure=measure)}
        assert compared == {module: funnel[module] for module in compared}, filters.search()


def test_figure_beside_a_headline_is_one_of_those_it_is_reconciled_with(record: Record) -> None:
    with record.view(MANAGER, Filters()) as view:
        of = Exhibits(view)
        figures = [(row["headline"], row["published"]) for row in of.rows("reconciliation")]
        for row in of.rows("overview"):
            if row["published"] is not None and row["published"] == row["published"]:
                assert (row["headline"], row["published"]) in figures
        for row in of.rows("reconciliation"):
            assert written(row["recorded"]) == headline(row["headline"])(of)
