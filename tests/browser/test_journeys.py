"""User journeys through the dashboard, in a real browser on the public record."""

import re
from pathlib import Path

import pytest
from browsing import NewContext, Site, serving, tab_of
from playwright.sync_api import Locator, Page, expect
from visiting import Visit

from layouts import ids
from layouts.pages import PAGES
from layouts.parts.shell import CONTROLS

CHINESE = re.compile(r"[\u4e00-\u9fff]")


def control(page: Page, dimension: str) -> Locator:
    return page.locator(f"#{ids.filter_control(dimension)}")


def option(page: Page, code: str) -> Locator:
    return page.get_by_role("option").filter(has=page.locator(f'input[value="{code}"]'))


def choose(page: Page, dimension: str, code: str) -> None:
    """Open a filter, click one of its options, and close it: closing sends the request."""
    control(page, dimension).click()
    option(page, code).click()
    page.keyboard.press("Escape")


def drawn(page: Page) -> None:
    """Wait for two frames: a dropdown moves the focus in the frame after its options, faster than any hand."""
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def enterprises(page: Page) -> Locator:
    """The first headline: the number of enterprises."""
    return page.locator(f"#{ids.OVERVIEW_HEADLINES} .headline-value").first


def chips(page: Page) -> Locator:
    """The filter chips in the sentence, without the link that removes all."""
    return page.locator(f"#{ids.SENTENCE} a.chip:not(.reset)")


def title(page: Page, code: str, exhibit: str) -> Locator:
    return page.locator(f"#{ids.part(code, exhibit, 'title')} h2")


def table(page: Page, code: str, exhibit: str) -> Locator:
    """The table of an exhibit, folded or open."""
    return page.locator(f"#{ids.part(code, exhibit, 'table')}")


def counted(site: Site, search: str, dimension: str, code: str) -> str:
    """The number of enterprises the server gives for an option."""
    (found,) = [each for each in site.visit.options(search)[dimension] if each["value"] == code]
    return found["label"].rsplit("· ", 1)[1]


def pair(site: Site) -> tuple[str, str]:
    """A partner and a sector of it that each exclude some enterprises."""
    for partner in site.visit.options()["partner"]:
        sectors = site.visit.options(f"?partner={partner['value']}")["sector"]
        if len(sectors) > 1:
            return partner["value"], sectors[0]["value"]
    raise AssertionError("no partner has two sectors")


def test_filter_choice_changes_address_and_numbers_and_back_restores_both(tab):
    partner, sector = pair(tab.site)
    page = tab.open("/")
    everything = enterprises(page).inner_text()
    choose(page, "sector", sector)
    tab.is_at(f"/?sector={sector}")
    of_sector = counted(tab.site, "", "sector", sector)
    assert of_sector != everything
    expect(enterprises(page)).to_have_text(of_sector)
    expect(chips(page)).to_have_count(1)
    choose(page, "partner", partner)
    tab.is_at(f"/?partner={partner}&sector={sector}")
    expect(enterprises(page)).to_have_text(counted(tab.site, f"?sector={sector}", "partner", partner))
    expect(chips(page)).to_have_count(2)
    page.go_back()
    tab.is_at(f"/?sector={sector}")
    expect(enterprises(page)).to_have_text(of_sector)
    expect(chips(page)).to_have_count(1)
    page.go_back()
    tab.is_at("/")
    expect(enterprises(page)).to_have_text(everything)
    expect(chips(page)).to_have_count(0)
    page.go_forward()
    tab.is_at(f"/?sector={sector}")
    expect(enterprises(page)).to_have_text(of_sector)


def test_changing_one_control_keeps_the_language_and_every_other_filter(tab):
    partner, sector = pair(tab.site)
    page = tab.open(f"/regions?partner={partner}&module=m1&lang=zh&as_of=2016-01-01")
    tab.is_at(f"/regions?as_of=2016-01-01&lang=zh&module=m1&partner={partner}")
    choose(page, "sector", sector)
    tab.is_at(f"/regions?as_of=2016-01-01&lang=zh&module=m1&partner={partner}&sector={sector}")
    choose(page, "partner", partner)
    tab.is_at(f"/regions?as_of=2016-01-01&lang=zh&module=m1&sector={sector}")
    page.locator(f"#{ids.AS_OF}").fill("")
    page.keyboard.press("Enter")
    tab.is_at(f"/regions?lang=zh&module=m1&sector={sector}")


