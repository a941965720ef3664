"""Canaries: names outside a link's scope never occur in any response to its viewers."""

import io
import json
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import chain, product
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from flask.testing import FlaskClient
from programme import PROGRAMME, Tables, load_rows, with_more
from sqlalchemy import Engine, create_engine, update
from test_gate import METHODS, holds, routes
from visiting import PAGE, Visit, at
from werkzeug.test import TestResponse

from data import managers
from data.exhibits import EXHIBITS
from data.filters import Filters
from data.links import link_visits, share_links
from data.links.link_terms import Audience, Terms
from data.privacy.viewer import BASES
from data.storage.accounts import accounts_engine
from data.storage.accounts import link as link_table
from data.storage.database import now
from layouts import ids
from layouts.exhibits import PICTURES
from layouts.pages import PAGES
from layouts.parts.shell import CONTROLS

CANARY = "Kanarienvogel"
OUTSIDE = {"partner": "canary-partner", "sector": "canary-sector", "round": "canary-round", "phase": "canary-phase",
           "place": "999900"}  # fmt: skip
SCOPE = Filters.from_search("partner=fed")

SEARCHES = (
    "?lang=zh",
    "?" + "&".join(f"{name}={code}" for name, code in OUTSIDE.items()),
    f"?partner=fed,{OUTSIDE['partner']}",
    f"?sector=machinery&place={OUTSIDE['place']},no-such-code&as_of=2013-12-31&module=m1&edition=none",
)


def with_canaries() -> Tables:
    """A programme of 70 with a partner, sector, round, phase, place, source and an enterprise outside the scope."""

    def named(code: str, **columns: Any) -> dict[str, Any]:
        return {"code": code, "name_en": f"{CANARY} {code}", "name_zh": f"{CANARY} {code}", **columns}

    tables = with_more(PROGRAMME)
    keys = {"enterprise": "canary", "round": OUTSIDE["round"], "source": "canary-source"}
    return tables | {
        "programme": [tables["programme"][0] | {"note_en": f"With {CANARY} we began.", "contact": f"{CANARY} office"}],
        "source": [*tables["source"], {"code": "canary-source", "title_en": f"{CANARY} report"}],
        "phase": [*tables["phase"], named(OUTSIDE["phase"])],
        "place": [*tables["place"], named(OUTSIDE["place"], level="province", parent="100000")],
        "sector": [*tables["sector"], named(OUTSIDE["sector"])],
        "partner": [*tables["partner"], named(OUTSIDE["partner"], kind="buyer")],
        "round": [*tables["round"], named(OUTSIDE["round"], phase=OUTSIDE["phase"])],
        "round_partner": [
            *tables["round_partner"],
            {"round": OUTSIDE["round"], "partner": OUTSIDE["partner"], "role": "owner"},
            # A partner of a round inside the scope, but not the partner of the link.
            {"round": "r1", "partner": OUTSIDE["partner"], "role": "funder"},
        ],
        "enterprise": [
            *tables["enterprise"],
            named("canary", place=OUTSIDE["place"], sector=OUTSIDE["sector"], workers=777777, may_be_named=True),
        ],
        "enrolment": [*tables["enrolment"], keys],
        "training": [*tables["training"], {**keys, "module": "m1", "workers": 777777, "visits_done": 1}],
        "result": [
            *tables["result"],
            {**keys, "module": "m1", "indicator": "defects", "before": 777777, "after": 1, "operator": "=",
             "note": CANARY},
        ],
        "reported_figure": [
            *tables["reported_figure"],
            {"code": "canary-figure", "indicator": "reach", "partner": OUTSIDE["partner"], "value": 777777,
             "operator": "=", "source": "canary-source", "note": CANARY},
        ],
        "target": [
            {"indicator": "reach", "place": OUTSIDE["place"], "due_on": date(2014, 6, 30), "value": 777777,
             "source": "canary-source"},
        ],
        "trainer": [
            {"code": "canary-trainer", "sex": "f", "organisation": OUTSIDE["partner"], "source": "canary-source"},
        ],
        "trainer_level": [{"trainer": "canary-trainer", "module": "m1", "level": "expert", "source": "canary-source"}],
        "event": [
            named("canary-event", kind="tot", status="held", place=OUTSIDE["place"], round=OUTSIDE["round"],
                  participants=777777, source="canary-source", note=CANARY),
            # Inside the scope, with the hidden enterprise in its name, its code, its note and its partners.
            {"code": "visit-to-canary", "kind": "visit", "status": "held", "name_en": f"A visit to {CANARY} canary",
             "name_zh": f"走访{CANARY} canary", "round": "r1", "source": "sheet", "note": CANARY},
        ],
        "event_partner": [
            {"event": "canary-event", "partner": OUTSIDE["partner"]},
            {"event": "visit-to-canary", "partner": OUTSIDE["partner"]},
        ],
    }  # fmt: skip


