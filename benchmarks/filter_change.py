"""The time of the Overview from a filter change until all exhibits are redrawn.

    .venv/bin/python -m benchmarks.filter_change sqlite:///results.db

prints JSON: ``redrawn``, the milliseconds from the key that closes a filter until the page's last change (p50 and p95
of all choices); ``asking``, the part of them until the server's last response; ``inp``, the interaction to next paint
(the 98th percentile of clicks and keys); ``cls``, the layout shift while the page loaded. All figures are taken with
the processor as it is (``usual``) and four times slower (``slow``).
"""

import argparse
import json
from typing import Any

from playwright.sync_api import Browser, Page

from benchmarks import browsing

WATCHED = """
(() => {
  window.watched = { committed: 0, changed: 0, answered: 0, interactions: {}, shifted: 0 };
  addEventListener("keydown", (event) => {
    if (event.key === "Escape") window.watched.committed = event.timeStamp;
  }, true);
  new PerformanceObserver((list) => {
    for (const each of list.getEntries()) {
      if (!each.interactionId) continue;
      const before = window.watched.interactions[each.interactionId] || 0;
      window.watched.interactions[each.interactionId] = Math.max(before, each.duration);
    }
  }).observe({ type: "event", durationThreshold: 16, buffered: true });
  new PerformanceObserver((list) => {
    for (const each of list.getEntries()) if (!each.hadRecentInput) window.watched.shifted += each.value;
  }).observe({ type: "layout-shift", buffered: true });
  new PerformanceObserver((list) => {
    for (const each of list.getEntries()) {
      if (each.name.includes("/_dash-update-component")) window.watched.answered = each.responseEnd;
    }
  }).observe({ type: "resource", buffered: true });
  const watch = () => {
    const page = document.querySelector("#page");
    if (!page) return requestAnimationFrame(watch);
    const note = () => (window.watched.changed = performance.now());
    new MutationObserver(note).observe(page, { subtree: true, childList: true, characterData: true });
  };
  watch();
})();
"""
FILTER = "#filters-sector"
EXHIBITS = "overview-headlines"
SLOWER = 4


def measure(database_url: str, choices: int = 20) -> dict[str, Any]:
    """Choose one value after another in a filter of the Overview, at usual and at reduced speed."""
    with browsing.browser() as browser, browsing.application(browser, database_url) as (address, cookies):
        return {
            "usual": _choose(browser, address, cookies, choices, slower=1),
            "slow": _choose(browser, address, cookies, choices, slower=SLOWER),
        }


def _choose(browser: Browser, address: str, cookies: Any, choices: int, *, slower: int) -> dict[str, Any]:
    context = browser.new_context(viewport=browsing.SIZE)
    context.add_cookies(cookies)
    page = context.new_page()
    page.add_init_script(WATCHED)
    page.goto(address)
    browsing.quiet(page)
    page.wait_for_timeout(500)
    shifted = page.evaluate("window.watched.shifted")
    context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slower})
    redrawn, responded = [], []
    for choice in range(choices):
        committed, answered, changed = _change(page, choice)
        redrawn.append(changed - committed)
        responded.append(answered - committed)
    longest = sorted(page.evaluate("Object.values(window.watched.interactions)"))
    context.close()
    return {
        "redrawn": browsing.percentiles(redrawn),
        "asking": browsing.percentiles(responded),
        "inp": longest[-1 - len(longest) // 50] if longest else 0,
        "cls": round(shifted, 4),
    }


def _change(page: Page, choice: int) -> tuple[float, float, float]:
    """Tick or untick a value of the filter; returns the times of the commit, the response and the last change."""
    page.locator(FILTER).click()
    options = page.get_by_role("option")
    options.nth(choice // 2 % options.count()).click()
    with page.expect_response(lambda answer: EXHIBITS in (answer.request.post_data or "")):
        page.keyboard.press("Escape")
    browsing.quiet(page)
    page.wait_for_timeout(300)
    times = page.evaluate("window.watched")
    return times["committed"], times["answered"], times["changed"]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("database_url")
    parser.add_argument("--choices", type=int, default=20)
    options = parser.parse_args()
    print(json.dumps(measure(options.database_url, options.choices), indent=2))


if __name__ == "__main__":
    main()
