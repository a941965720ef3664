"""An accounts database that is replaced, moved or damaged under running workers: its current state is used."""

import http.client
import os
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pytest
from machines import Rack, Web
from sqlalchemy import Engine, event
from sqlalchemy.exc import DatabaseError, OperationalError
from test_unreadable import language_and_texts

from data import managers
from data.links import link_visits, share_links
from data.links.link_terms import Terms
from data.links.share_links import Link
from data.storage.accounts import accounts_engine

EMAIL, PASSWORD = "mei@example.org", "correct horse battery"
TERMS = Terms(threshold=None)


@dataclass(frozen=True)
class Answer:
    """The response of a worker and the session cookie it set."""

    status: int
    text: str
    cookie: str


@dataclass
class Office:
    """A server of two workers and the file of its accounts, with a link and a signed-in manager."""

    web: Web
    path: Path
    token: str = ""
    number: int = 0

    def workers(self) -> list[int]:
        assert self.web.process
        number = self.web.process.pid
        return [int(each) for each in Path(f"/proc/{number}/task/{number}/children").read_text().split()]

    @contextmanager
    def only(self, worker: int) -> Iterator[None]:
        """Let only one worker respond."""
        others = [each for each in self.workers() if each != worker]
        for each in others:
            os.kill(each, signal.SIGSTOP)
        try:
            yield
        finally:
            for each in others:
                os.kill(each, signal.SIGCONT)

    def ask(self, path: str, cookie: str = "", form: dict[str, str] | None = None) -> Answer:
        headers = {"Accept": "text/html", "Cookie": cookie}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        with closing(http.client.HTTPConnection(self.web.host, self.web.port, timeout=60)) as connection:
            connection.request("GET" if form is None else "POST", path, urlencode(form) if form else None, headers)
            answer = connection.getresponse()
            given = (answer.getheader("Set-Cookie") or "").split(";")[0]
            return Answer(answer.status, answer.read().decode(), given)

    def ask_each(self, path: str, cookie: str = "", form: dict[str, str] | None = None) -> list[Answer]:
        """The response of each worker."""
        answers = []
        for worker in self.workers():
            with self.only(worker):
                answers.append(self.ask(path, cookie, form))
        return answers

    def statuses(self, path: str, cookie: str = "") -> list[int]:
        return [answer.status for answer in self.ask_each(path, cookie)]

    def sign_in(self) -> str:
        answer = self.ask("/sign-in", form={"email": EMAIL, "password": PASSWORD})
        assert answer.status == 303
        return answer.cookie

    @contextmanager
    def accounts(self) -> Iterator[Engine]:
        """The accounts as the command line opens them."""
        engine = accounts_engine(f"sqlite:///{self.path}")
        yield engine
        engine.dispose()


