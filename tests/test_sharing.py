"""Sharing: the page where links are made, the view of a link viewer, and the end of a link."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, delete, update
from visiting import PAGE, Values, Visit, at, notice, texts
from werkzeug.test import TestResponse

from callbacks.filter_bar import CONTROLS
from dashboard.gate.admission import REQUIRED_PERMISSIONS
from data import decks
from data.decks import Deck, DeckSlide
from data.editions import frozen_copies
from data.filters import Filters
from data.links import share_links
from data.links.link_terms import DEFAULT_DAYS, LONGEST_SCOPE, Audience, Terms
from data.links.share_links import Link
from data.privacy.viewer import BASES, DEFAULT_THRESHOLD, Permission
from data.records import Record
from data.storage import database
from data.storage.accounts import accounts_engine, link, visit
from layouts import ids
from layouts.pages import PAGES

PASSWORD = "tea and rice"
COOKIE = 4093
"""Maximum number of bytes browsers store of one cookie, including its name."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sharing")


@pytest.fixture(scope="module")
def accounts(folder: Path) -> Iterator[Engine]:
    engine = accounts_engine(f"sqlite:///{folder}/accounts.db")
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def desk(demo_url: str, folder: Path, accounts: Engine) -> Visit:
    """A manager on the synthetic programme, which is not public."""
    return Visit.to(demo_url, accounts_url=f"sqlite:///{folder}/accounts.db", editions=folder / "editions")


@pytest.fixture(autouse=True)
def own_view(request: pytest.FixtureRequest) -> Iterator[None]:
    """Ends any preview of a link before a test."""
    yield
    if "desk" in request.fixturenames:
        request.getfixturevalue("desk").client.post("/leave")


@pytest.fixture(scope="module")
def codes(desk: Visit) -> tuple[str, str]:
    """Two partners without a common round; neither is refused under any threshold."""
    offered = [
        each["value"]
        for each in desk.options()["partner"]
        if int(each["label"].rsplit("· ", 1)[1].replace(",", "")) >= 2 * max(BASES)
    ]
    for first in offered:
        rounds = {each["value"] for each in desk.options(f"?partner={first}")["round"]}
        for other in offered:
            if not rounds & {each["value"] for each in desk.options(f"?partner={other}")["round"]}:
                return first, other
    raise AssertionError("every partner is in rounds of every other")


def form(**said: object) -> dict[str, object]:
    """The unchanged form of the page as posted, with the changes in `said`."""
    standard = {"label": "", "audience": "donor", "edition": "", "deck": "standard", "password": ""}
    return standard | {"days": str(DEFAULT_DAYS), "threshold": str(DEFAULT_THRESHOLD)} | said


def shown_address(page: TestResponse) -> str:
    """The path of the address the page shows for a new link."""
    assert page.status_code == 200, page.text
    found = re.search(r'<input id="address"[^>]* value="http://localhost(/s/[A-Za-z0-9_-]{43})" readonly', page.text)
    assert found, page.text
    return found[1]


def make(desk: Visit, **said: object) -> str:
    """Make a link with the form; returns its path."""
    return shown_address(desk.client.post("/share", data=form(**said)))


def newest(accounts: Engine) -> Link:
    return share_links.links(accounts)[0]


def chosen(page: str, name: str) -> str:
    """The chosen value of a set of radio buttons or of a list."""
    (found,) = re.findall(
        rf'<input type="radio" name="{name}" value="([^"]*)" checked|'
        rf'<select [^>]*name="{name}"[^>]*>(?:(?!</select>).)*?<option value="([^"]*)" selected',
        page, re.DOTALL,
    )  # fmt: skip
    return found[0] or found[1]


def ticked(page: str, name: str) -> list[str]:
    """The ticked values of a checkbox list."""
    return re.findall(rf'<input type="checkbox" name="{name}" value="([^"]*)" checked>', page)


def value(page: str, field: str) -> str:
    """The value of a form field."""
    found = re.search(rf'<input [^>]*name="{field}"[^>]* value="([^"]*)"', page)
    assert found, field
    return unescape(found[1])


