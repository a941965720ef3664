"""A population against its definition, in plain sets: who a selection holds, and whether it singles out a few."""

from collections.abc import Iterator
from itertools import combinations
from random import Random
from typing import Any

import pytest
from data.population import DIMENSIONS, Selection
from recount_lists import Scoped, memberships
from test_disclosure import invented as unevenly_spread
from test_recount import AS_OF, Invented, database_of

from data.filters import Filters
from data.links import Terms
from data.view import View

Rows = list[dict[str, Any]]


def holds(rows: Rows, selection: Selection) -> set[str]:
    """The enterprises with an enrolment that has one of the values wanted in every filter."""
    return {row["enterprise"] for row in rows if all(row[name] & codes for name, codes in selection.items())}


def singles(rows: Rows, groups: dict[str, dict[str, str]]) -> list[set[str]]:
    """What every filter by one value or one group holds, and everybody."""
    found = [{row["enterprise"] for row in rows}]
    for name in DIMENSIONS:
        values = {value for row in rows for value in row[name]} - {""}
        by_group: dict[str, set[str]] = {}
        for value in values:
            found.append(holds(rows, {name: frozenset({value})}))
            by_group.setdefault(groups.get(name, {}).get(value, value), set()).update(found[-1])
        found += by_group.values()
    return found


def tells(enterprises: set[str], threshold: int, every: list[set[str]], beside: list[set[str]]) -> bool:
    """The definition: by its own size, or as what is left of one wider, of two, or of what is beside it."""
    around = [wider for wider in every if enterprises < wider]
    wider = [*beside, *around, *(one & other for one, other in combinations(around, 2))]
    few = 0 < len(enterprises) < threshold or any(0 < len(each - enterprises) < threshold for each in wider)
    return bool(enterprises) and few


def selections(rows: Rows, random: Random) -> Iterator[Selection]:
    """Selections by no, one and two filters, one or two values each, of whatever there is and is not."""
    yield {}
    values = {name: sorted({value for row in rows for value in row[name]} | {"nobody"}) for name in DIMENSIONS}
    for _ in range(60):
        chosen = random.sample(DIMENSIONS, random.choice((1, 1, 2)))
        yield {
            name: frozenset(random.sample(values[name], min(len(values[name]), random.choice((1, 1, 2)))))
            for name in chosen
        }


@pytest.mark.parametrize("seed", [1, 2, 385, 535, 472, 7])
def test_population_is_what_its_definition_says(address: str, seed: int) -> None:
    tables = Invented(seed).tables if seed > 2 else unevenly_spread(seed)
    scope = {"partner": {"fed"}} if seed % 2 else {}
    with database_of(tables, address) as (connection, catalogue):
        limited = Filters(partner=frozenset(scope.get("partner", ())))
        view = View.asked(connection, catalogue, Terms(scope=limited, threshold=3).viewer(), Filters())
        rows = memberships(Scoped(tables, {}, AS_OF, scope=scope))
        groups, population = view._groups(view.of), view.population
        random, every = Random(seed), singles(rows, groups)
        assert population.named == {row["enterprise"] for row in rows}
        asked = [*selections(rows, random)]
        for selection in asked:
            beside = random.choice(asked)
            here, there = holds(rows, selection), holds(rows, beside)
            found, other = population.enterprises(selection), population.enterprises(beside)
            assert len(found) == len(here)
            assert (found < other, len(found & other), len(other - found)) == (
                here < there,
                len(here & there),
                len(there - here),
            )
            for threshold in (2, 3, 5):
                assert population.tells(found, threshold, [other]) == tells(here, threshold, every, [there])
        for name in DIMENSIONS:
            values = {value for row in rows for value in row[name]}
            assert set(population.values(name)) == values
            assert population.members(name).values == {
                value: len(holds(rows, {name: frozenset({value})})) for value in values
            }
