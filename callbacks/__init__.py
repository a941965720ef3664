"""Joins questions (data) and drawings (layouts), in functions short enough to read at a glance."""

from dash import Dash

from callbacks import (
    calendar,
    capacity,
    enterprise_pages,
    filter_bar,
    follow_up_page,
    modules,
    navigation,
    overview,
    published,
    regions,
    results,
    source_page,
    story_page,
    targets,
)
from callbacks.page_request import AppContext

PAGES = (
    filter_bar,
    navigation,
    overview,
    regions,
    modules,
    results,
    enterprise_pages,
    story_page,
    capacity,
    targets,
    calendar,
    published,
    source_page,
    follow_up_page,
)


def register(app: Dash, context: AppContext) -> None:
    """Add every callback of the application to `app`."""
    for page in PAGES:
        page.register(app, context)
