"""The Results page: one indicator before and after, all indicators, and who reported at all."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from dash import Dash, Input, Output

from callbacks import drawing
from callbacks.page_request import AppContext, Cacheable, PageRequest, cacheable, open_request
from data import exhibits
from data.vocabulary import YES_NO
from layouts import ids, parts
from layouts.frames import records
from layouts.words import _, ngettext, unseen

FEW_FACTS = 25
"""So many facts that are no pairs are listed for all indicators at once; more, only for the chosen one."""


def register(app: Dash, context: AppContext) -> None:
    """Add the page's callback."""

    @app.callback(
        Output(ids.RESULTS_INDICATOR_LABEL, "children"),
        Output(ids.RESULTS_INDICATOR, "labels"),
        Output(ids.RESULTS_INDICATOR, "options"),
        Output(ids.RESULTS_INDICATOR, "value"),
        Output(ids.RESULTS_BESIDE, "content"),
        *(output for code in ("pairs", "coverage", "change", "practices") for output in parts.outputs("results", code)),
        Input(ids.ADDRESS, "search"),
        Input(ids.RESULTS_INDICATOR, "value"),
    )
    @cacheable(Cacheable.UNDERSTOOD)
    def results(search: str | None, indicator: str | None) -> tuple[Any, ...]:
        with open_request(context, search, clears_notice=True) as request:
            return page(request, indicator)


def page(request: PageRequest, indicator: str | None) -> tuple[Any, ...]:
    """Everything on the page, for `indicator` where it has results in the view, else for the one with most pairs."""
    change = exhibits.build(request.view, "change")
    ranked = by_pairs(change.table)
    reported = ranked["indicator"].tolist()
    chosen = indicator if indicator in reported else next(iter(reported), None)
    options = [
        {"label": f"{request.name('indicator', row['indicator'])} · {_count(row)}", "value": row["indicator"]}
        for row in records(ranked)
    ]
    pairs = exhibits.build_pairs(request.view, chosen) if chosen else exhibits.build(request.view, "pairs")
    return (
        _("Indicator"),
        parts.dropdown_labels(),
        options,
        chosen,
        beside(request, chosen, change.table) if chosen else [],
        *drawing.filled(request, pairs, drawing.pairs, chosen),
        *drawing.filled(request, exhibits.build(request.view, "coverage"), drawing.coverage),
        *drawing.filled(request, change, drawing.improved),
        *drawing.filled(request, change, drawing.practices),
    )


def by_pairs(change: pd.DataFrame) -> pd.DataFrame:
    """The indicators with most pairs first, figures before practices: a practice is read off one chart of them all."""
    table = change.assign(figure=change["unit"] != YES_NO)
    return table.sort_values(["figure", "pairs", "other_facts"], ascending=False, kind="stable")


def _count(row: Mapping[Any, Any]) -> str:
    if row["pairs"] or unseen(row["pairs"]):
        return ngettext("{n} pair", "{n} pairs", row["pairs"])
    return ngettext("{n} other fact", "{n} other facts", row["other_facts"])


def beside(request: PageRequest, indicator: str, change: pd.DataFrame) -> list[Any]:
    """The facts that are no pairs: of `indicator`, or of all indicators while they are few."""
    if request.view.threshold:  # one row an enterprise
        return []
    everything = int(change["other_facts"].sum())
    few = everything <= FEW_FACTS
    count = everything if few else int(change.loc[change["indicator"] == indicator, "other_facts"].iloc[0])
    if not count:
        return []
    title = ngettext(
        "Beside the pairs, {n} fact that is none: it enters no median",
        "Beside the pairs, {n} facts that are none: they enter no median",
        count,
    )
    return [parts.table_at(request.href("/table/beside", indicator="" if few else indicator), title, opened=few)]
