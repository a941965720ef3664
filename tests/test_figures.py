"""Every figure on a page is valid for plotly, small enough to send, and in the colours of the theme."""

import json
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import pytest
from visiting import Visit, at

from data.privacy.shown import Under
from layouts import ids, theme
from layouts.exhibits import change
from layouts.look import Material
from layouts.pages import PAGES
from layouts.parts import exhibit_frame
from layouts.words import speaking

Drawn = dict[str, dict[str, Any]]
"""Figures by the id of their graph."""

INDICATOR = f"{ids.RESULTS_INDICATOR}.value"
METRIC = f"{ids.REGIONS_METRIC}.value"


def material(table: pd.DataFrame) -> Material:
    """A table of an exhibit as its look receives it; the codes serve as names."""
    unknown: Any = None
    return Material(
        table=table, more=unknown, threshold=None, coverage=unknown, as_of=unknown, name=lambda _table, code: str(code),
        entry=unknown, codes=unknown, source=unknown, enterprise=unknown, href=unknown, ground=unknown,
    )  # fmt: skip


def figure_callbacks(visit: Visit) -> list[str]:
    """The first figure of every callback that draws one."""
    found = (
        [name for name in output.strip(".").split("...") if name.endswith(".figure")] for output in visit.callbacks
    )
    return [names[0] for names in found if names]


def drawn(visit: Visit, search: str) -> Drawn:
    """Every figure of every page at an address."""
    return {
        name.removesuffix(".figure"): value
        for output in figure_callbacks(visit)
        for name, value in visit.answered(output, at(search)).items()
        if name.endswith(".figure")
    }


def hold_to_rules(figures: Drawn) -> None:
    """Raise if plotly would refuse a figure, or if it has data it should not have."""
    for name, figure in figures.items():
        go.Figure(figure)
        assert set(figure) <= {"data", "layout"}, name
        assert "template" not in figure["layout"], name
        assert json.loads(json.dumps(figure, allow_nan=False)) == figure, name
        assert figure["layout"].get("height", 100) > 50, name  # if it has none, the page sets it
        assert "font" in figure["layout"], name
        for trace in figure["data"]:
            assert trace["type"] in ("bar", "scatter", "scattergeo", "choropleth", "heatmap"), name
            assert not unused(name, trace), f"{name} carries what its chart does not draw"
        assert "http" not in json.dumps(figure), f"{name} names a place on the network"


def unused(name: str, trace: dict[str, Any]) -> list[str]:
    """Data in a trace that neither its marks, nor its hover text, nor a click uses."""
    hover, clicked = trace.get("hovertemplate", ""), name.removesuffix(".figure") == ids.REGIONS_MAP
    printed = "text" in trace.get("mode", "") or (trace["type"] == "bar" and trace.get("textposition") != "none")
    used = {
        "text": printed or "%{text}" in hover,
        "hovertext": "text" in (trace.get("hoverinfo") or ""),
        "customdata": "%{customdata" in hover or clicked,
        "geojson": isinstance(trace.get("geojson"), str),  # shapes are loaded by address, once for all charts
        "ids": False,
        "meta": False,
    }
    return [each for each, is_used in used.items() if each in trace and not is_used]


def test_check_detects_trace_data_that_no_chart_draws():
    drawn_of = {"type": "scatter", "mode": "lines", "x": [1], "y": [1]}
    assert unused("x", drawn_of) == []
    assert unused("x", drawn_of | {"text": ["a"], "customdata": ["b"]}) == ["text", "customdata"]
    assert unused("x", drawn_of | {"customdata": ["b"], "hovertemplate": "%{customdata}"}) == []
    assert unused("x", {"type": "choropleth", "geojson": {"features": []}}) == ["geojson"]


@pytest.fixture(params=["public", "demo"])
def visit(request: pytest.FixtureRequest, visits: dict[str, Visit]) -> Visit:
    """A signed-in visitor, on each database in turn."""
    return visits[request.param]


@pytest.mark.parametrize("search", ["", "?lang=zh", "?as_of=2005-01-01", "?module=m1", "?module=m2,m3&lang=zh"])
def test_every_figure_is_valid_for_plotly(visit, search):
    figures = drawn(visit, search)
    assert len(figures) == sum(1 for output in visit.callbacks for name in output.split("...") if ".figure" in name)
    hold_to_rules(figures)


def test_pages_with_data_have_figures_with_marks(visit):
    """The rules above also hold for figures without marks, so some figures must have marks."""
    filled = {name for name, figure in drawn(visit, "").items() if figure["data"]}
    assert {name.split("-")[0] for name in filled} == {
        "overview", "regions", "modules", "results", "calendar", "capacity", "targets",
    }  # fmt: skip
    assert len(filled) >= 9


def test_figures_of_every_partner_of_the_public_record_are_valid(public):
    partners = [each["value"] for each in public.options()["partner"]]
    assert len(partners) > 3
    for partner in partners:
        hold_to_rules(drawn(public, f"?partner={partner}"))


