"""The exhibits: code → table with fixed columns, with what it rests on. The one path every number takes to a viewer."""

import csv
import io
import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from data import disclosure, measures, queries
from data.disclosure import Rule, Withheld
from data.facts import FIRST_MODULE
from data.filters import Filters
from data.view import View


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

    ``threshold`` is the fewest enterprises a number of it rests on, where any is withheld (None: none is).
    ``sources`` maps source codes to the number of rows taken from each (None: not told); ``unsourced`` rows name none.
    """

    code: str
    table: pd.DataFrame
    coverage: Coverage
    threshold: int | None
    as_of: date
    sources: dict[str, int | None]
    unsourced: int

    @property
    def withholds(self) -> bool:
        """Is any number of the table or the coverage withheld?"""
        values = (value for column in self.table.columns for value in self.table[column])
        return any(isinstance(value, Withheld) for value in (*values, *vars(self.coverage).values()))


def _counted_table(view: View, question: Callable[[View], pd.DataFrame], rule: Rule) -> pd.DataFrame:
    """The answer to a question, with what a viewer's threshold withholds."""
    frame = question(view)
    if not view.threshold:
        return frame
    return disclosure.withhold(frame, rule, _flags(view, frame, question, rule), view.threshold)


def _flags(view: View, frame: pd.DataFrame, question: Callable[[View], pd.DataFrame], rule: Rule) -> pd.DataFrame:
    """Which counts of a table are withheld by themselves, for their row, or for selections beside this one."""
    return disclosure.flagged(frame, rule, view.threshold or 0, (question(other) for other in view.compared))


COVERAGE = Rule(
    counts=("paired", "reported", "trained", "enterprises"),
    rests={"pairs": ("paired",)},
)  # fmt: skip


def coverage_line(view: View) -> Coverage:
    """The coverage line every exhibit of a view carries."""
    frame = _counted_table(
        view, lambda asked: pd.DataFrame([queries.coverage_totals(asked.connection, asked.of)]), COVERAGE
    )
    return Coverage(**frame.astype(object).iloc[0])  # plain numbers, and withheld ones as they are


_SUMS = ("people_trained", "women_trained", "visits", "visits_planned", "modules_completed", "modules_planned")
OVERVIEW = Rule(
    counts=("enterprises", "trained", "workers_unknown", "workers_known", *(f"{name}_enterprises" for name in _SUMS)),
    rests={
        "workers_reached": ("workers_known",),
        "workers_unknown": ("workers_known", "workers_unknown"),
        **{name: (f"{name}_enterprises",) for name in _SUMS},
    },
)


def _overview_counts(view: View) -> pd.DataFrame:
    """One row with every count a headline needs."""
    n = queries.overview_counts(view.connection, view.of)
    n = {"trainings": 0, "trainings_with_head_count": 0, "trainings_with_women": 0, "workers_unknown": 0} | n
    n["workers_known"] = n["trained"] - n["workers_unknown"]
    started, planned = n["trainings"], n["modules_planned"]
    sums = {
        "workers_reached": _sum(n, "workers_reached", of=n["trained"], known=n["workers_known"]),
        "people_trained": _sum(n, "people_trained", of=started, known=n["trainings_with_head_count"]),
        "women_trained": _sum(n, "women_trained", of=started, known=n["trainings_with_women"]),
        "visits": _sum(n, "visits", of=started, known=n["trainings_with_visits"]),
        "visits_planned": n.get("visits_planned") if planned else 0,
    }
    return pd.DataFrame([n | sums])


