"""Single sign-on through the whole flow, against a local provider that can be made to fail and to cheat."""

import base64
import hmac
import json
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from authlib.deprecate import AuthlibDeprecationWarning
from flask import Flask, Response, request
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from sqlalchemy import Engine
from visiting import PAGE, Visit
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.test import TestResponse

from dashboard.gate import single_sign_on
from dashboard.settings import Provider, Settings, SettingsProblem
from data import managers
from data.storage.accounts import accounts_engine

with warnings.catch_warnings():
    # The provider uses a part of Authlib that will move to another package.
    warnings.simplefilter("ignore", AuthlibDeprecationWarning)
    import oidc_provider_mock

pytestmark = pytest.mark.filterwarnings("ignore:get_jwt_config.*deprecated:DeprecationWarning")

EMAIL, PASSWORD = "mei@example.org", "correct horse battery"
CLIENT, SECRET = "score-results", "known to the two of us alone"
Claims = dict[str, Any]


@dataclass
class Organisation:
    """The provider: its address, and its configured faults."""

    app: Flask
    key: RSAKey
    address: str = ""
    cheat: Callable[[Claims], Claims] = lambda claims: claims
    sign: Callable[[Claims], str] | None = None
    answers: dict[str, Callable[[], Response]] = field(default_factory=dict)
    tokens_asked: list[dict[str, str]] = field(default_factory=list)

    def signed(self, claims: Claims) -> str:
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key)

    def knows(self, sub: str, **claims: object) -> None:
        requests.put(f"{self.address}/users/{sub}", json=claims, timeout=5).raise_for_status()

    def let_in(self, address: str, sub: str) -> str:
        """The address the provider redirects to after signing in the person `sub`."""
        answer = requests.post(address, data={"sub": sub}, allow_redirects=False, timeout=5)
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"]


class _Silent(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        del code, size


@pytest.fixture(scope="module")
def key() -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": "one"})


@pytest.fixture
def organisation(key: RSAKey) -> Iterator[Organisation]:
    """A provider on a free port."""
    app = oidc_provider_mock.app()
    organisation = Organisation(app, key)

    @app.before_request
    def other() -> Response | None:
        if request.path == "/oauth2/token":
            organisation.tokens_asked.append(request.form.to_dict())
        answer = organisation.answers.get(request.path)
        return answer() if answer else None

    @app.after_request
    def under_our_key(response: Response) -> Response:
        if request.path in organisation.answers or response.status_code != 200:
            return response
        if request.path == "/jwks":
            response.set_data(json.dumps({"keys": [key.as_dict(private=False)]}))
        if request.path == "/oauth2/token":
            token = response.get_json()
            payload = token["id_token"].split(".")[1]
            claims = organisation.cheat(json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))))
            token["id_token"] = (organisation.sign or organisation.signed)(claims)
            response.set_data(json.dumps(token))
        return response

    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Silent)
    organisation.address = f"http://localhost:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)  # seconds until it sees its end
    thread.start()
    yield organisation
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def accounts(tmp_path: Path) -> Iterator[Engine]:
    """An accounts database with one manager without a password."""
    engine = accounts_engine(f"sqlite:///{tmp_path}/accounts.db")
    managers.add(engine, EMAIL, None)
    yield engine
    engine.dispose()


def server_of(organisation: Organisation, accounts: Engine, database: str, **others: Any) -> Visit:
    provider = Provider(organisation.address, CLIENT, SECRET)
    told = {"local": False, "accounts_url": str(accounts.url), "provider": provider} | others
    return Visit.to(database, signed_in=False, **told)


@pytest.fixture
def served(organisation: Organisation, accounts: Engine, public_record_url: str) -> Visit:
    """A server that uses this provider."""
    return server_of(organisation, accounts, public_record_url)


def redirect_to_provider(client: FlaskClient, address: str = "/sign-in/single") -> str:
    """The address our server redirects a person to."""
    answer = client.get(address, headers=PAGE)
    assert answer.status_code == 302, answer.text
    return answer.location


def return_from_provider(client: FlaskClient, address: str) -> TestResponse:
    parts = urlsplit(address)
    return client.get(f"{parts.path}?{parts.query}", headers=PAGE)


def whole_flow(organisation: Organisation, client: FlaskClient, sub: str = EMAIL) -> TestResponse:
    """Run the whole flow: to the provider, sign in there as `sub`, and back."""
    return return_from_provider(client, organisation.let_in(redirect_to_provider(client), sub))


def is_in(client: FlaskClient) -> bool:
    return client.get("/results", headers=PAGE).status_code == 200


