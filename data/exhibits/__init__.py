"""The exhibits: one module each, whose ``EXHIBIT`` declares the numbers and their protection.

No module here knows the web, or how an exhibit looks: that is in the module of the same name in `layouts/exhibits`.
Every list of exhibits in the product is derived from :data:`ALL`.
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
    change.EXHIBIT,
    pairs.EXHIBIT,
    coverage.EXHIBIT,
    targets.EXHIBIT,
    capacity.EXHIBIT,
    events.EXHIBIT,
    rounds.EXHIBIT,
    published.EXHIBIT,
)
"""All exhibits, in the order of files, sheets and the list of slides."""

EXHIBITS: dict[str, Exhibit] = {each.code: each for each in ALL}
"""All exhibits by code."""

SLIDES: dict[str, Exhibit] = {code: each for each in ALL for code in each.slides or ()}
"""The pictures a slide can show: the code of the picture, and the exhibit it draws."""


def build(view: View, code: str, indicator: str = "") -> BuiltExhibit:
    """Builds the exhibit `code` of a view; `indicator` is for an exhibit by indicator.

    Raises KeyError for an unknown code, and the errors of :func:`data.exhibit.build`.
    """
    return exhibit.build(view, EXHIBITS[code], indicator)


def more(view: View, code: str, name: str, indicator: str = "") -> pd.DataFrame:
    """A further table of an exhibit (``Exhibit.more``), as the viewer may see it; made once per view."""
    key = code, name, indicator
    if key not in view.built:
        declared, part = EXHIBITS[code], EXHIBITS[code].more[name]
        shared = isinstance(part, Exhibit) and not part.by_indicator
        view.built[key] = part.table(view, *([indicator] if declared.by_indicator and not shared else []))
    table: pd.DataFrame = view.built[key]
    return table
