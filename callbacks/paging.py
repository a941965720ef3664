"""How a list in pages stands after a step: a heading pressed, a page turned, another search or selection."""

from typing import Any

from dash import ctx

from layouts import ids
from layouts.paged import TURNS, Order

MOST_PAGES = 10**6
"""No list has more; whoever posts a greater number gets the last page."""


def stepped(name: str, held: Any, sorts: tuple[str, ...]) -> Order:
    """The order asked for now: what was `held` on the page, moved by the button that was pressed (if one was)."""
    pressed = {key.rsplit(".", 1)[0] for key in ctx.triggered_prop_ids}
    order = _order(held, sorts)
    for sort in sorts:
        if ids.of_list(name, f"label-{sort}") in pressed:
            return Order(sort, sort == order.sort and not order.descending, 1, order.pages)
    pages = {"first": 1, "previous": order.page - 1, "next": order.page + 1, "last": order.pages}
    for turn in TURNS:
        if ids.of_list(name, turn) in pressed and len(pressed) == 1:
            return Order(order.sort, order.descending, min(max(pages[turn], 1), order.pages), order.pages)
    return Order(order.sort, order.descending, 1, 1)


def _order(held: Any, sorts: tuple[str, ...]) -> Order:
    known = held if isinstance(held, dict) else {}
    sort = known.get("sort")
    return Order(
        sort if sort in sorts else sorts[0],
        known.get("descending") is True,
        _page(known.get("page")),
        _page(known.get("pages")),
    )


def _page(value: Any) -> int:
    return min(max(value, 1), MOST_PAGES) if isinstance(value, int) else 1
