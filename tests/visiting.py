"""Visits to the application without a browser: signed in or not, with callbacks posted as by the renderer."""

import atexit
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any

from dash import Dash
from dash.development.base_component import Component
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dashboard.app import create_app
from dashboard.gate.admission import OneTimeAddress
from dashboard.settings import Settings
from data.editions import frozen_copies
from data.links.link_terms import Terms
from layouts import ids, pages
from layouts.parts.shell import CONTROLS, shell

Values = dict[str, Any]
"""Values of component properties, by "id.property"."""

PAGE = {"Accept": "text/html,application/xhtml+xml;q=0.9"}
"""The headers of a browser that opens a page."""


@dataclass(frozen=True)
class Visit:
    """One visitor of one application. ``standing`` has the default property values of the visitor's page."""

    app: Dash
    client: FlaskClient
    one_time: OneTimeAddress
    standing: Values = field(default_factory=dict)

    @classmethod
    def to(cls, database_url: str, *, signed_in: bool = True, local: bool = True, **others: Any) -> "Visit":
        """A visit to a new application on the database at `database_url`, with its own accounts and editions."""
        one_time = OneTimeAddress()
        folder = Path(mkdtemp(prefix="score-visit-"))
        settings: dict[str, Any] = {"accounts_url": f"sqlite:///{folder}/accounts.db"}
        settings |= {name: folder / name for name in ("editions", "imports")}
        app = create_app(
            Settings(database_url=database_url, secret_key="test", local=local, **(settings | others)), one_time
        )
        atexit.register(rmtree, folder, ignore_errors=True)
        # flask-compress leaves its streamed files to the garbage collector, which warns about them.
        app.server.config["COMPRESS_STREAMS"] = False
        visit = cls(app, app.server.test_client(), one_time, as_drawn())
        if signed_in:
            assert visit.client.get(f"/enter/{one_time.token}").status_code == 302
        return visit

    def frozen(self) -> str:
        """The key of the latest edition of the visited record, for a link; freezes one if there is none."""
        records = self.app.server.extensions["records"]
        known = frozen_copies.editions(records.folder)
        return known[0].key if known else frozen_copies.freeze(records.live.engine, "Visited", records.folder).key

    def fit(self, terms: Terms) -> Terms:
        """`terms` with an edition of the visited record added, if a link needs one and they have none."""
        return terms if terms.threshold is None or terms.edition else replace(terms, edition=self.frozen())

    def stranger(self) -> FlaskClient:
        """A client of another visitor of the same application, without a session."""
        return self.app.server.test_client()

    def open(self, address: str) -> TestResponse:
        """Open an address as a browser does."""
        return self.client.get(address, headers=PAGE)

    @cached_property
    def callbacks(self) -> dict[str, dict[str, Any]]:
        """Every server-side callback sent to the browser, by its output."""
        told = self.client.get("/_dash-dependencies").get_json()
        return {each["output"]: each for each in told if not each["clientside_function"]}

    def callback(self, output: str) -> dict[str, Any]:
        """The one callback that writes `output` ("id.property")."""
        (found,) = (each for name, each in self.callbacks.items() if output in name.strip(".").split("..."))
        return found

    def body(self, output: str, values: Values | None = None, changed: tuple[str, ...] | None = None) -> Values:
        """The body the renderer posts for the callback that writes `output`; `values` replace those of the page."""
        callback = self.callback(output)
        held = self.standing | (values or {})

        def stated(properties: list[dict[str, str]]) -> list[Values]:
            return [{**each, "value": held.get(f"{each['id']}.{each['property']}")} for each in properties]

        names = callback["output"].strip(".").split("...")
        written = [dict(zip(("id", "property"), name.rsplit(".", 1), strict=True)) for name in names]
        inputs = stated([{"id": each["id"], "property": each["property"]} for each in callback["inputs"]])
        moved = [f"{each['id']}.{each['property']}" for each in inputs] if changed is None else list(changed)
        return {
            "output": callback["output"],
            "outputs": written if callback["output"].startswith("..") else written[0],
            "inputs": inputs,
            "changedPropIds": moved,
            "parsedChangedPropsIds": moved,
            "state": stated(callback["state"]),
        }

    def post(self, output: str, values: Values | None = None, changed: tuple[str, ...] | None = None) -> TestResponse:
        """Post the callback that writes `output`."""
        return self.client.post("/_dash-update-component", json=self.body(output, values, changed))

    def answered(self, output: str, values: Values | None = None, changed: tuple[str, ...] | None = None) -> Values:
        """The response of the callback that writes `output`, by "id.property"; it must succeed."""
        response = self.post(output, values, changed)
        assert response.status_code == 200, response.text[:300]
        written = response.get_json()["response"]
        return {f"{name}.{prop}": value for name, props in written.items() for prop, value in props.items()}

    def options(self, search: str = "") -> dict[str, list[dict[str, str]]]:
        """The options of each filter control at an address."""
        answer = self.answered(f"{ids.CANONICAL}.data", at(search))
        return {name: answer[f"{ids.filter_control(name)}.options"] for name in CONTROLS}

    def nothing_left(self) -> str:
        """The query of an empty selection whose parts are all known."""
        offered = self.options()
        for partner in offered["partner"]:
            left = {each["value"] for each in self.options(f"?partner={partner['value']}")["sector"]}
            for sector in offered["sector"]:
                if sector["value"] not in left:
                    return f"partner={partner['value']}&sector={sector['value']}"
        raise AssertionError("every partner has every sector")


def at(search: str = "", path: str = "/") -> Values:
    """The address as callbacks receive it."""
    return {f"{ids.ADDRESS}.search": search, f"{ids.ADDRESS}.pathname": path}


def components(root: Any) -> Iterator[Component]:
    """Every component of a layout."""
    if isinstance(root, Component):
        yield root
        yield from components(getattr(root, "children", None))
    elif isinstance(root, (list, tuple)):
        for each in root:
            yield from components(each)


def as_drawn() -> Values:
    """The value of every property of the shell and all pages before any callback, at the bare address."""
    return dict(_drawn())


@cache  # equal for every visit, and as expensive as the application itself
def _drawn() -> Values:
    held = at()
    each = (page.each() for page in pages.PAGES if page.each)
    for component in components([shell(), *(pages.body(page) for page in pages.PAGES), *each]):
        name = getattr(component, "id", None)
        if name:
            held |= {
                f"{name}.{prop}": getattr(component, prop) for prop in component._prop_names if hasattr(component, prop)
            }
    held |= {f"{ids.filter_control(name)}.value": [] for name in CONTROLS}
    return {name: value for name, value in held.items() if not _holds_components(value)} | at()


def _holds_components(value: Any) -> bool:
    return isinstance(value, Component) or (isinstance(value, (list, tuple)) and any(map(_holds_components, value)))


def texts(drawn: Any) -> Iterator[str]:
    """Every text in a callback's response, in reading order."""
    if isinstance(drawn, str):
        yield drawn
    elif isinstance(drawn, list):
        for each in drawn:
            yield from texts(each)
    elif isinstance(drawn, dict):
        yield from texts(drawn.get("props", {}).get("children"))


def notice(answer: Values) -> list[str]:
    """The notice in a callback's response; empty if it shows none or removes one."""
    told = answer.get("sideUpdate", {}).get(ids.PROBLEM, {})
    return list(texts(told.get("content", [])))