def guest(visit: Visit, path: str, **posted: str) -> Visit:
    """A visitor without an account who opens a link."""
    came = Visit(visit.app, visit.stranger(), visit.one_time, visit.standing)
    answer = came.client.post(path, data=posted) if posted else came.open(path)
    assert answer.status_code == 303, answer.text
    return came


def frame(visit: Visit, search: str = "", path: str = "/") -> Values:
    return visit.answered(f"{ids.NAV}.content", at(search, path))


def plain(page: str) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))


# --- the form -----------------------------------------------------------------------------------------------------


def test_share_form_starts_with_the_view_it_is_opened_from(desk, codes):
    partner, other = codes
    sector = desk.options()["sector"][0]["value"]
    page = desk.open(f"/share?partner={partner},{other}&sector={sector}").text
    assert sorted(ticked(page, "partner")) == sorted(codes)
    assert ticked(page, "sector") == [sector]
    assert [ticked(page, name) for name in ("round", "phase", "place")] == [[], [], []]
    assert (value(page, "days"), chosen(page, "threshold"), value(page, "label")) == ("90", "5", "")
    assert "module and the date" not in page
    assert "module and the date" in desk.open("/share?as_of=2015-01-01").text
    assert "module and the date" in desk.open("/share?module=m1").text


def test_share_form_offers_every_code_with_enterprises_by_name(desk):
    page = desk.open("/share").text
    for name in CONTROLS:
        offered = re.findall(rf'<input type="checkbox" name="{name}" value="([^"]*)">([^<]*)<', page)
        known = desk.options()[name]
        assert [code for code, _label in offered] == [each["value"] for each in known]
        assert [unescape(label).strip() for _code, label in offered] == [each["label"].strip() for each in known]


def test_unknown_code_stays_ticked_and_does_not_widen_the_link(desk):
    page = desk.open("/share?partner=nobody").text
    assert ticked(page, "partner") == ["nobody"]
    assert "nobody (not in the record)" in page


def test_language_switch_on_the_share_form_keeps_the_view(desk, codes):
    page = desk.open(f"/share?partner={codes[0]}").text
    (switch,) = re.findall(r'<a class="language" href="([^"]+)"', page)
    chinese = desk.open(unescape(switch)).text
    assert '<html lang="zh-Hans">' in chinese
    assert ticked(chinese, "partner") == [codes[0]]
    assert 'action="/share?lang=zh"' in chinese


def test_link_is_made_from_the_form_and_its_address_is_shown_once(desk, accounts, codes):
    path = make(
        desk, label="Spring visit", partner=list(codes), days="30", threshold="10", names="1", export="1",
        password=PASSWORD,
    )  # fmt: skip
    made = newest(accounts)
    assert share_links.by_token(accounts, path.removeprefix("/s/")) == share_links.by_id(accounts, made.id)
    assert made.terms == Terms(
        Audience.DONOR, Filters(partner=frozenset(codes)), 10, names=True, export=True, edition=desk.frozen()
    )
    assert (made.label, made.made_by, made.protected) == ("Spring visit", "local", True)
    assert timedelta(days=29) < made.expires_at - database.now() < timedelta(days=30)
    again = desk.open("/share").text
    assert path.removeprefix("/s/") not in again
    assert path.removeprefix("/s/") not in desk.open(f"/share/{made.id}").text
    assert "Spring visit" in again


def test_committee_link_has_the_chosen_deck_and_donor_link_has_none(desk, accounts):
    decks.save(accounts, Deck("Spring", (DeckSlide("overview"),)), "somebody")
    make(desk, audience="committee", deck="Spring")
    assert (newest(accounts).terms.audience, newest(accounts).terms.deck) == (Audience.COMMITTEE, "Spring")
    make(desk, deck="Spring")
    assert newest(accounts).terms.deck is None


