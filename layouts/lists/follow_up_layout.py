"""What is missing: the forms of every enterprise, who reported and when, what is worth a second look."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from layouts import ids
from layouts.lists import paged_list
from layouts.lists.paged_list import Column
from layouts.parts.cards import table_name
from layouts.parts.exhibit_frame import table_at
from layouts.parts.markup import Markup
from layouts.words import Names, _, labelled, ngettext, number

FORMS = ("baseline", "training", "assessment", "results")
STATES = ("present", "partly", "missing", "not-yet-due")
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
    """The page: the counts, then every enterprise."""
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
    """The page of one list: what it is, and its rows."""
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
    """A form an enterprise fills in."""
    return {
        "baseline": _("Baseline"),
        "training": _("Training"),
        "assessment": _("Assessment"),
        "results": _("Results"),
    }[form]


def state_name(state: str) -> str:
    """What is on record of a form."""
    return {
        "present": _("On record"),
        "partly": _("Partly"),
        "missing": _("Missing"),
        "not-yet-due": _("Not yet due"),
    }[state]


def silence_name(silence: str) -> str:
    """How long ago an enterprise reported."""
    return {
        "90": _("Up to 90 days ago"),
        "180": _("91 to 180 days ago"),
        "365": _("181 to 365 days ago"),
        "longer": _("More than 365 days ago"),
        "undated": _("Reported, without a date"),
        "never": _("Never reported"),
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
    """One enterprise with its forms as the list shows it."""

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


def _counted(href: str, count: int) -> Component | str:
    """A number that leads to the rows it counts; none leads nowhere."""
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
    """Enterprises by form and state, each number leading to its list."""
    worst = max(FORMS, key=lambda form: counts[form]["missing"])
    missing = counts[worst]["missing"]
    title = (
        ngettext(
            "{form}: missing for {n} enterprise", "{form}: missing for {n} enterprises", missing, form=form_name(worst)
        )
        if missing
        else _("No form that is due is missing")
    )
    lines = [
        (form_name(form), [_counted(lists[form, state], counts[form][state]) for state in STATES]) for form in FORMS
    ]
    return [
        html.H2(title),
        html.P(
            _("Enterprises by what is on record of them; each number leads to its list."), className="exhibit-caption"
        ),
        _table([_("Form"), *(chip(state) for state in STATES)], lines),
    ]


def silences(
    counts: Mapping[str, int], lists: Mapping[str, str], longest: tuple[str, str, int] | None
) -> list[Component]:
    """How long ago the trained enterprises reported; ``longest`` is who reported the longest ago, where their page is,
    and how many days.
    """
    trained = sum(counts.values())
    title = _("{n} of {trained} trained enterprises never reported", n=number(counts["never"]), trained=number(trained))
    said = []
    if longest:
        name, href, days = longest
        ago = ngettext("{n} day", "{n} days", days)
        said.append(html.P([labelled(_("The longest ago"), ago), " · ", dcc.Link(name, href=href)]))
    lines = [(silence_name(silence), [_counted(lists[silence], counts[silence])]) for silence in counts]
    return [html.H2(title), _table([_("Last report"), _("Enterprises")], lines), *said]


def doubts(outliers: int, outlier_list: str, unsourced: Mapping[str, int], lists: Mapping[str, str]) -> list[Component]:
    """What is worth a second look: pairs far from the others, and rows that name no source."""
    lines: list[tuple[Any, Sequence[Component | str]]] = [
        (_("Results far from the others of their indicator"), [_counted(outlier_list, outliers)])
    ]
    lines += [
        (_("Without a source: {table}", table=table_name(table)), [_counted(lists[table], count)])
        for table, count in unsourced.items()
    ]
    total = sum(unsourced.values())
    title = (
        ngettext("{n} row names no source", "{n} rows name no source", total) if total else _("Every row has a source")
    )
    return [html.H2(title), _table([_("Worth a second look"), _("Rows")], lines)]


def reported_heading(reported_count: int, trained: int) -> list[Component]:
    """The finding: who reported."""
    said = _(
        "{reported} of {trained} trained enterprises reported", reported=number(reported_count), trained=number(trained)
    )
    return [
        html.H2(said),
        html.P(
            _("The share of trained enterprises that reported anything, by partner and round."),
            className="exhibit-caption",
        ),
    ]


def list_heading(whole: bool) -> list[Component]:
    """Over the list of every enterprise."""
    return [html.H2(_("Enterprise by enterprise"))] if whole else []


def export(href: str) -> Component:
    """All rows of a list, to be taken away."""
    return html.P(html.A(_("All rows as CSV"), href=href, download=""), className="table-note")


def whole_record() -> str:
    """That the rows of a table belong to no enterprise."""
    return _("Of the whole record: these rows belong to no enterprise")


def list_page(title: str, back: str, table: str | None, basis: list[Component]) -> list[Component]:
    """What a list is, the way back, and its rows where they stand in a `table` of their own."""
    heading = [
        dcc.Link(["← ", _("Completeness")], href=back, className="leads-to"),
        html.Div(html.H1(title), className="page-heading"),
    ]
    if not table:
        return heading
    return [*heading, html.Section([table_at(table, _("The rows"), opened=True), *basis], className="exhibit")]


def list_title(kind: str, words: Sequence[str], names: Names) -> str:
    """What a list holds."""
    if kind == "form":
        return labelled(form_name(words[0]), state_name(words[1]))
    if kind == "silence":
        return labelled(_("Last report"), silence_name(words[0]))
    if kind == "outliers":
        return _("Results far from the others of their indicator")
    if kind == "unsourced":
        return _("Without a source: {table}", table=table_name(words[0]))
    what, of, code = words
    group = _("All enterprises") if of == "total" else names(of, code)
    said = {
        "trained": _("Trained"), "reported": _("Trained, reported anything"), "silent": _("Trained, reported nothing"),
    }  # fmt: skip
    return labelled(group, said[what])
