"""The marked workbook: the uploaded file with refused cells coloured, their reasons noted, the rest unchanged."""

import zipfile

import openpyxl
import pytest
from loading_files import small_programme, workbook_of, write_folder, write_workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill

from data.loading import load
from data.loading.template.marked_workbook import write_marked
from data.storage.database import writing_engine

REFUSED = "FFFFC7CE"


@pytest.fixture
def refusals(tmp_path):
    engine = writing_engine(f"sqlite:///{tmp_path}/results.db")
    return lambda path: load(engine, path).refusals


def broken_programme():
    tables = small_programme()
    tables["enterprise"][0] |= {"workers": "many", "workers_women": -1}
    tables["sector"][0]["colour"] = "red"
    return tables


def marks(path):
    """The coloured cells and their notes, by sheet and address."""
    return {
        (sheet.title, cell.coordinate): cell.comment.text
        for sheet in openpyxl.load_workbook(path).worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.fill.fgColor.rgb == REFUSED
    }


@pytest.mark.parametrize("kind", ["folder", "workbook"])
def test_refused_cells_are_coloured_with_the_reason_in_both_languages(tmp_path, refusals, kind):
    write = {"folder": write_folder, "workbook": write_workbook}[kind]
    path = write(tmp_path / ("in" if kind == "folder" else "in.xlsx"), broken_programme())
    found = refusals(path)
    write_marked(path, found, tmp_path / "out.xlsx")
    marked = marks(tmp_path / "out.xlsx")
    assert set(marked) == {("enterprise", "D2"), ("enterprise", "E2"), ("sector", "C1")}
    for each in found:
        text = marked[each.sheet.removesuffix(".csv"), each.cell]
        assert each.english in text
        assert each.chinese in text


def test_marked_workbook_keeps_the_senders_formatting(tmp_path, refusals):
    book = workbook_of(broken_programme())
    sheet = book["enterprise"]
    sheet["A1"].font = Font(bold=True)
    sheet["F2"] = "=1+1"
    sheet.column_dimensions["C"].hidden = True
    sheet["D2"].comment = Comment("count again", "Li")
    book.save(tmp_path / "in.xlsx")
    write_marked(tmp_path / "in.xlsx", refusals(tmp_path / "in.xlsx"), tmp_path / "out.xlsx")
    back = openpyxl.load_workbook(tmp_path / "out.xlsx")["enterprise"]
    assert (back["A1"].font.bold, back["F2"].value, back["D2"].value) == (True, "=1+1", "many")
    assert back.column_dimensions["C"].hidden
    assert back["D2"].comment.text.startswith("count again\n\n")


def test_several_reasons_for_one_cell_share_one_note(tmp_path, refusals):
    tables = small_programme()
    tables["place"][0]["parent"] = "x-nowhere"
    tables["place"][1] |= {"parent": "510000", "latitude": 95}
    path = write_workbook(tmp_path / "in.xlsx", tables)
    found = refusals(path)
    write_marked(path, [*found, *found[:1]], tmp_path / "out.xlsx")
    text = marks(tmp_path / "out.xlsx")["place", found[0].cell]
    assert text.count(found[0].english) == 1


def test_refusal_without_a_cell_is_on_the_first_cell_of_its_sheet_or_file(tmp_path, refusals):
    tables = small_programme()
    del tables["programme"]
    for row in tables["sector"]:
        del row["code"]
    tables["enterprise"][1]["sector"] = ""
    path = write_workbook(tmp_path / "in.xlsx", tables)
    write_marked(path, refusals(path), tmp_path / "out.xlsx")
    marked = marks(tmp_path / "out.xlsx")
    assert set(marked) == {("source", "A1"), ("sector", "A1")}
    assert "programme" in marked["source", "A1"]
    assert "column code is required" in marked["sector", "A1"]


def test_refused_merged_cells_are_marked_at_the_top_left_cell(tmp_path, refusals):
    book = workbook_of(small_programme())
    book["training"]["B3"] = None
    book["training"].merge_cells("B2:B3")
    book.save(tmp_path / "in.xlsx")
    found = refusals(tmp_path / "in.xlsx")
    assert [(each.cell, each.reason) for each in found] == [("B3", "merged")]
    write_marked(tmp_path / "in.xlsx", found, tmp_path / "out.xlsx")
    assert set(marks(tmp_path / "out.xlsx")) == {("training", "B2")}


