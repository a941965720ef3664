"""Published figures, as others printed them. Nothing is counted here."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import pandas as pd

from data import queries
from data.columns import Holds, Key, Text, Value, dated
from data.engine.precision import last_day
from data.exhibit import Exhibit
from data.privacy.table import records
from data.queries import exhibit_rows
from data.queries.exhibit_rows import Rows
from data.rests_on import RestsOn, of_table
from data.storage import schema
from data.storage.schema import precision_of
from data.view import View


def numbers(view: View) -> pd.DataFrame:
    """One row per published figure.

    A viewer with a share link sees a note only where the programme is public and the note has no hidden name.
    """
    frame = queries.reported_figures(view.connection, view.of)
    frame["note"] = pd.Series([view.readable(note) for note in frame["note"]], dtype=object)
    return frame.rename(columns={"code": "figure", "phase": "own_phase"}).rename(columns={"of_phase": "phase"})


def figures(view: View) -> list[dict[str, Any]]:
    """The rows of :func:`numbers`, each by column."""
    return records(numbers(view))


def date_of(view: View, figure: dict[str, Any]) -> tuple[date | None, str | None]:
    """The date of a figure and its precision; without one that of its source."""
    source = view.catalogue.source.get(figure["source"] or "")
    if figure["as_of"] or source is None:
        return figure["as_of"], figure["as_of_precision"]
    return source.columns["published_on"], source.columns["published_on_precision"]


def day_of(view: View, figure: dict[str, Any]) -> date:
    """The last day that the date of a figure can mean; the earliest of all without one."""
    return last_day(*date_of(view, figure)) or date.min


_LEVELS = (None, "country", "province", "city", "county")


def foremost(view: View, figures: Iterable[dict[str, Any]]) -> dict[str, Any] | None:
    """The figure that stands beside a number: of the widest place, that names the least, and of these the latest."""

    def rank(figure: dict[str, Any]) -> tuple[Any, ...]:
        place = view.catalogue.place.get(figure["place"] or "")
        named = sum(bool(figure[name]) for name in ("own_phase", "round", "partner", "scope"))
        level = _LEVELS.index(place.columns["level"] if place else None)
        return -level, -named, day_of(view, figure), figure["figure"]

    return max(figures, key=rank, default=None)


_BESIDE = {
    "published": "value",
    "published_operator": "operator",
    "published_on": "as_of",
    precision_of("published_on"): precision_of("as_of"),
    "published_source": "source",
}


def beside(figure: dict[str, Any] | None, *more: str) -> dict[str, Any]:
    """The cells of the number that a figure stands beside, and ``published_x`` for each of `more`; None without one."""
    columns = _BESIDE | {f"published_{name}": name for name in more}
    return {name: figure[column] if figure else None for name, column in columns.items()}


def rows_behind(view: View) -> Rows:
    """The rows of the figures."""
    return exhibit_rows.coded_rows(schema.reported_figure, numbers(view)["figure"])


EXHIBIT = Exhibit(
    code="published",
    of_enterprises=False,
    columns=(
        Key("figure"),
        Text("indicator", of="indicator"),
        Text("place", of="place"),
        Text("phase", of="phase"),
        *dated("as_of"),
        Text("operator"),
        Value("value"),
        Text("unit"),
        Value("base", holds=Holds.COUNT),
        Text("source", of="source"),
        Text("own_phase", of="phase", exported=False),
        Text("round", of="round", exported=False),
        Text("partner", of="partner", exported=False),
        Text("scope", exported=False),
        Value("women_percent", exported=False),
        Text("note", exported=False),
        Text("family", exported=False),
    ),
    numbers=numbers,
    rests_on=RestsOn(of_table, {"reported_figure": rows_behind}),
)