@pytest.fixture(scope="module")
def web(machines: Rack, public_record_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    path = tmp_path_factory.mktemp("restored") / "accounts.db"
    host = machines.place(Web, "127.0.0.1", "restored")
    host.environ = {
        "SCORE_DATABASE_URL": public_record_url,
        "SCORE_ACCOUNTS_URL": f"sqlite:///{path}",
        "SCORE_SECRET_KEY": "s" * 40,
        "WEB_CONCURRENCY": "2",
    }
    office = Office(host.start(), path)
    with office.accounts() as engine:
        managers.add(engine, EMAIL, PASSWORD)
    yield office
    host.kill()


@pytest.fixture
def office(web: Office) -> Office:
    """The server with a new link, opened by each worker."""
    with web.accounts() as engine:
        made, web.token = share_links.make(engine, TERMS)
        managers.enable(engine, EMAIL)
        web.number = made.id
    assert web.statuses(f"/s/{web.token}") == [303, 303]
    return web


def backed_up(path: Path) -> Path:
    """A backup copy of the current accounts, made by SQLite."""
    copy = path.with_name("backup.db")
    copy.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    return copy


def restore(copy: Path, path: Path) -> None:
    """Restore a backup as a person does: delete the current file and put the copy in its place."""
    for each in path.parent.glob(f"{path.name}*"):
        each.unlink()
    copy.rename(path)


def test_link_revoked_in_restored_accounts_is_refused_by_running_workers(office):
    session = office.ask(f"/s/{office.token}").cookie
    assert office.statuses("/results", session) == [200, 200]
    restore(backed_up(office.path), office.path)
    with office.accounts() as engine:
        share_links.revoke(engine, office.number)
    assert office.statuses("/results", session) == [401, 401]
    assert office.statuses(f"/s/{office.token}") == [401, 401]


def test_manager_disabled_in_restored_accounts_is_refused_by_running_workers(office):
    session = office.sign_in()
    assert office.statuses("/share", session) == [200, 200]
    restore(backed_up(office.path), office.path)
    with office.accounts() as engine:
        managers.disable(engine, EMAIL)
    assert office.statuses("/share", session) == [302, 302]
    tries = office.ask_each("/sign-in", form={"email": EMAIL, "password": PASSWORD})
    assert [answer.status for answer in tries] == [401, 401]


def test_workers_write_to_the_restored_file_after_a_restore(office):
    restore(backed_up(office.path), office.path)
    with office.accounts() as engine:
        before = len(link_visits.visits(engine, office.number))
    assert office.statuses(f"/s/{office.token}") == [303, 303]
    with office.accounts() as engine:
        assert len(link_visits.visits(engine, office.number)) == before + 2
    with closing(sqlite3.connect(office.path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_missing_accounts_file_shows_a_message_until_the_file_is_back(office):
    session = office.sign_in()
    away = office.path.with_name("away.db")
    office.path.rename(away)
    for path in ("/share", f"/s/{office.token}"):
        for answer in office.ask_each(path, session):
            assert answer.status == 503
            assert language_and_texts(answer.text)[1][0] == "Who you are cannot be looked up just now"
    assert not office.path.exists(), "no worker makes another in its place"
    away.rename(office.path)
    assert office.statuses("/share", session) == [200, 200]


# --- one process --------------------------------------------------------------------------------------------------


@pytest.fixture
def accounts(tmp_path: Path) -> Iterator[Engine]:
    engine = accounts_engine(f"sqlite:///{tmp_path}/accounts.db")
    yield engine
    engine.dispose()


@pytest.fixture
def made(accounts: Engine) -> Link:
    return share_links.make(accounts, TERMS)[0]


def test_connection_is_reused_while_the_file_is_unchanged(accounts, made):
    opened: list[object] = []
    event.listen(accounts, "connect", lambda connection, _record: opened.append(connection))
    for _time in range(20):
        link_visits.log_visit(accounts, made.id, "viewed", "/")
        assert share_links.by_id(accounts, made.id) == made
    assert not opened


def test_invalid_replacement_file_is_reported_and_the_restored_file_is_read(accounts, made, tmp_path):
    path = tmp_path / "accounts.db"
    kept = backed_up(path)
    path.unlink()
    path.touch()
    with pytest.raises(OperationalError, match="no such table"):
        share_links.by_id(accounts, made.id)
    restore(kept, path)
    assert share_links.by_id(accounts, made.id) == made


def test_file_repaired_in_place_can_be_written_again(accounts, made, tmp_path):
    path = tmp_path / "accounts.db"
    managers.add(accounts, EMAIL, PASSWORD)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    whole = path.read_bytes()
    os.truncate(path, 4096)
    damaged = writes(accounts)
    assert damaged is not None
    with path.open("r+b") as file:
        file.write(whole)
    assert writes(accounts) is None


def writes(accounts: Engine) -> DatabaseError | None:
    """Write to every table; returns the error, if any."""
    try:
        managers.disable(accounts, EMAIL)
        share_links.make(accounts, TERMS)
    except DatabaseError as error:
        return error
    return None
