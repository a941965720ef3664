"""The methods pages: a definition for every exhibit, the rows used, access, and a permanent address."""

import csv
import io
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from programme import PROGRAMME, load_rows, with_more
from sqlalchemy import Engine, create_engine, insert
from visiting import PAGE, Visit, at

from data import managers
from data.editions import frozen_copies
from data.exhibits import EXHIBITS
from data.filters import Filters
from data.links import share_links
from data.links.link_terms import Audience, Terms
from data.storage import schema
from data.storage.accounts import accounts_engine
from data.storage.database import now
from data.storage.row_changes import written_key
from layouts import words
from layouts.exhibits import LOOKS

MEASURES = Path(__file__).parent.parent / "docs" / "measures.md"
EVERY_EXHIBIT = pytest.mark.parametrize("code", EXHIBITS)


# --- definitions --------------------------------------------------------------------------------------------------


@EVERY_EXHIBIT
def test_every_exhibit_has_a_definition_and_a_section_in_the_measures_document(code):
    assert len(str(LOOKS[code].definition)) > 40
    assert f"\n## {LOOKS[code].section}\n" in MEASURES.read_text(encoding="utf-8")


@EVERY_EXHIBIT
def test_defined_columns_exist_in_the_exhibit(code):
    assert set(LOOKS[code].described) == set(EXHIBITS[code].exported)


def test_looks_exist_for_exactly_the_exhibits():
    assert list(LOOKS) == list(EXHIBITS)


# --- the page -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("how")


@pytest.fixture(scope="module")
def address(folder: Path) -> str:
    """The programme of ten, loaded in two batches: the second changed one result."""
    address = f"sqlite:///{folder}/results.db"
    engine = create_engine(address)
    load_rows(engine, PROGRAMME | {"programme": [PROGRAMME["programme"][0] | {"public": True}]})
    changed = written_key(("b", "r1", "m1", "defects"))
    batch = {"loaded_at": now(), "added_count": 1, "changed_count": 1, "schema_version": schema.SCHEMA_VERSION}
    with engine.begin() as connection:
        for number, origin, by in ((1, "folder", None), (2, "corrections.xlsx", "manager@example.org")):
            values = batch | {"number": number, "origin": origin, "loaded_by": by}
            connection.execute(insert(schema.batch).values(**values))
        change = {"batch": 2, "position": 1, "table_name": "result", "row_key": changed, "before": {"after": 3}}
        connection.execute(insert(schema.batch_change).values(**change))
    engine.dispose()
    return address


@pytest.fixture(scope="module")
def accounts(folder: Path) -> Iterator[Engine]:
    engine = accounts_engine(f"sqlite:///{folder}/accounts.db")
    managers.add(engine, "manager@example.org", "a long enough password")
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def visit(address: str, folder: Path, accounts: Engine) -> Visit:
    """A manager, signed in to a server that is not local."""
    others: dict[str, Any] = {"editions": folder / "editions", "public_url": "https://results.example"}
    made = Visit.to(address, signed_in=False, local=False, accounts_url=str(accounts.url), **others)
    form = {"email": "manager@example.org", "password": "a long enough password"}
    assert made.client.post("/sign-in", data=form).status_code in (302, 303)
    return made


@pytest.fixture(scope="module")
def larger(folder: Path, accounts: Engine) -> Visit:
    """The programme with 60 more enterprises, so that a link with a threshold shows it."""
    address = f"sqlite:///{folder}/larger.db"
    engine = create_engine(address)
    load_rows(engine, with_more(PROGRAMME))
    engine.dispose()
    others: dict[str, Any] = {"editions": folder / "larger", "public_url": "https://results.example"}
    return Visit.to(address, signed_in=False, local=False, accounts_url=str(accounts.url), **others)


def link_viewer(visit: Visit, accounts: Engine, **terms: Any) -> FlaskClient:
    """A viewer who opened a link."""
    _made, token = share_links.make(accounts, visit.fit(Terms(**terms)))
    client = visit.stranger()
    client.get(f"/s/{token}", headers=PAGE)
    return client


