"""The basis of an exhibit's numbers: the sources of its rows, and the rows themselves, table by table."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from data.engine import counts
from data.engine.slice import SliceFacts
from data.queries import exhibit_rows
from data.queries.exhibit_rows import Rows
from data.view import View

Rested = Callable[[View], Rows]
"""A function that selects the rows of one table in a view."""


@dataclass(frozen=True)
class RestsOn:
    """The rows an exhibit is made from.

    ``sources`` counts the rows per source: view, the exhibit's table and indicator ("": all) → columns source (None:
    not given) and rows. ``tables`` selects the rows: table of the record → rows.
    """

    sources: Callable[[View, pd.DataFrame, str], pd.DataFrame]
    tables: Mapping[str, Rested]


def by_source(sources: "pd.Series[Any]") -> pd.DataFrame:
    """Counts rows per source: columns source (None: not given) and rows."""
    return sources.rename("source").to_frame().groupby("source", dropna=False).size().rename("rows").reset_index()


def of_table(_view: View, table: pd.DataFrame, _indicator: str) -> pd.DataFrame:
    """Counts rows per source of a table with a source column."""
    return by_source(table["source"])


def _facts(view: View) -> SliceFacts:
    """The facts whose sources are listed. Under a threshold the whole scope: a source that is missing under a filter
    would reveal something about one enterprise.
    """
    return view.scope if view.threshold else view.facts


def _of_trainings(view: View, _table: pd.DataFrame, _indicator: str) -> pd.DataFrame:
    return counts.sources_of_trainings(_facts(view))


def _of_results(view: View, _table: pd.DataFrame, indicator: str) -> pd.DataFrame:
    return counts.sources_of_results(_facts(view), indicator or None)


_ENTERPRISE: Mapping[str, Rested] = {"enterprise": lambda view: exhibit_rows.enterprise_rows(view.of)}
_TRAINED: Mapping[str, Rested] = {
    "enrolment": lambda view: exhibit_rows.enrolment_rows(view.of),
    "training": lambda view: exhibit_rows.training_rows(view.of),
}
_RESULT: Mapping[str, Rested] = {"result": lambda view: exhibit_rows.result_rows(view.of)}

TRAININGS = RestsOn(_of_trainings, _TRAINED)
ENTERPRISES = RestsOn(_of_trainings, {**_ENTERPRISE, **_TRAINED})
RESULTS = RestsOn(_of_results, _RESULT)
TRAININGS_AND_RESULTS = RestsOn(_of_results, {**_TRAINED, **_RESULT})