@pytest.mark.parametrize("dimension", ["sector", "round", "place"])
def test_figures_of_the_smallest_selections_are_valid(visit, dimension):
    offered = [each["value"] for each in visit.options()[dimension]]
    for code in {offered[0], offered[len(offered) // 2], offered[-1]}:
        hold_to_rules(drawn(visit, f"?{dimension}={code}"))


def test_figures_of_every_indicator_are_valid(visit):
    name = ids.part("results", "pairs", "figure") + ".figure"
    offered = visit.answered(name)[f"{ids.RESULTS_INDICATOR}.options"]
    assert offered
    for option in [*offered[:8], *offered[8::5]]:
        answer = visit.answered(name, {INDICATOR: option["value"]})
        assert answer[INDICATOR] == option["value"]
        hold_to_rules({name: answer[name]})


def test_figures_of_every_map_measure_are_valid(visit):
    name = f"{ids.REGIONS_MAP}.figure"
    offered = [each["value"] for each in visit.answered(name)[f"{ids.REGIONS_METRIC}.options"]]
    assert len(offered) > 3
    maps = {metric: visit.answered(name, {METRIC: metric})[name] for metric in offered}
    for figure in maps.values():
        hold_to_rules({name: figure})
    assert len({json.dumps(figure, sort_keys=True) for figure in maps.values()}) > 1, "the choice changes the map"
    assert visit.answered(name, {METRIC: "nothing"})[name] == maps[offered[0]]


def colours(trace: dict[str, Any]) -> list[str]:
    colour = trace["marker"]["color"]
    return colour if isinstance(colour, list) else [colour]


@pytest.mark.parametrize("language", ["", "?lang=zh"])
def test_before_and_after_have_the_same_colours_in_every_figure(visit, language):
    """A mark that joins two points has the before colour first and the after colour second."""
    results = {name: figure for name, figure in drawn(visit, language).items() if name.startswith("results-")}
    joined = keys = 0
    for figure in results.values():
        for trace in figure["data"]:
            if trace["type"] == "scatter" and "lines" in trace.get("mode", ""):
                assert trace["marker"]["color"] == [theme.BEFORE, theme.AFTER]
                joined += 1
            elif trace["type"] == "scatter" and trace.get("name"):
                assert colours(trace) == [(theme.BEFORE, theme.AFTER)[keys % 2]]
                keys += 1
    assert joined
    assert keys
    assert keys % 2 == 0
    assert theme.BEFORE != theme.AFTER


def test_practice_figure_shows_before_and_after_in_their_colours(demo):
    name = ids.part("results", "pairs", "figure") + ".figure"
    indicators = [
        row.split(",")[0] for row in demo.client.get("/export/change.csv").text.splitlines() if ",yes-no," in row
    ]
    assert indicators
    bars = demo.answered(name, {INDICATOR: indicators[0]})[name]["data"][0]
    assert colours(bars)[:2] == [theme.BEFORE, theme.AFTER]


def test_bars_and_points_are_within_their_axis_range(visit):
    for name, figure in drawn(visit, "").items():
        for axis, at_ in (("xaxis", "x"), ("yaxis", "y")):
            shown = figure["layout"].get(axis, {}).get("range")
            for trace in figure["data"]:
                if shown and trace["type"] in ("bar", "scatter"):
                    low, high = sorted(shown)
                    assert all(low <= value <= high for value in trace[at_] if isinstance(value, (int, float))), name


def test_figures_stay_small_enough_to_send(visit):
    for name, figure in drawn(visit, "").items():
        assert len(json.dumps(figure)) < 200_000, name


def test_exhibit_without_numbers_draws_no_marks_and_shows_what_is_missing(public):
    answer = public.answered(f"{ids.OVERVIEW_HEADLINES}.content", at(f"?{public.nothing_left()}"))
    figures = {name: value for name, value in answer.items() if name.endswith(".figure")}
    assert len(figures) == 4
    assert all(figure["data"] == [] for figure in figures.values())
    for name in figures:
        assert "empty" in json.dumps(answer[name.replace("-figure.figure", "-title.content")])


def test_exhibit_renderer_returns_what_its_outputs_accept():
    """A renderer that returned a title in place of a figure would only be noticed in a browser."""
    for page in PAGES:
        assert [each.component_property for each in exhibit_frame.outputs(page.code, "x")] == [
            "content",
            "figure",
            "content",
            "content",
            "data-src",
            "content",
            "className",
        ]


def test_share_better_chart_has_the_indicators_the_headline_counts() -> None:
    frame = pd.DataFrame(
        {
            "indicator": ["a", "b", "c"],
            "pairs": [20, 10, 5],
            "better_count": pd.Series([15, Under(5), 5], dtype=object),
            "better_share": [0.75, None, 1.0],
            "better_low": [0.531, None, None],
            "better_high": [0.888, None, None],
        }
    )
    with speaking("en"):
        drawing = change.draw(material(frame.assign(unit="percent", worse_count=0)))
        headline, figure = drawing.title, drawing.figure
    assert headline.startswith("For 1 of 2 indicators")
    (marks,) = figure["data"]
    assert marks["x"] == [75, None, 100]  # of fewer than 6 pairs a share, and no interval
    assert [each is not None for each in marks["error_x"]["array"]] == [True, False, False]
    assert [note["text"] for note in figure["layout"]["annotations"]] == [
        "a  <b>15 of 20 better</b>",
        "b  <b>under 5 of 10 better</b>",
        "c  <b>5 of 5 better</b>",
    ]
