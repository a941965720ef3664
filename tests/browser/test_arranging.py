"""Signing in and arranging decks in a real browser: without a script, by two managers at once, on a phone."""

from collections.abc import Iterator

import pytest
from browsing import NewContext, Site, Tab, serving, tab_of
from playwright.sync_api import BrowserContext, expect
from test_pages import objections
from visiting import Visit

from data import decks, managers
from data.decks import Deck, DeckSlide
from data.storage.accounts import accounts_engine

MEI, WANG, PASSWORD = "mei@example.org", "wang@example.org", "correct horse battery"
DECK = Deck(
    "NTAC 6", (DeckSlide("overview"), DeckSlide("states", "", "sector=gone"), DeckSlide("pairs", "defect-rate"))
)


@pytest.fixture(scope="module")
def site(public_record_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server with two managers and a deck; the browser reaches it on this machine, so without https."""
    address = f"sqlite:///{tmp_path_factory.mktemp('decks')}/accounts.db"
    engine = accounts_engine(address)
    for email in (MEI, WANG):
        managers.add(engine, email, PASSWORD)
    decks.save(engine, DECK, WANG)
    engine.dispose()
    visit = Visit.to(public_record_url, signed_in=False, local=False, accounts_url=address)
    visit.app.server.config["SESSION_COOKIE_SECURE"] = False
    with serving(visit) as site:
        yield site


def sign_in(context: BrowserContext, site: Site, email: str, address: str = "/decks") -> Iterator[Tab]:
    with tab_of(context, site) as tab:
        tab.page.goto(site.address + address)
        expect(tab.page).to_have_title("Sign in · SCORE")
        tab.page.keyboard.type(email)
        tab.page.keyboard.press("Tab")
        tab.page.keyboard.type(PASSWORD)
        tab.page.keyboard.press("Enter")
        expect(tab.page).to_have_url(site.address + address)
        yield tab
        assert tab.foreign == []


@pytest.fixture
def mei(new_context: NewContext, site: Site) -> Iterator[Tab]:
    """A manager's tab in a browser without JavaScript, signed in by keyboard."""
    yield from sign_in(new_context(java_script_enabled=False), site, MEI)


@pytest.fixture
def wang(new_context: NewContext, site: Site) -> Iterator[Tab]:
    """Another manager's tab, with scripts, on a phone."""
    yield from sign_in(new_context(viewport={"width": 390, "height": 844}), site, WANG)


def test_deck_can_be_created_arranged_and_saved_without_javascript(mei):
    page = mei.page
    page.get_by_role("link", name="New deck").click()
    page.get_by_label("Name of the deck").fill("Made by hand")
    page.get_by_label("Next slide").select_option(label="Who reported")
    page.get_by_role("button", name="Add a slide").click()
    assert page.url.endswith("#slide-2")
    second = page.locator("#slide-2")
    second.get_by_label("Notes").fill("Who did not?")
    second.get_by_role("button", name="Move up").click()
    first = page.locator("#slide-1")
    expect(first.get_by_label("Notes")).to_have_value("Who did not?")
    first.get_by_role("button", name="Choose filters").click()
    first.get_by_text("Sector").click()
    first.get_by_label("Machinery").first.check()
    first.get_by_role("button", name="Done").click()
    expect(first.locator(".filtered")).to_contain_text("Machinery")
    second.get_by_label("Exhibit").select_option(label="One indicator before and after")
    expect(second.get_by_label("Indicator")).to_be_visible()
    expect(first.get_by_label("Indicator")).to_be_hidden()
    expect(page.get_by_text("Not saved yet")).to_be_visible()
    page.get_by_label("Name of the deck").press("Enter")
    expect(page.get_by_role("status")).to_have_text("Saved.")
    expect(page.locator(".slide")).to_have_count(2)
    expect(page.get_by_label("Exhibit").first).to_have_value("coverage")


def test_two_managers_editing_one_deck_lose_no_input(mei, wang):
    for tab in (mei, wang):
        tab.page.goto(f"{tab.site.address}/decks/edit?name=NTAC+6")
        tab.page.get_by_label("Notes").first.fill(f"Words of {'mei' if tab is mei else 'wang'}")
    for tab in (wang, mei):
        tab.page.get_by_role("button", name="Save", exact=True).first.click()
    expect(wang.page.get_by_role("status")).to_have_text("Saved.")
    expect(mei.page.get_by_role("alert")).to_contain_text(f"{WANG} saved this deck")
    expect(mei.page.get_by_label("Notes").first).to_have_value("Words of mei")
    with mei.page.context.expect_page() as newer:
        mei.page.get_by_role("link", name="Look at the newer one").click()
    expect(newer.value.get_by_label("Notes").first).to_have_value("Words of wang")
    mei.page.get_by_label("Save yours under another name").press("Enter")
    expect(mei.page.get_by_role("heading", level=1)).to_have_text(f"NTAC 6 ({MEI})")
    expect(mei.page.get_by_label("Notes").first).to_have_value("Words of mei")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_deck_pages_are_accessible_and_fit_a_phone(wang, language):
    page = wang.page
    for address in ("/decks", "/decks/edit?name=NTAC+6", "/decks/add?exhibit=pairs&partner=cec", "/decks/edit"):
        page.goto(f"{wang.site.address}{address}{'&' if '?' in address else '?'}lang={language}")
        for button in page.locator('button[value="filters-0"]').all():
            button.click()
        assert objections(wang) == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, address
    assert wang.complaints == []


def test_sign_in_page_is_accessible_reports_errors_and_sign_out_returns_to_it(new_context, site):
    with tab_of(new_context(viewport={"width": 390, "height": 844}), site) as tab:
        tab.page.goto(f"{site.address}/decks?lang=zh")
        assert objections(tab) == []
        assert tab.page.evaluate("document.documentElement.scrollWidth") <= 390
    tabs = sign_in(new_context(), site, MEI)
    tab = next(tabs)
    tab.page.get_by_role("button", name="Sign out").click()
    expect(tab.page).to_have_title("Sign in · SCORE")
    tab.page.get_by_label("E-mail address").fill(MEI)
    tab.page.get_by_label("Password").fill("wrong password")
    tab.page.get_by_role("button", name="Sign in").click()
    expect(tab.page.get_by_role("alert")).to_have_text("E-mail address or password is not right.")
    expect(tab.page.get_by_label("E-mail address")).to_have_value(MEI)
    assert objections(tab) == []
    tabs.close()
