"""Share links in a real browser: made in one, opened in another, and ended on its open page."""

import re
from collections.abc import Iterator

import pytest
from browsing import NewContext, Site, Tab, serving, tab_of
from limits import RateLimitItemPerMinute
from playwright.sync_api import BrowserContext, Page, expect
from test_journeys import chips, choose, control, enterprises, option
from test_pages import objections
from visiting import Visit

from dashboard.gate import rate_limit
from layouts import ids
from layouts.parts.shell import CONTROLS

CHINESE = re.compile(r"[\u4e00-\u9fff]")
ENDED = re.compile("This link has ended")
ENOUGH = 10
"""Minimum count of an option that is offered under any rounding."""


@pytest.fixture(scope="module")
def site(demo_url: str) -> Iterator[Site]:
    """A separate server, so that links made here are on no other test's page."""
    visit = Visit.to(demo_url)
    visit.frozen()  # the edition to preview
    with serving(visit) as site:
        yield site


@pytest.fixture(scope="module")
def manager_context(new_context: NewContext, site: Site) -> BrowserContext:
    """A signed-in browser."""
    return site.sign_in(new_context())


@pytest.fixture
def manager(manager_context: BrowserContext, site: Site) -> Iterator[Tab]:
    """A manager's tab."""
    with tab_of(manager_context, site) as tab:
        yield tab
        assert tab.complaints == []
        assert tab.foreign == []


@pytest.fixture(scope="module")
def other_context(new_context: NewContext) -> BrowserContext:
    """Another person's browser, without a session."""
    return new_context()


@pytest.fixture
def other_tab(other_context: BrowserContext, site: Site) -> Iterator[Tab]:
    """Another person's tab, before they open a link."""
    other_context.clear_cookies()
    with tab_of(other_context, site) as tab:
        yield tab
        assert tab.foreign == []


def counts(site: Site, search: str, dimension: str) -> dict[str, int]:
    """The number of enterprises of each filter option at an address, as the manager sees it."""
    return {
        each["value"]: int(each["label"].rsplit("· ", 1)[1].replace(",", ""))
        for each in site.visit.options(search)[dimension]
    }


@pytest.fixture(scope="module")
def codes(site: Site) -> tuple[str, str, str]:
    """A partner, a sector of some of its enterprises, and another partner with many enterprises."""
    partners = counts(site, "", "partner")
    for partner, size in partners.items():
        for sector, part in counts(site, f"?partner={partner}", "sector").items():
            if part >= ENOUGH and size - part >= ENOUGH:
                within = counts(site, f"?partner={partner}", "round")
                for outside in partners:
                    if not set(within) & set(counts(site, f"?partner={outside}", "round")):
                        return partner, sector, outside
    raise AssertionError("no partner is large enough")


def make(tab: Tab, address: str, **filled: str) -> str:
    """Make a link on the Share page opened at `address`; returns the address it shows."""
    page = tab.open(address)
    for label, text in filled.items():
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_role("button", name="Make the link").click()
    shown = page.locator("#address")
    expect(shown).to_be_focused()
    expect(shown).to_be_editable(editable=False)
    return shown.input_value()


