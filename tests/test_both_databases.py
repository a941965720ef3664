"""The same record on SQLite and on PostgreSQL: every exhibit is the same table, to the last digit and in its order."""

import random
from collections.abc import Callable, Iterator
from itertools import product

import pytest
from conftest import BOTH
from programme import PROGRAMME, Row, Tables, load_rows

from data.access import MANAGER, Viewer
from data.database import writing_engine
from data.exhibits import EXHIBITS, SelectionRefused, build, to_csv
from data.filters import Filters
from data.links import Audience, Terms
from data.record import Record

VIEWERS: dict[str, Viewer] = {
    "manager": MANAGER,
    "committee": Terms(audience=Audience.COMMITTEE, threshold=5).viewer(),
    "donor": Terms(threshold=5, names=True).viewer(),
    "donor in a scope": Terms(scope=Filters.from_search("sector=machinery"), threshold=3).viewer(),
}

NAMES = (
    "Zhang & Co",
    "anhui tea",
    "Anhui Tea",
    "Äpfel GmbH",
    "éclair",
    "e-Motor",
    "eMotor",
    "_under",
    "青岛机械",
    "佛山",
    "阿坝",
)
"""Names that English, Chinese and bytes sort each in another order."""


def spelt(order: int) -> Tables:
    """The programme of ten with codes and names of every kind of spelling, its rows in some order."""
    chance = random.Random(order)
    codes = dict(zip("abcdefghij", ("B", "a", "C-1", "c_1", "C1", "ä", "z", "Z", "é", "青岛"), strict=True))
    sectors = {"machinery": "Machinery", "garments": "garments-2"}
    respelt = {"enterprise": codes, "sector": sectors}

    def respell(table: str, row: Row) -> Row:
        new = {column: respelt.get(column, {}).get(value, value) for column, value in row.items()}
        if table in respelt:
            new |= {"code": respelt[table][row["code"]], "name_en": NAMES[ord(row["code"][0]) % len(NAMES)]}
        return new

    found = {name: [respell(name, row) for row in rows] for name, rows in PROGRAMME.items()}
    return {name: chance.sample(rows, len(rows)) for name, rows in found.items()}


@pytest.fixture(scope="module")
def records(
    public_record_on: Callable[[str], str], demo_on: Callable[[str], str], new_on: Callable[[str], str]
) -> Iterator[dict[str, list[Record]]]:
    """Each record on both servers."""

    def spelt_on(server: str) -> str:
        engine = writing_engine(address := new_on(server))
        load_rows(engine, spelt(order=BOTH.index(server)))
        engine.dispose()
        return address

    made = {"public": public_record_on, "demo": demo_on, "spelt": spelt_on}
    found = {name: [Record(on(server)) for server in BOTH] for name, on in made.items()}
    yield found
    for each in found.values():
        for record in each:
            record.engine.dispose()


def exported(record: Record, viewer: Viewer, search: str) -> dict[str, str]:
    """Every exhibit as it is exported, or why it is not."""
    found = {}
    with record.view(viewer, Filters.from_search(search)) as view:
        for code in EXHIBITS:
            try:
                found[code] = to_csv(build(view, code))
            except SelectionRefused as refused:
                found[code] = refused.reason
    return found


SEARCHES = ("", "as_of=2014-06-30&sector=machinery")


@pytest.mark.parametrize("name", ["public", "demo", "spelt"])
def test_every_exhibit_is_the_same_for_every_viewer(records: dict[str, list[Record]], name: str) -> None:
    one, other = records[name]
    for (who, viewer), search in product(VIEWERS.items(), SEARCHES):
        said, says = (exported(record, viewer, search) for record in (one, other))
        for code in EXHIBITS:
            assert said[code] == says[code], f"{code} for a {who} under {search!r}"
