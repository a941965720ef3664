"""One cell: written text → a value, or the reason for refusal."""
# ruff: noqa: DTZ001 - spreadsheets know no time zones

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.loading.checks import cell_types
from data.loading.checks.cell_types import Dated, Unread
from data.loading.checks.remarks import Unfit
from data.storage.schema import Kind


def reason(read, *arguments):
    with pytest.raises(Unfit) as caught:
        read(*arguments)
    return caught.value.reason


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        (3, 3.0), (2.5, 2.5), ("12", 12.0), (" 12.50 ", 12.5), ("-3", -3.0), ("−3", -3.0), ("1,234", 1234.0),
        ("1,234,567.5", 1234567.5), ("1 234", 1234.0), ("1\u00a0234", 1234.0), ("1\u202f234", 1234.0),
        ("1'234", 1234.0), ("１，２３４．５", 1234.5), ("１２　", 12.0), ("1e3", 1000.0), (".5", 0.5), ("0", 0.0),
    ],
)  # fmt: skip
def test_number_is_read_as_offices_write_it(raw, number):
    assert cell_types.read_number(raw) == number


@pytest.mark.parametrize(
    "raw",
    ["1,5", "1,23", "1,2345", "0,123", "1,234 567", "12,34,567", "1.234,5", "nan", "NaN", "inf", "-Infinity", "1e999",
     "abc", "12 pieces", "¥12", "5²", "①", "½", "1_000", "0x10", "٣", "-", "(5)", "85%",
     True, date(2014, 1, 1), time(1),
     float("nan"), float("inf")],
)  # fmt: skip
def test_invalid_number_is_refused(raw):
    assert reason(cell_types.read_number, raw) == "number"


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_number_survives_being_written(number):
    assert cell_types.read_number(repr(number)) == number


@given(st.integers(min_value=0, max_value=cell_types.MOST_COUNT), st.sampled_from([",", " ", "'", "\u202f", "，"]))
def test_count_survives_thousands_separators_and_full_width_digits(count, separator):
    wide = f"{count:,}".replace(",", separator).translate({ord("0") + i: chr(0xFF10 + i) for i in range(10)})
    assert cell_types.read_count(wide) == count


@pytest.mark.parametrize(
    ("raw", "why"),
    [("2.5", "whole-number"), (2.5, "whole-number"), ("-1", "negative"), (2**31, "too-large"), ("many", "number")],
)
def test_invalid_count_is_refused(raw, why):
    assert reason(cell_types.read_count, raw) == why


def test_count_with_zero_decimals_is_read_as_whole():
    assert cell_types.read_count("12.0") == 12
    assert isinstance(cell_types.read_count(12.0), int)


@pytest.mark.parametrize(("raw", "percent"), [(85, 85), ("85", 85), ("85%", 85), ("85 ％", 85), (0, 0), ("100", 100)])
def test_percent_from_0_to_100_is_accepted(raw, percent):
    assert cell_types.read_percent(raw) == percent


@pytest.mark.parametrize("raw", [-0.1, 100.1, "101%"])
def test_percent_out_of_range_is_refused(raw):
    assert reason(cell_types.read_percent, raw) == "percent-range"


@pytest.mark.parametrize(
    ("raw", "day", "precision"),
    [
        ("2014-05-03", date(2014, 5, 3), "day"), ("2014-5-3", date(2014, 5, 3), "day"),
        ("2014/5/3", date(2014, 5, 3), "day"), ("2014.05.03", date(2014, 5, 3), "day"),
        ("2014年5月3日", date(2014, 5, 3), "day"), ("2014 年 5 月 3 号", date(2014, 5, 3), "day"),
        ("２０１４－０５－０３", date(2014, 5, 3), "day"), ("2014-05-03 00:00:00", date(2014, 5, 3), "day"),
        ("2014-05-03T00:00:00", date(2014, 5, 3), "day"), ("2014–05–03", date(2014, 5, 3), "day"),
        (datetime(2014, 5, 3), date(2014, 5, 3), "day"), (date(2014, 5, 3), date(2014, 5, 3), "day"),
        ("2014-05", date(2014, 5, 1), "month"), ("2014/5", date(2014, 5, 1), "month"),
        ("2014年5月", date(2014, 5, 1), "month"), ("2014", date(2014, 1, 1), "year"),
        ("2014年", date(2014, 1, 1), "year"), (2014, date(2014, 1, 1), "year"), (2014.0, date(2014, 1, 1), "year"),
        (" 2014-05 ", date(2014, 5, 1), "month"), ("2016-02-29", date(2016, 2, 29), "day"),
        ("by 2014-09-10", date(2014, 9, 10), "by"), ("by 2014-09", date(2014, 9, 30), "by"),
        ("By  2014", date(2014, 12, 31), "by"), ("截至2014-09", date(2014, 9, 30), "by"),
        ("截至 2014年9月10日", date(2014, 9, 10), "by"), ("ＢＹ　２０１６－０２", date(2016, 2, 29), "by"),
    ],
)  # fmt: skip
def test_date_is_read_with_its_written_precision(raw, day, precision):
    assert cell_types.read_date(raw) == Dated(day, precision)


@pytest.mark.parametrize(
    "raw",
    ["03/05/2014", "5/3/14", "14-05-03", "2014-13", "2014-00-01", "2014-02-30", "2015-02-29", "2014-5/3", "2014.5",
     2014.5,
     "20140503", 41778, "May 2014", "2014-05-03 13:30", "spring", "0214-05-03", "2114", time(9), timedelta(1), True,
     date(1899, 1, 1), "2014-15", "2014-2015", "2014-05/06", "by", "by spring", "by2014", "by by 2014", "2014 by"],
)  # fmt: skip
def test_invalid_or_ambiguous_date_is_refused(raw):
    assert reason(cell_types.read_date, raw) == "date"


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2099, 12, 31)))
def test_date_survives_every_way_of_writing_it(day):
    for text in (day.isoformat(), f"{day:%Y/%m/%d}", f"{day.year}年{day.month}月{day.day}日", f"{day:%Y.%m.%d}"):
        assert cell_types.read_date(text) == Dated(day, "day")


