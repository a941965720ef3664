"""Size limits: every request is checked against a limit before it is processed, for any sender and encoding."""

import http.client
import io
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from machines import Rack, Web
from sqlalchemy import Engine
from test_unreadable import language_and_texts
from visiting import PAGE, Visit
from werkzeug.test import TestResponse

from dashboard.gate.body_limits import LARGEST, LARGEST_CALLBACK
from dashboard.pages.imports.import_pages import MOST_MEGABYTES
from dashboard.pages.plain_pages import UPDATE
from data import managers
from data.links import share_links
from data.links.link_terms import Terms
from data.storage.accounts import accounts_engine

PASSWORD = "a word that is passed"
FORM = "application/x-www-form-urlencoded"
TITLE = "That was too much at once"


@pytest.fixture(scope="module")
def accounts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = accounts_engine(f"sqlite:///{tmp_path_factory.mktemp('bodies')}/accounts.db")
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def served(public_record_url: str, accounts: Engine) -> Visit:
    """A server with no signed-in visitor."""
    return Visit.to(public_record_url, signed_in=False, local=False, accounts_url=str(accounts.url))


@pytest.fixture(scope="module")
def token(served: Visit, accounts: Engine) -> str:
    """The token of a link with a password."""
    return share_links.make(accounts, served.fit(Terms()), password=PASSWORD)[1]


@pytest.fixture(scope="module")
def donor(served: Visit, token: str) -> FlaskClient:
    """A viewer with the link."""
    served.app.server.config["SESSION_COOKIE_SECURE"] = False
    client = served.stranger()
    assert client.post(f"/s/{token}", data={"password": PASSWORD}).status_code == 303
    return client


