"""The audience of commands: managers, or readers with a threshold, who get the same numbers as on the pages."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from click.testing import CliRunner, Result
from pptx import Presentation
from programme import PROGRAMME, load_rows, with_more
from sqlalchemy import Engine, text
from visiting import PAGE, Visit

from dashboard.commands.cli import main
from data import decks
from data.columns import Protection
from data.decks import Deck, DeckSlide
from data.editions import frozen_copies
from data.editions.frozen_copies import Edition
from data.exhibits import EXHIBITS
from data.filters import Filters
from data.links import share_links
from data.links.link_terms import Audience, Terms
from data.privacy import key
from data.storage import database
from data.storage.accounts import accounts_engine

Run = Callable[..., Result]

MANAGERS = "For managers: nothing is withheld."
COMMITTEE = "For the committee: counts are rounded at random to multiples of 5"
READERS = "For readers with a threshold: counts are rounded at random to multiples of 5"
REFUSED, CUT = "This selection is not shown", "This address asks for more than this link shows"
DIGEST = ("digest", "--since", "2016-01-01", "--format", "md", "--lang", "en")
EXACT = {120, 113}
"""Enterprises of the synthetic programme, and the trained ones: exact totals of everything a reader may see."""


@pytest.fixture
def accounts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """Accounts without a privacy key, with a deck."""
    monkeypatch.setenv("SCORE_ACCOUNTS_URL", f"sqlite:///{tmp_path}/accounts.db")
    monkeypatch.setenv("SCORE_EDITIONS", str(tmp_path / "editions"))
    engine = accounts_engine(f"sqlite:///{tmp_path}/accounts.db")
    slides = ("module-funnel", "journey-funnel", "breadth", "coverage")
    decks.save(engine, Deck("Counts", tuple(map(DeckSlide, slides))), "manager")
    yield engine
    engine.dispose()


@pytest.fixture
def run(demo_url: str, accounts: Engine, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command line on the synthetic programme, which is not public, with a privacy key."""
    monkeypatch.setenv("SCORE_DATABASE_URL", demo_url)
    key.make(accounts)
    return lambda *words: CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture
def spring(demo_url: str, tmp_path: Path) -> Edition:
    """An edition of the synthetic programme."""
    engine = database.reading_engine(demo_url)
    made = frozen_copies.freeze(engine, "Spring", tmp_path / "editions")
    engine.dispose()
    return made


def rows(done: Result) -> list[dict[str, str]]:
    """The table a command wrote."""
    assert done.exit_code == 0, done.output
    return list(csv.DictReader(io.StringIO(done.stdout)))


def rounded(cells: list[str], base: int = 5) -> bool:
    """True if each cell is a multiple of the base, the mark of zero, or an exact total."""
    return all(cell == f"<{base}" or int(cell) in EXACT or (int(cell) > 0 and int(cell) % base == 0) for cell in cells)


def stopped(done: Result) -> str:
    """The error message of a command that wrote nothing."""
    assert (done.exit_code, done.stdout) == (1, ""), done.output
    assert "Traceback" not in done.stderr
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.stderr


# ---- readers with a threshold


@pytest.mark.parametrize("base", [5, 10])
@pytest.mark.parametrize("filters", ["", "partner=donor-1"])
def test_exported_counts_are_multiples_of_the_base_and_shares_use_them(run, base, filters):
    done = run("export", "module-funnel", "--k", base, "--filters", filters)
    table = rows(done)
    counts = [
        each.name
        for each in EXHIBITS["module-funnel"].columns
        if each.protection is Protection.ROUNDED and each.exported
    ]
    assert rounded([row[name] for row in table for name in counts], base)
    assert any(row[name] == f"<{base}" for row in table for name in counts)
    shares = 0
    for row in table:
        if "<" not in row["completed"]:
            due = round(int(row["completed"]) / float(row["completed_share"]))
            assert due % base == 0 or due in EXACT
            shares += 1
    assert shares
    assert f"multiples of {base}." in done.stderr


def test_sums_of_few_are_withheld_and_others_are_approximate(run):
    seen, true = rows(run("export", "regions", "--k", 5)), rows(run("export", "regions"))
    of_place = {row["place"]: row["workers"] for row in true}
    workers = {row["place"]: row["workers"] for row in seen}
    assert set(workers) == set(of_place)
    assert "withheld" in workers.values()
    for place, told in workers.items():
        if told != "withheld":
            assert 0.8 <= float(told) / float(of_place[place]) <= 1.2
            assert told != of_place[place]


