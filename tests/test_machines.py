"""Several machines: hosts fail, a replica takes over, and no viewer sees a wrong number or loses a link or session.

Two web hosts behind nginx, a PostgreSQL primary and its streaming replica, a Redis, and fifty viewers of all three
kinds who send requests without pause. The right responses are computed from the same record in SQLite.
"""

import csv
import json
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any

import pytest
import requests
from machines import ROOT, Nginx, Postgres, Rack, Redis, Web, rack, shard, until, url
from sqlalchemy import Engine
from visiting import Visit, at

from data import decks, managers
from data.decks import Deck, DeckSlide
from data.editions import frozen_copies
from data.editions.frozen_copies import Edition
from data.exhibits import EXHIBITS, build
from data.exports.csv_files import to_csv
from data.filters import Filters
from data.links import share_links
from data.links.link_terms import Audience, Terms
from data.loading import load
from data.privacy.viewer import MANAGER
from data.records import Record
from data.storage import database
from data.storage.accounts import accounts_engine, privacy_key
from data.storage.database import create_tables, now, writing_engine
from layouts import ids

SECRET = secrets.token_urlsafe(48)
MEI = ("mei@example.org", "correct horse battery staple")
COUNTS = {"manager": 10, "donor": 30, "committee": 10}
DECK = Deck("short", (DeckSlide("overview"), DeckSlide("regions")))
READING = 2.0
"""Seconds between a response and the next request of a viewer."""

PAUSE = 0.5
"""Seconds before a viewer retries a failed request."""

MOST_TRIES = 5
"""Maximum number of failed tries in a row: a short retry."""

PAGES = {
    "page": f"{ids.PAGE}.children",
    "overview": f"{ids.OVERVIEW_HEADLINES}.content",
    "regions": "regions-metric.options",
    "modules": "modules-module-funnel-title.content",
    "targets": "targets-targets-title.content",
}
"""The views requested: a name and an output of its callback. The page itself logs the visit of a link."""

SHARDED_VIEWS = (
    (MANAGER, Filters()),
    (MANAGER, Filters.from_search("sector=machinery")),
    (replace(Terms(scope=Filters.from_search("partner=donor-1")).viewer(), privacy_key=b"key"), Filters()),
)
"""The viewers and filters compared on shards."""

SEARCHES = ("", "?module=m1&lang=zh", "?sector=machinery")
"""The filters of the requests."""


@dataclass(frozen=True)
class Question:
    """A request of a browser: a path and the body it posts (None for GET)."""

    name: str
    path: str
    body: Any = None


@dataclass(frozen=True)
class Truth:
    """The right responses: for each kind of viewer, by request."""

    answers: dict[str, dict[str, Any]]


def callback_questions(visit: Visit) -> list[Question]:
    """The callback requests of every page under every filter."""
    return [
        Question(f"{name} {search}", "/_dash-update-component", visit.body(output, at(search)))
        for name, output in PAGES.items()
        for search in SEARCHES
    ]


def numbers_in(response: Any) -> Any:
    """The numbers in a response; None if it is a notice that they are not available now."""
    answer = json.loads(response.text)
    if "slides" in answer:
        return answer
    return answer.get("response")


