"""Editions in the browser: the managers' page, the dashboard on an edition, and messages for a missing one."""

import csv
import html
import io
import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from flask import g
from older_editions import of_first_rules
from programme import PROGRAMME, load_rows, with_more
from visiting import PAGE, Visit, as_drawn, at, components, notice, texts

from dashboard.pages import errors
from data.editions import frozen_copies
from data.editions.frozen_copies import LONGEST_NAME, Edition, EditionProblem
from data.links import share_links
from data.links.link_terms import Audience, Terms
from data.rules_version import RULES_VERSION
from data.storage.accounts import accounts_engine
from data.storage.database import reading_engine, writing_engine
from layouts import ids, words
from layouts.pages import PAGES

SENTENCE = f"{ids.SENTENCE}.content"
HEADLINES = f"{ids.OVERVIEW_HEADLINES}.content"


class Office:
    """A changing record, its editions, and a manager who views both."""

    def __init__(self, folder: Path) -> None:
        self.path, self.editions, self.accounts_url = folder / "r.db", folder / "ed", f"sqlite:///{folder}/accounts.db"
        engine = writing_engine(f"sqlite:///{self.path}")
        load_rows(engine, with_more(PROGRAMME))
        engine.dispose()
        self.manager = Visit.to(f"sqlite:///{self.path}", editions=self.editions, accounts_url=self.accounts_url)

    def freeze(self, name: str = "NTAC 6") -> Edition:
        return frozen_copies.freeze(reading_engine(f"sqlite:///{self.path}"), name, self.editions)

    def change(self, *statements: str) -> None:
        with closing(sqlite3.connect(self.path)) as connection:
            for statement in statements:
                connection.execute(statement)
            connection.commit()

    def by_link(self, **terms: object) -> Visit:
        """A viewer with a link of these terms."""
        _link, token = share_links.make(accounts_engine(self.accounts_url), self.manager.fit(Terms(**terms)))
        visitor = replace(self.manager, client=self.manager.stranger(), standing=as_drawn())
        assert visitor.client.get(f"/s/{token}").status_code == 303
        return visitor


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def read(text: str) -> str:
    """The visible text of a page."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def damage(edition: Edition) -> None:
    edition.path.chmod(0o644)
    edition.path.write_bytes(edition.path.read_bytes() + b"\x00")


def workers(visit: Visit, search: str = "") -> str:
    """The number of workers reached, from the export."""
    answer = visit.client.get(f"/export/overview.csv{search}")
    assert answer.status_code == 200
    return {row["headline"]: row["value"] for row in csv.DictReader(io.StringIO(answer.text))}["workers_reached"]


def trouble_message(visit: Visit, reason: str, language: str) -> tuple[str, str]:
    """The message a manager gets for a problem with an edition."""
    with words.speaking(language), visit.app.server.test_request_context():
        g.viewer = None
        return errors.edition_words(EditionProblem(reason))


# --- the page -----------------------------------------------------------------------------------------------------


def test_page_without_editions_shows_a_message_and_no_comparison(office):
    page = office.manager.open("/editions")
    assert page.status_code == 200
    assert "Nothing has been frozen yet." in page.text
    assert 'name="from"' not in page.text


def test_edition_frozen_in_the_browser_is_listed_with_its_hash_and_links(office):
    done = office.manager.client.post("/editions", data={"name": "NTAC 6"})
    (made,) = frozen_copies.editions(office.editions)
    assert (done.status_code, done.location) == (303, f"/editions?frozen={made.key}")
    page = office.manager.open(done.location).text
    assert made.sha256 in page
    assert f"<code>{made.short}</code>" in page
    assert "as it was frozen" in page
    for address in (f"/?edition={made.key}", f"/present?edition={made.key}", f"/editions?from={made.key}&amp;to=live"):
        assert f'href="{address}' in page


@pytest.mark.parametrize(
    ("name", "status"), [("", 400), ("live", 400), ("x" * (LONGEST_NAME + 1), 400), ("ntac 6", 409)]
)
def test_invalid_edition_name_shows_an_error_keeps_the_input_and_freezes_nothing(office, name, status):
    office.freeze()
    page = office.manager.client.post("/editions", data={"name": name})
    assert page.status_code == status
    assert 'role="alert"' in page.text
    assert f'value="{name}"' in page.text
    assert len(frozen_copies.editions(office.editions)) == 1


def test_edition_name_is_escaped(office):
    name = '"><script>alert(1)</script>'
    made = office.freeze(name)
    for address in ("/editions", f"/editions?frozen={made.key}", f"/editions?from={made.key}&to=live"):
        assert "<script>alert" not in office.manager.open(address).text
    assert "<script>alert" not in office.manager.client.post("/editions", data={"name": name}).text


def test_unwritable_editions_folder_is_reported_on_the_page(office):
    office.editions.touch()
    page = office.manager.client.post("/editions", data={"name": "NTAC 6"})
    assert page.status_code == 400
    assert "Nothing was frozen" in page.text


def test_changed_and_unreadable_editions_are_marked_and_have_no_links(office):
    changed, damaged, good = office.freeze("One"), office.freeze("Two"), office.freeze("Three")
    damage(changed)
    damaged.path.chmod(0o644)
    damaged.path.write_bytes(b"garbage")
    page = office.manager.open("/editions").text
    assert page.count("changed: nothing is shown from it") == 1
    assert page.count("cannot be opened") == 1
    assert re.findall(r'href="/\?edition=([^"]+)"', page) == [good.key]


def test_editions_page_is_in_chinese_and_keeps_the_language(office):
    made = office.freeze("第六次会议")
    page = office.manager.open(f"/editions?lang=zh&from={made.key}&to=live").text
    assert '<html lang="zh-Hans">' in page
    assert "年" in page
    assert f'href="/?edition={made.key}&amp;lang=zh"' in page
    assert f'href="/editions?from={made.key}&amp;to=live"' in page, "the switch keeps what is compared"
    done = office.manager.client.post("/editions?lang=zh", data={"name": "第七次会议"})
    assert done.location.endswith("&lang=zh")


def test_comparison_separates_headlines_new_results_and_corrections(office):
    office.freeze()
    office.change(
        "UPDATE enterprise SET workers = 110 WHERE code = 'a'",
        "UPDATE enterprise SET workers = 75 WHERE code = 'c'",
        "UPDATE result SET after = 0 WHERE enterprise = 'a' AND indicator = 'plan'",
        "DELETE FROM training WHERE enterprise = 'g'",
        "INSERT INTO training (enterprise, round, module, workshop_on, workers)"
        " VALUES ('h', 'r2', 'm3', '2014-12-01', 1234)",
    )
    page = office.manager.open("/editions?from=NTAC+6&to=live")
    assert page.status_code == 200
    said = read(page.text)
    head, rest = said.split(" New results ")
    new, corrections = rest.split(" Corrections of old ones ")
    assert "Workers employed in them 650 735 +85" in head
    assert "enterprises · 1 change" in new
    assert re.search(r"Enterprise C workers blank 75", new)
    assert "Enterprise H · Round 2 · Module 3 not there workshop_on 1 December 2014, workers 1,234" in new
    assert "Enterprise A workers 100 110" in corrections
    assert "Enterprise A · Round 1 · Module 1 · Has a plan after yes no" in corrections
    assert re.search(r"Enterprise G · Round 2 · Module 1 due_on 31 December 2014, source Sheet not there", corrections)
    assert "Enterprise A" not in new
    assert "Enterprise C" not in corrections


def test_long_comparison_is_truncated_on_the_page_and_complete_as_csv(office, monkeypatch):
    monkeypatch.setattr("dashboard.pages.edition_changes.MOST_SHOWN", 3)
    made = office.freeze()
    office.change("UPDATE enterprise SET workers = 500")
    page = office.manager.open(f"/editions?from={made.key}&to=live").text
    assert "The first 3 of 8; the CSV has all." in page
    (address,) = re.findall(r'href="(/editions/changes\.csv[^"]*)"', page)
    answer = office.manager.client.get(html.unescape(address))
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"] == f"attachment; filename=changes-{made.key}-live.csv"
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["kind"] for row in rows].count("corrected") == 8


def test_changed_note_of_the_programme_is_in_the_comparison_under_its_name(office):
    office.freeze()
    office.change("UPDATE programme SET note_en = 'Another note'")
    page = office.manager.open("/editions?from=NTAC+6&to=live")
    assert page.status_code == 200
    assert "Programme note_en blank Another note" in read(page.text)


def test_comparison_without_changes_shows_a_message_under_both_headings(office):
    office.freeze()
    page = office.manager.open("/editions?from=NTAC+6&to=live").text
    assert "Nothing is new." in page
    assert "Nothing was corrected." in page
    assert "changes.csv" not in page


@pytest.mark.parametrize("language", ["en", "zh"])
def test_comparison_with_a_missing_or_changed_edition_shows_a_message(office, language):
    made = office.freeze()
    gone = office.manager.open(f"/editions?from=nix-00000000&to=live&lang={language}")
    damage(made)
    changed = office.manager.open(f"/editions?from={made.key}&to=live&lang={language}")
    for page, status, reason in ((gone, 404, "gone"), (changed, 503, "changed")):
        assert page.status_code == status
        assert all(line in read(page.text) for line in trouble_message(office.manager, reason, language))
    for query in ("", "from=live", "from=live&to=nix", "to=live", f"from={made.key}&to=live"):
        answer = office.manager.client.get(f"/editions/changes.csv?{query}", headers=PAGE)
        assert answer.status_code in (404, 503)
        assert answer.mimetype == "text/html"


# --- frozen tables and older rules --------------------------------------------------------------------------------


def test_frozen_tables_are_downloaded_as_they_were_frozen(office):
    made = office.freeze()
    office.change("UPDATE enterprise SET workers = 999")
    page = office.manager.open("/editions").text
    assert f"version {RULES_VERSION} of the rules" in page
    (address,) = re.findall(r'href="(/editions/tables\.zip[^"]*)"', page)
    answer = office.manager.client.get(html.unescape(address))
    assert answer.mimetype == "application/zip"
    assert answer.data == made.tables_path.read_bytes()
    name = f"synthetic-tables-{made.key}.zip"
    assert answer.headers["Content-Disposition"] == f"attachment; filename={name}"


@pytest.mark.parametrize(("language", "words_said"), [("en", "its tables were changed"), ("zh", None)])
def test_altered_tables_are_told_in_words_and_not_given_out(office, language, words_said):
    made = office.freeze()
    made.tables_path.chmod(0o644)
    made.tables_path.write_bytes(b"no ZIP")
    asked = f"/editions/tables.zip?edition={made.key}&lang={language}"
    for page in (office.manager.open(f"/editions?lang={language}"), office.manager.client.get(asked, headers=PAGE)):
        assert page.mimetype == "text/html"
        assert words_said is None or words_said in page.text
        assert "tables.zip" not in page.text
        assert f"/?edition={made.key}" in page.text, "the edition itself is shown"
    assert page.status_code == 503
    made.tables_path.unlink()
    assert office.manager.client.get(asked, headers=PAGE).status_code == 404


def test_tables_of_a_changed_or_missing_edition_are_not_given_out(office):
    made = office.freeze()
    damage(made)
    assert office.manager.client.get(f"/editions/tables.zip?edition={made.key}", headers=PAGE).status_code == 503
    assert office.manager.client.get("/editions/tables.zip?edition=none", headers=PAGE).status_code == 404


NOTICE = f"{ids.NOTICE}.content"


def told(visit: Visit, search: str = "") -> str:
    """The notices at the top of a page."""
    return " ".join(texts(visit.answered(NOTICE, at(search))[NOTICE]))


def test_edition_of_older_rules_says_what_it_read_on_every_page_and_in_the_comparison(office):
    made = of_first_rules(office.freeze())
    note = "made under version 1 of the rules"
    for search in (f"?edition={made.key}", f"?edition={made.key}&sector=machinery"):
        shown = told(office.manager, search)
        assert note in shown
        assert "Modules completed: " in shown
        assert "by today's rules" in shown
    assert note not in told(office.manager)
    page = office.manager.open(f"/editions?from={made.key}&to=live").text
    assert note in page
    assert "Modules completed: " in read(page)
    assert "made before tables were frozen" in page
    assert "tables.zip" not in page
    current = office.freeze("NTAC 7")
    assert note not in told(office.manager, f"?edition={current.key}")


def test_link_with_a_threshold_reads_no_former_number(office):
    made = of_first_rules(office.freeze())
    visitor = office.by_link(edition=made.key, threshold=5)
    shown = told(visitor)
    assert "made under version 1 of the rules" in shown
    assert "These headlines are defined differently now: Of the people trained, women · " in shown
    assert "by today's rules" not in shown


# --- access -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("audience", list(Audience))
def test_link_viewer_cannot_open_the_editions_page(office, audience):
    made = office.freeze()
    visitor = office.by_link(audience=audience, names=True, export=True)
    for address in (
        "/editions",
        "/editions?from=live&to=live",
        "/editions/changes.csv?from=live&to=live",
        f"/editions/tables.zip?edition={made.key}",
    ):
        answer = visitor.open(address)
        assert answer.status_code == 404
        assert "NTAC" not in answer.text
    assert visitor.client.post("/editions", data={"name": "NTAC 7"}).status_code == 404
    assert len(frozen_copies.editions(office.editions)) == 1


def test_cross_site_form_freezes_nothing(office):
    answer = office.manager.client.post("/editions", data={"name": "x"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert not office.editions.exists()


# --- the dashboard on an edition ----------------------------------------------------------------------------------


def test_dashboard_on_an_edition_shows_its_numbers_after_later_loads(office):
    made = office.freeze()
    search = f"?edition={made.key}"
    before = office.manager.answered(HEADLINES, at(search))
    office.change("UPDATE enterprise SET workers = 999 WHERE code = 'a'")
    assert office.manager.answered(HEADLINES, at(search))[HEADLINES] == before[HEADLINES]
    assert office.manager.answered(HEADLINES, at())[HEADLINES] != before[HEADLINES]
    assert int(workers(office.manager)) == int(workers(office.manager, search)) + 899


def test_exhibits_name_their_edition_and_those_of_the_live_record_name_none(office):
    made = office.freeze()
    said = {
        "en": f"edition NTAC 6, frozen {words.day(made.frozen_at.date())}, {made.short}",
        "zh": made.short,
    }
    names = [output.strip(".").split("...") for output in office.manager.callbacks if "-basis." in output]
    assert names
    for name, *_others in names:
        for language, line in said.items():
            answer = office.manager.answered(name, at(f"?edition={made.key}&lang={language}"))
            for prop, value in answer.items():
                if "-basis." in prop:
                    assert line in " ".join(texts(value)), prop
        live = office.manager.answered(name, at())
        assert not [prop for prop, value in live.items() if "-basis." in prop and made.short in " ".join(texts(value))]


def links_in(drawn: object) -> dict[str, str]:
    """Text → address of every link in a callback's response."""
    found: dict[str, str] = {}
    waiting = [drawn]
    while waiting:
        each = waiting.pop()
        if isinstance(each, list):
            waiting += each
        elif isinstance(each, dict):
            props = each.get("props", {})
            if isinstance(props.get("href"), str):
                found["".join(texts(each))] = props["href"]
            waiting.append(props.get("children"))
    return found


