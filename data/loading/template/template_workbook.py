"""Makes the empty workbook that people fill in: one sheet per table, column notes, drop-downs for lists and codes."""

from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import Column, Table

from data.loading.template.column_notes import TABLES, chinese_note, english_note
from data.storage.schema import CONTRACT_TABLES, Kind, contract_columns

AUTHOR = "SCORE"
_LAST_ROW = 5000
_BOLD = Font(bold=True)
_KEY = PatternFill("solid", fgColor="FFDDEBF7")
_AS_TYPED = "@"
# Spreadsheets turn 2014-05 into a day and 013 into 13 unless the column is text.
_TEXT_KINDS = {Kind.CODE, Kind.TEXT, Kind.DATE, Kind.IMAGE}

_README = (
    ("How to fill in this workbook", "如何填写本工作簿"),
    (
        "One sheet is one table. Fill in the sheets you have something for and leave the others as they are.",
        "每个工作表对应一个数据表。有数据的填写，没有的保持原样。",
    ),
    (
        "Do not rename sheets and columns. Columns you do not need may be deleted, but not required ones.",
        "请勿更改工作表名和列名。不需要的列可以删除，必填列除外。",
    ),
    (
        (
            "Every column name carries a note that says what belongs there. Blue columns are the key: "
            "a row with the key of a stored row changes that row, any other row is added; no row is ever deleted."
        ),
        "每个列名都有批注说明。蓝色列为主键：主键与已有行相同则更新该行，否则新增；绝不删除已有行。",
    ),
    (
        (
            "Blank means unknown, never zero and never no. A column that is there and blank empties what is stored; "
            "a column that is not there leaves it as it is."
        ),
        "留空表示未知，不表示零或否。列存在而单元格为空，会清空已有内容；列不存在则保留原值。",
    ),
    (
        (
            "Dates are YYYY-MM-DD; YYYY-MM or YYYY where no more is known; by 2014-09 where only the latest possible "
            "date is known. Percentages run from 0 to 100."
        ),
        "日期写 YYYY-MM-DD；只知道年月或年份时写 YYYY-MM 或 YYYY；只知道最晚日期时写“截至2014-09”。百分比为 0 到 100。",
    ),
    (
        "A code joins rows of different sheets: lower-case letters, digits and hyphens. It is never shown to people.",
        "代码用于关联各表，只用小写字母、数字和连字符，不会对外显示。",
    ),
    (
        (
            "Formulas are not calculated: their saved results are read. Do not merge cells. No macros, no links to "
            "other workbooks. Images of stories lie in the same folder as this file."
        ),
        "不计算公式，只读取已保存的结果。请勿合并单元格，不要使用宏或链接其他工作簿。案例图片放在同一文件夹。",
    ),
    (
        "This sheet is not read; neither are sheets named notes.",
        "本工作表及名为 notes（或“说明”）的工作表不会被读取。",
    ),
)


def _write_readme(sheet: Worksheet) -> None:
    for english, chinese in _README:
        sheet.append([english, chinese])
    sheet.append([])
    sheet.append(["Table", "数据表"])
    heading = sheet.max_row
    for name, (english, chinese) in TABLES.items():
        sheet.append([f"{name}: {english}", f"{name}：{chinese}"])
    for row in (1, heading):
        for cell in sheet[row]:
            cell.font = _BOLD
    for letter in "AB":
        sheet.column_dimensions[letter].width = 80
        for cell in sheet[letter]:
            cell.alignment = Alignment(wrap_text=True, vertical="top")


def _choices_of(column: Column[Any]) -> tuple[str, ...]:
    if column.info["kind"] is Kind.YES_NO:
        return ("yes", "no")
    choices: tuple[str, ...] = column.info["choices"]
    return choices


def _drop_down(column: Column[Any]) -> DataValidation | None:
    """The drop-down list of a cell. Closed lists are strict; code lists accept other codes, which may be stored."""
    choices, refers = _choices_of(column), column.info["refers"]
    if choices:
        return DataValidation(
            type="list",
            formula1=f'"{",".join(choices)}"',
            allow_blank=True,
            showErrorMessage=True,
            error=f"Use one of / 可选: {', '.join(choices)}",
        )
    if refers:
        return DataValidation(
            type="list", formula1=f"'{refers}'!$A$2:$A${_LAST_ROW}", allow_blank=True, showErrorMessage=False
        )
    return None


def _write_table(sheet: Worksheet, table: Table) -> None:
    for position, column in enumerate(contract_columns(table), start=1):
        letter = get_column_letter(position)
        cell = sheet.cell(1, position, column.name)
        cell.font = _BOLD
        if column.info["key"]:
            cell.fill = _KEY
        cell.comment = Comment(f"{english_note(column)}\n{chinese_note(table, column)}", AUTHOR, height=150, width=320)
        dimension = sheet.column_dimensions[letter]
        dimension.width = max(12, len(column.name) + 3)
        if column.info["kind"] in _TEXT_KINDS:
            dimension.number_format = _AS_TYPED
        validation = _drop_down(column)
        if validation is not None:
            validation.add(f"{letter}2:{letter}{_LAST_ROW}")
            sheet.add_data_validation(validation)
    sheet.freeze_panes = "A2"


def write_template(path: Path) -> None:
    """Write the empty workbook to `path`. Loading it without filling it in changes nothing."""
    book = Workbook()
    readme = book.active
    assert isinstance(readme, Worksheet)  # noqa: S101 - a new workbook has one worksheet
    readme.title = "README"
    _write_readme(readme)
    for table in CONTRACT_TABLES:
        _write_table(book.create_sheet(table.name), table)
    book.save(path)
