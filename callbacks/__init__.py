"""Joins questions (data) and drawings (layouts), in functions short enough to read at a glance."""

from dash import Dash

from callbacks import (
    completeness,
    enterprises,
    filters,
    modules,
    navigation,
    overview,
    published,
    regions,
    results,
    sources,
    stories,
)
from callbacks.asking import Held

PAGES = (
    filters,
    navigation,
    overview,
    regions,
    modules,
    results,
    enterprises,
    stories,
    published,
    sources,
    completeness,
)


def register(app: Dash, held: Held) -> None:
    """Add every callback of the application to `app`."""
    for page in PAGES:
        page.register(app, held)