class Viewer(Thread):
    """A viewer that sends one request after the other until stopped, and records each result."""

    def __init__(self, audience: "Watching", kind: str, start: int, cookie: str) -> None:
        super().__init__(daemon=True)
        self.kind = kind
        self._audience = audience
        self._next = start
        self._cookie = cookie
        self.answered_at = 0.0  # time of the last right response
        self.failed = 0  # tries since then
        self.most_failed = 0
        self.longest = 0.0

    def run(self) -> None:
        self.answered_at = time.monotonic()
        with requests.Session() as session:
            session.trust_env = False
            while not self._audience.over.is_set():
                questions = self._audience.questions[self.kind]
                answered = self._ask(session, questions[self._next % len(questions)])
                self._next += answered
                self._audience.over.wait(READING if answered else PAUSE)

    def _ask(self, session: requests.Session, question: Question) -> bool:
        headers = {"Cookie": self._cookie, "Accept": "application/json"}
        truths = self._audience.truths
        try:
            response = session.request(
                "GET" if question.body is None else "POST", self._audience.address + question.path,
                json=question.body, headers=headers, timeout=60, allow_redirects=False,
            )  # fmt: skip
        except requests.RequestException as error:
            return self._not_answered(type(error).__name__)
        if response.status_code >= 500:
            return self._not_answered(str(response.status_code))
        if response.status_code != 200:
            self._audience.say(f"lost: {self.kind}, {question.name}: {response.status_code} {response.text[:300]}")
            return self._not_answered("lost")
        answer = numbers_in(response)
        if not answer:
            return self._not_answered("notice")
        # During the request, a load may have started or finished.
        right = [truth.answers[self.kind][question.name] for truth in (*truths, *self._audience.truths)]
        if answer not in right:
            self._audience.say(f"wrong: {self.kind}, {question.name}: {response.text[:2000]}")
            return self._not_answered("wrong")
        now = time.monotonic()
        self.longest, self.failed = max(self.longest, now - self.answered_at), 0
        self.answered_at = now
        self._audience.count("right")
        return True

    def _not_answered(self, why: str) -> bool:
        self.failed += 1
        self.most_failed = max(self.most_failed, self.failed)
        self._audience.count(why)
        return False


@dataclass
class Watching:
    """The viewers at an address, and their findings."""

    address: str
    questions: dict[str, list[Question]]
    truths: list[Truth]
    over: Event = field(default_factory=Event)
    viewers: list[Viewer] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    failed_last: int = 0  # maximum of failed tries during the last wait
    _lock: Lock = field(default_factory=Lock)

    def say(self, complaint: str) -> None:
        with self._lock:
            self.complaints.append(complaint)

    def count(self, how: str) -> None:
        with self._lock:
            self.counts[how] += 1

    def everyone_answered(self, what: str) -> None:
        """Wait until every viewer got a right response from now on; prints a summary."""
        began = time.monotonic()
        before = Counter(self.counts)
        for viewer in self.viewers:
            viewer.most_failed = viewer.failed = 0
            viewer.longest = 0.0

        def all_of_them() -> bool:
            assert not self.complaints, self.complaints[:3]
            return all(each.answered_at > began for each in self.viewers)

        until(all_of_them, what, 150)
        longest = max(viewer.longest for viewer in self.viewers)
        tries = max(viewer.most_failed for viewer in self.viewers)
        self.failed_last = tries
        how = f"{what}: {dict(self.counts - before)}; longest wait {longest:.1f} s, most tries in vain {tries}"
        print(how)  # noqa: T201 - pytest -s shows it
        assert tries <= MOST_TRIES, how

    def start(self) -> None:
        for viewer in self.viewers:
            viewer.start()

    def stop(self) -> None:
        self.over.set()
        for viewer in self.viewers:
            viewer.join(70)


@contextmanager
def open_engine(address: str) -> Iterator[Engine]:
    """A database to write to, for the block."""
    engine = writing_engine(address)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def open_record(address: str) -> Iterator[Record]:
    """A record to read, for the block."""
    record = Record(address)
    try:
        yield record
    finally:
        record.engine.dispose()


@contextmanager
def open_accounts(address: str) -> Iterator[Engine]:
    """The accounts database for the block."""
    engine = accounts_engine(address)
    try:
        yield engine
    finally:
        engine.dispose()


def accounts_for_everyone(accounts: Engine, edition: str) -> dict[str, list[str]]:
    """Add a manager, and a link for each donor (with a scope and a threshold) and committee; returns the tokens.

    All these accounts have the same privacy key, so that equal links show equal numbers.
    """
    managers.add(accounts, *MEI)
    decks.save(accounts, DECK, by=MEI[0])
    with accounts.begin() as connection:
        connection.execute(privacy_key.insert().values(id=1, key="5c" * 32, made_at=now()))
    donor = Terms(scope=Filters.from_search("partner=donor-1"), threshold=5, edition=edition)
    committee = Terms(audience=Audience.COMMITTEE, deck=DECK.name, edition=edition)
    return {
        kind: [share_links.make(accounts, terms)[1] for _ in range(COUNTS[kind])]
        for kind, terms in {"donor": donor, "committee": committee}.items()
    }


