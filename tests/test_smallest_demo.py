"""Programmes of no enterprise and of one: every page opens, every callback responds, no error is shown."""

from collections.abc import Callable

import pytest
from visiting import Visit, at, notice

from data.demo import write_demo
from data.loading import load
from data.storage.database import writing_engine
from layouts import ids, pages

PATHS = [page.path for page in pages.PAGES]


@pytest.fixture(scope="module", params=[0, 1])
def visit(
    request: pytest.FixtureRequest, new_on: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> Visit:
    folder = tmp_path_factory.mktemp("smallest")
    write_demo(folder, request.param, 1)
    address = new_on("sqlite")
    engine = writing_engine(address)
    assert load(engine, folder).loaded
    engine.dispose()
    return Visit.to(address)


@pytest.mark.parametrize("path", PATHS)
def test_every_page_of_the_smallest_programmes_opens(visit: Visit, path: str) -> None:
    assert visit.open(path).status_code == 200


@pytest.mark.parametrize("path", PATHS)
def test_every_callback_of_the_smallest_programmes_responds(visit: Visit, path: str) -> None:
    for name in visit.callbacks:
        output = name.strip(".").split("...")[0]
        response = visit.post(output, at(path=path))
        assert response.status_code in {200, 204}, (output, response.text[:300])
        if response.status_code == 200:
            assert not notice(response.get_json()), output


@pytest.mark.parametrize("visit", [0], indirect=True)
def test_empty_exhibit_without_filters_offers_no_reset_link(visit: Visit) -> None:
    def overview(search: str) -> str:
        return visit.post(f"{ids.OVERVIEW_HEADLINES}.content", at(search)).text

    assert "Nothing to show here" in overview("")
    assert "Show everything again" not in overview("")
    assert "Show everything again" in overview("?module=m1")
