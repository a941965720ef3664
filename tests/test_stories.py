"""Stories: those of a selection, access, the cards of the page, and access to pictures."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from programme import PROGRAMME, Row, Tables, load_rows, with_more
from sqlalchemy import Engine
from visiting import PAGE, Values, Visit, at, texts

from data import managers
from data.filters import Filters
from data.links import share_links
from data.links.link_terms import Terms
from data.lists import story_list
from data.privacy.viewer import MANAGER, Permission, Scope, Viewer
from data.records import Record
from data.storage.accounts import accounts_engine
from data.storage.database import writing_engine
from layouts import ids

pytestmark = pytest.mark.both_databases

PNG = b"\x89PNG\r\n\x1a\n and a picture of which only the bytes matter here"


def _story(code: str, enterprise: str | None = None, round_: str | None = None, **others: Any) -> Row:
    told = {"title_en": f"Title {code}", "after_en": f"After {code}", "source": "sheet"}
    return {"code": code, "enterprise": enterprise, "round": round_, **told, **others}


STORIES: list[Row] = [
    _story("both-told", "a", "r1", module="m1", before_en="Before", title_zh="标题", after_zh="之后"),
    _story("any-round", "a"),
    _story("not-named", "b", "r1", module="m1"),
    _story("names-another", "a", "r1", after_en="Enterprise B copied it"),
    _story("of-a-round", None, "r2"),
    _story("of-nothing"),
    _story("not-enrolled", "a", "r3"),
    _story("recruited-later", "j", "r2"),
]


def _picture(story: str, side: str) -> Row:
    sizes = {"width": 640, "height": 420, "media_type": "image/png"}
    return {"story": story, "side": side, "content": PNG + side.encode(), **sizes}


def with_stories(**programme: Any) -> Tables:
    """The programme of ten and 60 more enterprises, with stories and pictures; only enterprise a may be named."""
    larger = with_more(PROGRAMME)
    enterprises = [row | {"may_be_named": row["code"] == "a"} for row in larger["enterprise"]]
    return larger | {
        "programme": [PROGRAMME["programme"][0] | programme],
        "enterprise": enterprises,
        "story": STORIES,
        "story_image": [
            _picture("both-told", "before"),
            _picture("both-told", "after"),
            _picture("not-named", "after"),
        ],
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("stories")


@pytest.fixture(scope="module")
def address(new_database: Callable[[], str]) -> str:
    """The programme as a record that is public."""
    engine = writing_engine(address := new_database())
    load_rows(engine, with_stories(public=True))
    engine.dispose()
    return address


@pytest.fixture(scope="module")
def record(address: str) -> Iterator[Record]:
    record = Record(address)
    yield record
    record.engine.dispose()


def read(record: Record, search: str = "", viewer: Viewer = MANAGER) -> list[str]:
    """The codes of the stories a viewer sees, in order."""
    with record.view(viewer, Filters.from_search(search)) as view:
        return list(story_list.stories(view)["code"])


def by_link(*, scope: Scope | None = None, threshold: int | None = None, names: bool = False) -> Viewer:
    """A link viewer."""
    permissions = {Permission.BROWSE} | ({Permission.SEE_NAMES} if names else set())
    held: dict[str, Any] = {"threshold": threshold, "privacy_key": b"key"}
    return Viewer(frozenset(permissions), scope or Scope(), "key", limited=True, **held)


# --- stories of a selection ---------------------------------------------------------------------------------------


def test_manager_sees_all_stories_to_date_and_those_with_both_pictures_come_first(record):
    assert read(record)[0] == "both-told"
    assert set(read(record)) == {each["code"] for each in STORIES} - {"recruited-later"}


def test_story_of_an_enterprise_is_visible_from_its_recruitment(record):
    assert "recruited-later" in read(record, "?as_of=2015-12-31")


@pytest.mark.parametrize(
    ("search", "codes"),
    [
        ("?round=r1", {"both-told", "any-round", "not-named", "names-another"}),
        ("?round=r2", {"any-round", "of-a-round"}),  # a is in both rounds, but the story of r1 belongs to r1
        ("?round=r3", set()),
        ("?phase=p2", {"any-round", "of-a-round"}),
        ("?partner=fed", {"both-told", "any-round", "not-named", "names-another"}),
        ("?partner=buyer&round=r2", {"any-round", "of-a-round"}),
        ("?sector=machinery", {"both-told", "any-round", "not-named", "names-another"}),
        ("?sector=garments", set()),
        ("?place=370000", {"both-told", "any-round", "not-named", "names-another"}),  # r2 has two places
        ("?place=310000", set()),
        ("?module=m1", {"both-told", "not-named"}),
        ("?module=m2", set()),
    ],
)
def test_story_is_filtered_by_the_enrolment_of_its_enterprise_or_by_its_round(record, search, codes):
    assert set(read(record, search)) == codes


def test_story_without_enterprise_and_round_is_shown_only_without_filters(record):
    assert "of-nothing" in read(record)
    assert "of-nothing" not in read(record, "?round=r1,r2,r3")


# --- access -------------------------------------------------------------------------------------------------------


def test_manager_sees_all_stories_of_the_public_record(public_record_url):
    record = Record(public_record_url)
    with record.view(MANAGER, Filters()) as view:
        found = story_list.stories(view)
    record.engine.dispose()
    assert len(found) == 15
    assert found["tells_both"].sum() == 4


@pytest.mark.parametrize(
    ("viewer", "codes"),
    [
        (by_link(), {"both-told", "any-round", "not-named", "of-a-round", "of-nothing", "not-enrolled"}),
        (by_link(names=True), {"both-told", "any-round", "not-named", "of-a-round", "of-nothing", "not-enrolled"}),
        (by_link(scope=Scope(round=frozenset({"r1"}))), {"both-told", "any-round", "not-named"}),
        (by_link(scope=Scope(round=frozenset({"r2"}))), {"any-round", "of-a-round"}),
        (by_link(scope=Scope(sector=frozenset({"garments"}))), set()),
        (by_link(threshold=5), set()),
        (by_link(threshold=5, names=True), {"both-told", "any-round", "not-enrolled"}),
    ],
)
def test_link_shows_stories_of_its_scope_that_name_no_hidden_enterprise(record, viewer, codes):
    assert set(read(record, viewer=viewer)) == codes


def test_too_narrow_selection_shows_no_story(record):
    viewer = by_link(threshold=5, names=True)
    assert read(record, "?round=r1", viewer) == [], "all but four"
    assert "both-told" in read(record, "", viewer)


def test_link_without_names_shows_no_story_of_a_non_public_record(new_database):
    engine = writing_engine(address := new_database())
    load_rows(engine, with_stories(public=False))
    engine.dispose()
    record = Record(address)
    assert read(record, viewer=by_link()) == []
    record.engine.dispose()


def test_link_viewer_sees_no_story_code_in_addresses_and_numbered_hidden_enterprises(record):
    with record.view(by_link(), Filters()) as view:
        found = story_list.stories(view)
    assert not set(found["address"]) & {each["code"] for each in STORIES}
    assert set(found["enterprise"].dropna()) == {"enterprise-1", "enterprise-2"}


# --- the page -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def accounts(new_database: Callable[[], str]) -> Iterator[Engine]:
    engine = accounts_engine(new_database())
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def visit(address: str, accounts: Engine) -> Visit:
    return signed_in(address, accounts, str(accounts.url))


def signed_in(address: str, accounts: Engine, accounts_url: str) -> Visit:
    """A manager, signed in to a server that is not local."""
    managers.add(accounts, "manager@example.org", "a long enough password")
    made = Visit.to(address, signed_in=False, local=False, accounts_url=accounts_url)
    form = {"email": "manager@example.org", "password": "a long enough password"}
    assert made.client.post("/sign-in", data=form).status_code in (302, 303)
    return made


def link_viewer(visit: Visit, accounts: Engine, **terms: Any) -> FlaskClient:
    """A viewer who opened a link."""
    _made, token = share_links.make(accounts, visit.fit(Terms(**terms)))
    client = visit.stranger()
    client.get(f"/s/{token}", headers=PAGE)
    return client


def shown(visit: Visit, search: str = "", path: str = "/stories", clicks: int | None = None) -> Values:
    """The outputs of the page's callback."""
    values = at(search, path) | {f"{ids.STORIES_MORE}.n_clicks": clicks}
    return visit.answered(f"{ids.STORIES_LIST}.children", values)