def test_filter_values_in_the_address_are_sorted_in_any_order_of_choice(tab):
    codes = sorted(each["value"] for each in tab.site.visit.options()["sector"])[:2]
    page = tab.open("/")
    for code in reversed(codes):
        choose(page, "sector", code)
        tab.settle()
    tab.is_at(f"/?sector={','.join(codes)}")
    expect(chips(page)).to_have_count(2)


def test_typed_address_is_normalised_without_a_new_history_entry(tab):
    partner, sector = pair(tab.site)
    tab.open("/modules")
    page = tab.open(f"/?utm=x&sector={sector},nothing&partner={partner}")
    tab.is_at(f"/?partner={partner}&sector={sector}")
    expect(chips(page)).to_have_count(2)
    page.go_back()
    tab.is_at("/modules")


def test_chip_removes_its_filter_and_reset_removes_all(tab):
    partner, sector = pair(tab.site)
    page = tab.open(f"/modules?partner={partner}&sector={sector}&as_of=2016-01-01")
    expect(chips(page)).to_have_count(3)
    chips(page).first.click()
    tab.is_at(f"/modules?as_of=2016-01-01&sector={sector}")
    expect(chips(page)).to_have_count(2)
    page.locator(f"#{ids.SENTENCE} a.reset").click()
    tab.is_at("/modules")
    expect(chips(page)).to_have_count(0)
    expect(page.locator(f"#{ids.SENTENCE} a")).to_have_count(0)


def test_typed_as_of_date_is_applied(tab):
    page = tab.open("/")
    everything = enterprises(page).inner_text()
    page.locator(f"#{ids.AS_OF}").fill("2011-01-01")
    page.keyboard.press("Enter")
    tab.is_at("/?as_of=2011-01-01")
    expect(enterprises(page)).not_to_have_text(everything)


def test_filters_and_language_persist_between_pages(tab):
    partner, _sector = pair(tab.site)
    page = tab.open(f"/?partner={partner}&lang=zh")
    for each in PAGES[1:]:
        if not each.main:
            page.locator(f"#{ids.NAV} .menu summary").click()
        page.locator(f'#{ids.NAV} ul a[href^="{each.path}?"]').click()
        tab.is_at(f"{each.path}?lang=zh&partner={partner}")
        expect(page.locator(f"#{ids.page_title(each.code)} h1")).to_have_text(CHINESE)
        expect(
            page.locator(f"#{ids.NAV} ul [aria-current=page] a, #{ids.NAV} ul a[aria-current=page]")
        ).to_have_attribute("href", re.compile(f"^{each.path}[?]"))
        expect(chips(page)).to_have_count(1)


def on_map(page: Page, figure: str, code: str) -> tuple[float, float]:
    """A point of the window inside the shape of a place, away from the dots of cities."""
    point = page.locator(f"#{figure}").evaluate(
        """(graph, code) => {
            const dots = [...graph.querySelectorAll(".scattergeo .point")].map((dot) => dot.getBoundingClientRect());
            for (const path of graph.querySelectorAll(".choroplethlayer path")) {
                if (!path.__data__ || String(path.__data__.loc) !== code) continue;
                const box = path.getBoundingClientRect(), inward = path.getScreenCTM().inverse();
                for (let step = 1; step < 400; step++) {
                    const x = box.left + box.width * ((step * 0.618034) % 1), y = box.top + (box.height * step) / 400;
                    const away = dots.every((dot) => Math.hypot(x - dot.x, y - dot.y) > 60);
                    if (away && path.isPointInFill(new DOMPoint(x, y).matrixTransform(inward))) return [x, y];
                }
            }
            return null;
        }""",
        code,
    )
    assert point, f"{code} is not on the map"
    return point[0], point[1]