def _overview(view: View) -> pd.DataFrame:
    n = _counted_table(view, _overview_counts, OVERVIEW).iloc[0]
    started = n["trainings"]
    size = "employed by the trained enterprises whose size is known"
    heads = "participations; one person in two modules counts twice"
    gender = "participations of women, where they were counted"
    if not view.threshold:
        size = f"employed by the {n['workers_known']} trained enterprises whose size is known"
        heads = f"{heads}; head counts of {n['trainings_with_head_count']} of {started} trainings"
        gender = f"participations; women counted in {n['trainings_with_women']} of {started} trainings"
    # How many rounds there are in all is more than a link says.
    on_record = None if view.viewer.limited else n["rounds_on_record"]
    rows: list[tuple[str, Any, Any, str]] = [
        ("enterprises", n["enterprises"], None, "distinct enterprises enrolled"),
        ("trained", n["trained"], n["enterprises"], "of the enterprises enrolled"),
        ("workers_reached", n["workers_reached"], None, size),
        ("workers_unknown", n["workers_unknown"], n["trained"], "trained enterprises whose size is unknown"),
        ("people_trained", n["people_trained"], None, heads),
        ("women_trained", n["women_trained"], n["people_trained"], gender),
        ("visits", n["visits"], n["visits_planned"], "in-factory visits, of planned"),
        ("modules_completed", n["modules_completed"], n["modules_planned"], "enterprise × module, of those planned"),
        ("rounds", n["rounds"], on_record, "rounds with an enterprise on record, of the rounds on record"),
        ("places", n["places"], None, "places with an enterprise"),
        ("partners", n["partners"], None, "partners of these rounds, in any role"),
    ]
    return pd.DataFrame(rows, columns=["headline", "value", "of", "note"], dtype=object)


def _sum(counts: dict[str, int], name: str, *, of: int, known: int) -> int | None:
    """A sum over `of` terms of which `known` are known: 0 of nothing, unknown where none is known."""
    return counts.get(name, 0) if known or not of else None


REGION_COLUMNS = (
    "place", "name_en", "name_zh", "level", "province",
    "enterprises", "trained", "m1_completed", "modules_completed", "workers",
)  # fmt: skip
NOT_GIVEN = ("Place not given", "地点未说明")


PLACES = Rule(
    key=("place",),
    counts=("enterprises", "trained", "m1_completed", "completed", "workers_known", "workers_unknown"),
    rests={
        "modules_completed": ("completed",),
        "workers": ("workers_known",),
        "workers_unknown": ("workers_known", "workers_unknown"),
    },
)


