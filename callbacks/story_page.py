"""The Stories page: stories by module, with texts and pictures of before and after; or one story alone."""

from itertools import groupby
from typing import Any

import pandas as pd
from dash import Dash, Input, Output

from callbacks.requests.page_request import AppContext, Cacheable, PageRequest, cacheable, open_request
from data.exhibit import admit
from data.lists import enterprise_list, story_list
from data.privacy.viewer import Permission
from layouts import ids
from layouts.frames import records
from layouts.lists import story_cards as cards
from layouts.lists.story_cards import Picture, Story, Text
from layouts.parts import exhibit_frame
from layouts.parts.exhibit_frame import Basis, SourceLink
from layouts.words import _

STEP = 12
"""The number of stories shown first, and added by each click."""

PATH = "/stories"


def register(app: Dash, context: AppContext) -> None:
    """Add the page's callback."""

    @app.callback(
        Output(ids.STORIES_TITLE, "content"),
        Output(ids.STORIES_LIST, "children"),
        Output(ids.STORIES_MORE, "children"),
        Output(ids.STORIES_MORE, "hidden"),
        Input(ids.ADDRESS, "pathname"),
        Input(ids.ADDRESS, "search"),
        Input(ids.STORIES_MORE, "n_clicks"),
    )
    @cacheable(Cacheable.UNDERSTOOD)
    def page(path: str | None, search: str | None, clicks: Any) -> tuple[Any, ...]:
        with open_request(context, search, clears_notice=True) as request:
            admit(request.view)
            chosen = (path or "").removeprefix(PATH).strip("/")
            stories = story_list.stories(request.view)
            request.names.learn(stories[stories["enterprise"].notna()])
            if chosen:
                return one(request, stories[stories["address"] == chosen])
            return listed(request, stories, STEP * (1 + clicks if isinstance(clicks, int) and clicks > 0 else 1))


def one(request: PageRequest, stories: pd.DataFrame) -> tuple[Any, ...]:
    """The page of one story, or a message that there is none."""
    back = request.addresses.of(PATH)
    shown = [cards.alone(story(request, row), back) for row in records(stories)]
    return [], shown[0] if shown else cards.missing(back), "", True


def listed(request: PageRequest, stories: pd.DataFrame, most: int) -> tuple[Any, ...]:
    """The first stories of the selection, at most `most`, grouped by module."""
    title = cards.heading(
        cards.title(len(stories), int(stories["tells_both"].sum())), exhibit_frame.basis_lines(basis(request, stories))
    )
    left = max(len(stories) - most, 0)
    if not len(stories):
        return title, cards.nothing(why_none(request), request.addresses.of(PATH, request.unfiltered)), "", True
    shown = groupby(records(stories.head(most)), key=lambda row: row["module"])
    groups = [(group_name(request, module), [story(request, row) for row in rows]) for module, rows in shown]
    return title, cards.groups(groups), cards.more(left, STEP) if left else "", not left


def why_none(request: PageRequest) -> str:
    """The reason why a share link shows few stories or none; empty where the link does not limit them."""
    viewer = request.view.viewer
    return cards.of_a_link(names=viewer.may(Permission.SEE_NAMES)) if request.view.threshold else ""


def group_name(request: PageRequest, module: str | None) -> str:
    """The heading of a group of stories."""
    return request.names.of("module", module) if module else _("Of no one module")


def basis(request: PageRequest, stories: pd.DataFrame) -> Basis:
    """The basis of the stories: selection, date and sources."""
    rows = stories["source"].value_counts()
    counted = not request.view.threshold
    return Basis(
        coverage=why_none(request) if len(stories) else "",
        filtered=request.filtered(),
        as_of=request.as_of,
        sources=tuple(
            SourceLink(request.names.source(code), request.addresses.source(code), int(n) if counted else None)
            for code, n in zip(map(str, rows.index), rows, strict=True)
        ),
        unsourced=int(stories["source"].isna().sum()) if counted else 0,
        synthetic=request.view.catalogue.programme.synthetic,
        edition=request.edition_line(),
    )


def story(request: PageRequest, row: dict[str, Any]) -> Story:
    """A story with names and addresses for its codes."""
    facts = [
        (request.names.of("enterprise", row["enterprise"]), _enterprise_href(request, row["enterprise"])),
        *((request.names.of(table, row[table]), "") for table in ("round", "module", "place", "sector") if row[table]),
    ]
    source = (request.names.source(row["source"]), request.addresses.source(row["source"])) if row["source"] else None
    return Story(
        href=request.addresses.of(f"{PATH}/{row['address']}"),
        title=Text(row["title_en"], row["title_zh"]),
        before=Text(row["before_en"], row["before_zh"]),
        after=Text(row["after_en"], row["after_zh"]),
        facts=tuple(facts if row["enterprise"] else facts[1:]),
        source=source,
        pictures=(_picture(request, row, "before"), _picture(request, row, "after")),
    )


def _picture(request: PageRequest, row: dict[str, Any], side: str) -> Picture | None:
    if pd.isna(row[f"{side}_width"]):
        return None
    # Filters do not change a picture: with one address the browser caches it once.
    filters = request.unfiltered.dated(request.filters.as_of)
    href = request.addresses.of(f"/story/{row['address']}/{side}", filters)
    return Picture(href, int(row[f"{side}_width"]), int(row[f"{side}_height"]))


def _enterprise_href(request: PageRequest, code: str | None) -> str:
    if (
        not code
        or not request.view.viewer.may(Permission.SEE_NAMES)
        or not enterprise_list.may_open(request.view, code)
    ):
        return ""
    return request.addresses.of(f"/enterprises/{code}")
