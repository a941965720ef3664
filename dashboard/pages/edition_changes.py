"""The changes between two states of the record, in words and with names for codes, for the page of editions."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from callbacks.requests import edition_note
from data.catalogue import Entry
from data.editions import record_changes
from data.editions.record_changes import NEW, Cell, Change, Comparison, Headline, Kind
from data.filters import Filters
from data.privacy.viewer import MANAGER
from data.records import Record
from data.storage.schema import results
from data.view import View
from layouts import words
from layouts.parts.cards import table_name
from layouts.texts.code_words import headline_name
from layouts.words import _, day, labelled, listed, ngettext, number, quantity, signed

MOST_SHOWN = 100
"""Maximum number of new results, and of corrections, per table on the page. The CSV has all."""

_DIGITS = 6  # a correction in the fourth decimal must be visible


@dataclass(frozen=True)
class Line:
    """One change in words: ``of`` names the row; ``before`` and ``after`` are values of ``column``, or of the row."""

    of: str
    column: str
    before: str
    after: str


@dataclass(frozen=True)
class Section:
    """The new results, or the corrections, of one table: their number, the first lines, a note about the rest."""

    title: str
    count: str
    lines: tuple[Line, ...]
    cut: str


@dataclass(frozen=True)
class Compared:
    """A comparison of two states of the record in words; ``headlines`` are (name, before, after, change).

    ``notes`` are those on editions that were made under older rules: a summary, and a line per headline.
    """

    before: str
    after: str
    notes: list[tuple[str, list[str]]]
    headlines: list[tuple[str, str, str, str]]
    new: list[Section]
    corrections: list[Section]


def compared(before: Record, after: Record) -> Compared:
    """A comparison of two states of the record, in the current language."""
    with _side_by_side(before, after) as (was, now):
        comparison = record_changes.compare(was, now, MOST_SHOWN)
        names = _Names(was, now, comparison)
        return Compared(
            before=_title(before, was),
            after=_title(after, now),
            notes=_notes((before, was), (after, now)),
            headlines=[
                (headline_name(each.headline), number(each.before), number(each.after), _difference(each))
                for each in comparison.headlines
            ],
            new=[_section(names, each.table, each.new_count, each.new) for each in comparison.tables if each.new_count],
            corrections=[
                _section(names, each.table, each.correction_count, each.corrections)
                for each in comparison.tables
                if each.correction_count
            ],
        )


def csv_lines(before: Record, after: Record) -> Iterator[str]:
    """Every change as lines of a CSV file. The records are read while the lines are consumed."""
    with _side_by_side(before, after) as (was, now):
        yield from record_changes.csv_lines(record_changes.changes(was.connection, now.connection))


@contextmanager
def _side_by_side(before: Record, after: Record) -> Iterator[tuple[View, View]]:
    with before.view(MANAGER, Filters()) as was, after.view(MANAGER, Filters()) as now:
        yield was, now


def _notes(*sides: tuple[Record, View]) -> list[tuple[str, list[str]]]:
    found = ((record.edition, edition_note.in_words(record.edition, view)) for record, view in sides)
    return [(labelled(edition.name, note[0]), note[1]) for edition, note in found if edition and note]


def _title(record: Record, view: View) -> str:
    as_of = day(view.catalogue.programme.as_of)
    if record.edition is None:
        return _("The live record, as of {date}", date=as_of)
    frozen = record.edition
    return _(
        "{name}, as of {date}, frozen {frozen}, {hash}",
        name=frozen.name, date=as_of, frozen=day(frozen.frozen_at.date()), hash=frozen.short,
    )  # fmt: skip


def _difference(headline: Headline) -> str:
    if headline.before is None or headline.after is None or headline.before == headline.after:
        return ""
    return signed(headline.after - headline.before)


def _section(names: "_Names", table: str, count: int, shown: tuple[Change, ...]) -> Section:
    cut = ""
    if count > len(shown):
        cut = _("The first {shown} of {all}; the CSV has all.", shown=number(len(shown)), all=number(count))
    lines = tuple(_line(names, change) for change in shown)
    return Section(table_name(table), ngettext("{n} change", "{n} changes", count), lines, cut)


def _line(names: "_Names", change: Change) -> Line:
    of = " · ".join(names.of_key(change))
    if change.kind not in (Kind.NEW_ROW, Kind.WITHDRAWN_ROW):
        (cell,) = change.cells
        return Line(of, cell.column, *(names.value(change, cell, value) for value in (cell.before, cell.after)))
    new = change.kind in NEW
    cells = listed(
        [f"{cell.column} {names.value(change, cell, cell.after if new else cell.before)}" for cell in change.cells]
    )
    absent, present = _("not there"), cells or _("there")
    return Line(of, "", absent, present) if new else Line(of, "", present, absent)


class _Names:
    """Names for the codes in changes, from the later record, else from the earlier one."""

    def __init__(self, before: View, after: View, comparison: Comparison) -> None:
        self._views = after, before
        shown = [change for table in comparison.tables for change in (*table.new, *table.corrections)]
        codes = {code for change in shown for table, code in _codes(change) if table == "enterprise"}
        self._enterprises: dict[str, Entry] = before.enterprises(codes) | after.enterprises(codes)

    def of_key(self, change: Change) -> list[str]:
        """The parts of a key in words, without blank ones."""
        columns = results.tables[change.table].primary_key
        pairs = zip(columns, change.key, strict=True)
        return [
            self._text(_code_table(change.table, column), value) for column, value in pairs if value not in ("", None)
        ]

    def value(self, change: Change, cell: Cell, value: Any) -> str:
        """A value in words."""
        if change.table == "result" and cell.column in ("before", "after"):
            return quantity(value, self._unit(change))
        return self._text(results.tables[change.table].c[cell.column].info["refers"], value)

    def _unit(self, change: Change) -> str:
        indicator = dict(zip(results.tables["result"].primary_key.columns.keys(), change.key, strict=True))["indicator"]
        for view in self._views:
            if indicator in view.catalogue.indicator:
                return str(view.catalogue.indicator[indicator].columns["unit"])
        return "other"

    def _text(self, table: str, value: Any) -> str:
        if table and (entry := self._entry(table, value)):
            return entry.name(words.language())
        match value:
            case None:
                return _("blank")
            case bool():
                return _("yes") if value else _("no")
            case int() | float():
                return number(value, _DIGITS)
            case date():
                return day(value)
        return str(value)

    def _entry(self, table: str, code: Any) -> Entry | None:
        if table == "enterprise":
            return self._enterprises.get(code)
        for view in self._views:
            programme = view.catalogue.programme
            entries = {programme.code: programme.entry} if table == "programme" else getattr(view.catalogue, table, {})
            if code in entries:
                entry: Entry = entries[code]
                return entry
        return None


def _codes(change: Change) -> Iterator[tuple[str, Any]]:
    """The codes in a change: (table, code)."""
    table = results.tables[change.table]
    yield from (
        (_code_table(change.table, column), value) for column, value in zip(table.primary_key, change.key, strict=True)
    )
    for cell in change.cells:
        yield from ((table.c[cell.column].info["refers"], value) for value in (cell.before, cell.after) if value)


def _code_table(table: str, column: Any) -> str:
    """The table of the codes in a key column: another table, or its own; empty if the column has no codes."""
    return str(column.info["refers"] or (table if column.name == "code" else ""))