def test_click_on_a_province_on_the_map_filters_by_that_province(tab):
    sichuan, tibet = "510000", "540000"
    page = tab.open("/regions?lang=zh")
    before = title(page, "regions", "ranking").inner_text(), title(page, "regions", "regions").inner_text()
    figure = page.locator(f"#{ids.REGIONS_MAP}")
    figure.scroll_into_view_if_needed()
    expect(figure.locator(".choroplethlayer path").first).to_be_visible()
    page.mouse.click(*on_map(page, ids.REGIONS_MAP, tibet))
    tab.is_at("/regions?lang=zh")  # no enterprise is there: nothing to narrow to
    point = on_map(page, ids.REGIONS_MAP, sichuan)
    page.mouse.move(*point)
    expect(figure.locator(".hovertext")).to_be_visible()
    page.mouse.click(*point)
    tab.is_at(f"/regions?lang=zh&place={sichuan}")
    expect(title(page, "regions", "regions")).not_to_have_text(before[1])
    expect(chips(page)).to_have_count(1)
    page.locator(f'#{ids.NAV} ul a[href^="/?"]').click()
    tab.is_at(f"/?lang=zh&place={sichuan}")
    expect(enterprises(page)).to_have_text(counted(tab.site, "?lang=zh", "place", sichuan))


def test_language_switch_keeps_page_and_filters_and_marks_the_language(tab):
    partner, _sector = pair(tab.site)
    page = tab.open(f"/results?partner={partner}")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert not CHINESE.search(page.title())
    page.locator(f"#{ids.NAV} a.language").click()
    tab.is_at(f"/results?lang=zh&partner={partner}")
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    expect(page).to_have_title(CHINESE)
    expect(page.locator(f"#{ids.page_title('results')} h1")).to_have_text(CHINESE)
    expect(page.locator(f"#{ids.filter_label('partner')}")).to_have_text(CHINESE)
    expect(chips(page)).to_have_count(1)
    page.locator(f"#{ids.NAV} a.language").click()
    tab.is_at(f"/results?partner={partner}")
    expect(page.locator("html")).to_have_attribute("lang", "en")


@pytest.mark.parametrize("path", ["/", "/modules?lang=zh"])
def test_empty_selection_shows_a_message_and_its_reset_link_works(tab, path):
    bare, _mark, language = path.partition("?")
    query = "&".join(part for part in (language, tab.site.visit.nothing_left()) if part)
    page = tab.open(f"{bare}?{query}")
    empty = page.locator(".exhibit.is-empty")
    sections = page.locator("section.exhibit").count()
    assert sections >= 3
    expect(empty).to_have_count(sections)
    said = empty.first.get_by_role("status")
    assert len(said.locator("p").inner_text()) > 10
    expect(empty.first.locator(".js-plotly-plot")).not_to_be_visible()
    said.get_by_role("link").click()
    expect(page).to_have_url(re.compile(f"^{re.escape(tab.site.address + path)}[?]?$"))
    # No training of the public record gives a value for satisfaction.
    satisfaction = f"#{ids.part('modules', 'satisfaction', 'section')}"
    expect(page.locator(f".exhibit.is-empty:not({satisfaction})")).to_have_count(0)
    expect(chips(page)).to_have_count(0)


def test_radio_button_chooses_the_measure_the_map_shows(tab):
    page = tab.open("/regions")
    before = title(page, "regions", "ranking").inner_text()
    page.locator(f"#{ids.REGIONS_METRIC} input").nth(1).check()
    expect(title(page, "regions", "ranking")).not_to_have_text(before)
    tab.is_at("/regions")


def test_chosen_indicator_is_drawn(tab):
    page = tab.open("/results")
    shown = title(page, "results", "pairs").inner_text()
    page.locator(f"#{ids.RESULTS_INDICATOR}").click()
    page.get_by_role("option").nth(1).click()
    expect(title(page, "results", "pairs")).not_to_have_text(shown)
    tab.settle()
    expect(page.locator(f"#{ids.part('results', 'pairs', 'figure')} .js-plotly-plot .main-svg").first).to_be_visible()


def test_table_opens_on_click_has_rows_and_updates_with_the_filters(tab):
    partner, _sector = pair(tab.site)
    page = tab.open("/modules")
    matrix = table(page, "modules", "matrix")
    expect(matrix.locator("table")).to_have_count(0)
    matrix.locator("summary").click()
    rows = matrix.locator("tbody tr")
    expect(rows.first).to_be_visible()
    everything = rows.count()
    with page.expect_response(lambda answer: f"/table/matrix?partner={partner}" in answer.url):
        choose(page, "partner", partner)
    tab.is_at(f"/modules?partner={partner}")
    expect(rows).not_to_have_count(everything)
    assert 0 < rows.count() < everything
    matrix.locator("summary").click()
    expect(matrix.locator("table")).not_to_be_visible()


