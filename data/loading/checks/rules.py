"""Rules for a whole row: between its columns, between the rows of the file, and with the stored rows."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Table

from data.engine.precision import first_day, last_day, written
from data.loading.checks.cell_types import Dated
from data.loading.checks.remarks import Refusal, Spot, Unfit, refusal
from data.loading.checks.stored_rows import Key, Stored
from data.loading.checks.typed_rows import TypedRow
from data.loading.files.image_check import check_image
from data.storage.schema import Kind, contract_columns, precision_of

# Per table: pairs of dates. The second date must not be before the first.
_ORDERS: dict[str, tuple[tuple[str, str], ...]] = {
    "phase": (("starts_on", "ends_on"),),
    "round": (("planned_start", "planned_end"), ("started_on", "ended_on")),
    "enrolment": (("recruited_on", "left_on"), ("baseline_on", "left_on")),
    "training": (
        ("workshop_on", "assessed_on"),
        ("workshop_on", "completed_on"),
        ("assessed_on", "completed_on"),
        ("workshop_on", "dropped_on"),
    ),
    "result": (("before_on", "after_on"),),
    "target": (("baseline_on", "due_on"),),
    "event": (("starts_on", "ends_on"),),
}
# Per table: the column of women, and the columns whose sum is the total number of people.
_WOMEN: dict[str, tuple[str, tuple[str, ...]]] = {
    "enterprise": ("workers_women", ("workers",)),
    "training": ("women", ("managers", "workers")),
    "event": ("women", ("participants",)),
}
_DEGREES = {"latitude": 90, "longitude": 180}


@cache
def _columns(table: Table, kind: Kind) -> tuple[str, ...]:
    return tuple(column.name for column in contract_columns(table) if column.info["kind"] is kind)


@cache
def _defaults(table: Table) -> dict[str, Any]:
    """The values of a new row before the file fills them in."""
    return {c.name: c.info["default"] or ("" if c.info["key"] else None) for c in contract_columns(table)}


@dataclass(frozen=True)
class Fact:
    """One row of the file, together with the stored row it changes (None if the row is new).

    ``values`` is the row after the load. Cells that were refused are None there.
    """

    table: Table
    key: Key
    typed: TypedRow
    stored: Mapping[str, Any] | None
    values: Mapping[str, Any]

    def dated(self, column: str) -> Dated | None:
        """The date in `column` with its precision; None if it is blank."""
        known = self.values[column]
        if known is None:
            return None
        if column in self.typed.positions or self.stored is None:
            return Dated(known, self.typed.precisions.get(column, "day"))
        return Dated(known, self.stored[precision_of(column)] or "day")

    def precisions(self) -> dict[str, str | None]:
        """The precision columns to write: of the dates in the file and, in a new row, of every other date (None)."""
        dates = _columns(self.table, Kind.DATE)
        written = dates if self.stored is None else [name for name in dates if name in self.typed.positions]
        return {precision_of(name): self.typed.precisions.get(name) for name in written}


@dataclass(frozen=True)
class Setting:
    """The context of the rules: the as-of date of the record, the folder of the images, the stored images by story and
    column, and whether the record is ``public``.
    """

    as_of: Dated | None
    folder: Path
    images: frozenset[Key] = frozenset()
    public: bool = False


def fact_of(table: Table, typed: TypedRow, key: Key, stored: Mapping[str, Any] | None) -> Fact:
    """The fact of a row. Columns that are not in the file keep the stored value, or get their default in a new row."""
    values = _defaults(table)
    earlier = {name: stored[name] for name in values} if stored is not None else values
    return Fact(table, key, typed, stored, {**earlier, **typed.values, **dict.fromkeys(typed.unfit)})


def before(first: Dated, second: Dated) -> bool:
    """True if `first` is certainly before `second`: its last day lies before the first day of `second`.

    A ``by`` date as `second` has no first day, so nothing is certainly before it.
    """
    last, start = last_day(first.date, first.precision), first_day(second.date, second.precision)
    return last is not None and start is not None and last < start


def as_written(known: Dated) -> str:
    """The date as people write it in a sheet."""
    return written(known.date, known.precision)


def _names(fact: Fact, _: Setting) -> Iterator[Refusal]:
    if "name_en" not in fact.values or fact.typed.unfit & {"name_en", "name_zh"}:
        return
    if not fact.values["name_en"] and not fact.values["name_zh"]:
        yield refusal(fact.typed.spot("name_en", "name_zh"), "names")


def _orders(fact: Fact, _: Setting) -> Iterator[Refusal]:
    for earlier, later in _ORDERS.get(fact.table.name, ()):
        start, end = fact.dated(earlier), fact.dated(later)
        if start is not None and end is not None and before(end, start):
            yield refusal(
                fact.typed.spot(later, earlier),
                "order",
                later=later,
                later_date=as_written(end),
                earlier=earlier,
                earlier_date=as_written(start),
            )


def _women(fact: Fact, _: Setting) -> Iterator[Refusal]:
    if fact.table.name not in _WOMEN:
        return
    column, among = _WOMEN[fact.table.name]
    women, people = fact.values[column], [fact.values[name] for name in among]
    # If a part is blank, the total is unknown and there is nothing to compare.
    if women is not None and None not in people and women > sum(people):
        yield refusal(fact.typed.spot(column, *among), "women", women=women, total=sum(people), among=" + ".join(among))


def _held_event(fact: Fact, setting: Setting) -> Iterator[Refusal]:
    if fact.table.name != "event" or fact.values["status"] != "held" or setting.as_of is None:
        return
    column = "starts_on" if fact.values["starts_on"] is not None else "ends_on"
    event_date = fact.dated(column)
    if event_date is not None and before(setting.as_of, event_date):
        yield refusal(fact.typed.spot(column, "status"), "future-event", as_of=as_written(setting.as_of))


def _public_source(fact: Fact, setting: Setting) -> Iterator[Refusal]:
    """Every source of a public record has a date: a fact without a date of its own is seen from it."""
    if fact.table.name != "source" or not setting.public or "published_on" in fact.typed.unfit:
        return
    if fact.values["published_on"] is None:
        yield refusal(fact.typed.spot("published_on", "code"), "undated-source")


def _result(fact: Fact, _: Setting) -> Iterator[Refusal]:
    if fact.table.name != "result":
        return
    levels = (fact.values["before"], fact.values["after"])
    if fact.values["change_percent"] is not None and levels != (None, None):
        yield refusal(fact.typed.spot("change_percent", "before", "after"), "change-beside-levels")
    if fact.values["months"] is not None and fact.values["months"] < 0:
        yield refusal(fact.typed.spot("months"), "negative")


def _place(fact: Fact, _: Setting) -> Iterator[Refusal]:
    if fact.table.name == "place":
        for column, limit in _DEGREES.items():
            if fact.values[column] is not None and abs(fact.values[column]) > limit:
                yield refusal(fact.typed.spot(column), "coordinates")


def _is_stored_image(fact: Fact, column: str, setting: Setting) -> bool:
    """True if the image is already stored and was not sent again."""
    name = fact.typed.values[column]
    if fact.stored is None or fact.stored[column] != name or (fact.key[0], column) not in setting.images:
        return False
    return not (setting.folder / name).is_file()


def _images(fact: Fact, setting: Setting) -> Iterator[Refusal]:
    for column in _columns(fact.table, Kind.IMAGE):
        name = fact.typed.values.get(column)
        if name is not None and not _is_stored_image(fact, column, setting):
            try:
                check_image(setting.folder, name)
            except Unfit as problem:
                yield refusal(fact.typed.spot(column), problem.reason, **problem.details)


_ROW_RULES: tuple[Callable[[Fact, Setting], Iterator[Refusal]], ...] = (
    _names, _orders, _women, _held_event, _public_source, _result, _place, _images,
)  # fmt: skip


def refuse_row(fact: Fact, setting: Setting) -> list[Refusal]:
    """The refusals of one row by the rules that need no other row."""
    return [problem for rule in _ROW_RULES for problem in rule(fact, setting)]


def refuse_repeated(typed: TypedRow, table: Table, key: Key, first_row: int) -> Refusal:
    """The refusal of a row that repeats the key of row number `first_row` in the same sheet."""
    names = [column.name for column in table.primary_key]
    words = ", ".join(f"{name} {part}" for name, part in zip(names, key, strict=True) if part != "")
    return refusal(typed.spot(*names), "second-key", first=first_row, sheet=typed.sheet.origin, key=words)


def refuse_unknown_codes(table: Table, rows: Iterable[TypedRow], defined: Mapping[str, set[str]]) -> list[Refusal]:
    """The refusals of codes that refer to a row neither stored nor in the file.

    `defined` gives the codes of each table. References to tables that are not in it are not checked.
    """
    columns = [c for c in contract_columns(table) if c.info["refers"] in defined]
    return [
        refusal(typed.spot(column.name), "unknown-code", table=column.info["refers"])
        for typed in rows
        for column in columns
        if typed.values.get(column.name) and typed.values[column.name] not in defined[column.info["refers"]]
    ]


def cycles(parents: Mapping[str, str | None], codes: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
    """The `codes` whose chain of `parents` leads back to themselves, each with that path."""
    for code in codes:
        path = [code]
        while (above := parents.get(path[-1])) and above not in path:
            path.append(above)
        if above == code:
            yield code, [*path, above]


def refuse_programme(rows: list[TypedRow], table: Table, stored: Stored, file_name: str) -> list[Refusal]:
    """The refusals of a second programme row, of a programme other than the stored one, and of no programme at all."""
    stored_codes = {key[0] for key in stored.rows("programme")}
    refusals = [refusal(typed.spot("code"), "second-programme") for typed in rows[1:]]
    for typed in rows[:1]:
        key = typed.key(table)
        if stored_codes and key is not None and key[0] not in stored_codes:
            refusals.append(refusal(typed.spot("code"), "other-programme", code=min(stored_codes)))
    if not rows and not stored_codes:
        refusals.append(refusal(Spot(file_name), "no-programme"))
    return refusals
