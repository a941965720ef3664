"""Database errors are logged without statement parameters: no address, token, hash or label in a log."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from visiting import PAGE, Visit
from werkzeug.test import TestResponse

from data import managers
from data.links import share_links
from data.links.link_terms import Terms
from data.storage import database
from data.storage.accounts import accounts as tables
from data.storage.accounts import accounts_engine, link, manager

ROOT = Path(__file__).parent.parent
PACKAGES = ("benchmarks", "callbacks", "dashboard", "data", "layouts", "scripts")
EMAIL, PASSWORD = "mei@example.org", "correct horse battery"
LABEL, LINKS_PASSWORD = "For the ministry alone", "tea and rice"


def engines(path: Path) -> Iterator[ast.Call]:
    """The calls that create an engine in a module."""
    for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(call, ast.Call):
            called = call.func
            name = (
                called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""
            )
            if name.endswith("create_engine") or name in ("engine_from_config", "create_async_engine"):
                yield call


def test_every_engine_hides_statement_parameters():
    made = {
        f"{path.relative_to(ROOT)}:{call.lineno}": {each.arg: ast.unparse(each.value) for each in call.keywords}
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
        for call in engines(path)
    }
    assert len(made) >= 8
    assert [where for where, named in made.items() if named.get("hide_parameters") != "True"] == []


@pytest.mark.both_databases
def test_database_errors_do_not_contain_statement_parameters(address):
    for engine in (database.writing_engine(address), database.reading_engine(address), accounts_engine(address)):
        with pytest.raises(Exception, match="nowhere") as caught, engine.connect() as connection:
            connection.exec_driver_sql("SELECT * FROM nowhere WHERE a = " + _place(engine), (EMAIL,))
        assert EMAIL not in str(caught.value)
        engine.dispose()


def _place(engine: Engine) -> str:
    return "?" if engine.dialect.name == "sqlite" else "%s"


class Office:
    """A server with a manager, a link, and a signed-in visitor of each."""

    def __init__(self, database_url: str, folder: Path) -> None:
        self.accounts = accounts_engine(f"sqlite:///{folder}/accounts.db")
        managers.add(self.accounts, EMAIL, PASSWORD)
        terms = Terms(threshold=None)
        _made, self.token = share_links.make(self.accounts, terms, password=LINKS_PASSWORD, label=LABEL, made_by=EMAIL)
        self.visit = Visit.to(
            database_url, signed_in=False, local=False, accounts_url=f"sqlite:///{folder}/accounts.db"
        )
        self.visit.app.server.config["SESSION_COOKIE_SECURE"] = False
        self.mei, self.donor = self.visit.stranger(), self.visit.stranger()
        assert self.sign_in(self.mei) == 303
        assert self.donor.post(f"/s/{self.token}", data={"password": LINKS_PASSWORD}).status_code == 303
        with self.accounts.connect() as connection:
            kept = [*connection.execute(select(link)).one(), *connection.execute(select(manager)).one()]
        hashes = [text for text in kept if isinstance(text, str) and len(text) > 40]
        assert len(hashes) == 4, "the token's, two passwords', and the key that orders the names"
        self.secrets = [EMAIL, PASSWORD, LABEL, LINKS_PASSWORD, self.token, *hashes]

    def sign_in(self, client: FlaskClient) -> int:
        return client.post("/sign-in", data={"email": EMAIL, "password": PASSWORD}, headers=PAGE).status_code

    def everything(self) -> Iterator[TestResponse]:
        """The responses of every address that reads the accounts."""
        stranger = self.visit.stranger()
        yield stranger.get(f"/s/{self.token}", headers=PAGE)
        yield stranger.post(f"/s/{self.token}", data={"password": LINKS_PASSWORD})
        yield stranger.post("/sign-in", data={"email": EMAIL, "password": PASSWORD}, headers=PAGE)
        made = {"audience": "donor", "label": LABEL, "password": LINKS_PASSWORD, "days": "30", "threshold": "5"}
        for client in (self.mei, self.donor):
            yield client.get("/results", headers=PAGE)
            yield client.get("/share/1", headers=PAGE)
            yield client.post("/share", data=made | {"edition": "", "deck": "standard"}, headers=PAGE)
            yield client.post("/share/1", data={"wish": "revoke"}, headers=PAGE)
            yield client.post("/sign-out", headers=PAGE)


@pytest.fixture
def office(public_record_url: str, tmp_path: Path) -> Iterator[Office]:
    office = Office(public_record_url, tmp_path)
    yield office
    office.accounts.dispose()


@pytest.mark.parametrize("lacking", ["link", "manager"])
def test_missing_accounts_table_reveals_no_stored_value(office, lacking, caplog):
    with office.accounts.connect() as connection:
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        tables.tables[lacking].drop(connection)
        connection.commit()
    failed = [answer.text for answer in office.everything() if answer.status_code == 503]
    assert failed
    assert f"no such table: {lacking}" in caplog.text
    for secret in office.secrets:
        assert secret not in caplog.text
        assert not [answer for answer in failed if secret in answer]


def test_failed_link_request_is_logged_without_its_token(office, caplog, monkeypatch):
    monkeypatch.setattr(share_links, "by_token", lambda *_args: 1 / 0)
    assert office.visit.stranger().get(f"/s/{office.token}", headers=PAGE).status_code == 500
    assert "GET /s/<token>" in caplog.text
    assert office.token not in caplog.text
