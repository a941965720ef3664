"""Every count an exhibit is made of: from the record held in memory, or by its database where it is too large for that.

Each function asks the question of :mod:`data.queries` of the same name about a view's slice.
"""

from collections.abc import Mapping

import pandas as pd

from data import queries
from data.held import counting, coverage
from data.held.record import Array
from data.queries.modules import stages
from data.view import View


def overview_counts(view: View) -> dict[str, int]:
    """Headline counts, with ``…_enterprises`` that a sum rests on; a sum of no known term is absent."""
    held = view.held
    return queries.overview_counts(view.connection, view.of) if held is None else counting.overview_counts(held)


def place_counts(view: View, region: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Counts per place, or per region where `region` maps places to regions."""
    held = view.held
    if held is None:
        return queries.place_counts(view.connection, view.of, region)
    return counting.place_counts(held, region)


def module_steps(view: View) -> pd.DataFrame:
    """Distinct enterprises per planned module, by step and state."""
    held = view.held
    return queries.module_steps(view.connection, view.of) if held is None else counting.module_steps(held)


def journey_counts(view: View) -> pd.DataFrame:
    """Distinct enterprises per stage of the journey."""
    held = view.held
    return queries.journey_counts(view.connection, view.of) if held is None else stages(counting.journey_counts(held))


def completed_module_counts(view: View) -> pd.DataFrame:
    """Enterprises by the number of modules they completed."""
    held = view.held
    if held is None:
        return queries.completed_module_counts(view.connection, view.of)
    return counting.completed_module_counts(held)


def enterprise_states(view: View) -> pd.DataFrame:
    """One row per enterprise × planned module: enterprise, module, state, round."""
    held = view.held
    if held is None:
        return queries.enterprise_states(view.connection, view.of)
    return counting.enterprise_states(held, view.catalogue)


def coverage_totals(view: View) -> dict[str, int]:
    """The coverage line's counts."""
    held = view.held
    return queries.coverage_totals(view.connection, view.of) if held is None else coverage.coverage_totals(held)


def coverage_counts(view: View) -> pd.DataFrame:
    """Per group (total, partner, sector, round, phase) who was trained, reported, gave a pair."""
    held = view.held
    if held is None:
        return queries.coverage_counts(view.connection, view.of)
    return coverage.coverage_counts(held, view.lines("partner"))


def option_counts(view: View, dimension: str) -> pd.DataFrame:
    """Enterprises per code of one filter; the view is one without it."""
    held = view.held
    if held is None:
        return queries.option_counts(view.connection, view.of, dimension)
    lines = view.lines(dimension) if dimension in {"partner", "place"} else {}
    return counting.option_counts(held, dimension, lines)


def sources_of_trainings(view: View) -> pd.DataFrame:
    """Rows of enrolments and trainings by source."""
    held = view.held
    if held is None:
        return queries.sources_of_trainings(view.connection, view.of)
    return counting.sources_of_trainings(held)


def sources_of_results(view: View, indicator: str | None = None) -> pd.DataFrame:
    """Rows of results by source, of one indicator or of all."""
    held = view.held
    if held is None:
        return queries.sources_of_results(view.connection, view.of, indicator)
    return counting.sources_of_results(held, indicator)


def pair_levels(view: View) -> dict[str, tuple[Array, Array]]:
    """The before and the after of the pairs, by indicator, in the order of their enterprises."""
    held = view.held
    if held is not None:
        return counting.pair_levels(held)
    pairs = queries.paired_results(view.connection, view.of).groupby("indicator", sort=False)
    return {str(code): (of["before"].to_numpy(float), of["after"].to_numpy(float)) for code, of in pairs}


def other_fact_counts(view: View) -> pd.DataFrame:
    """Every indicator with a result: result rows that are no pairs, and the enterprises they are of."""
    held = view.held
    return queries.other_fact_counts(view.connection, view.of) if held is None else counting.other_fact_counts(held)
