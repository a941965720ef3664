"""The managers' imports page: upload, preview, load, rollback; refusals, and access."""

import html
import io
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import textwrap
import threading
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from PIL import Image
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError
from visiting import PAGE, Visit, as_drawn
from werkzeug.datastructures import FileStorage

from dashboard.pages.imports import import_pages, import_preview, import_words, staged_uploads
from data import managers
from data.editions import changed_numbers
from data.exhibits import EXHIBITS
from data.filters import Filters
from data.links import share_links
from data.links.link_terms import Audience, Terms
from data.loading import load
from data.privacy.viewer import MANAGER
from data.records import Record
from data.storage import database, database_copy
from data.storage.accounts import accounts_engine
from data.storage.batches import batches
from data.storage.database import reading_engine, writing_engine
from layouts import ids
from tests.loading_files import small_programme, write_folder, write_workbook

NAV = f"{ids.NAV}.content"
HEADLINES = f"{ids.OVERVIEW_HEADLINES}.content"
ENROLLED = {
    "enterprise": [{"code": "c", "name_en": "Third works"}],
    "enrolment": [{"enterprise": "c", "round": "r1"}],
}


class Office:
    """A record, and a manager who imports into it."""

    def __init__(self, folder: Path, **options: object) -> None:
        self.path, self.imports, self.accounts_url = folder / "r.db", folder / "imp", f"sqlite:///{folder}/accounts.db"
        self.folder = folder
        engine = writing_engine(self.url)
        assert load(engine, write_folder(folder / "first", small_programme())).loaded
        engine.dispose()
        self.manager = Visit.to(self.url, imports=self.imports, accounts_url=self.accounts_url, **options)

    @property
    def url(self) -> str:
        return f"sqlite:///{self.path}"

    def send(self, *files, client=None, lang=""):
        """Upload (name, content) pairs; returns the response."""
        data = {"files": [(io.BytesIO(content), name) for name, content in files]}
        return (client or self.manager.client).post(f"/import{lang}", data=data, headers=PAGE)

    def sent(self, *files) -> str:
        """Upload acceptable files; returns the address of the upload."""
        answer = self.send(*files)
        assert answer.status_code == 303, read(answer.text)
        return answer.location

    def decide(self, address: str, wish: str, client=None):
        return (client or self.manager.client).post(address, data={"wish": wish}, headers=PAGE)

    def page(self, address: str) -> str:
        answer = self.manager.open(address)
        assert answer.status_code == 200
        return read(answer.text)

    def batches(self):
        engine = reading_engine(self.url)
        with engine.connect() as connection:
            return {each.number: each for each in batches(connection)}

    def enterprises(self) -> set[str]:
        with closing(sqlite3.connect(self.path)) as connection:
            return {code for (code,) in connection.execute("SELECT code FROM enterprise")}


@pytest.fixture(scope="module")
def first_office(tmp_path_factory):
    """One application for all tests; each test starts with the record as first loaded."""
    office = Office(tmp_path_factory.mktemp("office"))
    shutil.copyfile(office.path, office.folder / "as-loaded.db")
    return office


@pytest.fixture
def office(first_office):
    shutil.copyfile(first_office.folder / "as-loaded.db", first_office.path)
    shutil.rmtree(first_office.imports, ignore_errors=True)
    return first_office


def read(text: str) -> str:
    """The visible text of a page."""
    body = text.partition("<main")[2] or text
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def book(tmp_path, tables) -> bytes:
    return write_workbook(tmp_path / "sent.xlsx", tables).read_bytes()


def sheets(tmp_path, tables):
    folder = write_folder(tmp_path / f"sheets{len(list(tmp_path.glob('sheets*')))}", tables)
    return [(path.name, path.read_bytes()) for path in sorted(folder.iterdir())]


def picture() -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(content, "PNG")
    return content.getvalue()


# The way through


def test_upload_is_previewed_first_and_changes_nothing(office, tmp_path):
    address = office.sent(("March.xlsx", book(tmp_path, ENROLLED)))
    said = office.page(address)
    assert "2 rows would be added or changed" in said
    assert "Headline figures Enterprises enrolled Value 1 2" in said
    assert office.enterprises() == {"a", "b"}
    assert list(office.batches()) == [1]


