"""The served part of plotly.js: the version of the installed plotly, with every trace type the figures use."""

import re
from pathlib import Path

import plotly
import pytest

ROOT = Path(__file__).parent.parent
BUNDLE = (ROOT / "dashboard" / "assets" / "00-plotly.min.js").read_text(encoding="utf-8")
ENTRY = (ROOT / "scripts" / "plotly" / "entry.js").read_text(encoding="utf-8")
WHOLE = (Path(plotly.__file__).parent / "package_data" / "plotly.min.js").read_text(encoding="utf-8")
VERSION = re.compile(r"plotly\.js v(\d+\.\d+\.\d+)")


def version(text: str) -> str:
    found = VERSION.search(text[:500])
    assert found
    return found[1]


def kinds_of_traces() -> set[str]:
    """The trace types in the layout modules: values of "type" for which plotly.js has a module."""
    known = {path.stem for path in (Path(plotly.__file__).parent / "graph_objs").glob("_*.py")}
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "layouts").rglob("*.py")]
    said = {found for source in sources for found in re.findall(r'"type": "(\w+)"', source)}
    return {each for each in said if f"_{each}" in known}


def test_bundle_has_the_plotly_js_version_of_the_installed_plotly():
    assert version(BUNDLE) == version(WHOLE)
    package = (ROOT / "scripts" / "plotly" / "package.json").read_text(encoding="utf-8")
    assert f'"plotly.js": "{version(WHOLE)}"' in package


REGISTERED = set(re.findall(r"plotly\.js/lib/(\w+)\"", ENTRY)) - {"core"} | {"scatter"}  # scatter is in the core


def test_bundle_lists_every_trace_type_the_figures_use():
    assert {"bar"} <= kinds_of_traces() <= REGISTERED


@pytest.mark.parametrize("kind", sorted(REGISTERED))
def test_built_bundle_contains_the_trace_type(kind):
    assert re.search(rf'moduleType:"trace",name:"{kind}"', BUNDLE)


def test_bundle_is_less_than_half_the_size_of_the_full_plotly_js():
    assert len(BUNDLE) < len(WHOLE) / 2


def test_bundle_has_chinese_an_empty_world_map_and_no_cloud_sharing():
    assert 'name:"zh-CN"' in BUNDLE
    assert re.search(r'world_110m:\{type:"Topology",objects:\{\},arcs:\[\]\}', BUNDLE)
    assert re.search(r'setPlotConfig\(\{displaylogo:!1,showSendToCloud:!1,plotlyServerURL:""\}\)', BUNDLE)


def test_build_lock_file_names_no_registry():
    lock = (ROOT / "scripts" / "plotly" / "package-lock.json").read_text(encoding="utf-8")
    assert '"resolved"' not in lock
    assert '"integrity"' in lock