def test_link_to_an_edition_stores_its_key_and_is_listed_with_its_name(desk, accounts, folder, demo_url):
    engine = database.reading_engine(demo_url)
    edition = frozen_copies.freeze(engine, "Spring edition", folder / "editions")
    engine.dispose()
    page = desk.open(f"/share?edition={edition.key}").text
    assert f'<option value="{edition.key}" selected>Spring edition' in page
    make(desk, edition=edition.key, label="Of an edition")
    assert newest(accounts).terms.edition == edition.key
    assert "edition: Spring edition, data of 30 June 2017" in plain(desk.open("/share").text)
    edition.path.unlink()
    listed = plain(desk.open("/share").text)
    assert "Its edition is gone: this link shows nothing." in listed
    refused = desk.client.post("/share", data=form(edition=edition.key))
    assert refused.status_code == 400
    assert 'id="edition-problem"' in refused.text
    assert f'<option value="{edition.key}" selected>{edition.key} (gone)' in refused.text


@pytest.mark.parametrize(
    ("said", "field", "words"),
    [
        ({"days": "0"}, "days", "from 1 to 3650"),
        ({"days": ""}, "days", "from 1 to 3650"),
        ({"days": "soon"}, "days", "from 1 to 3650"),
        ({"days": "9" * 5000}, "days", "from 1 to 3650"),
        ({"threshold": "3"}, "threshold", "5 or 10"),
        ({"threshold": "0"}, "threshold", "5 or 10"),
        ({"threshold": "-1"}, "threshold", "5 or 10"),
        ({"threshold": ""}, "threshold", "5 or 10"),
        ({"threshold": "some"}, "threshold", "5 or 10"),
        ({"bare": "1"}, "threshold", "not public"),
        ({"audience": "press"}, "audience", "whom the link is for"),
        ({"audience": ""}, "audience", "whom the link is for"),
        ({"password": "short"}, "password", "8 to 200"),
        ({"password": "x" * 201}, "password", "8 to 200"),
        ({"label": "x" * 201}, "label", "200"),
        ({"audience": "committee", "deck": "Autumn"}, "deck", "no deck of this name"),
        ({"edition": "ntac-99"}, "edition", "gone"),
        ({"edition": "live"}, "edition", "withhold nothing"),
        ({"sector": ["Not A Code"]}, "scope", "no part of a scope"),
        ({"sector": ["footwear,"]}, "scope", "no part of a scope"),
        ({"place": [str(code) for code in range(110000, 111000)]}, "scope", "a province"),
    ],
)
@pytest.mark.parametrize("action", ["/share", "/share/preview"])
def test_form_error_is_next_to_its_field_and_the_input_is_kept(desk, accounts, codes, action, said, field, words):
    if action == "/share/preview" and field in ("days", "password", "label"):
        return  # these are not in a preview
    before = len(share_links.links(accounts))
    typed = form(label="A donor's view", partner=list(codes), export="1") | said
    answer = desk.client.post(action, data=typed)
    assert answer.status_code == 400
    (told,) = re.findall(rf'<p class="problem" id="{field}-problem">([^<]*)</p>', answer.text)
    assert words in unescape(told)
    assert '<p class="problem" role="alert">' in answer.text
    if field not in ("scope", "audience"):
        assert f'aria-describedby="{field}-problem' in answer.text
    for name in ("label", "days", "password"):
        assert value(answer.text, name) == typed[name]
    assert sorted(ticked(answer.text, "partner")) == sorted(codes)
    assert re.search(r'name="export" value="1" checked', answer.text)
    assert len(share_links.links(accounts)) == before
    assert desk.open("/share").status_code == 200, "and nobody looks through anything"


def test_typed_text_is_escaped(desk):
    answer = desk.client.post("/share", data=form(label='"><script>alert(1)</script>', days="x", partner=["<b>"]))
    assert "<script>alert" not in answer.text
    assert "<b>" not in answer.text


