"""The meeting pack: texts of every slide and page, charts with the numbers of the table, and failures."""

import io
import re
import threading
import time
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from html import unescape
from itertools import combinations
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from PIL import Image
from pptx import Presentation
from pptx.oxml.ns import qn
from pptx.util import Emu, Inches
from pypdf import PdfReader
from sqlalchemy import Engine, select
from test_slides import Show, shown
from visiting import PAGE, Visit
from werkzeug.test import TestResponse

from dashboard.packs.meeting_pack import Pack, Packer
from data import decks
from data.decks import STANDARD, Deck, DeckSlide
from data.exhibits import SLIDES
from data.storage.accounts import accounts_engine
from data.storage.database import reading_engine
from data.storage.schema import enterprise, event

pytestmark = pytest.mark.browser  # prints, and takes pictures of maps

INDICATORS = {"public": ("defect-rate",), "demo": ("on-time-delivery", "accidents", "osh-committee", "jobs")}
"""Indicators of the synthetic record: with many pairs, with few, a practice, and one without results."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pack")


@pytest.fixture(scope="module")
def accounts(folder: Path) -> Iterator[Engine]:
    engine = accounts_engine(f"sqlite:///{folder}/accounts.db")
    for name, codes in INDICATORS.items():
        slides = [DeckSlide(code, notes=f"say {code}") for code in SLIDES if code != "pairs"]
        pairs = [DeckSlide("pairs", indicator=code) for code in codes]
        decks.save(engine, Deck(f"Everything {name}", (*slides, *pairs)), "manager")
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def desks(public_record_url: str, demo_url: str, folder: Path, accounts: Engine) -> dict[str, Visit]:
    """A manager on each record, with a deck of every exhibit."""
    urls = {"public": public_record_url, "demo": demo_url}
    return {name: Visit.to(url, accounts_url=f"sqlite:///{folder}/accounts.db") for name, url in urls.items()}


def post_pack(desk: Visit, **form: str) -> TestResponse:
    return desk.client.post(
        "/pack", data={"deck": STANDARD, "format": "pptx", "lang": "en", "for": "managers"} | form, headers=PAGE
    )


def made(desk: Visit, **form: str) -> bytes:
    response = post_pack(desk, **form)
    assert response.status_code == 200, response.text[:500]
    return response.data


Made = Callable[[str, str, str], bytes]


@pytest.fixture(scope="module")
def packs(desks: dict[str, Visit]) -> Made:
    """The full pack of every exhibit of a record, in a format and a language; made once."""
    kept: dict[tuple[str, str, str], bytes] = {}

    def pack(record: str, form: str, language: str) -> bytes:
        wanted = (record, form, language)
        if wanted not in kept:
            everything = {"deck": f"Everything {record}", "notes": "1", "rows": "1"}
            kept[wanted] = made(desks[record], format=form, lang=language, **everything)
        return kept[wanted]

    return pack


@pytest.fixture(scope="module")
def projected(desks: dict[str, Visit]) -> dict[str, list[Show]]:
    """The same decks as the projector shows them: the texts of each slide, by language."""
    return {name: shown(desk.client, f"deck=Everything+{name}")["slides"] for name, desk in desks.items()}


@pytest.fixture(params=["public", "demo"])
def record(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


def opened(content: bytes) -> Any:
    return Presentation(io.BytesIO(content))


def texts(slide: Any) -> str:
    return "\n".join(shape.text_frame.text for shape in slide.shapes if shape.has_text_frame)


def charts(slide: Any) -> list[Any]:
    return [shape.chart for shape in slide.shapes if shape.has_chart]


def flat(text: str) -> str:
    """A text without its blanks, because line breaks are not tested, and with one code point per Chinese character.

    A font has one glyph for a character and its radical, and text extracted from a page may have either.
    """
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).translate(RADICALS)


RADICALS = str.maketrans(
    "⺟⺠⻅⻆⻉⻋⻓⻔⻘⻙⻚⻛⻜⻝⻢⻥⻦⻧⻨⻩⻬⻮⻰⻳", "母民见角贝车长门青韦页风飞食马鱼鸟卤麦黄齐齿龙龟"
)
"""Radicals without a compatibility mapping in Unicode's tables."""


