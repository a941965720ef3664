"""Cached responses: never out of date, never those of another viewer, never forged through the shared cache."""

import json
import pickle
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import fields, replace
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import pytest
from flask import g
from loading_files import small_programme, write_folder
from machines import Rack
from machines import Redis as RedisServer
from redis import Redis
from sqlalchemy import Connection, Engine
from visiting import Visit, at, notice
from werkzeug.test import TestResponse

from dashboard.cache import redis_store, response_keys, response_store
from dashboard.cache.redis_store import SharedRedis
from dashboard.cache.response_keys import CacheKeys
from dashboard.cache.response_store import ResponseCache
from dashboard.settings import Settings, SettingsProblem
from data import managers
from data.editions import frozen_copies
from data.filters import Filters
from data.links import share_links
from data.links.link_terms import Terms
from data.loading import load
from data.loading.writes.rolling_back import rollback
from data.privacy.viewer import Permission, Scope, Viewer
from data.storage import database
from data.storage.accounts import accounts_engine
from data.storage.database import writing_engine
from layouts import ids

HEADLINES = f"{ids.OVERVIEW_HEADLINES}.content"
FILTERS = f"{ids.CANONICAL}.data"
NAV = f"{ids.NAV}.content"
MODULES = "modules-matrix-title.content"
EMAIL, PASSWORD = "manager@example.org", "a long enough password"


@pytest.fixture
def cache_hits(monkeypatch) -> list[str]:
    """The keys of responses served from the cache, in order."""
    found: list[str] = []
    get = ResponseCache.get

    def recorded(self: ResponseCache, key: str) -> bytes | None:
        answer = get(self, key)
        if answer is not None:
            found.append(key)
        return answer

    monkeypatch.setattr(ResponseCache, "get", recorded)
    return found


def cache_keys(visit: Visit) -> CacheKeys:
    """The cache keys of an application, from the function that runs before its requests."""
    steps = visit.app.server.before_request_funcs[None]
    (serve_cached,) = (each for each in steps if each.__name__ == "serve_cached")
    return next(cell.cell_contents for cell in serve_cached.__closure__ if isinstance(cell.cell_contents, CacheKeys))


# --- which response a viewer gets ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("asked")


@pytest.fixture(scope="module")
def accounts(folder) -> Iterator[Engine]:
    engine = accounts_engine(f"sqlite:///{folder}/accounts.db")
    managers.add(engine, EMAIL, PASSWORD)
    managers.add(engine, f"other-{EMAIL}", PASSWORD)
    yield engine
    engine.dispose()


def visit_to(url: str, folder: Path, **others: Any) -> Visit:
    """A new application with the accounts and editions of this module."""
    shares: dict[str, Any] = {"accounts_url": f"sqlite:///{folder}/accounts.db", "editions": folder / "editions"}
    return Visit.to(url, signed_in=False, local=False, **(shares | others))


def by_link(visit: Visit, token: str) -> Visit:
    came = Visit(visit.app, visit.stranger(), visit.one_time, visit.standing)
    assert came.client.get(f"/s/{token}").status_code == 303
    return came


def manager(visit: Visit, email: str = EMAIL) -> Visit:
    came = Visit(visit.app, visit.stranger(), visit.one_time, visit.standing)
    assert came.client.post("/sign-in", data={"email": email, "password": PASSWORD}).status_code == 303
    return came


@pytest.fixture(scope="module")
def tokens(accounts, folder, demo_url) -> dict[str, str]:
    """Links with nearly the same terms, each different in one."""
    engine = database.reading_engine(demo_url)
    frozen = frozen_copies.freeze(engine, "Committee 2017", folder / "editions")
    later = frozen_copies.freeze(engine, "Committee 2018", folder / "editions")
    narrow = Terms(scope=Filters.from_search("partner=donor-1"), edition=frozen.key)
    terms = {
        "one": narrow,
        "its equal": narrow,
        "other partner": replace(narrow, scope=Filters.from_search("partner=employers-500000")),
        "everything": replace(narrow, scope=Filters()),
        "more withheld": replace(narrow, threshold=10),
        "with names": replace(narrow, names=True),
        "may export": replace(narrow, export=True),
        "another edition": replace(narrow, edition=later.key),
    }
    return {name: share_links.make(accounts, each)[1] for name, each in terms.items()}


