"""Files as offices save them → sheets; dangerous files → a refusal, never an exception."""
# ruff: noqa: DTZ001 - spreadsheets know no time zones

import io
import re
import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest
from loading_files import csv_text, small_programme, workbook_of, write_folder, write_workbook
from openpyxl import Workbook
from openpyxl.styles import PatternFill

from data.loading.checks.cell_types import Unread
from data.loading.checks.remarks import Unfit
from data.loading.files import workbook
from data.loading.files.source_files import read

SECTORS = [{"code": "machinery", "name_en": "Machinery", "name_zh": "机械，设备"}, {"code": "food", "name_zh": "食品"}]


def only_sheet(reading):
    assert not reading.refusals
    (sheet,) = reading.sheets
    return sheet


def reasons(path: Path):
    reading = read(path)
    assert not reading.sheets
    return [found.reason for found in reading.refusals]


def named_rows(sheet):
    return [{sheet.header[at]: raw for at, raw in row.cells.items()} for row in sheet.rows]


def repacked(path: Path, change, target: Path) -> Path:
    """The workbook at `path` with `change(name, content)` applied to its parts; None drops a part, '' key adds."""
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for name in source.namelist():
            content = change(name, source.read(name))
            if content is not None:
                out.writestr(name, content)
        for name, content in (change("", b"") or {}).items():
            out.writestr(name, content)
    return target


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_csv_is_read_in_every_encoding_delimiter_and_line_end(tmp_path, encoding, delimiter, end):
    (tmp_path / "sector.csv").write_bytes(csv_text(SECTORS, delimiter, end).encode(encoding))
    sheet = only_sheet(read(tmp_path))
    assert (sheet.table, sheet.origin) == ("sector", "sector.csv")
    assert named_rows(sheet) == SECTORS
    assert [row.number for row in sheet.rows] == [2, 3]


def test_csv_in_utf_8_with_one_invalid_byte_is_refused(tmp_path):
    broken = bytearray(csv_text(SECTORS).encode())
    at = broken.index("机".encode())
    broken[at : at + 1] = b""
    (tmp_path / "sector.csv").write_bytes(broken)
    assert reasons(tmp_path) == ["encoding"]


def test_csv_in_an_unknown_encoding_is_refused(tmp_path):
    (tmp_path / "sector.csv").write_bytes(b"code,name_en\nx,\xff\xff\xff\n")
    assert reasons(tmp_path) == ["encoding"]


def test_csv_row_numbers_are_those_of_a_spreadsheet(tmp_path):
    (tmp_path / "sector.csv").write_text('\ncode,name_en\n\na,"two\nlines"\n,\nb,B\n')
    sheet = only_sheet(read(tmp_path))
    assert sheet.header_row == 2
    assert [(row.number, row.cells[1]) for row in sheet.rows] == [(4, "a"), (6, "b")]


def test_csv_with_an_unclosed_quotation_mark_is_refused_with_its_row(tmp_path):
    (tmp_path / "sector.csv").write_text('code,name_en\na,A\nb,"B\nc,C\n')
    (found,) = read(tmp_path).refusals
    assert (found.reason, found.sheet, found.row) == ("broken-csv", "sector.csv", 3)


def test_header_is_trimmed_and_normalised(tmp_path):
    (tmp_path / "SECTOR.CSV").write_text("  Code ,ＮＡＭＥ＿ＥＮ\na,A\n")
    sheet = only_sheet(read(tmp_path))
    assert (sheet.table, dict(sheet.header)) == ("sector", {1: "code", 2: "name_en"})


def test_unrelated_files_in_a_folder_are_ignored(tmp_path):
    write_folder(tmp_path, {"sector": SECTORS})
    for name in ("README.csv", "notes.csv", "说明.csv", "README.md", "before.png", "._sector.csv", "~$sector.csv"):
        (tmp_path / name).write_text("x")
    (tmp_path / "result.csv").mkdir()
    assert only_sheet(read(tmp_path)).table == "sector"


def test_folder_without_a_table_is_refused(tmp_path):
    (tmp_path / "factories.csv").write_text("code\na\n")
    assert reasons(tmp_path) == ["empty-folder"]


def test_too_large_folder_is_refused_without_reading(tmp_path):
    with (tmp_path / "sector.csv").open("wb") as file:
        file.truncate(201 * 1024**2)
    assert reasons(tmp_path) == ["too-big"]


def test_missing_path_is_refused(tmp_path):
    assert reasons(tmp_path / "nowhere.xlsx") == ["no-file"]


