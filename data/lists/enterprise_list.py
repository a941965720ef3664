"""The list of enterprises, and all facts of one enterprise, as far as a viewer may see them."""

from collections import Counter
from dataclasses import dataclass, replace
from math import ceil
from typing import Any

import numpy as np
import pandas as pd

from data.engine import counts, enterprise_lists, measures
from data.engine.enterprise_lists import SORTS, Listed, Lists, Within
from data.engine.facts import Array
from data.filters import Filters
from data.queries import enterprise_names
from data.queries import enterprise_rows as queries
from data.view import View

PAGE = 25
"""Number of enterprises on a page of the list."""

MOST_NEIGHBOURS = 12
"""Maximum number of neighbours that are named."""

LONGEST_SEARCH = 200

_PEOPLE = ["managers", "workers", "women", "satisfaction"]


@dataclass(frozen=True)
class ListRequest:
    """The page of the list in a request: search text, sort order, page number from 1, language."""

    text: str = ""
    sort: str = SORTS[0]
    descending: bool = False
    page: int = 1
    language: str = "en"


@dataclass(frozen=True)
class EnterpriseList:
    """One page of the list. ``count`` is the length of the whole list; the last ``unnamed`` of it have hidden names."""

    rows: tuple[Listed, ...]
    count: int
    unnamed: int
    page: int

    @property
    def pages(self) -> int:
        """The number of pages, at least one."""
        return max(ceil(self.count / PAGE), 1)


def lists_of(view: View) -> Lists:
    """The lists of a view."""
    if "lists" not in view.built:
        view.built["lists"] = Lists(view.facts, view.catalogue)
    lists: Lists = view.built["lists"]
    return lists


def by_name(view: View, language: str) -> Array:
    """The rank of every enterprise of the record by its name."""
    codes = view.facts.record.enterprises

    def ranked() -> Array:
        names = enterprise_names(view.connection)
        by_preference = (names[code][:: -1 if language == "zh" else 1] for code in codes)
        return enterprise_lists.ranked(
            first or second or code for code, (first, second) in zip(codes, by_preference, strict=True)
        )

    ranks: Array = view.catalogue.once.get(("names", language), ranked)
    return ranks


def listed(view: View, request: ListRequest, within: Within | None = None) -> EnterpriseList:
    """A page of the enterprises of a view; with `within` only of some. Empty for a viewer with a threshold.

    Enterprises with hidden names are last, in an order that reveals nothing. A search never finds them.
    """
    if view.threshold:
        return EnterpriseList((), 0, 0, 1)
    record, hidden = view.facts.record, np.zeros(0, np.intp)
    if view.nameable is not None and not _search_text(request) and within is None:
        unnamed = np.flatnonzero(view.facts.enterprises & ~record.marked(view.nameable))
        hidden = np.array(sorted(unnamed, key=lambda at: view.viewer.alias_order(record.enterprises[at])), np.intp)
    members = np.concatenate((positions(view, request, within), hidden))
    page = min(max(request.page, 1), max(ceil(len(members) / PAGE), 1))
    alias = {record.enterprises[at]: f"enterprise-{n}" for n, at in enumerate(hidden, 1)}
    rows = lists_of(view).listed(members[(page - 1) * PAGE :][:PAGE])
    aliased = tuple(replace(row, enterprise=alias.get(row.enterprise, row.enterprise)) for row in rows)
    return EnterpriseList(aliased, len(members), len(hidden), page)


def _search_text(request: ListRequest) -> str:
    return request.text.strip()[:LONGEST_SEARCH]


def positions(view: View, request: ListRequest, within: Within | None) -> Array:
    """The sorted enterprises of all pages of a list, as positions in the record."""
    of, record = lists_of(view), view.facts.record
    among = within(of) if within else view.facts.enterprises
    if text := _search_text(request):
        among = among & record.marked(queries.found_by_name(view.connection, text, codes=view.nameable is None))
    if view.nameable is not None:
        among = among & record.marked(view.nameable)
    names = by_name(view, request.language)
    sort = request.sort if request.sort in SORTS else SORTS[0]
    return of.ordered(among, of.rank(sort, request.language, names), names, descending=request.descending)


def _rows(frame: pd.DataFrame) -> list[dict[Any, Any]]:
    return frame.to_dict("records")


def sources(view: View) -> Counter[str]:
    """The number of rows behind the list, per source ("": no source given)."""
    row_counts: Counter[str] = Counter()
    for sources_of in (counts.sources_of_trainings, counts.sources_of_results):
        for row in _rows(sources_of(view.facts)):
            row_counts[row["source"] or ""] += row["rows"]
    return row_counts