def test_accepted_file_is_loaded_with_its_loader_and_shown_on_every_page(office, tmp_path):
    address = office.sent(("March.xlsx", book(tmp_path, ENROLLED)))
    assert office.decide(address, "accept").location == address
    assert "Loaded as batch 2" in office.page(address)
    assert office.enterprises() == {"a", "b", "c"}
    made = office.batches()[2]
    assert (made.origin, made.loaded_by, made.added) == ("March.xlsx", "local", 2)
    assert '"children": "2"' in json.dumps(office.manager.answered(HEADLINES)[HEADLINES])


def test_batch_records_the_address_of_the_signed_in_manager(tmp_path):
    office = Office(tmp_path, signed_in=False, local=False)
    engine = accounts_engine(office.accounts_url)
    managers.add(engine, "li@example.org", "a long enough password")
    engine.dispose()
    form = {"email": "li@example.org", "password": "a long enough password"}
    office.manager.client.post("/sign-in", data=form, base_url="https://localhost")
    data = {"files": [(io.BytesIO(book(tmp_path, ENROLLED)), "March.xlsx")]}
    address = office.manager.client.post("/import", data=data, base_url="https://localhost").location
    office.manager.client.post(address, data={"wish": "accept"}, base_url="https://localhost")
    assert office.batches()[2].loaded_by == "li@example.org"


def test_sheets_and_their_pictures_can_be_uploaded_together(office, tmp_path):
    files = sheets(tmp_path, {"story": [{"code": "st1", "before_image": "车间.png"}], **ENROLLED})
    address = office.sent(*files, ("车间.png", picture()))
    assert "pictures of stories 1" in office.page(address)
    office.decide(address, "accept")
    assert office.batches()[2].origin == "enrolment.csv, enterprise.csv, story.csv"
    with closing(sqlite3.connect(office.path)) as connection:
        assert connection.execute("SELECT story, side FROM story_image").fetchall() == [("st1", "before")]


def test_discarded_upload_is_deleted_and_changes_nothing(office, tmp_path):
    address = office.sent(("March.xlsx", book(tmp_path, ENROLLED)))
    answer = office.decide(address, "discard")
    assert "March.xlsx was discarded" in office.page(answer.location)
    assert office.manager.open(address).status_code == 404
    assert office.decide(address, "accept").status_code == 404
    assert list(office.imports.iterdir()) == []
    assert list(office.batches()) == [1]


def test_second_load_of_the_same_file_changes_nothing(office, tmp_path):
    content = book(tmp_path, ENROLLED)
    office.decide(office.sent(("March.xlsx", content)), "accept")
    address = office.sent(("March.xlsx", content))
    said = office.page(address)
    assert "Nothing would change" in said
    assert "Load it" not in said
    assert list(office.batches()) == [2, 1]


def test_history_shows_loader_time_file_and_state_of_each_batch(office, tmp_path):
    office.decide(office.sent(("March.xlsx", book(tmp_path, ENROLLED))), "accept")
    said = office.page("/import")
    assert re.search(r"2 \d+ \w+ \d{4} \d\d:\d\d UTC local March.xlsx 2 0 Roll back…", said)
    assert re.search(r"1 \d+ \w+ \d{4} \d\d:\d\d UTC on the command line first \d+ 0 made the database", said)


def test_batch_is_rolled_back_after_a_preview(office, tmp_path):
    office.decide(office.sent(("March.xlsx", book(tmp_path, ENROLLED))), "accept")
    said = office.page("/import/batches/2")
    assert "Taken away" in said
    assert "enterprises 1 0 0" in said
    assert office.enterprises() == {"a", "b", "c"}
    answer = office.manager.client.post("/import/batches/2", headers=PAGE)
    assert "Batch 2 is rolled back. That is batch 3." in office.page(answer.location)
    assert office.enterprises() == {"a", "b"}
    assert (office.batches()[3].loaded_by, office.batches()[3].undoes) == ("local", 2)