def test_open_table_disappears_without_stale_rows_when_the_selection_is_empty(tab):
    nothing = tab.site.visit.nothing_left()
    page = tab.open(f"/modules?{nothing}")
    chips(page).first.click()
    expect(chips(page)).to_have_count(1)
    tab.settle()
    matrix = table(page, "modules", "matrix")
    matrix.locator("summary").click()
    expect(matrix.locator("tbody tr").first).to_be_visible()
    page.go_back()
    tab.is_at(f"/modules?{nothing}")
    expect(page.locator(f"#{ids.part('modules', 'matrix', 'section')}.is-empty")).to_have_count(1)
    expect(matrix).not_to_be_visible()
    expect(page.locator("#react-entry-point")).to_have_count(1)
    expect(page.locator("title")).to_have_count(1)


def test_every_table_on_a_page_opens(tab):
    page = tab.open("/results")
    twins = page.locator("main details.twin")
    assert twins.count() >= 4
    for at in range(twins.count()):
        if twins.nth(at).get_attribute("open") is None:
            twins.nth(at).locator("summary").click()
        expect(twins.nth(at).locator("tbody tr").first).to_be_visible()


def test_table_rows_download_as_a_file(tab):
    page = tab.open("/modules")
    funnel = table(page, "modules", "module-funnel")
    funnel.locator("summary").click()
    with page.expect_download() as download:
        funnel.locator("a[download]").click()
    assert download.value.suggested_filename.endswith(".csv")
    assert Path(download.value.path()).read_text(encoding="utf-8").startswith("module,planned,")


def test_source_under_an_exhibit_links_to_its_card(tab):
    page = tab.open("/results")
    sources = page.locator(f"#{ids.part('results', 'pairs', 'basis')} details.basis-sources")
    sources.locator("summary").click()
    name = sources.get_by_role("link").first.inner_text()
    sources.get_by_role("link").first.click()
    expect(page.locator("article.source.chosen h2")).to_have_text(name)
    assert "/sources/" in page.url


def test_unknown_address_shows_not_found_with_a_link_back(tab):
    page = tab.open("/nothing-here")
    expect(page.locator("main h1")).to_have_text("404")
    page.locator("main").get_by_role("link").click()
    tab.is_at("/")
    expect(enterprises(page)).to_be_visible()


def test_two_simultaneous_readers_do_not_affect_each_other(new_context: NewContext, public_site: Site):
    partner, sector = pair(public_site)
    one, other = (public_site.sign_in(new_context()) for _person in range(2))
    with tab_of(one, public_site) as first, tab_of(other, public_site) as second:
        first.open("/")
        second.open("/?lang=zh")
        choose(first.page, "partner", partner)
        choose(second.page, "sector", sector)
        first.is_at(f"/?partner={partner}")
        second.is_at(f"/?lang=zh&sector={sector}")
        expect(enterprises(first.page)).to_have_text(counted(public_site, "", "partner", partner))
        expect(enterprises(second.page)).to_have_text(counted(public_site, "", "sector", sector))
        first.page.reload()
        first.is_at(f"/?partner={partner}")
        expect(first.page.locator("html")).to_have_attribute("lang", "en")
        expect(second.page.locator("html")).to_have_attribute("lang", "zh-Hans")
        assert first.complaints == second.complaints == []


def test_one_time_address_admits_only_one_browser(new_context: NewContext, public_record_url: str):
    visit = Visit.to(public_record_url, signed_in=False)
    with serving(visit) as site, tab_of(new_context(), site) as first, tab_of(new_context(), site) as second:
        first.open(f"/enter/{visit.one_time.token}")
        first.is_at("/")
        expect(enterprises(first.page)).to_be_visible()
        answer = second.page.goto(f"{site.address}/enter/{visit.one_time.token}")
        assert answer
        assert answer.status == 401
        assert second.page.locator(f"#{ids.PAGE}").count() == 0
        answer = first.page.goto(site.address + "/sources")
        assert answer
        assert answer.status == 200


