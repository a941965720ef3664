"""The page of one enterprise: its facts, its trainings in time, its results, its stories, and its neighbours."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from dash import dcc, html
from dash.development.base_component import Component

from data.vocabulary import YES_NO
from layouts.figures.timeline import step_name, training_state, visited
from layouts.frames import records
from layouts.parts import exhibit_frame
from layouts.parts.exhibit_frame import Basis
from layouts.parts.tables import Cell, Column, LinkTo, Table
from layouts.theme import GRAPH_CONFIG, Figure
from layouts.words import (
    Names,
    _,
    change_of,
    day,
    known,
    labelled,
    listed,
    ngettext,
    number,
    quantity,
    relative,
    sentences,
)

Fact = tuple[str, str]
"""A label and its value."""


@dataclass(frozen=True)
class Story:
    """A story in the viewer's language; ``texts`` are (who tells it, before or after; text)."""

    title: str
    href: str
    texts: list[tuple[str, str]]


def heading(name: str, other: str, back: str) -> list[Component]:
    """The heading: the enterprise's name, a line with its `other` name and code, and the link back to the list."""
    return [
        dcc.Link(["← ", _("All enterprises")], href=back, className="leads-to"),
        html.Div([html.H1(name), *([html.P(other, className="lead-line")] if other else [])], className="page-heading"),
    ]


def facts(known_facts: Sequence[Fact], rounds: Sequence[tuple[str, Sequence[Fact]]], basis: Basis) -> Component:
    """The facts of the enterprise itself, then of each round."""
    of_rounds = [part for name, round_facts in rounds for part in (html.H3(name), _list(round_facts))]
    return _section(_("What is on record"), [_list(known_facts), *of_rounds], basis)


def _list(listed_facts: Sequence[Fact]) -> html.Dl:
    parts = [part for label, value in listed_facts for part in (html.Dt(label), html.Dd(value))]
    return html.Dl(parts, className="facts")


def on_record(value: str | None) -> str:
    """A value, or "not on record"."""
    return value or _("not on record")


def people(workers: float | None, women: float | None) -> str:
    """The size of an enterprise: its workers, and the women among them."""
    if not known(workers):
        return on_record(None)
    if not known(women):
        return sentences(number(workers), _("(women: not on record)"))
    return sentences(number(workers), _("({women} of them women)", women=number(women)))


def timeline(title: str, figure: Figure | None, table: str, basis: Basis) -> Component:
    """The section of the trainings in time, with their table."""
    picture = html.Div(
        dcc.Graph(figure=figure, config=GRAPH_CONFIG, className="exhibit-figure"), className="exhibit-picture"
    )
    shown: list[Component] = [picture] if figure else []
    return _section(
        title, [*shown, exhibit_frame.table_at(table, _("The trainings as a table"), opened=not figure)], basis
    )


def timeline_title(frame: pd.DataFrame) -> str:
    """The title: the number of trainings with a completion on record."""
    if frame.empty:
        return _("No training is planned")
    done = int((frame["state"] == "completed").sum())
    return ngettext(
        "{done} of {n} training with a completion on record",
        "{done} of {n} trainings with a completion on record",
        len(frame), done=number(done),
    )  # fmt: skip


def trainings(frame: pd.DataFrame, names: Names, source_link: LinkTo) -> Table:
    """The table of trainings, one row each: all dates, participants, source and note."""
    steps = ("due_on", "workshop_on", "assessed_on", "completed_on", "dropped_on")
    rows: list[list[Cell]] = []
    for row in records(frame):
        dates = {step: day(row[step], row[f"{step}_precision"]) for step in steps}
        rows.append(
            [
                names("module", row["module"]),
                names("round", row["round"]),
                training_state(row),
                dates["due_on"],
                dates["workshop_on"],
                visited(row) or "–",
                *(dates[step] for step in steps[2:]),
                *(number(row[name]) for name in ("managers", "workers", "women", "satisfaction")),
                source_link(row["source"]),
                row["note"] or "",
            ]
        )
    columns = (
        Column(_("Module")), Column(_("Round")), Column(_("State")),
        Column(step_name("due_on")), Column(step_name("workshop_on")), Column(_("Visits")),
        *(Column(step_name(step)) for step in steps[2:]),
        *(Column(label, numeric=True) for label in (_("Managers"), _("Workers"), _("Women"), _("Satisfaction"))),
        Column(_("Source")), Column(_("Note")),
    )  # fmt: skip
    return Table(columns, rows, note=_("– means: not on record up to the date shown."))