def test_refused_rollback_lists_the_later_rows(office, tmp_path):
    office.decide(office.sent(("March.xlsx", book(tmp_path, ENROLLED))), "accept")
    office.decide(office.sent(*sheets(tmp_path, {"enterprise": [{"code": "c", "workers": 5}]})), "accept")
    said = office.page("/import/batches/2")
    assert "Rows of batch 2 were changed by later batches." in said
    assert "enterprises c 3" in said
    assert "Roll back batch 2" not in said
    assert office.manager.client.post("/import/batches/2", headers=PAGE).status_code == 409
    assert list(office.batches()) == [3, 2, 1]


def test_first_batch_offers_no_rollback(office):
    assert "Roll back…" not in office.page("/import")
    assert "made the database" in office.page("/import/batches/1")
    assert office.manager.client.post("/import/batches/1", headers=PAGE).status_code == 409


@pytest.mark.parametrize("method", ["get", "post"])
def test_unknown_batch_is_not_found(office, method):
    assert getattr(office.manager.client, method)("/import/batches/7", headers=PAGE).status_code == 404


def test_imports_page_is_in_chinese(office, tmp_path):
    tables = {"enterprise": [{"code": "c", "name_en": "C", "workers": "many"}]}
    address = office.send(("三月.xlsx", book(tmp_path, tables)), lang="?lang=zh").location
    assert address.endswith("?lang=zh")
    said = office.page(address)
    assert "many" in said
    assert re.search("请[^a-z]*。", said)
    assert office.batches()


# Refusals


WRONG = {"enterprise": [{"code": "c", "name_en": "C", "workers": "many"}, {"code": "d", "name_en": "D", "place": "x"}]}


def test_every_refusal_is_listed_with_its_sheet_row_and_column(office, tmp_path):
    address = office.sent(("March.xlsx", book(tmp_path, WRONG)))
    said = office.page(address)
    assert "2 cells or rows are refused" in said
    assert re.search(r"enterprise, row 2 workers many [A-Z]", said)
    assert re.search(r"enterprise, row 3 place x [A-Z]", said)
    assert "Load it" not in said
    assert office.decide(address, "accept").status_code == 400
    assert list(office.batches()) == [1]


def test_marked_workbook_is_the_uploaded_one_with_refused_cells_coloured(office, tmp_path):
    address = office.sent(("March.xlsx", book(tmp_path, WRONG)))
    answer = office.manager.client.get(f"{address}/marked.xlsx")
    assert answer.status_code == 200
    assert "March-marked.xlsx" in answer.headers["Content-Disposition"]
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data))["enterprise"]
    marked = {cell.coordinate: cell.comment.text for row in sheet for cell in row if cell.comment}
    assert len(marked) == 2
    assert all(re.search("[\u4e00-\u9fff]", text) for text in marked.values())


def test_corrected_marked_workbook_is_accepted(office, tmp_path):
    address = office.sent(("March.xlsx", book(tmp_path, WRONG)))
    marked = openpyxl.load_workbook(io.BytesIO(office.manager.client.get(f"{address}/marked.xlsx").data))
    for row in marked["enterprise"].iter_rows():
        for cell in row:
            if cell.comment:
                cell.value = None
    content = io.BytesIO()
    marked.save(content)
    assert "2 rows would be added" in office.page(office.sent(("March.xlsx", content.getvalue())))


def test_accepted_file_has_no_marked_workbook(office, tmp_path):
    address = office.sent(("March.xlsx", book(tmp_path, ENROLLED)))
    assert office.manager.client.get(f"{address}/marked.xlsx").status_code == 404


def test_page_lists_the_first_refusals_and_the_workbook_marks_all(office, tmp_path, monkeypatch):
    monkeypatch.setattr(import_words, "MOST_FINDINGS", 5)
    rows = [{"code": f"e{i}", "name_en": "E", "workers": "many"} for i in range(8)]
    address = office.sent(("March.xlsx", book(tmp_path, {"enterprise": rows})))
    said = office.page(address)
    assert "8 cells or rows are refused" in said
    assert said.count("many") == 5
    assert "The first 5 of 8. The marked workbook has all of them." in said
    sheet = openpyxl.load_workbook(io.BytesIO(office.manager.client.get(f"{address}/marked.xlsx").data))["enterprise"]
    assert sum(cell.comment is not None for row in sheet for cell in row) == 8


