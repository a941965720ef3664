"""The Stories page: before and after in words and pictures, module by module, or one story by itself."""

from itertools import groupby
from typing import Any

import pandas as pd
from dash import Dash, Input, Output

from callbacks.page_request import Asked, Held, Kept, kept, showing
from data import exhibits
from data.lists import enterprise_list, story_list
from data.privacy.viewer import Permission
from layouts import ids, parts
from layouts import story_cards as cards
from layouts.frames import records
from layouts.parts import Basis, SourceLink
from layouts.story_cards import Picture, Story, Text
from layouts.words import _

STEP = 12
"""So many stories at first, and so many more each time they are asked for."""

PATH = "/stories"


def register(app: Dash, held: Held) -> None:
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
    @kept(Kept.UNDERSTOOD)
    def page(path: str | None, search: str | None, clicks: Any) -> tuple[Any, ...]:
        with showing(held, search) as asked:
            exhibits.admit(asked.view)
            chosen = (path or "").removeprefix(PATH).strip("/")
            found = story_list.stories(asked.view)
            asked.meet(found[found["enterprise"].notna()])
            if chosen:
                return one(asked, found[found["address"] == chosen])
            return listed(asked, found, STEP * (1 + clicks if isinstance(clicks, int) and clicks > 0 else 1))


def one(asked: Asked, found: pd.DataFrame) -> tuple[Any, ...]:
    """The story at an address below the page's, or that there is none."""
    back = asked.href(PATH)
    shown = [cards.alone(story(asked, row), back) for row in records(found)]
    return [], shown[0] if shown else cards.missing(back), "", True


def listed(asked: Asked, found: pd.DataFrame, most: int) -> tuple[Any, ...]:
    """The first of the stories of the selection, under the modules they belong to."""
    title = cards.heading(
        cards.title(len(found), int(found["tells_both"].sum())), parts.basis_lines(basis(asked, found))
    )
    left = max(len(found) - most, 0)
    if not len(found):
        return title, cards.nothing(why_none(asked), asked.href(PATH, asked.unfiltered)), "", True
    shown = groupby(records(found.head(most)), key=lambda row: row["module"])
    groups = [(group_name(asked, module), [story(asked, row) for row in rows]) for module, rows in shown]
    return title, cards.groups(groups), cards.more(left, STEP) if left else "", not left


def why_none(asked: Asked) -> str:
    """Why a link shows no or few stories whatever is filtered; empty where it shows what the filters leave."""
    viewer = asked.view.viewer
    return cards.of_a_link(names=viewer.may(Permission.SEE_NAMES)) if asked.view.threshold else ""


def group_name(asked: Asked, module: str | None) -> str:
    """The heading of a group of stories."""
    return asked.name("module", module) if module else _("Of no one module")


def basis(asked: Asked, found: pd.DataFrame) -> Basis:
    """What the stories are of."""
    rows = found["source"].value_counts()
    told = not asked.view.threshold
    return Basis(
        coverage=why_none(asked) if len(found) else "",
        filtered=asked.filtered(),
        as_of=asked.as_of,
        sources=tuple(
            SourceLink(asked.source_name(code), asked.source_href(code), int(n) if told else None)
            for code, n in zip(map(str, rows.index), rows, strict=True)
        ),
        unsourced=int(found["source"].isna().sum()) if told else 0,
        synthetic=asked.view.catalogue.programme.synthetic,
        edition=asked.edition_line(),
    )


def story(asked: Asked, row: dict[str, Any]) -> Story:
    """A story in the words of the reader."""
    facts = [
        (asked.name("enterprise", row["enterprise"]), _enterprise_href(asked, row["enterprise"])),
        *((asked.name(table, row[table]), "") for table in ("round", "module", "place", "sector") if row[table]),
    ]
    source = (asked.source_name(row["source"]), asked.source_href(row["source"])) if row["source"] else None
    return Story(
        href=asked.href(f"{PATH}/{row['address']}"),
        title=Text(row["title_en"], row["title_zh"]),
        before=Text(row["before_en"], row["before_zh"]),
        after=Text(row["after_en"], row["after_zh"]),
        facts=tuple(facts if row["enterprise"] else facts[1:]),
        source=source,
        pictures=(_picture(asked, row, "before"), _picture(asked, row, "after")),
    )


def _picture(asked: Asked, row: dict[str, Any], side: str) -> Picture | None:
    if pd.isna(row[f"{side}_width"]):
        return None
    # A picture is the same whatever is filtered: one address of it is kept by the browser.
    filters = asked.unfiltered.dated(asked.filters.as_of)
    href = asked.href(f"/story/{row['address']}/{side}", filters)
    return Picture(href, int(row[f"{side}_width"]), int(row[f"{side}_height"]))


def _enterprise_href(asked: Asked, code: str | None) -> str:
    if not code or not asked.view.viewer.may(Permission.SEE_NAMES) or not enterprise_list.may_open(asked.view, code):
        return ""
    return asked.href(f"/enterprises/{code}")
