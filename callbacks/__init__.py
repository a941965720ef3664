"""The callbacks of the application. They join numbers (`data`) with looks (`layouts`), and neither count nor draw."""

from dash import Dash

from callbacks import (
    enterprise_pages,
    exhibit_pages,
    filter_bar,
    follow_up_page,
    navigation,
    source_page,
    story_page,
)
from callbacks.requests.page_request import AppContext

_REGISTERED = (filter_bar, navigation, exhibit_pages, enterprise_pages, story_page, source_page, follow_up_page)


def register(app: Dash, context: AppContext) -> None:
    """Add every callback of the application to `app`."""
    for each in _REGISTERED:
        each.register(app, context)
