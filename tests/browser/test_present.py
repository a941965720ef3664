"""The slide show in a real browser: presented by keyboard alone, readable from the back row, without a network."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import NewContext, Site, Tab, serving, tab_of
from playwright.sync_api import BrowserContext, Page, expect
from test_pages import objections
from visiting import Visit

from data import decks
from data.decks import Deck, DeckSlide
from data.exhibits import SLIDES
from data.links import share_links
from data.links.link_terms import Audience, Terms
from data.storage.accounts import accounts_engine

SIZES = ((1920, 1080), (1024, 768))
RECORDS = ("public", "demo")
CHINESE = re.compile(r"[\u4e00-\u9fff]")

# Every visible piece of text under a root: its text, its size on the screen in pixels, and its box.
TEXTS = """(root) => {
    const scale = (element) => {
        let product = 1;
        for (let at = element; at instanceof Element; at = at.parentElement) {
            const matrix = getComputedStyle(at).transform;
            if (matrix && matrix !== "none") {
                const { a, b, c, d } = new DOMMatrix(matrix);
                product *= Math.sqrt(Math.abs(a * d - b * c));
            }
        }
        return product;
    };
    const sides = ({ left, top, right, bottom }) => [left, top, right, bottom];
    const found = [];
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const parent = walker.currentNode.parentElement;
        if (!walker.currentNode.data.trim()) continue;
        if (!parent.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true })) continue;
        if (parent.closest(".visually-hidden, style, script, title")) continue;
        const range = document.createRange();
        range.selectNodeContents(walker.currentNode);
        const box = range.getBoundingClientRect();
        const picture = parent.closest(".picture");
        found.push({
            text: walker.currentNode.data.trim(),
            size: parseFloat(getComputedStyle(parent).fontSize) * scale(parent),
            box: sides(box),
            within: sides((picture || root).getBoundingClientRect()),
            line: picture ? String([...picture.querySelectorAll("text")].indexOf(parent.closest("text"))) : "",
            picture: picture ? [...document.querySelectorAll(".picture")].indexOf(picture) : -1,
        });
    }
    return found;
}"""

# Boxes of a slide's parts, which must be below one another and inside the slide.
BLOCKS = """(canvas) => {
    const sides = ({ left, top, right, bottom }) => [left, top, right, bottom];
    const box = (element) => sides(element.getBoundingClientRect());
    const wide = (element) => element.scrollWidth > element.clientWidth + 1;
    const spills = [...canvas.querySelectorAll("header, footer, .card, p, h1")].filter(wide);
    return {
        canvas: box(canvas),
        blocks: [...canvas.children].map(box),
        spills: spills.map((each) => `${each.className} ${each.textContent}`),
        cards: [...canvas.querySelectorAll(".card")].map((card) => [box(card), ...[...card.children].map(box)]),
    };
}"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("present")


@pytest.fixture(scope="module")
def sites(public_record_url: str, demo_url: str, folder: Path) -> Iterator[dict[str, Site]]:
    """Both records, served with a deck of every exhibit."""
    address = f"sqlite:///{folder}/accounts.db"
    accounts = accounts_engine(address)
    every = tuple(DeckSlide(code, notes=f"Say something of {code}.") for code in SLIDES)
    decks.save(accounts, Deck("Every exhibit", every), "manager")
    accounts.dispose()
    with (
        serving(Visit.to(public_record_url, accounts_url=address)) as public,
        serving(Visit.to(demo_url, accounts_url=address)) as demo,
    ):
        yield {"public": public, "demo": demo}


@pytest.fixture(scope="module")
def signed_in_contexts(new_context: NewContext, sites: dict[str, Site]) -> dict[tuple[str, int], BrowserContext]:
    """A signed-in projector per record and window size."""
    return {
        (name, width): sites[name].sign_in(new_context(viewport={"width": width, "height": height}))
        for name in RECORDS
        for width, height in SIZES
    }


