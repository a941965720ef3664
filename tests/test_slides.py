"""Decks as slides: every exhibit in both languages, precedence of filters, and access to decks."""

import json
from collections.abc import Iterator
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine
from test_figures import hold_to_rules
from visiting import PAGE, Visit

from data import decks
from data.decks import STANDARD, STANDARD_SLIDES, Deck, DeckSlide
from data.exhibits import SLIDES
from data.filters import Filters
from data.links import share_links
from data.links.link_terms import Audience, Terms
from data.storage.accounts import accounts_engine
from data.vocabulary import LANGUAGES
from layouts.exhibits.published import MOST_CARDS

Show = dict[str, Any]

NEVER_EMPTY = ("overview", "regions", "module-funnel", "states", "journey-funnel", "breadth", "matrix", "coverage")
DRAWN_AS_CARDS = ("overview", "published")


def strict(text: str) -> Show:
    """JSON as a browser reads it: no NaN."""

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON")

    read: Show = json.loads(text, parse_constant=refuse)
    return read


def shown(client: FlaskClient, query: str = "") -> Show:
    """The data of the show at an address."""
    response = client.get(f"/present/slides.json?{query}")
    assert response.status_code == 200, response.text[:300]
    return strict(response.text)


def by_exhibit(show_data: Show, language: str = "en") -> dict[str, Show]:
    return {each[language]["exhibit"]: each[language] for each in show_data["slides"]}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("slides")


@pytest.fixture(scope="module")
def accounts(folder: Path) -> Iterator[Engine]:
    engine = accounts_engine(f"sqlite:///{folder}/accounts.db")
    decks.save(engine, Deck("All", tuple(DeckSlide(code, notes=f"say {code}") for code in SLIDES)), "manager")
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def desks(public_record_url: str, demo_url: str, folder: Path, accounts: Engine) -> dict[str, Visit]:
    """A manager on each record, with their own decks."""
    urls = {"public": public_record_url, "demo": demo_url}
    return {name: Visit.to(url, accounts_url=f"sqlite:///{folder}/accounts.db") for name, url in urls.items()}


@pytest.fixture(scope="module")
def all_slides(desks: dict[str, Visit]) -> dict[str, Show]:
    """The deck of every exhibit, as sent to the manager of each record."""
    return {name: shown(desk.client, "deck=All") for name, desk in desks.items()}


@pytest.fixture(params=["public", "demo"])
def show_data(request: pytest.FixtureRequest, all_slides: dict[str, Show]) -> Show:
    """The same data, on each record in turn."""
    return all_slides[request.param]


@pytest.fixture(params=["public", "demo"])
def desk(request: pytest.FixtureRequest, desks: dict[str, Visit]) -> Visit:
    return desks[request.param]


def link_viewer(desk: Visit, accounts: Engine, terms: Terms) -> FlaskClient:
    """A viewer who has opened a link of these terms."""
    _link, token = share_links.make(accounts, desk.fit(terms), made_by="manager")
    client = desk.stranger()
    assert client.get(f"/s/{token}").status_code == 303
    return client


def committee(desk: Visit, accounts: Engine, **said: Any) -> FlaskClient:
    return link_viewer(desk, accounts, Terms(audience=Audience.COMMITTEE, **said))


def sectors_of(desk: Visit) -> dict[str, int]:
    """The number of enterprises of every sector, from its option."""
    return {each["value"]: int(each["label"].rsplit("· ", 1)[1]) for each in desk.options()["sector"]}


# ---- every exhibit


def test_every_exhibit_is_a_slide_in_both_languages(show_data):
    assert [each["en"]["exhibit"] for each in show_data["slides"]] == list(SLIDES)
    for each in show_data["slides"]:
        english, chinese = each["en"], each["zh"]
        assert set(each) == set(LANGUAGES)
        for said in ("title", "coverage", "filtered", "as_of", "sources"):
            assert english[said], (english["exhibit"], said)
            assert chinese[said], (english["exhibit"], said)
        assert english["as_of"] != chinese["as_of"]
        assert len(english["figures"]) == len(chinese["figures"])
        assert len(english["cards"]) == len(chinese["cards"])
        assert len(english["ns"]) == len(chinese["ns"])
        assert [len(row) for row in english["table"]["rows"]] == [len(row) for row in chinese["table"]["rows"]]