ADDRESSES = ("", "?partner=donor-1&as_of=2015-06-30&lang=zh")
ASKED = (HEADLINES, FILTERS, NAV, MODULES, f"{ids.ENTERPRISES_NOTE}.content", "/table/matrix", "/export/regions.csv")


def response_to(visit: Visit, what: str, search: str) -> tuple[int, bytes]:
    """The response to a visitor, of a callback or an address."""
    answer = visit.client.get(what + search) if what.startswith("/") else visit.post(what, at(search))
    return answer.status_code, answer.data


@pytest.mark.slow
def test_every_viewer_gets_the_same_response_with_and_without_the_cache(
    demo_url, folder, accounts, tokens, cache_hits, monkeypatch
):
    """Viewers who differ in one attribute, at equal addresses, in any order, against an application without a cache."""
    keeps = visit_to(demo_url, folder)
    with monkeypatch.context() as nothing:
        nothing.setattr(response_store, "MAX_RESPONSE_BYTES", 0)
        plain = visit_to(demo_url, folder)

    def everyone(visit: Visit) -> dict[str, Visit]:
        found = {name: by_link(visit, token) for name, token in tokens.items()}
        found |= {"manager": manager(visit), "manager who looks through a link": manager(visit, f"other-{EMAIL}")}
        form = {
            "audience": "donor",
            "partner": "donor-1",
            "threshold": "5",
            "edition": "",
            "deck": "standard",
            "days": "9",
        }
        preview = found["manager who looks through a link"].client.post("/share/preview", data=form)
        assert preview.status_code == 303
        return found

    kept, truth = everyone(keeps), everyone(plain)
    asked = list(product(truth, ASKED, ADDRESSES))
    Random(5).shuffle(asked)
    answers = {}
    for who, what, search in asked:
        answers[who, what, search] = response_to(truth[who], what, search)
        assert response_to(kept[who], what, search) == answers[who, what, search], (who, what, search)
    before = len(cache_hits)
    for (who, what, search), answer in answers.items():
        assert response_to(kept[who], what, search) == answer, (who, what, search)
    assert len(cache_hits) - before > len(answers) / 2, "little was kept, and the test proved little"
    # The test would prove nothing if all responses were equal.
    for one, other in (("one", "other partner"), ("one", "more withheld"), ("manager", "everything")):
        assert any(answers[one, what, ""] != answers[other, what, ""] for what in ASKED), (one, other)


@pytest.fixture(scope="module")
def frozen(demo_url) -> Visit:
    """A manager on the synthetic programme, which has an edition."""
    visit = Visit.to(demo_url)
    visit.frozen()
    return visit


def holder_of(visit: Visit) -> Viewer:
    """A link viewer with a threshold."""
    return Viewer(alias_key="a", limited=True, threshold=5, edition=visit.frozen(), privacy_key=b"key")


def key_of(visit: Visit, viewer: Viewer, search: str = "", what: str = HEADLINES, **body: Any) -> str | None:
    """The cache key of a callback request by a viewer; None if its response may not be cached."""
    posted = visit.body(what, at(search)) | body
    with visit.app.server.test_request_context("/_dash-update-component", method="POST", json=posted):
        g.viewer, g.own = viewer, None
        key = cache_keys(visit).of_request()
    return key.digest if key else None


def test_cache_key_contains_every_viewer_attribute_but_the_name(frozen):
    viewer = holder_of(frozen)
    records = frozen.app.server.extensions["records"]
    another = frozen_copies.freeze(records.live.engine, "Another", records.folder).key
    others: dict[str, Any] = {
        "permissions": frozenset({Permission.EXPORT}), "scope": Scope(partner=frozenset({"donor-1"})), "alias_key": "b",
        "limited": False, "threshold": 6, "edition": another, "deck": "other", "name": "another",
        "privacy_key": b"other", "earlier": (Scope(partner=frozenset({"donor-1"})),),
    }  # fmt: skip
    assert set(others) == {field.name for field in fields(Viewer)}
    keys = {name: key_of(frozen, replace(viewer, **{name: value})) for name, value in others.items()}
    same = key_of(frozen, viewer)
    assert keys.pop("name") == same
    assert None not in keys.values()
    assert len({*keys.values(), same}) == len(keys) + 1
    with pytest.raises(TypeError):  # an attribute that cannot be distinguished is no part of a viewer
        key_of(frozen, replace(viewer, deck=object()))