def results(frame: pd.DataFrame, names: Names, source_link: LinkTo) -> Table:
    """The table of results, one row each: before, after, change, verdict, and how it was measured."""
    verdicts = {"better": _("better"), "same": _("same"), "worse": _("worse"), "context": "–"}
    rows: list[list[Cell]] = []
    for row in records(frame):
        unit, sign = row["unit"], row["operator"]
        before_on, after_on = (day(row[name], row[f"{name}_precision"]) for name in ("before_on", "after_on"))
        if known(row["change_percent"]):
            change = relative(row["change_percent"] / 100)
        else:
            change = "–" if unit == YES_NO else change_of(row["change"], unit)
        rows.append(
            [
                names("indicator", row["indicator"]),
                quantity(row["before"], unit, sign),
                before_on if known(row["before"]) else "–",
                quantity(row["after"], unit, sign),
                after_on if known(row["after"]) or known(row["change_percent"]) else "–",
                change,
                verdicts.get(row["verdict"], "–"),
                number(row["months"]),
                {True: _("yes"), False: _("no")}.get(row["verified"], "–"),
                names("module", row["module"]) if row["module"] else "–",
                names("round", row["round"]) if row["round"] else "–",
                source_link(row["source"]),
                row["note"] or "",
            ]
        )
    columns = (
        Column(_("Indicator")), Column(_("Before"), numeric=True), Column(_("On")),
        Column(_("After"), numeric=True), Column(_("On")), Column(_("Change"), numeric=True), Column(_("Verdict")),
        Column(_("Months"), numeric=True), Column(_("Verified")), Column(_("Module")), Column(_("Round")),
        Column(_("Source")), Column(_("Note")),
    )  # fmt: skip
    return Table(columns, rows, note=_("> more than, ≤ up to, ≈ about: such bounds have no verdict."))


def results_title(frame: pd.DataFrame) -> str:
    """The title: the number of results, and of those that are better."""
    if frame.empty:
        return _("No result is on record")
    rated = frame["verdict"].isin(["better", "same", "worse"])
    all_results = ngettext("{n} result on record", "{n} results on record", len(frame))
    if not rated.any():
        return all_results
    better = int((frame["verdict"] == "better").sum())
    judged = _(
        "{better} of {rated} with a before and an after are better",
        better=number(better),
        rated=number(int(rated.sum())),
    )
    return listed([all_results, judged])


def results_section(frame: pd.DataFrame, table: str, basis: Basis) -> Component:
    """The section of the results, with their table."""
    rows = exhibit_frame.table_at(table, _("Every result with its source"), opened=True)
    return _section(results_title(frame), [rows] if len(frame) else [], basis)


def stories(shown_stories: Sequence[Story]) -> Component:
    """The section of the stories, each with a link to its page."""
    shown: list[Component] = []
    for story in shown_stories:
        shown.append(html.H3(dcc.Link(story.title, href=story.href)))
        shown += [html.P([html.B(when), html.Br(), text]) for when, text in story.texts]
    return _section(ngettext("{n} story", "{n} stories", len(shown_stories)), shown)


@dataclass(frozen=True)
class Beside:
    """The other enterprises of a place or a sector: a title, one sentence per module, and the first of them by name.

    ``named`` are (name, address) each; ``more`` is the number of others.
    """

    title: str
    modules: list[str]
    named: list[tuple[str, str]]
    more: int


def neighbours(groups: Sequence[Beside], basis: Sequence[Basis]) -> Component:
    """The section of the other enterprises in the same place and sector, with their progress."""
    shown: list[Any] = []
    for group, group_basis in zip(groups, basis, strict=True):
        shown.append(html.H3(group.title))
        if group.modules:
            shown.append(html.P(" · ".join(group.modules)))
        links: list[Component] = [html.Li(dcc.Link(name, href=href)) for name, href in group.named]
        if group.more:
            links.append(html.Li(ngettext("and {n} more", "and {n} more", group.more)))
        if links:
            shown.append(html.Ul(links, className="neighbours"))
        if group.named or group.more:
            shown += exhibit_frame.basis_lines(group_basis)
    if not shown:
        shown = [html.P(_("Neither its place nor its sector is on record."))]
    return _section(_("Beside it"), shown)


def beside_title(kind: str, name: str, count: int) -> str:
    """The title of a group of neighbours: their number, and the place or sector."""
    if kind == "place":
        return ngettext("{n} other in {place}", "{n} others in {place}", count, place=name)
    return ngettext("{n} other in the sector {sector}", "{n} others in the sector {sector}", count, sector=name)


def beside_module(name: str, completed: int, count: int) -> str:
    """The number of neighbours that completed a module."""
    return labelled(name, _("{done} of {n} completed it", done=number(completed), n=number(count)))


def _section(title: str, children: Sequence[Any], basis: Basis | None = None) -> html.Section:
    basis_lines = exhibit_frame.basis_lines(basis) if basis else []
    return html.Section([html.H2(title), *children, *basis_lines], className="exhibit")
