"""Writes all output for each kind of viewer as text, so that two versions of the code can be compared.

    PYTHONPATH=. .venv/bin/python scripts/frozen.py FOLDER

It writes tables of exhibits, method pages, responses of pages, slides, packs, newsletters, lists and filter options,
for each viewer, with a dozen filter states, in both languages, for the public record and a synthetic programme. Times,
hashes and today's date are replaced, since they differ from run to run. `make frozen` compares two versions.
"""

import io
import json
import os
import re
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, fields, replace
from datetime import UTC, date, datetime
from inspect import signature
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import g
from plotly.io.json import to_json_plotly
from pptx import Presentation

import callbacks.enterprise_pages
from benchmarks.callbacks import PAGES, Pages
from callbacks import method
from callbacks.newsletter_text import letters
from callbacks.requests.page_request import PageRequest, open_request
from callbacks.slides import both_languages
from dashboard.packs import chromium
from dashboard.packs.meeting_pack import Packer
from dashboard.settings import PUBLIC_RECORD
from data import decks, exhibits
from data.decks import Deck, DeckSlide
from data.demo import hold_back, write_demo
from data.editions import frozen_copies
from data.editions.frozen_copies import Edition
from data.exhibit import SelectionRefused
from data.exhibits import pairs as pairs_exhibit
from data.exports.csv_files import csv_of, to_csv
from data.filter_options import option_counts
from data.filters import Filters
from data.links.link_terms import Audience, Terms
from data.lists import enterprise_list, follow_up
from data.lists.enterprise_list import EnterpriseList, ListRequest
from data.lists.follow_up import FollowUpList
from data.loading import load
from data.newsletter import Period
from data.places import read_boundaries
from data.privacy.viewer import MANAGER, Viewer
from data.storage.accounts import accounts_engine
from data.storage.database import writing_engine
from layouts import ids
from layouts.texts import newsletter_parts

EDITION = "Annual meeting (frozen)"
ENTERPRISES = 200
PRIVACY_KEY = b"frozen" * 6
NOT_COMPARED = {
    "module-funnel": ("due",), "coverage": ("pairs",), "events": ("ahead",), "regions": ("latitude", "longitude"),
}  # fmt: skip
"""Columns of tables that exist only in some versions of the code."""

SORTS = ("name", "place", "sector", "rounds", "completed", "last_report")
BESIDE = (
    "enterprise", "round", "module", "indicator", "before", "before_on", "after", "after_on", "change_percent",
    "operator", "months", "verified", "source", "before_on_precision", "after_on_precision",
)  # fmt: skip
LISTS = (None, FollowUpList("form", ("results", "missing")), FollowUpList("silence", ("never",)),
         FollowUpList("group", ("silent", "total", "")))  # fmt: skip


def write(folder: Path) -> int:
    """Write the output of this code, with one process per data set; returns the exit status."""
    children = []
    for name in ("public", "demo"):
        child = os.fork()
        if child == 0:
            status = 1
            try:
                write_data_set(name, folder / name)
                status = 0
            except Exception:  # noqa: BLE001 - the child must end here
                traceback.print_exc()
            os._exit(status)
        children.append(child)
    ends = [os.waitpid(child, 0)[1] for child in children]
    return int(any(ends))


def write_data_set(name: str, folder: Path) -> None:
    """Write the output of one data set: one file per viewer, filter state and language."""
    with TemporaryDirectory() as place:
        here = Path(place)
        edition = make(name, here)
        pages = Pages(f"sqlite:///{here}/results.db", here)
        pages.app.server.logger.disabled = True  # a refused selection is a normal response here
        deck = decks.read(accounts_engine(f"sqlite:///{here}/accounts.db"), decks.STANDARD)
        every = [DeckSlide(code) for code in exhibits.SLIDES]
        stable = stabler(edition)
        for who, viewer in viewers(pages, edition, name):
            pages.viewer = viewer
            (folder / who).mkdir(parents=True, exist_ok=True)
            for language in ("en", "zh"):
                for at, filters in enumerate(filter_states(pages)):
                    text = "\n".join((filters, *texts_of(pages, filters, language, every)))
                    (folder / who / f"{at:02}-{language}.txt").write_text(stable(text), encoding="utf-8")
                if viewer is MANAGER:
                    text = "\n".join(managers_files(pages, language, deck))
                    (folder / who / f"files-{language}.txt").write_text(stable(text), encoding="utf-8")


def make(name: str, here: Path) -> Edition:
    """Load a data set and freeze an edition. For the synthetic programme, load some forms afterwards."""
    engine = writing_engine(f"sqlite:///{here}/results.db")
    source = here / "programme"
    if name == "demo":
        hold_back(source, here / "late", write_demo(source, ENTERPRISES, 1))
    load(engine, source if name == "demo" else PUBLIC_RECORD, origin=name)
    edition = frozen_copies.freeze(engine, EDITION, here / "editions")
    if name == "demo":
        load(engine, here / "late", origin="late forms")
    engine.dispose()
    return edition


