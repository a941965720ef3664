"""What each filter offers: the codes that the other filters leave, with the enterprises of each."""

from typing import Any

from data.engine import counts
from data.privacy.table import marked
from data.view import View


def option_counts(view: View, dimension: str) -> dict[str, int | None]:
    """Enterprises per code of one filter under the others, as the filter offers them; None where that is not shown.

    For a reader with a threshold the codes are those of the scope that may be chosen, whatever the other filters are.
    """
    others = view.with_filters(view.filters.without(dimension))
    lines = view.lines(dimension) if dimension in {"partner", "place"} else {}
    if not view.disclosure:
        found: dict[str, Any] = counts.option_counts(others.facts, dimension, lines)
        return {code: n for code, n in found.items() if n}
    offered = view.disclosure.offered(dimension, view.visible(dimension))
    if not others.shown:
        return dict.fromkeys(offered)
    found, rounding = counts.option_counts(others.facts, dimension, lines), view.disclosure.rounding
    return {code: marked(found.get(code, 0), rounding) for code in offered}
