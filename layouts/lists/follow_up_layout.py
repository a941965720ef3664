"""The Completeness page: the forms of every enterprise, the reports and their dates, and rows to check."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from data.vocabulary import FORM_STATES, FORMS
from layouts import ids
from layouts.lists import paged_list
from layouts.lists.paged_list import Column
from layouts.parts.cards import table_name
from layouts.parts.exhibit_frame import table_at
from layouts.parts.markup import Markup
from layouts.words import Names, _, labelled, listed, ngettext, number

SIGNS = {"present": "✓", "partly": "◐", "missing": "✕", "not-yet-due": "○"}
COLUMNS = (
    Column("name", sorts=True),
    Column("place", sorts=True),
    Column("sector", sorts=True),
    *(Column(form) for form in FORMS),
    Column("last_report", sorts=True, numeric=True),
    Column("days", numeric=True),
)
LIST = "completeness"


def skeleton() -> list[Component]:
    """The skeleton of the page: the counts, then the list of enterprises."""
    return [
        html.Div(
            [
                html.Div(
                    [Markup(part, tag="section", className="exhibit") for part in parts],
                    className="column",
                )
                for parts in (
                    (ids.COMPLETENESS_FORMS, ids.COMPLETENESS_DAYS, ids.COMPLETENESS_DOUBTS),
                    (ids.COMPLETENESS_REPORTED,),
                )
            ],
            className="exhibits two",
        ),
        _list(),
    ]


def one() -> list[Component]:
    """The skeleton of the page of one list: its title and its rows."""
    return [Markup(ids.COMPLETENESS_ONE), _list()]


def _list() -> html.Section:
    return html.Section(
        [
            Markup(ids.COMPLETENESS_TITLE),
            *paged_list.frame(LIST, COLUMNS),
            Markup(ids.COMPLETENESS_FOOT, className="list-legend"),
        ],
        id=ids.COMPLETENESS_LIST,
        className="exhibit",
    )


def form_name(form: str) -> str:
    """The name of a form that an enterprise fills in."""
    return {
        "baseline": _("Baseline"),
        "training": _("Training"),
        "assessment": _("Assessment"),
        "results": _("Results"),
    }[form]


def state_name(state: str) -> str:
    """The name of the state of a form."""
    return {
        "present": _("On record"),
        "partly": _("Partly"),
        "missing": _("Missing"),
        "not-yet-due": _("Not yet due"),
    }[state]


def silence_name(silence: str) -> str:
    """The name of a time since an enterprise reported."""
    return {
        "90": _("Up to 90 days ago"),
        "180": _("91 to 180 days ago"),
        "365": _("181 to 365 days ago"),
        "longer": _("More than 365 days ago"),
        "undated": _("Reported, without a date"),
        "never": _("No report on record"),
    }[silence]


def column_name(column: str) -> str:
    """The heading of a column of the list."""
    names = {
        "name": _("Enterprise"),
        "place": _("Place"),
        "sector": _("Sector"),
        "last_report": _("Last report"),
        "days": _("Days since"),
    }
    return names[column] if column in names else form_name(column)


def chip(state: str) -> html.Span:
    """The state of a form: sign and word."""
    return html.Span(f"{SIGNS[state]} {state_name(state)}", className=f"state state-{state}")


@dataclass(frozen=True)
class Row:
    """One enterprise in the list, with the state of its forms."""

    code: str
    name: str
    href: str
    place: str
    sector: str
    states: Mapping[str, str]
    last_report: str
    days: str


def rows(listed: Sequence[Row]) -> list[Component]:
    """The rows of the list."""
    return [
        html.Tr(
            [
                html.Th([dcc.Link(row.name, href=row.href), html.Span(row.code, className="code")], scope="row"),
                html.Td(row.place),
                html.Td(row.sector),
                *(html.Td(chip(row.states[form])) for form in FORMS),
                html.Td(row.last_report, className="n"),
                html.Td(row.days, className="n"),
            ]
        )
        for row in listed
    ]


def _count_link(href: str, count: int) -> Component | str:
    """A number with a link to the rows it counts; zero has no link."""
    return dcc.Link(number(count), href=href) if count else number(count)


def _table(columns: Sequence[Any], lines: Sequence[tuple[Any, Sequence[Component | str]]]) -> Component:
    head = [html.Th(column, scope="col", className="n" if at else "") for at, column in enumerate(columns)]
    body = [
        html.Tr([html.Th(name, scope="row"), *(html.Td(value, className="n") for value in values)])
        for name, values in lines
    ]
    table = html.Table([html.Thead(html.Tr(head)), html.Tbody(body)], className="table table-sm")
    return html.Div(table, className="table-scroll", tabIndex=0)


def forms(counts: Mapping[str, Mapping[str, int]], lists: Mapping[tuple[str, str], str]) -> list[Component]:
    """The number of enterprises by form and state, each with a link to its list."""
    lines = [
        (form_name(form), [_count_link(lists[form, state], counts[form][state]) for state in FORM_STATES])
        for form in FORMS
    ]
    return [
        html.H2(_forms_title(counts)),
        html.P(
            _("Enterprises by what is on record of them; each number leads to its list."), className="exhibit-caption"
        ),
        _table([_("Form"), *(chip(state) for state in FORM_STATES)], lines),
    ]


def _forms_title(counts: Mapping[str, Mapping[str, int]]) -> str:
    """The forms that most enterprises miss, with their number."""
    missing = max(counts[form]["missing"] for form in FORMS)
    if not missing:
        return _("No form that is due is missing")
    forms = [form_name(form) for form in FORMS if counts[form]["missing"] == missing]
    if len(forms) > 1:
        return ngettext(
            "{forms}: each missing for {n} enterprise", "{forms}: each missing for {n} enterprises", missing,
            forms=listed(forms),
        )  # fmt: skip
    return ngettext("{form}: missing for {n} enterprise", "{form}: missing for {n} enterprises", missing, form=forms[0])


DAYS_OF_YEAR = 365.25
FEWEST_YEARS = 2
"""A shorter silence is told in days."""


def duration(days: int) -> str:
    """A number of days in words: "395 days", "7.6 years"."""
    years = round(days / DAYS_OF_YEAR, 1)
    return ngettext("{n} day", "{n} days", days) if years < FEWEST_YEARS else _("{n} years", n=number(years))


def silences(
    counts: Mapping[str, int], lists: Mapping[str, str], longest: tuple[str, str, int] | None
) -> list[Component]:
    """The number of trained enterprises by the time since they reported.

    ``longest`` is the enterprise that reported the longest ago: its name, the address of its page, the number of days.
    """
    trained = sum(counts.values())
    title = (
        ngettext(
            "No report on record from {never} of {n} trained enterprise",
            "No report on record from {never} of {n} trained enterprises",
            trained, never=number(counts["never"]),
        )
        if trained
        else _nobody_trained()
    )  # fmt: skip
    longest_line = []
    if longest:
        name, href, days = longest
        longest_line.append(html.P([labelled(_("Longest silence"), duration(days)), " · ", dcc.Link(name, href=href)]))
    lines = [(silence_name(silence), [_count_link(lists[silence], counts[silence])]) for silence in counts]
    return [html.H2(title), _table([_("Last report"), _("Enterprises")], lines), *longest_line]


def doubts(outliers: int, outlier_list: str, unsourced: Mapping[str, int], lists: Mapping[str, str]) -> list[Component]:
    """The number of rows to check: pairs far from the others, and rows without a source."""
    lines: list[tuple[Any, Sequence[Component | str]]] = [
        (_("Results far from the others of their indicator"), [_count_link(outlier_list, outliers)])
    ]
    lines += [
        (_("Without a source: {table}", table=table_name(table)), [_count_link(lists[table], count)])
        for table, count in unsourced.items()
    ]
    total = sum(unsourced.values())
    title = (
        ngettext("{n} row names no source", "{n} rows name no source", total) if total else _("Every row has a source")
    )
    return [html.H2(title), _table([_("Worth a second look"), _("Rows")], lines)]


def reported_heading(reported_count: int, trained: int) -> list[Component]:
    """The heading of the coverage: the number of trained enterprises that reported."""
    title = (
        ngettext(
            "{reported} of {n} trained enterprise has a report on record",
            "{reported} of {n} trained enterprises have a report on record",
            trained, reported=number(reported_count),
        )
        if trained
        else _nobody_trained()
    )  # fmt: skip
    return [
        html.H2(title),
        html.P(
            _("The share of trained enterprises that reported anything, by partner and round."),
            className="exhibit-caption",
        ),
    ]


def _nobody_trained() -> str:
    return _("No enterprise is trained in this selection")


def list_heading(whole: bool) -> list[Component]:
    """The heading of the list of all enterprises; none where the list is not `whole`."""
    return [html.H2(_("Enterprise by enterprise"))] if whole else []


def export(href: str) -> Component:
    """The link to download all rows of a list."""
    return html.P(html.A(_("All rows as CSV"), href=href, download=""), className="table-note")


def whole_record() -> str:
    """The note that the rows of a table belong to no enterprise."""
    return _("Of the whole record: these rows belong to no enterprise")


def list_page(title: str, back: str, table: str | None, basis: list[Component]) -> list[Component]:
    """The heading of the page of one list with the link back, and its rows where they have their own `table`."""
    heading = [
        dcc.Link(["← ", _("Completeness")], href=back, className="leads-to"),
        html.Div(html.H1(title), className="page-heading"),
    ]
    if not table:
        return heading
    return [*heading, html.Section([table_at(table, _("The rows"), opened=True), *basis], className="exhibit")]


def list_title(kind: str, words: Sequence[str], names: Names) -> str:
    """The title of a list."""
    if kind == "form":
        return labelled(form_name(words[0]), state_name(words[1]))
    if kind == "silence":
        return labelled(_("Last report"), silence_name(words[0]))
    if kind == "outliers":
        return _("Results far from the others of their indicator")
    if kind == "unsourced":
        return _("Without a source: {table}", table=table_name(words[0]))
    what, group_kind, code = words
    group = _("All enterprises") if group_kind == "total" else names(group_kind, code)
    titles = {
        "trained": _("Trained"),
        "reported": _("Trained, reported anything"),
        "silent": _("Trained, no report on record"),
    }
    return labelled(group, titles[what])
