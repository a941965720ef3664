"""Missing data, for the people who maintain the record: counts, and the list behind each count."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from data.engine import pairs
from data.engine.enterprise_lists import UNKNOWN, Listed, Lists, Within
from data.engine.facts import Array, coded
from data.lists.enterprise_list import EnterpriseList, ListRequest, listed, lists_of, positions
from data.loading.checks.plausibility import FEWEST_PAIRS, HIGHEST_SCORE, modified_z_scores
from data.queries import unsourced_rows as queries
from data.view import View
from data.vocabulary import FORM_STATES, FORMS, SILENCE

GROUPS = ("trained", "reported", "silent")
"""The counts of a group: enterprises trained, and of these the ones with and without a report."""

KINDS = ("total", "partner", "round")


@dataclass(frozen=True)
class FollowUpList:
    """One list, by kind: ``form`` (words: form, state), ``group`` (what, kind, code), ``silence`` (name), ``outliers``
    (no words), or ``unsourced`` rows (table).
    """

    kind: str
    words: tuple[str, ...] = ()

    @property
    def of_enterprises(self) -> bool:
        """Does the list have one row per enterprise?"""
        return self.kind in ("form", "group", "silence")

    @property
    def path(self) -> str:
        """The list as a part of an address, the reverse of :func:`read`."""
        return "/".join(part for part in (self.kind, *self.words) if part)

    def within(self) -> Within:
        """The function that marks the enterprises of the list."""
        if self.kind == "form":
            form, state = self.words
            return lambda of: of.forms[form] == FORM_STATES.index(state)
        if self.kind == "silence":
            (silence,) = self.words
            return lambda of: of.of.trained & (of.silence == SILENCE.index(silence))
        what, kind, code = self.words
        return lambda of: of.in_group(_rounds_of(of, kind, code), what)


def _rounds_of(of: Lists, kind: str, code: str) -> Array:
    """Marks the rounds of a group; none if there is no such group."""
    record, visible = of.of.record, of.of.slice.visible_partners
    if kind == "partner":
        shown = visible is None or code in visible
        return record.with_partner(of.catalogue.below("partner", {code}) if shown else ())
    return np.array([kind == "total" or code == each for each in record.rounds], bool)


def read(path: str) -> FollowUpList | None:
    """The list of an address part; None if there is no such list."""
    kind, *rest = path.split("/")
    words = tuple(rest)
    if kind == "group" and words[1:] == ("total",):
        words = (*words, "")
    valid = {
        "form": len(words) == 2 and words[0] in FORMS and words[1] in FORM_STATES,  # noqa: PLR2004 - form and state
        "group": len(words) == 3 and words[0] in GROUPS and words[1] in KINDS,  # noqa: PLR2004 - what, kind, code
        "silence": len(words) == 1 and words[0] in SILENCE,
        "outliers": not words,
        "unsourced": len(words) == 1 and words[0] in queries.tables_with_source(),
    }
    return FollowUpList(kind, words) if valid.get(kind) else None


def form_counts(view: View) -> dict[str, dict[str, int]]:
    """Enterprises by form and state."""
    counts = lists_of(view).form_counts()
    return {form: {state: counts[form, state] for state in FORM_STATES} for form in FORMS}


def silences(view: View) -> dict[str, int]:
    """Trained enterprises of a view by the time since their last report (:data:`SILENCE`)."""
    return lists_of(view).silence_counts()


@dataclass(frozen=True)
class Forms:
    """The states of the forms of one enterprise; ``days`` since its last report (None: no report with a date)."""

    listed: Listed
    states: dict[str, str]
    days: int | None


def page(view: View, request: ListRequest, which: FollowUpList | None = None) -> tuple[EnterpriseList, list[Forms]]:
    """A page of the enterprises of a list (None: of all), with their forms."""
    enterprises = listed(view, request, which.within() if which else None)
    of, at = lists_of(view), view.facts.record.enterprise_at
    forms = [
        Forms(
            row,
            {form: FORM_STATES[of.forms[form][at[row.enterprise]]] for form in FORMS},
            _days_since(view, int(of.last_report[at[row.enterprise]])),
        )
        for row in enterprises.rows
    ]
    return enterprises, forms


def _days_since(view: View, report: int) -> int | None:
    """The days from the last day of a report to the date of the view; None without a date."""
    return None if report == UNKNOWN else view.facts.day - report


def everyone(view: View, which: FollowUpList | None, language: str) -> pd.DataFrame:
    """All enterprises of a list, sorted by name.

    Columns: enterprise, place, sector, one column per form, last_report, its precision, days.
    """
    of, record = lists_of(view), view.facts.record
    rows = positions(view, ListRequest(language=language), which.within() if which else None)
    reports = of.reports(rows)
    return pd.DataFrame(
        {
            "enterprise": coded(record.enterprises, rows),
            "place": coded(record.places, of.place[rows]),
            "sector": coded(record.sectors, of.sector[rows]),
            **{form: coded(FORM_STATES, of.forms[form][rows]) for form in FORMS},
            "last_report": [when for when, _precision in reports],
            "last_report_precision": [precision for _when, precision in reports],
            "days": [_days_since(view, day) for day in of.last_report[rows].tolist()],
        },
        dtype=object,
    )


def longest_silent(view: View) -> Forms | None:
    """The trained enterprise with the oldest last report; None if no report has a date."""
    trained = FollowUpList("group", ("trained", "total", ""))
    _enterprises, forms = page(view, ListRequest(sort="last_report"), trained)
    return forms[0] if forms and forms[0].days is not None else None


def outliers(view: View) -> pd.DataFrame:
    """The result rows whose change is far from the others of their indicator, by the rule of the loader's warning.

    Columns: enterprise, round, module, indicator, before, after, after_on, after_on_precision, source, unit,
    change, median, others (their number), score. Highest score first.
    """
    by_indicator = list(_outliers_by_indicator(view))
    columns = [
        "enterprise", "round", "module", "indicator", "before", "after", "after_on", "after_on_precision", "source",
    ]  # fmt: skip
    if by_indicator:
        rows = np.concatenate([at for at, _scores in by_indicator])
        scores = pd.concat([scores for _at, scores in by_indicator])
    else:
        rows, scores = np.zeros(0, np.intp), pd.DataFrame(columns=_SCORE_COLUMNS, dtype=float)
    order = pairs.result_order(view.facts, rows)
    frame = pairs.result_rows(view.facts, rows)[columns]
    units = {code: entry.columns["unit"] for code, entry in view.catalogue.indicator.items()}
    frame["unit"] = frame["indicator"].map(units)
    frame[_SCORE_COLUMNS] = scores.iloc[order].reset_index(drop=True)
    return frame.sort_values("score", ascending=False, kind="stable")


_SCORE_COLUMNS = ["change", "median", "others", "score"]


def _outliers_by_indicator(view: View) -> Iterator[tuple[Array, pd.DataFrame]]:
    """The outliers of each indicator: their rows, and a frame with change, median, others and score."""
    rows = view.facts.record.results
    for at in lists_of(view).levels():
        if len(at) < FEWEST_PAIRS:
            continue
        changes = (rows.after[at] - rows.before[at]).round(12)
        scores = np.array(modified_z_scores(changes.tolist()))
        far = scores > HIGHEST_SCORE
        columns = {"change": changes[far], "median": np.median(changes), "others": len(at) - 1, "score": scores[far]}
        yield at[far], pd.DataFrame(columns)


def outlier_count(view: View) -> int:
    """The number of rows of :func:`outliers`."""
    return sum(len(at) for at, _scores in _outliers_by_indicator(view))


def unsourced_counts(view: View) -> dict[str, int]:
    """The number of rows without a source, per table that has any."""
    from_facts = lists_of(view).unsourced()
    counts = {
        table: from_facts[table] if table in from_facts else queries.unsourced_count(view.connection, view.of, table)
        for table in _tables(view)
    }
    return {table: count for table, count in counts.items() if count}


def unsourced(view: View, table: str) -> pd.DataFrame:
    """The rows of a table without a source, sorted by key; no rows of a table that the viewer may not see."""
    return queries.unsourced(view.connection, view.of, table, limit=None if table in _tables(view) else 0)


def _tables(view: View) -> tuple[str, ...]:
    """The tables with a source column. A limited viewer sees only those to which their scope applies."""
    return queries.OF_SLICE if view.viewer.limited else queries.tables_with_source()


def key_of(table: str) -> dict[str, Any]:
    """The key columns of a table, each with the table it refers to ("": none)."""
    return {"code": "enterprise"} if table == "enterprise" else dict(queries.key_of(table))


def sources_of(view: View, which: FollowUpList) -> Counter[str]:
    """The number of rows behind a list of rows, per source ("": no source given)."""
    if which.kind == "outliers":
        return Counter(source or "" for source in outliers(view)["source"])
    return Counter({"": unsourced_counts(view).get(which.words[0], 0)})