def test_edition_chosen_in_the_address_is_in_the_filter_sentence_and_removable(office):
    made = office.freeze()
    sentence = office.manager.answered(SENTENCE, at(f"?edition={made.key}"))[SENTENCE]
    assert links_in(sentence) == {"Edition: NTAC 6 ×": "/"}
    sentence = office.manager.answered(SENTENCE, at(f"?edition={made.key}&sector=machinery", "/regions"))[SENTENCE]
    assert links_in(sentence) == {
        "Sector: Machinery ×": f"/regions?edition={made.key}",
        "Reset": f"/regions?edition={made.key}",
        "Edition: NTAC 6 ×": "/regions?sector=machinery",
    }


def test_navigation_and_the_language_switch_keep_the_edition(office):
    made = office.freeze()
    nav = office.manager.answered(f"{ids.NAV}.content", at(f"?edition={made.key}", "/regions"))[f"{ids.NAV}.content"]
    to = links_in(nav)
    assert {to[name] for name in ("Overview", "Modules")} == {f"/?edition={made.key}", f"/modules?edition={made.key}"}
    assert to["中文"] == f"/regions?edition={made.key}&lang=zh"


def test_reset_link_of_an_empty_selection_stays_on_the_edition(office):
    made = office.freeze()
    title = f"{ids.part('overview', 'regions', 'title')}.content"
    drawn = office.manager.answered(
        HEADLINES, at(f"?edition={made.key}&partner=fed&sector=garments&phase=p2&place=370200")
    )
    assert links_in(drawn[title]) == {"Show everything again": f"?edition={made.key}"}


