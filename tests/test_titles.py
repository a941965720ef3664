"""A title says what its chart shows: each of its numbers stands in the chart, the table or the caption under it."""

import pytest
from told import READERS, Told, asked, numbers, pictures

from data.privacy.viewer import MANAGER
from data.records import Record
from layouts.look import Drawing, Size
from layouts.parts.tables import Column, Table


def unsupported(told: Told) -> list[str]:
    """The numbers of a title that stand nowhere else."""
    beside = told.beside
    return [number for number in told.in_title if number not in beside]


def test_check_finds_a_number_that_stands_in_the_title_alone() -> None:
    table = Table((Column("Enterprises", numeric=True),), [["16"], ["1,034"]])
    drawing = Drawing("M1 Workplace: 16 of 1,034, Module 1, 5S and 47 %", caption="Of all 34")
    told = Told("states", Size.PAGE, drawing, table, ("5S",))
    assert told.in_title == ["16", "1034", "47"]
    assert unsupported(told) == ["47"]
    assert numbers("−3.5 and ≈ 1,200 (2014-09)") == ["3.5", "1200", "2014", "09"]


@pytest.mark.parametrize("search", ["", "as_of=2014-06", "place=510000", "module=m1"])
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("reader", READERS)
def test_number_of_a_title_stands_in_the_chart_the_table_or_the_caption(
    record: Record, reader: str, language: str, search: str
) -> None:
    found = {}
    with asked(record, READERS[reader](), search, language) as request:
        if not request.view.shown:
            pytest.skip("too few enterprises for this reader")
        for told in pictures(request, language):
            if unsupported(told):
                found[told.picture, str(told.size), told.drawing.title] = unsupported(told)
    assert not found


@pytest.mark.parametrize("language", ["en", "zh"])
def test_titles_have_numbers_to_hold(record: Record, language: str) -> None:
    with asked(record, MANAGER, "", language) as request:
        assert sum(bool(told.in_title) for told in pictures(request, language)) > 20
