"""The template workbook: its explanations, its input lists, and that it loads."""

import openpyxl
import pytest
from loading_files import small_programme, write_folder

from data.loading import load
from data.loading.files.source_files import read
from data.loading.template.column_notes import TABLES
from data.loading.template.template_workbook import write_template
from data.storage.database import writing_engine
from data.storage.schema import CONTRACT_TABLES, Kind, contract_columns


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("template") / "template.xlsx"
    write_template(path)
    return path


@pytest.fixture(scope="module")
def book(path):
    return openpyxl.load_workbook(path)


def test_template_has_one_sheet_per_table_with_every_column_in_order(book):
    assert book.sheetnames == ["README", *(table.name for table in CONTRACT_TABLES)]
    for table in CONTRACT_TABLES:
        header = [cell.value for cell in book[table.name][1]]
        assert header == [column.name for column in contract_columns(table)]
        assert book[table.name].freeze_panes == "A2"
        assert all(cell.font.bold for cell in book[table.name][1])


def test_template_describes_every_column_in_both_languages(book):
    for table in CONTRACT_TABLES:
        for column, cell in zip(contract_columns(table), book[table.name][1], strict=True):
            english, chinese = cell.comment.text.split("\n")
            assert any("\u4e00" <= sign <= "\u9fff" for sign in chinese)
            assert ("Required" in english, "必填" in chinese) == (column.info["required"],) * 2
            assert (column.doc or "") in english
            assert all(choice in chinese for choice in column.info["choices"])


def test_template_explains_every_table(book):
    text = "\n".join(str(cell.value) for row in book["README"].iter_rows() for cell in row)
    assert set(TABLES) == {table.name for table in CONTRACT_TABLES}
    for name in TABLES:
        assert f"{name}: " in text
        assert f"{name}：" in text


def test_template_has_lists_for_closed_and_reference_columns(book):
    for table in CONTRACT_TABLES:
        sheet = book[table.name]
        lists = {str(each.sqref).split(":")[0].rstrip("2"): each for each in sheet.data_validations.dataValidation}
        for column, cell in zip(contract_columns(table), sheet[1], strict=True):
            found = lists.get(cell.column_letter)
            if column.info["choices"]:
                assert found.formula1 == f'"{",".join(column.info["choices"])}"'
                assert found.showErrorMessage
            elif column.info["kind"] is Kind.YES_NO:
                assert found.formula1 == '"yes,no"'
            elif column.info["refers"]:
                assert found.formula1.startswith(f"'{column.info['refers']}'!$A$2:")
                assert not found.showErrorMessage  # the code may already be stored
            else:
                assert found is None


def test_template_keeps_typed_dates_and_codes(book):
    as_typed = {Kind.CODE, Kind.TEXT, Kind.DATE, Kind.IMAGE}
    for table in CONTRACT_TABLES:
        for column, cell in zip(contract_columns(table), book[table.name][1], strict=True):
            number_format = book[table.name].column_dimensions[cell.column_letter].number_format
            assert (number_format == "@") == (column.info["kind"] in as_typed), column


def test_unfilled_template_is_refused_only_for_the_missing_programme(path, tmp_path):
    report = load(writing_engine(f"sqlite:///{tmp_path}/results.db"), path)
    assert [found.reason for found in report.refusals] == ["no-programme"]


def test_unfilled_template_changes_nothing_in_an_existing_database(path, tmp_path):
    engine = writing_engine(f"sqlite:///{tmp_path}/results.db")
    load(engine, write_folder(tmp_path / "in", small_programme()))
    report = load(engine, path)
    assert report.loaded
    assert (report.added, report.changed, report.unchanged, report.batch) == (0, 0, 0, None)


def test_filled_template_loads_like_the_same_rows_from_files(path, tmp_path):
    book = openpyxl.load_workbook(path)
    for name, rows in small_programme().items():
        sheet = book[name]
        header = [cell.value for cell in sheet[1]]
        for number, row in enumerate(rows, start=2):
            for column, value in row.items():
                sheet.cell(number, header.index(column) + 1).value = value
    book.save(tmp_path / "filled.xlsx")
    assert len(read(tmp_path / "filled.xlsx").sheets) == len(CONTRACT_TABLES)
    engine = writing_engine(f"sqlite:///{tmp_path}/results.db")
    assert load(engine, tmp_path / "filled.xlsx").loaded
    report = load(engine, write_folder(tmp_path / "in", small_programme()))
    assert (report.added, report.changed) == (0, 0)
