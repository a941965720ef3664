"""The enterprises one by one: the list of them, and everything on record of one, as a viewer may see it."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from math import ceil
from typing import Any

import numpy as np
import pandas as pd

from data import measures, tally
from data.filters import Filters
from data.held import lists
from data.held.lists import Lists
from data.held.record import Array, HeldRecord
from data.queries import enterprise_names
from data.queries import enterprises as queries
from data.view import View

PAGE = 25
"""So many enterprises stand on a page of the list."""

MOST_NEIGHBOURS = 12
"""So many neighbours are named."""

LONGEST_SEARCH = 200


@dataclass(frozen=True)
class Wanted:
    """A page of the list as it is asked for; pages count from 1."""

    text: str = ""
    sort: str = queries.SORTS[0]
    descending: bool = False
    page: int = 1
    language: str = "en"


@dataclass(frozen=True)
class Listed:
    """One enterprise of the list; ``enterprise`` is a code, or "enterprise-1…n" where it may not be named.

    ``last_report`` is None where nothing was reported, or nothing with a date: then ``reported`` tells them apart.
    """

    enterprise: str
    place: str | None = None
    sector: str | None = None
    rounds: tuple[str, ...] = ()
    states: dict[str, str] = field(default_factory=dict)
    reported: bool = False
    last_report: date | None = None
    date_precision: str | None = None

    @property
    def completed(self) -> int:
        """How many modules it completed."""
        return sum(state == "completed" for state in self.states.values())


@dataclass(frozen=True)
class EnterpriseList:
    """One page of the list: ``count`` enterprises were found, of whom ``unnamed`` may not be named and stand last."""

    rows: tuple[Listed, ...]
    count: int
    unnamed: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are; at least one."""
        return max(ceil(self.count / PAGE), 1)


@dataclass(frozen=True)
class Among:
    """Some of the enterprises of a view: as its database finds them, and as a record held in memory does."""

    asked: queries.Within
    held: lists.Within


def lists_of(view: View) -> Lists | None:
    """The lists of a view, from a record held in memory; None where it is too large to be held."""
    if view.held is None:
        return None
    if "lists" not in view.built:
        view.built["lists"] = Lists(view.held, view.catalogue)
    found: Lists = view.built["lists"]
    return found


def by_name(view: View, held: HeldRecord, language: str) -> Array:
    """The rank of every enterprise of the record by its name."""

    def ranked() -> Array:
        names = enterprise_names(view.connection)
        both = (names[code][:: -1 if language == "zh" else 1] for code in held.enterprises)
        return lists.ranked(
            first or second or code for code, (first, second) in zip(held.enterprises, both, strict=True)
        )

    found: Array = view.catalogue.once.get(("names", language), ranked)
    return found


def listed(view: View, wanted: Wanted, within: Among | None = None) -> EnterpriseList:
    """A page of the enterprises of a view, of all or of some: none where a threshold holds.

    Those that may not be named stand last, in an order that tells nothing, and no search finds them.
    """
    if view.threshold:
        return EnterpriseList((), 0, 0, 1)
    hidden: list[str] = []
    if view.nameable is not None and not _text(wanted) and within is None:
        hidden = sorted(_unnamed(view, view.nameable), key=view.viewer.alias_order)
    named, codes = _found(view, wanted, within, (wanted.page - 1) * PAGE)
    count = named + len(hidden)
    page = min(max(wanted.page, 1), max(ceil(count / PAGE), 1))
    start = (page - 1) * PAGE
    if page != wanted.page:
        named, codes = _found(view, wanted, within, start)
    from_hidden = hidden[max(start - named, 0) : max(start + PAGE - named, 0)]
    alias = {code: f"enterprise-{n}" for n, code in enumerate(hidden, 1)}
    found = of_codes(view, [*codes, *from_hidden])
    rows = (found[code] for code in (*codes, *from_hidden))
    aliased = tuple(Listed(**vars(row) | {"enterprise": alias.get(row.enterprise, row.enterprise)}) for row in rows)
    return EnterpriseList(aliased, count, len(hidden), page)


