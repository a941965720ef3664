"""The notes in downloaded files: the definition of the numbers, their basis, the programme and the time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from layouts.exhibits import LOOKS, name_of
from layouts.parts.exhibit_frame import Basis
from layouts.words import _, day, labelled, moment, ngettext, sentences

Lines = list[tuple[str, str]]
"""(label, text) each, in reading order."""


@dataclass(frozen=True)
class Record:
    """The record behind a file: the programme, its terms of use (blank: none), and the time of the download."""

    programme: str
    terms: str
    taken_at: datetime


def of_exhibit(record: Record, code: str, names: Iterable[str], basis: Basis, sources: Mapping[str, str]) -> Lines:
    """The notes of one exhibit: `names` are its columns, `sources` maps titles of sources to addresses."""
    return [
        *_sign(basis),
        (_("Exhibit"), name_of(code)),
        (_("Definition"), str(LOOKS[code].definition)),
        *_rests_on(record, basis),
        *((_("Source"), labelled(title, url) if url else title) for title, url in sources.items()),
        *_unsourced(basis),
        *((name, str(LOOKS[code].described[name])) for name in names),
    ]


def of_selection(record: Record, basis: Basis, sheets: Iterable[tuple[str, str, int]]) -> Lines:
    """The notes of a workbook of many exhibits: `sheets` are (name, exhibit, number of rows) each."""
    return [
        *_sign(basis),
        *_rests_on(record, basis),
        *(
            (sheet, sentences(name_of(code), _("({rows})", rows=ngettext("{n} row", "{n} rows", rows))))
            for sheet, code, rows in sheets
        ),
    ]


def _sign(basis: Basis) -> Lines:
    text = _("Synthetic data: every enterprise and every number here is invented for demonstration.")
    return [(_("Notice"), text)] if basis.synthetic else []


def _rests_on(record: Record, basis: Basis) -> Lines:
    lines = [
        (_("Programme"), record.programme),
        (_("Filters"), basis.filtered),
        (_("As of"), day(basis.as_of)),
        (_("Coverage"), basis.coverage),
        (_("Protection of enterprises"), basis.rounded),
        (_("Edition"), basis.edition),
        (_("Terms"), record.terms),
        (_("Taken out"), moment(record.taken_at)),
    ]
    return [(label, text) for label, text in lines if text]


def _unsourced(basis: Basis) -> Lines:
    if not basis.unsourced:
        return []
    return [(_("Source"), ngettext("{n} row without a source", "{n} rows without a source", basis.unsourced))]


def rounded_mark(threshold: int) -> str:
    """The explanation of the texts in a file that replace hidden numbers."""
    return _(
        "“<{k}” in a cell: none to {most} enterprises; “withheld”: too few enterprises for a sum",
        k=threshold,
        most=threshold - 1,
    )


def sheet_name() -> str:
    """The name of the sheet with the notes."""
    return _("About these numbers")


def contents_name() -> str:
    """The name of the sheet that lists the other sheets."""
    return _("Contents")
