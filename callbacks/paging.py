"""The order of a paged list after a change: another sort column, page, search text or selection."""

from dataclasses import replace
from typing import Any

from dash import ctx

from layouts import ids
from layouts.lists.paged_list import Order

MOST_PAGES = 10**6
"""Maximum page number. A greater posted number is reduced to it."""


def requested_order(name: str, posted: Any, sorts: tuple[str, ...]) -> Order:
    """The requested order: the `posted` order of the page, changed by the button that was pressed, if any."""
    triggered = {key.rsplit(".", 1)[0] for key in ctx.triggered_prop_ids}
    pressed = triggered.pop() if len(triggered) == 1 else ""  # a page that opens triggers all inputs at once
    order = _posted_order(posted, sorts)
    for sort in sorts:
        if pressed == ids.of_list(name, f"label-{sort}"):
            return replace(order, sort=sort, descending=sort == order.sort and not order.descending, page=1)
    pages = {"first": 1, "previous": order.page - 1, "next": order.page + 1, "last": order.pages}
    for turn, page in pages.items():
        if pressed == ids.of_list(name, turn):
            return replace(order, page=min(max(page, 1), order.pages))
    return replace(order, page=1)


def _posted_order(posted: Any, sorts: tuple[str, ...]) -> Order:
    known = posted if isinstance(posted, dict) else {}
    sort = known.get("sort")
    return Order(
        sort if sort in sorts else sorts[0],
        known.get("descending") is True,
        _page(known.get("page")),
        _page(known.get("pages")),
    )


def _page(value: Any) -> int:
    return min(max(value, 1), MOST_PAGES) if isinstance(value, int) else 1
