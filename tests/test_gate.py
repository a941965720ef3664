"""The gate: nobody gets anything without signing in, and nothing a visitor sends opens it."""

import json
import re
from collections.abc import Iterator

import pytest
from dash import Dash, html
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import create_engine, select
from visiting import PAGE, Visit, at

from dashboard.gate.admission import OPEN_ENDPOINTS
from dashboard.settings import Settings, SettingsProblem
from data import managers
from data.places import read_boundaries
from data.storage import schema
from data.storage.accounts import accounts_engine
from layouts import ids
from layouts.pages import PAGES

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
UNKNOWN = (
    "/nothing/here",
    "/static/x",
    "/_mcp",
    "/admin",
    "/enter",
    "/health/x",
    "/assets/../app.py",
    "/%00",
    "/_dash-",
)


@pytest.fixture(scope="module")
def served(public_record_url: str) -> Visit:
    """A server that is not local, with no manager."""
    return Visit.to(public_record_url, signed_in=False, local=False)


def routes(visit: Visit) -> Iterator[tuple[str, str]]:
    """An address of every route the server has, with its endpoint."""
    samples = {
        "fingerprint": read_boundaries().fingerprint, "name": "change", "code": "overview", "filename": "shell.js",
        "token": "no-such-token", "package_name": "plotly", "fingerprinted_path": "package_data/plotly.min.js",
        "path": "results",
    }  # fmt: skip
    with visit.app.server.test_request_context():
        for rule in visit.app.server.url_map.iter_rules():
            _domain, address = rule.build({name: samples.get(name, 1) for name in rule.arguments})  # 1 is a number too
            yield address, rule.endpoint


def linked(visit: Visit) -> set[str]:
    """The scripts and styles of the opened page, and the shapes its map requests."""
    found = set(re.findall(r'(?:src|href)="(/[^"]+)"', visit.open("/").text))
    drawn = visit.answered(f"{ids.REGIONS_MAP}.figure")[f"{ids.REGIONS_MAP}.figure"]
    return found | {trace["geojson"] for trace in drawn["data"] if isinstance(trace.get("geojson"), str)}


def names_in(database_url: str) -> set[str]:
    """The names of programme, partners, enterprises and sources, in both languages."""
    engine = create_engine(database_url)
    with engine.connect() as connection:
        found = {
            name
            for table in (schema.programme, schema.partner, schema.enterprise)
            for row in connection.execute(select(table.c.name_en, table.c.name_zh))
            for name in row
            if name and len(name) > 3
        }
    engine.dispose()
    return found


def holds(text: str, name: str) -> bool:
    """True if a text contains a name, plainly or in JSON encoding."""
    return name in text or json.dumps(name)[1:-1] in text


def test_anonymous_gets_nothing_from_any_route_by_any_method(public):
    stranger = public.stranger()
    for address, endpoint in routes(public):
        for method in METHODS:
            answer = stranger.open(address, method=method)
            given = (endpoint in OPEN_ENDPOINTS and method == "OPTIONS") or (
                endpoint == "health" and method in ("GET", "HEAD")
            )
            assert answer.status_code == (200 if given else 401), (method, address)


def test_every_route_of_the_application_is_covered_by_this_test(public):
    walked = {address.split("/")[1] for address, _endpoint in routes(public)}
    assert walked >= {
        "", "_dash-layout", "_dash-dependencies", "_dash-update-component", "assets", "_dash-component-suites",
        "table", "export", "boundaries", "health", "enter", "results", "sign-in", "sign-out", "s",
    }  # fmt: skip


WAYS_IN = {
    "enter": (401, None), "health": (200, None), "sign-in": (200, None), "link": (401, None),
    "single-sign-on": (302, "/sign-in"), "single-sign-on-back": (302, "/sign-in"),
}  # fmt: skip
"""The responses of a server's open routes to an anonymous visitor: status and redirect."""