def notes_of(slide: Any) -> str:
    text: str = slide.notes_slide.notes_text_frame.text
    return text


def table_of(slide: Any) -> list[list[str]]:
    """The rows of the table in a slide's notes, without the heading."""
    return [line.split("\t") for line in notes_of(slide).splitlines() if "\t" in line][1:]


# ---- PowerPoint: texts of every slide


@pytest.mark.parametrize("language", ["en", "zh"])
def test_pack_slide_has_the_texts_of_the_projected_slide(packs, projected, record, language):
    presentation = opened(packs(record, "pptx", language))
    assert len(presentation.slides) == len(projected[record])
    for at, (slide, pair) in enumerate(zip(presentation.slides, projected[record], strict=True), 1):
        said, wanted = texts(slide), pair[language]
        assert slide.shapes.title.text_frame.text == wanted["title"]
        for part in ("filtered", "as_of", "sources", "coverage", "notice", "synthetic", "caption", "empty"):
            assert wanted[part] in said, (wanted["exhibit"], part)
        assert f"{at} / {len(projected[record])}" in said.splitlines()
        for card in wanted["cards"]:
            assert f"{card['label']}\n{card['value']}" in said


def test_slides_in_both_languages_have_both_titles(packs, projected, record):
    for slide, pair in zip(opened(packs(record, "pptx", "both")).slides, projected[record], strict=True):
        said = texts(slide)
        for part in ("title", "filtered", "as_of", "caption"):
            assert pair["en"][part] in said
            assert pair["zh"][part] in said


def test_chinese_text_has_its_language_and_a_chinese_font(packs, record):
    for slide in opened(packs(record, "pptx", "zh")).slides:
        for shape in slide.shapes:
            runs = [run for line in shape.text_frame.paragraphs for run in line.runs] if shape.has_text_frame else []
            for run in runs:
                look = run.font._rPr
                assert look.get("lang") == "zh-CN"
                assert look.find(qn("a:ea")).get("typeface")
        for chart in charts(slide):
            assert chart._chartSpace.xpath("c:txPr//a:ea/@typeface")
            assert re.search("[一-鿿]", "".join(chart.plots[0].categories) + chart.plots[0].series[0].name)


@pytest.mark.parametrize("language", ["en", "zh", "both"])
def test_no_shape_overlaps_another_or_extends_beyond_the_slide(packs, record, language):
    presentation = opened(packs(record, "pptx", language))
    assert presentation.slide_width == Inches(13.333)
    for slide in presentation.slides:
        shapes = list(slide.shapes)
        for shape in shapes:
            assert shape.left >= 0
            assert shape.top >= 0
            assert shape.left + shape.width <= presentation.slide_width
            assert shape.top + shape.height <= presentation.slide_height
        for one, other in combinations(shapes, 2):
            across = min(one.left + one.width, other.left + other.width) - max(one.left, other.left)
            down = min(one.top + one.height, other.top + other.height) - max(one.top, other.top)
            assert across <= Emu(9525) or down <= Emu(9525), (one.name, other.name)


def test_notes_contain_the_speaker_notes_and_the_table(packs, projected, record):
    for slide, pair in zip(opened(packs(record, "pptx", "en")).slides, projected[record], strict=True):
        notes, wanted = notes_of(slide), pair["en"]
        assert notes.startswith(wanted["notes"])
        assert table_of(slide) == [[" ".join(cell.split()) for cell in row] for row in wanted["table"]["rows"]]
        if wanted["table"]["rows"]:
            assert wanted["table"]["note"] in notes
        for source in wanted["source_list"]:
            assert source in notes


