"""The application over real requests: every callback, table and export, and the canonical form of addresses."""

import csv
import io
import json
import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest
from dash import dcc
from visiting import Visit, at, components, notice, texts

from data.exhibits import EXHIBITS
from data.filters import DIMENSIONS
from layouts import ids, pages, theme
from layouts.exhibits import PICTURES
from layouts.parts.shell import CONTROLS, shell

CANONICAL = f"{ids.CANONICAL}.data"
HEADLINES = f"{ids.OVERVIEW_HEADLINES}.content"
SENTENCE = f"{ids.SENTENCE}.content"

SEARCHES = {
    "bare": "",
    "chinese": "?lang=zh",
    "early": "?as_of=2005-06-30",
    "one module": "?module=m1&lang=zh",
}
UNASKED = {
    "hostile": "?partner=nobody&sector=%3Cscript%3E&place=%00&round=%27;drop&as_of=9999-99-99&lang=xx&x=1",
    "huge": "?partner=" + "a," * 40_000,
    "no question mark": "partner",
    "many fields": "?" + "a=1&" * 500,
}


@pytest.fixture(params=["public", "demo"])
def visit(request: pytest.FixtureRequest, visits: dict[str, Visit]) -> Visit:
    """A signed-in visitor, on each database in turn."""
    return visits[request.param]


def errors(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]


def properties(output: str) -> list[str]:
    """The properties a callback's output string writes."""
    return output.strip(".").split("...")


def counted(option: dict[str, str]) -> int:
    """The number of enterprises in an option's label."""
    return int(option["label"].rsplit("·", 1)[1].replace(",", ""))


def export(visit: Visit, code: str, query: str = "") -> list[dict[str, str]]:
    response = visit.client.get(f"/export/{code}.csv?{query}")
    assert response.status_code == 200
    return list(csv.DictReader(io.StringIO(response.text)))


def enterprises(visit: Visit, query: str) -> int:
    """The number of enterprises of a selection, from the export."""
    return next(int(row["value"]) for row in export(visit, "overview", query) if row["headline"] == "enterprises")


def test_every_callback_property_exists_in_the_shell_or_on_a_page(public):
    each = (page.each() for page in pages.PAGES if page.each)
    drawn = components([shell(), *(pages.body(page) for page in pages.PAGES), *each])
    known = {component.id for component in drawn if getattr(component, "id", None)}
    read = {each["id"] for callback in public.callbacks.values() for each in callback["inputs"] + callback["state"]}
    wrote = {name.rsplit(".", 1)[0] for output in public.callbacks for name in properties(output)}
    assert read | wrote <= known
    assert {ids.page_title(page.code) for page in pages.PAGES} <= wrote


@pytest.mark.parametrize("search", SEARCHES.values(), ids=SEARCHES)
def test_every_callback_fills_every_output_without_logging(visit, search, caplog):
    for output in visit.callbacks:
        response = visit.post(properties(output)[0], at(search, "/sources/nothing"))
        assert response.status_code == 200, output
        answer = response.get_json()
        assert not notice(answer), output
        told = {f"{name}.{prop}" for name, props in answer["response"].items() for prop in props}
        assert told == set(properties(output)), output
    assert not errors(caplog)


def test_callback_markup_has_only_html_and_links_and_no_callback_input(visit):
    def built(drawn: Any) -> Iterator[tuple[str, str, dict[str, Any]]]:
        for each in drawn if isinstance(drawn, list) else [drawn]:
            if isinstance(each, dict):
                yield each["namespace"], each["type"], each["props"]
                yield from built(each["props"].get("children"))

    told = visit.client.get("/_dash-dependencies").get_json()
    asked = {each["id"] for callback in told for each in (*callback["inputs"], *callback["state"])}
    seen = set()
    for output in visit.callbacks:
        for props in visit.post(properties(output)[0], at("", "/")).get_json()["response"].values():
            for namespace, kind, given in built(props.get("content")):
                assert namespace == "dash_html_components" or kind == "Link", (output, kind)
                assert given.get("id") not in asked, output
                seen.add(kind)
    assert {"H2", "Li", "Link", "Tr"} <= seen