def _groups(view: View) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Counts of the provinces and of what lies in none, and what is withheld of them."""
    if "groups" not in view.built:
        frame = _grouped(view)
        flags = _flags(view, frame, _grouped, PLACES)
        flags[np.fromiter((view.tells("place", code) for code in flags.index), bool)] = True
        counts = disclosure.counts_of(frame, PLACES)
        flags = disclosure.spread(flags, counts, view.members("place").group_order, view.threshold or 0)
        view.built["groups"] = frame, flags
    found: tuple[pd.DataFrame, pd.DataFrame] = view.built["groups"]
    return found


def _grouped(view: View) -> pd.DataFrame:
    """Counts per province, and per place that lies in none."""
    return queries.place_counts(view.connection, view.of, view.members("place").group_of)


def provinces(view: View) -> pd.DataFrame:
    """Counts per province with everything below it: place, and the columns of :data:`REGION_COLUMNS` that count."""
    if view.threshold:
        frame = _by_size(disclosure.withhold(_groups(view)[0], PLACES, _groups(view)[1], view.threshold))
    else:
        frame = _grouped(view)
    known = {view.catalogue.province(code) for code in view.catalogue.place} - {None}
    return frame[frame["place"].isin(known)].reset_index(drop=True)


def _by_size(frame: pd.DataFrame) -> pd.DataFrame:
    """Places by what is shown of their size: the order by their true size would tell it."""
    by_code = frame.sort_values("place", na_position="last")
    return by_code.sort_values("enterprises", ascending=False, na_position="last", kind="stable", ignore_index=True)


def _place_counts(view: View) -> pd.DataFrame:
    return queries.place_counts(view.connection, view.of)


def _regions(view: View) -> pd.DataFrame:
    frame = _place_counts(view)
    if view.threshold:
        flags = _flags(view, frame, _place_counts, PLACES)
        flags[np.fromiter((view.tells("place", code, exactly=True) for code in flags.index), bool)] = True
        counts = disclosure.counts_of(frame, PLACES)
        flags = disclosure.spread_values(flags, counts, view.members("place"), _groups(view)[1], view.threshold)
        frame = _by_size(disclosure.withhold(frame, PLACES, flags, view.threshold))
    entries = [view.catalogue.place.get(code) for code in frame["place"]]
    frame["name_en"] = [entry.name_en if entry else NOT_GIVEN[0] for entry in entries]
    frame["name_zh"] = [entry.name_zh if entry else NOT_GIVEN[1] for entry in entries]
    frame["level"] = [entry.columns["level"] if entry else None for entry in entries]
    frame["province"] = [view.catalogue.province(code) for code in frame["place"]]
    return frame[[*REGION_COLUMNS, "workers_unknown"]]


def option_counts(view: View, dimension: str) -> dict[str, int | None]:
    """Enterprises per code of one filter under the others, as the filter offers them; None where that is withheld."""
    others = view.with_filters(view.filters.without(dimension))
    if others.refusal:
        return dict.fromkeys(view.visible(dimension))

    def question(asked: View) -> pd.DataFrame:
        return queries.option_counts(asked.connection, asked.of, dimension)

    frame = question(others)
    if view.threshold:
        rule = Rule(key=("code",), counts=("enterprises",))
        flags = _flags(others, frame, question, rule)
        phases = None
        if dimension == "round":
            of_phase = queries.option_counts(others.connection, others.of, "phase")
            phases = disclosure.flagged(of_phase, rule, view.threshold), disclosure.counts_of(of_phase, rule)
        flags = _member_flags(others, dimension, flags, disclosure.counts_of(frame, rule), phases)
        frame = disclosure.withhold(frame, rule, flags, view.threshold)
    counts = dict(zip(frame["code"], frame["enterprises"], strict=True))
    return {str(code): None if isinstance(n, Withheld) else int(n) for code, n in counts.items()}


def _member_flags(
    view: View,
    dimension: str,
    flags: pd.DataFrame,
    counts: pd.DataFrame,
    groups: tuple[pd.DataFrame, pd.DataFrame] | None = None,
) -> pd.DataFrame:
    """`flags` of the values of one filter, each with all below it, with their partners; `groups` are flags and counts
    of the groups the values stand in, where they do not stand among the values.
    """
    members, threshold = view.members(dimension), view.threshold or 0
    flags = flags.copy()
    telling = (view.tells(dimension, code) or view.is_between(dimension, code) for code in flags.index)
    flags[np.fromiter(telling, bool)] = True
    grouped = flags.index.isin(list(members.groups) if groups is None else [])
    among, of_groups = groups or (flags[grouped], counts[grouped])
    spread = disclosure.spread(among, of_groups, members.group_order, threshold)
    values = disclosure.spread_values(flags[~grouped], counts[~grouped], members, spread, threshold)
    return values if groups else pd.concat([spread, values]).reindex(flags.index)


FUNNEL_STEPS = ("workshop", "visited", "assessed", "completed")


_STATES = ("completed", "in_progress", "dropped", "overdue", "not_yet_due")
MODULES = Rule(
    key=("module",),
    counts=(
        "planned",
        *FUNNEL_STEPS,
        "visited_without_record",
        "assessed_without_record",
        *_STATES[1:],
        "dropped_started",
    ),
    parts=(("planned", _STATES), ("workshop", ("completed", "in_progress", "dropped_started"))),
    down=("planned", "completed"),
    within=(("planned", (*FUNNEL_STEPS, "visited_without_record", "assessed_without_record")),),
)


def _module_counts(view: View) -> pd.DataFrame:
    if "module counts" not in view.built:  # the journey asks for them as well
        codes = [code for code in view.catalogue.module if view.of.module is None or code in view.of.module]
        counted = queries.module_steps(view.connection, view.of).set_index("module")
        frame = counted.reindex(codes).fillna(0).astype(int).rename_axis("module").reset_index()
        view.built["module counts"] = frame
    counts: pd.DataFrame = view.built["module counts"]
    return counts.copy()


def _module_funnel(view: View) -> pd.DataFrame:
    frame = _counted_table(view, _module_counts, MODULES)
    return measures.funnel_shares(frame.drop(columns="dropped_started"), FUNNEL_STEPS)


STAGES = Rule(
    key=("stage",),
    counts=("enterprises", "without_record", "recorded", "m1_only"),
    parts=(("enterprises", ("recorded", "without_record")),),
)


def _stage_counts(view: View) -> pd.DataFrame:
    frame = queries.journey_counts(view.connection, view.of)
    return frame.assign(recorded=frame["enterprises"] - frame["without_record"])


def _journey(view: View) -> pd.DataFrame:
    frame = _stage_counts(view)
    if view.threshold:
        flags = _flags(view, frame, _stage_counts, STAGES)
        steps = _flags(view, _module_counts(view), _module_counts, MODULES)
        for stage, step in (("m1_workshop", "workshop"), ("m1_completed", "completed")):
            # The module funnel says the same of Module 1.
            if FIRST_MODULE in steps.index and steps.loc[FIRST_MODULE, step]:
                flags.loc[stage] = True
        frame = disclosure.withhold(frame, STAGES, flags, view.threshold)
    return measures.stage_shares(frame)


LEVELS = Rule(key=("modules_at_least",), counts=("enterprises",), down=("enterprises",))


def _breadth(view: View) -> pd.DataFrame:
    def question(asked: View) -> pd.DataFrame:
        completed = queries.completed_module_counts(asked.connection, asked.of)
        return measures.at_least(completed, len(view.catalogue.module))

    return _counted_table(view, question, LEVELS)


def _matrix(view: View) -> pd.DataFrame:
    return _by_enterprise(view, queries.enterprise_states(view.connection, view.of))


def _paired(view: View, indicator: str | None = None) -> pd.DataFrame:
    better = {code: entry.columns["better"] for code, entry in view.catalogue.indicator.items()}
    pairs = measures.with_change(queries.paired_results(view.connection, view.of, indicator), better)
    order = {code: at for at, code in enumerate(view.catalogue.indicator)}
    return pairs.sort_values(
        ["indicator", "enterprise"], key=lambda column: column.map(order) if column.name == "indicator" else column
    )


def paired(view: View, indicator: str | None = None) -> pd.DataFrame:
    """The pairs with their change and verdict, of one indicator or of all."""
    return _by_enterprise(view, _paired(view, indicator))


def beside(view: View, indicator: str | None = None) -> pd.DataFrame:
    """The result rows that are no pairs: bounds, changes without levels, counts and single levels."""
    if view.refusal:
        return queries.other_facts(view.connection, view.of, indicator).iloc[:0]
    return _by_enterprise(view, queries.other_facts(view.connection, view.of, indicator))


_VERDICTS = ("better_count", "same_count", "worse_count")
_PRACTICE = ("had_before", "had_after", "gained", "lost")
_PRACTICE_REST = ("lacked_before", "lacked_after", "kept", "never_had")
_MIDDLE = (
    "median_before", "median_after", "median_change", "change_low", "change_high", "median_relative_change",
)  # fmt: skip
CHANGE = Rule(
    key=("indicator",),
    counts=("pairs", *_VERDICTS, *_PRACTICE, *_PRACTICE_REST, "other_enterprises"),
    rests={
        **dict.fromkeys(_MIDDLE, ("pairs",)),
        **dict.fromkeys(("better_share", "better_low", "better_high"), ("pairs", "better_count")),
        "other_facts": ("other_enterprises",),
    },
    parts=(("pairs", _VERDICTS),),
    down=("pairs",),
    within=(("pairs", (*_PRACTICE, *_PRACTICE_REST)),),
    together=((*_PRACTICE, *_PRACTICE_REST),),
)


def _change_numbers(view: View) -> pd.DataFrame:
    """One row an indicator with a result, with the counts that a practice's own counts give away."""
    pairs = _paired(view)
    others = queries.other_fact_counts(view.connection, view.of).set_index("indicator")
    rows = []
    for code, entry in view.catalogue.indicator.items():
        if code in others.index:
            unit, better = entry.columns["unit"], entry.columns["better"]
            numbers = measures.change(pairs[pairs["indicator"] == code], unit=unit, better=better)
            row = {"indicator": code, "unit": unit, "better": better, **asdict(numbers)}
            rows.append(row | others.loc[code].astype(int).to_dict())
    columns = ["indicator", "unit", "better", *measures.Change.__dataclass_fields__, "other_facts", "other_enterprises"]
    frame = pd.DataFrame(rows, columns=columns)
    n = frame["pairs"].astype(float)
    had, has, lost = (frame[name].astype(float) for name in ("had_before", "had_after", "lost"))
    kept = had - lost
    return frame.assign(lacked_before=n - had, lacked_after=n - has, kept=kept, never_had=n - has - lost)


