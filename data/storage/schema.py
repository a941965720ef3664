"""The tables of the results database. The loader, the template and the queries all use these definitions.

The ``info`` of a column is for the loader: ``key`` (part of the row's key), ``kind`` (see :class:`Kind`), ``choices``
(closed list of values), ``refers`` (the table whose codes it contains), ``required`` (must not be blank),
``confidential`` (only managers see it). ``doc`` is the note in the template.
"""

from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

from data.vocabulary import HEADLINES, YES_NO

SCHEMA_VERSION = 3

results = MetaData()


class Kind(StrEnum):
    """The kind of value in a cell."""

    CODE = "code"
    TEXT = "text"
    DATE = "date"
    COUNT = "count"  # a whole number, never negative
    NUMBER = "number"
    PERCENT = "percent"  # 0 to 100
    YES_NO = "yes-no"
    VALUE = "value"  # a number or yes/no, depending on the unit of the indicator
    IMAGE = "image"


def _code_point_text(kind: type[String], length: int | None = None) -> String:
    """A text type that every database sorts and compares by code points, whatever its own language is."""
    return kind(length).with_variant(kind(length, collation="C"), "postgresql")


_TYPES: dict[Kind, Any] = {
    Kind.CODE: _code_point_text(String, 80),
    Kind.TEXT: _code_point_text(Text),
    Kind.DATE: Date,
    Kind.COUNT: Integer,
    Kind.NUMBER: Float,
    Kind.PERCENT: Float,
    Kind.YES_NO: Boolean,
    Kind.VALUE: Float,
    Kind.IMAGE: _code_point_text(String, 200),
}

LEVELS = ("country", "province", "city", "county")
PARTNER_KINDS = (
    "employers", "government", "buyer", "provider", "donor", "association", "union", "un", "enterprise",
)  # fmt: skip
ROLES = ("owner", "sponsor", "provider", "funder")
FAMILIES = ("kpi", "practice", "reach", "survey", "capacity", "cost")
UNITS = (
    "percent", "percent-change", "count", "net-count", "count-per-month", "cny", "usd", "days", "kwh-per-unit", YES_NO,
    "other",
)  # fmt: skip
DIRECTIONS = ("up", "down", "context")
OPERATORS = ("=", ">", "<", "~")
SEXES = ("f", "m")
TRAINER_LEVELS = ("candidate", "certified", "expert")
EVENT_KINDS = (
    "tot", "toe", "committee", "licence", "workshop", "seminar", "launch", "visit", "publication",
)  # fmt: skip
EVENT_STATUSES = ("planned", "held", "cancelled")
TARGET_SCOPES = ("m1", "m2-5")
TARGET_LEVELS = ("outcome", "output")
SIDES = ("before", "after")
"""The two sides of a story."""


def precision_of(date_column: str) -> str:
    """The name of the column with the precision of the dates in `date_column`."""
    return f"{date_column}_precision"


def _column(  # noqa: PLR0913 - a column has that many properties
    name: str,
    kind: Kind = Kind.TEXT,
    doc: str = "",
    *,
    key: bool = False,
    blank: bool = True,
    refers: str = "",
    choices: tuple[str, ...] = (),
    default: str = "",
    confidential: bool = False,
) -> Column[Any]:
    """A column of a table. A blank cell of a key column is stored as '', since an SQL key cannot be NULL."""
    info = {
        "kind": kind,
        "key": key,
        "required": not blank,
        "refers": refers,
        "choices": choices,
        "default": default,
        "confidential": confidential,
    }
    return Column(name, _TYPES[kind], primary_key=key, nullable=blank and not key, doc=doc, info=info)


def _key(name: str = "code", refers: str = "", doc: str = "", *, blank: bool = False) -> Column[Any]:
    return _column(name, Kind.CODE, doc, key=True, blank=blank, refers=refers)


def _ref(name: str, refers: str, doc: str = "") -> Column[Any]:
    return _column(name, Kind.CODE, doc, refers=refers)


def _choice(  # noqa: PLR0913 - as above
    name: str, choices: tuple[str, ...], doc: str = "", *, key: bool = False, blank: bool = True, default: str = ""
) -> Column[Any]:
    return _column(name, Kind.CODE, doc, key=key, blank=blank, choices=choices, default=default)


def _names() -> tuple[Column[Any], Column[Any]]:
    return (
        _column("name_en", doc="Name in English; one of the two names is required"),
        _column("name_zh", doc="Name in Chinese; one of the two names is required"),
    )


def _date(name: str, doc: str = "", *, key: bool = False, blank: bool = True) -> tuple[Column[Any], Column[Any]]:
    """A date, and beside it its precision, which the loader writes: one of :data:`data.engine.facts.PRECISIONS`,
    NULL where the date is.
    """
    date = _column(name, Kind.DATE, doc, key=key, blank=blank)
    return date, Column(precision_of(name), String(5), info={"written_by": "loader"})


def _dates(*names: str) -> list[Column[Any]]:
    return [column for name in names for column in _date(name)]


def _counts(*names: str) -> list[Column[Any]]:
    return [_column(name, Kind.COUNT) for name in names]


