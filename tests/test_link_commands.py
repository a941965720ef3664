"""The commands of share links: output, refusals, and that a printed address opens."""

import re
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from loading_files import write_folder
from sqlalchemy import Engine, update
from sqlalchemy.engine import make_url
from visiting import Visit

from dashboard.commands.cli import main
from data import decks
from data.decks import Deck, DeckSlide
from data.editions import frozen_copies
from data.links import link_visits, share_links
from data.links.link_terms import DEFAULT_DAYS, Audience
from data.loading import load
from data.privacy.viewer import DEFAULT_THRESHOLD
from data.storage import database
from data.storage.accounts import accounts_engine, link

Run = Callable[..., Result]
ADDRESS = re.compile(r"(http://127\.0\.0\.1:8050|https://results\.example)/s/[A-Za-z0-9_-]{43}\n")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, demo_url: str) -> Path:
    """An installation on the synthetic programme, with its own accounts and editions."""
    monkeypatch.setenv("SCORE_DATABASE_URL", demo_url)
    monkeypatch.setenv("SCORE_ACCOUNTS_URL", f"sqlite:///{tmp_path}/accounts.db")
    monkeypatch.setenv("SCORE_EDITIONS", str(tmp_path / "editions"))
    return tmp_path


@pytest.fixture
def accounts(folder: Path) -> Iterator[Engine]:
    engine = accounts_engine(f"sqlite:///{folder}/accounts.db")
    yield engine
    engine.dispose()


@pytest.fixture
def run(folder: Path) -> Run:
    """Runs a command of `score-dashboard link`; `typed` is what comes in on standard input."""
    return lambda *words, typed="": CliRunner().invoke(main, ["link", *map(str, words)], input=typed)


@pytest.fixture
def partner(demo: Visit) -> str:
    """A partner of the synthetic programme."""
    return demo.options()["partner"][0]["value"]


def only_link(accounts: Engine) -> share_links.Link:
    (found,) = share_links.links(accounts)
    return found


def refused(done: Result, *said: str) -> None:
    """Assert that a command exited with 1, wrote nothing to standard output, and showed this message."""
    assert (done.exit_code, done.stdout) == (1, "")
    assert not done.exception or isinstance(done.exception, SystemExit)
    for each in said:
        assert each in done.stderr


def test_make_prints_only_the_address_on_standard_output_and_messages_on_standard_error(run, accounts, partner):
    done = run("make", "--audience", "donor", "--scope", f"partner={partner}")
    assert done.exit_code == 0
    assert ADDRESS.fullmatch(done.stdout)
    made = only_link(accounts)
    assert f"counts are rounded to multiples of {DEFAULT_THRESHOLD}" in done.stderr
    assert f"{made.expires_at:%Y-%m-%d %H:%M} UTC" in done.stderr
    assert "SCORE_PUBLIC_URL is not set" in done.stderr
    assert "shows nothing" not in done.stderr
    assert share_links.by_token(accounts, done.stdout.strip().rsplit("/", 1)[1]) == made
    assert (made.terms.scope.query(), made.made_by, made.protected) == (f"partner={partner}", "command line", False)
    assert (made.terms.audience, made.terms.threshold, made.terms.deck) == (Audience.DONOR, DEFAULT_THRESHOLD, None)
    assert not made.terms.names
    assert not made.terms.export
    assert timedelta(days=DEFAULT_DAYS) - timedelta(minutes=1) < made.expires_at - database.now()


def test_printed_address_has_the_public_host_of_the_server(run, monkeypatch):
    monkeypatch.setenv("SCORE_PUBLIC_URL", "https://results.example/")
    done = run("make", "--audience", "donor")
    assert ADDRESS.fullmatch(done.stdout)
    assert done.stdout.startswith("https://results.example/s/")
    assert "SCORE_PUBLIC_URL" not in done.stderr