def test_cache_key_hides_the_privacy_key_and_waiting_links_are_not_cached(frozen):
    viewer = holder_of(frozen)
    assert b"key".hex() not in str(key_of(frozen, viewer))
    assert key_of(frozen, replace(viewer, privacy_key=b"")) is None
    assert key_of(frozen, replace(viewer, edition=None)) is None


def test_equal_views_share_one_cache_key_and_different_views_do_not(frozen):
    demo, anyone, holder = frozen, Viewer(frozenset(Permission)), holder_of(frozen)
    code, other = (each["value"] for each in demo.options()["partner"][:2])
    for viewer, searches in (
        (anyone, ("", "?", "?x=1", "?partner=", "?lang=en")),
        (anyone, (f"?partner={code},{other}", f"?partner={other}&partner={code}", f"?x=2&partner={other},{code}")),
        (holder, ("?partner=made-up", "?partner=made-up-2,made-up-3", "?partner=-")),
        # A truncated filter is marked as such, and a filter without known values is equal for all.
        (holder, ("?as_of=2014-01-01", "?as_of=2015-02-03", "?as_of=1999-12-31&x=1")),
        (holder, (f"?partner={code},{other}", f"?partner={other},{code}")),
        (holder, (f"?partner={code},-", f"?partner={code},made-up")),
    ):
        assert len({key_of(demo, viewer, search) for search in searches}) == 1, searches
    different = ("", f"?partner={code}", f"?partner={other}", "?lang=zh", f"?sector={code}", "?partner=-",
                 f"?partner={code},-", "?as_of=2014-01-01")  # fmt: skip
    assert len({key_of(demo, holder, search) for search in different}) == len(different)
    assert key_of(demo, holder, f"?sector={code}") == key_of(demo, holder, "?sector=-")
    # A viewer without limits is told which codes are not on record: the response names them.
    assert key_of(demo, anyone, "?partner=made-up") is None


def test_options_of_an_exhibit_choose_its_response(demo):
    addresses = ("by=partner&measure=trained", "by=sector&measure=trained", "by=sector&measure=overdue")
    for form in ("csv", "xlsx"):
        answers = [demo.client.get(f"/export/compare.{form}?{each}") for each in addresses]
        tags, contents = {each.headers["ETag"] for each in answers}, {each.get_data() for each in answers}
        for each in answers:
            each.close()
        assert len(tags) == len(contents) == len(addresses)


def test_addresses_that_keep_different_filter_values_have_different_cache_keys(frozen):
    """The first value is outside the scope: each address shows its other values."""
    holder = replace(holder_of(frozen), scope=Scope(partner=frozenset({"donor-1"})))
    searches = ("?round=anshan-1,beibei-1", "?round=anshan-1,buyer-a-1")
    with ExitStack() as opened:
        record = frozen.app.server.extensions["records"].record_for(holder, Filters())
        views = [opened.enter_context(record.view(holder, Filters.from_search(search))) for search in searches]
        assert [view.filters.query() for view in views] == ["round=beibei-1", "round=buyer-a-1"]
    assert len({key_of(frozen, holder, search) for search in searches}) == 2


def test_ten_thousand_invalid_addresses_share_one_cache_key(frozen):
    demo, holder = frozen, holder_of(frozen)
    keys = {key_of(demo, holder, f"?partner=p{n},q{n}&x={n}&as_of=2014-01-{n % 28 + 1:02}") for n in range(300)}
    assert len(keys) == 1


def test_malformed_callback_request_is_not_cached_and_changes_no_response(demo, cache_hits):
    body = demo.body("results-pairs-title.content", at("?partner=donor-1"))
    truth = demo.client.post("/_dash-update-component", json=body)
    swapped = body | {"inputs": body["inputs"][::-1]}
    renamed = body | {"inputs": [{**each, "id": ids.ADDRESS, "property": "search"} for each in body["inputs"]]}
    short = body | {"outputs": body["outputs"][::-1]}
    odd = body | {"state": [{**each, "value": "\ud800"} for each in body["state"]], "extra": "\udfff"}
    assert demo.client.post("/_dash-update-component", json=odd).status_code == 200
    for crooked in (swapped, renamed, short, body | {"state": [{}]}, body | {"inputs": 3}):
        demo.client.post("/_dash-update-component", json=crooked)
        demo.client.post("/_dash-update-component?x=1", json=crooked)
    del cache_hits[:]
    assert demo.client.post("/_dash-update-component", json=body).data == truth.data
    assert len(cache_hits) == 1


