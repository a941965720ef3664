"""Decks: stored, edited concurrently, arranged in a form that works without JavaScript, filled from pages."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from html.parser import HTMLParser
from urllib.parse import parse_qsl, quote, urlsplit

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine
from visiting import PAGE, Visit, at
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from data import decks, managers
from data.decks import LONGEST_NAME, LONGEST_NOTES, MOST_SLIDES, STANDARD, Deck, DeckProblem, DeckSlide
from data.exhibits import SLIDES
from data.links import share_links
from data.links.link_terms import Audience, Terms
from data.storage import accounts as tables
from data.storage.accounts import accounts_engine
from data.storage.database import now
from layouts import ids, words
from layouts.exhibits import name_of

pytestmark = pytest.mark.both_databases

MEI, WANG = "mei@example.org", "wang@example.org"
PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def engine(new_database: Callable[[], str]) -> Iterator[Engine]:
    """An accounts database with two managers."""
    engine = accounts_engine(new_database())
    for email in (MEI, WANG):
        managers.add(engine, email, PASSWORD)
    yield engine
    engine.dispose()


@pytest.fixture
def accounts(engine: Engine) -> Iterator[Engine]:
    """The accounts database, without a deck or a link."""
    yield engine
    with engine.begin() as connection:
        for table in (tables.visit, tables.link, tables.deck):
            connection.execute(table.delete())


@pytest.fixture(scope="module")
def served(public_record_url: str, engine: Engine) -> Visit:
    return Visit.to(public_record_url, signed_in=False, local=False, accounts_url=str(engine.url))


def manager(served: Visit, email: str) -> FlaskClient:
    client = served.stranger()
    assert client.post("/sign-in", data={"email": email, "password": PASSWORD}).status_code == 303
    return client


@pytest.fixture(scope="module")
def mei(served: Visit) -> FlaskClient:
    return manager(served, MEI)


@pytest.fixture(scope="module")
def wang(served: Visit) -> FlaskClient:
    return manager(served, WANG)


def deck(name: str = "NTAC 6", *exhibits: str) -> Deck:
    return Deck(name, tuple(DeckSlide(each) for each in exhibits or ("overview", "regions", "coverage")))


def problem(do: object, *arguments: object) -> str:
    with pytest.raises(DeckProblem) as raised:
        do(*arguments)  # type: ignore[operator]
    return raised.value.reason


class Form(HTMLParser):
    """A page's first form to /decks as a browser would send it: ``fields``, ``action``, and its buttons."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: MultiDict[str, str] = MultiDict()
        self.action: str | None = None
        self.buttons: dict[str, bool] = {}
        self._inside = False
        self._select = self._area = ""
        self._options: list[tuple[str, bool]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form" and self.action is None and not given.get("action", "").startswith("/sign-out"):
            self.action, self._inside = given.get("action", ""), True
        if not self._inside:
            return
        if tag == "input" and given.get("name"):
            if given.get("type") != "checkbox" or "checked" in given:
                self.fields.add(given["name"], given.get("value", ""))
        elif tag == "button":
            self.buttons[given.get("value", "")] = "disabled" not in given
        elif tag == "select":
            self._select, self._options = given["name"], []
        elif tag == "option" and self._select:
            self._options.append((given["value"], "selected" in given))
        elif tag == "textarea":
            self._area = given["name"]
            self.fields.add(self._area, "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        elif tag == "select" and self._select:
            chosen = [value for value, selected in self._options if selected] or [self._options[0][0]]
            self.fields.add(self._select, chosen[0])
            self._select = ""
        elif tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            *before, last = self.fields.poplist(self._area)
            self.fields.setlist(self._area, [*before, last + data.removeprefix("\n")])

    def set(self, name: str, value: str, at: int = 0) -> "Form":
        """Fill in a field by name; `at` is the position of the slide if every slide has that field."""
        values = self.fields.poplist(name) or [""]
        values[at] = value
        self.fields.setlist(name, values)
        return self


def opened(client: FlaskClient, address: str) -> Form:
    answer = client.get(address, headers=PAGE)
    assert answer.status_code == 200, answer.text
    return Form(answer.text)


def press(client: FlaskClient, form: Form, button: str) -> TestResponse:
    """Press a button of a form, as a browser without JavaScript does."""
    assert form.action is not None
    assert form.buttons.get(button), f"there is no {button} to press"
    lines = {
        name: [value.replace("\n", "\r\n") for value in values]
        for name, values in form.fields.to_dict(flat=False).items()
    }
    return client.post(form.action, data=lines | {"do": [button]}, headers=PAGE)


def pressed(client: FlaskClient, form: Form, button: str) -> Form:
    answer = press(client, form, button)
    assert answer.status_code == 200, answer.text
    assert "Not saved yet" in answer.text
    return Form(answer.text)


def edit(name: str = "NTAC 6") -> str:
    return f"/decks/edit?name={quote(name)}"


# --- stored -------------------------------------------------------------------------------------------------------


def test_saved_deck_is_read_back_unchanged_with_its_author(accounts):
    slides_ = (
        DeckSlide("pairs", "defect-rate", "sector=machinery&partner=saws,cec&as_of=2014-12-31", "数字\n“quoted” <b>"),
        DeckSlide("overview"),
    )
    saved = decks.save(accounts, Deck(" NTAC 6 ", slides_), MEI)
    assert decks.read(accounts, "NTAC 6") == saved
    assert (saved.name, saved.changed_by, saved.slides) == ("NTAC 6", MEI, slides_)
    assert saved.slides[0].filters == "as_of=2014-12-31&partner=cec,saws&sector=machinery", "in its one canonical form"


def test_stored_slide_with_the_older_code_of_an_exhibit_still_opens(mei, accounts):
    slides = [{"exhibit": "journey-funnel", "indicator": "", "filters": "partner=cec", "notes": "Say it"}]
    row = {"name": "Of 2025", "revision": 7, "slides": json.dumps(slides), "changed_by": WANG, "changed_at": now()}
    with accounts.begin() as connection:
        connection.execute(tables.deck.insert().values(row))
    slide = DeckSlide("journey", "", "partner=cec", "Say it")
    assert decks.read(accounts, "Of 2025").slides == (slide,)
    for page in (edit("Of 2025"), "/decks", "/present?deck=Of+2025"):
        answer = mei.get(page, headers=PAGE)
        assert answer.status_code == 200, page
        assert "journey-funnel" not in answer.text
    saved = decks.save(accounts, replace(decks.read(accounts, "Of 2025"), slides=(slide, DeckSlide("overview"))), MEI)
    assert [each.exhibit for each in saved.slides] == ["journey", "overview"]


def test_address_with_the_older_code_of_an_exhibit_adds_its_slide(mei, accounts):
    decks.save(accounts, deck(), WANG)
    mei.post("/decks/add?exhibit=journey-funnel", data={"deck": "NTAC 6"}, headers=PAGE)
    assert decks.read(accounts, "NTAC 6").slides[-1] == DeckSlide("journey")


@pytest.mark.parametrize("chance", [0, 2**30 - 1])
def test_deck_can_be_saved_repeatedly_from_its_form_after_any_first_revision(mei, accounts, monkeypatch, chance):
    monkeypatch.setattr(decks.secrets, "randbelow", lambda _below: chance)
    decks.save(accounts, deck(), WANG)
    for time in range(3):
        assert press(mei, opened(mei, edit()).set("notes", f"time {time}"), "save").status_code == 303
    saved = decks.read(accounts, "NTAC 6")
    assert (saved.slides[0].notes, saved.revision) == ("time 2", chance + 4)


def test_conflicting_save_is_refused_and_names_the_first_author(accounts):
    read = decks.save(accounts, deck(), MEI)
    decks.save(accounts, replace(read, slides=read.slides[:1]), WANG)
    with pytest.raises(DeckProblem) as raised:
        decks.save(accounts, replace(read, slides=read.slides[1:]), MEI)
    assert (raised.value.reason, raised.value.detail) == ("changed", WANG)
    assert decks.read(accounts, "NTAC 6").slides == read.slides[:1]


def test_recreated_deck_is_not_overwritten_from_the_form_of_the_deleted_one(accounts):
    old = decks.save(accounts, deck(), MEI)
    decks.remove(accounts, old.name)
    new = decks.save(accounts, deck("NTAC 6", "published"), WANG)
    assert problem(decks.save, accounts, replace(old, slides=old.slides[:1]), MEI) == "changed"
    assert decks.read(accounts, "NTAC 6") == new


def test_change_of_a_deleted_deck_reports_that_it_is_gone(accounts):
    read = decks.save(accounts, deck(), MEI)
    decks.remove(accounts, "NTAC 6")
    assert problem(decks.save, accounts, read, MEI) == "deck"
    assert problem(decks.remove, accounts, "NTAC 6") == "deck"
    assert decks.decks(accounts) == []


@pytest.mark.parametrize("name", ["", "  ", "standard", "Standard", "x" * (LONGEST_NAME + 1), "a\nb", "a\x00b"])
def test_invalid_deck_name_and_the_standard_name_are_refused(accounts, name):
    assert problem(decks.save, accounts, deck(name), MEI) == "name"


@pytest.mark.parametrize("count", [0, MOST_SLIDES + 1])
def test_deck_with_no_slides_or_too_many_is_refused(accounts, count):
    assert problem(decks.save, accounts, Deck("NTAC 6", (DeckSlide("overview"),) * count), MEI) == "slides"


def test_new_deck_with_a_name_in_use_is_refused(accounts):
    decks.save(accounts, deck(), MEI)
    assert problem(decks.save, accounts, deck("NTAC 6", "published"), WANG) == "taken"


@pytest.mark.parametrize("arguments", [("nothing",), ("",), ("overview", "", "", "x" * (LONGEST_NOTES + 1))])
def test_slide_with_an_unknown_exhibit_or_too_long_notes_is_refused(arguments):
    assert problem(DeckSlide, *arguments) == "slides"


def test_appended_slide_keeps_a_concurrent_save(accounts, monkeypatch):
    decks.save(accounts, deck(), MEI)
    save, meanwhile = decks.save, iter([WANG])

    def slow(engine: Engine, changed: Deck, by: str) -> Deck:
        for who in meanwhile:
            save(engine, replace(decks.read(engine, "NTAC 6"), slides=(DeckSlide("published"),)), who)
        return save(engine, changed, by)

    monkeypatch.setattr(decks, "save", slow)
    decks.append(accounts, "NTAC 6", DeckSlide("breadth"), MEI)
    assert [each.exhibit for each in decks.read(accounts, "NTAC 6").slides] == ["published", "breadth"]


def test_standard_deck_exists_and_cannot_be_changed_or_deleted(accounts):
    standard = decks.read(accounts, STANDARD)
    assert len(standard.slides) >= 5
    assert problem(decks.append, accounts, STANDARD, DeckSlide("overview"), MEI) == "name"
    assert problem(decks.remove, accounts, STANDARD) == "deck"


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_every_exhibit_has_a_distinct_name(language):
    with words.speaking(language):
        names = [name_of(code) for code in SLIDES]
    assert len(set(names)) == len(SLIDES)
    assert not set(names) & set(SLIDES)


# --- the list -----------------------------------------------------------------------------------------------------


def test_deck_list_names_the_last_author_and_links_to_each_deck(mei, accounts):
    decks.save(accounts, deck("Donors & <friends>"), WANG)
    text = mei.get("/decks", headers=PAGE).text
    assert "Donors &amp; &lt;friends&gt;" in text
    assert "<friends>" not in text
    assert f"by {WANG}" in text
    for address in ("/present?deck=", "/decks/edit?name=", "/decks/edit?copy="):
        assert f'href="{address}Donors+%26+%3Cfriends%3E"' in text
    assert 'href="/present?deck=standard"' in text
    assert 'href="/decks/edit?copy=standard"' in text
    assert 'href="/decks/edit?name=standard"' not in text


def test_deck_list_offers_a_meeting_pack_of_every_deck(mei, accounts):
    decks.save(accounts, deck(), WANG)
    text = mei.get("/decks?lang=zh", headers=PAGE).text
    assert text.count('action="/pack"') == 2
    (form,) = re.findall(r'<form method="post" action="/pack".*?</form>', text, re.DOTALL)[1:]
    assert 'name="deck" value="NTAC 6"' in form
    assert {"pptx", "pdf"} <= set(re.findall(r'<option value="(\w+)"', form))
    assert '<option value="zh" selected>' in form
    assert re.findall(r'<input type="checkbox" name="(\w+)" value="1"([^>]*)>', form) == [
        ("notes", ' aria-describedby="notes-2"'),
        ("rows", ' aria-describedby="rows-2"'),
    ], "neither is ticked"
    assert {"notes-2", "rows-2"} <= set(re.findall(r'<p class="hint" id="([\w-]+)">', form))


def test_deck_is_deleted_only_by_post_after_counting_the_links_that_show_it(mei, accounts):
    decks.save(accounts, deck(), WANG)
    share_links.make(accounts, Terms(audience=Audience.COMMITTEE, deck="NTAC 6", edition="spring"))
    revoked, _token = share_links.make(accounts, Terms(audience=Audience.COMMITTEE, deck="NTAC 6", edition="spring"))
    share_links.revoke(accounts, revoked.id)
    assert "1 link shows it." in mei.get("/decks", headers=PAGE).text
    assert mei.get("/decks/remove?deck=NTAC+6", headers=PAGE).status_code in (200, 404, 405)
    assert decks.read(accounts, "NTAC 6")
    answer = mei.post("/decks/remove", data={"deck": "NTAC 6"}, headers=PAGE)
    assert (answer.status_code, answer.location) == (303, "/decks")
    assert "“NTAC 6” is deleted." in mei.get("/decks", headers=PAGE).text
    assert decks.decks(accounts) == []
    again = mei.post("/decks/remove", data={"deck": "NTAC 6"}, headers=PAGE)
    assert again.status_code == 404
    assert "There is no deck “NTAC 6” any more." in again.text


LOST = {
    "sector=gone": "Left with nothing: what it is filtered by is not in the record (gone).",
    "sector=gone,machinery": "Part of what it is filtered by is not in the record (gone).",
    "edition=ntac-5": "This edition is gone",
}


@pytest.mark.parametrize("page", ["/decks", edit()])
@pytest.mark.parametrize(("filters", "said"), LOST.items())
def test_slide_with_an_unknown_filter_value_is_reported_in_the_list_and_the_deck(mei, accounts, page, filters, said):
    decks.save(accounts, Deck("NTAC 6", (DeckSlide("overview"), DeckSlide("states", "", filters))), MEI)
    text = mei.get(page, headers=PAGE).text
    assert text.count(said) == 1
    assert ("Slide 2: " + said in text) == (page == "/decks")


def test_slide_with_a_removed_indicator_or_an_empty_selection_is_reported(mei, accounts, public):
    arranged = (DeckSlide("pairs", "gone"), DeckSlide("overview", "", public.nothing_left()), DeckSlide("published"))
    decks.save(accounts, Deck("NTAC 6", arranged), MEI)
    text = mei.get(edit(), headers=PAGE).text
    assert text.count("Left with nothing: its indicator is not in the record (gone).") == 1
    assert text.count("Left with nothing: no enterprise is enrolled in this selection.") == 1
    assert text.count("Left with nothing") == 2


# --- arranging ----------------------------------------------------------------------------------------------------


def exhibits(form: Form) -> list[str]:
    return form.fields.getlist("exhibit")


def test_new_deck_can_be_named_filled_and_saved(mei, accounts):
    form = pressed(mei, opened(mei, "/decks/edit").set("new", "coverage"), "add")
    form.set("name", "NTAC 6").set("notes", "Who did not?\n\nAsk.", 1).set("exhibit", "regions")
    answer = press(mei, form, "save")
    assert (answer.status_code, answer.location) == (303, "/decks/edit?name=NTAC+6")
    saved = decks.read(accounts, "NTAC 6")
    assert saved.slides == (DeckSlide("regions"), DeckSlide("coverage", notes="Who did not?\n\nAsk."))
    assert saved.changed_by == MEI
    assert "Saved." in mei.get(answer.location, headers=PAGE).text


def test_move_and_remove_buttons_change_the_form_without_saving(mei, accounts):
    before = decks.save(accounts, deck(), WANG)
    form = opened(mei, edit())
    assert [form.buttons[each] for each in ("up-0", "down-0", "up-2", "down-2")] == [False, True, True, False]
    form = pressed(mei, form, "down-0")
    assert exhibits(form) == ["regions", "overview", "coverage"]
    form = pressed(mei, form, "up-2")
    assert exhibits(form) == ["regions", "coverage", "overview"]
    form = pressed(mei, form, "remove-0")
    assert exhibits(form) == ["coverage", "overview"]
    assert decks.read(accounts, "NTAC 6") == before
    press(mei, form, "save")
    assert [each.exhibit for each in decks.read(accounts, "NTAC 6").slides] == ["coverage", "overview"]


@pytest.mark.parametrize("button", ["up-1", "down-0", "remove-0", "filters-1", "add"])
def test_form_keeps_typed_text_between_clicks(mei, accounts, button):
    filters = "as_of=2014-12-31&edition=ntac-5&partner=cec,gone"
    arranged = (DeckSlide("overview"), DeckSlide("pairs", "defect-rate", filters, "\nfirst line blank  "))
    decks.save(accounts, Deck("NTAC 6", arranged), MEI)
    form = opened(mei, edit()).set("notes", 'Typed, <not> saved & "quoted"\nnext line', 0)
    form = pressed(mei, pressed(mei, form, button), "add")
    found = {
        (exhibit, notes) for exhibit, notes in zip(exhibits(form), form.fields.getlist("notes"), strict=True) if notes
    }
    kept = {("overview", 'Typed, <not> saved & "quoted"\nnext line')} if button != "remove-0" else set()
    assert found == kept | {("pairs", "\nfirst line blank  ")}
    assert filters in form.fields.getlist("filters")
    assert "defect-rate" in form.fields.getlist("indicator")


def test_slide_filters_offer_the_names_of_the_record(mei, accounts):
    decks.save(accounts, Deck("NTAC 6", (DeckSlide("overview"), DeckSlide("regions", "", "partner=cec"))), MEI)
    answer = press(mei, opened(mei, edit()), "filters-1")
    assert "China Enterprise Confederation (CEC)" in answer.text
    form = Form(answer.text)
    assert form.fields.getlist("partner") == ["cec"]
    form.fields.setlist("partner", ["saws", "cec"])
    form.fields.setlist("module", ["m1"])
    form.set("as_of", "2014-12-31")
    form = pressed(mei, form, "done-1")
    assert "opened" not in form.fields
    assert form.fields.getlist("filters") == ["", "as_of=2014-12-31&module=m1&partner=cec,saws"]
    form = pressed(mei, form, "filters-1")
    for name in ("partner", "module"):
        form.fields.poplist(name)
    press(mei, form.set("as_of", ""), "save")
    assert decks.read(accounts, "NTAC 6").slides[1] == DeckSlide("regions")


def test_chosen_filters_are_kept_after_any_button(mei, accounts):
    decks.save(accounts, deck(), MEI)
    form = pressed(mei, opened(mei, edit()), "filters-1")
    form.fields.setlist("sector", ["machinery"])
    form = pressed(mei, form, "up-1")
    assert form.fields.getlist("filters") == ["sector=machinery", "", ""]
    press(mei, form, "save")
    assert decks.read(accounts, "NTAC 6").slides[0] == DeckSlide("regions", "", "sector=machinery")


def test_ticked_value_that_no_longer_exists_stays_ticked_until_unticked(mei, accounts):
    decks.save(accounts, Deck("NTAC 6", (DeckSlide("overview", "", "partner=gone&edition=ntac-5"),)), MEI)
    form = pressed(mei, opened(mei, edit()), "filters-0")
    assert form.fields.getlist("partner") == ["gone"]
    assert form.fields["edition"] == "ntac-5"


@pytest.mark.parametrize("source", ["copy=standard", "name=standard"])
def test_standard_deck_can_be_copied_under_a_new_name(mei, accounts, source):
    form = opened(mei, f"/decks/edit?{source}").set("name", "Ours")
    assert press(mei, form, "save").status_code == 303
    assert decks.read(accounts, "Ours").slides == decks.read(accounts, STANDARD).slides


def test_save_as_creates_another_deck_and_leaves_the_first_unchanged(mei, accounts):
    before = decks.save(accounts, deck(), WANG)
    form = pressed(mei, opened(mei, edit()), "remove-0").set("other", "NTAC 7")
    assert press(mei, form, "save-as").location == "/decks/edit?name=NTAC+7"
    assert decks.read(accounts, "NTAC 6") == before
    assert decks.read(accounts, "NTAC 7").slides == before.slides[1:]


@pytest.mark.parametrize(
    ("name", "status", "said"),
    [
        ("", 400, "Give the deck a name"),
        ("standard", 400, "Give the deck a name"),
        ("NTAC 6", 409, "There is a deck “NTAC 6” already"),
    ],
)
def test_refused_deck_form_keeps_its_input_and_shows_the_error(mei, accounts, name, status, said):
    before = decks.save(accounts, deck(), WANG)
    form = opened(mei, "/decks/edit").set("name", name).set("notes", "My words")
    answer = press(mei, form, "save")
    assert answer.status_code == status
    assert said in answer.text
    assert Form(answer.text).fields.getlist("notes") == ["My words"]
    assert decks.decks(accounts) == [before]


def test_deck_form_without_slides_is_not_saved(mei, accounts):
    form = pressed(mei, opened(mei, "/decks/edit").set("name", "Empty"), "remove-0")
    answer = press(mei, form, "save")
    assert answer.status_code == 400
    assert f"1 to {MOST_SLIDES} slides" in answer.text
    assert decks.decks(accounts) == []


def test_full_deck_accepts_no_further_slide(mei, accounts):
    decks.save(accounts, Deck("NTAC 6", (DeckSlide("overview"),) * MOST_SLIDES), MEI)
    form = opened(mei, edit())
    assert "add" not in form.buttons
    answer = mei.post(edit(), data=form.fields.to_dict(flat=False) | {"do": ["add"]}, headers=PAGE)
    assert len(exhibits(Form(answer.text))) == MOST_SLIDES


def test_deck_page_is_in_the_readers_language_and_keeps_it(mei, accounts):
    decks.save(accounts, deck(), MEI)
    form = opened(mei, f"{edit()}&lang=zh")
    assert form.action == "/decks/edit?name=NTAC+6&lang=zh"
    assert press(mei, form, "save").location == "/decks/edit?name=NTAC+6&lang=zh"


@pytest.mark.parametrize("address", ["/decks/edit?name=gone", "/decks/edit?copy=gone"])
def test_deleted_deck_is_reported_above_the_list(mei, address):
    answer = mei.get(address, headers=PAGE)
    assert answer.status_code == 404
    assert "There is no deck “gone” any more." in answer.text
    assert "Standard deck" in answer.text


FORGED = [
    {"exhibit": ["nothing"], "indicator": [""], "filters": [""], "notes": [""], "do": ["save"], "name": ["x"]},
    {"exhibit": ["overview", "regions"], "indicator": [""], "filters": [""], "notes": [""], "do": ["up-1"]},
    {"exhibit": ["overview"], "indicator": [""], "filters": [""], "notes": ["x" * 5000], "do": ["save"]},
    {"new": ["nothing"], "do": ["add"]},
]


@pytest.mark.parametrize("form", FORGED)
def test_malformed_deck_form_is_refused_with_a_message(mei, accounts, form):
    answer = mei.post("/decks/edit", data=form, headers=PAGE)
    assert answer.status_code == 400
    assert "This form could not be read" in answer.text
    assert decks.decks(accounts) == []


@pytest.mark.parametrize(
    "do", ["", "up", "up-", "up--1", "up-99", "remove-x", "filters-٣", "remove-" + "9" * 40, "drop-0"]
)
def test_unknown_button_changes_nothing(mei, accounts, do):
    decks.save(accounts, deck(), MEI)
    fields = opened(mei, edit()).fields.to_dict(flat=False)
    answer = mei.post(edit(), data=fields | {"do": [do], "opened": ["99"], "revision": ["x"]}, headers=PAGE)
    assert answer.status_code == 200
    assert exhibits(Form(answer.text)) == ["overview", "regions", "coverage"]


# --- two managers, one deck ---------------------------------------------------------------------------------------


def test_second_manager_to_save_gets_a_warning_and_can_save_under_another_name(mei, wang, accounts):
    decks.save(accounts, deck(), MEI)
    hers, his = opened(mei, edit()), opened(wang, edit())
    press(wang, pressed(wang, his, "remove-0"), "save")
    answer = press(mei, hers.set("notes", "Hers alone", 1), "save")
    assert answer.status_code == 409
    assert f"{WANG} saved this deck on" in answer.text
    form = Form(answer.text)
    assert exhibits(form) == ["overview", "regions", "coverage"]
    assert form.fields.getlist("notes") == ["", "Hers alone", ""]
    assert form.fields["other"] == f"NTAC 6 ({MEI})"
    assert 'href="/decks/edit?name=NTAC+6" target="_blank"' in answer.text
    # A further change neither loses it nor overwrites the other version.
    further = press(mei, form, "up-1")
    assert Form(further.text).fields.getlist("notes") == ["Hers alone", "", ""]
    assert press(mei, Form(further.text), "save").status_code == 409
    assert press(mei, form, "save-as").status_code == 303
    assert decks.read(accounts, f"NTAC 6 ({MEI})").slides[1].notes == "Hers alone"
    assert [each.exhibit for each in decks.read(accounts, "NTAC 6").slides] == ["regions", "coverage"]


def test_second_version_is_kept_when_its_new_name_is_also_in_use(mei, wang, accounts):
    decks.save(accounts, deck(), MEI)
    decks.save(accounts, deck("NTAC 7", "published"), WANG)
    hers = opened(mei, edit())
    press(wang, opened(wang, edit()), "save")
    form = Form(press(mei, hers.set("notes", "Hers alone"), "save").text)
    answer = press(mei, form.set("other", "NTAC 7"), "save-as")
    assert answer.status_code == 409
    assert "There is a deck “NTAC 7” already" in answer.text
    form = Form(answer.text)
    assert form.fields.getlist("notes")[0] == "Hers alone"
    assert press(mei, form.set("other", "NTAC 8"), "save-as").status_code == 303


def test_deck_deleted_during_editing_can_be_saved_again(mei, wang, accounts):
    decks.save(accounts, deck(), MEI)
    form = opened(mei, edit()).set("notes", "Hers alone")
    assert wang.post("/decks/remove", data={"deck": "NTAC 6"}).status_code == 303
    assert decks.decks(accounts) == []
    answer = press(mei, form, "save")
    assert answer.status_code == 409
    assert "Somebody has deleted this deck since" in answer.text
    assert press(mei, Form(answer.text), "save").status_code == 303
    assert decks.read(accounts, "NTAC 6").slides[0].notes == "Hers alone"


# --- from a page --------------------------------------------------------------------------------------------------

FROM_A_PAGE = "/decks/add?exhibit=pairs&indicator=defect-rate&partner=cec,unknown&as_of=2014-12-31"


def test_exhibit_is_added_to_an_existing_deck_with_the_filters_of_its_page(mei, accounts):
    decks.save(accounts, deck(), WANG)
    page = mei.get(FROM_A_PAGE, headers=PAGE).text
    assert "China Enterprise Confederation (CEC)" in page
    assert len(decks.read(accounts, "NTAC 6").slides) == 3, "looking adds nothing"
    answer = mei.post(FROM_A_PAGE, data={"deck": "NTAC 6", "notes": "See\r\nhere"}, headers=PAGE)
    assert (answer.status_code, answer.location) == (303, "/decks/edit?name=NTAC+6#slide-4")
    saved = decks.read(accounts, "NTAC 6")
    assert saved.slides[3] == DeckSlide("pairs", "defect-rate", "as_of=2014-12-31&partner=cec", "See\nhere")
    assert saved.changed_by == MEI


def test_every_exhibit_on_a_page_links_to_add_to_deck_with_its_current_view(public):
    led = {}
    for page, exhibit in (
        ("regions", "regions"), ("modules", "states"), ("modules", "matrix"), ("results", "pairs"),
        ("results", "change"), ("results", "practices"), ("published", "published"),
    ):  # fmt: skip
        name = f"{ids.part(page, exhibit, 'basis')}.content"
        drawn = public.answered(name, at("?partner=cec&lang=zh") | {f"{ids.RESULTS_INDICATOR}.value": "defect-rate"})
        (address,) = re.findall(r"/decks/add\?[^\"]*", json.dumps(drawn[name]))
        assert "partner=cec" in address
        assert public.open(address).status_code == 200
        led[exhibit] = dict(parse_qsl(urlsplit(address).query))
    assert {name: query["exhibit"] for name, query in led.items()} == {name: name for name in led}
    assert led["pairs"]["indicator"] == "defect-rate"
    assert "indicator" not in led["change"]


def test_exhibit_can_start_a_new_deck(mei, accounts):
    answer = mei.post("/decks/add?exhibit=regions&lang=zh", data={"deck": "", "name": "甲"}, headers=PAGE)
    assert answer.location == "/decks/edit?name=%E7%94%B2&lang=zh#slide-1"
    assert decks.read(accounts, "甲").slides == (DeckSlide("regions"),)


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"deck": "", "name": ""}, "Give the deck a name"),
        ({"deck": "", "name": "NTAC 6"}, "There is a deck “NTAC 6” already"),
        ({"deck": "gone"}, "There is no deck “gone” any more."),
        ({"deck": "full"}, f"1 to {MOST_SLIDES} slides"),
    ],
)
def test_refused_add_form_keeps_its_input(mei, accounts, form, said):
    decks.save(accounts, deck(), WANG)
    decks.save(accounts, Deck("full", (DeckSlide("overview"),) * MOST_SLIDES), WANG)
    answer = mei.post(FROM_A_PAGE, data=form | {"notes": "My words"}, headers=PAGE)
    assert answer.status_code == 400
    assert said in answer.text
    filled = Form(answer.text).fields
    assert (filled["notes"], filled.get("name"), filled["deck"]) == (
        "My words", form.get("name", ""), form["deck"] if form["deck"] == "full" else filled["deck"],
    )  # fmt: skip


