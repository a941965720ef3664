"""Lists of enterprises made of a record held in memory are those its database makes, on invented programmes."""

from itertools import product

import pytest
from programme import PROGRAMME
from test_held import Answers, disagreements
from test_recount import Invented, database_of, search_of

from data.access import MANAGER
from data.filters import Filters
from data.links import Terms
from data.queries.completeness import FORMS, SILENCE, STATES
from data.queries.enterprises import SORTS
from data.tables import completeness, enterprises
from data.tables.completeness import GROUPS, Which
from data.tables.enterprises import Wanted
from data.view import View

LISTS = [
    None,
    *(Which("form", (form, STATES[at % 3])) for at, form in enumerate(FORMS)),
    *(Which("silence", (silence,)) for silence in SILENCE[-3:]),
]


def all_lists(view: View) -> Answers:
    """Every list with its rows."""
    for at, (sort, descending) in enumerate(product(SORTS, (False, True))):
        wanted = Wanted(sort=sort, descending=descending, language=("en", "zh", "zh")[at % 3])
        yield f"{wanted}", enterprises.listed(view, wanted)
    for text in ("e 1", "厂", "%"):
        yield f"search {text}", enterprises.listed(view, Wanted(text))
    if view.viewer.limited:
        return
    for which in LISTS:
        yield f"{which}", completeness.page(view, Wanted(sort="last_report"), which)
    groups = [("total", ""), *(("partner", code) for code in [*view.catalogue.partner][:2]),
              *(("round", code) for code in [*view.catalogue.round][:1]),
              ("round", "no-such-round"), ("partner", "no-such-partner")]  # fmt: skip
    for (kind, code), what in product(groups, GROUPS):
        which = Which("group", (what, kind, code))
        yield which.path, completeness.page(view, Wanted(), which)
    yield "forms", completeness.form_counts(view)
    yield "silences", completeness.silences(view)
    yield "outliers", completeness.outlier_count(view)
    yield "unsourced", completeness.unsourced_counts(view)
    yield "all", completeness.everyone(view, None, "en").to_dict("records")
    for code in [row.enterprise for row in enterprises.listed(view, Wanted()).rows][:3]:
        found = enterprises.one(view, code)
        yield f"beside {code}", found and found.neighbours


@pytest.mark.parametrize("seed", [385])
def test_lists_of_a_record_held_in_memory_are_those_of_its_database(address: str, seed: int) -> None:
    invented = Invented(seed)
    scope = Filters.from_search(search_of(invented.one_filter("partner"), None))
    with database_of(invented.tables, address) as (connection, catalogue):
        for codes, as_of in list(invented.questions())[:3]:
            filters = Filters.from_search(search_of(codes, as_of))
            for viewer in (MANAGER, Terms(scope=scope).viewer()):
                wrong = disagreements(all_lists, connection, catalogue, viewer, filters)
                assert not wrong, "\n".join([f"seed {seed}, {filters.search()}", *wrong])


@pytest.mark.both_databases
def test_lists_of_ten_enterprises_are_alike(address: str) -> None:
    with database_of(PROGRAMME, address) as (connection, catalogue):
        for search in ("", "?partner=fed&as_of=2015-06-30", "?place=370000&module=m1,m3"):
            assert not disagreements(all_lists, connection, catalogue, MANAGER, Filters.from_search(search))
