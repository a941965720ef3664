"""How a list in pages stands after a step: a heading pressed, a page turned, another search or selection."""

from dataclasses import replace
from typing import Any

from dash import ctx

from layouts import ids
from layouts.lists.paged_list import Order

MOST_PAGES = 10**6
"""No list has more; whoever posts a greater number gets the last page."""


def stepped(name: str, context: Any, sorts: tuple[str, ...]) -> Order:
    """The order asked for now: what was `context` on the page, moved by the button that was pressed (if one was)."""
    moved = {key.rsplit(".", 1)[0] for key in ctx.triggered_prop_ids}
    pressed = moved.pop() if len(moved) == 1 else ""  # a page that opens moves everything at once
    order = _order(context, sorts)
    for sort in sorts:
        if pressed == ids.of_list(name, f"label-{sort}"):
            return replace(order, sort=sort, descending=sort == order.sort and not order.descending, page=1)
    pages = {"first": 1, "previous": order.page - 1, "next": order.page + 1, "last": order.pages}
    for turn, page in pages.items():
        if pressed == ids.of_list(name, turn):
            return replace(order, page=min(max(page, 1), order.pages))
    return replace(order, page=1)


def _order(context: Any, sorts: tuple[str, ...]) -> Order:
    known = context if isinstance(context, dict) else {}
    sort = known.get("sort")
    return Order(
        sort if sort in sorts else sorts[0],
        known.get("descending") is True,
        _page(known.get("page")),
        _page(known.get("pages")),
    )


def _page(value: Any) -> int:
    return min(max(value, 1), MOST_PAGES) if isinstance(value, int) else 1
