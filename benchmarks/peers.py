"""The same three charts on the same database in stock Dash, Streamlit, Vizro and Superset, beside the application.

    .venv/bin/python -m benchmarks.peers sqlite:///results.db

prints JSON: for each of the ``pages`` the ``requests``, the bytes on the ``wire`` and ``decoded``, milliseconds until
the charts are ``drawn`` in a browser that has seen nothing before, and from a choice of sector to all of them
``changed`` (not of Superset, whose charts cannot be asked for their data); for ``queries`` answers per second to eight
connections.
The peers are installed by `make bench-peers`; those that are not there, or fail, say so.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import run
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any
from urllib.request import Request, urlopen

from playwright.sync_api import Browser, Page
from sqlalchemy import create_engine, text

from benchmarks import browsing
from benchmarks.beside.plain import MADE_BY, ROWS, SECTORS, SQL
from benchmarks.databases import DONOR, FOLDER, made
from benchmarks.load import HEADERS, OVERVIEW, addresses
from benchmarks.serving import ROOT, bodies, free_port, running, served, warm, wrk
from benchmarks.spread import spread
from layouts import ids

PEERS = ROOT / ".venv-peers"
PATIENCE = 30_000
"""Milliseconds."""

WATCH = """
window.askedAt = 0;
for (const kind of ["click", "keydown"]) addEventListener(kind, () => { window.askedAt = performance.now(); }, true);
window.standing = () => [...document.querySelectorAll(".js-plotly-plot")].map((graph) =>
  JSON.stringify((graph._fullData || []).map((trace) => [trace.x, trace.y, trace.z, trace.value])));