@pytest.mark.parametrize("code", ["matrix", "pairs"])
def test_enterprise_rows_are_omitted_with_a_message(run, code):
    done = run("export", code, "--k", 5)
    assert done.exit_code == 0
    assert done.stdout.splitlines() == [",".join(EXHIBITS[code].exported)]
    said = [line for line in done.stderr.splitlines() if code in line]
    assert said == [f"{code} has a row for each enterprise: nothing but its header is for this reader."]


def test_reader_sees_only_the_scope(run, spring, accounts):
    share_links.make(accounts, Terms(scope=Filters.from_search("partner=donor-1"), edition=spring.key))
    scoped = run("export", "overview", "--k", 5, "--scope", "partner=donor-1", "--edition", "Spring")
    assert 0 < int(rows(scoped)[0]["value"]) < 120
    assert scoped.stdout == run("export", "overview", "--link", 1).stdout, "equal sets, equal numbers"
    outside = run("export", "overview", "--k", 5, "--scope", "partner=donor-1", "--filters", "round=anshan-1")
    assert REFUSED in stopped(outside)


def test_reader_sees_the_edition_and_not_the_live_record(accounts, tmp_path, monkeypatch):
    address = f"sqlite:///{tmp_path}/results.db"
    monkeypatch.setenv("SCORE_DATABASE_URL", address)
    key.make(accounts)
    engine = database.writing_engine(address)
    load_rows(engine, with_more(PROGRAMME))
    frozen_copies.freeze(engine, "Spring", tmp_path / "editions")
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM enrolment WHERE enterprise LIKE 'x5%'"))
    engine.dispose()

    def enterprises(*words: str) -> str:
        return rows(CliRunner().invoke(main, ["export", "overview", *words]))[0]["value"]

    for reader in ((), ("--k", "5")):
        assert enterprises(*reader) == "59"
        assert enterprises(*reader, "--edition", "Spring") == "69"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--k", 3), "--k is 5 or 10"),
        (("--k", 5, "--edition", "Winter"), 'There is no edition "Winter"'),
        (("--k", 5, "--scope", "colour=red"), 'not understood at "colour=red"'),
        (("--link", 7), "There is no link 7"),
    ],
)
@pytest.mark.parametrize("command", [("export", "overview"), ("export-package", "a.zip"), DIGEST])
def test_invalid_reader_options_are_refused(run, command, words, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert said in stopped(run(*command, *words))
    assert not list(tmp_path.glob("*.zip"))


@pytest.mark.parametrize("words", [("--link", 1, "--k", 5), ("--scope", "partner=donor-1")])
def test_options_of_different_readers_cannot_be_combined(run, words):
    done = run("export", "overview", *words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "--k" in done.stderr


@pytest.mark.parametrize(
    "command", [("export", "overview", "--k", "5"), ("export-package", "a.zip", "--k", "10"), DIGEST,
                ("pack", "Counts", "--pptx")],
)  # fmt: skip
def test_missing_privacy_key_is_reported_with_the_command_to_create_it(
    demo_url, accounts, tmp_path, monkeypatch, command
):  # fmt: skip
    monkeypatch.setenv("SCORE_DATABASE_URL", demo_url)
    monkeypatch.chdir(tmp_path)
    assert "`score-dashboard privacy-key`" in stopped(CliRunner().invoke(main, list(command)))
    assert key.read(accounts) is None
    assert not [*tmp_path.glob("*.zip"), *tmp_path.glob("*.pptx")]


@pytest.mark.parametrize(
    "command", [("export", "overview"), ("export", "overview", "--format", "xlsx", "--out", "a.xlsx"),
                ("export-package", "a.zip"), DIGEST, ("pack", "Counts", "--pptx", "--out", "a.pptx")],
)  # fmt: skip
def test_changed_edition_is_reported(run, spring, tmp_path, monkeypatch, command):
    monkeypatch.chdir(tmp_path)
    spring.path.chmod(0o644)
    spring.path.write_bytes(spring.path.read_bytes() + b"more")
    assert "not what was frozen" in stopped(run(*command, "--k", 5, "--edition", "Spring"))


# ---- as a link shows it


@pytest.fixture
def donor(run: Run, spring: Edition, accounts: Engine, demo_url: str, tmp_path: Path) -> Visit:
    """A viewer of link 1: a scope of the edition, with export."""
    terms = Terms(scope=Filters.from_search("partner=donor-1"), export=True, edition=spring.key)
    _made, token = share_links.make(accounts, terms)
    others: dict[str, Any] = {"editions": tmp_path / "editions", "accounts_url": str(accounts.url)}
    visit = Visit.to(demo_url, signed_in=False, local=False, **others)
    visit.app.server.config["SESSION_COOKIE_SECURE"] = False
    assert visit.client.get(f"/s/{token}", headers=PAGE).status_code == 303
    return visit


@pytest.mark.parametrize("filters", ["", "place=500000", "sector=machinery,textile&as_of=2015-01-01"])
def test_export_for_a_link_equals_the_export_of_its_viewer(run, donor, filters):
    for code in EXHIBITS:
        answer = donor.client.get(f"/export/{code}.csv?{filters}", headers=PAGE)
        done = run("export", code, "--link", 1, "--filters", filters)
        if answer.status_code == 403:
            assert REFUSED in stopped(done)
        else:
            assert answer.status_code == 200
            assert done.stdout == answer.text, code
            assert "As link 1 shows it" in done.stderr


def test_package_for_a_link_equals_the_package_of_its_viewer(run, donor, tmp_path):
    done = run("export-package", tmp_path / "ours.zip", "--link", 1)
    assert done.exit_code == 0, done.output
    theirs = donor.client.get("/export/package.zip")
    with ZipFile(tmp_path / "ours.zip") as ours, ZipFile(io.BytesIO(theirs.get_data())) as other:
        assert ours.namelist() == other.namelist()
        assert not [name for name in ours.namelist() if name.startswith("record/")]
        for code in EXHIBITS:
            assert ours.read(f"{code}.csv") == other.read(f"{code}.csv"), code
    theirs.close()


def test_link_waiting_for_an_edition_is_reported(run, accounts):
    share_links.make(accounts, Terms(threshold=None))
    assert "Link 1 has no edition yet" in stopped(run("export", "overview", "--link", 1))


def test_public_edition_is_shown_after_the_record_is_no_longer_public(accounts, tmp_path, monkeypatch):
    """As over HTTP, where the edition itself determines whether it is public."""
    address = f"sqlite:///{tmp_path}/results.db"
    monkeypatch.setenv("SCORE_DATABASE_URL", address)
    engine = database.writing_engine(address)
    load_rows(engine, with_more(PROGRAMME) | {"programme": [PROGRAMME["programme"][0] | {"public": True}]})
    made = frozen_copies.freeze(engine, "Spring", tmp_path / "editions")
    with engine.begin() as connection:
        connection.execute(text("UPDATE programme SET public = 0"))
    engine.dispose()
    share_links.make(accounts, Terms(threshold=None, edition=made.key))
    assert rows(CliRunner().invoke(main, ["export", "overview", "--link", "1"]))[0]["value"] == "69"


def test_link_of_a_public_record_without_a_threshold_shows_everything(
    public_record_url, public, accounts, monkeypatch
):  # fmt: skip
    monkeypatch.setenv("SCORE_DATABASE_URL", public_record_url)
    share_links.make(accounts, Terms(threshold=None))
    done = CliRunner().invoke(main, ["export", "overview", "--link", "1"])
    assert "nothing is withheld" in done.stderr
    true = list(csv.DictReader(io.StringIO(public.client.get("/export/overview.csv").text)))
    assert [row["value"] for row in rows(done)] == [row["value"] for row in true]


# ---- managers, and the committee


@pytest.mark.parametrize(
    "command", [("export", "overview"), ("export-package", "a.zip"), (*DIGEST, "--managers"),
                ("pack", "Counts", "--pptx", "--managers")],
)  # fmt: skip
def test_command_names_its_audience_only_for_a_non_public_record(
    run, public_record_url, tmp_path, monkeypatch, command
):
    monkeypatch.chdir(tmp_path)
    done = run(*command)
    assert done.exit_code == 0, done.output
    assert done.stderr.splitlines()[0] == MANAGERS
    monkeypatch.setenv("SCORE_DATABASE_URL", public_record_url)
    done = run(*(word for word in command if word != "--managers"))
    assert done.exit_code == 0, done.output
    assert "For " not in done.stderr
    assert "rounded" not in done.output


def test_public_record_is_exported_as_it_is(run, public, public_record_url, monkeypatch):
    monkeypatch.setenv("SCORE_DATABASE_URL", public_record_url)
    for code in ("module-funnel", "regions", "matrix"):
        assert run("export", code).stdout == public.client.get(f"/export/{code}.csv").text


TOLD = re.compile(r"\b([\d,]+) (?:enterprises?|pairs|new pairs|participants|\()")
"""Matches a number of people or enterprises in a newsletter."""


def numbers(letter: str) -> list[int]:
    """The counts in a newsletter."""
    words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", letter)
    return [int(n.replace(",", "")) for n in TOLD.findall(words)]


def test_newsletter_is_for_the_committee_unless_managers_are_requested(run):
    done, true = run(*DIGEST), run(*DIGEST, "--managers")
    assert done.stderr.splitlines()[0].startswith(COMMITTEE)
    told = numbers(done.stdout)
    assert len(told) > 40
    assert [n for n in told if n % 5 and n not in EXACT] == []
    assert [n for n in numbers(true.stdout) if n % 5]
    assert "counts are rounded at random to a multiple of 5" in done.stdout


def test_newsletter_never_shows_zero_for_fewer_than_the_base(run):
    assert [n for n in numbers(run(*DIGEST).stdout) if n == 0] == []


def shapes(path: Path) -> list[Any]:
    return [shape for slide in Presentation(str(path)).slides for shape in slide.shapes]


def drawn(path: Path) -> list[float]:
    """Every number of every chart of a pack."""
    charts = [shape.chart for shape in shapes(path) if shape.has_chart]
    return [n for chart in charts for plot in chart.plots for each in plot.series for n in each.values if n is not None]


def test_pack_is_for_the_committee_unless_managers_are_requested(run, tmp_path):
    ours, theirs = tmp_path / "ours.pptx", tmp_path / "theirs.pptx"
    done = run("pack", "Counts", "--pptx", "--out", ours)
    assert done.exit_code == 0, done.output
    assert done.stderr.splitlines()[0].startswith(COMMITTEE)
    assert run("pack", "Counts", "--pptx", "--managers", "--out", theirs).exit_code == 0
    told = drawn(ours)
    assert len(told) > 30
    assert [n for n in told if n % 5 and n not in EXACT] == []
    assert [n for n in drawn(theirs) if n % 5 and n not in EXACT]


def test_pack_has_enterprise_rows_only_for_managers(run, accounts, tmp_path):
    decks.save(accounts, Deck("Rows", (DeckSlide("matrix"),)), "manager")
    out = tmp_path / "a.pptx"
    for words, named in (((), False), (("--managers",), True)):
        done = run("pack", "Rows", "--pptx", "--rows", "--out", out, *words)
        assert done.exit_code == 0, done.output
        assert ("add --managers" in done.stderr) is not named
        notes = "".join(slide.notes_slide.notes_text_frame.text for slide in Presentation(str(out)).slides)
        assert ("(synthetic 0001)" in notes) is named


def test_pack_and_newsletter_can_be_written_as_a_link_shows_them(run, spring, accounts, tmp_path):
    terms = Terms(audience=Audience.COMMITTEE, scope=Filters.from_search("partner=donor-1"), edition=spring.key)
    share_links.make(accounts, terms)
    done = run("pack", "Counts", "--pptx", "--link", 1, "--out", tmp_path / "a.pptx")
    assert done.exit_code == 0, done.output
    assert "As link 1 shows it" in done.stderr
    assert max(drawn(tmp_path / "a.pptx")) < 113
    done = run(*DIGEST, "--link", 1)
    assert done.exit_code == 0, done.output
    assert "Chongqing: roll-out 1" not in done.stdout  # a round of no partner in the scope


# ---- selections


NOBODY = "partner=donor-1&sector=sports-goods"
COMMANDS = [
    ("export", "regions", "--k", "5"),
    ("export", "regions", "--format", "xlsx", "--out", "a.xlsx", "--k", "5"),
    ("export-package", "a.zip", "--k", "5"),
    DIGEST,
]


@pytest.mark.parametrize("command", COMMANDS)
def test_hidden_selection_is_refused_with_a_wider_suggestion(run, command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    said = stopped(run(*command, "--filters", NOBODY))
    assert REFUSED in said
    (wider,) = re.findall(r'--filters "([^"]*)"', said)
    assert run(*command, "--filters", wider).exit_code == 0


def test_pack_of_a_hidden_selection_shows_a_message_on_every_slide(run, tmp_path):
    done = run("pack", "Counts", "--pptx", "--out", tmp_path / "a.pptx", "--filters", NOBODY)
    assert done.exit_code == 0, done.output
    for slide in Presentation(str(tmp_path / "a.pptx")).slides:
        said = "".join(shape.text_frame.text for shape in slide.shapes if shape.has_text_frame)
        assert REFUSED in said
    assert drawn(tmp_path / "a.pptx") == []


@pytest.mark.parametrize("command", [*COMMANDS, ("pack", "Counts", "--pptx")])
def test_address_with_too_many_filters_gives_the_nearest_view_with_a_message(run, command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    asked, nearest = "partner=donor-1,employers-500000", "partner=donor-1"
    done, plain = run(*command, "--filters", asked), run(*command, "--filters", nearest)
    assert (done.exit_code, done.stdout) == (0, plain.stdout)
    assert CUT in done.stderr
    assert CUT not in plain.stderr
