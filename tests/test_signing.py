"""Password sign-in of managers: failed attempts, sessions, and sign-out."""

import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
import requests
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from flask.testing import FlaskClient
from machines import free_port, listens, until
from sqlalchemy import Engine
from visiting import PAGE, Visit
from werkzeug.test import TestResponse

from dashboard.gate.login_attempts import LOGIN_LIMIT
from dashboard.settings import INSTANCE
from data import managers
from data.storage.accounts import accounts_engine

EMAIL, PASSWORD = "mei@example.org", "correct horse battery"
QUARTER_OF_AN_HOUR, TWELVE_HOURS = 15 * 60, 12 * 60 * 60


@pytest.fixture
def accounts(tmp_path: Path) -> Iterator[Engine]:
    """An accounts database with one manager."""
    engine = accounts_engine(f"sqlite:///{tmp_path}/accounts.db")
    managers.add(engine, EMAIL, PASSWORD)
    yield engine
    engine.dispose()


@pytest.fixture
def served(public_record_url: str, accounts: Engine) -> Visit:
    """A server with these accounts and no signed-in visitor."""
    return Visit.to(public_record_url, signed_in=False, local=False, accounts_url=str(accounts.url))


def sign_in(
    client: FlaskClient, email: str = EMAIL, password: str = PASSWORD, address: str = "/sign-in", **headers: str
) -> TestResponse:
    return client.post(address, data={"email": email, "password": password}, headers=PAGE | headers)


def newcomer(served: Visit) -> FlaskClient:
    """A client that has just signed in, with its own cookies."""
    client = served.stranger()
    assert sign_in(client).status_code == 303
    return client


def is_in(client: FlaskClient) -> bool:
    """True if the page opens."""
    answer = client.get("/results", headers=PAGE)
    assert answer.status_code in (200, 302)
    return answer.status_code == 200