def page_text(client: FlaskClient, address: str) -> str:
    """The text of a page without tags."""
    answer = client.get(address, headers=PAGE)
    assert answer.status_code == 200, answer.text[:300]
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", answer.text)).split())


def permanent(client: FlaskClient, address: str) -> str:
    """The permanent address that a page offers."""
    (found,) = re.findall(r'id="permanent"[^>]* value="([^"]*)"', client.get(address, headers=PAGE).text)
    return unescape(found)


@EVERY_EXHIBIT
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_exhibit_has_a_methods_page_in_both_languages(visit, code, language):
    answer = visit.open(f"/how/{code}?lang={language}")
    assert answer.status_code == 200
    assert 'id="permanent"' in answer.text
    with words.speaking(language):
        assert str(LOOKS[code].definition)[:30] in unescape(answer.text)


@EVERY_EXHIBIT
def test_every_exhibit_has_a_methods_page_for_an_empty_selection(visit, code):
    assert visit.open(f"/how/{code}?sector=garments&round=r3&place=370200").status_code == 200


@pytest.mark.parametrize("path", ["/how/never-was", "/how/never-was/result.csv", "/how/pairs/never-was.csv"])
def test_address_of_an_unknown_exhibit_or_table_is_not_found(visit, path):
    assert visit.open(path).status_code == 404


def test_table_not_used_by_an_exhibit_is_not_found_under_it(visit):
    assert visit.open("/how/pairs/enterprise.csv").status_code == 404


def test_exhibits_on_pages_link_to_their_methods_page(visit):
    drawn = visit.answered("results-pairs-basis.content", at("?round=r1", "/results"))
    links_to = re.findall(r"/how/pairs\?indicator=[a-z]+&round=r1", str(drawn["results-pairs-basis.content"]))
    assert links_to
    assert visit.open(links_to[0]).status_code == 200


def test_methods_page_shows_selection_date_and_record(visit):
    page = page_text(visit.client, "/how/module-funnel?round=r1&as_of=2013-12-31")
    assert "Round: Round 1" in page
    assert "As of 31 December 2013" in page
    assert "Edition the live record" in page


@pytest.mark.parametrize(
    ("path", "counted"),
    [
        # Of the ten one is not recruited yet, and its rows are not used.
        ("/how/overview", {"enterprises": 9, "enrolments": 11, "trainings": 15}),
        ("/how/module-funnel?module=m3", {"enrolments": 11, "trainings": 2}),
        ("/how/change?round=r1", {"results": 10}),
        ("/how/pairs?indicator=defects&round=r1", {"results": 5}),
        ("/how/published", {"published figures": 3}),
    ],
)
def test_used_rows_are_those_of_the_selection(visit, path, counted):
    page = page_text(visit.client, path)
    for table, n in counted.items():
        assert f"{table}: {n} row" in page, (table, page[-1500:])


def test_used_rows_show_their_batch_and_its_loader(visit):
    page = page_text(visit.client, "/how/pairs?indicator=defects")
    assert re.search(r"batch 2, [^,]+, corrections\.xlsx, by manager@example\.org", page)
    assert re.search(r"batch 1, [^,]+, folder, on the command line", page)


def test_downloaded_file_has_every_used_row_with_its_batch(visit):
    answer = visit.client.get("/how/pairs/result.csv?indicator=defects&round=r1")
    assert answer.mimetype == "text/csv"
    rows = {row["enterprise"]: row for row in csv.DictReader(io.StringIO(answer.text))}
    assert set(rows) == {"a", "b", "d", "i"}
    assert (rows["b"]["batch"], rows["b"]["origin"], rows["b"]["loaded_by"]) == (
        "2", "corrections.xlsx", "manager@example.org",
    )  # fmt: skip
    assert (rows["d"]["batch"], rows["d"]["loaded_by"]) == ("1", "")
    assert rows["i"]["change_percent"] == "-30"


def test_methods_page_shows_the_first_rows_and_states_the_total(demo):
    page = page_text(demo.client, "/how/module-funnel")
    assert "The first 50 of" in page


# --- the permanent address ----------------------------------------------------------------------------------------