window.changed = (before) => new Promise((done) => {
  const look = () => {
    const now = window.standing();
    if (now.length === before.length && now.every((each, at) => each !== before[at])) {
      requestAnimationFrame(() => done(performance.now() - window.askedAt));
    } else requestAnimationFrame(look);
  };
  look();
});
window.drawn = (charts) => new Promise((done) => {
  const look = () => {
    const graphs = [...document.querySelectorAll(".js-plotly-plot")].filter((each) => each._fullData?.length);
    const canvases = document.querySelectorAll(".chart-slice canvas, .dashboard-chart canvas");
    if (graphs.length >= charts || canvases.length >= charts) done(performance.now());
    else requestAnimationFrame(look);
  };
  look();
});
"""


@contextmanager
def peer(command: list[str], database_url: str, address: str, ready: str = "") -> Iterator[str]:
    """A peer, served; its address."""
    told = {"BENCH_DATABASE_URL": database_url, "PYTHONPATH": str(ROOT)}
    with TemporaryDirectory() as folder, running(command, told, address + ready, Path(folder) / "log"):
        yield address


def _program(peer_name: str, program: str) -> str:
    path = PEERS / peer_name / "bin" / program
    if not path.exists():
        raise FileNotFoundError("not installed: make bench-peers")
    return str(path)


def _gunicorn(python: str, module: str, port: int) -> list[str]:
    bound = ["--bind", f"127.0.0.1:{port}", "--workers", "2", "--threads", "4", "--timeout", "120"]
    return [python, "-m", "gunicorn", *bound, "--config", os.devnull, module]


@contextmanager
def stock_dash(database_url: str) -> Iterator[str]:
    """Dash as its documentation has it."""
    port = free_port()
    command = _gunicorn(sys.executable, "benchmarks.beside.dash_page:server", port)
    with peer(command, database_url, f"http://127.0.0.1:{port}") as address:
        yield address


@contextmanager
def vizro(database_url: str) -> Iterator[str]:
    """Vizro."""
    port = free_port()
    command = _gunicorn(_program("vizro", "python"), "benchmarks.beside.vizro_page:server", port)
    with peer(command, database_url, f"http://127.0.0.1:{port}") as address:
        yield address


@contextmanager
def streamlit(database_url: str) -> Iterator[str]:
    """Streamlit."""
    port = free_port()
    said = {"server.address": "127.0.0.1", "server.port": port, "server.headless": "true"}
    said["browser.gatherUsageStats"] = "false"
    options = [part for name, value in said.items() for part in (f"--{name}", str(value))]
    command = [_program("streamlit", "streamlit"), "run", "benchmarks/beside/streamlit_page.py", *options]
    with peer(command, database_url, f"http://127.0.0.1:{port}", "/_stcore/health") as address:
        yield address


def _choose_radio(page: Page, at: int) -> None:
    labels = page.locator("label:has(input[type=radio])")
    if labels.count():
        labels.nth(at).click()
    else:  # a label of its own beside each
        page.locator("input[type=radio]").nth(at).click(force=True)


def _choose_sector(page: Page, at: int) -> None:
    page.locator(f"#{ids.filter_control('sector')}").click()
    options = page.get_by_role("option")
    options.first.wait_for()
    codes = sorted(each.get_attribute("value") or "" for each in options.locator("input").all())
    for each in options.locator("input:checked").all():
        each.click()
    page.locator(f'[role=option] input[value="{codes[at]}"]').click()
    page.keyboard.press("Escape")


def look(  # noqa: PLR0913 - what a page is looked at with
    browser: Browser,
    address: str,
    *,
    cookies: Any = (),
    choose: Callable[[Page, int], None] | None = None,
    repeats: int = 3,
    changes: int = 4,
) -> dict[str, Any]:
    """First loads of a page with three charts, and choices of a sector."""
    loads: list[dict[str, float]] = []
    changed: list[float] = []
    for _ in range(repeats):
        context = browser.new_context(viewport=browsing.SIZE, bypass_csp=True)
        context.set_default_timeout(PATIENCE)
        context.add_cookies(list(cookies))
        context.add_init_script(WATCH)
        page = context.new_page()
        session = context.new_cdp_session(page)
        session.send("Network.enable")
        wire: list[float] = []
        decoded: list[float] = []
        session.on("Network.loadingFinished", lambda told, wire=wire: wire.append(told["encodedDataLength"]))
        session.on("Network.dataReceived", lambda told, decoded=decoded: decoded.append(told["dataLength"]))
        page.goto(address)
        drawn = page.evaluate("drawn(3)")
        page.wait_for_load_state("networkidle")
        loads.append({"drawn": drawn, "requests": len(wire), "wire": sum(wire), "decoded": sum(decoded)})
        if choose is not None and not changed:
            for at in range(1, changes + 1):
                before = page.evaluate("standing()")
                choose(page, at)
                changed.append(page.evaluate("before => changed(before)", before))
                page.wait_for_load_state("networkidle")
        context.close()
    last = loads[-1]
    told = {"requests": last["requests"], "wire": last["wire"], "decoded": last["decoded"]}
    told |= {"drawn": spread([each["drawn"] for each in loads])}
    return told | ({"changed": spread(changed)} if changed else {})


def pages(database_url: str, repeats: int) -> dict[str, Any]:
    """Every page in a browser, one after the other."""
    with browsing.browser() as browser:

        def ours() -> dict[str, Any]:
            with browsing.application(database_url) as entrance:
                cookies = browsing.enter(browser, entrance)
                address = entrance.split("/enter/")[0] + "/"
                return look(browser, address, cookies=cookies, choose=_choose_sector, repeats=repeats)

        def theirs(serving: Any) -> Callable[[], dict[str, Any]]:
            def seen() -> dict[str, Any]:
                with serving(database_url) as address:
                    return look(browser, address, choose=_choose_radio, repeats=repeats)

            return seen

        def supersets() -> dict[str, Any]:
            with Superset.serving(database_url) as one:
                return look(browser, one.dashboard(), cookies=one.cookies(browser), repeats=repeats)

        every = {"application": ours, "superset": supersets}
        every |= {each.__name__: theirs(each) for each in (stock_dash, streamlit, vizro)}
        return {name: tried(found) for name, found in every.items()}


def tried(measure: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What a measure finds, or why it does not."""
    try:
        return measure()
    except Exception as error:  # noqa: BLE001 - one peer that fails stops none of the others
        return {"failed": f"{type(error).__name__}: {str(error).splitlines()[0][:200] if str(error) else ''}"}


