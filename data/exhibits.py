"""The exhibits: code → table with fixed columns, with what it rests on. The one path every number takes to a viewer."""

import csv
import io
import math
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import date
from functools import cached_property
from typing import Any

import pandas as pd
from sqlalchemy import Connection

from data import measures, queries
from data.access import Permission, Slice, Viewer
from data.catalogue import Catalogue, Entry
from data.filters import Filters


@dataclass(frozen=True)
class Coverage:
    """Pairs, the enterprises they are ``paired`` from, and how many reported anything, were trained, are enrolled."""

    pairs: int = 0
    paired: int = 0
    reported: int = 0
    trained: int = 0
    enterprises: int = 0


@dataclass(frozen=True)
class Exhibit:
    """One exhibit as a viewer may see it: its table, and what the numbers rest on.

    ``sources`` maps source codes to the number of rows taken from each; ``unsourced`` rows name none.
    """

    code: str
    table: pd.DataFrame
    coverage: Coverage
    as_of: date
    sources: dict[str, int]
    unsourced: int


@dataclass(frozen=True)
class View:
    """Everything an exhibit is made from: a connection, the reference tables, who asks and what is left for them."""

    connection: Connection
    catalogue: Catalogue
    viewer: Viewer
    of: Slice

    @classmethod
    def asked(cls, connection: Connection, catalogue: Catalogue, viewer: Viewer, filters: Filters) -> "View":
        """The view of `filters` inside what `viewer` may see."""
        return cls(connection, catalogue, viewer, viewer.scope.narrow(filters, catalogue))

    @cached_property
    def coverage(self) -> Coverage:
        """The coverage line every exhibit of this view carries."""
        return Coverage(**queries.coverage_totals(self.connection, self.of))

    @property
    def sees_names(self) -> bool:
        """May the viewer see which enterprise is which?"""
        return self.viewer.may(Permission.SEE_NAMES)

    def enterprises(self, codes: Iterable[str]) -> dict[str, Entry]:
        """Enterprises by code, for viewers who may see names; nothing for others."""
        return queries.enterprise_entries(self.connection, sorted(set(codes))) if self.sees_names else {}


def _overview(view: View) -> pd.DataFrame:
    n = queries.overview_counts(view.connection, view.of)
    n = {"trainings": 0, "trainings_with_head_count": 0, "trainings_with_women": 0, "workers_unknown": 0} | n
    started, sized = n["trainings"], n["trained"] - n["workers_unknown"]
    workers = _sum(n, "workers_reached", of=n["trained"], known=sized)
    people = _sum(n, "people_trained", of=started, known=n["trainings_with_head_count"])
    women = _sum(n, "women_trained", of=started, known=n["trainings_with_women"])
    visits = _sum(n, "visits", of=started, known=n["trainings_with_visits"])
    heads = f"participations; one person in two modules counts twice; head counts of {n['trainings_with_head_count']}"
    gender = f"participations; women counted in {n['trainings_with_women']} of {started} trainings"
    rows: list[tuple[str, int | None, int | None, str]] = [
        ("enterprises", n["enterprises"], None, "distinct enterprises enrolled"),
        ("trained", n["trained"], n["enterprises"], "of the enterprises enrolled"),
        ("workers_reached", workers, None, f"employed by the {sized} trained enterprises whose size is known"),
        ("workers_unknown", n["workers_unknown"], n["trained"], "trained enterprises whose size is unknown"),
        ("people_trained", people, None, f"{heads} of {started} trainings"),
        ("women_trained", women, people, gender),
        ("visits", visits, n.get("visits_planned") if n["modules_planned"] else 0, "in-factory visits, of planned"),
        ("modules_completed", n["modules_completed"], n["modules_planned"], "enterprise × module, of those planned"),
        ("rounds", n["rounds"], n["rounds_on_record"], "rounds with an enterprise on record, of the rounds on record"),
        ("places", n["places"], None, "places with an enterprise"),
        ("partners", n["partners"], None, "partners of these rounds, in any role"),
    ]
    return pd.DataFrame(rows, columns=["headline", "value", "of", "note"])


def _sum(counts: dict[str, int], name: str, *, of: int, known: int) -> int | None:
    """A sum over `of` terms of which `known` are known: 0 of nothing, unknown where none is known."""
    return counts.get(name, 0) if known or not of else None


REGION_COLUMNS = (
    "place", "name_en", "name_zh", "level", "province",
    "enterprises", "trained", "m1_completed", "modules_completed", "workers",
)  # fmt: skip
NOT_GIVEN = ("Place not given", "地点未说明")