@dataclass(frozen=True)
class Neighbours:
    """The other enterprises of a place or a sector (``kind``, ``code``).

    ``count`` of them, the number that ``completed`` each module, the first of those that may be ``named``, and the
    number of training rows behind this per source ("": no source given).
    """

    kind: str
    code: str
    count: int
    completed: dict[str, int]
    named: tuple[str, ...]
    sources: dict[str, int]


@dataclass(frozen=True)
class OneEnterprise:
    """All facts of one enterprise at a view's date. The frames are those of the queries of the same names.

    ``results`` also has change, relative_change and verdict, which are missing in rows without both levels.
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
    """The view without filters, at the same date and edition: the page of an enterprise is not filtered."""
    everything = Filters(as_of=view.filters.as_of, edition=view.filters.edition)
    return view if view.filters == everything else view.with_filters(everything)


def may_open(view: View, code: str) -> bool:
    """May this viewer open the page of an enterprise? They must see its name, and it must be in their scope."""
    if view.threshold or (view.nameable is not None and code not in view.nameable):
        return False
    facts = whole(view).facts
    at = facts.record.enterprise_at.get(code)
    return at is not None and bool(facts.enterprises[at])


def one(view: View, code: str) -> OneEnterprise | None:
    """All facts of one enterprise that the viewer may see; None if they may not open its page."""
    if not may_open(view, code):
        return None
    view = whole(view)
    connection, of = view.connection, view.of
    (itself,) = lists_of(view).listed(np.array([view.facts.record.enterprise_at[code]]))
    facts = {"place": itself.place, "sector": itself.sector} | queries.enterprise_row(connection, code)
    facts["note"] = view.readable(facts["note"])
    enrolments = queries.enrolments_of(connection, of, [code])
    return OneEnterprise(
        code,
        facts,
        enrolments,
        partners(view, enrolments["round"].tolist()),
        trainings(view, code),
        results(view, code),
        queries.stories_of(connection, of, code),
        tuple(_neighbours(view, code, kind, facts[kind]) for kind in ("place", "sector") if facts[kind]),
    )


def partners(view: View, rounds: list[str]) -> pd.DataFrame:
    """The partners of some rounds, with the notes on them that the viewer may read."""
    frame = queries.round_partners(view.connection, view.of, rounds)
    return frame.assign(note=pd.Series([view.readable(note) for note in frame["note"]], dtype=object))


def trainings(view: View, code: str) -> pd.DataFrame:
    """Every training of an enterprise with its state. Numbers of participants are shown only once it has begun."""
    unfiltered = whole(view)
    frame = queries.trainings_of(view.connection, unfiltered.of, code)
    by_key = unfiltered.facts.trainings_of(code)
    states = [by_key[key] for key in zip(frame["round"], frame["module"], strict=True)]
    frame[_PEOPLE] = frame[_PEOPLE].where(pd.Series([begun for _state, begun in states], index=frame.index, dtype=bool))
    frame.insert(2, "state", pd.Series([state for state, _begun in states], index=frame.index, dtype=object))
    return frame.assign(note=None) if view.viewer.limited else frame


def results(view: View, code: str) -> pd.DataFrame:
    """Every result row of an enterprise, with change and verdict if it has both levels."""
    frame = queries.results_of(view.connection, whole(view).of, code)
    exact = frame["operator"].eq("=") & frame["before"].notna() & frame["after"].notna()
    better, units = (dict(zip(frame["indicator"], frame[name], strict=True)) for name in ("better", "unit"))
    with_change = measures.with_change(frame[exact], better, units)
    columns = ["change", "relative_change", "verdict"]
    frame = frame.join(with_change[columns])
    # A note may contain facts outside the scope of a link.
    return frame.assign(note=None) if view.viewer.limited else frame


def _neighbours(view: View, enterprise: str, kind: str, code: str) -> Neighbours:
    of, record = lists_of(view), view.facts.record
    others = of.beside(record.enterprise_at[enterprise], kind, code)
    nameable = others if view.nameable is None else others & record.marked(view.nameable)
    names = by_name(view, "en")
    first = of.ordered(nameable, names, names, descending=False)[:MOST_NEIGHBOURS]
    return Neighbours(
        kind,
        code,
        int(np.count_nonzero(others)),
        of.completed_among(others),
        tuple(record.enterprises[at] for at in first),
        of.sources_among(others),
    )