@pytest.mark.parametrize("query", ["", "exhibit=nothing", "exhibit=../x"])
def test_unknown_exhibit_cannot_be_added(mei, query):
    assert mei.get(f"/decks/add?{query}", headers=PAGE).status_code == 404
    assert mei.post(f"/decks/add?{query}", data={"name": "x"}, headers=PAGE).status_code == 404


# --- access -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("audience", list(Audience))
def test_link_viewer_can_neither_see_nor_change_decks(served, accounts, audience):
    kept = decks.save(accounts, deck(), MEI)
    _link, token = share_links.make(accounts, served.fit(Terms(audience=audience)))
    guest = served.stranger()
    assert guest.get(f"/s/{token}", headers=PAGE).status_code == 303
    for address in ("/decks", edit(), FROM_A_PAGE):
        answer = guest.get(address, headers=PAGE)
        assert answer.status_code == 404
        assert "NTAC 6" not in answer.text
    for address, form in (
        ("/decks/remove", {"deck": "NTAC 6"}),
        (edit(), {"do": "save"}),
        (FROM_A_PAGE, {"name": "x"}),
    ):
        assert guest.post(address, data=form, headers=PAGE).status_code == 404
    assert decks.decks(accounts) == [kept]


def test_post_from_another_site_changes_no_deck(mei, accounts):
    kept = decks.save(accounts, deck(), MEI)
    foreign = {"Sec-Fetch-Site": "cross-site"}
    for address, form in (("/decks/remove", {"deck": "NTAC 6"}), ("/decks/add?exhibit=regions", {"deck": "NTAC 6"})):
        assert mei.post(address, data=form, headers=foreign).status_code == 403
    assert decks.decks(accounts) == [kept]
