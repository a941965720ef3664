"""The whole file held against the rules and what is stored: facts ready to be written, refusals and warnings."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import Table

from data.loading import plausibility
from data.loading.cells import Dated
from data.loading.findings import Finding, LoadWarning, Refusal, refusal
from data.loading.rows import TypedRow, type_sheet
from data.loading.rules import (
    Fact,
    Setting,
    fact_of,
    refuse_cycles,
    refuse_programme,
    refuse_repeated,
    refuse_row,
    refuse_unknown_codes,
)
from data.loading.sheets import Reading, Sheet
from data.loading.stored import Key, Stored, key_columns
from data.schema import CONTRACT_TABLES, story_image

_TABLES: Mapping[str, Table] = {table.name: table for table in CONTRACT_TABLES}


@dataclass(frozen=True)
class Checked:
    """What came of it: the facts of each table in the file, and what is to be said about them."""

    facts: Mapping[str, tuple[Fact, ...]]
    refusals: tuple[Refusal, ...]
    warnings: tuple[LoadWarning, ...]


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
    """One pass over one file."""

    def __init__(self, reading: Reading, stored: Stored, tick: Callable[[int], None]) -> None:
        self.reading = reading
        self.stored = stored
        self.tick = tick
        self.sheets, found = _known_sheets(reading)
        self.refusals = [*reading.refusals, *found]
        tables = [sheet.table for sheet in reading.sheets]
        self.broken = reading.broken | {table for table in tables if tables.count(table) > 1}
        self.rows: dict[str, list[TypedRow]] = defaultdict(list)
        self.facts: dict[str, tuple[Fact, ...]] = {}

    def units(self) -> dict[str, str]:
        """The unit of every indicator, as it will stand after the load."""
        units = {key[0]: row["unit"] for key, row in self.stored.rows("indicator").items()}
        for typed in self.rows["indicator"]:
            if {"code", "unit"} <= typed.values.keys():
                units[typed.values["code"]] = typed.values["unit"]
        return units

    def type_cells(self) -> None:
        """Type every sheet, indicators first since their units say how values are read."""
        for name in sorted(self.sheets, key=lambda table: table != "indicator"):
            units = self.units() if name in {"result", "reported_figure", "target"} else {}
            self.rows[name], found = type_sheet(self.sheets[name], _TABLES[name], units, self.tick)
            self.refusals += found

    def defined(self) -> dict[str, set[str]]:
        """The codes of every table; those of a table whose keys could not all be read are left out."""
        codes: dict[str, set[str]] = {}
        for table in CONTRACT_TABLES:
            if key_columns(table) != ("code",) or table.name in self.broken:
                continue
            sheet = self.sheets.get(table.name)
            if sheet is not None and sheet.rows and "code" not in sheet.header.values():
                continue
            of_file = {typed.values["code"] for typed in self.rows[table.name] if "code" in typed.values}
            codes[table.name] = self.stored.column(table.name, "code") | of_file
        return codes

    def as_of(self) -> Dated | None:
        """The date the record speaks for, as it will stand after the load."""
        for fact in self.facts.get("programme", ()):
            return fact.dated("as_of")
        for row in self.stored.rows("programme").values():
            return Dated(row["as_of"], row["date_precision"] or "day")
        return None

    def images(self) -> frozenset[Key]:
        """The images on record, by story and column."""
        if "story" not in self.sheets:
            return frozenset()
        return frozenset((story, f"{side}_image") for story, side in self.stored.keys(story_image))

    def make_facts(self) -> None:
        """Lay each row over what is stored; rows without a readable key, and repeated ones, are no facts."""
        for name in self.sheets:
            table, facts = _TABLES[name], {}
            stored = self.stored.rows(name)
            for typed in self.rows[name]:
                key = typed.key(table)
                if key is not None and key not in facts:
                    facts[key] = fact_of(table, typed, key, stored.get(key))
            self.facts[name] = tuple(facts.values())

    def hold_against_rules(self, file_name: str) -> None:
        """Collect what each row, the file as a whole, and the file on top of the stored rows get wrong."""
        defined = self.defined()
        setting = Setting(self.as_of(), self.reading.folder, self.images())
        for name in self.sheets:
            table, rows = _TABLES[name], self.rows[name]
            self.refusals += refuse_repeated(table, rows)
            self.refusals += refuse_unknown_codes(table, rows, defined)
            self.refusals += [found for fact in self.facts[name] for found in refuse_row(fact, setting)]
            if "parent" in table.columns:
                self.refusals += refuse_cycles(self.facts[name], self.stored.rows(name))
        if "programme" not in self.broken:
            self.refusals += refuse_programme(self.rows["programme"], _TABLES["programme"], self.stored, file_name)

    def warnings(self) -> list[LoadWarning]:
        """Collect what is worth a second look."""
        units = self.units()
        found: list[LoadWarning] = []
        if "training" in self.facts:
            found += plausibility.completed_without_visit(self.facts["training"])
        if "result" in self.facts:
            facts = self.facts["result"]
            trained = self.stored.column("training", "enterprise")
            trained |= {typed.values.get("enterprise") for typed in self.rows["training"]}
            found += plausibility.outliers(facts, self.stored.rows("result"), units)
            found += plausibility.large_changes(facts, units)
            found += plausibility.results_without_training(facts, trained)
        return found

    def in_file_order(self, finding: Finding) -> tuple[int, int, int, str]:
        """Findings as someone meets them who goes through the file from the top."""
        names = [sheet.origin for sheet in self.reading.sheets]
        sheet = names.index(finding.sheet) if finding.sheet in names else -1
        return (sheet, finding.row or 0, len(finding.cell), finding.cell)


def check(reading: Reading, stored: Stored, file_name: str, tick: Callable[[int], None] = lambda _: None) -> Checked:
    """Hold everything in `reading` against the rules; `tick` hears how many rows were done since the last call."""
    work = _Check(reading, stored, tick)
    work.type_cells()
    work.make_facts()
    work.hold_against_rules(file_name)
    return Checked(
        work.facts,
        tuple(sorted(work.refusals, key=work.in_file_order)),
        tuple(sorted(work.warnings(), key=work.in_file_order)),
    )