@pytest.fixture(params=[width for width, _height in SIZES])
def projector(
    request: pytest.FixtureRequest, signed_in_contexts: dict[tuple[str, int], BrowserContext], sites: dict[str, Site]
) -> Iterator[Tab]:
    """A tab on the public record at each window size; it must have no errors and no third-party requests."""
    with tab_of(signed_in_contexts["public", request.param], sites["public"]) as tab:
        yield tab
        assert tab.complaints == []
        assert tab.foreign == []


@pytest.fixture
def large_projector(signed_in_contexts: dict[tuple[str, int], BrowserContext], sites: dict[str, Site]) -> Iterator[Tab]:
    """A tab on the public record at 1920 × 1080."""
    with tab_of(signed_in_contexts["public", 1920], sites["public"]) as tab:
        yield tab


def begin(tab: Tab, query: str = "", at: int = 1) -> Page:
    """Open the show and wait for a slide."""
    tab.page.goto(f"{tab.site.address}/present{query}#{at}")
    return drawn(tab.page, at)


def drawn(page: Page, at: int) -> Page:
    """Wait until a slide is drawn."""
    expect(page.locator("#stage")).to_have_attribute("data-drawn", str(at))
    return page


def title(page: Page) -> str:
    return page.locator(".canvas .title").inner_text()


def overlap(first: list[float], second: list[float]) -> bool:
    """True if two lines of text overlap; the space above and below the letters does not count."""

    def letters(box: list[float]) -> list[float]:
        left, top, right, bottom = box
        return [left + 1, top + (bottom - top) * 0.22, right - 1, bottom - (bottom - top) * 0.22]

    a, b = letters(first), letters(second)
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def inside(box: list[float], outer: list[float], slack: float = 1.5) -> bool:
    return (
        box[0] >= outer[0] - slack
        and box[1] >= outer[1] - slack
        and box[2] <= outer[2] + slack
        and box[3] <= outer[3] + slack
    )


def unreadable(page: Page, least: float | None) -> list[str]:
    """Texts on the current slide that are too small, cut off, or overlap something."""
    canvas = page.locator(".canvas")
    texts: list[dict[str, Any]] = canvas.evaluate(TEXTS)
    assert texts
    found = [f"{each['size']:.1f} px: {each['text']}" for each in texts if least and each["size"] < least - 0.05]
    found += [f"cut: {each['text']} {each['box']}" for each in texts if not inside(each["box"], each["within"])]
    charted = [each for each in texts if each["picture"] >= 0]
    for n, first in enumerate(charted):
        for second in charted[n + 1 :]:
            same = first["picture"] == second["picture"] and first["line"] != second["line"]
            if same and overlap(first["box"], second["box"]):
                found.append(f"on one another: {first['text']} / {second['text']}")
    blocks = canvas.evaluate(BLOCKS)
    window = page.evaluate("[0, 0, innerWidth, innerHeight]")
    found += [f"spills: {each}" for each in blocks["spills"]]
    if not inside(blocks["canvas"], window):
        found.append("the slide is larger than the window")
    for above, below in zip(blocks["blocks"], blocks["blocks"][1:], strict=False):
        if above[3] > below[1] + 1:
            found.append("a part of the slide stands on the next")
    found += ["a part leaves the slide" for each in blocks["blocks"] if not inside(each, blocks["canvas"])]
    for card, *lines in blocks["cards"]:
        found += ["a line leaves its card" for line in lines if not inside(line, card)]
        found += [
            "lines of a card stand on one another"
            for at, line in enumerate(lines)
            for later in lines[at + 1 :]
            if overlap(line, later)
        ]
    return found


@pytest.mark.parametrize("both", [False, True], ids=["one-language", "both-languages"])
@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("record", RECORDS)
def test_every_slide_is_readable_from_the_back_row(signed_in_contexts, sites, record, width, height, both):
    """No text under 24 px at 1920 × 1080, nothing cut off, nothing overlapping, in either language."""
    wrong: dict[str, list[str]] = {}
    with tab_of(signed_in_contexts[record, width], sites[record]) as tab:
        for language in ("en", "zh"):
            page = begin(tab, f"?deck=Every+exhibit&lang={language}")
            if both:
                page.keyboard.press("d")
                expect(page.locator(".second-title")).to_be_visible()
                drawn(page, 1)
            for at, exhibit in enumerate(SLIDES, 1):
                if at > 1:
                    page.keyboard.press("ArrowRight")
                    drawn(page, at)
                if found := unreadable(page, 24 if width == 1920 else None):
                    wrong[f"{exhibit} {language}"] = found
        assert tab.complaints == []
        assert tab.foreign == []
    assert wrong == {}


