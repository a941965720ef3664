"""The newsletter in a real browser: from the tools menu to a period, both languages, and downloads."""

from pathlib import Path

import pytest
from browsing import Tab
from playwright.sync_api import expect
from test_pages import objections


def test_manager_opens_the_newsletter_chooses_a_period_and_downloads_it(tab: Tab, tmp_path):
    page = tab.open("/")
    page.locator("details.tools:not(.menu, .readers) > summary").click()
    page.get_by_role("link", name="Newsletter", exact=True).click()
    page.get_by_label("From", exact=True).fill("2014-04-01")
    page.get_by_label("To", exact=True).fill("2014-12-31")
    page.keyboard.press("Enter")
    tab.settle()
    letters = page.locator("article.letter")
    expect(letters).to_have_count(2)
    expect(letters.first).to_contain_text("began in April 2014")
    expect(letters.last).to_contain_text("2014年4月")
    assert objections(tab) == []
    for name, ending in (("HTML mail", "html"), ("Markdown file", "md")):
        with page.expect_download() as download:
            page.get_by_role("link", name=name).click()
        assert download.value.suggested_filename == f"newsletter-2014-04-01-2014-12-31-both.{ending}"
        path = tmp_path / download.value.suggested_filename
        download.value.save_as(path)
        assert "Ningbo" in Path(path).read_text(encoding="utf-8")
    letters.first.get_by_role("link", name="5 enterprises").first.click()
    tab.settle()
    expect(page.locator("#overview-headlines .headline-value").first).to_have_text("5")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_newsletter_fits_a_phone(tab: Tab, language):
    page = tab.page
    page.set_viewport_size({"width": 390, "height": 844})
    tab.open(f"/digest?since=2014-04-01&until=2014-12-31&lang={language}")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert objections(tab) == []