FORBIDDEN = (CANARY, "canary", "999900", "777777", "777,777")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("canary")


@pytest.fixture(scope="module")
def accounts(folder: Path) -> Iterator[Engine]:
    engine = accounts_engine(f"sqlite:///{folder}/accounts.db")
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def served(folder: Path, accounts: Engine) -> Visit:
    """A manager at a server that is not local, on the programme with canaries."""
    address = f"sqlite:///{folder}/results.db"
    engine = create_engine(address)
    load_rows(engine, with_canaries())
    engine.dispose()
    visit = Visit.to(address, signed_in=False, local=False, accounts_url=f"sqlite:///{folder}/accounts.db")
    managers.add(accounts, "manager@example.org", "a long enough password")
    form = {"email": "manager@example.org", "password": "a long enough password"}
    assert visit.client.post("/sign-in", data=form).status_code in (302, 303)
    return visit


def link_viewer(served: Visit, accounts: Engine, terms: Terms, then: Any = None, **options: Any) -> FlaskClient:
    """A viewer who opened a link; `then` is applied to the link afterwards."""
    made, token = share_links.make(accounts, served.fit(terms), **options)
    client = served.stranger()
    client.get(f"/s/{token}", headers=PAGE)
    if then is not None:
        then(made.id)
    return client


def visitors(served: Visit, accounts: Engine) -> Iterator[tuple[str, FlaskClient]]:
    """Every viewer limited to the scope."""
    for threshold, names, export in ((5, False, True), (10, True, False)):
        terms = Terms(scope=SCOPE, threshold=threshold, names=names, export=export)
        yield f"donor with threshold {threshold}", link_viewer(served, accounts, terms)
    committee = Terms(audience=Audience.COMMITTEE, scope=SCOPE, names=True)
    yield "committee", link_viewer(served, accounts, committee)
    donor = Terms(scope=SCOPE)
    yield "paused", link_viewer(served, accounts, donor, lambda number: share_links.pause(accounts, number))
    yield "revoked", link_viewer(served, accounts, donor, lambda number: share_links.revoke(accounts, number))
    yield "expired", link_viewer(served, accounts, donor, lambda number: expire(accounts, number))
    yield "wrong password", link_viewer(served, accounts, donor, password="the right one")
    yield "nobody", served.stranger()


def expire(accounts: Engine, number: int) -> None:
    with accounts.begin() as connection:
        connection.execute(
            update(link_table).where(link_table.c.id == number).values(expires_at=now() - timedelta(seconds=1))
        )


def text_of(answer: TestResponse) -> str:
    """The bytes of a response as text, pictures included, with its redirect address."""
    content = answer.get_data()
    answer.close()
    return unpacked(content) + (answer.location or "")


def unpacked(content: bytes) -> str:
    """Bytes as text; of a workbook or a package every file in it, by name."""
    if not content.startswith(b"PK"):
        return content.decode("utf-8", "replace")
    with ZipFile(io.BytesIO(content)) as packed:
        return "\n".join(name + packed.read(name).decode("utf-8", "replace") for name in packed.namelist())


def responses_of_routes(served: Visit, client: FlaskClient) -> Iterator[tuple[str, str]]:
    """The responses to a client from every route by every method."""
    for address, endpoint in routes(served):
        for method in METHODS:
            if endpoint not in ("sign-out", "leave"):  # they would end the session under test
                yield f"{method} {address}", text_of(client.open(address, method=method, headers=PAGE))


