"""The edition a link shows: waiting links, links moved to a newer edition, and the enterprises of a scope."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from html import unescape
from pathlib import Path
from shutil import copyfile

import pytest
from sqlalchemy import delete, update
from sqlalchemy.engine import make_url
from visiting import PAGE, Visit, as_drawn, at, notice, texts
from werkzeug.test import TestResponse

from data.editions import frozen_copies
from data.editions.frozen_copies import EditionProblem
from data.links import link_editions, share_links
from data.links.link_terms import Audience, LinkProblem, Terms, scope_of
from data.links.share_links import Link
from data.privacy import key
from data.privacy.viewer import DEFAULT_THRESHOLD
from data.storage.accounts import accounts_engine, link, privacy_key
from layouts import ids
from layouts.pages import PAGES

CHANGED = "UPDATE training SET visits_planned = coalesce(visits_planned, 0) + 1 WHERE enterprise IN ({})"


class Office:
    """A changing synthetic record, its editions and accounts, and a manager who shares it."""

    def __init__(self, demo_url: str, folder: Path) -> None:
        database = make_url(demo_url).database
        assert database
        self.path = folder / "r.db"
        copyfile(database, self.path)
        self.accounts = accounts_engine(f"sqlite:///{folder}/accounts.db")
        self.manager = Visit.to(
            f"sqlite:///{self.path}", accounts_url=f"sqlite:///{folder}/accounts.db", editions=folder / "editions"
        )
        self.records = self.manager.app.server.extensions["records"]

    def freeze(self, name: str) -> str:
        return frozen_copies.freeze(self.records.live.engine, name, self.records.folder).key

    def change(self, enterprises: list[str]) -> None:
        """Change something of these enterprises."""
        self.execute(CHANGED.format(", ".join(f"'{each}'" for each in enterprises)))

    def execute(self, statement: str) -> None:
        with closing(sqlite3.connect(self.path)) as connection:
            connection.execute(statement)
            connection.commit()

    def load(self) -> None:
        """Make a load without any change."""
        self.execute("UPDATE batch SET loaded_at = datetime(loaded_at, '+1 day') || '.000000'")

    def publish(self, *, public: bool) -> None:
        """Mark the record as public or as not public."""
        self.execute(f"UPDATE programme SET public = {public:d}")
        self.load()

    def planned(self, search: str = "") -> list[str]:
        """The enterprises of a scope with a training, by code."""
        facts = link_editions.facts(self.records.live, Terms(scope=scope_of(search)).viewer().scope)
        rows = facts.record.trainings.enterprise[facts.trainings]
        return sorted({facts.record.enterprises[at] for at in rows})

    def make(self, search: str = "", edition: str | None = None, **terms: object) -> tuple[Link, str]:
        return share_links.make(self.accounts, Terms(scope=scope_of(search), edition=edition, **terms))  # type: ignore[arg-type]

    def unfrozen(self, **terms: object) -> tuple[Link, str]:
        """Make a link as an older version did: with a threshold, on the live record."""
        made, token = self.make(edition="was-00000000", **terms)
        with self.accounts.begin() as connection:
            standing = update(link).where(link.c.id == made.id)
            connection.execute(standing.values(edition=None, edition_since=None))
        return share_links.by_id(self.accounts, made.id), token

    def guest(self, token: str, language: str = "en") -> Visit:
        came = replace(self.manager, client=self.manager.stranger(), standing=as_drawn())
        came.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = language
        assert came.client.get(f"/s/{token}").status_code == 303
        return came

    def shows(self, number: int) -> str | None:
        return share_links.by_id(self.accounts, number).terms.edition


@pytest.fixture
def office(demo_url: str, tmp_path: Path) -> Iterator[Office]:
    office = Office(demo_url, tmp_path)
    yield office
    office.accounts.dispose()


def refused(call: object, *arguments: object) -> str:
    """The reason a call is refused."""
    with pytest.raises((LinkProblem, EditionProblem)) as problem:
        call(*arguments)  # type: ignore[operator]
    return str(problem.value)


def plain(page: TestResponse) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text)))


def of_link(page: TestResponse, number: int) -> str:
    """The entry of one link in the list."""
    return page.text[page.text.index(f'id="link-{number}"') :].split("</li>")[0]


# --- the latest edition -------------------------------------------------------------------------------------------


def test_latest_edition_is_the_newest_unchanged_one(office):
    assert link_editions.latest(office.records) is None
    first, second = office.freeze("One"), office.freeze("Two")
    found = link_editions.latest(office.records)
    assert found is not None
    assert found.key == second
    found.path.chmod(0o644)
    found.path.write_bytes(found.path.read_bytes() + b"\x00")
    assert getattr(link_editions.latest(office.records), "key", None) == first


def test_edition_is_outdated_after_a_load(office):
    office.freeze("One")
    edition = link_editions.latest(office.records)
    assert edition is not None
    assert not link_editions.is_outdated(office.records, edition)
    office.load()
    assert link_editions.is_outdated(office.records, edition)


def test_editions_are_named_by_date_and_numbered_on_the_same_day(office):
    engine, folder = office.records.live.engine, office.records.folder
    made = [frozen_copies.freeze_today(engine, folder) for _each in range(3)]
    today = f"{made[0].frozen_at:%Y-%m-%d}"
    assert [each.name for each in made] == [today, f"{today} (2)", f"{today} (3)"]


# --- moved to a newer edition -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("base", "changed", "moved"), [(5, 24, False), (5, 25, True), (10, 49, False), (10, 50, True)])
def test_link_can_be_moved_only_after_changes_to_five_times_its_base_of_enterprises(office, base, changed, moved):
    before = office.freeze("Before")
    made, _token = office.make(edition=before, threshold=base)
    office.change(office.planned()[:changed])
    after = office.freeze("After")
    if moved:
        assert link_editions.move(office.accounts, office.records, made.id, "After").key == after
        found = share_links.by_id(office.accounts, made.id)
        assert found.edition_since is not None
        assert made.edition_since is not None
        assert found.edition_since > made.edition_since
    else:
        assert refused(link_editions.move, office.accounts, office.records, made.id, after) == (
            f"few: {changed} {5 * base}"
        )
    assert office.shows(made.id) == (after if moved else before)


def test_only_changed_enterprises_in_the_scope_are_counted(office):
    partner = max(office.manager.options()["partner"], key=lambda each: len(office.planned(f"partner={each['value']}")))
    inside = office.planned(f"partner={partner['value']}")
    outside = sorted(set(office.planned()) - set(inside))
    made, _token = office.make(f"partner={partner['value']}", office.freeze("Before"))
    office.change([*outside[:30], *inside[:3]])
    after = office.freeze("After")
    assert refused(link_editions.move, office.accounts, office.records, made.id, after) == "few: 3 25"


def test_link_is_not_moved_back_nor_to_its_own_edition_nor_after_its_end(office):
    before = office.freeze("Before")
    made, _token = office.make(edition=before)
    office.change(office.planned())
    after = office.freeze("After")
    link_editions.move(office.accounts, office.records, made.id, after)
    for edition in (before, after):
        assert refused(link_editions.move, office.accounts, office.records, made.id, edition) == f"older: {made.id}"
    assert refused(link_editions.move, office.accounts, office.records, made.id, "none") == "gone: none"
    share_links.revoke(office.accounts, made.id)
    assert refused(link_editions.move, office.accounts, office.records, made.id, after) == f"over: {made.id}"


def test_link_with_a_missing_edition_is_not_moved(office):
    before = office.freeze("Before")
    made, _token = office.make(edition=before)
    office.change(office.planned())
    after = office.freeze("After")
    frozen_copies.find(office.records.folder, before).path.unlink()
    assert refused(link_editions.move, office.accounts, office.records, made.id, after) == f"gone: {before}"


def test_link_without_a_threshold_moves_freely_and_needs_one_for_a_non_public_record(office):
    office.publish(public=True)
    made, _token = office.make(edition=office.freeze("Public"), threshold=None)
    link_editions.move(office.accounts, office.records, made.id, office.freeze("Again"))
    assert share_links.by_id(office.accounts, made.id).terms.threshold is None
    office.publish(public=False)
    link_editions.move(office.accounts, office.records, made.id, office.freeze("Not public"))
    assert share_links.by_id(office.accounts, made.id).terms.threshold == DEFAULT_THRESHOLD
    assert key.read(office.accounts)


def test_share_page_offers_a_newer_edition_and_moves_the_link_or_gives_the_reason(office):
    before = office.freeze("Before")
    made, token = office.make(edition=before)
    reader = office.guest(token)
    assert "Move to a newer edition" not in plain(office.manager.open("/share"))
    office.execute("UPDATE programme SET as_of = '2017-09-30'")
    office.change(office.planned()[:3])
    office.load()
    after = office.freeze("After")
    for page in ("/share", f"/share/{made.id}"):
        shown = office.manager.open(page)
        assert f'name="edition" value="{after}"' in shown.text
        assert "the edition After, data of 30 September 2017, in place of data of 30 June 2017" in plain(shown)
    asked = {"change": "move", "edition": after}
    no = office.manager.client.post(f"/share/{made.id}", data=asked)
    assert no.status_code == 400
    assert "have changed since. Whoever saw both editions could tell what changed of so few. From 25 on" in plain(no)
    assert office.shows(made.id) == before
    office.change(office.planned())
    after = office.freeze("Later")
    done = office.manager.client.post(f"/share/{made.id}", data=asked | {"edition": after, "from": "details"})
    assert (done.status_code, done.location) == (303, f"/share/{made.id}")
    page = office.manager.open(done.location)
    assert f"Link {made.id} now shows the edition Later: data of 30 September 2017." in plain(page)
    assert "Move to a newer edition" not in plain(page)
    told = list(texts(reader.answered(f"{ids.NOTICE}.content", at())[f"{ids.NOTICE}.content"]))
    assert any("Data of 30 September 2017." in each for each in told), "and its readers are told"


# --- links that wait ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "title", "text"),
    [("en", "The data for this link is being prepared", "Come back later"), ("zh", "此链接的数据正在准备", "稍后")],
)
def test_viewer_of_a_waiting_link_is_asked_to_return_later_and_sees_no_data(office, language, title, text):
    _made, token = office.unfrozen(export=True)
    reader = office.guest(token, language)
    asked = "?lang=zh" if language == "zh" else ""
    for path in (*(page.path for page in PAGES if page.needs == "browse"), "/table/change", "/export/overview.csv"):
        answer = reader.open(f"{path}{asked}")
        assert answer.status_code == 503, path
        assert int(answer.headers["Retry-After"]) > 0
        assert title in answer.text
        assert text in answer.text
        assert "synthetic" not in answer.text, "nothing of the record"
    for output in (f"{ids.OVERVIEW_HEADLINES}.content", f"{ids.NAV}.content", f"{ids.CANONICAL}.data"):
        told = reader.post(output, at(asked)).get_json()
        assert not told.get("response")
        assert notice(told)[0] == title


def test_committee_with_a_waiting_link_has_no_show(office):
    _made, token = office.unfrozen(audience=Audience.COMMITTEE)
    reader = office.guest(token)
    for path in ("/present", "/present/slides.json"):
        answer = reader.client.get(path, headers=PAGE)
        assert (answer.status_code, "being prepared" in answer.text) == (503, True), path


def test_link_waits_without_a_privacy_key_or_without_a_threshold_on_a_non_public_record(office):
    _made, token = office.make(edition=office.freeze("One"))
    reader = office.guest(token)
    assert reader.open("/").status_code == 200
    with office.accounts.begin() as connection:
        connection.execute(delete(privacy_key))
    assert reader.open("/").status_code == 503
    key.make(office.accounts)
    assert reader.open("/").status_code == 200
    office.publish(public=True)
    bare = office.guest(office.make(threshold=None)[1])
    assert bare.open("/").status_code == 200
    office.publish(public=False)
    assert bare.open("/").status_code == 503


def test_share_page_lists_waiting_links_first_and_gives_them_an_edition(office):
    waiting, token = office.unfrozen()
    office.make(edition=office.freeze("One"))
    office.load()
    page = office.manager.open("/share")
    numbers = re.findall(r'id="link-(\d+)"', page.text)
    assert numbers[0] == str(waiting.id), "the other is newer"
    assert "stand first" in plain(page)
    assert 'value="give"' in of_link(page, waiting.id)
    assert page.text.count('value="give"') == 1
    assert "no edition yet" in of_link(page, waiting.id)
    done = office.manager.client.post(f"/share/{waiting.id}", data={"change": "give"})
    assert done.status_code == 303
    newest = frozen_copies.editions(office.records.folder)[0]
    assert newest.name != "One", "the record went on since"
    assert office.shows(waiting.id) == newest.key
    assert office.guest(token).open("/").status_code == 200
    assert 'value="give"' not in office.manager.open("/share").text
    other, _token = office.unfrozen()
    office.manager.client.post(f"/share/{other.id}", data={"change": "give"})
    assert office.shows(other.id) == newest.key, "it stands for the record still"


def test_link_waiting_only_for_the_privacy_key_keeps_its_edition(office):
    edition = office.freeze("One")
    made, _token = office.make(edition=edition)
    with office.accounts.begin() as connection:
        connection.execute(delete(privacy_key))
    assert 'value="give"' in office.manager.open("/share").text
    office.freeze("Two")
    assert office.manager.client.post(f"/share/{made.id}", data={"change": "give"}).status_code == 303
    assert office.shows(made.id) == edition
    assert key.read(office.accounts)


# --- making one ---------------------------------------------------------------------------------------------------


def test_share_form_preselects_the_latest_edition_or_a_new_one_if_the_record_changed(office):
    def chosen(address: str = "/share") -> str:
        page = office.manager.open(address).text
        (select,) = re.findall(r'<select id="edition".*?</select>', page, re.DOTALL)
        (found,) = re.findall(r'<option value="([^"]*)" selected', select)
        assert 'value="live"' not in select, "it is not public"
        return found

    assert chosen() == "freeze"
    first = office.freeze("One")
    assert chosen() == first
    second = office.freeze("Two")
    assert chosen() == second
    assert chosen(f"/share?edition={first}") == first, "the view it is opened from has one"
    office.load()
    assert chosen() == "freeze"


def form(**said: object) -> dict[str, object]:
    return {"audience": "donor", "edition": "freeze", "deck": "standard", "days": "9", "threshold": "5"} | said


def test_new_edition_is_frozen_only_when_the_link_is_made(office):
    for wrong in ({"days": "0"}, {"password": "short"}, {"label": "x" * 201}, {"threshold": "3"}, {"bare": "1"}):
        assert office.manager.client.post("/share", data=form(**wrong)).status_code == 400
    assert frozen_copies.editions(office.records.folder) == []
    assert office.manager.client.post("/share", data=form()).status_code == 200
    (edition,) = frozen_copies.editions(office.records.folder)
    (made,) = share_links.links(office.accounts)
    assert made.terms.edition == edition.key
    assert edition.name == f"{edition.frozen_at:%Y-%m-%d}"


def test_preview_of_an_unfrozen_record_asks_for_confirmation(office):
    asked = office.manager.client.post("/share/preview", data=form(label="Kept"))
    assert asked.status_code == 400
    assert "There is nothing to look at yet" in plain(asked)
    assert 'value="Kept"' in asked.text
    assert '<button class="btn btn-sm btn-primary" name="freeze" value="1" formaction="/share/preview">' in asked.text
    assert frozen_copies.editions(office.records.folder) == []
    assert office.manager.client.post("/share/preview", data=form(freeze="1")).location == "/"
    (edition,) = frozen_copies.editions(office.records.folder)
    assert office.manager.open("/").status_code == 200
    back = office.manager.client.post("/leave").location
    assert f"edition={edition.key}" in back, "and the form goes on with it"


# --- the enterprises it shows -------------------------------------------------------------------------------------


def remarks(office: Office, **said: object) -> str:
    return plain(office.manager.client.post("/share/remarks", data=form(**said)))


def test_share_form_shows_the_enterprise_count_and_warns_when_it_is_small(office):
    sizes = {
        each["value"]: len(office.planned(f"partner={each['value']}")) for each in office.manager.options()["partner"]
    }
    some = next(code for code, size in sizes.items() if 10 <= size < 20)
    shown = int(re.search(r"It shows (\d+) enterprises", remarks(office, partner=[some]))[1])
    assert 10 <= shown < 40
    assert "It shows 120 enterprises." in remarks(office)
    assert "fewer than" not in remarks(office)
    little = "Of fewer than 40 enterprises such a link can show little: the headline numbers, Module 1 and totals."
    assert little in remarks(office, partner=[some])
    page = office.manager.open(f"/share?partner={some}")
    assert f"It shows {shown} enterprises. {little}" in plain(page)
    made = office.manager.client.post("/share", data=form(partner=[some]))
    assert (
        f"It shows {shown} enterprises. {little}"
        in plain(made).split("Whoever has it sees what the link shows")[1][:400]
    )
    assert f"It shows {shown} enterprises. {little}" in plain(office.manager.open("/share/1"))
    few = min(sizes, key=sizes.__getitem__)
    assert sizes[few] < 10
    nothing = "no number is shown at all"
    assert f"Of fewer than 10 enterprises {nothing}. Choose a wider scope." in remarks(office, partner=[few])
    assert (nothing in remarks(office, partner=[some], threshold="10")) == (shown < 20)
    assert nothing not in remarks(office, partner=[some])
    assert "It shows" not in remarks(office, threshold="3"), "something is wrong with it"


def test_overlapping_links_are_listed_before_and_after_a_link_is_made(office):
    offered = [each["value"] for each in office.manager.options()["partner"]]
    first = max(offered, key=lambda code: len(office.planned(f"partner={code}")))
    inside = set(office.planned(f"partner={first}"))
    apart = next(code for code in offered if not inside & set(office.planned(f"partner={code}")))
    edition = office.freeze("One")
    said = "shows some of the same enterprises; whoever holds both can compare them."
    made, _token = office.make(f"partner={first}", edition)
    share_links.pause(office.accounts, made.id)
    assert f"Link {made.id} {said}" in remarks(office)
    assert said not in remarks(office, partner=[apart])
    named = plain(office.manager.client.post("/share", data=form(edition=edition, label="For all")))
    assert f"Link {made.id} {said}" in named
    assert f"Link 2 (For all) {said}" in plain(office.manager.open(f"/share/{made.id}"))
    assert f"Link {made.id} {said}" in plain(office.manager.open("/share/2"))
    assert f"Link 2 (For all) {said}" in remarks(office, partner=[apart])
    for number in (made.id, 2):
        share_links.revoke(office.accounts, number)
    assert said not in remarks(office), "both are over"


def test_many_links_that_overlap_are_counted(office):
    edition = office.freeze("One")
    for _each in range(7):
        office.make(edition=edition)
    told = remarks(office)
    assert told.count("some of the same enterprises") == 5
    assert "So do 2 more links." in told