def _unnamed(view: View, nameable: frozenset[str]) -> list[str]:
    if view.held is None:
        return queries.unnamed_codes(view.connection, view.of)
    enrolled = view.held.enterprises
    return [code for at, code in enumerate(view.held.record.enterprises) if enrolled[at] and code not in nameable]


def _found(view: View, wanted: Wanted, within: Among | None, offset: int) -> tuple[int, list[str]]:
    codes = codes_of(view, wanted, within)
    if codes is not None:
        return len(codes), codes[max(offset, 0) :][:PAGE]
    return queries.enterprise_codes(
        view.connection,
        view.of,
        text=_text(wanted),
        sort=_sort(wanted),
        descending=wanted.descending,
        language=wanted.language,
        nameable=view.nameable is not None,
        within=within.asked if within else None,
        limit=PAGE,
        offset=max(offset, 0),
    )


def _text(wanted: Wanted) -> str:
    return wanted.text.strip()[:LONGEST_SEARCH]


def _sort(wanted: Wanted) -> str:
    return wanted.sort if wanted.sort in queries.SORTS else queries.SORTS[0]


def codes_of(view: View, wanted: Wanted, within: Among | None) -> list[str] | None:
    """All enterprises of a list in its order, whatever page of it is wanted; None where the record is too large."""
    of = lists_of(view)
    if of is None:
        return None
    record = of.of.record
    among = within.held(of) if within else of.of.enterprises
    if text := _text(wanted):
        among = among & _marked(record, queries.found_by_name(view.connection, text, codes=view.nameable is None))
    if view.nameable is not None:
        among = among & _marked(record, view.nameable)
    names = by_name(view, record, wanted.language)
    rank = of.rank(_sort(wanted), wanted.language, names)
    return [record.enterprises[at] for at in of.ordered(among, rank, names, descending=wanted.descending)]


def _marked(record: HeldRecord, codes: Iterable[str]) -> Array:
    mark = np.zeros(len(record.enterprises), bool)
    mark[[record.enterprise_at[code] for code in codes if code in record.enterprise_at]] = True
    return mark


def of_codes(view: View, codes: list[str]) -> dict[str, Listed]:
    """What the list says of some enterprises of the view."""
    if not codes:
        return {}
    rounds: dict[str, list[str]] = defaultdict(list)
    for row in _rows(queries.enrolments_of(view.connection, view.of, codes)):
        rounds[row["enterprise"]].append(row["round"])
    states: dict[str, dict[str, str]] = defaultdict(dict)
    for row in _rows(queries.states_of(view.connection, view.of, codes)):
        states[row["enterprise"]][row["module"]] = row["state"]
    reports = {row["enterprise"]: row for row in _rows(queries.last_reports(view.connection, view.of, codes))}
    found = {}
    for row in _rows(queries.enterprise_facts(view.connection, view.of, codes)):
        code, report = row["enterprise"], reports.get(row["enterprise"], {})
        found[code] = Listed(
            code,
            row["place"],
            row["sector"],
            tuple(rounds[code]),
            states[code],
            reported=bool(report),
            last_report=report.get("last_report"),
            date_precision=report.get("date_precision"),
        )
    return found


def _rows(frame: pd.DataFrame) -> list[dict[Any, Any]]:
    return frame.to_dict("records")


def sources(view: View) -> Counter[str]:
    """The rows the list rests on, per source ("": none given)."""
    counted: Counter[str] = Counter()
    for ask in (tally.sources_of_trainings, tally.sources_of_results):
        for row in _rows(ask(view)):
            counted[row["source"] or ""] += row["rows"]
    return counted


