"""The exhibits: one module each, whose ``EXHIBIT`` says what its numbers are and what protects them.

No module here knows the web or a word of how an exhibit looks: that is the module of the same name in
`layouts/exhibits`. Every list of exhibits in the product is derived from :data:`ALL`.
"""

import pandas as pd

from data import exhibit
from data.exhibit import BuiltExhibit, Exhibit
from data.exhibits import (
    breadth,
    capacity,
    change,
    coverage,
    events,
    journey,
    matrix,
    module_funnel,
    overview,
    pairs,
    published,
    regions,
    rounds,
    satisfaction,
    targets,
)
from data.view import View

ALL: tuple[Exhibit, ...] = (
    overview.EXHIBIT,
    regions.EXHIBIT,
    module_funnel.EXHIBIT,
    journey.EXHIBIT,
    breadth.EXHIBIT,
    matrix.EXHIBIT,
    satisfaction.EXHIBIT,
    change.EXHIBIT,
    pairs.EXHIBIT,
    coverage.EXHIBIT,
    targets.EXHIBIT,
    capacity.EXHIBIT,
    events.EXHIBIT,
    rounds.EXHIBIT,
    published.EXHIBIT,
)
"""Every exhibit, in the order of files, sheets and the list of slides."""

EXHIBITS: dict[str, Exhibit] = {each.code: each for each in ALL}
"""The same by code."""

SLIDES: dict[str, Exhibit] = {code: each for each in ALL for code in each.slides or ()}
"""What a slide can show: the code of a picture, and the exhibit that it draws."""


def build(view: View, code: str, indicator: str = "") -> BuiltExhibit:
    """Builds the exhibit `code` of a view; `indicator` for one that is by indicator. KeyError for an unknown code.

    Raises as :func:`data.exhibit.build`.
    """
    return exhibit.build(view, EXHIBITS[code], indicator)


def more(view: View, code: str, name: str, indicator: str = "") -> pd.DataFrame:
    """One of the further tables that an exhibit's pictures draw (``Exhibit.more``), as the viewer may see it."""
    of, part = EXHIBITS[code], EXHIBITS[code].more[name]
    if isinstance(part, Exhibit):
        return exhibit.build(view, part).table
    at = code, name, indicator
    if at not in view.built:
        view.built[at] = part.table(view, *([indicator] if of.by_indicator else []))
    table: pd.DataFrame = view.built[at]
    return table
