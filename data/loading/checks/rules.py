"""What a row must obey beyond its cells: within itself, within the file, and together with what is stored."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Table

from data.loading.checks.cells import Dated
from data.loading.checks.remarks import Refusal, Spot, Unfit, refusal
from data.loading.checks.stored_rows import Key, Stored
from data.loading.checks.typed_rows import TypedRow
from data.loading.files.image_check import check_image
from data.storage.schema import Kind, contract_columns

COARSE = ("day", "month", "year")
"""Precisions from fine to coarse."""

# Per table: pairs of dates of which the second is never before the first.
_ORDERS: dict[str, tuple[tuple[str, str], ...]] = {
    "phase": (("starts_on", "ends_on"),),
    "round": (("planned_start", "planned_end"), ("started_on", "ended_on")),
    "enrolment": (("recruited_on", "left_on"),),
    "training": (("workshop_on", "completed_on"),),
    "result": (("before_on", "after_on"),),
    "event": (("starts_on", "ends_on"),),
}
# Per table: the women, and the columns that together are the people they are counted among.
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
    """A new row of which the file says nothing."""
    return {c.name: c.info["default"] or ("" if c.info["key"] else None) for c in contract_columns(table)}


@dataclass(frozen=True)
class Fact:
    """One row of the file together with the stored row it would change (None: a new one).

    ``values`` is the row as it would stand afterwards; what was refused in the file is None there.
    """

    table: Table
    key: Key
    typed: TypedRow
    stored: Mapping[str, Any] | None
    values: Mapping[str, Any]

    def dated(self, column: str) -> Dated | None:
        """The date in `column` as precisely as it is known."""
        known = self.values[column]
        if known is None:
            return None
        if column in self.typed.positions or self.stored is None:
            return Dated(known, self.typed.precisions.get(column, "day"))
        return Dated(known, self.stored["date_precision"] or "day")

    def precision(self) -> str | None:
        """The coarsest precision of the row's dates, None where it has none."""
        found = [known.precision for known in map(self.dated, _columns(self.table, Kind.DATE)) if known is not None]
        return max(found, key=COARSE.index, default=None)


@dataclass(frozen=True)
class Setting:
    """What the rules must know beside the row: the date the record speaks for, where images lie, and the images on
    record by story and column.
    """

    as_of: Dated | None
    folder: Path
    images: frozenset[Key] = frozenset()


def fact_of(table: Table, typed: TypedRow, key: Key, stored: Mapping[str, Any] | None) -> Fact:
    """`typed` laid over what is stored: columns the file lacks stay as they are, or take their default."""
    values = _defaults(table)
    kept = {name: stored[name] for name in values} if stored is not None else values
    return Fact(table, key, typed, stored, {**kept, **typed.values, **dict.fromkeys(typed.unfit)})


def before(first: Dated, second: Dated) -> bool:
    """Is `first` surely before `second`? Compared at the coarser of the two precisions."""
    precision = max(first.precision, second.precision, key=COARSE.index)

    def cut(day: date) -> tuple[int, ...]:
        return (day.year, day.month, day.day)[: len(COARSE) - COARSE.index(precision)]

    return cut(first.date) < cut(second.date)


def as_written(known: Dated) -> str:
    """The date as far as it is known: ``2014-05-03``, ``2014-05`` or ``2014``."""
    return known.date.isoformat()[: {"day": 10, "month": 7, "year": 4}[known.precision]]


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
    # A blank part is unknown, and so is the total: nothing can be said then.
    if women is not None and None not in people and women > sum(people):
        yield refusal(fact.typed.spot(column, *among), "women", women=women, total=sum(people), among=" + ".join(among))


def _held_event(fact: Fact, setting: Setting) -> Iterator[Refusal]:
    if fact.table.name != "event" or fact.values["status"] != "held" or setting.as_of is None:
        return
    column = "starts_on" if fact.values["starts_on"] is not None else "ends_on"
    held = fact.dated(column)
    if held is not None and before(setting.as_of, held):
        yield refusal(fact.typed.spot(column, "status"), "future-event", as_of=as_written(setting.as_of))


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
        for column, most in _DEGREES.items():
            if fact.values[column] is not None and abs(fact.values[column]) > most:
                yield refusal(fact.typed.spot(column), "coordinates")


def _on_record(fact: Fact, column: str, setting: Setting) -> bool:
    """Is this the image that is stored, and not sent again?"""
    name = fact.typed.values[column]
    if fact.stored is None or fact.stored[column] != name or (fact.key[0], column) not in setting.images:
        return False
    return not (setting.folder / name).is_file()


def _images(fact: Fact, setting: Setting) -> Iterator[Refusal]:
    for column in _columns(fact.table, Kind.IMAGE):
        name = fact.typed.values.get(column)
        if name is not None and not _on_record(fact, column, setting):
            try:
                check_image(setting.folder, name)
            except Unfit as problem:
                yield refusal(fact.typed.spot(column), problem.reason, **problem.details)


_ROW_RULES: tuple[Callable[[Fact, Setting], Iterator[Refusal]], ...] = (
    _names, _orders, _women, _held_event, _result, _place, _images,
)  # fmt: skip


def refuse_row(fact: Fact, setting: Setting) -> list[Refusal]:
    """Everything wrong with one row by itself."""
    return [found for rule in _ROW_RULES for found in rule(fact, setting)]


def refuse_repeated(typed: TypedRow, table: Table, key: Key, first_row: int) -> Refusal:
    """The refusal of a row whose key an earlier row of its sheet has, which is number `first_row`."""
    names = [column.name for column in table.primary_key]
    words = ", ".join(f"{name} {part}" for name, part in zip(names, key, strict=True) if part != "")
    return refusal(typed.spot(*names), "second-key", first=first_row, sheet=typed.sheet.origin, key=words)


def refuse_unknown_codes(table: Table, rows: Iterable[TypedRow], defined: Mapping[str, set[str]]) -> list[Refusal]:
    """Every code that refers to a row neither stored nor in the file.

    `defined` gives the codes of each table; a table it lacks cannot be judged.
    """
    columns = [c for c in contract_columns(table) if c.info["refers"] in defined]
    return [
        refusal(typed.spot(column.name), "unknown-code", table=column.info["refers"])
        for typed in rows
        for column in columns
        if typed.values.get(column.name) and typed.values[column.name] not in defined[column.info["refers"]]
    ]


def cycles(parents: Mapping[str, str | None], codes: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
    """Every one of `codes` that is, over its `parents`, its own parent, with the path that leads back to it."""
    for code in codes:
        path = [code]
        while (above := parents.get(path[-1])) and above not in path:
            path.append(above)
        if above == code:
            yield code, [*path, above]


def refuse_programme(rows: list[TypedRow], table: Table, stored: Stored, file_name: str) -> list[Refusal]:
    """One programme a database: a second row, another programme than the stored one, or none at all."""
    have = {key[0] for key in stored.rows("programme")}
    refusals = [refusal(typed.spot("code"), "second-programme") for typed in rows[1:]]
    for typed in rows[:1]:
        key = typed.key(table)
        if have and key is not None and key[0] not in have:
            refusals.append(refusal(typed.spot("code"), "other-programme", code=min(have)))
    if not rows and not have:
        refusals.append(refusal(Spot(file_name), "no-programme"))
    return refusals