def looks_again(page: Page) -> None:
    """Dispatch the event of a page that becomes visible again."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def test_link_viewer_sees_the_scope_and_the_page_ends_when_the_link_is_revoked(manager, other_tab, codes, site):
    partner, sector, outside = codes
    view = manager.open(f"/?partner={partner}")
    view.locator("details.tools:not(.menu, .readers) summary").click()
    view.locator("details.tools:not(.menu, .readers)").get_by_role("link", name="Share").click()
    expect(manager.page).to_have_url(f"{site.address}/share?partner={partner}")
    address = make(manager, f"/share?partner={partner}", Name="For the visit")
    assert address.startswith(f"{site.address}/s/")

    page = other_tab.page
    page.goto(address)
    other_tab.is_at("/")
    expect(enterprises(page)).to_have_text(str(counts(site, "", "partner")[partner]))
    expect(page.locator(f"#{ids.AS_OF}")).not_to_be_visible()
    expect(page.locator("details.tools:not(.menu, .readers)")).to_have_count(0)
    expect(page.locator(f"#{ids.NOTICE}")).to_contain_text("Data of 30 June 2017.")
    control(page, "partner").click()
    expect(option(page, partner)).to_be_visible()
    expect(page.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Escape")
    choose(page, "sector", sector)
    other_tab.is_at(f"/?sector={sector}")
    expect(enterprises(page)).to_have_text(re.compile(r"^\d*[05]$"))  # rounded, because it is not the total
    expect(chips(page)).to_have_count(1)

    other_tab.open(f"/?partner={outside}")
    expect(page.locator(f"#{ids.PROBLEM}")).to_contain_text("This selection is not shown")
    assert outside not in {each.get_attribute("value") for each in page.locator("[role=option] input").all()}

    other_tab.open("/modules")
    assert other_tab.complaints == []
    listed = manager.open("/share").locator("li.link", has_text="For the visit")
    expect(listed).to_contain_text("opened 1 time,")
    listed.locator("summary").click()
    listed.get_by_role("button", name="Revoke for good").click()
    expect(manager.page.get_by_role("status")).to_contain_text("is over")
    with page.expect_navigation():
        looks_again(page)
    expect(page.get_by_role("heading")).to_have_text(ENDED)
    expect(page.locator("svg")).to_have_count(0)
    page.goto(address)
    expect(page.get_by_role("heading")).to_have_text(ENDED)
    assert objections(other_tab) == []


def test_open_page_checks_by_itself_whether_its_link_is_still_valid(manager, other_tab):
    address = make(manager, "/share")
    page = other_tab.page
    page.clock.install()
    page.goto(address)
    other_tab.is_at("/")
    with page.expect_request(re.compile("/alive$")) as asked:
        page.clock.run_for(10_500)
    answer = asked.value.response()
    assert answer
    assert answer.status == 204
    assert other_tab.complaints == []


def test_page_stays_open_when_the_network_drops_and_returns(manager, other_tab, other_context):
    page = other_tab.page
    page.goto(make(manager, "/share"))
    other_tab.is_at("/")
    other_context.set_offline(True)
    try:
        with page.expect_event("requestfailed"):
            looks_again(page)
        expect(enterprises(page)).to_be_visible()
    finally:
        other_context.set_offline(False)


def test_rate_limited_link_viewer_sees_a_notice_over_the_open_page(new_context, demo_url, monkeypatch):
    monkeypatch.setattr(rate_limit, "PER_BROWSER", RateLimitItemPerMinute(60))
    visit = Visit.to(demo_url)
    with serving(visit) as site, tab_of(new_context(), site) as tab:
        made = visit.client.post(
            "/share", data={"audience": "donor", "threshold": "5", "days": "9", "deck": "standard"}
        )
        token = re.search(r"/s/[A-Za-z0-9_-]{43}", made.text)
        assert token
        page = tab.page
        page.goto(site.address + token[0])
        tab.is_at("/")
        before = enterprises(page).inner_text()
        page.evaluate("Promise.all([...Array(60).keys()].map((n) => fetch('/table/nothing?' + n)))")
        page.evaluate("window.dash_clientside.set_props('address', {search: '?lang=zh'})")
        notice = page.locator(f"#{ids.PROBLEM}")
        expect(notice).to_contain_text(re.compile(r"\d"))
        expect(enterprises(page)).to_have_text(before)
        assert not [each for each in tab.complaints if "uncaught" in each]


def test_manager_previews_a_link_before_making_it_and_returns_to_the_form(manager, codes, site):
    partner, _sector, outside = codes
    page = manager.open(f"/share?partner={partner}")
    page.get_by_label("Name", exact=True).fill("Nearly")
    page.get_by_label("Days until it ends").fill("14")
    page.get_by_role("button", name="Preview as they see it").click()
    manager.is_at("/")
    expect(enterprises(page)).to_have_text(str(counts(site, "", "partner")[partner]))
    expect(page.locator(f"#{ids.NOTICE}")).to_contain_text("You see what this link shows.")
    page.get_by_role("button", name="Back to my own view").click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Nearly")
    expect(page.get_by_label("Days until it ends")).to_have_value("14")
    ticked = page.locator("details.scope input:checked")
    expect(ticked).to_have_count(1)
    expect(ticked).to_have_value(partner)
    manager.open("/")
    assert outside in counts(site, "", "partner")
    expect(page.locator(f"#{ids.NOTICE}")).not_to_contain_text("link")


def test_manager_sees_the_current_page_as_link_viewers_do(manager, codes, site):
    partner, _sector, _outside = codes
    make(manager, f"/share?partner={partner}", Name="Readers of one partner")
    page = manager.open("/modules?lang=zh")
    readers = page.locator("details.readers")
    readers.locator("summary").focus()
    page.keyboard.press("Enter")
    chosen = readers.get_by_role("button", name="Readers of one partner")
    expect(chosen).to_be_visible()
    assert objections(manager) == []
    page.keyboard.press("Escape")
    expect(chosen).not_to_be_visible()
    readers.locator("summary").click()
    chosen.click()
    manager.is_at("/modules?lang=zh")
    expect(page.locator(f"#{ids.NOTICE}")).to_contain_text("（Readers of one partner）的读者所见内容")
    expect(page.locator("details.readers")).to_have_count(0)
    assert objections(manager) == []
    page.locator(".looking-through button").click()
    manager.is_at("/modules?lang=zh")
    expect(page.locator("details.readers")).to_have_count(1)


def test_share_form_shows_how_many_enterprises_the_link_covers_while_it_is_filled_in(manager, codes, site):
    partner, _sector, _outside = codes
    make(manager, "/share", Name="Everybody's")
    page = manager.open("/share")
    said = page.locator("#remarks")
    expect(said).to_contain_text("It shows 120 enterprises.")
    page.locator("details.scope summary").first.click()
    page.locator(f"input[name=partner][value={partner}]").check()
    expect(said).to_contain_text(f"It shows {counts(site, '', 'partner')[partner]} enterprises.")
    expect(said).to_contain_text("(Everybody's) shows some of the same enterprises")
    assert objections(manager) == []


def test_committee_preview_can_be_left_by_keyboard(manager, site):
    page = manager.open("/share")
    page.get_by_label("A committee").check()
    expect(page.get_by_label("Deck", exact=True)).to_be_visible()
    page.get_by_role("button", name="Preview as they see it").click()
    expect(page).to_have_url(f"{site.address}/present")
    expect(page.locator("#stage h1").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_label("A committee")).to_be_checked()


def test_link_with_a_password_requests_it_and_rejects_a_wrong_one(manager, other_tab):
    page = other_tab.page
    page.goto(make(manager, "/share", **{"Password (if any)": "tea and rice"}))
    field = page.get_by_label("Password")
    expect(field).to_be_focused()
    assert objections(other_tab) == []
    field.fill("tea and milk")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("That is not the password.")
    field.fill("tea and rice")
    page.keyboard.press("Enter")
    other_tab.is_at("/")
    expect(enterprises(page)).to_be_visible()


def test_two_browsers_with_two_links_each_see_their_own_scope(manager, other_tab, new_context, codes, site):
    partner, _sector, outside = codes
    first, second = (make(manager, f"/share?partner={code}") for code in (partner, outside))
    other_tab.page.goto(first)
    other_tab.is_at("/")
    with tab_of(new_context(), site) as third:
        third.page.goto(second)
        third.is_at("/")
        expect(third.page.locator(f"#{ids.SENTENCE}")).not_to_have_text(
            other_tab.page.locator(f"#{ids.SENTENCE}").inner_text()
        )
        third.page.goto(first[:-1])
        expect(third.page.get_by_role("heading")).to_have_text(ENDED)
        other_tab.page.reload()
        other_tab.settle()
        expect(enterprises(other_tab.page)).to_have_text(str(counts(site, "", "partner")[partner]))


def test_tools_menu_closes_like_other_menus(manager):
    page = manager.open("/")
    tools = page.locator("details.tools:not(.menu, .readers)")
    tools.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(tools.get_by_role("link", name="Share")).to_be_visible()
    assert objections(manager) == []
    page.keyboard.press("Escape")
    expect(tools.get_by_role("link", name="Share")).not_to_be_visible()
    expect(tools.locator("summary")).to_be_focused()
    tools.locator("summary").click()
    page.locator("h1").click()
    expect(tools.get_by_role("link", name="Share")).not_to_be_visible()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_share_pages_are_accessible(manager, codes, language):
    partner, sector, _outside = codes
    query = f"partner={partner}&sector={sector}" + ("&lang=zh" if language == "zh" else "")
    page = manager.open(f"/share?{query}")
    for details in page.locator("details").all():
        details.evaluate("details => { details.open = true; }")
    assert objections(manager) == []
    page.locator("#days").fill("20")
    page.locator(".buttons .btn-primary").click()
    expect(page.locator("#address")).to_be_visible()
    assert objections(manager) == []
    page.locator("li.link h3 a").first.click()
    expect(page.locator("#shows")).to_be_visible()
    assert objections(manager) == []


@pytest.mark.parametrize("width", [390, 800, 1280, 1920])
def test_share_pages_and_tools_fit_the_window(new_context, site, width):
    context = site.sign_in(new_context(viewport={"width": width, "height": 844}))
    with tab_of(context, site) as tab:
        for address in ("/share", "/share/1", "/"):
            page = tab.open(address)
            for details in page.locator("details.scope, details.over, .changes details").all():
                details.evaluate("details => { details.open = true; }")
            assert page.evaluate("document.documentElement.scrollWidth") <= width, address
        page.locator("details.tools:not(.menu, .readers) summary").click()
        for link in page.locator(
            "details.tools:not(.menu, .readers) a, details.tools:not(.menu, .readers) button"
        ).all():
            box = link.bounding_box()
            assert box
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width
        page.locator("details.readers summary").click()
        page.locator("details.readers ul").wait_for()
        for part in page.locator("details.readers ul, details.readers button, details.readers .none").all():
            box = part.bounding_box()
            assert box
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width
        assert {each for each in CONTROLS if not page.locator(f"#{ids.filter_control(each)}").count()} == set()
