"""Two languages: every string is in the Chinese catalogue; numbers and dates are written in the local form."""

import ast
import math
import re
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from string import Formatter
from threading import Barrier, Thread

import numpy as np
import pandas as pd
import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import CommandLineInterface, parse_mapping_cfg
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from data.storage.schema import UNITS
from layouts import words
from layouts.exhibits import ALL
from layouts.words import NO_BREAK, _, ngettext, speaking

ROOT = Path(__file__).resolve().parent.parent
PO = ROOT / "layouts" / "locale" / "zh" / "LC_MESSAGES" / "messages.po"
SOURCES = sorted(path for part in ("callbacks", "layouts", "dashboard") for path in (ROOT / part).rglob("*.py"))
TEMPLATES = sorted((ROOT / "dashboard" / "templates").glob("*.html"))
TRANSLATED = ("app.py", "plain_pages.py")
"""Modules of `dashboard` whose texts are shown on pages."""

SPEAKING = frozenset({"_", "_l", "ngettext"})
BY_THE_BROWSER = frozenset({"num_selected", "seconds", "slide_number", "slide_count", "chosen_count"})
"""Placeholders filled in by a script, not by the call."""

CHINESE = re.compile(r"[\u4e00-\u9fff]")

Key = tuple[str, ...]


def extracted() -> set[Key]:
    """The messages pybabel finds: (msgid,) or (msgid, msgid_plural)."""
    with (ROOT / "babel.cfg").open() as config:
        methods, options = parse_mapping_cfg(config)
    found = extract_from_dir(ROOT, methods, options, {"_": None, "_l": None, "ngettext": (1, 2)})
    return {key(message) for _file, _line, message, _comments, _context in found}


def key(message: str | tuple[str, ...] | list[str]) -> Key:
    return (message,) if isinstance(message, str) else tuple(message)


def catalogue() -> Catalog:
    with PO.open("rb") as text:
        return read_po(text, locale="zh")


def translated() -> dict[Key, Key]:
    """msgid forms → msgstr forms."""
    return {key(message.id): key(message.string) for message in catalogue() if message.id}


def places(text: str) -> set[str]:
    """The names of the ``{placeholders}`` in a text."""
    return {name for _literal, name, _spec, _conversion in Formatter().parse(text) if name is not None}


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    """The calls of ``_`` and ``ngettext``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SPEAKING:
            yield node


def message_nodes(call: ast.Call) -> list[ast.expr]:
    """The arguments that are texts."""
    return call.args[:2] if isinstance(call.func, ast.Name) and call.func.id == "ngettext" else call.args[:1]


def unreadable(source: str) -> list[str]:
    """Calls that extraction cannot read: a text that is not a literal, or a call inside an f-string."""
    tree = ast.parse(source)
    inside = {call for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for call in calls(node)}
    return [
        f"{call.lineno}: {ast.unparse(call)}"
        for call in calls(tree)
        if call in inside
        or any(not isinstance(text, ast.Constant) or not isinstance(text.value, str) for text in message_nodes(call))
    ]


# Literals that look like prose but are not: settings of plotly, class names, a font list, a language's own name.
NO_PROSE = frozenset(
    {
        "middle left",
        "middle right",
        "conic equal area",
        "noreferrer noopener",
        "exhibit is-absent",
        "exhibit is-empty",
        "exhibit no-figure",
        "English",
        "SCORE",
        "Accept",
        "Retry-After",
        "Callback",  # a type variable
        "Markup",  # a component of ours
        "no database",
        "General",  # a format of numbers in PowerPoint
        *(look.section for look in ALL),  # headings of docs/measures.md
    }
)
PROSE = re.compile(r"[A-Za-z]{2,}[,;:.]? [A-Za-z]{2,}|^\s*[A-Z][a-z]+\b")
SHOWN_KEYWORDS = frozenset({"children", "label", "title", "placeholder", "alt"})
SHOWN_KEYS = frozenset({"text", "name", "label", "title", "aria-label", "placeholder", "hovertext", "hovertemplate"})
HIDDEN_KEYWORDS = frozenset({"className", "style"})


def bare(source: str) -> list[str]:
    """English shown to a reader that cannot be translated.

    Prose anywhere, any word where a component or a chart shows it; what carries both languages at once is meant to.
    """
    tree = ast.parse(source)
    passed = set(_not_shown(tree))
    shown = set(_shown(tree)) - passed
    found = []
    for node in ast.walk(tree):
        if node in passed or not isinstance(node, ast.Constant) or not isinstance(node.value, str):
            continue
        text = re.sub(r"<[^>]*>?|%\{[^}]*\}", "", node.value)
        wordy = PROSE.search(text) or (node in shown and re.search(r"[A-Za-z]{2,}", text))
        if wordy and not CHINESE.search(text) and text not in NO_PROSE and "sans-serif" not in text:
            found.append(f"{node.lineno}: {node.value!r}")
    return found


def _not_shown(tree: ast.AST) -> Iterator[ast.AST]:
    """Nodes that are not shown untranslated: docstrings, translated texts, log messages, class names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value
        elif isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called in SPEAKING or called.startswith("log."):
                yield from ast.walk(node)
        elif isinstance(node, ast.keyword) and node.arg in HIDDEN_KEYWORDS:
            yield from ast.walk(node)
        elif isinstance(node, ast.Raise) and node.exc and ast.unparse(node.exc).startswith("TypeError("):
            yield from ast.walk(node)  # for developers: it stops the start


