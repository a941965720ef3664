"""The record as files in the import format: dates keep their precision, confidential columns stay at home."""

import csv
import io
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from loading_files import Rows, small_programme, write_folder
from sqlalchemy import Engine, create_engine, select

from data.editions import frozen_copies
from data.exports.packages import record_tables
from data.loading import load
from data.storage import database_copy
from data.storage.database import writing_engine
from data.storage.schema import CONFIDENTIAL, CONTRACT_TABLES, enterprise, results

SECRET = "Office 000-4711"
DATES = ("2014-10-20", "2014-10", "2014", "by 2014-10-31")
"""A date of each precision, as the files write it."""


def programme() -> Rows:
    """The small programme with every column for donors, dates of every precision, and a confidential contact."""
    tables = small_programme()
    tables["programme"][0] |= {
        "note_en": "Invented", "note_zh": "虚构", "contact": "Office, 1 Road", "iati_activity": "XM-DAC-1",
    }  # fmt: skip
    tables["indicator"][0] |= {"key": "yes", "sdg": "8.2"}
    tables["indicator"] += [
        {"code": code, "name_en": code, "family": "reach", "unit": code, "better": "up"}
        for code in ("net-count", "percent-change")
    ]
    tables["reported_figure"] += [
        {"code": "f2", "indicator": "net-count", "value": -12, "as_of": "by 2014-06"},
        {"code": "f3", "indicator": "percent-change", "value": 130.5, "as_of": "2014"},
    ]
    tables["round_partner"][0] |= {"source": "s1", "note": "inferred from the letter"}
    tables["enterprise"][0] |= {"note": "moved in 2013", "contact": SECRET}
    tables["target"][0] |= {
        "baseline": 2, "baseline_on": "by 2013", "measure": "people_trained", "level": "output", "comment_en": "Late",
        "comment_zh": "延迟",
    }  # fmt: skip
    tables["event"] = [
        {"code": f"e{number}", "kind": "visit", "name_en": "Visit", "status": "held", "starts_on": text}
        for number, text in enumerate(DATES)
    ]
    return tables | {"event_partner": []}


@pytest.fixture
def filled(engine: Engine, tmp_path: Path) -> Iterator[Engine]:
    assert load(engine, write_folder(tmp_path / "in", programme())).loaded
    yield engine
    engine.dispose()


def files(engine: Engine) -> dict[str, str]:
    """The text of every file of the record, by table."""
    with engine.connect() as connection:
        return {Path(each.path).stem: each.content.decode() for each in record_tables(connection)}


@pytest.mark.both_databases
def test_files_of_the_record_load_into_the_same_rows_except_for_confidential_columns(
    filled: Engine, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    for name, text in files(filled).items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8", newline="")
    again = writing_engine(f"sqlite:///{tmp_path / 'again.db'}")
    assert load(again, folder).loaded
    with filled.connect() as one, again.connect() as other:
        for table in CONTRACT_TABLES:
            columns = [column for column in table.columns if column not in CONFIDENTIAL]
            query = select(*columns).order_by(*table.primary_key)
            assert one.execute(query).all() == other.execute(query).all(), table.name
    again.dispose()


def test_dates_are_written_with_their_precision(filled: Engine) -> None:
    rows = csv.DictReader(io.StringIO(files(filled)["event"]))
    assert {row["code"]: row["starts_on"] for row in rows} == {f"e{n}": text for n, text in enumerate(DATES)}
    [target] = csv.DictReader(io.StringIO(files(filled)["target"]))
    assert (target["due_on"], target["baseline_on"]) == ("2015-12", "by 2013-12-31")


def test_confidential_columns_are_in_no_file_and_in_no_edition(filled: Engine, tmp_path: Path) -> None:
    assert [column.table.name for column in CONFIDENTIAL] == ["enterprise"]
    for text in files(filled).values():
        assert SECRET not in text
    assert "contact" not in files(filled)["enterprise"].splitlines()[0].split(",")
    changed = {"enterprise": [{"code": "a", "contact": f"{SECRET}, floor 2"}]}
    assert load(filled, write_folder(tmp_path / "later", changed)).batch == 2
    edition = frozen_copies.freeze(filled, "NTAC 6", tmp_path / "editions")
    assert SECRET.encode() not in edition.path.read_bytes()


def test_copy_for_a_preview_has_the_confidential_columns(filled: Engine, tmp_path: Path) -> None:
    database_copy.copy(filled, tmp_path / "copy.db")
    copied = create_engine(f"sqlite:///{tmp_path / 'copy.db'}")
    with closing(copied.connect()) as connection:
        assert connection.scalar(select(enterprise.c.contact).where(enterprise.c.code == "a")) == SECRET
        event = results.tables["event"]
        stored = connection.execute(select(event.c.starts_on_precision).order_by(event.c.code)).scalars()
        assert list(stored) == ["day", "month", "year", "by"]
        last = select(event.c.starts_on).where(event.c.code == "e3")
        assert connection.scalar(last) == date(2014, 10, 31)
    copied.dispose()