def post_chunked(client: FlaskClient, path: str, body: bytes, kind: str = FORM) -> TestResponse:
    """Post a body without a content length, as gunicorn passes on a chunked request."""
    return client.post(
        path,
        input_stream=io.BytesIO(body),
        content_type=kind,
        headers=PAGE,
        environ_overrides={"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True},
    )


def post_whole(client: FlaskClient, path: str, body: bytes, kind: str = FORM) -> TestResponse:
    return client.post(path, data=body, content_type=kind, headers=PAGE)


WAYS = pytest.mark.parametrize("send", [post_whole, post_chunked])


@WAYS
@pytest.mark.parametrize("path", ["/sign-in", "/s/nothing", "/", "/share", "/nowhere", "/health"])
def test_too_large_request_is_refused_before_the_sender_is_identified(served, path, send, monkeypatch):
    monkeypatch.setattr("werkzeug.formparser.parse_qsl", lambda *_args, **_named: pytest.fail("it was parsed"))
    monkeypatch.setattr("dashboard.gate.sessions.signed_in_manager", lambda *_args: pytest.fail("the gate was asked"))
    answer = send(served.stranger(), path, b"a=&" * (LARGEST // 3 + 1))
    assert answer.status_code == 413
    assert language_and_texts(answer.text)[1][0] == TITLE
    assert len(answer.data) < 10_000


@WAYS
def test_callback_request_has_a_smaller_limit_and_a_short_plain_response(served, donor, send, monkeypatch):
    monkeypatch.setattr("flask.json.loads", lambda *_args, **_named: pytest.fail("it was parsed"))
    for client in (donor, served.stranger()):
        answer = send(client, UPDATE, b"[" + b"[]," * (LARGEST_CALLBACK // 3) + b"[]]", "application/json")
        assert (answer.status_code, answer.mimetype) == (413, "text/plain")
        assert answer.text.startswith(TITLE)
        assert len(answer.data) < 200


@WAYS
def test_request_at_the_size_limit_is_read(served, donor, send):
    email = b"email=x%40y.org&password=" + b"x" * (LARGEST - 100)
    assert send(served.stranger(), "/sign-in", email).status_code == 401
    body = b'{"output": "' + b"x" * (LARGEST_CALLBACK - 100) + b'"}'
    assert send(donor, UPDATE, body, "application/json").status_code != 413


def test_too_large_request_page_is_in_the_readers_language(served):
    told = post_whole(served.stranger(), "/sign-in?lang=zh", bytes(LARGEST + 1))
    assert told.status_code == 413
    assert 'lang="zh-Hans"' in told.text
    assert TITLE not in told.text


@WAYS
def test_import_accepts_larger_requests_from_managers(served, public_record_url, send):
    much = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.xlsx"\r\n\r\n' + bytes(2 * LARGEST)
    kind = "multipart/form-data; boundary=x"
    manager = Visit.to(public_record_url)
    answer = send(manager.client, "/import", much + b"\r\n--x--\r\n", kind)
    assert answer.status_code != 413
    assert answer.request.path.startswith("/import")
    assert send(served.stranger(), "/import", much, kind).status_code == 401
    assert send(manager.client, "/import/" + "0" * 32, much, kind).status_code == 413


def test_import_has_its_own_size_limit(public_record_url, monkeypatch):
    monkeypatch.setattr("dashboard.pages.imports.import_pages.MOST_MEGABYTES", 2)
    assert MOST_MEGABYTES > 2
    much = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.xlsx"\r\n\r\n' + bytes(3 * LARGEST)
    answer = post_whole(Visit.to(public_record_url).client, "/import", much, "multipart/form-data; boundary=x")
    assert answer.status_code == 413
    assert "2 MB together" in answer.text


def test_sign_in_fields_are_truncated_before_they_are_checked(served, monkeypatch):
    seen = []
    monkeypatch.setattr(managers, "with_password", lambda _engine, *given: seen.append(given))
    answer = served.stranger().post("/sign-in", data={"email": "a" * 10_000, "password": "b" * 10_000})
    assert seen == [("a" * 254, "b" * 200)]
    assert re.findall(r'value="(a+)"', answer.text) == ["a" * 254]
    assert len(answer.data) < 10_000


def test_longest_valid_address_and_password_can_sign_in(served, accounts):
    email, password = f"{'m' * 64}@{'x' * 185}.org", "p" * 200
    assert len(email) == 254
    managers.add(accounts, email, password)
    answer = served.stranger().post("/sign-in", data={"email": email, "password": password})
    assert answer.status_code == 303


def test_link_password_is_truncated_before_it_is_checked(served, token, monkeypatch):
    seen = []
    monkeypatch.setattr(share_links, "opens_with", lambda _engine, _number, password: seen.append(password))
    served.stranger().post(f"/s/{token}", data={"password": "b" * 10_000})
    assert seen == ["b" * 200]


# --- a real server: chunked requests, and a browser that is not disconnected --------------------------------------


@pytest.fixture(scope="module")
def web(machines: Rack, public_record_url: str, accounts: Engine) -> Iterator[Web]:
    host = machines.place(Web, "127.0.0.1", "bodies")
    host.environ = {
        "SCORE_DATABASE_URL": public_record_url,
        "SCORE_ACCOUNTS_URL": str(accounts.url),
        "SCORE_SECRET_KEY": "s" * 40,
        "WEB_CONCURRENCY": "1",
    }
    yield host.start()
    host.kill()


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize(("path", "largest"), [("/sign-in", LARGEST), (UPDATE, LARGEST_CALLBACK)])
def test_server_responds_to_a_too_large_request_and_keeps_running(web, path, largest, chunked):
    for size, refused in ((2 * largest, True), (largest // 2, False)):
        pieces = [b"a=&" * 1000] * (size // 3000 + 1)
        body = iter(pieces) if chunked else b"".join(pieces)
        with closing(http.client.HTTPConnection(web.host, web.port, timeout=60)) as connection:
            connection.request("POST", path, body, {"Content-Type": FORM})
            answer = connection.getresponse()
            assert (answer.status == 413) is refused
            assert (TITLE in answer.read().decode()) is refused


def test_example_proxy_configuration_has_the_same_size_limit():
    example = (Path(__file__).parent.parent / "docs" / "nginx.conf").read_text()
    limits = dict(re.findall(r"location (= \S+) \{\s*client_max_body_size (\d+m);", example))
    assert limits == {"= /import": f"{MOST_MEGABYTES}m"}
    assert re.findall(r"client_max_body_size (\d+m);", example.replace(f"{MOST_MEGABYTES}m", "")) == [
        f"{LARGEST // 1024**2}m"
    ]
