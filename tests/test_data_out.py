"""Downloads: workbooks and the open-data package have the numbers of the CSV, their basis, and no more."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from frictionless import Package
from openpyxl import Workbook
from programme import PROGRAMME, load_rows
from sqlalchemy import Engine, create_engine
from visiting import PAGE, Visit

from dashboard.commands.cli import main
from data import managers
from data.columns import Holds
from data.exhibits import EXHIBITS
from data.exports.csv_files import csv_of
from data.exports.workbooks import Sheet, write
from data.links import share_links
from data.links.link_terms import Terms
from data.loading import load
from data.privacy.shown import Under, Withheld
from data.storage.accounts import accounts_engine
from data.storage.database import writing_engine
from layouts import words
from layouts.exhibits import LOOKS


def content_of(client: FlaskClient, address: str) -> bytes:
    answer = client.get(address, headers=PAGE)
    content = answer.get_data()
    answer.close()
    assert answer.status_code == 200, (address, content[:300])
    return content


def book(content: bytes) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


def lines(book: Workbook, sheet: str) -> list[tuple[str, str]]:
    """The rows of a descriptive sheet: (label, text)."""
    return [(str(row[0]), str(row[1])) for row in book[sheet].iter_rows(values_only=True) if row[0]]


SHARES = {column.name for exhibit in EXHIBITS.values() for column in exhibit.columns if column.holds is Holds.SHARE}


def rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode())))


def as_written(value: Any, column: str) -> str:
    """A cell of a workbook as the CSV writes it."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, float):
        return f"{value:.6g}" if column in SHARES else f"{value:.12g}"
    return str(value)


@pytest.mark.parametrize("which", ["public", "demo"])
@pytest.mark.parametrize("code", list(EXHIBITS))
def test_workbook_of_an_exhibit_has_the_cells_of_its_csv(visits, which, code):
    client = visits[which].client
    sheet = book(content_of(client, f"/export/{code}.xlsx"))[code]
    header, *body = (list(row) for row in sheet.iter_rows(values_only=True))
    told = [[as_written(value, name) for name, value in zip(header, row, strict=True)] for row in body]
    expected = rows(content_of(client, f"/export/{code}.csv"))
    assert [header, *told] == expected


@pytest.mark.parametrize(
    "address",
    ["/export/{}.csv", "/export/{}.xlsx", "/how/{}", "/how/{}/training.csv", "/table/{}", "/how/{}?as_of=2014-12-31"],
)
def test_address_with_the_older_code_of_an_exhibit_answers_as_with_its_own(public, address):
    names, contents = [], []
    for code in ("journey-funnel", "journey"):
        answer = public.client.get(address.format(code), headers=PAGE)
        assert answer.status_code == 200
        names.append(answer.headers.get("Content-Disposition"))
        contents.append(answer.get_data())
        answer.close()
    assert names[0] == names[1]
    if not address.endswith(".xlsx"):  # a workbook holds the time of its making
        assert contents[0].replace(b"journey-funnel", b"journey") == contents[1]


def test_workbook_has_real_numbers_and_real_dates(public):
    sheet = book(content_of(public.client, "/export/events.xlsx"))["events"]
    header = [cell.value for cell in sheet[1]]
    cells = [row[header.index("starts_on")] for row in sheet.iter_rows(min_row=2)]
    dated = [cell for cell in cells if cell.value is not None]
    assert dated
    assert all(isinstance(cell.value, datetime) and cell.number_format == "yyyy-mm-dd" for cell in dated)
    sheet = book(content_of(public.client, "/export/coverage.xlsx"))["coverage"]
    header = [cell.value for cell in sheet[1]]
    total = sheet[2]
    assert total[header.index("trained")].data_type == "n"
    assert total[header.index("reported_share")].number_format == "0.0%"


def test_every_column_of_every_exhibit_is_described_in_both_languages_and_has_a_kind():
    for code, exhibit in EXHIBITS.items():
        assert exhibit.key
        assert set(exhibit.key) <= set(exhibit.exported)
        for name in exhibit.exported:
            texts = []
            for language in words.LANGUAGES:
                with words.speaking(language):
                    texts.append(str(LOOKS[code].described[name]))
            assert len(set(texts)) == 2, f"{code}.{name} is not translated"
    every = [column for exhibit in EXHIBITS.values() for column in exhibit.columns]
    assert {column.holds for column in every if column.name.endswith("_share")} == {Holds.SHARE}
    assert {column.holds for column in every if column.name.endswith("_on")} == {Holds.DATE}


