"""Superset with the three charts of :mod:`benchmarks.beside` on a dashboard, set up through its API."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from subprocess import run
from typing import Any
from urllib.request import Request, urlopen

from playwright.sync_api import Browser

from benchmarks.beside.plain import MADE_BY, ROWS
from benchmarks.databases import FOLDER
from benchmarks.others import gunicorn, program
from benchmarks.serving import free_port, running


class Superset:
    """Superset with the three charts on a dashboard, without caches, with a signed-in user."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.token = ""
        signing = {"username": "bench", "password": "bench", "provider": "db"}
        self.token = self.call("security/login", signing)["access_token"]

    @classmethod
    @contextmanager
    def serving(cls, database_url: str) -> Iterator["Superset"]:
        """Serve Superset while the block runs; sets it up the first time."""
        home = FOLDER / "superset"
        home.mkdir(parents=True, exist_ok=True)
        (home / "superset_config.py").write_text(
            "SECRET_KEY = 'a key for measuring alone, on the loopback'\n"
            f"SQLALCHEMY_DATABASE_URI = 'sqlite:///{home}/meta.db'\n"
            "PREVENT_UNSAFE_DB_CONNECTIONS = False\nWTF_CSRF_ENABLED = False\nTALISMAN_ENABLED = False\n"
            "RATELIMIT_ENABLED = False\nCACHE_CONFIG = DATA_CACHE_CONFIG = {'CACHE_TYPE': 'NullCache'}\n",
            encoding="utf-8",
        )
        environ = {
            "SUPERSET_CONFIG_PATH": str(home / "superset_config.py"),
            "FLASK_APP": "superset",
            "SUPERSET_HOME": str(home),
        }
        if not (home / "ready").exists():
            person = ["--username", "bench", "--firstname", "b", "--lastname", "b", "--email", "b@example.org"]
            for command in (["db", "upgrade"], ["fab", "create-admin", *person, "--password", "bench"], ["init"]):
                full_command = [program("superset", "superset"), *command]
                run(full_command, env=os.environ | environ, check=True, capture_output=True, timeout=240)
            (home / "ready").touch()
        port = free_port()
        command = gunicorn(program("superset", "python"), "superset.app:create_app()", port, threads=1)
        address = f"http://127.0.0.1:{port}"
        with running(command, environ, f"{address}/health", home / "log"):
            superset = cls(address)
            superset.set_up(database_url)
            yield superset

    def call(self, path: str, body: Any, method: str = "POST") -> Any:
        """Send a request to the API of Superset; returns the decoded JSON."""
        headers = {"Content-Type": "application/json"}
        headers |= {"Authorization": f"Bearer {self.token}"} if self.token else {}
        request = Request(f"{self.address}/api/v1/{path}", json.dumps(body).encode(), headers, method=method)
        with urlopen(request, timeout=120) as response:
            return json.load(response)

    def set_up(self, database_url: str) -> None:
        """Create a database, a data set and a chart for each query, and a dashboard."""
        mark = os.urandom(4).hex()
        database = self.call("database/", {"database_name": f"bench {mark}", "sqlalchemy_uri": database_url})["id"]
        self.datasets, charts = {}, []
        for name, rows in ROWS.items():
            dataset = {"database": database, "table_name": f"{name}_{mark}", "sql": rows}
            dataset |= {} if database_url.startswith("sqlite") else {"schema": "public"}
            self.datasets[name] = self.call("dataset/", dataset)["id"]
            params = {
                "datasource": f"{self.datasets[name]}__table", "viz_type": "echarts_timeseries_bar", "x_axis": "label",
                "metrics": [self.metric(name)], "groupby": [], "row_limit": 1000, "xAxisForceCategorical": True,
            }  # fmt: skip
            about = {"slice_name": name, "viz_type": params["viz_type"], "params": json.dumps(params)}
            about |= {"datasource_id": self.datasets[name], "datasource_type": "table"}
            charts.append(self.call("chart/", about)["id"])
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
        self.number = self.call("dashboard/", shown)["id"]
        for each in charts:
            self.call(f"chart/{each}", {"dashboards": [self.number]}, "PUT")

    @staticmethod
    def metric(name: str) -> dict[str, str]:
        """The metric of a chart."""
        return {"expressionType": "SQL", "sqlExpression": f"{MADE_BY[name]}(value)", "label": "value"}

    def dashboard(self) -> str:
        """The address of the dashboard."""
        return f"{self.address}/superset/dashboard/{self.number}/"

    def cookies(self, browser: Browser) -> Any:
        """The cookies of a signed-in user."""
        context = browser.new_context()
        context.request.post(f"{self.address}/login/", form={"username": "bench", "password": "bench"})
        cookies = context.cookies()
        context.close()
        return cookies

    def queries(self, sectors: list[str]) -> list[dict[str, Any]]:
        """The bodies that query the numbers of a chart, one per sector."""
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