def test_workbook_locked_by_another_program_is_refused(tmp_path, monkeypatch):
    path = write_workbook(tmp_path / "a.xlsx", {"sector": SECTORS})

    def denied(*_):
        raise PermissionError

    monkeypatch.setattr(zipfile, "is_zipfile", denied)
    assert reasons(path) == ["unreadable"]


def test_only_the_csv_file_locked_by_another_program_is_refused(tmp_path, monkeypatch):
    write_folder(tmp_path, {"sector": SECTORS, "round": [{"code": "r1"}]})
    opened = Path.open

    def denied(path, *args, **options):
        if path.name == "round.csv":
            raise PermissionError
        return opened(path, *args, **options)

    monkeypatch.setattr(Path, "open", denied)
    reading = read(tmp_path)
    assert [(found.sheet, found.reason) for found in reading.refusals] == [("round.csv", "unreadable")]
    assert [sheet.table for sheet in reading.sheets] == ["sector"]
    assert reading.broken == {"round"}


def test_workbook_gives_values_with_their_row_numbers(tmp_path):
    book = workbook_of({"sector": SECTORS})
    sheet = book["sector"]
    sheet.insert_rows(3)
    sheet["A5"], sheet["B5"] = 13, datetime(2014, 5, 3)
    sheet["A6"], sheet["B6"] = True, 1.5
    book.save(tmp_path / "a.xlsx")
    sheet = only_sheet(read(tmp_path / "a.xlsx"))
    assert [row.number for row in sheet.rows] == [2, 4, 5, 6]
    assert next(iter(sheet.rows)).cells[3] == "机械，设备"
    assert list(list(sheet.rows)[2].cells.values()) == [13, datetime(2014, 5, 3)]
    assert list(list(sheet.rows)[3].cells.values()) == [True, 1.5]


def test_hidden_rows_columns_and_sheets_of_a_workbook_are_read(tmp_path):
    book = workbook_of({"sector": SECTORS, "round": [{"code": "r1"}]})
    book["sector"].row_dimensions[3].hidden = True
    book["sector"].column_dimensions["B"].hidden = True
    book["round"].sheet_state = "hidden"
    book.save(tmp_path / "a.xlsx")
    sector, round_ = read(tmp_path / "a.xlsx").sheets
    assert named_rows(sector) == SECTORS
    assert named_rows(round_) == [{"code": "r1"}]


def test_workbook_formula_is_read_as_its_saved_result_and_never_calculated(tmp_path):
    book = workbook_of({"sector": [{"code": "a", "name_en": "=1+1", "name_zh": "=A2"}]})
    book.save(tmp_path / "a.xlsx")

    def with_result(name, content):
        if name == "xl/worksheets/sheet1.xml":
            return re.sub(rb"<f>1\+1</f><v ?/?>(</v>)?", b"<f>1+1</f><v>3</v>", content)
        return content if name else None

    sheet = only_sheet(read(repacked(tmp_path / "a.xlsx", with_result, tmp_path / "b.xlsx")))
    assert next(iter(sheet.rows)).cells == {1: "a", 2: 3, 3: Unread("formula", "=A2")}


def test_workbook_formula_with_an_empty_result_is_blank(tmp_path):
    book = workbook_of({"sector": [{"code": "a", "name_en": '=""'}]})
    book.save(tmp_path / "a.xlsx")

    def empty(name, content):
        return re.sub(rb'<c r="B2"[^>]*>', b'<c r="B2" t="str">', content) if name else None

    assert next(iter(only_sheet(read(repacked(tmp_path / "a.xlsx", empty, tmp_path / "b.xlsx"))).rows)).cells == {
        1: "a"
    }


def test_workbook_error_cells_have_no_value(tmp_path):
    book = workbook_of({"sector": SECTORS})
    book["sector"]["B2"] = "#DIV/0!"
    book["sector"]["B2"].data_type = "e"
    book.save(tmp_path / "a.xlsx")
    assert next(iter(only_sheet(read(tmp_path / "a.xlsx")).rows)).cells[2] == Unread("excel-error", "#DIV/0!")