def advance_clock(seconds: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Move the clock forward by some seconds."""
    at = time.time() + seconds
    monkeypatch.setattr(time, "time", lambda: at)


def forged(content: object, key: str) -> str:
    elsewhere = Flask("elsewhere")
    elsewhere.secret_key = key
    serializer = SecureCookieSessionInterface().get_signing_serializer(elsewhere)
    assert serializer is not None
    return str(serializer.dumps(content))


# --- sign-in ------------------------------------------------------------------------------------------------------


def test_browser_is_redirected_to_sign_in_and_then_to_the_requested_page(served):
    led = served.open("/results?partner=cec&lang=zh")
    assert led.status_code == 302
    page = served.open(led.location)
    assert (page.status_code, 'lang="zh-Hans"' in page.text) == (200, True)
    onward = sign_in(served.client, address=led.location)
    assert (onward.status_code, onward.location) == (303, "/results?partner=cec&lang=zh")
    assert served.open(onward.location).status_code == 200


def test_program_gets_401_instead_of_a_redirect(served):
    for answer in (
        served.client.get("/export/change.csv"),
        served.client.post("/_dash-update-component", json={}, headers=PAGE),
        served.client.head("/", headers=PAGE),
    ):
        assert answer.status_code == 401
    assert "one-time address" not in served.client.get("/").text, "a server prints no address"


def test_sign_in_fields_are_marked_for_password_managers(served):
    text = served.open("/sign-in").text
    assert 'type="email" autocomplete="username"' in text
    assert 'type="password" autocomplete="current-password"' in text
    assert "single" not in text, "no provider is set"


def test_failed_sign_in_keeps_the_address_but_not_the_password_in_the_form(served):
    text = sign_in(served.client, '"><script>x@y', "wrong password").text
    assert 'value="&#34;&gt;&lt;script&gt;x@y"' in text
    assert "<script>" not in text
    assert "wrong password" not in text


@pytest.mark.parametrize("email", [EMAIL, EMAIL.upper(), f"  {EMAIL} "])
def test_right_password_signs_in_with_any_spelling_of_the_address(served, email):
    assert sign_in(served.client, email).status_code == 303
    assert is_in(served.client)


def test_manager_sees_names_and_can_download_tables(served):
    client = newcomer(served)
    assert client.get("/export/pairs.csv").status_code == 200
    assert "yucheng-futong-electric" in client.get("/export/pairs.csv").text


def test_signed_in_manager_is_redirected_from_the_sign_in_page(served):
    client = newcomer(served)
    for address, onward in (
        ("/sign-in", "/"),
        ("/sign-in?lang=zh", "/?lang=zh"),
        ("/sign-in?next=/modules", "/modules"),
    ):
        answer = client.get(address, headers=PAGE)
        assert (answer.status_code, answer.location) == (303, onward)


ELSEWHERE = [
    "https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example",
    "/\n/evil.example", "///evil.example", "javascript:alert(1)", "evil.example", "", " /results", "/ /evil.example",
    "/results\\..\\..", "http:/evil.example", "/sign-in", "/sign-in/single?next=/", "/enter/x",
]  # fmt: skip


@pytest.mark.parametrize("asked", ELSEWHERE)
def test_sign_in_never_redirects_to_another_site(served, asked):
    assert sign_in(served.client, address=f"/sign-in?next={quote(asked)}").location == "/"


@pytest.mark.parametrize("asked", ["/results", "/results?partner=cec&as_of=2014-12-31", "/present?deck=%E7%94%B2"])
def test_sign_in_redirects_to_the_requested_page(served, asked):
    assert sign_in(served.client, address=f"/sign-in?next={quote(asked)}").location == asked


def test_cross_site_sign_in_is_refused(served):
    assert sign_in(served.client, **{"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert sign_in(served.client, Origin="https://evil.example").status_code == 403
    assert not is_in(served.client)


def test_local_mode_is_entered_only_by_its_one_time_address(public_record_url, accounts):
    visit = Visit.to(public_record_url, signed_in=False, accounts_url=str(accounts.url))
    for answer in (visit.open("/sign-in"), sign_in(visit.client), visit.open("/sign-in/single"), visit.open("/")):
        assert answer.status_code == 401
        assert "one-time address" in answer.text
    assert visit.open("/").status_code == 401


# --- failed attempts ----------------------------------------------------------------------------------------------


def test_failed_sign_in_does_not_reveal_who_is_a_manager(served, accounts):
    managers.add(accounts, "gone@example.org", PASSWORD)
    managers.disable(accounts, "gone@example.org")
    managers.add(accounts, "single@example.org", None)
    tries = {
        "wrong password": (EMAIL, "wrong password"),
        "nobody": ("nobody@example.org", PASSWORD),
        "disabled, right password": ("gone@example.org", PASSWORD),
        "single sign-on alone": ("single@example.org", ""),
    }
    answers = {name: sign_in(served.stranger(), *tried) for name, tried in tries.items()}
    told = {
        name: (answer.status_code, answer.text.replace(tries[name][0], "…"), sorted(answer.headers.keys()))
        for name, answer in answers.items()
    }
    assert told["nobody"][0] == 401
    assert all(each == told["nobody"] for each in told.values())
    assert not [name for name, answer in answers.items() if answer.headers.get("Set-Cookie")]


def test_failed_sign_in_runs_one_equal_hash_check_for_any_address(accounts, monkeypatch):
    managers.add(accounts, "gone@example.org", PASSWORD)
    managers.disable(accounts, "gone@example.org")
    managers.add(accounts, "single@example.org", None)
    methods: list[str] = []
    check = managers.check_password_hash
    monkeypatch.setattr(
        managers, "check_password_hash", lambda kept, tried: methods.append(kept.split("$")[0]) or check(kept, tried)
    )
    for email in (EMAIL, "gone@example.org", "single@example.org", "nobody@example.org"):
        assert managers.with_password(accounts, email, "wrong password") is None
    assert len(methods) == 4
    assert len(set(methods)) == 1


@pytest.mark.parametrize("email", [EMAIL, "nobody@example.org"])
def test_too_many_attempts_are_blocked_for_known_and_unknown_addresses(served, email):
    for _try in range(LOGIN_LIMIT.amount):
        assert sign_in(served.stranger(), email, "wrong password").status_code == 401
    answer = sign_in(served.stranger(), email)
    assert answer.status_code == 429
    assert "quarter of an hour" in answer.text
    assert not answer.headers.get("Set-Cookie"), "even the right password opens nothing now"


def test_attempt_limit_applies_to_one_address_in_any_spelling_and_to_no_other(served, accounts):
    managers.add(accounts, "other@example.org", PASSWORD)
    for spelling in (EMAIL, EMAIL.upper(), f" {EMAIL}", EMAIL.title(), f"{EMAIL}\t"):
        assert sign_in(served.stranger(), spelling, "wrong password").status_code == 401
    assert sign_in(served.stranger(), EMAIL).status_code == 429
    assert sign_in(served.stranger(), "other@example.org").status_code == 303


def test_successful_sign_in_resets_the_count_of_failed_attempts(served):
    for _round in range(3):
        for _try in range(LOGIN_LIMIT.amount - 1):
            assert sign_in(served.stranger(), EMAIL, "wrong password").status_code == 401
        assert sign_in(served.stranger()).status_code == 303


def test_attempt_limit_ends_after_a_quarter_of_an_hour(served, monkeypatch):
    for _try in range(LOGIN_LIMIT.amount):
        sign_in(served.stranger(), EMAIL, "wrong password")
    assert sign_in(served.stranger()).status_code == 429
    advance_clock(QUARTER_OF_AN_HOUR + 5, monkeypatch)
    assert sign_in(served.stranger()).status_code == 303


def test_form_with_a_missing_field_is_a_failed_attempt(served):
    for form in (b"", b"email=mei@example.org", b"password=x", b"email=%00%FF%ED%A0%80&password=%00", b"\xff=&&;%"):
        answer = served.stranger().post(
            "/sign-in", data=form, headers=PAGE, content_type="application/x-www-form-urlencoded"
        )
        assert answer.status_code == 401, form


# --- sessions -----------------------------------------------------------------------------------------------------


def test_session_cookie_is_https_only_and_httponly(served):
    (cookie,) = sign_in(served.client).headers.getlist("Set-Cookie")
    flags = {flag.strip().split("=")[0]: flag for flag in cookie.split(";")}
    assert {"score_session", "Secure", "HttpOnly", "Expires"} <= set(flags)
    assert "SameSite=Lax" in flags["SameSite"]
    assert "Domain" not in flags
    assert EMAIL not in cookie


def test_session_ends_after_twelve_hours_regardless_of_use(served, monkeypatch):
    client = newcomer(served)
    advance_clock(TWELVE_HOURS - 60, monkeypatch)
    answer = client.get("/results", headers=PAGE)
    assert answer.status_code == 200
    assert not answer.headers.get("Set-Cookie"), "using it makes it no longer"
    advance_clock(120, monkeypatch)
    assert not is_in(client)


def test_sign_out_ends_every_session_of_that_manager_only(served, accounts):
    managers.add(accounts, "other@example.org", PASSWORD)
    office, home, other = newcomer(served), newcomer(served), served.stranger()
    sign_in(other, "other@example.org")
    assert is_in(office)
    assert is_in(home)
    answer = office.post("/sign-out", headers=PAGE)
    assert (answer.status_code, answer.location) == (303, "/")
    assert not is_in(office)
    assert not is_in(home)
    assert is_in(other)


def test_cookie_copied_before_sign_out_is_invalid_afterwards(served):
    client = newcomer(served)
    cookie = client.get_cookie("score_session")
    assert cookie is not None
    client.post("/sign-out")
    thief = served.stranger()
    thief.set_cookie("score_session", cookie.value)
    assert not is_in(thief)


@pytest.mark.parametrize(
    "change",
    [
        lambda accounts: managers.disable(accounts, EMAIL),
        lambda accounts: managers.set_password(accounts, EMAIL, "another password"),
    ],
    ids=["disabled", "new password"],
)
def test_open_session_ends_at_the_next_request_after_a_change_of_the_manager(served, accounts, change):
    client = newcomer(served)
    assert is_in(client)
    change(accounts)
    assert not is_in(client)
    assert client.post("/_dash-update-component", json={}).status_code == 401


def test_sign_out_by_get_or_from_another_site_is_refused(served):
    client = newcomer(served)
    assert client.post("/sign-out", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    client.get("/sign-out", headers=PAGE)
    assert is_in(client)


def test_cookie_signed_with_another_key_is_anonymous(served, accounts):
    known = managers.by_email(accounts, EMAIL)
    client = served.stranger()
    client.set_cookie("score_session", forged({"manager": [known.id, known.session_epoch]}, "another key"))
    assert not is_in(client)


def test_altered_cookie_is_anonymous(served):
    client = newcomer(served)
    cookie = client.get_cookie("score_session")
    assert cookie is not None
    for at in (0, len(cookie.value) // 2, len(cookie.value) - 3):
        changed = cookie.value[:at] + ("A" if cookie.value[at] != "A" else "B") + cookie.value[at + 1 :]
        client.set_cookie("score_session", changed)
        assert not is_in(client)


@pytest.mark.parametrize(
    "content",
    [
        {"manager": [1, 999]}, {"manager": [999, 1]}, {"manager": "1"}, {"manager": [1]}, {"manager": [True, "1"]},
        {"manager": None}, {"manager": [1.0, 1]}, {"manager": {"id": 1}}, {"local": ""}, {"local": None},
        {"local": True}, {"viewer": "local"}, {"link": [1, ""]}, {"preview": {}}, {"preview": {"audience": "donor"}},
    ],
)  # fmt: skip
def test_malformed_session_is_anonymous_even_if_correctly_signed(served, content):
    client = served.stranger()
    client.set_cookie("score_session", forged(content, "test"))
    assert client.get("/results", headers=PAGE).status_code in (302, 401)
    assert client.get("/results").status_code == 401


def test_sign_in_discards_the_previous_session(served, accounts):
    client = served.stranger()
    client.set_cookie("score_session", forged({"link": [1, "x"], "local": "x"}, "test"))
    sign_in(client)
    assert is_in(client)
    with client.session_transaction() as held:
        assert set(held) == {"_permanent", "manager"}


def test_session_is_valid_on_every_worker_and_after_a_restart(served, accounts, public_record_url):
    client = newcomer(served)
    cookie = client.get_cookie("score_session")
    assert cookie is not None
    again = Visit.to(public_record_url, signed_in=False, local=False, accounts_url=str(accounts.url))
    again.client.set_cookie("score_session", cookie.value)
    assert is_in(again.client)


# --- the server of the Procfile -----------------------------------------------------------------------------------

ROOT = INSTANCE.parent


def started(**environ: str) -> subprocess.Popen[str]:
    """The server as the Procfile starts it."""
    line = (ROOT / "Procfile").read_text().removeprefix("web: ")
    command = [sys.executable, "-m", *shlex.split(line)]
    return subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **environ}, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


@pytest.mark.servers
@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({}, "SCORE_SECRET_KEY is not set"),
        ({"SCORE_SECRET_KEY": ""}, "SCORE_SECRET_KEY is not set"),
        ({"SCORE_SECRET_KEY": "s", "SCORE_OIDC_ISSUER": "https://id.example"}, "SCORE_OIDC_CLIENT_ID"),
        ({"SCORE_SECRET_KEY": "s", "SCORE_ACCOUNTS_URL": "sqlite:////proc/x/accounts.db"}, "SCORE_ACCOUNTS_URL"),
        ({"SCORE_SECRET_KEY": "s", "SCORE_ACCOUNTS_URL": "nonsense"}, "SCORE_ACCOUNTS_URL"),
    ],
)
def test_server_that_cannot_start_gives_a_readable_reason_and_exits(environ, said):
    with started(**environ) as server:
        told, _nothing = server.communicate(timeout=60)
    assert server.returncode == 1
    assert said in told
    assert "Traceback" not in told


@pytest.mark.servers
def test_workers_start_together_on_a_missing_accounts_database(public_record_url, tmp_path):
    port = free_port("127.0.0.1")
    environ = {
        "SCORE_SECRET_KEY": "s" * 40, "SCORE_DATABASE_URL": public_record_url, "PORT": str(port),
        "SCORE_ACCOUNTS_URL": f"sqlite:///{tmp_path}/new/accounts.db", "WEB_CONCURRENCY": "3",
    }  # fmt: skip
    with started(**environ) as server:
        try:
            until(lambda: listens("127.0.0.1", port) or server.poll() is not None, "the server to listen", 60)
            status = requests.get(f"http://127.0.0.1:{port}/sign-in", timeout=60).status_code
        finally:
            server.send_signal(signal.SIGTERM)
            told, _nothing = server.communicate(timeout=60)
    assert status == 200, told
    assert "Traceback" not in told
