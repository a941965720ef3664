"""Joins questions (data) and drawings (layouts), in functions short enough to read at a glance."""

from dash import Dash

from callbacks import (
    calendar,
    capacity,
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
    targets,
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
    capacity,
    targets,
    calendar,
    published,
    sources,
    completeness,
)


def register(app: Dash, held: Held) -> None:
    """Add every callback of the application to `app`."""
    for page in PAGES:
        page.register(app, held)