@pytest.mark.parametrize("search", UNASKED.values(), ids=UNASKED)
def test_invalid_address_shows_everything(public, search, caplog):
    for output in public.callbacks:
        name = properties(output)[0]
        drawn = public.answered(name, at(search))
        bare = public.answered(name, at(""))
        told = str(drawn.pop(f"{ids.NOTICE}.content", "")), str(bare.pop(f"{ids.NOTICE}.content", ""))
        assert drawn == bare, output
        assert "script" not in told[0]
        assert told[0] == told[1] or "nobody" in told[0], "only a code that could be one is told"
    assert not errors(caplog)


@pytest.mark.parametrize("language", ["", "&lang=zh"])
def test_every_callback_responds_to_an_empty_selection(visit, language, caplog):
    search = f"?{visit.nothing_left()}{language}"
    for output in visit.callbacks:
        answer = visit.post(properties(output)[0], at(search)).get_json()
        assert not notice(answer), output
        for name, props in answer["response"].items():
            if name.endswith("-section") and not name.startswith("published"):
                assert "is-empty" in props["className"], name
    assert not errors(caplog)


WRONG: dict[str, Any] = {
    "number": 7.5, "truth": True, "numbers": [1, None, 2.5], "nested": [[["x"]]], "object": {"a": {"b": 1}},
    "long text": "?" + "x" * 100_000, "surrogate": "\ud800", "quotes": "'\"<script>alert(1)</script>",
}  # fmt: skip


@pytest.mark.parametrize("value", WRONG.values(), ids=WRONG)
def test_value_of_the_wrong_type_gives_a_response_or_a_notice_without_traceback(public, value):
    for output, callback in public.callbacks.items():
        for posted in callback["inputs"] + callback["state"]:
            name = f"{posted['id']}.{posted['property']}"
            response = public.post(properties(output)[0], {name: value}, changed=(name,))
            assert_calm(response, properties(output))


def assert_calm(response: Any, outputs: list[str]) -> None:
    """Assert that a response has all requested outputs or a notice, never a part, never a traceback."""
    assert "Traceback" not in response.text
    assert ".py" not in response.text
    assert "<script>alert" not in response.text
    if response.status_code != 200:
        return
    answer = response.get_json()
    told = {f"{name}.{prop}" for name, props in answer.get("response", {}).items() for prop in props}
    if notice(answer):
        assert not told
    else:
        assert told >= set(outputs)


def test_malformed_callback_body_is_refused_without_traceback(public):
    good = public.body(HEADLINES)
    bodies = {
        "unknown output": good | {"output": "nothing.children", "outputs": {"id": "nothing", "property": "children"}},
        "unknown outputs": good | {"output": "..nothing.children...page.children.."},
        "output of another callback": good | {"output": f"{ids.PAGE}.children"},
        "no inputs": {key: value for key, value in good.items() if key != "inputs"},
        "inputs of the wrong kind": good | {"inputs": "address"},
        "input without value": good | {"inputs": [{"id": ids.ADDRESS, "property": "search"}]},
        "outputs of the wrong kind": good | {"outputs": 3},
        "changed of the wrong kind": good | {"changedPropIds": 4},
        "pattern of outputs": good | {"output": '{"type":"x","index":["ALL"]}.children'},
        "a list": [good],
        "a text": "page.children",
        "nothing": None,
        "empty": {},
    }
    for name, body in bodies.items():
        response = public.client.post("/_dash-update-component", json=body)
        assert "Traceback" not in response.text, name
        assert ".py" not in response.text, name
    for raw in (b"", b"{", b"\xff\xfe", b"null", b'{"output":' * 2000, b"[" * 5000):
        for kind in ("application/json", "text/plain"):
            response = public.client.post("/_dash-update-component", data=raw, content_type=kind)
            assert response.status_code in (400, 415, 500), raw[:10]
            assert "Traceback" not in response.text
            assert ".py" not in response.text
    assert public.post(HEADLINES).status_code == 200, "and the server goes on"