def test_deck_can_be_presented_by_keyboard_alone(projector):
    page = begin(projector)
    last = len(decks.STANDARD_SLIDES)
    titles = {}
    for at in range(1, last + 1):
        drawn(page, at)
        titles[at] = title(page)
        page.keyboard.press(("ArrowRight", " ", "PageDown")[at % 3])
    assert len(set(titles.values())) == last
    drawn(page, last)  # there is nothing behind the last
    page.keyboard.press("ArrowLeft")
    drawn(page, last - 1)
    page.keyboard.press("PageUp")
    drawn(page, last - 2)
    page.keyboard.press("Home")
    drawn(page, 1)
    page.keyboard.press("ArrowLeft")
    drawn(page, 1)
    page.keyboard.press("End")
    drawn(page, last)
    page.keyboard.press("3")
    drawn(page, 3)
    assert title(page) == titles[3]
    assert page.url.endswith("#3")


def test_typed_two_digit_number_jumps_to_that_slide_once(large_projector):
    page = begin(large_projector, "?deck=Every+exhibit")
    page.keyboard.type("12")
    drawn(page, 12)
    page.keyboard.type("99")
    expect(page.locator("#said")).to_be_empty()  # once no further digit may follow
    drawn(page, 12)
    page.reload()
    drawn(page, 12)


def test_screen_can_be_blanked_and_restored(projector):
    page = begin(projector, at=2)
    blank = page.locator("#blank")
    for key in ("b", "."):
        page.keyboard.press(key)
        expect(blank).to_be_visible()
        window = page.evaluate("[innerWidth, innerHeight]")
        box = blank.bounding_box()
        assert box
        assert [box["width"], box["height"]] == window
        page.keyboard.press(key)
        expect(blank).not_to_be_visible()
    page.keyboard.press("b")
    page.keyboard.press("Escape")
    expect(blank).not_to_be_visible()
    page.keyboard.press("b")
    page.keyboard.press("ArrowRight")
    expect(blank).not_to_be_visible()
    drawn(page, 3)


def test_language_key_switches_the_language_and_can_show_both_on_one_slide(projector):
    page = begin(projector, at=3)
    english = title(page)
    assert not CHINESE.search(english)
    page.keyboard.press("l")
    expect(page.locator(".canvas .title")).to_have_text(CHINESE)
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    assert "lang=zh" in page.url
    chinese = title(page)
    page.keyboard.press("d")
    expect(page.locator(".second-title")).to_have_text(english)
    assert title(page) == chinese
    page.keyboard.press("l")
    expect(page.locator(".canvas .title")).to_have_text(english)
    expect(page.locator(".second-title")).to_have_text(chinese)
    assert "lang=" not in page.url
    page.keyboard.press("d")
    expect(page.locator(".second-title")).to_have_count(0)


def test_filters_can_be_changed_in_the_show_by_keyboard(projector):
    page = begin(projector, at=2)
    before = title(page)
    page.keyboard.press("s")
    panel = page.locator("#filters")
    expect(panel).to_be_visible()
    expect(panel.locator("summary").first).to_be_focused()
    page.keyboard.press("Tab")
    expect(panel.locator("summary").nth(1)).to_be_focused()
    page.keyboard.press("Enter")  # opens the sectors
    page.keyboard.press("Tab")
    box = panel.locator("details").nth(1).locator("input").first
    expect(box).to_be_focused()
    page.keyboard.press(" ")
    expect(box).to_be_checked()
    sector, code = box.evaluate("(box) => [box.nextElementSibling.textContent.split(' · ')[0], box.value]")
    page.keyboard.press("Enter")
    expect(panel).not_to_be_visible()
    expect(page.locator(".canvas footer")).to_contain_text(sector)
    expect(page.locator("#said")).to_have_text("The slides are filtered now")
    assert f"sector={code}" in page.url
    assert page.url.endswith("#2")
    assert title(page) != before
    page.reload()
    drawn(page, 2)
    expect(page.locator(".canvas footer")).to_contain_text(sector)
    page.keyboard.press("/")
    expect(panel.locator(".chosen")).to_have_text("1 chosen")
    panel.get_by_role("button", name="Reset").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".canvas .title")).to_have_text(before)
    assert "sector" not in page.url


