"""Every route, method and kind of viewer at the gate, against an access table written by hand."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import request
from flask.testing import FlaskClient
from sqlalchemy import Engine
from test_gate import METHODS, routes
from visiting import Visit

from data import managers
from data.filters import Filters
from data.links import share_links
from data.links.link_terms import Audience, Terms
from data.storage.accounts import accounts_engine

EVERYBODY, EVERY_VIEWER, PAGES, EXPORTS, SHOW, MANAGER = "NEMDXC", "MDXC", "MDX", "MX", "MC", "M"
"""Nobody, Ended link, Manager, Donor, donor with eXport, Committee."""

ADMITTED = {
    "health": EVERYBODY,
    "enter": EVERYBODY,  # refuses by itself: the one-time address is for local mode
    "sign-in": EVERYBODY,
    "single-sign-on": EVERYBODY,
    "single-sign-on-back": EVERYBODY,
    "link": EVERYBODY,
    "alive": EVERY_VIEWER,
    "leave": EVERY_VIEWER,
    "sign-out": EVERY_VIEWER,
    "boundary": EVERY_VIEWER,
    "_dash_assets.static": EVERY_VIEWER,
    "/_dash-component-suites/<string:package_name>/<path:fingerprinted_path>": EVERY_VIEWER,
    "/": PAGES,
    "/<path:path>": PAGES,
    "/_dash-layout": PAGES,
    "/_dash-dependencies": PAGES,
    "/_dash-update-component": PAGES,
    "/_reload-hash": PAGES,
    "/_favicon.ico": PAGES,
    "table": PAGES,
    "story-picture": PAGES,
    "how": PAGES,
    "how-rows": MANAGER,
    "export": EXPORTS,
    "export-workbook": EXPORTS,
    "export-selection": EXPORTS,
    "export-package": EXPORTS,
    "digest": MANAGER,
    "digest-file": MANAGER,
    "calendar": EXPORTS,
    "enterprise-table": MANAGER,
    "enterprise-table-csv": MANAGER,
    "completeness-list": MANAGER,
    "completeness-list-csv": MANAGER,
    "present": SHOW,
    "present-slides": SHOW,
    "present-speaker": SHOW,
    "share": MANAGER,
    "share-make": MANAGER,
    "share-preview": MANAGER,
    "share-change": MANAGER,
    "share-link": MANAGER,
    "share-readers": MANAGER,
    "share-remarks": MANAGER,
    "share-see": MANAGER,
    "decks": MANAGER,
    "deck": MANAGER,
    "deck-add": MANAGER,
    "deck-remove": MANAGER,
    "pack": MANAGER,
    "editions": MANAGER,
    "edition-freeze": MANAGER,
    "edition-changes": MANAGER,
    "edition-tables": MANAGER,
    "import": MANAGER,
    "import-upload": MANAGER,
    "import-held": MANAGER,
    "import-decide": MANAGER,
    "import-marked": MANAGER,
    "batch": MANAGER,
    "batch-roll-back": MANAGER,
}

ENDING = ("sign-out", "leave", "share-preview")
"""Routes that end or change the session: tested last, each with its own visitor."""


@pytest.fixture(scope="module")
def accounts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = accounts_engine(f"sqlite:///{tmp_path_factory.mktemp('walk')}/accounts.db")
    managers.add(engine, "manager@example.org", "a long enough password")
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def served(public_record_url: str, accounts: Engine) -> Visit:
    """A server that is not local, with one manager."""
    assert accounts.url.database
    address = f"sqlite:///{Path(accounts.url.database)}"
    return Visit.to(public_record_url, signed_in=False, local=False, accounts_url=address)


def viewer(served: Visit, accounts: Engine, who: str) -> FlaskClient:
    """A client of one kind of viewer."""
    client = served.stranger()
    if who == "M":
        form = {"email": "manager@example.org", "password": "a long enough password"}
        assert client.post("/sign-in", data=form).status_code in (302, 303)
    elif who != "N":
        audience = Audience.COMMITTEE if who == "C" else Audience.DONOR
        terms = Terms(audience=audience, scope=Filters.from_search("partner=cec"), export=who == "X")
        made, token = share_links.make(accounts, served.fit(terms))
        assert client.get(f"/s/{token}").status_code == 303
        if who == "E":
            share_links.revoke(accounts, made.id)
    return client


def test_access_table_lists_every_route_of_the_application(served):
    assert {endpoint for _address, endpoint in routes(served)} == set(ADMITTED)


@pytest.mark.parametrize("who", EVERYBODY)
def test_every_route_and_method_admits_exactly_the_viewers_in_the_access_table(served, accounts, who, monkeypatch):
    reached: list[Any] = []
    before: Any = served.app.server.before_request_funcs[None]
    gate = before[: [each.__name__ for each in before].index("gate") + 1]

    def passed_the_gate() -> tuple[str, int]:
        """Responds directly behind the gate in place of the route, so that nothing is executed."""
        reached.append(request.endpoint)
        return "passed", 299

    monkeypatch.setitem(served.app.server.before_request_funcs, None, [*gate, passed_the_gate])
    client = None
    for address, endpoint in routes(served):
        if client is None or endpoint in ENDING:
            monkeypatch.setitem(served.app.server.before_request_funcs, None, before)
            client = viewer(served, accounts, who)
            monkeypatch.setitem(served.app.server.before_request_funcs, None, [*gate, passed_the_gate])
        for method in METHODS:
            answer = client.open(address, method=method)
            if answer.status_code == 299:
                # A method the route does not support has no endpoint: viewers who may see the pages get 405.
                admitted = ADMITTED[endpoint] if reached[-1] == endpoint else PAGES
                assert who in admitted, (who, method, address)
            else:
                assert who not in ADMITTED[endpoint] or method not in _methods(served, endpoint), (who, method, address)
                expected = (401,) if who in "NE" else (404,) if address != "/" else (302, 404)
                assert answer.status_code in expected, (who, method, address)


def _methods(served: Visit, endpoint: str) -> set[str]:
    return {
        method
        for rule in served.app.server.url_map.iter_rules()
        if rule.endpoint == endpoint
        for method in rule.methods or ()
    }


@pytest.mark.parametrize("who", EVERYBODY)
def test_posted_data_cannot_give_a_viewer_more_rights(served, accounts, who):
    """Another viewer named in the body, a header or the address changes nothing."""
    client = viewer(served, accounts, who)
    posing = {"viewer": "local", "manager": "1", "permissions": "export", "audience": "manager", "threshold": "0"}
    for address in ("/export/overview.csv", "/share", "/present"):
        plain = client.get(address)
        posed = client.get(address, query_string=posing, headers={"X-Viewer": "manager", "Cookie-Viewer": "local"})
        assert posed.status_code == plain.status_code
    (make,) = (address for address, endpoint in routes(served) if endpoint == "share-make")
    if who != "M":
        assert client.post(make, data=posing | {"audience": "donor"}).status_code in (401, 404)
