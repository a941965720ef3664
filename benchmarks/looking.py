"""A page with three charts in a browser: its first load, and choices of a sector."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Browser, Page

from benchmarks import browsing
from benchmarks.spread import spread, spreads

CHANGES = 4
"""Number of sectors that are chosen one after the other."""

PATIENCE = 30_000
"""Maximum milliseconds that a page may take."""

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


def look(
    browser: Browser,
    address: str,
    *,
    cookies: Any = (),
    choose: Callable[[Page, int], None] | None = None,
    repeats: int = 3,
) -> dict[str, Any]:
    """The figures of first loads of a page with three charts, and of choices of a sector."""
    loads: list[dict[str, float]] = []
    changed: list[float] = []
    for _ in range(repeats):
        context = browser.new_context(viewport=browsing.SIZE, bypass_csp=True)
        context.set_default_timeout(PATIENCE)
        context.add_cookies(list(cookies))
        context.add_init_script(WATCH)
        page = context.new_page()
        traffic = browsing.traffic(context.new_cdp_session(page))
        page.goto(address)
        drawn = page.evaluate("drawn(3)")
        page.wait_for_load_state("networkidle")
        loads.append({"drawn": drawn} | traffic.totals())
        if choose is not None and not changed:
            for at in range(1, CHANGES + 1):
                before = page.evaluate("standing()")
                choose(page, at)
                changed.append(page.evaluate("before => changed(before)", before))
                page.wait_for_load_state("networkidle")
        context.close()
    figures: dict[str, Any] = {name: loads[-1][name] for name in ("requests", "wire", "decoded")}
    figures |= spreads(loads, "drawn")
    return figures | ({"changed": spread(changed)} if changed else {})