def test_as_of_date_can_be_changed_in_the_show(large_projector):
    page = begin(large_projector)
    page.keyboard.press("s")
    page.locator("#filters input[type=date]").fill("2014-12-31")
    page.locator("#filters").get_by_role("button", name="Apply").click()
    expect(page.locator(".canvas footer")).to_contain_text("as of 31 December 2014")
    assert "as_of=2014-12-31" in page.url


def test_index_help_and_table_open_by_key_and_close_with_escape(projector):
    page = begin(projector, at=4)
    for key, dialog in (("i", "index"), ("?", "help"), ("t", "table"), ("s", "filters")):
        page.keyboard.press(key)
        opened = page.locator(f"#{dialog}")
        expect(opened).to_be_visible()
        box = opened.bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["y"] >= 0
        assert box["x"] + box["width"] <= page.viewport_size["width"]
        assert box["y"] + box["height"] <= page.viewport_size["height"]
        if page.viewport_size["width"] == 1920:
            small = [each for each in opened.evaluate(TEXTS) if each["size"] < 23.95]
            assert small == []
        page.keyboard.press("ArrowRight")  # belongs to the dialog, not to the show
        page.keyboard.press("Escape")
        expect(opened).not_to_be_visible()
        drawn(page, 4)
    page.keyboard.press("i")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    drawn(page, 5)


def test_table_of_a_slide_has_the_numbers_of_the_slide(large_projector):
    page = begin(large_projector, at=3)
    page.keyboard.press("t")
    table = page.locator("#table table")
    expect(table.locator("thead th").first).to_have_text("Module")
    assert table.locator("tbody tr").count() >= 3
    page.keyboard.press("t")
    expect(page.locator("#table")).not_to_be_visible()


def test_autoplay_can_be_paused_by_key_and_by_button(projector):
    page = begin(projector)
    page.clock.install()
    for _each in range(4):
        page.keyboard.press("-")
    page.keyboard.press("a")
    playing = page.locator("#playing")
    expect(playing).to_contain_text("A new slide every 5 seconds")
    if page.viewport_size["width"] == 1920:
        drawn(page, 1)
        assert unreadable(page, 24) == []
    for at in (2, 3):
        page.clock.run_for(5000)
        drawn(page, at)
    playing.get_by_role("button", name="Pause").click()
    expect(playing).not_to_be_visible()
    page.clock.run_for(6000)
    drawn(page, 3)
    page.keyboard.press("a")
    expect(playing).to_be_visible()
    page.keyboard.press("Escape")
    expect(playing).not_to_be_visible()


def test_full_screen_can_be_entered_and_left(large_projector):
    page = begin(large_projector)
    page.keyboard.press("f")
    page.wait_for_function("document.fullscreenElement !== null")
    page.keyboard.press("f")
    page.wait_for_function("document.fullscreenElement === null")


def test_escape_leaves_the_show_and_opens_the_same_view(large_projector):
    sector = large_projector.site.visit.options()["sector"][0]["value"]
    page = begin(large_projector, f"?sector={sector}")
    page.keyboard.press("Escape")
    expect(page).to_have_url(f"{large_projector.site.address}/?sector={sector}")


def test_buttons_appear_when_the_mouse_moves_and_then_disappear(large_projector):
    page = begin(large_projector)
    bar = page.locator("#bar")
    expect(bar).to_have_css("opacity", "0")
    page.mouse.move(500, 500)
    page.mouse.move(520, 520)
    expect(bar).to_have_css("opacity", "1")
    bar.get_by_role("button", name="Next slide").click()
    drawn(page, 2)
    page.locator("#stage").focus()
    page.mouse.move(600, 300)
    expect(bar).to_have_css("opacity", "0")