def test_notes_state_the_row_count_of_a_long_table(packs, projected):
    slides = zip(opened(packs("demo", "pptx", "en")).slides, projected["demo"], strict=True)
    (slide,) = (slide for slide, pair in slides if pair["en"]["exhibit"] == "matrix")
    assert len(table_of(slide)) == 200
    assert re.search(r"The first 200 of \d+ rows\.", notes_of(slide))


# ---- PowerPoint: charts


def test_charts_are_native_with_their_numbers_in_the_embedded_workbook(packs, projected, record):
    drawn = 0
    for slide, pair in zip(opened(packs(record, "pptx", "en")).slides, projected[record], strict=True):
        wanted = pair["en"]
        if wanted["empty"] or wanted["cards"]:
            assert not charts(slide)
            continue
        if wanted["exhibit"] == "matrix":
            assert [shape for shape in slide.shapes if shape.has_table]
            continue
        (chart,) = charts(slide)
        drawn += 1
        sheet = openpyxl.load_workbook(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob)).active
        head, *rows = sheet.iter_rows(values_only=True)
        series = chart.plots[0].series
        assert list(head[1:]) == [each.name for each in series]
        assert [row[0] for row in rows] == list(chart.plots[0].categories)
        assert [list(row[1:]) for row in rows] == [
            list(row) for row in zip(*(each.values for each in series), strict=True)
        ]
    assert drawn >= 7


def numbers(cells: list[str]) -> tuple[float, ...]:
    return tuple(float(cell.replace(",", "")) for cell in cells)


def share(cell: str) -> float:
    """The share at the start of a cell, in per cent."""
    return float(re.match(r"[<>]?(\d+)", cell)[1])  # type: ignore[index]


def by_row(slide: Any) -> dict[str, list[str]]:
    return {row[0]: row for row in table_of(slide)}


def drawn_rows(slide: Any) -> dict[str, tuple[float, ...]]:
    """The values of a slide's chart by the row of the table each category begins with."""
    (chart,) = charts(slide)
    names = sorted(by_row(slide), key=len, reverse=True)
    found = {}
    for category, *values in zip(
        chart.plots[0].categories, *(each.values for each in chart.plots[0].series), strict=True
    ):
        label = category.replace("\n", " ").lstrip("✓✕ ")
        found[next(name for name in names if label.startswith(name))] = tuple(values)
    assert len(found) == len(chart.plots[0].categories)
    return found


def of_exhibit(packs: Made, projected: dict[str, list[Show]], record: str, exhibit: str) -> Any:
    """The slide of an exhibit; skips the test if the record has no data for it."""
    slides = zip(opened(packs(record, "pptx", "en")).slides, projected[record], strict=True)
    slide, wanted = next((slide, pair["en"]) for slide, pair in slides if pair["en"]["exhibit"] == exhibit)
    if wanted["empty"]:
        pytest.skip("nothing on record")
    return slide


def test_module_steps_chart_equals_its_table(packs, projected, record):
    slide = of_exhibit(packs, projected, record, "module-funnel")
    recorded = {name: [cell.split(" + ")[0] for cell in row[1:6]] for name, row in by_row(slide).items()}
    assert drawn_rows(slide) == {name: numbers(cells) for name, cells in recorded.items()}


def test_states_chart_equals_its_table(packs, projected, record):
    slide = of_exhibit(packs, projected, record, "states")
    parts = {}
    for name, row in by_row(slide).items():
        completed, in_progress, stale, dropped, overdue, not_yet_due = numbers(row[2:8])
        parts[name] = (completed, in_progress - stale, stale, dropped, overdue, not_yet_due)
    shown = [at for at, column in enumerate(zip(*parts.values(), strict=True)) if any(column)]
    assert drawn_rows(slide) == {name: tuple(part[at] for at in shown) for name, part in parts.items()}


def test_journey_chart_equals_its_table(packs, projected, record):
    slide = of_exhibit(packs, projected, record, "journey")
    assert drawn_rows(slide) == {name: numbers(row[2:4]) for name, row in by_row(slide).items()}