@dataclass(frozen=True)
class Neighbours:
    """The other enterprises of a place or a sector (``kind``, ``code``): how many, how many of them completed each
    module, the first of those that may be named, and the rows of trainings it rests on per source ("": none given).
    """

    kind: str
    code: str
    count: int
    completed: dict[str, int]
    named: tuple[str, ...]
    sources: dict[str, int]


@dataclass(frozen=True)
class OneEnterprise:
    """Everything on record of one enterprise at a view's date. Frames as the queries of the same name give them;
    ``results`` with change, relative_change and verdict, which rows without both levels have not.
    """

    code: str
    facts: dict[str, Any]
    enrolments: pd.DataFrame
    partners: pd.DataFrame
    trainings: pd.DataFrame
    results: pd.DataFrame
    stories: pd.DataFrame
    neighbours: tuple[Neighbours, ...]


def whole(view: View) -> View:
    """The view of everything its viewer may see, at the date it asks for: what is said of one is not filtered."""
    return view.with_filters(Filters(as_of=view.filters.as_of, edition=view.filters.edition))


def may_open(view: View, code: str) -> bool:
    """Has an enterprise a page for this viewer: may they see its name, and is it in their scope?"""
    if view.threshold or (view.nameable is not None and code not in view.nameable):
        return False
    return bool(len(queries.enterprise_facts(view.connection, whole(view).of, [code])))


def one(view: View, code: str) -> OneEnterprise | None:
    """Everything of one enterprise that the viewer may see; None where it has no page for them."""
    if not may_open(view, code):
        return None
    view = whole(view)
    connection, of = view.connection, view.of
    facts = {str(name): value for name, value in queries.enterprise_facts(connection, of, [code]).iloc[0].items()}
    enrolments = queries.enrolments_of(connection, of, [code])
    return OneEnterprise(
        code,
        facts,
        enrolments,
        queries.round_partners(connection, of, enrolments["round"].tolist()),
        trainings(view, code),
        results(view, code),
        queries.stories_of(connection, of, code),
        tuple(_neighbours(view, code, kind, facts[kind]) for kind in ("place", "sector") if facts[kind]),
    )


def trainings(view: View, code: str) -> pd.DataFrame:
    """Every training of an enterprise."""
    frame = queries.trainings_of(view.connection, whole(view).of, code)
    return frame.assign(note=None) if view.viewer.limited else frame


def results(view: View, code: str) -> pd.DataFrame:
    """Every result row of an enterprise, judged where it has both levels."""
    frame = queries.results_of(view.connection, whole(view).of, code)
    exact = frame["operator"].eq("=") & frame["before"].notna() & frame["after"].notna()
    judged = measures.with_change(frame[exact], dict(zip(frame["indicator"], frame["better"], strict=True)))
    columns = ["change", "relative_change", "verdict"]
    frame = frame.join(judged[columns])
    # A note may speak of what lies outside a link.
    return frame.assign(note=None) if view.viewer.limited else frame


def _neighbours(view: View, enterprise: str, kind: str, code: str) -> Neighbours:
    of = lists_of(view)
    if of is not None:
        record = of.of.record
        beside = of.beside(record.enterprise_at[enterprise], kind, code)
        nameable = beside if view.nameable is None else beside & _marked(record, view.nameable)
        names = by_name(view, record, "en")
        first = of.ordered(nameable, names, names, descending=False)[:MOST_NEIGHBOURS]
        return Neighbours(
            kind,
            code,
            int(np.count_nonzero(beside)),
            of.completed_among(beside),
            tuple(record.enterprises[at] for at in first),
            of.sources_among(beside),
        )
    limited = view.nameable is not None
    found = queries.neighbours(view.connection, view.of, enterprise, kind, code)
    named = queries.neighbour_codes(
        view.connection, view.of, enterprise, kind, code, nameable=limited, limit=MOST_NEIGHBOURS
    )
    return Neighbours(kind, code, found["count"], found["completed"], tuple(named), found["sources"])