def test_printed_address_opens_the_scope_of_the_link(run, folder, demo_url, partner):
    printed = run("make", "--audience", "donor", "--scope", f"partner={partner}", "--k", 10).stdout.strip()
    own = {"accounts_url": f"sqlite:///{folder}/accounts.db", "editions": folder / "editions"}
    visit = Visit.to(demo_url, signed_in=False, local=False, **own)
    visit.app.server.config["SESSION_COOKIE_SECURE"] = False
    assert visit.open("/").status_code != 200
    assert visit.open(printed.removeprefix("http://127.0.0.1:8050")).status_code == 303
    assert visit.open("/").status_code == 200
    assert run("revoke", 1).exit_code == 0
    assert visit.open("/").status_code == 401


def test_every_option_of_a_new_link_is_stored(run, accounts, folder, demo_url):
    engine = database.reading_engine(demo_url)
    edition = frozen_copies.freeze(engine, "NTAC 6", folder / "editions")
    engine.dispose()
    decks.save(accounts, Deck("Spring", (DeckSlide("overview"),)), "somebody")
    secret = folder / "password"
    secret.write_text("tea and rice\n", encoding="utf-8")
    done = run(
        "make", "--audience", "committee", "--days", 7, "--k", 10, "--names", "--export", "--edition", "ntac 6",
        "--deck", "Spring", "--label", " The  sixth\tmeeting ", "--password-file", secret,
    )  # fmt: skip
    assert done.exit_code == 0, done.stderr
    made = only_link(accounts)
    assert (made.terms.audience, made.terms.threshold) == (Audience.COMMITTEE, 10)
    assert (made.terms.edition, made.terms.deck, made.label) == (edition.key, "Spring", "The sixth meeting")
    assert made.terms.names
    assert made.terms.export
    assert timedelta(days=6) < made.expires_at - database.now() < timedelta(days=7)
    assert share_links.opens_with(accounts, made.id, "tea and rice")
    assert "tea and rice" not in done.output


def test_committee_link_without_a_deck_gets_the_standard_deck(run, accounts):
    assert run("make", "--audience", "committee").exit_code == 0
    assert only_link(accounts).terms.deck == decks.STANDARD


def test_link_password_can_come_from_standard_input(run, accounts):
    assert run("make", "--audience", "donor", "--password-file", "-", typed="tea and rice\r\n").exit_code == 0
    assert share_links.opens_with(accounts, only_link(accounts).id, "tea and rice")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--scope", "partnr=eti"], "partnr=eti"),
        (["--scope", "partner="], "not understood"),
        (["--scope", "module=m1"], "not understood"),
        (["--scope", "place=" + ",".join(str(code) for code in range(110000, 111000))], "name a province"),
        (["--k", "3"], "of 5 or of 10 (--k 5, --k 10), not of 3"),
        (["--k", "7"], "not of 7"),
        (["--k", "-1"], "not of -1"),
        (["--k", "0"], "not public"),
        (["--days", "0"], "1 to 3650 days"),
        (["--days", "99999"], "1 to 3650 days"),
        (["--deck", "standard"], "for a committee"),
        (["--edition", "NTAC 7"], 'no edition "NTAC 7"'),
        (["--label", "x" * 500], "label"),
    ],
)
@pytest.mark.parametrize("more", [[], ["--freeze"]])
def test_invalid_link_options_are_refused_with_a_message_and_nothing_is_made_or_frozen(
    run, accounts, folder, words, said, more
):
    if "--edition" in words and more:
        return
    refused(run("make", "--audience", "donor", *words, *more), said)
    assert share_links.links(accounts) == frozen_copies.editions(folder / "editions") == []


def test_unknown_deck_makes_no_link(run, accounts):
    refused(run("make", "--audience", "committee", "--deck", "Autumn"), 'no deck "Autumn"')
    assert share_links.links(accounts) == []


@pytest.mark.parametrize(
    ("content", "said"), [(b"", "empty"), (b"\r\n", "empty"), (b"short\n", "8 to 200"), (b"\xff\xfe\n", "UTF-8")]
)
def test_empty_password_file_makes_no_link(run, accounts, folder, content, said):
    path = folder / "password"
    path.write_bytes(content)
    refused(run("make", "--audience", "donor", "--password-file", path), said)
    assert share_links.links(accounts) == []


def test_audience_is_required(run):
    assert run("make").exit_code == 2
    assert run("make", "--audience", "press").exit_code == 2