def test_errors_and_refusals_are_not_cached(demo_url, folder, tokens, cache_hits, monkeypatch):
    visit = visit_to(demo_url, folder)
    with monkeypatch.context() as broken:
        broken.setattr("layouts.exhibits.overview.headline_name", lambda _exhibit: 1 / 0)
        someone = manager(visit)
        assert all(notice(someone.post(HEADLINES).get_json()) for _again in range(2))
    assert not notice(someone.post(HEADLINES).get_json())
    assert not cache_hits
    nobody = someone.nothing_left()
    cache_hits.clear()
    refused = by_link(visit, tokens["everything"]).post(HEADLINES, at(f"?{nobody}"))
    assert notice(refused.get_json())
    assert not cache_hits


def test_each_accepted_encoding_has_its_own_cached_response(demo, cache_hits):
    def asked(encoding: str) -> tuple[str | None, bytes]:
        body = demo.body(HEADLINES, at("?as_of=2013-03-03"))
        answer = demo.client.post("/_dash-update-component", json=body, headers={"Accept-Encoding": encoding})
        return answer.headers.get("Content-Encoding"), answer.data

    first = {each: asked(each) for each in ("gzip", "br", "identity")}
    assert not cache_hits
    assert {each: asked(each) for each in first} == first
    assert len(cache_hits) == 3
    assert [encoding for encoding, _data in first.values()] == ["gzip", "br", None]
    assert len({data for _encoding, data in first.values()}) == 3


# --- a record that changes ----------------------------------------------------------------------------------------


@pytest.fixture
def changing(tmp_path) -> Iterator[tuple[Engine, Visit, Callable[[int], None]]]:
    """A small programme, a visitor on it, and a function that loads another number of workers."""
    address = f"sqlite:///{tmp_path}/results.db"
    engine = writing_engine(address)
    assert load(engine, write_folder(tmp_path / "first", small_programme())).loaded

    def put(workers: int) -> None:
        rows = [{"code": "a", "name_zh": "甲厂", "may_be_named": "no", "workers": workers, "workers_women": 40}]
        assert load(engine, write_folder(tmp_path / f"with-{workers}", {"enterprise": rows})).loaded

    yield engine, Visit.to(address), put
    engine.dispose()


def test_next_response_shows_a_load_or_a_rollback(changing, cache_hits):
    engine, visit, put = changing
    once = visit.post(HEADLINES).data
    assert visit.post(HEADLINES).data == once
    assert len(cache_hits) == 1
    table = visit.client.get("/export/overview.csv")
    put(777)
    assert b"777" in visit.post(HEADLINES).data
    changed = visit.client.get("/export/overview.csv", headers={"If-None-Match": table.headers["ETag"]})
    assert changed.status_code == 200
    assert "777" in changed.text
    rollback(engine, 2)
    assert visit.post(HEADLINES).get_json()["response"] == json.loads(once)["response"]
    assert len(cache_hits) == 1


def test_response_computed_after_a_load_is_not_cached_under_the_old_version(changing, cache_hits, monkeypatch):
    """A load commits between reading the version and the data; a later rollback must not be served this response."""
    _engine, visit, put = changing
    visit.post(NAV)
    puts: list[str] = []
    monkeypatch.setattr(ResponseCache, "put", lambda _self, key, _answer: puts.append(key))
    snapshot = database.snapshot
    with monkeypatch.context() as meanwhile:

        def after_a_load(engine: Engine) -> AbstractContextManager[Connection]:
            put(777)
            return snapshot(engine)

        meanwhile.setattr(database, "snapshot", after_a_load)
        assert b"777" in visit.post(HEADLINES).data
    assert not puts
    visit.post(HEADLINES)
    assert len(puts) == 1


def test_databases_with_equal_batch_counts_have_different_cache_keys(tmp_path):
    keys = set()
    for name in ("one", "other"):
        address = f"sqlite:///{tmp_path}/{name}.db"
        engine = writing_engine(address)
        assert load(engine, write_folder(tmp_path / name, small_programme())).loaded
        engine.dispose()
        (tmp_path / "results.db").write_bytes((tmp_path / f"{name}.db").read_bytes())
        keys.add(key_of(Visit.to(f"sqlite:///{tmp_path}/results.db"), Viewer(frozenset(Permission))))
    assert len(keys) == 2


