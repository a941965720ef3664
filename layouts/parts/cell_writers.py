"""Writers of table cells: one function per kind of column; each returns a writer that takes (row, material)."""

from layouts.look import Material, Row, Write
from layouts.parts.tables import Cell
from layouts.words import day, number, percent


def name(table: str, column: str = "", missing: str = "–") -> Write:
    """The name of a code of a reference table; `column` is needed where its name differs from the table's."""
    column = column or table

    def write(row: Row, material: Material) -> Cell:
        return material.name(table, row[column]) if row[column] else missing

    return write


def count(column: str) -> Write:
    """A number."""
    return lambda row, _material: number(row[column])


def share(column: str) -> Write:
    """A share as a percentage."""
    return lambda row, _material: percent(row[column])


def text(column: str, missing: str = "") -> Write:
    """A text, unchanged; `missing` for none (pandas has NaN in place of a text that is not there)."""
    return lambda row, _material: row[column] if isinstance(row[column], str) and row[column] else missing


def dated(column: str) -> Write:
    """A date with its precision, which is in the column of its name and ``_precision``."""
    return lambda row, _material: day(row[column], row[f"{column}_precision"])


def source(column: str = "source") -> Write:
    """A link to a source."""
    return lambda row, material: material.source(row[column])


def enterprise(row: Row, material: Material) -> Cell:
    """A link to an enterprise, or its name where it has no page."""
    return material.enterprise(row["enterprise"])