def test_open_routes_of_a_server_lead_to_sign_in_and_reveal_nothing_else(served, public_record_url):
    assert set(WAYS_IN) == OPEN_ENDPOINTS, "a new open route needs a line here and a look at what it gives away"
    opened = {endpoint: address for address, endpoint in routes(served) if endpoint in OPEN_ENDPOINTS}
    answers = {endpoint: served.open(address) for endpoint, address in opened.items()}
    assert {endpoint: (answer.status_code, answer.location) for endpoint, answer in answers.items()} == WAYS_IN
    names = names_in(public_record_url)
    assert not {name for name in names for answer in answers.values() if holds(answer.text, name)}
    assert not [answer for answer in answers.values() if answer.headers.get("Set-Cookie")]
    assert answers["health"].get_json() == {"status": "ok"}


@pytest.mark.parametrize("address", UNKNOWN)
def test_server_redirects_existing_and_unknown_addresses_to_sign_in(served, address):
    answers = {each: served.stranger().get(each, headers=PAGE) for each in (address, "/results")}
    assert {answer.status_code for answer in answers.values()} == {302}
    for answer in answers.values():
        assert answer.location.startswith("/sign-in?next=%2F")


@pytest.mark.parametrize("address", UNKNOWN)
def test_anonymous_gets_equal_responses_for_existing_and_unknown_addresses(public, address):
    answers = [public.stranger().get(each, headers=PAGE) for each in (address, "/results")]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert answers[0].text == answers[1].text


def test_anonymous_gets_no_script_style_or_map_shape(public):
    addresses = linked(public)
    assert {each.split("/")[1] for each in addresses} >= {"_dash-component-suites", "assets", "boundaries"}
    for address in addresses:
        assert public.client.get(address, buffered=True).status_code == 200, address
        assert public.stranger().get(address).status_code == 401, address


@pytest.mark.parametrize("which", ["public", "demo"])
def test_responses_to_anonymous_contain_no_name_from_the_record(visits, which, request):
    visit = visits[which]
    names = names_in(request.getfixturevalue({"public": "public_record_url", "demo": "demo_url"}[which]))
    assert len(names) > 20
    stranger = visit.stranger()
    got = [
        stranger.open(address, method=method, headers=headers).text
        for address in [*(each for each, _endpoint in routes(visit)), *(page.path for page in PAGES), *UNKNOWN]
        for method in ("GET", "POST")
        for headers in (PAGE, {})
    ]
    got.append(stranger.post("/_dash-update-component", json=visit.body(f"{ids.OVERVIEW_HEADLINES}.content")).text)
    assert not {name for name in names for text in got if holds(text, name)}
    heard = visit.post(f"{ids.BRAND}.content", at("?lang=zh")).text
    assert any(holds(heard, name) for name in names), "the same search finds names where there are some"


@pytest.mark.parametrize("address", ["/_dash-layout", "/_dash-dependencies"])
def test_page_frame_is_identical_for_any_database(public, demo, address):
    assert public.open(address).data == demo.open(address).data


def test_initial_page_contains_no_name_even_when_signed_in(public, public_record_url):
    names = names_in(public_record_url)
    assert not {
        name
        for address in ("/", "/results", "/_dash-layout")
        for name in names
        if holds(public.open(address).text, name)
    }


def test_one_time_address_admits_one_visitor_once(public_record_url):
    visit = Visit.to(public_record_url, signed_in=False)
    way_in = f"/enter/{visit.one_time.token}"
    assert visit.open("/").status_code == 401
    assert visit.client.get("/enter/" + "x" * 43).status_code == 401
    assert visit.client.get("/enter/ÿ").status_code == 401
    answer = visit.client.get(way_in)
    assert (answer.status_code, answer.location) == (302, "/")
    assert visit.open("/").status_code == 200
    other = visit.stranger()
    assert other.get(way_in).status_code == 401
    assert other.get("/").status_code == 401
    assert visit.open("/").status_code == 200, "the one who came in stays in"


def test_head_request_does_not_use_up_the_one_time_address(public_record_url):
    """Chat programs and virus scanners send HEAD requests to links before anyone opens them."""
    visit = Visit.to(public_record_url, signed_in=False)
    visit.stranger().head(f"/enter/{visit.one_time.token}")
    assert visit.client.get(f"/enter/{visit.one_time.token}").status_code == 302