def test_another_software_version_does_not_use_this_versions_cache(demo_url, monkeypatch):
    viewer = Viewer(frozenset(Permission))
    before = key_of(Visit.to(demo_url), viewer)
    assert key_of(Visit.to(demo_url), viewer) == before
    monkeypatch.setattr(response_keys, "software_digest", lambda: "another")
    assert key_of(Visit.to(demo_url), viewer) != before


# --- what the browser caches --------------------------------------------------------------------------------------

FILES = ("/export/regions.csv", "/export/regions.xlsx", "/export/package.zip", "/calendar.ics", "/table/regions")


@pytest.mark.parametrize("address", FILES)
def test_browser_gets_not_modified_until_its_link_has_ended(demo_url, folder, accounts, address):
    def fetched(who: Visit, address: str, tag: str = "") -> TestResponse:
        return who.client.get(address, headers={"If-None-Match": tag} if tag else {}, buffered=True)

    visit = visit_to(demo_url, folder)
    made, token = share_links.make(accounts, visit.fit(Terms(export=True)))
    holder = by_link(visit, token)
    first = fetched(holder, address)
    tag = first.headers["ETag"]
    assert first.headers["Cache-Control"] == "private, no-cache"
    again = fetched(holder, address, tag)
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
    assert fetched(holder, f"{address}?lang=zh", tag).status_code == 200
    _made, others = share_links.make(accounts, visit.fit(Terms(export=True, threshold=10)))
    assert fetched(by_link(visit, others), address, tag).status_code == 200
    share_links.revoke(accounts, made.id)
    ended = fetched(holder, address, tag)
    assert ended.status_code == 401
    assert ended.headers["Cache-Control"] == "no-store"


def test_sign_out_clears_the_browser_cache(demo_url, folder, accounts):
    assert manager(visit_to(demo_url, folder)).client.post("/sign-out").headers["Clear-Site-Data"] == '"cache"'


# --- bounded ------------------------------------------------------------------------------------------------------


def numbered_entries(cache: ResponseCache) -> list[bytes]:
    """The numbered entries that are still in the cache."""
    return [kept for n in range(10_000) if (kept := cache.get(f"{n}")) is not None]


def test_memory_cache_is_bounded_by_bytes_and_entries_and_keeps_recently_used_ones():
    cache = ResponseCache("secret", max_bytes=2**20)
    cache.put("used", b"u")
    for n in range(10_000):
        cache.put(f"{n}", bytes(n % 3000))
        assert cache.get("used") == b"u"
    assert 0 < len(numbered_entries(cache)) <= 2**20 / response_store.MIN_COUNTED_BYTES, "many that are short"
    for n in range(100):
        assert cache.get("used") == b"u"
        cache.put(f"{n}", bytes(2**18))
    before = numbered_entries(cache)
    assert 2**19 < sum(map(len, before)) <= 2**20, "few that are long"
    cache.put("long", bytes(2**20 + 1))
    assert cache.get("long") is None
    assert numbered_entries(cache) == before


# --- shared -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def redis_server(machines: Rack) -> RedisServer:
    return machines.place(RedisServer, "127.0.0.1", "redis").start()


@pytest.fixture
def redis(redis_server, monkeypatch) -> Iterator[Redis]:
    monkeypatch.setattr(redis_store, "TIMEOUT_SECONDS", 5.0)  # a machine busy with other tests may respond slowly
    if redis_server.process is None:
        redis_server.start()
    client = Redis(host=redis_server.host, port=redis_server.port)
    client.flushall()
    yield client
    client.close()


@pytest.fixture
def cache(redis_server) -> str:
    return f"redis://{redis_server.address}/0"


@pytest.mark.parametrize("wrong", ["http://example.org", "redis://host:port", "host:6379", "redis"])
def test_invalid_redis_address_stops_the_server_with_a_message(wrong):
    with pytest.raises(SettingsProblem, match="SCORE_CACHE_URL"):
        Settings.from_environment({"SCORE_SECRET_KEY": "secret", "SCORE_CACHE_URL": wrong})


def test_response_cached_by_one_process_is_served_by_another(redis, cache, demo_url, folder, accounts, cache_hits):
    one, other = (manager(visit_to(demo_url, folder, cache_url=cache)) for _each in range(2))
    assert one.post(HEADLINES).data == other.post(HEADLINES).data
    assert len(cache_hits) == 1
    (name,) = redis.keys("score:kept:*")
    assert 0 < redis.ttl(name) <= response_store.TTL_SECONDS


class _Code:
    def __reduce__(self) -> tuple[Any, ...]:
        return pytest.fail, ("what lies in the cache was run",)