def test_failed_callback_shows_a_notice_and_logs_the_reason(public, monkeypatch, caplog):
    monkeypatch.setattr("layouts.exhibits.overview.headline_name", lambda _exhibit: 1 / 0)
    said = {}
    for language in ("?as_of=2011-11-11", "?as_of=2011-11-11&lang=zh"):  # first use of this address
        response = public.post(HEADLINES, at(language))
        assert response.status_code == 200
        answer = response.get_json()
        assert not answer.get("response")
        assert "ZeroDivisionError" not in response.text
        said[language] = notice(answer)
        assert len(said[language]) == 2
    english, chinese = said.values()
    assert english != chinese
    assert any("ZeroDivisionError" in str(record.exc_info) for record in caplog.records)


@pytest.mark.parametrize(
    ("search", "canonical"),
    [
        ("", ""),
        ("?", ""),
        ("?lang=en", ""),
        ("?lang=fr&utm_source=mail", ""),
        ("?partner=saws,cec", "?partner=cec,saws"),
        ("?partner=saws&partner=cec&partner=saws", "?partner=cec,saws"),
        ("?partner=SAWS,%20cec,,", "?partner=cec,saws"),
        ("?partner=nobody,cec", "?partner=cec"),
        ("?partner=nobody", ""),
        ("?sector=cec&partner=machinery", ""),
        ("?sector=machinery&partner=cec", "?partner=cec&sector=machinery"),
        ("?lang=zh&sector=machinery&foo=1", "?lang=zh&sector=machinery"),
        ("?module=m2,m1", "?module=m1,m2"),
        ("?as_of=2012-12-31", "?as_of=2012-12-31"),
        ("?as_of=31.12.2012", ""),
        ("?as_of=2012-02-30", ""),
        ("?AS_OF=2012-12-31&Partner=cec", ""),
    ],
)
def test_address_is_put_into_canonical_form(public, search, canonical):
    known = {each["value"] for each in public.options()["sector"]}
    assert "machinery" in known, "the cases speak of a sector that is there"
    answer = public.answered(CANONICAL, at(search))
    assert answer[CANONICAL] == canonical
    # An opened address is normalised in place: a new history entry would trap the Back button.
    assert not [name for name in answer if name.startswith(f"{ids.ADDRESS}.")]
    assert public.answered(CANONICAL, at(canonical))[CANONICAL] == canonical, "the form of the form is itself"


def test_as_of_date_equal_to_the_record_date_is_not_a_filter(public):
    as_of = public.answered(CANONICAL)[f"{ids.AS_OF}.value"]
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", as_of)
    assert public.answered(CANONICAL, at(f"?as_of={as_of}"))[CANONICAL] == ""


def test_controls_take_their_values_from_the_address(public):
    """After Back in the browser, the address has changed but the controls have not yet."""
    answer = public.answered(CANONICAL, at("?partner=cec&module=m1&lang=zh"))
    assert answer[f"{ids.filter_control('partner')}.value"] == ["cec"]
    assert answer[f"{ids.filter_control('sector')}.value"] == []
    assert answer[CANONICAL] == "?lang=zh&module=m1&partner=cec"


def test_options_show_the_number_of_enterprises_they_select(visit):
    partner = visit.options()["partner"][0]["value"]
    compared = 0
    for held in ({}, {"partner": partner}):
        query = "&".join(f"{name}={code}" for name, code in held.items())
        for dimension, offered in visit.options(f"?{query}").items():
            for option in offered[:4] + offered[-2:]:
                chosen = "&".join(f"{name}={code}" for name, code in (held | {dimension: option["value"]}).items())
                assert counted(option) == enterprises(visit, chosen), chosen
                compared += 1
    assert compared > 20