def responses_of_pages(served: Visit, client: FlaskClient) -> Iterator[tuple[str, str]]:
    """The responses to a client from every page, table, export and callback, at every address."""
    asked = [page.path for page in PAGES]
    asked += ["/present", "/present/slides.json", "/sources/canary-source", "/share", "/decks", "/editions"]
    asked += [f"/table/{name}" for name in PICTURES]
    asked += ["/enterprises/canary", "/enterprise-tables/canary/results", "/enterprise-tables/canary/trainings.csv"]
    asked += ["/completeness-lists/all.csv", "/completeness-lists/unsourced/result", "/completeness-lists/reported"]
    asked += [f"/export/{code}.csv" for code in EXHIBITS]
    asked += ["/export/regions.xlsx", "/export/selection.xlsx", "/export/package.zip", "/digest", "/digest.md"]
    asked += [f"/how/{code}" for code in EXHIBITS]
    for address, search in product(asked, SEARCHES):
        yield address + search, text_of(client.get(address + search, headers=PAGE))
    controls = {f"{ids.filter_control(name)}.value": [OUTSIDE[name]] for name in CONTROLS}
    for output in served.callbacks:
        first = output.strip(".").split("...")[0]
        for search in SEARCHES:
            body = served.body(first, at(search))
            yield f"{first} {search}", text_of(client.post("/_dash-update-component", json=body))
        body = served.body(first, at() | controls, tuple(controls)[:1])
        yield f"{first} {controls}", text_of(client.post("/_dash-update-component", json=body))


def canaries_in(text: str, address: str) -> set[str]:
    """The canaries in a text, except those the client wrote in the address."""
    for code in (*OUTSIDE.values(), "canary-source"):
        if code in address:
            text = text.replace(code, "")
    if "/canary/" in f"{address.partition('?')[0]}/":  # the enterprise, requested by its code
        text = text.replace("/canary", "").replace("%2Fcanary", "")
    return {word for word in FORBIDDEN if holds(text, word)}


@pytest.mark.slow
def test_search_detects_the_canaries_everywhere_a_manager_looks(served):
    found = [address for address, text in responses_of_pages(served, served.client) if canaries_in(text, address)]
    for part in (
        "/export/regions.csv",
        "/export/regions.xlsx",
        "/export/selection.xlsx",
        "/export/package.zip",
        "/table/coverage",
        "/present/slides.json",
        "/share",
        ids.BRAND,
        ids.CANONICAL,
    ):
        assert any(part in address for address in found), part


def test_link_viewer_sees_the_data_of_the_scope(served, accounts):
    for threshold in BASES:
        client = link_viewer(served, accounts, Terms(scope=SCOPE, threshold=threshold, export=True))
        assert "enterprises,65," in client.get("/export/overview.csv").text


@pytest.mark.slow
def test_viewer_with_limited_rights_never_sees_a_canary(served, accounts):
    for who, client in visitors(served, accounts):
        for address, text in chain(responses_of_routes(served, client), responses_of_pages(served, client)):
            assert not canaries_in(text, address), (who, address, json.dumps(text[:400]))


def test_code_outside_the_scope_and_unknown_code_get_equal_responses(served, accounts):
    client = link_viewer(served, accounts, Terms(scope=SCOPE, export=True))
    for name, code in OUTSIDE.items():
        outside, unknown = (client.get(f"/export/overview.csv?{name}={each}") for each in (code, "999999"))
        assert (outside.status_code, outside.data) == (unknown.status_code, unknown.data)
        assert outside.status_code == 403


def test_visits_are_logged_without_the_viewers_identity(served, accounts):
    made, token = share_links.make(accounts, served.fit(Terms(scope=SCOPE)))
    client = served.stranger()
    client.get(f"/s/{token}", headers=PAGE)
    (seen,) = [each for each in share_links.links(accounts) if each.id == made.id]
    assert (seen.opened, seen.viewed) == (1, 0)
    assert {kind for _when, kind, _page in link_visits.visits(accounts, made.id)} == {"opened"}


def test_link_token_is_stored_nowhere(served, folder, accounts):
    _made, token = share_links.make(accounts, served.fit(Terms(scope=SCOPE)))
    files = list(folder.glob("accounts.db*"))
    assert files
    for file in files:
        assert token.encode() not in file.read_bytes()