def stabler(edition: Edition) -> Callable[[str], str]:
    """A function that replaces the parts of a text that differ from run to run."""
    today = datetime.now(UTC).date()
    signs = {
        edition.sha256: "HASH", edition.short: "HASH", today.isoformat(): "TODAY",
        f"{today.day} {today:%B} {today.year}": "TODAY", f"{today.year}年{today.month}月{today.day}日": "TODAY",
    }  # fmt: skip
    times = re.compile(r"\d\d:\d\d(:\d\d(\.\d+)?)?( UTC|Z)?")

    def replace_signs(text: str) -> str:
        for each, sign in signs.items():
            text = text.replace(each, sign)
        return times.sub("TIME", text)

    return replace_signs


def viewers(pages: Pages, edition: Edition, data_set: str) -> Iterator[tuple[str, Viewer]]:
    """The kinds of viewers, as (name of their files, viewer)."""
    partners = pages.context.records.live.catalogue().partner
    scope = min(code for code, entry in partners.items() if entry.columns["kind"] == "employers")
    yield "manager", MANAGER
    donor = Terms(
        scope=Filters.from_search(f"partner={scope}"), threshold=5, names=True, export=True, edition=edition.key
    )
    committee = Terms(Audience.COMMITTEE, threshold=5, names=True, edition=edition.key)
    for who, terms in (("donor", donor), ("committee", committee)):
        viewer = terms.viewer("frozen")
        yield who, replace(viewer, privacy_key=PRIVACY_KEY) if hasattr(viewer, "privacy_key") else viewer
    if data_set == "public":
        yield "everybody", Terms(threshold=None, names=True, export=True).viewer("frozen")


def filter_states(pages: Pages) -> list[str]:
    """Queries with no, one and several filters, with codes of the record."""
    catalogue = pages.context.records.live.catalogue()
    partners, sectors, rounds = sorted(catalogue.partner), sorted(catalogue.sector), sorted(catalogue.round)
    provinces = sorted({province for code in catalogue.place if (province := catalogue.province(code))})
    cities = sorted(code for code in catalogue.place if catalogue.place[code].columns["level"] == "city")
    earlier = date(catalogue.programme.as_of.year - 1, 6, 30).isoformat()
    return [
        "",
        f"partner={partners[0]}",
        f"partner={partners[-1]}",
        f"sector={sectors[0]}",
        f"round={rounds[len(rounds) // 2]}",
        f"phase={min(catalogue.phase)}",
        f"place={provinces[-1]}",
        f"place={cities[0]}",
        "module=m2",
        f"as_of={earlier}",
        f"partner={partners[0]}&sector={sectors[0]}",
        f"sector={sectors[0]},{sectors[1]}&place={provinces[0]}",
        f"module=m1&as_of={earlier}&round={rounds[0]}",
    ]


def texts_of(pages: Pages, filters: str, language: str, every: list[DeckSlide]) -> Iterator[str]:
    """The output with one filter state."""
    search = f"?{filters}&lang={language}"
    with viewer_context(pages):
        with open_request(pages.context, search) as request:
            yield from exhibits_and_methods(request)
            yield from lists(request)
        for pair in both_languages(pages.context, every, Filters.from_search(filters)):
            yield f"== slide {pair[language].exhibit}\n{as_json(pair[language].plain())}"
    for name, (output, path) in page_outputs().items():
        yield f"== page {name}\n{answer(pages, output, path, search)}"


@contextmanager
def viewer_context(pages: Pages) -> Iterator[None]:
    """Use the viewer of `pages` inside the block."""
    with pages.app.server.test_request_context():
        g.viewer = pages.viewer
        yield


def as_json(value: Any) -> str:
    """Any value as JSON, one line per value."""
    return json.dumps(json.loads(to_json_plotly(value)), ensure_ascii=False, indent=1, sort_keys=True)


def or_refused(make: Callable[[], str]) -> str:
    """The made text, or the reason why it is refused."""
    try:
        return make()
    except (SelectionRefused, KeyError) as refused:
        return f"refused: {type(refused).__name__} {refused}"


def page_outputs() -> dict[str, tuple[str, str]]:
    """The pages, each with a property that its callback writes, and its path."""
    return PAGES | {
        "enterprises": (f"{ids.ENTERPRISES_BASIS}.content", "/enterprises"),
        "published": ("published-published-figure.figure", "/published"),
        "sources": (f"{ids.SOURCES_LIST}.content", "/sources"),
        "completeness": (f"{ids.COMPLETENESS_FORMS}.content", "/completeness"),
        "completeness-list": (f"{ids.COMPLETENESS_FOOT}.content", "/completeness"),
    }


