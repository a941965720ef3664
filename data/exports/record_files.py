"""The tables of the record as files in the import format, which the loader can read again."""

import csv
from collections.abc import Iterable, Iterator
from typing import IO, Any

from sqlalchemy import Column, Connection, Table, select

from data.engine import precision
from data.exports.csv_files import unbroken
from data.storage import schema
from data.storage.schema import SIDES, Kind, precision_of, shared_columns
from data.vocabulary import YES_NO

_ENDINGS = {"image/png": "png", "image/jpeg": "jpg"}


def write_table(connection: Connection, table: Table, to: IO[str]) -> None:
    """Writes one table as CSV in the import format, without confidential columns. Texts are written unchanged."""
    columns = shared_columns(table)
    practices = _practices(connection) if table is schema.result else frozenset()
    writer = csv.writer(to, lineterminator="\n")
    writer.writerow([column.name for column in columns])
    for row in _rows(connection, table):
        yes_no = row.get("indicator") in practices
        writer.writerow([_cell(column, row, yes_no=yes_no) for column in columns])


def pictures(connection: Connection) -> Iterator[tuple[str, bytes]]:
    """The pictures of the stories: file name (as in the table of stories) and content."""
    picture = schema.story_image
    for (story, side), name in _picture_names(connection).items():
        content = select(picture.c.content).where(picture.c.story == story, picture.c.side == side)
        yield name, connection.scalars(content).one()


def _rows(connection: Connection, table: Table) -> Iterable[dict[str, Any]]:
    names = _picture_names(connection) if table is schema.story else {}
    for mapping in connection.execute(select(table).order_by(*table.primary_key)).mappings():
        row = dict(mapping)
        if table is schema.story:
            row |= {f"{side}_image": names.get((row["code"], side)) for side in SIDES}
        yield row


def _picture_names(connection: Connection) -> dict[tuple[str, str], str]:
    """The file name of each picture by story and side.

    The ending follows the stored media type, which may differ from that of the uploaded file.
    """
    picture = schema.story_image
    columns = select(picture.c.story, picture.c.side, picture.c.media_type).order_by(picture.c.story, picture.c.side)
    return {
        (row.story, row.side): f"{row.story}-{row.side}.{_ENDINGS[row.media_type]}"
        for row in connection.execute(columns)
    }


def _practices(connection: Connection) -> frozenset[str]:
    indicator = schema.indicator.c
    return frozenset(connection.scalars(select(indicator.code).where(indicator.unit == YES_NO)))


def _cell(column: Column[Any], row: dict[str, Any], *, yes_no: bool) -> str:
    value = row[column.name]
    if value is None:
        return ""
    kind = column.info["kind"]
    if kind is Kind.DATE:
        return precision.written(value, row[precision_of(column.name)])
    if kind is Kind.YES_NO or (kind is Kind.VALUE and yes_no and value in (0, 1)):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return unbroken(str(value))
