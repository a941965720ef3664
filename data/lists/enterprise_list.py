"""The enterprises one by one: the list of them, and everything on record of one, as a viewer may see it."""

from collections import Counter
from dataclasses import dataclass, replace
from math import ceil
from typing import Any

import numpy as np
import pandas as pd

from data import measures
from data.engine import counts, enterprise_lists
from data.engine.enterprise_lists import SORTS, Listed, Lists, Within
from data.engine.facts import Array
from data.filters import Filters
from data.queries import enterprise_names
from data.queries import enterprise_rows as queries
from data.view import View

PAGE = 25
"""So many enterprises stand on a page of the list."""

MOST_NEIGHBOURS = 12
"""So many neighbours are named."""

LONGEST_SEARCH = 200

_PEOPLE = ["managers", "workers", "women", "satisfaction"]


@dataclass(frozen=True)
class Wanted:
    """A page of the list as it is asked for; pages count from 1."""

    text: str = ""
    sort: str = SORTS[0]
    descending: bool = False
    page: int = 1
    language: str = "en"


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


def lists_of(view: View) -> Lists:
    """The lists of a view."""
    if "lists" not in view.built:
        view.built["lists"] = Lists(view.facts, view.catalogue)
    found: Lists = view.built["lists"]
    return found


def by_name(view: View, language: str) -> Array:
    """The rank of every enterprise of the record by its name."""
    codes = view.facts.record.enterprises

    def ranked() -> Array:
        names = enterprise_names(view.connection)
        both = (names[code][:: -1 if language == "zh" else 1] for code in codes)
        return enterprise_lists.ranked(
            first or second or code for code, (first, second) in zip(codes, both, strict=True)
        )

    found: Array = view.catalogue.once.get(("names", language), ranked)
    return found


def listed(view: View, wanted: Wanted, within: Within | None = None) -> EnterpriseList:
    """A page of the enterprises of a view, of all or of some: none where a threshold holds.

    Those that may not be named stand last, in an order that tells nothing, and no search finds them.
    """
    if view.threshold:
        return EnterpriseList((), 0, 0, 1)
    record, hidden = view.facts.record, np.zeros(0, np.intp)
    if view.nameable is not None and not _text(wanted) and within is None:
        unnamed = np.flatnonzero(view.facts.enterprises & ~record.marked(view.nameable))
        hidden = np.array(sorted(unnamed, key=lambda at: view.viewer.alias_order(record.enterprises[at])), np.intp)
    found = np.concatenate((positions(view, wanted, within), hidden))
    page = min(max(wanted.page, 1), max(ceil(len(found) / PAGE), 1))
    alias = {record.enterprises[at]: f"enterprise-{n}" for n, at in enumerate(hidden, 1)}
    rows = lists_of(view).listed(found[(page - 1) * PAGE :][:PAGE])
    aliased = tuple(replace(row, enterprise=alias.get(row.enterprise, row.enterprise)) for row in rows)
    return EnterpriseList(aliased, len(found), len(hidden), page)


def _text(wanted: Wanted) -> str:
    return wanted.text.strip()[:LONGEST_SEARCH]


def positions(view: View, wanted: Wanted, within: Within | None) -> Array:
    """All enterprises of a list in its order, as positions in the record, whatever page of it is wanted."""
    of, record = lists_of(view), view.facts.record
    among = within(of) if within else view.facts.enterprises
    if text := _text(wanted):
        among = among & record.marked(queries.found_by_name(view.connection, text, codes=view.nameable is None))
    if view.nameable is not None:
        among = among & record.marked(view.nameable)
    names = by_name(view, wanted.language)
    sort = wanted.sort if wanted.sort in SORTS else SORTS[0]
    return of.ordered(among, of.rank(sort, wanted.language, names), names, descending=wanted.descending)


def _rows(frame: pd.DataFrame) -> list[dict[Any, Any]]:
    return frame.to_dict("records")


def sources(view: View) -> Counter[str]:
    """The rows the list rests on, per source ("": none given)."""
    counted: Counter[str] = Counter()
    for ask in (counts.sources_of_trainings, counts.sources_of_results):
        for row in _rows(ask(view.facts)):
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
    everything = Filters(as_of=view.filters.as_of, edition=view.filters.edition)
    return view if view.filters == everything else view.with_filters(everything)


def may_open(view: View, code: str) -> bool:
    """Has an enterprise a page for this viewer: may they see its name, and is it in their scope?"""
    if view.threshold or (view.nameable is not None and code not in view.nameable):
        return False
    of = whole(view).facts
    at = of.record.enterprise_at.get(code)
    return at is not None and bool(of.enterprises[at])


def one(view: View, code: str) -> OneEnterprise | None:
    """Everything of one enterprise that the viewer may see; None where it has no page for them."""
    if not may_open(view, code):
        return None
    view = whole(view)
    connection, of = view.connection, view.of
    (itself,) = lists_of(view).listed(np.array([view.facts.record.enterprise_at[code]]))
    facts = {"place": itself.place, "sector": itself.sector} | queries.enterprise_row(connection, code)
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
    """Every training of an enterprise with its state. Who took part is known of one that has begun: a plan is not how
    it went.
    """
    everything = whole(view)
    frame = queries.trainings_of(view.connection, everything.of, code)
    known = everything.facts.trainings_of(code)
    told = [known[key] for key in zip(frame["round"], frame["module"], strict=True)]
    frame[_PEOPLE] = frame[_PEOPLE].where(pd.Series([begun for _state, begun in told], index=frame.index, dtype=bool))
    frame.insert(2, "state", pd.Series([state for state, _begun in told], index=frame.index, dtype=object))
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
    of, record = lists_of(view), view.facts.record
    beside = of.beside(record.enterprise_at[enterprise], kind, code)
    nameable = beside if view.nameable is None else beside & record.marked(view.nameable)
    names = by_name(view, "en")
    first = of.ordered(nameable, names, names, descending=False)[:MOST_NEIGHBOURS]
    return Neighbours(
        kind,
        code,
        int(np.count_nonzero(beside)),
        of.completed_among(beside),
        tuple(record.enterprises[at] for at in first),
        of.sources_among(beside),
    )