def _shown(tree: ast.AST) -> Iterator[ast.AST]:
    """Literals at a position a component or a chart shows, alone, in a list or in an f-string."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith(("html.", "dcc.", "dbc.")):
            for value in [*node.args[:1], *(each.value for each in node.keywords if each.arg in SHOWN_KEYWORDS)]:
                yield from _literals(value)
        elif isinstance(node, ast.Dict):
            for name, value in zip(node.keys, node.values, strict=True):
                if isinstance(name, ast.Constant) and name.value in SHOWN_KEYS:
                    yield from _literals(value)


def _literals(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Constant):
        yield node
    elif isinstance(node, (ast.List, ast.Tuple)):
        for each in node.elts:
            yield from _literals(each)
    elif isinstance(node, ast.JoinedStr):
        yield from ast.iter_child_nodes(node)


def test_every_string_of_the_interface_is_in_the_catalogue():
    assert sorted(extracted() - set(translated())) == []


def test_catalogue_has_no_string_the_interface_no_longer_uses():
    assert sorted(set(translated()) - extracted()) == []
    assert list(catalogue().obsolete) == []


def test_extraction_finds_every_translation_call():
    spoken = set()
    for path in SOURCES:
        for call in calls(ast.parse(path.read_text())):
            spoken.add(tuple(text.value for text in message_nodes(call)))
    assert len(spoken) > 100
    assert spoken <= extracted()
    written = "".join(path.read_text() for path in TEMPLATES)
    assert [each for each in extracted() - spoken if not all(text in written for text in each)] == []


def test_every_string_has_a_translation_that_is_not_fuzzy():
    for message in catalogue():
        if message.id:
            assert not message.fuzzy, message.id
            assert all(each.strip() for each in key(message.string)), message.id


def test_chinese_counted_texts_have_one_form():
    counting = [message for message in catalogue() if message.pluralizable]
    assert counting
    assert all(len(key(message.string)) == 1 for message in counting)


def test_translations_have_the_same_placeholders_as_the_english():
    for english, chinese in translated().items():
        expected = places(english[-1])
        assert all(places(each) == expected for each in chinese), english
        assert places(english[0]) <= expected, english  # of one thing its number need not be said


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_calls_pass_exactly_the_values_their_text_has_placeholders_for(path):
    for call in calls(ast.parse(path.read_text())):
        given_values = {each.arg for each in call.keywords} | ({"n"} if call.func.id == "ngettext" else set())
        where = f"line {call.lineno}: {ast.unparse(call)}"
        expected = set().union(*(places(text.value) for text in message_nodes(call))) - BY_THE_BROWSER
        if None in given_values:  # some are given by **
            assert given_values - {None} <= expected, where
        else:
            assert given_values == expected, where


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_texts_are_literals_that_extraction_can_read(path):
    assert unreadable(path.read_text()) == []


@pytest.mark.parametrize(
    "path",
    [path for path in SOURCES if path.relative_to(ROOT).parts[0] != "dashboard" or path.name in TRANSLATED],
    ids=lambda path: path.relative_to(ROOT).as_posix(),
)
def test_no_untranslatable_english_is_shown(path):
    assert bare(path.read_text()) == []


@pytest.mark.parametrize(
    "source",
    ["_(name)", '_(f"{n} rows")', 'ngettext("one", many, n)', '_("a" + b)', "f\"<b>{_('All')}</b>\"", "_(*texts)"],
)
def test_check_detects_texts_that_extraction_cannot_read(source):
    assert unreadable(source)


@pytest.mark.parametrize("source", ['_("All")', 'ngettext("{n} row", "{n} rows", len(rows))', 'f"{name}: {said}"'])
def test_check_accepts_texts_that_extraction_can_read(source):
    assert unreadable(source) == []


@pytest.mark.parametrize(
    "source",
    [
        'html.P("nothing")',
        'html.P(["nothing", html.B(n)])',
        'html.P(f"nothing {n}")',
        'dcc.Link(name, title="remove")',
        'html.P(children="nothing")',
        '{"text": "median"}',
        '{"name": f"in {unit}"}',
        'Drawing("No pair in this selection")',
        'title = "Overview"',
        'said = f"{n} of the enterprises"',
    ],
)
def test_check_detects_english_without_translation(source):
    assert bare(source)


@pytest.mark.parametrize(
    "source",
    [
        'html.P(_("nothing"))',
        'html.P("Pages 页面")',
        'html.P(name, className="exhibit title")',
        'html.Div(id="filters-toggle")',
        '"""What a page is."""',
        'log.error("the database cannot be read")',
        '{"type": "scatter", "mode": "lines+markers"}',
        '{"text": f"<b>{name}</b>  {count}"}',
    ],
)
def test_check_accepts_text_that_is_not_untranslated_english(source):
    assert bare(source) == []


def test_catalogue_is_up_to_date(tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    copy = tmp_path / "locale" / "zh" / "LC_MESSAGES" / "messages.po"
    copy.parent.mkdir(parents=True)
    shutil.copy(PO, copy)
    pot = str(tmp_path / "messages.pot")
    extract = "-q extract -F babel.cfg -k _ -k _l -k ngettext:1,2 --no-location --sort-output --omit-header -o"
    update = "-l zh --no-fuzzy-matching --omit-header --ignore-obsolete --no-wrap"
    for command in (
        [*extract.split(), pot, "."],
        ["-q", "update", "-i", pot, "-d", str(tmp_path / "locale"), *update.split()],
    ):
        CommandLineInterface().run(["pybabel", *command])
    assert copy.read_bytes() == PO.read_bytes()


def test_translations_are_chinese():
    worded = [english for english in translated() if re.search(r"[A-Za-z]", re.sub(r"\{\w+\}", "", english[0]))]
    assert len(worded) > 100
    symbols = {"/ {n}", "{done} / {due} · {share}", "{value} / {base}"}
    unlike = {each for english in worded for each in translated()[english] if not CHINESE.search(each)}
    assert unlike == symbols


def test_chinese_punctuation_is_full_width():
    half = re.compile(r"[\u4e00-\u9fff}][,;:?!]|[,;:?!][\u4e00-\u9fff]|[()]|\.$")
    assert [each for chinese in translated().values() for each in chinese if half.search(each)] == []


def test_chinese_has_no_space_next_to_numbers_and_latin_words():
    spaced = re.compile(r"[\u4e00-\u9fff] +[{A-Za-z0-9]|[}A-Za-z0-9] +[\u4e00-\u9fff]")
    assert [each for chinese in translated().values() for each in chinese if spaced.search(each)] == []


def test_sentences_end_with_a_full_stop_in_both_languages_or_in_neither():
    for english, chinese in translated().items():
        if len(english[0]) > 12:
            assert english[0].endswith(".") == chinese[0].endswith("。"), english


@pytest.fixture(params=["en", "zh"])
def spoken(request):
    with speaking(request.param):
        yield request.param


def test_english_is_the_default_language():
    assert words.language() == "en"
    assert _("Overview") == "Overview"


def test_unknown_language_falls_back_to_english():
    with speaking("fr"):
        assert (words.language(), _("Overview")) == ("en", "Overview")


def test_previous_language_is_restored_after_the_block_even_if_it_fails():
    with speaking("zh"):
        with speaking("en"):
            assert _("Overview") == "Overview"
        assert _("Overview") == "总览"
        with pytest.raises(ZeroDivisionError), speaking("en"):
            raise ZeroDivisionError
        assert _("Overview") == "总览"
    assert words.language() == "en"


def test_each_thread_has_its_own_language():
    together = Barrier(2, timeout=20)
    heard: dict[str, set[tuple[str, str]]] = {"en": set(), "zh": set()}

    def speak(language: str) -> None:
        with speaking(language):
            for _turn in range(200):
                together.wait()
                heard[language].add((_("Overview"), words.day(date(2014, 12, 9))))

    threads = [Thread(target=speak, args=(language,)) for language in heard]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert heard == {"en": {("Overview", "9 December 2014")}, "zh": {("总览", "2014年12月9日")}}


def test_thread_started_under_chinese_uses_english():
    heard = []
    with speaking("zh"):
        thread = Thread(target=lambda: heard.append(_("Overview")))
        thread.start()
        thread.join()
    assert heard == ["Overview"]


def test_values_are_inserted_at_the_placeholders_of_the_language():
    assert _("{n} of {all}", n="3", all="10") == "3 of 10"
    with speaking("zh"):
        assert _("{n} of {all}", n="3", all="10") == "10家中3家"


def test_text_without_values_keeps_its_braces():
    with speaking("zh"):
        assert _("{num_selected} selected") == "已选{num_selected}项"


@pytest.mark.parametrize(
    ("language", "n", "said"),
    [
        ("en", 0, "0 pairs"),
        ("en", 1, "1 pair"),
        ("en", 2, "2 pairs"),
        ("en", 1234, "1,234 pairs"),
        ("zh", 1, "1对数据"),
        ("zh", 1234, "1,234对数据"),
    ],
)
def test_counted_texts_follow_their_number(language, n, said):
    with speaking(language):
        assert ngettext("{n} pair", "{n} pairs", n) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0, "0"),
        (7, "7"),
        (12.0, "12"),
        (12.5, "12.5"),
        (1234567.891, "1,234,567.89"),
        (0.004, "0"),
        (-0.004, "0"),
        (-44, "−44"),
        (-1234.5, "−1,234.5"),
        (np.int64(1000), "1,000"),
        (np.float64(3.14159), "3.14"),
        (None, "–"),
        (math.nan, "–"),
        (np.float64("nan"), "–"),
    ],
)
def test_numbers_have_separators_a_real_minus_and_two_decimals_at_most(spoken, value, said):
    assert words.number(value) == said


def test_numbers_can_be_formatted_without_decimals(spoken):
    assert words.number(1234.5678, 0) == "1,235"
    assert words.number(-0.3, 0) == "0"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (3.5, "+3.5"),
        (-3.52, "−3.52"),
        (0, "±0"),
        (0.001, "±0"),
        (-0.001, "±0"),
        (-1200, "−1,200"),
        (None, "–"),
        (math.nan, "–"),
    ],
)
def test_changes_always_have_a_sign(spoken, value, said):
    assert words.signed(value) == said


@pytest.mark.parametrize(
    ("share", "english", "chinese"),
    [
        (0, f"0{NO_BREAK}%", "0%"),
        (1, f"100{NO_BREAK}%", "100%"),
        (0.5, f"50{NO_BREAK}%", "50%"),
        (0.994, f"99{NO_BREAK}%", "99%"),
        (0.995, f">99{NO_BREAK}%", ">99%"),
        (0.9999, f">99{NO_BREAK}%", ">99%"),
        (0.0051, f"1{NO_BREAK}%", "1%"),
        (1 / 200, f"<1{NO_BREAK}%", "<1%"),
        (0.0001, f"<1{NO_BREAK}%", "<1%"),
        (None, "–", "–"),
        (math.nan, "–", "–"),
    ],
)
def test_shares_are_whole_percentages(share, english, chinese):
    with speaking("en"):
        assert words.percent(share) == english
    with speaking("zh"):
        assert words.percent(share) == chinese


@given(st.floats(0, 1, exclude_min=True, exclude_max=True))
def test_a_part_is_never_said_to_be_all_or_none(share):
    assert words.percent(share) not in {f"0{NO_BREAK}%", f"100{NO_BREAK}%"}


@pytest.mark.parametrize(
    ("precision", "english", "chinese"),
    [
        ("day", "9 December 2014", "2014年12月9日"),
        (None, "9 December 2014", "2014年12月9日"),
        ("month", "December 2014", "2014年12月"),
        ("year", "2014", "2014年"),
        ("by", "by 9 December 2014", "截至2014年12月9日"),
    ],
)
def test_dates_are_written_as_precisely_as_they_are_known(precision, english, chinese):
    when = date(2014, 12, 9)
    with speaking("en"):
        assert words.day(when, precision) == english
    with speaking("zh"):
        assert words.day(when, precision) == chinese


@pytest.mark.parametrize(
    ("first", "first_precision", "last", "last_precision", "english", "chinese"),
    [
        (date(2017, 8, 22), "day", date(2017, 8, 23), None, "22–23 Aug 2017", "2017年8月22日至23日"),
        (date(2017, 8, 1), "month", date(2017, 8, 1), "month", "August 2017", "2017年8月"),
        (
            date(2017, 8, 1),
            "month",
            date(2017, 9, 12),
            "day",
            "August 2017 to 12 September 2017",
            "2017年8月至2017年9月12日",
        ),
        (
            date(2017, 8, 22),
            "day",
            date(2017, 9, 30),
            "by",
            "22 August 2017 to 30 September 2017 at the latest",
            "2017年8月22日至2017年9月30日（最晚）",
        ),
    ],
)
def test_range_gives_each_date_with_its_precision(first, first_precision, last, last_precision, english, chinese):
    with speaking("en"):
        assert words.days(first, first_precision, last, last_precision) == english
    with speaking("zh"):
        assert words.days(first, first_precision, last, last_precision) == chinese


@pytest.mark.parametrize("nothing", [None, pd.NaT])
def test_missing_date_is_a_dash(spoken, nothing):
    assert words.day(nothing) == "–"
    assert words.day(nothing, "year") == "–"


@pytest.mark.parametrize(
    ("value", "unit", "operator", "english", "chinese"),
    [
        (4.13, "percent", "=", f"4.13{NO_BREAK}%", "4.13%"),
        (307, "count", "=", "307", "307"),
        (100, "count-per-month", ">", f"> 100{NO_BREAK}a month", "> 100/月"),
        (2500, "count", "<", "≤ 2,500", "≤ 2,500"),
        (50, "usd", "~", f"≈ 50{NO_BREAK}USD", "≈ 50美元"),
        (255700, "cny", "=", f"255,700{NO_BREAK}CNY", "255,700元"),
        (1, "days", "=", f"1{NO_BREAK}days", "1天"),
        (-44, "other", "=", "−44", "−44"),
        (25.5, "percent-change", "=", f"+25.5{NO_BREAK}%", "+25.5%"),
        (-3, "net-count", "~", "≈ −3", "≈ −3"),
        (1.0, "yes-no", "=", "yes", "是"),
        (0.0, "yes-no", "=", "no", "否"),
        (None, "percent", "=", "–", "–"),
        (math.nan, "yes-no", "=", "–", "–"),
    ],
)
def test_values_have_their_unit_and_bound(value, unit, operator, english, chinese):
    with speaking("en"):
        assert words.quantity(value, unit, operator) == english
    with speaking("zh"):
        assert words.quantity(value, unit, operator) == chinese


@pytest.mark.parametrize(
    ("value", "unit", "english", "chinese"),
    [
        (-3.52, "percent", f"−3.52{NO_BREAK}points", "−3.52个百分点"),
        (0, "percent", f"±0{NO_BREAK}points", "±0个百分点"),
        (12, "count", "+12", "+12"),
        (-2, "days", f"−2{NO_BREAK}days", "−2天"),
        (None, "percent", "–", "–"),
        (math.nan, "count", "–", "–"),
    ],
)
def test_changes_of_percentages_are_in_percentage_points(value, unit, english, chinese):
    with speaking("en"):
        assert words.change_of(value, unit) == english
    with speaking("zh"):
        assert words.change_of(value, unit) == chinese


def test_every_direction_and_unit_has_a_text_in_both_languages():
    said = {}
    for language in words.LANGUAGES:
        with speaking(language):
            said[language] = (
                [words.direction(each) for each in ("up", "down", "context")],
                [words.unit_name(u) for u in UNITS],
            )
    assert said["zh"][0] == ["越高越好", "越低越好", "高低无优劣之分"]
    assert said["en"][0] == ["higher is better", "lower is better", "neither direction is better"]
    assert [bool(each) for each in said["en"][1]] == [bool(each) for each in said["zh"][1]]


def test_sentences_and_items_are_joined_as_the_language_joins_them():
    assert words.sentences("One.", "", "Two.") == "One. Two."
    assert words.listed(["a", "b"]) == "a, b"
    assert words.labelled("Sector", "a, b") == "Sector: a, b"
    with speaking("zh"):
        assert words.sentences("一。", "", "二。") == "一。二。"
        assert words.listed(["甲", "乙"]) == "甲、乙"
        assert words.labelled("行业", "甲、乙") == "行业：甲、乙"


def test_long_english_name_is_wrapped_between_words_and_truncated():
    assert words.wrapped("Workplace Cooperation", 16) == "Workplace<br>Cooperation"
    assert words.wrapped("Safety, health and much more of it", 8, 2) == "Safety,<br>health…"
    assert words.wrapped("Short", 16) == "Short"


def test_long_chinese_name_is_wrapped_at_half_the_width():
    with speaking("zh"):
        assert words.wrapped("促进合作与企业成功的人力资源管理", 16) == "促进合作与企业成<br>功的人力资源管理"
        assert words.wrapped("促进合作与企业成功的人力资源管理", 16, 1) == "促进合作与企业成…"
        assert words.wrapped("实际：2009年11月4日开始", 12) == "实际：<br>2009年11月4日<br>开始"
        assert words.wrapped("促进合作与，企业", 10) == "促进合作<br>与，企业"
        assert words.wrapped("Lianglong Socks", 10) == "Lianglong<br>Socks"
