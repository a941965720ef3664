"""The page that says how an exhibit's numbers were made: what stands on it, and the words around it."""

from dataclasses import dataclass
from datetime import date, datetime

from layouts.parts.tables import Table
from layouts.words import _, day, moment, sentences

MOST_ROWS = 12
"""The exhibit's own table stands on the page with so many rows."""


@dataclass(frozen=True)
class Used:
    """The rows used of one table: for who looks after the data the first of them, and where all are."""

    table: str
    title: str
    rows: Table | None = None
    cut: str = ""
    csv: str = ""


@dataclass(frozen=True)
class How:
    """Everything said of one exhibit. ``empty`` is what an exhibit without numbers lacks."""

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
class Kept:
    """Where the numbers stay to be found: an address, what it will show, and a better one to offer (text, address)."""

    address: str
    note: str
    offer: tuple[str, str] | None = None


def came_in(number: int, loaded_at: datetime, origin: str, loaded_by: str | None) -> str:
    """The batch a row last came in with."""
    when = moment(loaded_at)
    if loaded_by:
        return _("batch {n}, {when}, {origin}, by {name}", n=number, when=when, origin=origin, name=loaded_by)
    return _("batch {n}, {when}, {origin}, on the command line", n=number, when=when, origin=origin)


def batch_unknown() -> str:
    """What is said where nothing noted which batch a row came in with."""
    return _("not known: loaded by an older version")


def of_edition(name: str, frozen_on: date) -> str:
    """What an address that is pinned to an edition shows."""
    return _(
        "The address shows these numbers as they are, whatever is loaded later: edition {name}, frozen {date}.",
        name=name,
        date=day(frozen_on),
    )


def of_live_record() -> str:
    """What an address of the live record shows."""
    return _("The address shows the same selection of the record as it will then be: corrections change it.")


def by_link() -> str:
    """Whom an address helps that was taken by who came by a link."""
    return _("It opens for whoever has opened the same link.")


def same_from(edition: str) -> str:
    """The offer to look at the same from an edition."""
    return _("The same from edition {name}, which stays as it is", name=edition)


def freeze() -> str:
    """The offer to make an edition where there is none."""
    return _("Freeze the record for an address that stays as it is")


def cut(table: Table) -> str:
    """What is said of the rows of the exhibit's own table that have no room."""
    if len(table.rows) <= MOST_ROWS:
        return table.note
    return sentences(_("The first {shown} of {all} rows.", shown=MOST_ROWS, all=len(table.rows)), table.note)