def test_option_to_withhold_nothing_is_offered_only_for_a_public_record(desk, public_record_url):
    assert 'name="bare"' not in desk.open("/share").text
    public = Visit.to(public_record_url)
    assert 'name="bare"' in public.open("/share").text
    assert 'value="live"' in public.open("/share").text
    path = make(public, bare="1", threshold="", edition="live")
    came = guest(public, path)
    answer = came.answered(f"{ids.NOTICE}.content", at())
    assert answer[f"{ids.NOTICE}.content"] == []
    assert came.answered(f"{ids.CANONICAL}.data", at())[f"{ids.AS_OF_BOX}.hidden"] is False


def test_link_address_has_the_public_host_of_the_server(demo_url):
    visit = Visit.to(demo_url, public_url="https://results.example")
    page = visit.client.post("/share", data=form()).text
    assert re.search(r' value="https://results\.example/s/[A-Za-z0-9_-]{43}" readonly', page)


# --- the preview --------------------------------------------------------------------------------------------------


def test_preview_shows_the_view_of_the_link_and_returns_to_the_filled_form(desk, accounts, codes):
    partner, other = codes
    before = len(share_links.links(accounts))
    posted = form(partner=[partner], label="For them", days="30", threshold="10", names="1", edition=desk.frozen())
    answer = desk.client.post("/share/preview?lang=zh", data=posted)
    assert (answer.status_code, answer.location) == (303, "/?lang=zh")
    offered = [each["value"] for each in desk.options()["partner"]]
    assert set(offered) <= {partner}, "of few enterprises there is none to choose"
    seen = frame(desk)
    told = list(texts(seen[f"{ids.NOTICE}.content"]))
    assert any(each.startswith("You see what this link shows. Data of 30 June 2017. ") for each in told)
    assert "Back to my own view" in told
    assert "Tools" not in list(texts(seen[f"{ids.NAV}.content"]))
    assert len(share_links.links(accounts)) == before
    refused = desk.open("/share")
    assert refused.status_code == 404
    assert 'action="/leave"' in refused.text
    back = desk.client.post("/leave")
    assert back.status_code == 303
    page = desk.open(back.location)
    assert '<html lang="zh-Hans">' in page.text
    assert ticked(page.text, "partner") == [partner]
    assert (value(page.text, "label"), value(page.text, "days")) == ("For them", "30")
    assert (chosen(page.text, "threshold"), chosen(page.text, "edition")) == ("10", desk.frozen())
    assert re.search(r'name="names" value="1" checked', page.text)
    assert other in [each["value"] for each in desk.options()["partner"]]


def test_preview_for_a_committee_is_the_show_with_a_return_link(desk):
    answer = desk.client.post("/share/preview", data=form(audience="committee", edition=desk.frozen()))
    assert (answer.status_code, answer.location) == (303, "/present")
    show = desk.open("/present")
    assert show.status_code == 200
    assert 'action="/leave"' in show.text
    assert desk.open("/").location == "/present"
    desk.client.post("/leave")
    assert 'action="/leave"' not in desk.open("/present").text


