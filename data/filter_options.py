"""The options of each filter: the codes that remain under the other filters, with their number of enterprises."""

from typing import Any

from data.engine import counts
from data.view import View


def option_counts(view: View, dimension: str) -> dict[str, int | None]:
    """Number of enterprises per option of one filter, under the other filters; None where the number is not shown.

    For a viewer with a threshold the options are the codes of the scope that may be chosen, whatever the other filters
    are.
    """
    others = view.with_filters(view.filters.without(dimension))
    lines = view.lines(dimension) if dimension in {"partner", "place"} else {}
    if not view.disclosure:
        by_code: dict[str, Any] = counts.option_counts(others.facts, dimension, lines)
        return {code: n for code, n in by_code.items() if n}
    offered = view.disclosure.offered(dimension, view.visible(dimension))
    if not others.shown:
        return dict.fromkeys(offered)
    by_code = counts.option_counts(others.facts, dimension, lines)
    return {code: view.told(by_code.get(code, 0)) for code in offered}