def test_breadth_chart_equals_its_table(packs, projected, record):
    slide = of_exhibit(packs, projected, record, "breadth")
    (chart,) = charts(slide)
    assert list(chart.plots[0].series[0].values) == [numbers(row)[1] for row in table_of(slide)]


def test_coverage_chart_equals_its_table(packs, projected, record):
    slide = of_exhibit(packs, projected, record, "coverage")
    rows = by_row(slide)
    drawn = drawn_rows(slide)
    assert drawn["All enterprises"] == numbers(rows["All enterprises"][2:5])
    assert drawn == {name: numbers(rows[name][2:5]) for name in drawn}


def test_provinces_chart_sums_the_places_of_the_table(packs, projected, record):
    slide = of_exhibit(packs, projected, record, "regions")
    sums: dict[str, float] = {}
    for place, province, enterprises, *_rest in table_of(slide):
        name = place if province == "–" else province
        sums[name] = sums.get(name, 0) + numbers([enterprises])[0]
    (chart,) = charts(slide)
    drawn = dict(zip(chart.plots[0].categories, chart.plots[0].series[0].values, strict=True))
    assert drawn == {name: sums[name] for name in drawn}
    assert list(drawn.values()) == sorted(sums.values(), reverse=True)[: len(drawn)]


def test_share_better_chart_and_its_intervals_equal_the_table(packs, projected, record):
    slide = of_exhibit(packs, projected, record, "change")
    rows = by_row(slide)
    (chart,) = charts(slide)
    (bars,) = chart._chartSpace.iter(qn("c:errBars"))
    above, below = ([float(v.text) for v in bars.find(qn(f"c:{each}")).iter(qn("c:v"))] for each in ("plus", "minus"))
    for at, (name, (value,)) in enumerate(drawn_rows(slide).items()):
        if numbers(rows[name][1:2])[0] < 6:
            assert not value, "few pairs have no point"
            continue
        said, low, high = (share(each) for each in re.findall(r"[<>]?\d+", rows[name][7]))
        assert round(value * 100) == pytest.approx(said, abs=1)
        assert (value - below[at]) * 100 == pytest.approx(low, abs=1.01)
        assert (value + above[at]) * 100 == pytest.approx(high, abs=1.01)


def test_practices_chart_equals_its_table(packs, projected):
    slide = of_exhibit(packs, projected, "demo", "practices")
    rows = by_row(slide)
    drawn = drawn_rows(slide)
    assert len(drawn) == 7
    for name, (before, after) in drawn.items():
        pairs, had, have = numbers(rows[name][1:4])
        assert (before, after) == pytest.approx((had / pairs, have / pairs), abs=1e-6)


def pair_slides(packs: Made, projected: dict[str, list[Show]]) -> list[Any]:
    slides = zip(opened(packs("demo", "pptx", "en")).slides, projected["demo"], strict=True)
    return [slide for slide, pair in slides if pair["en"]["exhibit"] == "pairs" and not pair["en"]["empty"]]


def test_distribution_chart_counts_every_pair(packs, projected):
    many, _few, _practice = pair_slides(packs, projected)
    (chart,) = charts(many)
    assert sum(chart.plots[0].series[0].values) == len(table_of(many)) >= 10
    assert all(" … " in category for category in chart.plots[0].categories)


def test_few_pairs_are_drawn_as_before_and_after(packs, projected):
    _many, few, _practice = pair_slides(packs, projected)
    (chart,) = charts(few)
    before, after = chart.plots[0].series
    said = [tuple(float(cell.split("\xa0")[0].replace(",", "")) for cell in row[2:4]) for row in table_of(few)]
    assert [(before.name, after.name)] == [("Before", "After")]
    assert list(zip(before.values, after.values, strict=True)) == [pytest.approx(pair, abs=0.006) for pair in said]