def test_interaction_after_the_session_has_ended_shows_the_sign_in_notice(new_context: NewContext, public_site: Site):
    _partner, sector = pair(public_site)
    context = public_site.sign_in(new_context())
    with tab_of(context, public_site) as tab:
        page = tab.open("/published")
        expect(page.locator(f"#{ids.PAGE} table tbody tr").first).to_be_visible()
        context.clear_cookies()
        choose(page, "sector", sector)
        expect(page.locator("small")).to_contain_text("401")
        expect(page.locator(f"#{ids.PAGE}")).to_have_count(0)
        expect(page.locator("table")).to_have_count(0)


def test_open_page_shows_a_message_when_the_database_becomes_unreadable(
    new_context: NewContext, public_record_url: str, tmp_path: Path
):
    database = tmp_path / "results.db"
    database.write_bytes(Path(public_record_url.removeprefix("sqlite:///")).read_bytes())
    visit = Visit.to(f"sqlite:///{database}")
    with serving(visit) as site, tab_of(site.sign_in(new_context()), site) as tab:
        _partner, sector = pair(site)
        page = tab.open("/?lang=zh")
        problem = page.locator(f"#{ids.PROBLEM}")
        expect(problem).to_be_empty()
        database.write_bytes(b"overwritten")
        choose(page, "sector", sector)
        expect(problem).to_have_text(CHINESE)
        expect(problem).to_be_visible()
        expect(page.locator(f"#{ids.PAGE}")).not_to_have_css("opacity", "1")
        answer = page.reload()
        assert answer
        assert answer.status == 503
        expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")


def focused(page: Page) -> tuple[str, str]:
    """The id and the tag of the focused element."""
    return page.evaluate("[document.activeElement.id, document.activeElement.tagName]")


def test_tab_key_reaches_pages_then_filters_then_tables(tab):
    page = tab.open("/modules")
    reached: list[tuple[str, str]] = []
    for _press in range(60):
        page.keyboard.press("Tab")
        reached.append(tuple(focused(page)))
        if len(reached) > 3 and reached[-1][1] == "BODY":
            break
    names = [name for name, _tag in reached]
    tags = [tag for _name, tag in reached]
    first = names.index(ids.filter_control(CONTROLS[0]))
    main = sum(each.main for each in PAGES)
    assert tags[:first].count("A") >= main + 2, "the skip link, the pages of the bar, the language"
    assert tags[:first].count("SUMMARY") >= 1, "the menu of the record"
    of_filters = [ids.filter_control(name) for name in CONTROLS]
    assert [name for name in dict.fromkeys(names) if name in of_filters] == of_filters
    assert ids.AS_OF in names
    last = len(names) - 1 - names[::-1].index(ids.AS_OF)
    assert tags[last:].count("SUMMARY") >= page.locator("main details.twin").count()


def test_filter_and_table_can_be_operated_by_keyboard_alone(tab):
    _partner, sector = pair(tab.site)
    page = tab.open("/modules")
    control(page, "sector").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("listbox")).to_be_visible()
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type(sector)
    expect(page.get_by_role("option")).to_have_count(1)
    drawn(page)
    page.keyboard.press("ArrowDown")
    expect(option(page, sector).locator("input")).to_be_focused()
    page.keyboard.press("Space")
    expect(option(page, sector)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    tab.is_at(f"/modules?sector={sector}")
    table(page, "modules", "states").locator("summary").focus()
    page.keyboard.press("Enter")
    expect(table(page, "modules", "states").locator("tbody tr").first).to_be_visible()


def test_record_menu_can_be_operated_by_keyboard(tab):
    other = next(each for each in PAGES if not each.main)
    page = tab.open("/")
    menu = page.locator(f"#{ids.NAV} details.menu")
    menu.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(menu).to_have_attribute("open", "")
    page.keyboard.press("Escape")
    expect(menu).not_to_have_attribute("open", "")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    tab.is_at(other.path)
    expect(menu).not_to_have_attribute("open", "")
    expect(menu.locator("summary")).to_have_text(other.name())


def test_skip_link_comes_first_and_moves_focus_to_the_page(tab):
    page = tab.open("/")
    page.keyboard.press("Tab")
    skip = page.locator("a.skip")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator(f"#{ids.PAGE}")).to_be_focused()


def test_filters_have_distinct_accessible_names(tab):
    page = tab.open("/?lang=zh")
    for name in CONTROLS:
        label = page.locator(f"#{ids.filter_label(name)}").inner_text()
        assert CHINESE.match(label)
        expect(control(page, name)).to_have_accessible_name(re.compile(f"^{label} "))