def test_earlier_marks_are_removed(tmp_path, refusals):
    book = workbook_of(broken_programme())
    book["enterprise"]["D2"].comment = Comment("count again", "Li")
    book.save(tmp_path / "in.xlsx")
    write_marked(tmp_path / "in.xlsx", refusals(tmp_path / "in.xlsx"), tmp_path / "out.xlsx")
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    book["enterprise"]["D2"] = 100
    book.save(tmp_path / "again.xlsx")
    write_marked(tmp_path / "again.xlsx", refusals(tmp_path / "again.xlsx"), tmp_path / "out2.xlsx")
    assert set(marks(tmp_path / "out2.xlsx")) == {("enterprise", "E2"), ("sector", "C1")}
    back = openpyxl.load_workbook(tmp_path / "out2.xlsx")["enterprise"]["D2"]
    assert (back.comment.text, back.comment.author) == ("count again", "Li")
    assert back.fill.fill_type is None


def test_corrected_marked_workbook_is_loaded(tmp_path, refusals):
    path = write_folder(tmp_path / "in", broken_programme())
    write_marked(path, refusals(path), tmp_path / "out.xlsx")
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    book["enterprise"]["D2"], book["enterprise"]["E2"] = 100, 40
    book["sector"].delete_cols(3)
    book.save(tmp_path / "right.xlsx")
    assert refusals(tmp_path / "right.xlsx") == ()


def test_text_of_a_csv_file_never_becomes_a_formula(tmp_path, refusals):
    folder = write_folder(tmp_path / "in", small_programme())
    (folder / "sector.csv").write_text('code,name_en\nmachinery,"=HYPERLINK(""x"")"\nB AD,"bell\x07"\n')
    write_marked(folder, refusals(folder), tmp_path / "out.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx")["sector"]
    assert (sheet["B2"].value, sheet["B2"].data_type) == ('=HYPERLINK("x")', "s")
    assert sheet["B3"].value == "bell\ufffd"
    assert set(marks(tmp_path / "out.xlsx")) >= {("sector", "A3"), ("sector", "B3")}


def test_broken_csv_file_is_returned_up_to_the_break(tmp_path, refusals):
    folder = write_folder(tmp_path / "in", small_programme())
    (folder / "sector.csv").write_text('code,name_en\nmachinery,M\nfood,"F\n')
    write_marked(folder, refusals(folder), tmp_path / "out.xlsx")
    assert openpyxl.load_workbook(tmp_path / "out.xlsx")["sector"]["B2"].value == "M"
    assert set(marks(tmp_path / "out.xlsx")) == {("sector", "A3")}


def test_workbook_with_unreadable_formatting_is_returned_as_values(tmp_path, refusals):
    book = workbook_of(broken_programme())
    book["enterprise"]["A2"].fill = PatternFill("solid", fgColor="FF00FF00")
    book.save(tmp_path / "a.xlsx")
    with zipfile.ZipFile(tmp_path / "a.xlsx") as source, zipfile.ZipFile(tmp_path / "in.xlsx", "w") as out:
        for name in source.namelist():
            content = source.read(name)
            if name == "xl/styles.xml":
                content = content.replace(b"<fill><patternFill /></fill>", b"<fill/>").replace(
                    b"<fill><patternFill/></fill>", b"<fill/>"
                )
                assert b"<fill/>" in content
            out.writestr(name, content)
    write_marked(tmp_path / "in.xlsx", refusals(tmp_path / "in.xlsx"), tmp_path / "out.xlsx")
    assert set(marks(tmp_path / "out.xlsx")) == {("enterprise", "D2"), ("enterprise", "E2"), ("sector", "C1")}
    assert openpyxl.load_workbook(tmp_path / "out.xlsx")["place"]["F3"].value == 30.6


@pytest.mark.parametrize("name", ["nothing.xlsx", "letter.xlsx"])
def test_dangerous_file_is_returned_only_as_a_list_of_reasons(tmp_path, refusals, name):
    (tmp_path / "letter.xlsx").write_bytes(b"Dear colleagues")
    found = refusals(tmp_path / name)
    write_marked(tmp_path / name, found, tmp_path / "out.xlsx")
    (sheet,) = openpyxl.load_workbook(tmp_path / "out.xlsx").worksheets
    assert [cell.value for cell in sheet[1]] == [name, found[0].english, found[0].chinese]


def test_marked_workbook_never_overwrites_the_uploaded_file(tmp_path, refusals):
    path = write_workbook(tmp_path / "in.xlsx", broken_programme())
    before = path.read_bytes()
    with pytest.raises(ValueError, match="must not replace"):
        write_marked(path, refusals(path), path)
    assert path.read_bytes() == before
