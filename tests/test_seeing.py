"""Managers see as readers do: on the code path of a link viewer, on the current page, or as a show."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from flask import g
from sqlalchemy import Engine, select
from visiting import Values, Visit, as_drawn, at, texts

from dashboard.gate.link_preview import safe_page
from data import decks
from data.decks import Deck, DeckSlide
from data.filters import Filters
from data.links import share_links
from data.links.link_terms import Audience, Terms
from data.links.share_links import Link
from data.storage.accounts import accounts_engine, visit
from layouts import ids

NAV = f"{ids.NAV}.content"
NOTICE = f"{ids.NOTICE}.content"
HEADLINES = f"{ids.OVERVIEW_HEADLINES}.content"
ASKED = (HEADLINES, f"{ids.CANONICAL}.data", "modules-journey-figure.figure")


@pytest.fixture(scope="module")
def accounts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = accounts_engine(f"sqlite:///{tmp_path_factory.mktemp('seeing')}/accounts.db")
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def desk(demo_url: str, accounts: Engine) -> Visit:
    """A manager on the synthetic programme."""
    folder = Path(str(accounts.url.database)).parent
    return Visit.to(demo_url, accounts_url=str(accounts.url), editions=folder / "editions")


@pytest.fixture(autouse=True)
def own_view(desk: Visit) -> Iterator[None]:
    """Ends any preview of a link before a test."""
    yield
    desk.client.post("/leave")


def make(desk: Visit, accounts: Engine, label: str = "", **terms: object) -> tuple[Link, str]:
    return share_links.make(accounts, desk.fit(Terms(**terms)), label=label)  # type: ignore[arg-type]


def guest(desk: Visit, token: str) -> Visit:
    came = replace(desk, client=desk.stranger(), standing=as_drawn())
    assert came.client.get(f"/s/{token}").status_code == 303
    return came


def see(desk: Visit, number: int, page: str = "", **said: str) -> str:
    """Start to see as a viewer of a link; returns the redirect address."""
    answer = desk.client.post(f"/share/{number}/see", data={"page": page, **said})
    assert answer.status_code == 303, answer.text
    return answer.location


def offered(desk: Visit, page: str = "/") -> dict[str, str]:
    """The entries of a page's see-as menu: the name of each link, and the address its button posts to."""
    text = desk.client.get("/share/readers", query_string={"page": page}).text
    found = re.findall(r'action="([^"]+)"><input type="hidden" name="page" value="([^"]*)"><button>([^<]*)<', text)
    assert {unescape(kept) for _action, kept, _name in found} <= {page}
    return {unescape(name): action for action, _kept, name in found}


def response_text(visit: Visit, output: str, values: Values | None = None) -> str:
    """A response as sent, without the parts added by the manager's frame."""
    return visit.post(output, values).text


# --- the same code path -------------------------------------------------------------------------------------------


def test_manager_seeing_as_a_reader_gets_identical_bytes_and_logs_no_visit(desk, accounts):
    partner = desk.options()["partner"][0]["value"]
    made, token = make(desk, accounts, scope=Filters.from_search(f"partner={partner}"), names=True, export=True)
    reader = guest(desk, token)
    before = share_links.with_use(accounts, made.id)
    assert see(desk, made.id, "/modules?lang=zh") == "/modules?lang=zh"
    for output in ASKED:
        for search in ("", "?lang=zh", "?sector=machinery", "?as_of=2014-01-01&edition=x"):
            assert response_text(desk, output, at(search)) == response_text(reader, output, at(search)), (
                output,
                search,
            )
    for path in ("/table/change", "/export/overview.csv", "/how/breadth"):
        own, theirs = (re.sub(r"<form .*?</form>", "", each.open(path).text) for each in (desk, reader))
        assert own == theirs, path
    desk.post(f"{ids.PAGE}.children", at("", "/results"))
    assert share_links.with_use(accounts, made.id) == before
    with accounts.connect() as connection:
        assert {row.page for row in connection.execute(select(visit).where(visit.c.link == made.id))} == {"/"}


def test_manager_seeing_as_a_reader_has_the_viewer_of_the_link(desk, accounts):
    made, _token = make(desk, accounts)
    see(desk, made.id)
    with desk.client as client:
        client.get("/alive")
        assert g.viewer == share_links.viewer_of(accounts, made)
        assert g.viewer.privacy_key
        assert g.link is None