def query_of(address: str) -> dict[str, str]:
    return {name: value for name, (value,) in parse_qs(urlsplit(address).query).items()}


# --- the normal flow ----------------------------------------------------------------------------------------------


def test_manager_signs_in_with_the_organisation_account(organisation, served):
    answer = whole_flow(organisation, served.client)
    assert (answer.status_code, answer.location) == (303, "/")
    assert is_in(served.client)
    (cookie,) = answer.headers.getlist("Set-Cookie")
    assert {"Secure", "HttpOnly", "SameSite=Lax"} <= {flag.strip() for flag in cookie.split(";")}
    with served.client.session_transaction() as held:
        assert set(held) == {"_permanent", "manager"}, "nothing of the way is kept"


def test_email_address_matches_in_any_letter_case(organisation, served):
    assert whole_flow(organisation, served.client, EMAIL.upper()).status_code == 303


def test_requested_page_and_language_survive_the_sign_in_flow(organisation, served):
    led = served.open("/results?partner=cec&lang=zh").location
    assert "lang=zh" in led
    page = served.open(led).text
    link = next(part for part in page.split('"') if part.startswith("/sign-in/single"))
    to_provider = redirect_to_provider(served.client, link.replace("&amp;", "&"))
    assert query_of(to_provider)["redirect_uri"] == "http://localhost/sign-in/back", (
        "as it is registered, to the letter"
    )
    answer = return_from_provider(served.client, organisation.let_in(to_provider, EMAIL))
    assert answer.location == "/results?partner=cec&lang=zh"


def test_single_sign_on_never_redirects_to_another_site(organisation, served):
    to_provider = redirect_to_provider(served.client, "/sign-in/single?next=//evil.example")
    assert return_from_provider(served.client, organisation.let_in(to_provider, EMAIL)).location == "/"


def test_authorisation_request_has_state_nonce_and_a_matching_pkce_challenge(organisation, served):
    to_provider = query_of(redirect_to_provider(served.client))
    assert to_provider["response_type"] == "code"
    assert to_provider["client_id"] == CLIENT
    assert set(to_provider["scope"].split()) == {"openid", "email"}
    assert to_provider["code_challenge_method"] == "S256"
    assert len(to_provider["state"]) >= 20
    assert len(to_provider["nonce"]) >= 20
    again = query_of(redirect_to_provider(served.client))
    assert not {again[name] for name in ("state", "nonce", "code_challenge")} & set(to_provider.values())
    challenge = query_of(address := redirect_to_provider(served.client))["code_challenge"]
    return_from_provider(served.client, organisation.let_in(address, EMAIL))
    (form,) = organisation.tokens_asked
    digest = sha256(form["code_verifier"].encode()).digest()
    assert base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == challenge


def test_redirect_address_uses_the_public_url_when_it_is_set(organisation, accounts, public_record_url):
    served = server_of(organisation, accounts, public_record_url, public_url="https://results.example")
    assert query_of(redirect_to_provider(served.client))["redirect_uri"] == "https://results.example/sign-in/back"


def test_email_address_comes_from_user_information_if_the_token_has_none(organisation, served):
    organisation.knows("17", email=EMAIL, email_verified=True)
    organisation.cheat = lambda claims: {name: value for name, value in claims.items() if "email" not in name}
    assert whole_flow(organisation, served.client, "17").status_code == 303


def test_sign_in_page_links_to_the_provider_and_still_accepts_a_password(organisation, served, accounts):
    assert 'href="/sign-in/single"' in served.open("/sign-in").text
    managers.set_password(accounts, EMAIL, PASSWORD)
    assert served.client.post("/sign-in", data={"email": EMAIL, "password": PASSWORD}).status_code == 303


def test_repeatedly_started_sign_in_fits_in_a_cookie(organisation, served):
    for _time in range(12):
        to_provider = redirect_to_provider(served.client)
    cookie = served.client.get_cookie("score_session")
    assert cookie is not None
    assert len(cookie.value) < 2000
    assert return_from_provider(served.client, organisation.let_in(to_provider, EMAIL)).status_code == 303


# --- refused people -----------------------------------------------------------------------------------------------


def refused(answer: TestResponse, client: FlaskClient, status: int) -> str:
    """The page with the reason of a refused sign-in."""
    assert answer.status_code == status, answer.text
    assert not is_in(client)
    assert "Traceback" not in answer.text
    assert SECRET not in answer.text
    return answer.text


