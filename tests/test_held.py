"""The record held in memory answers as its database does, on invented programmes full of awkward cases."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from programme import PROGRAMME
from test_recount import Invented, database_of, search_of

from data import tally
from data.access import MANAGER, Viewer
from data.catalogue import Catalogue, Once, read_catalogue
from data.database import reading_engine, snapshot
from data.exhibits import EXHIBITS, build, to_csv
from data.filters import Filters
from data.links import Terms
from data.tables import results
from data.view import View

pytestmark = pytest.mark.both_databases

IN_ORDER = (
    tally.overview_counts, tally.place_counts, tally.journey_counts, tally.enterprise_states, tally.coverage_totals,
    tally.other_fact_counts, tally.pair_levels, results._changes,
)  # fmt: skip
IN_NO_ORDER = (
    tally.module_steps, tally.completed_module_counts, tally.coverage_counts, tally.sources_of_trainings,
    tally.sources_of_results,
)  # fmt: skip
"""Whoever asks these puts the rows in an order of their own."""

Answers = Iterator[tuple[str, Any]]


def counts(view: View) -> Answers:
    """Every question with its answer."""
    for question in IN_ORDER:
        yield question.__name__, plain(question(view))
    for question in IN_NO_ORDER:
        yield question.__name__, in_no_order(question(view))
    provinces = {code: code[:2] for code in view.catalogue.place}
    yield "regions", plain(tally.place_counts(view, provinces))
    for dimension in ("partner", "sector", "round", "phase", "place"):
        others = view.with_filters(view.filters.without(dimension))
        yield f"options of {dimension}", in_no_order(tally.option_counts(others, dimension))
    for indicator in view.catalogue.indicator:
        yield f"sources of {indicator}", in_no_order(tally.sources_of_results(view, indicator))


def plain(answer: Any) -> Any:
    """An answer as plain values: NaN and None alike, whole numbers alike whatever their type."""
    if isinstance(answer, dict):
        return {name: [*map(list, n)] if isinstance(n, tuple) else n for name, n in answer.items()}
    rows = answer.itertuples(index=False, name=None)
    return list(answer.columns), [tuple(None if pd.isna(value) else value for value in row) for row in rows]


def in_no_order(answer: pd.DataFrame) -> Any:
    """The same of rows whose order means nothing."""
    columns, rows = plain(answer)
    return columns, sorted(rows, key=repr)


def disagreements(asked: Callable[[View], Answers], connection: Any, catalogue: Catalogue, viewer: Viewer,
                  filters: Filters) -> list[str]:  # fmt: skip
    """What a record held in memory and its database answer differently, of all that is asked."""
    not_held = Once()
    not_held.get("facts", lambda: None)
    held, recorded = (
        View.asked(connection, known, viewer, filters) for known in (catalogue, replace(catalogue, once=not_held))
    )
    assert held.held is not None
    assert recorded.held is None
    answers = dict(asked(held))
    return [
        f"{name}: held {answers[name]}, database {answer}"
        for name, answer in asked(recorded)
        if answers[name] != answer
    ]


@settings(max_examples=5, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(seed=st.integers(min_value=0, max_value=2**32 - 1))
@example(seed=385)
@example(seed=535)
def test_record_held_in_memory_counts_as_its_database_does(new_database: Callable[[], str], seed: int) -> None:
    invented = Invented(seed)
    scope = Filters.from_search(search_of(invented.one_filter("partner"), None))
    with database_of(invented.tables, new_database()) as (connection, catalogue):
        for codes, as_of in invented.questions():
            filters = Filters.from_search(search_of(codes, as_of))
            for viewer in (MANAGER, Terms(scope=scope, threshold=3).viewer()):
                wrong = disagreements(counts, connection, catalogue, viewer, filters)
                assert not wrong, "\n".join([f"seed {seed}, {filters.search()}", *wrong])


@pytest.mark.parametrize("search", ["", "?partner=fed&as_of=2015-06-30", "?place=370000&module=m1,m3"])
def test_ten_enterprises_are_counted_alike(address: str, search: str) -> None:
    with database_of(PROGRAMME, address) as (connection, catalogue):
        assert not disagreements(counts, connection, catalogue, MANAGER, Filters.from_search(search))


@pytest.mark.parametrize("search", ["", "?sector=garments", "?as_of=2015-06-30"])
def test_exhibits_withhold_and_show_alike_whether_their_facts_are_held_or_asked_for(demo_url: str, search: str) -> None:
    engine = reading_engine(demo_url)
    donor = Terms(scope=Filters.from_search("partner=donor-1"), threshold=5).viewer()
    with snapshot(engine) as connection:
        catalogue = read_catalogue(connection)
        for viewer in (MANAGER, donor):
            assert not disagreements(exhibits, connection, catalogue, viewer, Filters.from_search(search))
    engine.dispose()


def exhibits(view: View) -> Answers:
    """Every exhibit as it is exported, or why it is refused."""
    for code in EXHIBITS:
        yield code, view.refusal or to_csv(build(view, code))
