"""A paged list: headings that sort, buttons that turn the page, and the number of rows.

A callback changes the rows but never replaces headings and buttons, so that the keyboard focus stays where it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dash import Input, Output, State, dcc, html, no_update
from dash.development.base_component import Component

from layouts import ids
from layouts.parts.markup import Markup
from layouts.words import _, number

TURNS = ("first", "previous", "next", "last")
"""The buttons under a list that turn the page."""


@dataclass(frozen=True)
class Column:
    """A column of a list; the heading of one that ``sorts`` is a button."""

    name: str
    sorts: bool = False
    numeric: bool = False


@dataclass(frozen=True)
class Order:
    """The column and direction a list is sorted by, the page shown and the number of pages."""

    sort: str
    descending: bool
    page: int
    pages: int


def frame(name: str, columns: Sequence[Column]) -> list[Component]:
    """The empty list; :func:`fill` returns the values of its :func:`outputs`."""
    turns = [
        html.Button(id=ids.of_list(name, turn), className="btn btn-sm btn-outline-primary", type="button")
        for turn in TURNS
    ]
    turns.insert(2, html.Span(id=ids.of_list(name, "page"), className="page-number"))
    return [
        dcc.Store(id=ids.of_list(name, "order")),
        html.P(id=ids.of_list(name, "count"), className="list-count", role="status"),
        html.Div(
            html.Table(
                [
                    html.Thead(html.Tr([_head(name, column) for column in columns])),
                    Markup(ids.of_list(name, "rows"), tag="tbody"),
                ],
                className="table table-sm list",
            ),
            className="table-scroll",
            tabIndex=0,
        ),
        html.Nav(turns, id=ids.of_list(name, "turns"), className="turns"),
    ]


def _head(name: str, column: Column) -> html.Th:
    label = ids.of_list(name, f"label-{column.name}")
    heading = html.Button(id=label, className="sort", type="button") if column.sorts else html.Span(id=label)
    return html.Th(heading, id=ids.of_list(name, f"head-{column.name}"), scope="col", className="n" * column.numeric)


def outputs(name: str, columns: Sequence[Column]) -> list[Output]:
    """The outputs of a list's callback, in the order of :func:`fill`."""
    return [
        Output(ids.of_list(name, "order"), "data"),
        Output(ids.of_list(name, "count"), "children"),
        Output(ids.of_list(name, "rows"), "content"),
        Output(ids.of_list(name, "page"), "children"),
        Output(ids.of_list(name, "turns"), "hidden"),
        Output(ids.of_list(name, "turns"), "aria-label"),
        *(Output(ids.of_list(name, turn), "children") for turn in TURNS),
        *(Output(ids.of_list(name, turn), "aria-disabled") for turn in TURNS),
        *(Output(ids.of_list(name, f"label-{column.name}"), "children") for column in columns),
        *(Output(ids.of_list(name, f"head-{column.name}"), "aria-sort") for column in columns if column.sorts),
    ]


def inputs(name: str, columns: Sequence[Column]) -> list[Input | State]:
    """The inputs of a list's callback: the clicks on its headings and buttons, then its order."""
    buttons = [f"label-{column.name}" for column in columns if column.sorts]
    clicks = [Input(ids.of_list(name, button), "n_clicks") for button in (*buttons, *TURNS)]
    return [*clicks, State(ids.of_list(name, "order"), "data")]


def nothing(name: str, columns: Sequence[Column]) -> tuple[object, ...]:
    """The output values that leave a list unchanged."""
    return tuple(no_update for _output in outputs(name, columns))


def fill(
    columns: Sequence[Column], labels: Mapping[str, str], order: Order, count: str, rows: list[Component]
) -> tuple[object, ...]:
    """The values of a list in the order of :func:`outputs`; `count` is the number of rows in words."""
    first, last = order.page <= 1, order.page >= order.pages
    names = {
        "first": _("First page"),
        "previous": _("Previous page"),
        "next": _("Next page"),
        "last": _("Last page"),
    }
    direction = "descending" if order.descending else "ascending"
    return (
        vars(order),
        count,
        rows,
        _("Page {page} of {pages}", page=number(order.page), pages=number(order.pages)),
        order.pages <= 1,
        _("Pages of the list"),
        *(names[turn] for turn in TURNS),
        # A disabled button would lose the focus.
        *(str(first if turn in ("first", "previous") else last).lower() for turn in TURNS),
        *(labels[column.name] for column in columns),
        *(direction if column.name == order.sort else "none" for column in columns if column.sorts),
    )