def test_two_runs_print_different_addresses(public_record_url):
    assert len({Visit.to(public_record_url, signed_in=False).one_time.token for _run in range(2)}) == 2


def test_session_signed_with_another_key_is_anonymous(public):
    elsewhere = Flask("elsewhere")
    elsewhere.secret_key = "another"
    serializer = SecureCookieSessionInterface().get_signing_serializer(elsewhere)
    stranger = public.stranger()
    stranger.set_cookie("score_session", serializer.dumps({"viewer": "local"}))
    assert stranger.get("/").status_code == 401


def test_local_mode_session_is_anonymous_on_a_server(public, served):
    cookie = public.client.get_cookie("score_session")
    assert cookie is not None
    assert public.client.get("/").status_code == 200
    stranger = served.stranger()
    stranger.set_cookie("score_session", cookie.value)
    assert stranger.get("/").status_code == 401


def test_server_without_managers_admits_no_one_by_one_time_address(served):
    assert served.client.get(f"/enter/{served.one_time.token}").status_code == 401
    for address, endpoint in routes(served):
        if endpoint not in OPEN_ENDPOINTS:
            assert served.client.get(address).status_code == 401, address
    post = served.client.post("/_dash-update-component", json={"output": "page.children"})
    assert post.status_code == 401


def test_session_cookie_is_httponly_and_samesite(public_record_url):
    visit = Visit.to(public_record_url, signed_in=False)
    (cookie,) = visit.client.get(f"/enter/{visit.one_time.token}").headers.getlist("Set-Cookie")
    assert cookie.startswith("score_session=")
    flags = {flag.strip() for flag in cookie.split(";")[1:]}
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= flags
    assert "Secure" not in flags, "the local mode speaks plain http"


def test_session_cookie_of_a_server_is_https_only(served):
    assert served.app.server.config["SESSION_COOKIE_SECURE"] is True
    assert served.app.server.config["SESSION_COOKIE_HTTPONLY"] is True
    assert served.app.server.config["SESSION_COOKIE_SAMESITE"] == "Lax"


def test_server_manager_has_the_same_access_as_the_local_visitor(public, public_record_url, tmp_path):
    accounts = accounts_engine(f"sqlite:///{tmp_path}/accounts.db")
    managers.add(accounts, "mei@example.org", "correct horse battery")
    accounts.dispose()
    served = Visit.to(public_record_url, signed_in=False, local=False, accounts_url=str(accounts.url))
    form = {"email": "mei@example.org", "password": "correct horse battery"}
    assert served.client.post("/sign-in", data=form).status_code == 303
    addresses = [address for address, endpoint in routes(public) if endpoint not in OPEN_ENDPOINTS | {"alive"}]
    assert len(addresses) > 10
    for address in addresses:
        answers = [visit.client.get(address, headers=PAGE, buffered=True) for visit in (public, served)]
        assert answers[0].status_code == answers[1].status_code, address
    for output in (f"{ids.OVERVIEW_HEADLINES}.content", f"{ids.BRAND}.content"):
        assert served.answered(output) == public.answered(output)


@pytest.mark.parametrize(
    "host", ["results.example", "127.0.0.1.example", "10.0.0.7:8050", "[::2]:8050", "localhost.evil:80"]
)
def test_foreign_host_name_gets_400_even_with_a_session(public, host):
    answer = public.client.get("/", headers={"Host": host, **PAGE})
    assert answer.status_code == 400
    assert public.client.post("/_dash-update-component", json={}, headers={"Host": host}).status_code == 400


@pytest.mark.parametrize("host", ["127.0.0.1:8050", "localhost", "[::1]:8050"])
def test_every_host_name_of_this_machine_is_accepted(public, host):
    assert public.stranger().get("/health", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "http://localhost:9999"},
        {"Origin": "null"},
    ],
)
def test_cross_site_post_is_refused(public, headers):
    body = public.body(f"{ids.BRAND}.content")
    answer = public.client.post("/_dash-update-component", json=body, headers=headers)
    assert answer.status_code == 403
    assert public.client.put("/", headers=headers).status_code == 403