def test_slide_shows_figures_or_cards_with_a_table_or_an_explanation(show_data):
    for code, slide in by_exhibit(show_data).items():
        if slide["empty"]:
            assert code not in NEVER_EMPTY, slide["empty"]
            assert not slide["figures"]
            assert not slide["cards"]
            continue
        assert bool(slide["cards"]) == (code in DRAWN_AS_CARDS)
        assert len(slide["figures"]) == (0 if slide["cards"] else 2 if code == "regions" else 1)
        assert slide["table"]["rows"], code
        assert slide["ns"], code
        columns = len(slide["table"]["columns"])
        for row in slide["table"]["rows"]:
            assert len(row) == columns
            assert all(isinstance(cell, str) for cell in row), (code, row)
        assert all(isinstance(said, str) for pair in slide["ns"] for said in pair), (code, slide["ns"])


@pytest.mark.parametrize("query", ["deck=All", "deck=All&as_of=2005-01-01", "deck=All&module=m1"])
def test_every_figure_on_a_slide_is_valid_for_plotly(desk, query):
    show_data = shown(desk.client, query)
    for at, each in enumerate(show_data["slides"]):
        for language, slide in each.items():
            figures = {f"{language}-{slide['exhibit']}-{at}-{n}": each for n, each in enumerate(slide["figures"])}
            hold_to_rules(figures)


def test_pairs_of_every_indicator_make_a_slide(desks, accounts):
    client = desks["demo"].client
    indicators = [line.split(",")[0] for line in client.get("/export/change.csv").text.splitlines()[1:]]
    slides = tuple(DeckSlide("pairs", indicator=code) for code in indicators)
    decks.save(accounts, Deck("Pairs", slides), "manager")
    show_data = shown(client, "deck=Pairs")
    assert len({each["en"]["title"] for each in show_data["slides"]}) == len(indicators)
    for at, each in enumerate(show_data["slides"]):
        hold_to_rules({f"{indicators[at]}-{language}": fig for language in each for fig in each[language]["figures"]})


def test_slide_shows_few_enough_rows_to_be_readable(all_slides):
    slides = by_exhibit(all_slides["demo"])
    for code in ("change", "practices"):
        (figure,) = slides[code]["figures"]
        assert 1 <= len(figure["layout"]["annotations"]) <= 7, code
    assert len(slides["regions"]["figures"][1]["layout"]["annotations"]) <= 7
    assert len(slides["matrix"]["figures"][0]["layout"]["yaxis"]["ticktext"]) <= 10
    assert len(slides["published"]["cards"]) == MOST_CARDS


def test_every_module_step_is_labelled_with_its_count_and_share(all_slides):
    slide = by_exhibit(all_slides["demo"])["module-funnel"]
    recorded, bars = slide["figures"][0]["data"]
    assert len(recorded["x"]) == len(bars["x"])
    rows = slide["table"]["rows"]
    assert len(bars["text"]) == 5 * len(rows)
    for at, row in enumerate(rows):
        printed = bars["text"][5 * at : 5 * at + 5]
        texts = [text.replace("<b>", "").replace("</b>", "").split("  ")[0] for text in printed]
        assert texts == [cell.removesuffix(" assumed") for cell in row[1:6]], (
            "on record, and assumed where there is any"
        )
        assert row[6] in printed[4], "the share that completed"


def test_state_too_small_for_its_label_is_listed_next_to_its_module(all_slides):
    slide = by_exhibit(all_slides["demo"])["states"]
    (figure,) = slide["figures"]
    columns = [column["label"] for column in slide["table"]["columns"]]
    for trace in figure["data"]:
        label, total = trace["name"].rsplit(" ", 1)
        assert int(total.replace(",", "")) == sum(trace["x"]), "the legend has the number of all modules"
        for at, length in enumerate(trace["x"]):
            heading = figure["layout"]["annotations"][at]["text"]
            assert not length or str(length) in trace["text"][at] or f"{label}: {length}" in heading
            if label in columns:
                assert slide["table"]["rows"][at][columns.index(label)].replace(",", "") == str(length)