def test_unknown_address_is_refused_with_a_contact(organisation, served, caplog):
    text = refused(whole_flow(organisation, served.client, "nobody@example.org"), served.client, 403)
    assert "nobody@example.org" in text
    assert "Ask whoever runs this server" in text
    assert "nobody@example.org is no manager here" in caplog.text


def test_disabled_manager_gets_the_same_response_as_an_unknown_address(organisation, served, accounts):
    managers.disable(accounts, EMAIL)
    disabled = refused(whole_flow(organisation, served.client), served.client, 403)
    unknown = refused(whole_flow(organisation, served.client, "nobody@example.org"), served.client, 403)
    assert disabled.replace(EMAIL, "…") == unknown.replace("nobody@example.org", "…")


@pytest.mark.parametrize("word", [False, "false", "no", 0, None])
def test_unverified_address_is_refused(organisation, served, word):
    organisation.knows("17", email=EMAIL, email_verified=word)
    text = refused(whole_flow(organisation, served.client, "17"), served.client, 403)
    assert "not verified" in text


@pytest.mark.parametrize("word", [True, "true"])
def test_verified_address_is_accepted(organisation, served, word):
    organisation.knows("17", email=EMAIL, email_verified=word)
    assert whole_flow(organisation, served.client, "17").status_code == 303


@pytest.mark.parametrize("email", [None, "", ["mei@example.org"], 7, "mei@example.org\x00", "m\u212ai@example.org"])
def test_value_that_is_not_an_address_of_a_manager_is_refused(organisation, served, email):
    organisation.knows("17", email=email)
    answer = whole_flow(organisation, served.client, "17")
    assert answer.status_code in (401, 403)
    assert not is_in(served.client)


def test_refusal_page_is_in_the_readers_language(organisation, served):
    address = organisation.let_in(redirect_to_provider(served.client, "/sign-in/single?lang=zh"), "nobody@example.org")
    text = refused(return_from_provider(served.client, address), served.client, 403)
    assert 'lang="zh-Hans"' in text


# --- forged callbacks ---------------------------------------------------------------------------------------------


def test_wrong_missing_or_foreign_state_is_refused(organisation, served):
    address = organisation.let_in(redirect_to_provider(served.client), EMAIL)
    code, state = query_of(address)["code"], query_of(address)["state"]
    stranger = served.stranger()
    assert refused(return_from_provider(stranger, address), stranger, 401), "another browser's"
    for query in (f"code={code}&state=x", f"code={code}", f"code={code}&state=", "", f"state={state[:-1]}&code={code}"):
        other = served.stranger()
        redirect_to_provider(other)
        refused(other.get(f"/sign-in/back?{query}", headers=PAGE), other, 401)
    assert not organisation.tokens_asked, "no code was shown to the provider"
    assert return_from_provider(served.client, address).status_code == 303, "the one it belongs to still comes in"


def test_callback_address_works_only_once(organisation, served):
    address = organisation.let_in(redirect_to_provider(served.client), EMAIL)
    assert return_from_provider(served.client, address).status_code == 303
    served.client.post("/sign-out")
    refused(return_from_provider(served.client, address), served.client, 401)


def test_code_of_another_sign_in_is_refused_under_our_state(organisation, served):
    """An attacker uses the code of their own account with the state of a victim: the nonce does not match."""
    thief, victim = served.stranger(), served.client
    code = query_of(organisation.let_in(redirect_to_provider(thief), EMAIL))["code"]
    state = query_of(redirect_to_provider(victim))["state"]
    refused(victim.get(f"/sign-in/back?code={code}&state={state}", headers=PAGE), victim, 401)


def test_invented_code_is_refused(organisation, served):
    state = query_of(redirect_to_provider(served.client))["state"]
    refused(served.client.get(f"/sign-in/back?code=made-up&state={state}", headers=PAGE), served.client, 401)


def test_cancelled_sign_in_shows_a_link_back_to_sign_in(organisation, served):
    answer = requests.post(
        redirect_to_provider(served.client), data={"action": "deny"}, allow_redirects=False, timeout=5
    )
    text = refused(return_from_provider(served.client, answer.headers["Location"]), served.client, 401)
    assert 'href="/sign-in"' in text


def test_provider_error_text_is_not_shown_on_the_page(served):
    address = "/sign-in/back?error=<script>alert(1)</script>&error_description=call+0900-EVIL&state=x"
    text = refused(served.client.get(address, headers=PAGE), served.client, 401)
    assert "EVIL" not in text
    assert "<script>" not in text


# --- invalid tokens -----------------------------------------------------------------------------------------------

