"""An import in a real browser: refused, marked, corrected, previewed, loaded, rolled back."""

import io
import re
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from browsing import NewContext, Site, Tab, serving, tab_of
from loading_files import small_programme, write_folder, write_workbook
from playwright.sync_api import Page, expect
from test_pages import objections
from visiting import Visit

from data.loading import load
from data.storage.database import writing_engine

MISTAKEN = {
    "enterprise": [{"code": "c", "name_en": "Third works", "workers": "about ninety"}],
    "enrolment": [{"enterprise": "c", "round": "r1", "recruited_on": "2014-13-01"}],
}
SIZES = [(1280, 800), (390, 844)]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A server of its own on the small programme."""
    address = f"sqlite:///{tmp_path}/results.db"
    engine = writing_engine(address)
    assert load(engine, write_folder(tmp_path / "first", small_programme())).loaded
    engine.dispose()
    with serving(Visit.to(address)) as site:
        yield site


@pytest.fixture(params=SIZES, ids=lambda size: str(size[0]))
def tab(new_context: NewContext, site: Site, request: pytest.FixtureRequest) -> Iterator[Tab]:
    """A manager's tab on a wide and on a narrow screen."""
    width, height = request.param
    context = site.sign_in(new_context(viewport={"width": width, "height": height}))
    with tab_of(context, site) as tab:
        yield tab
        assert tab.complaints == []
        assert tab.foreign == []


def sound(tab: Tab) -> None:
    """Assert that the page fits the window and is accessible."""
    assert tab.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert objections(tab) == []


def press(page: Page, name: str | re.Pattern[str], role: str = "button") -> None:
    """Move to a button or link by keyboard and press it."""
    wanted = page.get_by_role(role, name=name).first  # type: ignore[arg-type]
    wanted.focus()
    expect(wanted).to_be_focused()
    page.keyboard.press("Enter")


def send(page: Page, name: str, content: bytes) -> None:
    """Choose a file and send it with the keyboard: the button is the next stop after the field."""
    field = page.get_by_label("One workbook")
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    field.set_input_files({"name": name, "mimeType": kind, "buffer": content})
    field.focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Look at it")).to_be_focused()
    page.keyboard.press("Enter")


def enrolled(tab: Tab) -> str:
    """The number of enterprises enrolled on the overview."""
    page = tab.open("/")
    return page.locator("#overview-headlines .headline", has_text="Enterprises enrolled").inner_text()


def test_file_is_refused_then_corrected_previewed_loaded_and_rolled_back(tab: Tab, tmp_path: Path) -> None:
    page = tab.page
    assert re.search(r"\b1\b", enrolled(tab))
    sent = write_workbook(tmp_path / "March.xlsx", MISTAKEN)
    tab.open("/import")
    sound(tab)
    send(page, "March.xlsx", sent.read_bytes())

    expect(page.get_by_role("heading", name="2 cells or rows are refused")).to_be_visible()
    refused = page.get_by_role("region", name="What is refused")
    expect(refused).to_contain_text("about ninety")
    expect(refused).to_contain_text("2014-13-01")
    sound(tab)
    with page.expect_download() as download:
        press(page, "Take the marked workbook", "link")
    assert download.value.suggested_filename == "March-marked.xlsx"
    book = openpyxl.load_workbook(io.BytesIO(Path(download.value.path()).read_bytes()))
    marked = {
        (sheet.title, cell.coordinate): cell.comment.text
        for sheet in book
        for row in sheet
        for cell in row
        if cell.comment
    }
    assert [sheet for sheet, _cell in marked] == ["enterprise", "enrolment"]
    for (sheet, cell), right in zip(marked, (90, "2014-03-01"), strict=True):
        book[sheet][cell].value = right
    fixed = io.BytesIO()
    book.save(fixed)

    press(page, "Send another file", "link")
    send(page, "March.xlsx", fixed.getvalue())
    expect(page.get_by_role("heading", name="2 rows would be added or changed")).to_be_visible()
    moves = page.get_by_role("region", name="Published numbers that would move")
    row = moves.get_by_role("row").filter(has_text="Enterprises enrolled").first
    assert row.inner_text().split("\t")[-2:] == ["1", "2"]
    sound(tab)
    press(page, "Load it")
    expect(page.get_by_role("heading", name="Loaded as batch 2")).to_be_visible()
    sound(tab)
    assert re.search(r"\b2\b", enrolled(tab))

    tab.open("/import")
    press(page, "Roll back batch 2", "link")
    expect(page.get_by_role("region", name="What rolling it back would do")).to_contain_text("enterprises")
    sound(tab)
    press(page, "Roll back batch 2")
    expect(page.get_by_role("status")).to_have_text("Batch 2 is rolled back. That is batch 3.")
    sound(tab)
    assert re.search(r"\b1\b", enrolled(tab))


def test_too_large_upload_is_refused_with_a_message(tab: Tab, tmp_path: Path) -> None:
    path = tmp_path / "large.xlsx"
    path.write_bytes(bytes(66 * 1024**2))
    page = tab.open("/import")
    page.get_by_label("One workbook").set_input_files(path)
    press(page, "Look at it")
    expect(page.get_by_role("alert")).to_contain_text("larger than 64 MB together")
    tab.complaints.clear()  # the browser notes the status