def test_second_sheet_describes_the_numbers_and_their_basis(public):
    found = book(content_of(public.client, "/export/pairs.xlsx?as_of=2014-12-31"))
    assert found.sheetnames == ["pairs", "About these numbers"]
    told = lines(found, "About these numbers")
    said = dict(told)
    assert said["Exhibit"] == "One indicator before and after"
    assert "first before and the last after" in said["Definition"]
    assert said["As of"] == "31 December 2014"
    assert "31 December 2014" in said["Filters"]
    assert "trained" in said["Coverage"]
    assert said["Terms"].startswith("Published record only")
    assert "UTC" in said["Taken out"]
    assert "Notice" not in said
    sources = [text for what, text in told if what == "Source"]
    assert any("http" in text for text in sources)
    assert set(EXHIBITS["pairs"].exported) <= set(said)


def test_workbook_of_a_synthetic_programme_is_marked_synthetic_first(demo):
    told = lines(book(content_of(demo.client, "/export/overview.xlsx")), "About these numbers")
    assert told[0][0] == "Notice"
    assert "Synthetic" in told[0][1]


def test_workbook_is_in_the_readers_language(public):
    found = book(content_of(public.client, "/export/overview.xlsx?lang=zh"))
    told = [text for row in found[found.sheetnames[1]].iter_rows(values_only=True) for text in row if text]
    assert any("2017年3月31日" in str(text) for text in told)


DANGEROUS = ('=HYPERLINK("http://example.org")', "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1")


@pytest.mark.parametrize("text", DANGEROUS)
def test_text_like_a_formula_is_stored_as_text_in_a_workbook(text):
    file = io.BytesIO()
    write(file, [Sheet("events", ("name_en", "value"), [[text, -3.5]]), Sheet("About", (), [("Terms", text)])])
    found = book(file.getvalue())
    for cell in (found["events"]["A2"], found["About"]["B1"]):
        assert cell.data_type == "s"
        assert str(cell.value).strip() == text.strip()
    assert (found["events"]["B2"].value, found["events"]["B2"].data_type) == (-3.5, "n")


@pytest.mark.parametrize("text", DANGEROUS)
def test_csv_prefixes_text_like_a_formula_with_an_apostrophe_but_not_numbers(text):

    cells = {"name_en": text, "operator": "=", "value": -3.5, "women": Withheld(), "trained": Under(5)}
    frame = pd.DataFrame([cells], dtype=object)
    written = ["'" + text.replace("\r", "\n"), "=", "-3.5", "withheld", "<5"]
    assert rows(csv_of(frame, list(frame.columns)).encode())[1] == written


def test_workbook_replaces_invalid_characters_and_truncates_long_text():
    file = io.BytesIO()
    write(file, [Sheet("a", ("note",), [["bell\x07"], ["x" * 40_000]])])
    cells = [row[0] for row in book(file.getvalue())["a"].iter_rows(min_row=2, values_only=True)]
    assert cells[0] == "bell\ufffd"
    assert len(str(cells[1])) == 32_767


def test_selection_workbook_has_a_sheet_per_exhibit_with_rows(public):
    found = book(content_of(public.client, "/export/selection.xlsx?partner=cec"))
    first, *sheets, last = found.sheetnames
    assert (first, last) == ("Contents", "About these numbers")
    with_rows = [
        code for code in EXHIBITS if len(rows(content_of(public.client, f"/export/{code}.csv?partner=cec"))) > 1
    ]
    assert sheets == with_rows
    assert "targets" not in sheets  # these rows have no partner
    contents = dict(lines(found, "Contents"))
    assert "China Enterprise Confederation" in contents["Filters"]
    assert contents["As of"] == "31 March 2017"
    assert set(with_rows) <= set(contents)
    assert next(text for what, text in lines(found, last) if what == "Exhibit") == "Headline figures"
    for code in sheets:
        assert found[code].max_row == len(rows(content_of(public.client, f"/export/{code}.csv?partner=cec")))


