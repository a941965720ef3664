"""The method page of an exhibit, which explains how its numbers were made: its content and its texts."""

from dataclasses import dataclass
from datetime import date, datetime

from layouts.parts.tables import Table
from layouts.words import _, day, moment, sentences

MOST_ROWS = 12
"""Maximum number of rows of the exhibit's own table on the page."""


@dataclass(frozen=True)
class Used:
    """The rows that were used from one table; for a manager the first rows, and the address of all rows as CSV."""

    table: str
    title: str
    rows: Table | None = None
    cut: str = ""
    csv: str = ""


@dataclass(frozen=True)
class How:
    """The content of the method page of one exhibit. ``empty`` is the message of an exhibit without numbers."""

    name: str
    finding: str
    empty: str
    table: Table | None
    definition: str
    of_indicator: str
    columns: dict[str, str]
    section: str
    selection: list[tuple[str, str]]
    used: list[Used]
    sources: str
    source_links: list[tuple[str, str, str]]


@dataclass(frozen=True)
class Permalink:
    """A lasting address of the numbers, a note on what it will show, and a better one to offer (text, address)."""

    address: str
    note: str
    offer: tuple[str, str] | None = None


def came_in(number: int, loaded_at: datetime, origin: str, loaded_by: str | None) -> str:
    """The batch that last loaded a row, in words."""
    when = moment(loaded_at)
    if loaded_by:
        return _("batch {n}, {when}, {origin}, by {name}", n=number, when=when, origin=origin, name=loaded_by)
    return _("batch {n}, {when}, {origin}, on the command line", n=number, when=when, origin=origin)


def batch_unknown() -> str:
    """The text for a row whose batch is not recorded."""
    return _("not known: loaded by an older version")


def of_edition(name: str, frozen_on: date) -> str:
    """The note on an address with an edition."""
    return _(
        "The address shows these numbers as they are, whatever is loaded later: edition {name}, frozen {date}.",
        name=name,
        date=day(frozen_on),
    )


def of_live_record() -> str:
    """The note on an address of the live record."""
    return _("The address shows the same selection of the record as it will then be: corrections change it.")


def by_link() -> str:
    """The note on an address copied by a viewer with a share link."""
    return _("It opens for whoever has opened the same link.")


def same_from(edition: str) -> str:
    """The label of the link to the same numbers from an edition."""
    return _("The same from edition {name}, which stays as it is", name=edition)


def freeze() -> str:
    """The label of the link to freeze an edition, where there is none."""
    return _("Freeze the record for an address that stays as it is")


def cut(table: Table) -> str:
    """The note on the rows of the exhibit's own table that are not shown, with the note of the table."""
    if len(table.rows) <= MOST_ROWS:
        return table.note
    return sentences(_("The first {shown} of {all} rows.", shown=MOST_ROWS, all=len(table.rows)), table.note)