def test_number_of_marks_is_limited_and_the_page_states_it(office, tmp_path, monkeypatch):
    monkeypatch.setattr(import_words, "MOST_FINDINGS", 2)
    monkeypatch.setattr(import_words, "MOST_MARKED", 3)
    rows = [{"code": f"e{i}", "name_en": "E", "workers": "many"} for i in range(5)]
    address = office.sent(("March.xlsx", book(tmp_path, {"enterprise": rows})))
    assert "The first 2 of 5. The marked workbook has the first 3." in office.page(address)
    sheet = openpyxl.load_workbook(io.BytesIO(office.manager.client.get(f"{address}/marked.xlsx").data))["enterprise"]
    assert sum(cell.comment is not None for row in sheet for cell in row) == 3


def zipped(**parts: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in parts.items():
            package.writestr(name, part)
    return content.getvalue()


def with_part(content: bytes, name: str, part: bytes) -> bytes:
    changed = io.BytesIO(content)
    with zipfile.ZipFile(changed, "a", zipfile.ZIP_DEFLATED) as package:
        package.writestr(name, part)
    return changed.getvalue()


@pytest.mark.parametrize(
    ("name", "spoil", "said"),
    [
        ("bomb.xlsx", lambda good: with_part(good, "xl/media/zeros.bin", bytes(210 * 1024**2)), "more than 200 MB"),
        ("macros.xlsm", lambda good: with_part(good, "xl/vbaProject.bin", b"x"), "macros"),
        ("macros.xlsx", lambda good: with_part(good, "xl/vbaProject.bin", b"x"), "macros"),
        ("links.xlsx", lambda good: with_part(good, "xl/externalLinks/externalLink1.xml", b"<x/>"), "Break the links"),
        ("letter.docx", lambda _: zipped(**{"word/document.xml": b"<x/>"}), "neither an .xlsx workbook"),
        ("old.xlsx", lambda _: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "password"),
        ("page.xlsx", lambda _: b"<html><script>alert(1)</script></html>", "cannot be read"),
        ("empty.xlsx", lambda _: b"", "cannot be read"),
    ],
)
def test_dangerous_file_is_refused_with_the_reason(office, tmp_path, name, spoil, said):
    address = office.sent((name, spoil(book(tmp_path, ENROLLED))))
    assert said in office.page(address)
    assert office.manager.client.get(f"{address}/marked.xlsx").status_code == 200
    assert list(office.batches()) == [1]


def test_picture_that_is_a_script_is_refused(office, tmp_path):
    files = sheets(tmp_path, {"story": [{"code": "st1", "before_image": "a.png"}]})
    address = office.sent(*files, ("a.png", b"<svg onload='alert(1)'/>"))
    assert "not the kind of image its name says" in office.page(address)


def test_gb18030_sheet_with_chinese_headers_is_read(office):
    text = "code,name_zh,workers\r\nc,绵阳机械厂，第二车间,１２３\r\n".replace("，", "")
    said = office.page(office.sent(("enterprise.csv", text.encode("gb18030"))))
    assert "1 row would be added" in said


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ([], "no workbook and no CSV file"),
        ([("a.png", b"x")], "no workbook and no CSV file"),
        ([("a.xlsx", b"x"), ("b.xlsx", b"x")], "one workbook at a time"),
        ([("a.xlsx", b"x"), ("result.csv", b"x")], "not both"),
        ([("result.csv", b"x"), ("RESULT.csv", b"x")], "two files called RESULT.csv"),
        ([(".hidden.csv", b"x")], "cannot be called .hidden.csv"),
        ([("a" * 210 + ".csv", b"x")], "Rename it"),
        ([("表" * 90 + ".csv", b"x")], "Rename it"),
    ],
)
def test_rejected_files_show_the_reason(office, files, said):
    answer = office.send(*files)
    assert answer.status_code == 400
    assert said in read(answer.text)
    assert not office.imports.exists() or list(office.imports.iterdir()) == []


