"""An open-data package (Frictionless Data Package): CSV files, and a file that describes them."""

import io
import json
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import PurePosixPath
from typing import Any, Self
from zipfile import ZIP_DEFLATED, ZipFile

import pandas as pd
from sqlalchemy import Column, Connection, Table

from data.columns import Column as ExhibitColumn
from data.columns import Holds
from data.exhibit import BuiltExhibit
from data.exhibits import EXHIBITS
from data.exports import record_files
from data.exports.csv_files import blank, dated_columns, to_csv
from data.loading.template.column_notes import TABLES, chinese_note, english_note
from data.privacy.shown import Under, Withheld
from data.storage.schema import CONTRACT_TABLES, Kind, shared_columns

MEDIA_TYPE = "application/zip"

RECORD = "record"
"""The folder of a package with the tables of the record, in the import format."""

_TYPES = {
    Holds.TEXT: "string",
    Holds.DATE: "date",
    Holds.COUNT: "integer",
    Holds.NUMBER: "number",
    Holds.SHARE: "number",
}
_KINDS = {Kind.COUNT: "integer", Kind.NUMBER: "number", Kind.PERCENT: "number", Kind.YES_NO: "boolean"}
"""Field types in the import format. All other kinds are text: a date may be a month, a value may be "yes"."""


@dataclass(frozen=True)
class Described:
    """A text in both languages, written as one string."""

    en: str
    zh: str

    def __str__(self) -> str:
        return self.en if self.en == self.zh else f"{self.en} / {self.zh}"


@dataclass(frozen=True)
class Resource:
    """One file of a package with its description; ``fields`` are those of a Table Schema."""

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
        """The exported columns of an exhibit; withheld values are declared as missing values."""
        code, declared = exhibit.code, EXHIBITS[exhibit.code]
        texts = dated_columns(exhibit.table, declared.exported)
        fields = tuple(
            {"name": each.name, "type": _type(each, texts), "description": str(column(each.name))}
            for each in declared.columns
            if each.exported
        )
        key = declared.key if _is_complete(exhibit.table, declared.key) else ()
        common = (f"<{exhibit.threshold}", "withheld") if exhibit.threshold else ()
        cells = (value for name in declared.exported for value in exhibit.table[name])
        others = {str(value) for value in cells if isinstance(value, (Under, Withheld))}.difference(common)
        missing = ("", *common, *sorted(others))
        content = to_csv(exhibit).encode()
        return cls(code, f"{code}.csv", title, description, fields, key, missing, tuple(sources), content)

    @classmethod
    def of_table(cls, connection: Connection, table: Table) -> Self:
        """A table of the record in the import format."""
        text = io.StringIO()
        record_files.write_table(connection, table, text)
        fields = tuple(_field(table, column) for column in shared_columns(table))
        key = tuple(column.name for column in table.primary_key if column.info["required"])
        whole_key = key if len(key) == len(table.primary_key) else ()
        name = table.name.replace("_", "-")
        description = Described(*TABLES[table.name])
        return cls(
            f"{RECORD}-{name}", f"{RECORD}/{table.name}.csv", description, description, fields, whole_key, ("",), (),
            text.getvalue().encode(),
        )  # fmt: skip

    def descriptor(self) -> dict[str, Any]:
        """The entry of the file in ``datapackage.json``."""
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


def _type(column: ExhibitColumn, texts: Collection[str]) -> str:
    """The field type of a column. Dates of limited precision are `texts`."""
    return "string" if column.name in texts else _TYPES[column.holds]


def _is_complete(table: pd.DataFrame, names: Iterable[str]) -> bool:
    """Does every row have a value in all of these columns?"""
    return not any(blank(value) or value == "" for name in names for value in table[name])


def _field(table: Table, column: Column[Any]) -> dict[str, Any]:
    kind = column.info["kind"]
    description = Described(english_note(column), chinese_note(table, column))
    field: dict[str, Any] = {
        "name": column.name,
        "type": _KINDS.get(kind, "string"),
        "description": str(description).replace("\n", " "),
    }
    return field | ({"trueValues": ["yes"], "falseValues": ["no"]} if kind is Kind.YES_NO else {})


def record_tables(connection: Connection) -> Iterable[Resource]:
    """All tables of the record, made one by one."""
    return (Resource.of_table(connection, table) for table in CONTRACT_TABLES)


class Package:
    """A package that is written file by file. At the end of the ``with`` block the description is added."""

    def __init__(self, to: Any, head: dict[str, Any], readme: str) -> None:
        self._zip = ZipFile(to, "w", ZIP_DEFLATED)
        self._head, self._readme = head, readme
        self._resources: list[dict[str, Any]] = []

    def __enter__(self) -> Self:
        return self

    def add(self, resource: Resource) -> None:
        """Writes one file."""
        self._zip.writestr(resource.path, resource.content)
        self._resources.append(resource.descriptor())

    def add_picture(self, name: str, content: bytes) -> None:
        """Writes a picture into the folder of the table of stories."""
        self._zip.writestr(str(PurePosixPath(RECORD, name)), content)

    def __exit__(self, kind: type[BaseException] | None, *_rest: object) -> None:
        if kind is None:
            descriptor = self._head | {"resources": self._resources}
            self._zip.writestr("datapackage.json", json.dumps(descriptor, ensure_ascii=False, indent=2) + "\n")
            self._zip.writestr("README.md", self._readme)
        self._zip.close()
