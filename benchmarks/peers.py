"""The application compared with stock Dash, Streamlit, Vizro and Superset: three charts on the same database.

    .venv/bin/python -m benchmarks.peers sqlite:///results.db

prints JSON: for each of the ``pages`` the ``requests``, the bytes on the ``wire`` and ``decoded``, milliseconds until
the charts are ``drawn`` in a browser with an empty cache, and from a choice of sector until all have ``changed`` (not
for Superset, whose charts do not give their data); for ``queries`` the responses per second to eight connections.
`make bench-peers` installs the peers. A peer that is missing or fails is reported as failed.
"""

import argparse
import json
from collections.abc import Callable
from time import perf_counter
from typing import Any

from playwright.sync_api import Page
from sqlalchemy import create_engine, text

from benchmarks import browsing
from benchmarks.beside.plain import SECTORS, SQL
from benchmarks.databases import DONOR, programme_file
from benchmarks.load import addresses
from benchmarks.looking import look
from benchmarks.others import stock_dash, streamlit, vizro
from benchmarks.posting import HEADERS, OVERVIEW
from benchmarks.serving import bodies, served, warm, wrk
from benchmarks.spread import spreads
from benchmarks.superset import Superset
from dashboard.pages.plain_pages import UPDATE
from layouts import ids


def _choose_radio(page: Page, at: int) -> None:
    labels = page.locator("label:has(input[type=radio])")
    if labels.count():
        labels.nth(at).click()
    else:  # the labels are separate elements
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


def pages(database_url: str, repeats: int) -> dict[str, Any]:
    """The figures of each page in a browser, one after the other."""
    with browsing.browser() as browser:

        def ours() -> dict[str, Any]:
            with browsing.application(browser, database_url) as (address, cookies):
                return look(browser, address, cookies=cookies, choose=_choose_sector, repeats=repeats)

        def theirs(serving: Any) -> Callable[[], dict[str, Any]]:
            def measure_page() -> dict[str, Any]:
                with serving(database_url) as address:
                    return look(browser, address, choose=_choose_radio, repeats=repeats)

            return measure_page

        def supersets() -> dict[str, Any]:
            with Superset.serving(database_url) as superset:
                return look(browser, superset.dashboard(), cookies=superset.cookies(browser), repeats=repeats)

        measures = {"application": ours, "superset": supersets}
        measures |= {each.__name__: theirs(each) for each in (stock_dash, streamlit, vizro)}
        return {name: figures_or_error(measure) for name, measure in measures.items()}


def figures_or_error(measure: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """The figures of a measure, or the reason why it failed."""
    try:
        return measure()
    except Exception as error:  # noqa: BLE001 - one peer that fails stops none of the others
        return {"failed": f"{type(error).__name__}: {str(error).splitlines()[0][:200] if str(error) else ''}"}


def queries(database_url: str, repeats: int, seconds: int) -> dict[str, Any]:
    """Responses per second under changing filters: bare SQL, the application (a scoped donor, no cache), and peers."""
    engine = create_engine(database_url, hide_parameters=True)
    with engine.connect() as connection:
        sectors = list(connection.scalars(text(SECTORS)))

    def bare() -> dict[str, Any]:
        with engine.connect() as connection:

            def rate() -> dict[str, float]:
                times: list[float] = []
                end = perf_counter() + seconds
                while perf_counter() < end:
                    started = perf_counter()
                    parameters = {"sector": sectors[len(times) % len(sectors)]}
                    connection.execute(text(SQL["modules"]), parameters).all()
                    times.append((perf_counter() - started) * 1000)
                times.sort()
                half, most = times[len(times) // 2], times[len(times) * 95 // 100]
                return {"per_second": len(times) / sum(times) * 1000, "p50": half, "p95": most}

            return _rates([rate() for _ in range(repeats)])

    def under_load(address: str, posted: list[Any], headers: dict[str, str]) -> dict[str, Any]:
        warm(address, posted, headers)
        return _rates([wrk(address, posted, headers, seconds=seconds) for _ in range(repeats)])

    def ours() -> dict[str, Any]:
        with served(
            database_url, scope=DONOR, options=["--workers", "2"], application="benchmarks.kept:anew()"
        ) as server:
            posted = bodies(server, OVERVIEW, addresses(database_url, 500))
            return under_load(server.callbacks, posted, HEADERS | {"Cookie": server.cookies["donor"]})

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
            return under_load(address + UPDATE, posted, HEADERS)

    def supersets() -> dict[str, Any]:
        with Superset.serving(database_url) as server:
            headers = HEADERS | {"Authorization": f"Bearer {server.token}"}
            return under_load(f"{server.address}/api/v1/chart/data", server.queries(sectors), headers)

    measures = {"bare_sql": bare, "application": ours, "stock_dash": stock, "superset": supersets}
    figures = {name: figures_or_error(measure) for name, measure in measures.items()}
    engine.dispose()
    return figures


def _rates(runs: list[dict[str, float]]) -> dict[str, Any]:
    if failed := sum(each.get("failed", 0) for each in runs):
        raise RuntimeError(f"{failed:.0f} requests failed")
    return spreads(runs, "per_second", "p50", "p95")


def measure(database_url: str, repeats: int = 3, seconds: int = 4) -> dict[str, Any]:
    """The figures of pages in a browser and of queries under load."""
    return {"pages": pages(database_url, repeats), "queries": queries(database_url, repeats, seconds)}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("database_url", nargs="?")
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    print(json.dumps(measure(options.database_url or f"sqlite:///{programme_file(5000)}", options.repeats), indent=2))


if __name__ == "__main__":
    main()