def test_manager_can_change_the_deck_in_the_show(large_projector):
    page = begin(large_projector, at=3)
    page.keyboard.press("i")
    page.locator("#index select").select_option("Every exhibit")
    drawn(page, 1)
    expect(page.locator(".number")).to_have_text(f"1 / {len(SLIDES)}")
    assert "deck=Every+exhibit" in page.url


def test_show_continues_without_a_network_and_shows_a_notice(new_context, sites):
    context = sites["public"].sign_in(new_context(viewport={"width": 1920, "height": 1080}))
    with tab_of(context, sites["public"]) as tab:
        page = begin(tab, "?deck=Every+exhibit")
        sign = page.locator(".canvas .sign")
        expect(sign).to_have_text("Loaded: works offline")
        context.set_offline(True)
        expect(sign).to_have_text("No network: the show goes on")
        for at in range(2, len(SLIDES) + 1):
            page.keyboard.press("ArrowRight")
            drawn(page, at)
        page.keyboard.type("2")
        drawn(page, 2)
        assert page.locator(".choroplethlayer path").count() > 30, "the map is drawn from what was loaded"
        page.keyboard.press("l")
        expect(page.locator(".canvas .title")).to_have_text(CHINESE)
        page.keyboard.press("l")
        page.keyboard.press("s")
        page.locator("#filters").get_by_role("button", name="Apply").click()
        expect(page.locator("#said")).to_contain_text("Those shown are the old ones")
        context.set_offline(False)
        expect(sign).to_have_text("Loaded: works offline")
        assert tab.foreign == []


def test_speaker_window_and_show_follow_each_other(large_projector):
    page = begin(large_projector, "?deck=Every+exhibit", at=3)
    with large_projector.page.context.expect_page() as opened:
        page.keyboard.press("p")
    speaker = opened.value
    complaints: list[str] = []
    speaker.on("pageerror", lambda error: complaints.append(str(error)))
    standing = speaker.locator("body")
    expect(standing).to_have_attribute("data-at", "3")
    expect(speaker.locator("#notes")).to_have_text("Say something of module-funnel.")
    expect(speaker.locator("#behind dd").first).to_contain_text("planned")
    expect(speaker.locator("#now .title")).to_have_text(title(page))
    following = speaker.locator("#then .title").inner_text()
    speaker.keyboard.press("ArrowRight")
    drawn(page, 4)
    assert title(page) == following
    expect(standing).to_have_attribute("data-at", "4")
    page.keyboard.press("End")
    expect(standing).to_have_attribute("data-at", str(len(SLIDES)))
    expect(speaker.locator("#then")).to_have_text("End of the show")
    speaker.keyboard.press("b")
    expect(page.locator("#blank")).to_be_visible()
    expect(speaker.locator("#position")).to_contain_text("The screen is blank")
    speaker.keyboard.press("3")
    drawn(page, 3)
    page.keyboard.press("l")
    expect(speaker.locator("#now .title")).to_have_text(CHINESE)
    expect(speaker.locator("#behind dt").first).to_have_text(CHINESE)
    page.keyboard.press("l")
    page.keyboard.press("s")
    page.locator("#filters summary").nth(1).click()
    page.locator("#filters details").nth(1).locator("input").first.check()
    page.locator("#filters").get_by_role("button", name="Apply").click()
    expect(page.locator("#said")).to_have_text("The slides are filtered now")
    expect(speaker.locator("#now footer")).to_contain_text("Sector:")
    timer = speaker.locator("#timer")
    expect(timer).to_have_text("0:00")
    speaker.locator("#timer-run").click()
    expect(timer).to_have_text("0:02")
    speaker.locator("#timer-run").click()
    speaker.locator("#timer-zero").click()
    expect(timer).to_have_text("0:00")
    assert complaints == []
    speaker.close()


