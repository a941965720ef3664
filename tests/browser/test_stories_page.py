"""Stories in a real browser: the slider by keyboard, mouse and finger; without JavaScript; on a phone; accessible."""

from collections.abc import Iterator

import pytest
from browsing import NewContext, Site, Tab, tab_of
from playwright.sync_api import Locator, expect
from test_pages import LANGUAGES, objections


@pytest.fixture
def stories_tab(contexts) -> Iterator[Tab]:
    """A tab on the synthetic programme, whose stories have pictures; it must have no errors."""
    with tab_of(*contexts["demo"]) as tab:
        yield tab
        assert tab.complaints == []
        assert tab.foreign == []


def slider(tab: Tab) -> Locator:
    """The first slider of the page; the element before it is scrolled into view."""
    found = tab.page.locator(".compare input.slide").first
    found.scroll_into_view_if_needed()
    return found


def share_of_before(found: Locator) -> float:
    """The share of the width the before picture takes (0 to 1): the position of the slider."""
    share: float = found.evaluate(
        """slide => {
            const compare = slide.closest('.compare');
            return parseFloat(getComputedStyle(compare, '::after').left) / compare.getBoundingClientRect().width;
        }"""
    )
    return share


def test_slider_moves_by_keyboard_and_announces_its_position(stories_tab):
    stories_tab.open("/stories")
    slide = slider(stories_tab)
    assert share_of_before(slide) == pytest.approx(0.5, abs=0.01)
    slide.focus()
    expect(slide).to_have_attribute("aria-valuetext", "50 % before, the rest after")
    stories_tab.page.keyboard.press("ArrowRight")
    expect(slide).to_have_attribute("aria-valuetext", "51 % before, the rest after")
    stories_tab.page.keyboard.press("End")
    expect(slide).to_have_attribute("aria-valuetext", "100 % before, the rest after")
    assert share_of_before(slide) > 0.9
    stories_tab.page.keyboard.press("Home")
    assert share_of_before(slide) < 0.1
    name = slide.evaluate("slide => slide.labels[0].textContent")
    assert name == "How much of the picture is before"


def test_slider_is_reached_with_the_tab_key_and_shows_its_focus(stories_tab):
    stories_tab.open("/stories")
    stories_tab.page.locator(".story h4 a").first.focus()
    for _step in range(4):
        stories_tab.page.keyboard.press("Tab")
        if stories_tab.page.evaluate("document.activeElement.type") == "range":
            break
    assert (
        stories_tab.page.evaluate("getComputedStyle(document.activeElement.closest('.compare')).outlineStyle")
        == "solid"
    )


def test_slider_follows_the_mouse(stories_tab):
    stories_tab.open("/stories")
    slide = slider(stories_tab)
    box = slide.bounding_box()
    assert box
    stories_tab.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    stories_tab.page.mouse.down()
    stories_tab.page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + box["height"] / 2, steps=4)
    stories_tab.page.mouse.up()
    assert share_of_before(slide) == pytest.approx(0.8, abs=0.03)


def test_every_picture_on_a_page_loads(stories_tab):
    page = stories_tab.open("/stories")
    expect(page.locator(".story img").first).to_be_visible()
    assert page.evaluate("[...document.querySelectorAll('.story img')].every(img => img.complete && img.naturalWidth)")


def test_story_opens_from_its_card_and_closes_again(stories_tab):
    page = stories_tab.open("/stories?lang=zh")
    card = page.locator(".story h4 a").first
    title = card.inner_text()
    card.click()
    stories_tab.settle()
    expect(page.locator(".story.wide h2")).to_have_text(title)
    page.locator(".leads-to").click()
    stories_tab.is_at("/stories?lang=zh")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("address", ["/stories", "/stories/story-1"])
def test_story_pages_are_accessible(stories_tab, address, language):
    stories_tab.open(f"{address}?lang={language}")
    expect(stories_tab.page.locator(".story").first).to_be_visible()
    assert objections(stories_tab) == []


def test_methods_page_is_linked_from_an_exhibit_and_accessible(contexts):
    with tab_of(*contexts["public"]) as tab:
        page = tab.open("/regions")
        page.locator("#regions-regions-basis a.to-how").click()
        page.wait_for_url("**/how/regions")
        expect(page.locator("#permanent")).to_have_value(tab.site.address + "/how/regions?as_of=2017-03-31")
        for details in page.locator("details").all():
            details.locator("summary").click()
        assert objections(tab) == []
        page.locator("a.language").click()
        page.wait_for_url("**/how/regions?lang=zh")
        assert objections(tab) == []
        assert tab.complaints == []


def test_story_cards_touch_sliders_and_methods_page_fit_a_phone(
    new_context: NewContext, contexts: dict[str, tuple[object, Site]]
):
    site = contexts["demo"][1]
    options = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    with tab_of(site.sign_in(new_context(**options)), site) as tab:
        for address in ("/stories", "/stories/story-1", "/how/pairs", "/how/module-funnel?lang=zh"):
            page = tab.open(address)
            assert page.evaluate("document.documentElement.scrollWidth") <= 390, address
        tab.open("/stories")
        slide = slider(tab)
        box = slide.bounding_box()
        assert box
        tab.page.touchscreen.tap(box["x"] + box["width"] * 0.2, box["y"] + box["height"] / 2)
        assert share_of_before(slide) == pytest.approx(0.2, abs=0.05)
        assert tab.complaints == []


def test_both_pictures_are_side_by_side_without_javascript_and_in_print(stories_tab):
    stories_tab.open("/stories/story-1")
    stories_tab.page.emulate_media(media="print")
    first, second = stories_tab.page.locator(".story-pictures figure").all()
    left, right = first.bounding_box(), second.bounding_box()
    assert left
    assert right
    assert left["x"] + left["width"] <= right["x"] + 1
    expect(stories_tab.page.locator("input.slide")).not_to_be_visible()