def test_link_to_a_public_record_can_withhold_nothing(run, accounts, public_record_url, monkeypatch):
    monkeypatch.setenv("SCORE_DATABASE_URL", public_record_url)
    done = run("make", "--audience", "donor", "--k", 0)
    assert done.exit_code == 0
    assert "no number is withheld" in done.stderr
    assert "edition" not in done.stderr
    assert (only_link(accounts).terms.threshold, only_link(accounts).terms.edition) == (None, None), (
        "it shows the live record"
    )


# --- which edition it shows ---------------------------------------------------------------------------------------


def frozen(folder: Path) -> list[frozen_copies.Edition]:
    return frozen_copies.editions(folder / "editions")


def test_first_link_freezes_an_edition_named_by_date_and_the_next_link_uses_it(run, accounts, folder):
    done = run("make", "--audience", "donor")
    (edition,) = frozen(folder)
    assert ADDRESS.fullmatch(done.stdout)
    assert edition.name == f"{database.now():%Y-%m-%d}"
    assert f'It shows the edition "{edition.name}" ({edition.key}), frozen' in done.stderr
    assert "data of 2017-06-30" in done.stderr
    again = run("make", "--audience", "donor")
    assert f"({edition.key})" in again.stderr
    assert frozen(folder) == [edition]
    assert {each.terms.edition for each in share_links.links(accounts)} == {edition.key}
    assert "changed since" not in again.stderr


def test_new_edition_can_be_frozen_for_a_link(run, accounts, folder):
    run("make", "--audience", "donor")
    assert run("make", "--audience", "donor", "--freeze").exit_code == 0
    newest, oldest = frozen(folder)
    assert newest.name == f"{oldest.name} (2)"
    assert [each.terms.edition for each in share_links.links(accounts)] == [newest.key, oldest.key]
    assert run("make", "--audience", "donor", "--freeze", "--edition", "x").exit_code == 2


def test_record_changed_since_the_latest_edition_gives_a_warning(run, folder, demo_url, monkeypatch):
    shutil.copyfile(make_url(demo_url).database, folder / "copy.db")
    monkeypatch.setenv("SCORE_DATABASE_URL", f"sqlite:///{folder}/copy.db")
    run("make", "--audience", "donor")
    engine = database.writing_engine(f"sqlite:///{folder}/copy.db")
    assert load(engine, write_folder(folder / "more", {"sector": [{"code": "new", "name_en": "New"}]})).loaded
    engine.dispose()
    done = run("make", "--audience", "donor")
    assert done.exit_code == 0
    assert "The record has changed since: --freeze shows it as it is now." in done.stderr


def test_link_can_be_moved_to_the_latest_or_a_named_edition_but_not_to_an_older_one(run, accounts, folder, demo_url):
    run("make", "--audience", "donor")
    (first,) = frozen(folder)
    refused(run("move", 1), "Link 1 shows this edition already, or a newer one")
    run("make", "--audience", "donor", "--freeze")
    refused(run("move", 1), "Only 0 enterprises of this link have changed since, and 25 must have")
    refused(run("move", 2, first.name), "Link 2 shows this edition already, or a newer one")
    refused(run("move", 1, "NTAC 7"), 'There is no edition "NTAC 7"')
    with accounts.begin() as connection:
        connection.execute(update(link).where(link.c.id == 1).values(edition=None))
    assert "none yet: it shows nothing" in run("show", 1).stdout
    done = run("move", 1, first.name)
    assert (done.exit_code, done.stdout) == (0, "")
    assert f'Link 1 shows the edition "{first.name}" now: data of 2017-06-30.' in done.stderr
    assert share_links.by_id(accounts, 1).terms.edition == first.key


def test_link_with_an_unknown_scope_is_made_with_a_warning_that_it_shows_nothing(run, accounts, partner):
    done = run("make", "--audience", "donor", "--scope", "partner=nobody")
    assert ADDRESS.fullmatch(done.stdout)
    assert "knows no partner nobody" in done.stderr
    assert "shows nothing" in done.stderr
    shown = run("show", only_link(accounts).id)
    assert "knows no partner nobody" in shown.stderr
    assert "shows nothing" in shown.stderr
    half = run("make", "--audience", "donor", "--scope", f"partner=nobody,{partner}")
    assert "knows no partner nobody" in half.stderr
    assert "shows nothing" not in half.stderr