def text_of(drawn: Any) -> str:
    return " ".join(texts(drawn))


def nodes(drawn: Any, kind: str) -> list[dict[str, Any]]:
    """The properties of every component of a type in a response."""
    if isinstance(drawn, list):
        return [found for each in drawn for found in nodes(each, kind)]
    if not isinstance(drawn, dict):
        return []
    props = drawn.get("props", {})
    own = [props] if drawn.get("type") == kind else []
    return own + nodes(props.get("children"), kind)


def test_page_counts_stories_and_groups_them_by_module(visit):
    answer = shown(visit)
    assert text_of(nodes(answer[f"{ids.STORIES_TITLE}.content"], "H2")[0]["children"]) == (
        "7 stories; 1 with both before and after"
    )
    headings = [text_of(each["children"]) for each in nodes(answer[f"{ids.STORIES_LIST}.children"], "H3")]
    assert headings == ["Module 1", "Of no one module"]


def test_missing_story_side_is_stated_and_text_in_the_other_language_is_marked(visit):
    answer = shown(visit, "?lang=zh", "/stories/both-told")
    told = text_of(answer[f"{ids.STORIES_LIST}.children"])
    assert "标题" in told
    assert "Before（英）" in told
    (before, after) = nodes(answer[f"{ids.STORIES_LIST}.children"], "Dd")
    assert (before["lang"], after["lang"]) == ("en", None)
    assert "not told" in text_of(shown(visit, path="/stories/any-round")[f"{ids.STORIES_LIST}.children"])