def test_preview_of_the_longest_scope_fits_in_a_cookie(desk):
    places = [str(code * 7919 % 900000 + 100000) for code in range(LONGEST_SCOPE // 7 - 2)]
    answer = desk.client.post("/share/preview", data=form(place=places, label="x" * 200, edition=desk.frozen()))
    assert answer.status_code == 303
    (cookie,) = [each for each in answer.headers.getlist("Set-Cookie") if each.startswith("score_session=")]
    assert len(cookie.split(";")[0]) < COOKIE


def test_preview_is_refused_after_the_manager_signed_out(demo_url):
    visit = Visit.to(demo_url)
    assert visit.client.post("/share/preview", data=form(edition=visit.frozen())).status_code == 303
    assert visit.open("/").status_code == 200
    visit.one_time.sign_out()
    assert visit.open("/").status_code == 401


# --- the list -----------------------------------------------------------------------------------------------------


def test_link_can_be_paused_resumed_extended_and_revoked_in_the_list(desk, accounts):
    make(desk, days="1")
    number = newest(accounts).id

    def change(wish: str, **said: str) -> str:
        answer = desk.client.post(f"/share/{number}", data={"change": wish, **said})
        assert (answer.status_code, answer.location) == (303, f"/share#link-{number}")
        page = desk.open("/share").text
        (told,) = re.findall(r'<p class="done" role="status">([^<]*)</p>', page)
        assert 'class="done"' not in desk.open("/share").text, "said once"
        (state,) = re.findall(rf'id="link-{number}" class="link (\w+)"', page)
        assert unescape(told)
        return state

    assert change("pause") == "paused"
    assert change("resume") == "active"
    assert change("extend", days="60") == "active"
    assert newest(accounts).expires_at - database.now() > timedelta(days=59)
    assert change("revoke") == "revoked"
    page = desk.open("/share").text
    over = page[page.index('<details class="over">') :]
    assert f'id="link-{number}"' in over, "what has ended stands apart"
    assert f'action="/share/{number}"' not in page, "and nothing is left to be changed of it"


def test_second_of_two_managers_sees_the_change_of_the_first(desk, accounts):
    make(desk)
    number = newest(accounts).id
    share_links.revoke(accounts, number)
    answer = desk.client.post(f"/share/{number}", data={"change": "extend", "days": "9"})
    assert answer.status_code == 400
    assert f"Link {number} was revoked" in plain(answer.text)
    assert "No link was made" not in answer.text


@pytest.mark.parametrize(
    ("path", "said", "status"),
    [
        ("/share/999999", {"change": "pause"}, 400),
        ("/share/99999999999999999999999", {"change": "revoke"}, 400),
        ("/share/1", {"change": "explode"}, 400),
        ("/share/1", {}, 400),
        ("/share/1", {"change": "extend"}, 400),
        ("/share/1", {"change": "extend", "days": "0"}, 400),
        ("/share/-1", {"change": "pause"}, 405),
        ("/share/one", {"change": "pause"}, 405),
    ],
)
def test_invalid_change_of_a_link_is_refused_and_changes_nothing(desk, accounts, path, said, status):
    make(desk)
    before = share_links.links(accounts)
    assert desk.client.post(path, data=said).status_code == status
    assert share_links.links(accounts) == before


def test_list_marks_links_that_show_nothing_or_less(desk, accounts, codes):
    make(desk, partner=["nobody"], label="To nobody")
    make(desk, partner=["nobody", codes[0]], label="To one of two")
    decks.save(accounts, Deck("Passing", (DeckSlide("overview"),)), "somebody")
    make(desk, audience="committee", deck="Passing", label="Of a deck")
    decks.remove(accounts, "Passing")

    def item(label: str) -> str:
        page = desk.open("/share").text
        start = page.index(f">{label}</a>")
        return plain(page[start : page.index("</li>", start)])

    assert "This link shows nothing: what it is limited to is not in the record (nobody)." in item("To nobody")
    assert "the rest is shown" in item("To one of two")
    assert "Its deck is gone: this link shows nothing." in item("Of a deck")
    assert "shows nothing" not in item("To one of two")


def test_link_details_show_its_use(desk, accounts):
    path = make(desk, label="Looked at")
    number = newest(accounts).id
    assert "Nobody has opened it yet" in desk.open(f"/share/{number}").text
    came = guest(desk, path)
    came.post(f"{ids.PAGE}.children", at("", "/results"))
    came.post(f"{ids.PAGE}.children", at("", "/nowhere"))
    came.post(f"{ids.OVERVIEW_HEADLINES}.content")
    used = newest(accounts)
    assert (used.opened, used.viewed) == (1, 1), "a page is viewed once, however much is asked for on it"
    page = desk.open(f"/share/{number}")
    assert page.status_code == 200
    assert "Link opened" in page.text
    assert ">Results<" in page.text
    assert "opened 1 time," in plain(page.text)
    changed = desk.client.post(f"/share/{number}", data={"change": "pause", "from": "details"})
    assert changed.location == f"/share/{number}"
    for missing in ("/share/999999", "/share/99999999999999999999999"):
        assert desk.open(missing).status_code == 404


# --- link viewers -------------------------------------------------------------------------------------------------


def test_donor_sees_only_the_scope_of_the_link(desk, codes):
    partner, other = codes
    came = guest(desk, make(desk, partner=[partner]))
    offered = came.options()
    assert [each["value"] for each in offered["partner"]] == [partner]
    assert came.open("/").status_code == 200
    seen = frame(came)
    assert any(each.startswith("Data of 30 June 2017. ") for each in texts(seen[f"{ids.NOTICE}.content"]))
    everything = str(seen)
    for absent in ("/share", "/decks", "/editions", "/present", "/sign-out", "/leave"):
        assert absent not in everything
    answer = came.answered(f"{ids.CANONICAL}.data", at())
    assert answer[f"{ids.AS_OF_BOX}.hidden"] is True
    said = list(texts(answer[f"{ids.SENTENCE}.content"]))
    assert said[0] == "Everything this link shows"
    assert "Partner: " in said
    outside, unknown = (
        came.post(f"{ids.OVERVIEW_HEADLINES}.content", at(f"?partner={code}")).get_json() for code in (other, "unknown")
    )
    assert "This selection is not shown" in notice(outside)
    assert outside == unknown
    kept = came.answered(f"{ids.CANONICAL}.data", at(f"?partner={other}"))
    chosen, offered = (kept[f"{ids.filter_control('partner')}.{what}"] for what in ("value", "options"))
    assert set(chosen) <= {each["value"] for each in offered}, "a dropdown drops what it does not offer"
    assert other not in str(kept)


def test_programme_note_is_shown_only_to_managers(desk, demo_url):
    came = guest(desk, make(desk))
    own, theirs = (list(texts(frame(each)[f"{ids.FOOTER}.content"])) for each in (desk, came))
    note = Record(demo_url).catalogue().programme.entry.columns["note_en"]
    assert note in own
    assert note not in theirs
    assert set(theirs) < set(own)


def test_links_to_the_tools_keep_filters_and_language(desk, codes):
    seen = str(frame(desk, f"?lang=zh&partner={codes[0]}")[f"{ids.NAV}.content"])
    for path in ("/share", "/present"):
        assert f"'{path}?lang=zh&partner={codes[0]}'" in seen
    for path in ("/decks", "/editions"):
        assert f"'{path}?lang=zh'" in seen
    assert "/sign-out" in seen


def test_manager_who_opens_a_link_can_return(desk, codes):
    path = make(desk, partner=[codes[0]])
    assert desk.open(path).status_code == 303
    assert [each["value"] for each in desk.options()["partner"]] == [codes[0]]
    assert "Back to my own view" in list(texts(frame(desk)[f"{ids.NOTICE}.content"]))
    assert desk.client.post("/leave").location == "/share"
    assert len(desk.options()["partner"]) > 1


@pytest.mark.parametrize("audience", list(Audience))
def test_link_viewer_cannot_open_manager_tools(desk, accounts, audience):
    came = guest(desk, make(desk, audience=audience.value))
    number = newest(accounts).id
    forbidden = {Permission.MANAGE_LINKS, Permission.MANAGE_DECKS, Permission.CHOOSE_EDITION}
    assert {"share", "share-make", "share-preview", "share-change", "share-link"} <= {
        endpoint for endpoint, needed in REQUIRED_PERMISSIONS.items() if needed in forbidden
    }
    for path in ("/share", f"/share/{number}", "/editions"):
        assert came.open(path).status_code == 404, path
    for path in ("/share", "/share/preview", f"/share/{number}"):
        assert came.client.post(path, data=form(change="revoke")).status_code == 404, path
    assert share_links.by_id(accounts, number).state(database.now()) == "active"


def test_head_request_neither_counts_nor_opens_a_link(desk, accounts):
    path = make(desk)
    stranger = desk.stranger()
    assert stranger.head(path).status_code == 204
    assert stranger.get("/", headers=PAGE).status_code == 401
    assert newest(accounts).opened == 0
    assert stranger.get(path).status_code == 303
    assert newest(accounts).opened == 1


def test_link_opens_the_first_page_of_its_audience_in_the_readers_language(desk):
    donor, committee = make(desk), make(desk, audience="committee")
    chinese = {"Accept-Language": "zh-CN,zh;q=0.9"}
    assert desk.stranger().get(donor).location == "/"
    assert desk.stranger().get(donor, headers=chinese).location == "/?lang=zh"
    assert desk.stranger().get(committee).location == "/present"
    assert desk.stranger().get(f"{committee}?lang=zh").location == "/present?lang=zh"


def test_link_with_a_password_requests_it(desk, accounts):
    path = make(desk, password=PASSWORD)
    stranger = desk.stranger()
    asked = stranger.get(path)
    assert asked.status_code == 200
    assert 'type="password"' in asked.text
    assert stranger.get("/", headers=PAGE).status_code == 401
    wrong = stranger.post(path, data={"password": PASSWORD + "x"})
    assert wrong.status_code == 401
    assert "That is not the password." in wrong.text
    assert PASSWORD not in wrong.text
    assert stranger.post(path).status_code == 401
    assert newest(accounts).opened == 0
    assert stranger.post(path, data={"password": PASSWORD}).status_code == 303
    assert stranger.get("/", headers=PAGE).status_code == 200
    assert newest(accounts).opened == 1


def test_repeated_password_attempts_are_blocked_even_with_the_right_password(desk):
    path, other = make(desk, password=PASSWORD), make(desk, password=PASSWORD)
    tried = [desk.stranger().post(path, data={"password": f"guess {n}"}).status_code for n in range(8)]
    assert tried == [401] * 5 + [429] * 3
    late = desk.stranger().post(path, data={"password": PASSWORD})
    assert late.status_code == 429
    assert "Too many tries" in late.text
    assert desk.stranger().post(other, data={"password": PASSWORD}).status_code == 303, "each link by itself"


def test_right_password_resets_the_count_of_failed_attempts(desk):
    path = make(desk, password=PASSWORD)
    for _round in range(3):
        for _try in range(4):
            assert desk.stranger().post(path, data={"password": "not this one"}).status_code == 401
        assert desk.stranger().post(path, data={"password": PASSWORD}).status_code == 303


# --- the end of a link --------------------------------------------------------------------------------------------


def end(accounts: Engine, number: int, how: str) -> None:
    """End a link in one of the possible ways."""
    if how == "revoked":
        share_links.revoke(accounts, number)
    elif how == "paused":
        share_links.pause(accounts, number)
    elif how == "expired":
        with accounts.begin() as connection:
            connection.execute(update(link).where(link.c.id == number).values(expires_at=database.now()))
    else:
        with accounts.begin() as connection:
            connection.execute(delete(visit).where(visit.c.link == number))
            connection.execute(delete(link).where(link.c.id == number))


WAYS = ("revoked", "paused", "expired", "lost")


def answers(client: FlaskClient, path: str) -> list[tuple[int, bytes, list[tuple[str, str]]]]:
    """All responses to a client at an address of a link."""
    found = []
    for language in ({}, {"Accept-Language": "zh"}):
        for method in ("GET", "POST", "HEAD"):
            data = {"password": PASSWORD} if method == "POST" else None
            answer = client.open(path, method=method, headers=language, data=data)
            headers = [each for each in answer.headers if each[0] != "Date"]
            found.append((answer.status_code, answer.data, sorted(headers)))
    return found


def test_ended_and_unknown_links_get_equal_responses(desk, accounts):
    never = answers(desk.stranger(), "/s/" + "x" * 43)
    assert {status for status, _body, _headers in never} == {401}
    assert "This link has ended" in never[0][1].decode()
    for how in WAYS:
        for password in ("", PASSWORD):
            path = make(desk, password=password)
            end(accounts, newest(accounts).id, how)
            assert answers(desk.stranger(), path) == never, how
    path = make(desk)
    for forged in (
        path[:-1],
        path + "x",
        "/s/" + path.removeprefix("/s/").swapcase(),
        "/s/x",
        "/s/" + "%00" * 9,
        "/s/%F0%9F%92%A9",
        "/s/" + "a" * 5000,
    ):
        assert answers(desk.stranger(), forged) == never, forged


@pytest.mark.parametrize("how", WAYS)
def test_open_page_gets_no_data_after_its_link_ends(desk, accounts, how):
    came = guest(desk, make(desk))
    number = newest(accounts).id
    assert came.open("/alive").status_code == 204
    assert came.post(f"{ids.OVERVIEW_HEADLINES}.content").status_code == 200
    end(accounts, number, how)
    for answer in (
        came.open("/alive"),
        came.open("/"),
        came.open("/table/change"),
        came.open("/assets/shell.js"),
        came.post(f"{ids.OVERVIEW_HEADLINES}.content"),
        came.open("/nowhere"),
    ):
        assert answer.status_code == 401
        assert "This link has ended" in answer.text
    if how == "paused":
        share_links.resume(accounts, number)
        assert came.open("/").status_code == 200
    if how == "expired":
        share_links.extend(accounts, number, 1)
        assert came.open("/").status_code == 200


def test_link_session_does_not_open_another_link_of_the_same_number(desk, accounts):
    came = guest(desk, make(desk))
    number = newest(accounts).id
    with accounts.begin() as connection:
        connection.execute(update(link).where(link.c.id == number).values(token_hash="0" * 64))
    assert came.open("/").status_code == 401


def test_link_session_is_valid_before_but_not_at_the_expiry(desk, accounts, monkeypatch):
    path = make(desk)
    expires_at = newest(accounts).expires_at
    for seconds, status in ((-1, 303), (0, 401), (1, 401)):
        monkeypatch.setattr("dashboard.gate.link_entry.now", lambda: expires_at + timedelta(seconds=seconds))  # noqa: B023
        assert desk.stranger().get(path).status_code == status
    monkeypatch.undo()
    came = guest(desk, path)
    for seconds, status in ((-1, 204), (0, 401)):
        monkeypatch.setattr("dashboard.gate.sessions.now", lambda: expires_at + timedelta(seconds=seconds))  # noqa: B023
        assert came.open("/alive").status_code == status


def test_opening_another_link_replaces_the_first(desk, codes):
    first, second = (make(desk, partner=[code]) for code in codes)
    came = guest(desk, first)
    assert [each["value"] for each in came.options()["partner"]] == [codes[0]]
    assert came.open(second).status_code == 303
    assert [each["value"] for each in came.options()["partner"]] == [codes[1]]


def test_link_address_is_neither_leaked_nor_stored(desk):
    path = make(desk, password=PASSWORD)
    open_path = make(desk)
    for answer in (
        desk.stranger().get(path),
        desk.stranger().get(open_path),
        desk.stranger().get("/s/nothing"),
        desk.stranger().post(path, data={"password": "wrong"}),
        guest(desk, open_path).open("/"),
    ):
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Robots-Tag"] == "noindex"
    assert open_path not in guest(desk, open_path).open("/").text


def test_link_cookie_is_httponly_and_contains_no_token(desk):
    path = make(desk)
    (cookie,) = desk.stranger().get(path).headers.getlist("Set-Cookie")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= {flag.strip() for flag in cookie.split(";")[1:]}
    assert path.removeprefix("/s/") not in cookie


def test_donor_can_open_every_page_of_the_dashboard(desk):
    came = guest(desk, make(desk))
    assert {came.open(page.path).status_code for page in PAGES} == {200}


@pytest.mark.parametrize("names", [False, True])
def test_hidden_enterprise_is_numbered_in_words_with_or_without_names_allowed(public_record_url, tmp_path, names):
    visit = Visit.to(public_record_url, accounts_url=f"sqlite:///{tmp_path}/accounts.db")
    engine = accounts_engine(f"sqlite:///{tmp_path}/accounts.db")
    _made, token = share_links.make(engine, Terms(threshold=None, names=names))
    engine.dispose()
    donor = visit.stranger()
    donor.get(f"/s/{token}", headers=PAGE)
    text = donor.get("/table/matrix").text
    assert "enterprise-" not in text
    assert ("Enterprise 1<" in text) or names