def _source() -> Column[Any]:
    return _ref("source", "source", "Code of the row of `source` that says this")


def _note() -> Column[Any]:
    return _column("note")


programme = Table(
    "programme", results,
    _key(doc="One programme a database"),
    *_names(),
    *_date("as_of", "The date the record speaks for", blank=False),
    _column("synthetic", Kind.YES_NO, "Is this invented data?", blank=False),
    _column("public", Kind.YES_NO, "Is every fact in it already published?", blank=False),
    _column("note_en", doc="What readers should know of the record, in English"),
    _column("note_zh", doc="What readers should know of the record, in Chinese"),
    _column("contact", doc="Whom readers may ask: an office, its address and telephone"),
    _column("iati_activity", doc="Identifier of the activity in the IATI registry"),
)  # fmt: skip

source = Table(
    "source", results,
    _key(),
    _column("title_en"), _column("title_zh"), _column("publisher"),
    *_dates("published_on"),
    _column("url"),
)  # fmt: skip

phase = Table("phase", results, _key(), *_names(), *_dates("starts_on", "ends_on"), _source())

place = Table(
    "place", results,
    _key(doc="GB/T 2260, six digits, inside China; x-… elsewhere"),
    *_names(),
    _choice("level", LEVELS, blank=False),
    _ref("parent", "place", "The place this one lies in"),
    _column("latitude", Kind.NUMBER, "WGS84, degrees north"),
    _column("longitude", Kind.NUMBER, "WGS84, degrees east"),
)  # fmt: skip

sector = Table("sector", results, _key(), *_names(), _column("isic", doc="ISIC Rev. 4 division"))

partner = Table(
    "partner", results,
    _key(), *_names(),
    _choice("kind", PARTNER_KINDS, blank=False),
    _ref("parent", "partner", "The partner it belongs to; a child counts for its parent"),
)  # fmt: skip

module = Table(
    "module", results, _key(doc="m1, m2, …"), _column("position", Kind.COUNT, blank=False), *_names()
)  # fmt: skip

indicator = Table(
    "indicator", results,
    _key(), *_names(),
    _choice("family", FAMILIES, blank=False),
    _choice("unit", UNITS, blank=False),
    _column("key", Kind.YES_NO, "Does it lead charts and pages?"),
    _column("sdg", doc="Target of the Sustainable Development Goals, such as 8.2"),
    _choice("better", DIRECTIONS, "Which direction is good; context: neither", blank=False),
    _column("definition_en"), _column("definition_zh"),
)  # fmt: skip

round_ = Table(
    "round", results,
    _key(), *_names(),
    _ref("phase", "phase"),
    _column("number", Kind.COUNT, "1 = first batch"),
    *_counts("planned_enterprises"),
    *_dates("planned_start", "planned_end", "started_on", "ended_on"),
    _source(),
)  # fmt: skip

round_place = Table("round_place", results, _key("round", "round"), _key("place", "place"))

round_partner = Table(
    "round_partner", results,
    _key("round", "round"), _key("partner", "partner"),
    _choice("role", ROLES, key=True, blank=False),
    _source(), _note(),
)  # fmt: skip

enterprise = Table(
    "enterprise", results,
    _key(), *_names(),
    _column("may_be_named", Kind.YES_NO, "May its name be shown?"),
    _ref("place", "place"), _ref("sector", "sector"),
    _column("workers", Kind.COUNT, "People employed"), _column("workers_women", Kind.COUNT, "Of them women"),
    _source(), _note(),
    _column("contact", doc="Whom to telephone in the office of the enterprise", confidential=True),
)  # fmt: skip

enrolment = Table(
    "enrolment", results,
    _key("enterprise", "enterprise"), _key("round", "round"),
    *_dates("recruited_on", "baseline_on", "left_on"),
    _column("left_reason"),
    _source(),
)  # fmt: skip

training = Table(
    "training", results,
    _key("enterprise", "enterprise"), _key("round", "round"), _key("module", "module"),
    *_dates("due_on", "workshop_on"),
    *_counts("visits_planned", "visits_done"),
    *_dates("assessed_on", "completed_on", "dropped_on"),
    _column("managers", Kind.COUNT, "Managers who took part"),
    _column("workers", Kind.COUNT, "Workers who took part"),
    _column("women", Kind.COUNT, "Of managers and workers together, women"),
    _column("satisfaction", Kind.PERCENT, "0 to 100"),
    _source(), _note(),
)  # fmt: skip

result = Table(
    "result", results,
    _key("enterprise", "enterprise"),
    _key("round", "round", "May be blank", blank=True),
    _key("module", "module", "May be blank", blank=True),
    _key("indicator", "indicator"),
    _column("before", Kind.VALUE), *_dates("before_on"),
    _column("after", Kind.VALUE), *_dates("after_on"),
    _column("change_percent", Kind.NUMBER, "Only where no levels are known"),
    _choice("operator", OPERATORS, "= (default), > more than, < less than, ~ about", default="="),
    _column("months", Kind.NUMBER, "Length of the period the value speaks for"),
    _column("verified", Kind.YES_NO),
    _source(), _note(),
)  # fmt: skip