def test_workbook_merged_cells_are_flagged_in_rows_with_other_values(tmp_path):
    book = workbook_of({"enrolment": [{"enterprise": e, "round": "r1"} for e in "abc"]})
    sheet = book["enrolment"]
    sheet["B3"] = None
    sheet.merge_cells("B2:B3")
    sheet.merge_cells("A6:B9")  # these rows are otherwise empty
    sheet.merge_cells("D2:D4")  # under no column
    book.save(tmp_path / "a.xlsx")
    rows = only_sheet(read(tmp_path / "a.xlsx")).rows
    assert [dict(row.cells) for row in rows] == [
        {1: "a", 2: "r1"},
        {1: "b", 2: Unread("merged", "B2:B3")},
        {1: "c", 2: "r1"},
    ]


@pytest.mark.parametrize(
    ("number_format", "value", "seen"),
    [
        ("0%", 0.85, "85%"), ("0.0%", 0.07, "7%"), ("0.00%", 1, "100%"), ('0"%"', 85, 85), ("#,##0", 1234, 1234),
        ("yyyy-mm", date(2014, 5, 1), "2014-05"), ('yyyy"年"m"月"', date(2014, 5, 1), "2014-05"),
        ("mmm-yy", date(2014, 5, 1), "2014-05"), ("yyyy", date(2014, 1, 1), "2014"),
        ("yyyy-mm", date(2014, 5, 17), datetime(2014, 5, 17)), ("yyyy-mm-dd", date(2014, 5, 1), datetime(2014, 5, 1)),
        ('[$-804]yyyy"年"m"月"d"日"', date(2014, 5, 1), datetime(2014, 5, 1)),
    ],
)  # fmt: skip
def test_workbook_number_formats_are_read_as_displayed(tmp_path, number_format, value, seen):
    book = workbook_of({"sector": SECTORS})
    book["sector"]["B2"] = value
    book["sector"]["B2"].number_format = number_format
    book.save(tmp_path / "a.xlsx")
    assert next(iter(only_sheet(read(tmp_path / "a.xlsx")).rows)).cells[2] == seen


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SHEET_ML = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def wps_workbook(path: Path, rows: str, number_format: int = 0) -> Path:
    """A workbook as WPS packs it: shared texts (one in pieces, with its reading), no dimension, odd extras."""
    parts = {
        "[Content_Types].xml": f"""<Types xmlns="{PACKAGE}/content-types">
            <Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
            <Default Extension="xml" ContentType="application/xml"/>
            <Override PartName="/xl/workbook.xml" ContentType="{SHEET_ML}.sheet.main+xml"/>
            <Override PartName="/xl/worksheets/sheet1.xml" ContentType="{SHEET_ML}.worksheet+xml"/>
            <Override PartName="/xl/sharedStrings.xml" ContentType="{SHEET_ML}.sharedStrings+xml"/>
            <Override PartName="/xl/styles.xml" ContentType="{SHEET_ML}.styles+xml"/></Types>""",
        "docProps/core.xml": "<nonsense",
        "xl/workbook.xml": f"""<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">
            <sheets><sheet name="sector" sheetId="1" r:id="rId1"/></sheets></workbook>""",
        "xl/_rels/workbook.xml.rels": f"""<Relationships xmlns="{PACKAGE}/relationships">
            <Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>""",
        "xl/sharedStrings.xml": f"""<sst xmlns="{MAIN}"><si><t>code</t></si><si><t>name_zh</t></si><si><t>a</t></si>
            <si><r><t>机</t></r><r><t>械_x000D_</t></r><rPh sb="0" eb="1"><t>ji</t></rPh></si></sst>""",
        "xl/styles.xml": f"""<styleSheet xmlns="{MAIN}"><fonts count="1"><font/></fonts><fills count="1"><fill/></fills>
            <borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>
            <cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="{number_format}"/></cellXfs></styleSheet>""",
        "xl/worksheets/sheet1.xml": f"""<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData>
            <dataValidations count="1"><dataValidation type="list" sqref="nowhere"/></dataValidations>
            <extLst><ext uri="x"/></extLst></worksheet>""",
    }
    with zipfile.ZipFile(path, "w") as package:
        for name, text in parts.items():
            package.writestr(name, text)
    return path


WPS_HEADER = '<row><c t="s"><v>0</v></c><c t="s"><v>1</v></c></row>'


def test_wps_workbook_is_read(tmp_path):
    rows = WPS_HEADER + '<row/><row><c t="s"><v>2</v></c><c t="s"><v>3</v></c></row>'
    sheet = only_sheet(read(wps_workbook(tmp_path / "a.xlsx", rows)))
    assert [(row.number, dict(row.cells)) for row in sheet.rows] == [(3, {1: "a", 2: "机械\r"})]


