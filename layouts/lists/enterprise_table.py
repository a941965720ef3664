"""The list of enterprises, and the frame of the page of one enterprise."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from data.vocabulary import STATES
from layouts import ids
from layouts.lists import paged_list
from layouts.lists.paged_list import Column
from layouts.parts.markup import Markup
from layouts.texts.code_words import STATE_SIGNS, state_name
from layouts.words import Names, _, day, labelled, listed, ngettext, number

COLUMNS = (
    Column("name", sorts=True),
    Column("place", sorts=True),
    Column("sector", sorts=True),
    Column("rounds", sorts=True),
    Column("states"),
    Column("completed", sorts=True, numeric=True),
    Column("last_report", sorts=True, numeric=True),
)
LIST = "enterprises"


@dataclass(frozen=True)
class Row:
    """One enterprise in the list. ``href`` is empty where it has no page, ``code`` where the code is not shown."""

    code: str
    name: str
    href: str
    place: str
    sector: str
    rounds: list[str]
    states: dict[str, str]
    last_report: str


def skeleton() -> list[Component]:
    """The skeleton of the page with the list."""
    return [
        html.Section(
            [
                html.Div(
                    [
                        html.Label(id=ids.ENTERPRISES_SEARCH_LABEL, htmlFor=ids.ENTERPRISES_SEARCH),
                        dbc.Input(id=ids.ENTERPRISES_SEARCH, type="search", debounce=400, maxLength=200),
                    ],
                    className="list-search",
                ),
                *paged_list.frame(LIST, COLUMNS),
                Markup(ids.ENTERPRISES_NOTE, className="list-legend"),
                Markup(ids.ENTERPRISES_BASIS),
            ],
            id=ids.ENTERPRISES_LIST,
            className="exhibit",
        )
    ]


def one() -> list[Component]:
    """The skeleton of the page of one enterprise."""
    return [html.Div(id=ids.ENTERPRISE)]


def column_name(column: str) -> str:
    """The heading of a column of the list."""
    return {
        "name": _("Enterprise"),
        "place": _("Place"),
        "sector": _("Sector"),
        "rounds": _("Rounds"),
        "states": _("Modules"),
        "completed": _("Modules completed"),
        "last_report": _("Last report"),
    }[column]


def count_text(count: int, text: str) -> str:
    """The number of enterprises in the list; `text` is the search text."""
    if text:
        return ngettext("{n} enterprise found for “{text}”", "{n} enterprises found for “{text}”", count, text=text)
    return ngettext("{n} enterprise", "{n} enterprises", count)


def unnamed(count: int) -> str:
    """The note about enterprises that may not be named."""
    return ngettext(
        "{n} enterprise may not be named: it stands last, and no search finds it.",
        "{n} enterprises may not be named: they stand last, in an order of their own, and no search finds them.",
        count,
    )


def rows(listed_rows: Sequence[Row], names: Names, position: Callable[[str], str]) -> list[Component]:
    """The rows of the list."""
    return [
        html.Tr(
            [
                html.Th(_name(row), scope="row"),
                html.Td(row.place),
                html.Td(row.sector),
                html.Td(listed(row.rounds)),
                html.Td([chip(code, state, names, position) for code, state in row.states.items()], className="chips"),
                html.Td(_completed(row.states), className="n"),
                html.Td(row.last_report, className="n"),
            ]
        )
        for row in listed_rows
    ]  # fmt: skip


def _name(row: Row) -> list[Component | str]:
    shown: list[Component | str] = [dcc.Link(row.name, href=row.href) if row.href else row.name]
    return [*shown, html.Span(row.code, className="code")] if row.code else shown


def _completed(states: dict[str, str]) -> str:
    done = sum(state == "completed" for state in states.values())
    return _("{done} of {planned}", done=number(done), planned=number(len(states)))


def chip(module: str, state: str, names: Names, position: Callable[[str], str]) -> html.Span:
    """The number of a module with the sign of its state."""
    title = labelled(names("module", module), state_name(state))
    return html.Span(
        f"{position(module)} {STATE_SIGNS[state]}",
        className=f"state state-{state}",
        role="img",
        title=title,
        **{"aria-label": title},
    )


def legend(modules: Sequence[str], names: Names, position: Callable[[str], str]) -> list[Component]:
    """The legend of the signs and the module numbers of the list."""
    signs = [
        html.Li([html.Span(STATE_SIGNS[state], className=f"state state-{state}"), state_name(state)])
        for state in STATES
    ]
    numbers = [html.Li([html.B(position(code)), " ", names("module", code)]) for code in modules]
    return [html.Ul(signs, className="legend"), html.Ul(numbers, className="legend")]


def reported(on: date | None, precision: str | None, *, anything: bool) -> str:
    """The date of an enterprise's last report; `anything`: it reported, with or without a date."""
    if on:
        return day(on, precision)
    return _("reported, no date") if anything else _("not on record")


def no_rows() -> str:
    """The message in place of the list for a viewer with a threshold."""
    return _("It would have a row for each enterprise: this link shows counts of enterprises, and no single ones.")