def test_downloaded_file_names_its_edition(office):
    made = office.freeze()
    answer = office.manager.client.get(f"/export/overview.csv?edition={made.key}")
    assert made.key in answer.headers["Content-Disposition"]


def test_edition_can_be_viewed_while_the_live_record_is_unreadable(office):
    made = office.freeze()
    office.path.unlink()
    assert office.manager.open("/").status_code == 503
    assert office.manager.open(f"/?edition={made.key}").status_code == 200
    assert not notice(office.manager.post(HEADLINES, at(f"?edition={made.key}")).get_json())


def test_link_pinned_to_an_edition_names_it_without_a_choice(office):
    office.change(
        "UPDATE enterprise SET workers = 100",
        "INSERT INTO training (enterprise, round, module, workshop_on) "
        "SELECT enterprise, round, 'm1', '2013-03-10' FROM enrolment WHERE enterprise LIKE 'x%'",
    )
    made, other = office.freeze(), office.freeze("NTAC 7")
    office.change("UPDATE enterprise SET workers = 999")
    later = office.freeze("NTAC 8")
    visitor = office.by_link(edition="NTAC 6", export=True)
    assert workers(office.manager, f"?edition={later.key}") != workers(office.manager, f"?edition={made.key}")
    assert 5000 < float(workers(visitor)) < 9000, "each changed by at most a fifth"
    sentence = visitor.answered(SENTENCE, at(f"?edition={other.key}"))[SENTENCE]
    assert "Edition: NTAC 6" in "".join(texts(sentence))
    assert not links_in(sentence)
    for search in ("", f"?edition={other.key}", "?edition=NTAC+8"):
        assert workers(visitor, search) == workers(visitor)
    answer = visitor.client.get(f"/export/overview.csv?edition={other.key}")
    assert made.key in answer.headers["Content-Disposition"]