def test_slider_needs_two_pictures_and_alternative_texts_describe_them(visit):
    both = shown(visit, path="/stories/both-told")[f"{ids.STORIES_LIST}.children"]
    pictures = nodes(both, "Img")
    assert [each["alt"] for each in pictures] == ["Title both-told: Before", "Title both-told: After"]
    assert [each["src"] for each in pictures] == ["/story/both-told/before", "/story/both-told/after"]
    (slide,) = nodes(both, "Input")
    (label,) = nodes(both, "Label")
    assert slide["type"] == "range"
    assert label["htmlFor"] == slide["id"]
    one = shown(visit, path="/stories/not-named")[f"{ids.STORIES_LIST}.children"]
    assert len(nodes(one, "Img")) == 1
    assert nodes(one, "Input") == []
    assert nodes(shown(visit, path="/stories/any-round")[f"{ids.STORIES_LIST}.children"], "Img") == []


def test_picture_address_keeps_only_the_date_filter(visit):
    drawn = shown(visit, "?as_of=2015-06-30&module=m1&lang=zh")[f"{ids.STORIES_LIST}.children"]
    assert nodes(drawn, "Img")[0]["src"] == "/story/both-told/before?as_of=2015-06-30&lang=zh"


def test_unknown_story_address_shows_a_message(visit):
    for path, search in (("/stories/never-was", ""), ("/stories/both-told", "?module=m2")):
        assert "There is no story at this address" in text_of(
            shown(visit, search, path)[f"{ids.STORIES_LIST}.children"]
        )


def test_many_stories_are_shown_in_steps(new_database):
    engine = writing_engine(address := new_database())
    load_rows(engine, with_stories() | {"story": [_story(f"s-{n:02}") for n in range(30)], "story_image": []})
    engine.dispose()
    visit = Visit.to(address)
    for clicks, cards, button in ((None, 12, "Show 12 more stories"), (1, 24, "Show 6 more stories"), (2, 30, "")):
        answer = shown(visit, clicks=clicks)
        assert len(nodes(answer[f"{ids.STORIES_LIST}.children"], "Article")) == cards
        assert answer[f"{ids.STORIES_MORE}.children"] == button
        assert answer[f"{ids.STORIES_MORE}.hidden"] is (not button)


# --- pictures -----------------------------------------------------------------------------------------------------