class Superset:
    """Superset with the three charts on a dashboard, its caches off, somebody signed in."""

    def __init__(self, address: str) -> None:
        self.address = address
        signing = {"username": "bench", "password": "bench", "provider": "db"}
        self.token = self.ask("security/login", signing)["access_token"]

    @classmethod
    @contextmanager
    def serving(cls, database_url: str) -> Iterator["Superset"]:
        """Superset, set up the first time, served."""
        home = FOLDER / "superset"
        home.mkdir(parents=True, exist_ok=True)
        (home / "superset_config.py").write_text(
            "SECRET_KEY = 'a key for measuring alone, on the loopback'\n"
            f"SQLALCHEMY_DATABASE_URI = 'sqlite:///{home}/meta.db'\n"
            "PREVENT_UNSAFE_DB_CONNECTIONS = False\nWTF_CSRF_ENABLED = False\nTALISMAN_ENABLED = False\n"
            "RATELIMIT_ENABLED = False\nCACHE_CONFIG = DATA_CACHE_CONFIG = {'CACHE_TYPE': 'NullCache'}\n",
            encoding="utf-8",
        )
        told = {
            "SUPERSET_CONFIG_PATH": str(home / "superset_config.py"),
            "FLASK_APP": "superset",
            "SUPERSET_HOME": str(home),
        }
        program = _program("superset", "superset")
        if not (home / "ready").exists():
            person = ["--username", "bench", "--firstname", "b", "--lastname", "b", "--email", "b@example.org"]
            for command in (["db", "upgrade"], ["fab", "create-admin", *person, "--password", "bench"], ["init"]):
                run([program, *command], env=os.environ | told, check=True, capture_output=True, timeout=240)
            (home / "ready").touch()
        port = free_port()
        command = [
            _program("superset", "gunicorn"),
            "-w",
            "2",
            "-k",
            "sync",
            "--timeout",
            "120",
            "--config",
            os.devnull,
        ]
        command += ["--bind", f"127.0.0.1:{port}", "superset.app:create_app()"]
        address = f"http://127.0.0.1:{port}"
        with running(command, told, f"{address}/health", home / "log"):
            one = cls(address)
            one.set_up(database_url)
            yield one

    def ask(self, path: str, body: Any, method: str = "POST") -> Any:
        """Ask its interface."""
        headers = {"Content-Type": "application/json"}
        headers |= {"Authorization": f"Bearer {self.token}"} if hasattr(self, "token") else {}
        asked = Request(f"{self.address}/api/v1/{path}", json.dumps(body).encode(), headers, method=method)
        with urlopen(asked, timeout=120) as answer:
            return json.load(answer)

    def set_up(self, database_url: str) -> None:
        """A database, a data set and a chart each, and a dashboard, all new."""
        mark = os.urandom(4).hex()
        database = self.ask("database/", {"database_name": f"bench {mark}", "sqlalchemy_uri": database_url})["id"]
        self.datasets, charts = {}, []
        for name, rows in ROWS.items():
            asked = {"database": database, "table_name": f"{name}_{mark}", "sql": rows}
            asked |= {} if database_url.startswith("sqlite") else {"schema": "public"}
            self.datasets[name] = self.ask("dataset/", asked)["id"]
            params = {
                "datasource": f"{self.datasets[name]}__table", "viz_type": "echarts_timeseries_bar", "x_axis": "label",
                "metrics": [self.metric(name)], "groupby": [], "row_limit": 1000, "xAxisForceCategorical": True,
            }  # fmt: skip
            about = {"slice_name": name, "viz_type": params["viz_type"], "params": json.dumps(params)}
            about |= {"datasource_id": self.datasets[name], "datasource_type": "table"}
            charts.append(self.ask("chart/", about)["id"])
        above = ["ROOT_ID", "GRID_ID", "ROW-1"]
        cells = {
            f"CHART-{each}": {
                "type": "CHART", "id": f"CHART-{each}", "children": [], "parents": above,
                "meta": {"chartId": each, "width": 4, "height": 50},
            }
            for each in charts
        }  # fmt: skip
        grid = {
            "DASHBOARD_VERSION_KEY": "v2",
            "ROOT_ID": {"type": "ROOT", "id": "ROOT_ID", "children": ["GRID_ID"]},
            "GRID_ID": {"type": "GRID", "id": "GRID_ID", "children": ["ROW-1"], "parents": above[:1]},
            "ROW-1": {
                "type": "ROW", "id": "ROW-1", "children": list(cells), "parents": above[:2],
                "meta": {"background": "BACKGROUND_TRANSPARENT"},
            },
            **cells,
        }  # fmt: skip
        shown = {"dashboard_title": f"bench {mark}", "published": True, "position_json": json.dumps(grid)}
        self.number = self.ask("dashboard/", shown)["id"]
        for each in charts:
            self.ask(f"chart/{each}", {"dashboards": [self.number]}, "PUT")

    @staticmethod
    def metric(name: str) -> dict[str, str]:
        """What a chart adds up."""
        return {"expressionType": "SQL", "sqlExpression": f"{MADE_BY[name]}(value)", "label": "value"}

    def dashboard(self) -> str:
        """Where the dashboard stands."""
        return f"{self.address}/superset/dashboard/{self.number}/"

    def cookies(self, browser: Browser) -> Any:
        """Of somebody who signed in."""
        context = browser.new_context()
        context.request.post(f"{self.address}/login/", form={"username": "bench", "password": "bench"})
        found = context.cookies()
        context.close()
        return found

    def queries(self, sectors: list[str]) -> list[dict[str, Any]]:
        """The numbers of a chart, of each sector."""
        return [
            {
                "datasource": {"id": self.datasets["modules"], "type": "table"},
                "queries": [
                    {
                        "columns": ["label"], "metrics": [self.metric("modules")], "row_limit": 1000,
                        "filters": [{"col": "sector", "op": "==", "val": sector}],
                    }
                ],
                "result_format": "json",
                "result_type": "full",
            }
            for sector in sectors
        ]  # fmt: skip