def test_link_to_a_live_record_cannot_choose_an_edition(office):
    made = office.freeze()
    office.change("UPDATE programme SET public = 1")
    visitor = office.by_link(threshold=None)
    assert "NTAC" not in "".join(texts(visitor.answered(SENTENCE, at(f"?edition={made.key}"))[SENTENCE]))


# --- missing editions ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def broken_editions(tmp_path_factory: pytest.TempPathFactory) -> tuple[Office, dict[str, Edition]]:
    """An office with a missing edition and a changed one."""
    office = Office(tmp_path_factory.mktemp("office"))
    made = {reason: office.freeze(reason) for reason in ("gone", "changed")}
    made["gone"].path.unlink()
    damage(made["changed"])
    return office, made


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(("reason", "status"), [("gone", 404), ("changed", 503)])
@pytest.mark.parametrize("path", [page.path for page in PAGES])
def test_page_on_a_missing_edition_shows_a_message_in_the_readers_language(
    broken_editions, path, reason, status, language
):
    office, made = broken_editions[0], broken_editions[1][reason]
    page = office.manager.open(f"{path}?edition={made.key}&lang={language}")
    assert page.status_code == status
    said = read(page.text)
    assert all(line in said for line in trouble_message(office.manager, reason, language))
    assert f'lang="{"zh-Hans" if language == "zh" else "en"}"' in page.text
    assert f'href="/{"?lang=zh" if language == "zh" else ""}"' in page.text
    assert "Traceback" not in page.text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_open_page_shows_a_notice_when_its_edition_is_deleted(office, language):
    made = office.freeze()
    search = f"?edition={made.key}&lang={language}"
    for gone in (False, True):
        for output in (HEADLINES, SENTENCE, f"{ids.NAV}.content"):
            answer = office.manager.post(output, at(search))
            assert answer.status_code == 200, output
            assert notice(answer.get_json()) == (
                list(trouble_message(office.manager, "gone", language)) if gone else []
            ), output
        made.path.unlink(missing_ok=True)