def test_picture_has_its_own_media_type_and_private_revalidated_caching(visit):
    answer = visit.client.get("/story/both-told/before")
    assert (answer.status_code, answer.mimetype, answer.data) == (200, "image/png", PNG + b"before")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    again = visit.client.get("/story/both-told/before", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("picture", ["never-was/before", "any-round/before", "both-told/middle", "not-named/before"])
def test_missing_picture_is_not_found(visit, picture):
    answer = visit.client.get(f"/story/{picture}")
    assert answer.status_code == 404
    assert answer.headers["Cache-Control"] == "no-store"


def test_picture_outside_the_scope_is_not_found(visit, accounts):
    other = link_viewer(visit, accounts, scope=Filters.from_search("round=r2"), threshold=None, names=True)
    inside = link_viewer(visit, accounts, scope=Filters.from_search("round=r1"), threshold=None)
    withheld = link_viewer(visit, accounts, threshold=5, names=False)
    for client in (other, inside, withheld):
        for story in ("both-told", "not-named"):
            assert client.get(f"/story/{story}/after").status_code == 404
    assert visit.stranger().get("/story/both-told/after").status_code == 401


def test_picture_addresses_of_a_link_work_only_for_that_link(visit, accounts):
    client = link_viewer(visit, accounts, threshold=None)
    body = visit.body(f"{ids.STORIES_LIST}.children", at("", "/stories"))
    text = client.post("/_dash-update-component", json=body).get_json()["response"]
    pictures = nodes(text[ids.STORIES_LIST]["children"], "Img")
    assert len(pictures) == 3
    for picture in pictures:
        assert client.get(picture["src"]).status_code == 200
        assert visit.client.get(picture["src"]).status_code == 404


def test_revoked_link_cannot_revalidate_a_cached_picture(visit, accounts):
    made, token = share_links.make(accounts, Terms(threshold=None))
    client = visit.stranger()
    client.get(f"/s/{token}", headers=PAGE)
    body = visit.body(f"{ids.STORIES_LIST}.children", at("", "/stories"))
    drawn = client.post("/_dash-update-component", json=body).get_json()["response"][ids.STORIES_LIST]["children"]
    source = nodes(drawn, "Img")[0]["src"]
    kept = client.get(source).headers["ETag"]
    share_links.revoke(accounts, made.id)
    assert client.get(source, headers={"If-None-Match": kept}).status_code == 401


# --- canaries -----------------------------------------------------------------------------------------------------

CANARY = "Kanarienvogel"


def test_story_outside_the_scope_or_naming_a_hidden_enterprise_is_in_no_response(new_database):
    hidden = [row | ({"name_en": CANARY} if row["code"] == "b" else {}) for row in with_stories()["enterprise"]]
    told = [
        _story("canary-scope", "f", "r2", after_en=f"{CANARY} of another round"),
        _story("canary-name", "a", "r1", title_en=f"What {CANARY} told"),
        _story("canary-chinese", "a", "r1", before_zh=f"{CANARY}说"),
        _story("canary-code", "b", "r1", title_en="Quiet", after_en="Nobody is named"),
        _story("canary-nothing", after_en=f"{CANARY} of nothing"),
        _story("good", "a", "r1"),
    ]
    engine = writing_engine(address := new_database())
    pictures = [_picture(row["code"], "after") for row in told]
    load_rows(engine, with_stories(public=True) | {"enterprise": hidden, "story": told, "story_image": pictures})
    engine.dispose()
    accounts = accounts_engine(accounts_url := new_database())
    visit = signed_in(address, accounts, accounts_url)
    scope = Filters.from_search("round=r1")
    for threshold, names in ((None, False), (None, True), (5, True), (5, False)):
        client = link_viewer(visit, accounts, scope=scope, threshold=threshold, names=names)
        for search in ("", "?lang=zh", "?round=r2", "?as_of=2020-01-01"):
            for path in ("/stories", *(f"/stories/{row['code']}" for row in told)):
                body = visit.body(f"{ids.STORIES_LIST}.children", at(search, path))
                sent = client.post("/_dash-update-component", json=body).text
                assert CANARY not in sent, (threshold, names, path, search)
                assert "canary-" not in sent.replace(path, ""), (threshold, names, path, search)
        for row in told:
            assert client.get(f"/story/{row['code']}/after").status_code == 404
    accounts.dispose()


def test_as_of_date_before_everything_shows_only_undated_stories(record):
    assert set(read(record, f"?as_of={date(2000, 1, 1)}")) == {"of-a-round", "of-nothing", "not-enrolled"}
