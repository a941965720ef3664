"""The enterprises pages in a real browser: search, sort, paging and opening by keyboard; completeness too."""

import re

import pytest
from browsing import NewContext, Site, Tab, tab_of
from playwright.sync_api import Locator, Page, expect
from test_pages import objections

from data.lists.enterprise_list import PAGE as ROWS
from layouts import ids
from layouts.lists.enterprise_table import LIST
from layouts.lists.follow_up_layout import LIST as COMPLETENESS

EVERYBODY = 120
"""Number of enterprises in the synthetic programme."""


def part(page: Page, what: str, of: str = LIST) -> Locator:
    return page.locator(f"#{ids.of_list(of, what)}")


def names(page: Page) -> list[str]:
    return part(page, "rows").locator("tr th a").all_inner_texts()


def focused(page: Page) -> str:
    found: str = page.evaluate("document.activeElement.id")
    return found


def tab_to(page: Page, element: str) -> None:
    """Press Tab until an element has the focus."""
    for _press in range(40):
        if focused(page) == element:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{element} is not reached by Tab")


@pytest.fixture
def demo_tab(contexts):
    """A tab on the synthetic programme; it must have no errors."""
    with tab_of(*contexts["demo"]) as tab:
        yield tab
        assert tab.complaints == []
        assert tab.foreign == []


def test_list_can_be_searched_sorted_paged_and_opened_by_keyboard_alone(demo_tab: Tab):
    page = demo_tab.open("/enterprises")
    count = part(page, "count")
    expect(count).to_have_text(f"{EVERYBODY} enterprises")
    expect(count).to_have_attribute("role", "status")  # an aria-live status
    assert len(names(page)) == ROWS
    first = names(page)[0]

    page.locator(f"#{ids.PAGE}").focus()
    tab_to(page, ids.ENTERPRISES_SEARCH)
    page.keyboard.type("garments", delay=10)
    expect(count).to_have_text(re.compile(r"^\d+ enterprises found for “garments”$"))
    assert all("Garments" in name for name in names(page))
    assert focused(page) == ids.ENTERPRISES_SEARCH
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    expect(count).to_have_text(f"{EVERYBODY} enterprises")

    heading = ids.of_list(LIST, "label-name")
    tab_to(page, heading)
    page.keyboard.press("Enter")
    expect(part(page, "head-name")).to_have_attribute("aria-sort", "descending")
    expect(part(page, "rows").locator("tr th a").first).not_to_have_text(first)
    assert focused(page) == heading
    page.keyboard.press("Space")
    expect(part(page, "head-name")).to_have_attribute("aria-sort", "ascending")
    expect(part(page, "rows").locator("tr th a").first).to_have_text(first)

    turn = ids.of_list(LIST, "next")
    part(page, "rows").locator("a").last.focus()
    tab_to(page, turn)
    last = -(-EVERYBODY // ROWS)
    for number in range(2, last + 1):
        page.keyboard.press("Enter")
        expect(part(page, "page")).to_have_text(f"Page {number} of {last}")
        assert focused(page) == turn
    expect(part(page, "next")).to_have_attribute("aria-disabled", "true")
    page.keyboard.press("Enter")  # nothing behind the last page, and no focus lost
    expect(part(page, "page")).to_have_text(f"Page {last} of {last}")
    assert focused(page) == turn

    row = part(page, "rows").locator("tr th a").first
    name = row.inner_text()
    row.focus()
    page.keyboard.press("Enter")
    expect(page.locator(f"#{ids.ENTERPRISE} h1")).to_have_text(name)
    assert "/enterprises/demo-" in page.url
    page.go_back()
    expect(part(page, "count")).to_have_text(f"{EVERYBODY} enterprises")


def test_changing_a_filter_narrows_the_list_and_returns_to_the_first_page(demo_tab: Tab):
    sector = demo_tab.site.visit.options()["sector"][0]
    page = demo_tab.open("/enterprises")
    part(page, "last").click()
    expect(part(page, "page")).to_have_text(re.compile("^Page 5"))
    page.locator(f"#{ids.filter_control('sector')}").click()
    page.get_by_role("option").filter(has=page.locator(f'input[value="{sector["value"]}"]')).click()
    page.keyboard.press("Escape")
    expect(part(page, "count")).to_have_text(re.compile(rf"^{sector['label'].rsplit('· ', 1)[1]} enterprise"))
    expect(part(page, "page")).to_have_text(re.compile("^Page 1"))


def test_enterprise_page_draws_its_trainings_and_shows_every_result(demo_tab: Tab):
    page = demo_tab.open("/enterprises/demo-0001")
    expect(page.locator(f"#{ids.ENTERPRISE} .main-svg").first).to_be_visible()
    for details in page.locator(f"#{ids.ENTERPRISE} details.twin:not([open])").all():
        details.locator("summary").click()
    demo_tab.settle()
    for details in page.locator(f"#{ids.ENTERPRISE} details.twin").all():
        expect(details.locator("tbody tr").first).to_be_visible()


def test_completeness_number_links_to_its_list_and_back(demo_tab: Tab):
    page = demo_tab.open("/completeness")
    link = page.locator(f"#{ids.COMPLETENESS_FORMS} td a").first
    count = link.inner_text()
    link.focus()
    page.keyboard.press("Enter")
    expect(part(page, "count", COMPLETENESS)).to_have_text(f"{count} enterprises")
    expect(page.locator(f"#{ids.COMPLETENESS_ONE} h1")).to_have_text("Baseline: On record")
    page.locator(f"#{ids.COMPLETENESS_ONE} a").first.click()
    expect(page.locator(f"#{ids.COMPLETENESS_FORMS} table")).to_be_visible()
    expect(page.locator(f"#{ids.COMPLETENESS_REPORTED} tbody tr").first).to_be_visible()


ADDRESSES = (
    "/enterprises",
    "/enterprises/demo-0001",
    "/completeness",
    "/completeness/form/results/missing",
    "/completeness/unsourced/result",
)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_pages_are_accessible(demo_tab: Tab, address: str, language: str):
    page = demo_tab.open(f"{address}?lang={language}" if language == "zh" else address)
    expect(page.locator("main h1").first).not_to_be_empty()
    expect(page.locator(f"#{ids.filter_label('partner')}")).not_to_be_empty()
    for button in page.locator("main .table-scroll .sort:visible").all():
        expect(button).not_to_be_empty()
    assert objections(demo_tab) == []


def test_pages_fit_a_phone_without_scrolling_sideways(new_context: NewContext, demo_site: Site):
    phone = demo_site.sign_in(new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True))
    with tab_of(phone, demo_site) as tab:
        for address in ADDRESSES:
            page = tab.open(address)
            assert page.evaluate("document.documentElement.scrollWidth") <= 390, address
