"""Checks of every page: no console errors, no third-party requests, no axe violations, fits a phone."""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import NewContext, Site, Tab, tab_of
from playwright.sync_api import BrowserContext, expect

from layouts import ids
from layouts.pages import PAGES, Page
from layouts.parts.shell import CONTROLS

LANGUAGES = ("en", "zh")
EVERY_PAGE = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.code)


def address(page: Page, language: str = "en") -> str:
    return page.path + ("?lang=zh" if language == "zh" else "")


SETTLED = """
document.getAnimations().filter((each) => each instanceof CSSTransition).forEach((each) => each.finish())
"""


def objections(tab: Tab, *, without: tuple[str, ...] = ()) -> list[str]:
    """The violations axe reports: rule, then each place with its problem."""
    tab.page.evaluate(SETTLED)  # axe would report colours in the middle of a transition
    options = {"rules": {rule: {"enabled": False} for rule in without}}
    violations: list[dict[str, Any]] = Axe().run(tab.page, options=options).response["violations"]
    return [
        f"{rule['id']}: {node['target']} {node['html'][:120]} ({node.get('failureSummary', '')})"
        for rule in violations
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("language", LANGUAGES)
@EVERY_PAGE
@pytest.mark.parametrize("database", ["public", "demo"])
def test_page_loads_accessibly_without_console_errors_or_third_party_requests(contexts, database, page, language):
    with tab_of(*contexts[database]) as tab:
        opened = tab.open(address(page, language))
        expect(opened.locator(f"#{ids.page_title(page.code)} h1")).not_to_be_empty()
        for graph in opened.locator("section.exhibit:not(.is-empty):not(.no-figure) .exhibit-figure").all():
            expect(graph.locator(".main-svg").first).to_be_visible()
        assert tab.complaints == []
        assert tab.asked
        assert tab.foreign == []
        if database == "public" or page is PAGES[0]:
            # The synthetic programme has the same parts; its notice is on every page.
            assert objections(tab) == []


def test_opened_tables_are_accessible(contexts):
    with tab_of(*contexts["public"]) as tab:
        page = tab.open("/results?lang=zh")
        for details in page.locator("main details").all():
            if details.get_attribute("open") is None:
                details.locator("summary").click()
        tab.settle()
        expect(page.locator("main table tbody tr").first).to_be_visible()
        assert objections(tab) == []


def test_sign_in_notice_is_accessible_and_requests_nothing_else(new_context: NewContext, public_site: Site):
    with tab_of(new_context(), public_site) as tab:
        for language in LANGUAGES:
            tab.open(f"/?lang={language}")
            assert objections(tab) == []
        assert tab.foreign == []
        assert not [each for each in tab.asked if "/_dash" in each or "/assets" in each]


@pytest.fixture(scope="module")
def phone(new_context: NewContext, public_site: Site) -> BrowserContext:
    """A context with the window of a phone and fingers."""
    options = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    return public_site.sign_in(new_context(**options))


@pytest.fixture
def hand(phone: BrowserContext, public_site: Site) -> Iterator[Tab]:
    """A tab on the phone."""
    with tab_of(phone, public_site) as tab:
        yield tab


@EVERY_PAGE
def test_page_fits_a_phone_without_scrolling_sideways(hand, page):
    opened = hand.open(address(page))
    assert opened.evaluate("document.documentElement.scrollWidth") <= 390
    for section in opened.locator("main section").all():
        box = section.bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["width"] > 300, "one exhibit beside another leaves neither room"
    # Wide charts scroll inside their exhibit: by finger, and by keyboard where a phone has one.
    assert objections(hand, without=("scrollable-region-focusable",)) == []


def test_filters_on_a_phone_open_with_their_button_and_can_be_set(hand):
    sector = hand.site.visit.options()["sector"][0]["value"]
    page = hand.open("/")
    toggle = page.locator("#filters-toggle")
    control = page.locator(f"#{ids.filter_control('sector')}")
    expect(control).not_to_be_visible()
    expect(toggle).to_have_attribute("aria-expanded", "false")
    toggle.tap()
    expect(toggle).to_have_attribute("aria-expanded", "true")
    for name in CONTROLS:
        expect(page.locator(f"#{ids.filter_control(name)}")).to_be_visible()
    control.tap()
    page.get_by_role("option").filter(has=page.locator(f'input[value="{sector}"]')).tap()
    page.keyboard.press("Escape")
    hand.is_at(f"/?sector={sector}")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator("#filters-toggle").tap()
    expect(control).not_to_be_visible()


def test_every_page_can_be_reached_on_a_phone(hand):
    page = hand.open("/")
    for each in PAGES[1:]:
        if not each.main:
            page.locator(f"#{ids.NAV} .menu summary").tap()
        page.locator(f'#{ids.NAV} ul a[href="{each.path}"]').tap()
        hand.is_at(each.path)
