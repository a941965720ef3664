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
from collections.abc import Callable
from time import perf_counter
from typing import Any

from playwright.sync_api import Page
from sqlalchemy import create_engine, text

from benchmarks import browsing
from benchmarks.beside.plain import SECTORS, SQL
from benchmarks.databases import DONOR, made
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


def pages(database_url: str, repeats: int) -> dict[str, Any]:
    """Every page in a browser, one after the other."""
    with browsing.browser() as browser:

        def ours() -> dict[str, Any]:
            with browsing.application(browser, database_url) as (address, cookies):
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


def queries(database_url: str, repeats: int, seconds: int) -> dict[str, Any]:
    """The numbers under changing filters: bare SQL, the application as a scoped donor with nothing kept, and others."""
    engine = create_engine(database_url, hide_parameters=True)
    with engine.connect() as connection:
        sectors = list(connection.scalars(text(SECTORS)))

    def bare() -> dict[str, Any]:
        with engine.connect() as connection:

            def rate() -> dict[str, float]:
                times: list[float] = []
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
            return asked(one.callbacks, posted, HEADERS | {"Cookie": one.cookies["donor"]})

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
            return asked(address + UPDATE, posted, HEADERS)

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
    return spreads(runs, "per_second", "p50", "p95")


def measure(database_url: str, repeats: int = 3, seconds: int = 4) -> dict[str, Any]:
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