def test_options_are_limited_by_the_other_filters(visit):
    everything = visit.options()
    for partner in everything["partner"]:
        left = visit.options(f"?partner={partner['value']}")
        assert left["partner"] == everything["partner"], "a filter does not narrow itself"
        for dimension in ("sector", "round", "phase", "place"):
            before = {each["value"]: counted(each) for each in everything[dimension]}
            assert all(1 <= counted(each) <= before[each["value"]] for each in left[dimension])
    assert any(
        len(visit.options(f"?partner={each['value']}")["sector"]) < len(everything["sector"])
        for each in everything["partner"]
    )


def test_chosen_filter_value_without_enterprises_stays_in_the_options(visit):
    query = visit.nothing_left()
    sector = query.rsplit("=", 1)[1]
    (kept,) = [each for each in visit.options(f"?{query}")["sector"] if each["value"] == sector]
    assert counted(kept) == 0


def test_sentence_links_remove_one_filter_each_and_reset_removes_all(public):
    def links(drawn: Any) -> list[str]:
        found = [drawn["props"]["href"]] if isinstance(drawn, dict) and "href" in drawn.get("props", {}) else []
        inner = (
            drawn
            if isinstance(drawn, list)
            else drawn.get("props", {}).get("children")
            if isinstance(drawn, dict)
            else None
        )
        return found + [link for each in (inner if isinstance(inner, list) else []) for link in links(each)]

    drawn = public.answered(SENTENCE, at("?as_of=2012-12-31&lang=zh&partner=cec,saws&sector=machinery", "/modules"))
    assert links(drawn[SENTENCE]) == [
        "/modules?as_of=2012-12-31&lang=zh&partner=saws&sector=machinery",
        "/modules?as_of=2012-12-31&lang=zh&partner=cec&sector=machinery",
        "/modules?as_of=2012-12-31&lang=zh&partner=cec,saws",
        "/modules?lang=zh&partner=cec,saws&sector=machinery",
        "/modules?lang=zh",
    ]
    assert links(public.answered(SENTENCE)[SENTENCE]) == []


def test_page_links_keep_filters_and_language_and_the_language_switch_keeps_the_rest(public):
    told = json.dumps(public.answered(f"{ids.NAV}.content", at("?lang=zh&partner=saws", "/results")))
    for page in pages.PAGES:
        assert f'"{page.path}?lang=zh&partner=saws"' in told
    assert '"/results?partner=saws"' in told
    assert told.count("aria-current") == 1


def without_rows(visit: Visit, visits: dict[str, Visit]) -> set[str]:
    """The exhibits without a row: no training of the public record gives a value for satisfaction."""
    return {"satisfaction"} if visit is visits["public"] else set()


@pytest.mark.parametrize("language", ["", "lang=zh"])
def test_every_table_has_headings(visit, visits, language, caplog):
    lengths = {}
    for name in PICTURES:
        response = visit.client.get(f"/table/{name}?{language}")
        assert response.status_code == 200, name
        headings = re.findall(r'<th scope="col"[^>]*>([^<]*)</th>', response.text)
        rows = [re.findall(r"<t[hd]", row) for row in re.findall(r"<tr>(.*?)</tr>", response.text, re.DOTALL)][1:]
        assert len(headings) >= 2, name
        assert all(headings), name
        assert all(len(row) == len(headings) for row in rows), name
        lengths[name] = len(rows)
    assert {name for name, n in lengths.items() if not n} == without_rows(visit, visits), lengths
    assert not errors(caplog)


def test_every_table_of_an_empty_selection_has_no_numbers(visit, caplog):
    query = visit.nothing_left()
    for name in set(PICTURES) - {"published", "overview"}:  # which shows the total number of rounds
        response = visit.client.get(f"/table/{name}?{query}")
        assert response.status_code == 200, name
        cells = re.findall(r"<td[^>]*>([^<]*)</td>", response.text)
        assert not [cell for cell in cells if re.search(r"[1-9]", cell)], name
    assert not errors(caplog)


