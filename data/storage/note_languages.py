"""The languages of a note that may hold one language or both."""

import re

_HAN = re.compile("[\u3400-\u9fff]")
_BOTH = re.compile("([^\u3400-\u9fff]+) / (.*[\u3400-\u9fff].*)", re.DOTALL)


def by_language(note: str | None) -> tuple[str | None, str | None]:
    """The English and the Chinese part of a note, each None if there is none.

    A note in both languages has the English text, a slash between spaces, and the Chinese text. Any other note with a
    Chinese character is Chinese as a whole.
    """
    if not note:
        return None, None
    if both := _BOTH.fullmatch(note):
        return both[1].strip(), both[2].strip()
    return (None, note) if _HAN.search(note) else (note, None)
