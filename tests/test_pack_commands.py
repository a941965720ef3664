"""The meeting pack by command, and printing: files, messages, and child processes."""

import io
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from click.testing import CliRunner, Result
from PIL import Image
from pptx import Presentation
from pypdf import PdfReader

from dashboard.commands.cli import main
from dashboard.packs import chromium
from dashboard.packs.chromium import DRAWN, PrintingProblem
from data import decks
from data.decks import Deck, DeckSlide
from data.editions import frozen_copies
from data.privacy import key
from data.storage import database
from data.storage.accounts import accounts_engine

pytestmark = pytest.mark.browser  # prints, and takes pictures of maps

Run = Callable[..., Result]


@pytest.fixture
def run(demo_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command line on the synthetic programme, in its own folder, with one deck and one edition."""
    monkeypatch.setenv("SCORE_DATABASE_URL", demo_url)
    monkeypatch.setenv("SCORE_ACCOUNTS_URL", f"sqlite:///{tmp_path}/accounts.db")
    monkeypatch.setenv("SCORE_EDITIONS", str(tmp_path / "editions"))
    accounts = accounts_engine(f"sqlite:///{tmp_path}/accounts.db")
    decks.save(accounts, Deck("NTAC 6 北京", (DeckSlide("regions"), DeckSlide("breadth"))), "manager")
    decks.save(accounts, Deck("Round table", (DeckSlide("matrix", notes="ask Ms Zhou"),)), "manager")
    key.make(accounts)
    accounts.dispose()
    engine = database.reading_engine(demo_url)
    frozen_copies.freeze(engine, "Spring", tmp_path / "editions")
    engine.dispose()
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return lambda *words: CliRunner().invoke(main, ["pack", *map(str, words)])


def test_pack_is_written_under_a_descriptive_name(run):
    result = run("NTAC 6 北京", "--pptx", "--lang", "both")
    assert result.exit_code == 0, result.output
    (path,) = Path().iterdir()
    assert path.name == "synthetic-score-demo-ntac-6-北京-2017-06-30-rounded-en-zh.pptx"
    assert len(Presentation(str(path)).slides) == 2
    assert "Synthetic data" in result.stderr
    assert path.name in result.stderr
    assert not result.stdout


def test_pack_contains_notes_and_rows_only_on_request(run):
    for asked, left_out in (
        ((), "speaker's notes and rows"),
        (("--notes",), "Without rows"),
        (("--notes", "--rows"), ""),
    ):
        result = run("Round table", "--pptx", "--managers", "--out", "a.pptx", *asked)
        assert result.exit_code == 0, result.output
        assert left_out in result.stderr
        assert ("Without" in result.stderr) is bool(left_out)
        (slide,) = Presentation("a.pptx").slides
        notes = slide.notes_slide.notes_text_frame.text
        assert ("ask Ms Zhou" in notes) is ("--notes" in asked)
        assert ("(synthetic 0001)" in notes) is ("--rows" in asked)


def test_pack_of_an_edition_with_filters_is_written_to_the_given_path(run, tmp_path):
    out = tmp_path / "a.pdf"
    result = run("NTAC 6 北京", "--pdf", "--edition", "Spring", "--filters", "sector=machinery", "--out", out)
    assert result.exit_code == 0, result.output
    first, second = (page.extract_text() for page in PdfReader(out).pages)
    assert "edition Spring" in first
    assert "Sector: Machinery" in second


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nowhere", "--pptx"), "There are: 'standard', 'NTAC 6 北京', 'Round table'"),
        (("standard", "--pptx", "--k", "5", "--edition", "Winter"), 'There is no edition "Winter"'),
        (("standard", "--pptx", "--filters", "sector=machinery,swords"), "does not know sector=swords"),
        (("standard", "--pdf", "--out", "no/such/folder.pdf"), "cannot be written"),
        (("standard",), "--pptx or --pdf"),
        (("standard", "--pptx", "--lang", "fr"), "'fr'"),
    ],
)
def test_invalid_pack_request_is_reported_and_nothing_is_written(run, words, said):
    result = run(*words)
    assert result.exit_code in (1, 2)
    assert said in result.stderr
    assert "Traceback" not in result.output
    assert not list(Path().iterdir())


def test_changed_edition_makes_no_pack(run, tmp_path):
    (path,) = (tmp_path / "editions").glob("*.db")
    path.chmod(0o644)
    with path.open("ab") as file:
        file.write(b"more")
    result = run("standard", "--pptx", "--edition", "Spring")
    assert result.exit_code == 1
    assert "not what was frozen" in result.stderr


def test_pack_command_without_a_browser_makes_powerpoint_but_not_pdf(run, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    refused = run("NTAC 6 北京", "--pdf")
    assert refused.exit_code == 1
    assert "install" in refused.stderr
    result = run("NTAC 6 北京", "--pptx", "--out", "a.pptx")
    assert result.exit_code == 0
    assert "map is left out" in result.stderr
    assert run("standard", "--pptx", "--out", "b.pptx").exit_code == 0


# ---- printing


def drawn(body: str) -> str:
    """A page that reports itself as drawn."""
    return f"<!doctype html><meta charset=utf-8>{body}<script>console.log('{DRAWN}')</script>"


def test_page_is_printed_after_its_script_has_run():
    late = "<script>setTimeout(() => document.body.append('at last'), 30000)</script>"
    (page,) = PdfReader(io.BytesIO(chromium.pdf(drawn(late)))).pages
    assert "at last" in page.extract_text()


def test_picture_has_the_requested_size_down_to_its_last_line():
    body = (
        '<body style="margin:0"><div style="width:300px;height:190px"></div><div style="height:10px;background:#f00">'
    )
    picture = Image.open(io.BytesIO(chromium.png(drawn(body), 300, 200))).convert("RGB")
    assert picture.size == (600, 400)
    assert picture.getpixel((300, 399)) == (255, 0, 0)
    assert picture.getpixel((300, 370)) == (255, 255, 255)


def test_page_with_a_failing_script_is_not_printed():
    with pytest.raises(PrintingProblem, match="failed"):
        chromium.pdf("<!doctype html><script>throw new Error('no')</script>")


def fake_browser(tmp_path: Path, script: str) -> Path:
    """A script in place of a browser."""
    path = tmp_path / "browser"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_hanging_browser_is_killed_with_its_child_processes(monkeypatch, tmp_path):
    number, slept = tmp_path / "number", tmp_path / "slept"
    asleep = f"(sleep 60; touch {slept}) & echo $! > {number}; wait"
    monkeypatch.setenv("SCORE_CHROMIUM", str(fake_browser(tmp_path, asleep)))
    monkeypatch.setattr(chromium, "PATIENCE", 1)
    with pytest.raises(PrintingProblem, match="late"):
        chromium.pdf(drawn(""))
    assert not slept.exists()
    state = subprocess.run(["ps", "-o", "stat=", "-p", number.read_text()], capture_output=True, text=True, check=False)
    assert state.stdout.strip() in ("", "Z")


@pytest.mark.parametrize("script", ["exit 3", "true", f"echo {DRAWN} >&2"])
def test_browser_without_output_is_reported_as_failed(monkeypatch, tmp_path, script):
    monkeypatch.setenv("SCORE_CHROMIUM", str(fake_browser(tmp_path, script)))
    with pytest.raises(PrintingProblem, match="failed"):
        chromium.pdf(drawn(""))


def test_configured_browser_that_does_not_exist_is_reported_missing(monkeypatch, tmp_path):
    monkeypatch.setenv("SCORE_CHROMIUM", str(tmp_path / "none"))
    with pytest.raises(PrintingProblem, match="missing"):
        chromium.chromium()


def test_browser_sandbox_is_disabled_only_for_root(monkeypatch, tmp_path):
    said = tmp_path / "said"
    monkeypatch.setenv("SCORE_CHROMIUM", str(fake_browser(tmp_path, f'echo "$@" > {said}')))
    for user, expected in ((0, True), (1000, False)):
        monkeypatch.setattr(os, "geteuid", lambda user=user: user)
        with pytest.raises(PrintingProblem):
            chromium.pdf(drawn(""))
        assert ("--no-sandbox" in said.read_text()) is expected


@pytest.fixture(params=[41, 42, 200])
def temporary_folder(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder for temporary files, with a path of a given length: the longest used, and two that are too long."""
    with TemporaryDirectory(dir="/tmp") as short:
        folder = Path(short, "x" * (request.param - len(short) - 1))
        folder.mkdir()
        monkeypatch.setenv("TMPDIR", str(folder))
        monkeypatch.setattr("tempfile.tempdir", None)
        yield folder


def test_page_is_printed_with_a_long_temporary_path(temporary_folder):
    (page,) = PdfReader(io.BytesIO(chromium.pdf(drawn("printed")))).pages
    assert "printed" in page.extract_text()


def test_failed_browser_leaves_no_temporary_files(monkeypatch, tmp_path, temporary_folder):
    said = tmp_path / "said"
    monkeypatch.setenv("SCORE_CHROMIUM", str(fake_browser(tmp_path, f"mktemp > {said}")))
    with pytest.raises(PrintingProblem, match="failed"):
        chromium.pdf(drawn(""))
    temporary = Path(said.read_text().strip())
    assert temporary.is_relative_to(temporary_folder) is (len(str(temporary_folder)) == 41)
    assert not temporary.parent.exists()
    assert not list(temporary_folder.iterdir())
