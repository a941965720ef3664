"""The same record on SQLite and on PostgreSQL: every exhibit is the same table, to the last digit and in order.

The same holds for an edition, a copy for an import preview, and an upgraded database of an older version.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from both import BOTH
from programme import PROGRAMME, Row, Tables, load_rows
from sqlalchemy import select
from test_upgrading import FIRST, SECOND, shape

from data.editions import frozen_copies
from data.exhibit import SelectionRefused
from data.exhibits import EXHIBITS, build
from data.exports.csv_files import to_csv
from data.filters import Filters
from data.links.link_terms import Audience, Terms
from data.lists.enterprise_list import ListRequest, listed
from data.privacy.viewer import MANAGER, Viewer
from data.records import Record
from data.storage import database_copy, migrations
from data.storage.database import check, create_tables, now, writing_engine
from data.storage.schema import SCHEMA_VERSION, results


def reader(**terms: Any) -> Viewer:
    """A link viewer with a threshold."""
    return replace(Terms(**terms).viewer(), privacy_key=b"key")


VIEWERS: dict[str, Viewer] = {
    "manager": MANAGER,
    "committee": reader(audience=Audience.COMMITTEE, threshold=5),
    "donor": reader(threshold=5, names=True),
    "donor in a scope": reader(scope=Filters.from_search("sector=machinery"), threshold=10),
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
"""Names that sort differently by English rules, by Chinese rules and by bytes."""


def spelt(order: int) -> Tables:
    """The programme of ten with codes and names in every kind of spelling, its rows in a given order."""
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
    """Every exhibit as exported, or the reason why it is not."""
    found = {}
    with record.view(viewer, Filters.from_search(search)) as view:
        for code in EXHIBITS:
            try:
                found[code] = to_csv(build(view, code))
            except SelectionRefused as refused:
                found[code] = f"refused: {refused.wider and refused.wider.query()}"
    return found


SEARCHES = ("", "as_of=2014-06-30&sector=machinery")


@pytest.mark.servers
@pytest.mark.parametrize("name", ["public", "demo", "spelt"])
def test_every_exhibit_is_identical_on_both_databases_for_every_viewer(
    records: dict[str, list[Record]], name: str
) -> None:
    one, other = records[name]
    for (who, viewer), search in product(VIEWERS.items(), SEARCHES):
        said, says = (exported(record, viewer, search) for record in (one, other))
        for code in EXHIBITS:
            assert said[code] == says[code], f"{code} for a {who} under {search!r}"


@pytest.mark.servers
def test_edition_and_copy_of_a_postgresql_record_equal_the_record(
    records: dict[str, list[Record]], tmp_path: Path
) -> None:
    one, other = records["spelt"]
    expected = exported(one, MANAGER, "")
    made = frozen_copies.freeze(other.engine, "NTAC 6", tmp_path / "editions")
    database_copy.copy(other.engine, tmp_path / "copy.db")
    for path in (made.path, tmp_path / "copy.db"):
        record = Record(f"sqlite:///{path}")
        assert exported(record, MANAGER, "") == expected
        with record.engine.connect() as connection, other.engine.connect() as live:
            for table in results.sorted_tables:
                kept = [connection_.execute(select(table).order_by(*table.primary_key)).all()
                        for connection_ in (connection, live)]  # fmt: skip
                assert kept[0] == kept[1], table.name


@pytest.mark.servers
@pytest.mark.parametrize(("version", "statements"), [(1, FIRST), (2, SECOND)])
def test_postgresql_database_of_an_older_version_upgrades_to_the_current_one(
    new_on: Callable[[str], str], version: int, statements: tuple[str, ...]
) -> None:
    engine, new = (writing_engine(new_on("postgresql")) for _each in range(2))
    loaded = {"number": 1, "loaded_at": now(), "origin": "x", "added_count": 1, "changed_count": 0}
    load_rows(engine, PROGRAMME | {"batch": [loaded | {"schema_version": SCHEMA_VERSION}]})
    create_tables(new)
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    assert migrations.upgrade(engine) == version
    check(engine)
    assert shape(engine) == shape(new)
    assert migrations.upgrade(engine) is None
    for each in (engine, new):
        each.dispose()


@pytest.mark.both_databases
def test_search_ignores_case_in_english_and_matches_chinese_exactly(address: str) -> None:
    engine = writing_engine(address)
    load_rows(engine, spelt(0))
    record = Record(address)
    with record.view(MANAGER, Filters()) as view:
        found = {
            text: sorted(row.enterprise for row in listed(view, ListRequest(text=text)).rows)
            for text in ("ANHUI", "anhui", "佛山", "山佛", "%", "_", "zhang & co", "é", "É", "\\")
        }
    engine.dispose()
    record.engine.dispose()
    assert found["ANHUI"] == found["anhui"] != []
    assert len(found["佛山"]) == 1
    assert found["山佛"] == found["%"] == found["\\"] == []
    assert found["é"] == ["z", "é"]  # by name and by code
    assert found["É"] == []
