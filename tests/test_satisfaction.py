"""Satisfaction by module: what is counted, what is unknown, what a threshold leaves."""

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from programme import PROGRAMME, load_rows
from sqlalchemy import Engine

from data.exhibits import build
from data.filters import Filters
from data.privacy.viewer import MANAGER, Permission, Viewer
from data.records import Record
from data.view import View
from layouts.exhibits import satisfaction
from layouts.look import Material
from layouts.words import speaking

pytestmark = pytest.mark.both_databases

ENTERPRISES = 40
HELD = date(2013, 3, 10)


@pytest.fixture
def view(engine: Engine, address: str) -> Iterator[Callable[..., View]]:
    """A programme whose first 30 enterprises rated Module 1 at 80 and 90 %, and two Module 2."""
    codes = [f"e{n:03}" for n in range(ENTERPRISES)]
    keys = [{"enterprise": code, "round": "r1", "source": "sheet"} for code in codes]
    rated = [
        key | {"module": "m1", "workshop_on": HELD, "satisfaction": 80 + 10 * (n % 2)} for n, key in enumerate(keys)
    ]
    rows = PROGRAMME | {
        "enterprise": [{"code": code, "name_en": code, "sector": "machinery", "place": "370200"} for code in codes],
        "enrolment": [key | {"recruited_on": date(2013, 1, 10)} for key in keys],
        "training": [
            *rated[:30],
            *(row | {"satisfaction": None} for row in rated[30:39]),
            keys[39] | {"module": "m1", "due_on": date(2030, 1, 1), "satisfaction": 10},  # it has not started
            *(key | {"module": "m2", "workshop_on": HELD, "satisfaction": 60} for key in keys[:2]),
        ],
        "result": [], "reported_figure": [], "story": [], "target": [],
    }  # fmt: skip
    load_rows(engine, rows)
    record, opened = Record(address), []

    def look(viewer: Viewer = MANAGER) -> View:
        opened.append(record.view(viewer, Filters()))
        return opened[-1].__enter__()

    yield look
    for each in opened:
        each.__exit__(None, None, None)
    record.engine.dispose()


def reader() -> Viewer:
    return Viewer(frozenset({Permission.BROWSE}), limited=True, threshold=5, privacy_key=b"key")


def test_mean_is_of_the_started_trainings_with_a_value(view) -> None:
    table = build(view(), "satisfaction").table
    assert table.to_dict("list") == {"module": ["m1", "m2"], "enterprises": [30, 2], "satisfaction": [85.0, 60.0]}


def test_mean_of_few_enterprises_is_blank_where_a_threshold_holds(view) -> None:
    table = build(view(reader()), "satisfaction").table.set_index("module")
    assert table.loc["m1", "enterprises"] % 5 == 0
    assert table.loc["m1", "satisfaction"] == 85
    assert str(table.loc["m2", "enterprises"]) in {"<5", "5"}
    assert table.loc["m2", "satisfaction"] is None


@pytest.mark.parametrize(
    ("rows", "title"),
    [
        (2, "M1 m1: satisfaction of 85\u00a0% on average, from 30 enterprises"),
        (0, "Too few enterprises rated any one module to be shown"),
    ],
)
def test_title_is_of_the_module_that_most_rated(view, rows: int, title: str) -> None:
    table = build(view(), "satisfaction").table.head(rows)
    unknown = None
    material = Material(
        table=table, more=unknown, threshold=None, coverage=unknown, as_of=unknown, name=lambda _table, code: str(code),
        entry=unknown, codes=unknown, source=unknown, enterprise=unknown, href=unknown, ground=unknown,
    )  # fmt: skip
    with speaking("en"):
        drawing = satisfaction.draw(material)
    assert drawing.title == title
    assert (drawing.figure is None) == (not rows)
