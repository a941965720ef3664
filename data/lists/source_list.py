"""The sources that a viewer may know of, and the rows of each table that rest on them."""

from data import queries
from data.engine import counts
from data.exhibits import targets
from data.filters import Filters
from data.lists import story_list
from data.view import View


def sources_of(view: View) -> dict[str, dict[str, int]]:
    """Source codes, each with its rows per table: for a manager those of the whole record; for others those that their
    scope rests on, without numbers.
    """
    if not view.viewer.limited:
        counted = queries.rows_of_source(view.connection)
        rows = {
            str(code): dict(zip(group["table"], group["rows"], strict=True))
            for code, group in counted.groupby("source")
        }
        return {code: rows.get(code, {}) for code in view.catalogue.source}
    scope = view.with_filters(Filters())
    levels = queries.trainer_levels(scope.connection, scope.of)
    named = (
        counts.sources_of_trainings(scope.facts)["source"],
        counts.sources_of_results(scope.facts)["source"],
        queries.reported_figures(scope.connection, scope.of)["source"],
        levels["source"],
        levels["trainer_source"],
        targets.numbers(scope)["source"],
        (row["source"] for row in queries.events(scope.connection, scope.of)),
        story_list.stories(scope)["source"],
    )
    used = {code for each in named for code in each}
    return {code: {} for code in view.catalogue.source if code in used}