def test_workbook_inline_text_is_read_without_its_phonetic_reading(tmp_path):
    text = "<is><r><t>机</t></r><r><t>械</t></r><rPh sb='0' eb='1'><t>ji</t></rPh></is>"
    rows = WPS_HEADER + f'<row><c t="s"><v>2</v></c><c t="inlineStr">{text}</c></row>'
    assert next(iter(only_sheet(read(wps_workbook(tmp_path / "a.xlsx", rows))).rows)).cells[2] == "机械"


@pytest.mark.parametrize(
    ("number_format", "seen"), [(31, datetime(2014, 5, 1)), (57, "2014-05"), (14, datetime(2014, 5, 1)), (1, 41760)]
)
def test_wps_workbook_dates_with_only_a_format_number_are_read(tmp_path, number_format, seen):
    rows = WPS_HEADER + '<row r="2"><c r="A2" t="s"><v>2</v></c><c r="B2" s="1"><v>41760</v></c></row>'
    sheet = only_sheet(read(wps_workbook(tmp_path / "a.xlsx", rows, number_format)))
    assert next(iter(sheet.rows)).cells[2] == seen


@pytest.mark.parametrize("number", ["INF", "NaN", "99999999999"])
def test_workbook_invalid_number_is_read_as_written(tmp_path, number):
    rows = WPS_HEADER + f'<row><c t="s"><v>2</v></c><c s="1"><v>{number}</v></c></row>'
    sheet = only_sheet(read(wps_workbook(tmp_path / "a.xlsx", rows, 14)))
    assert next(iter(sheet.rows)).cells[2] == number


def test_workbook_row_wider_than_a_spreadsheet_is_refused(tmp_path):
    assert reasons(wps_workbook(tmp_path / "a.xlsx", "<row>" + "<c/>" * 16385 + "</row>")) == ["unreadable"]


def test_workbook_with_a_missing_shared_text_is_refused(tmp_path):
    assert reasons(wps_workbook(tmp_path / "a.xlsx", '<row><c t="s"><v>9</v></c></row>')) == ["unreadable"]


def test_workbook_dates_counted_from_1904_are_read(tmp_path):
    book = workbook_of({"sector": SECTORS})
    book.epoch = datetime(1904, 1, 1)
    book["sector"]["B2"] = datetime(2014, 5, 3)
    book.save(tmp_path / "a.xlsx")
    assert next(iter(only_sheet(read(tmp_path / "a.xlsx")).rows)).cells[2] == datetime(2014, 5, 3)


def test_workbook_readme_and_empty_sheets_are_ignored_but_unknown_ones_are_not(tmp_path):
    book = workbook_of(
        {"README": [{"x": 1}], "Notes": [{"x": 1}], "sector": SECTORS, "Sheet1": [], "bogus": [{"x": 1}]}
    )
    book.create_chartsheet("chart")
    book.save(tmp_path / "a.xlsx")
    assert [sheet.origin for sheet in read(tmp_path / "a.xlsx").sheets] == ["sector", "bogus"]


def test_web_addresses_in_a_workbook_are_not_external_links(tmp_path):
    book = workbook_of({"source": [{"code": "s", "url": "https://example.org/a"}]})
    book["source"]["B2"].hyperlink = "https://example.org/a"
    book.save(tmp_path / "a.xlsx")
    assert named_rows(only_sheet(read(tmp_path / "a.xlsx")))[0]["url"] == "https://example.org/a"


@pytest.mark.parametrize("part", ["xl/vbaProject.bin", "xl/VBAPROJECT.BIN", "xl/macrosheets/sheet1.xml"])
def test_workbook_with_macros_is_refused(tmp_path, part):
    write_workbook(tmp_path / "a.xlsx", {"sector": SECTORS})
    path = repacked(tmp_path / "a.xlsx", lambda name, content: content if name else {part: b"x"}, tmp_path / "b.xlsx")
    assert reasons(path) == ["macros"]


def test_workbook_that_only_declares_macros_is_refused(tmp_path):
    write_workbook(tmp_path / "a.xlsx", {"sector": SECTORS})
    macro = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    plain = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    path = repacked(
        tmp_path / "a.xlsx", lambda name, content: content.replace(plain, macro) if name else None, tmp_path / "b.xlsx"
    )
    assert reasons(path) == ["macros"]