def session_of(kind: str, address: str, token: str) -> str:
    """The cookie of a new session: of the manager, or of a link by its token."""
    if kind == "manager":
        filled = {"email": MEI[0], "password": MEI[1]}
        response = requests.post(f"{address}/sign-in", data=filled, allow_redirects=False, timeout=30)
    else:
        response = requests.get(f"{address}/s/{token}", allow_redirects=False, timeout=30)
    assert response.status_code == 303, response.text[:300]
    # A browser would send this cookie only over https; nginx uses http here.
    return response.headers["Set-Cookie"].split(";")[0]


def truth(database_url: str, edition: Edition, accounts: Path, questions: dict[str, list[Question]]) -> Truth:
    """The right responses, computed in this process from a record, an edition and accounts in SQLite."""
    accounts_url = f"sqlite:///{accounts}"
    with open_accounts(accounts_url) as engine:
        sent = accounts_for_everyone(engine, edition.key)
    own: dict[str, Any] = {"accounts_url": accounts_url, "editions": edition.path.parent}
    visit = Visit.to(database_url, local=False, signed_in=False, **own)
    answers: dict[str, dict[str, Any]] = {}
    for kind in COUNTS:
        client = visit.stranger()
        if kind == "manager":
            entered = client.post("/sign-in", data={"email": MEI[0], "password": MEI[1]})
        else:
            entered = client.get(f"/s/{sent[kind][0]}")
        assert entered.status_code == 303
        answers[kind] = {}
        for question in questions[kind]:
            asked = client.get if question.body is None else client.post
            response = asked(question.path, **({} if question.body is None else {"json": question.body}))
            assert response.status_code == 200, response.text[:300]
            answers[kind][question.name] = numbers_in(response)
            assert answers[kind][question.name], question
    return Truth(answers)


def changed_folder(folder: Path, to: Path) -> Path:
    """The same programme a month later: every enterprise has one more worker, and half the results are unchanged."""
    shutil.copytree(folder, to)
    for name, change in {"enterprise.csv": one_more_worker, "result.csv": stayed}.items():
        with (to / name).open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        for number, row in enumerate(rows):
            change(number, row)
        with (to / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)
    return to


def one_more_worker(_number: int, row: dict[str, str]) -> None:
    if row["workers"]:
        row["workers"] = str(int(row["workers"]) + 1)


def stayed(number: int, row: dict[str, str]) -> None:
    if number % 2 and row["before"] and row["after"]:
        row["after"] = row["before"]


@pytest.fixture
def machines() -> Iterator[Rack]:
    with rack() as machines:
        yield machines


def web_hosts(machines: Rack, results_url: str, accounts_url: str, redis: Redis) -> list[Web]:
    """Two web hosts with shared databases and cache."""
    hosts = [machines.place(Web, f"127.0.1.1{number}", f"web{number}") for number in (1, 2)]
    shared = {
        "SCORE_DATABASE_URL": results_url,
        "SCORE_ACCOUNTS_URL": accounts_url,
        "SCORE_SECRET_KEY": SECRET,
        "SCORE_EDITIONS": str(machines.folder / "editions"),
        "SCORE_IMPORTS": str(machines.folder / "imports"),
        "SCORE_CACHE_URL": f"redis://{redis.address}/0",
        "WEB_CONCURRENCY": "1",  # so that two hosts fit on a small machine
    }
    for host in hosts:
        host.environ = shared
        host.start()
    return hosts


