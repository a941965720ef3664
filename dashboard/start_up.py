"""Checks of the exhibits at start-up. A missing half, label or description stops the server."""

from data import exhibits
from layouts import exhibits as looks


def check() -> None:
    """Raise TypeError where a code, an exported column or a slide is in only one half of an exhibit."""
    problems = list(_problems())
    if problems:
        raise TypeError("; ".join(problems))


def _problems() -> list[str]:
    numbers, drawn = {each.code: each for each in exhibits.ALL}, looks.LOOKS
    problems = [f"{code}: one of its halves is missing" for code in numbers.keys() ^ drawn.keys()]
    for code in numbers.keys() & drawn.keys():
        undescribed = set(numbers[code].exported) ^ set(drawn[code].described)
        if undescribed:
            problems.append(f"{code}: columns without a description, or descriptions without a column: {undescribed}")
        named = {picture.code for picture in drawn[code].pictures if picture.name}
        slides = set(numbers[code].slides or ())
        if slides != named:
            problems.append(f"{code}: slides without a named picture, or the other way round: {slides ^ named}")
        unknown = {picture.rows_of for picture in drawn[code].pictures} - {"", *numbers[code].more}
        if unknown:
            problems.append(f"{code}: pictures of tables that it does not have: {unknown}")
    return problems