def test_list_and_show_describe_a_link_and_its_use(run, accounts, partner):
    assert "no link yet" in run("list").stderr
    run("make", "--audience", "donor", "--scope", f"partner={partner}", "--label", "For the visit")
    run("make", "--audience", "committee")
    link_visits.log_visit(accounts, 1, "opened", "/")
    link_visits.log_visit(accounts, 1, "viewed", "/results")
    link_visits.log_visit(accounts, 1, "viewed", "/")
    second, first = (line.split("\t") for line in run("list").stdout.splitlines())
    assert first[:4] == ["1", "active", "donor", f"partner={partner}"]
    assert first[5:7] == ["opened 1", "viewed 2"]
    assert first[7].startswith(f"last used {database.now():%Y-%m-%d}")
    assert first[8] == "For the visit"
    assert second[:4] == ["2", "active", "committee", "everything"]
    assert second[5:8] == ["opened 0", "viewed 0", "last used never"]
    shown = run("show", 1).stdout
    for line in ("label +For the visit", "state +active", "opened +1", "viewed +2", "names +not shown", "password +no"):
        assert re.search(f"^{line}$", shown, re.MULTILINE), line
    assert f"{database.now():%Y-%m-%d}: opened 1, viewed 2" in shown
    assert not re.search(r"[A-Za-z0-9_-]{43}", shown), "neither the token nor its hash"


def test_link_can_be_paused_resumed_extended_and_revoked_by_number(run, accounts):
    run("make", "--audience", "donor", "--days", 1)

    def state() -> str:
        return only_link(accounts).state(database.now())

    assert run("pause", 1).exit_code == 0
    assert state() == "paused"
    assert run("resume", 1).exit_code == 0
    assert state() == "active"
    with accounts.begin() as connection:
        connection.execute(update(link).values(expires_at=database.now()))
    assert state() == "expired"
    assert run("extend", 1).exit_code == 0
    assert state() == "active"
    assert only_link(accounts).expires_at - database.now() > timedelta(days=DEFAULT_DAYS - 1)
    assert run("extend", 1, "--days", 2).exit_code == 0
    assert only_link(accounts).expires_at - database.now() < timedelta(days=2)
    refused(run("extend", 1, "--days", 0), "1 to 3650 days")
    done = run("revoke", 1)
    assert (done.exit_code, done.stdout) == (0, "")
    assert state() == "revoked"
    for change in ("pause", "resume", "extend", "revoke"):
        refused(run(change, 1), "Link 1 was revoked")


@pytest.mark.parametrize("change", ["show", "pause", "resume", "extend", "revoke", "move"])
def test_unknown_link_number_is_reported(run, folder, demo_url, change):
    refused(run("move", 7), "There is no edition yet")
    frozen_copies.freeze(database.reading_engine(demo_url), "NTAC 6", folder / "editions")
    for number in (7, 10**25):
        refused(run(change, number), f"There is no link {number}")
    assert run(change, "first").exit_code == 2


def test_link_with_a_missing_edition_is_reported(run, accounts, folder, demo_url):
    engine = database.reading_engine(demo_url)
    edition = frozen_copies.freeze(engine, "NTAC 6", folder / "editions")
    engine.dispose()
    assert run("make", "--audience", "donor", "--edition", edition.key).exit_code == 0
    edition.path.unlink()
    done = run("show", 1)
    assert done.exit_code == 0
    assert "Its edition is gone. The link therefore shows nothing." in done.stderr


def test_no_link_is_made_without_a_results_database(run, accounts, tmp_path, monkeypatch):
    monkeypatch.setenv("SCORE_DATABASE_URL", f"sqlite:///{tmp_path}/none.db")
    refused(run("make", "--audience", "donor"), "There is no results database")
    assert share_links.links(accounts) == []


def test_unusable_accounts_are_reported(run, monkeypatch):
    monkeypatch.setenv("SCORE_ACCOUNTS_URL", "sqlite:////proc/nowhere/accounts.db")
    refused(run("list"), "SCORE_ACCOUNTS_URL")