def queries(database_url: str, repeats: int, seconds: float) -> dict[str, Any]:
    """The numbers under changing filters: bare SQL, the application as a scoped donor with nothing kept, and others."""
    engine = create_engine(database_url)
    with engine.connect() as connection:
        sectors = list(connection.scalars(text(SECTORS)))

    def bare() -> dict[str, Any]:
        with engine.connect() as connection:

            def rate() -> dict[str, float]:
                times = []
                end = perf_counter() + seconds
                while perf_counter() < end:
                    began = perf_counter()
                    asked = {"sector": sectors[len(times) % len(sectors)]}
                    connection.execute(text(SQL["modules"]), asked).all()
                    times.append((perf_counter() - began) * 1000)
                times.sort()
                half, most = times[len(times) // 2], times[len(times) * 95 // 100]
                return {"per_second": len(times) / sum(times) * 1000, "p50": half, "p95": most}

            return _rates([rate() for _ in range(repeats)])

    def asked(address: str, posted: list[Any], headers: dict[str, str]) -> dict[str, Any]:
        warm(address, posted, headers)
        return _rates([wrk(address, posted, headers, seconds=seconds) for _ in range(repeats)])

    def ours() -> dict[str, Any]:
        with served(database_url, scope=DONOR, options=["--workers", "2"], application="benchmarks.kept:anew()") as one:
            posted = bodies(one, OVERVIEW, addresses(database_url, 500))
            address = f"{one.address}/_dash-update-component"
            return asked(address, posted, HEADERS | {"Cookie": one.cookies["donor"]})

    def stock() -> dict[str, Any]:
        with stock_dash(database_url) as address:
            names = list(SQL)
            posted = [
                {
                    "output": f"..{'...'.join(f'{name}.figure' for name in names)}..",
                    "outputs": [{"id": name, "property": "figure"} for name in names],
                    "inputs": [{"id": "sector", "property": "value", "value": sector}],
                    "changedPropIds": ["sector.value"],
                    "parsedChangedPropsIds": ["sector.value"],
                }
                for sector in sectors
            ]
            return asked(f"{address}/_dash-update-component", posted, HEADERS)

    def supersets() -> dict[str, Any]:
        with Superset.serving(database_url) as one:
            headers = HEADERS | {"Authorization": f"Bearer {one.token}"}
            return asked(f"{one.address}/api/v1/chart/data", one.queries(sectors), headers)

    every = {"bare_sql": bare, "application": ours, "stock_dash": stock, "superset": supersets}
    told = {name: tried(measure) for name, measure in every.items()}
    engine.dispose()
    return told


def _rates(runs: list[dict[str, float]]) -> dict[str, Any]:
    if failed := sum(each.get("failed", 0) for each in runs):
        raise RuntimeError(f"{failed:.0f} requests failed")
    return {name: spread([each[name] for each in runs]) for name in ("per_second", "p50", "p95")}


def measure(database_url: str, repeats: int = 3, seconds: float = 4) -> dict[str, Any]:
    """Pages in a browser, and queries under load."""
    return {"pages": pages(database_url, repeats), "queries": queries(database_url, repeats, seconds)}


def main() -> None:
    """Measure what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("database_url", nargs="?")
    parser.add_argument("--repeats", type=int, default=3)
    asked = parser.parse_args()
    print(json.dumps(measure(asked.database_url or f"sqlite:///{made(5000)}", asked.repeats), indent=2))


if __name__ == "__main__":
    main()