def test_speaker_window_does_not_move_another_show(signed_in_contexts, sites):
    context = signed_in_contexts["public", 1920]
    with tab_of(context, sites["public"]) as first, tab_of(context, sites["public"]) as second:
        begin(first)
        begin(second)
        with context.expect_page() as opened:
            first.page.keyboard.press("p")
        expect(opened.value.locator("body")).to_have_attribute("data-at", "1")
        opened.value.keyboard.press("End")
        drawn(first.page, len(decks.STANDARD_SLIDES))
        drawn(second.page, 1)
        opened.value.close()


def test_open_show_ends_when_its_link_ends(new_context, sites, folder):
    accounts = accounts_engine(f"sqlite:///{folder}/accounts.db")
    made, token = share_links.make(accounts, sites["public"].visit.fit(Terms(Audience.COMMITTEE, deck="Every exhibit")))
    with tab_of(new_context(viewport={"width": 1280, "height": 800}), sites["public"]) as tab:
        tab.page.goto(f"{tab.site.address}/s/{token}")
        page = drawn(tab.page, 1)
        page.keyboard.press("Escape")  # a committee has no other page
        page.keyboard.press("ArrowRight")
        drawn(page, 2)
        share_links.revoke(accounts, made.id)
        expect(page.locator("h1")).to_have_text("This link has ended", timeout=30_000)
    accounts.dispose()


def test_manager_can_present_as_a_link_from_the_slide_index_and_return(new_context, sites, folder):
    accounts = accounts_engine(f"sqlite:///{folder}/accounts.db")
    site = sites["demo"]
    made, _token = share_links.make(
        accounts, site.visit.fit(Terms(Audience.COMMITTEE, deck="standard")), label="The meeting"
    )
    accounts.dispose()
    with tab_of(site.sign_in(new_context(viewport={"width": 1280, "height": 800})), site) as tab:
        page = begin(tab, "?deck=Every+exhibit")
        page.keyboard.press("i")
        page.get_by_label("Present as its readers see it").select_option(str(made.id))
        assert objections(tab) == []
        page.get_by_role("button", name="This deck").click()
        expect(page.get_by_role("button", name=f"Link {made.id} (The meeting): Back to my own view")).to_be_attached()
        drawn(page, 1)
        page.keyboard.press("End")
        drawn(page, len(SLIDES))
        page.keyboard.press("i")
        expect(page.locator("dialog[open] select")).to_have_count(0)
        page.keyboard.press("i")
        page.keyboard.press("Escape")
        expect(page).to_have_url(re.compile(r"/present\?deck=Every\+exhibit"))
        assert not [each for each in tab.complaints if "uncaught" in each]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_show_and_speaker_window_are_accessible(large_projector, language):
    page = begin(large_projector, f"?lang={language}", at=3)
    assert objections(large_projector) == []
    for key in ("i", "s", "t", "?"):
        page.keyboard.press(key)
        expect(page.locator("dialog[open]")).to_be_visible()
        assert objections(large_projector) == []
        page.keyboard.press("Escape")
    page.mouse.move(400, 400)
    page.mouse.move(420, 420)
    page.keyboard.press("a")
    assert objections(large_projector) == []
    with page.context.expect_page() as opened:
        page.keyboard.press("p")
    expect(opened.value.locator("body")).to_have_attribute("data-at", re.compile("[0-9]"))
    assert objections(Tab(opened.value, large_projector.site)) == []
    opened.value.close()


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844), (844, 390)])
def test_show_is_usable_in_other_window_sizes(new_context, sites, width, height):
    context = sites["demo"].sign_in(new_context(viewport={"width": width, "height": height}))
    with tab_of(context, sites["demo"]) as tab:
        page = begin(tab, "?deck=Every+exhibit")
        for at in range(1, len(SLIDES) + 1):
            drawn(page, at)
            box = page.locator(".canvas").bounding_box()
            assert box
            assert inside(
                [box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"]], [0, 0, width, height]
            )
            blocks = page.locator(".canvas").evaluate(BLOCKS)
            assert blocks["spills"] == []
            page.keyboard.press("ArrowRight")
        assert tab.complaints == []