def test_tampered_cache_entry_is_not_served(redis, cache, demo_url, folder, accounts, cache_hits):
    visit = manager(visit_to(demo_url, folder, cache_url=cache))
    truth = {search: visit.post(HEADLINES, at(search)).data for search in ("", "?partner=donor-1", "?lang=zh")}
    names = redis.keys("score:kept:*")
    values = redis.mget(names)
    assert len(names) == len(truth)
    lies: list[Callable[[int], bytes]] = [
        lambda n: values[n - 1],  # the response to another request
        lambda n: values[n][:300] + bytes([values[n][300] ^ 1]) + values[n][301:],
        lambda n: values[n][:-1],
        lambda _n: b"",
        lambda _n: b'[["Content-Type", "text/html"]]\n<script>alert(1)</script>',
        lambda _n: pickle.dumps(_Code()),
        lambda _n: bytes(3 * response_store.MAX_RESPONSE_BYTES),
    ]
    for lie in lies:
        redis.mset({name: lie(n) for n, name in enumerate(names)})
        newcomer = manager(visit_to(demo_url, folder, cache_url=cache))
        del cache_hits[:]
        for search, answer in truth.items():
            assert newcomer.post(HEADLINES, at(search)).data == answer
        assert not cache_hits
    redis.delete(*names)
    redis.hset(names[0], "not", "a text")
    newcomer = manager(visit_to(demo_url, folder, cache_url=cache))
    assert [newcomer.post(HEADLINES, at(search)).data for search in truth] == list(truth.values())


def test_process_with_another_secret_has_other_cache_keys_and_is_not_trusted(redis, cache):
    ours, theirs = (ResponseCache(secret, SharedRedis(cache)) for secret in ("ours", "theirs"))
    theirs.put("key", b"theirs")
    assert ours.get("key") is None
    ours.put("key", b"ours")
    assert ResponseCache("ours", SharedRedis(cache)).get("key") == b"ours"


@pytest.mark.parametrize("how", ["slow", "down", "full"])
def test_pages_are_served_when_the_cache_fails(
    redis, redis_server, cache, demo_url, folder, accounts, monkeypatch, caplog, how
):
    monkeypatch.setattr(redis_store, "RETRY_SECONDS", 3600.0)
    if how == "slow":
        monkeypatch.setattr(redis_store, "TIMEOUT_SECONDS", 0.5)
    asked = []
    send = redis_store.Redis.execute_command
    monkeypatch.setattr(
        redis_store.Redis, "execute_command", lambda *args, **kw: asked.append(args[1]) or send(*args, **kw)
    )
    visit = manager(visit_to(demo_url, folder, cache_url=cache))
    truth = visit.post(HEADLINES).data
    if how == "slow":
        redis_server.process.send_signal(signal.SIGSTOP)
    elif how == "down":
        redis_server.kill()
    else:
        redis.config_set("maxmemory", "1")
    try:
        del asked[:]
        caplog.clear()
        for search in ("?lang=zh", "?partner=donor-1", "?partner=donor-1&lang=zh", "?lang=zh"):
            answer = visit.post(HEADLINES, at(search))
            assert answer.status_code == 200
            assert not notice(answer.get_json())
        assert visit.post(HEADLINES).data == truth, "what this process has kept itself it has still"
        assert len(asked) <= 2, "everyone waits for what does not answer"
        assert len([record for record in caplog.records if "SCORE_CACHE_URL" in record.message]) == 1
    finally:
        if how == "slow":
            redis_server.process.send_signal(signal.SIGCONT)
        elif how == "full":
            redis.config_set("maxmemory", "0")


def test_failed_cache_is_retried_after_a_pause_and_its_recovery_is_logged(redis, cache, monkeypatch, caplog):
    clock = iter(range(0, 1000, 4))
    monkeypatch.setattr(redis_store, "monotonic", lambda: float(next(clock)))
    common = SharedRedis(cache)
    failing = iter([True, True, False, False, False])

    def command() -> str:
        if next(failing):
            common.redis.execute_command("NO SUCH COMMAND")
        return "answer"

    # 0: fails, silent until 10; 4 and 8: silent; 12: tries, fails at 20, silent until 30; 24 and 28: silent; 32: tries.
    said = [common.call(command, fallback="none") for _request in range(9)]
    assert said == ["none"] * 6 + ["answer"] * 3
    assert [record.levelname for record in caplog.records] == ["WARNING", "WARNING"]
