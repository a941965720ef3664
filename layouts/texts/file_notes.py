"""What is said of numbers that are taken away: what they are, what they rest on, whose they are, and when."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from layouts.exhibits import LOOKS, name_of
from layouts.parts.exhibit_frame import Basis
from layouts.words import _, day, labelled, moment, ngettext, sentences

Lines = list[tuple[str, str]]
"""(what, text), in the order they are read."""


@dataclass(frozen=True)
class Record:
    """Whose numbers: the programme, its terms (blank: none told), when they were taken out."""

    programme: str
    terms: str
    taken_at: datetime


def of_exhibit(record: Record, code: str, names: Iterable[str], basis: Basis, sources: Mapping[str, str]) -> Lines:
    """All that is said of one exhibit: `names` are its columns, `sources` titles with the address of each."""
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
    """All that is said of a workbook of many exhibits: `sheets` are (name, exhibit, number of rows)."""
    return [
        *_sign(basis),
        *_rests_on(record, basis),
        *(
            (sheet, sentences(name_of(code), _("({rows})", rows=ngettext("{n} row", "{n} rows", rows))))
            for sheet, code, rows in sheets
        ),
    ]


def _sign(basis: Basis) -> Lines:
    invented = _("Synthetic data: every enterprise and every number here is invented for demonstration.")
    return [(_("Notice"), invented)] if basis.synthetic else []


def _rests_on(record: Record, basis: Basis) -> Lines:
    said = [
        (_("Programme"), record.programme),
        (_("Filters"), basis.filtered),
        (_("As of"), day(basis.as_of)),
        (_("Coverage"), basis.coverage),
        (_("Protection of enterprises"), basis.rounded),
        (_("Edition"), basis.edition),
        (_("Terms"), record.terms),
        (_("Taken out"), moment(record.taken_at)),
    ]
    return [(label, text) for label, text in said if text]


def _unsourced(basis: Basis) -> Lines:
    if not basis.unsourced:
        return []
    return [(_("Source"), ngettext("{n} row without a source", "{n} rows without a source", basis.unsourced))]


def rounded_mark(threshold: int) -> str:
    """What stands in a file in place of numbers that are not told."""
    return _(
        "“<{k}” in a cell: none to {most} enterprises; “withheld”: too few enterprises for a sum",
        k=threshold,
        most=threshold - 1,
    )


def sheet_name() -> str:
    """The sheet that says what the others are."""
    return _("About these numbers")


def contents_name() -> str:
    """The sheet that lists the others."""
    return _("Contents")


def column_heading(name: str) -> str:
    """A column among what is said of an exhibit."""
    return labelled(_("Column"), name)