def answer(pages: Pages, output: str, path: str, search: str) -> str:
    """The response of a page's callback, or its error."""
    try:
        response = pages.post(output, path, search)
    except RuntimeError as failed:
        return f"failed: {failed}"
    return as_json(json.loads(response or "null"))


def exhibits_and_methods(request: PageRequest) -> Iterator[str]:
    """The exhibits, each with all columns and its basis, and their method pages."""
    for code in exhibits.EXHIBITS:

        def table(code: str = code) -> str:
            exhibit = exhibits.build(request.view, code)
            basis = {each.name: getattr(exhibit, each.name) for each in fields(exhibit) if each.name != "table"}
            columns = sorted(str(each) for each in exhibit.table.columns if each not in NOT_COMPARED.get(code, ()))
            return f"{to_csv(exhibit)}{exhibit.table[columns].round(9).to_csv(index=False)}{basis}"

        def method_page(code: str = code) -> str:
            return as_json(asdict(method.method_of(request, code, method.chosen_indicator(request, code, None))))

        yield f"== exhibit {code}\n{or_refused(table)}"
        yield f"== method {code}\n{or_refused(method_page)}"


def lists(request: PageRequest) -> Iterator[str]:
    """Filter options, enterprises in every order, results that are not pairs, and lists of the Completeness page."""
    view = request.view
    for name in ("partner", "sector", "round", "phase", "place"):
        yield f"== options {name}\n{sorted(option_counts(view, name).items(), key=str)}"
    for sort in SORTS:
        for descending in (False, True):
            list_request = ListRequest(sort=sort, descending=descending, page=1 + descending)
            yield f"== enterprises by {sort} {descending}\n{list_text(enterprise_list.listed(view, list_request))}"
    yield f"== enterprises found\n{list_text(enterprise_list.listed(view, ListRequest(text='a')))}"
    yield f"== beside\n{csv_of(pairs_exhibit.other_results(view), BESIDE)}"
    if view.viewer.limited:
        return
    yield f"== forms\n{follow_up.form_counts(view)}\n{follow_up.silences(view)}"
    yield f"== doubts\n{follow_up.outlier_count(view)}\n{follow_up.unsourced_counts(view)}"
    for which in LISTS:
        rows = follow_up.everyone(view, which, "en")
        yield f"== list {which}\n{csv_of(rows, list(rows.columns))}"
    for code in sorted(each.enterprise for each in enterprise_list.listed(view, ListRequest()).rows)[:3]:
        yield f"== enterprise {code}\n{as_json(callbacks.enterprise_pages.one(request, code))}"


def list_text(page: EnterpriseList) -> str:
    """One page of the list as text."""
    return "\n".join(map(str, (page.count, page.unnamed, page.page, *page.rows)))


def managers_files(pages: Pages, language: str, deck: Deck) -> Iterator[str]:
    """The pack and the newsletter, which only managers make, without filters."""
    packer = Packer.on(pages.context, read_boundaries())
    # Notes and rows are requested where this version has these options.
    everything = {name: True for name in ("notes", "rows") if name in signature(packer.make).parameters}
    chromium.chromium = without_browser
    as_of = pages.context.records.live.catalogue().programme.as_of
    period = Period(date(as_of.year - 1, 1, 1), as_of)
    with viewer_context(pages):
        pack = packer.make(deck, Filters(), "pptx", language, **everything)
        newsletters = letters(pages.context, Filters(), period, (language,), "https://results.example.org")
    for at, slide in enumerate(Presentation(io.BytesIO(pack.content)).slides):
        yield from (f"== pack {at} {text_of(shape)}" for shape in slide.shapes)
        if slide.has_notes_slide:
            yield f"== pack {at} notes {slide.notes_slide.notes_text_frame.text}"
    yield f"== newsletter\n{newsletter_parts.markdown(newsletters)}"


def without_browser() -> str:
    """Raise PrintingProblem: maps of the pack would be pictures, which cannot be compared."""
    raise chromium.PrintingProblem("missing")


def text_of(shape: Any) -> str:
    """The text, table or series of a shape on a pack's slide."""
    if shape.has_text_frame:
        return f"{shape.name} {shape.text_frame.text}"
    if shape.has_table:
        return f"{shape.name} {[[cell.text for cell in row.cells] for row in shape.table.rows]}"
    if shape.has_chart:
        series = [
            (list(plot.categories), each.name, list(each.values)) for plot in shape.chart.plots for each in plot.series
        ]
        return f"{shape.name} {series}"
    return str(shape.name)


if __name__ == "__main__":
    sys.exit(write(Path(sys.argv[1]).resolve()))
