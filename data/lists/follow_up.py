"""What is missing, for those who look after the record: counts, and the list behind each of them."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from data.engine import pairs
from data.engine.enterprise_lists import UNKNOWN, Listed, Lists, Within
from data.engine.facts import Array, coded
from data.lists.enterprise_list import EnterpriseList, Wanted, listed, lists_of, positions
from data.loading.checks.plausibility import FEWEST_PAIRS, HIGHEST_SCORE, modified_z_scores
from data.queries import unsourced_rows as queries
from data.view import View
from data.vocabulary import FORM_STATES, FORMS, SILENCE

GROUPS = ("trained", "reported", "silent")
"""What is counted of a group: who was trained, and of those who reported anything and who did not."""

KINDS = ("total", "partner", "round")


@dataclass(frozen=True)
class Which:
    """One list: a ``form`` in a state; who did what in a ``group`` (what, kind, code); a ``silence``; the ``outliers``;
    the rows of a table that are ``unsourced``.
    """

    kind: str
    words: tuple[str, ...] = ()

    @property
    def of_enterprises(self) -> bool:
        """Has the list a row an enterprise?"""
        return self.kind in ("form", "group", "silence")

    @property
    def path(self) -> str:
        """The list as an address names it."""
        return "/".join(part for part in (self.kind, *self.words) if part)

    def within(self) -> Within:
        """The enterprises of the list."""
        if self.kind == "form":
            form, state = self.words
            return lambda of: of.forms[form] == FORM_STATES.index(state)
        if self.kind == "silence":
            (silence,) = self.words
            return lambda of: of.of.trained & (of.silence == SILENCE.index(silence))
        what, kind, code = self.words
        return lambda of: of.in_group(_rounds_of(of, kind, code), what)


def _rounds_of(of: Lists, kind: str, code: str) -> Array:
    """Which rounds are in a group; none where there is no such group."""
    record, visible = of.of.record, of.of.slice.visible_partners
    if kind == "partner":
        shown = visible is None or code in visible
        return record.with_partner(of.catalogue.below("partner", {code}) if shown else ())
    return np.array([kind == "total" or code == each for each in record.rounds], bool)


def read(path: str) -> Which | None:
    """The list an address names; None where it names none."""
    kind, *rest = path.split("/")
    words = tuple(rest)
    if kind == "group" and words[1:] == ("total",):
        words = (*words, "")
    right = {
        "form": len(words) == 2 and words[0] in FORMS and words[1] in FORM_STATES,  # noqa: PLR2004 - form and state
        "group": len(words) == 3 and words[0] in GROUPS and words[1] in KINDS,  # noqa: PLR2004 - what, kind, code
        "silence": len(words) == 1 and words[0] in SILENCE,
        "outliers": not words,
        "unsourced": len(words) == 1 and words[0] in queries.tables_with_source(),
    }
    return Which(kind, words) if right.get(kind) else None


def form_counts(view: View) -> dict[str, dict[str, int]]:
    """Enterprises by form and state."""
    counts = lists_of(view).form_counts()
    return {form: {state: counts[form, state] for state in FORM_STATES} for form in FORMS}


def silences(view: View) -> dict[str, int]:
    """How long ago the trained enterprises of a view reported: enterprises by :data:`SILENCE`."""
    return lists_of(view).silence_counts()


@dataclass(frozen=True)
class Forms:
    """The forms of one enterprise, by form; ``days`` since its last report (None: none with a date)."""

    listed: Listed
    states: dict[str, str]
    days: int | None


def page(view: View, wanted: Wanted, which: Which | None = None) -> tuple[EnterpriseList, list[Forms]]:
    """A page of the enterprises of a list (None: of all), with their forms."""
    found = listed(view, wanted, which.within() if which else None)
    of, at = lists_of(view), view.facts.record.enterprise_at
    forms = [
        Forms(
            row,
            {form: FORM_STATES[of.forms[form][at[row.enterprise]]] for form in FORMS},
            (view.of.as_of - row.last_report).days if row.last_report else None,
        )
        for row in found.rows
    ]
    return found, forms


def everyone(view: View, which: Which | None, language: str) -> pd.DataFrame:
    """All the enterprises of a list, by name: enterprise, place, sector, one column a form, last_report, days."""
    of, record = lists_of(view), view.facts.record
    rows = positions(view, Wanted(language=language), which.within() if which else None)
    days = [None if day == UNKNOWN else day for day in of.last_report[rows].tolist()]
    return pd.DataFrame(
        {
            "enterprise": coded(record.enterprises, rows),
            "place": coded(record.places, of.place[rows]),
            "sector": coded(record.sectors, of.sector[rows]),
            **{form: coded(FORM_STATES, of.forms[form][rows]) for form in FORMS},
            "last_report": [None if day is None else date.fromordinal(day) for day in days],
            "days": [None if day is None else view.facts.day - day for day in days],
        },
        dtype=object,
    )


def longest_silent(view: View) -> Forms | None:
    """Who of the trained enterprises reported the longest ago; None where nobody did with a date."""
    everybody = Which("group", ("trained", "total", ""))
    _found, forms = page(view, Wanted(sort="last_report"), everybody)
    return forms[0] if forms and forms[0].days is not None else None


def outliers(view: View) -> pd.DataFrame:
    """The result rows whose change lies far from the others of their indicator, by the rule of the loader's warning.

    Columns: enterprise, round, module, indicator, before, after, after_on, date_precision, source, unit, change,
    median, others (how many), score; farthest first.
    """
    found = list(_far_off(view))
    columns = ["enterprise", "round", "module", "indicator", "before", "after", "after_on", "date_precision", "source"]
    rows = np.concatenate([far for far, _about in found]) if found else np.zeros(0, np.intp)
    about = pd.concat([about for _far, about in found]) if found else pd.DataFrame(columns=_ABOUT, dtype=float)
    order = pairs.result_order(view.facts, rows)
    frame = pairs.result_rows(view.facts, rows)[columns]
    units = {code: entry.columns["unit"] for code, entry in view.catalogue.indicator.items()}
    frame["unit"] = frame["indicator"].map(units)
    frame[_ABOUT] = about.iloc[order].reset_index(drop=True)
    return frame.sort_values("score", ascending=False, kind="stable")


_ABOUT = ["change", "median", "others", "score"]


def _far_off(view: View) -> Iterator[tuple[Array, pd.DataFrame]]:
    """Per indicator the results that lie far off, and what is to be said of their changes."""
    rows = view.facts.record.results
    for at in lists_of(view).levels():
        if len(at) < FEWEST_PAIRS:
            continue
        changes = (rows.after[at] - rows.before[at]).round(12)
        scores = np.array(modified_z_scores(changes.tolist()))
        far = scores > HIGHEST_SCORE
        about = {"change": changes[far], "median": np.median(changes), "others": len(at) - 1, "score": scores[far]}
        yield at[far], pd.DataFrame(about)


def outlier_count(view: View) -> int:
    """How many rows :func:`outliers` has."""
    return sum(len(far) for far, _about in _far_off(view))


def unsourced_counts(view: View) -> dict[str, int]:
    """How many rows of each table name no source, of the tables that have any."""
    known = lists_of(view).unsourced()
    counts = {
        table: known[table] if table in known else queries.unsourced_count(view.connection, view.of, table)
        for table in _tables(view)
    }
    return {table: count for table, count in counts.items() if count}


def unsourced(view: View, table: str) -> pd.DataFrame:
    """The rows of a table that name no source, by their key; none of a table the viewer may not look into."""
    return queries.unsourced(view.connection, view.of, table, limit=None if table in _tables(view) else 0)


def _tables(view: View) -> tuple[str, ...]:
    """The tables with sources; for who is limited those alone whose rows their scope narrows."""
    return queries.OF_SLICE if view.viewer.limited else queries.tables_with_source()


def key_of(table: str) -> dict[str, Any]:
    """The columns that tell the rows of a table apart, each with the table it refers to ("": none)."""
    return {"code": "enterprise"} if table == "enterprise" else dict(queries.key_of(table))


def sources_of(view: View, which: Which) -> Counter[str]:
    """The rows a list of rows rests on, per source ("": none given)."""
    if which.kind == "outliers":
        return Counter(source or "" for source in outliers(view)["source"])
    return Counter({"": unsourced_counts(view).get(which.words[0], 0)})