def _change(view: View) -> pd.DataFrame:
    frame = _counted_table(view, _change_numbers, CHANGE)
    return frame.drop(columns=["other_enterprises", *_PRACTICE_REST])


def change_of(view: View, indicator: str) -> dict[str, Any]:
    """The row of exhibit `change` of one indicator that has results in the view, by column."""
    table = build(view, "change").table
    return {str(name): value for name, value in table[table["indicator"] == indicator].iloc[0].items()}


GROUPS = Rule(
    key=("group_kind", "group"),
    counts=("enterprises", "trained", "reported", "trained_reported", "paired"),
    rests={"pairs": ("paired",)},
)


def _coverage_counts(view: View) -> pd.DataFrame:
    frame = queries.coverage_counts(view.connection, view.of)
    if frame.empty:
        frame.loc[0] = {"group_kind": "total", "group": "", **dict.fromkeys(frame.columns[2:], 0)}
    return frame


def _coverage(view: View) -> pd.DataFrame:
    frame = _coverage_counts(view)
    if view.threshold:
        flags = _flags(view, frame, _coverage_counts, GROUPS)
        kind = flags.index.get_level_values(0)
        counts = disclosure.counts_of(frame, GROUPS)
        phases = flags[kind == "phase"].droplevel(0), counts[kind == "phase"].droplevel(0)
        for name in ("partner", "sector", "round"):
            of_kind, number = flags[kind == name].droplevel(0), counts[kind == name].droplevel(0)
            groups = phases if name == "round" else None
            flags[kind == name] = _member_flags(view, name, of_kind, number, groups).to_numpy()
        frame = disclosure.withhold(frame, GROUPS, flags, view.threshold)
    frame = frame[frame["group_kind"] != "phase"]
    frame = frame.assign(reported_share=measures.ratio(frame["trained_reported"], frame["trained"]))
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