def test_workbook_with_external_links_is_refused(tmp_path):
    write_workbook(tmp_path / "a.xlsx", {"sector": SECTORS})
    extra = {"xl/externalLinks/externalLink1.xml": b"<externalLink/>"}
    path = repacked(tmp_path / "a.xlsx", lambda name, content: content if name else extra, tmp_path / "b.xlsx")
    assert reasons(path) == ["external-links"]


def test_workbook_with_renamed_external_links_is_refused(tmp_path):
    write_workbook(tmp_path / "a.xlsx", {"sector": SECTORS})
    link = f'<Relationship Id="r9" Type="{OFFICE}/externalLink" Target="x.xml"/></Relationships>'.encode()

    def add(name, content):
        if name == "xl/_rels/workbook.xml.rels":
            return content.replace(b"</Relationships>", link)
        return content if name else {"xl/x.xml": b"<x/>"}

    assert reasons(repacked(tmp_path / "a.xlsx", add, tmp_path / "b.xlsx")) == ["external-links"]


def test_workbook_that_unpacks_to_more_than_200_megabytes_is_refused(tmp_path):
    write_workbook(tmp_path / "a.xlsx", {"sector": SECTORS})
    bomb = {"xl/media/image1.bin": bytes(201 * 1024**2)}
    path = repacked(tmp_path / "a.xlsx", lambda name, content: content if name else bomb, tmp_path / "b.xlsx")
    assert path.stat().st_size < 1024**2
    assert reasons(path) == ["too-big"]


def test_workbook_with_a_false_unpacked_size_is_refused(tmp_path):
    write_workbook(tmp_path / "a.xlsx", {"sector": SECTORS})
    big = 3 * 1024**2
    bomb = {"xl/media/image1.bin": bytes(big)}
    path = repacked(tmp_path / "a.xlsx", lambda name, content: content if name else bomb, tmp_path / "b.xlsx")
    with pytest.raises(Unfit, match="too-big"):
        workbook.check_workbook(path, most_megabytes=2)
    lying = path.read_bytes().replace(big.to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert lying != path.read_bytes()
    path.write_bytes(lying)
    assert reasons(path) == ["unreadable"]


def test_workbook_with_entities_is_refused(tmp_path):
    write_workbook(tmp_path / "a.xlsx", {"sector": SECTORS})
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'

    def declare(name, content):
        if name == "xl/worksheets/sheet1.xml":
            return b'<?xml version="1.0"?>' + bomb + re.sub(rb"<\?xml[^>]*>", b"", content)
        return content if name else None

    assert reasons(repacked(tmp_path / "a.xlsx", declare, tmp_path / "b.xlsx")) == ["unreadable"]


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.xlsx", b"", "unreadable"), ("a.xlsx", b"hello", "unreadable"), ("a.csv", b"code\na\n", "no-workbook"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "no-workbook"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "locked-workbook"),
    ],
)  # fmt: skip
def test_file_that_is_not_a_workbook_is_refused(tmp_path, name, content, why):
    (tmp_path / name).write_bytes(content)
    assert reasons(tmp_path / name) == [why]


def test_zip_that_is_not_a_workbook_is_refused(tmp_path):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        package.writestr("letter.txt", "hello")
    (tmp_path / "a.xlsx").write_bytes(stream.getvalue())
    assert reasons(tmp_path / "a.xlsx") == ["no-workbook"]


@pytest.mark.parametrize(
    "part", ["xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml", "xl/worksheets/sheet1.xml"]
)
def test_workbook_with_a_broken_part_is_refused(tmp_path, part):
    wps_workbook(tmp_path / "a.xlsx", WPS_HEADER)
    assert only_sheet(read(tmp_path / "a.xlsx")).header
    path = repacked(
        tmp_path / "a.xlsx",
        lambda name, content: (content[: len(content) // 2] if name == part else content) if name else None,
        tmp_path / "b.xlsx",
    )
    assert reasons(path) == ["unreadable"]


def test_truncated_workbook_is_refused(tmp_path):
    path = write_workbook(tmp_path / "a.xlsx", small_programme())
    path.write_bytes(path.read_bytes()[:-200])
    assert reasons(path) == ["unreadable"]


def test_workbook_coloured_empty_cells_are_blank(tmp_path):
    book = Workbook()
    sheet = book.active
    sheet.title = "sector"
    sheet.append(["code", "name_en"])
    for row in range(2, 50):
        sheet.cell(row, 2).fill = PatternFill("solid", fgColor="FFFF0000")
    book.save(tmp_path / "a.xlsx")
    assert list(only_sheet(read(tmp_path / "a.xlsx")).rows) == []