def _regions(view: View) -> pd.DataFrame:
    frame = queries.place_counts(view.connection, view.of)
    entries = [view.catalogue.place.get(code) for code in frame["place"]]
    frame["name_en"] = [entry.name_en if entry else NOT_GIVEN[0] for entry in entries]
    frame["name_zh"] = [entry.name_zh if entry else NOT_GIVEN[1] for entry in entries]
    frame["level"] = [entry.columns["level"] if entry else None for entry in entries]
    frame["province"] = [view.catalogue.province(code) for code in frame["place"]]
    return frame[[*REGION_COLUMNS, "workers_unknown"]]


FUNNEL_STEPS = ("workshop", "visited", "assessed", "completed")


def _module_funnel(view: View) -> pd.DataFrame:
    codes = [code for code in view.catalogue.module if view.of.module is None or code in view.of.module]
    counted = queries.module_steps(view.connection, view.of).set_index("module")
    frame = counted.reindex(codes).fillna(0).astype(int).rename_axis("module").reset_index()
    return measures.funnel_shares(frame, FUNNEL_STEPS)


def _journey(view: View) -> pd.DataFrame:
    frame = queries.journey_counts(view.connection, view.of)
    counts = frame["enterprises"].astype(float)
    frame["share_of_first"] = counts / counts.iloc[0] if counts.iloc[0] else math.nan
    before = counts.shift()
    frame["share_of_previous"] = counts / before.where(before > 0)
    return frame


def _breadth(view: View) -> pd.DataFrame:
    completed = queries.completed_module_counts(view.connection, view.of)
    return measures.at_least(completed, len(view.catalogue.module))


def _matrix(view: View) -> pd.DataFrame:
    return _named(view, queries.enterprise_states(view.connection, view.of))


def paired(view: View, indicator: str | None = None) -> pd.DataFrame:
    """The pairs with their change and verdict, of one indicator or of all."""
    better = {code: entry.columns["better"] for code, entry in view.catalogue.indicator.items()}
    pairs = measures.with_change(queries.paired_results(view.connection, view.of, indicator), better)
    order = {code: at for at, code in enumerate(view.catalogue.indicator)}
    return _named(
        view, pairs.sort_values(["indicator", "enterprise"], key=lambda c: c.map(order) if c.name == "indicator" else c)
    )


def beside(view: View, indicator: str | None = None) -> pd.DataFrame:
    """The result rows that are no pairs: bounds, changes without levels, counts and single levels."""
    return _named(view, queries.other_facts(view.connection, view.of, indicator))