HOUR = 3600
CHEATS: dict[str, Callable[[Claims], Claims]] = {
    "for somebody else": lambda claims: claims | {"aud": "another-client"},
    "for somebody else, by us": lambda claims: claims | {"aud": "another-client", "azp": CLIENT},
    "for nobody": lambda claims: {name: value for name, value in claims.items() if name != "aud"},
    "from somebody else": lambda claims: claims | {"iss": "https://another.example"},
    "from nobody": lambda claims: {name: value for name, value in claims.items() if name != "iss"},
    "expired": lambda claims: claims | {"iat": int(time.time()) - 2 * HOUR, "exp": int(time.time()) - HOUR},
    "without an end": lambda claims: {name: value for name, value in claims.items() if name != "exp"},
    "of another sign-in": lambda claims: claims | {"nonce": "another"},
    "of no sign-in": lambda claims: {name: value for name, value in claims.items() if name != "nonce"},
    "of another access token": lambda claims: claims | {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
}


@pytest.mark.parametrize("cheat", CHEATS.values(), ids=CHEATS)
def test_token_for_another_sign_in_is_refused(organisation, served, cheat):
    organisation.cheat = cheat
    refused(whole_flow(organisation, served.client), served.client, 401)


def part(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def by_hand(header: Claims, claims: Claims, sign: Callable[[bytes], bytes]) -> str:
    """A token that no library would create."""
    text = f"{part(json.dumps(header).encode())}.{part(json.dumps(claims).encode())}"
    return f"{text}.{part(sign(text.encode()))}"


def altered(token: str) -> str:
    head, body, signature = token.split(".")
    return f"{head}.{body[:-6]}{body[-6:].swapcase()}.{signature}"


SIGNATURES: dict[str, Callable[[Organisation], Callable[[Claims], str]]] = {
    "another key": lambda _: (
        lambda claims: jwt.encode({"alg": "RS256", "kid": "one"}, claims, RSAKey.generate_key(2048, {"kid": "one"}))
    ),
    "an unknown key": lambda _: (
        lambda claims: jwt.encode({"alg": "RS256", "kid": "two"}, claims, RSAKey.generate_key(2048, {"kid": "two"}))
    ),
    "our secret": lambda _: lambda claims: jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET)),
    "the public key as a secret": lambda organisation: (
        lambda claims: by_hand(
            {"alg": "HS256", "kid": "one"},
            claims,
            lambda text: hmac.digest(organisation.key.as_pem(private=False), text, "sha256"),
        )
    ),
    "nothing": lambda _: lambda claims: by_hand({"alg": "none"}, claims, lambda _text: b""),
    "a body changed since": lambda organisation: lambda claims: altered(organisation.signed(claims)),
    "no token": lambda _: lambda _claims: "",
    "no token at all": lambda _: lambda _claims: "x.y.z",
}


@pytest.mark.parametrize("signature", SIGNATURES.values(), ids=SIGNATURES)
@pytest.mark.parametrize("algorithms", [["RS256"], ["RS256", "HS256", "none"]], ids=["plain", "lax"])
def test_token_with_an_invalid_signature_is_refused(organisation, served, signature, algorithms):
    announced = requests.get(f"{organisation.address}/.well-known/openid-configuration", timeout=5).json()
    announced["id_token_signing_alg_values_supported"] = algorithms
    body = json.dumps(announced)
    organisation.answers["/.well-known/openid-configuration"] = lambda: Response(body, mimetype="application/json")
    organisation.sign = signature(organisation)
    refused(whole_flow(organisation, served.client), served.client, 401)


def test_rotated_provider_key_is_fetched(organisation, served, key):
    other = served.stranger()
    whole_flow(organisation, other)
    assert is_in(other)
    new = RSAKey.generate_key(2048, {"kid": "two"})
    body = json.dumps({"keys": [new.as_dict(private=False)]})
    organisation.answers["/jwks"] = lambda: Response(body, mimetype="application/json")
    organisation.sign = lambda claims: jwt.encode({"alg": "RS256", "kid": "two"}, claims, new)
    assert whole_flow(organisation, served.client).status_code == 303


def test_user_information_of_another_person_is_refused(organisation, served):
    organisation.knows("17", email="nobody@example.org")
    organisation.cheat = lambda claims: {name: value for name, value in claims.items() if name != "email"}
    other = json.dumps({"sub": "18", "email": EMAIL})
    organisation.answers["/userinfo"] = lambda: Response(other, mimetype="application/json")
    refused(whole_flow(organisation, served.client, "17"), served.client, 401)


# --- a provider that fails ----------------------------------------------------------------------------------------