def test_manager_seeing_as_a_reader_has_no_tools_and_a_return_link_on_every_page(desk, accounts):
    made, _token = make(desk, accounts, "For them")
    assert see(desk, made.id, "/results?sector=garments") == "/results?sector=garments"
    answer = desk.answered(NAV, at("", "/results"))
    nav = json.dumps(answer[NAV])
    for absent in ("/share", "/decks", "/sign-out"):
        assert absent not in nav
    said = list(texts(answer[NOTICE]))
    assert any(
        each.startswith(f"You see what the readers of Link {made.id} (For them) see. Data of 30 June") for each in said
    )
    assert "Back to my own view" in said
    for path in ("/share", f"/share/{made.id}", "/share/readers", "/decks"):
        assert desk.open(path).status_code == 404
    assert desk.client.post("/leave").location == "/results?sector=garments", "where they were"
    assert desk.open("/share").status_code == 200


def test_preview_strip_names_the_current_link_even_if_two_are_alike(desk, accounts):
    """Responses are cached for equal viewers: the strip must not be that of another link."""
    first, second = (make(desk, accounts, name)[0] for name in ("One", "Other"))
    for made in (first, second, first):
        see(desk, made.id)
        (said,) = (each for each in texts(desk.answered(NOTICE, at())[NOTICE]) if "readers of" in each)
        assert made.label in said
        desk.client.post("/leave")


# --- where it is offered ------------------------------------------------------------------------------------------


def test_see_as_menu_offers_the_links_that_can_open_the_current_page(desk, accounts):
    good, _token = make(desk, accounts, "Good <b>one</b>")
    committee, _token = make(desk, accounts, audience=Audience.COMMITTEE)
    paused, revoked, waiting = (make(desk, accounts, f"{name} link")[0] for name in ("Paused", "Revoked", "Waiting"))
    share_links.pause(accounts, paused.id)
    share_links.revoke(accounts, revoked.id)
    with accounts.begin() as connection:
        connection.execute(share_links.link.update().where(share_links.link.c.id == waiting.id).values(edition=None))
    found = offered(desk, "/results?sector=machinery")
    assert found[f"Link {good.id} (Good <b>one</b>)"] == f"/share/{good.id}/see"
    assert f"Link {committee.id}" in found
    assert not [name for name in found if "Paused" in name or "Revoked" in name or "Waiting" in name]
    (menu,) = re.findall(
        r'"data-src": "([^"]+)"', json.dumps(desk.answered(NAV, at("?sector=machinery", "/results"))[NAV])
    )
    assert menu == "/share/readers?page=%2Fresults%3Fsector%3Dmachinery"
    chinese = json.dumps(desk.answered(NAV, at("?lang=zh"))[NAV])
    assert "/share/readers?page=%2F%3Flang%3Dzh&lang=zh" in chinese
    for number in (paused.id, revoked.id, waiting.id):
        assert see(desk, number) == "/share"
        assert f"Link {number} opens nothing now." in desk.open("/share").text
    assert desk.client.post("/share/999999/see").status_code == 404


def test_share_page_and_link_page_open_the_view_of_a_link_viewer(desk, accounts):
    donor, committee = make(desk, accounts)[0], make(desk, accounts, audience=Audience.COMMITTEE)[0]
    page = desk.open("/share").text
    assert f"Preview as link {donor.id}" in page
    assert f"Present as link {committee.id}" in page
    own = desk.open(f"/share/{donor.id}").text
    assert f'action="/share/{donor.id}/see"' in own
    assert see(desk, donor.id) == "/"
    assert desk.client.post("/leave").location == "/share"
    assert see(desk, committee.id) == "/present"


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ("/results?sector=garments&lang=zh", "/results?lang=zh&sector=garments"),
        ("/enterprises/enterprise-1", "/enterprises/enterprise-1"),
        ("/present?deck=Spring+one&sector=garments", "/present?deck=Spring+one&sector=garments"),
        ("/results?x=1#top", "/results"),
        ("/share", ""),
        ("//evil.example/", "/"),
        ("https://evil.example/results", "/results"),
        ("/enterprises/\\evil", ""),
        ("/enterprises/a\r\nSet-Cookie: x", ""),
        ("", ""),
        ("x" * 5000, ""),
    ],
)
def test_return_page_must_be_a_page_of_the_dashboard(asked, kept):
    assert safe_page(asked) == kept