reported_figure = Table(
    "reported_figure", results,
    _key(),
    _column("indicator", Kind.CODE, blank=False, refers="indicator"),
    _ref("place", "place"), _ref("phase", "phase"), _ref("round", "round"), _ref("partner", "partner"),
    _choice("scope", TARGET_SCOPES, "As in `target`"),
    *_dates("as_of"),
    _column("value", Kind.NUMBER, blank=False),
    _column("women_percent", Kind.PERCENT),
    _choice("operator", OPERATORS, "= (default), > more than, < less than, ~ about", default="="),
    _column("base", Kind.COUNT, "The n the source gives"),
    _source(), _note(),
)  # fmt: skip

target = Table(
    "target", results,
    _key("indicator", "indicator"), _key("place", "place"),
    *_date("due_on", key=True, blank=False),
    _choice("scope", TARGET_SCOPES, "Blank, m1 or m2-5", key=True),
    _column("baseline", Kind.NUMBER, "The value before the programme"), *_date("baseline_on"),
    _column("value", Kind.NUMBER, "Zero is a legal target", blank=False),
    _column("women_percent", Kind.PERCENT),
    _choice("measure", HEADLINES, "The headline number that is the actual value, instead of reported figures"),
    _choice("level", TARGET_LEVELS, "Level in the results framework"),
    _column("comment_en"), _column("comment_zh"),
    _source(),
)  # fmt: skip

trainer = Table(
    "trainer", results,
    _key(doc="No personal names"),
    _choice("sex", SEXES), _ref("organisation", "partner"), _ref("place", "place"), _source(),
)  # fmt: skip

trainer_level = Table(
    "trainer_level", results,
    _key("trainer", "trainer"), _key("module", "module"),
    _choice("level", TRAINER_LEVELS, key=True, blank=False),
    *_dates("reached_on"),
    _source(),
)  # fmt: skip

event = Table(
    "event", results,
    _key(),
    _choice("kind", EVENT_KINDS, blank=False),
    *_names(),
    _ref("place", "place"), _ref("module", "module"), _ref("round", "round"),
    _choice("status", EVENT_STATUSES, blank=False),
    *_dates("starts_on", "ends_on"),
    _column("participants", Kind.COUNT), _column("women", Kind.COUNT, "Of the participants"),
    _source(), _note(),
)  # fmt: skip

event_partner = Table("event_partner", results, _key("event", "event"), _key("partner", "partner"))

story = Table(
    "story", results,
    _key(),
    _ref("enterprise", "enterprise"), _ref("round", "round"), _ref("module", "module"),
    _column("title_en"), _column("title_zh"),
    _column("before_en"), _column("before_zh"), _column("after_en"), _column("after_zh"),
    _column("before_image", Kind.IMAGE, "File name beside the sheet, PNG or JPEG"),
    _column("after_image", Kind.IMAGE, "File name beside the sheet, PNG or JPEG"),
    _source(),
)  # fmt: skip

CONTRACT_TABLES: tuple[Table, ...] = tuple(results.tables.values())
"""The tables that people fill in, in the order of the import format."""

# One row per load, written by the loader. The highest number is the data version.
batch = Table(
    "batch", results,
    Column("number", Integer, primary_key=True),
    Column("loaded_at", DateTime, nullable=False),
    Column("origin", Text, nullable=False),
    Column("added_count", Integer, nullable=False),
    Column("changed_count", Integer, nullable=False),
    Column("schema_version", Integer, nullable=False),
    Column("loaded_by", Text),  # the email address of a manager; NULL: loaded on the command line
    Column("undoes", Integer),  # the number of the batch this one rolled back
)  # fmt: skip

# The changes of each batch, row by row, for a roll-back. The batch that created the database has none: its rows are
# those that no other batch added.
batch_change = Table(
    "batch_change", results,
    Column("batch", Integer, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("table_name", String(80), nullable=False),
    Column("row_key", String(400), nullable=False),  # the key's parts as JSON, in the order of the table
    Column("before", JSON(none_as_null=True)),  # the row's values by column; NULL: the row was added
    Column("after", JSON(none_as_null=True)),  # NULL: the row was deleted
    Index("batch_change_row", "table_name", "row_key"),
)  # fmt: skip

# The pictures of stories as shown: checked, reduced in size, without the metadata of a camera.
story_image = Table(
    "story_image", results,
    Column("story", String(80), primary_key=True),
    Column("side", String(6), primary_key=True),  # before or after
    Column("media_type", String(20), nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
)  # fmt: skip


def contract_columns(table: Table) -> list[Column[Any]]:
    """The columns of `table` that a person fills in, in order."""
    return [column for column in table.columns if "written_by" not in column.info]


def shared_columns(table: Table) -> list[Column[Any]]:
    """The columns of `table` that a package or an edition has: those of the import format that are not confidential."""
    return [column for column in contract_columns(table) if not column.info["confidential"]]


CONFIDENTIAL = tuple(
    column for table in CONTRACT_TABLES for column in contract_columns(table) if column.info["confidential"]
)
"""Columns that only managers see. They never leave the results database with a package or an edition."""
