"""An open-data package (Frictionless Data Package): CSV files, and the file that says what they hold."""

import io
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import PurePosixPath
from typing import Any, Self
from zipfile import ZIP_DEFLATED, ZipFile

import pandas as pd
from sqlalchemy import Column, Connection, Table

from data.columns import Holds
from data.exhibit import BuiltExhibit
from data.exhibits import EXHIBITS
from data.exports import record_files
from data.exports.csv_files import blank, to_csv
from data.loading.template.column_notes import TABLES, chinese_note, english_note
from data.privacy.shown import Under, Withheld
from data.storage.schema import CONTRACT_TABLES, Kind, contract_columns

MEDIA_TYPE = "application/zip"

RECORD = "record"
"""The folder of a package that holds the record's own tables, to be loaded again."""

_TYPES = {
    Holds.TEXT: "string",
    Holds.DATE: "date",
    Holds.COUNT: "integer",
    Holds.NUMBER: "number",
    Holds.SHARE: "number",
}
_KINDS = {Kind.COUNT: "integer", Kind.NUMBER: "number", Kind.PERCENT: "number", Kind.YES_NO: "boolean"}
"""Of a file to be loaded; anything else is text: a date may be a month, a value a yes."""


@dataclass(frozen=True)
class Described:
    """A text in both languages, as the one string that a package has room for."""

    en: str
    zh: str

    def __str__(self) -> str:
        return self.en if self.en == self.zh else f"{self.en} / {self.zh}"


@dataclass(frozen=True)
class Resource:
    """One file of a package with what is said of it; ``fields`` as a Table Schema has them."""

    name: str
    path: str
    title: Described
    description: Described
    fields: tuple[dict[str, Any], ...]
    key: tuple[str, ...]
    missing: tuple[str, ...]
    sources: tuple[dict[str, str], ...]
    content: bytes

    @classmethod
    def of_exhibit(
        cls,
        exhibit: BuiltExhibit,
        title: Described,
        description: Described,
        column: Callable[[str], Described],
        sources: Sequence[dict[str, str]],
    ) -> Self:
        """The fixed columns of an exhibit; a cell that is withheld counts as missing."""
        code, declared = exhibit.code, EXHIBITS[exhibit.code]
        fields = tuple(
            {"name": each.name, "type": _TYPES[each.holds], "description": str(column(each.name))}
            for each in declared.columns
            if each.exported
        )
        key = declared.key if _told(exhibit.table, declared.key) else ()
        usual = (f"<{exhibit.threshold}", "withheld") if exhibit.threshold else ()
        cells = (value for name in declared.exported for value in exhibit.table[name])
        others = {str(value) for value in cells if isinstance(value, (Under, Withheld))}.difference(usual)
        missing = ("", *usual, *sorted(others))
        content = to_csv(exhibit).encode()
        return cls(code, f"{code}.csv", title, description, fields, key, missing, tuple(sources), content)

    @classmethod
    def of_table(cls, connection: Connection, table: Table) -> Self:
        """One of the record's own tables in the import format."""
        text = io.StringIO()
        record_files.write_table(connection, table, text)
        fields = tuple(_field(table, column) for column in contract_columns(table))
        key = tuple(column.name for column in table.primary_key if column.info["required"])
        whole = key if len(key) == len(table.primary_key) else ()
        name = table.name.replace("_", "-")
        said = Described(*TABLES[table.name])
        return cls(
            f"{RECORD}-{name}", f"{RECORD}/{table.name}.csv", said, said, fields, whole, ("",), (),
            text.getvalue().encode(),
        )  # fmt: skip

    def descriptor(self) -> dict[str, Any]:
        """What ``datapackage.json`` says of the file."""
        schema: dict[str, Any] = {"fields": list(self.fields), "missingValues": list(self.missing)}
        if self.key:
            schema["primaryKey"] = list(self.key)
        return {
            "name": self.name,
            "path": self.path,
            "profile": "tabular-data-resource",
            "title": str(self.title),
            "description": str(self.description),
            "format": "csv",
            "mediatype": "text/csv",
            "encoding": "utf-8",
            "bytes": len(self.content),
            "hash": f"sha256:{sha256(self.content).hexdigest()}",
            **({"sources": list(self.sources)} if self.sources else {}),
            "schema": schema,
        }


def _told(table: pd.DataFrame, names: Iterable[str]) -> bool:
    """Has every row all that tells it apart?"""
    return not any(blank(value) or value == "" for name in names for value in table[name])


def _field(table: Table, column: Column[Any]) -> dict[str, Any]:
    kind = column.info["kind"]
    said = Described(english_note(column), chinese_note(table, column))
    field: dict[str, Any] = {
        "name": column.name,
        "type": _KINDS.get(kind, "string"),
        "description": str(said).replace("\n", " "),
    }
    return field | ({"trueValues": ["yes"], "falseValues": ["no"]} if kind is Kind.YES_NO else {})


def record_tables(connection: Connection) -> Iterable[Resource]:
    """Every table of the record, one after another."""
    return (Resource.of_table(connection, table) for table in CONTRACT_TABLES)


class Package:
    """A package as it is written, file by file; on leaving the block what they hold is written beside them."""

    def __init__(self, to: Any, head: dict[str, Any], readme: str) -> None:
        self._zip = ZipFile(to, "w", ZIP_DEFLATED)
        self._head, self._readme = head, readme
        self._resources: list[dict[str, Any]] = []

    def __enter__(self) -> Self:
        return self

    def add(self, resource: Resource) -> None:
        """Write one file."""
        self._zip.writestr(resource.path, resource.content)
        self._resources.append(resource.descriptor())

    def add_picture(self, name: str, content: bytes) -> None:
        """Write a picture beside the table of stories."""
        self._zip.writestr(str(PurePosixPath(RECORD, name)), content)

    def __exit__(self, kind: type[BaseException] | None, *_rest: object) -> None:
        if kind is None:
            described = self._head | {"resources": self._resources}
            self._zip.writestr("datapackage.json", json.dumps(described, ensure_ascii=False, indent=2) + "\n")
            self._zip.writestr("README.md", self._readme)
        self._zip.close()
