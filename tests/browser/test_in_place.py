"""A page updates in place: nothing is redrawn from scratch, moves, loses focus or queues up."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from browsing import Tab, painted, tab_of
from playwright.sync_api import Page, Route, expect

from layouts import ids
from layouts.figures.map import METRICS
from layouts.pages import PAGES

ASKED = "**/_dash-update-component*"
CHARTS = ".exhibit:not(.no-figure):not(.is-empty) .js-plotly-plot .main-svg"
SHIFTED = """
window.shifted = 0;
new PerformanceObserver((list) => {
  for (const each of list.getEntries()) if (!each.hadRecentInput) window.shifted += each.value;
}).observe({ type: "layout-shift", buffered: true });
"""
MOST_SHIFTED = 0.05


@pytest.fixture
def tab(contexts) -> Iterator[Tab]:
    """A tab on the synthetic programme."""
    with tab_of(*contexts["demo"]) as tab:
        yield tab
        assert tab.complaints == []
        assert tab.foreign == []


@contextmanager
def hold_requests(page: Page, output: str) -> Iterator[list[Route]]:
    """Hold the requests that fill `output` until the test releases them; the rest are released at the end."""
    held: list[Route] = []

    def take(route: Route) -> None:
        if output in (route.request.post_data or ""):
            held.append(route)
        else:
            route.continue_()

    page.route(ASKED, take)
    yield held
    page.unroute(ASKED, take)  # releases the requests still held


def wait_for(page: Page, held: list[Route], count: int) -> None:
    for _turn in range(200):
        if len(held) >= count:
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"{len(held)} of {count} questions were put")


def choose_sector(page: Page) -> None:
    page.locator(f"#{ids.filter_control('sector')}").click()
    page.get_by_role("option").first.click()
    page.keyboard.press("Escape")


@pytest.mark.parametrize("path", ["/", "/modules", "/results"])
def test_charts_stay_visible_during_a_request_and_are_redrawn_in_place(tab, path):
    page = tab.open(path)
    charts = page.locator(CHARTS)
    drawn = charts.count()
    assert drawn
    charts.evaluate_all("nodes => nodes.forEach(node => { node.stood = true; })")
    titles = page.locator(".exhibit-title h2")
    before = titles.all_inner_texts()
    code = next(each.code for each in PAGES if each.path == path)
    with hold_requests(page, f"{code}-") as held:
        choose_sector(page)
        wait_for(page, held, 1)
        expect(page.locator("html")).to_have_attribute("data-asking", "")
        for chart in charts.all():
            expect(chart).to_be_visible()
        expect(titles).to_have_text(before)
    tab.settle()
    expect(titles).not_to_have_text(before)
    assert charts.evaluate_all("nodes => nodes.filter(node => node.stood).length") == charts.count() == drawn


def test_opened_table_under_an_exhibit_stays_open_after_an_update(tab):
    page = tab.open("/")
    exhibit = page.locator(f"#{ids.part('overview', 'regions', 'section')}")
    sources, table = exhibit.locator("details.basis-sources"), exhibit.locator("details.twin")
    for each in (sources, table):
        each.locator("summary").click()
    rows = table.locator("tbody tr")
    expect(rows).not_to_have_count(0)
    before = rows.all_inner_texts()
    choose_sector(page)
    page.wait_for_url("**sector=**")
    tab.settle()
    expect(rows).not_to_have_text(before)
    for each in (sources, table):
        expect(each).to_have_attribute("open", "")


def test_filter_choice_requests_only_the_callbacks_that_depend_on_it(tab):
    page = tab.open("/")
    asked: list[str] = []
    page.on("request", lambda each: asked.append(each.post_data or "") if "_dash-update" in each.url else None)
    choose_sector(page)
    page.wait_for_url("**sector=**")
    tab.settle()
    assert len(asked) == 3, [each[:150] + each[-250:] for each in asked]
    for output in (ids.CANONICAL, ids.NAV, ids.OVERVIEW_HEADLINES):
        assert sum(output in each for each in asked) == 1, output


def test_page_keeps_its_scroll_position_and_focus_after_an_update(tab):
    page = tab.open("/modules")
    page.locator(f"#{ids.filter_control('sector')}").focus()
    page.evaluate("window.scrollTo({ top: 150, behavior: 'instant' })")
    page.keyboard.press("Enter")
    page.get_by_role("option").first.click()
    page.keyboard.press("Escape")
    page.wait_for_url("**sector=**")
    tab.settle()
    painted(page)
    assert page.evaluate("window.scrollY") == 150  # far from where even the shortest page ends
    assert page.evaluate("document.activeElement.closest('.filter') !== null")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.code)
def test_layout_does_not_shift_while_a_page_loads(tab, page):
    tab.page.add_init_script(SHIFTED)
    opened = tab.open(page.path)
    painted(opened)
    expect(opened.locator(f"#{ids.page_title(page.code)} h1")).to_be_visible()
    assert opened.evaluate("window.shifted") <= MOST_SHIFTED


def test_pressing_a_key_repeatedly_requests_only_the_first_and_the_last_value(tab):
    page = tab.open("/regions")
    page.locator(f"#{ids.REGIONS_METRIC} input").first.focus()
    with hold_requests(page, f"{ids.REGIONS_METRIC}.options") as held:
        page.keyboard.press("ArrowRight")
        wait_for(page, held, 1)  # if pressed all at once, the renderer may send only one request
        for _press in METRICS[2:]:
            page.keyboard.press("ArrowRight")
        expect(page.locator(f"#{ids.REGIONS_METRIC} input").last).to_be_checked()
        painted(page)
        assert len(held) == 1, "questions pile up behind one that is not answered"
        held.pop().continue_()
        wait_for(page, held, 1)
        assert METRICS[-1] in held[0].request.post_data
    tab.settle()
    expect(page.locator(f"#{ids.REGIONS_METRIC} input").last).to_be_checked()
    answered = tab.site.visit.answered(f"{ids.REGIONS_METRIC}.options", {f"{ids.REGIONS_METRIC}.value": METRICS[-1]})
    title = answered[f"{ids.part('regions', 'ranking', 'title')}.content"][0]["props"]["children"]
    expect(page.locator(f"#{ids.part('regions', 'ranking', 'title')} h2")).to_have_text(title)


def test_slow_page_shows_a_loading_notice_and_appears_only_when_complete(tab):
    page = tab.page
    root, exhibits = page.locator("html"), page.locator(".exhibit")
    with hold_requests(page, f"{ids.OVERVIEW_HEADLINES}.content") as held:
        page.goto(tab.site.address + "/")
        wait_for(page, held, 1)
        expect(root).to_have_attribute("data-asking", "")
        expect(page.locator(f"#{ids.NAV} a").first).to_be_visible()
        expect(exhibits.first).not_to_be_visible()
    tab.settle()
    expect(exhibits.first).to_be_visible()
    expect(root).not_to_have_attribute("data-asking", "")
