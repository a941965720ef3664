"""The rate limit of links: normal reading never reaches it; a limited viewer sees the waiting time."""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from limits import RateLimitItemPerMinute
from machines import Redis, rack
from sqlalchemy import Engine
from visiting import PAGE, Visit, at, notice

from dashboard.cache import redis_store
from dashboard.gate import rate_limit
from dashboard.gate.login_attempts import LoginAttempts
from data.links import link_visits, share_links
from data.links.link_terms import Audience, Terms
from data.storage.accounts import accounts_engine
from layouts import ids

NAV = f"{ids.NAV}.content"
PAGE_SLOT = f"{ids.PAGE}.children"
WORK = "/table/nothing"
"""An address with a 404 response, which is not cached."""
Made = Callable[..., Visit]


@pytest.fixture
def accounts(tmp_path: Path) -> Iterator[Engine]:
    engine = accounts_engine(f"sqlite:///{tmp_path}/accounts.db")
    yield engine
    engine.dispose()


@pytest.fixture
def application(public_record_url: str, tmp_path: Path, accounts: Engine, monkeypatch: pytest.MonkeyPatch) -> Made:
    """Creates an application with a limit of five requests a minute per browser and nine per link."""
    monkeypatch.setattr(rate_limit, "PER_BROWSER", RateLimitItemPerMinute(5))
    monkeypatch.setattr(rate_limit, "PER_LINK", RateLimitItemPerMinute(9))

    def make(**others: Any) -> Visit:
        shares = {"accounts_url": f"sqlite:///{tmp_path}/accounts.db"}
        return Visit.to(public_record_url, **(shares | others))

    return make


def holder(visit: Visit, token: str) -> Visit:
    reader = Visit(visit.app, visit.stranger(), visit.one_time, visit.standing)
    assert reader.client.get(f"/s/{token}").status_code == 303
    return reader


def test_rate_limited_viewer_sees_the_waiting_time_in_their_language(application, accounts):
    reader = holder(application(), share_links.make(accounts, Terms(threshold=None))[1])
    assert [reader.open(WORK).status_code for _request in range(5)] == [404] * 5
    english, chinese = reader.open(WORK), reader.open(f"{WORK}?lang=zh")
    for late in (english, chinese):
        assert late.status_code == 429
        assert 1 <= int(late.headers["Retry-After"]) <= 60
        assert late.headers["Retry-After"] in late.text
        assert late.headers["Cache-Control"] == "no-store"
    assert "Wait" in english.text
    assert "Nothing is lost" in english.text


def test_rate_limited_callback_shows_a_notice_over_the_open_page(application, accounts):
    reader = holder(application(), share_links.make(accounts, Terms(threshold=None))[1])
    for _request in range(4):  # and once for the list of callbacks
        assert reader.post(PAGE_SLOT).status_code == 200
    late = reader.post(NAV, at("?lang=zh"))
    assert late.status_code == 429
    assert late.headers["Retry-After"]
    assert late.get_json()["response"] == {}
    assert len(notice(late.get_json())) == 2
    viewed = link_visits.visits(accounts, 1)
    assert len(viewed) == 5  # the link opened once, and four pages
    reader.post(PAGE_SLOT)
    assert link_visits.visits(accounts, 1) == viewed, "what was refused was not viewed"


def test_repeated_cached_views_are_not_counted(application, accounts):
    reader = holder(application(), share_links.make(accounts, Terms(threshold=None))[1])
    searches = ("", "?lang=zh", "?partner=cec")
    assert [reader.post(NAV, at(searches[n % 3])).status_code for n in range(60)] == [200] * 60
    assert [reader.open("/table/change?x=1").status_code for _request in range(9)] == [200] * 9


def test_rate_limit_of_one_link_does_not_affect_other_viewers(application, accounts):
    visit = application()
    (_made, token), (_other, of_another) = (share_links.make(accounts, Terms(threshold=None)) for _each in range(2))
    reader = holder(visit, token)
    for _request in range(6):
        reader.open(WORK)
    assert reader.open(WORK).status_code == 429
    assert reader.client.get("/alive").status_code == 204, "an open page still learns whether its link has ended"
    assert reader.client.get("/_dash-component-suites/dash/nothing.js").status_code != 429
    assert holder(visit, token).open(WORK).status_code == 404
    assert holder(visit, of_another).open(WORK).status_code == 404
    assert [visit.open("/").status_code for _request in range(12)] == [200] * 12, "a manager waits for nothing"


def test_reopening_the_link_does_not_reset_the_rate_limit(application, accounts):
    visit = application()
    token = share_links.make(accounts, visit.fit(Terms(audience=Audience.COMMITTEE)))[1]
    assert [holder(visit, token).open("/present").status_code for _each in range(12)] == [200] * 9 + [429] * 3


def test_ended_link_shows_its_end_and_not_the_rate_limit(application, accounts):
    visit = application()
    made, token = share_links.make(accounts, visit.fit(Terms()))
    reader = holder(visit, token)
    for _request in range(7):
        reader.open(WORK)
    share_links.revoke(accounts, made.id)
    assert reader.client.get(WORK, headers=PAGE).status_code == 401


@pytest.mark.servers
def test_processes_share_the_rate_count_or_count_separately_without_redis(application, accounts, monkeypatch, caplog):
    monkeypatch.setattr(redis_store, "TIMEOUT_SECONDS", 5.0)
    caplog.set_level(logging.WARNING, "dashboard.cache.redis_store")
    with rack() as room:
        redis = room.place(Redis, "127.0.0.1", "redis").start()
        one, other = (application(cache_url=f"redis://{redis.address}/0") for _each in range(2))
        reader = holder(one, share_links.make(accounts, Terms(threshold=None))[1])
        there = Visit(other.app, other.stranger(), other.one_time, other.standing)
        cookie = reader.client.get_cookie("score_session")
        assert cookie
        there.client.set_cookie("score_session", cookie.value)
        asked = [each.open(WORK).status_code for each in (reader, there, reader, there, reader, there, reader)]
        assert asked == [404] * 5 + [429] * 2
        attempts = [LoginAttempts(redis_store.SharedRedis(f"redis://{redis.address}/0")) for _each in range(2)]
        assert [attempts[n % 2].allowed("manager", "a@b") for n in range(7)] == [True] * 5 + [False] * 2
        attempts[0].reset("manager", "a@b")
        assert attempts[1].allowed("manager", "a@b")
        redis.kill()
        # The process continues from its own count.
        assert [there.open(WORK).status_code for _each in range(3)] == [404, 404, 429]
        assert [attempts[0].allowed("manager", "c@d") for _each in range(6)] == [True] * 5 + [False]
    assert any("SCORE_CACHE_URL" in record.message for record in caplog.records)