@pytest.mark.parametrize("address", ["/table/change", "/export/overview.csv", "/present", "/present/slides.json"])
def test_tables_and_exports_of_a_changed_edition_are_refused(office, address):
    made = office.freeze()
    damage(made)
    answer = office.manager.client.get(f"{address}?edition={made.key}", headers=PAGE)
    assert answer.status_code == 503
    assert trouble_message(office.manager, "changed", "en")[0] in read(answer.text)


@pytest.mark.parametrize("search", ["?edition=nix-00000000", "?edition=..%2F..%2Fetc", "?edition=", "?edition=A%00"])
def test_unknown_edition_key_is_not_found_and_malformed_key_is_ignored(office, search):
    office.freeze()
    assert office.manager.open(f"/{search}").status_code == (404 if "nix" in search else 200)


def test_link_with_a_missing_edition_tells_the_viewer_whom_to_contact(office):
    made = office.freeze()
    visitor = office.by_link(edition=made.key)
    assert visitor.open("/").status_code == 200
    made.path.unlink()
    page = visitor.open("/?lang=en")
    assert page.status_code == 503
    assert "Ask whoever sent it" in read(page.text)
    assert "live record" not in page.text
    assert "<a " not in page.text
    assert "<form" not in page.text
    (title, _text) = notice(visitor.post(HEADLINES, at()).get_json())
    assert title == "What this link shows cannot be shown any more"


def test_page_skeleton_names_no_edition(office):
    office.freeze()
    assert not [each for each in components(office.manager.app.layout) if "NTAC" in str(getattr(each, "children", ""))]