def test_practice_chart_counts_its_pairs(packs, projected):
    _many, _few, practice = pair_slides(packs, projected)
    (chart,) = charts(practice)
    had, have, gained, lost = chart.plots[0].series[0].values
    rows = table_of(practice)
    assert had == sum(row[2] == "yes" for row in rows)
    assert have == sum(row[3] == "yes" for row in rows)
    assert had + gained - lost == have
    assert all(category.endswith(f"of {len(rows)}") for category in chart.plots[0].categories)


def test_matrix_slide_is_a_grid_of_native_cells(packs, projected):
    slide = of_exhibit(packs, projected, "demo", "matrix")
    key, grid = (shape.table for shape in slide.shapes if shape.has_table)
    signs = {cell.text[0] for cell in key.rows[0].cells}
    cells = [cell.text for row in list(grid.rows)[1:] for cell in list(row.cells)[1:]]
    assert set(cells) <= signs | {""}
    assert len(grid.rows) > 5


def test_map_slide_has_a_picture_of_its_figure(packs, projected, record):
    slide = of_exhibit(packs, projected, record, "regions")
    (picture,) = (shape for shape in slide.shapes if hasattr(shape, "image"))
    image = Image.open(io.BytesIO(picture.image.blob)).convert("RGB")
    assert image.width / image.height == pytest.approx(picture.width / picture.height, rel=0.01)
    assert image.width / (picture.width / Inches(1)) > 200  # dots per inch
    counts = {colour: n for n, colour in image.getcolors(1 << 24)}
    for colour in ((238, 241, 243), (11, 79, 125), (232, 163, 61)):  # empty, fullest, a point (seen through a little)
        assert any(all(abs(a - b) < 14 for a, b in zip(colour, seen, strict=True)) for seen in counts), colour
    painted = image.point(lambda value: 255 * (value < 250)).convert("L").getbbox()
    assert painted is not None
    assert painted[3] - painted[1] > image.height * 0.8  # no part of the picture was left undrawn


def test_pictures_and_charts_have_alternative_text(packs, projected, record):
    for slide, pair in zip(opened(packs(record, "pptx", "en")).slides, projected[record], strict=True):
        for shape in slide.shapes:
            if shape.has_chart or hasattr(shape, "image"):
                assert pair["en"]["title"] in shape._element._nvXxPr.cNvPr.get("descr")


# ---- PDF


@pytest.mark.parametrize("language", ["en", "zh"])
def test_pdf_page_has_the_texts_of_the_projected_slide(packs, projected, record, language):
    reader = PdfReader(io.BytesIO(packs(record, "pdf", language)))
    assert len(reader.pages) == len(projected[record])
    for at, (page, pair) in enumerate(zip(reader.pages, projected[record], strict=True), 1):
        assert [round(float(side) / 72, 2) for side in page.mediabox[2:]] == [13.33, 7.5]
        said, wanted = flat(page.extract_text()), pair[language]
        for part in ("title", "filtered", "as_of", "sources", "coverage", "notice", "synthetic", "caption", "empty"):
            assert flat(wanted[part]) in said, (wanted["exhibit"], part)
        assert f"{at}/{len(projected[record])}" in said
        for card in wanted["cards"]:
            assert flat(card["value"]) in said


def test_pdf_page_has_the_numbers_of_its_chart(packs, projected):
    reader = PdfReader(io.BytesIO(packs("demo", "pdf", "en")))
    for page, pair in zip(reader.pages, projected["demo"], strict=True):
        wanted = pair["en"]
        if wanted["exhibit"] == "module-funnel":
            said = page.extract_text()
            cells = [cell.removesuffix(" assumed") for row in wanted["table"]["rows"] for cell in row[1:6]]
            assert all(number in said for cell in cells for number in cell.split(" + "))
            return
    raise AssertionError


def test_pdf_is_small_enough_to_send(packs, record):
    assert len(packs(record, "pdf", "zh")) < 3_000_000


# ---- content only on request