@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://localhost"}])
def test_same_site_post_is_accepted(public, headers):
    body = public.body(f"{ids.BRAND}.content")
    assert public.client.post("/_dash-update-component", json=body, headers=headers).status_code == 200


def test_server_does_not_start_without_a_secret():
    with pytest.raises(SettingsProblem, match="SCORE_SECRET_KEY"):
        Settings.from_environment({})
    with pytest.raises(SettingsProblem, match="SCORE_SECRET_KEY"):
        Settings.from_environment({"SCORE_SECRET_KEY": ""})
    settings = Settings.from_environment({"SCORE_SECRET_KEY": "s" * 40, "SCORE_DATABASE_URL": "sqlite:///x.db"})
    assert (settings.secret_key, settings.database_url, settings.local) == ("s" * 40, "sqlite:///x.db", False)


def test_local_mode_generates_a_new_secret_at_each_start():
    first, second = (Settings.from_environment({}, local=True) for _run in range(2))
    assert first.local
    assert len(first.secret_key) >= 43
    assert first.secret_key != second.secret_key


def test_environment_variables_cannot_enable_local_mode():
    found = Settings.from_environment({"SCORE_SECRET_KEY": "s", "SCORE_LOCAL": "1", "SCORE_MODE": "local"})
    assert not found.local


POLICY = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def test_every_kind_of_response_has_the_security_headers(public, public_record_url, tmp_path, monkeypatch):
    newcomer = Visit.to(public_record_url, signed_in=False)
    lost = Visit.to(f"sqlite:///{tmp_path}/none.db")
    monkeypatch.setattr("dashboard.pages.downloads.table_routes.to_csv", lambda _exhibit: 1 / 0)
    answers = {
        200: public.open("/"),
        302: newcomer.client.get(f"/enter/{newcomer.one_time.token}"),
        400: public.client.get("/", headers={"Host": "elsewhere"}),
        401: public.stranger().get("/"),
        403: public.client.post("/", headers={"Sec-Fetch-Site": "cross-site"}),
        404: public.client.get("/table/nothing"),
        405: public.client.post("/health"),
        500: public.client.get("/export/overview.csv?as_of=2011-11-11"),  # first use of this address
        503: lost.open("/"),
    }
    for status, answer in answers.items():
        assert answer.status_code == status
        assert {name: answer.headers.get(name) for name in POLICY} == POLICY, status
        assert answer.headers["Cache-Control"] == "no-store", status
        policy = dict(part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))
        assert policy["default-src"] == policy["connect-src"] == policy["form-action"] == "'self'"
        assert policy["frame-ancestors"] == policy["object-src"] == "'none'"
        assert re.fullmatch(r"'self'( 'sha256-[A-Za-z0-9+/=]+')+", policy["script-src"]), status
        assert "http" not in answer.headers["Content-Security-Policy"]


def test_data_responses_are_private_and_revalidated(public):
    for address in ("/table/change", "/export/change.csv"):
        assert public.client.get(address).headers["Cache-Control"] == "private, no-cache"
    for answer in (public.post(f"{ids.BRAND}.content"), public.client.get("/_dash-layout")):
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-store"
    for address in linked(public):
        assert "public" not in public.client.get(address, buffered=True).headers.get("Cache-Control", "")


def test_environment_variable_does_not_enable_the_mcp_endpoint(public_record_url, monkeypatch):
    monkeypatch.setenv("DASH_MCP_ENABLED", "1")
    bare = Dash("bare", server=Flask("bare"))
    bare.layout = html.Div()
    assert any("mcp" in rule.rule for rule in bare.server.url_map.iter_rules()), "dash would open it"
    visit = Visit.to(public_record_url)
    assert not [rule.rule for rule in visit.app.server.url_map.iter_rules() if "mcp" in rule.rule]