def unpacked(content: bytes, folder: Path) -> Path:
    with ZipFile(io.BytesIO(content)) as packed:
        assert packed.testzip() is None
        packed.extractall(folder)
    return folder


@pytest.mark.parametrize("which", ["public", "demo"])
def test_package_is_a_valid_data_package(visits, which, tmp_path):
    folder = unpacked(content_of(visits[which].client, "/export/package.zip"), tmp_path)
    report = Package(str(folder / "datapackage.json")).validate()
    assert report.valid, report.flatten(["name", "type", "rowNumber", "fieldName", "note"])[:10]
    described = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    assert described["synthetic"] is (which == "demo")
    assert "/" in described["title"]
    assert datetime.fromisoformat(described["created"])
    assert "licenses" not in described  # the record has none
    for resource in described["resources"]:
        content = (folder / resource["path"]).read_bytes()
        assert (resource["bytes"], resource["hash"]) == (len(content), f"sha256:{sha256(content).hexdigest()}")
        assert all(field["description"] for field in resource["schema"]["fields"])
    assert {each["name"] for each in described["resources"]} >= set(EXHIBITS)
    assert any("path" in each for each in described["sources"]) is (which == "public")
    readme = (folder / "README.md").read_text(encoding="utf-8")
    assert "`pairs.csv`" in readme
    assert ("Synthetic data" in readme) is (which == "demo")


def test_package_contains_each_exhibit_as_exported(public, tmp_path):
    folder = unpacked(content_of(public.client, "/export/package.zip?as_of=2014-12-31"), tmp_path)
    for code in EXHIBITS:
        assert (folder / f"{code}.csv").read_bytes() == content_of(
            public.client, f"/export/{code}.csv?as_of=2014-12-31"
        )
    assert not (folder / "record").exists(), "a filtered package is not the record"


@pytest.mark.parametrize("which", ["public", "demo"])
def test_package_loaded_into_an_empty_database_reproduces_the_exhibits(visits, which, tmp_path):
    visit = visits[which]
    folder = unpacked(content_of(visit.client, "/export/package.zip"), tmp_path / "package")
    address = f"sqlite:///{tmp_path}/again.db"
    engine = writing_engine(address)
    try:
        report = load(engine, folder / "record")
        assert not report.refusals, [finding.english for finding in report.refusals[:5]]
        again = Visit.to(address)
        for code in EXHIBITS:
            assert content_of(again.client, f"/export/{code}.csv") == (folder / f"{code}.csv").read_bytes(), code
        assert load(engine, folder / "record").changed == 0
    finally:
        engine.dispose()
    second = unpacked(content_of(again.client, "/export/package.zip"), tmp_path / "second")
    for path in sorted((folder / "record").glob("*.csv")):
        assert (second / "record" / path.name).read_bytes() == path.read_bytes()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("out")


@pytest.fixture(scope="module")
def accounts(folder: Path) -> Iterator[Engine]:
    engine = accounts_engine(f"sqlite:///{folder}/accounts.db")
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def served(demo_url: str, folder: Path, accounts: Engine) -> Visit:
    visit = Visit.to(demo_url, signed_in=False, local=False, accounts_url=f"sqlite:///{folder}/accounts.db")
    managers.add(accounts, "manager@example.org", "a long enough password")
    return visit


def donor(served: Visit, accounts: Engine, **terms: Any) -> FlaskClient:
    _made, token = share_links.make(accounts, served.fit(Terms(**terms)))
    client = served.stranger()
    assert client.get(f"/s/{token}", headers=PAGE).status_code == 303
    return client


def test_donor_download_marks_withheld_numbers(served, accounts, tmp_path):
    client = donor(served, accounts, threshold=5, export=True)
    found = book(content_of(client, "/export/selection.xlsx"))
    assert "matrix" not in found.sheetnames
    assert "pairs" not in found.sheetnames
    for sign in ("<5", "withheld"):
        cells = [cell for row in found["regions"].iter_rows(min_row=2) for cell in row if cell.value == sign]
        assert {cell.data_type for cell in cells} == {"s"}, sign
    assert "rounded at random to a multiple of 5" in " ".join(text for _what, text in lines(found, "Contents"))
    assert "Terms" not in dict(lines(found, "Contents")), "the note of a record that is not public is not told"
    package = unpacked(content_of(client, "/export/package.zip"), tmp_path)
    assert not (package / "record").exists()
    assert Package(str(package / "datapackage.json")).validate().valid
    described = json.loads((package / "datapackage.json").read_text(encoding="utf-8"))
    assert {tuple(each["schema"]["missingValues"][:3]) for each in described["resources"]} == {("", "<5", "withheld")}
    assert "sources" not in described
    assert "<5" in (package / "README.md").read_text(encoding="utf-8")