@pytest.mark.parametrize(
    "address",
    [
        "/table/overview/x", "/table/nothing", "/table/..%2fpages", "/table/pairs?indicator=nothing",
        "/table/change?indicator=%3Cscript%3E",
        "/export/nothing.csv", "/export/states.csv", "/export/change.json", "/export/.csv",
    ],
)  # fmt: skip
def test_unknown_table_or_export_is_not_found(public, address):
    response = public.client.get(address)
    # An unknown address gets the shell page, which shows 404 itself.
    assert response.status_code == 404 or b"_dash-config" in response.data
    assert "<script>" not in response.text.split("<body")[-1] or b"_dash-config" in response.data


def test_every_exhibit_exports_its_columns_under_a_descriptive_file_name(visit, visits, caplog):
    for code, definition in EXHIBITS.items():
        response = visit.client.get(f"/export/{code}.csv")
        assert response.status_code == 200, code
        assert response.content_type == "text/csv; charset=utf-8"
        rows = list(csv.reader(io.StringIO(response.text)))
        assert tuple(rows[0]) == definition.exported
        assert (len(rows) > 1) == (code not in without_rows(visit, visits)), code
        name = re.fullmatch(r'attachment; filename="?([\w.-]+)"?', response.headers["Content-Disposition"])
        assert name, code
        assert name[1].endswith(".csv")
        assert code in name[1]
        assert ("synthetic" in name[1]) == (visit is visits["demo"])
    assert not errors(caplog)


def test_export_applies_the_filters_of_its_address(public):
    sichuan = export(public, "matrix", "place=510000&lang=zh")
    assert 0 < len(sichuan) < len(export(public, "matrix"))
    assert {row["enterprise"] for row in sichuan} < {row["enterprise"] for row in export(public, "matrix")}
    assert sichuan == export(public, "matrix", "place=510000"), "a table to take away is in codes, not in a language"


def test_every_table_links_to_the_export_with_the_same_filters(public):
    for name in set(PICTURES) & set(EXHIBITS):
        told = public.client.get(f"/table/{name}?partner=saws&lang=zh").text
        (link,) = re.findall(r'href="(/export/[^"]+)"', told)
        assert link.replace("&amp;", "&") == f"/export/{name}.csv?lang=zh&partner=saws"


def test_synthetic_notice_is_on_every_page_of_synthetic_data_and_on_no_other(public, demo):
    notice = f"{ids.NOTICE}.content"
    for page in pages.PAGES:
        for language in ("", "?lang=zh"):
            assert list(texts(demo.answered(notice, at(language, page.path))[notice]))
            assert public.answered(notice, at(language, page.path))[notice] == []


@pytest.mark.parametrize("page", pages.PAGES, ids=lambda page: page.code)
def test_every_chart_on_a_page_has_settings_that_send_no_data(page):
    graphs = [each for each in components(pages.body(page)) if isinstance(each, dcc.Graph)]
    assert graphs or page.code in {"sources", "enterprises", "stories", "completeness"}
    for graph in graphs:
        assert graph.config == theme.GRAPH_CONFIG
        assert graph.config["showSendToCloud"] is False
        assert graph.config["plotlyServerURL"] == ""


def test_unknown_page_is_404_in_both_languages_with_a_link_back(public):
    name = f"{ids.PAGE}.children"
    drawn = json.dumps(public.answered(name, at("", "/nowhere"))[name])
    assert "404" in drawn
    assert '"href": "/"' in drawn
    for page in pages.PAGES:
        assert "404" not in json.dumps(public.answered(name, at("", page.path))[name])


def test_every_filter_dimension_works_in_every_export(visit):
    """If a query omits a dimension, its numbers stay the same with and without that filter."""
    whole = enterprises(visit, "")
    offered = visit.options()
    for dimension in set(DIMENSIONS) & set(CONTROLS):
        fewest = min(offered[dimension], key=counted)
        assert enterprises(visit, f"{dimension}={fewest['value']}") == counted(fewest) < whole