def test_slide_shows_one_published_figure_per_indicator_and_counts_the_rest(all_slides):
    slide = by_exhibit(all_slides["public"])["published"]
    labels = [card["label"] for card in slide["cards"]]
    assert len(labels) == len(set(labels)) == MOST_CARDS
    assert str(len(slide["table"]["rows"]) - MOST_CARDS) in slide["caption"]
    shares = [card for card in slide["cards"] if card["value"].endswith("%")]
    assert shares
    assert all(card["of"] for card in shares), "a share says what it is out of, or that nobody says"


def test_every_slide_of_a_synthetic_programme_is_marked_synthetic(all_slides):
    for name, synthetic in (("demo", True), ("public", False)):
        for each in all_slides[name]["slides"]:
            assert all(bool(slide["synthetic"]) == synthetic for slide in each.values())


# ---- filters


def test_show_filter_replaces_only_the_slide_filter_of_the_same_dimension(desks, accounts):
    desk = desks["demo"]
    first, second = (each["value"] for each in desk.options()["sector"][:2])
    names = {each["value"]: each["label"].split(" · ")[0].strip() for each in desk.options()["sector"]}
    partner = desk.options(f"?sector={second}")["partner"][0]
    own = Filters.from_search(f"sector={first}&partner={partner['value']}").query()
    decks.save(accounts, Deck("Filtered", (DeckSlide("overview", filters=own), DeckSlide("overview"))), "manager")
    alone = shown(desk.client, "deck=Filtered")["slides"]
    assert names[first] in alone[0]["en"]["filtered"]
    assert names[first] not in alone[1]["en"]["filtered"]
    laid = shown(desk.client, f"deck=Filtered&sector={second}")["slides"]
    assert names[first] not in laid[0]["en"]["filtered"]
    for each in laid:
        assert names[second] in each["en"]["filtered"]
    assert partner["label"].split(" · ")[0].strip() in laid[0]["en"]["filtered"]
    assert partner["label"].split(" · ")[0].strip() not in laid[1]["en"]["filtered"]


def test_as_of_date_of_the_show_applies_to_all_slides(desk):
    for each in shown(desk.client, "as_of=2014-12-31")["slides"]:
        assert "31 December 2014" in each["en"]["as_of"]


def test_slide_numbers_equal_those_of_the_page_with_the_same_filters(desk):
    partner = desk.options()["partner"][0]["value"]
    rows = [line.split(",") for line in desk.client.get(f"/export/overview.csv?partner={partner}").text.splitlines()]
    counted = {row[0]: row[1] for row in rows}
    slide = by_exhibit(shown(desk.client, f"partner={partner}"))["overview"]
    enterprises = slide["cards"][0]["value"].replace(",", "")
    assert enterprises == counted["enterprises"]
    trained, enrolled = int(counted["trained"]), int(counted["enterprises"])
    all_trained = f"All {enrolled:,} enterprises trained"
    assert slide["title"].startswith(all_trained if trained == enrolled else f"{trained:,} of {enrolled:,} enterprises")


def test_empty_selection_shows_a_message_on_every_slide(desk):
    for each in shown(desk.client, f"deck=All&{desk.nothing_left()}")["slides"]:
        for slide in each.values():
            assert slide["empty"]
            assert slide["title"]
            assert not slide["figures"]


@pytest.mark.parametrize("slide", [DeckSlide("overview", filters="sector=gone"), DeckSlide("pairs", indicator="gone")])
def test_slide_with_a_removed_filter_value_shows_a_message_and_no_other_data(desks, accounts, slide):
    name = f"Gone {slide.exhibit}"
    decks.save(accounts, Deck(name, (slide,)), "manager")
    client = desks["demo"].client
    said = shown(client, f"deck={name}")["slides"][0]
    assert "no longer on record" in said["en"]["empty"]
    assert not said["en"]["cards"]
    sector = desks["demo"].options()["sector"][0]["value"]
    if slide.filters:
        assert shown(client, f"deck={name}&sector={sector}")["slides"][0]["en"]["cards"], "the show filters otherwise"


