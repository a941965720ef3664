"""The note on an edition that was made under older rules, in words."""

from data.editions.frozen_copies import Edition
from data.editions.rules_note import rules_note
from data.rules_version import RULES_VERSION
from data.view import View
from layouts import words
from layouts.texts import rules_words


def in_words(edition: Edition | None, view: View) -> tuple[str, list[str]] | None:
    """The note as a summary and a line per headline that read otherwise; None where there is no note."""
    note = rules_note(edition, view)
    if note is None:
        return None
    parts = [rules_words.older(note.version, RULES_VERSION)]
    if note.readings is not None:
        parts.append(rules_words.count(len(note.readings)))
    else:
        parts += [rules_words.lost()] if note.lost else []
        parts += [rules_words.redefined(note.redefined)] if note.redefined else []
    lines = [rules_words.line(each.headline, each.then, each.today) for each in note.readings or ()]
    return words.sentences(*parts), lines
