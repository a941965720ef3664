"""The first load of the Overview, compared with the same charts on plain Dash: bytes, and time until all are drawn.

    .venv/bin/python -m benchmarks.first_load sqlite:///results.db

prints JSON: for the ``application``, ``stock`` Dash and stock Dash with compression (``stock_compressed``) the number
of ``requests``, the bytes on the ``wire`` (with headers) and ``decoded`` (without headers), ``drawn``, the milliseconds
from the first request until every chart is drawn with its data (minimum, median, maximum of the repeats), and ``work``,
the milliseconds of the page's own work, which does not depend on other work of the machine. Each load is in a browser
with an empty cache.
"""

import argparse
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import Browser, Response

from benchmarks import browsing
from benchmarks.spread import spreads

DRAWN = """
(() => {
  window.drawnAt = null;
  const drawn = (graph) =>
    graph._fullData?.length && graph.querySelector(".main-svg .trace, .main-svg .choroplethlayer path");
  const look = () => {
    const graphs = [...document.querySelectorAll(".js-plotly-plot")];
    if (graphs.length >= CHARTS && graphs.every(drawn)) window.drawnAt = performance.now();
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})();
"""
CHARTS = 3
"""The number of charts on the Overview."""


def measure(database_url: str, repeats: int = 3) -> dict[str, Any]:
    """Load the application and plain Dash, one after the other in every repeat."""
    with (
        TemporaryDirectory() as folder,
        browsing.browser() as browser,
        browsing.application(browser, database_url) as (address, cookies),
    ):
        charts = Path(folder) / "charts.json"
        charts.write_text(json.dumps(_charts(browser, address, cookies)), encoding="utf-8")
        with (
            browsing.stock_dash(charts, compress=False) as plain,
            browsing.stock_dash(charts, compress=True) as compressed,
        ):
            each = {
                "application": lambda: _load(browser, address, cookies),
                "stock": lambda: _load(browser, plain, []),
                "stock_compressed": lambda: _load(browser, compressed, []),
            }
            loads: dict[str, list[dict[str, float]]] = {name: [] for name in each}
            for _repeat in range(repeats):
                for name, load in each.items():
                    loads[name].append(load())
    return {
        name: {
            "requests": runs[-1]["requests"],
            "wire": runs[-1]["wire"],
            "decoded": runs[-1]["decoded"],
        }
        | spreads(runs, "drawn", "work")
        for name, runs in loads.items()
    }


def _charts(browser: Browser, address: str, cookies: Any) -> list[dict[str, Any]]:
    """The charts of the Overview, as the application sends them."""
    context = browser.new_context()
    context.add_cookies(cookies)
    page = context.new_page()
    charts: list[dict[str, Any]] = []

    def read(response: Response) -> None:
        if "/_dash-update-component" in response.url and response.ok:
            answer = response.json().get("response", {})
            charts.extend(each["figure"] for each in answer.values() if "figure" in each)

    page.on("response", read)
    page.goto(address)
    browsing.quiet(page)
    context.close()
    return charts


def _load(browser: Browser, address: str, cookies: Any) -> dict[str, float]:
    # Playwright waits with a script, which the page's own policy would block.
    context = browser.new_context(viewport=browsing.SIZE, bypass_csp=True)
    context.add_cookies(cookies)
    page = context.new_page()
    session = context.new_cdp_session(page)
    traffic = browsing.traffic(session)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.add_init_script(DRAWN.replace("CHARTS", str(CHARTS)))
    page.goto(address)
    page.wait_for_function("window.drawnAt !== null")
    drawn = page.evaluate("window.drawnAt")
    metrics = {each["name"]: each["value"] for each in session.send("Performance.getMetrics")["metrics"]}
    browsing.quiet(page)
    context.close()
    return {"drawn": drawn, "work": metrics["TaskDuration"] * 1000} | traffic.totals()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("database_url")
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    print(json.dumps(measure(options.database_url, options.repeats), indent=2))


if __name__ == "__main__":
    main()