def test_host_failures_cause_no_wrong_number_and_no_lost_session(machines, demo_folder, demo_url, tmp_path):
    primary = machines.place(Postgres, "127.0.1.1", "primary").new("score", "accounts")
    replica = machines.place(Postgres, "127.0.1.2", "replica").follow(primary)
    results_url, accounts_url = url("score", primary, replica), url("accounts", primary, replica)
    load_into(results_url, demo_folder)
    edition = frozen_copies.freeze(database.reading_engine(demo_url), "Shared", machines.folder / "editions")
    with open_accounts(accounts_url) as accounts:
        sent = accounts_for_everyone(accounts, edition.key)
    replica.caught_up(primary)
    redis = machines.place(Redis, "127.0.1.3", "redis").start()
    first, second = web_hosts(machines, results_url, accounts_url, redis)
    nginx = machines.place(Nginx, "127.0.1.20", "nginx").before(first, second).start()

    asked = callback_questions(Visit.to(demo_url))
    questions = {"manager": asked, "donor": asked, "committee": [Question("slides", "/present/slides.json")]}
    before = truth(demo_url, edition, tmp_path / "before.db", questions)
    later = f"sqlite:///{tmp_path}/later.db"
    load_into(later, demo_folder)
    load_into(later, changed := changed_folder(demo_folder, tmp_path / "changed"))
    after = truth(later, edition, tmp_path / "after.db", questions)

    watching = Watching(f"http://{nginx.address}", questions, [before])
    for kind, count in COUNTS.items():
        for number in range(count):
            cookie = session_of(kind, watching.address, sent[kind][number] if kind in sent else "")
            watching.viewers.append(Viewer(watching, kind, number, cookie))
    watching.start()
    try:
        watching.everyone_answered("both hosts stand")
        first.kill()
        redis.kill()
        watching.everyone_answered("a web host and Redis died")
        primary.kill()
        watching.everyone_answered("the primary died")
        replica.promote()
        watching.everyone_answered("the replica took over")
        watching.truths = [before, after]
        loading = subprocess.run(
            [sys.executable, "-m", "dashboard", "load", str(changed)], cwd=ROOT, check=False, timeout=100,
            env={"PATH": "/usr/bin", "SCORE_DATABASE_URL": results_url}, capture_output=True, text=True,
        )  # fmt: skip
        assert loading.returncode == 0, loading.stderr
        watching.everyone_answered("a load went to the new primary")
        watching.truths = [after]
        watching.everyone_answered("the load is what everyone sees")
        first.start()
        assert requests.get(f"http://{first.address}/health", timeout=60).ok
        watching.everyone_answered("the web host is back")
        for host in (first, second):
            host.process.send_signal(signal.SIGHUP)
        watching.everyone_answered("the workers of both hosts were exchanged")
        assert watching.failed_last == 0
        with open_accounts(accounts_url) as accounts:
            _, token = share_links.make(accounts, Terms(threshold=5, edition=edition.key))
        assert session_of("donor", watching.address, token)
    finally:
        watching.stop()
    assert not watching.complaints, watching.complaints[:3]


def load_into(address: str, folder: Path) -> None:
    """Load a folder of files, as the command does."""
    with open_engine(address) as engine:
        assert not load(engine, folder).refusals


def test_exhibits_over_two_shards_equal_those_of_one_server(machines, demo_folder, tmp_path):
    names = ("whole", "coordinator", "shard0", "shard1")
    servers = [machines.place(Postgres, f"127.0.2.{n}", name).new("score") for n, name in enumerate(names, 1)]
    whole, coordinator, *shards = servers
    for server in (whole, coordinator):
        load_into(url("score", server), demo_folder)
    for server in shards:
        with open_engine(url("score", server)) as engine:
            create_tables(engine)
    shard(coordinator, (shards[0], shards[1]))
    for table in ("result", "training"):
        parts = [server.sql(f"SELECT count(*) FROM {table}") for server in shards]
        assert min(parts) > 0
        assert sum(parts) == whole.sql(f"SELECT count(*) FROM {table}")
    assert_same_exhibits(whole, coordinator)
    changed = changed_folder(demo_folder, tmp_path / "changed")
    for server in (whole, coordinator):
        load_into(url("score", server), changed)
    assert_same_exhibits(whole, coordinator)


def assert_same_exhibits(one: Postgres, other: Postgres) -> None:
    """Assert that every exhibit is the same table on both, for every viewer."""
    with open_record(url("score", one)) as first, open_record(url("score", other)) as second:
        for viewer, filters in SHARDED_VIEWS:
            with first.view(viewer, filters) as here, second.view(viewer, filters) as there:
                for code in EXHIBITS:
                    assert to_csv(build(here, code)) == to_csv(build(there, code)), code