def test_filter_panel_offers_the_values_in_the_view_and_marks_the_chosen_ones(desks):
    desk = desks["demo"]
    sector = desk.options()["sector"][0]["value"]
    show_data = shown(desk.client, f"sector={sector}")
    for language in LANGUAGES:
        groups = {group["dimension"]: group for group in show_data["filters"][language]}
        assert groups["sector"]["chosen"] == [sector]
        assert groups["partner"]["chosen"] == []
        offered = desk.options(f"?sector={sector}&lang={language}")
        for dimension, group in groups.items():
            expected = [(each["value"], each["label"]) for each in offered[dimension]]
            assert [(each["value"], each["label"]) for each in group["options"]] == expected


# ---- decks and viewers


def test_every_programme_has_a_standard_deck(desk):
    show_data = shown(desk.client)
    assert show_data["deck"] == STANDARD
    assert len(show_data["slides"]) == len(STANDARD_SLIDES)
    assert desk.open("/present").status_code == 200


def test_speaker_notes_are_sent_to_everyone_who_may_present(desks, accounts):
    by_link = committee(desks["public"], accounts, deck="All")
    for client in (desks["public"].client, by_link):
        assert [each["en"]["notes"] for each in shown(client, "deck=All")["slides"]] == [
            f"say {code}" for code in SLIDES
        ]


def test_missing_deck_shows_a_message_in_the_readers_language(desks):
    client = desks["public"].client
    page = client.get("/present?deck=nothing&lang=zh", headers=PAGE)
    assert page.status_code == 404
    assert 'lang="zh-Hans"' in page.text
    english = client.get("/present?deck=nothing", headers=PAGE)
    assert "This deck is gone" in english.text
    assert client.get("/present/slides.json?deck=nothing").status_code == 404


def test_committee_can_open_only_its_own_deck(desks, accounts):
    pinned = committee(desks["public"], accounts, deck="All")
    for query in ("", "deck=standard", "deck=nothing"):
        show_data = shown(pinned, query)
        assert show_data["deck"] == "All"
        assert show_data["decks"] == []
    free = committee(desks["public"], accounts)
    assert shown(free, "deck=All")["deck"] == STANDARD


def test_committee_with_a_deleted_deck_sees_a_message(desks, accounts):
    decks.save(accounts, Deck("Short-lived", (DeckSlide("overview"),)), "manager")
    client = committee(desks["public"], accounts, deck="Short-lived")
    assert client.get("/present", headers=PAGE).status_code == 200
    decks.remove(accounts, "Short-lived")
    page = client.get("/present", headers=PAGE)
    assert page.status_code == 404
    assert "Ask for a new one" in page.text
    assert client.get("/present/slides.json").status_code == 404


def test_manager_can_choose_any_deck(all_slides):
    show_data = all_slides["public"]
    assert show_data["decks"][0] == STANDARD
    assert "All" in show_data["decks"]
    assert show_data["browse"] is True


def test_committee_sees_only_its_scope_in_slides_and_options(desks, accounts):
    desk = desks["demo"]
    scope = max(sectors_of(desk).items(), key=itemgetter(1))[0]
    outside = [each for each in desk.options()["sector"] if each["value"] != scope]
    client = committee(desk, accounts, scope=Filters.from_search(f"sector={scope}"), deck="All", names=True)
    show_data = shown(client)
    assert show_data["browse"] is False
    sectors = next(group for group in show_data["filters"]["en"] if group["dimension"] == "sector")
    assert {each["value"] for each in sectors["options"]} <= {scope}
    groups = by_exhibit(show_data)["coverage"]["table"]["rows"]
    assert len([row for row in groups if row[1] == "Sector"]) == 1
    inside = shown(desk.client, f"sector={scope}")
    assert by_exhibit(show_data)["overview"]["cards"][0]["value"] == by_exhibit(inside)["overview"]["cards"][0]["value"]
    nothing = shown(client, f"sector={outside[0]['value']}")
    for each in nothing["slides"]:
        assert each["en"]["empty"]
        assert outside[0]["label"].split(" · ")[0].strip() not in json.dumps(each, ensure_ascii=False)