NONSENSE = {
    "no page": lambda: Response("", 404),
    "its own failure": lambda: Response("<h1>Oops</h1>", 500),
    "a page for people": lambda: Response("<h1>Hello</h1>"),
    "a list": lambda: Response("[]", mimetype="application/json"),
    "nothing in it": lambda: Response("{}", mimetype="application/json"),
    "a word": lambda: Response('"yes"', mimetype="application/json"),
}


@pytest.mark.parametrize("nonsense", NONSENSE.values(), ids=NONSENSE)
@pytest.mark.parametrize("place", ["/.well-known/openid-configuration", "/jwks", "/oauth2/token"])
def test_invalid_provider_response_shows_a_readable_page(organisation, served, place, nonsense, caplog):
    organisation.answers[place] = nonsense
    answer = served.client.get("/sign-in/single", headers=PAGE)
    if place != "/.well-known/openid-configuration":
        answer = return_from_provider(served.client, organisation.let_in(answer.location, EMAIL))
    assert answer.status_code in (401, 502)
    assert "did not work" in answer.text
    assert 'href="/sign-in"' in answer.text
    assert "single sign-on failed" in caplog.text
    assert not is_in(served.client)


def test_unreachable_provider_is_reported_and_used_again_after_recovery(organisation, served, caplog):
    elsewhere = Provider("http://localhost:1", CLIENT, SECRET)
    lost = Visit.to("sqlite:///none.db", signed_in=False, local=False, provider=elsewhere)
    answer = lost.client.get("/sign-in/single")
    assert answer.status_code == 502
    assert "does not answer" in answer.text
    assert "single sign-on failed" in caplog.text
    organisation.answers["/.well-known/openid-configuration"] = lambda: Response("", 503)
    assert served.client.get("/sign-in/single", headers=PAGE).status_code == 502
    organisation.answers.clear()
    assert whole_flow(organisation, served.client).status_code == 303


def test_silent_provider_request_times_out_soon(organisation, accounts, public_record_url, monkeypatch):
    monkeypatch.setattr(single_sign_on, "TIMEOUT_SECONDS", 1)
    served = server_of(organisation, accounts, public_record_url)
    address = organisation.let_in(redirect_to_provider(served.client), EMAIL)
    awake, spoken = threading.Event(), threading.Event()
    organisation.answers["/oauth2/token"] = lambda: awake.wait(60) or spoken.set() or Response("")
    answer = return_from_provider(served.client, address)
    assert not spoken.is_set()
    awake.set()
    assert answer.status_code == 502


def test_provider_with_another_issuer_name_is_not_used(organisation, accounts, public_record_url, caplog):
    other = Provider(organisation.address.replace("localhost", "127.0.0.1"), CLIENT, SECRET)
    announced = requests.get(f"{organisation.address}/.well-known/openid-configuration", timeout=5).text
    organisation.answers["/.well-known/openid-configuration"] = lambda: Response(announced, mimetype="application/json")
    served = server_of(organisation, accounts, public_record_url, provider=other)
    refused(served.client.get("/sign-in/single", headers=PAGE), served.client, 401)
    assert "SCORE_OIDC_ISSUER" in caplog.text


# --- without a provider -------------------------------------------------------------------------------------------


def test_single_sign_on_address_without_a_provider_redirects_to_sign_in(accounts, public_record_url):
    served = Visit.to(public_record_url, signed_in=False, local=False, accounts_url=str(accounts.url))
    for address in ("/sign-in/single", "/sign-in/back", "/sign-in/back?code=x&state=y"):
        answer = served.open(address)
        assert (answer.status_code, answer.location) == (302, "/sign-in")


def test_local_mode_uses_no_provider(organisation, accounts, public_record_url):
    visit = server_of(organisation, accounts, public_record_url, local=True)
    for address in ("/sign-in", "/sign-in/single", "/sign-in/back?code=x&state=y"):
        assert visit.open(address).status_code == 401


def test_incomplete_provider_settings_stop_the_start_and_are_listed():
    secret = {"SCORE_SECRET_KEY": "s" * 40}
    with pytest.raises(SettingsProblem, match="SCORE_OIDC_CLIENT_ID, SCORE_OIDC_CLIENT_SECRET is missing"):
        Settings.from_environment(secret | {"SCORE_OIDC_ISSUER": "https://id.example"})
    whole = {"ISSUER": "https://id.example", "CLIENT_ID": "a", "CLIENT_SECRET": "b"}
    settings = Settings.from_environment(secret | {f"SCORE_OIDC_{name}": value for name, value in whole.items()})
    assert settings.provider == Provider("https://id.example", "a", "b")
    assert Settings.from_environment(secret).provider is None
