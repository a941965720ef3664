"""The engine at its limits: the message for a too large record, and the documented memory."""

import logging
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from visiting import Visit, at, notice

from dashboard.commands.cli import main
from data.engine import fact_reader
from data.filters import Filters
from data.privacy.viewer import MANAGER
from data.records import Record, Records
from layouts import ids

SCALE = Path(__file__).parent.parent / "docs" / "scale.md"
OVERVIEW = f"{ids.OVERVIEW_HEADLINES}.content"


@pytest.mark.parametrize("limit", ["MOST_RESULTS", "MOST_MODULES"])
@pytest.mark.parametrize(("search", "said"), [("", "more than can be shown"), ("?lang=zh", "超出可显示的上限")])
def test_too_large_record_shows_a_notice_over_the_page(
    demo_url: str, monkeypatch: pytest.MonkeyPatch, limit: str, search: str, said: str
) -> None:
    monkeypatch.setattr(fact_reader, limit, 1)
    answer = Visit.to(demo_url).post(OVERVIEW, at(search)).get_json()
    assert not answer.get("response")
    assert said in notice(answer)[0]


def test_command_line_reports_a_too_large_record(demo_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fact_reader, "MOST_RESULTS", 1)
    monkeypatch.setenv("SCORE_DATABASE_URL", demo_url)
    told = CliRunner().invoke(main, ["export", "overview"])
    assert told.exit_code == 1
    assert "a database of its own" in told.output
    assert "at most 1" in told.output


@pytest.mark.parametrize(("share", "warned"), [(0.4, False), (0.6, True)])
def test_worker_start_logs_a_record_above_half_of_the_limit(
    demo_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, share: float,
    warned: bool,
) -> None:  # fmt: skip
    with Record(demo_url).view(MANAGER, Filters()) as view:
        results = len(view.facts.record.results.enterprise)
    monkeypatch.setattr(fact_reader, "MOST_RESULTS", round(results / share))
    with caplog.at_level(logging.WARNING):
        Records(demo_url, tmp_path).read_ahead()
    assert ("more than half" in caplog.text) == warned


def test_memory_per_result_and_per_enterprise_agrees_with_the_documentation(demo_url: str) -> None:
    told = re.search(r"(\d+) bytes a result,\s+and some (\d+) bytes an enterprise", SCALE.read_text(encoding="utf-8"))
    assert told
    with Record(demo_url).view(MANAGER, Filters()) as view:
        record = view.facts.record
    assert record.result_bytes == int(told[1]) * len(record.results.enterprise)
    assert record.enterprise_bytes / len(record.enterprises) == pytest.approx(int(told[2]), rel=0.25)