@pytest.mark.parametrize(
    ("raw", "answer"),
    [("yes", True), ("No", False), ("是", True), ("否", False), ("1", True), ("0", False), (1, True), (0.0, False),
     (True, True), (False, False), ("TRUE", True), ("ＹＥＳ ", True)],
)  # fmt: skip
def test_yes_and_no_are_read_in_both_languages(raw, answer):
    assert cell_types.read_yes_no(raw) is answer


@pytest.mark.parametrize("raw", ["y", "maybe", "2", "不", "-1", "on"])
def test_other_word_for_yes_or_no_is_refused(raw):
    assert reason(cell_types.read_yes_no, raw) == "yes-no"


@pytest.mark.parametrize(
    ("raw", "code"),
    [("deyang-1", "deyang-1"), (" Deyang-1 ", "deyang-1"), ("ＣＥＣ", "cec"), (510000, "510000"), (510000.0, "510000"),
     ("m1\u200b", "m1"), ("m1\u3000", "m1")],
)  # fmt: skip
def test_code_is_normalised(raw, code):
    assert cell_types.read_code(raw) == code


@pytest.mark.parametrize("raw", ["de yang", "de_yang", "德阳", "-", "-a", "a/b", "é", "m²", "x" * 81, 1.5])
def test_code_with_invalid_characters_is_refused(raw):
    assert reason(cell_types.read_code, raw) == "code"


@pytest.mark.parametrize(("raw", "sign"), [("=", "="), ("＞", ">"), (" < ", "<"), ("～", "~")])
def test_choice_is_normalised(raw, sign):
    assert cell_types.read_choice(raw, ("=", ">", "<", "~")) == sign


def test_choice_outside_the_list_is_refused():
    assert reason(cell_types.read_choice, "≥", ("=", ">")) == "choice"


def test_text_is_kept_except_surrounding_spaces():
    assert cell_types.read_text("  车间：整洁（５Ｓ）\r\n第二行 ") == "车间：整洁（５Ｓ）\n第二行"


@pytest.mark.parametrize(
    ("raw", "text"), [(13, "13"), (13.0, "13"), (1.5, "1.5"), (datetime(2014, 5, 3), "2014-05-03")]
)
def test_number_or_date_in_a_text_column_is_read_as_typed(raw, text):
    assert cell_types.read_text(raw) == text


def test_text_of_4000_characters_is_accepted_and_of_4001_refused():
    assert len(cell_types.read_text("字" * 4000)) == 4000
    assert reason(cell_types.read_text, "字" * 4001) == "text-length"


@pytest.mark.parametrize("raw", ["a\x00b", "a\x0bb", "a\ud800b"])
def test_text_with_control_characters_is_refused(raw):
    assert reason(cell_types.read_text, raw) == "control-character"


@pytest.mark.parametrize(
    ("raw", "unit", "level"),
    [("是", "yes-no", 1.0), ("否", "yes-no", 0.0), (1, "yes-no", 1.0), ("85%", "percent", 85.0), (-5, "cny", -5.0),
     ("yes", "", 1.0), ("7", "", 7.0), ("-130 %", "percent-change", -130.0), (250.5, "percent-change", 250.5),
     ("-12", "net-count", -12.0), ("+3", "net-count", 3.0)],
)  # fmt: skip
def test_level_is_read_according_to_its_unit(raw, unit, level):
    assert cell_types.read_level(raw, unit) == level


@pytest.mark.parametrize(
    ("raw", "unit", "why"),
    [("0.5", "yes-no", "yes-no"), (101, "percent", "percent-range"), (-1, "count", "negative"),
     (-1, "count-per-month", "negative"), ("yes", "cny", "number"), ("5%", "cny", "number"), ("x", "", "number"),
     (1.5, "net-count", "whole-number"), ("5%", "net-count", "number")],
)  # fmt: skip
def test_level_that_does_not_fit_the_unit_is_refused(raw, unit, why):
    assert reason(cell_types.read_level, raw, unit) == why


def test_figure_of_a_yes_no_indicator_may_be_yes_no_or_a_number():
    assert cell_types.read_figure("是", "yes-no") == 1.0
    assert cell_types.read_figure("45%", "yes-no") == 45.0


@pytest.mark.parametrize("kind", list(cell_types.READERS))
@pytest.mark.parametrize(
    ("raw", "why"),
    [("#N/A", "excel-error"), (" #div/0! ", "excel-error"), (Unread("excel-error", "#REF!"), "excel-error"),
     (Unread("formula", "=A1"), "formula"), (Unread("merged", "A2:A4"), "merged")],
)  # fmt: skip
def test_cell_without_a_readable_value_is_refused_for_every_kind_of_column(kind, raw, why):
    assert reason(cell_types.reader_of(kind), raw) == why


def test_every_kind_of_column_except_values_has_a_reader():
    assert set(Kind) - set(cell_types.READERS) == {Kind.VALUE}


@pytest.mark.parametrize("raw", [None, "", "  ", "\u3000", "\u200b\ufeff", "\n"])
def test_blank_cells_are_recognised(raw):
    assert cell_types.is_blank(raw)


@pytest.mark.parametrize("raw", [0, False, "0", "-", "#", Unread("merged", "A1:A2")])
def test_other_cells_are_not_blank(raw):
    assert not cell_types.is_blank(raw)
