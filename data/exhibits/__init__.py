"""The exhibits: one module each, whose ``EXHIBIT`` declares the numbers and their protection.

No module here knows the web, or how an exhibit looks: that is in the module of the same name in `layouts/exhibits`.
Every list of exhibits in the product is derived from :data:`ALL`.
"""

from collections.abc import Mapping

import pandas as pd

from data import exhibit
from data.exhibit import BuiltExhibit, Exhibit
from data.exhibits import (
    breadth,
    capacity,
    change,
    compare,
    coverage,
    events,
    framework,
    journey,
    matrix,
    module_funnel,
    overview,
    pairs,
    published,
    reconciliation,
    regions,
    rounds,
    satisfaction,
    targets,
    trend,
)
from data.view import View

ALL: tuple[Exhibit, ...] = (
    overview.EXHIBIT,
    reconciliation.EXHIBIT,
    regions.EXHIBIT,
    module_funnel.EXHIBIT,
    journey.EXHIBIT,
    breadth.EXHIBIT,
    matrix.EXHIBIT,
    satisfaction.EXHIBIT,
    change.EXHIBIT,
    pairs.EXHIBIT,
    coverage.EXHIBIT,
    compare.EXHIBIT,
    trend.EXHIBIT,
    targets.EXHIBIT,
    framework.EXHIBIT,
    capacity.EXHIBIT,
    events.EXHIBIT,
    rounds.EXHIBIT,
    published.EXHIBIT,
)
"""All exhibits, in the order of files, sheets and the list of slides."""

EXHIBITS: dict[str, Exhibit] = {each.code: each for each in ALL}
"""All exhibits by code."""

_RENAMED = {"journey-funnel": "journey"}
"""Codes that exhibits had before, with their codes now: addresses and decks may still have them."""


def current_code(code: str) -> str:
    """The code of an exhibit or picture now; `code` may be one that it had before."""
    return _RENAMED.get(code, code)


SLIDES: dict[str, Exhibit] = {code: each for each in ALL for code in each.slides or ()}
"""The pictures a slide can show: the code of the picture, and the exhibit it draws."""


def build(view: View, code: str, indicator: str = "", options: Mapping[str, str] | None = None) -> BuiltExhibit:
    """Builds the exhibit `code` of a view; `indicator` is for an exhibit by indicator, `options` for one with options.

    Raises KeyError for an unknown code, and the errors of :func:`data.exhibit.build`.
    """
    return exhibit.build(view, EXHIBITS[code], indicator, options)


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
