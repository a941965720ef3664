"""Checks a file against the rules and the stored rows, part by part. Gives facts to write, refusals and warnings.

Memory holds only the keys and codes of a file and the numbers that warnings need. The rows are typed again each time
they are needed.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Table

from data.loading.checks import plausibility
from data.loading.checks.cell_types import Dated
from data.loading.checks.plausibility import Outliers
from data.loading.checks.remarks import Finding, Findings, LoadWarning, Refusal, refusal
from data.loading.checks.rules import (
    Fact,
    Setting,
    cycles,
    fact_of,
    refuse_programme,
    refuse_repeated,
    refuse_row,
    refuse_unknown_codes,
)
from data.loading.checks.stored_rows import Key, Stored, key_columns
from data.loading.checks.typed_rows import RowParser, TypedRow
from data.loading.files.sheets import Reading, Sheet
from data.storage.schema import CONTRACT_TABLES, story_image

_TABLES: Mapping[str, Table] = {table.name: table for table in CONTRACT_TABLES}
# The order of warnings about the same cell.
_ORDER = ("no-visit", "outlier", "large-change", "no-training")
_PAIR_COLUMNS = ("before", "after", "operator", "indicator")

Facts = Iterator[list[Fact]]
"""The facts of one table, in parts."""


@dataclass(frozen=True)
class Checked:
    """The result of a check: the tables in the file, their facts, refusals and warnings.

    ``facts`` gives the facts of a table, each merged with the stored row. It can be called again and again. It covers
    every row only if nothing is refused. ``refusals`` and ``warnings`` list at most ``MOST_FINDINGS``; the counts are
    complete.
    """

    tables: tuple[str, ...]
    facts: Callable[[str], Facts]
    refusals: tuple[Refusal, ...]
    refusal_count: int
    warnings: tuple[LoadWarning, ...]
    warning_count: int


def _known_sheets(reading: Reading) -> tuple[dict[str, Sheet], list[Refusal]]:
    sheets: dict[str, Sheet] = {}
    refusals: list[Refusal] = []
    for sheet in reading.sheets:
        if sheet.table not in _TABLES:
            refusals.append(refusal(sheet.spot(), "unknown-table", known=", ".join(_TABLES)))
        elif sheet.table in sheets:
            refusals.append(refusal(sheet.spot(), "second-sheet", table=sheet.table))
        else:
            sheets[sheet.table] = sheet
    return sheets, refusals


class _Check:
    """The check of one file: first collects the codes that rows may refer to, then goes through the rows once."""

    def __init__(self, reading: Reading, stored: Stored, tick: Callable[[int], None]) -> None:
        self.reading = reading
        self.stored = stored
        self.tick = tick
        self.sheets, sheet_refusals = _known_sheets(reading)
        names = [sheet.origin for sheet in reading.sheets]
        self.order = {name: names.index(name) for name in names}
        self.refusals: Findings[Refusal] = Findings(self.in_file_order)
        self.refusals.add([*reading.refusals, *sheet_refusals])
        self.warnings: Findings[LoadWarning] = Findings(
            lambda warning: (self.in_file_order(warning), _ORDER.index(warning.reason))
        )
        tables = [sheet.table for sheet in reading.sheets]
        self.broken = reading.broken | {table for table in tables if tables.count(table) > 1}
        self.programme = list(self.typed("programme"))
        self.units = self.units_of_indicators()
        self.defined = self.defined_codes()
        as_of, public = self.date_and_publicity()
        self.setting = Setting(as_of, reading.folder, self.images(), public=public)
        self.trained: set[str] = set()
        self.first_results: dict[str, int] = {}

    def in_file_order(self, finding: Finding) -> tuple[int, int, int, str]:
        """The sort key that puts findings in the order of the file, from the top."""
        sheet = self.order.get(finding.sheet, -1)
        return (sheet, finding.row or 0, len(finding.cell), finding.cell)

    def parser(self, name: str, *only: str) -> RowParser:
        """The parser of a table's sheet. Columns that depend on a unit need `units` to be known first."""
        units = self.units if name in {"result", "reported_figure", "target"} else {}
        return RowParser(self.sheets[name], _TABLES[name], units, only)

    def typed(self, name: str, *only: str) -> Iterator[TypedRow]:
        """The rows of a table's sheet; no rows if the file has no such sheet."""
        if name in self.sheets:
            for part in self.parser(name, *only).parts():
                yield from part

    def units_of_indicators(self) -> dict[str, str]:
        """The unit of every indicator after the load, by code."""
        units = {key[0]: row["unit"] for key, row in self.stored.rows("indicator").items()}
        for typed in self.typed("indicator", "code", "unit"):
            if {"code", "unit"} <= typed.values.keys():
                units[typed.values["code"]] = typed.values["unit"]
        return units

    def defined_codes(self) -> dict[str, set[str]]:
        """The codes of every table after the load, without tables whose sheet is broken or has no column `code`."""
        codes: dict[str, set[str]] = {}
        for table in CONTRACT_TABLES:
            if key_columns(table) != ("code",) or table.name in self.broken:
                continue
            sheet = self.sheets.get(table.name)
            if sheet is not None and sheet.rows and "code" not in sheet.header.values():
                continue
            codes[table.name] = self.stored.column(table.name, "code")
            codes[table.name].update(
                typed.values["code"] for typed in self.typed(table.name, "code") if "code" in typed.values
            )
        return codes

    def date_and_publicity(self) -> tuple[Dated | None, bool]:
        """The as-of date of the record after the load, and whether the record is public."""
        stored, table = self.stored.rows("programme"), _TABLES["programme"]
        for typed in self.programme:
            key = typed.key(table)
            if key is not None:
                fact = fact_of(table, typed, key, stored.get(key))
                return fact.dated("as_of"), bool(fact.values["public"])
        for row in stored.values():
            return Dated(row["as_of"], row["as_of_precision"] or "day"), bool(row["public"])
        return None, False

    def images(self) -> frozenset[Key]:
        """The stored images, by story and column."""
        if "story" not in self.sheets:
            return frozenset()
        return frozenset((story, f"{side}_image") for story, side in self.stored.keys(story_image))

    def facts(self, name: str) -> Facts:
        """The facts of a sheet without refusals, each merged with the stored row."""
        for part in self.parser(name).parts():
            keys = [typed.key(_TABLES[name]) for typed in part]
            yield self.merge(name, [(key, typed) for key, typed in zip(keys, part, strict=True) if key is not None])

    def merge(self, name: str, rows: list[tuple[Key, TypedRow]]) -> list[Fact]:
        """The facts of these rows, each merged with the stored row of its key."""
        table = _TABLES[name]
        stored = self.stored.matching(table, [key for key, _row in rows])
        return [fact_of(table, row, key, stored.get(key)) for key, row in rows]

    def check_sheet(self, name: str) -> None:
        """Collect the refusals and warnings of one sheet.

        Rows without a readable key and rows that repeat a key are refused and give no fact.
        """
        table, parser = _TABLES[name], self.parser(name)
        indexes: dict[Key, int] = {}
        parents = self.stored_parents(table)
        outliers = Outliers(self.units)
        self.refusals.add(parser.take_refusals())
        done = 0
        for part in parser.parts():
            self.refusals.add(parser.take_refusals())
            facts = self.merge(name, list(self.new_rows(parser, part, done, indexes)))
            self.refusals.add(refuse_unknown_codes(table, part, self.defined))
            self.refusals.add(problem for fact in facts for problem in refuse_row(fact, self.setting))
            if "parent" in table.columns:
                parents.update((fact.key[0], fact.values["parent"]) for fact in facts)
            if name == "training":
                self.trained.update(typed.values["enterprise"] for typed in part if "enterprise" in typed.values)
                self.warnings.add(plausibility.completed_without_visit(facts))
            if name == "result":
                self.warnings.add(plausibility.large_changes(facts, self.units))
                for fact in facts:
                    outliers.add(fact.values, indexes[fact.key])
                    self.first_results.setdefault(fact.key[0], indexes[fact.key])
            done += len(part)
            self.tick(len(part))
        self.find_cycles(parser, parents, indexes)
        self.find_outliers(parser, outliers, indexes)

    def new_rows(
        self, parser: RowParser, part: list[TypedRow], done: int, indexes: dict[Key, int]
    ) -> Iterator[tuple[Key, TypedRow]]:
        """The rows of a part whose key is new. Adds their keys to `indexes`; refuses rows that repeat a key."""
        for index, typed in enumerate(part, start=done):
            key = typed.key(parser.table)
            if key is not None and key in indexes:
                first_row = parser.sheet.rows.numbers[indexes[key]]
                self.refusals.add([refuse_repeated(typed, parser.table, key, first_row)])
            elif key is not None:
                indexes[key] = index
                yield key, typed

    def stored_parents(self, table: Table) -> dict[str, str | None]:
        return dict(self.stored.each(table, ("code", "parent"))) if "parent" in table.columns else {}

    def find_cycles(self, parser: RowParser, parents: Mapping[str, str | None], indexes: Mapping[Key, int]) -> None:
        """Refuse every row whose chain of parents leads back to itself."""
        if "parent" in parser.table.columns:
            cycle_paths = cycles(parents, [code for (code,) in indexes])
            paths = {indexes[(code,)]: " → ".join(path) for code, path in cycle_paths}
            self.refusals.add(
                refusal(typed.spot("parent"), "cycle", path=paths[index]) for index, typed in parser.at(paths)
            )

    def find_outliers(self, parser: RowParser, outliers: Outliers, indexes: Mapping[Key, int]) -> None:
        """Warn of results far from the others. Stored rows that the file does not change count among the others."""
        if parser.table.name != "result":
            return
        keys = key_columns(parser.table)
        for row in self.stored.each(parser.table, (*keys, *_PAIR_COLUMNS)):
            if row[: len(keys)] not in indexes:
                outliers.add_stored(dict(zip(_PAIR_COLUMNS, row[len(keys) :], strict=True)))
        details = dict(outliers.find())
        self.warnings.add(plausibility.outlier(typed, details[index]) for index, typed in parser.at(details))

    def find_untrained(self) -> None:
        """Warn of the first result of every enterprise that has no training, in the file or stored."""
        trained = self.trained | self.stored.column("training", "enterprise")
        indexes = [index for enterprise, index in self.first_results.items() if enterprise not in trained]
        if indexes:
            self.warnings.add(plausibility.no_training(typed) for _index, typed in self.parser("result").at(indexes))

    def run(self, file_name: str) -> Checked:
        """Check every sheet."""
        for name in self.sheets:
            self.check_sheet(name)
        self.find_untrained()
        if "programme" not in self.broken:
            self.refusals.add(refuse_programme(self.programme, _TABLES["programme"], self.stored, file_name))
        return Checked(
            tuple(self.sheets),
            self.facts,
            self.refusals.first(),
            self.refusals.count,
            self.warnings.first(),
            self.warnings.count,
        )


def check(reading: Reading, stored: Stored, file_name: str, tick: Callable[[int], None] = lambda _: None) -> Checked:
    """Check all sheets of `reading`. `tick` receives the number of rows done since its last call."""
    return _Check(reading, stored, tick).run(file_name)
