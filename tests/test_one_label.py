"""One name, one number, as it is read: no label has two numbers on the pages, slides and letters of a selection."""

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date

import pytest
from told import DATES, NUMBER, ORDINAL, READERS, Told, asked, pictures

from callbacks.newsletter_text import letter
from callbacks.requests.page_request import PageRequest
from data.newsletter import Period
from data.records import Record
from layouts.look import Card, Drawing, Size
from layouts.parts.tables import Column, Table
from layouts.texts.newsletter_parts import markdown

CLAUSES = re.compile(r"[;:,.()·—|]\s|[；：，。（）、]|(?<!before) and ")
ROOM = re.compile(r"most common|with most|最常见|最多")
"""Words beside the number of rows that a picture has room for: a page has more than a slide."""

BARE = re.compile(r"(of )?# enterprises?|#家企业(中)?")
"""A number without a name: the rest of its sentence says of which enterprises."""
LINK = re.compile(r"\[([^]]*)\]\([^)]*\)")
FEWEST_LETTERS = 4

Labelled = tuple[str, tuple[str, ...]]
"""A label, and the numbers it stands beside, as they are written."""


def label_of(text: str, names: tuple[str, ...]) -> Labelled | None:
    """A text without its numbers, and the numbers; None for a text of few letters. Names and dates are no numbers."""
    text = ORDINAL.sub(_spelled, DATES.sub("date", text.replace("\u00a0", " ")))
    for name in names:
        text = text.replace(name, name.translate(_LETTERS))
    label = NUMBER.sub("#", text).strip(" *").lower()
    letters = sum(each.isalpha() for each in label)
    return (label, tuple(NUMBER.findall(text))) if "#" in label and letters >= FEWEST_LETTERS else None


_LETTERS = str.maketrans("0123456789", "abcdefghij")


def _spelled(found: re.Match[str]) -> str:
    return found[0].translate(_LETTERS)


def labelled(told: Told) -> Iterator[Labelled]:
    """The labels of a picture: of its cards, its cells and the clauses of its sentences."""
    drawing, about = told.drawing, told.indicator
    for card in drawing.cards:
        yield card.label.lower(), (card.value,)
    sentences = [(about, text) for text in (drawing.title, drawing.caption, drawing.under, drawing.notice)]
    sentences += [(card.label, card.note) for card in drawing.cards]
    for context, text in sentences:
        for found in (label_of(clause, told.names) for clause in CLAUSES.split(text)):
            if found and not ROOM.search(found[0]) and not BARE.fullmatch(found[0]):
                yield f"{context} {found[0]}".strip().lower(), found[1]
    headings = [row[0] for row in told.table.rows]
    for heading, *cells in told.table.rows:
        if headings.count(heading) == 1 and not about:
            for column, cell in zip(told.table.columns[1:], cells, strict=True):
                if isinstance(cell, str) and NUMBER.fullmatch(cell):
                    yield f"{heading} × {column.label}".lower(), (cell,)


def conflicts(found: Iterator[tuple[str, Labelled]]) -> dict[str, dict[tuple[str, ...], set[str]]]:
    """The labels that stand beside different numbers, with the places of each."""
    by_label: dict[str, dict[tuple[str, ...], set[str]]] = defaultdict(lambda: defaultdict(set))
    for place, (label, numbers) in found:
        by_label[label][numbers].add(place)
    return {label: dict(each) for label, each in by_label.items() if len(each) > 1}


def everything(request: PageRequest, language: str) -> Iterator[tuple[str, Labelled]]:
    """Every label that a reader of a selection meets, with its place."""
    names: tuple[str, ...] = ()
    for told in pictures(request, language):
        names = told.names
        yield from ((f"{told.picture} {told.size}", each) for each in labelled(told))
    written = markdown([letter(request, Period(date(2014, 1, 1), date(2014, 12, 31)), "")])
    for line in LINK.sub(r"\1", written).splitlines():
        found = label_of(line, names)
        if found:
            yield "newsletter", found


def test_check_finds_one_label_with_two_numbers() -> None:
    def told(title: str, value: str, cell: str) -> Told:
        table = Table((Column("Module"), Column("Completed", numeric=True)), [["M1", cell]])
        return Told("x", Size.PAGE, Drawing(title, cards=(Card("Trained", value),)), table, ())

    same = [("a", each) for each in labelled(told("Of 34 enrolled, 16 completed Module 1", "34", "16"))]
    labels = [label for _place, (label, _numbers) in same]
    assert labels == ["trained", "of # enrolled", "# completed module b", "m1 × completed"]
    assert not conflicts(iter(same * 2))
    other = [("b", each) for each in labelled(told("21 completed Module 1", "33", "17"))]
    assert set(conflicts(iter(same + other))) == {"trained", "# completed module b", "m1 × completed"}
    assert label_of("8 visits in 5S by 30 June 2014", ("5S",)) == ("# visits in fs by date", ("8",))


@pytest.mark.parametrize("search", ["", "as_of=2014-06", "module=m1"])
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("reader", READERS)
def test_no_label_has_two_numbers(record: Record, reader: str, language: str, search: str) -> None:
    with asked(record, READERS[reader](), search, language) as request:
        if not request.view.shown:
            pytest.skip("too few enterprises for this reader")
        found = list(everything(request, language))
        assert len(found) > 100 or request.is_filtered
        assert not conflicts(iter(found))