def _by_enterprise(view: View, frame: pd.DataFrame) -> pd.DataFrame:
    """A table with a row an enterprise: none where a threshold holds; else with codes where the viewer may see names,
    and "enterprise-1…n" in an order that tells nothing where not.
    """
    if view.threshold:
        return frame.iloc[:0]
    if view.nameable is None:
        return frame
    hidden = sorted(set(frame["enterprise"]) - view.nameable, key=view.viewer.alias_order)
    alias = {code: f"enterprise-{n}" for n, code in enumerate(hidden, 1)}
    order = {code: n for n, code in enumerate(hidden)}
    shuffled = frame.sort_values("enterprise", key=lambda column: column.map(order).fillna(-1), kind="stable")
    return shuffled.assign(enterprise=shuffled["enterprise"].map(lambda code: alias.get(code, code)))


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


class SelectionRefused(Exception):
    """A selection is not shown to this viewer; ``reason`` as :attr:`data.view.View.refusal` gives it."""

    def __init__(self, reason: str, threshold: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.threshold = threshold


def build(view: View, code: str) -> Exhibit:
    """The exhibit `code` of a view; KeyError where there is no such exhibit.

    ``table`` holds the columns of its :class:`Definition` first, then what the page's chart draws besides. Raises
    :class:`SelectionRefused` where the viewer's threshold leaves nothing of the selection.
    """
    definition = EXHIBITS[code]
    if code not in view.built:
        _admit(view)
        table = definition.make(view)
        rest = [column for column in table.columns if column not in definition.columns]
        view.built[code] = _exhibit(view, code, table[[*definition.columns, *rest]])
    exhibit: Exhibit = view.built[code]
    return exhibit


def build_pairs(view: View, indicator: str) -> Exhibit:
    """The exhibit `pairs` of one indicator alone."""
    _admit(view)
    return _exhibit(view, "pairs", paired(view, indicator), indicator)


def _admit(view: View) -> None:
    if view.refusal:
        raise SelectionRefused(view.refusal, view.threshold or 0)


def _exhibit(view: View, code: str, table: pd.DataFrame, indicator: str | None = None) -> Exhibit:
    if "coverage line" not in view.built:
        view.built["coverage line"] = coverage_line(view)
    sources, unsourced = _rests_on(view, EXHIBITS[code], table, indicator)
    return Exhibit(code, table, view.built["coverage line"], view.threshold, view.of.as_of, sources, unsourced)


def _rests_on(
    view: View, definition: Definition, table: pd.DataFrame, indicator: str | None
) -> tuple[dict[str, int | None], int]:
    """Source codes with the rows taken from each, and the rows that name none; no numbers where a threshold holds."""
    if definition.rests_on == "figures":
        counted = table.groupby("source", dropna=False).size().rename("rows").reset_index()
    elif definition.rests_on == "results":
        counted = queries.sources_of_results(view.connection, view.of, indicator)
    else:
        counted = queries.sources_of_trainings(view.connection, view.of)
    known = counted[counted["source"].notna()]
    if view.threshold:
        return dict.fromkeys(known["source"], None), 0
    sources: dict[str, int | None] = {
        str(code): int(rows) for code, rows in zip(known["source"], known["rows"], strict=True)
    }
    return sources, int(counted.loc[counted["source"].isna(), "rows"].sum())


def sources_of(view: View) -> dict[str, dict[str, int]]:
    """The sources a viewer may know of, with the rows of each table that rest on them: for a manager those of the whole
    record; for others those that their scope rests on, without numbers.
    """
    if not view.viewer.limited:
        counted = queries.rows_of_source(view.connection)
        rows = {
            str(code): dict(zip(group["table"], group["rows"], strict=True))
            for code, group in counted.groupby("source")
        }
        return {code: rows.get(code, {}) for code in view.catalogue.source}
    scope = view.with_filters(Filters())
    used = {
        code
        for frame in (
            queries.sources_of_trainings(scope.connection, scope.of),
            queries.sources_of_results(scope.connection, scope.of),
            queries.reported_figures(scope.connection, scope.of),
        )
        for code in frame["source"]
    }
    return {code: {} for code in view.catalogue.source if code in used}


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
    if isinstance(value, Withheld):
        return str(value)
    if value is None or (isinstance(value, float) and math.isnan(value)) or value is pd.NaT:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}" if column.endswith(_SIX_DIGITS) else f"{value:.12g}"
    return str(value)