def test_permanent_live_address_has_filters_and_date_and_explains_itself(visit):
    assert permanent(visit.client, "/how/pairs?indicator=defects&round=r1") == (
        "https://results.example/how/pairs?indicator=defects&as_of=2014-12-31&round=r1"
    )
    page = page_text(visit.client, "/how/pairs?indicator=defects&round=r1")
    assert "of the record as it will then be" in page
    assert "Freeze the record" in page


def test_permanent_address_of_an_edition_is_pinned_and_the_live_page_offers_it(visit, folder, address):
    engine = create_engine(address)
    edition = frozen_copies.freeze(engine, "Meeting", folder / "editions")
    engine.dispose()
    kept = permanent(visit.client, f"/how/breadth?edition={edition.key}")
    assert kept == f"https://results.example/how/breadth?as_of=2014-12-31&edition={edition.key}"
    assert "edition Meeting, frozen" in page_text(visit.client, f"/how/breadth?edition={edition.key}")
    parts = urlsplit(kept)
    assert permanent(visit.client, f"{parts.path}?{parts.query}") == kept
    offered = re.findall(r'href="https://results\.example(/how/breadth[^"]*)"', visit.open("/how/breadth").text)
    assert offered
    assert f"edition={edition.key}" in offered[0]


# --- access -------------------------------------------------------------------------------------------------------


def test_link_without_a_threshold_shows_row_counts_but_no_rows_or_loaders(visit, accounts):
    client = link_viewer(visit, accounts, threshold=None, export=True)
    page = page_text(client, "/how/pairs?indicator=defects")
    assert "results: 7 rows" in page
    for hidden in ("manager@example.org", "corrections.xlsx", "batch", "result.csv", "Share", "Decks", "Sign out"):
        assert hidden not in page
    assert client.get("/how/pairs/result.csv?indicator=defects").status_code == 404


def test_link_with_a_threshold_shows_no_row_counts_and_no_date_choice(larger, accounts):
    client = link_viewer(larger, accounts, threshold=5)
    page = page_text(client, "/how/module-funnel?as_of=2013-12-31")
    assert "As of 31 December 2014" in page
    assert "trainings:" not in page
    assert "How many rows there are is not told" in page
    assert "counts are rounded at random to a multiple of 5 and may not add up" in page
    assert permanent(client, "/how/module-funnel") == "https://results.example/how/module-funnel"


def test_too_narrow_selection_has_no_methods_page(larger, accounts):
    client = link_viewer(larger, accounts, threshold=5)
    answer = client.get("/how/module-funnel?sector=garments", headers=PAGE)
    assert answer.status_code == 403
    assert "This selection is not shown" in answer.text
    assert 'href="/how/module-funnel' in answer.text, "the wider one"


def test_methods_page_states_that_the_address_requests_more_than_is_shown(larger, accounts):
    client = link_viewer(larger, accounts, threshold=5)
    assert "asks for more than this link shows" in page_text(client, "/how/module-funnel?as_of=2013-12-31")
    assert "asks for more than this link shows" not in page_text(client, "/how/module-funnel")


def test_committee_link_has_no_methods_page(visit, accounts):
    client = link_viewer(visit, accounts, audience=Audience.COMMITTEE, threshold=None)
    assert client.get("/how/breadth", headers=PAGE).status_code == 404


def test_methods_page_of_a_link_stays_in_its_scope(visit, accounts):
    client = link_viewer(visit, accounts, scope=Filters.from_search("round=r1"), threshold=None)
    page = page_text(client, "/how/overview?round=r2")
    assert "enterprises: 0 rows" in page
    assert "enterprises: 5 rows" in page_text(client, "/how/overview")


def test_manager_previewing_a_link_can_leave_the_preview(visit, accounts):
    own = visit.stranger()
    form = {"email": "manager@example.org", "password": "a long enough password"}
    own.post("/sign-in", data=form)
    own.post("/share/preview", data={"audience": "donor", "threshold": "5", "label": "Them", "freeze": "1"})
    page = own.get("/how/breadth", headers=PAGE).text
    assert 'action="/leave"' in page
    assert 'action="/sign-out"' not in page