@pytest.mark.parametrize("name", ["../../enterprise.csv", "..\\..\\enterprise.csv", "C:\\data\\enterprise.csv"])
def test_folders_are_removed_from_an_uploaded_file_name(tmp_path, name):
    upload = staged_uploads.UploadStore(tmp_path).add("local", [FileStorage(io.BytesIO(b"code"), name)])
    found = [path.relative_to(upload.folder).as_posix() for path in tmp_path.rglob("*.csv")]
    assert (found, upload.origin) == (["files/enterprise.csv"], "enterprise.csv")


def test_too_large_upload_is_refused_with_a_message(office, monkeypatch):
    monkeypatch.setattr(import_pages, "MOST_MEGABYTES", 0.1)
    answer = office.send(("a.xlsx", bytes(200_000)))
    assert answer.status_code == 413
    assert "larger than 0.1 MB together" in read(answer.text)
    assert not office.imports.exists()


def test_full_disk_during_an_upload_is_reported(office, tmp_path, monkeypatch):
    def full(*_args: object, **_options: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("werkzeug.datastructures.FileStorage.save", full)
    answer = office.send(("March.xlsx", book(tmp_path, ENROLLED)))
    assert answer.status_code == 507
    assert "No space left on device" in read(answer.text)
    assert list(office.imports.iterdir()) == []


# Concurrent changes


def test_changed_record_requires_a_new_preview_before_loading(office, tmp_path):
    address = office.sent(("March.xlsx", book(tmp_path, ENROLLED)))
    engine = writing_engine(office.url)
    load(engine, write_folder(tmp_path / "other", {"enterprise": [{"code": "c", "name_en": "Third works"}]}))
    engine.dispose()
    answer = office.decide(address, "accept")
    assert answer.location == address
    said = office.page(address)
    assert "The record has changed since you looked. Nothing was loaded" in said
    assert "1 row would be added or changed" in said
    assert list(office.batches()) == [2, 1]
    office.decide(address, "accept")
    assert office.batches()[3].added == 1


def test_load_during_another_load_is_reported_and_keeps_the_upload(office, tmp_path, monkeypatch):
    address = office.sent(("March.xlsx", book(tmp_path, ENROLLED)))
    monkeypatch.setattr(import_pages.database, "writing_engine", lambda url: create_engine(f"{url}?timeout=0.1"))
    other = sqlite3.connect(office.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    answer = office.decide(address, "accept")
    assert answer.status_code == 409
    assert "Another load is writing to the database." in read(answer.text)
    assert "Load it" in read(answer.text)
    rolled = office.manager.client.post("/import/batches/1", headers=PAGE)
    assert rolled.status_code == 409
    other.execute("ROLLBACK")
    other.close()
    assert office.decide(address, "accept").status_code == 303
    assert office.batches()[2].added == 2


def test_upload_to_a_locked_record_is_reported_within_seconds(office, tmp_path):
    march = ("March.xlsx", book(tmp_path, ENROLLED))
    with closing(sqlite3.connect(office.path, isolation_level=None)) as other, ThreadPoolExecutor(1) as aside:
        other.execute("BEGIN EXCLUSIVE")
        sending = aside.submit(office.send, march)
        try:
            answer = sending.result(timeout=30)
        finally:
            other.execute("ROLLBACK")
    assert answer.status_code == 503
    assert "The results database cannot be read just now It may be locked" in read(answer.text)
    assert office.send(march).status_code == 303


def test_double_click_on_load_loads_once(office, tmp_path):
    address = office.sent(("March.xlsx", book(tmp_path, ENROLLED)))
    clients = [office.manager.client, office.manager.stranger()]
    clients[1].set_cookie("score_session", office.manager.client.get_cookie("score_session").value)
    answers = []
    threads = [
        threading.Thread(target=lambda c=client: answers.append(office.decide(address, "accept", c)))
        for client in clients
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [(each.status_code, each.location) for each in answers] == [(303, address)] * 2
    assert list(office.batches()) == [2, 1]


def test_read_only_database_is_reported_and_the_upload_stays(office, tmp_path, monkeypatch):
    address = office.sent(("March.xlsx", book(tmp_path, ENROLLED)))
    read_only = f"file:{office.path}?mode=ro"
    monkeypatch.setattr(
        import_pages.database,
        "writing_engine",
        lambda _url: create_engine("sqlite://", creator=lambda: sqlite3.connect(read_only, uri=True)),
    )
    answer = office.decide(address, "accept")
    assert answer.status_code == 503
    assert "no permission for the file or its folder" in read(answer.text)
    assert "Load it" in read(answer.text)


def test_uncreatable_database_folder_is_reported(office, tmp_path, monkeypatch):
    address = office.sent(("March.xlsx", book(tmp_path, ENROLLED)))

    def forbidden(_url):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(import_pages.database, "writing_engine", forbidden)
    answer = office.decide(address, "accept")
    assert answer.status_code == 503
    assert "Permission denied" in read(answer.text)


def test_full_disk_under_the_database_is_reported_and_nothing_changes(office, tmp_path):
    address = office.sent(("March.xlsx", book(tmp_path, ENROLLED)))
    with closing(sqlite3.connect(office.path)) as connection:
        connection.execute(
            "CREATE TRIGGER full BEFORE INSERT ON enrolment BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
        )
        connection.commit()
    answer = office.decide(address, "accept")
    assert answer.status_code == 503
    assert "The disk is full." in read(answer.text)
    assert office.enterprises() == {"a", "b"}


def test_only_the_imports_page_and_commands_use_a_writing_engine(office):
    with Record(office.url).engine.connect() as connection, pytest.raises(OperationalError, match="readonly"):
        connection.exec_driver_sql("DELETE FROM enterprise")
    names = [path.name for path in Path("dashboard").rglob("*.py") if "writing_engine" in path.read_text("utf-8")]
    assert names
    assert set(names) <= {
        "import_pages.py", "import_preview.py", "upgrade_commands.py", "console.py", "batch_commands.py",
        "grant_commands.py", "loading_commands.py",
    }  # fmt: skip


# Owner and lifetime of uploads


def test_upload_of_another_manager_is_not_found(office, tmp_path):
    uploads = staged_uploads.UploadStore(office.imports)
    address = office.sent(("March.xlsx", book(tmp_path, ENROLLED)))
    assert uploads.find(address.rsplit("/", 1)[1], "local") is not None
    assert uploads.find(address.rsplit("/", 1)[1], "li@example.org") is None


@pytest.mark.parametrize("key", ["batches", "0" * 32, "..", "%2e%2e", "." + "0" * 31])
def test_unknown_upload_is_not_found(office, key):
    assert office.manager.open(f"/import/{key}").status_code == 404


def test_upload_is_deleted_after_a_day(office, tmp_path):
    address = office.sent(("March.xlsx", book(tmp_path, ENROLLED)))
    (folder,) = office.imports.iterdir()
    old = time.time() - 25 * 3600
    os.utime(folder / "upload.json", (old, old))
    assert office.manager.open(address).status_code == 404
    assert not folder.exists()


def test_interrupted_upload_is_removed(office, tmp_path):
    unfinished = office.imports / f".{'a' * 32}" / "files"
    unfinished.mkdir(parents=True)
    old = time.time() - 25 * 3600
    os.utime(unfinished.parent, (old, old))
    office.manager.open(office.sent(("March.xlsx", book(tmp_path, ENROLLED))))
    assert not unfinished.exists()


def test_uploaded_files_are_removed_after_loading(office, tmp_path):
    office.decide(office.sent(("March.xlsx", book(tmp_path, ENROLLED))), "accept")
    assert list(office.imports.rglob("*.xlsx")) == []


def test_link_viewer_can_neither_upload_nor_roll_back(office, tmp_path):
    address = office.sent(("March.xlsx", book(tmp_path, ENROLLED)))
    engine = accounts_engine(office.accounts_url)
    _made, token = share_links.make(engine, office.manager.fit(Terms(audience=Audience.DONOR)))
    engine.dispose()
    visitor = replace(office.manager, client=office.manager.stranger(), standing=as_drawn())
    assert visitor.client.get(f"/s/{token}").status_code == 303
    for found in ("/import", address, f"{address}/marked.xlsx", "/import/batches/1"):
        assert visitor.client.get(found, headers=PAGE).status_code == 404
    for found in ("/import", address, "/import/batches/1"):
        assert visitor.client.post(found, data={"wish": "accept"}, headers=PAGE).status_code == 404
    assert "/import" in json.dumps(office.manager.answered(NAV)[NAV])
    assert "/import" not in json.dumps(visitor.answered(NAV)[NAV])
    assert list(office.batches()) == [1]


def test_cross_site_request_is_refused(office):
    answer = office.manager.client.post("/import/batches/1", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


# Changed numbers


def moved(office, tmp_path, tables):
    """The changed numbers, as the page stores them: (exhibit, row, number, before, after)."""
    address = office.sent(*sheets(tmp_path, tables))
    folder = office.imports / address.rsplit("/", 1)[1]
    known = json.loads((folder / "preview.json").read_text("utf-8"))
    return [tuple(each.values()) for each in known["moves"]["en"]]


def test_corrected_number_is_listed_with_before_and_after(office, tmp_path):
    result = {**small_programme()["result"][0], "after": 2.5}
    found = moved(office, tmp_path, {"result": [result]})
    change = [each for each in found if each[0] == "Share of enterprises that improved"]
    assert any(number == "Median after, or have it" and after.startswith("2.5") for _e, _o, number, _b, after in change)
    assert not [each for each in found if each[0] == "Headline figures"]


def test_new_row_is_listed_as_new(office, tmp_path):
    event = {
        "code": "launch-2",
        "kind": "launch",
        "name_en": "Launch two",
        "status": "planned",
        "participants": 40,
    }
    found = moved(office, tmp_path, {"event": [event]})
    assert [(each[0], each[3]) for each in found] == [("Events, planned and held", "not there")]
    assert "Launch two" in found[0][1]
    assert "40" in found[0][4]


def test_change_outside_published_numbers_lists_no_number(office, tmp_path):
    address = office.sent(*sheets(tmp_path, {"enterprise": [{"code": "a", "name_en": "Another name"}]}))
    assert "None: what would change stands in no published number." in office.page(address)


def test_previewed_changes_equal_a_comparison_before_and_after_the_load(office, tmp_path):
    """The preview equals the result: the exhibits before and after the load, compared the same way."""
    record = Record(office.url)
    with record.view(MANAGER, Filters()) as view:
        before = changed_numbers.published(view)
    office.decide(office.sent(("March.xlsx", book(tmp_path, ENROLLED))), "accept")
    with record.view(MANAGER, Filters()) as view:
        after = changed_numbers.published(view)
    found = list(changed_numbers.moves(before, after))
    assert {move.exhibit for move in found} >= {"overview", "journey"}
    (enrolled,) = [m for m in found if m.exhibit == "overview" and m.after["headline"].iloc[0] == "enterprises"]
    assert (enrolled.before["value"].iloc[0], enrolled.after["value"].iloc[0]) == (1, 2)
    assert list(changed_numbers.moves(after, after)) == []


def test_removed_row_is_listed_as_a_change(office, tmp_path):
    event = {"code": "x", "kind": "visit", "name_en": "A visit", "status": "planned"}
    office.decide(office.sent(*sheets(tmp_path, {"event": [event]})), "accept")
    record = Record(office.url)
    with record.view(MANAGER, Filters()) as view:
        before = changed_numbers.published(view)
    office.manager.client.post("/import/batches/2", headers=PAGE)
    with record.view(MANAGER, Filters()) as view:
        gone = [
            move for move in changed_numbers.moves(before, changed_numbers.published(view)) if move.exhibit == "events"
        ]
    assert [move.after for move in gone] == [None]


def test_temporary_copy_for_the_preview_is_removed(office, tmp_path, monkeypatch):
    monkeypatch.setattr(import_preview.tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    office.sent(("March.xlsx", book(tmp_path, ENROLLED)))
    assert list((tmp_path / "temporary").iterdir()) == []


def test_every_exhibit_except_those_of_single_enterprises_is_compared():
    assert set(EXHIBITS) - set(changed_numbers.COMPARED) == {"matrix", "pairs"}


def test_database_can_be_copied_during_a_write(office, tmp_path):
    other = sqlite3.connect(office.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    other.execute("DELETE FROM result")
    database_copy.copy(reading_engine(office.url), tmp_path / "copy.db")
    other.execute("ROLLBACK")
    other.close()
    with closing(sqlite3.connect(tmp_path / "copy.db")) as connection:
        assert connection.execute("SELECT count(*) FROM result").fetchone() == (2,)
    assert database.data_version(reading_engine(f"sqlite:///{tmp_path}/copy.db")).batch == 1


# From real offices


def test_office_workbook_is_read_as_displayed(office):
    """Dates as text, full-width digits, spaces, a hidden row, merged headings of a notes sheet."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Enterprise "
    for row in (
        ["code", "name_zh", "workers", "workers_women"],
        ["c", "绵阳机械厂", "１，２３０", " ４０ "],
        ["d", "隐藏的工厂", 80, None],
    ):
        sheet.append(row)
    sheet.row_dimensions[3].hidden = True
    dates = book.create_sheet("enrolment")
    for row in (
        ["enterprise", "round", "recruited_on", "baseline_on"],
        ["c", "r1", "2014年3月1日", "２０１４－０４"],
        ["ｄ", "r1", "2014/3/2", None],
    ):
        dates.append(row)
    notes = book.create_sheet("说明")
    notes["A1"] = "给填表人"
    notes.merge_cells("A1:F3")
    content = io.BytesIO()
    book.save(content)
    address = office.sent(("三月 报表.xlsx", content.getvalue()))
    assert "4 rows would be added or changed" in office.page(address)
    office.decide(address, "accept")
    with closing(sqlite3.connect(office.path)) as connection:
        workers = dict(connection.execute("SELECT code, workers FROM enterprise WHERE code IN ('c', 'd')").fetchall())
        dates = connection.execute(
            "SELECT recruited_on, recruited_on_precision, baseline_on, baseline_on_precision FROM enrolment "
            "WHERE enterprise IN ('c', 'd')"
        )
        assert workers == {"c": 1230, "d": 80}
        assert sorted(dates) == [
            ("2014-03-01", "day", "2014-04-01", "month"), ("2014-03-02", "day", None, None),
        ]  # fmt: skip


def test_merged_cells_in_rows_are_refused_with_their_position(office):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "enterprise"
    for row in (["code", "name_en", "sector"], ["c", "C", "machinery"], ["d", "D", None]):
        sheet.append(row)
    sheet.merge_cells("C2:C3")
    content = io.BytesIO()
    book.save(content)
    address = office.sent(("March.xlsx", content.getvalue()))
    assert re.search(r"1 cell or row is refused.*enterprise, row 3 sector", office.page(address))


MEASURED = """
    import re, sys
    from pathlib import Path
    from data.storage.database import writing_engine
    from data.loading import load

    report = load(writing_engine(sys.argv[1]), sys.argv[2])
    # What getrusage calls the most includes what the process it was forked from held.
    peak = re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())
    print(report.added, report.batch, int(peak[1]) // 1024)
"""


@pytest.mark.slow
def test_sheet_of_50000_rows_uses_bounded_memory(tmp_path):
    url = f"sqlite:///{tmp_path}/results.db"
    engine = writing_engine(url)
    load(engine, write_folder(tmp_path / "first", small_programme()))
    engine.dispose()
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("enterprise")
    sheet.append(["code", "name_en", "workers", "workers_women"])
    for number in range(50_000):
        sheet.append([f"e{number}", f"Works {number}", 100 + number % 900, 50])
    book.save(tmp_path / "big.xlsx")
    command = [sys.executable, "-c", textwrap.dedent(MEASURED), url, str(tmp_path / "big.xlsx")]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    added, batch, megabytes = map(int, said.split())
    assert (added, batch) == (50_000, 2)
    assert megabytes < 400