def _change(view: View) -> pd.DataFrame:
    pairs = paired(view)
    counted = queries.other_fact_counts(view.connection, view.of).set_index("indicator")["other_facts"]
    rows = []
    for code, entry in view.catalogue.indicator.items():
        if code in counted.index:
            unit, better = entry.columns["unit"], entry.columns["better"]
            numbers = measures.change(pairs[pairs["indicator"] == code], unit=unit, better=better)
            row = {"indicator": code, "unit": unit, "better": better, **asdict(numbers)}
            rows.append({**row, "other_facts": int(counted[code])})
    columns = [
        "indicator", "unit", "better",
        *measures.Change.__dataclass_fields__,
        "other_facts",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _coverage(view: View) -> pd.DataFrame:
    frame = queries.coverage_counts(view.connection, view.of)
    if frame.empty:
        frame.loc[0] = {"group_kind": "total", "group": "", **dict.fromkeys(frame.columns[2:], 0)}
    frame["reported_share"] = frame["trained_reported"] / frame["trained"].astype(float).where(frame["trained"] > 0)
    kinds = {kind: at for at, kind in enumerate(("total", "partner", "sector", "round"))}
    order = {
        kind: {code: at for at, code in enumerate(view.catalogue.table(kind))}
        for kind in ("partner", "sector", "round")
    }
    place = [
        (kinds[kind], order.get(kind, {}).get(group, math.inf))
        for kind, group in zip(frame["group_kind"], frame["group"], strict=True)
    ]
    return frame.iloc[sorted(range(len(frame)), key=place.__getitem__)].reset_index(drop=True)


def _published(view: View) -> pd.DataFrame:
    frame = queries.reported_figures(view.connection, view.of)
    return frame.rename(columns={"code": "figure"}).drop(columns="phase").rename(columns={"of_phase": "phase"})


def _named(view: View, frame: pd.DataFrame) -> pd.DataFrame:
    """Codes of enterprises where the viewer may see names, else "enterprise-1…n" in an order that tells nothing."""
    if view.sees_names:
        return frame
    codes = sorted(frame["enterprise"].unique(), key=view.viewer.alias_order)
    return frame.assign(
        enterprise=frame["enterprise"].map({code: f"enterprise-{n}" for n, code in enumerate(codes, 1)})
    )


@dataclass(frozen=True)
class Definition:
    """How one exhibit is made: its rows, the columns everyone gets, and what it rests on."""

    make: Callable[[View], pd.DataFrame]
    columns: tuple[str, ...]
    rests_on: str  # trainings, results or figures


_SHARES = tuple(f"{step}_share" for step in FUNNEL_STEPS)

EXHIBITS: dict[str, Definition] = {
    "overview": Definition(_overview, ("headline", "value", "of", "note"), "trainings"),
    "regions": Definition(_regions, REGION_COLUMNS, "trainings"),
    "module-funnel": Definition(
        _module_funnel,
        (
            "module", "planned", *FUNNEL_STEPS, "visited_without_record", "assessed_without_record",
            "in_progress", "dropped", "overdue", "not_yet_due", *_SHARES,
        ),
        "trainings",
    ),
    "journey-funnel": Definition(
        _journey, ("stage", "enterprises", "without_record", "share_of_first", "share_of_previous"), "trainings"
    ),
    "breadth": Definition(_breadth, ("modules_at_least", "enterprises"), "trainings"),
    "matrix": Definition(_matrix, ("enterprise", "module", "state", "round"), "trainings"),
    "change": Definition(
        _change,
        ("indicator", "unit", "better", *measures.Change.__dataclass_fields__, "other_facts"),
        "results",
    ),
    "pairs": Definition(
        paired,
        (
            "enterprise", "indicator", "before", "after", "change", "relative_change", "verdict",
            "round", "module", "source",
        ),
        "results",
    ),
    "coverage": Definition(
        _coverage, ("group_kind", "group", "trained", "reported", "paired", "reported_share"), "results"
    ),
    "published": Definition(
        _published,
        ("figure", "indicator", "place", "phase", "as_of", "operator", "value", "unit", "base", "source"),
        "figures",
    ),
}  # fmt: skip


def build(view: View, code: str) -> Exhibit:
    """The exhibit `code` of a view; KeyError where there is no such exhibit.

    ``table`` holds the columns of its :class:`Definition` first, then what the page's chart draws besides.
    """
    definition = EXHIBITS[code]
    table = definition.make(view)
    rest = [column for column in table.columns if column not in definition.columns]
    sources, unsourced = _rests_on(view, definition, table)
    return Exhibit(code, table[[*definition.columns, *rest]], view.coverage, view.of.as_of, sources, unsourced)


def build_pairs(view: View, indicator: str) -> Exhibit:
    """The exhibit `pairs` of one indicator alone."""
    table = paired(view, indicator)
    sources, unsourced = _counted(queries.sources_of_results(view.connection, view.of, indicator))
    return Exhibit("pairs", table, view.coverage, view.of.as_of, sources, unsourced)


def _rests_on(view: View, definition: Definition, table: pd.DataFrame) -> tuple[dict[str, int], int]:
    """Source codes with the rows taken from each, and the rows that name none."""
    if definition.rests_on == "figures":
        return _counted(table.groupby("source", dropna=False).size().rename("rows").reset_index())
    if definition.rests_on == "results":
        return _counted(queries.sources_of_results(view.connection, view.of))
    return _counted(queries.sources_of_trainings(view.connection, view.of))


def _counted(frame: pd.DataFrame) -> tuple[dict[str, int], int]:
    known = frame[frame["source"].notna()]
    sources = {str(code): int(rows) for code, rows in zip(known["source"], known["rows"], strict=True)}
    return sources, int(frame.loc[frame["source"].isna(), "rows"].sum())


def to_csv(exhibit: Exhibit) -> str:
    """The exhibit's fixed columns as CSV: header, blanks where there is no value, shares to 6 significant digits."""
    columns = EXHIBITS[exhibit.code].columns
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for row in exhibit.table[list(columns)].itertuples(index=False):
        writer.writerow(_cell(value, name) for name, value in zip(columns, row, strict=True))
    return text.getvalue()


_SIX_DIGITS = ("_share", "share_of_first", "share_of_previous", "relative_change", "better_low", "better_high")


def _cell(value: Any, column: str) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)) or value is pd.NaT:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}" if column.endswith(_SIX_DIGITS) else f"{value:.12g}"
    return str(value)
