"""A file held against the rules and what is stored, part by part: facts to be written, refusals and warnings.

Of a long file only keys, codes and the numbers warnings are made of stay in memory; its rows are typed anew whenever
they are asked for.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Table

from data.loading.checks import plausibility
from data.loading.checks.cells import Dated
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
from data.loading.checks.typed_rows import TypedRow, Typist
from data.loading.files.sheets import Reading, Sheet
from data.storage.schema import CONTRACT_TABLES, story_image

_TABLES: Mapping[str, Table] = {table.name: table for table in CONTRACT_TABLES}
# Of warnings about one cell this is the order.
_ORDER = ("no-visit", "outlier", "large-change", "no-training")
_OF_PAIRS = ("before", "after", "operator", "indicator")

Facts = Iterator[list[Fact]]
"""The facts of one table, some at a time."""


@dataclass(frozen=True)
class Checked:
    """What came of it: the tables in the file, their facts, what is to be said about them, and how much there is of it.

    ``facts`` gives the facts of a table, each laid over what is stored, as often as they are wanted; there are some of
    every row only where nothing is refused.
    """

    tables: tuple[str, ...]
    facts: Callable[[str], Facts]
    refusals: tuple[Refusal, ...]
    refused: int
    warnings: tuple[LoadWarning, ...]
    warned: int


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
    """One pass over one file, after a look at what its rows may refer to."""

    def __init__(self, reading: Reading, stored: Stored, tick: Callable[[int], None]) -> None:
        self.reading = reading
        self.stored = stored
        self.tick = tick
        self.sheets, found = _known_sheets(reading)
        names = [sheet.origin for sheet in reading.sheets]
        self.order = {name: names.index(name) for name in names}
        self.refusals: Findings[Refusal] = Findings(self.in_file_order)
        self.refusals.add([*reading.refusals, *found])
        self.warnings: Findings[LoadWarning] = Findings(
            lambda each: (self.in_file_order(each), _ORDER.index(each.reason))
        )
        tables = [sheet.table for sheet in reading.sheets]
        self.broken = reading.broken | {table for table in tables if tables.count(table) > 1}
        self.programme = list(self.typed("programme"))
        self.units = self.units_of_indicators()
        self.defined = self.defined_codes()
        self.setting = Setting(self.as_of(), reading.folder, self.images())
        self.trained: set[str] = set()
        self.first_results: dict[str, int] = {}

    def in_file_order(self, finding: Finding) -> tuple[int, int, int, str]:
        """Findings as someone meets them who goes through the file from the top."""
        sheet = self.order.get(finding.sheet, -1)
        return (sheet, finding.row or 0, len(finding.cell), finding.cell)

    def typist(self, name: str, *only: str) -> Typist:
        """Who types the sheet of a table; of values only once the units are known."""
        units = self.units if name in {"result", "reported_figure", "target"} else {}
        return Typist(self.sheets[name], _TABLES[name], units, only)

    def typed(self, name: str, *only: str) -> Iterator[TypedRow]:
        """The rows of a table's sheet, none where the file has no such sheet."""
        if name in self.sheets:
            for part in self.typist(name, *only).parts():
                yield from part

    def units_of_indicators(self) -> dict[str, str]:
        """The unit of every indicator, as it will stand after the load."""
        units = {key[0]: row["unit"] for key, row in self.stored.rows("indicator").items()}
        for typed in self.typed("indicator", "code", "unit"):
            if {"code", "unit"} <= typed.values.keys():
                units[typed.values["code"]] = typed.values["unit"]
        return units

    def defined_codes(self) -> dict[str, set[str]]:
        """The codes of every table; those of a table whose keys could not all be read are left out."""
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

    def as_of(self) -> Dated | None:
        """The date the record speaks for, as it will stand after the load."""
        stored, table = self.stored.rows("programme"), _TABLES["programme"]
        for typed in self.programme:
            key = typed.key(table)
            if key is not None:
                return fact_of(table, typed, key, stored.get(key)).dated("as_of")
        for row in stored.values():
            return Dated(row["as_of"], row["date_precision"] or "day")
        return None

    def images(self) -> frozenset[Key]:
        """The images on record, by story and column."""
        if "story" not in self.sheets:
            return frozenset()
        return frozenset((story, f"{side}_image") for story, side in self.stored.keys(story_image))

    def facts(self, name: str) -> Facts:
        """The rows of a sheet of which none is refused, each laid over what is stored."""
        for part in self.typist(name).parts():
            keys = [typed.key(_TABLES[name]) for typed in part]
            yield self.laid_over(name, [(key, typed) for key, typed in zip(keys, part, strict=True) if key is not None])

    def laid_over(self, name: str, typed: list[tuple[Key, TypedRow]]) -> list[Fact]:
        table = _TABLES[name]
        stored = self.stored.matching(table, [key for key, _row in typed])
        return [fact_of(table, row, key, stored.get(key)) for key, row in typed]

    def judge(self, name: str) -> None:
        """Collect what the rows of one sheet get wrong, and what is worth a second look.

        Rows without a readable key, and repeated ones, are no facts.
        """
        table, typist = _TABLES[name], self.typist(name)
        places: dict[Key, int] = {}
        parents = self.stored_parents(table)
        outliers = Outliers(self.units)
        self.refusals.add(typist.take_refusals())
        done = 0
        for part in typist.parts():
            self.refusals.add(typist.take_refusals())
            facts = self.laid_over(name, list(self.new(typist, part, done, places)))
            self.refusals.add(refuse_unknown_codes(table, part, self.defined))
            self.refusals.add(found for fact in facts for found in refuse_row(fact, self.setting))
            if "parent" in table.columns:
                parents.update((fact.key[0], fact.values["parent"]) for fact in facts)
            if name == "training":
                self.trained.update(typed.values["enterprise"] for typed in part if "enterprise" in typed.values)
                self.warnings.add(plausibility.completed_without_visit(facts))
            if name == "result":
                self.warnings.add(plausibility.large_changes(facts, self.units))
                for fact in facts:
                    outliers.add(fact.values, places[fact.key])
                    self.first_results.setdefault(fact.key[0], places[fact.key])
            done += len(part)
            self.tick(len(part))
        self.find_cycles(typist, parents, places)
        self.find_outliers(typist, outliers, places)

    def new(
        self, typist: Typist, part: list[TypedRow], done: int, places: dict[Key, int]
    ) -> Iterator[tuple[Key, TypedRow]]:
        """The rows of a part whose key is new, noted in `places`; every other with a key is refused."""
        for place, typed in enumerate(part, start=done):
            key = typed.key(typist.table)
            if key is not None and key in places:
                first_row = typist.sheet.rows.numbers[places[key]]
                self.refusals.add([refuse_repeated(typed, typist.table, key, first_row)])
            elif key is not None:
                places[key] = place
                yield key, typed

    def stored_parents(self, table: Table) -> dict[str, str | None]:
        return dict(self.stored.each(table, ("code", "parent"))) if "parent" in table.columns else {}

    def find_cycles(self, typist: Typist, parents: Mapping[str, str | None], places: Mapping[Key, int]) -> None:
        """Refuse every row that is, over its parents, its own parent."""
        if "parent" in typist.table.columns:
            paths = cycles(parents, [code for (code,) in places])
            found = {places[(code,)]: " → ".join(path) for code, path in paths}
            self.refusals.add(refusal(typed.spot("parent"), "cycle", path=found[at]) for at, typed in typist.at(found))

    def find_outliers(self, typist: Typist, outliers: Outliers, places: Mapping[Key, int]) -> None:
        """Warn of results far from the others, those stored that the file leaves alone among them."""
        if typist.table.name != "result":
            return
        keys = key_columns(typist.table)
        for row in self.stored.each(typist.table, (*keys, *_OF_PAIRS)):
            if row[: len(keys)] not in places:
                outliers.add_stored(dict(zip(_OF_PAIRS, row[len(keys) :], strict=True)))
        found = dict(outliers.found())
        self.warnings.add(plausibility.outlier(typed, found[at]) for at, typed in typist.at(found))

    def find_untrained(self) -> None:
        """Warn of the first result of every enterprise that has no training, in the file or stored."""
        trained = self.trained | self.stored.column("training", "enterprise")
        found = [place for enterprise, place in self.first_results.items() if enterprise not in trained]
        if found:
            self.warnings.add(plausibility.no_training(typed) for _at, typed in self.typist("result").at(found))

    def run(self, file_name: str) -> Checked:
        """Hold every sheet against the rules."""
        for name in self.sheets:
            self.judge(name)
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
    """Hold everything in `reading` against the rules; `tick` hears how many rows were done since the last call."""
    return _Check(reading, stored, tick).run(file_name)
