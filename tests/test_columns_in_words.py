"""The text of a column says what its code says, in both languages, and not what the code of its neighbour says."""

import re
from collections.abc import Iterator

import pytest

from data.exhibits import ALL
from layouts.exhibits import LOOKS
from layouts.words import LANGUAGES, speaking

WORDS: dict[str, dict[str, str]] = {
    "workshop": {"en": r"workshop", "zh": r"研讨班"},
    "visited": {"en": r"visit", "zh": r"入厂辅导"},
    "assessed": {"en": r"assess", "zh": r"评估"},
    "completed": {"en": r"complet", "zh": r"完成"},
    "planned": {"en": r"plan|was to", "zh": r"计划"},
    "assumed": {"en": r"later|assumed", "zh": r"后续|推定"},
    "stale": {"en": r"year|365", "zh": r"年|365"},
    "dropped": {"en": r"drop|left", "zh": r"退出"},
    "overdue": {"en": r"due", "zh": r"到期|逾期|应"},
    "without": {"en": r"without|no ", "zh": r"无|未|没有"},
    "share": {"en": r"\bof\b|divided", "zh": r"比例|占|除以"},
    "before": {"en": r"before", "zh": r"之前|前"},
    "after": {"en": r"after", "zh": r"之后|后"},
    "between": {"en": r"between", "zh": r"之间|间隔|相隔"},
    "median": {"en": r"median|middle", "zh": r"中位数"},
    "relative": {"en": r"divided|relative", "zh": r"除以|相对"},
    "low": {"en": r"lower", "zh": r"下限"},
    "high": {"en": r"upper", "zh": r"上限"},
    "better": {"en": r"better|good", "zh": r"改善|向好|变好"},
    "same": {"en": r"same|no change|unchanged", "zh": r"持平|不变"},
    "worse": {"en": r"worse|other way|bad", "zh": r"变差|变坏"},
    "gained": {"en": r"gain", "zh": r"新增|新有"},
    "lost": {"en": r"lost", "zh": r"失去"},
    "baseline": {"en": r"baseline|before", "zh": r"基线|基准"},
    "women": {"en": r"women", "zh": r"女"},
    "trainers": {"en": r"trainers", "zh": r"培训师"},
    "trained": {"en": r"train", "zh": r"培训|受训"},
    "reported": {"en": r"report|result", "zh": r"报告|成果"},
    "paired": {"en": r"pair", "zh": r"成对"},
    "attainment": {"en": r"target", "zh": r"目标"},
    "cumulative": {"en": r"up to|so far|cumulative", "zh": r"累计|截至"},
    "started": {"en": r"began|start", "zh": r"开始"},
    "ended": {"en": r"end", "zh": r"结束"},
    "source": {"en": r"source", "zh": r"来源"},
    "indicator": {"en": r"indicator", "zh": r"指标"},
    "comment": {"en": r"comment", "zh": r"说明|备注|评注|注释"},
    "en": {"en": r"English", "zh": r"英文"},
    "zh": {"en": r"Chinese", "zh": r"中文"},
}
"""What a text must say for a part of its column's code."""

NEIGHBOURS: tuple[tuple[str, ...], ...] = (
    ("workshop", "visited", "assessed", "completed"),
    ("low", "high"),
    ("better", "same", "worse"),
    ("gained", "lost"),
    ("started", "ended"),
    ("en", "zh"),
)
"""Parts of codes that are easily swapped: a text has the words of its own code alone."""

MIXED = frozenset({("satisfaction", "satisfaction"), ("change", "better"), ("pairs", "verdict"), ("rounds", "ended_on")})
"""Columns whose text names all neighbours, because their values are those."""


def described() -> Iterator[tuple[str, str]]:
    """The exported columns, each with its exhibit."""
    for exhibit in ALL:
        yield from ((exhibit.code, column.name) for column in exhibit.columns if column.exported)


def faults(column: str, text: str, language: str) -> list[str]:
    """The parts of a code that a text does not say, and those of its neighbours that it does say."""
    parts = column.split("_")
    found = [part for part in parts if part in WORDS and not re.search(WORDS[part][language], text, re.I)]
    for group in NEIGHBOURS:
        if any(part in group for part in parts):
            others = (part for part in group if part not in parts)
            found += [f"not {part}" for part in others if re.search(WORDS[part][language], text, re.I)]
    return found


def test_check_finds_swapped_texts() -> None:
    assert not faults("visited_assumed", "of those without a visit on record, the ones with a later step", "en")
    assert faults("visited_assumed", "由后续步骤推定为已评估进展的企业数", "zh") == ["visited", "not assessed"]
    assert faults("change_low", "upper end of the interval", "en") == ["low", "not high"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_text_of_each_exported_column_says_what_its_code_says(language: str) -> None:
    wrong = {}
    with speaking(language):
        for code, column in described():
            text = str(LOOKS[code].described.get(column, ""))
            found = faults(column, text, language)
            if not text or (found and (code, column) not in MIXED):
                wrong[code, column] = text, found
    assert not wrong


@pytest.mark.parametrize("language", LANGUAGES)
def test_columns_of_one_exhibit_have_different_texts(language: str) -> None:
    with speaking(language):
        for code, look in LOOKS.items():
            exported = [column for exhibit, column in described() if exhibit == code]
            texts = [str(look.described[column]) for column in exported if column in look.described]
            assert len(texts) == len(set(texts)), code