ROUTES = ("/export/overview.xlsx", "/export/selection.xlsx", "/export/package.zip")


@pytest.mark.parametrize("address", ROUTES)
def test_viewer_without_export_gets_not_found(served, accounts, address):
    client = donor(served, accounts, threshold=5, export=False)
    assert client.get(address).status_code == 404
    assert served.stranger().get(address).status_code == 401


@pytest.fixture(scope="module")
def nobody(demo: Visit) -> str:
    """A selection that is empty."""
    return demo.nothing_left()


@pytest.mark.parametrize("address", ROUTES)
def test_too_narrow_selection_is_refused_with_a_message(served, accounts, nobody, address):
    client = donor(served, accounts, threshold=5, export=True)
    few = client.get(f"{address}?{nobody}", headers=PAGE)
    assert few.status_code == 403
    assert few.mimetype == "text/html"
    few.close()


def test_workbook_of_an_unknown_exhibit_is_not_found(public):
    assert public.client.get("/export/nothing.xlsx").status_code == 404


def test_download_links_are_shown_only_to_viewers_with_export(served, accounts):
    for export in (True, False):
        visit = Visit(served.app, donor(served, accounts, export=export), served.one_time, served.standing)
        answer = json.dumps(visit.answered("shell-footer.content")["shell-footer.content"])
        assert ("/export/selection.xlsx" in answer) is export
        basis = json.dumps(visit.answered("modules-module-funnel-basis.content"))
        assert ("/export/module-funnel.xlsx" in basis) is export
        assert ("take-picture" in basis) is export


def test_workbook_of_a_nearly_empty_record_has_a_contents_sheet(tmp_path):
    address = f"sqlite:///{tmp_path}/bare.db"
    engine = create_engine(address)
    load_rows(engine, {"programme": PROGRAMME["programme"]})
    engine.dispose()
    client = Visit.to(address).client
    assert book(content_of(client, "/export/selection.xlsx")).sheetnames[0] == "Contents"
    assert book(content_of(client, "/export/pairs.xlsx"))["pairs"].max_row == 1
    with ZipFile(io.BytesIO(content_of(client, "/export/package.zip"))) as packed:
        assert "record/programme.csv" in packed.namelist()


def run(address: str, *arguments: str) -> Any:
    return CliRunner().invoke(main, list(arguments), env={"SCORE_DATABASE_URL": address})


def test_export_commands_write_the_same_files_as_the_server(public_record_url, public, tmp_path):
    done = run(public_record_url, "export", "change", "--format", "xlsx", "--out", str(tmp_path / "change.xlsx"))
    assert done.exit_code == 0, done.output
    ours = book((tmp_path / "change.xlsx").read_bytes())["change"]
    theirs = book(content_of(public.client, "/export/change.xlsx"))["change"]
    assert list(ours.values) == list(theirs.values)
    done = run(public_record_url, "export-package", str(tmp_path / "package.zip"))
    assert done.exit_code == 0, done.output
    with ZipFile(tmp_path / "package.zip") as packed:
        assert packed.read("change.csv") == content_of(public.client, "/export/change.csv")
        assert "record/enterprise.csv" in packed.namelist()


def test_command_names_the_path_it_cannot_write(public_record_url, tmp_path):
    done = run(public_record_url, "export-package", str(tmp_path / "no" / "package.zip"))
    assert done.exit_code == 1
    assert "cannot be written" in done.output
    assert "Traceback" not in done.output


def test_picture_files_are_named_like_the_table_files(public):
    drawn = public.answered("modules-module-funnel-basis.content", {"address.search": "?as_of=2014-12-31"})
    assert "score-china-module-funnel-2014-12-31" in json.dumps(drawn)
    assert "score-china-states-2014-12-31" in json.dumps(drawn)
    results = public.answered("results-pairs-basis.content", {"address.search": ""})
    assert "score-china-pairs-" in json.dumps(results)