def test_committee_without_names_sees_no_name(desks, accounts):
    desk = desks["demo"]
    names = {line.split(",")[0] for line in desk.client.get("/export/matrix.csv").text.splitlines()[1:]}
    assert names
    client = committee(desk, accounts, deck="All")
    text = client.get("/present/slides.json").text
    assert not [name for name in names if f'"{name}"' in text]
    matrix = by_exhibit(strict(text))["matrix"]
    assert matrix["empty"] or not any("synthetic" in row[0] for row in matrix["table"]["rows"])


def test_small_numbers_are_withheld_on_slides_as_on_pages(desks, accounts):
    client = committee(desks["demo"], accounts, deck="All", threshold=5)
    show_data = shown(client)
    assert "under 5" in json.dumps(show_data["slides"])
    assert show_data["as_of"] is None, "the date is not chosen where numbers are withheld"
    for each in show_data["slides"]:
        for language, slide in each.items():
            hold_to_rules({f"{language}-{slide['exhibit']}-{n}": figure for n, figure in enumerate(slide["figures"])})
            assert all(isinstance(said, str) for pair in slide["ns"] for said in pair)


def test_too_narrow_selection_is_refused_on_every_slide(desks, accounts):
    desk = desks["demo"]
    smallest, count = min(sectors_of(desk).items(), key=itemgetter(1))
    assert count <= 10
    client = committee(desk, accounts, deck="All", threshold=10)
    for each in shown(client, f"sector={smallest}")["slides"]:
        for slide in each.values():
            assert slide["empty"]
            assert not slide["figures"]
            assert not slide["cards"]
            assert not slide["table"]["rows"]
            assert not slide["ns"]
            assert slide["synthetic"]


def test_donor_cannot_present(desks, accounts):
    client = link_viewer(desks["public"], accounts, Terms(audience=Audience.DONOR))
    for path in ("/present", "/present/slides.json", "/present/speaker"):
        assert client.get(path, headers=PAGE).status_code == 404


def test_anonymous_visitor_cannot_present(desks):
    for path in ("/present", "/present/slides.json", "/present/speaker"):
        assert desks["public"].stranger().get(path).status_code == 401


def test_next_response_after_the_end_of_a_link_is_refused(desks, accounts):
    made, token = share_links.make(accounts, desks["public"].fit(Terms(audience=Audience.COMMITTEE)), made_by="manager")
    client = desks["public"].stranger()
    client.get(f"/s/{token}")
    assert client.get("/present/slides.json").status_code == 200
    share_links.revoke(accounts, made.id)
    assert client.get("/present/slides.json").status_code == 401
    assert client.get("/alive").status_code == 401


# ---- the interface


def test_every_interface_text_of_the_show_is_in_both_languages_and_used(all_slides):
    show_data = all_slides["public"]
    assert set(show_data["words"]["en"]) == set(show_data["words"]["zh"])
    sources = [*Path("dashboard/assets/present").glob("*.js"), *Path("dashboard/templates").glob("*.html")]
    used = "".join(path.read_text(encoding="utf-8") for path in sources)
    for word in show_data["words"]["en"]:
        assert f'"{word}"' in used or f".{word}" in used, f"nobody says {word}"


def test_pages_do_not_load_the_scripts_of_the_show(desks):
    assert "present" not in desks["public"].open("/").text
    with desks["public"].client.get("/assets/present/show.js") as script:
        assert script.status_code == 200


def test_show_page_contains_no_number_and_no_inline_script(desks):
    for path in ("/present", "/present/speaker"):
        page = desks["public"].open(path)
        assert page.text.count("<script") == page.text.count("<script src=")
        assert "enterprises" not in page.text


def test_slide_of_a_missing_edition_shows_a_message_and_the_others_work(desk, accounts):
    slides = (DeckSlide("overview", filters="edition=gone-12345678"), DeckSlide("breadth"))
    if "Pinned" not in {deck.name for deck in decks.decks(accounts)}:
        decks.save(accounts, Deck("Pinned", slides), "manager")
    gone, standing = shown(desk.client, "deck=Pinned")["slides"]
    assert gone["en"]["empty"]
    assert gone["zh"]["empty"]
    assert not standing["en"]["empty"]
    assert desk.client.get("/present/slides.json?deck=Pinned&edition=gone-12345678").status_code == 404
