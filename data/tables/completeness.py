"""What is missing, for those who look after the record: counts, and the list behind each of them."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from data.held.lists import UNKNOWN, Lists
from data.held.record import Array
from data.loading.plausibility import FEWEST_PAIRS, HIGHEST_SCORE, modified_z_scores
from data.queries import completeness as queries
from data.queries import enterprises
from data.queries.completeness import FORMS, SILENCE, STATES
from data.tables.enterprises import Among, EnterpriseList, Listed, Wanted, codes_of, listed, lists_of, of_codes
from data.view import View

GROUPS = ("trained", "reported", "silent")
"""What is counted of a group: who was trained, and of those who reported anything and who did not."""

KINDS = ("total", "partner", "round")

_CHUNK = 500
"""So many enterprises are looked at in one question where all of a list are wanted."""


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

    def among(self) -> Among:
        """The enterprises of the list."""
        if self.kind == "form":
            form, state = self.words
            return Among(queries.with_form(form, state), lambda of: of.forms[form] == STATES.index(state))
        if self.kind == "silence":
            (silence,) = self.words
            return Among(queries.in_silence(silence), lambda of: of.of.trained & (of.silence == SILENCE.index(silence)))
        what, kind, code = self.words
        return Among(queries.in_group(kind, code, what), lambda of: of.in_group(_rounds_of(of, kind, code), what))


def _rounds_of(of: Lists, kind: str, code: str) -> Array:
    """Which rounds are in a group; none where there is no such group."""
    record, visible = of.of.record, of.of.of.visible_partners
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
        "form": len(words) == 2 and words[0] in FORMS and words[1] in STATES,  # noqa: PLR2004 - form and state
        "group": len(words) == 3 and words[0] in GROUPS and words[1] in KINDS,  # noqa: PLR2004 - what, kind, code
        "silence": len(words) == 1 and words[0] in SILENCE,
        "outliers": not words,
        "unsourced": len(words) == 1 and words[0] in queries.tables_with_source(),
    }
    return Which(kind, words) if right.get(kind) else None


def form_counts(view: View) -> dict[str, dict[str, int]]:
    """Enterprises by form and state."""
    counts = {form: dict.fromkeys(STATES, 0) for form in FORMS}
    held = lists_of(view)
    if held is not None:
        for (form, state), count in held.form_counts().items():
            counts[form][state] = count
        return counts
    for row in queries.form_counts(view.connection, view.of).to_dict("records"):
        counts[row["form"]][row["state"]] = row["enterprises"]
    return counts


def silences(view: View) -> dict[str, int]:
    """How long ago the trained enterprises of a view reported: enterprises by :data:`SILENCE`."""
    held = lists_of(view)
    if held is not None:
        return held.silence_counts()
    rows = queries.silence_counts(view.connection, view.of).to_dict("records")
    return dict.fromkeys(SILENCE, 0) | {row["silence"]: row["enterprises"] for row in rows}


@dataclass(frozen=True)
class Forms:
    """The forms of one enterprise, by form; ``days`` since its last report (None: none with a date)."""

    listed: Listed
    states: dict[str, str]
    days: int | None


def page(view: View, wanted: Wanted, which: Which | None = None) -> tuple[EnterpriseList, list[Forms]]:
    """A page of the enterprises of a list (None: of all), with their forms."""
    found = listed(view, wanted, which.among() if which else None)
    return found, list(_forms(view, found.rows))


def everyone(view: View, which: Which | None, language: str) -> pd.DataFrame:
    """All the enterprises of a list, by name: enterprise, place, sector, one column a form, last_report, days."""
    columns = ["enterprise", "place", "sector", *FORMS, "last_report", "days"]
    held = lists_of(view)
    if held is not None:
        codes = codes_of(view, Wanted(language=language), which.among() if which else None) or []
        return pd.DataFrame(_rows_of(held, codes), columns=columns, dtype=object)
    rows = [
        {
            "enterprise": each.listed.enterprise,
            "place": each.listed.place,
            "sector": each.listed.sector,
            **each.states,
            "last_report": each.listed.last_report,
            "days": each.days,
        }
        for each in _everyone(view, which, language)
    ]
    return pd.DataFrame(rows, columns=columns, dtype=object)


def _rows_of(held: Lists, codes: list[str]) -> Iterator[tuple[Any, ...]]:
    record = held.of.record
    places, sectors = (*record.places, None), (*record.sectors, None)
    for code in codes:
        at = record.enterprise_at[code]
        states = (STATES[held.forms[form][at]] for form in FORMS)
        day = int(held.last_report[at])
        last = None if day == UNKNOWN else date.fromordinal(day)
        days = (held.of.of.as_of - last).days if last else None
        yield code, places[held.place[at]], sectors[held.sector[at]], *states, last, days


def _everyone(view: View, which: Which | None, language: str) -> Iterator[Forms]:
    within = which.among().asked if which else None
    _count, codes = enterprises.enterprise_codes(view.connection, view.of, language=language, within=within, limit=None)
    for start in range(0, len(codes), _CHUNK):
        chunk = codes[start : start + _CHUNK]
        found = of_codes(view, chunk)
        yield from _forms(view, tuple(found[code] for code in chunk))


def longest_silent(view: View) -> Forms | None:
    """Who of the trained enterprises reported the longest ago; None where nobody did with a date."""
    everybody = Which("group", ("trained", "total", ""))
    _found, forms = page(view, Wanted(sort="last_report"), everybody)
    return forms[0] if forms and forms[0].days is not None else None


def _forms(view: View, rows: tuple[Listed, ...]) -> Iterator[Forms]:
    states = _states(view, [row.enterprise for row in rows])
    for row in rows:
        days = (view.of.as_of - row.last_report).days if row.last_report else None
        yield Forms(row, {form: states[row.enterprise][form] for form in FORMS}, days)


def _states(view: View, codes: list[str]) -> dict[str, dict[Any, Any]]:
    held = lists_of(view)
    if held is None:
        return {row["enterprise"]: row for row in queries.forms_of(view.connection, view.of, codes).to_dict("records")}
    at = {code: held.of.record.enterprise_at[code] for code in codes}
    return {code: {form: STATES[held.forms[form][row]] for form in FORMS} for code, row in at.items()}


def outliers(view: View) -> pd.DataFrame:
    """The result rows whose change lies far from the others of their indicator, by the rule of the loader's warning.

    Columns of :func:`data.queries.completeness.levels` and change, median, others (how many), score; farthest first.
    """
    frame = queries.levels(view.connection, view.of)
    frame = frame.assign(change=(frame["after"] - frame["before"]).round(12))
    found = []
    for _indicator, rows in frame.groupby("indicator", sort=False):
        if len(rows) >= FEWEST_PAIRS:
            changes = rows["change"].astype(float).tolist()
            scored = rows.assign(
                median=float(rows["change"].median()), others=len(rows) - 1, score=modified_z_scores(changes)
            )
            found.append(scored[scored["score"] > HIGHEST_SCORE])
    columns = [*frame.columns, "median", "others", "score"]
    every = pd.concat(found) if found else pd.DataFrame(columns=columns)
    return every[columns].sort_values("score", ascending=False, kind="stable")


def outlier_count(view: View) -> int:
    """How many rows :func:`outliers` has."""
    held = lists_of(view)
    if held is None:
        return len(outliers(view))
    changes = (each.round(12).tolist() for each in held.changes())
    scores = (modified_z_scores(each) for each in changes if len(each) >= FEWEST_PAIRS)
    return sum(score > HIGHEST_SCORE for each in scores for score in each)


def unsourced_counts(view: View) -> dict[str, int]:
    """How many rows of each table name no source, of the tables that have any."""
    held = lists_of(view)
    known = held.unsourced() if held else {}
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
