"""Charts downloaded as pictures: downloaded, opened and inspected."""

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from browsing import Tab
from PIL import Image
from playwright.sync_api import Locator, Page, expect

SVG = "{http://www.w3.org/2000/svg}"


def taken(page: Page, section: str, kind: str, folder: Path) -> Path:
    """Download the chart of a section by keyboard into a folder, under its suggested name."""
    menu = page.locator(f"#{section} .take-away")
    menu.locator("summary").focus()
    if menu.get_attribute("open") is None:
        page.keyboard.press("Enter")
    button = menu.locator(f"[data-format={kind}]")
    expect(button).to_be_visible()
    button.focus()
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def picture_text(path: Path) -> str:
    """Every text of a picture, in its order."""
    texts = (node for node in ET.parse(path).getroot().iter(f"{SVG}text"))
    return " ".join("".join(text.itertext()) for text in texts)


def words(locator: Locator) -> list[str]:
    return " ".join(locator.all_inner_texts()).split()


@pytest.mark.parametrize(
    ("address", "section", "name"),
    [
        ("/modules", "modules-module-funnel-section", "score-china-module-funnel-2017-03-31"),
        ("/regions?as_of=2014-12-31", "regions-regions-section", "score-china-regions-2014-12-31"),
        ("/results", "results-coverage-section", "score-china-coverage-2017-03-31"),
    ],
)
def test_downloaded_chart_has_its_title_above_and_its_basis_below(tab: Tab, tmp_path, address, section, name):
    page = tab.open(address)
    drawing, picture = (taken(page, section, kind, tmp_path) for kind in ("svg", "png"))
    assert (drawing.name, picture.name) == (f"{name}.svg", f"{name}.png")
    text = picture_text(drawing)
    for part in (f"#{section} h2", f"#{section} .basis > *"):
        for word in words(page.locator(part)):
            assert word in text, (part, word)
    root = ET.parse(drawing).getroot()
    (inner,) = root.findall(f"{SVG}svg")
    assert [node.tag for node in inner.iter() if node.tag.endswith(("path", "text"))], "the chart itself is in it"
    with Image.open(picture) as image:
        assert image.format == "PNG"
        assert image.size == (2 * int(root.get("width", 0)), 2 * int(root.get("height", 0)))
        rgb = image.convert("RGB")
        assert {rgb.getpixel((x, y)) for x in (0, image.width - 1) for y in (0, image.height - 1)} == {(255, 255, 255)}
        colours = rgb.getcolors(maxcolors=1 << 24)
        assert colours is not None
        assert len(colours) > 20, "something is drawn"


def test_downloaded_map_shows_its_provinces(tab: Tab, tmp_path):
    page = tab.open("/regions")
    drawing = taken(page, "regions-regions-section", "svg", tmp_path)
    shapes = [node for node in ET.parse(drawing).getroot().iter(f"{SVG}path") if len(node.get("d", "")) > 500]
    assert len(shapes) > 20


def test_chart_in_chinese_downloads_in_chinese(tab: Tab, tmp_path):
    page = tab.open("/modules?lang=zh")
    drawing = taken(page, "modules-breadth-section", "svg", tmp_path)
    assert page.locator("#modules-breadth-section h2").inner_text() in picture_text(drawing).replace(" ", "")
    assert ET.parse(drawing).getroot().get("lang") == "zh-Hans"


def test_exhibit_without_a_chart_offers_only_table_downloads(tab: Tab):
    page = tab.open("/published")
    menu = page.locator("#published-published-section .take-away")
    expect(menu).to_have_count(1)
    expect(menu.locator("a")).to_have_count(2)
    expect(menu.locator("button")).to_have_count(0)


def test_picture_that_cannot_be_drawn_shows_a_message(tab: Tab):
    page = tab.open("/modules")
    page.evaluate("Plotly.toImage = () => Promise.reject(new Error('no room')); 0")
    menu = page.locator("#modules-breadth-section .take-away")
    menu.locator("summary").click()
    menu.locator("[data-format=png]").click()
    expect(menu.locator("[role=status]")).not_to_be_empty()