@pytest.fixture(scope="module")
def names(public_record_url: str, demo_url: str) -> dict[str, set[str]]:
    """The names of the enterprises of each record, in both languages."""
    found = {}
    for record, address in {"public": public_record_url, "demo": demo_url}.items():
        engine = reading_engine(address)
        with engine.connect() as connection:
            rows = connection.execute(select(enterprise.c.name_en, enterprise.c.name_zh)).all()
        engine.dispose()
        found[record] = {flat(name) for row in rows for name in row if name}
    return found


def everything_in(content: bytes) -> str:
    """Every text in a file: of its pages, and of all files packed in it, recursively."""
    if content.startswith(b"%PDF"):
        return flat("".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages))
    if not content.startswith(b"PK"):
        return flat(unescape(content.decode("utf-8", "ignore")))
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return "".join(everything_in(packed.read(name)) for name in packed.namelist())


def named_in(text: str, names: set[str]) -> set[str]:
    return {name for name in names if name in text}


@pytest.mark.parametrize("form", ["pptx", "pdf"])
def test_pack_has_enterprise_names_and_notes_only_on_request(desks, packs, names, record, form):
    plain = everything_in(made(desks[record], deck=f"Everything {record}", format=form, lang="both"))
    assert named_in(plain, names[record]) == set()
    assert "saymatrix" not in plain
    whole = everything_in(packs(record, form, "both"))
    assert named_in(whole, names[record])
    assert ("saymatrix" in whole) is (form == "pptx")


@pytest.mark.usefixtures("no_browser")
@pytest.mark.parametrize("asked", ["notes", "rows"])
def test_notes_and_rows_are_separate_options(desks, names, asked):
    text = everything_in(made(desks["demo"], deck="Everything demo", **{asked: "1"}))
    assert ("saymatrix" in text) is (asked == "notes")
    assert bool(named_in(text, names["demo"])) is (asked == "rows")


@pytest.mark.usefixtures("no_browser")
def test_pack_without_rows_shows_the_median_of_few_pairs_and_matrix_counts(desks, projected, names):
    slides = opened(made(desks["demo"], deck="Everything demo")).slides
    shown = [pair["en"] for pair in projected["demo"]]
    (few,) = (
        at for at, each in enumerate(shown) if "accidents" in each["title"].lower() and each["exhibit"] == "pairs"
    )
    (chart,) = charts(slides[few])
    before, after = chart.plots[0].series
    pairs = len(shown[few]["table"]["rows"])
    assert list(chart.plots[0].categories) == [f"Median of {pairs} enterprises"]
    assert f"before {before.values[0]:g}, after {after.values[0]:g}" in shown[few]["caption"]
    ((name, *_row),) = table_of(slides[few])
    assert shown[few]["title"].startswith(name), "the table has the indicator's row"
    (where,) = (at for at, each in enumerate(shown) if each["exhibit"] == "matrix")
    _key, grid = (shape.table for shape in slides[where].shapes if shape.has_table)
    assert all(re.fullmatch(r"\d+ enterprises?", row.cells[0].text) for row in list(grid.rows)[1:])
    assert table_of(slides[where]) == []
    assert "the table" not in texts(slides[where])


@pytest.mark.usefixtures("no_browser")
def test_event_notes_are_in_the_pack_only_with_rows(desks, public_record_url):
    engine = reading_engine(public_record_url)
    with engine.connect() as connection:
        noted = {flat(note) for note in connection.scalars(select(event.c.note)) if note}
    engine.dispose()
    for asked, there in (({}, False), ({"rows": "1"}, True)):
        (slide,) = (
            slide
            for slide in opened(made(desks["public"], deck="Everything public", notes="1", **asked)).slides
            if notes_of(slide).startswith("say events")
        )
        assert bool(named_in(flat(notes_of(slide)), noted)) is there


# ---- the file