def test_page_forbidden_to_the_reader_is_replaced_by_their_first_page(desk, accounts):
    made, _token = make(desk, accounts)
    assert see(desk, made.id, "/enterprises?lang=zh") == "/"
    desk.client.post("/leave")
    named, _token = make(desk, accounts, names=True)
    assert see(desk, named.id, "/enterprises?lang=zh") == "/enterprises?lang=zh"


# --- the show -----------------------------------------------------------------------------------------------------


def slides(visit: Visit, query: str = "") -> dict[str, object]:
    answer = visit.client.get(f"/present/slides.json?{query}")
    assert answer.status_code == 200
    found: dict[str, object] = answer.get_json()
    return found


def test_manager_can_present_as_a_committee_with_its_deck_or_another(desk, accounts):
    decks.save(accounts, Deck("Mine", (DeckSlide("overview"), DeckSlide("matrix"))), "me")
    decks.save(accounts, Deck("Theirs", (DeckSlide("overview"),)), "me")
    made, token = make(desk, accounts, "Meeting", audience=Audience.COMMITTEE, deck="Theirs")
    donor, _token = make(desk, accounts, "A donor")
    mine = slides(desk, "deck=Mine")
    assert {"number": made.id, "en": f"Link {made.id} (Meeting)", "zh": f"链接{made.id}（Meeting）"} in mine["readers"]
    assert donor.id not in {each["number"] for each in mine["readers"]}, "a donor presents nothing"
    theirs = slides(guest(desk, token))
    assert theirs["readers"] == []
    assert see(desk, made.id, "/present?deck=Mine") == "/present"
    assert slides(desk) == theirs, "the same show to the byte"
    page = desk.open("/present").text
    assert f"Link {made.id} (Meeting): Back to my own view" in page
    assert desk.client.post("/leave").location == "/present?deck=Mine"
    assert see(desk, made.id, "/present?deck=Mine", deck="Mine") == "/present"
    shown = slides(desk)
    assert shown["deck"] == "Mine"
    assert shown["slides"][0] == theirs["slides"][0], "my deck, their eyes"
    assert shown["slides"][1]["en"]["table"] != mine["slides"][1]["en"]["table"]
    desk.client.post("/leave")
    assert desk.client.post(f"/share/{made.id}/see", data={"deck": "Gone"}).status_code == 404


# --- its end ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["revoke", "pause"])
def test_ended_link_does_not_switch_the_preview_to_the_managers_own_view(desk, accounts, how):
    """On a projector, everyone in the room would read data they may not see."""
    made, _token = make(desk, accounts, audience=Audience.COMMITTEE)
    see(desk, made.id)
    assert desk.client.get("/present/slides.json").status_code == 200
    getattr(share_links, how)(accounts, made.id)
    for path in ("/present", "/present/slides.json", "/", "/alive", "/share"):
        answer = desk.open(path)
        assert answer.status_code == 401, path
        assert "This link has ended" in answer.text
    assert 'action="/leave"' in desk.open("/").text
    assert desk.client.post("/leave").status_code == 303
    assert desk.open("/share").status_code == 200


def test_preview_with_outdated_terms_is_ended(desk):
    with desk.client.session_transaction() as session:
        session["preview"] = Terms().plain() | {"threshold": 3}
    answer = desk.open("/")
    assert answer.status_code == 401
    assert 'action="/leave"' in answer.text
    desk.client.post("/leave")
    assert desk.open("/").status_code == 200


def test_only_managers_can_see_as_a_reader(desk, accounts):
    made, token = make(desk, accounts)
    other, _token = make(desk, accounts)
    came = guest(desk, token)
    assert came.client.post(f"/share/{other.id}/see").status_code == 404
    assert came.open("/share/readers").status_code == 404
    with came.client.session_transaction() as session:
        session["seeing"] = [other.id, other.token_hash[:16], ""]
    with came.client as client:
        client.get("/alive")
        assert g.link.id == made.id
        assert g.viewer == share_links.viewer_of(accounts, made)
