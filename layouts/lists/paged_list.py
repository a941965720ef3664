"""A list in pages: headings that sort, buttons that turn the page, the number of rows found said politely.

Headings and buttons stand still while rows come and go, so that the focus stays where it was.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dash import Input, Output, State, dcc, html, no_update
from dash.development.base_component import Component

from layouts import ids
from layouts.parts.markup import Markup
from layouts.words import _, number

TURNS = ("first", "previous", "next", "last")
"""The buttons under a list."""


@dataclass(frozen=True)
class Column:
    """A column of a list; one that ``sorts`` has a button for a heading."""

    name: str
    sorts: bool = False
    numeric: bool = False


@dataclass(frozen=True)
class Order:
    """Which column a list is sorted by and which way, and the page shown."""

    sort: str
    descending: bool
    page: int
    pages: int


def frame(name: str, columns: Sequence[Column]) -> list[Component]:
    """The empty list; :func:`fill` gives what its :func:`outputs` take."""
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
    held = html.Button(id=label, className="sort", type="button") if column.sorts else html.Span(id=label)
    return html.Th(held, id=ids.of_list(name, f"head-{column.name}"), scope="col", className="n" * column.numeric)


def outputs(name: str, columns: Sequence[Column]) -> list[Output]:
    """What a callback fills of a list, in the order of :func:`fill`."""
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
    """What moves a list: its headings and its buttons; then how it stands."""
    buttons = [f"label-{column.name}" for column in columns if column.sorts]
    pressed = [Input(ids.of_list(name, button), "n_clicks") for button in (*buttons, *TURNS)]
    return [*pressed, State(ids.of_list(name, "order"), "data")]


def nothing(name: str, columns: Sequence[Column]) -> tuple[object, ...]:
    """What leaves a list as it stands."""
    return tuple(no_update for _output in outputs(name, columns))


def fill(
    columns: Sequence[Column], labels: Mapping[str, str], order: Order, said: str, rows: list[Component]
) -> tuple[object, ...]:
    """The parts of a list in the order of :func:`outputs`; `said` is how many rows were found, in words."""
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
        said,
        rows,
        _("Page {page} of {pages}", page=number(order.page), pages=number(order.pages)),
        order.pages <= 1,
        _("Pages of the list"),
        *(names[turn] for turn in TURNS),
        # A button that was disabled would lose the focus.
        *(str(first if turn in ("first", "previous") else last).lower() for turn in TURNS),
        *(labels[column.name] for column in columns),
        *(direction if column.name == order.sort else "none" for column in columns if column.sorts),
    )