def test_pack_file_name_describes_its_content(desks):
    response = post_pack(desks["demo"], deck="Everything demo", lang="zh", filters="as_of=2014-12-31")
    assert response.mimetype == "application/vnd.openxmlformats-officedocument.presentationml.presentation"
    name = "synthetic-score-demo-everything-demo-2014-12-31-zh.pptx"
    assert name in response.headers["Content-Disposition"]
    assert response.headers["Cache-Control"] == "no-store"


def test_pack_filters_override_slide_filters(desks):
    for slide in opened(made(desks["demo"], filters="sector=machinery")).slides:
        assert "Filtered by Sector: Machinery" in texts(slide)


def test_pack_of_an_empty_selection_shows_a_message(desks):
    filters = desks["demo"].nothing_left()
    presentation = opened(made(desks["demo"], filters=filters))
    assert len(presentation.slides) == len(decks.STANDARD_SLIDES)
    for slide in presentation.slides:
        assert not charts(slide)
        assert "Filtered by" in texts(slide)
    reader = PdfReader(io.BytesIO(made(desks["demo"], filters=filters, format="pdf")))
    assert all("Filteredby" in flat(page.extract_text()) for page in reader.pages)


# ---- failures


@pytest.fixture
def no_browser(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.mark.usefixtures("no_browser")
def test_powerpoint_without_a_browser_has_bars_instead_of_the_map_with_a_message(desks):
    slide = opened(made(desks["demo"])).slides[1]
    assert charts(slide)
    assert not [shape for shape in slide.shapes if hasattr(shape, "image")]
    assert "no Chromium was found" in texts(slide)


@pytest.mark.usefixtures("no_browser")
def test_pdf_without_a_browser_explains_what_to_install(desks):
    response = post_pack(desks["demo"], format="pdf")
    assert response.status_code == 503
    assert "SCORE_CHROMIUM" in response.text
    assert "Traceback" not in response.text


def test_browser_failure_is_reported_without_its_output(desks, monkeypatch, tmp_path):
    broken = tmp_path / "chromium"
    broken.write_text("#!/bin/sh\necho secret of the machine >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv("SCORE_CHROMIUM", str(broken))
    response = post_pack(desks["demo"], format="pdf", lang="zh")
    assert response.status_code == 503
    assert 'lang="zh-Hans"' in response.text
    assert "secret" not in response.text


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"deck": "gone"}, 404),
        ({"deck": ""}, 404),
        ({"format": "exe"}, 400),
        ({"lang": "fr"}, 400),
        ({"edition": "gone-12345678"}, 404),
        ({"filters": "edition=gone-12345678"}, 404),
    ],
)
def test_pack_of_an_unknown_deck_or_option_shows_an_error_page(desks, form, status):
    response = post_pack(desks["public"], **form)
    assert response.status_code == status
    assert response.mimetype == "text/html"
    assert "<h1>" in response.text


def test_only_managers_can_download_a_pack(desks):
    stranger = desks["demo"].stranger()
    assert stranger.post("/pack", data={"deck": STANDARD, "format": "pptx"}).status_code == 401


def test_second_pack_waits_for_the_first(desks, monkeypatch):
    running, most = [0], [0]

    def slow(*_arguments: object, **_named: bool) -> Pack:
        running[0] += 1
        most[0] = max(most[0], running[0])
        time.sleep(0.2)
        running[0] -= 1
        return Pack("a.pdf", b"%PDF", synthetic=False, without_map=False, rounded=False)

    monkeypatch.setattr(Packer, "make", slow)
    clients = [desks["demo"].app.server.test_client() for _each in range(3)]
    cookie = desks["demo"].client.get_cookie("score_session")
    answers: list[int] = []
    for client in clients:
        client.set_cookie("score_session", cookie.value)
    open_request = [
        threading.Thread(
            target=lambda client=client: answers.append(
                client.post("/pack", data={"deck": STANDARD, "format": "pdf", "lang": "en"}).status_code
            )
        )
        for client in clients
    ]
    for thread in open_request:
        thread.start()
    for thread in open_request:
        thread.join()
    assert answers == [200] * 3
    assert most == [1]
